"""Verdicts as text on a terminal: tables by provision and school, who is behind, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TextIO

from rich.console import Console
from rich.table import Table

from eduplan.cases import Outcome, untried_provisions
from eduplan.cli.unread import Unread
from eduplan.messages import Language, say
from eduplan.plan import Plan
from eduplan.sources import tell_clauses
from eduplan.summary import Concern, Summary, Tally
from eduplan.verdicts import Status, Verdict

FIRST = 15
"""So many of those behind are named; the rest is in the files."""

_COUNTED = (Status.MET, Status.NOT_MET, Status.PENDING, Status.UNDETERMINED)


def plain_console(
    file: TextIO | None = None, *, stderr: bool = False, width: int | None = None
) -> Console:
    """Return a console on which texts stand as they are, also those that look like markup.

    Args:
        file: takes the text, by default the output of the process.
        stderr: whether it is its error output instead.
        width: how wide tables are, by default as wide as the terminal.
    """
    return Console(
        file=file, stderr=stderr, width=width, highlight=False, markup=False, emoji=False
    )


def print_summary(
    console: Console, plans: Sequence[Plan], summary: Summary, lang: Language, day: str
) -> None:
    """Print how everybody stands by provision and by school."""
    for plan in plans:
        heading = say("cli.title", lang, title=plan.title, day=day)
        table = _table(heading, [say("cli.provision", lang), say("cli.clause", lang)], lang)
        for column in summary.columns:
            if column.plan == plan.id:
                tally = summary.totals[column.plan, column.provision]
                name = column.citation.title[lang]
                table.add_row(name, tell_clauses(column.citation.clauses), *_counts(tally))
        console.print(table)
        console.print()
    table = _table(say("cli.by-school", lang), [say("cli.school", lang)], lang)
    for row in summary.rows:
        table.add_row(row.label(lang), *_counts(row.tally))
    console.print(table)
    console.print()
    counts = {"failures": summary.failures, "advice": summary.advice}
    console.print(say("cli.failures", lang, **counts))


def _table(title: str, heads: Iterable[str], lang: Language) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for status in _COUNTED:
        table.add_column(say(f"status.{status}", lang), justify="right", no_wrap=True)
        if status is Status.PENDING:
            table.add_column(say("cli.behind-of-them", lang), justify="right", no_wrap=True)
    return table


def _counts(tally: Tally) -> tuple[str, ...]:
    found = (tally.met, tally.not_met, tally.pending, tally.behind, tally.undetermined)
    return tuple(str(count) if count else "·" for count in found)


def print_strangers(console: Console, strangers: Mapping[str, int], lang: Language) -> None:
    """Print how many records are of nobody on the roster, with the first of their ids."""
    if strangers:
        ids = say("report.list", lang).join(sorted(strangers)[:FIRST])
        counts = {"count": sum(strangers.values()), "all": len(strangers)}
        console.print(say("cli.not-in-roster", lang, ids=ids, **counts))


def print_unread(console: Console, unread: Iterable[Unread], lang: Language) -> None:
    """Print which sheets and columns were not read, one sentence each."""
    for one in unread:
        console.print(one.message(lang), soft_wrap=True)


def print_behind(console: Console, summary: Summary, lang: Language) -> None:
    """Print the first of those who are behind in something that binds."""
    behind = [
        item
        for item in summary.behind
        if item.binding and item.due is not None and item.concern is not Concern.UNDETERMINED
    ]
    if not behind:
        return
    shown = behind[:FIRST]
    console.print()
    console.print(say("cli.behind", lang, count=len(shown), all=len(behind)))
    for item in shown:
        console.print(f"  {item.verdict.explain(lang)}", soft_wrap=True)


def print_questions(console: Console, plans: Sequence[Plan], lang: Language, *, all_: bool) -> None:
    """Print the questions of plans with their readings; only those without an answer, or all."""
    for plan in plans:
        for question in plan.questions if all_ else plan.open_questions:
            facts = {"plan": plan.id, "id": question.id, "asks": question.asks}
            console.print(say("cli.question", lang, **facts), soft_wrap=True)
            for reading in question.reading:
                text = say("cli.reading", lang, id=reading.id, means=reading.means)
                console.print(text, soft_wrap=True)
            if question.expects:
                text = say(f"cli.blank-{question.expects}", lang, id=question.id)
                console.print(text, soft_wrap=True)
            if question.id in plan.answers:
                answer = plan.answers[question.id]
                console.print(say("cli.answered", lang, answer=answer), soft_wrap=True)


def print_explanations(
    console: Console, verdicts: Iterable[Verdict], lang: Language, *, all_: bool
) -> None:
    """Print one sentence a verdict; those that do not apply only where ``all_`` is asked for."""
    shown = [v for v in verdicts if all_ or v.status is not Status.NOT_APPLICABLE]
    for verdict in shown:
        console.print(verdict.explain(lang), soft_wrap=True)
    if not shown:
        console.print(say("cli.nothing", lang))


def print_outcomes(
    console: Console, file: str, outcomes: Sequence[Outcome], lang: Language
) -> None:
    """Print what came of the cases of a file: those that do not hold, and how many do."""
    failed = [outcome for outcome in outcomes if not outcome.holds]
    for case, of_case in groupby(failed, key=lambda outcome: outcome.case):
        lines = [say("cases.case", lang, id=case.id, sentence=case.sentence(lang))]
        for outcome in of_case:
            lines.extend(f"    {one.message(lang)}" for one in outcome.mismatches)
            found = outcome.suggestion or outcome.verdict
            if found is not None:
                lines.append(say("cases.says", lang, sentence=found.explain(lang)))
            if outcome.expected.because:
                lines.append(say("cases.because", lang, because=outcome.expected.because))
        for line in lines:
            console.print(line, soft_wrap=True)
    counts = {
        "cases": len({outcome.case.id for outcome in outcomes}),
        "held": len(outcomes) - len(failed),
        "failed": len(failed),
    }
    console.print(say("cases.total", lang, file=file, **counts), soft_wrap=True)
    if untried := untried_provisions(outcomes):
        console.print(say("cases.untried", lang, provisions=untried), soft_wrap=True)
