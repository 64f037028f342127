"""Follow-ups over frames: by hand, what is refused, and those of the packaged plans."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl
import pytest

from eduplan import (
    InputError,
    Plan,
    Register,
    Status,
    available_plans,
    evaluate,
    load_calendar,
    load_plan,
)
from eduplan.errors import NotPortable
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.provisions import FollowUp, Provision, Unanswered
from eduplan.verdicts import row_of
from test_frames import HEAD, plan_of

AS_OF = date(2024, 8, 31)
EVERYBODY = pl.DataFrame({"id": ["t1", "t2"], "stage": ["primary", None]})


def follow_up(**keys: Any) -> dict[str, Any]:
    usual = {"after": "training", "answer": {"kind": "summary", "link": "training"}}
    return {**HEAD, "id": "summary", **usual, "within": {"days": 10}, **keys}


def records(*several: tuple[Any, ...], **columns: list[Any]) -> pl.DataFrame:
    """Return records by kind, day, last day, bearer, id and what they answer."""
    names = ("kind", "day", "last_day", "bearer", "id", "training")
    types = {name: pl.Date if "day" in name else pl.String for name in names}
    return pl.DataFrame(several, schema=types, orient="row").with_columns(
        **{name: pl.Series(values) for name, values in columns.items()}
    )


def judge(table: dict[str, Any], taken: pl.DataFrame, **rest: Any) -> list[tuple[Any, ...]]:
    """Return bearer, status, value, due and reasons, in order."""
    people = rest.pop("people", EVERYBODY)
    usual = {"as_of": AS_OF, "complete_through": AS_OF, "during": None}
    rows = rows_of(evaluate_frame(plan_of(follow_up=[table]), people, taken, **{**usual, **rest}))
    told = [(row.bearer, row.status.value, row.value, row.due, row.reasons) for row in rows]
    return sorted(told, key=str)


JUNE = date(2024, 6, 20), date(2024, 6, 30)
DUE = date(2024, 7, 10)  # ten days after the last day, 30 June
SUMMARIES = {
    "on the last day of the limit": (date(2024, 7, 10), "MET", 1),
    "a day late": (date(2024, 7, 11), "NOT_MET", 0),
    "on the day it ended": (date(2024, 6, 30), "MET", 1),
    "before it ended": (date(2024, 6, 29), "NOT_MET", 0),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_an_answer_counts_from_the_last_day_to_the_end_of_the_limit(name: str) -> None:
    day, status, value = SUMMARIES[name]
    taken = records(("training", *JUNE, "t1", "r1", None), ("summary", day, None, "t1", "r2", "r1"))

    # The second teacher attended nothing, and the register is complete: nothing calls for a summary.
    assert judge(follow_up(), taken) == [
        ("t1", status, value, DUE, ()),
        ("t2", "NOT_APPLICABLE", None, None, ("no-trigger",)),
    ]


def test_a_record_calls_for_an_answer_if_its_bearer_is_in_service_on_its_last_day() -> None:
    # t1 joined on 30 June, the last day of its training; what ended on 29 June was elsewhere. t2
    # left on 30 June: the training had ended on the day before.
    people = EVERYBODY.with_columns(
        joined=pl.Series([date(2024, 6, 30), None]), left=pl.Series([None, date(2024, 6, 30)])
    )
    elsewhere = date(2024, 6, 20), date(2024, 6, 29)
    taken = records(
        *(("training", *JUNE, bearer, f"r-{bearer}", None) for bearer in ("t1", "t2")),
        *(("training", *elsewhere, bearer, f"e-{bearer}", None) for bearer in ("t1", "t2")),
    )

    owed = [("t1", "NOT_MET", 0, DUE, ()), ("t2", "NOT_MET", 0, date(2024, 7, 9), ())]
    assert judge(follow_up(), taken, people=people) == owed

    # held against the day of joining too, of which t2 has none
    table = follow_up(where={"day": {"below": "@bearer.joined"}})
    assert judge(table, taken, people=people) == [
        ("t1", "NOT_MET", 0, DUE, ()),
        ("t2", "UNDETERMINED", 0, date(2024, 7, 9), ("record-fact",)),
    ]


def test_what_comes_after_the_day_of_judgement_does_not_count_yet() -> None:
    # On 5 July: the training of 20 to 30 June is over, that of July is not, and its summary, though
    # it is on file with its day, is still to come.
    taken = records(
        ("training", *JUNE, "t1", "r1", None),
        ("training", date(2024, 7, 1), date(2024, 7, 6), "t1", "r2", None),
        ("summary", date(2024, 7, 6), None, "t1", "r3", "r1"),
    )

    assert judge(follow_up(), taken, as_of=date(2024, 7, 5))[0] == ("t1", "PENDING", 0, DUE, ())
    assert len(judge(follow_up(), taken, as_of=date(2024, 7, 5))) == 2
    assert [row[1] for row in judge(follow_up(), taken, as_of=date(2024, 7, 6))[:2]] == [
        *("MET", "PENDING"),
    ]


IN_FORCE = {
    "since its first day": ({"since": JUNE[0]}, "NOT_MET"),
    "since the day after": ({"since": date(2024, 6, 21)}, "NOT_APPLICABLE"),
    "until its first day": ({"until": JUNE[0]}, "NOT_APPLICABLE"),
    "until the day after": ({"until": date(2024, 6, 21)}, "NOT_MET"),
}


@pytest.mark.parametrize("name", IN_FORCE)
def test_a_record_calls_for_an_answer_where_its_first_day_is_in_force(name: str) -> None:
    keys, status = IN_FORCE[name]
    taken = records(("training", *JUNE, "t1", "r1", None))

    assert judge(follow_up(**keys), taken)[0][1] == status


def test_an_answer_serves_the_record_it_names_whoever_writes_it() -> None:
    # r1 and r2 end on one day; the head of the office sends in the summary of r2 only.
    taken = records(
        ("training", *JUNE, "t1", "r1", None),
        ("training", *JUNE, "t1", "r2", None),
        ("summary", date(2024, 7, 1), None, "office", "r3", "r2"),
    )

    assert judge(follow_up(), taken)[:2] == [
        ("t1", "MET", 1, DUE, ()),
        ("t1", "NOT_MET", 0, DUE, ()),
    ]


def test_without_a_link_a_record_is_answered_by_whatever_comes_in_its_time() -> None:
    # Two trainings whose limits do not overlap; one summary, in the time of the second.
    taken = records(
        ("training", date(2024, 3, 1), None, "t1", "r1", None),
        ("training", date(2024, 5, 1), None, "t1", "r2", None),
        ("summary", date(2024, 5, 11), None, "t1", "r3", None),
    )

    assert judge(follow_up(answer="summary"), taken)[:2] == [
        ("t1", "MET", 1, date(2024, 5, 11), ()),
        ("t1", "NOT_MET", 0, date(2024, 3, 11), ()),
    ]


def test_a_record_of_which_it_is_not_known_whether_it_calls_for_an_answer_is_undetermined() -> None:
    taken = records(
        ("training", *JUNE, "t1", "r1", None), ("training", *JUNE, "t1", "r2", None),
        away=[None, False],
    )  # fmt: skip

    assert judge(follow_up(where={"away": True}), taken)[:1] == [
        ("t1", "UNDETERMINED", 0, DUE, ("record-fact",)),
    ]


def test_school_days_are_counted_by_the_calendar_of_the_stage() -> None:
    # Term begins on Monday 2 September 2024; three school days after Thursday are the next Tuesday.
    # Of the second teacher the stage is not known, and with it the calendar.
    day = date(2024, 9, 5)
    taken = records(
        ("training", day, None, "t1", "r1", None), ("training", day, None, "t2", "r2", None)
    )
    table = follow_up(within={"school_days": 3})
    rest = {"as_of": day, "complete_through": day}

    assert judge(table, taken, **rest, calendar=load_calendar("shanghai")) == [
        ("t1", "PENDING", 0, date(2024, 9, 10), ()),
        ("t2", "UNDETERMINED", 0, None, ("stage-unknown",)),
    ]
    assert {row[4] for row in judge(table, taken, **rest)} == {("no-calendar",)}


def test_an_answer_that_could_serve_one_of_two_records_goes_to_the_first_due() -> None:
    taken = records(
        ("training", date(2024, 5, 1), None, "t1", "r1", None),
        ("training", date(2024, 5, 8), None, "t1", "r2", None),
        ("summary", date(2024, 5, 9), None, "t1", "r3", "r2"),
    )

    # Both limits run on 9 May. That of the first record ends on 11 May, that of the other on 18 May.
    # Where the summary names the second, that is the one it serves.
    found = judge(follow_up(answer="summary"), taken)[:2]
    assert {row[3]: row[1] for row in found} == {
        date(2024, 5, 11): "MET",
        date(2024, 5, 18): "NOT_MET",
    }
    linked = judge(follow_up(), taken)[:2]
    assert {row[3]: row[1] for row in linked} == {
        date(2024, 5, 11): "NOT_MET",
        date(2024, 5, 18): "MET",
    }


def test_of_records_due_on_one_day_the_earlier_is_answered_first_whatever_their_ids() -> None:
    taken = records(
        ("training", date(2024, 5, 1), None, "t1", "r2", None),
        ("training", date(2024, 5, 8), None, "t1", "r1", None),
        ("summary", date(2024, 5, 9), None, "t1", "r3", None),
    )
    plan = plan_of(follow_up=[follow_up(answer="summary", within={"end_of": "month"})])
    people, register = EVERYBODY.head(1), Register(taken.to_dicts(), complete_through=AS_OF)

    verdicts = evaluate(plan, people.to_dicts(), register, as_of=AS_OF)
    rows = rows_of(evaluate_frame(plan, people, taken, as_of=AS_OF, complete_through=AS_OF))

    # Both are due on 31 May; one summary is there.
    for found in (map(row_of, verdicts), rows):
        assert {row.period.start: row.status for row in found if row.period} == {
            date(2024, 5, 1): Status.MET,
            date(2024, 5, 8): Status.NOT_MET,
        }


def test_records_without_ids_cannot_share_out_an_answer() -> None:
    taken = records(
        ("training", date(2024, 5, 1), None, "t1", "r1", None),
        ("training", date(2024, 5, 1), None, "t1", "r2", None),
        ("summary", date(2024, 5, 9), None, "t1", "r3", None),
    )

    assert [row[1] for row in judge(follow_up(answer="summary"), taken)[:2]] == ["MET", "NOT_MET"]
    with pytest.raises(NotPortable, match="one of several records of the same bearer: 1;"):
        judge(follow_up(answer="summary"), taken.drop("id"))


# ---------------------------------------------------------------- what is refused


def test_a_fact_by_which_records_point_cannot_be_asked_for_besides_where_they_are_read() -> None:
    # By columns it can; where there are dated versions records are read, and are told apart by
    # whom they point to alone.
    own = {"where": {"bearer": {"not": "t2"}}}
    versions = {"governs": "record-date", "version": [{"from": AS_OF, "within": {"days": 5}}]}
    taken = records(("training", *JUNE, "t1", "r1", None))

    assert judge(follow_up(**own), taken)[0][1] == "NOT_MET"
    assert judge(follow_up(**versions), taken)[0][1] == "NOT_MET"
    with pytest.raises(
        NotPortable, match=r"summary\.governs: governs cannot be judged over frames"
    ):
        judge(follow_up(**own, **versions), taken)


def test_the_version_of_its_day_tells_until_when_a_record_is_answered() -> None:
    versions = [{"from": date(2024, 6, 20), "within": {"days": 5}}]
    taken = records(
        ("training", date(2024, 6, 19), None, "t1", "r1", None),
        ("training", date(2024, 6, 20), None, "t1", "r2", None),
        ("summary", date(2024, 6, 26), None, "t1", "r3", "r1"),
        ("summary", date(2024, 6, 26), None, "t1", "r4", "r2"),
    )

    # Ten days from the 19th are the 29th; five from the 20th the 25th.
    found = judge(follow_up(governs="record-date", version=versions), taken)[:2]
    assert {row[3]: row[1] for row in found} == {
        date(2024, 6, 29): "MET",
        date(2024, 6, 25): "NOT_MET",
    }


WRONG = {
    "a record without an id": (
        records(("training", *JUNE, "t1", None, None)), "records.id: is blank in rows: 1"
    ),
    "a last day before the first": (
        records(("training", *reversed(JUNE), "t1", "r1", None)),
        "records.last_day: records whose last day comes before the first: 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_records_that_cannot_be_taken_are_refused(name: str) -> None:
    taken, says = WRONG[name]

    with pytest.raises(InputError) as refused:
        judge(follow_up(), taken)

    assert str(refused.value).startswith(says)


def test_where_nothing_names_what_it_answers_nothing_answers() -> None:
    taken = records(("training", *JUNE, "t1", "r1", None), ("summary", DUE, None, "t1", "r2", None))
    process = {
        **HEAD,
        "id": "course",
        "after": "training",
        "step": [
            {
                "id": "summary",
                "title": HEAD["title"],
                "within": {"days": 10},
                "needs": {"kind": "summary", "link": "training"},
            }
        ],
    }
    plan = plan_of(follow_up=[follow_up()], process=[process])
    asked: dict[str, Any] = {"as_of": AS_OF, "complete_through": AS_OF}

    blank = sorted(rows_of(evaluate_frame(plan, EVERYBODY, taken, **asked)), key=str)
    gone = sorted(
        rows_of(evaluate_frame(plan, EVERYBODY, taken.drop("training"), **asked)), key=str
    )

    assert [row.status for row in blank if row.bearer == "t1"] == [Status.NOT_MET, Status.NOT_MET]
    assert gone == blank


# ---------------------------------------------------------------- packaged plans


def answered(plan: Plan) -> Iterator[Provision | Unanswered]:
    """Return the provisions of a plan, every open question answered by its first reading."""
    samples = {question.id: question.samples[0] for question in plan.questions}
    for provision in plan.settled:
        yield provision.settle(samples) if isinstance(provision, Unanswered) else provision


def test_every_follow_up_of_the_packaged_plans_can_be_judged_once_it_is_answered() -> None:
    of_plans = [answered(load_plan(name)) for name in available_plans()]
    several = [one for found in of_plans for one in found if isinstance(one, FollowUp)]

    assert len(several) > 15
    assert not [fault for one in several for fault in refusals(one)]
