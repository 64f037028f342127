"""The evaluator over frames says what the reference says, to the last integer, or refuses by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eduplan import Person, Plan, Record
from eduplan.exact import spell
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.testing import cases, check_evaluator, plans, quotas
from eduplan.verdicts import VerdictRow

# ---------------------------------------------------------------- people and records as frames

TEXT, WHOLE, FLAG, DAY = pa.string(), pa.int64(), pa.bool_(), pa.date32()
BEARERS = {name: TEXT for name in ("id", "type", "role", "level", "tier")}
BEARERS |= {"joined": DAY, "left": DAY, "on_leave": FLAG}
RECORDS = {n: TEXT for n in ("id", "kind", "bearer", "guest", "level", "mode", "tier", "topic")}
RECORDS |= {"day": DAY, "last_day": DAY, "passed": FLAG, "size": WHOLE}


def columns(things: Sequence[Person] | Sequence[Record], types: Mapping[str, Any]) -> pa.Table:
    """Return things as a table; several roles in one text."""
    rows = [{name: thing.get(name) for name in types} for thing in things]
    for row, thing in zip(rows, things, strict=True):
        if "role" in row:
            row["role"] = "|".join(thing.known["role"])
    return pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))


def hours(records: Sequence[Record]) -> pa.Array:
    """Return hours as whole numbers where all are, else as decimals, else as exact text."""
    found: list[Any] = [record.get("hours") for record in records]
    known = [Fraction(amount) for amount in found if amount is not None]
    if all(amount.denominator == 1 for amount in known):
        return pa.array([None if a is None else int(a) for a in found], WHOLE)
    if all(amount.denominator == 2 for amount in known if amount.denominator != 1):
        return pa.array([None if a is None else float(a) for a in found], pa.float64())
    return pa.array([None if a is None else spell(a) for a in found], TEXT)


def _duckdb(table: pa.Table) -> Any:
    return CONNECTION.from_arrow(table)


CONNECTION = duckdb.connect()
KINDS: Mapping[str, tuple[Callable[[pa.Table], Any], type]] = {
    "polars": (pl.from_arrow, pl.DataFrame),
    "polars lazy": (lambda table: pl.DataFrame(pl.from_arrow(table)).lazy(), pl.LazyFrame),
    "duckdb": (_duckdb, duckdb.DuckDBPyRelation),
    "pandas": (lambda table: table.to_pandas(), pd.DataFrame),
    "pyarrow": (lambda table: table, pa.Table),
}


def over(kind: str) -> Callable[..., Iterable[VerdictRow]]:
    """Return the evaluator over frames of a kind."""
    make, returned = KINDS[kind]

    def evaluate(
        plan: Plan, bearers: Sequence[Person], records: Sequence[Record], **rest: Any
    ) -> Iterable[VerdictRow]:
        taken = columns(records, RECORDS).append_column("hours", hours(records))
        found = evaluate_frame(
            plan, make(columns(bearers, BEARERS)), make(taken), several={"role": "|"}, **rest
        )
        assert isinstance(found, returned)
        return rows_of(found)

    return evaluate


PORTABLE = cases(plans=plans(provisions=quotas().filter(lambda quota: not any(refusals(quota)))))


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_with_the_reference(kind: str) -> None:
    check_evaluator(over(kind), cases=PORTABLE, max_examples=60)
