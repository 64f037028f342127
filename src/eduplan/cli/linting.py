"""The command that tells what stands out in plans."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.text import Text as Line

from eduplan.cli.inputs import load_plans, read_roster
from eduplan.cli.printing import plain_console
from eduplan.exports import findings_to_json
from eduplan.lint import Finding, Severity
from eduplan.lint import lint as find
from eduplan.messages import Language, say
from eduplan.plan import Plan
from eduplan.sources import tell_clauses

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}


def lint(
    plans: list[str],
    /,
    *,
    answers: Path | None = None,
    answer: list[str] | None = None,
    calendar: str | None = None,
    people: Path | None = None,
    mapping: Path | None = None,
    lang: Language = "zh",
    format: Literal["text", "json"] = "text",  # noqa: A002
) -> int:
    """Find what in plans cannot be so, is likely not meant, or is to be settled."""
    loaded = load_plans(plans, answers, answer or ())
    bearers, school = read_roster(loaded, people, calendar, mapping)
    found = [
        find(
            plan,
            calendar=school,
            people=bearers,
            others=[other for other in loaded if other is not plan],
        )
        for plan in loaded
    ]
    everything = [finding for findings in found for finding in findings]
    if format == "json":
        sys.stdout.write(findings_to_json(everything))
    else:
        console = plain_console()
        for index, (plan, findings) in enumerate(zip(loaded, found, strict=True)):
            if index:
                console.print()
            _print(console, plan, findings, lang)
    return int(any(finding.severity is Severity.ERROR for finding in everything))


def _print(console: Console, plan: Plan, findings: Sequence[Finding], lang: Language) -> None:
    """Print the findings in a plan, those of one code together with what to do about them."""
    counts = Counter(finding.severity for finding in findings)
    tally = {f"{severity}s": counts[severity] for severity in Severity}
    heading = say("cli.findings", lang, title=plan.title, plan=plan.id, **tally)
    console.print(Line(heading, "bold"), soft_wrap=True)
    for code, same in groupby(findings, key=lambda finding: finding.code):
        console.print()
        _print_code(console, code, list(same), lang)


def _print_code(console: Console, code: str, same: Iterable[Finding], lang: Language) -> None:
    findings = list(same)
    severity = findings[0].severity
    head = Line.assemble(
        (say(f"lint.severity.{severity}", lang), _STYLES[severity]),
        "  ",
        say(f"lint.{code}.means", lang),
        (f"  {code}", "dim"),
    )
    console.print(head, soft_wrap=True)
    for finding in findings:
        clauses = tell_clauses(finding.clauses)
        line = Line.assemble(
            "  ",
            (f"{clauses}  " if clauses else ""),
            finding.message(lang),
            (f"  {finding.place}", "dim"),
        )
        console.print(line, soft_wrap=True)
    console.print(Line(f"  → {findings[0].hint(lang)}", "green"), soft_wrap=True)
