"""Whether what is due on some days is owed by somebody who was in service for part of them."""

from __future__ import annotations

from eduplan.dates import Period
from eduplan.facts import Getter, Truth
from eduplan.people import day_of
from eduplan.provisions.quota import Partial


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
