"""The ways in which courses fill a need: what is left of it, stage by stage.

At every stage stands a group of courses that may exclude one another. What is left of a need is a
row of whole numbers, the *state*; of every state that can be reached the least price at which it
can still be brought to an end is found from the last stage to the first. States that no later
course can tell apart are one.

Account may be kept of some rooms and times only. Of another it is supposed that it is never used
up, and where less could be better than more, that it may leave of an amount what is good and
nothing of what is not. So nothing that can be done is left out, and what is found may cost too
little, but never too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from eduplan.outlook.numbers import Claim, Kind, Need, Offer, Side, TooLarge, Worth
from eduplan.outlook.turns import in_turns

FAR = 1 << 61
"""What cannot be done costs so much; prices of all courses together are less than a quarter."""

MOST_STEPS = 50_000_000
"""So many steps from state to state are looked at, at most."""

MOST_TOGETHER = 20_000
"""So many sets of courses that may exclude one another are looked at, at most."""

Move = tuple[tuple[int, Worth], ...]
"""Courses of a group that are attended, and what each of them adds."""

States = list[np.ndarray]
"""Several states, number by number."""


class _Stage(NamedTuple):
    """Where the courses of a group lead.

    Attributes:
        moves: sets of courses of the group that go together, first none of them.
        steps: by set, the place of the state that every state leads to; behind the last one where
            it leads nowhere, or where fewer courses lead to the same.
    """

    moves: tuple[Move, ...]
    steps: tuple[np.ndarray, ...]

    def prices(self, prices: Sequence[int]) -> list[int]:
        return [sum([prices[course] for course, _ in move]) for move in self.moves]


class Priced(NamedTuple):
    """What going on costs.

    Attributes:
        moves: by stage, what its sets of courses cost.
        levels: by stage and at the end, the least price of going on from each state, and at last
            FAR.
    """

    moves: list[list[int]]
    levels: list[np.ndarray]


class Ways:
    """What is left of the needs of one kind, and where courses lead from there.

    Args:
        kind: those who have the needs.
        offer: what is offered.
        rooms: the rooms of which account is kept.
        needs: the needs, and of which times account is kept for each.
    """

    def __init__(
        self,
        kind: Kind,
        offer: Offer,
        rooms: frozenset[int],
        needs: Mapping[Need, frozenset[str]],
    ) -> None:
        caps = {place for place, side in enumerate(kind.sides) if side is Side.ROOM}
        most = {room: max(need[room] for need in needs) for room in caps - rooms}
        booked = frozenset().union(*needs.values())
        if rooms or booked:
            groups = in_turns(kind, offer, rooms, booked)
            slots = tuple(tuple(s for s in one if s in booked) for one in offer.slots)
            clashes: frozenset[tuple[int, int]] = frozenset()
        else:
            groups, clashes, slots = offer.times
        names = sorted({slot for several in slots for slot in several})
        sides = (*kind.sides, *(Side.MOST for _ in names))
        options = _with_slots(_options(kind, most), slots, names)
        moves = [_together(group, options, clashes) for group in groups]
        moves = [several for several in moves if len(several) > 1]
        starts = [
            (
                *(0 if place in most else number for place, number in enumerate(need)),
                # A time of which no account is kept is free for all that take it.
                *(1 if not booked or name in mine else len(slots) for name in names),
            )
            for need, mine in needs.items()
        ]
        ends = _Ends.along(sides, moves, starts)
        states = [np.array(column, dtype=np.int64) for column in zip(*starts, strict=True)]
        states, [places] = _distinct([states], ends[0])
        self.start = {need: int(place) for need, place in zip(needs, places, strict=True)}
        self.stages: list[_Stage] = []
        work = 0
        for several, end in zip(moves, ends[1:], strict=True):
            work += len(states[0]) * len(several)
            if work > MOST_STEPS:
                raise TooLarge
            after: dict[Move, States] = {(): states}
            for move in several[1:]:
                after[move] = attended(sides, move[-1][1], after[move[:-1]], most)
            states, found = _distinct(list(after.values()), end)
            steps = dict(zip(after, found, strict=True))
            if not most:
                # Otherwise what makes no difference here may make one in truth.
                steps = dict(_needed(steps, len(states[0])))
            self.stages.append(_Stage(tuple(steps), tuple(steps.values())))
        self.last = len(states[0])

    def priced(self, prices: Sequence[int]) -> Priced:
        """Return what courses cost, stage by stage, and the least price of going on from there."""
        moves = [stage.prices(prices) for stage in self.stages]
        least = np.zeros(self.last + 1, dtype=np.int64)
        least[-1] = FAR
        levels = [least]
        for stage, costs in zip(reversed(self.stages), reversed(moves), strict=True):
            best = np.append(least[stage.steps[0]], FAR)
            for price, step in zip(costs[1:], stage.steps[1:], strict=True):
                np.minimum(best[:-1], least[step] + price, out=best[:-1])
            least = best
            levels.append(least)
        return Priced(moves, levels[::-1])

    def least(self, priced: Priced, need: Need) -> int:
        """Return the least price of a need, FAR where it cannot be filled."""
        least = int(priced.levels[0][self.start[need]])
        return least if least < FAR // 2 else FAR

    def path(self, priced: Priced, need: Need) -> Move:
        """Return the courses of the least price for a need that can be filled, stage by stage."""
        state = self.start[need]
        found: list[tuple[int, Worth]] = []
        levels = zip(priced.levels, priced.levels[1:], strict=False)
        for stage, prices, (now, later) in zip(self.stages, priced.moves, levels, strict=True):
            here = now[state]
            for move, price, step in zip(stage.moves, prices, stage.steps, strict=True):
                if later[step[state]] + price == here:
                    found += move
                    state = int(step[state])
                    break
        return tuple(found)

    def within(
        self, prices: Sequence[int], limits: Mapping[Need, int], most: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return all courses that lead to an end and cost at most so much.

        Args:
            prices: what courses cost.
            limits: by need, what they cost at most.
            most: so many are found, at most.

        Returns:
            For all that are found, which of the needs it is, and whether each course is attended.

        Raises:
            TooLarge: there are more, or it would take too many steps.
        """
        priced = self.priced(prices)
        states = np.array([self.start[need] for need in limits])
        highest = np.array(list(limits.values()), dtype=np.int64)
        which = np.flatnonzero(priced.levels[0][states] <= highest)
        states, highest = states[which], highest[which]
        spent = np.zeros(len(which), dtype=np.int64)
        trail = []
        work = 0
        for stage, moves, later in zip(self.stages, priced.moves, priced.levels[1:], strict=True):
            work += len(states) * len(stage.steps)
            if len(states) > most or work > MOST_STEPS:
                raise TooLarge
            parts = []
            for turn, (price, step) in enumerate(zip(moves, stage.steps, strict=True)):
                after = step[states]
                here = np.flatnonzero(spent + price + later[after] <= highest)
                parts.append((here, after[here], np.full(len(here), turn)))
            before, states, turns = (np.concatenate(part) for part in zip(*parts, strict=True))
            which, highest = which[before], highest[before]
            spent = spent[before] + np.array(moves, dtype=np.int64)[turns]
            trail.append((stage, before, turns))
        attends = np.zeros((len(states), len(prices)), dtype=bool)
        at = np.arange(len(states))
        for stage, before, turns in reversed(trail):
            mine = turns[at]
            for turn, move in enumerate(stage.moves):
                for course, _ in move:
                    attends[mine == turn, course] = True
            at = before[at]
        return which, attends


def _with_slots(
    options: Sequence[Sequence[Worth]], slots: Sequence[Sequence[str]], names: Sequence[str]
) -> list[list[Worth]]:
    """Return what courses can add when states tell which times are still free."""
    nothing = (0,) * len(names)
    return [
        [
            Worth(
                (*one.adds, *(int(slot in several) for slot in names)),
                tuple(claim._replace(weights=(*claim.weights, *nothing)) for claim in one.claims),
            )
            for one in worths
        ]
        for worths, several in zip(options, slots, strict=True)
    ]


def _options(kind: Kind, most: Mapping[int, int]) -> list[list[Worth]]:
    """Return what each course can add: nothing where it cannot help.

    Args:
        kind: those who attend.
        most: the rooms of which no account is kept.
    """
    found: list[list[Worth]] = []
    for worth in kind.worth:
        if worth is None or not _helps(worth, kind.sides):
            found.append([])
            continue
        claims = [
            (claim, claim._replace(cut=True))
            if not most.keys().isdisjoint(claim.rooms) and _harms(claim, kind.sides)
            else (claim,)
            for claim in worth.claims
        ]
        found.append([worth._replace(claims=chosen) for chosen in product(*claims)])
    return found


def _harms(claim: Claim, sides: Sequence[Side]) -> bool:
    """Say whether it can be better that less of a claim counts."""
    return any(_harm(weight, side) for weight, side in zip(claim.weights, sides, strict=True))


def _harm(weight: int, side: Side) -> bool:
    return weight > 0 if side is Side.MOST else weight < 0


def _together(
    group: Sequence[int],
    options: Sequence[Sequence[Worth]],
    clashes: frozenset[tuple[int, int]],
) -> list[Move]:
    """Return the sets of courses of a group that go together, first none of them."""
    found: list[Move] = [()]
    for course in group:
        found += [
            (*one, (course, worth))
            for one in found
            if all((min(c, course), max(c, course)) not in clashes for c, _ in one)
            for worth in options[course]
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
    def along(
        cls,
        sides: Sequence[Side],
        groups: Sequence[Sequence[Move]],
        starts: Sequence[Need],
    ) -> list[_Ends]:
        """Return the ends before every group, and after the last."""
        claimed = {
            place
            for several in groups
            for move in several
            for _, worth in move
            for claim in worth.claims
            for place, weight in enumerate(claim.weights)
            if weight
        }
        end = cls(sides)
        most = [max(column) for column in zip(*starts, strict=True)]
        for place, side in enumerate(sides):
            if side is Side.LEAST and place not in claimed:
                end.sums[place] = np.zeros(1, dtype=np.int64)
        found = [end]
        for several in reversed(groups):
            end = end.before(several, most)
            found.append(end)
        return found[::-1]

    def before(self, several: Sequence[Move], most: Sequence[int]) -> _Ends:
        """Return the end before a group, when this one is after it."""
        found = _Ends(self.sides)
        for place, side in enumerate(self.sides):
            sums = self.sums[place]
            spans = [[_span(worth, place, side) for _, worth in move] for move in several]
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

    def cut(self, place: int, column: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return numbers without what makes no difference any more, and which can still end.

        Of all of them when it is None.
        """
        side = self.sides[place]
        if side is Side.LEAST:
            column = np.maximum(column, 0)
            sums = self.sums[place]
            if sums is None:
                return column, column <= self.gain[place]
            # Between sums that courses can come to, nothing is ever needed.
            places = np.searchsorted(sums, column)
            return sums[np.minimum(places, len(sums) - 1)], places < len(sums)
        kept = np.minimum(column, self.loss[place])
        if side is Side.BALANCE:
            return kept, column >= -self.gain[place]
        return kept, column >= 0 if side is Side.MOST else None


def _span(worth: Worth, place: int, side: Side) -> tuple[int, int]:
    """Return how much a course can take from, and add to, a number of the state."""
    if side is Side.ROOM:
        return sum(claim.amount for claim in worth.claims if place in claim.rooms), 0
    low, high = worth.span(place)
    if side is Side.MOST:
        return max(high, 0), 0
    return max(-low, 0), max(high, 0)


def _needed(steps: Mapping[Move, np.ndarray], nowhere: int) -> Iterator[tuple[Move, np.ndarray]]:
    """Return steps that lead nowhere where fewer courses lead to the same."""
    for move, step in steps.items():
        kept = step.copy()
        for one in move:
            kept[step == steps[tuple(other for other in move if other != one)]] = nowhere
        yield move, kept


def attended(
    sides: Sequence[Side], worth: Worth, states: States, most: Mapping[int, int]
) -> States:
    """Return what is left when a course is attended.

    Args:
        sides: what the numbers of the states mean.
        worth: what it adds.
        states: what is left before.
        most: the rooms of which no account is kept, and how much anybody has of them.
    """
    found = list(states)
    signs = [1 if side is Side.BALANCE else -1 for side in sides]
    for place, add in enumerate(worth.adds):
        if add:
            found[place] = found[place] + signs[place] * add
    for claim in worth.claims:
        counts = np.full(len(states[0]), claim.amount - claim.cut, dtype=np.int64)
        for room in claim.rooms:
            counts = np.minimum(counts, most[room] if room in most else found[room])
            if room not in most:
                found[room] = found[room] - counts
        for place, weight in enumerate(claim.weights):
            if weight and not (claim.cut and _harm(weight, sides[place])):
                found[place] = found[place] + signs[place] * weight * counts
    return found


def _distinct(several: Sequence[States], end: _Ends) -> tuple[States, list[np.ndarray]]:
    """Return the distinct states that can still end, and of all the place of their like.

    The place is behind the last one where they cannot.
    """
    shape = (len(several), len(several[0][0]))
    live = np.ones(shape, dtype=bool)
    codes = np.zeros(shape, dtype=np.int64)
    kept: list[list[np.ndarray]] = []
    times = 1
    for place in range(len(several[0])):
        columns = [states[place] for states in several]
        # Most courses change few numbers, so each column is looked at once.
        cuts = {key: end.cut(place, one) for key, one in {id(c): c for c in columns}.items()}
        kept.append([cuts[id(column)][0] for column in columns])
        for row, column in zip(live, columns, strict=True):
            alive = cuts[id(column)][1]
            if alive is not None:
                row &= alive
        low = min(int(cut.min(initial=FAR)) for cut, _ in cuts.values())
        width = max(int(cut.max(initial=low)) for cut, _ in cuts.values()) - low + 1
        if width > 1:
            if times * width >= FAR:
                codes = np.unique(codes, return_inverse=True)[1].reshape(shape).astype(np.int64)
                times = int(codes.max()) + 1
            parts = {key: (cut - low) * times for key, (cut, _) in cuts.items()}
            times *= width
            for row, column in zip(codes, columns, strict=True):
                row += parts[id(column)]
    rows = codes[live]
    first, inverse = _alike(rows)
    places = np.full(shape, len(first), dtype=np.int64)
    places[live] = inverse
    which, where = np.divmod(np.flatnonzero(live)[first], max(shape[1], 1))
    return [_picked(columns, which, where) for columns in kept], list(places)


def _alike(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return of numbers where one of each stands, and of every number which of these it is.

    They are put in a table by what is left when they are divided, for sorting takes longer. Those
    that find another in their place are put in again.
    """
    count = len(codes)
    own = np.arange(count, dtype=np.int32)
    like = own.copy()
    left = own
    size = 2 * count + 1
    while len(left) > 1000:
        table = np.empty(size, dtype=np.int32)
        slots = codes[left] % size
        table[slots] = left
        found = table[slots]
        same = codes[found] == codes[left]
        like[left[same]] = found[same]
        left = left[~same]
        size += 2
    if len(left):
        _, first, inverse = np.unique(codes[left], return_index=True, return_inverse=True)
        like[left] = left[first[inverse.reshape(-1)]]
    first = np.flatnonzero(like == own)
    places = np.empty(count, dtype=np.int64)
    places[first] = np.arange(len(first))
    return first, places[like]


def _picked(columns: Sequence[np.ndarray], which: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Return of several columns the numbers at places."""
    found: np.ndarray = columns[0][where]
    for turn, column in enumerate(columns):
        if column is not columns[0]:
            mine = which == turn
            found[mine] = column[where[mine]]
    return found
