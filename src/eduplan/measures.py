"""How much of something there is: count, sum, distinct, days, share, with caps.

What is not known widens a reading instead of being guessed: a record that may or may not count, or
that counts with an amount nobody stated, makes ``high`` larger than ``low``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import attrs

from eduplan.dates import Period, as_date, school_year
from eduplan.errors import FaultList, InputError, Missing, kind_of, refuse
from eduplan.exact import Number, exact, not_negative
from eduplan.records import Entry
from eduplan.selectors import EVERYTHING, Getter, Matcher, Scales, Selector, as_selector
from eduplan.tables import Table, as_member, as_name, as_names, plain, read_each, read_table


class Way(StrEnum):
    """How a measure takes records together."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    DAYS = "days"
    SHARE = "share"


class Per(StrEnum):
    """Within what a cap holds."""

    RECORD = "record"
    MONTH = "month"
    SCHOOL_YEAR = "school-year"
    CALENDAR_YEAR = "calendar-year"
    PERIOD = "period"


_BUCKETS: dict[Per, Callable[[Entry], object]] = {
    Per.RECORD: lambda entry: entry.id,
    Per.MONTH: lambda entry: (entry.day.year, entry.day.month),
    Per.SCHOOL_YEAR: lambda entry: school_year(entry.day),
    Per.CALENDAR_YEAR: lambda entry: entry.day.year,
    Per.PERIOD: lambda _: None,
}


def as_per(value: Per | str) -> Per:
    """Return the range of a cap from its name."""
    return as_member(Per, value)


@attrs.frozen(kw_only=True)
class Cap:
    """At most so much counts, of the records a selector picks, within a range.

    Args:
        at_most: the most that counts, in the unit of the measure.
        per: within what: every record, month, school year, calendar year, or the whole period.
        where: which records it holds for, by default all that count.
    """

    at_most: Number = attrs.field(converter=not_negative)
    per: Per = attrs.field(converter=as_per)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)


def as_caps(value: Iterable[Cap | Table] | Cap | Table) -> tuple[Cap, ...]:
    """Return caps from one or several tables, the narrower ranges first."""
    several = [value] if isinstance(value, Cap | Mapping) else value
    caps = read_each(several, lambda table: read_table(Cap, table))
    return tuple(sorted(caps, key=lambda cap: list(Per).index(cap.per)))


@attrs.frozen(kw_only=True)
class Measure:
    """What is counted towards a duty, over which records, and whose it is.

    In a plan file it is a table with exactly one way of measuring:
    ``{ count = "open-lesson" }``, ``{ sum = "hours", of = "training" }``,
    ``{ distinct = "book", of = "professional-reading" }``, ``{ days = "school-visit" }``, or
    ``{ share = { tier = "@bearer.tier" }, of = "training", weigh = "hours" }``; besides ``where``,
    ``by`` and ``caps``.

    Args:
        way: how the records are taken together.
        kinds: kinds of record.
        field: the fact summed, told apart, or by which a share is weighed.
        where: which records of these kinds count; of a share, which it is taken of.
        part: of a share, the records that are in it.
        by: the fact of a record that points to the bearer.
        caps: at most so much counts.
    """

    way: Way
    kinds: tuple[str, ...]
    field: str = ""
    where: Selector = EVERYTHING
    part: Selector = EVERYTHING
    by: str = "bearer"
    caps: tuple[Cap, ...] = ()

    @property
    def grows(self) -> bool:
        """Whether a further record can only raise it; of a share that is not so."""
        return self.way is not Way.SHARE

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        with faults.at("where"):
            _raise_scale_faults(self.where, scales)
        with faults.at("share"):
            _raise_scale_faults(self.part, scales)
        for index, cap in enumerate(self.caps):
            with faults.at(f"caps[{index}].where"):
                _raise_scale_faults(cap.where, scales)

    def plain(self) -> dict[str, object]:
        """Return the measure as it stands in a plan file."""
        kinds = self.kinds[0] if len(self.kinds) == 1 else list(self.kinds)
        table: dict[str, object]
        if self.way in (Way.COUNT, Way.DAYS):
            table = {self.way.value: kinds}
        elif self.way is Way.SHARE:
            table = {"share": self.part.plain(), "of": kinds}
            if self.field:
                table["weigh"] = self.field
        else:
            table = {self.way.value: self.field, "of": kinds}
        if self.where != EVERYTHING:
            table["where"] = self.where.plain()
        if self.by != "bearer":
            table["by"] = self.by
        if self.caps:
            table["caps"] = plain(self.caps)
        return table


def _raise_scale_faults(selector: Selector, scales: Scales) -> None:
    found = FaultList()
    selector.faults(scales, found)
    found.raise_any()


_READERS: dict[str, Callable[..., object]] = {
    "of": as_names,
    "where": as_selector,
    "by": as_name,
    "weigh": as_name,
    "caps": as_caps,
}


def as_measure(value: Measure | Table) -> Measure:
    """Return a measure from its table.

    Raises:
        InputError: not exactly one way of measuring, or keys that do not go with it.

    >>> as_measure({"sum": "hours", "of": "training"}).kinds
    ('training',)
    """
    if isinstance(value, Measure):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    ways = [way for way in Way if way in value]
    if len(ways) != 1:
        raise refuse("measure-one-of", known=", ".join(Way))
    way = ways[0]
    faults = FaultList()
    found: dict[str, object] = {}
    for key, spelled in value.items():
        if key == way:
            continue
        if key not in _READERS:
            known = ", ".join([way.value, *_READERS])
            faults.add("unknown-key", str(key)[:64], known=known)
        else:
            found[key] = faults.read(key, _READERS[key], spelled)
    if "weigh" in value and way is not Way.SHARE:
        faults.add("measure-not-with", "weigh", way=way.value)
    reader = {Way.COUNT: as_names, Way.DAYS: as_names, Way.SHARE: as_selector}.get(way, as_name)
    head = faults.read(way.value, reader, value[way])
    if way in (Way.COUNT, Way.DAYS):
        if "of" in value:
            faults.add("measure-not-with", "of", way=way.value)
        found["of"] = head
    elif "of" not in value:
        faults.add("measure-needs", way=way.value, needs="of")
    faults.raise_any()
    return Measure(
        way=way,
        kinds=found["of"],  # type: ignore[arg-type]
        field=head if way in (Way.SUM, Way.DISTINCT) else found.get("weigh", ""),  # type: ignore[arg-type]
        where=found.get("where", EVERYTHING),  # type: ignore[arg-type]
        part=head if way is Way.SHARE else EVERYTHING,  # type: ignore[arg-type]
        by=found.get("by", "bearer"),  # type: ignore[arg-type]
        caps=found.get("caps", ()),  # type: ignore[arg-type]
    )


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
        self._field = measure.field if measure.way in (Way.SUM, Way.SHARE) else ""

    def read(self, entries: Sequence[Entry], bearer: Getter, period: Period) -> Reading:
        """Return what the measure finds among ``entries`` of one bearer in one period.

        Args:
            entries: the bearer's records of the measure's kinds in the period; for ``days`` also
                those that began before it.
            bearer: reads facts of the bearer.
            period: the period, to which days are cut.
        """
        if self._where.always:
            return self._read(entries, (), (), bearer, period)
        test = self._where.test
        truths = [test(entry.get, bearer) for entry in entries]
        if False not in truths and None not in truths:
            return self._read(entries, (), (), bearer, period)
        judged = list(zip(entries, truths, strict=True))
        sure = [entry for entry, truth in judged if truth]
        maybe = [entry for entry, truth in judged if truth is None]
        differing = [entry for entry, truth in judged if truth is False]
        left_out = (
            *self._blamed("differs", differing, bearer),
            *self._blamed("unknown", maybe, bearer),
        )
        return self._read(sure, maybe, left_out, bearer, period)

    def _blamed(self, reason: str, entries: Sequence[Entry], bearer: Getter) -> Iterable[LeftOut]:
        """Return entries that do not count, by the fact because of which."""
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

    def _amounts(
        self,
        sure: Sequence[Entry],
        maybe: Sequence[Entry],
        left_out: tuple[LeftOut, ...],
        bearer: Getter,
        _: Period,
    ) -> Reading:
        unstated: list[Entry] = []
        if self.measure.way is Way.COUNT:
            amounts: list[Number] = [1] * len(sure)
        else:
            stated = [self._amount(entry) for entry in sure]
            amounts = [amount for amount in stated if amount is not None]
            if len(amounts) != len(sure):
                pairs = list(zip(sure, stated, strict=True))
                unstated = [entry for entry, amount in pairs if amount is None]
                sure = [entry for entry, amount in pairs if amount is not None]
        caps: tuple[BoundCap, ...] = ()
        high: Number | None
        if not self._caps and not maybe and not unstated:
            low = high = sum(amounts)
        else:
            more = [(entry, self._amount(entry)) for entry in maybe]
            bounded = not unstated and all(amount is not None for _, amount in more)
            wide = [*zip(sure, amounts, strict=True), *((e, a or 0) for e, a in more)]
            amounts, caps = self._cut(sure, amounts, bearer)
            low = sum(amounts)
            high = sum(self._cut(*_unzip(wide), bearer)[0]) if bounded else self._ceiling()
        if unstated:
            records = tuple(entry.record for entry in unstated)
            left_out = (*left_out, LeftOut("unstated", self._field, records))
        return Reading(
            low,
            high,
            tuple([entry.record for entry in sure]),
            tuple(amounts),
            left_out,
            caps,
            _missing(left_out),
        )

    def _ceiling(self) -> Number | None:
        """Return the most the measure can ever be, by a cap on everything in the period."""
        ceilings = [
            cap.at_most for cap, where in self._caps if cap.per is Per.PERIOD and where.always
        ]
        return min(ceilings, default=None)

    def _cut(
        self, entries: Sequence[Entry], amounts: Sequence[Number], bearer: Getter
    ) -> tuple[list[Number], tuple[BoundCap, ...]]:
        """Apply the caps, narrow ranges first; within a range the latest records lose first."""
        left = list(amounts)
        bound = []
        order = sorted(range(len(entries)), key=lambda i: entries[i][:2], reverse=True)
        for cap, where in self._caps:
            buckets: dict[object, list[int]] = {}
            bucket = _BUCKETS[cap.per]
            for index in order:
                if where(entries[index].get, bearer):
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
        counted, repeated, unstated = [], [], []
        for entry in sure:
            value = entry.get(self.measure.field)
            if value is None:
                unstated.append(entry.record)
            elif value in seen:
                repeated.append(entry.record)
            else:
                seen.add(value)
                counted.append(entry.record)
        named = {entry.get(self.measure.field) for entry in maybe}
        high = len(seen) + len(unstated) + len(named - seen - {None})
        high += sum(1 for entry in maybe if entry.get(self.measure.field) is None)
        if repeated:
            left_out = (*left_out, LeftOut("repeated", self.measure.field, tuple(repeated)))
        if unstated:
            left_out = (*left_out, LeftOut("unstated", self.measure.field, tuple(unstated)))
        ones = (1,) * len(counted)
        return Reading(len(seen), high, tuple(counted), ones, left_out, (), _missing(left_out))

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
    last = entry.get("last_day")
    end = as_date(last) if last is not None else entry.day
    first = max(entry.day, period.start)
    count = (min(end, period.last) - first).days + 1
    return {first + timedelta(days=offset) for offset in range(max(count, 0))}


def _missing(left_out: Iterable[LeftOut]) -> tuple[Missing, ...]:
    if not left_out:
        return ()
    return tuple(
        Missing("record-fact", {"field": group.field, "count": len(group.records)})
        for group in left_out
        if group.reason in ("unknown", "unstated")
    )
