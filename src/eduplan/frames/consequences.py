"""Consequences over frames: the rows of the provision, and what follows from each.

What follows is asked of the reference, once for everything that is said of bearers who are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import Period
from eduplan.errors import Fault, Missing, refuse
from eduplan.frames.asking import door, owing, timing, told
from eduplan.frames.backends import Frame
from eduplan.frames.columns import MOST_VALUES, as_days, as_wholes, distinct, flag
from eduplan.frames.profiles import BEARER
from eduplan.frames.refusing import Judged, said_besides
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.provisions import Consequence
from eduplan.verdicts import Status, Verdict

_JUDGED: Judged = {
    Consequence: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("verdict", "status", "effect", "amount", "unit"),
    }
}

_NO_DAY = date(1900, 1, 1)
"""Stands for the days of a period where there is none, for absent days are not joined on."""

_SAID = ("_profile", "_dated", "_from", "_to", "_status", "_reasons")


def refusals(rule: Consequence) -> Iterator[Fault]:
    """Return why a consequence cannot be judged over frames, nothing where it can."""
    yield from said_besides(rule, "", _JUDGED)
    if rule.amount is not None and rule.amount.per is not None:
        yield Fault("not-portable-key", "amount.per", {"key": "per"})


def asks(rule: Consequence) -> Asks:
    """Return the facts that a consequence asks for."""
    acts = rule.carried_out
    of_bearers = [*door(rule), *([rule.whose] if rule.whose else [])]
    if acts is None:
        return Asks(tuple(of_bearers), ("id",) if any(refusals(rule)) else ())
    of_bearers += [*acts.where.bearer_fields(), *timing(acts.within)]
    return Asks(tuple(of_bearers), ("id", *acts.where.fields()), (acts.by,))


def reads(rule: Consequence) -> Sequence[Source] | None:
    """Return which of a bearer's records a consequence rests on, apart from the verdict's own.

    Returns:
        The records, None where it has dated versions.
    """
    if rule.version:
        return None
    acts = rule.carried_out
    return [Source(acts.by, acts.kind)] if acts is not None else ()


def rows(rule: Consequence, scene: Scene, judge: Callable[[str, Scene], Frame]) -> Frame:
    """Return the rows of one consequence.

    Args:
        rule: the consequence.
        scene: what is judged.
        judge: judges the provision it follows from.
    """
    bench = scene.docket.benches[rule.id]
    who = owing(bench, scene, ())
    if not who.subjects:
        return who.others
    no_day = nw.lit(_NO_DAY, dtype=nw.Date)
    said = judge(rule.verdict, scene).select(
        nw.col("bearer").alias(BEARER),
        flag(~nw.col("period_start").is_null()).alias("_dated"),
        nw.col("period_start").fill_null(no_day).alias("_from"),
        nw.col("period_end").fill_null(no_day).alias("_to"),
        nw.col("status").alias("_status"),
        nw.col("reasons").alias("_reasons"),
    )
    frame = who.profiles.frame(who.fields).join(said, on=BEARER, how="inner")
    ways = distinct(frame, *_SAID).collect().to_arrow().to_pylist()
    if len(ways) > MOST_VALUES:
        raise refuse("too-many-profiles", "bearers")
    table = {
        **{name: as_wholes(way[name] for way in ways) for name in ("_profile", "_dated")},
        **{name: as_days(way[name] for way in ways) for name in ("_from", "_to")},
        **{
            name: pa.array([w[name] for w in ways], pa.string()) for name in ("_status", "_reasons")
        },
        "_way": as_wholes(range(len(ways))),
    }
    frame = frame.join(scene.backend.beside(pa.table(table)), on=list(_SAID), how="inner")
    docket = attrs.evolve(scene.docket)
    verdicts = []
    for number, way in enumerate(ways):
        subject = who.subjects[way["_profile"]]
        verdict = Verdict(
            citation=docket.benches[rule.verdict].citation,
            bearer=None,
            bearer_id="",
            period=Period(way["_from"], way["_to"]) if way["_dated"] else None,
            status=Status(way["_status"]),
            as_of=docket.as_of,
            missing=tuple(Missing(code) for code in way["_reasons"].split()),
        )
        docket.hear(rule.verdict, subject, (verdict,))
        verdicts += [((number,), one) for one in bench.judge(subject, docket)]
    return scene.backend.below([told(frame, ("_way",), verdicts, scene), who.others])
