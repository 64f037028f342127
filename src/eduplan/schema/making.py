"""The schema made from the classes plan files are read into."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from eduplan.figures import Figure
from eduplan.files.plan_tables import Head
from eduplan.messages import Text, catalogue
from eduplan.plan import Drop
from eduplan.provisions import FORMS, Provision, Question, Version
from eduplan.provisions.versions import FIXED
from eduplan.schema.readers import READS
from eduplan.schema.shapes import (
    ANYTHING,
    DATE,
    NAME,
    QUESTION,
    SCALAR,
    STRING,
    Schema,
    either,
    list_of,
    one_or_list,
    table,
)
from eduplan.schema.written import HOLDS, RULES, WRITTEN
from eduplan.sources import Clause, Document

SCHEMA_FILE = "eduplan-plan.schema.json"
"""Name of the schema's file; a plan beside it names it in its first line."""

FILE: Mapping[str, object] = {
    "plan": Head,
    "document": Document,
    "clause": list_of(Clause),
    "figure": list_of(Figure),
    "scales": {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": {**list_of(STRING, 2), "uniqueItems": True},
    },
    "labels": {"type": "object", "additionalProperties": Text},
    "question": list_of(Question),
    "answers": {"type": "object", "additionalProperties": SCALAR},
    "drop": list_of(Drop),
}
"""The tables of a plan file besides its provisions."""

_CITED = ("id", "clause", "title")
"""Fields of a provision that hold no question: by them it is cited while it waits for an answer."""

_ASKED: Schema = {"$ref": "#/$defs/Asked"}


def plan_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of plan files.

    Days stand in it as text, as they do in JSON; that is how editors see the days of TOML.

    >>> plan_schema()["required"]
    ['clause', 'document', 'plan']
    """
    asked = {"Asked": {**QUESTION, "description": _words("Asked")}}
    found: dict[type, Schema] = {}
    forms = {key: _refer(form.value, found) for key, form in FORMS.items()}
    overrides = {f"{form.value.__name__}Override": form.value for form in FORMS.values()}
    either_way = {
        key: list_of(either(whole, {"$ref": f"#/$defs/{name}"}))
        for (key, whole), name in zip(forms.items(), overrides, strict=True)
    }
    head = {key: _written_out(schema) for key, schema in FILE.items()}
    file = table({**head, **either_way}, ("plan", "document", "clause"))
    changes = {name: _override(cls, found[cls]) for name, cls in overrides.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "eduplan plan",
        **_described(("File",), file),
        "if": {"properties": {"plan": {"required": ["extends"]}}},
        "else": {"properties": {key: {"items": whole} for key, whole in forms.items()}},
        "$defs": asked | dict(sorted((_by_name(found) | changes).items())),
    }


def _by_name(schemas: Mapping[type, Schema]) -> dict[str, Schema]:
    found = {cls.__name__: schema for cls, schema in schemas.items()}
    if len(found) < len(schemas):
        raise TypeError(f"two classes of one name: {sorted(cls.__name__ for cls in schemas)}")
    return found


def dump_schema() -> str:
    """Return the JSON Schema of plan files as the text of a file."""
    return json.dumps(plan_schema(), ensure_ascii=False, indent=1) + "\n"


def _refer(cls: type, found: dict[type, Schema]) -> Schema:
    """Return a reference to the schema of a class in which questions may stand.

    Args:
        cls: the class.
        found: the schemas made so far; takes those that are new.
    """
    if cls not in found:
        found[cls] = {}  # a class may hold itself
        schema = _with_questions(_of(cls))
        version: Schema = {}
        if issubclass(cls, Provision):
            schema["properties"] |= {key: _of(cls)["properties"][key] for key in _CITED}
            version = _version(cls, schema)
        found[cls] = _with_classes(
            schema, lambda inner: version if inner is Version else _refer(inner, found)
        )
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _override(cls: type, form: Schema) -> Schema:
    """Return the schema of a provision of a derived plan: what differs from the parent's.

    Args:
        cls: the form's class.
        form: its schema.
    """
    keys = _as_in(cls, form["properties"])
    gone = one_or_list({"enum": [key for key in keys if key not in _CITED]})
    own = _described(("Override",), table({"no_longer": gone}))["properties"]
    return {**table({**keys, **own}, ["id"]), "minProperties": 2}


def _version(cls: type, form: Schema) -> Schema:
    """Return the schema of a dated version of a form: its keys, as far as they can change.

    Args:
        cls: the form's class.
        form: its schema.
    """
    keys = [key for key in form["properties"] if key not in FIXED]
    changes = _as_in(cls, keys)
    changes |= {key: _or_question(changes[key]) for key in keys if key in _CITED}
    optional = {"enum": [key for key in keys if key not in form["required"]]}
    own = _with_questions(table({"from": DATE, "no_longer": one_or_list(optional)}))
    own = _described(("Version",), own)["properties"]
    return {**table({**own, **changes}, ["from"]), "minProperties": 2}


def _as_in(cls: type, keys: Iterable[str]) -> Schema:
    """Return keys of a form with the schemas and the words they have there."""
    return {key: {"$ref": f"#/$defs/{cls.__name__}/properties/{key}"} for key in keys}


def _written_out(schema: object) -> Any:
    """Return a schema with those of its classes put in, in which no question may stand."""
    return _with_classes(schema, lambda cls: _written_out(_of(cls)))


def _of(cls: type) -> Schema:
    """Return the schema of the table of a class."""
    schema = {**(WRITTEN.get(cls) or of_class(cls))}
    rules = [RULES[base] for base in cls.__mro__ if base in RULES]
    return _described(_names(cls), schema | ({"allOf": rules} if rules else {}))


def _names(cls: type) -> tuple[str, ...]:
    return tuple(base.__name__ for base in (*cls.__mro__, *HOLDS.get(cls, ())))


def of_class(cls: type) -> Schema:
    """Return the schema of a class that is read field by field."""
    fields = attrs.fields(cls)
    for field in fields:
        if field.converter not in READS:
            raise TypeError(
                f"{cls.__name__}.{field.name}: say in READS what its converter takes, and in "
                f"WRITTEN what a class holds that is not read field by field"
            )
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    return table({field.name: READS[field.converter] for field in fields}, required)


def _described(names: Sequence[str], schema: Schema) -> Schema:
    """Return a schema whose properties say what they mean, as the catalogue has it.

    Args:
        names: the class the properties are of, and those it inherits from.
        schema: the schema of the class, perhaps one of several ways to write it.
    """
    described = dict(schema)
    if "anyOf" in schema:
        ways = schema["anyOf"]
        described["anyOf"] = [w if isinstance(w, type) else _described(names, w) for w in ways]
    if "properties" in schema:
        described["properties"] = {
            key: _with_words(_words(*(f"{name}.{key}" for name in names)), property_)
            for key, property_ in schema["properties"].items()
        }
    return described


def _words(*keys: str) -> str:
    """Return the first of these descriptions there is, in both languages, else nothing."""
    texts = [text for key in keys if (text := catalogue().get(f"key.{key}"))]
    return f"{texts[0].zh}\n\n{texts[0].en}" if texts else ""


def _with_words(words: str, schema: Any) -> Any:
    if not words:
        return schema
    plain = either(schema) if isinstance(schema, type) else schema
    return {"description": words, **plain}


def _with_questions(schema: object) -> Any:
    """Return a schema in which a question may stand wherever a value may."""
    if not isinstance(schema, Mapping):
        return schema
    opened = dict(schema)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            opened[key] = [_with_questions(way) for way in schema[key]]
    for key in ("items", "additionalProperties"):
        if key in schema:
            opened[key] = _or_question(_with_questions(schema[key]))
    if "properties" in schema:
        opened["properties"] = {
            key: _or_question(_with_questions(value)) for key, value in schema["properties"].items()
        }
    return opened


def _or_question(schema: Any) -> Any:
    if schema is False:
        return schema
    plain, words = schema, {}
    if isinstance(schema, Mapping):
        plain = {key: value for key, value in schema.items() if key != "description"}
        words = {key: value for key, value in schema.items() if key == "description"}
        if plain in (ANYTHING, STRING):
            return schema
        if set(plain) == {"anyOf"}:
            return {**words, "anyOf": [*plain["anyOf"], _ASKED]}
    return {**words, "anyOf": [plain, _ASKED]}


def _with_classes(schema: object, make: Callable[[type], Schema]) -> Any:
    """Return a schema with the schemas that ``make`` gives in the place of classes."""
    if isinstance(schema, type):
        return make(schema)
    if isinstance(schema, Mapping):
        return {key: _with_classes(value, make) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_with_classes(value, make) for value in schema]
    return schema
