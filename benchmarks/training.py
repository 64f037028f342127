"""One teacher with 60 records under a whole training plan, and all teachers of a large county.

The plan asks for 360 hours in five years with an online cap, a central part, a share of it in the
teacher's tier and a yearly floor; for a summary of central training and second-tier training after
key courses; and it bars from promotion. Ours, with citations, justification and the sentences that
explain every verdict, beside a plain loop written for this plan alone over the same objects. Both
give the same statuses, which is checked for many teachers before anything is timed.

    python benchmarks/training.py [--json] [--teachers 18000]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from harness import interleaved, report

import eduplan
from eduplan.plan import Plan

AS_OF = date(2025, 6, 2)
THROUGH = date(2025, 6, 1)
START, END = date(2021, 1, 1), date(2026, 1, 1)
DAY = timedelta(days=1)
TIERS = ("entry", "settled", "rising")
NONE, UNDETERMINED = "NOT_APPLICABLE", "UNDETERMINED"
TEACHERS = 12
ORDER = ("NOT_MET", UNDETERMINED, "PENDING", "MET")


def teacher_and_records(
    number: int = 0, *, gaps: float = 0.0
) -> tuple[eduplan.Person, list[eduplan.Record]]:
    """Return an invented teacher and 60 records.

    Args:
        number: which teacher.
        gaps: how likely each fact is to be missing.
    """
    chance = random.Random(number)

    def known(facts: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in facts.items() if chance.random() >= gaps}

    key = f"t{number:05d}"
    person = eduplan.Person(
        id=key,
        roles=["teacher"] if number % 20 or not number else ["staff"],
        facts=known({"tier": chance.choice(TIERS)}),
    )
    wide = chance.randrange(900, 1600)
    days = sorted(START + timedelta(days=chance.randrange(wide)) for _ in range(36))
    records = [
        eduplan.Record(
            id=f"{key}-{index:02d}",
            kind="training",
            day=day,
            bearer=key,
            facts={
                "hours": chance.choice([6, 9, 12, 15, 18]),
                "mode": chance.choice(["online", "on-site", "on-site"]),
                **known(
                    {
                        "certified": chance.random() < 0.95,
                        "organised": chance.choice(["central", "school", "school"]),
                        "tier": person.facts.get("tier") or "entry"
                        if chance.random() < 0.85
                        else chance.choice(TIERS),
                        "category": "key" if chance.random() < 0.1 else "basic",
                    }
                ),
            },
        )
        for index, day in enumerate(days)
    ]
    late = number % 3 == 2
    for training in list(records):
        for kind, asks in (
            ("training-summary", training.facts.get("organised") == "central"),
            ("second-tier-training", training.facts.get("category") == "key"),
        ):
            if asks and not (late and chance.random() < 0.2):
                records.append(
                    eduplan.Record(
                        id=f"{training.id}-{kind[0]}",
                        kind=kind,
                        day=training.day + timedelta(days=chance.randrange(1, 28)),
                        bearer=key,
                        facts={"training": training.id},
                    )
                )
    while len(records) < 60:
        records.append(
            eduplan.Record(
                id=f"{key}-o{len(records)}",
                kind="lesson-observation",
                day=START + timedelta(days=chance.randrange(1600)),
                bearer=key,
            )
        )
    records = records[:60]
    chance.shuffle(records)
    return person, records


def plain_loop(
    person: eduplan.Person, records: Sequence[eduplan.Record], as_of: date, through: date
) -> list[str]:
    """Decide the plan the way one writes it by hand, for statuses only.

    It gives the same statuses for whoever it is asked about, facts that are missing included, but
    for hours and the mode of a training, which it takes to be known.
    """
    if "teacher" not in person.roles:
        return [NONE] * 4
    records = sorted(records, key=lambda record: (record.day, record.id))
    tier = person.facts.get("tier")
    closed = as_of >= END
    floors = [0] * 5
    highs = [0] * 5
    low = high = central_low = central_high = 0
    match_low = match_high = other_low = other_high = 0
    online_low = online_high = 0
    summaries: dict[object, date] = {}
    shared: dict[object, date] = {}
    triggers: list[tuple[eduplan.Record, object, object]] = []
    school_year = as_of.year if as_of.month >= 9 else as_of.year - 1
    since, until = date(school_year, 9, 1), min(date(school_year + 1, 9, 1), END)
    for record in records:
        kind, day = record.kind, record.day
        if day > as_of:
            continue
        facts: Any = record.facts
        if kind == "training":
            if since <= day < until:
                triggers.append((record, facts.get("organised"), facts.get("category")))
            if START <= day < END:
                certified = facts.get("certified")
                if certified is False:
                    continue
                least = most = facts["hours"]
                if certified is None:
                    least = 0
                if facts["mode"] == "online":
                    least = min(least, 120 - online_low)
                    most = min(most, 120 - online_high)
                    online_low += least
                    online_high += most
                low += least
                high += most
                floors[day.year - 2021] += least
                highs[day.year - 2021] += most
                organised = facts.get("organised")
                if organised is None:
                    inside = 0
                elif organised == "central":
                    inside = least
                else:
                    continue
                central_low += inside
                central_high += most
                own = facts.get("tier")
                if own is None or tier is None:
                    match_high += most
                    other_high += most
                elif own == tier:
                    match_low += inside
                    match_high += most
                else:
                    other_low += inside
                    other_high += most
        elif kind == "training-summary":
            answered = facts.get("training")
            if answered not in summaries:
                summaries[answered] = day
        elif kind == "second-tier-training":
            answered = facts.get("training")
            if answered not in shared:
                shared[answered] = day

    def reached(least: int, most: int, owed: int, end: date) -> str:
        if least >= owed:
            return "MET"
        needed = (end if as_of >= end else as_of) - DAY
        if through < needed:
            return UNDETERMINED
        if as_of >= end and most < owed:
            return "NOT_MET"
        return UNDETERMINED if least != most else "PENDING"

    statuses = [reached(low, high, 360, END), reached(central_low, central_high, 90, END)]
    needed = (END if closed else as_of) - DAY
    lowest, highest = (match_low, match_low + other_high), (match_high, match_high + other_low)
    if through < needed:
        statuses.append(UNDETERMINED)
    elif closed and lowest[1] and 4 * lowest[0] >= 3 * lowest[1]:
        statuses.append("MET")
    elif closed and highest[1] and 4 * highest[0] < 3 * highest[1]:
        statuses.append("NOT_MET")
    elif not highest[1] and not other_high:
        statuses.append(UNDETERMINED if closed else "PENDING")
    else:
        known = lowest[0] * highest[1] == highest[0] * lowest[1]
        statuses.append("PENDING" if known else UNDETERMINED)
    for year in range(5):
        end = date(2022 + year, 1, 1)
        begun = as_of >= date(2021 + year, 1, 1)
        statuses.append(reached(floors[year], highs[year], 24, end) if begun else "PENDING")
    training = min(statuses, key=ORDER.index)
    found = [training]
    for wanted, answers, days, which in (
        ("central", summaries, 30, 1),
        ("key", shared, 90, 2),
    ):
        asked = [trigger for trigger in triggers if trigger[which] in (wanted, None)]
        if not asked:
            short = through < min(as_of - DAY, until - DAY)
            found.append(UNDETERMINED if short else NONE)
        for trigger in asked:
            record, fact = trigger[0], trigger[which]
            due = record.day + timedelta(days=days)
            answered = answers.get(record.id)
            if fact is None:
                found.append(UNDETERMINED)
            elif answered is not None and answered <= due:
                found.append("MET")
            elif through < min(due, as_of - DAY):
                found.append(UNDETERMINED)
            else:
                found.append("NOT_MET" if as_of > due else "PENDING")
    if training in ("MET", "PENDING"):
        found.append("MET")
    else:
        found.append(training)
    return found


def training_plan() -> Plan:
    """Return the plan."""
    return eduplan.load_plan(Path(__file__).with_name("training_plan.toml"))


def days_of_interest(as_of: date) -> eduplan.Period:
    """Return the school year of a day, as far as it lies in the cycle."""
    year = as_of.year if as_of.month >= 9 else as_of.year - 1
    return eduplan.Period(date(year, 9, 1), min(date(year + 1, 9, 1), END))


def check_the_loop(plan: Plan, teachers: int = 400) -> int:
    """Hold the loop against ours for many teachers, with gaps in what is known of them.

    Args:
        plan: the plan.
        teachers: how many.

    Returns:
        The number of verdicts compared.
    """
    compared = 0
    for number in range(teachers):
        person, records = teacher_and_records(number, gaps=0.1 if number % 2 else 0.0)
        for as_of, through in (
            (AS_OF, THROUGH),
            (date(2025, 9, 1), date(2025, 8, 31)),
            (date(2026, 1, 1), date(2025, 12, 31)),
            (date(2026, 1, 1), date(2025, 9, 30)),
        ):
            register = eduplan.Register(records, complete_through=through)
            found = eduplan.evaluate(
                plan, [person], register, as_of=as_of, during=days_of_interest(as_of)
            )
            ours = [verdict.status.value for verdict in found]
            loop = plain_loop(person, records, as_of, through)
            if ours != loop:
                raise SystemExit(f"teacher {number} on {as_of}: they disagree\n{ours}\n{loop}")
            compared += len(loop)
    return compared


def rate(plan: Plan, teachers: int) -> tuple[float, float]:
    """Return teachers and verdicts a second, for the object evaluator over a whole county."""
    people, records = [], []
    for number in range(teachers):
        person, own = teacher_and_records(number)
        people.append(person)
        records += own
    start = time.perf_counter()
    register = eduplan.Register(records, complete_through=THROUGH)
    verdicts = sum(1 for _ in eduplan.evaluate(plan, people, register, as_of=AS_OF))
    seconds = time.perf_counter() - start
    return teachers / seconds, verdicts / seconds


def timed(plan: Plan, person: eduplan.Person, records: list[eduplan.Record]) -> dict[str, float]:
    """Return the median seconds of ours, ours with all sentences, and the loop."""

    def judged() -> list[eduplan.Verdict]:
        register = eduplan.Register(records, complete_through=THROUGH)
        return list(eduplan.evaluate(plan, [person], register, as_of=AS_OF))

    def explained() -> list[str]:
        return [verdict.explain("zh") for verdict in judged()]

    def loop() -> list[str]:
        return plain_loop(person, records, AS_OF, THROUGH)

    return interleaved(
        {"judged": judged, "explained": explained, "loop": loop},
        rounds=101,
        repeats={"judged": 5, "explained": 2, "loop": 20},
    )


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--teachers", type=int, default=18_000)
    wanted = options.parse_args()
    plan = training_plan()
    compared = check_the_loop(plan)
    panel = [teacher_and_records(number) for number in range(TEACHERS)]
    several = [timed(plan, person, records) for person, records in panel]
    medians = {name: statistics.median(one[name] for one in several) for name in several[0]}
    ratios = sorted(one["judged"] / one["loop"] for one in several)
    bearers, verdicts = rate(plan, wanted.teachers)
    report(
        "training",
        {"one_teacher_vs_loop": statistics.median(ratios)},
        {
            "least_vs_loop": ratios[0],
            "most_vs_loop": ratios[-1],
            "judged_us": medians["judged"] * 1e6,
            "explained_us": medians["explained"] * 1e6,
            "loop_us": medians["loop"] * 1e6,
            "teachers": wanted.teachers,
            "teachers_per_second": bearers,
            "verdicts_per_second": verdicts,
            "statuses_compared": compared,
        },
        f"medians over {TEACHERS} teachers with 60 records each; judged has citations and "
        "justification, explained all sentences besides",
    )


if __name__ == "__main__":
    main()
