"""Faults of cells, headers, sheets and files, each told with its place."""

import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from eduplan.errors import MissingExtra, SheetError
from eduplan.imports import load_mapping, overview, read_people, read_records
from eduplan.people import Person
from eduplan.selectors import Scale
from sheets import TITLES, Formula, Make, faults, training

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


def test_a_whole_number_must_be_whole(csv_file: Make, tmp_path: Path) -> None:
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


def test_an_id_stands_once(workbook: Make) -> None:
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


def test_all_faults_are_told_at_once_without_any_personal_value(workbook: Make) -> None:
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


def test_a_file_of_which_no_sheet_fits_is_refused(workbook: Make) -> None:
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


def test_a_header_of_two_rows_is_read_where_merged_cells_hold_it_together(workbook: Make) -> None:
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


def test_two_columns_for_one_fact_are_refused(csv_file: Make) -> None:
    path = csv_file("教师.csv", "工号,姓名,教师编号\nT1,张三,T9\n")

    with pytest.raises(SheetError) as caught:
        read_people(path)

    assert [(f.path, f.code, f.facts) for f in caught.value.faults] == [
        ("教师!C1", "sheet-column-twice", {"other": "A1"})
    ]


def test_a_sheet_that_fits_two_layouts_is_refused(csv_file: Make, tmp_path: Path) -> None:
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
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert faults(read_people, path) == {"": code}
    assert faults(overview, path) == {"": code}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert faults(read_people, tmp_path / "a.csv") == {"": "no-such-file"}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_with_another_separator_says_so(csv_file: Make, separator: str) -> None:
    # As programs in German or French spell it, and Excel when text is copied.
    path = csv_file("教师.csv", "名册\n\n工号,姓名\nT1,王\n".replace(",", separator))

    assert faults(read_people, path) == {"教师": "sheet-separator"}


def test_a_csv_file_with_an_open_quote_is_refused(csv_file: Make) -> None:
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


def test_more_rows_and_bytes_than_bounds_allow_are_refused(
    csv_file: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
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
