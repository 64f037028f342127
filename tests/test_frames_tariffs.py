"""Tariffs over frames: what records are worth is what the reference says they are."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from as_frames import KINDS, check_frames
from eduplan import InputError, Period, Status
from eduplan.frames import evaluate_frame, rows_of
from eduplan.measures import Way
from eduplan.testing import cases, plans, quotas
from eduplan.verdicts import VerdictRow
from test_frames import PEOPLE, judge, plan_of, portable, quota

TARIFFS = cases(plans=plans(provisions=quotas(ways=(Way.CREDITS,)).filter(portable)))


@pytest.mark.parametrize("kind", KINDS)
def test_tariffs_agree_with_the_reference(kind: str) -> None:
    check_frames(kind, TARIFFS, examples=20)


TALKS = pl.DataFrame(
    {
        "kind": ["talk", "talk", "talk", "paper", "paper", "paper"],
        "day": [date(2024, 3, day) for day in range(1, 7)],
        "last_day": [None, date(2024, 3, 4), None, None, None, None],
        "bearer": ["t1", "t1", "t2", "t2", "t2", "t1"],
        "level": ["city", None, "county", None, None, None],
        "hours": [4.0, None, 3.0, None, None, None],
        "missed": [0.0, 0.0, 1.5, None, None, None],
        "score": [None, None, None, 7, 2, None],
    }
)
TARIFF = {
    "credits": ["talk", "paper"],
    "tariff": [
        {"where": {"kind": "talk", "level": "city"}, "per": "hours", "amount": "1/3"},
        {"where": {"kind": "talk"}, "per": "@days", "amount": 2},
        {"where": {"kind": "paper"}, "stated": "score", "least": 1, "most": 5},
    ],
    "factors": [[{"where": {"level": "city"}, "times": "1.5"}]],
}


def judged(
    measure: Mapping[str, Any], talks: pl.DataFrame = TALKS, **keys: Any
) -> dict[str, VerdictRow]:
    """Return what is said of everybody on the day after the school year, of which all is in."""
    found = evaluate_frame(
        plan_of(quota=[quota(measure=measure, **keys)]),
        PEOPLE,
        talks,
        as_of=date(2024, 9, 1),
        complete_through=date(2024, 8, 31),
        during=Period(date(2023, 9, 1), date(2024, 9, 1)),
    )
    return {row.bearer: row for row in rows_of(found)}


def test_the_first_row_that_fits_says_what_a_record_is_worth() -> None:
    rows = judged(TARIFF)

    # t1: the city talk is worth 4/3, times 1.5 that is 2. Of the talk from 2 to 4 March the level
    # is not known: 0, for its hours are not, or three days at 2 each. The paper without a score is
    # worth something from 0 to 5. So there are at least 2.
    assert (rows["t1"].value, rows["t1"].status) == (2, Status.UNDETERMINED)
    # t2: the county talk took one day and is worth 2. A score of 7 lies outside the range, which
    # leaves the paper out; 2 counts. That makes 4 of 3.
    assert (rows["t2"].value, rows["t2"].status) == (4, Status.MET)


def test_absence_cancels_a_record_and_a_rate_may_pay_for_whole_units_only() -> None:
    measure = {
        "credits": "talk",
        "tariff": [{"per": "hours", "each": 2, "whole": True, "amount": "1/2"}],
        "absence": {"missed": "missed", "of": "hours", "reaches": "1/2"},
    }

    rows = judged(measure, at_least=1)

    # t1: 4 hours are two units of half a credit each; the talk whose hours are not stated may be
    # worth more, but 1 is enough. t2 missed half of the only talk, and the year is over.
    assert (rows["t1"].value, rows["t1"].status) == (1, Status.MET)
    assert (rows["t2"].value, rows["t2"].status) == (0, Status.NOT_MET)


def test_a_rate_may_depend_on_the_bearer() -> None:
    own = {"tier": "@bearer.tier"}
    measure = {"credits": "talk", "tariff": [{"where": own, "fixed": "5/7"}, {"fixed": "1/7"}]}

    rows = judged(measure, TALKS.with_columns(tier=pl.lit("a")), at_least=1)

    # Both talks of t1 are of its tier and are worth 10/7; of t2, whose tier is not known, the talk
    # is worth 1/7 or 5/7, which is too little either way.
    assert (rows["t1"].value, rows["t1"].status) == (Fraction(10, 7), Status.MET)
    assert (rows["t2"].value, rows["t2"].status) == (Fraction(1, 7), Status.NOT_MET)


@pytest.mark.parametrize("by", [{"records": True}, {"distinct": "topic"}])
def test_a_record_that_may_count_for_nothing_decides_no_part_by_number(by: dict[str, Any]) -> None:
    talks = pl.DataFrame(
        {
            "kind": "talk",
            "day": date(2024, 3, 1),
            "bearer": ["t1", "t1", "t2", "t2"],
            "level": ["county", "city"] * 2,
            "topic": ["reading", "writing"] * 2,
            "hours": [4, 4, 4, 4],
            "missed": [0, None, 0, 1],
        }
    )
    measure = {
        "credits": "talk",
        "tariff": [{"per": "hours"}],
        "absence": {"missed": "missed", "of": "hours", "reaches": "1/2"},
    }
    part = {"id": "city", "where": {"level": "city"}, "within": {}, "at_least": "1/2", **by}

    rows = judged(measure, talks, part=[part])

    # One talk of each is enough for the 3 credits. Of both talks of t2 one is of the city, which is
    # half. Of t1 it is not known how much it missed of that of the city: was it half, the talk is
    # cancelled, and none of the one that is left is of the city.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert (rows["t2"].status, rows["t2"].value) == (Status.MET, 8)


def test_what_the_tariff_does_not_list_matters_not_though_it_is_from_before_joining() -> None:
    talks = TALKS.head(1).with_columns(
        hours=pl.lit(0), bearer=pl.lit("t3"), level=pl.lit(None, pl.String), kind=pl.lit("paper")
    )
    listed = {"credits": "paper", "tariff": [{"where": {"score": {"above": 0}}, "per": "hours"}]}
    part = {"id": "city", "where": {"level": "city"}, "within": {}, "at_least": "1/2"}
    keys: dict[str, Any] = {
        "at_least": 0,
        "partial": "full",
        "before_joining": {"recognised": True},
    }

    [row] = rows_of(
        evaluate_frame(
            plan_of(quota=[quota(measure=listed, part=[part], **keys)]),
            pl.DataFrame({"id": ["t3"], "joined": [date(2024, 5, 1)]}),
            talks.with_columns(score=pl.lit(0)),
            as_of=date(2024, 8, 31),
            complete_through=date(2024, 8, 31),
            during=Period(date(2023, 9, 1), date(2024, 9, 1)),
        )
    )

    # Whether the paper was recognised is not known, but it has no score and counts in no case: there
    # is nothing yet of which to take a share, and the year is not over.
    assert (row.status, row.reasons) == (Status.PENDING, ())


WRONG = {
    "amounts below zero": ({"hours": pl.lit(-1)}, "records.hours: holds amounts below zero"),
    "amounts that are no numbers": (
        {"hours": pl.lit("much")},
        "records.hours: holds amounts that are not numbers",
    ),
    "a last day before the first": (
        {"last_day": pl.lit(date(2024, 1, 1))},
        "records.last_day: records whose last day comes before the first: 6",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_facts_that_cannot_be_paid_for_are_refused(name: str) -> None:
    changed, says = WRONG[name]

    with pytest.raises(InputError) as refused:
        judge(plan_of(quota=[quota(measure=TARIFF)]), PEOPLE, TALKS.with_columns(**changed))

    assert str(refused.value).startswith(says)


def test_too_many_different_facts_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eduplan.frames.tariffs.MOST_VALUES", 5)

    with pytest.raises(InputError, match=r"tariff reads \(kind, level, hours, @days, score\)"):
        judge(plan_of(quota=[quota(measure=TARIFF)]), PEOPLE, TALKS)
