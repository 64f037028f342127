"""Limits over frames that are applied record by record: which record comes first matters there."""

from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, NotPortable, Period, Plan, Register, Status, evaluate
from eduplan.frames import evaluate_frame, read_out, rows_of
from eduplan.provisions import Gate, Quota
from eduplan.testing import cases, people, plans, records
from eduplan.testing.values import KINDS as RECORD_KINDS
from eduplan.testing.values import amounts
from eduplan.verdicts import VerdictRow, row_of
from test_frames import HEAD, ONLINE, plan_of, quota

PASSED, ON_SITE = {"passed": True}, {"mode": "on-site"}
SCOPES = st.sampled_from(
    [{}, ONLINE, ON_SITE, PASSED, {"tier": "@bearer.tier"}, {"tier": "b"}, {"level": "city"}]
)
PERS = st.sampled_from(
    ["record", "day", "month", "school-year", "calendar-year", "year", "period", "period"]
)
EACH = st.sampled_from(["topic", "size", "mode"])


@st.composite
def several_caps(draw: st.DrawFn, pers: st.SearchStrategy[str] = PERS) -> dict[str, Any]:
    """Return caps of every sort, of which most cross one another."""
    kind = draw(st.sampled_from(["at_most", "at_most", "best", *(["share"] * (pers is PERS))]))
    table: dict[str, Any] = {"per": draw(pers), "where": draw(SCOPES)}
    if draw(st.booleans()):
        table["each"] = draw(EACH)
    if kind == "best":
        return {**table, "best": draw(st.sampled_from([1, 1, 2]))}
    if kind == "share":
        return {**table, "share": draw(st.sampled_from(["1/3", "1/2"]))}
    return {**table, "at_most": draw(amounts())}


def thresholds() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"at_least": amounts(), "where": SCOPES}, optional={"each": EACH})


@st.composite
def limited_measures(draw: st.DrawFn, pers: st.SearchStrategy[str] = PERS) -> dict[str, Any]:
    """Return measures with limits that are applied record by record."""
    kinds = list(RECORD_KINDS)
    paid = [
        {"per": "hours", "where": PASSED},
        {"fixed": "3/2", "where": ONLINE},
        {"stated": "size", "least": 1, "most": 3},
    ]
    ways = [{"sum": "hours", "of": kinds}, {"count": kinds}, {"credits": kinds, "tariff": paid}]
    measure: dict[str, Any] = {**draw(st.sampled_from(ways))}
    measure["caps"] = draw(st.lists(several_caps(pers), max_size=3))
    if held := draw(st.lists(thresholds(), max_size=2)):
        measure["thresholds"] = held
    if draw(st.sampled_from([False, False, True])):
        measure["where"] = draw(SCOPES)
    return measure


@st.composite
def limited_quotas(draw: st.DrawFn) -> Quota:
    """Return quotas with limits that are applied record by record, some with parts."""
    spans: list[dict[str, Any]] = [{}, {}, {"yearly": True}, {"every": "month"}]
    parts = [
        {"where": ON_SITE, "at_least": draw(amounts()), **draw(st.sampled_from(spans))},
        {"where": PASSED, "at_least": draw(amounts())},
        {"where": {"tier": "a"}, "within": draw(SCOPES), "at_least": "1/2"},
        {"where": PASSED, "at_least": draw(amounts()), "beside": True},
    ]
    chosen = draw(st.lists(st.sampled_from(range(4)), max_size=2, unique=True))
    cycles: list[Any] = [
        "school-year",
        {"cycle": "18 months", "grid": date(2023, 3, 1)},
        {"cycle": "2 years", "from": "@bearer.joined"},
    ]
    bound = "at_least" if chosen or draw(st.sampled_from([True, True, False])) else "at_most"
    owed: dict[str, Any] = {bound: draw(st.sampled_from([0, 1, 2, "5/2", 3, 4]))}
    return Quota(
        **HEAD,
        id="quota",
        measure=draw(limited_measures()),
        every=draw(st.sampled_from(cycles)),
        **owed,
        partial=draw(st.sampled_from(["full", "full", "pro-rata", None])),
        part=[{"id": f"part-{number}", **parts[number]} for number in chosen],
    )


LIMITED = cases(
    plans=plans(provisions=limited_quotas()),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_limits_of_single_records(kind: str) -> None:
    check_frames(kind, LIMITED, examples=60)


@st.composite
def limited_gates(draw: st.DrawFn) -> Gate:
    """Return gates of people who must have done so much, of which not everything counts."""
    measure = draw(limited_measures(st.sampled_from(["record", "period"])))
    needs = {**measure, "at_least": draw(st.sampled_from([1, 2, "5/2"]))}
    within = draw(st.sampled_from([None, "6 months", "1 year"]))
    return Gate(**HEAD, id="gate", admits=needs if within is None else {**needs, "in_last": within})


GATES = cases(
    plans=plans(provisions=limited_gates()),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_limits_of_what_a_gate_asks_for(kind: str) -> None:
    check_frames(kind, GATES, examples=30)


# ---------------------------------------------------------------- in cases worked out by hand

AS_OF = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), date(2024, 9, 1))
PEOPLE = pl.DataFrame({"id": ["t1", "t2"]})
HOURS = pl.DataFrame(
    {
        "id": ["r1", "r2", "r3", "r4"],
        "kind": ["training"] * 4,
        "day": [date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 1), date(2024, 3, 1)],
        "bearer": ["t1", "t1", "t2", "t2"],
        "hours": [2, 3, 2, 3],
        "mode": ["online"] * 4,
        "passed": [True, False, False, True],
        "topic": ["reading", "writing", "reading", "reading"],
    }
)


def hours(**keys: Any) -> dict[str, Any]:
    return {"sum": "hours", "of": "training", **keys}


def told(
    plan: Plan,
    kind: str = "polars",
    records: pl.DataFrame = HOURS,
    people: pl.DataFrame = PEOPLE,
) -> set[VerdictRow]:
    """Return what is said of everybody in every period, where all records are in."""
    make = KINDS[kind].make
    found = evaluate_frame(
        plan,
        make(people.to_arrow()),
        make(records.to_arrow()),
        as_of=AS_OF,
        complete_through=AS_OF,
        during=YEAR,
    )
    return set(rows_of(found))


def judged(
    plan: Plan, kind: str = "polars", records: pl.DataFrame = HOURS
) -> dict[str, VerdictRow]:
    """Return what is said of everybody in the latest period."""
    rows = sorted(told(plan, kind, records), key=lambda row: row.due or date.min)
    return {row.bearer: row for row in rows}


CROSSING = quota(
    measure=hours(caps=[{"at_most": 2, "per": "period", "where": ONLINE}]),
    at_least=2,
    part=[{"id": "passed", "where": PASSED, "at_least": 1}],
)


@pytest.mark.parametrize("kind", KINDS)
def test_of_records_under_a_cap_the_latest_is_cut_first(kind: str) -> None:
    rows = judged(plan_of(quota=[CROSSING]), kind)

    # Two hours online count. Of t1 they are those passed on 1 March, as those of 2 March come
    # later. Of t2 both are of one day, and r3, which was not passed, stands before r4.
    assert {name: (row.value, row.status) for name, row in rows.items()} == {
        "t1": (2, Status.MET),
        "t2": (2, Status.NOT_MET),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_caps_cut_by_one_another_in_their_order(kind: str) -> None:
    caps = [
        {"at_most": 2, "per": "month", "each": "topic"},
        {"at_most": 3, "per": "period", "each": "mode"},
    ]

    rows = judged(plan_of(quota=[quota(measure=hours(caps=caps))]), kind)

    # 2 of reading and 2 of writing, 3 of these online; of t2 2 of 5 of reading.
    assert {name: row.value for name, row in rows.items()} == {"t1": 3, "t2": 2}


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_reach_its_threshold_counts_for_nothing(kind: str) -> None:
    rule = {"each": "topic", "at_least": 3}

    rows = judged(plan_of(quota=[quota(measure=hours(thresholds=[rule]))]), kind)

    # Of t1 2 hours of reading are too few, and 3 of writing just enough; of t2 5 of reading are.
    assert {name: row.value for name, row in rows.items()} == {"t1": 3, "t2": 5}


@pytest.mark.parametrize("kind", KINDS)
def test_what_names_no_topic_may_make_up_a_threshold(kind: str) -> None:
    silent = HOURS.with_columns(
        topic=pl.when(pl.col("id") == "r2").then(None).otherwise(pl.col("topic"))
    )
    rule = {"each": "topic", "at_least": 3}

    rows = judged(plan_of(quota=[quota(measure=hours(thresholds=[rule]))]), kind, silent)

    # r2 may be of reading too, and 5 hours of it enough; or of something of which 3 are.
    assert (rows["t1"].value, rows["t1"].status) == (0, Status.UNDETERMINED)
    assert rows["t1"].reasons == ("record-fact",)


@pytest.mark.parametrize("kind", KINDS)
def test_what_names_no_topic_may_be_about_what_others_are_under_a_cap_for_each(kind: str) -> None:
    cap = {"at_most": 3, "per": "period", "each": "topic"}
    records = HOURS.with_columns(topic=pl.Series(["reading", None, "reading", "reading"]))

    rows = judged(plan_of(quota=[quota(measure=hours(caps=[cap]), at_least=4)]), kind, records)

    # The 3 hours of t1 may be about reading too, and then 3 of 5 count; or all. Of the 5 of t2 all
    # are about reading.
    assert {name: (row.value, row.status) for name, row in rows.items()} == {
        "t1": (3, Status.UNDETERMINED),
        "t2": (3, Status.NOT_MET),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_worthiest_record_of_each_counts(kind: str) -> None:
    best = {"best": 1, "per": "period", "each": "topic"}

    rows = judged(plan_of(quota=[quota(measure=hours(caps=[best]))]), kind)

    # One of reading and one of writing; of reading the 3 hours and not the 2.
    assert {name: row.value for name, row in rows.items()} == {"t1": 5, "t2": 3}


@pytest.mark.parametrize("kind", KINDS)
def test_what_names_no_topic_may_outdo_what_does(kind: str) -> None:
    best = {"best": 1, "per": "period", "each": "topic"}
    records = HOURS.with_columns(topic=pl.Series(["reading", None, "reading", "reading"]))

    rows = judged(plan_of(quota=[quota(measure=hours(caps=[best]), at_least=5)]), kind, records)

    # The 3 hours of t1 may be about reading, and then the 2 do not count besides: 3 in all, or 5.
    # Of t2 only 3 count.
    assert {name: row.status for name, row in rows.items()} == {
        "t1": Status.UNDETERMINED,
        "t2": Status.NOT_MET,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_of_records_worth_the_same_the_earlier_counts(kind: str) -> None:
    best = {"best": 1, "per": "period"}
    alike = quota(
        measure=hours(caps=[best]),
        at_least=2,
        part=[{"id": "passed", "where": PASSED, "at_least": 1}],
    )

    rows = judged(plan_of(quota=[alike]), kind, HOURS.with_columns(hours=pl.lit(2)))

    # r1 comes before r2 by its day, r3 before r4 by its id.
    assert {name: row.status for name, row in rows.items()} == {
        "t1": Status.MET,
        "t2": Status.NOT_MET,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_of_what_is_owed_counts_in_every_month(kind: str) -> None:
    share = {"share": "1/3", "per": "month"}

    rows = judged(plan_of(quota=[quota(measure=hours(caps=[share]), at_least=4)]), kind)

    # A third of 4 hours.
    assert {name: row.value for name, row in rows.items()} == dict.fromkeys(
        ("t1", "t2"), Fraction(4, 3)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_hours_beside_the_whole_take_room_under_a_cap(kind: str) -> None:
    beside = {"id": "passed", "where": PASSED, "at_least": 2, "beside": True}
    cap = {"at_most": 4, "per": "month"}

    rows = judged(
        plan_of(quota=[quota(measure=hours(caps=[cap]), at_least=2, part=[beside])]), kind
    )

    # 4 hours of March count: of t1 2 passed, which stand beside, and 2 of the other 3; of t2 2 that
    # were not passed, and 2 of 3 that were.
    assert {name: (row.value, row.status) for name, row in rows.items()} == dict.fromkeys(
        ("t1", "t2"), (2, Status.MET)
    )


WITHOUT_ORDER = {
    "no column of ids": (HOURS.drop("id"), "records.id: there is no such column"),
    "a record without an id": (
        HOURS.with_columns(id=pl.Series(["r1", None, "r3", "r4"])),
        "records.id: is blank in rows: 1",
    ),
    "an id twice": (
        HOURS.with_columns(id=pl.Series(["r1", "r1", "r3", "r4"])),
        "records.id: ids that stand more than once: 1",
    ),
}


def cycle(start: date) -> dict[str, Any]:
    return {"cycle": "2 years", "grid": start}


FAILED = {"passed": False}
MONTHLY, YEARLY, WHOLE = ({"at_most": 3, "per": per} for per in ("month", "year", "period"))
OF_SCHOOL_YEAR, OF_CALENDAR_YEAR = (
    {"at_most": 4, "per": per} for per in ("school-year", "calendar-year")
)
PART: dict[str, Any] = {"id": "part", "at_least": 1}
SUMS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "a month lies in a year": ([MONTHLY, OF_CALENDAR_YEAR, WHOLE], {}),
    "a year of the cycle begins with a school year": (
        [OF_SCHOOL_YEAR, YEARLY],
        {"every": cycle(date(2022, 9, 1))},
    ),
    "a year of the cycle begins with a calendar year": (
        [OF_CALENDAR_YEAR, YEARLY],
        {"every": cycle(date(2023, 1, 1))},
    ),
    "a year of the cycle begins with a month": (
        [MONTHLY, YEARLY],
        {"every": cycle(date(2023, 3, 1))},
    ),
    "the period does not have to begin with a year": (
        [OF_CALENDAR_YEAR, WHOLE],
        {"every": cycle(date(2023, 3, 15))},
    ),
    "every topic apart comes first": (
        [{**MONTHLY, "each": "topic"}, {**WHOLE, "each": "topic"}, WHOLE],
        {},
    ),
    "online hours come first": ([{**WHOLE, "where": ONLINE}, WHOLE], {}),
    "no hour is online and on site": (
        [{**WHOLE, "where": ONLINE}, {**MONTHLY, "where": ON_SITE}],
        {},
    ),
    "a share of the whole period": ([{"share": "1/2", "per": "period"}], {}),
    "no hour of the part is cut": (
        [{**WHOLE, "where": ONLINE}],
        {"part": [{**PART, "where": ON_SITE}]},
    ),
    "no hour of which the part is a share is cut": (
        [{**WHOLE, "where": ONLINE}],
        {"part": [{**PART, "where": PASSED, "within": ON_SITE}]},
    ),
    "each record has a cap of its own": (
        [{"at_most": 2, "per": "record"}],
        {"part": [{**PART, "where": PASSED}]},
    ),
    "all hours of a year are cut within it": (
        [MONTHLY],
        {"part": [{**PART, "yearly": True}], "every": cycle(date(2022, 9, 1))},
    ),
    "all hours of a calendar year are cut within it": (
        [MONTHLY],
        {"part": [{**PART, "every": "calendar-year"}], "every": cycle(date(2023, 1, 1))},
    ),
    "all hours of a month are cut on their day": (
        [{"at_most": 2, "per": "day"}],
        {"part": [{**PART, "every": "month"}]},
    ),
    "no hour of the part of a year is cut": (
        [{**WHOLE, "where": ONLINE}],
        {"part": [{**PART, "yearly": True, "where": ON_SITE}], "every": cycle(date(2022, 9, 1))},
    ),
    "a month of 18 lies in one year of the cycle": (
        [MONTHLY, YEARLY],
        {"every": {"cycle": "18 months", "grid": date(2023, 3, 1)}},
    ),
    "a month lies in one calendar year": ([MONTHLY, YEARLY], {"every": "calendar-year"}),
    "a calendar year is the year of the period": (
        [OF_CALENDAR_YEAR, YEARLY],
        {"every": "calendar-year"},
    ),
    "a school year is the year of the period": (
        [OF_SCHOOL_YEAR, YEARLY],
        {"every": "school-year"},
    ),
}
"""Caps and quotas where it does not matter which record is cut, and why."""

ORDER: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "a school year lies in two calendar years": ([OF_SCHOOL_YEAR, OF_CALENDAR_YEAR], {}),
    "a calendar year lies in two years of the cycle": (
        [OF_CALENDAR_YEAR, YEARLY],
        {"every": cycle(date(2022, 9, 1))},
    ),
    "a school year lies in two years of the cycle": (
        [OF_SCHOOL_YEAR, YEARLY],
        {"every": cycle(date(2023, 1, 1))},
    ),
    "a month lies in two years of the cycle": (
        [MONTHLY, YEARLY],
        {"every": cycle(date(2023, 3, 15))},
    ),
    "topics and modes cross": (
        [{**WHOLE, "each": "topic"}, {**WHOLE, "each": "mode"}],
        {},
    ),
    "every topic comes after all": ([MONTHLY, {**WHOLE, "each": "topic"}], {}),
    "online hours come after all": ([MONTHLY, {**WHOLE, "where": ONLINE}], {}),
    "online hours may be passed": (
        [{**WHOLE, "where": ONLINE}, {**WHOLE, "where": PASSED}],
        {},
    ),
    "a share in every month": ([{"share": "1/2", "per": "month"}], {}),
    "a share for every topic": ([{"share": "1/2", "per": "period", "each": "topic"}], {}),
    "the worthiest": ([{"best": 1, "per": "period"}], {}),
    "hours beside take room too": (
        [WHOLE],
        {"part": [{**PART, "where": PASSED, "beside": True}]},
    ),
    "hours of the part are cut": ([WHOLE], {"part": [{**PART, "where": PASSED}]}),
    "hours of which the part is a share are cut": (
        [{**WHOLE, "where": FAILED}],
        {"part": [{**PART, "where": PASSED, "within": ONLINE}]},
    ),
    "hours of a year are cut in the period": (
        [WHOLE],
        {"part": [{**PART, "yearly": True}], "every": cycle(date(2022, 9, 1))},
    ),
    "every topic is cut in the period, not in the year": (
        [{**WHOLE, "each": "topic", "where": ONLINE}],
        {
            "part": [{**PART, "yearly": True, "where": ON_SITE}],
            "every": cycle(date(2022, 9, 1)),
        },
    ),
    "a month lies in two years of the part": (
        [MONTHLY],
        {"part": [{**PART, "yearly": True}], "every": cycle(date(2023, 3, 15))},
    ),
    "a year of the cycle lies in two of the part": (
        [YEARLY],
        {"part": [{**PART, "every": "calendar-year"}], "every": cycle(date(2022, 9, 1))},
    ),
    "some hours of a year are cut within it": (
        [MONTHLY],
        {"part": [{**PART, "yearly": True, "where": PASSED}], "every": cycle(date(2022, 9, 1))},
    ),
    "a calendar year lies in two school years": (
        [OF_CALENDAR_YEAR, YEARLY],
        {"every": "school-year"},
    ),
    "a school year lies in two years of the period": (
        [OF_SCHOOL_YEAR, YEARLY],
        {"every": "calendar-year"},
    ),
    "every other cycle of 18 months begins in March": (
        [OF_SCHOOL_YEAR, YEARLY],
        {"every": {"cycle": "18 months", "grid": date(2022, 9, 1)}},
    ),
    "who joined on what day is not known beforehand": (
        [MONTHLY, YEARLY],
        {"every": {"cycle": "2 years", "from": "@bearer.joined"}},
    ),
}
"""Caps and quotas where it matters which record is cut, and why."""


def capped(caps: list[dict[str, Any]], keys: dict[str, Any]) -> Plan:
    return plan_of(quota=[quota(measure=hours(caps=caps), **keys)])


@pytest.mark.parametrize("per", ["period", "month"])
def test_a_share_of_what_is_not_known_to_be_owed_may_be_anything(per: str) -> None:
    """The plan does not say what is owed by who joined in the period, so half of it may be anything.

    So the two hours of which it is not known whether they were online may be the one that the part
    asks for, or none; and it is told that something is missing.
    """
    plan = plan_of(
        quota=[
            quota(
                measure=hours(caps=[{"per": per, "share": "1/2"}]),
                at_least=4,
                part=[{"id": "online", "where": ONLINE, "at_least": 1}],
            )
        ]
    )
    people = PEOPLE.with_columns(joined=pl.lit(date(2023, 12, 1)))
    records = HOURS.head(1).with_columns(mode=pl.lit(None, pl.String))
    register = Register(records.to_dicts(), complete_through=AS_OF)
    expected = set(
        map(row_of, evaluate(plan, people.to_dicts(), register, as_of=AS_OF, during=YEAR))
    )

    assert {row.reasons for row in expected} == {
        ("partial-policy", "record-fact"),
        ("partial-policy",),
    }
    for kind in KINDS:
        assert told(plan, kind, records, people) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_surely_counts_up_to_a_share_of_what_is_not_known_to_be_owed(kind: str) -> None:
    """Of five hours none is sure to count, as half of what is owed may be nothing."""
    plan = plan_of(quota=[quota(measure=hours(caps=[{"per": "period", "share": "1/2"}]))])
    people = PEOPLE.with_columns(joined=pl.lit(date(2023, 12, 1)))

    rows = told(plan, kind, HOURS, people)

    assert {(row.bearer, row.value, row.reasons) for row in rows} == {
        ("t1", 0, ("partial-policy",)),
        ("t2", 0, ("partial-policy",)),
    }


@pytest.mark.parametrize("why", SUMS)
def test_where_sums_tell_what_caps_leave_records_need_no_ids(why: str) -> None:
    plan = capped(*SUMS[why])
    assert told(plan, records=HOURS.drop("id")) == told(plan)


@pytest.mark.parametrize("why", ORDER)
def test_where_it_matters_which_record_is_cut_records_need_ids(why: str) -> None:
    plan = capped(*ORDER[why])
    assert set(judged(plan)) == {"t1", "t2"}
    with pytest.raises(InputError, match=r"records\.id: there is no such column"):
        judged(plan, records=HOURS.drop("id"))


@pytest.mark.parametrize(("days", "status"), [((1, 2), Status.NOT_MET), ((2, 1), Status.MET)])
def test_a_share_goes_by_which_of_the_others_is_cut(days: tuple[int, int], status: Status) -> None:
    # Of 3 hours online and 3 on site, none of them passed, the earlier 3 count; 2 online were
    # passed. So they are 2 of 5 online, or all 2.
    records = HOURS.head(3).with_columns(
        bearer=pl.lit("t1"),
        day=pl.Series([date(2024, 3, days[0]), date(2024, 3, days[1]), date(2024, 3, 5)]),
        hours=pl.Series([3, 3, 2]),
        mode=pl.Series(["online", "on-site", "online"]),
        passed=pl.Series([False, False, True]),
    )
    part = {"id": "passed", "where": PASSED, "within": ONLINE, "at_least": "1/2"}
    plan = capped([{**WHOLE, "where": FAILED}], {"part": [part], "at_least": 2})
    row = judged(plan, records=records)["t1"]

    assert (row.value, row.status) == (5, status)


@pytest.mark.parametrize("name", WITHOUT_ORDER)
def test_records_that_have_no_order_are_refused_where_it_matters(name: str) -> None:
    records, says = WITHOUT_ORDER[name]

    with pytest.raises(InputError) as refused:
        judged(plan_of(quota=[CROSSING]), records=records)

    assert str(refused.value).startswith(says)
    # Where sums are enough, records need no ids.
    capped = quota(measure=hours(caps=[{"at_most": 3, "per": "period"}]))
    assert judged(plan_of(quota=[capped]), records=records)["t1"].value == 3


def test_ids_of_a_type_that_facts_cannot_have_do_no_harm_where_sums_are_enough() -> None:
    connection = duckdb.connect()
    people, records = (connection.from_arrow(one.to_arrow()) for one in (PEOPLE, HOURS))
    records = records.select("* exclude (id), uuid() as id")

    def found(*provisions: Any) -> Any:
        plan = plan_of(quota=provisions)
        return list(rows_of(evaluate_frame(plan, people, records, as_of=AS_OF, during=YEAR)))

    capped = quota(measure=hours(caps=[{"at_most": 3, "per": "period"}]))
    assert {row.bearer: row.value for row in found(capped)} == {
        name: row.value for name, row in judged(plan_of(quota=[capped])).items()
    }
    with pytest.raises(InputError, match=r"records\.id: a column of type"):
        found(CROSSING)  # of which it matters which record comes first
    with pytest.raises(InputError, match=r"records\.id: must be a column of text, not other"):
        found(quota(measure=hours(where={"id": "r1"}, caps=[{"at_most": 3, "per": "period"}])))


def test_where_a_database_orders_ids_by_a_language_records_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = duckdb.connect()
    connection.execute("set default_collation = 'nocase'")  # "B" comes after "a" there
    people, records = (connection.from_arrow(one.to_arrow()) for one in (PEOPLE, HOURS))
    plan = plan_of(quota=[CROSSING])

    found = evaluate_frame(plan, people, records, as_of=AS_OF, during=YEAR)
    assert {row.bearer: row.value for row in rows_of(found)} == {
        name: row.value for name, row in judged(plan).items()
    }

    monkeypatch.setattr(read_out, "MOST_RECORDS", 1)
    with pytest.raises(NotPortable, match="hours: records have to be put in order by their ids"):
        evaluate_frame(plan, people, records, as_of=AS_OF, during=YEAR)
