"""What lies behind the figures of a report: every verdict with its records, packed to be small.

The report shows it with a script. Texts that recur stand once, in ``strings``, and elsewhere by
their index; every record stands once, and verdicts refer to runs of records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain

from eduplan.dates import show_day
from eduplan.exact import Number, show
from eduplan.facts import getter
from eduplan.messages import Language, say
from eduplan.plan import Plan
from eduplan.sources import tell_clauses
from eduplan.summary import Schools, Summary
from eduplan.verdicts import Citation, Status, Verdict

STANDINGS = ("not-met", "behind", "undetermined", "pending", "met", "not-applicable")
"""How a verdict stands, the worst first: its status, and of the pending whether they are behind."""

SIGNS: Mapping[str, str] = {
    "not-met": "✕",
    "behind": "!",
    "undetermined": "?",
    "pending": "…",
    "met": "✓",
    "not-applicable": "–",
}
"""What stands for it besides a colour."""

WORDS = (
    "back",
    "counted",
    "everything",
    "groups",
    "itself",
    "left-out",
    "more-met",
    "no-verdicts",
    "not-applicable",
    "not-found",
    "only",
    "people",
    "people-why",
    "record",
    "record-amount",
    "record-amount-in",
    "record-day",
    "record-kind",
    "record-origin",
    "who",
)

_STANDING = {
    Status.NOT_MET: "not-met",
    Status.UNDETERMINED: "undetermined",
    Status.PENDING: "pending",
    Status.MET: "met",
    Status.NOT_APPLICABLE: "not-applicable",
}


def standing(verdict: Verdict) -> str:
    """Return how a verdict stands, one of `STANDINGS`."""
    if verdict.behind and verdict.status is Status.PENDING:
        return "behind"
    return _STANDING[verdict.status]


def standing_word(name: str, lang: Language) -> str:
    """Return what one of `STANDINGS` is called."""
    if name == "behind":
        return say("report.is-behind", lang)
    return say(f"status.{name.replace('-', '_').upper()}", lang)


def records_of(verdict: Verdict) -> Iterable[object]:
    """Return the records of a verdict, those that count and then those that do not."""
    found = verdict.justification
    return chain(found.counted, *(group.records for group in found.left_out))


class _Strings:
    """Texts by index, each kept once."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.index.setdefault(text, len(self.index))


class _Records:
    """The records that verdicts refer to, ordered so that those of one mostly stand together."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        found: dict[object, tuple[object, Citation]] = {}
        for verdict in verdicts:
            for record in records_of(verdict):
                found.setdefault(getter(record)("id"), (record, verdict.citation))
        self.found = sorted(found.values(), key=lambda pair: _order(pair[0]))
        self._index = {getter(record)("id"): i for i, (record, _) in enumerate(self.found)}

    def runs(self, records: Iterable[object]) -> list[int]:
        """Return records as runs: first index and length, and so on."""
        runs: list[int] = []
        following = -1
        for record in records:
            index = self._index[getter(record)("id")]
            if index == following:
                runs[-1] += 1
            else:
                runs += [index, 1]
            following = index + 1
        return runs

    def table(self, strings: _Strings, lang: Language) -> list[list[object]]:
        """Return number, day, kind and origin of every record; the rest of the origin apart."""
        table = []
        for record, citation in self.found:
            get = getter(record)
            day, kind = get("day"), get("kind")
            # Where a record was read is no fact of it, so `Record.get` does not know it.
            origin = getattr(record, "origin", None) or get("origin")
            head, mark, tail = str(origin or "").rpartition("!")
            table.append(
                [
                    str(get("id")),
                    strings(show_day(day, lang) if isinstance(day, date) else ""),
                    strings(citation.label(str(kind), lang)),
                    strings(head + mark),
                    tail,
                ]
            )
        return table


def _order(record: object) -> tuple[str, str, date, str]:
    get = getter(record)
    day = get("day")
    when = day if isinstance(day, date) else date.max
    return str(get("bearer")), str(get("kind")), when, str(get("id"))


def drill_down(
    plans: Sequence[Plan],
    verdicts: Sequence[Verdict],
    summary: Summary,
    schools: Schools,
    lang: Language,
) -> str:
    """Return the data behind a report as JSON that may stand inside a ``script`` element.

    Args:
        plans: the plans, for the clauses.
        verdicts: the verdicts.
        summary: their summary, for the order of schools and provisions.
        schools: tells the school of a verdict.
        lang: language of the report.
    """
    strings = _Strings()
    records = _Records(verdicts)
    places = {(c.plan, c.provision): index for index, c in enumerate(summary.columns)}
    seats = {row.school: index for index, row in enumerate(summary.rows)}
    bearers: dict[str, list[object]] = {}
    packed: list[list[object]] = []
    for verdict in verdicts:
        get = getter(verdict.bearer)
        school, name = schools.of(verdict), get("name")
        known = bearers.setdefault(
            verdict.bearer_id, [len(bearers), "", seats[school], _kind(verdict, school)]
        )
        known[1] = known[1] or (name if isinstance(name, str) else "")
        place = places[verdict.citation.plan, verdict.provision]
        packed.append([known[0], place, *_packed(verdict, records, strings, lang)])
    data = {
        "words": {word: _template(word, lang) for word in WORDS},
        "standings": [[key, SIGNS[key], standing_word(key, lang)] for key in STANDINGS],
        "schools": [[row.school, row.label(lang)] for row in summary.rows],
        "provisions": _provisions(plans, summary, lang),
        "bearers": [[bearer_id, *known[1:]] for bearer_id, known in bearers.items()],
        "records": records.table(strings, lang),
        "verdicts": packed,
        "strings": list(strings.index),
    }
    return _inside_script(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _inside_script(text: str) -> str:
    """Escape what could end a script element or a line of script; JSON reads it back the same."""
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _template(word: str, lang: Language) -> str:
    """Return a word with the places for its facts left open, for the script to fill in."""
    return say(f"report.{word}", lang, count="{count}", title="{title}", unit="{unit}")


def _kind(verdict: Verdict, school: str) -> int:
    """Return 0 for a person, 1 for a group, 2 for the school itself."""
    if verdict.bearer_id == school:
        return 2
    return 0 if getter(verdict.bearer)("type") in (None, "person") else 1


def _provisions(plans: Sequence[Plan], summary: Summary, lang: Language) -> list[list[object]]:
    gists = {(plan.id, c.number): c.gist[lang] for plan in plans for c in plan.clauses}
    return [
        [
            column.plan,
            column.provision,
            column.citation.title[lang],
            [
                [tell_clauses((c,)), gists.get((column.plan, c), "")]
                for c in column.citation.clauses
            ],
            say(f"force.{column.citation.force}", lang),
            "" if column.citation.share else column.citation.unit[lang],
        ]
        for column in summary.columns
    ]


def _packed(verdict: Verdict, records: _Records, strings: _Strings, lang: Language) -> list[object]:
    """Return standing, sentence, records that count with their amounts, and those that do not.

    A sentence that begins with the name of its bearer is kept without it, so that many people share
    it; one that does not is marked by a negative index.
    """
    justification, citation = verdict.justification, verdict.citation
    sentence = verdict.explain(lang)
    who = verdict.called()
    rest = sentence.removeprefix(who)
    told = strings(rest) if rest != sentence else -1 - strings(sentence)
    packed: list[object] = [STANDINGS.index(standing(verdict)), told]
    if not justification.counted and not justification.left_out:
        return packed
    packed.append(records.runs(justification.counted))
    packed.append(_amounts(justification.amounts, strings))
    left_out = []
    for group in justification.left_out:
        reason = say(
            f"left-out.{group.reason}",
            lang,
            count=len(group.records),
            field=citation.label(group.field, lang),
        )
        left_out.append([strings(reason), records.runs(group.records)])
    packed.append(left_out)
    return packed


def _amounts(amounts: Sequence[Number], strings: _Strings) -> int | list[int]:
    """Return how much each record counts for: one index if all alike, -1 where there are none."""
    if not amounts:
        return -1
    spelled = [strings(show(amount)) for amount in amounts]
    return spelled[0] if len(set(spelled)) == 1 else spelled
