"""Every example in the README, the documentation and the docstrings runs.

In Markdown, a block ``python`` runs; a block ``text`` after it is what it prints. A block with a
title, such as ``toml title="plan.toml"``, is a file in an empty folder that is the working
directory, and a block ``toml`` must be something eduplan reads; a block ``ini`` is a
TOML file with mistakes. Lines of a block ``console`` that
begin with ``$`` are commands, and what follows each is what it prints; a block ``shell-session`` is
the same, shown with its long lines wrapped. In all of these a line of three dots stands for lines
left out, three dots at the end of a line for its rest.

Examples and tests share the profiles of Hypothesis.
"""

import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import date
from decimal import Decimal
from difflib import unified_diff
from io import StringIO
from os import chdir, environ, getcwd
from pathlib import Path

from hypothesis import HealthCheck, settings
from sybil import Document, Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import SkipParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer
from sybil.parsers.rest import DocTestParser

import eduplan
from eduplan.calendars import calendar_from_table
from eduplan.cases import case_from_table, run_case
from eduplan.dates import Period
from eduplan.files import load_plan, plan_from_table
from eduplan.imports.mapping_files import mapping_from_table
from eduplan.provisions import FORMS, cited

# "ci" tries the same examples every time, so that a run says something about the change under test
# and not about luck; "dev" looks for new ones; "thorough" is for an hour of searching. None goes by
# the clock, which says more about what else the machine does than about what is tried.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", untimed, derandomize=True, database=None, print_blob=True)
settings.register_profile("dev", untimed)
settings.register_profile("thorough", untimed, max_examples=5_000)
in_ci = environ.get("CI", "").lower() in {"1", "true", "yes"}
settings.load_profile(environ.get("HYPOTHESIS_PROFILE", "ci" if in_ci else "dev"))

INFO = re.compile(r'(?P<language>[\w-]+)(?: title="(?P<title>[^"]+)")?[ \t]*$\n', re.MULTILINE)
"""The info string of a block: its language, and the name of the file it is."""

SETTING = {
    "COLUMNS": "100",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONPATH": str(Path(eduplan.__file__).parents[1]),
}
"""What commands find in their environment: a width, and the code that is being tried."""

LEFT_OUT = r"(?:[^\n]*\n)*[^\n]*"
"""The pattern of lines left out."""


class Blocks:
    """Finds the fenced blocks that are tried, each by its language."""

    def __init__(self) -> None:
        self._lexer = RawFencedCodeBlockLexer(INFO)
        self._tries = {
            "python": run_python,
            "text": compare_output,
            "console": run_commands,
            "shell-session": run_commands,
            "toml": read_toml,
            "csv": write_file,
            "ini": write_file,
        }

    def __call__(self, document: Document):
        """Yield the regions of a document."""
        for region in self._lexer(document):
            language = region.lexemes["language"]
            if language in self._tries:
                region.parsed = region.lexemes["source"]
                region.evaluator = self._tries[language]
                yield region


def run_python(example: Example) -> None:
    """Run a block and keep what it prints."""
    printed = StringIO()
    with redirect_stdout(printed):
        PythonEvaluator()(example)
    example.namespace["printed"] = printed.getvalue()


def compare_output(example: Example) -> str | None:
    """Compare what the block before printed with what the document says."""
    return differing(example.namespace["printed"], example.parsed)


def run_commands(example: Example) -> str | None:
    """Run the commands of a block, one after the other, and compare what they print."""
    code = 0
    for part in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        line, _, expected = part.replace("\\\n", "").partition("\n")
        if line == "echo $?":
            printed = f"{code}\n"
        else:
            program, *words = shlex.split(line)
            assert program == "eduplan", line  # noqa: S101
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "eduplan", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**environ, **SETTING},
                encoding="utf-8",
                check=False,
            )
            code, printed = done.returncode, done.stdout
        if found := differing(printed, expected):
            return f"$ {line}\n{found}"
    return None


def read_toml(example: Example) -> None:
    """Read a block as what it is: a plan or part of one, cases, a calendar, a mapping, answers."""
    write_file(example)
    table = tomllib.loads(example.parsed, parse_float=Decimal)
    if "plan" in table:
        plan_from_table(table)
    elif "case" in table:
        run_example(example, table["case"])
    elif "calendar" in table:
        calendar_from_table(table)
    elif "layouts" in table or "values" in table:
        mapping_from_table(table)
    elif set(table) & {*FORMS, "question", "scales"}:
        plan_from_table(framed(table))
    else:
        for name, answers in table.items():
            load_plan(name).answer(answers)


def run_example(example: Example, cases: list[dict[str, object]]) -> None:
    """Read cases; those that stand in no file must hold, of a file the page tells what came out."""
    for case in map(case_from_table, cases):
        if not example.region.lexemes["title"]:
            assert all(outcome.holds for outcome in run_case(case))  # noqa: S101


def framed(part: Mapping[str, object]) -> dict[str, object]:
    """Return a part of a plan within a plan that has the clauses it cites."""
    things = [thing for several in part.values() if isinstance(several, list) for thing in several]
    clauses = {number for thing in things for _, number in cited(thing)}
    text = {"zh": "例", "en": "example"}
    return {
        "plan": {"id": "example", "title": text},
        "document": {"title": text},
        "clause": [{"number": number, "gist": text} for number in sorted(clauses)],
        **part,
    }


def write_file(example: Example) -> None:
    """Write a block that has a title to the file of that name."""
    if title := example.region.lexemes["title"]:
        Path(title).write_text(example.parsed, "utf-8")


def differing(printed: str, expected: str) -> str | None:
    """Return how two texts differ, None where they do not."""
    got, wanted = (
        [line.rstrip() for line in text.strip().splitlines()] for text in (printed, expected)
    )
    pattern = r"\n".join(map(pattern_of, wanted)).replace(rf"\n{LEFT_OUT}", rf"(?:\n{LEFT_OUT})?")
    if re.fullmatch(pattern, "\n".join(got)):
        return None
    return "\n".join(unified_diff(wanted, got, "documented", "printed", lineterm=""))


def pattern_of(line: str) -> str:
    """Return the pattern of a documented line; three dots stand for what is left out."""
    if line == "...":
        return LEFT_OUT
    return re.escape(line.removesuffix("...")) + ("[^\n]*" if line.endswith("...") else "")


def enter(namespace: dict[str, object]) -> None:
    """Begin a document in an empty folder."""
    namespace["before"], namespace["folder"] = getcwd(), tempfile.TemporaryDirectory()
    chdir(namespace["folder"].name)


def leave(namespace: dict[str, object]) -> None:
    """End a document: go back, and remove its folder."""
    chdir(namespace["before"])
    namespace["folder"].cleanup()


def anywhere(folder: str, name: str) -> list[str]:
    """Return the patterns of files in a folder at any depth; before Python 3.13 ``**`` is one."""
    return [f"{folder}/{'*/' * depth}{name}" for depth in range(5)]


pages = Sybil(
    [Blocks(), SkipParser()],
    patterns=["README*.md", *anywhere("docs", "*.md")],
    setup=enter,
    teardown=leave,
    name="pages",
)
docstrings = Sybil(
    [DocTestParser()],
    patterns=anywhere("src/eduplan", "*.py"),
    setup=lambda namespace: namespace.update(date=date, Period=Period),
    name="docstrings",
)
pytest_collect_file = (pages + docstrings).pytest()
