"""A plan of forty lines into which tests put faults, and what is told of them."""

import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eduplan import Fault, PlanFileError, load_plan
from eduplan.messages import LANGUAGES

# A plan of forty lines. The tests put faults into its lines by number.
LINES = """\
[plan]
id = "town"
title = { zh = "镇教研计划", en = "Plan of a town" }
horizon = { from = 2024-09-01, to = 2027-09-01 }

[document]
title = { zh = "某镇三年教研计划", en = "Three-year plan of a town" }
signed = 2024-06-30

[scales]
level = ["school", "county", "city"]

[[clause]]
number = "一"
gist = { zh = "每周期360学时", en = "360 hours a cycle" }

[[clause]]
number = "二"
gist = { zh = "每学年听课20节", en = "20 lessons a school year" }

[[quota]]
id = "hours"
clause = "一"
title = { zh = "学时", en = "Hours" }
bearer = { role = "teacher" }
measure = { sum = "hours", of = "training", where = { level = { at_least = "county" } } }
every = { cycle = "3 years", grid = 2024-09-01 }
at_least = 360

[[quota]]
id = "lessons"
clause = "二"
title = { zh = "听课", en = "Lessons observed" }
force = "must"
measure = { count = "lesson-observation" }
at_least = [
    { where = { role = "principal" }, amount = 60 },
    { amount = 20 },
]
every = "school-year"
""".splitlines()


def plan_text(changes: dict[int, str] | None = None) -> str:
    """Return the plan with lines, counted from 1, put in the place of others."""
    lines = list(LINES)
    for number, line in (changes or {}).items():
        lines[number - 1] = line
    return "\n".join(lines) + "\n"


def table_of(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file: ``write(text)``, ``write(text, "plan.json")``."""

    def write_file(content: str | bytes, name: str = "plan.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write_file


Write = Callable[..., Path]


def refused(path: Path) -> PlanFileError:
    """Return the error with which a file is refused, within a second and in both languages.

    The second is of the processor's time: what else the machine does is not the reader's fault.
    """
    started = time.process_time()
    with pytest.raises(PlanFileError) as error:
        load_plan(path)
    took = time.process_time() - started

    assert took < 1
    assert error.value.source == path.name
    for lang in LANGUAGES:
        assert path.name in error.value.message(lang)
    assert str(path.parent) not in str(error.value)
    return error.value


def faults_in(path: Path) -> list[tuple[int | None, str, str]]:
    return [(fault.line, fault.path, fault.code) for fault in refused(path).faults]


def only_fault(path: Path) -> Fault:
    (fault,) = refused(path).faults
    return fault
