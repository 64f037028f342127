"""Rows made into people, schools, classes and terms, with the answers the user gives."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

import attrs

from eduplan.dates import DAY, Period, school_year
from eduplan.errors import Fault, InputError
from eduplan.imports.oneroster.roster import Days, Enrollment, Roster, Session
from eduplan.imports.oneroster.rows import Row, Tables, ancestors
from eduplan.imports.reading import Findings
from eduplan.messages import catalogue
from eduplan.people import Group, Person, School

YearEnd = Literal["begins", "ends"]
LastDay = Literal["included", "excluded"]
Words = Mapping[str, tuple[str, ...]]

ROLES = {
    "administrator": "administrator",
    "aide": "aide",
    "counselor": "counselor",
    "districtAdministrator": "district-administrator",
    "guardian": "guardian",
    "parent": "parent",
    "principal": "principal",
    "proctor": "proctor",
    "relative": "relative",
    "siteAdministrator": "site-administrator",
    "student": "student",
    "systemAdministrator": "system-administrator",
    "teacher": "teacher",
}
"""What the roles of OneRoster are called here."""

TYPES = {name: name for name in ("department", "school", "district", "local", "state", "national")}
"""What the types of organisation are called here."""

EXTENSION = "ext:"
"""What the words begin with that users of OneRoster 1.2 add to its own."""

_ARGUMENT = {"role": "roles", "type": "types"}
_STATED: Mapping[str, LastDay] = {"1.2": "excluded"}
_ASKS = {"school_year": "oneroster-asks-year", "last_day": "oneroster-asks-end"}
_PARTS = ("administrator", "proctor", "student", "teacher")
_CLASS_TYPES = ("homeroom", "scheduled")
_SESSION_TYPES = ("gradingPeriod", "semester", "schoolYear", "term")
_HAN = re.compile(r"[\u3400-\u9fff·]+")


@attrs.frozen(kw_only=True)
class Answers:
    """What a package leaves open.

    Args:
        day: the day for which roles and members are to hold.
        school_year: which calendar year of a school year is its ``schoolYear``: the one in which it
            begins, or the one in which it ends; None where nobody has said.
        last_day: whether the ``endDate`` of a session is its last day or the day after it; None
            where nobody has said, which 1.2 says itself: it is the day after.
        roles: what the words for roles mean.
        types: what the words for types of organisation mean.
    """

    day: date
    school_year: YearEnd | None
    last_day: LastDay | None
    roles: Words
    types: Words


def build(tables: Tables, answers: Answers, findings: Findings) -> Roster:
    """Return the rows of packages as a roster.

    Args:
        tables: the rows.
        answers: what the packages leave open.
        findings: takes the faults; if there are any, what is returned is not to be used.
    """
    building = _Building(tables, answers, findings)
    enrollments = tuple(building.enrollments())
    return Roster(
        version=tables.version,
        day=answers.day,
        people=tuple(building.people()),
        schools=tuple(building.schools()),
        classes=tuple(building.classes(enrollments)),
        sessions=tuple(building.sessions()),
        enrollments=enrollments,
        withdrawn={name: len(ids) for name, ids in tables.withdrawn.items() if ids},
    )


def full_name(given: str, family: str) -> str:
    """Return a name as it is said: the family name first in Chinese, the given name elsewhere.

    >>> full_name("芳", "王"), full_name("Fang", "Wang")
    ('王芳', 'Fang Wang')
    """
    chinese = _HAN.fullmatch(given) and _HAN.fullmatch(family)
    return f"{family}{given}" if chinese else f"{given} {family}".strip()


class _Held(NamedTuple):
    """A role that somebody holds."""

    row: Row
    orgs: tuple[str, ...]
    primary: bool


class _Building:
    """Makes values of rows, and notes what is wrong with them."""

    def __init__(self, tables: Tables, answers: Answers, findings: Findings) -> None:
        self._tables = tables
        self._answers = answers
        self._findings = findings

    def schools(self) -> Iterator[School]:
        """Yield the organisations."""
        for key, row in self._tables.of("orgs"):
            for word in self._meant(row, "type", self._answers.types):
                parent = row.text("parentSourcedId") or None
                yield School(id=key, name=row.text("name"), type=word, facts={"parent": parent})

    def people(self) -> Iterator[Person]:
        """Yield the users, with the roles they hold on the day."""
        roles = self._roles()
        for key, row in self._tables.of("users"):
            if key not in roles and "roles" not in self._tables.unread:
                self._findings.note(Fault("oneroster-no-role", row.place))
            held = roles.get(key, [])
            words = (self._meant(one.row, "role", self._answers.roles) for one in held)
            orgs = tuple(dict.fromkeys(org for one in held for org in one.orgs))
            yield Person(
                id=key,
                name=full_name(row.text("givenName"), row.text("familyName")),
                roles=tuple(dict.fromkeys(word for several in words for word in several)),
                school=row.text("primaryOrgSourcedId") or _home(held),
                facts={"org": orgs or None, "grade": row.several("grades") or None},
            )

    def _roles(self) -> Mapping[str, list[_Held]]:
        """Return the roles held on the day, of everybody who has one on some day."""
        if self._tables.version == "1.1":
            users = self._tables.of("users")
            return {key: [_Held(row, row.several("orgSourcedIds"), True)] for key, row in users}
        found = defaultdict[str, list[_Held]](list)
        for row in self._tables.rows.get("roles", {}).values():
            held = found[row.text("userSourcedId")]
            if row.whole and self._days(row).holds_on(self._answers.day):
                orgs = (row.text("orgSourcedId"),)
                held.append(_Held(row, orgs, row.text("roleType") == "primary"))
        return dict(found)

    def enrollments(self) -> Iterator[Enrollment]:
        """Yield who is in which class."""
        for key, row in self._tables.of("enrollments"):
            role = self._listed(row, "role", _PARTS)
            days = self._days(row)
            primary = row.values.get("primary")
            yield Enrollment(
                id=key,
                person=row.text("userSourcedId"),
                group=row.text("classSourcedId"),
                role=role,
                primary=primary if isinstance(primary, bool) else None,
                begins=days.begins,
                ends=days.ends,
            )

    def classes(self, enrollments: Iterable[Enrollment]) -> Iterator[Group]:
        """Yield the classes, with those who are in them on the day."""
        found = defaultdict[tuple[str, str], dict[str, None]](dict)
        for one in enrollments:
            if one.holds_on(self._answers.day):
                found[one.group, one.role][one.person] = None
        courses = dict(self._tables.of("courses"))
        for key, row in self._tables.of("classes"):
            course = courses.get(row.text("courseSourcedId"), row)
            subjects = row.several("subjects") or course.several("subjects")
            yield Group(
                id=key,
                name=row.text("title"),
                type="class",
                school=row.text("schoolSourcedId"),
                members=tuple(found[key, "student"]),
                facts={
                    "class_type": self._listed(row, "classType", _CLASS_TYPES),
                    "course": course.text("title"),
                    "subject": subjects or None,
                    "grade": row.several("grades") or None,
                    "term": row.several("termSourcedIds"),
                    "teacher": tuple(found[key, "teacher"]),
                },
            )

    def sessions(self) -> Iterator[Session]:
        """Yield the academic sessions; their school years only by what has been answered."""
        rows = dict(self._tables.of("academicSessions"))
        if not rows:
            return
        last_day = self._answers.last_day or _STATED.get(self._tables.version)
        for name, answer in (("school_year", self._answers.school_year), ("last_day", last_day)):
            if answer is None:
                self._findings.note(Fault(_ASKS[name], name))
        if self._answers.school_year is None or last_day is None:
            return
        periods = {key: self._period(row, last_day) for key, row in rows.items()}
        for key, row in rows.items():
            kind = self._listed(row, "type", _SESSION_TYPES)
            period = periods[key]
            year = self._year(key, rows, periods)
            if period is not None and year is not None:
                yield Session(
                    id=key,
                    title=row.text("title"),
                    type=kind,
                    period=period,
                    school_year=year,
                    parent=row.text("parentSourcedId"),
                )

    def _period(self, row: Row, last_day: LastDay) -> Period | None:
        first, end = row.day("startDate"), row.day("endDate")
        if first is None or end is None:  # not reached: both are required
            return None
        try:
            return Period(first, end + DAY if last_day == "included" else end)
        except InputError as error:
            self._findings.note(Fault(error.faults[0].code, row.at("endDate")))
            return None

    def _year(
        self, key: str, rows: Mapping[str, Row], periods: Mapping[str, Period | None]
    ) -> int | None:
        """Return the calendar year in which the school year of a session begins.

        What ``schoolYear`` says is compared with days: with those of the school year the session is
        part of, else with its own, by school years from 1 September.
        """
        row = rows[key]
        stated = int(row.text("schoolYear"))
        begins = self._answers.school_year == "begins"
        holder = _school_year(key, rows)
        period = periods[holder or key]
        if period is None:
            return None
        if holder:
            year = period.start.year
            right = stated == (year if begins else period.last.year)
        else:
            year = school_year(period.start + (period.end - period.start) / 2)
            right = stated == (year if begins else year + 1)
        own = periods[key]
        days: dict[str, object] = {"start": period.start, "last": period.last}
        if own is not None and not own.overlaps(period):
            self._findings.note(Fault("oneroster-outside-year", row.at("startDate"), days))
        elif not right and row.text("type") != "gradingPeriod":
            answer = catalogue()[f"oneroster.year-{self._answers.school_year}"]
            facts = {"answer": answer, **days}
            self._findings.note(Fault("oneroster-year-differs", row.at("schoolYear"), facts))
        return year

    def _days(self, row: Row) -> Days:
        """Return the days of a role or an enrollment, open where they are not said."""
        begins, ends = row.day("beginDate"), row.day("endDate")
        if begins is not None and ends is not None and ends <= begins:
            self._findings.note(Fault("empty-period", row.at("endDate")))
        return Days(begins, ends)

    def _listed(self, row: Row, column: str, known: tuple[str, ...]) -> str:
        """Return a word that must be one of some, or an extension such as ``ext:summer``."""
        word = row.text(column)
        if word not in known and not word.startswith(EXTENSION):
            facts = {"known": ", ".join(known)}
            self._findings.note(Fault("oneroster-not-one-of", row.at(column), facts))
        return word

    def _meant(self, row: Row, column: str, words: Words) -> tuple[str, ...]:
        """Return what a word of a row means; none, after noting it, where nobody has said."""
        found = words.get(row.text(column), ())
        if not found:
            facts = {"known": ", ".join(words), "argument": _ARGUMENT[column]}
            self._findings.note(Fault("oneroster-word", row.at(column), facts))
        return found


def _home(held: list[_Held]) -> str:
    """Return the one organisation of somebody's first role, empty where there are several."""
    orgs = {org for one in held if one.primary for org in one.orgs}
    return orgs.pop() if len(orgs) == 1 else ""


def _school_year(key: str, rows: Mapping[str, Row]) -> str:
    """Return the id of the school year a session is or is part of, empty where there is none."""
    for one in (key, *ancestors(key, rows)):
        if one in rows and rows[one].text("type") == "schoolYear":
            return one
    return ""
