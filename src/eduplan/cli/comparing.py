"""The commands that compare plans, and what they say of people."""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from eduplan.cli.inputs import Options, load_plans, read_case
from eduplan.cli.printing import plain_console
from eduplan.comparison import compare
from eduplan.dates import as_date
from eduplan.differences import diff as differences
from eduplan.errors import FaultList, InputError, refuse
from eduplan.messages import Language
from eduplan.textfiles import parse_toml


def diff(
    old: str,
    new: str,
    /,
    *,
    lang: Language = "zh",
) -> int:
    """Tell how one plan differs from another, in the terms of their clauses."""
    before, after = load_plans([old, new])
    _print(differences(before, after).explain(lang))
    return 0


def whatif(
    plan: str,
    /,
    *,
    options: Options,
    set: list[str],  # noqa: A002
    since: str | None = None,
    governs: str | None = None,
    by: str = "school",
    lang: Language = "zh",
) -> int:
    """Count which verdicts would change, by school, if provisions said something else."""
    faults = FaultList()
    day = faults.read("--since", as_date, since) if since is not None else None
    changes = _changes(set, faults)
    faults.raise_any()
    case = read_case([plan], options)
    (before,) = case.plans
    try:
        after = before.with_changes(changes, since=day, governs=governs)
    except InputError as error:
        raise InputError(
            attrs.evolve(fault, path=_CHANGES.sub("--set ", fault.path)) for fault in error.faults
        ) from None
    found = compare(
        before,
        after,
        case.bearers,
        case.register,
        as_of=case.as_of,
        calendar=case.calendar,
        during=case.during,
        by=by,
    )
    _print(differences(before, after).explain(lang))
    _print(found.explain(lang))
    return 0


def _print(text: str) -> None:
    plain_console().print(text, soft_wrap=True)


_CHANGES = re.compile(r"^changes\.")
_SET = re.compile(r"([a-z0-9_-]+)\.([a-z0-9_.-]+)=(.*)", re.ASCII | re.DOTALL)


def _changes(spelled: Iterable[str], faults: FaultList) -> dict[str, dict[str, object]]:
    """Return changes by provision and key from texts such as ``training-hours.at_least=400``."""
    found: dict[str, dict[str, object]] = {}
    for text in spelled:
        read = faults.read(f"--set {text[:64]}", _change, text)
        if read is not None:
            provision, keys = read
            found.setdefault(provision, {}).update(keys)
    return found


def _change(text: str) -> tuple[str, dict[str, object]]:
    """Return a provision and what changes in it; a key without a value is left out.

    A value is read as in a plan file; what is none there, such as ``75%``, is taken as text.
    """
    parts = _SET.fullmatch(text)
    if parts is None:
        raise refuse("not-a-setting")
    provision, key, value = parts.groups()
    if not value:
        return provision, {key: None}
    try:
        return provision, parse_toml(f"{key} = {value}", "", InputError)
    except InputError:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return provision, parse_toml(f'{key} = "{quoted}"', "", InputError)
