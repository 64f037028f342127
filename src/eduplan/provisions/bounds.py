"""A figure held against a bound, while its period is open and when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.provisions.provision import View
from eduplan.records import Register
from eduplan.verdicts import Status


class Bound(NamedTuple):
    """What a figure is held against.

    Attributes:
        owed: the bound.
        most: whether it is an upper one.
        grows: whether a further record can only raise the figure.
    """

    owed: Number
    most: bool = False
    grows: bool = True


def decided(
    bound: Bound,
    low: Number,
    high: Number | None,
    missing: tuple[Missing, ...],
    seen: View,
    register: Register,
    kinds: Sequence[str],
) -> tuple[Status, tuple[Missing, ...]]:
    """Judge a figure that is at least ``low`` and at most ``high``.

    A total that only grows is met as soon as it is reached, and an upper bound is broken as soon as
    it is passed. Anything else is decided when the period is over and the register is complete up
    to its end; until then it is pending, if the register is complete up to the day.

    Args:
        bound: what the figure is held against.
        low: the least it can be.
        high: the most, None where there is no knowing.
        missing: what would have to be known for the two to meet.
        seen: the period.
        register: what took place.
        kinds: the kinds of record the figure rests on.

    Returns:
        The status, and what is missing where it is undetermined.
    """
    owed, most, grows = bound
    if grows and (low > owed if most else low >= owed):
        return (Status.NOT_MET if most else Status.MET), ()
    if seen.needed is not None:
        gap = register.complete(kinds, seen.needed)
        if gap is not None:
            return Status.UNDETERMINED, (*missing, gap)
    if seen.closed and high is not None:
        worst, best = (high, low) if most else (low, high)
        if worst <= owed if most else worst >= owed:
            return Status.MET, ()
        if best > owed if most else best < owed:
            return Status.NOT_MET, ()
    if missing and not seen.closed:  # what may still come is not missing yet
        missing = tuple(m for m in missing if m.code != "nothing-to-share")
    return (Status.UNDETERMINED, missing) if missing else (Status.PENDING, ())
