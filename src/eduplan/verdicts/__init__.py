"""Verdicts: a status with figures, clause and reasons, and the sentences that tell it."""

from eduplan.verdicts.row import VerdictRow, reasons_of, row_of
from eduplan.verdicts.verdict import (
    NOTHING,
    Citation,
    Governing,
    Justification,
    Point,
    Reason,
    Status,
    Told,
    Verdict,
    order,
)

__all__ = [
    "NOTHING",
    "Citation",
    "Governing",
    "Justification",
    "Point",
    "Reason",
    "Status",
    "Told",
    "Verdict",
    "VerdictRow",
    "order",
    "reasons_of",
    "row_of",
]
