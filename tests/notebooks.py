"""Notebooks run without Jupyter: their code cells in order, and what each of them shows.

``python tests/notebooks.py NOTEBOOK`` runs one and writes what it shows into it.
"""

import ast
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any


def run(notebook: dict[str, Any], names: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Run the code cells of a notebook in an empty folder; return what each of them shows.

    Args:
        notebook: the notebook.
        names: takes what its cells define.
    """
    cells = code_of(notebook)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        return [
            list(shown("".join(cell["source"]), number, names))
            for number, cell in enumerate(cells, 1)
        ]


def code_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the code cells of a notebook."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def shown(source: str, number: int, names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run one cell; yield what it prints and the value of its last line, where it has one."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed = StringIO()
    value = None
    with redirect_stdout(printed):
        exec(compile(ast.Module(body, []), f"<cell {number}>", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), names)
    if text := printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}
    if value is not None:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        yield {
            "data": data,
            "execution_count": number,
            "metadata": {},
            "output_type": "execute_result",
        }


def read(path: Path) -> dict[str, Any]:
    """Return a notebook."""
    notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return notebook


if __name__ == "__main__":
    place = Path(sys.argv[1])
    found = read(place)
    for number, (cell, outputs) in enumerate(zip(code_of(found), run(found, {}), strict=True), 1):
        cell["execution_count"], cell["outputs"] = number, outputs
    place.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
