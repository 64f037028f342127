"""The ways in which courses fill a need: what is left of it, stage by stage.

At every stage stands a group of courses that may exclude one another. What is left of a need is a
row of whole numbers, the *state*; of every state that can be reached the least price at which it
can still be brought to an end is found from the last stage to the first. States that no later
course can tell apart are one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from eduplan.outlook.numbers import Kind, Need, Offer, Pattern, Side, Worth

FAR = 1 << 61
"""What cannot be done costs so much."""

MOST_NUMBERS = 200_000_000
"""So many numbers of states are looked at on all steps together, at most."""

MOST_TOGETHER = 20_000
"""So many sets of courses that may exclude one another are looked at, at most."""


FEW = 40
"""Beyond so many sets that go together, courses are looked at one by one."""


class TooLarge(Exception):
    """There are too many states of what is left of a need."""


class _Stage(NamedTuple):
    """Where the courses of a group lead.

    Attributes:
        patterns: sets of courses of the group that go together, first none of them.
        steps: by set, the place of the state that every state leads to; behind the last one where
            it leads nowhere, or where fewer courses lead to the same.
    """

    patterns: tuple[Pattern, ...]
    steps: tuple[np.ndarray, ...]


class Ways:
    """What is left of the needs of one kind, and where courses lead from there."""

    def __init__(self, kind: Kind, offer: Offer) -> None:
        asked = list(kind.needs)
        kind = _with_slots(kind, offer)
        groups = [_together(group, kind, offer) for group in offer.groups]
        groups = [several for several in groups if len(several) > 1]
        ends = _Ends.along(kind, groups)
        needs = list(kind.needs)
        rows, live = ends[0].cut(np.array(needs, dtype=np.int64).reshape(len(needs), -1))
        states, places = _distinct(rows[live])
        found = np.full(len(needs), -1, dtype=np.int64)
        found[live] = places
        self.start = {need: int(place) for need, place in zip(asked, found, strict=True)}
        self.stages: list[_Stage] = []
        work = 0
        for several, end in zip(groups, ends[1:], strict=True):
            work += states.size * len(several)
            if work > MOST_NUMBERS:
                raise TooLarge
            states, stage = _stage(kind, several, states, end)
            self.stages.append(stage)
        self.last = len(states)

    def priced(self, prices: Sequence[int]) -> list[np.ndarray]:
        """Return for every stage the least price of going on from each state, and at last FAR."""
        least = np.zeros(self.last + 1, dtype=np.int64)
        least[-1] = FAR
        found = [least]
        for patterns, steps in reversed(self.stages):
            best = least[steps[0]]
            for several, step in zip(patterns[1:], steps[1:], strict=True):
                price = sum([prices[course] for course in several])
                np.minimum(best, least[step] + price, out=best)
            least = np.append(best, FAR)
            found.append(least)
        return found[::-1]

    def least(self, levels: Sequence[np.ndarray], need: Need) -> int:
        """Return the least price of a need, FAR where it cannot be filled."""
        place = self.start[need]
        return min(int(levels[0][place]), FAR) if place >= 0 else FAR

    def pattern(self, levels: Sequence[np.ndarray], need: Need, prices: Sequence[int]) -> Pattern:
        """Return the courses of the least price for a need that can be filled."""
        state = self.start[need]
        found: list[int] = []
        for (patterns, steps), now, later in zip(self.stages, levels, levels[1:], strict=False):
            for several, step in zip(patterns, steps, strict=True):
                price = sum([prices[course] for course in several])
                if later[step[state]] + price == now[state]:
                    found += several
                    state = int(step[state])
                    break
        return tuple(sorted(found))


def _with_slots(kind: Kind, offer: Offer) -> Kind:
    """Return a kind whose states tell which times are still free."""
    count = max((slot + 1 for several in offer.slots for slot in several), default=0)
    if not count:
        return kind
    nothing = (0,) * count
    worth = [
        one
        and Worth(
            (*one.adds, *(int(slot in several) for slot in range(count))),
            tuple(claim._replace(weights=(*claim.weights, *nothing)) for claim in one.claims),
        )
        for one, several in zip(kind.worth, offer.slots, strict=True)
    ]
    needs = {(*need, *(1 for _ in nothing)): people for need, people in kind.needs.items()}
    return Kind((*kind.sides, *(Side.MOST for _ in nothing)), tuple(worth), needs)


def _together(group: Sequence[int], kind: Kind, offer: Offer) -> list[Pattern]:
    """Return the sets of courses of a group that go together, first none of them."""
    found: list[Pattern] = [()]
    for course in group:
        worth = kind.worth[course]
        if worth is None or not _helps(worth, kind.sides):
            continue
        found += [
            (*one, course)
            for one in found
            if all((min(c, course), max(c, course)) not in offer.clashes for c in one)
        ]
        if len(found) > MOST_TOGETHER:
            raise TooLarge
    return found


def _helps(worth: Worth, sides: Sequence[Side]) -> bool:
    """Say whether a course can bring anything nearer to what is asked."""
    return any(
        side in (Side.LEAST, Side.BALANCE) and worth.span(place)[1] > 0
        for place, side in enumerate(sides)
    )


class _Ends:
    """What the courses still to come can add, by which states are told apart."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self.sides = sides
        self.sums: list[np.ndarray | None] = [None] * len(sides)
        self.gain = [0] * len(sides)
        self.loss = [0] * len(sides)

    @classmethod
    def along(cls, kind: Kind, groups: Sequence[Sequence[Pattern]]) -> list[_Ends]:
        """Return the ends before every group, and after the last."""
        claimed = {
            place
            for worth in kind.worth
            if worth is not None
            for claim in worth.claims
            for place, weight in enumerate(claim.weights)
            if weight
        }
        end = cls(kind.sides)
        most = [max(column) for column in zip(*kind.needs, strict=True)]
        for place, side in enumerate(kind.sides):
            if side is Side.LEAST and place not in claimed:
                end.sums[place] = np.zeros(1, dtype=np.int64)
        found = [end]
        for several in reversed(groups):
            end = end.before(kind, several, most)
            found.append(end)
        return found[::-1]

    def before(self, kind: Kind, several: Sequence[Pattern], most: Sequence[int]) -> _Ends:
        """Return the end before a group, when this one is after it."""
        found = _Ends(self.sides)
        for place, side in enumerate(self.sides):
            sums = self.sums[place]
            spans = [[_span(kind, course, place, side) for course in one] for one in several]
            if sums is not None:
                steps = sorted({sum(high for _, high in one) for one in spans})
                both = np.unique(np.add.outer(sums, np.array(steps, dtype=np.int64)))
                enough = int(np.searchsorted(both, most[place])) + 1
                if enough > MOST_TOGETHER:
                    raise TooLarge
                found.sums[place] = both[:enough]
            found.gain[place] = self.gain[place] + max(sum(high for _, high in o) for o in spans)
            found.loss[place] = self.loss[place] + max(sum(low for low, _ in o) for o in spans)
        return found

    def cut(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rows with what makes no difference any more left out, and which can still end."""
        rows = rows.copy()
        live = np.ones(len(rows), dtype=bool)
        for place, side in enumerate(self.sides):
            column = rows[:, place]
            if side is Side.LEAST:
                np.maximum(column, 0, out=column)
                sums = self.sums[place]
                if sums is None:
                    live &= column <= self.gain[place]
                else:
                    # Between sums that courses can come to, nothing is ever needed.
                    places = np.searchsorted(sums, column)
                    live &= places < len(sums)
                    column[:] = sums[np.minimum(places, len(sums) - 1)]
            elif side is Side.BALANCE:
                live &= column + self.gain[place] >= 0
                np.minimum(column, self.loss[place], out=column)
            else:
                live &= column >= 0
                np.minimum(column, self.loss[place], out=column)
        return rows, live


def _span(kind: Kind, course: int, place: int, side: Side) -> tuple[int, int]:
    """Return how much a course can take from, and add to, a number of the state."""
    worth = kind.worth[course]
    assert worth is not None  # noqa: S101 - for the type checker
    if side is Side.ROOM:
        return sum(claim.amount for claim in worth.claims if place in claim.rooms), 0
    low, high = worth.span(place)
    if side is Side.MOST:
        return max(high, 0), 0
    return max(-low, 0), max(high, 0)


def _stage(
    kind: Kind, several: Sequence[Pattern], states: np.ndarray, end: _Ends
) -> tuple[np.ndarray, _Stage]:
    """Return the states that a group of courses leads to, and the steps to them."""
    after: dict[Pattern, np.ndarray] = {(): states}
    for one in several[1:]:
        after[one] = _attended(kind, one[-1], after[one[:-1]])
    cuts = [end.cut(after[one]) for one in several]
    found, inverse = _distinct(np.concatenate([rows[live] for rows, live in cuts]))
    nowhere = len(found)
    steps: dict[Pattern, np.ndarray] = {}
    used = 0
    for one, (_, live) in zip(several, cuts, strict=True):
        step = np.full(len(states), nowhere, dtype=np.int64)
        count = int(live.sum())
        step[live] = inverse[used : used + count]
        used += count
        steps[one] = step
    kept = []
    for one in several:
        step = steps[one].copy()
        for course in one:
            step[steps[one] == steps[tuple(c for c in one if c != course)]] = nowhere
        kept.append(step)
    return found, _Stage(tuple(several), tuple(kept))


def _attended(kind: Kind, course: int, states: np.ndarray) -> np.ndarray:
    """Return what is left when a course is attended."""
    worth = kind.worth[course]
    assert worth is not None  # noqa: S101 - for the type checker
    found = states.copy()
    signs = [1 if side is Side.BALANCE else -1 for side in kind.sides]
    for place, add in enumerate(worth.adds):
        if add:
            found[:, place] += signs[place] * add
    for claim in worth.claims:
        counts = np.full(len(states), claim.amount, dtype=np.int64)
        for room in claim.rooms:
            counts = np.minimum(counts, found[:, room])
            found[:, room] -= counts
        for place, weight in enumerate(claim.weights):
            if weight:
                found[:, place] += signs[place] * weight * counts
    return found


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows, and for every row the place of its like."""
    codes = np.zeros(len(rows), dtype=np.int64)
    if len(rows):
        for column in rows.T:
            low = int(column.min())
            width = int(column.max()) - low + 1
            if width > 1:
                if (int(codes.max()) + 1) * width >= FAR:
                    codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
                codes = codes * width + (column - low)
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return rows[first], inverse.reshape(-1)


def possible(kind: Kind, offer: Offer, needs: Iterable[Need]) -> set[Need]:
    """Return the needs that can be filled, places apart."""
    asked = dict.fromkeys(needs, 1)
    if not asked:
        return set()
    ways = Ways(kind._replace(needs=asked), offer)
    levels = ways.priced([0] * len(offer.costs))
    return {need for need in asked if ways.least(levels, need) < FAR}


def clashes_of(
    kind: Kind, offer: Offer, needs: Sequence[Need], free: Need, order: Iterable[int]
) -> dict[Need, tuple[int, ...]]:
    """Return of needs that cannot be filled which demands cannot be met together, places apart.

    There are no more of them than it takes: were one left out, the others could be met.

    Args:
        kind: those who need it.
        offer: what is offered.
        needs: what they need.
        free: what asks for nothing.
        order: the demands, those first that are left out first.
    """
    kept: dict[Need, tuple[int, ...]] = dict.fromkeys(needs, ())
    asked = {need: need for need in needs}
    for place in order:
        without = {
            need: (*now[:place], free[place], *now[place + 1 :]) for need, now in asked.items()
        }
        can = possible(kind, offer, without.values())
        for need, now in without.items():
            if now in can:
                kept[need] = (*kept[need], place)
            else:
                asked[need] = now
    return {need: tuple(sorted(places)) for need, places in kept.items()}


class Times(NamedTuple):
    """How times keep courses apart.

    Attributes:
        groups: courses that may exclude one another, parted into groups that do not.
        clashes: pairs of courses of a group nobody attends both of.
        slots: for each course, by number, the times it takes that are not told by groups.
    """

    groups: tuple[tuple[int, ...], ...]
    clashes: frozenset[tuple[int, int]]
    slots: tuple[tuple[int, ...], ...]


def times_of(slots: Sequence[Sequence[str]], alone: frozenset[int] = frozenset()) -> Times:
    """Return how the slots of courses keep them apart.

    Courses that share slots stand in one group. Where that makes for too many sets, as of courses
    over several weeks each of which overlaps the next, it is kept in the state which are taken.

    Args:
        slots: the slots of the courses.
        alone: the courses that are to stand alone.
    """
    taken = [frozenset(several) for several in slots]
    group = list(range(len(taken)))
    clashes = set()
    for other in range(len(taken)):
        for one in range(other):
            if not taken[one].isdisjoint(taken[other]):
                clashes.add((one, other))
                old, new = group[other], group[one]
                group = [new if which == old else which for which in group]
    found: dict[int, list[int]] = {}
    for course, which in enumerate(group):
        found.setdefault(which, []).append(course)
    groups: list[tuple[int, ...]] = []
    numbers: dict[str, int] = {}
    kept: dict[int, tuple[int, ...]] = {}
    for several in found.values():
        if _few(several, clashes) and alone.isdisjoint(several):
            groups.append(tuple(several))
            continue
        groups += [(course,) for course in several]
        for course in several:
            kept[course] = tuple(
                numbers.setdefault(slot, len(numbers)) for slot in sorted(taken[course])
            )
    return Times(
        tuple(groups),
        frozenset(clashes),
        tuple(kept.get(course, ()) for course in range(len(taken))),
    )


def _few(group: Sequence[int], clashes: Collection[tuple[int, int]]) -> bool:
    """Say whether there are few sets of courses that go together."""
    found: list[Pattern] = [()]
    for course in group:
        found += [(*one, course) for one in found if all((c, course) not in clashes for c in one)]
        if len(found) > FEW + len(group):
            return False
    return True
