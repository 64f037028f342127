"""UTF-8 and TOML read from files, whatever is wrong with them told as faults."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

from eduplan.errors import Fault, InputError, unopened
from eduplan.textfiles.bounds import LARGEST_FILE, check_bounds

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


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
    except (ValueError, RecursionError) as found:
        why = str(found)
        line = int(at[1]) if (at := _AT_LINE.search(why)) else None
        key = _key_of_line(text, line) if line else ""
        if key.isascii():
            fault = Fault("not-toml", "", {"why": _AT_LINE.sub("", why).strip()[:200]}, line)
        else:
            fault = Fault("bare-chinese-key", "", {"key": key[:64]}, line)
        raise error([fault], source) from None


def _key_of_line(text: str, number: int) -> str:
    """Return the unquoted key before the ``=`` of a line, empty where there is none."""
    line = text.split("\n", number)[number - 1][:200]
    key, sign, _ = line.partition("=")
    key = key.strip()
    return key if sign and not set(key) & set("\"'#[]") else ""
