"""CSV read row by row from bytes, making text only of the cells that are asked for.

A row is matched by one pattern that has a group for each column asked for and none for the others.
What stands in the others, such as passwords, passes through the buffer and is never made a value.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from eduplan.errors import InputError, refuse

LONGEST_ROW = 1_000_000
"""Rows of more bytes are refused: most often a quotation mark that is never closed."""

MOST_COLUMNS = 1_000

_PIECE = 1 << 18
_CELL = rb'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_END = rb"(?:\r\n|\n|\r(?!\n))"
_ROW = re.compile(_CELL + rb"(?:," + _CELL + rb")*+" + _END)
_EACH = re.compile(rb"(?:^|,)(" + _CELL + rb")")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Cells(NamedTuple):
    """The cells asked for of one row.

    Attributes:
        row: number of the row; the header is row 1, and a row may hold several lines.
        cells: its cells as text without outer spaces; None where it has too few cells or too many.
    """

    row: int
    cells: tuple[str, ...] | None


class Scanner:
    r"""Reads a CSV file of UTF-8 once, from its header to its end.

    Args:
        stream: the bytes of the file.

    Raises:
        InputError: it is UTF-16, or has no header; so does `rows` where it is not CSV, not UTF-8,
            or has too long a row.

    >>> from io import BytesIO
    >>> scanner = Scanner(BytesIO(b'id,password,name\r\n1,"a,b","Li\n Na"\r\n'))
    >>> scanner.header, [cells for _, cells in scanner.rows(["id", "name"])]
    (('id', 'password', 'name'), [('1', 'Li\n Na')])
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._buffer = b""
        self._position = 0
        self._row = 0
        self._ended = False
        self._fill()
        if self._buffer.startswith(_WIDE):
            raise refuse("not-utf8")
        if self._buffer.startswith(codecs.BOM_UTF8):
            self._position = len(codecs.BOM_UTF8)
        span = self._next()
        if span is None:
            raise refuse("oneroster-no-header")
        cells = _EACH.findall(self._buffer[slice(*span)].rstrip(b"\r\n"))
        if len(cells) > MOST_COLUMNS:
            raise refuse("oneroster-too-wide", most=MOST_COLUMNS)
        self.header = tuple(map(text_of, cells))

    def rows(self, columns: Sequence[str]) -> Iterator[Cells]:
        """Yield the cells of ``columns``, in that order, row by row; blank rows are passed over.

        Args:
            columns: the columns asked for, each once in the header.
        """
        cells = (b"(" + _CELL + b")" if name in columns else _CELL for name in self.header)
        pattern = re.compile(b",".join(cells) + _END)
        kept = [name for name in self.header if name in columns]
        order = [kept.index(name) for name in columns]
        while (span := self._next()) is not None:
            if self._buffer[span[0]] in b"\r\n":
                continue
            found = pattern.fullmatch(self._buffer, *span)
            if found is None:
                yield Cells(self._row, None)
            else:
                try:
                    texts = list(map(text_of, found.groups()))
                except InputError as error:
                    raise refuse(error.faults[0].code, f"!{self._row}") from None
                yield Cells(self._row, tuple(texts[place] for place in order))

    def _next(self) -> tuple[int, int] | None:
        """Return where in the buffer the next row lies, None where none is left."""
        while True:
            found = _ROW.match(self._buffer, self._position)
            # What ends where the buffer does may go on.
            if found is not None and (self._ended or found.end() < len(self._buffer)):
                self._position = found.end()
                self._row += 1
                return found.span()
            left = len(self._buffer) - self._position
            if self._ended and not left:
                return None
            if self._ended or left > LONGEST_ROW:
                raise refuse("sheet-not-csv", row=self._row + 1)
            self._fill()

    def _fill(self) -> None:
        piece = self._stream.read(_PIECE)
        self._buffer = self._buffer[self._position :] + piece
        self._position = 0
        if not piece:
            self._ended = True
            if self._buffer and not self._buffer.endswith((b"\n", b"\r")):
                self._buffer += b"\n"


def text_of(cell: bytes) -> str:
    """Return a cell as text without outer spaces; the only place where one is made."""
    if cell.startswith(b'"'):
        cell = cell[1:-1].replace(b'""', b'"')
    try:
        return cell.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise refuse("not-utf8") from None
