"""Errors a user makes while writing a provision: each is told with path, problem and remedy.

Every file in ``tests/faults`` holds mistakes in one form, a table ``[[fault]]`` each:

``id``
    its name;
``plan``
    the tables of the plan in which it was made; a plan's head, two clauses, ``1`` and ``2``, and a
    scale of levels stand before them;
``path``
    the place that must be named;
``says``
    a part of the English message, the one that says what would be right.
"""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from eduplan import EduplanError, PlanFileError, plan_from_table
from eduplan.messages import LANGUAGES
from eduplan.provisions import FORMS

FOLDER = Path(__file__).parent / "faults"
HEAD = """
[plan]
id = "town"
title = { zh = "镇教研计划", en = "Plan of a town" }

[document]
title = { zh = "某镇教研计划", en = "Plan of a town" }

[scales]
level = ["school", "county", "city", "province"]

[[clause]]
number = "1"
gist = { zh = "第一条", en = "The first" }

[[clause]]
number = "2"
gist = { zh = "第二条", en = "The second" }
"""
FAULTS = [
    pytest.param(fault, id=f"{path.stem}:{fault['id']}")
    for path in sorted(FOLDER.glob("*.toml"))
    for fault in tomllib.loads(path.read_text("utf-8"))["fault"]
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_is_told_with_its_place_and_its_remedy(fault: dict[str, str]) -> None:
    table = tomllib.loads(HEAD + fault["plan"])

    with pytest.raises(EduplanError) as caught:
        plan_from_table(table)

    assert isinstance(caught.value, PlanFileError)
    found = {(one.path, one.message("en")) for one in caught.value.faults}
    assert any(path == fault["path"] and fault["says"] in message for path, message in found), found
    for lang in LANGUAGES:
        for one in caught.value.faults:
            assert one.message(lang), "a fault is told in both languages"


def test_there_are_many_mistakes_and_some_in_every_form() -> None:
    files = Counter(str(param.id).partition(":")[0] for param in FAULTS)
    assert set(files) >= {key.replace("_", "-") for key in FORMS}
    assert min(files.values()) >= 8
    assert len({str(param.id) for param in FAULTS}) == len(FAULTS)
