"""Verdicts out: JSON for programs, CSV for spreadsheets, an HTML report for people."""

from eduplan.exports.as_csv import write_csv
from eduplan.exports.as_json import verdicts_to_json, write_json
from eduplan.exports.report import render_report

__all__ = [
    "render_report",
    "verdicts_to_json",
    "write_csv",
    "write_json",
]
