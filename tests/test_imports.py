"""Rosters and registers read from files: what is taken, and what is said of it."""

from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from eduplan import InputError
from eduplan.imports import load_mapping, overview, packaged_mapping, read_people, read_records
from eduplan.people import Group, Person, School
from sheets import Make, training

# --- what is taken --------------------------------------------------------------------------------


def test_a_roster_is_read_with_its_title_merged_cells_and_total(workbook: Make) -> None:
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


def test_schools_groups_and_people_come_in_the_order_of_the_file(workbook: Make) -> None:
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


def test_a_register_becomes_records(workbook: Make) -> None:
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


def test_every_row_of_a_register_may_state_its_own_kind(csv_file: Make) -> None:
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
def test_a_day_is_taken_however_it_is_spelled(workbook: Make, spelled: object) -> None:
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
def test_a_flag_is_taken_in_the_words_and_numbers_people_use(
    workbook: Make, cell: object, value: bool | None
) -> None:
    [record] = read_records(
        workbook(training("T1", date(2024, 9, 1), cell, header=("工号", "日期", "外出")))
    )

    assert record.get("away") is value


def test_a_csv_file_may_be_in_utf8_with_a_mark_or_in_gb18030(csv_file: Make) -> None:
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


@pytest.mark.parametrize(
    "name",
    [
        "培训",
        "培训3",
        "培训 3",
        "培训（3）",
        "培训(2)",
        "培训_1",
        "培训-02",
        "培训２０２４",
        "Training 2",
    ],
)
def test_a_number_at_the_end_of_a_name_makes_no_difference(csv_file: Make, name: str) -> None:
    path = csv_file(f"{name}.csv", "工号,日期,学时\nT1,2024-05-06,7.5\n")
    (record,) = read_records(path)
    assert (record.kind, record.bearer) == ("training", "T1")


def test_what_stands_before_a_number_has_to_be_the_whole_name(csv_file: Make) -> None:
    path = csv_file("校外培训计划3.csv", "工号,日期,学时\nT1,2024-05-06,7.5\n")
    with pytest.raises(InputError) as caught:
        read_records(path)
    assert [fault.code for fault in caught.value.faults] == ["sheet-none-fits"]


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
