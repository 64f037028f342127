"""What took place matched with what was due on a rhythm: in time, waived, or late."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.errors import Missing
from eduplan.facts import Truth
from eduplan.provisions.matching import matched
from eduplan.records import Entry


class How(StrEnum):
    """What became of an occurrence."""

    HELD = "held"
    WAIVED = "waived"
    LATE = "late"
    NONE = "none"


class Due(NamedTuple):
    """One occurrence that is due, in every cell.

    Attributes:
        period: the period of the rhythm.
        place: number of the occasion.
        window: its days, None where they are not known.
        missing: what would have to be known.
    """

    period: Period
    place: int
    window: Period | None
    missing: tuple[Missing, ...] = ()


class Candidate(NamedTuple):
    """A record that may be what was due: whether it fits each occasion, and the fact in doubt."""

    entry: Entry
    truths: tuple[Truth, ...]
    field: str


class Waiver(NamedTuple):
    """A record that waives what touches its days."""

    entry: Entry
    last: date
    sure: bool
    field: str


class Served(NamedTuple):
    """What became of an occurrence, and the record by which it was held."""

    how: How
    entry: Entry | None = None


_UNSERVED = Served(How.NONE)


def serve(
    due: Sequence[Due],
    candidates: Sequence[Candidate],
    waivers: Sequence[Waiver],
    grace: timedelta,
    *,
    doubts: bool,
) -> Sequence[Served]:
    """Match records with occurrences: those in time, then waivers, then those that are late.

    Args:
        due: the occurrences that are due.
        candidates: the records that may be them, in the order of their days.
        waivers: the records that waive.
        grace: for how long after its days an occurrence can be held late.
        doubts: whether records of which it is not known are taken to fit.
    """
    served = [_UNSERVED] * len(due)
    days = [one.entry.day for one in candidates]

    def fits(number: int, start: date, end: date, taken: set[int]) -> list[int]:
        place = due[number].place
        inside = range(bisect_left(days, start), bisect_left(days, end))
        wanted = (True, None) if doubts else (True,)
        return [i for i in inside if i not in taken and candidates[i].truths[place] in wanted]

    known = {number: one.window for number, one in enumerate(due) if one.window is not None}
    numbers = sorted(known, key=lambda number: (known[number].last, number))
    taken: set[int] = set()
    on_time = [fits(n, known[n].start, known[n].end, taken) for n in numbers]
    for place, thing in matched(on_time).items():
        served[numbers[place]] = Served(How.HELD, candidates[thing].entry)
        taken.add(thing)
    used: set[tuple[Period, str]] = set()
    for number in numbers:
        if served[number].how is How.NONE:
            waiver = _waiver(known[number], waivers, used)
            if waiver is not None:
                used.add((known[number], waiver.entry.id))
                served[number] = Served(How.WAIVED, waiver.entry)
    if grace:
        rest = [number for number in numbers if served[number].how is How.NONE]
        ends = [known[number].end for number in rest]
        late = [fits(n, end, end + grace, taken) for n, end in zip(rest, ends, strict=True)]
        for place, thing in matched(late).items():
            served[rest[place]] = Served(How.LATE, candidates[thing].entry)
    return served


def _waiver(
    window: Period, waivers: Sequence[Waiver], used: set[tuple[Period, str]]
) -> Waiver | None:
    """Return a waiver that touches a window and has not yet waived an occurrence of it."""
    for waiver in waivers:
        touches = waiver.entry.day < window.end and waiver.last >= window.start
        if touches and (window, waiver.entry.id) not in used:
            return waiver
    return None
