"""What can be judged over frames: everything else is refused by name before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import attrs

from eduplan.cycles import Own
from eduplan.errors import Fault, FaultList, NotPortable
from eduplan.frames.bulk import selectors
from eduplan.measures import Cap, Measure, Per
from eduplan.periods import Every
from eduplan.plan import Plan
from eduplan.provisions import Amount, Partial, Provision, Quota, Unanswered
from eduplan.provisions.portions import Portion
from eduplan.selectors import EVERYTHING, Condition, Selector, apart

_JUDGED = {
    Quota: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("measure", "every", "at_least", "at_most", "partial", "unit", "part", "stub"),
        "serves_at_least",
    },
    Measure: {"way", "kinds", "field", "where", "part", "by", "caps"},
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {"lengths", "starts", "ends", "aligned"},
    Amount: {"amount", "where"},
    Cap: {"at_most", "per", "where"},
    Portion: {
        *("id", "title", "where", "within", "records", "at_least", "at_most"),
        *("yearly", "every", "shared"),
    },
}
"""The keys that are judged; what a value says besides is refused."""


MOST_EXCLUSIVE = 4
"""All sets of parts that may not share an hour are added up; beyond so many parts that is much."""


def portable(plan: Plan, only: Iterable[str] | None = None) -> tuple[Quota, ...]:
    """Return the provisions to judge.

    Args:
        plan: the plan.
        only: ids of provisions; by default all of the plan.

    Raises:
        UnknownName: the plan has no such provision.
        NotPortable: some of them cannot be judged over frames; all are named, with the reason.
    """
    names = [p.id for p in plan.settled] if only is None else list(dict.fromkeys(only))
    faults = FaultList()
    found = []
    for name in names:
        provision = plan.provision(name)
        with faults.below(name) as inner:
            inner.faults.extend(refusals(provision))
        if isinstance(provision, Quota):
            found.append(provision)
    faults.raise_any(NotPortable)
    return tuple(found)


def refusals(provision: Provision | Unanswered) -> Iterator[Fault]:
    """Return why a provision cannot be judged over frames, nothing where it can."""
    if isinstance(provision, Unanswered):
        yield Fault("not-portable-question", "", {"question": provision.questions})
    elif not isinstance(provision, Quota):
        yield Fault("not-portable-form", "", {"form": provision.form})
    else:
        yield from _said_besides(provision, "")
        if provision.stub is Partial.PRO_RATA:
            yield Fault("not-portable-key", "stub", {"key": "stub"})
        yield from _said_besides(provision.measure, "measure.")
        yield from _said_besides(provision.every, "every.")
        for key in ("at_least", "at_most"):
            for index, row in enumerate(getattr(provision, key) or ()):
                yield from _said_besides(row, f"{key}[{index}].")
        if provision.every.own is not None:
            yield from _said_besides(provision.every.own, "every.")
        for index, cap in enumerate(provision.measure.caps):
            yield from _said_besides(cap, f"measure.caps[{index}].")
            if cap.per is Per.YEAR:
                yield Fault("not-portable-key", f"measure.caps[{index}].per", {"key": "per"})
        for selector in selectors(provision):
            for condition in _conditions(selector):
                if len(set(condition.bearer_fields)) > 1:
                    facts = {"field": condition.field}
                    yield Fault("not-portable-operands", "measure", facts)
        for index, part in enumerate(provision.part):
            yield from _said_besides(part, f"part[{index}].")
        if sum(part.exclusive for part in provision.part) > MOST_EXCLUSIVE:
            yield Fault("not-portable-parts", "part", {"most": MOST_EXCLUSIVE})
        if not _nested(provision.measure.caps) or (provision.part and _ranged(provision.measure)):
            yield Fault("not-portable-caps", "measure.caps")


def _conditions(selector: Selector) -> Iterator[Condition]:
    yield from selector.conditions
    for inner in (*selector.any_of, *selector.none_of):
        yield from _conditions(inner)


def _said_besides(value: attrs.AttrsInstance, prefix: str) -> Iterator[Fault]:
    """Return the keys of a value that are not judged and do not have their default."""
    judged = _JUDGED[type(value)]
    for field in attrs.fields(type(value)):
        if field.name in judged or not field.init:
            continue
        made = getattr(field.default, "factory", None)
        default = made() if made is not None else field.default
        if getattr(value, field.name) != default:
            yield Fault("not-portable-key", prefix + field.name, {"key": field.name})


def _ranged(measure: Measure) -> bool:
    """Say whether caps hold for several records together, so that it matters which is cut."""
    return any(cap.per is not Per.RECORD for cap in measure.caps)


def _nested(caps: Sequence[Cap]) -> bool:
    """Say whether sums are enough to apply caps, whichever record is cut first.

    They are where caps with different scopes have no record in common, and where none with a scope
    comes after one on everything; and a school year does not nest in a calendar year.
    """
    ranges = [cap for cap in caps if cap.per is not Per.RECORD]
    if {Per.SCHOOL_YEAR, Per.CALENDAR_YEAR} <= {cap.per for cap in ranges}:
        return False
    scoped = [cap.where != EVERYTHING for cap in ranges]
    if scoped != sorted(scoped, reverse=True):
        return False
    scopes = list(dict.fromkeys(cap.where for cap in ranges if cap.where != EVERYTHING))
    return all(apart(one, other) for one, other in combinations(scopes, 2))
