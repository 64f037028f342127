"""The quotas of the county plan decided by a plain loop, for an invented teacher with 60 records.

`one_verdict.py` times it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import eduplan
from eduplan.plan import Plan
from eduplan.provisions import Quota

AS_OF = date(2025, 6, 2)
THROUGH = date(2025, 6, 1)
ANSWERS = {
    "year": "school-year",
    "training-cycle": "five-year-plan",
    "hours-that-count": "passed",
    "joined-or-left": "full",
    "external-training-from": date(2020, 9, 1),
    "summary-within": "days-30",
    "second-tier-within": "days-90",
    "about-a-month": "days-25",
    "mentoring-period": "school-year",
    "rural-delivery-floor": 2,
    "weak-schools": "every-school",
}


def quotas_alone() -> Plan:
    """Return the county plan, answered, with its quotas only."""
    plan = eduplan.load_plan("county-six-year").answer(ANSWERS)
    quotas = tuple(p for p in plan.settled if isinstance(p, Quota))
    return Plan(
        id=plan.id,
        title=plan.title,
        document=plan.document,
        clauses=plan.clauses,
        provisions=quotas,
        scales=plan.scales,
    )


def teacher_and_records(
    seed: int = 20250602, *, gaps: float = 0.0
) -> tuple[eduplan.Person, list[eduplan.Record]]:
    """Return an invented teacher and 60 records; the first is a subject leader and researcher.

    Args:
        seed: which teacher.
        gaps: how likely each fact is to be missing.
    """
    chance = random.Random(seed)

    def known(facts: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in facts.items() if chance.random() >= gaps}

    first = seed == 20250602
    roles = (
        ["teacher", "researcher"]
        if first
        else chance.choice([["teacher"], ["researcher"], ["teacher", "researcher"], ["staff"]])
    )
    honours = (
        ("backbone", "subject-leader")
        if first
        else chance.choice([(), ("backbone",), ("subject-leader",), ("special-grade", "backbone")])
    )
    person = eduplan.Person(
        id="t1",
        roles=roles,
        stage="primary" if first else chance.choice(["primary", "preschool", ""]),
        school="s1",
        joined=None if first else chance.choice([None, date(2019, 9, 1), date(2025, 1, 10)]),
        left=None if first else chance.choice([None, None, date(2024, 8, 1), date(2025, 4, 1)]),
        facts=known({"employment": "full-time", "honours": honours, "shadow_training": False}),
    )
    kinds = ["training"] * 30 + ["lesson-delivery"] * 5 + ["large-activity"] * 3
    kinds += ["professional-reading"] * 8 + ["mentoring"] * 3 + ["mentoring-plan"] * 3
    kinds += ["lesson-observation"] * 6 + ["researcher-appraisal"] * 2
    records = [
        eduplan.Record(
            id=f"r{index:02d}",
            kind=kind,
            day=date(2021, 1, 1) + timedelta(days=chance.randrange(1600)),
            bearer="t1",
            facts=known(
                {
                    "hours": chance.choice([6, 12, 15, 18]),
                    "certified": chance.random() < 0.9,
                    "away": chance.random() < 0.2,
                    "book": f"b{chance.randrange(6)}",
                    "mentee": f"m{chance.randrange(3)}",
                }
            ),
        )
        for index, kind in enumerate(kinds)
    ]
    chance.shuffle(records)
    return person, records


Decider = Callable[[eduplan.Person, Sequence[eduplan.Record], date, date | None], Sequence[str]]
"""Decides for somebody with these records, judged on a day by a register through another."""

BOOKS = [f"b{number}" for number in range(6)]
MENTEES = [f"m{number}" for number in range(3)]
DAY = timedelta(days=1)
NONE, UNDETERMINED = "NOT_APPLICABLE", "UNDETERMINED"


def plain_loop(
    person: eduplan.Person,
    records: Sequence[eduplan.Record],
    as_of: date,
    through: date | None,
) -> list[str]:
    """Decide the eleven quotas the way one writes it by hand, for statuses only.

    It gives the same statuses for whoever it is asked about, facts that are missing included.
    """
    facts, roles, honours = person.facts, person.roles, person.facts.get("honours")

    def take(kind: str, start: date, end: date, fact: str = "") -> tuple[list, list]:  # type: ignore[type-arg]
        sure, perhaps = [], []
        if person.left is not None and person.left < end:
            end = person.left
        for record in records:
            if record.kind != kind or not start <= record.day < end or record.day > as_of:
                continue
            if fact:
                value = record.facts.get(fact)
                if value is None:
                    perhaps.append(record)
                    continue
                if value is not True:
                    continue
            sure.append(record)
        return sure, perhaps

    def distinct(found: list[eduplan.Record], fact: str) -> tuple[int, int]:
        names = [record.facts.get(fact) for record in found]
        known = len({name for name in names if name is not None})
        return known, known + names.count(None)

    def status(low: int, high: int | None, owed: int, start: date, end: date) -> str:
        if person.joined is not None and person.joined > start:
            start = person.joined
        if person.left is not None and person.left < end:
            end = person.left
        if start >= end:
            return NONE
        if low >= owed:
            return "MET"
        closed = as_of >= end
        needed = (end if closed else as_of) - DAY
        if needed >= start and (through is None or through < needed):
            return UNDETERMINED
        if closed and high is not None and high < owed:
            return "NOT_MET"
        return UNDETERMINED if high != low else "PENDING"

    def either(*truths: bool | None) -> bool | None:
        return True if True in truths else None if None in truths else False

    def among(*wanted: str) -> bool | None:
        return None if honours is None else any(h in wanted for h in honours)  # type: ignore[union-attr]

    year = as_of.year if as_of.month >= 9 else as_of.year - 1
    start, end = date(year, 9, 1), date(year + 1, 9, 1)
    cycle_start = date(2021 + (as_of.year - 2021) // 5 * 5, 1, 1)
    cycle_end = date(cycle_start.year + 5, 1, 1)
    researcher = "researcher" in roles
    leading = either(among("special-grade", "subject-leader"), researcher)
    rural = among("special-grade", "subject-leader", "backbone", "key-trainee")
    statuses = []

    if researcher:
        statuses.append(
            status(*distinct(take("professional-reading", start, end)[0], "book"), 2, start, end)
        )
    else:
        statuses.append(NONE)

    employment = facts.get("employment")
    if not researcher or (employment is not None and employment != "full-time"):
        statuses.append(NONE)
    elif employment is None:
        statuses.append(UNDETERMINED)
    else:
        sure, perhaps = take("training", start, end, "away")
        statuses.append(status(len(sure), len(sure) + len(perhaps), 1, start, end))

    if researcher:
        done = len(take("researcher-appraisal", start, end)[0])
        statuses.append(status(done, done, 1, start, end))
    else:
        statuses.append(NONE)
    statuses.append(NONE)  # expert groups

    if "teacher" not in roles or person.stage not in ("primary", "junior-high", "senior-high", ""):
        statuses.append(NONE)
    elif not person.stage:
        statuses.append(UNDETERMINED)
    else:
        sure, perhaps = take("training", cycle_start, cycle_end, "certified")
        hours = [record.facts.get("hours") for record in sure]
        more = [record.facts.get("hours") for record in perhaps]
        low = sum(h for h in hours if h is not None)
        high = None if None in hours or None in more else low + sum(more)
        if perhaps and high == low:
            high = None
        statuses.append(status(low, high, 360, cycle_start, cycle_end))

    shadow = facts.get("shadow_training")
    if shadow is None:
        statuses.append(UNDETERMINED)
    elif shadow:
        days = len({record.day for record in take("shadowing", start, end)[0]})
        statuses.append(status(days, days, 25, start, end))
    else:
        statuses.append(NONE)

    if leading is None:
        statuses += [UNDETERMINED] * 3
    elif leading:
        for kind in ("large-activity", "mentoring-plan"):
            done = len(take(kind, start, end)[0])
            statuses.append(status(done, done, 1, start, end))
        statuses.append(
            status(*distinct(take("mentoring", start, end)[0], "mentee"), 1, start, end)
        )
    else:
        statuses += [NONE] * 3

    if rural is None:
        statuses.append(UNDETERMINED)
    elif rural:
        done = len(take("lesson-delivery", start, end)[0])
        done += len(take("themed-activity", start, end)[0])
        statuses.append(status(done, done, 2, start, end))
    else:
        statuses.append(NONE)
    statuses.append(NONE)  # weak schools
    return statuses


def check_the_loop(plan: Plan, teachers: int = 400, also: Decider | None = None) -> int:
    """Hold the loop against ours for many teachers, with gaps in what is known of them.

    Args:
        plan: the plan.
        teachers: how many.
        also: decides the same in another way, which is held against ours too.

    Returns:
        The number of verdicts compared.

    Raises:
        SystemExit: they disagree.
    """
    compared = 0
    for seed in range(teachers):
        person, records = teacher_and_records(seed, gaps=0.15 if seed % 2 else 0.0)
        for as_of, through in (
            (AS_OF, THROUGH),
            (date(2025, 9, 1), date(2025, 8, 31)),
            (date(2025, 9, 1), date(2025, 6, 30)),
            (date(2025, 12, 20), date(2025, 12, 19)),
            (AS_OF, None),
        ):
            register = eduplan.Register(records, complete_through=through)
            found = eduplan.evaluate(plan, [person], register, as_of=as_of)
            ours = [verdict.status.value for verdict in found]
            others = [
                decide(person, records, as_of, through) for decide in (plain_loop, also) if decide
            ]
            if any(other != ours for other in others):
                told = "\n".join(map(str, [ours, *others]))
                raise SystemExit(f"teacher {seed} on {as_of}: they disagree\n{told}")
            compared += len(ours)
    return compared
