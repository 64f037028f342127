"""Provisions changed, for good or from a day on: what a plan would be if."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from eduplan.dates import as_date
from eduplan.errors import FaultList, InputError, kind_of, refuse
from eduplan.provisions.open import Unanswered, read_provision
from eduplan.provisions.provision import Provision
from eduplan.provisions.versions import FIXED, Governs
from eduplan.sources import is_own
from eduplan.tables import plain


def changed_provision(
    key: str,
    provision: Provision | Unanswered,
    changes: Mapping[str, object],
    since: date | None,
    governs: Governs | None,
) -> Provision | Unanswered:
    """Return a provision with some of its keys changed.

    Args:
        key: key of its form in a plan file, such as ``quota``.
        provision: the provision.
        changes: new values by key, as in a plan file; None leaves a key out.
        since: the first day on which they hold; by default they replace what is there.
        governs: which version governs a period that spans the change.

    Raises:
        InputError: faults in the changes, with their paths as in the table of the provision.
    """
    if not isinstance(changes, Mapping):
        raise refuse("not-a-table", got=kind_of(changes))
    if "clause" in changes:
        changes = {**changes, "clause": _with_parents(changes["clause"], provision)}
    table = plain(provision)
    assert isinstance(table, dict)  # noqa: S101 - a provision is written as a table
    if since is None:
        if "id" in changes:
            raise refuse("version-fixed", "id")
        return read_provision(key, _replaced(table, changes))
    faults = FaultList()
    for name in changes:
        if name in FIXED:
            faults.add("version-fixed", name)
    faults.raise_any()
    if governs is not None or "governs" not in table:
        table["governs"] = (governs or Governs.PERIOD_START).value
    table["version"] = _with_version(table, changes, since)
    return read_provision(key, table)


def _with_parents(cited: object, provision: Provision | Unanswered) -> object:
    """Return clauses with those of parents behind them, which a derived plan goes on to cite."""
    own = [cited] if isinstance(cited, str) else cited
    parents = [number for number in provision.clause if not is_own(number)]
    return [*own, *parents] if isinstance(own, list | tuple) else cited


def _replaced(table: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {name: new for name, new in {**table, **changes}.items() if new is not None}


def _with_version(
    table: Mapping[str, object], changes: Mapping[str, object], since: date
) -> list[dict[str, object]]:
    """Return the versions of a provision with one more from a day on.

    It says what is in force on that day, but for the changes; versions after it get those changes
    they do not state themselves.
    """
    versions = table.get("version", ())
    told: list[dict[str, object]] = [dict(v) for v in versions]  # type: ignore[attr-defined]
    days = [_day(version) for version in told]
    before = [version for day, version in zip(days, told, strict=True) if day < since]
    on = [version for day, version in zip(days, told, strict=True) if day == since]
    after = [version for day, version in zip(days, told, strict=True) if day > since]
    start = (on or before[-1:] or [{}])[0]
    later = [_version(table, {**changes, **version}, _day(version)) for version in after]
    return [*before, _version(table, {**start, **changes}, since), *later]


def _version(
    table: Mapping[str, object], keys: Mapping[str, object], since: date
) -> dict[str, object]:
    """Return a version from a day on; keys with None become keys that no longer hold."""
    said = {name: new for name, new in keys.items() if name not in ("from", "no_longer")}
    known = keys.get("no_longer", ())
    gone = [known] if isinstance(known, str) else list(known)  # type: ignore[call-overload]
    gone = [name for name in gone if said.get(name) is None]
    gone += [n for n, new in said.items() if new is None and n in table and n not in gone]
    version = {"from": since, **{name: new for name, new in said.items() if new is not None}}
    return {**version, "no_longer": gone} if gone else version


def _day(version: Mapping[str, object]) -> date:
    """Return the first day of a version."""
    try:
        return as_date(version["from"])  # type: ignore[arg-type]
    except InputError:
        raise refuse("version-day-open", "version") from None
