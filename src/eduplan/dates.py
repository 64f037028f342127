"""Days, half-open periods, and full years and months counted from an anchor.

Every boundary is computed from its anchor, never by adding a month to the boundary before: from 31
August, six months and again six months is 28 August, twelve months is 31 August.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

import attrs
from pendulum.helpers import add_duration

from eduplan.errors import kind_of, refuse
from eduplan.messages import catalogue
from eduplan.messages import show_day as show_day

DAY = timedelta(days=1)
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def as_date(value: date | str) -> date:
    """Return ``value`` as a plain `datetime.date`.

    Accepts a date or its ISO spelling. A date-time is not a date and is refused.

    Raises:
        InputError: not a date.

    >>> as_date("2024-09-01")
    datetime.date(2024, 9, 1)
    """
    if type(value) is date:
        return value
    if isinstance(value, datetime):
        raise refuse("date-time")
    if isinstance(value, date):  # a subclass such as pendulum.Date
        return date(value.year, value.month, value.day)
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse("no-such-day") from None
    got = catalogue()["kind-of.other-text"] if isinstance(value, str) else kind_of(value)
    raise refuse("not-a-date", got=got)


@attrs.frozen(order=True, cache_hash=True)
class Period:
    """A span of days, half-open: ``start`` is inside, ``end`` is the first day after it.

    Raises:
        InputError: an end that is not after the start, or not dates.

    >>> year = Period(date(2024, 9, 1), date(2025, 9, 1))
    >>> date(2025, 8, 31) in year, date(2025, 9, 1) in year, year.days
    (True, False, 365)
    """

    start: date = attrs.field(converter=as_date)
    end: date = attrs.field(converter=as_date)

    def __attrs_post_init__(self) -> None:
        if self.end <= self.start:
            raise refuse("empty-period")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=i) for i in range(self.days))

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """Last day inside."""
        return self.end - DAY

    def overlaps(self, other: Period) -> bool:
        """Say whether the two share a day."""
        return self.start < other.end and other.start < self.end

    def meet(self, other: Period) -> Period | None:
        """Return the days both have, None where they have none."""
        if not self.overlaps(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))


@lru_cache(maxsize=65536)
def add_months(anchor: date, months: int) -> date:
    """Return the day ``months`` months after ``anchor``; a day past the month's end is clipped.

    >>> add_months(date(2024, 8, 31), 6)
    datetime.date(2025, 2, 28)
    """
    try:
        moved = add_duration(anchor, months=months)
    except (ValueError, OverflowError):
        raise refuse("no-such-day") from None
    return date(moved.year, moved.month, moved.day)


def add_years(anchor: date, years: int) -> date:
    """Return the day ``years`` years after ``anchor``: 29 February becomes the 28th off leap years.

    >>> add_years(date(2020, 2, 29), 5)
    datetime.date(2025, 2, 28)
    """
    return add_months(anchor, 12 * years)


def full_months(start: date, day: date) -> int:
    """Return how many full months have passed from ``start`` to ``day``; negative before it.

    It is the largest n with ``add_months(start, n) <= day``.

    >>> full_months(date(2024, 1, 31), date(2024, 2, 29))
    1
    """
    months = 12 * (day.year - start.year) + day.month - start.month
    return months if add_months(start, months) <= day else months - 1


def full_years(start: date, day: date) -> int:
    """Return how many full years have passed from ``start`` to ``day``; negative before it.

    >>> [full_years(date(2020, 2, 29), date(2025, 2, day)) for day in (27, 28)]
    [4, 5]
    """
    return full_months(start, day) // 12


def school_year(day: date) -> int:
    """Return the calendar year in which the school year of ``day`` began, on 1 September.

    >>> school_year(date(2025, 8, 31)), school_year(date(2025, 9, 1))
    (2024, 2025)
    """
    return day.year if day.month >= 9 else day.year - 1


def days_of_school_year(day: date) -> Period:
    """Return the days of the school year of ``day``.

    Raises:
        InputError: it begins before the year 1 or ends after 9999.

    >>> days_of_school_year(date(2025, 8, 31))
    Period(start=datetime.date(2024, 9, 1), end=datetime.date(2025, 9, 1))
    """
    return _days_of_school_year(school_year(day))


@cache
def _days_of_school_year(year: int) -> Period:
    try:
        return Period(date(year, 9, 1), date(year + 1, 9, 1))
    except ValueError:
        raise refuse("no-such-day") from None


def cycle(anchor: date, months: int, index: int) -> Period:
    """Return cycle ``index`` (0 is the first) of ``months`` months counted from ``anchor``.

    >>> cycle(date(2016, 1, 1), 60, 1)
    Period(start=datetime.date(2021, 1, 1), end=datetime.date(2026, 1, 1))
    """
    return Period(add_months(anchor, months * index), add_months(anchor, months * (index + 1)))


def cycles(
    anchor: date, months: int, window: Period, *, before_anchor: bool = False
) -> list[Period]:
    """Return the cycles of ``months`` months counted from ``anchor`` that overlap ``window``.

    Args:
        anchor: first day of cycle 0.
        months: length of a cycle in months, at least 1.
        window: the days of interest.
        before_anchor: whether the grid goes on before its anchor; a person's own cycle does not.
    """
    first = full_months(anchor, window.start) // months
    if not before_anchor:
        first = max(first, 0)
    found = []
    index = first
    while (period := cycle(anchor, months, index)).start < window.end:
        if period.end > window.start:
            found.append(period)
        index += 1
    return found
