"""The tables of the page on published rules, drawn from the plans in ``tests/rulesets``."""

import re
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
ROWS = HERE / "published-rules.toml"
FOLDER = HERE.parent / "tests" / "rulesets"


def rows() -> list[dict]:
    """Return the mechanisms, each with where a rule says it."""
    return tomllib.loads(ROWS.read_text("utf-8"))["row"]


def names() -> list[str]:
    """Return the names of the rule sets."""
    files = sorted(FOLDER.glob("*.toml"))
    return [path.stem for path in files if not path.name.endswith(".cases.toml")]


@cache
def rule_set(name: str) -> dict:
    """Return a rule set as the tables of its file."""
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def read_at(name: str) -> str:
    """Return where a rule set was read: the comment at the head of its file."""
    lines = (FOLDER / f"{name}.toml").read_text("utf-8").splitlines()
    head = lines[: next(n for n, line in enumerate(lines) if not line.startswith("#"))]
    told = " ".join(line.removeprefix("#").strip() for line in head)
    return re.sub(r"https?://[^\s,;)]+[^\s,;).]", r"<\g<0>>", told)


def gist(row: dict) -> dict:
    """Return the clause a row speaks of."""
    clauses = rule_set(row["of"])["clause"]
    return next(one for one in clauses if one["number"] == row["clause"])


def said(row: dict) -> str:
    """Return what stands at the place a row points to, as it is written in a plan file."""
    form, provision, *path = row["at"]
    found = next(one for one in rule_set(row["of"])[form] if one["id"] == provision)
    for step in path:
        found = found[step]
    key = path[-1]
    return inline(found) if isinstance(key, int) else f"{key} = {inline(found)}"


def inline(value: object) -> str:
    """Return a value as TOML in one line; titles are left out."""
    if isinstance(value, dict):
        inner = ", ".join(f"{k} = {inline(v)}" for k, v in value.items() if k != "title")
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
