"""Courses on offer: what somebody could attend, when, at what cost, and for how many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from eduplan.dates import as_date
from eduplan.errors import FaultList, refuse
from eduplan.exact import Number, not_negative
from eduplan.records import Record
from eduplan.selectors import Selector, as_selector
from eduplan.tables import (
    Table,
    Value,
    as_facts,
    as_name,
    as_optional_date,
    as_optional_positive,
    as_optional_string,
    as_string,
    as_strings,
    read_table,
)


@attrs.frozen(kw_only=True)
class Course:
    """A course on offer.

    Args:
        id: its number in the catalogue, unique there.
        kind: the kind of record it would become, such as ``training``.
        day: the day on which it would count.
        last_day: its last day, where it goes on for several; inclusive.
        title: what people call it, by default its number.
        facts: everything else its record would state, such as ``hours`` or ``tier``.
        places: how many can attend; None where there is room for all.
        cost: what one place costs.
        slots: names of the times it takes; nobody attends two courses that share one.
        open_to: who may attend, by default everybody.

    >>> course = Course(id="c1", kind="training", day=date(2025, 7, 7), facts={"hours": 16})
    >>> course.record_of("t1").bearer
    't1'
    """

    id: str = attrs.field(converter=as_string)
    kind: str = attrs.field(converter=as_name)
    day: date = attrs.field(converter=as_date)
    last_day: date | None = attrs.field(default=None, converter=as_optional_date)
    title: str = attrs.field(default="", converter=as_optional_string)
    facts: Mapping[str, Value] = attrs.field(factory=dict, converter=as_facts)
    places: int | None = attrs.field(default=None, converter=as_optional_positive)
    cost: Number = attrs.field(default=0, converter=not_negative)
    slots: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    open_to: Selector = attrs.field(factory=Selector, converter=as_selector)

    def __attrs_post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.day:
            raise refuse("last-day-first", "last_day")

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or self.id

    def record_of(self, bearer: str) -> Record:
        """Return the record it would become for somebody who attends."""
        return Record(
            id=f"{self.id}/{bearer}",
            kind=self.kind,
            day=self.day,
            last_day=self.last_day,
            bearer=bearer,
            facts=self.facts,
        )


def as_courses(several: Iterable[Course | Table]) -> tuple[Course, ...]:
    """Return courses, each from a `Course` or its table; all faults are reported at once.

    Raises:
        InputError: faults in a course, or an id twice.
    """
    faults = FaultList()
    found = []
    seen: set[str] = set()
    for index, one in enumerate(several):
        place = f"courses[{index}]"
        course = (
            one
            if isinstance(one, Course)
            else faults.read(place, lambda table: read_table(Course, table), one)
        )
        if course is None:
            continue
        if course.id in seen:
            faults.add("same-id-twice", f"{place}.id", value=course.id)
        seen.add(course.id)
        found.append(course)
    faults.raise_any()
    return tuple(found)
