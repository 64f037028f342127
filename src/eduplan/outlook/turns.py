"""In which order courses are taken, so that of little at a time account has to be kept."""

from __future__ import annotations

from eduplan.outlook.numbers import Kind, Offer, Pattern, Worth


def in_turns(
    kind: Kind, offer: Offer, rooms: frozenset[int], slots: frozenset[str]
) -> tuple[Pattern, ...]:
    """Return every course by itself, in an order in which few rooms and times are begun at once.

    Courses that share a room for which it matters which comes first stay in their order there.

    Args:
        kind: those who attend.
        offer: what is offered.
        rooms: the rooms of which account is kept.
        slots: the times of which account is kept.
    """
    uses: list[set[object]] = [
        {*_rooms(worth, rooms), *slots.intersection(times)}
        for worth, times in zip(kind.worth, offer.slots, strict=True)
    ]
    sharing: dict[object, list[int]] = {}
    for course in offer.order:
        for one in uses[course]:
            sharing.setdefault(one, []).append(course)
    queues = [several for one, several in sharing.items() if one in kind.turn]
    found: list[int] = []
    begun: set[object] = set()

    def cost(course: int) -> tuple[int, int]:
        new = uses[course] - begun
        return len(new), sum(len(sharing[one]) for one in new)

    left = [course for course in offer.order if uses[course]]
    while left:
        waiting = {other for several in queues for other in several[1:]}
        best = min((course for course in left if course not in waiting), key=cost)
        found.append(best)
        left.remove(best)
        begun |= uses[best]
        for several in queues:
            if several[:1] == [best]:
                del several[0]
    found += [course for course in offer.order if not uses[course]]
    return tuple((course,) for course in found)


def _rooms(worth: Worth | None, rooms: frozenset[int]) -> set[int]:
    claims = worth.claims if worth is not None else ()
    return {room for claim in claims for room in claim.rooms if room in rooms}
