"""What is promised to stay: names, plan files, verdicts in JSON, codes of reasons."""

import json
import shutil
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import eduplan
from eduplan import load_plan, plan_schema, save_plan
from eduplan.cases import Case, read_cases, run_case
from eduplan.stable import v1
from schema_keys import SchemaKeys
from test_schema import as_json

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(__file__).parent / "corpus" / "v1"
PLANS = sorted(path for path in CORPUS.glob("*.toml") if path.stem != "cases")
CASES = read_cases(CORPUS / "cases.toml")

by_name = pytest.mark.parametrize("path", PLANS, ids=[path.stem for path in PLANS])


# ---------------------------------------------------------------- plan files


@by_name
def test_a_plan_file_once_loaded_loads_for_ever(path: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(CORPUS, tmp_path / "v1")
    plan = load_plan(folder / path.name)
    for name in ("again.toml", "again.json"):
        save_plan(plan, folder / name)
        assert load_plan(folder / name) == plan
    assert len(plan.benches) == len(plan.provisions), "and can be judged"


def test_the_corpus_uses_every_key_there_is() -> None:
    keys = SchemaKeys(plan_schema())
    tables = [tomllib.loads(path.read_text("utf-8"), parse_float=Decimal) for path in PLANS]
    used = {key for table in tables for key in keys.used(as_json(table))}  # type: ignore[arg-type]
    assert keys.all() - used == set(), "write a plan that uses it into tests/corpus/v1"


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_what_a_plan_file_says_stays_what_it_says(case: Case) -> None:
    told = [mismatch.message("en") for outcome in run_case(case) for mismatch in outcome.mismatches]
    assert told == []


# ---------------------------------------------------------------- names


def test_the_promised_names_are_there_and_are_those_of_the_package() -> None:
    assert sorted(v1.__all__) == v1.__all__
    for name in v1.__all__:
        if name in eduplan.__all__:
            assert getattr(v1, name) is getattr(eduplan, name)


# ---------------------------------------------------------------- against the last release

VERDICTS = {"properties": {"status": {}, "name": {}}, "required": ["status"]}
PLAN: dict[str, Any] = {
    "properties": {"plan": {}, "quota": {"items": {"properties": {"at_least": {}}}}}
}

FILES = {
    "src/eduplan/__init__.py": "",
    "src/eduplan/core.py": "def judge(plan: str, day: str, *, names: bool = False) -> str: ...\n",
    "src/eduplan/stable/__init__.py": "",
    "src/eduplan/stable/v1.py": "from eduplan.core import judge\n\n__all__ = ['judge']\n",
    "src/eduplan/plans/eduplan-plan.schema.json": json.dumps(PLAN),
    "src/eduplan/plans/eduplan-verdicts.schema.json": json.dumps(VERDICTS),
    "src/eduplan/catalogue/core.toml": "[reason]\nexempt = {}\n\n[fault]\nwrong = {}\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a small project in a git repository of its own, with nothing released."""
    write(tmp_path, FILES)
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        root.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        root.joinpath(name).write_text(text, "utf-8")


def git(root: Path, *words: str) -> None:
    names = ["-c", "user.name=eduplan", "-c", "user.email=eduplan@example.test"]
    subprocess.run(["git", *names, *words], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Change")


def compared(root: Path) -> tuple[int, str]:
    script = ROOT / ".ci" / "stability.py"
    done = subprocess.run(
        [sys.executable, script, root], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def test_before_the_first_release_it_says_so(repository: Path, tmp_path: Path) -> None:
    assert compared(repository) == (0, "stability: no released version yet\n")


def test_outside_a_repository_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    code, told = compared(tmp_path)
    assert code == 0
    assert "not a git repository" in told


HARMLESS = {
    "src/eduplan/core.py": "def judge(plan: str, day: str, *, names: bool = False, deep: bool = False) -> str: ...\n",
    "src/eduplan/other.py": "def more() -> None: ...\n",
    "src/eduplan/plans/eduplan-plan.schema.json": json.dumps(
        {"properties": {**PLAN["properties"], "gate": {}}}
    ),
    "src/eduplan/plans/eduplan-verdicts.schema.json": json.dumps(
        {"properties": {**VERDICTS["properties"], "due": {}}, "required": ["status", "due"]}  # type: ignore[dict-item]
    ),
    "src/eduplan/catalogue/core.toml": "[reason]\nexempt = {}\nleft = {}\n",
}

BREAKING = {
    "an argument is gone": (
        {"src/eduplan/core.py": "def judge(plan: str, day: str) -> str: ...\n"},
        "names",
    ),
    "an argument is new and required": (
        {
            "src/eduplan/core.py": "def judge(plan: str, day: str, place: str, *, names: bool = False) -> str: ...\n"
        },
        "place",
    ),
    "a name is gone": ({"src/eduplan/stable/v1.py": "__all__ = []\n"}, "judge"),
    "a key of plan files is gone": (
        {"src/eduplan/plans/eduplan-plan.schema.json": json.dumps({"properties": {"plan": {}}})},
        ".quota is gone",
    ),
    "a key of plan files is required": (
        {"src/eduplan/plans/eduplan-plan.schema.json": json.dumps({**PLAN, "required": ["quota"]})},
        ".quota is required now",
    ),
    "a key of verdicts may be missing": (
        {
            "src/eduplan/plans/eduplan-verdicts.schema.json": json.dumps(
                {**VERDICTS, "required": []}
            )
        },
        ".status may be left out now",
    ),
    "a code is gone": (
        {"src/eduplan/catalogue/core.toml": "[reason]\nleft = {}\n"},
        "reason.exempt is gone",
    ),
}


def test_what_is_only_added_breaks_nothing(repository: Path) -> None:
    git(repository, "tag", "v1.0.0")
    write(repository, HARMLESS)
    commit(repository)
    code, told = compared(repository)
    assert (code, told) == (0, "stability: nothing promised is broken since v1.0.0\n")


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_is_reported(repository: Path, change: str) -> None:
    files, word = BREAKING[change]
    git(repository, "tag", "v1.0.0")
    write(repository, files)
    commit(repository)
    code, told = compared(repository)
    assert code == 1, told
    assert word in told
    assert len(told.splitlines()) == 1, told
