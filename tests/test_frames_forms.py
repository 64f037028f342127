"""Schedules, processes and attestations over frames: by hand, and as the reference tells them."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan.facts import getter
from eduplan.frames import drill_down, evaluate_frame, rows_of
from eduplan.provisions import Attestation, Process, Schedule
from eduplan.testing import cases, people, plans, records
from eduplan.testing.provisions import bearer_selectors
from eduplan.testing.values import KINDS as RECORD_KINDS
from eduplan.testing.values import days, seldom, selectors
from eduplan.verdicts import VerdictRow
from test_frames import HEAD, plan_of

TITLE = {"zh": "例", "en": "example"}
SCHOOL_YEAR = {"cycle": "1 year", "grid": date(2020, 9, 1)}

happenings = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([RECORD_KINDS[0], RECORD_KINDS[1], list(RECORD_KINDS)]),
        "by": st.sampled_from(["bearer", "bearer", "guest"]),
    },
    optional={"where": selectors()},
)


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    """Return who owes something, and from when until when."""
    return {
        **HEAD,
        "id": "rule",
        "bearer": draw(seldom(bearer_selectors())) or {},
        "exempt": draw(seldom(seldom(bearer_selectors()))),
        "since": draw(seldom(seldom(days()))),
        "until": draw(seldom(seldom(days()))),
    }


partials = st.sampled_from([None, "full", "exempt"])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Return schedules with windows, occasions, cells, days of grace and waivers."""
    windows: dict[str, list[dict[str, Any] | None]] = {
        "month": [None, {"day": 31}, {"day": 1}, {"day": 1, "shift": "drop"}],
        "school-year": [None, {"months": [9, 12]}, {"holiday": "winter"}],
        "calendar-year": [None, {"months": [1, 8]}, {"day": "first-school-day"}],
    }
    every = draw(st.sampled_from(list(windows)))
    keys: dict[str, Any] = {"every": every}
    if draw(st.booleans()):
        keys["window"] = draw(st.sampled_from(windows[every]))
        keys["times"] = draw(st.integers(1, 2))
    elif draw(st.booleans()):
        keys["occasion"] = [
            {"id": name, "title": TITLE, "where": where}
            for name, where in (("first", {"mode": "online"}), ("second", draw(selectors())))
        ]
    if draw(st.booleans()):
        keys["for_each"] = draw(
            st.sampled_from([{"tier": "@bearer.tier"}, {"tier": ["a", "b"], "passed": [True]}])
        )
        keys["without"] = draw(st.sampled_from([[], [{"tier": "b"}], [{"tier": "@bearer.tier"}]]))
    if draw(st.booleans()):
        keys["grace"] = draw(st.sampled_from([1, 20]))
        keys["late"] = draw(st.sampled_from(["fails", "counts"]))
    if every == "month":
        keys["report"] = draw(st.sampled_from([None, "school-year"]))
    return Schedule(
        **draw(limits()),
        **keys,
        what=draw(happenings),
        waived_by=draw(seldom(happenings)),
        partial=draw(partials),
    )


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """Return processes in rounds, and on records that others name, or that go by their days."""
    in_rounds = draw(st.booleans())
    pieces = happenings.flatmap(
        lambda one: st.integers(1, 2).map(lambda least: {**one, "at_least": least})
    )
    if in_rounds:
        months = [{"first": {"year": 1, "month": 9}, "last": {"year": 1, "month": 12}}]
        months.append({"first": {"year": 2, "month": 1}, "last": {"year": 2, "month": 9}})
        stage = [{**one, "id": f"s{n}", "title": TITLE} for n, one in enumerate(months)]
        times: list[dict[str, Any]] = [{"stage": "s0"}, {"stage": "s1"}, {}]
        keys: dict[str, Any] = {"every": SCHOOL_YEAR, "stage": stage, "partial": draw(partials)}
    else:
        times = [{"during": True}, {"within": {"days": 1}}, {"within": {"school_days": 3}}]
        times += [{"before": {"days": 1, "at_most": 200}}, {"within": {"length": "1 month"}}]
        begins = draw(happenings)
        keys = {"after": begins["kind"], "by": begins["by"], "where": begins.get("where", {})}
        linked = happenings.map(lambda one: {**one, "link": "answers"})
        pieces = st.one_of(pieces, linked, linked, selectors().map(lambda one: {"trigger": one}))
    steps = [
        {
            **draw(st.sampled_from(times)),
            "id": f"step-{number}",
            "title": TITLE,
            "needs": draw(st.lists(pieces, min_size=1, max_size=2)),
            "optional": draw(st.sampled_from([False, False, True])),
            "follows": draw(st.sampled_from([[], ["step-0"]])) if number else [],
        }
        for number in range(draw(st.integers(1, 2)))
    ]
    return Process(**draw(limits()), **keys, step=steps)


@st.composite
def attestations(draw: st.DrawFn) -> Attestation:
    """Return attestations whose answers hold for a while, or are due in every period."""
    negative = draw(st.sampled_from(["on-site", "on-site", "never"]))
    lasts: dict[str, Any] = draw(
        st.sampled_from([{}, {"holds": "6 months"}, {"every": "calendar-year"}])
    )
    answers = {**draw(happenings), "result": "mode", "positive": "online", "negative": negative}
    return Attestation(
        **draw(limits()),
        **lasts,
        asks=TITLE,
        judges=TITLE,
        judge=draw(seldom(selectors())),
        answers={"where": {}, **answers},
    )


PEOPLE, RECORDS = people(ids=["t1", "t2"]), records(bearers=["t1", "t2"], most=6, linked=True)
SCHEDULES = cases(plans=plans(provisions=schedules()), people=PEOPLE, records=RECORDS)
PROCESSES = cases(plans=plans(provisions=processes()), people=PEOPLE, records=RECORDS)
ATTESTATIONS = cases(plans=plans(provisions=attestations()), people=PEOPLE, records=RECORDS)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_schedules(kind: str) -> None:
    check_frames(kind, SCHEDULES, examples=25)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_processes(kind: str) -> None:
    check_frames(kind, PROCESSES, examples=30)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_attestations(kind: str) -> None:
    check_frames(kind, ATTESTATIONS, examples=20)


# ---------------------------------------------------------------- by hand

AS_OF = date(2024, 9, 1)
SCHOOLS = pl.DataFrame({"id": ["s1", "s2", "s3"], "stage": ["primary", "primary", None]})


def taken(*several: tuple[Any, ...]) -> pl.DataFrame:
    """Return records by id, bearer, kind, day and result."""
    names = ["id", "bearer", "kind", "day", "result", "attests"]
    types = dict.fromkeys(names, pl.String) | {"day": pl.Date}
    return pl.DataFrame(several, schema=types, orient="row")


PATROL = {
    **HEAD,
    "id": "patrol",
    "bearer": {"stage": "primary"},
    "what": "patrol",
    "every": "calendar-year",
    "times": 2,
}
DEVOTION = {
    **HEAD,
    "id": "devotion",
    "asks": TITLE,
    "judges": TITLE,
    "holds": "1 year",
}
SEEN = taken(
    ("r1", "s1", "patrol", date(2023, 3, 1), None, None),
    ("r2", "s1", "patrol", date(2023, 12, 31), None, None),
    ("r3", "s2", "patrol", date(2023, 6, 1), None, None),
    ("r4", "s2", "patrol", date(2024, 1, 1), None, None),
    ("r5", "s1", "attestation", date(2023, 9, 1), "yes", "devotion"),
    ("r6", "s2", "attestation", date(2023, 9, 2), "no", "devotion"),
)


def judged(**tables: Any) -> dict[tuple[str, date | None], VerdictRow]:
    """Return the rows of the last provision of a plan by bearer and first day of their period."""
    last = list(tables.values())[-1][-1]
    rows = rows_of(
        evaluate_frame(
            plan_of(**tables),
            SCHOOLS,
            SEEN,
            as_of=AS_OF,
            complete_through=AS_OF,
            only=[last["id"]],
        )
    )
    return {(row.bearer, row.period.start if row.period else None): row for row in rows}


def test_what_is_due_twice_a_year_is_counted_by_year() -> None:
    """The school year in which 1 September 2024 lies touches the calendar year 2024 only."""
    found = judged(schedule=[PATROL])

    of_s2 = found["s2", date(2024, 1, 1)]
    assert (of_s2.status.value, of_s2.value, of_s2.required) == ("PENDING", 1, 2)
    assert found["s1", date(2024, 1, 1)].value == 0
    assert found["s3", None].reasons == ("bearer-fact",)


def test_what_is_due_for_each_is_told_apart() -> None:
    """Of each of two results one in 2023: s1 has the one, s2 the other, and neither has both."""
    inspected = {**PATROL, "what": "attestation", "times": 1, "every": "school-year"}
    cells = {**inspected, "for_each": {"result": ["yes", "no"]}, "bearer": {}}
    found = judged(schedule=[{**cells, "every": {"cycle": "2 years", "grid": date(2023, 1, 1)}}])

    counts = {name: (row.value, row.required) for (name, _), row in found.items()}
    assert counts == {"s1": (1, 2), "s2": (1, 2), "s3": (0, 2)}


def test_an_answer_holds_to_the_day_before_a_year_is_over() -> None:
    """Of 1 September 2023 it no longer holds a year later; that of the day after still does."""
    found = judged(attestation=[DEVOTION])

    assert found["s1", date(2023, 9, 1)].reasons == ("attestation-expired",)
    assert found["s2", date(2023, 9, 2)].status.value == "NOT_MET"
    assert found["s3", None].reasons == ("not-attested",)


def test_a_gate_may_rest_on_what_somebody_judged() -> None:
    gate = {**HEAD, "id": "entry", "admits": {"verdict": "devotion"}}
    found = judged(attestation=[DEVOTION], gate=[gate])

    assert found["s1", None].status.value == "UNDETERMINED"
    assert found["s2", None].status.value == "NOT_MET"


def test_a_row_leads_back_to_the_answer() -> None:
    plan = plan_of(attestation=[DEVOTION])
    row = next(
        row
        for row in rows_of(evaluate_frame(plan, SCHOOLS, SEEN, as_of=AS_OF, complete_through=AS_OF))
        if row.bearer == "s2"
    )
    verdict = drill_down(plan, SCHOOLS, SEEN, row, as_of=AS_OF, complete_through=AS_OF)

    assert [getter(record)("id") for record in verdict.justification.counted] == ["r6"]
