"""From a row of a frame to the verdict behind it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl
import pytest

from as_frames import BEARERS, RECORDS, amounts, columns
from eduplan import InputError, Period, Plan, plan_from_table
from eduplan.frames import drill_down, evaluate_frame, rows_of
from eduplan.verdicts import row_of
from test_backends import AS_OF, COMPLETE, DURING, people, plan, records

JUDGED: dict[str, Any] = {
    "as_of": AS_OF,
    "complete_through": COMPLETE,
    "during": DURING,
    "several": {"role": "|"},
}


def frames() -> tuple[pl.DataFrame, pl.DataFrame]:
    taken = columns(records(), RECORDS).append_column("hours", amounts(records(), "hours"))
    return pl.DataFrame(columns(people(), BEARERS)), pl.DataFrame(taken)


def test_behind_every_row_stands_the_verdict_with_its_records() -> None:
    teachers, register = frames()
    rows = list(rows_of(evaluate_frame(plan(), teachers, register, **JUDGED)))
    seen = [*rows[:: len(rows) // 40], *{row.provision: row for row in rows}.values()]

    for row in seen:
        verdict = drill_down(plan(), teachers, register, row, **JUDGED)
        assert row_of(verdict) == row
        assert verdict.explain("zh").startswith(row.bearer)
    assert {row.provision for row in seen} == {one.id for one in plan().provisions}


def test_it_reads_where_the_data_lie() -> None:
    teachers, register = frames()
    with duckdb.connect() as connection:
        there, here = (connection.from_arrow(one.to_arrow()) for one in (teachers, register))
        rows = rows_of(evaluate_frame(plan(), there, here, **JUDGED, only=["capped-hours"]))
        row = next(row for row in rows if row.value)

        assert row_of(drill_down(plan(), there, here, row, **JUDGED)) == row


def hours_of_a_school() -> Plan:
    return plan_from_table(
        {
            "plan": {"id": "p", "title": {"zh": "计划", "en": "Plan"}},
            "document": {"title": {"zh": "文件", "en": "Document"}},
            "clause": [{"number": "1", "gist": {"zh": "每年", "en": "every year"}}],
            "quota": [
                {
                    "id": "hours",
                    "clause": "1",
                    "title": {"zh": "学时", "en": "hours"},
                    "measure": {"sum": "hours", "of": "training"},
                    "every": "calendar-year",
                    "at_least": 10,
                    "partial": "full",
                }
            ],
        }
    )


def one_teacher(**more: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    teachers = pl.DataFrame({"id": ["t1", "t2"], "name": ["Wang", "Li"]})
    register = pl.DataFrame(
        {
            "kind": ["training", "training", "visit"],
            "day": [date(2024, 3, 1), date(2024, 5, 6), date(2024, 5, 7)],
            "bearer": ["t1", "t1", "t2"],
            "hours": [7.5, 4.0, None],
            "place": ["Suining", "Chengdu", "Suining"],
        }
    )
    return teachers, register.with_columns(**more)


DAY: dict[str, Any] = {"as_of": date(2025, 1, 1), "complete_through": date(2024, 12, 31)}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"day": pl.lit(datetime(2024, 5, 6))},
        {"hours": pl.Series([7.5, 4.0, None]).cast(pl.Decimal(10, 1))},
        {"hours": pl.Series(["15/2", "4", None])},
        {"seats": pl.lit(2, pl.Int128)},
    ],
    ids=["as it is", "date-times", "decimals", "text", "large numbers beside"],
)
def test_whatever_the_columns_hold_the_verdict_is_the_row(more: dict[str, Any]) -> None:
    # 7.5 and 4 are 11.5 hours of 10: met, however days and amounts are written. Of the year that
    # begins on the day of judgement there is a row too, now before and now after this one.
    both = one_teacher(**more)
    rows = rows_of(evaluate_frame(hours_of_a_school(), *both, **DAY))
    last = Period(date(2024, 1, 1), date(2025, 1, 1))
    (row,) = (row for row in rows if (row.bearer, row.period) == ("t1", last))
    verdict = drill_down(hours_of_a_school(), *both, row, **DAY)

    assert row_of(verdict) == row
    assert str(verdict.value) == "23/2"
    assert verdict.explain("en").startswith("Wang: hours")
    assert [one["place"] for one in verdict.justification.counted] == ["Suining", "Chengdu"]  # type: ignore[index]


@pytest.mark.parametrize(
    "made", [lambda frame: frame, pl.DataFrame.to_arrow], ids=["polars", "arrow"]
)
def test_a_column_without_a_type_points_to_nobody(made: Callable[[pl.DataFrame], Any]) -> None:
    teachers, register = map(made, one_teacher(bearer=pl.lit(None)))
    rows = list(rows_of(evaluate_frame(hours_of_a_school(), teachers, register, **DAY)))

    assert {row.bearer for row in rows} == {"t1", "t2"}
    for row in rows:
        assert row_of(drill_down(hours_of_a_school(), teachers, register, row, **DAY)) == row


def test_a_row_of_other_data_is_refused_without_personal_values() -> None:
    both = one_teacher()
    rows = rows_of(evaluate_frame(hours_of_a_school(), *both, **DAY))
    row = next(row for row in rows if row.bearer == "t1")._replace(value=3)

    with pytest.raises(InputError) as refused:
        drill_down(hours_of_a_school(), *both, row, **DAY)

    assert [fault.code for fault in refused.value.faults] == ["no-such-row"]
    assert "t1" not in str(refused.value)
    assert "Wang" not in str(refused.value)
