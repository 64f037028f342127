"""Registers drawn by a seed, cheaply: of facts a rule asks for, on the edges of its periods.

Hypothesis draws better, and takes a millisecond for what here takes a few microseconds a record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from eduplan.dates import DAY, Period, add_months, add_years, cycle
from eduplan.exact import Number, exact
from eduplan.measures.tariff import DAYS
from eduplan.people import Person
from eduplan.periods import Every, Unit
from eduplan.plan import Plan
from eduplan.provisions import Quota
from eduplan.records import Record
from eduplan.selectors import Condition, Matcher, Scales, Selector
from eduplan.testing.cases import Case
from eduplan.testing.relations.keeping import (
    amounts_of,
    bearer_selectors,
    conditions_in,
    months_of,
    record_selectors,
)

IDS = ("t1", "t2")
MOST_RECORDS = 6
PARTS_OF_FULL_TIME = [1, Fraction(1, 2), Fraction(1, 10)]

WHOLLY_KNOWN = 0.85
"""So many of the records state everything the rule asks for."""

TRIES = 12
"""So many people are drawn for one who owes what the rule asks for."""

OTHER = "other"
"""A value that no selector names."""

ANCHORS = (date(2019, 9, 1), date(2020, 1, 31), date(2020, 2, 29), date(2021, 7, 1))
"""First days of cycles of a bearer's own."""

_OF_RECORDS = frozenset(("id", "kind", "day", "last_day", "bearer"))
_OF_PEOPLE = frozenset(("id", "name", "type", "role", "roles", "joined", "left"))
"""Facts that are drawn by themselves, or not at all."""


class Drawer:
    """Draws cases to try a rule on.

    Args:
        plan: the plan.
        rule: the rule.
    """

    def __init__(self, plan: Plan, rule: Quota) -> None:
        self.plan = plan
        self.rule = rule
        scales = plan.ranks
        measure = rule.measure
        self._facts = dict(_domains(record_selectors(rule), scales))
        for limits in (measure.caps, measure.thresholds):
            self._facts.update((one.each, ["x", "y"]) for one in limits if one.each)
        if measure.field and measure.field not in self._facts:
            self._facts[measure.field] = ["x", "y", "z"]
        self._facts.update((name, _amounts(rule)) for name in _numbers(rule))
        self._bearer = dict(_domains(bearer_selectors(rule), scales))
        for selector in record_selectors(rule):
            for condition in conditions_in(selector):
                for name in condition.bearer_fields:
                    self._bearer.setdefault(name, self._facts.get(condition.field, [OTHER]))
        rows = (*(rule.at_least or ()), *(rule.at_most or ()))
        self._bearer.update((row.per, PARTS_OF_FULL_TIME) for row in rows if row.per)
        own = rule.every.own
        self._anchored = (*own.starts, *([own.ends] if own.ends else ())) if own else ()
        self._owes = Matcher(rule.bearer, scales)
        self._exempt = Matcher(rule.exempt, scales) if rule.exempt is not None else None
        self._roles = [str(value) for value in self._bearer.pop("role", ["teacher"])]
        self._kinds = list(measure.kinds)
        self._other_kinds = [*(rule.leave.kind if rule.leave else ()), *rule.every.kinds]
        self._edges = _edges(rule.every)

    def case(self, random: Random) -> Case:
        """Return a case: one or two people, up to six records, a day of judgement."""
        anchor, period = random.choice(self._edges)
        names = IDS[: random.choice((1, 1, 2))]
        several = self._days(period)
        bearers = tuple(self._bearer_of(name, anchor, several, random) for name in names)
        count = random.randrange(MOST_RECORDS + 1)
        records = tuple(
            self.record(f"r{number}", random, several) for number in range(1, count + 1)
        )
        as_of = random.choice((*[period.end] * 8, *several))
        through = random.choice((*[max(period.last, as_of)] * 8, *several))
        complete = None if random.random() < 0.05 else {"*": through}
        at_end = as_of >= period.end and random.random() < 0.7
        during = Period(period.last, period.end) if at_end else period
        return Case(self.plan, bearers, records, as_of, complete, during)

    @property
    def finds_bearers(self) -> bool:
        """Whether there are people who owe what the rule asks for, as most rules ask of people."""
        random = Random(0)  # noqa: S311
        people = (self._bearer_of(IDS[0], ANCHORS[0], ANCHORS, random) for _ in range(TRIES))
        return any(self._owes(one.get, one.get) for one in people)

    def record(self, name: str, random: Random, days: Sequence[date]) -> Record:
        """Return a record of a kind the rule asks for, of which not everything need be known."""
        kinds = self._kinds
        if self._other_kinds and random.random() < 0.2:
            kinds = self._other_kinds
        day = random.choice(days)
        last = random.choice(days) if random.random() < 0.3 else None
        known = 1 if random.random() < WHOLLY_KNOWN else 0.7
        facts = {
            fact: random.choice(values)
            for fact, values in self._facts.items()
            if fact not in _OF_RECORDS and random.random() < known
        }
        whose = random.choice((*IDS, IDS[0]))
        if self.rule.measure.by != "bearer":
            facts[self.rule.measure.by] = whose
        return Record(
            id=name,
            kind=random.choice(kinds),
            day=day,
            last_day=last if last is not None and last >= day else None,
            bearer=whose,
            facts=facts,
        )

    def further(self, case: Case, random: Random) -> Record:
        """Return a record to be added to a case."""
        days = [*(one.day for one in case.records), case.as_of - DAY]
        if case.during is not None:
            days += [case.during.start, case.during.last]
        return self.record("r0", random, days)

    def _bearer_of(self, name: str, anchor: date, days: Sequence[date], random: Random) -> Person:
        """Return a person, who mostly owes what the rule asks for."""
        for _ in range(TRIES):
            person = self._person(name, anchor, days, random)
            owes = self._owes(person.get, person.get)
            if owes and not (self._exempt and self._exempt(person.get, person.get)):
                break
        return person

    def _person(self, name: str, anchor: date, days: Sequence[date], random: Random) -> Person:
        facts = {
            fact: random.choice(values)
            for fact, values in self._bearer.items()
            if fact not in _OF_PEOPLE and random.random() < 0.97
        }
        facts.update(dict.fromkeys(self._anchored, anchor))
        return Person(
            id=name,
            roles=[random.choice(self._roles)],
            school=facts.pop("school", ""),
            stage=facts.pop("stage", ""),
            joined=facts.pop("joined", random.choice(days) if random.random() < 0.1 else None),
            left=facts.pop("left", None),
            facts=facts,
        )

    def _days(self, period: Period) -> list[date]:
        """Return days on both edges of a period, within it, and before it."""
        middle = period.start + (period.end - period.start) // 2
        return [
            *(period.start, period.start, period.last, middle, middle + DAY),
            *(period.start - DAY, period.end, date(period.last.year, 2, 28), add_years(middle, -1)),
        ]


def _domains(selectors: Iterator[Selector], scales: Scales) -> Iterator[tuple[str, list[Any]]]:
    """Return the facts selectors ask for, with values that fit and one that does not."""
    found: dict[str, dict[Any, None]] = {}
    for selector in selectors:
        for condition in conditions_in(selector):
            values = found.setdefault(condition.field, {})
            values.update(dict.fromkeys(_values(condition, scales)))
    for field, values in found.items():
        yield field, list(values)


def _values(condition: Condition, scales: Scales) -> Iterator[Any]:
    scale = scales.get(condition.scale or condition.field)
    if scale is not None:
        yield from scale.values
    for operand in condition.operands:
        if isinstance(operand, bool):
            yield from (True, False)
        elif isinstance(operand, str):
            yield OTHER if operand.startswith("@") else operand
            if scale is None:
                yield OTHER
        elif isinstance(operand, date):
            yield from (operand, operand - DAY)
        else:
            yield from (operand, operand + 1, max(operand - 1, 0))


def _numbers(rule: Quota) -> Iterator[str]:
    measure = rule.measure
    yield from amounts_of(measure)
    yield from (row.stated for row in measure.tariff if row.stated)
    if measure.absence is not None:
        yield from (measure.absence.missed, measure.absence.of)


def _amounts(rule: Quota) -> list[Number]:
    """Return amounts of which few make a bound of the rule exactly, and some that miss it."""
    rows = (*(rule.at_least or ()), *(rule.at_most or ()))
    bounds: list[Number] = [row.amount for row in rows]
    bounds += [part.bound for part in rule.part if part.within is None and not part.of_owed]
    bounds += [cap.at_most for cap in rule.measure.caps if cap.at_most is not None]
    bounds += [one.at_least for one in rule.measure.thresholds]
    bounds = [bound for bound in dict.fromkeys(bounds) if bound] or [1]
    units: set[Number] = {
        row.each / Fraction(row.amount)
        for row in rule.measure.tariff
        if row.amount and row.per != DAYS
    }
    shares = [
        exact(Fraction(bound) / n * unit)
        for bound in bounds
        for n in (1, 2, 3)
        for unit in units or {1}
    ]
    whole = [row.amount for row in rows if row.amount]  # more often, so that much is owed and done
    return [*dict.fromkeys([*shares, 0, 1, 2, exact(Fraction(1, 2))]), *whole]


def _edges(every: Every) -> list[tuple[date, Period]]:
    """Return some periods of a rule, of which cases are drawn, with the days they run from."""
    if every.own is not None:
        months = every.months or every.own.lengths[0].length.months
        return [(anchor, cycle(anchor, months, number)) for anchor in ANCHORS for number in (0, 1)]
    months = months_of(every) or every.months or 12
    anchor = every.grid or {Unit.SCHOOL_YEAR: date(2019, 9, 1)}.get(every.unit, date(2020, 1, 1))
    while anchor.year < 2019:
        anchor = add_months(anchor, months)
    return [(anchor, cycle(anchor, months, number)) for number in (0, 1, 2)]
