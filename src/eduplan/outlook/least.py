"""The least sum of amounts that satisfies linear conditions, exactly.

A dual simplex over fractions: every amount adds one to what is made least, so that doing nothing is
as cheap as anything can be, and only conditions that fail have to be mended. Bland's rule (of
several choices the first) makes it end. The systems met here have a few rows and columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from eduplan.exact import Number, exact

Row = tuple[Sequence[Number], Number]
"""A condition: with these coefficients the amounts come to at least so much."""


def least(rows: Sequence[Row], width: int, *, whole: bool = False) -> list[Number] | None:
    """Return amounts of at least 0 with the least sum; None where the conditions contradict.

    Args:
        rows: the conditions.
        width: how many amounts there are.
        whole: whether amounts are whole numbers.

    >>> least([((1, 1), 10), ((1, -1), 4)], 2)
    [10, 0]
    >>> least([((2, 0), 3)], 2, whole=True)
    [2, 0]
    >>> least([((1,), 2), ((-1,), -1)], 1) is None
    True
    """
    found = _least(rows, width)
    broken = [i for i, one in enumerate(found or ()) if isinstance(one, Fraction)]
    if not whole or found is None or not broken:
        return found
    place = broken[0]
    unit = [int(index == place) for index in range(width)]
    below = ([-one for one in unit], -floor(found[place]))
    above = (unit, ceil(found[place]))
    ways = [least([*rows, branch], width, whole=True) for branch in (below, above)]
    return min((way for way in ways if way is not None), key=sum, default=None)


def _least(rows: Sequence[Row], width: int) -> list[Number] | None:
    table = [[Fraction(one) for one in row] + [Fraction(-bound)] for row, bound in rows]
    costs = [Fraction(1)] * width
    inside = [width + index for index in range(len(rows))]  # slacks stand behind the amounts
    outside = list(range(width))
    while True:
        failing = [(inside[i], i) for i, row in enumerate(table) if row[-1] < 0]
        if not failing:
            break
        place = min(failing)[1]
        row = table[place]
        choices = [(costs[j] / row[j], outside[j], j) for j in range(width) if row[j] > 0]
        if not choices:
            return None
        column = min(choices)[2]
        _exchange(table, costs, place, column)
        inside[place], outside[column] = outside[column], inside[place]
    amounts: list[Number] = [0] * width
    for which, row in zip(inside, table, strict=True):
        if which < width:
            amounts[which] = exact(row[-1])
    return amounts


def _exchange(table: list[list[Fraction]], costs: list[Fraction], place: int, column: int) -> None:
    """Let the amount of a column take the place of the slack of a row."""
    row = table[place]
    pivot = row[column]
    solved = [-one / pivot for one in row]
    solved[column] = 1 / pivot
    table[place] = solved
    for index, other in enumerate(table):
        if index != place and other[column]:
            table[index] = _put_in(other, solved, column)
    if costs[column]:
        costs[:] = _put_in([*costs, Fraction(0)], solved, column)[:-1]


def _put_in(row: list[Fraction], solved: list[Fraction], column: int) -> list[Fraction]:
    times = row[column]
    found = [one + times * other for one, other in zip(row, solved, strict=True)]
    found[column] = times * solved[column]
    return found
