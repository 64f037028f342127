"""What is measured over the records of others, such as those of all schools of a county.

Whose records these are is asked of the reference, once for all who are alike. The records of all of
them are then read together, as those of one bearer are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import Period
from eduplan.errors import Missing
from eduplan.frames.asking import Days
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import fields_of_bearer, quota_of
from eduplan.frames.columns import as_wholes
from eduplan.frames.crowds import Crowd, Key
from eduplan.frames.measured import Counted
from eduplan.frames.scene import Scene
from eduplan.measures import Measure
from eduplan.provisions import Subject, Target
from eduplan.provisions.indicator import Figure, IndicatorBench
from eduplan.provisions.population import Population


class _Asked(NamedTuple):
    """Days in which the records of others are asked about.

    Attributes:
        owner: who is judged.
        span: the days.
        sure: those whose records these are, by what they have in common.
        perhaps: those of whom that is not known.
        missing: what is not said of these.
    """

    owner: Subject
    span: Period
    sure: Sequence[Key]
    perhaps: Sequence[Key]
    missing: tuple[Missing, ...]


class Others:
    """What is measured over the records of others.

    Args:
        target: the target.
        measure: what is counted.
        scene: what is judged.
        owners: those who are judged, one for each profile, by its number.
        crowd: all bearers, by what tells whose records are measured.

    Raises:
        NotPortable: what columns cannot tell of such records; see `check_single`.
    """

    keys = ("_profile", "_place")
    """Of bearers with the same profile the figures are the same."""

    def __init__(
        self,
        target: Target,
        measure: Measure,
        scene: Scene,
        owners: Mapping[int, Subject],
        crowd: Crowd,
    ) -> None:
        self._scene = scene
        self._owners = owners
        self._counted = Counted(target, measure, scene)
        self._own = tuple(dict.fromkeys(fields_of_bearer(quota_of(target, measure))))
        self._crowd = crowd
        self._figures: list[Figure] = [Figure(None, None)]

    def standings(self, reads: IndicatorBench, days: Sequence[Days], name: str) -> Frame:
        """Return how things stand with what was measured for every bearer.

        Args:
            reads: the reference that reads it.
            days: the days asked about.
            name: the column to make.

        Returns:
            Columns ``_profile`` and ``_place``, and the standing.
        """
        asked = [self._asked(reads, one) for one in days]
        measure = reads.indicator.measure
        assert measure is not None  # noqa: S101 - as its indicator says
        members, spans = self._members(asked), [one.span for one in asked]
        surely = members.filter(nw.col("_certain") > 0)
        sure = most = self._counted.together(measure, surely, spans)
        if any(one.perhaps for one in asked):
            most = self._counted.together(measure, members, spans)
        first = len(self._figures)
        self._figures += [
            reads.of_others(*both, one.missing) if one.perhaps else both[0]
            for one, both in zip(asked, zip(sure, most, strict=True), strict=True)
        ]
        table = {
            "_profile": as_wholes(one.profile for one in days),
            "_place": as_wholes(one.place for one in days),
            name: as_wholes(range(first, len(self._figures))),
        }
        return self._scene.backend.beside(pa.table(table))

    def figure(self, standing: int) -> Figure:
        """Return what the reference reads where things stand so."""
        return self._figures[standing]

    def _asked(self, reads: IndicatorBench, days: Days) -> _Asked:
        """Return whose records are measured in some days."""
        docket, owner = self._scene.docket, self._owners[days.profile]
        span = reads.span(days.period, docket)
        assert reads.indicator.among is not None  # noqa: S101 - or the bearer's own are measured
        among = Population(reads.indicator.among, docket.scales)
        truths = {
            key: among.fits(one, owner.get, span.last) for key, one in self._crowd.alike.items()
        }
        perhaps = [key for key, truth in truths.items() if truth is None]
        unsaid = among.unsaid(
            tuple(self._crowd.alike[key] for key in perhaps), owner.get, span.last
        )
        sure = [key for key, truth in truths.items() if truth]
        return _Asked(owner, span, sure, perhaps, unsaid)

    def _members(self, several: Sequence[_Asked]) -> Frame:
        """Return those whose records are measured, or perhaps are.

        Returns:
            Columns ``_bearer`` and ``_place``, the number of the days for which that is so,
            ``_certain``, whether it surely is, and facts that records are held against.
        """
        rows = [
            (key, place, certain)
            for place, asked in enumerate(several)
            for keys, certain in ((asked.sure, 1), (asked.perhaps, 0))
            for key in keys
        ]
        members = self._crowd.members(
            [key for key, _, _ in rows],
            {
                "_place": as_wholes(place for _, place, _ in rows),
                "_certain": as_wholes(certain for _, _, certain in rows),
            },
        )
        if not self._own:
            return members
        facts = self._scene.profiles.beside([one.owner.get for one in several], self._own)
        table = {"_place": as_wholes(range(len(several))), **facts}
        return members.join(self._scene.backend.beside(pa.table(table)), on="_place", how="inner")
