"""Below how many bearers the pure-Python evaluator is the faster one.

The training cycle of `bulk_training.toml` for more and more teachers with 30 records each. Python
is given people and records as mappings, polars and DuckDB are given the same in memory, and each
gives all verdicts; those of Python come with their evidence. The verdicts are compared before
anything is timed. Seconds are those of the processor.

    python benchmarks/crossover.py [--json] [--bearers 10 100 1000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import province
from harness import interleaved, report

import eduplan
from eduplan.frames import evaluate_frame, rows_of
from eduplan.plan import Plan
from eduplan.verdicts import row_of

EACH = 30
BEARERS = (10, 30, 100, 300, 1_000, 3_000, 10_000, 20_000)
FRAMES = ("polars", "duckdb")


def contestants(plan: Plan, bearers: int) -> dict[str, Callable[[], Any]]:
    """Return the evaluators over the same teachers and records."""
    people = province.teachers(bearers)
    records = pl.concat(province.record_chunks(EACH * bearers, bearers=bearers))
    teachers = people.to_dicts()
    taken = records.with_row_index("id").cast({"id": pl.String}).to_dicts()
    connection = duckdb.connect()
    given = connection.from_arrow(people.to_arrow()), connection.from_arrow(records.to_arrow())

    def in_python() -> list[eduplan.Verdict]:
        register = eduplan.Register(taken, complete_through=province.THROUGH)
        asked: dict[str, Any] = {"as_of": province.AS_OF, "during": province.DURING}
        return list(eduplan.evaluate(plan, teachers, register, **asked))

    return {
        "python": in_python,
        "polars": lambda: evaluate_frame(plan, people, records, **province.PERIOD),
        "duckdb": lambda: evaluate_frame(plan, *given, **province.PERIOD).to_arrow_table(),
    }


def check(runs: dict[str, Callable[[], Any]]) -> None:
    """Stop if they do not all say the same."""
    expected = set(map(row_of, runs["python"]()))
    for name in FRAMES:
        if set(rows_of(runs[name]())) != expected:
            raise SystemExit(f"{name} says otherwise than Python")


def crossing(bearers: list[int], ours: list[float], theirs: list[float]) -> float:
    """Return for how many bearers both take the same time, between two that were measured.

    It is 0 where Python is never the faster one, and the most that was measured where it always is.
    """
    lead = [math.log(one / other) for one, other in zip(ours, theirs, strict=True)]
    if lead[0] > 0:
        return 0.0
    for place in range(1, len(lead)):
        if lead[place] > 0:
            share = -lead[place - 1] / (lead[place] - lead[place - 1])
            low, high = bearers[place - 1], bearers[place]
            return float(low * (high / low) ** share)
    return float(bearers[-1])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--bearers", type=int, nargs="+", default=list(BEARERS))
    options.add_argument("--rounds", type=int, default=5)
    wanted = options.parse_args()
    plan = province.plan()
    seconds: dict[str, list[float]] = {name: [] for name in ("python", *FRAMES)}
    for bearers in wanted.bearers:
        runs = contestants(plan, bearers)
        check(runs)
        found = interleaved(runs, rounds=wanted.rounds, warm=0, clock=time.process_time)
        for name, median in found.items():
            seconds[name].append(median)
    figures = {
        f"{name}_{bearers}_ms": 1000 * taken
        for place, bearers in enumerate(wanted.bearers)
        for name, taken in ((name, several[place]) for name, several in seconds.items())
    }
    crossings = {
        f"python_faster_below_{name}": crossing(wanted.bearers, seconds["python"], seconds[name])
        for name in FRAMES
    }
    report(
        "crossover",
        {},
        {**crossings, **figures},
        f"{EACH} records each; processor milliseconds, medians of {wanted.rounds} rounds",
    )


if __name__ == "__main__":
    main()
