"""The benchmarks over frames run at small size, and what they compare before timing is compared."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


def run(name: str, *words: str) -> dict[str, Any]:
    """Run a benchmark and return what it prints as JSON."""
    command = [sys.executable, str(FOLDER / name), *words, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_training_cycle_is_timed_on_every_engine() -> None:
    found = run("bulk_training.py", "--records", "20000", "--rounds", "1")

    assert set(found["ratios"]) == {
        *("polars_vs_handwritten", "duckdb_vs_handwritten", "pandas_vs_handwritten"),
        *("polars_vs_scan", "polars_vs_scan_sorted"),
    }
    assert all(ratio > 0 for ratio in found["ratios"].values())


@pytest.mark.parametrize(("bound", "column"), [("YEARLY", "status"), ("ONLINE", "value")])
def test_a_query_by_hand_that_says_otherwise_stops_the_benchmark(
    bound: str, column: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    import bulk_training
    import by_hand
    import province

    paths = province.write(tmp_path, 20_000)
    ours = bulk_training.polars_runs(province.plan(), *paths)["ours"]()
    expected = bulk_training.rows(
        bulk_training.polars_runs(province.plan(), *paths)["handwritten"]()
    )
    bulk_training.check("ours", ours, expected)
    monkeypatch.setattr(by_hand, bound, getattr(by_hand, bound) + 1)
    other = bulk_training.rows(bulk_training.polars_runs(province.plan(), *paths)["handwritten"]())

    with pytest.raises(SystemExit, match=column):
        bulk_training.check("ours", ours, other)
    with pytest.raises(SystemExit, match="pure-Python"):
        bulk_training.check_sample(province.plan(), *paths, other)
