"""What single quotas say over frames, in cases whose answers are worked out by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import reject
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, Period, Person, Plan, Status
from eduplan.frames import evaluate_frame, rows_of
from eduplan.provisions import Quota
from eduplan.testing import cases, divided_quotas, people, plans, quotas, records
from eduplan.verdicts import VerdictRow
from test_frames import plan_of, portable, quota

AS_OF = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), date(2024, 9, 1))
PEOPLE = pl.DataFrame(
    {"id": ["t1", "t2", "t3"], "tier": ["a", "b", None], "load": [1.0, 0.5, None]}
)
HOURS = pl.DataFrame(
    {
        "kind": ["training"] * 5,
        "day": [date(2024, 3, day) for day in range(1, 6)],
        "bearer": ["t1", "t1", "t2", "t2", "t3"],
        "hours": [2, 2, 2, 2, 9],
        "mode": ["online", "on-site", "online", "online", "on-site"],
        "organised": ["central", "central", "school", "central", "central"],
    }
)


def judged(plan: Plan, as_of: date = AS_OF, **keys: Any) -> dict[str, VerdictRow]:
    """Return what is said of everybody, where all records are in; one period each."""
    keys = {"during": YEAR, "complete_through": as_of, **keys}
    people, records = keys.pop("people", PEOPLE), keys.pop("records", HOURS)
    rows = list(rows_of(evaluate_frame(plan, people, records, as_of=as_of, **keys)))
    assert len({row.bearer for row in rows}) == len(rows)
    return {row.bearer: row for row in rows}


def counted_on_some_days(quota: Quota) -> st.SearchStrategy[Quota]:
    """Return a quota of whose periods not all records count."""

    def changed(keys: dict[str, Any]) -> Quota:
        try:
            return attrs.evolve(quota, **keys)
        except InputError:  # such as of a mean
            reject()

    opens = st.sampled_from([None, "1 month", "100 days", "11 months", "2 years"])
    chosen = [{"passed": True}, {"tier": "@bearer.tier"}]
    before = st.sampled_from(["counts", "lapses", *chosen])
    return st.fixed_dictionaries({"opens": opens, "before_joining": before}).map(changed)


def who_joined(people: tuple[Person, ...], day: date | None) -> tuple[Person, ...]:
    """Return people who joined on a day, if there is one."""
    return people if day is None else tuple(attrs.evolve(one, joined=day) for one in people)


JOINED = st.sampled_from([None, date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29)])
SOME_DAYS = cases(
    plans=plans(
        provisions=(quotas() | divided_quotas()).flatmap(counted_on_some_days).filter(portable)
    ),
    people=st.builds(who_joined, people(ids=["t1"]), JOINED),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_where_records_count_on_some_days_only(kind: str) -> None:
    check_frames(kind, SOME_DAYS, examples=30)


ONLINE, CENTRAL = {"mode": "online"}, {"organised": "central"}


def test_a_part_is_asked_of_some_only() -> None:
    part = {"id": "online", "where": ONLINE, "at_least": 5, "bearer": {"tier": "a"}}

    rows = judged(plan_of(quota=[quota(part=[part])]))

    # t1 has 4 hours of 3, but only 2 of 5 online; t2 has 4 online, but is not asked for them. Of t3
    # it is not known whether it is.
    assert rows["t1"].status is Status.NOT_MET
    assert rows["t2"].status is Status.MET
    assert (rows["t3"].status, rows["t3"].reasons) == (Status.UNDETERMINED, ("bearer-fact",))


def test_what_is_not_known_for_parts_asked_of_others_is_not_missing() -> None:
    records = HOURS.with_columns(tier=pl.lit(None, pl.String), passed=pl.lit(value=False))
    of_others = {"id": "tier", "where": {"tier": "a"}, "at_least": 1, "bearer": {"tier": "a"}}
    passed = {"id": "passed", "where": ONLINE, "within": {"passed": True}, "at_least": "1/2"}

    for part in (of_others, {**of_others, "yearly": True}):
        rows = judged(plan_of(quota=[quota(part=[part, passed])]), records=records)

        # None of the records was passed, so that there is nothing of which to take a share. Their
        # tier is not known, which matters to t1 only.
        assert rows["t1"].reasons == ("nothing-to-share", "record-fact")
        assert rows["t2"].reasons == ("nothing-to-share",)


def test_parts_asked_of_others_do_not_take_an_hour() -> None:
    parts = [
        {"id": "online", "where": ONLINE, "at_least": 4},
        {"id": "central", "where": CENTRAL, "at_least": 2, "bearer": {"tier": "a"}},
    ]

    rows = judged(plan_of(quota=[quota(part=parts)]), people=PEOPLE.head(2))

    # t2 has 4 hours online, of which 2 are central too. Were the central part asked of t2, these 2
    # could not serve both, and 6 hours would be needed where there are 4.
    assert rows["t2"].status is Status.MET


def test_a_part_may_be_a_share_of_what_is_owed() -> None:
    part = {"id": "online", "where": ONLINE, "at_least": "1/2", "of_owed": True}
    owed = {"amount": 6, "per": "load", "floor": 4}

    rows = judged(plan_of(quota=[quota(at_least=[owed], part=[part])]))

    # t1 owes 6, of which 3 online, and did 2. t2 owes half of 6, but no less than 4, of which 2
    # online, and did 4. What t3 owes is not known.
    assert (rows["t1"].required, rows["t1"].status) == (6, Status.NOT_MET)
    assert (rows["t2"].required, rows["t2"].status) == (4, Status.MET)
    assert (rows["t3"].status, rows["t3"].reasons) == (Status.UNDETERMINED, ("bound-unknown",))


def test_hours_beside_the_whole_count_for_their_part_only() -> None:
    part = {"id": "central", "where": CENTRAL, "at_least": 4, "beside": True}

    rows = judged(plan_of(quota=[quota(at_least=2, part=[part])]))

    # All that t1 did is central, so that nothing is left of the 2 hours; 4 of 4 are central. t2 has
    # 2 hours of its school and 2 of 4 that are central.
    assert (rows["t1"].value, rows["t1"].status) == (0, Status.NOT_MET)
    assert (rows["t2"].value, rows["t2"].status) == (2, Status.NOT_MET)


def test_hours_of_which_it_is_not_known_whether_they_are_beside_the_whole_may_be_either() -> None:
    extra = {"id": "extra", "where": {"organised": "central"}, "beside": True, "at_least": 0}
    records = HOURS.head(4).with_columns(
        organised=pl.Series([None, "school", None, "central"]), hours=pl.Series([2, 2, 2, 9])
    )

    rows = judged(plan_of(quota=[quota(part=[extra])]), records=records)

    # Of three hours t1 has two, and two more that may be beside them; t2 has at the most two. The
    # part is met whatever there is beside.
    assert rows["t1"].reasons == ("record-fact",)
    assert {name: (row.status, row.value) for name, row in rows.items()} == {
        "t1": (Status.UNDETERMINED, 2),
        "t2": (Status.NOT_MET, 0),
        "t3": (Status.NOT_MET, 0),
    }


def test_hours_that_nobody_stated_leave_a_share_open_where_they_matter() -> None:
    share = {"id": "share", "where": {"mode": "online"}, "within": {}, "at_least": "1/2"}
    records = HOURS.with_columns(
        bearer=pl.Series(["t1", "t1", "t2", "t2", "t2"]),
        hours=pl.Series([None, 2, 2, None, None]),
        mode=pl.Series(["online", "on-site", "online", "online", "online"]),
    )
    turned = records.with_columns(
        mode=pl.Series(["on-site", "online", "on-site", "on-site", "on-site"])
    )
    plan = plan_of(quota=[quota(at_least=0, part=[share])])

    most = {"id": "share", "where": {"mode": "online"}, "within": {}, "at_most": "1/2"}
    too_much = judged(plan_of(quota=[quota(at_least=0, part=[most])]), records=records)
    rows, others = judged(plan, records=records), judged(plan, records=turned)

    # Of t1 it is not known how much was online, or how much was not. All that t2 did was online,
    # or nothing of it.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert (others["t1"].status, others["t1"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert (rows["t2"].status, others["t2"].status) == (Status.MET, Status.NOT_MET)
    assert too_much["t2"].status is Status.NOT_MET


def test_of_one_record_all_that_is_told_stays_apart() -> None:
    online = {"id": "online", "where": {"mode": "online"}, "at_least": 2}
    records = HOURS.head(1).with_columns(mode=pl.lit(None, pl.String), hours=pl.lit(1))

    rows = judged(plan_of(quota=[quota(at_least=0, part=[online])]), records=records)

    # One hour, whether it was online or not, is less than two.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.NOT_MET, ())


def test_a_cap_on_each_record_may_hold_or_not_where_its_mode_is_not_known() -> None:
    cap = capped(at_most=1, per="record", where={"mode": "online"})
    records = HOURS.head(3).with_columns(
        hours=pl.Series([1, 4, 4]), mode=pl.Series(["online", None, "online"])
    )

    rows = judged(plan_of(quota=[quota(measure=cap)]), records=records)

    # t1 has one hour and one to four more, t2 one of four.
    assert (rows["t1"].status, rows["t1"].value) == (Status.UNDETERMINED, 2)
    assert (rows["t2"].status, rows["t2"].value) == (Status.NOT_MET, 1)


@pytest.mark.parametrize(
    ("every", "years"), [("school-year", 1), ({"cycle": "2 years", "grid": date(2022, 9, 1)}, 2)]
)
def test_a_floor_for_every_month_holds_for_the_first_too(every: Any, years: int) -> None:
    days = [date(2023 - n // 12, 12 - n % 12, 1) for n in range(4 + 12 * (years - 1))]
    days = sorted([*days, *(date(2024, month, 1) for month in range(1, 9))])
    base = {"kind": "training", "hours": 1, "mode": "online"}
    rows_of_t1 = [{**base, "day": day, "bearer": "t1"} for day in days]
    rows_of_t2 = [{**base, "day": day, "bearer": "t2"} for day in days[1:]]
    floor = {"id": "monthly", "where": {"mode": "online"}, "every": "month", "at_least": 1}

    rows = judged(
        plan_of(quota=[quota(part=[floor], every=every)]),
        records=pl.DataFrame([*rows_of_t1, *rows_of_t2]),
    )

    # t2 did nothing in the first September.
    assert (rows["t1"].status, rows["t2"].status) == (Status.MET, Status.NOT_MET)


def test_hours_without_a_column_are_stated_by_nobody() -> None:
    rows = judged(plan_of(quota=[quota()]), records=HOURS.drop("hours"))

    assert {row.status for row in rows.values()} == {Status.UNDETERMINED}
    assert {row.reasons for row in rows.values()} == {("record-fact",)}


def test_a_record_that_may_not_count_leaves_a_share_open() -> None:
    measure = {"share": {"mode": "online"}, "of": "training", "where": {"organised": "central"}}
    records = HOURS.head(4).with_columns(organised=pl.Series([None, "central", "central", None]))

    rows = judged(plan_of(quota=[quota(measure=measure, at_least="1/2")]), records=records)

    # Of t1 it is nothing of one record, or one of two; of t2 all of one or two.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert rows["t2"].status is Status.MET


@pytest.mark.parametrize("bound", ["1/2", "3/4"])
def test_hours_that_may_be_outside_of_a_share_lower_it(bound: str) -> None:
    share = {"id": "share", "where": {"mode": "online"}, "within": {}, "at_least": bound}
    records = HOURS.with_columns(
        hours=pl.Series([2, 3, 4, 1, 1]), mode=pl.Series(["online", None, "online", None, None])
    )

    rows = judged(plan_of(quota=[quota(at_least=0, part=[share])]), records=records)

    # Of the five hours of t1 two are online, or all; of those of t2 four, or all; of t3 nothing
    # is known.
    assert {name: row.status for name, row in rows.items()} == {
        "t1": Status.UNDETERMINED,
        "t2": Status.MET,
        "t3": Status.UNDETERMINED,
    }


def test_where_there_is_nothing_to_share_facts_of_other_records_do_not_matter() -> None:
    share = {"id": "share", "where": {"organised": "central"}, "at_least": "1/2"}
    within = {"mode": "online"}
    records = HOURS.with_columns(organised=pl.lit(None, pl.String))

    rows = judged(
        plan_of(quota=[quota(at_least=0, part=[{**share, "within": within}])]), records=records
    )

    # t3 was on site only.
    assert rows["t1"].reasons == ("record-fact",)
    assert rows["t3"].reasons == ("nothing-to-share",)


def test_hours_that_nobody_stated_may_be_enough_for_a_part() -> None:
    online = {"id": "online", "where": {"mode": "online"}, "at_least": 3}
    records = HOURS.with_columns(hours=pl.Series([None, 3, 2, 1, None]))

    rows = judged(plan_of(quota=[quota(at_least=0, part=[online])]), records=records)

    # Of t3 it is not known how long it was on site, which adds nothing.
    assert {name: (row.status, row.reasons) for name, row in rows.items()} == {
        "t1": (Status.UNDETERMINED, ("record-fact",)),
        "t2": (Status.MET, ()),
        "t3": (Status.NOT_MET, ()),
    }


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_of_records_that_all_may_not_count_all_that_is_told_stays_apart(size: int) -> None:
    measure = {"sum": "hours", "of": "training", "where": {"organised": "central"}}
    records = HOURS.head(size).with_columns(
        bearer=pl.lit("t1"), hours=pl.lit(1), organised=pl.lit(None, pl.String)
    )

    rows = judged(plan_of(quota=[quota(measure=measure, at_least=5)]), records=records)

    # An hour each, if they count at all: less than five.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.NOT_MET, ())


def test_hours_that_nobody_stated_may_be_enough_for_two_parts() -> None:
    online = {"id": "online", "where": {"mode": "online"}, "at_least": 2}
    central = {"id": "central", "where": {"organised": "central"}, "at_least": 2}
    records = HOURS.with_columns(
        bearer=pl.Series(["t1", "t1", "t2", "t2", "t3"]),
        hours=pl.Series([2, None, 2, 1, 4]),
        mode=pl.lit("online"),
        organised=pl.lit("central"),
    )

    rows = judged(plan_of(quota=[quota(at_least=0, part=[online, central])]), records=records)

    # An hour serves one part: both need four. t1 has two, and as many more as nobody stated.
    assert {name: (row.status, row.reasons) for name, row in rows.items()} == {
        "t1": (Status.UNDETERMINED, ("record-fact",)),
        "t2": (Status.NOT_MET, ()),
        "t3": (Status.MET, ()),
    }


def test_of_a_cycle_cut_by_the_plan_the_days_in_the_plan_count() -> None:
    plan = plan_of(
        plan={
            "id": "plan",
            "title": {"zh": "方案", "en": "plan"},
            "horizon": {"from": date(2024, 1, 1), "to": date(2024, 3, 4)},
        },
        quota=[
            quota(every={"cycle": "1 year", "grid": date(2023, 7, 1)}, at_least=61, stub="pro-rata")
        ],
    )

    rows = judged(plan, during=Period(date(2023, 9, 1), date(2024, 3, 1)))

    # Of the 366 days of the cycle 63 lie in the plan, so that 61 * 63 / 366 = 10.5 hours are owed.
    # Of t2 the records of 3 March counts and that of 4 March does not.
    assert (rows["t2"].value, rows["t2"].required) == (2, Fraction(21, 2))
    assert rows["t2"].due == date(2024, 3, 3)


COURSES = pl.DataFrame(
    {
        "kind": ["training"] * 6,
        "day": [
            *(date(2023, 9, 1), date(2024, 8, 31), date(2024, 9, 1)),
            *(date(2023, 9, 2), date(2023, 9, 3), date(2024, 3, 1)),
        ],
        "bearer": ["t1", "t1", "t1", "t2", "t2", "t2"],
        "hours": [3, 3, 3, 4, 1, 2],
        "course": ["maths", "maths", "maths", "maths", "music", None],
    }
)


def capped(**cap: Any) -> dict[str, Any]:
    return {"sum": "hours", "of": "training", "caps": cap}


def test_a_cap_may_hold_for_every_year_of_the_period() -> None:
    plan = plan_of(
        quota=[
            quota(
                measure=capped(at_most=4, per="year"),
                every={"cycle": "3 years", "grid": date(2022, 9, 1)},
                at_least=8,
            )
        ]
    )

    rows = judged(plan, records=COURSES)

    # Of the 6 hours of t1 in the second year 4 count, and the 3 of 1 September lie in the third.
    assert (rows["t1"].value, rows["t1"].status) == (7, Status.PENDING)
    assert rows["t2"].value == 4


def test_a_cap_may_hold_for_every_value_of_a_fact() -> None:
    rows = judged(
        plan_of(quota=[quota(measure=capped(at_most=2, per="period", each="course"), at_least=5)]),
        records=COURSES,
    )

    # t1 has maths only. t2 has 2 of 4 hours of maths, 1 of music, and 2 of a course that is not
    # known, which count as one of their own but leave the matter open.
    assert (rows["t1"].value, rows["t1"].status) == (2, Status.NOT_MET)
    assert (rows["t2"].value, rows["t2"].status) == (5, Status.MET)


def test_of_a_record_that_does_not_say_which_value_it_has_something_is_missing() -> None:
    measure = capped(at_most=2, per="period", each="course")

    rows = judged(
        plan_of(quota=[quota(measure=measure, at_least=6)]), date(2024, 8, 31), records=COURSES
    )

    # While the year is open, t1 may still do something else; of t2 a course is to be found out.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.PENDING, ())
    assert (rows["t2"].status, rows["t2"].reasons) == (Status.UNDETERMINED, ("record-fact",))


def test_a_cap_may_be_a_share_of_what_is_owed() -> None:
    owed = {"amount": 7, "per": "load"}
    measure = capped(share="1/2", per="period")

    rows = judged(plan_of(quota=[quota(measure=measure, at_least=[owed])]), records=COURSES)

    # t1 owes 7 hours, of which 3.5 may be of this kind, and did 6. t2 owes 3.5, of which 1.75 may.
    assert (rows["t1"].value, rows["t1"].required) == (Fraction(7, 2), 7)
    assert (rows["t2"].value, rows["t2"].required) == (Fraction(7, 4), Fraction(7, 2))
    assert rows["t3"].status is Status.UNDETERMINED


def test_of_a_record_that_no_cap_cuts_it_does_not_matter_which_value_it_has() -> None:
    cap = capped(at_most=1, per="period", each="organised", where={"mode": "online"})
    records = HOURS.with_columns(organised=pl.lit(None, pl.String))

    rows = judged(
        plan_of(quota=[quota(measure=cap, at_least=10)]), date(2024, 8, 31), records=records
    )

    # t3 was on site only; the others online too, where it is not known who organised it.
    reasons = {name: row.reasons for name, row in rows.items()}
    assert reasons == {"t1": ("record-fact",), "t2": ("record-fact",), "t3": ()}


def test_a_cap_on_everything_holds_for_what_the_others_leave() -> None:
    online = {"at_most": 3, "per": "period", "where": {"mode": "online"}}
    measure = {**capped(), "caps": [online, {"at_most": "7/2", "per": "period"}]}

    rows = judged(plan_of(quota=[quota(measure=measure)]))

    # t1 has two hours online and two on site; t2 four online, of which three count; t3 nine.
    values = {name: row.value for name, row in rows.items()}
    assert values == {"t1": Fraction(7, 2), "t2": 3, "t3": Fraction(7, 2)}


def test_caps_may_hold_for_every_value_of_a_fact_in_months_and_in_years() -> None:
    by_month = {"at_most": 1, "per": "month", "each": "organised"}
    by_year = {"at_most": "3/2", "per": "school-year", "each": "organised"}
    records = HOURS.head(4).with_columns(
        bearer=pl.lit("t1"),
        day=pl.Series([date(2024, month, 1) for month in (1, 2, 2, 2)]),
        organised=pl.Series(["central", "central", "central", "school"]),
    )
    cycle = {"cycle": "2 years", "grid": date(2022, 9, 1)}
    measure = {**capped(), "caps": [by_month, by_year]}

    rows = judged(plan_of(quota=[quota(measure=measure, every=cycle)]), records=records)

    # An hour of central training counts in January and one in February, of both one and a half,
    # and an hour of the school's.
    assert rows["t1"].value == Fraction(5, 2)


def test_of_a_record_that_may_not_count_it_does_not_matter_which_cap_cuts_it() -> None:
    by_mode = [{"at_most": 1, "per": "period", "where": {"mode": m}} for m in ("online", "on-site")]
    measure = {**capped(), "caps": by_mode, "where": {"organised": "central"}}
    records = HOURS.head(1).with_columns(
        pl.lit(None, pl.String).alias(n) for n in ("mode", "organised")
    )

    rows = judged(plan_of(quota=[quota(measure=measure, at_least=1)]), records=records)

    assert (rows["t1"].status, rows["t1"].value) == (Status.UNDETERMINED, 0)


def versioned(governs: str) -> Plan:
    """Return a quota by calendar year of which other hours count, and fewer, from 2024 on."""
    later = {
        "from": date(2024, 1, 1),
        "at_least": 2,
        "measure": {"sum": "hours", "of": "training", "where": {"course": "music"}},
    }
    return plan_of(quota=[quota(every="calendar-year", governs=governs, version=[later])])


BOTH_YEARS: dict[str, Any] = {
    "during": Period(date(2023, 1, 1), date(2025, 1, 1)),
    "complete_through": AS_OF,
}


def figures(plan: Plan) -> set[tuple[str, int, Any, Any]]:
    """Return whose verdict, of which year, with what of how much."""
    rows = rows_of(evaluate_frame(plan, PEOPLE, COURSES, as_of=AS_OF, **BOTH_YEARS))
    return {(r.bearer, r.period.start.year, r.value, r.required) for r in rows if r.period}


def test_every_period_goes_by_the_version_of_its_first_day() -> None:
    # In 2023 all hours count, and 3 are owed; in 2024 those of music only, and 2 are.
    assert figures(versioned("period-start")) == {
        *(("t1", 2023, 3, 3), ("t2", 2023, 5, 3), ("t3", 2023, 0, 3)),
        *(("t1", 2024, 0, 2), ("t2", 2024, 0, 2), ("t3", 2024, 0, 2)),
    }


def test_all_periods_go_by_the_version_of_the_day_of_judgement() -> None:
    assert figures(versioned("as-of")) == {
        *(("t1", 2023, 0, 2), ("t2", 2023, 1, 2), ("t3", 2023, 0, 2)),
        *(("t1", 2024, 0, 2), ("t2", 2024, 0, 2), ("t3", 2024, 0, 2)),
    }


SCHOOLS = pl.DataFrame(
    {
        "id": ["t1", "t2", "t3", "t4"],
        "school": ["north", "north", "south", None],
        "joined": [None, date(2024, 3, 1), None, None],
    }
)


def test_the_mean_of_a_group_is_judged_as_one_figure() -> None:
    plan = plan_of(quota=[quota(scope={"mean": "school"}, at_least=4, partial="pro-rata")])

    rows = judged(plan, people=SCHOOLS)

    # North: 8 hours by two, which is 4; owed are 4 by one and, for 184 of 366 days, 4 * 184 / 366
    # by the other. South: 9 of 4 by one. Of t4 the school is not known.
    assert (rows["north"].value, rows["north"].status) == (4, Status.MET)
    assert rows["north"].required == (4 + Fraction(4 * 184, 366)) / 2
    assert (rows["south"].value, rows["south"].status) == (9, Status.MET)
    assert (rows["t4"].status, rows["t4"].reasons) == (Status.UNDETERMINED, ("bearer-fact",))


def test_the_total_of_a_group_is_held_against_the_most_that_one_owes() -> None:
    plan = plan_of(quota=[quota(scope={"total": "school"}, at_least=10, partial="full")])

    rows = judged(plan, people=SCHOOLS)

    assert {name: (row.value, row.status) for name, row in rows.items()} == {
        "north": (8, Status.NOT_MET),
        "south": (9, Status.NOT_MET),
        "t4": (None, Status.UNDETERMINED),
    }


def test_a_rate_is_how_many_of_a_group_meet_what_each_owes() -> None:
    people = SCHOOLS.with_columns(joined=pl.lit(None, pl.Date))
    plan = plan_of(quota=[quota(scope={"share": "school", "reaches": "1/2"}, at_least=5)])

    closed, open_ = judged(plan, people=people), judged(plan, date(2024, 8, 31), people=people)

    # North: neither of two did 5 hours; while the year is open both may still. South: 9 of 5.
    assert {name: (row.value, row.status) for name, row in closed.items()} == {
        "north": (0, Status.NOT_MET),
        "south": (1, Status.MET),
        "t4": (None, Status.UNDETERMINED),
    }
    assert open_["north"].status is Status.PENDING
    assert (open_["north"].required, open_["north"].shortfall) == (Fraction(1, 2), Fraction(1, 2))
    assert open_["south"].due == date(2024, 8, 31)


def test_records_count_from_so_long_before_the_end_of_a_period() -> None:
    # A year that ends on 31 August 2024: of the last six months, since 1 March, the records of 1 to
    # 5 March count. Of the last 181 days, since 4 March, those of the 4th and the 5th.
    of_months = judged(plan_of(quota=[quota(opens="6 months")]))
    of_days = judged(plan_of(quota=[quota(opens="181 days")]))

    assert [of_months[name].value for name in ("t1", "t2", "t3")] == [4, 4, 9]
    assert [of_days[name].value for name in ("t1", "t2", "t3")] == [0, 2, 9]
    assert (of_days["t1"].status, of_days["t1"].due) == (Status.NOT_MET, date(2024, 8, 31))


def test_a_floor_for_every_year_holds_for_years_in_which_no_record_counts() -> None:
    earlier = HOURS.head(1).with_columns(day=pl.lit(date(2023, 3, 1)))
    table = quota(
        every={"cycle": "2 years", "grid": date(2022, 9, 1)},
        part=[{"id": "yearly", "yearly": True, "at_least": 2}],
    )

    all_count = judged(plan_of(quota=[table]), records=pl.concat([HOURS, earlier]))
    of_months = judged(
        plan_of(quota=[{**table, "opens": "6 months"}]), records=pl.concat([HOURS, earlier])
    )

    # t1 did 2 hours in the first year and 4 in March 2024, half a year before the end; t2 nothing
    # in the first year.
    assert [all_count[name].status for name in ("t1", "t2")] == [Status.MET, Status.NOT_MET]
    assert [of_months[name].status for name in ("t1", "t2")] == [Status.NOT_MET] * 2
    assert [of_months[name].value for name in ("t1", "t2")] == [4, 4]


def test_what_is_not_known_of_months_before_joining_matters_to_no_part() -> None:
    part = {"id": "online", "where": ONLINE, "within": {}, "at_least": "1/2", "every": "month"}
    people = pl.DataFrame({"id": ["t1", "t2"], "joined": [date(2024, 4, 2), date(2024, 3, 2)]})
    records = HOURS.with_columns(mode=pl.lit(None, pl.String))

    rows = judged(
        plan_of(quota=[quota(partial="full", part=[part])]),
        people=people,
        records=records,
        as_of=date(2024, 4, 15),
    )

    # Both did 4 hours in March, of which it is not known whether they were online. t1 came in
    # April: half of those of April and of each later month have to be, and there are none yet. t2
    # came in March, which is over.
    assert {name: (row.value, row.status, row.reasons) for name, row in rows.items()} == {
        "t1": (4, Status.PENDING, ()),
        "t2": (4, Status.UNDETERMINED, ("record-fact",)),
    }


def test_what_was_done_before_joining_lapses_where_the_plan_says_so() -> None:
    people = PEOPLE.with_columns(joined=pl.Series([date(2024, 3, 2), date(2024, 3, 5), None]))

    kept = judged(plan_of(quota=[quota(partial="full")]), people=people)
    rows = judged(plan_of(quota=[quota(partial="full", before_joining="lapses")]), people=people)

    # t1 came on 2 March, the day of the second record; t2 the day after its last; t3 was there.
    assert [kept[name].value for name in ("t1", "t2", "t3")] == [4, 4, 9]
    assert [rows[name].value for name in ("t1", "t2", "t3")] == [2, 0, 9]
    assert rows["t1"].status is Status.NOT_MET


def test_of_what_was_done_before_joining_what_was_recognised_counts() -> None:
    people = PEOPLE.with_columns(joined=pl.lit(date(2024, 3, 5)))
    records = HOURS.with_columns(
        recognised=pl.Series([True, False, True, None, False]), mode=pl.lit("online")
    )
    keys: dict[str, Any] = {
        "partial": "full",
        "before_joining": {"recognised": True},
        "at_least": 4,
    }
    cap = {"at_most": 3, "per": "period", "where": ONLINE}

    rows = judged(plan_of(quota=[quota(**keys)]), people=people, records=records)
    capped_ = judged(
        plan_of(quota=[quota(**keys, measure=capped(**cap))]), people=people, records=records
    )

    # t1 has 2 of 4 hours; of 2 of the 4 hours of t2 it is not known; t3 did its 9 hours on the day
    # it joined, and needs nobody to recognise them. Under a cap of 3 hours t2 cannot do it.
    assert {name: (row.value, row.status) for name, row in rows.items()} == {
        "t1": (2, Status.NOT_MET),
        "t2": (2, Status.UNDETERMINED),
        "t3": (9, Status.MET),
    }
    assert rows["t2"].reasons == ("record-fact",)
    assert {name: (row.value, row.status) for name, row in capped_.items()} == {
        "t1": (2, Status.NOT_MET),
        "t2": (2, Status.NOT_MET),
        "t3": (3, Status.NOT_MET),
    }
