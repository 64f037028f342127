"""Columns of lists, whose facts have several values: each list as one text.

By lists no backend groups and joins as it does by texts. In front of a list's values stands how
many they are, and behind each a sign that texts do not have. Of a list in which a value is missing,
or has that sign, there are more or fewer: so nothing is taken for anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.frames.columns import LISTED, Columns, listed


def as_texts(columns: Columns) -> Columns:
    """Return columns of which those that hold lists hold texts, as `columns.split` reads them."""
    fields = [name for name in columns.sorts if columns.several.get(name) == LISTED]
    if not fields:
        return columns
    frame = columns.frame
    native = _TEXTS[frame.implementation.name.lower()](frame.to_native(), fields)
    return attrs.evolve(columns, frame=nw.from_native(native).lazy())


def _polars(native: Any, fields: Sequence[str]) -> Any:
    polars: Any = nw.dependencies.get_polars()

    def text(field: str) -> Any:
        values = polars.col(field).cast(polars.List(polars.String))
        ended = polars.concat_list(values, polars.lit("")).list.join(LISTED)
        return polars.concat_str(values.list.len(), ended, separator=LISTED).alias(field)

    return native.with_columns(map(text, fields))


def _arrow(native: pa.Table, fields: Sequence[str]) -> pa.Table:
    def with_text(table: pa.Table, field: str) -> pa.Table:
        lists = table.column(field).to_pylist()
        texts = [None if values is None else listed(values) for values in lists]
        place = table.schema.get_field_index(field)
        return table.set_column(place, field, pa.array(texts, pa.string()))

    return reduce(with_text, fields, native)


def _duckdb(native: Any, fields: Sequence[str]) -> Any:
    def text(field: str) -> str:
        name = '"' + field.replace('"', '""') + '"'
        ended = f"array_to_string(list_append({name}, ''), '{LISTED}')"
        return f"len({name}) || '{LISTED}' || {ended} as {name}"

    return native.project(f"* replace ({', '.join(map(text, fields))})")


def _ibis(native: Any, fields: Sequence[str]) -> Any:
    ibis: Any = nw.dependencies.get_ibis()
    sign = ibis.literal(LISTED)

    def text(field: str) -> Any:
        ended = sign.join(native[field].concat(ibis.array([""])))
        return native[field].length().cast("string") + sign + ended

    return native.mutate(**{field: text(field) for field in fields})


def _pyspark(native: Any, fields: Sequence[str]) -> Any:
    def text(field: str) -> str:
        name, sign = f"`{field.replace('`', '``')}`", f"'{LISTED}'"
        ended = f"array_join(concat({name}, array('')), {sign})"
        return f"concat(cast(size({name}) as string), {sign}, {ended}) as {name}"

    rest = [f"`{name.replace('`', '``')}`" for name in native.columns if name not in fields]
    return native.selectExpr(*rest, *map(text, fields))


_TEXTS: Mapping[str, Callable[[Any, Sequence[str]], Any]] = {
    "polars": _polars,
    "pyarrow": _arrow,
    "duckdb": _duckdb,
    "ibis": _ibis,
    "pyspark": _pyspark,
}
