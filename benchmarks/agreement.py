"""A million registers judged by the object evaluator, over polars and over DuckDB: do they agree?

    python benchmarks/agreement.py [--registers 1000000] [--seed 0] [--json]

Teachers and records are invented, drawn by a seeded generator on small domains, so that many
amounts lie exactly on a bound; in each lot of them another day is judged, and the register is
complete through another day. Every row of one evaluator has to be a row of the others, to the last
integer. The run also fails where the inputs prove little: fewer than a tenth of the figures exactly
on their bound, or a status that is less than a twentieth of the rows.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from eduplan import Period, Person, Plan, Record, Register, Status, evaluate, load_plan
from eduplan.exact import Number, exact
from eduplan.frames import evaluate_frame
from eduplan.verdicts import reasons_of

Row = tuple[Any, ...]
"""What a verdict says: bearer, provision, period, status, three figures, due day and reasons."""

LOT = 100_000
"""Registers judged at once; the objects of one lot are all that is kept."""

START = date(2022, 11, 1)
DAYS = [START + timedelta(days=n) for n in range(0, 26 * 30, 6)]
WHOLE = Period(date(2023, 1, 1), date(2025, 1, 1))
LATE, EARLY = date(2025, 1, 5), date(2024, 9, 1)
OCCASIONS = (
    (LATE, {"*": date(2024, 12, 31)}),
    (LATE, {"*": date(2025, 1, 4)}),
    (EARLY, {"*": date(2024, 8, 31)}),
    (LATE, {"training": date(2024, 12, 31), "*": date(2024, 6, 30)}),
    (EARLY, {"visit": date(2024, 8, 31)}),
)
"""Days of judgement, and the days through which registers are complete."""


CONNECTION = duckdb.connect()
FRAMES: Mapping[str, Callable[[pa.Table], Any]] = {
    "polars": pl.from_arrow,
    "duckdb": CONNECTION.from_arrow,
}
"""What makes a frame of a table, by the engine."""


def drawn(chance: np.random.Generator, lot: int, count: int) -> tuple[pa.Table, pa.Table]:
    """Return invented bearers and their records as tables."""

    def some(values: Sequence[Any], size: int, unknown: float = 0.0) -> list[Any]:
        found = [values[n] for n in chance.integers(len(values), size=size).tolist()]
        if unknown:
            found = [
                None if gone else value
                for value, gone in zip(found, (chance.random(size) < unknown).tolist(), strict=True)
            ]
        return found

    names = [f"t{lot}-{number}" for number in range(count)]
    joined = some(DAYS[30:60], count)
    people = {
        "id": names,
        "role": some(["teacher", "teacher|principal", "principal", ""], count),
        "tier": some(["entry", "settled", "rising"], count, 0.04),
        "on_leave": some([False, False, False, True], count, 0.02),
        "joined": [
            j if draw < 0.1 else None for j, draw in zip(joined, chance.random(count), strict=True)
        ],
    }
    each = chance.integers(2, 10, size=count)
    whose = [name for name, number in zip(names, each.tolist(), strict=True) for _ in range(number)]
    size = len(whose)
    ids = [f"r{lot}-{number}" for number in range(size)]
    kinds = some(["training", "training", "training", "visit", "summary"], size)
    days, later = (chance.integers(most, size=size).tolist() for most in (len(DAYS), 9))
    for number in range(1, size):
        if kinds[number] == "summary":  # of the record before, soon after that
            days[number] = min(days[number - 1] + later[number], len(DAYS) - 1)
    records = {
        "id": ids,
        "kind": kinds,
        "day": [DAYS[day] for day in days],
        "bearer": whose,
        "hours": some([1, 2, 2, 3, 4], size, 0.01),
        "passed": some([True, True, True, True, False], size, 0.01),
        "mode": some(["online", "on-site", "on-site"], size, 0.01),
        "tier": some(["entry", "settled", "rising", "rising"], size, 0.02),
        "topic": some(["a", "b", "c", "d"], size, 0.02),
        "training": [None, *ids[:-1]],
    }
    text, day = pa.string(), pa.date32()
    of_people = {"id": text, "role": text, "tier": text, "on_leave": pa.bool_(), "joined": day}
    of_records = dict.fromkeys(records, text)
    of_records |= {"day": day, "hours": pa.int64(), "passed": pa.bool_()}
    return table(people, of_people), table(records, of_records)


def table(columns: Mapping[str, list[Any]], types: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.table({name: pa.array(columns[name], kind) for name, kind in types.items()})


def by_objects(
    plan: Plan, people: pa.Table, records: pa.Table, as_of: date, through: Mapping[str, date]
) -> Iterator[Row]:
    bearers = []
    for row in people.to_pylist():
        roles = [role for role in row["role"].split("|") if role]
        facts = {name: row[name] for name in ("tier", "on_leave")}
        bearers.append(Person(id=row["id"], roles=roles, joined=row["joined"], facts=facts))
    own = ("id", "kind", "day", "bearer")
    kept = [
        Record(**{name: row.pop(name) for name in own}, facts=row) for row in records.to_pylist()
    ]
    register = Register(kept, complete_through=through)
    for verdict in evaluate(plan, bearers, register, as_of=as_of, during=WHOLE):
        period = verdict.period
        yield (
            verdict.bearer_id,
            verdict.provision,
            period and period.start,
            period and period.end,
            verdict.status.value,
            verdict.value,
            verdict.required,
            verdict.shortfall,
            verdict.due,
            " ".join(reasons_of(verdict)),
        )


def by_frames(
    make: Callable[[pa.Table], Any],
    plan: Plan,
    people: pa.Table,
    records: pa.Table,
    as_of: date,
    through: Mapping[str, date],
) -> Iterator[Row]:
    found = evaluate_frame(
        plan,
        make(people),
        make(records),
        as_of=as_of,
        complete_through=through,
        during=WHOLE,
        several={"role": "|"},
    )
    frame = found if isinstance(found, pl.DataFrame) else found.pl()
    for *before, value, required, shortfall, parts, due, reasons in frame.rows():
        figures: Sequence[Number | None] = (value, required, shortfall)
        if parts is not None and parts != 1:
            figures = [n if n is None else exact(Fraction(n, parts)) for n in figures]
        yield (*before, *figures, due, reasons)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registers", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    chosen = parser.parse_args()
    plan = load_plan(Path(__file__).with_name("agreement_plan.toml"))
    statuses: Counter[str] = Counter()
    seconds = dict.fromkeys(["object", *FRAMES], 0.0)
    on_bound = figures = records_drawn = 0
    size = min(LOT, -(-chosen.registers // len(OCCASIONS)))
    for lot, first in enumerate(range(0, chosen.registers, size)):
        chance = np.random.default_rng([chosen.seed, lot])
        people, records = drawn(chance, lot, min(size, chosen.registers - first))
        as_of, through = OCCASIONS[lot % len(OCCASIONS)]
        records_drawn += len(records)
        start = time.perf_counter()
        expected = Counter(by_objects(plan, people, records, as_of, through))
        seconds["object"] += time.perf_counter() - start
        for name, make in FRAMES.items():
            start = time.perf_counter()
            got = Counter(by_frames(make, plan, people, records, as_of, through))
            seconds[name] += time.perf_counter() - start
            if got != expected:
                told = "\n".join(map(str, [*(expected - got), *(got - expected)][:6]))
                raise SystemExit(f"lot {lot}: {name} disagrees with the object evaluator\n{told}")
        for (*_, status, value, required, _, _, _), count in expected.items():
            statuses[status] += count
            if value is not None:
                figures += count
                on_bound += count * (value == required)
    rows = statuses.total()
    shares = {status.value: statuses[status.value] / rows for status in Status}
    at_bound = on_bound / figures
    print(f"agreement: {chosen.registers} registers, {records_drawn} records, {rows} rows")
    print("  no row differs between the object evaluator, " + " and ".join(FRAMES))
    print(f"  {at_bound:.1%} of {figures} figures lie exactly on their bound")
    for status, share in shares.items():
        print(f"  {status:<16} {share:>7.1%} of all rows")
    for name, spent in seconds.items():
        print(f"  {name:<16} {spent:>7.1f} s, reading the rows into Python included")
    if at_bound < 0.1 or min(shares.values()) < 0.05:
        raise SystemExit("these inputs prove little")
    if chosen.json:
        result = {"registers": chosen.registers, "rows": rows, "on_bound": round(at_bound, 4)}
        rounded = {status: round(share, 4) for status, share in shares.items()}
        print(json.dumps({"name": "agreement", "figures": {**result, **rounded}}))


if __name__ == "__main__":
    main()
