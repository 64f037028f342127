"""Rates of groups over frames: how many members meet a quota, which are judged each by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Missing, NotKnown
from eduplan.frames.asking import subject_of
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk
from eduplan.frames.columns import WHOLE, flag, whole
from eduplan.frames.outcomes import Outcome, outcome_of
from eduplan.frames.pool import Pool
from eduplan.frames.pooled import members_of
from eduplan.frames.profiles import BEARER, NAMED
from eduplan.provisions.provision import View
from eduplan.provisions.share_bench import ShareBench
from eduplan.verdicts import Status

_CASES = (Status.MET, Status.PENDING, Status.UNDETERMINED, Status.NOT_MET)
"""Who has to be counted with those before for a rate to be reached; the last if it is not."""

_SOMEBODY = subject_of("", {})
_LEFT_OUT, _NOBODY = -1, -2
"""Numbers of what is said of members without a group, and of groups in which nobody owes."""


def rows(
    bulk: Bulk, bench: ShareBench, profiles: Mapping[int, Mapping[str, Any]], each: Frame
) -> Frame:
    """Return the rows of a quota that a share of every group has to meet.

    Args:
        bulk: the quota, and what its judgement rests on.
        bench: the reference judgement.
        profiles: the facts of every profile by its number.
        each: the rows of the same quota of every single bearer.
    """
    pool = Pool()
    for profile, facts in profiles.items():
        doubts = bench.doubts(subject_of(str(profile), facts).get)
        if doubts is not None:
            pool.members[profile] = bool(doubts)
    outcomes = {_LEFT_OUT: Outcome(Status.UNDETERMINED, ("bearer-fact",))}
    try:
        views = bulk.docket.views(bulk.quota.every, _SOMEBODY)
    except NotKnown as unknown:
        views = ()
        outcomes[_NOBODY] = Outcome(Status.UNDETERMINED, (unknown.missing.code,))
    for place, seen in enumerate(views):
        outcomes |= _asked(bulk, bench, place, seen)
    members = members_of(bulk, pool)
    named = members.filter(~nw.col(NAMED).is_null())
    groups = named.group_by(NAMED).agg(nw.col("_doubted").max()).with_columns(_one=whole(1))
    several = [_bare(members.filter(nw.col(NAMED).is_null()), BEARER, _LEFT_OUT)]
    if views:
        spans = groups.join(bulk.backend.beside(_spans(views)), on="_one", how="inner")
        counted = _counted(named, each, views, bulk)
        several.append(_rated(spans.join(counted, on=[NAMED, "_place"], how="left"), bulk))
    elif _NOBODY in outcomes:
        several.append(_bare(groups, NAMED, _NOBODY))
    told = pa.table(
        {
            "_number": pa.array(list(outcomes), pa.int64()),
            "status": pa.array([one.status.value for one in outcomes.values()], pa.string()),
            "reasons": pa.array([" ".join(one.reasons) for one in outcomes.values()], pa.string()),
        }
    )
    frame = bulk.backend.below(several)
    frame = frame.join(bulk.backend.beside(told), on="_number", how="left")
    return frame.select(
        "bearer",
        nw.lit(bulk.quota.id, dtype=nw.String).alias("provision"),
        *("period_start", "period_end", "status"),
        *("value", "required", "shortfall", "denominator", "due", "reasons"),
    )


def _asked(bulk: Bulk, bench: ShareBench, place: int, seen: View) -> Mapping[int, Outcome]:
    """Ask the reference what every case of a period comes to, by its number.

    A group of one stands for all: it reaches the rate with those before it counted, or does not.
    """
    found = {}
    for doubted in (0, 1):
        doubts = (Missing("bearer-fact", {"field": ""}),) * doubted  # rows tell the code alone
        for case, status in enumerate(_CASES):
            verdict = bench.rate(_SOMEBODY, seen, Counter({status: 1}), doubts, bulk.docket)
            found[(place * 2 + doubted) * (len(_CASES) + 1) + case] = outcome_of(verdict)
        nobody = bench.rate(_SOMEBODY, seen, Counter(), doubts, bulk.docket)
        found[(place * 2 + doubted) * (len(_CASES) + 1) + len(_CASES)] = outcome_of(nobody)
    return found


def _spans(views: tuple[View, ...]) -> pa.Table:
    """Return the periods as a table."""
    return pa.table(
        {
            "_one": pa.array([1] * len(views), pa.int64()),
            "_place": pa.array(range(len(views)), pa.int64()),
            "period_start": pa.array([seen.period.start for seen in views], pa.date32()),
            "period_end": pa.array([seen.period.end for seen in views], pa.date32()),
            "due": pa.array([seen.due for seen in views], pa.date32()),
        }
    )


def _counted(members: Frame, each: Frame, views: tuple[View, ...], bulk: Bulk) -> Frame:
    """Return how many members of every group have which status in every period.

    What is said of somebody without a period holds for all periods.
    """
    statuses = (*_CASES, Status.NOT_APPLICABLE)
    each = each.select(
        nw.col("bearer").alias(BEARER),
        nw.col("period_start"),
        _one=whole(1),
        **{f"_as_{n}": flag(nw.col("status") == one.value) for n, one in enumerate(statuses)},
    )
    blank = nw.col("period_start").is_null()
    spans = _spans(views).select(["_one", "_place", "period_start"])
    by_day = bulk.backend.beside(spans.drop_columns(["_one"]))
    at_all = bulk.backend.beside(spans.drop_columns(["period_start"]))
    names = [f"_as_{number}" for number in range(len(_CASES))]
    both = [
        each.filter(~blank).join(by_day, on="period_start", how="inner"),
        each.filter(blank).join(at_all, on="_one", how="inner"),
    ]
    found = bulk.backend.below([one.select(BEARER, "_place", *names) for one in both])
    found = members.select(BEARER, NAMED).join(found, on=BEARER, how="inner")
    sums = found.group_by(NAMED, "_place").agg(nw.col(name).sum() for name in names)
    return sums.with_columns(nw.col(name).cast(WHOLE) for name in names)


def _rated(frame: Frame, bulk: Bulk) -> Frame:
    """Return the rate of every group and period, held against what it has to reach."""
    reaches = Fraction(bulk.quota.scope.reaches)
    names = [f"_as_{number}" for number in range(len(_CASES))]
    frame = frame.with_columns(nw.col(name).fill_null(0) for name in names)
    met, pending, unknown, not_met = (nw.col(name) for name in names)
    everybody = met + pending + unknown + not_met
    frame = frame.with_columns(
        _value=met * reaches.denominator,
        _required=everybody * reaches.numerator,
        _denominator=everybody * reaches.denominator,
        _with_pending=(met + pending) * reaches.denominator,
        _with_all=(met + pending + unknown) * reaches.denominator,
    )
    required = nw.col("_required")
    short = [flag(nw.col(name) < required) for name in ("_value", "_with_pending", "_with_all")]
    owed = nw.col("_denominator") > 0
    case = nw.when(owed).then(sum(short[1:], start=short[0])).otherwise(whole(len(_CASES)))
    lacks = required - nw.col("_value")
    frame = frame.with_columns(
        _case=case, _lacks=nw.when(lacks > 0).then(lacks).otherwise(whole(0))
    )
    number = (nw.col("_place") * 2 + nw.col("_doubted")) * (len(_CASES) + 1) + nw.col("_case")
    return frame.select(
        nw.col(NAMED).alias("bearer"),
        number.cast(WHOLE).alias("_number"),
        *("period_start", "period_end"),
        nw.when(owed).then(nw.col("due")).alias("due"),
        *(
            nw.when(owed).then(nw.col(column)).cast(WHOLE).alias(name)
            for name, column in (
                ("value", "_value"),
                ("required", "_required"),
                ("shortfall", "_lacks"),
                ("denominator", "_denominator"),
            )
        ),
    )


def _bare(frame: Frame, name: str, number: int) -> Frame:
    """Return a row without a period and figures for everybody of whom nothing can be said."""
    days = [nw.lit(None, dtype=nw.Date).alias(d) for d in ("period_start", "period_end", "due")]
    figures = ("value", "required", "shortfall", "denominator")
    return frame.select(
        nw.col(name).alias("bearer"),
        whole(number).alias("_number"),
        *days,
        *(nw.lit(None, dtype=WHOLE).alias(figure) for figure in figures),
    )
