"""A OneRoster package read whole: all faults at once, nothing half-imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from eduplan.dates import as_date
from eduplan.errors import FaultList, SheetError, refuse
from eduplan.imports.oneroster.building import ROLES, TYPES, Answers, LastDay, Words, YearEnd, build
from eduplan.imports.oneroster.packages import open_package
from eduplan.imports.oneroster.roster import Roster
from eduplan.imports.oneroster.rows import read_packages
from eduplan.imports.reading import Findings
from eduplan.tables import as_strings

_NONE: Mapping[str, str] = {}


def read_oneroster(
    path: str | Path,
    *,
    day: date,
    changes: Iterable[str | Path] = (),
    school_year: YearEnd | None = None,
    last_day: LastDay | None = None,
    roles: Mapping[str, str | Iterable[str]] = _NONE,
    types: Mapping[str, str] = _NONE,
) -> Roster:
    r"""Return the people, schools, classes and terms of a OneRoster package.

    Rows marked ``tobedeleted`` are left out. Passwords, accounts, addresses and numbers of people
    are skipped in the bytes of the file and never become values.

    Args:
        path: a zip, or a folder that holds the CSV files and ``manifest.csv``.
        day: the day for which people's roles and the members of classes are to hold.
        changes: packages of changes (``delta``) to be put on it, in their order; a file that is
            whole (``bulk``) in one of them takes the place of the one before.
        school_year: which calendar year of a school year its ``schoolYear`` is: ``begins`` for the
            one in which it begins, ``ends`` for the one in which it ends. The specification says
            the latter, many exports the former; so it must be answered where there are sessions.
            An answer that the days of the sessions contradict is reported.
        last_day: whether the ``endDate`` of a session is its last day (``included``) or the day
            after it (``excluded``). Version 1.2 says excluded; 1.1 leaves it open.
        roles: what further words for roles mean, such as ``{"ext:mentor": "backbone"}``, or what
            known ones are to mean here.
        types: the same for types of organisation, such as ``{"district": "county"}``.

    Raises:
        SheetError: the packages have faults; all are reported with file, row and column, and
            nothing is returned.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     def write(name, *lines):
    ...         _ = Path(folder, name).write_text("\n".join(lines), "utf-8")
    ...     write("manifest.csv", "propertyName,value", "oneroster.version,1.1",
    ...           "file.orgs,bulk", "file.users,bulk")
    ...     write("orgs.csv", "sourcedId,name,type", "s1,First School,school")
    ...     write("users.csv", "sourcedId,givenName,familyName,role,orgSourcedIds,password",
    ...           "t1,Fang,Wang,teacher,s1,secret")
    ...     roster = read_oneroster(Path(folder), day=date(2025, 6, 2))
    >>> roster
    <Roster of 1 people, 1 schools and 0 classes on 2025-06-02, OneRoster 1.1>
    """
    findings = Findings()
    answers = _answers(as_date(day), school_year, last_day, roles, types)
    packages = [open_package(Path(one)) for one in (path, *changes)]
    tables = read_packages(packages, findings)
    roster = build(tables, answers, findings)
    findings.raise_any("OneRoster")
    return roster


def _answers(
    day: date,
    school_year: YearEnd | None,
    last_day: LastDay | None,
    roles: Mapping[str, str | Iterable[str]],
    types: Mapping[str, str],
) -> Answers:
    faults = FaultList()
    with faults.at("school_year"):
        _one_of(school_year, ("begins", "ends"))
    with faults.at("last_day"):
        _one_of(last_day, ("included", "excluded"))
    answers = Answers(
        day=day,
        school_year=school_year,
        last_day=last_day,
        roles=_words("roles", {**ROLES, **roles}, faults),
        types=_words("types", {**TYPES, **types}, faults),
    )
    faults.raise_any(SheetError)
    return answers


def _one_of(value: object, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise refuse("not-one-of", known=", ".join(known))


def _words(name: str, words: Mapping[str, str | Iterable[str]], faults: FaultList) -> Words:
    read = (
        (word, faults.read(f"{name}.{word}", as_strings, value)) for word, value in words.items()
    )
    return {word: values for word, values in read if values}
