"""Parts of quotas whose mean or total of a group is judged: the figures of members, added up.

A mean is held against a bound by as many times the bound as there are members. What follows is put
together as for single bearers, but for groups of which it is not known who belongs to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import narwhals.stable.v2 as nw

from eduplan.exact import Number
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk
from eduplan.frames.columns import flag, where, whole
from eduplan.frames.outcomes import (
    NOTHING_TO_SHARE,
    RANKS,
    UNKNOWN_FACT,
    Outcome,
    Outcomes,
    always,
    by_situation,
)
from eduplan.frames.pool import Pool
from eduplan.frames.portions import judged
from eduplan.frames.profiles import NAMED
from eduplan.frames.windows import SET, Window, Windows, exclusive_sets
from eduplan.provisions import Docket, Quota
from eduplan.provisions.bounds import Bound
from eduplan.provisions.provision import View
from eduplan.provisions.quota import Over
from eduplan.verdicts import Status

_DOUBTS = {UNKNOWN_FACT: "members-undetermined", NOTHING_TO_SHARE: "nothing-to-share"}
_OF_GROUPS = ("bearer-fact", "members-undetermined", "partial-policy")
_UNDETERMINED = RANKS.index(Status.UNDETERMINED)


def kinds_of(quota: Quota, seen: View, docket: Docket, outcomes: Outcomes) -> tuple[int, ...]:
    """Return how the parts of a quota are judged in a period, and after them all their sets."""
    outcomes.kind(always(Outcome(Status.UNDETERMINED, _OF_GROUPS)))  # so that all codes are there
    bounds = [Bound(0, portion.most, portion.within is None) for portion in quota.part]
    found = [
        by_situation(bound, seen, docket, quota.measure.kinds, _DOUBTS)
        for bound in (*bounds, Bound(0, False, True))
    ]
    return tuple(outcomes.kind(one) for one in found)


def parts_of_asked(quota: Quota, parts: int) -> int:
    """Return how many parts of one it takes for all that is asked of parts to be whole.

    Args:
        quota: the quota.
        parts: how many parts of one what is owed is counted in.
    """
    bounds = [Fraction(portion.bound).denominator for portion in quota.part]
    return lcm(*bounds) * (parts if any(portion.of_owed for portion in quota.part) else 1)


def largest_asked(quota: Quota, owed: Number, members: int) -> Number:
    """Return no less than what parts, or sets of them, ask of a group.

    Args:
        quota: the quota.
        owed: the most that a member owes.
        members: how many there are at the most.
    """
    return sum(portion.asked(owed) for portion in quota.part) * members


def with_parts(
    frame: Frame, bulk: Bulk, pool: Pool, nobody: int, most: Number, parts: int
) -> Frame:
    """Return what groups with all their parts come to, with status and reasons.

    Args:
        frame: groups and periods with the figures of the whole, and the sums of parts.
        bulk: the quota, and what its judgement rests on.
        pool: what all groups of the quota rest on.
        nobody: number of the way of judging a group without members.
        most: no less than what parts ask of a group.
        parts: how many parts of one amounts are counted in.
    """
    quota = bulk.quota
    found = _windows(quota, pool, nobody, most)
    empty = nw.col("_count") == 0
    nothing = whole(-1)
    names = [*(f"_kind_{number}" for number in found.parts), *(["_kind_set"] if found.sets else [])]
    kinds = {name: where(empty, nothing, nw.col(name)) for name in names}
    frame = frame.with_columns(
        **kinds, **_asked(quota, pool, found), _id=nw.col(NAMED), _unsure=nw.col("_doubted")
    )
    figures = ("_value", "_required", "_denominator", "_situation")
    compared = {name: nw.col(name) for name in figures}
    frame = judged(frame, compared, bulk, found, {}, parts, settled=_settled)
    told = bulk.backend.beside(pool.outcomes.put_together())
    return frame.join(told, on="_verdict", how="left").with_columns(bearer=nw.col("_id"))


def _windows(quota: Quota, pool: Pool, nobody: int, most: Number) -> Windows:
    """Return the periods as those of a single profile, so that their parts are judged alike."""
    found = Windows(
        tuple(range(len(quota.part))), exclusive_sets(quota), (), outcomes=pool.outcomes
    )
    of = parts_of_asked(quota, pool.parts)
    asked = (*[most] * (len(found.parts) + len(found.sets)), Fraction(1, of))
    for span in pool.spans:
        parts = dict(enumerate(span.parts[:-1])) if span.parts else dict.fromkeys(found.parts, -1)
        parts[SET] = span.parts[-1] if span.parts else -1
        read = span.inside is not None
        row = Window(0, span.place, span.kind, span.period, None, None, read, parts, asked)
        found.rows.append(row)
    none = dict.fromkeys((*found.parts, SET), -1)
    found.rows.append(Window(0, -1, nobody, None, None, None, False, none, asked))
    return found


def _asked(quota: Quota, pool: Pool, found: Windows) -> dict[str, nw.Expr]:
    """Return what parts are held against, and every set of them."""
    of = parts_of_asked(quota, pool.parts)
    times = nw.col("_count") if quota.scope.over is Over.MEAN else whole(1)
    several = []
    for portion in quota.part:
        bound = Fraction(portion.bound) * of
        if portion.of_owed:
            several.append(nw.col("_owed") * int(bound / pool.parts))
        else:
            several.append(times * int(bound))
    made = {f"_asked_{number}": one for number, one in enumerate(several)}
    for number, together in enumerate(found.sets):
        first, *rest = (several[part] for part in together)
        made[f"_asked_set_{number}"] = sum(rest, start=first)
    return {**made, "_asked_of": whole(of)}


def _settled(
    rank: nw.Expr, reasons: Sequence[nw.Expr], codes: Sequence[str]
) -> tuple[nw.Expr, Sequence[nw.Expr]]:
    """Return what becomes of a rank and reasons where it is not known who counts for how much."""
    read = nw.col("_read") > 0
    gap, doubted = read & (nw.col("_gap") > 0), read & (nw.col("_unsure") > 0)
    instead = {"partial-policy": whole(1), "members-undetermined": flag(nw.col("_unknown") > 0)}
    told = []
    for code, said in zip(codes, reasons, strict=True):
        one = where(doubted & (rank != _UNDETERMINED), whole(0), said)
        one = where(gap, instead.get(code, whole(0)), one)
        told.append(where(doubted, whole(1), one) if code == "bearer-fact" else one)
    return where(gap | doubted, whole(_UNDETERMINED), rank), told
