"""The form that says that an indicator reaches a value at a date."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period, add_years
from eduplan.errors import FaultList, Missing, NotKnown
from eduplan.exact import Number, show, show_share
from eduplan.messages import LANGUAGES, Language, Text, say
from eduplan.periods import Every, as_optional_every, periods
from eduplan.provisions.indicator import Figure, Indicator, IndicatorBench, as_indicator
from eduplan.provisions.peers import bound_of_peers, place_of
from eduplan.provisions.population import status_of, together, words
from eduplan.provisions.provision import Bench, Docket, Provision, Setting, Subject
from eduplan.provisions.reach import (
    Bound,
    Milestone,
    Part,
    Reach,
    Rise,
    as_milestones,
    as_optional_reach,
)
from eduplan.selectors import Matcher, Scales, Test
from eduplan.tables import as_optional_positive, as_text
from eduplan.verdicts import Citation, Justification, Point, Status, Told, Verdict
from eduplan.verdicts.telling import (
    tell_days,
    tell_points,
    tell_records,
    tell_undecided,
    tell_unit,
)

NO_WORDS = Text("", "")


@attrs.frozen(kw_only=True)
class Target(Provision):
    """An indicator reaches a value at a date, or one in every period.

    Args:
        indicator: where its value comes from.
        milestones: what it has to reach by which days, in their order. The period of each begins
            after the day before it; that of the first on ``since``, else with the plan's horizon,
            else twelve months before.
        every: instead of milestones, in every one of which periods it has to ``reach`` something.
        reach: what it has to reach in every period.
        suppress_below: of a share of fewer than so many the figures are not told, for they would
            identify people.
        unit: what is counted, such as schools.

    Raises:
        InputError: faults in the fields, none or both of milestones and periods.

    >>> target = Target(id="compliant", clause="三(二)1", title={"zh": "达标校", "en": "compliant"},
    ...                 indicator={"share": {"compliant": True}, "within": {"type": "school"}},
    ...                 milestones=[{"by": "2018-12-31", "at_least": "30%"}])
    >>> target.milestones[0].at_least
    Fraction(3, 10)
    """

    form: ClassVar[str] = "target"

    indicator: Indicator = attrs.field(converter=as_indicator)
    milestones: tuple[Milestone, ...] = attrs.field(default=(), converter=as_milestones)
    every: Every | None = attrs.field(default=None, converter=as_optional_every)
    reach: Reach | None = attrs.field(default=None, converter=as_optional_reach)
    suppress_below: int | None = attrs.field(default=None, converter=as_optional_positive)
    unit: Text = attrs.field(default=NO_WORDS, converter=as_text)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if bool(self.milestones) == (self.every is not None):
            faults.add("milestones-or-every", "milestones")
        if (self.every is None) != (self.reach is None):
            faults.add("every-needs-reach", "reach")
        days = [milestone.by for milestone in self.milestones]
        if any(later <= earlier for earlier, later in pairwise(days)):
            faults.add("milestones-in-order", "milestones")
        if self.suppress_below is not None and not self.indicator.counted:
            faults.add("only-of-shares", "suppress_below")
        for path, reach in self.reaches():
            with faults.below(path) as found:
                _check_reach(reach, self.indicator, found)
        faults.raise_any()

    def reaches(self) -> Iterator[tuple[str, Reach]]:
        """Return everything that has to be reached, each with its path."""
        for index, milestone in enumerate(self.milestones):
            yield f"milestones[{index}]", milestone
        if self.reach is not None:
            yield "reach", self.reach

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        indicator = self.indicator
        dated = ("share", "within", "count", "among")
        for name, selector in indicator.selectors().items():
            with faults.below(f"indicator.{name}") as found:
                selector.faults(scales, found, dated=name in dated)
        if indicator.measure is not None:
            with faults.below("indicator.measure") as found:
                indicator.measure.faults(scales, found)
        scale = scales.get(indicator.scale)
        known = ", ".join(scales) or "-"
        if indicator.scale and scale is None:
            faults.add("unknown-scale", "indicator.scale", scale=indicator.scale, known=known)
        for path, reach in self.reaches():
            if scale is not None and reach.level is not None:
                test, level = reach.level
                if scale.rank(level) is None:
                    known = ", ".join(scale.values)
                    faults.add("not-on-scale", f"{path}.{test}", scale=scale.name, known=known)
            if reach.relative_to is not None:
                with faults.below(f"{path}.relative_to.peers") as found:
                    reach.relative_to.peers.faults(scales, found)
            for index, part in enumerate(reach.split):
                with faults.below(f"{path}.split[{index}].where") as found:
                    part.where.faults(scales, found, dated=indicator.present)


def _check_reach(reach: Reach, indicator: Indicator, faults: FaultList) -> None:
    """Note what cannot be asked of such an indicator."""
    if reach.level is not None:
        test, level = reach.level
        if isinstance(level, str) and not indicator.scale:
            faults.add("grade-without-scale", test.value)
        if not isinstance(level, str) and indicator.shares and level > 1:
            faults.add("share-above-one", test.value)
    if reach.change is not None and reach.change.points is not None and not indicator.shares:
        faults.add("points-of-shares", "change.points")
    if reach.relative_to is not None and not indicator.named:
        faults.add("peers-on-file", "relative_to")


class Span(NamedTuple):
    """One period of a target: what has to be reached in it, and the period before."""

    period: Period
    reach: Reach
    before: Period | None


class TargetBench(Bench):
    """A target made ready to judge many bearers."""

    def __init__(self, target: Target, setting: Setting) -> None:
        reaches = [reach for _, reach in target.reaches()]
        ranked = any(r.relative_to is not None and r.relative_to.compared is None for r in reaches)
        citation = Citation(
            plan=setting.plan,
            provision=target.id,
            clauses=target.clause,
            force=target.force,
            title=target.title,
            unit=target.unit,
            form=target.form,
            every=target.every.unit if target.every is not None else None,
            labels=setting.labels,
            tell=tell_target,
            share=target.indicator.shares and not ranked,
            most=all(reach.upper for reach in reaches),
        )
        super().__init__(target, setting, citation)
        self.target = target
        self._scales = setting.scales
        self._bench = IndicatorBench(target.indicator, setting.scales)
        self._parts = {
            part: IndicatorBench(target.indicator.narrowed(part.where), setting.scales)
            for reach in reaches
            for part in reach.split
        }

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every milestone or period asked about that has begun."""
        spans = [
            span
            for span in self._spans(subject, docket)
            if span.period.overlaps(docket.during) and span.period.start <= docket.as_of
        ]
        if not spans:
            return (self.excuse(subject, docket, "no-period"),)
        return tuple(self._verdict(subject, span, docket) for span in spans)

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

    def _verdict(self, subject: Subject, span: Span, docket: Docket) -> Verdict:
        target, period = self.target, span.period
        if target.since is not None and period.last < target.since:
            return self.excuse(subject, docket, "not-in-force", target.since, period)
        if target.until is not None and period.last >= target.until:
            return self.excuse(subject, docket, "no-longer-in-force", target.until, period)
        read = self._bench.read(subject, period, docket)
        figure, bound = self._held_against(subject, span, read, docket)
        status, missing = self._status(figure, bound, span, docket)
        parts = [self._part(subject, span, part, docket) for part in span.reach.split]
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

    def _held_against(
        self, subject: Subject, span: Span, figure: Figure, docket: Docket
    ) -> tuple[Figure, Bound]:
        """Return the figure that is judged and its bound; among peers the figure is its place."""
        reach = span.reach
        if reach.level is not None:
            test, level = reach.level
            number = self._bench.scale.rank(level) if self._bench.scale is not None else level
            assert not isinstance(number, str)  # noqa: S101 - a grade has its scale
            return figure, Bound(test, number, number)
        if reach.change is not None:
            end = reach.change.on + DAY
            base = self._past(subject, Period(add_years(end, -1), end), docket)
            low = None if base.low is None else reach.change.of(base.low)
            high = None if base.high is None else reach.change.of(base.high)
            return figure, Bound(Test.AT_LEAST, low, high, base.missing, base.whole)
        if reach.rises is not None:
            test = Test.ABOVE if reach.rises is Rise.HIGHER else Test.AT_LEAST
            if span.before is None:
                gap = Missing("no-baseline", {"field": self._name, "day": span.period.start})
                return figure, Bound(test, None, None, (gap,))
            base = self._past(subject, span.before, docket)
            return figure, Bound(test, base.low, base.high, base.missing, base.whole)
        return self._among_peers(subject, span, figure, docket)

    @property
    def _name(self) -> str:
        return self.target.indicator.named or self.target.id

    def _past(self, subject: Subject, period: Period, docket: Docket) -> Figure:
        """Return what an indicator was in an earlier period, as far as the register tells."""
        figure = self._bench.read(subject, period, docket)
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
        self, subject: Subject, span: Span, figure: Figure, docket: Docket
    ) -> tuple[Figure, Bound]:
        relative = span.reach.relative_to
        assert relative is not None  # noqa: S101 - it is the last of the ways
        matcher = Matcher(relative.peers, self._scales)
        peers = self._bench.of_peers(subject, matcher, span.period, docket)
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
        self, subject: Subject, span: Span, part: Part, docket: Docket
    ) -> tuple[Part, Figure, Point]:
        """Judge one of the parts a target is split into."""
        figure = self._parts[part].read(subject, span.period, docket)
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
            return _say("explain.target.withheld", least=self.target.suppress_below)
        if figure.low is None:
            return _say("explain.target.no-figure")
        amount = self._amount(figure.low, rank=rank)
        if figure.low == figure.high and figure.part is not None and figure.whole is not None:
            counts = {"part": show(figure.part), "whole": show(figure.whole)}
            return _say("explain.target.with-counts", amount=amount, **counts)
        if figure.low == figure.high:
            return amount
        if figure.high is None:
            return _say("explain.target.from", low=amount)
        return _say("explain.target.range", low=amount, high=self._amount(figure.high, rank=rank))

    def _amount(self, number: Number, *, rank: bool = False) -> Text:
        if rank:
            return _say("explain.target.rank", rank=show(number))
        scale = self._bench.scale
        if scale is not None:
            place = int(number)
            if 0 <= place < len(scale.values):
                grade = scale.values[place]
                return Text(*(self.citation.label(grade, lang) for lang in ("zh", "en")))
            return _say("explain.target.off-scale")
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
            amount = _say("explain.target.unknown-bound")
        else:
            amount = self._amount(bound.low, rank=how == "rank")
        if how == "rank":
            return _say("explain.target.bound-rank", amount=amount)
        source = NO_WORDS if how == "level" else _say(f"explain.target.source.{how}")
        return _say(f"explain.target.bound.{bound.test}", amount=amount, source=source)


def _say(key: str, **facts: object) -> Text:
    """Return a message in both languages."""
    return Text(**{lang: say(key, lang, **facts) for lang in LANGUAGES})


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
        "undecided": tell_undecided(verdict, lang),
    }
    body = say(f"explain.target.{verdict.status}", lang, **facts)
    told = attrs.evolve(verdict, justification=Justification(points=tuple(parts)))
    evidence = tell_points(told, lang)
    if verdict.justification.counted:
        evidence = tell_records(verdict, lang) + evidence
    return Told(body, evidence)
