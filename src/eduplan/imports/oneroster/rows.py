"""The rows of packages: read, put together over changes, and every reference looked up."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from eduplan.errors import Fault, InputError, refuse
from eduplan.imports.oneroster.manifests import Manifest, Mode, read_manifest
from eduplan.imports.oneroster.packages import Package
from eduplan.imports.oneroster.scanning import Scanner
from eduplan.imports.oneroster.tables import LAYOUTS, Column, Layout
from eduplan.imports.reading import Findings
from eduplan.imports.workbooks import MOST_ROWS
from eduplan.tables import Value

WITHDRAWN = "tobedeleted"
PARENT = "parentSourcedId"

_METADATA = "metadata."


@attrs.frozen(kw_only=True)
class Row:
    """A row that was read.

    Args:
        place: its file and number, such as ``roster.zip/users.csv!17``.
        values: what stands in it, by column; blank cells are left out, and those with faults.
        whole: whether it has no faults.
    """

    place: str
    values: Mapping[str, Value] = attrs.field(repr=False)
    whole: bool = True

    def text(self, column: str) -> str:
        """Return the text of a column, empty where it is blank."""
        return str(self.values.get(column, ""))

    def several(self, column: str) -> tuple[str, ...]:
        """Return the texts of a column that holds a list."""
        found = self.values.get(column, ())
        return tuple(map(str, found)) if isinstance(found, tuple) else (str(found),)

    def day(self, column: str) -> date | None:
        """Return the day in a column, None where it is blank."""
        found = self.values.get(column)
        return found if isinstance(found, date) else None

    def at(self, column: str) -> str:
        """Return the place of a column."""
        return f"{self.place}.{column}"


@attrs.define(kw_only=True)
class Tables:
    """The rows of all files after all changes.

    Args:
        version: version of OneRoster.
        rows: rows by file and id.
        withdrawn: ids marked to be deleted, by file.
        unread: files that could not be read, of which nothing more is said.
    """

    version: str = ""
    rows: dict[str, dict[str, Row]] = attrs.field(factory=dict)
    withdrawn: dict[str, set[str]] = attrs.field(factory=dict)
    unread: set[str] = attrs.field(factory=set)

    def of(self, name: str) -> Iterable[tuple[str, Row]]:
        """Return the ids and rows of a file that have no faults, in the order they were given."""
        return ((key, row) for key, row in self.rows.get(name, {}).items() if row.whole)


def read_packages(packages: Iterable[Package], findings: Findings) -> Tables:
    """Return the rows of packages: the first whole, the others changes to it, in their order.

    Args:
        packages: the packages.
        findings: takes the faults.
    """
    tables = Tables()
    for package in packages:
        try:
            manifest = read_manifest(package)
        except InputError as error:
            _note(findings, error, package.place(""))
            continue
        if tables.version not in ("", manifest.version):
            facts = {"version": manifest.version, "first": tables.version}
            findings.note(Fault("oneroster-versions-differ", package.source, facts))
            continue
        tables.version = manifest.version
        _take(package, manifest, tables, findings)
    if tables.version:
        _look_up(tables, findings)
    return tables


def _take(package: Package, manifest: Manifest, tables: Tables, findings: Findings) -> None:
    """Put the rows of a package in their places."""
    for name, layout in LAYOUTS[manifest.version].items():
        mode = manifest.modes[name]
        if mode is Mode.ABSENT:
            continue
        file = package.place(f"{name}.csv")
        if mode is Mode.DELTA and name not in tables.rows:
            findings.note(Fault("oneroster-changes-alone", file))
            tables.unread.add(name)
            continue
        rows: dict[str, Row] = {}
        try:
            _read(package, name, layout, mode, rows, findings)
        except InputError as error:
            _note(findings, error, file)
            tables.unread.add(name)
            continue
        if mode is Mode.BULK:
            tables.rows[name] = {}
            tables.withdrawn[name] = set()
        for key, row in rows.items():
            if row.values.get("status") == WITHDRAWN:
                tables.rows[name].pop(key, None)
                tables.withdrawn[name].add(key)
            else:
                tables.rows[name][key] = row
                tables.withdrawn[name].discard(key)


def _note(findings: Findings, error: InputError, prefix: str) -> None:
    for fault in error.faults:
        findings.note(attrs.evolve(fault, path=f"{prefix}{fault.path}"))


def _read(
    package: Package,
    name: str,
    layout: Layout,
    mode: Mode,
    rows: dict[str, Row],
    findings: Findings,
) -> None:
    """Read the rows of a file by their ids.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    file = f"{name}.csv"
    with package.file(file) as stream:
        scanner = Scanner(stream)
        _check_header(scanner.header, layout)
        columns = [column for column in layout.read if column in scanner.header]
        for found in scanner.rows(columns):
            if found.row > MOST_ROWS:
                raise refuse("sheet-too-many-rows", most=MOST_ROWS)
            place = f"{package.place(file)}!{found.row}"
            if found.cells is None:
                facts = {"columns": len(scanner.header)}
                findings.note(Fault("oneroster-cells", place, facts))
                continue
            cells = dict(zip(columns, found.cells, strict=True))
            row = _row(cells, layout, mode, place, findings)
            key = row.text("sourcedId")
            if key in rows:
                other = rows[key].at("sourcedId")
                findings.note(Fault("cell-same-id", row.at("sourcedId"), {"other": other}))
            elif key:
                rows[key] = row


def _check_header(header: tuple[str, ...], layout: Layout) -> None:
    """Refuse a header that is none; columns are named by their number, for it may be data."""
    known = [*layout.read, *layout.passed_over]
    likely = known if "sourcedId" in header else ()
    faults = []
    for number, column in enumerate(header, start=1):
        if column in known or column.startswith(_METADATA):
            if column in header[: number - 1]:
                faults.append(Fault("oneroster-column-twice", "!1", {"column": number}))
            continue
        near = difflib.get_close_matches(column[:64], likely, n=1)
        code = "oneroster-column-near" if near else "oneroster-column-unknown"
        faults.append(Fault(code, "!1", {"column": number, "near": "".join(near)}))
    missing = [name for name, column in layout.read.items() if column.required]
    faults.extend(Fault("missing-key", f".{name}") for name in missing if name not in header)
    if faults:
        raise InputError(faults)


def _row(
    cells: Mapping[str, str], layout: Layout, mode: Mode, place: str, findings: Findings
) -> Row:
    """Return what stands in a row; of one that is withdrawn only its id matters."""
    withdrawn = cells.get("status") == WITHDRAWN
    values: dict[str, Value] = {}
    whole = True
    for name in ("sourcedId", "status") if withdrawn else cells:
        column, cell = layout.read[name], cells[name]
        try:
            if cell:
                values[name] = column.read(cell)
            elif column.required or (name == "status" and mode is Mode.DELTA):
                raise refuse("cell-blank")
        except InputError as error:
            whole = False
            findings.note(attrs.evolve(error.faults[0], path=f"{place}.{name}"))
    return Row(place=place, values=values, whole=whole)


def _look_up(tables: Tables, findings: Findings) -> None:
    """Note every reference that points nowhere or in a circle, with its file, row and column."""
    for name, layout in LAYOUTS[tables.version].items():
        for column, spec in layout.read.items():
            if not spec.refers or spec.refers in tables.unread:
                continue
            for row in tables.rows.get(name, {}).values():
                _look_up_one(tables, row, column, spec, findings)
        rows = tables.rows.get(name, {}) if PARENT in layout.read else {}
        for key, row in rows.items():
            if key in ancestors(key, rows):
                findings.note(Fault("oneroster-own-parent", row.at(PARENT)))


def ancestors(key: str, rows: Mapping[str, Row]) -> tuple[str, ...]:
    """Return the ids of what a row is part of, the nearest first; in a circle each once."""
    found: dict[str, None] = {}
    while (parent := rows[key].text(PARENT) if key in rows else "") and parent not in found:
        found[parent] = None
        key = parent
    return tuple(found)


def _look_up_one(tables: Tables, row: Row, column: str, spec: Column, findings: Findings) -> None:
    for key in row.several(column):
        if key in tables.rows.get(spec.refers, ()):
            continue
        gone = key in tables.withdrawn.get(spec.refers, ())
        code = "oneroster-refers-to-withdrawn" if gone else "oneroster-refers-nowhere"
        findings.note(Fault(code, row.at(column), {"file": f"{spec.refers}.csv"}))
