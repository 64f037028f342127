"""What the forms of a clause have in common, and what a judgement rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import attrs

from eduplan.calendars import SchoolCalendar
from eduplan.dates import Period
from eduplan.errors import FaultList, Missing, NotKnown
from eduplan.messages import Text
from eduplan.people import bearer_getter
from eduplan.periods import Every, periods
from eduplan.records import Register
from eduplan.selectors import Getter, Matcher, Scales, Selector, as_optional_selector, as_selector
from eduplan.sources import Force, as_force
from eduplan.tables import as_name, as_optional_date, as_optional_text, as_strings, as_text
from eduplan.verdicts import Citation, Justification, Reason, Status, Verdict


class Setting(NamedTuple):
    """What a plan gives its provisions.

    Attributes:
        plan: id of the plan.
        scales: its ordered scales.
        labels: its names of facts, kinds and values.
        horizon: its first and last day, where it states them.
    """

    plan: str = ""
    scales: Scales = MappingProxyType({})
    labels: Mapping[str, Text] = MappingProxyType({})
    horizon: Period | None = None


@attrs.define(eq=False)
class Docket:
    """What judgements rest on: the register, the calendar, the day, and the days of interest.

    Args:
        register: what took place.
        as_of: the day on which is judged; later records do not count.
        during: periods that overlap these days are judged.
        calendar: the school calendar, where one is given.
        horizon: first and last day of the plan.
    """

    register: Register
    as_of: date
    during: Period
    calendar: SchoolCalendar | None = None
    horizon: Period | None = None
    _periods: dict[tuple[object, ...], tuple[Period, ...]] = attrs.field(factory=dict, init=False)

    def complete(self, kinds: Sequence[str], needed: date) -> Missing | None:
        """Return what keeps the register from being complete through ``needed``, if anything."""
        through = self.register.complete_through(kinds)
        if through is None:
            return Missing("register-undeclared", {"needed": needed})
        if through < needed:
            return Missing("register-incomplete", {"through": through, "needed": needed})
        return None

    def periods(self, every: Every, bearer_id: str, bearer: Getter) -> tuple[Period, ...]:
        """Return the periods of ``every`` for one bearer that overlap `during` and have begun.

        Raises:
            NotKnown: the calendar, the horizon or a fact of the bearer is missing.
        """
        key: tuple[object, ...] = (every, bearer("stage") if every.needs_calendar else None)
        if every.personal:
            key = (every, bearer_id)
        found = self._periods.get(key)
        if found is None:
            completions: Iterable[date] = ()
            if every.after:
                entries = self.register.of(bearer_id, (every.after,))
                completions = [entry.day for entry in entries if entry.day <= self.as_of]
            found = periods(
                every,
                self.during,
                bearer=bearer,
                calendar=self.calendar,
                horizon=self.horizon,
                completions=completions,
            )
            self._periods[key] = found
        return found


@attrs.frozen(kw_only=True)
class Provision:
    """What every form carries.

    Args:
        id: its name in the plan.
        clause: numbers of the clauses it states.
        title: what people call it.
        force: how strongly the clauses bind.
        bearer: who owes it.
        exempt: who of them does not, such as people with a document that says so.
        since: first day on which it is in force, if later than the plan's.
        until: first day on which it is no longer.
        note: what a reader of the plan should know.
    """

    form: ClassVar[str] = ""

    id: str = attrs.field(converter=as_name)
    clause: tuple[str, ...] = attrs.field(converter=as_strings)
    title: Text = attrs.field(converter=as_text)
    force: Force = attrs.field(default=Force.SHALL, converter=as_force)
    bearer: Selector = attrs.field(factory=Selector, converter=as_selector)
    exempt: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    since: date | None = attrs.field(default=None, converter=as_optional_date)
    until: date | None = attrs.field(default=None, converter=as_optional_date)
    note: Text | None = attrs.field(default=None, converter=as_optional_text)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        for name in ("bearer", "exempt"):
            selector = getattr(self, name)
            if selector is not None:
                with faults.at(name):
                    found = FaultList()
                    selector.faults(scales, found)
                    found.raise_any()


class Bench:
    """A provision made ready to judge many bearers: who it applies to, and how to say so."""

    def __init__(self, provision: Provision, setting: Setting, citation: Citation) -> None:
        self.provision = provision
        self.citation = citation
        self._bearer = Matcher(provision.bearer, setting.scales)
        self._exempt = (
            Matcher(provision.exempt, setting.scales) if provision.exempt is not None else None
        )

    def judge(self, bearer: object, bearer_id: str, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer.

        Args:
            bearer: any object or mapping with an ``id`` and the facts asked for.
            bearer_id: its id.
            docket: what the judgement rests on.
        """
        get = bearer_getter(bearer)
        truth = self._bearer(get, get)
        if truth is False:
            field = self._bearer.blame(get, get)
            return (self.excuse(bearer, bearer_id, docket, "not-a-bearer", field=field),)
        if truth is None:
            missing = Missing("bearer-fact", {"field": self._bearer.blame(get, get)})
            return (self.undetermined(bearer, bearer_id, docket, (missing,)),)
        if self._exempt is not None:
            exempt = self._exempt(get, get)
            field = self._exempt.blame(get, get)
            if exempt:
                names = list(self.provision.exempt.fields()) if self.provision.exempt else [""]
                return (self.excuse(bearer, bearer_id, docket, "exempt", field=names[0]),)
            if exempt is None:
                missing = Missing("bearer-fact", {"field": field})
                return (self.undetermined(bearer, bearer_id, docket, (missing,)),)
        try:
            return self.decide(bearer, bearer_id, get, docket)
        except NotKnown as unknown:
            return (self.undetermined(bearer, bearer_id, docket, (unknown.missing,)),)

    def decide(
        self, bearer: object, bearer_id: str, get: Getter, docket: Docket
    ) -> tuple[Verdict, ...]:
        """Return the verdicts on a bearer to whom the provision applies."""
        raise NotImplementedError

    def excuse(
        self,
        bearer: object,
        bearer_id: str,
        docket: Docket,
        code: str,
        period: Period | None = None,
        unit: str = "",
        **facts: object,
    ) -> Verdict:
        """Return a verdict that the provision does not apply, with the reason."""
        reason = Reason(code, tuple(facts.items()))
        return Verdict(
            citation=self.citation,
            bearer=bearer,
            bearer_id=bearer_id,
            period=period,
            period_unit=unit,
            status=Status.NOT_APPLICABLE,
            as_of=docket.as_of,
            justification=Justification(reason=reason),
        )

    def undetermined(
        self,
        bearer: object,
        bearer_id: str,
        docket: Docket,
        missing: tuple[Missing, ...],
    ) -> Verdict:
        """Return a verdict that nothing can be said, with what is missing."""
        return Verdict(
            citation=self.citation,
            bearer=bearer,
            bearer_id=bearer_id,
            status=Status.UNDETERMINED,
            as_of=docket.as_of,
            missing=missing,
        )

    def judge_all(self, bearers: Sequence[tuple[str, object]], docket: Docket) -> Iterator[Verdict]:
        """Return the verdicts on all bearers, each given with its id."""
        for bearer_id, bearer in bearers:
            yield from self.judge(bearer, bearer_id, docket)
