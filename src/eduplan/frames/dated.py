"""Quotas whose versions govern by the day of a record: each is read by the measure of its own day.

The records of every version are placed and measured by themselves, and then put together. What caps
take together is the same in all, as are parts and what is owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import lcm

import attrs
import narwhals.stable.v2 as nw

from eduplan.dates import Period
from eduplan.frames.bulk import Bulk
from eduplan.frames.columns import WHOLE
from eduplan.frames.placing import Placed
from eduplan.frames.readings import Amounts, weighed
from eduplan.frames.tariffs import Worths
from eduplan.provisions import QuotaBench


def by_day(bulk: Bulk, bench: QuotaBench) -> Sequence[Bulk]:
    """Return a quota by each of the measures that hold for records of some days.

    Args:
        bulk: the quota, and what its judgement rests on.
        bench: the reference judgement.
    """
    if not bench.measures:
        return [bulk]
    ends = [since or date.min for since, _ in bench.measures[1:]]
    return [
        bulk._replace(
            quota=attrs.evolve(bulk.quota, measure=measure), days=Period(since or date.min, end)
        )
        for (since, measure), end in zip(bench.measures, [*ends, date.max], strict=True)
    ]


def put_together(stated: Sequence[Amounts | Worths]) -> Amounts | Worths:
    """Return in what parts of one the amounts of several measures are whole, and the largest."""
    if len(stated) == 1:
        return stated[0]
    parts = lcm(*(one.parts for one in stated))
    largest = max(one.largest * (parts // one.parts) for one in stated)
    field = next((one.field for one in stated if one.field), "")
    return Amounts(parts, largest, None, field, stated[0].finer)


def below(
    placed: Sequence[Placed], several: Sequence[Bulk], stated: Sequence[Amounts | Worths]
) -> Placed:
    """Return the records of all versions one below another, with what each counts for.

    Args:
        placed: the records of each version in their periods.
        several: the quota by the measure of each.
        stated: how much the records of each count for.
    """
    parts = put_together(stated).parts
    frames = []
    for records, bulk, amounts in zip(placed, several, stated, strict=True):
        frame, more = weighed(records, bulk, amounts), parts // amounts.parts
        scaled = [nw.col(name) * more for name in ("_least", "_amount")]
        told = [nw.col(name).cast(WHOLE) for name in ("_sure", "_maybe", "_unstated", "_doubt")]
        frames.append(frame.with_columns(*scaled, *told))
    columns = [set(frame.collect_schema().items()) for frame in frames]
    kept = sorted(name for name, _ in set.intersection(*columns))
    return placed[0]._replace(
        frame=several[0].backend.below([frame.select(*kept) for frame in frames])
    )
