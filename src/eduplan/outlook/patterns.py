"""The cheapest way to give everybody what they need, under places: exact, by columns.

A *pattern* is a set of courses that is enough for one need. The master programme says how many of
those alike follow which pattern. Its linear relaxation is solved by OR-Tools' GLOP, and patterns
that would improve it are found by dynamic programming. In a whole-number answer every course is
attended by a whole number of people, so where the relaxation has a fraction of one, both sides are
looked at: that lifts the bound as far as whole numbers need, with few branches, for of many answers
that cost the same one is as good as another. Answers are found by fixing what is nearly whole and
solving again. Nothing goes by the clock, and prices of places are rounded to whole numbers before
they are used, so that the bound they prove (by Lagrangian duality) is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from math import gcd
from typing import NamedTuple

from ortools.linear_solver import pywraplp

from eduplan.outlook.choices import Choices
from eduplan.outlook.numbers import Kind, Need, Offer, Pattern, TooLarge
from eduplan.outlook.ways import FAR

SCALE = 1 << 16
"""Prices of places are whole multiples of one in so many parts of the unit of costs, or fewer."""

MOST_NODES = 300
"""So many branches are looked at, at most."""

MOST_PASSES = 600
"""The relaxation is solved so often, at most."""

NEARLY = 1e-6
"""What is so near to a whole number is one."""

STEPS = (0.6, 0.8, 0.7, 0.9, 0.5)
"""From which fraction on a pattern is taken for chosen, when an answer is sought: one try each."""


class Answer(NamedTuple):
    """What was found.

    Attributes:
        chosen: for each kind and need, how many follow which pattern.
        lost: the kinds and needs that no courses fill, whatever their places.
        cost: what it costs.
        bound: no answer that serves as many costs less.
        proved: whether it is proved that none serves more, or as many for less.
    """

    chosen: dict[tuple[int, Need], dict[Pattern, int]]
    lost: frozenset[tuple[int, Need]]
    cost: int
    bound: int
    proved: bool


class _Row(NamedTuple):
    """Those alike who need the same."""

    kind: int
    need: Need
    people: int


class _Head(NamedTuple):
    """Whose attendances of a course are counted: of all, of a kind, or of a row.

    Of course -1 they are counted who are not served.
    """

    level: int
    which: int
    course: int


Ranges = dict[_Head, tuple[int, int]]


class _Relaxed(NamedTuple):
    """A solution of the relaxation: who follows which pattern, what is proved, who gets nothing."""

    bound: int
    shares: list[dict[Pattern, float]]
    nones: list[float]


class _Whole(NamedTuple):
    """An answer in whole numbers."""

    total: int
    chosen: list[dict[Pattern, int]]


def solve(kinds: Sequence[Kind], offer: Offer) -> Answer:
    """Return who follows which pattern so that as many as can be are served, then at least cost.

    Raises:
        TooLarge: the needs and courses are too many to be looked at.
    """
    return _Master(kinds, offer).answer()


class _Master:
    def __init__(self, kinds: Sequence[Kind], offer: Offer) -> None:
        self.offer = offer
        self.choices = [Choices(kind, offer) for kind in kinds]
        self.lost: list[tuple[int, Need]] = []
        self.rows: list[_Row] = []
        for index, (kind, choices) in enumerate(zip(kinds, self.choices, strict=True)):
            found = choices.cheapest(offer.costs, dict.fromkeys(kind.needs, FAR))
            for need, count in sorted(kind.needs.items()):
                if found[need][0] < FAR:
                    self.rows.append(_Row(index, need, count))
                else:
                    self.lost.append((index, need))
        self.people = sum(row.people for row in self.rows)
        self.places = [min(most, self.people) for most in offer.places]
        self.unit = gcd(*offer.costs) or 1
        self.costs = [cost // self.unit for cost in offer.costs]
        # Serving one more is worth more than all places together can cost.
        self.far = 1 + sum(cost * most for cost, most in zip(self.costs, self.places, strict=True))
        # So much is paid for what cannot be, and prices of all courses together are to be numbers.
        self.worst = self.far * (self.people + 1)
        self.scale = SCALE
        while self.scale * self.worst * (len(self.costs) + 2) > FAR // 4:
            self.scale //= 2
        if not self.scale:
            raise TooLarge
        self.passes = 0
        self.found = _Whole(self.far * self.people, [{} for _ in self.rows])
        self._relaxation()

    def _relaxation(self) -> None:
        """Set up the relaxation without patterns."""
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        self.endless = self.solver.infinity()
        self.aim = self.solver.Objective()
        self.aim.SetMinimization()
        self.columns: list[dict[Pattern, pywraplp.Variable]] = [{} for _ in self.rows]
        self.cover = [self.solver.Constraint(0, self.endless) for _ in self.rows]
        self.nones = []
        for row in self.cover:
            none = self.solver.NumVar(0, self.endless, "")
            row.SetCoefficient(none, 1)
            self.aim.SetCoefficient(none, self.far)
            self.nones.append(none)
        self.limits: dict[_Head, pywraplp.Constraint] = {}
        self.ranges: Ranges = {_Head(0, 0, c): (0, most) for c, most in enumerate(self.places)}
        for head in self.ranges:
            self._limit(head)

    def cost(self, pattern: Pattern) -> int:
        return sum([self.costs[course] for course in pattern])

    def _heads(self, place: int, course: int) -> list[_Head]:
        """Return by what attendances of a course by those of a row are counted."""
        row = self.rows[place]
        heads = (_Head(0, 0, course), _Head(1, row.kind, course), _Head(2, place, course))
        return [head for head in heads if head in self.limits]

    def _limit(self, head: _Head) -> None:
        """Count attendances, so that they can be limited."""
        self.limits[head] = limit = self.solver.Constraint(-self.endless, self.endless)
        for place, (columns, none) in enumerate(zip(self.columns, self.nones, strict=True)):
            if head.level and head.which != (place if head.level > 1 else self.rows[place].kind):
                continue
            if head.course < 0:
                limit.SetCoefficient(none, 1)
            for pattern, share in columns.items():
                if head.course in pattern:
                    limit.SetCoefficient(share, 1)
        # Of what cannot be, so much is paid that the bound shows it.
        for sign in (1, -1):
            slack = self.solver.NumVar(0, self.endless, "")
            limit.SetCoefficient(slack, sign)
            self.aim.SetCoefficient(slack, self.worst)

    def _add(self, place: int, pattern: Pattern) -> None:
        share = self.solver.NumVar(0, self.endless, "")
        self.columns[place][pattern] = share
        self.cover[place].SetCoefficient(share, 1)
        self.aim.SetCoefficient(share, self.cost(pattern))
        for course in pattern:
            for head in self._heads(place, course):
                self.limits[head].SetCoefficient(share, 1)

    def relaxed(
        self, ranges: Ranges, counts: Sequence[int], below: int, passes: int = MOST_PASSES
    ) -> _Relaxed | None:
        """Add patterns until none improves the relaxation; None where it could not be solved.

        Args:
            ranges: within which attendances are to be.
            counts: how many of each row are to be served.
            below: it is of no use where it is shown to cost as much.
            passes: how often it is solved at most.
        """
        for row, count in zip(self.cover, counts, strict=True):
            row.SetLb(count)
        for head, limit in self.limits.items():
            low, high = ranges.get(head, (0, self.people))
            limit.SetBounds(low or -self.endless, high)
        best = 0
        enough = self.scale * (below - 1)
        for left in range(passes):
            self.passes += 1
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                return None
            rents = {
                head: rent
                for head, limit in self.limits.items()
                if (rent := self._rent(limit.dual_value()))
            }
            worth = [round(row.dual_value() * self.scale) for row in self.cover]
            paid, new = self._priced(rents, worth, counts)
            for head, rent in rents.items():
                low, high = ranges.get(head, (0, self.people))
                paid -= rent * (high if rent > 0 else low)
            best = max(best, paid)
            if not new or left == passes - 1 or best > enough:
                break
            for place, pattern in new:
                self._add(place, pattern)
        shares = [
            {p: x for p, share in row.items() if (x := share.solution_value()) > NEARLY}
            if count
            else {}
            for row, count in zip(self.columns, counts, strict=True)
        ]
        return _Relaxed(best, shares, [none.solution_value() for none in self.nones])

    def _rent(self, dual: float) -> int:
        """Return what a place costs on top; the bound holds whatever it is."""
        most = self.scale * self.worst
        return max(-most, min(-round(dual * self.scale), most))

    def _priced(
        self, rents: Mapping[_Head, int], worth: Sequence[int], counts: Sequence[int]
    ) -> tuple[int, list[tuple[int, Pattern]]]:
        """Return what everybody pays at least, and patterns that are cheaper than those at hand."""
        paid = 0
        new = []
        for prices, none, places in self._alike(rents, counts):
            choices = self.choices[self.rows[places[0]].kind]
            below = {
                self.rows[place].need: min(worth[place], none) - self.scale // 1000
                for place in places
            }
            found = choices.cheapest(prices, below)
            for place in places:
                least, pattern = found[self.rows[place].need]
                paid += counts[place] * min(least, none)
                if pattern is not None and pattern not in self.columns[place]:
                    new.append((place, pattern))
        return paid, new

    def _alike(
        self, rents: Mapping[_Head, int], counts: Sequence[int]
    ) -> Iterator[tuple[list[int], int, list[int]]]:
        """Return rows for which prices are the same: the prices, that of nothing, and the rows."""
        special: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for head, rent in rents.items():
            special.setdefault((head.level, head.which), []).append((head.course, rent))
        groups: dict[tuple[int, int], list[int]] = {}
        for place, (kind, _, _) in enumerate(self.rows):
            if counts[place]:
                alone = place if (2, place) in special else -1
                groups.setdefault((kind, alone), []).append(place)
        for (kind, alone), places in groups.items():
            prices = [*(self.scale * cost for cost in self.costs), self.scale * self.far]
            for key in ((0, 0), (1, kind), (2, alone)):
                for course, rent in special.get(key, ()):
                    prices[course] += rent
            yield prices, prices[-1], places

    def sought(self, node: _Relaxed, ranges: Ranges, step: float, below: int) -> None:
        """Look for an answer: fix what is nearly whole, and solve for the rest.

        Args:
            node: a solution of the relaxation.
            ranges: within which attendances are to be.
            step: from which fraction on a pattern is taken for chosen.
            below: what an answer must cost less than to be of use.
        """
        counts = [row.people for row in self.rows]
        ranges = dict(ranges)
        chosen: list[dict[Pattern, int]] = [{} for _ in self.rows]
        total = 0

        def fix(place: int, pattern: Pattern, n: int) -> int:
            chosen[place][pattern] = chosen[place].get(pattern, 0) + n
            counts[place] -= n
            for course in pattern:
                for head in self._heads(place, course):
                    low, high = ranges.get(head, (0, self.people))
                    ranges[head] = (max(low - n, 0), high - n)
            return n * self.cost(pattern)

        while any(counts):
            before = total
            parts = []
            for place, row in enumerate(node.shares):
                for pattern, share in row.items():
                    whole = min(int(share + NEARLY), counts[place])
                    if whole:
                        total += fix(place, pattern, whole)
                    if share - whole > NEARLY:
                        parts.append((whole - share, place, pattern))
            fixed = total > before or not parts
            for part, place, pattern in sorted(parts):
                if fixed and -part < step:
                    break
                if counts[place] and all(ranges[_Head(0, 0, c)][1] > 0 for c in pattern):
                    total += fix(place, pattern, 1)
                    fixed = True
            if not parts or not any(counts):
                break
            following = self.relaxed(ranges, counts, below - total, passes=30)
            if following is None or total + following.bound / self.scale >= below:
                return
            if not any(following.shares[place] for place, n in enumerate(counts) if n):
                break
            node = following
        total += self.far * sum(counts)
        if total < self.found.total:
            self.found = _Whole(total, chosen)

    def _broken(self, node: _Relaxed) -> tuple[_Head, float] | None:
        """Return whose attendances of what are not whole yet, and how many; None where all are.

        Those of everybody come first, then those of a kind, then those of people alike.
        """
        for level in range(3):
            sums: dict[_Head, float] = {}
            for place, (kind, _, _) in enumerate(self.rows):
                which = (0, kind, place)[level]
                parts = [((-1,), node.nones[place]), *node.shares[place].items()]
                for pattern, share in parts:
                    for course in pattern:
                        head = _Head(level, which, course)
                        sums[head] = sums.get(head, 0) + share
            off, head = max((abs(value - round(value)), head) for head, value in sums.items())
            if off > NEARLY:
                return head, sums[head]
        return None

    def _sides(self, head: _Head, value: float, ranges: Ranges) -> list[Ranges]:
        """Return the ranges on both sides of a fraction, the nearer last."""
        if head not in self.limits:
            self._limit(head)
        low, high = ranges.get(head, (0, self.people))
        whole = int(value)
        sides = [(low, whole), (whole + 1, high)]
        if value - whole < 0.5:
            sides.reverse()
        return [
            {**ranges, head: one}
            for one in sides
            if low <= one[0] <= one[1] <= high and one != (low, high)
        ]

    def answer(self) -> Answer:
        """Return the cheapest answer, looking where the bound is least and the branch latest."""
        if not self.rows:
            return self._told(0)
        counts = [row.people for row in self.rows]
        open_: list[tuple[int, int, Ranges]] = [(0, 0, self.ranges)]
        stuck = self.found.total
        serial = nodes = 0
        while open_ and nodes < MOST_NODES and self.passes < MOST_PASSES:
            least, _, ranges = heappop(open_)
            if least >= self.found.total:
                continue
            nodes += 1
            node = self.relaxed(ranges, counts, self.found.total)
            if node is None:
                stuck = min(stuck, least)
                continue
            least = max(least, -(-node.bound // self.scale))
            broken = self._broken(node)
            tries = len(STEPS) if broken is None else 3 * (broken[0].level == 1) or nodes == 1
            for step in STEPS[:tries]:
                if self.found.total > least:
                    self.sought(node, ranges, step, self.found.total)
            if self.found.total <= least:
                continue
            sides = [] if broken is None else self._sides(*broken, ranges)
            if not sides:
                stuck = min(stuck, least)
            for side in sides:
                serial -= 1
                heappush(open_, (least, serial, side))
        if self.found.total == self.far * self.people:
            node = self.relaxed(self.ranges, counts, FAR)
            if node is not None:
                self.sought(node, self.ranges, STEPS[0], self.found.total)
        return self._told(min([stuck, self.found.total, *(least for least, _, _ in open_)]))

    def _told(self, bound: int) -> Answer:
        """Return the answer found, with the bound of what it costs."""
        keys = [(row.kind, row.need) for row in self.rows]
        left = [
            row.people - sum(chosen.values())
            for row, chosen in zip(self.rows, self.found.chosen, strict=True)
        ]
        far = self.far * sum(left)
        return Answer(
            chosen={key: {} for key in self.lost} | dict(zip(keys, self.found.chosen, strict=True)),
            lost=frozenset(self.lost),
            cost=(self.found.total - far) * self.unit,
            bound=max(bound - far, 0) * self.unit,
            proved=bound >= self.found.total,
        )
