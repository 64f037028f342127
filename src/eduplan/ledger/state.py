"""What a ledger comes to: its entries taken one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import attrs

from eduplan.dates import as_date
from eduplan.errors import FaultList, InputError, refuse
from eduplan.ledger.entries import (
    OWN,
    Closed,
    Corrected,
    KeptApart,
    LedgerEntry,
    Merged,
    Reported,
    Revoked,
)
from eduplan.messages import Text
from eduplan.records import ALL_KINDS, Record
from eduplan.tables import Value, as_name, as_string

EVIDENCE = "evidence"
"""The fact in which a record has the references of the entries it rests on."""


_READERS: Mapping[str, Callable[..., object]] = {
    "kind": as_name,
    "day": as_date,
    "last_day": as_date,
    "bearer": as_string,
}
"""What reads the values a record states besides its facts."""


class Held(NamedTuple):
    """A record as it is known.

    Attributes:
        record: the record.
        sources: who reported it.
        disputed: facts that reports merged into it state differently.
    """

    record: Record
    sources: frozenset[str]
    disputed: frozenset[str] = frozenset()


class State:
    """What is known after some entries; it is changed by `step`.

    Attributes:
        entries: the entries so far.
        void: of each entry that is revoked, the number of the entry that does it.
        reported: the number of the entry that reports a record, by its id.
        held: the records that hold, by their ids.
        merged: the record that a record was merged into.
        apart: pairs of records that are kept apart.
        complete: the day through which the register is complete, by kind.
    """

    def __init__(self, entries: Iterable[LedgerEntry] = ()) -> None:
        self.entries: list[LedgerEntry] = []
        self.void: dict[int, int] = {}
        self.reported: dict[str, int] = {}
        self.held: dict[str, Held] = {}
        self.merged: dict[str, str] = {}
        self.apart: set[frozenset[str]] = set()
        self.complete: dict[str, date] = {}
        for entry in entries:
            self.step(entry)

    def copy(self) -> State:
        """Return a copy that can be changed on its own."""
        other = State()
        other.entries = list(self.entries)
        other.void = dict(self.void)
        other.reported = dict(self.reported)
        other.held = dict(self.held)
        other.merged = dict(self.merged)
        other.apart = set(self.apart)
        other.complete = dict(self.complete)
        return other

    def step(self, entry: LedgerEntry) -> None:
        """Take one more entry.

        Raises:
            InputError: it refers to what is not there, or comes to what cannot be.
        """
        if self.entries and entry.entered < self.entries[-1].entered:
            before = self.entries[-1].entered
            raise refuse("ledger-order", "entered", entered=entry.entered, before=before)
        if isinstance(entry, Revoked):
            self._revoke(entry)
            return
        self._check(entry)
        self.entries.append(entry)
        self._apply(entry)

    def _check(self, entry: LedgerEntry) -> None:
        if isinstance(entry, Reported):
            record = entry.record.id
            if record in self.reported:
                raise refuse(
                    "ledger-same-id", "record.id", record=record, entry=self.reported[record]
                )
            return
        for record in entry.records:
            self._check_held(record)
        if isinstance(entry, Corrected):
            corrected(self.held[entry.of].record, entry.changes)
        elif isinstance(entry, Merged):
            self._check_alike(entry.kept, entry.dropped)

    def _check_held(self, record: str) -> None:
        if record in self.held:
            return
        if record in self.merged:
            kept = self.final(record)
            raise refuse("ledger-record-merged", "of", record=record, kept=kept)
        code = "ledger-record-revoked" if record in self.reported else "ledger-no-record"
        raise refuse(code, "of", record=record)

    def _check_alike(self, stays: str, dropped: Iterable[str]) -> None:
        kept = self.held[stays].record
        for name in dropped:
            record = self.held[name].record
            for field in ("kind", "bearer"):
                one, other = getattr(kept, field), getattr(record, field)
                if one and other and one != other:
                    raise refuse(
                        "ledger-differs", "dropped", record=name, kept=kept.id, field=field
                    )

    def _revoke(self, entry: Revoked) -> None:
        """Take a revocation: what came before is gone through again without what it revokes."""
        number, last = entry.entry, len(self.entries)
        if number > last:
            raise refuse("ledger-no-entry", "entry", entry=number, last=last)
        if number in self.void:
            raise refuse("ledger-entry-revoked", "entry", entry=number, by=self.void[number])
        entries = [*self.entries, entry]
        other = State()
        other.entries, other.void, other.reported = entries, voided(entries), self.reported
        for index, one in enumerate(entries, 1):
            if index not in other.void:
                try:
                    other._apply(one)
                except InputError as error:
                    facts = {"other": index, "why": _why(error)}
                    raise refuse("ledger-rests-on-it", "entry", **facts) from None
        self.__dict__.update(other.__dict__)

    def _apply(self, entry: LedgerEntry) -> None:
        """Do what an entry that holds says, as far as the records it is about are there."""
        if isinstance(entry, Reported):
            record = with_evidence(entry.record, entry.evidence)
            self.reported.setdefault(record.id, len(self.entries))
            self.held[record.id] = Held(record, frozenset({entry.source}))
        elif isinstance(entry, Corrected):
            self._correct(entry)
        elif isinstance(entry, Merged):
            self._merge(entry)
        elif isinstance(entry, KeptApart):
            self.apart.update(
                frozenset({one, other}) for one in entry.of for other in entry.of if one != other
            )
        elif isinstance(entry, Closed):
            if not entry.kinds:
                self.complete.clear()
            self.complete.update(dict.fromkeys(entry.kinds or (ALL_KINDS,), entry.through))

    # The checks below fail only where something is revoked; otherwise they were made before.

    def _stays(self, record: str) -> bool:
        """Say whether a record that an entry is about is there; its report may be revoked."""
        if record in self.merged:
            raise refuse("ledger-record-merged", record=record, kept=self.final(record))
        return record in self.held

    def _correct(self, entry: Corrected) -> None:
        if not self._stays(entry.of):
            return
        held = self.held[entry.of]
        record = corrected(held.record, entry.changes)
        self.held[entry.of] = Held(
            with_evidence(record, entry.evidence),
            held.sources,
            held.disputed - set(entry.changes),
        )

    def _merge(self, entry: Merged) -> None:
        there = [name for name in entry.records if self._stays(name)]
        if entry.kept not in there:
            return
        self._check_alike(entry.kept, there[1:])
        kept = self.held[entry.kept]
        dropped = [self.held.pop(name) for name in there[1:]]
        self.merged.update(dict.fromkeys((one.record.id for one in dropped), entry.kept))
        self.held[entry.kept] = joined(kept, dropped, entry)

    def final(self, record: str) -> str:
        """Return the id of the record that a record has come to, its own where it stands."""
        while record in self.merged:
            record = self.merged[record]
        return record


def _why(error: InputError) -> Text:
    fault = error.faults[0]
    return Text(fault.message("zh"), fault.message("en"))


def voided(entries: Sequence[LedgerEntry]) -> dict[int, int]:
    """Return the numbers of the entries that are revoked, each with that of what revokes it.

    A revocation that is itself revoked revokes nothing; only later entries revoke earlier ones, so
    they are decided from the last to the first.
    """
    void: dict[int, int] = {}
    for number in range(len(entries), 0, -1):
        entry = entries[number - 1]
        if isinstance(entry, Revoked) and number not in void:
            void[entry.entry] = number
    return void


def corrected(record: Record, changes: Mapping[str, Value | None]) -> Record:
    """Return a record with some of what it states changed.

    Raises:
        InputError: a record that cannot be, such as one whose last day comes before its first.
    """
    faults = FaultList()
    own: dict[str, Any] = {}
    for name in OWN:
        value = changes.get(name)
        if name in changes and value is None and name in ("kind", "day"):
            faults.add("ledger-needed", name)
        elif name in changes:
            empty = "" if name == "bearer" else None
            own[name] = empty if value is None else faults.read(name, _READERS[name], value)
    faults.raise_any()
    facts = dict(record.facts)
    for name, value in changes.items():
        if name in OWN:
            continue
        if value is None:
            facts.pop(name, None)
        else:
            facts[name] = value
    return attrs.evolve(record, facts=facts, **own)


def joined(kept: Held, dropped: Sequence[Held], entry: Merged) -> Held:
    """Return what several reports of one event come to."""
    several = (kept, *dropped)
    names = dict.fromkeys(name for held in several for name in held.record.facts)
    disputed = set().union(*(held.disputed for held in several))
    facts: dict[str, Value] = {}
    for name in names:
        stated = [held.record.facts[name] for held in several if name in held.record.facts]
        if name == EVIDENCE:
            continue
        if entry.believed and name in kept.record.facts:
            facts[name] = kept.record.facts[name]
            disputed.discard(name)
        elif name not in disputed and all(value == stated[0] for value in stated):
            facts[name] = stated[0]
        else:
            disputed.add(name)
    bearer = next((held.record.bearer for held in several if held.record.bearer), "")
    record = attrs.evolve(kept.record, facts=facts, bearer=bearer)
    for held in several:
        record = with_evidence(record, references(held.record))
    return Held(
        with_evidence(record, entry.evidence),
        frozenset().union(*(held.sources for held in several)),
        frozenset(disputed),
    )


def references(record: Record) -> tuple[str, ...]:
    """Return the references to evidence that a record states."""
    value = record.facts.get(EVIDENCE, ())
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def with_evidence(record: Record, evidence: Iterable[str]) -> Record:
    """Return a record with references to evidence added, each once."""
    more = tuple(evidence)
    if not more:
        return record
    several = tuple(dict.fromkeys((*references(record), *more)))
    return attrs.evolve(record, facts={**record.facts, EVIDENCE: several})
