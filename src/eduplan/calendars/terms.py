"""Terms as published, and the school days, weeks and months they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

import attrs

from eduplan.calendars.statutory import ChineseStatutoryDays, StatutoryDays
from eduplan.dates import DAY, Period, add_months, as_date, school_year
from eduplan.errors import OutsideCoverage, refuse
from eduplan.messages import Text
from eduplan.tables import (
    as_flag,
    as_name,
    as_names,
    as_optional_date,
    as_optional_text,
    as_period,
    as_positive,
    as_text,
    as_whole,
)

_NO_DAYS: frozenset[date] = frozenset()


@attrs.frozen(kw_only=True)
class TermSource:
    """The notice that published some term dates.

    Args:
        id: name by which terms refer to it.
        title: title of the notice.
        issuer: who issued it.
        number: document number, where known.
        published: day of publication, where known.
        address: where it was read, where known.
    """

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    issuer: Text | None = attrs.field(default=None, converter=as_optional_text)
    number: str = attrs.field(default="", converter=str)
    published: date | None = attrs.field(default=None, converter=as_optional_date)
    address: str = attrs.field(default="", converter=str)


@attrs.frozen(kw_only=True)
class Term:
    """A term as published.

    Args:
        school_year: calendar year in which its school year begins.
        number: 1 for the autumn term, 2 for the spring term.
        stages: school stages for which the dates hold.
        period: from the first day of classes to the first day of the holiday after it.
        source: id of the notice.
        checked: whether the dates were compared with the text of the notice.
    """

    school_year: int = attrs.field(converter=as_whole)
    number: int = attrs.field(converter=as_positive)
    stages: tuple[str, ...] = attrs.field(converter=as_names)
    period: Period = attrs.field(converter=as_period)
    source: str = attrs.field(converter=as_name)
    checked: bool = attrs.field(default=False, converter=as_flag)


class StageCalendar:
    """The school days of one stage: every question in constant time after the first.

    Terms that follow each other without a gap in their numbering bound a known stretch, holidays
    included; a term that was not published leaves a hole, and days in it are unknown.
    """

    def __init__(
        self,
        terms: Iterable[Term],
        statutory: StatutoryDays,
        closed: frozenset[date] = frozenset(),
        opened: frozenset[date] = frozenset(),
    ) -> None:
        self.terms: tuple[Term, ...] = tuple(sorted(terms, key=lambda term: term.period))
        self._statutory = statutory
        self._closed = closed
        self._opened = opened
        if self.terms:
            self._first = self.terms[0].period.start
            self._end = self.terms[-1].period.end
        else:
            self._first = self._end = date.max

    @cached_property
    def _days(self) -> list[bool | None]:
        """Of every day from the first term on: school day or not, None for unknown."""
        days: list[bool | None] = [None] * (self._end - self._first).days
        for term, following in zip(self.terms, [*self.terms[1:], None], strict=True):
            for day in term.period:
                days[(day - self._first).days] = self._teaching(day)
            if following is not None and _follows(term, following):
                for offset in range((following.period.start - term.period.end).days):
                    days[(term.period.end - self._first).days + offset] = False
        for day in self._opened:
            if self._first <= day < self._end:
                days[(day - self._first).days] = True
        return days

    def _teaching(self, day: date) -> bool | None:
        if day in self._closed:
            return False
        if day not in self._statutory.announced:
            return None
        return self._statutory.is_workday(day)

    @cached_property
    def _school_days_before(self) -> list[int]:
        return list(accumulate((day is True for day in self._days), initial=0))

    @cached_property
    def _unknown_before(self) -> list[int]:
        return list(accumulate((day is None for day in self._days), initial=0))

    def is_school_day(self, day: date) -> bool:
        """Say whether ``day`` is a school day.

        Raises:
            OutsideCoverage: nothing has been published of it.
        """
        known = self._days[(day - self._first).days] if self._first <= day < self._end else None
        if known is None:
            raise self._unknown(day)
        return known

    def school_days(self, period: Period) -> int:
        """Return the number of school days in ``period``, in constant time.

        Raises:
            OutsideCoverage: nothing has been published of one of the days.
        """
        if period.start < self._first or period.end > self._end:
            raise self._unknown(period.start if period.start < self._first else period.last)
        start, end = (period.start - self._first).days, (period.end - self._first).days
        if self._unknown_before[end] != self._unknown_before[start]:
            raise self._unknown(
                next(d for d in period if self._days[(d - self._first).days] is None)
            )
        return self._school_days_before[end] - self._school_days_before[start]

    def days(self, period: Period) -> tuple[date, ...]:
        """Return the school days in ``period``, in order.

        What of it lies before the first or after the last day of a term is free of them.

        Raises:
            OutsideCoverage: of one of the days holidays have not been announced, or nothing of the
                period has been published.
        """
        self.school_days_inside(period)
        parts = (part for stretch in self.covered() if (part := stretch.meet(period)))
        return tuple(day for part in parts for day in part if self.is_school_day(day))

    def after_school_days(self, day: date, count: int) -> date:
        """Return the ``count``-th school day after ``day``.

        Raises:
            OutsideCoverage: the published dates end before it.
        """
        current = day
        for _ in range(count):
            current += DAY
            while not self.is_school_day(current):
                current += DAY
        return current

    def before_school_days(self, day: date, count: int) -> date:
        """Return the ``count``-th school day before ``day``.

        Raises:
            OutsideCoverage: the published dates begin after it.
        """
        current = day
        for _ in range(count):
            current -= DAY
            while not self.is_school_day(current):
                current -= DAY
        return current

    def term_of(self, day: date) -> Term | None:
        """Return the term in which ``day`` lies, None in the holidays.

        Raises:
            OutsideCoverage: nothing has been published of it.
        """
        for term in self.terms:
            if day in term.period:
                return term
        if self._first <= day < self._end and self._days[(day - self._first).days] is not None:
            return None
        raise self._unknown(day)

    def terms_in(self, window: Period) -> tuple[Term, ...]:
        """Return the terms that overlap ``window``.

        Raises:
            OutsideCoverage: a day of the window is not covered, so a term may be missing.
        """
        self.require(window)
        return tuple(term for term in self.terms if term.period.overlaps(window))

    def require(self, window: Period) -> None:
        """Raise `OutsideCoverage` where the terms in ``window`` have not all been published."""
        known = self.covered()
        for day in (window.start, window.last):
            if not any(day in stretch for stretch in known):
                raise self._unknown(day)
        if not any(s.start <= window.start and window.end <= s.end for s in known):
            raise self._unknown(next(s.end for s in known if window.start in s))

    def covered(self) -> tuple[Period, ...]:
        """Return the stretches of days of which it is known whether they lie in a term."""
        stretches: list[Period] = []
        for term, before in zip(self.terms, [None, *self.terms], strict=False):
            if before is not None and _follows(before, term):
                stretches[-1] = Period(stretches[-1].start, term.period.end)
            else:
                stretches.append(term.period)
        return tuple(stretches)

    def weeks(self, window: Period, *, school_days: int = 1) -> tuple[Period, ...]:
        """Return the weeks (Monday to Sunday) that overlap ``window`` and have enough school days.

        Args:
            window: the days of interest.
            school_days: a week with fewer school days owes nothing and is left out.

        Raises:
            OutsideCoverage: nothing has been published of one of the weeks.
        """
        monday = window.start - timedelta(days=window.start.weekday())
        found = []
        while monday < window.end:
            week = Period(monday, monday + timedelta(days=7))
            if self.school_days_inside(week) >= school_days:
                found.append(week)
            monday = week.end
        return tuple(found)

    def months(self, window: Period, *, school_days: int = 1) -> tuple[Period, ...]:
        """Return the calendar months that overlap ``window`` and have enough school days.

        Raises:
            OutsideCoverage: nothing has been published of one of the months.
        """
        first = window.start.replace(day=1)
        found = []
        index = 0
        while (start := add_months(first, index)) < window.end:
            month = Period(start, add_months(first, index + 1))
            if self.school_days_inside(month) >= school_days:
                found.append(month)
            index += 1
        return tuple(found)

    def school_days_inside(self, period: Period) -> int:
        """Return the number of school days of a week or month that may not quite be covered.

        What of it lies before the first or after the last day of a term is free of them; a week or
        month of which nothing is covered is unknown.
        """
        parts = [part for stretch in self.covered() if (part := stretch.meet(period))]
        if not parts:
            ends = [stretch.end for stretch in self.covered() if stretch.end <= period.start]
            raise self._unknown(max(ends, default=period.start))
        return sum(self.school_days(part) for part in parts)

    def _unknown(self, day: date) -> OutsideCoverage:
        if any(day in term.period for term in self.terms):
            return OutsideCoverage("holidays-not-announced", day=day)
        year = school_year(day)
        return OutsideCoverage(
            "terms-not-published", day=day, year=f"{year}-{(year + 1) % 100:02d}"
        )


def _follows(term: Term, following: Term) -> bool:
    """Say whether ``following`` is the very next term after ``term``."""
    if term.school_year == following.school_year:
        return following.number == term.number + 1
    return (
        following.school_year == term.school_year + 1 and term.number >= 2 and following.number == 1
    )


@attrs.frozen(kw_only=True, repr=False)
class SchoolCalendar:
    """The school calendar of a region: terms by stage and school year, with their sources.

    Args:
        id: name of the calendar, such as ``shanghai``.
        region: the place.
        terms: its terms as published.
        sources: the notices that published them.
        closed: days that are no school days though in term and working days, by stage.
        opened: days that are school days though they would not be, by stage.
        statutory: the country's working days.
    """

    id: str
    region: Text
    terms: tuple[Term, ...]
    sources: tuple[TermSource, ...] = ()
    closed: Mapping[str, frozenset[date]] = attrs.field(factory=dict)
    opened: Mapping[str, frozenset[date]] = attrs.field(factory=dict)
    statutory: StatutoryDays = attrs.field(factory=ChineseStatutoryDays, eq=False)
    _stages: dict[str, StageCalendar] = attrs.field(factory=dict, init=False, eq=False)

    def __repr__(self) -> str:
        years = sorted({term.school_year for term in self.terms})
        span = f", school years from {years[0]} to {years[-1] + 1}" if years else ""
        return f"<SchoolCalendar {self.id}: {len(self.terms)} terms{span}>"

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages for which terms have been published, in the order of their first mention."""
        return tuple(dict.fromkeys(stage for term in self.terms for stage in term.stages))

    @property
    def uniform(self) -> bool:
        """Whether all stages have the same terms and days, so that the stage need not be known."""
        stages = self.stages
        first = stages[0] if stages else ""
        return all(
            [t.period for t in self.terms if stage in t.stages]
            == [t.period for t in self.terms if first in t.stages]
            and self.closed.get(stage, _NO_DAYS) == self.closed.get(first, _NO_DAYS)
            and self.opened.get(stage, _NO_DAYS) == self.opened.get(first, _NO_DAYS)
            for stage in stages
        )

    def stage(self, stage: str | None) -> StageCalendar:
        """Return the calendar of one stage; None will do where all stages have the same.

        Raises:
            OutsideCoverage: no term has been published for that stage, or the stage must be known.
        """
        if stage is None:
            if not self.uniform:
                raise OutsideCoverage("stage-unknown", stages=self.stages)
            stage = self.stages[0] if self.stages else ""
        if stage not in self._stages:
            terms = [term for term in self.terms if stage in term.stages]
            if not terms:
                raise OutsideCoverage("stage-not-published", stage=stage, stages=self.stages)
            self._stages[stage] = StageCalendar(
                terms,
                self.statutory,
                self.closed.get(stage, _NO_DAYS),
                self.opened.get(stage, _NO_DAYS),
            )
        return self._stages[stage]

    def with_days(
        self,
        *,
        closed: Iterable[date] = (),
        opened: Iterable[date] = (),
        stages: Iterable[str] | None = None,
    ) -> SchoolCalendar:
        """Return the calendar with days of a school's own closed or opened.

        Args:
            closed: days without classes, such as a typhoon day.
            opened: days with classes, such as a Saturday to make up for one.
            stages: the stages they hold for, by default all.
        """
        chosen = tuple(stages) if stages is not None else self.stages
        shut = frozenset(as_date(day) for day in closed)
        open_ = frozenset(as_date(day) for day in opened)
        if both := sorted(shut & open_):
            raise refuse("closed-and-opened", "closed", day=both[0])
        return attrs.evolve(
            self,
            closed=_overlay(self.closed, chosen, shut, open_),
            opened=_overlay(self.opened, chosen, open_, shut),
        )


def _overlay(
    before: Mapping[str, frozenset[date]],
    stages: Iterable[str],
    added: frozenset[date],
    removed: frozenset[date],
) -> dict[str, frozenset[date]]:
    days = dict(before)
    for stage in stages:
        days[stage] = (days.get(stage, _NO_DAYS) - removed) | added
    return days
