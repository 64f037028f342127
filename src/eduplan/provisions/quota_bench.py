"""The reference judgement of quotas: what every bearer, or every group, did of what it owes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property, partial
from operator import attrgetter

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import Missing, NotKnown
from eduplan.exact import Number, exact
from eduplan.facts import Getter
from eduplan.measures import DatedGauge, Gauge, LeftOut, Measure, Reading, Way
from eduplan.people import Group
from eduplan.periods import Unit
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.bounds import Bound, decided
from eduplan.provisions.composite import Composite, Due, OnLeave, together, worst_of
from eduplan.provisions.owing import (
    Owing,
    Piece,
    after_leaving,
    crosses,
    owing,
    piece_of,
    seen_by,
    views_of,
)
from eduplan.provisions.plain_parts import quick_parts
from eduplan.provisions.plain_quota import Quick, quick
from eduplan.provisions.provision import Setting, Subject, View, view
from eduplan.provisions.quota import Over, Quota
from eduplan.provisions.tallies import Tallied
from eduplan.records import Entry
from eduplan.selectors import Matcher
from eduplan.verdicts import Governing, Justification, Point, Status, Verdict
from eduplan.verdicts.telling import tell_figures
from eduplan.verdicts.verdict import justified

_LONG = (Unit.CYCLE, Unit.PLAN)
"""Of periods this long people ask why a record outside does not count."""

_RECORD = attrgetter("record")


def _outside(reason: str, entries: Sequence[Entry]) -> tuple[LeftOut, ...]:
    return (LeftOut(reason, "", tuple(map(_RECORD, entries))),) if entries else ()


class QuotaBench(SettledBench):
    """A quota made ready to judge many bearers.

    Args:
        quota: the quota.
        setting: what its plan gives it.
        measures: the measures with their first days, where each record goes by that of its day.
    """

    def __init__(
        self,
        quota: Quota,
        setting: Setting,
        measures: Sequence[tuple[date | None, Measure]] = (),
    ) -> None:
        kinds = tuple(dict.fromkeys(kind for _, one in measures for kind in one.kinds))
        share = quota.measure.way is Way.SHARE
        citation = attrs.evolve(
            cited(quota, setting, tell_figures, unit=quota.counted_in, every=quota.every),
            share=share,
            most=quota.at_most is not None,
            paced=quota.measure.grows and quota.at_most is None,
            kinds=kinds or quota.measure.kinds,
            governing=Governing("each-record") if measures else None,
        )
        super().__init__(quota, setting, citation)
        self.quota = quota
        self.measures = tuple(measures)
        self._scales = setting.scales
        self._horizon = setting.horizon if crosses(quota, setting.horizon) else None
        self.grouped = quota.scope.over is not Over.EACH
        self.composite = Composite(quota, setting.scales)
        self._gauge = (
            DatedGauge(measures, setting.scales, detail=quota.composite)
            if measures
            else Gauge(quota.measure, setting.scales, detail=quota.composite)
        )
        rows = quota.at_least if quota.at_least is not None else quota.at_most or ()
        self._rows = [(Matcher(row.where, setting.scales), row) for row in rows]
        self._kinds, self._by = citation.kinds, quota.measure.by
        self.composite.kinds = self._kinds
        self._complete: tuple[str, ...] = self._kinds + quota.every.kinds
        if quota.leave is not None:
            self._complete += quota.leave.kind
        self._long = quota.every.unit in _LONG
        self._most = quota.at_most is not None
        self._grows = quota.measure.grows
        self._spans_days = quota.measure.way is Way.DAYS
        self._none = self._gauge.read((), dict[str, object]().get, Period(date.min, date.max))
        self._reaches = self._grows and not self._most
        self._timed = quota.since is not None or quota.until is not None
        self._parted = quota.serves_at_least is not None or self._horizon is not None
        alike = len(rows) == 1 and self._rows[0][0].always and not rows[0].per
        self._fixed = rows[0].amount if alike else None

    @cached_property
    def _quick(self) -> Quick | None:
        """The judgement in one pass, made when all that its verdicts cite is known."""
        if isinstance(self._gauge, DatedGauge):
            return None
        parted = self.quota.composite or self.quota.measure.caps
        return (quick_parts if parted else quick)(
            self.quota, self.citation, self._scales, self._horizon
        )

    def judge(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer: in one pass where the case is plain."""
        judged_quickly = self._quick
        if judged_quickly is not None:
            verdict = judged_quickly(subject, docket)
            if verdict is not None:
                return (verdict,)
        return super().judge(subject, docket)

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every period asked about that has begun."""
        views = views_of(self.quota, subject, docket)
        if not views:
            return (self.excuse(subject, docket, "no-period"),)
        get = subject.get
        required = self._fixed if self._fixed is not None else self.owed_by(get)
        if required is None:
            return (self.excuse(subject, docket, "no-amount"),)
        entries = docket.register.of(subject.id, self._kinds, self._by)
        if len(views) == 1 and subject.throughout and not self._timed and not self._parted:
            return (self._judged_in(subject, docket, views[0], entries, required),)
        return tuple([self._judged_at(subject, docket, seen, entries, required) for seen in views])

    def _judged_at(
        self,
        subject: Subject,
        docket: Docket,
        seen: View,
        entries: Sequence[Entry],
        required: Number,
    ) -> Verdict:
        """Judge one period, if the clause is in force in it and the bearer in service."""
        period = seen.period
        if self._timed and (reason := self.out_of_force(period)):
            return self.excuse(subject, docket, *reason, period)
        if subject.throughout and not self._parted:
            return self._judged_in(subject, docket, seen, entries, required)
        owed = self.owing(subject, docket, period, required)
        if owed.excuse:
            return self.excuse(subject, docket, owed.excuse, None, period)
        if owed.span != period:
            now = seen_by(self.quota, period, docket, owed)
            if now is None:
                return self.excuse(subject, docket, "not-in-service", None, period)
            seen = now
        entries, gone = after_leaving(self.quota, owed, entries, docket.as_of)
        verdict = self._judged_in(subject, docket, seen, entries, owed.owed, owed)
        if not gone:
            return verdict
        told = verdict.justification
        late = LeftOut("after-leaving", "", tuple(entry.record for entry in gone))
        told = told._replace(left_out=(*told.left_out, late))
        return attrs.evolve(verdict, justification=told)

    def owing(self, subject: Subject, docket: Docket, period: Period, required: Number) -> Owing:
        """Return what a bearer owes in a period, for the days in the plan and in service."""
        piece = piece_of(self.quota, period, docket.horizon)
        on_leave = partial(self._on_leave, subject, docket)
        return owing(self.quota, piece, required, subject.get, on_leave)

    def _on_leave(self, subject: Subject, docket: Docket, span: Period) -> OnLeave:
        return self.composite.on_leave(span, subject, docket)

    def _judged_in(
        self,
        subject: Subject,
        docket: Docket,
        seen: View,
        entries: Sequence[Entry],
        owed: Number | None,
        owing: Owing | None = None,
    ) -> Verdict:
        period, opens, due, _, _, first, stop, _ = seen
        if not entries:
            reading = self._none
        elif self._spans_days or entries[0][0] < first or entries[-1][0] >= stop:
            reading = self._reading(entries, subject.get, seen, owed)
        else:
            reading = self._gauge.read(entries, subject.get, period, owed)
        low, high, counted, amounts, left_out, caps, missing, _ = reading
        if owed is not None and low >= owed and self._reaches:
            status, missing = Status.MET, ()
        else:
            status, missing = self._status(low, high, missing, owed, seen, docket)
        told: tuple[Point, ...] = ()
        if owing is not None:
            missing, told = owing.missing or missing, owing.told
        return Verdict(
            self.citation,
            subject.thing,
            subject.id,
            status,
            docket.as_of,
            period,
            low,
            owed,
            opens,
            due,
            missing,
            justified((counted, amounts, left_out, caps, None, 0, told)),
        )

    def judge_all(self, subjects: Sequence[Subject], docket: Docket) -> Iterable[Verdict]:
        """Return the verdicts on all bearers, or on their groups where the scope says so."""
        if self.grouped:
            return self._groups(subjects, docket)
        return super().judge_all(subjects, docket)

    def judged(self, subject: Subject) -> str:
        """Return the id of the bearer, or of the group it belongs to."""
        if not self.grouped:
            return subject.id
        group = self.quota.scope.group
        return "all" if group == "all" else str(subject.get(group))

    def owed_by(self, get: Getter) -> Number | None:
        """Return the bound for a bearer: of several rows the stricter; None where no row fits."""
        if self._fixed is not None:
            return self._fixed
        truths = [(matcher(get, get), row, matcher) for matcher, row in self._rows]
        pick = min if self.citation.most else max
        possible = [row.of(get) for truth, row, _ in truths if truth is not False]
        sure = [row.of(get) for truth, row, _ in truths if truth]
        if sure and pick(sure) == pick(possible):
            return pick(sure)
        for truth, _, matcher in truths:
            if truth is None:
                raise NotKnown("bound-unknown", field=matcher.blame(get, get))
        return None

    def _reading(
        self, entries: Sequence[Entry], get: Getter, seen: View, owed: Number | None
    ) -> Reading:
        """Read the records of the period up to the day of judgement; tell the rest by reason."""
        newest = entries[-1].place
        size = len(entries)
        first = bisect_left(entries, (seen.first,)) if entries[0].place < seen.first else 0
        stop = bisect_left(entries, (seen.stop,), first) if newest >= seen.stop else size
        inside = entries[first:stop] if first or stop < size else entries
        if self._spans_days:
            return self._days(entries, first, stop, get, seen)
        reading = self._gauge.read(inside, get, seen.period, owed)
        if stop == size and not self._long:
            return reading
        return self._cut_to(reading, entries[:first], entries[stop:], seen)

    def _days(
        self, entries: Sequence[Entry], first: int, stop: int, get: Getter, seen: View
    ) -> Reading:
        """Read days, to which records that began before those that count may have some to add."""
        start, stopped = (date.fromordinal(int(edge)) for edge in (seen.first, seen.stop))
        end = min(stopped, seen.due + DAY)  # nor do days count after the bearer left
        began = [entry for entry in entries[:first] if start <= entry.last and start < end]
        before = [entry for entry in entries[:first] if entry.last < start]
        counting = Period(start, end) if start < end else seen.period
        reading = self._gauge.read([*began, *entries[first:stop]], get, counting)
        return self._cut_to(reading, before, entries[stop:], seen)

    def _cut_to(
        self, reading: Reading, before: Sequence[Entry], rest: Sequence[Entry], seen: View
    ) -> Reading:
        """Return a reading that also tells which records lie outside, where people ask why."""
        last = bisect_left(rest, (seen.last,))
        outside: tuple[LeftOut, ...] = ()
        if self._long:
            outside = _outside("before", before) + _outside("after", rest[last:])
        outside += _outside("after-as-of", rest[:last])
        return reading._replace(left_out=reading.left_out + outside) if outside else reading

    def _status(
        self,
        low: Number,
        high: Number | None,
        missing: tuple[Missing, ...],
        owed: Number | None,
        seen: View,
        docket: Docket,
    ) -> tuple[Status, tuple[Missing, ...]]:
        """Judge a reading against what is owed, as far as that is known."""
        if owed is None:
            return Status.UNDETERMINED, ()
        bound = Bound(owed, self._most, self._grows)
        return decided(bound, low, high, missing, seen, docket.register, self._complete)

    def _groups(self, subjects: Sequence[Subject], docket: Docket) -> Iterator[Verdict]:
        """Judge the mean or total of every group, by the same rules as a single bearer."""
        scope = self.quota.scope
        groups: dict[str, list[tuple[Subject, tuple[Missing, ...]]]] = {}
        for subject in subjects:
            doubts = self.doubts(subject.get)
            if doubts is None:
                continue
            name = "all" if scope.group == "all" else subject.get(scope.group)
            if name is None:
                missing = Missing("bearer-fact", {"field": scope.group})
                yield self.undetermined(subject, docket, (*doubts, missing))
                continue
            groups.setdefault(str(name), []).append((subject, doubts))
        names = {subject.id: subject.get("name") for subject in subjects}
        for name, members in sorted(groups.items()):
            group = Group(id=name, name=names.get(name) or "", type=scope.group)
            whole = Subject(name, group, group.known.get)
            doubts = tuple(doubt for _, several in members for doubt in several)
            try:
                yield from self._group(whole, [member for member, _ in members], doubts, docket)
            except NotKnown as unknown:
                yield self.undetermined(whole, docket, (unknown.missing,))

    def doubts(self, get: Getter) -> tuple[Missing, ...] | None:
        """Return what makes it doubtful whether somebody is a member; None for who is not."""
        doubts = []
        for matcher, excludes in ((self._bearer, False), (self._exempt, True)):
            truth = matcher(get, get) if matcher is not None else False
            if truth is excludes and matcher is not None:
                return None
            if truth is None and matcher is not None:
                doubts.append(Missing("bearer-fact", {"field": matcher.blame(get, get)}))
        return tuple(doubts)

    def _group(
        self,
        group: Subject,
        members: Sequence[Subject],
        doubts: tuple[Missing, ...],
        docket: Docket,
    ) -> Iterator[Verdict]:
        for seen in self._common_views(members, docket):
            yield self._group_in(group, members, doubts, seen, docket)

    def _group_in(
        self,
        group: Subject,
        members: Sequence[Subject],
        doubts: tuple[Missing, ...],
        seen: View,
        docket: Docket,
    ) -> Verdict:
        """Judge a group in one period."""
        period = seen.period
        if reason := self.out_of_force(period):
            return self.excuse(group, docket, *reason, period)
        piece = piece_of(self.quota, period, docket.horizon)
        if piece.excuse:
            return self.excuse(group, docket, piece.excuse, None, period)
        if piece.missing:
            return self.undetermined(group, docket, piece.missing)
        if piece.inside is not period:
            seen = view(period, docket.as_of, piece.inside, piece.inside)
        judged, owed, readings, gaps = self._members(members, seen, piece, docket)
        if not readings:
            return self.excuse(group, docket, "not-in-service", None, period)
        value, most, required = self._figures(readings, owed)
        unknown = sum(1 for reading in readings if reading.missing)
        unread = (Missing("members-undetermined", {"count": unknown}),) if unknown else ()
        status, missing = self._status(value, most, (*gaps, *unread), required, seen, docket)
        points: Sequence[Point] = ()
        if self.quota.part:
            tallied = self._tallied(judged, readings, period, piece.inside)
            if not tallied.missing:
                tallied = tallied._replace(missing=unread)
            due, count = Due(required, required), self._divisor(readings)
            points = self.composite.points(tallied, seen, docket, due, count)
            status = worst_of([status, *(point.status for point in points)])
            missing += tuple(m for point in points for m in point.missing if m not in missing)
            missing = missing if status is Status.UNDETERMINED else ()
        if gaps:  # without which it is not known who counts, nor for how much
            status, missing = Status.UNDETERMINED, (*gaps, *unread)
        if doubts:
            status, missing = Status.UNDETERMINED, (*doubts, *missing)
        return Verdict(
            citation=self.citation,
            bearer=group.thing,
            bearer_id=group.id,
            period=period,
            status=status,
            as_of=docket.as_of,
            value=value,
            required=required,
            opens=period.start,
            due=period.last,
            missing=missing,
            justification=Justification(members=len(readings), points=(*piece.told, *points)),
        )

    def _divisor(self, readings: Sequence[Reading]) -> int:
        """Return by what a total is divided: of a mean, the number of members."""
        return len(readings) if self.quota.scope.over is Over.MEAN else 1

    def _figures(
        self, readings: Sequence[Reading], owed: Sequence[Number]
    ) -> tuple[Number, Number | None, Number]:
        """Return what members did, at least and at most, and what they owe: mean or total.

        Of a total the largest amount that one of them owes is owed by all together.
        """
        divisor = self._divisor(readings)
        highs = [reading.high for reading in readings if reading.high is not None]
        most: Number | None = None
        if len(highs) == len(readings):
            most = exact(Fraction(sum(highs)) / divisor)
        mean = self.quota.scope.over is Over.MEAN
        return (
            exact(Fraction(sum(reading.low for reading in readings)) / divisor),
            most,
            exact(Fraction(sum(owed)) / divisor) if mean else max(owed),
        )

    def _tallied(
        self,
        members: Sequence[Subject],
        readings: Sequence[Reading],
        period: Period,
        inside: Period,
    ) -> Tallied:
        """Return what the parts of the quota come to over several members."""
        tally = self.composite.gauge.tally
        return together(
            [
                tally(reading.ranges, member.get, period, inside, inside)
                for member, reading in zip(members, readings, strict=True)
            ]
        )

    def _common_views(self, members: Sequence[Subject], docket: Docket) -> tuple[View, ...]:
        """Return the periods that all members of a group share.

        Raises:
            NotKnown: they have different ones.
        """
        spans = {docket.views(self.quota.every, member) for member in members}
        if len(spans) > 1:
            raise NotKnown("periods-differ")
        return spans.pop()

    def _members(
        self, members: Sequence[Subject], seen: View, piece: Piece, docket: Docket
    ) -> tuple[list[Subject], list[Number], list[Reading], tuple[Missing, ...]]:
        """Return who is in service, what each owes and did, and what is missing to know it."""
        judged: list[Subject] = []
        kinds, by = self._kinds, self._by
        amounts: list[Number] = []
        readings = []
        gaps: tuple[Missing, ...] = ()
        for member in members:
            full = self.owed_by(member.get) or 0
            on_leave = partial(self._on_leave, member, docket)
            asked = owing(self.quota, piece, full, member.get, on_leave)
            if asked.excuse:
                continue
            gaps = asked.missing or gaps
            owed = asked.owed
            judged.append(member)
            amounts.append(full if owed is None else owed)
            entries = docket.register.of(member.id, kinds, by)
            entries, _ = after_leaving(self.quota, asked, entries, docket.as_of)
            if entries:
                until = seen._replace(due=min(seen.due, asked.span.last))
                readings.append(self._reading(entries, member.get, until, owed))
            else:
                readings.append(self._none)
        return judged, amounts, readings, gaps
