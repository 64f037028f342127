"""The reference judgement of quotas that are made of several figures.

What counts in a period may come from another: what went beyond what was owed in the period before
is carried over, and what is missing at its end is made up in days of grace, out of what would count
for the next. So the books of a bearer are kept period by period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.measures import Doubts, LeftOut, Measure, Range, Reading
from eduplan.people import day_of
from eduplan.periods import Every
from eduplan.provisions.benches import Docket
from eduplan.provisions.composite import (
    Due,
    OnLeave,
    day_before,
    told_besides,
    total,
    worst_of,
)
from eduplan.provisions.making_up import Floors, made_up
from eduplan.provisions.owing import Owing, seen_by
from eduplan.provisions.provision import Setting, Subject, View, Wording
from eduplan.provisions.quota import Quota
from eduplan.provisions.quota_bench import QuotaBench
from eduplan.provisions.tallies import Tally
from eduplan.records import Entry
from eduplan.selectors import Matcher
from eduplan.verdicts import Justification, Point, Status, Verdict
from eduplan.verdicts.telling import behind

Amounts = Mapping[str, Tally]
"""How much of some records, by their ids."""


class Own(NamedTuple):
    """What the records of a period come to that no other period has taken.

    Attributes:
        reading: what the measure found in it and in its days of grace.
        ranges: how much each record counts for here.
        left_out: the records that do not count here, besides those of the reading.
        missing: what would have to be known besides.
    """

    reading: Reading
    ranges: tuple[Range, ...]
    left_out: tuple[LeftOut, ...] = ()
    missing: tuple[Missing, ...] = ()


class Account(NamedTuple):
    """What counts for a bearer in a period, and what is owed in it.

    Attributes:
        own: what its own records come to.
        ranges: how much each record counts for: of those in days of grace, what is made up.
        beside: the records that count beside the whole.
        whole: what all of it comes to.
        carried: what of that comes from the period before.
        granted: how much of the records in days of grace is made up.
        due: what is owed, None where the plan does not say.
        leave: the days of leave.
        missing: what would have to be known.
    """

    own: Own
    ranges: tuple[Range, ...]
    beside: tuple[Range, ...]
    whole: Tally
    carried: Tally
    granted: Amounts
    due: Due | None
    leave: OnLeave
    missing: tuple[Missing, ...]

    @property
    def may_do(self) -> bool:
        """Whether there may be enough, if all leave that is not known of is leave."""
        high = self.whole.high
        return self.due is not None and (high is None or high >= self.due.least)


class ComposedBench(QuotaBench):
    """A quota with parts, leave, carry-over or grace, made ready to judge many bearers."""

    def __init__(
        self,
        quota: Quota,
        setting: Setting,
        measures: Sequence[tuple[date | None, Measure]] = (),
    ) -> None:
        super().__init__(quota, setting, measures)
        self._setting = setting
        counts = quota.before_joining.counts
        self._recognised = Matcher(counts, setting.scales) if counts is not None else None

    def in_force(self, period: Period) -> ComposedBench:
        """Return the version by which a period was judged that began when this one does."""
        for wording, bench in self.versions:
            if period.start in wording and isinstance(bench, QuotaBench):
                if isinstance(bench, ComposedBench):
                    return bench
                return ComposedBench(bench.quota, self._setting)
        return self

    def rhythms(self, day: date) -> list[tuple[Every, Wording]]:
        """Return the rules of the periods that may have been judged before a day, last first."""
        several = [
            (bench.quota.every, wording)
            for wording, bench in self.versions
            if isinstance(bench, QuotaBench) and (wording.since is None or wording.since < day)
        ]
        return several[::-1] or [(self.quota.every, Wording(self.quota))]

    def read(self, entries: Sequence[Entry], get: Getter, seen: View, owed: Number | None) -> Own:
        """Read the records of a period, without those from before the bearer joined that lapse."""
        rule = self._recognised
        joined = None if rule is not None and rule.always else day_of(get, "joined")
        early = [one for one in entries if joined is not None and one.day < joined]
        if not early:
            reading = self._reading(entries, get, seen, owed) if entries else self._none
            return Own(reading, reading.ranges)
        counts = {one.id: rule is not None and rule(one.get, get) for one in early}
        sure, most = (
            self._reading(several, get, seen, owed) if several else self._none
            for several in (
                [one for one in entries if counts.get(one.id, True) is True],
                [one for one in entries if counts.get(one.id, True) is not False],
            )
        )
        lows = {one.entry.id: one for one in sure.ranges}
        ranges = []
        doubts = Doubts()
        for one in most.ranges:
            known = counts.get(one.entry.id, True) is True
            ranges.append(_either(lows.get(one.entry.id), one, known=known))
            if not known and rule is not None:
                doubts.note(rule.blame(one.entry.get, get), one.entry)
        fitting = self._reading(early, get, seen, owed).ranges
        lapsed = tuple(one.entry.record for one in fitting if counts[one.entry.id] is False)
        reading = sure._replace(
            high=most.high, left_out=most.left_out, missing=most.missing, ranges=tuple(ranges)
        )
        return Own(
            reading,
            reading.ranges,
            (LeftOut("before-joining", "", lapsed),) if lapsed else (),
            doubts.missing(),
        )

    def _judged_in(
        self,
        subject: Subject,
        docket: Docket,
        seen: View,
        entries: Sequence[Entry],
        owed: Number | None,
        owing: Owing | None = None,
    ) -> Verdict:
        """Judge a quota that is made of several figures: the whole, and each of its parts."""
        if owing is None:
            owing = Owing(seen.period, seen.period, owed)
        found = _Books(subject, docket, entries).account(self, seen, owing)
        whole, leave = found.whole, found.leave
        owed = found.due.owed if found.due is not None else None
        status, lacking = self._status(whole.low, whole.high, found.missing, owed, seen, docket)
        lacking = owing.missing or lacking
        if status is Status.NOT_MET and leave.missing and found.may_do:
            status, lacking = Status.UNDETERMINED, leave.missing
        tallied = self.composite.gauge.tally(
            found.ranges, subject.get, seen.period, owing.inside, owing.span
        )
        own = found.own
        tallied = tallied._replace(
            missing=(*tallied.missing, *own.reading.missing, *own.missing)
        )  # of a record that may not count it is not known what it adds to a part
        points = self.composite.points(tallied, seen, docket, found.due)
        overall = worst_of([status, *(point.status for point in points)])
        if owing.missing and overall is Status.NOT_MET:
            overall = Status.UNDETERMINED  # perhaps nothing is owed
        if overall is Status.UNDETERMINED:
            several = [*lacking, *(m for point in points for m in point.missing)]
            lacking = tuple(dict.fromkeys(several))
        else:
            lacking = ()
        besides = (
            *owing.told,
            *told_besides(found.carried, leave, owing.owed or 0, owing.span, self.quota.counted_in),
            *self._told_of_grace(found.granted, overall, seen, owing, docket),
        )
        counted, amounts = _counted(found.own.reading, found.ranges)
        return Verdict(
            self.citation,
            subject.thing,
            subject.id,
            overall,
            docket.as_of,
            seen.period,
            whole.low,
            owed,
            seen.opens,
            seen.due,
            lacking,
            Justification(
                counted,
                amounts,
                found.own.reading.left_out + _left_out(found),
                found.own.reading.caps,
                points=(*besides, *points),
            ),
        )

    def _told_of_grace(
        self, granted: Amounts, status: Status, seen: View, owing: Owing, docket: Docket
    ) -> tuple[Point, ...]:
        """Return what is to be told of days of grace: what was made up, or that it still may be."""
        points = []
        if given := sum(amount.low for amount in granted.values()):
            unit = behind(self.quota.counted_in, given)
            points.append(Point("made-up", Status.MET, {"value": given, "unit": unit}))
        if status is not Status.MET and owing.inside.end <= docket.as_of <= seen.due:
            last = {"last": owing.inside.last, "due": seen.due}
            points.append(Point("in-grace", Status.PENDING, last))
        return tuple(points)


class _Books:
    """What counts for one bearer, period by period; each is worked out once."""

    def __init__(self, subject: Subject, docket: Docket, entries: Sequence[Entry]) -> None:
        self._subject = subject
        self._docket = docket
        self._entries = entries
        self._own: dict[Period, Own] = {}
        self._accounts: dict[Period, Account] = {}

    def account(self, bench: ComposedBench, seen: View, owing: Owing) -> Account:
        """Return what counts in a period, with what comes from others.

        Args:
            bench: the version by which the period is judged.
            seen: the period.
            owing: what is owed in it, leave apart.
        """
        found = self._accounts.get(seen.period)
        if found is None:
            found = self._accounts[seen.period] = self._account(bench, seen, owing)
        return found

    def _account(self, bench: ComposedBench, seen: View, owing: Owing) -> Account:
        own = self._own_of(bench, seen, owing)
        gauge, get = bench.composite.gauge, self._subject.get
        inside, beside, doubts = gauge.towards_the_whole(own.ranges, get)
        leave, due = self._due(bench, owing)
        carried, missing = self._carried(bench, seen.period)
        missing = own.reading.missing + own.missing + doubts + missing
        ranges, granted = own.ranges, dict[str, Tally]()
        if bench.quota.grace is not None:
            end = owing.inside.end
            inside = tuple(one.alone for one in inside)
            prior = [one for one in inside if one.entry.day < end]
            late = [one for one in inside if one.entry.day >= end]
            late.sort(key=lambda one: one.entry.place)  # what may not count comes last so far
            floors = None
            if due is not None and late and bench.quota.part:
                floors = Floors(gauge, get, due, prior)
            taken = made_up(late, total(prior) + carried, due, floors)
            granted = {one.entry.id: Tally(one.low, one.high) for one in taken}
            inside = ranges = (*prior, *taken)
        low, high = own.reading.low, own.reading.high
        whole = Tally(low, high) if inside is own.reading.ranges else total(inside)
        whole += carried
        return Account(own, ranges, beside, whole, carried, granted, due, leave, missing)

    def _due(self, bench: ComposedBench, owing: Owing) -> tuple[OnLeave, Due | None]:
        """Return days of leave, and what is owed because of them."""
        if owing.owed is None:
            return OnLeave(), None
        leave = bench.composite.on_leave(owing.span, self._subject, self._docket)
        return leave, leave.due(owing.owed, owing.span)

    def _own_of(self, bench: ComposedBench, seen: View, owing: Owing) -> Own:
        """Return what the records of a period come to, less what the one before took of them."""
        found = self._own.get(seen.period)
        if found is None:
            found = bench.read(self._entries, self._subject.get, seen, owing.owed)
            taken, missing = self._taken(bench, seen.period)
            if taken:
                found = _less(found, taken, missing)
            self._own[seen.period] = found
        return found

    def _before(
        self, bench: ComposedBench, period: Period
    ) -> tuple[ComposedBench, View, Owing] | None:
        """Return the period before with what is owed in it, None where nothing is."""
        subject, docket = self._subject, self._docket
        earlier = self._last_before(bench, period)
        if earlier is None:
            return None
        then = bench.in_force(earlier)
        full = then.owed_by(subject.get)
        if full is None or then.out_of_force(earlier):
            return None
        owing = then.owing(subject, docket, earlier, full)
        seen = seen_by(then.quota, earlier, docket, owing)
        return None if owing.excuse or seen is None else (then, seen, owing)

    def _last_before(self, bench: ComposedBench, period: Period) -> Period | None:
        """Return the last period that was over when one began, by the rhythm in force then.

        Of two rhythms the periods may overlap; one that goes on is not the period before.
        """
        for every, wording in bench.rhythms(period.start):
            found = self._docket.periods(every, self._subject, day_before(period))
            if found and found[-1].start in wording:
                return found[-1] if found[-1].end <= period.start else None
        return None

    def _taken(self, bench: ComposedBench, period: Period) -> tuple[Amounts, tuple[Missing, ...]]:
        """Return what of the records of a period makes up for the one before."""
        before = self._before(bench, period) if bench.quota.grace is not None else None
        if before is None or before[0].quota.grace is None:
            return {}, ()
        then, seen, owing = before
        end = owing.inside.end
        if not any(end <= entry.day <= seen.due for entry in self._entries):
            return {}, ()
        account = self.account(then, seen, owing)
        return account.granted, account.missing

    def _carried(self, bench: ComposedBench, period: Period) -> tuple[Tally, tuple[Missing, ...]]:
        """Return what the period before leaves for this one, and what is not known of it."""
        if bench.quota.carry_over is None or not self._entries:
            return Tally(), ()
        before = self._before(bench, period)
        if before is None:
            return Tally(), ()
        then, seen, owing = before
        own, get = self._own_of(then, seen, owing), self._subject.get
        inside, _, doubts = then.composite.gauge.towards_the_whole(own.ranges, get)
        prior = [one for one in inside if one.entry.day < owing.inside.end]
        most = bench.composite.eligible(prior, get, seen.period)
        leave, due = self._due(then, owing)
        missing = own.reading.missing + own.missing + doubts + leave.missing
        if due is None:
            return Tally(0, most.high), missing + owing.missing
        carried = bench.composite.carried(total(prior), due, most)
        return carried, missing if carried.low != carried.high else ()


def _either(one: Range | None, other: Range, *, known: bool) -> Range:
    """Return what a record counts for without records that may lapse, and with them.

    Args:
        one: without them, None where it is one of them, or does not count.
        other: with them.
        known: whether it is none of them.
    """
    sure = known and other.sure
    if one is None:
        return other._replace(low=0, sure=sure, least=0, most=other.alone.high)
    least = min(one.alone.low, other.alone.low)
    highs = one.alone.high, other.alone.high
    most = None if None in highs else max(high for high in highs if high is not None)
    return other._replace(low=one.low, sure=sure, least=least, most=most)


def _less(own: Own, taken: Amounts, missing: tuple[Missing, ...]) -> Own:
    """Return what records come to of which the period before has taken some."""
    ranges = []
    gone: list[object] = []
    for one in own.ranges:
        amount = taken.get(one.entry.id)
        if amount is not None:
            one = one.alone
            low = 0 if amount.high is None else max(one.low - amount.high, 0)
            high = None if one.high is None else max(one.high - amount.low, 0)
            one = one._replace(low=low, high=high)
            if high == 0:
                gone.append(one.entry.record)
                continue
        ranges.append(one)
    certain = all(amount.low == amount.high for amount in taken.values())
    return own._replace(
        ranges=tuple(ranges),
        left_out=own.left_out + ((LeftOut("made-up-before", "", tuple(gone)),) if gone else ()),
        missing=own.missing + (() if certain else missing),
    )


def _counted(
    reading: Reading, ranges: Sequence[Range]
) -> tuple[tuple[object, ...], tuple[Number, ...]]:
    """Return the records that count and for how much, where not all that was read does."""
    if ranges is reading.ranges:
        return reading.counted, reading.amounts
    lows = {id(one.entry.record): one.low for one in ranges}
    pairs = [
        (record, lows[id(record)])
        for record, amount in zip(reading.counted, reading.amounts, strict=True)
        if id(record) in lows and (lows[id(record)] or not amount)
    ]
    return tuple(record for record, _ in pairs), tuple(low for _, low in pairs)


def _left_out(found: Account) -> tuple[LeftOut, ...]:
    """Return the records that do not count here, besides those of the reading."""
    left_out = found.own.left_out
    if found.beside:
        left_out += (LeftOut("beside", "", tuple(one.entry.record for one in found.beside)),)
    kept = {one.entry.id for one in (*found.ranges, *found.beside)}
    later = tuple(one.entry.record for one in found.own.ranges if one.entry.id not in kept)
    return left_out + ((LeftOut("left-for-next", "", later),) if later else ())
