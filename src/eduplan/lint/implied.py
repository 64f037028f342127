"""What another provision implies, what a follow-up asks for by the way, what a parent asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

from eduplan.exact import show
from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material, Stated, place_of, told_names
from eduplan.lint.quotas import Plain, is_counted, nesting, pairs, plain, same_measure
from eduplan.measures import Way
from eduplan.messages import Text, both
from eduplan.provisions import FollowUp, Over, Provision, Quota, Unanswered
from eduplan.selectors import Scales
from eduplan.weakening import implies, weaker

_ADDED = (Way.COUNT, Way.SUM, Way.DAYS)
"""Measures of which a longer period has the sum of the shorter ones in it."""


def implied(material: Material) -> Iterator[Finding]:
    """Find provisions that another one implies: five times forty is already two hundred."""
    for one, other in (*pairs(material), *_follow_up_pairs(material)):
        for weak, strong in ((one, other), (other, one)):
            yield from material.found(
                "structure.implied",
                lambda weak, strong: _implied(weak, strong, material),
                weak,
                strong,
            )


def _follow_up_pairs(material: Material) -> Iterator[tuple[Stated, Stated]]:
    found = [one for one in material.provisions if isinstance(one, FollowUp)]
    for index, one in enumerate(found):
        for other in found[index + 1 :]:
            if one.after == other.after:
                yield one, other


def _implied(weak: Provision, strong: Provision, material: Material) -> Facts | None:
    """Return how one provision follows from another, for those in service all the time."""
    if not _as_wide(weak, strong, material.scales):
        return None
    if isinstance(weak, FollowUp) and isinstance(strong, FollowUp):
        return _sooner(weak, strong, material.scales)
    one, other = plain(weak), plain(strong)
    if one is None or other is None or one.most is not other.most:
        return None
    if not same_measure(one.measure, other.measure) or one.scope != other.scope:
        return None
    if not _plainly(weak, strong):
        return None
    wide, narrow = (other, one) if one.most else (one, other)
    if not implies(narrow.measure.where, wide.measure.where, material.scales):
        return None
    nest = nesting(other.every, one.every, material.plan.horizon)
    times = nest and (nest.touching if one.most else nest.inside)
    if not times or (times > 1 and not _adds(other)):
        return None
    reached = other.amount * times
    if reached > one.amount if one.most else reached < one.amount:
        return None
    return {
        "strong": strong.title,
        "times": times,
        "amount": show(other.amount),
        "reached": show(reached),
        "asked": show(one.amount),
    }


def _as_wide(weak: Provision, strong: Provision, scales: Scales) -> bool:
    """Say whether whoever owes ``weak`` owes ``strong`` too, at the same time and as strictly."""
    return (
        implies(weak.bearer, strong.bearer, scales)
        and strong.exempt in (None, weak.exempt)
        and strong.since in (None, weak.since)
        and strong.until in (None, weak.until)
        and (strong.force.binding or not weak.force.binding)
    )


def _adds(asked: Plain) -> bool:
    measure = asked.measure
    return measure.way in _ADDED and not measure.caps and not measure.thresholds


def _plainly(weak: Provision, strong: Provision) -> bool:
    """Say whether nothing but the amounts of two quotas matters.

    Parts ask for more than the whole; leave and what is carried over let somebody do with less.
    """
    if isinstance(weak, Quota) and weak.part:
        return False
    return not (isinstance(strong, Quota) and (strong.leave or strong.carry_over))


def _sooner(weak: FollowUp, strong: FollowUp, scales: Scales) -> Facts | None:
    if (weak.after, weak.by, weak.answer) != (strong.after, strong.by, strong.answer):
        return None
    if not implies(weak.where, strong.where, scales):
        return None
    for name in ("days", "school_days"):
        asked, given = getattr(weak.within, name), getattr(strong.within, name)
        if asked is not None and given is not None and given <= asked:
            reached = show(given)
            return {
                "strong": strong.title,
                "times": 1,
                "amount": reached,
                "reached": reached,
                "asked": show(asked),
            }
    return None


def implied_by_follow_ups(material: Material) -> Iterator[Finding]:
    """Find what a follow-up asks for by the way, of what another quota asks for too."""
    quotas = [stated for stated in material.provisions if is_counted(stated)]
    for follow_up in filter(_is_follow_up, material.provisions):
        near = [quota for quota in quotas if material.kinds(quota) & material.kinds(follow_up)]
        for quota, beside in product(near, near):
            yield from material.found(
                "structure.follow-up-implies",
                partial(_answers_owed, material),
                follow_up,
                quota,
                beside,
            )


def _is_follow_up(stated: Stated) -> bool:
    if isinstance(stated, Unanswered):
        return stated.key == "follow_up"
    return isinstance(stated, FollowUp)


def _answers_owed(
    material: Material, follow_up: Provision, quota: Provision, beside: Provision
) -> Facts | None:
    asked, other = plain(quota), plain(beside)
    if not isinstance(follow_up, FollowUp) or asked is None or asked.most or other is None:
        return None
    answers = follow_up.answer.kind
    if not set(answers) & set(other.measure.kinds):
        return None
    if asked.measure.way is not Way.COUNT or not set(asked.measure.kinds) <= set(follow_up.after):
        return None
    if asked.scope.over is not Over.EACH:
        return None
    if not implies(quota.bearer, follow_up.bearer, material.scales):
        return None
    if not implies(asked.measure.where, follow_up.where, material.scales):
        return None
    return {
        "quota": quota.title,
        "answer": told_names(answers, material.plan.labels),
        "amount": show(asked.amount),
        "every": both(f"lint.every.{asked.every.unit}"),
        "beside": beside.title,
    }


def weakened(material: Material) -> Iterator[Finding]:
    """Find where a derived plan asks for less than the plan it is derived from."""
    places = {stated.id: place_of(stated) for stated in material.provisions}
    for one in weaker(material.plan):
        told = Text(zh=one.message("zh"), en=one.message("en"))
        place = places.get(one.provision, f"drop.{one.provision}")
        yield material.finding("structure.weaker", place, one.clause, {"told": told})


CHECKS = (implied, implied_by_follow_ups, weakened)
