"""Cases run: what came out, held against what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import attrs

from eduplan.cases.case import Case, Expected, Owed
from eduplan.cases.reading import read_cases
from eduplan.cases.spoken import SPOKEN, TRAIL, Spoken, counted
from eduplan.cases.suggested import SUGGESTED, Suggested
from eduplan.errors import CaseFileError, FaultList, InputError
from eduplan.exact import spell
from eduplan.ledger import Basis
from eduplan.messages import Language, Text, say
from eduplan.outlook import Suggestion
from eduplan.plan import Plan
from eduplan.verdicts import Verdict


class Mismatch(NamedTuple):
    """One thing that came out otherwise than expected.

    Attributes:
        code: key of its sentence below ``cases.`` in the catalogue.
        facts: what the sentence tells.
    """

    code: str
    facts: Mapping[str, object]

    def message(self, lang: Language) -> str:
        """Return it in words."""
        return say(f"cases.{self.code}", lang, **self.facts)


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of one expectation of a case.

    Args:
        case: the case.
        expected: the expectation.
        verdict: the verdict it speaks of, where it picks exactly one.
        suggestion: what was suggested, where it speaks of that.
        mismatches: what came out otherwise than expected; nothing where it holds.
    """

    case: Case
    expected: Expected | Owed | Suggested
    verdict: Verdict | None = None
    suggestion: Suggestion | None = None
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything came out as expected."""
        return not self.mismatches


def run_cases(path: str | Path) -> tuple[Outcome, ...]:
    """Run the cases of a TOML file and return what came of each expectation.

    Args:
        path: the file; how it is written is told in the documentation, "Cases".

    Raises:
        CaseFileError: the file has faults, or what happens in a case cannot be judged.
    """
    place = Path(path)
    faults = FaultList()
    outcomes: list[Outcome] = []
    for index, case in enumerate(read_cases(place)):
        with faults.at(f"case[{index}]"):
            outcomes.extend(run_case(case))
    faults.raise_any(CaseFileError, place.name)
    return tuple(outcomes)


def run_case(case: Case) -> tuple[Outcome, ...]:
    """Return what came of each expectation of a case.

    Raises:
        InputError: facts of the bearers or the records that cannot be taken as they stand.
    """
    days = {one.given for one in case.expects} | ({None} if case.owed else set())
    verdicts = {day: case.judge(day) for day in days}
    return (
        *(_expected(case, expected, verdicts[expected.given]) for expected in case.expects),
        *(_owed(case, owed, verdicts[None]) for owed in case.owed),
        *(_suggested(case, suggested) for suggested in case.suggests),
    )


def untried_provisions(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return the ids of provisions of the plans in question that no expectation speaks of.

    Provisions that a case has of its own do not count.
    """
    tried: dict[str, set[str]] = {}
    plans: dict[str, Plan] = {}
    for outcome in outcomes:
        plan, expected = outcome.case.plan, outcome.expected
        names: tuple[str, ...]
        if isinstance(expected, Suggested):
            names = expected.only
        elif expected.provision:
            names = (expected.provision,)
        else:
            names = tuple(provision.id for provision in plan.provisions)
        if names:
            plans[plan.id] = plan
            tried.setdefault(plan.id, set()).update(names)
    return tuple(
        provision.id
        for name, plan in plans.items()
        for provision in plan.provisions
        if provision.id not in tried[name]
    )


def _expected(case: Case, expected: Expected, verdicts: Sequence[Verdict]) -> Outcome:
    found = [verdict for verdict in verdicts if _is_meant(verdict, expected)]
    if len(found) != 1:
        told = tuple(_told(verdict) for verdict in found or verdicts) or "-"
        mismatch = Mismatch("several" if found else "none", {"verdicts": told})
        return Outcome(case=case, expected=expected, mismatches=(mismatch,))
    (verdict,) = found
    return Outcome(
        case=case,
        expected=expected,
        verdict=verdict,
        mismatches=(
            *_differences(expected.says, SPOKEN, verdict),
            *_differences(expected.says, TRAIL, _trail(case, expected, verdict)),
        ),
    )


def _trail(case: Case, expected: Expected, verdict: Verdict) -> tuple[Basis, ...]:
    """Return what the records that counted rest on, by what was known when it was given."""
    ledger = case.ledger
    if ledger is None or not ledger.entries:
        return ()
    known = expected.given or ledger.entries[-1].entered
    return ledger.basis(verdict.justification.counted, as_known_on=known)


def _suggested(case: Case, suggested: Suggested) -> Outcome:
    found = case.suggest(suggested)
    mismatches = tuple(_differences(suggested.says, SUGGESTED, found))
    return Outcome(case=case, expected=suggested, suggestion=found, mismatches=mismatches)


def _is_meant(verdict: Verdict, expected: Expected) -> bool:
    if not _is_of(verdict, expected):
        return False
    if expected.trigger and counted(verdict)[:1] != (expected.trigger,):
        return False
    start = verdict.period.start if verdict.period else None
    return expected.start is None or expected.start == start


def _is_of(verdict: Verdict, expected: Expected | Owed) -> bool:
    provision = expected.provision or verdict.provision
    bearer = expected.bearer or verdict.bearer_id
    return (provision, bearer) == (verdict.provision, verdict.bearer_id)


def _told(verdict: Verdict) -> str:
    """Return which verdict it is, by what an expectation can pick it."""
    start = verdict.period.start.isoformat() if verdict.period else "-"
    return f"{verdict.provision} {verdict.bearer_id} {start} {verdict.status}"


def _differences(
    says: Mapping[str, object], spoken: Mapping[str, Spoken], of: object
) -> Iterator[Mismatch]:
    """Return where that which is spoken of is not as it is said to be."""
    for key, wanted in says.items():
        if key not in spoken:
            continue
        try:
            found = spoken[key].tell(of)
        except InputError as error:  # it is said of a verdict that cannot tell it
            why = Text(error.message("zh"), error.message("en"))
            yield Mismatch("untellable", {"key": key, "why": why})
            continue
        if found != wanted:
            facts = {"key": key, "wanted": _spelled(wanted), "found": _spelled(found)}
            yield Mismatch("differs", facts)


def _owed(case: Case, owed: Owed, verdicts: Sequence[Verdict]) -> Outcome:
    starts = tuple(v.period.start for v in verdicts if v.period and _is_of(v, owed))
    mismatches: tuple[Mismatch, ...] = ()
    if starts != owed.first_days:
        facts = {"wanted": _spelled(owed.first_days), "found": _spelled(starts)}
        mismatches = (Mismatch("owed", facts),)
    return Outcome(case=case, expected=owed, mismatches=mismatches)


def _spelled(value: object) -> str:
    """Return a value as it would be written in a file of cases."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        return spell(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(_spelled(one) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {_spelled(one)}' for key, one in value.items())}}}"
    return str(value)
