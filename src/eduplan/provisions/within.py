"""Time limits: by when something is due, counted from the day of something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, NotKnown, kind_of, refuse
from eduplan.periods import Every, as_every, periods
from eduplan.provisions.provision import Docket
from eduplan.records import Entry
from eduplan.selectors import Getter
from eduplan.tables import Table, as_positive, optional, unknown_keys
from eduplan.verdicts import Status

_WAYS = ("days", "school_days", "end_of")


@attrs.frozen(kw_only=True)
class Within:
    """By when something is due, counted from the last day of what it follows.

    Args:
        days: calendar days after it.
        school_days: school days after it.
        end_of: the period rule at the end of whose period it is due.
    """

    days: int | None = None
    school_days: int | None = None
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
    for way, reader in (("days", as_positive), ("school_days", as_positive), ("end_of", as_every)):
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
