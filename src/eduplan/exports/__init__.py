"""Verdicts and findings out: JSON for programs, CSV for spreadsheets, a report for people."""

from eduplan.exports.as_csv import write_csv
from eduplan.exports.as_json import verdicts_to_json, write_json
from eduplan.exports.findings import findings_to_json
from eduplan.exports.report import render_report
from eduplan.exports.verdict_schema import dump_verdict_schema, verdict_schema

__all__ = [
    "dump_verdict_schema",
    "findings_to_json",
    "render_report",
    "verdict_schema",
    "verdicts_to_json",
    "write_csv",
    "write_json",
]
