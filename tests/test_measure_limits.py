"""Caps, tariffs and thresholds of measures, edge by edge."""

from collections.abc import Mapping
from datetime import date
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import Record, Register
from eduplan.errors import InputError
from eduplan.facts import getter
from eduplan.measures import Gauge, Reading, as_measure
from measured import CYCLE, DAY, SCALES, read, record, told, trainings

# ---------------------------------------------------------------- caps

YEARLY = [
    {"at_most": 20, "per": "period"},
    {"at_most": 5, "per": "calendar-year"},
]


def credits_by_year(*amounts: Any) -> list[Record]:
    return [
        record(f"y{year}", date(year, 6, 1), credits=amount)
        for year, amount in enumerate(amounts, start=2021)
    ]


def test_five_credits_a_year_count_and_twenty_in_the_cycle() -> None:
    # edge case 11: at most 5 a year and 20 a cycle; 10, 10, 3, 2, 1 gives 5, 5, 3, 2, 1
    table = {"sum": "credits", "of": "training", "caps": YEARLY}
    reading = read(table, credits_by_year(10, 10, 3, 2, 1))

    assert reading.amounts == (5, 5, 3, 2, 1)
    assert reading.low == reading.high == 16
    # ten credits lost to the years, none to the cycle
    assert [(bound.cap.per.value, bound.lost) for bound in reading.caps] == [("calendar-year", 10)]


def test_a_cap_inside_a_cap_is_applied_first_and_the_latest_lose() -> None:
    table = {"sum": "credits", "of": "training", "caps": YEARLY}
    reading = read(table, credits_by_year(10, 10, 10, 10, 10))

    # five a year would be 25, of which the cycle takes the last five away
    assert reading.amounts == (5, 5, 5, 5, 0)
    assert [(bound.cap.per.value, bound.lost) for bound in reading.caps] == [
        ("calendar-year", 25),
        ("period", 5),
    ]


@pytest.mark.parametrize(
    ("per", "days", "counted"),
    [
        # eight hours each, at most ten in each range; the school year begins on 1 September
        ("record", [date(2021, 8, 30), date(2021, 8, 31)], (8, 8)),
        ("month", [date(2021, 8, 30), date(2021, 8, 31)], (8, 2)),
        ("month", [date(2021, 8, 31), date(2021, 9, 1)], (8, 8)),
        ("month", [date(2021, 8, 31), date(2022, 8, 31)], (8, 8)),
        ("school-year", [date(2021, 8, 31), date(2021, 9, 1)], (8, 8)),
        ("school-year", [date(2021, 9, 1), date(2022, 8, 31)], (8, 2)),
        ("calendar-year", [date(2021, 8, 31), date(2021, 12, 31)], (8, 2)),
        ("calendar-year", [date(2021, 12, 31), date(2022, 1, 1)], (8, 8)),
        ("period", [date(2021, 1, 1), date(2025, 12, 31)], (8, 2)),
    ],
)
def test_a_cap_holds_within_its_range(per: str, days: list[date], counted: tuple[int, ...]) -> None:
    table = {"sum": "hours", "of": "training", "caps": {"at_most": 10, "per": per}}

    assert read(table, [record(str(d), d, hours=8) for d in days]).amounts == counted


SPANS = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 4))
"""The first of a few days, how many more days, and hours."""


@given(several=st.lists(SPANS, max_size=4), most=st.integers(0, 2))
def test_a_cap_on_a_day_leaves_what_the_days_of_the_records_can_hold(
    several: list[tuple[int, int, int]], most: int
) -> None:
    first = date(2021, 3, 1)
    records = [
        record(f"r{i}", first + day * DAY, last_day=first + (day + more) * DAY, hours=hours)
        for i, (day, more, hours) in enumerate(several)
    ]
    measure = {"sum": "hours", "of": "training", "caps": [{"at_most": most, "per": "day"}]}

    # One hour after the other goes to a day of its record that still has room. What is found by
    # moving hours aside as long as that makes room for one more is the most that fits.
    holders: dict[tuple[int, int], int] = {}

    def fits(which: int, seen: set[tuple[int, int]]) -> bool:
        day, more, _ = several[which]
        for place in product(range(day, day + more + 1), range(most)):
            if place not in seen:
                seen.add(place)
                if place not in holders or fits(holders[place], seen):
                    holders[place] = which
                    return True
        return False

    order = sorted(range(len(several)), key=lambda i: (several[i][0], i))
    counted = [sum(fits(i, set()) for _ in range(several[i][2])) for i in order]

    reading = read(measure, records)
    assert list(reading.amounts) == counted
    assert (reading.low, reading.high) == (sum(counted), sum(counted))


def test_no_more_than_so_much_of_one_record_counts() -> None:
    table = {"sum": "hours", "of": "training", "caps": {"at_most": 6, "per": "record"}}

    assert read(table, trainings({"hours": 8}, {"hours": 5}, {"hours": "20/3"})).amounts == (
        6,
        5,
        6,
    )


def test_a_cap_holds_only_for_the_records_it_names() -> None:
    table = {
        "sum": "hours",
        "of": "training",
        "caps": {"at_most": 10, "per": "period", "where": {"mode": "online"}},
    }
    records = trainings(
        {"hours": 8, "mode": "online"},
        {"hours": 30, "mode": "site"},
        {"hours": 8, "mode": "online"},
    )

    assert read(table, records).amounts == (8, 30, 2)


def test_it_does_not_matter_which_of_two_caps_is_written_first() -> None:
    # At most 5 hours online and 8 in all. Ten online and five on site: five and three count, which
    # is as much as both caps allow.
    online = {"at_most": 5, "per": "period", "where": {"mode": "online"}}
    in_all = {"at_most": 8, "per": "period"}
    records = trainings({"hours": 10, "mode": "online"}, {"hours": 5, "mode": "site"})

    for caps in permutations([online, in_all]):
        assert read({"sum": "hours", "of": "training", "caps": caps}, records).low == 8


@pytest.mark.parametrize("table", [{"days": "training"}, {"distinct": "book", "of": "training"}])
def test_a_cap_is_never_ignored(table: dict[str, Any]) -> None:
    # ten books on ten days, of which at most three count: three, unless such a cap is refused
    records = trainings(*({"book": str(i)} for i in range(10)))
    try:
        found: object = read(table | {"caps": {"at_most": 3, "per": "period"}}, records).low
    except InputError:
        found = "refused"

    assert found in (3, "refused")


@given(st.permutations(range(5)), st.lists(st.integers(0, 8), min_size=5, max_size=5))
def test_the_order_of_records_does_not_matter_to_caps(
    places: list[int], amounts: list[int]
) -> None:
    table = {
        "sum": "hours",
        "of": "training",
        "caps": [{"at_most": 9, "per": "month"}, {"at_most": 15, "per": "period"}],
    }
    # two in February, three in March, and two of them on one day
    days = [
        date(2021, 2, 27),
        date(2021, 2, 28),
        date(2021, 3, 1),
        date(2021, 3, 1),
        date(2021, 3, 2),
    ]
    records = [record(f"r{i}", days[i], hours=amounts[i]) for i in range(5)]

    assert read(table, [records[i] for i in places]) == read(table, records)
    # nested caps: every month up to nine, and of that fifteen
    months = [sum(amounts[:2]), sum(amounts[2:])]
    assert read(table, records).low == min(sum(min(m, 9) for m in months), 15)


# ---------------------------------------------------------------- tariffs and limits, edge by edge


def credit(tariff: Any, *facts: Mapping[str, Any], **keys: Any) -> Reading:
    """Return the credits of trainings with these facts."""
    return read({"credits": "training", "tariff": tariff, **keys}, trainings(*facts))


def lacking(reading: Reading) -> dict[str, int]:
    """Return of how many records which fact is missing."""
    return {str(m.facts["field"]): int(str(m.facts["count"])) for m in reading.missing}


@pytest.mark.parametrize(("stated", "counts"), [(1, False), (2, True), (5, True), (6, False)])
def test_both_ends_of_a_range_lie_inside_it(stated: int, counts: bool) -> None:
    reading = credit([{"stated": "credits", "least": 2, "most": 5}], {"credits": stated})

    assert reading.low == reading.high == (stated if counts else 0)
    assert [reason for reason, _, _ in told(reading)] == ([] if counts else ["outside-range"])


def test_a_figure_nobody_entered_is_anything_up_to_the_most() -> None:
    reading = credit([{"stated": "credits", "least": 2, "most": 5}], {})

    assert (reading.low, reading.high) == (0, 5)
    assert lacking(reading) == {"credits": 1}


def test_no_record_is_worth_more_than_its_row_allows() -> None:
    row = {"per": "characters", "each": 1000, "amount": 2, "at_most": 20}

    assert credit([row], {"characters": 9_000}).low == 18
    assert credit([row], {"characters": 30_000}).low == 20
    assert credit([row], {}).high == 20


def test_of_two_rows_that_may_fit_the_larger_bounds_a_record_if_both_have_bounds() -> None:
    bounded = [{"where": {"passed": True}, "fixed": 3}, {"per": "hours", "at_most": 2}]
    open_ = [{"where": {"passed": True}, "fixed": 3}, {"per": "hours"}]

    assert (credit(bounded, {}).low, credit(bounded, {}).high) == (0, 3)
    assert (credit(open_, {}).low, credit(open_, {}).high) == (0, None)
    assert (credit(open_, {"hours": 5}).low, credit(open_, {"hours": 5}).high) == (3, 5)


@pytest.mark.parametrize("range_", [{}, {"most": 10}, {"most": 4}])
def test_no_record_is_worth_more_than_its_row_allows_whatever_nobody_stated(
    range_: dict[str, int],
) -> None:
    """A figure up to 10 of which 6 counts counts for at most 6; one up to 4 for at most 4."""
    reading = credit([{"stated": "credits", "at_most": 6, **range_}], {})
    assert (reading.low, reading.high) == (0, min(6, range_.get("most", 6)))


def test_absence_nobody_stated_may_cancel_a_record_and_is_asked_for() -> None:
    rule = {"missed": "missed", "of": "whole", "reaches": "1/5"}
    facts = ({"whole": 40}, {"whole": 40}, {"missed": 3})
    reading = credit([{"fixed": 4}], *facts, absence=rule)

    assert (reading.low, reading.high) == (0, 12)
    assert lacking(reading) == {"missed": 2, "whole": 1}


def test_a_factor_of_which_it_is_not_known_whether_it_holds_is_asked_for() -> None:
    factors = [[{"where": {"part": "listener"}, "times": "1/2"}]]
    reading = credit([{"fixed": 4}], {}, {"part": "listener"}, {"part": "host"}, factors=factors)

    assert (reading.low, reading.high) == (2 + 2 + 4, 4 + 2 + 4)
    assert lacking(reading) == {"part": 1}


def test_limits_tell_of_how_many_records_they_do_not_know_where_they_belong() -> None:
    limits = {
        "caps": [{"at_most": 9, "per": "period", "where": {"online": True}}],
        "thresholds": [{"each": "topic", "at_least": 1}],
    }
    reading = read(
        {"sum": "hours", "of": "training", **limits},
        trainings({"hours": 1}, {"hours": 1}, {"hours": 1, "online": True, "topic": "a"}),
    )

    assert lacking(reading) == {"online": 2, "topic": 2}


@pytest.mark.parametrize(
    ("cap", "most"),
    [
        ({"per": "period"}, 3),
        ({"per": "month"}, None),
        ({"per": "period", "each": "topic"}, None),
        ({"per": "period", "where": {"online": True}}, None),
    ],
)
def test_only_a_cap_on_everything_bounds_what_is_not_stated(
    cap: dict[str, Any], most: int | None
) -> None:
    table = {"sum": "hours", "of": "training", "caps": {"at_most": 3, **cap}}

    assert read(table, trainings({"online": True, "topic": "a"})).high == most


@pytest.mark.parametrize(
    ("records", "low", "high"),
    [
        # 3 hours for each topic: the second may be about reading too
        ([("reading", 2), (None, 2)], 3, 4),
        # about writing there is room for 1 hour more, about reading for 2; about others for all
        ([("reading", 1), ("writing", 2), (None, 2)], 4, 5),
        ([("reading", 4), (None, 2)], 3, 5),
        # two that do not say it may be about one topic or about two
        ([(None, 2), (None, 2)], 3, 4),
        ([(None, 4)], 3, 3),
        ([("reading", 2), (None, 2), (None, 2)], 3, 6),
    ],
)
def test_what_names_no_topic_may_be_about_any_under_a_cap_for_each(
    records: list[tuple[str | None, int]], low: int, high: int
) -> None:
    table = {"sum": "hours", "of": "training"}
    caps = {"at_most": 3, "per": "period", "each": "topic"}
    facts = [
        {"hours": n} if topic is None else {"hours": n, "topic": topic} for topic, n in records
    ]

    reading = read({**table, "caps": caps}, trainings(*facts))
    beside = read({**table, "caps": [caps, {"at_most": 99, "per": "period"}]}, trainings(*facts))

    assert (reading.low, reading.high) == (low, high)
    assert beside.low <= low
    assert beside.high == high
    assert lacking(reading) == {"topic": sum(topic is None for topic, _ in records)}


def test_a_cap_for_each_goes_by_the_values_of_a_record_in_any_order() -> None:
    table = {"count": "training", "caps": {"at_most": 1, "per": "period", "each": "topic"}}
    both = ("reading", "writing")

    alike = read(table, trainings({"topic": both}, {"topic": both[::-1]}))
    one = read(table, trainings({"topic": "reading"}, {"topic": ("reading",)}))
    other = read(table, trainings({"topic": both}, {"topic": "reading"}))

    assert (alike.low, one.low, other.low) == (1, 1, 2)


def test_a_share_of_what_is_owed_is_a_cap_only_where_that_is_known() -> None:
    caps = {"share": "1/2", "per": "period"}
    measure = as_measure({"sum": "hours", "of": "training", "caps": caps})
    entries = Register(trainings({"hours": 8})).of("t1", measure.kinds)
    gauge = Gauge(measure, SCALES)
    known = gauge.read(entries, getter({}), CYCLE, 10)
    unknown = gauge.read(entries, getter({}), CYCLE, None)

    assert (known.low, known.high) == (5, 5)
    assert (unknown.low, unknown.high) == (0, 8)


def test_caps_are_put_in_the_order_in_which_they_hold() -> None:
    everything = {"at_most": 1, "per": "period"}
    scoped = {"at_most": 2, "per": "period", "where": {"online": True}}
    apart = {"at_most": 3, "per": "period", "each": "topic"}
    monthly = {"at_most": 4, "per": "month"}
    best = {"best": 5, "per": "period"}
    measure = as_measure({"count": "training", "caps": [everything, scoped, apart, monthly, best]})

    assert [cap.at_most or cap.best for cap in measure.caps] == [5, 4, 3, 2, 1]


def test_a_book_that_may_count_without_a_title_may_be_a_new_one() -> None:
    table = {"distinct": "title", "of": "training", "where": {"passed": True}}
    reading = read(table, trainings({"passed": True, "title": "a"}, {}, {}, {"title": "a"}))

    assert (reading.low, reading.high) == (1, 3)
