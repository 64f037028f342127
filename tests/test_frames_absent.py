"""A column that is not there is absent of every record, wherever a plan asks for it."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from eduplan import InputError, Period, Register, Status, evaluate
from eduplan.frames import evaluate_frame, rows_of
from eduplan.verdicts import row_of
from test_frames import plan_of, quota

DAY = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), DAY)
PEOPLE = pa.table({"id": ["t1", "t2"]})
RECORDS = pa.table(
    {
        "id": ["r1", "r2"],
        "kind": ["training", "summary"],
        "day": pa.array([date(2024, 3, 1), date(2024, 3, 2)], pa.date32()),
        "bearer": ["t1", "t1"],
        "hours": [12, None],
        "training": [None, "r1"],
    }
)
GONE = {"passed": True}
NAMES = {"clause": "1", "title": {"zh": "例", "en": "example"}}
SUM = {"sum": "hours", "of": "training"}
ASKED: dict[str, dict[str, Any]] = {
    "what counts": quota(measure={**SUM, "where": GONE}),
    "what does not": quota(measure={**SUM, "where": {"not": GONE}}),
    "a cap on records": quota(
        measure={**SUM, "caps": [{"at_most": 1, "per": "record", "where": GONE}]}
    ),
    "a cap on a period": quota(
        measure={**SUM, "caps": [{"at_most": 1, "per": "period", "where": GONE}]}
    ),
    "a part": quota(measure=SUM, part=[{"id": "a", "where": GONE, "at_least": 2}]),
    "a share": quota(
        measure=SUM, part=[{"id": "a", "where": GONE, "within": GONE, "at_least": "50%"}]
    ),
    "what calls for an answer": {"after": "training", "where": GONE, "answer": "summary"},
    "an answer": {
        "after": "training",
        "answer": {"kind": "summary", "where": GONE, "link": "training"},
    },
    "which acts": {"over": {"kind": "training", "where": GONE}, "admits": {"record": GONE}},
    "an act": {"over": "training", "admits": {"record": GONE}},
}


in_every_kind = pytest.mark.parametrize(
    "make",
    [pl.from_arrow, duckdb.connect().from_arrow, lambda table: table],
    ids=["polars", "duckdb", "pyarrow"],
)


@pytest.mark.parametrize("asked", ASKED.values(), ids=list(ASKED))
@in_every_kind
def test_it_is_unknown_of_every_record(
    make: Callable[[pa.Table], Any], asked: dict[str, Any]
) -> None:
    form = "gate" if "admits" in asked else "follow_up" if "answer" in asked else "quota"
    within = {"within": {"days": 30}} if form == "follow_up" else {}
    plan = plan_of(**{form: [{"id": "one", **NAMES, **within, **asked}]})
    register = Register(RECORDS.to_pylist(), complete_through=DAY)
    expected = [
        row_of(one) for one in evaluate(plan, PEOPLE.to_pylist(), register, as_of=DAY, during=YEAR)
    ]

    found = evaluate_frame(
        plan, make(PEOPLE), make(RECORDS), as_of=DAY, complete_through=DAY, during=YEAR
    )

    assert Counter(rows_of(found)) == Counter(expected)
    assert Status.UNDETERMINED in {row.status for row in expected if row.bearer == "t1"}


NEVER = {
    "above the top of a scale": {"level": {"above": "city"}},
    "not below its bottom": {"not": {"level": {"below": "school"}}},
    "true or false": {"passed": [True, False]},
    "neither": {"not": {"passed": [True, False]}},
}


@pytest.mark.parametrize("asked", NEVER.values(), ids=list(NEVER))
@in_every_kind
def test_what_no_record_can_be_is_told_as_by_the_reference(
    make: Callable[[pa.Table], Any], asked: dict[str, Any]
) -> None:
    plan = plan_of(
        quota=[
            quota("whole", measure={**SUM, "where": asked}),
            quota("part", measure=SUM, part=[{"id": "a", "where": asked, "at_least": 2}]),
        ]
    )
    records = RECORDS.append_column("level", [["city", None]])
    records = records.append_column("passed", [[True, None]])
    register = Register(records.to_pylist(), complete_through=DAY)
    expected = evaluate(plan, PEOPLE.to_pylist(), register, as_of=DAY, during=YEAR)

    found = evaluate_frame(
        plan, make(PEOPLE), make(records), as_of=DAY, complete_through=DAY, during=YEAR
    )

    assert Counter(rows_of(found)) == Counter(map(row_of, expected))


TYPES = {
    "nobody's": PEOPLE,
    "blank": PEOPLE.append_column("type", pa.nulls(2)),
    "blank-numbers": PEOPLE.append_column("type", pa.nulls(2, pa.int32())),
    "numbers": PEOPLE.append_column("type", pa.array([1, 2])),
    "one's": PEOPLE.append_column("type", pa.array([None, "school"])),
}
OWN_TYPE = {"for": "@bearer.type"}
SCHOOL_YEAR = {"every": "school-year", "reach": {"at_least": 12}}
OF_TYPE: dict[str, list[dict[str, Any]]] = {
    "quota": [
        quota("counts", measure={**SUM, "where": OWN_TYPE}),
        quota("does-not", measure={**SUM, "where": {"for": {"not": "@bearer.type"}}}),
        quota("one-of-two", measure={**SUM, "where": {"for": ["@bearer.type", "nobody"]}}),
        quota("part", measure=SUM, part=[{"id": "a", "where": OWN_TYPE, "at_least": 2}]),
    ],
    "gate": [{"id": "act", **NAMES, "over": "training", "admits": {"record": OWN_TYPE}}],
    "target": [
        {
            "id": "others",
            **NAMES,
            **SCHOOL_YEAR,
            "indicator": {"measure": {**SUM, "where": OWN_TYPE}, "among": {"id": "t1"}},
        }
    ],
}


@pytest.mark.parametrize("types", TYPES.values(), ids=list(TYPES))
@in_every_kind
def test_a_bearer_that_does_not_say_what_it_is_is_a_person(
    make: Callable[[pa.Table], Any], types: pa.Table
) -> None:
    plan = plan_of(**OF_TYPE)
    records = RECORDS.append_column("for", [["person", "school"]])
    people = [{k: v for k, v in one.items() if v is not None} for one in types.to_pylist()]
    register = Register(records.to_pylist(), complete_through=DAY)
    expected = evaluate(plan, people, register, as_of=DAY, during=YEAR)

    found = evaluate_frame(
        plan, make(types), make(records), as_of=DAY, complete_through=DAY, during=YEAR
    )

    assert Counter(rows_of(found)) == Counter(map(row_of, expected))


@in_every_kind
def test_types_that_are_numbers_leave_no_room_for_persons(make: Callable[[pa.Table], Any]) -> None:
    people = PEOPLE.append_column("type", pa.array([7, None]))

    with pytest.raises(InputError) as told:
        evaluate_frame(plan_of(**OF_TYPE), make(people), make(RECORDS), as_of=DAY, during=YEAR)

    assert [(one.code, one.path) for one in told.value.faults] == [("column-sort", "bearers.type")]
