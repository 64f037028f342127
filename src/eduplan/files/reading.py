"""Plans read from TOML and JSON files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from eduplan.dates import ISO_DAY, as_date
from eduplan.errors import (
    Fault,
    FaultList,
    InputError,
    PlanFileError,
    UnknownName,
    kind_of,
    refuse,
    unknown,
)
from eduplan.files.plan_tables import read_plan
from eduplan.inheritance import MOST_PARENTS
from eduplan.plan import Plan
from eduplan.tables import Table
from eduplan.textfiles import check_bounds, read_text, read_toml, strict_json, with_lines


def available_plans() -> tuple[str, ...]:
    """Return the names of the plans that come with the library.

    >>> "county-six-year" in available_plans()
    True
    """
    folder = resources.files("eduplan").joinpath("plans")
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def load_plan(source: str | Path, *, within: Path | None = None) -> Plan:
    """Return a plan that comes with the library by its name, or one from a file.

    Args:
        source: a name such as ``county-six-year``, or the path of a ``.toml`` or ``.json`` file.
        within: the folder in which the files of plans it is derived from must lie, by default that
            of the file itself.

    Raises:
        UnknownName: no plan of that name comes with the library.
        PlanFileError: the file, or that of a plan it is derived from, has faults; all of them are
            told, each with its path and line.

    >>> load_plan("county-six-year").title["en"]
    'Six-year county plan for teaching research and training'
    """
    if isinstance(source, str) and not _is_path(source):
        return _packaged(source)
    path = Path(source)
    folder = (path.parent if within is None else within).resolve()
    return _read(path, (_Parents(folder, (path.resolve(),))))


def plan_from_table(table: Table) -> Plan:
    """Return a plan from the tables of a plan file.

    Args:
        table: the tables ``plan``, ``document``, ``clause``, ``figure``, ``scales``, ``labels``,
            ``question``, ``answers`` and one per form, such as ``quota``. Of a plan derived from
            another, ``extends`` in ``plan`` is that plan or the name of a packaged one; the tables
            then hold what differs, and ``drop`` says what is left out. A text such as
            ``2024-09-01`` is that day, since tables that come from JSON have no other.

    Raises:
        PlanFileError: the tables have faults; all are reported, each with its path.

    >>> title = {"zh": "校内方案", "en": "A plan of our own"}
    >>> quota = {"id": "lessons", "clause": "1", "title": {"zh": "听课", "en": "Lessons observed"},
    ...          "measure": {"count": "lesson-observation"}, "every": "term", "at_least": 10,
    ...          "partial": "full"}
    >>> plan_from_table({"plan": {"id": "own", "title": title}, "document": {"title": title},
    ...                  "clause": [{"number": "1", "gist": title}], "quota": [quota]})
    <Plan own: 1 provisions, 0 questions, 0 answered>
    """
    return read_plan(_with_days(table), _named)


def _is_path(source: str) -> bool:
    return re.search(r"[./\\]", source) is not None


def _named(source: str) -> Plan:
    """Return the parent of a plan that stands in no file: a packaged one."""
    if _is_path(source):
        raise refuse("extends-no-file")
    return _packaged(source)


class _Parents(NamedTuple):
    """Finds the parents of a plan in a file, within a folder.

    Attributes:
        folder: the folder in which their files must lie.
        files: the files that are being read, that of the first plan first.
    """

    folder: Path
    files: tuple[Path, ...]

    def find(self, source: str) -> Plan:
        """Return the plan that the last file names as its parent."""
        if not _is_path(source):
            return _packaged(source)
        if "\\" in source or Path(source).is_absolute():
            raise refuse("extends-not-relative")
        try:
            path = (self.files[-1].parent / source).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise refuse("cannot-open", why=kind_of(error)) from None
        if not path.is_relative_to(self.folder):
            raise refuse("extends-outside")
        if path in self.files:
            raise refuse("extends-circle", file=path.name)
        if len(self.files) > MOST_PARENTS:
            raise refuse("extends-too-deep", most=MOST_PARENTS)
        return _read(path, self._replace(files=(*self.files, path)))


@cache
def _packaged(name: str) -> Plan:
    if name not in available_plans():
        raise UnknownName([unknown("unknown-plan", "", name, available_plans())])
    with resources.as_file(resources.files("eduplan").joinpath("plans", f"{name}.toml")) as path:
        return _read(path, _Parents(path.parent, (path,)))


def _read(path: Path, parents: _Parents) -> Plan:
    table: Table
    if path.suffix == ".toml":
        table, text = read_toml(path, PlanFileError)
    elif path.suffix == ".json":
        text = read_text(path, PlanFileError)
        table = _json(text, path.name)
    else:
        raise PlanFileError([Fault("unknown-suffix", "", {"known": ".toml, .json"})], path.name)
    try:
        return read_plan(table, parents.find)
    except PlanFileError as error:
        faults = with_lines(error.faults, text) if path.suffix == ".toml" else error.faults
        raise PlanFileError(faults, path.name) from None


def _json(text: str, source: str) -> Table:
    check_bounds(text, source, PlanFileError, json=True)
    try:
        return _with_days(strict_json(text))
    except InputError as error:
        raise PlanFileError(error.faults, source) from None


_TEXTS = frozenset({"zh", "en", "id", "number", "stated", "counts", "quotes"})
"""Keys under which a text is a text, even one that looks like a day."""


def _with_days(table: object) -> Table:
    """Return tables with texts that spell a day as that day; JSON has no other spelling for it.

    Raises:
        PlanFileError: it is no table, or there are no such days; all are reported, each with its
            path.
    """
    if not isinstance(table, Mapping):
        raise PlanFileError([Fault("not-a-table", "", {"got": kind_of(table)})])
    faults = FaultList()
    found = {key: _days_in(value, str(key), faults) for key, value in table.items()}
    faults.raise_any(PlanFileError)
    return found


def _days_in(value: object, path: str, faults: FaultList) -> object:
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return faults.read(path, as_date, value)
    if isinstance(value, Mapping):
        return {
            key: inner if key in _TEXTS else _days_in(inner, f"{path}.{key}", faults)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_days_in(inner, f"{path}[{index}]", faults) for index, inner in enumerate(value)]
    return value
