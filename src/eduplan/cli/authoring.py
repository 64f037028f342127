"""The commands for those who write plans."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from eduplan.cli.writing import write_files
from eduplan.messages import Language, say
from eduplan.schema import SCHEMA_FILE, dump_schema

Lang = Annotated[Language, Parameter(help="Language of messages and results.")]


def schema(
    *,
    out: Annotated[Path | None, Parameter(help="Folder to write to, instead of printing.")] = None,
    lang: Lang = "zh",
) -> int:
    """Give the JSON Schema by which editors check a plan file."""
    if out is None:
        sys.stdout.write(dump_schema())
        return 0
    (path,) = write_files(out, {SCHEMA_FILE: dump_schema()})
    Console(stderr=True).print(say("cli.wrote", lang, path=path), soft_wrap=True)
    return 0
