"""How much follows from a verdict: a fixed amount, so much a unit, or by a table of steps."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from eduplan.errors import FaultList, refuse
from eduplan.exact import Number, Spelled, exact
from eduplan.tables import (
    Table,
    as_member,
    as_optional_exact,
    optional,
    plain,
    read_table,
    read_tables,
)
from eduplan.verdicts import Verdict


class Basis(StrEnum):
    """What of a verdict an amount goes by."""

    VALUE = "value"
    SHORTFALL = "shortfall"
    SURPLUS = "surplus"


def as_optional_per(value: Basis | str | None) -> Basis | None:
    """Return what an amount goes by from its name, or None."""
    return optional(lambda name: as_member(Basis, name), value)


@attrs.frozen(kw_only=True)
class Step:
    """A row of a table of steps: from a figure on, so much follows.

    Args:
        amount: how much follows.
        at_least: the figure from which it does, that figure included.
        above: the figure above which it does, that figure not included.

    Raises:
        InputError: none or both of the edges.
    """

    amount: Number = attrs.field(converter=exact)
    at_least: Number | None = attrs.field(default=None, converter=as_optional_exact)
    above: Number | None = attrs.field(default=None, converter=as_optional_exact)

    def __attrs_post_init__(self) -> None:
        if (self.at_least is None) == (self.above is None):
            raise refuse("step-edge")

    @property
    def edge(self) -> tuple[Number, bool]:
        """Its figure and whether that is excluded, so that edges have an order."""
        if self.above is not None:
            return self.above, True
        return self.at_least or 0, False

    def reached(self, figure: Number) -> bool:
        """Say whether a figure reaches the step.

        >>> Step(above=90, amount=1).reached(90), Step(at_least=90, amount=1).reached(90)
        (False, True)
        """
        figure_of_edge, strict = self.edge
        return figure > figure_of_edge or (figure == figure_of_edge and not strict)


def as_steps(value: object) -> tuple[Step, ...]:
    """Return the steps of a table from their rows."""
    found = read_tables(Step, value)
    if not found:
        raise refuse("empty-list")
    return found


def as_optional_steps(value: object) -> tuple[Step, ...] | None:
    """Return the steps of a table from their rows, or None."""
    return optional(as_steps, value)


def as_optional_unit(value: Spelled | None) -> Number | None:
    """Return the size of a unit, above zero, or None."""
    number = as_optional_exact(value)
    if number is not None and number <= 0:
        raise refuse("not-above-zero")
    return number


@attrs.frozen(kw_only=True)
class Worth:
    """How much follows. In a plan file, a number, or a table with one of the three ways.

    Args:
        fixed: always so much.
        rate: so much for every unit of what ``per`` names.
        steps: so much by the highest step that is reached; below the first nothing.
        per: what ``rate`` and ``steps`` go by: the value found, what is missing, or what is beyond
            the amount owed.
        each: the size of a unit, of which only full ones count; left out, parts count too.
        floor: at least so much follows.
        cap: at most so much follows.

    Raises:
        InputError: not exactly one way, steps that do not rise, a floor above the cap.

    >>> bonus = as_worth({"rate": 5, "per": "surplus", "cap": 100})
    >>> bonus.amount(12), bonus.amount(21)
    (60, 100)
    """

    fixed: Number | None = attrs.field(default=None, converter=as_optional_exact)
    rate: Number | None = attrs.field(default=None, converter=as_optional_exact)
    steps: tuple[Step, ...] | None = attrs.field(default=None, converter=as_optional_steps)
    per: Basis | None = attrs.field(default=None, converter=as_optional_per)
    each: Number | None = attrs.field(default=None, converter=as_optional_unit)
    floor: Number | None = attrs.field(default=None, converter=as_optional_exact)
    cap: Number | None = attrs.field(default=None, converter=as_optional_exact)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if sum(way is not None for way in (self.fixed, self.rate, self.steps)) != 1:
            faults.add("worth-one-of", known="fixed, rate, steps")
        elif self.fixed is None and self.per is None:
            faults.add("worth-per", "per", known=", ".join(Basis))
        elif self.fixed is not None:
            for name in ("per", "floor", "cap"):
                if getattr(self, name) is not None:
                    faults.add("worth-not-with-fixed", name)
        if self.each is not None and self.rate is None:
            faults.add("worth-each", "each")
        for index in range(1, len(self.steps or ())):
            if (self.steps or ())[index].edge <= (self.steps or ())[index - 1].edge:
                faults.add("steps-rise", f"steps[{index}]")
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            faults.add("floor-above-cap", "floor")
        faults.raise_any()

    def plain(self) -> object:
        """Return the worth as it stands in a plan file."""
        if self.fixed is not None:
            return plain(self.fixed)
        names = (field.name for field in attrs.fields(Worth))
        return {n: plain(getattr(self, n)) for n in names if getattr(self, n) is not None}

    def amount(self, figure: Number) -> Number:
        """Return how much follows from a figure.

        Args:
            figure: what ``per`` names, in the unit of the provision it is of.
        """
        amount = self._unbounded(figure)
        if self.floor is not None:
            amount = max(amount, self.floor)
        if self.cap is not None:
            amount = min(amount, self.cap)
        return amount

    def _unbounded(self, figure: Number) -> Number:
        if self.steps is not None:
            reached = [step.amount for step in self.steps if step.reached(figure)]
            return reached[-1] if reached else 0
        if self.rate is not None:
            units = figure if self.each is None else figure // self.each
            return exact(units * self.rate)
        return self.fixed or 0

    def settled_from(self, figure: Number) -> bool:
        """Say whether no larger figure makes another amount."""
        if self.steps is not None:
            return self.steps[-1].reached(figure)
        if self.rate is not None and self.cap is not None and self.rate >= 0:
            return self._unbounded(figure) >= self.cap
        return self.fixed is not None


def as_worth(value: Worth | Spelled | Table) -> Worth:
    """Return how much follows from a number, or from a table."""
    if isinstance(value, Worth | Mapping):
        return read_table(Worth, value)
    return Worth(fixed=value)


def as_optional_worth(value: Worth | Spelled | Table | None) -> Worth | None:
    """Return how much follows, or None."""
    return optional(as_worth, value)


def figure_of(per: Basis, verdict: Verdict) -> Number | None:
    """Return what an amount goes by, None where the verdict has no such figure."""
    value, owed = verdict.value, verdict.required
    if per is Basis.VALUE:
        return value
    if per is Basis.SHORTFALL:
        return verdict.shortfall
    if value is None or owed is None:
        return None
    return max(owed - value if verdict.citation.most else value - owed, 0)
