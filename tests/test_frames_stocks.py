"""Targets and rosters over frames: what they say is what the reference says, or is refused."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from as_frames import KINDS, over
from eduplan import InputError
from eduplan.errors import NotPortable
from eduplan.frames import evaluate_frame, rows_of
from eduplan.testing import cases, check_evaluator, grouped_people, plans, rosters, targets
from eduplan.verdicts import VerdictRow
from test_frames import HEAD, plan_of

TARGETS = cases(plans=plans(provisions=targets()), people=grouped_people())
ROSTERS = cases(plans=plans(provisions=rosters()), people=grouped_people())
DUE, AS_OF = date(2024, 8, 30), date(2024, 8, 31)
NO_RECORDS = pl.DataFrame(schema={"kind": pl.String, "day": pl.Date, "bearer": pl.String})


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_targets(kind: str) -> None:
    check_evaluator(over(KINDS[kind]), cases=TARGETS, max_examples=25)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_rosters(kind: str) -> None:
    check_evaluator(over(KINDS[kind]), cases=ROSTERS, max_examples=25)


def judged(
    bearers: pl.DataFrame, records: pl.DataFrame = NO_RECORDS, **tables: Any
) -> dict[str, VerdictRow]:
    """Return the rows of a plan of one provision by the ids of those who owe it."""
    plan = plan_of(**tables)
    rows = rows_of(
        evaluate_frame(
            plan, bearers, records, as_of=AS_OF, complete_through=AS_OF, several={"schools": "|"}
        )
    )
    return {row.bearer: row for row in rows if row.reasons != ("not-a-bearer",)}


def schools(compliant: int, all_: int, **more: Any) -> pl.DataFrame:
    """Return a county and schools, the first so many of them compliant."""
    rows: list[dict[str, Any]] = [{"id": "county", "type": "county"}]
    rows += [{"id": f"s{i}", "type": "school", "compliant": i < compliant} for i in range(all_)]
    return pl.DataFrame(rows).with_columns(**more)


COMPLIANT = {
    **HEAD,
    "id": "compliant",
    "bearer": {"type": "county"},
    "indicator": {"share": {"compliant": True}, "within": {"type": "school"}},
}


@pytest.mark.parametrize(("compliant", "status"), [(54, "MET"), (53, "NOT_MET")])
def test_nine_of_ten_schools_are_54_of_60(compliant: int, status: str) -> None:
    """90 % of 60 is 54: 53 lacks one of 60."""
    target = {**COMPLIANT, "milestones": {"by": DUE, "at_least": "90%"}}

    row = judged(schools(compliant, 60), target=[target])["county"]

    assert row.status.value == status
    assert (row.value, row.required) == (Fraction(compliant, 60), Fraction(9, 10))
    assert row.shortfall == Fraction(54 - compliant, 60)


def test_a_school_closed_on_the_day_is_not_in_the_whole() -> None:
    """Of two schools one is compliant. The other closed on the last day, so it is 1 of 1."""
    closed = pl.when(pl.col("id") == "s1").then(pl.lit(DUE))
    target = {**COMPLIANT, "milestones": {"by": DUE, "at_least": "100%"}}

    row = judged(schools(1, 2, closed=closed), target=[target])["county"]

    assert (row.value, row.status.value) == (1, "MET")


def test_every_county_has_its_own_schools() -> None:
    """County a has 1 of 2 compliant schools, county b 1 of 1: a county is asked for its own."""
    rows: list[dict[str, Any]] = [{"id": name, "type": "county"} for name in ("a", "b")]
    rows += [
        {"id": f"s{i}", "type": "school", "county": county, "compliant": compliant}
        for i, (county, compliant) in enumerate([("a", True), ("a", False), ("b", True)])
    ]
    indicator = {
        "share": {"compliant": True},
        "within": {"type": "school", "county": "@bearer.id"},
    }
    target = {**COMPLIANT, "indicator": indicator, "milestones": {"by": DUE, "at_least": 1}}

    found = judged(pl.DataFrame(rows), target=[target])

    assert {name: row.value for name, row in found.items()} == {"a": Fraction(1, 2), "b": 1}


def test_small_numbers_are_withheld() -> None:
    """A share of 4 is not told where 5 are the least; what had to be reached is."""
    target = {**COMPLIANT, "milestones": {"by": DUE, "at_least": "90%"}, "suppress_below": 5}

    row = judged(schools(4, 4), target=[target])["county"]

    assert (row.value, row.required, row.status.value) == (None, Fraction(9, 10), "MET")


def test_every_cell_of_a_grid_is_counted() -> None:
    """Two researchers of Chinese and none of mathematics fill one cell of two."""
    people = pl.DataFrame(
        {
            "id": ["county", "r1", "r2", "r3"],
            "type": ["county", "person", "person", "person"],
            "subject": ["all", "chinese", "chinese", "mathematics"],
            "role": [None, "researcher", "researcher", "teacher"],
        }
    )
    roster = {
        **HEAD,
        "id": "researchers",
        "bearer": {"type": "county"},
        "cells": {"subject": ["chinese", "mathematics"]},
        "needs": {"where": {"role": "researcher"}, "at_least": 1},
    }

    row = judged(people, roster=[roster])["county"]

    assert (row.value, row.required, row.status.value) == (1, 2, "NOT_MET")


@pytest.mark.parametrize(("backbone", "met"), [(9, 0), (10, 1)])
def test_members_of_a_group_are_found_by_their_ids(backbone: int, met: int) -> None:
    """A tenth of 95 people is 10, for 9 are 9.47 per cent."""
    ids = [f"p{i}" for i in range(95)]
    rows: list[dict[str, Any]] = [{"id": "g", "type": "group", "schools": "|".join(ids)}]
    rows += [{"id": name, "type": "person", "backbone": i < backbone} for i, name in enumerate(ids)]
    roster = {
        **HEAD,
        "id": "backbone",
        "bearer": {"type": "group"},
        "members": "schools",
        "needs": {"where": {"backbone": True}, "within": {}, "at_least": "10%"},
    }

    row = judged(pl.DataFrame(rows), roster=[roster])["g"]

    assert (row.value, row.required) == (met, 1)


def test_a_school_in_two_areas_or_in_none_is_found() -> None:
    """Area a has s0 and s1, area b has s1: s1 is in two, and s2 in none, so both points fail."""
    rows = [{"id": "county", "type": "county"}]
    rows += [{"id": f"s{i}", "type": "school"} for i in range(3)]
    rows += [
        {"id": name, "type": "area", "schools": ids} for name, ids in (("a", "s0|s1"), ("b", "s1"))
    ]
    roster = {
        **HEAD,
        "id": "areas",
        "bearer": {"type": "county"},
        "each": {"type": "area"},
        "members": "schools",
        "disjoint": True,
        "covers": {"type": "school"},
        "groups": {"at_least": 2},
    }

    row = judged(pl.DataFrame(rows), roster=[roster])["county"]

    assert (row.value, row.required, row.status.value) == (1, 3, "NOT_MET")


NOT_PORTABLE: dict[str, tuple[dict[str, Any], str]] = {
    "a place among peers": (
        {"target": [{**COMPLIANT, "indicator": {"rate": "pass"},
                     "milestones": {"by": DUE, "relative_to": {"rank": 1}}}]},
        "compliant.milestones[0].relative_to: relative_to cannot be judged over frames",
    ),
    "what is measured over records": (
        {"target": [{**COMPLIANT, "indicator": {"measure": {"count": "course"}},
                     "milestones": {"by": DUE, "at_least": 1}}]},
        "compliant.indicator.measure: measure cannot be judged over frames",
    ),
    "versions": (
        {"roster": [{**HEAD, "id": "areas", "needs": {"at_least": 1}, "governs": "as-of",
                     "version": [{"from": AS_OF, "needs": {"at_least": 2}}]}]},
        "areas.governs: governs cannot be judged over frames",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PORTABLE)
def test_what_cannot_be_done_is_refused_by_name(name: str) -> None:
    tables, says = NOT_PORTABLE[name]

    with pytest.raises(NotPortable) as refused:
        judged(schools(1, 1), **tables)

    assert says in str(refused.value)


def test_too_many_groups_and_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two groups of two members each are six to be taken one by one."""
    monkeypatch.setattr("eduplan.frames.crowds.MOST_ALONE", 5)
    rows = [{"id": f"g{i}", "type": "group", "schools": f"{i}a|{i}b"} for i in range(2)]
    roster = {**HEAD, "id": "r", "each": {"type": "group"}, "members": "schools"}

    with pytest.raises(InputError, match="bearers: more than 5 groups and members"):
        judged(pl.DataFrame(rows), roster=[{**roster, "needs": {"at_least": 1}}])
