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


def test_growth_is_measured_in_processes_of_their_own() -> None:
    found = run("scaling.py", "--records", "5000", "20000")

    assert set(found["ratios"]) == {"duckdb_exponent", "polars_exponent"}
    assert all(found["figures"][f"{engine}_20000_mb"] > 0 for engine in ("duckdb", "polars"))


def test_the_crossover_lies_between_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    from crossover import crossing

    # Twice as fast for 10, twice as slow for 1000: even at the geometric mean of the two.
    assert crossing([10, 1000], [1.0, 8.0], [2.0, 4.0]) == pytest.approx(100)
    assert crossing([10, 1000], [3.0, 8.0], [2.0, 4.0]) == 0
    assert crossing([10, 1000], [1.0, 2.0], [2.0, 4.0]) == 1000


def test_python_and_frames_are_timed_for_the_same_teachers() -> None:
    found = run("crossover.py", "--bearers", "3", "9", "--rounds", "1")

    assert found["figures"]["python_9_ms"] > 0
    assert found["figures"]["python_faster_below_duckdb"] == 9  # nobody asks a database for nine


def test_without_java_spark_is_skipped_loudly() -> None:
    command = [sys.executable, str(FOLDER / "spark.py")]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": ""})

    assert done.returncode == 1
    assert "skipped, for there is no Java" in done.stderr


def test_the_loops_written_by_hand_decide_as_the_library_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    import county_quotas
    import training

    # Of each teacher eleven quotas on five days.
    assert county_quotas.check_the_loop(county_quotas.quotas_alone(), teachers=60) == 60 * 11 * 5
    assert training.check_the_loop(training.training_plan(), teachers=60) > 60 * 4


def test_a_decision_that_says_otherwise_stops_the_benchmark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    import county_quotas

    def always_met(*_: object) -> list[str]:
        return ["MET"] * 11

    with pytest.raises(SystemExit, match="teacher 0 on 2025-06-02: they disagree"):
        county_quotas.check_the_loop(county_quotas.quotas_alone(), teachers=1, also=always_met)
