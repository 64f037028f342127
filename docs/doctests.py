"""Sets doctests of docstrings as code in the reference; by itself it would take them as quotes."""

import re

import griffe

DOCTEST = re.compile(
    r"^(?P<indent>[ ]*)>>> .*(?:\n(?P=indent)\S.*|\n(?P=indent)[ ]+\S.*)*", re.MULTILINE
)


class Doctests(griffe.Extension):
    """Puts every doctest of a docstring into a fenced block."""

    def on_object(self, *, obj: griffe.Object, **_) -> None:
        """Change the docstring of an object that was read."""
        if obj.docstring:
            obj.docstring.value = DOCTEST.sub(fenced, obj.docstring.value)


def fenced(found: re.Match[str]) -> str:
    """Return a doctest in a fence of its own indentation."""
    indent = found["indent"]
    return f"{indent}```pycon\n{found[0]}\n{indent}```"
