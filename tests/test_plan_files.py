"""Plan files: what is written is read back, in either format, and nothing is lost on the way."""

import json
import os
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from eduplan import (
    Plan,
    PlanFileError,
    available_plans,
    dump_json,
    dump_toml,
    load_plan,
    plan_from_table,
    save_plan,
)
from eduplan.lengths import Length
from plan_lines import Write, plan_text, table_of

ANSWERS: dict[str, dict[str, object]] = {
    "city-three-year": {
        "main-indicator": "admission",
        "upper-middle": "above-the-mean",
        "index-baseline": "first-year",
        "hundred-moral-works": "each",
        "stages": "five",
        "supported-schools": "listed",
        "created-in-2018": "new",
        "primary-share-2020": "9/10",
        "thousand-schools": "compulsory",
        "tier-match-by": "attendances",
        "ninety-of": "each",
        "studio-coverage": "every-level-and-stage",
        "all-stages-from": "autumn-2020",
        "rules-by": date(2018, 9, 1),
        "incentive-amount": 5000,
    },
    "county-six-year": {
        "year": "school-year",
        "training-cycle": "entry",
        "hours-that-count": "registered",
        "external-training-from": date(2021, 9, 1),
        "summary-within": "days-30",
        "about-a-month": "workdays-20",
        "rural-delivery-floor": 2,
        "weak-schools": "one-round",
    },
    "liaison": {
        "which-indicator": "quality-index",
        "better-every": "round",
        "a-week": "workdays-5",
        "week-owed-by": "in-all",
        "mid-term-change": "exempt",
        "concentrated": "days-on-end",
        "who-decides": "researcher",
        "tasks-every": "round",
        "papers-within": "term-end",
        "link-ends": "to-august",
        "prize-or-above": "higher-level-counts",
        "other-forms": "any",
        "plan-year": "school-year",
        "lessons-a-term": 10,
        "several-forms": "all-three",
        "exchange-held-by": "institute",
        "county-plans-by": date(2024, 8, 31),
    },
    "research-group-rectification": {
        "study-rhythm": "monthly",
        "note-rhythm": "termly",
        "start-of-term": "two-weeks",
        "feedback-within": "days-7",
        "sharing-within": "days-30",
        "forms-a-year": 3,
        "tracked-within": "days-60",
    },
    "primary-school-2024": {
        "research-activity-holder": "teacher",
        "paired-lesson-within": "same-week",
        "months": "teaching-months",
        "analysis-within": "school-days-10",
    },
}

# ---------------------------------------------------------------- round trips


def answered(name: str) -> Plan:
    return load_plan(name).answer(ANSWERS[name])


@pytest.mark.parametrize("name", available_plans())
def test_every_packaged_plan_can_be_answered_here(name: str) -> None:
    # so that a plan added later gets its answers, and its round trip, too
    plan = answered(name)

    assert len(plan.open_questions) < len(plan.questions)


@pytest.mark.parametrize("suffix", [".toml", ".json"])
@pytest.mark.parametrize("read", [load_plan, answered], ids=["open", "answered"])
@pytest.mark.parametrize("name", available_plans())
def test_a_packaged_plan_written_and_read_back_is_the_same(
    name: str, read: Callable[[str], Plan], suffix: str, tmp_path: Path
) -> None:
    plan = read(name)
    path = tmp_path / f"plan{suffix}"
    save_plan(plan, path)
    again = load_plan(path)

    assert again == plan
    assert again.settled == plan.settled
    # and a second writing changes nothing
    dump = dump_toml if suffix == ".toml" else dump_json
    assert dump(again) == dump(plan)


@pytest.mark.parametrize("suffix", [".toml", ".json"])
@pytest.mark.parametrize(
    ("line", "changed"),
    [
        pytest.param(3, 'title = { zh = "“计划”\\n\\t第二行\\\\", en = "Plan" }', id="marks"),
        pytest.param(28, 'at_least = "1080/7"', id="sevenths"),
        pytest.param(28, "at_least = 12.5", id="a decimal"),
        pytest.param(
            25, 'bearer = { any = [{ role = "a" }], not = { away = true } }', id="any, not"
        ),
        pytest.param(25, "bearer = { joined = { below = 2020-01-01 } }", id="a day"),
        pytest.param(25, "bearer = { load = { at_least = 7.5 } }", id="a decimal compared"),
        pytest.param(25, "bearer = { load = [0.5, 1] }", id="decimals wanted"),
        pytest.param(27, 'every = { cycle = "18 months", from = "@bearer.joined" }', id="months"),
        pytest.param(27, 'every = { each = "teaching-week", school_days = 3 }', id="weeks"),
        pytest.param(
            26,
            'measure = { share = { tier = "@bearer.tier" }, of = ["a", "b"], weigh = "hours" }',
            id="share",
        ),
        pytest.param(
            26,
            'measure = { sum = "hours", of = "a", caps = [{ at_most = 2.5, per = "month" }] }',
            id="cap",
        ),
        pytest.param(7, 'title = { zh = "2024-09-01", en = "2024-09-01" }', id="day for a title"),
    ],
)
def test_every_way_to_write_a_line_survives_writing_and_reading(
    line: int, changed: str, suffix: str, write: Write, tmp_path: Path
) -> None:
    plan = load_plan(write(plan_text({line: changed})))
    path = tmp_path / f"again{suffix}"
    save_plan(plan, path)

    assert load_plan(path) == plan


SOURCES = """
[[document.basis]]
title = { zh = "XX县三年行动计划", en = "Three-year plan of a county" }
number = "县教发〔2024〕3号"
issuer = { zh = "XX县教育局", en = "Education bureau of a county" }
issued = 2024-03-01

[[document.cites]]
title = { zh = "量化考核办法", en = "Rules of appraisal" }
clause = ["一", "二"]

[[document.annex]]
title = { zh = "名单", en = "List" }
attached = false

[document.leading_group]
clause = "一"
leaders = ["secretary", "principal"]
leader_places = 1
deputies = "vice-principal"
members = ["research-section", "office"]
office = "research-section"

[[figure]]
id = "students"
clause = "一"
title = { zh = "学生", en = "Students" }
stated = "2024-09-01"
value = 1411
unit = { zh = "人", en = "pupils" }
total_of = ["boys", "girls"]

[[figure]]
id = "boys"
clause = "一"
stated = "758人"
value = 758

[[figure]]
id = "girls"
clause = ["一", "二"]
stated = "XX人"

[[figure]]
id = "share"
clause = "一"
stated = "53.7乐"
value = "53.7%"
share_of = { part = "boys", whole = "students" }
part_of = "all"

[[figure]]
id = "all"
clause = "一"
stated = "三分之一"
value = "1/3"
counts = ["备课", "2024-09-01"]
same_as = "share"
"""


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_what_is_said_of_a_document_survives_writing_and_reading(
    suffix: str, write: Write, tmp_path: Path
) -> None:
    quoted = 'gist = { zh = "每周期360学时", en = "360 hours" }\nquotes = ["360学时", "2024-09-01"]'
    quoted += "\ncut_off = true"
    long = 'horizon = { from = 2024-09-01, to = 2027-09-01 }\nlength = "18 months"'
    plan = load_plan(write(plan_text({4: long, 15: quoted}) + SOURCES))
    path = tmp_path / f"again{suffix}"
    save_plan(plan, path)

    assert load_plan(path) == plan
    assert plan.figures[3].value == Fraction(537, 1000)
    assert plan.figures[2].value is None
    assert plan.clauses[0].quotes == ("360学时", "2024-09-01")
    assert plan.clauses[0].cut_off
    assert plan.length == Length(18)


QUESTION = """
[[question]]
id = "floor"
clause = "二"
asks = { zh = "多少？", en = "How many?" }
"""


@pytest.mark.parametrize("suffix", [".toml", ".json"])
@pytest.mark.parametrize(
    ("rest", "answer"),
    [
        pytest.param('expects = "number"', Fraction(1, 3), id="a third"),
        pytest.param('expects = "number"', 12, id="twelve"),
        pytest.param('expects = "number"', 0.1, id="a float"),
        pytest.param(
            "[[question.reading]]\nid = 'half'\nmeans = { zh = '半', en = 'half' }\nvalue = 0.5",
            "half",
            id="a reading with a decimal",
        ),
    ],
)
def test_an_answered_question_survives_writing_and_reading(
    rest: str, answer: object, suffix: str, write: Write, tmp_path: Path
) -> None:
    text = plan_text({36: 'at_least = "?floor"', 37: "", 38: "", 39: ""})
    plan = load_plan(write(text + QUESTION + rest))
    settled = plan.answer({"floor": answer})
    for each in (plan, settled):
        path = tmp_path / f"again{suffix}"
        save_plan(each, path)

        assert load_plan(path) == each


def test_toml_and_json_say_the_same(write: Write) -> None:
    text = plan_text()
    spelled = json.dumps(table_of(text), default=lambda day: day.isoformat())

    assert load_plan(write(spelled, "plan.json")) == load_plan(write(text))


def test_a_selector_is_the_same_whatever_comes_first_in_it(write: Write) -> None:
    # In TOML the plain values of a table stand before the tables in it, and tables have no order.
    spelled = ["level = { at_least = 'county' }", "mode = 'online'", "form = ['a', 'b']"]
    texts = [
        plan_text({26: f"measure = {{ sum = 'hours', of = 'training', where = {{ {where} }} }}"})
        for where in (", ".join(spelled), ", ".join([*spelled[1:], spelled[0]]))
    ]
    first, second = (load_plan(write(text, f"{place}.toml")) for place, text in enumerate(texts))

    assert first == second
    assert hash(first) == hash(second)
    for dump, name in ((dump_toml, "again.toml"), (dump_json, "again.json")):
        assert load_plan(write(dump(first), name)) == first
        assert dump(load_plan(write(dump(first), name))) == dump(first)


WHO = 'bearer = { joined = { at_least = 2021-09-01 }, retires = "?since" }'

DAYS_STATED_FREELY = """
[[question]]
id = "since"
clause = "一"
asks = { zh = "自何时起？", en = "From when on?" }
reading = [{ id = "early", means = { zh = "上一周期", en = "The last cycle" }, value = { at_least = 2019-01-01 } }]
"""


def test_tables_that_come_from_json_are_read_as_its_file_is(write: Write) -> None:
    # a selector and a reading hold whatever is stated: only there a text could stay a text
    text = plan_text({25: WHO}) + DAYS_STATED_FREELY
    plan = load_plan(write(text))

    assert plan_from_table(json.loads(dump_json(plan))) == plan
    assert load_plan(write(dump_json(plan), "plan.json")) == plan


def test_days_that_are_none_are_told_with_their_places() -> None:
    table = table_of(plan_text({25: 'bearer = { joined = { at_least = "2021-02-29" } }'}))
    table["plan"]["horizon"] = {"from": "2024-01-01", "to": "2024-13-01"}
    with pytest.raises(PlanFileError) as refused:
        plan_from_table(table)

    assert [(fault.path, fault.code) for fault in refused.value.faults] == [
        ("plan.horizon.to", "no-such-day"),
        ("quota[0].bearer.joined.at_least", "no-such-day"),
    ]


@pytest.mark.parametrize("nothing", [[], None, 1, "plan"])
def test_what_is_no_table_is_refused(nothing: Any) -> None:
    with pytest.raises(PlanFileError) as refused:
        plan_from_table(nothing)

    assert [fault.code for fault in refused.value.faults] == ["not-a-table"]


def test_decimals_are_taken_as_they_are_written(write: Write) -> None:
    # 0.1 is a tenth, in either format, and no binary neighbour of it
    text = plan_text({28: "at_least = 0.1"})
    spelled = json.dumps(table_of(text), default=lambda day: day.isoformat())
    for path in (write(text), write(spelled, "plan.json")):
        quota = load_plan(path).provision("hours")

        assert quota.at_least[0].amount == Fraction(1, 10)  # type: ignore[union-attr]


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_from_notepad_are_read(start: str, end: str, write: Write) -> None:
    text = start + plan_text().replace("\n", end)

    assert load_plan(write(text.encode("utf-8"))) == load_plan(write(plan_text(), "plain.toml"))


def test_a_byte_order_mark_is_taken_before_json_too(write: Write) -> None:
    text = "\ufeff" + json.dumps(table_of(plan_text()), default=lambda day: day.isoformat())

    assert load_plan(write(text, "plan.json")).id == "town"


# ---------------------------------------------------------------- writing


def listing(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_writing_that_fails_leaves_the_old_file_and_nothing_else(
    suffix: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"plan{suffix}"
    path.write_text("the plan of last year", "utf-8")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(OSError, match="No space left"):
            save_plan(load_plan("county-six-year"), path)

    assert path.read_text("utf-8") == "the plan of last year"
    assert listing(tmp_path) == [path.name]
    # and once there is room, it is written over
    save_plan(load_plan("county-six-year"), path)
    assert load_plan(path) == load_plan("county-six-year")
    assert listing(tmp_path) == [path.name]


def test_a_plan_is_not_written_to_a_file_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError) as error:
        save_plan(load_plan("county-six-year"), tmp_path / "plan.yaml")

    assert [fault.code for fault in error.value.faults] == ["unknown-suffix"]
    assert listing(tmp_path) == []
