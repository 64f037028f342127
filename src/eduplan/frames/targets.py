"""Targets over frames: who is there is counted in columns, and judged by the reference."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from eduplan.cycles import Own
from eduplan.dates import Period
from eduplan.errors import Fault, NotKnown
from eduplan.frames.asking import Owing, by_profile, door, fields_of, owing, own_fields
from eduplan.frames.backends import Frame
from eduplan.frames.crowds import SPELL, Crowd
from eduplan.frames.refusing import Judged, said_besides
from eduplan.frames.scene import Asks, Scene
from eduplan.periods import Every
from eduplan.provisions import Docket, Indicator, Target, TargetBench
from eduplan.selectors import Selector

_JUDGED: Judged = {
    Target: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("indicator", "milestones", "every", "reach", "suppress_below", "unit"),
    },
    Indicator: {"share", "within", "count", "distinct"},
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {"lengths", "starts", "ends", "aligned"},
}


def refusals(target: Target) -> Iterator[Fault]:
    """Return why a target cannot be judged over frames, nothing where it can."""
    yield from said_besides(target, "", _JUDGED)
    yield from said_besides(target.indicator, "indicator.", _JUDGED)
    if target.every is not None:
        yield from said_besides(target.every, "every.", _JUDGED)
        if target.every.own is not None:
            yield from said_besides(target.every.own, "every.", _JUDGED)
    for path, reach in target.reaches():
        if reach.relative_to is not None:
            yield Fault("not-portable-key", f"{path}.relative_to", {"key": "relative_to"})


def asks(target: Target) -> Asks:
    """Return the facts that a target asks for."""
    return Asks((*door(target), *_own(target), *_asked(target), *SPELL))


def rows(target: Target, scene: Scene) -> Frame:
    """Return the rows of one target."""
    bench = scene.docket.benches[target.id]
    assert isinstance(bench, TargetBench)  # noqa: S101 - of a target without versions it is
    who = owing(bench, scene, _own(target))
    if not who.subjects:
        return who.others
    crowd = Crowd(scene, _asked(target), _days(bench, who, scene.docket))
    docket = attrs.evolve(scene.docket, subjects=crowd.subjects())
    return by_profile(bench, scene._replace(docket=docket), who)


def _selectors(target: Target) -> list[Selector]:
    parts = [part.where for _, reach in target.reaches() for part in reach.split]
    return [*target.indicator.selectors().values(), *parts]


def _own(target: Target) -> tuple[str, ...]:
    """Return the facts of a bearer that its own verdicts depend on."""
    periods = target.every.facts if target.every is not None else ()
    return (*own_fields(*_selectors(target)), *periods)


def _asked(target: Target) -> tuple[str, ...]:
    """Return the facts that are asked of everybody looked at."""
    distinct = target.indicator.distinct
    return (*fields_of(*_selectors(target)), *([distinct] if distinct else []))


def _days(bench: TargetBench, who: Owing, docket: Docket) -> set[date]:
    """Return the days on which it is looked who is there."""
    found: set[Period] = set()
    for subject in who.subjects.values():
        try:
            spans = bench.spans(subject, docket)
        except NotKnown:
            continue
        found |= {
            one for span in spans for one in (span.period, bench.base(span)) if one is not None
        }
    return {min(period.last, docket.as_of) for period in found}
