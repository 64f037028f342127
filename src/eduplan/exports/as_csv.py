"""Verdicts as CSV, for spreadsheets: one row a verdict, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple, TextIO

from eduplan.exact import Number, spell
from eduplan.facts import getter
from eduplan.messages import Language, say
from eduplan.sources import tell_clauses
from eduplan.summary import Schools
from eduplan.verdicts import Verdict
from eduplan.verdicts.telling import tell_missing

RISKY = tuple("=+-@\t\r\n＝＋－＠")
"""A cell that begins with one of these would be taken for a formula; some programs strip first."""


class _Row(NamedTuple):
    verdict: Verdict
    school: str
    lang: Language
    names: bool


_COLUMNS: dict[str, Callable[[_Row], str]] = {
    "plan": lambda row: row.verdict.citation.plan,
    "provision": lambda row: row.verdict.provision,
    "title": lambda row: row.verdict.citation.title[row.lang],
    "clauses": lambda row: tell_clauses(row.verdict.clauses),
    "force": lambda row: say(f"force.{row.verdict.citation.force}", row.lang),
    "school": lambda row: row.school,
    "bearer": lambda row: row.verdict.bearer_id,
    "name": lambda row: _name(row.verdict),
    "first-day": lambda row: _day(row.verdict.period.start if row.verdict.period else None),
    "last-day": lambda row: _day(row.verdict.period.last if row.verdict.period else None),
    "status": lambda row: say(f"status.{row.verdict.status}", row.lang),
    "as-of": lambda row: _day(row.verdict.as_of),
    "value": lambda row: _number(row.verdict.value),
    "required": lambda row: _number(row.verdict.required),
    "shortfall": lambda row: _number(row.verdict.shortfall),
    "unit": lambda row: "" if row.verdict.citation.share else row.verdict.citation.unit[row.lang],
    "due": lambda row: _day(row.verdict.due),
    "days-left": lambda row: _number(row.verdict.days_left),
    "behind": lambda row: say("csv.yes" if row.verdict.behind else "csv.no", row.lang),
    "told-as": lambda row: _told_as(row.verdict, row.lang),
    "missing": lambda row: tell_missing(row.verdict, row.lang),
    "counted": lambda row: str(len(row.verdict.justification.counted)),
    "explanation": lambda row: row.verdict.explain(row.lang, names=row.names),
}


def write_csv(
    verdicts: Iterable[Verdict], file: TextIO, *, lang: Language, names: bool = False
) -> None:
    """Write verdicts to ``file``, one a row, with headers in ``lang``.

    Numbers are exact spellings such as ``7.5`` or ``1/3``, days ISO dates, and the last day of a
    period belongs to it. A cell that a spreadsheet would take for a formula begins with an
    apostrophe.

    Args:
        verdicts: the verdicts; they are not kept.
        file: opened with ``newline=""``; in ``utf-8-sig``, for Excel to know it as Unicode.
        lang: ``zh`` or ``en``.
        names: whether bearers may be named; otherwise only their ids stand.

    >>> from io import StringIO
    >>> file = StringIO()
    >>> write_csv([], file, lang="en")
    >>> file.getvalue().split(",")[:3]
    ['plan', 'provision', 'title']
    """
    columns = {key: cell for key, cell in _COLUMNS.items() if names or key != "name"}
    schools = Schools(())
    writer = csv.writer(file)
    writer.writerow([say(f"csv.{key}", lang) for key in columns])
    for verdict in verdicts:
        row = _Row(verdict, schools.of(verdict), lang, names)
        writer.writerow([_guarded(cell(row)) for cell in columns.values()])


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(RISKY) else cell


def _name(verdict: Verdict) -> str:
    name = getter(verdict.bearer)("name")
    return name if isinstance(name, str) else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _number(value: Number | None) -> str:
    return "" if value is None else spell(value)


def _told_as(verdict: Verdict, lang: Language) -> str:
    if verdict.failure:
        return say("csv.failure", lang)
    return say("csv.advice", lang) if verdict.advice else ""
