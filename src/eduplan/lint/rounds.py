"""The stages of a round: outside it, over each other, and begun before the document was signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from itertools import combinations

from eduplan.dates import Period, add_years
from eduplan.errors import NotKnown
from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material, place_of
from eduplan.messages import Text, both
from eduplan.periods import periods
from eduplan.plan import Plan
from eduplan.provisions import Process, Provision
from eduplan.provisions.process import MOST_YEARS, Stage


def first_round(process: Process, plan: Plan) -> Period | None:
    """Return the first round of a process, None where it begins with each bearer or is not known.

    Args:
        process: the process.
        plan: the plan, for its first day.
    """
    every = process.every
    if every is None or every.personal:
        return None
    day = process.since or (plan.horizon.start if plan.horizon is not None else every.grid)
    if day is None:
        return None
    window = Period(day, add_years(day, MOST_YEARS))
    try:
        found = periods(every, window, bearer=dict[str, object]().get, horizon=plan.horizon)
    except NotKnown:
        return None
    return next((period for period in found if period.start >= day), None)


def _rounds(material: Material, one: Provision) -> tuple[Period, Mapping[Stage, Period]] | None:
    """Return the first round of a process and the days of its stages in it."""
    if not isinstance(one, Process) or not one.stage:
        return None
    cycle = first_round(one, material.plan)
    if cycle is None:
        return None
    ordered = sorted(one.stage, key=_in_time)
    return cycle, {stage: stage.days(cycle.start) for stage in ordered}


def _in_time(stage: Stage) -> tuple[object, ...]:
    """Return what stages are sorted by: their months, whatever their order in the file."""
    return stage.first, stage.last, stage.id


def stages(material: Material) -> Iterator[Finding]:
    """Find stages that begin before their round, reach beyond it, or lie over each other."""
    checks = {
        "time.stage-outside": _before,
        "time.stage-beyond": _beyond,
        "time.step-order": _disordered,
    }
    for stated in material.provisions:
        for code, check in checks.items():
            yield from material.found(code, partial(check, material), stated)


def _before(material: Material, one: Provision) -> Facts | None:
    cycle, days = _rounds(material, one) or (None, {})
    for stage, period in days.items():
        if cycle is not None and period.start < cycle.start:
            return {"stage": stage.title, "first": period.start, "start": cycle.start}
    return None


def _beyond(material: Material, one: Provision) -> Facts | None:
    cycle, days = _rounds(material, one) or (None, {})
    late = [stage for stage, period in days.items() if cycle and period.end > cycle.end]
    if cycle is None or not late:
        return None
    last = max(days[stage].last for stage in late)
    return {"stages": tuple(stage.title for stage in late), "last": last, "end": cycle.last}


def signing(material: Material) -> Iterator[Finding]:
    """Find a document signed inside the first stage of what it plans; each stage is told once."""
    found: dict[str, tuple[Facts, str, tuple[str, ...]]] = {}
    for stated in sorted(material.provisions, key=place_of):
        facts = material.always(partial(_signed, material), stated)
        if facts is not None:
            told, place, clauses = found.get(repr(facts), (facts, place_of(stated), ()))
            found[repr(facts)] = told, place, (*clauses, *stated.clause)
    for facts, place, clauses in found.values():
        several = tuple(dict.fromkeys(clauses))
        yield material.finding("time.signed-in-stage", place, several, facts)


def _signed(material: Material, one: Provision) -> Facts | None:
    _, days = _rounds(material, one) or (None, {})
    signed = material.plan.document.signed
    if signed is None or not days:
        return None
    stage = next(iter(days))
    if signed not in days[stage] or signed == days[stage].start:
        return None
    return {"signed": signed, "stage": stage.title, "first": days[stage].start}


def _disordered(_: Material, one: Provision) -> Facts | None:
    """Return a step that follows one of a stage that begins after its own is over."""
    if not isinstance(one, Process):
        return None
    stage_of = {stage.id: stage for stage in one.stage}
    steps = {step.id: step for step in one.step}
    for step in one.step:
        own = stage_of.get(step.stage)
        for name in step.follows:
            other = stage_of.get(steps[name].stage)
            if own is not None and other is not None and other.first > own.last:
                return {"step": step.title, "follows": steps[name].title, "stage": other.title}
    return None


def overlapping(material: Material) -> Iterator[Finding]:
    """Find stages of one round that share days, so that a day may lie in both."""
    for stated in material.provisions:
        found: dict[tuple[str, str], Facts] = {}
        for (one,) in material.together(stated):
            if isinstance(one, Process):
                found |= dict(_shared(one))
        for facts in found.values():
            yield material.finding("time.stages-overlap", place_of(stated), stated.clause, facts)


def _shared(process: Process) -> Iterator[tuple[tuple[str, str], Facts]]:
    # Any round will do: what is told are months, by the year of the round.
    begin = date(2001, 1, 1)
    for one, other in combinations(sorted(process.stage, key=_in_time), 2):
        shared = one.days(begin).meet(other.days(begin))
        if shared is not None:
            months = tuple(dict.fromkeys(map(_month, (shared.start, shared.last))))
            when = both("lint.months", first=months[0], last=months[-1])
            facts = {"one": one.title, "other": other.title}
            yield (one.id, other.id), facts | {"when": when if len(months) > 1 else months[0]}


def _month(day: date) -> Text:
    return both("lint.month", year=day.year - 2000, month=both(f"month.{day.month}"))


CHECKS = (stages, signing, overlapping)
