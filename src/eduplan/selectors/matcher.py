"""Selectors held against things: true, false or unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from eduplan.facts import Getter, Truth
from eduplan.selectors.selector import BEARER, Condition, Scales, Selector, Test, asks_bearer
from eduplan.tables import Scalar

Check = Callable[[Getter, Getter], Truth]
"""Holds a thing, and its bearer, against something."""

Blame = Callable[[Getter, Getter], str]
"""Names the fact because of which a check is not true."""


class Matcher:
    """A selector made ready for many things.

    Call it with the getters of the thing and of its bearer: it answers True, False or None.
    """

    def __init__(self, selector: Selector, scales: Scales) -> None:
        self._parts: list[tuple[Check, Blame]] = [
            (_check(condition, scales), partial(_field, condition.field))
            for condition in selector.conditions
        ]
        if selector.any_of:
            branches = [Matcher(branch, scales) for branch in selector.any_of]
            ways: list[Check] = [branch.check for branch in branches]
            self._parts.append((partial(_any_of, ways), partial(_blame_any, branches)))
        for branch in selector.none_of:
            matcher = Matcher(branch, scales)
            self._parts.append((partial(_none_of, matcher), partial(_blame_none, matcher)))
        self.always = not self._parts
        """Whether it picks everything."""
        self.plain = _plain_condition(selector)
        """The fact and the values it may have, where that is all the selector asks."""
        self.first_field = next(iter(selector.fields()), "")
        """The fact it asks for first."""
        alone = len(self._parts) == 1 and len(selector.conditions) == 1
        self._only = selector.conditions[0].field if alone else ""
        checks = [check for check, _ in self._parts]
        self.check: Check = checks[0] if len(checks) == 1 else partial(_all_of, checks)
        """The selector as a plain function, for those who call it often."""

    def __call__(self, get: Getter, bearer: Getter) -> Truth:
        """Return whether the thing is picked, None where that is not known."""
        return self.check(get, bearer)

    def against(self, get: Getter, bearer: Getter) -> str:
        """Return the fact because of which the selector is false of a thing of which it is."""
        return self._only or self.blame(get, bearer)

    def blame(self, get: Getter, bearer: Getter) -> str:
        """Return the fact because of which the selector is false, else because of which unknown."""
        if self._only:
            return "" if self.check(get, bearer) else self._only
        unknown = ""
        for check, blame in self._parts:
            found = check(get, bearer)
            if found is False:
                return blame(get, bearer)
            if found is None and not unknown:
                unknown = blame(get, bearer)
        return unknown


def _plain_condition(selector: Selector) -> tuple[str, frozenset[Scalar]] | None:
    if len(selector.conditions) != 1 or selector.any_of or selector.none_of:
        return None
    condition = selector.conditions[0]
    if condition.test is not Test.IS or _of_bearer(condition):
        return None
    return condition.field, frozenset(condition.operands)


def _of_bearer(condition: Condition) -> bool:
    return any(asks_bearer(operand) for operand in condition.operands)


def _field(field: str, _: Getter, __: Getter) -> str:
    return field


def _blame_any(branches: list[Matcher], get: Getter, bearer: Getter) -> str:
    unknown = (branch for branch in branches if branch(get, bearer) is None)
    return next(unknown, branches[0]).blame(get, bearer)


def _blame_none(branch: Matcher, get: Getter, bearer: Getter) -> str:
    return branch.blame(get, bearer) or branch.first_field


def _all_of(checks: list[Check], get: Getter, bearer: Getter) -> Truth:
    result: Truth = True
    for check in checks:
        found = check(get, bearer)
        if found is False:
            return False
        if found is None:
            result = None
    return result


def _any_of(checks: list[Check], get: Getter, bearer: Getter) -> Truth:
    result: Truth = False
    for check in checks:
        found = check(get, bearer)
        if found:
            return True
        if found is None:
            result = None
    return result


def _none_of(branch: Matcher, get: Getter, bearer: Getter) -> Truth:
    found = branch(get, bearer)
    return None if found is None else not found


def _check(condition: Condition, scales: Scales) -> Check:
    """Return the condition as a function; the common ones without detours."""
    field, test, operands = condition.field, condition.test, condition.operands
    of_bearer = _of_bearer(condition)
    if test in (Test.IS, Test.NOT):
        if of_bearer:
            return partial(_is_bearers, field, operands, test is Test.IS)
        return _is(field, frozenset(operands), test is Test.IS)
    scale = scales.get(condition.scale or field)
    rank = scale.rank if scale is not None else _itself
    return partial(_ordered, field, _ORDER[test], rank, operands[0], of_bearer)


def _is(field: str, wanted: frozenset[Scalar], yes: bool) -> Check:
    def check(get: Getter, _: Getter) -> Truth:
        value = get(field)
        if value is None:
            return None
        if type(value) is tuple:
            return (not wanted.isdisjoint(value)) is yes
        return (value in wanted) is yes

    return check


def _is_bearers(
    field: str, operands: tuple[Scalar, ...], yes: bool, get: Getter, bearer: Getter
) -> Truth:
    wanted: set[Scalar] = set()
    unknown = False
    for operand in operands:
        if asks_bearer(operand):
            own = bearer(str(operand).removeprefix(BEARER))
            if own is None:
                unknown = True
            else:
                wanted.update(own if type(own) is tuple else (own,))
        else:
            wanted.add(operand)
    found = _is(field, frozenset(wanted), True)(get, bearer)
    if found is None or (not found and unknown):
        return None
    return found is yes


def _ordered(
    field: str,
    compare: Callable[[Any, Any], bool],
    rank: Callable[[object], Any],
    operand: Scalar,
    of_bearer: bool,
    get: Getter,
    bearer: Getter,
) -> Truth:
    """Say whether one of the values is high enough; one that has no place leaves it open."""
    value = get(field)
    if of_bearer:
        operand = bearer(str(operand).removeprefix(BEARER))
    if value is None or operand is None:
        return None
    bound = rank(operand)
    ranks = [rank(one) for one in (value if type(value) is tuple else (value,))]
    comparable = [one for one in ranks if _comparable(one, bound)]
    if any(compare(one, bound) for one in comparable):
        return True
    return False if len(comparable) == len(ranks) else None


def _comparable(one: object, other: object) -> bool:
    """Say whether two values have an order: two numbers or two days; texts need a scale."""
    numbers = all(isinstance(x, int | Fraction) and not isinstance(x, bool) for x in (one, other))
    return numbers or (type(one) is date and type(other) is date)


def _itself(value: object) -> object:
    return value


_ORDER: dict[Test, Callable[[Any, Any], bool]] = {
    Test.AT_LEAST: lambda one, bound: one >= bound,
    Test.ABOVE: lambda one, bound: one > bound,
    Test.AT_MOST: lambda one, bound: one <= bound,
    Test.BELOW: lambda one, bound: one < bound,
}
