"""Parts of quotas over frames, in cases whose answers are worked out by hand.

Whoever is judged, and what there is on record, is that of ``test_frames_quotas``.
"""

from datetime import date
from typing import Any

import polars as pl
import pytest

from eduplan import Status
from test_frames import plan_of, quota
from test_frames_quotas import CENTRAL, HOURS, ONLINE, PEOPLE, judged


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
