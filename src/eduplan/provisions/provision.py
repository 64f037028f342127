"""What the forms of a clause have in common, and bearers and periods as judgements see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList
from eduplan.facts import Getter
from eduplan.messages import Text
from eduplan.periods import Every
from eduplan.provisions.versions import (
    Governs,
    Version,
    as_governs,
    as_versions,
    changed,
    check_versions,
)
from eduplan.records import mark
from eduplan.selectors import Scales, Selector, as_optional_selector, as_selector
from eduplan.sources import Force, as_force
from eduplan.tables import as_clauses, as_name, as_optional_date, as_optional_text, as_text


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
    def key(self) -> str:
        """The key under which it stands in a plan file."""
        return self.form.replace("-", "_")

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
