"""Calendars from tables and files, with all their faults at once."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eduplan.calendars import calendar_from_table, load_calendar
from eduplan.dates import Period
from eduplan.errors import CalendarFileError, InputError
from eduplan.textfiles.bounds import LARGEST_FILE


def good_table() -> dict[str, Any]:
    return {
        "calendar": {"id": "town", "region": {"zh": "某镇", "en": "A town"}},
        "source": [{"id": "notice", "title": {"zh": "校历", "en": "Calendar"}}],
        "term": [
            {
                "school_year": 2024,
                "number": 1,
                "stages": ["primary"],
                "period": {"from": date(2024, 9, 2), "to": date(2025, 1, 18)},
                "source": "notice",
            },
            {
                "school_year": 2024,
                "number": 2,
                "stages": ["primary"],
                "period": {"from": date(2025, 2, 17), "to": date(2025, 7, 1)},
                "source": "notice",
            },
        ],
    }


def faults_of(table: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as refused:
        calendar_from_table(table)
    return [(fault.path, fault.code) for fault in refused.value.faults]


def test_a_calendar_can_be_made_from_tables() -> None:
    calendar = calendar_from_table(good_table())

    assert calendar.stage(None).school_days(Period(date(2024, 9, 2), date(2024, 9, 9))) == 5
    assert not calendar.terms[0].checked


def test_all_faults_of_a_calendar_are_reported_at_once() -> None:
    table = good_table()
    table["calendar"] = {"id": "Town", "region": {"zh": "某镇"}, "country": "FR"}
    table["source"][0]["adress"] = "https://example.org"
    table["term"][0]["number"] = 0
    table["term"][0]["period"] = {"from": date(2024, 9, 2), "to": date(2024, 9, 2)}
    table["term"][1]["stages"] = ["小学"]
    del table["term"][1]["source"]
    table["terms"] = []

    assert set(faults_of(table)) == {
        ("terms", "unknown-key-near"),
        ("calendar.id", "not-a-name"),
        ("calendar.region.en", "missing-key"),
        ("calendar.country", "unknown-country"),
        ("source[0].adress", "unknown-key-near"),
        ("term[0].number", "not-positive"),
        ("term[0].period", "empty-period"),
        ("term[1].stages[0]", "not-a-name"),
        ("term[1].source", "missing-key"),
    }


def test_faults_between_the_parts_of_a_calendar_are_reported_at_once() -> None:
    table = good_table()
    table["term"][0]["source"] = "notise"
    table["term"][1]["period"] = {"from": date(2025, 1, 17), "to": date(2025, 7, 1)}
    table["closed"] = [
        {
            "days": [date(2024, 9, 3)],
            "stages": ["primary"],
            "reason": {"zh": "台风", "en": "typhoon"},
            "source": "none",
        }
    ]

    assert set(faults_of(table)) == {
        ("term[0].source", "unknown-source"),
        ("closed[0].source", "unknown-source"),
        ("term[1]", "terms-overlap"),
    }


def test_a_fault_in_one_term_does_not_hide_an_unknown_source_in_another() -> None:
    table = good_table()
    table["term"][0]["number"] = 0
    table["term"][1]["source"] = "notise"

    assert set(faults_of(table)) == {
        ("term[0].number", "not-positive"),
        ("term[1].source", "unknown-source"),
    }


GOOD_FILE = """
[calendar]
id = "town"
region = { zh = "某镇", en = "A town" }

[[source]]
id = "notice"
title = { zh = "校历", en = "Calendar" }

[[term]]
school_year = 2024
number = 1
stages = ["primary"]
period = { from = 2024-09-02, to = 2025-01-18 }
source = "notice"
"""


def file_faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(CalendarFileError) as refused:
        load_calendar(path)
    assert refused.value.source == path.name
    assert str(path.parent) not in str(refused.value)
    return [(fault.path, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "after a mark of Notepad's"])
def test_a_calendar_can_be_read_from_a_file(tmp_path: Path, start: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(start + GOOD_FILE, "utf-8")

    assert load_calendar(path).stages == ("primary",)


WITH_A_TIME = GOOD_FILE.replace("2024-09-02", "2024-09-02T08:00:00")
BROKEN = {
    "date-time": (WITH_A_TIME.encode(), [("term[0].period.from", "date-time")]),
    "not TOML": (b"[calendar", [("", "not-toml")]),
    "not UTF-8": (GOOD_FILE.encode("gb18030"), [("", "not-utf8")]),
    "nested": (b"a = " + b"[" * 5_000, [("", "nested-too-deep")]),
    "too large": (b"#" * (LARGEST_FILE + 1), [("", "file-too-large")]),
}


@pytest.mark.parametrize(("content", "faults"), BROKEN.values(), ids=BROKEN)
def test_a_broken_calendar_file_is_refused(
    tmp_path: Path, content: bytes, faults: list[tuple[str, str]]
) -> None:
    path = tmp_path / "town.toml"
    path.write_bytes(content)

    assert file_faults(path) == faults


def test_a_calendar_file_with_an_endless_key_is_refused_within_a_second(tmp_path: Path) -> None:
    path = tmp_path / "town.toml"
    path.write_text("a" + ".a" * 16_000 + " = 1\n" + GOOD_FILE, "utf-8")

    started = time.perf_counter()
    faults = file_faults(path)
    took = time.perf_counter() - started

    assert len(faults) == 1
    assert took < 1


def test_a_calendar_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert file_faults(tmp_path / "none.toml") == [("", "no-such-file")]
