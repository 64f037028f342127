"""Mappings: what sheets, headers and words of rosters and registers mean."""

from pathlib import Path

import pytest

from eduplan.imports import (
    Column,
    Layout,
    load_mapping,
    overview,
    packaged_mapping,
    read_people,
    read_records,
)
from eduplan.people import Person
from sheets import Make, faults


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


def test_a_mapping_may_stand_alone(csv_file: Make, tmp_path: Path) -> None:
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
def test_a_fault_of_a_mapping_file_is_told_with_its_place(
    tmp_path: Path, text: str, path: str, code: str
) -> None:
    assert mapping_faults(tmp_path, text) == {path: code}


def test_all_faults_of_a_mapping_file_are_told_at_once(tmp_path: Path) -> None:
    text = "ignored = []\n[layouts.person]\nsheets = 3\n[layouts.test.columns.day]\ntype = 'when'\n"

    assert mapping_faults(tmp_path, text) == {
        "ignored": "unknown-key-near",
        "layouts.person.sheets": "not-a-list",
        "layouts.test.columns.day.type": "not-one-of",
    }


def test_a_mapping_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    chinese = tmp_path / "gb.toml"
    chinese.write_bytes('ignore = ["序号"]'.encode("gb18030"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 3_000_000)

    assert faults(load_mapping, tmp_path / "none.toml") == {"": "no-such-file"}
    assert faults(load_mapping, chinese) == {"": "not-utf8"}
    assert faults(load_mapping, large) == {"": "file-too-large"}


def test_a_mapping_can_be_made_in_python(csv_file: Make) -> None:
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


def test_short_words_that_rosters_use_are_known(csv_file: Make) -> None:
    people = read_people(csv_file("教师.csv", "工号,职称\nT1,二级\nT2,中小学高级教师\n"))
    register = csv_file("继续教育学时登记.csv", "工号,培训时间,级别,合格\nT1,2024.7.5,市,通过\n")
    [record] = read_records(register)

    assert [person.get("title") for person in people] == ["junior", "senior"]
    assert (record.kind, record.get("level"), record.get("certified")) == ("training", "city", True)
