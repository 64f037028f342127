"""Where the value of an indicator comes from: a figure on file, a population, or a measure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, InputError, Missing, kind_of, refuse
from eduplan.exact import Number, exact
from eduplan.facts import Getter, values_of
from eduplan.measures import Gauge, Measure, Reading, Way, as_measure
from eduplan.provisions.benches import Docket
from eduplan.provisions.population import Population, heads, part_of
from eduplan.provisions.provision import Subject
from eduplan.records import Entry
from eduplan.selectors import (
    EVERYTHING,
    Matcher,
    Scales,
    Selector,
    as_optional_selector,
    as_selector,
)
from eduplan.tables import as_flag, as_kinds, as_name, as_optional_name, optional, read_table

_EARLIEST = date(1900, 1, 1)
"""Nothing that a plan counts was there before."""

_WAYS = ("rate", "value", "share", "count", "measure")
_GOES_WITH = {
    "of": ("rate", "value"),
    "where": ("rate", "value"),
    "by": ("rate", "value"),
    "scale": ("value",),
    "within": ("share",),
    "distinct": ("count",),
    "stock": ("measure",),
    "among": ("measure",),
}


def as_optional_measure(value: object) -> Measure | None:
    """Return a measure from its table, or None."""
    return optional(as_measure, value)


@attrs.frozen(kw_only=True)
class Indicator:
    """What a target is about, in one of five ways.

    Args:
        rate: name of a rate: the latest record that states it, as ``value`` or as ``numerator``
            and ``denominator``.
        value: name of a figure that is no rate, such as a mean mark or a grade on a scale.
        of: kinds of record that state figures.
        where: which of these records.
        by: the fact of such a record that points to the bearer.
        scale: of a figure that is a grade, the scale it stands on.
        share: of the bearers that are judged, who is in the share.
        within: who the share is taken of.
        count: of the bearers that are judged, who is counted.
        distinct: fact whose different values are counted instead.
        measure: what is counted over records.
        stock: whether a measure counts everything up to the day, or what the period added.
        among: whose records are measured; left out, those of the bearer itself.

    Raises:
        InputError: not exactly one way, or keys that do not go with it.
    """

    rate: str = attrs.field(default="", converter=as_optional_name)
    value: str = attrs.field(default="", converter=as_optional_name)
    of: tuple[str, ...] = attrs.field(default=("indicator",), converter=as_kinds)
    where: Selector = attrs.field(default=EVERYTHING, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)
    scale: str = attrs.field(default="", converter=as_optional_name)
    share: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    within: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    count: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    distinct: str = attrs.field(default="", converter=as_optional_name)
    measure: Measure | None = attrs.field(default=None, converter=as_optional_measure)
    stock: bool = attrs.field(default=False, converter=as_flag)
    among: Selector | None = attrs.field(default=None, converter=as_optional_selector)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        ways = [way for way in _WAYS if getattr(self, way) not in ("", None)]
        if len(ways) != 1:
            raise refuse("indicator-one-of", known=", ".join(_WAYS))
        defaults = {field.name: field.default for field in attrs.fields(Indicator)}
        for name, goes_with in _GOES_WITH.items():
            if getattr(self, name) != defaults[name] and ways[0] not in goes_with:
                faults.add("indicator-not-with", name, way=ways[0], known=", ".join(goes_with))
        if self.share is not None and self.within is None:
            faults.add("share-within", "within")
        faults.raise_any()

    @property
    def named(self) -> str:
        """Name of the figure on file, empty where it is counted."""
        return self.rate or self.value

    @property
    def shares(self) -> bool:
        """Whether its values are shares."""
        return self.counted or (self.measure is not None and self.measure.way is Way.SHARE)

    @property
    def counted(self) -> bool:
        """Whether its values are shares of known numbers, which may be small."""
        return bool(self.rate) or self.share is not None

    @property
    def present(self) -> bool:
        """Whether it looks at who is there on a day, not at records."""
        return self.share is not None or self.count is not None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of record it rests on."""
        if self.measure is not None:
            return self.measure.kinds
        return () if self.present else self.of

    @property
    def grows(self) -> bool:
        """Whether what still comes within its period can only raise it."""
        return self.measure is not None and self.measure.grows

    def selectors(self) -> dict[str, Selector]:
        """Return the selectors of bearers and records by the name of their key."""
        names = ("where", "share", "within", "count", "among")
        found = {name: getattr(self, name) for name in names}
        return {name: selector for name, selector in found.items() if selector is not None}

    def narrowed(self, where: Selector) -> Indicator:
        """Return the same indicator of a part: of those bearers or records only."""
        if self.count is not None:
            return attrs.evolve(self, count=_both(self.count, where))
        if self.within is not None:
            return attrs.evolve(self, within=_both(self.within, where))
        if self.among is not None:
            return attrs.evolve(self, among=_both(self.among, where))
        if self.measure is not None:
            measure = attrs.evolve(self.measure, where=_both(self.measure.where, where))
            return attrs.evolve(self, measure=measure)
        return attrs.evolve(self, where=_both(self.where, where))


def as_indicator(value: object) -> Indicator:
    """Return an indicator from its table."""
    return read_table(Indicator, value)


def _both(one: Selector, other: Selector) -> Selector:
    """Return a selector that picks what both pick."""
    none_of = (*one.none_of, *other.none_of)
    if one.any_of and other.any_of:  # a selector holds one choice; the other is not excluded
        none_of = (*none_of, Selector(none_of=(Selector(any_of=other.any_of),)))
    return Selector((*one.conditions, *other.conditions), one.any_of or other.any_of, none_of)


class Figure(NamedTuple):
    """The value of an indicator, as far as it is known.

    Attributes:
        low: the least it can be, None where there is no knowing.
        high: the most it can be, None where there is no knowing.
        missing: what would have to be known for them to meet.
        part: of a share whose counts are known, how many are in it.
        whole: of how many.
        counted: the records it rests on.
    """

    low: Number | None
    high: Number | None
    missing: tuple[Missing, ...] = ()
    part: Number | None = None
    whole: Number | None = None
    counted: tuple[object, ...] = ()


class IndicatorBench:
    """An indicator made ready to be read for many bearers."""

    def __init__(self, indicator: Indicator, scales: Scales) -> None:
        self.indicator = indicator
        self.scale = scales.get(indicator.scale)
        self._where = Matcher(indicator.where, scales)
        self._share = _population(indicator.share, scales)
        self._within = _population(indicator.within, scales)
        self._count = _population(indicator.count, scales)
        self._among = _population(indicator.among, scales)
        self._gauge = Gauge(indicator.measure, scales) if indicator.measure is not None else None
        self._read: Callable[[Subject, Period, Docket], Figure] = (
            self._measured
            if self._gauge is not None
            else self._counted
            if self._count is not None
            else self._shared
            if self._share is not None
            else self._stated
        )

    def read(self, subject: Subject, period: Period, docket: Docket) -> Figure:
        """Return the value for a bearer in a period, up to the day of judgement.

        Args:
            subject: the bearer.
            period: the period; of a stock and a population its last day matters.
            docket: what the judgement rests on.
        """
        return self._read(subject, period, docket)

    def of_peers(
        self, subject: Subject, peers: Matcher, period: Period, docket: Docket
    ) -> dict[str, Figure]:
        """Return the figures on file of others, by their ids.

        Args:
            subject: the bearer, who is no peer of itself.
            peers: which of the records.
            period: the period.
            docket: what the judgement rests on.
        """
        entries: dict[str, list[Entry]] = {}
        for entry in docket.register.of_kinds(self.indicator.of):
            whose = entry.get(self.indicator.by)
            other = isinstance(whose, str) and whose != subject.id
            if not other or not self._states(entry, period, docket.as_of):
                continue
            if peers(entry.get, subject.get) is not False:
                entries.setdefault(whose, []).append(entry)
        found = {}
        for whose, several in entries.items():
            doubtful = [e for e in several if peers(e.get, subject.get) is None]
            figure = self._latest(several, subject.get, period, docket.as_of)
            if doubtful:
                field = peers.blame(doubtful[0].get, subject.get)
                gap = Missing("record-fact", {"field": field, "count": len(doubtful)})
                figure = Figure(None, None, (gap,))
            if figure.counted or figure.missing != self._no_figure(period):
                found[whose] = figure
        return found

    def _no_figure(self, period: Period) -> tuple[Missing, ...]:
        facts = {"field": self.indicator.named, "start": period.start, "last": period.last}
        return (Missing("no-figure", facts),)

    def _stated(self, subject: Subject, period: Period, docket: Docket) -> Figure:
        entries = docket.register.of(subject.id, self.indicator.of, self.indicator.by)
        return self._latest(entries, subject.get, period, docket.as_of)

    def _latest(
        self, entries: Iterable[Entry], bearer: Getter, period: Period, as_of: date
    ) -> Figure:
        """Return the latest figure on file in a period; one that perhaps counts leaves it open."""
        fits = [
            (entry, self._where(entry.get, bearer))
            for entry in entries
            if self._states(entry, period, as_of)
        ]
        newest = max((entry.day for entry, truth in fits if truth), default=date.min)
        latest = [entry for entry, truth in fits if truth and entry.day == newest]
        perhaps = [entry for entry, truth in fits if truth is None and entry.day >= newest]
        return self.stated(latest, perhaps, bearer, period)

    def _states(self, entry: Entry, period: Period, as_of: date) -> bool:
        """Say whether a record states the indicator in a period, up to the day of judgement."""
        in_time = entry.day in period and entry.day <= as_of
        return in_time and entry.get("indicator") == self.indicator.named

    def stated(
        self, latest: Sequence[Entry], perhaps: Sequence[Entry], bearer: Getter, period: Period
    ) -> Figure:
        """Return the figure on file in a period.

        Args:
            latest: the latest records that state it, all of one day.
            perhaps: later records, or of that day, of which it is not known whether they do.
            bearer: reads facts of the bearer.
            period: the period.
        """
        if not latest and not perhaps:
            return Figure(None, None, self._no_figure(period))
        counted = tuple([entry.record for entry in latest])
        missing: list[Missing] = []
        if perhaps:
            field = self._where.blame(perhaps[0].get, bearer)
            missing.append(Missing("record-fact", {"field": field, "count": len(perhaps)}))
        amounts = [self.amount(entry) for entry in (*latest, *perhaps)]
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(amounts):
            missing.append(
                Missing("record-fact", {"field": "value", "count": len(amounts) - len(known)})
            )
        elif len(latest) > 1 and len(set(known)) > 1:
            missing.append(
                Missing("figures-differ", {"field": self.indicator.named, "day": latest[0].day})
            )
        if len(known) < len(amounts) or not latest:
            return Figure(None, None, tuple(missing), counted=counted)
        if min(known) == max(known):
            missing = []
        part = whole = None
        if len(latest) == 1 and not perhaps:
            part, whole = _counts(latest[0])
        return Figure(min(known), max(known), tuple(missing), part, whole, counted)

    def amount(self, entry: Entry) -> Number | None:
        """Return the figure a record states: as it is, as a grade, or from its two counts."""
        stated = entry.get("value")
        if self.scale is not None:
            rank = self.scale.rank(stated)
            if stated is not None and rank is None:
                facts = {"record": entry.id, "scale": self.scale.name}
                raise refuse("figure-not-on-scale", **facts)
            return rank
        if stated is not None:
            amount = _number(entry, "value")
        else:
            part, whole = _counts(entry)
            if part is None or not whole:
                return None
            amount = exact(Fraction(part) / Fraction(whole))
        if self.indicator.rate and amount is not None and not 0 <= amount <= 1:
            raise refuse("rate-above-one", record=entry.id)
        return amount

    def _shared(self, subject: Subject, period: Period, docket: Docket) -> Figure:
        assert self._share is not None  # noqa: S101 - as its indicator says
        assert self._within is not None  # noqa: S101
        share, within, bearer = self._share, self._within, subject.get
        day = min(period.last, docket.as_of)
        pairs, doubtful_part, doubtful_whole = [], [], []
        for one in docket.subjects:
            whole = within.fits(one, bearer, day)
            if whole is False:
                continue
            part = share.fits(one, bearer, day)
            pairs.append((whole, part, one.times))
            if whole is None:
                doubtful_whole.append(one)
            if part is None:
                doubtful_part.append(one)
        found = part_of(pairs)
        if not found.sure:
            gaps = within.unsaid(tuple(doubtful_whole), bearer, day)
            return Figure(None, None, gaps or (Missing("nobody-to-share"),))
        missing = (
            *share.unsaid(tuple(doubtful_part), bearer, day),
            *within.unsaid(tuple(doubtful_whole), bearer, day),
        )
        low, high = exact(Fraction(*found.low)), exact(Fraction(*found.high))
        return Figure(low, high, missing if low != high else (), *found.low)

    def _counted(self, subject: Subject, period: Period, docket: Docket) -> Figure:
        assert self._count is not None  # noqa: S101 - as its indicator says
        day = min(period.last, docket.as_of)
        pick = self._count.pick(docket.subjects, subject.get, day)
        field = self.indicator.distinct
        if not field:
            low = heads(pick.sure)
            return Figure(low, low + heads(pick.perhaps), pick.missing)
        named = [values_of(one.get, field) for one in pick.sure]
        more = [values_of(one.get, field) for one in pick.perhaps]
        seen: set[object] = set().union(*named)
        silent = heads(one for one in pick.sure if not values_of(one.get, field))
        doubtful = heads(one for one in pick.perhaps if not values_of(one.get, field))
        high = len(seen.union(*more)) + silent + doubtful
        gap = (Missing("bearer-facts", {"field": field, "count": silent}),) if silent else ()
        return Figure(len(seen), high, (*pick.missing, *gap) if high > len(seen) else ())

    def span(self, period: Period, docket: Docket) -> Period:
        """Return the days of whose records a measure is taken for a period."""
        start = _EARLIEST if self.indicator.stock else period.start
        end = min(period.end, docket.as_of + DAY)
        return Period(start, end) if start < end else period

    def _measured(self, subject: Subject, period: Period, docket: Docket) -> Figure:
        assert self._gauge is not None  # noqa: S101 - as its indicator says
        span = self.span(period, docket)
        if self._among is None:
            reading = self._reading((subject,), subject, span, docket)
            return Figure(reading.low, reading.high, reading.missing, counted=reading.counted)
        pick = self._among.pick(docket.subjects, subject.get, span.last)
        sure = self._reading(pick.sure, subject, span, docket)
        if not pick.perhaps:
            return Figure(sure.low, sure.high, sure.missing, counted=sure.counted)
        most = self._reading((*pick.sure, *pick.perhaps), subject, span, docket)
        return self.of_others(sure, most, pick.missing)

    def of_others(
        self, sure: Reading | Figure, most: Reading | Figure, unsaid: tuple[Missing, ...]
    ) -> Figure:
        """Return what is measured of others, where it is not known of some whether they are such.

        Args:
            sure: what is read of those who surely are.
            most: what is read of these and of those who perhaps are.
            unsaid: what is not known of the latter.
        """
        missing = (*sure.missing, *unsaid)
        if not self.indicator.grows:  # more records may lower a share
            return Figure(0, None, missing, counted=sure.counted)
        return Figure(
            sure.low, most.high, missing if most.high != sure.low else (), counted=sure.counted
        )

    def _reading(
        self, subjects: Sequence[Subject], bearer: Subject, span: Period, docket: Docket
    ) -> Reading:
        """Read the measure over the records of several, each record once."""
        assert self._gauge is not None  # noqa: S101 - as its indicator says
        measure = self._gauge.measure
        found = {
            entry.id: entry
            for one in subjects
            for entry in docket.register.of(one.id, measure.kinds, measure.by)
            if entry.day < span.end and entry.last >= span.start
        }
        inside = [e for e in found.values() if measure.way == "days" or e.day >= span.start]
        return self._gauge.read(sorted(inside), bearer.get, span)


def _population(selector: Selector | None, scales: Scales) -> Population | None:
    return None if selector is None else Population(selector, scales)


def _number(entry: Entry, field: str) -> Number | None:
    """Return a fact of a record as an exact number, None where it is absent."""
    value = entry.get(field)
    if value is None:
        return None
    try:
        return exact(value)
    except InputError:
        facts = {"record": entry.id, "field": field, "got": kind_of(value)}
        raise refuse("amount-not-a-number", **facts) from None


def _counts(entry: Entry) -> tuple[Number | None, Number | None]:
    """Return the two counts a record states; one alone is none, and so is nothing at all."""
    part, whole = _number(entry, "numerator"), _number(entry, "denominator")
    if part is None or whole is None:
        return None, None
    if not 0 <= part <= whole:
        raise refuse("counts-crossed", record=entry.id)
    return (part, whole) if whole else (None, None)
