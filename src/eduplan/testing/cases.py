"""Whole cases: a plan, people, records, and the day on which is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from eduplan.dates import Period
from eduplan.files import dump_toml
from eduplan.messages import Text
from eduplan.people import Person
from eduplan.plan import Plan
from eduplan.provisions import Provision
from eduplan.records import Record, Register
from eduplan.selectors import Scale
from eduplan.sources import Clause
from eduplan.testing.provisions import quotas
from eduplan.testing.values import (
    BEARER_FACTS,
    DAYS,
    KINDS,
    RECORD_FACTS,
    ROLES,
    SCALES,
    days,
    facts,
    seldom,
)

IDS = ("t1", "t2")
_OF_PEOPLE, _OF_RECORDS = facts(BEARER_FACTS), facts(RECORD_FACTS)
_TITLE = Text("方案", "plan")
_HORIZON = Period(date(2023, 1, 1), date(2024, 9, 1))
_WINDOWS = (
    Period(date(2023, 1, 1), date(2025, 1, 1)),
    Period(date(2023, 9, 1), date(2024, 9, 1)),
    None,
    Period(date(2024, 8, 31), date(2024, 9, 2)),
)


class Case(NamedTuple):
    """All that a judgement rests on.

    Attributes:
        plan: the plan.
        bearers: the people.
        records: what took place.
        as_of: the day on which is judged.
        complete_through: the day through which the records are complete, by kind.
        during: the days of interest, None for the school year.
    """

    plan: Plan
    bearers: tuple[Person, ...]
    records: tuple[Record, ...]
    as_of: date
    complete_through: Mapping[str, date] | None
    during: Period | None

    def __str__(self) -> str:
        """Return the case as one would write it down."""
        facts = {"as of": self.as_of, "complete through": self.complete_through}
        lines = [dump_toml(self.plan).rstrip(), ""]
        lines += [f"bearer {dict(person.known)}" for person in self.bearers]
        lines += [f"record {dict(record.known)}" for record in self.records]
        lines += [f"{name} {fact}" for name, fact in {**facts, "during": self.during}.items()]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """Have Hypothesis tell a case that fails as one would write it down."""
        printer.text(f"\n{self}\n")


@st.composite
def people(draw: DrawFn, *, ids: Sequence[str] = IDS) -> tuple[Person, ...]:
    """Return people of which not everything is known, who may have joined or left on an edge.

    Args:
        draw: draws, as Hypothesis gives it.
        ids: their ids, from which some are taken.
    """
    count = draw(st.integers(1, len(ids)))
    return tuple(draw(_person(name)) for name in ids[:count])


@st.composite
def _person(draw: DrawFn, name: str) -> Person:
    joined, left = draw(st.tuples(seldom(days()), seldom(days())))
    roles = draw(st.sampled_from([ROLES[:1], ROLES[1:], ROLES, ()]))
    known = draw(_OF_PEOPLE)
    return Person(id=name, roles=roles, joined=joined, left=left, facts=known)


@st.composite
def records(
    draw: DrawFn, *, bearers: Sequence[str] = IDS, most: int = 5, linked: bool = False
) -> tuple[Record, ...]:
    """Return records on edges, of which not everything is known, some over several days.

    Args:
        draw: draws, as Hypothesis gives it.
        bearers: the ids they point to.
        most: how many there are at most.
        linked: whether they name one another in a fact ``answers``.
    """
    count = draw(st.integers(0, most) | st.just(most))
    names = [f"r{number}" for number in range(1, count + 1)]
    others = st.sampled_from([*names, None]) if linked and names else st.none()
    return tuple(draw(_record(name, bearers, others)) for name in names)


@st.composite
def _record(
    draw: DrawFn, name: str, bearers: Sequence[str], others: SearchStrategy[str | None]
) -> Record:
    day = draw(days())
    last = draw(seldom(st.sampled_from([other for other in DAYS if other >= day])))
    known: dict[str, Any] = draw(_OF_RECORDS)
    guest = draw(st.sampled_from([*bearers, None]))
    return Record(
        id=name,
        kind=draw(st.sampled_from((KINDS[0], *KINDS))),
        day=day,
        last_day=last,
        bearer=draw(st.sampled_from([*bearers, *bearers, "nobody"])),
        facts={**known, "guest": guest, "answers": draw(others)},
    )


def completeness() -> SearchStrategy[Mapping[str, date] | None]:
    """Return through which days registers are complete, by kind."""
    by_kind = st.tuples(days(), days()).map(lambda pair: {KINDS[0]: pair[0], "*": pair[1]})
    some = st.one_of(st.none(), days().map(lambda day: {"*": day}), by_kind)
    return st.booleans().flatmap(lambda all_in: st.just({"*": max(DAYS)}) if all_in else some)


@st.composite
def registers(draw: DrawFn, *, bearers: Sequence[str] = IDS, most: int = 5) -> Register:
    """Return registers of such records, complete through some day or none.

    Args:
        draw: draws, as Hypothesis gives it.
        bearers: the ids the records point to.
        most: how many records there are at most.
    """
    return Register(
        draw(records(bearers=bearers, most=most)), complete_through=draw(completeness())
    )


@st.composite
def plans(
    draw: DrawFn, *, provisions: SearchStrategy[Provision] | None = None, most: int = 1
) -> Plan:
    """Return plans of a few provisions.

    Args:
        draw: draws, as Hypothesis gives it.
        provisions: the provisions to take; by default quotas of every sort.
        most: how many there are at most.
    """
    taken = draw(
        st.lists(
            quotas() if provisions is None else provisions,
            min_size=1,
            max_size=most,
            unique_by=lambda provision: provision.id,
        )
    )
    return Plan(
        id="plan",
        title=_TITLE,
        document={"title": _TITLE},
        clauses=(Clause(number="1", gist=_TITLE),),
        provisions=tuple(taken),
        scales=tuple(Scale(name=name, values=values) for name, values in SCALES.items()),
        horizon=draw(st.sampled_from([_HORIZON, _HORIZON, None])),
    )


@st.composite
def cases(
    draw: DrawFn,
    *,
    plans: SearchStrategy[Plan] = plans(),  # noqa: B008 - a strategy is a value
    people: SearchStrategy[tuple[Person, ...]] = people(),  # noqa: B008
    records: SearchStrategy[tuple[Record, ...]] = records(),  # noqa: B008
) -> Case:
    """Return whole cases.

    Args:
        draw: draws, as Hypothesis gives it.
        plans: the plans to take.
        people: the people to take.
        records: the records to take.
    """
    return Case(
        plan=draw(plans),
        bearers=draw(people),
        records=draw(records),
        as_of=draw(st.sampled_from((*DAYS, *DAYS[:3]))),
        complete_through=draw(completeness()),
        during=draw(st.sampled_from(_WINDOWS)),
    )
