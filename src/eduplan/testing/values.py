"""Small domains of days, amounts, facts and selectors.

Hypothesis examines a strategy once, which takes longer than to draw from it. So those that others
draw from again and again are made once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from eduplan.exact import Number
from eduplan.selectors import Selector, as_selector

T = TypeVar("T")

DAYS = (
    date(2024, 8, 31),
    date(2024, 9, 1),
    date(2024, 9, 2),
    date(2023, 9, 1),
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 2, 29),
    date(2024, 3, 31),
)
"""Days on both sides of the edges of months, calendar years and school years."""

KINDS = ("training", "visit")
SCALES: Mapping[str, Sequence[str]] = {"level": ("school", "county", "city")}
"""Scales that a generated plan declares."""

RECORD_FACTS: Mapping[str, Sequence[Any]] = {
    "hours": (1, 0, 2, 3, Fraction(1, 2), Fraction(3, 2)),
    "level": ("school", "county", "city", "elsewhere"),
    "mode": ("online", "on-site"),
    "passed": (True, False),
    "size": (1, 2, 3),
    "tier": ("a", "b"),
    "topic": ("reading", "writing", "arithmetic"),
}
"""Facts of generated records, with the values they take."""

BEARER_FACTS: Mapping[str, Sequence[Any]] = {
    "level": ("school", "county", "city"),
    "tier": ("a", "b"),
    "on_leave": (True, False),
    "load": (1, Fraction(1, 2)),
}
"""Facts of generated people, with the values they take."""

ROLES = ("teacher", "principal")


@cache
def days() -> SearchStrategy[date]:
    """Return days on edges.

    >>> from hypothesis import find
    >>> find(days(), lambda day: day.month == 2)
    datetime.date(2024, 2, 29)
    """
    return st.sampled_from(DAYS)


@cache
def amounts() -> SearchStrategy[Number]:
    """Return amounts so few that sums of some equal others."""
    return st.sampled_from([1, 2, 0, 3, Fraction(1, 2), Fraction(3, 2), Fraction(4, 3)])


def facts(domains: Mapping[str, Sequence[Any]]) -> SearchStrategy[dict[str, Any]]:
    """Return facts by name, some of them absent.

    Args:
        domains: the values each fact may have.
    """
    either = {name: st.sampled_from((*values, None)) for name, values in domains.items()}
    return st.fixed_dictionaries(either).map(_stated)


def _stated(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


@lru_cache(maxsize=200)
def seldom(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """Return what a strategy makes in one of four, else None."""
    return st.sampled_from((False, False, False, True)).flatmap(
        lambda taken: strategy if taken else st.none()
    )


def selectors(
    domains: Mapping[str, Sequence[Any]] = RECORD_FACTS, *, of_bearer: bool = True
) -> SearchStrategy[Selector]:
    """Return selectors: conditions on one or two facts, and any and not of these.

    Args:
        domains: the facts that are asked for, with the values they are held against.
        of_bearer: whether a fact may be held against one of the bearer.
    """
    return _selectors(tuple(domains), of_bearer=of_bearer)


@cache
def _selectors(names: tuple[str, ...], *, of_bearer: bool) -> SearchStrategy[Selector]:
    conditions = st.one_of([_condition(name, of_bearer=of_bearer) for name in names])
    flat = st.lists(conditions, min_size=1, max_size=2).map(lambda found: _merged(found))
    nested = st.one_of(
        st.lists(flat, min_size=1, max_size=2).map(lambda found: {"any": found}),
        flat.map(lambda found: {"not": found}),
        st.tuples(flat, flat).map(lambda pair: {**pair[0], "not": pair[1]}),
    )
    return st.one_of(flat, nested).map(as_selector)


def _merged(tables: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for table in tables for name, value in table.items()}


def _condition(name: str, *, of_bearer: bool) -> SearchStrategy[dict[str, Any]]:
    values = list({**BEARER_FACTS, **RECORD_FACTS}[name])
    on_scale = list(SCALES.get(name, values))
    one = st.sampled_from(on_scale)
    tests = [one, st.lists(one, min_size=1, max_size=2, unique=True)]
    tests.append(one.map(lambda value: {"not": value}))
    if name in SCALES or not isinstance(values[0], str | bool):
        order = st.sampled_from(["at_least", "above", "at_most", "below"])
        tests.append(st.tuples(order, one).map(lambda pair: {pair[0]: pair[1]}))
    if of_bearer and name in BEARER_FACTS:
        own = f"@bearer.{name}"
        tests += [st.just(own), st.just({"not": own})]
        if name in SCALES:
            tests.append(st.just({"at_least": own}))
    return st.one_of(tests).map(lambda value: {name: value})
