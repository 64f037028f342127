"""A ledger of a register: what was entered, corrected, revoked and merged, and when."""

from eduplan.ledger.duplicates import SameEvent
from eduplan.ledger.entries import (
    Closed,
    Corrected,
    KeptApart,
    LedgerEntry,
    Merged,
    Numbered,
    Reported,
    Revoked,
)
from eduplan.ledger.ledger import Basis, Ledger

__all__ = [
    "Basis",
    "Closed",
    "Corrected",
    "KeptApart",
    "Ledger",
    "LedgerEntry",
    "Merged",
    "Numbered",
    "Reported",
    "Revoked",
    "SameEvent",
]
