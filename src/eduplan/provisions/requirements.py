"""What an admission requires, as data: conditions joined by all, any and not.

In a plan file a requirement is a table, and its head says what it asks: ``{ bearer = {...} }``
facts of the bearer, ``{ record = {...} }`` facts of the act, ``{ elapsed = "5 years", since =
"teaching_since" }`` time gone by, ``{ verdict = "training-hours" }`` what another provision says,
``{ bar = "no-promotion" }`` that no bar follows,
and any measure with a bound, such as ``{ count = "award", at_least = 1 }``, what the register
holds. ``all`` and ``any`` take a list of requirements, ``not`` takes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import attrs

from eduplan.errors import FaultList, kind_of, refuse
from eduplan.exact import Number
from eduplan.lengths import Length, as_length, as_optional_length
from eduplan.measures import Measure, Way, as_measure
from eduplan.messages import Text
from eduplan.selectors import DEEPEST, Scales, Selector, as_selector
from eduplan.tables import (
    Table,
    as_member,
    as_name,
    as_optional_amount,
    as_optional_text,
    plain,
    read_each,
    read_table,
    unknown_keys,
)
from eduplan.verdicts import Status


@attrs.frozen(kw_only=True)
class Requirement:
    """What all requirements carry.

    Args:
        title: what people call it, where its own words would not be clear.
    """

    title: Text | None = attrs.field(default=None, converter=as_optional_text)

    def refers(self) -> tuple[str, ...]:
        """Return the ids of the provisions whose verdicts it rests on."""
        return ()

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""


class How(StrEnum):
    """How requirements are joined."""

    ALL = "all"
    ANY = "any"
    NOT = "not"


@attrs.frozen(kw_only=True)
class Joined(Requirement):
    """Several requirements in one: all of them, any of them, or not the one.

    Args:
        how: all, any or not.
        parts: the requirements joined; exactly one for ``not``.
    """

    how: How
    parts: tuple[Requirement, ...]

    def plain(self) -> dict[str, object]:
        """Return the requirement as it stands in a plan file."""
        parts = [plain(part) for part in self.parts]
        table: dict[str, object] = {self.how.value: parts[0] if self.how is How.NOT else parts}
        return _with_title(table, self.title)


@attrs.frozen(kw_only=True)
class BearerIs(Requirement):
    """Facts of the bearer.

    Args:
        bearer: which bearers fulfil it. Of somebody with several honours one is enough.
    """

    bearer: Selector = attrs.field(converter=as_selector)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        with faults.below("bearer") as found:
            self.bearer.faults(scales, found)


@attrs.frozen(kw_only=True)
class RecordIs(Requirement):
    """Facts of the act, where acts are what is admitted.

    Args:
        record: which records of acts fulfil it.
    """

    record: Selector = attrs.field(converter=as_selector)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        with faults.below("record") as found:
            self.record.faults(scales, found)


@attrs.frozen(kw_only=True)
class Elapsed(Requirement):
    """Full years or months that have gone by since a day.

    Args:
        elapsed: how long; five years are over on the day on which five years are reached.
        since: the fact of the bearer that gives the day.
    """

    elapsed: Length = attrs.field(converter=as_length)
    since: str = attrs.field(converter=as_name)


def as_statuses(value: Status | str | tuple[Status | str, ...]) -> tuple[Status, ...]:
    """Return one or several statuses as a tuple, each once."""
    if isinstance(value, str):
        return (as_member(Status, value),)
    found = tuple(dict.fromkeys(read_each(value, lambda one: as_member(Status, one))))
    if not found:
        raise refuse("empty-list")
    return found


@attrs.frozen(kw_only=True)
class VerdictIs(Requirement):
    """What another provision of the plan says of the bearer, or of its group.

    Args:
        verdict: id of the provision. Its periods asked about all have to fit.
        status: the statuses that fulfil it.
    """

    verdict: str = attrs.field(converter=as_name)
    status: tuple[Status, ...] = attrs.field(default=(Status.MET,), converter=as_statuses)

    def refers(self) -> tuple[str, ...]:
        """Return the id of the provision."""
        return (self.verdict,)


@attrs.frozen(kw_only=True)
class NotBarred(Requirement):
    """No bar follows from a consequence of the plan.

    Args:
        bar: id of the consequence.
    """

    bar: str = attrs.field(converter=as_name)

    def refers(self) -> tuple[str, ...]:
        """Return the id of the consequence."""
        return (self.bar,)


@attrs.frozen(kw_only=True)
class Tally(Requirement):
    """What the register holds up to the day of judgement.

    Args:
        measure: what is counted.
        at_least: how much there has to be.
        at_most: how much there may be.
        in_last: how far back it is counted, by default to the beginning.

    Raises:
        InputError: none or both of the bounds.
    """

    measure: Measure = attrs.field(converter=as_measure)
    at_least: Number | None = attrs.field(default=None, converter=as_optional_amount)
    at_most: Number | None = attrs.field(default=None, converter=as_optional_amount)
    in_last: Length | None = attrs.field(default=None, converter=as_optional_length)

    def __attrs_post_init__(self) -> None:
        if (self.at_least is None) == (self.at_most is None):
            raise refuse("bound-missing")

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        self.measure.faults(scales, faults)

    def plain(self) -> dict[str, object]:
        """Return the requirement as it stands in a plan file."""
        table = self.measure.plain()
        for name in ("at_least", "at_most", "in_last"):
            if getattr(self, name) is not None:
                table[name] = plain(getattr(self, name))
        return _with_title(table, self.title)


def _with_title(table: dict[str, object], title: Text | None) -> dict[str, object]:
    return table if title is None else {**table, "title": plain(title)}


_BESIDES: Mapping[str, Callable[..., object]] = {
    "at_least": as_optional_amount,
    "at_most": as_optional_amount,
    "in_last": as_optional_length,
    "title": as_optional_text,
}
"""What stands in the table of a tally besides its measure."""


def _tally(table: Table) -> Tally:
    faults = FaultList()
    measure = {key: value for key, value in table.items() if key not in _BESIDES}
    found: dict[str, Any] = {"measure": faults.read("", as_measure, measure)}
    for key, reader in _BESIDES.items():
        if key in table:
            found[key] = faults.read(key, reader, table[key])
    faults.raise_any()
    return Tally(**found)


_LEAVES: Mapping[str, Callable[[Table], Requirement]] = {
    "bearer": lambda table: read_table(BearerIs, table),
    "record": lambda table: read_table(RecordIs, table),
    "elapsed": lambda table: read_table(Elapsed, table),
    "verdict": lambda table: read_table(VerdictIs, table),
    "bar": lambda table: read_table(NotBarred, table),
    **dict.fromkeys(Way, _tally),
}
_HEADS = (*How, *_LEAVES)


def as_requirement(value: Requirement | Table) -> Requirement:
    """Return a requirement from its table.

    Raises:
        InputError: no head or several, keys that do not go with it, too deep a nesting.

    >>> as_requirement({"not": {"elapsed": "5 years", "since": "hired"}}).how
    <How.NOT: 'not'>
    """
    return _requirement(value, DEEPEST)


def _requirement(value: object, depth: int) -> Requirement:
    if isinstance(value, Requirement):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    if depth == 0:
        raise refuse("nested-too-deep", most=DEEPEST)
    heads = [head for head in _HEADS if head in value]
    if len(heads) != 1:
        raise refuse("requirement-one-of", known=", ".join(_HEADS))
    head = heads[0]
    if head in _LEAVES:
        return _LEAVES[head](value)
    faults = FaultList()
    unknown_keys(value, (head, "title"), faults)
    how = How(head)
    parts: tuple[Requirement, ...] | None
    if how is How.NOT:
        part = faults.read(head, lambda one: _requirement(one, depth - 1), value[head])
        parts = None if part is None else (part,)
    else:
        parts = faults.read(head, lambda several: _parts(several, depth), value[head])
    title = faults.read("title", as_optional_text, value.get("title"))
    faults.raise_any()
    return Joined(how=how, parts=parts or (), title=title)


def _parts(values: object, depth: int) -> tuple[Requirement, ...]:
    found = read_each(values, lambda value: _requirement(value, depth - 1))
    if not found:
        raise refuse("empty-list")
    return found


def leaves(requirement: Requirement, path: str = "") -> Iterator[tuple[str, Requirement]]:
    """Return the path and value of every requirement that joins no others."""
    if not isinstance(requirement, Joined):
        yield path, requirement
        return
    head = f"{path}.{requirement.how}" if path else str(requirement.how)
    for index, part in enumerate(requirement.parts):
        yield from leaves(part, head if requirement.how is How.NOT else f"{head}[{index}]")
