"""People and records as frames of every kind, and the evaluator over them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from eduplan import Person, Plan, Record
from eduplan.errors import NotPortable
from eduplan.exact import spell
from eduplan.frames import evaluate_frame, rows_of
from eduplan.testing import Case, check_evaluator
from eduplan.verdicts import VerdictRow

FITS = st.sampled_from(
    [
        {"mode": "online"},
        {"passed": True},
        {"tier": "a"},
        {"tier": "@bearer.tier"},
        {"level": "city"},
    ]
)
"""What parts of quotas are about, in cases that are drawn."""

TEXT, WHOLE, FLAG, DAY = pa.string(), pa.int64(), pa.bool_(), pa.date32()
BEARERS = dict.fromkeys(("id", "type", "role", "level", "tier", "members", "leader"), TEXT)
BEARERS |= {"joined": DAY, "left": DAY, "on_leave": FLAG, "load": pa.float64()}
RECORDS = dict.fromkeys(("id", "kind", "bearer", "guest", "answers"), TEXT)
RECORDS |= dict.fromkeys(("level", "mode", "tier", "topic"), TEXT)
RECORDS |= {"indicator": TEXT, "numerator": WHOLE, "denominator": WHOLE}
RECORDS |= {"day": DAY, "last_day": DAY, "passed": FLAG, "size": WHOLE}
SEVERAL = {"role": "|", "members": "|"}


DEPENDS_ON_DATA = {"caps-by-day", "caps-doubtful"}
"""What is refused of some data where groups, targets or gates rest on them: several days under a
cap on each, records that two caps may cut."""


class Kind(NamedTuple):
    """A kind of frame.

    Attributes:
        make: makes one of a table.
        returned: the class of a result.
        one_in: of so many examples one is tried: fewer of frames that become others before anything
            is judged.
    """

    make: Callable[[pa.Table], Any]
    returned: type
    one_in: int = 1


KINDS: Mapping[str, Kind] = {
    "polars": Kind(pl.from_arrow, pl.DataFrame, 6),  # judged as lazy ones
    "polars lazy": Kind(lambda table: pl.DataFrame(pl.from_arrow(table)).lazy(), pl.LazyFrame),
    "duckdb": Kind(duckdb.connect().from_arrow, duckdb.DuckDBPyRelation),
    "pandas": Kind(lambda table: table.to_pandas(), pd.DataFrame, 6),  # judged as Arrow tables
    "pyarrow": Kind(lambda table: table, pa.Table),
}
"""Those that lie in this process."""


def columns(
    things: Sequence[Person] | Sequence[Record],
    types: Mapping[str, Any],
    several: Mapping[str, str | None] = SEVERAL,
) -> pa.Table:
    """Return things as a table, with several values in one text, or in a list."""
    rows: list[dict[str, Any]] = [{name: thing.get(name) for name in types} for thing in things]
    for row in rows:
        for name, separator in several.items():
            if name not in row or row[name] is None:
                continue
            values = row[name] if isinstance(row[name], tuple) else (row[name],)
            if separator is None or isinstance(row[name], tuple):
                row[name] = list(values) if separator is None else separator.join(values)
        if row.get("load") is not None:
            row["load"] = float(row["load"])
    lists = {name: pa.list_(TEXT) for name in types if several.get(name, "") is None}
    return pa.Table.from_pylist(rows, schema=pa.schema(list({**types, **lists}.items())))


def amounts(records: Sequence[Record], name: str) -> pa.Array:
    """Return amounts as whole numbers where all are, else as decimals, else as exact text."""
    found: list[Any] = [record.get(name) for record in records]
    if any(isinstance(amount, str) for amount in found):  # grades among them
        return pa.array([a if a is None or isinstance(a, str) else spell(a) for a in found], TEXT)
    known = [Fraction(amount) for amount in found if amount is not None]
    if all(amount.denominator == 1 for amount in known):
        return pa.array([None if a is None else int(a) for a in found], WHOLE)
    if all(amount.denominator == 2 for amount in known if amount.denominator != 1):
        return pa.array([None if a is None else float(a) for a in found], pa.float64())
    return pa.array([None if a is None else spell(a) for a in found], TEXT)


def over(
    kind: Kind, several: Mapping[str, str | None] = SEVERAL
) -> Callable[..., Iterable[VerdictRow]]:
    """Return the evaluator over frames of a kind.

    Args:
        kind: the kind.
        several: facts with several values, which stand in one text with a separator between, or
            where that is None in a list.
    """
    texts = {name: separator for name, separator in several.items() if separator is not None}

    def evaluate(
        plan: Plan, bearers: Sequence[Person], records: Sequence[Record], **rest: Any
    ) -> Iterable[VerdictRow]:
        taken = columns(records, RECORDS, several)
        for name in ("hours", "value"):
            taken = taken.append_column(name, amounts(records, name))
        people = kind.make(columns(bearers, BEARERS, {**SEVERAL, **several}))
        try:
            found = evaluate_frame(plan, people, kind.make(taken), several=texts, **rest)
        except NotPortable as refused:
            if {fault.code for fault in refused.faults} - DEPENDS_ON_DATA:
                raise
            reject()
        assert isinstance(found, kind.returned)
        return rows_of(found)

    return evaluate


def check_frames(
    kind: str,
    cases: SearchStrategy[Case],
    *,
    examples: int,
    several: Mapping[str, str | None] = SEVERAL,
) -> None:
    """Compare the evaluator over frames of a kind with the reference.

    Args:
        kind: name of the kind.
        cases: the cases to try.
        examples: how many of them, on the kinds on which all are tried.
        several: facts with several values, as `over` takes them.
    """
    tried = examples // KINDS[kind].one_in
    check_evaluator(over(KINDS[kind], several), cases=cases, max_examples=tried)
