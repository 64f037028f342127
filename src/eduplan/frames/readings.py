"""Measures over columns: the least and the most they can be for every bearer and period.

Only steps that mean the same on every backend are taken: columns are made first, then grouped with
plain sums and largest values. Amounts are whole numbers in parts of one; there is no division.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import InputError, refuse
from eduplan.exact import Number, exact
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk, of_kinds
from eduplan.frames.capping import (
    PERIOD,
    Cutter,
    added,
    check_apart,
    cut_each,
    doubt,
    kept,
    levels,
    split,
    told_apart,
)
from eduplan.frames.columns import WHOLE, Columns, Sort, flag, lookup, mark, where, whole
from eduplan.frames.placing import Placed
from eduplan.frames.portions import GROUP, Sums, spread, tally
from eduplan.frames.profiles import BEARER
from eduplan.frames.tariffs import Worths, worths
from eduplan.frames.truths import Sieve
from eduplan.measures import Per, Way
from eduplan.selectors import EVERYTHING, Selector

READING = ("_low", "_high", "_parts_of", "_open", "_unknown", "_nothing")
"""Columns of a reading: least and most, both in parts of one, how many parts make one, and whether
there is no most, facts are missing, there is nothing to share."""


@attrs.frozen(eq=False)
class Amounts:
    """How much every record counts for, as whole numbers in parts of one.

    Args:
        parts: how many parts make one.
        largest: the largest amount, in parts.
        table: for amounts that are no whole numbers, each with its parts.
        field: the column, empty where every record counts for one.
    """

    parts: int
    largest: int
    table: tuple[pa.Array, Sequence[int]] | None
    field: str

    def add(self, frame: Frame, bulk: Bulk) -> Frame:
        """Return records with what they count for.

        Returns:
            Columns ``_least`` and ``_amount``, the least and the most a record counts for,
            ``_unstated`` where there is no most, and ``_doubt`` where facts are missing.
        """
        frame = self._stated(frame, bulk)
        return frame.with_columns(_least=nw.col("_amount"), _doubt=nw.col("_unstated"))

    def _stated(self, frame: Frame, bulk: Bulk) -> Frame:
        if not self.field:
            return frame.with_columns(_amount=whole(self.parts), _unstated=whole(0))
        if self.field not in bulk.register.sorts:
            return frame.with_columns(_amount=whole(0), _unstated=whole(1))
        if self.table is None:
            amount = nw.col(self.field)
            if self.parts != 1:
                amount = amount * self.parts
        else:
            array, numbers = self.table
            made = {"_looked_up": pa.array(numbers, pa.int64())}
            frame = lookup(frame, bulk.backend, {self.field: array}, made)
            amount = nw.col("_looked_up")
        return frame.with_columns(_amount=amount.fill_null(0), _unstated=flag(amount.is_null()))


def amounts(bulk: Bulk) -> Amounts | Worths:
    """Return how much the records of a quota count for.

    Raises:
        InputError: amounts that are no numbers, or below zero.
    """
    measure, records = bulk.quota.measure, bulk.register
    if measure.way is Way.CREDITS:
        return worths(bulk)
    caps = lcm(1, *(bound.denominator for bound in bulk.bounds))
    field = measure.field if measure.way in (Way.SUM, Way.SHARE) else ""
    if field not in records.sorts:
        return Amounts(caps, caps, None, field)
    sort = records.sorts[field]
    if sort in (Sort.FLAG, Sort.DAY):
        raise refuse("amounts-not-numbers", f"records.{field}")
    if sort is Sort.WHOLE:
        ends = records.frame.filter(of_kinds(measure.kinds)).select(
            nw.col(field).min().alias("least"), nw.col(field).max().alias("most")
        )
        least, most = ends.collect().row(0)
        _not_negative(field, least)
        return Amounts(caps, caps * int(most or 0), None, field)
    array, values = records.values(field)
    numbers = [_exact(field, value) for value in values]
    parts = lcm(caps, *(number.denominator for number in numbers))
    scaled = [int(number * parts) for number in numbers]
    _not_negative(field, min(scaled, default=0))
    return Amounts(parts, max(scaled, default=0), (array, scaled), field)


def _exact(field: str, value: Any) -> Number:
    try:
        return exact(value)
    except InputError:
        raise refuse("amounts-not-numbers", f"records.{field}") from None


def _not_negative(field: str, least: Any) -> None:
    if least is not None and least < 0:
        raise refuse("amounts-negative", f"records.{field}")


class Readings(NamedTuple):
    """What a measure finds, one row for every bearer and period with records.

    Attributes:
        whole: columns ``_bearer``, ``_place``, those of `READING`, and the sums of parts.
        parts: the names of the latter.
        spans: of parts with many spans, the sums in each.
    """

    whole: Frame
    parts: tuple[str, ...] = ()
    spans: Mapping[int, Frame] = {}


def read(
    placed: Placed,
    bulk: Bulk,
    stated: Amounts | Worths,
    across: Mapping[int, int],
    limits: Frame | None = None,
) -> Readings:
    """Return what the measure of a quota finds, one row for every bearer and period with records.

    Args:
        placed: records of the measure's kinds in its periods.
        bulk: the quota, and what its judgement rests on.
        stated: how much the records count for.
        across: how many spans the parts have that are judged side by side.
        limits: by bearer and period, what caps allow that are a share of what is owed.
    """
    measure, sieve, frame = bulk.quota.measure, bulk.sieve, placed.frame
    if measure.where == EVERYTHING:
        frame = frame.with_columns(_sure=whole(1), _maybe=whole(0))
    else:
        frame = sieve.sift(frame, measure.where)
    if measure.way is Way.DISTINCT:
        return Readings(_distinct(frame, measure.field, bulk.register))
    if measure.way is Way.DAYS:
        return Readings(_days(frame))
    frame = stated.add(frame, bulk)
    if measure.way is Way.SHARE:
        return Readings(_share(frame, measure.part, sieve))
    return _sums(placed._replace(frame=frame), bulk, stated.parts, across, limits)


def _finish(frame: Frame, *kept: str, **made: nw.Expr) -> Frame:
    """Return a reading: what was made, the usual value for what was not, and what is kept."""
    usual = {
        "_parts_of": whole(1),
        "_open": whole(0),
        "_unknown": whole(0),
        "_nothing": whole(0),
    }
    made = {**usual, **made}
    return frame.select(*GROUP, *kept, *(made[name].cast(WHOLE).alias(name) for name in READING))


def _distinct(frame: Frame, field: str, records: Columns) -> Frame:
    """Count what is named; a record that names nothing may name something not yet named."""
    if field not in records.sorts:
        frame = frame.with_columns(nw.lit(None, nw.String).alias(field))
    frame = frame.with_columns(_silent=flag(nw.col(field).is_null()))
    named = frame.group_by(*GROUP, field).agg(
        nw.col("_sure").max(), nw.col("_maybe").max(), nw.col("_silent").sum()
    )
    named = named.with_columns(_named=flag(nw.col("_silent") == 0))
    named = named.with_columns(_sure_named=nw.col("_sure") * nw.col("_named"))
    found = named.group_by(*GROUP).agg(
        nw.col("_sure_named").sum(),
        nw.col("_named").sum(),
        nw.col("_maybe").max(),
        nw.col("_silent").sum(),
    )
    silent = nw.col("_silent")
    return _finish(
        found,
        _low=nw.col("_sure_named"),
        _high=nw.col("_named") + silent,
        _unknown=flag((nw.col("_maybe") + silent) > 0),
    )


def _days(frame: Frame) -> Frame:
    """Count the days on which something took place."""
    daily = frame.group_by(*GROUP, "_day").agg(nw.col("_sure").max(), nw.col("_maybe").max())
    daily = daily.with_columns(_one=whole(1))
    found = daily.group_by(*GROUP).agg(
        nw.col("_sure").sum(), nw.col("_one").sum(), nw.col("_maybe").max()
    )
    return _finish(found, _low=nw.col("_sure"), _high=nw.col("_one"), _unknown=nw.col("_maybe"))


def _share(frame: Frame, part: Selector, sieve: Sieve) -> Frame:
    """Take the share of what lies in the part; what is unknown is tried both ways."""
    frame, inside = sieve.apply(frame, part)
    sure, amount = nw.col("_sure"), nw.col("_amount")
    frame = frame.with_columns(
        _inside=sure * flag(inside.true), _unclear=sure * flag(inside.unknown)
    )
    frame = frame.with_columns(
        _least=nw.col("_inside") * amount,
        _most=(nw.col("_inside") + nw.col("_unclear") + nw.col("_maybe")) * amount,
    )
    found = frame.group_by(*GROUP).agg(
        nw.col("_least").sum(),
        nw.col("_most").sum(),
        nw.col("_amount").sum(),
        nw.col("_unstated").max(),
        nw.col("_maybe").max(),
        nw.col("_unclear").max(),
    )
    stated, base = nw.col("_unstated") == 0, nw.col("_amount")
    found = found.with_columns(_empty=flag(stated & (base == 0)))
    found = found.with_columns(_told=flag(stated) - nw.col("_empty"))
    told = nw.col("_told")
    doubts = nw.col("_unstated") + nw.col("_maybe") + nw.col("_unclear")
    return _finish(
        found,
        _low=told * nw.col("_least"),
        _high=told * nw.col("_most") + (1 - told),
        _parts_of=told * base + (1 - told),
        _unknown=flag(doubts > 0),
        _nothing=nw.col("_empty"),
    )


def _sums(
    placed: Placed, bulk: Bulk, parts: int, across: Mapping[int, int], limits: Frame | None
) -> Readings:
    """Add up amounts, capped: what is sure at the least, and with what is doubtful at the most.

    Records are added up once, by all that tells them apart; everything else is made of these sums.
    """
    quota, sieve = bulk.quota, bulk.sieve
    caps = quota.measure.caps
    frame = placed.frame.with_columns(
        _low=where(nw.col("_sure") > 0, nw.col("_least")),
        _high=nw.col("_amount"),
        _unknown=mark((nw.col("_maybe") > 0) | (nw.col("_doubt") > 0)),
        _unstated=mark(nw.col("_unstated") > 0),
    )
    scopes: list[Selector] = []
    sorts = bulk.register.sorts
    for cap in caps:
        frame, truth = sieve.apply(frame, cap.where)
        if (unclear := doubt(cap, truth, sorts)) is not None:
            unclear_of = unclear & (nw.col("_sure") > 0)
            frame = frame.with_columns(_unknown=mark((nw.col("_unknown") > 0) | unclear_of))
        if cap.per is Per.RECORD:
            frame = cut_each(frame, cap, parts, truth)
        elif cap.where != EVERYTHING and cap.where not in scopes:
            scopes.append(cap.where)
            frame = frame.with_columns(
                flag(~truth.false).alias(f"_held_{len(scopes)}"),
                flag(truth.true).alias(f"_sure_held_{len(scopes)}"),
            )
    if len(scopes) > 1:
        check_apart(frame, len(scopes))
    sums = Sums(largest=("_unknown", "_unstated"))
    if quota.part:
        frame, tallied = tally(frame, quota, sieve)
        sums += tallied
    frame, low, high = split(frame, scopes)
    cutter, several, each = Cutter(caps, scopes, parts), levels(caps), told_apart(caps, sorts)
    by = (*placed.by, *each)
    for place, level in enumerate(several or [None]):
        frame = (sums + Sums((*low, *high))).of(frame, (BEARER, *by))
        if placed.slots is not None and place == 0:
            frame = frame.join(bulk.backend.beside(placed.slots), on="_slot", how="inner")
            by = (*(name for name in placed.slots.column_names if name != "_slot"), *each)
        frame, low, high = cutter.cut(frame, low, high, level)
        by = kept(by, caps, level)
    part_sums = Sums()
    spans: Mapping[int, Frame] = {}
    if quota.part:
        frame, part_sums, spans = spread(frame, quota, across, added(low), added(high))
    if by != ("_place",) or several:
        whole_ = Sums((*low, *high), ("_unknown", "_unstated")) + part_sums
        frame = whole_.of(frame, GROUP)
    if cutter.shares and limits is not None:
        frame = frame.join(limits, on=list(GROUP), how="inner")
    frame = cutter.scaled(frame, (*low, *high))
    frame, low, high = cutter.cut(frame, low, high, PERIOD)
    ceiling, unstated, all_told = cutter.ceiling(), nw.col("_unstated"), added(high)
    if ceiling is not None:
        all_told = nw.when(unstated > 0).then(ceiling).otherwise(all_told)
    names = (*part_sums.added, *part_sums.largest)
    found = _finish(
        frame,
        *names,
        _low=added(low),
        _high=all_told,
        _parts_of=cutter.parts_of,
        _open=unstated if ceiling is None else whole(0),
        _unknown=nw.col("_unknown"),
    )
    return Readings(found, names, spans)
