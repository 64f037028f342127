"""Days, half-open periods, and full months and years counted from an anchor."""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from typing import Any

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan.dates import (
    Period,
    add_months,
    add_years,
    as_date,
    cycle,
    cycles,
    full_months,
    full_years,
    school_year,
    show_day,
)
from eduplan.errors import InputError

DAY = timedelta(days=1)

# ---------------------------------------------------------------- the oracle
#
# Months are counted by the standard library alone. The day n months after day d of a month is day d
# of the month n places on, or that month's last day where it has no day d. So a table with one row a
# month, holding for each of the days 1 to 31 the day it comes to in that month, answers everything.

FIRST_YEAR, LAST_YEAR = 1979, 2072


def clipped(year: int, month: int) -> list[date]:
    longest = calendar.monthrange(year, month)[1]
    return [date(year, month, min(day, longest)) for day in range(1, 32)]


MONTHS = [
    clipped(year, month) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)
]


def months_after(start: date, months: int) -> date:
    """Return the day ``months`` months after ``start``, from the table."""
    return MONTHS[12 * (start.year - FIRST_YEAR) + start.month - 1 + months][start.day - 1]


def every_day(first: date, end: date) -> Iterator[date]:
    return (first + timedelta(days=i) for i in range((end - first).days))


DECADES = [(date(year, 1, 1), date(min(year + 10, 2061), 1, 1)) for year in range(1990, 2061, 10)]


@pytest.mark.parametrize(("first", "end"), DECADES, ids=lambda day: str(day.year))
def test_months_are_added_as_the_calendar_has_them(first: date, end: date) -> None:
    # all 25,933 days from 1990 to 2060, each with -120 to 120 months: 6.2 million sums
    span = range(-120, 121)
    for start in every_day(first, end):
        place = 12 * (start.year - FIRST_YEAR) + start.month - 1
        expected = [row[start.day - 1] for row in MONTHS[place - 120 : place + 121]]

        assert list(map(add_months, repeat(start), span)) == expected, start


def test_full_months_change_on_the_day_itself_and_not_on_its_eve() -> None:
    # every start in a leap year and the year after it, every number of months
    for start in every_day(date(2024, 1, 1), date(2026, 1, 1)):
        for months in range(-120, 121):
            day = months_after(start, months)

            assert (full_months(start, day - DAY), full_months(start, day)) == (
                months - 1,
                months,
            ), (start, months)


@pytest.mark.parametrize(("first", "end"), DECADES, ids=lambda day: str(day.year))
def test_five_years_are_full_on_the_anniversary_and_four_on_its_eve(first: date, end: date) -> None:
    # A library in wide use counts 3,480 of 10,942 hire dates as complete one day early.
    for hired in every_day(first, end):
        anniversary = months_after(hired, 60)

        assert add_years(hired, 5) == anniversary, hired
        assert [full_years(hired, anniversary + n * DAY) for n in (-1, 0, 1)] == [4, 5, 5], hired


def test_someone_hired_on_leap_day_completes_years_on_the_last_of_february() -> None:
    hired = date(2020, 2, 29)

    assert [add_years(hired, n) for n in range(6)] == [
        date(2020, 2, 29),
        date(2021, 2, 28),
        date(2022, 2, 28),
        date(2023, 2, 28),
        date(2024, 2, 29),
        date(2025, 2, 28),
    ]
    # in the leap year 2024 the 28th is the eve
    assert [full_years(hired, date(2024, 2, day)) for day in (28, 29)] == [3, 4]
    assert [full_years(hired, date(2025, 2, day)) for day in (27, 28)] == [4, 5]


def test_years_before_the_start_are_negative() -> None:
    start = date(2024, 9, 1)

    assert full_years(start, date(2024, 8, 31)) == -1
    assert full_years(start, date(2023, 9, 1)) == -1
    assert full_years(start, date(2023, 8, 31)) == -2
    assert full_years(start, start) == 0


def test_twice_six_months_from_the_end_of_august_is_not_twelve() -> None:
    # edge case 4: the February boundary is clipped, so nothing is counted from a boundary
    start = date(2024, 8, 31)

    assert add_months(add_months(start, 6), 6) == date(2025, 8, 28)
    assert add_months(start, 12) == date(2025, 8, 31)


@pytest.mark.parametrize(("anchor", "months"), [(date(9999, 9, 1), 4), (date(1, 1, 1), -1)])
def test_months_beyond_the_calendar_are_refused(anchor: date, months: int) -> None:
    with pytest.raises(InputError) as refused:
        add_months(anchor, months)

    assert [fault.code for fault in refused.value.faults] == ["no-such-day"]


# ---------------------------------------------------------------- what is a date


@pytest.mark.parametrize(
    "spelled", [date(2024, 9, 1), "2024-09-01", pendulum.date(2024, 9, 1)], ids=["date", "ISO", "-"]
)
def test_a_day_is_taken_as_a_plain_date(spelled: Any) -> None:
    found = as_date(spelled)

    assert found == date(2024, 9, 1)
    assert type(found) is date


@pytest.mark.parametrize(
    ("spelled", "code"),
    [
        (datetime(2024, 9, 1), "date-time"),
        (datetime(2024, 9, 1, 8, 30, tzinfo=UTC), "date-time"),
        (pendulum.datetime(2024, 9, 1), "date-time"),
        ("2024-09-01T00:00:00", "not-a-date"),
        ("2024-9-1", "not-a-date"),
        ("20240901", "not-a-date"),
        ("2024-W36-1", "not-a-date"),
        ("2024/09/01", "not-a-date"),
        ("2024-09-01\n", "not-a-date"),
        ("２０２４-09-01", "not-a-date"),
        ("now", "not-a-date"),
        ("", "not-a-date"),
        (20240901, "not-a-date"),
        (None, "not-a-date"),
        ("2023-02-29", "no-such-day"),
        ("2024-13-01", "no-such-day"),
        ("0000-01-01", "no-such-day"),
    ],
)
def test_what_is_not_a_day_is_refused(spelled: Any, code: str) -> None:
    with pytest.raises(InputError) as refused:
        as_date(spelled)

    assert [fault.code for fault in refused.value.faults] == [code]


# ---------------------------------------------------------------- periods

small_days = st.integers(0, 7).map(lambda n: date(2024, 2, 26) + n * DAY)  # over a leap day
small_periods = (
    st.tuples(small_days, small_days).filter(lambda p: p[0] < p[1]).map(lambda p: Period(*p))
)


def days_of(period: Period) -> set[date]:
    """Return the days of a period, by stepping from day to day."""
    found, day = set(), period.start
    while day < period.end:
        found.add(day)
        day += DAY
    return found


def test_a_period_holds_its_start_and_not_its_end() -> None:
    term = Period(date(2024, 9, 1), date(2025, 1, 12))

    assert date(2024, 8, 31) not in term
    assert date(2024, 9, 1) in term
    assert date(2025, 1, 11) in term
    assert date(2025, 1, 12) not in term
    assert term.last == date(2025, 1, 11)
    # 30 + 31 + 30 + 31 days of September to December, and 11 of January
    assert term.days == 133


@pytest.mark.parametrize("end", [date(2024, 9, 1), date(2024, 8, 31)])
def test_a_period_without_a_day_is_refused(end: date) -> None:
    with pytest.raises(InputError) as refused:
        Period(date(2024, 9, 1), end)

    assert [fault.code for fault in refused.value.faults] == ["empty-period"]


def test_a_period_takes_no_date_time() -> None:
    with pytest.raises(InputError) as refused:
        Period(datetime(2024, 9, 1), date(2024, 9, 2))

    assert [fault.code for fault in refused.value.faults] == ["date-time"]


def test_neighbouring_periods_share_no_day() -> None:
    autumn = Period(date(2024, 9, 1), date(2025, 1, 12))
    holiday = Period(date(2025, 1, 12), date(2025, 2, 17))

    assert not autumn.overlaps(holiday)
    assert autumn.meet(holiday) is None


@given(small_periods, small_periods)
def test_periods_behave_as_sets_of_days(one: Period, other: Period) -> None:
    both = days_of(one) & days_of(other)
    met = one.meet(other)

    assert set(one) == days_of(one)
    assert list(one) == sorted(days_of(one))
    assert one.days == len(days_of(one))
    assert one.last == max(days_of(one))
    assert one.overlaps(other) is bool(both)
    assert (days_of(met) if met else set()) == both


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2024, 8, 31), 2023),
        (date(2024, 9, 1), 2024),
        (date(2024, 12, 31), 2024),
        (date(2025, 1, 1), 2024),
        (date(2025, 8, 31), 2024),
    ],
)
def test_a_school_year_begins_on_the_first_of_september(day: date, year: int) -> None:
    assert school_year(day) == year


def test_a_day_is_shown_as_people_write_it() -> None:
    day = date(2025, 6, 4)

    assert (show_day(day, "zh"), show_day(day, "en")) == ("2025年6月4日", "4 June 2025")


# ---------------------------------------------------------------- cycles


def test_five_year_cycles_go_on_before_and_after_their_grid() -> None:
    # anchored on 2016: 2011-2015 lies before, 2016-2020 and 2021-2025 from it on
    anchor = date(2016, 1, 1)
    window = Period(date(2015, 12, 31), date(2021, 1, 2))

    assert cycles(anchor, 60, window, before_anchor=True) == [
        Period(date(2011, 1, 1), date(2016, 1, 1)),
        Period(date(2016, 1, 1), date(2021, 1, 1)),
        Period(date(2021, 1, 1), date(2026, 1, 1)),
    ]


def test_a_persons_own_cycles_do_not_go_on_before_the_first() -> None:
    joined = date(2019, 8, 31)
    window = Period(date(2015, 1, 1), date(2024, 9, 1))

    assert cycles(joined, 60, window) == [
        Period(date(2019, 8, 31), date(2024, 8, 31)),
        Period(date(2024, 8, 31), date(2029, 8, 31)),
    ]
    assert cycles(joined, 60, Period(date(2015, 1, 1), date(2019, 8, 31))) == []


def test_cycle_boundaries_do_not_drift_from_a_long_month() -> None:
    # half-years from 31 August: every second boundary is clipped, no later one is
    boundaries = [cycle(date(2023, 8, 31), 6, index).start for index in range(5)]

    assert boundaries == [
        date(2023, 8, 31),
        date(2024, 2, 29),
        date(2024, 8, 31),
        date(2025, 2, 28),
        date(2025, 8, 31),
    ]


@given(
    anchor=st.sampled_from(
        [date(2023, 8, 31), date(2024, 1, 30), date(2024, 2, 29), date(2024, 3, 1)]
    ),
    months=st.integers(1, 7),
    start=st.integers(-400, 400),
    length=st.integers(1, 200),
    before=st.booleans(),
)
def test_cycles_are_the_steps_of_the_grid_that_share_a_day_with_the_window(
    anchor: date, months: int, start: int, length: int, before: bool
) -> None:
    window = Period(anchor + start * DAY, anchor + (start + length) * DAY)
    # Steps of the table that share a day; 30 on either side reach further than any window.
    steps = [
        (months_after(anchor, months * i), months_after(anchor, months * (i + 1)))
        for i in range(0 if not before else -30, 30)
    ]
    expected = [Period(a, b) for a, b in steps if any(a <= day < b for day in days_of(window))]

    assert cycles(anchor, months, window, before_anchor=before) == expected
