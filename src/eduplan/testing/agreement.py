"""Whether an evaluator says the same as the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from eduplan.dates import Period
from eduplan.evaluator import evaluate
from eduplan.people import Person
from eduplan.plan import Plan
from eduplan.records import Record, Register
from eduplan.testing.cases import Case, cases
from eduplan.verdicts import Verdict, VerdictRow, row_of

_FIGURES = ("value", "required", "shortfall", "due")


class Evaluator(Protocol):
    """What is tried: it judges like `eduplan.evaluate`, from people and records as they are."""

    def __call__(
        self,
        plan: Plan,
        bearers: Sequence[Person],
        records: Sequence[Record],
        *,
        as_of: date,
        complete_through: Mapping[str, date] | None,
        during: Period | None,
    ) -> Iterable[Verdict | VerdictRow]:
        """Return one verdict, or row, for every provision, bearer and period; in any order."""


def check_evaluator(
    evaluator: Evaluator,
    *,
    cases: SearchStrategy[Case] = cases(),  # noqa: B008 - a strategy is a value
    max_examples: int = 200,
) -> None:
    """Try an evaluator on many small cases, and compare it with `eduplan.evaluate`.

    Args:
        evaluator: judges a case. What it raises is a failure too.
        cases: the cases to try, such as those of plans that it can judge.
        max_examples: how many are tried.

    Raises:
        AssertionError: the two do not agree; the message holds the smallest case found, and what
            each of the two says of it.

    Example:
        >>> from eduplan import Register, evaluate
        >>> def by_hand(plan, bearers, records, *, as_of, complete_through, during):
        ...     register = Register(records, complete_through=complete_through)
        ...     return evaluate(plan, bearers, register, as_of=as_of, during=during)
        >>> check_evaluator(by_hand, max_examples=20)
    """

    @settings(
        max_examples=max_examples,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=cases)
    def agrees(case: Case) -> None:
        found = differences(evaluator, case)
        if found:
            raise AssertionError(f"{found}\n\nin the case\n\n{case}")

    agrees()


def differences(evaluator: Evaluator, case: Case) -> str:
    """Return in words what an evaluator says otherwise than the reference, empty where nothing.

    Args:
        evaluator: judges the case.
        case: the case.
    """
    register = Register(case.records, complete_through=case.complete_through)
    reference = evaluate(case.plan, case.bearers, register, as_of=case.as_of, during=case.during)
    given_ = evaluator(
        case.plan,
        case.bearers,
        case.records,
        as_of=case.as_of,
        complete_through=case.complete_through,
        during=case.during,
    )
    expected, got = (Counter(map(_as_row, verdicts)) for verdicts in (reference, given_))
    lines = [
        *(_told("the reference", row) for row in expected - got),
        *(_told("the evaluator", row) for row in got - expected),
    ]
    return "\n".join(sorted(lines, key=lambda line: line.partition(": ")[2]))


def _as_row(verdict: Verdict | VerdictRow) -> VerdictRow:
    return row_of(verdict) if isinstance(verdict, Verdict) else verdict


def _told(who: str, row: VerdictRow) -> str:
    """Return a row in words: what is judged, the status, and the figures there are."""
    period = "no period" if row.period is None else f"{row.period.start} to {row.period.end}"
    said = row._asdict()
    figures = [f"{name} {said[name]}" for name in _FIGURES if said[name] is not None]
    reasons = [f"for {' and '.join(row.reasons)}"] if row.reasons else []
    about = f"{row.provision} of {row.bearer}, {period}"
    return f"{who}: {about}: {', '.join([row.status.value, *figures, *reasons])}"
