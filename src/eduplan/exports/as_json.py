"""Verdicts as JSON, for programs: stable, exact, one verdict a line.

The document is ``{"format": "eduplan-verdicts", "version": 1, "verdicts": [...]}``. In a verdict:

- ``plan``, ``provision``, ``clauses``, ``force``, ``form``: what it cites; of a provision that
  cannot be judged while a question is open the form is ``unanswered``;
- ``bearer``: id of whom it is about, and ``name`` if names are asked for;
- ``period``: null, or ``from``, ``to`` (the first day after it), ``unit`` (null for the time
  in which one record is followed by another) and ``label`` (``zh``, ``en``);
- ``governing``: null, or of a provision with dated versions the one that governs: ``rule`` (by
  which day it was chosen), ``from`` (null where it holds from the beginning) and ``to`` (null
  where none comes after it);
- ``status``, ``as_of``, ``due``, ``days_left``, ``behind``;
- ``value``, ``required``, ``shortfall``: null, or exact spellings such as ``"360"``, ``"7.5"`` or
  ``"1/3"``: text, so that no reader makes floats of them; shares are fractions of one;
- ``missing``: a list of ``code`` and ``facts``;
- ``justification``: ``counted`` (``record`` and ``amount``; of a follow-up the record and its
  answer, without amounts), ``left_out`` (``reason``, ``field``, ``records``), ``caps``
  (``at_most``, ``per``, ``lost``), ``reason`` (null, or ``code`` and ``fact``, why it does not
  apply), ``members`` (of a group) and ``points`` (the several things it is made of: ``code``,
  ``status``, ``label``, ``value``, ``required``, ``due``, ``counted``, ``missing``, ``points``);
- ``explanation``: the sentences, in ``zh`` and ``en``.

``for_others`` stands beside ``verdicts`` where some were left out because they only say that a
clause is for others: how many. Days are ISO dates. Keys are only ever added within a version.
`verdict_schema` gives the same as a JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from io import StringIO
from itertools import zip_longest
from typing import TextIO

from eduplan.errors import Missing
from eduplan.exact import Number, spell
from eduplan.facts import getter
from eduplan.messages import LANGUAGES, Text
from eduplan.verdicts import Citation, Justification, Point, Verdict

FORMAT = "eduplan-verdicts"
VERSION = 1


def verdicts_to_json(
    verdicts: Iterable[Verdict], *, names: bool = False, for_others: int = 0
) -> str:
    """Return verdicts as one JSON document; see `eduplan.exports.as_json` for its keys.

    Args:
        verdicts: the verdicts.
        names: whether bearers may be named; otherwise only their ids stand.
        for_others: how many were left out because they only say that a clause is for others.

    >>> verdicts_to_json([]).split()
    ['{"format":"eduplan-verdicts","version":1,"verdicts":[', ']}']
    """
    file = StringIO()
    write_json(verdicts, file, names=names, for_others=for_others)
    return file.getvalue()


def write_json(
    verdicts: Iterable[Verdict], file: TextIO, *, names: bool = False, for_others: int = 0
) -> None:
    """Write verdicts to ``file`` as one JSON document, one verdict a line, as they come.

    Args:
        verdicts: the verdicts; they are not kept.
        file: takes the text, which is plain ASCII.
        names: whether bearers may be named; otherwise only their ids stand.
        for_others: how many were left out because they only say that a clause is for others.
    """
    file.write(f'{{"format":"{FORMAT}","version":{VERSION},"verdicts":[')
    for index, verdict in enumerate(verdicts):
        file.write(",\n" if index else "\n")
        file.write(json.dumps(_verdict(verdict, names), separators=(",", ":")))
    file.write(f'\n],"for_others":{for_others}}}\n' if for_others else "\n]}\n")


def _verdict(verdict: Verdict, names: bool) -> dict[str, object]:
    citation = verdict.citation
    table: dict[str, object] = {
        "plan": citation.plan,
        "provision": citation.provision,
        "clauses": list(citation.clauses),
        "force": citation.force.value,
        "form": citation.form,
        "bearer": verdict.bearer_id,
    }
    if names:
        table["name"] = _plain(getter(verdict.bearer)("name"))
    table |= {
        "period": _period(verdict),
        "governing": _governing(citation),
        "status": verdict.status.value,
        "as_of": verdict.as_of.isoformat(),
        "value": _spelled(verdict.value),
        "required": _spelled(verdict.required),
        "shortfall": _spelled(verdict.shortfall),
        "due": _plain(verdict.due),
        "days_left": verdict.days_left,
        "behind": verdict.behind,
        "missing": _missing(verdict.missing),
        "justification": _justification(verdict.justification, citation),
        "explanation": {lang: verdict.explain(lang, names=names) for lang in LANGUAGES},
    }
    return table


def _period(verdict: Verdict) -> dict[str, object] | None:
    period = verdict.period
    if period is None:
        return None
    every = verdict.citation.every
    return {
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "unit": None if every is None else every.value,
        "label": {lang: verdict.period_label(lang) for lang in LANGUAGES},
    }


def _governing(citation: Citation) -> dict[str, object] | None:
    governing = citation.governing
    if governing is None:
        return None
    first, end = _plain(governing.since), _plain(governing.until)
    return {"rule": governing.rule, "from": first, "to": end}


def _missing(missing: Iterable[Missing]) -> list[dict[str, object]]:
    return [{"code": one.code, "facts": plain_facts(one.facts)} for one in missing]


def _point(point: Point, citation: Citation) -> dict[str, object]:
    return {
        "code": point.code,
        "status": point.status.value,
        "label": {lang: point.message(citation, lang) for lang in LANGUAGES},
        "value": _spelled(point.value),
        "required": _spelled(point.required),
        "due": _plain(point.due),
        "counted": [_record_id(record) for record in point.counted],
        "missing": _missing(point.missing),
        "points": [_point(one, citation) for one in point.points],
    }


def _justification(found: Justification, citation: Citation) -> dict[str, object]:
    reason = found.reason
    return {
        "counted": list(_counted(found)),
        "left_out": [
            {
                "reason": group.reason,
                "field": group.field or None,
                "records": [_record_id(record) for record in group.records],
            }
            for group in found.left_out
        ],
        "caps": [
            {
                "at_most": spell(bound.most),
                "per": bound.cap.per.value,
                "lost": spell(bound.lost),
            }
            for bound in found.caps
        ],
        "reason": None if reason is None else {"code": reason.code, "fact": _plain(reason.fact)},
        "members": found.members,
        "points": [_point(point, citation) for point in found.points],
    }


def _counted(found: Justification) -> Iterator[dict[str, object]]:
    for record, amount in zip_longest(found.counted, found.amounts):
        yield {"record": _record_id(record), "amount": _spelled(amount)}


def _record_id(record: object) -> str:
    return str(getter(record)("id"))


def _spelled(value: Number | None) -> str | None:
    return None if value is None else spell(value)


def plain_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """Return the facts of a message as JSON has them."""
    return {name: _plain(fact) for name, fact in facts.items()}


def _plain(value: object) -> object:
    """Return a fact as JSON has it: a text in two languages as a table, a ratio as its spelling."""
    if isinstance(value, Text):
        return {lang: value[lang] for lang in LANGUAGES}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return spell(value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    return str(value)
