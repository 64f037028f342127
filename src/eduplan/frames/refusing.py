"""What of a quota cannot be judged over frames: it is refused by name before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import combinations

import attrs

from eduplan.cycles import Own
from eduplan.dates import DAY, school_year
from eduplan.errors import Fault, NotPortable, refuse
from eduplan.frames.bulk import recognised, selectors
from eduplan.frames.capping import PERIOD, Level
from eduplan.frames.columns import Columns, Sort
from eduplan.frames.windows import spanned
from eduplan.measures import Cap, Measure, Per, Way
from eduplan.periods import Every, Unit
from eduplan.provisions import Amount, Provision, Quota
from eduplan.provisions.portions import Portion
from eduplan.provisions.quota import Leave, Over
from eduplan.selectors import EVERYTHING, Condition, Selector, apart

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
    },
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {"lengths", "starts", "ends", "aligned"},
    Amount: {"amount", "where", "per", "floor"},
    Cap: {"at_most", "share", "per", "each", "where"},
    Portion: {
        *("id", "title", "bearer", "where", "within", "records", "of_owed", "at_least", "at_most"),
        *("yearly", "every", "beside", "shared"),
    },
}

MOST_EXCLUSIVE = 4
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
    for index, cap in enumerate(quota.measure.caps):
        yield from said_besides(cap, f"measure.caps[{index}].", _JUDGED)
        if cap.share is not None and Level(cap.per, cap.each) != PERIOD:
            other = "each" if cap.each else "per"
            yield _not_with(f"measure.caps[{index}].share", "share", other)
    for selector in selectors(quota):
        yield from several_operands(selector, "measure")
    if quota.leave is not None:
        yield from several_operands(quota.leave.where, "leave")
    if (rule := recognised(quota)) is not None:
        yield from several_operands(rule, "before_joining")
    for index, part in enumerate(quota.part):
        yield from said_besides(part, f"part[{index}].", _JUDGED)
        if part.beside and part.bearer != EVERYTHING:
            yield _not_with(f"part[{index}].beside", "beside", "bearer")
        if part.beside and any(cap.per is not Per.RECORD for cap in quota.measure.caps):
            yield _not_with(f"part[{index}].beside", "beside", "caps")
    if sum(part.exclusive for part in quota.part) > MOST_EXCLUSIVE:
        yield Fault("not-portable-parts", "part", {"most": MOST_EXCLUSIVE})
    ranges = [cap for cap in quota.measure.caps if cap.per is not Per.RECORD]
    if not _nested(ranges, quota.every) or not all(
        _beside(cap, part, quota.every) for cap in ranges for part in quota.part
    ):
        yield Fault("not-portable-caps", "measure.caps")


def _of_groups(quota: Quota) -> Iterator[Fault]:
    """Return why groups cannot be judged, where it is they that are."""
    if quota.scope.over is not Over.EACH and quota.every.needs_calendar:
        yield _not_with("scope", "scope", "every")
    if quota.scope.pooled:
        together = {
            "share": quota.measure.way is Way.SHARE,
            "caps.share": any(cap.share is not None for cap in quota.measure.caps),
            "part": bool(quota.part),
        }
        for key, said in together.items():
            if said:
                yield _not_with("scope", "scope", key)


def check_single(quota: Quota, register: Columns) -> None:
    """Refuse facts with several values where records are told apart by single ones.

    Raises:
        InputError: things are counted, or capped, by such a fact.
        NotPortable: caps and parts of which it depends on such a fact whether they meet.
    """
    measure = quota.measure
    named = [cap.each for cap in measure.caps]
    named += [measure.field] if measure.way is Way.DISTINCT else []
    for field in named:
        if (sort := register.sorts.get(field)) is Sort.SEVERAL:
            facts = {"got": sort.value, "needs": Sort.TEXT.value}
            raise refuse("column-sort", f"records.{field}", **facts)
    ranges = [cap for cap in measure.caps if cap.per is not Per.RECORD]
    fields = [field for cap in ranges for field in cap.where.fields()]
    if quota.part and any(register.sorts.get(field) is Sort.SEVERAL for field in fields):
        raise NotPortable([Fault("not-portable-caps", f"{quota.id}.measure.caps")])


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


def _beside(cap: Cap, part: Portion, every: Every) -> bool:
    """Say whether a part comes to the same whichever records a cap cuts first.

    It does where the cap cuts none of its records, and where the part is everything in a span in
    which the cap's range lies wholly.
    """
    if cap.each and cap.per is Per.PERIOD and spanned(part):
        return False
    wholes = [part.where, *([part.within] if part.within is not None else [])]
    untouched = any(apart(cap.where, where) for where in wholes)
    if not spanned(part) or cap.per is Per.PERIOD:
        return untouched
    everything = part.where == EVERYTHING and part.within is None
    return (untouched or everything) and _within_spans(cap.per, part, every)


def _within_spans(per: Per, part: Portion, every: Every) -> bool:
    """Say whether the ranges of a cap never go on from one span of a part to the next."""
    if part.every is not None:
        return per is Per.DAY or part.every.unit in _WITHIN.get(per, ())
    return _within_years(per, every)


def _within_years(per: Per, every: Every) -> bool:
    """Say whether the ranges of a cap never go on from one year of a period to the next."""
    if per in (Per.DAY, Per.YEAR):
        return True
    begins = every.grid
    if every.unit in _BEGINS:
        begins = _BEGINS[every.unit]
    elif begins is None or (per is not Per.MONTH and every.months % 12):
        return False
    return {
        Per.MONTH: begins.day == 1,
        Per.SCHOOL_YEAR: school_year(begins) != school_year(begins - DAY),
        Per.CALENDAR_YEAR: begins.year != (begins - DAY).year,
    }.get(per, False)


_WITHIN: Mapping[Per, Set[Unit]] = {
    Per.MONTH: {Unit.MONTH, Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR},
    Per.SCHOOL_YEAR: {Unit.SCHOOL_YEAR},
    Per.CALENDAR_YEAR: {Unit.CALENDAR_YEAR},
}
_BEGINS = {Unit.SCHOOL_YEAR: date(2000, 9, 1), Unit.CALENDAR_YEAR: date(2000, 1, 1)}
"""The first day of periods, in whatever year."""


def _nested(ranges: Sequence[Cap], every: Every) -> bool:
    """Say whether sums are enough to apply caps of ranges, whichever record is cut first.

    They are where caps with different scopes have no record in common, and where none with a scope
    comes after one on everything; a school year does not nest in a calendar year, nor in a year of
    the period unless that begins with it; and caps for each value of a fact come before all others,
    and are for the same fact.
    """
    pers = {cap.per for cap in ranges}
    if {Per.SCHOOL_YEAR, Per.CALENDAR_YEAR} <= pers:
        return False
    if Per.YEAR in pers and not all(_within_years(per, every) for per in pers - {Per.PERIOD}):
        return False
    each = [cap.each for cap in ranges]
    if len(set(each) - {""}) > 1 or each != sorted(each, reverse=True):
        return False
    scoped = [cap.where != EVERYTHING for cap in ranges]
    if scoped != sorted(scoped, reverse=True):
        return False
    scopes = list(dict.fromkeys(cap.where for cap in ranges if cap.where != EVERYTHING))
    return all(apart(one, other) for one, other in combinations(scopes, 2))
