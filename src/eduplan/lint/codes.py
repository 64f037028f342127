"""The codes of findings: one table, from which the documentation is drawn too."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """What the plan says cannot be so, or can never be met."""
    WARNING = "warning"
    """What the plan says is likely not what is meant."""
    NOTE = "note"
    """What a reader of the plan should know or settle."""


CODES: Mapping[str, Severity] = MappingProxyType(
    {
        "numbers.total": Severity.ERROR,
        "numbers.share": Severity.WARNING,
        "numbers.count": Severity.WARNING,
        "numbers.differ": Severity.WARNING,
        "numbers.part-above-whole": Severity.ERROR,
        "numbers.rate-above-base": Severity.WARNING,
        "numbers.milestones-fall": Severity.WARNING,
        "numbers.split": Severity.WARNING,
        "numbers.parts-exceed-total": Severity.WARNING,
        "numbers.no-amount": Severity.WARNING,
        "numbers.bounds-cross": Severity.ERROR,
        "numbers.plans-differ": Severity.NOTE,
        "time.signed-after-published": Severity.ERROR,
        "time.signed-after-start": Severity.WARNING,
        "time.signed-in-stage": Severity.WARNING,
        "time.basis-later": Severity.ERROR,
        "time.number-year": Severity.WARNING,
        "time.length": Severity.ERROR,
        "time.cycle-cut": Severity.WARNING,
        "time.year-cut": Severity.NOTE,
        "time.stage-outside": Severity.WARNING,
        "time.stage-beyond": Severity.NOTE,
        "time.stages-overlap": Severity.NOTE,
        "time.step-order": Severity.ERROR,
        "time.milestone-outside": Severity.WARNING,
        "time.never-in-force": Severity.ERROR,
        "time.no-school-days": Severity.WARNING,
        "time.too-few-school-days": Severity.WARNING,
        "time.beyond-calendar": Severity.NOTE,
        "structure.unknown-bearer": Severity.WARNING,
        "structure.contradiction": Severity.ERROR,
        "structure.nobody": Severity.WARNING,
        "structure.group-empty": Severity.WARNING,
        "structure.too-few-people": Severity.WARNING,
        "structure.clause-unused": Severity.NOTE,
        "structure.weaker": Severity.WARNING,
        "structure.implied": Severity.NOTE,
        "structure.target-implied": Severity.NOTE,
        "structure.part-implies-total": Severity.NOTE,
        "structure.follow-up-implies": Severity.NOTE,
        "structure.impossible": Severity.ERROR,
        "structure.crowded": Severity.WARNING,
        "structure.rests-on-nothing": Severity.ERROR,
        "structure.leaders": Severity.WARNING,
        "structure.office": Severity.NOTE,
        "wording.copying-error": Severity.WARNING,
        "wording.value-differs": Severity.WARNING,
        "wording.year-digits": Severity.WARNING,
        "wording.two-names": Severity.NOTE,
        "wording.masked-name": Severity.WARNING,
        "wording.unnamed": Severity.NOTE,
        "open.question": Severity.NOTE,
        "open.blank": Severity.WARNING,
        "open.figure": Severity.WARNING,
        "open.milestone": Severity.WARNING,
        "open.baseline": Severity.NOTE,
        "open.evidence": Severity.NOTE,
        "open.cut-off": Severity.WARNING,
        "open.annex": Severity.NOTE,
        "open.basis-number": Severity.NOTE,
        "open.partial": Severity.NOTE,
        "open.change": Severity.NOTE,
    }
)
"""Every code with its severity; its sentences stand in the catalogue below ``lint.``."""
