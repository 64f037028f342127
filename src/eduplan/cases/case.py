"""Cases as values: what happened, and what must come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from eduplan.calendars import SchoolCalendar
from eduplan.cases.spoken import SPOKEN, TRAIL, Picks, read_says
from eduplan.cases.suggested import Suggested
from eduplan.dates import Period, as_date
from eduplan.evaluator import evaluate
from eduplan.ledger import Ledger
from eduplan.messages import Language
from eduplan.outlook import Course, Suggestion, suggest
from eduplan.plan import Plan
from eduplan.records import Register
from eduplan.tables import (
    Table,
    as_name,
    as_optional_name,
    as_optional_string,
    as_string,
    read_each,
)
from eduplan.verdicts import Verdict


@attrs.frozen(kw_only=True)
class Expected:
    """A verdict that must come out: which one, and what it must say.

    Args:
        provision: id of the provision; may be left out where there is only one.
        bearer: id of the bearer; may be left out where there is only one.
        start: first day of the period, where there are several periods.
        trigger: id of the record that is followed up, or of the act that is judged.
        given: the day on which it was given, by what had been entered by then; by default it is
            given on the day of judgement, by all that has been entered.
        says: what must hold of the verdict, by the keys of `SPOKEN`, its status at least; and of
            the entries it rests on, by those of `TRAIL`.
        because: why that is right, argued from the clause.
    """

    provision: str = ""
    bearer: str = ""
    start: date | None = None
    trigger: str = ""
    given: date | None = None
    says: Mapping[str, object]
    because: str = ""


_PICKS: Picks = {
    "provision": ("provision", as_name),
    "bearer": ("bearer", as_string),
    "from": ("start", as_date),
    "trigger": ("trigger", as_string),
    "given": ("given", as_date),
    "because": ("because", as_string),
}


def as_expected(table: Expected | Table) -> Expected:
    """Return an expectation from its table.

    Raises:
        InputError: unknown keys, faulty values, no status.
    """
    if isinstance(table, Expected):
        return table
    return Expected(**read_says(table, _PICKS, {**SPOKEN, **TRAIL}, ("status",)))  # type: ignore[arg-type]


def _days(values: Iterable[date | str]) -> tuple[date, ...]:
    return read_each(values, as_date)


@attrs.frozen(kw_only=True)
class Owed:
    """The periods in which something is owed, no more and no fewer.

    Args:
        provision: id of the provision; may be left out where there is only one.
        bearer: id of the bearer; may be left out where there is only one.
        first_days: the first day of each period.
        because: why that is right, argued from the clause.
    """

    provision: str = attrs.field(default="", converter=as_optional_name)
    bearer: str = attrs.field(default="", converter=as_optional_string)
    first_days: tuple[date, ...] = attrs.field(converter=_days)
    because: str = attrs.field(default="", converter=as_optional_string)


@attrs.frozen(kw_only=True)
class Case:
    """What happened, and the verdicts that must come out of it.

    Args:
        id: its name.
        zh: what happened, in Chinese.
        en: what happened, in English; one of the two is enough.
        clause: number of the clause it is about.
        plan: the plan, with its answers.
        bearers: who is judged.
        records: what took place.
        complete_through: through which day the register is complete, as `Register` takes it.
        ledger: instead of both, what was entered, corrected, revoked and merged.
        courses: what is offered, for what must be suggested.
        as_of: the day of judgement.
        during: the days asked about, by default the school year of ``as_of``.
        calendar: the school calendar, where one is needed.
        expects: the verdicts that must come out.
        owed: the periods in which something is owed.
        suggests: what must be suggested.
    """

    id: str
    zh: str = ""
    en: str = ""
    clause: str = ""
    plan: Plan = attrs.field(repr=lambda plan: plan.id)
    bearers: tuple[object, ...] = attrs.field(repr=False)
    records: tuple[object, ...] = attrs.field(default=(), repr=False)
    complete_through: date | Mapping[str, date] | None = None
    ledger: Ledger | None = attrs.field(default=None, repr=False)
    courses: tuple[Course, ...] = attrs.field(default=(), repr=False)
    as_of: date
    during: Period | None = None
    calendar: SchoolCalendar | None = attrs.field(default=None, repr=False)
    expects: tuple[Expected, ...] = ()
    owed: tuple[Owed, ...] = ()
    suggests: tuple[Suggested, ...] = ()

    @property
    def judged(self) -> tuple[Expected | Owed, ...]:
        """What must come out of provisions."""
        return (*self.expects, *self.owed)

    @property
    def expectations(self) -> tuple[Expected | Owed | Suggested, ...]:
        """All that must come out."""
        return (*self.judged, *self.suggests)

    def sentence(self, lang: Language) -> str:
        """Return what happened, in ``lang`` where it is told in it."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)

    def register(self, given: date | None = None) -> Register:
        """Return the register, as it was known at the end of a day where there is a ledger."""
        if self.ledger is not None:
            return self.ledger.register(as_known_on=given)
        return Register(self.records, complete_through=self.complete_through)

    def judge(self, given: date | None = None) -> tuple[Verdict, ...]:
        """Return the verdicts that come out of the provisions that are named, or else of all.

        Args:
            given: the day on which they are given, by what had been entered by then; by default
                the day of judgement, by all that has been entered.

        Raises:
            InputError: facts of the bearers or the records that cannot be taken as they stand.
        """
        named = {one.provision for one in self.judged}
        return tuple(
            evaluate(
                self.plan,
                self.bearers,
                self.register(given),
                as_of=given or self.as_of,
                calendar=self.calendar,
                during=self.during,
                only=named if named <= set(self.plan.benches) else None,
            )
        )

    def suggest(self, wanted: Suggested) -> Suggestion:
        """Return what is suggested.

        Raises:
            InputError: as `eduplan.suggest`.
            MissingExtra: OR-Tools is not installed.
        """
        return suggest(
            self.plan,
            self.bearers,
            self.register(),
            self.courses,
            by=wanted.by,
            as_of=self.as_of,
            calendar=self.calendar,
            only=wanted.only or None,
        )
