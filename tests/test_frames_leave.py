"""Leave over frames: what is owed by those who were away for some days, and what is not known of it."""

from datetime import date
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import reject
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, Status
from eduplan.frames import drill_down
from eduplan.provisions import Quota
from eduplan.testing import cases, divided_quotas, people, plans, quotas, records
from eduplan.testing.values import selectors
from eduplan.verdicts import VerdictRow
from test_frames import plan_of, portable, quota
from test_frames_quotas import AS_OF, YEAR, judged


@st.composite
def with_leave(draw: st.DrawFn) -> Quota:
    """Return quotas of which less is owed by those on leave."""
    quota = draw(divided_quotas() | divided_quotas() | quotas())
    where: st.SearchStrategy[Any] = st.just({}) | st.just({"passed": True}) | selectors()
    rule = {
        "kind": draw(st.sampled_from(["visit", "visit", "training", ["visit", "training"]])),
        "where": draw(where),
        "by": draw(st.sampled_from(["bearer", "bearer", "bearer", "guest"])),
    }
    served = st.sampled_from([None, None, None, "30 days", "5 months", "1 year"])
    opens = st.sampled_from([None, None, None, None, "100 days", "11 months"])
    keys: dict[str, Any] = {"leave": rule, "serves_at_least": draw(served), "opens": draw(opens)}
    try:
        return attrs.evolve(quota, **keys)
    except InputError:  # such as of an upper bound
        reject()


LEAVE = cases(
    plans=plans(provisions=with_leave().filter(portable)),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_leave(kind: str) -> None:
    check_frames(kind, LEAVE, examples=40)


# ---------------------------------------------------------------- worked out by hand

NAMES = ("t1", "t2", "t3", "t4")
PAID = {"kind": "leave", "where": {"paid": True}}


def away(*several: tuple[str, date, date | None, bool | None]) -> pl.DataFrame:
    """Return 180 hours of everybody, and leave: whose, from when to when, and whether paid."""
    hours = [("training", date(2023, 10, 9), None, name, 180, None) for name in NAMES]
    leave = [("leave", first, last, name, None, paid) for name, first, last, paid in several]
    names = ("kind", "day", "last_day", "bearer", "hours", "paid")
    return pl.DataFrame([*hours, *leave], names, orient="row")


def rows(records: pl.DataFrame, **keys: Any) -> dict[str, VerdictRow]:
    """Return what is said of a year of 366 days, in which an hour a day is owed."""
    table = quota(**{"at_least": 366, "leave": PAID, **keys})
    people = pl.DataFrame({"id": NAMES})
    return judged(plan_of(quota=[table]), people=people, records=records)


def test_a_day_of_leave_counts_once_and_in_its_period_only() -> None:
    records = away(
        ("t1", date(2024, 3, 1), date(2024, 3, 10), True),
        ("t1", date(2024, 3, 6), date(2024, 3, 15), True),  # 15 days together
        ("t1", date(2024, 3, 8), date(2024, 3, 9), True),  # within both
        ("t2", date(2023, 8, 20), date(2023, 9, 5), True),  # 5 days of this year
        ("t3", date(2024, 8, 31), None, True),  # a single day, the last
        ("t4", date(2024, 9, 1), date(2024, 12, 31), True),  # in the next year
    )

    assert {name: row.required for name, row in rows(records).items()} == {
        "t1": 351,
        "t2": 361,
        "t3": 365,
        "t4": 366,
    }


HALF = date(2024, 2, 29), date(2024, 8, 31)
"""The last 185 days of the year, without which 181 are left."""
MORE = date(2024, 2, 28), date(2024, 8, 31)


def test_what_hangs_on_leave_that_is_not_known_to_be_some_is_open() -> None:
    records = away(
        ("t1", *HALF, None),  # perhaps 181 are owed, which is more than 180
        ("t2", *MORE, None),  # perhaps 180 are
        ("t3", *MORE, True),
        ("t3", *HALF, None),  # nothing hangs on it
        ("t4", *MORE, False),
    )

    found = rows(records)

    assert {name: (row.status, row.required) for name, row in found.items()} == {
        "t1": (Status.NOT_MET, 366),
        "t2": (Status.UNDETERMINED, 366),
        "t3": (Status.MET, 180),
        "t4": (Status.NOT_MET, 366),
    }
    assert found["t2"].reasons == ("record-fact",)


def test_who_was_away_too_long_owes_nothing_whatever_is_not_known_of_its_parts() -> None:
    records = away(("t1", *MORE, True)).with_row_index("id").with_columns(pl.col("id").cast(str))
    part = {"id": "online", "where": {"mode": "online"}, "at_least": 1, "bearer": {"tier": "a"}}

    found = rows(records, serves_at_least="200 days", part=[part])

    # Nobody's tier is known. t1 was there on 180 days; t2 throughout.
    assert (found["t1"].status, found["t1"].reasons) == (
        Status.NOT_APPLICABLE,
        ("served-too-little",),
    )
    assert (found["t2"].status, found["t2"].reasons) == (Status.UNDETERMINED, ("bearer-fact",))


def test_leave_lessens_a_share_of_what_is_owed_and_no_fixed_floor() -> None:
    records = away(("t1", *MORE, True), ("t2", *MORE, None), ("t3", *MORE, True))
    share = {"id": "share", "of_owed": True, "at_least": 1, "shared": True}
    floor = {"id": "floor", "at_least": 181}

    of_owed, fixed = rows(records, part=[share]), rows(records, part=[floor])

    # All of 180 is owed after leave. A floor of 181 hours stays what it is.
    assert (of_owed["t1"].status, fixed["t1"].status) == (Status.MET, Status.NOT_MET)
    assert (of_owed["t2"].status, of_owed["t2"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert of_owed["t4"].status is Status.NOT_MET


def test_nothing_hangs_on_leave_for_a_part_that_is_asked_of_others() -> None:
    records = away(("t1", *MORE, None), ("t2", *MORE, None))
    share = {"id": "share", "of_owed": True, "at_least": 1, "bearer": {"role": "head"}}
    people = pl.DataFrame({"id": NAMES[:2], "role": ["head", "teacher"]})
    plan = plan_of(quota=[quota(at_least=180, leave=PAID, part=[share])])

    found = judged(plan, people=people, records=records)

    # Both did the 180 hours they owe at the most; all of these are asked of the head once more.
    assert {name: row.status for name, row in found.items()} == {
        "t1": Status.MET,
        "t2": Status.MET,
    }


def test_parts_that_clash_unless_something_is_leave_are_open() -> None:
    records = away(("t2", *MORE, None)).with_columns(
        mode=pl.lit("online"), organised=pl.lit("central")
    )
    parts = [
        {"id": "online", "where": {"mode": "online"}, "of_owed": True, "at_least": "3/5"},
        {"id": "central", "where": {"organised": "central"}, "of_owed": True, "at_least": "3/5"},
    ]

    found = rows(records, at_least=180, part=parts)

    # All 180 hours that are owed are done. Each part asks for 108 of them, and every hour would
    # serve either; for both 216 are needed. If t2 was on leave, these are less than 180.
    assert found["t1"].status is Status.NOT_MET
    assert (found["t2"].status, found["t2"].reasons) == (Status.UNDETERMINED, ("record-fact",))


def test_who_served_too_little_because_of_leave_owes_nothing() -> None:
    records = away(("t1", *HALF, True), ("t2", *MORE, True), ("t3", *MORE, None))

    found = rows(records, serves_at_least="181 days")

    # 366 - 185 = 181 days are enough, a day less is not; of t3 it is not known which.
    assert (found["t1"].status, found["t1"].required) == (Status.NOT_MET, 181)
    assert (found["t2"].status, found["t2"].reasons) == (
        Status.NOT_APPLICABLE,
        ("served-too-little",),
    )
    assert (found["t3"].status, found["t3"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert found["t4"].required == 366


def test_a_cap_that_is_a_share_of_what_is_owed_is_not_lessened_by_leave() -> None:
    measure = {"sum": "hours", "of": "training", "caps": {"share": "1/3", "per": "period"}}

    found = rows(away(("t1", *MORE, True)), measure=measure)

    # A third of 366 hours is 122; of the 180 hours that t1 owes after leave it would be 60.
    assert [found[name].value for name in ("t1", "t2")] == [122, 122]
    assert [found[name].required for name in ("t1", "t2")] == [180, 366]


def test_failures_need_a_register_of_leave_that_is_complete() -> None:
    plan = plan_of(quota=[quota(at_least=366, leave=PAID, part=[{"id": "floor", "at_least": 181}])])
    people = pl.DataFrame({"id": NAMES})
    known = {"training": date(2024, 8, 31), "leave": date(2024, 8, 30)}

    found = judged(plan, people=people, records=away(), complete_through=known)
    whole = plan_of(quota=[quota(at_least=366, leave=PAID)])
    alone = judged(whole, people=people, records=away(), complete_through=known)

    # A day of leave may be missing, which lessens the whole; the floor does not hang on it.
    assert found["t1"].status is Status.NOT_MET
    assert (alone["t1"].status, alone["t1"].reasons) == (
        Status.UNDETERMINED,
        ("register-incomplete",),
    )


def test_leave_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InputError, match="last_day"):
        rows(away(("t1", date(2024, 3, 2), date(2024, 3, 1), True)))


def test_a_row_leads_to_the_leave_it_rests_on() -> None:
    leave = pl.col("kind") == "leave"  # which points to the bearer by a fact of its own
    records = away(("t1", *MORE, True)).with_columns(
        teacher=pl.when(leave).then("bearer"), bearer=pl.when(~leave).then("bearer")
    )
    plan = plan_of(quota=[quota(at_least=366, leave={**PAID, "by": "teacher"})])
    people = pl.DataFrame({"id": NAMES})
    given: dict[str, Any] = {"as_of": AS_OF, "complete_through": AS_OF, "during": YEAR}

    row = judged(plan, people=people, records=records)["t1"]
    verdict = drill_down(plan, people, records, row, **given)

    assert (verdict.required, verdict.status) == (180, Status.MET)
    assert [point.code for point in verdict.justification.points] == ["on-leave"]
