"""The cheapest way to give everybody what they need, under places: exact, by columns.

A *pattern* is a set of courses that is enough for one need. The master programme says how many of
those alike follow which pattern. Answers are found by fixing what is nearly whole in a solution of
its linear relaxation, and solving again.

Where the bound of the relaxation leaves a doubt, all patterns are listed by which an answer could
cost less than the best found so far: they cost no more than the cheapest by as much as there is
between bound and answer. For these, cuts are added that whole numbers keep and fractions break, and
that mostly lifts the bound to the optimum. Where it does not, or there are too many patterns, both
sides of fractions are looked at: in a whole-number answer every course is attended by a whole
number of people, of all and of those alike. Nothing goes by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from eduplan.outlook.numbers import Kind, Need, Offer, Pattern, TooLarge
from eduplan.outlook.relaxation import MOST_PASSES, NEARLY, Head, Ranges, Relaxation, Relaxed
from eduplan.outlook.ways import FAR

MOST_NODES = 300
"""So many branches are looked at, at most."""

MOST_ROUNDS = 6
"""So often cuts are added, at most, for patterns that are listed."""

FIRST_PART = 8
"""Patterns are listed first that cost more by one in so many parts of what can be gained."""

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


class _Whole(NamedTuple):
    """An answer in whole numbers."""

    total: int
    chosen: list[dict[Pattern, int]]


class _Making:
    """An answer in the making: how many follow which pattern so far, and for whom none is fixed."""

    def __init__(self, master: Relaxation, counts: Sequence[int], ranges: Ranges) -> None:
        self.master = master
        self.counts = list(counts)
        self.ranges = dict(ranges)
        self.chosen: list[dict[Pattern, int]] = [{} for _ in counts]
        self.total = 0

    def fix(self, place: int, pattern: Pattern, n: int) -> None:
        """Let so many more of a row follow a pattern."""
        self.chosen[place][pattern] = self.chosen[place].get(pattern, 0) + n
        self.counts[place] -= n
        for head, weight in self.master.weights(place, pattern).items():
            low, high = self.ranges.get(head, (0, self.master.people))
            self.ranges[head] = (max(low - n * weight, 0), high - n * weight)
        self.total += n * self.master.cost(pattern)

    def fix_from(self, shares: Sequence[Mapping[Pattern, float]], step: float) -> bool:
        """Fix what is whole, then what is nearest to it; say whether there was anything in parts.

        Args:
            shares: how many of each row follow which pattern, by a solution of the relaxation.
            step: from which fraction on a pattern is taken for chosen; where nothing is whole, the
                nearest to it is.
        """
        before = self.total
        parts = []
        for place, row in enumerate(shares):
            for pattern, share in row.items():
                whole = min(int(share + NEARLY), self.counts[place])
                if whole:
                    self.fix(place, pattern, whole)
                if share - whole > NEARLY:
                    parts.append((whole - share, place, pattern))
        fixed = self.total > before or not parts
        for part, place, pattern in sorted(parts):
            if fixed and -part < step:
                break
            if self.counts[place] and all(self.ranges[Head(0, 0, c)][1] > 0 for c in pattern):
                self.fix(place, pattern, 1)
                fixed = True
        return bool(parts)


def solve(kinds: Sequence[Kind], offer: Offer) -> Answer:
    """Return who follows which pattern so that as many as can be are served, then at least cost.

    Raises:
        TooLarge: the needs and courses are too many to be looked at.
    """
    return _Search(kinds, offer).answer()


class _Search:
    def __init__(self, kinds: Sequence[Kind], offer: Offer) -> None:
        self.master = Relaxation(kinds, offer)
        self.rows = self.master.rows
        self.counts = [row.people for row in self.rows]
        self.found = _Whole(self.master.far * self.master.people, [{} for _ in self.rows])

    def sought(self, node: Relaxed, ranges: Ranges, step: float, below: int) -> None:
        """Look for an answer: fix what is nearly whole, and solve for the rest.

        Args:
            node: a solution of the relaxation.
            ranges: within which attendances are to be.
            step: from which fraction on a pattern is taken for chosen.
            below: what an answer must cost less than to be of use.
        """
        made = _Making(self.master, self.counts, ranges)
        while any(made.counts):
            if not made.fix_from(node.shares, step) or not any(made.counts):
                break
            left = below - made.total
            following = self.master.relaxed(made.ranges, made.counts, left, passes=30)
            if following is None or made.total + following.bound / self.master.scale >= below:
                return
            if not any(following.shares[place] for place, n in enumerate(made.counts) if n):
                break
            node = following
        total = made.total + self.master.far * sum(made.counts)
        if total < self.found.total:
            self.found = _Whole(total, made.chosen)

    def _broken(self, node: Relaxed) -> tuple[Head, float] | None:
        """Return whose attendances of what are not whole yet, and how many; None where all are.

        Those of everybody come first, then those of a kind, then those of people alike.
        """
        for level in range(3):
            sums: dict[Head, float] = {}
            for place, (kind, _, _) in enumerate(self.rows):
                which = (0, kind, place)[level]
                parts = [((-1,), node.nones[place]), *node.shares[place].items()]
                for pattern, share in parts:
                    for course in pattern:
                        head = Head(level, which, course)
                        sums[head] = sums.get(head, 0) + share
            off, head = max((abs(value - round(value)), head) for head, value in sums.items())
            if off > NEARLY:
                return head, sums[head]
        return None

    def _sides(self, head: Head, value: float, ranges: Ranges) -> list[Ranges]:
        """Return the ranges on both sides of a fraction, the nearer last."""
        if head not in self.master.limits:
            self.master.limit(head)
        low, high = ranges.get(head, (0, self.master.people))
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
        """Return the cheapest answer: as cuts tell it, or else looking at both sides of fractions.

        Branches are taken where the bound is least, the latest first.
        """
        if not self.rows:
            return self._told(0)
        least = self._cut_short()
        open_: list[tuple[int, int, Ranges]] = [(least, 0, self.master.ranges)]
        stuck = self.found.total
        serial = nodes = 0
        while open_ and nodes < MOST_NODES and self.master.passes < MOST_PASSES:
            least, _, ranges = heappop(open_)
            if least >= self.found.total:
                continue
            nodes += 1
            node = self.master.relaxed(ranges, self.counts, self.found.total)
            if node is None:
                stuck = min(stuck, least)
                continue
            least = max(least, self._bound(node))
            broken = self._broken(node)
            tries = len(STEPS) if broken is None else 3 * (broken[0].level == 1)
            self._tried(node, ranges, least, tries)
            if self.found.total <= least:
                continue
            sides = [] if broken is None else self._sides(*broken, ranges)
            if not sides:
                stuck = min(stuck, least)
            for side in sides:
                serial -= 1
                heappush(open_, (least, serial, side))
        if self.found.total == self.master.far * self.master.people:
            node = self.master.relaxed(self.master.ranges, self.counts, FAR)
            if node is not None:
                self.sought(node, self.master.ranges, STEPS[0], self.found.total)
        return self._told(min([stuck, self.found.total, *(least for least, _, _ in open_)]))

    def _bound(self, node: Relaxed) -> int:
        return -(-node.bound // self.master.scale)

    def _tried(self, node: Relaxed, ranges: Ranges, least: int, tries: int = len(STEPS)) -> None:
        """Look for an answer several times, as long as there may be one that costs less."""
        for step in STEPS[:tries]:
            if self.found.total > least:
                self.sought(node, ranges, step, self.found.total)

    def _cut_short(self) -> int:
        """Look for an answer without branches, by cuts, and return the bound.

        What a cut takes is known of patterns that are listed. Few are listed first, for the better
        the answer found, the fewer of them matter.
        """
        master = self.master
        root = master.relaxed(master.ranges, self.counts, self.found.total)
        if root is None:
            return 0
        least = self._bound(root)
        self._tried(root, master.ranges, least, 1)
        part, others = FIRST_PART, 0
        while max(least, others) < self.found.total:
            try:
                others = master.list_patterns(root.rents, self.found.total, part)
            except TooLarge:
                master.unlist()
                break
            inside = self._cut()
            least = max(least, min(inside, others))
            part = 1 if inside >= self.found.total else part // 2
        return least

    def _cut(self) -> int:
        """Look for an answer among listed patterns by cuts, and return the bound."""
        least = 0
        for _ in range(MOST_ROUNDS):
            node = self.master.relaxed(self.master.ranges, self.counts, self.found.total)
            if node is None:
                break
            least = max(least, self._bound(node))
            self._tried(node, self.master.ranges, least)
            if self.found.total <= least:
                break
            # Cuts are read from the solution for all, not from those on the way to an answer.
            self.master.relaxed(self.master.ranges, self.counts, self.found.total)
            if not self.master.cut():
                break
        return least

    def _told(self, bound: int) -> Answer:
        """Return the answer found, with the bound of what it costs."""
        keys = [(row.kind, row.need) for row in self.rows]
        left = [
            row.people - sum(chosen.values())
            for row, chosen in zip(self.rows, self.found.chosen, strict=True)
        ]
        far = self.master.far * sum(left)
        lost = self.master.lost
        return Answer(
            chosen={key: {} for key in lost} | dict(zip(keys, self.found.chosen, strict=True)),
            lost=frozenset(lost),
            cost=(self.found.total - far) * self.master.unit,
            bound=max(bound - far, 0) * self.master.unit,
            proved=bound >= self.found.total,
        )
