"""One teacher with 60 records against all quotas of the county plan.

Ours, with citations and justification, beside a plain loop written for these quotas alone over the
same objects, and beside the same decision in zen-engine (a rules engine with a compiled core),
which takes its input as plain tables. All three give the same statuses, which is checked before
anything is timed. Ours builds its register from the bare records every time, as a web request
would.

    python benchmarks/one_verdict.py [--json]        needs: pip install "eduplan[benchmark]"
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta

import zen
from harness import interleaved, report

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


def check_the_loop(plan: Plan) -> int:
    """Hold the loop against ours for many teachers, with gaps in what is known of them.

    Returns:
        The number of verdicts compared.
    """
    compared = 0
    for seed in range(400):
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
            loop = plain_loop(person, records, as_of, through)
            if ours != loop:
                raise SystemExit(f"teacher {seed} on {as_of}: they disagree\n{ours}\n{loop}")
            compared += len(loop)
    return compared


def in_zen(person: eduplan.Person, records: Sequence[eduplan.Record]) -> tuple[object, dict]:  # type: ignore[type-arg]
    """Return a zen-engine decision for the same quotas, and its input.

    Days go in as numbers such as 20250602, which compare as days do. Which school year and cycle
    it is is put in ready made, which spares the engine the date arithmetic.
    """

    def inside(kind: str, more: str = "") -> str:
        days = "#.day >= start and #.day < end and #.day <= asof"
        return f"filter(records, #.kind == '{kind}' and {days}{more})"

    def status(value: str, owed: int, end: str) -> str:
        gap = f"{end} <= asof ? through < {end}last : through < yesterday"
        late = f"({end} <= asof ? 'NOT_MET' : 'PENDING')"
        return f"({value}) >= {owed} ? 'MET' : (({gap}) ? 'UNDETERMINED' : {late})"

    def when(condition: str, then: str) -> str:
        return f"({condition}) ? ({then}) : 'NOT_APPLICABLE'"

    researcher = "some(roles, # == 'researcher')"
    leading = f"{researcher} or some(honours, # in ['special-grade', 'subject-leader'])"
    rural = "some(honours, # in ['special-grade', 'subject-leader', 'backbone', 'key-trainee'])"

    def distinct(kind: str, field: str, names: Sequence[str]) -> str:
        some = [f"(some({inside(kind)}, #.{field} == '{name}') ? 1 : 0)" for name in names]
        return " + ".join(some)

    hours = (
        "sum(map(filter(records, #.kind == 'training' and #.day >= cstart and #.day < cend"
        " and #.day <= asof and #.certified), #.hours))"
    )
    deliveries = f"len({inside('lesson-delivery')}) + len({inside('themed-activity')})"
    books = distinct("professional-reading", "book", [f"b{i}" for i in range(6)])
    mentees = distinct("mentoring", "mentee", [f"m{i}" for i in range(3)])
    expressions = [
        when(researcher, status(books, 2, "end")),
        when(
            f"{researcher} and employment == 'full-time' and start >= since",
            status(f"len({inside('training', ' and #.away')})", 1, "end"),
        ),
        when(researcher, status(f"len({inside('researcher-appraisal')})", 1, "end")),
        "'NOT_APPLICABLE'",
        when(
            "some(roles, # == 'teacher') and stage in ['primary', 'junior-high', 'senior-high']",
            status(hours, 360, "cend"),
        ),
        when("shadow", status(f"len({inside('shadowing')})", 25, "end")),
        when(leading, status(f"len({inside('large-activity')})", 1, "end")),
        when(leading, status(f"len({inside('mentoring-plan')})", 1, "end")),
        when(leading, status(mentees, 1, "end")),
        when(rural, status(deliveries, 2, "end")),
        "'NOT_APPLICABLE'",
    ]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "do",
            "name": "do",
            "type": "expressionNode",
            "content": {
                "expressions": [
                    {"id": f"e{i}", "key": f"q{i:02d}", "value": value}
                    for i, value in enumerate(expressions)
                ]
            },
        },
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "do", "type": "edge"},
        {"id": "b", "sourceId": "do", "targetId": "out", "type": "edge"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    given = {
        "asof": 20250602,
        "yesterday": 20250601,
        "through": 20250601,
        "start": 20240901,
        "end": 20250901,
        "endlast": 20250831,
        "since": 20200901,
        "cstart": 20210101,
        "cend": 20260101,
        "cendlast": 20251231,
        "roles": list(person.roles),
        "honours": list(person.facts["honours"]),  # type: ignore[arg-type]
        "employment": person.facts["employment"],
        "stage": person.stage,
        "shadow": person.facts["shadow_training"],
    }
    return decision, given


def as_json(record: eduplan.Record) -> dict[str, object]:
    """Return a record the way a rules engine takes it."""
    day = record.day
    number = day.year * 10000 + day.month * 100 + day.day
    return {"kind": record.kind, "day": number, **record.facts}


def main() -> None:
    plan = quotas_alone()
    person, records = teacher_and_records()
    decision, given = in_zen(person, records)

    def ours() -> list[eduplan.Verdict]:
        register = eduplan.Register(records, complete_through=THROUGH)
        return list(eduplan.evaluate(plan, [person], register, as_of=AS_OF))

    def loop() -> list[str]:
        return plain_loop(person, records, AS_OF, THROUGH)

    def zen_engine() -> list[str]:
        whole = {**given, "records": [as_json(record) for record in records]}
        found = decision.evaluate(whole)["result"]  # type: ignore[attr-defined]
        return [found[key] for key in sorted(key for key in found if key.startswith("q"))]

    compared = check_the_loop(plan)
    statuses = [verdict.status.value for verdict in ours()]
    if not statuses == loop() == zen_engine():
        raise SystemExit(f"they disagree:\n{statuses}\n{loop()}\n{zen_engine()}")
    medians = interleaved(
        {"ours": ours, "loop": loop, "zen": zen_engine},
        rounds=41,
        repeats={"ours": 20, "loop": 40, "zen": 3},
    )
    report(
        "one_verdict",
        {
            "verdict_vs_loop": medians["ours"] / medians["loop"],
            "verdict_vs_zen": medians["ours"] / medians["zen"],
        },
        {f"{name}_us": seconds * 1e6 for name, seconds in medians.items()},
        f"{compared} statuses of 400 teachers agree with the loop; timed: {', '.join(statuses)}",
    )


if __name__ == "__main__":
    main()
