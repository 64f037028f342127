"""Plan files: read back what was written, every fault told with path, line and remedy."""

import ast
import json
import os
import re
import string
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from eduplan import (
    Fault,
    Force,
    InputError,
    Plan,
    PlanFileError,
    Register,
    Status,
    UnknownName,
    available_plans,
    dump_json,
    dump_toml,
    evaluate,
    load_calendar,
    load_plan,
    plan_from_table,
    save_plan,
)
from eduplan.lengths import Length
from eduplan.measures import Per
from eduplan.messages import LANGUAGES, catalogue
from eduplan.periods import Unit

SOURCE = Path(__file__).resolve().parent.parent / "src" / "eduplan"

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


# ---------------------------------------------------------------- faults, one by one


@pytest.mark.parametrize(
    ("line", "changed", "path", "code"),
    [
        pytest.param(28, "at_leest = 360", "quota[0].at_leest", "unknown-key-near", id="slip"),
        pytest.param(28, 'at_least = "many"', "quota[0].at_least", "not-a-number", id="type"),
        pytest.param(28, "at_least = true", "quota[0].at_least", "not-a-number", id="flag"),
        pytest.param(28, "at_least = -1", "quota[0].at_least", "negative", id="below zero"),
        pytest.param(28, "at_least = inf", "quota[0].at_least", "not-finite", id="infinite"),
        pytest.param(28, "at_least = nan", "quota[0].at_least", "not-finite", id="not a number"),
        pytest.param(
            28, "at_least = 1e9999999", "quota[0].at_least", "number-too-large", id="giant"
        ),
        pytest.param(
            28, 'at_least = "1e9999999"', "quota[0].at_least", "not-a-number", id="giant text"
        ),
        pytest.param(28, "", "quota[0]", "bound-missing", id="no bound"),
        pytest.param(
            23, 'clause = "三"', "quota[0].clause", "unknown-clause", id="clause not in the list"
        ),
        pytest.param(22, "id = 1.5", "quota[0].id", "not-text", id="float for an id"),
        pytest.param(22, 'id = "lessons"', "quota[1].id", "duplicate-id", id="id twice"),
        pytest.param(
            8, "signed = 2024-06-30T00:00:00", "document.signed", "date-time", id="date-time"
        ),
        pytest.param(
            8, "signed = 2024-06-30T00:00:00Z", "document.signed", "date-time", id="with a zone"
        ),
        pytest.param(8, 'signed = "June 2024"', "document.signed", "not-a-date", id="no date"),
        pytest.param(
            26,
            'measure = { sum = "hours", of = "training", where = { level = { at_least = "moon" } } }',
            "quota[0].measure.where.level",
            "not-on-scale",
            id="value not on its scale",
        ),
        pytest.param(
            25,
            'bearer = { title = { at_least = "senior" } }',
            "quota[0].bearer.title",
            "unknown-scale",
            id="no such scale",
        ),
        pytest.param(27, 'every = "fortnight"', "quota[0].every", "every-unknown", id="no period"),
        pytest.param(
            27, 'every = { cycle = "3 years" }', "quota[0].every", "cycle-anchor", id="no anchor"
        ),
        pytest.param(34, 'force = "perhaps"', "quota[1].force", "not-one-of", id="no force"),
        pytest.param(
            28, 'at_least = "?floor"', "quota[0].at_least", "unknown-question", id="no question"
        ),
        pytest.param(3, 'title = "计划"', "plan.title", "not-bilingual", id="one language"),
        pytest.param(
            11, 'level = ["school", "school"]', "scales.level", "scale-values", id="scale"
        ),
        pytest.param(
            4,
            "horizon = { from = 2024-09-01, to = 2024-09-01 }",
            "plan.horizon",
            "empty-period",
            id="empty horizon",
        ),
    ],
)
def test_a_fault_is_told_with_its_line_and_path(
    line: int, changed: str, path: str, code: str, write: Write
) -> None:
    found = faults_in(write(plan_text({line: changed})))
    # a scale that is gone is missed by what uses it, too
    expected_line = {"bound-missing": 21, "duplicate-id": 31}.get(code, line)

    assert (expected_line, path, code) in found
    assert len(found) == 1 or code == "scale-values"


def test_a_slip_is_told_with_the_nearest_right_key(write: Write) -> None:
    fault = only_fault(write(plan_text({25: 'bearr = { role = "teacher" }'})))

    assert (
        fault.message("en") == "line 25, quota[0].bearr: is not a known key; did you mean bearer?"
    )
    assert fault.message("zh").startswith("第25行 quota[0].bearr: ")
    assert "bearer" in fault.message("zh")


def test_an_unknown_clause_is_told_with_those_there_are(write: Write) -> None:
    fault = only_fault(write(plan_text({23: 'clause = "三"'})))

    for lang in LANGUAGES:
        assert "一、二" in fault.message(lang)


def test_a_fault_in_line_3_and_one_in_line_40_are_reported_together(write: Write) -> None:
    changes = {3: 'title = { zh = "镇教研计划" }', 40: 'every = "fortnight"'}
    error = refused(write(plan_text(changes)))

    assert [(f.line, f.path, f.code) for f in error.faults] == [
        (3, "plan.title.en", "missing-key"),
        (40, "quota[1].every", "every-unknown"),
    ]
    english, chinese = error.message("en").splitlines(), error.message("zh").splitlines()
    assert english[0] == "plan.toml: faults: 2"
    assert english[1] == "  line 3, plan.title.en: is missing"
    assert english[2].startswith("  line 40, quota[1].every: not a known period; known are: ")
    assert chinese[1] == "  第3行 plan.title.en: 缺少此项"
    assert chinese[2].startswith("  第40行 quota[1].every: ")
    for lines in (english, chinese):
        assert "school-year" in lines[2]


def test_a_fault_inside_a_list_is_told_with_the_line_where_the_list_begins(write: Write) -> None:
    assert faults_in(write(plan_text({38: '    { amount = "twenty" },'}))) == [
        (36, "quota[1].at_least[1].amount", "not-a-number")
    ]


def test_faults_of_every_kind_are_reported_together_in_the_order_of_their_lines(
    write: Write,
) -> None:
    changes = {
        2: 'id = "Town"',
        8: "signed = 2024-06-30T08:00:00",
        18: "number = 2",
        22: "id = 1.5",
        27: 'every = "fortnight"',
        34: 'forse = "must"',
        40: "every = 7",
    }
    found = faults_in(write(plan_text(changes)))

    assert [(line, code) for line, _, code in found] == [
        (2, "not-a-name"),
        (8, "date-time"),
        (18, "not-text"),
        (22, "not-text"),
        (27, "every-unknown"),
        (34, "unknown-key-near"),
        (40, "every-unknown"),
    ]


def test_a_fault_elsewhere_does_not_hide_that_a_clause_is_not_in_the_list(write: Write) -> None:
    found = faults_in(write(plan_text({27: 'every = "fortnight"', 23: 'clause = "三"'})))

    assert {(line, code) for line, _, code in found} == {
        (23, "unknown-clause"),
        (27, "every-unknown"),
    }


def test_a_key_that_is_no_table_is_refused_from_python_too() -> None:
    table = table_of(plan_text())
    table |= {"quota": {}, "scales": [], "clause": "一", "quotas": []}
    with pytest.raises(PlanFileError) as error:
        plan_from_table(table)

    assert {(f.path, f.code) for f in error.value.faults} == {
        ("quotas", "unknown-key-near"),
        ("clause", "not-a-list"),
        ("scales", "not-a-table"),
        ("quota", "not-a-list"),
    }


@pytest.mark.parametrize("key", ["plan", "document", "clause"])
def test_what_every_plan_needs_is_missed(key: str) -> None:
    table = table_of(plan_text())
    del table[key]
    with pytest.raises(PlanFileError) as error:
        plan_from_table(table)

    assert (key, "missing-key") in [(f.path, f.code) for f in error.value.faults]


def test_a_chinese_key_is_explained(write: Write) -> None:
    fault = only_fault(write(plan_text({25: '对象 = { role = "teacher" }'})))

    assert (fault.line, fault.code) == (25, "bare-chinese-key")
    for lang in LANGUAGES:
        assert "对象" in fault.message(lang)


def test_what_is_not_toml_is_told_with_its_line(write: Write) -> None:
    assert faults_in(write(plan_text({25: "bearer = { role = teacher }"}))) == [
        (25, "", "not-toml")
    ]


# What people write, the column at which it is seen to be no TOML (of an escape and of a key that
# stands twice the first one after it), and what of it each language says.
SLIPS = {
    "no quotes": ("at_least = x", 12, "须加英文引号", "in quotes"),
    "a unit": ("at_least = 12 学时", 15, "值的后面还有", "follows the value"),
    "a share": ("at_least = 75%", 14, "值的后面还有", "follows the value"),
    "Chinese quotes": ("id = “hours”", 6, "“ 是全角符号", '" instead of “'),
    "a Chinese sign": ("at_least ＝ 12", 10, "＝ 是全角符号", "= instead of ＝"),
    "a Chinese comma": ('title = { zh = "甲"，en = "A" }', 19, "， 是全角符号", ", instead of ，"),
    "no closing quote": ('title = "hours', 15, "缺少右边的英文引号", "closing quotation mark"),
    "a path": ('stated = "C:\\data"', 15, "请写作 \\\\", "write \\\\"),
    "no comma": ("months = [1 2]", 13, "缺少逗号、引号或 ]", "or a ] is missing"),
    "no brace": ("bearer = { role = 1", 20, "花括号没有写完", "braces are not closed"),
    "no bracket": ("[quota", 7, "缺少右方括号", "a closing bracket"),
    "no equals sign": ("at_least 12", 10, "缺少 =", "no = after the key"),
    "no key": ("= 12", 1, "这里应为键", "a key must stand here"),
    "a key in braces": ("bearer = { 岗位 = 1 }", 12, "这里应为键", "a key must stand here"),
    "no such day": ("from = 2024-02-30", 8, "没有这一天", "no such day"),
    "a key twice": ("bearer = { role = 1, role = 2 }", 30, "已写过同名", "stands above already"),
    "written whole": ("a = [1]\n[[plan.a]]", 9, "前面已用", "written whole above"),
    "a bell": ("# \a", 3, "不可见的控制字符", "control character"),
}


@pytest.mark.parametrize(("wrong", "column", "chinese", "english"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_toml_is_told_in_both_languages(
    wrong: str, column: int, chinese: str, english: str, write: Write
) -> None:
    fault = only_fault(write(f"[plan]\n{wrong}\n"))

    line = 2 + wrong.count("\n")
    assert (fault.code, fault.line) == ("not-toml", line)
    assert fault.message("zh").startswith(f"第{line}行 不是合法的 TOML：")
    assert fault.message("zh").endswith(f"（第{column}列）")
    assert fault.message("en").startswith(f"line {line}, is not valid TOML: ")
    assert fault.message("en").endswith(f" (column {column})")
    assert chinese in fault.message("zh")
    assert english in fault.message("en")


@pytest.mark.parametrize(
    ("wrong", "chinese", "english"),
    [
        ("at_least = [1, 2", "列表没有写完", "list is not finished"),
        ("title = 'hours", "文本没有写完", "text is not finished"),
        ('title = """hours', "文本没有写完", "text is not finished"),
    ],
)
def test_what_is_open_at_the_end_of_the_file_is_told_there(
    wrong: str, chinese: str, english: str, write: Write
) -> None:
    fault = only_fault(write(f"[plan]\n{wrong}"))

    assert (fault.code, fault.line) == ("not-toml", 2)
    assert chinese in fault.message("zh")
    assert english in fault.message("en")
    assert fault.message("zh").endswith("（文件末尾）")
    assert fault.message("en").endswith(" (end of the file)")


def test_what_is_said_of_toml_nobody_has_words_for_is_told_as_it_is(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loads(*_: object, **__: object) -> object:
        raise tomllib.TOMLDecodeError("Odd thing (at line 1, column 3)")

    path = write("a = 1")
    monkeypatch.setattr(tomllib, "loads", loads)

    assert only_fault(path).message("zh") == "第1行 不是合法的 TOML：Odd thing（第3列）"


def test_a_chinese_word_in_a_text_is_no_chinese_key(write: Write) -> None:
    """The text is at fault in which the line stands, not the ``学时 =`` in it."""
    fault = only_fault(write('[plan]\nstated = """\n学时 = 12 \\d"""'))

    assert (fault.line, fault.code) == (3, "not-toml")


JSON_SLIPS = {
    "a comma at the end": ('{"plan": 1,}', 12, "", ""),
    "no quotes": ('{"plan": none}', 10, "须加英文双引号", "in double quotes"),
    "Chinese quotes": ("{“plan”: 1}", 2, "“ 是全角符号", '" instead of “'),
    "a Chinese comma": ('{"plan": 1，"id": 2}', 11, "， 是全角符号", ", instead of ，"),
    "no comma": ('{"plan": 1 "id": 2}', 12, "缺少逗号", "a comma or"),
    "no colon": ('{"plan" 1}', 9, "缺少英文冒号", "no colon"),
    "no key": ("{plan: 1}", 2, "应为加英文双引号的键", "a key in double quotes"),
    "more": ('{"plan": 1} {', 13, "还有别的内容", "something follows"),
    "open": ('{"plan": "x', 10, "没有写完", "not finished"),
    "a path": ('{"plan": "C:\\data"}', 13, "请写作 \\\\", "write \\\\"),
    "a line break": ('{"plan": "a\nb"}', 12, "不能换行", "cannot have a line break"),
}


@pytest.mark.parametrize(
    ("wrong", "column", "chinese", "english"), JSON_SLIPS.values(), ids=JSON_SLIPS
)
def test_a_slip_in_json_is_told_in_both_languages(
    wrong: str, column: int, chinese: str, english: str, write: Write
) -> None:
    fault = only_fault(write(wrong, "plan.json"))

    assert (fault.code, fault.line) == ("not-json", 1)
    if column != 12:  # some Pythons tell the comma at the end, others what follows it
        assert fault.message("zh").endswith(f"（第{column}列）")
    assert chinese in fault.message("zh")
    assert english in fault.message("en")
    assert not re.search("Expecting|Illegal|Invalid|Extra|Unterminated", fault.message("zh"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (f"at_least = 1e{'9' * 30}", "plan.toml"),
        (f'{{"at_least": 1e{"9" * 30}}}', "plan.json"),
        (f'{{"at_least": {"9" * 5_000}}}', "plan.json"),
    ],
)
def test_a_number_beyond_what_python_reads_is_refused(
    content: str, name: str, write: Write
) -> None:
    assert only_fault(write(content, name)).code == "number-too-large"


def test_a_key_that_stands_twice_is_refused(write: Write) -> None:
    doubled = plan_text({28: "at_least = 360\nat_least = 30"})
    assert faults_in(write(doubled)) == [(29, "", "not-toml")]

    spelled = json.dumps(table_of(plan_text()), default=lambda day: day.isoformat())
    once = '"at_least": 360'
    assert once in spelled
    (fault,) = refused(write(spelled.replace(once, f'{once}, "at_least": 30'), "plan.json")).faults
    assert (fault.path, fault.code) == ("at_least", "key-twice")


@pytest.mark.parametrize("spelled", ["NaN", "Infinity", "-Infinity"])
def test_json_takes_no_numbers_that_are_none(spelled: str, write: Write) -> None:
    text = json.dumps(table_of(plan_text()), default=lambda day: day.isoformat())
    path = write(text.replace('"at_least": 360', f'"at_least": {spelled}'), "plan.json")

    assert [code for _, _, code in faults_in(path)] == ["not-finite"]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        ("", "plan.json", "not-json"),
        ("{", "plan.json", "not-json"),
        ("[]", "plan.json", "not-a-table"),
        ("null", "plan.json", "not-a-table"),
        ('{"plan": {"horizon": "2024-02-30"}}', "plan.json", "no-such-day"),
        ("id = 1", "plan.txt", "unknown-suffix"),
        ("标题 = 1".encode("gb18030"), "plan.toml", "not-utf8"),
        (b"\x00\xff", "plan.json", "not-utf8"),
    ],
)
def test_what_is_no_plan_file_is_refused(
    content: str | bytes, name: str, code: str, write: Write
) -> None:
    assert code in [found for _, _, found in faults_in(write(content, name))]


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert [code for _, _, code in faults_in(tmp_path / "none.toml")] == ["no-such-file"]
    (tmp_path / "folder.toml").mkdir()
    assert [code for _, _, code in faults_in(tmp_path / "folder.toml")] == ["cannot-open"]


def test_an_unknown_plan_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownName) as error:
        load_plan("county")

    for lang in LANGUAGES:
        assert all(name in error.value.message(lang) for name in available_plans())
        assert "./plan.toml" in error.value.message(lang)


# What somebody writes who misspelt a name, the fault and the name that was meant.
MISSPELT = {
    "a plan": (lambda: load_plan("county-six-years"), "unknown-plan", "county-six-year"),
    "a calendar": (lambda: load_calendar("shangahi"), "unknown-calendar", "shanghai"),
    "a provision": (
        lambda: load_plan("county-six-year").provision("trainning-hours"),
        "unknown-provision",
        "training-hours",
    ),
    "a provision to judge": (
        lambda: evaluate(
            load_plan("county-six-year"),
            [],
            Register([]),
            as_of=date(2025, 6, 2),
            only=["training-hour"],
        ),
        "unknown-provision",
        "training-hours",
    ),
    "a provision to change": (
        lambda: load_plan("county-six-year").with_changes({"training_hours": {"at_least": 1}}),
        "unknown-provision",
        "training-hours",
    ),
    "a question": (
        lambda: load_plan("county-six-year").answer({"training-cycles": "entry"}),
        "unknown-question",
        "training-cycle",
    ),
}


@pytest.mark.parametrize(("call", "code", "near"), MISSPELT.values(), ids=MISSPELT)
def test_of_a_misspelt_name_the_nearest_is_told(
    call: Callable[[], object], code: str, near: str
) -> None:
    with pytest.raises(InputError) as error:
        call()

    (fault,) = error.value.faults
    assert fault.code == f"{code}-near"
    assert f"；是否应为 {near}？" in fault.message("zh")
    assert f"did you mean {near}?" in fault.message("en")


def test_a_name_that_nothing_is_near_is_told_with_all_there_are() -> None:
    plan = load_plan("county-six-year")
    with pytest.raises(UnknownName) as error:
        plan.provision("x" * 1000)

    (fault,) = error.value.faults
    assert fault.code == "unknown-provision"
    for lang in LANGUAGES:
        assert all(provision.id in fault.message(lang) for provision in plan.provisions)
        assert "x" * 65 not in fault.message(lang)


# ---------------------------------------------------------------- files made to hang a reader


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("content", "name", "codes"),
    [
        pytest.param(
            "a" + ".a" * 16_000 + " = 1", "plan.toml", {"dotted-too-long"}, id="32 KB key"
        ),
        pytest.param(
            '"a"' + ' . "a"' * 6_000 + " = 1", "plan.toml", {"dotted-too-long"}, id="quoted key"
        ),
        pytest.param("[a" + ".a" * 16_000 + "]", "plan.toml", {"dotted-too-long"}, id="header"),
        pytest.param(f"a = {nested(200)}", "plan.toml", {"nested-too-deep"}, id="200 levels"),
        pytest.param(f"a = {nested(100_000)}", "plan.toml", {"nested-too-deep"}, id="10^5 levels"),
        pytest.param("a = " + "{a=" * 200, "plan.toml", {"nested-too-deep"}, id="200 tables"),
        pytest.param(f'{{"a": {nested(200)}}}', "plan.json", {"nested-too-deep"}, id="JSON"),
        pytest.param(
            f'{{"a": {nested(100_000)}}}', "plan.json", {"nested-too-deep"}, id="JSON, 10^5"
        ),
        pytest.param(
            plan_text({28: "at_least = 1e9999999"}),
            "plan.toml",
            {"number-too-large"},
            id="exponent",
        ),
        pytest.param(
            plan_text({28: "at_least = 1e-9999999"}), "plan.toml", {"number-too-large"}, id="tiny"
        ),
        pytest.param(
            plan_text({28: "at_least = " + "9" * 100_000}),
            "plan.toml",
            {"number-too-large"},
            id="digits",
        ),
        pytest.param(
            plan_text({28: "at_least = " + "9" * 4_000}),
            "plan.toml",
            {"number-too-large"},
            id="fewer digits",
        ),
        pytest.param(
            plan_text({28: f'at_least = "{"1" * 100_000}"'}),
            "plan.toml",
            {"not-a-number"},
            id="digits in a text",
        ),
        pytest.param(
            plan_text({28: f'at_least = "1{"%" * 5_000}"'}),
            "plan.toml",
            {"not-a-number"},
            id="percent signs",
        ),
        pytest.param('a = """' + '\\"' * 16_000, "plan.toml", {"not-toml"}, id="open text"),
        pytest.param('{"a": "' + '\\"' * 16_000, "plan.json", {"not-json"}, id="open JSON text"),
        pytest.param("a = '" * 50_000, "plan.toml", {"not-toml"}, id="quotes"),
        pytest.param('"""' * 50_000, "plan.toml", {"not-toml"}, id="triple quotes"),
        pytest.param("'''a\"" * 50_000, "plan.toml", {"not-toml"}, id="mixed quotes"),
        pytest.param('{"a": "' + "\\" * 200_000, "plan.json", {"not-json"}, id="backslashes"),
        pytest.param("a\n" * 100_000, "plan.toml", {"not-toml"}, id="lines"),
        pytest.param(" " * 400_000 + "x", "plan.toml", {"not-toml"}, id="blanks"),
        pytest.param("\n" * 16_000 + "x", "plan.toml", {"not-toml"}, id="empty lines"),
        pytest.param("é" * 16_000, "plan.toml", {"not-toml"}, id="a long word"),
        pytest.param("[" + " a" * 100_000, "plan.toml", {"not-toml"}, id="an open header"),
        pytest.param("[[quota]]\n" * 30_000, "plan.toml", {"missing-key"}, id="headers alone"),
        pytest.param(
            "{" + "".join(f'"k{i}": 1, ' for i in range(8_000)) + '"k7999": 1}',
            "plan.json",
            {"key-twice"},
            id="a key twice among many",
        ),
    ],
)
def test_a_file_made_to_hang_a_reader_is_refused_within_a_second(
    content: str, name: str, codes: set[str], write: Write
) -> None:
    found = {code for _, _, code in faults_in(write(content, name))}

    assert codes <= found


@pytest.mark.parametrize("name", ["plan.toml", "plan.json"])
def test_a_file_of_a_hundred_megabytes_is_refused_within_a_second(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(100_000_000)

    assert [code for _, _, code in faults_in(path)] == ["file-too-large"]


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


# ---------------------------------------------------------------- every message in both languages

# What makes a message of a code: the name called, the place of the code among the arguments, the
# part of the catalogue. Facts are the keyword arguments or the literal dict after the code.
MAKERS = {
    "refuse": (0, "fault"),
    "add": (0, "fault"),
    "Fault": (0, "fault"),
    "Missing": (0, "missing"),
    "NotKnown": (0, "missing"),
    "OutsideCoverage": (0, "missing"),
    "LeftOut": (0, "left-out"),
    "Reason": (0, "reason"),
}
FURTHER = {"excuse": "reason", "say": ""}


def strings(node: ast.AST | None) -> list[str]:
    """Return the texts an expression can be: one, or those of both sides of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return strings(node.body) + strings(node.orelse)
    return []


def codes_in(tree: ast.AST) -> Iterator[tuple[str, set[str] | None, int]]:
    """Yield the catalogue key of every message the code makes, its facts where they are plain."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Tuple)
            and len(node.elts) == 2
            and isinstance(node.elts[1], ast.Dict)
        ):
            for code in strings(node.elts[0]):  # a reason and its facts
                yield (
                    f"reason.{code}",
                    {k for key in node.elts[1].keys for k in strings(key)},
                    node.lineno,
                )
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        part, found = "", []
        if name == "unknown" and isinstance(node.args[0], ast.Constant):
            for code in strings(node.args[0]):  # a name that is near, or all there are
                yield f"fault.{code}", {"name", "known"}, node.lineno
                yield f"fault.{code}-near", {"name", "near"}, node.lineno
        if name in MAKERS:
            place, part = MAKERS[name]
            found = strings(node.args[place]) if len(node.args) > place else []
        elif name in FURTHER:
            part = FURTHER[name]
            found = [code for argument in node.args for code in strings(argument)]
            found = [code for code in found if part or code in catalogue() or "." in code]
        facts: set[str] | None = {keyword.arg for keyword in node.keywords if keyword.arg}
        for argument in node.args[1:]:
            if isinstance(argument, ast.Dict):
                facts = {fact for key in argument.keys for fact in strings(key)}
            elif isinstance(argument, ast.Name) and name in ("Fault", "Missing"):
                facts = None  # made elsewhere
        if (
            any(keyword.arg is None for keyword in node.keywords)
            or name in FURTHER
            or part == "left-out"
        ):
            facts = None
        if name == "Reason":
            facts = None
        for code in found:
            yield (f"{part}.{code}" if part else code), facts, node.lineno


def places_in(template: str) -> set[str]:
    return {
        name.partition(".")[0].partition("[")[0]
        for _, name, _, _ in string.Formatter().parse(template)
        if name is not None
    }


@cache
def made_in_source() -> list[tuple[str, str, set[str] | None]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for key, facts, line in codes_in(ast.parse(path.read_text("utf-8"))):
            found.append((f"{path.relative_to(SOURCE)}:{line}", key, facts))
    return found


def test_every_message_made_in_the_code_stands_in_the_catalogue() -> None:
    made = made_in_source()
    missing = [(where, key) for where, key, _ in made if key not in catalogue()]

    assert len(made) > 100  # the scan finds what it is meant to find
    assert {key.partition(".")[0] for _, key, _ in made} >= {
        "fault",
        "missing",
        "left-out",
        "reason",
    }
    assert missing == []


def test_every_message_gets_the_facts_it_tells() -> None:
    lacking = [
        (where, key, sorted(places_in(catalogue()[key]["en"]) - facts))
        for where, key, facts in made_in_source()
        if facts is not None and key in catalogue()
        if places_in(catalogue()[key]["en"]) - facts
    ]

    assert lacking == []


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("status", Status),
        ("force", Force),
        ("period", set(Unit) - {Unit.CYCLE}),
        ("explain.cap", Per),
    ],
)
def test_every_value_that_is_told_has_its_words(part: str, values: Iterable[str]) -> None:
    assert [value for value in values if f"{part}.{value}" not in catalogue()] == []
