"""A OneRoster package opened: a zip or a folder, bounded before anything is read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

import attrs

from eduplan.errors import Fault, InputError, SheetError, refuse, unopened

LARGEST_TABLE = 1_000_000_000
"""Files of more bytes are refused unread, and so are zips that unpack to more in all."""

MOST_ENTRIES = 200
MOST_PACKED = 100
"""A zip that unpacks to more times its size is refused: rosters pack to a fifth or a twentieth."""

_SMALL = 10_000_000
_ENCRYPTED = 1
_OF_MACOS = "__MACOSX"

# What lies before a name in a zip: nothing, or one folder. An old PowerShell writes backslashes.
_TOP_OR_FOLDER = re.compile(r"([^/\\.][^/\\]*[/\\])?")
_LAST = re.compile(r"[^/\\]*$")

# What the reader of zips raises over damaged, encrypted or unusual ones.
_DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@attrs.frozen(kw_only=True)
class Package:
    """A package of CSV files.

    Args:
        path: the zip or the folder.
        names: names of the files in it, such as ``users.csv``.
        within: what stands before every name in it, such as ``roster/``; empty where the files lie
            at its top.
    """

    path: Path
    names: frozenset[str]
    within: str = ""

    @property
    def source(self) -> str:
        """Name of the zip or folder."""
        return self.path.name

    def place(self, name: str) -> str:
        """Return how a file of it is called in messages, such as ``roster.zip/users.csv``."""
        return f"{self.source}/{name}" if self.source else name

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """Open one of its files for reading.

        Raises:
            InputError: it cannot be read.
        """
        try:
            if self.path.is_dir():
                with self.path.joinpath(self.within + name).open("rb") as file:
                    yield file
            else:
                with ZipFile(self.path) as packed, packed.open(self.within + name) as file:
                    yield file
        except InputError:
            raise
        except _DAMAGED:
            raise refuse("oneroster-not-zip") from None
        except OSError as error:
            raise InputError([unopened(error)]) from None


def open_package(path: Path) -> Package:
    """Return a package, its files not yet read.

    Nothing is unpacked to the disk: files of a zip are read where they lie.

    Args:
        path: a ``.zip`` file or a folder; the CSV files lie at its top, or all in one folder there.

    Raises:
        SheetError: it cannot be opened, is not a zip, or exceeds a bound; all faults at once.
    """
    try:
        if path.is_dir():
            return _in_folder(path)
        return _in_zip(path)
    except InputError as error:
        raise SheetError(error.faults, path.name) from None


def _in_folder(path: Path) -> Package:
    entries = [one for one in path.iterdir() if not _of_a_system(one.name)]
    within = ""
    if len(entries) == 1 and entries[0].is_dir():
        within, entries = f"{entries[0].name}/", list(entries[0].iterdir())
    sizes = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    faults = [
        Fault("file-too-large", name, {"most": LARGEST_TABLE})
        for name, size in sizes.items()
        if name.endswith(".csv") and size > LARGEST_TABLE
    ]
    if faults:
        raise InputError(faults)
    return Package(path=path, names=frozenset(sizes), within=within)


def _in_zip(path: Path) -> Package:
    try:
        with ZipFile(path) as packed:
            entries = [one for one in packed.infolist() if not _passed_over(one)]
        size = path.stat().st_size
    except OSError as error:
        raise InputError([unopened(error)]) from None
    except _DAMAGED:
        raise refuse("oneroster-not-zip") from None
    within = _before(entries[0]) if entries else ""
    faults = list(_faults(entries, within, size))
    if faults:
        raise InputError(faults)
    names = frozenset(entry.filename.removeprefix(within) for entry in entries)
    return Package(path=path, names=names, within=within)


def _passed_over(entry: ZipInfo) -> bool:
    """Return whether an entry is a folder, or a hidden file that a system adds by itself."""
    own = entry.filename.removeprefix(_before(entry))
    return not own or _of_a_system(own) or entry.filename.startswith(f"{_OF_MACOS}/")


def _of_a_system(name: str) -> bool:
    """Return whether a name is of a file or folder that a system adds by itself."""
    return name.startswith(".") or name == _OF_MACOS


def _before(entry: ZipInfo) -> str:
    """Return what stands before the name of an entry: the folders in which it lies."""
    return _LAST.sub("", entry.filename)


def _faults(entries: list[ZipInfo], within: str, size: int) -> Iterator[Fault]:
    """Yield what is wrong with the list of a zip.

    Python reads no more of an entry than the list says it holds, so the list can be relied on.
    """
    if len(entries) > MOST_ENTRIES:
        yield Fault("oneroster-too-many-files", "", {"most": MOST_ENTRIES})
        return
    whole = sum(entry.file_size for entry in entries)
    if whole > LARGEST_TABLE:
        yield Fault("file-too-large", "", {"most": LARGEST_TABLE})
    elif whole > _SMALL and whole > MOST_PACKED * size:
        yield Fault("oneroster-packed-too-much", "", {"most": MOST_PACKED})
    for entry in entries:
        if _before(entry) != within or not _TOP_OR_FOLDER.fullmatch(within):
            yield Fault("oneroster-not-together", entry.filename[:100])
            break
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name in seen:
            yield Fault("oneroster-file-twice", name[:100])
        if entry.flag_bits & _ENCRYPTED:
            yield Fault("oneroster-encrypted", name[:100])
        seen.add(name)
