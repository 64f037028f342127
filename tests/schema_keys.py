"""Which keys of the schema of plan files a plan uses, by the class they belong to."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

Key = tuple[str, str]
"""A class of the schema, or a table of the file, and one of its keys."""

FILE = "File"
_PROVISION = ("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note")
COMMON = frozenset({*_PROVISION, "governs", "version"})
"""Keys that every form has; they are counted once, as those of ``Provision``."""


class SchemaKeys:
    """Finds the keys of a schema, and those of them that something uses.

    Args:
        schema: the JSON Schema of plan files.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._defs = schema["$defs"]
        self._forms = {name.removesuffix("Override") for name in self._defs if "Override" in name}

    def all(self) -> set[Key]:
        """Return every key of the schema."""
        found = set(self._stated(FILE, self._schema))
        for name, part in self._defs.items():
            if not name.endswith("Override"):
                found |= set(self._stated(name, part))
        return found | {("Override", "no_longer"), ("Version", "from"), ("Version", "no_longer")}

    def _stated(self, name: str, part: Any) -> Iterator[Key]:
        """Yield the keys written out in a part of the schema, each with where it stands."""
        if isinstance(part, list):
            for one in part:
                yield from self._stated(name, one)
        if not isinstance(part, Mapping):
            return
        for key, inner in part.get("properties", {}).items():
            if key == "version" and name in self._forms:
                yield "Provision", key
                continue
            yield self._named(name, key)
            yield from self._stated(f"{name}.{key}", inner)
        for word in ("anyOf", "oneOf", "items", "additionalProperties"):
            yield from self._stated(name, part.get(word))

    def _named(self, name: str, key: str) -> Key:
        if name in self._forms and key in COMMON:
            return "Provision", key
        return name, key

    def used(self, plan: Mapping[str, Any]) -> set[Key]:
        """Return the keys that a plan uses, a plan in which days are text."""
        return set(self._used(FILE, self._schema, plan))

    def _used(self, name: str, part: Mapping[str, Any], value: Any) -> Iterator[Key]:
        if "$ref" in part:
            target = part["$ref"].removeprefix("#/$defs/")
            if "/properties/" in target:
                owner, _, key = target.partition("/properties/")
                inner = self._defs[owner]["properties"][key]
                yield from self._used(f"{owner}.{key}", inner, value)
            else:
                yield from self._used(target, self._defs[target], value)
        for word in ("anyOf", "oneOf"):
            for choice in part.get(word, ()):
                if self._fits(choice, value):
                    yield from self._used(name, choice, value)
        if isinstance(value, list) and isinstance(part.get("items"), Mapping):
            for one in value:
                yield from self._used(name, part["items"], one)
        if isinstance(value, Mapping):
            yield from self._of_table(name, part, value)

    def _of_table(
        self, name: str, part: Mapping[str, Any], value: Mapping[str, Any]
    ) -> Iterator[Key]:
        keys = part.get("properties", {})
        for key, one in value.items():
            if key in keys:
                if name.endswith(".version"):
                    yield "Version", key
                elif name.endswith("Override"):
                    yield "Override", key
                    yield self._named(name.removesuffix("Override"), key)
                else:
                    yield self._named(name, key)
                yield from self._used(f"{name}.{key}", keys[key], one)
            elif isinstance(part.get("additionalProperties"), Mapping):
                yield from self._used(name, part["additionalProperties"], one)

    def _fits(self, part: Mapping[str, Any], value: Any) -> bool:
        whole = {**part, "$defs": self._defs}
        return bool(Draft202012Validator(whole).is_valid(value))
