"""The example of a nightly job: what is stored is what `evaluate` says, once, or not at all."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from typing import Any

import psycopg
import pytest

import nightly_job
from eduplan import InputError, Register, evaluate, load_plan
from eduplan.dates import Period
from eduplan.exact import exact
from eduplan.facts import getter
from eduplan.frames import drill_down, rows_of
from eduplan.verdicts import row_of
from nightly_job import ANSWERS, TABLE, Change, connect, judge_night

PLAN = load_plan("county-six-year").answer(ANSWERS)
MONDAY, TUESDAY = date(2025, 6, 2), date(2025, 6, 3)
CYCLE = date(2021, 1, 1)

TEACHERS: list[dict[str, Any]] = [
    {"id": "t1", "role": "teacher", "stage": "primary", "joined": None, "left": None},
    {"id": "t2", "role": "teacher|principal", "stage": "primary", "joined": date(2023, 9, 1), "left": None},
    {"id": "t3", "role": "clerk", "stage": "primary", "joined": None, "left": None},
]  # fmt: skip
RECORDS: list[dict[str, Any]] = [
    {"kind": "training", "day": date(2022, 7, 4), "bearer": "t1", "hours": 180, "certified": True},
    {"kind": "training", "day": date(2024, 7, 8), "bearer": "t1", "hours": 172.5, "certified": True},
    {"kind": "training", "day": date(2024, 7, 8), "bearer": "t2", "hours": 72, "certified": True},
    {"kind": "training", "day": date(2024, 7, 9), "bearer": "t2", "hours": 99, "certified": False},
]  # fmt: skip
LAST = {"kind": "training", "day": MONDAY, "bearer": "t1", "hours": 7.5, "certified": True}

TABLES = """
    drop table if exists teacher, record, closed, verdict;
    create table teacher (id text, role text, stage text, joined date, "left" date);
    create table record (
        kind text, day date, bearer text, hours numeric(6, 2), certified boolean
    );
    create table closed (kind text, through date);
"""


def put(database: Any, table: str, *rows: dict[str, Any]) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(["%s"] * len(row))
        database.con.execute(f"insert into {table} ({names}) values ({places})", [*row.values()])


@pytest.fixture
def address(postgres: str) -> str:
    return f"host={postgres} user=tests dbname=postgres"


@pytest.fixture
def database(address: str) -> Iterator[Any]:
    """Return a connection to a database with three teachers and what they attended."""
    found = connect(address)
    found.con.execute(TABLES)
    found.con.execute(TABLE)
    put(found, "teacher", *TEACHERS)
    put(found, "record", *RECORDS)
    close(found, date(2025, 6, 1))
    yield found
    found.disconnect()


def close(database: Any, through: date) -> None:
    database.con.execute("delete from closed")
    put(database, "closed", {"kind": "*", "through": through})


def stored(database: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = database.con.execute(
        "select * from verdict order by night, bearer, provision, period_start"
    ).fetchall()
    return found


def test_a_night_stores_what_evaluate_says(database: Any) -> None:
    judge_night(database, PLAN, MONDAY)

    bearers = [{**row, "role": row["role"].split("|")} for row in TEACHERS]
    records = [{**row, "id": str(number)} for number, row in enumerate(RECORDS)]
    register = Register(records, complete_through=date(2025, 6, 1))
    judged = evaluate(PLAN, bearers, register, as_of=MONDAY, only=["training-hours"])
    expected = {
        (r.bearer, r.period, r.status.value, r.value, r.required, r.due) for r in map(row_of, judged)
    }  # fmt: skip
    found = set()
    for row in stored(database):
        night, bearer, _, start, end, status, value, required, _, parts, due, _ = row
        assert night == MONDAY
        period = None if start is None else Period(start, end)
        figures = (None if n is None else exact(Fraction(n, parts)) for n in (value, required))
        found.add((bearer, period, status, *figures, due))
    assert found == expected
    assert {row[5] for row in stored(database)} == {"PENDING", "NOT_APPLICABLE"}


def test_a_stored_row_leads_to_its_reasons(database: Any) -> None:
    """Of the two courses of t2 the one that was passed counts."""
    judge_night(database, PLAN, MONDAY)
    nights = database.table("verdict")
    (row,) = rows_of(nights.filter(nights.bearer == "t2"))

    verdict = drill_down(
        PLAN,
        database.table("teacher"),
        database.table("record"),
        row,
        as_of=MONDAY,
        complete_through=date(2025, 6, 1),
        several={"role": "|"},
    )

    days = [getter(record)("day") for record in verdict.justification.counted]
    assert days == [date(2024, 7, 8)]


def test_the_second_night_says_who_stands_otherwise(database: Any) -> None:
    """On Monday t1 takes the last 7.5 of the 360 hours: 180 and 172.5 were there."""
    first = judge_night(database, PLAN, MONDAY)
    put(database, "record", LAST)
    close(database, MONDAY)

    second = judge_night(database, PLAN, TUESDAY)

    assert [(change.bearer, change.before, change.now) for change in first] == [
        ("t1", None, "PENDING"),
        ("t2", None, "PENDING"),
        ("t3", None, "NOT_APPLICABLE"),
    ]
    assert second == [Change("t1", "training-hours", CYCLE, "PENDING", "MET")]


def test_a_night_that_is_run_again_stores_and_says_the_same(database: Any) -> None:
    judge_night(database, PLAN, MONDAY)
    put(database, "record", LAST)
    once = judge_night(database, PLAN, TUESDAY)
    before = stored(database)

    again = judge_night(database, PLAN, TUESDAY)

    assert again == once != []
    assert stored(database) == before
    assert len(before) == 6


def test_a_night_over_faulty_records_leaves_the_table_as_it_was(database: Any) -> None:
    judge_night(database, PLAN, MONDAY)
    before = stored(database)
    put(database, "record", {**LAST, "day": None})

    with pytest.raises(InputError, match="day"):
        judge_night(database, PLAN, MONDAY)

    assert stored(database) == before


def test_a_night_that_fails_while_storing_leaves_the_table_as_it_was(database: Any) -> None:
    judge_night(database, PLAN, MONDAY)
    before = stored(database)
    put(database, "record", LAST)
    close(database, MONDAY)
    database.con.execute("alter table verdict add check (bearer <> 't2' or night < '2025-06-03')")

    with pytest.raises(psycopg.errors.CheckViolation):
        judge_night(database, PLAN, TUESDAY)
    assert stored(database) == before

    database.con.execute("alter table verdict drop constraint verdict_check")
    assert len(judge_night(database, PLAN, TUESDAY)) == 1


def test_it_runs_from_the_command_line(database: Any, address: str) -> None:
    done = subprocess.run(
        [sys.executable, nightly_job.__file__, address, "2025-06-02"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "t1 training-hours 2021-01-01 None PENDING" in done.stdout.splitlines()
    assert len(stored(database)) == 3


def test_two_jobs_at_once_store_a_night_once(database: Any, address: str) -> None:
    def job(_: int) -> list[Change]:
        own = connect(address)
        try:
            return judge_night(own, PLAN, MONDAY)
        finally:
            own.disconnect()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(job, range(2))

    assert one == other
    assert len(stored(database)) == 3
