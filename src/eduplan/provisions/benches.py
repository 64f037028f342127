"""What judgements rest on, and what every form does to judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import Missing, NotKnown
from eduplan.facts import Getter
from eduplan.messages import Language, Text
from eduplan.periods import Every, periods
from eduplan.provisions.provision import Provision, Setting, Subject, View, Wording, view
from eduplan.provisions.versions import Governs
from eduplan.records import Entry, Register
from eduplan.selectors import Matcher, Scales
from eduplan.verdicts import Citation, Justification, Reason, Status, Told, Verdict
from eduplan.verdicts.verdict import Draft, declare

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar, StageCalendar


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


def by_bearer(verdicts: Iterable[Verdict]) -> dict[str, tuple[Verdict, ...]]:
    """Return verdicts by the id of the bearer."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.bearer_id, []).append(verdict)
    return {bearer_id: tuple(several) for bearer_id, several in found.items()}


_NO_UNIT = Text("", "")


def cited(
    provision: Provision,
    setting: Setting,
    tell: Callable[[Verdict, Language], Told],
    *,
    unit: Text = _NO_UNIT,
    every: Every | None = None,
    terms: Mapping[str, str] | None = None,
) -> Citation:
    """Return what the verdicts on a provision cite.

    Args:
        provision: the provision.
        setting: what its plan gives it.
        tell: tells a verdict in words.
        unit: what is counted.
        every: what its periods are, where it has any.
        terms: names that its sentences need besides.
    """
    return Citation(
        plan=setting.plan,
        provision=provision.id,
        clauses=provision.clause,
        force=provision.force,
        title=provision.title,
        unit=unit,
        form=provision.form,
        every=every.unit if every is not None else None,
        labels=setting.labels,
        tell=tell,
        terms=terms or {},
    )


class Bench:
    """A provision made ready to judge many bearers, be it settled or with readings or versions.

    Args:
        citation: what its verdicts cite.
    """

    grouped = False
    """Whether its verdicts are on groups of bearers, so that all are needed to judge one."""
    consulted = False
    """Whether other provisions rest on it, so that a bearer is judged once for all of them."""
    governs: Governs | None = None
    """Of one of several dated versions, which of them governs."""
    versions: Sequence[tuple[Wording, Bench]] = ()
    """All versions, this one among them, where they are judged side by side."""

    def __init__(self, citation: Citation) -> None:
        self.citation = citation

    def judged(self, subject: Subject) -> str:
        """Return the id under which its verdicts on a bearer stand, perhaps that of its group."""
        return subject.id

    def judge(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer.

        Args:
            subject: the bearer.
            docket: what the judgement rests on.
        """
        raise NotImplementedError

    def judge_all(self, subjects: Sequence[Subject], docket: Docket) -> Iterable[Verdict]:
        """Return the verdicts on all bearers."""
        if len(subjects) == 1:
            return self.judge(subjects[0], docket)
        return (verdict for subject in subjects for verdict in self.judge(subject, docket))

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


class SettledBench(Bench):
    """A provision of one wording and reading: who it applies to, and how to say so.

    Args:
        provision: the provision.
        setting: what its plan gives it.
        citation: what its verdicts cite.
    """

    def __init__(self, provision: Provision, setting: Setting, citation: Citation) -> None:
        super().__init__(citation)
        self.provision = provision
        self._excuses: dict[tuple[str, object], Justification] = {}
        self._bearer = Matcher(provision.bearer, setting.scales)
        self._exempt = (
            Matcher(provision.exempt, setting.scales) if provision.exempt is not None else None
        )

    def judge(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer, of which one says what is not known."""
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
        return declare(draft)

    def out_of_force(self, period: Period) -> tuple[str, date] | None:
        """Return why the provision does not hold for a period, None where it does."""
        since, until = self.provision.since, self.provision.until
        if since is not None and period.start < since:
            return "not-in-force", since
        if until is not None and period.end > until:
            return "no-longer-in-force", until
        return None
