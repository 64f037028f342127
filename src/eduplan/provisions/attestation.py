"""The form for what only a person can judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period, add_months
from eduplan.errors import FaultList, Missing, refuse
from eduplan.facts import getter
from eduplan.lengths import Length, as_optional_length
from eduplan.measures import LeftOut
from eduplan.messages import Language, Text, both, say, show_day
from eduplan.periods import Every, as_optional_every
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.provision import Provision, Setting, Subject
from eduplan.records import Entry
from eduplan.selectors import Condition, Matcher, Scales, Selector, Test, as_optional_selector
from eduplan.tables import (
    Table,
    as_name,
    as_names,
    as_optional_text,
    as_string,
    as_text,
    read_each,
    read_table,
)
from eduplan.verdicts import Justification, Status, Told, Verdict
from eduplan.verdicts.selection import selector_text
from eduplan.verdicts.telling import tell_left_out, tell_undecided


def as_results(value: str | bool | Iterable[str | bool]) -> tuple[str | bool, ...]:
    """Return one or several results, each a text or a truth value, as a tuple."""
    several = (value,) if isinstance(value, str | bool) else value
    found = read_each(several, lambda one: one if isinstance(one, bool) else as_string(one))
    if not found:
        raise refuse("empty-list")
    return tuple(dict.fromkeys(found))


@attrs.frozen(kw_only=True)
class Judgements:
    """Where the answers stand and how they read.

    Args:
        kind: kinds of record that are an answer.
        by: the fact of an answer that points to the bearer.
        where: which records of these kinds answer this; left out, those whose fact ``attests`` is
            the id of the attestation.
        result: the fact of an answer that holds what was found.
        positive: results that say yes.
        negative: results that say no.

    Raises:
        InputError: a result that is both.
    """

    kind: tuple[str, ...] = attrs.field(default=("attestation",), converter=as_names)
    by: str = attrs.field(default="bearer", converter=as_name)
    where: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    result: str = attrs.field(default="result", converter=as_name)
    positive: tuple[str | bool, ...] = attrs.field(default=("yes", True), converter=as_results)
    negative: tuple[str | bool, ...] = attrs.field(default=("no", False), converter=as_results)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        for value in self.positive:
            if value in self.negative:
                faults.add("positive-and-negative", "negative", value=value)
        faults.raise_any()


def as_answers(value: Judgements | Table) -> Judgements:
    """Return where answers stand from its table."""
    return read_table(Judgements, value)


@attrs.frozen(kw_only=True)
class Attestation(Provision):
    """A quality that only a person can judge, of a person, a group, a school or anything else.

    Args:
        asks: what is to be judged.
        judges: who judges it, in words.
        judge: who may judge it, by facts of the judging person that stand in the answer.
        evidence: what the judgement should rest on.
        holds: how long an answer holds; left out, until another is given.
        every: the periods in each of which an answer is due.
        answers: where the answers stand and how they read.

    Raises:
        InputError: nobody to judge, or both a length and periods.

    >>> question = Attestation(id="devotion", clause="一", title={"zh": "热爱", "en": "Devotion"},
    ...                        asks={"zh": "是否热爱教研事业", "en": "Devoted to research?"},
    ...                        judges={"zh": "教研室主任", "en": "head of the office"},
    ...                        holds="2 years")
    >>> question.holds.months
    24
    """

    form: ClassVar[str] = "attestation"

    asks: Text = attrs.field(converter=as_text)
    judges: Text | None = attrs.field(default=None, converter=as_optional_text)
    judge: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    evidence: Text | None = attrs.field(default=None, converter=as_optional_text)
    holds: Length | None = attrs.field(default=None, converter=as_optional_length)
    every: Every | None = attrs.field(default=None, converter=as_optional_every)
    answers: Judgements = attrs.field(default=Judgements(), converter=as_answers)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if self.judges is None and self.judge is None:
            faults.add("nobody-judges", "judges")
        if self.holds is not None and self.every is not None:
            faults.add("holds-and-every", "holds")
        faults.raise_any()

    @property
    def by_day(self) -> bool:
        """Whether an answer holds is asked on the day of judgement, where nothing is owed anew."""
        return self.every is None

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        for path, selector in (("judge", self.judge), ("answers.where", self.answers.where)):
            if selector is not None:
                with faults.below(path) as found:
                    selector.faults(scales, found)


class Way(NamedTuple):
    """What an answer comes to: a status, what is missing, and the answer where there is one.

    ``doubt`` names the fact because of which it is not sure that it is an answer at all.
    """

    status: Status
    missing: tuple[Missing, ...]
    entry: Entry | None = None
    doubt: str = ""


class AttestationBench(SettledBench):
    """An attestation made ready to judge many bearers."""

    def __init__(self, rule: Attestation, setting: Setting) -> None:
        answers = rule.answers
        citation = cited(
            rule, setting, tell_attestation, every=rule.every, terms={"result": answers.result}
        )
        super().__init__(rule, setting, citation)
        self.rule = rule
        named = Selector((Condition("attests", Test.IS, (rule.id,)),))
        self._where = Matcher(answers.where if answers.where is not None else named, setting.scales)
        self._judge = Matcher(rule.judge or Selector(), setting.scales)
        judges = rule.judges or both(
            "explain.attestation.somebody",
            condition=selector_text(rule.judge or Selector(), citation),
        )
        facts = {"judges": judges, "asks": rule.asks, "evidence": rule.evidence}
        code = "not-attested" if rule.evidence is None else "not-attested-by"
        self._unanswered = Way(Status.UNDETERMINED, (Missing(code, facts),))

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return a verdict by the last answer that holds, or one for every period."""
        rule, as_of = self.rule, docket.as_of
        answers = rule.answers
        entries = docket.register.of(subject.id, answers.kind, answers.by)
        given = [entry for entry in entries if entry.day <= as_of]
        if rule.every is None:
            if reason := self.out_of_force(Period(as_of, as_of + DAY)):
                return (self.excuse(subject, docket, *reason),)
            return (self._verdict(subject, given, None, docket),)
        begun = docket.periods(rule.every, subject)
        if not begun:
            return (self.excuse(subject, docket, "no-period"),)
        return tuple(self._in_period(subject, given, period, docket) for period in begun)

    def _in_period(
        self, subject: Subject, given: Sequence[Entry], period: Period, docket: Docket
    ) -> Verdict:
        if reason := self.out_of_force(period):
            return self.excuse(subject, docket, *reason, period)
        inside = [entry for entry in given if entry.day in period]
        return self._verdict(subject, inside, period, docket)

    def _verdict(
        self, subject: Subject, given: Sequence[Entry], period: Period | None, docket: Docket
    ) -> Verdict:
        ways = list(self._ways(subject, given, docket.as_of))
        status, missing = _agreed(ways)
        answer = ways[-1].entry
        if period is None and answer is not None and self.rule.holds is not None:
            period = Period(answer.day, self._end(answer))
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            period=period,
            status=status,
            as_of=docket.as_of,
            opens=answer.day if answer is not None and self.rule.every is None else None,
            due=period.last if period is not None else None,
            missing=missing,
            justification=Justification(
                counted=(answer.record,) if answer is not None else (),
                left_out=self._left_out(subject, given),
            ),
        )

    def _ways(self, subject: Subject, given: Sequence[Entry], as_of: date) -> Iterator[Way]:
        """Return what may be the last answer, newest first, ending with one that surely is.

        Answers of one day have no order, so all of them may be the last.
        """
        newest_first = sorted(given, key=lambda entry: entry.day, reverse=True)
        for _, several in groupby(newest_first, key=lambda entry: entry.day):
            sure = []
            for entry in several:
                doubt = self._doubt(subject, entry)
                if doubt:
                    yield self._way(entry, as_of)._replace(doubt=doubt)
                elif doubt is not None:
                    sure.append(entry)
            if sure:
                yield from (self._way(entry, as_of) for entry in sure)
                return
        yield self._unanswered

    def _doubt(self, subject: Subject, entry: Entry) -> str | None:
        """Return the fact because of which a record may be no answer; None for what is none."""
        get = subject.get
        truths = [(matcher, matcher(entry.get, get)) for matcher in (self._where, self._judge)]
        if any(truth is False for _, truth in truths):
            return None
        return next((m.blame(entry.get, get) for m, truth in truths if truth is None), "")

    def _way(self, entry: Entry, as_of: date) -> Way:
        answers = self.rule.answers
        result = entry.get(answers.result)
        if result is None:
            missing = Missing("record-fact", {"field": answers.result, "count": 1})
            return Way(Status.UNDETERMINED, (missing,), entry)
        if result not in answers.positive and result not in answers.negative:
            missing = Missing("result-undeclared", {"field": answers.result, "day": entry.day})
            return Way(Status.UNDETERMINED, (missing,), entry)
        if self.rule.holds is not None and as_of >= self._end(entry):
            facts = {"last": self._end(entry) - DAY, "asks": self.rule.asks}
            return Way(Status.UNDETERMINED, (Missing("attestation-expired", facts),), entry)
        return Way(Status.MET if result in answers.positive else Status.NOT_MET, (), entry)

    def _end(self, entry: Entry) -> date:
        months = self.rule.holds.months if self.rule.holds is not None else 0
        return add_months(entry.day, months)

    def _left_out(self, subject: Subject, given: Sequence[Entry]) -> tuple[LeftOut, ...]:
        """Return the answers of those who may not judge."""
        found: dict[str, list[object]] = {}
        for entry in given:
            if self._where(entry.get, subject.get) and (
                self._judge(entry.get, subject.get) is False
            ):
                field = self._judge.blame(entry.get, subject.get)
                found.setdefault(field, []).append(entry.record)
        return tuple(
            LeftOut("may-not-judge", field, tuple(records)) for field, records in found.items()
        )


def _agreed(ways: Sequence[Way]) -> tuple[Status, tuple[Missing, ...]]:
    """Return the status on which all ways agree, else that none can be told and why."""
    if len({way.status for way in ways}) == 1 and ways[0].status is not Status.UNDETERMINED:
        return ways[0].status, ()
    doubts = [way.doubt for way in ways if way.doubt]
    missing = [
        Missing("record-fact", {"field": doubt, "count": doubts.count(doubt)})
        for doubt in dict.fromkeys(doubts)
    ]
    missing += [lack for way in ways if not way.doubt for lack in way.missing]
    sure = [way for way in ways if not way.doubt and way.entry is not None]
    if not missing and sure and sure[0].entry is not None:
        missing.append(Missing("answers-differ", {"day": sure[0].entry.day}))
    return Status.UNDETERMINED, tuple(missing)


def tell_attestation(verdict: Verdict, lang: Language) -> Told:
    """Tell how it was judged and when, or who should judge what."""
    evidence = tell_left_out(verdict, lang)
    if verdict.status is not Status.MET and verdict.status is not Status.NOT_MET:
        return Told(tell_undecided(verdict, lang), evidence)
    citation = verdict.citation
    get = getter(verdict.justification.counted[0])
    result = citation.named(get(citation.terms["result"]), lang)
    body = say(
        f"explain.attestation.{verdict.status}", lang, day=show_day(get("day"), lang), result=result
    )
    if citation.every is None and verdict.due is not None:
        until = show_day(verdict.due, lang)
        body = say("explain.attestation.until", lang, body=body, until=until)
    return Told(body, evidence)
