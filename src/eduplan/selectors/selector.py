"""Selectors as values, and how they are read from plan files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction

import attrs

from eduplan.errors import FaultList, kind_of, refuse
from eduplan.exact import decimal
from eduplan.tables import (
    Scalar,
    Table,
    as_name,
    as_scalar,
    as_strings,
    plain,
    read_each,
)


@attrs.frozen(kw_only=True)
class Scale:
    """An ordered scale of values, from lowest to highest.

    >>> Scale(name="title", values=["none", "junior", "senior"]).rank("junior")
    1
    """

    name: str = attrs.field(converter=as_name)
    values: tuple[str, ...] = attrs.field(converter=as_strings)

    def __attrs_post_init__(self) -> None:
        if len(set(self.values)) != len(self.values) or len(self.values) < 2:
            raise refuse("scale-values", "values")

    def rank(self, value: object) -> int | None:
        """Return the place of ``value`` counted from 0, None where it is not on the scale."""
        try:
            return self.values.index(value)
        except ValueError:
            return None


Scales = Mapping[str, Scale]


class Test(StrEnum):
    """What a condition asks of a fact."""

    __test__ = False  # not a test case

    IS = "is"
    NOT = "not"
    AT_LEAST = "at_least"
    ABOVE = "above"
    AT_MOST = "at_most"
    BELOW = "below"


DEEPEST = 16
"""Selectors are nested no deeper than this."""

DAY_LOOKED_AT = "@day"
"""Stands in a selector for the day on which somebody is looked at, such as a target's day."""

BEARER = "@bearer."
"""What an operand begins with that stands for a fact of the bearer."""


@attrs.frozen
class Condition:
    """One condition on one fact.

    Args:
        field: name of the fact.
        test: what is asked of it.
        operands: the values it is held against, one for an order test; a value written
            ``@bearer.x`` stands for fact ``x`` of the bearer, ``@day`` for the day on which
            somebody is looked at, where there is one.
        scale: name of the scale for an order test on texts, by default that of the fact's own name.
    """

    field: str
    test: Test
    operands: tuple[Scalar, ...]
    scale: str = ""

    @property
    def bearer_fields(self) -> tuple[str, ...]:
        """Names of the facts of the bearer it holds the fact against."""
        return tuple(
            operand[len(BEARER) :]
            for operand in self.operands
            if isinstance(operand, str) and operand.startswith(BEARER)
        )

    def faults(self, scales: Scales, faults: FaultList, *, dated: bool = False) -> None:
        """Note an order test on a text without a scale, and operands that are not on theirs.

        Args:
            scales: the scales of the plan.
            faults: takes the faults.
            dated: whether things are looked at on a day, so that ``@day`` means something.
        """
        scale = scales.get(self.scale or self.field)
        ordered = self.test not in (Test.IS, Test.NOT)
        for operand in self.operands:
            if not isinstance(operand, str) or operand.startswith(BEARER):
                continue
            if operand == DAY_LOOKED_AT:
                if not dated:
                    faults.add("no-day-here", self.field)
                continue
            if scale is not None and scale.rank(operand) is None:
                faults.add(
                    "not-on-scale", self.field, scale=scale.name, known=", ".join(scale.values)
                )
            elif scale is None and (ordered or self.scale):
                known = ", ".join(scales) or "-"
                faults.add("unknown-scale", self.field, scale=self.scale or self.field, known=known)


def _in_order(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return conditions as they are read back from TOML, which has plain values before tables.

    Those on one fact stand together; apart from that each stays before those that came after it.
    """
    several = tuple(conditions)
    times = Counter(condition.field for condition in several)
    places = {field: place for place, field in enumerate(times)}

    def place(condition: Condition) -> tuple[bool, int]:
        alone = condition.test is Test.IS and not condition.scale and times[condition.field] == 1
        return not alone, places[condition.field]

    return tuple(sorted(several, key=place))


@attrs.frozen
class Selector:
    """Picks things by their facts: all conditions, one of ``any_of`` and none of ``none_of`` hold.

    In a plan file a selector is a table such as
    ``{ kind = ["course"], level = { at_least = "city" }, tier = "@bearer.tier" }``; the keys
    ``any`` and ``not`` take a list of tables and a table.
    """

    conditions: tuple[Condition, ...] = attrs.field(default=(), converter=_in_order)
    any_of: tuple[Selector, ...] = ()
    none_of: tuple[Selector, ...] = ()

    def plain(self) -> dict[str, object]:
        """Return the selector as it stands in a plan file."""
        table: dict[str, object] = {}
        times = Counter(condition.field for condition in self.conditions)
        for condition in self.conditions:
            operands = [_plain_operand(operand) for operand in condition.operands]
            single = operands[0] if len(operands) == 1 else operands
            alone = times[condition.field] == 1 and not condition.scale
            if condition.test is Test.IS and alone:
                table[condition.field] = single
            else:
                tests = table.setdefault(condition.field, {})
                tests[condition.test.value] = single  # type: ignore[index]
                if condition.scale:
                    tests["scale"] = condition.scale  # type: ignore[index]
        if self.any_of:
            table["any"] = [selector.plain() for selector in self.any_of]
        if self.none_of:
            table["not"] = [selector.plain() for selector in self.none_of]
        return table

    def faults(self, scales: Scales, faults: FaultList, *, dated: bool = False) -> None:
        """Note what does not fit the scales of the plan, and ``@day`` unless ``dated``."""
        for condition in self.conditions:
            condition.faults(scales, faults, dated=dated)
        for selector in (*self.any_of, *self.none_of):
            selector.faults(scales, faults, dated=dated)

    def fields(self) -> Iterable[str]:
        """Return the names of the facts it asks for."""
        for condition in self.conditions:
            yield condition.field
        for selector in (*self.any_of, *self.none_of):
            yield from selector.fields()

    def bearer_fields(self) -> Iterable[str]:
        """Return the names of the facts of the bearer it asks for."""
        for condition in self.conditions:
            yield from condition.bearer_fields
        for selector in (*self.any_of, *self.none_of):
            yield from selector.bearer_fields()


EVERYTHING = Selector()
"""The selector that picks everything."""


def asks_bearer(operand: Scalar) -> bool:
    """Say whether an operand is not a value, but a fact to be asked of the bearer."""
    return isinstance(operand, str) and (operand == DAY_LOOKED_AT or operand.startswith(BEARER))


def _plain_operand(operand: Scalar) -> object:
    """Return an operand so that it is read back as itself: a fraction not as text."""
    return decimal(operand) if isinstance(operand, Fraction) else plain(operand)


def apart(one: Selector, other: Selector) -> bool:
    """Say whether nothing with single facts is picked by both: they want other values of one."""
    return any(
        mine.field == theirs.field
        and mine.test is theirs.test is Test.IS
        and not (mine.bearer_fields or theirs.bearer_fields)
        and set(mine.operands).isdisjoint(theirs.operands)
        for mine in one.conditions
        for theirs in other.conditions
    )


def as_optional_selector(value: Selector | Table | None) -> Selector | None:
    """Return a selector, or None."""
    return None if value is None else as_selector(value)


def as_selector(value: Selector | Table) -> Selector:
    """Return a selector from its table.

    Raises:
        InputError: an unknown test, an operand of a wrong type, an empty list, too deep a nesting.

    >>> as_selector({"level": {"at_least": "city"}}).plain()
    {'level': {'at_least': 'city'}}
    """
    return _selector(value, DEEPEST)


def as_selectors(value: object) -> tuple[Selector, ...]:
    """Return selectors from one or several tables."""
    several = [value] if isinstance(value, Selector | Mapping) else value
    return read_each(several, as_selector)


def _selector(value: object, depth: int) -> Selector:
    if isinstance(value, Selector):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    if depth == 0:
        raise refuse("nested-too-deep", most=DEEPEST)
    faults = FaultList()
    conditions: list[Condition] = []
    any_of: tuple[Selector, ...] = ()
    none_of: tuple[Selector, ...] = ()
    for key, condition in value.items():
        with faults.at(str(key)):
            if key == "any":
                any_of = _selectors(condition, depth)
            elif key == "not":
                alone = isinstance(condition, Mapping)
                none_of = _selectors([condition] if alone else condition, depth)
            else:
                conditions.extend(_conditions(as_name(key), condition))
    faults.raise_any()
    return Selector(tuple(conditions), any_of, none_of)


def _selectors(values: object, depth: int) -> tuple[Selector, ...]:
    found = read_each(values, lambda value: _selector(value, depth - 1))
    if not found:
        raise refuse("empty-list")
    return found


def _conditions(field: str, spelled: object) -> list[Condition]:
    if not isinstance(spelled, Mapping):
        return [Condition(field, Test.IS, _operands(spelled))]
    faults = FaultList()
    scale = ""
    found = []
    for key, operand in spelled.items():
        with faults.at(str(key)):
            if key == "scale":
                scale = as_name(operand)
            elif key not in tuple(Test):
                raise refuse("unknown-test", known=", ".join(Test))
            else:
                test = Test(key)
                if test not in (Test.IS, Test.NOT) and isinstance(operand, list | tuple):
                    raise refuse("one-operand")
                found.append((test, _operands(operand)))
    if not found and not faults.faults:
        faults.add("unknown-test", known=", ".join(Test))
    faults.raise_any()
    return [Condition(field, test, operands, scale) for test, operands in found]


def _operands(value: object) -> tuple[Scalar, ...]:
    if not isinstance(value, list | tuple):
        return (_operand(value),)
    if not value:
        raise refuse("empty-list")
    return read_each(value, _operand)


def _operand(value: object) -> Scalar:
    """Read an operand; a fraction needs a finite decimal, for in a file ``"1/3"`` is a text."""
    operand = as_scalar(value)
    if isinstance(operand, Fraction):
        decimal(operand)
    return operand
