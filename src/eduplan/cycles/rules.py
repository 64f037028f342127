"""What cycles of a bearer's own depend on, as plans say it.

They have a length, which may depend on facts of the bearer; they run from a day it states; leave
may put them on hold; and where a renewal completes one, the plan says from when the next one runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

import attrs

from eduplan.dates import add_months
from eduplan.errors import FaultList, refuse
from eduplan.lengths import Length, as_cycle_length, as_optional_stretch
from eduplan.selectors import EVERYTHING, Selector, as_selector
from eduplan.tables import Table, as_kinds, as_member, as_name, plain, read_optional, read_table


@attrs.frozen(kw_only=True)
class CycleLength:
    """How long the cycle of some bearers is.

    Args:
        length: how long, such as ``"5 years"``.
        where: of which bearers; of several rows the first that fits holds.
    """

    length: Length = attrs.field(converter=as_cycle_length)
    where: Selector = attrs.field(default=EVERYTHING, converter=as_selector)


class Aligned(StrEnum):
    """Where a first cycle begins: with the month or year its anchor lies in, or with the next."""

    MONTH = "month"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    NEXT_MONTH = "next-month"
    NEXT_SCHOOL_YEAR = "next-school-year"
    NEXT_CALENDAR_YEAR = "next-calendar-year"

    def first_day(self, day: date) -> date:
        """Return the day on which the first cycle begins that is anchored at ``day``.

        >>> Aligned("school-year").first_day(date(2021, 11, 15))
        datetime.date(2021, 9, 1)
        >>> Aligned("next-school-year").first_day(date(2021, 9, 1))
        datetime.date(2021, 9, 1)
        """
        unit = self.value.removeprefix("next-")
        month = {"month": day.month, "school-year": 9, "calendar-year": 1}[unit]
        start = date(day.year - (month > day.month), month, 1)
        if start == day or unit == self.value:
            return start
        return add_months(start, 1 if unit == "month" else 12)


class Next(StrEnum):
    """From when the next cycle runs once one is completed; or that it is not completed by that."""

    COMPLETION = "completion"
    DUE = "due"
    NOTHING = "nothing"


def as_early(value: Next | str) -> Next:
    """Return what a renewal before its window does, from its name."""
    return as_member(Next, value)


def as_late(value: Next | str) -> Next:
    """Return from when the next cycle runs after a late renewal, from its name."""
    found = as_member(Next, value)
    if found is Next.NOTHING:
        raise refuse("not-one-of", known=f"{Next.COMPLETION}, {Next.DUE}")
    return found


@attrs.frozen(kw_only=True)
class Renewal:
    """The records that complete a cycle, and from when the next one runs.

    A renewal on the last days of a cycle, from ``opens`` on, lets the next begin when it ends.
    What an earlier or a later one does is told by ``early`` and ``late``.

    Args:
        kind: the kinds of record.
        where: which of them.
        by: the fact of such a record that points to the bearer.
        opens: how long before the end of a cycle it may be renewed without shortening it.
        early: what a renewal before that does: the next cycle runs from its ``completion``, from
            when this one was ``due`` all the same, or it completes ``nothing``.
        late: from when the next cycle runs after a renewal that came when the cycle was over.
        grace: how long after the end ``late`` holds; later the next runs from its completion.

    Raises:
        InputError: keys that change nothing.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    where: Selector = attrs.field(default=EVERYTHING, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)
    opens: Length | None = attrs.field(default=None, converter=as_optional_stretch)
    early: Next = attrs.field(default=Next.COMPLETION, converter=as_early)
    late: Next = attrs.field(default=Next.COMPLETION, converter=as_late)
    grace: Length | None = attrs.field(default=None, converter=as_optional_stretch)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if self.opens is not None and self.early is Next.DUE:
            faults.add("renewal-idle", "opens", other='early = "due"')
        if self.grace is not None and self.late is Next.COMPLETION:
            faults.add("renewal-idle", "grace", other='late = "completion"')
        faults.raise_any()

    def plain(self) -> object:
        """Return the renewal as it stands in a plan file."""
        table = _said(self)
        return self.kind[0] if len(table) == len(self.kind) == 1 else table

    def next_start(self, due: date, day: date) -> date | None:
        """Return when the next cycle begins, None where a renewal does not complete this one.

        Args:
            due: the first day after the cycle.
            day: the day of the renewal.

        >>> from eduplan.lengths import Length
        >>> early = Renewal(kind=["renewal"], opens=Length(6))
        >>> early.next_start(date(2025, 7, 1), date(2025, 3, 10))
        datetime.date(2025, 7, 1)
        >>> early.next_start(date(2025, 7, 1), date(2024, 12, 31))
        datetime.date(2024, 12, 31)
        """
        if day < due:
            inside = self.opens is not None and day >= self.opens.before(due)
            how = Next.DUE if inside else self.early
        else:
            how = Next.COMPLETION if self.grace and day >= self.grace.after(due) else self.late
        return {Next.COMPLETION: day, Next.DUE: due}.get(how)


def as_renewal(value: Renewal | str | Table) -> Renewal:
    """Return what completes a cycle from the kind of its records, or from its table."""
    return read_table(Renewal, {"kind": value} if isinstance(value, str) else value)


class Takes(StrEnum):
    """Which cycles a change of the bearer's facts is for: the next ones, or the one it falls in."""

    PERIOD_START = "period-start"
    AS_OF = "as-of"


def as_takes(value: Takes | str) -> Takes:
    """Return from when a change of facts holds, from its name."""
    return as_member(Takes, value)


@attrs.frozen(kw_only=True)
class FactChange:
    """The records that tell from when facts of a bearer are what they are.

    What such a record states holds from its day until another states otherwise; before the first
    that states a fact, it is not known. A fact that none states is what the roster says throughout.

    Args:
        kind: the kinds of record.
        governs: ``period-start``: a cycle keeps the length it began with; ``as-of``: it takes the
            length that follows from the change, counted from its beginning, and ends on the day of
            the change at the earliest.
        by: the fact of such a record that points to the bearer.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    governs: Takes = attrs.field(converter=as_takes)
    by: str = attrs.field(default="bearer", converter=as_name)


@attrs.frozen(kw_only=True)
class Hold:
    """Leave that puts a cycle on hold: it ends so many days later.

    Args:
        kind: the kinds of record that state leave, from ``day`` to ``last_day``.
        where: which of them do.
        by: the fact of such a record that points to the bearer.
        at_least: leave shorter than this does not, such as ``"6 months"``.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    where: Selector = attrs.field(default=EVERYTHING, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)
    at_least: Length | None = attrs.field(default=None, converter=as_optional_stretch)


def as_optional_change(value: FactChange | Table | None) -> FactChange | None:
    """Return the records that change facts of a bearer, or None."""
    return read_optional(FactChange, value)


def as_optional_hold(value: Hold | Table | None) -> Hold | None:
    """Return the leave that puts a cycle on hold, or None."""
    return read_optional(Hold, value)


def _said(value: attrs.AttrsInstance) -> dict[str, object]:
    """Return the fields of a value that do not have their default, as in a plan file."""
    return {
        field.name: plain(getattr(value, field.name))
        for field in attrs.fields(type(value))
        if getattr(value, field.name) != field.default
    }


@attrs.frozen(kw_only=True)
class Own:
    """What cycles of a bearer's own depend on.

    Args:
        lengths: how long they are, by who the bearer is.
        starts: facts of the bearer that give the first day of its first cycle; the first of them
            that it states holds.
        ends: the fact that gives the last day of one of its cycles, such as the expiry of a
            licence; where it is stated, ``starts`` are not asked.
        aligned: whether a first cycle begins with a month or year.
        after: what completes a cycle.
        change: what changes the facts on which its length depends.
        hold: what puts it on hold.
        skip: of the first so many cycles nothing is asked.
        only: of so many after those something is asked, and of none later; 0 for all.
    """

    lengths: tuple[CycleLength, ...]
    starts: tuple[str, ...] = ()
    ends: str = ""
    aligned: Aligned | None = None
    after: Renewal | None = None
    change: FactChange | None = None
    hold: Hold | None = None
    skip: int = 0
    only: int = 0

    def asks(self, place: int) -> bool:
        """Say whether a cycle is one of those of which something is asked.

        Args:
            place: its place among those of the bearer, the first being 0.
        """
        return place >= self.skip and (not self.only or place < self.skip + self.only)

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts of the bearer on which its cycles depend."""
        asked = [name for row in self.lengths for name in row.where.fields()]
        more = [name for row in self.lengths for name in row.where.bearer_fields()]
        return tuple(
            dict.fromkeys([*self.starts, *([self.ends] if self.ends else []), *asked, *more])
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of record on which its cycles depend."""
        rules = (self.after, self.change, self.hold)
        return tuple(dict.fromkeys(kind for rule in rules if rule for kind in rule.kind))

    def selectors(self) -> Iterator[tuple[str, Selector]]:
        """Return the selectors in it by their places in a plan file."""
        for index, row in enumerate(self.lengths):
            yield f"cycle[{index}].where", row.where
        for name, rule in (("after", self.after), ("hold", self.hold)):
            if rule is not None:
                yield f"{name}.where", rule.where
