"""Provisions over frames that are told record by record: by hand, and as the reference tells them."""

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from as_frames import KINDS, check_frames
from eduplan import InputError, Period, Person, Plan, Register, Status, evaluate
from eduplan.errors import NotPortable
from eduplan.frames import drill_down, evaluate_frame, read_out, rows_of
from eduplan.provisions import Consequence, Quota
from eduplan.testing import cases, follow_ups, gates, people, plans, quotas, records
from eduplan.testing.provisions import caps, time_limits
from eduplan.testing.values import seldom, selectors
from eduplan.verdicts import VerdictRow, row_of
from test_frames import HEAD, plan_of, portable, quota
from test_frames_gates import of_each

# ---------------------------------------------------------------- by hand

AS_OF = date(2024, 12, 1)
DURING = Period(date(2023, 9, 1), date(2024, 12, 2))
PEOPLE = pl.DataFrame({"id": ["t1", "t2", "s1"], "school": ["s1", None, None], "tier": ["a"] * 3})
FIRST, SECOND = date(2023, 9, 1), date(2024, 9, 1)


def taken(*several: tuple[Any, ...]) -> pl.DataFrame:
    """Return records by id, bearer, kind, day, last day and hours."""
    types = {"id": pl.String, "bearer": pl.String, "kind": pl.String}
    more = {"day": pl.Date, "last_day": pl.Date, "hours": pl.Int64}
    return pl.DataFrame(several, schema={**types, **more}, orient="row")


def judge(
    plan: Plan, found: pl.DataFrame, *, kind: str = "polars", **rest: Any
) -> dict[tuple[str, str, date | None], VerdictRow]:
    """Return the rows by provision, bearer, and first day of their period."""
    make = KINDS[kind].make
    usual = {"as_of": AS_OF, "complete_through": AS_OF, "during": DURING}
    frames = make(PEOPLE.to_arrow()), make(found.to_arrow())
    rows = rows_of(evaluate_frame(plan, *frames, **{**usual, **rest}))
    return {(r.provision, r.bearer, r.period.start if r.period else None): r for r in rows}


def figures(row: VerdictRow) -> tuple[str, Any]:
    return row.status.value, row.value


TRAINED = taken(
    ("r1", "t1", "training", date(2024, 5, 1), None, 2),
    ("r2", "t1", "training", date(2024, 9, 10), None, 2),
    ("r3", "t2", "training", date(2023, 10, 1), None, 5),
    ("r4", "t2", "training", date(2024, 10, 1), None, 1),
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_made_up_in_days_of_grace_and_counts_once(kind: str) -> None:
    rows = judge(plan_of(quota=[quota(grace="1 month")]), TRAINED, kind=kind)

    # Three hours a school year. Of t1 two in May; one of the two of 10 September makes up the year
    # that ended ten days before, and the other is all there is of the next.
    assert figures(rows["hours", "t1", FIRST]) == ("MET", 3)
    assert figures(rows["hours", "t1", SECOND]) == ("PENDING", 1)
    assert rows["hours", "t1", FIRST].due == date(2024, 9, 30)


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_beyond_is_carried_over_up_to_the_cap(kind: str) -> None:
    rows = judge(plan_of(quota=[quota(carry_over={"at_most": 1})]), TRAINED, kind=kind)

    # Of t2 five hours where three are owed: two beyond, of which one is carried.
    assert figures(rows["hours", "t2", FIRST]) == ("MET", 5)
    assert figures(rows["hours", "t2", SECOND]) == ("PENDING", 2)
    # Of t1 two hours, one too few: nothing is carried.
    assert figures(rows["hours", "t1", FIRST]) == ("NOT_MET", 2)
    assert figures(rows["hours", "t1", SECOND]) == ("PENDING", 2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_of_several_days_counts_as_far_as_its_days_can_hold(kind: str) -> None:
    measure = {"sum": "hours", "of": "training", "caps": [{"at_most": 4, "per": "day"}]}
    found = taken(
        ("r1", "t1", "training", date(2024, 5, 1), date(2024, 5, 3), 15),
        ("r2", "t1", "training", date(2024, 5, 2), None, 3),
        ("r3", "t2", "training", date(2024, 5, 2), None, 3),
    )
    rows = judge(plan_of(quota=[quota(measure=measure)]), found, kind=kind)

    # Three days hold twelve hours, all of which the first record takes; nothing is left of the
    # second of them. The day of t2 holds its three.
    assert (rows["hours", "t1", FIRST].value, rows["hours", "t2", FIRST].value) == (12, 3)


TALK = {**HEAD, "id": "talk", "verdict": "hours", "status": "NOT_MET", "effect": "talk"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_has_to_take_place_in_time(kind: str) -> None:
    acts = {"kind": "talk", "within": {"days": 30}}
    plan = plan_of(quota=[quota(bearer={"tier": "a"})], consequence=[{**TALK, "carried_out": acts}])
    late = [("r5", "s1", "talk", date(2024, 9, 30), None, None)]
    late += [("r6", "t1", "talk", date(2024, 10, 1), None, None)]
    rows = judge(plan, pl.concat([TRAINED, taken(*late)]), kind=kind, only=["talk"])

    # The year ended on 31 August; thirty days later is 30 September. t1 fell short and was talked
    # to a day too late, s1 did nothing and was talked to on the last day, t2 reached five hours.
    assert rows["talk", "t1", FIRST].due == date(2024, 9, 30)
    assert rows["talk", "t1", FIRST].status is Status.NOT_MET
    assert rows["talk", "s1", FIRST].status is Status.MET
    assert rows["talk", "t2", FIRST].status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_may_follow_from_another(kind: str) -> None:
    plan = plan_of(quota=[quota()], consequence=[{**TALK, "whose": "school"}])
    rows = judge(plan, TRAINED, kind=kind, only=["talk"])

    # The school of t1 is s1, which has no hours. Nobody knows of which school t2 and s1 are.
    assert rows["talk", "t1", FIRST].status is Status.MET
    for name in ("t2", "s1"):
        assert rows["talk", name, None].reasons == ("bearer-fact",)


@pytest.mark.parametrize("kind", KINDS)
def test_from_somebody_who_is_not_there_nothing_is_known_to_follow(kind: str) -> None:
    make = KINDS[kind].make
    people = PEOPLE.with_columns(school=pl.Series(["s9", "s1", None]))
    plan = plan_of(quota=[quota()], consequence=[{**TALK, "whose": "school"}])
    taken = make(people.to_arrow()), make(TRAINED.to_arrow())
    found = evaluate_frame(
        plan, *taken, as_of=AS_OF, complete_through=AS_OF, during=DURING, only=["talk"]
    )

    # Of s9 there is no verdict; t2 is of s1, which has one for either year, and s1 names nobody.
    rows = {(row.bearer, row.period is None): row for row in rows_of(found)}
    assert rows["t1", True].status is Status.UNDETERMINED
    assert rows["t1", True].reasons == ("no-verdict",)
    assert rows["s1", True].reasons == ("bearer-fact",)
    assert set(rows) == {("t1", True), ("t2", False), ("s1", True)}


def test_what_follows_may_follow_from_what_follows_of_another() -> None:
    """Teachers name their schools, and schools their county, which is far from its hours."""
    schools = [("t1", "s1"), ("t2", "s2"), ("s1", "c1"), ("s2", "c2"), ("c1", None), ("c2", None)]
    people = pl.DataFrame(schools, schema=["id", "school"], orient="row")
    people = people.with_columns(type=pl.Series(["person"] * 2 + ["office"] * 4))
    found = taken(("r1", "c2", "training", date(2024, 5, 1), None, 3))
    told = {**TALK, "id": "told", "whose": "school"}
    amount = {"rate": 1, "per": "value"}
    bonus = {**TALK, "id": "bonus", "verdict": "told", "status": ["MET", "NOT_APPLICABLE"]}
    bonus["bearer"] = {"type": "person"}
    plan = plan_of(
        quota=[quota()], consequence=[told, {**bonus, "whose": "school", "amount": amount}]
    )
    asked: dict[str, Any] = {"as_of": AS_OF, "during": DURING, "only": ["bonus"]}

    rows = rows_of(evaluate_frame(plan, people, found, complete_through=AS_OF, **asked))

    register = Register(found.to_dicts(), complete_through=AS_OF)
    verdicts = [row_of(one) for one in evaluate(plan, people.to_dicts(), register, **asked)]
    assert sorted(rows, key=str) == sorted(verdicts, key=str)
    # The school of t1 is told of what c1 lacks; of c2, which has its hours, nothing follows.
    assert {row.bearer for row in verdicts if row.period is not None} == {"t1", "t2"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_may_come_to_so_much_for_every_unit(kind: str) -> None:
    plan = plan_of(
        quota=[quota()], consequence=[{**TALK, "amount": {"rate": "1/2", "per": "shortfall"}}]
    )
    rows = judge(plan, TRAINED, kind=kind, only=["talk"])

    # t1 is one hour short, s1 three: half a unit for each.
    assert rows["talk", "t1", FIRST].value == Fraction(1, 2)
    assert rows["talk", "s1", FIRST].value == Fraction(3, 2)


PLANNED = {
    **HEAD,
    "id": "lesson",
    "after": "lesson",
    "step": [
        {"id": "plan", "title": HEAD["title"], "within": {"days": 5},
         "needs": {"kind": "plan", "link": "lesson"}},
    ],
}  # fmt: skip


def test_a_row_told_record_by_record_leads_back_to_its_reasons() -> None:
    steps = taken(
        ("r7", "t1", "lesson", date(2024, 10, 8), None, None),
        ("r8", "s1", "plan", date(2024, 10, 9), None, None),
    ).with_columns(lesson=pl.Series([None, "r7"]))
    records = pl.concat([TRAINED.with_columns(lesson=pl.lit(None, pl.String)), steps])
    plan = plan_of(quota=[quota()], consequence=[{**TALK, "whose": "school"}], process=[PLANNED])
    rows = judge(plan, records)

    # The plan of the lesson names it, whoever wrote it; the talk follows from what the school did.
    for row, status in (
        (rows["talk", "t1", FIRST], Status.MET),
        (rows["lesson", "t1", date(2024, 10, 8)], Status.MET),
    ):
        verdict = drill_down(
            plan, PEOPLE, records, row, as_of=AS_OF, complete_through=AS_OF, during=DURING
        )
        assert (verdict.status, row_of(verdict)) == (status, row)


AT_ONCE: dict[str, dict[str, Any]] = {
    "records from before joining, held against several facts of the bearer": quota(
        before_joining={"tier": ["@bearer.tier", "@bearer.level"]}, partial="full"
    ),
    "hours beside the whole, asked of some": quota(
        part=[{"id": "a", "at_least": 1, "beside": True, "bearer": {"tier": "a"}}]
    ),
    "days of grace, in a later version": quota(
        governs="period-start", version=[{"from": date(2024, 9, 1), "grace": "1 month"}]
    ),
    "several facts of the bearer": quota(
        measure={"count": "training", "where": {"tier": ["@bearer.tier", "@bearer.level"]}}
    ),
    "six parts that share no hour": quota(
        part=[{"id": f"p{n}", "where": {"hours": n}, "at_least": 1} for n in range(6)]
    ),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_columns_cannot_do_is_told_from_records(name: str) -> None:
    plan = plan_of(quota=[AT_ONCE[name]])
    joined = PEOPLE.with_columns(joined=date(2023, 10, 15))
    asked: dict[str, Any] = {"as_of": AS_OF, "during": DURING}

    rows = rows_of(evaluate_frame(plan, joined, TRAINED, complete_through=AS_OF, **asked))

    register = Register(TRAINED.to_dicts(), complete_through=AS_OF)
    told = [row_of(one) for one in evaluate(plan, joined.to_dicts(), register, **asked)]
    assert sorted(rows, key=str) == sorted(told, key=str)


def test_what_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(quota=[quota(grace="1 month")])
    wrong = {
        "records.id: there is no such column": TRAINED.drop("id"),
        "records.id: must be a column of text, not whole numbers": TRAINED.with_columns(
            id=pl.Series(range(4))
        ),
        "records.id: must be a column of text, not other things": TRAINED.with_columns(
            id=pl.Series([[number] for number in range(4)])
        ),
        "records.id: is blank in rows: 1": TRAINED.with_columns(
            id=pl.when(pl.col("id") != "r1").then("id")
        ),
        "records.id: ids that stand more than once: 1": TRAINED.with_columns(id=pl.lit("r1")),
    }
    for says, found in wrong.items():
        with pytest.raises(InputError) as refused:
            judge(plan, found)
        assert str(refused.value).startswith(says)

    owing = TRAINED.with_columns(hours=pl.when(pl.col("id") != "r4").then("hours").otherwise(-1))
    with pytest.raises(InputError, match=r"^record r4: hours is negative$"):
        judge(plan, owing)

    monkeypatch.setattr(read_out, "MOST_RECORDS", 3)
    with pytest.raises(
        NotPortable, match="hours: more than 3 records would have to be gone through"
    ):
        judge(plan, TRAINED)
    by_day = {"sum": "hours", "of": "training", "caps": [{"at_most": 1, "per": "day"}]}
    with pytest.raises(NotPortable) as both:
        judge(
            plan_of(quota=[quota(measure=by_day)]),
            TRAINED.with_columns(last_day=pl.col("day").dt.offset_by("1d")),
        )
    assert [fault.code for fault in both.value.faults] == ["caps-by-day", "not-portable-size"]


@pytest.mark.parametrize("of", [pl.Null, pl.Int32])
@pytest.mark.parametrize("kind", KINDS)
def test_where_there_are_no_records_yet_their_ids_may_be_of_any_type(
    kind: str, of: type[pl.DataType]
) -> None:
    empty = pl.DataFrame({name: pl.Series([], dtype=of) for name in TRAINED.columns})

    rows = judge(plan_of(quota=[quota(grace="1 month")]), empty, kind=kind)

    # As pandas has the columns of a frame without rows, and DuckDB columns with nothing in any:
    # nobody did anything.
    assert {figures(row) for row in rows.values()} == {("NOT_MET", 0), ("PENDING", 0)}


# ---------------------------------------------------------------- as the reference tells them

ONE, THEIRS = people(ids=["t1"]), records(bearers=["t1"])
PERIODS: list[Any] = [
    *("school-year", "calendar-year", "school-year", "calendar-year"),
    {"cycle": "6 months", "grid": date(2023, 3, 1)},
    {"cycle": "1 year", "from": "@bearer.joined"},
    {"cycle": "1 year", "from": "@bearer.joined", "after": {"kind": "visit", "late": "due"}},
]
CARRIED: list[Any] = [
    *({}, {"at_most": 1}, {"at_most": "3/2", "where": {"passed": True}}),
    *({"last": "6 months"}, {"where": {"tier": "@bearer.tier"}}),
]


@st.composite
def quotas_by_record(draw: st.DrawFn) -> Quota:
    """Return quotas in which what counts in one period depends on the records of another."""
    kinds: Any = draw(st.sampled_from(["training", ["training", "visit"]]))
    measure: dict[str, Any] = draw(
        st.sampled_from([{"sum": "hours", "of": kinds}, {"count": kinds}])
    )
    measure = {**measure, "caps": draw(st.lists(caps(), max_size=1))}
    keys: dict[str, Any] = {"partial": draw(st.sampled_from(["full", "full", "pro-rata", None]))}
    keys["stub"] = draw(st.sampled_from(["full", "pro-rata"]))
    which = draw(st.sampled_from(["grace", "carry_over", "both"]))
    if which != "carry_over":
        keys["grace"] = draw(st.sampled_from(["1 month", "2 months", "30 days"]))
    if which != "grace":
        keys["carry_over"] = draw(st.sampled_from(CARRIED))
    if (leave := draw(seldom(selectors()))) is not None:
        keys["leave"] = {"kind": "visit", "where": leave, "by": "guest"}
    if (where := draw(seldom(selectors()))) is not None:
        keys["part"] = [
            {"id": "part", "where": where, "at_least": 1, "shared": draw(st.booleans())}
        ]
    if (counts := draw(seldom(selectors()))) is not None:
        keys["before_joining"] = counts
    if draw(seldom(st.just(True))):
        keys |= {"governs": "period-start", "version": [{"from": date(2024, 1, 1), "at_least": 1}]}
    keys["at_least"] = draw(st.sampled_from([1, 2, 3, "1/2"]))
    try:
        return Quota(
            **HEAD,
            id="quota",
            measure=measure,
            every=draw(st.sampled_from(PERIODS)),
            **keys,
        )
    except InputError:  # such as a share of what is not known beforehand
        reject()


MADE_UP = cases(
    plans=plans(provisions=quotas_by_record().filter(portable)), people=ONE, records=THEIRS
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_what_is_made_up_and_carried_over(kind: str) -> None:
    check_frames(kind, MADE_UP, examples=60)


@st.composite
def acts(draw: st.DrawFn) -> dict[str, Any]:
    """Return what has to take place for a consequence to be carried out."""
    table: dict[str, Any] = {"kind": draw(st.sampled_from(["visit", ["visit", "training"]]))}
    table["where"] = draw(seldom(selectors())) or {}
    table["by"] = draw(st.sampled_from(["bearer", "bearer", "guest"]))
    if (within := draw(st.none() | time_limits())) is not None:
        table["within"] = within
    return table


AMOUNTS: list[Any] = [
    *(None, 200, {"rate": 2, "per": "shortfall"}, {"rate": "1/3", "per": "value", "cap": 1}),
    {"steps": [{"at_least": 0, "amount": 1}, {"above": 1, "amount": 5}], "per": "surplus"},
]


def with_consequences(drawn: SearchStrategy[Plan]) -> SearchStrategy[Plan]:
    """Return plans with something that follows: for another, by how much, and is carried out."""

    @st.composite
    def joined(draw: st.DrawFn, plan: Plan) -> Plan:
        limits = draw(gates().filter(lambda gate: gate.over is None))
        follows = Consequence(
            **{**HEAD, "id": "follows"},
            verdict=draw(st.sampled_from([provision.id for provision in plan.provisions])),
            status=tuple(draw(st.lists(st.sampled_from(Status), min_size=1, unique=True))),
            effect="remedy",
            amount=draw(st.sampled_from(AMOUNTS)),
            whose=draw(st.sampled_from(["", "leader"])),
            carried_out=draw(st.none() | acts()),
            **{key: getattr(limits, key) for key in ("bearer", "exempt", "since", "until")},
        )
        return attrs.evolve(plan, provisions=(*plan.provisions, follows))

    return drawn.flatmap(joined)


def led(ids: list[str]) -> SearchStrategy[tuple[Person, ...]]:
    """Return people some of whom name another, or somebody who is not there, as their leader."""

    @st.composite
    def named(draw: st.DrawFn) -> tuple[Person, ...]:
        several = draw(people(ids=ids))
        leaders = st.sampled_from([*ids, "nobody", None])
        return tuple(
            attrs.evolve(one, facts={**one.facts, **({"leader": who} if who else {})})
            for one in several
            for who in [draw(leaders)]
        )

    return named()


FOLLOWING = cases(
    plans=with_consequences(
        plans(provisions=(quotas() | quotas_by_record() | follow_ups()).filter(of_each))
    ),
    people=led(["t1", "t2"]),
    records=records(linked=True),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_what_follows_is_carried_out_and_comes_to(kind: str) -> None:
    check_frames(kind, FOLLOWING, examples=40)
