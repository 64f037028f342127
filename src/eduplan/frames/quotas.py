"""Quotas over frames: what was read, compared with what is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import narwhals.stable.v2 as nw

from eduplan.errors import refuse
from eduplan.frames import histories, pooled, rates
from eduplan.frames.abreast import abreast
from eduplan.frames.asking import fields_of, own_fields
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import (
    OF_PERIOD,
    Bulk,
    facts_of_records,
    fields_of_bearer,
    pointers_of,
    told_of,
)
from eduplan.frames.columns import LARGEST, where
from eduplan.frames.dated import below, by_day, put_together
from eduplan.frames.finding import profile_fields
from eduplan.frames.leave import Away, measured_as, windows
from eduplan.frames.limits import check_order
from eduplan.frames.outcomes import NOTHING_TO_SHARE, SITUATIONS, UNKNOWN_FACT, passes, situation
from eduplan.frames.placing import numbered, place
from eduplan.frames.portions import GROUP, judged
from eduplan.frames.ranges import in_order
from eduplan.frames.readings import Amounts, amounts, read, summed
from eduplan.frames.refusing import check_single, refusals, told_apart
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.frames.tariffs import Worths
from eduplan.frames.windows import Windows
from eduplan.measures import Per, Way
from eduplan.provisions import Bench, Quota, QuotaBench, VersionedBench
from eduplan.provisions.quota import Over
from eduplan.provisions.share_bench import ShareBench

__all__ = ["asks", "reads", "refusals", "rows"]


def asks(quota: Quota) -> Asks:
    """Return the facts that a quota asks for, in all its versions."""
    says = _says(quota)
    says = (*says, *(one for quota in says if (one := measured_as(quota)) is not None))
    carried = [one.carry_over.where for one in says if one.carry_over is not None]
    group = [quota.scope.group] if quota.scope.group not in ("", "all") else []
    return Asks(
        (
            *(*_fields(quota), *group, *own_fields(*carried)),
            *(field for one in says for field in fields_of_bearer(one)),
        ),
        (
            *(*histories.fields_of(one.every for one in says), *fields_of(*carried)),
            *(field for one in says for field in facts_of_records(one)),
        ),
        (
            *(field for one in says for field in pointers_of(one)),
            *histories.pointers_of(one.every for one in says),
        ),
        _ids(quota),
    )


def _ids(quota: Quota) -> tuple[str, ...]:
    """Return the id of records, where one may have to be told before another."""
    says = _says(quota)
    capped = any(cap.per is not Per.RECORD for one in says for cap in one.measure.caps)
    apart = any(told_apart(one) for one in says)
    return ("id",) if capped or apart or any(refusals(quota)) else ()


def reads(quota: Quota) -> Sequence[Source] | None:
    """Return which of a bearer's records a quota rests on, None where it is about groups."""
    if quota.scope.over is not Over.EACH:
        return None
    found: list[Source] = []
    for one in _says(quota):
        found += [Source(one.measure.by, one.measure.kinds), *histories.sources([one.every])]
        if one.leave is not None:
            found.append(Source(one.leave.by, one.leave.kind))
    return found


def _says(quota: Quota) -> Sequence[Quota]:
    """Return what a quota says in the course of time."""
    return [one.provision for one in quota.wordings if isinstance(one.provision, Quota)]


def _fields(quota: Quota) -> tuple[str, ...]:
    """Return the facts of a bearer that make its profile."""
    return tuple(dict.fromkeys(field for one in _says(quota) for field in profile_fields(one)))


def rows(quota: Quota, scene: Scene) -> Frame:
    """Return the rows of one quota; of one with dated versions those of each, one after another."""
    bench, docket, fields = scene.docket.benches[quota.id], scene.docket, _fields(quota)
    says = _says(quota)
    if on_file := any(one.every.kinds for one in says):
        name = f"_history_of_{quota.id}"
        histories.note(name, [one.every for one in says], scene.register, scene.profiles)
        fields = (*fields, name)
    profiles = scene.profiles.facts(fields)
    if on_file:
        docket = histories.with_histories(docket, says, profiles, name)
        scene = scene._replace(docket=docket)
    versions: Sequence[Bench] = [bench]
    if isinstance(bench, VersionedBench):
        versions = [one for _, one in bench.governing(docket.as_of)]
    frames = []
    for one in versions:
        assert isinstance(one, QuotaBench)  # noqa: S101 - of a quota it is
        check_single(one.quota, scene.register)
        bulk = Bulk(one.quota, *scene[:5], fields)
        if in_order(one.quota):
            check_order(bulk)
        if one.quota.scope.pooled:
            return pooled.rows(bulk, one, profiles)
        if isinstance(one, ShareBench):
            assert isinstance(one.each, QuotaBench)  # noqa: S101 - of a quota it is
            of_each = bulk._replace(quota=one.each.quota)
            found, away = windows(of_each, one.each, one.each, profiles)
            each = _rows(of_each, found, away, by_day(of_each, one.each))
            return rates.rows(bulk, one, profiles, each)
        found, away = windows(bulk, one, bench, profiles)
        if found.rows or one is versions[-1]:
            frames.append(_rows(bulk, found, away, by_day(bulk, one)))
    return scene.backend.below(frames)


def _rows(bulk: Bulk, found: Windows, away: Away | None, several: Sequence[Bulk]) -> Frame:
    """Return the rows of one version of a quota.

    Args:
        bulk: the quota, and what its judgement rests on.
        found: what is owed in which periods.
        away: who owes less because of leave.
        several: the quota by each of the measures that hold for records of some days.
    """
    of_each = [amounts(one) for one in several]
    if found.finer > 1:
        of_each = [one.divided(found.finer) for one in of_each]
    stated = put_together(of_each)
    _check_size(bulk, stated, found)
    ranges = abreast(several[0], found, stated) if len(several) == 1 else None
    numbers = ranges is None and all(numbered(one, found) for one in several)
    # Small tables are put beside before anything else is done: DuckDB looks through all that was
    # done so far whenever one comes.
    owed = bulk.backend.beside(found.table())
    outcomes = found.outcomes
    told = bulk.backend.beside(outcomes.put_together() if bulk.quota.part else outcomes.told())
    own = () if ranges is None else ranges.asked
    grid = bulk.profiles.keyed(bulk.fields, numbered=numbers, own=own)
    if away is None:
        grid = grid.join(owed, on="_profile", how="inner")
    else:
        grid = away.beside(grid, found, bulk.backend)
        grid = grid.join(owed, on=["_profile", "_place", "_leave"], how="inner")
    limits = grid.select(*GROUP, *found.limits) if found.limits else None
    spans: Mapping[int, Frame] = {}
    if ranges is not None:
        frame = ranges.beside(grid)
    else:
        placed = [place(one, found, numbers=numbers) for one in several]
        if len(placed) == 1:
            read_ = read(placed[0], several[0], stated, found.across, limits)
        else:
            read_ = summed(below(placed, several, of_each), bulk, stated, found.across, limits)
        frame = grid.join(read_.whole, on=list(GROUP), how="left")
        frame, spans = _filled(frame, bulk, read_.parts), read_.spans
    compared = _compared(bulk, spares=found.spares)
    if bulk.quota.part:
        frame = judged(frame, compared, bulk, found, spans, stated.parts)
    else:
        frame = frame.select("_id", *OF_PERIOD, **compared)
    frame = frame.join(told, on="_verdict" if bulk.quota.part else "_situation", how="left")
    return told_of(frame, bulk.quota, "_id")


def _check_size(bulk: Bulk, stated: Amounts | Worths, found: Windows) -> None:
    """Refuse amounts whose sums, compared crosswise, would not fit."""
    owed = [Fraction(row.required or 0) for row in found.rows]
    owed += [Fraction(row.spared.required) for row in found.rows if row.spared is not None]
    most = max(stated.largest, stated.parts) * max(bulk.register.size, 1)
    of_limits = [1 if found.alike else row.parts_of_limits for row in found.rows]
    most *= max(
        (row.parts_of_asked * of for row, of in zip(found.rows, of_limits, strict=True)), default=1
    )
    asked = [ask * row.parts_of_asked * stated.parts for row in found.rows for ask in row.asked]
    most = max([most, *(2 * int(one) for one in asked)])
    crosswise = most * max((amount.denominator for amount in owed), default=1)
    if max(crosswise, most * max((amount.numerator for amount in owed), default=1)) > LARGEST:
        raise refuse("amounts-too-large", f"records.{stated.field or 'bearer'}")


def _filled(frame: Frame, bulk: Bulk, parts: Sequence[str]) -> Frame:
    """Return what was read, and the usual figures where nothing was.

    Args:
        frame: what is owed, and what was read, if anything.
        bulk: the quota.
        parts: the columns of parts.
    """
    empty = {"_low": 0, "_high": 0, "_parts_of": 1, "_open": 0, "_unknown": 0, "_nothing": 0}
    if bulk.quota.measure.way is Way.SHARE:
        empty.update(_high=1, _nothing=1)
    empty.update(dict.fromkeys(parts, 0))
    return frame.with_columns(nw.col(name).fill_null(usual) for name, usual in empty.items())


def _compared(bulk: Bulk, *, spares: bool) -> dict[str, nw.Expr]:
    """Return the figures of the whole, and the ``_situation`` they come to against what is owed.

    Figures are compared crosswise: so many parts of one with so many parts of another.

    Args:
        bulk: the quota.
        spares: whether it is not known of any leave that it is some.
    """
    parts_of, owed_parts = nw.col("_parts_of"), nw.col("_owed_parts")
    value, most = nw.col("_low") * owed_parts, nw.col("_high") * owed_parts
    required = nw.col("_owed") * parts_of
    bound = required.fill_null(0)
    upper = bulk.quota.at_most is not None
    low, high = passes(value, bound, most=upper), passes(most, bound, most=upper)
    doubts = nw.col("_unknown") * UNKNOWN_FACT + nw.col("_nothing") * NOTHING_TO_SHARE
    kind = nw.col("_kind")
    if spares:
        least = nw.col("_spared") * parts_of
        enough = (nw.col("_open") > 0) | (nw.col("_high") * nw.col("_spared_parts") >= least)
        kind = where(enough, nw.col("_kind_spared"), kind)
    number = kind * SITUATIONS + situation(low, high | (nw.col("_open") > 0), doubts)
    figures = {"_value": value, "_required": required, "_denominator": parts_of * owed_parts}
    return {**figures, "_situation": number}
