"""What importing eduplan costs, in fresh processes.

``import eduplan`` alone, above a bare interpreter; and the first use of a class, which loads what
it needs, beside importing the two libraries all of them stand on: `Record`, a class of the lower
layers, and `Plan`, which needs nearly all of them.
All are measured as an installation leaves them, compiled: the first run of each contestant writes
the bytecode and is not counted.

    python benchmarks/import_time.py [--json]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory

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


def seconds(statement: str, environment: dict[str, str]) -> float:
    """Return the seconds a statement takes in a fresh process, start-up apart."""
    command = [sys.executable, "-c", CLOCK.format(statement)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    with TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for statement in CONTESTANTS.values():
            seconds(statement, environment)
        for _ in range(ROUNDS):
            for name, statement in CONTESTANTS.items():
                times[name].append(seconds(statement, environment))
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
