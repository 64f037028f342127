"""What single quotas say over frames, in cases whose answers are worked out by hand."""

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import reject
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, Period, Person, Plan, Status
from eduplan.frames import evaluate_frame, rows_of
from eduplan.provisions import Quota
from eduplan.testing import cases, divided_quotas, people, plans, quotas, records
from eduplan.verdicts import VerdictRow
from test_frames import plan_of, portable, quota

AS_OF = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), date(2024, 9, 1))
PEOPLE = pl.DataFrame(
    {"id": ["t1", "t2", "t3"], "tier": ["a", "b", None], "load": [1.0, 0.5, None]}
)
HOURS = pl.DataFrame(
    {
        "kind": ["training"] * 5,
        "day": [date(2024, 3, day) for day in range(1, 6)],
        "bearer": ["t1", "t1", "t2", "t2", "t3"],
        "hours": [2, 2, 2, 2, 9],
        "mode": ["online", "on-site", "online", "online", "on-site"],
        "organised": ["central", "central", "school", "central", "central"],
    }
)


def judged(plan: Plan, as_of: date = AS_OF, **keys: Any) -> dict[str, VerdictRow]:
    """Return what is said of everybody, where all records are in; one period each."""
    keys = {"during": YEAR, "complete_through": as_of, **keys}
    people, records = keys.pop("people", PEOPLE), keys.pop("records", HOURS)
    rows = list(rows_of(evaluate_frame(plan, people, records, as_of=as_of, **keys)))
    assert len({row.bearer for row in rows}) == len(rows)
    return {row.bearer: row for row in rows}


def counted_on_some_days(quota: Quota) -> st.SearchStrategy[Quota]:
    """Return a quota of whose periods not all records count."""

    def changed(keys: dict[str, Any]) -> Quota:
        try:
            return attrs.evolve(quota, **keys)
        except InputError:  # such as of a mean
            reject()

    opens = st.sampled_from([None, "1 month", "100 days", "11 months", "2 years"])
    chosen = [{"passed": True}, {"tier": "@bearer.tier"}]
    before = st.sampled_from(["counts", "lapses", *chosen])
    return st.fixed_dictionaries({"opens": opens, "before_joining": before}).map(changed)


def who_joined(people: tuple[Person, ...], day: date | None) -> tuple[Person, ...]:
    """Return people who joined on a day, if there is one."""
    return people if day is None else tuple(attrs.evolve(one, joined=day) for one in people)


JOINED = st.sampled_from([None, date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29)])
SOME_DAYS = cases(
    plans=plans(
        provisions=(quotas() | divided_quotas()).flatmap(counted_on_some_days).filter(portable)
    ),
    people=st.builds(who_joined, people(ids=["t1"]), JOINED),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_where_records_count_on_some_days_only(kind: str) -> None:
    check_frames(kind, SOME_DAYS, examples=30)


ONLINE, CENTRAL = {"mode": "online"}, {"organised": "central"}


def test_hours_without_a_column_are_stated_by_nobody() -> None:
    rows = judged(plan_of(quota=[quota()]), records=HOURS.drop("hours"))

    assert {row.status for row in rows.values()} == {Status.UNDETERMINED}
    assert {row.reasons for row in rows.values()} == {("record-fact",)}


def test_of_a_cycle_cut_by_the_plan_the_days_in_the_plan_count() -> None:
    plan = plan_of(
        plan={
            "id": "plan",
            "title": {"zh": "方案", "en": "plan"},
            "horizon": {"from": date(2024, 1, 1), "to": date(2024, 3, 4)},
        },
        quota=[
            quota(every={"cycle": "1 year", "grid": date(2023, 7, 1)}, at_least=61, stub="pro-rata")
        ],
    )

    rows = judged(plan, during=Period(date(2023, 9, 1), date(2024, 3, 1)))

    # Of the 366 days of the cycle 63 lie in the plan, so that 61 * 63 / 366 = 10.5 hours are owed.
    # Of t2 the records of 3 March counts and that of 4 March does not.
    assert (rows["t2"].value, rows["t2"].required) == (2, Fraction(21, 2))
    assert rows["t2"].due == date(2024, 3, 3)


COURSES = pl.DataFrame(
    {
        "kind": ["training"] * 6,
        "day": [
            *(date(2023, 9, 1), date(2024, 8, 31), date(2024, 9, 1)),
            *(date(2023, 9, 2), date(2023, 9, 3), date(2024, 3, 1)),
        ],
        "bearer": ["t1", "t1", "t1", "t2", "t2", "t2"],
        "hours": [3, 3, 3, 4, 1, 2],
        "course": ["maths", "maths", "maths", "maths", "music", None],
    }
)


def capped(**cap: Any) -> dict[str, Any]:
    return {"sum": "hours", "of": "training", "caps": cap}


def versioned(governs: str) -> Plan:
    """Return a quota by calendar year of which other hours count, and fewer, from 2024 on."""
    later = {
        "from": date(2024, 1, 1),
        "at_least": 2,
        "measure": {"sum": "hours", "of": "training", "where": {"course": "music"}},
    }
    return plan_of(quota=[quota(every="calendar-year", governs=governs, version=[later])])


BOTH_YEARS: dict[str, Any] = {
    "during": Period(date(2023, 1, 1), date(2025, 1, 1)),
    "complete_through": AS_OF,
}


def figures(plan: Plan) -> set[tuple[str, int, Any, Any]]:
    """Return whose verdict, of which year, with what of how much."""
    rows = rows_of(evaluate_frame(plan, PEOPLE, COURSES, as_of=AS_OF, **BOTH_YEARS))
    return {(r.bearer, r.period.start.year, r.value, r.required) for r in rows if r.period}


def test_every_period_goes_by_the_version_of_its_first_day() -> None:
    # In 2023 all hours count, and 3 are owed; in 2024 those of music only, and 2 are.
    assert figures(versioned("period-start")) == {
        *(("t1", 2023, 3, 3), ("t2", 2023, 5, 3), ("t3", 2023, 0, 3)),
        *(("t1", 2024, 0, 2), ("t2", 2024, 0, 2), ("t3", 2024, 0, 2)),
    }


def test_all_periods_go_by_the_version_of_the_day_of_judgement() -> None:
    assert figures(versioned("as-of")) == {
        *(("t1", 2023, 0, 2), ("t2", 2023, 1, 2), ("t3", 2023, 0, 2)),
        *(("t1", 2024, 0, 2), ("t2", 2024, 0, 2), ("t3", 2024, 0, 2)),
    }


SCHOOLS = pl.DataFrame(
    {
        "id": ["t1", "t2", "t3", "t4"],
        "school": ["north", "north", "south", None],
        "joined": [None, date(2024, 3, 1), None, None],
    }
)


def test_the_mean_of_a_group_is_judged_as_one_figure() -> None:
    plan = plan_of(quota=[quota(scope={"mean": "school"}, at_least=4, partial="pro-rata")])

    rows = judged(plan, people=SCHOOLS)

    # North: 8 hours by two, which is 4; owed are 4 by one and, for 184 of 366 days, 4 * 184 / 366
    # by the other. South: 9 of 4 by one. Of t4 the school is not known.
    assert (rows["north"].value, rows["north"].status) == (4, Status.MET)
    assert rows["north"].required == (4 + Fraction(4 * 184, 366)) / 2
    assert (rows["south"].value, rows["south"].status) == (9, Status.MET)
    assert (rows["t4"].status, rows["t4"].reasons) == (Status.UNDETERMINED, ("bearer-fact",))


def test_the_total_of_a_group_is_held_against_the_most_that_one_owes() -> None:
    plan = plan_of(quota=[quota(scope={"total": "school"}, at_least=10, partial="full")])

    rows = judged(plan, people=SCHOOLS)

    assert {name: (row.value, row.status) for name, row in rows.items()} == {
        "north": (8, Status.NOT_MET),
        "south": (9, Status.NOT_MET),
        "t4": (None, Status.UNDETERMINED),
    }


def test_a_rate_is_how_many_of_a_group_meet_what_each_owes() -> None:
    people = SCHOOLS.with_columns(joined=pl.lit(None, pl.Date))
    plan = plan_of(quota=[quota(scope={"share": "school", "reaches": "1/2"}, at_least=5)])

    closed, open_ = judged(plan, people=people), judged(plan, date(2024, 8, 31), people=people)

    # North: neither of two did 5 hours; while the year is open both may still. South: 9 of 5.
    assert {name: (row.value, row.status) for name, row in closed.items()} == {
        "north": (0, Status.NOT_MET),
        "south": (1, Status.MET),
        "t4": (None, Status.UNDETERMINED),
    }
    assert open_["north"].status is Status.PENDING
    assert (open_["north"].required, open_["north"].shortfall) == (Fraction(1, 2), Fraction(1, 2))
    assert open_["south"].due == date(2024, 8, 31)


def test_records_count_from_so_long_before_the_end_of_a_period() -> None:
    # A year that ends on 31 August 2024: of the last six months, since 1 March, the records of 1 to
    # 5 March count. Of the last 181 days, since 4 March, those of the 4th and the 5th.
    of_months = judged(plan_of(quota=[quota(opens="6 months")]))
    of_days = judged(plan_of(quota=[quota(opens="181 days")]))

    assert [of_months[name].value for name in ("t1", "t2", "t3")] == [4, 4, 9]
    assert [of_days[name].value for name in ("t1", "t2", "t3")] == [0, 2, 9]
    assert (of_days["t1"].status, of_days["t1"].due) == (Status.NOT_MET, date(2024, 8, 31))


def test_what_was_done_before_joining_lapses_where_the_plan_says_so() -> None:
    people = PEOPLE.with_columns(joined=pl.Series([date(2024, 3, 2), date(2024, 3, 5), None]))

    kept = judged(plan_of(quota=[quota(partial="full")]), people=people)
    rows = judged(plan_of(quota=[quota(partial="full", before_joining="lapses")]), people=people)

    # t1 came on 2 March, the day of the second record; t2 the day after its last; t3 was there.
    assert [kept[name].value for name in ("t1", "t2", "t3")] == [4, 4, 9]
    assert [rows[name].value for name in ("t1", "t2", "t3")] == [2, 0, 9]
    assert rows["t1"].status is Status.NOT_MET


def test_of_what_was_done_before_joining_what_was_recognised_counts() -> None:
    people = PEOPLE.with_columns(joined=pl.lit(date(2024, 3, 5)))
    records = HOURS.with_columns(
        recognised=pl.Series([True, False, True, None, False]), mode=pl.lit("online")
    )
    keys: dict[str, Any] = {
        "partial": "full",
        "before_joining": {"recognised": True},
        "at_least": 4,
    }
    cap = {"at_most": 3, "per": "period", "where": ONLINE}

    rows = judged(plan_of(quota=[quota(**keys)]), people=people, records=records)
    capped_ = judged(
        plan_of(quota=[quota(**keys, measure=capped(**cap))]), people=people, records=records
    )

    # t1 has 2 of 4 hours; of 2 of the 4 hours of t2 it is not known; t3 did its 9 hours on the day
    # it joined, and needs nobody to recognise them. Under a cap of 3 hours t2 cannot do it.
    assert {name: (row.value, row.status) for name, row in rows.items()} == {
        "t1": (2, Status.NOT_MET),
        "t2": (2, Status.UNDETERMINED),
        "t3": (9, Status.MET),
    }
    assert rows["t2"].reasons == ("record-fact",)
    assert {name: (row.value, row.status) for name, row in capped_.items()} == {
        "t1": (2, Status.NOT_MET),
        "t2": (2, Status.NOT_MET),
        "t3": (3, Status.NOT_MET),
    }
