"""What of a period concerns a bearer: the days in the plan and in service, and what is owed.

A cycle may begin before the plan or end after it, a bearer may join or leave in the middle, and the
days on which records count may be fewer than those of the period, or reach beyond its end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from eduplan.dates import DAY, Period, add_months, full_months
from eduplan.errors import Missing
from eduplan.exact import Number, exact
from eduplan.facts import Getter
from eduplan.people import day_of
from eduplan.periods import Unit
from eduplan.provisions.benches import Docket
from eduplan.provisions.composite import OnLeave, lessened
from eduplan.provisions.provision import Subject, View, view
from eduplan.provisions.quota import Partial, Quota
from eduplan.records import Entry, mark
from eduplan.verdicts import Point, Status


class Owing(NamedTuple):
    """What a bearer owes in a period.

    Attributes:
        inside: the period, or the piece of it that lies in the plan.
        span: the days of it on which the bearer is in service.
        owed: what is owed, None where the plan does not say.
        missing: what the plan does not say.
        excuse: why nothing is owed, empty where something is.
        told: what is to be told of it.
    """

    inside: Period
    span: Period
    owed: Number | None = None
    missing: tuple[Missing, ...] = ()
    excuse: str = ""
    told: tuple[Point, ...] = ()


class Piece(NamedTuple):
    """What of a cycle a plan is about, and how much of what is owed.

    Attributes:
        inside: the cycle, or the piece of it that lies in the plan.
        share: how much of what is owed in the whole is owed in it.
        missing: what the plan does not say.
        excuse: why nothing is owed, empty where something is.
        told: what is to be told of it.
    """

    inside: Period
    share: Fraction = Fraction(1)
    missing: tuple[Missing, ...] = ()
    excuse: str = ""
    told: tuple[Point, ...] = ()


def crosses(quota: Quota, horizon: Period | None) -> bool:
    """Say whether a cycle that crosses the first or last day of the plan is something apart."""
    return horizon is not None and quota.every.unit is Unit.CYCLE and quota.at_most is None


def piece_of(quota: Quota, period: Period, horizon: Period | None) -> Piece:
    """Return what of a cycle lies in the plan, by what the plan says of one that crosses its end.

    A cycle that has no day in the plan is not cut by it.
    """
    inside = period.meet(horizon) if horizon is not None else None
    if inside is None or inside == period or not crosses(quota, horizon):
        return Piece(period)
    if quota.stub is None:
        return Piece(period, missing=(Missing("stub-policy"),))
    if quota.stub is Partial.EXEMPT:
        return Piece(period, excuse="stub-exempt")
    if quota.stub is Partial.FULL:
        return Piece(period)
    told = Point("stub", Status.MET, {"days": inside.days, "of": period.days})
    return Piece(inside, Fraction(inside.days, period.days), told=(told,))


def in_service(period: Period, get: Getter) -> Period | None:
    """Return the days of a period on which a bearer is in service, None where there are none.

    A bearer that states neither ``joined`` nor ``left`` is in service throughout.
    """
    joined, left = day_of(get, "joined"), day_of(get, "left")
    start = max(period.start, joined) if joined is not None else period.start
    end = min(period.end, left) if left is not None else period.end
    return Period(start, end) if start < end else None


def months_in(period: Period, days: Period) -> int:
    """Return how many months of a period, counted from its first day on, lie wholly in ``days``.

    >>> year = Period(date(2024, 1, 1), date(2025, 1, 1))
    >>> months_in(year, Period(date(2024, 5, 15), date(2025, 1, 1)))
    7
    """
    begun = full_months(period.start, days.start)
    begun += add_months(period.start, begun) < days.start
    return max(full_months(period.start, days.end) - begun, 0)


def owing(
    quota: Quota, piece: Piece, required: Number, get: Getter, on_leave: Callable[[Period], OnLeave]
) -> Owing:
    """Return what a bearer owes that is perhaps in service for part of a period only.

    Args:
        quota: the quota.
        piece: the period, as far as the plan is about it.
        required: what is owed in the whole period.
        get: reads facts of the bearer.
        on_leave: tells its days of leave, where it is asked how long it was in service.
    """
    inside = piece.inside
    span = in_service(inside, get)
    excuse = piece.excuse
    if span is None:
        return Owing(inside, inside, excuse="not-in-service")
    full = owed = required if piece.share == 1 else exact(required * piece.share)
    missing, told = piece.missing, piece.told
    if span != inside and quota.at_most is None:
        if quota.partial is Partial.PRO_RATA:
            owed = exact(Fraction(full) * span.days / inside.days)
            told += (lessened("in-service", owed, full, quota.counted_in, span.days, inside.days),)
        elif quota.partial is Partial.BY_MONTH:
            served, months = months_in(inside, span), months_in(inside, inside)
            owed = exact(Fraction(full) * served / months) if served else 0
            excuse = excuse or ("" if served else "served-too-little")
            told += (lessened("months-in-service", owed, full, quota.counted_in, served, months),)
        elif quota.partial is Partial.EXEMPT:
            excuse = excuse or "partial-exempt"
        elif quota.partial is None:
            missing += (Missing("partial-policy"),)
    if quota.serves_at_least is not None:
        needed = (quota.serves_at_least.after(span.start) - span.start).days
        leave = on_leave(span)
        if span.days - leave.days < needed:
            excuse = excuse or "served-too-little"
        elif span.days - leave.most < needed:
            missing += leave.missing
    if missing:
        return Owing(inside, span, None, missing, excuse, piece.told)
    return Owing(inside, span, owed, (), excuse, told)


def counting(quota: Quota, inside: Period) -> Period:
    """Return the days on which records count for a period, or for the piece of one in the plan."""
    start, end = inside.start, inside.end
    if quota.opens is not None:
        start = max(start, quota.opens.before(end))
    if quota.grace is not None:
        end = quota.grace.after(end)
    return Period(start, end)


def after_leaving(
    quota: Quota, owed: Owing, entries: Sequence[Entry], as_of: date
) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Return the records that may count for a period, and those from after the bearer left in it.

    Args:
        quota: the quota.
        owed: the days of the period that are in the plan and in service.
        entries: the records in their order.
        as_of: the day of judgement; later records are among the first, to be told as later.
    """
    if owed.span.end == owed.inside.end:
        return entries, ()
    first = bisect_left(entries, (mark(owed.span.end),))
    end = min(counting(quota, owed.inside).end, as_of + DAY)
    stop = bisect_left(entries, (mark(end),), first)
    return (*entries[:first], *entries[stop:]), entries[first:stop]


def seen_by(quota: Quota, period: Period, docket: Docket, owed: Owing | None = None) -> View | None:
    """Return a period as the day of judgement sees it, None where nothing could be done in it.

    It is due on its last day, and once that is over, on the last day of grace.

    Args:
        quota: the quota.
        period: the period.
        docket: gives the day.
        owed: the days of it that are in the plan and in service, by default all.
    """
    inside, span = (owed.inside, owed.span) if owed is not None else (period, period)
    days = counting(quota, inside)
    start = max(days.start, span.start)
    end = days.end if span.end == inside.end else span.end
    if start >= end:
        return None
    seen = view(period, docket.as_of, Period(start, end), days)
    early = end > inside.end > docket.as_of  # it is due at its end, and only then is there grace
    return seen._replace(due=inside.last) if early else seen


def views_of(quota: Quota, subject: Subject, docket: Docket) -> tuple[View, ...]:
    """Return the periods that have begun, and those past whose days of grace are asked about."""
    if quota.opens is None and quota.grace is None:
        return docket.views(quota.every, subject)
    begun = docket.begun
    if begun is None:
        return ()
    start = begun.start
    if quota.grace is not None:
        start = quota.grace.before(start)
    found = docket.periods(quota.every, subject, Period(start, begun.end))
    several = [seen_by(quota, period, docket) for period in found]
    first = docket.during.start
    return tuple([one for one in several if one is not None and one.due >= first])
