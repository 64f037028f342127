"""Small plans and offers of courses, and what trying every choice finds."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import chain, combinations, product
from typing import Any

from eduplan import (
    Course,
    Period,
    Plan,
    Register,
    Status,
    Suggestion,
    evaluate,
    plan_from_table,
)
from eduplan.selectors import Matcher

BY, AS_OF = date(2025, 12, 31), date(2025, 6, 1)
TEACHERS = [{"id": "t1"}, {"id": "t2"}]


def plan_of(*others: dict[str, Any], **quota: Any) -> Plan:
    """Return a plan with a quota of training hours in five years, and others."""
    return plan_from_table(
        {
            "plan": {"id": "p", "title": {"zh": "计划", "en": "Plan"}},
            "document": {"title": {"zh": "文件", "en": "Document"}},
            "clause": [{"number": "1", "gist": {"zh": "每周期", "en": "In every cycle"}}],
            "quota": [
                {
                    "id": "hours",
                    "clause": "1",
                    "title": {"zh": "培训学时", "en": "Training hours"},
                    "unit": {"zh": "学时", "en": "hours"},
                    "every": {"cycle": "5 years", "grid": date(2021, 1, 1)},
                    "measure": {"sum": "hours", "of": "training"},
                    **quota,
                },
                *others,
            ],
        }
    )


CENTRAL = {
    "id": "central",
    "title": {"zh": "集中培训", "en": "central training"},
    "where": {"central": True},
    "at_least": 20,
}
FORTY = plan_of(at_least=40, part=[CENTRAL])


def course(name: str, hours: Any, cost: Any = 0, **more: Any) -> Course:
    """Return a course of so many hours."""
    facts = {"hours": hours, "central": more.pop("central", False), **more.pop("facts", {})}
    day = more.pop("day", date(2025, 7, 1))
    return Course(id=name, kind="training", day=day, facts=facts, cost=cost, **more)


def chosen(found: Suggestion) -> dict[str, list[str]]:
    """Return the ids of the courses each should attend."""
    return {who: [one.course.id for one in several] for who, several in found.attend.items()}


def open_to(course: Course, plan: Plan) -> Matcher:
    """Return what says whether a course is open to somebody."""
    return Matcher(course.open_to, plan.ranks)


def cheapest(
    plan: Plan,
    people: Sequence[Any],
    records: Sequence[object],
    offer: Sequence[Course],
    *,
    by: date = BY,
    only: Collection[str] | None = None,
) -> tuple[Any, Any]:
    """Return how many can comply by a day and at what least cost, trying everything."""
    sets = list(chain.from_iterable(combinations(offer, n) for n in range(len(offer) + 1)))
    after = by + timedelta(days=1)
    ways = []
    for person in people:
        mine = []
        for several in sets:
            slots = [slot for one in several for slot in one.slots]
            if len(set(slots)) < len(slots):
                continue
            if not all(open_to(one, plan)(person.get, person.get) for one in several):
                continue
            added = [one.record_of(person["id"]) for one in several]
            register = Register([*records, *added], complete_through=by)
            verdicts = evaluate(
                plan, [person], register, as_of=after, during=Period(by, after), only=only
            )
            if all(verdict.status is Status.MET for verdict in verdicts):
                mine.append(several)
        ways.append([*mine, None])
    best: tuple[Any, Any] = (-1, 0)
    for picked in product(*ways):
        taken = [one for several in picked if several for one in several]
        if any(one.places is not None and taken.count(one) > one.places for one in offer):
            continue
        served = sum(several is not None for several in picked)
        found = (served, -sum(one.cost for one in taken))
        best = max(best, found)
    return best[0], -best[1]
