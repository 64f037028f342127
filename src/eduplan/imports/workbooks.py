"""Files opened as sheets of cells: CSV and Excel workbooks, bounded before they are read.

Cells stand where they stand in the file: row 0 of a sheet is its first row, blank or not.
"""

from __future__ import annotations

import csv
import errno
import io
import posixpath
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import attrs

from eduplan.errors import Fault, MissingExtra, SheetError, refuse, unopened
from eduplan.imports.cells import Broken, Cell

LARGEST_FILE = 200_000_000
"""Files larger than this many bytes are refused unread."""

MOST_ROWS = 2_000_000
"""Sheets with more rows are refused unread, and so are files with more rows in all."""

MOST_CELLS = 40_000_000
"""Sheets that reach over more cells, filled or not, are refused unread."""

SUFFIXES = (".csv", ".xlsx", ".xlsm")
_OLD = (".xls", ".et")

LARGEST_UNPACKED = 2_000_000_000
"""Workbooks that unpack to more bytes are refused."""

Place = tuple[int, int]

_PIECE = 1 << 23
_PLACE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_BROKEN = re.compile(rb"<(?:\w+:)?c\s[^>]*?\bt=[\"']e[\"'][^>]*")


@attrs.frozen(kw_only=True)
class Sheet:
    """The cells of one sheet.

    Args:
        name: its name; of a CSV file the name of the file without its suffix.
        rows: its cells, row by row; blank cells are empty texts.
        merges: first and last place of every merged range, as row and column from 0.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: Sequence[tuple[Place, Place]] = ()


@attrs.frozen(kw_only=True)
class Book:
    """An opened file.

    Args:
        source: name of the file.
        encoding: encoding of a CSV file: ``utf-8`` or ``gb18030``; empty for a workbook.
        names: names of its sheets, in their order.
        sheet: returns a sheet by name; raises `InputError` where it cannot be read.
    """

    source: str
    encoding: str = ""
    names: tuple[str, ...]
    sheet: Callable[[str], Sheet]


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, such as ``D17``, from its row and column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def open_book(path: Path) -> Book:
    """Return a file as sheets of cells.

    Args:
        path: a ``.csv`` file in UTF-8 or GB18030, or a ``.xlsx`` workbook.

    Raises:
        SheetError: the file cannot be opened, is too large, or is of another type.
        MissingExtra: a workbook, and the extra ``excel`` is not installed.
    """
    if path.is_dir():
        raise _unreadable(path, unopened(IsADirectoryError(errno.EISDIR, "")))
    if path.suffix.lower() in _OLD:
        raise _unreadable(path, Fault("sheet-not-xlsx"))
    if path.suffix.lower() not in SUFFIXES:
        raise _unreadable(path, Fault("unknown-suffix", "", {"known": ", ".join(SUFFIXES)}))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _unreadable(path, unopened(error)) from None
    if len(content) > LARGEST_FILE:
        raise _unreadable(path, Fault("file-too-large", "", {"most": LARGEST_FILE}))
    if path.suffix.lower() == ".csv":
        return _open_csv(path, content)
    return _open_workbook(path, content)


def _unreadable(path: Path, fault: Fault) -> SheetError:
    return SheetError([fault], path.name)


def _open_csv(path: Path, content: bytes) -> Book:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise _unreadable(path, Fault("sheet-encoding"))
    return Book(
        source=path.name,
        encoding=encoding.removesuffix("-sig"),
        names=(path.stem,),
        sheet=lambda name: Sheet(name=name, rows=_csv_rows(text)),
    )


def _csv_rows(text: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(rows) == MOST_ROWS:
                raise refuse("sheet-too-many-rows", most=MOST_ROWS)
            rows.append(list(row))
    except csv.Error:
        raise refuse("sheet-not-csv", row=len(rows) + 1) from None
    return rows


# What the readers of ZIP and XML raise over a damaged or encrypted file.
_DAMAGED = (
    BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
)


def _open_workbook(path: Path, content: bytes) -> Book:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise MissingExtra("excel") from None
    try:
        package = ZipFile(io.BytesIO(content))
        if sum(part.file_size for part in package.infolist()) > LARGEST_UNPACKED:
            raise _unreadable(path, Fault("file-too-large", "", {"most": LARGEST_UNPACKED}))
        parts = _sheet_parts(package)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (*_DAMAGED, CalamineError):
        raise _unreadable(path, Fault("sheet-not-xlsx")) from None

    def sheet(name: str) -> Sheet:
        try:
            with package.open(parts[name]) as part:
                broken = _broken_cells(part)
            found = workbook.get_sheet_by_name(name)
        except (*_DAMAGED, CalamineError):
            raise refuse("sheet-not-xlsx") from None
        rows: list[list[Cell]] = [list(row) for row in found.to_python(skip_empty_area=False)]
        for row, column in broken:
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = Broken.ERROR
        return Sheet(name=name, rows=rows, merges=found.merged_cell_ranges or ())

    return Book(source=path.name, names=tuple(parts), sheet=sheet)


def _sheet_parts(package: ZipFile) -> dict[str, str]:
    """Return the part of the package in which each worksheet lies, by the name of the sheet."""
    workbook = _parsed(package, "xl/workbook.xml")
    relations = _parsed(package, "xl/_rels/workbook.xml.rels")
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))
        for relation in relations
        if relation.get("Type", "").endswith("/worksheet")
    }
    parts = {}
    for element in workbook.iter():
        if element.tag.endswith("}sheet"):
            keys = [value for key, value in element.items() if key.endswith("}id")]
            if keys and keys[0] in targets:
                parts[element.get("name", "")] = targets[keys[0]].removeprefix("/")
    return parts


def _parsed(package: ZipFile, part: str) -> ElementTree.Element:
    # expat itself refuses entities that grow beyond measure
    return ElementTree.fromstring(package.read(part))  # noqa: S314


def _broken_cells(part: IO[bytes]) -> list[Place]:
    """Return the places whose formula failed, which calamine would give as blank.

    Raises:
        InputError: the sheet reaches too far. One stray cell in the last row and column takes a
            file of six kilobytes to hundreds of gigabytes in memory, so this is looked at first.
    """
    broken = []
    rows = columns = 1
    for text in _whole_tags(part):
        places = set(_PLACE.findall(text))
        columns = max([columns, *map(_column_number, {letters for letters, _ in places})])
        rows = max([rows, *(int(row) for _, row in places)])
        if rows > MOST_ROWS:
            raise refuse("sheet-too-many-rows", most=MOST_ROWS)
        if rows * columns > MOST_CELLS:
            raise refuse("sheet-too-large", rows=rows, columns=columns, most=MOST_CELLS)
        for tag in _BROKEN.findall(text):
            for letters, row in _PLACE.findall(tag):
                broken.append((int(row) - 1, _column_number(letters) - 1))
    return broken


def _whole_tags(part: IO[bytes]) -> Iterator[bytes]:
    """Yield the text of a part in pieces that do not cut a tag in two."""
    rest = b""
    while chunk := part.read(_PIECE):
        rest += chunk
        cut = rest.rfind(b"<")
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number
