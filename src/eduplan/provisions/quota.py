"""The form that says how much a bearer does, at least or at most, in every period."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from operator import attrgetter
from typing import ClassVar

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, NotKnown, refuse
from eduplan.exact import Number, Spelled, exact, not_negative
from eduplan.measures import Gauge, LeftOut, Measure, Reading, Way, as_measure
from eduplan.messages import Text
from eduplan.people import Group, day_of
from eduplan.periods import Every, Unit, as_every
from eduplan.provisions.provision import Bench, Docket, Provision, Setting, Subject
from eduplan.records import Entry, last_day
from eduplan.selectors import Getter, Matcher, Scales, Selector, as_selector
from eduplan.tables import Table, as_member, as_name, as_text, read_each, read_table
from eduplan.verdicts import Citation, Justification, Status, Verdict
from eduplan.verdicts.telling import tell_figures


@attrs.frozen(kw_only=True)
class Amount:
    """How much is owed, and by which of the bearers.

    Args:
        amount: how much, in the unit of the quota; of a share, a fraction such as ``"75%"``.
        where: which bearers owe it, by default all.
    """

    amount: Number = attrs.field(converter=not_negative)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)


def as_bound(
    value: Spelled | Table | Iterable[Amount | Table] | None,
) -> tuple[Amount, ...] | None:
    """Return a bound from a number, or from rows of ``{ where = {...}, amount = 60 }``."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return (read_table(Amount, value),)
    if isinstance(value, list | tuple):
        if not value:
            raise refuse("empty-list")
        return read_each(value, lambda row: read_table(Amount, row))
    return (Amount(amount=not_negative(value)),)  # type: ignore[arg-type]


class Partial(StrEnum):
    """What somebody owes who was in service for part of a period only."""

    FULL = "full"
    PRO_RATA = "pro-rata"
    EXEMPT = "exempt"


def as_partial(value: Partial | str | None) -> Partial | None:
    """Return a policy from its name; None leaves it undeclared."""
    return None if value is None else as_member(Partial, value)


class Over(StrEnum):
    """Over whom figures are taken before they are judged."""

    EACH = "each"
    MEAN = "mean"
    TOTAL = "total"


@attrs.frozen
class Scope:
    """Whether each bearer is judged, or the mean or total of a group.

    Args:
        over: each, mean or total.
        group: the fact of the bearers that names their group, or ``all``.
    """

    over: Over = Over.EACH
    group: str = ""

    def plain(self) -> object:
        """Return the scope as it stands in a plan file."""
        return "each" if self.over is Over.EACH else {self.over.value: self.group}


def as_scope(value: Scope | str | Table) -> Scope:
    """Return a scope from ``"each"``, ``{ mean = "school" }`` or ``{ total = "school" }``."""
    if isinstance(value, Scope):
        return value
    if value == "each":
        return Scope()
    if isinstance(value, Mapping) and len(value) == 1:
        key, group = next(iter(value.items()))
        if key in (Over.MEAN, Over.TOTAL):
            return Scope(Over(key), as_name(group))
    raise refuse("scope-one-of")


TIMES = Text("次", "")

_LONG = (Unit.CYCLE, Unit.PLAN)
"""Of periods this long people ask why a record outside does not count."""


@attrs.frozen(kw_only=True)
class Quota(Provision):
    """A bearer does at least, or at most, so much of something in every period.

    Args:
        measure: what is counted.
        every: in which periods.
        at_least: how much is owed; rows for different roles, of which the largest holds.
        at_most: how much is allowed; of several rows the smallest holds.
        scope: whether each bearer, or the mean or total of a group is judged.
        partial: what somebody owes who joined or left within a period; left out, such a verdict
            is undetermined.
        unit: what is counted, such as hours.

    Raises:
        InputError: faults in the fields, none or both of the bounds.
    """

    form: ClassVar[str] = "quota"

    measure: Measure = attrs.field(converter=as_measure)
    every: Every = attrs.field(converter=as_every)
    at_least: tuple[Amount, ...] | None = attrs.field(default=None, converter=as_bound)
    at_most: tuple[Amount, ...] | None = attrs.field(default=None, converter=as_bound)
    scope: Scope = attrs.field(factory=Scope, converter=as_scope)
    partial: Partial | None = attrs.field(default=None, converter=as_partial)
    unit: Text = attrs.field(default=TIMES, converter=as_text)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if (self.at_least is None) == (self.at_most is None):
            faults.add("bound-missing")
        if self.every.personal and self.scope.over is not Over.EACH:
            faults.add("scope-anchored", "scope")
        if self.measure.way is Way.SHARE and self.partial is Partial.PRO_RATA:
            faults.add("partial-share", "partial")
        faults.raise_any()

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        with faults.below("measure") as found:
            self.measure.faults(scales, found)
        for name in ("at_least", "at_most"):
            for index, row in enumerate(getattr(self, name) or ()):
                with faults.below(f"{name}[{index}].where") as found:
                    row.where.faults(scales, found)


_RECORD = attrgetter("record")


def _outside(reason: str, entries: Sequence[Entry]) -> tuple[LeftOut, ...]:
    return (LeftOut(reason, "", tuple(map(_RECORD, entries))),) if entries else ()


class QuotaBench(Bench):
    """A quota made ready to judge many bearers."""

    def __init__(self, quota: Quota, setting: Setting) -> None:
        share = quota.measure.way is Way.SHARE
        citation = Citation(
            plan=setting.plan,
            provision=quota.id,
            clauses=quota.clause,
            force=quota.force,
            title=quota.title,
            unit=quota.unit,
            form=quota.form,
            every=quota.every.unit,
            labels=setting.labels,
            tell=tell_figures,
            share=share,
            most=quota.at_most is not None,
            paced=quota.measure.grows and quota.at_most is None,
            kinds=quota.measure.kinds,
        )
        super().__init__(quota, setting, citation)
        self.quota = quota
        self.grouped = quota.scope.over is not Over.EACH
        self._gauge = Gauge(quota.measure, setting.scales)
        rows = quota.at_least if quota.at_least is not None else quota.at_most or ()
        self._rows = [(Matcher(row.where, setting.scales), row.amount) for row in rows]
        self._long = quota.every.unit in _LONG
        self._most = quota.at_most is not None
        self._grows = quota.measure.grows
        self._spans_days = quota.measure.way is Way.DAYS
        self._none = self._gauge.read((), dict[str, object]().get, Period(date.min, date.max))
        self._timed = quota.since is not None or quota.until is not None
        self._fixed = self._rows[0][1] if len(rows) == 1 and self._rows[0][0].always else None

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every period asked about that has begun."""
        measure, get, as_of = self.quota.measure, subject.get, docket.as_of
        begun = docket.periods(self.quota.every, subject)
        if not begun:
            return (self.excuse(subject, docket, "no-period"),)
        required = self._owed(get)
        if required is None:
            return (self.excuse(subject, docket, "no-amount"),)
        entries = docket.register.of(subject.id, measure.kinds, measure.by)
        verdicts = []
        for period in begun:
            span, owed, excuse = self._in_service(period, required, get)
            if self._timed and (reason := self.out_of_force(period)):
                verdicts.append(self.excuse(subject, docket, *reason, period))
                continue
            if excuse:
                verdicts.append(self.excuse(subject, docket, excuse, None, period))
                continue
            reading = self._reading(entries, get, period, as_of)
            status, missing = self._status(reading, owed, span, docket)
            low, _, counted, amounts, left_out, caps, _ = reading
            verdicts.append(
                Verdict(
                    citation=self.citation,
                    bearer=subject.thing,
                    bearer_id=subject.id,
                    period=period,
                    status=status,
                    as_of=as_of,
                    value=low,
                    required=owed,
                    opens=span.start,
                    due=span.last,
                    missing=missing,
                    justification=Justification(counted, amounts, left_out, caps),
                )
            )
        return tuple(verdicts)

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

    def _owed(self, get: Getter) -> Number | None:
        """Return the bound for a bearer: of several rows the stricter; None where no row fits."""
        if self._fixed is not None:
            return self._fixed
        truths = [(matcher(get, get), amount, matcher) for matcher, amount in self._rows]
        pick = min if self.citation.most else max
        sure = [amount for truth, amount, _ in truths if truth]
        possible = [amount for truth, amount, _ in truths if truth is not False]
        if sure and pick(sure) == pick(possible):
            return pick(sure)
        for truth, _, matcher in truths:
            if truth is None:
                raise NotKnown("bound-unknown", field=matcher.blame(get, get))
        return None

    def _in_service(
        self, period: Period, required: Number, get: Getter
    ) -> tuple[Period, Number | None, str]:
        """Return the days in service, what is owed for them (None: undeclared), and any excuse.

        A bearer that states neither ``joined`` nor ``left`` is in service throughout.
        """
        if get("joined") is None and get("left") is None:
            return period, required, ""
        joined, left = day_of(get, "joined"), day_of(get, "left")
        start = max(period.start, joined) if joined is not None else period.start
        end = min(period.end, left) if left is not None else period.end
        if start >= end:
            return period, None, "not-in-service"
        span = Period(start, end)
        if span == period or self.citation.most:
            return span, required, ""
        if self.quota.partial is Partial.FULL:
            return span, required, ""
        if self.quota.partial is Partial.PRO_RATA:
            return span, exact(Fraction(required) * span.days / period.days), ""
        if self.quota.partial is Partial.EXEMPT:
            return span, None, "partial-exempt"
        return span, None, ""

    def _reading(
        self, entries: Sequence[Entry], get: Getter, period: Period, as_of: date
    ) -> Reading:
        """Read the records of the period up to the day of judgement; tell the rest by reason."""
        if not entries:
            return self._none
        size = len(entries)
        newest = entries[-1].day
        first = bisect_left(entries, (period.start,)) if entries[0].day < period.start else 0
        last = bisect_left(entries, (period.end,), first) if newest >= period.end else size
        stop = bisect_left(entries, (as_of + DAY,), first, last) if newest > as_of else last
        inside = entries[first:stop]
        before = entries[:first]
        if self._spans_days:
            inside = [*(e for e in before if last_day(e) >= period.start), *inside]
            before = [e for e in before if last_day(e) < period.start]
            period = period if as_of >= period.end else Period(period.start, as_of + DAY)
        reading = self._gauge.read(inside, get, period)
        if stop == last and not self._long:
            return reading
        outside = _outside("after-as-of", entries[stop:last])
        if self._long:
            outside = _outside("before", before) + _outside("after", entries[last:]) + outside
        return reading._replace(left_out=reading.left_out + outside) if outside else reading

    def _status(
        self, reading: Reading, owed: Number | None, span: Period, docket: Docket
    ) -> tuple[Status, tuple[Missing, ...]]:
        """Judge a reading against what is owed; tell what is missing where that cannot be done.

        A total that only grows is met as soon as it is reached, and an upper bound is broken as
        soon as it is passed. Anything else is decided when the period is over and the register is
        complete up to its end; until then it is pending, if the register is complete up to the day.
        """
        if owed is None:
            return Status.UNDETERMINED, (Missing("partial-policy"),)
        low, high, as_of = reading.low, reading.high, docket.as_of
        if self._grows and self._most and low > owed:
            return Status.NOT_MET, ()
        if self._grows and not self._most and low >= owed:
            return Status.MET, ()
        closed = as_of >= span.end
        needed = (span.end if closed else as_of) - DAY
        if needed >= span.start:
            gap = docket.register.complete(self.quota.measure.kinds, needed)
            if gap is not None:
                return Status.UNDETERMINED, (*reading.missing, gap)
        if closed and high is not None:
            worst, best = (high, low) if self._most else (low, high)
            if worst <= owed if self._most else worst >= owed:
                return Status.MET, ()
            if best > owed if self._most else best < owed:
                return Status.NOT_MET, ()
        missing = reading.missing
        if not closed:  # what may still come is not missing yet
            missing = tuple(m for m in missing if m.code != "nothing-to-share")
        return (Status.UNDETERMINED, missing) if missing else (Status.PENDING, ())

    def _groups(self, subjects: Sequence[Subject], docket: Docket) -> Iterator[Verdict]:
        """Judge the mean or total of every group, by the same rules as a single bearer."""
        scope = self.quota.scope
        groups: dict[str, list[tuple[Subject, tuple[Missing, ...]]]] = {}
        for subject in subjects:
            doubts = self._doubts(subject.get)
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

    def _doubts(self, get: Getter) -> tuple[Missing, ...] | None:
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
        quota = self.quota
        spans = {docket.periods(quota.every, member) for member in members}
        if len(spans) > 1:
            raise NotKnown("periods-differ")
        for period in spans.pop():
            if reason := self.out_of_force(period):
                yield self.excuse(group, docket, *reason, period)
                continue
            owed, readings, gaps = self._members(members, period, docket)
            if not readings:
                yield self.excuse(group, docket, "not-in-service", None, period)
                continue
            mean = quota.scope.over is Over.MEAN
            divisor = len(readings) if mean else 1
            highs = [reading.high for reading in readings if reading.high is not None]
            bounded = len(highs) == len(readings)
            value = exact(Fraction(sum(reading.low for reading in readings)) / divisor)
            most = exact(Fraction(sum(highs)) / divisor) if bounded else None
            required = exact(Fraction(sum(owed)) / divisor) if mean else max(owed)
            unknown = sum(1 for reading in readings if reading.missing)
            if unknown:
                gaps = (*gaps, Missing("members-undetermined", {"count": unknown}))
            taken = Reading(value, most, (), (), (), (), gaps)
            status, missing = self._status(taken, required, period, docket)
            if doubts:
                status, missing = Status.UNDETERMINED, (*doubts, *missing)
            yield Verdict(
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
                justification=Justification(members=len(readings)),
            )

    def _members(
        self, members: Sequence[Subject], period: Period, docket: Docket
    ) -> tuple[list[Number], list[Reading], tuple[Missing, ...]]:
        """Return what each member in service owes and did, and what is missing to know it."""
        kinds, by = self.quota.measure.kinds, self.quota.measure.by
        amounts: list[Number] = []
        readings = []
        gaps: tuple[Missing, ...] = ()
        for member in members:
            full = self._owed(member.get) or 0
            _, owed, excuse = self._in_service(period, full, member.get)
            if excuse:
                continue
            if owed is None:
                gaps = (Missing("partial-policy"),)
            amounts.append(full if owed is None else owed)
            entries = docket.register.of(member.id, kinds, by)
            readings.append(self._reading(entries, member.get, period, docket.as_of))
        return amounts, readings, gaps
