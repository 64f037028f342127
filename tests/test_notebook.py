"""The notebook of the examples: it runs, shows what it says it shows, and what it finds is right."""

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

import notebooks

PATH = Path(__file__).parent.parent / "examples" / "explore.ipynb"


def test_it_is_a_notebook_as_jupyter_wants_it() -> None:
    """What the schema of nbformat 4.5 requires of a notebook and of its cells."""
    notebook = notebooks.read(PATH)

    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert {"cells", "metadata"} < set(notebook)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        more = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | more


def test_every_cell_shows_what_is_stored_with_it_and_the_figures_are_right() -> None:
    """Who came on 1 September 2023 owes 360 hours for 853 of the 1826 days of 2021-2025."""
    notebook, names = notebooks.read(PATH), dict[str, Any]()

    found = notebooks.run(notebook, names)

    assert found == [cell["outputs"] for cell in notebooks.code_of(notebook)]
    hours = Counter[str]()
    for _, _, teacher, amount, certified in names["records"]:
        hours[teacher] += Fraction(amount) if certified else 0  # type: ignore[assignment]
    enough = {
        teacher
        for teacher, _, _, _, joined in names["teachers"]
        if hours[teacher] >= (Fraction(360 * 853, 1826) if joined else 360)
    }
    met = names["verdicts"].filter(pl.col("status") == "MET")
    assert set(met["bearer"]) == enough
    assert names["verdict"].bearer_id not in enough
