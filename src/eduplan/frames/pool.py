"""What the mean or total of groups rests on: their periods, and what members add to each."""

from __future__ import annotations

from math import lcm
from typing import NamedTuple

import attrs

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.frames.outcomes import Outcome, Outcomes, always
from eduplan.frames.windows import Segment
from eduplan.verdicts import Status


class Span(NamedTuple):
    """A period that all groups are judged in.

    Attributes:
        place: where it stands among all.
        kind: how the figures of a group are judged.
        doubted: how, where it is not known of somebody whether it is a member.
        period: the period, None where nothing can be said of it.
        inside: the piece of it in which records are read, None where none are.
        parts: how the parts are judged, and after them all sets; nothing where none are read.
    """

    place: int
    kind: int
    doubted: int
    period: Period | None
    inside: Period | None = None
    parts: tuple[int, ...] = ()


class Share(NamedTuple):
    """What a member adds to a period.

    Attributes:
        profile: number of its profile.
        place: where the period stands among all.
        owed: what it owes.
        gap: whether the plan does not say what it owes.
    """

    profile: int
    place: int
    owed: Number
    gap: bool


@attrs.define(eq=False)
class Pool:
    """What all groups of a quota rest on.

    Args:
        spans: the periods.
        shares: what members add to each.
        members: of the profiles of members whether it is not known that they are.
        unknown: the profiles of which it is not known what they owe.
        outcomes: the ways in which figures are judged.
        segments: of the profiles of members the days that are read.
    """

    spans: list[Span] = attrs.field(factory=list)
    shares: list[Share] = attrs.field(factory=list)
    members: dict[int, bool] = attrs.field(factory=dict)
    unknown: dict[int, str] = attrs.field(factory=dict)
    outcomes: Outcomes = attrs.field(factory=Outcomes)
    segments: dict[int, tuple[Segment, ...]] = attrs.field(factory=dict)

    @property
    def parts(self) -> int:
        """How many parts of one what is owed is counted in."""
        return lcm(1, *(share.owed.denominator for share in self.shares))

    def always(self, status: Status, *reasons: str) -> int:
        """Return the number of a way of judging that always comes to the same."""
        return self.outcomes.kind(always(Outcome(status, reasons)))
