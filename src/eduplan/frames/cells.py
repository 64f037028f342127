"""Figures added up apart for several cells, all of them side by side in few whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.frames.backends import Digits
from eduplan.frames.columns import where, whole
from eduplan.frames.grouping import Figures, laid, put


class Cells(NamedTuple):
    """What a figure is added up apart for: each record belongs to one cell.

    Attributes:
        several: how many cells there are.
        shift: the column with what moves a figure to the digits of its cell, "" where there is one.
    """

    several: int
    shift: str = ""


ALONE = Cells(1)
"""One cell for all records."""


def shifts(cells: Sequence[nw.Expr], digits: int) -> nw.Expr:
    """Return what moves a figure to the digits of its cell.

    Args:
        cells: whether a record belongs to a cell, for every cell but the first, which has the rest.
        digits: how many digits a cell has.
    """
    found = whole(1)
    for number, belongs in enumerate(cells, 1):
        found = where(belongs, whole(2 ** (digits * number)), found)
    return found


def cell(name: str, number: int) -> str:
    """Return the column with a figure of one cell."""
    return f"{name}@{number}"


def side_by_side(
    figures: Figures, of: Mapping[str, Cells], digits: int
) -> tuple[dict[str, nw.Expr], dict[str, Digits]]:
    """Return whole numbers to be added up, and where in their sums every cell of figures stands.

    Args:
        figures: the figures of a record.
        of: the cells of those that have several.
        digits: how many digits each cell of each figure has.
    """
    made: dict[str, nw.Expr] = {}
    told: dict[str, Digits] = {}
    sizes = {name: of.get(name, ALONE).several * digits for name in figures.names}
    for name, (column, first) in laid(sizes).items():
        cells = of.get(name, ALONE)
        put(made, column, figures.moved(name, first, nw.col(cells.shift) if cells.shift else None))
        for number in range(cells.several):
            column_of = cell(name, number) if name in of else name
            told[column_of] = Digits(column, first + number * digits, digits, name in figures.marks)
    return made, told
