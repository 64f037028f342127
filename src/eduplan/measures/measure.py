"""What is counted towards a duty: the measure of a plan, with its caps, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any

import attrs

from eduplan.dates import Period, full_years, school_year
from eduplan.errors import FaultList, kind_of, refuse
from eduplan.exact import Number, exact
from eduplan.facts import together_of
from eduplan.measures.tariff import (
    Absence,
    Factor,
    Rate,
    Threshold,
    as_factors,
    as_optional_absence,
    as_tariff,
    as_thresholds,
    tariff_faults,
)
from eduplan.records import Entry
from eduplan.selectors import EVERYTHING, Scales, Selector, as_selector
from eduplan.tables import (
    Table,
    as_kinds,
    as_member,
    as_name,
    as_optional_amount,
    as_optional_name,
    as_optional_positive,
    plain,
    read_several,
)


class Way(StrEnum):
    """How a measure takes records together."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    DAYS = "days"
    SHARE = "share"
    CREDITS = "credits"


class Per(StrEnum):
    """Within what a cap holds."""

    RECORD = "record"
    DAY = "day"
    MONTH = "month"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    YEAR = "year"
    PERIOD = "period"


BUCKETS: Mapping[Per, Callable[[Entry, Period], object]] = {
    Per.RECORD: lambda entry, _: entry.id,
    Per.DAY: lambda entry, _: entry.day,
    Per.MONTH: lambda entry, _: (entry.day.year, entry.day.month),
    Per.SCHOOL_YEAR: lambda entry, _: school_year(entry.day),
    Per.CALENDAR_YEAR: lambda entry, _: entry.day.year,
    Per.YEAR: lambda entry, period: full_years(period.start, entry.day),
    Per.PERIOD: lambda _, __: None,
}


def as_per(value: Per | str) -> Per:
    """Return the range of a cap from its name."""
    return as_member(Per, value)


@attrs.frozen(kw_only=True)
class Cap:
    """At most so much counts, of the records a selector picks, within a range.

    Exactly one of three: ``at_most``, ``share`` and ``best``. That a work with several awards
    counts once, by the highest, is ``best = 1`` with ``each`` naming the fact that tells works
    apart; a sum of lower awards cannot take its place, as it can with ``at_most``.

    Args:
        at_most: the most that counts, in the unit of the measure.
        share: the most that counts as a share of what is owed.
        best: how many records count, those that are worth most; of two alike the earlier.
        per: within what: every record, day, month, school year, calendar year, year of the period
            (twelve months from its first day on), or the whole period.
        each: a fact of the records: within a range the cap holds for each of its values apart, such
            as for every course. Several values of one record are a value of their own.
        where: which records it holds for, by default all that count.
    """

    at_most: Number | None = attrs.field(default=None, converter=as_optional_amount)
    share: Number | None = attrs.field(default=None, converter=as_optional_amount)
    best: int | None = attrs.field(default=None, converter=as_optional_positive)
    per: Per = attrs.field(converter=as_per)
    each: str = attrs.field(default="", converter=as_optional_name)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)

    def __attrs_post_init__(self) -> None:
        ways = (self.at_most, self.share, self.best)
        if sum(way is not None for way in ways) != 1:
            raise refuse("cap-one-of", known="at_most, share, best")

    def most(self, owed: Number | None) -> Number | None:
        """Return the most that counts, None where it depends on what is not known, or on rank."""
        if self.share is None:
            return self.at_most
        return None if owed is None else exact(Fraction(self.share) * owed)

    def bucket(self, entry: Entry, period: Period) -> object:
        """Return what a record shares the cap with others by."""
        found = BUCKETS[self.per](entry, period)
        return (found, together_of(entry.get, self.each)) if self.each else found


def as_caps(value: Iterable[Cap | Table] | Cap | Table) -> tuple[Cap, ...]:
    """Return caps from one or several tables.

    Which records count comes first, then how much; narrow ranges, and what holds for all last.
    """
    caps = read_several(Cap, value)
    order = list(Per)

    def place(cap: Cap) -> tuple[bool, int, bool, bool]:
        return cap.best is None, order.index(cap.per), not cap.each, cap.where == EVERYTHING

    return tuple(sorted(caps, key=place))


@attrs.frozen(kw_only=True)
class Measure:
    """What is counted towards a duty, over which records, and whose it is.

    In a plan file it is a table with exactly one way of measuring:
    ``{ count = "open-lesson" }``, ``{ sum = "hours", of = "training" }``,
    ``{ distinct = "book", of = "professional-reading" }``, ``{ days = "school-visit" }``, or
    ``{ share = { tier = "@bearer.tier" }, of = "training", weigh = "hours" }``, or
    ``{ credits = ["training", "paper"], tariff = [...] }``; besides ``where``, ``by`` and ``caps``.

    Args:
        way: how the records are taken together.
        kinds: kinds of record.
        field: the fact summed, told apart, or by which a share is weighed.
        where: which records of these kinds count; of a share, which it is taken of.
        part: of a share, the records that are in it.
        by: the fact of a record that points to the bearer.
        caps: at most so much counts.
        tariff: of credits, what records are worth: of its rows the first that fits.
        factors: of credits, tables of factors; of each the first row that fits multiplies.
        absence: of credits, the share of absence that cancels a record.
        thresholds: so much must come together before anything counts.
    """

    way: Way
    kinds: tuple[str, ...]
    field: str = ""
    where: Selector = EVERYTHING
    part: Selector = EVERYTHING
    by: str = "bearer"
    caps: tuple[Cap, ...] = ()
    tariff: tuple[Rate, ...] = ()
    factors: tuple[tuple[Factor, ...], ...] = ()
    absence: Absence | None = None
    thresholds: tuple[Threshold, ...] = ()

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
        tariff_faults(self.tariff, self.factors, self.thresholds, scales, faults)

    def plain(self) -> dict[str, object]:
        """Return the measure as it stands in a plan file."""
        kinds = self.kinds[0] if len(self.kinds) == 1 else list(self.kinds)
        table: dict[str, object]
        if self.way in _OF_KINDS:
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
        for key in ("tariff", "factors", "absence", "thresholds"):
            if getattr(self, key):
                table[key] = plain(getattr(self, key))
        return table


_OF_KINDS = (Way.COUNT, Way.DAYS, Way.CREDITS)
_Read = tuple[str, Callable[..., Any]]
_HEADS: Mapping[Way, _Read] = {
    **dict.fromkeys(_OF_KINDS, ("kinds", as_kinds)),
    **dict.fromkeys((Way.SUM, Way.DISTINCT), ("field", as_name)),
    Way.SHARE: ("part", as_selector),
}
"""What stands behind a way of measuring: the field it is, and what reads it."""

_KEYS: Mapping[str, _Read] = {
    "of": ("kinds", as_kinds),
    "where": ("where", as_selector),
    "by": ("by", as_name),
    "weigh": ("field", as_name),
    "caps": ("caps", as_caps),
    "tariff": ("tariff", as_tariff),
    "factors": ("factors", as_factors),
    "absence": ("absence", as_optional_absence),
    "thresholds": ("thresholds", as_thresholds),
}
"""What stands behind the other keys."""

_ONLY_WITH: Mapping[str, tuple[Way, ...]] = {
    "of": (Way.SUM, Way.DISTINCT, Way.SHARE),
    "weigh": (Way.SHARE,),
    "caps": (Way.COUNT, Way.SUM, Way.CREDITS),
    "thresholds": (Way.COUNT, Way.SUM, Way.CREDITS),
    "tariff": (Way.CREDITS,),
    "factors": (Way.CREDITS,),
    "absence": (Way.CREDITS,),
}
"""Keys that go with some ways of measuring only."""


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
    (way,) = ways
    readers = {**_KEYS, way.value: _HEADS[way]}
    faults = FaultList()
    found: dict[str, Any] = {}
    for key, spelled in value.items():
        if key in readers:
            field, reader = readers[key]
            found[field] = faults.read(key, reader, spelled)
        else:
            faults.unknown("unknown-key", str(key)[:64], str(key), readers)
    _check_keys(way, value, faults)
    faults.raise_any()
    return Measure(way=way, **found)


def _check_keys(way: Way, table: Table, faults: FaultList) -> None:
    """Note keys that do not go with a way of measuring, and those it needs."""
    for key, ways in _ONLY_WITH.items():
        if key in table and way not in ways:
            faults.add("measure-not-with", key, way=way.value)
    needed = [] if way in _OF_KINDS else ["of"]
    if way is Way.CREDITS:
        needed.append("tariff")
    for key in needed:
        if key not in table:
            faults.add("measure-needs", way=way.value, needs=key)
