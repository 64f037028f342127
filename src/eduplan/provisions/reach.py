"""What an indicator has to reach: a bound, more than before, a change, or a place among peers."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import attrs

from eduplan.dates import as_date
from eduplan.errors import InputError, Missing, refuse
from eduplan.exact import Number, exact, not_negative
from eduplan.facts import Truth
from eduplan.selectors import EVERYTHING, Selector, Test, as_selector
from eduplan.tables import (
    as_member,
    as_optional_exact,
    as_optional_positive,
    as_string,
    optional,
    read_optional,
    read_several,
    read_tables,
)

Level = Number | str
"""A number, or a grade on a scale."""

LOWER = (Test.AT_LEAST, Test.ABOVE)
BOUNDS = (*LOWER, Test.AT_MOST, Test.BELOW)


def as_optional_level(value: object) -> Level | None:
    """Return a number, or a grade on a scale as its text; None for none."""
    if value is None or not isinstance(value, str):
        return optional(not_negative, value)
    try:
        return not_negative(value)
    except InputError:
        if value[:1].isdigit() or value[:1] in "+-.":
            raise
        return as_string(value)


class Rise(StrEnum):
    """How a figure stands to that of the period before: not lower, or higher."""

    NOT_LOWER = "not-lower"
    HIGHER = "higher"


def as_optional_rise(value: object) -> Rise | None:
    """Return how a figure has to rise: ``"not-lower"`` or ``"higher"``; None for none."""
    return optional(lambda word: as_member(Rise, word), value)


def as_baseline(value: object) -> date:
    """Return the day a change is counted from: a date, or a year for its last day."""
    if type(value) is int and 1900 <= value <= 2200:
        return date(value, 12, 31)
    return as_date(value)  # type: ignore[arg-type]


@attrs.frozen(kw_only=True)
class Change:
    """By how much a figure has to change, at least, on what it was on a day.

    Args:
        on: the day, or the year for its last day; counted is the latest figure of the twelve
            months up to it, or who was there on it.
        points: of a share, percentage points: 10 on 40 % make 50 %.
        per_cent: per cent of what it was: 10 on 40 make 44.
        amount: in its own unit; of a grade, places on its scale.

    Raises:
        InputError: not exactly one of the three.
    """

    on: date = attrs.field(converter=as_baseline)
    points: Number | None = attrs.field(default=None, converter=as_optional_exact)
    per_cent: Number | None = attrs.field(default=None, converter=as_optional_exact)
    amount: Number | None = attrs.field(default=None, converter=as_optional_exact)

    def __attrs_post_init__(self) -> None:
        given = [
            name for name in ("points", "per_cent", "amount") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise refuse("change-one-of")

    def of(self, base: Number) -> Number:
        """Return what the figure has to be, for what it was.

        >>> from fractions import Fraction
        >>> Change(on=2018, points=10).of(Fraction(2, 5))
        Fraction(1, 2)
        >>> Change(on=2018, per_cent=10).of(40)
        44
        """
        more = self.amount
        if self.points is not None:
            more = Fraction(self.points) / 100
        elif self.per_cent is not None:
            more = Fraction(base) * self.per_cent / 100
        return exact(base + (more or 0))


class Peer(StrEnum):
    """What of the peers a figure is held against."""

    MEAN = "mean"
    POOLED = "pooled"
    PUBLISHED = "published"


def as_optional_peer(value: object) -> Peer | None:
    """Return what of the peers a figure is held against; None for none."""
    return optional(lambda word: as_member(Peer, word), value)


def as_optional_share(value: object) -> Number | None:
    """Return a share between none and all, or None."""
    if value is None:
        return None
    share = exact(value)  # type: ignore[arg-type]
    if not 0 < share <= 1:
        raise refuse("not-a-share")
    return share


@attrs.frozen(kw_only=True)
class Relative:
    """Where a figure has to stand among those of others.

    Args:
        at_least: of the peers, what it has to reach: their ``mean``, each counting alike; the
            ``pooled`` rate, each by its numbers; or the ``published`` figure of a whole region.
        above: the same, to be passed.
        at_most: the same, not to be passed.
        below: the same, to stay under.
        rank: the lowest place allowed, the highest figure being first; ties share the better place.
        upper: the upper part to belong to, such as ``"1/2"``.
        peers: which records of the same indicator are those of peers.
        places: how many there are, the bearer among them; left out, as many as have figures.

    Raises:
        InputError: not exactly one way.
    """

    at_least: Peer | None = attrs.field(default=None, converter=as_optional_peer)
    above: Peer | None = attrs.field(default=None, converter=as_optional_peer)
    at_most: Peer | None = attrs.field(default=None, converter=as_optional_peer)
    below: Peer | None = attrs.field(default=None, converter=as_optional_peer)
    rank: int | None = attrs.field(default=None, converter=as_optional_positive)
    upper: Number | None = attrs.field(default=None, converter=as_optional_share)
    peers: Selector = attrs.field(default=EVERYTHING, converter=as_selector)
    places: int | None = attrs.field(default=None, converter=as_optional_positive)

    def __attrs_post_init__(self) -> None:
        ways = [*(test.value for test in BOUNDS), "rank", "upper"]
        if len([way for way in ways if getattr(self, way) is not None]) != 1:
            raise refuse("relative-one-of", known=", ".join(ways))

    @property
    def compared(self) -> tuple[Test, Peer] | None:
        """How it is held against which figure of the peers, None where its place matters."""
        for test in BOUNDS:
            if (peer := getattr(self, test.value)) is not None:
                return test, peer
        return None


@attrs.frozen(kw_only=True)
class Part:
    """The part of a target that some of the bearers, or records, have to bring.

    Args:
        where: which of them.
        at_least: how much.
    """

    where: Selector = attrs.field(converter=as_selector)
    at_least: Number = attrs.field(converter=not_negative)


def as_parts(value: object) -> tuple[Part, ...]:
    """Return the parts of a target from their tables."""
    return read_tables(Part, value)


def as_optional_change(value: object) -> Change | None:
    """Return a change from its table, or None."""
    return read_optional(Change, value)


def as_optional_relative(value: object) -> Relative | None:
    """Return a place among peers from its table, or None."""
    return read_optional(Relative, value)


@attrs.frozen(kw_only=True)
class Reach:
    """What an indicator has to reach, in exactly one way.

    Args:
        at_least: a number, or a grade, that is enough (以上, 达, 不低于).
        above: one that has to be passed (超过, 稳超).
        at_most: one that must not be passed.
        below: one to stay under.
        rises: how it stands to the period before: ``"not-lower"`` or ``"higher"``.
        change: by how much it changes on a baseline.
        relative_to: where it stands among peers.
        split: parts that some of the bearers have to bring, besides the whole.

    Raises:
        InputError: not exactly one way.
    """

    at_least: Level | None = attrs.field(default=None, converter=as_optional_level)
    above: Level | None = attrs.field(default=None, converter=as_optional_level)
    at_most: Level | None = attrs.field(default=None, converter=as_optional_level)
    below: Level | None = attrs.field(default=None, converter=as_optional_level)
    rises: Rise | None = attrs.field(default=None, converter=as_optional_rise)
    change: Change | None = attrs.field(default=None, converter=as_optional_change)
    relative_to: Relative | None = attrs.field(default=None, converter=as_optional_relative)
    split: tuple[Part, ...] = attrs.field(default=(), converter=as_parts)

    def __attrs_post_init__(self) -> None:
        ways = [*(test.value for test in BOUNDS), "rises", "change", "relative_to"]
        if len([way for way in ways if getattr(self, way) is not None]) != 1:
            raise refuse("reach-one-of", known=", ".join(ways))

    @property
    def level(self) -> tuple[Test, Level] | None:
        """The bound that is stated as such, None where it follows from other figures."""
        for test in BOUNDS:
            if (level := getattr(self, test.value)) is not None:
                return test, level
        return None

    @property
    def upper(self) -> bool:
        """Whether it is an upper bound, so that less is better."""
        if self.level is not None:
            return self.level[0] not in LOWER
        return self.relative_to is not None and (
            self.relative_to.compared is None or self.relative_to.compared[0] not in LOWER
        )

    @property
    def adds_up(self) -> bool | None:
        """Whether the parts come to the whole, None where that cannot be said."""
        if not self.split or not isinstance(self.at_least, int | Fraction):
            return None
        return sum(part.at_least for part in self.split) == self.at_least


@attrs.frozen(kw_only=True)
class Milestone(Reach):
    """What an indicator has to reach by a day.

    Args:
        by: the last day.
    """

    by: date = attrs.field(converter=as_date)


def as_milestones(value: object) -> tuple[Milestone, ...]:
    """Return milestones from one or several tables."""
    return read_several(Milestone, value)


def as_optional_reach(value: object) -> Reach | None:
    """Return what has to be reached from its table, or None."""
    return read_optional(Reach, value)


class Bound(NamedTuple):
    """What a figure is held against, as far as it is known.

    Attributes:
        test: how.
        low: the least the bound can be, None where there is no knowing.
        high: the most it can be.
        missing: what would have to be known of it.
        whole: how many it is about, where it is worked out from an earlier share.
    """

    test: Test
    low: Number | None
    high: Number | None
    missing: tuple[Missing, ...] = ()
    whole: Number | None = None

    def holds(self, low: Number | None, high: Number | None) -> Truth:
        """Return whether a figure between ``low`` and ``high`` keeps to it.

        >>> Bound(Test.ABOVE, 30, 30).holds(30, 30), Bound(Test.AT_LEAST, 30, 30).holds(30, None)
        (False, True)
        """
        lower = self.test in LOWER
        worst, strictest = (low, self.high) if lower else (high, self.low)
        best, mildest = (high, self.low) if lower else (low, self.high)
        if worst is not None and strictest is not None and self._keeps(worst, strictest):
            return True
        if best is not None and mildest is not None and not self._keeps(best, mildest):
            return False
        return None

    def _keeps(self, figure: Number, bound: Number) -> bool:
        if self.test is Test.AT_LEAST:
            return figure >= bound
        if self.test is Test.ABOVE:
            return figure > bound
        return figure <= bound if self.test is Test.AT_MOST else figure < bound
