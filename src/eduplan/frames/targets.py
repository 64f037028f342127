"""Targets over frames: who is there, or what is on file, is found in columns; then judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.cycles import Own
from eduplan.dates import Period
from eduplan.errors import Fault, NotKnown, refuse
from eduplan.frames import measured
from eduplan.frames.asking import (
    Days,
    Owing,
    by_profile,
    door,
    fields_of,
    joined,
    owing,
    own_fields,
)
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import facts_of_records, fields_of_bearer, pointers_of, quota_of
from eduplan.frames.columns import MOST_VALUES, distinct
from eduplan.frames.crowds import SPELL, Crowd
from eduplan.frames.figures import STATED, Figures
from eduplan.frames.measured import Measured
from eduplan.frames.others import Others
from eduplan.frames.peers import PEER, Asked, Peers
from eduplan.frames.profiles import BEARER
from eduplan.frames.refusing import Judged, said_besides, several_operands
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.periods import Every
from eduplan.provisions import Docket, Indicator, Subject, Target, TargetBench
from eduplan.provisions.indicator import IndicatorBench
from eduplan.provisions.target_bench import Readings, Span
from eduplan.selectors import Selector
from eduplan.verdicts import Verdict

_JUDGED: Judged = {
    Target: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("indicator", "milestones", "every", "reach", "suppress_below", "unit"),
    },
    Indicator: {
        *("rate", "value", "of", "where", "by", "scale"),
        *("share", "within", "count", "distinct", "measure", "stock", "among"),
    },
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {"lengths", "starts", "ends", "aligned", "skip", "only"},
}


def refusals(target: Target) -> Iterator[Fault]:
    """Return why a target cannot be judged over frames, nothing where it can."""
    yield from said_besides(target, "", _JUDGED)
    yield from said_besides(target.indicator, "indicator.", _JUDGED)
    if target.every is not None:
        yield from said_besides(target.every, "every.", _JUDGED)
        if target.every.own is not None:
            yield from said_besides(target.every.own, "every.", _JUDGED)
    measure = target.indicator.measure
    if measure is not None:
        for fault in measured.refusals(target, measure):
            yield fault.under("indicator")
    if target.relative() and "id" in fields_of(*_selectors(target)):
        yield Fault("not-portable-pointer", "indicator")
    if not (target.indicator.present or target.indicator.among is not None):
        for selector in _selectors(target):
            yield from several_operands(selector, "indicator")


def asks(target: Target) -> Asks:
    """Return the facts that a target asks for."""
    indicator, fields = target.indicator, fields_of(*_selectors(target))
    of_bearers = (*door(target), *_periods(target), *own_fields(*_selectors(target)))
    if indicator.named:
        return Asks(of_bearers, ("indicator", *STATED, *fields), (indicator.by,), ("id",))
    if indicator.measure is not None:
        quota = quota_of(target, indicator.measure)
        of_bearers = (*of_bearers, *fields_of_bearer(quota))
        of_records = facts_of_records(quota)
        if indicator.among is not None:
            of_others = (*of_bearers, *fields, *SPELL)
            return Asks(of_others, tuple(of_records), pointers_of(quota))
        beside = ("id", "last_day")
        return Asks(of_bearers, (*of_records, *fields), pointers_of(quota), beside)
    return Asks((*of_bearers, *_counted(target), *SPELL))


def reads(target: Target) -> Sequence[Source] | None:
    """Return which of a bearer's records a target rests on, None where it rests on others too."""
    indicator = target.indicator
    if indicator.present or indicator.among is not None or target.relative():
        return None
    if indicator.measure is not None:
        return [Source(indicator.measure.by, indicator.measure.kinds)]
    return [Source(indicator.by, indicator.of)]


def rows(target: Target, scene: Scene) -> Frame:
    """Return the rows of one target."""
    bench = scene.docket.benches[target.id]
    assert isinstance(bench, TargetBench)  # noqa: S101 - of a target without versions it is
    if not target.indicator.present:
        together = target.relative() or target.indicator.among is not None
        own = _held_against(target) if together else ()
        who = owing(bench, scene, (*_periods(target), *own))
        return _of_records(bench, scene, who) if who.subjects else who.others
    who = owing(bench, scene, (*_periods(target), *own_fields(*_selectors(target))))
    if not who.subjects:
        return who.others
    crowd = Crowd(scene, _counted(target), _days(bench, who, scene.docket))
    docket = attrs.evolve(scene.docket, subjects=crowd.subjects())
    return by_profile(bench, scene._replace(docket=docket), who)


def _selectors(target: Target) -> list[Selector]:
    parts = [part.where for _, reach in target.reaches() for part in reach.split]
    peers = [relative.peers for relative in target.relative()]
    return [*target.indicator.selectors().values(), *parts, *peers]


def _periods(target: Target) -> tuple[str, ...]:
    """Return the facts of a bearer that its periods depend on."""
    return target.every.facts if target.every is not None else ()


def _counted(target: Target) -> tuple[str, ...]:
    """Return the facts that are asked of everybody who is counted."""
    distinct_ = target.indicator.distinct
    return (*fields_of(*_selectors(target)), *([distinct_] if distinct_ else []))


def _days(bench: TargetBench, who: Owing, docket: Docket) -> set[date]:
    """Return the days on which it is looked who is there."""
    return {min(period.last, docket.as_of) for period in _looked_at(bench, who, docket)}


def _looked_at(bench: TargetBench, who: Owing, docket: Docket) -> set[Period]:
    """Return the periods whose figures may be asked for."""
    found: set[Period] = set()
    for subject in who.subjects.values():
        for span in _spans(bench, subject, docket):
            found |= {one for one in (span.period, bench.base(span)) if one is not None}
    return found


def _spans(bench: TargetBench, subject: Subject, docket: Docket) -> Sequence[Span]:
    """Return the periods asked about that have begun, none where they are not known."""
    try:
        return bench.spans(subject, docket)
    except NotKnown:
        return ()


# ---------------------------------------------------------------- what records say


_Reader = Figures | Measured | Others
"""Tells how things stand with figures, and what the reference reads where they stand so."""


class _Reading(NamedTuple):
    """Figures that are read for every period in which they are asked for.

    Attributes:
        name: the column of their standing.
        reads: the reference that reads them.
        days: the days that are read, by profile and period.
    """

    name: str
    reads: IndicatorBench
    days: Sequence[Days]


def _of_records(bench: TargetBench, scene: Scene, who: Owing) -> Frame:
    """Return the rows of a target on figures on file, or on what is measured."""
    docket = scene.docket
    asked = {number: _asked(bench, one, docket) for number, one in who.subjects.items()}
    bearers = grid = who.profiles.frame(who.fields)
    if own := _held_against(bench.target):
        facts = scene.profiles.frame((), own=own)
        bearers = bearers.join(facts.drop("_profile"), on=BEARER, how="inner")
    found_by = _reader(bench, scene, bearers, who)
    pairs = [(number, place) for number, several in asked.items() for place in range(len(several))]
    places = {
        "_profile": pa.array([number for number, _ in pairs], pa.int64()),
        "_place": pa.array([place for _, place in pairs], pa.int64()),
    }
    grid = grid.join(scene.backend.beside(pa.table(places)), on="_profile", how="inner")
    readings = _readings(bench, asked)
    for one in readings:
        found = found_by.standings(one.reads, one.days, one.name)
        grid = grid.join(found, on=list(found_by.keys), how="left")
        grid = grid.with_columns(nw.col(one.name).fill_null(0))
    peers = Peers(bench, scene, who.subjects, asked) if bench.target.relative() else None
    if peers is not None:
        grid = peers.numbered(grid)
    keys = ["_profile", "_place", *(one.name for one in readings), *([PEER] if peers else [])]
    table = distinct(grid, *keys).collect().to_arrow()
    if len(table) > MOST_VALUES:
        raise refuse("too-many-values", "records.value", most=MOST_VALUES)
    standings = zip(*(table.column(name).to_pylist() for name in keys), strict=True)
    verdicts = _verdicts(bench, scene, who, asked, found_by, peers, standings)
    return joined(who, grid, keys, verdicts, scene)


def _held_against(target: Target) -> tuple[str, ...]:
    """Return the facts of a bearer that records are held against."""
    measure = target.indicator.measure
    of_measure = fields_of_bearer(quota_of(target, measure)) if measure is not None else ()
    return tuple(dict.fromkeys((*own_fields(*_selectors(target)), *of_measure)))


def _reader(bench: TargetBench, scene: Scene, bearers: Frame, who: Owing) -> _Reader:
    target, indicator, docket = bench.target, bench.indicator, scene.docket
    measure = target.indicator.measure
    if measure is None:
        return Figures(target.indicator, indicator, scene, bearers)
    if target.indicator.among is None:
        return Measured(target, measure, scene, bearers)
    days = {indicator.span(one, docket).last for one in _looked_at(bench, who, docket)}
    crowd = Crowd(scene, fields_of(*_selectors(target)), days)
    return Others(target, measure, scene, who.subjects, crowd)


def _asked(bench: TargetBench, subject: Subject, docket: Docket) -> Asked:
    spans = _spans(bench, subject, docket)
    if not spans:
        return bench.judge(subject, docket)
    return [bench.excused(subject, span, docket) or span for span in spans]


def _readings(bench: TargetBench, asked: Mapping[int, Asked]) -> list[_Reading]:
    """Return what is read: the figure, the one it is held against, and those of parts."""
    spans = [
        (number, place, one)
        for number, several in asked.items()
        for place, one in enumerate(several)
        if isinstance(one, Span)
    ]
    now = [Days(number, place, span.period) for number, place, span in spans]
    base = [
        Days(number, place, days)
        for number, place, span in spans
        if (days := bench.base(span)) is not None
    ]
    of_parts = [
        _Reading(
            f"_part_{index}",
            reads,
            [Days(n, place, span.period) for n, place, span in spans if part in span.reach.split],
        )
        for index, (part, reads) in enumerate(bench.parts.items())
    ]
    reads = bench.indicator
    return [_Reading("_now", reads, now), _Reading("_base", reads, base), *of_parts]


def _verdicts(
    bench: TargetBench,
    scene: Scene,
    who: Owing,
    asked: Mapping[int, Asked],
    found_by: _Reader,
    peers: Peers | None,
    found: Iterable[tuple[int, ...]],
) -> Iterator[tuple[tuple[int, ...], Verdict]]:
    """Return what the reference says wherever things stand differently."""
    for key in found:
        number, place, now, base, *rest = key
        of_parts = dict(zip(bench.parts, rest, strict=peers is None))
        subject, span = who.subjects[number], asked[number][place]
        if isinstance(span, Verdict):
            yield key, span
            continue
        readings = Readings(
            found_by.figure(now),
            None if bench.base(span) is None else found_by.figure(base),
            tuple(found_by.figure(of_parts[part]) for part in span.reach.split),
            {} if peers is None else peers.of(number, place, rest[-1]),
        )
        yield key, bench.verdict(subject, span, readings, scene.docket)
