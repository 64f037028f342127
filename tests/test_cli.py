"""The command line: exit codes, results in every format, and faults told without a traceback."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
import xlsxwriter

from commands import Run
from eduplan import available_plans, load_plan
from eduplan.messages import Language

OK, BROKEN, FAULTY = 0, 1, 2
PLAN = "primary-school-2024"
NAME = "王芳"
NUMBER = "110101199003071234"
WHEN = ("--as-of", "2025-09-01", "--during", "2024-09-01..2025-09-01")
COMPLETE = ("--complete-through", "2025-08-31")

Rows = Sequence[Sequence[object]]
HEAD = ("工号", "姓名", "岗位", "学段")
# One teacher gave the open lesson that is owed, the other none.
PEOPLE: Rows = [HEAD, (NUMBER, NAME, "教师", "小学"), ("t2", "李强", "教师", "小学")]
LESSONS: Rows = [("工号", "日期", "题目"), (NUMBER, "2024-10-09", "秋天的雨")]


def write_csv(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_xlsx(path: Path, sheets: dict[str, Rows]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell)
    return path


def files(folder: Path, kind: str, people: Rows = PEOPLE, lessons: Rows = LESSONS) -> list[object]:
    """Write a roster and a register; return the options that name them."""
    if kind == "csv":
        roster = write_csv(folder / "教师名册.csv", people)
        register = write_csv(folder / "公开课.csv", lessons)
    else:
        roster = write_xlsx(folder / "roster.xlsx", {"教师名册": people})
        register = write_xlsx(folder / "register.xlsx", {"公开课": lessons})
    return ["--people", roster, "--records", register]


# ---------------------------------------------------------------- check


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_broken_duty_leaves_with_one(run: Run, tmp_path: Path, kind: str) -> None:
    ran = run("check", PLAN, *files(tmp_path, kind), *WHEN, *COMPLETE, "--lang", "en")

    assert ran.code == BROKEN
    # Both teachers also lack a routine check; the observation of lessons binds subject teachers.
    assert "Open lesson" in ran.out
    assert ran.err == ""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_cannot_be_decided_breaks_nothing(run: Run, tmp_path: Path, kind: str) -> None:
    ran = run("check", PLAN, *files(tmp_path, kind), *WHEN)
    assert ran.code == OK


def verdicts_of(text: str) -> dict[str, str]:
    """Return the status of the open lesson by bearer."""
    document = json.loads(text)
    return {
        verdict["bearer"]: verdict["status"]
        for verdict in document["verdicts"]
        if verdict["provision"] == "open-lesson"
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_tells_every_verdict(run: Run, tmp_path: Path, kind: str, lang: Language) -> None:
    options = [*files(tmp_path, kind), *WHEN, *COMPLETE, "--lang", lang, "--format", "json"]
    ran = run("check", PLAN, *options)

    assert verdicts_of(ran.out) == {NUMBER: "MET", "t2": "NOT_MET"}
    assert NAME not in ran.out


def test_what_is_for_others_is_counted_and_left_out(run: Run, tmp_path: Path) -> None:
    options = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--lang", "en"]
    brief = json.loads(run("check", PLAN, *options, "--format", "json").out)
    whole = json.loads(run("check", PLAN, *options, "--format", "json", "--all").out)
    reasons = [verdict["justification"]["reason"] for verdict in whole["verdicts"]]
    for_others = [reason for reason in reasons if reason and reason["code"] == "not-a-bearer"]

    assert brief["for_others"] == len(for_others) > 0
    assert "for_others" not in whole
    assert len(brief["verdicts"]) + len(for_others) == len(whole["verdicts"])
    text = run("check", PLAN, *options).out
    assert (
        f"Left out: {len(for_others)} verdicts that only say that a clause is for others." in text
    )


def test_provisions_stand_in_the_order_of_their_clauses(run: Run, tmp_path: Path) -> None:
    options = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--format", "json"]
    verdicts = json.loads(run("check", PLAN, *options).out)["verdicts"]
    numbers = [clause.number for clause in load_plan(PLAN).clauses]
    places = [[numbers.index(number) for number in verdict["clauses"]] for verdict in verdicts]

    assert places == sorted(places)


@pytest.mark.parametrize(
    ("lang", "columns", "words"),
    [
        ("zh", ("编号", "规定", "状态", "差额"), {NUMBER: "达到", "t2": "未达到"}),
        ("en", ("id", "provision", "status", "shortfall"), {NUMBER: "met", "t2": "not met"}),
    ],
)
def test_csv_opens_in_a_spreadsheet(
    run: Run, tmp_path: Path, lang: Language, columns: tuple[str, ...], words: dict[str, str]
) -> None:
    options = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--lang", lang, "--format", "csv"]
    ran = run("check", PLAN, *options)

    assert ran.out.startswith("\ufeff"), "without a byte order mark Excel garbles Chinese"
    bearer, provision, status, shortfall = columns
    rows = [
        row
        for row in csv.DictReader(StringIO(ran.out.removeprefix("\ufeff")))
        if row[provision] == "open-lesson"
    ]
    assert {row[bearer]: row[status] for row in rows} == words
    assert {row[bearer]: row[shortfall] for row in rows} == {NUMBER: "0", "t2": "1"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_html_is_a_whole_page_in_its_language(run: Run, tmp_path: Path, lang: Language) -> None:
    options = [*files(tmp_path, "xlsx"), *WHEN, *COMPLETE, "--lang", lang, "--format", "html"]
    out = tmp_path / "results"
    ran = run("check", PLAN, *options, "--out", out)

    assert ran.code == BROKEN
    assert [path.name for path in out.iterdir()] == [f"report.{lang}.html"]
    page = (out / f"report.{lang}.html").read_text("utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert f'lang="{lang}' in page
    assert load_plan(PLAN).title[lang] in page
    assert "https://" not in page
    assert str(out / f"report.{lang}.html") in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_in_its_language(run: Run, lang: Language) -> None:
    for words in (["--lang", lang], ["--help", "--lang", lang]):
        ran = run(*words)
        assert ran.code == OK
        assert ("判定示例县" in ran.out) == (lang == "zh")
        assert ("Judge an example county" in ran.out) == (lang == "en")
    ran = run("check", "--help", "--lang", lang)
    assert ran.code == OK
    assert ("名册" in ran.out) == (lang == "zh")
    assert re.search(r"--records +(登记：|Register: ).*(必填|Required)", ran.out)


def test_help_is_there_for_every_command(run: Run) -> None:
    commands = re.findall(r"^  (\w+) ", run().out, re.MULTILINE)
    assert len(commands) == 11
    for command in commands:
        assert f"eduplan {command}" in run(command, "-h").out


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["chek"], "没有命令 chek；是否应为 check？", "no command chek; did you mean check?"),
        (["judge"], "没有命令 judge；可用：check, ", "no command judge; there are: check, "),
        (["check", PLAN, "--people", "a.csv"], "缺少 --records", "--records is missing"),
        (["check", PLAN, "--people"], "--people 后面没有写值", "--people has no value after it"),
        (
            ["plans", "--foo", "1"],
            "没有选项 --foo；可用：--lang",
            "option --foo; there are: --lang",
        ),
        (["lint", PLAN, "--poeple", "x"], "是否应为 --people？", "did you mean --people?"),
        (
            ["lint", PLAN, "--format", "xml"],
            "--format xml: 不在可选值之中；可用：text, json",
            "--format xml: is not one of the choices: text, json",
        ),
        (["new", "a", "b", "c"], "这些词用不上：b c；", "these words are not used: b c; "),
    ],
)
def test_a_command_that_is_not_understood(run: Run, words: list[str], zh: str, en: str) -> None:
    for lang, told in (("zh", zh), ("en", en)):
        ran = run(*words, "--lang", lang)
        assert ran.code == FAULTY
        assert told in ran.err.splitlines()[0]
        assert "--help" in ran.err


COMMANDS = ("check", "demo", "diff", "explain", "lint", "new", "plans", "questions", "schema")


@pytest.mark.parametrize("command", [*COMMANDS, "test", "whatif"])
def test_help_says_of_an_option_what_it_means_for_the_command(run: Run, command: str) -> None:
    chinese = run(command, "--help").out
    english = run(command, "--help", "--lang", "en").out

    others = {"check", "lint", "new"} - {command}
    for option in ("--out", "--format"):
        for text in (chinese, english):
            told = re.search(rf"^  {option} +(.*)$", text, re.MULTILINE)
            if told:
                assert not any(other in told[1].split() for other in others)
    # no line of a terminal of 80 columns begins with a mark that ends a sentence
    assert not re.search(r"^ *[。，；）]", chinese, re.MULTILINE)


def test_records_of_ids_that_the_roster_does_not_have_are_told(run: Run, tmp_path: Path) -> None:
    # A letter O for a nought: the record counts for nobody, and somebody has to be told.
    lessons = [*LESSONS, ("T0O1", "2024-10-10", "春"), ("T0O1", "2024-11-11", "夏")]
    lessons.append(("t9", "2024-11-12", "冬"))
    options = files(tmp_path, "csv", lessons=lessons)
    ran = run("check", PLAN, *options, *WHEN, "--lang", "zh")
    assert "登记中有 3 条记录写的编号不在名册中，没有计给任何人：T0O1、t9（共 2 个编号）" in ran.out
    ran = run("check", PLAN, *options, *WHEN, "--lang", "en")
    assert "Records with an id that the roster does not have: 3; they count for nobody" in ran.out
    assert "T0O1, t9" in ran.out
    page = run("check", PLAN, *options, *WHEN, "--format", "html").out
    assert "其中3条写的编号不在名册中" in page

    ran = run("check", PLAN, *files(tmp_path, "csv"), *WHEN)
    assert "不在名册中" not in ran.out


def test_sheets_and_columns_that_were_not_read_are_told(run: Run, tmp_path: Path) -> None:
    # 课时数 is no header of open lessons; blank sheets and explanations are no matter.
    sheets: dict[str, Rows] = {
        "填写说明": [("请逐行填写",)],
        "教师名册": [(*HEAD, "民族"), *[(*row, "汉") for row in PEOPLE[1:]]],
        "公开课": [("工号", "日期", "课时数"), (NUMBER, "2024-10-09", 1)],
        "继教证书": [("编号",), (1,)],
        "Sheet2": [],
        "Sheet3": [(" ",)],
    }
    book = write_xlsx(tmp_path / "all.xlsx", sheets)
    told = [
        "未读取 all.xlsx 的工作表 继教证书：表名不认得",
        "未读取 all.xlsx“教师名册”表的列 民族：表头不认得",
        "未读取 all.xlsx“公开课”表的列 课时数：表头不认得",
    ]
    options = ["--people", book, "--records", book, *WHEN]

    text = run("check", PLAN, *options)
    assert [line.partition("；")[0] for line in text.out.splitlines() if "未读取" in line] == told
    assert text.err == ""
    for ran in (
        run("check", PLAN, *options, "--format", "json"),
        run("explain", PLAN, *options, "--person", "t2"),
    ):
        assert [line.partition("；")[0] for line in ran.err.splitlines()] == told
        assert "未读取" not in ran.out


def test_sheets_for_the_other_option_are_told_with_it(run: Run, tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {"教师名册": PEOPLE, "公开课": LESSONS}
    roster, register = (write_xlsx(tmp_path / f"{name}.xlsx", sheets) for name in "ab")
    out = tmp_path / "out"
    ran = run(
        "check", PLAN, "--people", roster, "--records", register, *WHEN,
        "--lang", "en", "--out", out,
    )  # fmt: skip

    wrote, records, people = ran.err.splitlines()
    assert wrote.startswith("wrote ")
    assert records.startswith("Not read from a.xlsx: sheets 公开课, which hold records")
    assert "--records" in records
    assert people.startswith("Not read from b.xlsx: sheets 教师名册, which hold people")
    assert "--people" in people
    assert records in (out / "summary.txt").read_text("utf-8")


def test_report_says_whether_all_kinds_are_declared_complete(run: Run, tmp_path: Path) -> None:
    # With only lessons declared it would be untrue that the register is complete.
    html = ["--format", "html", "--lang", "en", *files(tmp_path, "csv"), *WHEN]
    everything = run("check", PLAN, *html, *COMPLETE).out
    assert "1 records, declared complete through 31 August 2025" in everything
    lessons = run("check", PLAN, *html, "--complete-through", "open-lesson=2025-08-31").out
    assert "1 records, of kinds declared complete through 31 August 2025" in lessons


def test_who_is_behind_is_kept_apart_from_what_cannot_be_decided(run: Run, tmp_path: Path) -> None:
    # Nothing is declared complete, so nobody is known to have missed anything.
    options = files(tmp_path, "csv")
    assert "未达到或落后" not in run("check", PLAN, *options, *WHEN).out
    assert "未达到或落后" in run("check", PLAN, *options, *WHEN, *COMPLETE).out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_is_in_its_language(run: Run, tmp_path: Path, lang: Language) -> None:
    ran = run("check", PLAN, *files(tmp_path, "csv"), *WHEN, *COMPLETE, "--lang", lang)
    title = load_plan(PLAN).provision("open-lesson").title

    assert title[lang] in ran.out
    if lang == "en":
        told = ran.out.replace(NAME, "").replace("李强", "")
        assert not re.search(r"[\u4e00-\u9fff]", re.sub("[一二三四五六七八九十、]", "", told))


def test_answers_are_taken_from_a_file_and_from_options(run: Run, tmp_path: Path) -> None:
    # The second teacher joined on 1 May; what is owed then is a question of the plan.
    people = [(*HEAD, "入职日期"), ("t2", "李强", "教师", "小学", "2025-05-01")]
    inputs = files(tmp_path, "csv", people)
    answers = tmp_path / "answers.toml"
    answers.write_text(f'[{PLAN}]\njoined-or-left = "exempt"\n', "utf-8")

    def status(*more: object) -> str:
        ran = run("check", PLAN, *inputs, *WHEN, *COMPLETE, "--format", "json", *more)
        return verdicts_of(ran.out)["t2"]

    assert status() == "UNDETERMINED"
    assert status("--answers", answers) == "NOT_APPLICABLE"
    assert status("--answer", "joined-or-left=full") == "NOT_MET"
    assert status("--answer", f"{PLAN}.joined-or-left=full") == "NOT_MET"
    assert status("--answers", answers, "--answer", "joined-or-left=full") == "NOT_MET"


def test_completeness_may_be_declared_by_kind(run: Run, tmp_path: Path) -> None:
    inputs = files(tmp_path, "csv")

    def status(*more: object) -> str:
        ran = run("check", PLAN, *inputs, *WHEN, "--format", "json", *more)
        return verdicts_of(ran.out)["t2"]

    assert status("--complete-through", "open-lesson=2025-08-31") == "NOT_MET"
    assert status("--complete-through", "公开课=2025-08-31") == "NOT_MET"
    assert status("--complete-through", "routine-check=2025-08-31") == "UNDETERMINED"
    assert (
        status("--complete-through", "2025-08-31", "--complete-through", "open-lesson=2025-08-30")
        == "UNDETERMINED"
    )


def test_what_is_not_declared_is_told_by_its_kind(run: Run, tmp_path: Path) -> None:
    # A plan calls 个人研究主题 what no register has a word for; it can be declared by that name.
    options = [*files(tmp_path, "csv"), *WHEN, "--person", "t2"]
    partly = ("--complete-through", "routine-check=2025-08-31")
    ran = run("explain", PLAN, *options, *partly)
    assert "李强：公开课——无法判定：没有声明公开课的登记完整到哪一天" in ran.out
    ran = run("explain", PLAN, *options, "--complete-through", "公开课=2025-03-31", "--lang", "en")
    assert "for open lesson the register is complete only through 31 March 2025" in ran.out
    ran = run("explain", PLAN, *options, "--complete-through", "2025-03-31", "--lang", "en")
    assert "Open lesson - cannot be decided: the register is complete only through" in ran.out


def test_kinds_may_be_called_as_plans_call_them(run: Run, tmp_path: Path) -> None:
    # No word of a register means a research topic of one's own in this way; the plan says it so.
    options = [*files(tmp_path, "csv"), *WHEN, "--complete-through", "参与课题=2025-08-31"]
    ran = run("check", PLAN, *options, "--format", "json")

    assert ran.err == ""
    [verdict] = [
        verdict
        for verdict in json.loads(ran.out)["verdicts"]
        if verdict["bearer"] == "t2" and verdict["clauses"] == ["五(二)3"]
    ]
    assert verdict["missing"] == []


def test_a_kind_that_nobody_speaks_of_is_told(run: Run, tmp_path: Path) -> None:
    strange = [
        "--complete-through",
        "open-lessons=2025-08-31",
        "--complete-through",
        "公开客=2025-08-31",
    ]
    ran = run("explain", PLAN, *files(tmp_path, "csv"), *WHEN, "--person", "t2", *strange)

    told = ran.err.splitlines()[-1]
    assert told.startswith("--complete-through 声明的种类 open-lessons、公开客 没有记录")


@pytest.mark.parametrize(
    ("question", "zh", "en"),
    [
        ("courses-by", "须填写一个日期，例如 --answer courses-by=", "a date is to be filled in"),
        ("backbone-number", "须填写一个数，例如 --answer backbone-number=", "a number is to be"),
    ],
)
def test_what_is_to_be_filled_in_is_told_with_how(
    run: Run, question: str, zh: str, en: str
) -> None:
    for lang, told in (("zh", zh), ("en", en)):
        lines = run("questions", "county-six-year", "--lang", lang).out.splitlines()
        place = next(
            n for n, line in enumerate(lines) if line.startswith(f"county-six-year {question}")
        )
        assert told in lines[place + 1]


def test_a_plan_may_be_a_file_of_ones_own(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "own.toml"
    plan.write_text(
        """
        [plan]
        id = "own"
        title = { zh = "自订", en = "Own" }
        [document]
        title = { zh = "自订", en = "Own" }
        [[clause]]
        number = "1"
        gist = { zh = "一节公开课", en = "An open lesson" }
        [[quota]]
        id = "open-lesson"
        clause = "1"
        title = { zh = "公开课", en = "Open lesson" }
        force = "encourage"
        bearer = { type = "person" }
        measure = { count = "open-lesson" }
        every = "school-year"
        at_least = 1
        """,
        "utf-8",
    )
    ran = run("check", plan, *files(tmp_path, "csv"), *WHEN, *COMPLETE, "--format", "json")

    assert verdicts_of(ran.out) == {NUMBER: "MET", "t2": "NOT_MET"}
    assert ran.code == OK, "what is only encouraged breaks nothing"


MARKED = "王[b]芳[/i] :cat:"
"""A name in which a terminal library would see styles, one of them closed that was never opened."""


@pytest.mark.parametrize("command", ["check", "explain"])
def test_what_looks_like_markup_is_told_as_it_stands(
    run: Run, tmp_path: Path, command: str
) -> None:
    people = [HEAD, (NUMBER, MARKED, "教师", "小学")]
    who = ("--person", NUMBER) if command == "explain" else ()
    ran = run(command, PLAN, *files(tmp_path, "csv", people, [LESSONS[0]]), *WHEN, *COMPLETE, *who)

    assert ran.code == BROKEN
    assert MARKED in ran.out


def test_a_folder_that_looks_like_markup_is_told_as_it_stands(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "[b]out[/i]"
    options = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--out", folder]

    assert str(folder) in run("check", PLAN, *options).err


# ---------------------------------------------------------------- explain, plans, questions


@pytest.mark.parametrize(
    ("lang", "says"), [("zh", "未达到：2024—2025学年有0节"), ("en", "not met: 0 of 1 lesson")]
)
def test_explain_tells_how_one_person_stands(
    run: Run, tmp_path: Path, lang: Language, says: str
) -> None:
    options = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--lang", lang]
    ran = run("explain", PLAN, *options, "--person", "t2")

    assert ran.code == BROKEN
    assert says in ran.out
    assert "李强" in ran.out
    assert NAME not in ran.out
    more = run("explain", PLAN, *options, "--person", "t2", "--all")
    assert len(more.out.splitlines()) > len(ran.out.splitlines())


def test_explain_leaves_with_zero_where_nothing_is_broken(run: Run, tmp_path: Path) -> None:
    ran = run("explain", PLAN, *files(tmp_path, "csv"), *WHEN, "--person", NUMBER)
    assert ran.code == OK


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plans_lists_what_there_is(run: Run, lang: Language) -> None:
    ran = run("plans", "--lang", lang)

    assert ran.code == OK
    for name in available_plans():
        assert f"{name}  {load_plan(name).title[lang]}" in ran.out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_questions_lists_what_is_open_with_its_readings(run: Run, lang: Language) -> None:
    ran = run("questions", "county-six-year", "--answer", "year=school-year", "--lang", lang)

    assert ran.code == OK
    for question in load_plan("county-six-year").questions:
        assert question.asks[lang] in ran.out
        for reading in question.reading:
            assert reading.means[lang] in ran.out
    answered = [line for line in ran.out.splitlines() if line.endswith("school-year")]
    assert len(answered) == 1


# ---------------------------------------------------------------- faults

FAULTS: dict[str, tuple[list[str], list[str], list[str]]] = {
    # what is put in the place of the plan, more options, and what the message must say
    "unknown plan": (["no-such-plan"], [], ["no-such-plan", "county-six-year"]),
    "plan file missing": (["./missing.toml"], [], ["missing.toml"]),
    "bad day": ([PLAN], ["--as-of", "2025-02-30"], ["--as-of", "no such day"]),
    "day in words": ([PLAN], ["--as-of", "today"], ["--as-of", "2024-09-01"]),
    "bad span": ([PLAN], ["--during", "2025-09-01"], ["--during", "FROM..TO"]),
    "span backwards": ([PLAN], ["--during", "2025-09-01..2024-09-01"], ["--during", "end"]),
    "bad completeness": (
        [PLAN],
        ["--complete-through", "open-lesson=soon"],
        ["--complete-through", "2024-09-01"],
    ),
    "unknown calendar": ([PLAN], ["--calendar", "atlantis"], ["--calendar", "shanghai"]),
    "unknown reading": (
        [PLAN],
        ["--answer", "months=some"],
        [PLAN, "months", "teaching-months, all-months"],
    ),
    "unknown question": ([PLAN], ["--answer", "moon=full"], ["moon"]),
    "misspelt question": ([PLAN], ["--answer", "month=all"], ["did you mean months?"]),
    "no pair": ([PLAN], ["--answer", "months"], ["--answer", "name=value"]),
    "answers file missing": ([PLAN], ["--answers", "nowhere.toml"], ["--answers nowhere.toml"]),
    "a folder as answers": ([PLAN], ["--answers", "."], ["--answers .", "it is a folder"]),
    "mapping file missing": ([PLAN], ["--mapping", "nowhere.toml"], ["nowhere.toml"]),
    "calendar file missing": ([PLAN], ["--calendar", "nowhere.toml"], ["nowhere.toml"]),
    "people file missing": ([PLAN], ["--people", "nowhere.xlsx"], ["--people nowhere.xlsx"]),
    "records file missing": ([PLAN], ["--records", "nowhere.csv"], ["--records nowhere.csv"]),
    "a folder as people": ([PLAN], ["--people", "."], ["--people .", "it is a folder"]),
    "a folder as records": ([PLAN], ["--records", "."], ["--records .", "it is a folder"]),
    "people of another type": ([PLAN], ["--people", "people.docx"], ["people.docx"]),
    "unknown format": ([PLAN], ["--format", "pdf"], ["pdf", "html"]),
    "unknown option": ([PLAN], ["--colour", "red"], ["--colour"]),
    "unknown language": ([PLAN], ["--lang", "fr"], ["fr", "zh"]),
}


def replaced(options: Sequence[object], more: Sequence[str]) -> list[str]:
    """Return options with those given once more put in the place of the first."""
    words = [str(option) for option in options]
    for name, value in zip(more[::2], more[1::2], strict=True):
        if name in words and name != "--complete-through":
            words[words.index(name) + 1] = value
        else:
            words += [name, value]
    return words


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_place_and_remedy(run: Run, tmp_path: Path, name: str) -> None:
    plans, more, says = FAULTS[name]
    options = [*files(tmp_path, "csv"), *WHEN, "--lang", "en", "--out", tmp_path / "results"]

    ran = run("check", *plans, *replaced(options, more))

    assert ran.code == FAULTY
    for word in says:
        assert word in ran.err + ("" if ran.err else ran.out)
    assert ran.err, "faults are told on standard error"
    assert not (tmp_path / "results").exists(), "nothing is written"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_slips_in_several_options_are_told_at_once(
    run: Run, tmp_path: Path, lang: Language
) -> None:
    options = [*files(tmp_path, "csv"), "--as-of", "2025-02-30", "--calendar", "atlantis"]
    ran = run("check", "no-such-plan", "nor-this", *options, "--during", "x..y", "--lang", lang)

    assert ran.code == FAULTY
    for word in ("--as-of", "--calendar", "no-such-plan", "nor-this", "--during"):
        assert word in ran.err
    chinese = re.search(r"[\u4e00-\u9fff]", ran.err)
    assert bool(chinese) == (lang == "zh")


def test_faults_of_roster_and_register_are_told_together(run: Run, tmp_path: Path) -> None:
    ran = run(
        "check", "county-six-year", "--people", tmp_path / "nobody.csv", "--records",
        tmp_path / "nothing.xlsx", "--as-of", "2025-06-02", "--lang", "en",
    )  # fmt: skip

    assert ran.code == FAULTY
    assert ran.err.splitlines() == [
        "--people nobody.csv: faults: 1",
        "  there is no such file",
        "--records nothing.xlsx: faults: 1",
        "  there is no such file",
    ]


BAD_PEOPLE: Rows = [
    (*HEAD, "入职日期"),
    (NUMBER, NAME, "教师", "小学", "1990-13-45"),
    ("t2", "李强", "宇航员", "小学", ""),
    ("t2", "李小强", "教师", "小学", ""),
    ("", "赵六", "教师", "小学", ""),
]
PERSONAL = (NUMBER, NAME, "1990-13-45", "李强", "李小强", "赵六", "宇航员")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_bad_cells_are_told_by_place_and_never_by_content(
    run: Run, tmp_path: Path, kind: str, lang: Language
) -> None:
    inputs = files(tmp_path, kind, BAD_PEOPLE)
    ran = run("check", PLAN, *inputs, *WHEN, "--lang", lang, "--out", tmp_path / "results")

    assert ran.code == FAULTY
    for cell in ("E2", "C3", "A4", "A5"):
        assert f"教师名册!{cell}" in ran.err
    for personal in PERSONAL:
        assert personal not in ran.err + ran.out
    assert not (tmp_path / "results").exists()


def test_two_folders_are_told_with_their_options(run: Run) -> None:
    """A folder has no name of its own where it is given as ``.``, so only the option tells it."""
    ran = run("check", PLAN, "--people", ".", "--records", ".", "--as-of", "2025-06-02")

    assert ran.code == FAULTY
    assert ran.err.splitlines() == [
        "--people .：1 处错误",
        "  无法打开文件：这是文件夹，不是文件",
        "--records .：1 处错误",
        "  无法打开文件：这是文件夹，不是文件",
    ]


def test_an_id_that_excel_has_rounded_is_refused(run: Run, tmp_path: Path) -> None:
    people = [HEAD, (110101199003071234, NAME, "教师", "小学")]
    ran = run("check", PLAN, *files(tmp_path, "xlsx", people), *WHEN, "--lang", "en")

    assert ran.code == FAULTY
    assert "教师名册!A2" in ran.err
    assert "text" in ran.err
    assert "1101011990" not in ran.err


def test_a_bad_register_is_told_too(run: Run, tmp_path: Path) -> None:
    lessons = [("工号", "日期", "题目"), (NUMBER, "2024年10月", "秋天的雨"), ("", "2024-10-10", "")]
    ran = run("check", PLAN, *files(tmp_path, "xlsx", PEOPLE, lessons), *WHEN, "--lang", "en")

    assert ran.code == FAULTY
    assert "公开课!B2" in ran.err
    assert "公开课!A3" in ran.err
    assert "秋天的雨" not in ran.err
    assert NUMBER not in ran.err


def test_a_workbook_without_a_known_sheet_is_refused(run: Run, tmp_path: Path) -> None:
    roster = write_xlsx(tmp_path / "roster.xlsx", {"Tabelle1": PEOPLE})
    register = write_csv(tmp_path / "公开课.csv", LESSONS)
    ran = run("check", PLAN, "--people", roster, "--records", register, *WHEN, "--lang", "en")

    assert ran.code == FAULTY
    assert "roster.xlsx" in ran.err
    assert "Tabelle1" in ran.err
    assert "mapping" in ran.err


def test_a_sheet_without_a_required_column_is_refused(run: Run, tmp_path: Path) -> None:
    inputs = files(tmp_path, "csv", [("姓名", "岗位"), (NAME, "教师")])
    ran = run("check", PLAN, *inputs, *WHEN, "--lang", "zh")

    assert ran.code == FAULTY
    assert "工号" in ran.err
    assert NAME not in ran.err


def test_somebody_who_is_not_on_the_roster(run: Run, tmp_path: Path) -> None:
    ran = run("explain", PLAN, *files(tmp_path, "csv"), *WHEN, "--person", "t9", "--lang", "en")

    assert ran.code == FAULTY
    assert "--person" in ran.err
    assert ran.out == ""


def test_a_faulty_plan_file_is_told_with_all_its_lines(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "own.toml"
    plan.write_text('[plan]\nid = "own"\ncolour = "red"\n\n[document]\n', "utf-8")
    ran = run("check", plan, *files(tmp_path, "csv"), *WHEN, "--lang", "en")

    assert ran.code == FAULTY
    for word in ("own.toml", "plan.colour", "plan.title", "clause"):
        assert word in ran.err


def test_a_result_there_already_stays_when_a_run_fails(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "results"
    good = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--format", "json", "--out", out]
    assert run("check", PLAN, *good).code == BROKEN
    before = (out / "verdicts.json").read_bytes()

    write_csv(tmp_path / "教师名册.csv", BAD_PEOPLE)
    assert run("check", PLAN, *good).code == FAULTY

    assert [path.name for path in out.iterdir()] == ["verdicts.json"]
    assert (out / "verdicts.json").read_bytes() == before


def test_a_run_that_is_broken_off_while_writing_leaves_the_old_result(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results"
    good = [*files(tmp_path, "csv"), *WHEN, *COMPLETE, "--format", "json", "--out", out]
    run("check", PLAN, *good)
    before = (out / "verdicts.json").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    ran = run("check", PLAN, *good, "--lang", "en")

    assert ran.code == FAULTY
    assert "no space is left" in ran.err
    assert [path.name for path in out.iterdir()] == ["verdicts.json"]
    assert (out / "verdicts.json").read_bytes() == before


def test_a_file_in_the_place_of_the_folder_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("mine", "utf-8")
    options = [*files(tmp_path, "csv"), *WHEN, "--out", tmp_path / "results", "--lang", "en"]
    ran = run("check", PLAN, *options)

    assert ran.code == FAULTY
    assert "results" in ran.err
    assert (tmp_path / "results").read_text("utf-8") == "mine"


def test_a_folder_in_the_place_of_a_roster_is_told(run: Run, tmp_path: Path) -> None:
    inputs = files(tmp_path, "csv")
    for name in ("people.csv", "people.xlsx"):
        (tmp_path / name).mkdir()
        words = replaced([*inputs, *WHEN, "--lang", "en"], ["--people", str(tmp_path / name)])
        ran = run("check", PLAN, *words)
        assert ran.code == FAULTY
        assert name in ran.err


# ---------------------------------------------------------------- the demo, as a user starts it


def test_the_demo_writes_a_report_in_both_languages(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "eduplan", "demo", "--out", str(out)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    took = time.monotonic() - started

    assert (ran.returncode, ran.stderr) == (OK, "")
    assert took < 60
    assert {path.name for path in out.iterdir()} == {
        "roster.xlsx",
        "register.xlsx",
        "answers.toml",
        "report.zh.html",
        "report.en.html",
        "summary.txt",
        "verdicts.csv",
        "verdicts.json",
    }
    for lang in ("zh", "en"):
        page = (out / f"report.{lang}.html").read_text("utf-8")
        assert page.rstrip().endswith("</html>")
        for name in ("county-six-year", "primary-school-2024"):
            assert load_plan(name).title[lang] in page
    verdicts = json.loads((out / "verdicts.json").read_text("utf-8"))["verdicts"]
    statuses = {verdict["status"] for verdict in verdicts}
    assert statuses == {"MET", "NOT_MET", "PENDING", "UNDETERMINED", "NOT_APPLICABLE"}
    assert "虚构" in ran.stdout, "it says that the county is invented"
    assert "eduplan check" in ran.stdout, "and how to go on"
    assert "\x1b" not in ran.stdout


# ---------------------------------------------------------------- lint

TWO_FIGURES = """
[plan]
id = "town"
title = { zh = "镇教研计划", en = "Plan of a town" }

[document]
title = { zh = "某镇教研计划", en = "Plan of a town" }

[[clause]]
number = "1"
gist = { zh = "第一条", en = "The first" }

[[figure]]
id = "pupils"
clause = "1"
title = { zh = "在校学生", en = "pupils" }
stated = "1410人"
value = 1410
total_of = ["boys", "girls"]

[[figure]]
id = "boys"
clause = "1"
stated = "758人"
value = 758

[[figure]]
id = "girls"
clause = "1"
stated = "653人"
value = 653
"""


def test_lint_tells_every_plan_with_its_findings_and_leaves_with_0(run: Run) -> None:
    ran = run("lint", *available_plans(), "--lang", "en")

    assert ran.code == OK
    for name in available_plans():
        assert f"{load_plan(name).title['en']} ({name}): errors 0, warnings " in ran.out
    assert "note  A question is open  open.question" in ran.out


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "在校学生写作1410，而758+653为1411"), ("en", "pupils is stated as 1410, but 758+653")],
)
def test_lint_leaves_with_1_where_there_is_an_error(
    lang: Language, said: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(TWO_FIGURES, "utf-8")
    ran = run("lint", path, "--lang", lang)

    assert ran.code == BROKEN
    assert said in ran.out


def test_lint_gives_programs_one_finding_a_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(TWO_FIGURES, "utf-8")
    ran = run("lint", path, PLAN, "--format", "json")
    table = json.loads(ran.out)

    assert ran.code == BROKEN
    assert table["findings"][0]["code"] == "numbers.total"
    assert {row["plan"] for row in table["findings"]} == {"town", PLAN}
    assert len(ran.out.splitlines()) == len(table["findings"]) + 2


def test_lint_names_nobody_of_a_roster(run: Run, tmp_path: Path) -> None:
    roster = write_csv(tmp_path / "教师名册.csv", PEOPLE)
    ran = run("lint", PLAN, "--people", roster, "--calendar", "shanghai", "--lang", "en")

    assert ran.code == OK
    assert "structure.nobody" in ran.out  # it has no preparation group
    assert NAME not in ran.out
    assert NUMBER not in ran.out


def test_lint_leaves_with_2_where_an_input_has_faults(run: Run, tmp_path: Path) -> None:
    ran = run("lint", PLAN, "--calendar", "nowhere", "--lang", "en")
    assert ran.code == FAULTY
    assert "--calendar: no calendar named 'nowhere'" in ran.err

    ran = run("lint", tmp_path / "none.toml", "--lang", "en")
    assert ran.code == FAULTY
    assert ran.out == ""
