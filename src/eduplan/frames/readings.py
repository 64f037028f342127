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
from eduplan.frames.bulk import Bulk, limits_of, of_kinds, recognised
from eduplan.frames.capping import (
    Cutter,
    added,
    check_apart,
    check_named,
    cut_each,
    doubt,
    kept,
    levels,
    split,
    told_apart,
)
from eduplan.frames.columns import (
    WHOLE,
    Columns,
    Sort,
    as_wholes,
    ends,
    flag,
    lookup,
    where,
    whole,
)
from eduplan.frames.grouping import Figures, Grouping, columns_of
from eduplan.frames.limits import limited, reached
from eduplan.frames.placing import Placed
from eduplan.frames.portions import GROUP, Reckoned, spread, tally
from eduplan.frames.profiles import BEARER
from eduplan.frames.ranges import PERIOD, in_order
from eduplan.frames.tariffs import Worths, worths
from eduplan.frames.things import counted, with_names
from eduplan.frames.truths import Sieve, Told, Truth
from eduplan.measures import Per, Way
from eduplan.selectors import EVERYTHING, Selector

READING = ("_low", "_high", "_parts_of", "_open", "_unknown", "_nothing")
"""Columns of a reading: least and most, both in parts of one, how many parts make one, and whether
there is no most, facts are missing, there is nothing to share."""


_USUAL = 10_000
"""Larger amounts are looked up once more among the records that count alone."""


@attrs.frozen(eq=False)
class Amounts:
    """How much every record counts for, as whole numbers in parts of one.

    Args:
        parts: how many parts make one.
        largest: the largest amount, in parts.
        table: for amounts that are no whole numbers, each with its parts.
        field: the column, empty where every record counts for one.
        finer: where caps have to be applied record by record, how many parts of one those are
            counted in that are a share of what is owed; 0 where sums are enough.
    """

    parts: int
    largest: int
    table: tuple[pa.Array, Sequence[int]] | None
    field: str
    finer: int = 0

    def divided(self, finer: int) -> Amounts:
        """Return them as they are where caps have to be applied record by record.

        Args:
            finer: how many parts of one the caps are counted in that are a share of what is owed.
        """
        table = self.table and (self.table[0], [number * finer for number in self.table[1]])
        return Amounts(self.parts * finer, self.largest * finer, table, self.field, finer)

    def add(self, frame: Frame, bulk: Bulk, told: Told = flag) -> Frame:
        """Return records with what they count for.

        Args:
            frame: the records.
            bulk: the quota, and what its judgement rests on.
            told: makes a number of a truth.

        Returns:
            Columns ``_least`` and ``_amount``, the least and the most a record counts for,
            ``_unstated`` where there is no most, and ``_doubt`` where facts are missing.
        """
        amount, unstated = whole(self.parts), whole(0)
        if self.field and self.field not in bulk.register.sorts:
            amount, unstated = whole(0), whole(1)
        elif self.field:
            stated = nw.col(self.field)
            if self.table is not None:
                array, numbers = self.table
                made = {"_looked_up": as_wholes(numbers)}
                frame = lookup(frame, bulk.backend, {self.field: array}, made)
                stated = nw.col("_looked_up")
            amount, unstated = stated.fill_null(0), told(stated.is_null())
            if self.table is None and self.parts != 1:
                amount = amount * self.parts
        return frame.with_columns(
            _least=amount, _amount=amount, _unstated=unstated, _doubt=unstated
        )


def amounts(bulk: Bulk) -> Amounts | Worths:
    """Return how much the records of a quota count for.

    Raises:
        InputError: amounts that are no numbers, or below zero.
    """
    stated = worths(bulk) if bulk.quota.measure.way is Way.CREDITS else _stated(bulk)
    return stated.divided(1) if in_order(bulk.quota) else stated


def _stated(bulk: Bulk) -> Amounts:
    """Return how much records count for that are counted, or whose amounts are added up."""
    measure, records = bulk.quota.measure, bulk.register
    caps = lcm(1, *(bound.denominator for bound in bulk.bounds))
    field = measure.field if measure.way in (Way.SUM, Way.SHARE) else ""
    if field not in records.sorts:
        return Amounts(caps, caps, None, field)
    sort = records.sorts[field]
    if sort in (Sort.FLAG, Sort.DAY):
        raise refuse("amounts-not-numbers", f"records.{field}")
    if sort is Sort.WHOLE:
        least, most = records.survey.ends[field]
        if (least or 0) < 0 or (most or 0) > _USUAL:  # perhaps of records of other kinds
            of_these = records.frame.filter(of_kinds(measure.kinds))
            least, most = ends(of_these, field)
        _not_negative(field, least)
        return Amounts(caps, caps * int(most or 0), None, field)
    try:
        array, numbers = _numbers(records, field)
    except InputError:  # perhaps of records of other kinds
        of_these = records.frame.filter(of_kinds(measure.kinds))
        array, numbers = _numbers(attrs.evolve(records, frame=of_these), field)
    parts = lcm(caps, *(number.denominator for number in numbers))
    scaled = [int(number * parts) for number in numbers]
    return Amounts(parts, max(scaled, default=0), (array, scaled), field)


def _numbers(records: Columns, field: str) -> tuple[pa.Array, list[Number]]:
    """Return the different amounts in a column, and the same as numbers."""
    array, values = records.values(field)
    numbers = [_exact(field, value) for value in values]
    _not_negative(field, min(numbers, default=0))
    return array, numbers


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
    measure = bulk.quota.measure
    if measure.way is Way.DISTINCT:
        return Readings(_distinct(sifted(placed, bulk), measure.field, bulk.register))
    if measure.way is Way.DAYS:
        return Readings(_days(sifted(placed, bulk)))
    frame = weighed(placed, bulk, stated)
    if measure.way is Way.SHARE:
        return Readings(_share(frame, measure.part, bulk.sieve))
    return summed(placed._replace(frame=frame), bulk, stated, across, limits)


def weighed(placed: Placed, bulk: Bulk, stated: Amounts | Worths) -> Frame:
    """Return the records that count or may count, with how much each counts for.

    Returns:
        Columns ``_sure`` and ``_maybe``, and those that `Amounts.add` makes.
    """
    return stated.add(sifted(placed, bulk), bulk)


def sifted(placed: Placed, bulk: Bulk, told: Told = flag) -> Frame:
    """Return the records that count or may count, with ``_sure`` and ``_maybe``.

    Args:
        placed: the records in their periods.
        bulk: the quota, and what its judgement rests on.
        told: makes a number of a truth.
    """
    where_, rule = bulk.quota.measure.where, recognised(bulk.quota)
    if where_ == EVERYTHING:
        frame = placed.frame.with_columns(_sure=whole(1), _maybe=whole(0))
    else:
        frame = bulk.sieve.sift(placed.frame, where_, sifted=placed.sifted, told=told)
    if rule is None:
        return frame
    frame, counts = bulk.sieve.apply(frame, rule)
    early = nw.col("_early") > 0
    unclear = early & counts.unknown
    return frame.filter(~(early & counts.false)).with_columns(
        _hangs=flag(unclear & (nw.col("_maybe") == 0)),
        _sure=where(unclear, whole(0), nw.col("_sure")),
        _maybe=where(unclear, whole(1), nw.col("_maybe")),
    )


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


def figures_of(
    placed: Placed, bulk: Bulk, stated: Amounts | Worths, limits: Frame | None
) -> tuple[Frame, Mapping[Selector, Truth], Figures, Figures, Cutter]:
    """Return what records come to: for the whole, by the scopes of caps, and for parts.

    Returns:
        Records, the truths that are needed of them, the figures of the whole, those of its parts,
        and what cuts the first by caps.
    """
    quota, sorts = bulk.quota, bulk.register.sorts
    caps, thresholds = quota.measure.caps, quota.measure.thresholds
    of_parts = [one for part in quota.part for one in (part.where, part.within) if one is not None]
    frame, told = bulk.sieve.tell(
        placed.frame,
        (*(limit.where for limit in limits_of(quota.measure)), *of_parts),
        _low=where(nw.col("_sure") > 0, nw.col("_least")),
        _high=nw.col("_amount"),
    )
    check_named(frame, caps, told, sorts)
    unknown = (nw.col("_maybe") > 0) | (nw.col("_doubt") > 0)
    scopes: list[Selector] = []
    for limit in limits_of(quota.measure):
        if (unclear := doubt(limit, told[limit.where], sorts)) is not None:
            unknown = unknown | (unclear & (nw.col("_sure") > 0))
    finer, alone = stated.finer, False
    frame = with_names(frame, quota, bulk.register)
    if finer or thresholds or any(part.distinct for part in quota.part):
        frame, _ = placed.told(frame, bulk)
    for threshold in thresholds:
        frame = reached(frame, bulk, threshold, told[threshold.where], stated.parts)
    if finer:
        if limits is not None and any(cap.share is not None for cap in caps):
            frame = frame.join(limits, on=list(GROUP), how="inner")
        frame, alone = limited(frame, bulk, told, stated.parts, finer)
    for cap in caps if not finer else ():
        truth = told[cap.where]
        if cap.per is Per.RECORD:
            frame = cut_each(frame, cap, stated.parts, truth)
        elif cap.where != EVERYTHING and cap.where not in scopes:
            scopes.append(cap.where)
    truths = [told[scope] for scope in scopes]
    if len(scopes) > 1:
        check_apart(frame, truths)
    amount = Reckoned(nw.col("_low"), nw.col("_high"), nw.col("_unstated") > 0)
    tallied = Figures({})
    if quota.part:
        each = amount
        if alone:
            each = Reckoned(nw.col("_low_alone"), nw.col("_high_alone"), amount.open)
        tallied, rest, unknown = tally(quota, told, each, unknown)
        amount = rest if any(part.beside for part in quota.part) else amount
    lows = split("_low", amount.low, [~truth.false for truth in truths])
    highs = split("_high", amount.high, [truth.true for truth in truths])
    figures = Figures({**lows, **highs}, {"_unknown": unknown, "_unstated": amount.open})
    cutter = Cutter(caps, scopes, stated.parts, tuple(lows), tuple(highs), finer)
    return frame, told, figures, tallied, cutter


def summed(
    placed: Placed,
    bulk: Bulk,
    stated: Amounts | Worths,
    across: Mapping[int, int],
    limits: Frame | None,
) -> Readings:
    """Add up amounts, capped: what is sure at the least, and with what is doubtful at the most.

    Records are added up once, by all that tells them apart; everything else is made of these sums.

    Args:
        placed: the records in their periods, with how much each counts for.
        bulk: the quota, and what its judgement rests on.
        stated: in what parts of one amounts are counted, and the largest.
        across: how many spans the parts have that are judged side by side.
        limits: by bearer and period, what caps allow that are a share of what is owed.
    """
    quota, rows = bulk.quota, max(bulk.register.size, 1)
    grouping = Grouping(bulk.backend, max(stated.largest, stated.parts) * rows, rows, placed.sizes)
    frame, told, figures, tallied, cutter = figures_of(placed, bulk, stated, limits)
    things = counted(frame, quota, told, across, bulk.register)
    caps, low, high = cutter.open, cutter.low, cutter.high
    several, each = levels(caps), told_apart(caps, bulk.register.sorts)
    frame = grouping.of(frame, (BEARER, *placed.by, *each), figures | tallied)
    figures, tallied = figures.again(), tallied.again()
    if placed.slots is not None and not each:  # of every bearer, a row for each at the most
        grouping = grouping._replace(rows=placed.slots.num_rows)
    frame, by = placed.told(frame, bulk)
    by = (*by, *each)
    for place, level in enumerate(several):
        if place:
            frame = grouping.of(frame, (BEARER, *by), figures | tallied)
        frame, low, high = cutter.cut(frame, low, high, level)
        by = kept(by, caps, level)
        figures = columns_of((*low, *high), tuple(figures.marks))
    of_spans: Mapping[int, Figures] = {}
    if quota.part:
        all_of_it = Reckoned(added(low), added(high), nw.col("_unstated") > 0)
        tallied, of_spans = spread(quota, across, all_of_it)
    spans = things.spans
    for part, of_span in of_spans.items():
        held = f"_span_{part}"
        within = frame.filter(nw.col(held) >= 0).with_columns(nw.col(held).alias("_span"))
        spans[part] = grouping.of(within, (*GROUP, "_span"), of_span)
    if by != ("_place",) or several:
        frame = grouping.of(frame, GROUP, figures | tallied)
    else:
        frame = tallied.beside(frame)
    if cutter.shares and limits is not None:
        frame = frame.join(limits, on=list(GROUP), how="inner")
    frame = cutter.scaled(frame, (*low, *high))
    names = list(tallied.names)
    frame = things.beside(frame, names)
    return Readings(come_to(frame, cutter, low, high, names), tuple(names), spans)


def come_to(
    frame: Frame, cutter: Cutter, low: Sequence[str], high: Sequence[str], names: Sequence[str]
) -> Frame:
    """Return the reading of sums for whole periods, with the caps of these applied.

    Args:
        frame: the sums, one row for every bearer and period.
        cutter: applies the caps.
        low: the columns of what is sure at the least.
        high: those of what is doubtful too.
        names: the sums of parts.
    """
    frame, low, high = cutter.cut(frame, low, high, PERIOD)
    ceiling, unstated, all_told = cutter.ceiling(), nw.col("_unstated"), added(high)
    if ceiling is not None:
        all_told = nw.when(unstated > 0).then(ceiling).otherwise(all_told)
    return _finish(
        frame,
        *names,
        _low=added(low),
        _high=all_told,
        _parts_of=cutter.parts_of,
        _open=unstated if ceiling is None else whole(0),
        _unknown=nw.col("_unknown"),
    )
