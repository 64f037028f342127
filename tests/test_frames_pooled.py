"""Means and totals of groups over frames that have parts."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

from as_frames import FITS, KINDS, check_frames
from eduplan import Period, Person, Register, Status, evaluate
from eduplan.frames import evaluate_frame, rows_of
from eduplan.provisions import Quota
from eduplan.testing import cases, people, plans, records
from eduplan.testing.values import amounts
from test_frames import HEAD, plan_of, quota


@st.composite
def pooled_quotas(draw: st.DrawFn) -> Quota:
    """Return quotas of the mean or total of a group that have parts."""

    def part(number: int) -> dict[str, Any]:
        bound = draw(st.sampled_from(["at_least", "at_least", "at_most"]))
        table: dict[str, Any] = {"id": f"part-{number}", "where": draw(FITS)}
        kind = draw(
            st.sampled_from(["amount", "amount", "shared", "owed", "share", "records", "topic"])
        )
        if kind in ("amount", "shared"):
            return {**table, bound: draw(amounts()), "shared": kind == "shared"}
        table[bound] = draw(st.sampled_from(["1/2", "1/3", 1, 0]))
        if kind == "owed":
            return {**table, "of_owed": True}
        table["within"] = draw(st.one_of(st.just({}), FITS))
        more: dict[str, dict[str, Any]] = {
            "share": {},
            "records": {"records": True},
            "topic": {"distinct": "topic"},
        }
        return {**table, **more[kind]}

    kinds = ["training", "visit"]
    ways: list[dict[str, Any]] = [{"sum": "hours", "of": kinds}, {"count": kinds}]
    owed: list[Any] = [0, 1, 2, "5/2", [{"amount": 2, "where": {"role": "teacher"}}]]
    scopes = [{"mean": "tier"}, {"total": "tier"}, {"mean": "all"}, {"total": "level"}]
    return Quota(
        **HEAD,
        id="quota",
        measure=draw(st.sampled_from(ways)),
        every=draw(st.sampled_from(["school-year", "calendar-year"])),
        at_least=draw(st.sampled_from(owed)),
        bearer=draw(st.sampled_from([{}, {}, {"level": "city"}])),
        scope=draw(st.sampled_from(scopes)),
        partial=draw(st.sampled_from(["full", "full", "pro-rata", None])),
        part=[part(number) for number in range(draw(st.sampled_from([1, 2, 2, 3])))],
    )


POOLED = cases(
    plans=plans(provisions=pooled_quotas()),
    people=people(ids=["t1", "t2"]),
    records=records(bearers=["t1", "t2"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_parts_of_what_a_group_owes(kind: str) -> None:
    check_frames(kind, POOLED, examples=30)


# ---------------------------------------------------------------- in cases worked out by hand

AS_OF = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), date(2024, 9, 1))
PEOPLE = pl.DataFrame(
    {"id": ["t1", "t2", "t3"], "tier": ["a", "a", "b"], "level": ["city", "city", "county"]}
)
CREDITS = pl.DataFrame(
    {
        "kind": ["training"] * 4,
        "day": [date(2024, 3, 1)] * 4,
        "bearer": ["t1", "t1", "t2", "t3"],
        "hours": [4, 2, 1, 3],
        "mode": ["online", "on-site", "on-site", "online"],
        "tier": ["a", "a", "b", "b"],
    }
)


def judged(
    kind: str, records: pl.DataFrame = CREDITS, people: pl.DataFrame = PEOPLE, **keys: Any
) -> dict[str, tuple[Any, ...]]:
    """Return value, what is owed, status and reasons of every group, where all records are in."""
    make = KINDS[kind].make
    found = evaluate_frame(
        plan_of(quota=[quota(**{"scope": {"mean": "level"}, "partial": "full", **keys})]),
        make(people.to_arrow()),
        make(records.to_arrow()),
        as_of=AS_OF,
        complete_through=AS_OF,
        during=YEAR,
    )
    return {
        row.bearer: (row.value, row.required, row.status, row.reasons) for row in rows_of(found)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_of_a_mean_is_a_mean_too(kind: str) -> None:
    online = {"id": "online", "where": {"mode": "online"}}

    two = judged(kind, at_least=3, part=[{**online, "at_least": 2}])
    more = judged(kind, at_least=3, part=[{**online, "at_least": "5/2"}])
    all_ = judged(kind, at_least=3, part=[{"id": "all", "at_least": "11/3"}])

    # In the city 7 hours of two are 3 1/2, of which 4 online are 2 for each. In the county 3 of one.
    assert two == {
        "city": (Fraction(7, 2), 3, Status.MET, ()),
        "county": (3, 3, Status.MET, ()),
    }
    assert all_["city"][2] is Status.NOT_MET, "11/3 are more than 7/2"
    assert more == {
        "city": (Fraction(7, 2), 3, Status.NOT_MET, ()),
        "county": (3, 3, Status.MET, ()),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_of_a_group_is_taken_of_what_all_did(kind: str) -> None:
    tier = {"id": "tier", "where": {"tier": "@bearer.tier"}, "within": {}, "at_least": "6/7"}

    rows = judged(kind, at_least=1, part=[tier])
    more = judged(kind, at_least=1, part=[{**tier, "at_least": "13/15"}])

    # Six of seven hours are of the tier of whoever did them, all of t3. Six sevenths are 90 of 105,
    # and thirteen fifteenths 91.
    assert {name: row[2] for name, row in rows.items()} == dict.fromkeys(
        ("city", "county"), Status.MET
    )
    assert {name: row[2] for name, row in more.items()} == {
        "city": Status.NOT_MET,
        "county": Status.MET,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_that_is_a_share_of_what_is_owed_goes_by_what_is_owed_on_average(kind: str) -> None:
    owed = [{"amount": 4, "where": {"tier": "a"}}, {"amount": "5/2", "where": {"tier": "b"}}]
    most = {"id": "online", "where": {"mode": "online"}, "at_least": "4/5", "of_owed": True}

    rows = judged(kind, at_least=owed, part=[most])

    # Four fifths of 4 hours, and 2 on average online. Four fifths of 2 1/2 are 2, and 3 online.
    assert rows == {
        "city": (Fraction(7, 2), 4, Status.NOT_MET, ()),
        "county": (3, Fraction(5, 2), Status.MET, ()),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_an_hour_of_a_group_serves_one_part(kind: str) -> None:
    parts = [
        {"id": "online", "where": {"mode": "online"}, "at_least": 2},
        {"id": "own", "where": {"tier": "@bearer.tier"}, "at_least": 2},
    ]

    rows = judged(kind, at_least=1, part=parts)

    # In the city 6 hours fit the second part, of which 4 the first too: 2 and 3 on average, but
    # together they come to 6 where two people need 8. In the county 3 hours fit both, and 4 are
    # needed.
    assert {name: row[2] for name, row in rows.items()} == dict.fromkeys(
        ("city", "county"), Status.NOT_MET
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_known_of_a_member_leaves_a_part_of_the_group_open(kind: str) -> None:
    silent = CREDITS.with_columns(
        mode=pl.when(pl.col("hours") == 2).then(None).otherwise(pl.col("mode"))
    )
    online = {"id": "online", "where": {"mode": "online"}, "at_least": 3}

    rows = judged(kind, silent, at_least=3, part=[online])

    # 4 hours of the city are online, or 6: 2 for each, or 3.
    assert rows["city"][2:] == (Status.UNDETERMINED, ("members-undetermined",))
    assert rows["county"][2:] == (Status.MET, ())


@pytest.mark.parametrize("kind", KINDS)
def test_who_joined_later_leaves_a_group_with_parts_open_where_nothing_is_said(kind: str) -> None:
    people = PEOPLE.with_columns(joined=pl.Series([None, date(2024, 1, 1), None], dtype=pl.Date))
    online = {"id": "online", "where": {"mode": "online"}, "at_least": 9}

    rows = judged(kind, people=people, partial=None, at_least=8, part=[online])

    # Neither 8 hours nor 9 online are reached; but in the city it is not said what t2 owes.
    assert rows["city"][2:] == (Status.UNDETERMINED, ("partial-policy",))
    assert rows["county"][2:] == (Status.NOT_MET, ())


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_belong_to_a_group_leaves_it_and_its_parts_open(kind: str) -> None:
    people = PEOPLE.with_columns(tier=pl.Series(["a", None, "a"]))
    online = {"id": "online", "where": {"mode": "online"}, "at_least": 9}

    rows = judged(kind, people=people, bearer={"tier": "a"}, at_least=8, part=[online])

    # Whether t2 belongs to those of the city is not known.
    assert rows["city"][2:] == (Status.UNDETERMINED, ("bearer-fact",))
    assert rows["county"][2:] == (Status.NOT_MET, ())


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_group_that_fails_whoever_belongs_to_it_only_the_doubt_is_told(kind: str) -> None:
    people = PEOPLE.with_columns(tier=pl.Series(["a", None, "a"]))
    share = {
        "id": "far",
        "where": {"mode": "online"},
        "within": {"mode": "abroad"},
        "at_least": "1/2",
    }

    rows = judged(kind, people=people, bearer={"tier": "a"}, at_least=8, part=[share])

    # Nothing was done abroad, so that there is no share to take; but the 8 hours are not reached
    # either, so that this is not what is missing.
    assert rows["city"][2:] == (Status.UNDETERMINED, ("bearer-fact",))
    assert rows["county"][2:] == (Status.NOT_MET, ())


def test_a_group_that_is_decided_misses_nothing() -> None:
    tier = {"id": "tier", "where": {"tier": "a"}, "within": {"mode": "online"}, "at_least": "1/2"}
    plan = plan_of(quota=[quota(scope={"mean": "level"}, partial="full", part=[tier])])
    teacher = Person(id="t1", facts={"level": "city"})

    (verdict,) = evaluate(
        plan, [teacher], Register((), complete_through=AS_OF), as_of=AS_OF, during=YEAR
    )

    # Nothing was done online, so that there is no share to take; but nothing at all was done
    # either, and three hours are owed.
    assert (verdict.status, verdict.missing) == (Status.NOT_MET, ())
