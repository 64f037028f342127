"""The form that says how much a bearer does, at least or at most, in every period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar

import attrs

from eduplan.dates import add_months
from eduplan.errors import FaultList, NotKnown, read_below, refuse
from eduplan.exact import Number, Spelled, exact, not_negative
from eduplan.facts import Getter
from eduplan.lengths import Length, as_optional_length, as_optional_stretch
from eduplan.measures import ADDED_UP, Measure, Way, as_measure
from eduplan.messages import Text
from eduplan.periods import Every, Unit, as_every
from eduplan.provisions.portions import Portion, as_portions
from eduplan.provisions.provision import Provision
from eduplan.selectors import EVERYTHING, Scales, Selector, as_selector
from eduplan.tables import (
    Table,
    as_kinds,
    as_member,
    as_name,
    as_optional_amount,
    as_optional_name,
    as_optional_text,
    plain,
    read_optional,
    read_table,
    read_tables,
    unknown_keys,
)


@attrs.frozen(kw_only=True)
class Amount:
    """How much is owed, and by which of the bearers.

    Args:
        amount: how much, in the unit of the quota; of a share, a fraction such as ``"75%"``.
        where: which bearers owe it, by default all.
        per: the fact of a bearer in proportion to which it is owed, such as the part of full time
            that it works; so much is owed for 1 of it.
        floor: of ``per``, no less is owed.

    Raises:
        InputError: a floor without ``per``.
    """

    amount: Number = attrs.field(converter=not_negative)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    per: str = attrs.field(default="", converter=as_optional_name)
    floor: Number | None = attrs.field(default=None, converter=as_optional_amount)

    def __attrs_post_init__(self) -> None:
        if self.floor is not None and not self.per:
            raise refuse("part-needs", "floor", other="per")

    def of(self, get: Getter) -> Number:
        """Return how much a bearer owes.

        Raises:
            NotKnown: the fact in proportion to which it owes is not stated.
            InputError: that fact is no number, or negative.
        """
        if not self.per:
            return self.amount
        part = get(self.per)
        if part is None:
            raise NotKnown("bound-unknown", field=self.per)
        owed = exact(self.amount * read_below(self.per, not_negative, part))
        return owed if self.floor is None else max(owed, self.floor)


def as_bound(
    value: Spelled | Table | Iterable[Amount | Table] | None,
) -> tuple[Amount, ...] | None:
    """Return a bound from a number, or from rows of ``{ where = {...}, amount = 60 }``."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return (read_table(Amount, value),)
    if isinstance(value, list | tuple):
        if not value:
            raise refuse("empty-list")
        return read_tables(Amount, value)
    return (Amount(amount=not_negative(value)),)  # type: ignore[arg-type]


class Partial(StrEnum):
    """What somebody owes who was in service for part of a period only."""

    FULL = "full"
    PRO_RATA = "pro-rata"
    BY_MONTH = "by-month"
    EXEMPT = "exempt"

    @property
    def lessens(self) -> bool:
        """Whether a share of the amount is owed."""
        return self in (Partial.PRO_RATA, Partial.BY_MONTH)


def as_partial(value: Partial | str | None) -> Partial | None:
    """Return a policy from its name; None leaves it undeclared."""
    return None if value is None else as_member(Partial, value)


STUBS = (Partial.FULL, Partial.PRO_RATA, Partial.EXEMPT)
"""What may be owed in a cycle that the plan cuts: it may cut a month too."""

UNDIVIDED = (Partial.FULL, Partial.EXEMPT)
"""What may be owed of that of which there is no part."""


def as_stub(value: Partial | str | None) -> Partial | None:
    """Return a policy for cycles that the plan cuts."""
    policy = as_partial(value)
    if policy is not None and policy not in STUBS:
        raise refuse("partial-months")
    return policy


def as_undivided(value: Partial | str | None) -> Partial | None:
    """Return a policy for what is owed as a whole or not at all."""
    policy = as_partial(value)
    if policy is not None and policy not in UNDIVIDED:
        raise refuse("partial-occurrence")
    return policy


class Over(StrEnum):
    """Over whom figures are taken before they are judged."""

    EACH = "each"
    MEAN = "mean"
    TOTAL = "total"
    SHARE = "share"


@attrs.frozen
class Scope:
    """Whether each bearer is judged, or the mean or total of a group, or how many of it meet it.

    Args:
        over: each, mean, total or share.
        group: the fact of the bearers that names their group, or ``all``.
        reaches: of a share, how many of the group's bearers have to meet the quota.
    """

    over: Over = Over.EACH
    group: str = ""
    reaches: Number = 1

    @property
    def pooled(self) -> bool:
        """Whether the figures of a group are taken together before they are judged."""
        return self.over in (Over.MEAN, Over.TOTAL)

    def plain(self) -> object:
        """Return the scope as it stands in a plan file."""
        if self.over is Over.EACH:
            return "each"
        table: dict[str, object] = {self.over.value: self.group}
        return table if self.reaches == 1 else {**table, "reaches": plain(self.reaches)}


def as_scope(value: Scope | str | Table) -> Scope:
    """Return a scope from ``"each"``, ``{ mean = "school" }`` or ``{ total = "school" }``.

    ``{ share = "school", reaches = "95%" }`` is met where so many of a school meet the quota.
    """
    if isinstance(value, Scope):
        return value
    if value == "each":
        return Scope()
    if isinstance(value, Mapping) and len(value) == 1:
        key, group = next(iter(value.items()))
        if key in (Over.MEAN, Over.TOTAL):
            return Scope(Over(key), as_name(group))
    if isinstance(value, Mapping) and "share" in value:
        faults = FaultList()
        unknown_keys(value, ("share", "reaches"), faults)
        group = faults.read("share", as_name, value["share"])
        reaches = faults.read("reaches", as_share, value.get("reaches", 1))
        faults.raise_any()
        return Scope(Over.SHARE, str(group), reaches or 1)
    raise refuse("scope-one-of")


def as_share(value: Spelled) -> Number:
    """Return a share between none and all."""
    share = exact(value)
    if not 0 < share <= 1:
        raise refuse("not-a-share")
    return share


@attrs.frozen(kw_only=True)
class Leave:
    """Leave that lessens a total: what is owed is owed for the other days only.

    Args:
        kind: the kinds of record that state leave, from ``day`` to ``last_day``.
        where: which of them do, such as maternity leave.
        by: the fact of such a record that points to the bearer.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)


def as_optional_leave(value: Leave | Table | None) -> Leave | None:
    """Return a rule on leave, or None."""
    return read_optional(Leave, value)


@attrs.frozen(kw_only=True)
class CarryOver:
    """What of the period before counts in this one: what was done beyond what was owed.

    It counts once: what is not needed in this period lapses.

    Args:
        at_most: no more than this is carried.
        where: only what such records came to.
        last: only what was done in the last months of the period before, such as ``"12 months"``.
    """

    at_most: Number | None = attrs.field(default=None, converter=as_optional_amount)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    last: Length | None = attrs.field(default=None, converter=as_optional_length)


def as_optional_carry_over(value: CarryOver | Table | None) -> CarryOver | None:
    """Return a rule on what is carried over, or None."""
    return read_optional(CarryOver, value)


@attrs.frozen
class BeforeJoining:
    """Which records count that a bearer has from the days before it joined.

    Args:
        counts: those that count, None where they lapse.
    """

    counts: Selector | None = EVERYTHING

    def plain(self) -> object:
        """Return the rule as it stands in a plan file."""
        if self.counts == EVERYTHING:
            return "counts"
        return "lapses" if self.counts is None else self.counts.plain()


def as_before_joining(value: BeforeJoining | str | Table) -> BeforeJoining:
    """Return a rule from ``"counts"``, ``"lapses"`` or the selector of the records that count."""
    if isinstance(value, BeforeJoining):
        return value
    if value == "counts":
        return BeforeJoining()
    if value == "lapses":
        return BeforeJoining(None)
    if isinstance(value, Mapping):
        return BeforeJoining(as_selector(value))
    raise refuse("before-joining")


TIMES = Text("次", "")

_COUNTED_IN: Mapping[Way, Text] = {
    **dict.fromkeys(Way, Text("", "")),
    Way.COUNT: TIMES,
    Way.DAYS: Text("天", "days"),
    Way.DISTINCT: Text("个", ""),
}
"""The unit where none is said; what a sum or credits are in, only the plan knows."""


@attrs.frozen(kw_only=True)
class Quota(Provision):
    """A bearer does at least, or at most, so much of something in every period.

    Args:
        measure: what is counted.
        every: in which periods.
        at_least: how much is owed; rows for different roles, of which the largest holds.
        at_most: how much is allowed; of several rows the smallest holds.
        scope: whether each bearer, the mean or total of a group, or how many of it meet the quota
            is judged.
        partial: what somebody owes who joined or left within a period; left out, such a verdict
            is undetermined.
        unit: what is counted, such as hours; see `counted_in`.
        part: what part of it must be, or may be at most, of some kind.
        leave: days of leave, for which less is owed in proportion.
        carry_over: what of the period before counts in this one.
        opens: how long before the end of a period records count, by default from its first day.
        grace: how long after its end what is missing may be made up; what is done then counts for
            the period past as far as something is missing, of the whole or of a part that it fits,
            and only what is left of it for the next.
        stub: what is owed in a cycle that begins before the plan or ends after it; left out, such a
            verdict is undetermined.
        serves_at_least: a bearer that is in service for less of a period, and not on leave, owes
            nothing in it.
        before_joining: which records count from the days of a period before the bearer joined.

    Raises:
        InputError: faults in the fields, none or both of the bounds.
    """

    form: ClassVar[str] = "quota"
    measured: ClassVar[tuple[str, ...]] = ("measure",)

    measure: Measure = attrs.field(converter=as_measure)
    every: Every = attrs.field(converter=as_every)
    at_least: tuple[Amount, ...] | None = attrs.field(default=None, converter=as_bound)
    at_most: tuple[Amount, ...] | None = attrs.field(default=None, converter=as_bound)
    scope: Scope = attrs.field(factory=Scope, converter=as_scope)
    partial: Partial | None = attrs.field(default=None, converter=as_partial)
    unit: Text | None = attrs.field(default=None, converter=as_optional_text)
    part: tuple[Portion, ...] = attrs.field(default=(), converter=as_portions)
    leave: Leave | None = attrs.field(default=None, converter=as_optional_leave)
    carry_over: CarryOver | None = attrs.field(default=None, converter=as_optional_carry_over)
    opens: Length | None = attrs.field(default=None, converter=as_optional_stretch)
    grace: Length | None = attrs.field(default=None, converter=as_optional_stretch)
    stub: Partial | None = attrs.field(default=None, converter=as_stub)
    serves_at_least: Length | None = attrs.field(default=None, converter=as_optional_stretch)
    before_joining: BeforeJoining = attrs.field(factory=BeforeJoining, converter=as_before_joining)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if (self.at_least is None) == (self.at_most is None):
            faults.add("bound-missing")
        if self.every.personal and self.scope.over is not Over.EACH:
            faults.add("scope-anchored", "scope")
        for key in ("partial", "stub"):
            policy: Partial | None = getattr(self, key)
            if policy is not None and policy.lessens and self.measure.way is Way.SHARE:
                faults.add("partial-share", key)
        if self.partial is Partial.BY_MONTH and not _of_months(self.every):
            faults.add("partial-months", "partial")
        amounts = self.measure.way in (Way.COUNT, Way.SUM, Way.CREDITS)
        for key in ("part", "leave", "carry_over", "grace", "before_joining"):
            if self.says(key) and (not amounts or self.at_least is None):
                faults.add("amounts-only", key)
        for key in ("leave", "carry_over", "opens", "grace", "before_joining"):
            if self.says(key) and self.scope.pooled:
                faults.add("each-only", key)
        if self.grace is not None and not _shorter(self.grace, self.every):
            faults.add("grace-next-period", "grace")
        for path, measure in self._measures():
            if measure.way not in ADDED_UP or not _alike(measure, self.measure):
                faults.add("measures-by-record", path)
        if self.stub is not None and self.every.unit is not Unit.CYCLE:
            faults.add("stub-without-cycle", "stub")
        for index, portion in enumerate(self.part):
            if portion.bearer != EVERYTHING and self.scope.pooled:
                faults.add("each-only", f"part[{index}].bearer")
            for key in ("within", "at_most", "beside") if self.grace is not None else ():
                if getattr(portion, key) not in (None, False):
                    faults.add("part-not-with", f"part[{index}].{key}", other="grace")
        faults.raise_any()

    def _measures(self) -> Iterator[tuple[str, Measure]]:
        """Return the measures of which each is for the records of its days, by their places."""
        if self.by_measured:
            yield "measure", self.measure
            for index, version in enumerate(self.version):
                if isinstance(measure := version.changes.get("measure"), Measure):
                    yield f"version[{index}].measure", measure

    @property
    def counted_in(self) -> Text:
        """The unit; where none is said, what follows from how it is measured."""
        return self.unit or _COUNTED_IN[self.measure.way]

    def says(self, key: str) -> bool:
        """Say whether a key is stated."""
        return bool(getattr(self, key)) and getattr(self, key) != BeforeJoining()

    @property
    def special(self) -> bool:
        """Whether it asks for more than an amount of every single bearer."""
        windowed = self.opens is not None or self.serves_at_least is not None
        return self.scope.over is not Over.EACH or windowed or self.composite

    @property
    def composite(self) -> bool:
        """Whether its verdict is made of more than one figure."""
        keys = ("part", "leave", "carry_over", "grace", "before_joining")
        return any(self.says(key) for key in keys)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        with faults.below("measure") as found:
            self.measure.faults(scales, found)
        for name in ("at_least", "at_most"):
            for index, row in enumerate(getattr(self, name) or ()):
                with faults.below(f"{name}[{index}].where") as found:
                    row.where.faults(scales, found)
        for index, portion in enumerate(self.part):
            with faults.below(f"part[{index}]") as found:
                portion.faults(scales, found)
        for key in ("leave", "carry_over"):
            if (rule := getattr(self, key)) is not None:
                with faults.below(f"{key}.where") as found:
                    rule.where.faults(scales, found)
        if self.before_joining.counts is not None:
            with faults.below("before_joining") as found:
                self.before_joining.counts.faults(scales, found)


def _alike(one: Measure, other: Measure) -> bool:
    """Say whether two measures point to bearers alike and take records together alike."""
    return (one.by, one.caps, one.thresholds) == (other.by, other.caps, other.thresholds)


def _shorter(grace: Length, every: Every) -> bool:
    """Say whether days of grace end before the next period does."""
    months = {Unit.SCHOOL_YEAR: 12, Unit.CALENDAR_YEAR: 12, Unit.CYCLE: every.shortest}
    if every.unit is Unit.PLAN:
        return True
    return grace.after(_DAY) <= add_months(_DAY, months.get(every.unit, 0))


def _of_months(every: Every) -> bool:
    """Say whether periods are counted in whole months."""
    months = {Unit.MONTH, Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR, Unit.CYCLE, Unit.PLAN}
    return every.unit in months


_DAY = date(2001, 1, 1)
