"""The parquet files that are read, and the one that is written: looked at before anything runs."""

from __future__ import annotations

import os
from glob import glob
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from eduplan.errors import FaultList, refuse

SUFFIX = ".parquet"


class Table(NamedTuple):
    """A table in parquet files.

    Attributes:
        files: paths of its files.
        hive: whether names of folders such as ``kind=training`` hold columns too.
    """

    files: tuple[str, ...]
    hive: bool = False


def tables(bearers: str, records: str, out: Path) -> tuple[Table, Table]:
    """Return the tables of bearers and of records, after a look at their files and at ``out``.

    Args:
        bearers: path of a parquet file, of a folder of some, or a pattern.
        records: the same.
        out: the file that is to be written.

    Raises:
        InputError: there are no such files, some cannot be read or have other columns than the
            rest, or ``out`` cannot be written or is one of those that are read; all at once.
    """
    faults = FaultList()
    first = faults.read("bearers", _table, bearers)
    second = faults.read("records", _table, records)
    with faults.at("out"):
        _check_place(out, [table for table in (first, second) if table is not None])
    faults.raise_any()
    if first is None or second is None:  # not reached: either would be a fault
        raise refuse("no-such-parquet")
    return first, second


def _table(path: str) -> Table:
    """Return the files of a path; a file or folder of that very name comes before a pattern."""
    folder = Path(path)
    if folder.is_dir():
        inner = (file.relative_to(folder) for file in folder.rglob(f"*{SUFFIX}"))
        shown = [one for one in inner if not any(part.startswith((".", "_")) for part in one.parts)]
        files = [os.fspath(folder / one) for one in sorted(shown)]
    else:
        files = [path] if folder.exists() else sorted(glob(path, recursive=True))
    if not files:
        raise refuse("no-such-parquet")
    _check_alike(files)
    return Table(tuple(files), hive=folder.is_dir())


def _check_alike(files: list[str]) -> None:
    """Refuse files of one table that are no parquet files, or differ in their columns."""
    faults = FaultList()
    different: set[str] = set()
    first: set[tuple[str, str]] | None = None
    for file in files:
        try:
            schema = pq.read_metadata(file).schema
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else ""
            faults.add("parquet-unreadable", "", file=Path(file).name, why=why)
        except pa.ArrowInvalid:
            faults.add("not-parquet", "", file=Path(file).name)
        else:
            columns = map(schema.column, range(len(schema)))
            found = {(one.path, f"{one.physical_type} {one.logical_type}") for one in columns}
            first = found if first is None else first
            different.update(name for name, _ in first ^ found)
    if different:
        faults.add("parquet-columns-differ", "", columns=", ".join(sorted(different)))
    faults.raise_any()


def _check_place(out: Path, read: list[Table]) -> None:
    """Refuse a place where nothing can be written, or that of a file that is read."""
    if out.is_dir():
        raise refuse("out-is-folder")
    if not out.parent.is_dir():
        raise refuse("out-no-folder")
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise refuse("out-not-writable")
    if out.exists() and any(out.samefile(file) for table in read for file in table.files):
        raise refuse("out-is-read")
