"""Of many records, all ranges of a period are added up abreast: with the same rows as one by one.

Here few records are many, so that the sums are made so.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st

import eduplan.frames.abreast
from as_frames import check_frames
from eduplan import Period, Plan, Register, Status, evaluate
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.frames.abreast import Abreast
from eduplan.provisions import Quota
from eduplan.testing import cases, plans
from eduplan.verdicts import VerdictRow, row_of
from test_frames import HEAD, plan_of, quota

CYCLE = {"cycle": "3 years", "grid": date(2023, 1, 1)}
ONLINE = {"at_most": 40, "per": "calendar-year", "where": {"mode": "online"}}


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Take few records for many, and return how often sums are made abreast."""
    times: list[int] = []
    beside = Abreast.beside

    def counted(self: Abreast, grid: Any) -> Any:
        times.append(len(self.slots))
        return beside(self, grid)

    monkeypatch.setattr(eduplan.frames.abreast, "FEWEST", 0)
    monkeypatch.setattr(Abreast, "beside", counted)
    yield times
    assert times, "nothing was added up abreast"


@st.composite
def cycles_of_training(draw: st.DrawFn) -> Quota:
    """Return quotas of everybody in cycles of two years, with the caps and parts there may be."""
    online, on_site = {"mode": "online"}, {"mode": "on-site"}
    measure: dict[str, Any] = {"count": "training"}
    if draw(st.sampled_from([True, True, False])):
        measure = {"sum": "hours", "of": "training"}
        cap = {"at_most": draw(st.sampled_from([1, "3/2", 2]))}
        per = st.sampled_from(["calendar-year", "year", "period", "record"])
        where = draw(st.sampled_from([online, online, {}]))
        several = draw(st.lists(per, max_size=2, unique=True))
        measure["caps"] = [{**cap, "per": one, "where": where} for one in several]
    bound: st.SearchStrategy[Any] = st.sampled_from([1, 2, "1/2"])
    share: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
        [{"at_least": "1/2"}, {"at_most": "1/2"}, {"at_least": 1}]
    )
    own: dict[str, Any] = {
        "where": {"tier": "@bearer.tier"},
        "within": draw(st.sampled_from([on_site, on_site, {}])),
    }
    parts: list[dict[str, Any]] = [
        {"where": on_site, "at_least": draw(bound)},
        {"where": on_site, "at_most": draw(bound)},
        {**own, **draw(share)},
        {**own, **draw(share)},
        {
            "where": on_site,
            "within": {"passed": True},
            **draw(share),
            "records": draw(st.booleans()),
        },
        {"yearly": True, "at_least": draw(bound)},
        {"at_least": draw(bound)},
    ]
    chosen = draw(st.lists(st.sampled_from(range(7)), max_size=4, unique=True))
    return Quota(
        **HEAD,
        id="quota",
        measure=measure,
        every={
            "cycle": "2 years",
            "grid": draw(st.sampled_from([date(2023, 1, 1), date(2022, 9, 1)])),
        },
        at_least=draw(st.sampled_from([0, 1, 2, 3])),
        partial="full",
        part=[
            {"id": f"part-{number}", **parts[number]}
            | ({} if "within" in parts[number] else {"shared": True})
            for number in chosen
        ],
    )


def test_frames_agree_with_the_reference(made: list[int]) -> None:
    quotas = cycles_of_training().filter(lambda quota: not any(refusals(quota)))

    check_frames("polars lazy", cases(plans=plans(provisions=quotas)), examples=200)

    assert len(made) > 20
    assert {1, 2} <= set(made)


YEARS = Period(date(2023, 1, 1), date(2026, 1, 1))
HOURS = {"kind": pl.String, "day": pl.Date, "bearer": pl.String, "hours": pl.Int64}
COURSES = pl.Schema({**HOURS, "mode": pl.String, "tier": pl.String})


def training(*caps: dict[str, Any], **keys: Any) -> Plan:
    """Return a plan of 100 hours in three years, with caps and what is said besides."""
    measure = {"sum": "hours", "of": "training", "caps": list(caps)}
    usual = {"measure": measure, "every": CYCLE, "at_least": 100, "partial": "full"}
    return plan_of(quota=[quota(**{**usual, **keys})])


def course(day: str, hours: int | None, bearer: str = "t1", **facts: Any) -> dict[str, Any]:
    begun = date.fromisoformat(day)
    return {"kind": "training", "day": begun, "bearer": bearer, "hours": hours, **facts}


def teachers(*tiers: str | None) -> list[dict[str, Any]]:
    return [{"id": f"t{number}", "tier": tier} for number, tier in enumerate(tiers, 1)]


def judged(
    plan: Plan,
    people: list[dict[str, Any]],
    courses: list[dict[str, Any]],
    during: Period = YEARS,
) -> dict[str, VerdictRow]:
    """Return the rows by bearer some days after a period, which are those of the reference."""
    told: dict[str, Any] = {"as_of": during.end + timedelta(days=9), "during": during}
    through = during.end + timedelta(days=8)
    frames: tuple[pl.LazyFrame, ...] = (
        pl.LazyFrame(people, {"id": pl.String, "tier": pl.String}),
        pl.LazyFrame(courses, COURSES),
    )
    rows = set(rows_of(evaluate_frame(plan, *frames, complete_through=through, **told)))
    records = [{"id": str(number), **one} for number, one in enumerate(courses)]
    register = Register(records, complete_through=through)
    assert rows == {row_of(verdict) for verdict in evaluate(plan, people, register, **told)}
    return {row.bearer: row for row in rows}


def test_every_year_has_a_cap_of_its_own() -> None:
    courses = [
        course("2023-03-01", 60, mode="online"),
        course("2024-03-01", 30, mode="online"),
        course("2024-12-31", 30, mode="online"),
        course("2025-01-01", 10, mode="online"),
        course("2025-05-01", 7, mode="on-site"),
    ]

    row = judged(training(ONLINE), teachers("a"), courses)["t1"]

    # 40 of 60, 40 of 30 and 30, 10, and 7 that are not online.
    assert (row.value, row.shortfall, row.status) == (97, 3, Status.NOT_MET)


def test_months_are_capped_before_years(made: list[int]) -> None:
    caps = [{**ONLINE, "at_most": 10, "per": "month"}, {**ONLINE, "at_most": 25}]
    half_year = {"cycle": "6 months", "grid": date(2025, 10, 1)}
    courses = [
        *(
            course(f"2025-{month}-{day}", 8, mode="online")
            for month in (10, 11, 12)
            for day in (11, 12)
        ),
        *(course(f"2026-{month}-05", 9, mode="online") for month in ("01", "02", "03")),
        course("2025-12-24", 5, mode="on-site"),
    ]

    days = Period(date(2025, 10, 1), date(2026, 4, 1))

    row = judged(training(*caps, every=half_year), teachers("a"), courses, days)["t1"]

    # Of each month in 2025 10 of 16, of these 30 25; in 2026 three times 9, of which 25; and 5.
    assert row.value == 55
    assert made == [6]


def test_a_share_is_taken_of_the_own_value_of_each() -> None:
    central, tier = {"mode": "central"}, {"tier": "@bearer.tier"}
    parts = [
        {"id": "central", "where": central, "at_least": 10},
        {"id": "own", "where": tier, "within": central, "at_least": "3/4"},
    ]
    people = teachers("a", "b", "a", None, *"aaaaa")
    courses = [
        *(course("2023-03-01", 90, f"t{n}", mode="central", tier="a") for n in (1, 2, 3, 4)),
        *(course("2024-03-01", 30, f"t{n}", mode="central", tier="b") for n in (1, 2, 4)),
        course("2024-03-01", 31, "t3", mode="central"),
        course("2025-03-01", 500, "t1", tier="c"),
        course("2025-03-01", 500, "t2", mode="online", tier="b"),
        *(course(f"2024-0{month}-01", 99, "t5", mode="central", tier="a") for month in (3, 4)),
        course("2025-05-01", 66, "t5", mode="central", tier="c"),
        course("2023-05-01", 50, "t6", mode="central", tier="a"),
        course("2024-05-01", 20, "t6", mode="central", tier="b"),
        course("2025-05-01", 50, "t6", mode="central"),
        course("2023-05-01", 10, "t7", mode="central", tier="a"),
        course("2024-05-01", 90, "t7", mode="central", tier="b"),
        course("2025-05-01", None, "t7", mode="central"),
        course("2023-05-01", 90, "t8", mode="central", tier="a"),
        course("2024-05-01", 10, "t8", mode="central", tier="b"),
        course("2025-05-01", None, "t8", mode="central", tier="a"),
        course("2023-05-01", 0, "t9", mode="central", tier="a"),
        course("2024-05-01", 100, "t9", mode="on-site", tier="a"),
    ]

    rows = judged(training(part=parts), people, courses)

    # t1: 90 of 120 are 3/4, but 500 hours more may be central. t2: 30 of 120 are too few. t3: 90 of
    # 121 if the rest is of another tier, 121 of 121 if not. t4: has no tier. t5: 198 of 264 are 3/4.
    # t6: 50 or 100 of 120. t7: 10 of 100, but hours not stated may be of its tier. t8: 90 of 100, and
    # more of its tier. t9: there is nothing to take a share of, though 10 hours had to be central.
    assert {name: row.status for name, row in rows.items()} == {
        "t1": Status.UNDETERMINED,
        "t2": Status.NOT_MET,
        "t3": Status.UNDETERMINED,
        "t4": Status.UNDETERMINED,
        "t5": Status.MET,
        "t6": Status.UNDETERMINED,
        "t7": Status.UNDETERMINED,
        "t8": Status.MET,
        "t9": Status.NOT_MET,
    }


def test_of_nothing_there_is_no_share_and_no_fact_missing() -> None:
    part = {"id": "own", "where": {"tier": "@bearer.tier"}, "within": {"mode": "central"}}
    courses = [
        course("2023-05-01", 0, mode="central", tier="a"),
        course("2024-05-01", 100, mode="on-site", tier="a"),
    ]

    row = judged(training(part=[{**part, "at_least": "3/4"}]), teachers("a"), courses)["t1"]

    assert (row.status, row.reasons) == (Status.UNDETERMINED, ("nothing-to-share",))


def test_hours_not_stated_leave_the_year_open_that_they_are_of() -> None:
    part = {"id": "own", "where": {"tier": "@bearer.tier"}, "within": {"mode": "central"}}
    years = {"cycle": "2 years", "grid": date(2024, 1, 1)}
    courses = [
        course("2024-05-01", None, mode="central", tier="a"),
        course("2025-05-01", 30, mode="central", tier="a"),
        course("2024-05-01", 30, "t2", mode="central", tier="a"),
    ]
    plan = training(ONLINE, every=years, part=[{**part, "at_least": "3/4"}])

    rows = judged(plan, teachers("a", "b"), courses, Period(date(2024, 1, 1), date(2026, 1, 1)))

    assert (rows["t1"].status, rows["t1"].reasons) == (Status.UNDETERMINED, ("record-fact",))
    assert rows["t2"].status is Status.NOT_MET


def test_figures_are_in_parts_of_one_only_where_there_is_something() -> None:
    frames = (
        pl.LazyFrame(teachers("a", "b"), {"id": pl.String, "tier": pl.String}),
        pl.LazyFrame(
            [{**course("2023-06-01", 1), "hours": "7.5"}], {**COURSES, "hours": pl.String}
        ),
    )

    rows = evaluate_frame(
        training(),
        *frames,
        as_of=date(2026, 4, 10),
        complete_through=date(2026, 4, 9),
        during=YEARS,
    )

    found = rows.select("bearer", "value", "denominator").collect().sort("bearer").rows()
    assert found == [("t1", 15, 2), ("t2", 0, 1)]


def test_a_floor_holds_in_every_year() -> None:
    floor = [{"id": "yearly", "yearly": True, "at_least": 24}]
    courses = [
        *(course(f"{year}-06-01", 24 + 30 * (year == 2024), "t1") for year in (2023, 2024, 2025)),
        *(course(f"{year}-06-01", 50, "t2") for year in (2023, 2024)),
        *(course(f"{year}-06-01", 50, "t3") for year in (2023, 2024)),
        course("2025-06-01", None, "t3"),
    ]

    rows = judged(training(part=floor), teachers("a", "a", "a", "a"), courses)

    assert {name: (row.status, row.value) for name, row in rows.items()} == {
        "t1": (Status.MET, 102),
        "t2": (Status.NOT_MET, 100),
        "t3": (Status.UNDETERMINED, 100),
        "t4": (Status.NOT_MET, 0),
    }


def test_what_the_digits_do_not_hold_is_added_up_once_more(made: list[int]) -> None:
    # Three years abreast leave each 21 binary digits, which hold 2,097,151 hours.
    courses = [
        *(course("2023-06-01", 1_000_000, "t1", mode="on-site") for _ in range(3)),
        course("2023-06-01", 90, "t2", mode="online"),
        course("2024-06-01", 90, "t2", mode="on-site"),
        *(course("2025-06-01", 1_000_000, "t3", mode="online") for _ in range(2)),
        *(course("2024-06-01", 1_000_000, "t4", mode="on-site") for _ in range(3)),
    ]
    plan = training(ONLINE, bearer={"tier": "a"})

    rows = judged(plan, teachers(*"aaabaaaaaaaa"), courses)

    assert {name: row.value for name, row in rows.items() if row.value} == {
        "t1": 3_000_000,
        "t2": 130,
        "t3": 40,
    }
    assert rows["t4"].status is Status.NOT_APPLICABLE
    assert made == [3]


def test_records_of_many_are_read_once_and_those_of_few_once_more(tmp_path: Path) -> None:
    people, records = tmp_path / "people.parquet", tmp_path / "records.parquet"
    pl.DataFrame(teachers("a", "b")).write_parquet(people)
    pl.DataFrame([course("2023-06-01", 9, mode="online", tier="a")]).write_parquet(records)
    frames = pl.scan_parquet(people), pl.scan_parquet(records)
    query = evaluate_frame(training(ONLINE), *frames, as_of=date(2026, 4, 10), during=YEARS)

    steps = query.explain(engine="streaming")

    assert steps.count("records.parquet") == 2
    assert "SEMI JOIN" in steps[steps.rindex("AGGREGATE") : steps.rindex("records.parquet")]
