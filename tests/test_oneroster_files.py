"""The files of OneRoster packages: in every way they come, hostile ones, and there and back."""

import csv
import struct
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eduplan import Group, Person, School, SheetError
from eduplan.dates import Period
from eduplan.imports.oneroster import Enrollment, Roster, Session, read_oneroster, scanning
from eduplan.imports.oneroster import packages as package_bounds
from oneroster_packages import (
    CLASSES,
    COURSES,
    ENROLLMENTS,
    JUNE,
    ORGS,
    SECRET,
    SESSIONS,
    USERS_1_1,
    Files,
    Table,
    changed,
    faults,
    package,
    read,
    spelled,
    zipped,
)

# ---------------------------------------------------------------- files as they come


DIALECTS: dict[str, Callable[[Table], bytes]] = {
    "byte order mark": lambda table: b"\xef\xbb\xbf" + spelled(table),
    "line feeds": lambda table: spelled(table, lineterminator="\n"),
    "carriage returns": lambda table: spelled(table, lineterminator="\r"),
    "all quoted": lambda table: spelled(table, quoting=csv.QUOTE_ALL),
    "no newline at the end": lambda table: spelled(table).rstrip(),
    "blank lines": lambda table: spelled(table).replace(b"\r\n", b"\r\n\r\n"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_csv_comes_in_many_ways(folder: Callable[..., Path], dialect: str) -> None:
    files = {name: DIALECTS[dialect](table) for name, table in package("1.1").items()}
    assert [one.name for one in read(folder(files)).people] == ["王芳", "Ming Li", "Hong Zhao"]


def test_a_cell_may_hold_lines_quotes_and_commas(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1", orgs=changed(ORGS, 3, name='First "A", \r\nNorth')))
    assert read(path).schools[1].name == 'First "A", \r\nNorth'


def test_pieces_may_end_anywhere(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(package("1.1", orgs=changed(ORGS, 3, name='"A",\r\n王')))
    whole = read(path)
    for size in (1, 2, 3, 7):
        monkeypatch.setattr(scanning, "_PIECE", size)
        again = read(path)
        assert again.people == whole.people
        assert again.schools == whole.schools


@pytest.mark.parametrize(
    ("encoding", "place"), [("utf-16", "roster/users.csv"), ("gb18030", "roster/users.csv!2")]
)
def test_another_encoding_is_refused_at_the_first_row_that_shows_it(
    folder: Callable[..., Path], encoding: str, place: str
) -> None:
    files: dict[str, Any] = package("1.1")
    files["users"] = spelled(USERS_1_1).decode().encode(encoding)
    assert faults(folder(files)) == {place: "not-utf8"}


def test_a_zip_is_read_like_a_folder(tmp_path: Path, folder: Callable[..., Path]) -> None:
    files = package("1.2")
    entries = {f"{name}.csv": spelled(table) for name, table in files.items()}
    entries["__MACOSX/._users.csv"] = b"x"
    packed = read(zipped(tmp_path / "roster.zip", entries))
    assert packed.people == read(folder(files)).people


@pytest.mark.parametrize("inside", ["roster/", "名册/", "export 2025\\"])
def test_the_files_of_a_zip_may_lie_in_one_folder(
    tmp_path: Path, folder: Callable[..., Path], inside: str
) -> None:
    # As a folder is packed by hand: on Windows (an old PowerShell writes backslashes), on macOS,
    # which adds files of its own, and by programs that list the folder too.
    files = package("1.2")
    entries = {f"{inside}{name}.csv": spelled(table) for name, table in files.items()}
    of_the_system = {".DS_Store": b"x", f"__MACOSX/{inside}._users.csv": b"x"}
    packed = read(zipped(tmp_path / "r.zip", {"roster/": b""} | entries | of_the_system))
    assert packed == read(folder(files))


def test_what_is_wrong_in_a_folder_of_a_zip_is_told_as_at_its_top(tmp_path: Path) -> None:
    files = package("1.1", users=changed(USERS_1_1, 2, role="wizard"))
    top = {f"{name}.csv": spelled(table) for name, table in files.items()}
    found = faults(zipped(tmp_path / "r.zip", top))
    inside = {f"roster/{name}": content for name, content in top.items()}
    assert faults(zipped(tmp_path / "r.zip", inside)) == found != {}


def test_the_files_of_a_folder_may_lie_in_one_folder(
    tmp_path: Path, folder: Callable[..., Path]
) -> None:
    # As a zip is unpacked: its folder within one that has the name of the zip.
    files = package("1.2")
    (tmp_path / "unpacked").mkdir()
    folder(files, "unpacked/名册")
    (tmp_path / "unpacked" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "unpacked" / "__MACOSX").mkdir()
    assert read(tmp_path / "unpacked") == read(folder(files))


def test_of_several_folders_in_a_folder_none_is_taken(
    tmp_path: Path, folder: Callable[..., Path]
) -> None:
    for year in "ab":
        (tmp_path / "years").mkdir(exist_ok=True)
        folder(package("1.2"), f"years/{year}")
    assert faults(tmp_path / "years") == {"years/manifest.csv": "oneroster-no-manifest"}
    (tmp_path / "deep" / "a").mkdir(parents=True)
    folder(package("1.2"), "deep/a/b")
    assert faults(tmp_path / "deep") == {"deep/manifest.csv": "oneroster-no-manifest"}


def test_files_at_the_top_of_a_folder_are_taken_and_folders_beside_them_left(
    folder: Callable[..., Path],
) -> None:
    path = folder(package("1.2"))
    folder(package("1.1"), "roster/last-year")
    assert read(path).version == "1.2"


def test_files_in_several_folders_of_a_zip_are_refused_once(tmp_path: Path) -> None:
    # Two exports packed together: nobody says which of them is meant.
    entries = {f"{year}/{name}": content for year in "ab" for name, content in good().items()}
    assert of_zip(tmp_path / "z.zip", entries) == {"b/manifest.csv": "oneroster-not-together"}
    deeper = {f"a/b/{name}": content for name, content in good().items()}
    assert of_zip(tmp_path / "z.zip", deeper) == {"a/b/manifest.csv": "oneroster-not-together"}


def test_a_package_may_be_named_by_text_too(folder: Callable[..., Path]) -> None:
    path = folder(package("1.1"))
    named = read_oneroster(
        str(path), day=JUNE, school_year="ends", last_day="included", changes=[str(path)]
    )
    assert named == read(path, changes=[path])


# ---------------------------------------------------------------- hostile files


def of_zip(path: Path, entries: Mapping[str, bytes]) -> dict[str, str]:
    started = time.process_time()
    found = faults(zipped(path, entries))
    assert time.process_time() - started < 1, "refused within bounds"
    return found


def good() -> dict[str, bytes]:
    return {f"{name}.csv": spelled(table) for name, table in package("1.1").items()}


@pytest.mark.parametrize("name", ["../users.csv", "/etc/users.csv", "a/users.csv", "..\\users.csv"])
def test_a_file_outside_the_top_is_refused(tmp_path: Path, name: str) -> None:
    found = of_zip(tmp_path / "z.zip", good() | {name: b"x"})
    assert set(found.values()) == {"oneroster-not-together"}
    assert [path.name for path in tmp_path.iterdir()] == ["z.zip"], "nothing is unpacked"


def test_what_unpacks_beyond_measure_is_refused_unread(tmp_path: Path) -> None:
    found = of_zip(tmp_path / "z.zip", good() | {"orgs.csv": b"a" * 30_000_000})
    assert found == {"": "oneroster-packed-too-much"}


def test_a_zip_that_lies_about_its_sizes_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"manifest.csv": b"propertyName,value\n" + b"," * 5_000_000})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<L", 19)
    path.write_bytes(bytes(content))
    assert "oneroster-not-zip" in faults(path).values() or "oneroster-version" in (
        faults(path).values()
    )


def test_too_large_a_table_is_refused_unread(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(package_bounds, "LARGEST_TABLE", 100)
    assert "file-too-large" in faults(folder(package("1.1"))).values()
    assert of_zip(tmp_path / "z.zip", good()) == {"": "file-too-large"}


def test_too_many_files_and_the_same_twice_are_refused(tmp_path: Path) -> None:
    many = {f"{n}.csv": b"" for n in range(300)}
    assert of_zip(tmp_path / "many.zip", good() | many) == {"": "oneroster-too-many-files"}
    path = zipped(tmp_path / "twice.zip", good())
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as packed,
    ):
        packed.writestr("users.csv", b"x")
    assert faults(path) == {"users.csv": "oneroster-file-twice"}


def test_what_is_no_zip_or_locked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "roster.zip"
    path.write_bytes(b"PK not really")
    assert faults(path) == {"": "oneroster-not-zip"}
    assert faults(tmp_path / "nowhere.zip") == {"": "no-such-file"}
    zipped(path, good())
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    path.write_bytes(bytes(content))
    assert set(faults(path).values()) == {"oneroster-encrypted"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "oneroster-no-header"),
        (b'sourcedId,name,type\n"s1' + b"x" * 3_000_000, "sheet-not-csv"),
        (b'sourcedId,name,type\ns1,"a"b,school\n', "sheet-not-csv"),
        (b"sourcedId,name,type" + b",metadata.x" * 5_000 + b"\n", "oneroster-too-wide"),
        (b"sourcedId,name,type\ns1," + b"x" * 5_000 + b",school\n", "text-too-long"),
        (b"sourcedId,name,type\ns\x001,x,school\n", "oneroster-not-an-id"),
    ],
)
def test_a_hostile_table_is_refused_in_no_time(
    folder: Callable[..., Path], content: bytes, code: str
) -> None:
    files: dict[str, Any] = package("1.1")
    files["orgs"] = content
    path = folder(files)
    started = time.process_time()
    assert code in faults(path).values()
    assert time.process_time() - started < 2


def test_many_faults_are_counted_and_not_all_listed(folder: Callable[..., Path]) -> None:
    users = [USERS_1_1[0], *[["", "", "", "s1", "teacher", "", "A", "B", "", ""]] * 1000]
    with pytest.raises(SheetError) as error:
        read(folder(package("1.1", users=users)))
    assert len(error.value.faults) <= 201
    assert error.value.faults[-1].code == "sheet-more-faults"


# ---------------------------------------------------------------- there and back

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")),
    min_size=1,
    max_size=6,
).filter(lambda text: text.strip() == text)
IDS = st.text("abc/@-._01", min_size=1, max_size=4)
DAYS = st.sampled_from([date(2025, 6, day) for day in range(1, 6)])


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Draw a small roster of version 1.1 that a package can state."""
    schools = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    users = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    groups = draw(st.lists(IDS, max_size=2, unique=True))
    people = [
        Person(
            id=key,
            name=f"{draw(IDS)} {draw(IDS)}",
            roles=[draw(st.sampled_from(["teacher", "student", "principal"][:2]))],
            school=(home := draw(st.sampled_from(schools))),
            facts={"org": (home,)},
        )
        for key in users
    ]
    enrollments = [
        Enrollment(
            id=f"e{index}",
            person=draw(st.sampled_from(users)),
            group=group,
            role=draw(st.sampled_from(["teacher", "student"])),
            primary=draw(st.sampled_from([None, True, False])),
            begins=draw(
                st.none() | st.just(date(2025, 5, 1)) | DAYS.map(lambda d: d - timedelta(9))
            ),
            ends=draw(st.none() | DAYS),
        )
        for index, group in enumerate(groups * draw(st.integers(0, 2)))
    ]
    day = draw(DAYS)
    classes = []
    for group in groups:
        there = [one for one in enrollments if one.group == group and one.holds_on(day)]
        names = draw(st.lists(WORDS.filter(lambda word: "," not in word), max_size=2, unique=True))
        classes.append(
            Group(
                id=group,
                name=draw(WORDS),
                type="class",
                school=draw(st.sampled_from(schools)),
                members=tuple(dict.fromkeys(o.person for o in there if o.role == "student")),
                facts={
                    "class_type": "scheduled",
                    "course": "Course",
                    "subject": tuple(names) or None,
                    "term": ("t",),
                    "teacher": tuple(dict.fromkeys(o.person for o in there if o.role == "teacher")),
                },
            )
        )
    session = Session(
        id="t",
        title="T",
        type="term",
        period=Period(date(2025, 2, 1), date(2025, 7, 1)),
        school_year=2024,
    )
    orgs = [School(id=key, name=draw(WORDS), type="school") for key in schools]
    return Roster(
        version="1.1",
        day=day,
        people=tuple(people),
        schools=tuple(orgs),
        classes=tuple(classes),
        sessions=(session,),
        enrollments=tuple(enrollments),
        withdrawn={},
    )


def stated(roster: Roster) -> Files:
    """Return the files that state a roster."""

    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    def words(value: object) -> str:
        return ",".join(value) if isinstance(value, tuple) else ""

    schools = {one.id: one.school for one in roster.classes}
    return package(
        "1.1",
        orgs=[["sourcedId", "name", "type"], *[[o.id, o.name, o.type] for o in roster.schools]],
        users=[
            ["sourcedId", "givenName", "familyName", "role", "orgSourcedIds", "password"],
            *[[p.id, *p.name.split(" "), p.roles[0], p.school, SECRET] for p in roster.people],
        ],
        academicSessions=[
            SESSIONS[0],
            *[
                [s.id, s.title, s.type, day(s.period.start), day(s.period.last), "", "2025"]
                for s in roster.sessions
            ],
        ],
        courses=[COURSES[0], ["c", "Course", "", roster.schools[0].id]],
        classes=[
            CLASSES[0],
            *[
                [g.id, g.name, "", "c", "scheduled", g.school, "t", words(g.get("subject"))]
                for g in roster.classes
            ],
        ],
        enrollments=[
            ENROLLMENTS[0],
            *[
                [
                    e.id,
                    e.group,
                    schools[e.group],
                    e.person,
                    e.role,
                    {None: "", True: "true", False: "false"}[e.primary],
                    day(e.begins),
                    day(e.ends),
                ]
                for e in roster.enrollments
            ],
        ],
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roster=rosters(), dialect=st.sampled_from(sorted(DIALECTS)))
def test_what_is_stated_is_what_is_read(tmp_path: Path, roster: Roster, dialect: str) -> None:
    entries = {f"{n}.csv": DIALECTS[dialect](table) for n, table in stated(roster).items()}
    assert read(zipped(tmp_path / "r.zip", entries), day=roster.day) == roster
