"""In which periods something is owed: week, month, term, year, or a cycle with its anchor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from eduplan.cycles import (
    Aligned,
    CycleLength,
    Own,
    Records,
    as_optional_change,
    as_optional_hold,
    as_renewal,
    own_cycles,
)
from eduplan.dates import DAY, Period, add_months, as_date, cycles, show_day
from eduplan.errors import FaultList, NotKnown, refuse
from eduplan.facts import Getter
from eduplan.lengths import Length, as_cycle_length
from eduplan.messages import Language, say
from eduplan.records import Entry
from eduplan.selectors import EVERYTHING, Scales
from eduplan.tables import (
    Table,
    as_member,
    as_name,
    as_positive,
    as_string,
    plain,
    read_each,
    read_table,
    read_tables,
    unknown_keys,
)

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

_BEARER = "@bearer."
_MONDAY = date(2018, 1, 1)
_SEPTEMBER = date(2000, 9, 1)
_JANUARY = date(2000, 1, 1)


@attrs.frozen(kw_only=True, cache_hash=True)
class Every:
    """The period rule of a duty: in every one of its periods something is owed.

    In a plan file it is a word, such as ``"term"``, or a table: ``{ each = "teaching-week",
    school_days = 2 }``, ``{ cycle = "5 years", grid = 2016-01-01 }``, ``{ cycle = "5 years", from =
    "@bearer.joined" }`` with whatever else cycles of a bearer's own depend on.

    Args:
        unit: what the periods are.
        months: length of a cycle in months, 0 where it depends on the bearer.
        grid: first day of a cycle of the fixed grid, which goes on in both directions.
        own: what cycles of a bearer's own depend on.
        school_days: a teaching week or month with fewer school days owes nothing.
    """

    unit: Unit
    months: int = 0
    grid: date | None = None
    own: Own | None = None
    school_days: int = 1
    key: str = attrs.field(init=False, repr=False, eq=False)
    """The rule in one text, by which what follows from it is looked up."""

    def __attrs_post_init__(self) -> None:
        parts = (self.unit, self.months, self.grid, self.own, self.school_days)
        object.__setattr__(self, "key", "|".join(map(str, parts)))

    @property
    def personal(self) -> bool:
        """Whether every bearer has periods of its own."""
        return self.own is not None

    @property
    def needs_calendar(self) -> bool:
        """Whether the periods depend on a school calendar."""
        return self.unit in NEEDS_CALENDAR

    @property
    def longest(self) -> int | None:
        """Length of the longest cycle in months, None where leave may make one longer."""
        if self.own is None:
            return self.months
        return None if self.own.hold else max(row.length.months for row in self.own.lengths)

    @property
    def shortest(self) -> int:
        """Length of the shortest cycle in months, of those that are not completed early."""
        rows = self.own.lengths if self.own is not None else ()
        return min((row.length.months for row in rows), default=self.months)

    @property
    def regular(self) -> bool:
        """Whether all its cycles are of one length and count, whatever happens."""
        counted = self.own is not None and (self.own.skip or self.own.only)
        return self.months > 0 and not self.kinds and not counted

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts of the bearer on which its periods depend."""
        if self.own is not None:
            return self.own.facts
        return ("stage",) if self.needs_calendar else ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of record on which its periods depend."""
        return self.own.kinds if self.own is not None else ()

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        for path, selector in self.own.selectors() if self.own is not None else ():
            with faults.below(path) as found:
                selector.faults(scales, found)

    def plain(self) -> object:
        """Return the rule as it stands in a plan file."""
        if self.unit is Unit.CYCLE:
            return self._cycle()
        if self.school_days != 1:
            return {"each": self.unit.value, "school_days": self.school_days}
        return self.unit.value

    def _cycle(self) -> dict[str, object]:
        """Return a cycle as it stands in a plan file."""
        own = self.own or Own(lengths=())
        starts = [f"{_BEARER}{name}" for name in own.starts]
        table = {
            "cycle": Length(self.months).plain() if self.months else plain(own.lengths),
            "grid": self.grid,
            "from": starts[0] if len(starts) == 1 else starts,
            "until": own.ends and f"{_BEARER}{own.ends}",
            "aligned": plain(own.aligned),
            "after": plain(own.after),
            "change": plain(own.change),
            "hold": plain(own.hold),
            "skip": own.skip,
            "only": own.only,
        }
        return {key: value for key, value in table.items() if value}


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


def _as_lengths(value: object) -> tuple[CycleLength, ...]:
    if not isinstance(value, list | tuple):
        return (CycleLength(length=as_cycle_length(value)),)  # type: ignore[arg-type]
    if not value:
        raise refuse("empty-list")
    return read_tables(CycleLength, value)


def _as_facts(value: object) -> tuple[str, ...]:
    return read_each([value] if isinstance(value, str) else value, _bearer_fact)


def _bearer_fact(value: object) -> str:
    if not isinstance(value, str) or not value.startswith(_BEARER):
        raise refuse("cycle-anchor")
    return as_name(value[len(_BEARER) :])


_CYCLE: Mapping[str, tuple[str, Callable[..., object]]] = {
    "cycle": ("lengths", _as_lengths),
    "grid": ("grid", as_date),
    "from": ("starts", _as_facts),
    "until": ("ends", _bearer_fact),
    "aligned": ("aligned", lambda word: as_member(Aligned, word)),
    "after": ("after", as_renewal),
    "change": ("change", as_optional_change),
    "hold": ("hold", as_optional_hold),
    "skip": ("skip", as_positive),
    "only": ("only", as_positive),
}
"""What a cycle is written with: the field each key stands for, and what reads it."""


def _as_cycle(table: Table) -> Every:
    faults = FaultList()
    unknown_keys(table, _CYCLE, faults)
    found: dict[str, Any] = {
        field: faults.read(key, reader, table[key])
        for key, (field, reader) in _CYCLE.items()
        if key in table
    }
    anchored = "from" in table or "until" in table
    if ("grid" in table) == anchored or table.get("from") == []:
        faults.add("cycle-anchor")
    for key, needed in _GOES_WITH.items():
        if key in table and not any(other in table for other in needed):
            faults.add("cycle-not-with", key, known=", ".join(needed))
    if "change" in table and not isinstance(table["cycle"], list | tuple):
        faults.add("cycle-change", "change")
    for key in ("skip", "only"):
        if key in table and "until" in table:
            faults.add("cycle-counted", key)
    faults.raise_any()
    lengths: tuple[CycleLength, ...] = found["lengths"]
    alike = len(lengths) == 1 and lengths[0].where == EVERYTHING
    grid = found.pop("grid", None)
    return Every(
        unit=Unit.CYCLE,
        months=lengths[0].length.months if alike else 0,
        grid=grid,
        own=Own(**found) if anchored or not alike else None,
    )


_GOES_WITH = {
    "aligned": ("from",),
    "after": ("from", "until"),
    "change": ("from", "until"),
    "hold": ("from", "until"),
    "skip": ("from",),
    "only": ("from",),
}
"""Keys of a cycle that say nothing without one of others."""


def no_records(_: Sequence[str], __: str) -> Sequence[Entry]:
    """Return no records, for a rule that depends on none."""
    return ()


def periods(
    every: Every,
    window: Period,
    *,
    bearer: Getter,
    calendar: SchoolCalendar | None = None,
    horizon: Period | None = None,
    records: Records = no_records,
    as_of: date = date.max,
    scales: Scales = MappingProxyType({}),
) -> tuple[Period, ...]:
    """Return the periods of ``every`` that overlap ``window``, in order.

    Args:
        every: the rule.
        window: the days of interest.
        bearer: reads facts of the bearer, for its stage and the start of its own cycles.
        calendar: the school calendar, for teaching weeks, teaching months and terms.
        horizon: first and last day of the plan, for a duty owed once in it.
        records: gives the records of the bearer, for cycles that depend on some.
        as_of: later renewals and changes do not count.
        scales: the ordered scales of the plan, for the length of cycles.

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
    if every.own is not None:
        return own_cycles(
            every.own,
            window,
            grid=every.grid,
            bearer=bearer,
            records=records,
            as_of=as_of,
            scales=scales,
        )
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


@lru_cache(maxsize=4096)
def describe(unit: Unit, period: Period, lang: Language) -> str:
    """Return what people call a period: ``2024-25 school year``, ``week of 29 September 2025``.

    >>> describe(Unit.SCHOOL_YEAR, Period(date(2024, 9, 1), date(2025, 9, 1)), "en")
    'school year 2024-25'
    """
    start, last = period.start, period.last
    key = unit.value
    if unit is Unit.CYCLE and _whole_years(period):
        key = "calendar-year" if start.year == last.year else "cycle-of-years"
    return say(
        f"period.{key}",
        lang,
        start=start,
        last=last,
        year=start.year,
        month=start.month,
        month_name=say(f"month.{start.month}", lang),
        end_year=last.year,
        short=f"{last.year % 100:02d}",
    )


def _whole_years(period: Period) -> bool:
    start, end = period.start, period.end
    return start.month == start.day == end.month == end.day == 1


@lru_cache(maxsize=4096)
def show_days(days: Period, lang: Language) -> str:
    """Return days as people call them: a year, a month, a day, otherwise the first and the last.

    >>> show_days(Period(date(2024, 1, 1), date(2025, 1, 1)), "en")
    '2024'
    >>> show_days(Period(date(2024, 3, 1), date(2025, 3, 1)), "en")
    '1 March 2024 to 28 February 2025'
    """
    start = days.start
    if days.days == 1:
        return show_day(start, lang)
    if start.day == 1 and days.end == add_months(start, 1):
        return describe(Unit.MONTH, days, lang)
    if start.year == days.last.year and _whole_years(days):
        return describe(Unit.CALENDAR_YEAR, days, lang)
    return say("period.days", lang, start=start, last=days.last)
