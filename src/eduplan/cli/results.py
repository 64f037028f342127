"""What came out of a judgement on files, in every format."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import StringIO
from typing import Literal

from eduplan.cli.inputs import Case
from eduplan.cli.printing import (
    plain_console,
    print_behind,
    print_questions,
    print_strangers,
    print_summary,
    print_unread,
)
from eduplan.dates import show_day
from eduplan.exports import render_report, verdicts_to_json, write_csv
from eduplan.messages import Language, say
from eduplan.summary import concerns, not_in_roster, summarise
from eduplan.verdicts import Verdict

Format = Literal["text", "json", "csv", "html"]


class Results:
    """The verdicts of a case, ready to be written.

    Verdicts that only say that a clause is for others are counted and left out, whatever the
    format: of a county they are most of all.

    Args:
        case: what the judgement rests on.
        verdicts: the verdicts.
        all_: whether JSON and CSV hold all of them.
        invented: whether a notice is to say that the people are invented.
    """

    def __init__(
        self, case: Case, verdicts: Sequence[Verdict], *, all_: bool = False, invented: bool = False
    ) -> None:
        self.case = case
        self.verdicts = verdicts
        self.kept = [verdict for verdict in verdicts if all_ or concerns(verdict)]
        self.for_others = len(verdicts) - len(self.kept)
        self.summary = summarise(filter(concerns, verdicts), case.bearers)
        self.invented = invented

    def render(self, kind: Format, lang: Language) -> tuple[str, str]:
        """Return the name of a result file and its content."""
        return {"text": self._text, "json": self._json, "csv": self._csv, "html": self._html}[kind](
            lang
        )

    def _json(self, _: Language) -> tuple[str, str]:
        return "verdicts.json", verdicts_to_json(self.kept, for_others=self.for_others)

    def _csv(self, lang: Language) -> tuple[str, str]:
        text = StringIO(newline="")
        write_csv(self.kept, text, lang=lang, names=True)
        return "verdicts.csv", "\ufeff" + text.getvalue()

    def _html(self, lang: Language) -> tuple[str, str]:
        case = self.case
        page = render_report(
            case.plans,
            case.bearers,
            self.verdicts,
            case.register,
            lang=lang,
            as_of=case.as_of,
            calendar=case.calendar,
            notice=say("cli.invented", lang) if self.invented else "",
        )
        return f"report.{lang}.html", page

    def _text(self, lang: Language) -> tuple[str, str]:
        text, plans = StringIO(), self.case.plans
        wide = None if sys.stdout.isatty() else 120
        console = plain_console(text, width=wide)
        print_summary(console, plans, self.summary, lang, show_day(self.case.as_of, lang))
        if self.for_others:
            console.print(say("cli.for-others", lang, count=self.for_others))
        print_strangers(console, not_in_roster(self.case.register, self.case.bearers), lang)
        print_unread(console, self.case.unread, lang)
        print_behind(console, self.summary, lang)
        if any(plan.open_questions for plan in plans):
            console.print()
            console.print(say("cli.questions", lang))
            print_questions(console, plans, lang, all_=False)
        return "summary.txt", text.getvalue()
