"""Provisions that columns cannot judge: records are read, and told bearer by bearer.

What is made up in days of grace, carried over, or spread over the days of a record depends on every
single record of a bearer. So these are read, and whoever has the same facts and the same records is
judged alike, and once: by the reference, with a register of these records alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Fault, InputError, NotPortable, refuse
from eduplan.frames.asking import owing, subject_of, told
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import of_kinds
from eduplan.frames.columns import MOST_VALUES, Columns, Sort
from eduplan.frames.histories import (
    MOST_RECORDS,
    Told,
    check_given,
    register_of,
    told_by,
)
from eduplan.frames.profiles import BEARER
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.provisions import Bench, Docket, SettledBench, Subject
from eduplan.verdicts import Verdict

_NAMES = "_names"

History = tuple[Told, ...]
"""The records of a bearer in the order of their days, and on one day of their ids."""


def rows(
    bench: Bench,
    scene: Scene,
    asked: Asks,
    sources: Sequence[Source],
    others: Sequence[str] = (),
) -> Frame:
    """Return the rows of one provision.

    Args:
        bench: the reference judgement.
        scene: what is judged.
        asked: the facts that it and all it rests on ask for.
        sources: the records these read.
        others: facts that name another bearer on which it rests.

    Raises:
        NotPortable: there are too many records to go through them one by one.
        InputError: the records have no ids, or one that stands twice.
    """
    people, rest = scene.profiles, []
    if isinstance(bench, SettledBench):
        who = owing(bench, scene, ())
        people, rest = who.profiles, [who.others]
        if not who.subjects:
            return who.others
    name = f"_records_of_{bench.citation.provision}"
    fields = asked.of_bearers
    reader = _Reader(bench.citation.provision, scene.register, sources, asked.of_records)
    people.note(name, reader.read(people.frame(()).select(BEARER)))
    found = people.facts((*fields, name))
    subjects = {number: subject_of(f"\0{number}", facts) for number, facts in found.items()}
    histories = {subjects[number].id: facts[name] or () for number, facts in found.items()}
    beside, of_beside = _others(_named(subjects.values(), others), others, fields, reader, scene)
    read = {**histories, **of_beside}
    register = register_of(
        _records(read),
        [kind for source in sources for kind in source.kinds],
        scene.docket.register,
    )
    docket = attrs.evolve(scene.docket, register=register, subjects=beside)
    ids = [name for history in read.values() for name in reader.ids.get(history, ())]
    verdicts = (
        ((number,), verdict)
        for number, subject in subjects.items()
        for verdict in _judged(bench, subject, docket, ids)
    )
    frame = people.frame((*fields, name))
    return scene.backend.below([told(frame, ("_profile",), verdicts, scene), *rest])


def _judged(
    bench: Bench, subject: Subject, docket: Docket, ids: Sequence[str]
) -> Sequence[Verdict]:
    """Return the verdicts on a bearer.

    Args:
        bench: the reference judgement.
        subject: the bearer.
        docket: what is judged, with a register of records that were read.
        ids: what these are called, in their order.

    Raises:
        InputError: records that cannot be; they are named as they are called.
    """
    try:
        return bench.judge(subject, docket)
    except InputError as wrong:
        called = {_id(number): name for number, name in enumerate(ids)}
        raise InputError([_of_record(fault, called) for fault in wrong.faults]) from None


def _of_record(fault: Fault, called: Mapping[str, str]) -> Fault:
    """Return a fault of a record by the id that the record has."""
    number = str(fault.facts.get("record"))
    if number not in called:
        return fault
    return attrs.evolve(fault, facts={**fault.facts, "record": called[number]})


def _named(subjects: Iterable[Subject], names: Sequence[str]) -> set[str]:
    """Return the ids of the others that bearers name."""
    values = (subject.get(name) for subject in subjects for name in names)
    return {str(value) for value in values if value is not None}


def _others(
    wanted: Iterable[str],
    names: Sequence[str],
    fields: Sequence[str],
    reader: _Reader,
    scene: Scene,
) -> tuple[Sequence[Subject], Mapping[str, History]]:
    """Return other bearers on whom verdicts rest, and those on whom theirs do; their records too.

    Args:
        wanted: the ids of the first.
        names: the facts that name others.
        fields: the facts that are asked for.
        reader: reads records.
        scene: what is judged.
    """
    found: dict[str, Subject] = {}
    known: set[str] = set()
    while missing := sorted(set(wanted) - known):
        known.update(missing)
        ids = scene.backend.beside(pa.table({BEARER: pa.array(missing, pa.string())}))
        frame = scene.profiles.frame(fields).join(ids, on=BEARER, how="inner")
        for row in frame.select(BEARER, "_profile").collect().to_arrow().to_pylist():
            facts = scene.profiles.facts_of(row["_profile"], fields)
            found[row[BEARER]] = subject_of(row[BEARER], facts)
        wanted = _named([found[name] for name in missing if name in found], names)
        if len(known) > MOST_VALUES:
            raise refuse("too-many-bearers", "bearers", most=MOST_VALUES)
    if not found:
        return (), {}
    ids = scene.backend.beside(pa.table({BEARER: pa.array(list(found), pa.string())}))
    return tuple(found.values()), reader.read(ids)


def _records(several: Mapping[str, History]) -> Iterator[dict[str, Any]]:
    """Return records, each pointing to its bearer, with ids in the same order as their own."""
    first = 0
    for bearer, history in several.items():
        for place, one in enumerate(history, first):
            pointed = bearer if one.names is None else _id(first + one.names)
            yield {**one.record(_id(place)), one.by: pointed}
        first += len(history)


def _id(number: int) -> str:
    return f"{number:09d}"


class _Row(NamedTuple):
    """A record as it was read: whose it is, its id, what it says, and which it names.

    That is told by its id and the fact by which it points to the bearer.
    """

    bearer: str
    id: str
    told: Told
    names: tuple[str, str] | None


class _Reader:
    """Reads the records of bearers.

    Args:
        provision: the provision for which they are read.
        register: the records.
        sources: which records.
        fields: which facts of them.
    """

    def __init__(
        self, provision: str, register: Columns, sources: Sequence[Source], fields: Sequence[str]
    ) -> None:
        self._provision = provision
        self._register = register
        own = ("id", "kind", "day", "last_day")
        self._fields = [name for name in fields if name in register.sorts and name not in own]
        self._left = MOST_RECORDS
        self.ids: dict[History, Sequence[str]] = {}
        """Of every history the ids of the records of one who has it."""
        self._sources: dict[tuple[str, Source | None], dict[str, None]] = defaultdict(dict)
        for source in sources:
            names = source.names
            if names is not None:
                names = Source(names.by, tuple(names.kinds))
            self._sources[source.by, names].update(dict.fromkeys(source.kinds))

    def read(self, bearers: Frame) -> dict[str, History]:
        """Return the records of bearers by their ids.

        Args:
            bearers: their ids, in the column ``_bearer``.
        """
        sort = self._register.sorts.get("id")
        if sort is None:
            raise refuse("column-missing", "records.id")
        if sort is not Sort.TEXT:
            raise refuse("column-sort", "records.id", got=sort.told, needs=Sort.TEXT.told)
        found: dict[str, list[_Row]] = defaultdict(list)
        for (by, names), kinds in self._sources.items():
            for row in self._rows(by, list(kinds), names, bearers):
                found[row.bearer].append(row)
        return {bearer: self._history(rows) for bearer, rows in found.items()}

    def _history(self, rows: Sequence[_Row]) -> History:
        """Return records in their order, each that names another with the place of that one."""
        ordered = sorted(rows, key=lambda row: (row.told.day, row.id))
        places = {(row.id, row.told.by): place for place, row in enumerate(ordered)}
        history = tuple(
            row.told if row.names is None else row.told._replace(names=places[row.names])
            for row in ordered
        )
        self.ids.setdefault(history, [row.id for row in ordered])
        return history

    def _rows(
        self, by: str, kinds: Sequence[str], names: Source | None, bearers: Frame
    ) -> Iterator[_Row]:
        """Return the records that point to bearers, or name one of theirs."""
        last = ["last_day"] if "last_day" in self._register.sorts else []
        pointed = BEARER if names is None else _NAMES
        frame = self._register.frame.filter(of_kinds(kinds)).select(
            nw.col(by).alias(pointed), "id", "kind", "day", *last, *self._fields
        )
        if names is None:
            frame = frame.join(bearers, on=BEARER, how="inner")
        else:
            own = self._register.frame.filter(of_kinds(names.kinds))
            own = own.select(nw.col(names.by).alias(BEARER), nw.col("id").alias(_NAMES))
            own = own.join(bearers, on=BEARER, how="inner")
            frame = frame.join(own, on=_NAMES, how="inner")
        rows = frame.head(self._left + 1).collect().to_arrow().to_pylist()
        self._left -= len(rows)
        if self._left < 0:
            fault = Fault("not-portable-size", self._provision, {"most": MOST_RECORDS})
            raise NotPortable([fault])
        check_given(row["id"] for row in rows)
        for row in rows:
            told = told_by(by, row, self._fields, self._register)
            named = None if names is None else (row[_NAMES], names.by)
            yield _Row(row[BEARER], row["id"], told, named)
