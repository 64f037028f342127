"""Gates over frames: they say what the reference says, by hand, and what is refused."""

from datetime import date
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from as_frames import KINDS, check_frames
from eduplan import Period, Plan, Status, available_plans, load_plan
from eduplan.errors import NotPortable
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.provisions import Consequence, Gate, Provision
from eduplan.provisions.quota import Over
from eduplan.testing import (
    Case,
    cases,
    follow_ups,
    gates,
    people,
    plans,
    quotas,
    records,
)
from eduplan.testing.provisions import measures
from eduplan.testing.values import days
from test_frames import HEAD, plan_of, portable, quota
from test_frames_events import answered


def with_gates(drawn: SearchStrategy[Plan]) -> SearchStrategy[Plan]:
    """Return plans with a gate that may rest on what else there is in them."""

    def joined(plan: Plan) -> SearchStrategy[Plan]:
        names = [provision.id for provision in plan.provisions]
        return gates(rests_on=names).map(
            lambda gate: attrs.evolve(plan, provisions=(*plan.provisions, gate))
        )

    return drawn.flatmap(joined)


def of_each(provision: Provision) -> bool:
    """Say whether a provision can be judged over frames, and by bearer."""
    scope = getattr(provision, "scope", None)
    return portable(provision) and (scope is None or scope.over is Over.EACH)


def with_bars(drawn: SearchStrategy[Plan]) -> SearchStrategy[Plan]:
    """Return plans with something that follows from what there is, and a gate that it may bar."""

    @st.composite
    def joined(draw: st.DrawFn, plan: Plan) -> Plan:
        amount = draw(st.sampled_from([None, None, 200, "1/3"]))
        limits = draw(gates().filter(lambda gate: gate.over is None))
        follows = Consequence(
            **{**HEAD, "id": "bar"},
            verdict=draw(st.sampled_from([provision.id for provision in plan.provisions])),
            status=tuple(draw(st.lists(st.sampled_from(Status), min_size=1, unique=True))),
            effect="bar" if amount is None else "bonus",
            amount=amount,
            **{key: getattr(limits, key) for key in ("bearer", "exempt", "since", "until")},
        )
        found = [*plan.provisions, follows]
        if amount is None:
            admits = {draw(st.sampled_from(["all", "any"])): [{"bar": "bar"}, COUNTY]}
            found.append(attrs.evolve(limits, admits=admits))
        return attrs.evolve(plan, provisions=tuple(found))

    return drawn.flatmap(joined)


@st.composite
def counting(draw: st.DrawFn, *, of_acts: bool) -> Gate:
    """Return gates that rest on what the register holds, and on facts of the bearer."""
    tallies: list[dict[str, Any]] = []
    for measure in draw(st.lists(measures(), min_size=1, max_size=2)):
        bound = draw(st.sampled_from(["at_least", "at_most"]))
        amount = draw(st.sampled_from([0, 1, "1/2"] if "share" in measure else [0, 1, "3/2", 2]))
        tallies.append({**measure, bound: amount})
        if (length := draw(st.sampled_from([None, "1 month", "6 months"]))) is not None:
            tallies[-1]["in_last"] = length
    joined = draw(st.sampled_from(["all", "any"]))
    admits = {joined: [*tallies, draw(st.sampled_from([COUNTY, {"not": COUNTY}]))]}
    drawn = draw(gates().filter(lambda gate: (gate.over is not None) is of_acts))
    return attrs.evolve(drawn, admits=admits)


COUNTY = {"bearer": {"level": {"at_least": "county"}}}
ONE, THEIRS = people(ids=["t1"]), records(bearers=["t1"], linked=True)
GATES = cases(plans=plans(provisions=gates()), people=ONE, records=THEIRS)
RESTING = cases(
    plans=with_gates(plans(provisions=(quotas() | follow_ups()).filter(of_each))),
    people=ONE,
    records=THEIRS,
)


def counted(*, of_acts: bool) -> SearchStrategy[Case]:
    """Return cases with a gate that counts, for people or for acts."""
    provisions = counting(of_acts=of_acts).filter(portable)
    return cases(plans=plans(provisions=provisions), people=ONE, records=THEIRS)


COUNTING, COUNTING_ON_ACTS = counted(of_acts=False), counted(of_acts=True)

TWO_FACTS = {"tier": ["@bearer.tier", "@bearer.level"]}
"""What columns cannot tell: a fact that is one of two facts of the bearer."""


@st.composite
def beyond_columns(draw: st.DrawFn) -> Gate:
    """Return gates that are told record by record: dated versions, and two facts of the bearer."""
    of_acts = draw(st.booleans())
    one = draw(gates().filter(lambda gate: (gate.over is not None) is of_acts))
    other = draw(gates().filter(lambda gate: (gate.over is not None) is of_acts))
    if draw(st.booleans()):
        # A version begins while the gate is in force, so it always is here.
        one = attrs.evolve(one, since=None, until=None)
        version = {"from": draw(days()), "admits": other.admits}
        return attrs.evolve(one, governs=draw(GOVERNS[of_acts]), version=[version])
    asked = {"record": TWO_FACTS} if of_acts else {"count": "training", "where": TWO_FACTS}
    asked |= {} if of_acts else {"at_least": draw(st.sampled_from([1, 2]))}
    return attrs.evolve(one, admits={draw(st.sampled_from(["all", "any"])): [asked, one.admits]})


GOVERNS = {of_acts: st.sampled_from(["as-of", *(["record-date"] * of_acts)]) for of_acts in (0, 1)}
BEYOND = cases(plans=plans(provisions=beyond_columns()), people=ONE, records=THEIRS)

BARRED = cases(
    plans=with_bars(plans(provisions=(quotas() | follow_ups()).filter(of_each))),
    people=ONE,
    records=THEIRS,
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_what_follows_and_whom_it_bars(kind: str) -> None:
    check_frames(kind, BARRED, examples=25)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_gates_that_count_records(kind: str) -> None:
    check_frames(kind, COUNTING, examples=30)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_gates_that_count_records_on_the_day_of_an_act(kind: str) -> None:
    check_frames(kind, COUNTING_ON_ACTS, examples=30)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_gates_that_columns_cannot_judge(kind: str) -> None:
    check_frames(kind, BEYOND, examples=30)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_gates(kind: str) -> None:
    check_frames(kind, GATES, examples=60)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_gates_that_rest_on_others(kind: str) -> None:
    check_frames(kind, RESTING, examples=40)


# ---------------------------------------------------------------- by hand

AS_OF = date(2024, 9, 1)
PEOPLE = pl.DataFrame(
    {
        "id": ["t1", "t2", "t3", "t4"],
        "level": ["city", "county", "school", None],
        "since": [date(2019, 9, 1), date(2019, 9, 2), date(2000, 1, 1), None],
    }
)
FIVE_YEARS = {"elapsed": "5 years", "since": "since"}


def gate(name: str = "entry", **keys: Any) -> dict[str, Any]:
    return {**HEAD, "id": name, **keys}


def acts(*several: tuple[Any, ...]) -> pl.DataFrame:
    """Return records by kind, day, bearer, hours and mode."""
    types = {"kind": pl.String, "day": pl.Date, "bearer": pl.String, "hours": pl.Int64}
    return pl.DataFrame(several, schema={**types, "mode": pl.String}, orient="row")


def judge(plan: Plan, taken: pl.DataFrame, **rest: Any) -> list[tuple[Any, ...]]:
    """Return bearer, status and reasons of the gate, in order."""
    usual = {"as_of": AS_OF, "complete_through": AS_OF, "only": ["entry"]}
    rows = rows_of(evaluate_frame(plan, PEOPLE, taken, **{**usual, **rest}))
    return sorted((row.bearer, row.status.value, row.reasons) for row in rows)


def test_what_is_on_file_is_known_when_all_is_in_through_yesterday() -> None:
    entry = gate(admits={"count": "training", "at_least": 1})

    def said(through: date) -> set[tuple[str, tuple[str, ...]]]:
        rows = judge(plan_of(gate=[entry]), acts(), complete_through=through)
        return {row[1:] for row in rows}

    # On 1 September nobody has done anything; what is done on that day may still come in.
    assert said(date(2024, 8, 31)) == {("NOT_MET", ())}
    assert said(date(2024, 8, 30)) == {("UNDETERMINED", ("register-incomplete",))}


def test_five_years_are_over_on_the_day_on_which_they_are_reached() -> None:
    # On 1 September 2024: five years exactly, one day short of it, long past, and not known.
    assert judge(plan_of(gate=[gate(admits=FIVE_YEARS)]), acts()) == [
        ("t1", "MET", ()),
        ("t2", "NOT_MET", ()),
        ("t3", "MET", ()),
        ("t4", "UNDETERMINED", ("bearer-fact",)),
    ]


@pytest.mark.parametrize("over", [{}, {"over": "lesson"}])
def test_time_since_the_last_of_all_days_is_not_over(over: dict[str, Any]) -> None:
    plan = plan_of(gate=[gate(admits=FIVE_YEARS, **over)])
    taken = acts(("lesson", AS_OF, "t1", None, None), ("lesson", AS_OF, "t2", None, None))
    people = PEOPLE.head(2).with_columns(since=pl.Series([date(9999, 12, 31), date(2019, 9, 1)]))

    rows = rows_of(evaluate_frame(plan, people, taken, as_of=AS_OF))

    statuses = {row.bearer: row.status for row in rows}
    assert statuses == {"t1": Status.NOT_MET, "t2": Status.MET}


def test_of_an_act_time_is_counted_to_its_own_day() -> None:
    plan = plan_of(gate=[gate(admits=FIVE_YEARS, over="lesson")])
    taken = acts(
        ("lesson", date(2024, 8, 31), "t1", None, None),  # a day before five years
        ("lesson", date(2023, 8, 31), "t3", None, None),  # of the school year before
        ("lesson", date(2024, 9, 1), "t1", None, None),
        ("lesson", date(2024, 9, 1), "t4", None, None),
    )

    assert judge(plan, taken, during=None) == [
        ("t1", "MET", ()),
        ("t2", "NOT_APPLICABLE", ("no-act",)),
        ("t3", "NOT_APPLICABLE", ("no-act",)),
        ("t4", "UNDETERMINED", ("bearer-fact",)),
    ]
    before = judge(plan, taken, as_of=date(2024, 8, 31))  # the school year 2023
    assert before[:2] == [("t1", "NOT_MET", ()), ("t2", "NOT_APPLICABLE", ("no-act",))]


def test_what_is_unknown_matters_only_where_it_decides() -> None:
    # Any of the two: the fourth is not known to have either; all of the two: the third has the
    # years and not the level, whatever else.
    any_ = plan_of(gate=[gate(admits={"any": [FIVE_YEARS, COUNTY]})])
    all_ = plan_of(gate=[gate(admits={"all": [FIVE_YEARS, COUNTY]})])

    assert [row[1] for row in judge(any_, acts())] == ["MET", "MET", "MET", "UNDETERMINED"]
    assert [row[1] for row in judge(all_, acts())] == ["MET", "NOT_MET", "NOT_MET", "UNDETERMINED"]


def test_an_act_is_judged_by_its_facts_and_may_be_no_act_at_all() -> None:
    admits = {"all": [{"record": {"hours": {"at_least": 2}}}, COUNTY]}
    plan = plan_of(gate=[gate(admits=admits, over={"kind": "lesson", "where": {"mode": "online"}})])
    day = date(2024, 9, 1)
    taken = acts(
        ("lesson", day, "t1", 2, "online"),
        ("lesson", day, "t1", 1, "online"),
        ("lesson", day, "t1", 2, None),  # perhaps no lesson that is judged
        ("lesson", day, "t2", None, "online"),
        ("lesson", day, "t3", None, "online"),  # not of the level: the hours do not matter
        ("lesson", day, "t4", 9, "on-site"),
    )

    assert judge(plan, taken) == [
        ("t1", "MET", ()),
        ("t1", "NOT_MET", ()),
        ("t1", "UNDETERMINED", ("record-fact",)),
        ("t2", "UNDETERMINED", ("record-fact",)),
        ("t3", "NOT_MET", ()),
        ("t4", "NOT_APPLICABLE", ("no-act",)),
    ]


def test_another_provision_counts_by_all_its_periods() -> None:
    # Three hours in every calendar year: in 2023 the first two have them, in 2024 only the first.
    # The third has not enough of 2023; of 2024, which is not over, it could still be: not admitted.
    hours = quota(every="calendar-year", partial="full")
    plan = plan_of(quota=[hours], gate=[gate(admits={"verdict": "hours"})])
    last, this = date(2023, 5, 1), date(2024, 5, 1)
    taken = acts(
        ("training", last, "t1", 3, None), ("training", this, "t1", 3, None),
        ("training", last, "t2", 3, None), ("training", this, "t2", 2, None),
        ("training", last, "t3", 2, None),
        ("training", last, "t4", None, None),
    )  # fmt: skip

    assert judge(plan, taken, during=Period(date(2023, 1, 1), date(2025, 1, 1))) == [
        ("t1", "MET", ()),
        ("t2", "UNDETERMINED", ("verdict-pending",)),
        ("t3", "NOT_MET", ()),
        # 2023 lacks a fact of a record; 2024 is open besides
        ("t4", "UNDETERMINED", ("record-fact", "verdict-pending")),
    ]


def times_read(only: list[str]) -> int:
    """Return how often the records are read for provisions of a plan, up to its result."""
    plan = plan_of(
        quota=[quota(partial="full")],
        gate=[
            gate("entry", admits={"all": [{"verdict": "hours"}, COUNTY]}),
            gate("second", admits={"any": [{"verdict": "hours"}, {"verdict": "entry"}]}),
        ],
    )
    reads = []

    def read(batch: pl.DataFrame) -> pl.DataFrame:
        reads.append(1)
        return batch

    taken = acts(("training", date(2024, 8, 1), "t1", 9, None))
    counted = taken.lazy().map_batches(read, streamable=False)
    asked: dict[str, Any] = {"as_of": AS_OF, "complete_through": AS_OF}
    found = evaluate_frame(plan, PEOPLE.lazy(), counted, **asked, only=only).collect()
    assert len(found) == len(PEOPLE) * len(only)
    return len(reads)


def test_what_gates_rest_on_is_judged_once() -> None:
    # The quota alone reads the records so often, and no gate reads any besides, whether its
    # verdicts are wanted too and whichever comes first.
    alone = times_read(["hours"])

    assert times_read(["entry"]) == alone
    assert times_read(["hours", "entry", "second"]) == alone
    assert times_read(["second", "hours"]) == alone


def test_what_the_register_holds_is_counted_up_to_the_day() -> None:
    # Two lessons in the last six months, since 2 March 2024: the first has them, the second had one
    # of them the day before, and the third lessons of which one is not known to be online.
    lessons = {"count": "lesson", "where": {"mode": "online"}, "at_least": 2}
    plan = plan_of(gate=[gate(admits={**lessons, "in_last": "6 months"})])
    taken = acts(
        ("lesson", date(2024, 3, 2), "t1", None, "online"),
        ("lesson", date(2024, 9, 1), "t1", None, "online"),
        ("lesson", date(2024, 3, 1), "t2", None, "online"),
        ("lesson", date(2024, 9, 1), "t2", None, "online"),
        ("lesson", date(2024, 9, 1), "t3", None, "online"),
        ("lesson", date(2024, 9, 1), "t3", None, None),
    )

    assert judge(plan, taken) == [
        ("t1", "MET", ()),
        ("t2", "NOT_MET", ()),
        ("t3", "UNDETERMINED", ("record-fact",)),
        ("t4", "NOT_MET", ()),
    ]
    # Without a register that is complete nobody is known to have too few.
    open_ = judge(plan, taken, complete_through=None)
    assert [row[1] for row in open_] == ["MET", "UNDETERMINED", "UNDETERMINED", "UNDETERMINED"]


def test_of_an_act_what_the_register_holds_is_counted_up_to_its_own_day() -> None:
    # A budget of the year before every spending. Of a spending on 1 March 2024 that is one since
    # 2 March 2023, on the same day at the latest.
    plan = plan_of(
        gate=[gate(over="spending", admits={"count": "budget", "at_least": 1, "in_last": "1 year"})]
    )
    taken = acts(
        ("budget", date(2023, 3, 2), "t1", None, None),
        ("spending", date(2024, 3, 1), "t1", None, None),  # the last day of the year
        ("spending", date(2024, 3, 2), "t1", None, None),  # a day too late
        ("spending", date(2024, 3, 3), "t2", None, None),  # the budget comes after it
        ("budget", date(2024, 3, 4), "t2", None, None),
        ("spending", date(2024, 3, 4), "t2", None, None),
        ("spending", date(2024, 3, 4), "t3", None, None),  # somebody else's budget
    )

    this_year = Period(date(2023, 9, 1), date(2024, 9, 2))
    assert judge(plan, taken, during=this_year) == [
        ("t1", "MET", ()),
        ("t1", "NOT_MET", ()),
        ("t2", "MET", ()),
        ("t2", "NOT_MET", ()),
        ("t3", "NOT_MET", ()),
        ("t4", "NOT_APPLICABLE", ("no-act",)),
    ]
    # Complete through 3 March: that there was no budget is known of the spendings until then.
    known = judge(plan, taken, during=this_year, complete_through={"budget": date(2024, 3, 3)})
    assert known[:-1] == [
        ("t1", "MET", ()),
        ("t1", "NOT_MET", ()),
        ("t2", "MET", ()),
        ("t2", "NOT_MET", ()),
        ("t3", "UNDETERMINED", ("register-incomplete",)),
    ]


def test_hours_before_an_act_are_capped_by_month() -> None:
    # Of 3 hours in one month 2 count: three before the first act, with another month's one.
    hours = {"sum": "hours", "of": "training", "at_least": 3}
    capped = {**hours, "caps": [{"at_most": 2, "per": "month"}]}
    plan = plan_of(gate=[gate(over="lesson", admits=capped)])
    taken = acts(
        ("training", date(2024, 6, 1), "t1", 1, None), ("training", date(2024, 7, 1), "t1", 1, None),
        ("training", date(2024, 7, 31), "t1", 2, None), ("lesson", AS_OF, "t1", None, None),
        ("training", date(2024, 7, 1), "t2", 1, None), ("training", date(2024, 7, 31), "t2", 2, None),
        ("lesson", AS_OF, "t2", None, None),
    )  # fmt: skip

    assert [row[:2] for row in judge(plan, taken)][:2] == [("t1", "MET"), ("t2", "NOT_MET")]


def test_what_follows_bars_from_a_gate() -> None:
    # Of 3 hours t1 has 3 and gets 200; the others have fewer in a year that is over, and are barred.
    hours = quota(every="calendar-year", partial="full")
    bonus = {**BAR, "id": "bonus", "status": "MET", "effect": "bonus", "amount": 200}
    plan = plan_of(quota=[hours], consequence=[BAR, bonus], gate=[gate(admits={"bar": "bar"})])
    taken = acts(
        ("training", date(2023, 5, 1), "t1", 3, None), ("training", date(2023, 5, 1), "t2", 2, None)
    )
    last_year = Period(date(2023, 1, 1), date(2024, 1, 1))

    assert [row[:2] for row in judge(plan, taken, during=last_year)] == [
        ("t1", "MET"), ("t2", "NOT_MET"), ("t3", "NOT_MET"), ("t4", "NOT_MET"),
    ]  # fmt: skip
    found = evaluate_frame(
        plan, PEOPLE, taken, as_of=AS_OF, complete_through=AS_OF, during=last_year, only=["bonus"]
    )
    rows = {row.bearer: row for row in rows_of(found)}
    assert (rows["t1"].status, rows["t1"].value, rows["t1"].period) == (Status.MET, 200, last_year)
    assert (rows["t2"].status, rows["t2"].reasons) == (Status.NOT_APPLICABLE, ("not-triggered",))


def test_out_of_force_nobody_is_weighed() -> None:
    plan = plan_of(gate=[gate(admits=COUNTY, since=date(2024, 9, 2))])

    assert {row[1:] for row in judge(plan, acts())} == {("NOT_APPLICABLE", ("not-in-force",))}


# ---------------------------------------------------------------- what is refused

BAR = {**HEAD, "id": "bar", "verdict": "hours", "status": "NOT_MET", "effect": "bar"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a provision that cannot be judged so": (
        {
            "quota": [quota(scope={"mean": "school"})],
            "gate": [gate(admits={"verdict": "hours"})],
        },
        "entry: rests on hours, which cannot be judged by bearer over frames",
    ),
    "a provision that rests on one": (
        {
            "quota": [quota(scope={"mean": "school"})],
            "gate": [gate("first", admits={"verdict": "hours"}),
                     gate(admits={"verdict": "first"})],
        },
        "entry: rests on first, which cannot be judged by bearer over frames",
    ),
    "what follows from a provision that cannot be judged by bearer": (
        {
            "quota": [quota(scope={"mean": "school"})],
            "consequence": [{**BAR, "id": "entry", "whose": "school"}],
        },
        "entry: rests on hours, which cannot be judged by bearer over frames",
    ),
    "what follows by amount from records told by whom they point to": (
        {
            "quota": [quota(measure={"count": "visit", "where": {"bearer": "t1"}})],
            "consequence": [{**BAR, "id": "entry", "effect": "deduction",
                             "amount": {"rate": 10, "per": "shortfall"}}],
        },
        "entry: rests on hours, which cannot be judged by bearer over frames",
    ),
    "what follows, in dated versions": (
        {
            "quota": [quota()],
            "consequence": [{**BAR, "id": "entry", "governs": "as-of",
                             "version": [{"from": date(2024, 1, 1), "effect": "talk"}]}],
        },
        "entry.governs: governs cannot be judged over frames",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_by_name(name: str) -> None:
    tables, says = REFUSED[name]

    with pytest.raises(NotPortable) as refused:
        judge(plan_of(**tables), acts())

    assert str(refused.value).startswith(says)


def test_every_gate_of_the_packaged_plans_can_be_judged_once_it_is_answered() -> None:
    of_plans = [answered(load_plan(name)) for name in available_plans()]
    several = [one for found in of_plans for one in found if isinstance(one, Gate)]

    assert len(several) > 10
    assert not [fault for one in several for fault in refusals(one)]
