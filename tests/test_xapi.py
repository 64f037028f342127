"""Statements of xAPI as records.

The statements have the shape of the published specification: Experience API 1.0.3, Part Two, "Data"
(https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md), which IEEE 9274.1.1 (xAPI 2.0)
keeps; numbers such as 2.3.2 are its sections. Everybody in them is invented.
"""

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from hashlib import sha1
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import InputError, Person, Record, Register, SheetError, evaluate, load_plan
from eduplan.imports.xapi import Identity, Meaning, Statements, read_xapi
from eduplan.messages import LANGUAGES

Statement = dict[str, Any]

HR = "https://hr.example.org"
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
ATTENDED = "http://adlnet.gov/expapi/verbs/attended"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
COURSE = "http://adlnet.gov/expapi/activities/course"
LESSON = "http://adlnet.gov/expapi/activities/lesson"
TIER = "https://bureau.example.org/xapi/tier"
NAME, STAFF_NUMBER, ADDRESS = "王芳", "310101199003071234", "mailto:wangfang@example.org"

KINDS = [
    Meaning(verb=COMPLETED, activity_type=COURSE, kind="training"),
    Meaning(verb=ATTENDED, activity_type=LESSON, kind="lesson-observation"),
]
ACCOUNTS = Identity(by="account", home_page=HR)


def key(number: int) -> str:
    return str(UUID(int=number + 1, version=4))


def account(name: str = "t1") -> Statement:
    return {"objectType": "Agent", "name": NAME, "account": {"homePage": HR, "name": name}}


def statement(number: int = 0, **more: Any) -> Statement:
    """Return a statement that somebody has completed a course; None leaves a part out."""
    made = {
        "id": key(number),
        "actor": account(),
        "verb": {"id": COMPLETED, "display": {"en-US": "completed", "zh-CN": "完成"}},
        "object": {"id": f"https://courses.example.org/{number}", "definition": {"type": COURSE}},
        "timestamp": "2025-03-04T02:00:00Z",
        **more,
    }
    return {name: part for name, part in made.items() if part is not None}


def voiding(number: int, target: int) -> Statement:
    thing = {"objectType": "StatementRef", "id": key(target)}
    return statement(number, verb={"id": VOIDED}, object=thing)


def read(source: Any, **more: Any) -> Statements:
    declared: dict[str, Any] = {"identity": ACCOUNTS, "zone": "Asia/Shanghai", "kinds": KINDS}
    return read_xapi(source, **{**declared, **more})


def faults_of(source: Any, **more: Any) -> dict[str, str]:
    """Return the faults of a source, by place; no message repeats who or what it is about."""
    with pytest.raises(SheetError) as caught:
        read(source, **more)
    for lang in LANGUAGES:
        told = caught.value.message(lang)
        for personal in (NAME, STAFF_NUMBER, "wangfang", "elsewhere"):
            assert personal not in told
    return {
        fault.path if fault.line is None else f"{fault.line}:{fault.path}": fault.code
        for fault in caught.value.faults
    }


# ---------------------------------------------------------------- what becomes what


def test_a_statement_becomes_a_record() -> None:
    made = statement(
        actor=account("t7"),
        result={
            "score": {"scaled": 0.95, "raw": 95, "min": 0, "max": 100},
            "success": True,
            "completion": True,
            "duration": "PT1H20M",
        },
        context={"extensions": {TIER: "county", "https://other.example.org": {"any": None}}},
        version="1.0.3",
    )

    (record,) = read([made], extensions={TIER: "tier"}).records

    assert record == Record(
        id=key(0),
        kind="training",
        day=date(2025, 3, 4),
        bearer="t7",
        facts={
            "activity": "https://courses.example.org/0",
            "hours": Fraction(4, 3),
            "passed": True,
            "score": Fraction(19, 20),
            "tier": "county",
        },
    )


@pytest.mark.parametrize(
    ("verb", "thing", "kind"),
    [
        (COMPLETED, {"definition": {"type": COURSE}}, "training"),
        (ATTENDED, {"definition": {"type": LESSON}}, "lesson-observation"),
        (ATTENDED, {"objectType": "Activity", "definition": {"type": LESSON}}, "lesson-observation"),
        (ATTENDED, {"definition": {"type": COURSE}}, None),
        (COMPLETED, {"definition": {"name": {"en": "A course"}}}, None),
        (COMPLETED, {}, None),
        # Of a person, another statement or one within (2.4.4.2, 2.4.4.3) nothing is a course.
        (COMPLETED, {"objectType": "Agent", "mbox": ADDRESS}, None),
        (COMPLETED, {"objectType": "SubStatement", "verb": {"id": ATTENDED}}, None),
    ],
)  # fmt: skip
def test_verb_and_type_of_activity_tell_the_kind(
    verb: str, thing: Statement, kind: str | None
) -> None:
    found = read([statement(verb={"id": verb}, object={"id": "https://a.example.org", **thing})])

    assert [record.kind for record in found.records] == ([kind] if kind else [])
    assert sum(found.passed_over.values()) == (0 if kind else 1)


def test_what_has_no_declared_meaning_is_counted_by_verb_and_type() -> None:
    found = read([statement(), *(statement(n, verb={"id": ATTENDED}) for n in (1, 2))])

    assert found.passed_over == {(ATTENDED, COURSE): 2}
    assert repr(found) == "<Statements: 1 records, 0 voided, 0 doubled, 2 passed over>"


def test_the_first_meaning_that_fits_holds() -> None:
    anything = {"verb": COMPLETED, "kind": "study"}

    (course, other) = read(
        [statement(), statement(1, object={"id": "https://a.example.org"})],
        kinds=[*KINDS, anything],
    ).records

    assert (course.kind, other.kind) == ("training", "study")


@pytest.mark.parametrize(
    ("result", "table", "facts"),
    [
        ({"success": False, "completion": True}, {"success": "passed", "completion": "passed"}, {"passed": False}),
        ({"completion": True}, {"success": "passed", "completion": "passed"}, {"passed": True}),
        ({"completion": True}, {"success": "passed"}, {}),
        ({"score": {"raw": 88.5, "min": 0}}, {"score.raw": "mark"}, {"mark": Fraction(177, 2)}),
        ({"score": {}}, {"score.scaled": "score"}, {}),
        ({}, {"duration": "hours"}, {}),
        ({"duration": "PT0S"}, {"duration": "hours"}, {"hours": 0}),
    ],
)  # fmt: skip
def test_results_become_the_facts_that_are_declared_and_absent_is_absent(
    result: Statement, table: Mapping[str, str], facts: Statement
) -> None:
    (record,) = read([statement(result=result)], results=table).records

    assert {name: fact for name, fact in record.facts.items() if name != "activity"} == facts


def test_an_extension_may_hold_several_values_or_nothing() -> None:
    """Null is allowed within extensions (2.2) and says nothing."""
    several = statement(context={"extensions": {TIER: ["county", "city"]}})
    nothing = statement(1, context={"extensions": {TIER: None}})

    one, other = read([several, nothing], extensions={TIER: "tier"}).records

    assert one.get("tier") == ("county", "city")
    assert other.get("tier") is None


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("timestamp", "zone", "day"),
    [
        # Shanghai is eight hours ahead of UTC: its 2 June begins at 16:00 of 1 June there.
        ("2025-06-01T15:59:59.999Z", "Asia/Shanghai", date(2025, 6, 1)),
        ("2025-06-01T16:00:00Z", "Asia/Shanghai", date(2025, 6, 2)),
        ("2025-06-01T16:00:00+00:00", "Asia/Shanghai", date(2025, 6, 2)),
        ("2025-06-02T00:00:00+08:00", "Asia/Shanghai", date(2025, 6, 2)),
        ("2025-06-01T23:59:59.123456789+0800", "Asia/Shanghai", date(2025, 6, 1)),
        ("2025-06-01T12:00:00-05", "Asia/Shanghai", date(2025, 6, 2)),
        # Urumqi's local usage is six hours ahead.
        ("2025-06-01T17:30:00Z", "Asia/Urumqi", date(2025, 6, 1)),
        ("2025-06-01T18:00:00Z", "Asia/Urumqi", date(2025, 6, 2)),
        # New York is four hours behind in summer and five in winter.
        ("2025-07-01T03:59:59Z", "America/New_York", date(2025, 6, 30)),
        ("2025-01-01T04:30:00Z", "America/New_York", date(2024, 12, 31)),
        # The leap second at the end of 2016 was 07:59:60 of 1 January in Shanghai.
        ("2016-12-31T23:59:60Z", "Asia/Shanghai", date(2017, 1, 1)),
    ],
)
def test_a_record_counts_on_the_day_of_the_declared_zone(
    timestamp: str, zone: str, day: date
) -> None:
    (record,) = read([statement(timestamp=timestamp)], zone=zone).records

    assert record.day == day


def test_a_statement_without_timestamp_is_of_the_time_when_it_was_stored() -> None:
    """2.4.7: the store sets a timestamp that is left out to the time of storing."""
    made = statement(timestamp=None, stored="2025-06-01T16:00:00Z")

    assert read([made]).records[0].day == date(2025, 6, 2)


@pytest.mark.parametrize(
    ("timestamp", "code"),
    [
        ("2025-06-01T16:00:00", "xapi-no-zone"),
        ("2025-06-01T16:00:00-00:00", "xapi-no-zone"),
        ("2025-06-01", "xapi-not-a-time"),
        ("2025-06-31T16:00:00Z", "xapi-not-a-time"),
        ("2025-06-01T25:00:00Z", "xapi-not-a-time"),
        ("0001-01-01T00:00:00+10:00", "xapi-not-a-time"),
        ("now", "xapi-not-a-time"),
        (1748793600, "not-text"),
        (["2025-06-01T16:00:00Z"], "not-text"),
    ],
)
def test_a_time_that_tells_no_day_is_a_fault(timestamp: object, code: str) -> None:
    assert faults_of([statement(timestamp=timestamp)]) == {"statements[0].timestamp": code}


def test_a_time_is_needed() -> None:
    assert faults_of([statement(timestamp=None)]) == {"statements[0].timestamp": "xapi-no-time"}


# ---------------------------------------------------------------- how long


@pytest.mark.parametrize(
    ("duration", "hours"),
    [
        # Three of the examples of 4.6: 4 h 35 min 59.14 s are 16,559.14 s; and four weeks.
        ("PT4H35M59.14S", Fraction(1_655_914, 360_000)),
        ("P16559.14S", Fraction(1_655_914, 360_000)),
        ("P4W", 672),
        ("PT1H0M0S", 1),
        ("PT1234S", Fraction(1234, 3600)),
        ("PT90M", Fraction(3, 2)),
        ("PT0.1H", Fraction(1, 10)),
        ("PT0,1H", Fraction(1, 10)),
        ("P1DT2H", 26),
        ("P0Y0M0DT1H", 1),
        ("PT20M", Fraction(1, 3)),
    ],
)
def test_durations_are_hours_exactly(duration: str, hours: Fraction | int) -> None:
    (record,) = read([statement(result={"duration": duration})]).records

    assert record.get("hours") == hours


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 99999))
def test_any_duration_is_the_sum_of_its_parts(hours: int, minutes: int, cents: int) -> None:
    duration = f"PT{hours}H{minutes}M{cents // 100}.{cents % 100:02}S"

    (record,) = read([statement(result={"duration": duration})]).records

    assert Fraction(str(record.get("hours"))) * 360_000 == hours * 360_000 + minutes * 6_000 + cents


@pytest.mark.parametrize(
    ("duration", "code"),
    [
        ("P3Y1M29DT4H35M59.14S", "xapi-no-hours"),
        ("P3Y", "xapi-no-hours"),
        ("P1M", "xapi-no-hours"),
        ("P4W1D", "xapi-not-a-duration"),  # an example of what is not valid, 4.6
        ("PT1.5H30M", "xapi-not-a-duration"),  # only the smallest part may have a fraction
        ("P", "xapi-not-a-duration"),
        ("PT", "xapi-not-a-duration"),
        ("P1DT", "xapi-not-a-duration"),
        ("1H", "xapi-not-a-duration"),
        ("PT-1H", "xapi-not-a-duration"),
        ("P0000-00-00T01:00:00", "xapi-not-a-duration"),  # the alternative format, 4.6
        ("", "xapi-not-a-duration"),
        (90, "not-text"),
        (None, "not-text"),
    ],
)
def test_what_has_no_number_of_hours_is_a_fault(duration: object, code: str) -> None:
    found = faults_of([statement(result={"duration": duration})])

    assert found == {"statements[0].result.duration": code}


# ---------------------------------------------------------------- who


def test_a_group_without_an_identifier_is_its_members() -> None:
    """2.4.2.2: an anonymous group lists its members, in no order."""
    group = {"objectType": "Group", "member": [account("t2"), account("t1"), account("t2")]}

    (record,) = read([statement(actor=group)]).records

    assert record.bearer == ("t2", "t1")


@pytest.mark.parametrize(
    ("identity", "actor", "bearer"),
    [
        (Identity(by="mbox"), {"mbox": "mailto:wangfang@Example.ORG"}, "wangfang@example.org"),
        (Identity(by="mbox", ids={"mailto:wangfang@EXAMPLE.org": "t9"}), {"mbox": ADDRESS}, "t9"),
        (Identity(by="openid"), {"openid": "https://id.example.org/9"}, "https://id.example.org/9"),
        (Identity(by="account", home_page=HR, ids={STAFF_NUMBER: "t9"}), account(STAFF_NUMBER), "t9"),
        (
            Identity(by="mbox_sha1sum", ids={sha1(ADDRESS.encode()).hexdigest(): "t9"}),
            {"mbox_sha1sum": sha1(ADDRESS.encode()).hexdigest().upper()},
            "t9",
        ),
    ],
)  # fmt: skip
def test_the_declared_identifier_says_who_it_is(
    identity: Identity, actor: Statement, bearer: str
) -> None:
    (record,) = read([statement(actor=actor)], identity=identity).records

    assert record.bearer == bearer
    assert "wangfang" not in repr(identity)


KNOWN = Identity(by="account", home_page=HR, ids={"t1": "t1"})


@pytest.mark.parametrize(
    ("actor", "identity", "place", "code"),
    [
        ({"mbox": ADDRESS}, ACCOUNTS, "", "xapi-actor-otherwise"),
        ({"name": NAME}, ACCOUNTS, "", "xapi-actor-none"),
        ({**account(), "mbox": ADDRESS}, ACCOUNTS, "", "xapi-actor-several"),
        (account() | {"account": {"homePage": "https://elsewhere.example.org", "name": "t1"}}, ACCOUNTS, ".account.homePage", "xapi-other-home"),
        ({"account": STAFF_NUMBER}, ACCOUNTS, ".account", "not-a-table"),
        ({"account": {"homePage": HR}}, ACCOUNTS, ".account", "not-text"),
        (account(" "), ACCOUNTS, ".account", "xapi-not-an-identifier"),
        (account(STAFF_NUMBER), KNOWN, ".account", "xapi-actor-unknown"),
        ({"mbox": "wangfang@example.org"}, Identity(by="mbox"), ".mbox", "xapi-not-an-identifier"),
        ({"mbox_sha1sum": "wangfang"}, Identity(by="mbox_sha1sum"), ".mbox_sha1sum", "xapi-not-an-identifier"),
        ({**account(), "objectType": "Group", "member": [account()]}, ACCOUNTS, "", "xapi-group"),
        ({"objectType": "Group", "name": NAME}, ACCOUNTS, ".member", "xapi-no-members"),
        ({"objectType": "Group", "member": []}, ACCOUNTS, ".member", "xapi-no-members"),
        ({"objectType": "Group", "member": [account(), {"mbox": ADDRESS}]}, ACCOUNTS, ".member[1]", "xapi-actor-otherwise"),
        ({"objectType": "Group", "member": [{"objectType": "Group"}]}, ACCOUNTS, ".member[0]", "xapi-no-agent"),
        ({"objectType": "Activity"}, ACCOUNTS, ".objectType", "not-one-of"),
        (NAME, ACCOUNTS, "", "not-a-table"),
    ],
)  # fmt: skip
def test_who_cannot_be_told_is_a_fault_and_is_not_guessed(
    actor: object, identity: Identity, place: str, code: str
) -> None:
    found = faults_of([statement(actor=actor)], identity=identity)

    assert found == {f"statements[0].actor{place}": code}


# ---------------------------------------------------------------- voided, and twice


@given(st.permutations([statement(0), statement(1), voiding(2, 0), voiding(3, 2)]))
def test_a_voided_statement_is_left_out_wherever_the_other_stands(given: list[Statement]) -> None:
    """2.3.2: a voiding statement cannot itself be voided, so 3 has no effect upon 2."""
    found = read(given)

    assert [record.id for record in found.records] == [key(1)]
    assert found.voided == 1
    assert found.passed_over == {}


def test_what_is_voided_may_be_faulty_and_may_be_elsewhere() -> None:
    """2.3.2: that what is voided is not at hand is no reason to refuse what voids it."""
    faulty = statement(0, timestamp="yesterday", result={"duration": "long"})

    found = read([faulty, voiding(1, 0), voiding(2, 77), statement(3)])

    assert [record.id for record in found.records] == [key(3)]


@pytest.mark.parametrize(
    ("thing", "place", "code"),
    [
        ({"id": key(0)}, ".objectType", "xapi-voids-nothing"),
        ({"objectType": "StatementRef", "id": "all"}, "", "xapi-not-an-id"),
        ({"objectType": "StatementRef"}, "", "xapi-no-id"),
    ],
)
def test_a_voiding_statement_that_voids_nothing_is_a_fault(
    thing: Statement, place: str, code: str
) -> None:
    found = faults_of([statement(0), statement(1, verb={"id": VOIDED}, object=thing)])

    assert found == {f"statements[1].object{place}": code}


def test_the_same_statement_twice_is_one() -> None:
    """2.3.1: a time may come back in another zone, a verb with other words, an id in capitals."""
    again = statement(
        id=key(0).upper(),
        timestamp="2025-03-04T10:00:00.000+08:00",
        verb={"id": COMPLETED},
        stored="2025-03-05T00:00:00Z",
        authority={"mbox": "mailto:store@example.org"},
    )

    found = read([statement(), again, statement(1)])

    assert [record.id for record in found.records] == [key(0), key(1)]
    assert found.doubled == 1


def test_two_statements_with_one_id_that_say_different_things_are_a_fault() -> None:
    longer = statement(result={"duration": "PT40H"})

    assert faults_of([statement(), statement(1), longer]) == {
        "statements[2].id": "xapi-twice-differs"
    }


# ---------------------------------------------------------------- what is no statement


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"id": None}, ".id", "xapi-no-id"),
        ({"id": "1"}, ".id", "xapi-not-an-id"),
        ({"id": 1}, ".id", "xapi-not-an-id"),
        ({"actor": None}, ".actor", "missing-key"),
        ({"verb": None}, ".verb", "missing-key"),
        ({"verb": COMPLETED}, ".verb", "not-a-table"),
        ({"verb": {}}, ".verb.id", "missing-key"),
        ({"verb": {"id": ""}}, ".verb.id", "empty-text"),
        ({"object": None}, ".object", "missing-key"),
        ({"object": {}}, ".object.id", "missing-key"),
        ({"object": {"id": 7}}, ".object.id", "not-text"),
        ({"object": {"objectType": "Course", "id": "x"}}, ".object.objectType", "not-one-of"),
        ({"object": {"id": "x", "definition": COURSE}}, ".object.definition", "not-a-table"),
        ({"result": "passed"}, ".result", "not-a-table"),
        ({"result": {"success": "true"}}, ".result.success", "not-a-flag"),
        ({"result": {"success": None}}, ".result.success", "not-a-flag"),
        ({"result": {"score": 1}}, ".result.score", "not-a-table"),
        ({"result": {"score": {"scaled": "0.9"}}}, ".result.score.scaled", "not-a-number"),
        ({"result": {"score": {"scaled": 95}}}, ".result.score.scaled", "xapi-not-scaled"),
        ({"result": {"score": {"scaled": -1.01}}}, ".result.score.scaled", "xapi-not-scaled"),
        ({"context": []}, ".context", "not-a-table"),
        ({"context": {"extensions": []}}, ".context.extensions", "not-a-table"),
        ({"context": {"extensions": {TIER: {"zh": NAME}}}}, f".context.extensions.{TIER}", "not-a-fact"),
        ({"version": "0.95"}, ".version", "xapi-version"),
        ({"version": 2}, ".version", "xapi-version"),
        ({"staff": NAME}, "", "xapi-property"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_place(change: Statement, place: str, code: str) -> None:
    found = faults_of([statement(1), statement(**change)], extensions={TIER: "tier"})

    assert found == {f"statements[1]{place}": code}


@pytest.mark.parametrize("version", ["1.0.0", "1.0.3", "2.0.0", "2.0"])
def test_both_versions_are_read(version: str) -> None:
    agents = [{"objectType": "contextAgent", "agent": account()}]  # of 2.0
    made = statement(version=version, context={"contextAgents": agents})

    assert len(read([made]).records) == 1


def test_all_faults_are_told_at_once_and_nothing_is_returned() -> None:
    found = faults_of(
        [
            statement(0, timestamp="today", actor={"mbox": ADDRESS}),
            "no statement",
            statement(2),
            {},
        ]
    )

    assert found == {
        "statements[0].timestamp": "xapi-not-a-time",
        "statements[0].actor": "xapi-actor-otherwise",
        "statements[1]": "not-a-table",
        "statements[3].id": "xapi-no-id",
        "statements[3].actor": "missing-key",
        "statements[3].verb": "missing-key",
        "statements[3].object": "missing-key",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)  # fmt: skip
PARTS = ("id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "version")


@given(st.lists(st.dictionaries(st.sampled_from(PARTS), JSON, max_size=3), max_size=3))
def test_whatever_stands_there_is_read_or_refused(changes: list[Statement]) -> None:
    given = [{**statement(number), **change} for number, change in enumerate(changes)]
    try:
        found = read(given)
    except SheetError:
        return
    assert len(found.records) + sum(found.passed_over.values()) + found.doubled == len(given)


# ---------------------------------------------------------------- files


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_arrays_lines_and_answers_say_the_same(tmp_path: Path) -> None:
    given = [statement(0, result={"score": {"scaled": 0.1}}), statement(1), voiding(2, 1)]
    texts = [json.dumps(one, ensure_ascii=False) for one in given]
    paths = [
        write(tmp_path, "array.json", "\ufeff" + json.dumps(given)),
        write(tmp_path, "lines.jsonl", "\n\n".join(texts)),
        write(tmp_path, "lines.ndjson", "\r\n".join(texts) + "\r\n"),
        # Part Three, 2.1: a server answers a query with an object, and says if there is more.
        write(tmp_path, "answer.json", json.dumps({"statements": given, "more": ""})),
    ]

    found = [read(path) for path in paths]

    assert [one.records for one in found] == [read(given).records] * 4
    assert found[0].records[0].get("score") == Fraction(1, 10)
    assert found[1].records[0].origin == "lines.jsonl!1"
    assert found[3].records[0].origin == "answer.json!statements[0]"


def test_a_file_may_be_named_by_text_too(tmp_path: Path) -> None:
    path = write(tmp_path, "array.json", json.dumps([statement(0)]))

    assert read(str(path)).records == read(path).records


def test_a_line_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    lines = [
        json.dumps(statement(0)),
        '{"id": ',
        json.dumps(statement(1, timestamp=NAME)),
        '{"id": "a", "id": "b"}',
        '{"version": NaN}',
        "[]",
    ]
    path = write(tmp_path, "lines.jsonl", "\n".join(lines))

    assert faults_of(path) == {
        "2:": "not-json",
        "3:timestamp": "xapi-not-a-time",
        "4:": "key-twice",
        "5:": "not-finite",
        "6:": "not-a-table",
    }


@pytest.mark.parametrize(
    ("name", "content", "faults"),
    [
        ("a.json", "{}", {"": "not-a-list"}),
        ("a.json", "[", {"": "not-json"}),
        ("a.json", b"\xff\xfe", {"": "not-utf8"}),
        ("a.json", "[" * 100_000, {"": "json-too-deep"}),
        ("a.json", '{"statements": 1}', {"statements": "not-a-list"}),
        ("a.json", '{"statements": [], "more": "/xapi/more/1"}', {"more": "xapi-more"}),
        ("a.json", '{"statements": [{}]}', {
            "statements[0].id": "xapi-no-id", "statements[0].actor": "missing-key",
            "statements[0].verb": "missing-key", "statements[0].object": "missing-key",
        }),
        ("a.xml", "<a/>", {"": "unknown-suffix"}),
    ],
)  # fmt: skip
def test_a_file_of_another_make_is_refused(
    tmp_path: Path, name: str, content: str | bytes, faults: Mapping[str, str]
) -> None:
    assert faults_of(write(tmp_path, name, content)) == faults


@pytest.mark.parametrize("name", ["absent.json", "absent.jsonl"])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    assert faults_of(tmp_path / name) == {"": "no-such-file"}


# ---------------------------------------------------------------- what is declared


def test_faults_in_what_is_declared_are_told_at_once() -> None:
    found = faults_of(
        [],
        zone="Mars/Olympus",
        kinds=[{"verb": COMPLETED}, {"verb": "", "kind": "Training"}],
        results={"length": "hours", "success": "day"},
        extensions={TIER: "Tier"},
    )

    assert found == {
        "kinds[0].kind": "missing-key",
        "kinds[1].verb": "empty-text",
        "kinds[1].kind": "not-a-name",
        "zone": "xapi-zone",
        "results.length": "not-one-of",
        "results.success": "xapi-own-fact",
        f"extensions.{TIER}": "not-a-name",
    }


@pytest.mark.parametrize(
    "declared", [{"by": "account"}, {"by": "mbox", "home_page": HR}, {"by": "name"}]
)
def test_how_people_are_known_must_be_said_whole(declared: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Identity(**declared)


def test_one_statement_is_no_list_of_them() -> None:
    assert faults_of(statement()) == {"": "not-a-list"}


# ---------------------------------------------------------------- to the verdict


def test_hours_of_statements_count_for_a_duty() -> None:
    """360 hours in five years: 320 are registered, and 40 times one hour of statements."""
    given = [statement(n, result={"duration": "PT60M", "success": True}) for n in range(40)]
    found = read(given, results={"duration": "hours", "success": "certified"})
    before = Record(
        id="r1", kind="training", day=date(2023, 7, 3), bearer="t1",
        facts={"hours": 320, "certified": True},
    )  # fmt: skip
    plan = load_plan("county-six-year").answer(
        {"training-cycle": "five-year-plan", "hours-that-count": "passed"}
    )
    teacher = Person(id="t1", roles=["teacher"], stage="primary")

    (verdict,) = evaluate(
        plan,
        [teacher],
        Register([before, *found.records]),
        as_of=date(2025, 6, 2),
        only=["training-hours"],
    )

    assert (verdict.status, verdict.value) == ("MET", 360)
