"""Judge the teachers of a province in Spark: parquet in, parquet out.

With the extra ``spark`` installed where the job runs::

    spark-submit spark_job.py lay-out TEACHERS RECORDS
    spark-submit spark_job.py judge VERDICTS 2025-06-02 2025-06-01

The first command stores teachers and records as tables of parquet files in which the records of a
teacher lie together, once or whenever there are new ones. The second judges them on a day, with a
register complete through another, and replaces what is stored at ``VERDICTS``. Tables that are to
outlive a session need a catalogue that does, such as that of Hive; to try it on one machine, give
``--conf spark.sql.catalogImplementation=hive`` to both commands.
"""

from __future__ import annotations

import sys
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from eduplan import load_plan
from eduplan.frames import evaluate_frame

PLAN = load_plan("county-six-year").answer(
    {
        "training-cycle": "five-year-plan",
        "hours-that-count": "passed",
        "joined-or-left": "pro-rata",
    }
)
PROVISIONS = ("training-hours",)
PARTS = 512
"""In how many files a table lies: some twice as many as the cluster has cores, or more."""


def lay_out(spark: SparkSession, teachers: str, records: str, *, parts: int = PARTS) -> None:
    """Store teachers and records so that what belongs together lies together.

    Args:
        spark: the session.
        teachers: where parquet files of teachers lie.
        records: where parquet files of records lie.
        parts: in how many files each is stored.
    """
    for name, place, key in (("teacher", teachers, "id"), ("record", records, "bearer")):
        rows = spark.read.parquet(place).repartition(parts, key)
        rows.write.bucketBy(parts, key).sortBy(key).saveAsTable(name, mode="overwrite")


def judge(spark: SparkSession, as_of: date, complete_through: date) -> DataFrame:
    """Return the verdicts on all teachers.

    Args:
        spark: the session.
        as_of: the day on which is judged.
        complete_through: the last day for which all records are in.
    """
    return evaluate_frame(
        PLAN,
        spark.table("teacher"),
        spark.table("record"),
        as_of=as_of,
        complete_through=complete_through,
        several={"role": "|"},
        only=PROVISIONS,
    )


if __name__ == "__main__":
    command, *words = sys.argv[1:]
    session = SparkSession.builder.appName("eduplan").getOrCreate()
    if command == "lay-out":
        lay_out(session, *words)
    else:
        place, *days = words
        verdicts = judge(session, *map(date.fromisoformat, days))
        verdicts.write.mode("overwrite").partitionBy("provision").parquet(place)
