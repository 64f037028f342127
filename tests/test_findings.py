"""What lint finds in the packaged plans, and what it does not, case by case.

Every file in ``tests/cases/findings`` holds the cases of one plan, a table ``[[finding]]`` each:

``id``, ``zh``, ``en``
    its name, and what is the case in both languages;
``clause``, ``carrier``
    the clause, and what carries it in ``tests/coverage.csv``: ``figure:ID``, ``document:FIELD`` or
    ``lint:CODE``;
``code``, ``found``
    the check, and whether it speaks up; with ``figure:ID`` it must do so about that figure;
``set``
    what is changed in the plan before: ``path``, such as ``figure[staff].value`` (entries of lists
    by id, number or place), and ``value``; without a value the key is taken out;
``because``
    why, argued without looking at the program.
"""

import csv
import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from eduplan import load_plan, plan_from_table
from eduplan.files.writing import plan_to_table
from eduplan.lint import CODES, lint

HERE = Path(__file__).parent
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}:{case['id']}")
    for path in sorted((HERE / "cases" / "findings").glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["finding"]
]
STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")


def changed(table: Any, path: str, change: dict[str, Any]) -> None:
    """Put a value into the tables of a plan at ``path``, or take the key out."""
    steps = [name or place for name, place in STEP.findall(path)]
    for step in steps[:-1]:
        table = table[index_of(table, step)] if isinstance(table, list) else table[step]
    last = index_of(table, steps[-1]) if isinstance(table, list) else steps[-1]
    if "value" in change:
        table[last] = change["value"]
    else:
        del table[last]


def index_of(entries: list[Any], name: str) -> int:
    """Return the place of an entry with this id or number, or at this place."""
    for index, entry in enumerate(entries):
        if isinstance(entry, dict) and name in (entry.get("id"), entry.get("number")):
            return index
    return int(name)


def found(plan: str, case: dict[str, Any]) -> bool:
    table = plan_to_table(load_plan(plan))
    for change in case.get("set", ()):
        changed(table, change["path"], change)
    findings = [f for f in lint(plan_from_table(table)) if f.code == case["code"]]
    kind, _, name = case["carrier"].partition(":")
    if kind == "figure":
        findings = [finding for finding in findings if name in finding.place]
    return bool(findings)


@pytest.mark.parametrize(("plan", "case"), CASES)
def test_lint_finds_it_or_not_as_argued(plan: str, case: dict[str, Any]) -> None:
    assert case["code"] in CODES
    assert len(case["because"]) >= 15, "give the reason, not a word"
    assert {"id", "zh", "en", "clause", "carrier"} <= set(case)
    assert found(plan, case) is case["found"], case["because"]


def test_what_carries_a_clause_without_a_provision_is_tried_both_ways() -> None:
    tried: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for param in CASES:
        plan, case = param.values
        assert isinstance(case, dict)
        tried[str(plan), case["carrier"]].add(case["found"])
    lacking = [
        (row["clause_id"], carrier)
        for row in csv.DictReader((HERE / "coverage.csv").read_text("utf-8").splitlines())
        if row["how"] == "computed"
        for carrier in row["carried_by"].split()
        if ":" in carrier and tried[row["plan"], carrier] != {True, False}
    ]
    assert lacking == []
