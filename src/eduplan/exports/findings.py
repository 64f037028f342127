"""Findings of lint as JSON, for programs: stable, one finding a line.

The document is ``{"format": "eduplan-findings", "version": 1, "findings": [...]}``. In a finding:

- ``plan``, ``code``, ``severity`` (``error``, ``warning``, ``note``);
- ``place``: key of the table and id, such as ``figure.minority-share``;
- ``clauses``: numbers of the clauses concerned;
- ``facts``: what the message tells; days are ISO dates, texts have ``zh`` and ``en``;
- ``message`` and ``hint``: in ``zh`` and ``en``.

Keys are only ever added within a version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from eduplan.exports.as_json import plain_facts
from eduplan.lint import Finding
from eduplan.messages import LANGUAGES

FORMAT = "eduplan-findings"
VERSION = 1


def findings_to_json(findings: Iterable[Finding]) -> str:
    """Return findings as one JSON document; see `eduplan.exports.findings` for its keys.

    >>> findings_to_json([]).split()
    ['{"format":"eduplan-findings","version":1,"findings":[', ']}']
    """
    rows = [json.dumps(_finding(finding), separators=(",", ":")) for finding in findings]
    body = ",\n".join(rows)
    return f'{{"format":"{FORMAT}","version":{VERSION},"findings":[\n{body}\n]}}\n'


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "plan": finding.plan,
        "code": finding.code,
        "severity": finding.severity.value,
        "place": finding.place,
        "clauses": list(finding.clauses),
        "facts": plain_facts(finding.facts),
        "message": {lang: finding.message(lang) for lang in LANGUAGES},
        "hint": {lang: finding.hint(lang) for lang in LANGUAGES},
    }
