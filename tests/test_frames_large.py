"""Figures of every size over frames: several stand side by side in one number where they fit.

How many fit depends on the largest amount and on the number of records; an error there would show
in sums that run over into one another. The reference adds up each by itself.
"""

from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eduplan import Period, Plan, Register, Status, evaluate, plan_from_table
from eduplan.errors import InputError
from eduplan.frames import evaluate_frame, rows_of
from eduplan.verdicts import VerdictRow, row_of

START, AS_OF = date(2021, 1, 1), date(2026, 1, 10)
DURING, THROUGH = Period(START, date(2026, 1, 1)), date(2026, 1, 9)
TEXT = {"zh": "培训", "en": "training"}
PEOPLE = [
    {"id": f"t{number}", "role": "staff" if number == 11 else "teacher", "tier": tier}
    for number, tier in enumerate([*"ab" * 5, None, "a"])
]


def plan(unit: int, *, total: int = 12, yearly: bool = True) -> Plan:
    """Return a plan with a total, an online cap, a central part, a tier share and yearly floors.

    Args:
        unit: by how much all amounts are multiplied.
        total: what is owed in all, in units.
        yearly: whether there are yearly floors.
    """
    floors = [{"id": "yearly", "yearly": True, "at_least": unit}] if yearly else []
    hours = {
        "sum": "hours",
        "of": "training",
        "where": {"certified": True},
        "caps": [{"at_most": 4 * unit, "per": "calendar-year", "where": {"mode": "online"}}],
    }
    quota = {
        "id": "hours",
        "clause": "1",
        "title": TEXT,
        "bearer": {"role": "teacher"},
        "every": {"cycle": "5 years", "grid": START},
        "at_least": total * unit,
        "partial": "full",
        "measure": hours,
        "part": [
            {"id": "central", "where": {"mode": "central"}, "at_least": 5 * unit},
            {
                "id": "tier",
                "where": {"tier": "@bearer.tier"},
                "within": {"mode": "central"},
                "at_least": "75%",
            },
            *floors,
        ],
    }
    return plan_from_table(
        {
            "plan": {"id": "hours", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "quota": [quota],
        }
    )


@st.composite
def registers(draw: st.DrawFn) -> tuple[int, list[dict[str, Any]]]:
    """Draw a unit, and records whose hours are a few of it, now and then one more or less.

    With the largest unit one sum takes 32 of 63 binary digits, with the smallest only a few.
    """
    unit = draw(st.sampled_from([1, 7, 10**3, 2**20, 2**23, 2**24, 2**25]))
    record = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["training", "training", "visit"]),
            "day": st.integers(-40, 1900).map(lambda days: START + timedelta(days)),
            "bearer": st.integers(0, 12).map("t{}".format),
            "hours": st.tuples(st.integers(0, 6), st.sampled_from([0, 0, 1, -1])).map(
                lambda pair: max(pair[0] * unit + pair[1], 0)
            )
            | st.none(),
            "mode": st.sampled_from(["online", "central", "central", "school", None]),
            "tier": st.sampled_from(["a", "a", "b", None]),
            "certified": st.sampled_from([True, True, True, False, None]),
        }
    )
    return unit, draw(st.lists(record, max_size=100))


SCHEMA = pa.schema(
    {
        "kind": pa.string(),
        "day": pa.date32(),
        "bearer": pa.string(),
        "hours": pa.int64(),
        "mode": pa.string(),
        "tier": pa.string(),
        "certified": pa.bool_(),
    }
)


def over_frames(
    plan: Plan, records: list[dict[str, Any]], where: str = "polars"
) -> set[VerdictRow]:
    people, register = pa.Table.from_pylist(PEOPLE), pa.Table.from_pylist(records, SCHEMA)
    frames: list[Any] = [people, register]
    with duckdb.connect() as connection:
        if where == "polars":
            frames = [pl.DataFrame(pl.from_arrow(table)).lazy() for table in frames]
        elif where == "duckdb":
            frames = [connection.from_arrow(table) for table in frames]
        found = evaluate_frame(plan, *frames, as_of=AS_OF, complete_through=THROUGH, during=DURING)
        return set(rows_of(found))


def reference(plan: Plan, records: list[dict[str, Any]]) -> set[VerdictRow]:
    numbered = [{**record, "id": str(number)} for number, record in enumerate(records)]
    register = Register(numbered, complete_through=THROUGH)
    found = evaluate(plan, PEOPLE, register, as_of=AS_OF, during=DURING)
    return set(map(row_of, found))


@pytest.mark.parametrize("where", ["polars", "pyarrow", "duckdb"])
@settings(max_examples=25)
@given(case=registers())
def test_amounts_of_every_size_add_up_as_in_the_reference(
    where: str, case: tuple[int, list[dict[str, Any]]]
) -> None:
    unit, records = case

    assert over_frames(plan(unit), records, where) == reference(plan(unit), records)


@pytest.mark.parametrize("digits", [9, 15, 20, 21, 28])
@pytest.mark.parametrize("mode", ["central", "online", None])
@pytest.mark.parametrize("where", ["polars", "duckdb"])
def test_a_sum_may_fill_all_its_digits(where: str, mode: str | None, digits: int) -> None:
    # All records are of one teacher and one day, each of the largest amount: their sum is what all
    # records together come to, so that not a single binary digit is left over.
    unit = 2**digits // 7 + 1
    fact = {"kind": "training", "day": START, "bearer": "t0", "certified": True}
    records = [{**fact, "hours": unit, "mode": mode, "tier": "a"}] * 7

    rules = plan(unit, total=8 if mode is None else 6, yearly=False)
    found = over_frames(rules, records, where)

    assert found == reference(rules, records)
    (mine,) = (row for row in found if row.bearer == "t0")
    # Online at most four of the seven count. Of a record without a mode it is not known whether it
    # is online; but all seven together fall short of eight.
    assert mine.value == (7 if mode == "central" else 4) * unit
    assert mine.status is (Status.MET if mode == "central" else Status.NOT_MET)


@pytest.mark.parametrize("where", ["polars", "duckdb"])
def test_what_is_missing_in_every_year_keeps_to_its_own_digits(where: str) -> None:
    # Whether a year has records without hours is counted over the five years, beside whether that
    # leaves the central part open. It does not: all central hours are known, one unit of five.
    fact = {"kind": "training", "bearer": "t0", "certified": True, "tier": "a"}
    days = [date(year, 3, 1) for year in range(2021, 2026)]
    silent = [{**fact, "day": day, "mode": "school", "hours": None} for day in days]
    central = {**fact, "day": START, "mode": "central", "hours": 7}

    found = over_frames(plan(7), [*silent, central], where)

    assert found == reference(plan(7), [*silent, central])
    (mine,) = (row for row in found if row.bearer == "t0")
    assert mine.status is Status.NOT_MET


def test_amounts_that_could_run_over_are_refused() -> None:
    # Two records of 6 x 2^60: their sum, multiplied by the 4 of three quarters, is above 2^63.
    record = {"kind": "training", "day": START, "bearer": "t1", "hours": 6 * 2**60}
    with pytest.raises(InputError, match="large"):
        over_frames(plan(2**60), [record, record])
