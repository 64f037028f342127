"""Cycles of a bearer's own: length by person, anchors, renewals, changes, and leave that holds."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan.cycles import Aligned
from eduplan.dates import Period
from eduplan.errors import InputError, NotKnown
from eduplan.periods import Every, as_every, periods
from eduplan.records import Entry, Register

DAY = timedelta(days=1)
WINDOW = Period(date(2019, 9, 1), date(2032, 1, 1))


def found(
    rule: object,
    bearer: Mapping[str, object],
    records: list[dict[str, Any]] | None = None,
    window: Period = WINDOW,
    as_of: date = date.max,
) -> list[tuple[date, date]]:
    """Return first and last day of the cycles of a bearer."""
    register = Register(
        [{"id": f"r{n}", "bearer": "t", **record} for n, record in enumerate(records or [])]
    )

    def of(kinds: Any, by: str) -> list[Entry]:
        return list(register.of("t", kinds, by))

    every = as_every(rule)  # type: ignore[arg-type]
    assert as_every(every.plain()) == every  # type: ignore[arg-type]
    cycles = periods(every, window, bearer=bearer.get, records=of, as_of=as_of)
    return [(cycle.start, cycle.last) for cycle in cycles]


def renewals(*days: date) -> list[dict[str, Any]]:
    return [{"kind": "renewal", "day": day} for day in days]


# ---------------------------------------------------------------- the oracle
#
# It lives from day to day, with a calendar of the standard library: it knows neither months from an
# anchor nor fixed points, only whether a day is the last of a cycle, on hold, or one of a renewal.


def months_after(day: date, months: int) -> date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def lived(
    first: date, months: int, rule: dict[str, Any], renewed: set[date], held: set[date], end: date
) -> Iterator[tuple[date, date]]:
    anchor, count, start = first, 0, first
    day = first
    while start < end:
        days = (months_after(anchor, count + months) - start).days  # that are not on hold
        due = start
        while days:
            days -= due not in held
            due += DAY
        begins = None
        while begins is None:
            day += DAY
            if day > date(2030, 1, 1):  # nobody renews so late
                yield start, due - DAY
                return
            if day not in renewed or day <= start:
                continue
            if day < due:
                inside = "opens" in rule and day >= months_after(due, -rule["opens"])
                how = "due" if inside else rule["early"]
            else:
                how = rule["late"]
                if "grace" in rule and day >= months_after(due, rule["grace"]):
                    how = "completion"
            begins = {"completion": day, "due": due, "nothing": None}[how]
        yield start, min(due, begins) - DAY
        regular = begins == months_after(anchor, count + months)
        anchor, count = (anchor, count + months) if regular else (begins, 0)
        start = begins


STARTS = st.sampled_from(
    [date(2020, 1, 30), date(2020, 2, 29), date(2020, 8, 31), date(2021, 3, 1)]
)
MONTHS = st.integers(1, 7)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "early": draw(st.sampled_from(["completion", "due", "nothing"])),
        "late": draw(st.sampled_from(["completion", "due"])),
    }
    if rule["early"] != "due" and draw(st.booleans()):
        rule["opens"] = draw(st.integers(1, 3))
    if rule["late"] != "completion" and draw(st.booleans()):
        rule["grace"] = draw(st.integers(1, 3))
    return rule


@given(
    first=STARTS,
    months=MONTHS,
    rule=rules(),
    renewed=st.sets(st.integers(-20, 700), max_size=6),
    leave=st.lists(st.tuples(st.integers(-40, 500), st.integers(1, 150)), max_size=3),
)
def test_cycles_are_those_one_lives_through(
    first: date,
    months: int,
    rule: dict[str, Any],
    renewed: set[int],
    leave: list[tuple[int, int]],
) -> None:
    days = {first + n * DAY for n in renewed}
    held = {first + (start + n) * DAY for start, length in leave for n in range(length)}
    table: dict[str, Any] = {
        "cycle": f"{months} months",
        "from": "@bearer.licensed",
        "after": {
            "kind": "renewal",
            **{key: f"{n} months" if isinstance(n, int) else n for key, n in rule.items()},
        },
        "hold": {"kind": "leave"},
    }
    records = renewals(*days) + [
        {"kind": "leave", "day": first + n * DAY, "last_day": first + (n + length - 1) * DAY}
        for n, length in leave
    ]
    expected = list(lived(first, months, rule, days, held, WINDOW.end))

    assert found(table, {"licensed": first}, records) == expected
    assert found(table, {"licensed": first}, records[::-1]) == expected


@given(first=STARTS, months=MONTHS, held=st.lists(st.integers(0, 400), max_size=3))
def test_leave_makes_a_cycle_longer_by_its_days_and_moves_those_after_it(
    first: date, months: int, held: list[int]
) -> None:
    records = [{"kind": "leave", "day": first + n * DAY} for n in set(held)]
    rule = {"cycle": f"{months} months", "from": "@bearer.hired", "hold": {"kind": "leave"}}
    cycles = found(rule, {"hired": first}, records)

    assert all(one[1] + DAY == other[0] for one, other in pairwise(cycles))
    for start, last in cycles:
        on_leave = sum(start <= first + n * DAY <= last for n in set(held))
        span = months_after(start, months) - start
        assert abs((last + DAY - start).days - on_leave - span.days) <= 3  # months clip


# ---------------------------------------------------------------- lengths

EMPLOYED: dict[str, Any] = {
    "cycle": [
        {"where": {"employment": "full-time"}, "length": "5 years"},
        {"where": {"employment": ["casual", "part-time"]}, "length": "7 years"},
    ],
    "from": "@bearer.accredited",
}
YEARS = {"accredited": date(2020, 1, 1)}


@pytest.mark.parametrize(("employment", "last"), [("full-time", 2024), ("casual", 2026)])
def test_a_cycle_is_as_long_as_the_first_row_that_fits(employment: str, last: int) -> None:
    window = Period(date(2020, 1, 1), date(2020, 1, 2))

    cycles = found(EMPLOYED, {**YEARS, "employment": employment}, window=window)

    assert cycles == [(date(2020, 1, 1), date(last, 12, 31))]


def test_a_grid_may_have_steps_of_different_lengths_for_different_people() -> None:
    rule = {**EMPLOYED, "grid": date(2020, 1, 1)}
    del rule["from"]
    window = Period(date(2019, 12, 31), date(2020, 1, 2))

    assert found(rule, {"employment": "casual"}, window=window) == [
        (date(2013, 1, 1), date(2019, 12, 31)),
        (date(2020, 1, 1), date(2026, 12, 31)),
    ]


def test_an_unknown_fact_leaves_the_length_unknown_unless_all_rows_agree() -> None:
    with pytest.raises(NotKnown) as caught:
        found(EMPLOYED, YEARS)
    assert caught.value.missing.facts["field"] == "employment"

    alike = {**EMPLOYED, "cycle": [*EMPLOYED["cycle"], {"length": "5 years"}]}
    with pytest.raises(NotKnown):
        found(alike, YEARS)  # it may be casual, hence seven
    alike["cycle"] = [EMPLOYED["cycle"][0], {"length": "5 years"}]
    assert found(alike, YEARS)[0] == (date(2020, 1, 1), date(2024, 12, 31))


def test_for_a_bearer_whom_no_row_fits_the_plan_says_nothing() -> None:
    with pytest.raises(NotKnown) as caught:
        found(EMPLOYED, {**YEARS, "employment": "volunteer"})
    assert caught.value.missing.code == "cycle-length-open"


def test_a_row_that_fits_after_an_unknown_one_of_another_length_decides_nothing() -> None:
    rows = [
        {"where": {"employment": "full-time"}, "length": "5 years"},
        {"where": {"stage": "primary"}, "length": "7 years"},
        {"length": "5 years"},
    ]

    # Five years if it is full-time, seven if not: the last row is never reached.
    with pytest.raises(NotKnown):
        found({**EMPLOYED, "cycle": rows}, {**YEARS, "stage": "primary"})


def test_of_several_unknown_facts_the_first_is_named() -> None:
    rows = [
        {"where": {"employment": "full-time"}, "length": "5 years"},
        {"where": {"stage": "primary"}, "length": "7 years"},
    ]

    with pytest.raises(NotKnown) as caught:
        found({**EMPLOYED, "cycle": rows}, YEARS)

    assert caught.value.missing.facts["field"] == "employment"


def test_a_rule_tells_the_facts_of_the_bearer_on_which_its_cycles_depend() -> None:
    rule = as_every(
        {
            "cycle": [
                {"where": {"employment": "full-time"}, "length": "5 years"},
                {"where": {"tier": "@bearer.grade"}, "length": "7 years"},
            ],
            "from": "@bearer.hired",
            "until": "@bearer.expires",
        }
    )

    assert set(rule.facts) == {"hired", "expires", "employment", "tier", "grade"}


# ---------------------------------------------------------------- of which something is asked


@pytest.mark.parametrize("more", [{}, {"after": "renewal"}])
@pytest.mark.parametrize(
    ("counted", "years"),
    [
        ({"skip": 1}, range(2021, 2032)),
        ({"only": 2}, range(2020, 2022)),
        ({"skip": 1, "only": 2}, range(2021, 2023)),
        ({"skip": 2, "only": 1}, range(2022, 2023)),
    ],
)
def test_of_some_cycles_nothing_is_asked(
    more: dict[str, Any], counted: dict[str, int], years: range
) -> None:
    rule = {"cycle": "1 year", "from": "@bearer.joined", **counted, **more}
    on_time = renewals(*(date(year, 9, 1) for year in range(2021, 2033)))

    cycles = found(rule, {"joined": date(2020, 9, 1)}, on_time)

    assert cycles == [(date(year, 9, 1), date(year + 1, 8, 31)) for year in years]


# ---------------------------------------------------------------- a change of employment


def changing(governs: str) -> dict[str, Any]:
    return {**EMPLOYED, "change": {"kind": "employment", "governs": governs}}


def employed(*spells: tuple[date, str]) -> list[dict[str, Any]]:
    return [{"kind": "employment", "day": day, "employment": how} for day, how in spells]


TO_CASUAL = employed((date(2019, 1, 1), "full-time"), (date(2022, 3, 1), "casual"))
TO_FULL_TIME = employed((date(2019, 1, 1), "casual"), (date(2026, 3, 1), "full-time"))


def test_a_cycle_keeps_the_length_it_began_with() -> None:
    assert found(changing("period-start"), {**YEARS, "employment": "casual"}, TO_CASUAL) == [
        (date(2020, 1, 1), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2031, 12, 31)),
    ]


def test_or_it_takes_the_length_that_follows_from_the_change() -> None:
    assert found(changing("as-of"), {**YEARS, "employment": "casual"}, TO_CASUAL)[0] == (
        date(2020, 1, 1),
        date(2026, 12, 31),
    )


def test_a_cycle_that_would_be_over_by_the_new_length_ends_with_the_change() -> None:
    # five years were over at the end of 2024, but until March 2026 the teacher had seven
    cycles = found(changing("as-of"), {**YEARS, "employment": "full-time"}, TO_FULL_TIME)

    assert cycles[:2] == [
        (date(2020, 1, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2031, 2, 28)),
    ]


def test_a_change_after_the_day_of_judgement_is_not_looked_at() -> None:
    bearer = {**YEARS, "employment": "full-time"}

    cycles = found(changing("as-of"), bearer, TO_CASUAL, as_of=date(2022, 2, 28))

    assert cycles[0] == (date(2020, 1, 1), date(2024, 12, 31))


def test_a_change_on_the_first_day_after_a_cycle_does_not_lengthen_it() -> None:
    records = employed((date(2019, 1, 1), "full-time"), (date(2025, 1, 1), "casual"))

    assert found(changing("as-of"), {**YEARS, "employment": "casual"}, records) == [
        (date(2020, 1, 1), date(2024, 12, 31)),
        (date(2025, 1, 1), date(2031, 12, 31)),
    ]


def test_what_begins_after_the_days_of_interest_need_not_be_known() -> None:
    # the plan does not say how long the cycle of a volunteer is
    records = employed((date(2019, 1, 1), "full-time"), (date(2025, 1, 1), "volunteer"))
    bearer = {**YEARS, "employment": "volunteer"}
    rule = changing("period-start")

    until = Period(date(2020, 1, 1), date(2025, 1, 1))
    assert found(rule, bearer, records, until) == [(date(2020, 1, 1), date(2024, 12, 31))]
    with pytest.raises(NotKnown):
        found(rule, bearer, records, Period(date(2020, 1, 1), date(2025, 1, 2)))


def test_before_the_first_record_of_a_fact_it_is_not_known() -> None:
    with pytest.raises(NotKnown):
        found(changing("period-start"), {**YEARS, "employment": "casual"}, TO_CASUAL[1:])


def test_without_any_record_of_a_change_the_roster_holds() -> None:
    cycles = found(changing("as-of"), {**YEARS, "employment": "casual"})

    assert cycles[0] == (date(2020, 1, 1), date(2026, 12, 31))


# ---------------------------------------------------------------- anchors


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        ({"hired": date(2021, 11, 15), "certified": date(2020, 7, 1)}, date(2020, 7, 1)),
        ({"hired": date(2021, 11, 15)}, date(2021, 11, 15)),
    ],
)
def test_the_first_anchor_that_the_roster_states_holds(facts: dict[str, Any], first: date) -> None:
    rule = {"cycle": "5 years", "from": ["@bearer.certified", "@bearer.hired"]}

    assert found(rule, facts)[0][0] == first


def test_an_expiry_ends_a_cycle_and_begins_the_next() -> None:
    rule = {"cycle": "5 years", "until": "@bearer.expires", "from": "@bearer.hired"}
    bearer = {"expires": date(2025, 6, 30), "hired": date(2003, 9, 1)}

    assert found(rule, bearer) == [
        (date(2020, 7, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2030, 6, 30)),
        (date(2030, 7, 1), date(2035, 6, 30)),
    ]
    assert found(rule, {"hired": date(2020, 9, 1)})[0] == (date(2020, 9, 1), date(2025, 8, 31))


def test_what_follows_an_expiry_may_be_on_hold_or_renewed() -> None:
    rule = {
        "cycle": "5 years",
        "until": "@bearer.expires",
        "after": {"kind": "renewal", "opens": "6 months"},
    }

    cycles = found(rule, {"expires": date(2025, 6, 30)}, renewals(date(2025, 2, 1)))

    assert cycles == [
        (date(2020, 7, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2030, 6, 30)),
    ]


@pytest.mark.parametrize(
    ("aligned", "first"),
    [
        ("month", date(2021, 11, 1)),
        ("next-month", date(2021, 12, 1)),
        ("school-year", date(2021, 9, 1)),
        ("next-school-year", date(2022, 9, 1)),
        ("calendar-year", date(2021, 1, 1)),
        ("next-calendar-year", date(2022, 1, 1)),
    ],
)
def test_a_first_cycle_may_begin_with_a_month_or_year(aligned: str, first: date) -> None:
    rule = {"cycle": "5 years", "from": "@bearer.hired", "aligned": aligned}

    assert found(rule, {"hired": date(2021, 11, 15)})[0][0] == first
    assert found(rule, {"hired": first})[0][0] == first


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.sampled_from(Aligned))
def test_an_aligned_day_is_the_nearest_of_its_kind(day: date, aligned: Aligned) -> None:
    first = aligned.first_day(day)
    months = {"month": range(1, 13), "school-year": [9], "calendar-year": [1]}
    kept = months[aligned.value.removeprefix("next-")]
    step = DAY if aligned.value.startswith("next-") else -DAY
    while day.day != 1 or day.month not in kept:
        day += step

    assert first == day


# ---------------------------------------------------------------- renewals

LICENCE: dict[str, Any] = {"cycle": "5 years", "from": "@bearer.licensed"}
LICENSED: dict[str, object] = {"licensed": date(2019, 9, 1)}


def renewed(day: date, **rule: str) -> list[tuple[date, date]]:
    table = {**LICENCE, "after": {"kind": "renewal", **rule}}
    return found(table, LICENSED, renewals(day))


def test_a_renewal_ends_a_cycle_and_the_next_starts_on_that_day() -> None:
    # renewed in March 2022 instead of by 31 August 2024
    assert renewed(date(2022, 3, 15)) == [
        (date(2019, 9, 1), date(2022, 3, 14)),
        (date(2022, 3, 15), date(2027, 3, 14)),
    ]


def test_a_late_renewal_keeps_the_due_day_and_nothing_is_owed_in_between() -> None:
    assert renewed(date(2024, 10, 10)) == [
        (date(2019, 9, 1), date(2024, 8, 31)),
        (date(2024, 10, 10), date(2029, 10, 9)),
    ]


NEXT_FROM_DUE = [
    (date(2019, 9, 1), date(2024, 8, 31)),
    (date(2024, 9, 1), date(2029, 8, 31)),
]


def test_renewed_within_its_window_a_cycle_is_not_shortened() -> None:
    assert renewed(date(2024, 3, 1), opens="6 months") == NEXT_FROM_DUE
    assert renewed(date(2024, 2, 29), opens="6 months")[1][0] == date(2024, 2, 29)
    assert renewed(date(2024, 7, 3), opens="60 days") == NEXT_FROM_DUE
    assert renewed(date(2024, 7, 2), opens="60 days")[1][0] == date(2024, 7, 2)


def test_renewed_before_its_window_opens_it_may_count_for_nothing() -> None:
    early = renewed(date(2024, 2, 29), opens="6 months", early="nothing")

    assert early == NEXT_FROM_DUE[:1]


def test_a_renewal_on_the_first_day_after_a_cycle_is_not_early() -> None:
    assert renewed(date(2024, 8, 31), early="nothing") == NEXT_FROM_DUE[:1]
    assert renewed(date(2024, 9, 1), early="nothing") == NEXT_FROM_DUE


def test_a_cycle_is_not_renewed_on_the_day_it_begins() -> None:
    table = {**LICENCE, "after": {"kind": "renewal", "opens": "6 months"}}

    # The first renews the cycle that ends in August; the second, on the day the next one begins,
    # does not renew that one too.
    assert found(table, LICENSED, renewals(date(2024, 8, 1), date(2024, 9, 1))) == NEXT_FROM_DUE


def test_a_cycle_renewed_at_any_time_may_run_to_its_end() -> None:
    assert renewed(date(2021, 1, 1), early="due") == NEXT_FROM_DUE


def test_renewed_late_within_grace_the_next_cycle_runs_from_the_due_day() -> None:
    assert renewed(date(2025, 2, 28), late="due", grace="6 months") == NEXT_FROM_DUE
    assert renewed(date(2025, 3, 1), late="due", grace="6 months")[1] == (
        date(2025, 3, 1),
        date(2030, 2, 28),
    )


def test_a_late_renewal_does_not_count_again_as_an_early_one() -> None:
    # the renewal of October 2024 completes the cycle due in August, and none besides
    assert renewed(date(2024, 10, 10), late="due") == NEXT_FROM_DUE


def test_a_renewal_that_may_fit_or_not_leaves_the_cycles_unknown() -> None:
    table = {**LICENCE, "after": {"kind": "renewal", "where": {"granted": True}}}

    with pytest.raises(NotKnown):
        found(table, LICENSED, renewals(date(2022, 1, 1)))
    granted = [{"kind": "renewal", "day": date(2022, 1, 1), "granted": True}]
    assert found(table, LICENSED, granted)[1][0] == date(2022, 1, 1)
    granted[0]["granted"] = False
    assert len(found(table, LICENSED, granted)) == 1


def test_a_renewal_on_the_first_day_of_all_is_not_looked_at() -> None:
    table = {**LICENCE, "after": {"kind": "renewal", "where": {"granted": True}}}

    # Whether it was granted is not known; but it comes too early to complete a cycle.
    assert found(table, LICENSED, renewals(date(2019, 9, 1))) == NEXT_FROM_DUE[:1]


def test_only_renewals_up_to_the_day_of_judgement_count() -> None:
    table = {**LICENCE, "after": "renewal"}

    before = found(table, LICENSED, renewals(date(2022, 3, 15)), as_of=date(2022, 3, 14))
    on_it = found(table, LICENSED, renewals(date(2022, 3, 15)), as_of=date(2022, 3, 15))

    assert before == NEXT_FROM_DUE[:1]
    assert on_it == [(date(2019, 9, 1), date(2022, 3, 14)), (date(2022, 3, 15), date(2027, 3, 14))]


# ---------------------------------------------------------------- on hold


def test_short_leave_does_not_put_a_cycle_on_hold() -> None:
    rule = {**LICENCE, "hold": {"kind": "leave", "at_least": "6 months"}}
    half_a_year = {"kind": "leave", "day": date(2021, 1, 1), "last_day": date(2021, 6, 30)}
    a_day_less = {**half_a_year, "last_day": date(2021, 6, 29)}

    assert found(rule, LICENSED, [half_a_year])[0][1] == date(2024, 8, 31) + 181 * DAY
    assert found(rule, LICENSED, [a_day_less])[0][1] == date(2024, 8, 31)


def test_days_of_leave_that_overlap_hold_once() -> None:
    rule = {**LICENCE, "hold": {"kind": "leave"}}
    leave = [
        {"kind": "leave", "day": date(2021, 1, 1), "last_day": date(2021, 1, 10)},
        {"kind": "leave", "day": date(2021, 1, 3), "last_day": date(2021, 1, 4)},
        {"kind": "leave", "day": date(2021, 1, 9), "last_day": date(2021, 1, 12)},
    ]

    assert found(rule, LICENSED, leave)[0][1] == date(2024, 8, 31) + 12 * DAY


# ---------------------------------------------------------------- spelling


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"cycle": "5 years", "from": []}, ""),
        ({"cycle": [], "from": "@bearer.hired"}, "cycle"),
        ({"cycle": "5 years", "grid": "2020-01-01", "aligned": "month"}, "aligned"),
        ({**LICENCE, "change": {"kind": "e", "governs": "as-of"}}, "change"),
        ({**LICENCE, "after": {"kind": "r", "opens": "2 moons"}}, "after.opens"),
        ({**LICENCE, "after": {"kind": "r", "opens": "1 year", "early": "due"}}, "after.opens"),
        ({**LICENCE, "after": {"kind": "r", "grace": "1 year"}}, "after.grace"),
        ({**LICENCE, "after": {"kind": "r", "late": "nothing"}}, "after.late"),
        ({"cycle": [{"length": "60 days"}], "from": "@bearer.hired"}, "cycle[0].length"),
        ({"cycle": "5 years", "until": "expires"}, "until"),
    ],
)
def test_faults_of_a_cycle_are_told_with_their_place(rule: Any, path: str) -> None:
    with pytest.raises(InputError) as caught:
        as_every(rule)

    assert path in {fault.path for fault in caught.value.faults}


def test_a_rule_is_regular_where_nothing_can_change_the_length_of_its_cycles() -> None:
    rules: list[tuple[Any, bool, int | None]] = [
        (LICENCE, True, 60),
        ({**LICENCE, "after": "renewal"}, False, 60),
        ({**LICENCE, "hold": {"kind": "leave"}}, False, None),
        (EMPLOYED, False, 84),
        ("term", False, 0),
    ]
    for rule, regular, longest in rules:
        every: Every = as_every(rule)
        assert (every.regular, every.longest) == (regular, longest)
