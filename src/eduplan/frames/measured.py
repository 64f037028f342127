"""Measures of targets and gates over columns: what was counted in the days that are asked about.

They are read as those of quotas are. Every reading there is has a number, its standing; the
reference says of each what follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import pyarrow as pa

from eduplan.dates import Period
from eduplan.errors import Fault, Missing, refuse
from eduplan.exact import exact
from eduplan.frames.asking import Days
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk, quota_of
from eduplan.frames.columns import LARGEST, MOST_VALUES, distinct, whole
from eduplan.frames.limits import check_order
from eduplan.frames.outcomes import DOUBTS, NOTHING_TO_SHARE, UNKNOWN_FACT
from eduplan.frames.placing import Placed, in_days, in_spans
from eduplan.frames.profiles import BEARER
from eduplan.frames.ranges import in_order
from eduplan.frames.readings import READING, amounts, read
from eduplan.frames.refusing import check_single, said_besides
from eduplan.frames.refusing import refusals as refusals_of_quota
from eduplan.frames.scene import Scene
from eduplan.measures import Cap, Measure, Way
from eduplan.provisions import Provision
from eduplan.provisions.indicator import Figure, IndicatorBench

_EMPTY = (0, 0, 1, 0, 0, 0)
_NOTHING = (0, 1, 1, 0, 0, 1)
"""Readings where there is no record: of anything, and of a share."""


def refusals(provision: Provision, measure: Measure) -> Iterator[Fault]:
    """Return why a measure cannot be read over frames, nothing where it can."""
    yield from refusals_of_quota(quota_of(provision, measure))
    for index, cap in enumerate(measure.caps):
        path = f"measure.caps[{index}]."
        yield from said_besides(cap, path, {Cap: {"at_most", "best", "per", "each", "where"}})


class Counted:
    """What was counted over records: every reading there is has a number, its standing.

    Args:
        provision: for which it is.
        measure: what is counted, apart from where parts narrow it.
        scene: what is judged.

    Raises:
        NotPortable: what columns cannot tell of such records; see `check_single`.
    """

    def __init__(self, provision: Provision, measure: Measure, scene: Scene) -> None:
        self._provision = provision
        self._scene = scene
        check_single(quota_of(provision, measure), scene.register)
        share = measure.way is Way.SHARE
        self._readings: list[tuple[int, ...]] = [_NOTHING if share else _EMPTY]

    def in_spans(self, measure: Measure, asked: Frame, spans: Sequence[Period], name: str) -> Frame:
        """Return how things stand with a measure of every bearer in days of its own.

        Args:
            measure: what is counted.
            asked: ``_bearer``, ``_place``, the number of days it is asked about in, and facts that
                records are held against.
            spans: the days, by their numbers.
            name: the column to make.

        Returns:
            Columns ``_bearer`` and ``_place``, and the standing, where there is any record.
        """
        bulk = self._bulk(measure)
        return self._standings(bulk, in_spans(bulk, asked, spans), name)

    def together(self, measure: Measure, asked: Frame, spans: Sequence[Period]) -> list[Figure]:
        """Return what is read of the records of all who are asked about the same days, as of one.

        Args:
            measure: what is counted.
            asked: who is, as for `in_spans`.
            spans: the days, by their numbers.
        """
        bulk = self._bulk(measure)
        placed = in_spans(bulk, asked, spans)
        placed = placed._replace(frame=placed.frame.with_columns(whole(0).alias(BEARER)))
        found = self._standings(bulk, placed, "_standing").select("_place", "_standing")
        table = found.collect().to_arrow()
        places, standings = (table.column(name).to_pylist() for name in table.column_names)
        by_place = dict(zip(places, standings, strict=True))
        return [self.figure(by_place.get(place, 0)) for place in range(len(spans))]

    def figure(self, standing: int) -> Figure:
        """Return what the reference reads where things stand so."""
        low, high, parts, open_, unknown, nothing = self._readings[standing]
        doubts = unknown * UNKNOWN_FACT + nothing * NOTHING_TO_SHARE
        missing = tuple(Missing(code) for doubt, code in DOUBTS.items() if doubts & doubt)
        most = None if open_ else exact(Fraction(high, parts))
        return Figure(exact(Fraction(low, parts)), most, missing)

    def _bulk(self, measure: Measure) -> Bulk:
        return Bulk(quota_of(self._provision, measure), *self._scene[:5], ())

    def _standings(self, bulk: Bulk, placed: Placed, name: str) -> Frame:
        """Return the numbers of how things stand with records that were placed."""
        measure = bulk.quota.measure
        if in_order(bulk.quota):
            check_order(bulk)
        stated = amounts(bulk)
        if max(stated.largest, stated.parts) * max(bulk.register.size, 1) > LARGEST:
            raise refuse("amounts-too-large", f"records.{measure.field or measure.by}")
        found = read(placed, bulk, stated, {}).whole
        table = distinct(found, *READING).collect().to_arrow()
        if len(table) > MOST_VALUES:
            raise refuse(
                "too-many-values", f"records.{measure.field or measure.by}", most=MOST_VALUES
            )
        first = len(self._readings)
        columns = {column: table.column(column).to_pylist() for column in READING}
        self._readings += zip(*columns.values(), strict=True)
        numbers = {name: list(range(first, len(self._readings)))}
        both = {n: pa.array(values, pa.int64()) for n, values in {**columns, **numbers}.items()}
        found = found.join(bulk.backend.beside(pa.table(both)), on=list(READING), how="inner")
        return found.select(BEARER, "_place", name)


class Measured(Counted):
    """What is measured over the records of every bearer.

    Args:
        provision: for which it is.
        measure: what is counted, apart from where parts narrow it.
        scene: what is judged.
        bearers: bearers with their ``_profile``, and facts that records are held against.

    Raises:
        NotPortable: what columns cannot tell of such records; see `check_single`.
    """

    keys = (BEARER, "_place")
    """The columns by which standings are found."""

    def __init__(
        self, provision: Provision, measure: Measure, scene: Scene, bearers: Frame
    ) -> None:
        super().__init__(provision, measure, scene)
        self._bearers = bearers

    def standings(self, reads: IndicatorBench, days: Sequence[Days], name: str) -> Frame:
        """Return how things stand with what was measured of every bearer.

        Args:
            reads: the reference that reads it.
            days: the days asked about.
            name: the column to make.

        Returns:
            Columns ``_bearer`` and ``_place``, and the standing, where there is any record.
        """
        measure = reads.indicator.measure
        assert measure is not None  # noqa: S101 - as its indicator says
        docket = self._scene.docket
        spans = [one._replace(period=reads.span(one.period, docket)) for one in days]
        return self.read(measure, spans, name)

    def read(self, measure: Measure, spans: Sequence[Days], name: str) -> Frame:
        """Return how things stand with a measure of every bearer, as `standings` does.

        Args:
            measure: what is counted.
            spans: the days whose records count.
            name: the column to make.
        """
        bulk = self._bulk(measure)
        return self._standings(bulk, in_days(bulk, self._bearers, spans), name)
