"""A measure that changes from a day on: each record is read by what held on its day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.measures.gauge import Gauge, LeftOut, Reading, parted
from eduplan.measures.measure import Measure, Way
from eduplan.measures.tariff import Worth
from eduplan.records import Entry
from eduplan.selectors import Scales

ADDED_UP = frozenset({Way.COUNT, Way.SUM, Way.CREDITS})
"""Ways of measuring whose amounts can be added up whatever each record was measured by."""


class DatedGauge(Gauge):
    """Measures made ready to read many bearers, each record by the measure of its day.

    What caps and thresholds take together is the same in all, whatever measured it before.

    Args:
        measures: the measures with their first days in their order, of the first None.
        scales: the ordered scales of the plan.
        detail: whether a reading tells what each record counts for.
    """

    def __init__(
        self, measures: Sequence[tuple[date | None, Measure]], scales: Scales, *, detail: bool
    ) -> None:
        super().__init__(measures[0][1], scales, detail=detail)
        self._dated = [(since, Gauge(measure, scales)) for since, measure in measures]

    def read(
        self,
        entries: Sequence[Entry],
        bearer: Getter,
        period: Period,
        owed: Number | None = None,
    ) -> Reading:
        """Return what the measures find among ``entries`` of one bearer in one period."""
        sure: list[Entry] = []
        maybe: list[Entry] = []
        left_out: list[LeftOut] = []
        for gauge, several in self._parted(entries):
            kinds = gauge.measure.kinds
            other = tuple(entry.record for entry in several if entry.kind not in kinds)
            if other:
                left_out.append(LeftOut("differs", "kind", other))
            of_kinds = [entry for entry in several if entry.kind in kinds]
            fits, perhaps, differing = parted(gauge._where, of_kinds, bearer)
            sure += fits
            maybe += perhaps
            left_out += gauge._blamed("differs", differing, bearer)
            left_out += gauge._blamed("unknown", perhaps, bearer)
        return self._amounts(sure, maybe, tuple(left_out), bearer, period, owed)

    def _parted(self, entries: Sequence[Entry]) -> Iterable[tuple[Gauge, list[Entry]]]:
        """Part entries by the measure of their day."""
        for index, (since, gauge) in enumerate(self._dated):
            until = self._dated[index + 1][0] if index + 1 < len(self._dated) else None
            yield (
                gauge,
                [
                    entry
                    for entry in entries
                    if (since is None or since <= entry.day)
                    and (until is None or entry.day < until)
                ],
            )

    def _worth(self, entry: Entry, bearer: Getter) -> Worth:
        gauge = next(g for since, g in reversed(self._dated) if since is None or since <= entry.day)
        return gauge._worth(entry, bearer)
