"""Print, as constraints for pip, the lowest version of every library that the package takes.

    python .ci/lowest.py [ROOT]

That is what it needs itself and with the extra ``all``; not what only tests, docs and Spark need.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_EXTRAS = re.compile(r"\[(.+)\]")
_LOWEST = re.compile(r"([\w.-]+)(?:\[.+\])?>=([\w.]+)")


def lowest(project: Mapping[str, Any]) -> Iterator[str]:
    """Yield a constraint for every requirement that has a lower bound."""
    extras = project["optional-dependencies"]
    (everything,) = extras["all"]
    names = _EXTRAS.findall(everything)[0].split(",")
    for wanted in (project["dependencies"], *(extras[name] for name in names)):
        for requirement in wanted:
            for library, version in _LOWEST.findall(requirement):
                yield f"{library}=={version}"


def main() -> None:
    """Print them."""
    root = Path(sys.argv[1]) if sys.argv[1:] else Path()
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    print(*lowest(project), sep="\n")


if __name__ == "__main__":
    main()
