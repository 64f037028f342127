"""What importing eduplan costs, in fresh processes.

``import eduplan`` alone, above a bare interpreter; and the first use of a class, which loads what
it needs, beside importing the two libraries all of them stand on: `Record`, a class of the lower
layers, and `Plan`, which needs nearly all of them.

    python benchmarks/import_time.py [--json]
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from harness import report

CLOCK = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
CONTESTANTS = {
    "bare": "pass",
    "import": "import eduplan",
    "first_use": "import eduplan; eduplan.Record",
    "plan": "import eduplan; eduplan.Plan",
    "deps": "import attrs, pendulum",
}
ROUNDS = 31


def seconds(statement: str) -> float:
    """Return the seconds a statement takes in a fresh process, start-up apart."""
    command = [sys.executable, "-c", CLOCK.format(statement)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for _ in range(ROUNDS):
        for name, statement in CONTESTANTS.items():
            times[name].append(seconds(statement))
    medians = {name: statistics.median(several) for name, several in times.items()}
    report(
        "import_time",
        {
            "first_use_vs_deps": medians["first_use"] / medians["deps"],
            "plan_vs_deps": medians["plan"] / medians["deps"],
        },
        {
            "import_ms": (medians["import"] - medians["bare"]) * 1e3,
            "first_use_ms": medians["first_use"] * 1e3,
            "plan_ms": medians["plan"] * 1e3,
            "deps_ms": medians["deps"] * 1e3,
        },
        "first_use is eduplan.Record",
    )


if __name__ == "__main__":
    main()
