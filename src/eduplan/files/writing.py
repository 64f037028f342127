"""Plans written as TOML and JSON files."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import tomli_w

from eduplan.errors import Fault, PlanFileError
from eduplan.inheritance import own_tables
from eduplan.plan import Plan
from eduplan.tables import plain
from eduplan.textfiles import write_whole


def plan_to_table(plan: Plan) -> dict[str, object]:
    """Return a plan as the tables of a plan file, from which an equal plan is read back.

    Of a derived plan they hold what differs from its parent.
    """
    head: dict[str, object] = {"id": plan.id, "title": plain(plan.title)}
    derivation = plan.derivation
    if derivation is not None:
        clause = list(derivation.clause)
        extends = {"plan": derivation.source, "clause": clause} if clause else derivation.source
        head["extends"] = extends
    for name in ("horizon", "length"):
        value = getattr(plan, name)
        if value is not None and (derivation is None or value != getattr(derivation.parent, name)):
            head[name] = plain(value)
    own = _whole(plan) if derivation is None else own_tables(plan, derivation)
    table = {"plan": head, "document": plain(plan.document), **own}
    return {key: value for key, value in table.items() if value}


def _whole(plan: Plan) -> dict[str, object]:
    return {
        "scales": {scale.name: list(scale.values) for scale in plan.scales},
        "labels": plain(plan.labels),
        "answers": plain(plan.answers),
        "clause": plain(plan.clauses),
        "figure": plain(plan.figures),
        "question": plain(plan.questions),
        **{key: [plain(thing) for thing in things] for key, things in plan.by_key.items()},
    }


def dump_toml(plan: Plan) -> str:
    """Return a plan as the text of a TOML file, which read again is the same plan.

    Args:
        plan: the plan, with the answers given to it.

    >>> from eduplan import load_plan
    >>> dump_toml(load_plan("county-six-year")).startswith('[plan]')
    True
    """
    return tomli_w.dumps(plan_to_table(plan), multiline_strings=False)


def dump_json(plan: Plan) -> str:
    """Return a plan as the text of a JSON file; dates are written as ``2024-09-01``.

    Args:
        plan: the plan, with the answers given to it.

    >>> from eduplan import load_plan
    >>> dump_json(load_plan("county-six-year")).splitlines()[:2]
    ['{', '  "plan": {']
    """
    return json.dumps(plan_to_table(plan), ensure_ascii=False, indent=2, default=_spelled) + "\n"


def _spelled(value: object) -> object:
    """Spell what JSON has no form for: days as text, decimals as numbers where they keep."""
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def save_plan(plan: Plan, path: str | Path) -> None:
    """Write a plan to a ``.toml`` or ``.json`` file, whole or not at all.

    Args:
        plan: the plan, with the answers given to it.
        path: the file; one that is there is written over.

    Raises:
        PlanFileError: another file type.
    """
    path = Path(path)
    writers = {".toml": dump_toml, ".json": dump_json}
    if path.suffix not in writers:
        fault = Fault("unknown-suffix", "", {"known": ", ".join(writers)})
        raise PlanFileError([fault], path.name)
    write_whole(path, writers[path.suffix](plan))
