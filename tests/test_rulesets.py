"""Published rules on continuing education and licence renewal, stated as plans.

Every rule set in ``tests/rulesets`` is a plan file that says where it was read, and beside it cases
whose answers are argued from its sections. Nothing but data was written for them.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

from eduplan import load_plan
from eduplan.cases import Case, read_cases, run_case
from eduplan.files import dump_json, dump_toml, plan_from_table
from eduplan.lint import Severity, lint
from eduplan.plan import Plan

FOLDER = Path(__file__).parent / "rulesets"
PLANS = sorted(path for path in FOLDER.glob("*.toml") if not path.name.endswith(".cases.toml"))
CASES = {path: read_cases(path.with_name(f"{path.stem}.cases.toml")) for path in PLANS}

by_plan = pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
by_case = pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.id) for several in CASES.values() for case in several],
)

MECHANISMS = {
    "tariff",
    "factors",
    "stated",
    "fixed",
    "each",
    "whole",
    "exceeds",
    "best",
    "share",
    "thresholds",
    "yearly",
    "of_owed",
    "carry_over",
    "leave",
    "partial",
    "exempt",
    "after",
    "change",
    "in_last",
    "verdict",
}
"""Keys of which every one is needed by some rule set here."""


@by_plan
def test_a_rule_set_is_read_written_and_read_again(path: Path) -> None:
    plan = load_plan(path)
    assert plan.id == path.stem
    assert plan_from_table(tomllib.loads(dump_toml(plan))) == plan
    assert plan_from_table(json.loads(dump_json(plan))) == plan


@by_plan
def test_a_rule_set_says_where_it_was_read(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# Read at http")


@by_plan
def test_lint_finds_no_error_in_a_rule_set(path: Path) -> None:
    found = [one for one in lint(load_plan(path)) if one.severity is Severity.ERROR]
    assert [(one.code, one.message("en")) for one in found] == []


@by_case
@pytest.mark.parametrize("backwards", [False, True])
def test_the_verdict_is_the_one_argued_for(case: Case, backwards: bool) -> None:
    assert case.zh
    assert case.en
    if backwards:
        case = attrs.evolve(case, bearers=case.bearers[::-1], records=case.records[::-1])
    for outcome in run_case(case):
        assert [mismatch.message("en") for mismatch in outcome.mismatches] == []
        assert len(outcome.expected.because) >= 20


@by_plan
def test_cases_cite_clauses_and_speak_of_every_provision(path: Path) -> None:
    plan = load_plan(path)
    numbers = {clause.number for clause in plan.clauses}
    assert {case.clause for case in CASES[path]} <= numbers
    assert {number for one in plan.provisions for number in one.clause} == numbers
    spoken = {one.provision for case in CASES[path] for one in case.expects}
    ids = {one.id for one in plan.provisions}
    assert ids - spoken <= rested_on(plan) if spoken != {""} else len(ids) == 1


def rested_on(plan: Plan) -> set[str]:
    """Return the provisions whose verdicts others rest on."""
    return {name for one in plan.provisions for name in getattr(one, "refers", tuple)()}


def test_together_they_need_what_the_language_has() -> None:
    used: set[str] = set()
    for path in PLANS:
        collect(tomllib.loads(path.read_text("utf-8")), used)
    assert used >= MECHANISMS
    assert len(PLANS) >= 16


ROWS = tomllib.loads((FOLDER.parent.parent / "docs" / "published-rules.toml").read_text("utf-8"))[
    "row"
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['of']}-{row['clause']}")
def test_the_page_points_to_what_a_clause_is_cited_for(row: dict[str, Any]) -> None:
    form, name, *path = row["at"]
    tables = tomllib.loads((FOLDER / f"{row['of']}.toml").read_text("utf-8"))
    provision = next(one for one in tables[form] if one["id"] == name)
    cited = provision["clause"]
    assert row["clause"] in ([cited] if isinstance(cited, str) else cited)
    found = provision
    for step in path:
        found = found[step]
    assert found


def collect(value: object, into: set[str]) -> None:
    """Note all keys of nested tables."""
    if isinstance(value, dict):
        into.update(value)
        for inner in value.values():
            collect(inner, into)
    elif isinstance(value, list | tuple):
        for inner in value:
            collect(inner, into)
