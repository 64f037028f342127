"""What is done to a case for each relation, and what must then hold of the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

import attrs

from eduplan.dates import DAY, Period, add_months
from eduplan.exact import Number, exact
from eduplan.measures import Measure, Way
from eduplan.people import Person
from eduplan.plan import Plan
from eduplan.provisions import Quota
from eduplan.provisions.portions import Portion
from eduplan.records import Record
from eduplan.testing.cases import Case
from eduplan.testing.relations.keeping import Relation, amounts_of, months_of, record_selectors

SMALLER = 3
"""How many of the other unit make one of the rule's own."""


@attrs.frozen(slots=False)
class Alone:
    """A rule in a plan of its own.

    Attributes:
        plan: the plan.
        rule: the rule, which is its only one.
    """

    plan: Plan
    rule: Quota

    @cached_property
    def smaller(self) -> Plan:
        """The plan with all that is told in the unit of the rule three times as large."""
        return attrs.evolve(self.plan, provisions=(_smaller(self.rule),))

    @cached_property
    def later(self) -> Plan:
        """The plan with its first and last day a whole cycle later."""
        horizon, months = self.plan.horizon, months_of(self.rule.every)
        if horizon is None:
            return self.plan
        start, end = add_months(horizon.start, months), add_months(horizon.end, months)
        return attrs.evolve(self.plan, horizon=Period(start, end))


Drawn = Callable[[], Record]
"""Draws a further record."""


class Changed(NamedTuple):
    """A case to which something was done.

    Attributes:
        case: the case as it then is.
        names: what ids of bearers then stand for, where they are others.
        months: by how many months all dates are later.
        times: how many times as large the figures are.
    """

    case: Case
    names: Mapping[str, str] = {}
    months: int = 0
    times: int = 1


def change(
    relation: Relation, case: Case, alone: Alone, random: Random, draw: Drawn
) -> Changed | None:
    """Return a case after what a relation speaks of, None where there is nothing to do it to.

    Args:
        relation: the relation.
        case: the case.
        alone: the rule that is tried.
        random: chooses among records.
        draw: draws a further record.
    """
    return _CHANGES[relation](case, alone, random, draw)


def _order(case: Case, _: Alone, random: Random, __: Drawn) -> Changed:
    records, bearers = list(case.records), list(case.bearers)
    random.shuffle(records)
    random.shuffle(bearers)
    return Changed(case._replace(records=tuple(records), bearers=tuple(bearers)))


def _duplicates(case: Case, alone: Alone, random: Random, _: Drawn) -> Changed | None:
    asked = {alone.rule.measure.field} if alone.rule.measure.field else set()
    asked.update(name for selector in record_selectors(alone.rule) for name in selector.fields())
    known = [one for one in case.records if all(one.get(name) is not None for name in asked)]
    if not known:
        return None
    chosen = random.choice(known)
    return Changed(_with(case, attrs.evolve(chosen, id=f"{chosen.id}/again")))


def _split(case: Case, alone: Alone, random: Random, _: Drawn) -> Changed | None:
    amounts = amounts_of(alone.rule.measure)
    whole = [one for one in case.records if not amounts or amounts & one.facts.keys()]
    if not whole:
        return None
    chosen = random.choice(whole)
    share = Fraction(1, random.choice((2, 3, 4)))
    halves = [
        _scaled(attrs.evolve(chosen, id=f"{chosen.id}/{number}"), amounts, part)
        for number, part in enumerate((share, 1 - share), 1)
    ]
    rest = [one for one in case.records if one is not chosen]
    return Changed(case._replace(records=(*rest, *halves)))


def _adding(case: Case, alone: Alone, _: Random, draw: Drawn) -> Changed | None:
    further = draw()
    return Changed(_with(case, further)) if further.kind in alone.rule.measure.kinds else None


def _shift(case: Case, alone: Alone, _: Random, __: Drawn) -> Changed | None:
    months = months_of(alone.rule.every)
    through = case.complete_through
    dates = [case.as_of, *(through or {}).values()]
    dates += [day for one in case.records for day in (one.day, one.last_day) if day is not None]
    dates += [day for one in case.bearers for day in _dates_of(one).values()]
    during, horizon = case.during, case.plan.horizon
    for period in (during, horizon):
        dates += [] if period is None else [period.start, period.end]

    def later(day: date) -> date:
        return add_months(day, months)

    def alike(day: date) -> bool:
        return add_months(later(day), -months) == day and later(day + DAY) == later(day) + DAY

    if not all(map(alike, dates)):
        return None  # about 29 February a day has none of its like a cycle later

    return Changed(
        case._replace(
            records=tuple(
                attrs.evolve(one, day=later(one.day), last_day=one.last_day and later(one.last_day))
                for one in case.records
            ),
            bearers=tuple(_moved(one, later) for one in case.bearers),
            as_of=later(case.as_of),
            complete_through=None if through is None else {k: later(d) for k, d in through.items()},
            during=None if during is None else Period(later(during.start), later(during.end)),
            plan=alone.later,
        ),
        months=months,
    )


def _renaming(case: Case, alone: Alone, _: Random, __: Drawn) -> Changed:
    others = {one.id: f"{place}-{one.id}" for place, one in enumerate(reversed(case.bearers))}
    by = alone.rule.measure.by

    def renamed(record: Record) -> Record:
        whose = record.bearer
        several = tuple(others.get(one, one) for one in ([whose] if type(whose) is str else whose))
        facts: dict[str, Any] = dict(record.facts)
        if by in facts:
            facts[by] = others.get(facts[by], facts[by])
        bearer = several[0] if type(whose) is str else several
        return attrs.evolve(record, bearer=bearer, facts=facts)

    return Changed(
        case._replace(
            bearers=tuple(attrs.evolve(one, id=others[one.id]) for one in case.bearers),
            records=tuple(map(renamed, case.records)),
        ),
        names={other: name for name, other in others.items()},
    )


def _unit(case: Case, alone: Alone, _: Random, __: Drawn) -> Changed:
    records = case.records
    if alone.rule.measure.way is not Way.CREDITS:
        amounts = amounts_of(alone.rule.measure)
        records = tuple(_scaled(one, amounts, SMALLER) for one in records)
    if alone.rule.measure.way is Way.SHARE:
        return Changed(case._replace(records=records))
    return Changed(case._replace(plan=alone.smaller, records=records), times=SMALLER)


_CHANGES: Mapping[Relation, Callable[[Case, Alone, Random, Drawn], Changed | None]] = {
    Relation.ORDER: _order,
    Relation.DUPLICATES: _duplicates,
    Relation.SPLIT: _split,
    Relation.ADDING: _adding,
    Relation.SHIFT: _shift,
    Relation.RENAMING: _renaming,
    Relation.UNIT: _unit,
}


def _with(case: Case, record: Record) -> Case:
    return case._replace(records=(*case.records, record))


def _scaled(record: Record, amounts: Iterable[str], times: Number) -> Record:
    facts: dict[str, Any] = dict(record.facts)
    facts.update((name, exact(facts[name] * times)) for name in amounts if name in facts)
    return attrs.evolve(record, facts=facts)


def _dates_of(person: Person) -> Mapping[str, date]:
    own = {name: getattr(person, name) for name in ("joined", "left")}
    return {n: d for n, d in (*own.items(), *person.facts.items()) if isinstance(d, date)}


def _moved(person: Person, later: Callable[[date], date]) -> Person:
    moved = {name: later(day) for name, day in _dates_of(person).items()}
    joined, left = moved.pop("joined", None), moved.pop("left", None)
    return attrs.evolve(person, joined=joined, left=left, facts={**person.facts, **moved})


def _smaller(rule: Quota) -> Quota:
    """Return a quota with all that is told in its unit three times as large."""
    carry = rule.carry_over
    return attrs.evolve(
        rule,
        measure=_smaller_measure(rule.measure),
        at_least=_each(rule.at_least, "amount", "floor"),
        at_most=_each(rule.at_most, "amount", "floor"),
        part=tuple(_smaller_part(part) for part in rule.part),
        carry_over=carry and attrs.evolve(carry, at_most=_times(carry.at_most)),
    )


def _smaller_measure(measure: Measure) -> Measure:
    return attrs.evolve(
        measure,
        caps=_each(measure.caps, "at_most"),
        thresholds=_each(measure.thresholds, "at_least"),
        tariff=_each(measure.tariff, "fixed", "amount", "at_most"),
    )


def _smaller_part(part: Portion) -> Portion:
    if part.within is not None or part.of_owed:
        return part
    return attrs.evolve(part, at_least=_times(part.at_least), at_most=_times(part.at_most))


def _each(rows: Any, *keys: str) -> Any:
    """Return rows of amounts, caps, thresholds or a tariff with some keys three times as large."""
    if rows is None:
        return None
    return tuple(
        attrs.evolve(row, **{key: _times(getattr(row, key)) for key in keys}) for row in rows
    )


def _times(amount: Number | None) -> Number | None:
    return None if amount is None else exact(amount * SMALLER)
