"""Processes: the stages a day lies in, against a plain reading; and what must not matter."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import InputError, Period, Plan, Process, Record, Register, Status, Verdict, evaluate
from eduplan.files import plan_from_table
from eduplan.provisions.process import stages_on

DAY = timedelta(days=1)
TEXT = {"zh": "例", "en": "Example"}
STAGES = [
    ("preparation", (1, 6), (1, 8)),
    ("implementation", (1, 9), (3, 7)),
    ("summary", (3, 7), (3, 8)),
]
ROUND = Process(
    id="round",
    clause="七",
    title=TEXT,
    every={"cycle": "2 years", "grid": date(2023, 6, 1)},
    stage=[
        {
            "id": name,
            "title": TEXT,
            "first": {"year": first[0], "month": first[1]},
            "last": {"year": last[0], "month": last[1]},
        }
        for name, first, last in STAGES
    ],
    step=[{"id": "plan", "title": TEXT, "stage": "preparation", "needs": "round-plan"}],
)


def by_hand(day: date) -> list[tuple[str, int]]:
    """Return the stages of a day by counting months, round by round."""
    found = []
    for year in range(2013, 2035, 2):
        months = (day.year - year) * 12 + day.month
        for name, first, last in STAGES:
            opens, closes = (12 * (of[0] - 1) + of[1] for of in (first, last))
            if opens <= months <= closes:
                found.append((name, year))
    return found


@given(st.dates(date(2017, 1, 1), date(2030, 12, 31)))
def test_the_stages_of_a_day_are_those_of_its_month(day: date) -> None:
    found = [(one.stage.id, one.round_start.year) for one in stages_on(ROUND, day)]

    assert found == by_hand(day)


@pytest.mark.parametrize(
    ("day", "stages"),
    [
        (date(2025, 5, 31), ["implementation"]),
        (date(2025, 6, 1), ["implementation", "preparation"]),
        (date(2025, 7, 15), ["implementation", "summary", "preparation"]),
        (date(2025, 8, 31), ["summary", "preparation"]),
        (date(2025, 9, 1), ["implementation"]),
    ],
)
def test_stages_of_year_three_overlap(day: date, stages: list[str]) -> None:
    """七: summary from July to August of year three; preparation of the next round from June."""
    assert [one.stage.id for one in stages_on(ROUND, day)] == stages


def test_a_process_about_records_has_no_stages() -> None:
    process = Process(
        id="a",
        clause="四",
        title=TEXT,
        after="research-activity",
        step=[{"id": "f", "title": TEXT, "needs": "feedback", "within": {"days": 7}}],
    )

    assert stages_on(process, date(2025, 7, 15)) == ()


def test_a_time_of_day_is_no_day() -> None:
    with pytest.raises(InputError):
        stages_on(ROUND, "July 2025")  # type: ignore[arg-type]


def plan(**keys: object) -> Plan:
    rule = {"id": "p", "clause": "1", "title": TEXT, **keys}
    return plan_from_table(
        {
            "plan": {"id": "p", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "process": [rule],
        }
    )


ACTIVITY = plan(
    after="activity",
    step=[
        {
            "id": "plan",
            "title": TEXT,
            "before": {"days": 1},
            "needs": {"kind": "plan", "link": "activity"},
        },
        {
            "id": "feedback",
            "title": TEXT,
            "within": {"days": 3},
            "needs": {"kind": "feedback", "link": "activity", "at_least": 2},
        },
        {
            "id": "archive",
            "title": TEXT,
            "within": {"days": 5},
            "needs": {"kind": "archive", "link": "activity"},
            "follows": "feedback",
        },
    ],
)
HELD = date(2025, 3, 10)
CAME = st.lists(
    st.tuples(
        st.sampled_from(["plan", "feedback", "archive"]),
        st.integers(-2, 7).map(lambda days: HELD + days * DAY),
    ),
    max_size=7,
)
Came = Sequence[tuple[str, date]]


def judged(came: Came, as_of: date = date(2025, 4, 1), seed: int = 0) -> Verdict:
    records = [Record(id="a", kind="activity", day=HELD, bearer="g")]
    records += [
        Record(id=f"{kind}-{number}", kind=kind, day=day, facts={"activity": "a"})
        for number, (kind, day) in enumerate(came)
    ]
    random.Random(seed).shuffle(records)
    register = Register(records, complete_through=date(2025, 12, 31))
    during = Period(date(2025, 3, 1), date(2025, 4, 1))
    (verdict,) = evaluate(ACTIVITY, [{"id": "g"}], register, as_of=as_of, during=during)
    return verdict


def steps_done(came: Came, as_of: date) -> list[bool]:
    """Say by a plain reading which of the three steps are done in time and in order."""
    days = {
        kind: sorted(day for one, day in came if one == kind and day <= as_of)
        for kind in ("plan", "feedback", "archive")
    }
    feedback = [day for day in days["feedback"] if HELD <= day <= HELD + 3 * DAY]
    complete = feedback[1] if len(feedback) >= 2 else HELD
    return [
        any(day < HELD for day in days["plan"]),
        len(feedback) >= 2,
        any(complete <= day <= HELD + 5 * DAY for day in days["archive"]),
    ]


@given(CAME, st.integers(0, 9))
def test_steps_are_done_as_by_hand(came: Came, later: int) -> None:
    as_of = HELD + later * DAY
    found = judged(came, as_of)

    done = [point.status is Status.MET for point in found.justification.points]
    assert done == steps_done(came, as_of)
    assert found.value == sum(done)
    assert (found.status is Status.MET) == all(done)


@given(CAME, st.integers(0, 5))
def test_the_order_of_the_records_does_not_matter(came: Came, seed: int) -> None:
    one, other = judged(came), judged(came, seed=seed)

    assert (one.status, one.value, one.justification) == (
        other.status,
        other.value,
        other.justification,
    )


@given(CAME, st.integers(0, 9))
def test_what_is_open_is_decided_in_the_end(came: Came, later: int) -> None:
    then, end = judged(came, HELD + later * DAY), judged(came)

    assert end.status in (Status.MET, Status.NOT_MET)
    if then.status is Status.MET:
        assert end.status is Status.MET


PREPARED = plan(
    after="lesson",
    step=[
        {
            "id": "prepared",
            "title": TEXT,
            "before": {"days": 1, "at_most": 5},
            "needs": "preparation",
        }
    ],
)


@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(-6, 8), max_size=4),
)
def test_one_preparation_serves_one_lesson_and_most_are_served(
    lessons: list[int], prepared: list[int]
) -> None:
    records = [
        Record(id=f"l{n}", kind="lesson", day=HELD + days * DAY, bearer="g")
        for n, days in enumerate(lessons)
    ] + [
        Record(id=f"p{n}", kind="preparation", day=HELD + days * DAY, bearer="g")
        for n, days in enumerate(prepared)
    ]
    register = Register(records, complete_through=date(2025, 12, 31))
    during = Period(date(2025, 3, 1), date(2025, 4, 1))
    verdicts = evaluate(PREPARED, [{"id": "g"}], register, as_of=date(2025, 4, 1), during=during)
    met = [verdict for verdict in verdicts if verdict.status is Status.MET]

    def most(left: tuple[int, ...], spare: tuple[int, ...]) -> int:
        if not left:
            return 0
        first, rest = left[0], left[1:]
        ways = [
            1 + most(rest, spare[:n] + spare[n + 1 :])
            for n, day in enumerate(spare)
            if 1 <= first - day <= 5
        ]
        return max([most(rest, spare), *ways])

    assert len(met) == most(tuple(lessons), tuple(prepared))


def codes(verdict: Verdict) -> list[str]:
    return [point.code for point in verdict.justification.points]


def test_how_a_step_came_wrong_is_told() -> None:
    two = [("feedback", HELD), ("feedback", HELD + DAY)]

    assert codes(judged([("plan", HELD), ("archive", HELD), *two])) == [
        "process-late",
        "process-done",
        "process-early",
    ]
    assert codes(judged([])) == ["process-missing"] * 3
    assert codes(judged([], HELD)) == ["process-missing", "process-open", "process-open"]


def test_what_a_record_says_against_a_step_is_told() -> None:
    hosted = {"id": "host", "title": TEXT, "during": True, "needs": {"trigger": {"hosted": True}}}
    record = Record(
        id="a",
        kind="activity",
        day=HELD,
        last_day=HELD + 5 * DAY,
        bearer="g",
        facts={"hosted": False},
    )
    register = Register([record], complete_through=HELD)

    rule = plan(after="activity", step=[hosted])
    (verdict,) = evaluate(rule, [{"id": "g"}], register, as_of=HELD)
    assert verdict.status is Status.NOT_MET  # though it goes on for five days more
    assert "having a host does not fit" in verdict.explain("en")
    assert "“有主持人”不符" in verdict.explain("zh")


def test_a_stage_to_come_is_told_with_its_first_day() -> None:
    rule = plan(
        every={"cycle": "2 years", "grid": date(2023, 6, 1)},
        stage=[
            {
                "id": "summary",
                "title": TEXT,
                "first": {"year": 3, "month": 7},
                "last": {"year": 3, "month": 8},
            },
        ],
        step=[
            {"id": "start", "title": TEXT, "needs": "start"},
            {"id": "end", "title": TEXT, "needs": "end", "stage": "summary"},
        ],
    )
    register = Register([], complete_through=date(2024, 12, 31))
    during = Period(date(2024, 12, 1), date(2025, 1, 1))
    (verdict,) = evaluate(rule, [{"id": "g"}], register, as_of=date(2025, 1, 1), during=during)

    assert codes(verdict) == ["process-open", "process-ahead"]
    assert "from 1 July 2025 on" in verdict.explain("en")
