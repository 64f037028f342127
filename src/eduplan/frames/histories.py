"""Cycles that depend on records: what is on file for them of each bearer, as one fact more.

A renewal completes a cycle, leave puts it on hold, a change makes it longer. Of such records there
are few of each bearer. They are read, and whoever has the same ones is judged alike, and once: by
the reference, with a register of these records alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw

from eduplan.cycles import FactChange, Hold, Own, Renewal
from eduplan.errors import Fault, refuse
from eduplan.frames.bulk import of_kinds
from eduplan.frames.columns import Columns, count
from eduplan.frames.profiles import BEARER, Profiles
from eduplan.frames.scene import Source
from eduplan.periods import Every
from eduplan.provisions import Docket, Quota
from eduplan.records import ALL_KINDS, Register

MOST_RECORDS = 1_000_000
"""More records of cycles are not read."""

Rule = Renewal | FactChange | Hold


class Told(NamedTuple):
    """What a record says about the cycles of a bearer.

    Attributes:
        by: the fact of the record that points to it.
        kind: its kind.
        day: its day.
        last: its last day, where it states one.
        facts: what else is asked of it.
        names: the place of the record it names among those of the bearer, None where it points to
            the bearer itself.
    """

    by: str
    kind: str
    day: date
    last: date | None
    facts: tuple[tuple[str, Any], ...]
    names: int | None = None

    def record(self, name: str) -> dict[str, Any]:
        """Return it as a record with an id, which points to nobody."""
        own = {"id": name, "kind": self.kind, "day": self.day, "last_day": self.last}
        return {**dict(self.facts), **own}


def refusals(quota: Quota) -> Iterator[Fault]:
    """Return why cycles cannot be found where the data lie, nothing where they can."""
    if not {"id", *pointers_of([quota.every])}.isdisjoint(fields_of([quota.every])):
        yield Fault("not-portable-pointer", "every")


def pointers_of(several: Iterable[Every]) -> tuple[str, ...]:
    """Return the facts by which records of cycles point to a bearer, and are put in order."""
    rules = list(_rules(several))
    ordered = ["id"] if any(isinstance(rule, FactChange) for _, rule in rules) else []
    return tuple(dict.fromkeys([*(rule.by for _, rule in rules), *ordered]))


def fields_of(several: Iterable[Every]) -> tuple[str, ...]:
    """Return the facts of records that cycles depend on, besides kind and day."""
    asked = [field for own, rule in _rules(several) for field in _fields(own, rule)]
    return tuple(dict.fromkeys(asked))


def _rules(several: Iterable[Every]) -> Iterator[tuple[Own, Rule]]:
    for every in several:
        if (own := every.own) is not None:
            rules = (own.after, own.change, own.hold)
            yield from ((own, rule) for rule in rules if rule is not None)


def _fields(own: Own, rule: Rule) -> Sequence[str]:
    """Return the facts of records that a rule asks for."""
    if isinstance(rule, FactChange):
        lengths = [row.where for row in own.lengths]
        return [field for one in lengths for field in (*one.fields(), *one.bearer_fields())]
    return [*rule.where.fields(), *(["last_day"] if isinstance(rule, Hold) else [])]


def sources(several: Iterable[Every]) -> Iterator[Source]:
    """Return the records on which the periods of rules depend."""
    return (Source(rule.by, rule.kind) for _, rule in _rules(several))


def note(name: str, several: Sequence[Every], register: Columns, profiles: Profiles) -> None:
    """Note of every bearer, as a fact, the records on which its cycles depend.

    Args:
        name: what the fact is called.
        several: the period rules.
        register: the records.
        profiles: the bearers.

    Raises:
        InputError: there are too many such records; a change has no id, or that of another.
    """
    found: dict[str, list[tuple[date, str, Told]]] = defaultdict(list)
    for by in dict.fromkeys(rule.by for _, rule in _rules(several)):
        rules = [(own, rule) for own, rule in _rules(several) if rule.by == by]
        kinds = list(dict.fromkeys(kind for _, rule in rules for kind in rule.kind))
        asked = dict.fromkeys(field for own, rule in rules for field in _fields(own, rule))
        changes = {kind for _, rule in rules if isinstance(rule, FactChange) for kind in rule.kind}
        for bearer, key, told in _read(by, kinds, list(asked), changes, register, profiles):
            found[bearer].append((told.day, key, told))
    of_each = {
        bearer: tuple(told for _, _, told in sorted(rows, key=lambda row: row[:2]))
        for bearer, rows in found.items()
    }
    profiles.note(name, of_each)


def _read(
    by: str,
    kinds: Sequence[str],
    asked: Sequence[str],
    changes: set[str],
    register: Columns,
    profiles: Profiles,
) -> Iterator[tuple[str, str, Told]]:
    """Return whom records are of, their ids where these matter, and what they say."""
    fields = [field for field in asked if field in register.sorts]
    named = ["id"] if changes else []
    frame = register.frame.filter(of_kinds(kinds))
    frame = frame.select(nw.col(by).alias(BEARER), "kind", "day", *dict.fromkeys(named + fields))
    frame = frame.join(profiles.frame(()).select(BEARER), on=BEARER, how="inner")
    if count(frame) > MOST_RECORDS:
        raise refuse("too-many-values", f"records.{by}", most=MOST_RECORDS)
    rows = frame.collect().to_arrow().to_pylist()
    check_given(row["id"] for row in rows if row["kind"] in changes)
    own = [field for field in fields if field != "last_day"]
    for row in rows:
        told = told_by(by, row, own, register)
        yield row[BEARER], row["id"] if told.kind in changes else "", told


def told_by(by: str, row: Mapping[str, Any], fields: Iterable[str], register: Columns) -> Told:
    """Return what a row of the records says.

    Args:
        by: the fact that points to the bearer.
        row: the row.
        fields: facts of it, besides its days.
        register: the records.
    """
    facts = tuple(
        (field, register.value(field, row[field])) for field in fields if row[field] is not None
    )
    return Told(by, row["kind"], row["day"], row.get("last_day"), facts)


def check_given(ids: Iterable[str | None]) -> None:
    """Refuse records without an id, or with one that stands twice.

    Raises:
        InputError: there are such records.
    """
    numbers = Counter(ids)
    if blank := numbers.pop(None, 0):
        raise refuse("column-blank", "records.id", count=blank)
    if twice := sum(number > 1 for number in numbers.values()):
        raise refuse("ids-twice", "records.id", count=twice)


def with_histories(
    docket: Docket, quotas: Sequence[Quota], profiles: Mapping[int, Mapping[str, Any]], name: str
) -> Docket:
    """Return a docket with the records on which cycles depend, each pointing to a profile.

    Args:
        docket: the docket, with no records.
        quotas: what a quota says in the course of time.
        profiles: the facts of every profile by its number.
        name: what the fact is called that `note` made.
    """
    records: list[dict[str, Any]] = []
    for number, facts in profiles.items():
        for told in facts[name] or ():
            records.append({**told.record(f"{len(records):09d}"), told.by: str(number)})
    asked = [kind for one in quotas for kind in (*one.measure.kinds, *one.every.kinds)]
    asked += [kind for one in quotas if one.leave is not None for kind in one.leave.kind]
    return attrs.evolve(docket, register=register_of(records, asked, docket.register))


def register_of(
    records: Iterable[Mapping[str, Any]], kinds: Iterable[str], register: Register
) -> Register:
    """Return a register of some records that is complete through the same days as another.

    Args:
        records: the records.
        kinds: the kinds it may be asked about.
        register: the other.
    """
    complete = {kind: register.complete_through((kind,)) for kind in (*kinds, ALL_KINDS)}
    stated = {kind: day for kind, day in complete.items() if day is not None}
    return Register(records, complete_through=stated)
