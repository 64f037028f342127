"""Calendars read from files: those that come with the library, and a user's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import attrs

from eduplan.calendars.terms import SchoolCalendar, Term, TermSource
from eduplan.dates import as_date
from eduplan.errors import (
    CalendarFileError,
    FaultList,
    InputError,
    UnknownName,
    refuse,
    unknown,
)
from eduplan.messages import Text
from eduplan.tables import (
    Table,
    as_name,
    as_names,
    as_text,
    read_each,
    read_entries,
    read_table,
    unknown_keys,
)
from eduplan.textfiles import read_toml, with_lines


def available() -> tuple[str, ...]:
    """Return the names of the calendars that come with the library."""
    folder = resources.files("eduplan.calendars").joinpath("data")
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def load_calendar(name: str | Path) -> SchoolCalendar:
    """Return a calendar that comes with the library by name, or one from a file by `Path`.

    Args:
        name: a name such as ``shanghai``, or the `Path` of a ``.toml`` file.

    Raises:
        UnknownName: no calendar of that name.
        CalendarFileError: the file has faults.

    >>> load_calendar("shanghai").stage("primary").school_days(
    ...     Period(date(2024, 9, 2), date(2024, 9, 9)))
    5
    """
    if isinstance(name, Path):
        return _read(name)
    if name not in available():
        raise UnknownName([unknown("unknown-calendar", "", name, available())])
    return _packaged(name)


@cache
def _packaged(name: str) -> SchoolCalendar:
    folder = resources.files("eduplan.calendars").joinpath("data")
    with resources.as_file(folder.joinpath(f"{name}.toml")) as path:
        return _read(path)


def _read(path: Path) -> SchoolCalendar:
    table, text = read_toml(path, CalendarFileError)
    try:
        return calendar_from_table(table)
    except InputError as error:
        raise CalendarFileError(with_lines(error.faults, text), path.name) from None


def _country(value: object) -> str:
    if value != "CN":
        raise refuse("unknown-country")
    return "CN"


def _dates(values: Iterable[date | str]) -> tuple[date, ...]:
    return read_each(values, as_date)


@attrs.frozen(kw_only=True)
class _Head:
    id: str = attrs.field(converter=as_name)
    region: Text = attrs.field(converter=as_text)
    country: str = attrs.field(default="CN", converter=_country)


@attrs.frozen(kw_only=True)
class _Change:
    """Days a region closes or opens against the general rule."""

    days: tuple[date, ...] = attrs.field(converter=_dates)
    stages: tuple[str, ...] = attrs.field(converter=as_names)
    reason: Text = attrs.field(converter=as_text)
    source: str = attrs.field(converter=as_name)


def calendar_from_table(table: Table) -> SchoolCalendar:
    """Return a calendar from the tables of a calendar file.

    Raises:
        InputError: the tables have faults; all are reported.
    """
    faults = FaultList()
    unknown_keys(table, ("calendar", "source", "term", "closed", "open"), faults)
    for key in ("calendar", "source", "term"):
        if key not in table:
            faults.add("missing-key", key)
    head = None
    if "calendar" in table:
        head = faults.read("calendar", lambda entry: read_table(_Head, entry), table["calendar"])
    sources = read_entries(faults, table, "source", lambda entry: read_table(TermSource, entry))
    terms = read_entries(faults, table, "term", lambda entry: read_table(Term, entry))
    closed = read_entries(faults, table, "closed", lambda entry: read_table(_Change, entry))
    opened = read_entries(faults, table, "open", lambda entry: read_table(_Change, entry))
    if None not in sources:
        known = {source.id for source in sources if source}
        for key, entries in (("term", terms), ("closed", closed), ("open", opened)):
            _check_sources(key, entries, known, faults)
    _no_overlaps(terms, faults)
    faults.raise_any()
    if head is None:  # not reached: a fault has been raised
        raise refuse("missing-key", "calendar")
    calendar = SchoolCalendar(
        id=head.id,
        region=head.region,
        terms=tuple(term for term in terms if term),
        sources=tuple(source for source in sources if source),
    )
    for change in closed:
        if change:
            calendar = calendar.with_days(closed=change.days, stages=change.stages)
    for change in opened:
        if change:
            calendar = calendar.with_days(opened=change.days, stages=change.stages)
    return calendar


def _check_sources(
    key: str, entries: Iterable[Term | _Change | None], known: set[str], faults: FaultList
) -> None:
    for index, entry in enumerate(entries):
        if entry is not None and entry.source not in known:
            path = f"{key}[{index}].source"
            faults.add("unknown-source", path, known=", ".join(sorted(known)))


def _no_overlaps(terms: Iterable[Term | None], faults: FaultList) -> None:
    earlier: list[Term] = []
    for index, term in enumerate(terms):
        if term is None:
            continue
        for other in earlier:
            if set(term.stages) & set(other.stages) and term.period.overlaps(other.period):
                faults.add("terms-overlap", f"term[{index}]", start=other.period.start)
        earlier.append(term)
