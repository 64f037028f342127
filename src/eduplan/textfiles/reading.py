"""UTF-8 and TOML read from files, whatever is wrong with them told as faults."""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path

from eduplan.errors import Fault, InputError, unopened
from eduplan.textfiles.bounds import LARGEST_FILE, check_bounds
from eduplan.textfiles.causes import not_toml


def read_text(path: Path, error: type[InputError]) -> str:
    """Return the text of a UTF-8 file, a byte order mark left out.

    Args:
        path: the file.
        error: what to raise where it cannot be opened, is too large or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as why:
        raise error([unopened(why)], path.name) from None
    if len(content) > LARGEST_FILE:
        raise error([Fault("file-too-large", "", {"most": LARGEST_FILE})], path.name)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise error([Fault("not-utf8")], path.name) from None


def read_toml(path: Path, error: type[InputError]) -> tuple[dict[str, object], str]:
    """Return the tables of a TOML file and its text; decimals come as `Decimal`.

    Args:
        path: the file.
        error: what to raise where it cannot be read.
    """
    text = read_text(path, error)
    return parse_toml(text, path.name, error), text


def parse_toml(text: str, source: str, error: type[InputError]) -> dict[str, object]:
    """Return the tables of a TOML text; decimals come as `Decimal`.

    Args:
        text: the text.
        source: name of the file it comes from.
        error: what to raise where it exceeds a bound or is not TOML.
    """
    check_bounds(text, source, error, json=False)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as found:
        raise error([not_toml(text, str(found))], source) from None
    except (ValueError, InvalidOperation):  # more digits or a larger exponent than Python reads
        raise error([Fault("number-too-large")], source) from None
