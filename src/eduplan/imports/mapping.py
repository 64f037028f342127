"""Mappings: which sheet is what, which column is which fact, which word means which value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeVar

import attrs

from eduplan.errors import FaultList, kind_of, refuse
from eduplan.tables import (
    Scalar,
    Value,
    as_flag,
    as_member,
    as_name,
    as_string,
    as_strings,
    as_value,
    read_each,
    read_table,
)

T = TypeVar("T")


class Makes(StrEnum):
    """What a row of a sheet becomes."""

    PERSON = "person"
    SCHOOL = "school"
    GROUP = "group"
    RECORD = "record"


class ColumnType(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    NAME = "name"
    ID = "id"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"


AMOUNTS = frozenset({ColumnType.WHOLE, ColumnType.NUMBER})
"""Types of which it matters whether a merged cell holds for every row or for all together."""

TRANSLATED = frozenset({ColumnType.TEXT, ColumnType.FLAG, ColumnType.CHOICE})
"""Types whose words may stand for other values."""

_WORDS = frozenset({ColumnType.TEXT, ColumnType.NAME, ColumnType.ID, ColumnType.CHOICE})
_DAYS = frozenset({ColumnType.DATE})

FIELDS: Mapping[Makes, Mapping[str, frozenset[ColumnType]]] = {
    Makes.PERSON: {
        **dict.fromkeys(("id", "name", "roles", "school", "stage"), _WORDS),
        **dict.fromkeys(("joined", "left"), _DAYS),
    },
    Makes.SCHOOL: dict.fromkeys(("id", "name", "type", "stage"), _WORDS),
    Makes.GROUP: dict.fromkeys(("id", "name", "type", "school", "stage", "members"), _WORDS),
    Makes.RECORD: {
        **dict.fromkeys(("id", "bearer"), _WORDS),
        "kind": frozenset({ColumnType.CHOICE}),
        **dict.fromkeys(("day", "last_day"), _DAYS),
    },
}
"""The columns that fill a field of their own, with the types they may have; others are facts."""

_SEVERAL_FIELDS = frozenset({"roles", "members"})
_NEEDED = {Makes.PERSON: "id", Makes.SCHOOL: "id", Makes.GROUP: "id", Makes.RECORD: "day"}
_FULL_NAME = 1000
_NUMBER_AT_END = re.compile(r"[-_]?(\(\d+\)|\d+)$")
_SPACES_AND_STARS = re.compile(r"[\s*\u200b-\u200f\u2060\ufeff]+")


def normal(text: str) -> str:
    r"""Return a header or sheet name as it is compared: no spaces, breaks, stars, width or case.

    >>> normal(" 姓\u3000名\n*"), normal("Staff ID")
    ('姓名', 'staffid')
    """
    return _SPACES_AND_STARS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def normal_pattern(pattern: str) -> str:
    """Return a pattern for headers or names as it is compared, its ``*`` kept."""
    return "*".join(map(normal, pattern.split("*")))


def read_named(table: object, reader: Callable[[object], T]) -> Mapping[str, T]:
    """Return ``reader`` of every value of a table; all faults at once, with their key."""
    if not isinstance(table, Mapping):
        raise refuse("not-a-table", got=kind_of(table))
    faults = FaultList()
    found: dict[str, T] = {}
    for key, value in table.items():
        with faults.at(str(key)[:64]):
            found[key] = reader(value)
    faults.raise_any()
    return found


def as_values(table: object) -> Mapping[str, Value]:
    """Return what each word of a table means."""
    return {key.strip(): value for key, value in read_named(table, as_value).items()}


def _column_type(value: object) -> ColumnType:
    return as_member(ColumnType, value)


def _optional_name(value: object) -> str:
    return "" if value == "" else as_name(value)


@attrs.frozen(kw_only=True)
class Column:
    """One column of a layout.

    Args:
        headers: its headings, in any spelling in use.
        type: how its cells are read.
        required: whether the column must be there and every cell filled in.
        several: whether a cell may hold several values, separated by 、 or a comma or the like.
        merged: whether a blank cell repeats the one above, as under a heading of several rows.
        values: what a word in a cell means. For a ``choice`` other words are refused; for a
            ``text`` they are kept. An empty list means: known to be none.
        scale: name of the scale the values are on, by default that of the fact.

    Raises:
        InputError: values that do not go with the type.

    >>> Column(headers=["职称"], type="choice", values={"二级教师": "junior"}).type.value
    'choice'
    """

    headers: tuple[str, ...] = attrs.field(converter=as_strings)
    type: ColumnType = attrs.field(default=ColumnType.TEXT, converter=_column_type)
    required: bool = attrs.field(default=False, converter=as_flag)
    several: bool = attrs.field(default=False, converter=as_flag)
    merged: bool = attrs.field(default=False, converter=as_flag)
    values: Mapping[str, Value] = attrs.field(factory=dict, converter=as_values)
    scale: str = attrs.field(default="", converter=_optional_name)

    def __attrs_post_init__(self) -> None:
        if not self.headers:
            raise refuse("empty-list", "headers")
        if self.values and self.type not in TRANSLATED:
            raise refuse("sheet-values-not-used", "values", type=self.type.value)
        if self.type is ColumnType.CHOICE and not self.values:
            raise refuse("sheet-choice-needs-values", "values")
        faults = FaultList()
        for word, value in self.values.items():
            if self.type is ColumnType.FLAG and not isinstance(value, bool):
                faults.add("sheet-flag-values", f"values.{word}")
            elif isinstance(value, tuple) and not self.several:
                faults.add("sheet-one-value", f"values.{word}")
        faults.raise_any()

    @property
    def known(self) -> frozenset[Scalar]:
        """The values its words are translated to."""
        found: set[Scalar] = set()
        for value in self.values.values():
            found.update(value if isinstance(value, tuple) else (value,))
        return frozenset(found)


def _columns(table: object) -> Mapping[str, Column]:
    found = read_named(table, lambda column: read_table(Column, column))
    faults = FaultList()
    for fact in found:
        faults.read(fact, as_name, fact)
    faults.raise_any()
    return found


def _makes(value: object) -> Makes:
    return as_member(Makes, value)


@attrs.frozen(kw_only=True)
class Layout:
    """One form of sheet.

    Args:
        makes: what a row becomes: ``person``, ``school``, ``group`` or ``record``.
        sheets: names of the sheets it fits, with ``*`` for any text; a number behind them makes no
            difference. A CSV file is a sheet with the name of the file without its suffix.
        kind: the kind of all its records, unless a column ``kind`` says it row by row.
        columns: columns by the fact they hold. ``id``, ``name``, ``roles``, ``school``, ``stage``,
            ``joined``, ``left``, ``type``, ``members``, ``bearer``, ``day``, ``last_day`` and
            ``kind`` fill the fields of that name; every other name is a fact.

    Raises:
        InputError: a column that is missing or of a wrong type, one header for two facts.

    >>> layout = Layout(makes="school", sheets=["学校*"],
    ...                 columns={"id": {"headers": ["学校编号"], "type": "id"}})
    >>> layout.required, layout.fit("学校一览") > 0, layout.fit("教师")
    (('id',), True, 0)
    """

    makes: Makes = attrs.field(converter=_makes)
    sheets: tuple[str, ...] = attrs.field(converter=as_strings)
    kind: str = attrs.field(default="", converter=_optional_name)
    columns: Mapping[str, Column] = attrs.field(converter=_columns)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        needed = _NEEDED[self.makes]
        if needed not in self.columns:
            faults.add("sheet-needs-column", "columns", column=needed)
        if self.makes is Makes.RECORD and bool(self.kind) is ("kind" in self.columns):
            faults.add("sheet-needs-kind", "kind")
        if self.makes is not Makes.RECORD and self.kind:
            faults.add("sheet-kind-of-records-only", "kind")
        fields = FIELDS[self.makes]
        taken: dict[str, str] = {}
        for fact, column in self.columns.items():
            types = fields.get(fact)
            if types is not None and column.type not in types:
                known = ", ".join(sorted(types))
                faults.add("sheet-column-type", f"columns.{fact}.type", known=known)
            if types is not None and column.several and fact not in _SEVERAL_FIELDS:
                faults.add("sheet-one-value", f"columns.{fact}.several")
            for header in {normal(header) for header in column.headers}:
                other = taken.setdefault(header, fact)
                if other != fact:
                    faults.add("sheet-header-twice", f"columns.{fact}.headers", other=other)
        faults.raise_any()

    @property
    def required(self) -> tuple[str, ...]:
        """The facts whose columns must be there, in the order of the columns."""
        needed = (_NEEDED[self.makes], "kind")
        return tuple(f for f, column in self.columns.items() if column.required or f in needed)

    def fit(self, sheet: str) -> int:
        """Return how closely the name of a sheet fits, 0 where it does not.

        A full name fits more closely than any pattern, a long pattern more closely than a short. A
        number at the end makes no difference: files of one kind are numbered, and years of it.
        """
        whole = normal(sheet)
        names = (whole, _NUMBER_AT_END.sub("", whole))
        fits = (
            len(p) + (_FULL_NAME if p == name else 1)
            for p in map(normal_pattern, self.sheets)
            for name in names
            if fnmatchcase(name, p)
        )
        return max(fits, default=0)


def _layouts(table: object) -> Mapping[str, Layout]:
    return read_named(table, lambda layout: read_table(Layout, layout))


def _texts(values: object) -> tuple[str, ...]:
    return read_each(values, as_string)


@attrs.frozen(kw_only=True)
class SheetMapping:
    """All layouts known, and what is passed over.

    Args:
        layouts: layouts by name.
        skip_rows: rows are passed over whose first filled cell fits one of these, such as 合计.
        ignore: headers and sheets that need not be mentioned as not read, such as 序号.
    """

    layouts: Mapping[str, Layout] = attrs.field(converter=_layouts)
    skip_rows: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    ignore: tuple[str, ...] = attrs.field(default=(), converter=_texts)
