"""Version 1 of the promised names.

They may gain optional arguments, attributes and methods; none goes, and none means anything else.

>>> from eduplan.stable import v1
>>> v1.load_plan("county-six-year").id
'county-six-year'
"""

from eduplan.calendars import SchoolCalendar, load_calendar
from eduplan.cases import run_cases
from eduplan.dates import Period
from eduplan.errors import (
    CalendarFileError,
    CaseFileError,
    EduplanError,
    Fault,
    InputError,
    Missing,
    MissingExtra,
    NotPortable,
    OutsideCoverage,
    PlanFileError,
    SheetError,
    UnknownName,
)
from eduplan.evaluator import evaluate
from eduplan.exports import verdict_schema, verdicts_to_json, write_csv, write_json
from eduplan.files import (
    available_plans,
    dump_json,
    dump_toml,
    load_plan,
    plan_from_table,
    save_plan,
)
from eduplan.imports import read_people, read_records
from eduplan.imports.oneroster import read_oneroster
from eduplan.messages import Text
from eduplan.people import Group, Person, School
from eduplan.plan import Plan
from eduplan.records import Record, Register
from eduplan.schema import plan_schema
from eduplan.sources import Force
from eduplan.verdicts import Status, Verdict

__all__ = [
    "CalendarFileError",
    "CaseFileError",
    "EduplanError",
    "Fault",
    "Force",
    "Group",
    "InputError",
    "Missing",
    "MissingExtra",
    "NotPortable",
    "OutsideCoverage",
    "Period",
    "Person",
    "Plan",
    "PlanFileError",
    "Record",
    "Register",
    "School",
    "SchoolCalendar",
    "SheetError",
    "Status",
    "Text",
    "UnknownName",
    "Verdict",
    "available_plans",
    "dump_json",
    "dump_toml",
    "evaluate",
    "load_calendar",
    "load_plan",
    "plan_from_table",
    "plan_schema",
    "read_oneroster",
    "read_people",
    "read_records",
    "run_cases",
    "save_plan",
    "verdict_schema",
    "verdicts_to_json",
    "write_csv",
    "write_json",
]
