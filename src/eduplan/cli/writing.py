"""Files written by a command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eduplan.errors import Fault, InputError, told_by_system
from eduplan.textfiles import write_whole


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files into a folder, each whole or not at all; the folder is made where needed.

    Args:
        folder: where they go.
        files: their content by their names.

    Raises:
        InputError: the system does not let them be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_whole(folder / name, content)
    except OSError as error:
        raise InputError(
            [Fault("cannot-write", str(folder), {"why": told_by_system(error)})]
        ) from None
    return [folder / name for name in files]
