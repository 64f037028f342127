"""When within a period something is due: the whole of it, some of its weeks or months, or a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from eduplan.dates import DAY, Period, add_months
from eduplan.errors import FaultList, NotKnown, kind_of, refuse
from eduplan.messages import Text
from eduplan.periods import Every, Unit
from eduplan.selectors import Selector, as_selector
from eduplan.tables import (
    Table,
    as_member,
    as_name,
    as_positive,
    as_text,
    read_each,
    read_tables,
    unknown_keys,
)

if TYPE_CHECKING:
    from eduplan.calendars import StageCalendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SCHOOL_DAYS = ("first-school-day", "last-school-day")
DAY_RULES = (*WEEKDAYS, *_SCHOOL_DAYS)
_WEEK = timedelta(days=7)


class Shift(StrEnum):
    """What becomes of a day that is no school day."""

    NEXT = "next-school-day"
    PREVIOUS = "previous-school-day"
    DROP = "drop"


class Holiday(StrEnum):
    """The holidays between the terms of a school year, and after its last."""

    WINTER = "winter"
    SUMMER = "summer"


_UNITS: Mapping[str, frozenset[Unit]] = {
    "weeks": frozenset({Unit.TERM}),
    "last_weeks": frozenset({Unit.TERM}),
    "months": frozenset({Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR}),
    "holiday": frozenset({Unit.SCHOOL_YEAR}),
    "weekday": frozenset({Unit.WEEK, Unit.TEACHING_WEEK}),
    "day": frozenset({Unit.MONTH, Unit.TEACHING_MONTH}),
}
"""In which periods a window can be told."""


@attrs.frozen(kw_only=True)
class Window:
    """The days of a period on which something is due; exactly one way of saying so.

    Args:
        weeks: first and last teaching week of a term, counted from 1.
        last_weeks: the last so many teaching weeks of a term.
        months: first and last calendar month of a year, both inclusive.
        holiday: the winter or summer holiday of a school year.
        day: a single day: a weekday of a week, a day of a month from 1 to 31 (a shorter month has
            its last), or the first or last school day of any period.
        shift: of a weekday or day of a month, what becomes of it where it is no school day; left
            out, it is due whether or not there is school.

    Raises:
        InputError: none or several ways, or a shift without such a day.
    """

    weeks: tuple[int, int] | None = None
    last_weeks: int | None = None
    months: tuple[int, int] | None = None
    holiday: Holiday | None = None
    day: str | int | None = None
    shift: Shift | None = None

    @property
    def way(self) -> str:
        """The key of the way it is told."""
        return next(way for way in _WAYS if getattr(self, way) is not None)

    @property
    def needs(self) -> frozenset[Unit]:
        """The units of period in which it can be told, empty where in all."""
        if self.day is None:
            return _UNITS[self.way]
        if isinstance(self.day, int):
            return _UNITS["day"]
        return _UNITS["weekday"] if self.day in WEEKDAYS else frozenset()


def as_window(value: Window | Table | None) -> Window | None:
    """Return a window from a table such as ``{ weeks = [8, 10] }``; None for the whole period.

    >>> as_window({"day": "friday", "shift": "drop"}).shift
    <Shift.DROP: 'drop'>
    """
    if value is None or isinstance(value, Window):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    unknown_keys(value, (*_WAYS, "shift"), faults)
    if len([way for way in _WAYS if way in value]) != 1:
        faults.add("window-one-of", known=", ".join(_WAYS))
    readers = {**_WAYS, "shift": _as_shift}
    found = {key: faults.read(key, readers[key], value[key]) for key in value if key in readers}
    day = found.get("day")
    if "shift" in found and not faults.faults and (day is None or day in _SCHOOL_DAYS):
        faults.add("shift-without-day", "shift")
    faults.raise_any()
    return Window(**found)  # type: ignore[arg-type]


def _as_weeks(value: object) -> tuple[int, int]:
    return _as_span(value, 60, "weeks-span", wraps=False)


def _as_months(value: object) -> tuple[int, int]:
    return _as_span(value, 12, "months-span", wraps=True)


def _as_span(value: object, most: int, code: str, *, wraps: bool) -> tuple[int, int]:
    numbers = read_each(value, as_positive)
    if len(numbers) != 2 or max(numbers) > most or (not wraps and numbers[0] > numbers[1]):
        raise refuse(code)
    return numbers[0], numbers[1]


def _as_holiday(value: object) -> Holiday:
    return as_member(Holiday, value)


def _as_shift(value: object) -> Shift:
    return as_member(Shift, value)


def _as_day(value: object) -> str | int:
    if type(value) is int and 1 <= value <= 31:
        return value
    if isinstance(value, str) and value in DAY_RULES:
        return value
    raise refuse("day-rule", known=", ".join(DAY_RULES))


_WAYS: dict[str, Callable[[object], object]] = {
    "weeks": _as_weeks,
    "last_weeks": as_positive,
    "months": _as_months,
    "holiday": _as_holiday,
    "day": _as_day,
}


@attrs.frozen(kw_only=True)
class Occasion:
    """One of several named things due in a period, such as the mid-term and the final test.

    Args:
        id: its name.
        title: what people call it.
        where: which of the records are for it.
        window: on which days of the period it is due, by default on all.
    """

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    window: Window | None = attrs.field(default=None, converter=as_window)


def as_occasions(value: Sequence[Occasion | Table]) -> tuple[Occasion, ...]:
    """Return occasions from their tables."""
    return read_tables(Occasion, value)


def check_window(window: Window | None, every: Every, faults: FaultList) -> None:
    """Note a window that cannot be told in periods of ``every``."""
    if window is None:
        return
    if window.needs and every.unit not in window.needs:
        known = ", ".join(sorted(window.needs))
        faults.add("window-not-in", "window", way=window.way, known=known)
    elif window.day is not None and window.shift is None and every.needs_calendar:
        if window.day not in _SCHOOL_DAYS:
            faults.add("shift-needed", "window", known=", ".join(Shift))
    elif window.months is not None:
        first = 9 if every.unit is Unit.SCHOOL_YEAR else 1
        if _months_on(first, window.months[0]) > _months_on(first, window.months[1]):
            faults.add("months-span", "window.months")


def _months_on(first: int, month: int) -> int:
    return (month - first) % 12


def days_due(
    window: Window | None, period: Period, school: Callable[[], StageCalendar]
) -> Period | None:
    """Return the days of a period on which something is due, None where its day is dropped.

    Args:
        window: which days, None for all.
        period: the period.
        school: returns the school days, where they are needed.

    Raises:
        NotKnown: the calendar is missing, or ends too early.
    """
    if window is None:
        return period
    if window.weeks is not None:
        return _weeks(period, *window.weeks, school())
    if window.last_weeks is not None:
        weeks = school().weeks(period)[-window.last_weeks :]
        return Period(weeks[0].start, weeks[-1].end) if weeks else None
    if window.months is not None:
        first, last = (_months_on(period.start.month, month) for month in window.months)
        return Period(add_months(period.start, first), add_months(period.start, last + 1))
    if window.holiday is not None:
        return _holiday(period, window.holiday, school())
    return _day(window, period, school)


def _weeks(term: Period, first: int, last: int, school: StageCalendar) -> Period | None:
    """Return some teaching weeks of a term, without asking for days after them."""
    monday = term.start - timedelta(days=term.start.weekday())
    found: list[Period] = []
    while monday < term.end and len(found) < last:
        found.extend(school.weeks(Period(monday, monday + _WEEK)))
        monday += _WEEK
    chosen = found[first - 1 :]
    return Period(chosen[0].start, chosen[-1].end) if chosen else None


def _holiday(year: Period, holiday: Holiday, school: StageCalendar) -> Period:
    """Return the days between the two terms of a school year, or between it and the next."""
    starts = sorted(term.period.start for term in school.terms)
    own = [t for t in school.terms if t.school_year == year.start.year]
    before = [t for t in own if t.number == (1 if holiday is Holiday.WINTER else 2)]
    if not before:
        day = year.start if holiday is Holiday.WINTER else year.last
        raise NotKnown("holiday-not-published", day=day, year=f"{year.start.year}")
    end = before[0].period.end
    following = [start for start in starts if start >= end]
    if holiday is Holiday.SUMMER:
        return Period(end, min(following[0], year.end) if following else year.end)
    if len(own) < 2:
        raise NotKnown("holiday-not-published", day=end, year=f"{year.start.year}")
    return Period(end, following[0])


def _day(window: Window, period: Period, school: Callable[[], StageCalendar]) -> Period | None:
    if window.day in _SCHOOL_DAYS:
        days = school().days(period)
        if not days:
            return None
        chosen = days[0 if window.day == _SCHOOL_DAYS[0] else -1]
        return Period(chosen, chosen + DAY)
    if isinstance(window.day, int):
        found = min(period.start + timedelta(days=window.day - 1), period.last)
    else:
        found = period.start + timedelta(days=WEEKDAYS.index(str(window.day)))
    if window.shift is None or found in school().days(period):
        return Period(found, found + DAY)
    if window.shift is Shift.DROP:
        return None
    forward = window.shift is Shift.NEXT
    step = school().after_school_days if forward else school().before_school_days
    moved = step(found, 1)
    return Period(moved, moved + DAY)
