"""What an expectation can say of a verdict: how it is read from a file, and from the verdict.

Besides it can say what the verdict rests on in a ledger, by what was entered there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from eduplan.dates import as_date
from eduplan.errors import FaultList, kind_of, refuse
from eduplan.exact import exact
from eduplan.facts import getter
from eduplan.ledger import Basis, Numbered
from eduplan.outlook import Forecast, Remaining, forecast, remaining
from eduplan.tables import (
    as_flag,
    as_member,
    as_positive,
    as_string,
    as_strings,
    as_whole,
    read_each,
    unknown_keys,
)
from eduplan.verdicts import Status, Verdict


class Spoken(NamedTuple):
    """One thing an expectation can speak of.

    Attributes:
        read: reads what is expected from its spelling in a file.
        tell: tells what a verdict, or whatever else is spoken of, says of it; raises `InputError`
            where that is of another kind than can tell it.
    """

    read: Callable[..., object]
    tell: Callable[..., object]


Picks = Mapping[str, tuple[str, Callable[..., object]]]
"""Keys that say what is meant, each with its field and reader."""


def read_says(
    table: object, picks: Picks, spoken: Mapping[str, Spoken], needed: tuple[str, ...]
) -> dict[str, object]:
    """Return the fields of an expectation from its table.

    Args:
        table: the table.
        picks: keys that say what is meant.
        spoken: keys that say what must hold of it; they go into the field ``says``.
        needed: keys that must be there.

    Raises:
        InputError: not a table, unknown or missing keys, faulty values; all at once.
    """
    if not isinstance(table, Mapping):
        raise refuse("not-a-table", got=kind_of(table))
    faults = FaultList()
    unknown_keys(table, (*picks, *spoken), faults)
    for key in needed:
        if key not in table:
            faults.add("missing-key", key)
    fields = {
        field: faults.read(key, reader, table[key])
        for key, (field, reader) in picks.items()
        if key in table
    }
    fields["says"] = {
        key: faults.read(key, one.read, table[key]) for key, one in spoken.items() if key in table
    }
    faults.raise_any()
    return fields


def counted(verdict: Verdict) -> tuple[str, ...]:
    """Return the ids of the records a verdict rests on."""
    return tuple(str(getter(record)("id")) for record in verdict.justification.counted)


def _list(reader: Callable[..., object]) -> Callable[..., object]:
    return partial(read_each, reader=reader)


def by_name(value: object, reader: Callable[..., object]) -> dict[str, object]:
    """Return a table of values by name, each read on its own."""
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    found = {str(name): faults.read(str(name), reader, one) for name, one in value.items()}
    faults.raise_any()
    return found


def ids(value: object) -> tuple[str, ...]:
    """Return ids, whose order does not matter, sorted."""
    return tuple(sorted(read_each(value, as_string)))


_left_out = partial(by_name, reader=ids)


def _tell_left_out(verdict: Verdict) -> object:
    return {
        group.reason: tuple(sorted(str(getter(record)("id")) for record in group.records))
        for group in verdict.justification.left_out
    }


def _tell_governing(verdict: Verdict, name: str) -> object:
    return getattr(verdict.citation.governing, name, None)


def _one_or_several(reader: Callable[..., object], value: object) -> object:
    """Return a list of what stands alone or in a list; a part of every year has one for each."""
    return read_each(value, reader) if isinstance(value, list | tuple) else (reader(value),)


def _need(value: object) -> object:
    """Return how much is needed; None for what can no longer be made up."""
    return None if value == "lost" else exact(value)  # type: ignore[arg-type]


def _gathered(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, tuple[object, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return dict(found)


def _needs(found: Remaining) -> object:
    return _gathered((need.id, need.amount) for need in found.parts)


def _outcomes(found: Forecast) -> object:
    return _gathered((part.id, part.expected) for part in found.parts)


def _numbers(entries: Iterable[Numbered]) -> tuple[int, ...]:
    return tuple(one.number for one in entries)


def _evidence(basis: Basis) -> tuple[str, ...]:
    shown = (one.entry.evidence for one in basis.known if one.holds)
    return tuple(dict.fromkeys(reference for several in shown for reference in several))


_status = partial(as_member, Status)

SPOKEN: Mapping[str, Spoken] = {
    "status": Spoken(_status, lambda v: v.status),
    "to": Spoken(as_date, lambda v: v.period.end if v.period else None),
    "value": Spoken(exact, lambda v: v.value),
    "required": Spoken(exact, lambda v: v.required),
    "shortfall": Spoken(exact, lambda v: v.shortfall),
    "due": Spoken(as_date, lambda v: v.due),
    "days_left": Spoken(as_whole, lambda v: v.days_left),
    "behind": Spoken(as_flag, lambda v: v.behind),
    "counted": Spoken(_list(as_string), counted),
    "count": Spoken(as_whole, lambda v: len(v.justification.counted)),
    "amounts": Spoken(_list(exact), lambda v: v.justification.amounts),
    "missing": Spoken(_list(as_string), lambda v: tuple(one.code for one in v.missing)),
    "left_out": Spoken(_left_out, _tell_left_out),
    "reason": Spoken(
        as_string, lambda v: v.justification.reason.code if v.justification.reason else None
    ),
    "members": Spoken(as_whole, lambda v: v.justification.members),
    "points": Spoken(
        _list(_status), lambda v: tuple(point.status for point in v.justification.points)
    ),
    "since": Spoken(as_date, lambda v: _tell_governing(v, "since")),
    "until": Spoken(as_date, lambda v: _tell_governing(v, "until")),
    "remaining": Spoken(exact, lambda v: remaining(v).amount),
    "remaining_parts": Spoken(
        partial(by_name, reader=partial(_one_or_several, _need)), lambda v: _needs(remaining(v))
    ),
    "possible": Spoken(as_flag, lambda v: remaining(v).possible),
    "forecast": Spoken(exact, lambda v: forecast(v).whole.expected),
    "forecast_parts": Spoken(
        partial(by_name, reader=partial(_one_or_several, exact)), lambda v: _outcomes(forecast(v))
    ),
    "reached": Spoken(as_date, lambda v: forecast(v).whole.reached),
    "enough": Spoken(as_flag, lambda v: forecast(v).enough),
}
"""What an expectation can speak of, by its key in a file of cases."""

_entries = partial(by_name, reader=partial(read_each, reader=as_positive))

TRAIL: Mapping[str, Spoken] = {
    "entries": Spoken(_entries, lambda trail: {one.record: _numbers(one.known) for one in trail}),
    "entries_since": Spoken(
        _entries, lambda trail: {one.record: _numbers(one.since) for one in trail}
    ),
    "evidence": Spoken(
        partial(by_name, reader=as_strings),
        lambda trail: {one.record: _evidence(one) for one in trail},
    ),
}
"""What it can say of the entries on which the records rest that counted, by its key."""
