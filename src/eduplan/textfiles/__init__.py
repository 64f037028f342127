"""Text files read within bounds and written whole or not at all."""

from eduplan.textfiles.bounds import check_bounds
from eduplan.textfiles.lines import with_lines
from eduplan.textfiles.reading import parse_toml, read_text, read_toml
from eduplan.textfiles.strict import strict_json
from eduplan.textfiles.whole import write_whole

__all__ = [
    "check_bounds",
    "parse_toml",
    "read_text",
    "read_toml",
    "strict_json",
    "with_lines",
    "write_whole",
]
