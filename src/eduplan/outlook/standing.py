"""Where people stand, in figures to which courses add: of quotas, of parts, and of shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.measures import Way
from eduplan.messages import Text
from eduplan.outlook.numbers import Side
from eduplan.provisions import Provision, Quota, Unanswered
from eduplan.provisions.quota import Over
from eduplan.provisions.tallies import Place, Standing, Tally
from eduplan.verdicts import Status, Verdict


class Beyond(StrEnum):
    """Why courses cannot be chosen by a provision."""

    UNANSWERED = "unanswered"
    FORM = "form"
    MEASURE = "measure"
    GROUP = "group"
    THRESHOLD = "threshold"
    RANK = "rank"
    VERSION = "version"
    KINDS = "kinds"
    CARRIED = "carried"
    DISTINCT = "distinct"


def beyond(provision: Provision | Unanswered) -> Beyond | None:
    """Return why courses cannot be chosen by a provision, None where they can."""
    if isinstance(provision, Unanswered):
        return Beyond.UNANSWERED
    if not isinstance(provision, Quota):
        return Beyond.FORM
    measure = provision.measure
    reasons = {
        Beyond.MEASURE: measure.way not in (Way.COUNT, Way.SUM, Way.CREDITS),
        Beyond.GROUP: provision.scope.over is not Over.EACH,
        Beyond.THRESHOLD: measure.thresholds,
        Beyond.RANK: any(cap.best is not None for cap in measure.caps),
        Beyond.VERSION: provision.version,
        Beyond.KINDS: provision.every.kinds,
        Beyond.CARRIED: measure.caps and (provision.carry_over or provision.grace),
        Beyond.DISTINCT: any(part.distinct for part in provision.part),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


class Key(NamedTuple):
    """A figure that must come to something: of a quota, a part, or parts together.

    Attributes:
        provision: the quota.
        period: its period.
        parts: the parts.
        span: the days for which a part holds, None for the whole period.
        some: whether it is only asked that there be anything of which a share can be taken.
    """

    provision: str
    period: Period | None
    parts: tuple[str, ...] = ()
    span: Period | None = None
    some: bool = False

    @property
    def name(self) -> str:
        """The id of what is asked for: of the quota, with that of the part, or of several."""
        return ".".join(filter(None, (self.provision, "+".join(self.parts))))


class Figure(NamedTuple):
    """What a figure comes to.

    Attributes:
        side: whether it has to come to so much, may come to so much, or is a balance.
        value: what it comes to; of a share, what it has beyond its bound.
        required: what it has to come to, or may.
        title: what people call it.
        unit: its unit.
        records: whether every record adds the same, however much of it counts.
    """

    side: Side
    value: Number
    required: Number
    title: Text
    unit: Text
    records: bool = False

    @property
    def left(self) -> Number:
        """What is lacking, what may still be added, or what a share has beyond its bound."""
        if self.side is Side.BALANCE:
            return self.value
        left = self.required - self.value
        return max(left, 0) if self.side is Side.LEAST else left

    @property
    def fails(self) -> bool:
        """Whether it is not as it should be."""
        return self.left > 0 if self.side is Side.LEAST else self.left < 0


Figures = dict[Key, Figure]


def figures_of(verdict: Verdict, quota: Quota, by: date) -> Figures | None:
    """Return what a verdict comes to: in all, by part, and by parts that may not share.

    None where it is not known.
    """
    if verdict.value is None or verdict.required is None:
        return None
    if quota.at_least is None and verdict.status is Status.UNDETERMINED:
        return None
    required = verdict.required
    head = Key(verdict.provision, verdict.period)
    side = Side.LEAST if quota.at_least is not None else Side.MOST
    found = {head: Figure(side, verdict.value, required, verdict.citation.title, quota.counted_in)}
    classes: Mapping[frozenset[str], Tally] = {}
    exclusive = {}
    for point in verdict.justification.points:
        if not isinstance(point.basis, Standing):
            continue
        (portion, span), tally, classes, _ = point.basis
        if span is not None and span.start > by:
            continue
        asked = portion.asked(required)
        mine = _part(point.basis.place, tally, asked, quota.counted_in)
        if mine is None:
            return None
        key = head._replace(parts=(portion.id,), span=span)
        found |= {key._replace(some=some): figure for some, figure in mine.items()}
        if portion.exclusive:
            exclusive[portion.id] = (asked, portion.called)
    for size in range(2, len(exclusive) + 1):
        for several in combinations(sorted(exclusive), size):
            value = sum(tally.low for which, tally in classes.items() if which & set(several))
            asked = sum((exclusive[one][0] for one in several), 0)
            both = Text(
                "、".join(exclusive[one][1].zh for one in several),
                " + ".join(exclusive[one][1].en for one in several),
            )
            key = head._replace(parts=several)
            found[key] = Figure(Side.LEAST, value, asked, both, quota.counted_in)
    return found


def _part(place: Place, tally: Tally, asked: Number, unit: Text) -> dict[bool, Figure] | None:
    """Return the figures of a part: what it comes to, and of a share whether there is anything."""
    portion, called = place.portion, place.portion.called
    low, high, outside_low, outside_high = tally
    if portion.within is None:
        if not portion.most:
            return {False: Figure(Side.LEAST, low, asked, called, unit)}
        return None if high is None else {False: Figure(Side.MOST, high, asked, called, unit)}
    if portion.most:
        if high is None:
            return None
        value = asked * (high + outside_low) - high
    else:
        if outside_high is None:
            return None
        value = low - asked * (low + outside_high)
    records = portion.records
    whole = min(low + outside_low, 1)
    return {
        False: Figure(Side.BALANCE, value, 0, called, unit, records),
        True: Figure(Side.LEAST, int(whole > 0), 1, called, unit, records),
    }
