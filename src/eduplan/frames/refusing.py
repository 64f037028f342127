"""What of a quota cannot be judged over frames: it is refused by name before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

import attrs
import narwhals.stable.v2 as nw

from eduplan.cycles import Own
from eduplan.errors import Fault, NotPortable
from eduplan.frames import histories
from eduplan.frames.bulk import limits_of, of_kinds, recognised, selectors
from eduplan.frames.columns import Columns, Sort, count
from eduplan.measures import Cap, Measure, Per, Threshold, Way
from eduplan.periods import Every
from eduplan.provisions import Amount, Provision, Quota
from eduplan.provisions.portions import Portion
from eduplan.provisions.quota import Leave, Over
from eduplan.selectors import EVERYTHING, Condition, Selector

Judged = Mapping[type[attrs.AttrsInstance], Set[str]]
"""The keys of values that are judged; what a value says besides is refused."""

_JUDGED: Judged = {
    Quota: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("measure", "every", "at_least", "at_most", "partial", "unit", "part", "stub"),
        *("serves_at_least", "governs", "version", "scope", "opens", "before_joining", "leave"),
    },
    Leave: {"kind", "where", "by"},
    Measure: {
        *("way", "kinds", "field", "where", "part", "by", "caps", "tariff", "factors", "absence"),
        "thresholds",
    },
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {
        *("lengths", "starts", "ends", "aligned", "after", "change", "hold", "skip", "only"),
    },
    Amount: {"amount", "where", "per", "floor"},
    Cap: {"at_most", "share", "best", "per", "each", "where"},
    Threshold: {"each", "at_least", "where"},
    Portion: {
        *("id", "title", "bearer", "where", "within", "records", "distinct", "of_owed"),
        *("at_least", "at_most", "yearly", "every", "beside", "shared"),
    },
}

MOST_EXCLUSIVE = 5
"""All sets of parts that may not share an hour are added up; beyond so many parts that is much."""


def refusals(quota: Quota) -> Iterator[Fault]:
    """Return why a quota cannot be judged over frames, nothing where it can."""
    by_member = quota.scope.over is Over.SHARE and quota.by_measured
    if quota.scope.over is not Over.EACH and quota.version and not by_member:
        yield _not_with("scope", "scope", "version")
    told: list[Fault] = []
    for index, wording in enumerate(quota.wordings):
        for fault in _refusals(wording.provision):
            if fault not in told:
                told.append(fault)
                yield fault.under(f"version[{index - 1}]") if index else fault


def _refusals(quota: Provision) -> Iterator[Fault]:
    """Return why one version of a quota cannot be judged over frames."""
    assert isinstance(quota, Quota)  # noqa: S101 - for the type checker
    yield from said_besides(quota, "", _JUDGED)
    yield from _of_groups(quota)
    yield from said_besides(quota.measure, "measure.", _JUDGED)
    yield from said_besides(quota.every, "every.", _JUDGED)
    for key in ("at_least", "at_most"):
        for index, row in enumerate(getattr(quota, key) or ()):
            yield from said_besides(row, f"{key}[{index}].", _JUDGED)
    if quota.every.own is not None:
        yield from said_besides(quota.every.own, "every.", _JUDGED)
    for key in ("caps", "thresholds"):
        for index, limit in enumerate(getattr(quota.measure, key)):
            yield from said_besides(limit, f"measure.{key}[{index}].", _JUDGED)
    for selector in selectors(quota):
        yield from several_operands(selector, "measure")
    if quota.leave is not None:
        yield from several_operands(quota.leave.where, "leave")
    if (rule := recognised(quota)) is not None:
        yield from several_operands(rule, "before_joining")
    yield from histories.refusals(quota)
    for index, part in enumerate(quota.part):
        yield from said_besides(part, f"part[{index}].", _JUDGED)
        if part.beside and _of_some(part):
            yield _not_with(f"part[{index}].beside", "beside", "bearer")
        # Who was away too long owes nothing, whether or not it is known what else would be asked.
        elif quota.leave is not None and quota.serves_at_least is not None and _of_some(part):
            yield _not_with(f"part[{index}].bearer", "bearer", "serves_at_least")
    if sum(part.exclusive for part in quota.part) > MOST_EXCLUSIVE:
        yield Fault("not-portable-parts", "part", {"most": MOST_EXCLUSIVE})


def _of_groups(quota: Quota) -> Iterator[Fault]:
    """Return why groups cannot be judged, where it is they that are."""
    if quota.scope.over is not Over.EACH and quota.every.needs_calendar:
        yield _not_with("scope", "scope", "every")
    if quota.scope.pooled:
        together = {
            "share": quota.measure.way is Way.SHARE,
            "caps.share": any(cap.share is not None for cap in quota.measure.caps),
            "part.beside": any(part.beside for part in quota.part),
            "part.every": any(part.every is not None for part in quota.part),
            "part.yearly": any(part.yearly for part in quota.part),
        }
        for key, said in together.items():
            if said:
                yield _not_with("scope", "scope", key)


def check_single(quota: Quota, register: Columns) -> None:
    """Refuse facts with several values where records are told apart by single ones.

    Raises:
        NotPortable: things are counted, or capped, by such a fact; caps and parts of which it
            depends on one whether they meet; or caps on a day and records that go on for several.
    """
    measure = quota.measure
    several = [one for one in told_apart(quota) if register.sorts.get(one) is Sort.SEVERAL]
    if several:
        raise NotPortable([Fault("told-apart-by-several", f"records.{one}") for one in several])
    ranges = [cap for cap in measure.caps if cap.per is not Per.RECORD]
    fields = [field for cap in ranges for field in cap.where.fields()]
    if quota.part and any(register.sorts.get(field) is Sort.SEVERAL for field in fields):
        raise NotPortable([Fault("not-portable-caps", f"{quota.id}.measure.caps")])
    if any(cap.per is Per.DAY for cap in ranges) and "last_day" in register.sorts:
        frame = register.frame.filter(of_kinds(measure.kinds) & ~nw.col("last_day").is_null())
        if count(frame.filter(nw.col("last_day") > nw.col("day"))):
            raise NotPortable([Fault("caps-by-day", f"{quota.id}.measure.caps")])


def told_apart(quota: Quota) -> Sequence[str]:
    """Return the facts of records by whose values things are counted, or capped each."""
    measure = quota.measure
    named = [limit.each for limit in limits_of(measure)]
    named += [measure.field] if measure.way is Way.DISTINCT else []
    named += [part.distinct for part in quota.part]
    return tuple(dict.fromkeys(name for name in named if name))


def _of_some(part: Portion) -> bool:
    """Say whether a part is asked of some bearers only."""
    return part.bearer != EVERYTHING


def _not_with(path: str, key: str, other: str) -> Fault:
    return Fault("not-portable-with", path, {"key": key, "other": other})


def conditions(selector: Selector) -> Iterator[Condition]:
    """Return all conditions of a selector, those of its branches too."""
    yield from selector.conditions
    for inner in (*selector.any_of, *selector.none_of):
        yield from conditions(inner)


def several_operands(selector: Selector, path: str) -> Iterator[Fault]:
    """Return the conditions of a selector that hold a fact against several facts of a bearer."""
    for condition in conditions(selector):
        if len(set(condition.bearer_fields)) > 1:
            yield Fault("not-portable-operands", path, {"field": condition.field})


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
