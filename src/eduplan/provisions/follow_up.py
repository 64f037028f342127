"""The form that says one record is followed by another within a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, NotKnown
from eduplan.facts import Getter, Truth, getter
from eduplan.measures import LeftOut
from eduplan.messages import Language, Text, say, show_day
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.provision import Provision, Setting, Subject
from eduplan.provisions.service import on_duty
from eduplan.provisions.versions import Governs
from eduplan.provisions.within import Within, as_within, due_day, kept
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales, Selector, as_selector
from eduplan.tables import (
    Table,
    as_kinds,
    as_name,
    as_optional_name,
    read_table,
)
from eduplan.verdicts import Status, Told, Verdict
from eduplan.verdicts.telling import tell_days, tell_missing, tell_undecided
from eduplan.verdicts.verdict import Draft, declare, justified

_ONCE = Text("件", "")


@attrs.frozen(kw_only=True)
class Answer:
    """What has to follow.

    Args:
        kind: kinds of record that are an answer.
        where: which records of these kinds.
        link: the fact of an answer that names the id of what it answers. Without it every answer
            of the same bearer serves one record, the one whose time runs out first.
        by: without a link, the fact of an answer that points to the bearer.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    link: str = attrs.field(default="", converter=as_optional_name)
    by: str = attrs.field(default="bearer", converter=as_name)


def as_answer(value: Answer | Table | str) -> Answer:
    """Return an answer from its table, or from its kind alone."""
    return Answer(kind=value) if isinstance(value, str) else read_table(Answer, value)


@attrs.frozen(kw_only=True)
class FollowUp(Provision):
    """Every record of one kind is followed by one of another within a time.

    A record calls for that if its bearer is in service on its last day; who leaves before the time
    has run out owes it all the same.

    Args:
        after: kinds of record that call for an answer.
        where: which records of these kinds do.
        by: the fact of such a record that points to the bearer.
        answer: what has to follow.
        within: by when, counted from the record's last day.
    """

    form: ClassVar[str] = "follow-up"

    after: tuple[str, ...] = attrs.field(converter=as_kinds)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)
    answer: Answer = attrs.field(converter=as_answer)
    within: Within = attrs.field(converter=as_within)

    @property
    def by_record(self) -> bool:
        """Every verdict is on the record that calls for an answer."""
        return True

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        for path, selector in (("where", self.where), ("answer.where", self.answer.where)):
            with faults.below(path) as found:
                selector.faults(scales, found)


class Trigger(NamedTuple):
    """A record that calls for an answer, and when it is due (None with what is missing).

    Where a fact of the record is unknown it is ``doubtful`` whether it calls for one.
    """

    entry: Entry
    due: date | None
    missing: tuple[Missing, ...]
    doubtful: bool = False

    @property
    def last(self) -> date:
        """The day on which it calls for an answer: the record's last."""
        return self.entry.last

    @property
    def period(self) -> Period:
        """The days in which it can be answered, the last day alone where that is not known."""
        return Period(self.last, (self.due or self.last) + DAY)


class Answers(NamedTuple):
    """What answers a record: for sure, perhaps, and the fact because of which only perhaps."""

    sure: Sequence[Entry]
    perhaps: Sequence[Entry]
    field: str


class FollowUpBench(SettledBench):
    """A follow-up made ready to judge many bearers."""

    def __init__(self, rule: FollowUp, setting: Setting) -> None:
        citation = cited(
            rule,
            setting,
            tell_follow_up,
            unit=_ONCE,
            terms={"trigger": rule.after[0], "answer": rule.answer.kind[0]},
        )
        super().__init__(rule, setting, citation)
        self.rule = rule
        self._where = Matcher(rule.where, setting.scales)
        self._answers = Matcher(rule.answer.where, setting.scales)

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every record asked about that calls for an answer."""
        rule, get = self.rule, subject.get
        if rule.answer.link:
            asked = triggers = self._triggers(subject, docket, docket.during)
        else:  # earlier ones may take an answer from those asked about
            triggers = self._triggers(subject, docket)
            asked = [t for t in triggers if t.last in docket.during]
        if not asked:
            needed = min(docket.as_of - DAY, docket.during.last)
            if needed >= docket.during.start:
                gap = docket.register.complete(rule.after, needed)
                if gap is not None:
                    return (self.undetermined(subject, docket, (gap,)),)
            return (self.excuse(subject, docket, "no-trigger", rule.after[0]),)
        if rule.answer.link:
            answers = {t.entry.id: self._linked(t, get, docket) for t in asked}
        else:
            if self.versions:
                triggers = self._of_all_versions(subject, docket)
            answers = self._matched(triggers, subject, docket)
        none = Answers((), (), "")
        return tuple(
            self._verdict(subject, t, answers.get(t.entry.id, none), docket) for t in asked
        )

    def _triggers(
        self, subject: Subject, docket: Docket, during: Period | None = None
    ) -> list[Trigger]:
        """Return the records of a bearer that call for an answer, by default of all days.

        A record calls for it on its last day, if the bearer is in service then.
        """
        rule, get, check, as_of = self.rule, subject.get, self._where.check, docket.as_of
        first, end = (during.start, during.end) if during else (date.min, date.max)
        entries = docket.register.of(subject.id, rule.after, rule.by)
        several = [entry for entry in entries if first <= entry[7] < end and entry[7] <= as_of]
        if rule.since or rule.until:
            since, until = rule.since or date.min, rule.until or date.max
            several = [entry for entry in several if since <= entry[1] < until]
        if not subject.throughout:
            several = [entry for entry in several if on_duty(get, entry[7])]
        truths = [(entry, check(entry[5], get)) for entry in several]
        return [self.trigger(e, truth, get, docket) for e, truth in truths if truth is not False]

    def _of_all_versions(self, subject: Subject, docket: Docket) -> list[Trigger]:
        """Return the records that compete for the same answers, each as its version has it.

        An answer serves one record also where a time limit changes between two records.
        """
        by_record = self.governs is Governs.RECORD_DATE
        return [
            trigger
            for wording, bench in self.versions
            if isinstance(bench, FollowUpBench) and bench.rule.answer == self.rule.answer
            for trigger in bench._triggers(subject, docket)
            if (trigger.entry.day if by_record else trigger.last) in wording
        ]

    def trigger(self, entry: Entry, truth: Truth, get: Getter, docket: Docket) -> Trigger:
        """Return a record that calls for an answer, with the day by which it does.

        Args:
            entry: the record.
            truth: whether it does call for one, None where that is not known.
            get: reads facts of the bearer.
            docket: gives the calendar and the horizon.
        """
        missing: tuple[Missing, ...] = ()
        doubtful = truth is None
        if doubtful:
            field = self._where.blame(entry.get, get)
            missing = (Missing("record-fact", {"field": field, "count": 1}),)
        try:
            due = due_day(self.rule.within, entry.last, get, docket)
        except NotKnown as unknown:
            return Trigger(entry, None, (*missing, unknown.missing), doubtful)
        return Trigger(entry, due, missing, doubtful)

    def _linked(self, trigger: Trigger, get: Getter, docket: Docket) -> Answers:
        """Return the answers that name a record."""
        answer = self.rule.answer
        found = docket.register.of(trigger.entry.id, answer.kind, answer.link)
        came = [e for e in found if trigger.last <= e.day <= docket.as_of]
        truths = [(entry, self._answers(entry.get, get)) for entry in came]
        doubtful = [entry for entry, truth in truths if truth is None]
        field = self._answers.blame(doubtful[0].get, get) if doubtful else ""
        return Answers([entry for entry, truth in truths if truth], doubtful, field)

    def _matched(
        self, triggers: Sequence[Trigger], subject: Subject, docket: Docket
    ) -> dict[str, Answers]:
        """Give every answer to one record: the one still open whose time runs out first.

        What is doubtful is tried both ways: an answer that a record has with every doubt against
        it is sure; one it has only with the doubts in its favour is not.
        """
        answer, get = self.rule.answer, subject.get
        entries = docket.register.of(subject.id, answer.kind, answer.by)
        truths = [(e, self._answers(e.get, get)) for e in entries if e.day <= docket.as_of]
        sure = [entry for entry, truth in truths if truth]
        possible = [entry for entry, truth in truths if truth is not False]
        doubtful = [t for t in triggers if t.doubtful]
        worst = _match(triggers, sure)
        best = _match([t for t in triggers if not t.doubtful], possible)
        unclear = [entry for entry in possible if entry not in sure]
        if unclear:
            field = self._answers.blame(unclear[0].get, get)
        else:
            field = str(doubtful[0].missing[0].facts["field"]) if doubtful else ""
        return {
            t.entry.id: Answers(worst.get(t.entry.id, []), best.get(t.entry.id, []), field)
            for t in triggers
        }

    def kept(
        self, trigger: Trigger, period: Period, in_time: Answers, docket: Docket
    ) -> tuple[Status, tuple[Missing, ...]]:
        """Return whether a record has been answered in time, and what is missing to know it.

        Args:
            trigger: the record.
            period: the days in which it can be answered.
            in_time: its answers up to the day on which it is due.
            docket: gives the register and the day of judgement.
        """
        if trigger.missing:
            return Status.UNDETERMINED, trigger.missing
        return kept(self.rule.answer.kind, period, *in_time, docket=docket)

    def _verdict(
        self, subject: Subject, trigger: Trigger, answers: Answers, docket: Docket
    ) -> Verdict:
        due = trigger.due or date.max
        in_time = [entry for entry in answers.sure if entry.day <= due]
        perhaps = [entry for entry in answers.perhaps if entry.day <= due]
        period, came = trigger.period, Answers(in_time, perhaps, answers.field)
        status, missing = self.kept(trigger, period, came, docket)
        shown = in_time[:1] or answers.sure[:1]
        counted = (trigger.entry.record, *[entry.record for entry in shown])
        left_out: tuple[LeftOut, ...] = ()
        if status is Status.UNDETERMINED and perhaps:
            records = tuple(entry.record for entry in perhaps)
            left_out = (LeftOut("unknown", answers.field, records),)
        draft = Draft(
            self.citation,
            subject.thing,
            subject.id,
            status,
            docket.as_of,
            period,
            int(bool(in_time)),
            1,
            trigger.last,
            trigger.due,
            missing,
            justified((counted, (), left_out, (), None, 0, ())),
        )
        return declare(draft)


def _match(triggers: Sequence[Trigger], answers: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Match answers with records, each with one: in time where that can be, else late."""
    open_ = sorted(triggers, key=lambda t: (t.due or date.max, t.entry.place))
    found: dict[str, list[Entry]] = {}
    spare = []
    for entry in answers:
        fits = [t for t in open_ if t.last <= entry.day <= (t.due or date.max)]
        if fits:
            found[fits[0].entry.id] = [entry]
            open_.remove(fits[0])
        else:
            spare.append(entry)
    for entry in spare:
        late = [t for t in open_ if t.last <= entry.day]
        if late:
            found[late[0].entry.id] = [entry]
            open_.remove(late[0])
    return found


def tell_follow_up(verdict: Verdict, lang: Language) -> Told:
    """Tell what followed, or should follow, one record."""
    citation, records = verdict.citation, verdict.justification.counted
    if verdict.status is Status.NOT_APPLICABLE or not records:
        return Told(tell_undecided(verdict, lang))
    facts = {
        "trigger": citation.label(citation.terms["trigger"], lang),
        "answer": citation.label(citation.terms["answer"], lang),
        "day": show_day(getter(records[0])("day"), lang),
        "due": show_day(verdict.due, lang) if verdict.due else "",
        "days": tell_days(verdict.days_left or 0, lang),
        "missing": tell_missing(verdict, lang),
    }
    if len(records) == 1:
        return Told(say(f"explain.follow-up.{verdict.status}", lang, **facts))
    answered = getter(records[1])("day")
    facts["late"] = tell_days((answered - verdict.due).days if verdict.due else 0, lang)
    code = "late" if verdict.status is Status.NOT_MET else str(verdict.status)
    return Told(say(f"explain.follow-up.{code}", lang, **facts, answered=show_day(answered, lang)))
