"""Rosters and registers read from CSV files and Excel workbooks.

A mapping says which sheet is what, which header is which fact and which word means which value; the
packaged one knows the usual Chinese and English ones, and `load_mapping` adds a file of one's own.
Every cell that cannot be taken is reported with its place, all at once, and never guessed at.
"""

from eduplan.imports.mapping import (
    Column,
    ColumnType,
    Layout,
    Makes,
    SheetMapping,
)
from eduplan.imports.mapping_files import load_mapping, packaged_mapping
from eduplan.imports.overview import SheetOverview, overview
from eduplan.imports.reading import read_people, read_records

__all__ = [
    "Column",
    "ColumnType",
    "Layout",
    "Makes",
    "SheetMapping",
    "SheetOverview",
    "load_mapping",
    "overview",
    "packaged_mapping",
    "read_people",
    "read_records",
]
