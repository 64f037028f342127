"""What the judgement of one quota over frames rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.dates import Period, school_year
from eduplan.exact import Number
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.columns import Columns, among, whole
from eduplan.frames.profiles import Profiles
from eduplan.frames.ranges import in_order
from eduplan.frames.truths import Sieve
from eduplan.measures import Cap, Measure, Per, Threshold, Way
from eduplan.measures.tariff import DAYS
from eduplan.provisions import Docket, Provision, Quota
from eduplan.selectors import EVERYTHING, Selector


class Bulk(NamedTuple):
    """A quota to be judged over frames.

    Attributes:
        quota: the quota.
        register: the records.
        profiles: the bearers.
        sieve: makes truths of selectors over records.
        docket: the day, the calendar, and what the register is complete through.
        backend: where the frames lie.
        fields: the facts of a bearer that make its profile.
        days: the days whose records are measured so, None for all.
    """

    quota: Quota
    register: Columns
    profiles: Profiles
    sieve: Sieve
    docket: Docket
    backend: Backend
    fields: tuple[str, ...]
    days: Period | None = None

    @property
    def bounds(self) -> Sequence[Number]:
        """What amounts are held against besides what is owed, so that it has to be whole too."""
        caps = [cap.at_most for cap in self.quota.measure.caps if cap.at_most is not None]
        caps += [threshold.at_least for threshold in self.quota.measure.thresholds]
        return *caps, *(part.bound for part in self.quota.part if part.within is None)


def quota_of(provision: Provision, measure: Measure) -> Quota:
    """Return a quota that asks for nothing, by the measure of another provision."""
    return Quota(
        id=provision.id,
        clause=provision.clause,
        title=provision.title,
        measure=measure,
        every="plan",
        at_least=0,
    )


BUCKETS: Mapping[Per, Callable[[date], int]] = {
    Per.DAY: date.toordinal,
    Per.MONTH: lambda day: 12 * day.year + day.month,
    Per.SCHOOL_YEAR: school_year,
    Per.CALENDAR_YEAR: lambda day: day.year,
}
"""Ranges within a period in which a cap may hold, and the number of a day's."""


def bucket(per: Per) -> str:
    """Return the column with the number of a record's range."""
    return f"_per_{per.value}"


def limits_of(measure: Measure) -> Sequence[Cap | Threshold]:
    """Return all that keeps amounts from counting."""
    return (*measure.caps, *measure.thresholds)


def selectors(quota: Quota) -> Sequence[Selector]:
    """Return the selectors over records."""
    measure = quota.measure
    parts = [one for part in quota.part for one in (part.where, part.within) if one is not None]
    limits = (limit.where for limit in limits_of(measure))
    return measure.where, measure.part, *limits, *parts


def selectors_of_tariff(measure: Measure) -> Sequence[Selector]:
    """Return the selectors over records that a tariff and its factors have."""
    factors = [factor.where for table in measure.factors for factor in table]
    return *(row.where for row in measure.tariff), *factors


def fields_of_tariff(measure: Measure) -> Sequence[str]:
    """Return the facts of records that a tariff reads, `DAYS` for how long they went on."""
    asked = [field for one in selectors_of_tariff(measure) for field in one.fields()]
    asked += [field for row in measure.tariff for field in (row.per, row.stated) if field]
    if measure.absence is not None:
        asked += [measure.absence.missed, measure.absence.of]
    return tuple(dict.fromkeys(asked))


def recognised(quota: Quota) -> Selector | None:
    """Return which records count from before the bearer joined, None where all or none do."""
    counts = quota.before_joining.counts
    return None if counts == EVERYTHING else counts


def fields_of_bearer(quota: Quota) -> list[str]:
    """Return the facts of a bearer that records are held against."""
    several = [*selectors(quota), *selectors_of_tariff(quota.measure)]
    if (rule := recognised(quota)) is not None:
        several.append(rule)
    return [field for one in several for field in one.bearer_fields()]


def fields_of_records(quota: Quota) -> list[str]:
    """Return the columns of records that are looked at, besides kind, day and bearer."""
    return list(dict.fromkeys([*facts_of_records(quota), *_ordered_by(quota)]))


def facts_of_records(quota: Quota) -> list[str]:
    """Return the facts of records that are asked for, besides kind, day and bearer."""
    measure = quota.measure
    asked = [field for one in selectors(quota) for field in one.fields()]
    if (rule := recognised(quota)) is not None:
        asked += rule.fields()
    asked += [limit.each for limit in limits_of(measure) if limit.each]
    asked += [part.distinct for part in quota.part if part.distinct]
    if measure.field:
        asked.append(measure.field)
    asked += fields_of_tariff(measure)
    if measure.way is Way.DAYS or any(cap.per is Per.DAY for cap in measure.caps):
        asked.append(DAYS)
    return list(dict.fromkeys("last_day" if field == DAYS else field for field in asked))


def pointers_of(quota: Quota) -> tuple[str, ...]:
    """Return the facts of records that must be there: who they are of, and how they are told apart.

    By ids records of one day are put in order.
    """
    return (quota.measure.by, *_ordered_by(quota))


def _ordered_by(quota: Quota) -> Sequence[str]:
    """Return the column by which records of one day are put in order, where they have to be."""
    return ["id"] if in_order(quota) else []


def last_day(first: str) -> nw.Expr:
    """Return the last day of a record, the column of its first where it states no other."""
    stated = nw.col("last_day")
    return nw.when(stated.is_null()).then(nw.col(first)).otherwise(stated)


def of_kinds(kinds: Sequence[str]) -> nw.Expr:
    """Return whether a record is of one of the kinds."""
    return among(nw.col("kind"), kinds)


OF_PERIOD = ("period_start", "period_end", "due", "_read")
"""The columns with a period, and whether records were read in it."""

FIGURES = ("_value", "_required", "_denominator")
"""What was found and what is owed in parts of one, and how many of them make one."""


def told_of(frame: Frame, quota: Quota, bearer: str) -> Frame:
    """Return the rows of a result.

    Args:
        frame: periods with their figures, ``status`` and ``reasons``.
        quota: the quota.
        bearer: the column with the ids of bearers.
    """
    value, required, read = nw.col("_value"), nw.col("_required"), nw.col("_read") > 0
    gap = value - required if quota.at_most is not None else required - value
    figures: Sequence[tuple[str, nw.Expr]] = (
        ("value", value),
        ("required", required),
        ("shortfall", nw.when(gap < 0).then(whole(0)).otherwise(gap)),
        ("denominator", nw.col("_denominator")),
    )
    return frame.select(
        nw.col(bearer).alias("bearer"),
        nw.lit(quota.id, dtype=nw.String).alias("provision"),
        *("period_start", "period_end", "status"),
        *(nw.when(read).then(figure).alias(name) for name, figure in figures),
        *("due", "reasons"),
    )
