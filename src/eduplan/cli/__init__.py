"""The command line: a thin face on the library.

Exit codes: 0, judged and no binding clause is broken; 1, judged and at least one is; 2, the input
or the command has faults, and nothing was judged.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from eduplan.errors import MissingExtra

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with an exit code: 0, 1 or 2; see the module.

    Args:
        arguments: the words of the command, by default those of the process.
    """
    try:
        from eduplan.cli.commands import run
    except ModuleNotFoundError as error:
        if error.name not in ("cyclopts", "rich"):
            raise
        sys.stderr.write(f"{MissingExtra('cli')}\n")
        sys.exit(2)
    run(arguments)
