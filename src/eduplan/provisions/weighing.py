"""Requirements weighed: each fulfilled, not fulfilled or unknown, and joined as Kleene has it.

All of several is as good as the worst of them, any of several as good as the best, where not
fulfilled is worst and unknown stands between; ``not`` turns the order round.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from eduplan.dates import DAY, Period, add_months
from eduplan.errors import InputError, Missing
from eduplan.exact import Number, show_share
from eduplan.facts import Getter, Truth
from eduplan.measures import Gauge, Way
from eduplan.messages import LANGUAGES, Language, Text, either, say
from eduplan.people import day_of
from eduplan.provisions.benches import Docket
from eduplan.provisions.provision import Setting, Subject
from eduplan.provisions.requirements import (
    BearerIs,
    Elapsed,
    How,
    Joined,
    NotBarred,
    RecordIs,
    Requirement,
    Tally,
    VerdictIs,
)
from eduplan.records import Entry, mark
from eduplan.selectors import Matcher, Selector
from eduplan.verdicts import Citation, Point, Status, Verdict
from eduplan.verdicts.selection import selector_text


class Application(NamedTuple):
    """Who, or what, asks to be admitted.

    Attributes:
        subject: the bearer.
        day: the day on which time is counted.
        docket: what the judgement rests on.
        act: the record of the act, where acts are what is admitted.
    """

    subject: Subject
    day: date
    docket: Docket
    act: Entry | None = None


Weigher = Callable[[Application], Point]
"""Weighs one requirement; the point's status is met, not met or undetermined."""

_TRUTHS: Mapping[Truth, Status] = MappingProxyType(
    {True: Status.MET, False: Status.NOT_MET, None: Status.UNDETERMINED}
)
_UNKNOWN = Status.UNDETERMINED
_WORTH = (Status.NOT_MET, Status.UNDETERMINED, Status.MET)


def join(how: How, statuses: Sequence[Status]) -> Status:
    """Return what all, any or not of several statuses comes to.

    >>> join(How.ANY, [Status.NOT_MET, Status.UNDETERMINED])
    <Status.UNDETERMINED: 'UNDETERMINED'>
    """
    worth = [_WORTH.index(status) for status in statuses]
    if how is How.NOT:
        return _WORTH[len(_WORTH) - 1 - worth[0]]
    return _WORTH[min(worth) if how is How.ALL else max(worth)]


def weigher(requirement: Requirement, setting: Setting, citation: Citation) -> Weigher:
    """Return a requirement made ready to weigh many applications.

    Args:
        requirement: the requirement.
        setting: what the plan gives.
        citation: what facts and values are called.
    """
    return _WEIGHERS[type(requirement)](requirement, setting, citation)


def _joined(joined: Joined, setting: Setting, citation: Citation) -> Weigher:
    weighers = [weigher(part, setting, citation) for part in joined.parts]
    return lambda application: put_together(
        joined, tuple([weigh(application) for weigh in weighers])
    )


def put_together(joined: Joined, points: tuple[Point, ...]) -> Point:
    """Return what several requirements in one come to.

    Args:
        joined: the requirement.
        points: what each of its parts comes to.
    """
    code = "admission" if joined.title is not None else f"admission-{joined.how}"
    status = join(joined.how, [point.status for point in points])
    undecided = status is Status.UNDETERMINED
    missing = tuple([lack for point in points for lack in point.missing]) if undecided else ()
    facts = {"condition": joined.title, "conditions": _told(joined.how, points)}
    counted = tuple([record for point in points for record in point.counted])
    return Point(code, status, facts, counted=counted, missing=missing, points=points)


def _told(how: How, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the points to tell: of any those that hold, of ``not`` what must not be the case."""
    if how is How.ANY and any(point.status is Status.MET for point in points):
        return tuple([point for point in points if point.status is Status.MET])
    if how is How.NOT and "condition" in points[0].facts and not points[0].points:
        return (points[0]._replace(code="admission"),)
    return points


def decisive(point: Point) -> list[Point]:
    """Return the points because of which a point has its status, each alone where all must hold."""
    if point.code != f"admission-{How.ALL}":
        return [point]
    same = [part for part in point.points if part.status is point.status]
    return [reason for part in same for reason in decisive(part)]


def _bearer_is(rule: BearerIs, setting: Setting, citation: Citation) -> Weigher:
    def missing(field: str) -> Missing:
        return Missing("bearer-fact", {"field": field})

    return _selected(
        rule.bearer, rule.title, lambda one: one.subject.get, missing, setting, citation
    )


def _record_is(rule: RecordIs, setting: Setting, citation: Citation) -> Weigher:
    def missing(field: str) -> Missing:
        return Missing("record-fact", {"field": field, "count": 1})

    def facts(application: Application) -> Getter:
        if application.act is None:  # a gate without acts refuses such a requirement
            raise TypeError("no act")
        return application.act.get

    return _selected(rule.record, rule.title, facts, missing, setting, citation)


def _selected(
    selector: Selector,
    title: Text | None,
    facts_of: Callable[[Application], Getter],
    lack: Callable[[str], Missing],
    setting: Setting,
    citation: Citation,
) -> Weigher:
    matcher = Matcher(selector, setting.scales)
    condition = title or selector_text(selector, citation)
    code = "admission-found-alone" if len(set(selector.fields())) == 1 else "admission-found"

    def weigh(application: Application) -> Point:
        get, bearer = facts_of(application), application.subject.get
        truth = matcher(get, bearer)
        if truth:
            return Point("admission", Status.MET, {"condition": condition})
        field = matcher.blame(get, bearer)
        if truth is None:
            return Point("admission", _UNKNOWN, {"condition": condition}, missing=(lack(field),))
        facts = {"condition": condition, "field": field, "found": get(field)}
        return Point(code, Status.NOT_MET, facts)

    return weigh


def _elapsed(rule: Elapsed, _: Setting, citation: Citation) -> Weigher:
    condition = rule.title or _text(
        "explain.admission.elapsed",
        citation,
        length=rule.elapsed.text,
        since=rule.since,
    )

    def weigh(application: Application) -> Point:
        start = day_of(application.subject.get, rule.since)
        if start is None:
            missing = (Missing("bearer-fact", {"field": rule.since}),)
            return Point("admission", _UNKNOWN, {"condition": condition}, missing=missing)
        try:
            reached = add_months(start, rule.elapsed.months)
        except InputError:  # not before the year 9999 is over
            return Point("admission", Status.NOT_MET, {"condition": condition})
        if reached <= application.day:
            return Point("admission", Status.MET, {"condition": condition})
        facts = {"condition": condition, "reached": reached}
        return Point("admission-not-yet", Status.NOT_MET, facts, due=reached)

    return weigh


_OPEN = (Status.PENDING, Status.UNDETERMINED)


def _verdict_is(rule: VerdictIs, _: Setting, citation: Citation) -> Weigher:
    wanted = _either(rule.status)

    @cache
    def condition_on(title: Text) -> Text:
        return rule.title or _text(
            "explain.admission.verdict", citation, title=title, wanted=wanted
        )

    @cache
    def admitted(title: Text) -> Point:
        return Point("admission", Status.MET, {"condition": condition_on(title)})

    def weigh(application: Application) -> Point:
        docket = application.docket
        cited = docket.benches[rule.verdict].citation
        verdicts = docket.verdicts_on(rule.verdict, application.subject)
        wrong = [verdict for verdict in verdicts if verdict.status not in rule.status]
        if verdicts and not wrong:
            return admitted(cited.title)
        statuses = [_TRUTHS[None if v.status in _OPEN else False] for v in wrong]
        missing: tuple[Missing, ...] = ()
        if not verdicts:
            status, missing = Status.UNDETERMINED, (Missing("no-verdict", {"title": cited.title}),)
        else:
            status = join(How.ALL, statuses)
            if status is Status.UNDETERMINED:
                missing = tuple([lack for verdict in wrong for lack in _lacking(verdict)])
        condition = condition_on(cited.title)
        if status is not Status.NOT_MET:
            return Point("admission", status, {"condition": condition}, missing=missing)
        found = next(verdict for verdict in wrong if verdict.status not in _OPEN)
        facts = {
            "condition": condition,
            "status": _either((found.status,)),
            "period": Text(found.period_label("zh"), found.period_label("en")),
        }
        code = "admission-said" if found.period is not None else "admission-said-now"
        return Point(code, status, facts)

    return weigh


@cache
def _either(statuses: tuple[Status, ...]) -> Text:
    """Return one or several statuses in words."""

    def told(lang: Language) -> str:
        return either([say(f"status.{status}", lang) for status in statuses], lang)

    return Text(told("zh"), told("en"))


def _not_barred(rule: NotBarred, _: Setting, citation: Citation) -> Weigher:
    def weigh(application: Application) -> Point:
        docket = application.docket
        cited = docket.benches[rule.bar].citation
        condition = rule.title or _text("explain.admission.bar", citation, title=cited.title)
        verdicts = docket.verdicts_on(rule.bar, application.subject)
        barring = [verdict for verdict in verdicts if verdict.status is Status.MET]
        if barring:
            why = barring[0].justification.points[0]
            return Point("admission-barred", Status.NOT_MET, {"condition": condition, "why": why})
        open_ = [verdict for verdict in verdicts if verdict.status in _OPEN]
        missing = tuple([lack for verdict in open_ for lack in _lacking(verdict)])
        status = Status.UNDETERMINED if open_ else Status.MET
        return Point("admission", status, {"condition": condition}, missing=missing)

    return weigh


def _lacking(verdict: Verdict) -> tuple[Missing, ...]:
    """Return what keeps a verdict from being decided."""
    if verdict.status is Status.PENDING:
        period = Text(verdict.period_label("zh"), verdict.period_label("en"))
        facts = {"title": verdict.citation.title, "period": period}
        return (Missing("verdict-pending", facts),)
    return verdict.missing


def _tally(rule: Tally, setting: Setting, citation: Citation) -> Weigher:
    measure, gauge = rule.measure, Gauge(rule.measure, setting.scales)
    owed = rule.at_least if rule.at_least is not None else rule.at_most or 0
    share = measure.way is Way.SHARE

    def told(amount: Number) -> Number | str:
        return show_share(amount) if share else amount

    window = Text("", "")
    if rule.in_last is not None:
        window = _text("explain.admission.window", citation, length=rule.in_last.text)
    field = measure.field if measure.way in (Way.SUM, Way.DISTINCT) else ""
    condition = rule.title or _text(
        f"explain.admission.{'least' if rule.at_least is not None else 'most'}",
        citation,
        what=(*measure.kinds, field) if field else measure.kinds,
        window=window,
        required=told(owed),
    )

    def weigh(application: Application) -> Point:
        subject, day, docket, _ = application
        period = counted_days(rule, day)
        entries = docket.register.of(subject.id, measure.kinds, measure.by)
        if measure.way is not Way.DAYS:
            entries = entries[bisect_left(entries, (mark(period.start),)) :]
        entries = entries[: bisect_left(entries, (mark(period.end),))]
        reading = gauge.read(entries, subject.get, period)
        status, missing = held_against(rule, reading, min(day, docket.as_of - DAY), docket)
        facts = {"condition": condition, "found": told(reading.low)}
        return Point(
            "admission-counted",
            status,
            facts,
            value=reading.low,
            required=owed,
            counted=reading.counted,
            missing=missing,
        )

    return weigh


class Found(Protocol):
    """What was counted: the least and the most it can be, and what would have to be known."""

    @property
    def low(self) -> Number | None:
        """The least."""

    @property
    def high(self) -> Number | None:
        """The most, None where there is no knowing."""

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What would have to be known."""


def counted_days(rule: Tally, day: date) -> Period:
    """Return the days whose records a tally counts that is taken on a day.

    A record is as old as its own day makes it: 29 February is a full year old on 28 February.
    """
    if rule.in_last is None:
        return Period(date.min, day + DAY)
    start = add_months(day, -rule.in_last.months) + DAY
    while add_months(start, rule.in_last.months) <= day:
        start += DAY
    return Period(start, day + DAY)


def held_against(
    rule: Tally, reading: Found, needed: date, docket: Docket
) -> tuple[Status, tuple[Missing, ...]]:
    """Hold a reading against its bound; what further records could change needs them all.

    Args:
        rule: the tally.
        reading: what was counted.
        needed: the day through which the register has to be complete.
        docket: what the judgement rests on.
    """
    low, high = reading.low or 0, reading.high
    if rule.measure.grows:
        if rule.at_least is not None and low >= rule.at_least:
            return Status.MET, ()
        if rule.at_most is not None and low > rule.at_most:
            return Status.NOT_MET, ()
    gap = docket.register.complete(rule.measure.kinds, needed)
    if gap is not None:
        return Status.UNDETERMINED, (*reading.missing, gap)
    if high is not None and not any(m.code == "nothing-to-share" for m in reading.missing):
        holds = {
            amount >= rule.at_least if rule.at_least is not None else amount <= (rule.at_most or 0)
            for amount in (low, high)
        }
        if len(holds) == 1:
            return _TRUTHS[holds.pop()], ()
    return Status.UNDETERMINED, reading.missing


def _text(key: str, citation: Citation, **facts: object) -> Text:
    """Return a message in both languages, with names as people know them."""

    def told(lang: Language) -> str:
        named = {name: citation.named(fact, lang) for name, fact in facts.items()}
        return say(key, lang, **named)

    return Text(*(told(lang) for lang in LANGUAGES))


_WEIGHERS: Mapping[type[Requirement], Callable[[Any, Setting, Citation], Weigher]] = {
    Joined: _joined,
    BearerIs: _bearer_is,
    RecordIs: _record_is,
    Elapsed: _elapsed,
    VerdictIs: _verdict_is,
    NotBarred: _not_barred,
    Tally: _tally,
}
