"""What stands inside a provision of any form: its selectors, the kinds and facts it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from eduplan.measures import Measure
from eduplan.provisions import Provision
from eduplan.selectors import Selector

_KINDS = ("kind", "kinds", "after")


def inside(value: object) -> Iterator[object]:
    """Return a value and all values it is made of, at any depth.

    Args:
        value: a provision, or a part of one.
    """
    yield value
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, tuple | list):
        parts = list(value)
    elif attrs.has(type(value)):
        parts = [
            getattr(value, field.name)
            for field in attrs.fields(type(value))  # type: ignore[arg-type]
            if field.init
        ]
    else:
        return
    for part in parts:
        yield from inside(part)


def selectors(provision: Provision) -> Iterator[Selector]:
    """Return the selectors in a provision, those inside other selectors too."""
    return (part for part in inside(provision) if isinstance(part, Selector))


def kinds(provision: Provision) -> frozenset[str]:
    """Return the kinds of record a provision names."""
    return frozenset(_named(provision, _KINDS))


def facts(provision: Provision) -> frozenset[str]:
    """Return the facts of bearers and records a provision asks for."""
    asked = {field for selector in selectors(provision) for field in selector.fields()}
    measured = {part.field for part in inside(provision) if isinstance(part, Measure)}
    return frozenset(name for name in asked | measured if name)


def _named(provision: Provision, names: tuple[str, ...]) -> Iterator[str]:
    for part in inside(provision):
        if not attrs.has(type(part)):
            continue
        for name in names:
            value = getattr(part, name, ())
            several = value if isinstance(value, tuple) else (value,)
            yield from (one for one in several if isinstance(one, str) and one)
