"""OneRoster packages: what becomes of them, what is refused, and what is never read."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from eduplan import Record, Register, SheetError, evaluate, plan_from_table
from eduplan.dates import Period
from eduplan.imports.oneroster import scanning
from eduplan.messages import Text
from oneroster_packages import (
    CLASSES,
    ENROLLMENTS,
    JUNE,
    ORGS,
    ROLES,
    SECRET,
    SESSIONS,
    USERS_1_1,
    USERS_1_2,
    Table,
    changed,
    faults,
    manifest,
    package,
    read,
    spelled,
)

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
