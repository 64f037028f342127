"""Periods and amounts owed, found in Python for every profile and joined as tables.

What a bearer owes and in which period is asked of the reference judgement itself, once for every
profile: it is given a bearer with these facts and no records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import combinations, pairwise
from math import lcm
from typing import Any, NamedTuple

import attrs
import pyarrow as pa

from eduplan.dates import DAY, Period, cycles, full_years
from eduplan.exact import Number
from eduplan.frames.columns import as_days, as_wholes
from eduplan.frames.outcomes import Outcome, Outcomes, always, by_situation, outcome_of
from eduplan.measures import Per
from eduplan.people import bearer_getter, day_of
from eduplan.provisions import Bench, Docket, Quota, QuotaBench, Subject
from eduplan.provisions.bounds import Bound
from eduplan.provisions.owing import counting, piece_of
from eduplan.provisions.portions import Portion, spans_of
from eduplan.provisions.provision import View, view
from eduplan.selectors import Matcher
from eduplan.verdicts import Status


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
        limits: by the place of a cap what it allows, where that is a share of what is owed.
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

    @property
    def parts_of_limits(self) -> int:
        """How many parts of one `limits` are counted in."""
        return lcm(1, *(amount.denominator for amount in self.limits.values()))

    @property
    def parts_of_asked(self) -> int:
        """How many parts of one `asked` is counted in."""
        return lcm(1, *(amount.denominator for amount in self.asked))


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
        rows: the windows.
        outcomes: the ways in which figures are judged.
        segments: the days that are read, by profile.
        spells: for every part that holds by spans, the spans.
    """

    parts: tuple[int, ...]
    sets: Sequence[tuple[int, ...]]
    shares: tuple[int, ...]
    rows: list[Window] = attrs.field(factory=list)
    outcomes: Outcomes = attrs.field(factory=Outcomes)
    segments: dict[int, tuple[Segment, ...]] = attrs.field(factory=dict)
    spells: dict[int, list[Spell]] = attrs.field(factory=dict)

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
            kinds = {(one.profile, one.place, one.span): one.kind for one in self.spells[part]}
            for span in range(count):
                parts[f"_kind_{part}_{span}"] = as_wholes(
                    kinds.get((row.profile, row.place, span), -1) for row in rows
                )
        if self.sets:
            parts["_kind_set"] = as_wholes(row.parts.get(SET, row.kind) for row in rows)
        names = [f"_asked_{number}" for number in self.parts]
        names += [f"_asked_set_{number}" for number in range(len(self.sets))]
        for place, name in enumerate(names):
            several = [(row.asked[place] if row.asked else 0) * row.parts_of_asked for row in rows]
            parts[name] = as_wholes(int(amount) for amount in several)
        for place in self.shares:
            several = [row.limits.get(place, 0) * row.parts_of_limits for row in rows]
            parts[f"_limit_{place}"] = as_wholes(int(amount) for amount in several)
            parts["_limits_of"] = as_wholes(row.parts_of_limits for row in rows)
        if names:
            parts["_asked_of"] = as_wholes(row.parts_of_asked for row in rows)
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
    def kinds(self) -> Mapping[str, Collection[int]]:
        """For every column of the table with the number of a way of judging, all that stand there.

        Nothing may be asked of them before the last window is found.
        """
        table = self.table()
        names = [name for name in table.column_names if name.startswith("_kind")]
        return {name: set(table.column(name).to_pylist()) for name in names}

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
        return pa.table(
            {
                "_profile": as_wholes(spell.profile for spell in spells),
                "_place": as_wholes(spell.place for spell in spells),
                "_span": as_wholes(spell.span for spell in spells),
                "_kind": as_wholes(spell.kind for spell in spells),
            }
        )


def windows(
    bench: QuotaBench,
    profiles: Mapping[int, Mapping[str, Any]],
    docket: Docket,
    whole: Bench,
) -> Windows:
    """Return what every profile owes, period by period.

    Args:
        bench: the reference judgement.
        profiles: the facts of every profile by its number.
        docket: the day, the calendar, and a register that is empty but declared complete as the
            caller's is.
        whole: the same judgement, or that of all versions of which it is one: it decides which
            periods go by this one.
    """
    return _Finder(bench, docket, whole).find(profiles)


class _Finder:
    """Finds the windows of a quota, each thing that several profiles share once."""

    def __init__(self, bench: QuotaBench, docket: Docket, whole: Bench) -> None:
        self._bench = bench
        self._whole = whole
        self._quota = bench.quota
        self._docket = docket
        parts = list(enumerate(bench.quota.part))
        self._found = Windows(
            tuple(number for number, portion in parts if not spanned(portion)),
            exclusive_sets(bench.quota),
            tuple(
                place for place, cap in enumerate(bench.quota.measure.caps) if cap.share is not None
            ),
            spells={number: [] for number, portion in parts if spanned(portion)},
        )
        self._bearers = [Matcher(portion.bearer, docket.scales) for _, portion in parts]
        self._judged = lru_cache(maxsize=None)(self._kind)
        self._spans = lru_cache(maxsize=None)(self._spans_of)
        self._cut = lru_cache(maxsize=None)(self._segments)

    def find(self, profiles: Mapping[int, Mapping[str, Any]]) -> Windows:
        for profile, facts in profiles.items():
            get = bearer_getter(facts)
            throughout = get("joined") is None and get("left") is None
            subject = Subject(str(profile), facts, get, throughout)
            segments: list[Segment] = []
            undeclared: tuple[str, ...] = ()
            verdicts = self._whole.judge(subject, self._docket)
            governed = [one for one in verdicts if one.citation is self._bench.citation]
            for place, verdict in enumerate(governed):
                period = verdict.period
                if period is None or verdict.opens is None or verdict.due is None:
                    kind = self._found.outcomes.kind(always(outcome_of(verdict)))
                    row = Window(profile, -1, kind, period, verdict.due, None, False)
                    self._found.rows.append(row)
                    continue
                days = Period(verdict.opens, verdict.due + DAY)
                if verdict.required is None:
                    owing = self._bench.owing(subject, self._docket, period, 0)
                    undeclared = tuple(missing.code for missing in owing.missing)
                inside = piece_of(self._quota, period, self._docket.horizon).inside
                counted = self._counted(inside, day_of(get, "joined"))
                asks = [bool(matcher(get, get)) for matcher in self._bearers]
                row = Window(profile, place, -1, period, verdict.due, verdict.required, True)
                self._read(row, inside, days, undeclared, asks)
                segments += self._cut(place, period, inside, counted)
            if segments:
                self._found.segments[profile] = tuple(segments)
        return self._found

    def _read(
        self,
        row: Window,
        inside: Period,
        days: Period,
        undeclared: tuple[str, ...],
        asks: Sequence[bool],
    ) -> None:
        """Note a window in which records are read, and the spans of parts in it.

        Args:
            row: the window, as far as it is known.
            inside: the piece of its period that lies in the plan.
            days: the days on which records count.
            undeclared: codes of what keeps it from being known what is owed.
            asks: for every part of the quota whether it is asked of the bearer.
        """
        seen = view(days, self._docket.as_of)
        quota, required, found = self._quota, row.required, self._found
        if required is None:
            kind = found.outcomes.kind(always(Outcome(Status.UNDETERMINED, undeclared)))
        else:
            kind = self._judged(quota.at_most is not None, quota.measure.grows, seen)
        parts = {}
        for number in found.parts:
            portion = quota.part[number]
            if not asks[number]:
                parts[number] = -1
            elif portion.of_owed and required is None:
                unknown = Outcome(Status.UNDETERMINED, ("partial-policy",))
                parts[number] = found.outcomes.kind(always(unknown))
            else:
                doubted = required is None
                parts[number] = self._judged(portion.most, portion.within is None, seen, doubted)
        asked = [quota.part[number].asked(required or 0) for number in found.parts]
        for several in found.sets:
            total = sum(quota.part[number].asked(required or 0) for number in several)
            asked.append(total if all(asks[number] for number in several) else 0)
        if found.sets:
            parts[SET] = self._judged(False, True, seen, required is None)
        limits = {place: quota.measure.caps[place].most(required) or 0 for place in found.shares}
        row = row._replace(kind=kind, due=seen.due, parts=parts, asked=tuple(asked), limits=limits)
        found.rows.append(row)
        for number, portion in enumerate(quota.part):
            if spanned(portion) and asks[number]:
                found.spells[number] += [
                    Spell(
                        row.profile,
                        row.place,
                        index,
                        self._of_span(portion, span, required is None),
                    )
                    for index, span in enumerate(self._spans(number, row.period, inside))
                    if span.overlaps(days)
                ]

    def _kind(self, most: bool, grows: bool, seen: View, doubted: bool = False) -> int:
        """Return the way of judging a figure, where perhaps nothing is owed without failures."""
        kinds = self._quota.measure.kinds
        bound = Bound(0, most, grows)
        outcomes = by_situation(bound, seen, self._docket, kinds)
        if doubted:
            pending = Outcome(Status.PENDING)
            outcomes = tuple(pending if o.status is Status.NOT_MET else o for o in outcomes)
        return self._found.outcomes.kind(outcomes)

    def _of_span(self, portion: Portion, span: Period, doubted: bool) -> int:
        if span.start > self._docket.as_of:
            return self._found.outcomes.kind(always(Outcome(Status.PENDING)))
        seen = view(span, self._docket.as_of)
        return self._judged(portion.most, portion.within is None, seen, doubted)

    def _spans_of(self, number: int, period: Period, inside: Period) -> tuple[Period, ...]:
        """Return the spans of a part within a period, as the reference tallies them."""
        found = spans_of(self._quota.part[number], period, inside, inside)
        return tuple(span for span in found if span is not None)

    def _counted(self, inside: Period, joined: date | None) -> Period:
        """Return the days of a piece of a period whose records count."""
        days = counting(self._quota, inside)
        lapses = joined is not None and self._quota.before_joining.counts is None
        return Period(max(days.start, joined), days.end) if joined and lapses else days

    def _segments(
        self, place: int, period: Period, inside: Period, counted: Period
    ) -> tuple[Segment, ...]:
        by_part = [
            self._spans(number, period, inside)
            for number, portion in enumerate(self._quota.part)
            if spanned(portion)
        ]
        return segments_of(self._quota, place, period, counted, by_part)


def segments_of(
    quota: Quota,
    place: int,
    period: Period,
    inside: Period,
    by_part: Sequence[Sequence[Period]] = (),
) -> tuple[Segment, ...]:
    """Return a piece of a period cut where a span of a part, or a year of a cap, begins or ends.

    Args:
        quota: the quota.
        place: where the period stands among those of a bearer.
        period: the period.
        inside: the piece of it whose records count.
        by_part: the spans of every part that holds by spans.
    """
    edges = {inside.start, inside.end}
    of_parts = {day for spans in by_part for span in spans for day in (span.start, span.end)}
    edges |= {day for day in of_parts if day in inside}
    by_year = any(cap.per is Per.YEAR for cap in quota.measure.caps)
    if by_year:
        begun = [year.start for year in cycles(period.start, 12, inside)]
        edges |= {day for day in begun if day in inside}
    return tuple(
        Segment(
            place,
            Period(start, end),
            tuple(_span_on(start, spans) for spans in by_part),
            full_years(period.start, start) if by_year else 0,
        )
        for start, end in pairwise(sorted(edges))
    )


def _span_on(day: date, spans: Sequence[Period]) -> int:
    return next((number for number, span in enumerate(spans) if day in span), -1)


def spanned(portion: Portion) -> bool:
    """Say whether a part holds by spans of the period, such as in every year of a cycle."""
    return portion.yearly or portion.every is not None


def exclusive_sets(quota: Quota) -> Sequence[tuple[int, ...]]:
    """Return all sets of two and more parts that may not share an hour."""
    exclusive = [number for number, portion in enumerate(quota.part) if portion.exclusive]
    sizes = range(2, len(exclusive) + 1)
    return [several for size in sizes for several in combinations(exclusive, size)]


SERVICE = ("joined", "left")
"""Facts on which it depends when a bearer is in service."""


def profile_fields(quota: Quota) -> tuple[str, ...]:
    """Return the facts of a bearer on which it depends what it owes and when."""
    rows = (*(quota.at_least or ()), *(quota.at_most or ()))
    selectors = [quota.bearer, *([quota.exempt] if quota.exempt is not None else [])]
    selectors += [*(row.where for row in rows), *(portion.bearer for portion in quota.part)]
    asked = [field for one in selectors for field in (*one.fields(), *one.bearer_fields())]
    asked += [row.per for row in rows if row.per]
    return tuple(dict.fromkeys([*asked, *quota.every.facts, *SERVICE]))
