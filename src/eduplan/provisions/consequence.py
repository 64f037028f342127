"""The form that says what follows from a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import compress
from typing import ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, NotKnown
from eduplan.exact import Number, show
from eduplan.facts import getter
from eduplan.messages import LANGUAGES, Language, Text, either, say, show_day
from eduplan.provisions.attestation import Attestation
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.happening import Happening
from eduplan.provisions.matching import matched
from eduplan.provisions.provision import Provision, Setting, Subject
from eduplan.provisions.requirements import as_statuses
from eduplan.provisions.within import Within, as_optional_within, due_day, kept
from eduplan.provisions.worth import Worth, as_optional_worth, figure_of
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales, Selector
from eduplan.tables import Table, as_member, as_name, as_optional_name, as_text, read_optional
from eduplan.verdicts import Justification, Point, Reason, Status, Told, Verdict
from eduplan.verdicts.telling import tell_days, tell_missing, tell_undecided, tell_unit


class Effect(StrEnum):
    """What kind of thing follows."""

    AWARD = "award"
    PRAISE = "praise"
    PRIORITY = "priority"
    BONUS = "bonus"
    DEDUCTION = "deduction"
    APPRAISAL = "appraisal"
    TALK = "talk"
    REMEDY = "remedy"
    BAR = "bar"


def as_effect(value: Effect | str) -> Effect:
    """Return an effect from its name."""
    return as_member(Effect, value)


@attrs.frozen(kw_only=True)
class CarriedOut(Happening):
    """What has to take place when a consequence follows.

    Args:
        within: by when, counted from the day on which the condition has come about; left out, any
            time.
    """

    within: Within | None = attrs.field(default=None, converter=as_optional_within)


def as_optional_carried_out(value: CarriedOut | Table | str | None) -> CarriedOut | None:
    """Return what has to take place from its table or kind, or None."""
    if isinstance(value, str):
        return CarriedOut(kind=value)
    return read_optional(CarriedOut, value)


NO_UNIT = Text("", "")


@attrs.frozen(kw_only=True)
class Consequence(Provision):
    """Something follows from what another provision says: an award, a talk, a bar, an amount.

    Args:
        verdict: id of the provision.
        status: the statuses from which it follows.
        effect: what kind of thing follows.
        whose: the fact of the bearer that names whom the provision is on, such as its school; left
            out, the bearer itself.
        amount: how much follows, where there is an amount.
        unit: what the amount is counted in.
        carried_out: what has to take place for it to be carried out.

    Raises:
        InputError: a bar to be carried out.

    >>> bonus = Consequence(id="bonus", clause="1", title={"zh": "奖", "en": "Bonus"},
    ...                     verdict="hours", status="MET", effect="bonus", amount=200)
    >>> bonus.refers()
    ('hours',)
    """

    form: ClassVar[str] = "consequence"

    verdict: str = attrs.field(converter=as_name)
    status: tuple[Status, ...] = attrs.field(converter=as_statuses)
    effect: Effect = attrs.field(converter=as_effect)
    whose: str = attrs.field(default="", converter=as_optional_name)
    amount: Worth | None = attrs.field(default=None, converter=as_optional_worth)
    unit: Text = attrs.field(default=NO_UNIT, converter=as_text)
    carried_out: CarriedOut | None = attrs.field(default=None, converter=as_optional_carried_out)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if self.effect is Effect.BAR and self.carried_out is not None:
            faults.add("bar-carried-out", "carried_out")
        faults.raise_any()

    def refers(self) -> tuple[str, ...]:
        """Return the id of the provision it follows from."""
        return (self.verdict,)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        if self.carried_out is not None:
            with faults.below("carried_out") as found:
                self.carried_out.faults(scales, found)


NOT_TRIGGERED = Reason("not-triggered")


class Due(NamedTuple):
    """A consequence that follows: from which verdict, since when, by when, and how much."""

    verdict: Verdict
    since: date | None
    due: date | None
    amount: Number | None
    open: bool
    missing: tuple[Missing, ...]


class Done(NamedTuple):
    """By what something is carried out: surely, perhaps, and the fact because of which perhaps."""

    sure: Sequence[Entry] = ()
    perhaps: Sequence[Entry] = ()
    field: str = ""


class ConsequenceBench(SettledBench):
    """A consequence made ready to judge many bearers."""

    def __init__(self, rule: Consequence, setting: Setting) -> None:
        citation = cited(rule, setting, partial(tell_consequence, rule), unit=rule.unit)
        super().__init__(rule, setting, citation)
        self.rule = rule
        where = rule.carried_out.where if rule.carried_out is not None else Selector()
        self._where = Matcher(where, setting.scales)

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return what follows from every verdict of the provision on the bearer."""
        rule = self.rule
        whose: Subject | None = subject
        if rule.whose:
            name = subject.get(rule.whose)
            if name is None:
                raise NotKnown("bearer-fact", field=rule.whose)
            whose = docket.subject(str(name))
        verdicts = docket.verdicts_on(rule.verdict, whose) if whose is not None else ()
        if not verdicts:
            raise NotKnown("no-verdict", title=docket.benches[rule.verdict].citation.title)
        follows = [v.status in rule.status and not self._outside(v, docket) for v in verdicts]
        following = [self._due(v, subject, docket) for v in compress(verdicts, follows)]
        acts = iter(self._acts(following, subject, docket))
        return tuple(
            self._follows(*next(acts), subject, docket)
            if so
            else self._does_not(verdict, subject, docket)
            for verdict, so in zip(verdicts, follows, strict=True)
        )

    def _outside(self, verdict: Verdict, docket: Docket) -> tuple[str, date] | None:
        """Return why the consequence is not in force for a verdict, None where it is."""
        as_of = docket.as_of
        return self.out_of_force(verdict.period or Period(as_of, as_of + DAY))

    def _does_not(self, verdict: Verdict, subject: Subject, docket: Docket) -> Verdict:
        """Return the verdict where nothing follows, or where that is not known or not yet."""
        status, missing, reason = Status.NOT_APPLICABLE, verdict.missing, NOT_TRIGGERED
        if outside := self._outside(verdict, docket):
            reason = Reason(*outside)
        elif verdict.status in (Status.PENDING, Status.UNDETERMINED):
            status = verdict.status
        decided = status is Status.NOT_APPLICABLE
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            period=verdict.period,
            status=status,
            as_of=docket.as_of,
            missing=() if decided else missing,
            justification=Justification(
                reason=reason if decided else None, points=(_point(verdict),)
            ),
        )

    def _due(self, verdict: Verdict, subject: Subject, docket: Docket) -> Due:
        amount, open_, missing = self._amount(verdict, docket)
        since, due = _since(verdict, docket), None
        within = self.rule.carried_out.within if self.rule.carried_out is not None else None
        if within is not None and since is None:
            missing = (*missing, Missing("no-day-of-condition", {"title": verdict.citation.title}))
        elif within is not None and since is not None:
            try:
                due = due_day(within, since, subject.get, docket)
            except NotKnown as unknown:
                missing = (*missing, unknown.missing)
        return Due(verdict, since, due, amount, open_, missing)

    def _amount(
        self, verdict: Verdict, docket: Docket
    ) -> tuple[Number | None, bool, tuple[Missing, ...]]:
        """Return how much follows, whether that may still change, and what is missing to know it.

        Figures of a verdict that has been reached early are the least they can be.
        """
        worth = self.rule.amount
        if worth is None or worth.per is None:
            return (worth.fixed if worth is not None else None), False, ()
        figure = figure_of(worth.per, verdict)
        if figure is None:
            return None, False, (Missing("nothing-to-go-by", {"title": verdict.citation.title}),)
        amount = worth.amount(figure)
        if verdict.citation.paced and worth.settled_from(figure):
            return amount, False, ()
        missing = tuple(
            Missing("record-fact", {"field": group.field, "count": len(group.records)})
            for group in verdict.justification.left_out
            if group.reason in ("unknown", "unstated")
        )
        period, kinds = verdict.period, verdict.citation.kinds
        open_ = period is not None and docket.as_of < period.end
        needed = docket.as_of - DAY if open_ or period is None else period.last
        if kinds and (gap := docket.register.complete(kinds, needed)):
            missing = (*missing, gap)
        return amount, open_, missing

    def _acts(
        self, following: Sequence[Due], subject: Subject, docket: Docket
    ) -> list[tuple[Due, Done]]:
        """Return the acts by which each is carried out, in the same order.

        An act serves one consequence, and what falls due first goes first.
        """
        acts = self.rule.carried_out
        if acts is None:
            return [(due, Done()) for due in following]
        entries = docket.register.of(subject.id, acts.kind, acts.by)
        truths = [(e, self._where(e.get, subject.get)) for e in entries if e.day <= docket.as_of]
        order = sorted(
            range(len(following)),
            key=lambda n: (following[n].due or date.max, following[n].since or date.min, n),
        )
        found = []
        for pool in (
            [entry for entry, truth in truths if truth],
            [entry for entry, truth in truths if truth is not False],
        ):
            fits = [
                [thing for thing, entry in enumerate(pool) if _in_time(entry, following[n])]
                for n in order
            ]
            found.append({order[place]: [pool[one]] for place, one in matched(fits).items()})
        sure, possible = found
        doubtful = [entry for entry, truth in truths if truth is None]
        field = self._where.blame(doubtful[0].get, subject.get) if doubtful else ""
        return [
            (due, Done(sure.get(n, ()), possible.get(n, ()), field))
            for n, due in enumerate(following)
        ]

    def _follows(
        self,
        due: Due,
        done: Done,
        subject: Subject,
        docket: Docket,
    ) -> Verdict:
        status, missing, rule = Status.MET, due.missing, self.rule.carried_out
        if missing:
            status = Status.UNDETERMINED
        elif due.open:
            status = Status.PENDING
        elif rule is not None:
            since = due.since or docket.as_of
            status, missing = kept(
                rule.kind, Period(since, (due.due or date.max - DAY) + DAY), *done, docket=docket
            )
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            period=due.verdict.period,
            status=status,
            as_of=docket.as_of,
            value=due.amount,
            opens=due.since,
            due=due.due,
            missing=missing,
            justification=Justification(
                counted=tuple(entry.record for entry in done.sure), points=(_point(due.verdict),)
            ),
        )


def _in_time(entry: Entry, due: Due) -> bool:
    return (due.since or date.min) <= entry.day <= (due.due or date.max)


def _since(verdict: Verdict, docket: Docket) -> date | None:
    """Return the day on which a verdict came about.

    That is the last day of its period; where that is still to come, the day of the last record it
    rests on, by which it is settled; of an attestation always the day on which it was given.
    """
    if verdict.period is None:
        return verdict.opens
    judged = verdict.citation.form == Attestation.form
    if verdict.period.last < docket.as_of and not judged:
        return verdict.period.last
    days = [getter(record)("day") for record in verdict.justification.counted]
    return max((day for day in days if isinstance(day, date)), default=None)


def _point(verdict: Verdict) -> Point:
    """Return what the provision says, as the one point of what follows from it."""
    status = Text(*(say(f"status.{verdict.status}", lang) for lang in LANGUAGES))
    period = Text(*(verdict.period_label(lang) for lang in LANGUAGES))
    facts: Mapping[str, object] = {
        "title": verdict.citation.title,
        "status": status,
        "period": period,
    }
    code = "condition" if verdict.period is None else "condition-in"
    return Point(code, verdict.status, facts, value=verdict.value, required=verdict.required)


def tell_consequence(rule: Consequence, verdict: Verdict, lang: Language) -> Told:
    """Tell what follows and why, or why nothing does.

    Args:
        rule: the consequence.
        verdict: the verdict.
        lang: ``zh`` or ``en``.
    """
    citation, found = verdict.citation, verdict.justification
    code = _sentence(rule, verdict)
    if not code:
        return Told(tell_undecided(verdict, lang))
    effect = say(f"explain.effect.{rule.effect}", lang)
    if verdict.value is not None and verdict.status is not Status.UNDETERMINED:
        unit = tell_unit(verdict.value, citation, lang)
        figure = show(verdict.value)
        effect = say("explain.consequence.amount", lang, effect=effect, amount=figure, unit=unit)
    acts = rule.carried_out.kind if rule.carried_out is not None else ()
    done = getter(found.counted[0])("day") if found.counted else None
    facts = {
        "effect": effect,
        "why": found.points[0].message(citation, lang),
        "act": either([citation.label(act, lang) for act in acts], lang),
        "done": show_day(done, lang) if done is not None else "",
        "due": show_day(verdict.due, lang) if verdict.due is not None else "",
        "days": tell_days(verdict.days_left or 0, lang),
        "missing": tell_missing(verdict, lang),
    }
    return Told(say(f"explain.consequence.{code}", lang, **facts))


def _sentence(rule: Consequence, verdict: Verdict) -> str:
    """Return which sentence tells a verdict; none where it is told as that of any other form."""
    found, status = verdict.justification, verdict.status
    if not found.points:
        return ""
    if status is Status.NOT_APPLICABLE:
        return "not-triggered" if found.reason == NOT_TRIGGERED else ""
    if found.points[0].status not in rule.status:
        return "not-yet" if status is Status.PENDING else str(status)
    if status is Status.UNDETERMINED:
        return "not-known"
    if rule.carried_out is None:
        return {Status.MET: "follows", Status.PENDING: "so-far"}.get(status, str(status))
    return "open" if status is Status.PENDING and verdict.due is None else str(status)
