"""The training cycle over millions of records: ours beside the best query written by hand.

The plan asks for 360 hours in five years, 90 of them central, three quarters of these in the
teacher's tier, online hours up to 40 a year and 24 hours in every year. Both give all columns of
the result, and before anything is timed every row of both is compared, and a sample of them with
the pure-Python evaluator. Seconds are those of the processor, reading parquet included for polars
and DuckDB; of pandas they begin with frames in memory.

The scan is what no query can do without: polars' streaming engine reads the seven columns that are
needed and makes one number of each: of text the sum of hashes, of days, hours and flags the sum.
Between the two stands what every query does that joins records with bearers: it finds the bearer of
each record, and adds up four whole numbers for each bearer, whatever they tell.

    python benchmarks/bulk_training.py [--json] [--records 10000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import by_hand
import duckdb
import pandas as pd
import polars as pl
import province
import pyarrow as pa
from harness import interleaved, report

import eduplan
from eduplan.frames import evaluate_frame, rows_of
from eduplan.plan import Plan
from eduplan.verdicts import row_of

SAMPLE = 500
FIGURES = ("value", "required", "shortfall", "denominator")


def scan(records: Path) -> pl.DataFrame:
    """Read the needed columns and make one number of each."""
    text = pl.col("kind", "bearer", "mode", "tier").hash()
    days = pl.col("day").cast(pl.Int32).cast(pl.Int64)
    numbers = (text.sum(), days.sum(), pl.col("hours", "certified").sum())
    return pl.scan_parquet(records).select(*numbers).collect(engine="streaming")


def added_up(people: Path, records: Path) -> pl.DataFrame:
    """Find the bearer of every record and add up four whole numbers for each."""
    numbered = pl.scan_parquet(people).select("id").with_row_index("number")
    numbers = {f"sum_{more}": pl.col("hours") + more for more in range(4)}
    found = pl.scan_parquet(records).select("bearer", **numbers)
    found = found.join(numbered, left_on="bearer", right_on="id")
    found = found.group_by("number").agg(pl.col(*numbers).sum())
    return found.select(pl.col(*numbers).sum()).collect(engine="streaming")


def polars_runs(plan: Plan, people: Path, records: Path) -> dict[str, Callable[[], Any]]:
    """Return ours, the query by hand, the scan, and the least that a join takes."""

    def ours() -> pl.DataFrame:
        frames = pl.scan_parquet(people), pl.scan_parquet(records)
        found: pl.LazyFrame = evaluate_frame(plan, *frames, **province.PERIOD)
        return found.collect(engine="streaming")

    def handwritten() -> pl.DataFrame:
        found = by_hand.in_polars(pl.scan_parquet(people), pl.scan_parquet(records))
        return found.collect(engine="streaming")

    return {
        "ours": ours,
        "handwritten": handwritten,
        "scan": lambda: scan(records),
        "added_up": lambda: added_up(people, records),
    }


def duckdb_runs(plan: Plan, people: Path, records: Path) -> dict[str, Callable[[], Any]]:
    """Return ours and the query by hand, each in a connection of its own."""

    def ours() -> pa.Table:
        with duckdb.connect() as connection:
            frames = (connection.read_parquet(str(path)) for path in (people, records))
            return evaluate_frame(plan, *frames, **province.PERIOD).to_arrow_table()

    def handwritten() -> pa.Table:
        with duckdb.connect() as connection:
            return by_hand.in_duckdb(connection, people, records)

    return {"ours": ours, "handwritten": handwritten}


def pandas_runs(plan: Plan, people: Path, records: Path) -> dict[str, Callable[[], Any]]:
    """Return ours and the query by hand."""
    frames = [pd.read_parquet(path, dtype_backend="pyarrow") for path in (people, records)]
    return {
        "ours": lambda: evaluate_frame(plan, *frames, **province.PERIOD),
        "handwritten": lambda: by_hand.in_pandas(*frames),
    }


def rows(found: Any) -> pl.DataFrame:
    """Return a result as polars has it, in the order of bearers."""
    if isinstance(found, pd.DataFrame):
        found = pa.Table.from_pandas(found, preserve_index=False)
    if isinstance(found, pa.Table):
        found = pl.DataFrame(pl.from_arrow(found))
    ordered: pl.DataFrame = found.sort("bearer")
    return ordered.cast(dict.fromkeys(FIGURES, pl.Int64))


def check(name: str, found: Any, expected: pl.DataFrame) -> None:
    """Stop if a result has other rows than expected."""
    given = rows(found)
    if not given.equals(expected):
        unlike = [
            column for column in expected.columns if not given[column].equals(expected[column])
        ]
        raise SystemExit(f"{name}: other rows than by hand in polars, in {', '.join(unlike)}")


def check_sample(plan: Plan, people: Path, records: Path, expected: pl.DataFrame) -> float:
    """Hold a sample of the rows against the pure-Python evaluator, and return its seconds."""
    some = pl.read_parquet(people).head(SAMPLE)
    theirs = (
        pl.scan_parquet(records)
        .with_row_index("number")
        .filter(pl.col("bearer").is_in(some["id"].implode()))
        .with_columns(id=pl.col("number").cast(pl.String))
        .drop("number")
        .collect()
    )
    given = theirs.to_dicts()
    teachers = some.to_dicts()
    start = time.process_time()
    register = eduplan.Register(given, complete_through=province.THROUGH)
    verdicts = list(
        eduplan.evaluate(plan, teachers, register, as_of=province.AS_OF, during=province.DURING)
    )
    seconds = time.process_time() - start
    sample = expected.filter(pl.col("bearer").is_in(some["id"].implode()))
    if set(map(row_of, verdicts)) != set(rows_of(sample)):
        raise SystemExit("the pure-Python evaluator says otherwise for some of the sample")
    return seconds


def judged(statuses: pl.Series) -> str:
    """Return how many rows have each status."""
    counts = statuses.value_counts(sort=True)
    return ", ".join(f"{status} {count}" for status, count in counts.rows())


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--records", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=5)
    wanted = options.parse_args()
    plan = province.plan()
    with TemporaryDirectory(prefix="bulk-training-") as folder:
        plain, ordered = Path(folder) / "random", Path(folder) / "sorted"
        plain.mkdir()
        ordered.mkdir()
        paths = province.write(plain, wanted.records)
        in_order = province.write(ordered, wanted.records, by_bearer=True)
        engines: Mapping[str, Mapping[str, Callable[[], Any]]] = {
            "polars": polars_runs(plan, *paths),
            "polars_sorted": polars_runs(plan, *in_order),
            "duckdb": duckdb_runs(plan, *paths),
            "pandas": pandas_runs(plan, *paths),
        }
        expected = rows(engines["polars"]["handwritten"]())
        for engine in ("polars", "duckdb", "pandas"):
            for way in ("ours", "handwritten"):
                check(f"{way} in {engine}", engines[engine][way](), expected)
        sorted_rows = rows(engines["polars_sorted"]["handwritten"]())
        check("ours in polars, sorted", engines["polars_sorted"]["ours"](), sorted_rows)
        python = check_sample(plan, *paths, expected)
        seconds: dict[str, float] = {}
        # One engine after another: what pandas leaves behind in memory slows whoever comes next.
        for engine, runs in engines.items():
            of_engine = interleaved(runs, rounds=wanted.rounds, warm=0, clock=time.process_time)
            seconds |= {f"{engine}_{way}": median for way, median in of_engine.items()}
    ratios = {
        f"{engine}_vs_handwritten": seconds[f"{engine}_ours"] / seconds[f"{engine}_handwritten"]
        for engine in ("polars", "duckdb", "pandas")
    }
    least = {}
    for engine, sorted_ in (("polars", ""), ("polars_sorted", "_sorted")):
        floor = seconds[f"{engine}_scan"]
        ratios[f"polars_vs_scan{sorted_}"] = seconds[f"{engine}_ours"] / floor
        least[f"added_up_vs_scan{sorted_}"] = seconds[f"{engine}_added_up"] / floor
    each = wanted.records / province.how_many_teachers(wanted.records)
    report(
        "bulk_training",
        ratios,
        {
            "records": wanted.records,
            **{f"{name}_s": median for name, median in seconds.items()},
            **least,
            "python_registers_per_second": SAMPLE / python,
            "python_records_per_second": SAMPLE * each / python,
        },
        f"processor seconds, medians of {wanted.rounds} interleaved rounds; "
        f"{judged(expected['status'])}",
    )


if __name__ == "__main__":
    main()
