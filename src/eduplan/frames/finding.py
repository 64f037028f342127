"""Periods and amounts owed, found in Python for every profile.

What a bearer owes and in which period is asked of the reference judgement itself, once for every
profile: it is given a bearer with these facts and no records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

from eduplan.dates import DAY, Period, cycles, full_years
from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.frames.asking import subject_of
from eduplan.frames.outcomes import Outcome, always, by_situation, outcome_of
from eduplan.frames.ranges import in_order
from eduplan.frames.windows import (
    SET,
    UNLIMITED,
    Segment,
    Spared,
    Spell,
    Stay,
    Window,
    Windows,
    exclusive_sets,
    spanned,
)
from eduplan.measures import Per
from eduplan.people import day_of
from eduplan.provisions import Bench, Docket, Quota, QuotaBench, Subject
from eduplan.provisions.bounds import Bound
from eduplan.provisions.composite import Due, OnLeave
from eduplan.provisions.owing import Owing, counting, in_service, owing, piece_of
from eduplan.provisions.portions import Portion, spans_of
from eduplan.provisions.provision import View, view
from eduplan.selectors import EVERYTHING, Matcher
from eduplan.verdicts import Status, Verdict

_PENDING = Outcome(Status.PENDING)
_UNREAD = Outcome(Status.NOT_APPLICABLE, ("not-in-service",))
"""What is said where a period is over for the bearer before any record counts."""


class Finder:
    """Finds the windows of a quota, each thing that several profiles share once.

    Args:
        bench: the reference judgement.
        docket: the day, the calendar, and a register that is empty but declared complete as the
            caller's is.
        whole: the same judgement, or that of all versions of which it is one: it decides which
            periods go by this one.
    """

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
            tuple(number for number, portion in parts if portion.bearer != EVERYTHING),
            alike=in_order(bench.quota),
            spells={number: [] for number, portion in parts if spanned(portion)},
        )
        self._bearers = [Matcher(portion.bearer, docket.scales) for _, portion in parts]
        self._judged = lru_cache(maxsize=None)(self._kind)
        self._spans = lru_cache(maxsize=None)(self._spans_of)
        self._cut = lru_cache(maxsize=None)(self._segments)

    def find(self, profiles: Mapping[int, Mapping[str, Any]]) -> Windows:
        """Return what every profile owes, period by period, where nobody is on leave."""
        for profile, facts in profiles.items():
            subject = subject_of(str(profile), facts)
            verdicts = self._whole.judge(subject, self._docket)
            governed = [one for one in verdicts if one.citation is self._bench.citation]
            segments: list[Segment] = []
            for place, verdict in enumerate(governed):
                segments += self._note(profile, place, subject, verdict)
            if segments:
                self._found.segments[profile] = tuple(segments)
        return self._found

    def _note(
        self, profile: int, place: int, subject: Subject, verdict: Verdict
    ) -> Sequence[Segment]:
        """Note what is owed by a profile in a period, and return the days whose records are read.

        Args:
            profile: number of the profile.
            place: where the period stands among those of the profile.
            subject: a bearer with its facts.
            verdict: what the reference says of it without any records.
        """
        get, period = subject.get, verdict.period
        if period is None or verdict.opens is None or verdict.due is None:
            outcome = outcome_of(verdict)
            kind = self._found.outcomes.kind(always(outcome))
            row = Window(profile, -1, kind, period, verdict.due, None, False)
            if period is not None and outcome == _UNREAD:
                row = self._lessened(row._replace(place=place), get)
            self._found.rows.append(row)
            return ()
        days = Period(verdict.opens, verdict.due + DAY)
        undeclared: tuple[str, ...] = ()
        if verdict.required is None:
            undeclared = _undeclared(self._bench.owing(subject, self._docket, period, 0))
        inside = piece_of(self._quota, period, self._docket.horizon).inside
        served = in_service(inside, get) or inside
        counted = self._counted(inside, served, day_of(get, "joined"))
        asks = tuple(bool(matcher(get, get)) for matcher in self._bearers)
        row = Window(profile, place, -1, period, verdict.due, verdict.required, True, asks=asks)
        row = self._lessened(row, get, days)
        self._read(row, inside, served, days, undeclared, row.required)
        return self._cut(place, period, inside, served, counted)

    def _lessened(self, row: Window, get: Getter, days: Period | None = None) -> Window:
        """Note a window in which leave would lessen what is owed, and return it."""
        if self._quota.leave is not None and row.period is not None:
            piece = piece_of(self._quota, row.period, self._docket.horizon)
            span = in_service(piece.inside, get)
            full = self._bench.owed_by(get)
            if span is not None and full is not None:
                stay = Stay(row, piece, span, days, full, get)
                self._found.stays[row.profile, row.place] = stay
        return row

    def vary(self, on_leave: Iterable[tuple[int, int, int, OnLeave]]) -> None:
        """Note what is owed by those who were on leave.

        Args:
            on_leave: numbers of profile, place and leave, and on how many days that was.
        """
        for profile, place, number, leave in on_leave:
            stay = self._found.stays[profile, place]
            asked = owing(self._quota, stay.piece, stay.full, stay.get, partial(_same, leave))
            row = stay.row._replace(leave=number)
            if asked.excuse:
                outcome = Outcome(Status.NOT_APPLICABLE, (asked.excuse,))
                kind = self._found.outcomes.kind(always(outcome))
                row = row._replace(kind=kind, due=None, required=None, read=False)
            if stay.days is None or not row.read:
                self._found.rows.append(row)
                continue
            due, spared = None, None
            if asked.owed is not None:
                due = leave.due(asked.owed, asked.span)
                spared = due if due.missing else None
            row = row._replace(required=due.owed if due is not None else None)
            undeclared = _undeclared(asked)
            inside = stay.piece.inside
            self._read(row, inside, stay.span, stay.days, undeclared, asked.owed, spared)

    def _read(
        self,
        row: Window,
        inside: Period,
        served: Period,
        days: Period,
        undeclared: tuple[str, ...],
        owed: Number | None,
        due: Due | None = None,
    ) -> None:
        """Note a window in which records are read, and the spans of parts in it.

        Args:
            row: the window, as far as it is known.
            inside: the piece of its period that lies in the plan.
            served: the days of that in service.
            days: the days on which records count.
            undeclared: codes of what keeps it from being known what is owed.
            owed: what is owed, leave apart.
            due: what is owed for sure and at the least, where some of it may not be leave.
        """
        seen = view(days, self._docket.as_of)
        quota, required, found = self._quota, row.required, self._found
        if required is None:
            kind = found.outcomes.kind(always(Outcome(Status.UNDETERMINED, undeclared)))
        else:
            kind = self._judged(quota.at_most is not None, quota.measure.grows, seen, whole=True)
        parts = {}
        instead = _PENDING if required is None else None  # perhaps nothing is owed
        for number in found.parts:
            portion = quota.part[number]
            if not row.asks[number]:
                parts[number] = -1
            elif portion.of_owed and required is None:
                unknown = Outcome(Status.UNDETERMINED, ("partial-policy",))
                parts[number] = found.outcomes.kind(always(unknown))
            else:
                grows = portion.within is None
                parts[number] = self._judged(portion.most, grows, seen, instead=instead)
        asked = self._asked(required or 0)
        for several in found.sets:
            total = sum(quota.part[number].asked(required or 0) for number in several)
            asked.append(total if all(row.asks[number] for number in several) else 0)
        if found.sets:
            parts[SET] = self._judged(False, True, seen, instead=instead)
        caps = quota.measure.caps
        most = ((place, caps[place].most(owed)) for place in found.shares)
        limits = {place: UNLIMITED if limit is None else limit for place, limit in most}
        row = row._replace(kind=kind, due=seen.due, parts=parts, asked=tuple(asked), limits=limits)
        if due is not None:
            row = row._replace(spared=self._spared(due, seen, row.asks))
        found.rows.append(row)
        for number, portion in enumerate(quota.part):
            if spanned(portion) and row.asks[number]:
                found.spells[number] += [
                    Spell(
                        row.profile,
                        row.place,
                        index,
                        self._of_span(portion, span, instead),
                        row.leave,
                    )
                    for index, span in self._spans(number, row.period, inside, served)
                ]

    def _asked(self, owed: Number) -> list[Number]:
        """Return what the parts that hold in whole periods are held against."""
        return [self._quota.part[number].asked(owed) for number in self._found.parts]

    def _spared(self, due: Due, seen: View, asks: Sequence[bool]) -> Spared:
        """Return what would be owed if all leave that is not known of were leave."""
        unclear = Outcome(Status.UNDETERMINED, ("record-fact",))
        kind = self._judged(False, True, seen, whole=True, instead=unclear)
        self._found.unclear = self._found.outcomes.kind(always(unclear))
        shares = any(
            asked and part.of_owed for asked, part in zip(asks, self._quota.part, strict=True)
        )
        return Spared(due.least, tuple(self._asked(due.least)), kind, shares)

    def _kind(
        self,
        most: bool,
        grows: bool,
        seen: View,
        *,
        whole: bool = False,
        instead: Outcome | None = None,
    ) -> int:
        """Return the way of judging a figure.

        Args:
            most: whether its bound is an upper one.
            grows: whether a further record can only raise it.
            seen: the period.
            whole: whether it is the whole, which rests on leave too.
            instead: what a failure comes to where it is not known to be one.
        """
        kinds = self._bench.citation.kinds
        if whole and self._quota.leave is not None:
            kinds += self._quota.leave.kind
        if whole:
            kinds += self._quota.every.kinds
        outcomes = by_situation(Bound(0, most, grows), seen, self._docket, kinds)
        if instead is not None:
            outcomes = tuple(instead if o.status is Status.NOT_MET else o for o in outcomes)
        return self._found.outcomes.kind(outcomes)

    def _of_span(self, portion: Portion, span: Period, instead: Outcome | None) -> int:
        if span.start > self._docket.as_of:
            return self._found.outcomes.kind(always(_PENDING))
        seen = view(span, self._docket.as_of)
        return self._judged(portion.most, portion.within is None, seen, instead=instead)

    def _spans_of(
        self, number: int, period: Period, inside: Period, served: Period
    ) -> tuple[tuple[int, Period], ...]:
        """Return the spans of a part that are asked of a bearer, as the reference tallies them.

        Each has its number among all those of the period, whoever is in service in them.
        """
        found = spans_of(self._quota.part[number], period, inside, inside)
        several = enumerate(span for span in found if span is not None)
        return tuple((index, span) for index, span in several if span.overlaps(served))

    def _counted(self, inside: Period, served: Period, joined: date | None) -> Period:
        """Return the days of a piece of a period whose records count."""
        days = counted_by(self._quota, inside, served)
        lapses = joined is not None and self._quota.before_joining.counts is None
        return Period(max(days.start, joined), days.end) if joined and lapses else days

    def _segments(
        self, place: int, period: Period, inside: Period, served: Period, counted: Period
    ) -> tuple[Segment, ...]:
        by_part = [
            self._spans(number, period, inside, served)
            for number, portion in enumerate(self._quota.part)
            if spanned(portion)
        ]
        return segments_of(self._quota, place, period, counted, by_part)


def _same(leave: OnLeave, _: Period) -> OnLeave:
    return leave


def counted_by(quota: Quota, inside: Period, served: Period) -> Period:
    """Return the days of a piece of a period whose records count: none after the bearer left."""
    days = counting(quota, inside)
    return days if served.end == inside.end else Period(days.start, served.end)


def segments_of(
    quota: Quota,
    place: int,
    period: Period,
    inside: Period,
    by_part: Sequence[Sequence[tuple[int, Period]]] = (),
) -> tuple[Segment, ...]:
    """Return a piece of a period cut where a span of a part, or a year of a cap, begins or ends.

    Args:
        quota: the quota.
        place: where the period stands among those of a bearer.
        period: the period.
        inside: the piece of it whose records count.
        by_part: the spans of every part that holds by spans, each with its number.
    """
    edges = {inside.start, inside.end}
    of_parts = {day for spans in by_part for _, span in spans for day in (span.start, span.end)}
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


def _span_on(day: date, spans: Sequence[tuple[int, Period]]) -> int:
    return next((number for number, span in spans if day in span), -1)


SERVICE = ("joined", "left")
"""Facts on which it depends when a bearer is in service."""


def profile_fields(quota: Quota) -> tuple[str, ...]:
    """Return the facts of a bearer on which it depends what it owes and when."""
    rows = (*(quota.at_least or ()), *(quota.at_most or ()))
    selectors = [quota.bearer, *([quota.exempt] if quota.exempt is not None else [])]
    selectors += [*(row.where for row in rows), *(portion.bearer for portion in quota.part)]
    asked = [field for one in selectors for field in (*one.fields(), *one.bearer_fields())]
    asked += [row.per for row in rows if row.per]
    own = quota.every.own.selectors() if quota.every.own is not None else ()
    asked += [field for _, one in own for field in one.bearer_fields()]
    return tuple(dict.fromkeys([*asked, *quota.every.facts, *SERVICE]))


def _undeclared(asked: Owing) -> tuple[str, ...]:
    """Return the codes of why it is not known what is owed, in the order of rows."""
    return tuple(sorted({missing.code for missing in asked.missing}))
