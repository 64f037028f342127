"""Caps over columns: sums are cut, narrow ranges first, wherever sums alone can tell what is left.

Figures are kept apart by the scopes of caps, which have no record in common, and are added up from
one range to the next wider one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.errors import Fault, NotPortable
from eduplan.exact import Number
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import bucket
from eduplan.frames.columns import LARGEST, Sort, count, flag, where, whole
from eduplan.frames.ranges import PERIOD, Level
from eduplan.frames.truths import Truth
from eduplan.measures import Cap, Per, Threshold
from eduplan.selectors import EVERYTHING, Selector


def levels(caps: Sequence[Cap]) -> Sequence[Level]:
    """Return the levels of caps below that of a whole period, narrow ones first."""
    found = [Level(cap.per, cap.each) for cap in caps if cap.per is not Per.RECORD]
    return [level for level in dict.fromkeys(found) if level != PERIOD]


def told_apart(caps: Sequence[Cap], sorts: Mapping[str, Sort]) -> Sequence[str]:
    """Return the facts for each value of which a cap holds, as far as there are such columns."""
    return tuple(dict.fromkeys(level.each for level in levels(caps) if level.each in sorts))


def kept(by: Sequence[str], caps: Sequence[Cap], above: Level | None) -> tuple[str, ...]:
    """Return of columns that tell figures apart those that still do so above a level."""
    several = levels(caps)
    rest = several[several.index(above) + 1 :] if above is not None else ()
    gone = {bucket(level.per) for level in several} | {level.each for level in several}
    gone -= {bucket(level.per) for level in rest} | {level.each for level in rest}
    return tuple(name for name in by if name not in gone)


def doubt(cap: Cap | Threshold, truth: Truth, sorts: Mapping[str, Sort]) -> nw.Expr | None:
    """Return where it is not known for which records a limit holds, None where it always is."""
    doubts = [truth.unknown] if cap.where != EVERYTHING else []
    if cap.each:
        doubts.append(truth.true & nw.col(cap.each).is_null() if cap.each in sorts else truth.true)
    return reduce(lambda one, other: one | other, doubts) if doubts else None


def most(cap: Cap) -> Number:
    """Return the most that counts by a cap that is not a share of what is owed."""
    return 0 if cap.at_most is None else cap.at_most


def left_by(cap: Cap, at_most: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Return the most that counts by a cap at the least and at the most.

    A share of what is not known to be owed may leave nothing, and may cut nothing.

    Args:
        cap: the cap.
        at_most: the most that counts by it, below zero where that is not known.
    """
    if cap.share is None:
        return at_most, at_most
    unknown = at_most < 0
    return where(unknown, whole(0), at_most), where(unknown, whole(LARGEST), at_most)


def cut_each(frame: Frame, cap: Cap, parts: int, truth: Truth) -> Frame:
    """Cut what single records count for; at the least, a doubtful cap holds, at the most not."""
    cut = whole(int(most(cap) * parts))
    low, high = nw.col("_low"), nw.col("_high")
    return frame.with_columns(
        _low=nw.when(~truth.false & (low > cut)).then(cut).otherwise(low),
        _high=nw.when(truth.true & (high > cut)).then(cut).otherwise(high),
    )


def check_apart(frame: Frame, scopes: Sequence[Truth]) -> None:
    """Refuse records of which it is not known which of several caps holds for them."""
    held = [flag(~truth.false) for truth in scopes]
    frame = frame.with_columns(_caps=nw.col("_sure") * sum(held[1:], start=held[0]))
    _refuse(frame.filter(nw.col("_caps") > 1))


def check_named(
    frame: Frame, caps: Sequence[Cap], told: Mapping[Selector, Truth], sorts: Mapping[str, Sort]
) -> None:
    """Refuse records that do not say what they are about, where a cap holds for each such thing."""
    silent = [
        ~told[cap.where].false & (nw.col(cap.each).is_null() if cap.each in sorts else whole(1) > 0)
        for cap in caps
        if cap.each and cap.best is None and cap.per is not Per.RECORD
    ]
    if silent:
        _refuse(frame.filter(reduce(or_, silent)))


def _refuse(doubtful: Frame) -> None:
    if number := count(doubtful):
        raise NotPortable([Fault("caps-doubtful", "records", {"count": number})])


def split(figure: str, amount: nw.Expr, inside: Sequence[nw.Expr]) -> dict[str, nw.Expr]:
    """Part a figure by the scopes of caps, which do not overlap, with what is in none last."""
    if not inside:
        return {figure: amount}
    parts = [*inside, ~reduce(or_, inside)]
    return {f"{figure}_{place}": where(part, amount) for place, part in enumerate(parts)}


class Cutter(NamedTuple):
    """Cuts sums by the caps of a level.

    Attributes:
        caps: all caps, in their order.
        scopes: the records caps hold for, where that is not everything.
        parts: how many parts of one the sums are counted in.
        low: names of the figures that are sure at the least, parted by scopes.
        high: names of those with what is doubtful at the most.
        finer: where caps have cut single records before, how many parts of one the limits of those
            are counted in that are a share of what is owed; 0 where they have not.
    """

    caps: Sequence[Cap]
    scopes: Sequence[Selector]
    parts: int
    low: Sequence[str]
    high: Sequence[str]
    finer: int = 0

    @property
    def open(self) -> Sequence[Cap]:
        """The caps by which sums are still to be cut."""
        return () if self.finer else self.caps

    @property
    def scales(self) -> bool:
        """Whether sums are still to be counted in parts that make shares of what is owed whole."""
        return any(cap.share is not None for cap in self.open)

    @property
    def shares(self) -> bool:
        """Whether a cap is a share of what is owed."""
        return any(cap.share is not None for cap in self.caps)

    def cut(
        self, frame: Frame, low: Sequence[str], high: Sequence[str], level: Level | None
    ) -> tuple[Frame, Sequence[str], Sequence[str]]:
        """Apply the caps of one level to figures that are added up by it."""
        for index, cap in enumerate(self.open):
            if Level(cap.per, cap.each) != level:
                continue
            made = {}
            ends: list[Sequence[str]] = []
            for names, at_most in zip((low, high), left_by(cap, self._most(index)), strict=True):
                # All of a figure cut leaves nothing to tell scopes apart by.
                everything = cap.where == EVERYTHING
                name = names[0 if everything else self.scopes.index(cap.where)]
                made[name] = _smaller(added(names) if everything else nw.col(name), at_most)
                ends.append([name] if everything else names)
            frame = frame.with_columns(**made)
            low, high = ends
        return frame, low, high

    def ceiling(self) -> nw.Expr | None:
        """Return the most that a whole period can come to, None where no cap says so."""
        several = [
            self._most(index)
            for index, cap in enumerate(self.caps)
            if cap.best is None and Level(cap.per, cap.each) == PERIOD and cap.where == EVERYTHING
        ]
        return reduce(_smaller, several) if several else None

    def scaled(self, frame: Frame, names: Iterable[str]) -> Frame:
        """Return figures in parts in which shares of what is owed are whole numbers."""
        if not self.scales:
            return frame
        return frame.with_columns(nw.col(name) * nw.col("_limits_of") for name in names)

    @property
    def parts_of(self) -> nw.Expr:
        """How many parts of one figures are counted in for a whole period."""
        return whole(self.parts) * nw.col("_limits_of") if self.scales else whole(self.parts)

    def _most(self, index: int) -> nw.Expr:
        cap = self.caps[index]
        if cap.share is not None:
            return nw.col(f"_limit_{index}") * (self.parts // (self.finer or 1))
        cut = whole(int(most(cap) * self.parts))
        scaled = self.scales and Level(cap.per, cap.each) == PERIOD
        return cut * nw.col("_limits_of") if scaled else cut


def _smaller(one: nw.Expr, other: nw.Expr) -> nw.Expr:
    return nw.when(one < other).then(one).otherwise(other)


def added(names: Sequence[str]) -> nw.Expr:
    """Return the sum of columns."""
    first, *rest = (nw.col(name) for name in names)
    return sum(rest, start=first)
