"""Where the present pace leads, worked out by hand."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import InputError, Period, Register, Verdict, evaluate, plan_from_table
from eduplan.outlook import forecast

TEXT = {"zh": "学时", "en": "hours"}
FIRST = date(2024, 1, 1)
"""2024 has 366 days."""


def verdict_on(
    hours: dict[date, int], as_of: date, *, through: date | None = None, **quota: Any
) -> Verdict:
    duty = {
        "id": "q",
        "clause": "1",
        "title": TEXT,
        "measure": {"sum": "hours", "of": "course"},
        "every": "calendar-year",
        "at_least": 24,
        "unit": TEXT,
        **quota,
    }
    plan = plan_from_table(
        {
            "plan": {"id": "p", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "quota": [duty],
        }
    )
    records = [
        {"id": f"r{n}", "kind": "course", "day": day, "bearer": "t", "hours": amount, "level": "a"}
        for n, (day, amount) in enumerate(hours.items())
    ]
    register = Register(records, complete_through=through or as_of - timedelta(days=1))
    during = Period(as_of, as_of + timedelta(days=1))
    (verdict,) = evaluate(plan, [{"id": "t"}], register, as_of=as_of, during=during)
    return verdict


def test_a_third_of_the_year_leads_to_three_times_as_much() -> None:
    as_of = FIRST + timedelta(days=122)  # 122 of 366 days are over
    found = forecast(verdict_on({date(2024, 2, 1): 7}, as_of))

    assert found.whole.expected == 21
    assert not found.enough
    assert found.whole.reached is None
    assert (found.days, found.records) == (122, 1)
    assert found.explain("en") == (
        "t at the present pace: hours: 21 of 24 hours by 31 December 2024, which is not enough "
        "(the pace is that of 122 days, leave left out; records that counted: 1)."
    )


def test_days_on_leave_are_no_days_gone_by() -> None:
    """10 hours in 50 days of work of 100; 366 less 50 days in all lead to 63.2 hours."""
    leave = [Period(date(2024, 2, 10), date(2024, 2, 10) + timedelta(days=50))]
    verdict = verdict_on({date(2024, 2, 1): 10}, FIRST + timedelta(days=100))

    assert forecast(verdict, leave=leave).whole.expected == Fraction(10 * 316, 50)


def test_on_the_first_day_there_is_no_pace() -> None:
    found = forecast(verdict_on({}, FIRST, through=FIRST))

    assert found.whole.expected is None
    assert "还不能推算" in found.explain("zh")


def test_a_share_has_no_pace() -> None:
    measure = {"share": {"level": "a"}, "of": "course"}
    verdict = verdict_on({date(2024, 2, 1): 1}, date(2024, 3, 1), measure=measure, at_least="50%")
    with pytest.raises(InputError):
        forecast(verdict)


@given(
    days=st.integers(1, 365),
    amounts=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    owed=st.integers(1, 40),
)
def test_it_is_reached_on_the_first_day_on_which_the_pace_suffices(
    days: int, amounts: list[int], owed: int
) -> None:
    """Held against a walk from day to day in exact numbers."""
    hours = {FIRST + timedelta(days=n): a for n, a in enumerate(amounts) if n < days}
    verdict = verdict_on(hours, FIRST + timedelta(days=days), at_least=owed)
    found = forecast(verdict).whole
    value = sum(hours.values())
    walk = [n for n in range(1, 367) if Fraction(value * n, days) >= owed]

    assert found.expected == Fraction(value * 366, days)
    assert found.enough is bool(walk)
    if value < owed:
        first = FIRST + timedelta(days=walk[0] - 1) if walk else None
        assert found.reached == first
