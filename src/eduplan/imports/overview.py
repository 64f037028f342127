"""What would be read from a file, sheet by sheet, and what would be left out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from eduplan.errors import InputError, SheetError
from eduplan.imports.cells import clean
from eduplan.imports.mapping import SheetMapping, normal
from eduplan.imports.mapping_files import packaged_mapping
from eduplan.imports.reading import fitting
from eduplan.imports.rows import data_rows, find_heading, skip_pattern
from eduplan.imports.workbooks import Book, open_book


@attrs.frozen(kw_only=True)
class SheetOverview:
    """What would be read from one sheet.

    Args:
        name: its name.
        layout: name of the layout that fits; empty where none does, so that it is passed over.
        encoding: encoding of a CSV file, empty for a workbook.
        columns: the fact each column gives, by its header.
        left_out: headers of the columns that are not read and that the mapping does not ignore.
        rows: number of rows that hold data.
        blank: whether nothing stands in a sheet that no layout fits.
    """

    name: str
    layout: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = attrs.field(factory=dict)
    left_out: tuple[str, ...] = ()
    rows: int = 0
    blank: bool = False


def overview(path: str | Path, *, mapping: SheetMapping | None = None) -> tuple[SheetOverview, ...]:
    r"""Return what would be read from each sheet of a file, faulty cells aside.

    Reading passes over sheets and columns it does not know; here they are told. A sheet without a
    header that would serve has no columns and no rows.

    Args:
        path: a ``.csv`` file in UTF-8 or, failing that, GB18030, or a ``.xlsx`` workbook.
        mapping: what the sheets, headers and words mean; by default the packaged mapping.

    Raises:
        SheetError: the file or one of its sheets cannot be opened, or is too large.
        MissingExtra: a workbook, and the extra ``excel`` is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "培训.csv")
    ...     _ = path.write_text("工号,日期,地点\nT1,2024-05-06,县城\n", "utf-8")
    ...     [sheet] = overview(path)
    >>> sheet.layout, dict(sheet.columns), sheet.left_out, sheet.rows
    ('training', {'工号': 'bearer', '日期': 'day'}, ('地点',), 1)
    """
    mapping = packaged_mapping() if mapping is None else mapping
    book = open_book(Path(path))
    return tuple(_of_sheet(book, name, mapping) for name in book.names)


def _of_sheet(book: Book, name: str, mapping: SheetMapping) -> SheetOverview:
    fits = fitting(mapping, name)
    if len(fits) != 1:
        blank = not fits and _is_blank(book, name)
        layouts = ", ".join(fits)
        return SheetOverview(name=name, layout=layouts, encoding=book.encoding, blank=blank)
    layout = mapping.layouts[fits[0]]
    try:
        sheet = book.sheet(name)
    except InputError as error:
        raise SheetError([fault.under(name) for fault in error.faults], book.source) from None
    try:
        heading = find_heading(sheet, layout)
    except InputError:
        return SheetOverview(name=name, layout=fits[0], encoding=book.encoding)
    taken = {column: fact for fact, column in heading.columns.items()}
    ignored = {normal(header) for header in mapping.ignore}
    headers = {
        column: normal(cell)
        for column, cell in enumerate(sheet.rows[heading.row])
        if isinstance(cell, str) and normal(cell)
    }
    return SheetOverview(
        name=name,
        layout=fits[0],
        encoding=book.encoding,
        columns={headers[column]: fact for column, fact in sorted(taken.items())},
        left_out=tuple(
            header
            for column, header in headers.items()
            if column not in taken and header not in ignored
        ),
        rows=sum(1 for _ in data_rows(sheet, layout, heading, skip_pattern(mapping))),
    )


def _is_blank(book: Book, name: str) -> bool:
    """Say whether nothing stands in a sheet; of one that cannot be read, something does."""
    try:
        sheet = book.sheet(name)
    except InputError:
        return False
    return all(clean(cell) is None for row in sheet.rows for cell in row)
