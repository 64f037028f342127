"""Facts of things by name, whatever the things are, in the library's own form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from eduplan.errors import InputError
from eduplan.tables import as_value

Getter = Callable[[str], Any]
"""Returns a fact of a thing by name, None where it is absent."""

Truth = bool | None
"""An answer: yes, no, or unknown where a fact is absent."""

_EXACT = frozenset({str, int, bool, Fraction, date})


def getter(thing: object) -> Getter:
    """Return the function that reads facts of ``thing`` by name, None where absent.

    ``thing`` may be a value of this library, a mapping, or any object with attributes. What is read
    from others is brought into the library's own form: numbers exact, several values as a tuple.

    >>> getter({"tier": "A"})("tier"), getter(Fraction(1, 3))("denominator"), getter({})("tier")
    ('A', 3, None)
    >>> getter({"hours": 7.5})("hours")
    Fraction(15, 2)
    """
    known = getattr(thing, "known", None)
    if type(known) is Known:
        return known.get
    return partial(_fact, thing.get if isinstance(thing, Mapping) else partial(_attribute, thing))


class Known(dict[str, Any]):
    """All facts of a value of this library by name, in the library's own form."""

    __slots__ = ()


def _attribute(thing: object, name: str) -> object:
    return getattr(thing, name, None)


def _fact(read: Getter, name: str) -> object:
    value = read(name)
    if value is None or type(value) in _EXACT:
        return value
    try:
        return as_value(value)
    except InputError as error:
        if isinstance(value, Collection) or not isinstance(value, Hashable):  # never comparable
            raise InputError(fault.under(name) for fault in error.faults) from None
        return value  # refused where it is used, with the record it stands in


def values_of(get: Getter, field: str) -> set[object]:
    """Return the values of a fact, which may be several; none where it is not known.

    >>> sorted(values_of({"topic": ("ethics", "it")}.get, "topic"))
    ['ethics', 'it']
    """
    value = get(field)
    if value is None:
        return set()
    return set(value) if type(value) is tuple else {value}


def together_of(get: Getter, field: str) -> object:
    """Return the values of a fact as one thing, None where it is not known.

    Several are that in any order, and a list of one is what stands in it.

    >>> together_of({"topic": ("ethics", "it")}.get, "topic") == frozenset({"it", "ethics"})
    True
    >>> together_of({"topic": ("ethics",)}.get, "topic")
    'ethics'
    """
    value = get(field)
    if type(value) is not tuple:
        return value
    several = frozenset(value)
    return next(iter(several)) if len(several) == 1 else several
