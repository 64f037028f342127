"""What a command is given: plans with their answers, a roster, a register, a calendar, a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import attrs
from cyclopts import Parameter

from eduplan.calendars import SchoolCalendar, load_calendar
from eduplan.cli.unread import Unread, find_unread, kind_called, unused_kinds
from eduplan.dates import Period, as_date
from eduplan.errors import Fault, FaultList, InputError, PlanFileError, refuse
from eduplan.evaluator import evaluate
from eduplan.files import load_plan
from eduplan.imports import (
    SheetMapping,
    load_mapping,
    read_people,
    read_records,
)
from eduplan.imports.reading import PEOPLE, RECORDS
from eduplan.messages import Language
from eduplan.plan import Plan
from eduplan.records import ALL_KINDS, Register
from eduplan.summary import ClauseOrder
from eduplan.textfiles import read_toml
from eduplan.verdicts import Verdict

T = TypeVar("T")

Step = Callable[[str, Mapping[str, object]], None]
"""Told before every step of long work: a message key below ``cli.`` and its facts."""


@attrs.frozen(kw_only=True)
class Case:
    """Everything a judgement on files rests on.

    Args:
        plans: the plans, answered.
        bearers: people, groups and schools of the roster.
        register: the register.
        calendar: the school calendar, where one was named.
        as_of: the day of judgement.
        during: the days of interest, where they were given.
        unread: what of the files and the options was of no use.
    """

    plans: tuple[Plan, ...]
    bearers: tuple[object, ...]
    register: Register
    calendar: SchoolCalendar | None
    as_of: date
    during: Period | None
    unread: tuple[Unread, ...] = ()


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Options:
    """The options of every command that judges.

    Args:
        people: roster: .xlsx or .csv.
        records: register: .xlsx or .csv.
        as_of: day of judgement, such as 2025-06-02.
        calendar: name of a packaged school calendar, or a .toml file.
        answers: TOML file with one table of answers a plan.
        answer: [PLAN.]QUESTION=ANSWER; may be given several times.
        complete_through: [KIND=]DAY through which the register is complete; may be given several
            times.
        during: FROM..TO (TO excluded): judge periods that overlap; else the school year.
        mapping: TOML file that maps sheets and headers.
    """

    people: Path
    records: Path
    as_of: str
    calendar: str | None = None
    answers: Path | None = None
    answer: list[str] | None = None
    complete_through: list[str] | None = None
    during: str | None = None
    mapping: Path | None = None


def read_case(
    plans: Sequence[str], options: Options, step: Step = lambda _key, _facts: None
) -> Case:
    """Read everything a judgement needs.

    The small inputs are all read before the roster and the register, so that a slip in an option
    is told at once, together with the others.

    Raises:
        InputError: faults in options, plans, calendar, roster or register.
    """
    faults = FaultList()
    day = faults.read("--as-of", as_date, options.as_of)
    span = faults.read("--during", _period, options.during) if options.during else None
    loaded = [faults.read(name, _plan, name) for name in plans]
    calendar, mapping = options.calendar, options.mapping
    school = faults.read("--calendar", _calendar, calendar) if calendar else None
    known = faults.read("--mapping", load_mapping, mapping) if mapping else None
    read = [plan for plan in loaded if plan]
    complete = _complete_through(options.complete_through or (), known, read, faults)
    faults.raise_any()
    answered = _answered(read, options.answers, options.answer or ())
    scales = {scale.name: scale for plan in answered for scale in plan.scales}
    step("reading-people", {})
    errors: list[InputError] = []
    bearers = _tried(
        "--people",
        options.people,
        lambda path: read_people(path, mapping=known, scales=scales),
        errors,
    )
    step("reading-records", {})
    found = _tried(
        "--records",
        options.records,
        lambda path: read_records(path, mapping=known, scales=scales),
        errors,
    )
    _raise_all(errors)
    unread = find_unread([(options.people, PEOPLE), (options.records, RECORDS)], known)
    return Case(
        plans=answered,
        bearers=bearers,
        register=Register(found, complete_through=complete),
        calendar=school,
        as_of=day or date.min,
        during=span,
        unread=(*unread, *unused_kinds(complete, found, answered)),
    )


@contextmanager
def _given(option: str, path: Path) -> Iterator[None]:
    """Tell what is wrong with a file by the option it was given with."""
    try:
        yield
    except InputError as error:
        raise type(error)(error.faults, f"{option} {path.name or path}") from None


def _tried(
    option: str, path: Path, read: Callable[[Path], tuple[T, ...]], errors: list[InputError]
) -> tuple[T, ...]:
    """Return what is read, nothing after noting what is wrong with it."""
    try:
        with _given(option, path):
            return read(path)
    except InputError as error:
        errors.append(error)
        return ()


class _FaultyFiles(InputError):
    """Several files have faults; they are told one file after the other."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        super().__init__(fault for error in errors for fault in error.faults)
        self.errors = errors

    def message(self, lang: Language = "en") -> str:
        """Return what is wrong with each file."""
        return "\n".join(error.message(lang) for error in self.errors)


def _raise_all(errors: Sequence[InputError]) -> None:
    """Raise what is wrong with the files."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise _FaultyFiles(errors)


def judge(case: Case, step: Step = lambda _key, _facts: None) -> list[Verdict]:
    """Return the verdicts of all plans, one after the other, in the order of their clauses."""
    verdicts: list[Verdict] = []
    for plan in case.plans:
        step("judging", {"plan": plan.id})
        verdicts.extend(
            evaluate(
                plan,
                case.bearers,
                case.register,
                as_of=case.as_of,
                calendar=case.calendar,
                during=case.during,
            )
        )
    return ClauseOrder(case.plans).sorted(verdicts)


def load_plans(
    plans: Sequence[str], answers: Path | None = None, answer: Sequence[str] = ()
) -> tuple[Plan, ...]:
    """Return plans by name or path, with answers put in.

    Raises:
        InputError: faults in plans or answers; those of all plans are reported.
    """
    faults = FaultList()
    loaded = [faults.read(name, _plan, name) for name in plans]
    faults.raise_any()
    return _answered([plan for plan in loaded if plan], answers, answer)


def read_roster(
    plans: Sequence[Plan], people: Path | None, calendar: str | None, mapping: Path | None
) -> tuple[tuple[object, ...], SchoolCalendar | None]:
    """Return the bearers of a roster and a calendar, as far as they are given.

    Raises:
        InputError: faults in the options, the calendar or the roster.
    """
    faults = FaultList()
    school = faults.read("--calendar", _calendar, calendar) if calendar else None
    known = faults.read("--mapping", load_mapping, mapping) if mapping else None
    faults.raise_any()
    if people is None:
        return (), school
    scales = {scale.name: scale for plan in plans for scale in plan.scales}
    with _given("--people", people):
        return read_people(people, mapping=known, scales=scales), school


def _plan(name: str) -> Plan:
    return load_plan(Path(name) if name.endswith((".toml", ".json")) else name)


def _calendar(name: str) -> SchoolCalendar:
    return load_calendar(Path(name) if name.endswith(".toml") else name)


def _period(text: str) -> Period:
    start, dots, last = text.partition("..")
    if not dots:
        raise refuse("not-a-span")
    return Period(as_date(start), as_date(last))


def _complete_through(
    spelled: Iterable[str], mapping: SheetMapping | None, plans: Sequence[Plan], faults: FaultList
) -> dict[str, date]:
    """Return the days by kind; a kind may be named by what people call it, such as 听课."""
    found = {}
    for text in spelled:
        kind, _, day = text.rpartition("=")
        read = faults.read(f"--complete-through {text}", as_date, day)
        if read is not None:
            found[kind_called(kind, mapping, plans) or ALL_KINDS] = read
    return found


def _answered(plans: Sequence[Plan], file: Path | None, spelled: Iterable[str]) -> tuple[Plan, ...]:
    """Put answers from a file and from options into the plans they belong to."""
    faults = FaultList()
    given: dict[str, dict[str, object]] = {plan.id: {} for plan in plans}
    if file is not None:
        with _given("--answers", file):
            table, _ = read_toml(file, PlanFileError)
        for plan_id, answers in table.items():
            if not isinstance(answers, Mapping):
                faults.add("answers-by-plan", str(plan_id))
            elif plan_id in given:
                given[plan_id].update(answers)
    for text in spelled:
        name, sign, value = text.partition("=")
        plan_id, _, question = name.rpartition(".")
        holders = [
            plan.id
            for plan in plans
            if plan_id in ("", plan.id) and question in {q.id for q in plan.questions}
        ]
        if not sign or not value:
            faults.add("not-a-pair", f"--answer {text}")
        elif not holders:
            known = [q.id for plan in plans if plan_id in ("", plan.id) for q in plan.questions]
            faults.unknown("no-such-question", f"--answer {text}", question, known)
        for holder in holders:
            given[holder][question] = value
    answered = []
    for plan in plans:
        with faults.at(plan.id):
            answered.append(plan.answer(given[plan.id]))
    faults.raise_any()
    return tuple(answered)


def bearer_of(case: Case, name: str) -> object:
    """Return the bearer with an id.

    Raises:
        InputError: the roster has none.
    """
    for bearer in case.bearers:
        if getattr(bearer, "id", None) == name:
            return bearer
    raise InputError([Fault("unknown-bearer", "--person", {"name": name})])
