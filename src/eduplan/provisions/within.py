"""Time limits: by when something is due, counted from the day of something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, NotKnown, kind_of, refuse
from eduplan.facts import Getter
from eduplan.lengths import Length, as_length
from eduplan.periods import Every, as_every, periods
from eduplan.provisions.benches import Docket
from eduplan.records import Entry
from eduplan.tables import Table, as_positive, as_whole, optional, read_optional, unknown_keys
from eduplan.verdicts import Status

_WAYS = ("days", "school_days", "length", "end_of")
MOST_DAYS = 3660
"""Time limits are no longer than about ten years."""


def as_optional_count(value: object) -> int | None:
    """Return a whole number of at least 0, or None."""
    if value is None:
        return None
    number = as_whole(value)
    if not 0 <= number <= MOST_DAYS:
        raise refuse("days-range", least=0, most=MOST_DAYS)
    return number


def as_days(value: object) -> int:
    """Return a number of days of a time limit."""
    number = as_positive(value)
    if number > MOST_DAYS:
        raise refuse("days-range", least=1, most=MOST_DAYS)
    return number


@attrs.frozen(kw_only=True)
class Within:
    """By when something is due, counted from the last day of what it follows.

    Args:
        days: calendar days after it.
        school_days: school days after it.
        length: full months or years after it, the day on which they are over included.
        end_of: the period rule at the end of whose period it is due.
    """

    days: int | None = None
    school_days: int | None = None
    length: Length | None = None
    end_of: Every | None = None


def as_within(value: Within | Table) -> Within:
    """Return a time limit from a table such as ``{ days = 30 }`` or ``{ end_of = "term" }``."""
    if isinstance(value, Within):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    unknown_keys(value, _WAYS, faults)
    if len([way for way in _WAYS if way in value]) != 1:
        faults.add("within-one-of", known=", ".join(_WAYS))
    found = Within()
    for way, reader in zip(_WAYS, (as_days, as_days, as_length, as_every), strict=True):
        if way in value:
            with faults.at(way):
                found = Within(**{way: reader(value[way])})  # type: ignore[arg-type]
    faults.raise_any()
    return found


def as_optional_within(value: Within | Table | None) -> Within | None:
    """Return a time limit, or None."""
    return optional(as_within, value)


def kept(
    kinds: Sequence[str],
    span: Period,
    in_time: Sequence[Entry],
    perhaps: Sequence[Entry],
    field: str,
    *,
    docket: Docket,
) -> tuple[Status, tuple[Missing, ...]]:
    """Return whether a time limit was kept, and what is missing to know it.

    Args:
        kinds: kinds of record that keep it.
        span: the days in which it can be kept.
        in_time: what came in time for sure.
        perhaps: what came in time and may be what was asked for.
        field: the fact because of which that is not sure.
        docket: gives the register and the day of judgement.
    """
    if in_time:
        return Status.MET, ()
    if perhaps:
        facts = {"field": field, "count": len(perhaps)}
        return Status.UNDETERMINED, (Missing("record-fact", facts),)
    closed = docket.as_of >= span.end
    needed = span.last if closed else docket.as_of - DAY
    gap = docket.register.complete(kinds, needed) if needed >= span.start else None
    if gap is not None:
        return Status.UNDETERMINED, (gap,)
    return (Status.NOT_MET if closed else Status.PENDING), ()


@attrs.frozen(kw_only=True)
class Before:
    """By when something is due before the first day of something else; exactly one of the two.

    Args:
        days: at least so many calendar days before it; 0 lets the first day itself count.
        school_days: at least so many school days before it.
        at_most: and at most so many calendar days before it.
    """

    days: int | None = attrs.field(default=None, converter=as_optional_count)
    school_days: int | None = attrs.field(default=None, converter=as_optional_count)
    at_most: int | None = attrs.field(default=None, converter=as_optional_count)

    def __attrs_post_init__(self) -> None:
        if (self.days is None) == (self.school_days is None):
            raise refuse("within-one-of", known="days, school_days")
        if self.at_most is not None and self.at_most < (self.days or 0):
            raise refuse("before-crossed", "at_most")


def as_optional_before(value: Before | Table | None) -> Before | None:
    """Return a time limit from a table such as ``{ days = 1, at_most = 30 }``, or None."""
    return read_optional(Before, value)


def days_before(before: Before, first: date, get: Getter, docket: Docket) -> Period:
    """Return the days on which something counts as done beforehand.

    Args:
        before: the limit.
        first: the day it is counted from.
        get: reads facts of the bearer, for its stage.
        docket: gives the calendar.

    Raises:
        NotKnown: the calendar is missing, or begins too late.
    """
    if before.days is not None:
        last = first - timedelta(days=before.days)
    elif before.school_days:
        last = docket.school(get).before_school_days(first, before.school_days)
    else:
        last = first
    opens = date.min if before.at_most is None else first - timedelta(days=before.at_most)
    return Period(min(opens, last), last + DAY)


def due_day(within: Within, last: date, get: Getter, docket: Docket) -> date:
    """Return the last day of a time limit.

    Args:
        within: the limit.
        last: the day it is counted from.
        get: reads facts of the bearer, for its stage.
        docket: gives the calendar and the horizon.

    Raises:
        NotKnown: the calendar or the horizon is missing, or ends too early.
    """
    if within.days is not None:
        return last + timedelta(days=within.days)
    if within.school_days is not None:
        return docket.school(get).after_school_days(last, within.school_days)
    if within.length is not None:
        return within.length.after(last)
    found = periods(
        within.end_of,  # type: ignore[arg-type]
        Period(last, last + DAY),
        bearer=get,
        calendar=docket.calendar,
        horizon=docket.horizon,
    )
    if not found:
        raise NotKnown("no-period-on-day", day=last)
    return found[0].last
