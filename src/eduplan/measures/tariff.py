"""Tariffs: how records become hours or credits, by an ordered table.

A tariff is read from top to bottom: the first row that fits a record says what it is worth. Factors
multiply that, absence cancels it. What is not known makes a record worth between the least and the
most it can be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple, TypeVar

import attrs

from eduplan.errors import FaultList, InputError, kind_of, refuse
from eduplan.exact import Number, exact, not_negative
from eduplan.facts import Getter
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales, Selector, as_selector
from eduplan.tables import (
    Table,
    as_flag,
    as_name,
    as_optional_amount,
    as_optional_name,
    optional,
    read_each,
    read_optional,
    read_tables,
)

T = TypeVar("T")

DAYS = "@days"
"""Stands for the days of a record, from its first to its last."""


def as_above_nothing(value: object) -> Number:
    """Return an exact number above 0."""
    number = not_negative(value)  # type: ignore[arg-type]
    if not number:
        raise refuse("not-above-nothing")
    return number


def as_optional_above_nothing(value: object) -> Number | None:
    """Return an exact number above 0, or None."""
    return optional(as_above_nothing, value)


def as_counted(value: object) -> str:
    """Return the fact of a record that is paid for, or ``@days``."""
    return DAYS if value == DAYS else as_name(value)


def as_optional_counted(value: object) -> str:
    """Return the fact of a record that is paid for, or the empty text for none."""
    return as_counted(value) if value else ""


@attrs.frozen(kw_only=True)
class Rate:
    """A row of a tariff: what the records it fits are worth.

    Exactly one of three: a ``fixed`` award for each; so much ``per`` unit of a fact; or the figure
    a registrar ``stated``, which must lie between ``least`` and ``most``.

    Args:
        where: the records it fits.
        fixed: what each is worth.
        per: the fact that is paid for, such as ``hours`` or ``characters``; ``@days`` counts days.
        amount: of ``per``, what one unit is worth.
        each: of ``per``, how much of the fact makes a unit, such as 1000 characters.
        whole: of ``per``, whether only whole units are paid for.
        stated: the fact that holds the registrar's figure.
        least: of ``stated``, the least that may be entered.
        most: of ``stated``, the most.
        at_most: no record is worth more by this row.
    """

    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    fixed: Number | None = attrs.field(default=None, converter=as_optional_amount)
    per: str = attrs.field(default="", converter=as_optional_counted)
    amount: Number = attrs.field(default=1, converter=not_negative)
    each: Number = attrs.field(default=1, converter=as_above_nothing)
    whole: bool = attrs.field(default=False, converter=as_flag)
    stated: str = attrs.field(default="", converter=as_optional_name)
    least: Number = attrs.field(default=0, converter=not_negative)
    most: Number | None = attrs.field(default=None, converter=as_optional_amount)
    at_most: Number | None = attrs.field(default=None, converter=as_optional_amount)

    def __attrs_post_init__(self) -> None:
        ways = [self.fixed is not None, bool(self.per), bool(self.stated)]
        if sum(ways) != 1:
            raise refuse("rate-one-of", known="fixed, per, stated")
        if self.most is not None and self.most < self.least:
            raise refuse("range-upside-down", "most")


@attrs.frozen(kw_only=True)
class Factor:
    """Multiplies what the records it fits are worth.

    Args:
        where: the records it fits.
        times: the factor, such as ``"1.5"`` for a higher level or ``"1/2"`` for listeners.
    """

    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    times: Number = attrs.field(converter=not_negative)


@attrs.frozen(kw_only=True)
class Absence:
    """Absence that cancels a record: a share of it that was missed.

    "Cancelled if a fifth is missed" is ``reaches``; "no credit below 90 % attendance" is
    ``exceeds``, for whoever missed exactly a tenth attended 90 %.

    Args:
        missed: the fact that says how much was missed.
        of: the fact that says how much there was.
        reaches: the share from which on the record counts for nothing, that share included.
        exceeds: the share above which it does, that share not included.

    Raises:
        InputError: not exactly one of the two shares.
    """

    missed: str = attrs.field(converter=as_name)
    of: str = attrs.field(converter=as_name)
    reaches: Number | None = attrs.field(default=None, converter=as_optional_above_nothing)
    exceeds: Number | None = attrs.field(default=None, converter=as_optional_amount)

    def __attrs_post_init__(self) -> None:
        if (self.reaches is None) == (self.exceeds is None):
            raise refuse("absence-one-of", known="reaches, exceeds")

    def cancels(self, missed: Number, whole: Number) -> bool:
        """Say whether so much absence cancels a record."""
        if self.reaches is not None:
            return missed >= self.reaches * whole
        return missed > (self.exceeds or 0) * whole


@attrs.frozen(kw_only=True)
class Threshold:
    """So much must come together before anything of it counts.

    Args:
        each: the fact that names what belongs together, such as a topic; left out, all of it does.
        at_least: the least that counts.
        where: the records it holds for.
    """

    each: str = attrs.field(default="", converter=as_optional_name)
    at_least: Number = attrs.field(converter=not_negative)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)


def as_tariff(value: Iterable[Rate | Table]) -> tuple[Rate, ...]:
    """Return the rows of a tariff, first to last."""
    return _filled(read_tables(Rate, value))


def as_factors(value: Iterable[Iterable[Factor | Table]]) -> tuple[tuple[Factor, ...], ...]:
    """Return tables of factors; of each table the first row that fits multiplies."""
    several = list(value) if isinstance(value, list | tuple) else value
    if several and isinstance(several, list) and not isinstance(several[0], list | tuple):
        return (as_factor_table(several),)
    return _filled(read_each(several, as_factor_table))


def as_factor_table(value: object) -> tuple[Factor, ...]:
    """Return the rows of one table of factors."""
    return _filled(read_tables(Factor, value))


def as_optional_absence(value: Absence | Table | None) -> Absence | None:
    """Return a rule on absence, or None."""
    return read_optional(Absence, value)


def as_thresholds(value: Iterable[Threshold | Table] | Threshold | Table) -> tuple[Threshold, ...]:
    """Return thresholds from one or several tables."""
    several = value if isinstance(value, list | tuple) else [value]
    return _filled(read_tables(Threshold, several))


def _filled(found: tuple[T, ...]) -> tuple[T, ...]:
    if not found:
        raise refuse("empty-list")
    return found


def tariff_faults(
    tariff: Iterable[Rate],
    factors: Iterable[Iterable[Factor]],
    thresholds: Iterable[Threshold],
    scales: Scales,
    faults: FaultList,
) -> None:
    """Note what does not fit the scales of the plan."""
    places = [(f"tariff[{index}]", row.where) for index, row in enumerate(tariff)]
    for number, table in enumerate(factors):
        places += [(f"factors[{number}][{index}]", row.where) for index, row in enumerate(table)]
    places += [(f"thresholds[{index}]", one.where) for index, one in enumerate(thresholds)]
    for place, where in places:
        with faults.below(f"{place}.where") as found:
            where.faults(scales, found)


class Worth(NamedTuple):
    """What a record is worth.

    Attributes:
        low: the least it can be.
        high: the most, None where there is no knowing.
        reason: why it counts for nothing, a key below ``left-out.`` in the catalogue, else empty.
        field: the fact because of which it counts for nothing, or is not known.
        sure: whether it counts in any case, however much, so that there is no such reason.
    """

    low: Number
    high: Number | None
    reason: str = ""
    field: str = ""
    sure: bool = True


class Assessor:
    """A tariff made ready to say what records are worth."""

    def __init__(
        self,
        tariff: Iterable[Rate],
        factors: Iterable[Iterable[Factor]],
        absence: Absence | None,
        scales: Scales,
    ) -> None:
        self._rows = [(row, Matcher(row.where, scales)) for row in tariff]
        self._tables = [
            [(row.times, Matcher(row.where, scales)) for row in table] for table in factors
        ]
        self._absence = absence

    def worth(self, entry: Entry, bearer: Getter) -> Worth:
        """Return what a record is worth to a bearer."""
        absent = self._absent(entry)
        if absent.reason:
            return absent
        found = self._by_row(entry, bearer)
        if found.reason:
            return found
        for table in self._tables:
            found = _multiplied(found, table, entry, bearer)
        return found._replace(low=0, field=absent.field, sure=False) if absent.field else found

    def _absent(self, entry: Entry) -> Worth:
        """Return whether absence cancels a record; a field alone says that it may."""
        rule = self._absence
        if rule is None:
            return Worth(0, 0)
        missed, whole = number_of(entry, rule.missed), number_of(entry, rule.of)
        if missed is None or whole is None:
            return Worth(0, 0, "", rule.missed if missed is None else rule.of)
        return Worth(0, 0, "cancelled" if rule.cancels(missed, whole) else "", "")

    def _by_row(self, entry: Entry, bearer: Getter) -> Worth:
        ways: list[Worth] = []
        doubt = ""
        for row, where in self._rows:
            truth = where(entry.get, bearer)
            if truth is False:
                continue
            ways.append(_of_row(row, entry))
            if truth:
                break
            doubt = doubt or where.blame(entry.get, bearer)
        else:
            ways.append(Worth(0, 0, "not-in-tariff", ""))
        if not doubt:
            return ways[0]
        highs = [way.high for way in ways]
        known = [high for high in highs if high is not None]
        high = max(known) if len(known) == len(highs) else None
        sure = all(way.sure and not way.reason for way in ways)
        return Worth(min(way.low for way in ways), high, "", doubt, sure)


def _of_row(row: Rate, entry: Entry) -> Worth:
    """Return what a record that a row fits is worth by it."""
    amount: Number | None = row.fixed
    field, most, sure = "", row.at_most, True
    if row.per:
        field = row.per
        amount = _days(entry) if row.per == DAYS else number_of(entry, row.per)
        if amount is not None:
            units: Number = Fraction(amount) / row.each
            amount = exact((math.floor(units) if row.whole else units) * Fraction(row.amount))
    elif row.stated:
        field = row.stated
        amount = number_of(entry, row.stated)
        if amount is None:
            most = min((top for top in (row.most, row.at_most) if top is not None), default=None)
            sure = not row.least and row.most is None
        elif amount < row.least or (row.most is not None and amount > row.most):
            return Worth(0, 0, "outside-range", row.stated)
    if amount is None:
        return Worth(0, most, "", field, sure)
    if row.at_most is not None:
        amount = min(amount, row.at_most)
    return Worth(amount, amount)


def _multiplied(
    found: Worth, table: Iterable[tuple[Number, Matcher]], entry: Entry, bearer: Getter
) -> Worth:
    times: list[Number] = []
    doubt = ""
    for factor, where in table:
        truth = where(entry.get, bearer)
        if truth is False:
            continue
        times.append(factor)
        if truth:
            break
        doubt = doubt or where.blame(entry.get, bearer)
    else:
        times.append(1)
    high = None if found.high is None else exact(Fraction(found.high) * max(times))
    low = exact(Fraction(found.low) * min(times))
    return found._replace(low=low, high=high, field=found.field or doubt)


def _days(entry: Entry) -> int:
    return (entry.last - entry.day).days + 1


def number_of(entry: Entry, field: str) -> Number | None:
    """Return a fact of a record as an exact number, None where it is not stated.

    Raises:
        InputError: it is no number, or negative.
    """
    amount = entry.get(field)
    if amount is None:
        return None
    if type(amount) is not int and type(amount) is not Fraction:
        try:
            amount = exact(amount)
        except InputError:
            facts = {"record": entry.id, "field": field, "got": kind_of(amount)}
            raise refuse("amount-not-a-number", **facts) from None
    if amount < 0:
        raise refuse("negative-amount", record=entry.id, field=field)
    return amount
