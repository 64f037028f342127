"""What of the files given was not read: sheets and columns whose names no mapping knows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs

from eduplan.imports import Makes, SheetMapping, overview, packaged_mapping
from eduplan.imports.mapping import normal
from eduplan.messages import Language, say


@attrs.frozen(kw_only=True)
class Unread:
    """Sheets of a file, or columns of one of its sheets, that were not read.

    Args:
        why: key of the sentence that tells it, below ``cli.unread.``.
        file: name of the file.
        names: names of the sheets or columns.
        sheet: name of the sheet that has the columns.
    """

    why: str
    file: str
    names: tuple[str, ...]
    sheet: str = ""

    def message(self, lang: Language) -> str:
        """Return what was not read, and what to do so that it is."""
        facts = {"file": self.file, "sheet": self.sheet, "names": self.names}
        return say(f"cli.unread.{self.why}", lang, **facts)


def find_unread(
    given: Iterable[tuple[Path, frozenset[Makes]]], mapping: SheetMapping | None
) -> tuple[Unread, ...]:
    """Return what was not read of files that were.

    Blank sheets and what the mapping ignores are no matter.

    Args:
        given: the files, each with what was read from it; a file may have been read twice.
        mapping: what the sheets and headers mean, by default the packaged mapping.

    Raises:
        SheetError: a file cannot be opened any more.
    """
    mapping = packaged_mapping() if mapping is None else mapping
    wanted: dict[Path, frozenset[Makes]] = {}
    for path, makes in given:
        wanted[path] = wanted.get(path, frozenset()) | makes
    return tuple(one for path, makes in wanted.items() for one in _of_file(path, makes, mapping))


def _of_file(path: Path, makes: frozenset[Makes], mapping: SheetMapping) -> Iterable[Unread]:
    ignored = {normal(name) for name in mapping.ignore}
    sheets: dict[str, list[str]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for one in overview(path, mapping=mapping):
        layout = mapping.layouts.get(one.layout)
        if layout is None:
            if not one.blank and normal(one.name) not in ignored:
                sheets.setdefault("sheets", []).append(one.name)
        elif layout.makes not in makes:
            of_records = layout.makes is Makes.RECORD
            sheets.setdefault("records" if of_records else "people", []).append(one.name)
        elif one.left_out:
            columns[one.name] = one.left_out
    for why, names in sheets.items():
        yield Unread(why=why, file=path.name, names=tuple(names))
    for sheet, headers in columns.items():
        yield Unread(why="columns", file=path.name, sheet=sheet, names=headers)
