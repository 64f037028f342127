"""A finding: what stands out in a plan, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from eduplan.lint.codes import CODES, Severity
from eduplan.messages import Language, say

_ORDER = {severity: place for place, severity in enumerate(Severity)}
_GROUPS = {code: place for place, code in enumerate(CODES)}


@attrs.frozen(kw_only=True)
class Finding:
    """Something in a plan that cannot be so, is likely not meant, or is to be settled.

    Args:
        code: what it is, one of `eduplan.lint.CODES`.
        plan: id of the plan.
        place: where: key of the table and id, such as ``figure.minority-share``; a clause by its
            number, such as ``clause.五(五)6``; or ``plan`` or ``document``.
        clauses: numbers of the clauses concerned.
        facts: what the message tells besides; never a personal value.
    """

    code: str
    plan: str
    place: str
    clauses: tuple[str, ...] = ()
    facts: Mapping[str, object] = attrs.field(factory=dict, hash=False)

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return CODES[self.code]

    def message(self, lang: Language = "en") -> str:
        """Return what was found, as one sentence in ``lang``."""
        return say(f"lint.{self.code}.says", lang, **self.facts)

    def hint(self, lang: Language = "en") -> str:
        """Return what to do about it, in ``lang``."""
        return say(f"lint.{self.code}.hint", lang)

    def rank(self) -> tuple[object, ...]:
        """Return what findings are sorted by: the gravest first, then by code and place."""
        told = sorted((name, str(value)) for name, value in self.facts.items())
        return (_ORDER[self.severity], _GROUPS[self.code], self.place, self.clauses, told)
