"""Cuts: conditions that whole numbers keep and fractions break, exactly.

Where limits hold for whole numbers, so does any sum of parts of them, and on both of its sides what
is less than a whole may be left out (Chvátal and Gomory). Which parts to take is read from the
inverse of the basis of a solution. That is done in floating numbers, but parts are whole numbers of
so many equal ones, so that a cut holds whatever they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from ortools.linear_solver import pywraplp

MOST_CUTS = 20
"""So many are taken at a time, at most: those that are broken most."""

MOST_PARTS = 60
"""Limits are taken apart into fewer equal parts."""

NEARLY = 1e-6
"""What is so near to a whole number is one."""


class Cut(NamedTuple):
    """A sum of parts of limits, rounded down.

    Attributes:
        parts: by the place of a limit, how many equal parts of it are taken.
        whole: how many equal parts make a whole.
        most: what the sum of the limits comes to, rounded down.
    """

    parts: Mapping[int, int]
    whole: int
    most: int


def cuts_of(
    solver: pywraplp.Solver, entries: Sequence[Mapping[int, int]], limits: Sequence[int]
) -> list[Cut]:
    """Return cuts that the solution at hand breaks, those that it breaks most.

    Args:
        solver: the solver, which has just found a solution.
        entries: by variable, the rows in which it stands, and how much it takes of each.
        limits: what its rows come to at most, for whole numbers of all variables.
    """
    basic = [one.index() for one in solver.variables() if one.basis_status() == solver.BASIC]
    loose = [row.index() for row in solver.constraints() if row.basis_status() == solver.BASIC]
    if len(basic) + len(loose) != len(limits):
        return []
    basis = np.zeros((len(limits), len(limits)))
    for column, variable in enumerate(basic):
        basis[list(entries[variable]), column] = list(entries[variable].values())
    basis[loose, range(len(basic), len(limits))] = 1
    try:
        inverse = np.linalg.inv(basis)
    except np.linalg.LinAlgError:
        return []
    values = inverse @ np.array(limits, dtype=float)
    found: dict[tuple[int, ...], tuple[Fraction, Cut]] = {}
    for row in inverse[np.abs(values - np.round(values)) > NEARLY]:
        whole = next((n for n in range(2, MOST_PARTS) if _near(row * n)), 1)
        for times in {1, whole - 1}:
            shares = np.round(row * whole).astype(int) * times % whole
            parts = {int(place): int(shares[place]) for place in np.flatnonzero(shares)}
            total = sum(limits[place] * part for place, part in parts.items())
            most, left = divmod(total, whole)
            if left:
                found[(whole, *shares)] = (Fraction(left, whole), Cut(parts, whole, most))
    ranked = sorted(found.values(), key=lambda one: (-one[0], len(one[1].parts)))
    return [cut for _, cut in ranked[:MOST_CUTS]]


def _near(row: np.ndarray) -> bool:
    return bool(np.abs(row - np.round(row)).max() < NEARLY)
