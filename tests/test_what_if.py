"""What if: plans with changes, and which verdicts would change, counted by school."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import Run
from eduplan import (
    Comparison,
    EduplanError,
    Period,
    Person,
    Plan,
    PlanFileError,
    Register,
    School,
    Status,
    available_plans,
    compare,
    diff,
    dump_toml,
    load_plan,
    plan_from_table,
)
from eduplan.messages import LANGUAGES
from eduplan.provisions import Unanswered

TEXT = {"zh": "培训", "en": "Training"}
Y2026, Y2027, Y2028, Y2029 = (date(year, 1, 1) for year in (2026, 2027, 2028, 2029))
Table = dict[str, Any]


def quota(name: str = "hours", **changes: Any) -> Table:
    return {
        "id": name,
        "clause": "三",
        "title": TEXT,
        "measure": {"sum": "hours", "of": "training"},
        "every": {"cycle": "5 years", "grid": date(2024, 1, 1)},
        "at_least": 360,
        **changes,
    }


def plan(*quotas: Table, **more: Any) -> Plan:
    return plan_from_table(
        {
            "plan": {"id": "county", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": number, "gist": TEXT} for number in "三四"],
            "quota": list(quotas) or [quota()],
            **more,
        }
    )


def version(since: date, **keys: Any) -> Table:
    return {"from": since, **keys}


ASKS = {"id": "how-many", "clause": "三", "asks": TEXT, "expects": "number"}


# ------------------------------------------------------------------------------------- with changes

CHANGES: dict[str, tuple[Table, Table, dict[str, Any], Table]] = {
    "a number in the place of another": ({}, {"at_least": 400}, {}, {"at_least": 400}),
    "a key that is left out": ({"exempt": {"on_leave": True}}, {"exempt": None}, {}, {}),
    "from a day on": (
        {},
        {"at_least": 400},
        {"since": Y2027},
        {"governs": "period-start", "version": [version(Y2027, at_least=400)]},
    ),
    "from a day on, by the day of judgement": (
        {},
        {"at_least": 400, "clause": "四"},
        {"since": "2027-01-01", "governs": "as-of"},
        {"governs": "as-of", "version": [version(Y2027, at_least=400, clause="四")]},
    ),
    "without a key from a day on": (
        {"exempt": {"on_leave": True}},
        {"exempt": None},
        {"since": Y2027},
        {"exempt": {"on_leave": True}, "governs": "period-start", "version": [version(Y2027, no_longer=["exempt"])]},
    ),
    "after another version, whose changes go on": (
        {"governs": "as-of", "version": [version(Y2026, force="must", at_least=380)]},
        {"at_least": 400},
        {"since": Y2027},
        {
            "governs": "as-of",
            "version": [version(Y2026, force="must", at_least=380), version(Y2027, force="must", at_least=400)],
        },
    ),
    "on the day of another version": (
        {"governs": "as-of", "version": [version(Y2027, force="must", at_least=380)]},
        {"at_least": 400},
        {"since": Y2027},
        {"governs": "as-of", "version": [version(Y2027, force="must", at_least=400)]},
    ),
    "before others, which keep what they state": (
        {"governs": "as-of", "version": [version(Y2028, force="must"), version(Y2029, at_least=420)]},
        {"at_least": 400},
        {"since": Y2027},
        {
            "governs": "as-of",
            "version": [
                version(Y2027, at_least=400),
                version(Y2028, force="must", at_least=400),
                version(Y2029, at_least=420),
            ],
        },
    ),
    "a key that a version had left out comes back": (
        {"exempt": {"on_leave": True}, "governs": "as-of", "version": [version(Y2026, no_longer=["exempt"])]},
        {"exempt": {"ill": True}},
        {"since": Y2027},
        {
            "exempt": {"on_leave": True},
            "governs": "as-of",
            "version": [version(Y2026, no_longer=["exempt"]), version(Y2027, exempt={"ill": True})],
        },
    ),
    "another rule for all versions": (
        {"governs": "as-of", "version": [version(Y2028, force="must")]},
        {"at_least": 400},
        {"since": Y2027, "governs": "period-start"},
        {
            "governs": "period-start",
            "version": [version(Y2027, at_least=400), version(Y2028, force="must", at_least=400)],
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "changes", "how", "after"), CHANGES.values(), ids=CHANGES)
def test_a_change_gives_the_plan_a_file_would(
    before: Table, changes: Table, how: dict[str, Any], after: Table
) -> None:
    changed = plan(quota(**before)).with_changes({"hours": changes}, **how)

    assert changed == plan(quota(**after))
    assert plan_from_table(tomllib.loads(dump_toml(changed))) == changed


def test_the_plan_itself_stays_as_it_is() -> None:
    before = plan()
    before.with_changes({"hours": {"at_least": 400}})

    assert before == plan()


def test_a_number_may_come_in_the_place_of_a_question_which_is_then_not_asked() -> None:
    asking = plan(quota(at_least="?how-many"), question=[ASKS], answers={"how-many": 300})
    settled = asking.with_changes({"hours": {"at_least": 400}})

    assert settled == plan(quota(at_least=400))


def test_a_provision_that_waits_for_an_answer_may_change_from_a_day_on() -> None:
    asking = plan(quota(at_least="?how-many"), question=[ASKS])
    later = asking.with_changes({"hours": {"at_least": 400}}, since=Y2027)

    assert isinstance(later.provisions[0], Unanswered)
    told = later.answer({"how-many": 360}).provision("hours")
    assert told.on(Y2026).at_least[0].amount == 360  # type: ignore[union-attr]
    assert told.on(Y2027).at_least[0].amount == 400  # type: ignore[union-attr]


def test_a_derived_plan_with_changes_goes_on_citing_its_parent() -> None:
    table = {
        "plan": {"id": "school", "title": TEXT, "extends": plan()},
        "document": {"title": TEXT},
        "clause": [{"number": "五", "gist": TEXT}],
    }
    school = plan_from_table(table)
    changed = school.with_changes({"hours": {"at_least": 400, "clause": "五"}})

    assert changed.provisions[0].clause == ("五", "三@county")
    written = tomllib.loads(dump_toml(changed))
    assert written["quota"] == [{"id": "hours", "clause": ["五"], "at_least": [{"amount": 400}]}]
    written["plan"]["extends"] = plan()
    assert plan_from_table(written) == changed


@given(
    st.sampled_from([None, Y2027]),
    st.dictionaries(
        st.sampled_from(["hours", "lessons"]),
        st.fixed_dictionaries(
            {"at_least": st.integers(0, 3)},
            optional={"force": st.sampled_from(["must", "shall", "aim"])},
        ),
        min_size=1,
    ),
)
def test_a_diff_names_exactly_the_changes(
    since: date | None, changes: dict[str, dict[str, Any]]
) -> None:
    before = plan(quota("hours", at_least=2), quota("lessons", at_least=2))
    found = diff(before, before.with_changes(changes, since=since))

    if since is None:
        stated = {"at_least": 2, "force": "shall"}
        wanted = {(n, k) for n, keys in changes.items() for k, v in keys.items() if v != stated[k]}
    else:
        wanted = {(n, f"version[{since}].{k}") for n, keys in changes.items() for k in keys}
        wanted |= {(n, "governs") for n in changes}
    assert {(one.id, one.key) for one in found} == wanted


FAULTS: dict[str, tuple[Plan, Any, dict[str, Any], str, str]] = {
    "unknown provision": (plan(), {"visits": {"at_least": 1}}, {}, "changes.visits", "it has: hours"),
    "misspelt provision": (plan(), {"hour": {"at_least": 1}}, {}, "changes.hour", "did you mean hours?"),
    "misspelt key": (plan(), {"hours": {"atleast": 1}}, {}, "quota[0].atleast", "did you mean at_least?"),
    "faulty value": (plan(), {"hours": {"at_least": -1}}, {}, "quota[0].at_least", "must not be negative"),
    "faulty value of a version": (
        plan(),
        {"hours": {"at_least": "many"}},
        {"since": Y2027},
        "quota[0].version[0].at_least",
        "must be a number such as",
    ),
    "another id": (plan(), {"hours": {"id": "more"}}, {}, "quota[0].id", "cannot change"),
    "what a version cannot change": (
        plan(),
        {"hours": {"since": Y2028}},
        {"since": Y2027},
        "quota[0].since",
        "write it in the provision itself",
    ),
    "no table": (plan(), {"hours": 400}, {}, "quota[0]", "must be a table"),
    "no tables": (plan(), ["hours"], {}, "", "must be a table"),
    "no day": (plan(), {"hours": {"at_least": 1}}, {"since": "2027"}, "since", "must be a date"),
    "no rule": (
        plan(),
        {"hours": {"at_least": 1}},
        {"since": Y2027, "governs": "latest"},
        "governs",
        "period-start, record-date, as-of",
    ),
    "a day before the provision is in force": (
        plan(quota(since=Y2028)),
        {"hours": {"at_least": 1}},
        {"since": Y2027},
        "quota[0].version[0].from",
        "must come after 1 January 2028",
    ),
    "unknown clause": (plan(), {"hours": {"clause": "九"}}, {}, "quota[0].clause", "has no clause 九"),
    "unknown question": (plan(), {"hours": {"at_least": "?x"}}, {}, "quota[0].at_least", "no question named x"),
    "a key that is required": (plan(), {"hours": {"every": None}}, {}, "quota[0].every", "is missing"),
    "a version that begins on an open day": (
        plan(
            quota(governs="as-of", version=[{"from": "?how-many", "at_least": 1}]),
            question=[{**ASKS, "expects": "date"}],
        ),
        {"hours": {"at_least": 1}},
        {"since": Y2027},
        "quota[0].version",
        "answer it first",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "changes", "how", "path", "says"), FAULTS.values(), ids=FAULTS)
def test_a_mistake_is_told_with_its_place_and_its_remedy(
    before: Plan, changes: Any, how: dict[str, Any], path: str, says: str
) -> None:
    with pytest.raises(EduplanError) as caught:
        before.with_changes(changes, **how)

    assert isinstance(caught.value, PlanFileError)
    found = {(one.path, one.message("en")) for one in caught.value.faults}
    assert any(path == at and says in message for at, message in found), found
    assert all(one.message(lang) for lang in LANGUAGES for one in caught.value.faults)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PlanFileError) as caught:
        plan(quota("hours"), quota("lessons")).with_changes(
            {"hours": {"at_least": -1}, "lessons": {"at_least": -1}, "no": {"at_least": 1}}
        )
    paths = [fault.path for fault in caught.value.faults]
    assert paths == ["quota[0].at_least", "quota[1].at_least", "changes.no"]


# ------------------------------------------------------------------------------- what would change

SCHOOLS = [School(id="s2", name="Liuxi"), School(id="s1", name="Qinghe")]
PEOPLE = [
    Person(id="a", school="s1", stage="primary"),
    Person(id="b", school="s1", stage="junior-high"),
    Person(id="c", school="s2", stage="primary"),
    Person(id="d"),
]
TEN_YEARS = Period(date(2024, 1, 1), date(2034, 1, 1))


def register(**hours: int) -> Register:
    """Return a register in which everybody had their hours in the middle of 2026."""
    records = [
        {"id": f"r-{who}", "kind": "training", "day": date(2026, 6, 1), "bearer": who, "hours": n}
        for who, n in hours.items()
    ]
    return Register(records, complete_through=date(2028, 12, 31))


HOURS = register(a=370, b=300, c=399, d=400)
IN_SERVICE = plan(quota(bearer={"type": "person"}))


def held_against(
    after: Plan, before: Plan = IN_SERVICE, day: date = Y2029, **how: Any
) -> Comparison:
    return compare(before, after, [*SCHOOLS, *PEOPLE], HOURS, as_of=day, during=Period(date(2024, 1, 1), day), **how)  # fmt: skip


def test_changes_are_counted_by_school() -> None:
    found = held_against(IN_SERVICE.with_changes({"hours": {"at_least": 400}}))

    told = [(s.group, s.provision, s.before, s.after, s.count, s.bearers) for s in found.shifts]
    assert told == [
        ("s2", "hours", Status.MET, Status.NOT_MET, 1, ("c",)),
        ("s1", "hours", Status.MET, Status.NOT_MET, 1, ("a",)),
    ], "in the order of the roster"
    assert (found.changed, found.same) == (2, 4), (
        "b fails and d passes either way, schools owe none"
    )
    assert found.count(Status.MET, Status.NOT_MET) == 2
    assert found.count(Status.MET, Status.NOT_MET, group="s1") == 1
    assert found.count(Status.MET, Status.NOT_MET, group="s1", provision="lessons") == 0


def test_it_is_told_in_both_languages_with_the_clause() -> None:
    found = held_against(IN_SERVICE.with_changes({"hours": {"at_least": 400, "clause": "四"}}))

    assert found.explain("en").splitlines() == [
        "As of 1 January 2029: verdicts that change: 2, that stay: 4",
        "  Liuxi: Training (四), from met to not met: 1",
        "  Qinghe: Training (四), from met to not met: 1",
    ]
    assert found.explain("zh").splitlines()[1] == ("  Liuxi：培训（四）由“达到”变为“未达到”：1 项")


def test_they_may_be_counted_by_another_fact() -> None:
    found = held_against(IN_SERVICE.with_changes({"hours": {"at_least": 400}}), by="stage")

    assert [(shift.group, shift.count) for shift in found.shifts] == [("primary", 2)]


def test_a_verdict_that_is_no_longer_given_is_told_too() -> None:
    yearly = IN_SERVICE.with_changes({"hours": {"every": "calendar-year"}})
    found = held_against(yearly, by="")

    # The cycle is gone for all four. Of the five years, 2026 is met by the three with 360 or more.
    assert found.count(Status.MET, None) == 3
    assert found.count(Status.NOT_MET, None) == 1
    assert found.count(None, Status.MET) == 3
    assert found.count(None, Status.NOT_MET) == 4 * 5 - 3
    assert "from no verdict to not met" in found.explain("en")


def test_a_new_provision_changes_from_no_verdict() -> None:
    more = plan(quota(bearer={"type": "person"}), quota("lessons", bearer={"type": "person"}))

    assert {(s.provision, s.before) for s in held_against(more).shifts} == {("lessons", None)}
    assert {s.after for s in held_against(IN_SERVICE, before=more).shifts} == {None}


def test_provisions_come_in_the_order_of_the_new_plan_and_those_that_are_gone_last() -> None:
    def named(*names: str, at_least: int) -> Plan:
        return plan(*[quota(n, bearer={"type": "person"}, at_least=at_least) for n in names])

    before = named("gone", "hours", "reading", at_least=360)
    after = named("hours", "lessons", "reading", at_least=400)
    told = dict.fromkeys(s.provision for s in held_against(after, before).shifts if s.group == "s2")
    assert list(told) == ["hours", "lessons", "reading", "gone"]


@pytest.mark.parametrize(
    ("since", "governs", "changes"),
    [
        (Y2027, "period-start", 0),
        (Y2027, "as-of", 2),
        (Y2029, "as-of", 2),
        (date(2029, 1, 2), "as-of", 0),
        (date(2024, 1, 1), "period-start", 2),
        (date(2024, 1, 2), "period-start", 0),
    ],
)
def test_a_cycle_that_spans_the_change_goes_by_the_declared_rule(
    since: date, governs: str, changes: int
) -> None:
    """The cycle 2024-2028 is judged on the day after; 400 instead of 360 from a day on."""
    later = IN_SERVICE.with_changes({"hours": {"at_least": 400}}, since=since, governs=governs)

    assert held_against(later).changed == changes


def test_records_to_follow_up_are_told_apart_by_their_ids() -> None:
    after = {
        "id": "summary",
        "clause": "三",
        "title": TEXT,
        "after": "training",
        "answer": "summary",
    }
    before = plan(follow_up=[{**after, "within": {"days": 30}}])
    records = [
        {"id": "r1", "kind": "training", "day": date(2026, 6, 1), "bearer": "a"},
        {"id": "r2", "kind": "training", "day": date(2026, 6, 1), "bearer": "a"},
        {"id": "r3", "kind": "summary", "day": date(2026, 6, 20), "bearer": "a"},
    ]
    kept = Register(records, complete_through=date(2026, 12, 31))
    year = Period(Y2026, Y2027)
    found = compare(
        before,
        before.with_changes({"summary": {"within": {"days": 10}}}),
        [PEOPLE[0]],
        kept,
        as_of=Y2027,
        during=year,
    )
    assert [(s.before, s.after, s.count) for s in found.shifts] == [(Status.MET, Status.NOT_MET, 1)]


def test_a_record_that_is_no_longer_asked_about_is_not_taken_for_another() -> None:
    after = {"id": "summary", "clause": "三", "title": TEXT, "after": "training"}
    before = plan(
        follow_up=[{**after, "answer": {"kind": "summary", "link": "of"}, "within": {"days": 30}}]
    )
    records = [
        {"id": "r1", "kind": "training", "day": date(2026, 6, 1), "bearer": "a", "away": False},
        {"id": "r2", "kind": "training", "day": date(2026, 6, 1), "bearer": "a", "away": True},
        {"id": "r3", "kind": "summary", "day": date(2026, 6, 20), "bearer": "a", "of": "r1"},
    ]
    found = compare(
        before,
        before.with_changes({"summary": {"where": {"away": True}}}),
        [PEOPLE[0]],
        Register(records, complete_through=date(2026, 12, 31)),
        as_of=Y2027,
        during=Period(Y2026, Y2027),
    )
    assert [(s.before, s.after, s.count) for s in found.shifts] == [(Status.MET, None, 1)]
    assert found.same == 2, "the other training, and the hours"


@pytest.mark.parametrize("name", available_plans())
def test_a_plan_changes_nothing_against_itself(name: str) -> None:
    it = load_plan(name)
    found = compare(it, it, PEOPLE, HOURS, as_of=Y2027)

    assert (found.changed, found.shifts) == (0, ())
    assert found.same > 0


@given(st.permutations(PEOPLE), st.integers(290, 410))
def test_the_order_of_the_roster_changes_no_count(people: list[Person], bound: int) -> None:
    after = IN_SERVICE.with_changes({"hours": {"at_least": bound}})
    during = Period(date(2024, 1, 1), Y2029)
    found = compare(IN_SERVICE, after, people, HOURS, as_of=Y2029, during=during)

    hours: Mapping[str, int] = {"a": 370, "b": 300, "c": 399, "d": 400}
    changing = {who for who, n in hours.items() if (n >= 360) is not (n >= bound)}
    assert {who for shift in found.shifts for who in shift.bearers} == changing
    assert found.changed == len(changing)
    assert found.same == len(people) - len(changing)


def test_no_person_stands_in_a_repr_or_a_text() -> None:
    found = held_against(IN_SERVICE.with_changes({"hours": {"at_least": 400}}))

    assert "bearers" not in repr(found)
    assert "'a'" not in repr(found)


def test_it_is_shown_in_a_notebook_with_nothing_left_unescaped() -> None:
    hostile = [School(id="s1", name="<script>"), Person(id="a", school="s1")]
    after = IN_SERVICE.with_changes({"hours": {"at_least": 400}})
    during = Period(date(2024, 1, 1), Y2029)
    html = compare(IN_SERVICE, after, hostile, HOURS, as_of=Y2029, during=during)._repr_html_()

    assert "&lt;script&gt;" in html
    assert "<script>" not in html


# ------------------------------------------------------------------------------ on the command line


@pytest.fixture
def inputs(tmp_path: Path) -> list[object]:
    (tmp_path / "教师名册.csv").write_text(
        "工号,姓名,岗位,学段,学校\nt1,王芳,教师,小学,青禾\nt2,李强,教师,小学,青禾\n", "utf-8"
    )
    (tmp_path / "公开课.csv").write_text("工号,日期,题目\nt1,2024-10-09,秋天\n", "utf-8")
    return [
        "--people",
        tmp_path / "教师名册.csv",
        "--records",
        tmp_path / "公开课.csv",
        "--as-of=2025-09-01",
        "--during=2024-09-01..2025-09-01",
        "--complete-through=2025-08-31",
    ]


def test_the_command_tells_what_would_change(run: Run, inputs: list[object]) -> None:
    setting = "--set=open-lesson.at_least=2"
    done = run("whatif", "primary-school-2024", setting, *inputs, "--lang", "en")

    assert done.code == 0
    lines = done.out.splitlines()
    assert "at_least 1 became 2" in lines[1]
    assert lines[3].endswith("from met to not met: 1")
    assert "王芳" not in done.out


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('open-lesson.force="encourage"', "force must became encourage"),
        ("open-lesson.force=encourage", "force must became encourage"),
        ("open-lesson.bearer.role=researcher", "bearer"),
        ("open-lesson.partial=", "partial was removed"),
    ],
)
def test_values_are_read_as_in_a_plan_file(
    run: Run, inputs: list[object], setting: str, told: str
) -> None:
    done = run("whatif", "primary-school-2024", f"--set={setting}", *inputs, "--lang", "en")

    assert done.code == 0, done.err
    assert told in done.out


def test_a_change_may_hold_from_a_day_on(run: Run, inputs: list[object]) -> None:
    done = run(
        "whatif",
        "primary-school-2024",
        "--set=open-lesson.at_least=2",
        "--since=2025-01-01",
        "--governs=as-of",
        *inputs,
        "--lang=en",
    )
    assert "version[2025-01-01].at_least was added, 2" in done.out
    assert "from met to not met: 1" in done.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--set=open-lesson"], "write provision.key=value"),
        (["--set=open-lesson.at_least=-1"], "must not be negative"),
        (["--set=nothing.at_least=1"], "--set nothing: the plan has no provision nothing"),
        (
            ["--set=open-lessons.at_least=1"],
            "--set open-lessons: the plan has no provision open-lessons; did you mean open-lesson?",
        ),
        (["--set=open-lesson.at_least=1", "--since=soon"], "--since: must be a date"),
        (["--set=open-lesson.at_least=1", "--since=2025-01-01", "--governs=x"], "period-start"),
    ],
)
def test_slips_are_told(run: Run, inputs: list[object], words: list[str], says: str) -> None:
    done = run("whatif", "primary-school-2024", *words, *inputs, "--lang", "en")

    assert done.code == 2
    assert says in done.err
