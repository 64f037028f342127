"""Records put into the periods they count in, by tables of days made in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import DAY, Period, full_years
from eduplan.errors import refuse
from eduplan.facts import getter
from eduplan.frames.asking import Days
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import (
    BUCKETS,
    Bulk,
    bucket,
    fields_of_bearer,
    fields_of_records,
    last_day,
    of_kinds,
    recognised,
)
from eduplan.frames.columns import (
    MOST_TRIED,
    MOST_VALUES,
    among,
    as_days,
    as_wholes,
    distinct,
    flag,
    tried,
    where,
    whole,
)
from eduplan.frames.profiles import BEARER
from eduplan.frames.windows import Segment, Windows, spanned
from eduplan.measures import Per, Way
from eduplan.people import day_of

MOST_EDGES = 24
"""Days are looked up in a table where they change what they stand for more often."""

MOST_DAYS = 5_000_000
"""Records that go on for several days are not laid out day by day beyond so many."""


class Placed(NamedTuple):
    """Records put into their periods.

    Attributes:
        frame: the facts the measure asks for, with ``_bearer``, ``_day`` and the columns of ``by``.
        by: what tells apart where a record counts: ``_slot``, or the columns it stands for.
        slots: by the number of a slot, ``_place`` (where the period stands among those of the
            bearer), for every part that holds by spans the number of its span, and the ranges in
            which caps hold; None where ``by`` names these columns themselves.
        sizes: of ``_slot`` and ``_place`` how many numbers there are, where ``_bearer`` is a number
            too.
        sifted: whether those are gone for which the measure's selector does not hold.
        since: by the number of a slot the day from which it holds, where each begins as the one
            before ends.
    """

    frame: Frame
    by: tuple[str, ...]
    slots: pa.Table | None
    sizes: Mapping[str, int] = {}
    sifted: bool = False
    since: Sequence[nw.Expr] = ()

    def told(self, frame: Frame, bulk: Bulk) -> tuple[Frame, tuple[str, ...]]:
        """Return a frame with the columns that slots stand for, and the names of these."""
        if self.slots is None:
            return frame, self.by
        names = tuple(name for name in self.slots.column_names if name != "_slot")
        if self.slots.num_rows > MOST_TRIED:
            return frame.join(bulk.backend.beside(self.slots), on="_slot", how="inner"), names
        slots = self.slots.column("_slot").to_pylist()
        made = {name: _told(slots, self.slots.column(name).to_pylist()) for name in names}
        return frame.with_columns(**made), names


def _told(slots: Sequence[int], numbers: Sequence[int]) -> nw.Expr:
    """Return what stands for every slot, the slot itself or the same for all where that will do."""
    if len(set(numbers)) <= 1:
        return whole(numbers[0] if numbers else 0)
    return nw.col("_slot") if list(slots) == list(numbers) else tried("_slot", slots, numbers)


def place(
    bulk: Bulk,
    found: Windows,
    *,
    numbers: bool = False,
    alone: bool = False,
    of: Frame | None = None,
) -> Placed:
    """Return the records that count in a period, up to the day of judgement.

    Args:
        bulk: the quota, and what its judgement rests on.
        found: the periods of every profile.
        numbers: whether ``_bearer`` is the number of a bearer, as `Profiles.keyed` gives it, and
            not the id.
        alone: whether records are left without the bearer they are of, whatever asks for it.
        of: the records, by default all there are.
    """
    quota = bulk.quota
    measure = quota.measure
    kept = [name for name in fields_of_records(quota) if name in bulk.register.sorts]
    days = [segment.days for segments in found.lists for segment in segments]
    as_of = bulk.docket.as_of
    begun = [min(one.last, as_of) for one in days if one.start <= as_of]
    last = max(begun, default=date.min)
    first = min((one.start for one in days), default=last)
    by_day = measure.way is Way.DAYS and "last_day" in kept
    # All at once, since where frames are not lazy every choice of rows copies them.
    chosen, day = of_kinds(measure.kinds), nw.col("day")
    if not by_day:
        chosen = chosen & (day >= _day(first)) & (day <= _day(last))
    if bulk.days is not None:
        since, until = bulk.days.start, bulk.days.end
        chosen = chosen if since == date.min else chosen & (day >= _day(since))
        chosen = chosen if until == date.max else chosen & (day < _day(until))
    frame, sifted = bulk.register.frame if of is None else of, False
    if not measure.where.bearer_fields():
        looked_up, truth = bulk.sieve.apply(frame, measure.where)
        if looked_up is frame and not truth.constant:
            chosen, sifted = chosen & ~truth.false, True
    frame = frame.filter(chosen)
    frame = frame.select(nw.col(measure.by).alias("_id"), day.alias("_day"), *kept)
    if by_day:
        frame = day_by_day(frame, bulk, first, last)
    if _held_against_bearers(bulk, found) and not alone:
        keys = bulk.profiles.keyed(bulk.fields, numbered=numbers, own=fields_of_bearer(quota))
        if len(found.segments) <= MOST_EDGES:  # only of those who owe anything
            keys = keys.filter(among(nw.col("_profile"), list(found.segments)))
        frame = frame.join(keys, on="_id", how="inner")
    else:
        frame = frame.with_columns(nw.col("_id").alias(BEARER))
    if recognised(quota) is not None:
        frame = _before_joining(frame, bulk, found, first)
    if quota.every.personal:
        placed = _in_own_periods(frame, bulk, found, first, last)
    else:
        placed = _in_shared_periods(frame, bulk, found, last)
    placed = placed._replace(sifted=sifted)
    if not numbers:
        return placed
    sizes = {"_place": 1 + max((row.place for row in found.rows), default=0)}
    if placed.slots is not None:
        sizes["_slot"] = max(placed.slots.num_rows, 1)
    return placed._replace(sizes=sizes)


def _held_against_bearers(bulk: Bulk, found: Windows) -> bool:
    """Say whether every record has to be put beside the bearer it is of."""
    personal = bulk.quota.every.personal or len(found.lists) > 1
    own = bool(fields_of_bearer(bulk.quota)) or recognised(bulk.quota) is not None
    return personal or own


def _before_joining(frame: Frame, bulk: Bulk, found: Windows, first: date) -> Frame:
    """Return records with ``_early``, whether they are from before their bearer joined."""
    days = [
        day_of(getter(bulk.profiles.facts_of(profile, bulk.fields)), "joined") or first
        for profile in found.segments
    ]
    table = pa.table({"_profile": as_wholes(found.segments), "_joined": as_days(days)})
    frame = frame.join(bulk.backend.beside(table), on="_profile", how="inner")
    return frame.with_columns(_early=flag(nw.col("_day") < nw.col("_joined")))


def numbered(bulk: Bulk, found: Windows) -> bool:
    """Say whether bearers are told apart by numbers, which records get from beside them."""
    return bulk.backend.numbers and _held_against_bearers(bulk, found)


def _in_shared_periods(frame: Frame, bulk: Bulk, found: Windows, last: date) -> Placed:
    """Find the period of every record by its day, in a table of all days of all periods.

    Where a day says more than its period, all of it is one number while there are many rows.
    """
    rows = [
        (number, segment, day)
        for number, segments in enumerate(found.lists)
        for segment in segments
        for day in segment.days
        if day <= last
    ]
    days = [day for _, _, day in rows]
    table = {**_marks([segment for _, segment, _ in rows], bulk), **_buckets(days, bulk)}
    by, slots = tuple(table), None
    if len(by) > 1:
        marks = list(zip(*(column.to_pylist() for column in table.values()), strict=True))
        slot = {mark: number for number, mark in enumerate(dict.fromkeys(marks))}
        told = {name: as_wholes(mark[place] for mark in slot) for place, name in enumerate(by)}
        slots = pa.table({**told, "_slot": as_wholes(slot.values())})
        table, by = {"_slot": as_wholes(slot[mark] for mark in marks)}, ("_slot",)
    if len(found.lists) == 1 and len(by) == 1:
        edges = _edges(days, table[by[0]].to_pylist())
        if edges is not None:
            since = [_day(day) for day, _ in edges]
            in_turn = [number for _, number in edges] == list(range(len(edges)))
            placed = frame.with_columns(_numbered(edges).alias(by[0]))
            return Placed(placed, by, slots, since=since if in_turn else ())
    table["_day"] = pa.array(days, pa.date32())
    on = ["_day"]
    if len(found.lists) > 1:
        places = {segments: number for number, segments in enumerate(found.lists)}
        numbers = [places[segments] for segments in found.segments.values()]
        of_profile = {"_profile": as_wholes(found.segments), "_list": as_wholes(numbers)}
        frame = frame.join(bulk.backend.beside(pa.table(of_profile)), on="_profile", how="inner")
        table["_list"] = as_wholes(number for number, _, _ in rows)
        on.append("_list")
    placed = frame.join(bulk.backend.beside(pa.table(table)), on=on, how="inner")
    return Placed(placed, by, slots)


def _day(day: date) -> nw.Expr:
    return nw.lit(day, dtype=nw.Date)


def _edges(days: Sequence[date], numbers: Sequence[int]) -> Sequence[tuple[date, int]] | None:
    """Return the days from which a number holds, None where they are too many, or some missing.

    Args:
        days: the days there are, from the first to the last.
        numbers: the number of each.
    """
    if not days or days != list(Period(days[0], days[-1] + DAY)):
        return None
    found = [(days[0], numbers[0])]
    for day, number in zip(days, numbers, strict=True):
        if number != found[-1][1]:
            found.append((day, number))
    return found if len(found) <= MOST_EDGES + 1 else None


def _numbered(edges: Sequence[tuple[date, int]]) -> nw.Expr:
    """Return the number that holds on the day of a record, without a table of days."""
    found = whole(edges[0][1])
    for (_, before), (day, number) in pairwise(edges):
        found = found + where(nw.col("_day") >= _day(day), whole(number - before))
    return found


def _in_own_periods(frame: Frame, bulk: Bulk, found: Windows, first: date, last: date) -> Placed:
    """Find the period of every record among those of its bearer, of which there are few."""
    rows = [(p, segment) for p, segments in found.segments.items() for segment in segments]
    table = {
        "_profile": as_wholes(profile for profile, _ in rows),
        "_from": pa.array([segment.days.start for _, segment in rows], pa.date32()),
        "_to": pa.array([segment.days.end for _, segment in rows], pa.date32()),
        **(marks := _marks([segment for _, segment in rows], bulk)),
    }
    frame = frame.join(bulk.backend.beside(pa.table(table)), on="_profile", how="inner")
    frame = frame.filter((nw.col("_from") <= nw.col("_day")) & (nw.col("_day") < nw.col("_to")))
    days = list(Period(first, last + DAY)) if rows and first <= last else []
    buckets = _buckets(days, bulk)
    if buckets:
        table = {"_day": pa.array(days, pa.date32()), **buckets}
        frame = frame.join(bulk.backend.beside(pa.table(table)), on="_day", how="inner")
    return Placed(frame, (*marks, *buckets), None)


def _marks(segments: Sequence[Segment], bulk: Bulk) -> dict[str, pa.Array]:
    """Return the places of segments, the span of every part that holds by spans, and the year."""
    parts = [number for number, part in enumerate(bulk.quota.part) if spanned(part)]
    spans = {
        f"_span_{part}": as_wholes(segment.spans[index] for segment in segments)
        for index, part in enumerate(parts)
    }
    if any(cap.per is Per.YEAR for cap in bulk.quota.measure.caps):
        spans[bucket(Per.YEAR)] = as_wholes(segment.year for segment in segments)
    return {"_place": as_wholes(segment.place for segment in segments), **spans}


def _buckets(days: Sequence[date], bulk: Bulk) -> dict[str, pa.Array]:
    """Return the ranges of days in which caps hold."""
    table = {}
    for per, number in BUCKETS.items():
        if any(cap.per is per for cap in bulk.quota.measure.caps):
            table[bucket(per)] = pa.array([number(day) for day in days], pa.int64())
    return table


def in_days(bulk: Bulk, bearers: Frame, days: Sequence[Days]) -> Placed:
    """Return the records of some days, each with the place of these.

    Args:
        bulk: a quota by whose measure they are counted.
        bearers: bearers with their ``_profile``, and facts that records are held against.
        days: the days.
    """
    frame = _of_days(bulk, [one.period for one in days]).join(bearers, on=BEARER, how="inner")
    table = {
        "_profile": as_wholes(one.profile for one in days),
        "_place": as_wholes(one.place for one in days),
        "_from": as_days(one.period.start for one in days),
        "_to": as_days(one.period.end for one in days),
    }
    frame = frame.join(bulk.backend.beside(pa.table(table)), on="_profile", how="inner")
    return _inside(frame, bulk)


def in_spans(bulk: Bulk, asked: Frame, spans: Sequence[Period]) -> Placed:
    """Return the records of the days that each bearer is asked about.

    Args:
        bulk: a quota by whose measure they are counted.
        asked: ``_bearer``, ``_place``, the number of days, and facts that records are held against.
        spans: the days, by their numbers.
    """
    table = {
        "_place": as_wholes(range(len(spans))),
        "_from": as_days(one.start for one in spans),
        "_to": as_days(one.end for one in spans),
    }
    asked = asked.join(bulk.backend.beside(pa.table(table)), on="_place", how="inner")
    return _inside(_of_days(bulk, spans).join(asked, on=BEARER, how="inner"), bulk)


def _of_days(bulk: Bulk, spans: Sequence[Period]) -> Frame:
    """Return the records of a measure's kinds that may lie in some days."""
    measure = bulk.quota.measure
    kept = [name for name in fields_of_records(bulk.quota) if name in bulk.register.sorts]
    first = min((one.start for one in spans), default=date.max)
    last = max((one.last for one in spans), default=date.max)
    by_day = measure.way is Way.DAYS and "last_day" in kept
    chosen = of_kinds(measure.kinds) & (nw.col("day") <= _day(last))
    if not by_day and first > date.min:
        chosen = chosen & (nw.col("day") >= _day(first))
    frame = bulk.register.frame.filter(chosen)
    frame = frame.select(nw.col(measure.by).alias(BEARER), nw.col("day").alias("_day"), *kept)
    return day_by_day(frame, bulk, first, last) if by_day and spans else frame


def _inside(frame: Frame, bulk: Bulk) -> Placed:
    """Return the records that lie between ``_from`` and ``_to``, and the ranges of caps."""
    inside = (nw.col("_from") <= nw.col("_day")) & (nw.col("_day") < nw.col("_to"))
    frame = frame.filter(inside)
    pers = {cap.per for cap in bulk.quota.measure.caps}
    on = ["_from", "_day"] if Per.YEAR in pers else ["_day"]
    if not pers & {Per.YEAR, *BUCKETS}:
        return Placed(frame, ("_place",), None)
    found = distinct(frame, *on).collect().to_arrow()
    if len(found) > MOST_VALUES:
        raise refuse("too-many-values", "records.day", most=MOST_VALUES)
    table = {name: found.column(name) for name in on}
    days = table["_day"].to_pylist()
    buckets = _buckets(days, bulk)
    if Per.YEAR in pers:
        starts = table["_from"].to_pylist()
        years = (full_years(start, day) for start, day in zip(starts, days, strict=True))
        buckets[bucket(Per.YEAR)] = as_wholes(years)
    beside = bulk.backend.beside(pa.table({**table, **buckets}))
    return Placed(frame.join(beside, on=on, how="inner"), ("_place", *buckets), None)


def day_by_day(frame: Frame, bulk: Bulk, first: date, last: date) -> Frame:
    """Lay records out by the days they went on for, between two days."""
    frame = frame.with_columns(_last=last_day("_day"))
    frame = frame.with_columns(nw.col("_day").alias("_first"))
    pairs = distinct(frame, "_first", "_last").collect().to_arrow()
    if len(pairs) > MOST_VALUES:
        raise refuse("too-many-values", "records.last_day", most=MOST_VALUES)
    rows: list[tuple[date, date, date]] = []
    for begins, ends_on in zip(
        *(pairs.column(n).to_pylist() for n in ("_first", "_last")), strict=True
    ):
        start, end = max(begins, first), min(ends_on, last)
        rows += [(begins, ends_on, start + timedelta(n)) for n in range((end - start).days + 1)]
        if len(rows) > MOST_DAYS:
            raise refuse("too-many-values", "records.last_day", most=MOST_DAYS)
    table = pa.table(
        {
            name: pa.array([row[place] for row in rows], pa.date32())
            for place, name in enumerate(("_first", "_last", "_day"))
        }
    )
    return frame.drop("_day").join(bulk.backend.beside(table), on=["_first", "_last"], how="inner")
