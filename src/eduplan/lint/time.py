"""Days that do not go together: of a document, of its plan, and of the duties in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from eduplan.calendars.terms import StageCalendar
from eduplan.dates import Period, add_months, full_months
from eduplan.errors import NotKnown
from eduplan.lengths import Length
from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material
from eduplan.lint.quotas import is_counted, plain
from eduplan.measures import Way
from eduplan.messages import both
from eduplan.periods import Every, Unit, periods
from eduplan.provisions import Provision
from eduplan.selectors import Selector, Test
from eduplan.sources import Cited

_NUMBER_YEAR = re.compile(r"[〔\[（(]((?:19|20)\d\d)[〕\]）)]")


def signing(material: Material) -> Iterator[Finding]:
    """Find a document signed after it was published, or after what it plans had begun."""
    document, horizon = material.plan.document, material.plan.horizon
    signed = document.signed
    if signed is None:
        return
    if document.published is not None and document.published < signed:
        facts = {"signed": signed, "published": document.published}
        yield material.finding("time.signed-after-published", "document", facts=facts)
    if horizon is not None and horizon.start < signed:
        days = (signed - horizon.start).days
        begun = {"signed": signed, "start": horizon.start, "days": days}
        yield material.finding("time.signed-after-start", "document", facts=begun)


def basis(material: Material) -> Iterator[Finding]:
    """Find a document that rests on a later one, and a number of another year than the day."""
    document = material.plan.document
    day = document.signed or document.published
    if day is None:
        return
    for cited in document.basis:
        if (when := _later(cited, day)) is not None:
            facts = {"title": cited.title, "when": when, "day": day}
            yield material.finding("time.basis-later", "document", cited.clause, facts)
    year = number_year(document.number)
    if year is not None and year != day.year:
        facts = {"number": document.number, "year": year, "day": day}
        yield material.finding("time.number-year", "document", facts=facts)


def _later(cited: Cited, day: date) -> object:
    """Return when a document was issued, by its day or its number, if that is after ``day``."""
    if cited.issued is not None:
        return cited.issued if cited.issued > day else None
    year = number_year(cited.number)
    return str(year) if year is not None and year > day.year else None


def number_year(number: str) -> int | None:
    """Return the year in a document number.

    >>> number_year("临政办字〔2023〕24号")
    2023
    """
    found = _NUMBER_YEAR.search(number)
    return int(found[1]) if found else None


def length(material: Material) -> Iterator[Finding]:
    """Find a plan whose days are not as long as it says of itself."""
    plan = material.plan
    if plan.horizon is None or plan.length is None:
        return
    if add_months(plan.horizon.start, plan.length.months) != plan.horizon.end:
        facts = {
            "length": plan.length.text,
            "start": plan.horizon.start,
            "last": plan.horizon.last,
        }
        yield material.finding("time.length", "plan", facts=facts)


def cycles_cut(material: Material) -> Iterator[Finding]:
    """Find cycles that the first or last day of the plan cuts in two."""
    for stated in material.provisions:
        yield from material.found("time.cycle-cut", lambda one: _cut(one, material), stated)


def _cut(one: Provision, material: Material) -> Facts | None:
    every = getattr(one, "every", None)
    plan = material.plan
    if not isinstance(every, Every) or not every.regular or getattr(one, "stub", None):
        return None
    if plan.horizon is not None:
        months = full_months(plan.horizon.start, plan.horizon.end)
    elif plan.length is not None:
        months = plan.length.months
    else:
        return None
    facts = {"cycle": Length(every.months).text, "length": Length(months).text}
    if months % every.months:
        return facts
    if every.grid is None or plan.horizon is None:
        return None
    offset = full_months(every.grid, plan.horizon.start)
    whole = offset % every.months == 0 and add_months(every.grid, offset) == plan.horizon.start
    return None if whole else facts


_YEARS = {Unit.SCHOOL_YEAR: 9, Unit.CALENDAR_YEAR: 1}
"""The month on whose first day a year begins."""


def years_cut(material: Material) -> Iterator[Finding]:
    """Find years that the first or last day of the plan cuts in two, and who goes by them."""
    horizon = material.plan.horizon
    if horizon is None:
        return
    for unit, month in _YEARS.items():
        if all((day.month, day.day) == (month, 1) for day in (horizon.start, horizon.end)):
            continue
        going = [
            stated
            for stated in material.provisions
            if material.always(partial(_goes_by, unit), stated) is not None
        ]
        if going:
            facts = {
                "every": both(f"lint.every.{unit}"),
                "count": len(going),
                "start": horizon.start,
                "last": horizon.last,
            }
            clauses = sorted({number for stated in going for number in stated.clause})
            yield material.finding("time.year-cut", "plan", clauses, facts)


def _goes_by(unit: Unit, one: Provision) -> Facts | None:
    every = getattr(one, "every", None)
    return {} if isinstance(every, Every) and every.unit is unit else None


def out_of_force(material: Material) -> Iterator[Finding]:
    """Find provisions that are not in force on any day of the plan."""
    horizon = material.plan.horizon
    for stated in material.provisions:
        yield from material.found("time.never-in-force", lambda one: _never(one, horizon), stated)


def _never(one: Provision, horizon: Period | None) -> Facts | None:
    since, until = one.since or date.min, one.until or date.max
    if horizon is not None:
        since, until = max(since, horizon.start), min(until, horizon.end)
    return {"since": since, "until": until} if until <= since else None


class Span(NamedTuple):
    """A period of a duty within what a calendar covers.

    Attributes:
        period: the period.
        school_days: its school days.
    """

    period: Period
    school_days: int


def spans(material: Material, provision: Provision, every: Every) -> list[Span]:
    """Return the periods of a duty that the calendar covers whole, each with its school days.

    Args:
        material: the plan, and the calendar; without one there are none.
        provision: the provision, for the stages of its bearers.
        every: its period rule.
    """
    found = []
    for calendar in _calendars(material, provision.bearer):
        for stretch in calendar.covered():
            window = stretch.meet(material.plan.horizon) if material.plan.horizon else stretch
            if window is None or every.unit is Unit.PLAN or every.personal:
                continue
            for period in _inside(every, window, stretch, material, calendar):
                try:
                    found.append(Span(period, calendar.school_days(period)))
                except NotKnown:  # its holidays have not been announced
                    continue
    return found


def _calendars(material: Material, bearer: Selector) -> tuple[StageCalendar, ...]:
    """Return the calendars of the stages a selector asks for, of all where it asks for none."""
    if material.calendar is None:
        return ()
    asked = [
        str(stage)
        for condition in bearer.conditions
        if condition.field == "stage" and condition.test is Test.IS
        for stage in condition.operands
    ]
    known = material.calendar.stages
    stages = [stage for stage in known if not asked or stage in asked]
    if material.calendar.uniform:
        stages = stages[:1]
    return tuple(material.calendar.stage(stage) for stage in stages)


def _inside(
    every: Every, window: Period, stretch: Period, material: Material, calendar: StageCalendar
) -> list[Period]:
    """Return the periods that overlap ``window`` and lie inside ``stretch``."""
    stage = next(iter(calendar.terms[0].stages))
    try:
        found = periods(
            every,
            window,
            bearer={"stage": stage}.get,
            calendar=material.calendar,
            horizon=material.plan.horizon,
        )
    except NotKnown:
        return []
    return [p for p in found if stretch.start <= p.start and p.end <= stretch.end]


def holidays(material: Material) -> Iterator[Finding]:
    """Find duties in weeks or months some of which have no school day."""
    for stated in material.provisions:
        yield from material.found(
            "time.no-school-days", lambda one: _holiday(one, material), stated
        )


_WITH_SCHOOL = {Unit.WEEK: Unit.TEACHING_WEEK, Unit.MONTH: Unit.TEACHING_MONTH}


def _holiday(one: Provision, material: Material) -> Facts | None:
    every = getattr(one, "every", None)
    if not isinstance(every, Every) or every.unit not in _WITH_SCHOOL:
        return None
    found = spans(material, one, every)
    idle = [span for span in found if span.school_days == 0]
    if not idle:
        return None
    return {
        "idle": len(idle),
        "all": len(found),
        "first": min(span.period.start for span in idle),
        "instead": _WITH_SCHOOL[every.unit].value,
    }


def short_periods(material: Material) -> Iterator[Finding]:
    """Find duties of more days than some of their periods have school days."""
    for stated in material.provisions:
        if not is_counted(stated):
            continue
        yield from material.found(
            "time.too-few-school-days", lambda one: _short(one, material), stated
        )


def _short(one: Provision, material: Material) -> Facts | None:
    asked = plain(one)
    if asked is None or asked.most or asked.measure.way is not Way.DAYS:
        return None
    found = spans(material, one, asked.every)
    short = [span for span in found if span.school_days < asked.amount]
    if not short:
        return None
    worst = min(short, key=lambda span: (span.school_days, span.period))
    return {
        "amount": int(asked.amount),
        "short": len(short),
        "all": len(found),
        "first": worst.period.start,
        "days": worst.school_days,
    }


def beyond_calendar(material: Material) -> Iterator[Finding]:
    """Find a plan that goes on after the last day its calendar covers."""
    calendar, horizon = material.calendar, material.plan.horizon
    if calendar is None or horizon is None or not calendar.terms:
        return
    last = max(term.period.end for term in calendar.terms)
    if last < horizon.end - timedelta(days=62):  # a summer holiday after the last term
        facts = {"calendar": calendar.region, "last": last - timedelta(days=1), "end": horizon.last}
        yield material.finding("time.beyond-calendar", "plan", facts=facts)


CHECKS = (
    signing,
    basis,
    length,
    cycles_cut,
    years_cut,
    out_of_force,
    holidays,
    short_periods,
    beyond_calendar,
)
