"""What a OneRoster package becomes: people, schools, classes, terms and who is in which class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import attrs

from eduplan.calendars import SchoolCalendar, Term, TermSource
from eduplan.dates import Period
from eduplan.errors import FaultList, refuse
from eduplan.messages import Text
from eduplan.people import Group, Person, School


@attrs.frozen(kw_only=True)
class Session:
    """An academic session: a school year, or a term, semester or grading period of one.

    Args:
        id: its id.
        title: its title.
        type: ``schoolYear``, ``semester``, ``term`` or ``gradingPeriod``.
        period: its days.
        school_year: the calendar year in which its school year begins.
        parent: id of the session it is part of, empty where it is of none.
    """

    id: str
    title: str
    type: str
    period: Period
    school_year: int
    parent: str = ""


class Days(NamedTuple):
    """Days that may be open at both ends.

    Attributes:
        begins: the first day, None where it is not said.
        ends: the first day after, None where it is not said.
    """

    begins: date | None
    ends: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether ``day`` is one of them."""
        begun = self.begins is None or self.begins <= day
        return begun and (self.ends is None or day < self.ends)


@attrs.frozen(kw_only=True)
class Enrollment:
    """A person's part in a class.

    Args:
        id: its id.
        person: id of the person.
        group: id of the class.
        role: the part: ``teacher``, ``student``, ``administrator`` or ``proctor``.
        primary: whether the person is the class's main teacher; None where nothing is said.
        begins: its first day, None where it is not said.
        ends: the first day after it, None where it is not said.
    """

    id: str = attrs.field(repr=False)
    person: str = attrs.field(repr=False)
    group: str
    role: str
    primary: bool | None = None
    begins: date | None = None
    ends: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether it holds on ``day``; an end that is not said is open."""
        return Days(self.begins, self.ends).holds_on(day)


@attrs.frozen(kw_only=True, repr=False)
class Roster:
    """A OneRoster package as this library has people and schools.

    Args:
        version: version of OneRoster, ``1.1`` or ``1.2``.
        day: the day for which roles and members hold.
        people: the users.
        schools: the organisations, schools and those above them.
        classes: the classes; their members are the students on ``day``, and the fact ``teacher``
            names the teachers.
        sessions: the academic sessions.
        enrollments: who was in which class, also before and after ``day``.
        withdrawn: how many rows were marked to be deleted, by file.
    """

    version: str
    day: date
    people: tuple[Person, ...]
    schools: tuple[School, ...]
    classes: tuple[Group, ...]
    sessions: tuple[Session, ...]
    enrollments: tuple[Enrollment, ...]
    withdrawn: Mapping[str, int]

    @property
    def bearers(self) -> tuple[Person | School | Group, ...]:
        """People, schools and classes: all that a plan may judge."""
        return (*self.people, *self.schools, *self.classes)

    def __repr__(self) -> str:
        return (
            f"<Roster of {len(self.people)} people, {len(self.schools)} schools and "
            f"{len(self.classes)} classes on {self.day}, OneRoster {self.version}>"
        )

    def calendar(
        self, name: str, *, region: Text, stages: Iterable[str], terms: str = "term"
    ) -> SchoolCalendar:
        """Return a school calendar with the terms of the roster.

        OneRoster says neither for which stage of school a term holds nor its number: the stages are
        given, and the sessions of a school year are numbered in the order of their days.

        Args:
            name: name of the calendar.
            region: the place.
            stages: the stages for which the terms hold.
            terms: the type of the sessions that are terms, ``term`` or ``semester``.

        Raises:
            InputError: no session of that type, or two that overlap.
        """
        sessions = sorted(
            (one for one in self.sessions if one.type == terms), key=lambda one: one.period
        )
        if not sessions:
            known = ", ".join(sorted({one.type for one in self.sessions})) or "-"
            raise refuse("oneroster-no-terms", "terms", known=known)
        faults = FaultList()
        for index, (one, after) in enumerate(pairwise(sessions)):
            if one.period.overlaps(after.period):
                faults.add("terms-overlap", f"sessions[{index + 1}]", start=one.period.start)
        faults.raise_any()
        years = [one.school_year for one in sessions]
        numbers = [years[: index + 1].count(year) for index, year in enumerate(years)]
        title = Text("OneRoster 名册", "OneRoster roster")
        return SchoolCalendar(
            id=name,
            region=region,
            terms=tuple(
                Term(
                    school_year=one.school_year,
                    number=number,
                    stages=tuple(stages),
                    period=one.period,
                    source="oneroster",
                )
                for one, number in zip(sessions, numbers, strict=True)
            ),
            sources=(TermSource(id="oneroster", title=title),),
        )
