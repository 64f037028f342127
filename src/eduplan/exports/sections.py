"""The parts of a report that stand without a script: its subject, questions, lists, clauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from eduplan.calendars import SchoolCalendar
from eduplan.dates import show_day
from eduplan.exact import Number, show, show_share
from eduplan.exports.drill_down import SIGNS, records_of, standing, standing_word
from eduplan.exports.heat_map import anchor
from eduplan.facts import getter
from eduplan.messages import Language, Text, catalogue, say
from eduplan.plan import Plan
from eduplan.provisions import Question, Unanswered
from eduplan.records import ALL_KINDS, Register
from eduplan.sources import tell_clauses
from eduplan.summary import Behind, ClauseOrder, Concern, Summary, not_in_roster
from eduplan.verdicts import Status, Verdict

LATE = "late"
"""How it stands with what came after its day: not met, but nothing is missing any more."""


class Fact(NamedTuple):
    """A line of what the report is about."""

    name: str
    lines: tuple[str, ...]


class QuestionView(NamedTuple):
    """A question: its plan, clauses and words, the choices or the answer, and what hangs on it."""

    plan: str
    clauses: str
    asks: str
    choices: tuple[str, ...]
    answer: str
    affects: str


class GapView(NamedTuple):
    """Something missing, and what it leaves undetermined."""

    plan: str
    message: str
    verdicts: int
    bearers: int


class BehindView(NamedTuple):
    """A line of the list of those behind; `seat` and `state` are what it is filtered by."""

    school: str
    seat: int
    who: str
    href: str
    title: str
    clauses: str
    lacking: str
    due: str
    left: str
    state: str
    sign: str
    word: str


class ClauseView(NamedTuple):
    """A provision with the clauses behind it."""

    title: str
    clauses: tuple[tuple[str, str], ...]
    force: str
    form: str
    note: str


def about(
    plans: Sequence[Plan],
    bearers: Sequence[object],
    verdicts: Sequence[Verdict],
    register: Register | None,
    calendar: SchoolCalendar | None,
    as_of: date,
    lang: Language,
) -> tuple[Fact, ...]:
    """Return what the report is about: plans, documents, day, time span, calendar, register."""
    words: list[tuple[str, Iterable[str]]] = [
        ("plans", (plan.title[lang] for plan in plans)),
        ("document", (_document(plan, lang) for plan in plans)),
        ("day", (show_day(as_of, lang),)),
        ("span", _span(verdicts, lang)),
        ("calendar", (_calendar(calendar, lang),)),
        ("bearers", (_bearers(bearers, lang),)),
    ]
    if register is not None:
        words.append(("register", _register(register, bearers, verdicts, lang)))
    facts = (Fact(say(f"report.{key}", lang), tuple(lines)) for key, lines in words)
    return tuple(fact for fact in facts if fact.lines)


def _document(plan: Plan, lang: Language) -> str:
    document = plan.document
    by = [document.issuer[lang] if document.issuer else "", document.number]
    by.append(show_day(document.signed, lang) if document.signed else "")
    told = say("report.list", lang).join(part for part in by if part)
    if not told:
        return document.title[lang]
    return say("report.document-by", lang, title=document.title, told=told)


def _span(verdicts: Sequence[Verdict], lang: Language) -> Iterable[str]:
    periods = [verdict.period for verdict in verdicts if verdict.period is not None]
    if not periods:
        return ()
    first, last = min(p.start for p in periods), max(p.last for p in periods)
    return (say("report.span-of", lang, first=show_day(first, lang), last=show_day(last, lang)),)


def _calendar(calendar: SchoolCalendar | None, lang: Language) -> str:
    if calendar is None:
        return say("report.calendar-none", lang)
    return calendar.region[lang]


def _bearers(bearers: Sequence[object], lang: Language) -> str:
    kinds = {"schools": 0, "people": 0, "groups": 0}
    for bearer in bearers:
        get = getter(bearer)
        if get("type") in (None, "person"):
            kinds["people"] += 1
        elif get("school") == get("id"):
            kinds["schools"] += 1
        else:
            kinds["groups"] += 1
    return say("report.bearers-of", lang, **kinds)


def _register(
    register: Register, bearers: Sequence[object], verdicts: Sequence[Verdict], lang: Language
) -> Iterable[str]:
    kinds = {str(getter(record)("kind")) for record in register.records}
    days = [register.complete_through((kind,)) for kind in sorted(kinds)]
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days):
        yield say("report.register-undeclared", lang, count=len(register))
    elif min(known) == max(known):
        day = show_day(known[0], lang)
        whole = register.complete_through((ALL_KINDS,)) is not None
        key = "register-complete" if whole else "register-kinds-complete"
        yield say(f"report.{key}", lang, count=len(register), day=day)
    else:
        first, last = show_day(min(known), lang), show_day(max(known), lang)
        yield say("report.register-by-kind", lang, count=len(register), first=first, last=last)
    strangers = sum(not_in_roster(register, bearers).values())
    if strangers:
        yield say("report.register-strangers", lang, count=strangers)
    used = {str(getter(record)("id")) for verdict in verdicts for record in records_of(verdict)}
    if unused := len(register) - len(used):
        yield say("report.register-unused", lang, count=unused)


def questions(
    plans: Sequence[Plan], summary: Summary, lang: Language
) -> tuple[tuple[QuestionView, ...], tuple[QuestionView, ...]]:
    """Return the questions that are open, and those that have been answered."""
    counts = {
        (gap.plan, gap.missing.facts.get("question")): gap
        for gap in summary.gaps
        if gap.missing.code == "question"
    }
    open_: list[QuestionView] = []
    answered: list[QuestionView] = []
    for plan in plans:
        for question in plan.questions:
            gap = counts.get((plan.id, question.id))
            affects = say("report.question-affects-none", lang)
            if gap is not None:
                affects = say(
                    "report.question-affects", lang, verdicts=gap.verdicts, bearers=gap.bearers
                )
            is_answered = question.id in plan.answers
            answer = _answer(question, plan.answers[question.id], lang) if is_answered else ""
            view = QuestionView(
                plan.title[lang],
                tell_clauses(question.clause),
                question.asks[lang],
                _choices(question, lang),
                answer,
                affects,
            )
            (answered if is_answered else open_).append(view)
    return tuple(open_), tuple(answered)


def _choices(question: Question, lang: Language) -> tuple[str, ...]:
    if question.expects:
        return (say(f"report.question-blank-{question.expects}", lang),)
    return tuple(reading.means[lang] for reading in question.reading)


def _answer(question: Question, answer: object, lang: Language) -> str:
    for reading in question.reading:
        if reading.id == answer:
            return reading.means[lang]
    return show_day(answer, lang) if isinstance(answer, date) else str(answer)


def gaps(plans: Sequence[Plan], summary: Summary, lang: Language) -> tuple[GapView, ...]:
    """Return the facts that are missing; open questions have a section of their own."""
    titles = {plan.id: plan.title[lang] for plan in plans}
    return tuple(
        GapView(titles.get(gap.plan, gap.plan), gap.message(lang), gap.verdicts, gap.bearers)
        for gap in summary.gaps
        if gap.missing.code != "question"
    )


def behind(summary: Summary, lang: Language, *, binding: bool) -> tuple[BehindView, ...]:
    """Return who is behind in what, of the clauses that bind or of the others, by due day.

    What came late stands last: nothing is missing there any more.
    """
    seats = {row.school: index for index, row in enumerate(summary.rows)}
    listed = (
        item
        for item in summary.behind
        if item.binding == binding and item.concern is not Concern.UNDETERMINED
    )
    return tuple(
        behind_line(item, summary.rows[seats[item.school]].label(lang), seats[item.school], lang)
        for item in sorted(listed, key=lambda item: _late(item.verdict) > 0)
    )


def behind_line(item: Behind, school: str, seat: int, lang: Language) -> BehindView:
    """Return a line of a list of those behind."""
    verdict = item.verdict
    late = _late(verdict)
    state = LATE if late else standing(verdict)
    left = ""
    if verdict.due is not None and not late:
        days = (verdict.due - verdict.as_of).days
        key = "report.over" if days < 0 else "report.left"
        left = say(key, lang, days=-days if days < 0 else verdict.days_left)
    return BehindView(
        school=school,
        seat=seat,
        who=verdict.called(),
        href=anchor("person", verdict.bearer_id),
        title=verdict.citation.title[lang],
        clauses=tell_clauses(verdict.clauses),
        lacking=_lacking(verdict, late, lang),
        due=show_day(verdict.due, lang) if verdict.due else "",
        left=left,
        state=state,
        sign=SIGNS["not-met"] if late else SIGNS[state],
        word=say("report.is-late", lang) if late else standing_word(state, lang),
    )


def _late(verdict: Verdict) -> int:
    """Return how many days after its day an answer came, 0 where none came or it came in time."""
    counted = verdict.justification.counted
    if verdict.citation.form != "follow-up" or len(counted) < 2 or verdict.due is None:
        return 0
    answered = getter(counted[1])("day")
    late = (answered - verdict.due).days if isinstance(answered, date) else 0
    return late if verdict.status is Status.NOT_MET else 0


def _lacking(verdict: Verdict, late: int, lang: Language) -> str:
    citation, counted = verdict.citation, verdict.justification.counted
    if citation.form == "follow-up" and counted:
        days = [getter(record)("day") for record in counted]
        day, *answered = [show_day(d, lang) if isinstance(d, date) else "" for d in days]
        return say(
            "report.lacks-late" if late else "report.lacks-answer",
            lang,
            answer=citation.label(citation.terms["answer"], lang),
            trigger=citation.label(citation.terms["trigger"], lang),
            day=day,
            answered="".join(answered[:1]),
            late=late,
        )
    if verdict.value is None or verdict.required is None:
        return citation.tell(verdict, lang).body
    unit = "" if citation.share else citation.unit[lang]
    return say(
        f"report.{'exceeds' if citation.most else 'lacks'}{'' if unit else '-bare'}",
        lang,
        shortfall=_amount(verdict.shortfall, share=citation.share),
        value=_amount(verdict.value, share=citation.share),
        required=_amount(verdict.required, share=citation.share),
        unit=unit,
    )


def _amount(value: Number | None, *, share: bool) -> str:
    if value is None:
        return "?"
    return show_share(value) if share else show(value)


def clauses(plan: Plan, order: ClauseOrder, lang: Language) -> tuple[ClauseView, ...]:
    """Return every provision of a plan with its clauses, force and form, in their order."""
    gists = {clause.number: clause.gist[lang] for clause in plan.clauses}
    views = []
    for provision in sorted(plan.settled, key=lambda one: order.place(plan.id, one.clause)):
        note = None
        if isinstance(provision, Unanswered):
            form = provision.key.replace("_", "-")
        else:
            form, note = provision.form, provision.note
        named: Text | None = catalogue().get(f"report.form.{form}")
        views.append(
            ClauseView(
                provision.title[lang],
                tuple((tell_clauses((number,)), gists[number]) for number in provision.clause),
                say(f"force.{provision.force}", lang),
                named[lang] if named is not None else form,
                note[lang] if note is not None else "",
            )
        )
    return tuple(views)
