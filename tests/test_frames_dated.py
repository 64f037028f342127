"""Versions that govern by the day of a record, over frames: each is measured by that of its day."""

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import reject
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, Status
from eduplan.measures import Way
from eduplan.measures.measure import as_measure
from eduplan.provisions import Quota
from eduplan.testing import cases, divided_quotas, people, plans, quotas, records
from eduplan.testing.provisions import measures
from eduplan.testing.values import days
from eduplan.verdicts import VerdictRow
from test_frames import plan_of, portable, quota
from test_frames_quotas import judged

AMOUNTS = (Way.COUNT, Way.SUM, Way.CREDITS)


@st.composite
def dated(draw: st.DrawFn) -> Quota:
    """Return quotas of which each record is measured by the version of its day."""
    base = draw(divided_quotas() | quotas(ways=AMOUNTS) | quotas(ways=AMOUNTS))
    several = []
    for day in sorted(draw(st.lists(days(), min_size=1, max_size=2, unique=True))):
        other = as_measure(draw(measures(AMOUNTS)))
        measure = attrs.evolve(other, by=base.measure.by, caps=base.measure.caps)
        several.append({"from": day, "measure": measure})
    keys: dict[str, Any] = {"governs": "record-date", "version": several}
    if draw(st.sampled_from([False, False, False, True])):
        keys |= draw(st.sampled_from([{"grace": "1 month"}, {"carry_over": {}}]))
    if draw(st.sampled_from([False, False, False, True])):
        keys["leave"] = {"kind": "visit"}
    if draw(st.sampled_from([False, False, False, False, True])):
        keys["scope"] = {"share": "tier", "reaches": "1/2"}
    try:
        return attrs.evolve(base, **keys)
    except InputError:  # such as from a day before the quota's first
        reject()


DATED = cases(
    plans=plans(provisions=dated().filter(portable)),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_versions_by_record_date(kind: str) -> None:
    check_frames(kind, DATED, examples=40)


# ---------------------------------------------------------------- worked out by hand

RECORDS = pl.DataFrame(
    {
        "id": ["r1", "r2", "r3", "r4", "r5"],
        "kind": ["training", "training", "visit", "visit", "training"],
        "day": [*[date(2023, 12, 31), date(2024, 1, 1)] * 2, date(2024, 3, 1)],
        "bearer": ["t1", "t1", "t1", "t1", "t2"],
        "hours": [3, 3, 5, 5, None],
        "mode": ["online", "online", "online", "on-site", "online"],
    }
)
HOURS = {"sum": "hours", "of": "training"}
VISITS = {"count": "visit", "where": {"mode": "on-site"}}
"""From 2024 on a visit on site counts for one, and training no longer."""


def versioned(
    later: dict[str, Any], *, through: Any = date(2024, 8, 31), **keys: Any
) -> dict[str, VerdictRow]:
    """Return what is said of t1 and t2 where another measure holds from 2024 on."""
    version = {"from": date(2024, 1, 1), "measure": later}
    table = quota(**{"measure": HOURS, "governs": "record-date", "version": [version], **keys})
    people = pl.DataFrame({"id": ["t1", "t2"]})
    plan = plan_of(quota=[table])
    return judged(plan, people=people, records=RECORDS, complete_through=through)


def test_each_record_is_measured_by_the_version_of_its_day() -> None:
    rows = versioned(VISITS, at_least=4)

    # 3 hours of training in 2023; the visit of that day does not count. In 2024 the visit counts
    # for one, and 3 hours of training for nothing.
    assert (rows["t1"].value, rows["t1"].status) == (4, Status.MET)
    assert (rows["t2"].value, rows["t2"].status) == (0, Status.NOT_MET)


def test_records_that_a_later_version_alone_counts_are_read_where_columns_do_not_tell() -> None:
    rows = versioned(VISITS, at_least=4, carry_over={})

    # As above. What is carried over is told record by record: visits have to be read too, for which
    # only the later version asks, and the way in which they took place.
    assert (rows["t1"].value, rows["t1"].status) == (4, Status.MET)
    assert (rows["t2"].value, rows["t2"].status) == (0, Status.NOT_MET)


def test_a_rate_is_of_members_whose_records_go_by_the_version_of_their_day() -> None:
    rate = {"share": "all", "reaches": "1/2"}

    found = versioned(VISITS, at_least=4, scope=rate)
    stricter = versioned(VISITS, at_least=5, scope=rate)

    # t1 has 4, as above, and t2 nothing.
    assert (found["all"].value, found["all"].status) == (Fraction(1, 2), Status.MET)
    assert (stricter["all"].value, stricter["all"].status) == (0, Status.NOT_MET)


def test_a_cap_takes_together_what_different_versions_count() -> None:
    cap = {"at_most": 2, "per": "period", "where": {"mode": "online"}}

    rows = versioned({**VISITS, "caps": cap}, measure={**HOURS, "caps": cap}, at_least=4)

    # Of 3 hours online 2 count, and the visit is on site.
    assert (rows["t1"].value, rows["t1"].status) == (3, Status.NOT_MET)


def test_parts_hold_whatever_measured_a_record() -> None:
    part = {"id": "online", "where": {"mode": "online"}, "at_least": "11/3"}
    ninths = {"credits": "training", "tariff": [{"per": "hours", "amount": "2/9"}]}

    rows = versioned(ninths, at_least=3, part=[part])

    # 3 hours in 2023 and two ninths of 3 in 2024 make 11/3, all of them online. Of t2 it is not
    # stated how long it was, so that there is no saying.
    assert (rows["t1"].value, rows["t1"].status) == (Fraction(11, 3), Status.MET)
    assert (rows["t2"].status, rows["t2"].reasons) == (Status.UNDETERMINED, ("record-fact",))


def test_amounts_may_be_large_in_one_version_and_finely_divided_in_another() -> None:
    measure = {"credits": "training", "tariff": [{"per": "hours", "amount": 1000}]}
    ninths = {"credits": "visit", "tariff": [{"per": "hours", "amount": "2/9"}]}

    rows = versioned(ninths, measure=measure)

    # 1000 for each of 3 hours in 2023, two ninths for each of 5 in 2024.
    assert rows["t1"].value == 3000 + Fraction(10, 9)


def test_failures_need_a_register_of_all_kinds_that_any_version_counts() -> None:
    rows = versioned(VISITS, at_least=5, through={"training": date(2024, 8, 31)})

    assert (rows["t1"].status, rows["t1"].reasons) == (
        Status.UNDETERMINED,
        ("register-undeclared",),
    )
