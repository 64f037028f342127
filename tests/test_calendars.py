"""School calendars: what was published, which days are school days, and where nothing is known."""

import time
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import Group, Record, Register, evaluate, plan_from_table
from eduplan.calendars import (
    ChineseStatutoryDays,
    SchoolCalendar,
    StageCalendar,
    Term,
    available,
    load_calendar,
)
from eduplan.dates import Period
from eduplan.errors import InputError, OutsideCoverage, UnknownName
from eduplan.messages import LANGUAGES, Text

DAY = timedelta(days=1)
NAMES = available()


def days(first: date, last: date) -> set[date]:
    """Return the days from ``first`` to ``last``, both included, as notices give them."""
    return {first + n * DAY for n in range((last - first).days + 1)}


# The holiday notices of the State Council for 2024, 2025 and 2026, written out by hand: days off and
# the weekends worked instead.
OFF = (
    days(date(2024, 1, 1), date(2024, 1, 1))
    | days(date(2024, 2, 10), date(2024, 2, 17))
    | days(date(2024, 4, 4), date(2024, 4, 6))
    | days(date(2024, 5, 1), date(2024, 5, 5))
    | days(date(2024, 6, 8), date(2024, 6, 10))
    | days(date(2024, 9, 15), date(2024, 9, 17))
    | days(date(2024, 10, 1), date(2024, 10, 7))
    | days(date(2025, 1, 1), date(2025, 1, 1))
    | days(date(2025, 1, 28), date(2025, 2, 4))
    | days(date(2025, 4, 4), date(2025, 4, 6))
    | days(date(2025, 5, 1), date(2025, 5, 5))
    | days(date(2025, 5, 31), date(2025, 6, 2))
    | days(date(2025, 10, 1), date(2025, 10, 8))
    | days(date(2026, 1, 1), date(2026, 1, 3))
    | days(date(2026, 2, 15), date(2026, 2, 23))
    | days(date(2026, 4, 4), date(2026, 4, 6))
    | days(date(2026, 5, 1), date(2026, 5, 5))
    | days(date(2026, 6, 19), date(2026, 6, 21))
    | days(date(2026, 9, 25), date(2026, 9, 27))
    | days(date(2026, 10, 1), date(2026, 10, 7))
)
MADE_UP = {
    date(2024, 2, 4),
    date(2024, 2, 18),
    date(2024, 4, 7),
    date(2024, 4, 28),
    date(2024, 5, 11),
    date(2024, 9, 14),
    date(2024, 9, 29),
    date(2024, 10, 12),
    date(2025, 1, 26),
    date(2025, 2, 8),
    date(2025, 4, 27),
    date(2025, 9, 28),
    date(2025, 10, 11),
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
}
NEW_YEAR_OF_THE_MOON = [
    date(2024, 2, 10),
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
]


def worked(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


class AnnouncedThrough2026:
    """China's days as they stand when the notice for 2027 is not out yet."""

    announced = Period(date(2016, 1, 1), date(2027, 1, 1))

    def is_workday(self, day: date) -> bool:
        return ChineseStatutoryDays().is_workday(day)


class FridayAndSaturdayOff:
    """Another country, where the week begins on Sunday."""

    announced = Period(date(2024, 1, 1), date(2026, 1, 1))

    def is_workday(self, day: date) -> bool:
        return day.weekday() not in (4, 5)


def term(year: int, number: int, start: date, end: date, *stages: str) -> Term:
    return Term(
        school_year=year,
        number=number,
        stages=stages or ("primary",),
        period=Period(start, end),
        source="notice",
    )


# Two terms and the winter holiday between them; then a year without a published calendar.
TWO_TERMS = (
    term(2024, 1, date(2024, 9, 2), date(2025, 1, 18)),
    term(2024, 2, date(2025, 2, 17), date(2025, 7, 1)),
)
ONE_REGION = SchoolCalendar(id="one", region=Text("某地", "A place"), terms=TWO_TERMS)


def missing_of(question: Any, *arguments: Any) -> tuple[str, dict[str, object]]:
    """Return code and facts of what a question finds unknown."""
    with pytest.raises(OutsideCoverage) as unknown:
        question(*arguments)
    return unknown.value.missing.code, dict(unknown.value.missing.facts)


# ---------------------------------------------------------------- what comes with the library


@pytest.mark.parametrize("name", NAMES)
def test_every_packaged_term_says_where_it_comes_from(name: str) -> None:
    calendar = load_calendar(name)
    sources = {source.id: source for source in calendar.sources}

    assert calendar.id == name
    assert calendar.region.zh
    assert calendar.region.en
    assert calendar.terms
    for entry in calendar.terms:
        source = sources[entry.source]
        assert source.title.zh
        assert source.title.en
        assert source.issuer is not None
        # dates compared with the notice were read somewhere, or the notice has a number
        assert source.address or source.number or not entry.checked
    assert {entry.source for entry in calendar.terms} <= set(sources)


@pytest.mark.parametrize("name", NAMES)
def test_packaged_terms_are_what_terms_are(name: str) -> None:
    calendar = load_calendar(name)

    for entry in calendar.terms:
        start, year = entry.period.start, entry.school_year
        # autumn from late August or September, spring after the Spring Festival
        if entry.number == 1:
            assert date(year, 8, 15) <= start <= date(year, 9, 10)
        else:
            assert entry.number == 2
            assert date(year + 1, 2, 1) <= start <= date(year + 1, 3, 15)
        assert 17 * 7 <= entry.period.days <= 25 * 7
        assert not [day for day in NEW_YEAR_OF_THE_MOON if day in entry.period]
    for stage in calendar.stages:
        periods = [entry.period for entry in calendar.stage(stage).terms]
        assert periods == sorted(periods)
        assert not [a for a, b in pairwise(periods) if a.overlaps(b)]


def test_three_regions_are_covered_for_three_school_years() -> None:
    three_years = Period(date(2023, 9, 4), date(2026, 7, 1))
    whole = [
        name
        for name in NAMES
        if all(
            any(
                stretch.start <= three_years.start and three_years.end <= stretch.end
                for stretch in load_calendar(name).stage(stage).covered()
            )
            for stage in ("primary", "junior-high", "senior-high")
        )
    ]

    assert len(whole) >= 3
    for name in whole:
        found = [(t.school_year, t.number) for t in load_calendar(name).stage("primary").terms]
        assert found[:6] == [(y, n) for y in (2023, 2024, 2025) for n in (1, 2)]


def test_what_is_published_of_the_fourth_year_is_there() -> None:
    found = {
        name: [t.number for t in load_calendar(name).terms if t.school_year == 2026]
        for name in NAMES
    }

    # Shanghai has both terms, Beijing one of which only a mention was seen
    assert found["shanghai"] == [1, 2]
    assert found["beijing"] == [1]


def test_packaged_dates_are_those_of_the_notices() -> None:
    # 北京市2025—2026学年度校历: 1 September 2025 to 23 January 2026, 2 March to 7 July 2026 for
    # compulsory education, a week longer for senior high schools
    beijing = load_calendar("beijing")

    assert [t.period for t in beijing.stage("primary").terms if t.school_year == 2025] == [
        Period(date(2025, 9, 1), date(2026, 1, 24)),
        Period(date(2026, 3, 2), date(2026, 7, 8)),
    ]
    assert [t.period for t in beijing.stage("senior-high").terms if t.school_year == 2025] == [
        Period(date(2025, 9, 1), date(2026, 1, 31)),
        Period(date(2026, 3, 2), date(2026, 7, 15)),
    ]


def test_a_spring_break_of_one_region_closes_its_days_for_the_stages_named() -> None:
    ningbo = load_calendar("ningbo")

    # Tuesday to Thursday, 28-30 April 2026
    assert [ningbo.stage("primary").is_school_day(date(2026, 4, d)) for d in range(27, 31)] == [
        True,
        False,
        False,
        False,
    ]
    assert ningbo.stage("senior-high").is_school_day(date(2026, 4, 28))


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownName) as refused:
        load_calendar("atlantis")

    for lang in LANGUAGES:
        assert all(name in refused.value.message(lang) for name in NAMES)


# ---------------------------------------------------------------- statutory days


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_working_days_are_those_of_the_notices(year: int) -> None:
    statutory = ChineseStatutoryDays()
    whole = Period(date(year, 1, 1), date(year + 1, 1, 1))

    assert [day for day in whole if statutory.is_workday(day) is not worked(day)] == []


def test_days_not_announced_are_neither_worked_nor_free() -> None:
    statutory = ChineseStatutoryDays()

    assert statutory.announced.start == date(2016, 1, 1)
    assert date(2026, 12, 31) in statutory.announced
    for day in (date(2015, 12, 31), statutory.announced.end):
        assert missing_of(statutory.is_workday, day) == ("holidays-not-announced", {"day": day})


def test_national_day_leaves_two_days_and_takes_a_sunday() -> None:
    # edge case 5: Wednesday 1 to Wednesday 8 October 2025 are free, Sunday 28 September and
    # Saturday 11 October are worked instead
    school = load_calendar("beijing").stage("primary")

    assert school.is_school_day(date(2025, 9, 28))
    assert school.school_days(Period(date(2025, 9, 29), date(2025, 10, 6))) == 2
    assert school.school_days(Period(date(2025, 10, 6), date(2025, 10, 13))) == 3
    # the week before: Monday to Friday and the Sunday
    assert school.school_days(Period(date(2025, 9, 22), date(2025, 9, 29))) == 6


# ---------------------------------------------------------------- school days


def by_stepping(school: StageCalendar, period: Period) -> int:
    """Count school days one by one."""
    return sum(school.is_school_day(day) for day in period)


def test_every_period_in_a_term_has_as_many_school_days_as_one_counts() -> None:
    school = load_calendar("beijing").stage("primary")
    autumn = Period(date(2025, 9, 1), date(2026, 1, 24))
    checked = 0
    for start in autumn:
        counted, day = 0, start
        while day < autumn.end:
            # the count grows by the days of the notices, not by those of the calendar
            counted += worked(day)
            day += DAY
            assert school.school_days(Period(start, day)) == counted
            checked += 1

    assert checked == 145 * 146 // 2


stages_covered = st.sampled_from(
    [
        (name, stage, stretch)
        for name in NAMES
        for stage in load_calendar(name).stages
        for stretch in load_calendar(name).stage(stage).covered()
        if stretch.end <= date(2027, 1, 1)
    ]
)


@given(where=stages_covered, offset=st.integers(0, 1100), length=st.integers(1, 40), data=st.data())
def test_school_days_are_counted_as_by_stepping_through_them(
    where: tuple[str, str, Period], offset: int, length: int, data: st.DataObject
) -> None:
    name, stage, stretch = where
    start = stretch.start + (offset % stretch.days) * DAY
    period = Period(start, min(start + length * DAY, stretch.end))
    inside = st.sets(st.sampled_from(list(period)), max_size=3)
    closed = data.draw(inside, "closed")
    opened = data.draw(inside, "opened") - closed
    plainly = load_calendar(name).stage(stage)
    own = load_calendar(name).with_days(closed=closed, opened=opened).stage(stage)

    assert plainly.school_days(period) == by_stepping(plainly, period)
    assert own.school_days(period) == by_stepping(own, period)
    assert {day for day in period if own.is_school_day(day)} == (
        {day for day in period if plainly.is_school_day(day)} - closed
    ) | opened


def test_counting_takes_no_longer_for_ten_years_than_for_a_day() -> None:
    terms = [
        entry
        for year in range(2016, 2026)
        for entry in (
            term(year, 1, date(year, 9, 1), date(year + 1, 1, 16)),
            term(year, 2, date(year + 1, 2, 25), date(year + 1, 7, 5)),
        )
    ]
    school = SchoolCalendar(id="ten", region=Text("某地", "A place"), terms=tuple(terms)).stage(
        None
    )
    decade = Period(date(2016, 9, 1), date(2026, 7, 5))
    school.school_days(decade)  # the first question reads the calendar

    started = time.perf_counter()
    answers = {school.school_days(decade) for _ in range(20_000)}
    took = time.perf_counter() - started

    assert answers == {by_stepping(school, decade)}
    # stepping through 3,594 days 20,000 times would take half a minute
    assert took < 2


def test_school_days_after_a_day_skip_the_holiday_and_take_the_make_up_days() -> None:
    school = load_calendar("beijing").stage("primary")

    # from Friday 26 September 2025: Sun 28, Mon 29, Tue 30, then Thu 9, Fri 10, Sat 11, Mon 13,
    # Tue 14, Wed 15, Thu 16 October
    assert school.after_school_days(date(2025, 9, 26), 3) == date(2025, 9, 30)
    assert school.after_school_days(date(2025, 9, 26), 4) == date(2025, 10, 9)
    assert school.after_school_days(date(2025, 9, 26), 10) == date(2025, 10, 16)
    # from the last day of the autumn term on into the spring term
    assert school.after_school_days(date(2026, 1, 23), 1) == date(2026, 3, 2)


def test_school_days_before_a_day_are_counted_the_same_way_back() -> None:
    school = load_calendar("beijing").stage("primary")

    # from Thursday 9 October 2025: Tue 30, Mon 29, Sun 28, then Fri 26 September
    assert school.before_school_days(date(2025, 10, 9), 1) == date(2025, 9, 30)
    assert school.before_school_days(date(2025, 10, 9), 3) == date(2025, 9, 28)
    assert school.before_school_days(date(2025, 10, 9), 4) == date(2025, 9, 26)
    # from the first day of the spring term on back into the autumn term
    assert school.before_school_days(date(2026, 3, 2), 1) == date(2026, 1, 23)
    # and from the first day of all into what has not been published
    one = ONE_REGION.stage("primary")
    assert missing_of(one.before_school_days, date(2024, 9, 2), 1)[1]["day"] == date(2024, 9, 1)


def test_the_school_days_of_a_stretch_are_those_that_terms_cover() -> None:
    school = ONE_REGION.stage("primary")

    # the last day of classes is Monday 30 June 2025
    assert school.days(Period(date(2025, 6, 27), date(2025, 7, 5))) == (
        date(2025, 6, 27),
        date(2025, 6, 30),
    )
    nothing = Period(date(2025, 7, 2), date(2025, 7, 5))
    assert missing_of(school.days, nothing)[0] == "terms-not-published"


# ---------------------------------------------------------------- weeks, months, terms


def test_a_month_with_just_enough_school_days_counts() -> None:
    school = ONE_REGION.stage("primary")
    both = Period(date(2024, 9, 1), date(2024, 11, 1))
    # September: 21 from Monday to Friday from the 2nd on, less the 16th and 17th, which are free,
    # and Saturday 14 and Sunday 29. October: 18 after the 7th, and Saturday 12.
    found = {
        n: [month.start.month for month in school.months(both, school_days=n)]
        for n in (19, 20, 21, 22)
    }

    assert found == {19: [9, 10], 20: [9], 21: [9], 22: []}


def test_terms_may_be_asked_for_from_the_first_day_to_the_last() -> None:
    school = ONE_REGION.stage("primary")
    autumn, spring = TWO_TERMS

    assert school.terms_in(autumn.period) == (autumn,)
    assert school.terms_in(Period(autumn.period.start, spring.period.end)) == (autumn, spring)
    for day in (autumn.period.start - DAY, spring.period.end):
        assert missing_of(school.terms_in, Period(day, day + DAY))[1]["day"] == day


def test_a_week_without_a_school_day_owes_nothing() -> None:
    school = load_calendar("shanghai").stage("primary")
    # school ends on Friday 17 January 2025 and begins on Monday 17 February
    window = Period(date(2025, 1, 6), date(2025, 3, 3))

    assert [week.start for week in school.weeks(window)] == [
        date(2025, 1, 6),
        date(2025, 1, 13),
        date(2025, 2, 17),
        date(2025, 2, 24),
    ]


def test_a_week_with_too_few_school_days_may_owe_nothing_too() -> None:
    school = load_calendar("beijing").stage("primary")
    window = Period(date(2025, 9, 22), date(2025, 10, 20))
    # six days, two, three, five

    assert [week.start.day for week in school.weeks(window)] == [22, 29, 6, 13]
    assert [week.start.day for week in school.weeks(window, school_days=3)] == [22, 6, 13]
    assert [week.start.day for week in school.weeks(window, school_days=4)] == [22, 13]


def test_weeks_begin_on_monday_wherever_the_window_begins() -> None:
    school = load_calendar("beijing").stage("primary")

    # Thursday 13 November 2025 to Monday 17, that day included
    assert school.weeks(Period(date(2025, 11, 13), date(2025, 11, 18))) == (
        Period(date(2025, 11, 10), date(2025, 11, 17)),
        Period(date(2025, 11, 17), date(2025, 11, 24)),
    )


def test_months_with_too_few_school_days_are_left_out() -> None:
    school = load_calendar("beijing").stage("primary")
    year = Period(date(2025, 9, 1), date(2026, 9, 1))
    # Of February there is none; of July the 1st, 2nd, 3rd, 6th and 7th; of August none.

    assert [m.start.month for m in school.months(year)] == [9, 10, 11, 12, 1, 3, 4, 5, 6, 7]
    assert [m.start.month for m in school.months(year, school_days=10)] == [
        9, 10, 11, 12, 1, 3, 4, 5, 6,
    ]  # fmt: skip
    assert school.school_days(Period(date(2026, 7, 1), date(2026, 8, 1))) == 5


@pytest.mark.parametrize("stage", ["primary", "junior-high", "senior-high"])
def test_a_term_has_its_weeks_though_the_term_after_it_was_not_published(stage: str) -> None:
    # Of Chongqing the spring of 2025 is not on file. The autumn of 2024 runs from Monday 2 September
    # to Friday 17 January: twenty weeks, each with a school day (that of 30 September has one).
    school = load_calendar("chongqing").stage(stage)
    autumn = Period(date(2024, 9, 2), date(2025, 1, 18))

    assert len(school.weeks(autumn)) == 20


def test_a_day_lies_in_its_term_or_in_none() -> None:
    school = ONE_REGION.stage("primary")
    autumn, spring = TWO_TERMS

    assert school.term_of(date(2025, 1, 17)) == autumn
    assert school.term_of(date(2025, 1, 18)) is None
    assert school.term_of(date(2025, 2, 16)) is None
    assert school.term_of(date(2025, 2, 17)) == spring
    assert school.terms_in(Period(date(2025, 1, 17), date(2025, 2, 18))) == (autumn, spring)
    assert school.terms_in(Period(date(2025, 1, 18), date(2025, 2, 17))) == ()


# ---------------------------------------------------------------- where nothing is known


def test_a_term_beyond_the_announced_holidays_is_known_only_up_to_them() -> None:
    calendar = attrs.evolve(load_calendar("shanghai"), statutory=AnnouncedThrough2026())
    school = calendar.stage("primary")
    first_unknown = ("holidays-not-announced", {"day": date(2027, 1, 1)})

    assert school.is_school_day(date(2026, 12, 31))
    assert missing_of(school.is_school_day, date(2027, 1, 1)) == first_unknown
    assert missing_of(school.school_days, Period(date(2026, 12, 28), date(2027, 1, 2))) == (
        first_unknown
    )
    assert missing_of(school.weeks, Period(date(2026, 12, 7), date(2027, 1, 2))) == first_unknown
    assert missing_of(school.after_school_days, date(2026, 12, 31), 1) == first_unknown
    assert school.school_days(Period(date(2026, 12, 28), date(2027, 1, 1))) == 4
    # the term itself is published, so its dates are known
    found = school.term_of(date(2027, 1, 1))
    assert found is not None
    assert found.number == 1


@pytest.mark.parametrize(
    "day",
    [date(2024, 9, 1), date(2025, 7, 1), date(2026, 9, 1), date(1990, 1, 1), date(2090, 1, 1)],
)
def test_days_before_the_first_and_after_the_last_term_are_unknown(day: date) -> None:
    school = ONE_REGION.stage("primary")
    year = day.year if day.month >= 9 else day.year - 1
    facts = {"day": day, "year": f"{year}-{(year + 1) % 100:02d}"}

    for question in (school.is_school_day, school.term_of):
        assert missing_of(question, day) == ("terms-not-published", facts)
    for over in (school.school_days, school.terms_in, school.require):
        assert missing_of(over, Period(day, day + DAY)) == ("terms-not-published", facts)


def test_a_missing_term_leaves_a_hole() -> None:
    # of Chongqing's primary schools the spring term of 2025 is not on file
    school = load_calendar("chongqing").stage("primary")
    day = date(2025, 3, 3)

    assert not any(day in stretch for stretch in school.covered())
    assert missing_of(school.is_school_day, day)[0] == "terms-not-published"
    assert missing_of(school.term_of, day)[0] == "terms-not-published"
    across = Period(date(2025, 1, 6), date(2025, 9, 8))
    for over in (school.school_days, school.terms_in, school.weeks, school.months):
        code, facts = missing_of(over, across)
        assert code == "terms-not-published"
        # the first day after the autumn term
        assert facts["day"] == date(2025, 1, 18)


def test_of_three_terms_a_year_the_second_may_be_missing_too() -> None:
    first, third = (
        term(2024, 1, date(2024, 9, 2), date(2024, 11, 30)),
        term(2024, 3, date(2025, 3, 17), date(2025, 7, 1)),
    )
    school = attrs.evolve(ONE_REGION, terms=(first, third)).stage("primary")

    assert school.covered() == (first.period, third.period)
    assert missing_of(school.is_school_day, date(2024, 12, 10))[0] == "terms-not-published"


def test_the_first_day_that_is_not_known_is_told() -> None:
    school = ONE_REGION.stage("primary")

    before = Period(date(2024, 8, 30), date(2024, 9, 4))
    after = Period(date(2025, 6, 30), date(2025, 7, 4))
    assert missing_of(school.school_days, before)[1]["day"] == date(2024, 8, 30)
    assert missing_of(school.school_days, after)[1]["day"] == date(2025, 7, 3)
    # of a week after the last term, the day on which what is known ends
    later = (*TWO_TERMS, term(2025, 2, date(2026, 3, 2), date(2026, 7, 6)))
    hole = attrs.evolve(ONE_REGION, terms=later).stage("primary")
    for week in (
        Period(date(2026, 7, 6), date(2026, 7, 13)),
        Period(date(2026, 7, 13), date(2026, 7, 20)),
    ):
        assert missing_of(hole.school_days_inside, week)[1]["day"] == date(2026, 7, 6)
    week = Period(date(2025, 9, 1), date(2025, 9, 8))
    assert missing_of(hole.school_days_inside, week)[1]["day"] == date(2025, 7, 1)


def test_the_holidays_between_two_published_terms_are_known_to_be_free() -> None:
    school = load_calendar("chongqing").stage("primary")

    # winter of 2024: 20 January to 18 February, with two worked Sundays that are no school days
    assert school.school_days(Period(date(2024, 1, 20), date(2024, 2, 19))) == 0


def test_a_stage_without_published_terms_is_unknown() -> None:
    beijing = load_calendar("beijing")

    assert missing_of(beijing.stage, "preschool")[0] == "stage-not-published"
    # and where the stages differ, it has to be said which
    assert missing_of(beijing.stage, None)[0] == "stage-unknown"


def test_where_all_stages_have_the_same_terms_the_stage_need_not_be_known() -> None:
    both = attrs.evolve(
        ONE_REGION,
        terms=tuple(attrs.evolve(t, stages=["primary", "junior-high"]) for t in TWO_TERMS),
    )

    assert both.uniform
    assert both.stage(None).terms == both.stage("junior-high").terms
    closed = both.with_days(closed=[date(2024, 9, 3)], stages=["primary"])
    assert not closed.uniform
    assert missing_of(closed.stage, None)[0] == "stage-unknown"
    opened = both.with_days(opened=[date(2024, 9, 8)], stages=["primary"])
    assert not opened.uniform
    assert both.with_days(closed=[date(2024, 9, 3)]).uniform
    # to close no day changes nothing
    assert both.with_days(closed=[], stages=["primary"]).uniform


def test_what_is_unknown_is_told_in_both_languages() -> None:
    with pytest.raises(OutsideCoverage) as unknown:
        ONE_REGION.stage("primary").is_school_day(date(2025, 9, 1))

    assert "2025-26" in unknown.value.missing.message("zh")
    assert "2025-26" in unknown.value.missing.message("en")


# ---------------------------------------------------------------- overlays and other countries


def test_a_school_closes_a_typhoon_day_and_makes_up_for_it() -> None:
    typhoon, saturday = date(2024, 9, 16 + 3), date(2024, 9, 21)
    own = ONE_REGION.with_days(closed=[typhoon], opened=[saturday])
    week = Period(date(2024, 9, 16), date(2024, 9, 23))

    # 16 and 17 are free by the mid-autumn festival: Wednesday, Thursday and Friday remain
    assert ONE_REGION.stage("primary").school_days(week) == 3
    assert own.stage("primary").school_days(week) == 3
    assert not own.stage("primary").is_school_day(typhoon)
    assert own.stage("primary").is_school_day(saturday)
    # the calendar it was made from stays as it was
    assert ONE_REGION.stage("primary").is_school_day(typhoon)


def test_the_later_word_on_a_day_holds() -> None:
    day = date(2024, 9, 21)
    opened = ONE_REGION.with_days(opened=[day])
    closed_again = opened.with_days(closed=[day])

    assert opened.stage("primary").is_school_day(day)
    assert not closed_again.stage("primary").is_school_day(day)
    assert closed_again.with_days(opened=[day]).stage("primary").is_school_day(day)


def test_a_day_in_the_holidays_can_be_opened() -> None:
    own = ONE_REGION.with_days(opened=[date(2025, 1, 20)])

    assert own.stage("primary").school_days(Period(date(2025, 1, 18), date(2025, 2, 17))) == 1
    assert own.stage("primary").after_school_days(date(2025, 1, 17), 1) == date(2025, 1, 20)


def test_days_can_be_opened_from_the_first_day_of_the_first_term_on() -> None:
    sunday = date(2024, 9, 1)
    early = (term(2024, 1, sunday, date(2025, 1, 18)), TWO_TERMS[1])
    calendar = attrs.evolve(ONE_REGION, terms=early)
    own = calendar.with_days(opened=[sunday, date(2025, 7, 1)]).stage("primary")

    assert not calendar.stage("primary").is_school_day(sunday)
    assert own.is_school_day(sunday)
    # the day after the last term stays unknown: it may lie in a term that is not published yet
    assert missing_of(own.is_school_day, date(2025, 7, 1))[0] == "terms-not-published"


def test_a_closed_day_is_known_though_its_holidays_are_not_announced() -> None:
    calendar = SchoolCalendar(
        id="one",
        region=Text("某地", "A place"),
        terms=(term(2026, 1, date(2026, 9, 1), date(2027, 1, 16)),),
        statutory=AnnouncedThrough2026(),
    ).with_days(closed=[date(2027, 1, 4)])
    school = calendar.stage("primary")

    assert not school.is_school_day(date(2027, 1, 4))
    assert missing_of(school.is_school_day, date(2027, 1, 5))[0] == "holidays-not-announced"


def test_a_day_cannot_be_closed_and_opened_at_once() -> None:
    with pytest.raises(InputError) as refused:
        ONE_REGION.with_days(closed=[date(2024, 9, 3)], opened=[date(2024, 9, 3)])

    assert [fault.code for fault in refused.value.faults] == ["closed-and-opened"]


def test_another_countrys_working_days_can_be_plugged_in() -> None:
    abroad = attrs.evolve(ONE_REGION, statutory=FridayAndSaturdayOff())
    school = abroad.stage("primary")

    # the week of Monday 30 September 2024: no National Day, but Friday and Saturday are free
    assert [school.is_school_day(date(2024, 9, 30) + n * DAY) for n in range(7)] == [
        True,
        True,
        True,
        True,
        False,
        False,
        True,
    ]


def weekly_duty() -> Any:
    """Return a plan with one duty: a preparation group prepares together in every teaching week."""
    return plan_from_table(
        {
            "plan": {"id": "weekly", "title": {"zh": "每周集体备课", "en": "Weekly preparation"}},
            "document": {"title": {"zh": "方案", "en": "Plan"}},
            "clause": [{"number": "一", "gist": {"zh": "每周一次", "en": "Once a week"}}],
            "quota": [
                {
                    "id": "preparation",
                    "clause": "一",
                    "title": {"zh": "集体备课", "en": "Collective preparation"},
                    "measure": {"count": "preparation"},
                    "every": "teaching-week",
                    "at_least": 1,
                }
            ],
        }
    )


def test_a_group_owes_nothing_in_a_week_closed_by_a_typhoon() -> None:
    calendar = ONE_REGION.with_days(closed=days(date(2024, 9, 9), date(2024, 9, 14)))
    group = Group(id="g1", type="preparation-group", stage="primary")
    held = [
        Record(id=f"r{day}", kind="preparation", day=date(2024, 9, day), bearer="g1")
        for day in (4, 18)
    ]
    # 9-13 September closed, and Saturday the 14th, which would have been worked, too; 18 September
    # is a Wednesday, 16 and 17 are free
    register = Register(held, complete_through=date(2024, 9, 29))

    verdicts = list(
        evaluate(
            weekly_duty(),
            [group],
            register,
            as_of=date(2024, 9, 30),
            calendar=calendar,
            during=Period(date(2024, 9, 2), date(2024, 9, 30)),
        )
    )

    found = [(v.period.start.day, v.status.value) for v in verdicts if v.period is not None]
    assert found == [(2, "MET"), (16, "MET"), (23, "NOT_MET")]
