"""Plan files: strict TOML and JSON in and out, all faults at once with path and line."""

from eduplan.files.reading import available_plans, load_plan, plan_from_table
from eduplan.files.starting import starter
from eduplan.files.writing import dump_json, dump_toml, save_plan

__all__ = [
    "available_plans",
    "dump_json",
    "dump_toml",
    "load_plan",
    "plan_from_table",
    "save_plan",
    "starter",
]
