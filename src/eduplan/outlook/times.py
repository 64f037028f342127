"""How times keep courses apart: nobody attends two that take place at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eduplan.outlook.numbers import Pattern, Times

FEW = 40
"""Beyond so many sets that go together, courses are looked at one by one."""


def times_of(slots: Sequence[Sequence[str]]) -> Times:
    """Return how the slots of courses keep them apart.

    Courses that share slots stand in one group. Where that makes for too many sets, as of courses
    over several weeks each of which overlaps the next, it is kept in the state which are taken.
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
    kept: dict[int, tuple[str, ...]] = {}
    for several in found.values():
        if _few(several, clashes):
            groups.append(tuple(several))
            continue
        groups += [(course,) for course in several]
        for course in several:
            kept[course] = tuple(sorted(taken[course]))
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
