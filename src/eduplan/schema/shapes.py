"""The parts schemas are put together from: texts, names, numbers, days, lists and tables."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from eduplan.tables import LONGEST_TEXT, MOST_ENTRIES

Schema = dict[str, Any]
"""A JSON Schema. While it is being made, a class may stand in it for the schema of its table."""

NAME_PATTERN = "[a-z0-9][a-z0-9_-]{0,63}"
_NUMBER = r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?|[0-9]+/[0-9]+"
_ZERO = r"0+(\.0+)?([eE][+-]?[0-9]{1,3})?|0+/[0-9]+"


def either(*schemas: object) -> Schema:
    """Return the schema of what fits one of several."""
    return {"anyOf": list(schemas)}


def list_of(item: object, least: int = 0) -> Schema:
    """Return the schema of a list with at least so many items."""
    schema = {"type": "array", "items": item, "maxItems": MOST_ENTRIES}
    return {**schema, "minItems": least} if least else schema


def one_or_list(item: object, least: int = 0) -> Schema:
    """Return the schema of one item, or a list of them."""
    return either(item, list_of(item, least))


def one_of(members: Iterable[StrEnum]) -> Schema:
    """Return the schema of the names of an enumeration, or of some of its members."""
    return {"enum": [member.value for member in members]}


def table(properties: Schema, required: Iterable[str] = ()) -> Schema:
    """Return the schema of a table with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def one_key(properties: Schema) -> Schema:
    """Return the schema of a table with exactly one of these keys."""
    return {**table(properties), "minProperties": 1, "maxProperties": 1}


def exactly_one(*keys: str) -> Schema:
    """Return what a table must keep besides, so that it has exactly one of these keys."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def _spelled(pattern: str) -> Schema:
    return {"type": "string", "pattern": rf"^\s*({pattern})\s*%?\s*$"}


ANYTHING: Schema = {}
STRING: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"\S"}
OPTIONAL_STRING: Schema = {"type": "string", "maxLength": LONGEST_TEXT}
NAME: Schema = {"type": "string", "pattern": f"^{NAME_PATTERN}$"}
OPTIONAL_NAME: Schema = {"type": "string", "pattern": f"^({NAME_PATTERN})?$"}
QUESTION: Schema = {"type": "string", "pattern": rf"^\?{NAME_PATTERN}$"}
OF_BEARER: Schema = {"type": "string", "pattern": rf"^@bearer\.{NAME_PATTERN}$"}
DATE: Schema = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
LENGTH: Schema = {
    "type": "string",
    "pattern": "^([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9]) (year|month)s?$",
}
STRETCH: Schema = {
    "type": "string",
    "pattern": "^([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9]) (year|month|day)s?$",
}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
POSITIVE: Schema = {"type": "integer", "minimum": 1}
SCALAR: Schema = {"type": ["string", "boolean", "number"]}
NUMBER = either({"type": "number"}, _spelled(rf"[+-]?({_NUMBER})"))
NOT_NEGATIVE = either({"type": "number", "minimum": 0}, _spelled(rf"\+?({_NUMBER})|-({_ZERO})"))
