"""One statement, and the record it comes to (xAPI, Part Two, 2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from eduplan.errors import Fault, FaultList, InputError, kind_of, read_below, refuse
from eduplan.imports.xapi.declared import IDENTIFIERS, RESULTS, Declared
from eduplan.imports.xapi.times import local_day
from eduplan.records import Record
from eduplan.tables import Value, as_string, as_value, read_each

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
"""The verb of statements that void others, the only one the specification reserves (2.3.2)."""

_PROPERTIES = frozenset(
    [
        "id",
        "actor",
        "verb",
        "object",
        "result",
        "context",
        "timestamp",
        "stored",
        "authority",
        "version",
        "attachments",
    ]
)
_THINGS = ("Activity", "Agent", "Group", "StatementRef", "SubStatement")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_VERSION = re.compile(r"(?:1\.0|2\.0)(?:\.\d{1,3})?", re.ASCII)

Table = Mapping[str, Any]


class Read(NamedTuple):
    """What one statement comes to.

    Attributes:
        id: its id, empty where it has none that can be used.
        verb: the IRI of its verb.
        activity_type: the IRI of the type of its activity, empty where it has none.
        voids: id of the statement it voids, empty where it voids none.
        record: the record, None where it becomes none.
        faults: its faults, with paths inside the statement.
    """

    id: str
    verb: str = ""
    activity_type: str = ""
    voids: str = ""
    record: Record | None = None
    faults: tuple[Fault, ...] = ()


def read_statement(statement: object, meant: Declared, origin: str) -> Read:
    """Return what a statement comes to; what is wrong with it is among that.

    Args:
        statement: the statement, or the error there was in reading it.
        meant: what was declared.
        origin: where it was read.
    """
    if isinstance(statement, InputError):
        return Read("", faults=statement.faults)
    if not isinstance(statement, Mapping):
        return Read("", faults=(Fault("not-a-table", "", {"got": kind_of(statement)}),))
    faults = FaultList()
    key = faults.read("id", _as_id, statement.get("id")) or ""
    if not _PROPERTIES.issuperset(statement):
        faults.add("xapi-property")
    version = statement.get("version", "1.0.0")
    if not (isinstance(version, str) and _VERSION.fullmatch(version)):
        faults.add("xapi-version", "version")
    parts = {
        name: faults.read("", partial(_part, name=name), statement)
        for name in ("actor", "verb", "object")
    }
    verb = faults.read("verb", partial(_text, name="id"), parts["verb"]) or ""
    activity = activity_type = voids = ""
    if parts["object"] is not None:
        with faults.at("object"):
            if verb == VOIDED:
                voids = _voids(parts["object"])
            else:
                activity, activity_type = _activity(parts["object"])
    kind = meant.kind_of(verb, activity_type) if activity else None
    record = None
    if kind is not None:
        facts = {"activity": activity, **_facts(statement, meant, faults)}
        day = faults.read("", lambda whole: _day(whole, meant), statement)
        bearer = faults.read("actor", lambda actor: _bearer(actor, meant), parts["actor"])
        if not faults.faults and day is not None and bearer is not None:
            record = Record(id=key, kind=kind, day=day, bearer=bearer, facts=facts, origin=origin)
    return Read(key, verb, activity_type, voids, record, tuple(faults.faults))


def _as_id(value: object) -> str:
    """Return the id of a statement in the case that is usual for a UUID (4.4)."""
    if value is None:
        raise refuse("xapi-no-id")
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise refuse("xapi-not-an-id")
    return value.lower()


def _part(whole: Table, name: str) -> Table:
    """Return an object within another."""
    if name not in whole:
        raise refuse("missing-key", name)
    part = whole[name]
    if not isinstance(part, Mapping):
        raise refuse("not-a-table", name, got=kind_of(part))
    return part


def _text(whole: Table | None, name: str) -> str:
    """Return a text within an object, empty where there is no object."""
    if whole is None:  # told already
        return ""
    if name not in whole:
        raise refuse("missing-key", name)
    return read_below(name, as_string, whole[name])


def _activity(thing: Table) -> tuple[str, str]:
    """Return the IRI of an activity and of its type, each empty where there is none (2.4.4)."""
    sort = thing.get("objectType", "Activity")
    if sort not in _THINGS:
        raise refuse("not-one-of", "objectType", known=", ".join(_THINGS))
    if sort != "Activity":
        return "", ""
    definition = _optional(thing, "definition")
    return _text(thing, "id"), _text(definition, "type") if "type" in definition else ""


def _voids(thing: Table) -> str:
    """Return the id of the statement that is voided (2.3.2)."""
    if thing.get("objectType") != "StatementRef":
        raise refuse("xapi-voids-nothing", "objectType")
    return _as_id(thing.get("id"))


def _day(statement: Table, meant: Declared) -> date:
    """Return the day of a statement; a timestamp left out is when it was stored (2.4.7)."""
    name = "timestamp" if "timestamp" in statement else "stored"
    if name not in statement:
        raise refuse("xapi-no-time", "timestamp")
    return read_below(name, lambda time: local_day(time, meant.zone), statement[name])


def _bearer(actor: Table | None, meant: Declared) -> str | tuple[str, ...] | None:
    """Return the id of an actor; of a group without an identifier those of its members (2.4.2)."""
    if actor is None:  # told already
        return None
    sort = actor.get("objectType", "Agent")
    if sort == "Agent":
        return meant.identity.id_of(actor)
    if sort != "Group":
        raise refuse("not-one-of", "objectType", known="Agent, Group")
    if any(name in actor for name in IDENTIFIERS):
        raise refuse("xapi-group")
    return tuple(dict.fromkeys(_members(actor, meant)))


def _members(group: Table, meant: Declared) -> tuple[str, ...]:
    members = group.get("member")
    if not isinstance(members, list | tuple) or not members:
        raise refuse("xapi-no-members", "member")
    as_ids = partial(read_each, reader=lambda member: meant.identity.id_of(_agent(member)))
    return read_below("member", as_ids, members)


def _agent(member: object) -> Table:
    if not isinstance(member, Mapping) or member.get("objectType", "Agent") != "Agent":
        raise refuse("xapi-no-agent")
    return member


def _facts(statement: Table, meant: Declared, faults: FaultList) -> dict[str, Value]:
    """Return the facts that were declared, as far as they are there."""
    found: dict[str, Value] = {}

    def take(fact: str, place: str, reader: Callable[..., Value], value: object) -> None:
        read = faults.read(place, reader, value)
        if read is not None:
            found.setdefault(fact, read)

    result = faults.read("", partial(_optional, name="result"), statement) or {}
    for part, fact in meant.results.items():
        with faults.at("result"):
            value = _within(result, part)
            if value is not _ABSENT:
                take(fact, f"result.{part}", RESULTS[part], value)
    context = faults.read("", partial(_optional, name="context"), statement) or {}
    with faults.at("context"):
        extensions = _optional(context, "extensions")
        for iri, fact in meant.extensions.items():
            if extensions.get(iri) is not None:  # null may stand in an extension; it says nothing
                take(fact, f"context.extensions.{iri}", as_value, extensions[iri])
    return found


def _optional(whole: Table, name: str) -> Table:
    """Return an object within another, an empty one where there is none."""
    return _part(whole, name) if name in whole else {}


_ABSENT = object()


def _within(result: Table, part: str) -> object:
    """Return a part of a result such as ``duration`` or ``score.scaled``."""
    first, _, second = part.partition(".")
    if first not in result:
        return _ABSENT
    return _part(result, first).get(second, _ABSENT) if second else result[first]
