"""The documentation: it builds, loads nothing from elsewhere, and says what the code says.

That its examples run is seen to by the conftest.py at the root.
"""

import html
import json
import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import attrs
import pytest

from eduplan.calendars import TermSource, available
from eduplan.figures import Figure, ShareOf
from eduplan.files import available_plans, load_plan
from eduplan.lint import CODES
from eduplan.measures import Cap, Way
from eduplan.messages import catalogue
from eduplan.periods import Unit
from eduplan.provisions import Amount, Answer, FollowUp, Question, Quota, Reading, Within
from eduplan.selectors import Test as Compare
from eduplan.sources import Annex, Cited, Clause, Document, LeadingGroup

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "eduplan"
LANGUAGES = ("zh", "en")

with (DOCS / "glossary.toml").open("rb") as _file:
    TERMS = tomllib.load(_file)["term"]


def pages(lang: str) -> set[str]:
    folder = DOCS / lang
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}


def page(lang: str, name: str) -> str:
    return (DOCS / lang / name).read_text("utf-8")


def built(site: Path, lang: str, name: str) -> str:
    folder = site if lang == "zh" else site / lang
    return (folder / name).with_suffix(".html").read_text("utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        # Not --quiet: with it warnings are not even made, and --strict has none to count.
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


# --- the site ------------------------------------------------------------------------------------


def test_both_languages_have_the_same_pages() -> None:
    assert pages("zh") == pages("en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_built(site: Path, lang: str) -> None:
    missing = [name for name in pages(lang) if not built(site, lang, name)]

    assert missing == []


def test_what_both_languages_document_is_linked_within_each(site: Path) -> None:
    # The pages of Python names are the same in both; English ones lie below `en`.
    pages_of_names = sorted((site / "en" / "reference").glob("api-*.html"))
    links = [
        (path.parent / address).resolve()
        for path in pages_of_names
        for address in re.findall(
            r'<a class="autorefs[^>]* href="([^"#]+)', path.read_text("utf-8")
        )
    ]

    assert links
    assert [link for link in links if site / "en" not in link.parents] == []


def test_what_a_function_returns_is_one_thing(site: Path) -> None:
    found = [
        items
        for path in (site / "en" / "reference").glob("api-*.html")
        for items in re.findall(r">Returns:<.*?</ul>", path.read_text("utf-8"), re.DOTALL)
    ]

    assert found
    assert {items.count("<li") for items in found} == {1}


class Loads(HTMLParser):
    """Gathers what a page loads by itself; a link to click on is no load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in {"link", "script", "img", "iframe", "source", "video", "audio", "object"}:
            self.found += [
                value
                for name, value in attributes
                if name in {"src", "href", "srcset", "data"} and value
            ]


def test_what_a_class_is_made_of_stands_with_its_types(site: Path) -> None:
    # Classes of attrs have no constructor that can be read in the source.
    text = html.unescape(re.sub(r"<[^>]+>", "", built(site, "en", "reference/api-records.md")))

    assert "Person(*,id:str,name:str=" in re.sub(r"\s", "", text)
    assert re.search(r"joined\s*\(\s*date \| None\s*, default:\s*None", text)
    assert "_entry" not in text
    assert "attrs.field" not in text


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    outside = []
    for path in site.rglob("*.html"):
        loads = Loads()
        loads.feed(path.read_text("utf-8"))
        outside += [(path.name, url) for url in loads.found if re.match(r"(https?:)?//", url)]
    outside += [
        (path.name, url)
        for path in site.rglob("*.css")
        for url in re.findall(r"(?:url\(|@import )['\"]?((?:https?:)?//[^'\")]+)", path.read_text())
    ]

    assert outside == []


def test_only_the_site_is_in_the_site(site: Path) -> None:
    assert [path.name for path in site.rglob("*") if path.suffix in {".py", ".toml", ".md"}] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_mark_of_a_table_is_left(site: Path, lang: str) -> None:
    assert [name for name in pages(lang) if "<!-- table:" in built(site, lang, name)] == []


def test_chinese_can_be_searched_by_words(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    words = {word for entry in index["docs"] for word in entry["text"].split("\u200b")}

    assert {"学时", "教师", "培训"} <= words


# --- what it says --------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row["en"])
def test_a_term_is_told_in_both_languages(row: dict[str, str]) -> None:
    assert set(row) == {"zh", "en", "name", "meaning_zh", "meaning_en"}
    assert all(value for key, value in row.items() if key != "name")
    assert re.search("[\u4e00-\u9fff]", row["zh"])
    assert re.search("[\u4e00-\u9fff]", row["meaning_zh"])
    assert row["meaning_en"].isascii()


def test_no_term_stands_twice() -> None:
    for key in ("zh", "en"):
        told = [row[key] for row in TERMS]
        assert sorted(told) == sorted(set(told))


def test_names_in_the_glossary_exist_in_the_code() -> None:
    text = "\n".join(
        path.read_text("utf-8") for end in ("py", "toml") for path in SOURCE.rglob(f"*.{end}")
    )
    words = set(re.findall(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*", text))

    assert {row["name"] for row in TERMS} - {""} - words == set()


def test_the_glossary_calls_things_as_the_library_does() -> None:
    differing = [
        (row["name"], said.zh, row["zh"])
        for row in TERMS
        if (said := catalogue().get(f"term.{row['name']}")) and said.zh[:2] not in row["zh"]
    ]

    assert differing == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_glossary_page_holds_every_term_and_name(site: Path, lang: str) -> None:
    text = built(site, lang, "reference/glossary.md")

    for row in TERMS:
        assert f"<td>{row[lang]}</td>" in text
    for key in catalogue():
        if key.startswith("term."):
            assert f"<code>{key.removeprefix('term.')}</code>" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plan_and_calendar_pages_hold_all_of_them(site: Path, lang: str) -> None:
    plans = built(site, lang, "reference/plans.md")
    calendars = built(site, lang, "reference/calendars.md")

    for name in available_plans():
        plan = load_plan(name)
        for thing in (*plan.provisions, *plan.questions):
            assert f"<code>{thing.id}</code>" in plans
    for name in available():
        assert f"<code>{name}</code>" in calendars


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_on_lint_tells_every_code(site: Path, lang: str) -> None:
    text = built(site, lang, "reference/lint.md")

    for code in CODES:
        assert f'id="{code.replace(".", "-")}"' in text
        assert f'href="#{code.replace(".", "-")}"' in text


KEYS = {
    field.name
    for cls in (
        *(Amount, Annex, Answer, Cap, Cited, Clause, Document, Figure, FollowUp, LeadingGroup),
        *(Question, Quota, Reading, ShareOf, Within),
    )
    for field in attrs.fields(cls)
    if field.init
}
WORDS = KEYS | {member.value for kind in (Unit, Way, Compare) for member in kind} - {"is"}
WORDS |= {"of", "weigh", "caps", "any", "grid", "each", "school_days"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("word", sorted(WORDS))
def test_the_page_on_plan_files_tells_every_key(lang: str, word: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", page(lang, "reference/plan-file.md"), flags=re.M | re.S)
    told = re.findall(r"`([^`]+)`", prose)

    assert any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code) for code in told)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_guide_on_calendars_tells_the_keys_of_a_source(lang: str) -> None:
    text = page(lang, "how-to/add-a-calendar.md")

    assert [f.name for f in attrs.fields(TermSource) if not re.search(rf"\b{f.name}\b", text)] == []


# --- the command line ----------------------------------------------------------------------------

COMMANDS = (
    "check",
    "demo",
    "diff",
    "explain",
    "lint",
    "new",
    "plans",
    "questions",
    "schema",
    "test",
    "whatif",
)


def options(command: str) -> set[str]:
    """Return the options a command has, by its own help."""
    done = subprocess.run(
        [sys.executable, "-m", "eduplan", command, "--help"],
        env={**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", done.stdout))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_on_the_command_line_tells_every_option(lang: str) -> None:
    told: dict[str, set[str]] = {command: set() for command in COMMANDS}
    for row in re.findall(
        r"^\| `(--[a-z-]+)` \| ([^|]+) \|", page(lang, "reference/command-line.md"), re.M
    ):
        commands = re.findall(r"`(\w+)`", row[1]) or COMMANDS
        for command in commands:
            told[command].add(row[0])

    assert told == {command: options(command) for command in COMMANDS}


def test_options_in_all_documents_exist() -> None:
    known = {option for command in COMMANDS for option in options(command)}
    names = [*DOCS.rglob("*.md"), *ROOT.glob("README*.md")]
    used = {
        option
        for path in names
        for line in path.read_text("utf-8").splitlines()
        if "eduplan " in line or "`--" in line
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line)
    }

    assert used - known == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_layers_are_those_that_are_checked(lang: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in contracts["contracts"] if one["id"] == "layers")
    checked = [{name.strip("( )") for name in layer.split("|")} - {"__main__"} for layer in layers]
    rows = re.findall(
        r"^\| (`[a-z]+`(?:(?:, |、)`[a-z]+`)*) \| ", page(lang, "explanation/design.md"), re.M
    )

    assert [set(re.findall("[a-z]+", row)) for row in rows] == [names for names in checked if names]
