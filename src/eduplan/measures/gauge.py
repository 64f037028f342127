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
from typing import Any, NamedTuple

from eduplan.dates import Period
from eduplan.errors import InputError, Missing, kind_of, refuse
from eduplan.exact import Number, exact
from eduplan.measures.measure import BUCKETS, Cap, Measure, Per, Way
from eduplan.records import Entry, last_day
from eduplan.selectors import Getter, Matcher, Scales


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


class BoundCap(NamedTuple):
    """A cap that cut something off: what it allows, within what, and how much was lost."""

    cap: Cap
    lost: Number


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
    """

    low: Number
    high: Number | None
    counted: tuple[object, ...]
    amounts: tuple[Number, ...]
    left_out: tuple[LeftOut, ...]
    caps: tuple[BoundCap, ...]
    missing: tuple[Missing, ...]


_read: Callable[[tuple[object, ...]], Reading] = partial(tuple.__new__, Reading)
"""Makes a reading of all its fields in their order, in a third of the time."""

_WHOLE = frozenset({int})
_RECORD = itemgetter(4)
_GET = itemgetter(5)


class Gauge:
    """A measure made ready to read many bearers."""

    def __init__(self, measure: Measure, scales: Scales) -> None:
        self.measure = measure
        self._where = Matcher(measure.where, scales)
        self._part = Matcher(measure.part, scales)
        self._caps = [(cap, Matcher(cap.where, scales)) for cap in measure.caps]
        self._read = {
            Way.COUNT: self._amounts,
            Way.SUM: self._amounts,
            Way.DISTINCT: self._distinct,
            Way.DAYS: self._days,
            Way.SHARE: self._share,
        }[measure.way]
        plain = self._where.plain
        self._asked = plain[0] if plain is not None else ""
        self._wanted = next(iter(plain[1])) if plain is not None else None
        self._plain = (
            measure.way in (Way.COUNT, Way.SUM)
            and not measure.caps
            and (self._where.always or (plain is not None and len(plain[1]) == 1))
        )
        self._field = measure.field if measure.way in (Way.SUM, Way.SHARE) else ""

    def read(self, entries: Sequence[Entry], bearer: Getter, period: Period) -> Reading:
        """Return what the measure finds among ``entries`` of one bearer in one period.

        Args:
            entries: the bearer's records of the measure's kinds in the period; for ``days`` also
                those that began before it.
            bearer: reads facts of the bearer.
            period: the period, to which days are cut.
        """
        if self._plain and (reading := self._at_once(entries)) is not None:
            return reading
        if self._where.always:
            return self._read(entries, (), (), bearer, period)
        sure, maybe, differing = self._sorted_out(entries, bearer)
        if not maybe and not differing:
            return self._read(entries, (), (), bearer, period)
        left_out = (
            *self._blamed("differs", differing, bearer),
            *self._blamed("unknown", maybe, bearer),
        )
        return self._read(sure, maybe, left_out, bearer, period)

    def _sorted_out(
        self, entries: Sequence[Entry], bearer: Getter
    ) -> tuple[list[Entry], list[Entry], list[Entry]]:
        """Part entries into those that count, those that may, and those that do not.

        Most selectors ask for one fact only; that is found without a call for every record.
        """
        sure: list[Entry] = []
        maybe: list[Entry] = []
        differing: list[Entry] = []
        if self._where.plain is None:
            check = self._where.check
            for entry in entries:
                truth = check(entry.get, bearer)
                (sure if truth else maybe if truth is None else differing).append(entry)
            return sure, maybe, differing
        field, wanted = self._where.plain
        for entry in entries:
            value = entry.get(field)
            if value is None:
                maybe.append(entry)
            elif value in wanted or (type(value) is tuple and not wanted.isdisjoint(value)):
                sure.append(entry)
            else:
                differing.append(entry)
        return sure, maybe, differing

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
        return _read((low, low, tuple(counted), tuple(amounts), left_out, (), ()))

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

    def _amount(self, entry: Entry) -> Number | None:
        if not self._field:
            return 1
        amount = entry.get(self._field)
        if amount is None:
            return None
        if type(amount) is not int and type(amount) is not Fraction:
            try:
                amount = exact(amount)
            except InputError:
                facts = {"record": entry.id, "field": self._field, "got": kind_of(amount)}
                raise refuse("amount-not-a-number", **facts) from None
        if amount < 0:
            raise refuse("negative-amount", record=entry.id, field=self._field)
        return amount

    def _stated(self, entries: Sequence[Entry]) -> list[Any]:
        """Return the amount of every entry, None where it is not stated."""
        field = self._field
        amounts = [entry.get(field) for entry in entries]
        if _WHOLE.issuperset(map(type, amounts)) and min(amounts, default=0) >= 0:
            return amounts
        return [self._amount(entry) for entry in entries]

    def _amounts(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        bearer: Getter,
        _: Period,
    ) -> Reading:
        unstated: list[Entry] = []
        if not self._field:
            amounts: list[Number] = [1] * len(sure)
        else:
            stated = self._stated(sure)
            if None in stated:
                pairs = list(zip(sure, stated, strict=True))
                unstated = [entry for entry, amount in pairs if amount is None]
                sure = [entry for entry, amount in pairs if amount is not None]
                stated = [amount for amount in stated if amount is not None]
            amounts = stated
        if not self._caps and not maybe and not unstated:
            low = sum(amounts)
            counted = tuple(map(_RECORD, sure))
            return _read((low, low, counted, tuple(amounts), left_out, (), ()))
        return self._between(sure, amounts, maybe, unstated, left_out, bearer)

    def _between(
        self,
        sure: Sequence[Entry],
        amounts: list[Number],
        maybe: Sequence[Entry],
        unstated: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        bearer: Getter,
    ) -> Reading:
        """Read a count or sum with caps, or of which not everything is known."""
        missing = _missing(left_out)
        more = [(entry, self._amount(entry)) for entry in maybe]
        bounded = not unstated and all(amount is not None for _, amount in more)
        wide = [*zip(sure, amounts, strict=True), *((e, a or 0) for e, a in more)]
        most = self._cut(*_unzip(wide), bearer, doubtful=False)[0]
        high = sum(most) if bounded else self._ceiling()
        missing += self._doubts(sure, bearer)
        amounts, caps = self._cut(sure, amounts, bearer, doubtful=True)
        low = sum(amounts)
        if unstated:
            records = tuple(entry.record for entry in unstated)
            left_out = (*left_out, LeftOut("unstated", self._field, records))
            missing = (*missing, *_missing(left_out[-1:]))
        return Reading(
            low,
            high,
            tuple([entry.record for entry in sure]),
            tuple(amounts),
            left_out,
            caps,
            missing,
        )

    def _doubts(self, entries: Sequence[Entry], bearer: Getter) -> tuple[Missing, ...]:
        """Return what is missing to know for which records a cap holds."""
        counts: dict[str, int] = {}
        for _, where in self._caps:
            for entry in entries:
                if where(entry.get, bearer) is None:
                    field = where.blame(entry.get, bearer)
                    counts[field] = counts.get(field, 0) + 1
        return tuple(
            Missing("record-fact", {"field": field, "count": count})
            for field, count in counts.items()
        )

    def _ceiling(self) -> Number | None:
        """Return the most the measure can ever be, by a cap on everything in the period."""
        ceilings = [
            cap.at_most for cap, where in self._caps if cap.per is Per.PERIOD and where.always
        ]
        return min(ceilings, default=None)

    def _cut(
        self,
        entries: Sequence[Entry],
        amounts: Sequence[Number],
        bearer: Getter,
        *,
        doubtful: bool,
    ) -> tuple[list[Number], tuple[BoundCap, ...]]:
        """Apply the caps, narrow ranges first; within a range the latest records lose first.

        A cap of which it is not known whether it holds for a record holds if ``doubtful``.
        """
        left = list(amounts)
        bound = []
        order = sorted(range(len(entries)), key=lambda i: entries[i].place, reverse=True)
        for cap, where in self._caps:
            buckets: dict[object, list[int]] = {}
            bucket = BUCKETS[cap.per]
            for index in order:
                truth = where(entries[index].get, bearer)
                if truth or (truth is None and doubtful):
                    buckets.setdefault(bucket(entries[index]), []).append(index)
            lost: Number = 0
            for indexes in buckets.values():
                excess = sum(left[index] for index in indexes) - cap.at_most
                for index in indexes:
                    if excess <= 0:
                        break
                    cut = min(left[index], excess)
                    left[index] -= cut
                    excess -= cut
                    lost += cut
            if lost:
                bound.append(BoundCap(cap, lost))
        return left, tuple(bound)

    def _distinct(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        _: Getter,
        __: Period,
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
        return _read((len(seen), high, tuple(counted), tuple(amounts), left_out, (), missing))

    def _named(self, entry: Entry) -> set[object]:
        """Return what a record names in the field told apart, which may be several."""
        value = entry.get(self.measure.field)
        if value is None:
            return set()
        return set(value) if type(value) is tuple else {value}

    def _days(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        _: Getter,
        period: Period,
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

    def _share(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        bearer: Getter,
        _: Period,
    ) -> Reading:
        weights = {entry.id: self._amount(entry) for entry in [*sure, *maybe]}
        inside = [entry for entry in sure if self._part(entry.get, bearer)]
        open_ = [entry for entry in sure if self._part(entry.get, bearer) is None]
        unstated = [entry for entry in [*sure, *maybe] if weights[entry.id] is None]

        def weight(entries: Iterable[Entry]) -> Number:
            return sum(weights[entry.id] or 0 for entry in entries)

        outside = [entry for entry in sure if self._part(entry.get, bearer) is False]
        if outside:
            found = tuple(entry.record for entry in outside)
            field = self._part.blame(outside[0].get, bearer)
            left_out = (*left_out, LeftOut("outside-share", field, found))
        if open_:
            found = tuple(entry.record for entry in open_)
            left_out = (
                *left_out,
                LeftOut("unknown", self._part.blame(open_[0].get, bearer), found),
            )
        if unstated:
            found = tuple(entry.record for entry in unstated)
            left_out = (*left_out, LeftOut("unstated", self._field, found))
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
            tuple(entry.record for entry in inside),
            tuple(weights[entry.id] or 0 for entry in inside),
            left_out,
            (),
            missing,
        )


def _unzip(pairs: Iterable[tuple[Entry, Number]]) -> tuple[list[Entry], list[Number]]:
    pairs = list(pairs)
    return [entry for entry, _ in pairs], [amount for _, amount in pairs]


def _days_of(entry: Entry, period: Period) -> set[date]:
    first = max(entry.day, period.start)
    count = (min(last_day(entry), period.last) - first).days + 1
    return {first + timedelta(days=offset) for offset in range(max(count, 0))}


def _missing(left_out: Iterable[LeftOut]) -> tuple[Missing, ...]:
    if not left_out:
        return ()
    return tuple(
        Missing("record-fact", {"field": group.field, "count": len(group.records)})
        for group in left_out
        if group.reason in ("unknown", "unstated")
    )
