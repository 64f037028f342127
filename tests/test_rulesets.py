"""Published rules on continuing education and licence renewal, stated as plans.

Every rule set in ``tests/rulesets`` is a plan file that names where it was read, and beside it cases
whose answers are argued from its sections. Nothing but data was written for them.
"""

from pathlib import Path

import pytest

from eduplan import load_plan
from eduplan.cases import Case, read_cases, run_case, run_cases, untried_provisions
from eduplan.files import dump_json, dump_toml, load_plan_text
from eduplan.lint import Severity, lint

FOLDER = Path(__file__).parent / "rulesets"
PLANS = sorted(path for path in FOLDER.glob("*.toml") if not path.name.endswith(".cases.toml"))
CASES = {path: path.with_name(f"{path.stem}.cases.toml") for path in PLANS}

by_plan = pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
by_case = pytest.mark.parametrize(
    "case",
    [case for path in CASES.values() for case in read_cases(path)],
    ids=lambda case: case.id,
)
