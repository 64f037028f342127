"""What can be judged over frames: everything else is refused by name before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eduplan.errors import Fault, FaultList, NotPortable
from eduplan.frames.forms import FORMS, is_read, reads
from eduplan.plan import Plan
from eduplan.provisions import (
    Consequence,
    FollowUp,
    Process,
    Provision,
    Quota,
    Roster,
    Target,
    Unanswered,
)
from eduplan.provisions.quota import Over
from eduplan.tables import names_in_only


def portable(plan: Plan, only: Iterable[str] | None = None) -> tuple[Provision, ...]:
    """Return the provisions to judge.

    Args:
        plan: the plan.
        only: ids of provisions; by default all of the plan.

    Raises:
        InputError: ``only`` is one text, which would be taken letter by letter.
        UnknownName: the plan has no such provision.
        NotPortable: some of them cannot be judged over frames; all are named, with the reason.
    """
    names = tuple(p.id for p in plan.settled) if only is None else names_in_only(only)
    faults = FaultList()
    found = []
    for name in names:
        provision = plan.provision(name)
        with faults.below(name) as inner:
            inner.faults.extend(refusals(provision))
            inner.faults.extend(_of_others(plan, provision))
        if isinstance(provision, Provision):
            found.append(provision)
    faults.raise_any(NotPortable)
    return tuple(found)


def with_others(plan: Plan, provisions: Iterable[Provision]) -> tuple[Provision, ...]:
    """Return provisions with all those they rest on, each once."""
    found: dict[str, Provision] = {}
    waiting = list(provisions)
    while waiting:
        provision = waiting.pop()
        if provision.id not in found:
            found[provision.id] = provision
            others = (plan.provision(name) for name in provision.refers())
            waiting += [other for other in others if isinstance(other, Provision)]
    return tuple(found.values())


def alone(provision: Provision) -> bool:
    """Say whether a bearer is judged by itself, whoever else there is."""
    if isinstance(provision, Quota):
        return provision.scope.over is Over.EACH
    if isinstance(provision, Target):
        indicator = provision.indicator
        return not (indicator.present or indicator.among is not None or provision.relative())
    if isinstance(provision, Consequence):
        return not provision.whose
    return not isinstance(provision, Roster)


def linked(provision: Provision) -> bool:
    """Say whether there are records that name others they belong to, and not the bearer."""
    if isinstance(provision, Process):
        return any(piece.link for step in provision.step for piece in step.needs)
    return isinstance(provision, FollowUp) and bool(provision.answer.link)


def by_bearer(plan: Plan, provision: Provision) -> bool:
    """Say whether all that a verdict rests on are the bearer and the records that point to it."""
    return all(alone(one) and not linked(one) for one in with_others(plan, [provision]))


def _of_others(plan: Plan, provision: Provision | Unanswered) -> Iterator[Fault]:
    """Return which of the provisions it rests on cannot be judged over frames by bearer."""
    if isinstance(provision, Unanswered):
        return
    for name in dict.fromkeys(provision.refers()):
        other = plan.provision(name)
        refused = any(refusals(other)) or any(_of_others(plan, other))
        if refused or plan.benches[name].grouped or not _serves(plan, provision, other):
            yield Fault("not-portable-other", "", {"provision": name})


def _serves(plan: Plan, provision: Provision, other: Provision | Unanswered) -> bool:
    """Say whether a provision can rest on another the way it is judged itself."""
    read = isinstance(other, Provision) and reads(other, plan.benches) is not None
    return read or not is_read(provision)


def refusals(provision: Provision | Unanswered) -> Iterator[Fault]:
    """Return why a provision cannot be judged over frames, nothing where it can.

    Args:
        provision: a provision of a plan, such as ``plan.provision("training-hours")`` gives.

    >>> from eduplan import load_plan
    >>> plan = load_plan("county-six-year")
    >>> [fault.message() for fault in refusals(plan.provision("shadowing"))]
    ['waits for an answer to about-a-month; answer it first']
    """
    if isinstance(provision, Unanswered):
        yield Fault("not-portable-question", "", {"question": provision.questions})
    elif not is_read(provision):
        yield from FORMS[type(provision)].refusals(provision)
