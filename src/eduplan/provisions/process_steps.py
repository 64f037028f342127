"""One step of a process judged: what shows that it was done, in time and in its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from eduplan.dates import DAY, Period
from eduplan.errors import Missing, NotKnown
from eduplan.facts import Getter, Truth
from eduplan.messages import LANGUAGES, Text, say
from eduplan.provisions.benches import Docket
from eduplan.provisions.matching import matched
from eduplan.provisions.process import Piece, ProcessStep, Stage
from eduplan.provisions.provision import Subject
from eduplan.provisions.within import days_before, due_day
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales
from eduplan.verdicts import Point, Status


class Run(NamedTuple):
    """One course of a process: a round, or what is done about one record.

    Attributes:
        days: the days of the round, or of the record.
        cycle: of a round, the cycle it begins with.
        entry: the record.
        missing: what would have to be known to say that the course has to be taken.
    """

    days: Period
    cycle: Period | None = None
    entry: Entry | None = None
    missing: tuple[Missing, ...] = ()


class Evidence(NamedTuple):
    """What there is of one piece a step needs.

    Attributes:
        piece: the piece.
        sure: the records that are it, in the order of their days.
        possible: these, and those of which it is not known.
        field: the fact in doubt.
    """

    piece: Piece
    sure: Sequence[Entry]
    possible: Sequence[Entry]
    field: str = ""

    def timely(self, window: Period, not_before: date | None = None) -> Evidence:
        """Return the same without the records that came at the wrong time.

        Args:
            window: the days on which the step is done in time; what the record the process is
                about says of itself is said in time.
            not_before: the day on which the steps before it had been done.
        """
        return self._replace(
            sure=self._timely(self.sure, window, not_before),
            possible=self._timely(self.possible, window, not_before),
        )

    def _timely(
        self, entries: Sequence[Entry], window: Period, not_before: date | None
    ) -> Sequence[Entry]:
        return [
            entry
            for entry in entries
            if (self.piece.trigger is not None or entry.day in window)
            and (not_before is None or entry.day >= not_before)
        ]

    @property
    def truth(self) -> Truth:
        """Whether the piece is there, None where that is not known."""
        if len(self.sure) >= self.piece.at_least:
            return True
        return None if len(self.possible) >= self.piece.at_least else False


class StepBench:
    """A step made ready to judge."""

    def __init__(self, step: ProcessStep, stages: Sequence[Stage], scales: Scales) -> None:
        self.step = step
        self._stage = next((stage for stage in stages if stage.id == step.stage), None)
        selectors = [one.where if one.trigger is None else one.trigger for one in step.needs]
        self._matchers = [Matcher(selector, scales) for selector in selectors]
        self._name = _name(step, self._stage)

    def window(self, run: Run, get: Getter, docket: Docket) -> Period:
        """Return the days on which the step is done in time.

        Raises:
            NotKnown: the calendar is missing, or does not reach so far.
        """
        if run.cycle is not None:
            return run.days if self._stage is None else self._stage.days(run.cycle.start)
        if self.step.before is not None:
            return days_before(self.step.before, run.days.start, get, docket)
        if self.step.within is not None:
            due = due_day(self.step.within, run.days.last, get, docket)
            return Period(run.days.last, due + DAY)
        return run.days

    def judge(
        self,
        run: Run,
        runs: Sequence[Run],
        done: Mapping[str, date],
        subject: Subject,
        docket: Docket,
    ) -> Point:
        """Judge the step in one run.

        Args:
            run: the run.
            runs: all runs of the bearer, for records that name none of them.
            done: the days on which the steps before it had been done, by their ids.
            subject: the bearer.
            docket: what the judgement rests on.
        """
        facts: dict[str, object] = {"step": self._name}
        try:
            window = self.window(run, subject.get, docket)
        except NotKnown as unknown:
            return self._point("unknown", Status.UNDETERMINED, facts, missing=(unknown.missing,))
        facts |= {"start": window.start, "due": window.last}
        before = [name for name in self.step.follows if name in done]
        not_before = max((done[name] for name in before), default=None)
        evidence = [
            self._evidence(number, run, runs, subject, docket)
            for number in range(len(self.step.needs))
        ]
        ordered = [one.timely(window, not_before) for one in evidence]
        if all(one.truth for one in ordered):
            shown = _shown(ordered)
            facts["day"] = max(entry.day for entry in shown)
            records = tuple(entry.record for entry in shown)
            return Point("process-done", Status.MET, facts, due=window.last, counted=records)
        lacks = [one for one in ordered if one.truth is False]
        facts["lacks"] = tuple(dict.fromkeys(kind for one in lacks for kind in one.piece.kind))
        against = [one for one in lacks if one.piece.trigger is not None and not one.possible]
        if against:
            facts["field"] = against[0].field
            return self._point("against", Status.NOT_MET, facts, window)
        if docket.as_of < window.start:
            return self._point("ahead", Status.PENDING, facts, window)
        status, missing = _lacking(ordered, lacks, window, docket)
        if status is Status.UNDETERMINED:
            return self._point("unknown", status, facts, window, missing)
        day, code = self._when(run, evidence, window, not_before, status)
        if day is not None:
            facts |= {"day": day, "before": not_before}
        return self._point(code, status, facts, window)

    def _end(self, run: Run, window: Period) -> date:
        """Return the day from which on a record belongs to the next run, and is not a late one."""
        if run.cycle is None:
            return date.max
        following = run.cycle.end
        if self._stage is not None:
            following = self._stage.days(following).start
        return max(following, window.end)

    def _point(
        self,
        code: str,
        status: Status,
        facts: Mapping[str, object],
        window: Period | None = None,
        missing: tuple[Missing, ...] = (),
    ) -> Point:
        """Return the point on a step that is not shown to be done."""
        due = window.last if window is not None else None
        if self.step.optional:
            return Point("process-optional", Status.NOT_APPLICABLE, facts, due=due)
        return Point(f"process-{code}", status, facts, due=due, missing=missing)

    def _when(
        self,
        run: Run,
        evidence: Sequence[Evidence],
        window: Period,
        not_before: date | None,
        status: Status,
    ) -> tuple[date | None, str]:
        """Return when a step was done that was not done rightly, and how: too early, too late."""
        untimely = [one.timely(window) for one in evidence]
        if not_before is not None and all(one.truth for one in untimely):
            return max(entry.day for entry in _shown(untimely)), "early"
        late = [one.timely(Period(window.start, self._end(run, window))) for one in evidence]
        if status is Status.NOT_MET and all(one.truth for one in late):
            return max(entry.day for entry in _shown(late)), "late"
        return None, "missing" if status is Status.NOT_MET else "open"

    def _evidence(
        self, number: int, run: Run, runs: Sequence[Run], subject: Subject, docket: Docket
    ) -> Evidence:
        """Return what there is of a piece: linked to the run, in its days, or matched with it."""
        piece, matcher = self.step.needs[number], self._matchers[number]
        if piece.trigger is not None:
            entries: Sequence[Entry] = () if run.entry is None else (run.entry,)
        else:
            pointed = run.entry.id if run.entry is not None and piece.link else subject.id
            entries = docket.register.of(pointed, piece.kind, piece.link or piece.by)
        came = [entry for entry in entries if entry.day <= docket.as_of]
        truths = {entry.id: matcher(entry.get, subject.get) for entry in came}
        possible = [entry for entry in came if truths[entry.id] is not False]
        sure = [entry for entry in possible if truths[entry.id]]
        unsure = [entry for entry in came if not truths[entry.id]]
        field = matcher.blame(unsure[0].get, subject.get) if unsure else ""
        if run.entry is not None and piece.trigger is None and not piece.link:
            windows = [self._known_window(one, subject.get, docket) for one in runs]
            place = list(runs).index(run)
            sure = _share(place, windows, sure, piece.at_least)
            possible = _share(place, windows, possible, piece.at_least)
        return Evidence(piece, sure, possible, field)

    def _known_window(self, run: Run, get: Getter, docket: Docket) -> Period | None:
        try:
            return self.window(run, get, docket)
        except NotKnown:
            return None


def _name(step: ProcessStep, stage: Stage | None) -> Text:
    if stage is None:
        return step.title
    return Text(
        **{
            lang: say("explain.process.of", lang, stage=stage.title, step=step.title)
            for lang in LANGUAGES
        }
    )


def _shown(evidence: Iterable[Evidence]) -> list[Entry]:
    """Return the records that show a step: of every piece the first ones, as many as needed."""
    found = {e.id: e for one in evidence for e in one.sure[: one.piece.at_least]}
    return sorted(found.values())


def _share(
    place: int, windows: Sequence[Period | None], entries: Sequence[Entry], least: int
) -> list[Entry]:
    """Return which records that name no run are for one of several.

    Each serves one run, in its time, that whose time runs out first before others.

    Args:
        place: number of the run.
        windows: the days in time of all runs, None where they are not known.
        entries: the records.
        least: how many each run needs.
    """
    order = sorted(
        (window.end, number) for number, window in enumerate(windows) if window is not None
    )
    places = [number for _, number in order for _ in range(least)]
    fits = [
        [index for index, entry in enumerate(entries) if entry.day in (windows[number] or ())]
        for number in places
    ]
    given = matched(fits)
    return [entries[thing] for spot, thing in sorted(given.items()) if places[spot] == place]


def _lacking(
    ordered: Sequence[Evidence], lacks: Sequence[Evidence], window: Period, docket: Docket
) -> tuple[Status, tuple[Missing, ...]]:
    """Return the status of a step that is not shown: in doubt, still open, or not done in time."""
    closed = docket.as_of > window.last
    if not lacks:
        field = next(one.field for one in ordered if one.truth is None)
        return Status.UNDETERMINED, (Missing("record-fact", {"field": field, "count": 1}),)
    kinds = tuple(dict.fromkeys(kind for one in lacks for kind in one.piece.kind))
    needed = window.last if closed else docket.as_of - DAY
    gap = docket.register.complete(kinds, needed) if kinds and needed >= window.start else None
    if gap is not None:
        return Status.UNDETERMINED, (gap,)
    return (Status.NOT_MET if closed else Status.PENDING), ()
