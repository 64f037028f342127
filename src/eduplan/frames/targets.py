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
from eduplan.frames.asking import Owing, by_profile, door, fields_of, joined, owing, own_fields
from eduplan.frames.backends import Frame
from eduplan.frames.columns import MOST_VALUES, distinct
from eduplan.frames.crowds import SPELL, Crowd
from eduplan.frames.figures import STATED, Days, Figures
from eduplan.frames.profiles import BEARER
from eduplan.frames.refusing import Judged, conditions, said_besides
from eduplan.frames.scene import Asks, Scene
from eduplan.periods import Every
from eduplan.provisions import Docket, Indicator, Subject, Target, TargetBench
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
        *("share", "within", "count", "distinct"),
    },
    Every: {"unit", "months", "grid", "own", "school_days"},
    Own: {"lengths", "starts", "ends", "aligned"},
}


def refusals(target: Target) -> Iterator[Fault]:
    """Return why a target cannot be judged over frames, nothing where it can."""
    yield from said_besides(target, "", _JUDGED)
    yield from said_besides(target.indicator, "indicator.", _JUDGED)
    if target.every is not None:
        yield from said_besides(target.every, "every.", _JUDGED)
        if target.every.own is not None:
            yield from said_besides(target.every.own, "every.", _JUDGED)
    for path, reach in target.reaches():
        if reach.relative_to is not None:
            yield Fault("not-portable-key", f"{path}.relative_to", {"key": "relative_to"})
    if target.indicator.named:
        for condition in (one for where in _selectors(target) for one in conditions(where)):
            if len(set(condition.bearer_fields)) > 1:
                yield Fault("not-portable-operands", "indicator", {"field": condition.field})


def asks(target: Target) -> Asks:
    """Return the facts that a target asks for."""
    indicator, fields = target.indicator, fields_of(*_selectors(target))
    of_bearers = (*door(target), *_periods(target), *own_fields(*_selectors(target)))
    if indicator.named:
        return Asks(of_bearers, ("indicator", *STATED, *fields), (indicator.by,))
    return Asks((*of_bearers, *_counted(target), *SPELL))


def rows(target: Target, scene: Scene) -> Frame:
    """Return the rows of one target."""
    bench = scene.docket.benches[target.id]
    assert isinstance(bench, TargetBench)  # noqa: S101 - of a target without versions it is
    if target.indicator.named:
        who = owing(bench, scene, _periods(target))
        return _of_figures(bench, scene, who) if who.subjects else who.others
    who = owing(bench, scene, (*_periods(target), *own_fields(*_selectors(target))))
    if not who.subjects:
        return who.others
    crowd = Crowd(scene, _counted(target), _days(bench, who, scene.docket))
    docket = attrs.evolve(scene.docket, subjects=crowd.subjects())
    return by_profile(bench, scene._replace(docket=docket), who)


def _selectors(target: Target) -> list[Selector]:
    parts = [part.where for _, reach in target.reaches() for part in reach.split]
    return [*target.indicator.selectors().values(), *parts]


def _periods(target: Target) -> tuple[str, ...]:
    """Return the facts of a bearer that its periods depend on."""
    return target.every.facts if target.every is not None else ()


def _counted(target: Target) -> tuple[str, ...]:
    """Return the facts that are asked of everybody who is counted."""
    distinct_ = target.indicator.distinct
    return (*fields_of(*_selectors(target)), *([distinct_] if distinct_ else []))


def _days(bench: TargetBench, who: Owing, docket: Docket) -> set[date]:
    """Return the days on which it is looked who is there."""
    found: set[Period] = set()
    for subject in who.subjects.values():
        for span in _spans(bench, subject, docket):
            found |= {one for one in (span.period, bench.base(span)) if one is not None}
    return {min(period.last, docket.as_of) for period in found}


def _spans(bench: TargetBench, subject: Subject, docket: Docket) -> Sequence[Span]:
    """Return the periods asked about that have begun, none where they are not known."""
    try:
        return bench.spans(subject, docket)
    except NotKnown:
        return ()


# ---------------------------------------------------------------- figures on file

Asked = Sequence[Span | Verdict]
"""What a bearer is asked for, one period after another; a verdict where it stands already."""


class _Reading(NamedTuple):
    """Figures that are read for every period in which they are asked for.

    Attributes:
        name: the column of their standing.
        where: which records count.
        days: the days that are read, by profile and period.
    """

    name: str
    where: Selector
    days: Sequence[Days]


def _of_figures(bench: TargetBench, scene: Scene, who: Owing) -> Frame:
    """Return the rows of a target on figures on file."""
    docket, indicator = scene.docket, bench.target.indicator
    asked = {number: _asked(bench, one, docket) for number, one in who.subjects.items()}
    bearers = grid = who.profiles.frame(who.fields)
    if own := own_fields(*_selectors(bench.target)):
        facts = scene.profiles.frame((), own=own)
        bearers = bearers.join(facts.drop("_profile"), on=BEARER, how="inner")
    figures = Figures(indicator, bench.indicator, scene, bearers)
    pairs = [(number, place) for number, several in asked.items() for place in range(len(several))]
    places = {
        "_profile": pa.array([number for number, _ in pairs], pa.int64()),
        "_place": pa.array([place for _, place in pairs], pa.int64()),
    }
    grid = grid.join(scene.backend.beside(pa.table(places)), on="_profile", how="inner")
    readings = _readings(bench, asked)
    for one in readings:
        found = figures.standings(one.where, one.days, one.name)
        grid = grid.join(found, on=[BEARER, "_place"], how="left")
        grid = grid.with_columns(nw.col(one.name).fill_null(0))
    keys = ["_profile", "_place", *(one.name for one in readings)]
    table = distinct(grid, *keys).collect().to_arrow()
    if len(table) > MOST_VALUES:
        raise refuse("too-many-values", "records.value", most=MOST_VALUES)
    standings = zip(*(table.column(name).to_pylist() for name in keys), strict=True)
    verdicts = _verdicts(bench, scene, who, asked, figures, standings)
    return joined(who, grid, keys, verdicts, scene)


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
    where = bench.target.indicator.where
    now = [Days(number, place, span.period) for number, place, span in spans]
    base = [
        Days(number, place, days)
        for number, place, span in spans
        if (days := bench.base(span)) is not None
    ]
    of_parts = [
        _Reading(
            f"_part_{index}",
            found.indicator.where,
            [Days(n, place, span.period) for n, place, span in spans if part in span.reach.split],
        )
        for index, (part, found) in enumerate(bench.parts.items())
    ]
    return [_Reading("_now", where, now), _Reading("_base", where, base), *of_parts]


def _verdicts(
    bench: TargetBench,
    scene: Scene,
    who: Owing,
    asked: Mapping[int, Asked],
    figures: Figures,
    found: Iterable[tuple[int, ...]],
) -> Iterator[tuple[tuple[int, ...], Verdict]]:
    """Return what the reference says wherever things stand differently."""
    for key in found:
        number, place, now, base, *rest = key
        of_parts = dict(zip(bench.parts, rest, strict=True))
        subject, span = who.subjects[number], asked[number][place]
        if isinstance(span, Verdict):
            yield key, span
            continue
        get, days = subject.get, bench.base(span)
        readings = Readings(
            figures.figure(now, bench.indicator, get, span.period),
            None if days is None else figures.figure(base, bench.indicator, get, days),
            tuple(
                figures.figure(of_parts[part], bench.parts[part], get, span.period)
                for part in span.reach.split
            ),
        )
        yield key, bench.verdict(subject, span, readings, scene.docket)
