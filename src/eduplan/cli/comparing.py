"""The commands that compare plans."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from eduplan.cli.inputs import load_plans
from eduplan.differences import diff as differences
from eduplan.messages import Language

Lang = Annotated[Language, Parameter(help="Language of messages and results.")]


def diff(
    old: Annotated[str, Parameter(help="Name of a packaged plan, or a .toml / .json file.")],
    new: Annotated[str, Parameter(help="The plan to compare it with.")],
    /,
    *,
    lang: Lang = "zh",
) -> int:
    """Tell how one plan differs from another, in the terms of their clauses."""
    before, after = load_plans([old, new])
    console = Console(highlight=False, markup=False)
    console.print(differences(before, after).explain(lang), soft_wrap=True)
    return 0
