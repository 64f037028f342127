"""The judgement of a provision that has dated versions: each verdict by the one that governs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import attrs

from eduplan.dates import Period
from eduplan.errors import NotKnown
from eduplan.facts import getter
from eduplan.periods import Every
from eduplan.provisions.benches import Bench, Docket, SettledBench, by_bearer
from eduplan.provisions.provision import Provision, Subject, Wording
from eduplan.provisions.versions import Governs
from eduplan.verdicts import Governing, Status, Verdict


class _Way(NamedTuple):
    """What one version says of a bearer, and whether it could govern anything here."""

    wording: Wording
    verdicts: Sequence[Verdict]
    concerns: bool


class VersionedBench(Bench):
    """A provision with dated versions, made ready to judge.

    Every version judges by itself; of its verdicts those hold whose day lies in its time. A verdict
    without a period, such as one that the provision is not for this bearer, holds only where no
    version has more to say, unless it says that something is not known. What is judged on the day
    of judgement goes by the version of that day.

    Args:
        provision: the provision.
        benches: its versions in the order of their days, each made ready to judge.
    """

    def __init__(
        self, provision: Provision, benches: Sequence[tuple[Wording, SettledBench]]
    ) -> None:
        self.provision = provision
        self.governs = provision.governs or Governs.PERIOD_START
        if any(wording.provision.by_day for wording, _ in benches):
            self.governs = Governs.AS_OF
        self._benches = benches
        for wording, bench in benches:
            governing = Governing(self.governs.value, wording.since, wording.until)
            bench.citation = attrs.evolve(bench.citation, governing=governing)
            bench.governs = self.governs
            if self.governs is not Governs.AS_OF:
                bench.versions = benches
        super().__init__(benches[0][1].citation)
        self.grouped = any(bench.grouped for _, bench in benches)

    def judged(self, subject: Subject) -> str:
        """Return the id under which its verdicts on a bearer stand, by the last version."""
        return self._benches[-1][1].judged(subject)

    def governing(self, as_of: date) -> Sequence[tuple[Wording, SettledBench]]:
        """Return the versions by which anything is judged on a day: that of the day, or all."""
        if self.governs is not Governs.AS_OF:
            return self._benches
        return [(wording, bench) for wording, bench in self._benches if as_of in wording]

    def judge(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer."""
        if self.governs is Governs.AS_OF:
            return self._on(docket.as_of).judge(subject, docket)
        ways = [
            _Way(wording, bench.judge(subject, docket), self._concerns(wording, (subject,), docket))
            for wording, bench in self._benches
        ]
        found = self._governed(ways, docket)
        day = min(docket.as_of, docket.during.last)
        return found or (self._on(day).excuse(subject, docket, "no-period"),)

    def judge_all(self, subjects: Sequence[Subject], docket: Docket) -> Iterable[Verdict]:
        """Return the verdicts on all bearers, or on their groups where the scope says so."""
        if not self.grouped:
            return super().judge_all(subjects, docket)
        if self.governs is Governs.AS_OF:
            return self._on(docket.as_of).judge_all(subjects, docket)
        return self._groups(subjects, docket)

    def _groups(self, subjects: Sequence[Subject], docket: Docket) -> Iterator[Verdict]:
        found = [
            (
                wording,
                by_bearer(bench.judge_all(subjects, docket)),
                self._concerns(wording, subjects, docket),
            )
            for wording, bench in self._benches
        ]
        for bearer_id in dict.fromkeys(name for _, verdicts, _ in found for name in verdicts):
            ways = [
                _Way(w, verdicts.get(bearer_id, ()), concerns) for w, verdicts, concerns in found
            ]
            yield from self._governed(ways, docket)

    def _on(self, day: date) -> SettledBench:
        """Return the version in force on a day."""
        return next(bench for wording, bench in self._benches if day in wording)

    def _concerns(self, wording: Wording, subjects: Sequence[Subject], docket: Docket) -> bool:
        """Say whether anything asked about could be governed by a version."""
        every = getattr(wording.provision, "every", None)
        if isinstance(every, Every) and self.governs is Governs.PERIOD_START:
            try:
                return any(
                    period.start in wording
                    for subject in subjects
                    for period in docket.periods(every, subject)
                )
            except NotKnown:
                pass
        if not isinstance(every, Every) and not wording.provision.by_record:
            return docket.as_of in wording
        last = min(docket.as_of, docket.during.last)
        ends = wording.until is None or wording.until > docket.during.start
        return ends and (wording.since is None or wording.since <= last)

    def _governed(self, ways: Sequence[_Way], docket: Docket) -> tuple[Verdict, ...]:
        """Return of what each version says that which it governs."""
        kept: list[Verdict] = []
        general: list[Verdict] = []
        for way in ways:
            for verdict in way.verdicts:
                day = self._day(verdict, docket)
                if day is None and way.concerns:
                    general.append(verdict)
                elif day is not None and (day in way.wording or _left_over(verdict, way, kept)):
                    kept.append(verdict)
        unknown: list[Verdict] = []
        for verdict in general:
            if verdict.status is Status.UNDETERMINED and verdict.missing not in [
                other.missing for other in unknown
            ]:
                unknown.append(verdict)
        if kept or unknown:
            return (*kept, *unknown)
        if general:
            return (general[-1],)
        day = min(docket.as_of, docket.during.last)
        way = next(way for way in ways if day in way.wording)
        return tuple(verdict for verdict in way.verdicts if verdict.period is None)

    def _day(self, verdict: Verdict, docket: Docket) -> date | None:
        """Return the day whose version governs a verdict, None where it has none.

        A verdict without a period that decides something is on the day of judgement.
        """
        if self.governs is Governs.RECORD_DATE and verdict.justification.counted:
            day = getter(verdict.justification.counted[0])("day")
            return day if isinstance(day, date) else None
        if verdict.period is not None:
            return verdict.period.start
        general = verdict.status in (Status.NOT_APPLICABLE, Status.UNDETERMINED)
        return None if general else docket.as_of


def _left_over(verdict: Verdict, way: _Way, kept: Sequence[Verdict]) -> bool:
    """Say whether a version speaks of days of its own that none before it covers.

    A version that lists its milestones anew may leave out those that are past; its first then seems
    to begin long before the version does.
    """
    since, period = way.wording.since, verdict.period
    if since is None or period is None or verdict.citation.every is not None:
        return False
    if way.wording.provision.by_record or not period.start < since < period.end:
        return False
    own = Period(since, period.end)
    return not any(other.period is not None and other.period.overlaps(own) for other in kept)
