"""The master programme without whole numbers: who follows which pattern, by columns.

It is solved by OR-Tools' GLOP, and patterns that would improve it are found by dynamic programming,
or in a list of all that matter. Prices of places are rounded to whole numbers before they are used,
so that the bound they prove (by Lagrangian duality) is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import gcd
from typing import NamedTuple, TypeVar

import numpy as np
from ortools.linear_solver import pywraplp

from eduplan.outlook.choices import Choices
from eduplan.outlook.cuts import Cut, cuts_of
from eduplan.outlook.numbers import Kind, Need, Offer, Pattern, TooLarge
from eduplan.outlook.ways import FAR

SCALE = 1 << 16
"""Prices of places are whole multiples of one in so many parts of the unit of costs, or fewer."""

MOST_PASSES = 600
"""The relaxation is solved so often, at most."""

MOST_LISTED = 400_000
"""So many patterns are listed, at most."""

NEARLY = 1e-6
"""What is so near to a whole number is one."""


class Row(NamedTuple):
    """Those alike who need the same."""

    kind: int
    need: Need
    people: int


class Head(NamedTuple):
    """What is limited: attendances of a course by all, by a kind, or by a row; or a cut.

    Of course -1 they are counted who are not served.

    Attributes:
        level: 0 for all, 1 for a kind, 2 for a row, 3 for a cut.
        which: which kind, row or cut.
        course: the course.
    """

    level: int
    which: int
    course: int


Ranges = dict[Head, tuple[int, int]]

Taken = TypeVar("Taken", int, np.ndarray)
"""How much of something a pattern takes, or each of several."""


class Relaxed(NamedTuple):
    """A solution of the relaxation: what is proved, who follows which pattern, who gets nothing.

    Attributes:
        bound: what everybody pays at least, in parts of the unit of costs.
        shares: by row, how many follow which pattern.
        nones: by row, how many get nothing.
        rents: what limits cost on top.
    """

    bound: int
    shares: list[dict[Pattern, float]]
    nones: list[float]
    rents: dict[Head, int]


class _Listed(NamedTuple):
    """All patterns of a row that matter.

    Attributes:
        courses: of each its courses, filled up with one that there is not.
        weights: by cut, how much of it each takes.
    """

    courses: np.ndarray
    weights: list[np.ndarray]


class Relaxation:
    """The relaxation, with the patterns found so far.

    Attributes:
        rows: those who can be served.
        lost: the kinds and needs that no courses fill.
        scale: prices are whole multiples of one in so many parts of the unit of costs.
        far: what it costs to serve one less.
        passes: how often it has been solved.
        ranges: within which attendances and cuts are to be.
    """

    def __init__(self, kinds: Sequence[Kind], offer: Offer) -> None:
        self.choices = [Choices(kind, offer) for kind in kinds]
        self.lost: list[tuple[int, Need]] = []
        self.rows: list[Row] = []
        for index, (kind, choices) in enumerate(zip(kinds, self.choices, strict=True)):
            found = choices.cheapest(offer.costs, dict.fromkeys(kind.needs, FAR))
            for need, count in sorted(kind.needs.items()):
                if found[need][0] < FAR:
                    self.rows.append(Row(index, need, count))
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
        self.listed: list[_Listed] | None = None
        self._set_up([() for _ in self.rows])

    def _set_up(self, patterns: Sequence[Iterable[Pattern]]) -> None:
        """Set up the relaxation with patterns, row by row."""
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        self.endless = self.solver.infinity()
        self.aim = self.solver.Objective()
        self.aim.SetMinimization()
        self.columns: list[dict[Pattern, pywraplp.Variable]] = [{} for _ in self.rows]
        self.cover = [self.solver.Constraint(row.people, row.people) for row in self.rows]
        self.entries: list[dict[int, int]] = []
        self.nones = []
        for cover in self.cover:
            self.nones.append(self._variable(self.far))
            self._put(cover, self.nones[-1], 1)
        self.cuts: list[Cut] = []
        self.heaviest = 0
        self.taken: list[dict[Pattern, list[int]]] = [{} for _ in self.rows]
        self.limits: dict[Head, pywraplp.Constraint] = {}
        self.ranges: Ranges = {Head(0, 0, c): (0, most) for c, most in enumerate(self.places)}
        for head in self.ranges:
            self.limit(head)
        for place, mine in enumerate(patterns):
            for pattern in mine:
                self._add(place, pattern)

    def _variable(self, cost: int) -> pywraplp.Variable:
        variable = self.solver.NumVar(0, self.endless, "")
        self.aim.SetCoefficient(variable, cost)
        self.entries.append({})
        return variable

    def _put(self, row: pywraplp.Constraint, variable: pywraplp.Variable, weight: int) -> None:
        row.SetCoefficient(variable, weight)
        self.entries[variable.index()][row.index()] = weight

    def cost(self, pattern: Pattern) -> int:
        """Return what a pattern costs, in the unit of costs."""
        return sum([self.costs[course] for course in pattern])

    def weights(self, place: int, pattern: Pattern) -> dict[Head, int]:
        """Return how much of each limit somebody of a row takes who follows a pattern."""
        kind = self.rows[place].kind
        found = {
            head: 1
            for course in pattern
            for head in (Head(0, 0, course), Head(1, kind, course), Head(2, place, course))
            if head in self.limits
        }
        taken = enumerate(self._taken(place, pattern))
        return found | {Head(3, which, 0): weight for which, weight in taken if weight}

    def _taken(self, place: int, pattern: Pattern) -> list[int]:
        """Return how much of each cut somebody of a row takes who follows a pattern."""
        taken = self.taken[place].setdefault(pattern, [])
        for cut in self.cuts[len(taken) :]:
            parts = sum([cut.parts.get(len(self.rows) + course, 0) for course in pattern])
            taken.append(self._weight(cut, place, parts, taken))
        return taken

    def _weight(self, cut: Cut, place: int, courses: Taken, earlier: Sequence[Taken]) -> Taken:
        """Return how much of a cut a pattern takes, or each of several patterns.

        Args:
            cut: the cut.
            place: the row of those who follow them.
            courses: what parts of the limits of their courses come to.
            earlier: how much they take of earlier cuts.
        """
        first = len(self.rows) + len(self.costs)
        parts = courses + cut.parts.get(place, 0)
        for turn, taken in enumerate(earlier, first):
            if turn in cut.parts:
                parts = parts + cut.parts[turn] * taken
        return parts // cut.whole

    def limit(self, head: Head) -> None:
        """Add a limit; within what, is told with every solution."""
        self.limits[head] = limit = self.solver.Constraint(-self.endless, self.endless)
        for place, (columns, none) in enumerate(zip(self.columns, self.nones, strict=True)):
            if head.level < 3 and head.which != (0, self.rows[place].kind, place)[head.level]:
                continue
            if head.course < 0:
                self._put(limit, none, 1)
            for pattern, share in columns.items():
                if head.level == 3:
                    weight = self._taken(place, pattern)[head.which]
                else:
                    weight = int(head.course in pattern)
                if weight:
                    self._put(limit, share, weight)
        # Of what cannot be, so much is paid that the bound shows it.
        for sign in (1, -1):
            self._put(limit, self._variable(self.worst), sign)

    def _add(self, place: int, pattern: Pattern) -> None:
        self.columns[place][pattern] = share = self._variable(self.cost(pattern))
        self._put(self.cover[place], share, 1)
        for head, weight in self.weights(place, pattern).items():
            self._put(self.limits[head], share, weight)

    def relaxed(
        self, ranges: Ranges, counts: Sequence[int], below: int, passes: int = MOST_PASSES
    ) -> Relaxed | None:
        """Add patterns until none improves the relaxation; None where it could not be solved.

        Args:
            ranges: within which attendances and cuts are to be.
            counts: how many of each row are to be served.
            below: it is of no use where it is shown to cost as much.
            passes: how often it is solved at most.
        """
        for row, count in zip(self.cover, counts, strict=True):
            row.SetBounds(count, count)
        for head, limit in self.limits.items():
            low, high = ranges.get(head, (0, self.people))
            limit.SetBounds(low or -self.endless, high)
        best = 0
        enough = self.scale * (below - 1)
        for left in range(passes):
            self.passes += 1
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                return None
            rents = self._rents()
            worth = [round(row.dual_value() * self.scale) for row in self.cover]
            paid, new = self._priced(rents, worth, counts)
            best = max(best, paid - self._rented(rents, ranges))
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
        return Relaxed(best, shares, [none.solution_value() for none in self.nones], rents)

    def _rents(self) -> dict[Head, int]:
        """Return what limits cost on top in the last solution; the bound holds whatever it is."""
        found = {}
        most = self.scale * self.worst
        # Prices are to be numbers whatever is taken of cuts.
        dearest = min(most, FAR // 4 // max(1, self.heaviest * len(self.cuts)))
        for head, limit in self.limits.items():
            highest = dearest if head.level == 3 else most
            rent = max(-highest, min(-round(limit.dual_value() * self.scale), highest))
            if rent:
                found[head] = rent
        return found

    def _rented(self, rents: Mapping[Head, int], ranges: Ranges) -> int:
        """Return what all rents together come to."""
        found = 0
        for head, rent in rents.items():
            low, high = ranges.get(head, (0, self.people))
            found += rent * (high if rent > 0 else low)
        return found

    def _priced(
        self, rents: Mapping[Head, int], worth: Sequence[int], counts: Sequence[int]
    ) -> tuple[int, list[tuple[int, Pattern]]]:
        """Return what everybody pays at least, and patterns that are cheaper than those at hand."""
        paid = 0
        new = []
        for prices, none, places in self._alike(rents, counts):
            below = {place: min(worth[place], none) - self.scale // 1000 for place in places}
            found = self._cheapest(rents, prices, below)
            for place, (least, pattern) in found.items():
                paid += counts[place] * min(least, none)
                if pattern is not None and pattern not in self.columns[place]:
                    new.append((place, pattern))
        return paid, new

    def _cheapest(
        self, rents: Mapping[Head, int], prices: Sequence[int], below: Mapping[int, int]
    ) -> dict[int, tuple[int, Pattern | None]]:
        """Return at what price rows of a kind can be served, and by what if it is less."""
        if self.listed is None:
            choices = self.choices[self.rows[next(iter(below))].kind]
            needs = {self.rows[place].need: price for place, price in below.items()}
            found = choices.cheapest(prices, needs)
            return {place: found[self.rows[place].need] for place in below}
        each = np.array([*prices[:-1], 0], dtype=np.int64)
        cuts = [(head.which, rent) for head, rent in rents.items() if head.level == 3]
        chosen: dict[int, tuple[int, Pattern | None]] = {}
        for place, price in below.items():
            courses, weights = self.listed[place]
            totals = each[courses].sum(axis=1)
            for which, rent in cuts:
                totals += rent * weights[which]
            best = int(np.argmin(totals)) if len(totals) else 0
            least = int(totals[best]) if len(totals) else FAR
            pattern = self._pattern(courses[best]) if least < price else None
            chosen[place] = (least, pattern)
        return chosen

    def _pattern(self, courses: np.ndarray) -> Pattern:
        return tuple(int(course) for course in courses if course < len(self.costs))

    def _alike(
        self, rents: Mapping[Head, int], counts: Sequence[int]
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

    def list_patterns(self, rents: Mapping[Head, int], below: int, part: int) -> int:
        """Look from now on only at patterns that are not too dear, and return what others cost.

        Args:
            rents: what attendances cost on top in a solution of the relaxation.
            below: what an answer must cost less than to be of use.
            part: of what such an answer can cost more than it is proved to cost at least, patterns
                may cost one in so many parts more than the cheapest for the same, rents included.

        Returns:
            What any answer costs at least in which somebody follows another pattern.

        Raises:
            TooLarge: there are too many patterns.
        """
        self.listed = None
        groups = list(self._alike(rents, [row.people for row in self.rows]))
        bound = -self._rented(rents, self.ranges)
        least: dict[int, int] = {}
        for prices, none, places in groups:
            found = self._cheapest(rents, prices, dict.fromkeys(places, 0))
            for place, (price, _) in found.items():
                least[place] = min(price, none)
                bound += self.rows[place].people * least[place]
        slack = max(self.scale * (below - 1) - bound, 0) // part
        listed: dict[int, _Listed] = {}
        kept: dict[int, list[Pattern]] = {}
        left = MOST_LISTED
        for prices, _, places in groups:
            choices = self.choices[self.rows[places[0]].kind]
            most = {self.rows[place].need: least[place] + slack for place in places}
            attends = choices.within(prices[:-1], most, left)
            for place in places:
                need = self.rows[place].need
                listed[place] = _Listed(self._courses(attends[need]), [])
                left -= len(listed[place].courses)
                kept[place] = [
                    one
                    for one in self.columns[place]
                    if sum([prices[course] for course in one]) <= most[need]
                ]
        self.listed = [listed[place] for place in range(len(self.rows))]
        self._set_up([kept[place] for place in range(len(self.rows))])
        return (bound + slack) // self.scale + 1

    def unlist(self) -> None:
        """Look at all patterns again."""
        self.listed = None
        self._set_up(self.columns)

    def _courses(self, attends: np.ndarray) -> np.ndarray:
        """Return courses by their numbers, filled up with one that there is not."""
        sizes = attends.sum(axis=1)
        courses = np.full((len(attends), int(sizes.max(initial=0))), len(self.costs))
        courses[np.arange(courses.shape[1]) < sizes[:, None]] = np.nonzero(attends)[1]
        return courses

    def cut(self) -> bool:
        """Add cuts that the last solution breaks, before anything else is limited; say if any.

        Only where patterns are listed, for what a cut takes of others is not known.
        """
        limits = [*(row.people for row in self.rows), *(high for _, high in self.ranges.values())]
        found = cuts_of(self.solver, self.entries, limits)
        for cut in found:
            parts = [cut.parts.get(len(self.rows) + course, 0) for course in range(len(self.costs))]
            each = np.array([*parts, 0], dtype=np.int64)
            for place, (courses, weights) in enumerate(self.listed or ()):
                weights.append(self._weight(cut, place, each[courses].sum(axis=1), weights))
                self.heaviest = max(self.heaviest, int(weights[-1].max(initial=0)))
            head = Head(3, len(self.cuts), 0)
            self.cuts.append(cut)
            self.ranges[head] = (0, cut.most)
            self.limit(head)
        return bool(found)
