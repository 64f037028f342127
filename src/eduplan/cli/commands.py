"""The commands: those that judge, and the list of all."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from eduplan.cli import authoring, comparing, linting
from eduplan.cli.helping import misused, print_help
from eduplan.cli.inputs import Options, Step, bearer_of, judge, load_plans, read_case
from eduplan.cli.printing import (
    plain_console,
    print_explanations,
    print_questions,
    print_summary,
    print_unread,
)
from eduplan.cli.results import Format, Results
from eduplan.cli.writing import write_files
from eduplan.dates import show_day
from eduplan.errors import EduplanError, InputError, NotKnown
from eduplan.files import available_plans, load_plan
from eduplan.messages import LANGUAGES, Language, say

OK, BROKEN, FAULTY = 0, 1, 2
"""Exit codes: no binding clause is broken; one is; the input or the command has faults."""

app = App(
    name="eduplan",
    version_flags=["--version"],
    default_parameter=Parameter(negative=()),
)
app.command(authoring.new)
app.command(authoring.schema)
app.command(authoring.run_files, name="test")
app.command(linting.lint)
app.command(comparing.diff)
app.command(comparing.whatif)


@app.command
def check(
    plans: list[str],
    /,
    *,
    options: Options,
    lang: Language = "zh",
    format: Format = "text",  # noqa: A002
    out: Path | None = None,
    all: bool = False,  # noqa: A002
) -> int:
    """Judge everybody in a roster by one or several plans."""
    with _progress(lang) as step:
        case = read_case(plans, options, step)
        results = Results(case, judge(case, step), all_=all)
        step("writing", {})
        name, content = results.render(format, lang)
        path = write_files(out, {name: content})[0] if out is not None else None
    errors = plain_console(stderr=True)
    if path is None:
        sys.stdout.write(content)
    else:
        errors.print(say("cli.wrote", lang, path=path), soft_wrap=True)
    if path is not None or format != "text":  # in the text it stands already
        print_unread(errors, case.unread, lang)
    return BROKEN if results.summary.failures else OK


@app.command
def explain(
    plans: list[str],
    /,
    *,
    options: Options,
    person: str,
    lang: Language = "zh",
    all: bool = False,  # noqa: A002
) -> int:
    """Tell in sentences how one person, group or school stands."""
    with _progress(lang) as step:
        case = read_case(plans, options, step)
        bearer_of(case, person)
        verdicts = [verdict for verdict in judge(case, step) if verdict.bearer_id == person]
    print_explanations(plain_console(), verdicts, lang, all_=all)
    print_unread(plain_console(stderr=True), case.unread, lang)
    return BROKEN if any(verdict.failure for verdict in verdicts) else OK


@app.command
def demo(
    *,
    out: Path,
    lang: Language = "zh",
) -> int:
    """Judge an example county (invented people, real plans) and write a report to look at."""
    folder = resources.files("eduplan").joinpath("demo")
    inputs = {
        name: folder.joinpath(name).read_bytes()
        for name in ("roster.xlsx", "register.xlsx", "answers.toml")
    }
    plans = ["county-six-year", "primary-school-2024"]
    options = Options(
        people=out / "roster.xlsx",
        records=out / "register.xlsx",
        calendar="shanghai",
        answers=out / "answers.toml",
        as_of="2025-06-02",
        complete_through=["2025-06-01"],
    )
    write_files(out, inputs)
    with _progress(lang) as step:
        case = read_case(plans, options, step)
        results = Results(case, judge(case, step), invented=True)
        step("writing", {})
        languages: tuple[Language, ...] = (lang, *(one for one in LANGUAGES if one != lang))
        kinds: tuple[Format, ...] = ("text", "csv", "json")
        files = [results.render("html", language) for language in languages]
        files += [results.render(kind, lang) for kind in kinds]
        written = write_files(out, dict(files))
    console = plain_console()
    print_summary(console, case.plans, results.summary, lang, show_day(case.as_of, lang))
    console.print()
    console.print(say("cli.invented", lang))
    console.print(say("cli.demo-next", lang, path=written[0]), soft_wrap=True)
    flags = (
        f"--people {options.people} --records {options.records} --calendar {options.calendar}"
        f" --answers {options.answers} --as-of {options.as_of} --complete-through 2025-06-01"
    )
    console.print(f"  eduplan check {' '.join(plans)} {flags} --lang {lang}", soft_wrap=True)
    return OK


@app.command
def plans(*, lang: Language = "zh") -> int:
    """List the plans that come with the library."""
    console = plain_console()
    for name in available_plans():
        console.print(f"{name}  {load_plan(name).title[lang]}", soft_wrap=True)
    return OK


@app.command
def questions(
    plans: list[str],
    /,
    *,
    answers: Path | None = None,
    answer: list[str] | None = None,
    lang: Language = "zh",
) -> int:
    """List what the documents leave open, with the readings to choose from."""
    console = plain_console()
    print_questions(console, load_plans(plans, answers, answer or ()), lang, all_=True)
    return OK


@contextmanager
def _progress(lang: Language) -> Iterator[Step]:
    """Show what is being done, on a terminal only."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("")

        def step(key: str, facts: Mapping[str, object]) -> None:
            bar.update(task, description=say(f"cli.{key}", lang, **facts))

        yield step


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with an exit code: 0, 1 or 2; see the module.

    Args:
        arguments: the words of the command, by default those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    after = words[words.index("--lang") + 1 :] if "--lang" in words else []
    lang: Language = "en" if after[:1] == ["en"] or "--lang=en" in words else "zh"
    if not {"--help", "-h"}.isdisjoint(words) or not set(words) - {"--lang", "--lang=en", lang}:
        print_help(plain_console(), app, words, lang)
        sys.exit(OK)
    try:
        code = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        sys.stderr.write(misused(app, words, error, lang) + "\n")
        sys.exit(FAULTY)
    except EduplanError as error:
        sys.stderr.write(_told(error, lang) + "\n")
        sys.exit(FAULTY)
    sys.exit(code if isinstance(code, int) else OK)


def _told(error: EduplanError, lang: Language) -> str:
    if isinstance(error, InputError):
        return error.message(lang)
    if isinstance(error, NotKnown):
        return error.missing.message(lang)
    return str(error)
