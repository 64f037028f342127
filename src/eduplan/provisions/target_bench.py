"""Targets made ready to judge: what an indicator was, held against what it had to reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

import attrs

from eduplan.dates import DAY, Period, add_years
from eduplan.errors import Missing, NotKnown
from eduplan.exact import Number, show, show_share
from eduplan.messages import Language, Text, both, say
from eduplan.periods import periods
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.indicator import Figure, IndicatorBench
from eduplan.provisions.peers import bound_of_peers, place_of
from eduplan.provisions.population import status_of, together, words
from eduplan.provisions.provision import Setting, Subject
from eduplan.provisions.reach import Bound, Part, Reach, Rise
from eduplan.provisions.target import NO_WORDS, Target
from eduplan.selectors import Matcher, Test
from eduplan.verdicts import Justification, Point, Status, Told, Verdict
from eduplan.verdicts.telling import (
    tell_days,
    tell_points,
    tell_records,
    tell_undecided,
    tell_unit,
)


class Span(NamedTuple):
    """One period of a target: what has to be reached in it, and the period before."""

    period: Period
    reach: Reach
    before: Period | None


class Readings(NamedTuple):
    """The figures that one period of a target is judged by.

    Attributes:
        figure: that of the period.
        base: that of the days it has to rise or change from, None where there are none.
        parts: those of the parts it is split into.
        peers: those of others it has to stand among, by their ids.
    """

    figure: Figure
    base: Figure | None = None
    parts: tuple[Figure, ...] = ()
    peers: Mapping[str, Figure] = MappingProxyType({})


class TargetBench(SettledBench):
    """A target made ready to judge many bearers."""

    def __init__(self, target: Target, setting: Setting) -> None:
        reaches = [reach for _, reach in target.reaches()]
        ranked = any(r.relative_to is not None and r.relative_to.compared is None for r in reaches)
        citation = attrs.evolve(
            cited(target, setting, tell_target, unit=target.unit, every=target.every),
            share=target.indicator.shares and not ranked,
            most=all(reach.upper for reach in reaches),
        )
        super().__init__(target, setting, citation)
        self.target = target
        self._scales = setting.scales
        self.indicator = IndicatorBench(target.indicator, setting.scales)
        self.parts = {
            part: IndicatorBench(target.indicator.narrowed(part.where), setting.scales)
            for reach in reaches
            for part in reach.split
        }

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every milestone or period asked about that has begun."""
        spans = self.spans(subject, docket)
        if not spans:
            return (self.excuse(subject, docket, "no-period"),)
        return tuple(
            self.excused(subject, span, docket)
            or self.verdict(subject, span, self._read(subject, span, docket), docket)
            for span in spans
        )

    def spans(self, subject: Subject, docket: Docket) -> list[Span]:
        """Return the periods asked about that have begun.

        Args:
            subject: the bearer.
            docket: what the judgement rests on.

        Raises:
            NotKnown: the calendar, the horizon or a fact of the bearer is missing.
        """
        return [
            span
            for span in self._spans(subject, docket)
            if span.period.overlaps(docket.during) and span.period.start <= docket.as_of
        ]

    def _spans(self, subject: Subject, docket: Docket) -> Iterator[Span]:
        target = self.target
        if target.every is not None and target.reach is not None:
            for period in docket.periods(target.every, subject):
                yield Span(period, target.reach, self._before(period, subject, docket))
            return
        start = target.since
        if start is None and docket.horizon is not None:
            start = docket.horizon.start
        before: Period | None = None
        for milestone in target.milestones:
            end = milestone.by + DAY
            begins = before.end if before is not None else start
            if begins is None or begins >= end:
                begins = add_years(end, -1)
            period = Period(begins, end)
            before = before or Period(add_years(begins, -1), begins)
            yield Span(period, milestone, before)
            before = period

    def _before(self, period: Period, subject: Subject, docket: Docket) -> Period | None:
        """Return the period before one of a period rule."""
        assert self.target.every is not None  # noqa: S101 - or there are no such periods
        try:
            found = periods(
                self.target.every,
                Period(period.start - DAY, period.start),
                bearer=subject.get,
                calendar=docket.calendar,
                horizon=docket.horizon,
            )
        except NotKnown:
            return None
        return found[-1] if found else None

    def excused(self, subject: Subject, span: Span, docket: Docket) -> Verdict | None:
        """Return the verdict on a period in which it is not in force, None where it is."""
        target, period = self.target, span.period
        if target.since is not None and period.last < target.since:
            return self.excuse(subject, docket, "not-in-force", target.since, period)
        if target.until is not None and period.last >= target.until:
            return self.excuse(subject, docket, "no-longer-in-force", target.until, period)
        return None

    def base(self, span: Span) -> Period | None:
        """Return the days from which a figure has to rise or change, None where there are none."""
        if span.reach.change is None:
            return span.before if span.reach.rises is not None else None
        end = span.reach.change.on + DAY
        return Period(add_years(end, -1), end)

    def _read(self, subject: Subject, span: Span, docket: Docket) -> Readings:
        base = self.base(span)
        return Readings(
            self.indicator.read(subject, span.period, docket),
            None if base is None else self.indicator.read(subject, base, docket),
            tuple(self.parts[p].read(subject, span.period, docket) for p in span.reach.split),
            self.peers(subject, span, docket),
        )

    def peers(self, subject: Subject, span: Span, docket: Docket) -> Mapping[str, Figure]:
        """Return the figures of others that one has to stand among, by their ids; none where not.

        Args:
            subject: the bearer, who is no peer of itself.
            span: the period.
            docket: what the judgement rests on.
        """
        relative = span.reach.relative_to
        if relative is None:
            return {}
        matcher = Matcher(relative.peers, self._scales)
        return self.indicator.of_peers(subject, matcher, span.period, docket)

    def verdict(self, subject: Subject, span: Span, readings: Readings, docket: Docket) -> Verdict:
        """Return the verdict on a period in which it is in force, by the figures that were read.

        Args:
            subject: the bearer.
            span: the period.
            readings: the figures.
            docket: what the judgement rests on.
        """
        period, read = span.period, readings.figure
        figure, bound = self._held_against(span, readings, docket)
        status, missing = self._status(figure, bound, span, docket)
        parts = [
            self._part(span, part, found, docket)
            for part, found in zip(span.reach.split, readings.parts, strict=True)
        ]
        about = [read.whole, bound.whole, *(found.whole for _, found, _ in parts)]
        withheld = any(self._too_few(whole) for whole in about)
        whole = self._point(status, figure, bound, span, withheld=withheld, missing=missing)
        points = [whole, *(self._part_point(*part, withheld) for part in parts)]
        status = together(point.status for point in points)
        gaps = tuple([gap for point in points for gap in point.missing])
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            period=period,
            status=status,
            as_of=docket.as_of,
            value=None if withheld else figure.low,
            required=None if withheld and span.reach.level is None else bound.low,
            opens=period.start,
            due=period.last,
            missing=gaps if status is Status.UNDETERMINED else (),
            justification=Justification(
                counted=() if withheld else figure.counted, points=tuple(points)
            ),
        )

    def _too_few(self, whole: Number | None) -> bool:
        """Say whether a share is of so few that it is not told."""
        least = self.target.suppress_below
        return least is not None and whole is not None and whole < least

    # ------------------------------------------------------------ what it is held against

    def _held_against(self, span: Span, readings: Readings, docket: Docket) -> tuple[Figure, Bound]:
        """Return the figure that is judged and its bound; among peers the figure is its place."""
        reach, figure, period = span.reach, readings.figure, self.base(span)
        if reach.level is not None:
            test, level = reach.level
            number = self.indicator.scale.rank(level) if self.indicator.scale is not None else level
            assert not isinstance(number, str)  # noqa: S101 - a grade has its scale
            return figure, Bound(test, number, number)
        if reach.change is not None:
            assert readings.base is not None  # noqa: S101 - it has a baseline
            assert period is not None  # noqa: S101
            base = self._past(readings.base, period, docket)
            low = None if base.low is None else reach.change.of(base.low)
            high = None if base.high is None else reach.change.of(base.high)
            return figure, Bound(Test.AT_LEAST, low, high, base.missing, base.whole)
        if reach.rises is not None:
            test = Test.ABOVE if reach.rises is Rise.HIGHER else Test.AT_LEAST
            if readings.base is None or period is None:
                gap = Missing("no-baseline", {"field": self._name, "day": span.period.start})
                return figure, Bound(test, None, None, (gap,))
            base = self._past(readings.base, period, docket)
            return figure, Bound(test, base.low, base.high, base.missing, base.whole)
        return self._among_peers(span, figure, readings.peers)

    @property
    def _name(self) -> str:
        return self.target.indicator.named or self.target.id

    def _past(self, figure: Figure, period: Period, docket: Docket) -> Figure:
        """Return what an indicator was in an earlier period, as far as the register tells."""
        indicator = self.target.indicator
        missing = tuple(
            Missing("no-baseline", {"field": self._name, "day": period.last})
            if gap.code == "no-figure"
            else gap
            for gap in figure.missing
        )
        if not indicator.kinds:
            return figure._replace(missing=missing)
        gap = docket.register.complete(indicator.kinds, period.last)
        if gap is None:
            return figure._replace(missing=missing)
        low = figure.low if indicator.grows else None
        return figure._replace(low=low, high=None, missing=(*missing, gap))

    def _among_peers(
        self, span: Span, figure: Figure, peers: Mapping[str, Figure]
    ) -> tuple[Figure, Bound]:
        relative = span.reach.relative_to
        assert relative is not None  # noqa: S101 - it is the last of the ways
        if relative.compared is not None:
            test, which = relative.compared
            return figure, bound_of_peers(test, which, peers, relative.places, self._name)
        place = place_of(figure, peers, relative.places)
        last = relative.rank
        if last is None:
            size = max(relative.places or 0, len(peers) + 1)
            last = int(Fraction(relative.upper or 1) * size)
        return place, Bound(Test.AT_MOST, last, last)

    # ------------------------------------------------------------ what it comes to

    def _status(
        self, figure: Figure, bound: Bound, span: Span, docket: Docket
    ) -> tuple[Status, tuple[Missing, ...]]:
        """Judge a figure by its bound.

        Who is there on a day is judged on that day. Figures on file are judged when the period is
        over and the register complete through it, for a later one may still come. What only grows
        is decided as soon as the bound is reached, or passed where that is not allowed.
        """
        indicator, period, as_of = self.target.indicator, span.period, docket.as_of
        truth = bound.holds(figure.low, figure.high)
        missing = (*figure.missing, *bound.missing)
        if indicator.grows and span.reach.relative_to is None:
            lower = bound.test in (Test.AT_LEAST, Test.ABOVE)
            if lower and truth:
                return Status.MET, ()
            if not lower and bound.holds(figure.low, None) is False:
                return Status.NOT_MET, ()
        closed = as_of >= period.end
        if indicator.present and (closed or (truth and as_of == period.last)):
            return status_of(truth), () if truth is not None else missing
        needed = period.last if closed else as_of - DAY
        if indicator.kinds and needed >= period.start:
            gap = docket.register.complete(indicator.kinds, needed)
            if gap is not None:
                return Status.UNDETERMINED, (*missing, gap)
        if closed:
            return status_of(truth), () if truth is not None else missing
        still_to_come = ("no-figure", "nobody-to-share", "nothing-to-share", "peers-missing")
        open_ = tuple([gap for gap in missing if gap.code not in still_to_come])
        if open_ and truth is None:
            return Status.UNDETERMINED, open_
        return Status.PENDING, ()

    def _part(
        self, span: Span, part: Part, figure: Figure, docket: Docket
    ) -> tuple[Part, Figure, Point]:
        """Judge one of the parts a target is split into."""
        bound = Bound(Test.AT_LEAST, part.at_least, part.at_least)
        status, missing = self._status(figure, bound, span, docket)
        point = Point(
            "target-part",
            status,
            {"where": words(part.where)},
            value=figure.low,
            required=part.at_least,
            due=span.period.last,
            counted=figure.counted,
            missing=missing,
        )
        return part, figure, point

    # ------------------------------------------------------------ how it is told

    def _part_point(self, part: Part, figure: Figure, point: Point, withheld: bool) -> Point:
        told = {
            "found": self._told(figure, withheld=withheld),
            "bound": self._bound_told(Bound(Test.AT_LEAST, part.at_least, part.at_least), "level"),
        }
        point = point._replace(facts={**point.facts, **told})
        return point._replace(value=None, counted=()) if withheld else point

    def _point(
        self,
        status: Status,
        figure: Figure,
        bound: Bound,
        span: Span,
        *,
        withheld: bool,
        missing: tuple[Missing, ...],
    ) -> Point:
        """Return the point about the whole: what was found and what had to be reached."""
        reach = span.reach
        how = "level"
        if reach.rises is not None:
            how = "before"
        elif reach.change is not None:
            how = "base"
        elif reach.relative_to is not None:
            compared = reach.relative_to.compared
            how = "rank" if compared is None else compared[1].value
        found = self._told(figure, withheld=withheld, rank=how == "rank")
        if withheld and how != "level":  # it is worked out from other figures
            bound = bound._replace(low=None, high=None)
        return Point(
            "target-whole",
            status,
            {"found": found, "bound": self._bound_told(bound, how)},
            value=None if withheld else figure.low,
            required=bound.low,
            due=span.period.last,
            counted=() if withheld else figure.counted,
            missing=missing,
        )

    def _told(self, figure: Figure, *, withheld: bool, rank: bool = False) -> Text:
        """Return a figure in words, with its counts where they are known."""
        if withheld:
            return both("explain.target.withheld", least=self.target.suppress_below)
        if figure.low is None:
            return both("explain.target.no-figure")
        amount = self._amount(figure.low, rank=rank)
        if figure.low == figure.high and figure.part is not None and figure.whole is not None:
            counts = {"part": show(figure.part), "whole": show(figure.whole)}
            return both("explain.target.with-counts", amount=amount, **counts)
        if figure.low == figure.high:
            return amount
        if figure.high is None:
            return both("explain.target.from", low=amount)
        return both("explain.target.range", low=amount, high=self._amount(figure.high, rank=rank))

    def _amount(self, number: Number, *, rank: bool = False) -> Text:
        if rank:
            return both("explain.target.rank", rank=show(number))
        scale = self.indicator.scale
        if scale is not None:
            place = int(number)
            if 0 <= place < len(scale.values):
                grade = scale.values[place]
                return Text(*(self.citation.label(grade, lang) for lang in ("zh", "en")))
            return both("explain.target.off-scale")
        if self.target.indicator.shares:
            share = show_share(number)
            return Text(share, share)
        unit = self.target.unit
        return Text(
            f"{show(number)}{unit.zh}", f"{show(number)}{tell_unit(number, self.citation, 'en')}"
        )

    def _bound_told(self, bound: Bound, how: str) -> Text:
        """Return in words what a figure is held against."""
        if bound.low is None or bound.low != bound.high:
            amount = both("explain.target.unknown-bound")
        else:
            amount = self._amount(bound.low, rank=how == "rank")
        if how == "rank":
            return both("explain.target.bound-rank", amount=amount)
        source = NO_WORDS if how == "level" else both(f"explain.target.source.{how}")
        return both(f"explain.target.bound.{bound.test}", amount=amount, source=source)


def tell_target(verdict: Verdict, lang: Language) -> Told:
    """Tell what an indicator was, what it had to reach by when, and of its parts."""
    points = verdict.justification.points
    if verdict.status is Status.NOT_APPLICABLE or not points or verdict.due is None:
        return Told(tell_undecided(verdict, lang))
    whole, *parts = points
    facts = {
        **whole.facts,
        "due": verdict.due,
        "days": tell_days(verdict.days_left or 0, lang),
    }
    body = tell_undecided(verdict, lang)
    undecided = verdict.status is Status.UNDETERMINED
    if not undecided or verdict.value is not None or verdict.required is not None:
        body = say(f"explain.target.{verdict.status}", lang, undecided=body, **facts)
    told = attrs.evolve(verdict, justification=Justification(points=tuple(parts)))
    evidence = tell_points(told, lang)
    if verdict.justification.counted:
        evidence = tell_records(verdict, lang) + evidence
    return Told(body, evidence)
