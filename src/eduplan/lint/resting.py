"""Provisions that rest on the verdicts of others: consequences and gates, and on what in vain."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material
from eduplan.messages import Text, both
from eduplan.provisions import Consequence, Gate, Over, Provision, Quota, VerdictIs
from eduplan.provisions.requirements import leaves
from eduplan.provisions.worth import Basis
from eduplan.selectors import Selector, Test
from eduplan.verdicts import Status


class Rest(NamedTuple):
    """What a provision rests on.

    Attributes:
        name: id of the other provision.
        status: the statuses of it that matter.
        own: whether the verdict on the bearer itself is meant.
    """

    name: str
    status: tuple[Status, ...]
    own: bool


def _rests(one: Provision) -> Iterator[Rest]:
    if isinstance(one, Consequence):
        yield Rest(one.verdict, one.status, not one.whose)
    if isinstance(one, Gate):
        for _, leaf in leaves(one.admits):
            if isinstance(leaf, VerdictIs):
                yield Rest(leaf.verdict, leaf.status, one.over is None)


def in_vain(material: Material) -> Iterator[Finding]:
    """Find consequences and gates that rest on a verdict the other provision never gives."""
    by_id = {stated.id: stated for stated in material.provisions}
    for stated in material.provisions:
        others = {rest.name for (one,) in material.together(stated) for rest in _rests(one)}
        for name in sorted(others):
            other = by_id[name]
            yield from material.found(
                "structure.rests-on-nothing", partial(_vain, name), stated, other
            )


def _vain(name: str, one: Provision, other: Provision) -> Facts | None:
    for rest in _rests(one):
        if rest.name == name and (why := _why(rest, one, other)) is not None:
            return {"other": other.title, "why": why}
    return None


def _why(rest: Rest, one: Provision, other: Provision) -> Text | None:
    """Return why nothing comes of resting on another provision, None where something may."""
    if rest.status == (Status.NOT_MET,) and _never_missed(other):
        return both("lint.vain.never-missed")
    if rest.own and not _grouped(other) and _apart(one.bearer, other.bearer):
        return both("lint.vain.other-bearers")
    if one.until is not None and other.since is not None and one.until <= other.since:
        return both("lint.vain.other-time")
    if other.until is not None and one.since is not None and other.until <= one.since:
        return both("lint.vain.other-time")
    return None


def _never_missed(other: Provision) -> bool:
    """Say whether a provision is a consequence that need not be carried out by any day."""
    return isinstance(other, Consequence) and (
        other.carried_out is None or other.carried_out.within is None
    )


def _grouped(other: Provision) -> bool:
    return isinstance(other, Quota) and other.scope.over is not Over.EACH


def _apart(one: Selector, other: Selector) -> bool:
    """Say whether two selectors ask for different types of bearer."""
    mine, its = _types(one), _types(other)
    return mine is not None and its is not None and not mine & its


def _types(selector: Selector) -> frozenset[object] | None:
    """Return the types a selector allows, None where it allows any; who has a role is a person."""
    asked = {c.field: c for c in selector.conditions if c.test is Test.IS}
    if "type" in asked:
        return frozenset(asked["type"].operands)
    return frozenset({"person"}) if "role" in asked or "roles" in asked else None


def nothing_due(material: Material) -> Iterator[Finding]:
    """Find amounts that are always nothing: a shortfall of who met, a surplus of who did not."""
    for stated in material.provisions:
        yield from material.found("numbers.no-amount", _nothing, stated)


_NOTHING = {Basis.SHORTFALL: Status.MET, Basis.SURPLUS: Status.NOT_MET}


def _nothing(one: Provision) -> Facts | None:
    if not isinstance(one, Consequence) or one.amount is None or one.amount.per is None:
        return None
    if one.status != (_NOTHING.get(one.amount.per),) or one.amount.amount(0):
        return None
    return {
        "per": both(f"lint.basis.{one.amount.per}"),
        "status": both(f"status.{one.status[0]}"),
    }


CHECKS = (in_vain, nothing_due)
