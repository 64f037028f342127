"""Invented teachers and their training records, made fast and always alike.

A teacher has about 60 records in five and a half years, of which four fifths are training; one fact
in fifty or so is missing. Nothing in them is of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import eduplan
from eduplan.plan import Plan

RECORDS_EACH = 60
CHUNK = 1_000_000
START, END = date(2021, 1, 1), date(2026, 1, 1)
AS_OF, THROUGH = date(2026, 1, 10), date(2026, 1, 9)
DURING = eduplan.Period(START, END)
TIERS = ("entry", "settled", "rising")
MODES = ("central", "online", "school")
PERIOD: dict[str, Any] = {"as_of": AS_OF, "complete_through": THROUGH, "during": DURING}
"""What all evaluators are asked: the cycle of 2021 to 2025, on a day after its end."""

_FIRST = (datetime(2020, 7, 1) - datetime(1970, 1, 1)).days
_SPREAD = (datetime(2026, 3, 1) - datetime(2020, 7, 1)).days


def plan() -> Plan:
    """Return the plan: a total, a central part, a share in tier, an online cap, a yearly floor."""
    return eduplan.load_plan(Path(__file__).with_name("bulk_training.toml"))


def how_many_teachers(records: int) -> int:
    """Return the number of teachers who have so many records."""
    return max(records // RECORDS_EACH, 1)


def _ids(numbers: np.ndarray[Any, Any]) -> pl.Series:
    text = pl.Series(numbers).cast(pl.String).str.zfill(8)
    return "t" + text


def _choice(
    draw: np.random.Generator, values: tuple[Any, ...], weights: tuple[float, ...], size: int
) -> pl.Series:
    """Return values drawn by weight; weights that do not come to 1 leave the rest missing."""
    edges = np.cumsum(weights)
    codes = np.searchsorted(edges, draw.random(size), side="right")
    return pl.Series([*values, None])[codes]


def teachers(count: int, seed: int = 1) -> pl.DataFrame:
    """Return teachers: one in twenty of them is staff that owes no training."""
    draw = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": _ids(np.arange(count)),
            "role": _choice(draw, ("teacher", "staff"), (0.95, 0.05), count),
            "tier": _choice(draw, TIERS, (0.3, 0.4, 0.28), count),
        }
    )


def record_chunks(
    count: int, *, bearers: int | None = None, by_bearer: bool = False, seed: int = 1
) -> Iterator[pl.DataFrame]:
    """Return the records, some at a time.

    Args:
        count: how many.
        bearers: of how many teachers; by default of as many as have `RECORDS_EACH`.
        by_bearer: whether they come sorted by bearer, and not in random order.
        seed: of what is drawn.
    """
    bearers = bearers or how_many_teachers(count)
    tiers = teachers(bearers, seed)["tier"]
    done = 0
    while done < count:
        size = min(CHUNK, count - done)
        draw = np.random.default_rng([seed, done])
        whose = (
            np.arange(done, done + size, dtype=np.int64) * bearers // count
            if by_bearer
            else draw.integers(0, bearers, size)
        )
        own = pl.Series(draw.random(size)) < 0.85
        tier = tiers[whose].zip_with(own, _choice(draw, TIERS, (0.3, 0.4, 0.28), size))
        yield pl.DataFrame(
            {
                "kind": _choice(draw, ("training", "lesson-observation"), (0.8, 0.2), size),
                "day": pl.Series(
                    draw.integers(_FIRST, _FIRST + _SPREAD, size, dtype=np.int32)
                ).cast(pl.Date),
                "bearer": _ids(whose),
                "hours": _choice(
                    draw, (2, 4, 6, 8, 12, 16, 24), (0.1, 0.2, 0.2, 0.2, 0.15, 0.1, 0.049), size
                ),
                "mode": _choice(draw, MODES, (0.3, 0.3, 0.395), size),
                "tier": tier,
                "certified": _choice(draw, (True, False), (0.95, 0.048), size),
            }
        )
        done += size


def write(folder: Path, count: int, *, by_bearer: bool = False) -> tuple[Path, Path]:
    """Write teachers and records as parquet files, and return the two paths."""
    people, records = folder / "teachers.parquet", folder / "records.parquet"
    teachers(how_many_teachers(count)).write_parquet(people)
    writer = None
    for chunk in record_chunks(count, by_bearer=by_bearer):
        table: pa.Table = chunk.to_arrow(compat_level=pl.CompatLevel.oldest())
        if writer is None:
            writer = pq.ParquetWriter(records, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=250_000)
    assert writer is not None
    writer.close()
    return people, records
