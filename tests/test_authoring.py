"""Commands for those who write plans: a plan to start from, the schema, and cases."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from commands import Run
from eduplan import PlanFileError, load_plan, plan_from_table
from eduplan.files import starter
from eduplan.lint import lint
from eduplan.messages import LANGUAGES, Language
from eduplan.provisions import FORMS
from test_schema import objections

OK, FAULTY = 0, 2
ROOT = Path(__file__).resolve().parent.parent
OPTIONAL = re.compile(r"^#(?![ :]|$)", re.MULTILINE)
OPTIONAL_INDENTED = re.compile(r"^#(?=    \{)", re.MULTILINE)


def whole(text: str) -> str:
    """Return a starter with all that is optional put in."""
    return OPTIONAL_INDENTED.sub("", OPTIONAL.sub("", text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_starter_can_be_loaded_as_it_is_and_with_all_that_is_optional(lang: Language) -> None:
    text = starter("town-plan", title="某镇教研计划", lang=lang)
    as_it_is = tomllib.loads(text)
    all_of_it = tomllib.loads(whole(text))

    for table in (as_it_is, all_of_it):
        assert plan_from_table(table).id == "town-plan"
        assert objections(table) == []
    assert {"quota", "follow_up"} <= set(as_it_is)
    assert set(FORMS) <= set(all_of_it), "an example of each form"
    assert text.startswith("#:schema eduplan-plan.schema.json\n")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_lint_finds_nothing_in_a_starter_but_its_open_question(lang: Language) -> None:
    plan = plan_from_table(tomllib.loads(starter("town-plan", lang=lang)))
    assert [finding.code for finding in lint(plan)] == ["open.question"]


def test_the_starters_say_the_same_in_both_languages() -> None:
    zh, en = (tomllib.loads(whole(starter("a", lang=lang))) for lang in LANGUAGES)
    assert zh == en


@pytest.mark.parametrize("title", ['"', "\\", "a\nb", "\x7f", "\\u0041 '''", "TITLE", "NAME"])
def test_a_title_comes_back_as_it_was_given(title: str) -> None:
    assert plan_from_table(tomllib.loads(starter("a", title=title))).title["en"] == title


@pytest.mark.parametrize(("name", "title"), [("Town", ""), ("", ""), ("镇", ""), ("a", " ")])
def test_a_starter_needs_a_name_and_a_title(name: str, title: str) -> None:
    with pytest.raises(PlanFileError):
        starter(name, title=title)


def test_new_writes_a_plan_and_the_schema_beside_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plans" / "town.toml"
    ran = run("new", "town", "--title", "某镇教研计划", "--out", path)

    assert ran.code == OK
    assert load_plan(path).title["zh"] == "某镇教研计划"
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "eduplan-plan.schema.json",
        "town.toml",
    ]
    assert str(path) in ran.err
    assert ran.out == ""


def test_new_never_writes_over_a_file_unless_told_to(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_text("mine", "utf-8")
    ran = run("new", "town", "--out", path, "--lang", "en")

    assert ran.code == FAULTY
    assert "--force" in ran.err
    assert path.read_text("utf-8") == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["town.toml"]

    assert run("new", "town", "--out", path, "--force").code == OK
    assert load_plan(path).id == "town"


def test_new_writes_toml_only_and_says_what_is_wrong(run: Run, tmp_path: Path) -> None:
    for words in (
        ["town", "--out", tmp_path / "town.json"],
        ["Town", "--out", tmp_path / "a.toml"],
    ):
        ran = run("new", *words)
        assert ran.code == FAULTY
        assert ran.err
    assert list(tmp_path.iterdir()) == []


def test_new_writes_into_the_working_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eduplan", "new", "town", "--lang", "en"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)
    assert load_plan(tmp_path / "town.toml").id == "town"
