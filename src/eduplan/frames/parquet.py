"""From parquet files into one, some bearers at a time: memory does not grow with the data."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from functools import partial
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals.stable.v2 as nw
import pyarrow.parquet as pq

from eduplan.dates import Period
from eduplan.errors import MissingExtra, refuse
from eduplan.frames.backends import take
from eduplan.frames.columns import count
from eduplan.frames.evaluating import NO_ROWS, asked_columns, evaluate_frame
from eduplan.frames.forms import FORMS
from eduplan.frames.portable import by_bearer, portable, with_others
from eduplan.plan import Plan
from eduplan.provisions import Provision

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar

ROWS_EACH = 3_000_000
"""So many rows of both files are judged at once."""

_ROWS_WAITING = 50_000
"""So many records of every part wait for being written."""

_PART = "_eduplan_part"


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
    such as means and totals of groups, rosters, who is there, places among peers, and answers that
    name what they answer, is judged for all of them together.

    ``out`` is written beside its place and put there when it is complete: after a failure there is
    nothing, or what was there before.

    Args:
        plan: the plan.
        bearers: path of a parquet file, or a pattern of several such as ``people/*.parquet``, with
            the columns that `evaluate_frame` takes.
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
            millions of rows in both files.
        progress: called after every step with the number of steps done, and of all.

    Raises:
        NotPortable: provisions that cannot be judged over frames; all are named.
        InputError: columns that are missing or hold what cannot be.
        UnknownName: the plan has no provision that ``only`` names, or there is no such engine.
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
    opened = _ENGINES.get(engine)
    if opened is None:
        raise refuse("not-one-of", "engine", known=", ".join(_ENGINES))
    provisions = portable(plan, only)
    place, whole = Path(out), _Files(os.fspath(bearers), os.fspath(records))
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
            if parts is None:
                rows = sum(count(nw.from_native(read(path)).lazy()) for path in whole)
                parts = ceil(rows / ROWS_EACH)
            alone = [one for one in provisions if parts > 1 and by_bearer(plan, one)]
            each = _at_once(plan, alone)
            together = _at_once(plan, [one for one in provisions if one not in alone])
            steps = bool(alone) + parts * len(each) + len(together)
            done = 0

            def tell() -> None:
                nonlocal done
                done += 1
                if progress is not None:
                    progress(done, steps)

            def judge_all(several_names: Iterable[Collection[str]], files: _Files) -> None:
                for names in several_names:
                    found = nw.from_native(judge(*map(read, files), only=names)).lazy()
                    writer.write_table(found.collect("pyarrow").to_native().cast(NO_ROWS.schema))
                    tell()

            if alone:
                consulted = with_others(plan, alone)
                divided = _divided(consulted, whole, several or {}, parts, folder)
                tell()
                for part in divided:
                    judge_all(each, part)
            judge_all(together, whole)
        os.replace(folder / "written", place)


class _Files(NamedTuple):
    """The two files that are judged, or patterns of several."""

    bearers: str
    records: str


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


def _in_polars(_: Path, __: str) -> AbstractContextManager[Callable[[str], Any]]:
    return nullcontext(_polars().scan_parquet)


@contextmanager
def _in_duckdb(folder: Path, memory: str) -> Iterator[Callable[[str], Any]]:
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
        yield connection.read_parquet


_ENGINES: Mapping[str, Callable[[Path, str], AbstractContextManager[Callable[[str], Any]]]] = {
    "polars": _in_polars,
    "duckdb": _in_duckdb,
}
"""Each returns what reads a parquet file lazily."""


def _polars() -> Any:
    try:
        import polars
    except ModuleNotFoundError:
        raise MissingExtra("frames") from None
    return polars


# ---------------------------------------------------------------- parts


def _divided(
    provisions: Sequence[Provision],
    whole: _Files,
    several: Mapping[str, str],
    parts: int,
    folder: Path,
) -> list[_Files]:
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
    polars = _polars()
    first, second, _ = take(*map(polars.scan_parquet, whole))
    people, register = asked_columns(provisions, first, second, several)
    pointers = {name for one in provisions for name in FORMS[type(one)].asks(one).pointers}
    _lay_out(people.frame.to_native(), ["id"], parts, folder / "bearers")
    _lay_out(register.frame.to_native(), sorted(pointers), parts, folder / "records")
    return [
        _Files(*(f"{folder}/{kind}/{_PART}={part}/*.parquet" for kind in _Files._fields))
        for part in range(parts)
    ]


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
