"""Targets that contradict themselves or each other, and what they leave open."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache, partial
from importlib import resources
from itertools import pairwise, permutations
from typing import NamedTuple

from eduplan.exact import Number, exact, show, show_share
from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material, Stated, place_of
from eduplan.lint.numbers import rate_readings
from eduplan.periods import Every
from eduplan.provisions import Provision, Target, Unanswered
from eduplan.provisions.reach import LOWER, Reach
from eduplan.weakening import implies

When = date | Every


class Aim(NamedTuple):
    """One bound of a target.

    Attributes:
        when: the day by which, or the periods in each of which it has to be reached.
        level: the number, or the place of a grade on its scale.
        lower: whether more is better.
        shown: the bound as people read it.
    """

    when: When
    level: Number
    lower: bool
    shown: str


def aims(one: Provision, material: Material) -> tuple[Aim, ...]:
    """Return the bounds of a target that are stated as such, in their order.

    Args:
        one: the provision; other forms have none.
        material: the plan, for its scales.
    """
    if not isinstance(one, Target):
        return ()
    found = [_aim(milestone.by, milestone, one, material) for milestone in one.milestones]
    if one.every is not None and one.reach is not None:
        found.append(_aim(one.every, one.reach, one, material))
    return tuple(aim for aim in found if aim is not None)


def _aim(when: When, reach: Reach, target: Target, material: Material) -> Aim | None:
    if reach.level is None:
        return None
    test, level = reach.level
    if isinstance(level, str):
        scale = material.scales.get(target.indicator.scale)
        rank = scale.rank(level) if scale is not None else None
        return None if rank is None else Aim(when, rank, test in LOWER, level)
    shown = show_share(level) if target.indicator.shares else show(level)
    return Aim(when, level, test in LOWER, shown)


def _targets(material: Material) -> list[Stated]:
    return [stated for stated in material.provisions if _is_target(stated)]


def _is_target(stated: Stated) -> bool:
    return stated.key == "target" if isinstance(stated, Unanswered) else isinstance(stated, Target)


def falling(material: Material) -> Iterator[Finding]:
    """Find milestones that ask for less than the ones before them."""
    for stated in _targets(material):
        yield from material.found("numbers.milestones-fall", partial(_falls, material), stated)


def _falls(material: Material, one: Provision) -> Facts | None:
    for before, after in pairwise(aims(one, material)):
        worse = after.level < before.level if before.lower else after.level > before.level
        if before.lower is after.lower and worse:
            return {
                "before": before.shown,
                "first": before.when,
                "after": after.shown,
                "second": after.when,
            }
    return None


def splitting(material: Material) -> Iterator[Finding]:
    """Find targets whose parts do not add up to the whole."""
    for stated in _targets(material):
        yield from material.found("numbers.split", _split, stated)


def _split(one: Provision) -> Facts | None:
    reaches = [reach for _, reach in one.reaches()] if isinstance(one, Target) else []
    for reach in reaches:
        if reach.adds_up is False:
            parts = sorted((part.at_least for part in reach.split), reverse=True)
            return {
                "parts": "+".join(map(show, parts)),
                "sum": show(exact(sum(parts))),
                "whole": show(reach.at_least),  # type: ignore[arg-type]
            }
    return None


@cache
def rates_within() -> frozenset[tuple[str, str]]:
    """Return the names of rates on one base, each with one that is wider."""
    path = resources.files("eduplan.lint").joinpath("data", "rates.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return frozenset((narrow, wide) for narrow, wide in table["within"])


def rates(material: Material) -> Iterator[Finding]:
    """Find a rate that has to be above one it is taken from, with the readings that allow it."""
    for narrow, wide in permutations(_targets(material), 2):
        yield from material.found(
            "numbers.rate-above-base", partial(_above, material), narrow, wide
        )


def _above(material: Material, narrow: Provision, wide: Provision) -> Facts | None:
    if not isinstance(narrow, Target) or not isinstance(wide, Target):
        return None
    one, other = narrow.indicator, wide.indicator
    if (one.rate, other.rate) not in rates_within() or one.where != other.where:
        return None
    bearers = (narrow.bearer, wide.bearer)
    if not any(implies(*pair, material.scales) for pair in (bearers, bearers[::-1])):
        return None
    for part in aims(narrow, material):
        for base in aims(wide, material):
            if part.when == base.when and part.lower and base.lower and part.level > base.level:
                return {
                    "figure": narrow.title,
                    "value": part.shown,
                    "whole": wide.title,
                    "base": base.shown,
                    "readings": rate_readings(part.level, base.level),
                }
    return None


def implied(material: Material) -> Iterator[Finding]:
    """Find targets that another one on the same indicator implies."""
    for weak, strong in permutations(_targets(material), 2):
        yield from material.found(
            "structure.target-implied", partial(_implied, material), weak, strong
        )


def _implied(material: Material, weak: Provision, strong: Provision) -> Facts | None:
    if not isinstance(weak, Target) or not isinstance(strong, Target):
        return None
    if weak.indicator != strong.indicator:
        return None
    if not implies(weak.bearer, strong.bearer, material.scales):
        return None
    asked, given = aims(weak, material), {aim.when: aim for aim in aims(strong, material)}
    reaches = list(weak.reaches())
    if not asked or len(asked) < len(reaches) or any(reach.split for _, reach in reaches):
        return None
    for aim in asked:
        other = given.get(aim.when)
        if other is None or other.lower is not aim.lower:
            return None
        if other.level < aim.level if aim.lower else other.level > aim.level:
            return None
    last = asked[-1]
    return {"strong": strong.title, "reached": given[last.when].shown, "asked": last.shown}


def outside(material: Material) -> Iterator[Finding]:
    """Find milestones before the first or after the last day of the plan."""
    for stated in _targets(material):
        yield from material.found("time.milestone-outside", partial(_outside, material), stated)


def _outside(material: Material, one: Provision) -> Facts | None:
    horizon = material.plan.horizon
    if horizon is None or not isinstance(one, Target):
        return None
    for milestone in one.milestones:
        if milestone.by not in horizon:
            return {"by": milestone.by, "start": horizon.start, "last": horizon.last}
    return None


def stopping(material: Material) -> Iterator[Finding]:
    """Find milestones that stop a year or more before those of a target of the same clause."""
    targets = _targets(material)
    for short in targets:
        beside = [long for long in targets if set(short.clause) & set(long.clause)]
        found = [material.always(_stops, short, long) for long in beside if long is not short]
        told = [facts for facts in found if facts is not None]
        if told:
            facts = min(told, key=repr)
            yield material.finding("open.milestone", place_of(short), short.clause, facts)


def _stops(short: Provision, long: Provision) -> Facts | None:
    if not isinstance(short, Target) or not isinstance(long, Target):
        return None
    mine = [milestone.by for milestone in short.milestones]
    later = [milestone.by for milestone in long.milestones if milestone.by not in mine]
    if len(mine) < 2 or len(later) + len(mine) > len(long.milestones):
        return None
    if not later or min(later) < mine[-1]:
        return None
    return {"last": mine[-1], "missing": min(later), "other": long.title}


def baselines(material: Material) -> Iterator[Finding]:
    """Find targets that rest on a figure of an earlier day, which the plan does not state."""
    for stated in _targets(material):
        yield from material.found("open.baseline", _baseline, stated)


def _baseline(one: Provision) -> Facts | None:
    reaches = [reach for _, reach in one.reaches()] if isinstance(one, Target) else []
    days = [reach.change.on for reach in reaches if reach.change is not None]
    return {"title": one.title, "day": min(days)} if days else None


CHECKS = (falling, splitting, rates, implied, outside, stopping, baselines)
