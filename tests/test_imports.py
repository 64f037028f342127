"""Rosters and registers read from files: what is taken, what is refused, and what is said of it."""

import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from eduplan.errors import MissingExtra, SheetError
from eduplan.imports import (
    Column,
    Layout,
    load_mapping,
    overview,
    packaged_mapping,
    read_people,
    read_records,
)
from eduplan.messages import LANGUAGES
from eduplan.people import Group, Person, School
from eduplan.selectors import Scale

TITLES = {"title": Scale(name="title", values=["none", "junior", "intermediate", "senior"])}

Rows = Sequence[Sequence[object]]
Make = Callable[..., Path]


class Formula(str):
    """A formula with this value in its cell."""


@pytest.fixture
def workbook(tmp_path: Path) -> Make:
    """Return a function that writes a workbook: ``workbook(教师=[[header ...], [cell ...]])``.

    Dates become date cells, date-times date cells with a time of day, `Formula` a formula that came
    to that value; ``merges`` are ranges merged after writing, as first and last row and column.
    """

    def write(
        sheets: dict[str, Rows],
        *,
        name: str = "册.xlsx",
        merges: Sequence[tuple[int, int, int, int]] = (),
    ) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(str(path))
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        clock = book.add_format({"num_format": "hh:mm"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, Formula):
                        sheet.write_formula(r, c, "=A1", None, str(cell))
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif isinstance(cell, bool):
                        sheet.write_boolean(r, c, cell)
                    elif isinstance(cell, datetime):
                        sheet.write_datetime(r, c, cell, minute)
                    elif isinstance(cell, date):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, time):
                        sheet.write_datetime(r, c, cell, clock)
                    elif cell is not None:
                        sheet.write_number(r, c, cell)
            for first_row, first, last_row, last in merges:
                text = rows[first_row][first]
                if isinstance(text, str):
                    sheet.merge_range(first_row, first, last_row, last, text)
                else:
                    sheet.merge_range(first_row, first, last_row, last, "")
                    sheet.write_number(first_row, first, text)
        book.close()
        return path

    return write


@pytest.fixture
def csv_file(tmp_path: Path) -> Make:
    def write(name: str, text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def faults(read: Callable[..., object], path: Path, **options: Any) -> dict[str, str]:
    """Return the code of every fault of a file by its place."""
    with pytest.raises(SheetError) as caught:
        read(path, **options)
    assert caught.value.source == path.name
    for lang in LANGUAGES:  # every message has the facts it names
        assert all(len(fault.message(lang).splitlines()) == 1 for fault in caught.value.faults)
        assert str(len(caught.value.faults)) in caught.value.message(lang).splitlines()[0]
    return {fault.path: fault.code for fault in caught.value.faults}


def training(*cells: object, header: Sequence[str] = ("工号", "日期", "学时")) -> dict[str, Rows]:
    """Return a sheet of trainings with these cells in its only row, row 2."""
    return {"培训": [header, cells]}


# --- what is taken --------------------------------------------------------------------------------


def test_roster_with_title_row_merged_school_and_total_row(workbook: Make) -> None:
    path = workbook(
        {
            "教师名册": [
                ["某县教师名册（虚构数据）"],
                [],
                [
                    "序号",
                    "学校编号",
                    "工 号",
                    "姓\u3000名",
                    "岗\n位",
                    "职称*",
                    "荣誉",
                    "任教学科",
                    "入职日期",
                ],
                [
                    1,
                    "S01",
                    "T1",
                    "张 三",
                    "校长、专任教师",
                    "一级教师",
                    "无",
                    "语文",
                    "2008年9月1日",
                ],
                [
                    2,
                    "",
                    "T2",
                    "欧阳 娜娜",
                    "教科室",
                    "",
                    "特级教师，骨干教师",
                    "",
                    date(2010, 9, 1),
                ],
                [],
                [3, "S02", "T3", "John Smith", "教研员", "高级教师", "", "数学", "2012.9.1"],
                ["合计", "", "3人"],
            ]
        },
        merges=[(0, 0, 0, 8), (3, 1, 4, 1)],
    )

    one, two, three = read_people(path)

    assert isinstance(one, Person)
    assert isinstance(two, Person)
    assert isinstance(three, Person)
    # a spaced name of three characters is one name; one of four may be two names and is left alone
    assert [one.name, two.name, three.name] == ["张三", "欧阳 娜娜", "John Smith"]
    # rows 4 and 5 share a merged cell, so both are of school S01
    assert [one.school, two.school, three.school] == ["S01", "S01", "S02"]
    assert one.roles == ("principal", "teacher", "subject-teacher")
    assert [one.joined, two.joined, three.joined] == [
        date(2008, 9, 1),
        date(2010, 9, 1),
        date(2012, 9, 1),
    ]
    # 无 says that there are none; a blank says nothing
    assert [one.get("honours"), three.get("honours")] == [(), None]
    assert two.get("honours") == ("special-grade", "backbone")
    assert [one.get("title"), two.get("title")] == ["intermediate", None]


def test_schools_groups_and_people_in_the_order_of_the_file(workbook: Make) -> None:
    path = workbook(
        {
            "说明": [["填表说明"]],
            "学校": [
                ["编号", "名称", "类型", "学段", "薄弱学校"],
                ["S01", "青禾小学", "学校", "小学", "是"],
                ["R01", "某县教研室", "教研室", "", "否"],
            ],
            "组": [
                ["编号", "名称", "类型", "学校编号", "成员工号"],
                ["G1", "语文组", "备课组", "S01", "T1、T2,T1"],
            ],
            "教师": [["工号"], ["T1"]],
        }
    )

    school, office, group, person = read_people(path)

    assert isinstance(school, School)
    assert [school.stage, school.get("weak"), school.type] == ["primary", True, "school"]
    assert isinstance(office, School)
    assert [office.type, office.stage] == ["research-office", ""]
    assert isinstance(group, Group)
    assert group.members == ("T1", "T2")  # T1 stands twice
    assert person == Person(id="T1")


def test_records_of_a_register(workbook: Make) -> None:
    path = workbook(
        {
            "培训": [
                ["编号", "工号", "开始日期", "结束日期", "学时", "级别", "登记"],
                ["P1", "T1", date(2024, 5, 6), "2024/5/8", 22.5, "县级", "合格"],
                ["P2", "T1", "20240601", "", "", "省级", "否"],
            ],
            "公开课": [["工号", "日期", "备课活动编号"], ["T1", date(2024, 9, 9), ""]],
        },
        name="登记.xlsx",
    )

    first, second, lesson = read_records(path)

    assert [first.id, first.kind, first.day, first.last_day] == [
        "P1",
        "training",
        date(2024, 5, 6),
        date(2024, 5, 8),
    ]
    assert [first.get("hours"), first.get("level"), first.get("certified")] == [
        Fraction(45, 2),
        "county",
        True,
    ]
    assert first.origin == "登记.xlsx!培训!2"
    # blank hours are absent, not zero
    assert [second.get("hours"), second.last_day, second.get("certified")] == [None, None, False]
    # no column for the id: the sheet and the row give one
    assert [lesson.id, lesson.kind, lesson.get("preparation")] == ["公开课!2", "open-lesson", None]


def test_kind_row_by_row(csv_file: Make) -> None:
    path = csv_file("记录.csv", "种类,工号,日期\n听课,T1,2024-09-09\ntraining,T2,2024-09-10\n")

    assert [record.kind for record in read_records(path)] == ["lesson-observation", "training"]


@pytest.mark.parametrize(
    "spelled",
    [
        date(2024, 9, 1),
        datetime(2024, 9, 1),
        "2024-09-01",
        "2024-9-1",
        "2024/9/1",
        "2024.9.1",
        "2024年9月1日",
        "2024年 9月 1日",
        "２０２４年９月１日",
        "20240901",
        20240901,
        "2024-09-01 00:00:00",
    ],
)
def test_spellings_of_a_day(workbook: Make, spelled: object) -> None:
    [record] = read_records(workbook(training("T1", spelled, 1)))

    assert record.day == date(2024, 9, 1)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (7.5, Fraction(15, 2)),
        ("7.5", Fraction(15, 2)),
        ("１２", 12),
        ("1/3", Fraction(1, 3)),
        (0.1, Fraction(1, 10)),
        (0, 0),
        # what Excel keeps for =0.1+0.2 is 0.30000000000000004; it shows fifteen digits, 0.3
        (0.1 + 0.2, Fraction(3, 10)),
        # twelve times 29.999999999999996, as a sum of tenths may end: Excel shows 360
        (359.99999999999994, 360),
    ],
)
def test_numbers_are_exact(workbook: Make, cell: object, value: object) -> None:
    [record] = read_records(workbook(training("T1", date(2024, 9, 1), cell)))

    assert record.get("hours") == value
    assert isinstance(record.get("hours"), int | Fraction)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("110101199001011234", "110101199001011234"),
        (" T1\u200b ", "T1"),
        ("0012", "0012"),
        ("Ｔ００２", "T002"),  # typed with a Chinese input method
        (12, "12"),
        (999_999_999_999_999, "999999999999999"),  # fifteen digits are all there
    ],
)
def test_ids_are_text(workbook: Make, cell: object, value: str) -> None:
    [person] = read_people(workbook({"教师": [["工号"], [cell]]}))

    assert person.id == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [("是", True), ("否", False), (True, True), (1, True), ("no", False), ("", None)],
)
def test_flags(workbook: Make, cell: object, value: bool | None) -> None:
    [record] = read_records(
        workbook(training("T1", date(2024, 9, 1), cell, header=("工号", "日期", "外出")))
    )

    assert record.get("away") is value


def test_csv_in_utf8_with_mark_and_in_gb18030(csv_file: Make) -> None:
    text = "工号,姓名,学段\nT1,张三,小学\n"

    for encoding, name in [("utf-8-sig", "utf-8"), ("utf-8", "utf-8"), ("gb18030", "gb18030")]:
        path = csv_file("教师名册.csv", text, encoding)
        assert read_people(path) == (Person(id="T1", name="张三", stage="primary"),)
        assert overview(path)[0].encoding == name


def test_flagged_column_repeats_the_cell_above_in_csv(csv_file: Make, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("layouts.person.columns.school.merged = true", "utf-8")
    path = csv_file("教师.csv", "学校编号,工号\nS1,T1\n,T2\nS2,T3\n")

    people = read_people(path, mapping=load_mapping(own))

    # without a flag, a blank cell of a CSV file is a blank
    assert [person.get("school") for person in people] == ["S1", "S1", "S2"]
    assert [person.get("school") for person in read_people(path)] == ["S1", None, "S2"]


# --- cells that are refused -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "place", "code"),
    [
        (["", date(2024, 9, 1), 1], "A2", "cell-blank"),
        ([1.5, date(2024, 9, 1), 1], "A2", "cell-not-id"),
        ([-1, date(2024, 9, 1), 1], "A2", "cell-not-id"),
        ([True, date(2024, 9, 1), 1], "A2", "cell-not-id"),
        # Excel makes a date of an id such as 2024-1
        ([date(2024, 1, 1), date(2024, 9, 1), 1], "A2", "cell-not-id"),
        # an identity number of eighteen digits as a number has lost its last three
        ([110101199001011234, date(2024, 9, 1), 1], "A2", "cell-id-digits"),
        (["1.10101E+17", date(2024, 9, 1), 1], "A2", "cell-id-digits"),
        (["T1", "", 1], "B2", "cell-blank"),
        (["T1", "2008.9", 1], "B2", "cell-date-without-day"),
        (["T1", 2008.9, 1], "B2", "cell-date-without-day"),
        (["T1", "2008年9月", 1], "B2", "cell-date-without-day"),
        (["T1", "2008年", 1], "B2", "cell-date-without-day"),
        (["T1", 2008, 1], "B2", "cell-date-without-day"),
        (["T1", "200809", 1], "B2", "cell-date-without-day"),
        (["T1", "2024-02-30", 1], "B2", "no-such-day"),
        (["T1", 20240230, 1], "B2", "no-such-day"),
        (["T1", datetime(2024, 9, 1, 8, 30), 1], "B2", "date-time"),
        (["T1", "2024-09-01 08:30", 1], "B2", "date-time"),
        (["T1", time(8, 30), 1], "B2", "cell-not-a-date"),
        (["T1", 45536, 1], "B2", "cell-date-as-number"),  # a date whose format was lost
        (["T1", "45536", 1], "B2", "cell-date-as-number"),
        (["T1", 36, 1], "B2", "cell-not-a-date"),  # hours in the column of days
        (["T1", "9/1/2024", 1], "B2", "cell-not-a-date"),
        (["T1", "去年", 1], "B2", "cell-not-a-date"),
        (["T1", True, 1], "B2", "cell-not-a-date"),
        # the number 12 in a column of dates shows as 1900-01-12
        (["T1", date(1900, 1, 12), 1], "B2", "cell-date-too-early"),
        (["T1", date(2024, 9, 1), "7.5学时"], "C2", "cell-not-a-number"),
        (["T1", date(2024, 9, 1), "1,200"], "C2", "cell-not-a-number"),
        (["T1", date(2024, 9, 1), date(2024, 9, 1)], "C2", "cell-not-a-number"),
        (["T1", date(2024, 9, 1), True], "C2", "cell-not-a-number"),
        (["T1", date(2024, 9, 1), Formula("#N/A")], "C2", "cell-error"),
    ],
)
def test_faulty_cell_is_named(
    workbook: Make, cells: Sequence[object], place: str, code: str
) -> None:
    assert faults(read_records, workbook(training(*cells))) == {f"培训!{place}": code}


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("级别", "乡级", "cell-not-listed"),
        ("外出", "也许", "cell-not-a-flag"),
        ("项目", date(2024, 9, 1), "cell-not-text"),
        ("项目", 1e20, "cell-not-text"),
        ("结束日期", date(2024, 8, 31), "last-day-first"),
    ],
)
def test_faulty_word_is_named(workbook: Make, header: str, cell: object, code: str) -> None:
    sheet = training("T1", date(2024, 9, 1), cell, header=("工号", "日期", header))

    assert faults(read_records, workbook(sheet)) == {"培训!C2": code}


def test_whole_numbers(csv_file: Make, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'layouts.school.columns.rooms = { headers = ["教室数"], type = "whole" }', "utf-8"
    )
    mapping = load_mapping(own)

    [school] = read_people(csv_file("学校.csv", "编号,教室数\nS1,12\n"), mapping=mapping)
    bad = csv_file("学校2.csv", "编号,教室数\nS1,12.5\n")

    assert school.get("rooms") == 12
    assert faults(read_people, bad, mapping=mapping) == {"学校2!B2": "cell-not-whole"}


def test_values_must_be_on_the_scale(workbook: Make) -> None:
    path = workbook(
        {"教师": [["工号", "职称"], ["T1", "一级教师"], ["T2", "senior"], ["T3", "正高级教师"]]}
    )

    # full-senior is a title the mapping knows and this scale does not have
    assert faults(read_people, path, scales=TITLES) == {"教师!B4": "not-on-scale"}
    assert [person.get("title") for person in read_people(path)] == [
        "intermediate",
        "senior",
        "full-senior",
    ]


def test_a_value_on_the_scale_needs_no_translation(workbook: Make) -> None:
    path = workbook({"教师": [["工号", "职称"], ["T1", "讲师"]]})
    scale = Scale(name="title", values=["助教", "讲师"])

    [person] = read_people(path, scales={"title": scale})

    assert person.get("title") == "讲师"


def test_ids_stand_once(workbook: Make) -> None:
    path = workbook({"教师": [["工号"], ["T1"], ["T2"], ["T1"]], "学校": [["编号"], ["T2"]]})

    with pytest.raises(SheetError) as caught:
        read_people(path)

    assert [(fault.path, fault.facts) for fault in caught.value.faults] == [
        ("教师!A4", {"other": "教师!A2"}),
        ("学校!A2", {"other": "教师!A3"}),
    ]


def test_amount_in_a_merged_cell_is_not_guessed(workbook: Make) -> None:
    path = workbook(
        {
            "培训": [
                ["工号", "日期", "学时"],
                ["T1", date(2024, 9, 1), 30],
                ["T2", date(2024, 9, 1), None],
            ]
        },
        merges=[(1, 2, 2, 2)],
    )

    # thirty hours each, or thirty for both?
    assert faults(read_records, path) == {
        "培训!C2": "cell-merged-amount",
        "培训!C3": "cell-merged-amount",
    }


def test_all_faults_at_once_and_no_personal_value(workbook: Make) -> None:
    rows: list[list[object]] = [["工号", "姓名", "职称", "入职日期"]]
    rows += [[f"T{number}", "张三", "一级教师", date(2010, 9, 1)] for number in range(2, 42)]
    rows[2] = ["110101199001011234", "李四", "神秘职称", "1990.1"]  # row 3
    rows[39] = [110101199001011234, "王五", "一级教师", "昨天"]  # row 40

    with pytest.raises(SheetError) as caught:
        read_people(workbook({"教师名册": rows}))
    error = caught.value

    assert [fault.path for fault in error.faults] == [
        "教师名册!C3",
        "教师名册!D3",
        "教师名册!A40",
        "教师名册!D40",
    ]
    for shown in (error.message("zh"), error.message("en"), repr(error), str(error)):
        for secret in ("110101199001011234", "1.1010", "李四", "王五", "神秘", "1990", "昨天"):
            assert secret not in shown
    assert "教师名册!D3: 只有年份或年月，缺少日" in error.message("zh")
    assert "册.xlsx" in error.message("zh")
    assert "format the column as text" in error.message("en")


def test_the_list_of_faults_is_bounded(csv_file: Make) -> None:
    path = csv_file("教师.csv", "工号,入职日期\n" + "".join(f"T{n},未知\n" for n in range(1000)))

    with pytest.raises(SheetError) as caught:
        read_people(path)

    # 200 are listed, the last entry counts the other 800
    assert len(caught.value.faults) == 201
    assert caught.value.faults[-1].code == "sheet-more-faults"
    assert caught.value.faults[-1].facts == {"count": 800}


# --- sheets and files that are refused ------------------------------------------------------------


def test_no_sheet_fits(workbook: Make) -> None:
    path = workbook({"课表": [["x"]], "Sheet2": []})

    assert faults(read_people, path) == {"": "sheet-none-fits"}
    with pytest.raises(SheetError, match=r"课表, Sheet2.*教师名册, 学校, 组"):
        read_people(path)
    # a register is no roster
    assert faults(read_people, workbook(training("T1", date(2024, 9, 1), 1))) == {
        "": "sheet-none-fits"
    }


def test_missing_required_columns_are_named(workbook: Make) -> None:
    path = workbook(
        {"听课": [["听课登记"], ["听课人工号", "授课人工号"], ["T1", "T2"]], "视导": []}
    )

    with pytest.raises(SheetError) as caught:
        read_records(path)

    assert [(f.path, f.code, f.facts["missing"]) for f in caught.value.faults] == [
        ("听课", "sheet-no-header", ("日期",)),
        ("视导", "sheet-no-header", ("学校编号", "日期")),
    ]


def test_header_of_two_rows(workbook: Make) -> None:
    # The number and the name stand beside a heading over several columns:
    #   工号 | 姓名 |   培训情况
    #        |      | 日期 | 学时
    rows = [
        ["2024年培训登记表", "", "", ""],
        ["工号", "姓名", "培训情况", ""],
        ["", "", "日期", "学时"],
        ["T1", "王芳", "2024.7.8", 36],
        ["T2", "李强", "2024.7.8", 18],
    ]
    merges = [(0, 0, 0, 3), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3)]
    records = read_records(workbook({"培训": rows}, merges=merges))

    assert [(r.bearer, r.day, r.get("hours")) for r in records] == [
        ("T1", date(2024, 7, 8), 36),
        ("T2", date(2024, 7, 8), 18),
    ]


def test_header_of_two_rows_of_which_the_first_has_all_that_is_required(workbook: Make) -> None:
    rows = [
        ["工号", "日期", "培训情况", ""],
        ["", "", "学时", "项目"],
        ["T1", "2024.7.8", 36, "代数"],
    ]
    merges = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)]
    [record] = read_records(workbook({"培训": rows}, merges=merges))

    assert (record.bearer, record.get("hours"), record.get("title")) == ("T1", 36, "代数")


def test_header_of_two_rows_that_nothing_holds_together_is_refused_with_what_to_do(
    csv_file: Make, workbook: Make
) -> None:
    """A CSV file has no merged cells, so it cannot say what stands below what."""
    text = "培训登记\n工号,培训,\n,日期,学时\nT1,2024-07-08,36\n"
    assert faults(read_records, csv_file("培训.csv", text)) == {"培训": "sheet-header-split"}
    with pytest.raises(SheetError) as caught:
        read_records(csv_file("培训.csv", text))
    assert "第 2、3 两行" in caught.value.message("zh")
    assert "in two rows, 2 and 3" in caught.value.message("en")

    rows = [["工号", "培训", ""], ["", "日期", "学时"], ["T1", date(2024, 7, 8), 36]]
    assert faults(read_records, workbook({"培训": rows})) == {"培训": "sheet-header-split"}
    [record] = read_records(workbook({"培训": rows}, merges=[(0, 0, 1, 0), (0, 1, 0, 2)]))
    assert (record.bearer, record.get("hours")) == ("T1", 36)

    apart = "工号\n\n日期\n"
    assert faults(read_records, csv_file("培训.csv", apart)) == {"培训": "sheet-no-header"}


def test_header_is_looked_for_in_the_first_twenty_rows(csv_file: Make) -> None:
    found = csv_file("教师.csv", "说明\n" * 19 + "工号\nT1\n")
    beyond = csv_file("教师2.csv", "说明\n" * 20 + "工号\nT1\n")

    assert read_people(found) == (Person(id="T1"),)
    assert faults(read_people, beyond) == {"教师2": "sheet-no-header"}


def test_two_columns_for_one_fact(csv_file: Make) -> None:
    path = csv_file("教师.csv", "工号,姓名,教师编号\nT1,张三,T9\n")

    with pytest.raises(SheetError) as caught:
        read_people(path)

    assert [(f.path, f.code, f.facts) for f in caught.value.faults] == [
        ("教师!C1", "sheet-column-twice", {"other": "A1"})
    ]


def test_sheet_that_fits_two_layouts(csv_file: Make, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('layouts.school.sheets = ["教师*"]', "utf-8")

    path = csv_file("教师.csv", "工号\nT1\n")

    assert faults(read_people, path, mapping=load_mapping(own))["教师"] == "sheet-fits-several"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.docx", b"x", "unknown-suffix"),
        ("a.xls", b"x", "sheet-not-xlsx"),
        ("a.et", b"x", "sheet-not-xlsx"),  # of WPS
        ("a.xlsx", b"PK but no zip", "sheet-not-xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 an old .xls, or one with a password", "sheet-not-xlsx"),
        ("a.csv", b"\xff\xff\xff", "sheet-encoding"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert faults(read_people, path) == {"": code}
    assert faults(overview, path) == {"": code}


def test_file_that_is_not_there(tmp_path: Path) -> None:
    assert faults(read_people, tmp_path / "a.csv") == {"": "no-such-file"}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_with_another_separator_says_so(csv_file: Make, separator: str) -> None:
    # As programs in German or French spell it, and Excel when text is copied.
    path = csv_file("教师.csv", "名册\n\n工号,姓名\nT1,王\n".replace(",", separator))

    assert faults(read_people, path) == {"教师": "sheet-separator"}


def test_csv_with_an_open_quote(csv_file: Make) -> None:
    path = csv_file("教师.csv", '工号\nT1\n"T2\n')

    assert faults(read_people, path) == {"教师": "sheet-not-csv"}
    assert faults(overview, path) == {"教师": "sheet-not-csv"}


def test_stray_cell_far_out_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "册.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("教师")
    sheet.write_string("A1", "工号")
    sheet.write_string("XFD1048576", " ")  # the last cell there is: 17 thousand million cells
    book.close()

    assert faults(read_people, path) == {"教师": "sheet-too-large"}


def test_bounds(csv_file: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file("教师.csv", "工号\nT1\nT2\n")
    monkeypatch.setattr("eduplan.imports.workbooks.MOST_ROWS", 2)
    assert faults(read_people, path) == {"教师": "sheet-too-many-rows"}

    monkeypatch.setattr("eduplan.imports.workbooks.LARGEST_FILE", 5)
    assert faults(read_people, path) == {"": "file-too-large"}


def test_rows_of_all_sheets_are_counted(workbook: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook({"教师": [["工号"], ["T1"]], "学校": [["编号"], ["S1"]]})
    monkeypatch.setattr("eduplan.imports.reading.MOST_ROWS", 3)

    assert faults(read_people, path) == {"学校": "sheet-too-many-rows"}


def test_unpacked_size_is_bounded(workbook: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook({"教师": [["工号"], ["T1"]]})
    monkeypatch.setattr("eduplan.imports.workbooks.LARGEST_UNPACKED", 100)

    assert faults(read_people, path) == {"": "file-too-large"}


def test_workbooks_need_the_extra(workbook: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook({"教师": [["工号"], ["T1"]]})
    monkeypatch.setitem(sys.modules, "python_calamine", None)

    with pytest.raises(MissingExtra, match=r"eduplan\[excel\]"):
        read_people(path)


def test_the_same_fault_of_a_column_is_told_in_one_line(csv_file: Make) -> None:
    # Five rows with a word that nobody knows, seven without a day, and one that is no day either.
    rows = [f"T{n},宇航员,2012年" for n in range(5)] + [
        "T5,教师,2012年",
        "T6,教师,2012.9",
        "T7,教师,九月",
    ]
    path = csv_file("教师.csv", "\n".join(["工号,岗位,入职日期", *rows]))

    with pytest.raises(SheetError) as caught:
        read_people(path)

    assert len(caught.value.faults) == 5 + 7 + 1
    head, roles, without, other = caught.value.message("zh").splitlines()
    assert head == "教师.csv：13 处错误"
    assert roles.startswith("  教师!B2、B3、B4、B5、B6: 不在对照表之中；可用：教师、专任教师、")
    assert without.startswith("  教师!C2、C3、C4、C5、C6 等 7 格: 只有年份或年月")
    assert other.startswith("  教师!C9: 应为日期")
    assert "教师!C2, C3, C4, C5, C6 and more, 7 cells: " in caught.value.message("en")


@pytest.mark.parametrize(
    "span",
    [
        "2021年7月5日-7月14日",
        "2021年7月5—14日",
        "2021.7.5 - 7.14",
        "2021-07-05至2021-07-14",
        "2021/7/5～2021/7/14",
        "20210705-20210714",
    ],
)
def test_two_days_in_one_cell_are_told_to_be_written_apart(csv_file: Make, span: str) -> None:
    path = csv_file("培训.csv", f"工号,培训时间,学时\nT1,{span},6\n")

    assert faults(read_records, path) == {"培训!B2": "cell-date-span"}


def test_short_words_that_rosters_use_are_known(csv_file: Make) -> None:
    people = read_people(csv_file("教师.csv", "工号,职称\nT1,二级\nT2,中小学高级教师\n"))
    register = csv_file("继续教育学时登记.csv", "工号,培训时间,级别,合格\nT1,2024.7.5,市,通过\n")
    [record] = read_records(register)

    assert [person.get("title") for person in people] == ["junior", "senior"]
    assert (record.kind, record.get("level"), record.get("certified")) == ("training", "city", True)


# --- overview -------------------------------------------------------------------------------------


def test_overview_tells_what_is_left_out(workbook: Make) -> None:
    path = workbook(
        {
            "统计": [["总数"], [3]],
            "教师": [["序号", "工号", "血型", "民族"], [1, "T1", "A", "汉"], ["合计", "", "", ""]],
            "听课": [["听课人"]],
        }
    )

    other, people, observations = overview(path)

    assert [other.name, other.layout, other.blank] == ["统计", "", False]
    # 序号 is in the mapping's list of headers to ignore
    assert people.left_out == ("血型", "民族")
    assert [people.layout, people.columns, people.rows] == ["person", {"工号": "id"}, 1]
    # a sheet without a header that would serve
    assert [observations.layout, observations.columns, observations.rows] == [
        "lesson-observation",
        {},
        0,
    ]


# --- mapping files --------------------------------------------------------------------------------


def mapping_faults(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    return faults(load_mapping, path)


def test_own_mapping_adds_to_the_packaged_one(csv_file: Make, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
        skip_rows = ["审核*"]
        [values.role]
        "生活教师" = ["staff"]
        [layouts.person]
        sheets = ["教职员一览"]
        [layouts.person.columns]
        id = { headers = ["编码"] }
        title = { values = { "讲师" = "intermediate" } }
        [layouts.person.columns.blood]
        headers = ["血型"]
        [layouts.tour]
        makes = "record"
        kind = "patrol"
        sheets = ["巡视"]
        columns = { bearer = { headers = ["工号"], type = "id" }, day = { headers = ["日期"], type = "date" } }
        """,
        "utf-8-sig",
    )
    mapping = load_mapping(own)
    people = csv_file(
        "教职员一览.csv",
        "编码,岗位,职称,血型\nT1,生活教师、教研员,讲师,A\nT2,专任教师,高级教师,\n审核：某人,,,\n",
    )

    first, second = read_people(people, mapping=mapping)
    [tour] = read_records(csv_file("巡视.csv", "工号,日期\nT1,2024-09-02\n"), mapping=mapping)

    assert [first.get("role"), first.get("title"), first.get("blood")] == [
        ("staff", "researcher"),
        "intermediate",
        "A",
    ]
    assert [second.get("role"), second.get("title")] == [("teacher", "subject-teacher"), "senior"]
    assert [tour.kind, tour.bearer] == ["patrol", "T1"]


def test_mapping_that_stands_alone(csv_file: Make, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        """
        extends = false
        [layouts.people]
        makes = "person"
        sheets = ["*"]
        columns = { id = { headers = ["Nr"], type = "id" }, stage = { headers = ["Stufe"] } }
        """,
        "utf-8",
    )

    people = read_people(csv_file("x.csv", "Nr,Stufe\n7,primary\n"), mapping=load_mapping(own))

    assert people == (Person(id="7", stage="primary"),)


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("layouts = 1", "layouts", "not-a-table"),
        ("extra = 1", "extra", "unknown-key"),
        ("extends = 1", "extends", "not-a-flag"),
        ("values = 1", "values", "not-a-table"),
        ("layouts.person = 1", "layouts.person", "not-a-table"),
        ("layouts.person.columns = 1", "layouts.person.columns", "not-a-table"),
        ("layouts.person.makes = 'teacher'", "layouts.person.makes", "not-one-of"),
        ("layouts.person.kind = 'x'", "layouts.person.kind", "sheet-kind-of-records-only"),
        ("layouts.person.columns.id = 1", "layouts.person.columns.id", "not-a-table"),
        ("layouts.person.columns.id.type = 'ID'", "layouts.person.columns.id.type", "not-one-of"),
        (
            "layouts.person.columns.joined.type = 'text'",
            "layouts.person.columns.joined.type",
            "sheet-column-type",
        ),
        (
            "layouts.person.columns.stage.several = true",
            "layouts.person.columns.stage.several",
            "sheet-one-value",
        ),
        (
            "layouts.person.columns.stage.values_of = 'steps'",
            "layouts.person.columns.stage.values_of",
            "sheet-unknown-values",
        ),
        (
            "layouts.person.columns.stage.values = { '完全中学' = ['junior-high', 'senior-high'] }",
            "layouts.person.columns.stage.values.完全中学",
            "sheet-one-value",
        ),
        (
            "layouts.person.columns.weak = { headers = ['弱'], type = 'flag', values = { '弱' = 1 } }",
            "layouts.person.columns.weak.values.弱",
            "sheet-flag-values",
        ),
        (
            "layouts.person.columns.hours = { headers = ['时'], type = 'number', values = { '全' = 1 } }",
            "layouts.person.columns.hours.values",
            "sheet-values-not-used",
        ),
        (
            "layouts.person.columns.grade = { headers = ['年级'], type = 'choice' }",
            "layouts.person.columns.grade.values",
            "sheet-choice-needs-values",
        ),
        (
            "layouts.person.columns.grade = { headers = [] }",
            "layouts.person.columns.grade.headers",
            "empty-list",
        ),
        (
            "layouts.person.columns.grade = { headers = ['姓 名'] }",
            "layouts.person.columns.grade.headers",
            "sheet-header-twice",
        ),
        (
            "layouts.person.columns.'年级' = { headers = ['年级'] }",
            "layouts.person.columns.年级",
            "not-a-name",
        ),
        (
            "layouts.x = { makes = 'school', sheets = ['x'], columns = {} }",
            "layouts.x.columns",
            "sheet-needs-column",
        ),
        ("layouts.records.kind = 'training'", "layouts.records.kind", "sheet-needs-kind"),
        ("layouts = ", "", "not-toml"),
        (".".join(["a"] * 40) + " = 1", "", "dotted-too-long"),
    ],
)
def test_faults_of_a_mapping_file(tmp_path: Path, text: str, path: str, code: str) -> None:
    assert mapping_faults(tmp_path, text) == {path: code}


def test_all_faults_of_a_mapping_file_at_once(tmp_path: Path) -> None:
    text = "ignored = []\n[layouts.person]\nsheets = 3\n[layouts.test.columns.day]\ntype = 'when'\n"

    assert mapping_faults(tmp_path, text) == {
        "ignored": "unknown-key-near",
        "layouts.person.sheets": "not-a-list",
        "layouts.test.columns.day.type": "not-one-of",
    }


def test_mapping_files_that_cannot_be_read(tmp_path: Path) -> None:
    chinese = tmp_path / "gb.toml"
    chinese.write_bytes('ignore = ["序号"]'.encode("gb18030"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 3_000_000)

    assert faults(load_mapping, tmp_path / "none.toml") == {"": "no-such-file"}
    assert faults(load_mapping, chinese) == {"": "not-utf8"}
    assert faults(load_mapping, large) == {"": "file-too-large"}


def test_mapping_in_python(csv_file: Make) -> None:
    layout = Layout(
        makes="person",
        sheets=["people"],
        columns={"id": Column(headers=["key"], type="id"), "tier": {"headers": ["tier"]}},
    )
    mapping = type(packaged_mapping())(layouts={"people": layout})

    [person] = read_people(csv_file("people.csv", "KEY,Tier\na,B\n"), mapping=mapping)

    assert [person.id, person.get("tier")] == ["a", "B"]


def test_packaged_mapping_keeps_apart_what_begins_alike(csv_file: Make) -> None:
    # 教师培训… is training although 教师… is people; 培训总结 is not 培训…
    for name, layout in [
        ("教师名册2024", "person"),
        ("教师培训2024", "training"),
        ("培训总结（上）", "training-summary"),
        ("教研员考核", "researcher-appraisal"),
        ("教研员", "person"),
        ("备课归档", "preparation-archive"),
        ("Teachers", "person"),
    ]:
        [sheet] = overview(csv_file(f"{name}.csv", "x\n"))
        assert sheet.layout == layout


# --- the example county ---------------------------------------------------------------------------


def test_the_example_county_reads() -> None:
    folder = Path(__file__).resolve().parent.parent / "src" / "eduplan" / "demo"

    people = read_people(folder / "roster.xlsx")
    records = read_records(folder / "register.xlsx")

    # six primary, three junior and two senior high schools and the research office
    assert sum(isinstance(one, School) for one in people) == 12
    assert sum(isinstance(one, Person) for one in people) == 600
    known = {one.id for one in people}
    kinds = {record.kind for record in records}
    assert len(records) > 25_000
    layouts = packaged_mapping().layouts.values()
    assert kinds >= {layout.kind for layout in layouts if layout.kind}
    # every link leads somewhere
    assert {record.bearer for record in records} <= known
    by_id = {record.id: record.kind for record in records}
    for fact, kind in [
        ("training", "training"),
        ("preparation", "collective-preparation"),
        ("check", "routine-check"),
        ("test", "test"),
        ("talk", "admonishing-talk"),
        ("round", "check-round"),
    ]:
        assert {by_id[str(r.get(fact))] for r in records if r.get(fact)} == {kind}
    for fact in ("observed", "mentee", "visitor", "host_school"):
        assert {str(r.get(fact)) for r in records if r.get(fact)} <= known
    for person in people:
        if isinstance(person, Person):
            assert person.school in known
            assert person.joined is not None


# ---------------------------------------------------------------- where a file lies


def test_a_file_may_be_named_by_text_too(tmp_path: Path) -> None:
    roster = tmp_path / "教师名册.csv"
    roster.write_text("工号,姓名,岗位\nT1,张三,专任教师\n", "utf-8")
    register = tmp_path / "培训.csv"
    register.write_text("工号,日期,学时\nT1,2024-05-06,7.5\n", "utf-8")
    mapping = tmp_path / "ours.toml"
    mapping.write_text('layouts.person.columns.id.headers = ["教师编码"]', "utf-8")

    assert read_people(str(roster)) == read_people(roster)
    assert read_records(str(register)) == read_records(register)
    assert overview(str(register)) == overview(register)
    assert load_mapping(str(mapping)) == load_mapping(mapping)
