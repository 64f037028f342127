"""Whether the ranges of caps lie wholly in what the parts of a quota hold for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date

from eduplan.dates import DAY, school_year
from eduplan.measures import Cap, Per
from eduplan.periods import Every, Unit
from eduplan.provisions.portions import Portion
from eduplan.selectors import EVERYTHING


def all_of_it(portion: Portion, portions: Sequence[Portion]) -> bool:
    """Say whether a part is all of the whole, such as a floor for every year."""
    alone = portion.where == EVERYTHING and portion.within is None
    return alone and not any(part.beside for part in portions)


def comes_alone(
    portion: Portion, portions: Sequence[Portion], caps: Sequence[Cap], every: Every
) -> bool:
    """Say whether records that are not of a part, or of its span, never take room from its own."""
    if not all_of_it(portion, portions):
        return False
    if not portion.yearly and portion.every is None:
        return True
    ranges = [cap for cap in caps if cap.best is None and cap.per is not Per.RECORD]
    return all(
        cap.per is not Per.PERIOD and within_spans(cap.per, portion, every) for cap in ranges
    )


def within_spans(per: Per, part: Portion, every: Every) -> bool:
    """Say whether the ranges of a cap never go on from one span of a part to the next."""
    if part.every is not None:
        return per is Per.DAY or part.every.unit in _WITHIN.get(per, ())
    return within_years(per, every)


def within_years(per: Per, every: Every) -> bool:
    """Say whether the ranges of a cap never go on from one year of a period to the next."""
    if per in (Per.DAY, Per.YEAR):
        return True
    begins = every.grid
    if every.unit in _BEGINS:
        begins = _BEGINS[every.unit]
    elif begins is None or (per is not Per.MONTH and every.months % 12):
        return False
    return {
        Per.MONTH: begins.day == 1,
        Per.SCHOOL_YEAR: school_year(begins) != school_year(begins - DAY),
        Per.CALENDAR_YEAR: begins.year != (begins - DAY).year,
    }[per]


_WITHIN: Mapping[Per, Set[Unit]] = {
    Per.MONTH: {Unit.MONTH, Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR},
    Per.SCHOOL_YEAR: {Unit.SCHOOL_YEAR},
    Per.CALENDAR_YEAR: {Unit.CALENDAR_YEAR},
}
_BEGINS = {Unit.SCHOOL_YEAR: date(2000, 9, 1), Unit.CALENDAR_YEAR: date(2000, 1, 1)}
"""The first day of periods, in whatever year."""
