"""What an expectation can say of a verdict: how it is read from a file, and from the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from eduplan.dates import as_date
from eduplan.errors import kind_of, refuse
from eduplan.exact import exact
from eduplan.facts import getter
from eduplan.tables import as_flag, as_member, as_string, as_whole, read_each
from eduplan.verdicts import Status, Verdict


class Spoken(NamedTuple):
    """One thing an expectation can speak of.

    Attributes:
        read: reads what is expected from its spelling in a file.
        tell: tells what a verdict says of it.
    """

    read: Callable[..., object]
    tell: Callable[[Verdict], object]


def counted(verdict: Verdict) -> tuple[str, ...]:
    """Return the ids of the records a verdict rests on."""
    return tuple(str(getter(record)("id")) for record in verdict.justification.counted)


def _list(reader: Callable[..., object]) -> Callable[..., object]:
    return partial(read_each, reader=reader)


def _left_out(value: object) -> object:
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    return {str(reason): tuple(sorted(read_each(ids, as_string))) for reason, ids in value.items()}


def _tell_left_out(verdict: Verdict) -> object:
    return {
        group.reason: tuple(sorted(str(getter(record)("id")) for record in group.records))
        for group in verdict.justification.left_out
    }


def _tell_governing(verdict: Verdict, name: str) -> object:
    return getattr(verdict.citation.governing, name, None)


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
}
"""What an expectation can speak of, by its key in a file of cases."""
