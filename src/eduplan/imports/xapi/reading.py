"""Statements read into records: all faults at once, nothing half-imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import attrs

from eduplan.errors import Fault
from eduplan.imports.reading import Findings
from eduplan.imports.xapi.declared import Declared, Identity, Meaning, declared
from eduplan.imports.xapi.sources import Place, placed
from eduplan.imports.xapi.statement import VOIDED, Read, read_statement
from eduplan.records import Record

_RESULTS = MappingProxyType({"duration": "hours", "success": "passed", "score.scaled": "score"})
_NONE: Mapping[str, str] = MappingProxyType({})


@attrs.frozen(kw_only=True, repr=False)
class Statements:
    """What statements come to.

    Args:
        records: the records, in the order of their statements.
        voided: how many statements were left out because another voids them.
        doubled: how many said again what one with the same id had said.
        passed_over: how many were of no declared meaning, by verb and type of activity (empty where
            it has none).
    """

    records: tuple[Record, ...]
    voided: int
    doubled: int
    passed_over: Mapping[tuple[str, str], int]

    def __repr__(self) -> str:
        others = sum(self.passed_over.values())
        return (
            f"<Statements: {len(self.records)} records, {self.voided} voided, "
            f"{self.doubled} doubled, {others} passed over>"
        )


def read_xapi(
    source: str | Path | Iterable[Mapping[str, object]],
    *,
    identity: Identity,
    zone: str,
    kinds: Iterable[Meaning | Mapping[str, str]],
    results: Mapping[str, str] = _RESULTS,
    extensions: Mapping[str, str] = _NONE,
) -> Statements:
    """Return the records that statements of xAPI 1.0.3 or 2.0 come to.

    A record has the id of its statement, the day of its ``timestamp`` (where it has none, of
    ``stored``) in ``zone``, the actor as bearer, of a group without an id of its own all members,
    and the facts ``activity`` (the IRI of the activity) and those that are declared. Voided
    statements are left out, wherever the statement that voids them stands.

    Args:
        source: a ``.json`` file with an array of statements or an answer of a learning record
            store, a ``.jsonl`` or ``.ndjson`` file with one statement a line, or the statements.
        identity: how statements say who somebody is.
        zone: the time zone in whose days records count, such as ``Asia/Shanghai``.
        kinds: which verbs, with which types of activity, become which kind of record; the first
            that fits holds.
        results: facts by the parts of a result that tell them: ``duration`` (in hours, exactly),
            ``success``, ``completion``, ``score.scaled``, ``score.raw``, ``score.min`` and
            ``score.max``. Of several for one fact the first that is there holds.
        extensions: facts by the IRIs of extensions of the context.

    Raises:
        SheetError: faults in the statements or in what is declared; all are reported with their
            places, and nothing is returned.

    >>> found = read_xapi(
    ...     [{"id": "6f1c0a52-0d3b-4c55-9f0a-0a1b2c3d4e5f",
    ...       "actor": {"account": {"homePage": "https://hr.example.org", "name": "T1"}},
    ...       "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    ...       "object": {"id": "https://courses.example.org/7"},
    ...       "result": {"success": True, "duration": "PT1H30M"},
    ...       "timestamp": "2025-06-01T17:30:00Z"}],
    ...     identity=Identity(by="account", home_page="https://hr.example.org"),
    ...     zone="Asia/Shanghai",
    ...     kinds=[{"verb": "http://adlnet.gov/expapi/verbs/completed", "kind": "training"}])
    >>> record = found.records[0]
    >>> record.day, record.get("hours"), record.get("passed")
    (datetime.date(2025, 6, 2), Fraction(3, 2), True)
    """
    meant = declared(identity, zone, kinds, results, extensions)
    name, statements = placed(source)
    reading = _Reading(name, meant)
    for place, statement in statements:
        reading.take(place, statement)
    return reading.result()


class _Reading:
    """Takes statements one by one, and says in the end what they come to."""

    def __init__(self, source: str, meant: Declared) -> None:
        self._source = source
        self._meant = meant
        self._taken: list[tuple[Place, Read]] = []
        self._first: dict[str, tuple[Place, Read]] = {}
        self._doubled = 0

    def take(self, place: Place, statement: object) -> None:
        """Read a statement; what is wrong with it is kept until all are known."""
        read = read_statement(statement, self._meant, f"{self._source}!{place}")
        if read.id and read.id in self._first:
            where, first = self._first[read.id]
            if first == read:
                self._doubled += 1
                return
            fault = Fault("xapi-twice-differs", "id", {"other": str(where)})
            read = Read(read.id, faults=(fault, *read.faults))
        elif read.id:
            self._first[read.id] = (place, read)
        self._taken.append((place, read))

    def result(self) -> Statements:
        """Return what the statements come to.

        Raises:
            SheetError: they have faults.
        """
        void = {read.voids for _, read in self._taken}
        findings = Findings()
        records = []
        passed_over = Counter[tuple[str, str]]()
        voided = 0
        for place, read in self._taken:
            if read.id and read.id in void and read.verb != VOIDED:
                voided += 1
                continue
            for fault in read.faults:
                findings.note(place.of(fault))
            if read.record is not None:
                records.append(read.record)
            elif read.verb != VOIDED:
                passed_over[read.verb, read.activity_type] += 1
        findings.raise_any(self._source)
        return Statements(
            records=tuple(records),
            voided=voided,
            doubled=self._doubled,
            passed_over=MappingProxyType(dict(passed_over)),
        )
