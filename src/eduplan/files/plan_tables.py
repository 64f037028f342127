"""Plans made from the tables of a plan file, and from those of a plan it is derived from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import attrs

from eduplan.coherence import at_places, check_clauses, check_parts, check_sources
from eduplan.dates import Period
from eduplan.errors import Fault, FaultList, InputError, PlanFileError, kind_of
from eduplan.figures import as_figure
from eduplan.inheritance import Heritage, Parts, check_parent
from eduplan.lengths import Length, as_optional_length
from eduplan.messages import Text
from eduplan.plan import Derivation, Drop, Plan
from eduplan.provisions import (
    FORMS,
    Provision,
    Question,
    Unanswered,
    cited,
    read_provision,
)
from eduplan.selectors import Scale
from eduplan.sources import Clause, as_clause, as_document
from eduplan.tables import (
    Table,
    as_name,
    as_optional_period,
    as_string,
    as_strings,
    as_text,
    read_each,
    read_entries,
    read_table,
    unknown_keys,
)

T = TypeVar("T")

TABLES = ("plan", "document", "clause", "figure", "scales", "labels", "question", "answers", "drop")
"""The tables of a plan file besides those of the forms."""

ParentOf = Callable[[str], Plan]
"""Finds the plan that a file names as its parent."""


def as_parent(value: str | Plan) -> str | Plan:
    """Return a plan, or the name or path of one."""
    return value if isinstance(value, Plan) else as_string(value)


@attrs.frozen(kw_only=True)
class Extends:
    """What a plan is derived from.

    Args:
        plan: name of a packaged plan, the path of a plan file, or a plan itself.
        clause: clauses of the own document by which that plan is taken over.
    """

    plan: str | Plan = attrs.field(converter=as_parent)
    clause: tuple[str, ...] = attrs.field(default=(), converter=as_strings)


def as_extends(value: Extends | Plan | str | Table | None) -> Extends | None:
    """Return what a plan is derived from, by its name, path or table, or None."""
    if value is None or isinstance(value, Extends):
        return value
    return read_table(Extends, value) if isinstance(value, Mapping) else Extends(plan=value)


@attrs.frozen(kw_only=True)
class Head:
    """The table ``[plan]`` of a plan file."""

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    horizon: Period | None = attrs.field(default=None, converter=as_optional_period)
    length: Length | None = attrs.field(default=None, converter=as_optional_length)
    extends: Extends | None = attrs.field(default=None, converter=as_extends)


def read_plan(table: Table, parent_of: ParentOf) -> Plan:
    """Return a plan from the tables of a plan file.

    Args:
        table: the tables.
        parent_of: finds the plan it is derived from by its name or path.

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
    derivation = _derivation(table, head, parent_of, faults)
    heritage = Heritage(derivation.parent, derivation.clause) if derivation is not None else None
    dropped = derivation.dropped if derivation is not None else frozenset()
    clauses = read_entries(faults, table, "clause", as_clause)
    figures = read_entries(faults, table, "figure", as_figure)
    questions = read_entries(faults, table, "question", lambda entry: read_table(Question, entry))
    parts = Parts(
        clauses=clauses,
        provisions=_provisions(table, heritage, dropped, faults),
        questions=at_places({"question": questions}),
        answers=_by_name(faults, table, "answers", lambda _, value: value),
        scales=_by_name(faults, table, "scales", _scale),
        labels=_by_name(faults, table, "labels", lambda _, value: as_text(value)),  # type: ignore[arg-type]
        horizon=head.horizon if head is not None else None,
        length=head.length if head is not None else None,
    )
    numbers = _numbers(table, clauses)
    if heritage is not None:
        parts = heritage.complete(parts, dropped)
        numbers = numbers and [*numbers, *(clause.number for clause in heritage.clauses)]
    if numbers is not None:
        _check_clauses(table, parts.provisions, numbers, faults)
    check_parts(numbers, parts.provisions, parts.questions, parts.answers, parts.scales, faults)
    check_sources(numbers, document, figures, faults)
    if derivation is not None:
        derivation.faults(numbers, faults)
    faults.raise_any(PlanFileError)
    if head is None or document is None:  # not reached: a fault has been raised
        raise PlanFileError(())
    return Plan(
        id=head.id,
        title=head.title,
        document=document,
        clauses=_present(parts.clauses),
        provisions=_present(parts.provisions.values()),
        questions=_present(parts.questions.values()),
        answers=parts.answers,
        scales=tuple(parts.scales.values()),
        labels=parts.labels,
        figures=_present(figures),
        horizon=parts.horizon,
        length=parts.length,
        derivation=derivation,
    )


def _present(several: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(one for one in several if one is not None)


def _derivation(
    table: Table, head: Head | None, parent_of: ParentOf, faults: FaultList
) -> Derivation | None:
    """Return what a plan is derived from, None where it is not.

    Raises:
        PlanFileError: the parent cannot be had, without which nothing more can be read.
    """
    drops = read_entries(faults, table, "drop", lambda entry: read_table(Drop, entry))
    if head is None or head.extends is None:
        if drops and head is not None:
            faults.add("drop-alone", "drop")
        return None
    named = head.extends.plan
    parent = named if isinstance(named, Plan) else faults.read("plan.extends", parent_of, named)
    if parent is not None:
        with faults.at("plan.extends"):
            check_parent(head.id, parent)
            source = parent.id if isinstance(named, Plan) else named
            return Derivation(
                parent=parent, source=source, clause=head.extends.clause, drops=_present(drops)
            )
    raise PlanFileError(faults.faults)


def _provisions(
    table: Table, heritage: Heritage | None, dropped: Collection[str], faults: FaultList
) -> dict[str, Provision | Unanswered | None]:
    """Return the provisions that stand in the file by their places, each of them whole."""

    def reader(key: str) -> Callable[[object], Provision | Unanswered]:
        def read(entry: object) -> Provision | Unanswered:
            if heritage is not None and isinstance(entry, Mapping):
                entry = heritage.whole(key, entry, dropped)
            return read_provision(key, entry)

        return read

    return at_places({key: read_entries(faults, table, key, reader(key)) for key in FORMS})


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


def _check_clauses(
    table: Table,
    provisions: Mapping[str, object],
    numbers: Sequence[str],
    faults: FaultList,
) -> None:
    """Check the clauses of those provisions that have faults elsewhere."""
    for place, provision in provisions.items():
        if provision is not None:
            continue
        key, _, index = place.removesuffix("]").partition("[")
        entry = table[key][int(index)]  # type: ignore[index]
        for path, number in cited(entry) if isinstance(entry, Mapping) else ():
            check_clauses(f"{place}.{path}", (number,), numbers, faults)


def _numbers(table: Table, clauses: Sequence[Clause | None]) -> list[str] | None:
    """Return the clause numbers, None where one of them cannot be read."""
    numbers = [clause.number for clause in clauses if clause]
    if None in clauses:
        entries = [entry for entry in table["clause"] if isinstance(entry, Mapping)]  # type: ignore[attr-defined]
        numbers = [n for entry in entries if isinstance(n := entry.get("number"), str)]
        if len(numbers) < len(clauses):
            return None
    return numbers
