"""The JSON Schema of plan files says of a file what reading it says, as far as a schema can."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from eduplan import InputError, PlanFileError, available_plans, plan_from_table, plan_schema
from eduplan.cases import plan_table
from eduplan.exact import exact, not_negative
from eduplan.provisions import FORMS, Partial
from eduplan.schema import dump_schema
from eduplan.schema.making import of_class
from eduplan.schema.shapes import NOT_NEGATIVE, NUMBER
from test_cases import FOLDER
from test_form_faults import FAULTS, HEAD

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = plan_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
PLANS = resources.files("eduplan").joinpath("plans")
PACKAGED = [
    tomllib.loads(PLANS.joinpath(f"{name}.toml").read_text("utf-8"), parse_float=Decimal)
    for name in available_plans()
]
OF_CASES = [
    plan_table(case)
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
    if "plan" not in case
]


def documented() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the plans, and parts of plans, that stand in the documentation, with their place."""
    head = tomllib.loads(HEAD)
    for path in sorted((ROOT / "docs").rglob("*.md")):
        for block in re.finditer(
            r"^```toml[^\n]*\n(.*?)^```$", path.read_text("utf-8"), re.M | re.S
        ):
            table = tomllib.loads(block[1])
            if "plan" in table or set(table) & {*FORMS, "question", "figure", "scales"}:
                line = block.string.count("\n", 0, block.start()) + 1
                yield f"{path.relative_to(ROOT)}:{line}", head | table


DOCUMENTED = dict(documented())

STRUCTURAL = {
    "cycle-anchor",
    "cycle-length",
    "date-time",
    "empty-list",
    "empty-text",
    "every-unknown",
    "measure-needs",
    "measure-not-with",
    "measure-one-of",
    "missing-key",
    "negative",
    "not-a-date",
    "not-a-fact",
    "not-a-flag",
    "not-a-list",
    "not-a-name",
    "not-a-number",
    "not-a-table",
    "not-bilingual",
    "not-one-of",
    "not-positive",
    "not-text",
    "not-whole",
    "one-operand",
    "question-without-reading",
    "scope-one-of",
    "unknown-key",
    "unknown-key-near",
    "unknown-test",
    "within-one-of",
}
"""Faults a schema can see: a key, a type, a word. It cannot see how parts of a plan fit together."""


def as_json(value: object) -> object:
    """Return what a TOML file holds as an editor sees it: days as text, decimals as numbers."""
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def objections(table: object) -> list[str]:
    """Return what the schema has against a plan: places and words."""
    found = VALIDATOR.iter_errors(as_json(table))
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def faults_of(table: Mapping[str, object]) -> set[str]:
    """Return the codes of the faults found by reading a plan, none where it can be read."""
    try:
        plan_from_table(table)
    except PlanFileError as error:
        return {fault.code for fault in error.faults}
    return set()


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_packaged_file_is_the_schema_of_today() -> None:
    packaged = PLANS.joinpath("eduplan-plan.schema.json").read_text("utf-8")
    assert packaged == dump_schema(), "run: eduplan schema --out src/eduplan/plans"


def test_it_accepts_every_plan_there_is() -> None:
    plans = [*PACKAGED, *OF_CASES]

    assert len(plans) > 300  # the folder is what it is meant to be
    assert [(table, found) for table in plans if (found := objections(table))] == []


def test_it_accepts_what_the_documentation_shows() -> None:
    assert {place: found for place in DOCUMENTED if (found := objections(DOCUMENTED[place]))} == {}


@pytest.mark.parametrize("name", available_plans())
def test_packaged_plans_name_the_schema_in_their_first_line(name: str) -> None:
    text = PLANS.joinpath(f"{name}.toml").read_text("utf-8")
    assert text.startswith("#:schema eduplan-plan.schema.json\n")


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_in_itself_it_refuses_too(fault: dict[str, str]) -> None:
    table = tomllib.loads(HEAD + fault["plan"])
    structural = faults_of(table) & STRUCTURAL

    assert not structural or objections(table), (
        f"reading finds {sorted(structural)}; let the schema say so, in schema/written.py"
    )


YEARLY = """
[[quota]]
id = "hours"
measure = { sum = "hours", of = "training" }
every = { cycle = "1 year", grid = 2020-01-01 }
at_least = 8
"""
WEEKLY = """
[[schedule]]
id = "preparation"
what = "preparation"
every = "week"
"""
ROUNDS = """
[[process]]
id = "liaison"
every = "calendar-year"
step = [{ id = "visit", title = { zh = "甲", en = "a" }, needs = "visit" }]
"""


@pytest.mark.parametrize("word", Partial)
@pytest.mark.parametrize(
    ("provision", "key"),
    [
        pytest.param(YEARLY, "partial", id="quota"),
        pytest.param(YEARLY, "stub", id="stub"),
        pytest.param(WEEKLY, "partial", id="schedule"),
        pytest.param(ROUNDS, "partial", id="process"),
    ],
)
def test_it_offers_the_policies_that_can_be_read(provision: str, key: str, word: str) -> None:
    place = 'clause = "1"\ntitle = { zh = "甲", en = "a" }\n'
    assert faults_of(tomllib.loads(f"{HEAD}{provision}{place}")) == set(), "without it"

    table = tomllib.loads(f'{HEAD}{provision}{place}{key} = "{word}"\n')
    assert bool(objections(table)) is bool(faults_of(table))


DERIVED = """
[plan]
id = "county"
title = { zh = "县", en = "County" }
extends = "county-six-year"

[document]
title = { zh = "县", en = "County" }

[[clause]]
number = "三"
gist = { zh = "三", en = "Three" }

[[drop]]
provision = "shadowing"
reason = { zh = "无", en = "none" }

[[quota]]
id = "training-hours"
at_least = 400
no_longer = ["exempt"]
"""


def test_a_derived_plan_states_only_what_differs() -> None:
    assert objections(tomllib.loads(DERIVED)) == []
    whole = DERIVED.replace('extends = "county-six-year"\n', "")
    assert objections(tomllib.loads(whole)), "without a parent a provision must be whole"
    for slip in ("atleast = 400", 'no_longer = ["exempted"]', "no_longer = 1"):
        kept = DERIVED.replace('no_longer = ["exempt"]', slip)
        assert objections(tomllib.loads(kept)), slip
    assert objections(tomllib.loads(DERIVED.replace("at_least = 400", 'at_least = "many"')))


def test_every_key_is_told_in_both_languages() -> None:
    found = {name for name in keys_of(SCHEMA) if name not in ("zh", "en")}
    assert found == set(), "say in catalogue/keys.toml what they mean, below their class"


def keys_of(part: object) -> Iterator[str]:
    """Yield the keys in a part of the schema that are not described."""
    if isinstance(part, Mapping):
        for key, value in part.get("properties", {}).items():
            shape = {"type", "enum", "anyOf", "$ref", "const"}
            told = value.get("description") or "/properties/" in json.dumps(value)
            if shape & set(value) and not told:
                yield key
        for value in part.values():
            yield from keys_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from keys_of(value)


def test_a_field_with_a_new_reader_must_be_given_its_schema() -> None:
    @attrs.frozen(kw_only=True)
    class Novelty:
        field: int = attrs.field(converter=round)

    with pytest.raises(TypeError, match=r"Novelty\.field: say in READS"):
        of_class(Novelty)


NUMBERS = [
    *[
        "0",
        "12",
        "12.5",
        "1/3",
        "75%",
        "-1",
        "-0",
        "-0.0",
        "-0/3",
        "-0e5",
        "+3",
        "1e3",
        "1E-3",
        ".5",
        "5.",
        "1e",
        "1/",
        "/3",
        "x",
        "1,5",
        "5%%",
    ]
]


@pytest.mark.parametrize("spelled", [*NUMBERS, " 75 % ", "5% %", "", "- 1"])
def test_a_number_is_spelled_as_it_is_read(spelled: str) -> None:
    for read, shape in ((exact, NUMBER), (not_negative, NOT_NEGATIVE)):
        try:
            read(spelled)
        except InputError:
            readable = False
        else:
            readable = True
        assert Draft202012Validator(shape).is_valid(spelled) is readable


# ---------------------------------------------------------------- small changes to plans

VALUES = [0, 1, -1, 2, Decimal("1.5"), Decimal("0.5"), "", "x", "X y", "75%", "-0", "1/3", "-1"]
VALUES += [True, False, date(2024, 9, 1), "2024-09-01", "term", "each", "school", "@bearer.joined"]
VALUES += [[], {}, ["x"], [1], ["x", "y"], [{}], {"x": 1}, {"x": ["y"]}, {"x": {"at_least": 1}}]
VALUES += [{"days": 3}, {"count": "x"}, {"zh": "甲", "en": "a"}, {"mean": "x"}, {"any": [{"x": 1}]}]
KEYS = sorted(
    {key for key in json.dumps(SCHEMA).split('"') if key.isidentifier() and len(key) < 20}
)
Step = str | int


def places(value: object, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield the paths of everything inside a value."""
    inside: Any = ()
    if isinstance(value, Mapping):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for step, item in inside:
        yield (*path, step)
        yield from places(item, (*path, step))


def copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list | tuple) else value


@st.composite
def changed_plans(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a plan of the cases with one to three things put, taken out, asked about or swapped."""
    table: dict[str, Any] = copied(draw(st.sampled_from(OF_CASES)))
    clause = table["clause"][0]["number"]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.sampled_from([key for key in table if key in FORMS] or list(table)))
        path = draw(st.sampled_from([p for p in places(table) if p[0] == start]))
        holder: Any = table
        for step in path[:-1]:
            holder = holder[step]
        last = path[-1]
        change = draw(st.sampled_from(["put", "take", "ask", "move", "add"]))
        if change == "put":
            holder[last] = copied(draw(st.sampled_from(VALUES)))
        elif change == "take":
            del holder[last]
        elif change == "ask" and "question" not in table:
            means = {"zh": "如此", "en": "so"}
            reading = [{"id": "so", "means": means, "value": holder[last]}]
            table["question"] = [{"id": "q", "clause": clause, "asks": means, "reading": reading}]
            holder[last] = "?q"
        elif change == "move":
            other: Any = table
            for step in draw(st.sampled_from(list(places(table)))):
                other = other[step]
            holder[last] = copied(other)
        elif change == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(KEYS))] = copied(draw(st.sampled_from(VALUES)))
    return table


@given(changed_plans())
def test_what_can_be_read_it_accepts(table: dict[str, Any]) -> None:
    if not faults_of(table):
        assert objections(table) == []
        plan = plan_from_table(table)
        assert len(plan.benches) == len(plan.provisions), "what can be read can be judged"


# ---------------------------------------------------------------- in editors


def taplo(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Let the checker inside the editors' TOML extensions look at plans."""
    checker = Path(sys.executable).with_name("taplo")
    return subprocess.run(
        [checker, "lint", "--no-auto-config", *paths], capture_output=True, text=True, check=False
    )


def test_editors_find_the_schema_beside_a_plan_and_use_it(tmp_path: Path) -> None:
    main_ = [sys.executable, "-m", "eduplan"]
    subprocess.run([*main_, "schema", "--out", tmp_path], check=True, capture_output=True)
    right = tmp_path / "right.toml"
    right.write_text(PLANS.joinpath("county-six-year.toml").read_text("utf-8"), "utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        right.read_text("utf-8").replace('force = "must"', 'force = "ought"', 1), "utf-8"
    )

    assert taplo(right).returncode == 0
    found = taplo(wrong)
    assert found.returncode == 1
    assert '"ought" is not valid' in found.stderr
