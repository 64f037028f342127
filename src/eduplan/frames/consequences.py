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
from eduplan.errors import Fault, Missing, NotKnown, refuse
from eduplan.frames.asking import Owing, door, owing, subject_of, timing, told
from eduplan.frames.backends import Frame
from eduplan.frames.columns import MOST_VALUES, as_days, as_wholes, distinct, flag, where, whole
from eduplan.frames.profiles import BEARER, NAMED
from eduplan.frames.refusing import Judged, said_besides
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.provisions import Consequence, ConsequenceBench, Docket, SettledBench, Subject
from eduplan.verdicts import Status, Verdict

_JUDGED: Judged = {
    Consequence: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("verdict", "status", "effect", "whose", "amount", "unit"),
    }
}

_NO_DAY = date(1900, 1, 1)
"""Stands for the days of a period where there is none, for absent days are not joined on."""

_NAMES_NOBODY, _NAMES_STRANGER, _SAYS = range(3)
_WHOSE = (None, "\0", "")
"""Whom a bearer names of whom that is not known, who names none of the bearers, or one of them."""

_SAID = ("_profile", "_known", "_dated", "_from", "_to", "_status", "_reasons")


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
        return Asks(tuple(of_bearers), beside=("id",) if any(refusals(rule)) else ())
    of_bearers += [*acts.where.bearer_fields(), *timing(acts.within)]
    return Asks(tuple(of_bearers), tuple(acts.where.fields()), (acts.by,), ("id",))


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
    assert isinstance(bench, ConsequenceBench)  # noqa: S101 - without dated versions it is
    who = owing(bench, scene, ())
    if not who.subjects:
        return who.others
    frame = _heard(rule, who, judge(rule.verdict, scene))
    ways = distinct(frame, *_SAID).collect().to_arrow().to_pylist()
    if len(ways) > MOST_VALUES:
        raise refuse("too-many-profiles", "bearers")
    numbers = ("_profile", "_known", "_dated")
    table = {
        **{name: as_wholes(way[name] for way in ways) for name in numbers},
        **{name: as_days(way[name] for way in ways) for name in ("_from", "_to")},
        **{
            name: pa.array([w[name] for w in ways], pa.string()) for name in ("_status", "_reasons")
        },
        "_way": as_wholes(range(len(ways))),
    }
    frame = frame.join(scene.backend.beside(pa.table(table)), on=list(_SAID), how="inner")
    other = subject_of("", {})
    docket = attrs.evolve(scene.docket, subjects=(other,))
    verdicts = []
    for number, way in enumerate(ways):
        subject = who.subjects[way["_profile"]]
        if rule.whose:
            subject = subject_of("", {rule.whose: _WHOSE[way["_known"]]})
        verdict = Verdict(
            citation=docket.benches[rule.verdict].citation,
            bearer=None,
            bearer_id="",
            period=Period(way["_from"], way["_to"]) if way["_dated"] else None,
            status=Status(way["_status"]),
            as_of=docket.as_of,
            missing=tuple(Missing(code) for code in way["_reasons"].split()),
        )
        docket.hear(rule.verdict, other if rule.whose else subject, (verdict,))
        verdicts += [((number,), one) for one in _decided(bench, subject, docket)]
    return scene.backend.below([told(frame, ("_way",), verdicts, scene), who.others])


def _decided(bench: SettledBench, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
    """Return the verdicts on somebody of whom it is known that the consequence is for them."""
    try:
        return bench.decide(subject, docket)
    except NotKnown as unknown:
        return (bench.undetermined(subject, docket, (unknown.missing,)),)


def _heard(rule: Consequence, who: Owing, rows_: Frame) -> Frame:
    """Return what the provision says of everybody, or of the other whom each names.

    Args:
        rule: the consequence.
        who: those it is for.
        rows_: the rows of the provision.

    Returns:
        The columns of `_SAID`, of whom nothing is said with what stands for absent values.
    """
    no_day = nw.lit(_NO_DAY, dtype=nw.Date)
    said = rows_.select(
        nw.col("bearer").alias(BEARER),
        flag(~nw.col("period_start").is_null()).alias("_dated"),
        nw.col("period_start").fill_null(no_day).alias("_from"),
        nw.col("period_end").fill_null(no_day).alias("_to"),
        nw.col("status").alias("_status"),
        nw.col("reasons").alias("_reasons"),
    )
    if not rule.whose:
        frame = who.profiles.frame(who.fields).join(said, on=BEARER, how="inner")
        return frame.with_columns(_known=whole(_SAYS))
    frame = who.profiles.frame(who.fields, named=rule.whose)
    frame = frame.join(said, left_on=NAMED, right_on=BEARER, how="left")
    known = where(nw.col(NAMED).is_null(), whole(_NAMES_NOBODY), whole(_SAYS))
    nothing = nw.col("_status").is_null()
    return frame.with_columns(
        _known=where(nothing & ~nw.col(NAMED).is_null(), whole(_NAMES_STRANGER), known),
        _dated=nw.col("_dated").fill_null(0),
        _from=nw.col("_from").fill_null(no_day),
        _to=nw.col("_to").fill_null(no_day),
        _status=nw.col("_status").fill_null(Status.UNDETERMINED.value),
        _reasons=nw.col("_reasons").fill_null(""),
    )
