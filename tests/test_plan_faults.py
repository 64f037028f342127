"""Faults of plan files, each told with path, line and remedy, and within a second."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from eduplan import PlanFileError, plan_from_table
from eduplan.messages import LANGUAGES
from plan_lines import Write, faults_in, only_fault, plan_text, refused, table_of


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
