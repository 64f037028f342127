"""Provisions to try evaluators on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from eduplan.exact import spell
from eduplan.measures import Per, Way
from eduplan.periods import Unit
from eduplan.provisions import FollowUp, Gate, Partial, Quota
from eduplan.provisions.versions import Governs
from eduplan.testing.values import (
    BEARER_FACTS,
    KINDS,
    ROLES,
    amounts,
    days,
    seldom,
    selectors,
)
from eduplan.verdicts import Status

WAYS = (Way.COUNT, Way.SUM, Way.DISTINCT, Way.DAYS, Way.SHARE, Way.CREDITS)
"""Ways of measuring that generated quotas have."""

TEXT = {"zh": "规定", "en": "provision"}


@st.composite
def measures(draw: DrawFn, ways: tuple[Way, ...] = WAYS) -> dict[str, Any]:
    """Return measures as they stand in a plan file.

    Args:
        draw: draws, as Hypothesis gives it.
        ways: the ways of measuring to choose from.
    """
    way = draw(st.sampled_from(ways))
    kinds = draw(st.sampled_from([KINDS[0], list(KINDS), KINDS[0], KINDS[1]]))
    table: dict[str, Any]
    if way in (Way.COUNT, Way.DAYS):
        table = {way.value: kinds}
    elif way is Way.SUM:
        table = {"sum": "hours", "of": kinds}
    elif way is Way.DISTINCT:
        table = {"distinct": draw(st.sampled_from(["topic", "tier"])), "of": kinds}
    elif way is Way.CREDITS:
        table = draw(tariffs(kinds))
    else:
        table = {"share": draw(selectors()), "of": kinds}
        if draw(st.booleans()):
            table["weigh"] = "hours"
    if (where := draw(seldom(selectors()))) is not None:
        table["where"] = where
    if way in (Way.COUNT, Way.SUM, Way.CREDITS):
        table["caps"] = draw(st.lists(caps(), max_size=3))
    table["by"] = draw(st.sampled_from(["bearer", "bearer", "guest"]))
    return table


@st.composite
def tariffs(draw: DrawFn, kinds: str | Sequence[str]) -> dict[str, Any]:
    """Return measures of credits by a tariff, with rows of every sort, as in a plan file.

    Args:
        draw: draws, as Hypothesis gives it.
        kinds: the kinds of record.
    """
    table: dict[str, Any] = {
        "credits": kinds,
        "tariff": draw(st.lists(_rates(), min_size=1, max_size=3)),
    }
    if (factors := draw(seldom(st.lists(_factors(), min_size=1, max_size=2)))) is not None:
        table["factors"] = factors
    if (share := draw(seldom(st.sampled_from([("reaches", 1), ("exceeds", "1/2")])))) is not None:
        table["absence"] = {"missed": "hours", "of": "size", share[0]: share[1]}
    return table


@cache
@st.composite
def _rates(draw: DrawFn) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"fixed": 1},
        {"fixed": "1/2", "at_most": 2},
        {"per": "hours", "amount": "1/3"},
        {"per": "hours", "each": 2, "whole": True},
        {"per": "hours", "at_most": 1},
        {"per": "@days", "amount": "1/2", "at_most": 3},
        {"stated": "hours", "least": "1/2", "most": 2},
        {"stated": "size"},
    ]
    row = draw(st.sampled_from(rows))
    where = draw(st.one_of(st.none(), st.just({"kind": KINDS[0]}), _scopes()))
    return row if where is None else {**row, "where": where}


@cache
def _factors() -> SearchStrategy[list[dict[str, Any]]]:
    """Return tables of factors, of which the first row that fits multiplies."""
    row = st.fixed_dictionaries(
        {"times": st.sampled_from(["1.5", 0, "1/2"]), "where": selectors(of_bearer=True)}
    )
    return st.lists(row, min_size=1, max_size=2)


@cache
@st.composite
def caps(draw: DrawFn) -> dict[str, Any]:
    """Return caps as they stand in a plan file."""
    if draw(seldom(st.just(True))):
        table: dict[str, Any] = {"share": draw(st.sampled_from(["1/3", "1/2"])), "per": Per.PERIOD}
    else:
        pers = st.sampled_from([Per.PERIOD, Per.YEAR, *Per])
        table = {"at_most": draw(amounts()), "per": draw(pers)}
        if (each := draw(seldom(st.sampled_from(["topic", "size"])))) is not None:
            table["each"] = each
    if draw(st.booleans()):
        table["where"] = draw(_scopes())
    return table


@cache
def everies() -> SearchStrategy[Any]:
    """Return period rules that need no calendar."""
    words = [Unit.SCHOOL_YEAR, Unit.CALENDAR_YEAR, Unit.MONTH, Unit.PLAN]
    cycles = [
        {"cycle": "2 years", "grid": date(2023, 1, 1)},
        {"cycle": "6 months", "grid": date(2020, 8, 31)},
    ]
    own = [
        {"cycle": "1 year", "from": "@bearer.joined"},
        {"cycle": "1 year", "from": "@bearer.joined", "skip": 1, "only": 1},
        {"cycle": "1 year", "until": "@bearer.left", "from": "@bearer.joined"},
        {
            "cycle": [{"where": {"on_leave": True}, "length": "2 years"}, {"length": "18 months"}],
            "from": "@bearer.joined",
            "aligned": "school-year",
        },
    ]
    shared = [*(word.value for word in words), *cycles]
    return st.sampled_from([*shared, own]).flatmap(
        lambda found: st.sampled_from(found) if found is own else st.just(found)
    )


@cache
def _scopes() -> SearchStrategy[Any]:
    """Return selectors of records that overlap, or share none."""
    plain = [{"mode": "online"}, {"mode": "on-site"}, {"passed": True}]
    return st.one_of(st.sampled_from(plain), selectors())


@st.composite
def quotas(
    draw: DrawFn,
    *,
    ways: tuple[Way, ...] = WAYS,
    name: str = "quota",
    clause: str = "1",
) -> Quota:
    """Return quotas of all measures, periods, bounds and policies.

    Args:
        draw: draws, as Hypothesis gives it.
        ways: the ways of measuring to choose from.
        name: the id of the quota.
        clause: the clause it cites.
    """
    measure = draw(measures(ways))
    shares = st.sampled_from(["1/2", "1/3", 0, 1])
    amount = shares if "share" in measure else amounts().map(spell)
    row = st.fixed_dictionaries({"amount": amount, "where": bearer_selectors()})
    if "share" not in measure:
        part = st.sampled_from([{"per": "load"}, {"per": "load", "floor": "1/3"}])
        row = st.one_of(row, row, row, st.builds(lambda one, other: one | other, row, part))
    rows = st.lists(row, min_size=1, max_size=2)
    keys: dict[str, Any] = {
        "measure": measure,
        "every": draw(everies()),
        draw(st.sampled_from(["at_least", "at_most"])): draw(seldom(rows)) or draw(amount),
    }
    partial = draw(st.sampled_from([*Partial, None]))
    if not ("share" in measure and partial is not None and partial.lessens):
        keys["partial"] = partial
    if isinstance(keys["every"], dict) and "share" not in measure:
        keys["stub"] = draw(_STUBS)
    keys["serves_at_least"] = draw(seldom(seldom(st.sampled_from(["1 year", "30 days"]))))
    keys["bearer"] = draw(seldom(bearer_selectors())) or {}
    keys["exempt"] = draw(seldom(seldom(bearer_selectors())))
    if not isinstance(keys["every"], dict) or "from" not in keys["every"]:
        keys["scope"] = draw(seldom(seldom(_SCOPES))) or "each"
    if keys.get("scope", "each") == "each" and draw(seldom(seldom(st.just(True)))):
        bound = "at_least" if "at_least" in keys else "at_most"
        change: dict[str, Any] = {bound: draw(amount)}
        if draw(st.booleans()):
            change["bearer"] = draw(bearer_selectors())
        keys["governs"] = draw(st.sampled_from([Governs.PERIOD_START] * 3 + [Governs.AS_OF]))
        keys["version"] = [{"from": draw(days()), **change}]
    else:
        keys["since"] = draw(seldom(seldom(days())))
        keys["until"] = draw(seldom(seldom(days())))
    return Quota(id=name, clause=[clause], title=TEXT, **keys)


_STUBS = st.sampled_from(
    [*[Partial.FULL] * 5, Partial.FULL, Partial.PRO_RATA, Partial.EXEMPT, None]
)
"""What is owed in a cycle that crosses the first or last day of a plan."""


_SCOPES = st.sampled_from(
    [
        *({"mean": "tier"}, {"total": "tier"}, {"mean": "all"}),
        *({"share": "tier", "reaches": "1/2"}, {"share": "all"}),
    ]
)
"""Groups whose mean or total is judged, or how many of them meet it."""


@st.composite
def divided_quotas(draw: DrawFn, *, name: str = "quota", clause: str = "1") -> Quota:
    """Return quotas of everybody that have parts, and hardly anything else.

    Args:
        draw: draws, as Hypothesis gives it.
        name: the id of the quota.
        clause: the clause it cites.
    """
    kinds = list(KINDS)
    paid = [{"per": "hours", "where": {"passed": True}}, {"fixed": 2, "where": {"mode": "online"}}]
    measure: dict[str, Any] = draw(
        st.sampled_from(
            [{"sum": "hours", "of": kinds}, {"count": kinds}, {"credits": kinds, "tariff": paid}]
        )
    )
    if draw(st.sampled_from([False, False, True])):
        measure = {**measure, "caps": [{"at_most": draw(amounts()), "per": "record"}]}
    parts = draw(st.lists(_parts(), min_size=1, max_size=3))
    keys: dict[str, Any] = {"every": draw(st.sampled_from(_DIVIDED))}
    if isinstance(keys["every"], dict):
        keys["stub"] = draw(_STUBS)
    keys["partial"] = draw(st.sampled_from([Partial.FULL, Partial.FULL, *Partial, None]))
    return Quota(
        id=name,
        clause=[clause],
        title=TEXT,
        measure=measure,
        at_least=draw(st.sampled_from([0, 1, 2, 3])),
        **keys,
        part=[{**part, "id": f"part-{number}"} for number, part in enumerate(parts)],
    )


_DIVIDED: tuple[str | dict[str, object], ...] = (
    "school-year",
    {"cycle": "2 years", "grid": date(2023, 1, 1)},
    {"cycle": "18 months", "grid": date(2023, 3, 1)},
    {"cycle": "2 years", "from": "@bearer.joined"},
)


@cache
@st.composite
def _parts(draw: DrawFn) -> dict[str, Any]:
    fits = [
        *({"mode": "online"}, {"passed": True}, {"tier": "a"}, {"mode": ["online", "on-site"]}),
        *({"tier": "@bearer.tier"}, {}),
    ]
    table: dict[str, Any] = {"where": draw(st.sampled_from(fits))}
    table["bearer"] = draw(seldom(st.sampled_from([{"tier": "a"}, {"role": ROLES[0]}]))) or {}
    bound = draw(st.sampled_from(["at_least", "at_least", "at_least", "at_most"]))
    kind = draw(st.sampled_from(["amount", "amount", "amount", "share", "yearly", "every", "owed"]))
    if kind == "share":
        table["within"] = draw(st.sampled_from([{}, *fits]))
        table["records"] = draw(st.booleans())
        table[bound] = draw(st.sampled_from(["1/2", "1/3", 0, 1]))
        return table
    if kind == "owed":
        table |= {"of_owed": True, bound: draw(st.sampled_from(["1/2", "1/3", 1]))}
        return table
    table[bound] = draw(st.sampled_from([1, 2, "0.5", "4/3", 0]))
    key = draw(st.sampled_from([None, None, "shared", "beside"]))
    if key is not None:
        table[key] = True
    if kind == "yearly":
        table["yearly"] = True
    elif kind == "every":
        table["every"] = draw(st.sampled_from(["calendar-year", "month", "school-year"]))
    return table


@st.composite
def follow_ups(draw: DrawFn, *, name: str = "follow-up", clause: str = "1") -> FollowUp:
    """Return follow-ups, whose answers name in ``answers`` what they answer or name nothing.

    Args:
        draw: draws, as Hypothesis gives it.
        name: the id of the follow-up.
        clause: the clause it cites.
    """
    kinds = st.sampled_from([KINDS[0], KINDS[0], KINDS[1], list(KINDS)])
    answer: dict[str, Any] = {"kind": draw(kinds)}
    if draw(st.booleans()):
        answer["link"] = "answers"
    else:
        answer["by"] = draw(st.sampled_from(["bearer", "bearer", "guest"]))
    answer["where"] = draw(seldom(selectors())) or {}
    return FollowUp(
        id=name,
        clause=[clause],
        title=TEXT,
        after=draw(kinds),
        where=draw(seldom(selectors())) or {},
        by=draw(st.sampled_from(["bearer", "bearer", "bearer", "guest"])),
        answer=answer,
        within=draw(time_limits()),
        bearer=draw(seldom(bearer_selectors())) or {},
        exempt=draw(seldom(seldom(bearer_selectors()))),
        since=draw(seldom(seldom(days()))),
        until=draw(seldom(seldom(days()))),
    )


@cache
def time_limits() -> SearchStrategy[dict[str, Any]]:
    """Return time limits, most of which need no calendar, as they stand in a plan file."""
    plain: list[dict[str, Any]] = [
        *({"days": 1}, {"days": 30}, {"days": 122}, {"length": "1 month"}, {"length": "1 year"}),
        {"school_days": 5},
    ]
    ends: SearchStrategy[dict[str, Any]] = everies().map(lambda every: {"end_of": every})
    return st.sampled_from(plain) | ends


@st.composite
def gates(
    draw: DrawFn, *, rests_on: Sequence[str] = (), name: str = "gate", clause: str = "1"
) -> Gate:
    """Return gates of bearers and of acts, whose requirements are joined in every way.

    Args:
        draw: draws, as Hypothesis gives it.
        rests_on: ids of the provisions whose verdicts may be required.
        name: the id of the gate.
        clause: the clause it cites.
    """
    over: dict[str, Any] | None = None
    if draw(st.booleans()):
        over = {"kind": draw(st.sampled_from([KINDS[0], list(KINDS)]))}
        over["where"] = draw(seldom(selectors())) or {}
        over["by"] = draw(st.sampled_from(["bearer", "bearer", "bearer", "guest"]))
    return Gate(
        id=name,
        clause=[clause],
        title=TEXT,
        admits=draw(_requirements(rests_on, of_acts=over is not None)),
        over=over,
        bearer=draw(seldom(bearer_selectors())) or {},
        exempt=draw(seldom(seldom(bearer_selectors()))),
        since=draw(seldom(seldom(days()))),
        until=draw(seldom(seldom(days()))),
    )


def _requirements(rests_on: Sequence[str], *, of_acts: bool) -> SearchStrategy[dict[str, Any]]:
    """Return requirements as they stand in a plan file."""
    lengths = st.sampled_from(["1 month", "6 months", "1 year"])
    single: list[SearchStrategy[dict[str, Any]]] = [
        bearer_selectors().map(lambda selector: {"bearer": selector}),
        st.fixed_dictionaries({"elapsed": lengths, "since": st.sampled_from(["joined", "left"])}),
    ]
    if of_acts:
        single += [selectors().map(lambda selector: {"record": selector})] * 2
    for name in rests_on:
        statuses = st.lists(st.sampled_from(Status), min_size=1, max_size=3, unique=True)
        said = st.fixed_dictionaries({"verdict": st.just(name), "status": statuses})
        single += [st.just({"verdict": name}), said]
    return st.recursive(st.one_of(single), _joined, max_leaves=4)


def _joined(parts: SearchStrategy[dict[str, Any]]) -> SearchStrategy[dict[str, Any]]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda found: {"all": found}),
        several.map(lambda found: {"any": found}),
        parts.map(lambda found: {"not": found}),
    )


@cache
def bearer_selectors() -> SearchStrategy[Any]:
    """Return selectors of bearers, as they stand in a plan file or as values."""
    return st.one_of(
        st.sampled_from([{"role": role} for role in ROLES]),
        st.just({"type": "person"}),
        selectors(BEARER_FACTS, of_bearer=False),
    )
