"""OneRoster packages: what becomes of them, what is refused, and what is never read."""

import csv
import io
import struct
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eduplan import Group, Person, Record, Register, School, SheetError, evaluate, plan_from_table
from eduplan.dates import Period
from eduplan.imports.oneroster import Enrollment, Roster, Session, read_oneroster, scanning
from eduplan.imports.oneroster import packages as package_bounds
from eduplan.imports.oneroster.tables import FILES
from eduplan.messages import LANGUAGES, Text

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


# ---------------------------------------------------------------- what becomes of a package


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_package_becomes_people_schools_classes_and_terms(
    folder: Callable[..., Path], version: str
) -> None:
    roster = read(folder(package(version)))

    wang, li, zhao = roster.people
    assert (wang.id, wang.name, wang.roles, wang.school) == ("u1", "王芳", ("teacher",), "s1")
    assert (li.name, li.roles, li.school) == ("Ming Li", ("student",), "s1")
    assert zhao.get("org") == (("s1", "d1") if version == "1.1" else ("s1",))
    assert [(one.id, one.type) for one in roster.schools] == [("d1", "district"), ("s1", "school")]
    assert roster.schools[1].get("parent") == "d1"
    [group] = roster.classes
    assert (group.type, group.school, group.members) == ("class", "s1", ("u3",))
    assert group.get("teacher") == ("u1",)
    assert group.get("subject") == ("mathematics",), "its own are blank: those of its course"
    assert [(one.id, one.school_year) for one in roster.sessions] == [
        ("y", 2024),
        ("t1", 2024),
        ("t2", 2024),
    ]
    assert roster.sessions[1].period == Period(date(2024, 9, 2), date(2025, 1, 18))
    assert len(roster.enrollments) == 3
    assert roster.bearers == (*roster.people, *roster.schools, *roster.classes)


def test_whoever_is_at_two_places_has_no_one_school(folder: Callable[..., Path]) -> None:
    zhao = read(folder(package("1.1"))).people[2]
    assert zhao.school == ""
    assert zhao.get("school") is None, "not known, so never judged as if it were"


def test_roles_hold_from_their_first_day_to_the_day_before_their_end(
    folder: Callable[..., Path],
) -> None:
    path = folder(package("1.2"))
    by_day = {day: read(path, day=JUNE + timedelta(days=day)).people[0].roles for day in (-1, 0, 1)}
    assert by_day == {
        -1: ("teacher", "district-administrator"),
        0: ("teacher",),
        1: ("teacher", "principal"),
    }


def test_a_student_who_leaves_is_a_member_through_the_day_before(
    folder: Callable[..., Path],
) -> None:
    path = folder(package("1.1"))
    assert read(path, day=JUNE - timedelta(days=1)).classes[0].members == ("u2",)
    assert read(path).classes[0].members == ("u3",)


def test_words_of_ones_own_mean_what_is_said(folder: Callable[..., Path]) -> None:
    path = folder(package("1.2", roles=changed(ROLES, 2, role="ext:mentor")))
    where = "roster/roles.csv!2.role"
    assert faults(path) == {where: "oneroster-word"}
    wang = read(path, roles={"ext:mentor": ["teacher", "backbone"]}).people[0]
    assert wang.roles == ("teacher", "backbone")
    assert read(path, roles={"ext:mentor": "x"}, types={"district": "county"}).schools[0].type == (
        "county"
    )


def test_a_roster_is_judged_by_a_plan(folder: Callable[..., Path]) -> None:
    text = {"zh": "听课", "en": "Observation"}
    plan = plan_from_table(
        {
            "plan": {"id": "p", "title": text},
            "document": {"title": text},
            "clause": [{"number": "1", "gist": text}],
            "quota": [
                {
                    "id": "observe",
                    "clause": "1",
                    "title": text,
                    "bearer": {"role": "teacher"},
                    "measure": {"count": "lesson-observation"},
                    "every": "term",
                    "at_least": 1,
                    "unit": text,
                }
            ],
        }
    )
    before: Table = [
        ["y0", "2023-24", "schoolYear", "2023-09-01", "2024-08-31", "", "2024"],
        ["t3", "Autumn", "term", "2023-09-04", "2024-01-19", "y0", "2024"],
        ["t4", "Spring", "term", "2024-02-19", "2024-07-05", "y0", "2024"],
    ]
    roster = read(folder(package("1.1", academicSessions=[*SESSIONS, *before])))
    calendar = roster.calendar("county", region=Text("县", "county"), stages=["primary"])
    seen = Record(id="r", kind="lesson-observation", day=date(2025, 3, 4), bearer="u1")
    register = Register([seen], complete_through=date(2025, 6, 1))
    teachers = [one for one in roster.people if "teacher" in one.roles]
    verdicts = list(evaluate(plan, teachers, register, as_of=JUNE, calendar=calendar))
    found = {str(one.period and one.period.start): one.status.value for one in verdicts}
    assert found == {"2024-09-02": "NOT_MET", "2025-02-17": "MET"}


def test_terms_are_numbered_within_their_school_year(folder: Callable[..., Path]) -> None:
    roster = read(folder(package("1.1")))
    terms = roster.calendar("c", region=Text("县", "county"), stages=["primary"]).terms
    assert [(one.school_year, one.number) for one in terms] == [(2024, 1), (2024, 2)]
    with pytest.raises(ValueError, match="term"):
        roster.calendar("c", region=Text("县", "county"), stages=["primary"], terms="semester")


# ---------------------------------------------------------------- questions


def test_which_year_a_school_year_is_called_by_must_be_answered(
    folder: Callable[..., Path],
) -> None:
    path = folder(package("1.1"))
    assert faults(path, school_year=None) == {"school_year": "oneroster-asks-year"}
    assert faults(path, last_day=None) == {"last_day": "oneroster-asks-end"}
    whole = folder(package("1.2"), "newer")
    days = read(whole, last_day=None).sessions[0].period
    assert days == Period(date(2024, 9, 1), date(2025, 8, 31)), "1.2 says that the end is excluded"


def test_without_sessions_nothing_is_asked(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1", academicSessions=None, classes=None, enrollments=None))
    assert read(path, school_year=None, last_day=None).sessions == ()


def test_an_answer_the_days_contradict_is_reported(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1"))
    where = [f"roster/academicSessions.csv!{row}.schoolYear" for row in (2, 3, 4)]
    assert faults(path, school_year="begins") == dict.fromkeys(where, "oneroster-year-differs")
    begun = [changed(SESSIONS, row, schoolYear="2024")[row - 1] for row in (2, 3, 4)]
    path = folder(package("1.1", academicSessions=[SESSIONS[0], *begun]), "begun")
    assert {one.school_year for one in read(path, school_year="begins").sessions} == {2024}
    assert set(faults(path)) == {one.replace("roster", "begun") for one in where}


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [("2024-08-26", "2025-01-20", 2024), ("2025-02-10", "2025-07-11", 2024)],
)
def test_a_term_of_no_year_is_compared_with_its_own_days(
    folder: Callable[..., Path], first: str, last: str, year: int
) -> None:
    alone: Table = [SESSIONS[0], ["t1", "T", "term", first, last, "", "2025"]]
    files = package("1.1", academicSessions=alone, classes=None, enrollments=None)
    assert [one.school_year for one in read(folder(files)).sessions] == [year]
    assert len(faults(folder(files), school_year="begins")) == 1


# ---------------------------------------------------------------- changes


def test_changes_are_put_on_the_whole_in_their_order(folder: Callable[..., Path]) -> None:
    whole = folder(package("1.1"))
    head = ["sourcedId", "status", "orgSourcedIds", "role", "givenName", "familyName"]
    gone: Table = [head, ["u2", "tobedeleted", "", "", "", ""]]
    new: Table = [head, ["u4", "active", "s1", "teacher", "Yu", "He"]]
    first = {
        "manifest": manifest("1.1", {"users": "delta", "enrollments": "delta"}),
        "users": gone,
        "enrollments": [[*ENROLLMENTS[0], "status"], ["e2", *[""] * 7, "tobedeleted"]],
    }
    second = {"manifest": manifest("1.1", {"users": "delta"}), "users": new}
    roster = read(whole, changes=[folder(first, "monday"), folder(second, "tuesday")])

    assert [one.id for one in roster.people] == ["u1", "u3", "u4"]
    assert [one.id for one in roster.enrollments] == ["e1", "e3"]
    assert roster.withdrawn == {"users": 1, "enrollments": 1}


def test_changes_alone_are_no_roster(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1", mode="delta"))
    assert set(faults(path).values()) == {"oneroster-changes-alone"}


def test_a_whole_file_among_changes_takes_the_place_of_the_first(
    folder: Callable[..., Path],
) -> None:
    whole = folder(package("1.1"))
    fewer = {
        "manifest": manifest("1.1", {"enrollments": "bulk"}),
        "enrollments": ENROLLMENTS[:2],
    }
    assert [one.id for one in read(whole, changes=[folder(fewer, "fewer")]).enrollments] == ["e1"]


def test_rows_to_be_deleted_are_left_out_and_what_refers_to_them_is_reported(
    folder: Callable[..., Path],
) -> None:
    path = folder(package("1.1", users=changed(USERS_1_1, 3, status="tobedeleted")))
    where = "roster/enrollments.csv!3.userSourcedId"
    assert faults(path) == {where: "oneroster-refers-to-withdrawn"}


# ---------------------------------------------------------------- faults, all at once


def test_references_that_point_nowhere_are_told_with_file_row_and_column(
    folder: Callable[..., Path],
) -> None:
    path = folder(
        package(
            "1.2",
            enrollments=changed(ENROLLMENTS, 2, userSourcedId="nobody"),
            classes=changed(CLASSES, 2, termSourcedIds="t1,t9"),
            roles=changed(ROLES, 5, orgSourcedId="s9"),
        )
    )
    assert faults(path) == {
        "roster/enrollments.csv!2.userSourcedId": "oneroster-refers-nowhere",
        "roster/classes.csv!2.termSourcedIds": "oneroster-refers-nowhere",
        "roster/roles.csv!5.orgSourcedId": "oneroster-refers-nowhere",
    }


def test_what_is_part_of_itself_is_reported(folder: Callable[..., Path]) -> None:
    # The county is part of its school, the school of the county; the year of itself.
    path = folder(
        package(
            "1.1",
            orgs=changed(ORGS, 2, parentSourcedId="s1"),
            academicSessions=changed(SESSIONS, 2, parentSourcedId="y"),
        )
    )
    assert faults(path) == {
        "roster/orgs.csv!2.parentSourcedId": "oneroster-own-parent",
        "roster/orgs.csv!3.parentSourcedId": "oneroster-own-parent",
        "roster/academicSessions.csv!2.parentSourcedId": "oneroster-own-parent",
    }


# The school year runs from 1 September 2024 through 31 August 2025.


@pytest.mark.parametrize("days", [("2025-09-01", "2026-01-16"), ("2024-02-19", "2024-08-31")])
def test_a_term_in_another_year_than_its_own_is_reported(
    folder: Callable[..., Path], days: tuple[str, str]
) -> None:
    sessions = changed(SESSIONS, 3, startDate=days[0], endDate=days[1])
    assert faults(folder(package("1.1", academicSessions=sessions))) == {
        "roster/academicSessions.csv!3.startDate": "oneroster-outside-year"
    }


@pytest.mark.parametrize("days", [("2025-08-31", "2026-01-16"), ("2024-02-19", "2024-09-01")])
def test_a_term_that_reaches_beyond_its_year_is_taken(
    folder: Callable[..., Path], days: tuple[str, str]
) -> None:
    sessions = changed(SESSIONS, 3, startDate=days[0], endDate=days[1])
    found = read(folder(package("1.1", academicSessions=sessions))).sessions
    assert [one.school_year for one in found] == [2024, 2024, 2024]


def test_faults_of_every_kind_are_told_at_once(folder: Callable[..., Path]) -> None:
    path = folder(
        package(
            "1.2",
            orgs=changed(changed(ORGS, 2, type="shop"), 3, status="gone"),
            academicSessions=changed(SESSIONS, 2, startDate="1.9.2024"),
            users=[*USERS_1_2, USERS_1_2[1], ["u5"]],
            roles=changed(ROLES, 2, roleType=""),
            enrollments=changed(ENROLLMENTS, 3, endDate="2024-09-02"),
        )
    )
    assert faults(path) == {
        "roster/orgs.csv!2.type": "oneroster-word",
        "roster/orgs.csv!3.status": "oneroster-not-one-of",
        "roster/academicSessions.csv!2.startDate": "not-a-date",
        "roster/users.csv!5.sourcedId": "cell-same-id",
        "roster/users.csv!6": "oneroster-cells",
        "roster/roles.csv!2.roleType": "cell-blank",
        "roster/enrollments.csv!3.endDate": "empty-period",
    }


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"manifest": None}, {"manifest.csv": "oneroster-no-manifest"}),
        (
            {"manifest": [["propertyName", "value"], ["oneroster.version", "1.0"]]},
            {"manifest.csv": "oneroster-version"},
        ),
        (
            {"manifest": manifest("1.1", {"orgs": "all"})},
            {"manifest.csv!4.value": "oneroster-not-one-of"},
        ),
        ({"manifest": [["property", "value"]]}, {"manifest.csv.propertyName": "missing-key"}),
        ({"orgs": None}, {"orgs.csv": "oneroster-file-missing"}),
        ({"demographics": [["sourcedId"]]}, {"demographics.csv": "oneroster-file-not-listed"}),
    ],
)
def test_the_manifest_is_compared_with_the_package(
    folder: Callable[..., Path], files: dict[str, Any], expected: dict[str, str]
) -> None:
    changed_files = {n: t for n, t in (package("1.1") | files).items() if t is not None}
    found = faults(folder(changed_files))
    assert {f"roster/{path}": code for path, code in expected.items()}.items() <= found.items()


def test_a_file_of_no_concern_is_not_opened(folder: Callable[..., Path]) -> None:
    files: dict[str, Any] = package("1.1", demographics=[["sourcedId"]])
    files["demographics"] = b"\xff\xfe not even text"
    assert len(read(folder(files)).people) == 3


def test_a_header_that_is_none_is_not_repeated(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1", users=USERS_1_1[1:]))
    assert {"oneroster-column-unknown", "missing-key"} <= set(faults(path).values())


def test_a_misspelt_column_is_told_with_the_right_one(folder: Callable[..., Path]) -> None:
    head = [*ENROLLMENTS[0][:6], "begindate", "endDate"]
    path = folder(package("1.1", enrollments=[head, *ENROLLMENTS[1:]]))
    with pytest.raises(SheetError, match=r"column 7 .* did you mean beginDate\?"):
        read(path)


WHOLE_USERS_1_2 = [
    "sourcedId",
    "status",
    "dateLastModified",
    "enabledUser",
    "username",
    "userIds",
    "givenName",
    "familyName",
    "middleName",
    "identifier",
    "email",
    "sms",
    "phone",
    "agentSourcedIds",
    "grades",
    "password",
    "userMasterIdentifier",
    "resourceSourcedIds",
    "preferredGivenName",
    "preferredMiddleName",
    "preferredFamilyName",
    "primaryOrgSourcedId",
    "pronouns",
]
"""All columns of users.csv in 1.2 as first published; 1.2.1 has no `resourceSourcedIds`."""


@pytest.mark.parametrize("left_out", ["", "resourceSourcedIds"])
def test_users_may_have_every_column_of_either_edition_of_1_2(
    folder: Callable[..., Path], left_out: str
) -> None:
    head = [name for name in WHOLE_USERS_1_2 if name != left_out]
    rows = [dict(zip(USERS_1_2[0], row, strict=True)) for row in USERS_1_2[1:]]
    users = [head, *[[row.get(name, "") for name in head] for row in rows]]
    found = read(folder(package("1.2", users=users)))
    assert found.people == read(folder(package("1.2"), "plain")).people


def test_columns_of_ones_own_are_passed_over(folder: Callable[..., Path]) -> None:
    own = [[*row, "metadata.note" if i == 0 else "x"] for i, row in enumerate(ORGS)]
    assert len(read(folder(package("1.1", orgs=own))).schools) == 2


def test_somebody_without_any_role_is_reported(folder: Callable[..., Path]) -> None:
    assert faults(folder(package("1.2", roles=ROLES[:-1]))) == {
        "roster/users.csv!4": "oneroster-no-role"
    }


def test_versions_may_not_be_mixed(folder: Callable[..., Path]) -> None:
    with pytest.raises(SheetError, match=r"is of version 1\.2"):
        read(folder(package("1.1")), changes=[folder(package("1.2"), "newer")])


# ---------------------------------------------------------------- what is never read


def test_passwords_never_become_values(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    make = scanning.text_of

    def watched(cell: bytes) -> str:
        made.append(make(cell))
        return made[-1]

    monkeypatch.setattr(scanning, "text_of", watched)
    for version in ("1.1", "1.2"):
        roster = read(folder(package(version), version))
        assert SECRET not in repr([roster.people, roster.schools, roster.classes])
    assert {"王", "password"} <= set(made)
    assert not [text for text in made if SECRET in text or "example.test" in text]
    assert "zf" not in made, "nor do the names of accounts"


def test_a_password_that_is_not_even_text_does_no_harm(folder: Callable[..., Path]) -> None:
    files: dict[str, Any] = package("1.1")
    files["users"] = spelled(USERS_1_1).replace(SECRET.encode(), b'"\xff,""\n\xfe"')
    assert [one.id for one in read(folder(files)).people] == ["u1", "u2", "u3"]


# ---------------------------------------------------------------- files as they come


DIALECTS: dict[str, Callable[[Table], bytes]] = {
    "byte order mark": lambda table: b"\xef\xbb\xbf" + spelled(table),
    "line feeds": lambda table: spelled(table, lineterminator="\n"),
    "carriage returns": lambda table: spelled(table, lineterminator="\r"),
    "all quoted": lambda table: spelled(table, quoting=csv.QUOTE_ALL),
    "no newline at the end": lambda table: spelled(table).rstrip(),
    "blank lines": lambda table: spelled(table).replace(b"\r\n", b"\r\n\r\n"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_csv_comes_in_many_ways(folder: Callable[..., Path], dialect: str) -> None:
    files = {name: DIALECTS[dialect](table) for name, table in package("1.1").items()}
    assert [one.name for one in read(folder(files)).people] == ["王芳", "Ming Li", "Hong Zhao"]


def test_a_cell_may_hold_lines_quotes_and_commas(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1", orgs=changed(ORGS, 3, name='First "A", \r\nNorth')))
    assert read(path).schools[1].name == 'First "A", \r\nNorth'


def test_pieces_may_end_anywhere(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(package("1.1", orgs=changed(ORGS, 3, name='"A",\r\n王')))
    whole = read(path)
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(scanning, "_PIECE", size)
        again = read(path)
        assert again.people == whole.people
        assert again.schools == whole.schools


@pytest.mark.parametrize(
    ("encoding", "place"), [("utf-16", "roster/users.csv"), ("gb18030", "roster/users.csv!2")]
)
def test_another_encoding_is_refused_at_the_first_row_that_shows_it(
    folder: Callable[..., Path], encoding: str, place: str
) -> None:
    files: dict[str, Any] = package("1.1")
    files["users"] = spelled(USERS_1_1).decode().encode(encoding)
    assert faults(folder(files)) == {place: "not-utf8"}


def test_a_zip_is_read_like_a_folder(tmp_path: Path, folder: Callable[..., Path]) -> None:
    files = package("1.2")
    entries = {f"{name}.csv": spelled(table) for name, table in files.items()}
    entries["__MACOSX/._users.csv"] = b"x"
    packed = read(zipped(tmp_path / "roster.zip", entries))
    assert packed.people == read(folder(files)).people


@pytest.mark.parametrize("inside", ["roster/", "名册/", "export 2025\\"])
def test_the_files_of_a_zip_may_lie_in_one_folder(
    tmp_path: Path, folder: Callable[..., Path], inside: str
) -> None:
    # As a folder is packed by hand: on Windows (an old PowerShell writes backslashes), on macOS,
    # which adds files of its own, and by programs that list the folder too.
    files = package("1.2")
    entries = {f"{inside}{name}.csv": spelled(table) for name, table in files.items()}
    of_the_system = {".DS_Store": b"x", f"__MACOSX/{inside}._users.csv": b"x"}
    packed = read(zipped(tmp_path / "r.zip", {"roster/": b""} | entries | of_the_system))
    assert packed == read(folder(files))


def test_what_is_wrong_in_a_folder_of_a_zip_is_told_as_at_its_top(tmp_path: Path) -> None:
    files = package("1.1", users=changed(USERS_1_1, 2, role="wizard"))
    top = {f"{name}.csv": spelled(table) for name, table in files.items()}
    found = faults(zipped(tmp_path / "r.zip", top))
    inside = {f"roster/{name}": content for name, content in top.items()}
    assert faults(zipped(tmp_path / "r.zip", inside)) == found != {}


def test_the_files_of_a_folder_may_lie_in_one_folder(
    tmp_path: Path, folder: Callable[..., Path]
) -> None:
    # As a zip is unpacked: its folder within one that has the name of the zip.
    files = package("1.2")
    (tmp_path / "unpacked").mkdir()
    folder(files, "unpacked/名册")
    (tmp_path / "unpacked" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "unpacked" / "__MACOSX").mkdir()
    assert read(tmp_path / "unpacked") == read(folder(files))


def test_of_several_folders_in_a_folder_none_is_taken(
    tmp_path: Path, folder: Callable[..., Path]
) -> None:
    for year in "ab":
        (tmp_path / "years").mkdir(exist_ok=True)
        folder(package("1.2"), f"years/{year}")
    assert faults(tmp_path / "years") == {"years/manifest.csv": "oneroster-no-manifest"}
    (tmp_path / "deep" / "a").mkdir(parents=True)
    folder(package("1.2"), "deep/a/b")
    assert faults(tmp_path / "deep") == {"deep/manifest.csv": "oneroster-no-manifest"}


def test_files_at_the_top_of_a_folder_are_taken_and_folders_beside_them_left(
    folder: Callable[..., Path],
) -> None:
    path = folder(package("1.2"))
    folder(package("1.1"), "roster/last-year")
    assert read(path).version == "1.2"


def test_files_in_several_folders_of_a_zip_are_refused_once(tmp_path: Path) -> None:
    # Two exports packed together: nobody says which of them is meant.
    entries = {f"{year}/{name}": content for year in "ab" for name, content in good().items()}
    assert of_zip(tmp_path / "z.zip", entries) == {"b/manifest.csv": "oneroster-not-together"}
    deeper = {f"a/b/{name}": content for name, content in good().items()}
    assert of_zip(tmp_path / "z.zip", deeper) == {"a/b/manifest.csv": "oneroster-not-together"}


def test_a_package_may_be_named_by_text_too(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1"))
    named = read_oneroster(
        str(path), day=JUNE, school_year="ends", last_day="included", changes=[str(path)]
    )
    assert named == read(path, changes=[path])


# ---------------------------------------------------------------- hostile files


def of_zip(path: Path, entries: Mapping[str, bytes]) -> dict[str, str]:
    started = time.process_time()
    found = faults(zipped(path, entries))
    assert time.process_time() - started < 1, "refused within bounds"
    return found


def good() -> dict[str, bytes]:
    return {f"{name}.csv": spelled(table) for name, table in package("1.1").items()}


@pytest.mark.parametrize("name", ["../users.csv", "/etc/users.csv", "a/users.csv", "..\\users.csv"])
def test_a_file_outside_the_top_is_refused(tmp_path: Path, name: str) -> None:
    found = of_zip(tmp_path / "z.zip", good() | {name: b"x"})
    assert set(found.values()) == {"oneroster-not-together"}
    assert [path.name for path in tmp_path.iterdir()] == ["z.zip"], "nothing is unpacked"


def test_what_unpacks_beyond_measure_is_refused_unread(tmp_path: Path) -> None:
    found = of_zip(tmp_path / "z.zip", good() | {"orgs.csv": b"a" * 30_000_000})
    assert found == {"": "oneroster-packed-too-much"}


def test_a_zip_that_lies_about_its_sizes_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"manifest.csv": b"propertyName,value\n" + b"," * 5_000_000})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<L", 19)
    path.write_bytes(bytes(content))
    assert "oneroster-not-zip" in faults(path).values() or "oneroster-version" in (
        faults(path).values()
    )


def test_too_large_a_table_is_refused_unread(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(package_bounds, "LARGEST_TABLE", 100)
    assert "file-too-large" in faults(folder(package("1.1"))).values()
    assert of_zip(tmp_path / "z.zip", good()) == {"": "file-too-large"}


def test_too_many_files_and_the_same_twice_are_refused(tmp_path: Path) -> None:
    many = {f"{n}.csv": b"" for n in range(300)}
    assert of_zip(tmp_path / "many.zip", good() | many) == {"": "oneroster-too-many-files"}
    path = zipped(tmp_path / "twice.zip", good())
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as packed,
    ):
        packed.writestr("users.csv", b"x")
    assert faults(path) == {"users.csv": "oneroster-file-twice"}


def test_what_is_no_zip_or_locked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.zip"
    path.write_bytes(b"PK not really")
    assert faults(path) == {"": "oneroster-not-zip"}
    assert faults(tmp_path / "nowhere.zip") == {"": "no-such-file"}
    zipped(path, good())
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    path.write_bytes(bytes(content))
    assert set(faults(path).values()) == {"oneroster-encrypted"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "oneroster-no-header"),
        (b'sourcedId,name,type\n"s1' + b"x" * 3_000_000, "sheet-not-csv"),
        (b'sourcedId,name,type\ns1,"a"b,school\n', "sheet-not-csv"),
        (b"sourcedId,name,type" + b",metadata.x" * 5_000 + b"\n", "oneroster-too-wide"),
        (b"sourcedId,name,type\ns1," + b"x" * 5_000 + b",school\n", "text-too-long"),
        (b"sourcedId,name,type\ns\x001,x,school\n", "oneroster-not-an-id"),
    ],
)
def test_a_hostile_table_is_refused_in_no_time(
    folder: Callable[..., Path], content: bytes, code: str
) -> None:
    files: dict[str, Any] = package("1.1")
    files["orgs"] = content
    path = folder(files)
    started = time.process_time()
    assert code in faults(path).values()
    assert time.process_time() - started < 2


def test_many_faults_are_counted_and_not_all_listed(folder: Callable[..., Path]) -> None:
    users = [USERS_1_1[0], *[["", "", "", "s1", "teacher", "", "A", "B", "", ""]] * 1000]
    with pytest.raises(SheetError) as error:
        read(folder(package("1.1", users=users)))
    assert len(error.value.faults) <= 201
    assert error.value.faults[-1].code == "sheet-more-faults"


# ---------------------------------------------------------------- there and back

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=6,
).filter(lambda text: text.strip() == text)
IDS = st.text("abc/@-._01", min_size=1, max_size=4)
DAYS = st.sampled_from([date(2025, 6, day) for day in range(1, 6)])


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Draw a small roster of version 1.1 that a package can state."""
    schools = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    users = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    groups = draw(st.lists(IDS, max_size=2, unique=True))
    people = [
        Person(
            id=key,
            name=f"{draw(IDS)} {draw(IDS)}",
            roles=[draw(st.sampled_from(["teacher", "student", "principal"][:2]))],
            school=(home := draw(st.sampled_from(schools))),
            facts={"org": (home,)},
        )
        for key in users
    ]
    enrollments = [
        Enrollment(
            id=f"e{index}",
            person=draw(st.sampled_from(users)),
            group=group,
            role=draw(st.sampled_from(["teacher", "student"])),
            primary=draw(st.sampled_from([None, True, False])),
            begins=draw(
                st.none() | st.just(date(2025, 5, 1)) | DAYS.map(lambda d: d - timedelta(9))
            ),
            ends=draw(st.none() | DAYS),
        )
        for index, group in enumerate(groups * draw(st.integers(0, 2)))
    ]
    day = draw(DAYS)
    classes = []
    for group in groups:
        there = [one for one in enrollments if one.group == group and one.holds_on(day)]
        names = draw(st.lists(WORDS.filter(lambda word: "," not in word), max_size=2, unique=True))
        classes.append(
            Group(
                id=group,
                name=draw(WORDS),
                type="class",
                school=draw(st.sampled_from(schools)),
                members=tuple(dict.fromkeys(o.person for o in there if o.role == "student")),
                facts={
                    "class_type": "scheduled",
                    "course": "Course",
                    "subject": tuple(names) or None,
                    "term": ("t",),
                    "teacher": tuple(dict.fromkeys(o.person for o in there if o.role == "teacher")),
                },
            )
        )
    session = Session(
        id="t",
        title="T",
        type="term",
        period=Period(date(2025, 2, 1), date(2025, 7, 1)),
        school_year=2024,
    )
    orgs = [School(id=key, name=draw(WORDS), type="school") for key in schools]
    return Roster(
        version="1.1",
        day=day,
        people=tuple(people),
        schools=tuple(orgs),
        classes=tuple(classes),
        sessions=(session,),
        enrollments=tuple(enrollments),
        withdrawn={},
    )


def stated(roster: Roster) -> Files:
    """Return the files that state a roster."""

    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    def words(value: object) -> str:
        return ",".join(value) if isinstance(value, tuple) else ""

    schools = {one.id: one.school for one in roster.classes}
    return package(
        "1.1",
        orgs=[["sourcedId", "name", "type"], *[[o.id, o.name, o.type] for o in roster.schools]],
        users=[
            ["sourcedId", "givenName", "familyName", "role", "orgSourcedIds", "password"],
            *[[p.id, *p.name.split(" "), p.roles[0], p.school, SECRET] for p in roster.people],
        ],
        academicSessions=[
            SESSIONS[0],
            *[
                [s.id, s.title, s.type, day(s.period.start), day(s.period.last), "", "2025"]
                for s in roster.sessions
            ],
        ],
        courses=[COURSES[0], ["c", "Course", "", roster.schools[0].id]],
        classes=[
            CLASSES[0],
            *[
                [g.id, g.name, "", "c", "scheduled", g.school, "t", words(g.get("subject"))]
                for g in roster.classes
            ],
        ],
        enrollments=[
            ENROLLMENTS[0],
            *[
                [
                    e.id,
                    e.group,
                    schools[e.group],
                    e.person,
                    e.role,
                    {None: "", True: "true", False: "false"}[e.primary],
                    day(e.begins),
                    day(e.ends),
                ]
                for e in roster.enrollments
            ],
        ],
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roster=rosters(), dialect=st.sampled_from(sorted(DIALECTS)))
def test_what_is_stated_is_what_is_read(tmp_path: Path, roster: Roster, dialect: str) -> None:
    entries = {f"{n}.csv": DIALECTS[dialect](table) for n, table in stated(roster).items()}
    assert read(zipped(tmp_path / "r.zip", entries), day=roster.day) == roster
