"""Cycles of a bearer's own: how long they are, from when they run, and what starts the next.

Licences, certificates and registers run in cycles that differ from person to person.
"""

from eduplan.cycles.rules import (
    Aligned,
    CycleLength,
    FactChange,
    Hold,
    Next,
    Own,
    Renewal,
    Takes,
    as_early,
    as_late,
    as_optional_change,
    as_optional_hold,
    as_renewal,
    as_takes,
)
from eduplan.cycles.running import Records, own_cycles

__all__ = [
    "Aligned",
    "CycleLength",
    "FactChange",
    "Hold",
    "Next",
    "Own",
    "Records",
    "Renewal",
    "Takes",
    "as_early",
    "as_late",
    "as_optional_change",
    "as_optional_hold",
    "as_renewal",
    "as_takes",
    "own_cycles",
]
