"""Figures added up for groups, where it is exact several of them side by side in one number.

What grouping costs depends on the number of columns more than on anything else. No figure here is
below zero, and it is known what all of them together come to at the most. So each is given the
binary digits it may need, several stand in one whole number, and are taken apart once for every
group. Likewise a bearer and where a record counts make one number, by which groups are found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.frames.backends import Backend, Frame
from eduplan.frames.columns import LARGEST, WHOLE, flag, mark

DIGITS = LARGEST.bit_length()
"""Binary digits of the whole numbers that a column holds."""


class Figures(NamedTuple):
    """What is made of every record, to be put together for groups of them.

    Attributes:
        added: whole numbers, none below zero, that are added up.
        marks: truths, of which it is told whether one holds.
    """

    added: Mapping[str, nw.Expr]
    marks: Mapping[str, nw.Expr] = {}

    def __or__(self, other: Figures) -> Figures:
        return Figures({**self.added, **other.added}, {**self.marks, **other.marks})

    def again(self) -> Figures:
        """Return them as they stand in a frame of groups, to be put together for larger ones."""
        return columns_of(tuple(self.added), tuple(self.marks))

    def beside(self, frame: Frame) -> Frame:
        """Return a frame of groups with them."""
        made = {**self.added, **{name: flag(one) for name, one in self.marks.items()}}
        return frame.with_columns(**made) if made else frame

    @property
    def names(self) -> tuple[str, ...]:
        """The columns they come to."""
        return (*self.added, *self.marks)


def columns_of(added: Sequence[str], marks: Sequence[str] = ()) -> Figures:
    """Return figures that stand in columns of these names."""
    return Figures(
        {name: nw.col(name) for name in added}, {name: nw.col(name) > 0 for name in marks}
    )


class _Lane(NamedTuple):
    """The binary digits of a column in which a figure stands."""

    column: str
    first: int
    size: int
    top: bool = False

    @property
    def figure(self) -> nw.Expr:
        """What stands there."""
        found = nw.col(self.column)
        found = found // 2**self.first if self.first else found
        return found if self.top else found % 2**self.size


class Grouping(NamedTuple):
    """How figures are put together.

    Attributes:
        backend: where they lie.
        most: what a figure of all groups together comes to at the most.
        rows: how many records there are at the most.
        sizes: of the columns that tell groups apart, besides the first, those with whole numbers
            from 0, and how many numbers; nothing where the first is no whole number itself.
    """

    backend: Backend
    most: int
    rows: int
    sizes: Mapping[str, int] = {}

    def of(self, frame: Frame, by: Sequence[str], figures: Figures) -> Frame:
        """Return the figures of every group: what was added up, and 1 or 0 for every mark."""
        if not self.backend.divides:
            return _each_by_itself(frame, by, figures)
        lanes = self._lanes(figures)
        made: dict[str, nw.Expr] = {}
        for name, lane in lanes.items():
            figure = figures.added[name] if name in figures.added else flag(figures.marks[name])
            moved = figure * 2**lane.first if lane.first else figure
            made[lane.column] = made[lane.column] + moved if lane.column in made else moved
        folded = [name for name in by[1:] if name in self.sizes]
        keys = [name for name in by if name not in folded]
        key = nw.col(keys[0])
        for name in folded:
            key = key * self.sizes[name] + nw.col(name)
        found = frame.select(key.alias(keys[0]), *keys[1:], **made)
        found = found.group_by(*keys).agg(nw.col(name).sum() for name in made)
        told = self._apart(keys[0], folded)
        for name, lane in lanes.items():
            told[name] = lane.figure if name in figures.added else flag(lane.figure > 0)
        return found.select(*keys[1:], **told)

    def _apart(self, key: str, folded: Sequence[str]) -> dict[str, nw.Expr]:
        """Return the columns of which a key was made."""
        rest, made = nw.col(key), {}
        for name in reversed(folded):
            made[name] = rest % self.sizes[name]
            rest = rest // self.sizes[name]
        return {key: rest, **made}

    def _lanes(self, figures: Figures) -> dict[str, _Lane]:
        """Return where figures stand: in as many columns as hold the digits of all."""
        lanes: dict[str, _Lane] = {}
        column, first, last = 0, 0, ""
        sizes = dict.fromkeys(figures.added, self.most.bit_length() or 1)
        sizes |= dict.fromkeys(figures.marks, self.rows.bit_length() or 1)
        for name, size in sizes.items():
            if first + size > DIGITS:
                lanes[last] = lanes[last]._replace(top=True)
                column, first = column + 1, 0
            lanes[name] = _Lane(f"_together_{column}", first, size)
            first, last = first + size, name
        lanes[last] = lanes[last]._replace(top=True)
        return lanes


def _each_by_itself(frame: Frame, by: Sequence[str], figures: Figures) -> Frame:
    made = {name: mark(truth) for name, truth in figures.marks.items()}
    found = frame.select(*by, **figures.added, **made)
    found = found.group_by(*by).agg(
        *(nw.col(name).sum() for name in figures.added),
        *(nw.col(name).max() for name in figures.marks),
    )
    return found.with_columns(nw.col(name).cast(WHOLE) for name in figures.names)
