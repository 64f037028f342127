"""The JSON Schema of verdicts as `eduplan.exports.as_json` writes them.

Readers may rely on every key listed here for as long as ``version`` is the same. Keys are only ever
added within a version, so a reader passes over those it does not know, and so does the schema.
"""

from __future__ import annotations

import json
from typing import Any

from eduplan.exports.as_json import FORMAT, VERSION
from eduplan.measures import Per
from eduplan.messages import LANGUAGES, catalogue
from eduplan.periods import Unit
from eduplan.provisions import FORMS, Unanswered
from eduplan.sources import Force
from eduplan.verdicts import Status

SCHEMA_FILE = "eduplan-verdicts.schema.json"
"""Name of the schema's file."""

Schema = dict[str, Any]

_STRING: Schema = {"type": "string"}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CODE: Schema = {"type": "string", "pattern": r"^[a-z0-9@]+([-.][a-z0-9]+)*$"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_AMOUNT: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+|/\d+)?$"}
_RECORDS: Schema = {"type": "array", "items": _STRING}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(values: object) -> Schema:
    return {"enum": [str(value) for value in values]}  # type: ignore[attr-defined]


def _list(name: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _table(name: str, keys: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of a table: every key is there, save those that are optional.

    Args:
        name: the table's name in the catalogue, where its keys are told.
        keys: the schemas of its keys.
        optional: keys that may be left out.
    """
    told = {key: _told(f"verdict-key.{name}.{key}") | schema for key, schema in keys.items()}
    required = [key for key in keys if key not in optional]
    return {"type": "object", "properties": told, "required": required}


def _told(key: str) -> Schema:
    text = catalogue()[key]
    return {"description": f"{text.zh}\n\n{text.en}"}


def verdict_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of verdicts in JSON.

    >>> verdict_schema()["required"]
    ['format', 'version', 'verdicts']
    """
    text = {
        "type": "object",
        "properties": dict.fromkeys(LANGUAGES, _STRING),
        "required": list(LANGUAGES),
    }
    status = {"$ref": "#/$defs/status"}
    label = {"$ref": "#/$defs/text"}
    defs = {
        "text": text,
        "status": _one_of(Status),
        "amount": _AMOUNT,
        "verdict": _verdict(status, label),
        "missing": _table("missing", {"code": _CODE, "facts": {"type": "object"}}),
        "point": _point(status, label),
        "justification": _justification(),
    }
    document: dict[str, Schema] = {
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        "verdicts": _list("verdict"),
        "for_others": _COUNT,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "eduplan verdicts",
        **_table("document", document, optional=("for_others",)),
        "$defs": defs,
    }


def _verdict(status: Schema, label: Schema) -> Schema:
    period = _table(
        "period",
        {"from": _DAY, "to": _DAY, "unit": _or_null(_one_of(Unit)), "label": label},
    )
    governing = _table(
        "governing",
        {
            "rule": {"enum": ["period-start", "record-date", "as-of", "each-record"]},
            "from": _or_null(_DAY),
            "to": _or_null(_DAY),
        },
    )
    amount = _or_null({"$ref": "#/$defs/amount"})
    keys = {
        "plan": _STRING,
        "provision": _STRING,
        "clauses": {"type": "array", "items": _STRING, "minItems": 1},
        "force": _one_of(force.value for force in Force),
        "form": _one_of([*(name.replace("_", "-") for name in FORMS), Unanswered.form]),
        "bearer": _STRING,
        "name": _or_null(_STRING),
        "period": _or_null(period),
        "governing": _or_null(governing),
        "status": status,
        "as_of": _DAY,
        "value": amount,
        "required": amount,
        "shortfall": amount,
        "due": _or_null(_DAY),
        "days_left": _or_null(_COUNT),
        "behind": {"type": "boolean"},
        "missing": _list("missing"),
        "justification": {"$ref": "#/$defs/justification"},
        "explanation": label,
    }
    return _table("verdict", keys, optional=("name",))


def _point(status: Schema, label: Schema) -> Schema:
    amount = _or_null({"$ref": "#/$defs/amount"})
    keys = {
        "code": _CODE,
        "status": status,
        "label": label,
        "value": amount,
        "required": amount,
        "due": _or_null(_DAY),
        "counted": _RECORDS,
        "missing": _list("missing"),
        "points": _list("point"),
    }
    return _table("point", keys)


def _justification() -> Schema:
    amount = {"$ref": "#/$defs/amount"}
    counted = _table("counted", {"record": _STRING, "amount": _or_null(amount)})
    left_out = _table(
        "left_out", {"reason": _CODE, "field": _or_null(_STRING), "records": _RECORDS}
    )
    cap = _table("cap", {"at_most": amount, "per": _one_of(Per), "lost": amount})
    reason = _table("reason", {"code": _CODE, "fact": _or_null(_STRING)})
    keys = {
        "counted": {"type": "array", "items": counted},
        "left_out": {"type": "array", "items": left_out},
        "caps": {"type": "array", "items": cap},
        "reason": _or_null(reason),
        "members": _COUNT,
        "points": _list("point"),
    }
    return _table("justification", keys)


def dump_verdict_schema() -> str:
    """Return the JSON Schema of verdicts as the text of a file."""
    return json.dumps(verdict_schema(), ensure_ascii=False, indent=1) + "\n"
