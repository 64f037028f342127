"""The form that says something takes place on a rhythm."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

import attrs

from eduplan.errors import FaultList, kind_of, refuse
from eduplan.periods import Every, Unit, as_every, as_optional_every
from eduplan.provisions.happening import Happening, as_happening, as_optional_happening
from eduplan.provisions.occasions import (
    Occasion,
    Window,
    as_occasions,
    as_window,
    check_window,
)
from eduplan.provisions.provision import Provision
from eduplan.provisions.quota import Partial, as_undivided
from eduplan.selectors import Scales, Selector, as_selectors
from eduplan.tables import (
    Scalar,
    Table,
    as_member,
    as_name,
    as_positive,
    as_scalar,
    as_whole,
    plain,
    read_each,
)

_BEARER = "@bearer."
MOST_TIMES = 100

_RANKS = (
    frozenset({Unit.SCHOOL_DAY}),
    frozenset({Unit.WEEK, Unit.TEACHING_WEEK}),
    frozenset({Unit.MONTH, Unit.TEACHING_MONTH}),
    frozenset({Unit.TERM}),
    frozenset({Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR}),
    frozenset({Unit.CYCLE}),
    frozenset({Unit.PLAN}),
)
"""Units from short to long: verdicts are told by longer periods than the rhythm's own."""

_MOST_GRACE = (1, 7, 28, 60, 180, 180, 180)
"""Days of grace by the same order: what is late never waits past the period after."""


def _rank(every: Every) -> int:
    return next(rank for rank, units in enumerate(_RANKS) if every.unit in units)


class Late(StrEnum):
    """What a late occurrence is worth."""

    FAILS = "fails"
    COUNTS = "counts"


def as_late(value: Late | str) -> Late:
    """Return what a late occurrence is worth, from its word."""
    return as_member(Late, value)


def as_times(value: object) -> int:
    """Return how often something is due in a period."""
    times = as_positive(value)
    if times > MOST_TIMES:
        raise refuse("times-too-many", most=MOST_TIMES)
    return times


def as_grace(value: object) -> int:
    """Return a number of days, 0 included."""
    days = as_whole(value)
    if days < 0:
        raise refuse("grace-negative")
    return days


@attrs.frozen
class Dimension:
    """One fact for each of whose values something is due.

    Args:
        field: the fact of the records.
        fact: the fact of the bearer that lists the values; empty where the plan lists them.
        values: the values the plan lists.
    """

    field: str
    fact: str = ""
    values: tuple[Scalar, ...] = ()


@attrs.frozen
class ForEach:
    """Something is due for every combination of values: every class and subject, every stage.

    Args:
        dimensions: the facts with their values.
    """

    dimensions: tuple[Dimension, ...] = ()

    def plain(self) -> dict[str, object]:
        """Return it as it stands in a plan file."""
        return {
            one.field: _BEARER + one.fact if one.fact else plain(one.values)
            for one in self.dimensions
        }


def as_for_each(value: ForEach | Table) -> ForEach:
    """Return it from a table such as ``{ class = "@bearer.classes", subject = ["math"] }``."""
    if isinstance(value, ForEach):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    found = []
    for key, spelled in value.items():
        with faults.at(str(key)):
            found.append(_dimension(as_name(key), spelled))
    faults.raise_any()
    return ForEach(tuple(found))


def _dimension(field: str, spelled: object) -> Dimension:
    if isinstance(spelled, str):
        if not spelled.startswith(_BEARER):
            raise refuse("for-each-values")
        return Dimension(field, as_name(spelled[len(_BEARER) :]))
    values = tuple(dict.fromkeys(read_each(spelled, as_scalar)))
    if not values:
        raise refuse("empty-list")
    return Dimension(field, "", values)


@attrs.frozen(kw_only=True)
class Schedule(Provision):
    """Something takes place on a rhythm: so often in every period, on its days.

    Args:
        what: what takes place.
        every: the rhythm: in every one of its periods something is due.
        times: how often in each, where there are no several occasions.
        window: on which days of a period, by default on all.
        occasion: several named things due in each period, instead of ``times`` and ``window``.
        for_each: facts of the records for each combination of which it is due.
        without: combinations for which nothing is due, such as physics in primary schools.
        grace: days after the window in which what takes place is late, and not missed.
        late: whether what is late counts as held.
        waived_by: records that waive one occurrence of every window they touch.
        report: the longer period all of whose occurrences are judged together, by default each
            period alone.
        partial: whether an occurrence is owed in whose window somebody was in service in part
            only; left out, that is undetermined.

    Raises:
        InputError: faults in the fields, and keys that do not go together.
    """

    form: ClassVar[str] = "schedule"

    what: Happening = attrs.field(converter=as_happening)
    every: Every = attrs.field(converter=as_every)
    times: int = attrs.field(default=1, converter=as_times)
    window: Window | None = attrs.field(default=None, converter=as_window)
    occasion: tuple[Occasion, ...] = attrs.field(default=(), converter=as_occasions)
    for_each: ForEach = attrs.field(factory=ForEach, converter=as_for_each)
    without: tuple[Selector, ...] = attrs.field(default=(), converter=as_selectors)
    grace: int = attrs.field(default=0, converter=as_grace)
    late: Late = attrs.field(default=Late.FAILS, converter=as_late)
    waived_by: Happening | None = attrs.field(default=None, converter=as_optional_happening)
    report: Every | None = attrs.field(default=None, converter=as_optional_every)
    partial: Partial | None = attrs.field(default=None, converter=as_undivided)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if self.occasion and (self.window is not None or self.times != 1):
            faults.add("occasion-or-window", "occasion")
        ids = [occasion.id for occasion in self.occasion]
        for index, name in enumerate(ids):
            if name in ids[:index]:
                other = f"occasion[{ids.index(name)}]"
                faults.add("duplicate-id", f"occasion[{index}].id", value=name, other=other)
        check_window(self.window, self.every, faults)
        for index, occasion in enumerate(self.occasion):
            with faults.below(f"occasion[{index}]") as found:
                check_window(occasion.window, self.every, found)
        most = _MOST_GRACE[_rank(self.every)]
        if self.grace > most:
            faults.add("grace-too-long", "grace", most=most)
        if self.late is Late.COUNTS and not self.grace:
            faults.add("late-needs-grace", "late")
        if self.report is not None and _rank(self.report) <= _rank(self.every):
            faults.add("report-too-short", "report")
        sides = [dimension.field for dimension in self.for_each.dimensions]
        for index, selector in enumerate(self.without):
            for field in selector.fields():
                if field not in sides:
                    known = ", ".join(sides) or "-"
                    faults.add("not-in-for-each", f"without[{index}].{field}", known=known)
        faults.raise_any()

    @property
    def verdicts_every(self) -> Every:
        """The rule of the periods on which there are verdicts."""
        return self.report or self.every

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        with faults.below("what") as found:
            self.what.faults(scales, found)
        if self.waived_by is not None:
            with faults.below("waived_by") as found:
                self.waived_by.faults(scales, found)
        for index, occasion in enumerate(self.occasion):
            with faults.below(f"occasion[{index}].where") as found:
                occasion.where.faults(scales, found)
        for index, selector in enumerate(self.without):
            with faults.below(f"without[{index}]") as found:
                selector.faults(scales, found)
