"""What took place matched with what was due, each thing with one place."""

from __future__ import annotations

from collections.abc import Sequence


def matched(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give things to places, each to one, so that as many places as can be have one.

    Where not all can, the earlier place goes first: a place is left empty only if the places before
    it cannot do without what fits it. So it does not matter which of several fitting things comes
    first, and a further thing never takes away from a place what it had.

    Args:
        fits: for every place in its order the numbers of the things that fit it.

    Returns:
        The number of the thing by the number of its place.

    >>> matched([[0], [0, 1], [1]])
    {0: 0, 1: 1}
    """
    holder: dict[int, int] = {}
    held: dict[int, int] = {}
    for place in range(len(fits)):
        reached: dict[int, int] = {}
        free = _free(place, fits, holder, reached)
        while free is not None:
            taker = reached[free]
            before = held.get(taker)
            holder[free], held[taker] = taker, free
            free = before
    return held


def _free(
    place: int, fits: Sequence[Sequence[int]], holder: dict[int, int], reached: dict[int, int]
) -> int | None:
    """Return a thing nobody has that ``place`` can get, perhaps by others changing theirs.

    Args:
        place: the place that wants one.
        fits: what fits each place.
        holder: by whom each thing is held.
        reached: takes for each thing looked at the place that would take it.
    """
    places = [place]
    for current in places:
        for thing in fits[current]:
            if thing in reached:
                continue
            reached[thing] = current
            if thing not in holder:
                return thing
            places.append(holder[thing])
    return None
