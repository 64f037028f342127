"""Plans, registers and calendars shared by threads: each gets what it would get alone.

What is prepared on first use is prepared in the threads, several at once: every plan, register and
calendar is new to them.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import polars as pl
import pytest

from eduplan import Person, Plan, Record, Register, evaluate, load_calendar, load_plan
from eduplan.cases import Case, read_cases
from eduplan.dates import Period
from eduplan.exports import verdicts_to_json
from eduplan.frames import evaluate_frame, rows_of
from eduplan.verdicts import VerdictRow

T = TypeVar("T")

FOLDER = Path(__file__).parent / "cases"
FORMS = "attestations consequences cycles follow-ups gates parts processes rosters schedules targets tariffs versions"
"""Files whose plans are small and together use every form."""

THREADS = 6
WHEN = date(2025, 6, 2)


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    """Let threads take turns a thousand times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[], T]) -> list[T]:
    """Do the same in several threads that begin at one time; return what each came to."""
    begin = Barrier(THREADS)

    def one() -> T:
        begin.wait()
        return work()

    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(THREADS)]]


def judge(case: Case, register: Register) -> str:
    verdicts = evaluate(
        case.plan,
        case.bearers,
        register,
        as_of=case.as_of,
        calendar=case.calendar,
        during=case.during,
    )
    return verdicts_to_json(verdicts, names=True)


def register_of(case: Case) -> Register:
    return Register(case.records, complete_through=case.complete_through)


@pytest.mark.parametrize("name", FORMS.split())
def test_threads_that_share_a_plan_and_a_register_get_the_verdicts_of_one_alone(name: str) -> None:
    path = FOLDER / f"{name}.toml"
    for alone, shared in zip(read_cases(path), read_cases(path), strict=True):
        expected = judge(alone, register_of(alone))
        register = register_of(shared)
        assert set(in_threads(lambda: judge(shared, register))) == {expected}, shared.id  # noqa: B023


def test_a_large_register_is_put_in_order_by_several_threads_at_once() -> None:
    """Each bearer has one record; whoever asks for the last one must not see half an index."""
    records = [
        Record(id=f"r{n}", kind="visit", day=WHEN, bearer=f"t{n}", facts={"school": f"s{n}"})
        for n in range(20_000)
    ]
    for _ in range(3):
        register = Register(records)

        def last() -> tuple[str, ...]:
            found = (
                *register.of("t9999", ["visit"]),  # noqa: B023
                *register.of("s9999", ["visit"], by="school"),  # noqa: B023
            )
            return tuple(entry.id for entry in found)

        assert set(in_threads(last)) == {("r9999", "r9999")}


PLAN_ANSWERS = {"hours-that-count": "registered", "year": "school-year"}
PEOPLE = [
    Person(id=f"t{n}", roles=["teacher", "researcher"][: 1 + n % 2], stage="primary", school="s1")
    for n in range(4)
]
TAKEN: list[tuple[str, dict[str, object]]] = [
    ("training", {"hours": 40}),
    ("lesson-observation", {"observed": "t0"}),
    ("open-lesson", {}),
    ("training", {"hours": 36}),
]
RECORDS = [
    Record(id=f"r{n}", kind=kind, day=date(2024, 9, 9 + n), bearer=f"t{n % 4}", facts=facts)
    for n, (kind, facts) in enumerate(TAKEN * 4)
]


def whole(plan: Plan, register: Register, calendar: str) -> str:
    during = Period(date(2024, 9, 1), date(2025, 9, 1))
    school = load_calendar(calendar)
    verdicts = evaluate(plan, PEOPLE, register, as_of=WHEN, calendar=school, during=during)
    return verdicts_to_json(verdicts, names=True)


@pytest.mark.parametrize("name", ["county-six-year", "primary-school-2024", "liaison"])
def test_a_plan_of_a_real_document_is_prepared_by_several_threads_at_once(name: str) -> None:
    def new() -> tuple[Plan, Register]:
        plan = load_plan(name)
        asked = {question.id for question in plan.questions}
        answers = {key: value for key, value in PLAN_ANSWERS.items() if key in asked}
        return plan.answer(answers), Register(RECORDS, complete_through=date(2025, 6, 1))

    expected = whole(*new(), "shanghai")
    plan, register = new()
    assert set(in_threads(lambda: whole(plan, register, "shanghai"))) == {expected}


def test_frames_are_judged_by_several_threads_that_share_a_plan() -> None:
    def rows(plan: Plan) -> list[VerdictRow]:
        people = pl.DataFrame(
            [{"id": p.id, "role": "|".join(p.roles), "stage": p.stage} for p in PEOPLE]
        )
        records = pl.DataFrame(
            [
                {"kind": r.kind, "day": r.day, "bearer": r.bearer, "hours": r.get("hours")}
                for r in RECORDS
            ]
        )
        found = evaluate_frame(
            plan, people, records, as_of=WHEN, several={"role": "|"}, only=["training-hours"]
        )
        return sorted(rows_of(found), key=str)

    def new() -> Plan:
        answers = {
            "training-cycle": "five-year-plan",
            "hours-that-count": "registered",
            "joined-or-left": "pro-rata",
        }
        return load_plan("county-six-year").answer(answers)

    expected, plan = rows(new()), new()

    assert in_threads(lambda: rows(plan)) == [expected] * THREADS
