"""Steps of a case: what was entered into the register, corrected, revoked and merged, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from eduplan.dates import as_date
from eduplan.errors import FaultList, kind_of, refuse
from eduplan.ledger import Ledger
from eduplan.tables import Table, as_string, as_strings, read_each, unknown_keys

Read = Callable[[object], tuple[object, ...]]
"""Reads records from their tables."""


class _Step(NamedTuple):
    """What can be done to a register.

    Attributes:
        enter: does it, given the ledger, what stands below the key, and the rest of the table.
        needs: keys that must stand beside.
        takes: keys that may stand beside.
    """

    enter: Callable[..., Ledger]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _correct(ledger: Ledger, record: str, **more: object) -> Ledger:
    changes = more.pop("changes", {})
    if not isinstance(changes, Mapping):
        raise refuse("not-a-table", "changes", got=kind_of(changes))
    gone = as_strings(more.pop("unknown", ()))  # type: ignore[arg-type]
    return ledger.correct(record, {**changes, **dict.fromkeys(gone)}, **more)  # type: ignore[arg-type]


def _merge(ledger: Ledger, records: Sequence[str], **more: object) -> Ledger:
    several = as_strings(records)
    return ledger.merge(several[0] if several else "-", several[1:], **more)  # type: ignore[arg-type]


_STEPS: Mapping[str, _Step] = {
    "report": _Step(Ledger.report, (), ("source", "evidence")),
    "correct": _Step(_correct, ("reason",), ("changes", "unknown", "source", "evidence")),
    "revoke": _Step(Ledger.revoke, ("reason",), ("source",)),
    "merge": _Step(_merge, ("reason",), ("believed", "source")),
    "merge_duplicates": _Step(Ledger.merge_duplicates, (), ("source",)),
    "keep_apart": _Step(Ledger.keep_apart, ("reason",), ("source",)),
    "close": _Step(Ledger.close, (), ("kinds", "source")),
}


def ledger_of(steps: object, links: Sequence[str], records: Read) -> Ledger:
    """Return the ledger that comes of steps, taken one after another.

    Args:
        steps: the tables; each has ``entered`` and exactly one thing that is done.
        links: facts that hold the id of another record.
        records: reads the records of a report.

    Raises:
        InputError: faults in the tables, or a step that cannot be taken.
    """
    ledger = Ledger(links=links)
    for index, table in enumerate(read_each(steps, lambda table: table)):
        faults = FaultList()
        with faults.at(f"[{index}]"):
            ledger = _taken(ledger, table, records)
        faults.raise_any()  # what comes after rests on it
    return ledger


def _taken(ledger: Ledger, table: Table | object, records: Read) -> Ledger:
    if not isinstance(table, Mapping):
        raise refuse("not-a-table", got=kind_of(table))
    does = [key for key in _STEPS if key in table]
    if len(does) != 1:
        raise refuse("case-one-step", known=", ".join(_STEPS))
    (key,) = does
    step = _STEPS[key]
    faults = FaultList()
    unknown_keys(table, ("entered", key, *step.needs, *step.takes), faults)
    for needed in ("entered", *step.needs):
        if needed not in table:
            faults.add("missing-key", needed)
    what = table[key]
    if key == "report":
        what = faults.read(key, records, what)
    elif key == "correct":
        what = faults.read(key, as_string, what)
    if "entered" in table:
        faults.read("entered", as_date, table["entered"])
    faults.raise_any()
    return step.enter(ledger, what, **{name: table[name] for name in table if name != key})
