"""Rosters over frames: who is alike is counted in columns, and judged by the reference.

Groups, their members and their leaders are taken one by one, all others together with those who
have the same facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from eduplan.errors import Fault
from eduplan.frames.asking import by_profile, door, fields_of, owing, own_fields
from eduplan.frames.backends import Frame
from eduplan.frames.crowds import SPELL, Crowd
from eduplan.frames.refusing import Judged, said_besides
from eduplan.frames.scene import Asks, Scene
from eduplan.provisions import Docket, Roster, RosterBench, Subject
from eduplan.provisions.population import Population
from eduplan.provisions.roster import ids_in
from eduplan.selectors import Selector

_JUDGED: Judged = {
    Roster: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("cells", "without", "each", "members", "needs", "leader", "led_by", "disjoint"),
        *("covers", "groups", "by"),
    },
}


def refusals(roster: Roster) -> Iterator[Fault]:
    """Return why a roster cannot be judged over frames, nothing where it can."""
    yield from said_besides(roster, "", _JUDGED)


def asks(roster: Roster) -> Asks:
    """Return the facts that a roster asks for."""
    return Asks((*door(roster), *_own(roster), *_asked(roster), *SPELL))


def rows(roster: Roster, scene: Scene) -> Frame:
    """Return the rows of one roster."""
    bench = scene.docket.benches[roster.id]
    assert isinstance(bench, RosterBench)  # noqa: S101 - of a roster without versions it is
    who = owing(bench, scene, _own(roster))
    if not who.subjects:
        return who.others
    crowd = Crowd(scene, _asked(roster), [bench.looked_at(scene.docket)])
    groups = _groups(bench, crowd.alike.values(), who.subjects.values(), scene.docket)
    named = who.subjects.values() if roster.each is None and roster.members else groups
    subjects = crowd.subjects(groups, _named(roster, named))
    docket = attrs.evolve(scene.docket, subjects=subjects)
    return by_profile(bench, scene._replace(docket=docket), who)


def _selectors(roster: Roster) -> tuple[Selector | None, ...]:
    needs = [one for need in roster.needs for one in (need.where, need.within)]
    return roster.each, roster.led_by, roster.covers, *needs


def _own(roster: Roster) -> tuple[str, ...]:
    """Return the facts of a bearer that its own verdicts depend on."""
    group = (roster.members, roster.leader) if roster.members and roster.each is None else ()
    return (*own_fields(*_selectors(roster)), *group)


def _asked(roster: Roster) -> tuple[str, ...]:
    """Return the facts that are asked of everybody looked at."""
    group = (roster.members, roster.leader) if roster.each is not None else ()
    counted = [need.distinct for need in roster.needs if need.distinct]
    return (*roster.cells, *fields_of(*_selectors(roster)), *counted, *group)


def _groups(
    bench: RosterBench, alike: Iterable[Subject], owing_: Iterable[Subject], docket: Docket
) -> list[Subject]:
    """Return who may be one of the groups looked at, by anybody who owes the roster."""
    if bench.roster.each is None:
        return []
    each = Population(bench.roster.each, docket.scales)
    day = bench.looked_at(docket)
    bearers = list(owing_)
    return [one for one in alike if any(each.fits(one, b.get, day) is not False for b in bearers)]


def _named(roster: Roster, groups: Iterable[Subject]) -> set[str]:
    """Return the ids of all members and leaders of groups."""
    return {
        name
        for group in groups
        for field in (roster.members, roster.leader)
        for name in ids_in(group.get(field)) or ()
    }
