"""The ledger itself: entries, and the register that was known on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import attrs

from eduplan.dates import as_date
from eduplan.errors import FaultList, kind_of
from eduplan.facts import getter
from eduplan.ledger.duplicates import SameEvent, alike, as_same_event
from eduplan.ledger.entries import (
    Closed,
    Corrected,
    KeptApart,
    LedgerEntry,
    Merged,
    Numbered,
    Reported,
    Revoked,
)
from eduplan.ledger.state import State, voided
from eduplan.messages import Language
from eduplan.records import Record, Register
from eduplan.tables import Table, Value, as_names, read_table


class Basis(NamedTuple):
    """What a record rested on when a verdict was given, and what has happened to it since.

    Attributes:
        record: id of the record.
        known: the entries about it that were known then, in their order.
        since: those that came later.
    """

    record: str
    known: tuple[Numbered, ...]
    since: tuple[Numbered, ...]


def as_entries(value: Iterable[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """Return entries as a tuple."""
    entries = tuple(value)
    faults = FaultList()
    for index, entry in enumerate(entries):
        if not isinstance(entry, LedgerEntry):
            faults.add("ledger-not-an-entry", f"entries[{index}]", got=kind_of(entry))
    faults.raise_any()
    return entries


@attrs.frozen(kw_only=True)
class Ledger:
    """A register with its history: nothing is deleted, and every change is an entry of its own.

    A ledger is a value: each method that enters something returns another ledger.

    Args:
        entries: the entries in the order in which they were entered.
        links: facts that hold the id of another record, such as ``training`` in the record of a
            summary. After a merger they point to the record that is kept.

    Raises:
        InputError: an entry that refers to what is not there or comes before the one above it.

    >>> training = {"id": "p1", "kind": "training", "day": date(2024, 10, 8), "hours": 8}
    >>> ledger = Ledger().report([training], entered=date(2024, 10, 20), source="school")
    >>> ledger = ledger.correct("p1", {"hours": 6}, entered=date(2025, 3, 3), source="provider",
    ...                         reason="the certificate says six", evidence=["certificate 118"])
    >>> for day in (date(2024, 12, 31), date(2025, 3, 31)):
    ...     print([record.get("hours") for record in ledger.register(as_known_on=day).records])
    [8]
    [6]
    """

    entries: tuple[LedgerEntry, ...] = attrs.field(default=(), converter=as_entries)
    links: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    _before: Ledger | None = attrs.field(default=None, repr=False, eq=False)
    _state: State = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        before = self._before
        state = State() if before is None else before._state.copy()
        faults = FaultList()
        for index in range(len(state.entries), len(self.entries)):
            with faults.at(f"entries[{index}]"):
                state.step(self.entries[index])
            faults.raise_any()  # what comes after rests on it
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_before", None)

    # ------------------------------------------------------------ entering

    def enter(self, *entries: LedgerEntry) -> Ledger:
        """Return the ledger with entries added; many at once cost little more than one.

        Raises:
            InputError: an entry that cannot be taken; the ledger stays as it is.
        """
        return Ledger(entries=(*self.entries, *entries), links=self.links, before=self)

    def report(
        self,
        records: Iterable[Record | Table],
        *,
        entered: date,
        source: str = "",
        evidence: Sequence[str] = (),
    ) -> Ledger:
        """Return the ledger with records reported, each with an id that is new.

        Args:
            records: what took place: records, or mappings with ``id``, ``kind``, ``day`` and facts.
            entered: the day of the entry.
            source: who reports them.
            evidence: references to what shows all of them.
        """
        about = {"entered": entered, "source": source, "evidence": evidence}
        faults = FaultList()
        found: list[Reported] = []
        for index, record in enumerate(records):
            with faults.at(f"records[{index}]"):
                found.append(read_table(Reported, {"record": record, **about}))
        faults.raise_any()
        return self.enter(*found)

    def correct(
        self,
        record: str,
        changes: Table,
        *,
        reason: str,
        entered: date,
        source: str = "",
        evidence: Sequence[str] = (),
    ) -> Ledger:
        """Return the ledger with a record corrected.

        Args:
            record: its id.
            changes: new values by name; None takes a fact out, so that it is unknown.
            reason: why.
            entered: the day of the entry.
            source: who says so.
            evidence: references to what shows it.
        """
        table = {"of": record, "changes": changes, "reason": reason, "entered": entered}
        more = {"source": source, "evidence": evidence}
        return self.enter(read_table(Corrected, table | more))

    def revoke(self, entry: int, *, reason: str, entered: date, source: str = "") -> Ledger:
        """Return the ledger with an entry revoked: a report, a correction, a merger, a revocation.

        Args:
            entry: its number, counted from 1.
            reason: why.
            entered: the day of the entry.
            source: who says so.
        """
        table = {"entry": entry, "reason": reason, "entered": entered, "source": source}
        return self.enter(read_table(Revoked, table))

    def merge(
        self,
        kept: str,
        dropped: Sequence[str],
        *,
        reason: str,
        entered: date,
        source: str = "",
        believed: bool = False,
    ) -> Ledger:
        """Return the ledger with records taken together that tell of one event.

        Args:
            kept: id of the record that stays.
            dropped: ids of the records that are taken into it.
            reason: why.
            entered: the day of the entry.
            source: who says so.
            believed: whether what the kept one states holds where others differ; otherwise that
                is unknown until it is corrected.
        """
        table = {"kept": kept, "dropped": dropped, "believed": believed, "reason": reason}
        return self.enter(read_table(Merged, {**table, "entered": entered, "source": source}))

    def keep_apart(
        self, records: Sequence[str], *, reason: str, entered: date, source: str = ""
    ) -> Ledger:
        """Return the ledger with records declared to be different events, however alike.

        Args:
            records: their ids.
            reason: why.
            entered: the day of the entry.
            source: who says so.
        """
        table = {"of": records, "reason": reason, "entered": entered, "source": source}
        return self.enter(read_table(KeptApart, table))

    def close(
        self, through: date, *, entered: date, kinds: Sequence[str] = (), source: str = ""
    ) -> Ledger:
        """Return the ledger with the register declared complete.

        Args:
            through: the last day for which everything is in.
            entered: the day of the entry.
            kinds: kinds of record it is said of, by default all.
            source: who says so.
        """
        table = {"through": through, "kinds": kinds, "entered": entered, "source": source}
        return self.enter(read_table(Closed, table))

    def merge_duplicates(
        self, rule: SameEvent | Table, *, entered: date, source: str = "", lang: Language = "zh"
    ) -> Ledger:
        """Return the ledger with the records merged that tell of one event by a rule.

        Args:
            rule: by which signs; it is told as the reason.
            entered: the day of the entries.
            source: who says so.
            lang: language of the reason.
        """
        signs = as_same_event(rule)
        reason = signs.tell(lang)
        return self.enter(
            *(
                Merged(
                    kept=found.records[0],
                    dropped=found.records[1:],
                    believed=found.believed,
                    reason=reason,
                    entered=entered,
                    source=source,
                )
                for found in alike(signs, self._state)
            )
        )

    # ------------------------------------------------------------ asking

    def register(self, *, as_known_on: date | None = None) -> Register:
        """Return the register as it was known at the end of a day.

        Args:
            as_known_on: the day; by default all entries are known.
        """
        state = self._known(as_known_on)
        records = [self._linked(held.record, state) for held in state.held.values()]
        return Register(records, complete_through=dict(state.complete))

    def duplicates(
        self, rule: SameEvent | Table, *, as_known_on: date | None = None
    ) -> tuple[tuple[str, ...], ...]:
        """Return the ids of records that tell of one event by a rule, the one to keep first."""
        state = self._known(as_known_on)
        return tuple(found.records for found in alike(as_same_event(rule), state))

    def disputed(self, *, as_known_on: date | None = None) -> dict[str, tuple[str, ...]]:
        """Return the facts that merged reports state differently, by the id of the record."""
        state = self._known(as_known_on)
        return {
            record: tuple(sorted(held.disputed))
            for record, held in state.held.items()
            if held.disputed
        }

    def history(
        self, record: str | None = None, *, as_known_on: date | None = None
    ) -> tuple[Numbered, ...]:
        """Return the entries, of all or about a record and those merged into it.

        Args:
            record: its id.
            as_known_on: entries up to this day, as they held then; by default all.
        """
        entries = self._until(as_known_on)
        void = voided(entries)
        numbers = range(1, len(entries) + 1) if record is None else _about(record, entries)
        return tuple(
            Numbered(number, entries[number - 1], number not in void) for number in numbers
        )

    def basis(self, records: Iterable[object], *, as_known_on: date) -> tuple[Basis, ...]:
        """Return what records rested on when a verdict was given, and what has happened since.

        Args:
            records: records, such as those of ``verdict.justification.counted``, or their ids.
            as_known_on: the day as of whose end the register was known.
        """
        found = []
        for record in records:
            name = record if isinstance(record, str) else str(getter(record)("id"))
            known = self.history(name, as_known_on=as_known_on)
            before = {one.number for one in known}
            since = tuple(one for one in self.history(name) if one.number not in before)
            found.append(Basis(name, known, since))
        return tuple(found)

    def _until(self, day: date | None) -> tuple[LedgerEntry, ...]:
        if day is None:
            return self.entries
        last = as_date(day)
        return tuple(entry for entry in self.entries if entry.entered <= last)

    def _known(self, day: date | None) -> State:
        entries = self._until(day)
        return self._state if len(entries) == len(self.entries) else State(entries)

    def _linked(self, record: Record, state: State) -> Record:
        """Return a record whose links point to records that stand."""
        changed: dict[str, Value] = {}
        for name in self.links:
            value = record.facts.get(name)
            if isinstance(value, tuple):
                final: Value = tuple(state.final(v) if isinstance(v, str) else v for v in value)
            else:
                final = state.final(value) if isinstance(value, str) else value  # type: ignore[assignment]
            if final != value:
                changed[name] = final
        return attrs.evolve(record, facts={**record.facts, **changed}) if changed else record


def _about(record: str, entries: Sequence[LedgerEntry]) -> Sequence[int]:
    """Return the numbers of the entries about a record, and about those merged into it."""
    names, about = {record}, 0
    while about != len(names):  # until no merger brings in further records
        about = len(names)
        for entry in entries:
            if isinstance(entry, Merged) and entry.kept in names:
                names.update(entry.dropped)
    found: list[int] = []
    for number, entry in enumerate(entries, 1):
        revokes = isinstance(entry, Revoked) and entry.entry in found
        if revokes or not names.isdisjoint(entry.records):
            found.append(number)
    return found
