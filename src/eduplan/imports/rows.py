"""Sheets taken apart: the header wherever it stands, and below it the rows that hold data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import translate
from itertools import islice

import attrs

from eduplan.errors import Fault, InputError, refuse
from eduplan.imports.cells import Cell, clean
from eduplan.imports.mapping import AMOUNTS, Layout, SheetMapping, normal, normal_pattern
from eduplan.imports.workbooks import Sheet, cell_name

HEADER_WITHIN = 20
"""The header must be among this many first rows."""

_OTHER_SEPARATORS = re.compile(r"[;\t]")


@attrs.frozen(kw_only=True)
class Heading:
    """The header found in a sheet.

    Args:
        row: its row, counted from 0.
        columns: the column of each fact, counted from 0.
    """

    row: int
    columns: Mapping[str, int]


@attrs.frozen(kw_only=True)
class Row:
    """The cells of one row that holds data.

    Args:
        sheet: name of its sheet.
        number: its number, counted from 0.
        columns: the column of each fact.
        cells: what stands there for each fact, in merged ranges what stands in their first cell.
        amounts: facts whose amount begins a merged range of several rows.
    """

    sheet: str
    number: int
    columns: Mapping[str, int]
    cells: Mapping[str, Cell]
    amounts: tuple[str, ...] = ()

    def place(self, fact: str) -> str:
        """Return where a fact stands, such as ``培训!D17``; of one without a column, the row."""
        column = self.columns.get(fact)
        if column is None:
            return f"{self.sheet}!{self.number + 1}"
        return f"{self.sheet}!{cell_name(self.number, column)}"


def find_heading(sheet: Sheet, layout: Layout) -> Heading:
    """Return the first row that has the headers of all required columns.

    A header merged over several rows stands in each of them, and the last of these is returned: in
    it the columns below a common heading have their names.

    Raises:
        InputError: no such row among the first, its headers in two rows that are not merged, or two
            columns for one fact; paths are cells.
    """
    facts = {
        normal(header): fact for fact, column in layout.columns.items() for header in column.headers
    }
    rows = _header_rows(sheet)
    missing = layout.required
    found: Heading | None = None
    above: dict[str, list[int]] = {}
    split = 0
    for row, cells in enumerate(rows):
        if found is not None and not _reaches(sheet, found, row):
            break
        places = _places(cells, facts)
        lacking = tuple(fact for fact in layout.required if fact not in places)
        if not lacking:
            _no_fact_twice(row, places)
            found = Heading(row=row, columns={fact: place[0] for fact, place in places.items()})
        elif len(lacking) < len(missing):
            missing = lacking
        if not split and {*above, *places}.issuperset(layout.required):
            split = row
        above = places
    if found is not None:
        return found
    if any(len(_places(_OTHER_SEPARATORS.split(str(row[0])), facts)) > 1 for row in rows if row):
        raise refuse("sheet-separator")
    if split:
        raise refuse("sheet-header-split", first=split, second=split + 1)
    names = tuple(layout.columns[fact].headers[0] for fact in missing)
    raise refuse("sheet-no-header", rows=HEADER_WITHIN, missing=names)


def _header_rows(sheet: Sheet) -> list[list[Cell]]:
    """Return the rows that may be the header, with what is merged over several of them in each."""
    rows = [list(row) for row in sheet.rows[:HEADER_WITHIN]]
    for (top, left), (bottom, _) in sheet.merges:
        for row in rows[top + 1 : bottom + 1]:
            if left < min(len(row), len(rows[top])):
                row[left] = rows[top][left]
    return rows


def _reaches(sheet: Sheet, heading: Heading, row: int) -> bool:
    """Return whether a header of this heading is merged down to a row."""
    columns = heading.columns.values()
    return any(
        left in columns and top <= heading.row and row <= bottom
        for (top, left), (bottom, _) in sheet.merges
    )


def _places(cells: Sequence[Cell], facts: Mapping[str, str]) -> dict[str, list[int]]:
    """Return the columns whose header stands for each fact."""
    places: dict[str, list[int]] = {}
    for column, cell in enumerate(cells):
        fact = facts.get(normal(cell)) if isinstance(cell, str) else None
        if fact is not None:
            places.setdefault(fact, []).append(column)
    return places


def _no_fact_twice(row: int, places: Mapping[str, list[int]]) -> None:
    faults = [
        Fault("sheet-column-twice", f"!{cell_name(row, other)}", {"other": cell_name(row, first)})
        for first, *others in places.values()
        for other in others
    ]
    if faults:
        raise InputError(faults)


def skip_pattern(mapping: SheetMapping) -> re.Pattern[str]:
    """Return the pattern of first cells whose rows are passed over."""
    patterns = [translate(normal_pattern(spelled)) for spelled in mapping.skip_rows]
    return re.compile("|".join(patterns) or r"(?!)")


def data_rows(
    sheet: Sheet, layout: Layout, heading: Heading, skip: re.Pattern[str]
) -> Iterator[Row]:
    """Yield the rows below the header that are neither blank nor passed over.

    Args:
        sheet: the sheet.
        layout: its layout.
        heading: its header.
        skip: rows whose first filled cell fits this are passed over.
    """
    repeated = _repeated(sheet, heading)
    carried: dict[str, Cell] = {fact: "" for fact in heading.columns if layout.columns[fact].merged}
    amounts = {fact for fact in heading.columns if layout.columns[fact].type in AMOUNTS}
    start = heading.row + 1
    for number, row in enumerate(islice(sheet.rows, start, None), start):
        first = next((cell for cell in row if cell != "" and clean(cell) is not None), None)
        if first is None or (isinstance(first, str) and skip.fullmatch(normal(first))):
            continue
        cells: dict[str, Cell] = {}
        merged = []
        for fact, column in heading.columns.items():
            cell = row[column] if column < len(row) else ""
            if (number, column) in repeated:
                if fact in amounts:
                    merged.append(fact)
                cell = repeated[number, column]
            if fact in carried:
                if clean(cell) is None:
                    cell = carried[fact]
                carried[fact] = cell
            cells[fact] = cell
        yield Row(
            sheet=sheet.name,
            number=number,
            columns=heading.columns,
            cells=cells,
            amounts=tuple(merged),
        )


def _repeated(sheet: Sheet, heading: Heading) -> Mapping[tuple[int, int], Cell]:
    """Return what stands in the places of merged ranges of several rows that are read."""
    columns = frozenset(heading.columns.values())
    found: dict[tuple[int, int], Cell] = {}
    for (top, left), (bottom, _) in sheet.merges:
        last = min(bottom, len(sheet.rows) - 1)
        if left not in columns or top <= heading.row or last <= top:
            continue
        cells = sheet.rows[top]
        if left < len(cells) and clean(cells[left]) is not None:
            found.update(dict.fromkeys(((row, left) for row in range(top, last + 1)), cells[left]))
    return found
