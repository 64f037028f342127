"""The cheapest way to give everybody what they need, under places: exact, by columns.

A *pattern* is a set of courses that is enough for one need. The master programme says how many of
those alike follow which pattern; its linear relaxation is solved by OR-Tools' GLOP, patterns that
would improve it are found by dynamic programming over what is left of a need, and the whole numbers
by its SCIP, on one thread and from a fixed seed. Prices of places are rounded to whole numbers
before they are used, so that the bound they prove (by Lagrangian duality) is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import gcd
from typing import NamedTuple

import numpy as np
from ortools.linear_solver import pywraplp

SCALE = 1 << 16
"""Prices of places are whole multiples of one in so many parts of a unit of cost."""

FAR = 1 << 60
"""What cannot be done costs so much."""

LIMITS = "limits/nodes = 200\nrandomization/randomseedshift = 1\n"
"""How long the search for whole numbers goes on: counted, and not by the clock."""

MOST_STATES = 2_000_000
"""So many states of what is left of a need are looked at, at most."""

Need = tuple[int, ...]
Pattern = tuple[int, ...]


class Kind(NamedTuple):
    """Those for whom courses are worth the same.

    Attributes:
        worth: what each course adds to each figure; None where it is not open to them.
        needs: how many of them lack what of each figure.
    """

    worth: tuple[Need | None, ...]
    needs: Mapping[Need, int]


class Offer(NamedTuple):
    """What is offered.

    Attributes:
        costs: the whole-number cost of a place in each course.
        places: how many may attend each course.
        groups: courses that may exclude one another, parted into groups that do not.
        clashes: pairs of courses nobody attends both of.
    """

    costs: tuple[int, ...]
    places: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    clashes: frozenset[tuple[int, int]]


class Answer(NamedTuple):
    """What was found.

    Attributes:
        chosen: for each kind and need, how many follow which pattern.
        unserved: for each kind and need, for how many there is nothing.
        cost: what it costs.
        bound: no answer that serves as many costs less.
        proved: whether it is proved to be the cheapest.
        columns: how many patterns were looked at.
    """

    chosen: dict[tuple[int, Need], dict[Pattern, int]]
    unserved: dict[tuple[int, Need], int]
    cost: int
    bound: int
    proved: bool
    columns: int


class TooLarge(Exception):
    """There are too many states of what is left of a need."""


class _Table:
    """What is left of the needs of one kind, and where courses lead from there."""

    def __init__(self, kind: Kind, offer: Offer) -> None:
        columns = zip(*(one for one in kind.worth if one is not None), strict=True)
        units = [gcd(*column) or 1 for column in columns] or [1] * len(next(iter(kind.needs)))
        # Of multiples of four hours nothing between them is ever needed.
        needs = {
            need: tuple(-(-n // unit) for n, unit in zip(need, units, strict=True))
            for need in kind.needs
        }
        self.worth = [
            None if one is None else tuple(n // unit for n, unit in zip(one, units, strict=True))
            for one in kind.worth
        ]
        worths = sorted({one for one in self.worth if one is not None and any(one)})
        self.states = _closure(sorted(set(needs.values())), worths)
        self._place = {tuple(map(int, one)): i for i, one in enumerate(self.states)}
        self.start = {need: self._place[left] for need, left in needs.items()}
        self.done = self._place.get((0,) * len(units), -1)
        steps = {worth: self._step(worth) for worth in worths}
        self.options = [
            [(several, self._joined(several, steps)) for several in _together(group, kind, offer)]
            for group in offer.groups
        ]

    def _step(self, worth: Need) -> np.ndarray:
        left = np.maximum(self.states - np.array(worth, dtype=np.int64), 0)
        return np.array([self._place[tuple(one)] for one in left.tolist()], dtype=np.int64)

    def _joined(self, several: Pattern, steps: Mapping[Need, np.ndarray]) -> np.ndarray:
        found = np.arange(len(self.states))
        for course in several:
            worth = self.worth[course]
            assert worth is not None  # noqa: S101 - for the type checker
            found = steps[worth][found]
        return found

    def priced(self, prices: Sequence[int]) -> list[np.ndarray]:
        """Return the least price from every state, with ever more groups of courses."""
        least = np.full(len(self.states), FAR, dtype=np.int64)
        if self.done >= 0:
            least[self.done] = 0
        found = [least]
        for options in self.options:
            best = least.copy()
            for several, step in options:
                price = sum(prices[course] for course in several)
                np.minimum(best, np.minimum(least[step] + price, FAR), out=best)
            least = best
            found.append(least)
        return found

    def pattern(self, levels: Sequence[np.ndarray], need: Need, prices: Sequence[int]) -> Pattern:
        """Return the courses of the least price for a need."""
        state = self.start[need]
        found: list[int] = []
        for level in range(len(self.options), 0, -1):
            if levels[level][state] == levels[level - 1][state]:
                continue
            for several, step in self.options[level - 1]:
                price = sum(prices[course] for course in several)
                if levels[level - 1][step[state]] + price == levels[level][state]:
                    found += several
                    state = int(step[state])
                    break
        return tuple(sorted(found))

    def within(
        self, levels: Sequence[np.ndarray], need: Need, prices: Sequence[int], most: int
    ) -> set[Pattern]:
        """Return all patterns for a need whose price is at most ``most``."""
        found: set[Pattern] = set()
        paths: list[tuple[int, int, int, Pattern]] = [
            (len(self.options), self.start[need], most, ())
        ]
        while paths:
            level, state, left, chosen = paths.pop()
            if levels[level][state] > left:
                continue
            if level == 0:
                found.add(tuple(sorted(chosen)))
                if len(found) > MOST_STATES // 400:
                    raise TooLarge
                continue
            paths.append((level - 1, state, left, chosen))
            for several, step in self.options[level - 1]:
                price = sum(prices[course] for course in several)
                paths.append((level - 1, int(step[state]), left - price, chosen + several))
        return found


def _closure(needs: Sequence[Need], worths: Sequence[Need]) -> np.ndarray:
    """Return all that may be left of needs when courses are taken."""
    found = np.unique(np.array(needs, dtype=np.int64), axis=0)
    if not worths:
        return found
    steps = np.array(worths, dtype=np.int64)
    while True:
        left = np.maximum(found[:, None, :] - steps[None], 0).reshape(-1, found.shape[1])
        if len(left) > MOST_STATES * 10:
            raise TooLarge
        both = np.unique(np.concatenate([found, left]), axis=0)
        if len(both) == len(found):
            return found
        if len(both) > MOST_STATES:
            raise TooLarge
        found = both


def _together(group: Sequence[int], kind: Kind, offer: Offer) -> list[Pattern]:
    """Return the sets of courses of a group that go together."""
    found: list[Pattern] = [()]
    for course in group:
        worth = kind.worth[course]
        if worth is None or not any(worth):
            continue
        found += [
            (*one, course)
            for one in found
            if all((other, course) not in offer.clashes for other in one)
        ]
        if len(found) > MOST_STATES // 100:
            raise TooLarge
    return found[1:]


def solve(kinds: Sequence[Kind], offer: Offer) -> Answer:
    """Return who follows which pattern so that as many as can be are served, then at least cost.

    Raises:
        TooLarge: the needs and courses are too many to be looked at.
    """
    return _Master(kinds, offer).answer()


class _Master:
    def __init__(self, kinds: Sequence[Kind], offer: Offer) -> None:
        self.offer = offer
        self.tables = [_Table(kind, offer) for kind in kinds]
        self.rows = [
            (index, need, count)
            for index, kind in enumerate(kinds)
            for need, count in sorted(kind.needs.items())
        ]
        # Serving one more is worth more than all places together can cost.
        self.unit = gcd(*offer.costs) or 1
        self.far = self.unit + sum(
            cost * min(places, sum(count for _, _, count in self.rows))
            for cost, places in zip(offer.costs, offer.places, strict=True)
        )
        self.columns: list[set[Pattern]] = [set() for _ in self.rows]
        self.best = (-FAR, list(offer.costs), 1)

    def cost(self, pattern: Pattern) -> int:
        return sum(self.offer.costs[course] for course in pattern)

    def relax(self) -> None:
        """Add patterns until none improves the relaxation, and keep the best bound."""
        solver = pywraplp.Solver.CreateSolver("GLOP")
        least = solver.Objective()
        least.SetMinimization()
        endless = solver.infinity()
        cover = [solver.Constraint(count, endless) for _, _, count in self.rows]
        places = [solver.Constraint(-endless, most) for most in self.offer.places]
        for row in cover:
            none = solver.NumVar(0, endless, "")
            row.SetCoefficient(none, 1)
            least.SetCoefficient(none, self.far)
        prices = [SCALE * cost for cost in self.offer.costs]
        while True:
            levels = [table.priced(prices) for table in self.tables]
            self._bound(levels, prices)
            new = False
            for place, (kind, need, _) in enumerate(self.rows):
                price = int(levels[kind][-1][self.tables[kind].start[need]])
                if price >= SCALE * self.far:
                    continue
                pattern = self.tables[kind].pattern(levels[kind], need, prices)
                if pattern in self.columns[place]:
                    continue
                new = True
                self.columns[place].add(pattern)
                share = solver.NumVar(0, endless, "")
                cover[place].SetCoefficient(share, 1)
                least.SetCoefficient(share, self.cost(pattern))
                for course in pattern:
                    places[course].SetCoefficient(share, 1)
            if not new or solver.Solve() != pywraplp.Solver.OPTIMAL:
                return
            prices = [
                SCALE * cost + max(0, round(-row.dual_value() * SCALE))
                for cost, row in zip(self.offer.costs, places, strict=True)
            ]

    def _bound(self, levels: Sequence[Sequence[np.ndarray]], prices: Sequence[int]) -> None:
        """Keep the bound that prices of places prove: what all pay, less what places bring in."""
        paid = sum(
            count * min(int(levels[kind][-1][self.tables[kind].start[need]]), SCALE * self.far)
            for kind, need, count in self.rows
        )
        rent = sum(
            (price - SCALE * cost) * most
            for price, cost, most in zip(prices, self.offer.costs, self.offer.places, strict=True)
        )
        if paid - rent > self.best[0]:
            self.best = (paid - rent, list(prices), 0)

    def bound(self) -> int:
        """Return the least that an answer can cost: a multiple of what all costs are."""
        return max(0, -(-self.best[0] // (SCALE * self.unit)) * self.unit)

    def whole(self) -> tuple[int, list[dict[Pattern, int]], list[int], bool]:
        """Return the cheapest answer in whole numbers over the patterns at hand."""
        solver = pywraplp.Solver.CreateSolver("SCIP")
        least = solver.Objective()
        least.SetMinimization()
        places = [solver.Constraint(0, most) for most in self.offer.places]
        counts: list[list[tuple[Pattern, pywraplp.Variable]]] = []
        nones: list[pywraplp.Variable] = []
        for place, (_, _, count) in enumerate(self.rows):
            cover = solver.Constraint(count, count)
            none = solver.IntVar(0, count, "")
            cover.SetCoefficient(none, 1)
            least.SetCoefficient(none, self.far // self.unit)
            nones.append(none)
            row = []
            for pattern in sorted(self.columns[place]):
                variable = solver.IntVar(0, count, "")
                cover.SetCoefficient(variable, 1)
                least.SetCoefficient(variable, self.cost(pattern) // self.unit)
                for course in pattern:
                    places[course].SetCoefficient(variable, 1)
                row.append((pattern, variable))
            counts.append(row)
        exactly = pywraplp.MPSolverParameters()
        exactly.SetDoubleParam(pywraplp.MPSolverParameters.RELATIVE_MIP_GAP, 0.0)
        solver.SetSolverSpecificParametersAsString(LIMITS)
        optimal = solver.Solve(exactly) == pywraplp.Solver.OPTIMAL
        chosen = [
            {pattern: n for pattern, variable in row if (n := round(variable.solution_value()))}
            for row in counts
        ]
        left = [round(none.solution_value()) for none in nones]
        total = self.far * sum(left) + sum(
            self.cost(pattern) * n for row in chosen for pattern, n in row.items()
        )
        return total, chosen, left, optimal

    def widened(
        self, levels: Sequence[Sequence[np.ndarray]], prices: Sequence[int], gap: int
    ) -> bool:
        """Add all patterns within a gap of the least price; False where there are too many."""
        try:
            for place, (kind, need, _) in enumerate(self.rows):
                table = self.tables[kind]
                least = int(levels[kind][-1][table.start[need]])
                if least < FAR:
                    most = min(least, SCALE * self.far) + gap
                    self.columns[place] |= table.within(levels[kind], need, prices, most)
                if sum(map(len, self.columns)) > MOST_STATES // 100:
                    return False
        except TooLarge:
            return False
        return True

    def tight(self, most: int) -> list[set[Pattern]]:
        """Return the patterns at hand whose price is near the least; often they suffice."""
        _, prices, _ = self.best
        levels = [table.priced(prices) for table in self.tables]
        found = []
        for columns, (kind, need, _) in zip(self.columns, self.rows, strict=True):
            least = int(levels[kind][-1][self.tables[kind].start[need]]) + most
            found.append({one for one in columns if sum(prices[c] for c in one) <= least})
        return found

    def answer(self) -> Answer:
        self.relax()
        bound = self.bound()
        at_hand = self.columns
        self.columns = self.tight(2 * SCALE * self.unit)
        total, chosen, left, proved = self.whole()
        if total > bound:
            self.columns = at_hand
            total, chosen, left, proved = self.whole()
        if total > bound:
            # No pattern dearer than the gap can be in a cheaper answer: with all others the
            # cheapest over what is at hand is the cheapest of all.
            value, prices, _ = self.best
            gap = SCALE * total - value
            levels = [table.priced(prices) for table in self.tables]
            proved = self.widened(levels, prices, gap)
            if proved:
                total, chosen, left, proved = self.whole()
            bound = total if proved else bound
        keys = [(kind, need) for kind, need, _ in self.rows]
        return Answer(
            chosen=dict(zip(keys, chosen, strict=True)),
            unserved={key: n for key, n in zip(keys, left, strict=True) if n},
            cost=total - self.far * sum(left),
            bound=bound - self.far * sum(left),
            proved=proved or total == bound,
            columns=sum(map(len, self.columns)),
        )


def groups_of(
    slots: Sequence[Sequence[str]],
) -> tuple[tuple[tuple[int, ...], ...], frozenset[tuple[int, int]]]:
    """Return courses parted into groups by the slots they share, and the pairs that clash."""
    group = list(range(len(slots)))
    clashes = set()
    for one, other in product(range(len(slots)), repeat=2):
        if one < other and not set(slots[one]).isdisjoint(slots[other]):
            clashes.add((one, other))
            old, new = group[other], group[one]
            group = [new if which == old else which for which in group]
    found: dict[int, list[int]] = {}
    for course, which in enumerate(group):
        found.setdefault(which, []).append(course)
    return tuple(tuple(several) for several in found.values()), frozenset(clashes)
