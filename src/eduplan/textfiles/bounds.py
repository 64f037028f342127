"""What a plan file may not exceed, checked before it is parsed.

Parsers take seconds over a few kilobytes made for it: a dotted key of 32 KB, nesting by the
hundred. So size, depth and dots are bounded first, in one pass over the text.
"""

from __future__ import annotations

import re

from eduplan.errors import Fault, InputError

LARGEST_FILE = 2_000_000
DEEPEST = 32
MOST_DOTS = 16

# A string that is never closed counts as one to the end of its line or of the text, so that the
# scan stays linear.
_TOML = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*(?:""")?'
    r"|\'\'\'(?:[^\']|\'(?!\'\'))*(?:\'\'\')?"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|\'[^\'\n]*\'?"
    r"|\#[^\n]*"
    r"|(?P<mark>[\[\]{}.,=\n])",
    re.DOTALL,
)
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"?|(?P<mark>[\[\]{}])', re.DOTALL)


def check_bounds(text: str, source: str, error: type[InputError], *, json: bool) -> None:
    """Refuse a text that is nested too deep or has a key with too many dots.

    Args:
        text: the text of the file.
        source: its name.
        error: what to raise where a bound is exceeded; it tells the line.
        json: whether it is JSON, else TOML.
    """
    depth = dots = 0
    for found in (_JSON if json else _TOML).finditer(text):
        mark = found["mark"]
        if mark is None:
            continue
        if mark == ".":
            dots += 1
            if dots > MOST_DOTS:
                raise error([_beyond(text, found.start(), "dotted-too-long", MOST_DOTS)], source)
            continue
        dots = 0
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise error([_beyond(text, found.start(), "nested-too-deep", DEEPEST)], source)
        elif mark in "]}":
            depth -= 1


def _beyond(text: str, position: int, code: str, most: int) -> Fault:
    return Fault(code, "", {"most": most}, text.count("\n", 0, position) + 1)
