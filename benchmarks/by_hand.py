"""The training cycle of `bulk_training.toml` as one writes it by hand for one engine, once each.

Each gives all columns of a result of `evaluate_frame`, by the same rules for what is missing, in
whole numbers: at the least counts what is sure, at the most what may be.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from province import END, START

LAST = date(2025, 12, 31)
PROVISION = "training-hours"
TOTAL, CENTRAL, YEARLY, ONLINE = 360, 90, 24, 40

# ---------------------------------------------------------------- DuckDB

SQL = f"""
with numbered as (
    select row_number() over () as number, * from people
), taken as (
    select
        t.number,
        year(r.day) as year,
        coalesce(r.certified, false) as sure,
        coalesce(r.hours, 0)::bigint as hours,
        r.hours is null as unstated,
        r.mode is null as unclear,
        coalesce(r.mode = 'online', false) as online,
        coalesce(r.mode = 'central', false) as central,
        coalesce(r.mode = 'central', true) as perhaps,
        r.tier = t.tier as same
    from records r
    join numbered t on t.id = r.bearer and t.role = 'teacher'
    where r.kind = 'training'
        and r.day >= date '{START}' and r.day < date '{END}'
        and r.certified is distinct from false
), yearly as (
    select
        number,
        sum(case when sure and (online or unclear) then hours else 0 end)::bigint as online_low,
        sum(case when sure and not (online or unclear) then hours else 0 end)::bigint as other_low,
        sum(case when online then hours else 0 end)::bigint as online_high,
        sum(case when not online then hours else 0 end)::bigint as other_high,
        sum(case when sure and central then hours else 0 end)::bigint as central_low,
        sum(case when perhaps then hours else 0 end)::bigint as central_high,
        sum(case when sure and central and same then hours else 0 end)::bigint as in_low,
        sum(case when perhaps and same is not false then hours else 0 end)::bigint as in_high,
        sum(case when sure and central and not same then hours else 0 end)::bigint as out_low,
        sum(case when perhaps and same is not true then hours else 0 end)::bigint as out_high,
        bool_or(unstated) as unstated,
        bool_or(unstated and perhaps) as central_open,
        bool_or(unstated and perhaps and same is not false) as in_open,
        bool_or(unstated and perhaps and same is not true) as out_open,
        bool_or(not sure or unstated or unclear or (central and same is null)) as noted
    from taken
    group by number, year
), capped as (
    select *,
        least(online_low, {ONLINE}) + other_low as low,
        least(online_high, {ONLINE}) + other_high as high
    from yearly
), whole as (
    select
        number,
        sum(low)::bigint as low, sum(high)::bigint as high,
        sum(central_low)::bigint as central_low, sum(central_high)::bigint as central_high,
        sum(in_low)::bigint as in_low, sum(in_high)::bigint as in_high,
        sum(out_low)::bigint as out_low, sum(out_high)::bigint as out_high,
        bool_or(unstated) as unstated, bool_or(central_open) as central_open,
        bool_or(in_open) as in_open, bool_or(out_open) as out_open,
        bool_or(noted) as noted,
        count(*) = 5 and bool_and(low >= {YEARLY}) as years_met,
        count(*) < 5 or bool_or(not unstated and high < {YEARLY}) as years_failed,
        bool_or(low < {YEARLY} and (unstated or high >= {YEARLY})) as years_open
    from capped
    group by number
), filled as (
    select
        n.id, n.role,
        coalesce(low, 0) as low, coalesce(high, 0) as high,
        coalesce(central_low, 0) as central_low, coalesce(central_high, 0) as central_high,
        coalesce(in_low, 0) as in_low, coalesce(in_high, 0) as in_high,
        coalesce(out_low, 0) as out_low, coalesce(out_high, 0) as out_high,
        coalesce(unstated, false) as unstated, coalesce(central_open, false) as central_open,
        coalesce(in_open, false) as in_open, coalesce(out_open, false) as out_open,
        coalesce(noted, false) as noted,
        coalesce(years_met, false) as years_met, coalesce(years_failed, true) as years_failed,
        coalesce(years_open, false) as years_open
    from numbered n left join whole w on w.number = n.number
), shares as (
    select *,
        not out_open and in_low + out_high > 0 as least_known,
        not in_open and in_high + out_low > 0 as most_known
    from filled
), compared as (
    select *,
        least_known and 4 * in_low >= 3 * (in_low + out_high) as share_met,
        most_known and 4 * in_high < 3 * (in_high + out_low) as share_failed,
        (least_known and most_known and in_low * out_low = in_high * out_high)
            or (not out_open and out_high = 0 and in_low > 0)
            or (most_known and in_high = 0) as share_known,
        in_low = 0 and out_low = 0 and (in_open or in_high = 0) as nothing,
        low < {TOTAL} and (unstated or high >= {TOTAL}) as total_open,
        central_low < {CENTRAL} and (central_open or central_high >= {CENTRAL}) as part_open
    from shares
), decided as (
    select *,
        role = 'teacher' as owes,
        (low < {TOTAL} and not total_open) or (central_low < {CENTRAL} and not part_open)
            or (share_failed and not share_met) or years_failed as failed,
        not share_met and not share_failed and not share_known as share_open
    from compared
), reasoned as (
    select *,
        total_open or ((part_open or years_open or share_open) and noted) as fact_missing,
        share_open and nothing as nothing_shared
    from decided
)
select
    id as bearer,
    '{PROVISION}' as provision,
    case when owes then date '{START}' end as period_start,
    case when owes then date '{END}' end as period_end,
    case
        when not owes then 'NOT_APPLICABLE'
        when failed then 'NOT_MET'
        when fact_missing or nothing_shared then 'UNDETERMINED'
        when part_open or years_open or not share_met then 'PENDING'
        else 'MET'
    end as status,
    case when owes then low end as value,
    case when owes then {TOTAL}::bigint end as required,
    case when owes then greatest({TOTAL} - low, 0) end as shortfall,
    case when owes then 1::bigint end as denominator,
    case when owes then date '{LAST}' end as due,
    case
        when not owes then 'not-a-bearer'
        when failed then ''
        when nothing_shared and fact_missing then 'nothing-to-share record-fact'
        when nothing_shared then 'nothing-to-share'
        when fact_missing then 'record-fact'
        else ''
    end as reasons
from reasoned
"""


def in_duckdb(connection: duckdb.DuckDBPyConnection, people: Path, records: Path) -> pa.Table:
    """Return the verdicts."""
    connection.read_parquet(str(people)).create_view("people")
    connection.read_parquet(str(records)).create_view("records")
    return connection.sql(SQL).to_arrow_table()


# ---------------------------------------------------------------- polars

_SUMS = ("central_low", "central_high", "in_low", "in_high", "out_low", "out_high")
_LATER = range(START.year + 1, END.year)
_FLAGS = ("unstated", "central_open", "in_open", "out_open", "noted")


def in_polars(people: pl.LazyFrame, records: pl.LazyFrame) -> pl.LazyFrame:
    """Return the verdicts, not yet asked for."""
    c, when = pl.col, pl.when
    nil = pl.lit(0, pl.Int64)
    # Quicker than the year of a day, which has to be reckoned.
    year = sum(when(c("day") >= date(first, 1, 1)).then(pl.lit(1)).otherwise(0) for first in _LATER)
    numbered = people.with_row_index("number").with_columns(c("number").cast(pl.Int64))
    owing = numbered.filter(c("role") == "teacher")
    taken = (
        records.filter(
            (c("kind") == "training")
            & (c("day") >= START)
            & (c("day") < END)
            & c("certified").fill_null(True)
        )
        .join(owing.select("number", c("id").alias("bearer"), own="tier"), on="bearer")
        .select(
            key=c("number") * 5 + year,
            hours=c("hours").fill_null(0).cast(pl.Int64),
            sure=c("certified").fill_null(False),
            unstated=c("hours").is_null(),
            unclear=c("mode").is_null(),
            online=(c("mode") == "online").fill_null(False),
            perhaps=(c("mode") == "central").fill_null(True),
            same=(c("tier") == c("own")),
        )
    )
    hours, sure, unclear = c("hours"), c("sure"), c("unclear")
    central = c("perhaps") & ~unclear
    inside, outside = c("same").fill_null(True), ~c("same").fill_null(False)
    figures = {
        "online_low": sure & (c("online") | unclear),
        "other_low": sure & ~(c("online") | unclear),
        "online_high": c("online"),
        "other_high": ~c("online"),
        "central_low": sure & central,
        "central_high": c("perhaps"),
        "in_low": sure & central & c("same").fill_null(False),
        "in_high": c("perhaps") & inside,
        "out_low": sure & central & ~inside,
        "out_high": c("perhaps") & outside,
    }
    made = taken.select(
        "key",
        "unstated",
        *(when(truth).then(hours).otherwise(nil).alias(name) for name, truth in figures.items()),
        central_open=c("unstated") & c("perhaps"),
        in_open=c("unstated") & c("perhaps") & inside,
        out_open=c("unstated") & c("perhaps") & outside,
        noted=~sure | c("unstated") | unclear | (central & c("same").is_null()),
    )
    yearly = made.group_by("key").agg(c(*figures).sum(), c(*_FLAGS).max())
    low = c("online_low").clip(upper_bound=ONLINE) + c("other_low")
    high = c("online_high").clip(upper_bound=ONLINE) + c("other_high")
    whole = (
        yearly.with_columns(number=c("key") // 5, low=low, high=high)
        .group_by("number")
        .agg(
            c("low", "high", *_SUMS).sum(),
            c(*_FLAGS).max(),
            years_failed=(pl.len() < 5) | (~c("unstated") & (c("high") < YEARLY)).any(),
            years_open=((c("low") < YEARLY) & (c("unstated") | (c("high") >= YEARLY))).any(),
        )
    )
    filled = numbered.join(whole, on="number", how="left").with_columns(
        c("low", "high", *_SUMS).fill_null(0),
        c(*_FLAGS, "years_open").fill_null(False),
        c("years_failed").fill_null(True),
    )
    return _told_in_polars(filled)


def _told_in_polars(filled: pl.LazyFrame) -> pl.LazyFrame:
    c, when = pl.col, pl.when
    low_base, high_base = c("in_low") + c("out_high"), c("in_high") + c("out_low")
    least_known = ~c("out_open") & (low_base > 0)
    most_known = ~c("in_open") & (high_base > 0)
    same = c("in_low") * c("out_low") == c("in_high") * c("out_high")
    judged = filled.with_columns(
        owes=c("role") == "teacher",
        share_met=least_known & (4 * c("in_low") >= 3 * low_base),
        share_failed=most_known & (4 * c("in_high") < 3 * high_base),
        share_known=(least_known & most_known & same)
        | (~c("out_open") & (c("out_high") == 0) & (c("in_low") > 0))
        | (most_known & (c("in_high") == 0)),
        nothing=(c("in_low") == 0) & (c("out_low") == 0) & (c("in_open") | (c("in_high") == 0)),
        total_open=(c("low") < TOTAL) & (c("unstated") | (c("high") >= TOTAL)),
        part_open=(c("central_low") < CENTRAL)
        & (c("central_open") | (c("central_high") >= CENTRAL)),
    ).with_columns(
        failed=((c("low") < TOTAL) & ~c("total_open"))
        | ((c("central_low") < CENTRAL) & ~c("part_open"))
        | (c("share_failed") & ~c("share_met"))
        | c("years_failed"),
        share_open=~c("share_met") & ~c("share_failed") & ~c("share_known"),
    )
    judged = judged.with_columns(
        fact=c("total_open") | ((c("part_open") | c("years_open") | c("share_open")) & c("noted")),
        shared=c("share_open") & c("nothing"),
    )
    owes = c("owes")
    return judged.select(
        bearer=c("id"),
        provision=pl.lit(PROVISION),
        period_start=when(owes).then(pl.lit(START)),
        period_end=when(owes).then(pl.lit(END)),
        status=when(~owes)
        .then(pl.lit("NOT_APPLICABLE"))
        .when(c("failed"))
        .then(pl.lit("NOT_MET"))
        .when(c("fact") | c("shared"))
        .then(pl.lit("UNDETERMINED"))
        .when(c("part_open") | c("years_open") | ~c("share_met"))
        .then(pl.lit("PENDING"))
        .otherwise(pl.lit("MET")),
        value=when(owes).then(c("low")),
        required=when(owes).then(pl.lit(TOTAL, pl.Int64)),
        shortfall=when(owes).then((TOTAL - c("low")).clip(lower_bound=0)),
        denominator=when(owes).then(pl.lit(1, pl.Int64)),
        due=when(owes).then(pl.lit(LAST)),
        reasons=when(~owes)
        .then(pl.lit("not-a-bearer"))
        .when(c("failed") | ~(c("fact") | c("shared")))
        .then(pl.lit(""))
        .when(c("fact") & c("shared"))
        .then(pl.lit("nothing-to-share record-fact"))
        .when(c("fact"))
        .then(pl.lit("record-fact"))
        .otherwise(pl.lit("nothing-to-share")),
    )


# ---------------------------------------------------------------- pandas


def in_pandas(people: Any, records: Any) -> Any:
    """Return the verdicts. Names become numbers first: of these pandas adds up in plain arrays."""
    day = records["day"]
    kept = (records["kind"] == "training") & (day >= START) & (day < END)
    certified = records["certified"]
    kept &= certified.fillna(True)
    taken = records[kept.to_numpy(dtype=bool, na_value=False)]
    number = pd.Index(people["id"]).get_indexer(taken["bearer"])
    owing = (people["role"] == "teacher").to_numpy(dtype=bool, na_value=False)
    mine = (number >= 0) & owing[number]
    taken, number = taken[mine], number[mine]

    def truths(column: Any, missing: bool) -> Any:
        return column.to_numpy(dtype=bool, na_value=missing)

    hours = taken["hours"].fillna(0).to_numpy(dtype=np.int64)
    sure = truths(taken["certified"], False)
    unstated, unclear = truths(taken["hours"].isna(), True), truths(taken["mode"].isna(), True)
    online = truths(taken["mode"] == "online", False)
    perhaps = truths(taken["mode"] == "central", True)
    central = perhaps & ~unclear
    tiers = pd.Index(people["tier"].dropna().unique())
    own, tier = tiers.get_indexer(people["tier"])[number], tiers.get_indexer(taken["tier"])
    blank = (own < 0) | truths(taken["tier"].isna(), True)
    same, other = ~blank & (own == tier), ~blank & (own != tier)
    year = taken["day"].dt.year.to_numpy(dtype=np.int64) - START.year
    figures = {
        "online_low": sure & (online | unclear),
        "other_low": sure & ~(online | unclear),
        "online_high": online,
        "other_high": ~online,
        "central_low": sure & central,
        "central_high": perhaps,
        "in_low": sure & central & same,
        "in_high": perhaps & ~other,
        "out_low": sure & central & other,
        "out_high": perhaps & ~same,
    }
    doubts = {
        "unstated": unstated,
        "central_open": unstated & perhaps,
        "in_open": unstated & perhaps & ~other,
        "out_open": unstated & perhaps & ~same,
        "noted": ~sure | unstated | unclear | (central & blank),
    }
    columns = {name: np.where(truth, hours, 0) for name, truth in figures.items()}
    made = pd.DataFrame({**columns, **doubts}, copy=False)
    yearly = made.groupby(number * 5 + year, sort=False)[list(made)].sum()
    yearly[list(doubts)] = yearly[list(doubts)] > 0
    yearly["low"] = yearly["online_low"].clip(upper=ONLINE) + yearly["other_low"]
    yearly["high"] = yearly["online_high"].clip(upper=ONLINE) + yearly["other_high"]
    short, open_ = yearly["low"] < YEARLY, yearly["unstated"] | (yearly["high"] >= YEARLY)
    yearly["years_failed"], yearly["years_open"] = ~open_, short & open_
    yearly["years"] = 1
    whole = yearly.groupby(yearly.index // 5, sort=False).sum()
    whole = whole.reindex(np.arange(len(people)), fill_value=0)
    for name in (*doubts, "years_open"):
        whole[name] = whole[name] > 0
    whole["years_failed"] = (whole["years_failed"] > 0) | (whole["years"] < 5)
    return _told_in_pandas(people, owing, whole)


def _told_in_pandas(people: Any, owes: Any, whole: Any) -> Any:
    w = {name: whole[name].to_numpy() for name in whole}
    low_base, high_base = w["in_low"] + w["out_high"], w["in_high"] + w["out_low"]
    least_known, most_known = ~w["out_open"] & (low_base > 0), ~w["in_open"] & (high_base > 0)
    share_met = least_known & (4 * w["in_low"] >= 3 * low_base)
    share_failed = most_known & (4 * w["in_high"] < 3 * high_base) & ~share_met
    share_known = (
        (least_known & most_known & (w["in_low"] * w["out_low"] == w["in_high"] * w["out_high"]))
        | (~w["out_open"] & (w["out_high"] == 0) & (w["in_low"] > 0))
        | (most_known & (w["in_high"] == 0))
    )
    nothing = (w["in_low"] == 0) & (w["out_low"] == 0) & (w["in_open"] | (w["in_high"] == 0))
    total_open = (w["low"] < TOTAL) & (w["unstated"] | (w["high"] >= TOTAL))
    part_open = (w["central_low"] < CENTRAL) & (w["central_open"] | (w["central_high"] >= CENTRAL))
    failed = (w["low"] < TOTAL) & ~total_open
    failed |= (w["central_low"] < CENTRAL) & ~part_open
    failed |= share_failed | w["years_failed"]
    share_open = ~share_met & ~share_failed & ~share_known
    fact = total_open | ((part_open | w["years_open"] | share_open) & w["noted"])
    shared = share_open & nothing
    pending = part_open | w["years_open"] | ~share_met
    status = np.select(
        [~owes, failed, fact | shared, pending],
        ["NOT_APPLICABLE", "NOT_MET", "UNDETERMINED", "PENDING"],
        "MET",
    )
    reasons = np.select(
        [~owes, failed | ~(fact | shared), fact & shared, fact],
        ["not-a-bearer", "", "nothing-to-share record-fact", "record-fact"],
        "nothing-to-share",
    )
    of_owing = pd.Series(owes)
    low = pd.Series(w["low"]).astype("int64[pyarrow]").where(of_owing)

    def of_all_who_owe(value: Any, kind: str) -> Any:
        return pd.Series(value, low.index).astype(kind).where(of_owing)

    return pd.DataFrame(
        {
            "bearer": people["id"],
            "provision": PROVISION,
            "period_start": of_all_who_owe(START, "date32[day][pyarrow]"),
            "period_end": of_all_who_owe(END, "date32[day][pyarrow]"),
            "status": status,
            "value": low,
            "required": of_all_who_owe(TOTAL, "int64[pyarrow]"),
            "shortfall": (TOTAL - low).clip(lower=0),
            "denominator": of_all_who_owe(1, "int64[pyarrow]"),
            "due": of_all_who_owe(LAST, "date32[day][pyarrow]"),
            "reasons": reasons,
        }
    )
