"""PySpark on this one machine beside polars and DuckDB: the same plan, parquet in, parquet out.

Spark is for data that already lies there; on one machine it is not quick. It runs with two threads
in one process; starting it is not counted, the first run is told apart from those after it, when
Java has compiled what it runs. Seconds are those of the processor, of Python and of Java.

    python benchmarks/spark.py [--json] [--records 3000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import province
import scaling
from harness import report

from eduplan.frames import evaluate_frame


def java_seconds(session: Any) -> float:
    """Return the processor seconds that Spark's own process has had."""
    process = session.sparkContext._gateway.proc.pid
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(folder: Path) -> Any:
    """Return a session with two threads."""
    import pyspark
    from pyspark.sql import SparkSession

    os.environ |= {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    settings: dict[str, bool | float | int | str | None] = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "local"),
        "spark.ui.enabled": "false",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def rows(path: Path) -> pl.DataFrame:
    """Return a result in the order of bearers."""
    found = pl.read_parquet(path / "*.parquet" if path.is_dir() else path)
    return found.sort("bearer").cast(dict.fromkeys(("period_start", "period_end", "due"), pl.Date))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--records", type=int, default=3_000_000)
    options.add_argument("--rounds", type=int, default=3)
    wanted = options.parse_args()
    if shutil.which("java") is None:
        raise SystemExit("spark: skipped, for there is no Java on this machine")
    with TemporaryDirectory(prefix="spark-") as name:
        folder = Path(name)
        people, records = province.write(folder, wanted.records)
        session = start(folder)

        def in_spark(people: Path, records: Path, out: Path) -> None:
            frames = session.read.parquet(str(people)), session.read.parquet(str(records))
            found = evaluate_frame(province.plan(), *frames, **province.PERIOD)
            found.write.mode("overwrite").parquet(str(out))

        runs: dict[str, Callable[[Path, Path, Path], None]] = {
            **{engine: partial(scaling.judge, engine) for engine in scaling.GIB},
            "spark": in_spark,
        }
        taken: dict[str, list[float]] = {engine: [] for engine in runs}
        clock: dict[str, list[float]] = {engine: [] for engine in runs}
        try:
            for _ in range(wanted.rounds + 1):
                for engine, run in runs.items():
                    before = time.process_time() + java_seconds(session)
                    began = time.perf_counter()
                    run(people, records, folder / f"{engine}.parquet")
                    clock[engine].append(time.perf_counter() - began)
                    taken[engine].append(time.process_time() + java_seconds(session) - before)
        finally:
            session.stop()
        expected = rows(folder / "polars.parquet")
        for engine in runs:
            if not rows(folder / f"{engine}.parquet").equals(expected):
                raise SystemExit(f"{engine} says otherwise than polars")
    medians = {engine: statistics.median(several[1:]) for engine, several in taken.items()}
    figures = {f"{engine}_s": median for engine, median in medians.items()}
    for engine, several in clock.items():
        figures[f"{engine}_by_the_clock_s"] = statistics.median(several[1:])
    report(
        "spark",
        {
            "spark_vs_duckdb": medians["spark"] / medians["duckdb"],
            "spark_vs_polars": medians["spark"] / medians["polars"],
        },
        {"records": wanted.records, "spark_first_s": taken["spark"][0], **figures},
        f"processor seconds, medians of {wanted.rounds} interleaved rounds after the first",
    )


if __name__ == "__main__":
    main()
