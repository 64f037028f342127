"""The training page of a report: who is behind, how hours spread, who is barred, what to offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from eduplan.dates import Period, add_months
from eduplan.exact import Number, show
from eduplan.exports.drill_down import SIGNS, STANDINGS, standing, standing_word
from eduplan.exports.heat_map import anchor
from eduplan.exports.sections import BehindView, behind_line
from eduplan.facts import getter
from eduplan.measures import Way
from eduplan.messages import Language, say
from eduplan.outlook import remaining
from eduplan.periods import Unit, describe
from eduplan.plan import Plan
from eduplan.provisions import Gate, Quota
from eduplan.selectors import Scale
from eduplan.sources import tell_clauses
from eduplan.summary import Behind, Concern, Schools, Summary
from eduplan.verdicts import Status, Verdict

TRAINING = "training"
"""The kind of record from which hours of training are taken."""

TENTHS = 10
"""What is owed in full is cut into so many bars."""

MONTHS = 12
"""For so many months ahead the demand is told."""

_GROUPINGS = ("tier", "title")
"""The facts by which the demand is told apart; the first that anybody has."""


class Count(NamedTuple):
    """How many people stand in a way, with its sign and word."""

    state: str
    sign: str
    word: str
    people: int


class Slice(NamedTuple):
    """A piece of a bar: how its people stand, how many they are, and its width in per cent."""

    state: str
    word: str
    people: int
    width: str


class Bar(NamedTuple):
    """A bar of the distribution: from how much to how much, how many people, and its pieces."""

    label: str
    people: int
    slices: tuple[Slice, ...]


class Demand(NamedTuple):
    """What has still to be offered: heads, and rows for the whole, the parts and the months."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class TrainingView(NamedTuple):
    """A requirement of training."""

    plan: str
    title: str
    clauses: str
    told: tuple[Count, ...]
    unit: str
    bars: tuple[Bar, ...]
    behind: tuple[BehindView, ...]
    demand: Demand | None


class BarredView(NamedTuple):
    """Somebody at a gate, and why it is closed or what would have to be known."""

    who: str
    href: str
    school: str
    why: str


class GateView(NamedTuple):
    """A gate that rests on training: those it bars, and apart those of whom it is not known."""

    title: str
    clauses: str
    barred: tuple[BarredView, ...]
    unknown: tuple[BarredView, ...]


class TrainingPage(NamedTuple):
    """The page: requirements and gates; empty where no plan asks for hours of training."""

    requirements: tuple[TrainingView, ...]
    gates: tuple[GateView, ...]


def training(
    plans: Sequence[Plan],
    verdicts: Sequence[Verdict],
    summary: Summary,
    schools: Schools,
    lang: Language,
) -> TrainingPage:
    """Return the training page: of quotas of hours or credits, and of gates that rest on them.

    Args:
        plans: the plans.
        verdicts: the verdicts.
        summary: their summary, for the order of schools.
        schools: tells the school of a verdict.
        lang: language of the report.
    """
    requirements: list[TrainingView] = []
    gates: list[GateView] = []
    for plan in plans:
        asked = {one.id for one in plan.settled if isinstance(one, Quota) and _is_training(one)}
        barring = {
            one.id
            for one in plan.settled
            if isinstance(one, Gate) and one.over is None and asked & set(one.refers())
        }
        requirements.extend(
            _requirement(plan, several, summary, schools, lang)
            for several in _by_provision(plan.id, asked, verdicts)
        )
        gates.extend(
            _gate(several, summary, schools, lang)
            for several in _by_provision(plan.id, barring, verdicts)
        )
    return TrainingPage(tuple(requirements), tuple(gates))


def _is_training(quota: Quota) -> bool:
    measure = quota.measure
    amounts = measure.way in (Way.SUM, Way.CREDITS)
    return amounts and TRAINING in measure.kinds and quota.at_least is not None


def _by_provision(
    plan: str, names: Iterable[str], verdicts: Iterable[Verdict]
) -> Iterable[list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    wanted = set(names)
    for verdict in verdicts:
        applies = verdict.status is not Status.NOT_APPLICABLE
        if applies and verdict.citation.plan == plan and verdict.provision in wanted:
            found.setdefault(verdict.provision, []).append(verdict)
    return found.values()


def _requirement(
    plan: Plan, several: Sequence[Verdict], summary: Summary, schools: Schools, lang: Language
) -> TrainingView:
    citation = several[0].citation
    latest = {verdict.bearer_id: verdict for verdict in sorted(several, key=_start)}
    counts = [(name, [standing(v) for v in latest.values()].count(name)) for name in STANDINGS]
    told = tuple(
        Count(name, SIGNS[name], standing_word(name, lang), count)
        for name, count in counts
        if count
    )
    return TrainingView(
        plan.title[lang],
        citation.title[lang],
        tell_clauses(citation.clauses),
        told,
        citation.unit[lang],
        _bars(list(latest.values()), lang),
        _behind(several, summary, schools, lang),
        _demand([v for v in latest.values() if v.status is Status.PENDING], plan.scales, lang),
    )


def _start(verdict: Verdict) -> date:
    return verdict.period.start if verdict.period is not None else date.min


def _bars(verdicts: Sequence[Verdict], lang: Language) -> tuple[Bar, ...]:
    """Return how many came to how much, in tenths of what is owed in full."""
    full = max((v.required for v in verdicts if v.required is not None), default=0)
    known = [v for v in verdicts if v.value is not None]
    if not full or not known:
        return ()
    heaps: list[dict[str, int]] = [{} for _ in range(TENTHS + 1)]
    for verdict in known:
        heap = heaps[min(int(Fraction(verdict.value or 0) * TENTHS // full), TENTHS)]
        heap[standing(verdict)] = heap.get(standing(verdict), 0) + 1
    most = max(sum(heap.values()) for heap in heaps)
    bars = []
    for place, heap in enumerate(heaps):
        low, high = (show(Fraction(full) * n / TENTHS) for n in (place, place + 1))
        key = "training-bar" if place < TENTHS else "training-bar-last"
        slices = tuple(
            Slice(name, standing_word(name, lang), heap[name], _width(heap[name], most))
            for name in STANDINGS
            if name in heap
        )
        bars.append(Bar(say(f"report.{key}", lang, low=low, high=high), sum(heap.values()), slices))
    return tuple(bars)


def _width(count: int, most: int) -> str:
    """Return a width in per cent, to the tenth below."""
    tenths = 1000 * count // most
    return f"{tenths // 10}.{tenths % 10}%"


def _behind(
    verdicts: Iterable[Verdict], summary: Summary, schools: Schools, lang: Language
) -> tuple[BehindView, ...]:
    """Return those behind: who misses most first, of equals who has less time."""
    late = [v for v in verdicts if standing(v) in ("not-met", "behind")]
    late.sort(key=lambda v: (-(v.shortfall or 0), v.due or date.max, schools.of(v), v.bearer_id))
    seats = {row.school: index for index, row in enumerate(summary.rows)}
    lines = []
    for verdict in late:
        school = schools.of(verdict)
        concern = Concern.NOT_MET if verdict.status is Status.NOT_MET else Concern.BEHIND
        seat = seats[school]
        label = summary.rows[seat].label(lang)
        lines.append(behind_line(Behind(verdict, school, concern), label, seat, lang))
    return tuple(lines)


def _grouping(verdicts: Iterable[Verdict]) -> tuple[str, Callable[[Verdict], str]]:
    """Return the fact by which the demand is told apart, and what it is for a verdict."""
    bearers = [getter(verdict.bearer) for verdict in verdicts]
    fact = next((f for f in _GROUPINGS if any(isinstance(get(f), str) for get in bearers)), "")

    def of(verdict: Verdict) -> str:
        value = getter(verdict.bearer)(fact) if fact else None
        return value if isinstance(value, str) else ""

    return fact, of


def _demand(verdicts: Sequence[Verdict], scales: Iterable[Scale], lang: Language) -> Demand | None:
    """Return what those who still can need at least: by tier in all and by part, then by month.

    Amounts are rounded up, the sums as well as what they are sums of.
    """
    needs = [(verdict, remaining(verdict)) for verdict in verdicts]
    found = [(verdict, need) for verdict, need in needs if need.amount and need.possible]
    if not found:
        return None
    citation, as_of = found[0][0].citation, found[0][0].as_of
    fact, group = _grouping(verdict for verdict, _ in found)
    names = {group(verdict) for verdict, _ in found}
    rungs = _rungs(fact, names, scales)
    groups = sorted(
        names, key=lambda name: (not name, rungs.index(name) if name in rungs else len(rungs), name)
    )

    def row(word: str, amount: Callable[[Verdict, Number], Number]) -> tuple[str, ...]:
        sums = [
            sum(amount(v, need.amount or 0) for v, need in found if group(v) == name)
            for name in groups
        ]
        return (word, *(show(ceil(one)) for one in (*sums, sum(sums))))

    rows = [
        row(say("report.demand-people", lang), lambda _v, _a: 1),
        row(say("report.demand-whole", lang, unit=citation.unit), lambda _v, amount: amount),
    ]
    parts = {part.id: part.title[lang] for _, need in found for part in need.parts}
    of_part = {(v.bearer_id, part.id): part.amount or 0 for v, need in found for part in need.parts}
    for name, title in parts.items():
        told = say("report.demand-part", lang, part=title)
        rows.append(row(told, lambda v, _a, name=name: of_part.get((v.bearer_id, name), 0)))  # type: ignore[misc]
    for month in _months(as_of):
        told = describe(Unit.MONTH, month, lang)
        rows.append(row(told, lambda v, amount, month=month: _within(v, amount, month)))  # type: ignore[misc]
    heads = [citation.label(name, lang) if name else _unknown(fact, lang) for name in groups]
    return Demand((*heads, say("report.all", lang)), tuple(r for r in rows if set(r[1:]) != {"0"}))


def _rungs(fact: str, names: set[str], scales: Iterable[Scale]) -> tuple[str, ...]:
    """Return the scale of a fact: the one of its name, else one that has all values there are."""
    by_name = {scale.name: scale.values for scale in scales}
    holding = (values for values in by_name.values() if names - {""} <= set(values))
    return by_name.get(fact) or next(holding, ())


def _unknown(fact: str, lang: Language) -> str:
    return say("report.demand-unknown" if fact else "report.demand-everybody", lang)


def _months(as_of: date) -> tuple[Period, ...]:
    first = as_of.replace(day=1)
    return tuple(Period(add_months(first, n), add_months(first, n + 1)) for n in range(MONTHS))


def _within(verdict: Verdict, amount: Number, month: Period) -> Number:
    """Return how much of an amount falls into a month, at an even pace over the days left."""
    if verdict.due is None or not verdict.days_left:
        return 0
    first, last = max(month.start, verdict.as_of), min(month.last, verdict.due)
    return Fraction(amount) * max((last - first).days + 1, 0) / verdict.days_left


def _gate(
    several: Sequence[Verdict], summary: Summary, schools: Schools, lang: Language
) -> GateView:
    labels = {row.school: row.label(lang) for row in summary.rows}
    citation = several[0].citation

    def views(status: Status) -> tuple[BarredView, ...]:
        found = []
        for verdict in several:
            if verdict.status is status:
                why = citation.tell(verdict, lang).body
                school = labels[schools.of(verdict)]
                found.append(
                    BarredView(verdict.called(), anchor("person", verdict.bearer_id), school, why)
                )
        return tuple(found)

    barred, unknown = views(Status.NOT_MET), views(Status.UNDETERMINED)
    return GateView(citation.title[lang], tell_clauses(citation.clauses), barred, unknown)
