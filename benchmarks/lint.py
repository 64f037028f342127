"""How long lint takes: every packaged plan alone, and with calendar, roster and other plans."""

from __future__ import annotations

import time
from importlib import resources

from harness import report

from eduplan import available_plans, load_plan
from eduplan.calendars import load_calendar
from eduplan.imports import read_people
from eduplan.lint import lint


def main() -> None:
    plans = [load_plan(name) for name in available_plans()]
    calendar = load_calendar("shanghai")
    with resources.as_file(resources.files("eduplan").joinpath("demo", "roster.xlsx")) as path:
        people = read_people(path)
    figures = {}
    for plan in plans:
        figures[f"{plan.id}_s"] = _seconds(lambda plan=plan: lint(plan))
        others = [other for other in plans if other is not plan]
        figures[f"{plan.id}_all_s"] = _seconds(
            lambda plan=plan, others=others: lint(
                plan, calendar=calendar, people=people, others=others
            )
        )
    notes = f"each at most 1 s; _all: with {len(people)} bearers, a calendar and the other plans"
    report("lint", {}, figures, notes)


def _seconds(run: object) -> float:
    """Return the median seconds of five calls; the first, which reads data files, is left out."""
    assert callable(run)
    run()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[2]


if __name__ == "__main__":
    main()
