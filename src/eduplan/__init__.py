"""Plans of education bureaus, institutes and schools as data, judged with reasons.

State a plan once, with the clause behind every number; then ask who is due for what, by when, and
why. Names are loaded when first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = (
    False  # as type checkers know it; importing typing would cost more than all the rest
)
if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar as SchoolCalendar
    from eduplan.calendars import load_calendar as load_calendar
    from eduplan.cases import run_cases as run_cases
    from eduplan.comparison import Comparison as Comparison
    from eduplan.comparison import Shift as Shift
    from eduplan.comparison import compare as compare
    from eduplan.dates import Period as Period
    from eduplan.differences import Difference as Difference
    from eduplan.differences import Differences as Differences
    from eduplan.differences import diff as diff
    from eduplan.errors import CalendarFileError as CalendarFileError
    from eduplan.errors import CaseFileError as CaseFileError
    from eduplan.errors import EduplanError as EduplanError
    from eduplan.errors import Fault as Fault
    from eduplan.errors import InputError as InputError
    from eduplan.errors import MissingExtra as MissingExtra
    from eduplan.errors import NotPortable as NotPortable
    from eduplan.errors import OutsideCoverage as OutsideCoverage
    from eduplan.errors import PlanFileError as PlanFileError
    from eduplan.errors import SheetError as SheetError
    from eduplan.errors import UnknownName as UnknownName
    from eduplan.evaluator import evaluate as evaluate
    from eduplan.files import available_plans as available_plans
    from eduplan.files import dump_json as dump_json
    from eduplan.files import dump_toml as dump_toml
    from eduplan.files import load_plan as load_plan
    from eduplan.files import plan_from_table as plan_from_table
    from eduplan.files import save_plan as save_plan
    from eduplan.ledger import Ledger as Ledger
    from eduplan.ledger import SameEvent as SameEvent
    from eduplan.messages import Text as Text
    from eduplan.outlook import Course as Course
    from eduplan.outlook import Forecast as Forecast
    from eduplan.outlook import Remaining as Remaining
    from eduplan.outlook import Suggestion as Suggestion
    from eduplan.outlook import forecast as forecast
    from eduplan.outlook import remaining as remaining
    from eduplan.outlook import suggest as suggest
    from eduplan.people import Group as Group
    from eduplan.people import Person as Person
    from eduplan.people import School as School
    from eduplan.plan import Plan as Plan
    from eduplan.provisions import Attestation as Attestation
    from eduplan.provisions import Consequence as Consequence
    from eduplan.provisions import FollowUp as FollowUp
    from eduplan.provisions import Gate as Gate
    from eduplan.provisions import Process as Process
    from eduplan.provisions import Quota as Quota
    from eduplan.provisions import Roster as Roster
    from eduplan.provisions import Schedule as Schedule
    from eduplan.provisions import Target as Target
    from eduplan.records import Record as Record
    from eduplan.records import Register as Register
    from eduplan.schema import plan_schema as plan_schema
    from eduplan.sources import Force as Force
    from eduplan.summary import Summary as Summary
    from eduplan.summary import summarise as summarise
    from eduplan.verdicts import Status as Status
    from eduplan.verdicts import Verdict as Verdict
    from eduplan.weakening import Weakening as Weakening
    from eduplan.weakening import weaker as weaker

_HOMES = {
    "calendars": ("SchoolCalendar", "load_calendar"),
    "cases": ("run_cases",),
    "comparison": ("Comparison", "Shift", "compare"),
    "dates": ("Period",),
    "differences": ("Difference", "Differences", "diff"),
    "errors": (
        "CalendarFileError",
        "CaseFileError",
        "EduplanError",
        "Fault",
        "InputError",
        "MissingExtra",
        "NotPortable",
        "OutsideCoverage",
        "PlanFileError",
        "SheetError",
        "UnknownName",
    ),
    "evaluator": ("evaluate",),
    "files": (
        "available_plans",
        "dump_json",
        "dump_toml",
        "load_plan",
        "plan_from_table",
        "save_plan",
    ),
    "ledger": ("Ledger", "SameEvent"),
    "messages": ("Text",),
    "outlook": (
        "Course",
        "Forecast",
        "Remaining",
        "Suggestion",
        "forecast",
        "remaining",
        "suggest",
    ),
    "people": ("Group", "Person", "School"),
    "plan": ("Plan",),
    "provisions": (
        "Attestation",
        "Consequence",
        "FollowUp",
        "Gate",
        "Process",
        "Quota",
        "Roster",
        "Schedule",
        "Target",
    ),
    "records": ("Record", "Register"),
    "schema": ("plan_schema",),
    "sources": ("Force",),
    "summary": ("Summary", "summarise"),
    "verdicts": ("Status", "Verdict"),
    "weakening": ("Weakening", "weaker"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
