"""Where statements lie: JSON files, JSON lines, and mappings at hand, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import attrs

from eduplan.errors import Fault, InputError, SheetError, kind_of, refuse, unopened
from eduplan.textfiles import strict_json

LARGEST = 500_000_000
"""Bytes of a file that is read whole; JSON lines may be longer, each of them at most so long."""

LONGEST_LINE = 5_000_000

LINES = (".jsonl", ".ndjson")
WHOLE = (".json",)


class Place(NamedTuple):
    """Where a statement stands.

    Attributes:
        path: its path in a list, empty where it stands in a line.
        line: its line, None where it stands in a list.
    """

    path: str
    line: int | None = None

    def of(self, fault: Fault) -> Fault:
        """Return a fault of the statement as seen from outside."""
        return attrs.evolve(fault.under(self.path) if self.path else fault, line=self.line)

    def __str__(self) -> str:
        return self.path or str(self.line)


Placed = tuple[Place, object]
"""A statement, or the fault that keeps one from being read, with its place."""


def placed(source: str | Path | Iterable[object]) -> tuple[str, Iterable[Placed]]:
    """Return the name of a source, and its statements with their places.

    Raises:
        SheetError: a file that cannot be read at all.
    """
    if not isinstance(source, str | Path):
        return "xAPI", _listed(source)
    source = Path(source)
    if source.suffix.lower() in LINES:
        return source.name, _lines(source)
    if source.suffix.lower() in WHOLE:
        return source.name, _whole(source)
    known = ", ".join((*WHOLE, *LINES))
    raise SheetError([Fault("unknown-suffix", "", {"known": known})], source.name)


def _listed(statements: Iterable[object]) -> Iterator[Placed]:
    if isinstance(statements, bytes | Mapping):
        raise SheetError([Fault("not-a-list", "", {"got": kind_of(statements)})], "xAPI")
    for index, statement in enumerate(statements):
        yield Place(f"statements[{index}]"), statement


def _lines(path: Path) -> Iterator[Placed]:
    """Yield the lines of a file; blank ones are passed over."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    fault = Fault("text-too-long", "", {"most": LONGEST_LINE}, number)
                    raise SheetError([fault], path.name)
                if line.strip():
                    yield Place("", number), _read(line)
    except OSError as why:
        raise _unreadable(path, why) from None


def _whole(path: Path) -> Iterator[Placed]:
    """Yield the statements of an array, or of an answer to a query (Part Three, 2.1)."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as why:
        raise _unreadable(path, why) from None
    if len(content) > LARGEST:
        raise SheetError([Fault("file-too-large", "", {"most": LARGEST})], path.name)
    found = _read(content)
    prefix = ""
    if isinstance(found, dict) and "statements" in found:
        if found.get("more"):
            raise SheetError([Fault("xapi-more", "more")], path.name)
        found, prefix = found["statements"], "statements"
    if isinstance(found, InputError):
        raise SheetError(found.faults, path.name)
    if not isinstance(found, list):
        raise SheetError([Fault("not-a-list", prefix, {"got": kind_of(found)})], path.name)
    for index, statement in enumerate(found):
        yield Place(f"{prefix}[{index}]"), statement


def _unreadable(path: Path, why: OSError) -> SheetError:
    return SheetError([unopened(why)], path.name)


def _read(content: bytes) -> object:
    """Return what JSON says, numbers exact, or the error it has."""
    try:
        return strict_json(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return refuse("not-utf8")
    except InputError as error:
        (fault,) = error.faults  # where it stands in the statement is no help: a line is one
        return refuse(fault.code, **fault.facts)
