"""The report: one HTML file that loads nothing, reads on a phone, and goes down to every record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from importlib import resources
from typing import NamedTuple

from eduplan.calendars import SchoolCalendar
from eduplan.dates import show_day
from eduplan.errors import MissingExtra
from eduplan.exports.drill_down import SIGNS, drill_down, standing_word
from eduplan.exports.heat_map import BANDS, heat_maps
from eduplan.exports.sections import LATE, about, behind, clauses, gaps, questions
from eduplan.exports.training import training
from eduplan.messages import Language, say
from eduplan.plan import Plan
from eduplan.records import Register
from eduplan.summary import ClauseOrder, Schools, Summary, concerns, summarise
from eduplan.verdicts import Verdict

_HTML_LANG = {"zh": "zh-CN", "en": "en"}


class Card(NamedTuple):
    """A number of the overview, how it stands, and what it means."""

    state: str
    sign: str
    number: int
    word: str
    means: str


def render_report(
    plans: Sequence[Plan],
    bearers: Iterable[object],
    verdicts: Iterable[Verdict],
    register: Register | None = None,
    *,
    lang: Language,
    as_of: date,
    calendar: SchoolCalendar | None = None,
    title: str = "",
    notice: str = "",
) -> str:
    """Return a report as one HTML document that names people and loads nothing from elsewhere.

    It shows an overview, how every school stands by every provision, how training stands, who is
    behind and what is missing by when, the open questions, and the clauses. A script in it goes
    from a school to its people and on to every verdict with its records; ``#school-ID`` and
    ``#person-ID`` lead there. Provisions stand in the order of their clauses; verdicts that only
    say that a clause is for others are counted and left out.

    Args:
        plans: the plans, in the order in which they are to be shown.
        bearers: the people, groups and schools judged.
        verdicts: what `eduplan.evaluate` returned for them; several plans one after the other.
        register: the register, to tell how far it is complete and what was not used.
        lang: ``zh`` or ``en``.
        as_of: the day of judgement.
        calendar: the school calendar that was used.
        title: heading of the report, by default a plain one.
        notice: a notice below the heading, such as that all people are invented.

    Raises:
        MissingExtra: the extra ``report`` is not installed.

    Example:
        >>> from eduplan import Person, Register, evaluate, load_plan
        >>> plan, day = load_plan("primary-school-2024"), date(2025, 8, 31)
        >>> bearers = [Person(id="t1", name="Li", roles=["teacher"], stage="primary")]
        >>> register = Register([], complete_through=day)
        >>> verdicts = evaluate(plan, bearers, register, as_of=day)
        >>> page = render_report([plan], bearers, verdicts, register, lang="en", as_of=day)
        >>> page.startswith("<!doctype html>")
        True
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtra("report") from error

    known, given, order = list(bearers), list(verdicts), ClauseOrder(plans)
    judged = order.sorted(verdict for verdict in given if concerns(verdict))
    schools, summary = Schools(known), summarise(judged, known)
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(_template),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    open_, answered = questions(plans, summary, lang)
    return environment.get_template("report.html").render(
        html_lang=_HTML_LANG[lang],
        say=lambda key, **facts: say(f"report.{key}", lang, **facts),
        style=_template("report.css"),
        script=_template("report.js"),
        data=drill_down(plans, judged, summary, schools, lang),
        title=title or say("report.title", lang),
        lead=say("report.lead", lang, day=show_day(as_of, lang)),
        notice=notice,
        about=about(plans, known, judged, register, calendar, as_of, lang),
        total=summary.total,
        for_others=len(given) - len(judged),
        cards=_cards(summary, lang),
        open=open_,
        answered=answered,
        gaps=gaps(plans, summary, lang),
        several=len(plans) > 1,
        maps=heat_maps(plans, summary, lang),
        bands=BANDS,
        training=training(plans, judged, summary, schools, lang),
        duties=behind(summary, lang, binding=True),
        aims=behind(summary, lang, binding=False),
        rows=[row.label(lang) for row in summary.rows],
        states=_states(lang),
        plans=[(plan.title[lang], clauses(plan, order, lang)) for plan in plans],
    )


def _template(name: str) -> str:
    folder = resources.files("eduplan").joinpath("exports", "templates")
    return folder.joinpath(name).read_text("utf-8")


def _cards(summary: Summary, lang: Language) -> tuple[Card, ...]:
    """Return the numbers of the overview; what is not met is told as failures and as advice."""
    total = summary.total
    pending = say("report.pending-means", lang)
    if total.behind:
        pending = say("report.behind-count", lang, count=total.behind)
    failures, advice = say("report.failures", lang), say("report.advice", lang)
    cards = [
        ("not-met", summary.failures, failures, say("report.failures-means", lang)),
        ("advice", summary.advice, advice, say("report.advice-means", lang)),
        ("pending", total.pending, standing_word("pending", lang), pending),
    ]
    for name, count in (("undetermined", total.undetermined), ("met", total.met)):
        cards.append((name, count, standing_word(name, lang), say(f"report.{name}-means", lang)))
    return tuple(
        Card(state, SIGNS.get(state, "△"), count, word[:1].upper() + word[1:], means)
        for state, count, word, means in cards
    )


def _states(lang: Language) -> tuple[tuple[str, str], ...]:
    return (
        ("not-met", standing_word("not-met", lang)),
        (LATE, say("report.is-late", lang)),
        ("behind", standing_word("behind", lang)),
    )
