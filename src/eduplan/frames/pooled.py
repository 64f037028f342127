"""The mean or total of groups over frames: figures of all members, added up and judged as one.

Who is a member, what each owes and in which periods is asked of the reference once for every
profile; what the records of members come to is read as for single bearers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import Period
from eduplan.errors import NotKnown, refuse
from eduplan.exact import Number
from eduplan.frames.asking import subject_of
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import FIGURES, Bulk, told_of
from eduplan.frames.columns import LARGEST, WHOLE, as_days, as_wholes, flag, whole
from eduplan.frames.finding import counted_by, segments_of
from eduplan.frames.outcomes import (
    SITUATIONS,
    Outcome,
    always,
    by_situation,
    doubts_of,
    outcome_of,
    passes,
    situation,
)
from eduplan.frames.placing import place
from eduplan.frames.pool import Pool, Share, Span
from eduplan.frames.pooled_parts import kinds_of, largest_asked, parts_of_asked, with_parts
from eduplan.frames.portions import GROUP
from eduplan.frames.profiles import BEARER, NAMED
from eduplan.frames.readings import Amounts, amounts, read
from eduplan.frames.tariffs import Worths
from eduplan.frames.windows import Segment, Windows
from eduplan.provisions import QuotaBench, Subject
from eduplan.provisions.bounds import Bound
from eduplan.provisions.owing import piece_of
from eduplan.provisions.provision import view
from eduplan.provisions.quota import Over
from eduplan.verdicts import Status

Cut = Callable[[int, Period, Period], tuple[Segment, ...]]
"""Cuts days of a period at its place into segments."""

_MEMBERS, _GAP = 1, 2
"""Doubts of a group: facts of records are missing; what becomes of those who joined or left."""

_DOUBTS = {_MEMBERS: "members-undetermined", _GAP: "partial-policy"}


def rows(bulk: Bulk, bench: QuotaBench, profiles: Mapping[int, Mapping[str, Any]]) -> Frame:
    """Return the rows of a quota whose groups are judged by their mean or total.

    Args:
        bulk: the quota, and what its judgement rests on.
        bench: the reference judgement.
        profiles: the facts of every profile by its number.
    """
    pool = _pool(bulk, bench, profiles)
    lacking = pool.always(Status.UNDETERMINED, "bearer-fact")
    nobody = pool.always(Status.NOT_APPLICABLE, "not-in-service")
    broken = pool.always(Status.UNDETERMINED, *sorted(set(pool.unknown.values())))
    members = members_of(bulk, pool)
    named = members.filter(~nw.col(NAMED).is_null())
    groups = named.group_by(NAMED).agg(nw.col("_doubted").max(), nw.col("_unknown_owed").max())
    groups = groups.with_columns(_one=whole(1))
    spans = groups.join(
        bulk.backend.beside(_spans(pool, len(bulk.quota.part))), on="_one", how="inner"
    )
    read_ = [span.place for span in pool.spans if span.inside is not None]
    first = min(read_, default=len(pool.spans))
    spans = spans.filter((nw.col("_unknown_owed") == 0) | (nw.col("_place") < first))
    stated = amounts(bulk)
    sums = _summed(named, bulk, pool, stated)
    frame = spans.join(sums, on=[NAMED, "_place"], how="left")
    frame = _judged(frame, nobody, upper=bulk.quota.at_most is not None)
    several = [_unread(members.filter(nw.col(NAMED).is_null()), BEARER, lacking)]
    if read_:
        several.append(_unread(groups.filter(nw.col("_unknown_owed") > 0), NAMED, broken))
    told = bulk.backend.beside(pool.outcomes.told())
    several = [_plain(one, "_situation") for one in several]
    if not bulk.quota.part:
        frame = bulk.backend.below([_plain(frame, "_situation"), *several])
        return told_of(frame.join(told, on="_situation", how="left"), bulk.quota, "bearer")
    most = _largest_asked(bulk, pool)
    frame = with_parts(_filled(frame, sums), bulk, pool, nobody, most, stated.parts)
    others = bulk.backend.below(several).join(told, on="_situation", how="left")
    both = [_plain(one, kept=("status", "reasons")) for one in (frame, others)]
    return told_of(bulk.backend.below(both), bulk.quota, "bearer")


def _pool(bulk: Bulk, bench: QuotaBench, profiles: Mapping[int, Mapping[str, Any]]) -> Pool:
    """Ask the reference for the periods, the members, and what each of them owes."""
    quota, docket, pool = bulk.quota, bulk.docket, Pool()
    somebody = subject_of("", {})
    try:
        views = docket.views(quota.every, somebody)
    except NotKnown as unknown:
        kind = pool.always(Status.UNDETERMINED, unknown.missing.code)
        pool.spans.append(Span(0, kind, kind, None))
        views = ()
    for number, seen in enumerate(views):
        period = seen.period
        piece = piece_of(quota, period, docket.horizon)
        code, fact = bench.out_of_force(period) or (piece.excuse, None)
        if code:
            outcome = outcome_of(bench.excuse(somebody, docket, code, fact, period))
            kind = pool.outcomes.kind(always(outcome))
            pool.spans.append(Span(number, kind, kind, period))
        elif piece.missing:
            kind = pool.always(Status.UNDETERMINED, *(one.code for one in piece.missing))
            pool.spans.append(Span(number, kind, kind, None))
        else:
            inside = piece.inside
            now = seen if inside is period else view(period, docket.as_of, inside, inside)
            bound = Bound(0, quota.at_most is not None, quota.measure.grows)
            usual = _with_gaps(by_situation(bound, now, docket, quota.measure.kinds, _DOUBTS))
            # With parts all is put together first: the doubt comes after it, in `pooled_parts`.
            doubted = usual if quota.part else tuple(map(_doubtful, usual))
            kinds = pool.outcomes.kind(usual), pool.outcomes.kind(doubted)
            of_parts = kinds_of(quota, now, docket, pool.outcomes) if quota.part else ()
            pool.spans.append(Span(number, *kinds, period, inside, of_parts))
    cut = lru_cache(maxsize=None)(partial(segments_of, quota))
    for profile, facts in profiles.items():
        _ask(profile, subject_of(str(profile), facts), bulk, bench, pool, cut)
    return pool


def _with_gaps(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Return the outcomes of all situations; in those with a gap nothing is decided."""
    found = []
    for number, outcome in enumerate(outcomes):
        doubts = doubts_of(number)
        codes = tuple(sorted(code for doubt, code in _DOUBTS.items() if doubts & doubt))
        found.append(Outcome(Status.UNDETERMINED, codes) if doubts & _GAP else outcome)
    return tuple(found)


def _doubtful(outcome: Outcome) -> Outcome:
    """Return what an outcome becomes where it is not known whether somebody is a member."""
    return Outcome(Status.UNDETERMINED, tuple(sorted({"bearer-fact", *outcome.reasons})))


def _ask(
    profile: int, subject: Subject, bulk: Bulk, bench: QuotaBench, pool: Pool, cut: Cut
) -> None:
    """Ask whether bearers of a profile are members, what each of them owes, and when it counts."""
    doubts = bench.doubts(subject.get)
    if doubts is None:
        return
    pool.members[profile] = bool(doubts)
    try:
        full = bench.owed_by(subject.get) or 0
    except NotKnown as unknown:
        pool.unknown[profile] = unknown.missing.code
        return
    segments: list[Segment] = []
    for span in pool.spans:
        if span.period is None or span.inside is None:
            continue
        owing = bench.owing(subject, bulk.docket, span.period, full)
        if not owing.excuse:
            owed = full if owing.owed is None else owing.owed
            pool.shares.append(Share(profile, span.place, owed, bool(owing.missing)))
            days = counted_by(bulk.quota, span.inside, owing.span)
            segments += cut(span.place, span.period, days)
    if segments:
        pool.segments[profile] = tuple(segments)


def _kinds(spans: Sequence[Span], parts: int) -> dict[str, pa.Array]:
    """Return how parts are judged in every period, -1 where they are not; nothing without parts."""
    names = [*(f"_kind_{number}" for number in range(parts)), "_kind_set"] if parts else []
    return {
        name: as_wholes(span.parts[number] if span.parts else -1 for span in spans)
        for number, name in enumerate(names)
    }


def members_of(bulk: Bulk, pool: Pool) -> Frame:
    """Return all members with the name of their group, absent where it is not known."""
    group = bulk.quota.scope.group
    table = pa.table(
        {
            "_profile": as_wholes(pool.members),
            "_doubted": as_wholes(map(int, pool.members.values())),
            "_unknown_owed": as_wholes(int(profile in pool.unknown) for profile in pool.members),
        }
    )
    if group == "all":
        frame = bulk.profiles.frame(bulk.fields).with_columns(nw.lit("all").alias(NAMED))
    else:
        frame = bulk.profiles.frame(bulk.fields, named=group)
    return frame.join(bulk.backend.beside(table), on="_profile", how="inner")


def _spans(pool: Pool, parts: int) -> pa.Table:
    """Return the periods as a table, with how so many parts are judged."""
    spans = pool.spans
    return pa.table(
        {
            "_one": as_wholes(1 for _ in spans),
            "_place": as_wholes(span.place for span in spans),
            "_kind": as_wholes(span.kind for span in spans),
            "_if_doubted": as_wholes(span.doubted for span in spans),
            "_read": as_wholes(int(span.inside is not None) for span in spans),
            "period_start": as_days(span.period.start if span.period else None for span in spans),
            "period_end": as_days(span.period.end if span.period else None for span in spans),
            "due": as_days(span.period.last if span.period else None for span in spans),
            **_kinds(spans, parts),
        }
    )


def _summed(members: Frame, bulk: Bulk, pool: Pool, stated: Amounts | Worths) -> Frame:
    """Return the figures of every group and period: those of all members in service together."""
    _check_size(bulk, pool, max(stated.largest, stated.parts), stated.parts)
    parts = pool.parts
    table = pa.table(
        {
            "_profile": as_wholes(share.profile for share in pool.shares),
            "_place": as_wholes(share.place for share in pool.shares),
            "_owed": as_wholes(int(share.owed * parts) for share in pool.shares),
            "_gap": as_wholes(int(share.gap) for share in pool.shares),
            "_count": as_wholes(1 for _ in pool.shares),
        }
    )
    grid = members.join(bulk.backend.beside(table), on="_profile", how="inner")
    found = Windows((), (), (), segments=pool.segments)
    read_ = read(place(bulk, found), bulk, stated, {}, grid.select(*GROUP))
    grid = grid.join(read_.whole, on=list(GROUP), how="left")
    marks = [name for name in read_.parts if name.endswith(("open", "noted"))]
    figures = ("_low", "_high", "_open", "_unknown", *read_.parts)
    grid = grid.with_columns(nw.col(name).fill_null(0) for name in figures)
    added = ("_low", "_high", "_count", *(name for name in read_.parts if name not in marks))
    # Sums of figures counted in parts of one; the same for all members (see `refusing`).
    total = nw.col("_owed").sum() if _mean(bulk) else nw.col("_owed").max()
    sums = grid.group_by(NAMED, "_place").agg(
        *(nw.col(name).sum() for name in added),
        *(nw.col(name).max() for name in ("_open", "_unknown", "_gap", *marks)),
        total,
    )
    sums = sums.with_columns(nw.col(name).cast(WHOLE) for name in (*added, "_owed"))
    return sums.with_columns(
        _value=nw.col("_low") * parts,
        _most=nw.col("_high") * parts,
        _required=nw.col("_owed") * stated.parts,
        _denominator=nw.col("_count") * (parts * stated.parts)
        if _mean(bulk)
        else whole(parts * stated.parts),
    )


def _mean(bulk: Bulk) -> bool:
    return bulk.quota.scope.over is Over.MEAN


def _check_size(bulk: Bulk, pool: Pool, largest: int, parts: int) -> None:
    """Refuse amounts whose sums, compared crosswise, would not fit."""
    people = max(bulk.profiles.size, 1)
    owed = max((int(Fraction(share.owed) * pool.parts) for share in pool.shares), default=1)
    of = parts_of_asked(bulk.quota, pool.parts) if bulk.quota.part else 1
    done = largest * max(bulk.register.size, 1) * max(pool.parts, of)
    asked = int(_largest_asked(bulk, pool) * of * parts)
    if max(done, owed * parts * people, parts * pool.parts * people, asked) > LARGEST:
        raise refuse("amounts-too-large", f"records.{bulk.quota.measure.field or 'bearer'}")


def _largest_asked(bulk: Bulk, pool: Pool) -> Number:
    """Return no less than what parts, or sets of them, ask of a group."""
    owed = max((share.owed for share in pool.shares), default=0)
    return largest_asked(bulk.quota, owed, max(bulk.profiles.size, 1))


def _filled(frame: Frame, sums: Frame) -> Frame:
    """Return groups and periods with nothing where no member was read."""
    return frame.with_columns(
        nw.col(name).fill_null(0)
        for name in sums.collect_schema().names()
        if name not in (NAMED, "_place")
    )


def _judged(frame: Frame, nobody: int, *, upper: bool) -> Frame:
    """Return every group and period with its situation.

    Args:
        frame: the groups with what they owe and what was found of them.
        nobody: number of the way of judging a group without members.
        upper: whether what they are held against is an upper bound.
    """
    names = ("_count", "_open", "_unknown", "_gap", "_value", "_most", "_required")
    frame = frame.with_columns(
        *(nw.col(name).fill_null(0) for name in names), nw.col("_denominator").fill_null(1)
    )
    value, bound = nw.col("_value"), nw.col("_required")
    low, high = (passes(figure, bound, most=upper) for figure in (value, nw.col("_most")))
    doubts = nw.col("_unknown") * _MEMBERS + nw.col("_gap") * _GAP
    doubted = nw.col("_doubted") > 0
    kind = nw.when(doubted).then(nw.col("_if_doubted")).otherwise(nw.col("_kind"))
    empty = (nw.col("_read") > 0) & (nw.col("_count") == 0)
    frame = frame.with_columns(
        _situation=nw.when(empty)
        .then(whole(nobody * SITUATIONS))
        .otherwise(kind * SITUATIONS + situation(low, high | (nw.col("_open") > 0), doubts)),
        _read=nw.col("_read") * flag(nw.col("_count") > 0),
        bearer=nw.col(NAMED),
    )
    due = nw.when(nw.col("_read") > 0).then(nw.col("due"))
    return frame.with_columns(due=due)


def _unread(frame: Frame, name: str, kind: int) -> Frame:
    """Return a row without a period for everybody of whom nothing can be said."""
    nothing = dict.fromkeys(("period_start", "period_end", "due"), nw.lit(None, dtype=nw.Date))
    return frame.with_columns(
        **nothing,
        bearer=nw.col(name),
        _situation=whole(kind * SITUATIONS),
        _read=whole(0),
        _value=whole(0),
        _required=whole(0),
        _denominator=whole(1),
    )


def _plain(frame: Frame, *more: str, kept: Sequence[str] = ()) -> Frame:
    """Return the columns of which rows are made, with more figures, and others as they are."""
    days = ("period_start", "period_end", "due")
    figures = ("_read", *FIGURES, *more)
    return frame.select("bearer", *days, *(nw.col(name).cast(WHOLE) for name in figures), *kept)
