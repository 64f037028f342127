"""What a document leaves open: which verdicts wait for an answer, and which do not need it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import (
    Period,
    Person,
    Plan,
    PlanFileError,
    Record,
    Register,
    School,
    Status,
    Verdict,
    available_plans,
    evaluate,
    load_plan,
    plan_from_table,
)
from eduplan.files.writing import plan_to_table
from eduplan.messages import LANGUAGES

NAME = {"zh": "名称", "en": "Name"}
AS_OF = date(2025, 9, 1)
YEAR_2024 = Period(date(2024, 9, 1), date(2025, 9, 1))  # over on that day


def choice(name: str, **readings: object) -> dict[str, object]:
    """Return a question with readings, each with the value it puts in its place."""
    return {
        "id": name,
        "clause": "一",
        "asks": {"zh": f"“{name}”指什么？", "en": f"What is meant by {name}?"},
        "reading": [
            {"id": key.replace("_", "-"), "means": NAME, "value": value}
            for key, value in readings.items()
        ],
    }


def blank(name: str, expects: str) -> dict[str, object]:
    return {"id": name, "clause": "一", "asks": NAME, "expects": expects}


def plan_with(*questions: dict[str, object], **quotas: dict[str, object]) -> Plan:
    """Return a plan with these questions, and quotas by name; what they leave out is plain."""
    plain: dict[str, object] = {
        "clause": "一",
        "title": NAME,
        "measure": {"count": "lesson-observation"},
        "every": "school-year",
        "at_least": 2,
    }
    return plan_from_table(
        {
            "plan": {"id": "school", "title": NAME},
            "document": {"title": NAME},
            "clause": [{"number": "一", "gist": NAME}],
            "question": questions,
            "quota": [{"id": name, **plain, **changes} for name, changes in quotas.items()],
        }
    )


def lessons(*days: date, **facts: Any) -> list[Record]:
    return [
        Record(id=f"r{i}", kind="lesson-observation", day=day, bearer="t1", facts=facts)
        for i, day in enumerate(days)
    ]


AUTUMN, SPRING, LAST_SPRING = date(2024, 10, 9), date(2025, 3, 5), date(2024, 3, 6)
TEACHER = Person(id="t1", roles=["teacher"])


def judge(
    plan: Plan, records: list[Record], *bearers: object
) -> dict[tuple[str, str], list[Verdict]]:
    """Return the verdicts by provision and bearer; the register is complete."""
    register = Register(records, complete_through=AS_OF)
    found: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in evaluate(plan, bearers or [TEACHER], register, as_of=AS_OF, during=YEAR_2024):
        found.setdefault((verdict.provision, verdict.bearer_id), []).append(verdict)
    return found


def verdict_on(plan: Plan, records: list[Record], *bearers: object) -> Verdict:
    """Return the one verdict of a plan with one provision on one bearer."""
    ((verdict,),) = judge(plan, records, *bearers).values()
    return verdict


def asked_by(verdict: Verdict) -> list[object]:
    """Return the questions an undetermined verdict names."""
    assert verdict.status is Status.UNDETERMINED
    assert {missing.code for missing in verdict.missing} == {"question"}
    return [missing.facts["question"] for missing in verdict.missing]


YEAR = choice("year", calendar_year=None, school_year=None)
POLICY = choice("policy", full="full", pro_rata="pro-rata", exempt="exempt")
COUNTING = choice("counting", passed={"passed": True}, all={})
FLOOR = choice("floor", one=1, two=2, three=3)


# ---------------------------------------------------------------- only what needs the answer waits


def test_a_duty_without_a_question_does_not_wait_for_the_answer_to_another() -> None:
    plan = plan_with(YEAR, yearly={"every": "?year"}, plainly={})
    found = judge(plan, lessons(AUTUMN, SPRING))

    # two in the school year; by calendar years one in either
    assert [v.status for v in found["plainly", "t1"]] == [Status.MET]
    assert [asked_by(v) for v in found["yearly", "t1"]] == [["year"]]


def test_an_undetermined_verdict_says_the_question_in_both_languages() -> None:
    verdict = verdict_on(plan_with(YEAR, yearly={"every": "?year"}), lessons(AUTUMN))

    assert "“year”指什么？" in verdict.explain("zh")
    assert "What is meant by year?" in verdict.explain("en")
    assert verdict.value is None
    assert verdict.required is None


def test_readings_that_agree_decide_anyway() -> None:
    # every lesson was passed, so it does not matter whether only those count
    plan = plan_with(
        COUNTING, lessons={"measure": {"count": "lesson-observation", "where": "?counting"}}
    )

    both_passed = verdict_on(plan, lessons(AUTUMN, SPRING, passed=True))
    assert (both_passed.status, both_passed.value) == (Status.MET, 2)
    none_held = verdict_on(plan, [])
    assert (none_held.status, none_held.value) == (Status.NOT_MET, 0)
    one_failed = verdict_on(plan, lessons(AUTUMN, SPRING, passed=False))
    assert asked_by(one_failed) == ["counting"]


def test_it_follows_from_what_is_decided_whatever_the_answer_is() -> None:
    # the year of the plan is over, and no lesson was observed: not met under both readings
    measure = {"count": "lesson-observation", "where": "?counting"}
    talk = {
        "id": "talk",
        "clause": "一",
        "title": NAME,
        "verdict": "lessons",
        "status": "NOT_MET",
        "effect": "talk",
        "carried_out": {"kind": "talk", "within": {"days": 30}},
    }
    table = plan_to_table(plan_with(COUNTING, lessons={"measure": measure}))
    plan = plan_from_table({**table, "consequence": [talk]})
    ((verdict,), (follows,)) = judge(plan, []).values()

    assert verdict.status is Status.NOT_MET
    assert follows.due == date(2025, 9, 30)  # thirty days after 31 August, when that was settled


def test_only_who_joined_within_the_year_waits_for_the_policy_on_it() -> None:
    plan = plan_with(POLICY, lessons={"partial": "?policy"})
    all_year = {"id": "t1", "joined": date(2020, 9, 1)}
    half_year = {"id": "t1", "joined": date(2025, 3, 1)}
    records = lessons(SPRING)

    assert verdict_on(plan, records, all_year).status is Status.NOT_MET
    assert asked_by(verdict_on(plan, records, half_year)) == ["policy"]
    # of the 365 days from 1 September 2024, 184 are left from 1 March on: 2 * 184 / 365
    share = verdict_on(plan.answer({"policy": "pro-rata"}), records, half_year)
    assert share.required == Fraction(368, 365)


def test_only_the_questions_that_matter_are_named() -> None:
    plan = plan_with(YEAR, POLICY, lessons={"every": "?year", "partial": "?policy"})

    # in service all the time: which year it is matters, the policy does not
    assert asked_by(verdict_on(plan, lessons(AUTUMN, SPRING))) == ["year"]
    joined = {"id": "t1", "joined": date(2025, 3, 1)}
    assert asked_by(verdict_on(plan, lessons(SPRING), joined)) == ["year", "policy"]
    answered = plan.answer({"year": "school-year"})
    assert asked_by(verdict_on(answered, lessons(SPRING), joined)) == ["policy"]


def test_whom_a_duty_is_not_for_under_any_reading_it_is_not_for() -> None:
    plan = plan_with(YEAR, lessons={"every": "?year", "bearer": {"role": "teacher"}})

    assert verdict_on(plan, [], Person(id="t1", roles=["cook"])).status is Status.NOT_APPLICABLE


def test_who_owes_it_may_be_the_question() -> None:
    holder = choice("holder", school={"type": "school"}, teacher={"role": "teacher"})
    plan = plan_with(holder, lessons={"bearer": "?holder"})
    school, cook = School(id="s1"), Person(id="t2", roles=["cook"])
    found = judge(plan, lessons(AUTUMN, SPRING), school, TEACHER, cook)

    assert asked_by(found["lessons", "s1"][0]) == ["holder"]
    assert asked_by(found["lessons", "t1"][0]) == ["holder"]
    # a cook is neither: whatever the answer, nothing is owed
    assert [v.status for v in found["lessons", "t2"]] == [Status.NOT_APPLICABLE]


def test_the_research_activity_of_the_packaged_plan_is_nothing_to_a_principal() -> None:
    # owed by the school or by every teacher; a principal who does not teach is neither
    plan = load_plan("primary-school-2024")
    principal = Person(id="p1", roles=["principal"], stage="primary")

    (verdict,) = judge(plan, [], principal)["research-activity", "p1"]
    assert verdict.status is Status.NOT_APPLICABLE


def test_a_question_may_stand_inside_a_table_of_amounts() -> None:
    rows = [{"where": {"role": "principal"}, "amount": "?floor"}, {"amount": 2}]
    plan = plan_with(FLOOR, lessons={"at_least": rows})
    principal = Person(id="t1", roles=["principal"])

    # a teacher owes two whatever a principal owes
    assert verdict_on(plan, lessons(AUTUMN, SPRING)).status is Status.MET
    assert asked_by(verdict_on(plan, lessons(AUTUMN, SPRING), principal)) == ["floor"]
    three = plan.answer({"floor": "three"})
    assert verdict_on(three, lessons(AUTUMN, SPRING), principal).required == 3


def test_how_strongly_a_clause_binds_may_be_the_question() -> None:
    # Force never changes a status: two lessons are two lessons.
    strength = choice("strength", must="must", encourage="encourage")
    plan = plan_with(strength, lessons={"force": "?strength"})

    assert judge(plan, lessons(AUTUMN, SPRING)).keys() == {("lessons", "t1")}
    answered = verdict_on(plan.answer({"strength": "encourage"}), [])
    assert (answered.status, answered.failure, answered.advice) == (Status.NOT_MET, False, True)


answers_to = {
    "year": ["calendar-year", "school-year"],
    "policy": ["full", "pro-rata", "exempt"],
    "counting": ["passed", "all"],
}
OPEN = plan_with(
    YEAR,
    POLICY,
    COUNTING,
    lessons={
        "measure": {"count": "lesson-observation", "where": "?counting"},
        "every": "?year",
        "partial": "?policy",
        "bearer": {"role": "teacher"},
    },
)


def gist(verdict: Verdict) -> tuple[object, ...]:
    return (verdict.status, verdict.period, verdict.value, verdict.required)


@given(
    days=st.lists(
        st.tuples(st.sampled_from([LAST_SPRING, AUTUMN, SPRING]), st.booleans() | st.none()),
        max_size=3,
    ),
    joined=st.sampled_from([None, date(2024, 1, 1), date(2024, 9, 1), date(2025, 1, 1)]),
    role=st.sampled_from(["teacher", "cook"]),
    settled=st.sets(st.sampled_from(sorted(answers_to))),
)
def test_what_is_open_is_decided_exactly_where_all_answers_lead_to_the_same(
    days: list[tuple[date, bool | None]], joined: date | None, role: str, settled: set[str]
) -> None:
    records = [
        Record(
            id=f"r{i}", kind="lesson-observation", day=day, bearer="t1", facts={"passed": passed}
        )
        for i, (day, passed) in enumerate(days)
    ]
    bearer = {"id": "t1", "role": role, "joined": joined}
    given_answers: Mapping[str, object] = {name: answers_to[name][0] for name in settled}
    rest = [name for name in sorted(answers_to) if name not in settled]
    found = judge(OPEN.answer(given_answers), records, bearer)["lessons", "t1"]

    ways = []
    for chosen in product(*(answers_to[name] for name in rest)):
        plan = OPEN.answer({**given_answers, **dict(zip(rest, chosen, strict=True))})
        ways.append([gist(v) for v in judge(plan, records, bearer)["lessons", "t1"]])
    if all(way == ways[0] for way in ways):
        assert [gist(verdict) for verdict in found] == ways[0]
    else:
        (verdict,) = found
        assert set(asked_by(verdict)) <= set(rest)
        assert asked_by(verdict)


# ---------------------------------------------------------------- blanks


def test_a_blank_waits_for_what_belongs_in_it() -> None:
    plan = plan_with(blank("how-many", "number"), lessons={"at_least": "?how-many"})
    records = lessons(AUTUMN, SPRING)

    # however many there are, nobody knows how many would be owed
    assert asked_by(verdict_on(plan, records)) == ["how-many"]
    assert asked_by(verdict_on(plan, [])) == ["how-many"]
    for answer, status in [(2, Status.MET), ("5/2", Status.NOT_MET), (3, Status.NOT_MET)]:
        assert verdict_on(plan.answer({"how-many": answer}), records).status is status


def test_a_blank_day_waits_for_a_day() -> None:
    plan = plan_with(blank("from-when", "date"), lessons={"since": "?from-when"})
    records = lessons(AUTUMN, SPRING)

    assert asked_by(verdict_on(plan, records)) == ["from-when"]
    in_force = plan.answer({"from-when": date(2024, 9, 1)})
    assert verdict_on(in_force, records).status is Status.MET
    # as text, as an answer would stand in JSON or come from a form
    spelled = plan.answer({"from-when": "2024-09-01"})
    assert verdict_on(spelled, records).status is Status.MET
    later = plan.answer({"from-when": date(2024, 9, 2)})
    assert verdict_on(later, records).status is Status.NOT_APPLICABLE


def test_a_blank_does_not_keep_waiting_whom_the_duty_is_not_for() -> None:
    plan = plan_with(
        blank("how-many", "number"),
        lessons={"at_least": "?how-many", "bearer": {"role": "teacher"}},
    )

    assert verdict_on(plan, [], Person(id="t1", roles=["cook"])).status is Status.NOT_APPLICABLE


# ---------------------------------------------------------------- answers

QUESTIONS = plan_with(
    YEAR,
    blank("how-many", "number"),
    blank("from-when", "date"),
    blank("called", "text"),
    a={"every": "?year", "at_least": "?how-many"},
    b={"since": "?from-when", "title": NAME, "unit": {"zh": "?called", "en": "times"}},
)


def refused(answers: Mapping[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(PlanFileError) as error:
        QUESTIONS.answer(answers)
    for lang in LANGUAGES:
        assert error.value.message(lang)
    return [(fault.path, fault.code) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("years", "calendar-year", "unknown-question-near"),
        ("term", "calendar-year", "unknown-question"),
        ("year", "lunar-year", "unknown-reading"),
        ("year", None, "unknown-reading"),
        ("year", ["calendar-year"], "unknown-reading"),
        ("how-many", "many", "not-a-number"),
        ("how-many", True, "not-a-number"),
        ("how-many", float("nan"), "not-finite"),
        ("how-many", "1e9999999", "not-a-number"),
        ("from-when", 2024, "not-a-date"),
        ("from-when", "autumn", "not-a-date"),
        ("from-when", datetime(2024, 9, 1), "date-time"),
        ("from-when", "2024-02-30", "no-such-day"),
        ("called", "", "empty-text"),
        ("called", 3, "not-text"),
    ],
)
def test_an_answer_that_is_none_is_refused(name: str, answer: object, code: str) -> None:
    assert refused({name: answer}) == [(f"answers.{name}", code)]


def test_all_wrong_answers_are_refused_at_once() -> None:
    assert refused({"year": "lunar-year", "how-many": "many", "called": "lessons"}) == [
        ("answers.year", "unknown-reading"),
        ("answers.how-many", "not-a-number"),
    ]


def test_a_number_that_cannot_stand_in_its_place_is_refused_when_it_is_given() -> None:
    # nobody can owe less than nothing
    with pytest.raises(PlanFileError) as error:
        QUESTIONS.answer({"how-many": -1})

    assert all(".." not in fault.path for fault in error.value.faults)
    assert any(fault.path.endswith("].at_least") for fault in error.value.faults)


def test_a_refusal_names_the_readings_there_are() -> None:
    with pytest.raises(PlanFileError) as error:
        QUESTIONS.answer({"year": "lunar-year"})

    for lang in LANGUAGES:
        assert "calendar-year, school-year" in error.value.message(lang)


def test_an_answer_leaves_the_plan_it_was_given_to_unchanged() -> None:
    plan = plan_with(YEAR, yearly={"every": "?year"})
    twin = plan_with(YEAR, yearly={"every": "?year"})
    before = verdict_on(plan, lessons(AUTUMN, SPRING))
    answers = {"year": "school-year"}
    answered = plan.answer(answers)
    answers["year"] = "calendar-year"

    assert plan == twin
    assert [question.id for question in plan.open_questions] == ["year"]
    assert verdict_on(plan, lessons(AUTUMN, SPRING)) == before
    assert answered != plan
    assert answered.answers == {"year": "school-year"}
    assert answered.open_questions == ()
    assert verdict_on(answered, lessons(AUTUMN, SPRING)).status is Status.MET


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    plan = plan_with(FLOOR, lessons={"at_least": "?floor"}).answer({"floor": "one"})

    assert verdict_on(plan, []).required == 1
    assert verdict_on(plan.answer({"floor": "three"}), []).required == 3
    assert verdict_on(plan, []).required == 1


def test_answers_may_be_given_one_by_one_in_any_order() -> None:
    at_once = QUESTIONS.answer({"year": "school-year", "how-many": 3})

    assert QUESTIONS.answer({"how-many": 3}).answer({"year": "school-year"}) == at_once
    assert QUESTIONS.answer({"year": "school-year"}).answer({"how-many": 3}) == at_once
    assert [question.id for question in at_once.open_questions] == ["from-when", "called"]


# ---------------------------------------------------------------- questions that cannot be asked


def faults_of(*questions: dict[str, object], **quota: object) -> list[tuple[str, str]]:
    with pytest.raises(PlanFileError) as error:
        plan_with(*questions, lessons=quota)
    return [(fault.path, fault.code) for fault in error.value.faults]


def test_a_question_has_readings_or_a_blank_and_not_both() -> None:
    neither: dict[str, object] = {"id": "year", "clause": "一", "asks": NAME}
    both: dict[str, object] = {**YEAR, "expects": "date"}

    for question in (neither, both):
        assert ("question[0]", "question-without-reading") in faults_of(question, every="?year")


def test_a_question_nobody_refers_to_is_a_slip() -> None:
    assert faults_of(YEAR) == [("question[0]", "unused-question")]


def test_a_reading_that_does_not_fit_its_place_is_found_before_it_is_chosen() -> None:
    wrong = choice("floor", one=1, many="many")

    assert faults_of(wrong, at_least="?floor") == [("quota[0].at_least", "not-a-number")]


def test_a_blank_that_does_not_fit_its_place_is_found_before_it_is_filled_in() -> None:
    assert faults_of(blank("how-many", "date"), at_least="?how-many") == [
        ("quota[0].at_least", "not-a-number")
    ]


@pytest.mark.parametrize("expects", ["colour", "Date"])
def test_a_blank_expects_a_day_a_number_or_a_text(expects: str) -> None:
    found = faults_of(blank("how-many", expects), at_least="?how-many")

    assert ("question[0].expects", "not-one-of") in found


# ---------------------------------------------------------------- the packaged plans


@pytest.mark.parametrize("name", available_plans())
def test_every_reading_of_a_packaged_plan_can_be_chosen(name: str) -> None:
    plan = load_plan(name)
    fills = {"date": date(2024, 9, 1), "number": 1, "text": "x"}
    assert plan.questions
    for question in plan.questions:
        readings: list[object] = [reading.id for reading in question.reading]
        for answer in readings or [fills[question.expects or ""]]:
            settled = plan.answer({question.id: answer})

            assert question not in settled.open_questions
            assert len(settled.settled) == len(plan.provisions)
            waiting = {q for p in settled.settled for q in getattr(p, "questions", ())}
            assert question.id not in waiting


@pytest.mark.parametrize("name", available_plans())
def test_a_packaged_plan_with_all_answers_leaves_nothing_to_a_question(name: str) -> None:
    plan = load_plan(name)
    fills = {"date": date(2024, 9, 1), "number": 1, "text": "x"}
    answers = {
        q.id: q.reading[0].id if q.reading else fills[q.expects or ""] for q in plan.questions
    }
    people: list[object] = [
        Person(id="t1", roles=["teacher", "subject-teacher"], stage="primary"),
        Person(id="r1", roles=["researcher"], facts={"employment": "full-time"}),
        School(id="s1", stage="primary", facts={"weak": True}),
    ]
    verdicts = list(evaluate(plan.answer(answers), people, Register([]), as_of=AS_OF))

    assert plan.answer(answers).open_questions == ()
    assert {v.provision for v in verdicts} == {p.id for p in plan.provisions}
    assert [v for v in verdicts if any(m.code == "question" for m in v.missing)] == []


def test_a_number_where_a_text_belongs_is_told_in_a_duty_with_a_question_too() -> None:
    unit = {"zh": Decimal("1.5"), "en": "hours"}

    with pytest.raises(PlanFileError) as caught:
        plan_with(YEAR, yearly={"every": "?year", "unit": unit})

    assert {fault.path for fault in caught.value.faults} == {"quota[0].unit.zh"}
