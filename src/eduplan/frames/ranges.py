"""Whether sums alone tell what limits leave, or records have to be gone through one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from eduplan.frames.windows import spanned
from eduplan.measures import Cap, Per
from eduplan.periods import Every
from eduplan.provisions import Quota
from eduplan.provisions.portions import Portion
from eduplan.provisions.ranges import within_spans, within_years
from eduplan.selectors import EVERYTHING, apart


class Level(NamedTuple):
    """Within what caps hold: a range, and perhaps every value of a fact apart."""

    per: Per
    each: str


PERIOD = Level(Per.PERIOD, "")
"""The whole of a period."""


def in_order(quota: Quota) -> bool:
    """Say whether caps have to be applied record by record, as it matters which comes first."""
    caps = quota.measure.caps
    ranges = [cap for cap in caps if cap.per is not Per.RECORD]
    if any(cap.best is not None for cap in caps):
        return True
    if any(cap.share is not None and Level(cap.per, cap.each) != PERIOD for cap in caps):
        return True
    if ranges and any(part.beside for part in quota.part):
        return True
    return not _nested(ranges, quota.every) or not all(
        _beside(cap, part, quota.every) for cap in ranges for part in quota.part
    )


def _beside(cap: Cap, part: Portion, every: Every) -> bool:
    """Say whether a part comes to the same whichever records a cap cuts first.

    It does where the cap cuts none of its records, and where the part is everything in a span in
    which the cap's range lies wholly.
    """
    if cap.each and cap.per is Per.PERIOD and spanned(part):
        return False
    untouched = apart(cap.where, part.where if part.within is None else part.within)
    if not spanned(part) or cap.per is Per.PERIOD:
        return untouched
    everything = part.where == EVERYTHING and part.within is None
    return (untouched or everything) and within_spans(cap.per, part, every)


def _nested(ranges: Sequence[Cap], every: Every) -> bool:
    """Say whether sums are enough to apply caps of ranges, whichever record is cut first.

    They are where caps with different scopes have no record in common, and where none with a scope
    comes after one on everything; a school year does not nest in a calendar year, nor in a year of
    the period unless that begins with it; and caps for each value of a fact come before all others,
    and are for the same fact.
    """
    pers = {cap.per for cap in ranges}
    if {Per.SCHOOL_YEAR, Per.CALENDAR_YEAR} <= pers:
        return False
    if Per.YEAR in pers and not all(within_years(per, every) for per in pers - {Per.PERIOD}):
        return False
    each = [cap.each for cap in ranges]
    if len(set(each) - {""}) > 1 or each != sorted(each, reverse=True):
        return False
    scoped = [cap.where != EVERYTHING for cap in ranges]
    if scoped != sorted(scoped, reverse=True):
        return False
    scopes = list(dict.fromkeys(cap.where for cap in ranges if cap.where != EVERYTHING))
    return all(apart(one, other) for one, other in combinations(scopes, 2))
