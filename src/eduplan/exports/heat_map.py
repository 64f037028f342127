"""The heat map of a report: one row a school, one column a provision, told by sign and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from eduplan.messages import Language, say
from eduplan.plan import Plan
from eduplan.sources import tell_clauses
from eduplan.summary import Column, Row, Summary, Tally

BANDS = ("all", "most", "half", "some", "none", "pending", "undetermined", "empty")
"""How a cell stands: by the share met where anything is decided, else by what is open."""

MOST_NAMED = 12
"""So many schools that a plan does not concern are named; more are counted."""


class HeatCell(NamedTuple):
    """A cell: its band, what stands in it, the sentence behind it, and the fragment it opens."""

    band: str
    main: str
    counts: str
    open: str
    label: str
    href: str


class HeatHead(NamedTuple):
    """The head of a column."""

    title: str
    clauses: str
    advisory: bool


class HeatRow(NamedTuple):
    """A row: the school and its cells."""

    name: str
    href: str
    cells: tuple[HeatCell, ...]


class HeatMap(NamedTuple):
    """The map of one plan."""

    title: str
    heads: tuple[HeatHead, ...]
    rows: tuple[HeatRow, ...]
    untouched: str


def anchor(kind: str, *parts: str) -> str:
    """Return the fragment that opens an entry of the report.

    >>> anchor("school", "S 01", "plan", "open-lesson")
    '#school-S%2001/plan/open-lesson'
    """
    return f"#{kind}-" + "/".join(quote(part, safe="") for part in parts)


def band(tally: Tally) -> str:
    """Return the band of a tally, one of `BANDS`.

    >>> band(Tally(met=3, not_met=1)), band(Tally(met=2, not_met=1)), band(Tally(pending=2))
    ('most', 'half', 'pending')
    """
    met, decided = tally.met, tally.decided
    if decided:
        if met == decided:
            return "all"
        if met == 0:
            return "none"
        if 4 * met >= 3 * decided:
            return "most"
        return "half" if 2 * met >= decided else "some"
    if tally.undetermined:
        return "undetermined"
    return "pending" if tally.pending else "empty"


def percent(tally: Tally, lang: Language) -> str:
    """Return the share met as a percentage, rounded down: only all of them are 100%.

    >>> percent(Tally(met=999, not_met=1), "en"), percent(Tally(met=1, not_met=999), "en")
    ('99%', '<1%')
    """
    whole = 100 * tally.met // tally.decided
    if whole == 0 and tally.met:
        return say("report.below-one", lang)
    return f"{whole}%"


def heat_maps(plans: Sequence[Plan], summary: Summary, lang: Language) -> tuple[HeatMap, ...]:
    """Return one map for every plan that any verdict is about.

    Args:
        plans: the plans, in the order in which they are to be shown.
        summary: the summary of the verdicts.
        lang: language of the report.
    """
    titles = {plan.id: plan.title[lang] for plan in plans}
    order = dict.fromkeys([*titles, *(column.plan for column in summary.columns)])
    maps = []
    for plan in order:
        columns = [column for column in summary.columns if column.plan == plan]
        if columns:
            maps.append(_heat_map(titles.get(plan, plan), columns, summary, lang))
    return tuple(maps)


def _heat_map(title: str, columns: Sequence[Column], summary: Summary, lang: Language) -> HeatMap:
    rows, untouched = [], []
    for row in summary.rows:
        tallies = [summary.tally(row.school, c.plan, c.provision) for c in columns]
        if any(tally.applicable for tally in tallies):
            cells = tuple(
                _cell(tally, column, row, lang)
                for tally, column in zip(tallies, columns, strict=True)
            )
            rows.append(HeatRow(row.label(lang), anchor("school", row.school), cells))
        else:
            untouched.append(row.label(lang))
    totals = tuple(
        _cell(summary.totals[column.plan, column.provision], column, None, lang)
        for column in columns
    )
    rows.append(HeatRow(say("report.all", lang), "", totals))
    heads = tuple(
        HeatHead(
            column.citation.title[lang],
            tell_clauses(column.citation.clauses),
            not column.citation.force.binding,
        )
        for column in columns
    )
    return HeatMap(title, heads, tuple(rows), _untouched(untouched, lang))


def _untouched(names: Sequence[str], lang: Language) -> str:
    if not names:
        return ""
    joined = say("report.list", lang).join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        joined = say("report.untouched-more", lang, schools=joined, count=len(names))
    return say("report.untouched", lang, schools=joined)


def _cell(tally: Tally, column: Column, row: Row | None, lang: Language) -> HeatCell:
    kind = band(tally)
    undecided: Mapping[str, int] = {
        "cell-pending": tally.pending,
        "cell-undetermined": tally.undetermined,
    }
    told = [say(f"report.band-{kind}", lang)]
    main = counts = ""
    if tally.decided:
        main, counts = percent(tally, lang), f"{tally.met}/{tally.decided}"
        told = [f"{main} {counts}"]
    told += [say(f"report.{key}", lang, count=count) for key, count in undecided.items() if count]
    label = say(
        "report.cell-label",
        lang,
        school=row.label(lang) if row else say("report.all", lang),
        title=column.citation.title,
        text=say("report.list", lang).join(told),
    )
    signs = (("…", tally.pending), ("?", tally.undetermined))
    return HeatCell(
        band=kind,
        main=main,
        counts=counts,
        open=" ".join(f"{sign}{count}" for sign, count in signs if count),
        label=label,
        href=anchor("school", row.school, column.plan, column.provision) if row else "",
    )
