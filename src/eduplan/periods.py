"""In which periods something is owed: week, month, term, year, or a cycle with its anchor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import attrs

from eduplan.dates import DAY, Period, as_date, cycles, cycles_from_completions, show_day
from eduplan.errors import FaultList, NotKnown, refuse
from eduplan.messages import Language, Text, say
from eduplan.selectors import Getter
from eduplan.tables import Table, as_name, as_positive, as_string, read_table

if TYPE_CHECKING:  # a plan is at hand without the calendars being read
    from eduplan.calendars import SchoolCalendar


class Unit(StrEnum):
    """What a period is."""

    SCHOOL_DAY = "school-day"
    WEEK = "week"
    TEACHING_WEEK = "teaching-week"
    MONTH = "month"
    TEACHING_MONTH = "teaching-month"
    TERM = "term"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    CYCLE = "cycle"
    PLAN = "plan"


NEEDS_CALENDAR = frozenset({Unit.SCHOOL_DAY, Unit.TEACHING_WEEK, Unit.TEACHING_MONTH, Unit.TERM})
"""Units that cannot be told without a school calendar."""

_LENGTH = re.compile(r"(\d{1,3}) (year|month)s?", re.ASCII)
_BEARER = "@bearer."
_MONDAY = date(2018, 1, 1)
_SEPTEMBER = date(2000, 9, 1)
_JANUARY = date(2000, 1, 1)


@attrs.frozen
class Length:
    """A length of time in full months, told in years where it is whole years.

    >>> as_length("60 months").plain(), as_length("6 months").text["zh"]
    ('5 years', '6个月')
    """

    months: int

    def plain(self) -> str:
        """Return the length as it stands in a plan file."""
        return self.text.en

    @property
    def text(self) -> Text:
        """The length in words."""
        unit, count = ("month", self.months) if self.months % 12 else ("year", self.months // 12)
        key = f"length.one-{unit}" if count == 1 else f"length.{unit}s"
        return Text(say(key, "zh", count=count), say(key, "en", count=count))


def as_length(value: Length | str) -> Length:
    """Return a length of time from ``"5 years"`` or ``"6 months"``.

    Raises:
        InputError: another spelling, or no time at all.
    """
    return value if isinstance(value, Length) else Length(_months(value, "not-a-length"))


def as_optional_length(value: Length | str | None) -> Length | None:
    """Return a length of time, or None."""
    return None if value is None else as_length(value)


@attrs.frozen(kw_only=True, cache_hash=True)
class Every:
    """The period rule of a duty: in every one of its periods something is owed.

    In a plan file it is a word, such as ``"term"``, or a table: ``{ each = "teaching-week",
    school_days = 2 }``, ``{ cycle = "5 years", grid = 2016-01-01 }``,
    ``{ cycle = "5 years", from = "@bearer.joined" }``; with ``after = "licence-renewal"`` a cycle
    starts anew whenever a record of that kind completes it.

    Args:
        unit: what the periods are.
        months: length of a cycle in months.
        grid: first day of a cycle of the fixed grid, which goes on in both directions.
        start: fact of the bearer that gives the first day of its own first cycle.
        after: kind of record whose day completes a cycle and starts the next.
        school_days: a teaching week or month with fewer school days owes nothing.
    """

    unit: Unit
    months: int = 0
    grid: date | None = None
    start: str = ""
    after: str = ""
    school_days: int = 1
    key: str = attrs.field(init=False, repr=False, eq=False)
    """The rule in one text, by which what follows from it is looked up."""

    def __attrs_post_init__(self) -> None:
        parts = (self.unit, self.months, self.grid, self.start, self.after, self.school_days)
        object.__setattr__(self, "key", "|".join(map(str, parts)))

    @property
    def personal(self) -> bool:
        """Whether every bearer has periods of its own."""
        return bool(self.start)

    @property
    def needs_calendar(self) -> bool:
        """Whether the periods depend on a school calendar."""
        return self.unit in NEEDS_CALENDAR

    def plain(self) -> object:
        """Return the rule as it stands in a plan file."""
        if self.unit is Unit.CYCLE:
            years, rest = divmod(self.months, 12)
            length = f"{self.months} months" if rest else f"{years} years"
            table: dict[str, object] = {"cycle": length}
            if self.grid is not None:
                table["grid"] = self.grid
            if self.start:
                table["from"] = _BEARER + self.start
            if self.after:
                table["after"] = self.after
            return table
        if self.school_days != 1:
            return {"each": self.unit.value, "school_days": self.school_days}
        return self.unit.value


def as_every(value: Every | str | Table) -> Every:
    """Return a period rule from its word or table.

    Raises:
        InputError: an unknown word, or a cycle without length or anchor.

    >>> as_every("school-year").unit
    <Unit.SCHOOL_YEAR: 'school-year'>
    """
    words = [unit.value for unit in Unit if unit is not Unit.CYCLE]
    if isinstance(value, Every):
        return value
    if isinstance(value, str):
        if value not in words:
            raise refuse("every-unknown", known=", ".join(words))
        return _of_word(value)
    if not isinstance(value, Mapping):
        raise refuse("every-unknown", known=", ".join(words))
    if "cycle" in value:
        return _as_cycle(value)
    spelled = read_table(_Each, value)
    if spelled.each not in NEEDS_CALENDAR:
        raise refuse("every-unknown", "each", known=", ".join(sorted(NEEDS_CALENDAR)))
    return Every(unit=Unit(spelled.each), school_days=spelled.school_days)


def as_optional_every(value: Every | str | Table | None) -> Every | None:
    """Return a period rule, or None."""
    return None if value is None else as_every(value)


@cache
def _of_word(word: str) -> Every:
    return Every(unit=Unit(word))


@attrs.frozen(kw_only=True)
class _Each:
    each: str = attrs.field(converter=as_string)
    school_days: int = attrs.field(default=1, converter=as_positive)


def _as_cycle(table: Table) -> Every:
    faults = FaultList()
    for key in table:
        if key not in ("cycle", "grid", "from", "after"):
            faults.add("unknown-key", str(key)[:64], known="cycle, grid, from, after")
    months = faults.read("cycle", _months, table["cycle"])
    grid = faults.read("grid", as_date, table["grid"]) if "grid" in table else None
    start = faults.read("from", _bearer_fact, table["from"]) if "from" in table else ""
    after = faults.read("after", as_name, table["after"]) if "after" in table else ""
    if ("grid" in table) == ("from" in table) or ("after" in table and "from" not in table):
        faults.add("cycle-anchor")
    faults.raise_any()
    return Every(
        unit=Unit.CYCLE, months=months or 0, grid=grid, start=start or "", after=after or ""
    )


def _months(value: object, code: str = "cycle-length") -> int:
    found = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise refuse(code)
    return int(found[1]) * (12 if found[2] == "year" else 1)


def _bearer_fact(value: object) -> str:
    if not isinstance(value, str) or not value.startswith(_BEARER):
        raise refuse("cycle-anchor")
    return as_name(value[len(_BEARER) :])


def periods(
    every: Every,
    window: Period,
    *,
    bearer: Getter,
    calendar: SchoolCalendar | None = None,
    horizon: Period | None = None,
    completions: Iterable[date] = (),
) -> tuple[Period, ...]:
    """Return the periods of ``every`` that overlap ``window``, in order.

    Args:
        every: the rule.
        window: the days of interest.
        bearer: reads facts of the bearer, for its stage and the start of its own cycles.
        calendar: the school calendar, for teaching weeks, teaching months and terms.
        horizon: first and last day of the plan, for a duty owed once in it.
        completions: days on which the bearer completed a cycle.

    Raises:
        NotKnown: the calendar, the horizon or a fact of the bearer is missing.
    """
    if every.unit is Unit.PLAN:
        if horizon is None:
            raise NotKnown("no-horizon")
        return (horizon,) if horizon.overlaps(window) else ()
    if every.needs_calendar:
        if calendar is None:
            raise NotKnown("no-calendar")
        stage = bearer("stage")
        school = calendar.stage(stage if isinstance(stage, str) else None)
        if every.unit is Unit.SCHOOL_DAY:
            school.require(window)
            return tuple(Period(day, day + DAY) for day in school.days(window))
        if every.unit is Unit.TERM:
            return tuple(term.period for term in school.terms_in(window))
        find = school.weeks if every.unit is Unit.TEACHING_WEEK else school.months
        return find(window, school_days=every.school_days)
    if every.start:
        first = bearer(every.start)
        if first is None:
            raise NotKnown("bearer-fact", field=every.start)
        if every.after:
            return tuple(cycles_from_completions(as_date(first), every.months, completions, window))
        return tuple(cycles(as_date(first), every.months, window))
    return _on_grid(every, window)


@lru_cache(maxsize=4096)
def _on_grid(every: Every, window: Period) -> tuple[Period, ...]:
    if every.unit is Unit.WEEK:
        return _weeks(window)
    anchor, months = {
        Unit.MONTH: (_JANUARY, 1),
        Unit.SCHOOL_YEAR: (_SEPTEMBER, 12),
        Unit.CALENDAR_YEAR: (_JANUARY, 12),
        Unit.CYCLE: (every.grid or _JANUARY, every.months),
    }[every.unit]
    return tuple(cycles(anchor, months, window, before_anchor=True))


def _weeks(window: Period) -> tuple[Period, ...]:
    first = date.fromordinal(window.start.toordinal() - (window.start - _MONDAY).days % 7)
    starts = range(first.toordinal(), window.end.toordinal(), 7)
    return tuple(Period(date.fromordinal(day), date.fromordinal(day + 7)) for day in starts)


def describe(unit: Unit, period: Period, lang: Language) -> str:
    """Return what people call a period: ``2024-25 school year``, ``week of 29 September 2025``.

    >>> describe(Unit.SCHOOL_YEAR, Period(date(2024, 9, 1), date(2025, 9, 1)), "en")
    'school year 2024-25'
    """
    start, last = period.start, period.last
    whole_years = unit is Unit.CYCLE and (start.month, start.day, last.month, last.day) == (
        1,
        1,
        12,
        31,
    )
    key = "cycle-of-years" if whole_years else unit.value
    return say(
        f"period.{key}",
        lang,
        start=show_day(start, lang),
        last=show_day(last, lang),
        year=start.year,
        month=start.month,
        month_name=say(f"month.{start.month}", lang),
        end_year=last.year,
        short=f"{last.year % 100:02d}",
    )
