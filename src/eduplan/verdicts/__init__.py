"""Verdicts: a status with figures, clause and reasons, and the sentences that tell it."""

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
    "order",
]
