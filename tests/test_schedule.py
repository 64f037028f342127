"""Schedules: the matching against one that tries everything, and what must not matter."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import Period, Plan, Record, Register, Status, Verdict, evaluate, load_calendar
from eduplan.calendars import StageCalendar, Term
from eduplan.calendars.statutory import ChineseStatutoryDays
from eduplan.errors import NotKnown
from eduplan.files import plan_from_table
from eduplan.provisions.matching import matched
from eduplan.provisions.occasions import as_window, days_due

DAY = timedelta(days=1)
FIRST = date(2025, 9, 1)
SCHOOL = load_calendar("yunnan").stage("primary")
TERM = Period(date(2025, 9, 1), date(2026, 1, 24))


def best(fits: Sequence[Sequence[int]], things: int) -> set[int]:
    """Return the places that get a thing, by trying every way of giving things to places.

    Of the ways that serve most, that which serves the earlier places.
    """
    ways: list[tuple[int, ...]] = []
    for way in product(range(-1, things), repeat=len(fits)):
        given_ = [thing for thing in way if thing >= 0]
        if len(set(given_)) == len(given_) and all(
            thing < 0 or thing in fits[place] for place, thing in enumerate(way)
        ):
            ways.append(tuple(place for place, thing in enumerate(way) if thing >= 0))
    most = min(ways, key=lambda served: (-len(served), served))
    return set(most)


@given(st.lists(st.sets(st.integers(0, 3)).map(sorted), max_size=4))
def test_as_many_places_as_can_be_are_served_the_earlier_first(fits: list[list[int]]) -> None:
    found = matched(fits)

    assert set(found) == best(fits, 4)
    assert len(set(found.values())) == len(found)
    assert all(thing in fits[place] for place, thing in found.items())


@given(
    st.lists(st.sets(st.integers(0, 3)).map(sorted), max_size=5),
    st.sets(st.integers(0, 4)),
)
def test_a_further_thing_takes_nothing_away(fits: list[list[int]], more: set[int]) -> None:
    wider = [[*things, 9] if place in more else things for place, things in enumerate(fits)]

    assert set(matched(fits)) <= set(matched(wider))


SPRING = Period(date(2025, 2, 17), date(2025, 7, 5))
AUTUMN = Period(date(2025, 8, 25), date(2026, 1, 24))


def plan(**keys: object) -> Plan:
    text = {"zh": "例", "en": "Example"}
    rule = {"id": "s", "clause": "1", "title": text, "what": "meeting", "every": "week", **keys}
    return plan_from_table(
        {
            "plan": {"id": "p", "title": text},
            "document": {"title": text},
            "clause": [{"number": "1", "gist": text}],
            "schedule": [rule],
        }
    )


def judged(
    rule: Plan,
    days: Sequence[date],
    *,
    as_of: date = date(2025, 10, 6),
    during: Period | None = None,
) -> list[Verdict]:
    records = [
        Record(id=f"r{index}", kind="meeting", day=day, bearer="s")
        for index, day in enumerate(days)
    ]
    register = Register(records, complete_through=date(2025, 12, 31))
    during = during or Period(FIRST, FIRST + 21 * DAY)
    return list(evaluate(rule, [{"id": "s"}], register, as_of=as_of, during=during))


def by_hand(days: Sequence[date], grace: int, *, counts: bool) -> list[tuple[Status, int]]:
    """Judge three weeks by a plain reading: in time week by week, then late, earliest first.

    Weeks on either side hold what is theirs, as the three do.
    """
    weeks = [FIRST + 7 * index * DAY for index in range(-1, 4)]
    spare = sorted(days)
    held = {}
    for monday in weeks:
        inside = [day for day in spare if monday <= day < monday + 7 * DAY]
        if inside:
            held[monday] = True
            spare.remove(inside[0])
    for monday in weeks:
        end = monday + 7 * DAY
        late = [day for day in spare if end <= day < end + grace * DAY]
        if monday not in held and late:
            spare.remove(late[0])
            held[monday] = counts
    return [(Status.MET, 1) if held.get(monday) else (Status.NOT_MET, 0) for monday in weeks[1:4]]


# Mondays to Wednesdays, where a few days of grace end
MEETINGS = st.lists(
    st.builds(
        lambda week, day: FIRST + (7 * week + day) * DAY, st.integers(-1, 3), st.integers(0, 2)
    ),
    max_size=7,
)


@given(MEETINGS, st.sampled_from([1, 2, 7]), st.booleans())
def test_three_weeks_come_out_as_by_hand(days: list[date], grace: int, counts: bool) -> None:
    rule = plan(grace=grace, late="counts" if counts else "fails")

    found = [(verdict.status, verdict.value) for verdict in judged(rule, days)]

    assert found == by_hand(days, grace, counts=counts)


@given(MEETINGS, st.integers(0, 7))
def test_a_week_does_not_depend_on_the_weeks_asked_about(days: list[date], grace: int) -> None:
    rule = plan(grace=grace, late="counts" if grace else "fails")
    whole = {verdict.period: verdict for verdict in judged(rule, days)}

    for index in range(3):
        week = Period(FIRST + 7 * index * DAY, FIRST + 7 * (index + 1) * DAY)
        (alone,) = judged(rule, days, during=week)
        assert (alone.status, alone.value) == (whole[week].status, whole[week].value)


@given(MEETINGS, st.dates(FIRST, date(2025, 9, 30)))
def test_what_is_decided_stays_decided(days: list[date], day: date) -> None:
    rule = plan(grace=3, late="counts")
    then = {v.period: v.status for v in judged(rule, days, as_of=day)}
    now = {v.period: v.status for v in judged(rule, days, as_of=date(2025, 10, 6))}

    for period, status in then.items():
        if status is Status.MET or status is Status.NOT_MET:
            assert now[period] is status


@given(MEETINGS)
def test_a_report_adds_up_the_weeks(days: list[date]) -> None:
    during = Period(FIRST, FIRST + 28 * DAY)
    weeks = judged(plan(), days, during=during)
    (month,) = judged(plan(report={"cycle": "1 months", "grid": FIRST}), days, during=during)

    inside = [week for week in weeks if week.period and week.period.start < date(2025, 10, 1)]
    extra = judged(plan(), days, during=Period(date(2025, 9, 29), date(2025, 10, 6)))
    assert month.value == sum(int(week.value or 0) for week in [*inside, *extra])


def test_weeks_of_a_term_are_counted_over_its_teaching_weeks() -> None:
    weeks = SCHOOL.weeks(TERM)

    for first in range(1, 8):
        found = days_due(as_window({"weeks": [first, first + 2]}), TERM, lambda: SCHOOL)
        assert found == Period(weeks[first - 1].start, weeks[first + 1].end)
    last = days_due(as_window({"last_weeks": 2}), TERM, lambda: SCHOOL)
    assert last == Period(weeks[-2].start, weeks[-1].end)


def test_every_day_of_a_week_moves_to_a_school_day() -> None:
    week = Period(date(2025, 9, 29), date(2025, 10, 6))  # school on Monday and Tuesday only
    moved = {
        (weekday, shift): days_due(
            as_window({"day": weekday, "shift": shift}), week, lambda: SCHOOL
        )
        for weekday in ("monday", "wednesday", "sunday")
        for shift in ("next-school-day", "previous-school-day", "drop")
    }

    on = {key: days and days.start for key, days in moved.items()}
    assert on == {
        ("monday", "next-school-day"): date(2025, 9, 29),
        ("monday", "previous-school-day"): date(2025, 9, 29),
        ("monday", "drop"): date(2025, 9, 29),
        ("wednesday", "next-school-day"): date(2025, 10, 9),
        ("wednesday", "previous-school-day"): date(2025, 9, 30),
        ("wednesday", "drop"): None,
        ("sunday", "next-school-day"): date(2025, 10, 9),
        ("sunday", "previous-school-day"): date(2025, 9, 30),
        ("sunday", "drop"): None,
    }


def test_months_of_a_year_are_whole_and_may_pass_new_year() -> None:
    year = Period(date(2025, 9, 1), date(2026, 9, 1))

    found = days_due(as_window({"months": [12, 2]}), year, lambda: SCHOOL)

    assert found == Period(date(2025, 12, 1), date(2026, 3, 1))


def test_the_summer_holiday_ends_where_the_next_term_begins() -> None:
    terms = [
        Term(school_year=2024, number=2, stages="primary", period=SPRING, source="notice"),
        Term(school_year=2025, number=1, stages="primary", period=AUTUMN, source="notice"),
    ]
    school = StageCalendar(terms, ChineseStatutoryDays())
    year = Period(date(2024, 9, 1), date(2025, 9, 1))

    found = days_due(as_window({"holiday": "summer"}), year, lambda: school)

    assert found == Period(date(2025, 7, 5), date(2025, 8, 25))
    with pytest.raises(NotKnown):  # the first term of that year is not on file
        days_due(as_window({"holiday": "winter"}), year, lambda: school)
