"""Where frames lie: what a caller hands over, and small tables put beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Fault, InputError, kind_of

Frame = nw.LazyFrame[Any]
"""A frame under way: a plan of steps where the backend is lazy."""


def _below(frames: Sequence[Frame]) -> Frame:
    return nw.concat(frames, how="vertical")


def _as_it_is(frame: Frame) -> Frame:
    return frame


class Digits(NamedTuple):
    """Some of the binary digits of a column with whole numbers from 0, read as a number.

    Attributes:
        column: the column.
        first: how many digits stand below them.
        size: how many they are; None for all above.
        mark: whether only that is wanted whether they are above 0.
    """

    column: str
    first: int
    size: int | None
    mark: bool = False


Apart = Callable[[Frame, Sequence[str], Mapping[str, Digits]], Frame]
"""Returns of a frame some columns as they are, and others made of the digits of its columns."""


def _apart(frame: Frame, kept: Sequence[str], made: Mapping[str, Digits]) -> Frame:
    return frame.select(*kept, **{name: _read(digits, nw) for name, digits in made.items()})


def _apart_in_polars(frame: Frame, kept: Sequence[str], made: Mapping[str, Digits]) -> Frame:
    """Do the same in polars' own words, which are sooner put together."""
    polars = nw.dependencies.get_polars()
    told = {name: _read(digits, polars) for name, digits in made.items()}
    placed: Frame = nw.from_native(frame.to_native().select(*kept, **told))
    return placed


def _read(digits: Digits, words: Any) -> Any:
    """Return what digits come to, in the words of narwhals or polars, which are the same."""
    found = words.col(digits.column)
    found = found // 2**digits.first if digits.first else found
    found = found if digits.size is None else found % 2**digits.size
    if not digits.mark:
        return found
    one, nothing = words.lit(1, words.Int64), words.lit(0, words.Int64)
    return words.when(found > 0).then(one).otherwise(nothing)


class Backend(NamedTuple):
    """A place where frames lie.

    Attributes:
        beside: puts a small table next to them.
        back: returns a frame as the caller's own kind.
        runs: whether what comes before is added up for groups of rows at once.
        numbers: whether rows can be numbered without all of them going through one place.
        apart: takes apart what stands side by side in whole numbers; None where it is slow, or has
            a detour over floats.
        abreast: whether records that are asked for once more, of bearers of whom there are none,
            cost next to nothing.
        below: puts the rows of frames one below another.
        keep: returns a frame that is worked out once, however often it is asked for.
    """

    beside: Callable[[pa.Table], Frame]
    back: Callable[[Frame], Any]
    runs: bool = True
    numbers: bool = True
    apart: Apart | None = None
    abreast: bool = False
    below: Callable[[Sequence[Frame]], Frame] = _below
    keep: Callable[[Frame], Frame] = _as_it_is


def take(bearers: object, records: object) -> tuple[Frame, Frame, Backend]:
    """Return two frames as narwhals sees them, and the place where both lie.

    Raises:
        InputError: not frames, of two kinds, or of a kind that is not supported.
    """
    taken = []
    for name, native in (("bearers", bearers), ("records", records)):
        try:
            frame = nw.from_native(_of_usual_types(_from_pandas(native, name)))
        except TypeError:
            raise _no_frame(name, kind_of(native)) from None
        kind = _kind(frame)
        if kind not in _KINDS:
            raise _no_frame(name, kind)
        taken.append((frame, kind))
    (first, kind), (second, other) = taken
    if kind != other or type(bearers) is not type(records):
        facts = {"one": _named(bearers), "other": _named(records)}
        raise InputError([Fault("two-kinds-of-frame", "records", facts)])
    return first.lazy(), second.lazy(), _KINDS[kind](bearers)


def _named(native: object) -> str:
    """Return what people call a kind of frame, such as ``polars LazyFrame``."""
    return f"{type(native).__module__.partition('.')[0].lstrip('_')} {type(native).__name__}"


def _no_frame(name: str, got: object) -> InputError:
    known = "polars, DuckDB, pandas, pyarrow, Ibis on DuckDB or PostgreSQL, PySpark"
    return InputError([Fault("not-a-frame", name, {"got": got, "known": known})])


def _kind(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> str:
    """Return the name of where a frame lies; of an Ibis table that is a database."""
    kind: str = frame.implementation.name.lower()
    if kind != "ibis":
        return kind
    database: str = frame.to_native().get_backend().name
    return f"ibis on {database}"


def _from_pandas(native: Any, name: str) -> Any:
    """Return a pandas frame as an Arrow table, in which absent is absent; anything else as it is.

    pandas compares absent values as if they were some, keeps whole numbers with gaps as floats, and
    days as objects.

    Raises:
        InputError: columns with values of several types.
    """
    if not nw.dependencies.is_pandas_dataframe(native):
        return native
    try:
        return pa.Table.from_pandas(native, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        mixed = [str(column) for column in native.columns if not _of_one_type(native[column])]
        raise InputError([Fault("column-mixed", f"{name}.{column}") for column in mixed]) from None


def _of_usual_types(native: Any) -> Any:
    """Return an Arrow table with texts and days in types it groups by; anything else as it is."""
    if not isinstance(native, pa.Table):
        return native
    others = {pa.string_view(): pa.large_string(), pa.date64(): pa.date32()}
    usual = pa.schema(
        [field.with_type(others.get(field.type, field.type)) for field in native.schema]
    )
    return native if usual.types == native.schema.types else native.cast(usual)


def _of_one_type(column: Any) -> bool:
    """Say whether Arrow finds a type for all values of a pandas column."""
    try:
        pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return False
    return True


def _polars(native: object) -> Backend:
    polars = nw.dependencies.get_polars()

    def beside(table: pa.Table) -> Frame:
        placed: Frame = nw.from_native(polars.DataFrame(polars.from_arrow(table)).lazy())
        return placed

    def keep(frame: Frame) -> Frame:
        return frame.collect().lazy()

    back = _native if isinstance(native, polars.LazyFrame) else _collected
    return Backend(beside, back, apart=_apart_in_polars, abreast=True, keep=keep)


def _native(frame: Frame) -> Any:
    return frame.to_native()


def _collected(frame: Frame) -> Any:
    return frame.collect().to_native()


def _arrow(native: object) -> Backend:
    def beside(table: pa.Table) -> Frame:
        placed: Frame = nw.from_native(table).lazy()
        return placed

    if not nw.dependencies.is_pandas_dataframe(native):
        return Backend(beside, lambda frame: frame.to_native(), runs=False, apart=_apart)
    kept = nw.dependencies.get_pandas().ArrowDtype

    def back(frame: Frame) -> Any:
        return frame.to_native().to_pandas(types_mapper=kept)

    return Backend(beside, back, runs=False, apart=_apart)


def _duckdb(native: Any) -> Backend:
    # All must lie in the connection of the caller's own relation. A relation can be asked there by
    # `query`, which makes and drops a view each time: then every step of every other relation is
    # stale, and bound anew when the next is put on top. The connection itself leaves them alone.
    connection = getattr(native, "_con", None)
    ask = partial(native.query, "_eduplan") if connection is None else connection.sql

    def beside(table: pa.Table) -> Frame:
        # The query finds the variable by its name, which must not be that of a table there.
        _eduplan_table = table
        placed: Frame = nw.from_native(ask("select * from _eduplan_table"))
        return placed

    def below(frames: Sequence[Frame]) -> Frame:
        # DuckDB adds up how deep all of them are, and refuses what is deeper than a thousand steps,
        # unless they are found by their names, each as a query of its own.
        if len(frames) == 1:
            return frames[0]
        return _below([by_name(frame) for frame in frames])

    def by_name(frame: Frame) -> Frame:
        _eduplan_frame = frame.to_native()
        placed: Frame = nw.from_native(ask("select * from _eduplan_frame"))
        return placed

    def keep(frame: Frame) -> Frame:
        return beside(frame.collect().to_arrow())

    return Backend(beside, lambda frame: frame.to_native(), apart=_shifted, below=below, keep=keep)


def _shifted(frame: Frame, kept: Sequence[str], made: Mapping[str, Digits]) -> Frame:
    """Take numbers apart by shifts, as DuckDB divides slowly; its sums are of twice the size."""
    duckdb = nw.dependencies.get_duckdb()
    told = [duckdb.ColumnExpression(name) for name in kept]
    for name, (column, first, size, mark) in made.items():
        found = f'"{column}"::bigint'
        found = f"({found} >> {first})" if first else found
        found = found if size is None else f"({found} & {2**size - 1})"
        found = f"({found} > 0)::bigint" if mark else found
        told.append(duckdb.SQLExpression(found).alias(name))
    placed: Frame = nw.from_native(frame.to_native().select(*told))
    return placed


def _ibis(_: object) -> Backend:
    # Nothing is kept: what a query asks for several times stands in it once, and a table kept in
    # the database would end the caller's transaction.
    def beside(table: pa.Table) -> Frame:
        # It goes to the database with every query, and is dropped there with the last of them.
        placed: Frame = nw.from_native(nw.dependencies.get_ibis().memtable(table))
        return placed

    return Backend(beside, lambda frame: frame.to_native())


def _pyspark(native: Any) -> Backend:
    def beside(table: pa.Table) -> Frame:
        placed: Frame = nw.from_native(native.sparkSession.createDataFrame(table))
        return placed

    # Nothing is kept: the session would hold it after the result is gone.
    return Backend(beside, lambda frame: frame.to_native(), numbers=False)


_KINDS: Mapping[str, Callable[[Any], Backend]] = {
    "polars": _polars,
    "pyarrow": _arrow,
    "duckdb": _duckdb,
    "ibis on duckdb": _ibis,
    "ibis on postgres": _ibis,
    "pyspark": _pyspark,
}
