"""The manifest of a package: its version, and which files are there, whole or as changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import attrs

from eduplan.errors import Fault, FaultList, InputError, refuse
from eduplan.imports.oneroster.packages import Package
from eduplan.imports.oneroster.scanning import Scanner
from eduplan.imports.oneroster.tables import FILES, VERSIONS

MANIFEST = "manifest.csv"

_VERSION = "oneroster.version"
_COLUMNS = ("propertyName", "value")


class Mode(StrEnum):
    """How a manifest says a file is given."""

    ABSENT = "absent"
    BULK = "bulk"
    DELTA = "delta"


@attrs.frozen(kw_only=True)
class Manifest:
    """What a package holds.

    Args:
        version: version of OneRoster, ``1.1`` or ``1.2``.
        modes: how each file is given, by its name without suffix.
    """

    version: str
    modes: Mapping[str, Mode]


def read_manifest(package: Package) -> Manifest:
    """Return the manifest of a package, compared with the files that are there.

    Raises:
        InputError: there is none, it has faults, or the package holds other files than it says.
    """
    if MANIFEST not in package.names:
        raise refuse("oneroster-no-manifest", MANIFEST)
    faults = FaultList()
    stated = _properties(package)
    version, _ = stated.get(_VERSION, ("", 1))
    if version not in VERSIONS:
        raise refuse("oneroster-version", MANIFEST, known=", ".join(VERSIONS))
    modes = {}
    for name in FILES[version]:
        value, row = stated.get(f"file.{name}", (Mode.ABSENT, 1))
        try:
            modes[name] = Mode(value)
        except ValueError:
            known = ", ".join(Mode)
            faults.add("oneroster-not-one-of", f"{MANIFEST}!{row}.value", known=known)
    faults.faults.extend(_contradictions(modes, package.names))
    faults.raise_any()
    return Manifest(version=version, modes=modes)


def _properties(package: Package) -> dict[str, tuple[str, int]]:
    """Return the properties stated, each with its row."""
    try:
        with package.file(MANIFEST) as file:
            return _read(Scanner(file))
    except InputError as error:
        raise InputError(
            attrs.evolve(fault, path=f"{MANIFEST}{fault.path}") for fault in error.faults
        ) from None


def _read(scanner: Scanner) -> dict[str, tuple[str, int]]:
    if missing := [name for name in _COLUMNS if scanner.header.count(name) != 1]:
        raise InputError(Fault("missing-key", f".{name}") for name in missing)
    found: dict[str, tuple[str, int]] = {}
    for row, cells in scanner.rows(_COLUMNS):
        if cells is None:
            raise refuse("oneroster-cells", f"!{row}", columns=len(scanner.header))
        name, value = cells
        if name in found:
            raise refuse("cell-same-id", f"!{row}.propertyName", other=f"!{found[name][1]}")
        found[name] = (value, row)
    return found


def _contradictions(modes: Mapping[str, Mode], names: frozenset[str]) -> Iterator[Fault]:
    for name, mode in modes.items():
        there = f"{name}.csv" in names
        if there and mode is Mode.ABSENT:
            yield Fault("oneroster-file-not-listed", f"{name}.csv")
        if not there and mode is not Mode.ABSENT:
            yield Fault("oneroster-file-missing", f"{name}.csv", {"mode": mode.value})
