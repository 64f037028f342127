"""Columns as the evaluator takes them: one sort for each, and what is absent made explicit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cached_property, reduce
from operator import or_
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import FaultList, InputError
from eduplan.frames.backends import Backend, Frame
from eduplan.messages import Text, catalogue

MOST_VALUES = 100_000
"""Columns with more different values are not looked up value by value."""

MOST_TRIED = 12
"""Of more different values, what is found for each is looked up in a table."""

WHOLE = nw.Int64
"""The type of all figures."""

LARGEST = 2**63 - 1
"""The largest figure a column holds."""

LISTED = "\x1f\n"
"""What stands behind every value of a list where it is a text; see `eduplan.frames.lists`."""


class Sort(Enum):
    """What a column holds."""

    TEXT = "text"
    SEVERAL = "several"
    WHOLE = "whole"
    FLAG = "flag"
    DAY = "day"
    NUMBER = "number"
    OTHER = "other"

    @property
    def told(self) -> Text:
        """What a message calls it."""
        return catalogue()[f"sort-of-column.{self.value}"]


_SORTS: Mapping[type[nw.dtypes.DType], Sort] = {
    nw.String: Sort.TEXT,
    nw.Categorical: Sort.TEXT,
    nw.Enum: Sort.TEXT,
    nw.Boolean: Sort.FLAG,
    nw.Date: Sort.DAY,
    nw.Datetime: Sort.DAY,
    nw.Int8: Sort.WHOLE,
    nw.Int16: Sort.WHOLE,
    nw.Int32: Sort.WHOLE,
    nw.Int64: Sort.WHOLE,
    nw.UInt8: Sort.WHOLE,
    nw.UInt16: Sort.WHOLE,
    nw.UInt32: Sort.WHOLE,
    nw.UInt64: Sort.NUMBER,
    nw.Int128: Sort.NUMBER,
    nw.Float32: Sort.NUMBER,
    nw.Float64: Sort.NUMBER,
    nw.Decimal: Sort.NUMBER,
}

_CASTS: Mapping[Sort, nw.dtypes.DType] = {
    Sort.TEXT: nw.String(),
    Sort.SEVERAL: nw.String(),
    Sort.WHOLE: nw.Int64(),
    Sort.FLAG: nw.Boolean(),
    Sort.DAY: nw.Date(),
}


def as_wholes(numbers: Iterable[int | None]) -> pa.Array:
    """Return whole numbers as a column of a small table."""
    return pa.array(list(numbers), pa.int64())


def as_days(days: Iterable[date | None]) -> pa.Array:
    """Return days as a column of a small table."""
    return pa.array(list(days), pa.date32())


def whole(number: int) -> nw.Expr:
    """Return a whole number as a column of the type of all figures."""
    return nw.lit(number, dtype=nw.Int64)


def where(truth: nw.Expr, figure: nw.Expr, other: nw.Expr | None = None) -> nw.Expr:
    """Return a figure where something holds, and another, usually 0, elsewhere."""
    return nw.when(truth).then(figure).otherwise(whole(0) if other is None else other)


def times(figure: nw.Expr, number: nw.Expr | int) -> nw.Expr:
    """Return a figure multiplied by a number, as it is for 1."""
    return figure if isinstance(number, int) and number == 1 else figure * number


def flag(truth: nw.Expr) -> nw.Expr:
    """Return a truth value as 0 or 1: quicker than a cast, which PostgreSQL does not have."""
    return where(truth, whole(1))


def mark(truth: nw.Expr) -> nw.Expr:
    """Return a truth value as a small 0 or 1, of which the largest is taken for every group."""
    one, nothing = (nw.lit(number, dtype=nw.Int16) for number in (1, 0))
    return nw.when(truth).then(one).otherwise(nothing)


def among(column: nw.Expr, wanted: Sequence[Any]) -> nw.Expr:
    """Return whether a column, nowhere absent, is one of some values."""
    if len(wanted) > 1:
        return column.is_in(list(wanted))
    return column == wanted[0] if wanted else never(column)


def never(column: nw.Expr) -> nw.Expr:
    """Return what holds of no row, though a column comes in: rows are chosen by nothing else."""
    return column.is_null() & ~column.is_null()


class Survey(NamedTuple):
    """What one look through all rows tells.

    Attributes:
        rows: how many there are.
        blanks: how many of them have nothing, of every column that must be filled.
        ends: the least and the most, of every column of whole numbers.
        turned: how many of them have a last day before their first.
    """

    rows: int
    blanks: Mapping[str, int]
    ends: Mapping[str, tuple[int | None, int | None]]
    turned: int = 0

    def differs(self, texts: Collection[str]) -> nw.Expr | None:
        """Return whether a row has something else than told; None where nothing is told.

        Args:
            texts: columns of text that must be filled.
        """
        differs = [nw.col(field).is_null() for field in self.blanks]
        differs += [nw.col(field) == "" for field in texts]
        for field, (least, most) in self.ends.items():
            column = nw.col(field)
            none = least is None or most is None
            differs.append(~column.is_null() if none else (column < least) | (column > most))
        return reduce(or_, differs) if differs else None


_FIRST_ROWS = 1000
"""From so many rows it is guessed what all of them tell."""


def _surveyed(
    frame: Frame, sorts: Mapping[str, Sort], filled: Sequence[str], turned: nw.Expr | None
) -> Survey:
    """Return what a look through all rows tells."""
    wholes = [field for field, sort in sorts.items() if sort is Sort.WHOLE]
    blank = {f"_blank_{field}": _is_blank(field, sorts[field]) for field in filled}
    flags = {name: flag(truth) for name, truth in blank.items()}
    flags["_turned"] = whole(0) if turned is None else flag(turned)
    looked = frame.with_columns(**flags).select(
        nw.len().alias("_rows"),
        *(nw.col(name).sum() for name in flags),
        *(nw.col(field).min().alias(f"_least_{field}") for field in wholes),
        *(nw.col(field).max().alias(f"_most_{field}") for field in wholes),
    )
    (told,) = looked.collect().to_arrow().to_pylist()
    return Survey(
        int(told["_rows"]),
        {field: int(told[f"_blank_{field}"] or 0) for field in filled},
        {field: (told[f"_least_{field}"], told[f"_most_{field}"]) for field in wholes},
        int(told["_turned"] or 0),
    )


def _is_blank(field: str, sort: Sort) -> nw.Expr:
    """Return whether a row has nothing in a column, or a text without a letter."""
    column = nw.col(field)
    return column.fill_null("") == "" if sort is Sort.TEXT else column.is_null()


@attrs.frozen(eq=False)
class Columns:
    """The columns of a frame that are needed, by the names of facts.

    Args:
        name: what the frame is called in a message.
        frame: the frame, of which only the needed columns are kept, each in the type of its sort.
        sorts: what each of them holds; a fact without a column is absent of all.
        several: facts that hold several values in one text, with what stands between these.
        filled: columns that must be filled everywhere.
    """

    name: str
    frame: Frame
    sorts: Mapping[str, Sort]
    several: Mapping[str, str] = attrs.field(factory=dict)
    filled: Sequence[str] = ()
    _values: dict[str, tuple[pa.Array, list[Any]]] = attrs.field(factory=dict, init=False)

    @cached_property
    def survey(self) -> Survey:
        """What one look through all rows tells.

        DuckDB knows it of a parquet file already. polars knows there in which parts of the file a
        condition may hold: so the first rows make a guess, and it is asked whether any row differs.
        """
        turned = nw.col("last_day") < nw.col("day") if self._spans else None
        if self.frame.implementation.is_polars():
            guess = _surveyed(self.frame.head(_FIRST_ROWS), self.sorts, self.filled, None)
            texts = [field for field in self.filled if self.sorts[field] is Sort.TEXT]
            differs = guess.differs(texts)
            if differs is None or not count(self.frame.filter(differs)):
                # Apart, for it is not known from parts of a file how two columns compare.
                back = 0 if turned is None else count(self.frame.filter(turned))
                return guess._replace(rows=count(self.frame), turned=back)
        return _surveyed(self.frame, self.sorts, self.filled, turned)

    @property
    def _spans(self) -> bool:
        """Whether the rows are records of which some state a last day."""
        return "day" in self.filled and "last_day" in self.sorts

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.survey.rows

    def value(self, field: str, value: Any) -> Any:
        """Return what stands in a column as facts have it: several values of one text apart."""
        if self.sorts[field] is not Sort.SEVERAL:
            return value
        try:
            return split(value, self.several[field])
        except ValueError:
            raise _fault(self.name, "column-list", field) from None

    def values(self, field: str) -> tuple[pa.Array, list[Any]]:
        """Return the different values of a column, and the same as Python has them.

        Raises:
            InputError: there are too many of them to look up each, or they are no facts.
        """
        found = self._values.get(field)
        if found is None:
            if (sort := self.sorts[field]) is Sort.OTHER:
                raise _fault(self.name, "column-sort", field, got=sort.told, needs=Sort.TEXT.told)
            several = distinct(self.frame.filter(~nw.col(field).is_null()), field)
            array = several.collect().to_arrow().column(field)
            if len(array) > MOST_VALUES:
                raise _fault(self.name, "too-many-values", field, most=MOST_VALUES)
            array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
            values = array.to_pylist()
            if self.sorts[field] is Sort.SEVERAL:
                values = [self.value(field, text) for text in values]
            found = self._values[field] = (array, values)
        return found


def listed(values: Sequence[str | None]) -> str:
    """Return the values of a list in one text, as `split` takes them apart."""
    return LISTED.join([str(len(values)), *(text for text in values if text is not None), ""])


def split(text: str, separator: str) -> tuple[str, ...]:
    """Return the values that stand in one text.

    Raises:
        ValueError: of those of a list not all are there, or one is no text.
    """
    if separator == LISTED:
        size, *values, _ = text.split(LISTED)
        if len(values) != int(size):
            raise ValueError(size)
        return tuple(values)
    parts = [part.strip() for part in text.split(separator)]
    return tuple(part for part in parts if part)


def _fault(name: str, code: str, field: str, **facts: object) -> InputError:
    faults = FaultList()
    faults.add(code, f"{name}.{field}", **facts)
    return InputError(faults.faults)


def columns(
    frame: Frame,
    wanted: Iterable[str],
    name: str,
    required: Mapping[str, Sort],
    several: Mapping[str, str] = MappingProxyType({}),
    filled: Sequence[str] = (),
    free: Collection[str] = (),
) -> Columns:
    """Return the wanted columns of a frame, as far as it has them.

    Args:
        frame: the frame.
        wanted: names of facts.
        name: what the frame is called in a message.
        required: columns it must have, and what each must hold.
        several: facts that hold several values in one text, with what stands between these.
        filled: columns that must be filled everywhere.
        free: columns that may be of any type where they are not required.

    Raises:
        InputError: a required column is missing, or one holds what facts cannot be; all at once.
    """
    schema = frame.collect_schema()
    fields = dict.fromkeys([*required, *wanted])
    lists = {field for field in fields if field in schema and _listed(schema[field])}
    several = {**several, **dict.fromkeys(lists, LISTED)}
    faults = FaultList()
    sorts: dict[str, Sort] = {}
    blank: set[str] = set()
    for field in fields:
        path = f"{name}.{field}"
        if field not in schema:
            if field in required:
                faults.add("column-missing", path)
            continue
        sort = _sort_of(frame, field, schema[field], several)
        needs = required.get(field, Sort.TEXT if field in free else sort)
        if (sort is None or sort is not needs) and _blank(frame, field):
            # Such as all columns of an empty pandas frame, or one without a value on DuckDB.
            if field in required or field in free:
                sorts[field] = required.get(field, Sort.TEXT)
                blank.add(field)
        elif field in free and field not in required:
            sorts[field] = sort or Sort.OTHER
        elif sort is None:
            faults.add("column-type", path, got=str(schema[field]))
        elif needs is not None and sort is not needs:
            told = sort is Sort.SEVERAL and field not in lists
            got = sort.told if told else str(schema[field])
            faults.add("column-sort", path, got=got, needs=needs.told)
        else:
            sorts[field] = sort
    faults.raise_any()
    several = {field: between for field, between in several.items() if field not in blank}
    return Columns(name, _cast(frame, name, sorts, lists, blank), sorts, several, filled)


def _sort_of(
    frame: Frame, field: str, kind: nw.dtypes.DType, several: Collection[str]
) -> Sort | None:
    """Return what a column of a type holds, None where facts cannot be of that type."""
    sort = _SORTS.get(type(kind))
    if _listed(kind) or (sort is Sort.TEXT and field in several):
        return Sort.SEVERAL
    return Sort.WHOLE if kind == nw.Int128 and _fits(frame, field) else sort


def _cast(
    frame: Frame,
    name: str,
    sorts: Mapping[str, Sort],
    lists: Collection[str],
    blank: Collection[str],
) -> Frame:
    """Return the columns that are kept, each in the type of its sort; lists as they are.

    Args:
        frame: the frame.
        name: what it is called in a message.
        sorts: what each column holds that is kept.
        lists: columns of lists.
        blank: columns without any value, whose type tells nothing.

    Raises:
        InputError: a column of date-times has times of day.
    """
    schema = frame.collect_schema()
    moments = {field: kind for field in sorts if isinstance(kind := schema[field], nw.Datetime)}
    zoned = [field for field, kind in moments.items() if kind.time_zone]
    if zoned:  # a day is one there, where its midnight lies
        frame = frame.with_columns(nw.col(field).dt.replace_time_zone(None) for field in zoned)
    for field in moments:
        _only_days(frame, field, name)
    if blank:
        frame = frame.with_columns(
            nw.lit(None, dtype=_CASTS[sorts[field]]).alias(field) for field in blank
        )
    kept = [
        nw.col(field).cast(_CASTS[sort]) if sort in _CASTS and field not in lists else nw.col(field)
        for field, sort in sorts.items()
    ]
    return frame.select(*kept)


def _listed(kind: nw.dtypes.DType) -> bool:
    """Say whether a column holds lists of texts, or lists with nothing in any of them."""
    if not isinstance(kind, nw.List):
        return False
    inner = kind.inner if isinstance(kind.inner, type) else type(kind.inner)
    return inner is nw.Unknown or _SORTS.get(inner) is Sort.TEXT


def _blank(frame: Frame, field: str) -> bool:
    """Say whether a column holds nothing at all, so that its type tells nothing."""
    return not count(frame.filter(~nw.col(field).is_null()))


def _fits(frame: Frame, field: str) -> bool:
    """Say whether whole numbers of a larger type are all such as figures are."""
    return all(abs(end or 0) <= LARGEST for end in ends(frame, field))


def ends(frame: Frame, field: str) -> tuple[Any, ...]:
    """Return the least and the most that a column holds, None of one that holds nothing."""
    made = frame.select(_least=nw.col(field).min(), _most=nw.col(field).max())
    return made.collect().row(0)


def _only_days(frame: Frame, field: str, name: str) -> None:
    """Refuse a column of date-times with a time of day."""
    day = nw.col(field).cast(nw.Date).cast(nw.Datetime)
    if count(frame.filter(~nw.col(field).is_null()).filter(day != nw.col(field))):
        raise _fault(name, "date-time", field)


def count(frame: Frame) -> int:
    """Return the number of rows."""
    return int(frame.select(nw.len()).collect().item())


def distinct(frame: Frame, *fields: str) -> Frame:
    """Return the different values of columns together.

    By groups: where frames are lazy, `unique` numbers all rows, which costs a sort.
    """
    counted = frame.select(*fields, _rows=whole(1)).group_by(*fields).agg(nw.col("_rows").sum())
    return counted.select(*fields)


def _is_text(type_: pa.DataType) -> bool:
    return type_ in (pa.string(), pa.large_string())


def lookup(
    frame: Frame, backend: Backend, keys: Mapping[str, pa.Array], made: Mapping[str, pa.Array]
) -> Frame:
    """Return ``frame`` with columns looked up by its own in a small table, absent where not found.

    Args:
        frame: the frame.
        backend: where it lies.
        keys: what is looked up, by the name of the frame's column.
        made: what is found, whole numbers by the name of the column to make.
    """
    if len(keys) == 1:
        ((name, array),) = keys.items()
        if len(array) <= MOST_TRIED and _is_text(array.type):
            values = array.to_pylist()
            found = {new: tried(name, values, of.to_pylist()) for new, of in made.items()}
            return frame.with_columns(**found)
    beside = {f"_key_{index}": array for index, array in enumerate(keys.values())}
    table = backend.beside(pa.table({**beside, **made}))
    return frame.join(table, left_on=list(keys), right_on=list(beside), how="left")


def tried(name: str, values: Sequence[Any], numbers: Sequence[int]) -> nw.Expr:
    """Return what is found by the values of a column, tried one after another.

    Args:
        name: the column.
        values: its different values.
        numbers: what is found for each.
    """
    found = nw.lit(None, dtype=WHOLE)
    for value, number in zip(values, numbers, strict=True):
        hit = ~nw.col(name).is_null() & (nw.col(name) == value)
        found = nw.when(hit).then(whole(number)).otherwise(found)
    return found
