"""Mapping files: the packaged one, and those of one's own that add to it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from eduplan.errors import FaultList, InputError, SheetError, kind_of, refuse
from eduplan.imports.mapping import SheetMapping, as_values, read_named
from eduplan.tables import Table, Value, read_table
from eduplan.textfiles import read_toml, with_lines


def load_mapping(path: str | Path) -> SheetMapping:
    """Return the packaged mapping together with what a mapping file says.

    What the file says is added: lists are joined, tables are merged key by key, and where both
    speak of the same thing the file wins. With ``extends = false`` it stands alone.

    Args:
        path: a TOML file with the tables of ``imports/mapping.toml``.

    Raises:
        SheetError: the file cannot be read, or has faults; all are reported, each with its path.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "ours.toml")
    ...     _ = path.write_text('layouts.person.columns.id.headers = ["教师编码"]', "utf-8")
    ...     load_mapping(path).layouts["person"].columns["id"].headers[0]
    '教师编码'
    """
    path = Path(path)
    table, text = read_toml(path, SheetError)
    try:
        return mapping_from_table(table)
    except InputError as error:
        raise SheetError(with_lines(error.faults, text), path.name) from None


@cache
def packaged_mapping() -> SheetMapping:
    """Return the mapping that comes with the library."""
    return mapping_from_table({**_packaged_table(), "extends": False})


@cache
def _packaged_table() -> Table:
    text = resources.files("eduplan.imports").joinpath("mapping.toml").read_text("utf-8")
    return tomllib.loads(text)


def mapping_from_table(table: Table) -> SheetMapping:
    """Return a mapping from the tables of a mapping file; see `load_mapping`.

    Raises:
        InputError: the tables have faults; all are reported.
    """
    extends = table.get("extends", True)
    if not isinstance(extends, bool):
        raise refuse("not-a-flag", "extends", got=kind_of(extends))
    own = {key: value for key, value in table.items() if key != "extends"}
    whole = _joined(_packaged_table(), own) if extends else own
    faults = FaultList()
    shared: Mapping[str, Mapping[str, Value]] = {}
    with faults.at("values"):
        shared = read_named(whole.pop("values", {}), as_values)
    faults.raise_any()  # or every column that takes values would be faulted too
    layouts = whole.get("layouts")
    if isinstance(layouts, Mapping):
        whole["layouts"] = {
            name: _with_shared(layout, shared, f"layouts.{name}", faults)
            for name, layout in layouts.items()
        }
    mapping = None
    try:
        mapping = read_table(SheetMapping, whole)
    except InputError as error:
        faults.faults.extend(error.faults)
    faults.raise_any()
    assert mapping is not None  # noqa: S101 - or its faults would have been raised
    return mapping


def _joined(base: Table, own: Table) -> dict[str, object]:
    """Return two tables as one: lists joined, tables key by key, of other values the own one."""
    whole = dict(base)
    for key, value in own.items():
        old = base.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            whole[key] = _joined(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            whole[key] = [*value, *(item for item in old if item not in value)]
        else:
            whole[key] = value
    return whole


def _with_shared(
    layout: object, shared: Mapping[str, Mapping[str, Value]], path: str, faults: FaultList
) -> object:
    """Return the table of a layout with the tables its ``values_of`` name put in their place."""
    columns = layout.get("columns") if isinstance(layout, Mapping) else None
    if not isinstance(layout, Mapping) or not isinstance(columns, Mapping):
        return layout
    filled = dict(columns)
    for fact, column in columns.items():
        if not isinstance(column, Mapping):
            continue
        name = column.get("values_of", "flag" if column.get("type") == "flag" else "")
        own = column.get("values", {})
        filled[fact] = {key: value for key, value in column.items() if key != "values_of"}
        if name and (not isinstance(name, str) or name not in shared):
            place = f"{path}.columns.{fact}.values_of"
            known = ", ".join(shared) or "-"
            faults.add("sheet-unknown-values", place, name=str(name)[:64], known=known)
            del filled[fact]
        elif name and isinstance(own, Mapping):
            filled[fact]["values"] = {**shared[name], **own}
    return {**layout, "columns": filled}
