"""Rows as Python values: those of a result with exact numbers, those of a frame as facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw

from eduplan.dates import Period
from eduplan.exact import Number, exact
from eduplan.frames.backends import Frame
from eduplan.frames.columns import split
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


def facts_in(frame: Frame, several: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Return rows as mappings, without what is absent.

    Args:
        frame: the rows.
        several: facts that hold several values in one text, with what stands between these.
    """
    for row in frame.collect().iter_rows(named=True):
        yield {
            name: split(value, several[name])
            if name in several and isinstance(value, str)
            else _plain(value)
            for name, value in row.items()
            if value is not None
        }


def _plain(value: object) -> object:
    """Return a date for a date-time at midnight, as some engines have days; all else as it is."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value
