"""Relations tried on a hundred thousand drawn registers, by all rules that come with the project.

Every quota of the packaged plans and of the published rule sets in ``tests/rulesets`` declares, by
its data, which relations it keeps; each is tried on as many registers. A rule that breaks one ends
the run with a small case. ``--registers`` and ``--seed`` set how many and which.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

from eduplan import available_plans, load_plan
from eduplan.plan import Plan
from eduplan.provisions import Question
from eduplan.testing.relations import Relation, check_relations

RULESETS = Path(__file__).parent.parent / "tests" / "rulesets"
BLANKS = {"date": date(2021, 1, 1), "number": 1, "text": "text"}
"""What is put into blanks, by what they expect."""


def main() -> None:
    """Draw, try, and print how many and how long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    chosen = parser.parse_args()
    plans = [answered(load_plan(source)) for source in sources()]
    rules = sum(check_relations(plan, registers=1).registers for plan in plans)
    each = -(-chosen.registers // rules)
    start = time.perf_counter()
    drawn = 0
    checks: Counter[Relation] = Counter()
    for plan in plans:
        tried = check_relations(plan, registers=each, seed=chosen.seed)
        drawn += tried.registers
        for (_, relation), count in tried.checks.items():
            checks[relation] += count
    seconds = time.perf_counter() - start
    print(f"relations: {drawn} registers by {rules} rules, {sum(checks.values())} checks")
    for relation, count in checks.items():
        print(f"  {relation:<20} {count:>9}")
    print(f"  {seconds:.1f} s, {drawn / seconds:.0f} registers a second; every relation held")
    if chosen.json:
        figures = {"registers": drawn, "rules": rules, "seconds": round(seconds, 1)}
        print(json.dumps({"name": "relations", "figures": figures | checks}))


def sources() -> list[str | Path]:
    """Return the packaged plans and the published rule sets."""
    files = sorted(RULESETS.glob("*.toml"))
    return [*available_plans(), *(path for path in files if ".cases" not in path.suffixes)]


def answered(plan: Plan) -> Plan:
    """Return a plan whose questions have some answer."""
    return plan.answer({question.id: an_answer(question) for question in plan.questions})


def an_answer(question: Question) -> object:
    """Return the first reading of a question, or what fills its blank."""
    return question.reading[0].id if question.reading else BLANKS[str(question.expects)]


if __name__ == "__main__":
    main()
