"""Which relations a rule keeps, read from its data; and the key because of which not others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations

from eduplan.measures import Cap, Measure, Per, Way
from eduplan.measures.tariff import DAYS
from eduplan.periods import Every, Unit
from eduplan.provisions import Over, Provision, Quota
from eduplan.selectors import DAY_LOOKED_AT, EVERYTHING, Condition, Selector, apart


class Relation(StrEnum):
    """Something done to a case, after which the verdicts must be the same, or no worse."""

    ORDER = "order"
    """Records and bearers come in another order: the same verdicts."""
    DUPLICATES = "duplicates"
    """A record whose facts are known is entered once more: the same verdicts."""
    SPLIT = "split-and-merge"
    """A record becomes two of the same day that share its amount, or two become one: the same."""
    ADDING = "adding"
    """A further record is entered: no figure is lower, and no status worse."""
    SHIFT = "whole-cycle-shift"
    """All dates move by a whole cycle: the same verdicts, as much later."""
    RENAMING = "renaming"
    """People get other ids: the same verdicts on them."""
    UNIT = "unit-change"
    """Amounts are told in a unit a third as large: the same statuses, thrice the figures."""


def relations_kept(provision: Provision) -> frozenset[Relation]:
    """Return the relations a rule keeps, as far as its data tells for certain.

    >>> from eduplan import Quota
    >>> title = {"zh": "请假", "en": "Days away"}
    >>> quota = Quota(id="q", clause="1", title=title, measure={"days": "leave"},
    ...               every="calendar-year", at_most=20)
    >>> print(", ".join(sorted(relations_kept(quota))))
    duplicates, order, renaming
    """
    broken = relations_broken(provision)
    return frozenset(one for one in Relation if one not in broken)


def relations_broken(provision: Provision) -> Mapping[Relation, str]:
    """Return the relations a rule does not keep for certain, each with the key because of which.

    Args:
        provision: the rule. Of forms other than quotas only order and renaming are told.

    >>> from eduplan import Quota
    >>> title = {"zh": "听课", "en": "lessons observed"}
    >>> quota = Quota(id="q", clause="1", title=title, measure={"count": "lesson-observation"},
    ...               every="school-year", at_least=20)
    >>> for relation, key in relations_broken(quota).items():
    ...     print(relation, key)
    duplicates measure.count
    split-and-merge measure.count
    unit-change measure.count
    """
    if not isinstance(provision, Quota):
        told = (Relation.ORDER, Relation.RENAMING)
        return {one: "form" for one in Relation if one not in told}
    found = {one: next(why(provision), "") for one, why in _REASONS.items()}
    return {one: key for one, key in found.items() if key}


def _duplicates(quota: Quota) -> Iterator[str]:
    """A record entered twice counts twice, save where different things or days are counted."""
    if quota.measure.way not in (Way.DISTINCT, Way.DAYS):
        yield f"measure.{quota.measure.way}"
    yield from _own_periods(quota)


def _split(quota: Quota) -> Iterator[str]:
    """Two halves are worth the whole where amounts are added up, and nothing asks for each."""
    measure = quota.measure
    amounts = amounts_of(measure)
    if measure.way is Way.DISTINCT or not amounts:
        yield f"measure.{measure.way}"
    for index, row in enumerate(measure.tariff):
        for key in ("whole", "at_most", "stated"):
            if getattr(row, key):
                yield f"measure.tariff[{index}].{key}"
        if row.fixed is not None or row.per == DAYS:
            yield f"measure.tariff[{index}]"
    for key, rule in (("measure.absence", measure.absence), ("grace", quota.grace)):
        if rule is not None:
            yield key
    for index, cap in enumerate(measure.caps):
        if cap.per is Per.RECORD or cap.best is not None:
            yield f"measure.caps[{index}]"
    for index, part in enumerate(quota.part):
        for key in ("records", "distinct"):
            if getattr(part, key):
                yield f"part[{index}].{key}"
    yield from _asks_for(quota, amounts)
    yield from _own_periods(quota)


def _adding(quota: Quota) -> Iterator[str]:
    """A further record raises a total, save where it counts against another."""
    measure = quota.measure
    if quota.at_least is None:
        yield "at_most"
    if not measure.grows:
        yield f"measure.{measure.way}"
    ranged = [cap for cap in measure.caps if cap.per is not Per.RECORD]
    for index, cap in enumerate(measure.caps):
        if cap.best is not None:
            yield f"measure.caps[{index}].best"
    if not _nested(ranged) or (ranged and (quota.part or quota.carry_over)):
        yield "measure.caps"
    for index, part in enumerate(quota.part):
        for key in ("at_most", "within"):
            if getattr(part, key) is not None:
                yield f"part[{index}].{key}"
    if quota.leave is not None and set(quota.leave.kind) & set(measure.kinds):
        yield "leave.kind"
    if quota.grace is not None:
        yield "grace"
    yield from _own_periods(quota)


def _shift(quota: Quota) -> Iterator[str]:
    """A cycle later everything is the same, unless days are counted or a date is named."""
    months = months_of(quota.every)
    measure = quota.measure
    if not months:
        yield "every"
    for key in ("since", "until", "version", "leave", "opens", "grace", "serves_at_least"):
        if getattr(quota, key):
            yield key
    for key in ("partial", "stub"):
        if (policy := getattr(quota, key)) is not None and policy.lessens:
            yield key
    if measure.way is Way.DAYS or any(row.per == DAYS for row in measure.tariff):
        yield f"measure.{measure.way}"
    for index, cap in enumerate(measure.caps):
        if cap.per in (Per.SCHOOL_YEAR, Per.CALENDAR_YEAR) and months % 12:
            yield f"measure.caps[{index}].per"
    for index, part in enumerate(quota.part):
        if part.every is not None and (not _WHOLE.get(part.every.unit) or months % 12):
            yield f"part[{index}].every"
    for condition in _conditions(quota):
        dated = any(isinstance(one, date) or one == DAY_LOOKED_AT for one in condition.operands)
        if dated or condition.field in ("day", "last_day"):
            yield condition.field


def _renaming(quota: Quota) -> Iterator[str]:
    """A name is only a name, unless a selector asks for it."""
    yield from _asks_for(quota, {"id", "name", "bearer", quota.measure.by})


def _unit(quota: Quota) -> Iterator[str]:
    """An amount has a unit, a number of records or days, or a rate, has none to change."""
    measure = quota.measure
    if quota.scope.over is Over.SHARE:
        yield "scope"
    for index, row in enumerate(measure.tariff):
        if row.stated:
            yield f"measure.tariff[{index}].stated"
    if measure.way is not Way.CREDITS and not amounts_of(measure):
        yield f"measure.{measure.way}"
    if quota.version:
        yield "version"
    if measure.way is not Way.CREDITS:
        yield from _asks_for(quota, amounts_of(measure))


_REASONS: Mapping[Relation, Callable[[Quota], Iterator[str]]] = {
    Relation.DUPLICATES: _duplicates,
    Relation.SPLIT: _split,
    Relation.ADDING: _adding,
    Relation.SHIFT: _shift,
    Relation.RENAMING: _renaming,
    Relation.UNIT: _unit,
}

_WHOLE = {Unit.MONTH: 1, Unit.SCHOOL_YEAR: 12, Unit.CALENDAR_YEAR: 12}
"""Months of periods that are the same ones every year."""

LAST_SAFE_DAY = 28
"""Every month has this day, so that cycles which begin on it or before keep their days."""


def months_of(every: Every) -> int:
    """Return the length of a cycle after which all is the same, 0 where there is none."""
    if every.unit is not Unit.CYCLE:
        return _WHOLE.get(every.unit, 0)
    if not every.regular or (every.grid is not None and every.grid.day > LAST_SAFE_DAY):
        return 0
    return every.months


def amounts_of(measure: Measure) -> frozenset[str]:
    """Return the facts of a record that hold its amount."""
    if measure.way is Way.CREDITS:
        return frozenset(row.per for row in measure.tariff if row.per and row.per != DAYS)
    weighed = measure.field and measure.way in (Way.SUM, Way.SHARE)
    return frozenset([measure.field] if weighed else [])


def record_selectors(quota: Quota) -> Iterator[Selector]:
    """Return the selectors that are held against records."""
    measure = quota.measure
    yield measure.where
    yield measure.part
    for rows in (measure.caps, measure.tariff, measure.thresholds, quota.part):
        yield from (row.where for row in rows)
    yield from (row.where for table in measure.factors for row in table)
    yield from (part.within for part in quota.part if part.within is not None)
    yield from (one.where for one in (quota.leave, quota.carry_over) if one is not None)
    if quota.before_joining.counts is not None:
        yield quota.before_joining.counts


def bearer_selectors(quota: Quota) -> Iterator[Selector]:
    """Return the selectors that are held against bearers."""
    yield quota.bearer
    if quota.exempt is not None:
        yield quota.exempt
    yield from (row.where for row in (*(quota.at_least or ()), *(quota.at_most or ())))
    yield from (part.bearer for part in quota.part)
    if quota.every.own is not None:
        yield from (row.where for row in quota.every.own.lengths)


def conditions_in(selector: Selector) -> Iterator[Condition]:
    """Return all conditions of a selector, those inside others too."""
    yield from selector.conditions
    for inner in (*selector.any_of, *selector.none_of):
        yield from conditions_in(inner)


def _conditions(quota: Quota) -> Iterator[Condition]:
    for selector in (*record_selectors(quota), *bearer_selectors(quota)):
        yield from conditions_in(selector)


def _asks_for(quota: Quota, facts: Collection[str]) -> Iterator[str]:
    for condition in _conditions(quota):
        for name in (condition.field, *condition.bearer_fields):
            if name in facts:
                yield name
    for limits in (quota.measure.caps, quota.measure.thresholds):
        yield from (one.each for one in limits if one.each in facts)
    yield from (part.distinct for part in quota.part if part.distinct in facts)


def _own_periods(quota: Quota) -> Iterator[str]:
    """A record on which the periods themselves depend moves their ends."""
    if set(quota.every.kinds) & set(quota.measure.kinds):
        yield "every"


def _nested(caps: Sequence[Cap]) -> bool:
    """Say whether caps have no record in common, or each holds within the next.

    Otherwise a record that loses by one cap may keep another from losing by the next.
    """
    years = {cap.per for cap in caps} & {Per.SCHOOL_YEAR, Per.CALENDAR_YEAR, Per.YEAR}
    pairs = list(combinations(caps, 2))
    return len(years) <= 1 and all(_within(n, w) or apart(n.where, w.where) for n, w in pairs)


def _within(narrow: Cap, wide: Cap) -> bool:
    """Say whether what shares the one cap shares the other too."""
    return wide.where in (narrow.where, EVERYTHING) and wide.each in (narrow.each, "")
