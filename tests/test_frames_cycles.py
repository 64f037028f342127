"""Cycles over frames that depend on records: renewals, changes, and leave that puts them on hold."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import reject
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError, Period, Status
from eduplan.frames import evaluate_frame, rows_of
from eduplan.provisions import Quota
from eduplan.testing import cases, people, plans, records
from eduplan.testing.values import seldom
from eduplan.verdicts import VerdictRow
from test_frames import HEAD, plan_of, portable, quota

WHICH = st.sampled_from([{}, {}, {"passed": True}, {"tier": "@bearer.tier"}, {"mode": "online"}])
BY = st.sampled_from(["bearer", "bearer", "guest"])


@st.composite
def renewals(draw: st.DrawFn) -> dict[str, Any]:
    """Return what completes a cycle, with windows and grace."""
    rule = {"kind": draw(st.sampled_from(["visit", ["visit", "training"]])), "where": draw(WHICH)}
    rule["by"] = draw(BY)
    early = draw(st.sampled_from(["completion", "due", "nothing"]))
    late = draw(st.sampled_from(["completion", "due"]))
    rule |= {"early": early, "late": late}
    if early != "due":
        rule["opens"] = draw(st.sampled_from(["1 month", "6 months"]))
    if late == "due":
        rule["grace"] = draw(st.sampled_from(["1 month", "6 months"]))
    return rule


def changes() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["visit", "training"]),
            "governs": st.sampled_from(["period-start", "as-of"]),
            "by": BY,
        }
    )


def holds() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"kind": st.just("visit"), "where": WHICH, "by": BY},
        optional={"at_least": st.sampled_from(["1 month", "3 months"])},
    )


@st.composite
def renewed_quotas(draw: st.DrawFn) -> Quota:
    """Return quotas of cycles that depend on records."""
    length: Any = draw(st.sampled_from(["1 year", "6 months"]))
    change = draw(seldom(changes()))
    if change is not None or draw(st.booleans()):
        length = [{"where": {"tier": "a"}, "length": length}, {"length": "18 months"}]
    every: dict[str, Any] = {"cycle": length, "from": "@bearer.joined"}
    if draw(st.sampled_from([False, False, True])):
        every["until"] = "@bearer.left"
    elif draw(st.sampled_from([False, False, True])):
        every["aligned"] = "school-year"
    after, hold = draw(st.none() | renewals()), draw(seldom(holds()))
    rules = {"after": after, "change": change, "hold": hold}
    every |= {name: rule for name, rule in rules.items() if rule is not None}
    keys: dict[str, Any] = {"partial": draw(st.sampled_from(["full", "pro-rata", None]))}
    keys["stub"] = draw(st.sampled_from(["full", "pro-rata", None]))
    if draw(st.sampled_from([False, False, True])):
        keys["part"] = [{"id": "online", "where": {"mode": "online"}, "at_least": 1}]
    if draw(st.sampled_from([False, False, True])):
        kind = draw(st.sampled_from(["training", "visit", ["visit", "training"]]))
        keys["leave"] = {"kind": kind, "by": draw(BY), "where": draw(WHICH)}
    if draw(st.sampled_from([False, False, True])):
        keys |= {"governs": "as-of", "version": [{"from": date(2024, 1, 1), "at_least": 1}]}
    try:
        return Quota(
            **HEAD,
            id="quota",
            measure={"sum": "hours", "of": "training"},
            every=every,
            at_least=draw(st.sampled_from([1, 2, 3])),
            **keys,
        )
    except InputError:  # such as a grid and a start at once
        reject()


RENEWED = cases(
    plans=plans(provisions=renewed_quotas().filter(portable)),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_cycles_that_depend_on_records(kind: str) -> None:
    check_frames(kind, RENEWED, examples=60)


# ---------------------------------------------------------------- in cases worked out by hand

AS_OF = date(2024, 9, 1)
DURING = Period(date(2022, 1, 1), date(2024, 9, 1))
PEOPLE = pl.DataFrame(
    {
        "id": ["t1", "t2"],
        "joined": [date(2022, 1, 1), date(2022, 1, 1)],
        "tier": ["a", "a"],
    }
)
ON_FILE = pl.DataFrame(
    {
        "id": ["r1", "r2", "r3", "r4", "r5"],
        "kind": ["renewal", "renewal", "leave", "change", "training"],
        "day": [
            *(date(2022, 10, 1), date(2024, 2, 1), date(2022, 3, 1), date(2022, 7, 1)),
            date(2022, 12, 1),
        ],
        "last_day": [None, None, date(2022, 3, 31), None, None],
        "bearer": ["t1"] * 5,
        "tier": [None, None, None, "b", None],
        "hours": [None, None, None, None, 5],
    }
)
LICENCE = {"cycle": "1 year", "from": "@bearer.joined"}
CYCLES: dict[str, tuple[dict[str, Any], list[tuple[date, date]]]] = {
    # The renewal of 1 October 2022 starts the next cycle on that day, and that one runs for a year.
    # It is renewed late, in February 2024: the next cycle runs from then, and none in between.
    "a renewal": (
        {**LICENCE, "after": "renewal"},
        [
            (date(2022, 1, 1), date(2022, 10, 1)),
            (date(2022, 10, 1), date(2023, 10, 1)),
            (date(2024, 2, 1), date(2025, 2, 1)),
        ],
    ),
    # The 31 days of March come on top of the first cycle.
    "leave that puts it on hold": (
        {**LICENCE, "hold": {"kind": "leave"}},
        [
            (date(2022, 1, 1), date(2023, 2, 1)),
            (date(2023, 2, 1), date(2024, 2, 1)),
            (date(2024, 2, 1), date(2025, 2, 1)),
        ],
    ),
    # From July 2022 on two years, counted from January 2022. Before a change states it the tier
    # would not be known, were one not on file for the day the cycle begins.
    "a change": (
        {
            "cycle": [{"where": {"tier": "b"}, "length": "2 years"}, {"length": "1 year"}],
            "from": "@bearer.joined",
            "change": {"kind": "change", "governs": "as-of"},
        },
        [(date(2022, 1, 1), date(2024, 1, 1)), (date(2024, 1, 1), date(2026, 1, 1))],
    ),
}
BEFORE = pl.DataFrame(
    {
        "id": ["r0"],
        "kind": ["change"],
        "day": [date(2021, 12, 1)],
        "last_day": [None],
        "bearer": ["t1"],
        "tier": ["a"],
        "hours": [None],
    },
    schema=ON_FILE.schema,
)
PLAIN = [(date(year, 1, 1), date(year + 1, 1, 1)) for year in (2022, 2023, 2024)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CYCLES)
def test_cycles_go_by_what_is_on_file_of_each_bearer(name: str, kind: str) -> None:
    every, expected = CYCLES[name]
    make = KINDS[kind].make
    records = pl.concat([BEFORE, ON_FILE]).to_arrow()

    rows: list[VerdictRow] = list(
        rows_of(
            evaluate_frame(
                plan_of(quota=[quota(every=every, partial="full")]),
                make(PEOPLE.to_arrow()),
                make(records),
                as_of=AS_OF,
                complete_through=AS_OF,
                during=DURING,
            )
        )
    )

    periods: dict[str, list[tuple[date, date]]] = {"t1": [], "t2": []}
    for row in rows:
        assert row.period is not None
        periods[row.bearer].append((row.period.start, row.period.end))
    assert sorted(periods["t1"]) == expected
    # Of t2 nothing is on file: what has not been renewed is not followed by another cycle.
    assert sorted(periods["t2"]) == (PLAIN[:1] if "after" in every else PLAIN)
    # The five hours of December 2022 count in the cycle in which that day lies.
    (with_hours,) = [row.period for row in rows if row.value == 5]
    assert with_hours is not None
    assert date(2022, 12, 1) in with_hours


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (["r0", "r1", "r2", "r3", None, "r5"], "records.id: is blank in rows: 1"),
        (["r0", "r1", "r2", "r3", "r0", "r5"], "records.id: ids that stand more than once: 1"),
    ],
)
def test_changes_that_have_no_order_are_refused(ids: list[str | None], says: str) -> None:
    every, _ = CYCLES["a change"]
    records = pl.concat([BEFORE, ON_FILE]).with_columns(id=pl.Series(ids))

    with pytest.raises(InputError) as refused:
        evaluate_frame(
            plan_of(quota=[quota(every=every, partial="full")]),
            PEOPLE,
            records,
            as_of=AS_OF,
            during=DURING,
        )

    assert str(refused.value).startswith(says)


def test_leave_may_put_off_a_cycle_and_lessen_what_is_owed() -> None:
    every, cycles = CYCLES["leave that puts it on hold"]
    owed = quota(every=every, partial="full", at_least=396, leave={"kind": "leave"})

    rows = rows_of(
        evaluate_frame(plan_of(quota=[owed]), PEOPLE.head(1), ON_FILE, as_of=AS_OF, during=DURING)
    )

    # The 31 days of March put the first cycle off, which so has 396, and on 365 of these there is
    # no leave. In the next ones there is none at all.
    assert sorted((row.period.start, row.required) for row in rows if row.period) == [
        (start, required) for (start, _), required in zip(cycles, (365, 396, 396), strict=True)
    ]


def test_leave_that_ends_before_it_begins_is_refused() -> None:
    every, _ = CYCLES["leave that puts it on hold"]
    before = pl.col("day").dt.offset_by("-1d")
    twice = ON_FILE.filter(pl.col("kind") == "leave").with_columns(id=pl.lit("r6"))
    turned = pl.concat([ON_FILE, twice]).with_columns(
        last_day=pl.when(pl.col("kind") != "training").then(before)
    )

    # All but the training end before they begin.
    with pytest.raises(InputError, match=r"records\.last_day: .* comes before the first: 5$"):
        evaluate_frame(
            plan_of(quota=[quota(every=every, partial="full")]),
            PEOPLE,
            turned,
            as_of=AS_OF,
            during=DURING,
        )


def test_leave_of_one_day_may_begin_with_leave_of_many() -> None:
    every, cycles = CYCLES["leave that puts it on hold"]
    of_a_day = ON_FILE.filter(pl.col("kind") == "leave").with_columns(
        id=pl.lit("r6"), last_day=pl.lit(None, pl.Date)
    )

    rows = rows_of(
        evaluate_frame(
            plan_of(quota=[quota(every=every, partial="full")]),
            PEOPLE.head(1),
            pl.concat([of_a_day, ON_FILE]),
            as_of=AS_OF,
            during=DURING,
        )
    )

    # 1 March is one of the 31 days of the other: the cycle is put off by no more than these.
    assert sorted((row.period.start, row.period.end) for row in rows if row.period) == cycles


def test_of_changes_on_one_day_the_later_by_its_id_holds() -> None:
    every, _ = CYCLES["a change"]
    twice = ON_FILE.filter(pl.col("kind") == "change").with_columns(
        id=pl.lit("r9"), tier=pl.lit("a")
    )
    records = pl.concat([BEFORE, twice, ON_FILE])

    rows = rows_of(
        evaluate_frame(
            plan_of(quota=[quota(every=every, partial="full")]),
            PEOPLE.head(1),
            records,
            as_of=AS_OF,
            during=DURING,
        )
    )

    # r4 states tier b, r9, on the same day, tier a again: every cycle is of one year.
    assert sorted(row.period.start for row in rows if row.period) == [one for one, _ in PLAIN]


def test_without_all_renewals_nothing_is_said_to_be_missed() -> None:
    every, _ = CYCLES["a renewal"]

    def said(**complete: date) -> set[tuple[Status, tuple[str, ...]]]:
        found = evaluate_frame(
            plan_of(quota=[quota(every=every, partial="full")]),
            PEOPLE.tail(1),
            ON_FILE,
            as_of=AS_OF,
            during=DURING,
            complete_through=complete,
        )
        return {(row.status, row.reasons) for row in rows_of(found)}

    # The cycle of 2022 may have been renewed early, so that it was another in which nothing was
    # done.
    assert said(training=AS_OF, renewal=AS_OF) == {(Status.NOT_MET, ())}
    assert said(training=AS_OF) == {(Status.UNDETERMINED, ("register-undeclared",))}
