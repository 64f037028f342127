"""The reference judgement of a process: its rounds, or the records each of which has its course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from eduplan.dates import DAY, Period, add_months, as_date
from eduplan.errors import Missing
from eduplan.facts import Getter, getter
from eduplan.messages import Language, Text, say, show_day
from eduplan.periods import Unit
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.population import together
from eduplan.provisions.process import Process
from eduplan.provisions.process_steps import Run, StepBench
from eduplan.provisions.provision import Setting, Subject
from eduplan.provisions.service import on_duty, serves
from eduplan.records import Entry
from eduplan.selectors import Matcher
from eduplan.verdicts import Justification, Point, Status, Told, Verdict
from eduplan.verdicts.telling import tell_days, tell_points, tell_undecided

_STEPS = Text("步", "steps")


class ProcessBench(SettledBench):
    """A process made ready to judge many bearers."""

    def __init__(self, rule: Process, setting: Setting) -> None:
        citation = cited(
            rule,
            setting,
            tell_process,
            unit=_STEPS,
            every=rule.every,
            terms={"trigger": rule.after[0]} if rule.after else {},
        )
        super().__init__(rule, setting, citation)
        self.rule = rule
        self._where = Matcher(rule.where, setting.scales)
        self._steps = [StepBench(step, rule.stage, setting.scales) for step in rule.step]

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every round, or record, asked about that has begun."""
        if self.rule.every is not None:
            return self._rounds(subject, docket)
        runs = [
            self._run(entry, subject.get)
            for entry in docket.register.of(subject.id, self.rule.after, self.rule.by)
            if self._calls(entry, subject.get, docket)
        ]
        asked = [run for run in runs if run.days.start in docket.during]
        if asked:
            return tuple(self._verdict(run, runs, subject, docket) for run in asked)
        needed = min(docket.as_of - DAY, docket.during.last)
        if needed >= docket.during.start:
            gap = docket.register.complete(self.rule.after, needed)
            if gap is not None:
                return (self.undetermined(subject, docket, (gap,)),)
        return (self.excuse(subject, docket, "no-process", self.rule.after[0]),)

    def _rounds(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every round that has begun and overlaps the days asked about."""
        begun = docket.begun
        if begun is None or self.rule.every is None:
            return (self.excuse(subject, docket, "no-period"),)
        window = begun
        if self.rule.overhang:
            window = Period(add_months(begun.start, -self.rule.overhang), begun.end)
        cycles = docket.periods(self.rule.every, subject, window)
        runs = [Run(self.rule.extent(cycle), cycle) for cycle in cycles]
        asked = [run for run in runs if run.days.overlaps(begun)]
        if not asked:
            return (self.excuse(subject, docket, "no-period"),)
        return tuple(self._round(run, subject, docket) for run in asked)

    def _round(self, run: Run, subject: Subject, docket: Docket) -> Verdict:
        reason = self.out_of_force(run.days)
        if reason is not None:
            return self.excuse(subject, docket, *reason, run.days)
        owed = serves(run.days, subject.get, self.rule.partial)
        if owed is False:
            return self.excuse(subject, docket, "not-in-service", None, run.days)
        if owed is None:
            run = run._replace(missing=(Missing("partial-policy"),))
        return self._verdict(run, (run,), subject, docket)

    def _calls(self, entry: Entry, get: Getter, docket: Docket) -> bool:
        since, until = self.rule.since, self.rule.until
        in_force = (since is None or entry.day >= since) and (until is None or entry.day < until)
        asked = in_force and entry.day <= docket.as_of and on_duty(get, entry.day)
        return asked and self._where(entry.get, get) is not False

    def _run(self, entry: Entry, get: Getter) -> Run:
        missing: tuple[Missing, ...] = ()
        if self._where(entry.get, get) is None:
            field = self._where.blame(entry.get, get)
            missing = (Missing("record-fact", {"field": field, "count": 1}),)
        return Run(Period(entry.day, entry.last + DAY), entry=entry, missing=missing)

    def _verdict(self, run: Run, runs: Sequence[Run], subject: Subject, docket: Docket) -> Verdict:
        """Judge one run step by step; a step learns the days on which those before it were done."""
        done: dict[str, date] = {}
        points: list[Point] = []
        for bench in self._steps:
            point = bench.judge(run, runs, done, subject, docket)
            day = point.facts.get("day")
            if point.status is Status.MET and isinstance(day, date):
                done[bench.step.id] = day
            points.append(point)
        needed = [
            point
            for point, bench in zip(points, self._steps, strict=True)
            if not bench.step.optional
        ]
        status = Status.UNDETERMINED if run.missing else together(one.status for one in needed)
        missing = list(run.missing)
        if status is Status.UNDETERMINED:
            for one in (one for point in needed for one in point.missing):
                if one not in missing:
                    missing.append(one)
        pending = [one.due for one in needed if one.status is Status.PENDING and one.due]
        days = [one.due for one in needed if one.due is not None]
        end = max((run.days.last, *days)) if run.entry is not None else run.days.last
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            period=Period(run.days.start, end + DAY),
            status=status,
            as_of=docket.as_of,
            value=len([one for one in needed if one.status is Status.MET]),
            required=len(needed),
            opens=run.days.start,
            due=min(pending) if pending else max(days, default=None),
            missing=tuple(missing),
            justification=Justification(counted=_records(run, points), points=tuple(points)),
        )


def _records(run: Run, points: Sequence[Point]) -> tuple[object, ...]:
    """Return the records a run rests on, each once: the one it is about first."""
    records = [] if run.entry is None else [run.entry.record]
    records += [record for point in points for record in point.counted]
    return tuple({getter(record)("id"): record for record in records}.values())


def tell_process(verdict: Verdict, lang: Language) -> Told:
    """Tell how many steps were done, and of those that were not which, and by when they are due."""
    if verdict.status is Status.NOT_APPLICABLE or verdict.value is None:
        return Told(tell_undecided(verdict, lang))
    found = verdict.justification
    trigger = verdict.citation.terms.get("trigger")
    course = verdict.period_label(lang)
    if verdict.citation.every is Unit.CYCLE and verdict.period is not None:
        days = {"start": verdict.period.start, "last": verdict.period.last}
        course = say("explain.process.round", lang, **days)
    if trigger is not None:
        day = show_day(as_date(getter(found.counted[0])("day")), lang)
        named = verdict.citation.label(trigger, lang)
        course = say("explain.process.course", lang, trigger=named, day=day)
    facts = {
        "value": verdict.value,
        "required": verdict.required,
        "course": course,
        "due": show_day(verdict.due, lang) if verdict.due else "",
        "days": tell_days(verdict.days_left or 0, lang),
    }
    body = say(f"explain.process.{verdict.status}", lang, **facts)
    if verdict.status is Status.UNDETERMINED:
        body = tell_undecided(verdict, lang) + body
    return Told(body, tell_points(verdict, lang))
