"""Why a text is not TOML or JSON, said in both languages: Python says it in English alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from eduplan.errors import Fault
from eduplan.messages import Text, both

# What a message of `tomllib` or `json` begins with, and the key of its words.
_TOML = (
    ("Cannot declare ", "twice"),
    ("Cannot mutate immutable namespace ", "closed"),
    ("Cannot overwrite a value", "twice"),
    ("Cannot redefine namespace ", "twice"),
    ("Duplicate inline table key ", "twice"),
    ("Escaped character is not a Unicode scalar value", "escape"),
    ("Expected \"'", "text-open"),
    ("Expected '=' after a key", "no-equals"),
    ("Expected ']' at the end of a table", "header-open"),
    ("Expected ']]' at the end of an array", "header-open"),
    ("Expected newline or end of document", "after-value"),
    ("Found invalid character ", "control"),
    ("Illegal character '\\n'", "text-open-on-line"),
    ("Illegal character ", "control"),
    ("Invalid date or datetime", "no-such-day"),
    ("Invalid hex value", "escape"),
    ("Invalid initial character for a key", "not-a-key"),
    ("Invalid statement", "not-a-key"),
    ("Invalid value", "not-a-value"),
    ("Unclosed array", "list-open"),
    ("Unclosed inline table", "table-open"),
    ("Unescaped '\\' in a string", "escape"),
    ("Unterminated string", "text-open"),
)
_JSON = (
    ("Expecting ',' delimiter", "no-comma"),
    ("Expecting ':' delimiter", "no-colon"),
    ("Expecting property name", "not-a-key"),
    ("Expecting value", "not-a-value"),
    ("Extra data", "after-value"),
    ("Illegal trailing comma", "last-comma"),
    ("Invalid \\", "escape"),
    ("Invalid control character", "control"),
    ("Unterminated string", "text-open"),
)

# Signs that a Chinese keyboard types in the place of others.
_FULL_WIDTH = dict(zip("，、＝“”‘’｛｝［］【】＃　", ",,=\"\"''{}[][]# ", strict=True))

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def not_toml(text: str, told: str) -> Fault:
    """Return the fault that a text is not TOML.

    Args:
        text: the text.
        told: what `tomllib` says of it, with the place.

    >>> not_toml("role = teacher", "Invalid value (at line 1, column 8)").message("zh")
    '第1行 不是合法的 TOML：这里不是合法的值；文本须加英文引号，是与否写作 true 和 false（第8列）'
    """
    place = _PLACE.search(told)
    why = _cause("toml", _TOML, _PLACE.sub("", told))
    if place is None or place[1] is None:
        return Fault("not-toml", "", {"why": both("text-at.end", why=why)}, text.count("\n") + 1)
    number, column = int(place[1]), int(place[2])
    line = text.split("\n", number)[number - 1]
    if key := _chinese_key(line, column):
        return Fault("bare-chinese-key", "", {"key": key[:64]}, number)
    return Fault("not-toml", "", {"why": _at(line, column, why)}, number)


def not_json(error: json.JSONDecodeError) -> Fault:
    """Return the fault that a text is not JSON."""
    line = error.doc.split("\n", error.lineno)[error.lineno - 1]
    why = _at(line, error.colno, _cause("json", _JSON, error.msg))
    return Fault("not-json", "", {"why": why}, error.lineno)


def _cause(kind: str, causes: Sequence[tuple[str, str]], why: str) -> Text | str:
    """Return the words for what Python says, itself where none are known."""
    key = next((key for start, key in causes if why.startswith(start)), None)
    return why[:200] if key is None else both(f"{kind}-cause.{key}")


def _at(line: str, column: int, why: Text | str) -> Text:
    """Return what is wrong at a column, a sign of a Chinese keyboard before all else."""
    sign = line[column - 1 : column]
    if sign in _FULL_WIDTH:
        why = both("text-at.full-width", found=sign, instead=_FULL_WIDTH[sign])
    return both("text-at.column", why=why, column=column)


def _chinese_key(line: str, column: int) -> str:
    """Return the unquoted key in which a column lies, where it has other letters than English."""
    key, sign, _ = line[:200].partition("=")
    found = key.strip()
    bare = sign and column <= len(key) and not set(found) & set("\"'#[]")
    return found if bare and not found.isascii() else ""
