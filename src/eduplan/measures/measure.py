"""What is counted towards a duty: the measure of a plan, with its caps, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import attrs

from eduplan.dates import school_year
from eduplan.errors import FaultList, kind_of, refuse
from eduplan.exact import Number, not_negative
from eduplan.records import Entry
from eduplan.selectors import EVERYTHING, Scales, Selector, as_selector
from eduplan.tables import Table, as_kinds, as_member, as_name, plain, read_each, read_table


class Way(StrEnum):
    """How a measure takes records together."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    DAYS = "days"
    SHARE = "share"


class Per(StrEnum):
    """Within what a cap holds."""

    RECORD = "record"
    MONTH = "month"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    PERIOD = "period"


BUCKETS: dict[Per, Callable[[Entry], object]] = {
    Per.RECORD: lambda entry: entry.id,
    Per.MONTH: lambda entry: (entry.day.year, entry.day.month),
    Per.SCHOOL_YEAR: lambda entry: school_year(entry.day),
    Per.CALENDAR_YEAR: lambda entry: entry.day.year,
    Per.PERIOD: lambda _: None,
}


def as_per(value: Per | str) -> Per:
    """Return the range of a cap from its name."""
    return as_member(Per, value)


@attrs.frozen(kw_only=True)
class Cap:
    """At most so much counts, of the records a selector picks, within a range.

    Args:
        at_most: the most that counts, in the unit of the measure.
        per: within what: every record, month, school year, calendar year, or the whole period.
        where: which records it holds for, by default all that count.
    """

    at_most: Number = attrs.field(converter=not_negative)
    per: Per = attrs.field(converter=as_per)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)


def as_caps(value: Iterable[Cap | Table] | Cap | Table) -> tuple[Cap, ...]:
    """Return caps from one or several tables: narrow ranges first, and what holds for all last."""
    several = [value] if isinstance(value, Cap | Mapping) else value
    caps = read_each(several, lambda table: read_table(Cap, table))
    order = list(Per)
    return tuple(sorted(caps, key=lambda cap: (order.index(cap.per), cap.where == EVERYTHING)))


@attrs.frozen(kw_only=True)
class Measure:
    """What is counted towards a duty, over which records, and whose it is.

    In a plan file it is a table with exactly one way of measuring:
    ``{ count = "open-lesson" }``, ``{ sum = "hours", of = "training" }``,
    ``{ distinct = "book", of = "professional-reading" }``, ``{ days = "school-visit" }``, or
    ``{ share = { tier = "@bearer.tier" }, of = "training", weigh = "hours" }``; besides ``where``,
    ``by`` and ``caps``.

    Args:
        way: how the records are taken together.
        kinds: kinds of record.
        field: the fact summed, told apart, or by which a share is weighed.
        where: which records of these kinds count; of a share, which it is taken of.
        part: of a share, the records that are in it.
        by: the fact of a record that points to the bearer.
        caps: at most so much counts.
    """

    way: Way
    kinds: tuple[str, ...]
    field: str = ""
    where: Selector = EVERYTHING
    part: Selector = EVERYTHING
    by: str = "bearer"
    caps: tuple[Cap, ...] = ()

    @property
    def grows(self) -> bool:
        """Whether a further record can only raise it; of a share that is not so."""
        return self.way is not Way.SHARE

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        with faults.below("where") as found:
            self.where.faults(scales, found)
        with faults.below("share") as found:
            self.part.faults(scales, found)
        for index, cap in enumerate(self.caps):
            with faults.below(f"caps[{index}].where") as found:
                cap.where.faults(scales, found)

    def plain(self) -> dict[str, object]:
        """Return the measure as it stands in a plan file."""
        kinds = self.kinds[0] if len(self.kinds) == 1 else list(self.kinds)
        table: dict[str, object]
        if self.way in (Way.COUNT, Way.DAYS):
            table = {self.way.value: kinds}
        elif self.way is Way.SHARE:
            table = {"share": self.part.plain(), "of": kinds}
            if self.field:
                table["weigh"] = self.field
        else:
            table = {self.way.value: self.field, "of": kinds}
        if self.where != EVERYTHING:
            table["where"] = self.where.plain()
        if self.by != "bearer":
            table["by"] = self.by
        if self.caps:
            table["caps"] = plain(self.caps)
        return table


_READERS: dict[str, Callable[..., object]] = {
    "of": as_kinds,
    "where": as_selector,
    "by": as_name,
    "weigh": as_name,
    "caps": as_caps,
}


def as_measure(value: Measure | Table) -> Measure:
    """Return a measure from its table.

    Raises:
        InputError: not exactly one way of measuring, or keys that do not go with it.

    >>> as_measure({"sum": "hours", "of": "training"}).kinds
    ('training',)
    """
    if isinstance(value, Measure):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    ways = [way for way in Way if way in value]
    if len(ways) != 1:
        raise refuse("measure-one-of", known=", ".join(Way))
    way = ways[0]
    faults = FaultList()
    found: dict[str, object] = {}
    for key, spelled in value.items():
        if key == way:
            continue
        if key not in _READERS:
            known = ", ".join([way.value, *_READERS])
            faults.add("unknown-key", str(key)[:64], known=known)
        else:
            found[key] = faults.read(key, _READERS[key], spelled)
    if "weigh" in value and way is not Way.SHARE:
        faults.add("measure-not-with", "weigh", way=way.value)
    if "caps" in value and way not in (Way.COUNT, Way.SUM):
        faults.add("measure-not-with", "caps", way=way.value)
    reader = {Way.COUNT: as_kinds, Way.DAYS: as_kinds, Way.SHARE: as_selector}.get(way, as_name)
    head = faults.read(way.value, reader, value[way])
    if way in (Way.COUNT, Way.DAYS):
        if "of" in value:
            faults.add("measure-not-with", "of", way=way.value)
        found["of"] = head
    elif "of" not in value:
        faults.add("measure-needs", way=way.value, needs="of")
    faults.raise_any()
    return Measure(
        way=way,
        kinds=found["of"],  # type: ignore[arg-type]
        field=head if way in (Way.SUM, Way.DISTINCT) else found.get("weigh", ""),  # type: ignore[arg-type]
        where=found.get("where", EVERYTHING),  # type: ignore[arg-type]
        part=head if way is Way.SHARE else EVERYTHING,  # type: ignore[arg-type]
        by=found.get("by", "bearer"),  # type: ignore[arg-type]
        caps=found.get("caps", ()),  # type: ignore[arg-type]
    )
