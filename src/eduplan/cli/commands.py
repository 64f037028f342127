"""The commands: those that judge, and the list of all."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from eduplan.cli import authoring, comparing, linting
from eduplan.cli.inputs import Case, Options, Step, bearer_of, judge, load_plans, read_case
from eduplan.cli.printing import (
    print_behind,
    print_explanations,
    print_questions,
    print_summary,
)
from eduplan.cli.writing import write_files
from eduplan.dates import show_day
from eduplan.errors import EduplanError, InputError, NotKnown
from eduplan.exports import render_report, verdicts_to_json, write_csv
from eduplan.files import available_plans, load_plan
from eduplan.messages import LANGUAGES, Language, say
from eduplan.summary import Summary, summarise
from eduplan.verdicts import Verdict

Format = Literal["text", "json", "csv", "html"]

OK, BROKEN, FAULTY = 0, 1, 2
"""Exit codes: no binding clause is broken; one is; the input or the command has faults."""

app = App(
    name="eduplan",
    help="Judge people, groups and schools by a plan: who owes what, by when, and why.",
    version_flags=["--version"],
)
app.command(authoring.new)
app.command(authoring.schema)
app.command(authoring.run_files, name="test")
app.command(linting.lint)
app.command(comparing.diff)
app.command(comparing.whatif)

Plans = Annotated[list[str], Parameter(help="Names of packaged plans, or .toml / .json files.")]
Answers = Annotated[Path | None, Parameter(help="TOML file with one table of answers a plan.")]
Answer = Annotated[
    list[str] | None, Parameter(help="[PLAN.]QUESTION=ANSWER; may be given several times.")
]
Lang = Annotated[Language, Parameter(help="Language of messages and results.")]


@app.command
def check(
    plans: Plans,
    /,
    *,
    options: Options,
    lang: Lang = "zh",
    format: Format = "text",  # noqa: A002
    out: Annotated[Path | None, Parameter(help="Folder to write to, instead of printing.")] = None,
) -> int:
    """Judge everybody in a roster by one or several plans."""
    with _progress(lang) as step:
        case = read_case(plans, options, step)
        verdicts = judge(case, step)
        summary = summarise(verdicts, case.bearers)
        step("writing", {})
        name, content = _render(case, verdicts, summary, lang, format)
        path = write_files(out, {name: content})[0] if out is not None else None
    if path is None:
        sys.stdout.write(content)
    else:
        Console(stderr=True).print(say("cli.wrote", lang, path=path), soft_wrap=True)
    return BROKEN if summary.failures else OK


@app.command
def explain(
    plans: Plans,
    /,
    *,
    options: Options,
    person: Annotated[str, Parameter(help="Id of the person, group or school.")],
    lang: Lang = "zh",
    all: Annotated[bool, Parameter(help="Also what does not apply.")] = False,  # noqa: A002
) -> int:
    """Tell in sentences how one person, group or school stands."""
    with _progress(lang) as step:
        case = read_case(plans, options, step)
        bearer_of(case, person)
        verdicts = [verdict for verdict in judge(case, step) if verdict.bearer_id == person]
    print_explanations(Console(highlight=False), verdicts, lang, all_=all)
    return BROKEN if any(verdict.failure for verdict in verdicts) else OK


@app.command
def demo(
    *,
    out: Annotated[Path, Parameter(help="Folder to write the example and its results to.")],
    lang: Lang = "zh",
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
        verdicts = [verdict for verdict in judge(case, step) if _concerns(verdict)]
        summary = summarise(verdicts, case.bearers)
        step("writing", {})
        results: dict[str, str | bytes] = {}
        for language in (lang, *(other for other in LANGUAGES if other != lang)):
            name, content = _render(case, verdicts, summary, language, "html", invented=True)
            results[name] = content
        for kind in ("text", "csv", "json"):
            name, content = _render(case, verdicts, summary, lang, kind)
            results[name] = content
        written = write_files(out, results)
    console = Console(highlight=False)
    print_summary(console, case.plans, summary, lang, show_day(case.as_of, lang))
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
def plans(*, lang: Lang = "zh") -> int:
    """List the plans that come with the library."""
    console = Console(highlight=False)
    for name in available_plans():
        console.print(f"{name}  {load_plan(name).title[lang]}", soft_wrap=True)
    return OK


@app.command
def questions(
    plans: Plans, /, *, answers: Answers = None, answer: Answer = None, lang: Lang = "zh"
) -> int:
    """List what the documents leave open, with the readings to choose from."""
    console = Console(highlight=False)
    print_questions(console, load_plans(plans, answers, answer or ()), lang, all_=True)
    return OK


def _concerns(verdict: Verdict) -> bool:
    """Say whether a provision is for the bearer: of most people most provisions are not."""
    reason = verdict.justification.reason
    return reason is None or reason.code != "not-a-bearer"


def _render(
    case: Case,
    verdicts: Sequence[Verdict],
    summary: Summary,
    lang: Language,
    format_: Format,
    *,
    invented: bool = False,
) -> tuple[str, str]:
    """Return the name of a result file and its content."""
    if format_ == "json":
        return "verdicts.json", verdicts_to_json(verdicts)
    if format_ == "csv":
        text = StringIO(newline="")
        write_csv(verdicts, text, lang=lang, names=True)
        return "verdicts.csv", "\ufeff" + text.getvalue()
    if format_ == "html":
        notice = say("cli.invented", lang) if invented else ""
        page = render_report(
            case.plans,
            case.bearers,
            verdicts,
            case.register,
            lang=lang,
            as_of=case.as_of,
            calendar=case.calendar,
            notice=notice,
        )
        return f"report.{lang}.html", page
    text = StringIO()
    wide = None if sys.stdout.isatty() else 120
    console = Console(file=text, highlight=False, width=wide)
    print_summary(console, case.plans, summary, lang, show_day(case.as_of, lang))
    print_behind(console, summary, lang)
    if any(plan.open_questions for plan in case.plans):
        console.print()
        console.print(say("cli.questions", lang))
        print_questions(console, case.plans, lang, all_=False)
    return "summary.txt", text.getvalue()


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
    try:
        code = app(words, exit_on_error=False, print_error=True, result_action="return_value")
    except CycloptsError:
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
