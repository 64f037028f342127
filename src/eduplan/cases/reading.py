"""Cases read from TOML: all faults at once, each with its path and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs

from eduplan.calendars import SchoolCalendar, load_calendar
from eduplan.cases.case import Case, Owed, as_expected
from eduplan.cases.spoken import TRAIL
from eduplan.cases.steps import ledger_of
from eduplan.cases.suggested import as_suggested
from eduplan.dates import as_date
from eduplan.errors import CaseFileError, Fault, FaultList, kind_of, refuse
from eduplan.files import load_plan, plan_from_table
from eduplan.messages import LANGUAGES
from eduplan.outlook.courses import as_courses
from eduplan.plan import Plan
from eduplan.provisions import FORMS
from eduplan.records import Register
from eduplan.tables import (
    Table,
    as_name,
    as_names,
    as_period,
    as_positive,
    as_string,
    read_each,
    read_entries,
    read_table,
    read_tables,
    unknown_keys,
)
from eduplan.textfiles import read_toml, with_lines

_OF_PLAN = ("scales", "labels", "question", "answers")
"""Tables of a plan that a case with provisions of its own may have besides."""

_SIMPLE: Mapping[str, Callable[..., object]] = {
    "id": as_name,
    "zh": as_string,
    "en": as_string,
    "clause": as_string,
    "as_of": as_date,
    "during": as_period,
    "expect": lambda values: read_each(values, as_expected),
    "owed": lambda values: read_tables(Owed, values),
    "suggest": lambda values: read_each(values, as_suggested),
    "course": as_courses,
}
_KEYS = (
    *_SIMPLE,
    *("plan", "bearer", "record", "complete_through", "entry", "links"),
    *("calendar", "horizon"),
    *_OF_PLAN,
    *FORMS,
)
_FIELDS = {"expect": "expects", "suggest": "suggests", "course": "courses"}


def read_cases(path: str | Path) -> tuple[Case, ...]:
    """Return the cases of a TOML file, each a table ``[[case]]``.

    Args:
        path: the file. Plans and calendars named in it by a path lie relative to its folder.

    Raises:
        CaseFileError: the file has faults; all are told, each with its path and line.
    """
    path = Path(path)
    table, text = read_toml(path, CaseFileError)
    if "case" not in table and isinstance(table.get("plan"), Mapping):
        raise CaseFileError(with_lines([Fault("case-is-plan", "plan")], text), path.name)
    faults = FaultList()
    unknown_keys(table, ("case",), faults)
    if "case" not in table:
        faults.add("missing-key", "case")
    cases = read_entries(faults, table, "case", lambda one: case_from_table(one, path.parent))
    first: dict[str, str] = {}
    for index, case in enumerate(cases):
        if case is not None and case.id in first:
            faults.add("duplicate-id", f"case[{index}].id", value=case.id, other=first[case.id])
        elif case is not None:
            first[case.id] = f"case[{index}]"
    if faults.faults:
        raise CaseFileError(with_lines(faults.faults, text), path.name)
    return tuple(case for case in cases if case is not None)


def case_from_table(table: Table, folder: Path | None = None) -> Case:
    """Return a case from its table.

    Args:
        table: the table; see `read_cases`.
        folder: where plans and calendars lie that it names by a path.

    Raises:
        InputError: faults in the case or its plan; all are reported.
    """
    if not isinstance(table, Mapping):
        raise refuse("not-a-table", got=kind_of(table))
    faults = FaultList()
    unknown_keys(table, _KEYS, faults)
    for key in ("id", "as_of", "bearer"):
        if key not in table:
            faults.add("missing-key", key)
    if not any(lang in table for lang in LANGUAGES):
        faults.add("case-untold")
    if not any(table.get(key) for key in ("expect", "owed", "suggest")):
        faults.add("case-expects-nothing")
    found = {
        _FIELDS.get(key, key): faults.read(key, reader, table[key])
        for key, reader in _SIMPLE.items()
        if key in table
    }
    where = Path() if folder is None else folder
    found["bearers"] = faults.read("bearer", _bearers, table.get("bearer", ()))
    found |= _register_parts(table, faults)
    if "calendar" in table:
        found["calendar"] = faults.read("calendar", _calendar_in(where), table["calendar"])
    # A plan of its own is made of these, whose faults are told already.
    told = {"zh", "en", "clause"}.isdisjoint(fault.path for fault in faults.faults)
    if "plan" in table or (told and any(lang in table for lang in LANGUAGES)):
        with faults.at(""):
            found["plan"] = _plan(table, where)
    faults.raise_any()
    return Case(**found)  # type: ignore[arg-type]


def _register_parts(table: Table, faults: FaultList) -> dict[str, object]:
    """Return what took place in a case, or what was entered of it, by the fields of `Case`."""
    records = _records_of(table)
    found: dict[str, object] = {
        "records": faults.read("record", records, table.get("record", ())),
    }
    if "entry" in table:
        if "record" in table or "complete_through" in table:
            faults.add("case-one-register")
        links = faults.read("links", as_names, table.get("links", ())) or ()
        found["ledger"] = faults.read(
            "entry", lambda steps: ledger_of(steps, links, records), table["entry"]
        )
    else:
        if "links" in table:
            faults.add("missing-key", "entry")
        for place, key in _of_entries(table.get("expect")):
            faults.add("case-without-entry", f"expect[{place}].{key}")
    if "complete_through" in table:
        with faults.at(""):
            Register((), complete_through=table["complete_through"])  # type: ignore[arg-type]
        found["complete_through"] = table["complete_through"]
    return found


def _of_entries(expects: object) -> Iterator[tuple[int, str]]:
    """Return the keys of expectations that speak of entries, each with its place."""
    for place, one in enumerate(expects if isinstance(expects, list | tuple) else ()):
        for key in ("given", *TRAIL):
            if isinstance(one, Mapping) and key in one:
                yield place, key


def _plan(table: Table, folder: Path) -> Plan:
    if ("plan" in table) == any(form in table for form in FORMS):
        raise refuse("case-one-plan", known=", ".join(FORMS))
    if "plan" not in table:
        return plan_from_table(plan_table(table))
    faults = FaultList()
    plan = faults.read("plan", lambda name: load_plan(_placed(name, folder)), table["plan"])
    faults.raise_any()
    assert plan is not None  # noqa: S101 - or its fault would have been raised
    answers = table.get("answers", {})
    if not isinstance(answers, Mapping):
        raise refuse("not-a-table", "answers", got=kind_of(answers))
    return plan.answer(answers)


def plan_table(table: Table) -> dict[str, object]:
    """Return the tables of the plan that a case has of its own.

    Args:
        table: the case, with ``clause`` and ``zh`` or ``en``; its provisions may leave out their
            ``clause`` and ``title``.
    """
    if "clause" not in table:
        raise refuse("missing-key", "clause")
    told = {lang: table[lang] for lang in LANGUAGES if lang in table}
    text = {lang: told.get(lang, next(iter(told.values()))) for lang in LANGUAGES}
    head = {"id": "case", "title": text}
    if "horizon" in table:
        head["horizon"] = table["horizon"]  # type: ignore[assignment]
    whole: dict[str, object] = {
        "plan": head,
        "document": {"title": text},
        "clause": [{"number": table["clause"], "gist": text}],
    }
    whole |= {key: table[key] for key in _OF_PLAN if key in table}
    shared = {"clause": table["clause"], "title": text}
    for form in FORMS:
        if form in table:
            entries = table[form]
            whole[form] = (
                [{**shared, **one} if isinstance(one, Mapping) else one for one in entries]
                if isinstance(entries, list)
                else entries
            )
    return whole


def _placed(name: object, folder: Path) -> str | Path:
    """Return a name as it is, and a path as seen from the folder of the cases."""
    text = as_string(name)
    return folder / text if text.endswith((".toml", ".json")) else text


def _calendar_in(folder: Path) -> Callable[[object], SchoolCalendar]:
    return lambda name: load_calendar(_placed(name, folder))


def _bearers(values: Sequence[Table]) -> tuple[object, ...]:
    return tuple(bearer for several in read_each(values, _alike) for bearer in several)


def _alike(value: object) -> tuple[dict[str, object], ...]:
    """Return the bearers one stands for: with ``repeat`` so many, with ids counted from 1."""
    bearer = _with({"id": as_string}, value)
    if "repeat" not in bearer:
        return (bearer,)
    faults = FaultList()
    times = faults.read("repeat", as_positive, bearer.pop("repeat"))
    faults.raise_any()
    return tuple({**bearer, "id": f"{bearer['id']}-{n + 1}"} for n in range(times or 0))


def _with(readers: Mapping[str, Callable[..., object]], value: object) -> dict[str, object]:
    """Return a table of facts, some of which must be there and are read."""
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    found = dict(value)
    for key, reader in readers.items():
        if key in value:
            found[key] = faults.read(key, reader, value[key])
        else:
            faults.add("missing-key", key)
    faults.raise_any()
    return found


@attrs.frozen(kw_only=True)
class Repeat:
    """One record that stands for several.

    Args:
        times: for how many.
        days: how many days lie between one and the next.
    """

    times: int = attrs.field(converter=as_positive)
    days: int = attrs.field(converter=as_positive)


def _records_of(case: Table) -> Callable[[object], tuple[object, ...]]:
    """Return what reads the records of a case; one without bearer is that of the only bearer."""
    bearers = case.get("bearer")
    only = bearers[0] if isinstance(bearers, list | tuple) and len(bearers) == 1 else None
    own = {"bearer": only["id"]} if isinstance(only, Mapping) and "id" in only else {}

    def read(value: object) -> tuple[dict[str, object], ...]:
        record = _with({"id": as_string, "kind": as_name, "day": as_date}, value)
        faults = FaultList()
        repeat = None
        if "repeat" in record:
            table = record.pop("repeat")
            repeat = faults.read("repeat", lambda one: read_table(Repeat, one), table)
        faults.raise_any()
        try:
            return _repeated({**own, **record}, repeat)
        except OverflowError:  # the last would lie after the year 9999
            raise refuse("no-such-day", "repeat") from None

    return lambda values: tuple(record for several in read_each(values, read) for record in several)


def _repeated(record: dict[str, object], repeat: Repeat | None) -> tuple[dict[str, object], ...]:
    """Return the records one stands for: some days apart, with ids that are counted from 1."""
    day = record["day"]
    if repeat is None or not isinstance(day, date):
        return (record,)
    return tuple(
        {
            **record,
            "id": f"{record['id']}-{index + 1}",
            "day": day + timedelta(days=index * repeat.days),
        }
        for index in range(repeat.times)
    )
