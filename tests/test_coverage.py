"""Every clause of the five documents is accounted for, and what is called computed is tried.

``tests/coverage.csv`` has one row a clause:

``clause_id``, ``plan``, ``section``, ``gist_zh``, ``gist_en``
    the clause: document and running number, the packaged plan that states it, its number in the
    document, some words of it, and what it says in English;
``how``
    ``computed`` where facts decide, ``attested`` where only a person can;
``carried_by``
    what carries it, separated by spaces: ids of provisions of the plan, ``figure:ID`` for a figure
    the document states, ``document:FIELD`` for a fact about the document, ``lint:CODE`` for the
    check that holds it;
``statuses``
    of a computed clause the statuses its cases must reach, ``MET NOT_MET`` if left blank. For a
    figure or a fact about the document ``finding silent``: a case in ``tests/cases/lint.toml`` in
    which the check speaks up, and one in which it does not;
``reason_zh``, ``reason_en``
    why no fact could decide, of an attested one.
"""

import csv
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from eduplan import available_plans, load_plan
from eduplan.provisions import Unanswered

HERE = Path(__file__).parent
SIZES = {"000": 61, "001": 55, "002": 90, "003": 64, "004": 28}
ROWS = list(csv.DictReader((HERE / "coverage.csv").read_text("utf-8").splitlines()))
by_clause = pytest.mark.parametrize("row", [pytest.param(r, id=r["clause_id"]) for r in ROWS])


def reached() -> dict[tuple[str, str], set[str]]:
    """Return the statuses that cases reach, by plan and provision (or ``lint:CODE`` and the like)."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in sorted((HERE / "cases").glob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            for expect in case.get("expect", ()):
                if "plan" in case and "provision" in expect:
                    found[case["plan"], expect["provision"]].add(expect["status"])
    return found


REACHED = reached()


def test_every_clause_stands_once_in_its_order() -> None:
    ids = [row["clause_id"] for row in ROWS]
    numbers = [int(clause_id.partition("-")[2]) for clause_id in ids]
    assert numbers == list(range(1, 299))
    assert {document: sum(i.startswith(document) for i in ids) for document in SIZES} == SIZES


@by_clause
def test_a_clause_is_carried_by_what_there_is(row: dict[str, str]) -> None:
    assert row["how"] in ("computed", "attested")
    assert row["plan"] in available_plans()
    assert row["carried_by"].split()
    plan = load_plan(row["plan"])
    ids = {provision.id for provision in plan.provisions}
    figures = {f"figure:{figure.id}" for figure in plan.figures}
    for carrier in row["carried_by"].split():
        if not carrier.startswith(("document:", "lint:")):
            assert carrier in ids | figures, carrier


@by_clause
def test_a_computed_clause_has_cases_and_an_attested_one_a_reason(row: dict[str, str]) -> None:
    if row["how"] == "attested":
        assert len(row["reason_en"]) >= 15, "say why no fact could decide"
        assert re.search(r"[\u4e00-\u9fff]{4}", row["reason_zh"]), "in Chinese too"
        assert not re.search(r"[\u4e00-\u9fff]{3}", row["reason_en"])
        plan = load_plan(row["plan"])
        carriers = [plan.provision(carrier) for carrier in row["carried_by"].split()]
        forms = [c.key if isinstance(c, Unanswered) else c.form for c in carriers]
        assert "attestation" in forms
        return
    wanted = set(row["statuses"].split() or ("MET", "NOT_MET"))
    provisions = [c for c in row["carried_by"].split() if ":" not in c]
    for provision in provisions:
        assert REACHED[row["plan"], provision] >= wanted, provision


def test_most_clauses_are_computed() -> None:
    assert sum(row["how"] == "computed" for row in ROWS) >= 215
