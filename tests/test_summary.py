"""The summary: counts by school and provision, who is behind in what, what is missing."""

from datetime import date
from fractions import Fraction

import pytest

from eduplan import (
    Person,
    Plan,
    Record,
    Register,
    School,
    Status,
    Verdict,
    evaluate,
    plan_from_table,
)
from eduplan.summary import NO_SCHOOL, Concern, Summary, Tally, not_in_roster, summarise

MARCH = date(2025, 3, 1)

# Lessons: a duty of each teacher. Hours: a mean of each school. Summaries: a duty; notes: only
# encouraged. Reading waits for an answer.
PLAN = {
    "plan": {"id": "town", "title": {"zh": "镇方案", "en": "Plan of a town"}},
    "document": {"title": {"zh": "某镇方案", "en": "The plan"}},
    "clause": [{"number": n, "gist": {"zh": "内容", "en": "gist"}} for n in "一二三四五"],
    "question": [
        {
            "id": "year",
            "clause": "五",
            "asks": {"zh": "哪一年？", "en": "Which year?"},
            "reading": [
                {"id": "calendar-year", "means": {"zh": "自然年", "en": "calendar year"}},
                {"id": "school-year", "means": {"zh": "学年", "en": "school year"}},
            ],
        }
    ],
    "quota": [
        {
            "id": "lessons",
            "clause": "一",
            "title": {"zh": "公开课", "en": "Open lessons"},
            "force": "must",
            "bearer": {"role": "teacher"},
            "measure": {"count": "open-lesson"},
            "every": "school-year",
            "at_least": 2,
        },
        {
            "id": "hours",
            "clause": "二",
            "title": {"zh": "人均学时", "en": "Mean hours"},
            "bearer": {"role": "teacher"},
            "measure": {"sum": "hours", "of": "training"},
            "every": "school-year",
            "scope": {"mean": "school"},
            "at_least": 10,
        },
        {
            "id": "reading",
            "clause": "五",
            "title": {"zh": "读书", "en": "Reading"},
            "force": "must",
            "bearer": {"role": "teacher"},
            "measure": {"count": "reading"},
            "every": "?year",
            "at_least": 1,
        },
    ],
    "follow_up": [
        {
            "id": "summary",
            "clause": "三",
            "title": {"zh": "上交总结", "en": "Summary"},
            "force": "must",
            "bearer": {"role": "teacher"},
            "after": "training",
            "answer": {"kind": "training-summary", "link": "training"},
            "within": {"days": 30},
        },
        {
            "id": "note",
            "clause": "四",
            "title": {"zh": "写简报", "en": "Note"},
            "force": "encourage",
            "bearer": {"role": "teacher"},
            "after": "visit",
            "answer": {"kind": "visit-note", "link": "visit"},
            "within": {"days": 30},
        },
    ],
}


def teacher(number: int, school: str) -> Person:
    return Person(id=f"t{number}", name=f"教师{number}", roles=["teacher"], school=school)


BEARERS = [
    School(id="s2", name="柳溪小学"),
    School(id="s1", name="青禾小学"),
    teacher(1, "s1"),
    teacher(2, "s1"),
    teacher(3, "s2"),
    teacher(4, ""),
]


def record(name: str, kind: str, day: date, bearer: str, **facts: int | str) -> Record:
    return Record(id=name, kind=kind, day=day, bearer=bearer, facts=facts)


OCTOBER = date(2024, 10, 8)

RECORDS = [
    record("l1", "open-lesson", OCTOBER, "t1"),
    record("l2", "open-lesson", date(2024, 12, 3), "t1"),
    record("l3", "open-lesson", OCTOBER, "t2"),
    record("h1", "training", OCTOBER, "t1", hours=12),
    record("h2", "training", OCTOBER, "t2", hours=10),
    record("z1", "training-summary", date(2024, 10, 20), "t1", training="h1"),
    record("z2", "training-summary", date(2024, 11, 17), "t2", training="h2"),
    record("v1", "visit", OCTOBER, "t1"),
]


def judged(plan: Plan) -> list[Verdict]:
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    return list(evaluate(plan, BEARERS, register, as_of=MARCH))


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return judged(plan_from_table(PLAN))


@pytest.fixture(scope="module")
def summary(verdicts: list[Verdict]) -> Summary:
    return summarise(verdicts, BEARERS)


def test_schools_stand_in_the_order_of_the_roster_and_those_without_last(summary: Summary) -> None:
    assert [(row.school, row.name) for row in summary.rows] == [
        ("s2", "柳溪小学"),
        ("s1", "青禾小学"),
        (NO_SCHOOL, ""),
    ]
    assert summary.rows[1].label("en") == "青禾小学"
    assert [summary.rows[2].label(lang) for lang in ("zh", "en")] == ["未列学校", "No school"]


def test_cells_count_every_status(summary: Summary) -> None:
    # Teacher 1 gave two lessons of two; teacher 2 one, which half-way through the year is on pace;
    # the school itself is no teacher.
    assert summary.tally("s1", "town", "lessons") == Tally(met=1, pending=1, not_applicable=1)
    # Teacher 3 gave none.
    assert summary.tally("s2", "town", "lessons") == Tally(pending=1, behind=1, not_applicable=1)
    # Teacher 1 handed in the summary in time, teacher 2 ten days late.
    assert summary.tally("s1", "town", "summary") == Tally(met=1, not_met=1, not_applicable=1)


def test_the_mean_of_a_school_belongs_to_that_school(summary: Summary) -> None:
    # (12 + 10) / 2 = 11 hours are more than 10; the one teacher of the other school has none.
    assert summary.tally("s1", "town", "hours") == Tally(met=1)
    assert summary.tally("s2", "town", "hours") == Tally(pending=1, behind=1)
    # Whose school is not known is in no mean.
    assert summary.tally(NO_SCHOOL, "town", "hours") == Tally(undetermined=1)


def test_failures_and_advice_are_apart(summary: Summary) -> None:
    assert (summary.failures, summary.advice) == (1, 1)
    assert summary.binding == Tally(
        met=3, not_met=1, pending=4, behind=3, undetermined=5, not_applicable=8
    )
    # Of six bearers only teacher 1 made a visit.
    assert summary.advisory == Tally(not_met=1, not_applicable=5)
    first = summary.rows[1]
    assert (first.binding.not_met, first.advisory.not_met) == (1, 1)
    assert summary.total == summary.binding.plus(summary.advisory)


def test_sums_agree_with_the_verdicts(summary: Summary, verdicts: list[Verdict]) -> None:
    for status in Status:
        count = sum(verdict.status is status for verdict in verdicts)
        assert summary.total.of(status) == count
        assert sum(cell.tally.of(status) for cell in summary.cells) == count
        assert sum(tally.of(status) for tally in summary.totals.values()) == count
        assert sum(row.tally.of(status) for row in summary.rows) == count
    assert summary.totals["town", "lessons"] == Tally(met=1, pending=3, behind=2, not_applicable=2)


def test_those_behind_come_by_due_day_and_the_unknown_last(summary: Summary) -> None:
    # 8 October and 30 days is 7 November; the school year ends on 31 August.
    november, august = date(2024, 11, 7), date(2025, 8, 31)
    found = [
        (item.concern, item.verdict.bearer_id, item.verdict.provision, item.shortfall, item.due)
        for item in summary.behind
    ]
    assert found == [
        (Concern.NOT_MET, "t1", "note", 1, november),
        (Concern.NOT_MET, "t2", "summary", 1, november),
        (Concern.BEHIND, "s2", "hours", 10, august),
        (Concern.BEHIND, "t3", "lessons", 2, august),
        (Concern.BEHIND, "t4", "lessons", 2, august),
        (Concern.UNDETERMINED, "t1", "reading", None, None),
        (Concern.UNDETERMINED, "t2", "reading", None, None),
        (Concern.UNDETERMINED, "t3", "reading", None, None),
        (Concern.UNDETERMINED, "t4", "hours", None, None),
        (Concern.UNDETERMINED, "t4", "reading", None, None),
    ]
    assert [item.binding for item in summary.behind[:2]] == [False, True]
    assert [item.school for item in summary.behind[:5]] == ["s1", "s1", "s2", "s2", NO_SCHOOL]


def test_gaps_say_what_is_missing_and_how_much_hangs_on_it(summary: Summary) -> None:
    found = [(gap.missing.code, gap.verdicts, gap.bearers) for gap in summary.gaps]
    assert found == [("question", 4, 4), ("bearer-fact", 1, 1)]
    assert "哪一年？" in summary.gaps[0].message("zh")
    assert summary.gaps[1].message("en") == "the roster does not say school"


def test_gaps_of_one_kind_are_one_however_many_days_they_are_about() -> None:
    plan = plan_from_table({**PLAN, "answers": {"year": "school-year"}})
    # Complete only to the end of October: what is decided by records up to then still is.
    register = Register(RECORDS, complete_through=date(2024, 10, 31))
    verdicts = list(evaluate(plan, BEARERS, register, as_of=MARCH))
    gaps = [g for g in summarise(verdicts, BEARERS).gaps if g.missing.code == "register-incomplete"]

    assert len(gaps) == 1
    # A day of judgement needs the register through the day before, past time limits need less.
    assert gaps[0].missing.facts["needed"] == date(2025, 2, 28)
    assert gaps[0].verdicts == sum(bool(v.missing) for v in verdicts) - 1  # t4 has no school


def test_order_of_verdicts_does_not_matter(summary: Summary, verdicts: list[Verdict]) -> None:
    other = summarise(reversed(verdicts), BEARERS)
    assert other.rows == summary.rows
    assert other.behind == summary.behind
    assert set(other.cells) == set(summary.cells)
    assert other.totals == summary.totals


def test_a_school_that_is_not_on_the_roster_goes_by_its_id(verdicts: list[Verdict]) -> None:
    people = [bearer for bearer in BEARERS if isinstance(bearer, Person)]
    own = [verdict for verdict in verdicts if verdict.bearer_id.startswith("t")]
    summary = summarise(own, people)
    assert [row.label("en") for row in summary.rows] == ["s1", "s2", "No school"]


def test_mappings_and_objects_serve_as_bearers() -> None:
    bearers = [
        {"id": "s1", "type": "school", "school": "s1", "name": "Qinghe"},
        {"id": "t1", "role": ["teacher"], "school": "s1"},
    ]
    register = Register([], complete_through=MARCH)
    verdicts = evaluate(plan_from_table(PLAN), bearers, register, as_of=MARCH)
    summary = summarise(verdicts, bearers)
    assert [row.name for row in summary.rows] == ["Qinghe"]
    assert summary.tally("s1", "town", "lessons").behind == 1


def test_nothing_makes_an_empty_summary() -> None:
    summary = summarise([])
    assert (summary.rows, summary.columns, summary.behind, summary.gaps) == ((), (), (), ())
    assert summary.total == Tally()
    assert summary.tally("s1", "town", "lessons") == Tally()


def test_a_column_says_more_where_readings_agree(summary: Summary) -> None:
    forms = {column.provision: column.citation.form for column in summary.columns}
    # The schools are no bearers under any reading, so a reading speaks for itself there.
    assert forms["reading"] == "quota"


@pytest.mark.parametrize(
    ("tally", "share"),
    [
        (Tally(met=2, not_met=1, pending=9), Fraction(2, 3)),
        (Tally(not_met=1), 0),
        (Tally(pending=3, undetermined=2), None),
    ],
)
def test_share_is_taken_of_what_is_decided(tally: Tally, share: Fraction | None) -> None:
    assert tally.share == share


def test_html_has_both_languages_and_escapes_names() -> None:
    bearers = [School(id="s1", name="<b>&"), teacher(1, "s1")]
    register = Register([], complete_through=MARCH)
    verdicts = evaluate(plan_from_table(PLAN), bearers, register, as_of=MARCH)
    html = summarise(verdicts, bearers)._repr_html_()
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html
    assert 'lang="zh">违反要求<' in html
    assert 'lang="en">Failures<' in html


def test_records_of_several_bearers_are_looked_at_bearer_by_bearer() -> None:
    def record(number: str, bearer: object) -> dict[str, object]:
        return {"id": number, "kind": "training", "day": date(2024, 9, 2), "bearer": bearer}

    # r2 is of t1 and a stranger, r3 of two strangers, r4 of nobody.
    records = [record("r1", "t1"), record("r2", ("t1", "x")), record("r3", ("x", "y"))]
    register = Register([*records, record("r4", None)])

    assert not_in_roster(register, [{"id": "t1"}, {"id": "t2"}]) == {"x": 2, "y": 1}
