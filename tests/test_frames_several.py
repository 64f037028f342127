"""Records with several values in one text: each of them counts, as in `evaluate`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
import polars as pl
import pytest

from as_frames import KINDS, SEVERAL, check_frames
from eduplan import InputError, NotPortable, Plan, Record, Status
from eduplan.frames import evaluate_frame, rows_of
from eduplan.measures import Way
from eduplan.testing import cases, plans, quotas, records
from test_frames import HEAD, PEOPLE, plan_of, portable, quota

BOTH = {"mode": "|"}


def blended(found: tuple[Record, ...]) -> tuple[Record, ...]:
    """Return records of which those of size 2 took place in both ways, of size 3 in none."""
    modes: Mapping[Any, Any] = {2: ("online", "on-site"), 3: ()}
    return tuple(
        attrs.evolve(one, facts={**one.facts, "mode": modes[one.get("size")]})
        if one.get("size") in modes
        else one
        for one in found
    )


WAYS = (Way.COUNT, Way.SUM, Way.SHARE, Way.CREDITS)
CASES = cases(
    plans=plans(provisions=quotas(ways=WAYS).filter(portable)), records=records().map(blended)
)


@pytest.mark.parametrize("kind", KINDS)
def test_records_with_several_values_agree_with_the_reference(kind: str) -> None:
    check_frames(kind, CASES, examples=20, several={**SEVERAL, **BOTH})


COURSES = pl.DataFrame(
    {
        "kind": ["training"] * 4,
        "day": [date(2024, 3, day) for day in range(1, 5)],
        "bearer": ["t1", "t1", "t1", "t2"],
        "hours": [2, 2, 2, 2],
        "mode": ["online | on-site", "online", None, ""],
    }
)


def judged(**keys: Any) -> dict[str, Any]:
    return judged_by(plan_of(quota=[quota(**keys)]))


def judged_by(plan: Plan) -> dict[str, Any]:
    day = date(2024, 8, 31)
    found = evaluate_frame(
        plan,
        PEOPLE,
        COURSES,
        as_of=day,
        complete_through=day,
        several=BOTH,
    )
    return {row.bearer: row for row in rows_of(found)}


def test_one_of_several_values_is_enough() -> None:
    rows = judged(
        measure={"sum": "hours", "of": "training", "where": {"mode": "on-site"}}, at_least=2
    )

    # The first course of t1 took place on site too. An empty text is no value, which is no doubt.
    assert (rows["t1"].value, rows["t1"].status) == (2, Status.MET)
    assert (rows["t2"].value, rows["t2"].status) == (0, Status.PENDING)


@pytest.mark.parametrize(
    "measure",
    [
        {"distinct": "mode", "of": "training"},
        {"count": "training", "caps": {"at_most": 1, "per": "period", "each": "mode"}},
    ],
)
def test_what_is_told_apart_needs_single_values(measure: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"records\.mode: must be a column of text, not several"):
        judged(measure=measure)


def test_what_targets_and_gates_tell_apart_needs_single_values_too() -> None:
    # Two modes of three courses; one by one of the texts there would be two as well.
    measure = {"distinct": "mode", "of": "training"}
    reach = {"by": date(2024, 8, 31), "at_least": 2}
    target = {**HEAD, "id": "modes", "indicator": {"measure": measure}, "milestones": reach}
    gate = {**HEAD, "id": "entry", "admits": {**measure, "at_least": 2}}

    for table in ({"target": [target]}, {"gate": [gate]}):
        with pytest.raises(InputError, match=r"records\.mode: must be a column of text"):
            judged_by(plan_of(**table))


def test_caps_and_parts_need_single_values_not_to_meet_or_ids() -> None:
    cap = {"at_most": 1, "per": "period", "where": {"mode": "online"}}
    part = {"id": "on-site", "where": {"mode": "on-site"}, "at_least": 1}

    with pytest.raises(
        NotPortable, match=r"hours\.measure\.caps: caps that hold by a fact with several"
    ):
        judged(measure={"count": "training", "caps": cap}, part=[part])
