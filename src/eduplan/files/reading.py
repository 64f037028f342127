"""Plans read from TOML and JSON files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

import attrs

from eduplan.dates import ISO_DAY, Period, as_date
from eduplan.errors import Fault, FaultList, InputError, PlanFileError, UnknownName, kind_of
from eduplan.exact import exact, spell
from eduplan.figures import as_figure
from eduplan.messages import LANGUAGES, Text
from eduplan.periods import Length, as_optional_length
from eduplan.plan import Plan, check, check_sources
from eduplan.provisions import FORMS, Provision, Question, Unanswered, cited
from eduplan.provisions.open import asked
from eduplan.selectors import Scale
from eduplan.sources import Clause, as_clause, as_document, as_force
from eduplan.tables import (
    Table,
    as_clauses,
    as_name,
    as_optional_period,
    as_string,
    as_text,
    read_each,
    read_entries,
    read_table,
    unknown_keys,
)
from eduplan.textfiles import check_bounds, read_text, read_toml, with_lines

T = TypeVar("T")


def available_plans() -> tuple[str, ...]:
    """Return the names of the plans that come with the library.

    >>> "county-six-year" in available_plans()
    True
    """
    folder = resources.files("eduplan").joinpath("plans")
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def load_plan(source: str | Path) -> Plan:
    """Return a plan that comes with the library by its name, or one from a file.

    Args:
        source: a name such as ``county-six-year``, or the path of a ``.toml`` or ``.json`` file.

    Raises:
        UnknownName: no plan of that name comes with the library.
        PlanFileError: the file has faults; all of them are told, each with its path and line.

    >>> load_plan("county-six-year").title["en"]
    'Six-year county plan for teaching research and training'
    """
    if isinstance(source, str) and not re.search(r"[./\\]", source):
        return _packaged(source)
    return _read(Path(source))


@cache
def _packaged(name: str) -> Plan:
    if name not in available_plans():
        facts = {"name": name[:64], "known": ", ".join(available_plans())}
        raise UnknownName([Fault("unknown-plan", "", facts)])
    with resources.as_file(resources.files("eduplan").joinpath("plans", f"{name}.toml")) as path:
        return _read(path)


def _read(path: Path) -> Plan:
    if path.suffix == ".toml":
        table, text = read_toml(path, PlanFileError)
    elif path.suffix == ".json":
        text = read_text(path, PlanFileError)
        table = _json(text, path.name)
    else:
        raise PlanFileError([Fault("unknown-suffix", "", {"known": ".toml, .json"})], path.name)
    try:
        return plan_from_table(table)
    except PlanFileError as error:
        faults = with_lines(error.faults, text) if path.suffix == ".toml" else error.faults
        raise PlanFileError(faults, path.name) from None


def _json(text: str, source: str) -> dict[str, object]:
    check_bounds(text, source, PlanFileError, json=True)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        table: dict[str, object] = {}
        for key, value in pairs:
            if key in table:
                raise PlanFileError([Fault("key-twice", key[:64])], source)
            table[key] = value
        return table

    def no_constant(_: str) -> None:
        raise PlanFileError([Fault("not-finite")], source)

    try:
        table = json.loads(
            text, parse_float=Decimal, parse_constant=no_constant, object_pairs_hook=once
        )
    except (ValueError, RecursionError) as error:
        if isinstance(error, PlanFileError):
            raise
        line = getattr(error, "lineno", None)
        why = getattr(error, "msg", kind_of(error))
        raise PlanFileError([Fault("not-json", "", {"why": why}, line)], source) from None
    if not isinstance(table, dict):
        raise PlanFileError([Fault("not-a-table", "", {"got": kind_of(table)})], source)
    try:
        return _with_days(table)  # type: ignore[return-value]
    except InputError as error:
        raise PlanFileError(error.faults, source) from None


TABLES = ("plan", "document", "clause", "figure", "scales", "labels", "question", "answers")
"""The tables of a plan file besides those of the forms."""


@attrs.frozen(kw_only=True)
class Head:
    """The table ``[plan]`` of a plan file."""

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    horizon: Period | None = attrs.field(default=None, converter=as_optional_period)
    length: Length | None = attrs.field(default=None, converter=as_optional_length)


def plan_from_table(table: Table) -> Plan:
    """Return a plan from the tables of a plan file.

    Args:
        table: the tables ``plan``, ``document``, ``clause``, ``figure``, ``scales``, ``labels``,
            ``question``, ``answers`` and one per form, such as ``quota``.

    Raises:
        PlanFileError: the tables have faults; all are reported, each with its path.
    """
    faults = FaultList()
    unknown_keys(table, (*TABLES, *FORMS), faults)
    for key in ("plan", "document", "clause"):
        if key not in table:
            faults.add("missing-key", key)
    head = document = None
    if "plan" in table:
        head = faults.read("plan", lambda value: read_table(Head, value), table["plan"])
    if "document" in table:
        document = faults.read("document", as_document, table["document"])
    clauses = read_entries(faults, table, "clause", as_clause)
    figures = read_entries(faults, table, "figure", as_figure)
    questions = read_entries(faults, table, "question", lambda entry: read_table(Question, entry))
    scales = _by_name(faults, table, "scales", _scale)
    labels = _by_name(faults, table, "labels", lambda _, value: as_text(value))  # type: ignore[arg-type]
    answers = _by_name(faults, table, "answers", lambda _, value: value)
    provisions = {key: read_entries(faults, table, key, _provision_reader(key)) for key in FORMS}
    numbers = _numbers(table, clauses)
    for key, several in provisions.items() if numbers is not None else ():
        _check_clauses(table, key, several, numbers or (), faults)
    check(numbers, provisions, questions, answers, scales, faults)
    check_sources(numbers, document, figures, faults)
    faults.raise_any(PlanFileError)
    if head is None or document is None:  # not reached: a fault has been raised
        raise PlanFileError(())
    return Plan(
        id=head.id,
        title=head.title,
        document=document,
        clauses=tuple(clause for clause in clauses if clause),
        provisions=tuple(p for several in provisions.values() for p in several if p is not None),
        questions=tuple(question for question in questions if question),
        answers=answers,
        scales=tuple(scales.values()),
        labels=labels,
        figures=tuple(figure for figure in figures if figure),
        horizon=head.horizon,
        length=head.length,
    )


def _by_name(
    faults: FaultList, table: Table, key: str, reader: Callable[[str, object], T]
) -> dict[str, T]:
    entries = table.get(key, {})
    if not isinstance(entries, Mapping):
        faults.add("not-a-table", key, got=kind_of(entries))
        return {}
    found = {}
    for name, value in entries.items():
        with faults.at(f"{key}.{name}"):
            found[name] = reader(name, value)
    return found


def _scale(name: str, values: object) -> Scale:
    as_name(name)
    texts = read_each(values, as_string)
    try:
        return Scale(name=name, values=texts)
    except InputError as error:
        raise InputError(Fault(fault.code, "", fault.facts) for fault in error.faults) from None


def _provision_reader(key: str) -> Callable[[object], Provision | Unanswered]:
    def read(entry: object) -> Provision | Unanswered:
        if isinstance(entry, Mapping) and next(asked(entry), None) is not None:
            return _unanswered(key, entry)
        return read_table(FORMS[key].value, entry)

    return read


def _unanswered(key: str, entry: Table) -> Unanswered:
    """Read a provision with questions in it; its head must stand without them."""
    faults = FaultList()
    readers: dict[str, Callable[..., object]] = {
        "id": as_name,
        "clause": as_clauses,
        "title": as_text,
    }
    if not str(entry.get("force", "?")).startswith("?"):
        readers["force"] = as_force
    for name, reader in readers.items():
        if name in entry:
            faults.read(name, reader, entry[name])
        else:
            faults.add("missing-key", name)
    faults.raise_any()
    return Unanswered(key=key, table=_spelled(entry))  # type: ignore[arg-type]


def _spelled(value: object) -> object:
    """Return a table with exact spellings for decimals, so that it is the same from any format.

    A number where a text belongs stays one, so that it is refused.
    """
    if isinstance(value, Decimal):
        return spell(exact(value))
    if isinstance(value, Mapping):
        return {k: item if k in LANGUAGES else _spelled(item) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    return value


_TEXTS = frozenset({"zh", "en", "id", "number", "stated", "counts", "quotes"})
"""Keys under which a text is a text, even one that looks like a day."""


def _with_days(value: object) -> object:
    """Return what JSON holds with its days as dates; JSON has no spelling of its own for them."""
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return as_date(value)
    if isinstance(value, dict):
        return {k: v if k in _TEXTS else _with_days(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_days(item) for item in value]
    return value


def _check_clauses(
    table: Table,
    key: str,
    provisions: Sequence[object],
    numbers: Sequence[str],
    faults: FaultList,
) -> None:
    """Check the clauses of those provisions that have faults elsewhere."""
    for index, provision in enumerate(provisions):
        entry = table[key][index]  # type: ignore[index]
        if provision is not None or not isinstance(entry, Mapping):
            continue
        for path, number in cited(entry):
            if number not in numbers:
                known = "、".join(numbers)
                faults.add("unknown-clause", f"{key}[{index}].{path}", clause=number, known=known)


def _numbers(table: Table, clauses: Sequence[Clause | None]) -> list[str] | None:
    """Return the clause numbers, None where one of them cannot be read."""
    numbers = [clause.number for clause in clauses if clause]
    if None in clauses:
        entries = [entry for entry in table["clause"] if isinstance(entry, Mapping)]  # type: ignore[attr-defined]
        numbers = [n for entry in entries if isinstance(n := entry.get("number"), str)]
        if len(numbers) < len(clauses):
            return None
    return numbers
