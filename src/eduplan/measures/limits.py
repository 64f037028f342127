"""What keeps amounts from counting: thresholds that are not reached, and caps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.measures.measure import Cap, Measure, Per
from eduplan.records import Entry
from eduplan.selectors import Getter, Matcher, Scales


class BoundCap(NamedTuple):
    """A cap that cut something off: what it allows, within what, and how much was lost.

    Attributes:
        cap: the cap.
        lost: how much it cut off.
        most: the most it allows, in the unit of the measure.
    """

    cap: Cap
    lost: Number
    most: Number


class Limits:
    """The thresholds and caps of a measure, made ready for many bearers."""

    def __init__(self, measure: Measure, scales: Scales) -> None:
        self._caps = [(cap, Matcher(cap.where, scales)) for cap in measure.caps]
        self._thresholds = [(one, Matcher(one.where, scales)) for one in measure.thresholds]

    def __bool__(self) -> bool:
        return bool(self._caps or self._thresholds)

    def doubts(self, entries: Sequence[Entry], bearer: Getter) -> tuple[Missing, ...]:
        """Return what is missing to know for which records a limit holds."""
        counts: dict[str, int] = {}
        limits = [(cap.each, where) for cap, where in self._caps]
        limits += [(one.each, where) for one, where in self._thresholds]
        for each, where in limits:
            for entry in entries:
                truth = where(entry.get, bearer)
                if truth is None:
                    field = where.blame(entry.get, bearer)
                    counts[field] = counts.get(field, 0) + 1
                elif truth and each and entry.get(each) is None:
                    counts[each] = counts.get(each, 0) + 1
        return tuple(
            Missing("record-fact", {"field": field, "count": count})
            for field, count in counts.items()
        )

    def ceiling(self, owed: Number | None) -> Number | None:
        """Return the most the measure can ever be, by a cap on everything in the period."""
        ceilings = [
            most
            for cap, where in self._caps
            if cap.per is Per.PERIOD and not cap.each and where.always
            if (most := cap.most(owed)) is not None
        ]
        return min(ceilings, default=None)

    def reached(
        self, entries: Sequence[Entry], amounts: Sequence[Number], bearer: Getter, *, doubtful: bool
    ) -> list[Number]:
        """Return the amounts, 0 for records whose threshold is not reached.

        Args:
            entries: the records.
            amounts: how much each counts for.
            bearer: reads facts of the bearer.
            doubtful: whether what is not known is taken against the bearer.
        """
        left = list(amounts)
        for threshold, where in self._thresholds:
            groups: dict[object, list[int]] = {}
            for index, entry in enumerate(entries):
                name = entry.get(threshold.each) if threshold.each else ""
                truth = where(entry.get, bearer)
                if truth is True and name is not None:
                    groups.setdefault(name, []).append(index)
                elif doubtful and truth is not False:
                    left[index] = 0  # whether it is among those that suffice is not known
            for members in groups.values():
                if sum(left[index] for index in members) < threshold.at_least and (
                    doubtful or len(groups) == 1 or not self._strays(threshold.each, entries)
                ):
                    for index in members:
                        left[index] = 0
        return left

    @staticmethod
    def _strays(each: str, entries: Sequence[Entry]) -> bool:
        """Say whether some records do not tell where they belong, so that any group may grow."""
        return bool(each) and any(entry.get(each) is None for entry in entries)

    def cut(
        self,
        entries: Sequence[Entry],
        amounts: Sequence[Number],
        bearer: Getter,
        owed: Number | None,
        *,
        doubtful: bool,
    ) -> tuple[list[Number], tuple[BoundCap, ...]]:
        """Apply the caps, narrow ranges first; within a range the latest records lose first.

        A cap of which it is not known whether it holds for a record, or how much it allows, holds
        if ``doubtful``.
        """
        left = list(amounts)
        bound = []
        order = sorted(range(len(entries)), key=lambda i: entries[i].place, reverse=True)
        for cap, where in self._caps:
            most = cap.most(owed)
            if most is None:
                if not doubtful:
                    continue
                most = 0
            buckets: dict[object, list[int]] = {}
            for index in order:
                truth = where(entries[index].get, bearer)
                if truth or (truth is None and doubtful):
                    buckets.setdefault(cap.bucket(entries[index]), []).append(index)
            lost = _shorten(left, buckets, most)
            if lost:
                bound.append(BoundCap(cap, lost, most))
        return left, tuple(bound)


def _shorten(left: list[Number], buckets: Mapping[object, Sequence[int]], most: Number) -> Number:
    lost: Number = 0
    for indexes in buckets.values():
        excess = sum(left[index] for index in indexes) - most
        for index in indexes:
            if excess <= 0:
                break
            cut = min(left[index], excess)
            left[index] -= cut
            excess -= cut
            lost += cut
    return lost
