"""Quotas that are made of several figures: parts, leave, and what is carried over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from eduplan.dates import DAY, Period, add_months
from eduplan.errors import Missing
from eduplan.exact import Number, exact
from eduplan.facts import Getter
from eduplan.measures import Doubts, Range, Way
from eduplan.messages import Text
from eduplan.provisions.benches import Docket
from eduplan.provisions.bounds import Bound, decided
from eduplan.provisions.provision import Subject, View, view
from eduplan.provisions.quota import Quota
from eduplan.provisions.ranges import comes_alone
from eduplan.provisions.tallies import Clash, Place, PortionGauge, Standing, Tallied, Tally, clash
from eduplan.selectors import Matcher, Scales
from eduplan.verdicts import Point, Status
from eduplan.verdicts.telling import behind

_ORDER = (Status.NOT_MET, Status.UNDETERMINED, Status.PENDING, Status.MET)


class Due(NamedTuple):
    """What is owed by somebody who was perhaps on leave.

    Attributes:
        owed: what is owed, counting the leave that is known.
        least: what may be all that is owed, counting leave of which it is not known.
        missing: what would have to be known for the two to meet.
    """

    owed: Number
    least: Number
    missing: tuple[Missing, ...] = ()


class OnLeave(NamedTuple):
    """On how many days somebody was on leave.

    Attributes:
        days: the days of leave that are known.
        most: the days there may be, counting leave of which it is not known.
        missing: what would have to be known for the two to meet.
        spans: when the days of leave are that are known; some may be in several.
    """

    days: int = 0
    most: int = 0
    missing: tuple[Missing, ...] = ()
    spans: tuple[Period, ...] = ()

    def due(self, owed: Number, span: Period) -> Due:
        """Return what of ``owed`` is owed for the days of ``span`` without leave.

        >>> OnLeave(73, 146).due(100, Period(date(2025, 1, 1), date(2026, 1, 1)))[:2]
        (80, 60)
        """
        one, other = (Fraction(owed) * (span.days - n) / span.days for n in (self.days, self.most))
        return Due(exact(one), exact(other), self.missing)


class Composite:
    """The parts, leave and carry-over of a quota, made ready for many bearers."""

    def __init__(self, quota: Quota, scales: Scales) -> None:
        self.quota = quota
        caps = quota.measure.caps
        alone = [one.id for one in quota.part if comes_alone(one, quota.part, caps, quota.every)]
        self.gauge = PortionGauge(quota.part, scales, alone)
        self.kinds = quota.measure.kinds
        self._whole = quota.measure.way is Way.COUNT
        leave, carry = quota.leave, quota.carry_over
        self._leave = Matcher(leave.where, scales) if leave is not None else None
        self._carried = Matcher(carry.where, scales) if carry is not None else None

    def on_leave(self, span: Period, subject: Subject, docket: Docket) -> OnLeave:
        """Return on how many days of ``span`` a bearer was on leave.

        Days of leave after the day of judgement count as far as they are on record.
        """
        leave = self.quota.leave
        if leave is None or self._leave is None:
            return OnLeave()
        sure: set[date] = set()
        maybe: set[date] = set()
        spans: list[Period] = []
        doubts = Doubts()
        for entry in docket.register.of(subject.id, leave.kind, leave.by):
            truth = self._leave(entry.get, subject.get)
            if truth is False:
                continue
            first, last = max(entry.day, span.start), min(entry.last, span.last)
            days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
            maybe |= days
            if truth and days:
                sure |= days
                spans.append(Period(first, last + DAY))
            elif days:
                doubts.note(self._leave.blame(entry.get, subject.get), entry)
        return OnLeave(len(sure), len(maybe), doubts.missing(), tuple(spans))

    def eligible(self, ranges: Sequence[Range], get: Getter, period: Period) -> Tally:
        """Return how much of a period's records may be carried over into the next."""
        carry = self.quota.carry_over
        if carry is None or self._carried is None:
            return Tally()
        start = period.start
        if carry.last is not None:
            start = max(start, add_months(period.end, -carry.last.months))
        found = Tally()
        for one in ranges:
            truth = self._carried(one.entry.get, get)
            if one.entry.day >= start and truth is not False:
                one = one.alone
                found += Tally(one.low if truth else 0, one.high)
        return found

    def carried(self, whole: Tally, due: Due, most: Tally) -> Tally:
        """Return what is carried over of a period: what went beyond what was owed, within bounds.

        Args:
            whole: what the period came to.
            due: what was owed in it.
            most: how much of its records may be carried over.
        """
        carry = self.quota.carry_over
        least = min(max(whole.low - due.owed, 0), most.low)
        top: Number | None = None
        if whole.high is not None and most.high is not None:
            top = min(max(whole.high - due.least, 0), most.high)
        if carry is not None and carry.at_most is not None:
            least = min(least, carry.at_most)
            top = carry.at_most if top is None else min(top, carry.at_most)
        return Tally(least, top)

    def points(
        self,
        tallied: Tallied,
        seen: View,
        docket: Docket,
        due: Due | None,
        count: int = 1,
    ) -> list[Point]:
        """Return a point for every part, and one for parts that cannot all be filled.

        Args:
            tallied: what the parts come to.
            seen: the period.
            docket: what the judgement rests on.
            due: what is owed in all; None where that is not known.
            count: of how many bearers the mean is judged.
        """

        def of_one(tally: Tally) -> Tally:
            return tally if count == 1 else tally.over(count)

        classes = {which: of_one(tally) for which, tally in tallied.classes.items()}
        found = [
            self._point(place, of_one(tally), tallied.missing, seen, docket, due)._replace(
                basis=Standing(place, of_one(tally), classes, count == 1 and self._whole)
            )
            for place, tally in tallied.tallies.items()
        ]
        asked = dict.fromkeys(place.portion for place in tallied.tallies)
        worst = clash(asked, tallied.classes, of_one, due.owed if due else 0)
        if worst is not None:
            single = [p.status for p in found if p.facts.get("id") in worst.parts]
            if all(status is Status.MET for status in single):
                doubts = tallied.missing
                if due and due.missing and any(portion.of_owed for portion in asked):
                    doubts, worst = (*doubts, *due.missing), worst._replace(most=None)
                found.append(self._clash(worst, doubts, seen, docket))
        return found

    def _point(
        self,
        place: Place,
        tally: Tally,
        missing: tuple[Missing, ...],
        seen: View,
        docket: Docket,
        due: Due | None,
    ) -> Point:
        portion, span = place
        share = portion.within is not None
        low, high = tally.share if share else (tally.low, tally.high)
        within = seen if span is None else view(span, docket.as_of)
        if share and not tally.low and not tally.high and not tally.outside_low:
            missing = (*missing, Missing("nothing-to-share"))
        required = portion.asked(due.owed if due else 0)
        bound = Bound(required, portion.most, not share)
        doubts = missing if low != high else ()
        status, lacking = decided(bound, low, high, doubts, within, docket.register, self.kinds)
        if portion.of_owed and due is None:
            status, lacking = Status.UNDETERMINED, (Missing("partial-policy"),)
        elif portion.of_owed and due and due.missing:
            least = bound._replace(owed=portion.asked(due.least))
            if decided(least, low, high, doubts, within, docket.register, self.kinds)[0] != status:
                status, lacking = Status.UNDETERMINED, due.missing
        if span is not None and span.start > docket.as_of:
            status, lacking = Status.PENDING, ()
        return Point(
            place.code,
            status,
            place.told(self.quota.counted_in, required),
            value=low,
            required=required,
            due=within.due,
            missing=lacking,
        )

    def _clash(
        self, worst: Clash, missing: tuple[Missing, ...], seen: View, docket: Docket
    ) -> Point:
        titles = {portion.id: portion.called for portion in self.quota.part}
        bound, low, high = Bound(worst.required), worst.value, worst.most
        doubts = missing if low != high else ()
        status, lacking = decided(bound, low, high, doubts, seen, docket.register, self.kinds)
        facts = {
            "parts": tuple(titles[name] for name in worst.parts),
            "required": worst.required,
            "value": worst.value,
            "unit": behind(self.quota.counted_in, worst.required),
        }
        return Point(
            "parts-clash",
            status,
            facts,
            value=worst.value,
            required=worst.required,
            due=seen.due,
            missing=lacking,
        )


def worst_of(statuses: Sequence[Status]) -> Status:
    """Return the status of a whole whose figures have these: the worst, as far as it is decided."""
    return min(statuses, key=_ORDER.index)


def day_before(period: Period) -> Period:
    """Return the day before a period, which lies in the period before it."""
    return Period(period.start - DAY, period.start)


def total(ranges: Sequence[Range]) -> Tally:
    """Return what records come to together."""
    return sum((Tally(one.low, one.high) for one in ranges), Tally())


def lessened(
    code: str, owed: Number, full: Number, unit: Text, count: int, of: int, basis: object = None
) -> Point:
    """Return the point that tells that less is owed, and why.

    Args:
        code: its key in the catalogue.
        owed: what is owed.
        full: what would be owed otherwise.
        unit: what both are counted in.
        count: for how many days or months it is owed, or of leave, is not.
        of: of how many.
        basis: what it was judged from.
    """
    facts = {"owed": owed, "full": full, "unit": behind(unit, full), "count": count, "of": of}
    return Point(code, Status.MET, facts, basis=basis)


def told_besides(
    carried: Tally, leave: OnLeave, full: Number, span: Period, unit: Text
) -> tuple[Point, ...]:
    """Return the points that only tell: what was carried over, and what is owed less for leave.

    Args:
        carried: what was carried over.
        leave: the days of leave.
        full: what is owed, leave apart.
        span: the days of the period in service.
        unit: what is owed.
    """
    points = []
    if carried.low:
        facts = {"value": carried.low, "unit": behind(unit, carried.low)}
        points.append(Point("carried-over", Status.MET, facts))
    if leave.days:
        owed = leave.due(full, span).owed
        points.append(lessened("on-leave", owed, full, unit, leave.days, span.days, leave))
    return tuple(points)


def together(several: Sequence[Tallied]) -> Tallied:
    """Return what the parts come to over several bearers."""
    tallies: dict[Place, Tally] = {}
    classes: dict[frozenset[str], Tally] = {}
    for one in several:
        for place, tally in one.tallies.items():
            tallies[place] = tallies.get(place, Tally()) + tally
        for which, tally in one.classes.items():
            classes[which] = classes.get(which, Tally()) + tally
    unknown = sum(1 for one in several if one.missing)
    missing = (Missing("members-undetermined", {"count": unknown}),) if unknown else ()
    return Tallied(tallies, classes, missing)
