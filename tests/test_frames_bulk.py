"""A province in small: 200,000 records over polars and DuckDB, against the reference on a sample."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from eduplan import Period, Plan, Register, Status, evaluate, plan_from_table
from eduplan.frames import evaluate_frame, rows_of
from eduplan.verdicts import VerdictRow, row_of

BEARERS, RECORDS, SAMPLE = 20_000, 200_000, 150
AS_OF, DURING = date(2025, 1, 1), Period(date(2024, 1, 1), date(2025, 9, 1))
THROUGH = date(2024, 12, 31)


def plan() -> Plan:
    """Return a training plan: a total, a share, capped hours, topics, and days on site."""
    text = {"zh": "培训", "en": "training"}
    head = {"clause": "1", "title": text, "partial": "pro-rata"}
    cycle = {"cycle": "5 years", "grid": date(2021, 1, 1)}
    caps = [
        {"at_most": 12, "per": "calendar-year", "where": {"mode": "online"}},
        {"at_most": 40, "per": "period"},
    ]
    hours: dict[str, Any] = {"sum": "hours", "of": "training"}
    quotas: list[dict[str, Any]] = [
        {"id": "total", "measure": hours, "every": cycle, "at_least": 60},
        {"id": "capped", "measure": {**hours, "caps": caps}, "every": cycle, "at_least": "37.5"},
        {
            "id": "match",
            "every": "calendar-year",
            "at_least": "50%",
            "partial": "full",
            "measure": {"share": {"tier": "@bearer.tier"}, "of": "training", "weigh": "hours"},
        },
        {
            "id": "topics",
            "every": "school-year",
            "at_least": 2,
            "measure": {"distinct": "topic", "of": "training", "where": {"passed": True}},
        },
        {
            "id": "on-site",
            "every": "month",
            "at_most": 3,
            "bearer": {"tier": "a"},
            "measure": {"days": "visit"},
        },
    ]
    return plan_from_table(
        {
            "plan": {"id": "province", "title": text},
            "document": {"title": text},
            "clause": [{"number": "1", "gist": text}],
            "quota": [{**head, **quota} for quota in quotas],
        }
    )


@cache
def province() -> tuple[pa.Table, pa.Table]:
    """Return people and records, the same ones in every run; a hundredth of the facts is blank."""
    draw = random.Random(2024)
    first, spread = date(2021, 1, 1), 4 * 365
    often = [None, *("ab" * 50)]
    joined = [None] * 9 + [date(2022, 9, 1), date(2023, 2, 1)]
    people = {
        "id": [f"t{number}" for number in range(BEARERS)],
        "tier": draw.choices(often, k=BEARERS),
        "joined": draw.choices(joined, k=BEARERS),
    }
    days = [first + timedelta(days=draw.randrange(spread)) for _ in range(RECORDS)]
    records = {
        "kind": draw.choices(["training", "training", "visit"], k=RECORDS),
        "day": days,
        "last_day": [day + timedelta(days=draw.randrange(3)) for day in days],
        "bearer": [f"t{draw.randrange(BEARERS)}" for _ in range(RECORDS)],
        "hours": draw.choices([4.0, 7.5, 12.0, 20.0, 1.2], k=RECORDS),
        "mode": draw.choices(["online", "on-site"], k=RECORDS),
        "tier": draw.choices(often, k=RECORDS),
        "topic": draw.choices(["reading", "writing", "arithmetic", None], k=RECORDS),
        "passed": draw.choices([True] * 50 + [False, None], k=RECORDS),
    }
    return pa.table(people), pa.table(records)


def reference(ids: set[str]) -> set[VerdictRow]:
    """Return what the reference says of some of the people."""
    people, records = (table.to_pylist() for table in province())
    theirs = [
        {**record, "id": str(number)}
        for number, record in enumerate(records)
        if record["bearer"] in ids
    ]
    register = Register(theirs, complete_through=THROUGH)
    chosen = [person for person in people if person["id"] in ids]
    return set(map(row_of, evaluate(plan(), chosen, register, as_of=AS_OF, during=DURING)))


ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "polars": lambda table: pl.DataFrame(pl.from_arrow(table)).lazy(),
    "duckdb": duckdb.connect().from_arrow,
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_province_agrees_with_the_reference_on_a_sample(engine: str) -> None:
    people, records = province()
    make = ENGINES[engine]
    sample = set(random.Random(7).sample(people.column("id").to_pylist(), SAMPLE))

    found = list(
        rows_of(
            evaluate_frame(
                plan(),
                make(people),
                make(records),
                as_of=AS_OF,
                complete_through=THROUGH,
                during=DURING,
            )
        )
    )

    assert len({(row.bearer, row.provision, row.period) for row in found}) == len(found)
    assert {row.bearer for row in found} == set(people.column("id").to_pylist())
    assert {row.status for row in found} == set(Status)
    assert {row for row in found if row.bearer in sample} == reference(sample)
