"""What the forms of a clause have in common, and what a judgement rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, NotKnown
from eduplan.facts import Getter
from eduplan.messages import Text
from eduplan.periods import Every, periods
from eduplan.provisions.versions import (
    Governs,
    Version,
    as_governs,
    as_versions,
    changed,
    check_versions,
)
from eduplan.records import Entry, Register, mark
from eduplan.selectors import Matcher, Scales, Selector, as_optional_selector, as_selector
from eduplan.sources import Force, as_force
from eduplan.tables import as_clauses, as_name, as_optional_date, as_optional_text, as_text
from eduplan.verdicts import Citation, Justification, Reason, Status, Verdict
from eduplan.verdicts.verdict import Draft

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar, StageCalendar


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


class Subject(NamedTuple):
    """A bearer as judgements see it.

    Attributes:
        id: its id.
        thing: the object or mapping given.
        get: reads its facts.
        throughout: whether it states neither when it joined nor when it left.
        times: how many bearers it stands for, alike in every fact that is asked for.
    """

    id: str
    thing: object
    get: Getter
    throughout: bool = True
    times: int = 1


class View(NamedTuple):
    """A period as one day of judgement sees it, with the marks by which records are cut to it.

    Attributes:
        period: the period.
        opens: the first day on which something could be done.
        due: the last one.
        closed: whether it is over.
        needed: the day through which a register must be complete to tell how things stand, None
            where the period opens on the day of judgement.
        first: mark of the period's first day.
        stop: mark of the day after the last one that counts on the day of judgement.
        last: mark of the day after the period.
    """

    period: Period
    opens: date
    due: date
    closed: bool
    needed: date | None
    first: str
    stop: str
    last: str


def view(
    period: Period, as_of: date, span: Period | None = None, counting: Period | None = None
) -> View:
    """Return a period as ``as_of`` sees it.

    Args:
        period: the period.
        as_of: the day of judgement.
        span: the days in which the bearer could do something, by default all.
        counting: the days on which records count, by default those of the period.
    """
    span = span or period
    counting = counting or period
    closed = as_of >= span.end
    needed = span.last if closed else as_of - DAY
    last = mark(counting.end)
    return View(
        period,
        span.start,
        span.last,
        closed,
        needed if needed >= span.start else None,
        mark(counting.start),
        min(mark(as_of + DAY), last),
        last,
    )


@lru_cache(maxsize=1024)
def _shared_views(
    every: Every, during: Period, as_of: date, horizon: Period | None
) -> tuple[View, ...]:
    """Return the views of a rule that neither a bearer nor a calendar changes."""
    found = periods(every, during, bearer=_NOBODY, horizon=horizon)
    return tuple([view(period, as_of) for period in found if period.start <= as_of])


_NOBODY: Getter = dict[str, object]().get


@attrs.define(eq=False)
class Docket:
    """What judgements rest on: the register, the calendar, the day, and the days of interest.

    Args:
        register: what took place.
        as_of: the day on which is judged; later records do not count.
        during: periods that overlap these days are judged.
        calendar: the school calendar, where one is given.
        horizon: first and last day of the plan.
        subjects: all bearers that are judged.
        benches: all provisions of the plan by their ids, for those that refer to others.
        scales: the ordered scales of the plan.
    """

    register: Register
    as_of: date
    during: Period
    calendar: SchoolCalendar | None = None
    horizon: Period | None = None
    subjects: Sequence[Subject] = ()
    benches: Mapping[str, Bench] = MappingProxyType({})
    scales: Scales = MappingProxyType({})
    usual: Mapping[str, Sequence[Entry]] = attrs.field(init=False)
    """The records by kind and bearer, as `Register.usual` has them."""
    shared: dict[str, tuple[View, ...]] = attrs.field(factory=dict, init=False)
    """Periods that all bearers share, as far as they have been asked for, by the rule's key."""
    _periods: dict[object, tuple[Period, ...]] = attrs.field(factory=dict, init=False)
    _grouped: dict[str, Mapping[str, tuple[Verdict, ...]]] = attrs.field(factory=dict, init=False)
    _single: dict[tuple[str, str], tuple[Verdict, ...]] = attrs.field(factory=dict, init=False)
    _by_id: dict[str, Subject] = attrs.field(factory=dict, init=False)

    @usual.default
    def _of_register(self) -> Mapping[str, Sequence[Entry]]:
        return self.register.usual

    def subject(self, name: str) -> Subject | None:
        """Return the bearer of that id, None where it is none of those that are judged."""
        if len(self._by_id) != len(self.subjects):
            self._by_id = {subject.id: subject for subject in self.subjects}
        return self._by_id.get(name)

    def school(self, get: Getter) -> StageCalendar:
        """Return the school days of a bearer's stage.

        Raises:
            NotKnown: no calendar was given, or it does not have that stage.
        """
        if self.calendar is None:
            raise NotKnown("no-calendar")
        stage = get("stage")
        return self.calendar.stage(stage if isinstance(stage, str) else None)

    def verdicts_on(self, provision: str, subject: Subject) -> tuple[Verdict, ...]:
        """Return what another provision of the plan says of a bearer, or of its group.

        Each is judged once, however many provisions rest on it.

        Args:
            provision: id of the provision.
            subject: the bearer.
        """
        bench = self.benches[provision]
        if not bench.grouped:
            verdicts = self._single.get((provision, subject.id))
            if verdicts is None:
                verdicts = bench.judge(subject, self)
                self._single[provision, subject.id] = verdicts
            return verdicts
        found = self._grouped.get(provision)
        if found is None:
            found = self._grouped[provision] = by_bearer(bench.judge_all(self.subjects, self))
        return found.get(bench.judged(subject), ())

    def hear(self, provision: str, subject: Subject, verdicts: tuple[Verdict, ...]) -> None:
        """Take down what a provision says of a bearer, so that it is not asked.

        Args:
            provision: id of a provision whose verdicts are on single bearers.
            subject: the bearer.
            verdicts: what it says.
        """
        self._single[provision, subject.id] = verdicts

    @property
    def begun(self) -> Period | None:
        """The days of interest up to the day of judgement, None where none of them has come."""
        end = min(self.during.end, self.as_of + DAY)
        return Period(self.during.start, end) if self.during.start < end else None

    def periods(
        self, every: Every, subject: Subject, window: Period | None = None
    ) -> tuple[Period, ...]:
        """Return the periods of ``every`` for one bearer that overlap some days, in order.

        They are found once for all bearers that share them.

        Args:
            every: the rule.
            subject: the bearer.
            window: the days; by default those of interest up to the day of judgement.

        Raises:
            NotKnown: the calendar, the horizon or a fact of the bearer is missing.
        """
        if window is None:
            found = self._periods.get(every)
            if found is not None:
                return found
            window = self.begun
            if window is None:
                return ()
            key: object = every
        else:
            key = (every, window)
        if every.personal:
            key = (key, subject.id)
        elif every.needs_calendar:
            key = (key, subject.get("stage"))
        found = self._periods.get(key)
        if found is None:
            found = self._periods[key] = periods(
                every,
                window,
                bearer=subject.get,
                calendar=self.calendar,
                horizon=self.horizon,
                records=partial(self.register.of, subject.id),
                as_of=self.as_of,
                scales=self.scales,
            )
        return found

    def views(self, every: Every, subject: Subject) -> tuple[View, ...]:
        """Return the periods of ``every`` that have begun as the day of judgement sees them.

        Raises:
            NotKnown: the calendar, the horizon or a fact of the bearer is missing.
        """
        found = self.shared.get(every.key)
        if found is None and not every.personal and not every.needs_calendar:
            found = _shared_views(every, self.during, self.as_of, self.horizon)
            self.shared[every.key] = found
        if found is None:
            several = self.periods(every, subject)
            found = tuple([view(period, self.as_of) for period in several])
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
        governs: where there are versions, which of them governs a period that spans a change.
        version: what it says from later days on, as far as that differs.
    """

    form: ClassVar[str] = ""
    measured: ClassVar[tuple[str, ...]] = ()
    """Keys that tell what single records come to, so that each may go by the record's day."""

    id: str = attrs.field(converter=as_name)
    clause: tuple[str, ...] = attrs.field(converter=as_clauses)
    title: Text = attrs.field(converter=as_text)
    force: Force = attrs.field(default=Force.SHALL, converter=as_force)
    bearer: Selector = attrs.field(factory=Selector, converter=as_selector)
    exempt: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    since: date | None = attrs.field(default=None, converter=as_optional_date)
    until: date | None = attrs.field(default=None, converter=as_optional_date)
    note: Text | None = attrs.field(default=None, converter=as_optional_text)
    governs: Governs | None = attrs.field(default=None, converter=as_governs)
    version: tuple[Version, ...] = attrs.field(
        default=(), converter=as_versions, validator=check_versions
    )

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """What it says in the course of time: itself alone where it has no versions."""
        if not self.version:
            return (Wording(self),)
        base = attrs.evolve(self, governs=None, version=())
        says = [base, *(changed(base, v.changes, v.no_longer) for v in self.version)]
        days = [None, *(version.since for version in self.version), None]
        return tuple(
            Wording(provision, days[index], days[index + 1]) for index, provision in enumerate(says)
        )

    def on(self, day: date) -> Provision:
        """Return what it says on a day, by the version then in force."""
        return next(wording.provision for wording in self.wordings if day in wording)

    def cites(self) -> Iterator[tuple[str, str]]:
        """Return the clauses it cites, those of its versions too, each with its path."""
        yield from (("clause", number) for number in self.clause)
        for index, version in enumerate(self.version):
            for number in version.clause:
                yield f"version[{index}].clause", number

    @property
    def by_record(self) -> bool:
        """Whether each of its verdicts is on one record, so that the record's day may govern."""
        return False

    @property
    def by_measured(self) -> bool:
        """Whether each record goes by the version of its day, in verdicts on many together."""
        return self.governs is Governs.RECORD_DATE and not self.by_record

    @property
    def by_day(self) -> bool:
        """Whether it is judged on the day of judgement alone, and in no period."""
        return False

    def refers(self) -> tuple[str, ...]:
        """Return the ids of the provisions whose verdicts it rests on."""
        return ()

    def faults_among(self, others: Mapping[str, Provision], faults: FaultList) -> None:
        """Note what does not fit the other provisions of the plan, by their ids."""

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        for name in ("bearer", "exempt", "every"):
            rule = getattr(self, name, None)
            if isinstance(rule, Selector | Every):
                with faults.below(name) as found:
                    rule.faults(scales, found)


class Wording(NamedTuple):
    """What a provision says from one day to another.

    Attributes:
        provision: the provision as it then is, without versions.
        since: its first day, None for what holds from the beginning.
        until: the first day of what comes after it, None where nothing does.
    """

    provision: Provision
    since: date | None = None
    until: date | None = None

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


def check_provision(provision: Provision, scales: Scales, faults: FaultList) -> None:
    """Note what does not fit the scales of the plan, in the provision and in its versions."""
    provision.faults(scales, faults)
    known = list(faults.faults)
    for index, wording in enumerate(provision.wordings[1:]):
        found = FaultList()
        wording.provision.faults(scales, found)
        new = (fault for fault in found.faults if fault not in known)
        faults.faults.extend(fault.under(f"version[{index}]") for fault in new)


def all_refers(provision: Provision) -> tuple[str, ...]:
    """Return the ids of the provisions that a provision rests on in any of its versions."""
    says = [wording.provision for wording in provision.wordings]
    return tuple(dict.fromkeys(name for one in says for name in one.refers()))


def by_bearer(verdicts: Iterable[Verdict]) -> dict[str, tuple[Verdict, ...]]:
    """Return verdicts by the id of the bearer."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.bearer_id, []).append(verdict)
    return {bearer_id: tuple(several) for bearer_id, several in found.items()}


class Bench:
    """A provision made ready to judge many bearers: who it applies to, and how to say so."""

    grouped = False
    """Whether its verdicts are on groups of bearers, so that all are needed to judge one."""
    consulted = False
    """Whether other provisions rest on it, so that a bearer is judged once for all of them."""
    governs: Governs | None = None
    """Of one of several dated versions, which of them governs."""
    versions: Sequence[tuple[Wording, Bench]] = ()
    """All versions, this one among them, where they are judged side by side."""

    def judged(self, subject: Subject) -> str:
        """Return the id under which its verdicts on a bearer stand, perhaps that of its group."""
        return subject.id

    def __init__(self, provision: Provision, setting: Setting, citation: Citation) -> None:
        self.provision = provision
        self.citation = citation
        self._excuses: dict[tuple[str, object], Justification] = {}
        self._bearer = Matcher(provision.bearer, setting.scales)
        self._exempt = (
            Matcher(provision.exempt, setting.scales) if provision.exempt is not None else None
        )

    def judge(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer.

        Args:
            subject: the bearer.
            docket: what the judgement rests on.
        """
        other = self.beside(subject, docket)
        if other is not None:
            return (other,)
        try:
            return self.decide(subject, docket)
        except NotKnown as unknown:
            return (self.undetermined(subject, docket, (unknown.missing,)),)

    def beside(self, subject: Subject, docket: Docket) -> Verdict | None:
        """Return the verdict on one who does not owe it, or perhaps not, None on one who does.

        Args:
            subject: the bearer.
            docket: what the judgement rests on.
        """
        get = subject.get
        truth = self._bearer.check(get, get)
        if truth is False:
            return self.excuse(subject, docket, "not-a-bearer", self._bearer.against(get, get))
        if truth is None:
            missing = Missing("bearer-fact", {"field": self._bearer.blame(get, get)})
            return self.undetermined(subject, docket, (missing,))
        if self._exempt is not None:
            exempt = self._exempt(get, get)
            if exempt:
                return self.excuse(subject, docket, "exempt", self._exempt.first_field)
            if exempt is None:
                missing = Missing("bearer-fact", {"field": self._exempt.blame(get, get)})
                return self.undetermined(subject, docket, (missing,))
        return None

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on a bearer to whom the provision applies."""
        raise NotImplementedError

    def judge_all(self, subjects: Sequence[Subject], docket: Docket) -> Iterable[Verdict]:
        """Return the verdicts on all bearers."""
        if len(subjects) == 1:
            return self.judge(subjects[0], docket)
        return (verdict for subject in subjects for verdict in self.judge(subject, docket))

    def excuse(
        self,
        subject: Subject,
        docket: Docket,
        code: str,
        fact: str | date | None = None,
        period: Period | None = None,
    ) -> Verdict:
        """Return a verdict that the provision does not apply, with the reason and its fact."""
        justification = self._excuses.get((code, fact))
        if justification is None:
            justification = Justification(reason=Reason(code, fact))
            self._excuses[code, fact] = justification
        draft = Draft(
            self.citation,
            subject.thing,
            subject.id,
            Status.NOT_APPLICABLE,
            docket.as_of,
            period,
            None,
            None,
            None,
            None,
            (),
            justification,
        )
        draft.__class__ = Verdict
        return draft  # type: ignore[return-value]

    def out_of_force(self, period: Period) -> tuple[str, date] | None:
        """Return why the provision does not hold for a period, None where it does."""
        since, until = self.provision.since, self.provision.until
        if since is not None and period.start < since:
            return "not-in-force", since
        if until is not None and period.end > until:
            return "no-longer-in-force", until
        return None

    def undetermined(
        self, subject: Subject, docket: Docket, missing: tuple[Missing, ...]
    ) -> Verdict:
        """Return a verdict that nothing can be said, with what is missing."""
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            status=Status.UNDETERMINED,
            as_of=docket.as_of,
            missing=missing,
        )
