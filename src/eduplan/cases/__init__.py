"""Cases: what happened, the verdict that must come out, and the reason, as data beside a plan."""

from eduplan.cases.case import Case, Expected, Owed
from eduplan.cases.reading import case_from_table, plan_table, read_cases
from eduplan.cases.running import Outcome, run_case, run_cases, untried_provisions
from eduplan.cases.spoken import SPOKEN, TRAIL, Spoken
from eduplan.cases.suggested import SUGGESTED, Suggested

__all__ = [
    "SPOKEN",
    "SUGGESTED",
    "TRAIL",
    "Case",
    "Expected",
    "Outcome",
    "Owed",
    "Spoken",
    "Suggested",
    "case_from_table",
    "plan_table",
    "read_cases",
    "run_case",
    "run_cases",
    "untried_provisions",
]
