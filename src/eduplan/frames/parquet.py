"""From parquet files into one, some bearers at a time: memory does not grow with the data."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from functools import partial
from itertools import product
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pyarrow.parquet as pq

from eduplan.dates import Period
from eduplan.errors import FaultList, MissingExtra, refuse
from eduplan.frames.backends import take
from eduplan.frames.columns import count
from eduplan.frames.evaluating import NO_ROWS, asked_columns, evaluate_frame
from eduplan.frames.forms import asked, is_read
from eduplan.frames.histories import MOST_RECORDS
from eduplan.frames.parquet_files import SUFFIX, Table, tables
from eduplan.frames.portable import by_bearer, portable, with_others
from eduplan.plan import Plan
from eduplan.provisions import Provision
from eduplan.tables import as_positive

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar

ROWS_EACH = 3_000_000
"""So many rows of both files are judged at once."""

ROWS_READ = MOST_RECORDS // 2
"""Fewer where records are read, of which there are bounds to how many can be."""

_ROWS_WAITING = 50_000
"""So many records of every part wait for being written."""

_PART = "_eduplan_part"

_MEMORY = re.compile(r"[1-9]\d*(?:\.\d+)? ?[KMGT]i?B", re.ASCII | re.IGNORECASE)

Given = tuple[Table, Table]
"""The bearers and the records that are judged."""


def judge_parquet(
    plan: Plan,
    bearers: str | os.PathLike[str],
    records: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    as_of: date,
    complete_through: date | Mapping[str, date] | None = None,
    calendar: SchoolCalendar | None = None,
    during: Period | None = None,
    several: Mapping[str, str] | None = None,
    only: Iterable[str] | None = None,
    engine: str = "polars",
    memory: str = "900MB",
    parts: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Judge bearers and records in parquet files into another one, part by part.

    Gives the rows of `evaluate_frame`. What a bearer's own records decide is judged for some of
    the bearers at a time: for that the records are first laid out by bearer, in temporary files
    beside ``out``, so that memory does not grow with their number. What rests on several bearers,
    such as means and totals of groups, rosters, who is there, what is measured of others, places
    among peers, and answers that name what they answer, is judged for all of them together.

    ``out`` is written beside its place and put there when it is complete: after a failure there is
    nothing, or what was there before. Of a process that is killed the temporary folder stays
    behind, named like ``out`` with a dot before it; it can be deleted.

    Args:
        plan: the plan.
        bearers: path of a parquet file, of a folder of some, also below folders such as
            ``kind=training`` whose names are columns, or a pattern such as ``people/*.parquet``,
            with the columns that `evaluate_frame` takes.
        records: the same for records.
        out: where the rows go; its folder must exist, and have room for the temporary files.
        as_of: the day on which is judged.
        complete_through: the last day for which all records are in, for all kinds or by kind.
        calendar: the school calendar, for teaching weeks and terms.
        during: days of interest, by default the school year in which ``as_of`` lies.
        several: facts with several values in one text, with what stands between these.
        only: ids of the provisions to judge; by default all of the plan.
        engine: ``"polars"``, or ``"duckdb"``, which takes longer and less memory.
        memory: what DuckDB may take, such as ``"4GB"``; what goes beyond it is written to disk.
        parts: into how many parts bearers are divided; by default as many as there are three
            millions of rows in both files, or half millions where records are read.
        progress: called after every step with the number of steps done, and of all.

    Raises:
        NotPortable: provisions that cannot be judged over frames; all are named.
        InputError: files that are not there, cannot be read or differ in their columns, an ``out``
            that cannot be written or is one of those read, columns that are missing or hold what
            cannot be, or no such engine.
        UnknownName: the plan has no provision that ``only`` names.
        MissingExtra: polars or DuckDB is not installed.

    Example:
        >>> import polars as pl
        >>> from tempfile import TemporaryDirectory
        >>> from eduplan import load_plan
        >>> plan = load_plan("primary-school-2024").answer({"joined-or-left": "full"})
        >>> teachers = pl.DataFrame({"id": ["t1"], "role": ["teacher"], "stage": ["primary"]})
        >>> lessons = pl.DataFrame(
        ...     {"kind": ["open-lesson"], "day": [date(2024, 10, 9)], "bearer": ["t1"]})
        >>> day = date(2025, 8, 31)
        >>> with TemporaryDirectory() as folder:
        ...     teachers.write_parquet(f"{folder}/teachers.parquet")
        ...     lessons.write_parquet(f"{folder}/lessons.parquet")
        ...     judge_parquet(plan, f"{folder}/teachers.parquet", f"{folder}/lessons.parquet",
        ...                   f"{folder}/verdicts.parquet", as_of=day, complete_through=day,
        ...                   only=["open-lesson"])
        ...     pl.read_parquet(f"{folder}/verdicts.parquet")["status"].to_list()
        ['MET']
    """
    opened, parts = _checked(engine, memory, parts)
    provisions = portable(plan, only)
    place = Path(out)
    whole = tables(os.fspath(bearers), os.fspath(records), place)
    tell = progress or (lambda *_: None)
    judge = partial(
        evaluate_frame,
        plan,
        as_of=as_of,
        complete_through=complete_through,
        calendar=calendar,
        during=during,
        several=several,
    )
    with TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as name:
        folder = Path(name)
        with opened(folder, memory) as read, _written(folder / "written") as writer:
            parts = parts or _parts_for(with_others(plan, provisions), map(read, whole))
            alone = [one for one in provisions if parts > 1 and by_bearer(plan, one)]
            each = _at_once(plan, alone)
            together = _at_once(plan, [one for one in provisions if one not in alone])
            steps = bool(alone) + parts * len(each) + len(together)
            divided: Sequence[Given] = ()
            if alone:
                divided = _divided(with_others(plan, alone), whole, several or {}, parts, folder)
                tell(1, steps)
            jobs = [*product(divided, each), *((whole, names) for names in together)]
            for done, (given, names) in enumerate(jobs, bool(alone) + 1):
                found = nw.from_native(judge(*map(read, given), only=names)).lazy()
                writer.write_table(found.collect("pyarrow").to_native().cast(NO_ROWS.schema))
                tell(done, steps)
        os.replace(folder / "written", place)


def _parts_for(provisions: Iterable[Provision], frames: Iterable[Any]) -> int:
    """Return into how many parts bearers are divided, by how many rows there are.

    Args:
        provisions: what is judged, and what that rests on.
        frames: all bearers and all records.
    """
    rows = sum(count(nw.from_native(frame).lazy()) for frame in frames)
    each = ROWS_READ if any(map(is_read, provisions)) else ROWS_EACH
    return max(1, ceil(rows / each))


def _checked(engine: str, memory: str, parts: int | None) -> tuple[Engine, int | None]:
    """Return the engine, and into how many parts bearers are divided.

    Raises:
        InputError: faults in what was asked for; all at once.
    """
    faults = FaultList()
    with faults.at("engine"):
        if engine not in _ENGINES:
            raise refuse("not-one-of", known=", ".join(_ENGINES))
    with faults.at("memory"):
        if not _MEMORY.fullmatch(memory):
            raise refuse("not-a-memory-size")
    if parts is not None:
        parts = faults.read("parts", as_positive, parts)
    faults.raise_any()
    return _ENGINES[engine], parts


def _at_once(plan: Plan, provisions: Iterable[Provision]) -> list[Collection[str]]:
    """Return the ids of provisions by what is judged at once.

    That is one at a time, whose tables alone are in memory then, with those that rest on it.
    """
    found: list[tuple[set[str], list[str]]] = []
    for one in provisions:
        consulted, names = {other.id for other in with_others(plan, [one])}, [one.id]
        for other in [other for other in found if other[0] & consulted]:
            found.remove(other)
            consulted, names = consulted | other[0], other[1] + names
        found.append((consulted, names))
    return [names for _, names in found]


@contextmanager
def _written(path: Path) -> Iterator[pq.ParquetWriter]:
    """Return what writes rows of a result into a file, which is on the disk afterwards."""
    with open(path, "wb") as file:
        with pq.ParquetWriter(file, NO_ROWS.schema, compression="zstd") as writer:
            yield writer
        file.flush()
        os.fsync(file.fileno())


# ---------------------------------------------------------------- engines

Read = Callable[[Table], Any]
"""Reads a table lazily."""

Engine = Callable[[Path, str], AbstractContextManager[Read]]
"""Opens what reads tables, given a folder for what does not fit into so much memory."""


def _in_polars(_: Path, __: str) -> AbstractContextManager[Read]:
    def read(table: Table) -> Any:
        scan = _polars().scan_parquet
        return scan(list(table.files), hive_partitioning=table.hive, glob=False)

    return nullcontext(read)


@contextmanager
def _in_duckdb(folder: Path, memory: str) -> Iterator[Read]:
    try:
        import duckdb
    except ModuleNotFoundError:
        raise MissingExtra("frames") from None
    limits: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(folder),
        "preserve_insertion_order": False,
    }
    with duckdb.connect(config=limits) as connection:

        def read(table: Table) -> Any:
            return connection.read_parquet(list(table.files), hive_partitioning=table.hive)

        yield read


_ENGINES: Mapping[str, Engine] = {"polars": _in_polars, "duckdb": _in_duckdb}


def _polars() -> Any:
    try:
        import polars
    except ModuleNotFoundError:
        raise MissingExtra("frames") from None
    return polars


# ---------------------------------------------------------------- parts


def _divided(
    provisions: Sequence[Provision],
    whole: Given,
    several: Mapping[str, str],
    parts: int,
    folder: Path,
) -> list[Given]:
    """Lay bearers and their records out in parts, each in files of its own.

    A record is in the parts of all bearers that one of its facts may point to. polars does it for
    every engine: it takes a third of the time that DuckDB does.

    Args:
        provisions: what is judged, and what that rests on; it tells which columns are needed.
        whole: all bearers and all records.
        several: facts that hold several values in one text, with what stands between these.
        parts: how many parts.
        folder: where the files go.
    """
    with _in_polars(folder, "") as read:
        first, second, _ = take(*map(read, whole))
    asks = asked(provisions)
    people, register = asked_columns(asks, first, second, several)
    _lay_out(people.frame.to_native(), ["id"], parts, folder / "bearers")
    _lay_out(
        register.frame.to_native(), sorted({*asks.pointers, *asks.links}), parts, folder / "records"
    )
    return [
        (_of_part(folder / "bearers", part), _of_part(folder / "records", part))
        for part in range(parts)
    ]


def _of_part(folder: Path, part: int) -> Table:
    files = (folder / f"{_PART}={part}").glob(f"*{SUFFIX}")
    return Table(tuple(sorted(map(os.fspath, files))))


def _lay_out(frame: Any, fields: Sequence[str], parts: int, folder: Path) -> None:
    """Write rows into as many folders as there are parts, by what stands in some text columns."""
    polars = _polars()
    for part in range(parts):  # one without any rows has its columns all the same
        (folder / f"{_PART}={part}").mkdir(parents=True)
        frame.limit(0).sink_parquet(folder / f"{_PART}={part}" / "none.parquet")
    numbers = [
        polars.when(polars.col(field).is_not_null()).then(polars.col(field).hash() % parts)
        for field in fields
    ]
    first = polars.coalesce(*numbers, 0)
    frame = frame.with_columns(first.alias(_PART))
    if len(numbers) > 1:
        all_ = polars.concat_list(number.fill_null(first) for number in numbers)
        frame = frame.with_columns(all_.list.unique().alias(_PART)).explode(_PART)
    into = polars.PartitionBy(folder, key=_PART, include_key=False)
    frame.sink_parquet(into, compression="lz4", statistics=False, row_group_size=_ROWS_WAITING)
