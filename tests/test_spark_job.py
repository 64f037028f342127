"""The example of a Spark job: what it writes is what `evaluate` says."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from eduplan import Register, Status, evaluate
from eduplan.frames import rows_of
from eduplan.verdicts import row_of

AS_OF, THROUGH = date(2026, 1, 1), date(2025, 12, 31)
TEACHERS: list[dict[str, Any]] = [
    {"id": f"t{n}", "role": "teacher|principal" if n % 3 else "clerk", "stage": "primary", "joined": joined}
    for n, joined in enumerate([None, date(2023, 9, 1), None, None] * 10)
]  # fmt: skip


def taken() -> list[dict[str, Any]]:
    """Return the records of these invented teachers, the same ones in every run."""
    chance = random.Random(7)
    return [
        {
            "kind": "training",
            "day": date(2020, 9, 1) + timedelta(days=chance.randrange(2000)),
            "bearer": f"t{chance.randrange(42)}",
            "hours": chance.choice([7.5, 36.0, 72.0, 90.0]),
            "certified": chance.random() < 0.9,
            "note": f"{chance.getrandbits(8000):x}",  # so that they are too large to be copied
        }
        for _ in range(200)
    ]


@pytest.fixture
def tables(spark: Any, tmp_path: Path) -> Iterator[Any]:
    """Return a session with the tables laid out."""
    import spark_job

    pl.DataFrame(TEACHERS).write_parquet(tmp_path / "teachers.parquet")
    pl.DataFrame(taken()).write_parquet(tmp_path / "records.parquet")
    places = (str(tmp_path / name) for name in ("teachers.parquet", "records.parquet"))
    spark_job.lay_out(spark, *places, parts=2)
    yield spark
    for name in ("teacher", "record"):
        spark.sql(f"drop table {name}")


def test_the_verdicts_written_are_those_of_the_evaluator(tables: Any, tmp_path: Path) -> None:
    import spark_job

    verdicts = spark_job.judge(tables, AS_OF, THROUGH)
    verdicts.write.mode("overwrite").partitionBy("provision").parquet(str(tmp_path / "verdicts"))

    bearers = [{**row, "role": row["role"].split("|")} for row in TEACHERS]
    records = [{**row, "id": str(n)} for n, row in enumerate(taken())]
    register = Register(records, complete_through=THROUGH)
    judged = evaluate(spark_job.PLAN, bearers, register, as_of=AS_OF, only=spark_job.PROVISIONS)
    expected = set(map(row_of, judged))
    stored = pl.read_parquet(tmp_path / "verdicts/**/*.parquet", hive_partitioning=True)
    assert set(rows_of(stored)) == expected
    statuses = {row.status for row in expected}
    assert {Status.MET, Status.NOT_MET, Status.NOT_APPLICABLE} <= statuses


def test_records_laid_out_by_bearer_stay_where_they_are(tables: Any) -> None:
    """Their sums are complete where they lie; else parts of them would have to be exchanged."""
    import spark_job

    tables.conf.set("spark.sql.autoBroadcastJoinThreshold", 90_000)
    try:
        plans = [plan_of(spark_job.judge(tables, AS_OF, THROUGH))]
        tables.table("record").write.saveAsTable("anyhow")
        tables.sql("drop table record")
        tables.sql("alter table anyhow rename to record")
        plans.append(plan_of(spark_job.judge(tables, AS_OF, THROUGH)))
    finally:
        tables.conf.unset("spark.sql.autoBroadcastJoinThreshold")

    assert ["partial_sum" in plan for plan in plans] == [False, True]


def plan_of(frame: Any) -> str:
    """Return how Spark is going to compute a frame."""
    plan: str = frame._jdf.queryExecution().executedPlan().toString()
    return plan
