"""Limits applied record by record: thresholds, the worthiest records, and caps in their order.

Where sums alone do not tell what is left, every record is held against the others of its bearer and
period, at its least and at its most, as the reference does. What comes before it is added up in the
order of days, and on the same day of ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Fault, NotPortable
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.bulk import Bulk, bucket, of_kinds
from eduplan.frames.capping import left_by, most
from eduplan.frames.columns import WHOLE, Sort, count, flag, where, whole
from eduplan.frames.portions import GROUP
from eduplan.frames.profiles import check_ids
from eduplan.frames.truths import Truth
from eduplan.measures import Cap, Per, Threshold
from eduplan.selectors import EVERYTHING, Selector

_LOW, _HIGH = nw.col("_low"), nw.col("_high")
_LOW_ALONE, _HIGH_ALONE = nw.col("_low_alone"), nw.col("_high_alone")
_UNSTATED = nw.col("_unstated") > 0

_BLANK = {
    Sort.TEXT: nw.lit("", dtype=nw.String),
    Sort.FLAG: nw.lit(value=False),
    Sort.DAY: nw.lit(date(1, 1, 1), dtype=nw.Date),
}
"""Stands for what is absent, which is told apart besides; 0 for numbers."""

_ORDERED = (("B", "a"), ("-b", "a"), ("Z", "é"), ("a b", "ab"))
"""Texts in their order where they are compared sign by sign; no language orders them so."""


def reached(frame: Frame, bulk: Bulk, rule: Threshold, truth: Truth, parts: int) -> Frame:
    """Return records with nothing for those whose threshold is not reached.

    At the least only what surely belongs together counts, at the most what perhaps does too.

    Args:
        frame: records with where they count, and what they count for.
        bulk: the quota, and what its judgement rests on.
        rule: so much has to come together.
        truth: whether it holds for a record.
        parts: how many parts of one amounts are counted in.
    """
    frame, apart, silent = _told_apart(frame, bulk, rule.each)
    frame = frame.with_columns(
        _fits=flag(truth.true & ~silent), _stray=flag(~truth.false & ~(truth.true & ~silent))
    )
    fits, stray = nw.col("_fits") > 0, nw.col("_stray") > 0
    frame = frame.with_columns(
        _low_in=where(fits, _LOW),
        _high_in=where(fits, _HIGH),
        _open_in=where(fits, nw.col("_unstated")),
        _high_stray=where(stray, _HIGH),
        _open_stray=where(stray, nw.col("_unstated")),
    )
    own = (*GROUP, *apart)
    within = {"_low_in": own, "_high_in": own, "_open_in": own}
    within |= {"_high_stray": GROUP, "_open_stray": GROUP}
    frame = frame.with_columns(_all_of(name, by).alias(name) for name, by in within.items())
    bound = int(rule.at_least * parts)
    known = nw.col("_open_in") + nw.col("_open_stray") == 0
    short = nw.col("_high_in") + nw.col("_high_stray") < bound
    return frame.with_columns(
        _low=where(stray | (fits & (nw.col("_low_in") < bound)), whole(0), _LOW),
        _high=where(fits & known & short, whole(0), _HIGH),
    )


def limited(
    frame: Frame,
    bulk: Bulk,
    told: Mapping[Selector, Truth],
    parts: int,
    finer: int,
) -> tuple[Frame, bool]:
    """Return records with what caps leave of what they count for.

    Where something is not known of records, it is told as well what each is left by itself, in
    ``_low_alone`` and ``_high_alone``, and that it is: parts are added up of that.

    Args:
        frame: records with where they count, what they count for, and the limits of caps that are a
            share of what is owed, below zero where that is not known.
        bulk: the quota, and what its judgement rests on.
        told: whether records fit the selectors of caps.
        parts: how many parts of one amounts are counted in.
        finer: how many parts of one the limits of such caps are counted in.
    """
    measure = bulk.quota.measure
    if best := [cap for cap in measure.caps if cap.best is not None]:
        frame = frame.with_columns(_surely=whole(0), _perhaps=whole(0))
        for cap in best:
            frame = _outdone(frame, bulk, cap, told[cap.where])
        surely = nw.col("_surely") > 0
        frame = frame.with_columns(
            _low=where(surely | (nw.col("_perhaps") > 0), whole(0), _LOW),
            _high=where(surely, whole(0), _HIGH),
        )
    limits: list[tuple[Cap, nw.Expr]] = []
    for index, cap in enumerate(measure.caps):
        if cap.best is None:
            at_most = whole(int(most(cap) * parts))
            if cap.share is not None:
                at_most = nw.col(f"_limit_{index}") * (parts // finer)
            limits.append((cap, at_most))
    ranges = [cap for cap, _ in limits if cap.per is not Per.RECORD]
    alone = bool(bulk.quota.part and ranges) and _doubtful(frame, limits, told)
    if alone:
        frame = frame.with_columns(_low_alone=_LOW, _high_alone=_HIGH, _open_alone=flag(_UNSTATED))
        for cap, at_most in limits:
            frame = _left_alone(frame, bulk, cap, told[cap.where], at_most)
    for cap, at_most in limits:
        frame = _cut(frame, bulk, cap, told[cap.where], at_most)
    if alone:
        frame = frame.with_columns(
            _low_alone=where(_LOW < _LOW_ALONE, _LOW, _LOW_ALONE),
            _high_alone=where(_HIGH > _HIGH_ALONE, _HIGH, _HIGH_ALONE),
        )
    return frame, alone


def _doubtful(
    frame: Frame, limits: Sequence[tuple[Cap, nw.Expr]], told: Mapping[Selector, Truth]
) -> bool:
    """Say whether of some record it is not known how much of it counts."""
    doubts = [told[cap.where].unknown for cap, _ in limits if cap.where != EVERYTHING]
    doubts += [at_most < 0 for cap, at_most in limits if cap.share is not None]
    doubtful = reduce(or_, doubts, (_LOW != _HIGH) | _UNSTATED)
    return count(frame.filter(doubtful)) > 0


def _left_alone(frame: Frame, bulk: Bulk, cap: Cap, truth: Truth, at_most: nw.Expr) -> Frame:
    """Note what a cap leaves of each record by itself, whatever the others turn out to be.

    At the least all that perhaps stands before it takes as much room as it may, at the most only
    what surely does, and as little.
    """
    frame, apart, _ = _told_apart(frame, bulk, cap.each)
    own = (*GROUP, *_range(cap), *apart)
    least, largest = left_by(cap, at_most)
    may, surely = ~truth.false, truth.true if cap.share is None else truth.true & (at_most >= 0)
    open_ = nw.col("_open_alone") > 0
    taken = where(open_ | (least < _HIGH_ALONE), least, _HIGH_ALONE)
    made = {}
    for name, holds, limit, held, beyond in (
        ("_low_alone", may, least, taken, nw.lit(value=False)),
        ("_high_alone", surely, largest, _LOW_ALONE, open_),
    ):
        frame = frame.with_columns(_held=where(holds, held), _left=limit)
        if cap.per is not Per.RECORD:
            frame = _running(frame, "_held", own, ("_day", "id"), bulk.backend)
            frame = frame.with_columns(_left=nw.col("_left") - nw.col("_so_far") + nw.col("_held"))
        left = where(nw.col("_left") > 0, nw.col("_left"))
        made[name] = f"_left_of{name}"
        frame = frame.with_columns(
            where(holds & (beyond | (nw.col(name) > left)), left, nw.col(name)).alias(made[name])
        )
    return frame.with_columns(
        *(nw.col(one).alias(name) for name, one in made.items()),
        _open_alone=flag(open_ & ~surely),
    )


def check_order(bulk: Bulk) -> None:
    """Refuse records of which it is not known which comes first.

    Raises:
        InputError: records without an id, or ids that stand more than once.
        NotPortable: texts are not compared sign by sign where the records lie.
    """
    check_ids(bulk.register.frame.filter(of_kinds(bulk.quota.measure.kinds)), "records")
    one, other = (pa.array([pair[side] for pair in _ORDERED], pa.string()) for side in (0, 1))
    pairs = bulk.backend.beside(pa.table({"_one": one, "_other": other}))
    if count(pairs.filter(nw.col("_one") < nw.col("_other"))) < len(_ORDERED):
        raise NotPortable([Fault("not-portable-order", bulk.quota.id)])


def _outdone(frame: Frame, bulk: Bulk, cap: Cap, truth: Truth) -> Frame:
    """Note which records worthier ones keep from counting: surely, or perhaps.

    Which is worthier is not known while an amount, or where a record belongs, is not.
    """
    frame, apart, silent = _told_apart(frame, bulk, cap.each)
    here = ~truth.false & (nw.col("_surely") == 0)
    stray = here & (truth.unknown | silent)
    vague = (nw.col("_perhaps") > 0) | (_LOW != _HIGH) | _UNSTATED
    frame = frame.with_columns(
        _fits=flag(here & ~stray),
        _stray=flag(stray),
        _vague=flag(here & ~stray & vague),
        _less=whole(0) - _LOW,
    )
    own = (*GROUP, *_range(cap), *apart)
    frame = _running(frame, "_fits", own, ("_less", "_day", "id"), bulk.backend)
    fits, strays = nw.col("_fits") > 0, nw.col("_strays")
    frame = frame.with_columns(
        _members=_all_of("_fits", own),
        _vague=_all_of("_vague", own),
        _strays=_all_of("_stray", GROUP),
    )
    frame = frame.with_columns(_most_members=where(fits, nw.col("_members")))
    frame = frame.with_columns(_most_members=nw.col("_most_members").max().over(*GROUP))
    kept = cap.best or 0
    known = (strays == 0) & (nw.col("_vague") == 0)
    crowded = fits & (nw.col("_members") + strays > kept)
    astray = (nw.col("_stray") > 0) & (nw.col("_most_members") + strays > kept)
    return frame.with_columns(
        _surely=flag((nw.col("_surely") > 0) | (fits & known & (nw.col("_so_far") > kept))),
        _perhaps=flag((nw.col("_perhaps") > 0) | (crowded & ~known) | astray),
    )


def _cut(frame: Frame, bulk: Bulk, cap: Cap, truth: Truth, at_most: nw.Expr) -> Frame:
    """Cut what records count for by a cap, the latest first; at the least a doubtful cap holds."""
    frame, apart, _ = _told_apart(frame, bulk, cap.each)
    own = (*GROUP, *_range(cap), *apart)
    least, largest = left_by(cap, at_most)
    for name, holds, limit in (("_low", ~truth.false, least), ("_high", truth.true, largest)):
        frame = frame.with_columns(_held=where(holds, nw.col(name)), _left=limit)
        if cap.per is not Per.RECORD:
            frame = _running(frame, "_held", own, ("_day", "id"), bulk.backend)
            frame = frame.with_columns(_left=nw.col("_left") - nw.col("_so_far") + nw.col("_held"))
        left = nw.col("_left")
        left = where(left > 0, left)
        frame = frame.with_columns(
            where(holds & (nw.col(name) > left), left, nw.col(name)).alias(name)
        )
    return frame


def _range(cap: Cap) -> tuple[str, ...]:
    """Return the column that tells within what a cap holds, none where that is a whole period."""
    if cap.per is Per.RECORD:
        return ("id",)
    return () if cap.per is Per.PERIOD else (bucket(cap.per),)


def _told_apart(frame: Frame, bulk: Bulk, each: str) -> tuple[Frame, Sequence[str], nw.Expr]:
    """Return records with what tells them apart, the columns of it, and where it is not stated."""
    if not each:
        return frame, (), nw.lit(value=False)
    sort = bulk.register.sorts.get(each)
    if sort is None:
        return frame, (), nw.lit(value=True)
    frame = frame.with_columns(
        _silent=flag(nw.col(each).is_null()),
        _each=nw.col(each).fill_null(_BLANK.get(sort, 0)),
    )
    return frame, ("_silent", "_each"), nw.col("_silent") > 0


def _all_of(name: str, by: Sequence[str]) -> nw.Expr:
    """Return the sum of a column over all records that are alike in others."""
    return nw.col(name).sum().over(*by).cast(WHOLE)


def _running(
    frame: Frame, name: str, by: Sequence[str], order: Sequence[str], backend: Backend
) -> Frame:
    """Return records with ``_so_far``: the sum of a column up to each among those that are alike.

    Args:
        frame: the records.
        name: the column, nowhere below zero.
        by: the columns in which they are alike.
        order: the columns that tell which comes first.
        backend: where they lie.
    """
    if backend.runs:
        sum_ = nw.col(name).cum_sum().over(*by, order_by=order)
        return frame.with_columns(_so_far=sum_.cast(WHOLE))
    # All in one go, less what came before the first that is alike.
    frame = frame.with_columns(_so_far=nw.col(name).cum_sum().over(order_by=[*by, *order]))
    frame = frame.with_columns(_before=nw.col("_so_far") - nw.col(name))
    frame = frame.with_columns(_before=nw.col("_before").min().over(*by))
    return frame.with_columns(_so_far=nw.col("_so_far") - nw.col("_before"))
