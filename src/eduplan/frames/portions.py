"""Parts of a quota over columns: what the records that fit each come to, and what follows.

A part is tallied at its least and its most beside the whole. Where parts may not share an hour, the
records that fit any of several are tallied as well, for all sets of two and more of them. The worst
of all figures makes the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from itertools import combinations
from operator import or_
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk
from eduplan.frames.columns import WHOLE, against, flag, whole
from eduplan.frames.outcomes import (
    NOTHING_TO_SHARE,
    SITUATIONS,
    UNKNOWN_FACT,
    WORST_FIRST,
    Outcomes,
    situation,
    together,
)
from eduplan.frames.profiles import BEARER
from eduplan.frames.truths import ALWAYS, Sieve, Truth
from eduplan.frames.windows import Windows, spanned
from eduplan.provisions import Quota
from eduplan.provisions.portions import Portion
from eduplan.verdicts import Status

GROUP = (BEARER, "_place")
_NOTED = "_noted"
"""Column that says whether of some part facts of records are missing."""
_BELOW_ALL = len(WORST_FIRST) + 1
"""A rank that makes no verdict worse."""
_MET = WORST_FIRST.index(Status.MET)


class Sums(NamedTuple):
    """Columns to be added up, and columns of which the largest is taken."""

    added: tuple[str, ...] = ()
    largest: tuple[str, ...] = ()

    def of(self, frame: Frame, by: Sequence[str]) -> Frame:
        """Return them for every group."""
        found = frame.group_by(*by).agg(
            *(nw.col(name).sum() for name in self.added),
            *(nw.col(name).max() for name in self.largest),
        )
        return found.with_columns(nw.col(name).cast(WHOLE) for name in self.added)


def sums_of(part: int, portion: Portion) -> Sums:
    """Return the columns of a part."""
    sides = ("", "out_") if portion.within is not None else ("",)
    return Sums(
        tuple(f"_{part}_{side}{end}" for side in sides for end in ("low", "high")),
        tuple(f"_{part}_{side}open" for side in sides),
    )


def sums_of_sets(quota: Quota) -> Sums:
    """Return the columns of all sets of parts that may not share an hour."""
    numbers = range(len(_sets(quota)))
    return Sums(
        tuple(f"_set_{number}_{end}" for number in numbers for end in ("low", "high")),
        tuple(f"_set_{number}_open" for number in numbers),
    )


def _sets(quota: Quota) -> Sequence[tuple[int, ...]]:
    """Return all sets of two and more parts that may not share an hour."""
    exclusive = [number for number, portion in enumerate(quota.part) if portion.exclusive]
    sizes = range(2, len(exclusive) + 1)
    return [several for size in sizes for several in combinations(exclusive, size)]


def tally(frame: Frame, quota: Quota, sieve: Sieve) -> tuple[Frame, Sums]:
    """Return records with what they come to for every part.

    Args:
        frame: records with ``_low`` and ``_high``, and ``_unstated`` where there is no knowing.
        quota: the quota.
        sieve: makes truths of selectors.

    Returns:
        The frame, and the columns to be added up for a whole period.
    """
    truths: dict[int, Truth] = {}
    noted = [whole(0)]
    sums = sums_of_sets(quota)
    for number, portion in enumerate(quota.part):
        frame, truths[number] = sieve.apply(frame, portion.where)
        within = ALWAYS
        if portion.within is not None:
            frame, within = sieve.apply(frame, portion.within)
        frame = frame.with_columns(**_tallied(number, portion, truths[number], within))
        unclear = flag(within.unknown | (~within.false & truths[number].unknown))
        if spanned(portion):
            unclear = unclear * flag(nw.col(f"_span_{number}") >= 0)
        else:
            mine = sums_of(number, portion)
            sums = Sums(sums.added + mine.added, sums.largest + mine.largest)
        noted.append(unclear)
    made: dict[str, nw.Expr] = {_NOTED: flag(sum(noted[1:], start=noted[0]) > 0)}
    for number, several in enumerate(_sets(quota)):
        sure = flag(reduce(or_, [truths[part].true for part in several]))
        maybe = flag(reduce(or_, [~truths[part].false for part in several]))
        made[f"_set_{number}_low"] = nw.col("_low") * sure
        made[f"_set_{number}_high"] = nw.col("_high") * maybe
        made[f"_set_{number}_open"] = nw.col("_unstated") * maybe
    return frame.with_columns(**made), Sums(sums.added, (*sums.largest, _NOTED))


def _tallied(part: int, portion: Portion, where: Truth, within: Truth) -> dict[str, nw.Expr]:
    if portion.records:
        low, high, unstated = whole(1), whole(1), whole(0)
    else:
        low, high, unstated = nw.col("_low"), nw.col("_high"), nw.col("_unstated")
    possible = flag(~where.false & ~within.false)
    made = {
        f"_{part}_low": low * flag(where.true & within.true),
        f"_{part}_high": high * possible,
        f"_{part}_open": unstated * possible,
    }
    if portion.within is not None:
        outside = flag(~where.true & ~within.false)
        made |= {
            f"_{part}_out_low": low * flag(where.false & within.true),
            f"_{part}_out_high": high * outside,
            f"_{part}_out_open": unstated * outside,
        }
    return made


def by_span(frame: Frame, quota: Quota) -> dict[int, Frame]:
    """Return, of the parts that hold by spans, what they come to in each."""
    found = {}
    for number, portion in enumerate(quota.part):
        if spanned(portion):
            named = frame.filter(nw.col(f"_span_{number}") >= 0)
            named = named.with_columns(nw.col(f"_span_{number}").alias("_span"))
            found[number] = sums_of(number, portion).of(named, (*GROUP, "_span"))
    return found


# ---------------------------------------------------------------- what follows


def judged(frame: Frame, bulk: Bulk, found: Windows, spans: dict[int, Frame], parts: int) -> Frame:
    """Return status and reasons of the whole with all its parts.

    Args:
        frame: the whole with its ``_situation``, and the sums of the parts.
        bulk: the quota, and what its judgement rests on.
        found: what is owed, and how figures are judged.
        spans: what parts that hold by spans come to in each.
        parts: how many parts of one amounts are counted in.
    """
    quota, outcomes = bulk.quota, found.outcomes
    ranked = _Ranked(outcomes, bulk)
    sums = sums_of_sets(quota)
    for number, portion in enumerate(quota.part):
        if not spanned(portion):
            mine = sums_of(number, portion)
            sums = Sums(sums.added + mine.added, sums.largest + mine.largest)
    frame = _filled(frame, (*sums.added, *sums.largest, _NOTED))
    frame = ranked.rank(frame, "_situation", "")
    kind = 0
    for number, portion in enumerate(quota.part):
        if spanned(portion):
            frame = _spanned(frame, number, bulk, found, spans[number], parts, ranked)
        else:
            made = nw.col(f"_kind_{kind}") * SITUATIONS + _situation(number, portion, parts)
            frame = frame.with_columns(made.alias("_of_part"))
            frame = ranked.rank(frame, "_of_part", f"_{number}").drop("_of_part")
            frame = ranked.worse(frame, f"_{number}")
            kind += 1
    frame = _clashes(frame, quota, parts, ranked)
    return ranked.told(frame)


def _filled(frame: Frame, names: Sequence[str]) -> Frame:
    return frame.with_columns(nw.col(name).fill_null(0) for name in names)


class _Ranked:
    """Looks up ranks and reasons, and puts them together."""

    def __init__(self, outcomes: Outcomes, bulk: Bulk) -> None:
        self._outcomes = outcomes
        self._beside = bulk.backend.beside
        self._reasons = [f"_for_{number}" for number in range(len(outcomes.codes))]

    def rank(self, frame: Frame, situation: str, suffix: str) -> Frame:
        """Return the frame with rank and reasons of a situation, in columns with a suffix."""
        table = self._outcomes.ranked()
        _, *names = table.column_names
        table = table.rename_columns([situation, *(f"{name}{suffix}" for name in names)])
        return frame.join(self._beside(table), on=situation, how="left")

    def worse(self, frame: Frame, suffix: str) -> Frame:
        """Return the frame with the worse of two ranks, and the reasons of both."""
        mine, other = nw.col("_rank"), nw.col(f"_rank{suffix}")
        made = {"_rank": nw.when(other < mine).then(other).otherwise(mine)}
        for name in self._reasons:
            both = nw.col(name) + nw.col(f"{name}{suffix}")
            made[name] = flag(both > 0)
        return frame.with_columns(**made)

    def only(self, frame: Frame, suffix: str, holds: nw.Expr) -> Frame:
        """Return the frame with rank and reasons in columns with a suffix where a flag holds."""
        rank = nw.col(f"_rank{suffix}")
        made = {f"_rank{suffix}": nw.when(holds > 0).then(rank).otherwise(whole(_BELOW_ALL))}
        made.update({f"{n}{suffix}": nw.col(f"{n}{suffix}") * holds for n in self._reasons})
        return frame.with_columns(**made)

    def worst(self, frame: Frame) -> Frame:
        """Return, for every bearer and period, the worst rank and all reasons."""
        found = frame.group_by(*GROUP).agg(
            nw.col("_rank").min(), *(nw.col(name).max() for name in self._reasons)
        )
        names = ["_rank", *self._reasons]
        return found.rename({name: f"{name}_span" for name in names})

    def added(self, frame: Frame, found: Frame) -> Frame:
        """Return the frame with the ranks and reasons of spans put in."""
        frame = frame.join(found, on=list(GROUP), how="left")
        frame = frame.with_columns(
            nw.col("_rank_span").fill_null(_BELOW_ALL),
            *(nw.col(f"{name}_span").fill_null(0) for name in self._reasons),
        )
        frame = self.worse(frame, "_span")
        return frame.drop("_rank_span", *(f"{name}_span" for name in self._reasons))

    def told(self, frame: Frame) -> Frame:
        """Return the frame with status and reasons in words."""
        number = together(nw.col("_rank"), [nw.col(name) for name in self._reasons])
        frame = frame.with_columns(number.alias("_verdict"))
        return frame.join(self._beside(self._outcomes.put_together()), on="_verdict", how="left")


def _situation(part: int, portion: Portion, parts: int) -> nw.Expr:
    """Return how the figure of a part comes out against its bound."""
    low, high = nw.col(f"_{part}_low"), nw.col(f"_{part}_high")
    no_top = nw.col(f"_{part}_open") > 0
    bound = Fraction(portion.bound)
    if portion.within is None:
        owed = whole(int(bound * parts))
        top = nw.when(no_top).then(whole(3)).otherwise(against(high, owed))
        noted = flag(no_top | (low != high)) * nw.col(_NOTED) * UNKNOWN_FACT
        return situation(against(low, owed), top, noted)
    out_low, out_high = nw.col(f"_{part}_out_low"), nw.col(f"_{part}_out_high")
    no_out_top = nw.col(f"_{part}_out_open") > 0
    # At the least the part is small and all else large; at the most the other way round.
    least_known = ~no_out_top & (low + out_high > 0)
    most_known = ~no_top & (high + out_low > 0)
    sure, possible = flag(least_known), flag(most_known)
    least, least_of = sure * low, sure * (low + out_high) + (1 - sure)
    most, most_of = possible * high + (1 - possible), possible * (high + out_low) + (1 - possible)
    times, over = bound.denominator, bound.numerator
    # The two shares are the same: compared by cross-multiplication, and where one has no bounds.
    same = least_known & most_known & (low * out_low == high * out_high)
    known = same | (~no_out_top & (out_high == 0) & (low > 0)) | (most_known & (high == 0))
    nothing = flag((low == 0) & (out_low == 0) & (no_top | (high == 0)))
    doubts = nw.col(_NOTED) * UNKNOWN_FACT + nothing * NOTHING_TO_SHARE
    return situation(
        against(least * times, least_of * over),
        against(most * times, most_of * over),
        flag(~known) * doubts,
    )


def _spanned(
    frame: Frame,
    number: int,
    bulk: Bulk,
    found: Windows,
    sums: Frame,
    parts: int,
    ranked: _Ranked,
) -> Frame:
    """Put in a part that holds by spans: the worst of its spans counts."""
    portion = bulk.quota.part[number]
    mine = sums_of(number, portion)
    spells = frame.select(*GROUP, "_profile", _NOTED).join(
        bulk.backend.beside(found.spell_table(number)), on=["_profile", "_place"], how="inner"
    )
    spells = spells.join(sums, on=[*GROUP, "_span"], how="left")
    spells = _filled(spells, (*mine.added, *mine.largest))
    made = nw.col("_kind") * SITUATIONS + _situation(number, portion, parts)
    spells = ranked.rank(spells.with_columns(made.alias("_of_span")), "_of_span", "")
    return ranked.added(frame, ranked.worst(spells))


def _clashes(frame: Frame, quota: Quota, parts: int, ranked: _Ranked) -> Frame:
    """Put in parts that are met each by itself, though an hour cannot be found for all of them.

    Of several sets the worst is told: one that surely clashes, and of these what lacks most. It is
    judged as any of its parts is.
    """
    sets = _sets(quota)
    if not sets:
        return frame
    bounds = [int(sum(quota.part[part].bound for part in one) * parts) for one in sets]
    far = max(bounds) + 1
    frame = frame.with_columns(_worst=whole(0), _all_met=whole(0), _doubted=whole(0))
    for number, (several, bound) in enumerate(zip(sets, bounds, strict=True)):
        low, high = nw.col(f"_set_{number}_low"), nw.col(f"_set_{number}_high")
        no_top = nw.col(f"_set_{number}_open") > 0
        met = [flag(nw.col(f"_rank_{part}") == _MET) for part in several]
        frame = frame.with_columns(
            _lacks=flag(low < bound) * (flag(~no_top & (high < bound)) * far + (bound - low)),
            _these_met=flag(sum(met[1:], start=met[0]) == len(met)),
            _these_doubted=flag(no_top | (low != high)),
        )
        more = nw.col("_lacks") > nw.col("_worst")
        frame = frame.with_columns(
            nw.when(more).then(nw.col(new)).otherwise(nw.col(old)).alias(old)
            for old, new in (
                ("_all_met", "_these_met"),
                ("_doubted", "_these_doubted"),
                ("_worst", "_lacks"),
            )
        )
    clash = flag((nw.col("_worst") > 0) & (nw.col("_all_met") > 0) & (nw.col("_read") > 0))
    enough = 2 * flag(nw.col("_worst") <= far)
    doubts = nw.col("_doubted") * nw.col(_NOTED) * UNKNOWN_FACT
    first = sum(not spanned(part) for part in quota.part[: sets[0][0]])
    made = nw.col(f"_kind_{first}") * SITUATIONS + situation(whole(0), enough, doubts)
    frame = ranked.rank(frame.with_columns(_of_set=made), "_of_set", "_set")
    return ranked.worse(ranked.only(frame, "_set", clash), "_set")
