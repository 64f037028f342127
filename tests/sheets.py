"""Workbooks and CSV files that tests write, and the faults found in them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from eduplan.errors import SheetError
from eduplan.messages import LANGUAGES
from eduplan.selectors import Scale

TITLES = {"title": Scale(name="title", values=["none", "junior", "intermediate", "senior"])}

Rows = Sequence[Sequence[object]]
Make = Callable[..., Path]


class Formula(str):
    """A formula with this value in its cell."""


@pytest.fixture
def workbook(tmp_path: Path) -> Make:
    """Return a function that writes a workbook: ``workbook(教师=[[header ...], [cell ...]])``.

    Dates become date cells, date-times date cells with a time of day, `Formula` a formula that came
    to that value; ``merges`` are ranges merged after writing, as first and last row and column.
    """

    def write(
        sheets: dict[str, Rows],
        *,
        name: str = "册.xlsx",
        merges: Sequence[tuple[int, int, int, int]] = (),
    ) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(str(path))
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        clock = book.add_format({"num_format": "hh:mm"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, Formula):
                        sheet.write_formula(r, c, "=A1", None, str(cell))
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif isinstance(cell, bool):
                        sheet.write_boolean(r, c, cell)
                    elif isinstance(cell, datetime):
                        sheet.write_datetime(r, c, cell, minute)
                    elif isinstance(cell, date):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, time):
                        sheet.write_datetime(r, c, cell, clock)
                    elif cell is not None:
                        sheet.write_number(r, c, cell)
            for first_row, first, last_row, last in merges:
                text = rows[first_row][first]
                if isinstance(text, str):
                    sheet.merge_range(first_row, first, last_row, last, text)
                else:
                    sheet.merge_range(first_row, first, last_row, last, "")
                    sheet.write_number(first_row, first, text)
        book.close()
        return path

    return write


@pytest.fixture
def csv_file(tmp_path: Path) -> Make:
    def write(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def faults(read: Callable[..., object], path: Path, **options: Any) -> dict[str, str]:
    """Return the code of every fault of a file by its place."""
    with pytest.raises(SheetError) as caught:
        read(path, **options)
    assert caught.value.source == path.name
    for lang in LANGUAGES:  # every message has the facts it names
        assert all(len(fault.message(lang).splitlines()) == 1 for fault in caught.value.faults)
        assert str(len(caught.value.faults)) in caught.value.message(lang).splitlines()[0]
    return {fault.path: fault.code for fault in caught.value.faults}


def training(*cells: object, header: Sequence[str] = ("工号", "日期", "学时")) -> dict[str, Rows]:
    """Return a sheet of trainings with these cells in its only row, row 2."""
    return {"培训": [header, cells]}
