"""The cheapest courses for what people of one kind need, exactly.

Account of rooms under caps is kept only where it turns out to be needed: what is cheapest while
they are supposed never to be used up is tried in full. Where that does not do, account is kept of
what was supposed wrongly, for that need from then on, and it is looked for again. What is cheapest
and does is then the cheapest in truth, for whatever can be done could have been found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from eduplan.outlook.numbers import Kind, Need, Offer, Pattern, Side
from eduplan.outlook.ways import FAR, Move, Ways, attended

Counts = dict[tuple[int, int, int], int]
"""How much of a course, of which of its claims, which room leaves."""


class Kept(NamedTuple):
    """Of what account is kept for a need; of the rest it is supposed that it is never used up.

    Attributes:
        rooms: the rooms.
        slots: the times.
    """

    rooms: frozenset[int]
    slots: frozenset[str] = frozenset()


class Choices:
    """The cheapest courses for the needs of one kind.

    Args:
        kind: those who have the needs.
        offer: what is offered.
    """

    def __init__(self, kind: Kind, offer: Offer) -> None:
        self.kind, self.offer = kind, offer
        self.rooms = {place for place, side in enumerate(kind.sides) if side is Side.ROOM}
        self.turns = {course: turn for turn, course in enumerate(offer.order)}
        self.claims = [claim for worth in kind.worth if worth for claim in worth.claims]
        # A cap that others cut before holds for many courses, of which few come near it.
        wide = {room for claim in self.claims for room in claim.rooms[1:]}
        self.kept = dict.fromkeys(kind.needs, Kept(frozenset(self.rooms - wide)))
        self.ways: dict[Need, Ways] = {}
        self._look(kind.needs)

    def _look(self, needs: Iterable[Need]) -> None:
        """Look for ways to fill needs."""
        several: dict[frozenset[int], dict[Need, frozenset[str]]] = {}
        for need in needs:
            rooms, slots = self.kept[need]
            several.setdefault(rooms, {})[need] = slots
        for rooms, mine in several.items():
            ways = Ways(self.kind, self.offer, rooms, mine)
            self.ways |= dict.fromkeys(mine, ways)

    def cheapest(
        self, prices: Sequence[int], below: Mapping[Need, int]
    ) -> dict[Need, tuple[int, Pattern | None]]:
        """Return at what price needs can be filled, and by what.

        Args:
            prices: what courses cost.
            below: by need, what the courses must cost less than to be of interest. Where it cannot
                be had for less, the courses are None, and the price may be less than it really is.
        """
        found: dict[Need, tuple[int, Pattern | None]] = {}
        left = list(below)
        while left:
            several = self._together(left)
            left = []
            for ways, needs in several:
                priced = ways.priced(prices)
                for need in needs:
                    least = ways.least(priced, need)
                    if least >= below[need]:
                        found[need] = (least, None)
                        continue
                    path = ways.path(priced, need)
                    more = self._missed(need, path)
                    if more is None:
                        found[need] = (least, tuple(sorted(course for course, _ in path)))
                    else:
                        self.kept[need] = more
                        left.append(need)
            self._look(left)
        return found

    def _together(self, needs: Iterable[Need]) -> list[tuple[Ways, list[Need]]]:
        """Return needs that are looked for together, with the ways to fill them."""
        several: dict[Ways, list[Need]] = {}
        for need in needs:
            several.setdefault(self.ways[need], []).append(need)
        return list(several.items())

    def within(
        self, prices: Sequence[int], limits: Mapping[Need, int], most: int
    ) -> dict[Need, np.ndarray]:
        """Return all courses that fill needs and cost at most so much.

        Those are left out of which some would do.

        Args:
            prices: what courses cost.
            limits: by need, what they cost at most.
            most: so many are found, at most.

        Returns:
            By need for all that fill it, whether each course is attended.

        Raises:
            TooLarge: there are more.
        """
        found = {}
        for ways, needs in self._together(limits):
            which, attends = ways.within(prices, {need: limits[need] for need in needs}, most)
            true = self._true(np.array(needs, dtype=np.int64)[which], attends)
            which, attends = which[true], attends[true]
            for turn, need in enumerate(needs):
                found[need] = attends[which == turn]
                if self.rooms - self.kept[need].rooms:
                    # Where less may be supposed to count, several paths are of the same courses.
                    packed = np.packbits(found[need], axis=1)
                    _, first = np.unique(packed, axis=0, return_index=True)
                    found[need] = found[need][first]
        return found

    def _true(self, needs: np.ndarray, attends: np.ndarray) -> np.ndarray:
        """Return where courses fill a need in truth, whatever was supposed."""
        true = np.ones(len(attends), dtype=bool)
        if not self.rooms:
            return true
        states = list(needs.T.copy())
        for course in self.offer.order:
            here = np.flatnonzero(attends[:, course])
            worth = self.kind.worth[course]
            if worth is not None and len(here):
                after = attended(self.kind.sides, worth, [one[here] for one in states], {})
                for column, values in zip(states, after, strict=True):
                    column[here] = values
        for side, column in zip(self.kind.sides, states, strict=True):
            true &= column <= 0 if side is Side.LEAST else column >= 0
        together: dict[str, list[int]] = {}
        for course, slots in enumerate(self.offer.slots):
            for slot in set(slots):
                together.setdefault(slot, []).append(course)
        for courses in together.values():
            true &= attends[:, courses].sum(axis=1) <= 1
        return true

    def _missed(self, need: Need, path: Move) -> Kept | None:
        """Return of what account is to be kept besides; None where courses fill a need in truth."""
        if not self.rooms:
            return None
        kept = self.kept[need]
        courses = sorted((course for course, _ in path), key=self.turns.__getitem__)
        truth = [(course, worth) for course in courses if (worth := self.kind.worth[course])]
        enough, counts = self._followed(need, tuple(truth), frozenset(self.rooms))
        slots = [slot for course in courses for slot in set(self.offer.slots[course])]
        twice = {slot for slot in slots if slots.count(slot) > 1}
        if enough and not twice:
            return None
        _, supposed = self._followed(need, path, kept.rooms)
        rooms = {
            room
            for course, worth in path
            for which, claim in enumerate(worth.claims)
            for room in claim.rooms
            if claim.cut or counts[course, which, room] != supposed[course, which, room]
        }
        more = Kept(self._closed(kept.rooms | rooms), kept.slots | twice)
        if more == kept:
            # The first number in which truth and supposition differ is of a room or time of which
            # no account is kept, or of an amount that is supposed to be cut there.
            raise AssertionError("courses that fill a need as supposed do not, and nothing differs")
        return more

    def _closed(self, rooms: frozenset[int]) -> frozenset[int]:
        """Return rooms with those that cut before them.

        What is supposed of those would otherwise take too much of these.
        """
        found = set(rooms)
        for claim in self.claims:
            last = max((at for at, room in enumerate(claim.rooms) if room in found), default=0)
            found.update(claim.rooms[:last])
        return rooms if found == rooms else self._closed(frozenset(found))

    def _followed(self, need: Need, path: Move, rooms: frozenset[int]) -> tuple[bool, Counts]:
        """Return whether courses are enough, one after the other, and how much of each counts.

        Args:
            need: what is needed.
            path: the courses.
            rooms: the rooms of which account is kept.
        """
        state = list(need)
        signs = [1 if side is Side.BALANCE else -1 for side in self.kind.sides]
        found: Counts = {}
        for course, worth in path:
            for place, sign in enumerate(signs):
                state[place] += sign * worth.adds[place]
            for which, claim in enumerate(worth.claims):
                count = claim.amount
                for room in claim.rooms:
                    if room in rooms:
                        count = min(count, state[room])
                        state[room] -= count
                    found[course, which, room] = count
                for place, sign in enumerate(signs):
                    state[place] += sign * claim.weights[place] * count
        enough = all(
            left <= 0 if side is Side.LEAST else left >= 0
            for left, side in zip(state, self.kind.sides, strict=True)
        )
        return enough, found


def possible(kind: Kind, offer: Offer, needs: Iterable[Need]) -> set[Need]:
    """Return the needs that can be filled, places apart."""
    asked = dict.fromkeys(needs, 1)
    if not asked:
        return set()
    choices = Choices(kind._replace(needs=asked), offer)
    found = choices.cheapest([1] * len(offer.costs), dict.fromkeys(asked, FAR))
    return {need for need, (least, _) in found.items() if least < FAR}


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
