"""What stands inside a provision of any form: its selectors, the kinds and facts it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import attrs

from eduplan.measures import Measure
from eduplan.provisions import Provision
from eduplan.provisions.portions import Portion
from eduplan.selectors import Selector

_KINDS = ("kind", "kinds", "after")


class Inside(NamedTuple):
    """What stands inside a provision.

    Attributes:
        selectors: its selectors, those inside other selectors too.
        kinds: the kinds of record it names.
        facts: the facts of bearers and records it asks for.
    """

    selectors: tuple[Selector, ...]
    kinds: frozenset[str]
    facts: frozenset[str]


def look_inside(provision: Provision) -> Inside:
    """Return what stands inside a provision."""
    parts = list(_parts(provision))
    selectors = tuple(part for part in parts if isinstance(part, Selector))
    asked = {condition.field for selector in selectors for condition in selector.conditions}
    measured = {part.field for part in parts if isinstance(part, Measure) and part.field}
    measured |= {part.distinct for part in parts if isinstance(part, Portion) and part.distinct}
    kinds = frozenset(kind for part in parts for kind in _kinds(part))
    return Inside(selectors, kinds, frozenset(asked | measured))


def _parts(value: object) -> Iterator[object]:
    """Return a value and all values with fields that it is made of, at any depth."""
    several: Iterator[object]
    if isinstance(value, tuple | list):
        several = iter(value)
    elif isinstance(value, Mapping):
        several = iter(value.values())
    elif attrs.has(type(value)):
        yield value
        fields = attrs.fields(type(value))  # type: ignore[arg-type]
        several = (getattr(value, field.name) for field in fields if field.init)
    else:
        return
    for part in several:
        yield from _parts(part)


def _kinds(part: object) -> Iterator[str]:
    for name in _KINDS:
        value = getattr(part, name, ())
        several = value if isinstance(value, tuple) else (value,)
        yield from (one for one in several if isinstance(one, str) and one)
