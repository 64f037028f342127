"""The evaluator over frames says what the reference says, to the last integer, or refuses by name."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, Period, Plan, Status, plan_from_table
from eduplan.errors import NotPortable
from eduplan.exact import Number
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.provisions import Provision, Quota
from eduplan.testing import (
    cases,
    divided_quotas,
    follow_ups,
    people,
    plans,
    quotas,
    records,
)

HEAD: dict[str, Any] = {"clause": "1", "title": {"zh": "规定", "en": "provision"}}


def portable(provision: Provision) -> bool:
    return not any(refusals(provision))


QUOTAS = cases(plans=plans(provisions=quotas().filter(portable)))
PARTS = cases(
    plans=plans(provisions=divided_quotas().filter(portable)),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)
FOLLOW_UPS = cases(
    plans=plans(provisions=follow_ups().filter(portable)),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"], linked=True),
)


@st.composite
def capped_quotas(draw: st.DrawFn) -> Quota:
    """Return quotas with parts whose caps cut none of their records, or lie within their spans."""
    online, on_site = {"mode": "online"}, {"mode": "on-site"}
    several = st.sampled_from(["day", "month", "school-year", "calendar-year", "year", "period"])
    scope = draw(st.sampled_from([online, online, {}]))
    caps = [{"at_most": draw(st.sampled_from([1, "3/2", 2])), "per": draw(several), "where": scope}]
    if draw(st.sampled_from([False, False, True])):
        caps[0]["each"] = draw(st.sampled_from(["topic", "size"]))
    bound: st.SearchStrategy[Any] = st.sampled_from([1, 2, "1/2"])
    spans: list[dict[str, Any]] = [{"yearly": True}] + [
        {"every": e} for e in ("calendar-year", "month", "school-year")
    ]
    parts = [
        {"where": on_site, "at_least": draw(bound)},
        {"where": {"tier": "@bearer.tier"}, "within": on_site, "at_least": "1/2"},
        {**draw(st.sampled_from(spans)), "at_least": draw(bound)},
        {**draw(st.sampled_from(spans)), "where": on_site, "at_most": draw(bound)},
    ]
    chosen = draw(st.lists(st.sampled_from(range(4)), min_size=1, max_size=3, unique=True))
    cycles: list[Any] = [
        "school-year",
        {"cycle": "2 years", "grid": date(2023, 1, 1)},
        {"cycle": "2 years", "grid": date(2022, 9, 1)},
        {"cycle": "18 months", "grid": date(2023, 3, 1)},
        {"cycle": "2 years", "from": "@bearer.joined"},
    ]
    return Quota(
        **HEAD,
        id="quota",
        measure={"sum": "hours", "of": "training", "caps": caps},
        every=draw(st.sampled_from(cycles)),
        at_least=draw(st.sampled_from([0, 1, 2, 3])),
        partial="full",
        part=[{"id": f"part-{number}", **parts[number]} for number in chosen],
    )


CAPPED = cases(
    plans=plans(provisions=capped_quotas().filter(portable)),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_caps_beside_parts(kind: str) -> None:
    check_frames(kind, CAPPED, examples=60)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_with_the_reference(kind: str) -> None:
    check_frames(kind, QUOTAS, examples=60)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_parts(kind: str) -> None:
    check_frames(kind, PARTS, examples=60)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_follow_ups(kind: str) -> None:
    check_frames(kind, FOLLOW_UPS, examples=60)


# ---------------------------------------------------------------- what is refused

AS_OF = date(2024, 8, 31)


def plan_of(**tables: Any) -> Plan:
    """Return a plan of a few provisions, by the keys of their forms."""
    text = {"zh": "方案", "en": "plan"}
    return plan_from_table(
        {
            "plan": {"id": "plan", "title": text},
            "document": {"title": text},
            "clause": [{"number": "1", "gist": text}],
            "scales": {"level": ["school", "county", "city"]},
            **tables,
        }
    )


def quota(name: str = "hours", **keys: Any) -> dict[str, Any]:
    usual = {"measure": {"sum": "hours", "of": "training"}, "every": "school-year", "at_least": 3}
    return {**HEAD, "id": name, **usual, **keys}


PLAIN = plan_of(quota=[quota()])
PEOPLE = pl.DataFrame({"id": ["t1", "t2"], "tier": ["a", None]})
TRAINING = pl.DataFrame(
    {
        "kind": ["training", "training", "visit"],
        "day": [date(2023, 9, 1), date(2024, 8, 31), date(2024, 1, 1)],
        "bearer": ["t1", "t1", "t2"],
        "hours": [1, 2, 5],
        "mode": ["online", None, "on-site"],
    }
)


def judge(plan: Plan, people: Any = PEOPLE, records: Any = TRAINING, **rest: Any) -> Any:
    return evaluate_frame(plan, people, records, as_of=AS_OF, **rest)


def caps(*several: dict[str, Any]) -> dict[str, Any]:
    return {"sum": "hours", "of": "training", "caps": list(several)}


OWN = {"cycle": "1 year", "from": "@bearer.joined"}
ONLINE, ON_SITE = {"mode": "online"}, {"mode": "on-site"}
NOT_PORTABLE = {
    "an answer by whom it points to": (
        {**HEAD, "id": "hours", "asks": HEAD["title"], "judges": HEAD["title"],
         "answers": {"where": {"bearer": "t1"}}},
        "hours: a fact by which records are told apart, or point to whose they are, is a condition",
    ),
    "records that are told one by one, by their ids": (
        quota(grace="1 month", measure={"count": "visit", "where": {"id": "r1"}}),
        "hours.grace: grace cannot be judged over frames",
    ),
    "cycles that go by the ids of records": (
        quota(every={**OWN, "hold": {"kind": "leave", "where": {"id": "r1"}}}),
        "hours.every: a fact by which records are told apart, or point to whose they are",
    ),
    "cycles that go by whom records point to": (
        quota(every={**OWN, "hold": {"kind": "leave", "where": {"bearer": "t1"}}}),
        "hours.every: a fact by which records are told apart, or point to whose they are",
    ),
    "a place among figures with certain ids": (
        {**HEAD, "id": "hours", "indicator": {"value": "index", "where": {"id": "r1"}},
         "every": "school-year", "reach": {"relative_to": {"rank": 1}}},
        "hours.indicator: a fact by which records are told apart, or point to whose they are",
    ),
    "the mean of a group, by the versions of records": (
        quota(scope={"mean": "school"}, governs="record-date",
              version=[{"from": date(2024, 1, 1), "measure": {"count": "visit"}}]),
        "hours.scope: scope together with version cannot be judged over frames",
    ),
    "a rate of a group, by teaching weeks": (
        quota(scope={"share": "school"}, every="teaching-week"),
        "hours.scope: scope together with every cannot be judged over frames",
    ),
    "the mean of a group, with a record held against several facts of the bearer": (
        quota(scope={"mean": "school"},
              measure={"count": "visit", "where": {"tier": ["@bearer.tier", "@bearer.level"]}}),
        "hours.measure: tier is held against several facts of the bearer at once",
    ),
    "the mean of a group, by parts of every year": (
        quota(scope={"mean": "school"},
              part=[{"id": "a", "where": ONLINE, "at_least": 1, "yearly": True}]),
        "hours.scope: scope together with part.yearly cannot be judged over frames",
    ),
    "the mean of a group, with hours beside the whole": (
        quota(scope={"mean": "school"},
              part=[{"id": "a", "where": ONLINE, "at_least": 1, "beside": True}]),
        "hours.scope: scope together with part.beside cannot be judged over frames",
    ),
    "the total of a group, in versions": (
        quota(scope={"total": "school"}, governs="as-of",
              version=[{"from": date(2024, 1, 1), "at_least": 2}]),
        "hours.scope: scope together with version cannot be judged over frames",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PORTABLE)
def test_what_cannot_be_done_is_refused_by_name(name: str) -> None:
    table, says = NOT_PORTABLE[name]

    tables = {"quota": [quota("other")]}
    form = "attestation" if "asks" in table else "target" if "indicator" in table else "quota"
    tables.setdefault(form, []).append(table)
    with pytest.raises(NotPortable) as refused:
        judge(plan_of(**tables))

    assert str(refused.value).startswith(says)


def test_everything_refused_is_named_at_once_and_the_rest_can_be_chosen() -> None:
    question = {
        "id": "how-many",
        "clause": "1",
        "expects": "number",
        "asks": {"zh": "多少？", "en": "How many?"},
    }
    plan = plan_of(
        quota=[
            quota(),
            quota("open", at_least="?how-many"),
            quota("weekly", scope={"share": "school"}, every="teaching-week"),
        ],
        question=[question],
    )

    with pytest.raises(NotPortable) as refused:
        judge(plan)

    assert [fault.path for fault in refused.value.faults] == ["open", "weekly.scope"]
    (first, second) = rows_of(judge(plan, only=["hours"]))
    assert {first.bearer, second.bearer} == {"t1", "t2"}


def test_a_record_of_which_two_caps_may_hold_is_refused() -> None:
    two = caps({"at_most": 1, "per": "period", "where": ONLINE},
               {"at_most": 1, "per": "period", "where": ON_SITE})  # fmt: skip

    with pytest.raises(NotPortable, match="not known which of several caps holds for them: 1;"):
        judge(plan_of(quota=[quota(measure=two)]))


def test_records_of_several_days_under_a_cap_on_each_are_refused_without_ids() -> None:
    by_day = plan_of(quota=[quota(measure=caps({"at_most": 1, "per": "day"}))])
    last = TRAINING.with_columns(last_day=pl.col("day"))

    with pytest.raises(NotPortable, match="go on for several days and a cap holds for each day"):
        judge(by_day, records=last.with_columns(last_day=pl.col("day").dt.offset_by("1d")))

    of_another_kind = last.with_columns(
        kind=pl.lit("meeting"), last_day=pl.col("day").dt.offset_by("1d")
    )
    for several in (last, pl.concat([last, of_another_kind])):
        found, plain = (
            sorted(rows_of(judge(by_day, records=one)), key=lambda row: row.bearer)
            for one in (several, TRAINING)
        )
        assert found == plain


def test_reasons_why_it_is_not_known_what_is_owed_stand_in_order() -> None:
    text = {"zh": "方案", "en": "plan"}
    horizon = {"from": date(2023, 1, 1), "to": date(2024, 9, 1)}
    plan = plan_of(
        quota=[quota(every={"cycle": "2 years", "grid": date(2023, 1, 1)})],
        plan={"id": "plan", "title": text, "horizon": horizon},
    )
    during = Period(date(2023, 1, 1), date(2025, 1, 1))
    leaving = PEOPLE.head(1).with_columns(left=pl.lit(date(2024, 8, 31)))

    (row,) = rows_of(
        evaluate_frame(plan, leaving, TRAINING, as_of=date(2024, 8, 31), during=during)
    )

    # The cycle ends after the plan, of which nothing is said, nor of who leaves before its end.
    assert row.reasons == ("partial-policy", "stub-policy")


WRONG_FRAMES: dict[str, tuple[Any, Any, str]] = {
    "no frame": ([], TRAINING, "bearers: must be a data frame, not a list"),
    "two kinds": (PEOPLE, TRAINING.lazy(), "records: bearers are a polars DataFrame and records a polars LazyFrame"),
    "no id": (PEOPLE.drop("id"), TRAINING, "bearers.id: there is no such column"),
    "an id that is a number": (
        PEOPLE.with_columns(id=pl.Series([1, 2])),
        TRAINING,
        "bearers.id: must be a column of text, not Int64",
    ),
    "a blank id": (
        PEOPLE.with_columns(id=pl.Series(["t1", None])), TRAINING, "bearers.id: is blank in rows: 1"
    ),
    "an id without a letter": (
        PEOPLE.with_columns(id=pl.Series(["t1", ""])), TRAINING, "bearers.id: is blank in rows: 1"
    ),
    "an id twice": (
        PEOPLE.with_columns(id=pl.lit("t1")), TRAINING, "bearers.id: ids that stand more than once"
    ),
    "a day that is text": (
        PEOPLE,
        TRAINING.with_columns(day=pl.lit("2024-08-31")),
        "records.day: must be a column of dates, not String",
    ),
    "a time of day": (
        PEOPLE,
        TRAINING.with_columns(day=pl.lit(datetime(2024, 8, 31, 9))),
        "records.day: must be a date, but has a time of day",
    ),
    "a blank day": (
        PEOPLE, TRAINING.with_columns(day=pl.lit(None, pl.Date)), "records.day: is blank in rows: 3"
    ),
    "a kind without a letter": (
        PEOPLE,
        TRAINING.with_columns(kind=pl.Series(["training", "", ""])),
        "records.kind: is blank in rows: 2",
    ),
    "a last day that is text": (
        PEOPLE,
        TRAINING.with_columns(last_day=pl.lit("2024-08-31")),
        "records.last_day: must be a column of dates, not String",
    ),
    "a list": (
        PEOPLE,
        TRAINING.with_columns(hours=pl.Series([[1], [2], [3]])),
        "records.hours: a column of type List(Int64) cannot hold facts",
    ),
    "several types in a column": (
        pd.DataFrame({"id": ["t1"]}),
        pd.DataFrame({"kind": ["visit", "visit"], "day": [1, "x"], "bearer": ["t1", 2]}),
        "records.day: holds values of several types\nrecords.bearer: holds values of several types",
    ),
    "an amount below zero": (
        PEOPLE,
        TRAINING.with_columns(hours=pl.lit(-1)),
        "records.hours: holds amounts below zero",
    ),
    "an amount that is no number": (
        PEOPLE,
        TRAINING.with_columns(hours=pl.lit("much")),
        "records.hours: holds amounts that are not numbers",
    ),
    "amounts that do not fit": (
        PEOPLE,
        TRAINING.with_columns(hours=pl.lit(2**62)),
        "records.hours: the amounts are so large",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_FRAMES)
def test_frames_that_cannot_be_taken_are_refused(name: str) -> None:
    people, records, says = WRONG_FRAMES[name]

    with pytest.raises(InputError) as refused:
        judge(plan_of(quota=[quota()]), people, records)

    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("kind", KINDS)
def test_records_that_cannot_be_are_refused_whatever_is_asked_of_them(kind: str) -> None:
    # The hours of a year go by the first day alone, and nothing is asked of meetings.
    make = KINDS[kind].make
    wrong = TRAINING.with_columns(
        kind=pl.Series(["training", "", "meeting"]),
        last_day=pl.Series([None, date(2024, 8, 31), date(2024, 8, 29)], dtype=pl.Date),
        day=pl.lit(date(2024, 8, 30)),
    )

    with pytest.raises(InputError) as refused:
        judge(PLAIN, make(PEOPLE.to_arrow()), make(wrong.to_arrow()))

    assert str(refused.value).splitlines() == [
        "records.kind: is blank in rows: 1",
        "records.last_day: records whose last day comes before the first: 1",
    ]


def test_records_that_cannot_be_are_found_wherever_they_stand() -> None:
    """Of polars frames the first thousand rows make a guess."""
    several = pl.concat([TRAINING.head(1)] * 3000).with_columns(last_day=pl.col("day"))
    row = pl.int_range(pl.len())
    blank = several.with_columns(kind=pl.when(row == 2500).then(pl.lit("")).otherwise("kind"))
    turned = several.with_columns(
        last_day=pl.when(row == 2500).then(pl.col("day").dt.offset_by("-1d")).otherwise("day")
    )

    for wrong, field in ((blank, "kind"), (turned, "last_day")):
        with pytest.raises(InputError, match=rf"^records\.{field}: .*: 1$"):
            judge(PLAIN, PEOPLE.lazy(), wrong.lazy())


# ---------------------------------------------------------------- what is taken as it lies


AMOUNTS = {
    "whole": pl.Series([1, 2, 9], dtype=pl.Int8),
    "float": pl.Series([1.2, 1.8, 9.0]),
    "decimal": pl.Series(["1.25", "1.75", "9"]).cast(pl.Decimal(6, 2)),
    "text": pl.Series(["1/3", "8/3", "9"]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", AMOUNTS)
def test_amounts_are_added_exactly(name: str, kind: str) -> None:
    make = KINDS[kind].make
    records = TRAINING.with_columns(hours=AMOUNTS[name]).to_arrow()

    rows = rows_of(judge(plan_of(quota=[quota()]), make(PEOPLE.to_arrow()), make(records)))

    assert {row.bearer: (row.value, row.status) for row in rows} == {
        "t1": (3, Status.MET),
        "t2": (0, Status.UNDETERMINED),
    }


@pytest.mark.parametrize("others", [["a", "b"], ["-1/2", "3"]])
def test_what_records_of_other_kinds_state_is_no_amount(others: list[str]) -> None:
    exams = TRAINING.head(2).with_columns(kind=pl.lit("exam"), hours=pl.Series(others))
    taken = pl.concat([TRAINING.with_columns(pl.col("hours").cast(pl.String)), exams])

    assert {row.bearer: row.value for row in rows_of(judge(PLAIN, PEOPLE, taken))} == {
        "t1": 3,
        "t2": 0,
    }


def test_amounts_may_be_of_a_type_for_larger_ones() -> None:
    """As sums are in DuckDB, and in polars."""
    connection = duckdb.connect()
    people = connection.from_arrow(PEOPLE.to_arrow())
    taken = connection.from_arrow(TRAINING.to_arrow()).project(
        "* replace (hours::hugeint as hours)"
    )
    large = TRAINING.with_columns(pl.col("hours").cast(pl.Int128))

    for found in (judge(PLAIN, people, taken), judge(PLAIN, PEOPLE, large)):
        assert {row.bearer: row.value for row in rows_of(found)} == {"t1": 3, "t2": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_midnights_are_days_and_categories_are_text(kind: str) -> None:
    make = KINDS[kind].make
    records = TRAINING.with_columns(pl.col("day").cast(pl.Datetime("us"))).to_arrow()
    kinds = records.column("kind").cast(pa.string()).dictionary_encode()
    records = records.set_column(records.schema.get_field_index("kind"), "kind", kinds)

    rows = rows_of(judge(plan_of(quota=[quota()]), make(PEOPLE.to_arrow()), make(records)))

    assert {row.bearer: row.value for row in rows} == {"t1": 3, "t2": 0}


def test_arrow_tables_may_have_texts_and_days_of_other_types() -> None:
    views, days = pa.string_view(), pa.date64()
    people = PEOPLE.select("id").to_arrow().cast(pa.schema([("id", views)]))
    types = [
        {"kind": views, "bearer": views, "day": days}.get(field.name, field.type)
        for field in TRAINING.to_arrow().schema
    ]
    taken = TRAINING.to_arrow()
    taken = taken.cast(pa.schema(list(zip(taken.column_names, types, strict=True))))

    rows = rows_of(judge(PLAIN, people, taken))

    assert {row.bearer: row.value for row in rows} == {"t1": 3, "t2": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_midnights_of_a_time_zone_are_days_there(kind: str) -> None:
    make = KINDS[kind].make
    if kind == "duckdb":  # a column there goes by the zone of its session
        connection = duckdb.connect()
        connection.execute("set TimeZone = 'Asia/Shanghai'")
        make = connection.from_arrow
    midnight = pl.col("day").cast(pl.Datetime("us")).dt.replace_time_zone("Asia/Shanghai")
    people = PEOPLE.with_columns(joined=pl.lit(date(2023, 9, 1))).with_columns(
        joined=pl.col("joined").cast(pl.Datetime("us")).dt.replace_time_zone("Asia/Shanghai")
    )
    plan = plan_of(quota=[quota(partial="full")])

    # The 1 September 2023 on which t1 came and did an hour was still 31 August in Greenwich.
    taken = (people.to_arrow(), TRAINING.with_columns(day=midnight).to_arrow())
    rows = rows_of(judge(plan, *map(make, taken)))

    assert {row.bearer: row.value for row in rows} == {"t1": 3, "t2": 0}
    evening = TRAINING.with_columns(day=midnight + pl.duration(hours=16))
    with pytest.raises(InputError, match=r"records\.day: must be a date, but has a time of day"):
        judge(plan, make(people.to_arrow()), make(evening.to_arrow()))


def test_nothing_is_done_with_lazy_records_before_they_are_asked_for() -> None:
    found = judge(plan_of(quota=[quota()]), PEOPLE.lazy(), TRAINING.lazy())

    assert isinstance(found, pl.LazyFrame)
    assert found.collect().height == 2


def test_several_values_of_a_misspelt_column_are_refused() -> None:
    # "members" is like no column here, and "roles" like one that is named itself: other files may
    # have them.
    teachers = pl.DataFrame({"id": ["t1"], "role": ["teacher|principal"], "topic": ["a"]})
    lessons = pl.DataFrame({"kind": ["x"], "day": [AS_OF], "bearer": ["t1"]})
    others = {"members": "|", "roles": "|", "role": "|"}

    judge(PLAIN, teachers, lessons, several=others)
    with pytest.raises(InputError) as caught:
        judge(PLAIN, teachers, lessons, several=others | {"topics": "|"})

    assert str(caught.value) == (
        "several.topics: neither bearers nor records have a column topics; did you mean topic?"
    )
    with pytest.raises(InputError, match="did you mean role"):
        judge(PLAIN, teachers, lessons, several={"rol": "|"})


def test_the_name_of_a_plan_is_no_plan() -> None:
    nobody = pl.DataFrame({"id": ["t1"]})

    with pytest.raises(
        InputError, match=r"plan: must be a Plan, as load_plan returns it, not text"
    ):
        evaluate_frame("town", nobody, nobody, as_of=date(2025, 6, 2))  # type: ignore[arg-type]


def test_a_plan_with_nothing_to_judge_gives_no_rows() -> None:
    assert judge(plan_of(), only=[]).columns == [
        *("bearer", "provision", "period_start", "period_end", "status", "value", "required"),
        *("shortfall", "denominator", "due", "reasons"),
    ]


# ---------------------------------------------------------------- figures that are very large


def in_share(amounts: list[int], bound: str) -> dict[str, Any]:
    """Return what is needed to judge how much is online, of records online, on site, unknown."""
    records = pa.table(
        {
            "kind": ["training"] * 3,
            "day": [date(2023, 9, 1)] * 3,
            "bearer": ["t1"] * 3,
            "hours": amounts,
            "mode": pa.array(["online", "on-site", None], pa.string()),
        }
    )
    share = {"id": "share", "where": ONLINE, "within": {}, "at_least": bound}
    return {"plan": plan_of(quota=[quota(at_least=0, part=[share])]), "records": records}


@pytest.mark.parametrize("kind", KINDS)
def test_large_shares_are_compared_without_their_products(kind: str) -> None:
    # Of 2 ** 33 hours a quarter is online, or three quarters: half cannot be told. 2 ** 31 online
    # times as much on site is 2 ** 62; three times each is 9 * 2 ** 62, which differs by 2 ** 65,
    # and so not at all in 64 bits.
    given = in_share([2**31, 2**31, 2**32], "1/2")
    make = KINDS[kind].make

    found = rows_of(
        judge(
            given["plan"],
            make(PEOPLE.head(1).to_arrow()),
            make(given["records"]),
            complete_through=AS_OF,
        )
    )

    assert [(row.status, row.reasons) for row in found] == [(Status.UNDETERMINED, ("record-fact",))]


@pytest.mark.parametrize("kind", KINDS)
def test_shares_of_amounts_that_do_not_fit_are_refused(kind: str) -> None:
    # 2 ** 40 hours times 10 ** 8 is more than 2 ** 63.
    given = in_share([2**40, 1, 1], "99999999/100000000")
    make = KINDS[kind].make

    with pytest.raises(InputError, match=r"^records\.hours: the amounts are so large"):
        judge(given["plan"], make(PEOPLE.head(1).to_arrow()), make(given["records"]))


# ---------------------------------------------------------------- what stands in the last row

MANY = 3000


def many(last: dict[str, Any]) -> pl.DataFrame:
    """Return records that are all alike, but for the last."""
    usual = {"kind": "training", "day": date(2024, 3, 1), "bearer": "t1", "hours": 1}
    rows = [usual] * (MANY - 1) + [usual | last]
    return pl.DataFrame(rows, schema_overrides={"hours": pl.Int64})


@pytest.fixture(params=["in memory", "parquet"])
def placed(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[pl.DataFrame], Any]:
    """Return what puts records where they are judged: of parquet, polars knows more beforehand."""

    def place(records: pl.DataFrame) -> Any:
        if request.param == "in memory":
            return records
        records.write_parquet(tmp_path / "records.parquet", row_group_size=500)
        return pl.scan_parquet(tmp_path / "records.parquet")

    return place


def value_of(records: Any) -> Number | None:
    people = PEOPLE if isinstance(records, pl.DataFrame) else PEOPLE.lazy()
    found = judge(plan_of(quota=[quota()]), people, records, complete_through=AS_OF)
    (row,) = (row for row in rows_of(found) if row.bearer == "t1")
    return row.value


@pytest.mark.parametrize("hours", [0, 1, 2, 2**40])
def test_the_last_of_many_records_may_have_more_or_less_than_all_others_or_as_much(
    hours: int, placed: Callable[[pl.DataFrame], Any]
) -> None:
    # sums stand side by side in one number, by the largest amount there is
    assert value_of(placed(many({"hours": hours}))) == MANY - 1 + hours


def test_an_amount_may_be_stated_in_the_last_record_alone(
    placed: Callable[[pl.DataFrame], Any],
) -> None:
    records = many({}).with_columns(
        hours=pl.when(pl.int_range(pl.len()) == MANY - 1).then(2**40).otherwise(None)
    )

    assert value_of(placed(records)) == 2**40


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ({"kind": None}, "column-blank"),
        ({"day": None}, "column-blank"),
        ({"hours": -1}, "amounts-negative"),
    ],
)
def test_a_fault_in_the_last_record_is_found(
    last: dict[str, Any], code: str, placed: Callable[[pl.DataFrame], Any]
) -> None:
    with pytest.raises(InputError) as refused:
        value_of(placed(many(last)))

    assert [fault.code for fault in refused.value.faults] == [code]
