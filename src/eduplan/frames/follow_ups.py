"""Follow-ups over frames: records that call for an answer, and whether one came in time.

Until when a record can be answered is asked of the reference for every day on which one calls for
an answer, and what follows from that for every way in which it can come out. An answer that names
what it answers is joined to it. One that does not serves a record of the same bearer; where it
could serve one of several, it would have to be shared out in the order of time, which cannot be
told by joins and sums: that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from typing import NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Fault, NotPortable, refuse
from eduplan.facts import Getter
from eduplan.frames.asking import door, timing
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import last_day, of_kinds
from eduplan.frames.columns import MOST_VALUES, count, flag, whole
from eduplan.frames.finding import SERVICE
from eduplan.frames.outcomes import Outcome, Outcomes
from eduplan.frames.profiles import BEARER
from eduplan.frames.refusing import Judged, said_besides, several_operands
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.frames.standing import bearers, by_record
from eduplan.people import bearer_getter, day_of
from eduplan.provisions import Docket, FollowUp, FollowUpBench
from eduplan.provisions.follow_up import Answers
from eduplan.records import entry_of

_JUDGED: Judged = {
    FollowUp: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("after", "where", "by", "answer", "within"),
    }
}

WAYS = 8
"""How many ways there are for a record: doubtful or not, answered or not, perhaps or not."""

_NO_FACTS: Getter = dict[str, object]().get
_OWN = ("_own_", "_code_")
"""What columns with facts of a bearer begin with; see `Profiles.frame`."""


def refusals(rule: FollowUp) -> Iterator[Fault]:
    """Return why a follow-up cannot be judged over frames, nothing where it can."""
    yield from said_besides(rule, "", _JUDGED)
    for path, selector in (("where", rule.where), ("answer.where", rule.answer.where)):
        yield from several_operands(selector, path)


def asks(rule: FollowUp) -> Asks:
    """Return the facts that a follow-up asks for."""
    answer = rule.answer
    pointers = (rule.by, "id" if answer.link else answer.by)
    links = (answer.link,) if answer.link else ()
    of_bearers = (*door(rule), *_own(rule), *timing(rule.within), *SERVICE)
    of_records = (*rule.where.fields(), *answer.where.fields())
    return Asks(of_bearers, of_records, pointers, ("last_day", "id"), links)


def reads(rule: FollowUp) -> Sequence[Source]:
    """Return which of a bearer's records a follow-up rests on, and which answer one of these."""
    after, answer = Source(rule.by, rule.after), rule.answer
    if answer.link:
        return [after, Source(answer.link, answer.kind, after)]
    return [after, Source(answer.by, answer.kind)]


def _own(rule: FollowUp) -> tuple[str, ...]:
    """Return the facts of a bearer that records are held against."""
    return (*rule.where.bearer_fields(), *rule.answer.where.bearer_fields())


def rows(rule: FollowUp, scene: Scene) -> Frame:
    """Return the rows of one follow-up."""
    bench = scene.docket.benches[rule.id]
    assert isinstance(bench, FollowUpBench)  # noqa: S101 - without dated versions it is
    outcomes = Outcomes()
    people = bearers(
        bench,
        scene,
        (*_own(rule), *SERVICE),
        lambda outcome: outcomes.kind((outcome,) * WAYS) * WAYS,
    )
    triggers = _triggers(bench, scene, people, outcomes)
    answered = (
        _linked(rule, scene, triggers) if rule.answer.link else _matched(rule, scene, triggers)
    )
    keys = _keys(rule)
    triggers = triggers.filter(nw.col("_asked") > 0).join(answered, on=keys, how="left")
    triggers = triggers.with_columns(nw.col(name).fill_null(0) for name in ("_met", "_perhaps"))
    ways = nw.col("_doubtful") * 4 + nw.col("_met") * 2 + nw.col("_perhaps")
    triggers = triggers.select(
        *(BEARER, "_last", "_end", "_due", "_met"), _way=nw.col("_kind") * WAYS + ways
    )
    frame = by_record(people, triggers, outcomes, scene)
    told = ~nw.col("_way").is_null()
    return frame.select(
        nw.col(BEARER).alias("bearer"),
        nw.lit(rule.id, dtype=nw.String).alias("provision"),
        nw.col("_last").alias("period_start"),
        nw.col("_end").alias("period_end"),
        nw.col("status"),
        nw.col("_met").alias("value"),
        nw.when(told).then(whole(1)).alias("required"),
        (1 - nw.col("_met")).alias("shortfall"),
        nw.when(told).then(whole(1)).alias("denominator"),
        nw.col("_due").alias("due"),
        nw.col("reasons"),
    )


# ---------------------------------------------------------------- what calls for an answer


def _triggers(bench: FollowUpBench, scene: Scene, people: Frame, outcomes: Outcomes) -> Frame:
    """Return the records up to the day of judgement that call for an answer, or perhaps do.

    Returns:
        One row each, with its bearer and what it is held against, ``_id`` where answers are linked,
        what `_Moment` has, and whether it is ``_doubtful``.
    """
    rule, register = bench.rule, scene.register
    fields = timing(rule.within)
    kept = [name for name in dict.fromkeys(rule.where.fields()) if name in register.sorts]
    last = last_day("day") if "last_day" in register.sorts else nw.col("day")
    columns = [nw.col(rule.by).alias(BEARER), nw.col("day").alias("_day"), last.alias("_last")]
    if rule.answer.link:
        columns.append(nw.col("id").alias("_id"))
    frame = register.frame.filter(of_kinds(rule.after)).select(*columns, *kept)
    people = people.filter(nw.col("_concerned") > 0)
    if fields:
        when = scene.profiles.frame(fields).select(BEARER, nw.col("_profile").alias("_when"))
        people = people.join(when, on=BEARER, how="inner")
    else:
        people = people.with_columns(_when=whole(0))
    frame = frame.join(people.drop("_concerned", "_silent"), on=BEARER, how="inner")
    frame = _in_service(frame, scene)
    moments = _moments(frame, bench, scene, outcomes)
    frame = frame.join(scene.backend.beside(moments), on=["_when", "_day", "_last"], how="inner")
    return scene.sieve.sift(frame, rule.where, "_sure", "_doubtful")


def _in_service(frame: Frame, scene: Scene) -> Frame:
    """Return the records on whose last day the bearer is in service."""
    profiles, last = scene.profiles, nw.col("_last")
    away = {"joined": nw.col("_edge") > last, "left": nw.col("_edge") <= last}
    for name in SERVICE:
        days = [day_of({name: value}.get, name) for value in profiles.values(name)]
        if days == [None]:
            continue
        code = profiles.code(name)
        table = {code: pa.array(range(len(days)), pa.int64()), "_edge": pa.array(days, pa.date32())}
        frame = frame.join(scene.backend.beside(pa.table(table)), on=code, how="inner")
        frame = frame.filter(flag(away[name]) == 0).drop("_edge")
    return frame


class _Moment(NamedTuple):
    """What there is to know of the days of a record that may call for an answer.

    Attributes:
        when: number of the facts of the bearer on which the time limit depends.
        day: first day of the record.
        last: its last day.
        end: the day after the time limit.
        due: the last day of the time limit, None where it is not known.
        until: the last day up to the day of judgement on which an answer is in time.
        asked: whether the record is asked about.
        kind: number of what follows, by the ways in which it can come out.
    """

    when: int
    day: date
    last: date
    end: date
    due: date | None
    until: date
    asked: bool
    kind: int


def _moments(frame: Frame, bench: FollowUpBench, scene: Scene, outcomes: Outcomes) -> pa.Table:
    """Return the moments of all records that may call for an answer as a table."""
    rule, docket = bench.rule, scene.docket
    since, until = rule.since or date.min, rule.until or date.max
    fields = timing(rule.within)
    facts = scene.profiles.facts(fields) if fields else {0: {}}
    found = [
        _moment(when, day, last, bench, bearer_getter(facts[when]), docket, outcomes)
        for when, day, last in _days(frame, linked=bool(rule.answer.link))
        if last <= docket.as_of and since <= day < until
    ]
    return pa.table(
        {
            "_when": pa.array([one.when for one in found], pa.int64()),
            "_day": pa.array([one.day for one in found], pa.date32()),
            "_last": pa.array([one.last for one in found], pa.date32()),
            "_end": pa.array([one.end for one in found], pa.date32()),
            "_due": pa.array([one.due for one in found], pa.date32()),
            "_until": pa.array([one.until for one in found], pa.date32()),
            "_asked": pa.array([int(one.asked) for one in found], pa.int64()),
            "_kind": pa.array([one.kind for one in found], pa.int64()),
        }
    )


def _days(frame: Frame, *, linked: bool) -> Iterator[tuple[int, date, date]]:
    """Return the different timings, and first and last days, of records.

    Raises:
        InputError: there are too many of them, or a record that answers are to name has no id.
    """
    blank = flag(nw.col("_id").is_null()) if linked else whole(0)
    several = frame.with_columns(_blank=blank)
    several = several.group_by("_when", "_day", "_last").agg(nw.col("_blank").sum())
    found = several.collect().to_arrow().to_pylist()
    if len(found) > MOST_VALUES:
        raise refuse("too-many-values", "records.last_day", most=MOST_VALUES)
    if blank := sum(one["_blank"] for one in found):
        raise refuse("column-blank", "records.id", count=blank)
    return ((one["_when"], one["_day"], one["_last"]) for one in found)


def _moment(
    when: int,
    day: date,
    last: date,
    bench: FollowUpBench,
    get: Getter,
    docket: Docket,
    outcomes: Outcomes,
) -> _Moment:
    record = entry_of(day, "", bench.rule.after[0], None, _NO_FACTS, last)
    triggers = [bench.trigger(record, truth, get, docket) for truth in (True, None)]
    found = []
    for trigger, met, perhaps in product(triggers, (False, True), (False, True)):
        came = Answers([record] * met, [record] * perhaps, "")
        status, missing = bench.kept(trigger, trigger.period, came, docket)
        found.append(Outcome(status, tuple(sorted({one.code for one in missing}))))
    period, due = triggers[0].period, triggers[0].due
    until = min(due or docket.as_of, docket.as_of)
    asked = last in docket.during
    return _Moment(when, day, last, period.end, due, until, asked, outcomes.kind(tuple(found)))


# ---------------------------------------------------------------- what answers it


def _keys(rule: FollowUp) -> list[str]:
    """Return what tells records apart that may be answered differently."""
    return [*(["_id"] if rule.answer.link else []), BEARER, "_last"]


def _in_time(rule: FollowUp, scene: Scene, triggers: Frame) -> Frame:
    """Return every record with every answer that came in time for it, for sure or perhaps.

    Returns:
        What tells the records apart, ``_came``, ``_met`` and ``_perhaps``.
    """
    answer, register = rule.answer, scene.register
    kept = [name for name in dict.fromkeys(answer.where.fields()) if name in register.sorts]
    frame = register.frame.filter(of_kinds(answer.kind)).select(
        nw.col(answer.link or answer.by).alias("_answered"), nw.col("day").alias("_came"), *kept
    )
    named = "_id" if answer.link else BEARER
    own = [name for name in triggers.collect_schema().names() if name.startswith(_OWN)]
    asking = triggers.select(*_keys(rule), "_until", *own, _answered=nw.col(named))
    frame = frame.join(asking, on="_answered", how="inner")
    came = nw.col("_came")
    frame = frame.filter((nw.col("_last") <= came) & (came <= nw.col("_until")))
    return scene.sieve.sift(frame, answer.where, "_met", "_perhaps")


def _answered(frame: Frame, rule: FollowUp) -> Frame:
    """Return for every record whether an answer came in time, and whether one perhaps did."""
    return frame.group_by(*_keys(rule)).agg(nw.col("_met").max(), nw.col("_perhaps").max())


def _linked(rule: FollowUp, scene: Scene, triggers: Frame) -> Frame:
    """Return what came in time for every record by the id that answers name."""
    return _answered(_in_time(rule, scene, triggers.filter(nw.col("_asked") > 0)), rule)


def _matched(rule: FollowUp, scene: Scene, triggers: Frame) -> Frame:
    """Return what came in time where every answer can serve but one record.

    Raises:
        NotPortable: there are answers that could serve one of several records.
    """
    several = (
        triggers.with_columns(_rows=whole(1)).group_by(*_keys(rule)).agg(nw.col("_rows").sum())
    )
    frame = _in_time(rule, scene, triggers).join(several, on=_keys(rule), how="inner")
    # answers of one day serve the same records
    claims = frame.group_by(BEARER, "_came").agg(
        nw.col("_rows").max(),
        nw.col("_last").min().alias("_one"),
        nw.col("_last").max().alias("_other"),
    )
    claimed = claims.filter((nw.col("_rows") > 1) | (nw.col("_one") != nw.col("_other")))
    if contested := count(claimed):
        raise NotPortable([Fault("answers-contested", "records", {"count": contested})])
    return _answered(frame, rule)
