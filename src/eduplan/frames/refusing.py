"""What of a quota cannot be judged over frames: it is refused by name before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations

import attrs

from eduplan.cycles import Own
from eduplan.errors import Fault
from eduplan.frames.bulk import selectors
from eduplan.measures import Cap, Measure, Per
from eduplan.periods import Every
from eduplan.provisions import Amount, Partial, Quota
from eduplan.provisions.portions import Portion
from eduplan.selectors import EVERYTHING, Condition, Selector, apart

Judged = Mapping[type[attrs.AttrsInstance], Set[str]]
"""The keys of values that are judged; what a value says besides is refused."""

_JUDGED: Judged = {
    Quota: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("measure", "every", "at_least", "at_most", "partial", "unit", "part", "stub"),
        "serves_at_least",
    },
    Measure: {
        *("way", "kinds", "field", "where", "part", "by", "caps", "tariff", "factors", "absence"),
    },
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {"lengths", "starts", "ends", "aligned"},
    Amount: {"amount", "where"},
    Cap: {"at_most", "per", "where"},
    Portion: {
        *("id", "title", "where", "within", "records", "at_least", "at_most"),
        *("yearly", "every", "shared"),
    },
}

MOST_EXCLUSIVE = 4
"""All sets of parts that may not share an hour are added up; beyond so many parts that is much."""


def refusals(quota: Quota) -> Iterator[Fault]:
    """Return why a quota cannot be judged over frames, nothing where it can."""
    yield from said_besides(quota, "", _JUDGED)
    if quota.stub is Partial.PRO_RATA:
        yield Fault("not-portable-key", "stub", {"key": "stub"})
    yield from said_besides(quota.measure, "measure.", _JUDGED)
    yield from said_besides(quota.every, "every.", _JUDGED)
    for key in ("at_least", "at_most"):
        for index, row in enumerate(getattr(quota, key) or ()):
            yield from said_besides(row, f"{key}[{index}].", _JUDGED)
    if quota.every.own is not None:
        yield from said_besides(quota.every.own, "every.", _JUDGED)
    for index, cap in enumerate(quota.measure.caps):
        yield from said_besides(cap, f"measure.caps[{index}].", _JUDGED)
        if cap.per is Per.YEAR:
            yield Fault("not-portable-key", f"measure.caps[{index}].per", {"key": "per"})
    for selector in selectors(quota):
        for condition in conditions(selector):
            if len(set(condition.bearer_fields)) > 1:
                facts = {"field": condition.field}
                yield Fault("not-portable-operands", "measure", facts)
    for index, part in enumerate(quota.part):
        yield from said_besides(part, f"part[{index}].", _JUDGED)
    if sum(part.exclusive for part in quota.part) > MOST_EXCLUSIVE:
        yield Fault("not-portable-parts", "part", {"most": MOST_EXCLUSIVE})
    if not _nested(quota.measure.caps) or (quota.part and _ranged(quota.measure)):
        yield Fault("not-portable-caps", "measure.caps")


def conditions(selector: Selector) -> Iterator[Condition]:
    """Return all conditions of a selector, those of its branches too."""
    yield from selector.conditions
    for inner in (*selector.any_of, *selector.none_of):
        yield from conditions(inner)


def said_besides(value: attrs.AttrsInstance, prefix: str, judged: Judged) -> Iterator[Fault]:
    """Return the keys of a value that are not judged and do not have their default.

    Args:
        value: the value.
        prefix: where it stands in its provision.
        judged: the keys that are judged.
    """
    known = judged[type(value)]
    for field in attrs.fields(type(value)):
        if field.name in known or not field.init:
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
