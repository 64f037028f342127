"""Where in a TOML text a path stands, so that a fault can name its line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eduplan.errors import Fault

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r'\s*([A-Za-z0-9_.-]+|"[^"]+"(?:\."[^"]+")*)\s*=')


def line_numbers(text: str) -> dict[str, int]:
    """Return the line of every table header and key at the start of a line, by path."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            current = _place(header[2].replace('"', ""), header[1] == "[[", counts)
            lines.setdefault(current, number)
        elif key := _KEY.match(line):
            name = key[1].replace('"', "")
            lines.setdefault(f"{current}.{name}" if current else name, number)
    return lines


def _place(name: str, repeated: bool, counts: dict[str, int]) -> str:
    """Return the path of a header such as ``quota`` or ``quota.part``, indexes put in."""
    parts = [part.strip() for part in name.split(".")]
    path = ""
    for depth, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        last = depth == len(parts) - 1
        if repeated and last:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def with_lines(faults: Iterable[Fault], text: str) -> list[Fault]:
    """Return faults with the line of the nearest place that has one, in the order of the text."""
    lines = line_numbers(text)
    found = [fault if fault.line else _with_line(fault, lines) for fault in faults]
    return sorted(found, key=lambda fault: fault.line or 0)


def _with_line(fault: Fault, lines: dict[str, int]) -> Fault:
    path = fault.path
    while path:
        if path in lines:
            return Fault(fault.code, fault.path, fault.facts, lines[path])
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return fault
