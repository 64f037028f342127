"""Published rules over frames: in every case they say what the reference says."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from eduplan import InputError, Person, Record
from eduplan.cases import Case
from eduplan.exact import spell
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.provisions import Unanswered
from eduplan.verdicts import VerdictRow, row_of
from test_cases import CASES as ALL_CASES
from test_rulesets import CASES

BETWEEN = "|"


def facts_of(thing: object) -> dict[str, Any]:
    """Return the facts of a person or record."""
    own: dict[str, Any] = {}
    if isinstance(thing, Person):
        own = {"type": "person", "role": thing.roles or None, "stage": thing.stage or None}
        return {**own, **thing.facts, "id": thing.id, "joined": thing.joined, "left": thing.left}
    if isinstance(thing, Record):
        own = {"kind": thing.kind, "day": thing.day, "last_day": thing.last_day}
        return {**thing.facts, **own, "id": thing.id, "bearer": thing.bearer or None}
    assert isinstance(thing, Mapping)
    return dict(thing)


def column(values: Sequence[Any]) -> pl.Series:
    """Return a column: numbers that are not all whole as exact text, several values in one text."""
    known = [value for value in values if value is not None]
    if any(isinstance(value, list | tuple) for value in known):
        texts = [(value,) if isinstance(value, str) else value for value in values]
        return pl.Series([None if one is None else BETWEEN.join(one) for one in texts])
    if {type(value) for value in known} > {int}:  # with amounts such as "3.5"
        texts = [spell(one) if isinstance(one, int | Fraction) else one for one in values]
        return pl.Series(texts)
    return pl.Series(values)


def frame_of(things: Sequence[object], always: Mapping[str, Any]) -> tuple[pl.DataFrame, set[str]]:
    """Return things as a frame, and which of their facts have several values."""
    rows = [facts_of(thing) for thing in things]
    names = dict.fromkeys([*always, *(name for row in rows for name in row)])
    columns = {name: column([row.get(name) for row in rows]) for name in names}
    several = {
        name for name in names if any(isinstance(row.get(name), list | tuple) for row in rows)
    }
    for name, dtype in always.items():
        if columns[name].dtype == pl.Null:
            columns[name] = columns[name].cast(dtype)
    return pl.DataFrame(columns), several


def in_order(row: VerdictRow) -> tuple[str, str, date]:
    return row.provision, row.bearer, row.period.start if row.period is not None else date.min


def check(case: Case, pointers: Sequence[str] = ()) -> None:
    """Judge all of a case that is judged over frames, and compare the rows with the verdicts.

    Args:
        case: the case.
        pointers: facts by which records name others; there are columns of them in any case.
    """
    named = {one.provision for one in case.judged} & set(case.plan.benches)
    settled = {one.id: one for one in case.plan.settled if not isinstance(one, Unanswered)}
    wanted = [
        name
        for name in (sorted(named) or settled)
        if name in settled and not any(refusals(settled[name]))
    ]
    verdicts = [row_of(one) for one in case.judge() if one.citation.provision in wanted]
    people, of_people = frame_of(case.bearers, {"id": pl.String})
    texts = dict.fromkeys(("id", "kind", "bearer", *pointers), pl.String)
    days: dict[str, Any] = {**texts, "day": pl.Date}
    records, of_records = frame_of(case.register().records, days)

    found = evaluate_frame(
        case.plan,
        people,
        records,
        as_of=case.as_of,
        complete_through=case.complete_through,
        calendar=case.calendar,
        during=case.during,
        several=dict.fromkeys(of_people | of_records, BETWEEN),
        only=wanted,
    )

    assert sorted(rows_of(found), key=in_order) == sorted(verdicts, key=in_order)


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=one.id) for several in CASES.values() for one in several]
)
def test_published_rules_say_the_same_over_frames(case: Case) -> None:
    check(case)


BY_RECORD = ("attestations", "consequences", "follow-ups", "processes", "schedules")
LINKS = ("activity", "delivery", "training")
NO_COLUMN = {
    "two-answers-of-one-day": "a text and a truth value in one column",
    "a-link-that-names-two-records": "a record points to one other in a column",
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(one, id=f"{file}:{one.id}")
        for file, one in ALL_CASES
        if (file in BY_RECORD or file.startswith(("liaison", "research")))
        and one.id not in NO_COLUMN
    ],
)
def test_what_is_told_record_by_record_says_the_same_over_frames(case: Case) -> None:
    pointing = [one.get("bearer") for one in map(facts_of, case.register().records)]
    if any(isinstance(bearer, list | tuple) for bearer in pointing):
        with pytest.raises(InputError, match=r"records\.bearer: must be a column of text"):
            check(case, LINKS)
    else:
        check(case, LINKS)
