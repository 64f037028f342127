"""The published JSON Schema of verdicts: every verdict there is fits it, and nothing else does."""

import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from eduplan import (
    Group,
    Person,
    Record,
    Register,
    School,
    Verdict,
    available_plans,
    evaluate,
    load_calendar,
    load_plan,
)
from eduplan.exports import dump_verdict_schema, verdict_schema, verdicts_to_json
from eduplan.exports.as_json import FORMAT, VERSION
from eduplan.imports import read_people, read_records
from eduplan.messages import catalogue
from test_cases import CASES
from test_plan_files import ANSWERS

County = tuple[tuple[Person | School | Group, ...], tuple[Record, ...]]

SCHEMA: Any = verdict_schema()
DEMO = resources.files("eduplan").joinpath("demo")


def closed(part: Any) -> Any:
    """Return a schema that allows no keys but those it lists."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {key: closed(value) for key, value in part.items()}
    if part.get("type") == "object" and "properties" in part:
        kept["additionalProperties"] = False
    return kept


STRICT = Draft202012Validator(closed(SCHEMA))


def shape(value: Any) -> Any:
    """Return a value as the schema sees it: digits alike, sentences alike, every entry once.

    Tens of thousands of verdicts have some hundreds of shapes, and each is looked at.
    """
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return list({json.dumps(one): one for one in map(shape, value)}.values())
    if isinstance(value, str):
        digits = re.sub(r"\d", "0", value)
        return digits if re.fullmatch(r"[!-~]*", digits) else "…"
    return min(value, 1) if type(value) is int else value


def objections(document: dict[str, Any]) -> list[str]:
    shapes = {json.dumps(one): one for one in map(shape, document["verdicts"])}
    whole = {**document, "verdicts": list(shapes.values())}
    return [f"{e.json_path}: {e.message[:200]}" for e in STRICT.iter_errors(whole)]


def in_json(verdicts: list[Verdict], *, names: bool = False) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(verdicts_to_json(verdicts, names=names))
    return document


@pytest.fixture(scope="module")
def county() -> County:
    with resources.as_file(DEMO) as folder:
        return read_people(folder / "roster.xlsx"), read_records(folder / "register.xlsx")


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"] == {
        **SCHEMA["properties"]["version"],
        "const": VERSION,
    }
    assert SCHEMA["properties"]["format"]["const"] == FORMAT


def test_the_packaged_file_is_the_schema_of_today() -> None:
    packaged = resources.files("eduplan").joinpath("plans", "eduplan-verdicts.schema.json")
    assert packaged.read_text("utf-8") == dump_verdict_schema(), (
        "run: eduplan schema verdicts --out src/eduplan/plans"
    )


@pytest.mark.parametrize("name", available_plans())
def test_every_verdict_on_the_example_county_fits(name: str, county: County) -> None:
    people, records = county
    with DEMO.joinpath("answers.toml").open("rb") as file:
        answers = tomllib.load(file, parse_float=Decimal)
    plan = load_plan(name).answer(answers.get(name, ANSWERS[name]))
    register = Register(records, complete_through=date(2025, 6, 1))
    verdicts = evaluate(
        plan, people, register, as_of=date(2025, 6, 2), calendar=load_calendar("shanghai")
    )
    found = list(verdicts)
    assert len({verdict.provision for verdict in found}) == len(plan.provisions)
    assert objections(in_json(found)) == []


def test_the_verdicts_of_every_case_fit() -> None:
    found = [verdict for _, case in CASES for verdict in list(case.judge())]
    assert len({verdict.citation.form for verdict in found}) == 10, "nine, and the unanswered"
    assert objections(in_json(found, names=True)) == []


def test_codes_are_spelled_as_the_schema_has_them() -> None:
    code = re.compile(SCHEMA["$defs"]["missing"]["properties"]["code"]["pattern"])
    heads = ("reason", "missing", "point")
    codes = [key.partition(".") for key in catalogue()]
    assert [key for head, _, key in codes if head in heads and not code.search(key)] == []


SLIPS: list[tuple[str, Any]] = [
    ("status", "MAYBE"),
    ("as_of", "2.6.2025"),
    ("value", 7.5),
    ("value", "7,5"),
    ("days_left", -1),
    ("missing", [{"code": "Not a code", "facts": {}}]),
    ("period", {"from": "2024-09-01"}),
    ("extra", 1),
]


@pytest.mark.parametrize(("key", "value"), SLIPS)
def test_what_is_no_verdict_does_not_fit(key: str, value: Any) -> None:
    _, case = CASES[0]
    document = in_json(list(case.judge()))
    assert objections(document) == []
    document["verdicts"][0][key] = value
    assert objections(document)


def test_a_reader_of_today_takes_what_is_added_tomorrow() -> None:
    _, case = CASES[0]
    document = in_json(list(case.judge()))
    document["verdicts"][0]["tomorrow"] = {"new": 1}
    assert Draft202012Validator(SCHEMA).is_valid(document)
