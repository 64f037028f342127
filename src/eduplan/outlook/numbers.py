"""The numbers of a choice among courses: what they mean, what courses add, and who needs what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

Need = tuple[int, ...]
Pattern = tuple[int, ...]


class TooLarge(Exception):
    """There are too many states of what is left of a need."""


class Side(Enum):
    """What a number of a state means, and what becomes of it.

    Attributes:
        LEAST: so much is lacking; it has to come to nothing.
        MOST: so much may still be added.
        BALANCE: what a share has beyond its bound; in the end it may not be negative.
        ROOM: so much can still count under a cap; what goes beyond is lost.
    """

    LEAST = "least"
    MOST = "most"
    BALANCE = "balance"
    ROOM = "room"


class Claim(NamedTuple):
    """An amount that counts as far as there is room for it.

    Attributes:
        amount: the amount.
        rooms: the numbers of the state that tell the room, in the order in which they cut it.
        weights: what each unit that counts adds to every number of the state.
        cut: whether it is supposed that a room of which no account is kept leaves less of it.
    """

    amount: int
    rooms: tuple[int, ...]
    weights: Need
    cut: bool = False


class Worth(NamedTuple):
    """What a course adds.

    Attributes:
        adds: what it adds to every number of the state, whatever else is attended.
        claims: what counts only as far as there is room.
    """

    adds: Need
    claims: tuple[Claim, ...] = ()

    def span(self, place: int) -> tuple[int, int]:
        """Return the least and the most it can add to a number of the state."""
        low = high = self.adds[place]
        for claim in self.claims:
            change = claim.amount * claim.weights[place]
            low, high = low + min(change, 0), high + max(change, 0)
        return low, high


class Kind(NamedTuple):
    """Those for whom courses are worth the same.

    Attributes:
        sides: what the numbers of their states mean.
        worth: what each course adds; None where it is not open to them.
        needs: how many of them start from which state.
        turn: the rooms for which it matters which of the courses that share them comes first.
    """

    sides: tuple[Side, ...]
    worth: tuple[Worth | None, ...]
    needs: Mapping[Need, int]
    turn: frozenset[int] = frozenset()


class Times(NamedTuple):
    """How times keep courses apart.

    Attributes:
        groups: courses that may exclude one another, parted into groups that do not.
        clashes: pairs of courses of a group nobody attends both of.
        slots: for each course the times it takes that are not told by groups.
    """

    groups: tuple[Pattern, ...]
    clashes: frozenset[tuple[int, int]]
    slots: tuple[tuple[str, ...], ...]


class Offer(NamedTuple):
    """What is offered.

    Attributes:
        costs: the whole-number cost of a place in each course.
        places: how many may attend each course.
        slots: the times each course takes.
        times: how these keep courses apart.
        order: the courses in the order of their records.
    """

    costs: tuple[int, ...]
    places: tuple[int, ...]
    slots: tuple[tuple[str, ...], ...]
    times: Times
    order: Pattern
