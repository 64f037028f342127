"""Gives classes of attrs the constructor that attrs makes; read as text, they seem to have none."""

import importlib

import attrs
import griffe


class Constructors(griffe.Extension):
    """Puts the arguments of a class, with what they take and their defaults, into the reference."""

    def on_class_members(self, *, cls: griffe.Class, **_) -> None:
        """Add its constructor to a class that was read."""
        made = importlib.import_module(cls.module.path)
        for name in cls.path.removeprefix(f"{cls.module.path}.").split("."):
            made = getattr(made, name)
        if attrs.has(made) and "__init__" not in cls.members:
            taken = griffe.Parameters(*(parameter(f) for f in attrs.fields(made) if f.init))
            cls.set_member("__init__", griffe.Function("__init__", parameters=taken))
            for field in cls.attributes.values():
                field.value = None  # how a field is read in is not what it is


def parameter(field: attrs.Attribute) -> griffe.Parameter:
    """Return a field as an argument."""
    kind = griffe.ParameterKind
    return griffe.Parameter(
        field.alias,
        annotation=str(field.type),
        kind=kind.keyword_only if field.kw_only else kind.positional_or_keyword,
        default=default(field),
    )


def default(field: attrs.Attribute) -> str | None:
    """Return a default as one would write it, None where there is none."""
    if field.default is attrs.NOTHING:
        return None
    if isinstance(field.default, attrs.Factory):
        return {dict: "{}", list: "[]"}.get(field.default.factory, "...")
    return repr(field.default)
