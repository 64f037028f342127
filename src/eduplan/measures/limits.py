"""What keeps amounts from counting: thresholds not reached, worthier records, and caps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.facts import Getter, together_of
from eduplan.measures.doubts import Doubts
from eduplan.measures.measure import BUCKETS, Cap, Measure, Per
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales


class BoundCap(NamedTuple):
    """A cap that cut something off: what it allows, within what, and how much was lost.

    Attributes:
        cap: the cap.
        lost: how much it cut off.
        most: the most it allows, in the unit of the measure.
    """

    cap: Cap
    lost: Number
    most: Number


class Limited(NamedTuple):
    """What limits leave of the records of a period.

    Attributes:
        lows: how much each record that counts is left, at least.
        highs: how much each record that counts or may count is left, at most.
        caps: the caps that cut something off.
        idle: the records that do not count at all, by the reason.
        alone: how much each record that counts or may count is left by itself, at least and at
            most, whatever the others turn out to be; empty where that is asked of none.
    """

    lows: list[Number]
    highs: list[Number]
    caps: tuple[BoundCap, ...]
    idle: list[tuple[str, list[Entry]]]
    alone: list[tuple[Number, Number]]


class Limits:
    """The thresholds and caps of a measure, made ready for many bearers."""

    def __init__(self, measure: Measure, scales: Scales) -> None:
        caps = [(cap, Matcher(cap.where, scales)) for cap in measure.caps]
        self._best = [(cap, where) for cap, where in caps if cap.best is not None]
        self._caps = [(cap, where) for cap, where in caps if cap.best is None]
        self._thresholds = [(one, Matcher(one.where, scales)) for one in measure.thresholds]

    def __bool__(self) -> bool:
        return bool(self._caps or self._thresholds or self._best)

    def doubts(self, entries: Sequence[Entry], bearer: Getter) -> tuple[Missing, ...]:
        """Return what is missing to know for which records a limit holds."""
        doubts = Doubts()
        limits = [(cap.each, where) for cap, where in (*self._best, *self._caps)]
        limits += [(one.each, where) for one, where in self._thresholds]
        for each, where in limits:
            for entry in entries:
                truth = where(entry.get, bearer)
                if truth is None:
                    doubts.note(where.blame(entry.get, bearer), entry)
                elif truth and each and entry.get(each) is None:
                    doubts.note(each, entry)
        return doubts.missing()

    def vague(self, owed: Number | None) -> bool:
        """Say whether it is not known how much some cap allows."""
        return any(cap.most(owed) is None for cap, _ in self._caps)

    def ceiling(self, owed: Number | None) -> Number | None:
        """Return the most the measure can ever be, by a cap on everything in the period."""
        ceilings = [
            most
            for cap, where in self._caps
            if cap.per is Per.PERIOD and not cap.each and where.always
            if (most := cap.most(owed)) is not None
        ]
        return min(ceilings, default=None)

    def applied(
        self,
        entries: Sequence[Entry],
        lows: Sequence[Number],
        highs: Sequence[Number | None],
        bearer: Getter,
        period: Period,
        owed: Number | None,
        *,
        detail: bool = False,
    ) -> Limited:
        """Apply the thresholds, keep the worthiest records, then apply the caps.

        Args:
            entries: the records that count, and after them those that may.
            lows: how much each that counts is worth, at least.
            highs: how much each is worth, at most; None where there is no knowing.
            bearer: reads facts of the bearer.
            period: the period.
            owed: what is owed in it.
            detail: whether it is asked what each record is left by itself.
        """
        count = len(lows)
        sure = entries[:count]
        least = self.reached(sure, lows, bearer, doubtful=True)
        most = self.reached(entries, highs, bearer, doubtful=False)
        short = [i for i in range(count) if lows[i] and not least[i]]
        found = [("below-threshold", short)]
        if self._best:
            sides = zip_longest(least, most, highs, fillvalue=0)
            worths = [(low, None if high is None else top) for low, top, high in sides]
            surely, maybe = self.outdone(entries, worths, bearer, period)
            for index in surely:
                most[index] = 0
            for index in surely | maybe:
                if index < count:
                    least[index] = 0
            found += [("outdone", sorted(surely)), ("outdone-perhaps", sorted(maybe))]
        alone: list[tuple[Number, Number]] = []
        if detail:
            tops = [None if high is None else top for high, top in zip(highs, most, strict=True)]
            bounds = list(zip_longest(least, tops, fillvalue=0))
            alone = self._alone(entries, bounds, bearer, period, owed)
        least, caps = self.cut(sure, least, bearer, period, owed, doubtful=True)
        most = self.cut(entries, most, bearer, period, owed, doubtful=False)[0]
        idle = [(why, [entries[i] for i in places if i < count]) for why, places in found]
        told = [(why, several) for why, several in idle if several]
        return Limited(least, most, caps, told, alone)

    def reached(
        self,
        entries: Sequence[Entry],
        amounts: Sequence[Number | None],
        bearer: Getter,
        *,
        doubtful: bool,
    ) -> list[Number]:
        """Return the amounts, 0 for records whose threshold is not reached.

        Args:
            entries: the records.
            amounts: how much each counts for, None where there is no knowing.
            bearer: reads facts of the bearer.
            doubtful: whether what is not known is taken against the bearer.
        """
        left = [amount or 0 for amount in amounts]
        for threshold, where in self._thresholds:
            groups: dict[object, list[int]] = {}
            strays: list[int] = []
            for index, entry in enumerate(entries):
                name = together_of(entry.get, threshold.each) if threshold.each else ""
                truth = where(entry.get, bearer)
                if truth is True and name is not None:
                    groups.setdefault(name, []).append(index)
                elif truth is not False:
                    strays.append(index)  # whether it is among those that suffice is not known
            for members in groups.values():
                suffice = members if doubtful else [*members, *strays]
                known = doubtful or all(amounts[index] is not None for index in suffice)
                if known and sum(left[index] for index in suffice) < threshold.at_least:
                    for index in members:
                        left[index] = 0
            if doubtful:
                for index in strays:
                    left[index] = 0
        return left

    def outdone(
        self,
        entries: Sequence[Entry],
        worths: Sequence[tuple[Number, Number | None]],
        bearer: Getter,
        period: Period,
    ) -> tuple[set[int], set[int]]:
        """Return the places of entries that worthier ones keep from counting: surely, and maybe.

        Which of several records is worth most, and so what caps and parts make of it, is not known
        while an amount, or where a record belongs, is not: then each of them may be outdone.

        Args:
            entries: all records that count or may count.
            worths: how much each counts for, at least and at most; what may not count at all is
                worth at least 0, and more at most.
            bearer: reads facts of the bearer.
            period: the period.
        """
        surely: set[int] = set()
        maybe: set[int] = set()
        order = sorted(range(len(entries)), key=lambda i: (-worths[i][0], entries[i].place))
        for cap, where in self._best:
            groups: dict[object, list[int]] = {}
            strays: list[int] = []
            for index in order:
                truth = where(entries[index].get, bearer)
                if truth is False or index in surely:
                    continue
                if truth is None or (cap.each and entries[index].get(cap.each) is None):
                    strays.append(index)
                else:
                    groups.setdefault(cap.bucket(entries[index], period), []).append(index)
            most = cap.best or 0
            # Without groups strays are rivals all the same.
            for members in groups.values() or ([],):
                rivals = [*members, *strays]
                if len(rivals) <= most:
                    continue
                certain = not strays and maybe.isdisjoint(members)
                if certain and all(worths[i][0] == worths[i][1] for i in members):
                    surely.update(members[most:])
                else:
                    maybe.update(rivals)
        return surely, maybe - surely

    def cut(
        self,
        entries: Sequence[Entry],
        amounts: Sequence[Number],
        bearer: Getter,
        period: Period,
        owed: Number | None,
        *,
        doubtful: bool,
    ) -> tuple[list[Number], tuple[BoundCap, ...]]:
        """Apply the caps, narrow ranges first; within a range the latest records lose first.

        A cap of which it is not known whether it holds for a record, or how much it allows, holds
        if ``doubtful``. A record that does not say what it is about, where a cap holds for each
        value of a fact, may be about what others are, or about something that no other is.
        """
        left = list(amounts)
        bound = []
        order = sorted(range(len(entries)), key=lambda i: entries[i].place, reverse=True)
        for cap, where in self._caps:
            most = cap.most(owed)
            if most is None:
                if not doubtful:
                    continue
                most = 0
            held: list[int] = []
            for index in order:
                truth = where(entries[index].get, bearer)
                if truth or (truth is None and doubtful):
                    held.append(index)
            buckets, silent = _parted(cap, held, entries, period)
            lost = sum(_shortened(left, some, entries, most, cap) for some in buckets.values())
            for span, strays in silent.items():
                rivals = [some for (other, _), some in buckets.items() if other == span]
                self._cut_silent(left, strays, rivals, entries, most, cap, doubtful=doubtful)
            if lost:
                bound.append(BoundCap(cap, lost, most))
        return left, tuple(bound)

    def _alone(
        self,
        entries: Sequence[Entry],
        bounds: Sequence[tuple[Number, Number | None]],
        bearer: Getter,
        period: Period,
        owed: Number | None,
    ) -> list[tuple[Number, Number]]:
        """Return what caps leave of each record, at least and at most, whatever the others are.

        At the least all that perhaps stands before it takes as much room as it may, at the most
        only what surely does, and as little. Of what is not known at all 0 is returned as the most.
        """
        left = list(bounds)
        order = sorted(range(len(entries)), key=lambda i: entries[i].place)
        for cap, where in self._caps:
            most = cap.most(owed)
            holds = [where(entry.get, bearer) for entry in entries]
            held = [index for index in order if holds[index] is not False]
            groups, silent = _parted(cap, held, entries, period)
            found = list(left)
            for (span, _), members in groups.items():
                strays = silent.get(span, [])
                _leave(found, left, members, strays, entries, holds, most, cap)
            for strays in silent.values():
                for index in strays:
                    high = left[index][1]
                    top = high
                    if holds[index] and most is not None:
                        top = _at_most(high, most * _days_of(entries[index], cap))
                    found[index] = (0, top)
            left = found
        return [(low, high or 0) for low, high in left]

    def _cut_silent(
        self,
        left: list[Number],
        strays: Sequence[int],
        rivals: Sequence[Sequence[int]],
        entries: Sequence[Entry],
        most: Number,
        cap: Cap,
        *,
        doubtful: bool,
    ) -> None:
        """Leave of records that do not say what they are about what counts at the least or most.

        At the most each is about something of its own. At the least all are about what most of the
        others are, and take what room is left there; where another cap holds besides, they count
        for nothing, and where no other says what it is about, all are about the same.

        Args:
            left: how much every record counts for.
            strays: the places of those records, the latest first.
            rivals: the places of the others by what they are about, already cut.
            entries: the records.
            most: how much the cap allows.
            cap: the cap.
            doubtful: whether the least is asked for.
        """
        if not doubtful:
            for index in strays:
                _shortened(left, [index], entries, most, cap)
        elif not rivals:
            _shortened(left, strays, entries, most, cap)
        elif len(self._caps) > 1 or cap.per is Per.DAY:
            for index in strays:
                left[index] = 0
        else:
            _shorten(left, strays, most - max(sum(left[i] for i in some) for some in rivals))


def _parted(
    cap: Cap, held: Sequence[int], entries: Sequence[Entry], period: Period
) -> tuple[dict[tuple[object, object], list[int]], dict[object, list[int]]]:
    """Part the records a cap holds for by their range and what they are about.

    Args:
        cap: the cap.
        held: the places of the records, in whatever order.
        entries: the records.
        period: the period.

    Returns:
        Their places by range and what they are about; and by range those of records that do not
        say what they are about. Under a cap on every day all are in one range.
    """
    buckets: dict[tuple[object, object], list[int]] = {}
    silent: dict[object, list[int]] = {}
    for index in held:
        entry = entries[index]
        span = None if cap.per is Per.DAY else BUCKETS[cap.per](entry, period)
        about = together_of(entry.get, cap.each) if cap.each else ""
        if about is None:
            silent.setdefault(span, []).append(index)
        else:
            buckets.setdefault((span, about), []).append(index)
    return buckets, silent


def _shortened(
    left: list[Number],
    indexes: Sequence[int],
    entries: Sequence[Entry],
    most: Number,
    cap: Cap,
) -> Number:
    """Leave of records, the latest of which stand first, what a cap allows; return what is lost."""
    if cap.per is Per.DAY:
        return _shorten_days(left, indexes, entries, most)
    return _shorten(left, indexes, most)


def _shorten(left: list[Number], indexes: Sequence[int], most: Number) -> Number:
    lost: Number = 0
    excess = sum(left[index] for index in indexes) - most
    for index in indexes:
        if excess <= 0:
            break
        cut = min(left[index], excess)
        left[index] -= cut
        excess -= cut
        lost += cut
    return lost


def _shorten_days(
    left: list[Number], indexes: Sequence[int], entries: Sequence[Entry], most: Number
) -> Number:
    """Leave of records, the latest of which stand first, what their days can hold.

    How much of a record fell on which of its days is not stated: it counts as far as it can be
    spread over them with no day above ``most``. It can where in every stretch of days the records
    that lie wholly in it come to no more than ``most`` for each of its days.
    """
    lost: Number = 0
    held: list[tuple[Entry, Number]] = []
    until = date.min
    for index in reversed(indexes):
        entry = entries[index]
        if until < entry.day:
            held = []
        until = max(until, entry.last)
        held.append((entry, left[index]))
        ends = {one.last for one, _ in held if one.last >= entry.last}
        excess = max(_overfull(held, last, most) for last in ends)
        left[index] -= excess
        held[-1] = (entry, left[index])
        lost += excess
    return lost


def _overfull(held: Sequence[tuple[Entry, Number]], last: date, most: Number) -> Number:
    """Return what records have more than the days up to ``last`` hold, from the worst first day.

    Args:
        held: the records, in the order of their first days, each with its amount.
        last: the last day of the stretch.
        most: how much one day holds.
    """
    excess: Number = 0
    inside: Number = 0
    for one, amount in reversed(held):
        if one.last <= last:
            inside += amount
            excess = max(excess, inside - most * ((last - one.day).days + 1))
    return excess


def _days_of(entry: Entry, cap: Cap) -> int:
    """Return how many times over a record may have what a cap allows."""
    return (entry.last - entry.day).days + 1 if cap.per is Per.DAY else 1


def _at_most(amount: Number | None, most: Number) -> Number:
    return most if amount is None else min(amount, most)


def _leave(
    found: list[tuple[Number, Number | None]],
    left: Sequence[tuple[Number, Number | None]],
    members: Sequence[int],
    strays: Sequence[int],
    entries: Sequence[Entry],
    holds: Sequence[bool | None],
    most: Number | None,
    cap: Cap,
) -> None:
    """Note what a cap leaves of the records of a range, the earliest first, each by itself.

    Args:
        found: what each record is left, at least and at most.
        left: the same before the cap.
        members: the places of the records for which the cap holds, or may hold, in the range.
        strays: the places of those that may be in it besides.
        entries: the records.
        holds: whether the cap holds for each.
        most: how much the cap allows, None where that is not known.
        cap: the cap.
    """
    room = _Room(most or 0, cap)
    for index in sorted([*members, *strays], key=lambda i: entries[i].place):
        low, high = left[index]
        if index in members:
            found[index] = (room.for_(entries[index], low), found[index][1])
        room.take(entries[index], _at_most(high, (most or 0) * _days_of(entries[index], cap)))
    if most is None:
        return
    room = _Room(most, cap)
    for index in members:
        low, high = left[index]
        if holds[index]:
            top = _at_most(high, most * _days_of(entries[index], cap))
            found[index] = (found[index][0], room.for_(entries[index], top))
            room.take(entries[index], low)


class _Room:
    """What a cap still has room for, record by record, the earliest first."""

    def __init__(self, most: Number, cap: Cap) -> None:
        self._most, self._by_day = most, cap.per is Per.DAY
        self._taken: Number = 0
        self._held: list[tuple[Entry, Number]] = []

    def for_(self, entry: Entry, amount: Number) -> Number:
        """Return how much of a record there is room for."""
        if not self._by_day:
            return min(amount, max(self._most - self._taken, 0))
        held = [*self._held, (entry, amount)]
        ends = {one.last for one, _ in held if one.last >= entry.last}
        return amount - max(_overfull(held, last, self._most) for last in ends)

    def take(self, entry: Entry, amount: Number) -> None:
        """Note a record, as far as there is room for it."""
        amount = self.for_(entry, amount)
        self._taken += amount
        if self._by_day:
            self._held.append((entry, amount))
