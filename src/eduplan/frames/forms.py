"""The forms of provision that are judged over frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eduplan.errors import NotPortable
from eduplan.frames import (
    by_record,
    consequences,
    follow_ups,
    gates,
    quotas,
    read_out,
    rosters,
    targets,
)
from eduplan.frames.backends import Frame
from eduplan.frames.columns import Sort
from eduplan.frames.scene import Asks, Form, Scene, Source
from eduplan.provisions import (
    Attestation,
    Bench,
    Consequence,
    FollowUp,
    Gate,
    Process,
    Provision,
    Quota,
    Roster,
    Schedule,
    SettledBench,
    Target,
    VersionedBench,
)


def judge(name: str, scene: Scene) -> Frame:
    """Return the rows of a provision of the plan, which is judged once, whoever asks for them.

    Args:
        name: its id.
        scene: what is judged.
    """
    found = scene.judged.get(name)
    if found is None:
        found = _judged(_settled(scene.docket.benches[name]), scene)
        if name in scene.heard:
            found = scene.backend.keep(found)
        scene.judged[name] = found
    return found


def _settled(bench: Bench) -> Provision:
    """Return what a bench judges; over frames no provision waits for an answer."""
    assert isinstance(bench, SettledBench | VersionedBench)  # noqa: S101 - else it is refused
    return bench.provision


def _judged(provision: Provision, scene: Scene) -> Frame:
    """Judge a provision by columns, or where these will not do by reading records."""
    by_columns = FORMS[type(provision)].rows
    if by_columns is None or is_read(provision):
        return _read(provision, scene)
    try:
        return by_columns(provision, scene)
    except NotPortable as refused:  # the data are such that columns do not tell
        sources = reads(provision, scene.docket.benches) if _can_be_read(provision) else None
        if sources is None or scene.register.sorts.get("id") is not Sort.TEXT:
            raise
        try:
            return _read(provision, scene)
        except NotPortable as too_many:
            raise NotPortable([*refused.faults, *too_many.faults]) from None


def is_read(provision: Provision) -> bool:
    """Say whether a provision is judged by reading records, as columns cannot do it."""
    form = FORMS[type(provision)]
    return _can_be_read(provision) and (form.rows is None or any(form.refusals(provision)))


def _can_be_read(provision: Provision) -> bool:
    """Say whether a provision can be judged by reading the records of each bearer."""
    form = FORMS[type(provision)]
    several = [form.reads(one) for one in (provision, *_says(provision))]
    found = [source for sources in several for source in sources or ()]
    return form.else_read and None not in several and _told_apart(found, [provision])


def _told_apart(sources: Iterable[Source], several: Iterable[Provision]) -> bool:
    """Say whether no fact of records that is asked for tells them apart or points to others.

    Where records are read, these are not as they were.
    """
    told_by = {"id", *(source.by for source in sources)}
    return told_by.isdisjoint(asked(several).of_records)


def asked(provisions: Iterable[Provision]) -> Asks:
    """Return the facts that provisions ask for, in all their versions, each once."""
    several = [FORMS[type(said)].asks(said) for one in provisions for said in _says(one)]
    together = (
        tuple(dict.fromkeys(field for one in several for field in one[place]))
        for place in range(len(Asks._fields))
    )
    return Asks(*together)


def _says(provision: Provision) -> list[Provision]:
    """Return what a provision says in the course of time."""
    return [wording.provision for wording in provision.wordings]


def reads(provision: Provision, benches: Mapping[str, Bench]) -> list[Source] | None:
    """Return which of a bearer's records a provision and all it rests on read.

    Args:
        provision: the provision.
        benches: all provisions of its plan.

    Returns:
        The records, None where it rests on others than those a bearer names, or where what points
        to a bearer is asked for as a fact besides.
    """
    found: list[Source] = []
    several = consulted(provision, benches)
    for said in (said for one in several for said in (one, *_says(one))):
        sources = FORMS[type(said)].reads(said) if type(said) in FORMS else None
        if sources is None:
            return None
        found += sources
    return found if _told_apart(found, several) else None


def consulted(provision: Provision, benches: Mapping[str, Bench]) -> list[Provision]:
    """Return a provision and all those it rests on, each once."""
    found = {provision.id: provision}
    waiting = [provision]
    while waiting:
        for name in waiting.pop().refers():
            if name not in found:
                found[name] = _settled(benches[name])
                waiting.append(found[name])
    return list(found.values())


def _read(provision: Provision, scene: Scene) -> Frame:
    benches = scene.docket.benches
    several = consulted(provision, benches)
    others = [one.whose for one in several if isinstance(one, Consequence) and one.whose]
    sources = reads(provision, benches)
    assert sources is not None  # noqa: S101 - else it is refused by name
    return read_out.rows(benches[provision.id], scene, asked(several), sources, others)


def _read_alone(asks: Callable[[Any], Asks], reads_: Callable[[Any], Sequence[Source]]) -> Form:
    """Return a form that is told record by record alone."""
    return Form(by_record.refusals, asks, None, reads_, else_read=True)


FORMS: Mapping[type[Provision], Form] = {
    Quota: Form(quotas.refusals, quotas.asks, quotas.rows, quotas.reads, else_read=True),
    FollowUp: Form(
        *(follow_ups.refusals, follow_ups.asks, follow_ups.rows, follow_ups.reads), else_read=True
    ),
    Gate: Form(
        gates.refusals,
        gates.asks,
        lambda gate, scene: gates.rows(gate, scene, judge),
        gates.reads,
        else_read=True,
    ),
    Consequence: Form(
        consequences.refusals,
        consequences.asks,
        lambda rule, scene: consequences.rows(rule, scene, judge),
        consequences.reads,
        else_read=True,
    ),
    Target: Form(targets.refusals, targets.asks, targets.rows, targets.reads, else_read=True),
    Roster: Form(rosters.refusals, rosters.asks, rosters.rows),
    Attestation: _read_alone(by_record.asks_of_attestation, by_record.reads_of_attestation),
    Schedule: _read_alone(by_record.asks_of_schedule, by_record.reads_of_schedule),
    Process: _read_alone(by_record.asks_of_process, by_record.reads_of_process),
}
