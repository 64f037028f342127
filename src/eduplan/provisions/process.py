"""The form that says work passes through stages and steps, each with its time and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, NamedTuple

import attrs

from eduplan.dates import DAY, Period, add_months, as_date
from eduplan.errors import FaultList, refuse
from eduplan.facts import Getter, getter
from eduplan.messages import Text
from eduplan.periods import Every, Unit, as_optional_every, periods
from eduplan.provisions.provision import Provision
from eduplan.provisions.quota import Partial, as_undivided
from eduplan.provisions.versions import Governs
from eduplan.provisions.within import Before, Within, as_optional_before, as_optional_within
from eduplan.selectors import Scales, Selector, as_optional_selector, as_selector
from eduplan.tables import (
    Table,
    as_flag,
    as_name,
    as_names,
    as_optional_name,
    as_positive,
    as_text,
    read_each,
    read_table,
    read_tables,
)

MOST_YEARS = 10
_YEARLY = frozenset({Unit.CYCLE, Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR, Unit.PLAN})


def as_year(value: object) -> int:
    """Return the number of a year of a round, counted from 1."""
    year = as_positive(value)
    if year > MOST_YEARS:
        raise refuse("round-year", most=MOST_YEARS)
    return year


def as_month(value: object) -> int:
    """Return a month from 1 to 12."""
    month = as_positive(value)
    if month > 12:
        raise refuse("not-a-month")
    return month


@attrs.frozen(kw_only=True, order=True)
class MonthOf:
    """A calendar month of a round.

    Args:
        year: which calendar year of the round, 1 being that of its first day.
        month: the month.
    """

    year: int = attrs.field(converter=as_year)
    month: int = attrs.field(converter=as_month)

    def start(self, first: date) -> date:
        """Return its first day in the round that begins on ``first``."""
        return date(first.year + self.year - 1, self.month, 1)


def as_month_of(value: MonthOf | Table) -> MonthOf:
    """Return a month of a round from ``{ year = 3, month = 7 }``."""
    return read_table(MonthOf, value)


@attrs.frozen(kw_only=True)
class Stage:
    """A stretch of months of a round; stages may overlap.

    Args:
        id: its name.
        title: what people call it.
        first: its first month.
        last: its last month, all of which lies in it.
    """

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    first: MonthOf = attrs.field(converter=as_month_of)
    last: MonthOf = attrs.field(converter=as_month_of)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise refuse("stage-backwards", "last")

    def days(self, first: date) -> Period:
        """Return its days in the round that begins on ``first``."""
        return Period(self.first.start(first), add_months(self.last.start(first), 1))


def as_stages(value: Sequence[Stage | Table]) -> tuple[Stage, ...]:
    """Return stages from their tables."""
    return read_tables(Stage, value)


@attrs.frozen(kw_only=True)
class Piece:
    """What has to be there for a step to be done: records, or facts of the one it is about.

    Args:
        kind: kinds of record; none where only ``trigger`` is asked.
        where: which records of these kinds.
        link: the fact of such a record that names the id of the record the process is about.
            Without it every record of the same bearer serves one of them.
        by: without a link, the fact of a record that points to the bearer.
        at_least: how many records.
        trigger: what the record the process is about must itself say.
    """

    kind: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    link: str = attrs.field(default="", converter=as_optional_name)
    by: str = attrs.field(default="bearer", converter=as_name)
    at_least: int = attrs.field(default=1, converter=as_positive)
    trigger: Selector | None = attrs.field(default=None, converter=as_optional_selector)

    def __attrs_post_init__(self) -> None:
        if bool(self.kind) == (self.trigger is not None):
            raise refuse("piece-one-of")
        if self.trigger is not None and (self.link or self.at_least != 1):
            raise refuse("piece-of-trigger")


def as_piece(value: Piece | Table | str) -> Piece:
    """Return a piece from its table, or from its kind alone."""
    return Piece(kind=value) if isinstance(value, str) else read_table(Piece, value)


def as_pieces(value: object) -> tuple[Piece, ...]:
    """Return pieces from one or several kinds or tables."""
    several = [value] if isinstance(value, str | Piece | Mapping) else value
    pieces = read_each(several, as_piece)
    if not pieces:
        raise refuse("empty-list")
    return pieces


@attrs.frozen(kw_only=True)
class ProcessStep:
    """One thing to be done, with its time and what shows that it was.

    Args:
        id: its name.
        title: what people call it.
        needs: the records and facts that show it; all of them.
        stage: the stage of the round in which it is due.
        before: by when before the first day of the record the process is about.
        during: whether it is due on the days of that record.
        within: by when after its last day.
        follows: steps that come before it: what shows this one is not older than what shows those.
        optional: whether it is encouraged only, so that nothing depends on it.
    """

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    needs: tuple[Piece, ...] = attrs.field(converter=as_pieces)
    stage: str = attrs.field(default="", converter=as_optional_name)
    before: Before | None = attrs.field(default=None, converter=as_optional_before)
    during: bool = attrs.field(default=False, converter=as_flag)
    within: Within | None = attrs.field(default=None, converter=as_optional_within)
    follows: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    optional: bool = attrs.field(default=False, converter=as_flag)

    @property
    def times(self) -> list[str]:
        """The keys by which it says when it is due."""
        return [key for key in ("stage", "before", "during", "within") if getattr(self, key)]


def as_steps(value: Sequence[ProcessStep | Table]) -> tuple[ProcessStep, ...]:
    """Return steps from their tables."""
    steps = read_tables(ProcessStep, value)
    if not steps:
        raise refuse("empty-list")
    return steps


@attrs.frozen(kw_only=True)
class Process(Provision):
    """Work passes through steps, once in every round or for every record of a kind.

    Args:
        every: the rounds, each with its own steps; or
        after: kinds of record each of which has steps before, during and after it.
        where: which of these records.
        by: the fact of such a record that points to the bearer.
        stage: stretches of months of a round.
        step: what is to be done.
        partial: whether a round is owed by somebody in service for part of it only; left out, that
            is undetermined.

    Raises:
        InputError: faults in the fields, and keys that do not go together.
    """

    form: ClassVar[str] = "process"

    every: Every | None = attrs.field(default=None, converter=as_optional_every)
    after: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)
    stage: tuple[Stage, ...] = attrs.field(default=(), converter=as_stages)
    step: tuple[ProcessStep, ...] = attrs.field(converter=as_steps)
    partial: Partial | None = attrs.field(default=None, converter=as_undivided)

    @property
    def by_record(self) -> bool:
        """Every verdict is on the record that begins it, where it does not run in rounds."""
        return self.every is None

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if (self.every is None) == (not self.after):
            faults.add("process-starts")
        elif self.every is not None:
            self._check_rounds(self.every, faults)
        else:
            self._check_triggers(faults)
        _check_ids(self.stage, "stage", faults)
        _check_ids(self.step, "step", faults)
        self._check_order(faults)
        faults.raise_any()

    def _check_rounds(self, every: Every, faults: FaultList) -> None:
        if self.stage and every.unit not in _YEARLY:
            known = ", ".join(sorted(_YEARLY))
            faults.add("stages-need-years", "stage", known=known)
        if self.governs is Governs.RECORD_DATE:
            faults.add("governs-record-date", "governs", form=self.form)
        stages = [stage.id for stage in self.stage]
        for index, step in enumerate(self.step):
            path = f"step[{index}]"
            if step.stage and step.stage not in stages:
                faults.add("unknown-stage", f"{path}.stage", known=", ".join(stages) or "-")
            for key in step.times:
                if key != "stage":
                    faults.add("step-of-trigger", f"{path}.{key}")
            for number, piece in enumerate(step.needs):
                if piece.trigger is not None or piece.link:
                    key = "link" if piece.link else "trigger"
                    faults.add("step-of-trigger", f"{path}.needs[{number}].{key}")

    def _check_triggers(self, faults: FaultList) -> None:
        if self.stage:
            faults.add("stages-of-rounds", "stage")
        if self.partial is not None:
            faults.add("stages-of-rounds", "partial")
        for index, step in enumerate(self.step):
            path = f"step[{index}]"
            times = [key for key in step.times if key != "stage"]
            if step.stage:
                faults.add("stages-of-rounds", f"{path}.stage")
            elif len(times) > 1 or (not times and any(piece.kind for piece in step.needs)):
                faults.add("step-one-time", path)
            if step.before is not None and step.before.at_most is None:
                for number, piece in enumerate(step.needs):
                    if piece.kind and not piece.link:
                        faults.add("before-needs-link", f"{path}.needs[{number}]")

    def _check_order(self, faults: FaultList) -> None:
        before: list[str] = []
        known = [step.id for step in self.step]
        for index, step in enumerate(self.step):
            for name in step.follows:
                if name not in before:
                    code = "step-follows-later" if name in known else "unknown-step"
                    told = ", ".join(before) or "-"
                    faults.add(code, f"step[{index}].follows", step=name, known=told)
            before.append(step.id)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        with faults.below("where") as found:
            self.where.faults(scales, found)
        for index, step in enumerate(self.step):
            for number, piece in enumerate(step.needs):
                with faults.below(f"step[{index}].needs[{number}].where") as found:
                    piece.where.faults(scales, found)
                if piece.trigger is not None:
                    with faults.below(f"step[{index}].needs[{number}].trigger") as found:
                        piece.trigger.faults(scales, found)

    def extent(self, cycle: Period) -> Period:
        """Return the days of the round of a cycle: those of its stages, which may reach further."""
        days = [stage.days(cycle.start) for stage in self.stage]
        if any(not step.stage for step in self.step):
            days.append(cycle)
        return Period(min(one.start for one in days), max(one.end for one in days))

    @property
    def overhang(self) -> int:
        """How many months the stages of a round may reach past the first day of its cycle."""
        return 12 * max((stage.last.year for stage in self.stage), default=0)


def _check_ids(several: Sequence[Stage | ProcessStep], key: str, faults: FaultList) -> None:
    ids = [one.id for one in several]
    for index, name in enumerate(ids):
        if name in ids[:index]:
            other = f"{key}[{ids.index(name)}]"
            faults.add("duplicate-id", f"{key}[{index}].id", value=name, other=other)


class StageOn(NamedTuple):
    """A stage in which a day lies.

    Attributes:
        stage: the stage.
        days: its days.
        round_start: the first day of the round it belongs to.
    """

    stage: Stage
    days: Period
    round_start: date


def stages_on(
    process: Process, day: date, *, bearer: object = None, horizon: Period | None = None
) -> tuple[StageOn, ...]:
    """Return the stages in which a day lies; there may be several, and of several rounds.

    Args:
        process: the process.
        day: the day.
        bearer: whose rounds, where each bearer has its own.
        horizon: first and last day of the plan, for a round that is the whole of it.

    Returns:
        The stages, those of the older round first.

    Raises:
        NotKnown: a fact of the bearer, or the horizon, is missing.

    Example:
        >>> from eduplan import Process
        >>> rounds = Process(
        ...     id="round", clause="七", title={"zh": "轮次", "en": "Round"},
        ...     every={"cycle": "2 years", "grid": date(2023, 6, 1)},
        ...     stage=[
        ...         {"id": "preparation", "title": {"zh": "准备", "en": "Preparation"},
        ...          "first": {"year": 1, "month": 6}, "last": {"year": 1, "month": 8}},
        ...         {"id": "summary", "title": {"zh": "总结", "en": "Summary"},
        ...          "first": {"year": 3, "month": 7}, "last": {"year": 3, "month": 8}},
        ...     ],
        ...     step=[{"id": "plan", "title": {"zh": "计划", "en": "Plan"},
        ...            "stage": "preparation", "needs": "round-plan"}],
        ... )
        >>> [(one.stage.id, one.round_start.year) for one in stages_on(rounds, date(2025, 7, 15))]
        [('summary', 2023), ('preparation', 2025)]
    """
    day = as_date(day)
    if process.every is None or not process.stage:
        return ()
    window = Period(add_months(day, -process.overhang), day + DAY)
    get: Getter = getter({} if bearer is None else bearer)
    found = periods(process.every, window, bearer=get, horizon=horizon)
    return tuple(
        StageOn(stage, days, cycle.start)
        for cycle in found
        for stage in process.stage
        if day in (days := stage.days(cycle.start))
    )
