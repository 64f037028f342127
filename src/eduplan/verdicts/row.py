"""A verdict as a flat row: what every evaluator, whatever it runs on, has to agree on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.verdicts.verdict import Status, Verdict


class VerdictRow(NamedTuple):
    """What a verdict says, without its evidence.

    Attributes:
        bearer: id of the bearer.
        provision: id of the provision.
        period: the period, None where it is not known or none is needed.
        status: met, not met, pending, undetermined or not applicable.
        value: what was found; where something is missing, the least it can be.
        required: what is owed, None where that is not known.
        shortfall: how much is missing; of an upper bound, how much is too much.
        due: the last day on which it can still be met.
        reasons: codes of why it does not apply or what is missing, each once and in order.
    """

    bearer: str
    provision: str
    period: Period | None
    status: Status
    value: Number | None = None
    required: Number | None = None
    shortfall: Number | None = None
    due: date | None = None
    reasons: tuple[str, ...] = ()


def row_of(verdict: Verdict) -> VerdictRow:
    """Return a verdict as a row."""
    return VerdictRow(
        bearer=verdict.bearer_id,
        provision=verdict.provision,
        period=verdict.period,
        status=verdict.status,
        value=verdict.value,
        required=verdict.required,
        shortfall=verdict.shortfall,
        due=verdict.due,
        reasons=reasons_of(verdict),
    )


def reasons_of(verdict: Verdict) -> tuple[str, ...]:
    """Return the codes of why a verdict does not apply or what it misses, each once, in order."""
    reason = verdict.justification.reason
    codes = {missing.code for missing in verdict.missing}
    return tuple(sorted(codes | {reason.code} if reason is not None else codes))
