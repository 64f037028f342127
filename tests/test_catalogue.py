"""The catalogue: every message is there, in both languages, with the facts it tells."""

import ast
import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from eduplan import Force, Status
from eduplan.measures import Per
from eduplan.messages import LANGUAGES, around, catalogue
from eduplan.periods import Unit

SOURCE = Path(__file__).resolve().parent.parent / "src" / "eduplan"


# ---------------------------------------------------------------- what the code says

# What makes a message of a code: the name called, the place of the code among the arguments, the
# part of the catalogue. Facts are the keyword arguments or the literal dict after the code.
MAKERS = {
    "refuse": (0, "fault"),
    "add": (0, "fault"),
    "Fault": (0, "fault"),
    "Missing": (0, "missing"),
    "NotKnown": (0, "missing"),
    "OutsideCoverage": (0, "missing"),
    "LeftOut": (0, "left-out"),
    "Reason": (0, "reason"),
}
FURTHER = {"excuse": "reason", "say": ""}


def strings(node: ast.AST | None) -> list[str]:
    """Return the texts an expression can be: one, or those of both sides of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return strings(node.body) + strings(node.orelse)
    return []


def codes_in(tree: ast.AST) -> Iterator[tuple[str, set[str] | None, int]]:
    """Yield the catalogue key of every message the code makes, its facts where they are plain."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Tuple)
            and len(node.elts) == 2
            and isinstance(node.elts[1], ast.Dict)
        ):
            for code in strings(node.elts[0]):  # a reason and its facts
                yield (
                    f"reason.{code}",
                    {k for key in node.elts[1].keys for k in strings(key)},
                    node.lineno,
                )
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        part, found = "", []
        if name == "unknown" and isinstance(node.args[0], ast.Constant):
            for code in strings(node.args[0]):  # a name that is near, or all there are
                yield f"fault.{code}", {"name", "known"}, node.lineno
                yield f"fault.{code}-near", {"name", "near"}, node.lineno
        if name in MAKERS:
            place, part = MAKERS[name]
            found = strings(node.args[place]) if len(node.args) > place else []
        elif name in FURTHER:
            part = FURTHER[name]
            found = [code for argument in node.args for code in strings(argument)]
            found = [code for code in found if part or code in catalogue() or "." in code]
        facts: set[str] | None = {keyword.arg for keyword in node.keywords if keyword.arg}
        for argument in node.args[1:]:
            if isinstance(argument, ast.Dict):
                facts = {fact for key in argument.keys for fact in strings(key)}
                if None in argument.keys:  # and others, made elsewhere
                    facts = None
            elif isinstance(argument, ast.Name) and name in ("Fault", "Missing"):
                facts = None  # made elsewhere
        if (
            any(keyword.arg is None for keyword in node.keywords)
            or name in FURTHER
            or part == "left-out"
        ):
            facts = None
        if name == "Reason":
            facts = None
        for code in found:
            yield (f"{part}.{code}" if part else code), facts, node.lineno


def places_in(template: str) -> set[str]:
    return {
        name.partition(".")[0].partition("[")[0]
        for _, name, _, _ in string.Formatter().parse(template)
        if name is not None
    }


@cache
def made_in_source() -> list[tuple[str, str, set[str] | None]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for key, facts, line in codes_in(ast.parse(path.read_text("utf-8"))):
            found.append((f"{path.relative_to(SOURCE)}:{line}", key, facts))
    return found


def test_every_message_made_in_the_code_stands_in_the_catalogue() -> None:
    made = made_in_source()
    missing = [(where, key) for where, key, _ in made if key not in catalogue()]

    assert len(made) > 100  # the scan finds what it is meant to find
    assert {key.partition(".")[0] for _, key, _ in made} >= {
        "fault",
        "missing",
        "left-out",
        "reason",
    }
    assert missing == []


def test_every_message_gets_the_facts_it_tells() -> None:
    lacking = [
        (where, key, sorted(places_in(catalogue()[key]["en"]) - facts))
        for where, key, facts in made_in_source()
        if facts is not None and key in catalogue()
        if places_in(catalogue()[key]["en"]) - facts
    ]

    assert lacking == []


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("status", Status),
        ("force", Force),
        ("period", set(Unit) - {Unit.CYCLE}),
        ("explain.cap", Per),
    ],
)
def test_every_value_that_is_told_has_its_words(part: str, values: Iterable[str]) -> None:
    assert [value for value in values if f"{part}.{value}" not in catalogue()] == []


# ---------------------------------------------------------------- both languages


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_both_languages_of_a_message_tell_the_same_facts() -> None:
    assert {key: said for key in catalogue() if len({*(said := told_facts(key))}) != 1} == {}


def told_facts(key: str) -> list[frozenset[str]]:
    """Return the facts that a message tells, by language, as far as they are to be the same."""
    text = catalogue()[key]
    facts = {lang: placeholders(text[lang]) for lang in LANGUAGES}
    if key.startswith("period."):
        # A month is numbered in Chinese and named in English, a school year written 2024-25.
        same = {"month_name": "month", "short": "end_year"}
        facts = {lang: {same.get(name, name) for name in names} for lang, names in facts.items()}
    if key.startswith(("explain.least.", "explain.most.")):
        # Units stand behind every figure in Chinese, behind one of them in English.
        facts = {lang: names - {"units", "of_units"} for lang, names in facts.items()}
    return [frozenset(facts[lang]) for lang in LANGUAGES]


def test_no_message_wants_a_fact_told_in_a_way_of_its_own() -> None:
    """Facts are put in as they are, so that ``{name!r}`` would be told without its quotes."""
    ways = {
        (key, lang): way
        for key, text in catalogue().items()
        for lang in LANGUAGES
        for _, _, spec, conversion in Formatter().parse(text[lang])
        if (way := f"{spec or ''}{conversion or ''}")
    }

    assert ways == {}


def test_every_message_says_something_in_both_languages() -> None:
    assert [
        key
        for key, text in catalogue().items()
        if not all(text[lang].strip() for lang in LANGUAGES)
    ] == []


def test_english_has_no_chinese_in_it_and_chinese_has_some() -> None:
    examples = {"fault.cell-not-a-date"}  # shows how a day may be spelled
    english = {key: text.en for key, text in catalogue().items() if key not in examples}
    chinese = {key: re.sub(r"\{[^}]*\}", "", text.zh) for key, text in catalogue().items()}

    assert {key: text for key, text in english.items() if re.search(r"[\u4e00-\u9fff]", text)} == {}
    assert {
        key: text
        for key, text in chinese.items()
        if re.search(r"[A-Za-z]{2}", text) and not re.search(r"[\u4e00-\u9fff；，、…：—]", text)
    } == {}


def test_every_status_has_its_sentence_and_word() -> None:
    for status in Status:
        assert f"status.{status}" in catalogue()
    for side in ("least", "most", "follow-up"):
        for status in (Status.MET, Status.NOT_MET, Status.PENDING):
            assert f"explain.{side}.{status}" in catalogue()


def test_words_stand_around_one_fact_only() -> None:
    """A fact that is forgotten is no place for another one."""
    with pytest.raises(KeyError, match="status"):
        around("explain.point", "en", "point")
