"""What the library takes and gives back behaves as values: it can be copied, sent to another
process and put into sets, whether it has been used before or not."""

import copy
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from eduplan import (
    Group,
    MissingExtra,
    OutsideCoverage,
    Person,
    Plan,
    Record,
    Register,
    School,
    UnknownName,
    Verdict,
    available_plans,
    evaluate,
    load_calendar,
    load_plan,
    summarise,
)
from eduplan.cases import Case, read_cases
from eduplan.errors import EduplanError, NotKnown
from eduplan.exports import verdicts_to_json

T = TypeVar("T")

FOLDER = Path(__file__).parent / "cases"
FORMS = "attestations consequences cycles follow-ups gates parts processes rosters schedules targets tariffs versions"
"""Files whose plans are small and together use every form."""


def sent(value: T) -> T:
    """Return what arrives in another process."""
    arrived: T = pickle.loads(pickle.dumps(value))
    return arrived


class Way(Protocol):
    def __call__(self, value: T, /) -> T: ...


WAYS: list[Way] = [sent, copy.deepcopy]


def judge(case: Case, plan: Plan, register: Register) -> list[Verdict]:
    return list(
        evaluate(
            plan,
            case.bearers,
            register,
            as_of=case.as_of,
            calendar=case.calendar,
            during=case.during,
        )
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FORMS.split())
def test_plans_registers_and_verdicts_arrive_as_they_were_sent(name: str, way: Way) -> None:
    for case in read_cases(FOLDER / f"{name}.toml"):
        register = case.register()
        verdicts = judge(case, case.plan, register)  # so that plan and register have been used
        plan, records, arrived = way((case.plan, register, verdicts))
        assert plan == case.plan
        told = verdicts_to_json(verdicts, names=True)
        assert verdicts_to_json(arrived, names=True) == told, case.id
        assert verdicts_to_json(judge(case, plan, records), names=True) == told, case.id
        sentences = [(verdict.explain("zh"), verdict.explain("en")) for verdict in verdicts]
        assert [(one.explain("zh"), one.explain("en")) for one in arrived] == sentences
        summary = summarise(verdicts, case.bearers)
        assert way(summary).rows == summary.rows


@pytest.mark.parametrize("way", WAYS)
def test_a_calendar_arrives_as_it_was_sent(way: Way) -> None:
    calendar = load_calendar("beijing")
    day = date(2024, 10, 12)  # a make-up Saturday
    assert calendar.stage("primary").is_school_day(day)
    arrived = way(calendar)
    assert arrived.stage("primary").is_school_day(day)


ERRORS = [
    UnknownName([]),
    NotKnown("bearer-fact", field="stage"),
    OutsideCoverage("no-calendar"),
    MissingExtra("frames"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_arrives_as_it_was_raised(error: EduplanError, way: Way) -> None:
    arrived = way(error)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


@pytest.mark.parametrize(
    ("make", "other"),
    [
        (lambda: Person(id="t1", facts={"title": "senior"}), Person(id="t1")),
        (lambda: School(id="s1", facts={"weak": True}), School(id="s1")),
        (lambda: Group(id="g1", members=["t1"], facts={"subject": "it"}), Group(id="g1")),
        (
            lambda: Record(id="r1", kind="visit", day=date(2024, 9, 2), facts={"hours": 2}),
            Record(id="r1", kind="visit", day=date(2024, 9, 2)),
        ),
    ],
    ids=["person", "school", "group", "record"],
)
def test_bearers_and_records_can_be_put_into_sets(
    make: Callable[[], object], other: object
) -> None:
    assert {make(), make(), other} == {make(), other}


def test_plans_can_be_put_into_sets() -> None:
    names = available_plans()
    assert len({load_plan(name) for name in [*names, *names]}) == len(names)


def test_verdicts_can_be_put_into_sets() -> None:
    plan = load_plan("primary-school-2024")
    lesson = {"id": "r1", "kind": "open-lesson", "day": date(2024, 10, 9), "bearer": "t1"}
    teacher = {"id": "t1", "role": ["teacher"], "stage": "primary"}
    verdicts = list(evaluate(plan, [teacher], Register([lesson]), as_of=date(2024, 12, 31)))
    assert len({*verdicts, *verdicts}) == len(verdicts)
