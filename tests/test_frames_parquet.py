"""From parquet to parquet, some bearers at a time: the rows of all at once, or no file at all."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from as_frames import BEARERS, RECORDS, amounts, columns
from eduplan import InputError, Period
from eduplan.errors import NotPortable
from eduplan.frames import judge_parquet, rows_of
from test_backends import AS_OF, COMPLETE, DURING, people, plan, records, reference
from test_frames import plan_of, quota

ENGINES = ["polars", "duckdb"]
JUDGED: dict[str, Any] = {
    "as_of": AS_OF,
    "complete_through": COMPLETE,
    "during": DURING,
    "several": {"role": "|", "members": "|"},
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, str]:
    """Return a file of bearers, and the pattern of two files of records."""
    taken = columns(records(), RECORDS)
    for name in ("hours", "value"):
        taken = taken.append_column(name, amounts(records(), name))
    pq.write_table(columns(people(), BEARERS), tmp_path / "people.parquet")
    pq.write_table(taken.slice(0, 400), tmp_path / "records-1.parquet")
    pq.write_table(taken.slice(400), tmp_path / "records-2.parquet")
    return tmp_path / "people.parquet", str(tmp_path / "records-*.parquet")


OF_ALL_SORTS = ["visits", "topics", "shared", "summary", "pass-rate", "on-average", "cells", "acts"]
"""Judged by bearer, by another fact than the bearer, with answers by name, and for groups."""


@pytest.mark.parametrize("parts", [1, 3])
def test_in_parts_it_says_what_the_reference_says(
    parts: int, files: tuple[Path, str], tmp_path: Path
) -> None:
    out = tmp_path / "verdicts.parquet"
    judge_parquet(plan(), *files, out, **JUDGED, parts=parts)

    assert Counter(rows_of(pl.read_parquet(out))) == Counter(reference())


@pytest.mark.parametrize("parts", [1, 3])
def test_duckdb_says_the_same(parts: int, files: tuple[Path, str], tmp_path: Path) -> None:
    out = tmp_path / "verdicts.parquet"
    judge_parquet(
        plan(), *files, out, **JUDGED, parts=parts, engine="duckdb", memory="200MB",
        only=OF_ALL_SORTS,
    )  # fmt: skip

    wanted = [row for row in reference() if row.provision in OF_ALL_SORTS]
    assert Counter(rows_of(pl.read_parquet(out))) == Counter(wanted)


def test_where_records_are_read_there_are_more_parts(
    files: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 72 bearers and 1,100 records in parts of 500 rows are three, and one step is the laying out.
    monkeypatch.setattr("eduplan.frames.parquet.ROWS_READ", 500)
    out = tmp_path / "verdicts.parquet"
    steps: dict[str, int] = {}
    for name in ("made-up", "topics"):

        def note(_: int, of: int, name: str = name) -> None:
            steps[name] = of

        judge_parquet(plan(), *files, out, **JUDGED, only=[name], progress=note)
        wanted = [row for row in reference() if row.provision == name]
        assert Counter(rows_of(pl.read_parquet(out))) == Counter(wanted)

    assert steps == {"made-up": 1 + 3, "topics": 1}


def test_with_more_parts_than_bearers_some_are_empty(
    files: tuple[Path, str], tmp_path: Path
) -> None:
    # 72 bearers in 90 parts: at least 18 of these have nobody.
    out, names = tmp_path / "verdicts.parquet", ["topics", "days-away"]
    judge_parquet(plan(), *files, out, **JUDGED, parts=90, only=names)

    wanted = [row for row in reference() if row.provision in names]
    assert Counter(rows_of(pl.read_parquet(out))) == Counter(wanted)


@pytest.mark.parametrize("engine", ENGINES)
def test_lists_stay_lists_in_parts(engine: str, tmp_path: Path) -> None:
    lists = dict.fromkeys(JUDGED["several"])
    groups = [one for one in people() if "group" in one.roles or one.id in ("t1", "t2", "t3")]
    taken = columns(records(), RECORDS, {"topic": None})
    taken = taken.append_column("hours", amounts(records(), "hours"))
    pq.write_table(columns(groups, BEARERS, lists), tmp_path / "people.parquet")
    pq.write_table(taken, tmp_path / "records.parquet")
    given = (tmp_path / "people.parquet", tmp_path / "records.parquet", tmp_path / "out.parquet")
    names, judged = ["topics", "visits", "made-up"], {**JUDGED, "several": None}

    judge_parquet(plan(), *given, **judged, engine=engine, parts=3, only=names)

    ids = {one.id for one in groups}
    wanted = [row for row in reference() if row.provision in names and row.bearer in ids]
    assert Counter(rows_of(pl.read_parquet(given[2]))) == Counter(wanted)


def told(files: tuple[Path, str], tmp_path: Path, names: list[str]) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    judge_parquet(
        plan(), *files, tmp_path / "verdicts.parquet", **JUDGED, parts=3, only=names,
        progress=lambda done, of: steps.append((done, of)),
    )  # fmt: skip
    return steps


def test_every_step_is_told(files: tuple[Path, str], tmp_path: Path) -> None:
    # Records are laid out, three parts are judged, and what rests on a group is judged at once.
    assert told(files, tmp_path, ["topics"]) == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert told(files, tmp_path, ["on-average"]) == [(1, 1)]
    assert told(files, tmp_path, ["topics", "on-average"])[-2:] == [(4, 5), (5, 5)]
    assert told(files, tmp_path, ["topics", "visits"])[-1] == (7, 7)
    # A gate is judged at once with what it rests on: answers by name, so not in parts.
    assert told(files, tmp_path, ["summary", "entry"]) == [(1, 1)]
    assert told(files, tmp_path, []) == []
    assert len(pl.read_parquet(tmp_path / "verdicts.parquet")) == 0


# ---------------------------------------------------------------- all or nothing


class Stopped(Exception):
    pass


def stop(done: int, of: int) -> None:
    if done == 2:
        raise Stopped(of)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("before", [None, b"what was there before"])
def test_a_failure_halfway_leaves_no_file(
    engine: str, before: bytes | None, files: tuple[Path, str], tmp_path: Path
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    out = place / "verdicts.parquet"
    if before is not None:
        out.write_bytes(before)

    with pytest.raises(Stopped):
        judge_parquet(
            plan(), *files, out, **JUDGED, engine=engine, parts=3, only=["topics"], progress=stop
        )

    kept = [] if before is None else [out]
    assert list(place.iterdir()) == kept
    assert [path.read_bytes() for path in kept] == [before][: len(kept)]


# ---------------------------------------------------------------- what cannot be

HOURS = plan_of(quota=[quota(every="calendar-year", partial="full")])
DAY = date(2024, 5, 6)
ASKED: dict[str, Any] = {
    "as_of": date(2025, 1, 1),
    "complete_through": date(2024, 12, 31),
    "during": Period(date(2024, 1, 1), date(2025, 1, 1)),
}


def judge_these(
    tmp_path: Path, ids: list[str | None], records: dict[str, list[Any]], **rest: Any
) -> list[tuple[str, str]]:
    """Write two files and judge them; return bearers and statuses in order."""
    given = [tmp_path / name for name in ("people.parquet", "records.parquet", "out.parquet")]
    pl.DataFrame({"id": ids}).write_parquet(given[0])
    pl.DataFrame(records).write_parquet(given[1])
    judge_parquet(HOURS, *given, **{**ASKED, **rest})
    return sorted(pl.read_parquet(given[2]).select("bearer", "status").rows())


def trainings(*bearers: str | None, hours: int = 5) -> dict[str, list[Any]]:
    size = len(bearers)
    return {
        "kind": ["training"] * size,
        "day": [DAY] * size,
        "bearer": list(bearers),
        "hours": [hours] * size,
    }


@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize("engine", ENGINES)
def test_records_of_nobody_and_of_others_change_nothing(
    engine: str, parts: int, tmp_path: Path
) -> None:
    taken = trainings("t1", None, "t9", "")
    found = judge_these(tmp_path, ["t1", "t2"], taken, engine=engine, parts=parts)

    assert found == [("t1", "MET"), ("t2", "NOT_MET")]


@pytest.mark.parametrize("parts", [1, 4])
@pytest.mark.parametrize(
    ("ids", "taken", "code"),
    [
        (["t1", "t1"], trainings("t1"), "ids-twice"),
        (["t1", None], trainings("t1"), "column-blank"),
        (["t1"], {**trainings("t1", "t9"), "day": [DAY, None]}, "column-blank"),
        (["t1"], {**trainings("t1"), "bearer": [1]}, "column-sort"),
        (["t1"], {"kind": ["training"], "day": [DAY]}, "column-missing"),
    ],
    ids=["twice", "no id", "no day", "numbers for ids", "no column"],
)
def test_data_that_cannot_be_are_refused_as_by_evaluate_frame(
    ids: list[str | None], taken: dict[str, list[Any]], code: str, parts: int, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        judge_these(tmp_path, ids, taken, parts=parts)

    assert [fault.code for fault in refused.value.faults] == [code]
    assert not (tmp_path / "out.parquet").exists()


def test_what_is_refused_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    weekly = quota(scope={"share": "school"}, every="teaching-week")
    nowhere = [tmp_path / name for name in ("none.parquet", "none.parquet", "out.parquet")]

    with pytest.raises(NotPortable):
        judge_parquet(plan_of(quota=[weekly]), *nowhere, **ASKED)
    with pytest.raises(InputError, match="engine: is not one of the choices: polars, duckdb"):
        judge_parquet(HOURS, *nowhere, **ASKED, engine="spark")
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- files as they come


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Return a folder with two people, and with records of both in files of several kinds.

    One training each: t1 has its hours, t2 has not.
    """
    pl.DataFrame({"id": ["t1", "t2"]}).write_parquet(tmp_path / "people.parquet")
    all_ = pl.DataFrame(trainings("t1", "t2")).with_columns(hours=pl.Series([5, 0]))
    (tmp_path / "years").mkdir()
    for place in (0, 1):
        all_[place : place + 1].write_parquet(tmp_path / "years" / f"{place}.parquet")
    (tmp_path / "years" / "_SUCCESS").touch()
    hive = tmp_path / "by-kind" / "kind=training"
    hive.mkdir(parents=True)
    all_.drop("kind").write_parquet(hive / "0.parquet")
    all_.write_parquet(tmp_path / "记录[2024].parquet")
    (tmp_path / "text.parquet").write_text("kind,day,bearer,hours\n")
    (tmp_path / "nothing.parquet").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "mixed").mkdir()
    all_.write_parquet(tmp_path / "mixed" / "0.parquet")
    later = all_.with_columns(pl.col("hours").cast(pl.Int32), room=pl.lit("A"))
    later.write_parquet(tmp_path / "mixed" / "1.parquet")
    return tmp_path


def judge_in(office: Path, records: str, out: str = "out.parquet", **rest: Any) -> list[Any]:
    judge_parquet(HOURS, office / "people.parquet", office / records, office / out, **ASKED, **rest)
    return sorted(pl.read_parquet(office / out).select("bearer", "status").rows())


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "records", ["years", "years/*.parquet", "y*/[01].parquet", "by-kind", "记录[2024].parquet"]
)
def test_a_folder_or_a_pattern_is_one_table(
    records: str, engine: str, parts: int, office: Path
) -> None:
    # Columns may stand in the names of folders, brackets in that of a file.
    found = judge_in(office, records, engine=engine, parts=parts)

    assert found == [("t1", "MET"), ("t2", "NOT_MET")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("records", "told"),
    [
        ("none.parquet", "records: there is no such parquet file"),
        ("none/*.parquet", "records: there is no such parquet file"),
        ("empty", "records: there is no such parquet file"),
        ("text.parquet", "records: text.parquet is not a whole parquet file"),
        ("nothing.parquet", "records: nothing.parquet is not a whole parquet file"),
        (
            "mixed",
            "records: its files differ in these columns or their types: hours, room; "
            "make them alike",
        ),
    ],
)
def test_files_that_cannot_be_read_are_refused_alike(
    records: str, told: str, engine: str, office: Path
) -> None:
    before = sorted(office.rglob("*"))
    with pytest.raises(InputError) as refused:
        judge_in(office, records, engine=engine)

    assert str(refused.value) == told
    assert sorted(office.rglob("*")) == before


def test_what_is_wrong_with_files_is_told_at_once_before_anything_is_judged(office: Path) -> None:
    steps: list[tuple[int, int]] = []
    with pytest.raises(InputError) as refused:
        judge_parquet(
            HOURS, office / "none.parquet", office / "text.parquet", office / "empty", **ASKED,
            progress=lambda done, of: steps.append((done, of)),
        )  # fmt: skip

    assert [fault.path for fault in refused.value.faults] == ["bearers", "records", "out"]
    assert steps == []


@pytest.mark.parametrize(
    ("out", "code"),
    [
        ("empty", "out-is-folder"),
        ("no/out.parquet", "out-no-folder"),
        ("people.parquet", "out-is-read"),
        ("years/1.parquet", "out-is-read"),
        ("empty/../years/1.parquet", "out-is-read"),
    ],
)
def test_a_place_that_will_not_do_is_refused_and_nothing_is_lost(
    out: str, code: str, office: Path
) -> None:
    before = {path: path.read_bytes() for path in office.rglob("*.parquet") if path.is_file()}
    with pytest.raises(InputError) as refused:
        judge_in(office, "years", out)

    assert [(fault.path, fault.code) for fault in refused.value.faults] == [("out", code)]
    assert before == {path: path.read_bytes() for path in before}


def test_a_folder_that_cannot_be_written_to_is_refused(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # an administrator may write anywhere
    with pytest.raises(InputError, match="out: lies in a folder that cannot be written to"):
        judge_in(office, "years")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"parts": 0}, "not-positive"),
        ({"parts": 1.5}, "not-whole"),
        ({"memory": "lots"}, "not-a-memory-size"),
        ({"memory": "4"}, "not-a-memory-size"),
        ({"only": "hours"}, "not-a-list"),
    ],
)
def test_what_is_asked_for_must_make_sense(asked: dict[str, Any], code: str, office: Path) -> None:
    with pytest.raises(InputError) as refused:
        judge_in(office, "years", **asked)

    assert [(fault.path, fault.code) for fault in refused.value.faults] == [(*asked, code)]


def test_it_is_told_in_chinese_throughout(office: Path) -> None:
    pl.DataFrame({**trainings("t1"), "day": ["2024-05-06"]}).write_parquet(office / "r.parquet")
    with pytest.raises(InputError) as refused:
        judge_in(office, "r.parquet")

    assert refused.value.message("zh") == "records.day: 应为日期列，而不是 String"
