"""What the judgement of one quota over frames rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.dates import school_year
from eduplan.frames.backends import Backend
from eduplan.frames.columns import Columns
from eduplan.frames.profiles import Profiles
from eduplan.frames.truths import Sieve
from eduplan.frames.windows import profile_fields
from eduplan.measures import Per, Way
from eduplan.provisions import Docket, Quota
from eduplan.selectors import Selector


class Bulk(NamedTuple):
    """A quota to be judged over frames.

    Attributes:
        quota: the quota.
        register: the records.
        profiles: the bearers.
        sieve: makes truths of selectors over records.
        docket: the day, the calendar, and what the register is complete through.
        backend: where the frames lie.
    """

    quota: Quota
    register: Columns
    profiles: Profiles
    sieve: Sieve
    docket: Docket
    backend: Backend

    @property
    def fields(self) -> tuple[str, ...]:
        """The facts of a bearer that make its profile."""
        return profile_fields(self.quota)


BUCKETS: Mapping[Per, Callable[[date], int]] = {
    Per.DAY: date.toordinal,
    Per.MONTH: lambda day: 12 * day.year + day.month,
    Per.SCHOOL_YEAR: school_year,
    Per.CALENDAR_YEAR: lambda day: day.year,
}
"""Ranges within a period in which a cap may hold, narrow ones first, and the number of a day's."""


def selectors(quota: Quota) -> Sequence[Selector]:
    """Return the selectors over records."""
    measure = quota.measure
    parts = [one for part in quota.part for one in (part.where, part.within) if one is not None]
    return measure.where, measure.part, *(cap.where for cap in measure.caps), *parts


def fields_of_bearer(quota: Quota) -> list[str]:
    """Return the facts of a bearer that records are held against."""
    return [field for one in selectors(quota) for field in one.bearer_fields()]


def fields_of_records(quota: Quota) -> list[str]:
    """Return the facts of records that are asked for, besides kind, day and bearer."""
    measure = quota.measure
    asked = [field for one in selectors(quota) for field in one.fields()]
    if measure.field:
        asked.append(measure.field)
    if measure.way is Way.DAYS:
        asked.append("last_day")
    return list(dict.fromkeys(asked))


def of_kinds(kinds: Sequence[str]) -> nw.Expr:
    """Return whether a record is of one of the kinds."""
    return nw.col("kind").is_in(list(kinds)) if len(kinds) > 1 else nw.col("kind") == kinds[0]
