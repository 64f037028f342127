"""Parts over frames that are a share of different things, such as courses."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

from as_frames import FITS, KINDS, check_frames
from eduplan import Period, Status
from eduplan.frames import evaluate_frame, rows_of
from eduplan.provisions import Quota
from eduplan.testing import cases, divided_quotas, people, plans, records
from test_frames import HEAD, plan_of, quota


@st.composite
def counting_quotas(draw: st.DrawFn) -> Quota:
    """Return quotas with parts that count topics, and perhaps others."""

    def part(number: int) -> dict[str, Any]:
        spans = [{}, {}, {"yearly": True}, {"every": "month"}]
        bound = draw(st.sampled_from(["at_least", "at_least", "at_most"]))
        return {
            "id": f"part-{number}",
            "where": draw(FITS),
            "within": draw(st.one_of(st.just({}), FITS)),
            "distinct": draw(st.sampled_from(["topic", "topic", "size"])),
            "bearer": draw(st.sampled_from([{}, {}, {}, {"tier": "a"}])),
            bound: draw(st.sampled_from(["1/2", "1/3", 0, 1])),
            **draw(st.sampled_from(spans)),
        }

    drawn = draw(divided_quotas())
    parts = [part(number) for number in range(draw(st.sampled_from([1, 1, 2])))]
    if draw(st.booleans()):
        parts.append({"id": "other", "where": {"passed": True}, "at_least": 1})
    return Quota(
        **HEAD,
        id="quota",
        measure=drawn.measure,
        every=drawn.every,
        at_least=drawn.at_least,
        partial=drawn.partial,
        stub=drawn.stub,
        part=parts,
    )


COUNTING = cases(
    plans=plans(provisions=counting_quotas()),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_shares_of_different_things(kind: str) -> None:
    check_frames(kind, COUNTING, examples=60)


# ---------------------------------------------------------------- in cases worked out by hand

AS_OF = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), date(2024, 9, 1))
PEOPLE = pl.DataFrame({"id": ["t1", "t2", "t3"], "tier": ["a", "a", "a"]})
COURSES = pl.DataFrame(
    {
        "kind": ["training"] * 8,
        "day": [date(2024, 3, 1)] * 8,
        "bearer": ["t1"] * 4 + ["t2"] * 2 + ["t3"] * 2,
        "hours": [1] * 8,
        "course": ["c1", "c1", "c1", "c2", "c1", "c2", "c1", None],
        "tier": ["a", "a", "b", "b", "a", "b", "a", "b"],
    }
)
OWN_TIER = {
    "id": "own-tier",
    "where": {"tier": "@bearer.tier"},
    "within": {},
    "distinct": "course",
    "at_least": "1/2",
}


def judged(
    kind: str, part: dict[str, Any], records: pl.DataFrame = COURSES, **keys: Any
) -> dict[str, tuple[Status, tuple[str, ...]]]:
    """Return status and reasons of everybody, where all records are in."""
    make = KINDS[kind].make
    found = evaluate_frame(
        plan_of(quota=[quota(**{"at_least": 1, "part": [part], **keys})]),
        make(PEOPLE.to_arrow()),
        make(records.to_arrow()),
        as_of=AS_OF,
        complete_through=AS_OF,
        during=YEAR,
    )
    return {row.bearer: (row.status, row.reasons) for row in rows_of(found)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_course_in_several_records_counts_once(kind: str) -> None:
    rows = judged(kind, OWN_TIER)

    # t1: of the courses c1 and c2 c1 is of its tier in some record, one of two. t2 as well. t3: c1
    # is, and the other record is about a course it does not name: about c1 too, so that all are of
    # its tier, or about another, so that half are.
    assert rows == dict.fromkeys(("t1", "t2", "t3"), (Status.MET, ()))


@pytest.mark.parametrize("kind", KINDS)
def test_of_other_courses_a_part_is_no_share(kind: str) -> None:
    rows = judged(kind, {**OWN_TIER, "within": {"course": "c1"}, "at_least": 1})

    # Both did c1 in their tier, and c2, which is not of theirs, is not looked at.
    assert (rows["t1"], rows["t2"]) == ((Status.MET, ()), (Status.MET, ()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_course_that_may_not_count_leaves_a_share_open(kind: str) -> None:
    # Of c2 it is not known of t1 whether it was passed, and surely it was by t2.
    passed = [True, True, True, None, True, True, True, True]
    records = COURSES.with_columns(passed=pl.Series(passed))
    measure = {"sum": "hours", "of": "training", "where": {"passed": True}}

    rows = judged(kind, {**OWN_TIER, "at_least": "2/3"}, records, measure=measure)

    # One of one course is of the tier of t1, or one of two.
    assert rows["t1"] == (Status.UNDETERMINED, ("record-fact",))
    assert rows["t2"] == (Status.NOT_MET, ())


@pytest.mark.parametrize("kind", KINDS)
def test_a_course_that_is_not_named_may_be_another(kind: str) -> None:
    rows = judged(kind, {**OWN_TIER, "at_least": "2/3"})

    # One of two is less than two thirds; of t3 it may be one of one.
    assert rows == {
        "t1": (Status.NOT_MET, ()),
        "t2": (Status.NOT_MET, ()),
        "t3": (Status.UNDETERMINED, ("record-fact",)),
    }


@pytest.mark.parametrize("every", ["school-year", {"cycle": "2 years", "grid": date(2022, 9, 1)}])
@pytest.mark.parametrize("kind", KINDS)
def test_courses_are_told_apart_in_every_month_by_itself(kind: str, every: Any) -> None:
    # In March t1 did c1, of its tier, and c2, which is not; in December t2 did both, and t3 c1.
    later = [date(2024, 3, 1)] * 4 + [date(2023, 12, 1)] * 4
    spans = COURSES.with_columns(day=pl.Series(later), course=pl.col("course").fill_null("c1"))

    rows = judged(kind, {**OWN_TIER, "every": "month", "at_least": "2/3"}, spans, every=every)

    # One of two courses is less than two thirds, for t1 and t2 in the months of theirs. All that t3
    # did is c1, and in the other months there is nothing to take a share of.
    assert rows["t1"] == rows["t2"] == (Status.NOT_MET, ())
    assert rows["t3"] == (Status.UNDETERMINED, ("nothing-to-share",))


def test_a_single_course_that_is_not_named_is_one_all_the_same() -> None:
    silent = COURSES.tail(2).with_columns(course=pl.lit(None, pl.String), tier=pl.lit("a"))

    (row,) = rows_of(
        evaluate_frame(
            plan_of(quota=[quota(at_least=1, part=[{**OWN_TIER, "at_least": 1}])]),
            PEOPLE.tail(1),
            silent,
            as_of=AS_OF,
            complete_through=AS_OF,
            during=YEAR,
        )
    )

    # Whatever the course is called, or both of them, all are of the tier of t3.
    assert (row.status, row.reasons) == (Status.MET, ())
