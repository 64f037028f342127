"""Quotas and schedules held against each other: which are on one thing, how periods nest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import NamedTuple

import attrs

from eduplan.dates import Period, full_months
from eduplan.exact import Number
from eduplan.lint.material import Material, Stated
from eduplan.measures import Measure, Way
from eduplan.messages import Text
from eduplan.periods import Every, Unit
from eduplan.provisions import Provision, Quota, Schedule, Scope, Unanswered
from eduplan.provisions.quota import TIMES
from eduplan.selectors import EVERYTHING


class Plain(NamedTuple):
    """What a quota or a schedule asks of all its bearers alike: one amount in every period.

    Attributes:
        provision: the quota or schedule.
        measure: what is counted.
        every: in which periods.
        amount: how much.
        scope: over whom.
        most: whether the amount is a ceiling.
        unit: what is counted.
    """

    provision: Provision
    measure: Measure
    every: Every
    amount: Number
    scope: Scope = Scope()
    most: bool = False
    unit: Text = TIMES

    @property
    def share(self) -> bool:
        """Whether the amount is a share."""
        return self.measure.way is Way.SHARE


def plain(provision: Provision) -> Plain | None:
    """Return what a quota or schedule asks for, None where that is not the same for all."""
    if isinstance(provision, Quota):
        rows = provision.at_least if provision.at_least is not None else provision.at_most or ()
        if len(rows) != 1 or rows[0].where != EVERYTHING or rows[0].per:
            return None
        return Plain(
            provision,
            provision.measure,
            provision.every,
            rows[0].amount,
            provision.scope,
            provision.at_most is not None,
            provision.counted_in,
        )
    if isinstance(provision, Schedule) and not (
        provision.occasion or provision.for_each.dimensions
    ):
        what = provision.what
        measure = Measure(way=Way.COUNT, kinds=what.kind, where=what.where, by=what.by)
        return Plain(provision, measure, provision.every, provision.times)
    return None


def is_counted(stated: Stated) -> bool:
    """Say whether a provision is a quota or schedule, be it one that waits for an answer."""
    if isinstance(stated, Unanswered):
        return stated.key in ("quota", "schedule")
    return isinstance(stated, Quota | Schedule)


def pairs(material: Material) -> Iterator[tuple[Stated, Stated]]:
    """Return the pairs of provisions that, under some reading, count the same records alike."""
    kinds: dict[str, set[object]] = {}
    counted = [stated for stated in material.provisions if is_counted(stated)]
    for stated in counted:
        found = [plain(provision) for (provision,) in material.together(stated)]
        kinds[stated.id] = {_about(asked.measure) for asked in found if asked}
    for one, other in combinations(counted, 2):
        if kinds[one.id] & kinds[other.id]:
            yield one, other


def _about(measure: Measure) -> object:
    return measure.way, frozenset(measure.kinds), measure.field, measure.by, measure.part


def same_measure(one: Measure, other: Measure) -> bool:
    """Say whether two measures take the same records alike, but for which of them count."""
    return attrs.evolve(one, where=EVERYTHING) == attrs.evolve(other, where=EVERYTHING)


class Nesting(NamedTuple):
    """How many periods of one rule go into a period of another.

    Attributes:
        inside: so many at least lie in it whole.
        touching: so many at most have a day in it.
    """

    inside: int
    touching: int


def nesting(inner: Every, outer: Every, horizon: Period | None) -> Nesting | None:
    """Return how the periods of two rules nest, None where that is not known.

    Args:
        inner: the rule of the shorter periods.
        outer: the rule of the longer ones.
        horizon: first and last day of the plan, for duties owed once in it.
    """
    if inner == outer:
        return Nesting(1, 1)
    if inner.unit is Unit.TERM and outer.unit is Unit.SCHOOL_YEAR:
        return Nesting(2, 2)
    grid = _grid(outer, horizon)
    if grid is None:
        return None
    start, months = grid
    if inner.unit is Unit.WEEK:
        shortest = months * 28 if months < 2 else months * 30 - 2
        return Nesting((shortest - 6) // 7, (months * 31 + 6) // 7 + 1)
    own = _grid(inner, horizon)
    if own is None:
        return None
    first, length = own
    whole, rest = divmod(months, length)
    if start and first and not rest and _on_grid(start, first, length):
        return Nesting(whole, whole)
    return Nesting(max(whole - 1, 0), whole + 2)


def _grid(every: Every, horizon: Period | None) -> tuple[date | None, int] | None:
    """Return a boundary of periods of so many months, None for a boundary of each bearer's own."""
    if every.unit is Unit.PLAN:
        if horizon is None:
            return None
        months = full_months(horizon.start, horizon.end)
        return (horizon.start, months) if months else None
    if every.unit is Unit.CYCLE and not every.regular:
        return None
    return {
        Unit.MONTH: (date(2000, 1, 1), 1),
        Unit.CALENDAR_YEAR: (date(2000, 1, 1), 12),
        Unit.SCHOOL_YEAR: (date(2000, 9, 1), 12),
        Unit.CYCLE: (every.grid, every.months),
    }.get(every.unit)


def _on_grid(start: date, first: date, length: int) -> bool:
    months = (start.year - first.year) * 12 + start.month - first.month
    return start.day == first.day and months % length == 0
