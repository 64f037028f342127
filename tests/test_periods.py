"""In which periods something is owed, by the word or table a plan says it with; and their names."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from eduplan.calendars import SchoolCalendar, Term
from eduplan.dates import Period
from eduplan.errors import InputError, NotKnown, OutsideCoverage
from eduplan.messages import Language, Text
from eduplan.periods import Unit, as_every, describe, periods, show_days

DAY = timedelta(days=1)
AUTUMN = {
    "primary": Period(date(2025, 9, 1), date(2026, 1, 24)),
    "senior-high": Period(date(2025, 8, 25), date(2026, 1, 31)),
}
CALENDAR = SchoolCalendar(
    id="town",
    region=Text("某镇", "a town"),
    terms=tuple(
        Term(school_year=2025, number=1, stages=(stage,), period=period, source="notice")
        for stage, period in AUTUMN.items()
    ),
)


def found(
    rule: object,
    window: Period,
    bearer: Mapping[str, object] | None = None,
    **more: Any,
) -> list[tuple[date, date]]:
    """Return first and last day of the periods of a rule."""
    every = as_every(rule)  # type: ignore[arg-type]
    get = {"stage": "primary"} if bearer is None else bearer
    several = periods(every, window, bearer=get.get, **more)
    return [(one.start, one.last) for one in several]


def in_school(rule: object, start: date, end: date, stage: object = "primary") -> list[date]:
    """Return the first days of the periods of a rule by the school calendar."""
    several = found(rule, Period(start, end), {"stage": stage}, calendar=CALENDAR)
    return [first for first, _ in several]


# ---------------------------------------------------------------- that all share


@pytest.mark.parametrize(
    ("rule", "day", "first", "last"),
    [
        ("week", date(2024, 9, 4), date(2024, 9, 2), date(2024, 9, 8)),  # a Wednesday
        ("week", date(2017, 12, 31), date(2017, 12, 25), date(2017, 12, 31)),  # a Sunday
        ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("school-year", date(2024, 8, 31), date(2023, 9, 1), date(2024, 8, 31)),
        ("school-year", date(1999, 9, 1), date(1999, 9, 1), date(2000, 8, 31)),
        ("calendar-year", date(1998, 12, 31), date(1998, 1, 1), date(1998, 12, 31)),
        (
            {"cycle": "5 years", "grid": date(2016, 1, 1)},
            *(date(2015, 12, 31), date(2011, 1, 1), date(2015, 12, 31)),
        ),
    ],
)
def test_a_day_lies_in_one_period_of_a_rule(
    rule: object, day: date, first: date, last: date
) -> None:
    assert found(rule, Period(day, day + DAY)) == [(first, last)]


def test_periods_are_those_that_share_a_day_with_the_window() -> None:
    # a week from Monday to Sunday is one period, a day more two
    assert len(found("week", Period(date(2024, 9, 2), date(2024, 9, 9)))) == 1
    assert len(found("week", Period(date(2024, 9, 2), date(2024, 9, 10)))) == 2
    assert len(found("month", Period(date(2024, 9, 1), date(2024, 10, 1)))) == 1


def test_once_in_a_plan_is_its_days_where_they_are_of_interest() -> None:
    plan = Period(date(2024, 1, 1), date(2027, 1, 1))

    assert found("plan", Period(date(2026, 12, 31), date(2028, 1, 1)), horizon=plan) == [
        (date(2024, 1, 1), date(2026, 12, 31))
    ]
    assert found("plan", Period(date(2027, 1, 1), date(2028, 1, 1)), horizon=plan) == []
    with pytest.raises(NotKnown) as caught:
        found("plan", plan)
    assert caught.value.missing.code == "no-horizon"


# ---------------------------------------------------------------- by the school calendar
#
# In 2025, 1 to 8 October are free; Sunday 28 September and Saturday 11 October are worked instead.


@pytest.mark.parametrize("stage", AUTUMN)
def test_a_term_is_that_of_the_stage(stage: str) -> None:
    window = Period(date(2025, 10, 1), date(2025, 10, 2))

    assert found("term", window, {"stage": stage}, calendar=CALENDAR) == [
        (AUTUMN[stage].start, AUTUMN[stage].last)
    ]


@pytest.mark.parametrize("stage", [None, ("primary", "senior-high")])
def test_without_one_stage_the_term_is_not_known(stage: object) -> None:
    with pytest.raises(NotKnown) as caught:
        in_school("term", date(2025, 10, 1), date(2025, 10, 2), stage)

    assert caught.value.missing.code == "stage-unknown"


def test_without_a_calendar_nothing_is_known() -> None:
    with pytest.raises(NotKnown) as caught:
        found("teaching-week", Period(date(2025, 10, 1), date(2025, 10, 2)))

    assert caught.value.missing.code == "no-calendar"


def test_every_school_day_is_a_period() -> None:
    assert in_school("school-day", date(2025, 9, 26), date(2025, 10, 10)) == [
        date(2025, 9, 26),
        date(2025, 9, 28),
        date(2025, 9, 29),
        date(2025, 9, 30),
        date(2025, 10, 9),
    ]


def test_school_days_after_the_last_published_term_are_not_known() -> None:
    with pytest.raises(OutsideCoverage):
        in_school("school-day", date(2026, 1, 20), date(2026, 2, 1))


def test_a_teaching_week_has_as_many_school_days_as_the_rule_asks() -> None:
    september = date(2025, 9, 22), date(2025, 10, 13)
    several = {"each": "teaching-week", "school_days": 3}

    # six school days, then two, then three
    assert in_school("teaching-week", *september) == [
        date(2025, 9, 22),
        date(2025, 9, 29),
        date(2025, 10, 6),
    ]
    assert in_school(several, *september) == [date(2025, 9, 22), date(2025, 10, 6)]


def test_a_teaching_month_has_as_many_school_days_as_the_rule_asks() -> None:
    both = date(2025, 9, 1), date(2025, 11, 1)
    # September has 22 and a Sunday; October 17 after the 8th, and a Saturday
    twenty = {"each": "teaching-month", "school_days": 20}

    assert in_school("teaching-month", *both) == [date(2025, 9, 1), date(2025, 10, 1)]
    assert in_school(twenty, *both) == [date(2025, 9, 1)]


# ---------------------------------------------------------------- what a rule says

CYCLE: dict[str, Any] = {"cycle": "5 years", "from": "@bearer.joined"}


@pytest.mark.parametrize(
    "rule",
    [
        "term",
        {"each": "teaching-week", "school_days": 2},
        {"cycle": "5 years", "grid": date(2016, 1, 1)},
        CYCLE,
        {**CYCLE, "from": ["@bearer.joined", "@bearer.hired"], "skip": 1, "only": 2},
        {"cycle": "5 years", "until": "@bearer.expires"},
    ],
)
def test_a_rule_is_written_as_it_was_read(rule: Any) -> None:
    assert as_every(rule).plain() == rule


def test_a_rule_tells_how_long_its_cycles_are() -> None:
    lengths = [
        {"where": {"employment": "full-time"}, "length": "5 years"},
        {"length": "7 years"},
    ]
    every = as_every({**CYCLE, "cycle": lengths})

    assert (every.shortest, every.longest) == (60, 84)
    assert (as_every(CYCLE).shortest, as_every(CYCLE).longest) == (60, 60)


@pytest.mark.parametrize("counted", [{"skip": 1}, {"only": 2}])
def test_a_rule_that_passes_over_cycles_is_not_regular(counted: dict[str, int]) -> None:
    assert as_every(CYCLE).regular
    assert not as_every({**CYCLE, **counted}).regular


def test_a_rule_tells_the_facts_of_the_bearer_it_rests_on() -> None:
    rules: dict[Any, tuple[str, ...]] = {"term": ("stage",), "school-day": ("stage",), "month": ()}

    for rule, facts in rules.items():
        assert as_every(rule).facts == facts
    assert as_every(CYCLE).facts == ("joined",)


@pytest.mark.parametrize("key", ["skip", "only"])
def test_cycles_before_an_expiry_cannot_be_counted(key: str) -> None:
    rule = {**CYCLE, "until": "@bearer.expires", key: 1}

    with pytest.raises(InputError) as caught:
        as_every(rule)

    assert [(fault.code, fault.path) for fault in caught.value.faults] == [("cycle-counted", key)]


# ---------------------------------------------------------------- what people call them


@pytest.mark.parametrize(
    ("unit", "period", "en", "zh"),
    [
        (
            Unit.CYCLE,
            Period(date(2021, 1, 1), date(2026, 1, 1)),
            "2021-2025",
            "2021—2025年周期",
        ),
        (Unit.CYCLE, Period(date(2024, 1, 1), date(2025, 1, 1)), "2024", "2024年"),
        (
            Unit.CYCLE,
            Period(date(2021, 9, 1), date(2026, 9, 1)),
            "the cycle from 1 September 2021 to 31 August 2026",
            "2021年9月1日至2026年8月31日的周期",
        ),
        (
            Unit.SCHOOL_YEAR,
            Period(date(2009, 9, 1), date(2010, 9, 1)),
            "school year 2009-10",
            "2009—2010学年",
        ),
        (Unit.MONTH, Period(date(2024, 2, 1), date(2024, 3, 1)), "February 2024", "2024年2月"),
        (Unit.CALENDAR_YEAR, Period(date(2024, 1, 1), date(2025, 1, 1)), "2024", "2024年"),
    ],
)
def test_a_period_is_called_as_people_do(unit: Unit, period: Period, en: str, zh: str) -> None:
    names: dict[Language, str] = {"en": en, "zh": zh}

    for lang, name in names.items():
        assert describe(unit, period, lang) == name


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (Period(date(2024, 3, 1), date(2024, 3, 2)), "1 March 2024"),
        (Period(date(2024, 3, 1), date(2024, 4, 1)), "March 2024"),
        (Period(date(2024, 3, 15), date(2024, 4, 15)), "15 March 2024 to 14 April 2024"),
        (Period(date(2024, 1, 1), date(2025, 1, 1)), "2024"),
        (Period(date(2024, 1, 1), date(2024, 7, 1)), "1 January 2024 to 30 June 2024"),
        (Period(date(2024, 1, 1), date(2026, 1, 1)), "1 January 2024 to 31 December 2025"),
    ],
)
def test_days_are_called_a_day_a_month_or_a_year_where_they_are_one(
    days: Period, name: str
) -> None:
    assert show_days(days, "en") == name
