"""A plan file to start from: commented, with an example of each common form."""

from __future__ import annotations

import re
from importlib import resources

import tomli_w

from eduplan.errors import FaultList, PlanFileError
from eduplan.messages import Language
from eduplan.tables import as_name, as_string

_MARK = re.compile(r'"(NAME|TITLE)"')


def starter(name: str, *, title: str = "", lang: Language = "zh") -> str:
    """Return the text of a plan file that explains itself and can be loaded as it is.

    Args:
        name: the plan's id.
        title: what people call it, by default its id.
        lang: language of the explanations.

    Raises:
        PlanFileError: not a name, or not a title.

    >>> from eduplan import plan_from_table
    >>> import tomllib
    >>> plan_from_table(tomllib.loads(starter("town-plan", title="某镇教研计划"))).title["zh"]
    '某镇教研计划'
    """
    faults = FaultList()
    faults.read("name", as_name, name)
    faults.read("title", as_string, title or name)
    faults.raise_any(PlanFileError)
    text = resources.files("eduplan.files").joinpath("starters", f"{lang}.toml").read_text("utf-8")
    spelled = {"NAME": _spelled(name), "TITLE": _spelled(title or name)}
    return _MARK.sub(lambda found: spelled[found[1]], text)


def _spelled(text: str) -> str:
    """Return a text as TOML spells it, in quotes."""
    return tomli_w.dumps({"text": text}).removeprefix("text = ").rstrip("\n")
