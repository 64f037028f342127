"""What was given and is of no use: sheets and columns nobody knows, kinds nothing is of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs

from eduplan.imports import Makes, SheetMapping, overview, packaged_mapping
from eduplan.imports.mapping import normal
from eduplan.lint.material import Material
from eduplan.messages import Language, catalogue, say
from eduplan.plan import Plan
from eduplan.records import ALL_KINDS, Record


@attrs.frozen(kw_only=True)
class Unread:
    """Sheets of a file or columns of one of its sheets that were not read, or unknown kinds.

    Args:
        why: key of the sentence that tells it, below ``cli.unread.``.
        names: names of the sheets, columns or kinds.
        file: name of the file.
        sheet: name of the sheet that has the columns.
    """

    why: str
    names: tuple[str, ...]
    file: str = ""
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


def kind_called(word: str, mapping: SheetMapping | None, plans: Iterable[Plan]) -> str:
    """Return the kind of record that registers or plans call by a word; else the word itself.

    Args:
        word: a word such as 听课, or the kind itself.
        mapping: what the words of a register mean, by default the packaged mapping.
        plans: the plans.
    """
    if word.isascii():
        return word
    mapping = packaged_mapping() if mapping is None else mapping
    words = {normal(_label(kind, plan)): kind for plan in plans for kind in _kinds_of(plan)}
    for layout in mapping.layouts.values():
        if not layout.kind and "kind" in layout.columns:
            values = layout.columns["kind"].values
            words.update({normal(said): str(kind) for said, kind in values.items()})
    return words.get(normal(word), word)


def unused_kinds(
    complete: Iterable[str], records: Iterable[Record], plans: Iterable[Plan]
) -> tuple[Unread, ...]:
    """Return the kinds declared complete of which there is no record and no plan speaks.

    Args:
        complete: the kinds declared complete.
        records: the records of the register.
        plans: the plans.
    """
    known = {ALL_KINDS, *(record.kind for record in records)}
    names = [kind for kind in complete if kind not in known]
    if names:
        known.update(*map(_kinds_of, plans))
    unused = tuple(kind for kind in names if kind not in known)
    return (Unread(why="kinds", names=unused),) if unused else ()


def _kinds_of(plan: Plan) -> frozenset[str]:
    """Return the kinds of record a plan names under any reading."""
    material = Material(plan=plan)
    return frozenset(kind for one in material.provisions for kind in material.kinds(one))


def _label(kind: str, plan: Plan) -> str:
    """Return what a kind is called in Chinese."""
    text = plan.labels.get(kind) or catalogue().get(f"term.{kind}")
    return text.zh if text is not None else kind
