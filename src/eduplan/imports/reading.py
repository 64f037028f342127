"""Sheets read as people, schools, groups and records: all faults at once, nothing half-imported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from eduplan.errors import Fault, InputError, SheetError, refuse
from eduplan.imports.cells import reader
from eduplan.imports.mapping import FIELDS, Layout, Makes, SheetMapping
from eduplan.imports.mapping_files import packaged_mapping
from eduplan.imports.rows import Row, data_rows, find_heading, skip_pattern
from eduplan.imports.workbooks import MOST_ROWS, Book, Sheet, open_book
from eduplan.people import Group, Person, School
from eduplan.records import Record
from eduplan.selectors import Scales
from eduplan.tables import Value

Bearer = Person | School | Group

NO_SCALES: Scales = MappingProxyType({})

MOST_FAULTS = 200
"""Faults beyond this many are counted, not listed."""

PEOPLE = frozenset({Makes.PERSON, Makes.SCHOOL, Makes.GROUP})
RECORDS = frozenset({Makes.RECORD})

_CLASSES: Mapping[Makes, type[Bearer | Record]] = {
    Makes.PERSON: Person,
    Makes.SCHOOL: School,
    Makes.GROUP: Group,
    Makes.RECORD: Record,
}


def read_people(
    path: str | Path, *, mapping: SheetMapping | None = None, scales: Scales = NO_SCALES
) -> tuple[Bearer, ...]:
    r"""Return the people, schools and groups of a roster, in the order of its sheets and rows.

    Sheets that hold records, or that no layout fits, are passed over; `overview` tells them. Hidden
    and filtered rows are read like any other.

    Args:
        path: a ``.csv`` file in UTF-8 or, failing that, GB18030, or a ``.xlsx`` workbook.
        mapping: what the sheets, headers and words mean; by default the packaged mapping.
        scales: scales by name; a value whose fact has a scale must be on it.

    Raises:
        SheetError: the file has faults; all are reported with their cells, and nothing is returned.
        MissingExtra: a workbook, and the extra ``excel`` is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "教师名册.csv")
    ...     row = "T1,张 三,校长、专任教师,一级教师"
    ...     _ = path.write_text(f"工号,姓名,岗位,职称\n{row}\n", "utf-8")
    ...     [person] = read_people(path)
    >>> person.roles, person.get("title"), person.name
    (('principal', 'teacher', 'subject-teacher'), 'intermediate', '张三')
    """
    return tuple(one for one in _read(path, PEOPLE, mapping, scales) if not isinstance(one, Record))


def read_records(
    path: str | Path, *, mapping: SheetMapping | None = None, scales: Scales = NO_SCALES
) -> tuple[Record, ...]:
    r"""Return the records of a register, in the order of its sheets and rows.

    A record without a column for its id takes the name of its sheet and the number of its row.
    Dates are taken in any spelling that says the year, month and day; numbers are exact.

    Args:
        path: a ``.csv`` file in UTF-8 or, failing that, GB18030, or a ``.xlsx`` workbook.
        mapping: what the sheets, headers and words mean; by default the packaged mapping.
        scales: scales by name; a value whose fact has a scale must be on it.

    Raises:
        SheetError: the file has faults; all are reported with their cells, and nothing is returned.
        MissingExtra: a workbook, and the extra ``excel`` is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "培训.csv")
    ...     _ = path.write_text("工号,日期,学时\nT1,2024年5月6日,7.5\n", "utf-8")
    ...     [record] = read_records(path)
    >>> record.id, record.day, record.get("hours"), record.origin
    ('培训!2', datetime.date(2024, 5, 6), Fraction(15, 2), '培训.csv!培训!2')
    """
    return tuple(one for one in _read(path, RECORDS, mapping, scales) if isinstance(one, Record))


class Findings:
    """Faults found so far, and how many more than are listed."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.rest = 0

    def note(self, fault: Fault) -> None:
        """Note one fault."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)
        else:
            self.rest += 1

    def raise_any(self, source: str) -> None:
        """Raise all faults noted, if there is any."""
        if self.rest:
            self.faults.append(Fault("sheet-more-faults", "", {"count": self.rest}))
        if self.faults:
            raise SheetError(self.faults, source)


def _read(
    path: str | Path, makes: frozenset[Makes], mapping: SheetMapping | None, scales: Scales
) -> list[Bearer | Record]:
    mapping = packaged_mapping() if mapping is None else mapping
    book = open_book(Path(path))
    findings = Findings()
    chosen = _chosen(book, makes, mapping, findings)
    reading = _Reading(book.source, mapping, scales, findings)
    for name, layout in chosen:
        try:
            reading.sheet(book.sheet(name), layout)
        except InputError as error:
            for fault in error.faults:
                findings.note(attrs.evolve(fault, path=f"{name}{fault.path}"))
    findings.raise_any(book.source)
    return reading.found


def fitting(mapping: SheetMapping, sheet: str) -> list[str]:
    """Return the names of the layouts that fit a sheet's name best; several if they tie."""
    fits = {name: layout.fit(sheet) for name, layout in mapping.layouts.items()}
    best = max(fits.values(), default=0)
    return [name for name, fit in fits.items() if fit == best] if best else []


def _chosen(
    book: Book, makes: frozenset[Makes], mapping: SheetMapping, findings: Findings
) -> list[tuple[str, Layout]]:
    """Return the sheets to read with their layouts; note where none fits, or several do."""
    chosen = []
    for sheet in book.names:
        names = fitting(mapping, sheet)
        if not any(mapping.layouts[name].makes in makes for name in names):
            continue
        if len(names) > 1:
            findings.note(Fault("sheet-fits-several", sheet, {"layouts": ", ".join(names)}))
        chosen.append((sheet, mapping.layouts[names[0]]))
    if not chosen:
        wanted = [layout.sheets[0] for layout in mapping.layouts.values() if layout.makes in makes]
        facts = {"found": tuple(book.names) or "-", "wanted": tuple(wanted) or "-"}
        findings.note(Fault("sheet-none-fits", "", facts))
    return chosen


class _Reading:
    """Reads the rows of the sheets of one file."""

    def __init__(
        self, source: str, mapping: SheetMapping, scales: Scales, findings: Findings
    ) -> None:
        self.found: list[Bearer | Record] = []
        self._source = source
        self._skip = skip_pattern(mapping)
        self._scales = scales
        self._findings = findings
        self._places: dict[str, str] = {}
        self._rows = 0

    def sheet(self, sheet: Sheet, layout: Layout) -> None:
        """Read all rows of a sheet.

        Raises:
            InputError: the sheet as a whole cannot be read.
        """
        self._rows += len(sheet.rows)
        if self._rows > MOST_ROWS:
            raise refuse("sheet-too-many-rows", most=MOST_ROWS)
        heading = find_heading(sheet, layout)
        readers = {
            fact: reader(layout.columns[fact], self._scales.get(layout.columns[fact].scale or fact))
            for fact in heading.columns
        }
        required = {*layout.required, "id"}
        for row in data_rows(sheet, layout, heading, self._skip):
            values: dict[str, Value] = {}
            faultless = not row.amounts
            for fact in row.amounts:
                self._findings.note(Fault("cell-merged-amount", row.place(fact)))
            for fact, cell in row.cells.items():
                try:
                    value = readers[fact](cell)
                    if value is not None:
                        values[fact] = value
                    elif fact in required:
                        raise refuse("cell-blank")
                except InputError as error:
                    faultless = False
                    self._findings.note(attrs.evolve(error.faults[0], path=row.place(fact)))
            key = self._key(values, row, layout.makes)
            if faultless and key:
                self._make(layout, {**values, "id": key}, row)

    def _key(self, values: Mapping[str, Value], row: Row, makes: Makes) -> str:
        """Return the id of a row, empty where it has none or one that another row has."""
        key = values.get("id", "")
        if not key and makes is Makes.RECORD and "id" not in row.cells:
            key = row.place("")
        place = row.place("id")
        other = self._places.setdefault(str(key), place) if key else place
        if other != place:
            self._findings.note(Fault("cell-same-id", place, {"other": other}))
            return ""
        return str(key)

    def _make(self, layout: Layout, values: dict[str, Value], row: Row) -> None:
        fields = FIELDS[layout.makes]
        own: dict[str, Any] = {key: value for key, value in values.items() if key in fields}
        own["facts"] = {key: value for key, value in values.items() if key not in fields}
        if layout.makes is Makes.RECORD:
            own.setdefault("kind", layout.kind)
            own["origin"] = f"{self._source}!{row.place('')}"
        try:
            self.found.append(_CLASSES[layout.makes](**own))
        except InputError as error:
            for fault in error.faults:
                self._findings.note(attrs.evolve(fault, path=row.place(fault.path)))
