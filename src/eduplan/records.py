"""What took place: records, and the register that keeps them.

A register says through which day it is complete, by kind. Without that, no record means neither
zero nor failure: it means that nothing is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import attrs

from eduplan.dates import as_date
from eduplan.errors import FaultList, Missing, kind_of, read_below, refuse
from eduplan.facts import Getter, Known, getter
from eduplan.tables import Value, as_facts, as_name, as_optional_date, as_string, as_strings

_NONE: Sequence[Entry] = ()

ALL_KINDS = "*"
"""Key of ``complete_through`` for the kinds not named."""


class Entry(NamedTuple):
    """A record as a register keeps it: its place in the order of days and ids, and its facts."""

    place: str
    day: date
    id: str
    kind: str
    record: object
    get: Getter
    whose: str
    """Its kind and bearer in one text, empty where it does not name exactly one ``bearer``."""
    last: date
    """Its last day, its only one where it states no other."""


@lru_cache(maxsize=65536)
def mark(day: date) -> str:
    """Return what places begin with on ``day``: entries before that day sort before it.

    Texts of one length sort as the days do, in a quarter of the time.

    >>> mark(date(2024, 9, 1)) < mark(date(2024, 9, 2))
    True
    """
    return f"{day.toordinal():07d}"


def entry_of(
    day: date, key: str, kind: str, record: object, get: Getter, last: date | None
) -> Entry:
    """Return a record as a register keeps it."""
    bearer = get("bearer")
    whose = f"{kind}\0{bearer}" if type(bearer) is str else ""
    return Entry(mark(day) + key, day, key, kind, record, get, whose, last or day)


def as_bearers(value: object) -> str | tuple[str, ...]:
    """Return the id of one bearer as a text, those of several as a tuple.

    >>> as_bearers("t1"), as_bearers(["t1", "t2"])
    ('t1', ('t1', 't2'))
    """
    return as_strings(value) if isinstance(value, list | tuple) else str(value)


@attrs.frozen(kw_only=True)
class Record:
    """One thing that took place, for one or several bearers.

    Args:
        id: its number in the register, unique there.
        kind: what it is, such as ``training`` or ``lesson-observation``.
        day: the day on which it counts.
        bearer: id of the person, group or school that did it, or several ids.
        last_day: its last day, where it went on for several; inclusive.
        facts: everything else by name, such as ``hours``, ``observed`` or ``level``. Numbers are
            kept exactly; a blank is left out, for absent is not zero.
        origin: where it was read, such as a file, sheet and row.

    Raises:
        InputError: a date-time for a date, a last day before the first, an inexact number.

    >>> record = Record(id="r1", kind="training", day=date(2024, 5, 6), bearer="t1",
    ...                 facts={"hours": 7.5})
    >>> record.get("hours")
    Fraction(15, 2)
    """

    id: str = attrs.field(converter=as_string)
    kind: str = attrs.field(converter=as_name)
    day: date = attrs.field(converter=as_date)
    bearer: str | tuple[str, ...] = attrs.field(default="", converter=as_bearers, repr=False)
    last_day: date | None = attrs.field(default=None, converter=as_optional_date)
    facts: Mapping[str, Value] = attrs.field(
        factory=dict, converter=as_facts, repr=False, hash=False
    )
    origin: str = attrs.field(default="", converter=str, repr=False, eq=False)
    known: Known = attrs.field(init=False, repr=False, eq=False)
    _entry: Entry = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.day:
            raise refuse("last-day-first", "last_day")
        own = {"id": self.id, "kind": self.kind, "day": self.day, "last_day": self.last_day}
        more = {"bearer": self.bearer or None, "origin": self.origin or None}
        known = Known(self.facts, **own, **more)
        object.__setattr__(self, "known", known)
        # Made once, so that a register over the same records costs next to nothing.
        entry = entry_of(self.day, self.id, self.kind, self, known.get, self.last_day)
        object.__setattr__(self, "_entry", entry)

    def get(self, name: str) -> object:
        """Return the fact of that name, None where it is absent."""
        return self.known.get(name)


class Register:
    """Records, and the day through which they are complete.

    Args:
        records: `Record` values, mappings, or objects with the attributes ``id``, ``kind``,
            ``day`` and whatever the plan asks for.
        complete_through: the last day for which all records are in; one day for all kinds, or a
            mapping from kind to day (``"*"`` for the kinds not named). A kind without a day is not
            declared complete at all.

    Raises:
        InputError: records without id, kind or day, the same id twice; all are reported.

    >>> register = Register([{"id": "r1", "kind": "training", "day": date(2024, 5, 6)}],
    ...                     complete_through=date(2024, 8, 31))
    >>> register.complete_through(("training",))
    datetime.date(2024, 8, 31)
    """

    def __init__(
        self,
        records: Iterable[object],
        *,
        complete_through: date | str | Mapping[str, date] | None = None,
    ) -> None:
        self._entries = sorted(_entries(records), key=_PLACE)
        self._complete = _complete_through(complete_through)
        self._default = self._complete.get(ALL_KINDS)
        # The day through which every kind is complete, where one day holds for all of them.
        self.throughout = self._default if len(self._complete) == 1 else None
        self._usual: dict[str, list[Entry]] | None = None
        self._pointed: dict[tuple[str, ...], dict[str, list[Entry]]] = {}
        self._of_kinds: dict[tuple[str, ...], list[Entry]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        days = ", ".join(f"{kind}: {day}" for kind, day in sorted(self._complete.items()))
        return f"<Register of {len(self)} records, complete through {{{days}}}>"

    @property
    def records(self) -> tuple[object, ...]:
        """The records in the order of their days and ids."""
        return tuple([entry.record for entry in self._entries])

    def complete_through(self, kinds: Sequence[str]) -> date | None:
        """Return the day through which all ``kinds`` are complete, None where undeclared."""
        if len(kinds) == 1:
            return self._complete.get(kinds[0], self._default)
        days = [self._complete.get(kind, self._default) for kind in kinds]
        return None if None in days else min(days)  # type: ignore[type-var]

    def complete(self, kinds: Sequence[str], needed: date) -> Missing | None:
        """Return what keeps the register from being complete through ``needed``, if anything.

        Where it is declared complete by kind, the kinds that are behind are told.
        """
        through = self.complete_through(kinds)
        if through is not None and through >= needed:
            return None
        facts: dict[str, object] = {"needed": needed}
        if self._complete and self.throughout is None:
            days = {kind: self._complete.get(kind, self._default) for kind in kinds}
            facts["kinds"] = tuple(
                kind
                for kind, day in days.items()
                if day is None or (through is not None and day < needed)
            )
        if through is None:
            return Missing("register-undeclared", facts)
        return Missing("register-incomplete", {"through": through, **facts})

    def of(self, bearer: str, kinds: Sequence[str], by: str = "bearer") -> Sequence[Entry]:
        """Return the records of ``kinds`` that point to ``bearer``, in the order of their days.

        Args:
            bearer: id of the bearer.
            kinds: kinds of record.
            by: the fact that points to the bearer; it may name several.
        """
        if by == "bearer":
            index = self.usual
        else:
            key = (by, *kinds)
            found = self._pointed.get(key)
            index = self._index(key) if found is None else found
        if len(kinds) == 1:
            return index.get(f"{kinds[0]}\0{bearer}", _NONE)
        several = [
            e for kind in dict.fromkeys(kinds) for e in index.get(f"{kind}\0{bearer}", _NONE)
        ]
        return sorted(several, key=_PLACE)

    def of_kinds(self, kinds: Sequence[str]) -> Sequence[Entry]:
        """Return all records of ``kinds``, whoever's they are, in the order of their days."""
        key = tuple(kinds)
        found = self._of_kinds.get(key)
        if found is None:
            found = self._of_kinds[key] = [entry for entry in self._entries if entry.kind in key]
        return found

    @property
    def usual(self) -> Mapping[str, Sequence[Entry]]:
        """The records by kind and bearer, for those who look up many."""
        if self._usual is None:
            self._usual = self._by_bearer()
        return self._usual

    def _by_bearer(self) -> dict[str, list[Entry]]:
        """Return the records in their order, by kind and bearer."""
        index: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            index[entry.whose].append(entry)
        others = index.pop("", _NONE)
        for whose in _point(index, others, "bearer"):
            index[whose].sort(key=_PLACE)
        return dict(index)

    def _index(self, key: tuple[str, ...]) -> dict[str, list[Entry]]:
        """Return records of some kinds in their order, by kind and by whom a fact points to.

        Args:
            key: the fact, and after it the kinds.
        """
        index: defaultdict[str, list[Entry]] = defaultdict(list)
        by, kinds = key[0], key[1:]
        _point(index, [entry for entry in self._entries if entry[3] in kinds], by)
        self._pointed[key] = index
        return index


def _point(index: dict[str, list[Entry]], entries: Sequence[Entry], by: str) -> set[str]:
    """Put entries where a fact of theirs points to; return the places they were put."""
    several = set()
    for entry in entries:
        pointed = entry[5](by)
        if type(pointed) is str:
            index[f"{entry[3]}\0{pointed}"].append(entry)
        elif pointed is not None:
            for name in _pointers(pointed, by, entry):
                whose = f"{entry[3]}\0{name}"
                index[whose].append(entry)
                several.add(whose)
    return several


def _pointers(pointed: object, by: str, entry: Entry) -> Iterable[str]:
    """Return the bearers a record points to, each once, where it does so by several names."""
    several = pointed if isinstance(pointed, tuple) else (pointed,)
    for bearer in several:
        if not isinstance(bearer, str):
            raise refuse("pointer-not-text", record=entry.id, field=by, got=kind_of(bearer))
    return dict.fromkeys(str(bearer) for bearer in several)


def _entries(records: Iterable[object]) -> list[Entry]:
    """Return records as entries in their order; all that are no records are reported."""
    several: list[Any] = records if type(records) is list else list(records)
    try:
        found: list[Entry] = [record._entry for record in several]
    except AttributeError:  # not all of them are of this library
        found = _read(several)
    if len(set(map(_ID, found))) < len(found):
        _refuse_doubles(found)
    return found


_ID = itemgetter(2)
_PLACE = itemgetter(0)


def _read(records: Sequence[object]) -> list[Entry]:
    faults = FaultList()
    entries = [
        record._entry if type(record) is Record else _entry(record, index, faults)
        for index, record in enumerate(records)
    ]
    faults.raise_any()
    return [entry for entry in entries if entry is not None]


def _entry(record: object, index: int, faults: FaultList) -> Entry | None:
    get = getter(record)
    path = f"records[{index}]"
    day = faults.read(f"{path}.day", as_date, get("day"))
    key = faults.read(f"{path}.id", as_string, get("id"))
    kind = faults.read(f"{path}.kind", as_name, get("kind"))
    last = faults.read(f"{path}.last_day", as_optional_date, get("last_day"))
    if day is None or key is None or kind is None:
        return None
    if last is not None and last < day:
        faults.add("last-day-first", f"{path}.last_day")
    with faults.at(path):
        return entry_of(day, key, kind, record, get, last)
    return None


def _refuse_doubles(entries: Sequence[Entry]) -> None:
    faults = FaultList()
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.id in seen:
            faults.add("same-id-twice", f"records[{index}].id", value=entry.id)
        seen.add(entry.id)
    faults.raise_any()


@lru_cache(maxsize=1024)
def _all_through(day: date | str) -> Mapping[str, date]:
    return {ALL_KINDS: read_below("complete_through", as_date, day)}


def _complete_through(spelled: object) -> Mapping[str, date]:
    if spelled is None:
        return {}
    if isinstance(spelled, date | str):
        return _all_through(spelled)
    if not isinstance(spelled, Mapping):
        raise refuse("not-a-date", "complete_through", got=kind_of(spelled))
    faults = FaultList()
    found = {
        str(kind): faults.read(f"complete_through.{kind}", as_date, day)
        for kind, day in spelled.items()
    }
    faults.raise_any()
    return {kind: day for kind, day in found.items() if day is not None}
