"""Targets and rosters to try evaluators on, with people in groups and figures on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from eduplan.people import Person
from eduplan.provisions import Roster, Target
from eduplan.records import Record
from eduplan.selectors import Selector, as_selector
from eduplan.testing.provisions import TEXT, bearer_selectors, measures
from eduplan.testing.values import (
    BEARER_FACTS,
    RECORD_FACTS,
    ROLES,
    SCALES,
    days,
    facts,
    seldom,
    selectors,
)

GROUP = "group"
"""The role of groups."""

_DISTINCT = ("tier", "level", "role")


def crowd_selectors() -> SearchStrategy[Selector]:
    """Return selectors of bearers that are looked at on a day, for the sake of another."""
    dated: list[dict[str, Any]] = [
        *({"joined": {"at_most": "@day"}}, {"not": {"left": {"above": "@day"}}}),
        *({"role": GROUP}, {"type": "person"}, {}, {"id": "@bearer.id"}),
        *({"role": role} for role in ROLES),
    ]
    return st.one_of(st.sampled_from([as_selector(one) for one in dated]), selectors(BEARER_FACTS))


def _shares() -> SearchStrategy[Any]:
    return st.sampled_from(["1/2", "1/3", "2/3", 0, 1])


@st.composite
def _reaches(draw: DrawFn, amounts: SearchStrategy[Any], *, shares: bool) -> dict[str, Any]:
    """Return what has to be reached."""
    way = draw(st.sampled_from(["level", "level", "level", "rises", "change"]))
    if way == "level":
        test = draw(st.sampled_from(["at_least", "above", "at_most", "below"]))
        return {test: draw(amounts)}
    if way == "rises":
        return {"rises": draw(st.sampled_from(["higher", "not-lower"]))}
    by = draw(
        st.sampled_from(["points", "per_cent", "amount"] if shares else ["per_cent", "amount"])
    )
    return {"change": {"on": draw(days()), by: draw(st.sampled_from([0, 1, "1/2", 50, -1]))}}


_ON_FILE: Mapping[str, Mapping[str, str]] = {
    "pass-rate": {"rate": "pass-rate"},
    "index": {"value": "index"},
    "grade": {"value": "grade", "scale": "level"},
}
"""Figures on file by their names, each with the indicator that reads them."""


@st.composite
def figures(
    draw: DrawFn, *, bearers: Sequence[str] = ("t1", "t2", "g1"), most: int = 5
) -> tuple[Record, ...]:
    """Return records that state figures: rates, marks and grades, some by their two counts.

    Args:
        draw: draws, as Hypothesis gives it.
        bearers: the ids they point to.
        most: how many there are at most.
    """
    count = draw(st.integers(0, most) | st.just(most))
    return tuple(draw(_figure(f"f{number}", bearers)) for number in range(1, count + 1))


@st.composite
def _figure(draw: DrawFn, name: str, bearers: Sequence[str]) -> Record:
    which = draw(st.sampled_from(["pass-rate", "pass-rate", "index", "grade"]))
    values: dict[str, list[Any]] = {
        "pass-rate": [0, 1, Fraction(1, 2), Fraction(1, 3), None, None],
        "index": [0, 1, 2, 3, Fraction(3, 2), None],
        "grade": ["school", "county", "city", None],
    }
    known = {
        **draw(facts(RECORD_FACTS)),
        "indicator": which,
        "guest": draw(st.sampled_from(bearers)),
    }
    if (value := draw(st.sampled_from(values[which]))) is not None:
        known["value"] = value
    if draw(st.booleans()):
        part, whole = sorted(draw(st.tuples(*[st.integers(0, 3)] * 2)))
        known |= {"numerator": part, "denominator": whole}
    return Record(
        id=name,
        kind=draw(st.sampled_from(["indicator", "indicator", "training"])),
        day=draw(days()),
        bearer=draw(st.sampled_from(bearers)),
        facts=known,
    )


@st.composite
def _on_file(draw: DrawFn) -> tuple[dict[str, Any], bool, SearchStrategy[Any]]:
    """Return an indicator on file, whether it is a share, and amounts to reach."""
    name = draw(st.sampled_from(list(_ON_FILE)))
    indicator: dict[str, Any] = dict(_ON_FILE[name])
    indicator["of"] = draw(st.sampled_from(["indicator", ["indicator", "training"]]))
    if draw(st.booleans()):
        indicator["where"] = draw(selectors())
    indicator["by"] = draw(st.sampled_from(["bearer", "bearer", "guest"]))
    levels = {"index": st.sampled_from([0, 1, 2, 3]), "grade": st.sampled_from(SCALES["level"])}
    return indicator, "rate" in indicator, levels.get(name, _shares())


@st.composite
def targets(
    draw: DrawFn,
    *,
    ways: Sequence[str] = ("share", "count", "figure", "measure", "others"),
    name: str = "target",
    clause: str = "1",
) -> Target:
    """Return targets of all indicators, bounds and periods.

    Args:
        draw: draws, as Hypothesis gives it.
        ways: where the values of indicators come from: the ``share`` or ``count`` of who is
            there, a ``figure`` on file, or a ``measure`` over its own records or those of
            ``others``.
        name: the id of the target.
        clause: the clause it cites.
    """
    way = draw(st.sampled_from(list(ways)))
    if way in ("measure", "others"):
        measure = draw(measures())
        shares, of_parts = "share" in measure, selectors()
        amounts = _shares() if shares else st.sampled_from([0, 1, "3/2", 2, 3])
        indicator = {"measure": measure, "stock": draw(st.booleans())}
        if way == "others":
            indicator["among"], of_parts = draw(crowd_selectors()), crowd_selectors()
    elif way == "figure":
        indicator, shares, amounts = draw(_on_file())
        of_parts = selectors()
    else:
        shares, of_parts = way == "share", crowd_selectors()
        amounts = _shares() if shares else st.sampled_from([0, 1, 2, 3])
        indicator = {way: draw(crowd_selectors())}
        if way == "share":
            indicator["within"] = draw(crowd_selectors())
        elif distinct := draw(seldom(st.sampled_from(_DISTINCT))):
            indicator["distinct"] = distinct
    part = st.fixed_dictionaries({"where": of_parts, "at_least": _shares()})
    split = st.one_of(st.just([]), st.just([]), st.lists(part, min_size=1, max_size=2))
    reaches = st.tuples(_reaches(amounts, shares=shares), split).map(
        lambda pair: {**pair[0], "split": pair[1]}
    )
    keys: dict[str, Any] = {"indicator": indicator}
    if draw(st.booleans()):
        ends = sorted(draw(st.lists(days(), min_size=1, max_size=3, unique=True)))
        keys["milestones"] = [{**draw(reaches), "by": day} for day in ends]
    else:
        every = [
            "school-year",
            "calendar-year",
            "month",
            {"cycle": "6 months", "grid": date(2020, 8, 31)},
        ]
        keys["every"] = draw(st.sampled_from(every))
        keys["reach"] = draw(reaches)
    if shares and "measure" not in indicator:
        keys["suppress_below"] = draw(seldom(st.sampled_from([2, 3])))
    keys |= draw(_limits())
    return Target(id=name, clause=[clause], title=TEXT, **keys)


@st.composite
def _limits(draw: DrawFn) -> dict[str, Any]:
    """Return who owes something, and from when until when."""
    return {
        "bearer": draw(seldom(bearer_selectors())) or {},
        "exempt": draw(seldom(seldom(bearer_selectors()))),
        "since": draw(seldom(seldom(days()))),
        "until": draw(seldom(seldom(days()))),
    }


@st.composite
def _needs(draw: DrawFn) -> dict[str, Any]:
    """Return who has to be in a cell or group."""
    need: dict[str, Any] = {"where": draw(seldom(crowd_selectors())) or {}}
    kind = draw(st.sampled_from(["count", "count", "share", "distinct"]))
    if kind == "share":
        need["within"] = draw(crowd_selectors())
        low, high = sorted(draw(st.tuples(*[st.sampled_from([0, 0.5, 1])] * 2)))
        low, high = (str(one) for one in (low, high))
    else:
        low, high = sorted(draw(st.tuples(*[st.sampled_from([0, 1, 2, 3])] * 2)))
        if kind == "distinct":
            need["distinct"] = draw(st.sampled_from(_DISTINCT))
    bounds = draw(
        st.sampled_from([{"at_least": low}, {"at_most": high}, {"at_least": low, "at_most": high}])
    )
    return {**need, **bounds}


@st.composite
def rosters(draw: DrawFn, *, name: str = "roster", clause: str = "1") -> Roster:
    """Return rosters of grids, of groups, of a group's own members and of everybody.

    Args:
        draw: draws, as Hypothesis gives it.
        name: the id of the roster.
        clause: the clause it cites.
    """
    way = draw(st.sampled_from(["cells", "each", "each", "members", "everybody"]))
    keys: dict[str, Any] = {"needs": draw(st.lists(_needs(), min_size=1, max_size=2))}
    if way == "cells":
        sides = {"tier": ["a", "b"], "role": list(ROLES), "level": ["school", "county"]}
        chosen = draw(st.lists(st.sampled_from(list(sides)), min_size=1, max_size=2, unique=True))
        keys["cells"] = {side: sides[side] for side in chosen}
        keys["without"] = [] if draw(st.booleans()) else [{chosen[0]: sides[chosen[0]][0]}]
    elif way in ("each", "members"):
        keys["members"] = "members"
        keys["led_by"] = draw(seldom(crowd_selectors()))
    if way == "each":
        keys["each"] = draw(st.one_of(st.just(as_selector({"role": GROUP})), crowd_selectors()))
        keys["disjoint"] = draw(st.booleans())
        keys["covers"] = draw(seldom(crowd_selectors()))
        keys["groups"] = draw(seldom(st.sampled_from([{"at_least": 1}, {"at_most": 1}])))
    keys["by"] = draw(seldom(days()))
    keys |= draw(_limits())
    return Roster(id=name, clause=[clause], title=TEXT, **keys)


@st.composite
def grouped_people(
    draw: DrawFn,
    *,
    ids: Sequence[str] = ("t1", "t2", "t3", "t4"),
    groups: Sequence[str] = ("g1", "g2"),
) -> tuple[Person, ...]:
    """Return people, several of them alike, and groups they are in, which have a role of their own.

    Args:
        draw: draws, as Hypothesis gives it.
        ids: the ids of the people.
        groups: the ids of the groups.
    """
    alike = st.tuples(
        *(st.sampled_from([ROLES[:1], ROLES[1:], ROLES, ()]), seldom(days()), seldom(days())),
        facts(BEARER_FACTS),
    )
    kinds = draw(st.lists(alike, min_size=1, max_size=3))
    found = []
    for name in ids[: draw(st.integers(0, len(ids)))]:
        roles, joined, left, known = draw(st.sampled_from(kinds))
        found.append(Person(id=name, roles=roles, joined=joined, left=left, facts=known))
    for name in groups[: draw(st.integers(0 if found else 1, len(groups)))]:
        known = draw(facts(BEARER_FACTS))
        known["members"] = draw(
            st.lists(st.sampled_from([*ids, "nobody"]), max_size=3, unique=True)
        )
        if leader := draw(st.sampled_from([*ids[:2], "nobody", None])):
            known["leader"] = leader
        found.append(Person(id=name, roles=[GROUP], facts=known))
    return tuple(found)
