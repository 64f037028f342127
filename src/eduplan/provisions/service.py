"""Who is in service, and what somebody owes who was in service for part of some days."""

from __future__ import annotations

from datetime import date

from eduplan.dates import Period
from eduplan.facts import Getter, Truth
from eduplan.people import day_of
from eduplan.provisions.quota import Partial


def on_duty(get: Getter, day: date) -> bool:
    """Say whether a bearer is in service on a day.

    >>> on_duty({"joined": date(2024, 9, 1), "left": date(2025, 9, 1)}.get, date(2025, 9, 1))
    False
    """
    joined, left = day_of(get, "joined"), day_of(get, "left")
    return (joined is None or joined <= day) and (left is None or day < left)


def serves(days: Period, get: Getter, partial: Partial | None) -> Truth:
    """Say whether what is due on some days is owed by a bearer, None where that is undeclared.

    A bearer that states neither ``joined`` nor ``left`` is in service throughout.

    Args:
        days: the days.
        get: reads facts of the bearer.
        partial: what holds for days of which the bearer was in service for a part only.
    """
    joined, left = day_of(get, "joined"), day_of(get, "left")
    start = max(days.start, joined or days.start)
    end = min(days.end, left or days.end)
    if start >= end:
        return False
    if (start, end) == (days.start, days.end) or partial is Partial.FULL:
        return True
    return False if partial is Partial.EXEMPT else None
