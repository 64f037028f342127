"""Whether rules keep the relations they declare, tried on registers drawn by a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any, NamedTuple

import attrs

from eduplan.dates import Period, add_months
from eduplan.evaluator import evaluate
from eduplan.exact import Number
from eduplan.people import Person
from eduplan.plan import Plan
from eduplan.provisions import Quota
from eduplan.records import Record, Register
from eduplan.testing.cases import Case
from eduplan.testing.relations.changing import Alone, Changed, change
from eduplan.testing.relations.drawing import Drawer
from eduplan.testing.relations.keeping import Relation, relations_kept
from eduplan.verdicts import Status, Verdict

Judge = Callable[..., Iterable[Verdict]]
"""Judges as an `eduplan.testing.Evaluator` does, and returns verdicts."""


class Tried(NamedTuple):
    """What was tried.

    Attributes:
        registers: how many registers were drawn.
        checks: how often each relation was tried on each rule.
        left_out: the rules for which no registers are drawn: of other forms than quotas, those
            that need a school calendar or an answer, and those that ask nothing of people.
    """

    registers: int
    checks: Mapping[tuple[str, Relation], int]
    left_out: tuple[str, ...]


def reference(
    plan: Plan,
    bearers: Sequence[Person],
    records: Sequence[Record],
    *,
    as_of: date,
    complete_through: Mapping[str, date] | None,
    during: Period | None,
) -> Iterator[Verdict]:
    """Judge by `eduplan.evaluate`."""
    register = Register(records, complete_through=complete_through)
    return evaluate(plan, bearers, register, as_of=as_of, during=during)


def check_relations(
    plan: Plan,
    *,
    judge: Judge = reference,
    keeps: Callable[[Quota], Collection[Relation]] = relations_kept,
    registers: int = 200,
    seed: int = 0,
    only: Collection[str] | None = None,
) -> Tried:
    """Try on drawn registers whether rules keep the relations they declare.

    The same seed draws the same registers, on every machine.

    Args:
        plan: the plan whose quotas are tried.
        judge: what judges; by default `eduplan.evaluate`.
        keeps: returns the relations a rule declares to keep; by default what its data tells.
        registers: how many registers are drawn for each rule.
        seed: draws them.
        only: ids of the rules to try, by default all.

    Returns:
        How many registers were drawn, and how often each relation was tried on each rule.

    Raises:
        AssertionError: a rule does not keep a relation; the message holds a small case, what was
            done to it, and the verdicts before and after.

    Example:
        >>> from eduplan import load_plan
        >>> answers = {"hours-that-count": "passed", "training-cycle": "entry"}
        >>> plan = load_plan("county-six-year").answer({**answers, "joined-or-left": "full"})
        >>> tried = check_relations(plan, only=["training-hours"], registers=20)
        >>> tried.registers, tried.checks["training-hours", Relation.ORDER]
        (20, 20)
    """
    checks: Counter[tuple[str, Relation]] = Counter()
    drawn = 0
    left_out = []
    for provision in plan.provisions:
        if only is not None and provision.id not in only:
            continue
        rule = {one.id: one for one in plan.settled}.get(provision.id)
        if not isinstance(rule, Quota) or rule.every.needs_calendar:
            left_out.append(provision.id)
            continue
        alone = attrs.evolve(plan, provisions=(rule,), questions=(), answers={})
        trial = _Trial(alone, rule, judge)
        if not trial.drawer.finds_bearers:
            left_out.append(rule.id)
            continue
        kept = [one for one in Relation if one in keeps(rule)]
        for number in range(registers):
            drawn += 1
            for relation in trial.tried(kept, f"{seed}/{rule.id}/{number}"):
                checks[rule.id, relation] += 1
    return Tried(drawn, checks, tuple(left_out))


class _Said(NamedTuple):
    """What a verdict says, without its evidence."""

    status: Status
    value: Number | None
    required: Number | None
    points: tuple[tuple[object, ...], ...]


_Key = tuple[str, date | None, date | None]


class _Trial:
    """A rule alone, and what judges it."""

    def __init__(self, plan: Plan, rule: Quota, judge: Judge) -> None:
        self.rule = rule
        self.alone = Alone(plan, rule)
        self.judge = judge
        self.drawer = Drawer(plan, rule)

    def tried(self, relations: Collection[Relation], seed: str) -> Iterator[Relation]:
        """Draw a register, and yield the relations that could be tried on it.

        Raises:
            AssertionError: one of them does not hold.
        """
        case = self.drawer.case(Random(seed))  # noqa: S311
        before = self.said(case)
        for relation in relations:
            changed = self.changed(relation, case, seed)
            if changed is not None:
                yield relation
                if self.differing(relation, before, changed):
                    raise AssertionError(self.told(relation, *self.smallest(relation, case, seed)))

    def said(self, case: Case) -> dict[_Key, _Said]:
        """Return what the judge says of a case."""
        verdicts = self.judge(
            case.plan,
            case.bearers,
            case.records,
            as_of=case.as_of,
            complete_through=case.complete_through,
            during=case.during,
        )
        return {_key(verdict): _of(verdict) for verdict in verdicts}

    def changed(self, relation: Relation, case: Case, seed: str) -> Changed | None:
        """Return the case after what a relation speaks of; the same for the same seed."""
        random = Random(f"{seed}/{relation}")  # noqa: S311
        further = self.drawer.further
        return change(relation, case, self.alone, random, lambda: further(case, random))

    def differing(self, relation: Relation, before: Mapping[_Key, _Said], changed: Changed) -> bool:
        """Say whether a relation does not hold."""
        after = {_back(key, changed): said for key, said in self.said(changed.case).items()}
        if after.keys() != before.keys():
            return True
        holds = _no_worse if relation is Relation.ADDING else _same
        return not all(holds(before[key], after[key], changed.times) for key in before)

    def fails(self, relation: Relation, case: Case, seed: str) -> bool:
        """Say whether a relation does not hold for a case."""
        changed = self.changed(relation, case, seed)
        return changed is not None and self.differing(relation, self.said(case), changed)

    def smallest(self, relation: Relation, case: Case, seed: str) -> tuple[Case, Changed]:
        """Return a small case for which a relation does not hold, and that case changed."""
        seeds = [seed, *(f"{seed}/{number}" for number in range(4))]
        chosen = seed
        shrinking = True
        while shrinking:
            shrinking = False
            for smaller in _smaller(case):
                failing = next((s for s in seeds if self.fails(relation, smaller, s)), None)
                if failing is not None:
                    case, chosen, shrinking = smaller, failing, True
                    break
        changed = self.changed(relation, case, chosen)
        assert changed is not None  # noqa: S101 - it failed, so something was done
        return case, changed

    def told(self, relation: Relation, case: Case, changed: Changed) -> str:
        """Return a relation that does not hold in words."""
        return "\n".join(
            [
                f"{self.rule.id} does not keep {relation}",
                *(f"  before: {_told(*said)}" for said in self.said(case).items()),
                *(f"  after: {_told(*said)}" for said in self.said(changed.case).items()),
                "",
                "in the case",
                "",
                str(case),
                "",
                "which becomes",
                "",
                *_without_plan(changed.case),
            ]
        )


def _without_plan(case: Case) -> Iterator[str]:
    """Yield the lines of a case that follow its plan."""
    text = str(case)
    return iter(text[text.index("\nbearer ") + 1 :].splitlines())


def _smaller(case: Case) -> Iterator[Case]:
    """Yield cases with one thing less: a record, a bearer, a fact of a record."""
    for record in case.records:
        yield case._replace(records=tuple(one for one in case.records if one is not record))
    for bearer in case.bearers if len(case.bearers) > 1 else ():
        yield case._replace(bearers=tuple(one for one in case.bearers if one is not bearer))
    for place, record in enumerate(case.records):
        for name in record.facts:
            facts: dict[str, Any] = {n: v for n, v in record.facts.items() if n != name}
            fewer = attrs.evolve(record, facts=facts)
            rest = case.records
            yield case._replace(records=(*rest[:place], fewer, *rest[place + 1 :]))


def _key(verdict: Verdict) -> _Key:
    period = verdict.period
    if period is None:
        return verdict.bearer_id, None, None
    return verdict.bearer_id, period.start, period.end


def _of(verdict: Verdict) -> _Said:
    points = tuple(
        (point.facts.get("id"), point.status, point.value)
        for point in verdict.justification.points
        if point.required is not None
    )
    return _Said(verdict.status, verdict.value, verdict.required, points)


def _back(key: _Key, changed: Changed) -> _Key:
    """Return which verdict of the case before one of the case after is held against."""
    bearer, start, end = key
    name = changed.names.get(bearer, bearer)
    if changed.months and start is not None and end is not None:
        start, end = add_months(start, -changed.months), add_months(end, -changed.months)
    return name, start, end


def _same(before: _Said, after: _Said, times: int) -> bool:
    if times == 1:
        return before == after
    return (
        before.status is after.status
        and _scaled(before.value, times) == after.value
        and _scaled(before.required, times) == after.required
        and [point[1] for point in before.points] == [point[1] for point in after.points]
    )


def _no_worse(before: _Said, after: _Said, _: int) -> bool:
    if before.status is Status.MET and after.status is not Status.MET:
        return False
    if after.status is Status.NOT_MET and before.status is not Status.NOT_MET:
        return False
    return before.value is None or (after.value is not None and after.value >= before.value)


def _scaled(value: Number | None, times: int) -> Number | None:
    return None if value is None else value * times


def _told(key: _Key, said: _Said) -> str:
    bearer, start, end = key
    points = [point[1].value for point in said.points if isinstance(point[1], Status)]
    beside = f", parts {' '.join(points)}" if points else ""
    return f"{bearer}, {start} to {end}: {said.status}, {said.value} of {said.required}{beside}"
