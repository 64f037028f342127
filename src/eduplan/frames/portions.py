"""Parts of a quota over columns: what the records that fit each come to, and what follows.

A part is tallied at its least and its most beside the whole. Where parts may not share an hour, the
records that fit any of several are tallied as well, for all sets of two and more of them. The worst
of all figures makes the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.frames.backends import Frame
from eduplan.frames.bulk import FIGURES, OF_PERIOD, Bulk
from eduplan.frames.columns import flag, never, times, where, whole
from eduplan.frames.grouping import Figures, Grouping
from eduplan.frames.outcomes import (
    NOTHING_TO_SHARE,
    RANKS,
    SITUATIONS,
    UNKNOWN_FACT,
    Outcome,
    Outcomes,
    passes,
    situation,
    together,
)
from eduplan.frames.profiles import BEARER
from eduplan.frames.truths import ALWAYS, Truth
from eduplan.frames.windows import Windows, exclusive_sets, spanned
from eduplan.provisions import Quota
from eduplan.provisions.portions import Portion
from eduplan.provisions.ranges import comes_alone
from eduplan.selectors import EVERYTHING, Selector
from eduplan.verdicts import Status

GROUP = (BEARER, "_place")
NOTED = "_noted"
"""Column that says whether of some part facts of records are missing."""
_MET = RANKS.index(Status.MET)

Settled = Callable[[nw.Expr, Sequence[nw.Expr], Sequence[str]], tuple[nw.Expr, Sequence[nw.Expr]]]
"""Takes the rank of a status, whether reasons are given, and their codes; gives the first two."""


class Reckoned(NamedTuple):
    """Figures of a record, or of all the records of a group.

    Attributes:
        low: what it comes to at the least.
        high: what it comes to at the most.
        open: whether there is no knowing what it comes to at the most.
    """

    low: nw.Expr
    high: nw.Expr
    open: nw.Expr

    def where(self, sure: nw.Expr, maybe: nw.Expr) -> Reckoned:
        """Return what is left where something holds for sure, and where it may hold."""
        return Reckoned(where(sure, self.low), where(maybe, self.high), maybe & self.open)

    def named(self, name: str) -> Figures:
        """Return them with their columns."""
        ends = {f"{name}low": self.low, f"{name}high": self.high}
        return Figures(ends, {f"{name}open": self.open})


def reckoned(name: str) -> Reckoned:
    """Return the columns that a figure has in a frame of groups."""
    return Reckoned(nw.col(f"{name}low"), nw.col(f"{name}high"), nw.col(f"{name}open") > 0)


def sides_of(part: object, portion: Portion) -> Sequence[str]:
    """Return how the columns of a part begin: of one that is a share, inside and outside."""
    return [f"_{part}_", f"_{part}_out_"] if portion.within is not None else [f"_{part}_"]


def ends_of(side: str) -> Sequence[str]:
    """Return the columns of a figure whose names begin so."""
    return [f"{side}{end}" for end in Reckoned._fields]


def silent_of(part: int) -> str:
    """Return the column that says whether a record does not name the thing a part counts."""
    return f"_silent_of_{part}"


def tally(
    quota: Quota, told: Mapping[Selector, Truth], amount: Reckoned, unknown: nw.Expr
) -> tuple[Figures, Reckoned, nw.Expr]:
    """Return what a record comes to for every part.

    Args:
        quota: the quota.
        told: whether the record fits the selectors of the parts.
        amount: what it comes to.
        unknown: whether facts of it are missing, so that it may not count.

    Returns:
        The figures of parts; what the record comes to for the whole, nothing where it counts beside
        it; and whether facts of it are missing for that. Of parts that are all of the whole there
        are no figures: see `spread`; nor of those that count different things: see
        `eduplan.frames.things`.
    """
    truths: dict[int, Truth] = {}
    noted: list[nw.Expr] = []
    figures = Figures({})
    for number, portion in enumerate(quota.part):
        if is_all_of_it(portion, quota):
            continue
        truth = truths[number] = told[portion.where]
        within = ALWAYS if portion.within is None else told[portion.within]
        unclear = within.unknown | (~within.false & truth.unknown)
        if portion.distinct:
            unclear = unclear | (~within.false & (nw.col(silent_of(number)) > 0))
        else:
            each = Reckoned(nw.col("_sure"), whole(1), nw.lit(False)) if portion.records else amount
            inside = each.where(truth.true & within.true, ~truth.false & ~within.false)
            figures |= inside.named(f"_{number}_")
            if portion.within is not None:
                outside = each.where(truth.false & within.true, ~truth.true & ~within.false)
                figures |= outside.named(f"_{number}_out_")
        if spanned(portion) or portion.bearer != EVERYTHING:
            figures |= Figures({}, {f"_noted_{number}": unclear})
        else:
            noted.append(unclear)
    # Of a record that may not count it is not known what it adds to a part.
    figures |= Figures({}, {NOTED: reduce(or_, noted, unknown)})
    for number, several in enumerate(exclusive_sets(quota)):
        sure = reduce(or_, [truths[part].true for part in several])
        maybe = reduce(or_, [~truths[part].false for part in several])
        figures |= amount.where(sure, maybe).named(f"_set_{number}_")
    if beside := [truths[number] for number, part in enumerate(quota.part) if part.beside]:
        perhaps_not = reduce(and_, [truth.false for truth in beside])
        not_surely = reduce(and_, [~truth.true for truth in beside])
        amount = amount.where(perhaps_not, not_surely)
        unknown = unknown | (not_surely & ~perhaps_not)
    return figures, amount, unknown


def is_all_of_it(portion: Portion, quota: Quota) -> bool:
    """Say whether a part is all of the whole, and others take no room from its records."""
    return comes_alone(portion, quota.part, quota.measure.caps, quota.every)


def spread(
    quota: Quota, across: Mapping[int, int], all_of_it: Reckoned
) -> tuple[Figures, dict[int, Figures]]:
    """Return the figures of parts, ready to be added up for whole periods.

    Args:
        quota: the quota.
        across: how many spans the parts have that are judged side by side.
        all_of_it: what the whole comes to in a range of days, with caps applied.

    Returns:
        The figures; and those of the other parts that hold by spans, to be added up for each.
    """
    figures = Figures({})
    noted = [nw.col(NOTED) > 0]
    spans: dict[int, Figures] = {}
    for number, portion in enumerate(quota.part):
        simple = is_all_of_it(portion, quota)
        sides = {side: reckoned(side) for side in sides_of(number, portion)}
        if simple:
            sides = {f"_{number}_": all_of_it}
        elif portion.distinct:
            sides = {}
        mine = Figures({})
        for side, figure in sides.items():
            mine |= figure.named(side)
        unclear = [] if simple else [nw.col(f"_noted_{number}") > 0]
        of_some = portion.bearer != EVERYTHING
        if not spanned(portion):
            figures |= mine
            if of_some:
                figures |= Figures({}, {f"_noted_{number}": one for one in unclear})
            continue
        held = nw.col(f"_span_{number}")
        unclear = [(held >= 0) & one for one in unclear]
        if of_some:
            figures |= Figures({}, {f"_noted_{number}": one for one in unclear})
        else:
            noted += unclear
        if number not in across:
            if not portion.distinct:
                spans[number] = mine
            continue
        for span in range(across[number]):
            for side, figure in sides.items():
                of_span = side.replace(f"_{number}_", f"_{number}_{span}_", 1)
                figures |= figure.where(held == span, held == span).named(of_span)
    for number in range(len(exclusive_sets(quota))):
        figures |= reckoned(f"_set_{number}_").named(f"_set_{number}_")
    return figures | Figures({}, {NOTED: reduce(or_, noted)}), spans


# ---------------------------------------------------------------- what follows


def judged(
    frame: Frame,
    compared: Mapping[str, nw.Expr],
    bulk: Bulk,
    found: Windows,
    spans: Mapping[int, Frame],
    parts: int,
    settled: Settled | None = None,
) -> Frame:
    """Return what the whole with all its parts comes to, by the numbers of `together`.

    Args:
        frame: what is owed, and the sums of the whole and its parts.
        compared: the figures of the whole, and its ``_situation``.
        bulk: the quota, and what its judgement rests on.
        found: what is owed, and how figures are judged.
        spans: of parts with many spans, what they come to in each.
        parts: how many parts of one amounts are counted in.
        settled: what becomes of it for other reasons, None where there are none.
    """
    quota, outcomes = bulk.quota, found.outcomes
    if of_some := [
        (nw.col(f"_asks_{number}") > 0) & (nw.col(f"_noted_{number}") > 0)
        for number in found.of_some
        if not is_all_of_it(quota.part[number], quota)
    ]:
        noted = reduce(or_, of_some, nw.col(NOTED) > 0)
        frame = frame.with_columns(flag(noted).alias(NOTED))
    of_parts: dict[str, nw.Expr] = {}
    for number, portion in enumerate(quota.part):
        if number in spans:
            continue
        for of in (number,) if not spanned(portion) else _spans_of(number, found):
            kind = nw.col(f"_kind_{of}") * SITUATIONS
            asked = _spell_asks(portion, parts)
            if not spanned(portion):
                asked = times(nw.col(f"_asked_{of}"), parts), _asked_of(found)
            of_parts[f"_of_{of}"] = kind + _situation(of, portion, asked)
    frame = frame.with_columns(**compared, **of_parts)
    if found.spares:
        frame = _hung_on_leave(frame, quota, found, parts)
    kinds = {"_situation": found.kinds["_kind"]}
    kinds |= {name: found.kinds[name.replace("_of", "_kind", 1)] for name in of_parts}
    told = [_Told(outcomes, nw.col(name), several) for name, several in kinds.items()]
    for number, sums in spans.items():
        worst = _worst_span(frame, number, bulk, found, sums, parts)
        frame = frame.join(worst, on=list(GROUP), how="left")
        filled = [name for name in worst.collect_schema().names() if name not in GROUP]
        frame = frame.with_columns(nw.col(name).fill_null(0) for name in filled)
        told.append(_Told(outcomes, None, part=number))
    if found.sets:
        frame, clash = _clashes(frame, found, parts)
        told.append(_Told(outcomes, nw.col("_of_set"), found.kinds["_kind_set"], holds=clash))
    # What is not told to be anything else is met.
    rank = whole(_MET)
    for place in reversed([place for place in range(len(RANKS)) if place != _MET]):
        if (holds := _any(one.ranks(place) for one in told)) is not None:
            rank = nw.when(holds).then(whole(place)).otherwise(rank)
    codes = range(len(outcomes.codes))
    given = [_any(one.gives(code) for one in told) for code in codes]
    reasons: Sequence[nw.Expr] = [whole(0) if one is None else flag(one) for one in given]
    if settled is not None:
        rank, reasons = settled(rank, reasons, outcomes.codes)
    return frame.select("_id", *OF_PERIOD, *FIGURES, _verdict=together(rank, reasons))


def _hung_on_leave(frame: Frame, quota: Quota, found: Windows, parts: int) -> Frame:
    """Leave parts open that would come out otherwise if all leave not known of were leave."""
    for number, portion in enumerate(quota.part):
        if not portion.of_owed:
            continue
        of, spared, kinds = f"_of_{number}", f"_spared_of_{number}", found.kinds[f"_kind_{number}"]
        asked = times(nw.col(f"_spared_{number}"), parts), _asked_of(found)
        kind = nw.col(f"_kind_{number}")
        frame = frame.with_columns(
            (kind * SITUATIONS + _situation(number, portion, asked)).alias(spared)
        )
        one, other = (_Told(found.outcomes, nw.col(name), kinds) for name in (of, spared))
        ranks = [(one.ranks(rank), other.ranks(rank)) for rank in range(len(RANKS))]
        same = [this & that for this, that in ranks if this is not None and that is not None]
        settled = reduce(or_, same, kind < 0)
        unclear = whole(found.unclear * SITUATIONS)
        frame = frame.with_columns(where(settled, nw.col(of), unclear).alias(of))
    return frame


def _spans_of(part: int, found: Windows) -> Sequence[str]:
    return [f"{part}_{span}" for span in range(found.across[part])]


class _Told(NamedTuple):
    """What a figure tells: the rank of its status, and the codes of its reasons.

    Attributes:
        outcomes: the ways in which figures are judged.
        situation: how the figure came out; None where ranks and reasons stand in columns.
        kinds: the ways in which it is judged anywhere.
        part: number of the part in their names.
        holds: where the figure tells something.
    """

    outcomes: Outcomes
    situation: nw.Expr | None
    kinds: Collection[int] = ()
    part: int = -1
    holds: nw.Expr | None = None

    def ranks(self, rank: int) -> nw.Expr | None:
        """Return whether the status has a rank, None where it never has."""
        return self._told(f"_ranks_{rank}", lambda one: one.status is RANKS[rank])

    def gives(self, code: int) -> nw.Expr | None:
        """Return whether a reason is given, None where it never is."""
        reason = self.outcomes.codes[code]
        return self._told(f"_gives_{code}", lambda one: reason in one.reasons)

    def _told(self, column: str, wanted: Callable[[Outcome], bool]) -> nw.Expr | None:
        if self.situation is None:
            return nw.col(f"{column}_{self.part}") > 0
        found = self.outcomes.among(self.situation, self.kinds, wanted)
        return found if found is None or self.holds is None else found & self.holds


def _any(truths: Iterable[nw.Expr | None]) -> nw.Expr | None:
    """Return whether one of several holds, None where none ever does."""
    there = [one for one in truths if one is not None]
    return reduce(or_, there) if there else None


def _asked_of(found: Windows) -> nw.Expr | int:
    """Return how many parts of one what is asked is counted in."""
    return nw.col("_asked_of") if any(row.parts_of_asked != 1 for row in found.rows) else 1


def _spell_asks(portion: Portion, parts: int) -> tuple[nw.Expr, nw.Expr | int]:
    """Return what a part asks in a span, as `_situation` takes it."""
    return whole(int(portion.bound * parts)), 1


def _situation(part: object, portion: Portion, asked: tuple[nw.Expr, nw.Expr | int]) -> nw.Expr:
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
        noted = where(no_top | (low != high), times(nw.col(NOTED), UNKNOWN_FACT))
        least, most = (passes(times(end, of), owed, most=portion.most) for end in (low, high))
        return situation(least, most | no_top, noted)
    out_low, out_high = nw.col(f"_{part}_out_low"), nw.col(f"_{part}_out_high")
    no_out_top = nw.col(f"_{part}_out_open") > 0
    # At the least the part is small and all else large; at the most the other way round.
    least_known = ~no_out_top & (low + out_high > 0)
    most_known = ~no_top & (high + out_low > 0)
    one = whole(1)
    least, least_of = where(least_known, low), where(least_known, low + out_high, one)
    most, most_of = where(most_known, high, one), where(most_known, high + out_low, one)
    of, over = bound.denominator, bound.numerator
    # The two shares are the same where nothing is doubtful, and where all or nothing is in the part
    # at the most. No products of two sums: they could be too large.
    exactly = (low == high) & (out_low == out_high)
    same = least_known & most_known & (exactly | (high == 0) | (out_high == 0))
    known = same | (~no_out_top & (out_high == 0) & (low > 0)) | (most_known & (high == 0))
    nothing = where((low == 0) & (out_low == 0) & (no_top | (high == 0)), whole(NOTHING_TO_SHARE))
    return situation(
        passes(times(least, of), times(least_of, over), most=portion.most),
        passes(times(most, of), times(most_of, over), most=portion.most),
        where(~known, times(nw.col(NOTED), UNKNOWN_FACT) + nothing),
    )


def _worst_span(
    frame: Frame, number: int, bulk: Bulk, found: Windows, sums: Frame, parts: int
) -> Frame:
    """Return, for every bearer and period, which ranks and reasons the spans of a part have."""
    portion, outcomes = bulk.quota.part[number], found.outcomes
    on = ["_profile", "_place", *(["_leave"] if found.varied else [])]
    spells = frame.select(BEARER, *on, NOTED).join(
        bulk.backend.beside(found.spell_table(number)), on=on, how="inner"
    )
    spells = spells.join(sums, on=[*GROUP, "_span"], how="left")
    mine = [name for side in sides_of(number, portion) for name in ends_of(side)]
    spells = spells.with_columns(nw.col(name).fill_null(0) for name in mine)
    asked = _spell_asks(portion, parts)
    made = nw.col("_kind") * SITUATIONS + _situation(number, portion, asked)
    spells = spells.with_columns(_of_span=made)
    one = _Told(outcomes, nw.col("_of_span"), {spell.kind for spell in found.spells[number]})
    asked_of = {f"_ranks_{rank}_{number}": one.ranks(rank) for rank in range(len(RANKS))}
    asked_of |= {f"_gives_{code}_{number}": one.gives(code) for code in range(len(outcomes.codes))}
    said = {name: nw.lit(False) if holds is None else holds for name, holds in asked_of.items()}
    most = len(found.spells[number])
    return Grouping(bulk.backend, most, most).of(spells, GROUP, Figures({}, said))


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
        bound, of = times(nw.col(f"_asked_set_{number}"), parts), _asked_of(found)
        low, high = (times(nw.col(f"_set_{number}_{end}"), of) for end in ("low", "high"))
        no_top = nw.col(f"_set_{number}_open") > 0
        of_each = [
            _Told(found.outcomes, nw.col(f"_of_{part}"), found.kinds[f"_kind_{part}"])
            for part in several
        ]
        met = [one.ranks(_MET) for one in of_each]
        frame = frame.with_columns(
            _lacks=where(low < bound, where(~no_top & (high < bound), whole(far)) + (bound - low)),
            _these_met=flag(reduce(and_, [nw.lit(False) if one is None else one for one in met])),
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
    doubts = nw.col("_doubted") * nw.col(NOTED) * UNKNOWN_FACT
    worst = nw.col("_worst")
    enough = worst <= far
    if found.spares:
        unsettled = nw.col("_unsettled") > 0
        enough = enough | unsettled
        doubts = where(unsettled, whole(UNKNOWN_FACT), doubts)
    made = nw.col("_kind_set") * SITUATIONS + situation(never(worst), enough, doubts)
    return frame.with_columns(_of_set=made), clash
