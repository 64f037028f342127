"""The entries of a ledger: what can be done to a register, each with its day and its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import attrs

from eduplan.dates import as_date, show_day
from eduplan.errors import FaultList, kind_of, refuse
from eduplan.exact import show
from eduplan.messages import Language, catalogue, say
from eduplan.records import Record
from eduplan.tables import (
    Table,
    Value,
    as_flag,
    as_names,
    as_optional_string,
    as_positive,
    as_string,
    as_strings,
    as_value,
)

OWN = ("kind", "day", "last_day", "bearer")
"""What a record states besides its facts, and a correction can change."""


def as_record(value: Record | Table) -> Record:
    """Return a record from a record, or from a mapping with ``id``, ``kind``, ``day`` and facts."""
    if isinstance(value, Record):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    for key in ("id", "kind", "day"):
        if value.get(key) is None:
            faults.add("missing-key", key)
    faults.raise_any()
    own = {key: value[key] for key in ("id", *OWN) if value.get(key) is not None}
    facts = {key: fact for key, fact in value.items() if key not in ("id", *OWN)}
    return Record(**own, facts=facts)  # type: ignore[arg-type]


def as_changes(value: Table) -> Mapping[str, Value | None]:
    """Return what a correction changes, by name; None takes a fact out, so that it is unknown."""
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    if not value:
        raise refuse("ledger-no-change")
    faults = FaultList()
    found: dict[str, Value | None] = {}
    for name, new in value.items():
        with faults.at(str(name)):
            if name == "id":
                raise refuse("ledger-id-fixed")
            found[str(name)] = None if new is None else as_value(new)
    faults.raise_any()
    return found


def as_several(value: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of at least two records, each once."""
    found = tuple(dict.fromkeys(as_strings(value)))
    if len(found) < 2:
        raise refuse("ledger-two-records")
    return found


@attrs.frozen(kw_only=True)
class LedgerEntry:
    """What all entries of a ledger carry.

    Args:
        entered: the day on which it was entered, so from which on it was known.
        source: who reports or decides it, such as ``school``, ``provider`` or ``registrar``.
        evidence: references to what shows it, such as the number of a certificate.
    """

    entered: date = attrs.field(converter=as_date)
    source: str = attrs.field(default="", converter=as_optional_string)
    evidence: tuple[str, ...] = attrs.field(default=(), converter=as_strings)

    @property
    def records(self) -> tuple[str, ...]:
        """Ids of the records it is about."""
        return ()

    def tell(self, lang: Language) -> str:
        """Return what it says in words, without its day and source."""
        raise NotImplementedError


@attrs.frozen(kw_only=True)
class Reported(LedgerEntry):
    """Something took place.

    Args:
        record: what took place; its id is new to the ledger.
    """

    record: Record = attrs.field(converter=as_record)

    @property
    def records(self) -> tuple[str, ...]:
        """The id of the record."""
        return (self.record.id,)

    def tell(self, lang: Language) -> str:
        """Return what it says in words."""
        record = self.record
        facts = {"record": record.id, "kind": label(record.kind, lang)}
        return say("ledger.reported", lang, **facts, day=show_day(record.day, lang))


@attrs.frozen(kw_only=True)
class Corrected(LedgerEntry):
    """A record was not right.

    Args:
        of: id of the record.
        changes: new values by name; besides facts also ``kind``, ``day``, ``last_day`` and
            ``bearer``. None takes a fact out, so that it is unknown.
        reason: why.
    """

    of: str = attrs.field(converter=as_string)
    changes: Mapping[str, Value | None] = attrs.field(converter=as_changes, repr=False, hash=False)
    reason: str = attrs.field(converter=as_string)

    @property
    def records(self) -> tuple[str, ...]:
        """The id of the record."""
        return (self.of,)

    def tell(self, lang: Language) -> str:
        """Return what it says in words."""
        changes = tuple(
            say("ledger.change", lang, fact=label(name, lang), value=_shown(value, lang))
            for name, value in self.changes.items()
        )
        return say("ledger.corrected", lang, record=self.of, changes=changes, reason=self.reason)


@attrs.frozen(kw_only=True)
class Revoked(LedgerEntry):
    """An entry does not hold: a report, a correction, a merger, or another revocation.

    Args:
        entry: number of the entry, counted from 1.
        reason: why.
    """

    entry: int = attrs.field(converter=as_positive)
    reason: str = attrs.field(converter=as_string)

    def tell(self, lang: Language) -> str:
        """Return what it says in words."""
        return say("ledger.revoked", lang, entry=self.entry, reason=self.reason)


@attrs.frozen(kw_only=True)
class Merged(LedgerEntry):
    """Records tell of one and the same event, reported several times.

    What only one of them states holds. What they state differently is unknown until a correction
    says it, unless the one that is kept is believed. Its days stay as they are.

    Args:
        kept: id of the record that stays.
        dropped: ids of the records that are taken into it.
        believed: whether what the kept one states holds where others differ.
        reason: why.
    """

    kept: str = attrs.field(converter=as_string)
    dropped: tuple[str, ...] = attrs.field(converter=as_strings)
    believed: bool = attrs.field(default=False, converter=as_flag)
    reason: str = attrs.field(converter=as_string)

    def __attrs_post_init__(self) -> None:
        if not self.dropped or len(set(self.records)) < len(self.records):
            raise refuse("ledger-two-records", "dropped")

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of the records, that of the kept one first."""
        return (self.kept, *self.dropped)

    def tell(self, lang: Language) -> str:
        """Return what it says in words."""
        facts = {"kept": self.kept, "dropped": self.dropped, "reason": self.reason}
        return say("ledger.merged", lang, **facts)


@attrs.frozen(kw_only=True)
class KeptApart(LedgerEntry):
    """Records that look like one event are several.

    Args:
        of: ids of the records.
        reason: why.
    """

    of: tuple[str, ...] = attrs.field(converter=as_several)
    reason: str = attrs.field(converter=as_string)

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of the records."""
        return self.of

    def tell(self, lang: Language) -> str:
        """Return what it says in words."""
        return say("ledger.kept-apart", lang, records=self.of, reason=self.reason)


@attrs.frozen(kw_only=True)
class Closed(LedgerEntry):
    """The register is complete: all that took place through a day has been reported.

    Args:
        through: the last day for which everything is in.
        kinds: kinds of record it is said of, by default all.
    """

    through: date = attrs.field(converter=as_date)
    kinds: tuple[str, ...] = attrs.field(default=(), converter=as_names)

    def tell(self, lang: Language) -> str:
        """Return what it says in words."""
        kinds = tuple(label(kind, lang) for kind in self.kinds)
        code = "closed-kinds" if kinds else "closed"
        return say(f"ledger.{code}", lang, through=show_day(self.through, lang), kinds=kinds)


class Numbered(NamedTuple):
    """An entry and its number in the ledger.

    Attributes:
        number: its number, counted from 1.
        entry: the entry.
        holds: whether it holds on the day in question, so is not revoked.
    """

    number: int
    entry: LedgerEntry
    holds: bool

    def tell(self, lang: Language) -> str:
        """Return the entry in words, with its number, day, source and evidence."""
        entry = self.entry
        facts = {
            "number": self.number,
            "entered": show_day(entry.entered, lang),
            "source": say("ledger.source", lang, source=entry.source) if entry.source else "",
            "what": entry.tell(lang),
            "evidence": say("ledger.evidence", lang, evidence=entry.evidence)
            if entry.evidence
            else "",
            "void": "" if self.holds else say("ledger.void", lang),
        }
        return say("ledger.entry", lang, **facts)


def label(name: str, lang: Language) -> str:
    """Return what people call a fact, kind or value."""
    text = catalogue().get(f"term.{name}")
    return text[lang] if text is not None else name


def _shown(value: Value | None, lang: Language) -> object:
    if value is None:
        return say("ledger.unknown", lang)
    if isinstance(value, tuple):
        return tuple(_shown(one, lang) for one in value)
    if isinstance(value, bool):
        return say("ledger.yes" if value else "ledger.no", lang)
    if isinstance(value, str):
        return label(value, lang)
    return show_day(value, lang) if isinstance(value, date) else show(value)
