"""Leave over frames: on how many days of a period somebody was on leave, and what is owed then.

Days of leave are read as a measure of days is: each counts once, whatever records state it. What is
owed is asked of the reference, once for every profile, period and leave that there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Missing, refuse
from eduplan.frames.asking import Days
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.bulk import Bulk, fields_of_bearer, quota_of
from eduplan.frames.columns import as_wholes, distinct
from eduplan.frames.finding import Finder
from eduplan.frames.placing import in_days
from eduplan.frames.profiles import BEARER
from eduplan.frames.readings import amounts, read
from eduplan.frames.windows import Windows
from eduplan.measures import Measure, Way
from eduplan.provisions import Bench, Quota, QuotaBench
from eduplan.provisions.composite import OnLeave

MOST_LEAVES = 1_000_000
"""Different leaves of those who are alike are not taken one by one beyond so many."""

_DAYS = 2**20
"""More than the days of any period."""

_UNKNOWN = (Missing("record-fact", {"field": "", "count": 1}),)  # rows tell the code alone


class Away(NamedTuple):
    """Who was on leave.

    Attributes:
        frame: columns ``_id``, ``_place``, and ``_leave``, a number for how many days.
    """

    frame: Frame

    def beside(self, bearers: Frame, found: Windows, backend: Backend) -> Frame:
        """Return bearers with every period of theirs, ``_place``, and their ``_leave`` in it."""
        places = list(dict.fromkeys((row.profile, row.place) for row in found.rows))
        table = {
            "_profile": as_wholes(profile for profile, _ in places),
            "_place": as_wholes(place for _, place in places),
        }
        bearers = bearers.join(backend.beside(pa.table(table)), on="_profile", how="inner")
        bearers = bearers.join(self.frame, on=["_id", "_place"], how="left")
        return bearers.with_columns(nw.col("_leave").fill_null(0))


def measured_as(quota: Quota) -> Quota | None:
    """Return the quota that leave is read by, None where there is none."""
    if (leave := quota.leave) is None:
        return None
    measure = Measure(way=Way.DAYS, kinds=leave.kind, where=leave.where, by=leave.by)
    return quota_of(quota, measure)


def windows(
    bulk: Bulk, bench: QuotaBench, whole: Bench, profiles: Mapping[int, Mapping[str, Any]]
) -> tuple[Windows, Away | None]:
    """Return what every profile owes, period by period, and who owes less because of leave.

    Args:
        bulk: the quota, and what its judgement rests on.
        bench: the reference judgement.
        whole: the same judgement, or that of all versions of which it is one.
        profiles: the facts of every profile by its number.
    """
    finder = Finder(bench, bulk.docket, whole)
    found = finder.find(profiles)
    measured = measured_as(bulk.quota)
    if measured is None or not found.stays:
        return found, None
    frame = _away(bulk._replace(quota=measured), found)
    several = distinct(frame, "_profile", "_place", "_leave").collect().to_arrow()
    if len(several) > MOST_LEAVES:
        raise refuse("too-many-values", "records.last_day", most=MOST_LEAVES)
    finder.vary(_leaves(several))
    away = Away(frame.select(nw.col(BEARER).alias("_id"), "_place", "_leave"))
    return found, away if len(several) else None


def _away(bulk: Bulk, found: Windows) -> Frame:
    """Return the leave of everybody who has any, in every period.

    Returns:
        Columns ``_bearer``, ``_profile``, ``_place``, and ``_leave``.
    """
    spans = [Days(*key, stay.span) for key, stay in found.stays.items()]
    people = bulk.profiles.frame(bulk.fields, own=fields_of_bearer(bulk.quota))
    days = read(in_days(bulk, people, spans), bulk, amounts(bulk), {}).whole
    number = (nw.col("_low") * _DAYS + nw.col("_high")) * 2 + nw.col("_unknown")
    days = days.select(BEARER, "_place", number.alias("_leave"))
    people = bulk.profiles.frame(bulk.fields)
    return bulk.backend.keep(days.join(people, on=BEARER, how="inner"))


def _leaves(table: pa.Table) -> Iterator[tuple[int, int, int, OnLeave]]:
    """Return numbers of profile, place and leave, and on how many days that was."""
    names = ("_profile", "_place", "_leave")
    columns = (table.column(name).to_pylist() for name in names)
    for profile, place, number in zip(*columns, strict=True):
        days, doubted = divmod(number, 2)
        sure, most = divmod(days, _DAYS)
        yield profile, place, number, OnLeave(sure, most, _UNKNOWN if doubted else ())
