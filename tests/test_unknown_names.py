"""Names that are not known, of plans, calendars, provisions and questions, and what is near."""

from collections.abc import Callable
from datetime import date

import pytest

from eduplan import (
    InputError,
    Register,
    UnknownName,
    available_plans,
    evaluate,
    load_calendar,
    load_plan,
)
from eduplan.messages import LANGUAGES


def test_an_unknown_plan_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownName) as error:
        load_plan("county")

    for lang in LANGUAGES:
        assert all(name in error.value.message(lang) for name in available_plans())
        assert "./plan.toml" in error.value.message(lang)


# What somebody writes who misspelt a name, the fault and the name that was meant.
MISSPELT = {
    "a plan": (lambda: load_plan("county-six-years"), "unknown-plan", "county-six-year"),
    "a calendar": (lambda: load_calendar("shangahi"), "unknown-calendar", "shanghai"),
    "a provision": (
        lambda: load_plan("county-six-year").provision("trainning-hours"),
        "unknown-provision",
        "training-hours",
    ),
    "a provision to judge": (
        lambda: evaluate(
            load_plan("county-six-year"),
            [],
            Register([]),
            as_of=date(2025, 6, 2),
            only=["training-hour"],
        ),
        "unknown-provision",
        "training-hours",
    ),
    "a provision to change": (
        lambda: load_plan("county-six-year").with_changes({"training_hours": {"at_least": 1}}),
        "unknown-provision",
        "training-hours",
    ),
    "a question": (
        lambda: load_plan("county-six-year").answer({"training-cycles": "entry"}),
        "unknown-question",
        "training-cycle",
    ),
}


@pytest.mark.parametrize(("call", "code", "near"), MISSPELT.values(), ids=MISSPELT)
def test_of_a_misspelt_name_the_nearest_is_told(
    call: Callable[[], object], code: str, near: str
) -> None:
    with pytest.raises(InputError) as error:
        call()

    (fault,) = error.value.faults
    assert fault.code == f"{code}-near"
    assert f"；是否应为 {near}？" in fault.message("zh")
    assert f"did you mean {near}?" in fault.message("en")


def test_a_name_that_nothing_is_near_is_told_with_all_there_are() -> None:
    plan = load_plan("county-six-year")
    with pytest.raises(UnknownName) as error:
        plan.provision("x" * 1000)

    (fault,) = error.value.faults
    assert fault.code == "unknown-provision"
    for lang in LANGUAGES:
        assert all(provision.id in fault.message(lang) for provision in plan.provisions)
        assert "x" * 65 not in fault.message(lang)
