"""Gates over frames: every requirement as a column, weighed by the reference.

What a requirement comes to is a number of few: of facts of the bearer it is asked of the reference
once for everybody with the same facts, of facts of an act it is a selector over columns, of what
other provisions say it is the set of what they say. The reference then joins the numbers that
occur together, and that is put beside them as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import DAY, Period
from eduplan.errors import Fault, Missing, refuse
from eduplan.frames import measured
from eduplan.frames.asking import Days, by_profile, door, owing, subject_of, told
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import facts_of_records, fields_of_bearer, of_kinds, pointers_of, quota_of
from eduplan.frames.columns import MOST_VALUES, as_days, as_wholes, distinct, flag, whole
from eduplan.frames.measured import Counted, Measured
from eduplan.frames.outcomes import Outcome, Outcomes
from eduplan.frames.profiles import BEARER, Profiles
from eduplan.frames.refusing import Judged, said_besides, several_operands
from eduplan.frames.scene import Asks, Scene, Source
from eduplan.frames.standing import bearers, by_record
from eduplan.provisions import Docket, Gate, GateBench, Happening, Quota, Setting
from eduplan.provisions.gate import doubtful
from eduplan.provisions.requirements import (
    BearerIs,
    Elapsed,
    Joined,
    RecordIs,
    Requirement,
    Tally,
    leaves,
)
from eduplan.provisions.weighing import (
    Application,
    Weigher,
    counted_days,
    held_against,
    put_together,
    weigher,
)
from eduplan.selectors import Selector
from eduplan.verdicts import Justification, Point, Status, Verdict

_JUDGED: Judged = {
    Gate: {
        *("id", "clause", "title", "force", "bearer", "exempt", "since", "until", "note"),
        *("admits", "over"),
    }
}

MOST_SAID = 62
"""Of another provision no more different sayings are told apart: each is a bit of a number."""

Judge = Callable[[str, Scene], Frame]
"""Returns the rows of another provision by its id."""

_ANSWERS = (Status.NOT_MET, Status.UNDETERMINED, Status.MET)

_UNKNOWN = Missing("record-fact", {"field": "", "count": 1})
"""A fact of an act is missing; rows tell the code alone."""


def refusals(gate: Gate) -> Iterator[Fault]:
    """Return why a gate cannot be judged over frames, nothing where it can."""
    yield from said_besides(gate, "", _JUDGED)
    for path, leaf in leaves(gate.admits):
        if isinstance(leaf, Tally):
            for fault in measured.refusals(gate, leaf.measure):
                yield fault.under(f"admits.{path}" if path else "admits")
    for path, selector in _selectors(gate):
        yield from several_operands(selector, path)


def asks(gate: Gate) -> Asks:
    """Return the facts that a gate asks for."""
    of_records = [field for _, one in _selectors(gate) for field in one.fields()]
    pointers = [gate.over.by] if gate.over is not None else []
    of_bearers = [*door(gate), *_of_bearers(gate), *_own(gate)]
    for quota in _tallied(gate):
        of_bearers += fields_of_bearer(quota)
        of_records += facts_of_records(quota)
        pointers += pointers_of(quota)
    return Asks(tuple(of_bearers), tuple(of_records), tuple(pointers), ("id", "last_day"))


def reads(gate: Gate) -> Sequence[Source]:
    """Return which of a bearer's records a gate rests on, apart from what it rests on besides."""
    found = [Source(gate.over.by, gate.over.kind)] if gate.over is not None else []
    return [*found, *(Source(one.measure.by, one.measure.kinds) for one in _tallied(gate))]


def _tallied(gate: Gate) -> list[Quota]:
    """Return quotas by the measures of what the register has to hold."""
    tallies = [leaf for _, leaf in leaves(gate.admits) if isinstance(leaf, Tally)]
    return [quota_of(gate, tally.measure) for tally in tallies]


def _selectors(gate: Gate) -> Iterator[tuple[str, Selector]]:
    """Return the selectors over acts, each with its path."""
    if gate.over is not None:
        yield "over.where", gate.over.where
    for path, leaf in leaves(gate.admits):
        if isinstance(leaf, RecordIs):
            yield f"admits.{path}.record" if path else "admits.record", leaf.record


def _own(gate: Gate) -> tuple[str, ...]:
    """Return the facts of a bearer that acts are held against."""
    return tuple(field for _, one in _selectors(gate) for field in one.bearer_fields())


def _of_bearers(gate: Gate) -> list[str]:
    """Return the facts of the bearer that its requirements ask for."""
    return [field for _, leaf in leaves(gate.admits) for field in _fields(leaf)]


def _fields(leaf: Requirement) -> tuple[str, ...]:
    """Return the facts of the bearer that a requirement asks for."""
    if isinstance(leaf, BearerIs):
        return tuple(dict.fromkeys((*leaf.bearer.fields(), *leaf.bearer.bearer_fields())))
    return (leaf.since,) if isinstance(leaf, Elapsed) else ()


def rows(gate: Gate, scene: Scene, judge: Judge) -> Frame:
    """Return the rows of one gate.

    Args:
        gate: the gate.
        scene: what is judged.
        judge: judges the provisions it rests on.
    """
    bench = scene.docket.benches[gate.id]
    assert isinstance(bench, GateBench)  # noqa: S101 - of a gate without dated versions it is
    if gate.over is not None:
        return _on_acts(bench, gate.over, scene, judge)
    return _on_bearers(bench, scene, judge)


def _on_bearers(bench: GateBench, scene: Scene, judge: Judge) -> Frame:
    gate, docket = bench.gate, scene.docket
    who = owing(bench, scene, ())
    if not who.subjects:
        return who.others
    if bench.out_of_force(Period(docket.as_of, docket.as_of + DAY)):
        return by_profile(bench, scene, who)
    frame = who.profiles.frame(door(gate), own=_of_bearers(gate))
    table = _Table(bench, scene, judge, who.profiles)
    frame = table.of_bearers(frame)
    verdicts = []
    for answers in table.occurring(frame):
        point = table.weighed(answers)
        verdict = Verdict(
            citation=bench.citation,
            bearer=None,
            bearer_id="",
            status=point.status,
            as_of=docket.as_of,
            missing=point.missing,
        )
        verdicts.append((answers, verdict))
    return scene.backend.below([told(frame, table.columns, verdicts, scene), who.others])


def _on_acts(bench: GateBench, acts: Happening, scene: Scene, judge: Judge) -> Frame:
    gate, register = bench.gate, scene.register
    outcomes = Outcomes()
    everybody = bearers(
        bench, scene, (*_of_bearers(gate), *_own(gate)), lambda outcome: outcomes.kind((outcome,))
    )
    table = _Table(bench, scene, judge, scene.profiles)
    people = table.of_bearers(everybody.filter(nw.col("_concerned") > 0))
    of_acts = dict.fromkeys(field for _, one in _selectors(gate) for field in one.fields())
    kept = [name for name in of_acts if name in register.sorts]
    frame = register.frame.filter(of_kinds(acts.kind)).select(
        nw.col(acts.by).alias(BEARER), nw.col("day").alias("_day"), *kept
    )
    days = _days(frame, bench, scene.docket)
    frame = frame.join(scene.backend.beside(_places(days)), on="_day", how="inner")
    frame = frame.join(people.drop("_silent", "_concerned"), on=BEARER, how="inner")
    frame = scene.sieve.sift(frame, acts.where, "_sure", "_doubtful")
    frame = table.of_acts(frame, days)
    found = table.occurring(frame, "_doubtful")
    numbers = []
    for unclear, *answers in found:
        point = table.weighed(answers)
        status, missing = doubtful(point, _UNKNOWN) if unclear else (point.status, point.missing)
        outcome = Outcome(status, tuple(sorted({one.code for one in missing})))
        numbers.append(outcomes.kind((outcome,)))
    keys = ["_doubtful", *table.columns]
    ways = {name: [one[place] for one in found] for place, name in enumerate(keys)}
    beside = pa.table(
        {name: as_wholes(several) for name, several in {**ways, "_way": numbers}.items()}
    )
    frame = frame.join(scene.backend.beside(beside), on=keys, how="inner")
    frame = by_record(everybody, frame.select(BEARER, "_day", "_end", "_way"), outcomes, scene)
    nothing, no_day = nw.lit(None, dtype=nw.Int64), nw.lit(None, dtype=nw.Date)
    return frame.select(
        nw.col(BEARER).alias("bearer"),
        nw.lit(gate.id, dtype=nw.String).alias("provision"),
        nw.col("_day").alias("period_start"),
        nw.col("_end").alias("period_end"),
        nw.col("status"),
        *(nothing.alias(name) for name in ("value", "required", "shortfall", "denominator")),
        no_day.alias("due"),
        nw.col("reasons"),
    )


def _days(frame: Frame, bench: GateBench, docket: Docket) -> list[date]:
    """Return the days of acts that are judged."""
    days: list[date] = distinct(frame, "_day").collect().to_arrow().column("_day").to_pylist()
    return [
        day
        for day in days
        if day in docket.during
        and day <= docket.as_of
        and not bench.out_of_force(Period(day, day + DAY))
    ]


def _places(days: Sequence[date]) -> pa.Table:
    """Return days with their numbers, and with the days after them."""
    return pa.table(
        {
            "_day": as_days(days),
            "_place": as_wholes(range(len(days))),
            "_end": as_days(day + DAY for day in days),
        }
    )


# ---------------------------------------------------------------- requirements as columns


class _Leaf(NamedTuple):
    """A requirement that joins no others.

    Attributes:
        column: the column that numbers what it comes to.
        rule: the requirement.
        weigh: weighs it.
        points: what it comes to, by the number.
        said: the different things that another provision says, of which the number has a bit each.
    """

    column: str
    rule: Requirement
    weigh: Weigher
    points: dict[int, Point]
    said: list[Verdict]


class _Table:
    """The requirements of a gate as columns.

    Args:
        bench: the reference judgement.
        scene: what is judged.
        judge: judges the provisions it rests on.
        profiles: the bearers, in whose frames the columns are made.
    """

    def __init__(self, bench: GateBench, scene: Scene, judge: Judge, profiles: Profiles) -> None:
        self._gate, self._scene, self._judge = bench.gate, scene, judge
        self._profiles = profiles
        self._counted: dict[str, Counted] = {}
        setting = Setting(scales=scene.docket.scales)
        self._leaves = [
            _Leaf(f"_leaf_{place}", leaf, weigher(leaf, setting, bench.citation), {}, [])
            for place, (_, leaf) in enumerate(leaves(bench.gate.admits))
        ]
        self.columns = [leaf.column for leaf in self._leaves]

    def of_bearers(self, frame: Frame) -> Frame:
        """Return a frame of bearers with the columns of requirements that acts do not change."""
        for leaf in self._leaves:
            if isinstance(leaf.rule, Elapsed) and self._gate.over is not None:
                frame = self._reached(frame, leaf)
            elif isinstance(leaf.rule, BearerIs | Elapsed):
                frame = self._of_facts(frame, leaf)
            elif isinstance(leaf.rule, Tally):
                if self._gate.over is None:
                    frame = self._of_records(frame, leaf, leaf.rule)
            elif not isinstance(leaf.rule, RecordIs):
                frame = self._of_verdicts(frame, leaf)
        return frame

    def of_acts(self, frame: Frame, days: Sequence[date]) -> Frame:
        """Return a frame of acts, with the columns of their bearers, with all others.

        Args:
            frame: the acts, with ``_place``, the number of their day.
            days: their days, by these numbers.
        """
        for leaf in self._leaves:
            if isinstance(leaf.rule, RecordIs):
                frame, truth = self._scene.sieve.apply(frame, leaf.rule.record)
                answer = flag(truth.true) * 2 + flag(truth.unknown)
                frame = frame.with_columns(answer.alias(leaf.column))
                lacking = {Status.UNDETERMINED: (_UNKNOWN,)}
                for number, status in enumerate(_ANSWERS):
                    missing = lacking.get(status, ())
                    leaf.points[number] = Point("admission", status, missing=missing)
            elif isinstance(leaf.rule, Elapsed):
                reached = nw.col(f"{leaf.column}_on")
                over = flag(reached <= nw.col("_day")) * 2
                answer = nw.when(reached.is_null()).then(whole(1)).otherwise(over)
                frame = frame.with_columns(answer.alias(leaf.column))
            elif isinstance(leaf.rule, Tally):
                frame = self._of_records_up_to(frame, leaf, leaf.rule, days)
        return frame

    def occurring(self, frame: Frame, *besides: str) -> list[tuple[int, ...]]:
        """Return the numbers that occur together, after those of some other columns."""
        found = distinct(frame, *besides, *self.columns).collect().to_arrow()
        if len(found) > MOST_VALUES:
            raise refuse("too-many-profiles", "bearers")
        return list(
            zip(*(found.column(n).to_pylist() for n in [*besides, *self.columns]), strict=True)
        )

    def weighed(self, answers: Sequence[int]) -> Point:
        """Return what all that is required comes to, by the numbers of its requirements."""
        points = iter(
            [self._point(leaf, answer) for leaf, answer in zip(self._leaves, answers, strict=True)]
        )
        return _joined(self._gate.admits, points)

    def _application(self, facts: Mapping[str, object], day: date) -> Application:
        return Application(subject_of("", facts), day, self._scene.docket)

    def _of_facts(self, frame: Frame, leaf: _Leaf) -> Frame:
        """Number what facts of the bearer come to."""
        fields = _fields(leaf.rule)
        as_of = self._scene.docket.as_of
        numbers = {}
        for profile, facts in self._profiles.facts(fields).items():
            point = leaf.weigh(self._application(facts, as_of))
            numbers[profile] = _ANSWERS.index(point.status)
            leaf.points.setdefault(numbers[profile], point)
        table = pa.table({"_facts": as_wholes(numbers), leaf.column: as_wholes(numbers.values())})
        frame = frame.with_columns(_facts=self._profiles.number(fields))
        return frame.join(self._scene.backend.beside(table), on="_facts", how="inner").drop(
            "_facts"
        )

    def _reached(self, frame: Frame, leaf: _Leaf) -> Frame:
        """Find the day on which enough time has gone by; whether it has, is told by the act's."""
        fields = _fields(leaf.rule)
        reached: dict[int, date | None] = {}
        for profile, facts in self._profiles.facts(fields).items():
            never, ever = (leaf.weigh(self._application(facts, d)) for d in (date.min, date.max))
            later = date.max if never.status is Status.NOT_MET else None
            reached[profile] = never.due or later
            for point in (never, ever):
                leaf.points.setdefault(_ANSWERS.index(point.status), point)
        table = pa.table(
            {
                "_facts": as_wholes(reached),
                f"{leaf.column}_on": pa.array(list(reached.values()), pa.date32()),
            }
        )
        frame = frame.with_columns(_facts=self._profiles.number(fields))
        return frame.join(self._scene.backend.beside(table), on="_facts", how="inner").drop(
            "_facts"
        )

    def _of_verdicts(self, frame: Frame, leaf: _Leaf) -> Frame:
        """Number what another provision says of every bearer: a bit for every different saying."""
        (name,) = leaf.rule.refers()
        rows_ = self._judge(name, self._scene)
        said = distinct(rows_, "status", "reasons").collect().to_arrow().to_pylist()
        if len(said) > MOST_SAID:
            raise refuse("too-many-values", f"{name}.reasons", most=MOST_SAID)
        table = pa.table(
            {
                "status": pa.array([one["status"] for one in said], pa.string()),
                "reasons": pa.array([one["reasons"] for one in said], pa.string()),
                "_bit": as_wholes(1 << place for place in range(len(said))),
            }
        )
        bits = rows_.join(self._scene.backend.beside(table), on=["status", "reasons"], how="inner")
        bits = distinct(bits, "bearer", "_bit").group_by("bearer").agg(nw.col("_bit").sum())
        number = nw.col("_bit").cast(nw.Int64).alias(leaf.column)
        bits = bits.select(nw.col("bearer").alias(BEARER), number)
        frame = frame.join(bits, on=BEARER, how="left")
        frame = frame.with_columns(nw.col(leaf.column).fill_null(0))
        leaf.said[:] = [self._verdict(name, one["status"], one["reasons"]) for one in said]
        return frame

    def _of_records(self, frame: Frame, leaf: _Leaf, tally: Tally) -> Frame:
        """Number what the register holds for every bearer."""
        found = Measured(self._gate, tally.measure, self._scene, self._held_against(tally))
        self._counted[leaf.column] = found
        days = [Days(0, 0, counted_days(tally, self._scene.docket.as_of))]
        readings = found.read(tally.measure, days, leaf.column).drop("_place")
        frame = frame.join(readings, on=BEARER, how="left")
        return frame.with_columns(_standing(leaf, whole(1)))

    def _of_records_up_to(
        self, frame: Frame, leaf: _Leaf, tally: Tally, days: Sequence[date]
    ) -> Frame:
        """Number what the register holds for the bearer of an act on the day of that."""
        found = self._counted[leaf.column] = Counted(self._gate, tally.measure, self._scene)
        spans = [counted_days(tally, day) for day in days]
        asked = distinct(frame, BEARER, "_place")
        asked = asked.join(self._held_against(tally), on=BEARER, how="inner")
        readings = found.in_spans(tally.measure, asked, spans, leaf.column)
        frame = frame.join(readings, on=[BEARER, "_place"], how="left")
        register, before = self._scene.docket.register, self._scene.docket.as_of - DAY
        kinds = tally.measure.kinds
        open_ = (d for d in days if register.complete(kinds, min(d, before)) is not None)
        since = nw.lit(min(open_, default=date.max), dtype=nw.Date)
        return frame.with_columns(_standing(leaf, flag(nw.col("_day") >= since)))

    def _held_against(self, tally: Tally) -> Frame:
        """Return bearers with the facts that records are held against which a tally counts."""
        own = fields_of_bearer(quota_of(self._gate, tally.measure))
        return self._profiles.frame((), own=own)

    def _point(self, leaf: _Leaf, answer: int) -> Point:
        """Return what a requirement comes to, by its number."""
        if answer not in leaf.points and isinstance(leaf.rule, Tally):
            docket, (standing, open_) = self._scene.docket, divmod(answer, 2)
            figure = self._counted[leaf.column].figure(standing)
            # If the register is not complete for some act, it is not for the latest either.
            needed = docket.as_of - DAY if open_ else date.min
            status, missing = held_against(leaf.rule, figure, needed, docket)
            leaf.points[answer] = Point("admission", status, missing=missing)
        elif answer not in leaf.points:
            heard = [verdict for place, verdict in enumerate(leaf.said) if answer >> place & 1]
            leaf.points[answer] = self._hearing(leaf, heard)
        return leaf.points[answer]

    def _hearing(self, leaf: _Leaf, said: Sequence[Verdict]) -> Point:
        (name,) = leaf.rule.refers()
        subject, docket = subject_of("", {}), attrs.evolve(self._scene.docket)
        docket.hear(name, subject, tuple(said))
        return leaf.weigh(Application(subject, docket.as_of, docket))

    def _verdict(self, name: str, status: str, reasons: str) -> Verdict:
        # Of a bar it is told why; of that a row has nothing.
        said = Justification(points=(Point("condition", Status(status)),))
        return Verdict(
            justification=said,
            citation=self._scene.docket.benches[name].citation,
            bearer=None,
            bearer_id="",
            status=Status(status),
            as_of=self._scene.docket.as_of,
            missing=tuple(Missing(code) for code in reasons.split()),
        )


def _standing(leaf: _Leaf, open_: nw.Expr) -> nw.Expr:
    """Return the number of how things stand, and of whether the register has to be complete."""
    return (nw.col(leaf.column).fill_null(0) * 2 + open_).alias(leaf.column)


def _joined(requirement: Requirement, points: Iterator[Point]) -> Point:
    """Return what requirements come to, taking what those that join no others do in their order."""
    if not isinstance(requirement, Joined):
        return next(points)
    return put_together(requirement, tuple([_joined(part, points) for part in requirement.parts]))
