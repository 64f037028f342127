"""The command line: a thin face on the library.

Exit codes: 0, judged and no binding clause is broken; 1, judged and at least one is; 2, the input
or the command has faults, and nothing was judged.
"""

from eduplan.cli.commands import main

__all__ = ["main"]
