"""The evaluator over frames: the verdicts of `eduplan.evaluate` as rows, where the data lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import pyarrow as pa
from narwhals.stable.v2.typing import IntoFrameT

from eduplan.dates import Period, as_date, school_year
from eduplan.errors import refuse
from eduplan.frames.backends import Frame, take
from eduplan.frames.bulk import Bulk, fields_of_bearer, fields_of_records
from eduplan.frames.columns import Columns, Sort, against, columns, flag, sums, whole
from eduplan.frames.outcomes import NOTHING_TO_SHARE, SITUATIONS, UNKNOWN_FACT, situation
from eduplan.frames.placing import place
from eduplan.frames.portable import portable
from eduplan.frames.portions import GROUP, judged
from eduplan.frames.profiles import BEARER, Profiles, check_ids
from eduplan.frames.readings import Amounts, amounts, read
from eduplan.frames.truths import Sieve
from eduplan.frames.windows import Windows, profile_fields, windows
from eduplan.measures import Way
from eduplan.plan import Plan
from eduplan.provisions import Docket, Quota, QuotaBench
from eduplan.records import Register
from eduplan.selectors import Scales

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar

LARGEST = 2**63 - 1
"""The largest figure a column holds."""

_NO_ROWS = pa.schema(
    {
        "bearer": pa.string(),
        "provision": pa.string(),
        "period_start": pa.date32(),
        "period_end": pa.date32(),
        "status": pa.string(),
        "value": pa.int64(),
        "required": pa.int64(),
        "shortfall": pa.int64(),
        "denominator": pa.int64(),
        "due": pa.date32(),
        "reasons": pa.string(),
    }
).empty_table()
"""The result for a plan with nothing to judge."""


def evaluate_frame(
    plan: Plan,
    bearers: IntoFrameT,
    records: IntoFrameT,
    *,
    as_of: date,
    complete_through: date | Mapping[str, date] | None = None,
    calendar: SchoolCalendar | None = None,
    during: Period | None = None,
    several: Mapping[str, str] | None = None,
    only: Iterable[str] | None = None,
) -> IntoFrameT:
    """Judge bearers by a plan where the data lie: one row for every provision, bearer and period.

    Takes polars frames (lazy ones too), DuckDB relations, pandas frames, Arrow tables, Ibis tables
    on DuckDB and PostgreSQL, and Spark data frames, and returns the same kind; where that is lazy,
    the result is too. What is read at once are the
    different facts of bearers, and of records the amounts and facts that have to be looked up.

    Args:
        plan: the plan.
        bearers: columns ``id`` and the facts the plan asks for, one row a bearer.
        records: columns ``kind``, ``day``, the fact that points to the bearer (``bearer`` unless a
            measure names another), perhaps ``last_day``, and the facts the plan asks for. A column
            that is not there is absent of every record. One row is one record.
        as_of: the day on which is judged.
        complete_through: the last day for which all records are in, for all kinds or by kind.
        calendar: the school calendar, for teaching weeks and terms.
        during: periods that overlap these days and have begun are judged; by default the school
            year in which ``as_of`` lies.
        several: facts of bearers that hold several values in one text, with what stands between
            these, such as ``{"role": "|"}``.
        only: ids of the provisions to judge; by default all of the plan.

    Returns:
        A frame with the columns ``bearer``, ``provision``, ``period_start`` and ``period_end`` (the
        first day after it), ``status``, ``value``, ``required``, ``shortfall`` and ``denominator``
        (the three before are so many parts of one; 15 with 2 is seven and a half), ``due``, and
        ``reasons``: codes of why it does not apply or what is missing, with spaces between.

    Raises:
        NotPortable: provisions that cannot be judged over frames; all are named.
        InputError: frames of different kinds, columns that are missing or hold what cannot be.
        UnknownName: ``only`` names a provision the plan does not have.

    Example:
        >>> import polars as pl
        >>> from eduplan import load_plan
        >>> plan = load_plan("primary-school-2024").answer({"joined-or-left": "full"})
        >>> teachers = pl.DataFrame({"id": ["t1"], "role": ["teacher"], "stage": ["primary"]})
        >>> lessons = pl.DataFrame(
        ...     {"kind": ["open-lesson"], "day": [date(2024, 10, 9)], "bearer": ["t1"]})
        >>> rows = evaluate_frame(plan, teachers, lessons, as_of=date(2025, 8, 31),
        ...                       complete_through=date(2025, 8, 31), only=["open-lesson"])
        >>> rows.select("bearer", "status", "value", "required").row(0)
        ('t1', 'MET', 1, 1)
    """
    day = as_date(as_of)
    if during is None:
        year = school_year(day)
        during = Period(date(year, 9, 1), date(year + 1, 9, 1))
    quotas = portable(plan, only)
    first, second, backend = take(bearers, records)
    if not quotas:
        return backend.back(backend.beside(_NO_ROWS))  # type: ignore[no-any-return]
    people, register = _columns(quotas, first, second)
    check_ids(people)
    docket = Docket(
        Register((), complete_through=complete_through),
        day,
        during,
        calendar,
        plan.horizon,
        scales=plan.ranks,
    )
    benches = {name: b for name, b in plan.benches.items() if isinstance(b, QuotaBench)}
    profiles = Profiles(people, several or {}, backend)
    sieve = Sieve(register, profiles, plan.ranks, backend)
    frames = [
        _rows(
            Bulk(quota, register, profiles, sieve, docket, backend), benches[quota.id], plan.ranks
        )
        for quota in quotas
    ]
    return backend.back(nw.concat(frames, how="vertical"))  # type: ignore[no-any-return]


def _columns(quotas: Iterable[Quota], bearers: Frame, records: Frame) -> tuple[Columns, Columns]:
    """Return the columns of both frames that the quotas ask for."""
    of_bearers: list[str] = []
    of_records: list[str] = []
    pointers: list[str] = []
    for quota in quotas:
        of_bearers += [*profile_fields(quota), *fields_of_bearer(quota)]
        of_records += fields_of_records(quota)
        pointers.append(quota.measure.by)
    people = columns(bearers, of_bearers, "bearers", {"id": Sort.TEXT})
    needed = {"kind": Sort.TEXT, "day": Sort.DAY, **dict.fromkeys(pointers, Sort.TEXT)}
    register = columns(records, of_records, "records", needed)
    required = {field: flag(nw.col(field).is_null()) for field in ("kind", "day")}
    for field, blank in sums(register.frame, **required).items():
        if blank:
            raise refuse("column-blank", f"records.{field}", count=blank)
    return people, register


def _rows(bulk: Bulk, bench: QuotaBench, scales: Scales) -> Frame:
    """Return the rows of one quota."""
    found = windows(bench, bulk.profiles.facts(bulk.fields), bulk.docket, scales)
    grid = bulk.profiles.frame(bulk.fields)
    grid = grid.join(bulk.backend.beside(found.table()), on="_profile", how="inner")
    stated = amounts(bulk.register, bulk.quota)
    _check_size(bulk, stated, found)
    read_ = read(place(bulk, found), bulk, stated)
    frame = _compared(grid.join(read_.whole, on=list(GROUP), how="left"), bulk)
    if bulk.quota.part:
        frame = judged(frame, bulk, found, read_.spans, stated.parts)
    else:
        frame = frame.join(bulk.backend.beside(found.outcomes.told()), on="_situation", how="left")
    return _told(frame, bulk.quota)


def _check_size(bulk: Bulk, stated: Amounts, found: Windows) -> None:
    """Refuse amounts whose sums, compared crosswise, would not fit."""
    owed = [Fraction(row.required or 0) for row in found.rows]
    most = max(stated.largest, stated.parts) * max(bulk.register.size, 1)
    crosswise = most * max((amount.denominator for amount in owed), default=1)
    if max(crosswise, most * max((amount.numerator for amount in owed), default=1)) > LARGEST:
        raise refuse("amounts-too-large", f"records.{stated.field or 'bearer'}")


def _compared(frame: Frame, bulk: Bulk) -> Frame:
    """Return what was read, compared with what is owed.

    Figures are compared crosswise: so many parts of one with so many parts of another.
    """
    empty = {"_low": 0, "_high": 0, "_parts_of": 1, "_open": 0, "_unknown": 0, "_nothing": 0}
    if bulk.quota.measure.way is Way.SHARE:
        empty.update(_high=1, _nothing=1)
    frame = frame.with_columns(nw.col(name).fill_null(usual) for name, usual in empty.items())
    parts, owed_parts = nw.col("_parts_of"), nw.col("_owed_parts")
    frame = frame.with_columns(
        _value=nw.col("_low") * owed_parts,
        _most=nw.col("_high") * owed_parts,
        _required=nw.col("_owed") * parts,
        _denominator=parts * owed_parts,
    )
    value, bound = nw.col("_value"), nw.col("_required").fill_null(0)
    most = nw.when(nw.col("_open") > 0).then(whole(3)).otherwise(against(nw.col("_most"), bound))
    doubts = nw.col("_unknown") * UNKNOWN_FACT + nw.col("_nothing") * NOTHING_TO_SHARE
    number = nw.col("_kind") * SITUATIONS + situation(against(value, bound), most, doubts)
    return frame.with_columns(_situation=number)


def _told(frame: Frame, quota: Quota) -> Frame:
    """Return the rows of the result."""
    value, required, read_ = nw.col("_value"), nw.col("_required"), nw.col("_read") > 0
    frame = frame.with_columns(
        _gap=value - required if quota.at_most is not None else required - value
    )
    gap = nw.col("_gap")
    return frame.select(
        nw.col(BEARER).alias("bearer"),
        nw.lit(quota.id, dtype=nw.String).alias("provision"),
        nw.col("period_start"),
        nw.col("period_end"),
        nw.col("status"),
        nw.when(read_).then(value).alias("value"),
        nw.when(read_).then(required).alias("required"),
        nw.when(read_ & (gap < 0)).then(whole(0)).otherwise(gap).alias("shortfall"),
        nw.when(read_).then(nw.col("_denominator")).alias("denominator"),
        nw.col("due"),
        nw.col("reasons"),
    )
