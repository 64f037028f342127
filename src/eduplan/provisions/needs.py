"""Who has to be in a cell or group: so many people, or such a share of them, of some kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import attrs

from eduplan.errors import FaultList, Missing
from eduplan.exact import Number, at_least, show, show_share
from eduplan.facts import Getter, Truth, values_of
from eduplan.messages import LANGUAGES, Text, say
from eduplan.provisions.population import (
    Part,
    Population,
    both,
    facts_missing,
    part_of,
    status_of,
    words,
)
from eduplan.provisions.provision import Subject
from eduplan.selectors import EVERYTHING, Scales, Selector, as_optional_selector, as_selector
from eduplan.tables import (
    as_optional_amount,
    as_optional_name,
    as_optional_text,
    read_optional,
    read_several,
)
from eduplan.verdicts import Point, Status


@attrs.frozen(kw_only=True)
class Need:
    """Who has to be there, in every cell or group: so many, or such a share.

    Args:
        where: who counts, by default every member.
        within: who the share is taken of; left out, people are counted and not shares.
        distinct: fact whose different values are counted instead of people.
        at_least: how many, or which share such as ``"10%"``.
        at_most: how many at most.
        title: what people call it; by default the values ``where`` asks for.

    Raises:
        InputError: no bound, crossed bounds, a part of a person, a share above one.
    """

    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    within: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    distinct: str = attrs.field(default="", converter=as_optional_name)
    at_least: Number | None = attrs.field(default=None, converter=as_optional_amount)
    at_most: Number | None = attrs.field(default=None, converter=as_optional_amount)
    title: Text | None = attrs.field(default=None, converter=as_optional_text)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        bounds = {
            name: bound
            for name in ("at_least", "at_most")
            if (bound := getattr(self, name)) is not None
        }
        if not bounds:
            faults.add("need-without-bound")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            faults.add("bounds-crossed", "at_most")
        for name, bound in bounds.items():
            if self.within is not None and bound > 1:
                faults.add("share-above-one", name)
            if self.within is None and isinstance(bound, Fraction):
                faults.add("share-of-what", name)
        if self.within is not None and self.distinct:
            faults.add("distinct-or-share", "distinct")
        faults.raise_any()


def as_needs(value: object) -> tuple[Need, ...]:
    """Return needs from one or several tables."""
    return read_several(Need, value)


def as_optional_need(value: object) -> Need | None:
    """Return a need from its table, or None."""
    return read_optional(Need, value)


class Member(NamedTuple):
    """Somebody who belongs to a cell or group, perhaps.

    Attributes:
        id: the id.
        subject: the bearer of that id, None where it is none of those that are judged.
        inside: whether it belongs there for sure.
    """

    id: str
    subject: Subject | None
    inside: Truth

    @property
    def times(self) -> int:
        """How many it stands for."""
        return 1 if self.subject is None else self.subject.times


class Unit(NamedTuple):
    """A cell or group, with those who belong to it.

    Attributes:
        name: what it is called in a sentence.
        subject: the group, None of a cell.
        members: who belongs to it, None where that is not known.
        inside: whether it is one of the groups looked at for sure.
        missing: what would have to be known of it.
    """

    name: object
    subject: Subject | None
    members: tuple[Member, ...] | None
    inside: Truth = True
    missing: tuple[Missing, ...] = ()


class Found(NamedTuple):
    """How many there are: the least, the most (None: no knowing), and what is missing."""

    low: int
    high: int | None
    missing: tuple[Missing, ...] = ()


class NeedBench:
    """A need made ready for many cells and groups."""

    def __init__(self, need: Need, scales: Scales) -> None:
        self.need = need
        self._where = Population(need.where, scales)
        self._within = Population(need.within, scales) if need.within is not None else None
        self._everybody = need.where == EVERYTHING
        self.title: object = need.title or words(need.where) or "members"

    @cached_property
    def bound(self) -> Text:
        """The bound in words."""
        floor, ceiling = self.need.at_least, self.need.at_most
        side = "least" if ceiling is None else "most" if floor is None else "between"
        if floor is not None and floor == ceiling:
            side = "exactly"
        tell = show if self.need.within is None else show_share
        facts = {"floor": tell(floor or 0), "ceiling": tell(ceiling or 0)}
        return Text(**{lang: say(f"explain.bound.{side}", lang, **facts) for lang in LANGUAGES})

    def point(self, unit: Unit, bearer: Getter, day: date) -> Point:
        """Return what holds of a cell or group, with its figures.

        Args:
            unit: the cell or group.
            bearer: reads facts of the bearer that is judged.
            day: the day on which its members are looked at.
        """
        facts = {"unit": unit.name, "need": self.title}
        if unit.members is None:
            found = Found(0, None, unit.missing)
            return self._point("roster-need", found, facts)
        truths = [self._fits(self._where, member, bearer, day) for member in unit.members]
        unsaid = [
            self._unsaid(self._where, member, bearer, day)
            for member, truth in zip(unit.members, truths, strict=True)
            if both(member.inside, truth) is None
        ]
        if self._within is not None:
            within = self._within
            return self._composition(within, unit.members, truths, unsaid, facts, bearer, day)
        fits = [(m, both(m.inside, t)) for m, t in zip(unit.members, truths, strict=True)]
        sure = [member for member, truth in fits if truth]
        perhaps = [member for member, truth in fits if truth is None]
        if self.need.distinct:
            found = self._distinct(sure, perhaps, unsaid)
        else:
            low = _heads(sure)
            found = Found(low, low + _heads(perhaps), facts_missing(unsaid))
        return self._point("roster-need", found, facts)

    def number(self, found: Found) -> Point:
        """Return whether there are as many groups as the need says."""
        return self._point("roster-groups", found, {})

    def _fits(self, population: Population, member: Member, bearer: Getter, day: date) -> Truth:
        if member.subject is None:
            return True if self._everybody and population is self._where else None
        return population.fits(member.subject, bearer, day)

    def _unsaid(self, population: Population, member: Member, bearer: Getter, day: date) -> str:
        """Return the fact because of which somebody fits only perhaps."""
        if member.subject is None:
            return "members"
        return population.blame(member.subject, bearer, day) or "members"

    def _distinct(
        self, sure: Sequence[Member], perhaps: Sequence[Member], unsaid: list[str]
    ) -> Found:
        """Count different values; who states none may add one."""
        named = [_values(member, self.need.distinct) for member in sure]
        more = [_values(member, self.need.distinct) for member in perhaps]
        low = set().union(*named)
        field = self.need.distinct
        silent = _heads(member for member in (*sure, *perhaps) if not _values(member, field))
        high = len(low.union(*more)) + silent
        gaps = [*unsaid, *[self.need.distinct] * sum(1 for values in named if not values)]
        return Found(len(low), high, facts_missing(gaps))

    def _composition(
        self,
        within: Population,
        members: Sequence[Member],
        truths: Sequence[Truth],
        unsaid: list[str],
        facts: Mapping[str, object],
        bearer: Getter,
        day: date,
    ) -> Point:
        """Return what holds of a share: who is in the whole, and who of these in the part."""
        whole = [both(m.inside, self._fits(within, m, bearer, day)) for m in members]
        gaps = [
            self._unsaid(within, member, bearer, day)
            for member, truth in zip(members, whole, strict=True)
            if truth is None
        ]
        times = [member.times for member in members]
        part = part_of(zip(whole, truths, times, strict=True))
        return self._share(part, facts, facts_missing([*unsaid, *gaps]))

    def _share(
        self, part: Part, facts: Mapping[str, object], missing: tuple[Missing, ...]
    ) -> Point:
        if not part.possible:
            return Point("roster-nobody", Status.NOT_APPLICABLE, facts)
        floor, ceiling = self.need.at_least, self.need.at_most
        truth = both(_reaches(part, floor), _keeps(part, ceiling))
        if truth is False and not part.sure:
            truth = None  # there may be nobody to take a share of
        (least, of_least), (most, of_most) = part.low, part.high
        return Point(
            "roster-share",
            status_of(truth),
            {
                **facts,
                "part": _range(least, most),
                "whole": _range(min(of_least, of_most), max(of_least, of_most)),
                "bound": self.bound,
            },
            value=Fraction(least, of_least) if of_least else None,
            required=floor if floor is not None else ceiling,
            missing=missing if truth is None else (),
        )

    def _point(self, code: str, found: Found, facts: Mapping[str, object]) -> Point:
        floor, ceiling = self.need.at_least, self.need.at_most
        enough: Truth = True
        if floor is not None and found.low < floor:
            enough = None if found.high is None or found.high >= floor else False
        fits: Truth = True
        if ceiling is not None and (found.high is None or found.high > ceiling):
            fits = False if found.low > ceiling else None
        truth = both(enough, fits)
        return Point(
            code,
            status_of(truth),
            {**facts, "found": _range(found.low, found.high), "bound": self.bound},
            value=found.low,
            required=floor if floor is not None else ceiling,
            missing=found.missing if truth is None else (),
        )


def _heads(members: Iterable[Member]) -> int:
    return sum(member.times for member in members)


def _values(member: Member, field: str) -> set[object]:
    """Return the values of a fact of a member, none where it is not known."""
    return values_of(member.subject.get, field) if member.subject is not None else set()


def _range(low: int, high: int | None) -> str:
    """Return a number that may lie between two."""
    if high is None:
        return f"≥{low}"
    return str(low) if low == high else f"{low}-{high}"


def _reaches(part: Part, floor: Number | None) -> Truth:
    if floor is None or (part.low[1] and at_least(*part.low, floor)):
        return True
    return None if part.high[1] == 0 or at_least(*part.high, floor) else False


def _keeps(part: Part, ceiling: Number | None) -> Truth:
    if ceiling is None or (part.high[1] and _at_most(*part.high, ceiling)):
        return True
    return None if part.low[1] == 0 or _at_most(*part.low, ceiling) else False


def _at_most(part: int, whole: int, share: Number) -> bool:
    return part * share.denominator <= whole * share.numerator
