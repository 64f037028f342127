"""Dated versions of a provision: what it says from a day on, written as the keys that change.

Which version governs a period that spans a change is never guessed: whoever writes a version says
it, in ``governs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import attrs

from eduplan.dates import as_date
from eduplan.errors import FaultList, InputError, kind_of, refuse
from eduplan.tables import (
    Table,
    as_member,
    as_name,
    as_names,
    as_strings,
    default_of,
    plain,
    read_each,
    unknown_keys,
)

FIXED = ("id", "since", "until", "governs", "version")
"""What a version cannot change: it belongs to the provision as a whole."""


class Governs(StrEnum):
    """Which version governs: that of the period's first day, of a record's day, or of today."""

    PERIOD_START = "period-start"
    RECORD_DATE = "record-date"
    AS_OF = "as-of"


def as_governs(value: Governs | str | None) -> Governs | None:
    """Return the rule from its name; None leaves it undeclared."""
    return None if value is None else as_member(Governs, value)


@attrs.frozen(kw_only=True)
class Version:
    """What a provision says from a day on, as far as it differs.

    In a plan file it is a table such as ``{ from = 2027-01-01, at_least = 400 }``. Keys are those
    of the provision, each with a whole new value; ``no_longer`` names keys that no longer hold.

    Args:
        since: the first day on which it is in force.
        changes: the keys that change with their new values.
        no_longer: the keys that are left out from that day on.
    """

    since: date
    changes: Mapping[str, object] = attrs.field(hash=False)
    no_longer: tuple[str, ...] = ()

    @property
    def clause(self) -> tuple[str, ...]:
        """Numbers of the clauses it cites, where they are others than before."""
        return as_strings(self.changes.get("clause", ()))  # type: ignore[arg-type]

    def plain(self) -> dict[str, object]:
        """Return the version as it stands in a plan file."""
        table: dict[str, object] = {"from": self.since}
        table.update((name, plain(value)) for name, value in self.changes.items())
        if self.no_longer:
            table["no_longer"] = list(self.no_longer)
        return table


def as_version(value: Version | Table) -> Version:
    """Return a version from its table; its keys are read where the provision is known."""
    if isinstance(value, Version):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    since, no_longer = None, None
    if "from" in value:
        since = faults.read("from", as_date, value["from"])
    else:
        faults.add("missing-key", "from")
    if "no_longer" in value:
        no_longer = faults.read("no_longer", as_names, value["no_longer"])
    changes = {name: new for name, new in value.items() if name not in ("from", "no_longer")}
    if not changes and not value.get("no_longer"):
        faults.add("version-empty")
    faults.raise_any()
    return Version(since=since or date.min, changes=changes, no_longer=no_longer or ())


def as_versions(value: Iterable[Version | Table]) -> tuple[Version, ...]:
    """Return versions from their tables."""
    return read_each(value, as_version)


def changed(provision: Any, changes: Mapping[str, object], no_longer: Sequence[str] = ()) -> Any:
    """Return a provision with some of its keys changed.

    Args:
        provision: the provision.
        changes: new values by key, as values or as they are spelled in a plan file.
        no_longer: keys that are left out, so that their defaults hold.

    Raises:
        InputError: no such key, a faulty value, a key left out that is required, or values that
            do not go together; all are reported.
    """
    fields = {field.name: field for field in attrs.fields(type(provision)) if field.init}
    faults = FaultList()
    unknown_keys(changes, fields, faults)
    values = {}
    for name, new in changes.items():
        if field := fields.get(name):
            values[name] = faults.read(name, field.converter or (lambda value: value), new)
    for index, name in enumerate(no_longer):
        with faults.at(f"no_longer[{index}]"):
            values[name] = _default(fields, as_name(name))
    faults.raise_any()
    return attrs.evolve(provision, **values)


def _default(fields: Mapping[str, attrs.Attribute[Any]], name: str) -> object:
    if name not in fields:
        known = [field.name for field in fields.values() if field.default is not attrs.NOTHING]
        raise refuse("unknown-key", known=", ".join(known))
    default = default_of(fields[name])
    if default is attrs.NOTHING:
        raise refuse("version-needs", key=name)
    return default


def check_versions(provision: Any, _: attrs.Attribute[Any], versions: Sequence[Version]) -> None:
    """Read what the versions of a provision change, and note what does not fit; an attrs validator.

    Raises:
        InputError: faults in the versions, each with its path.
    """
    faults = FaultList()
    if versions and provision.governs is None:
        faults.add("governs-missing", "governs", known=", ".join(Governs))
    elif not versions and provision.governs is not None:
        faults.add("governs-alone", "governs")
    if provision.by_measured:
        _check_measured(provision, versions, faults)
    read = []
    if versions:
        try:
            base = attrs.evolve(provision, governs=None, version=())
        except InputError:
            return  # the provision tells this of itself
        for index, version in enumerate(versions):
            with faults.at(f"version[{index}]"):
                read.append(_read(base, version))
        _check_days(provision, versions, faults)
    faults.raise_any()
    object.__setattr__(provision, "version", tuple(read))


def _check_measured(provision: Any, versions: Sequence[Version], faults: FaultList) -> None:
    """Note what cannot go by the day of a record, in a provision on many records together."""
    if not provision.measured:
        faults.add("governs-record-date", "governs", form=provision.form)
        return
    allowed = (*provision.measured, "clause", "note", "title")
    for index, version in enumerate(versions):
        for name in (*version.changes, *version.no_longer):
            if name not in allowed and name not in FIXED:
                path = f"version[{index}].{name}"
                faults.add("version-by-record", path, known=", ".join(allowed))


def _read(base: Any, version: Version) -> Version:
    """Return a version with its values read as those of the provision."""
    faults = FaultList()
    for name in (*version.changes, *version.no_longer):
        if name in FIXED:
            faults.add("version-fixed", name)
    faults.raise_any()
    whole = changed(base, version.changes, version.no_longer)
    changes = {name: getattr(whole, name) for name in version.changes}
    return attrs.evolve(version, changes=changes)


def _check_days(provision: Any, versions: Sequence[Version], faults: FaultList) -> None:
    """Note versions that do not come one after the other, within the days of the provision."""
    before = None
    for index, version in enumerate(versions):
        path = f"version[{index}].from"
        if before is not None and version.since <= before:
            faults.add("versions-rise", path, before=before)
        if provision.since is not None and version.since <= provision.since:
            faults.add("version-too-early", path, since=provision.since)
        if provision.until is not None and version.since >= provision.until:
            faults.add("version-too-late", path, until=provision.until)
        before = version.since
