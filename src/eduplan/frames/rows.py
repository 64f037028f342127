"""Rows of a result as Python values, with exact numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw

from eduplan.dates import Period
from eduplan.exact import Number, exact
from eduplan.verdicts import Status, VerdictRow


def rows_of(frame: Any) -> Iterator[VerdictRow]:
    """Return the rows of a result of `evaluate_frame` as values, in no particular order.

    Args:
        frame: the result, or some of its rows with all columns.
    """
    found = nw.from_native(frame)
    if isinstance(found, nw.LazyFrame):
        found = found.collect()
    for row in found.to_arrow().to_pylist():
        start, end, parts = row["period_start"], row["period_end"], row["denominator"]
        yield VerdictRow(
            bearer=row["bearer"],
            provision=row["provision"],
            period=None if start is None else Period(start, end),
            status=Status(row["status"]),
            value=_number(row["value"], parts),
            required=_number(row["required"], parts),
            shortfall=_number(row["shortfall"], parts),
            due=row["due"],
            reasons=tuple(row["reasons"].split()),
        )


def _number(count: int | None, parts: int | None) -> Number | None:
    return None if count is None or parts is None else exact(Fraction(count, parts))
