"""Timing side by side: every contestant in turn, again and again, medians and their ratios."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping


def interleaved(
    contestants: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    repeats: Mapping[str, int] | None = None,
    warm: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds of one call of each, all of them measured in every round.

    Args:
        contestants: what to time, by name.
        rounds: how often the whole row is run.
        repeats: calls in one measurement, by name, by default one; at least enough for the clock.
        warm: calls of each before anything is measured.
        clock: what seconds are read off; the processor's where others are at work as well.
    """
    calls = repeats or dict.fromkeys(contestants, 1)
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for run in contestants.values():
        for _ in range(warm):
            run()
    gc.collect()
    gc.freeze()  # what was made before is nobody's cost
    for _ in range(rounds):
        for name, run in contestants.items():
            start = clock()
            for _ in range(calls[name]):
                run()
            times[name].append((clock() - start) / calls[name])
    return {name: statistics.median(several) for name, several in times.items()}


def report(
    name: str, ratios: Mapping[str, float], figures: Mapping[str, float], notes: str = ""
) -> None:
    """Print a table, and with ``--json`` one object as the last line."""
    print(name)
    for label, value in ratios.items():
        print(f"  {label:<28} {value:>10.3f}  (ours over the yardstick)")
    for label, value in figures.items():
        print(f"  {label:<28} {value:>10.3f}")
    if notes:
        print(f"  {notes}")
    if "--json" in sys.argv[1:]:
        rounded = {label: round(value, 4) for label, value in ratios.items()}
        shown = {label: round(value, 4) for label, value in figures.items()}
        print(json.dumps({"name": name, "ratios": rounded, "figures": shown}))
