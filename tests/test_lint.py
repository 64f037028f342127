"""What lint finds, and what it leaves alone.

Every file in ``tests/lint`` holds plans in which something stands out, a table ``[[case]]`` each:

``id``
    its name;
``code``
    the code of the finding;
``plan``
    the tables of the plan; unless they hold the head too, a head with two clauses, ``1`` and ``2``,
    and a scale of levels stand before them;
``place``, ``says``
    where it is found, and a part of the English message;
``near``
    tables that differ by little and in which nothing of that code is found, or a list of these;
``calendar``, ``people``, ``other``
    besides, for both: a packaged calendar, tables of a roster, the tables of a second plan.
"""

import json
import tomllib
from pathlib import Path
from random import Random
from typing import Any

import pytest

from eduplan import available_plans, load_plan, plan_from_table
from eduplan.calendars import load_calendar
from eduplan.exports import findings_to_json
from eduplan.lint import CODES, Finding, Severity, lint
from eduplan.messages import LANGUAGES, catalogue
from eduplan.provisions import FORMS

FOLDER = Path(__file__).parent / "lint"
HEAD = """
[plan]
id = "{id}"
title = {{ zh = "{zh}", en = "{en}" }}

[document]
title = {{ zh = "{zh}", en = "{en}" }}

[scales]
level = ["school", "county", "city", "province"]

[[clause]]
number = "1"
gist = {{ zh = "第一条", en = "The first" }}

[[clause]]
number = "2"
gist = {{ zh = "第二条", en = "The second" }}

"""
CASES = [
    pytest.param(case, id=f"{path.stem}:{case['code']}:{case['id']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]


def table_of(
    tables: str, name: str = "town", zh: str = "镇教研计划", en: str = "Plan of a town"
) -> Any:
    """Return the tables of a plan, with a head where they have none."""
    head = "" if "[plan]" in tables else HEAD.format(id=name, zh=zh, en=en)
    return tomllib.loads(head + tables)


def found_in(case: dict[str, Any], tables: str) -> tuple[Finding, ...]:
    other = case.get("other")
    beside = (
        [plan_from_table(table_of(other, "other", "另一个镇的计划", "Plan of another town"))]
        if other
        else []
    )
    return lint(
        plan_from_table(table_of(tables)),
        calendar=load_calendar(case["calendar"]) if "calendar" in case else None,
        people=tomllib.loads(case.get("people", "")).get("people", ()),
        others=beside,
    )


@pytest.mark.parametrize("case", CASES)
def test_it_is_found_and_the_near_miss_is_not(case: dict[str, Any]) -> None:
    found = [f for f in found_in(case, case["plan"]) if f.code == case["code"]]

    told = [(f.place, f.message("en")) for f in found]
    assert any(place == case["place"] and case["says"] in text for place, text in told), told
    for near in [case["near"]] if isinstance(case["near"], str) else case["near"]:
        assert [f.message("en") for f in found_in(case, near) if f.code == case["code"]] == []
    for finding in found:
        for lang in LANGUAGES:
            assert finding.message(lang)
            assert finding.hint(lang)
            assert "{" not in finding.message(lang)


def test_every_code_has_a_case() -> None:
    assert {param.values[0]["code"] for param in CASES} == set(CODES)  # type: ignore[index]


def test_every_case_has_a_name_of_its_own() -> None:
    names = [param.id for param in CASES]

    assert len(set(names)) == len(names)


def test_every_code_is_explained_in_both_languages_and_no_other() -> None:
    parts = ("means", "says", "hint", "example")
    told = {
        key.split(".", 1)[1].rpartition(".")[0]
        for key in catalogue()
        if key.startswith("lint.") and key.endswith(".means")
    }

    assert told == set(CODES)
    for code in CODES:
        for part in parts:
            text = catalogue()[f"lint.{code}.{part}"]
            assert text.zh != text.en


# ---------------------------------------------------------------- order


def every_table() -> dict[str, Any]:
    """Return one plan with as many findings as fit into one."""
    tables = [param.values[0]["plan"] for param in CASES]  # type: ignore[index]
    merged: dict[str, Any] = table_of("")
    for number, tables_ in enumerate(tables):
        if "[plan]" in tables_ or "[answers]" in tables_:
            continue
        _merge(merged, table_of(tables_), f"-{number}")
    return merged


def _merge(into: dict[str, Any], other: dict[str, Any], suffix: str) -> None:
    """Put the tables of one plan into another, each id with a suffix."""

    def renamed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: renamed(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [renamed(item, key) for item in value]
        if key in ("part", "whole", "total_of", "part_of", "same_as", "verdict", "bar"):
            return value + suffix if isinstance(value, str) else value
        return value + suffix if isinstance(value, str) and value.startswith("?") else value

    for key in ("figure", "question", *FORMS):
        for entry in other.get(key, []):
            changed = renamed(entry)
            into.setdefault(key, []).append({**changed, "id": entry["id"] + suffix})
    for clause in other["clause"][2:]:
        number = f"{clause['number']}{suffix}"
        into["clause"].append({**clause, "number": number})
    for key in ("basis", "cites", "annex"):
        into["document"].setdefault(key, []).extend(other["document"].get(key, []))


ORDERED = ("milestones", "step", "steps", "tariff", "version")
"""Keys of lists whose order means something."""


def shuffled(value: Any, chance: Random) -> Any:
    """Return tables with their entries and keys in another order; lists of values stay."""
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        return {k: value[k] if k in ORDERED else shuffled(value[k], chance) for k in keys}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [shuffled(item, chance) for item in chance.sample(value, len(value))]
    return value


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_tables_changes_nothing(seed: int) -> None:
    table = every_table()

    expected = lint(plan_from_table(table))
    assert len({finding.code for finding in expected}) > 20
    assert lint(plan_from_table(shuffled(table, Random(seed)))) == expected


@pytest.mark.parametrize("name", available_plans())
def test_findings_are_sorted_and_stand_once(name: str) -> None:
    others = [load_plan(other) for other in available_plans() if other != name]
    found = lint(load_plan(name), others=others, calendar=load_calendar("shanghai"))

    order = list(Severity)
    assert [order.index(f.severity) for f in found] == sorted(
        order.index(f.severity) for f in found
    )
    assert len(set(found)) == len(found)
    assert lint(load_plan(name), others=others[::-1], calendar=load_calendar("shanghai")) == found


def test_no_personal_value_is_told() -> None:
    people = [
        {"id": "530123199001010011", "name": "王芳", "role": "teacher", "type": "person"},
        {"id": "g-7", "name": "语文组", "type": "preparation-group", "members": ()},
    ]
    for name in available_plans():
        for finding in lint(load_plan(name), people=people):
            told = repr(finding) + finding.message("zh") + finding.message("en")
            assert "王芳" not in told
            assert "530123199001010011" not in told


def test_json_has_the_findings_in_order() -> None:
    found = lint(load_plan("county-six-year"))
    table = json.loads(findings_to_json(found))

    assert (table["format"], table["version"]) == ("eduplan-findings", 1)
    assert [row["code"] for row in table["findings"]] == [finding.code for finding in found]
    assert [row["message"]["zh"] for row in table["findings"]] == [f.message("zh") for f in found]


# ---------------------------------------------------------------- what the cases cannot say


def test_a_slip_in_a_figure_is_not_told_again_for_a_quote_of_the_same_clause() -> None:
    found = lint(
        plan_from_table(
            table_of(
                """
                [[clause]]
                number = "3"
                gist = { zh = "第三条", en = "The third" }
                quotes = ["开发IOO个项目", "问卷调杳"]

                [[figure]]
                id = "projects"
                clause = "3"
                stated = "IOO个"
                value = 100
                """
            )
        )
    )

    slips = [f for f in found if f.code == "wording.copying-error"]
    assert [(f.place, f.facts["printed"]) for f in slips] == [
        ("clause.3", "杳"),
        ("figure.projects", "IOO"),
    ]
