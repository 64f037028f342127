"""What is made up for in days of grace: out of which records, and how much of each.

What is done after a period has ended, but still in its days of grace, counts for it as far as
something is missing: of the whole, or of a part which the record fits. The records come in their
order; what is not needed of one is left for the next period. How much of a record helps exclusive
parts, of which an hour serves one only, follows from Hall's condition, as in `portions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.measures import Range
from eduplan.provisions.composite import Due
from eduplan.provisions.portions import Portion
from eduplan.provisions.tallies import PortionGauge, Tally
from eduplan.selectors import Matcher

Parts = frozenset[str]
"""Ids of parts."""


class Fit(NamedTuple):
    """Which parts a record fits: those it surely does, and those it may."""

    sure: Parts
    maybe: Parts


class Floor(NamedTuple):
    """A part of the whole period of which so much is owed, at least and at most."""

    portion: Portion
    where: Matcher
    least: Number
    most: Number


class Floors:
    """What is missing of the parts of a quota.

    Args:
        gauge: the parts.
        get: reads facts of the bearer.
        due: what is owed in all.
        prior: what the period came to by its end.

    Raises:
        NotKnown: whether a part is asked of the bearer depends on a fact that is not known.
    """

    def __init__(self, gauge: PortionGauge, get: Getter, due: Due, prior: Sequence[Range]) -> None:
        self._get = get
        self._floors = [
            Floor(portion, where, portion.asked(due.least), portion.asked(due.owed))
            for portion, where in gauge.floors(get)
        ]
        several = [floor for floor in self._floors if floor.portion.exclusive]
        self._together = [
            chosen for size in range(1, len(several) + 1) for chosen in combinations(several, size)
        ]
        self._supply: dict[Fit, Tally] = {}
        for one in prior:
            self.take(one)

    def fit(self, one: Range) -> Fit:
        """Return which parts a record fits."""
        truths = [(f.portion.id, f.where(one.entry.get, self._get)) for f in self._floors]
        return Fit(
            frozenset(name for name, truth in truths if truth),
            frozenset(name for name, truth in truths if truth is not False),
        )

    def take(self, one: Range) -> None:
        """Count a record, or as much of it as was made up."""
        fit = self.fit(one)
        self._supply[fit] = self._supply.get(fit, Tally()) + Tally(one.low, one.high)

    def wanted(self, one: Range) -> tuple[Number, Number]:
        """Return how much of a record helps to fill a part, at least and at most."""
        fit = self.fit(one)
        low: Number = 0
        high: Number = 0
        for floor in self._floors:
            if floor.portion.id in fit.maybe:
                least, most = self._missing([(floor,)])
                high = max(high, most)
                low = max(low, least) if floor.portion.id in fit.sure else low
        if any({floor.portion.id for floor in several} & fit.maybe for several in self._together):
            least, most = self._missing(self._together)
            low = max(low, least - self._missing(self._apart(fit.sure))[1])
            high = max(high, most - self._missing(self._apart(fit.maybe))[0])
        return low, high

    def _apart(self, parts: Parts) -> Iterator[tuple[Floor, ...]]:
        """Return the parts to be taken together none of which is among those given."""
        return (
            several
            for several in self._together
            if parts.isdisjoint(floor.portion.id for floor in several)
        )

    def _missing(self, together: Iterable[tuple[Floor, ...]]) -> tuple[Number, Number]:
        """Return what is missing of that which is missing most, at least and at most."""
        least: Number = 0
        most: Number = 0
        for several in together:
            names = {floor.portion.id for floor in several}
            low: Number = 0
            high: Number | None = 0
            for fit, supply in self._supply.items():
                if fit.sure & names:
                    low += supply.low
                if fit.maybe & names:
                    high = None if high is None or supply.high is None else high + supply.high
            most = max(most, sum(floor.most for floor in several) - low)
            if high is not None:
                least = max(least, sum(floor.least for floor in several) - high)
        return least, most


def made_up(
    late: Sequence[Range], whole: Tally, due: Due | None, floors: Floors | None = None
) -> list[Range]:
    """Return how much of the records in days of grace makes up for what is missing, in order.

    Args:
        late: the records.
        whole: what else there is.
        due: what is owed, None where that is not known.
        floors: what is missing of parts, None where there are none or it is not known.
    """
    most: Number | None = None if due is None else max(due.owed - whole.low, 0)
    sure: Number = 0
    if due is not None and whole.high is not None:
        sure = max(due.least - whole.high, 0)
    found = []
    for one in late:
        least, top = sure, most
        if floors is not None and top is not None:
            of_parts = floors.wanted(one)
            least, top = max(least, of_parts[0]), max(top, of_parts[1])
        high = top if one.high is None else one.high if top is None else min(one.high, top)
        taken = one._replace(low=min(one.low, least), high=high)
        found.append(taken)
        if floors is not None:
            floors.take(taken)
        sure = 0 if one.high is None else max(sure - one.high, 0)
        most = None if most is None else max(most - one.low, 0)
    return [one for one in found if one.high != 0]
