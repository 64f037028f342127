"""Periods and amounts owed, as tables by profile that are joined to bearers and records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import combinations
from math import lcm
from typing import NamedTuple

import attrs
import pyarrow as pa

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.frames.columns import as_days, as_wholes
from eduplan.frames.outcomes import Outcomes
from eduplan.provisions import Quota
from eduplan.provisions.owing import Piece
from eduplan.provisions.portions import Portion

UNLIMITED = -1
"""Stands for a limit that is not known: at the least nothing counts by it, at the most all does."""


class Spared(NamedTuple):
    """What would be owed if all leave that is not known of were leave.

    Attributes:
        required: how much.
        asked: what the parts that hold in whole periods would be held against.
        kind: how the figure is judged where it would come to that much.
        shares: whether a part asked of the bearer is a share of what is owed.
    """

    required: Number
    asked: tuple[Number, ...]
    kind: int
    shares: bool


class Window(NamedTuple):
    """What one profile owes in one period.

    Attributes:
        profile: number of the profile.
        place: where the period stands among those of the profile, -1 where none is to be read.
        kind: number of the way in which the figure is judged.
        period: the period, where there is one.
        due: the last day on which it can still be met.
        required: what is owed.
        read: whether records are read for it.
        parts: how every part of the quota is judged that holds in the whole period, by its number,
            -1 where it is not asked of the bearer.
        asked: what each of these parts is held against, and after them every set of
            `exclusive_sets`; 0 for a set of which not every part is asked of the bearer.
        limits: by the place of a cap what it allows, where that is a share of what is owed, and
            `UNLIMITED` where that is not known.
        asks: for every part of the quota whether it is asked of the bearer, where any is read.
        leave: number of the leave for which that holds, 0 for none.
        spared: what would be owed, where some of it may not be leave.
    """

    profile: int
    place: int
    kind: int
    period: Period | None
    due: date | None
    required: Number | None
    read: bool
    parts: Mapping[int, int] = {}
    asked: tuple[Number, ...] = ()
    limits: Mapping[int, Number] = {}
    asks: Sequence[bool] = ()
    leave: int = 0
    spared: Spared | None = None

    @property
    def parts_of_limits(self) -> int:
        """How many parts of one `limits` are counted in."""
        return lcm(1, *(amount.denominator for amount in self.limits.values()))

    @property
    def parts_of_asked(self) -> int:
        """How many parts of one `asked` is counted in."""
        spared = self.spared.asked if self.spared is not None else ()
        return lcm(1, *(amount.denominator for amount in (*self.asked, *spared)))


class Segment(NamedTuple):
    """Days of a period, of which each part that holds by spans has one or none.

    Attributes:
        place: where the period stands among those of the profile.
        days: the days.
        spans: for every such part the number of its span, -1 for none.
        year: full years since the period began, where a cap holds by these.
    """

    place: int
    days: Period
    spans: tuple[int, ...] = ()
    year: int = 0


class Spell(NamedTuple):
    """A span of days within a period in which a part holds, and how it is judged."""

    profile: int
    place: int
    span: int
    kind: int
    leave: int = 0


class Stay(NamedTuple):
    """Days of a period in which leave would lessen what one profile owes.

    Attributes:
        row: the window, for those who are on no leave.
        piece: the period, as far as the plan is about it.
        span: the days of it in service.
        days: the days on which records count, None where none do.
        full: what is owed in the whole period.
        get: reads the facts of the profile.
    """

    row: Window
    piece: Piece
    span: Period
    days: Period | None
    full: Number
    get: Getter


SET = -1
"""Stands in the place of a part's number for parts that may not share an hour together."""

MOST_ACROSS = 12
"""Spans of a period, of all parts together, that are judged side by side in one row."""


@attrs.define(eq=False, slots=False)
class Windows:
    """The windows of one quota for all profiles.

    Args:
        parts: numbers of the parts of the quota that hold in whole periods.
        sets: the sets of parts that may not share an hour.
        shares: places of the caps that are a share of what is owed.
        of_some: numbers of the parts that are not asked of everybody.
        rows: the windows.
        outcomes: the ways in which figures are judged.
        segments: the days that are read, by profile.
        spells: for every part that holds by spans, the spans.
        alike: whether what caps allow by what is owed is counted in the same parts of one for all.
        stays: by profile and place the periods in which leave would lessen what is owed.
        unclear: number of the way of judging what hangs on leave that is not known of.
    """

    parts: tuple[int, ...]
    sets: Sequence[tuple[int, ...]]
    shares: tuple[int, ...]
    of_some: tuple[int, ...] = ()
    alike: bool = False
    rows: list[Window] = attrs.field(factory=list)
    outcomes: Outcomes = attrs.field(factory=Outcomes)
    segments: dict[int, tuple[Segment, ...]] = attrs.field(factory=dict)
    spells: dict[int, list[Spell]] = attrs.field(factory=dict)
    stays: dict[tuple[int, int], Stay] = attrs.field(factory=dict)
    unclear: int = -1

    @cached_property
    def lists(self) -> Sequence[tuple[Segment, ...]]:
        """The different lists of segments there are."""
        return sorted(set(self.segments.values()))

    @cached_property
    def across(self) -> Mapping[int, int]:
        """How many spans the parts have that are judged side by side; none where they are many."""
        most = {
            part: 1 + max((spell.span for spell in spells), default=-1)
            for part, spells in self.spells.items()
        }
        return most if sum(most.values()) <= MOST_ACROSS else {}

    def table(self) -> pa.Table:
        """Return the windows as a table.

        Of parts that are judged in the same row there is the number of how: -1 for a span that the
        period does not have, and for a part that is not asked of the bearer.
        """
        rows = self.rows
        owed = [row.required for row in rows]
        parts = {
            f"_kind_{number}": as_wholes(row.parts.get(number, row.kind) for row in rows)
            for number in self.parts
        }
        for part, count in self.across.items():
            kinds = {one[:3] + one[4:]: one.kind for one in self.spells[part]}
            for span in range(count):
                parts[f"_kind_{part}_{span}"] = as_wholes(
                    kinds.get((row.profile, row.place, span, row.leave), -1) for row in rows
                )
        for number in self.of_some:
            asks = [bool(row.asks) and row.asks[number] for row in rows]
            parts[f"_asks_{number}"] = as_wholes(map(int, asks))
        if self.sets:
            parts["_kind_set"] = as_wholes(row.parts.get(SET, row.kind) for row in rows)
        names = [f"_asked_{number}" for number in self.parts]
        names += [f"_asked_set_{number}" for number in range(len(self.sets))]
        for place, name in enumerate(names):
            several = [(row.asked[place] if row.asked else 0) * row.parts_of_asked for row in rows]
            parts[name] = as_wholes(int(amount) for amount in several)
        for place in self.shares:
            of = [self.finer if self.alike else row.parts_of_limits for row in rows]
            several = [row.limits.get(place, 0) * one for row, one in zip(rows, of, strict=True)]
            parts[f"_limit_{place}"] = as_wholes(int(amount) for amount in several)
            parts["_limits_of"] = as_wholes(of)
        if names:
            parts["_asked_of"] = as_wholes(row.parts_of_asked for row in rows)
        if self.varied:
            parts["_leave"] = as_wholes(row.leave for row in rows)
        if self.spares:
            parts |= self._spared()
        return pa.table(
            {
                "_profile": as_wholes(row.profile for row in rows),
                "_place": as_wholes(row.place for row in rows),
                "_kind": as_wholes(row.kind for row in rows),
                "_read": as_wholes(int(row.read) for row in rows),
                "period_start": as_days(row.period.start if row.period else None for row in rows),
                "period_end": as_days(row.period.end if row.period else None for row in rows),
                "due": as_days(row.due for row in rows),
                "_owed": as_wholes(None if n is None else n.numerator for n in owed),
                "_owed_parts": as_wholes(1 if n is None else n.denominator for n in owed),
                **parts,
            }
        )

    @cached_property
    def finer(self) -> int:
        """How many parts of one the figures of all have to be counted in for what caps allow.

        Nothing may be asked of it before the last window is found.
        """
        return lcm(*(row.parts_of_limits for row in self.rows)) if self.alike else 1

    @cached_property
    def varied(self) -> bool:
        """Whether some are on leave, so that rows are found by its number too."""
        return any(row.leave for row in self.rows)

    @cached_property
    def spares(self) -> bool:
        """Whether it is not known of any leave that it is some."""
        return any(row.spared is not None for row in self.rows)

    def _spared(self) -> dict[str, pa.Array]:
        """Return the columns of what would be owed if all leave that is not known of were leave."""
        spared = [
            row.spared or Spared(row.required or 0, row.asked, row.kind, shares=False)
            for row in self.rows
        ]
        found = {
            "_spared": as_wholes(one.required.numerator for one in spared),
            "_spared_parts": as_wholes(one.required.denominator for one in spared),
            "_kind_spared": as_wholes(one.kind for one in spared),
            "_unsettled": as_wholes(int(one.shares) for one in spared),
        }
        both = list(zip(self.rows, spared, strict=True))
        for place, number in enumerate(self.parts):
            found[f"_spared_{number}"] = as_wholes(
                int(one.asked[place] * row.parts_of_asked) if one.asked else 0 for row, one in both
            )
        return found

    @cached_property
    def kinds(self) -> Mapping[str, Collection[int]]:
        """For every column of the table with the number of a way of judging, all that stand there.

        Nothing may be asked of them before the last window is found.
        """
        table = self.table()
        names = [name for name in table.column_names if name.startswith("_kind")]
        found = {name: set(table.column(name).to_pylist()) for name in names}
        if self.spares:
            found["_kind"] |= found.pop("_kind_spared")
            for number in self.parts:
                found[f"_kind_{number}"].add(self.unclear)
        return found

    @property
    def limits(self) -> Sequence[str]:
        """The columns of the table that tell what caps allow by what is owed."""
        return [
            *(f"_limit_{place}" for place in self.shares),
            *(["_limits_of"] if self.shares else []),
        ]

    def spell_table(self, part: int) -> pa.Table:
        """Return the spans in which a part holds as a table."""
        spells = self.spells[part]
        found = {
            "_profile": as_wholes(spell.profile for spell in spells),
            "_place": as_wholes(spell.place for spell in spells),
            "_span": as_wholes(spell.span for spell in spells),
            "_kind": as_wholes(spell.kind for spell in spells),
        }
        if self.varied:
            found["_leave"] = as_wholes(spell.leave for spell in spells)
        return pa.table(found)


def spanned(portion: Portion) -> bool:
    """Say whether a part holds by spans of the period, such as in every year of a cycle."""
    return portion.yearly or portion.every is not None


def exclusive_sets(quota: Quota) -> Sequence[tuple[int, ...]]:
    """Return all sets of two and more parts that may not share an hour."""
    exclusive = [number for number, portion in enumerate(quota.part) if portion.exclusive]
    sizes = range(2, len(exclusive) + 1)
    return [several for size in sizes for several in combinations(exclusive, size)]
