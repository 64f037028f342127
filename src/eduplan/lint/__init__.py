"""Lint: what in a plan cannot be so, is likely not meant, or is to be settled before it is used."""

from __future__ import annotations

from collections.abc import Iterable

from eduplan.calendars import SchoolCalendar
from eduplan.lint.codes import CODES, Severity
from eduplan.lint.finding import Finding
from eduplan.lint.implied import CHECKS as IMPLIED
from eduplan.lint.material import Material
from eduplan.lint.numbers import CHECKS as NUMBERS
from eduplan.lint.open import CHECKS as OPEN
from eduplan.lint.resting import CHECKS as RESTING
from eduplan.lint.rounds import CHECKS as ROUNDS
from eduplan.lint.structure import CHECKS as STRUCTURE
from eduplan.lint.targets import CHECKS as TARGETS
from eduplan.lint.time import CHECKS as TIME
from eduplan.lint.wording import CHECKS as WORDING
from eduplan.plan import Plan

__all__ = ["CODES", "Finding", "Severity", "lint"]

CHECKS = (*NUMBERS, *TIME, *ROUNDS, *STRUCTURE, *IMPLIED, *RESTING, *TARGETS, *WORDING, *OPEN)
"""Every check: it takes the material and yields findings."""


def lint(
    plan: Plan,
    *,
    calendar: SchoolCalendar | None = None,
    people: Iterable[object] = (),
    others: Iterable[Plan] = (),
) -> tuple[Finding, ...]:
    """Return what stands out in a plan: the gravest first, each once, always in the same order.

    A provision that waits for the answer to a question is looked at under every reading; something
    is found in it where it is so under all of them.

    Args:
        plan: the plan, with the answers given so far.
        calendar: a school calendar, to find duties that its school days do not allow.
        people: bearers of a roster, to find provisions that are nobody's.
        others: plans that hold beside it, to find the same thing under another name.

    >>> import eduplan
    >>> for finding in lint(eduplan.load_plan("county-six-year"))[:1]:
    ...     print(finding.severity, finding.code, finding.place)
    warning time.cycle-cut quota.training-hours
    """
    material = Material(plan=plan, calendar=calendar, people=tuple(people), others=tuple(others))
    found = dict.fromkeys(finding for check in CHECKS for finding in check(material))
    return tuple(sorted(found, key=Finding.rank))
