"""Caps over frames, in cases whose answers are worked out by hand.

Whoever is judged, and what there is on record, is that of ``test_frames_quotas``.
"""

from datetime import date
from fractions import Fraction

import polars as pl

from eduplan import Status
from test_frames import plan_of, quota
from test_frames_quotas import COURSES, HOURS, capped, judged


def test_a_cap_on_each_record_may_hold_or_not_where_its_mode_is_not_known() -> None:
    cap = capped(at_most=1, per="record", where={"mode": "online"})
    records = HOURS.head(3).with_columns(
        hours=pl.Series([1, 4, 4]), mode=pl.Series(["online", None, "online"])
    )

    rows = judged(plan_of(quota=[quota(measure=cap)]), records=records)

    # t1 has one hour and one to four more, t2 one of four.
    assert (rows["t1"].status, rows["t1"].value) == (Status.UNDETERMINED, 2)
    assert (rows["t2"].status, rows["t2"].value) == (Status.NOT_MET, 1)


def test_a_cap_may_hold_for_every_year_of_the_period() -> None:
    plan = plan_of(
        quota=[
            quota(
                measure=capped(at_most=4, per="year"),
                every={"cycle": "3 years", "grid": date(2022, 9, 1)},
                at_least=8,
            )
        ]
    )

    rows = judged(plan, records=COURSES)

    # Of the 6 hours of t1 in the second year 4 count, and the 3 of 1 September lie in the third.
    assert (rows["t1"].value, rows["t1"].status) == (7, Status.PENDING)
    assert rows["t2"].value == 4


def numbered(records: pl.DataFrame) -> pl.DataFrame:
    """Return records with ids, by which they are read where columns do not tell."""
    return records.with_columns(id=pl.Series([f"r{number}" for number in range(len(records))]))


def test_a_cap_may_hold_for_every_value_of_a_fact() -> None:
    rows = judged(
        plan_of(quota=[quota(measure=capped(at_most=2, per="period", each="course"), at_least=5)]),
        records=numbered(COURSES),
    )

    # t1 has maths only. t2 has 2 of 4 hours of maths, 1 of music, and 2 of a course that is not
    # known: of maths too, and then they count for nothing, or of another.
    assert (rows["t1"].value, rows["t1"].status) == (2, Status.NOT_MET)
    assert (rows["t2"].value, rows["t2"].status) == (3, Status.UNDETERMINED)


def test_of_a_record_that_does_not_say_which_value_it_has_something_is_missing() -> None:
    measure = capped(at_most=2, per="period", each="course")

    rows = judged(
        plan_of(quota=[quota(measure=measure, at_least=5)]),
        date(2024, 8, 31),
        records=numbered(COURSES),
    )

    # While the year is open, t1 may still do something else; of t2 a course is to be found out.
    assert (rows["t1"].status, rows["t1"].reasons) == (Status.PENDING, ())
    assert (rows["t2"].status, rows["t2"].reasons) == (Status.UNDETERMINED, ("record-fact",))


def test_a_cap_may_be_a_share_of_what_is_owed() -> None:
    owed = {"amount": 7, "per": "load"}
    measure = capped(share="1/2", per="period")

    rows = judged(plan_of(quota=[quota(measure=measure, at_least=[owed])]), records=COURSES)

    # t1 owes 7 hours, of which 3.5 may be of this kind, and did 6. t2 owes 3.5, of which 1.75 may.
    assert (rows["t1"].value, rows["t1"].required) == (Fraction(7, 2), 7)
    assert (rows["t2"].value, rows["t2"].required) == (Fraction(7, 4), Fraction(7, 2))
    assert rows["t3"].status is Status.UNDETERMINED


def test_of_a_record_that_no_cap_cuts_it_does_not_matter_which_value_it_has() -> None:
    cap = capped(at_most=1, per="period", each="organised", where={"mode": "online"})
    records = HOURS.with_columns(organised=pl.lit(None, pl.String))

    rows = judged(
        plan_of(quota=[quota(measure=cap, at_least=10)]),
        date(2024, 8, 31),
        records=numbered(records),
    )

    # t3 was on site only; the others online too, where it is not known who organised it.
    reasons = {name: row.reasons for name, row in rows.items()}
    assert reasons == {"t1": ("record-fact",), "t2": ("record-fact",), "t3": ()}


def test_a_cap_on_everything_holds_for_what_the_others_leave() -> None:
    online = {"at_most": 3, "per": "period", "where": {"mode": "online"}}
    measure = {**capped(), "caps": [online, {"at_most": "7/2", "per": "period"}]}

    rows = judged(plan_of(quota=[quota(measure=measure)]))

    # t1 has two hours online and two on site; t2 four online, of which three count; t3 nine.
    values = {name: row.value for name, row in rows.items()}
    assert values == {"t1": Fraction(7, 2), "t2": 3, "t3": Fraction(7, 2)}


def test_caps_may_hold_for_every_value_of_a_fact_in_months_and_in_years() -> None:
    by_month = {"at_most": 1, "per": "month", "each": "organised"}
    by_year = {"at_most": "3/2", "per": "school-year", "each": "organised"}
    records = HOURS.head(4).with_columns(
        bearer=pl.lit("t1"),
        day=pl.Series([date(2024, month, 1) for month in (1, 2, 2, 2)]),
        organised=pl.Series(["central", "central", "central", "school"]),
    )
    cycle = {"cycle": "2 years", "grid": date(2022, 9, 1)}
    measure = {**capped(), "caps": [by_month, by_year]}

    rows = judged(plan_of(quota=[quota(measure=measure, every=cycle)]), records=records)

    # An hour of central training counts in January and one in February, of both one and a half,
    # and an hour of the school's.
    assert rows["t1"].value == Fraction(5, 2)


def test_of_a_record_that_may_not_count_it_does_not_matter_which_cap_cuts_it() -> None:
    by_mode = [{"at_most": 1, "per": "period", "where": {"mode": m}} for m in ("online", "on-site")]
    measure = {**capped(), "caps": by_mode, "where": {"organised": "central"}}
    records = HOURS.head(1).with_columns(
        pl.lit(None, pl.String).alias(n) for n in ("mode", "organised")
    )

    rows = judged(plan_of(quota=[quota(measure=measure, at_least=1)]), records=records)

    assert (rows["t1"].status, rows["t1"].value) == (Status.UNDETERMINED, 0)
