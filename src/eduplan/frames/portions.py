"""Parts of a quota over columns: what the records that fit each come to, and what follows.

A part is tallied at its least and its most beside the whole. Where parts may not share an hour, the
records that fit any of several are tallied as well, for all sets of two and more of them. The worst
of all figures makes the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk
from eduplan.frames.columns import WHOLE, against, flag, mark, where, whole
from eduplan.frames.outcomes import (
    NOTHING_TO_SHARE,
    RANKS,
    SITUATIONS,
    UNKNOWN_FACT,
    Outcomes,
    situation,
    together,
)
from eduplan.frames.profiles import BEARER
from eduplan.frames.truths import ALWAYS, Sieve, Truth
from eduplan.frames.windows import Windows, exclusive_sets, spanned
from eduplan.provisions import Quota
from eduplan.provisions.portions import Portion
from eduplan.selectors import EVERYTHING
from eduplan.verdicts import Status

GROUP = (BEARER, "_place")
_NOTED = "_noted"
"""Column that says whether of some part facts of records are missing."""
_MET = RANKS.index(Status.MET)


class Sums(NamedTuple):
    """Columns to be added up, and columns of which the largest is taken."""

    added: tuple[str, ...] = ()
    largest: tuple[str, ...] = ()

    def __add__(self, other: object) -> Sums:
        assert isinstance(other, Sums)  # noqa: S101 - for the type checker
        return Sums((*self.added, *other.added), (*self.largest, *other.largest))

    def of(self, frame: Frame, by: Sequence[str]) -> Frame:
        """Return them for every group."""
        found = frame.group_by(*by).agg(
            *(nw.col(name).sum() for name in self.added),
            *(nw.col(name).max() for name in self.largest),
        )
        return found.with_columns(nw.col(name).cast(WHOLE) for name in (*self.added, *self.largest))


def sums_of(part: object, portion: Portion) -> Sums:
    """Return the columns of a part, or of one of its spans."""
    sides = ("", "out_") if portion.within is not None else ("",)
    return Sums(
        tuple(f"_{part}_{side}{end}" for side in sides for end in ("low", "high")),
        tuple(f"_{part}_{side}open" for side in sides),
    )


def sums_of_sets(quota: Quota) -> Sums:
    """Return the columns of all sets of parts that may not share an hour."""
    numbers = range(len(exclusive_sets(quota)))
    return Sums(
        tuple(f"_set_{number}_{end}" for number in numbers for end in ("low", "high")),
        tuple(f"_set_{number}_open" for number in numbers),
    )


def tally(frame: Frame, quota: Quota, sieve: Sieve) -> tuple[Frame, Sums]:
    """Return records with what they come to for every part.

    Args:
        frame: records with ``_low`` and ``_high``, and ``_unstated`` where there is no knowing.
        quota: the quota.
        sieve: makes truths of selectors.

    Returns:
        The frame, in which records beside the whole no longer count towards it, and the columns to
        be added up. Of parts that are all of the whole there are none: see `spread`.
    """
    truths: dict[int, Truth] = {}
    noted: list[nw.Expr] = []
    sums = sums_of_sets(quota)
    for number, portion in enumerate(quota.part):
        if _all_of_it(portion, quota):
            continue
        frame, truths[number] = sieve.apply(frame, portion.where)
        within = ALWAYS
        if portion.within is not None:
            frame, within = sieve.apply(frame, portion.within)
        frame = frame.with_columns(**_tallied(number, portion, truths[number], within))
        unclear = within.unknown | (~within.false & truths[number].unknown)
        sums += sums_of(number, portion)
        if spanned(portion):
            frame = frame.with_columns(mark(unclear).alias(f"_noted_{number}"))
            sums += Sums(largest=(f"_noted_{number}",))
        else:
            noted.append(unclear)
    # Of a record that may not count it is not known what it adds to a part.
    made: dict[str, nw.Expr] = {_NOTED: mark(reduce(or_, noted, nw.col("_unknown") > 0))}
    for number, several in enumerate(exclusive_sets(quota)):
        sure = reduce(or_, [truths[part].true for part in several])
        maybe = reduce(or_, [~truths[part].false for part in several])
        made[f"_set_{number}_low"] = where(sure, nw.col("_low"))
        made[f"_set_{number}_high"] = where(maybe, nw.col("_high"))
        made[f"_set_{number}_open"] = mark(maybe & (nw.col("_unstated") > 0))
    frame = frame.with_columns(**made)
    beside = [truths[number] for number, part in enumerate(quota.part) if part.beside]
    if beside:
        perhaps_not = reduce(and_, [truth.false for truth in beside])
        not_surely = reduce(and_, [~truth.true for truth in beside])
        frame = frame.with_columns(
            _low=where(perhaps_not, nw.col("_low")),
            _high=where(not_surely, nw.col("_high")),
            _unstated=mark(not_surely & (nw.col("_unstated") > 0)),
        )
    return frame, sums + Sums(largest=(_NOTED,))


def _all_of_it(portion: Portion, quota: Quota) -> bool:
    """Say whether a part is all of the whole, such as a floor for every year."""
    alone = portion.where == EVERYTHING and portion.within is None
    return alone and not any(part.beside for part in quota.part)


def _tallied(part: int, portion: Portion, truth: Truth, within: Truth) -> dict[str, nw.Expr]:
    if portion.records:
        low, high, unstated = nw.col("_sure"), whole(1), nw.lit(False)
    else:
        low, high, unstated = nw.col("_low"), nw.col("_high"), nw.col("_unstated") > 0
    possible = ~truth.false & ~within.false
    made = {
        f"_{part}_low": where(truth.true & within.true, low),
        f"_{part}_high": where(possible, high),
        f"_{part}_open": mark(possible & unstated),
    }
    if portion.within is not None:
        outside = ~truth.true & ~within.false
        made |= {
            f"_{part}_out_low": where(truth.false & within.true, low),
            f"_{part}_out_high": where(outside, high),
            f"_{part}_out_open": mark(outside & unstated),
        }
    return made


def spread(
    frame: Frame, quota: Quota, across: Mapping[int, int], low: nw.Expr, high: nw.Expr
) -> tuple[Frame, Sums, dict[int, Frame]]:
    """Return what the parts come to, ready to be added up for whole periods.

    Args:
        frame: sums for every bearer, with ``_place`` and the spans of parts.
        quota: the quota.
        across: how many spans the parts have that are judged side by side.
        low: the least of the whole, with caps applied.
        high: the most of it, likewise.

    Returns:
        The frame; the columns to be added up; and of the other parts that hold by spans, what they
        come to in each.
    """
    made: dict[str, nw.Expr] = {}
    noted = nw.col(_NOTED)
    sums = sums_of_sets(quota) + Sums(largest=(_NOTED,))
    spans: dict[int, Frame] = {}
    for number, portion in enumerate(quota.part):
        if _all_of_it(portion, quota):
            figures = (low, high, nw.col("_unstated"))
            names = (f"_{number}_low", f"_{number}_high", f"_{number}_open")
            frame = frame.with_columns(**dict(zip(names, figures, strict=True)))
        mine = sums_of(number, portion)
        if not spanned(portion):
            sums += mine
            continue
        held = nw.col(f"_span_{number}")
        if not _all_of_it(portion, quota):
            noted = noted + where(held >= 0, nw.col(f"_noted_{number}"))
        if number not in across:
            within = frame.filter(held >= 0).with_columns(held.alias("_span"))
            spans[number] = mine.of(within, (*GROUP, "_span"))
            continue
        for span in range(across[number]):
            of_span = sums_of(f"{number}_{span}", portion)
            sums += of_span
            for name, column in zip(
                (*of_span.added, *of_span.largest), (*mine.added, *mine.largest), strict=True
            ):
                made[name] = where(held == span, nw.col(column))
    return frame.with_columns(**made, **{_NOTED: flag(noted > 0)}), sums, spans


# ---------------------------------------------------------------- what follows


def judged(
    frame: Frame, bulk: Bulk, found: Windows, spans: Mapping[int, Frame], parts: int
) -> Frame:
    """Return status and reasons of the whole with all its parts.

    Args:
        frame: the whole with its ``_situation``, and the sums of the parts.
        bulk: the quota, and what its judgement rests on.
        found: what is owed, and how figures are judged.
        spans: of parts with many spans, what they come to in each.
        parts: how many parts of one amounts are counted in.
    """
    quota, outcomes = bulk.quota, found.outcomes
    made: dict[str, nw.Expr] = {}
    for number, portion in enumerate(quota.part):
        if number in spans:
            continue
        for of in (number,) if not spanned(portion) else _spans_of(number, found):
            kind = nw.col(f"_kind_{of}") * SITUATIONS
            asked = _spell_asks(portion, parts)
            if not spanned(portion):
                asked = nw.col(f"_asked_{of}") * parts, nw.col("_asked_of")
            made[f"_of_{of}"] = kind + _situation(of, portion, asked)
    if made:
        frame = frame.with_columns(**made)
    told = [_Told(outcomes, nw.col(name)) for name in ("_situation", *made)]
    for number, sums in spans.items():
        worst = _worst_span(frame, number, bulk, found, sums, parts)
        frame = frame.join(worst, on=list(GROUP), how="left")
        filled = [name for name in worst.collect_schema().names() if name not in GROUP]
        frame = frame.with_columns(nw.col(name).fill_null(0) for name in filled)
        told.append(_Told(outcomes, None, number))
    if found.sets:
        frame, clash = _clashes(frame, found, parts)
        told.append(_Told(outcomes, nw.col("_of_set"), holds=clash))
    ranks = [reduce(or_, [one.ranks(rank) for one in told]) for rank in range(len(RANKS))]
    rank = whole(len(RANKS) - 1)
    for place in reversed(range(len(RANKS) - 1)):
        rank = nw.when(ranks[place]).then(whole(place)).otherwise(rank)
    codes = range(len(outcomes.codes))
    reasons = [flag(reduce(or_, [one.gives(code) for one in told])) for code in codes]
    frame = frame.with_columns(_verdict=together(rank, reasons))
    return frame.join(bulk.backend.beside(outcomes.put_together()), on="_verdict", how="left")


def _spans_of(part: int, found: Windows) -> Sequence[str]:
    return [f"{part}_{span}" for span in range(found.across[part])]


class _Told(NamedTuple):
    """What a figure tells: the rank of its status, and the codes of its reasons.

    Attributes:
        outcomes: the ways in which figures are judged.
        situation: how the figure came out; None where ranks and reasons stand in columns.
        part: number of the part in their names.
        holds: where the figure tells something.
    """

    outcomes: Outcomes
    situation: nw.Expr | None
    part: int = -1
    holds: nw.Expr | None = None

    def ranks(self, rank: int) -> nw.Expr:
        """Return whether the status has a rank."""
        return self._among(self.outcomes.by_rank[rank], f"_ranks_{rank}")

    def gives(self, code: int) -> nw.Expr:
        """Return whether a reason is given."""
        return self._among(self.outcomes.by_code[code], f"_gives_{code}")

    def _among(self, situations: Sequence[int], column: str) -> nw.Expr:
        if self.situation is None:
            return nw.col(f"{column}_{self.part}") > 0
        if not situations:
            return nw.lit(False)
        found = self.situation.is_in(situations)
        return found if self.holds is None else found & self.holds


def _spell_asks(portion: Portion, parts: int) -> tuple[nw.Expr, nw.Expr]:
    """Return what a part asks in a span, as `_situation` takes it."""
    return whole(int(portion.bound * parts)), whole(1)


def _situation(part: object, portion: Portion, asked: tuple[nw.Expr, nw.Expr]) -> nw.Expr:
    """Return how the figure of a part comes out against its bound.

    Args:
        part: number of the part, or of one of its spans.
        portion: the part.
        asked: of an amount, what is asked, and by how much the figure is multiplied to be held
            against it.
    """
    low, high = nw.col(f"_{part}_low"), nw.col(f"_{part}_high")
    no_top = nw.col(f"_{part}_open") > 0
    bound = Fraction(portion.bound)
    if portion.within is None:
        owed, of = asked
        top = nw.when(no_top).then(whole(3)).otherwise(against(high * of, owed))
        noted = flag(no_top | (low != high)) * nw.col(_NOTED) * UNKNOWN_FACT
        return situation(against(low * of, owed), top, noted)
    out_low, out_high = nw.col(f"_{part}_out_low"), nw.col(f"_{part}_out_high")
    no_out_top = nw.col(f"_{part}_out_open") > 0
    # At the least the part is small and all else large; at the most the other way round.
    least_known = ~no_out_top & (low + out_high > 0)
    most_known = ~no_top & (high + out_low > 0)
    sure, possible = flag(least_known), flag(most_known)
    least, least_of = sure * low, sure * (low + out_high) + (1 - sure)
    most, most_of = possible * high + (1 - possible), possible * (high + out_low) + (1 - possible)
    times, over = bound.denominator, bound.numerator
    # The two shares are the same where nothing is doubtful, and where all or nothing is in the part
    # at the most. No products of two sums: they could be too large.
    exactly = (low == high) & (out_low == out_high)
    same = least_known & most_known & (exactly | (high == 0) | (out_high == 0))
    known = same | (~no_out_top & (out_high == 0) & (low > 0)) | (most_known & (high == 0))
    nothing = flag((low == 0) & (out_low == 0) & (no_top | (high == 0)))
    doubts = nw.col(_NOTED) * UNKNOWN_FACT + nothing * NOTHING_TO_SHARE
    return situation(
        against(least * times, least_of * over),
        against(most * times, most_of * over),
        flag(~known) * doubts,
    )


def _worst_span(
    frame: Frame, number: int, bulk: Bulk, found: Windows, sums: Frame, parts: int
) -> Frame:
    """Return, for every bearer and period, which ranks and reasons the spans of a part have."""
    portion, outcomes = bulk.quota.part[number], found.outcomes
    mine = sums_of(number, portion)
    spells = frame.select(*GROUP, "_profile", _NOTED).join(
        bulk.backend.beside(found.spell_table(number)), on=["_profile", "_place"], how="inner"
    )
    spells = spells.join(sums, on=[*GROUP, "_span"], how="left")
    spells = spells.with_columns(nw.col(name).fill_null(0) for name in (*mine.added, *mine.largest))
    asked = _spell_asks(portion, parts)
    made = nw.col("_kind") * SITUATIONS + _situation(number, portion, asked)
    spells = spells.with_columns(_of_span=made)
    one = _Told(outcomes, nw.col("_of_span"))
    said = {f"_ranks_{rank}_{number}": flag(one.ranks(rank)) for rank in range(len(RANKS))}
    for code in range(len(outcomes.codes)):
        said[f"_gives_{code}_{number}"] = flag(one.gives(code))
    return Sums(largest=tuple(said)).of(spells.with_columns(**said), GROUP)


def _clashes(frame: Frame, found: Windows, parts: int) -> tuple[Frame, nw.Expr]:
    """Put in parts that are met each by itself, though an hour cannot be found for all of them.

    Of several sets the worst is told: one that surely clashes, and of these what lacks most. It is
    judged as any of its parts is.

    Returns:
        The frame with the situation ``_of_set``, and where it is to be told.
    """
    asked = [ask * row.parts_of_asked for row in found.rows for ask in row.asked]
    far = int(max(asked, default=0)) * parts + 1
    frame = frame.with_columns(_worst=whole(0), _all_met=whole(0), _doubted=whole(0))
    for number, several in enumerate(found.sets):
        bound, of = nw.col(f"_asked_set_{number}") * parts, nw.col("_asked_of")
        low, high = nw.col(f"_set_{number}_low") * of, nw.col(f"_set_{number}_high") * of
        no_top = nw.col(f"_set_{number}_open") > 0
        met = [_Told(found.outcomes, nw.col(f"_of_{part}")).ranks(_MET) for part in several]
        frame = frame.with_columns(
            _lacks=where(low < bound, where(~no_top & (high < bound), whole(far)) + (bound - low)),
            _these_met=flag(reduce(and_, met)),
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
    clash = (nw.col("_worst") > 0) & (nw.col("_all_met") > 0) & (nw.col("_read") > 0)
    enough = 2 * flag(nw.col("_worst") <= far)
    doubts = nw.col("_doubted") * nw.col(_NOTED) * UNKNOWN_FACT
    made = nw.col("_kind_set") * SITUATIONS + situation(whole(0), enough, doubts)
    return frame.with_columns(_of_set=made), clash
