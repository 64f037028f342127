"""Cells read as facts: what a cell may hold, and what is said of one that does not.

A message names the class of what stands in a cell, never what stands there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from eduplan.dates import as_date
from eduplan.errors import InputError, refuse
from eduplan.exact import Number, exact, spell
from eduplan.imports.mapping import TRANSLATED, Column, ColumnType, normal
from eduplan.messages import Text, catalogue
from eduplan.selectors import Scale
from eduplan.tables import Scalar, Value


class Broken(Enum):
    """A cell whose formula failed."""

    ERROR = "error"


Cell = str | int | float | bool | date | datetime | time | timedelta | Broken
Reader = Callable[[Cell], Value | None]

EXACT_BELOW = 10**15
"""Excel keeps fifteen digits of a number; of whole numbers from here on some are lost."""

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_SEPARATORS = re.compile(r"[、，,;；/|\n]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d+", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})([日号]?)"
    r"(?:[ T]0?0:00(?::00)?(?:\.0+)?)?",
    re.ASCII,
)
_AROUND_MARKS = re.compile(r"\s*([-/.年月])\s*")
_SPAN = re.compile(rf"(?:{_DAY.pattern}|\d{{8}})(?:[-—–~]+|至|到)\d.*", re.ASCII)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"[2-7]\d{4}", re.ASCII)  # days as Excel counts them: from 1954 to 2119
_NO_DAY = re.compile(r"\d{4}年?|\d{4}[-/.年]\d{1,2}[-/.]?月?|\d{4}(0[1-9]|1[0-2])", re.ASCII)
_TIMED = re.compile(r".*\d[ T]\d{1,2}:\d{2}.*", re.ASCII)
_SPACED_NAME = re.compile(r"[\u3400-\u9fff](\s*[\u3400-\u9fff]){1,2}")


def clean(cell: Cell) -> Cell | None:
    """Return a cell without invisible characters and outer spaces; None where nothing is left."""
    if isinstance(cell, str):
        return _INVISIBLE.sub("", cell).strip() or None
    return cell


def class_of(cell: Cell) -> Text:
    """Return the class of what stands in a cell: all that a message may say of it."""
    if isinstance(cell, str):
        name = "text"
    elif isinstance(cell, bool):
        name = "flag"
    elif isinstance(cell, int | float):
        name = "number"
    else:
        name = "date" if isinstance(cell, date) else "time"
    return catalogue()[f"cell-class.{name}"]


def reader(column: Column, scale: Scale | None) -> Reader:
    """Return the function that reads the cells of a column.

    It returns None for a blank cell and raises `InputError` for one that cannot be taken.

    Args:
        column: the column.
        scale: the scale its values must be on, if there is one.

    >>> reader(Column(headers=["日期"], type="date"), None)("2024年9月1日")
    datetime.date(2024, 9, 1)
    """
    single = _SINGLE[column.type]
    if column.type in TRANSLATED and (column.values or scale is not None):
        single = _translator(column, scale, single)

    def read(cell: Cell) -> Value | None:
        cleaned = clean(cell)
        if cleaned is None:
            return None
        if cleaned is Broken.ERROR:
            raise refuse("cell-error")
        return single(cleaned)

    def read_several(cell: Cell) -> Value | None:
        parts = _SEPARATORS.split(cell) if isinstance(cell, str) else [cell]
        found: dict[Scalar, None] = {}
        filled = False
        for part in parts:
            value = read(part)
            if value is not None:
                filled = True
                found.update(dict.fromkeys(value if isinstance(value, tuple) else (value,)))
        return tuple(found) if filled else None

    return read_several if column.several else read


def _translator(column: Column, scale: Scale | None, plain: Reader) -> Reader:
    """Return the function that takes a word for what it means, if that is on the scale."""
    words = {normal(word): value for word, value in column.values.items()}
    words.update({normal(str(value)): value for value in column.known if isinstance(value, str)})
    strict = column.type is not ColumnType.TEXT

    def translate(cell: Cell) -> Value | None:
        if isinstance(cell, bool) and column.type is ColumnType.FLAG:
            return cell
        if scale is not None and isinstance(cell, str) and scale.rank(cell) is not None:
            return cell
        word = plain(cell)
        value = words.get(normal(str(word)))
        if value is None:
            if column.type is ColumnType.FLAG:
                raise refuse("cell-not-a-flag", known=tuple(column.values))
            if strict:
                raise refuse("cell-not-listed", known=tuple(column.values))
            value = word
        for one in value if isinstance(value, tuple) else (value,):
            if scale is not None and scale.rank(one) is None:
                raise refuse("not-on-scale", scale=scale.name, known=", ".join(scale.values))
        return value

    return translate


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < EXACT_BELOW:
        return spell(_from_number(cell))
    raise refuse("cell-not-text", got=class_of(cell))


def _name(cell: Cell) -> str:
    text = _text(cell)
    return re.sub(r"\s+", "", text) if _SPACED_NAME.fullmatch(text) else text


def _id(cell: Cell) -> str:
    if isinstance(cell, str):
        if _SCIENTIFIC.fullmatch(cell):
            raise refuse("cell-id-digits")
        return unicodedata.normalize("NFKC", cell)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise refuse("cell-not-id", got=class_of(cell))
    if not abs(cell) < EXACT_BELOW:  # nor is what is not a number
        raise refuse("cell-id-digits")
    if cell < 0 or cell != int(cell):
        raise refuse("cell-not-id", got=class_of(cell))
    return str(int(cell))


def _from_number(cell: int | float) -> Number:
    """Return the number a cell shows: its fifteen digits, without the noise of a formula's sum."""
    if isinstance(cell, int) or (cell.is_integer() and abs(cell) < EXACT_BELOW):
        return int(cell)
    return exact(Decimal(f"{cell:.15g}"))


def _number(cell: Cell) -> Number:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    if isinstance(cell, str):
        try:
            return exact(unicodedata.normalize("NFKC", cell))
        except InputError:
            pass
    raise refuse("cell-not-a-number", got=class_of(cell))


def _whole(cell: Cell) -> int:
    number = _number(cell)
    if isinstance(number, Fraction):
        raise refuse("cell-not-whole")
    return number


def _date(cell: Cell) -> date:
    if isinstance(cell, datetime):
        if cell.time() != time.min:
            raise refuse("date-time")
        cell = cell.date()
    day = cell if isinstance(cell, date) else _spelled_date(cell)
    if day.year <= 1900:
        # Excel takes 1900 for a leap year, so what it shows before March of that year is wrong.
        raise refuse("cell-date-too-early")
    return day


def _spelled_date(cell: Cell) -> date:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < EXACT_BELOW:
        text = spell(_from_number(cell))
    elif isinstance(cell, str):
        text = _AROUND_MARKS.sub(r"\1", unicodedata.normalize("NFKC", cell))
    else:
        raise refuse("cell-not-a-date", got=class_of(cell))
    if found := _DAY.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text):
        year, month, day = [part for part in found.groups() if part and part.isdecimal()]
        return as_date(f"{year}-{month:>02}-{day:>02}")
    if _NO_DAY.fullmatch(text):
        raise refuse("cell-date-without-day")
    if _SERIAL.fullmatch(text):
        raise refuse("cell-date-as-number")
    if _SPAN.fullmatch(text):
        raise refuse("cell-date-span")
    if _TIMED.fullmatch(text):
        raise refuse("date-time")
    raise refuse("cell-not-a-date", got=class_of(cell))


_SINGLE: Mapping[ColumnType, Reader] = {
    ColumnType.TEXT: _text,
    ColumnType.NAME: _name,
    ColumnType.ID: _id,
    ColumnType.WHOLE: _whole,
    ColumnType.NUMBER: _number,
    ColumnType.DATE: _date,
    ColumnType.FLAG: _text,
    ColumnType.CHOICE: _text,
}
