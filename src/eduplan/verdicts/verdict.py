"""Verdicts: a status with figures, clause and reasons, and the sentence that tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from eduplan.dates import Period
from eduplan.errors import Missing
from eduplan.exact import Number, Share, show, show_share
from eduplan.facts import getter
from eduplan.messages import (
    LANGUAGES,
    PLAIN,
    Language,
    Template,
    Text,
    around,
    catalogue,
    escape,
    partly,
    say,
    template,
    word,
)
from eduplan.periods import Unit, describe, show_days
from eduplan.sources import Force, tell_clauses

if TYPE_CHECKING:  # what counted is named here; who counts loads the measures
    from eduplan.measures import BoundCap, LeftOut


class Status(StrEnum):
    """What a verdict says; see the page on meanings.

    ``MET`` and ``NOT_MET`` are decided, ``PENDING`` is open while the period lasts,
    ``UNDETERMINED`` waits for facts or answers (`Verdict.missing`), and ``NOT_APPLICABLE`` asks
    nothing. Each is also the text of its name.

    >>> Status.MET == "MET", Status("PENDING")
    (True, <Status.PENDING: 'PENDING'>)
    """

    MET = "MET"
    NOT_MET = "NOT_MET"
    PENDING = "PENDING"
    UNDETERMINED = "UNDETERMINED"
    NOT_APPLICABLE = "NOT_APPLICABLE"

    __hash__ = str.__hash__  # the same number as that of `enum`, which calls Python for it


class Told(NamedTuple):
    """A verdict in words: what it says, and what it rests on."""

    body: str
    evidence: str = ""


class Governing(NamedTuple):
    """Which dated version of a provision a verdict rests on.

    Attributes:
        rule: by which day it was chosen: ``period-start``, ``record-date`` or ``as-of``; or
            ``each-record`` where every record was measured by that of its own day.
        since: its first day, None for what holds from the beginning.
        until: the first day of the version after it, None where there is none.
    """

    rule: str
    since: date | None = None
    until: date | None = None

    def message(self, lang: Language) -> str:
        """Return the version, and why it governs, in a sentence."""
        place = "first" if self.since is None else "later"
        code = f"explain.governing-{place}.{self.rule}"
        return say(code, lang, since=self.since, until=self.until)


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
        tell: tells a verdict of this form in words.
        share: whether the figures are shares, told as percentages.
        most: whether the bound is an upper one.
        paced: whether it is a total that grows in time, so that it can be ahead or behind.
        terms: names that its sentences need besides, such as the kind of record that answers.
        kinds: kinds of record from which its figures are taken, where they are.
        governing: of a provision with dated versions, the one that governs.
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
    tell: Callable[[Verdict, Language], Told]
    share: bool = False
    most: bool = False
    paced: bool = False
    terms: Mapping[str, str] = attrs.field(factory=dict)
    kinds: tuple[str, ...] = ()
    governing: Governing | None = None

    @cached_property
    def where(self) -> str:
        """The plan and clauses in one phrase, such as ``county-six-year 四``.

        Of a derived plan those of its parents too: ``my-county 三；city-three-year 三(五)1``.
        """
        return tell_clauses(self.clauses, self.plan)

    @cached_property
    def sentences(self) -> Mapping[Language, Template]:
        """The sentence of every verdict that cites this, with all that is the same in it."""
        facts = {"title": self.title, "where": self.where}
        return {lang: partly("explain.sentence", lang, **facts) for lang in LANGUAGES}

    @cached_property
    def excuses(self) -> dict[tuple[Reason | None, Language], str]:
        """Why the provision does not apply, in words, as far as it has been told."""
        return {}

    def label(self, name: str, lang: Language) -> str:
        """Return what a fact, kind or value is called: by the plan, else by the glossary."""
        text = self.labels.get(name) or catalogue().get(f"term.{name}")
        return text[lang] if text is not None else name

    def named(self, fact: object, lang: Language) -> str:
        """Return a fact in words: names as people know them, amounts as they write them."""
        if isinstance(fact, str):
            return self.label(fact, lang)
        if isinstance(fact, bool):
            return self.label("yes" if fact else "no", lang)
        if isinstance(fact, Period):
            return show_days(fact, lang)
        if isinstance(fact, Point):
            return fact.message(self, lang)
        if isinstance(fact, Share):
            return str(fact)
        if isinstance(fact, tuple):
            told = [self.named(one, lang) for one in fact]
            points = bool(fact) and isinstance(fact[0], Point)
            return say("explain.between", lang).join(told) if points else word(tuple(told), lang)
        return show(fact) if isinstance(fact, Fraction) else word(fact, lang)


_PLAIN: Mapping[type, Callable[[Any, Language], str]] = {**PLAIN, Period: show_days}
"""How facts are told that need no name."""


class Common(dict[str, object]):
    """Facts of a sentence that say the same of every bearer, but for the value.

    Thousands of points then share them, and the words around the value are put together once.

    Args:
        facts: the facts, without ``value``, which every point has of its own.
        share: whether the value is a share, told as a percentage.
    """

    __slots__ = ("_around", "share")

    def __init__(self, facts: Mapping[str, object], *, share: bool) -> None:
        super().__init__(facts)
        self.share = share
        self._around: dict[tuple[str, Citation, Language], tuple[str, ...]] = {}

    def around(self, code: str, citation: Citation, lang: Language) -> tuple[str, ...]:
        """Return the words of a point's sentence between which the value stands."""
        asked = code, citation, lang
        found = self._around.get(asked)
        if found is None:
            named = {name: citation.named(fact, lang) for name, fact in self.items()}
            found = self._around[asked] = around(f"point.{code}", lang, "value", **named)
        return found


class Reason(NamedTuple):
    """Why a verdict does not apply: a key below ``reason.`` in the catalogue, and its fact."""

    code: str
    fact: str | date | None = None


_NO_FACTS: Mapping[str, object] = {}  # a proxy of it could not be pickled


class Point(NamedTuple):
    """One of several things a verdict is made of: a condition, a part, a cell, an occurrence.

    Attributes:
        code: key of its sentence below ``point.`` in the catalogue.
        status: what holds of it alone.
        facts: what the sentence tells. Names of facts, kinds and values, also several as a tuple,
            are told as `Citation.label` has them, and other points in their own words. Where they
            are `Common`, the sentence tells ``value`` besides.
        value: what was found, where it is an amount.
        required: what is owed, where it is an amount.
        due: the last day on which it can still be met.
        counted: the records it rests on.
        missing: what would have to be known.
        points: what it is made of in turn.
        basis: what it was judged from, in the terms of its form.
    """

    code: str
    status: Status
    facts: Mapping[str, object] = _NO_FACTS
    value: Number | None = None
    required: Number | None = None
    due: date | None = None
    counted: tuple[object, ...] = ()
    missing: tuple[Missing, ...] = ()
    points: tuple[Point, ...] = ()
    basis: object = None

    def message(self, citation: Citation, lang: Language) -> str:
        """Return the point in words, without its status."""
        facts = self.facts
        if type(facts) is Common and self.value is not None:
            value = show_share(self.value) if facts.share else show(self.value)
            return value.join(facts.around(self.code, citation, lang))
        # As `say` does, but by itself: one loop for both kinds of words takes half as long again.
        head, rest = template(f"point.{self.code}", lang)
        named, words = citation.named, [head]
        for name, after in rest:
            fact = facts[name]
            words.append(_PLAIN.get(type(fact), named)(fact, lang))
            words.append(after)
        return "".join(words)


class Justification(NamedTuple):
    """What a verdict rests on.

    Attributes:
        counted: the records that count; of a follow-up, the trigger and its answer.
        amounts: how much each counts for.
        left_out: the records that do not, with the reason.
        caps: the caps that cut something off.
        reason: why it does not apply, where it does not.
        members: of a group, how many were taken together.
        points: the several things it is made of, where it is.
    """

    counted: tuple[object, ...] = ()
    amounts: tuple[Number, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    caps: tuple[BoundCap, ...] = ()
    reason: Reason | None = None
    members: int = 0
    points: tuple[Point, ...] = ()


NOTHING = Justification()

justified: Callable[[tuple[object, ...]], Justification] = partial(tuple.__new__, Justification)
"""Makes a justification of all its fields in their order, in a third of the time."""


@attrs.define(repr=False)
class Draft:
    """The fields of a verdict, while it is made.

    Verdicts are made by the million, and filling in a frozen value takes three times as long as
    filling in one that is not. So a judgement may fill in a draft by position and then `declare` it
    a verdict. Everybody else makes a `Verdict`.
    """

    citation: Citation = attrs.field(repr=lambda citation: citation.provision)
    bearer: object = attrs.field(repr=False, eq=False)
    bearer_id: str = attrs.field(repr=False)
    status: Status
    as_of: date
    period: Period | None = None
    value: Number | None = None
    required: Number | None = None
    opens: date | None = None
    due: date | None = None
    missing: tuple[Missing, ...] = ()
    justification: Justification = attrs.field(default=NOTHING, repr=False, hash=False)


@attrs.frozen
class Verdict(Draft):
    """What a plan says of one bearer in one period.

    Args:
        citation: provision and clause.
        bearer: whom it is about; shown only where `explain` is asked for.
        bearer_id: id of the bearer.
        status: met, not met, pending, undetermined or not applicable.
        as_of: the day on which it was judged.
        period: the period, None where it is not known or none is needed.
        value: what was found; where something is missing, the least it can be.
        required: what is owed, None where that is not known.
        opens: the first day on which something could be done for it.
        due: the last day on which it can still be met.
        missing: what would have to be known, of an undetermined verdict.
        justification: what counted, what did not and why.
    """

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

    @property
    def first_record(self) -> str:
        """Id of the first record that counts, such as the one that is followed up; else empty."""
        counted = self.justification.counted
        return str(getter(counted[0])("id")) if counted else ""

    def called(self, *, names: bool = True) -> str:
        """Return the name of the bearer, or its id where it has none or may not be named."""
        name = getter(self.bearer)("name") if names else None
        return str(name or self.bearer_id)

    def explain(self, lang: Language = "en", *, names: bool = True) -> str:
        """Return the verdict in sentences a head teacher understands.

        Args:
            lang: ``zh`` or ``en``.
            names: whether the bearer may be named; otherwise its id stands.
        """
        citation = self.citation
        body, evidence = citation.tell(self, lang)
        if citation.governing is not None and self.status is not Status.NOT_APPLICABLE:
            evidence += citation.governing.message(lang)
        facts = {"who": self.called(names=names), "body": body, "evidence": evidence}
        return citation.sentences[lang].filled(lang, facts)

    def period_label(self, lang: Language = "en") -> str:
        """Return what people call the period, empty where there is none."""
        if self.period is None:
            return ""
        if self.citation.every is None:
            return show_days(self.period, lang)
        return describe(self.citation.every, self.period, lang)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<p lang="{lang}" style="margin:.2em 0">{escape(self.explain(lang, names=False))}</p>'
            for lang in LANGUAGES
        )
        return f'<div class="eduplan-verdict" data-status="{self.status}">{rows}</div>'


def declare(draft: Draft) -> Verdict:
    """Return a draft, filled in, as the verdict that it is from now on."""
    draft.__class__ = Verdict
    return draft  # type: ignore[return-value]


def order(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return verdicts by plan, provision, bearer, period and record, however they come."""
    return sorted(
        verdicts,
        key=lambda v: (
            v.citation.plan,
            v.provision,
            v.bearer_id,
            v.period or Period(date.min, date(1, 1, 2)),
            v.first_record,
        ),
    )
