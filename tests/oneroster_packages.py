"""A OneRoster package that tests change, and what is read of it."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eduplan import SheetError
from eduplan.imports.oneroster import Roster, read_oneroster
from eduplan.imports.oneroster.tables import FILES
from eduplan.messages import LANGUAGES

JUNE = date(2025, 6, 2)
SECRET = "Passw0rd!"

Table = Sequence[Sequence[str]]
Files = dict[str, Table]

ORGS: Table = [
    ["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"],
    ["d1", "", "", "Example County", "district", "", ""],
    ["s1", "", "", "First School", "school", "", "d1"],
]
SESSIONS: Table = [
    ["sourcedId", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"],
    ["y", "2024-25", "schoolYear", "2024-09-01", "2025-08-31", "", "2025"],
    ["t1", "Autumn", "term", "2024-09-02", "2025-01-17", "y", "2025"],
    ["t2", "Spring", "term", "2025-02-17", "2025-07-04", "y", "2025"],
]
COURSES: Table = [
    ["sourcedId", "title", "subjects", "orgSourcedId"],
    ["c1", "Mathematics 3", "mathematics", "s1"],
]
CLASSES: Table = [
    [
        "sourcedId",
        "title",
        "grades",
        "courseSourcedId",
        "classType",
        "schoolSourcedId",
        "termSourcedIds",
        "subjects",
    ],
    ["k1", "Class 3(1)", "3", "c1", "scheduled", "s1", "t1,t2", ""],
]
ENROLLMENTS: Table = [
    [
        "sourcedId",
        "classSourcedId",
        "schoolSourcedId",
        "userSourcedId",
        "role",
        "primary",
        "beginDate",
        "endDate",
    ],
    ["e1", "k1", "s1", "u1", "teacher", "true", "", ""],
    ["e2", "k1", "s1", "u2", "student", "", "2024-09-02", "2025-06-02"],
    ["e3", "k1", "s1", "u3", "student", "", "2025-06-02", ""],
]
USERS_1_1: Table = [
    [
        "sourcedId",
        "status",
        "enabledUser",
        "orgSourcedIds",
        "role",
        "username",
        "givenName",
        "familyName",
        "email",
        "password",
    ],
    ["u1", "", "true", "s1", "teacher", "zf", "芳", "王", "a@example.test", SECRET],
    ["u2", "", "true", "s1", "student", "lm", "Ming", "Li", "", SECRET],
    ["u3", "", "true", "s1,d1", "student", "zh", "Hong", "Zhao", "", SECRET],
]
USERS_1_2: Table = [
    ["sourcedId", "username", "givenName", "familyName", "password", "primaryOrgSourcedId"],
    ["u1", "zf", "芳", "王", SECRET, ""],
    ["u2", "lm", "Ming", "Li", SECRET, "s1"],
    ["u3", "zh", "Hong", "Zhao", SECRET, ""],
]
ROLES: Table = [
    ["sourcedId", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"],
    ["r1", "u1", "primary", "teacher", "", "", "s1"],
    ["r2", "u1", "secondary", "principal", "2025-06-03", "", "s1"],
    ["r3", "u1", "secondary", "districtAdministrator", "2025-01-01", "2025-06-02", "d1"],
    ["r4", "u2", "primary", "student", "", "", "s1"],
    ["r5", "u3", "primary", "student", "", "", "s1"],
]


def manifest(version: str, modes: Mapping[str, str]) -> Table:
    stated = [[f"file.{name}", modes.get(name, "absent")] for name in FILES[version]]
    return [
        ["propertyName", "value"],
        ["manifest.version", "1.0"],
        ["oneroster.version", version],
        *stated,
    ]


def package(version: str, mode: str = "bulk", **changed: Table | None) -> Files:
    """Return the files of a package, some of them changed or (None) left out."""
    files: dict[str, Table | None] = {
        "orgs": ORGS,
        "academicSessions": SESSIONS,
        "courses": COURSES,
        "classes": CLASSES,
        "enrollments": ENROLLMENTS,
    }
    files |= {"users": USERS_1_1} if version == "1.1" else {"users": USERS_1_2, "roles": ROLES}
    kept = {name: table for name, table in (files | changed).items() if table is not None}
    return {"manifest": manifest(version, dict.fromkeys(kept, mode))} | kept


def spelled(table: Table, **dialect: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(table)
    return text.getvalue().encode()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a package to a folder of its own."""

    def write(files: Mapping[str, Table | bytes], name: str = "roster") -> Path:
        path = tmp_path / name
        path.mkdir(exist_ok=True)
        for file, table in files.items():
            content = table if isinstance(table, bytes) else spelled(table)
            path.joinpath(f"{file}.csv").write_bytes(content)
        return path

    return write


def zipped(path: Path, entries: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return path


def read(path: Path, **answers: Any) -> Roster:
    given: dict[str, Any] = {"day": JUNE, "school_year": "ends", "last_day": "included"}
    return read_oneroster(path, **(given | answers))


def faults(path: Path, **answers: Any) -> dict[str, str]:
    """Return the code of every fault by its place; nothing may be repeated of what is in cells."""
    with pytest.raises(SheetError) as error:
        read(path, **answers)
    for lang in LANGUAGES:
        told = error.value.message(lang)
        assert not [word for word in (SECRET, "芳", "Ming", "zf", "u1", "u2") if word in told]
    return {fault.path: fault.code for fault in error.value.faults}


def changed(table: Table, row: int, **cells: str) -> Table:
    """Return a table with cells of a row changed; ``row`` counts from 1, the header."""
    rows = [list(one) for one in table]
    for column, cell in cells.items():
        rows[row - 1][rows[0].index(column)] = cell
    return rows
