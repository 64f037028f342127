"""The evaluator: a plan, bearers and a register in; verdicts with reasons out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from eduplan.dates import Period, as_date, days_of_school_year
from eduplan.errors import FaultList, kind_of, read_below
from eduplan.people import bearer_getter
from eduplan.plan import Plan
from eduplan.provisions import Bench, Docket, Subject
from eduplan.records import Register
from eduplan.tables import names_in_only
from eduplan.verdicts import Verdict

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar


def evaluate(
    plan: Plan,
    bearers: Iterable[object],
    register: Register,
    *,
    as_of: date,
    calendar: SchoolCalendar | None = None,
    during: Period | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Verdict]:
    """Judge bearers by a plan: one verdict for every provision, bearer and period.

    The verdicts come provision by provision, in the order of the plan and of the bearers. They
    depend on nothing but the arguments; the order of the records does not matter.

    For up to about a hundred bearers this is faster than `eduplan.frames.evaluate_frame` on polars,
    for up to about three hundred than on DuckDB; beyond, frames are (`benchmarks/crossover.py`).

    Args:
        plan: the plan.
        bearers: people, groups, schools: any objects or mappings with an ``id`` and the facts the
            plan asks for.
        register: what took place.
        as_of: the day on which is judged. Records up to that day count, and a period is over when
            ``as_of`` comes after its last day. With a register complete through yesterday, today
            tells exactly where everybody stands.
        calendar: the school calendar, for teaching weeks, terms and school days. A verdict that
            needs one is undetermined without.
        during: periods that overlap these days and have begun are judged; by default the days of
            the school year in which ``as_of`` lies.
        only: ids of the provisions to judge, by default all.

    Raises:
        InputError: a bearer without id, an id twice, an amount that is not a number, one text as
            ``only``, an ``as_of`` that is no date or in no school year, records that are no
            `Register`, the name of a plan or a calendar instead of what it names.
        UnknownName: ``only`` has a name that no provision has.

    Example:
        >>> from eduplan import Person, Record, Register, load_plan
        >>> plan = load_plan("primary-school-2024")
        >>> teacher = Person(id="t1", roles=["teacher"], stage="primary")
        >>> lesson = Record(id="r1", kind="open-lesson", day=date(2024, 10, 9), bearer="t1")
        >>> register = Register([lesson], complete_through=date(2025, 8, 31))
        >>> verdicts = evaluate(plan, [teacher], register, as_of=date(2025, 8, 31))
        >>> [verdict.status.value for verdict in verdicts if verdict.provision == "open-lesson"]
        ['MET']
    """
    check_kinds(plan, calendar, during, register)
    day, during = judged_days(as_of, during)
    subjects = _subjects(bearers)
    benches = plan.benches
    asked = benches.values() if only is None else _asked(plan, only)
    docket = Docket(register, day, during, calendar, plan.horizon, subjects, benches, plan.ranks)
    if len(subjects) != 1:
        return chain.from_iterable(_on_all(bench, docket) for bench in asked)
    found: list[Verdict] = []
    (subject,) = subjects
    for bench in asked:
        if bench.grouped:
            found += bench.judge_all(subjects, docket)
        elif bench.consulted:
            found += docket.verdicts_on(bench.citation.provision, subject)
        else:
            found += bench.judge(subject, docket)
    return iter(found)


def _on_all(bench: Bench, docket: Docket) -> Iterable[Verdict]:
    """Return the verdicts on all bearers; those on which others rest are kept for them."""
    if bench.grouped or not bench.consulted:
        return bench.judge_all(docket.subjects, docket)
    name = bench.citation.provision
    return (verdict for one in docket.subjects for verdict in docket.verdicts_on(name, one))


def _asked(plan: Plan, only: Collection[str]) -> list[Bench]:
    """Return the provisions asked about, in the order of the plan."""
    names = {plan.provision(name).id for name in names_in_only(only)}
    return [bench for name, bench in plan.benches.items() if name in names]


def check_kinds(
    plan: object, calendar: object, during: object, register: object | None = None
) -> None:
    """Refuse what is not of the kind an evaluator takes, such as a list instead of a register.

    A calendar is known by what it can do, so that it need not be imported where none is given.

    Args:
        plan: what was given as the plan.
        calendar: as the school calendar, None for none.
        during: as the days of interest, None for none.
        register: as the register, None where the evaluator takes records otherwise.

    Raises:
        InputError: all of them that are something else.
    """
    faults = FaultList()
    if not isinstance(plan, Plan):
        faults.add("not-a-plan", "plan", got=kind_of(plan))
    if register is not None and not isinstance(register, Register):
        faults.add("not-a-register", "register", got=kind_of(register))
    if calendar is not None and not callable(getattr(calendar, "stage", None)):
        faults.add("not-a-calendar", "calendar", got=kind_of(calendar))
    if during is not None and not isinstance(during, Period):
        faults.add("not-a-period", "during", got=kind_of(during))
    faults.raise_any()


def judged_days(as_of: date, during: Period | None) -> tuple[date, Period]:
    """Return the day of judgement and the days judged, by default its school year.

    Raises:
        InputError: ``as_of`` is no date, or its school year is not within the years 1 to 9999.
    """
    day = read_below("as_of", as_date, as_of)
    return day, during or read_below("as_of", days_of_school_year, day)


def _subjects(bearers: Iterable[object]) -> list[Subject]:
    faults = FaultList()
    found = []
    seen: set[str] = set()
    for index, bearer in enumerate(bearers):
        get = bearer_getter(bearer)
        name = get("id")
        if type(name) is not str or not name:
            faults.add("no-id", f"bearers[{index}]")
            continue
        if name in seen:
            faults.add("bearer-twice", f"bearers[{index}]")
        seen.add(name)
        throughout = get("joined") is None and get("left") is None
        found.append(Subject(name, bearer, get, throughout))
    faults.raise_any()
    return found
