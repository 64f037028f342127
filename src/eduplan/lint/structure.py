"""How a plan is built: provisions that are nobody's, that none can meet, clauses left over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import partial

from eduplan.exact import Number, show
from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material, place_of, told_names
from eduplan.lint.quotas import Plain, is_counted, plain
from eduplan.lint.time import spans
from eduplan.measures import Per, Way
from eduplan.messages import catalogue
from eduplan.people import bearer_getter
from eduplan.periods import Unit
from eduplan.provisions import Over, Provision, Roster
from eduplan.selectors import EVERYTHING, Condition, Selector, Test
from eduplan.sources import is_own

_MOST_DAYS = {
    Unit.SCHOOL_DAY: 1,
    Unit.WEEK: 7,
    Unit.TEACHING_WEEK: 7,
    Unit.MONTH: 31,
    Unit.TEACHING_MONTH: 31,
    Unit.SCHOOL_YEAR: 366,
    Unit.CALENDAR_YEAR: 366,
}
"""The days of the longest of these periods."""

_YEARLY = (Per.SCHOOL_YEAR, Per.CALENDAR_YEAR)


def known_names(material: Material) -> frozenset[str]:
    """Return the names of facts, kinds and values that have words, here or in the package."""
    packaged = {key.removeprefix("term.") for key in catalogue() if key.startswith("term.")}
    return frozenset(packaged | set(material.plan.labels))


def unknown_bearers(material: Material) -> Iterator[Finding]:
    """Find roles and types of bearer that neither the package nor the plan knows."""
    known = known_names(material)
    for stated in material.provisions:
        names = {
            name
            for (one,) in material.together(stated)
            for name in _roles(one.bearer)
            if name not in known
        }
        for name in sorted(names):
            near = get_close_matches(name, sorted(known), n=1)
            facts = {"name": name, "near": near[0] if near else "-"}
            yield material.finding(
                "structure.unknown-bearer", place_of(stated), stated.clause, facts
            )


def _roles(selector: Selector) -> Iterator[str]:
    for condition in selector.conditions:
        if condition.field in ("role", "roles", "type"):
            yield from (str(one) for one in condition.operands if not str(one).startswith("@"))
    for part in (*selector.any_of, *selector.none_of):
        yield from _roles(part)


def contradictions(material: Material) -> Iterator[Finding]:
    """Find selectors that pick nothing, for what they ask for cannot all be so."""
    for stated in material.provisions:
        told = [_contradictory(inside.selectors) for inside in material.inside(stated)]
        facts = [one for one in told if one is not None]
        if facts and len(facts) == len(told):
            yield material.finding(
                "structure.contradiction", place_of(stated), stated.clause, min(facts, key=repr)
            )


def _contradictory(selectors: Sequence[Selector]) -> Facts | None:
    found = [facts for selector in selectors if (facts := _contradiction(selector)) is not None]
    return min(found, key=repr, default=None)


def _contradiction(selector: Selector) -> Facts | None:
    """Return the fact because of which a selector picks nothing: a school has no roles."""
    asked = {c.field: c for c in selector.conditions if c.test is Test.IS}
    role = asked.get("role") or asked.get("roles")
    kind = asked.get("type")
    if role is not None and kind is not None and "person" not in kind.operands:
        return {"one": _spelled(role), "other": _spelled(kind)}
    for condition in sorted(selector.conditions, key=_spelled):
        wanted = asked.get(condition.field)
        if condition.test is not Test.NOT or wanted is None:
            continue
        if set(wanted.operands) <= set(condition.operands):
            return {"one": _spelled(wanted), "other": _spelled(condition)}
    return None


def _spelled(condition: Condition) -> str:
    sign = "≠" if condition.test is Test.NOT else "="
    return f"{condition.field} {sign} {'|'.join(map(str, condition.operands))}"


def nobody(material: Material) -> Iterator[Finding]:
    """Find provisions that are nobody's in the roster given, and groups without members."""
    if not material.people:
        return
    getters = [bearer_getter(bearer) for bearer in material.people]

    def lacks(one: Provision) -> Facts | None:
        matcher = material.matcher(one.bearer)
        truths = [matcher(get, get) for get in getters]
        if any(truths):
            return None
        unknown = [get for get, truth in zip(getters, truths, strict=True) if truth is None]
        if unknown:
            return None
        return {"count": len(getters)}

    def empty(one: Provision) -> Facts | None:
        matcher = material.matcher(one.bearer)
        groups = [get for get in getters if get("type") != "person" and matcher(get, get)]
        bare = [get for get in groups if get("members") == ()]
        return {"empty": len(bare), "groups": len(groups)} if bare else None

    for stated in material.provisions:
        for code, check in (("structure.nobody", lacks), ("structure.group-empty", empty)):
            yield from material.found(code, check, stated)


def unused_clauses(material: Material) -> Iterator[Finding]:
    """Find clauses that nothing in the plan cites."""
    plan = material.plan
    used = {number for thing in (*plan.provisions, *plan.questions) for _, number in thing.cites()}
    used |= {number for figure in plan.figures for number in figure.clause}
    used |= {number for _, numbers in plan.document.citations() for number in numbers}
    if plan.derivation is not None:
        used.update(plan.derivation.clause, *(drop.clause for drop in plan.derivation.drops))
    for clause in plan.clauses:
        if clause.number not in used and is_own(clause.number):
            facts = {"gist": clause.gist}
            place = f"clause.{clause.number}"
            yield material.finding("structure.clause-unused", place, (clause.number,), facts)


def impossible(material: Material) -> Iterator[Finding]:
    """Find what nobody can meet in any period, or only by more than one a school day."""
    for stated in material.provisions:
        if not is_counted(stated):
            continue
        for code in ("structure.impossible", "structure.crowded"):
            yield from material.found(
                code, lambda one, code=code: _beyond(one, code, material), stated
            )


def _beyond(one: Provision, code: str, material: Material) -> Facts | None:
    asked = plain(one)
    if asked is None or asked.most:
        return None
    most = _most(asked, material) if code == "structure.impossible" else _one_a_day(asked, material)
    if most is None or asked.amount <= most:
        return None
    return {"amount": show(asked.amount), "most": show(most)}


def _most(asked: Plain, material: Material) -> Number | None:
    """Return the most that can be reached in a period, None where there is no such bound."""
    measure, every = asked.measure, asked.every
    if measure.way is Way.SHARE:
        return 1
    if measure.way is Way.DISTINCT:
        scale = material.scales.get(measure.field)
        return len(scale.values) if scale is not None else None
    if measure.way is Way.DAYS:
        if every.unit is not Unit.CYCLE:
            return _MOST_DAYS.get(every.unit)
        return 31 * every.longest if every.longest else None
    return min(_caps(asked), default=None)


def _caps(asked: Plain) -> Iterator[Number]:
    """Return the most that the caps on all records let count in a period."""
    for cap in asked.measure.caps:
        most = cap.most(asked.amount)
        if most is None or cap.each or cap.where != EVERYTHING:
            continue
        if cap.per is Per.PERIOD:
            yield most
        elif cap.per in _YEARLY and asked.every.unit is Unit.CYCLE and asked.every.longest:
            yield most * (asked.every.longest // 12 + 1)  # years that a cycle has a day in


def _one_a_day(asked: Plain, material: Material) -> int | None:
    if asked.measure.way is not Way.COUNT or asked.scope.over is not Over.EACH:
        return None
    found = spans(material, asked.provision, asked.every)
    return max((span.school_days for span in found), default=None)


def rosters(material: Material) -> Iterator[Finding]:
    """Find rosters that ask for more people than a whole roster given has."""
    for stated in material.provisions if material.people else ():
        yield from material.found("structure.too-few-people", partial(_too_many, material), stated)


def _too_many(material: Material, one: Provision) -> Facts | None:
    for need in one.needs if isinstance(one, Roster) else ():
        if need.at_least is None or need.within is not None or need.distinct:
            continue
        matcher = material.matcher(need.where)
        getters = [bearer_getter(bearer) for bearer in material.people]
        most = sum(matcher(get, get) is not False for get in getters)
        if most < need.at_least:
            title = need.title or one.title
            return {"need": title, "amount": show(need.at_least), "most": most}
    return None


def leading_group(material: Material) -> Iterator[Finding]:
    """Find more leaders than a list of names has room for, and an office outside the group."""
    group, labels = material.plan.document.leading_group, material.plan.labels
    if group is None:
        return
    leaders = len(group.leaders)
    if group.leader_places is not None and leaders and leaders != group.leader_places:
        facts = {
            "places": group.leader_places,
            "leaders": leaders,
            "roles": told_names(group.leaders, labels),
        }
        yield material.finding("structure.leaders", "document.leading_group", group.clause, facts)
    within = (*group.leaders, *group.deputies, *group.members)
    if group.office and within and group.office not in within:
        facts = {"office": told_names((group.office,), labels)}
        yield material.finding("structure.office", "document.leading_group", group.clause, facts)


CHECKS = (
    unknown_bearers,
    contradictions,
    nobody,
    unused_clauses,
    impossible,
    rosters,
    leading_group,
)
