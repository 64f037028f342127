"""The commands for those who write plans."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from eduplan.cases import run_cases
from eduplan.cli.printing import plain_console, print_outcomes
from eduplan.cli.writing import write_files
from eduplan.errors import Fault, InputError
from eduplan.exports import dump_verdict_schema
from eduplan.exports.verdict_schema import SCHEMA_FILE as VERDICT_SCHEMA_FILE
from eduplan.files import starter
from eduplan.messages import Language, say
from eduplan.schema import SCHEMA_FILE, dump_schema

_SCHEMAS = {
    "plan": (SCHEMA_FILE, dump_schema),
    "verdicts": (VERDICT_SCHEMA_FILE, dump_verdict_schema),
}


def new(
    name: str,
    /,
    *,
    title: str = "",
    out: Path | None = None,
    force: bool = False,
    lang: Language = "zh",
) -> int:
    """Write a plan file to start from, with comments, and the schema beside it."""
    text = starter(name, title=title, lang=lang)
    path = out if out is not None else Path(f"{name}.toml")
    if path.suffix != ".toml":
        raise InputError([Fault("unknown-suffix", str(path), {"known": ".toml"})])
    if path.exists() and not force:
        raise InputError([Fault("file-exists", str(path))])
    files = {path.name: text}
    if not (path.parent / SCHEMA_FILE).exists():
        files[SCHEMA_FILE] = dump_schema()
    console = plain_console(stderr=True)
    for written in write_files(path.parent, files):
        console.print(say("cli.wrote", lang, path=written), soft_wrap=True)
    return 0


def run_files(
    cases: list[Path],
    /,
    *,
    lang: Language = "zh",
) -> int:
    """Run cases: what happened, and the verdicts that must come out."""
    console = plain_console()
    held = True
    for path in cases:
        outcomes = run_cases(path)
        print_outcomes(console, path.name, outcomes, lang)
        held = held and all(outcome.holds for outcome in outcomes)
    return 0 if held else 1


def schema(
    what: Literal["plan", "verdicts"] = "plan",
    /,
    *,
    out: Path | None = None,
    lang: Language = "zh",
) -> int:
    """Give the JSON Schema by which editors check a plan file, or that of verdicts in JSON."""
    name, text = _SCHEMAS[what]
    if out is None:
        sys.stdout.write(text())
        return 0
    (path,) = write_files(out, {name: text()})
    plain_console(stderr=True).print(say("cli.wrote", lang, path=path), soft_wrap=True)
    return 0
