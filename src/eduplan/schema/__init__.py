"""The JSON Schema of plan files, by which editors complete and check a plan as it is written."""

from eduplan.schema.making import SCHEMA_FILE, dump_schema, plan_schema

__all__ = ["SCHEMA_FILE", "dump_schema", "plan_schema"]
