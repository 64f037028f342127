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

from eduplan.frames.backends import Backend, Digits, Frame
from eduplan.frames.columns import LARGEST, WHOLE, flag, mark, where, whole

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

    def moved(self, name: str, first: int, shift: nw.Expr | None = None) -> nw.Expr:
        """Return a figure moved before so many digits, and by a factor of its own besides."""
        if name in self.added:
            figure = self.added[name] if shift is None else self.added[name] * shift
            return figure * 2**first if first else figure
        weight = whole(2**first) if shift is None else shift * 2**first
        return where(self.marks[name], weight)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns they come to."""
        return (*self.added, *self.marks)


def columns_of(added: Sequence[str], marks: Sequence[str] = ()) -> Figures:
    """Return figures that stand in columns of these names."""
    return Figures(
        {name: nw.col(name) for name in added}, {name: nw.col(name) > 0 for name in marks}
    )


def laid(sizes: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """Return in which column, and before how many digits, figures of so many digits stand."""
    found: dict[str, tuple[str, int]] = {}
    filled: dict[str, int] = {}
    for name, size in sizes.items():
        free = (column for column, used in filled.items() if used + size <= DIGITS)
        column = next(free, f"_together_{len(filled)}")
        found[name] = column, filled.get(column, 0)
        filled[column] = found[name][1] + size
    return found


def put(made: dict[str, nw.Expr], column: str, figure: nw.Expr) -> None:
    """Put a figure beside what stands in a column already."""
    made[column] = made[column] + figure if column in made else figure


class Grouping(NamedTuple):
    """How figures are put together.

    Attributes:
        backend: where they lie.
        most: what a figure of all groups together comes to at the most.
        rows: how many records a group has at the most.
        sizes: of the columns that tell groups apart, besides the first, those with whole numbers
            from 0, and how many numbers; nothing where the first is no whole number itself.
    """

    backend: Backend
    most: int
    rows: int
    sizes: Mapping[str, int] = {}

    def of(self, frame: Frame, by: Sequence[str], figures: Figures) -> Frame:
        """Return the figures of every group: what was added up, and 1 or 0 for every mark."""
        if self.backend.apart is None:
            return _each_by_itself(frame, by, figures)
        told = self._side_by_side(figures)
        made: dict[str, nw.Expr] = {}
        for name, (column, first, *_) in told.items():
            put(made, column, figures.moved(name, first))
        folded = {
            name: (self.sizes[name] - 1).bit_length() for name in by[1:] if name in self.sizes
        }
        keys = [name for name in by if name not in folded]
        key = nw.col(keys[0])
        for name, size in folded.items():
            key = key * 2**size + nw.col(name)
        told |= _in_key(keys[0], folded)
        found = frame.select(key.alias(keys[0]), *keys[1:], **made)
        found = found.group_by(*keys).agg(nw.col(name).sum() for name in made)
        return self.backend.apart(found, [name for name in keys if name not in told], told)

    def _side_by_side(self, figures: Figures) -> dict[str, Digits]:
        """Return where figures stand: in as many columns as hold the digits of all."""
        sizes = dict.fromkeys(figures.added, self.most.bit_length() or 1)
        sizes |= dict.fromkeys(figures.marks, self.rows.bit_length() or 1)
        told = {
            name: Digits(column, first, sizes[name], name in figures.marks)
            for name, (column, first) in laid(sizes).items()
        }
        filled = {at.column: at.first + sizes[name] for name, at in told.items()}
        last = [name for name, at in told.items() if at.first + sizes[name] == filled[at.column]]
        return told | {name: told[name]._replace(size=None) for name in last}


def _in_key(key: str, folded: Mapping[str, int]) -> dict[str, Digits]:
    """Return where in a key those columns stand that were folded into it, by their sizes."""
    told, first = {}, 0
    for name, size in reversed(list(folded.items())):
        told[name] = Digits(key, first, size)
        first += size
    return {key: Digits(key, first, None), **told} if folded else {}


def _each_by_itself(frame: Frame, by: Sequence[str], figures: Figures) -> Frame:
    made = {name: mark(truth) for name, truth in figures.marks.items()}
    found = frame.select(*by, **figures.added, **made)
    found = found.group_by(*by).agg(
        *(nw.col(name).sum() for name in figures.added),
        *(nw.col(name).max() for name in figures.marks),
    )
    return found.with_columns(nw.col(name).cast(WHOLE) for name in figures.names)
