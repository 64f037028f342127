"""Verdicts: a status with figures, clause and reasons, and the sentence that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import attrs

from eduplan.dates import Period, show_day
from eduplan.errors import Missing
from eduplan.exact import Number, show, show_share
from eduplan.measures import BoundCap, LeftOut
from eduplan.messages import LANGUAGES, Language, Text, catalogue, escape, say
from eduplan.periods import Unit, describe
from eduplan.selectors import getter
from eduplan.sources import Force


class Status(StrEnum):
    """What a verdict says; see the page on meanings."""

    MET = "MET"
    NOT_MET = "NOT_MET"
    PENDING = "PENDING"
    UNDETERMINED = "UNDETERMINED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Citation:
    """What a verdict cites: plan, provision and clauses, with the words to tell them.

    Args:
        plan: id of the plan.
        provision: id of the provision.
        clauses: clause numbers.
        force: how strongly the clauses bind.
        title: what the provision is called.
        unit: what is counted, such as hours.
        form: form of the provision, such as ``quota``.
        every: what its periods are, where it has any.
        labels: names of facts, kinds and values in both languages.
        share: whether the figures are shares, told as percentages.
        most: whether the bound is an upper one.
        paced: whether it is a total that grows in time, so that it can be ahead or behind.
        trigger: of a follow-up, the kind of record that calls for an answer.
        answer: of a follow-up, the kind of record that is the answer.
    """

    plan: str
    provision: str
    clauses: tuple[str, ...]
    force: Force
    title: Text
    unit: Text
    form: str
    every: Unit | None
    labels: Mapping[str, Text]
    share: bool = False
    most: bool = False
    paced: bool = False
    trigger: str = ""
    answer: str = ""

    @property
    def where(self) -> str:
        """The plan and clauses in one phrase, such as ``county-six-year 四``."""
        return f"{self.plan} {'、'.join(self.clauses)}"

    def label(self, name: str, lang: Language) -> str:
        """Return what a fact, kind or value is called: by the plan, else by the glossary."""
        text = self.labels.get(name) or catalogue().get(f"term.{name}")
        return text[lang] if text is not None else name


class Reason(NamedTuple):
    """Why a verdict does not apply: a key below ``reason.`` in the catalogue, and its fact."""

    code: str
    fact: str | date | None = None


class Justification(NamedTuple):
    """What a verdict rests on.

    Attributes:
        counted: the records that count; of a follow-up, the trigger and its answer.
        amounts: how much each counts for.
        left_out: the records that do not, with the reason.
        caps: the caps that cut something off.
        reason: why it does not apply, where it does not.
        members: of a group, how many were taken together.
    """

    counted: tuple[object, ...] = ()
    amounts: tuple[Number, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    caps: tuple[BoundCap, ...] = ()
    reason: Reason | None = None
    members: int = 0


NOTHING = Justification()


@attrs.frozen(kw_only=True, slots=False)  # made by the million: without slots in half the time
class Verdict:
    """What a plan says of one bearer in one period.

    Args:
        citation: provision and clause.
        bearer: whom it is about; shown only where `explain` is asked for.
        bearer_id: id of the bearer.
        period: the period, None where it is not known or none is needed.
        status: met, not met, pending, undetermined or not applicable.
        as_of: the day on which it was judged.
        value: what was found; where something is missing, the least it can be.
        required: what is owed, None where that is not known.
        opens: the first day on which something could be done for it.
        due: the last day on which it can still be met.
        missing: what would have to be known, of an undetermined verdict.
        justification: what counted, what did not and why.
    """

    citation: Citation = attrs.field(repr=lambda citation: citation.provision)
    bearer: object = attrs.field(repr=False, eq=False)
    bearer_id: str = attrs.field(repr=False)
    period: Period | None = None
    status: Status
    as_of: date
    value: Number | None = None
    required: Number | None = None
    opens: date | None = None
    due: date | None = None
    missing: tuple[Missing, ...] = ()
    justification: Justification = attrs.field(default=NOTHING, repr=False)

    @property
    def provision(self) -> str:
        """Id of the provision."""
        return self.citation.provision

    @property
    def clauses(self) -> tuple[str, ...]:
        """Numbers of the clauses."""
        return self.citation.clauses

    @property
    def shortfall(self) -> Number | None:
        """How much is missing (of an upper bound: how much is too much), 0 where nothing is."""
        if self.value is None or self.required is None:
            return None
        gap = self.required - self.value
        return max(-gap if self.citation.most else gap, 0)

    @property
    def behind(self) -> bool:
        """Whether a pending total is behind an even pace, from the day it opens to its due day."""
        value, owed, opens, due = self.value, self.required, self.opens, self.due
        if self.status is not Status.PENDING or not self.citation.paced:
            return False
        if value is None or owed is None or opens is None or due is None:
            return False
        return value * ((due - opens).days + 1) < owed * (self.as_of - opens).days

    @property
    def days_left(self) -> int | None:
        """Days from ``as_of`` to the due day, that day included; None where there is no due day."""
        return None if self.due is None else max((self.due - self.as_of).days + 1, 0)

    @property
    def failure(self) -> bool:
        """Whether it tells of a breach of a clause that binds."""
        return self.status is Status.NOT_MET and self.citation.force.binding

    @property
    def advice(self) -> bool:
        """Whether it tells of an aim or an encouragement not reached: advice, not failure."""
        return self.status is Status.NOT_MET and not self.citation.force.binding

    def explain(self, lang: Language = "en", *, names: bool = True) -> str:
        """Return the verdict in sentences a head teacher understands.

        Args:
            lang: ``zh`` or ``en``.
            names: whether the bearer may be named; otherwise its id stands.
        """
        who = getter(self.bearer)("name") if names else None
        body = _follow_up(self, lang) if self.citation.form == "follow-up" else _figures(self, lang)
        return say(
            "explain.sentence",
            lang,
            who=who or self.bearer_id,
            title=self.citation.title,
            body=body,
            where=self.citation.where,
            evidence=_evidence(self, lang),
        )

    def period_label(self, lang: Language = "en") -> str:
        """Return what people call the period, empty where there is none."""
        return _period(self, lang)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<p lang="{lang}" style="margin:.2em 0">{escape(self.explain(lang, names=False))}</p>'
            for lang in LANGUAGES
        )
        return f'<div class="eduplan-verdict" data-status="{self.status}">{rows}</div>'


def _figures(verdict: Verdict, lang: Language) -> str:
    """Tell status and figures of a duty with an amount."""
    citation = verdict.citation
    if verdict.status is Status.NOT_APPLICABLE:
        return say("explain.not-applicable", lang, reason=_reason(verdict, lang))
    figures = {
        "value": _amount(verdict.value, citation),
        "required": _amount(verdict.required, citation),
        "shortfall": _amount(verdict.shortfall, citation),
        "units": _unit(verdict.value, citation, lang),
        "of_units": _unit(verdict.required, citation, lang),
        "period": _period(verdict, lang),
        "due": show_day(verdict.due, lang) if verdict.due else "",
        "days": _days(verdict.days_left or 0, lang),
    }
    side = "most" if citation.most else "least"
    if verdict.status is Status.UNDETERMINED:
        known = ""
        if verdict.required is not None and verdict.value is not None:
            known = say(f"explain.{side}.known", lang, **figures)
        return say("explain.undetermined", lang, missing=_missing(verdict, lang)) + known
    pace = ""
    if verdict.status is Status.PENDING and not citation.most and verdict.shortfall:
        pace = say("explain.behind" if verdict.behind else "explain.on-pace", lang)
    return say(f"explain.{side}.{verdict.status}", lang, **figures) + pace


def _follow_up(verdict: Verdict, lang: Language) -> str:
    """Tell what followed, or should follow, one record."""
    if verdict.status is Status.NOT_APPLICABLE:
        return say("explain.not-applicable", lang, reason=_reason(verdict, lang))
    citation, records = verdict.citation, verdict.justification.counted
    if not records:
        return say("explain.undetermined", lang, missing=_missing(verdict, lang))
    facts = {
        "trigger": citation.label(citation.trigger, lang),
        "answer": citation.label(citation.answer, lang),
        "day": show_day(getter(records[0])("day"), lang),
        "due": show_day(verdict.due, lang) if verdict.due else "",
        "days": _days(verdict.days_left or 0, lang),
        "missing": _missing(verdict, lang),
    }
    if len(records) == 1:
        return say(f"explain.follow-up.{verdict.status}", lang, **facts)
    answered = getter(records[1])("day")
    late = (answered - verdict.due).days if verdict.due else 0
    code = "late" if verdict.status is Status.NOT_MET else str(verdict.status)
    answered_on = show_day(answered, lang)
    return say(
        f"explain.follow-up.{code}", lang, **facts, answered=answered_on, late=_days(late, lang)
    )


def _days(count: int, lang: Language) -> str:
    return say("explain.one-day" if count == 1 else "explain.days", lang, count=count)


def _amount(value: Number | None, citation: Citation) -> str:
    if value is None:
        return "?"
    return show_share(value) if citation.share else show(value)


def _unit(value: Number | None, citation: Citation, lang: Language) -> str:
    """Return the unit to stand behind a figure: nothing behind a share, singular behind one."""
    unit = citation.unit[lang]
    if citation.share or not unit:
        return ""
    if lang == "zh":
        return unit
    if value == 1:
        unit = "person" if unit == "people" else unit.removesuffix("s")
    return f" {unit}"


def _period(verdict: Verdict, lang: Language) -> str:
    if verdict.period is None:
        return ""
    if verdict.citation.every is None:
        facts = {"start": verdict.period.start, "last": verdict.period.last}
        return say("period.follow-up", lang, **{k: show_day(v, lang) for k, v in facts.items()})
    return describe(verdict.citation.every, verdict.period, lang)


def _missing(verdict: Verdict, lang: Language) -> str:
    return say("explain.and", lang).join(
        missing.message(lang, label=lambda name: verdict.citation.label(name, lang))
        for missing in verdict.missing
    )


def _reason(verdict: Verdict, lang: Language) -> str:
    reason = verdict.justification.reason
    if reason is None:
        return ""
    if isinstance(reason.fact, date):
        fact = show_day(reason.fact, lang)
    else:
        fact = verdict.citation.label(reason.fact or "", lang)
    return say(f"reason.{reason.code}", lang, fact=fact)


def _evidence(verdict: Verdict, lang: Language) -> str:
    """Tell how many records counted, how many did not and why, and which cap cut off what."""
    found = verdict.justification
    if verdict.citation.form == "follow-up" or verdict.status is Status.NOT_APPLICABLE:
        return ""
    if verdict.period is None:
        return ""
    parts = []
    if found.members:
        parts.append(say("explain.members", lang, count=found.members))
    else:
        parts.append(say("explain.counted", lang, count=len(found.counted)))
    if found.left_out:
        reasons = say("explain.and", lang).join(
            say(
                f"left-out.{group.reason}",
                lang,
                count=len(group.records),
                field=verdict.citation.label(group.field, lang),
            )
            for group in found.left_out
        )
        count = sum(len(group.records) for group in found.left_out)
        parts.append(say("explain.left-out", lang, count=count, reasons=reasons))
    parts.extend(
        say(
            f"explain.cap.{bound.cap.per}",
            lang,
            most=show(bound.cap.at_most),
            lost=show(bound.lost),
            unit=verdict.citation.unit,
        )
        for bound in found.caps
    )
    return "".join(parts)


def order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return verdicts by plan, provision, bearer and period, whatever their order before."""
    return sorted(
        verdicts,
        key=lambda v: (
            v.citation.plan,
            v.provision,
            v.bearer_id,
            v.period or Period(date.min, date(1, 1, 2)),
        ),
    )
