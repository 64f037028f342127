"""Verdicts in words: what the forms need to tell what they found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from eduplan.dates import show_day
from eduplan.exact import Number, show, show_share
from eduplan.messages import Language, Text, around, say
from eduplan.verdicts.verdict import Citation, Point, Reason, Status, Told, Verdict

MOST_POINTS = 12
"""Above so many points a sentence tells only how many more there are."""


def tell_figures(verdict: Verdict, lang: Language) -> Told:
    """Tell status and figures of a duty with an amount, and the records it rests on."""
    if verdict.status is Status.NOT_APPLICABLE or verdict.status is Status.UNDETERMINED:
        known = verdict.required is not None and verdict.value is not None
        side = "most" if verdict.citation.most else "least"
        code = "known" if verdict.value else "none-known"
        figures = say(f"explain.{side}.{code}", lang, **_figures(verdict, lang)) if known else ""
        evidence = tell_records(verdict, lang) + tell_points(verdict, lang)
        return Told(tell_undecided(verdict, lang) + figures, evidence)
    side = "most" if verdict.citation.most else "least"
    pace = ""
    if verdict.status is Status.PENDING and not verdict.citation.most and verdict.shortfall:
        pace = say("explain.behind" if verdict.behind else "explain.on-pace", lang)
    reached = verdict.status is not Status.MET and not verdict.citation.most
    if reached and not verdict.shortfall:
        side = "parts" if verdict.justification.points else "reached"
    body = say(f"explain.{side}.{verdict.status}", lang, **_figures(verdict, lang)) + pace
    return Told(body, tell_records(verdict, lang) + tell_points(verdict, lang))


def _figures(verdict: Verdict, lang: Language) -> dict[str, object]:
    citation, value, required = verdict.citation, verdict.value, verdict.required
    figures: dict[str, object] = {
        "value": tell_amount(value, citation),
        "required": tell_amount(required, citation),
        "shortfall": tell_amount(verdict.shortfall, citation),
        "units": tell_unit(value, citation, lang),
        "of_units": tell_unit(required, citation, lang),
        "period": verdict.period_label(lang),
    }
    if verdict.status is Status.PENDING:
        figures["due"] = show_day(verdict.due, lang) if verdict.due else ""
        figures["days"] = tell_days(verdict.days_left or 0, lang)
    return figures


def tell_undecided(verdict: Verdict, lang: Language) -> str:
    """Tell why a verdict does not apply, or what is missing to know it."""
    if verdict.status is Status.NOT_APPLICABLE:
        return _not_applicable(verdict.justification.reason, verdict.citation, lang)
    return say("explain.undetermined", lang, missing=tell_missing(verdict, lang))


def tell_days(count: int, lang: Language) -> str:
    """Tell a number of days."""
    return say("explain.one-day" if count == 1 else "explain.days", lang, count=count)


def tell_amount(value: Number | None, citation: Citation) -> str:
    """Tell an amount without its unit: a share as a percentage."""
    if value is None:
        return "?"
    return show_share(value) if citation.share else show(value)


def tell_unit(value: Number | None, citation: Citation, lang: Language) -> str:
    """Return the unit to stand behind a figure: nothing behind a share, singular behind one."""
    unit = citation.unit[lang]
    if citation.share or not unit:
        return ""
    if lang == "zh":
        return unit
    return f" {_singular(unit) if value == 1 else unit}"


def behind(unit: Text, value: Number | None = None) -> Text:
    """Return a unit as it stands behind a figure: English puts a space between.

    Args:
        unit: the unit, in the plural.
        value: the figure, where it is known which.

    >>> behind(Text("学时", "hours"), 1)["en"], behind(Text("人", "people"), 2)["en"]
    (' hour', ' people')
    """
    english = _singular(unit.en) if value == 1 else unit.en
    return Text(unit.zh, f" {english}" if english else "")


def _singular(unit: str) -> str:
    counted, of, what = unit.partition(" of ")
    if counted == "people":
        counted = "person"
    elif counted.endswith("ies"):
        counted = f"{counted[:-3]}y"
    elif counted.endswith(("sses", "ches", "shes", "xes")):
        counted = counted[:-2]
    else:
        counted = counted.removesuffix("s")
    return counted + of + what


def tell_missing(thing: Verdict | Point, lang: Language, citation: Citation | None = None) -> str:
    """Tell what would have to be known; of a point with the citation of its verdict."""
    cited = thing.citation if isinstance(thing, Verdict) else citation
    label = (lambda name: cited.label(name, lang)) if cited is not None else None
    messages = [missing.message(lang, label=label) for missing in thing.missing]
    told = say("explain.and", lang).join(dict.fromkeys(messages))
    return told.replace("？；", "？")  # an open question ends with a mark of its own


def _not_applicable(reason: Reason | None, citation: Citation, lang: Language) -> str:
    """Tell why a provision does not apply; to many for the same reason, so it is kept."""
    told = citation.excuses.get((reason, lang))
    if told is None:
        told = citation.excuses[reason, lang] = _excuse(reason, citation, lang)
    return told


def _excuse(reason: Reason | None, citation: Citation, lang: Language) -> str:
    if reason is None:
        return say("explain.not-applicable", lang, reason="")
    if isinstance(reason.fact, date):
        fact = show_day(reason.fact, lang)
    else:
        fact = citation.label(reason.fact or "", lang)
    told = say(f"reason.{reason.code}", lang, fact=fact)
    return say("explain.not-applicable", lang, reason=told)


def tell_points(verdict: Verdict, lang: Language, only: Sequence[Point] | None = None) -> str:
    """Tell the points of a verdict, each with its status, those that are not met first.

    Args:
        verdict: the verdict.
        lang: the language.
        only: the points to tell, by default all of them.
    """
    points = verdict.justification.points if only is None else only
    if not points:
        return ""
    ranked = sorted(points, key=lambda point: _RANK[point.status])
    citation = verdict.citation
    told = []
    for point in ranked[:MOST_POINTS]:
        message = point.message(citation, lang)
        if point.code not in _NOTES:
            message = message.join(_around_point(point.status, lang))
        told.append(message)
    if len(points) > MOST_POINTS:
        told.append(say("explain.more-points", lang, count=len(points) - MOST_POINTS))
    return say("explain.points", lang, points=say("explain.between", lang).join(told))


@cache
def _around_point(status: Status, lang: Language) -> tuple[str, ...]:
    return around("explain.point", lang, "point", status=say(f"status.{status}", lang))


_NOTES = frozenset(
    {"stub", "in-service", "months-in-service", "on-leave", "carried-over", "made-up"}
)
"""Points that say how a figure came about, which is neither met nor missed."""

_RANK = {
    Status.NOT_MET: 0,
    Status.UNDETERMINED: 1,
    Status.PENDING: 2,
    Status.MET: 3,
    Status.NOT_APPLICABLE: 4,
}


def tell_left_out(verdict: Verdict, lang: Language) -> str:
    """Tell how many records did not count and why."""
    groups = verdict.justification.left_out
    if not groups:
        return ""
    label, count, reasons = verdict.citation.label, 0, []
    for group in groups:
        several = len(group.records)
        count += several
        field = label(group.field, lang) if group.field else ""
        reasons.append(say(f"left-out.{group.reason}", lang, count=several, field=field))
    told = say("explain.and", lang).join(reasons)
    return say("explain.left-out", lang, count=count, reasons=told)


def tell_records(verdict: Verdict, lang: Language) -> str:
    """Tell how many records counted, how many did not and why, and which cap cut off what."""
    found = verdict.justification
    if verdict.status is Status.NOT_APPLICABLE or verdict.period is None:
        return ""
    if found.members:
        told = say("explain.members", lang, count=found.members)
    else:
        told = say("explain.counted", lang, count=len(found.counted))
    told += tell_left_out(verdict, lang)
    unit = verdict.citation.unit
    for cap, lost, most in found.caps:
        facts = {"most": show(most), "lost": show(lost), "unit": behind(unit, most)}
        told += say(f"explain.cap.{cap.per}", lang, **facts)
    return told
