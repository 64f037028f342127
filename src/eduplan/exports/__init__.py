"""Verdicts and findings out: JSON for programs, CSV for spreadsheets, a report for people."""

from eduplan.exports.as_csv import write_csv
from eduplan.exports.as_json import verdicts_to_json, write_json
from eduplan.exports.findings import findings_to_json
from eduplan.exports.report import render_report

__all__ = [
    "findings_to_json",
    "render_report",
    "verdicts_to_json",
    "write_csv",
    "write_json",
]
