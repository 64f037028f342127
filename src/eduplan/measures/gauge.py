"""Measures read off records: what counts, what does not and why, and between which bounds.

What is not known widens a reading instead of being guessed: a record that may or may not count, or
that counts with an amount nobody stated, makes ``high`` larger than ``low``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.facts import Getter, values_of
from eduplan.measures.limits import BoundCap, Limits
from eduplan.measures.measure import Measure, Way
from eduplan.measures.tariff import Assessor, Worth, number_of
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales


class LeftOut(NamedTuple):
    """Records that did not count, and why.

    Attributes:
        reason: key of its sentence below ``left-out.`` in the catalogue.
        field: the fact because of which, where there is one.
        records: the records.
    """

    reason: str
    field: str
    records: tuple[object, ...]


class Range(NamedTuple):
    """How much a record counts for: at least, and at most (None where there is no knowing).

    Attributes:
        entry: the record.
        low: the least it counts for.
        high: the most.
        sure: whether it surely is among the records that count, however much it counts for.
        least: the least it counts for by itself, where caps leave less if others that are not known
            take more room; None where that is ``low``.
        most: the most it counts for by itself, where others may take less room.
    """

    entry: Entry
    low: Number
    high: Number | None
    sure: bool = True
    least: Number | None = None
    most: Number | None = None

    @property
    def alone(self) -> Range:
        """What it counts for whatever the other records turn out to be.

        All the records of a period come to no less than their ``low`` together, but some of them
        may, for the others may take room under a cap.
        """
        low, high = self.low, self.high
        if self.least is not None:
            low = min(low, self.least)
        if self.most is not None and high is not None:
            high = max(high, self.most)
        return Range(self.entry, low, high, self.sure)


class Reading(NamedTuple):
    """What a measure found for one bearer in one period.

    Attributes:
        low: the least it can be, given what is known.
        high: the most it can be, None where there is no knowing.
        counted: the records that count.
        amounts: how much each of them counts for.
        left_out: the records that do not, by reason.
        caps: the caps that cut something off.
        missing: what would have to be known for ``low`` and ``high`` to meet.
        ranges: of a count, sum or credits that was read in `Gauge.detail`, what each record counts.
    """

    low: Number
    high: Number | None
    counted: tuple[object, ...]
    amounts: tuple[Number, ...]
    left_out: tuple[LeftOut, ...]
    caps: tuple[BoundCap, ...]
    missing: tuple[Missing, ...]
    ranges: tuple[Range, ...] = ()


_reading: Callable[[tuple[object, ...]], Reading] = partial(tuple.__new__, Reading)
"""Makes a reading of all its fields in their order, in a third of the time."""

_WHOLE = frozenset({int})
_RECORD = itemgetter(4)
_GET = itemgetter(5)


class Parted(NamedTuple):
    """Records by whether they fit a selector.

    Attributes:
        sure: those that do.
        maybe: those of which it is not known.
        differing: those that do not.
    """

    sure: list[Entry]
    maybe: list[Entry]
    differing: list[Entry]


def parted(where: Matcher, entries: Iterable[Entry], bearer: Getter) -> Parted:
    """Return records by whether they fit a selector.

    Most selectors ask for one fact only; that is found without a call for every record.

    Args:
        where: the selector.
        entries: the records.
        bearer: reads facts of the bearer.
    """
    found = sure, maybe, differing = Parted([], [], [])
    if where.plain is None:
        for entry in entries:
            truth = where.check(entry.get, bearer)
            if truth:
                sure.append(entry)
            elif truth is None:
                maybe.append(entry)
            else:
                differing.append(entry)
        return found
    field, wanted = where.plain
    for entry in entries:
        value = entry.get(field)
        if value is None:
            maybe.append(entry)
        elif value in wanted or (type(value) is tuple and not wanted.isdisjoint(value)):
            sure.append(entry)
        else:
            differing.append(entry)
    return found


class Gauge:
    """A measure made ready to read many bearers."""

    def __init__(self, measure: Measure, scales: Scales, *, detail: bool = False) -> None:
        self.measure = measure
        self._where = Matcher(measure.where, scales)
        self._part = Matcher(measure.part, scales)
        self._limits = Limits(measure, scales)
        self.detail = detail
        self._assessor = (
            Assessor(measure.tariff, measure.factors, measure.absence, scales)
            if measure.way is Way.CREDITS
            else None
        )
        self._by_way = {
            Way.COUNT: self._amounts,
            Way.SUM: self._amounts,
            Way.DISTINCT: self._distinct,
            Way.DAYS: self._days,
            Way.SHARE: self._share,
            Way.CREDITS: self._amounts,
        }[measure.way]
        plain = self._where.plain
        self._asked = plain[0] if plain is not None else ""
        self._wanted = next(iter(plain[1])) if plain is not None else None
        self._plain = (
            measure.way in (Way.COUNT, Way.SUM)
            and not self._limits
            and not detail
            and (self._where.always or (plain is not None and len(plain[1]) == 1))
        )
        self._field = measure.field if measure.way in (Way.SUM, Way.SHARE) else ""

    def read(
        self,
        entries: Sequence[Entry],
        bearer: Getter,
        period: Period,
        owed: Number | None = None,
    ) -> Reading:
        """Return what the measure finds among ``entries`` of one bearer in one period.

        Args:
            entries: the bearer's records of the measure's kinds in the period; for ``days`` also
                those that began before it.
            bearer: reads facts of the bearer.
            period: the period, to which days are cut.
            owed: what is owed in the period, for caps that are a share of it.
        """
        if self._plain and (reading := self._at_once(entries)) is not None:
            return reading
        if self._where.always:
            return self._by_way(entries, (), (), bearer, period, owed)
        sure, maybe, differing = parted(self._where, entries, bearer)
        if not maybe and not differing:
            return self._by_way(entries, (), (), bearer, period, owed)
        left_out = (
            *self._blamed("differs", differing, bearer),
            *self._blamed("unknown", maybe, bearer),
        )
        return self._by_way(sure, maybe, left_out, bearer, period, owed)

    def _at_once(self, entries: Sequence[Entry]) -> Reading | None:
        """Read a plain count or sum in one pass; None where something is out of the ordinary.

        Most measures ask for one fact only, of which one value counts, and most facts are stated.
        """
        asked, wanted, summed = self._asked, self._wanted, self._field
        counted: list[object] = []
        amounts: list[int] = []
        differing: list[object] = []
        if not asked:
            counted = [entry[4] for entry in entries]
        else:
            for entry in entries:
                value = entry[5](asked)
                if value == wanted:
                    counted.append(entry[4])
                    if summed:
                        amounts.append(entry[5](summed))
                elif value is None or type(value) is tuple:
                    return None
                else:
                    differing.append(entry[4])
        if not summed:
            amounts = [1] * len(counted)
        else:
            if not asked:
                amounts = [entry[5](summed) for entry in entries]
            for amount in amounts:
                if type(amount) is not int or amount < 0:
                    return None
        low = sum(amounts)
        left_out = (LeftOut("differs", asked, tuple(differing)),) if differing else ()
        return _reading((low, low, tuple(counted), tuple(amounts), left_out, (), (), ()))

    def _blamed(self, reason: str, entries: Sequence[Entry], bearer: Getter) -> Iterable[LeftOut]:
        """Return entries that do not count, by the fact because of which."""
        if not entries:
            return ()
        if self._where.plain is not None:
            return (LeftOut(reason, self._where.plain[0], tuple(map(_RECORD, entries))),)
        by_field: dict[str, list[object]] = {}
        for entry in entries:
            field = self._where.blame(entry.get, bearer)
            by_field.setdefault(field, []).append(entry.record)
        return [LeftOut(reason, field, tuple(found)) for field, found in by_field.items()]

    def _worth(self, entry: Entry, bearer: Getter) -> Worth:
        """Return what a record is worth: its tariff, its stated amount, or one."""
        if self._assessor is not None:
            return self._assessor.worth(entry, bearer)
        if not self._field:
            return Worth(1, 1)
        amount = number_of(entry, self._field)
        return Worth(0, None, "unstated", self._field) if amount is None else Worth(amount, amount)

    def _amounts(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        bearer: Getter,
        period: Period,
        owed: Number | None,
    ) -> Reading:
        """Read a count, a sum or credits, with limits, and with what is not known of them."""
        worths = [(entry, self._worth(entry, bearer)) for entry in sure]
        left_out += _told_apart(worths)
        missing = _missing(left_out) + _missing(_told_apart(worths, partly=True))
        counted = [(entry, worth) for entry, worth in worths if not worth.reason]
        open_ = [(entry, worth) for entry, worth in worths if worth.reason == "unstated"]
        open_ += [(entry, self._worth(entry, bearer)) for entry in maybe]
        entries = [entry for entry, _ in counted]
        lows = [worth.low for _, worth in counted]
        possible = [entry for entry, _ in [*counted, *open_]]
        highs = [worth.high for _, worth in [*counted, *open_]]
        most = [high or 0 for high in highs]
        caps: tuple[BoundCap, ...] = ()
        idle: set[str] = set()
        alone: Sequence[tuple[Number | None, Number | None]] = ()
        limits = self._limits
        if limits:
            doubts = limits.doubts(entries, bearer)
            missing += doubts
            open_to_others = self.detail and bool(doubts or lows != highs or limits.vague(owed))
            lows, most, caps, kept, alone = limits.applied(
                possible, lows, highs, bearer, period, owed, detail=open_to_others
            )
            left_out += tuple([LeftOut(why, "", _records(several)) for why, several in kept])
            idle = {entry.id for _, several in kept for entry in several}
        high = limits.ceiling(owed) if None in highs else sum(most)
        told = [
            (entry, low)
            for (entry, worth), low in zip(counted, lows, strict=True)
            if entry.id not in idle and (worth.low or not worth.field)
        ]
        ranges: tuple[Range, ...] = ()
        if self.detail:
            least = {entry.id: low for entry, low in zip(entries, lows, strict=True)}
            doubtful = {entry.id for entry in maybe}
            doubtful |= {entry.id for entry, worth in counted if not worth.sure}
            each = alone or [(None, None)] * len(possible)
            ranges = tuple(
                [
                    Range(
                        entry,
                        least.get(entry.id, 0),
                        None if high is None else cut,
                        entry.id not in doubtful,
                        *bounds,
                    )
                    for entry, high, cut, bounds in zip(possible, highs, most, each, strict=True)
                ]
            )
        return Reading(
            sum(lows),
            high,
            tuple([entry.record for entry, _ in told]),
            tuple([low for _, low in told]),
            left_out,
            caps,
            missing,
            ranges,
        )

    def _distinct(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        _: Getter,
        __: Period,
        ___: Number | None,
    ) -> Reading:
        seen: set[object] = set()
        counted, amounts, repeated, unstated = [], [], [], []
        for entry in sure:
            named = self._named(entry)
            if not named:
                unstated.append(entry.record)
            elif named <= seen:
                repeated.append(entry.record)
            else:
                counted.append(entry.record)
                amounts.append(len(named - seen))
                seen |= named
        possible = seen.union(*(self._named(entry) for entry in maybe))
        silent = sum(1 for entry in maybe if not self._named(entry))
        if repeated:
            left_out = (*left_out, LeftOut("repeated", self.measure.field, tuple(repeated)))
        if unstated:
            left_out = (*left_out, LeftOut("unstated", self.measure.field, tuple(unstated)))
        high = len(possible) + len(unstated) + silent
        missing = _missing(left_out)
        return _reading(
            (len(seen), high, tuple(counted), tuple(amounts), left_out, (), missing, ())
        )

    def _named(self, entry: Entry) -> set[object]:
        """Return what a record names in the field told apart, which may be several."""
        return values_of(entry.get, self.measure.field)

    def _days(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        _: Getter,
        period: Period,
        __: Number | None,
    ) -> Reading:
        seen: set[date] = set()
        counted, amounts = [], []
        for entry in sure:
            days = _days_of(entry, period)
            counted.append(entry.record)
            amounts.append(len(days - seen))
            seen |= days
        possible = seen.union(*(_days_of(entry, period) for entry in maybe))
        return Reading(
            len(seen),
            len(possible),
            tuple(counted),
            tuple(amounts),
            left_out,
            (),
            _missing(left_out),
        )

    def _weight(self, entry: Entry) -> Number | None:
        return number_of(entry, self._field) if self._field else 1

    def _share(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        bearer: Getter,
        _: Period,
        __: Number | None,
    ) -> Reading:
        inside, open_, outside = parted(self._part, sure, bearer)
        for reason, entries in (("outside-share", outside), ("unknown", open_)):
            if entries:
                field = self._part.blame(entries[0].get, bearer)
                left_out = (*left_out, LeftOut(reason, field, _records(entries)))
        weights = {entry.id: self._weight(entry) for entry in [*sure, *maybe]}
        unstated = [entry for entry in [*sure, *maybe] if weights[entry.id] is None]
        if unstated:
            left_out = (*left_out, LeftOut("unstated", self._field, _records(unstated)))

        def weight(entries: Iterable[Entry]) -> Number:
            return sum(weights[entry.id] or 0 for entry in entries)

        missing = _missing(left_out)
        base = weight(sure) + weight(maybe)
        low: Number = 0
        high: Number = 1
        if not unstated and base:
            low = Fraction(weight(inside), 1) / base
            high = Fraction(weight(inside) + weight(open_) + weight(maybe), 1) / base
        elif not unstated:
            missing = (*missing, Missing("nothing-to-share"))
        return Reading(
            low,
            high,
            _records(inside),
            tuple(weights[entry.id] or 0 for entry in inside),
            left_out,
            (),
            missing,
        )


def _told_apart(
    worths: Iterable[tuple[Entry, Worth]], *, partly: bool = False
) -> tuple[LeftOut, ...]:
    """Return the records that count for nothing, by reason; or those that count ``partly``."""
    groups: dict[tuple[str, str], list[object]] = {}
    for entry, worth in worths:
        if partly:
            if worth.field and not worth.reason and worth.low:
                groups.setdefault(("unknown", worth.field), []).append(entry.record)
        elif worth.reason or (worth.field and not worth.low):
            reason = worth.reason or "unknown"
            groups.setdefault((reason, worth.field), []).append(entry.record)
    return tuple([LeftOut(*why, tuple(records)) for why, records in groups.items()])


def _records(entries: Iterable[Entry]) -> tuple[object, ...]:
    return tuple([entry.record for entry in entries])


def _days_of(entry: Entry, period: Period) -> set[date]:
    first = max(entry.day, period.start)
    count = (min(entry.last, period.last) - first).days + 1
    return {first + timedelta(days=offset) for offset in range(max(count, 0))}


def _missing(left_out: Iterable[LeftOut]) -> tuple[Missing, ...]:
    if not left_out:
        return ()
    return tuple(
        Missing("record-fact", {"field": group.field, "count": len(group.records)})
        for group in left_out
        if group.reason in ("unknown", "unstated")
    )
