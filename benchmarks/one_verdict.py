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


def check_the_yardsticks(plan: Plan, decision: object) -> int:
    """Hold both yardsticks against ours for many teachers, with gaps in what is known of them.

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
            engine = in_zen(decision, person, records, as_of, through)
            if not ours == loop == engine:
                told = f"{ours}\n{loop}\n{engine}"
                raise SystemExit(f"teacher {seed} on {as_of}: they disagree\n{told}")
            compared += len(loop)
    return compared


def zen_decision() -> object:
    """Return the same decision in zen-engine, missing facts and days of service included.

    Days are numbers of days, which compare and add as days do. Which school year and cycle it is is
    put in ready made, which spares the engine that arithmetic.
    """
    keys: list[tuple[str, str]] = [
        ("s", "joined != null and joined > start ? joined : start"),
        ("e", "left != null and left < end ? left : end"),
        ("cs", "joined != null and joined > cstart ? joined : cstart"),
        ("ce", "left != null and left < cend ? left : cend"),
        ("researcher", "some(roles, # == 'researcher')"),
    ]
    for name, wanted in (
        ("leader", "['special-grade', 'subject-leader']"),
        ("strong", "['special-grade', 'subject-leader', 'backbone', 'key-trainee']"),
    ):
        keys.append((name, f"honours == null ? null : some(honours, # in {wanted})"))
    keys.append(("leading", "$.researcher or $.leader == true ? true : $.leader"))

    def inside(kind: str, more: str = "", start: str = "start", end: str = "end") -> str:
        days = f"#.day >= {start} and #.day < {end} and #.day <= asof"
        return f"filter(records, #.kind == '{kind}' and {days}{more})"

    def status(number: int, low: str, high: str, owed: int, cycle: str = "") -> str:
        start, end, key = f"$.{cycle}s", f"$.{cycle}e", f"{number:02d}"
        keys.extend([(f"low{key}", low), (f"high{key}", high)])
        low, high = f"$.low{key}", f"$.high{key}"
        needed = f"({end} <= asof ? {end} - 1 : asof - 1)"
        gap = f"{needed} >= {start} and (through == null or through < {needed})"
        late = f"{end} <= asof and {high} != null and {high} < {owed}"
        open_ = f"{high} != {low} ? 'UNDETERMINED' : 'PENDING'"
        decided = f"({late}) ? 'NOT_MET' : ({open_})"
        found = f"{low} >= {owed} ? 'MET' : (({gap}) ? 'UNDETERMINED' : ({decided}))"
        return f"{start} >= {end} ? 'NOT_APPLICABLE' : ({found})"

    def when(condition: str, then: str) -> str:
        unknown = f"({condition}) == null ? 'UNDETERMINED' : 'NOT_APPLICABLE'"
        return f"({condition}) == true ? ({then}) : ({unknown})"

    def count(number: int, kind: str, owed: int) -> str:
        return status(number, f"len({inside(kind)})", f"$.low{number:02d}", owed)

    def distinct(number: int, kind: str, field: str, names: Sequence[str], owed: int) -> str:
        found = [f"(some({inside(kind)}, #.{field} == '{name}') ? 1 : 0)" for name in names]
        unnamed = f"len({inside(kind, f' and #.{field} == null')})"
        return status(number, " + ".join(found), f"$.low{number:02d} + {unnamed}", owed)

    cycle = {"start": "cstart", "end": "cend"}
    passed = inside("training", " and #.certified == true", **cycle)
    perhaps = inside("training", " and #.certified == null", **cycle)
    hours = f"sum(map(filter({passed}, #.hours != null), #.hours))"
    more = f"sum(map(filter({perhaps}, #.hours != null), #.hours))"
    blank = f"some({passed}, #.hours == null) or some({perhaps}, #.hours == null)"
    away = inside("training", " and #.away == true")
    unclear = f"$.low01 + len({inside('training', ' and #.away == null')})"
    shadowed = " + ".join(
        f"(some({inside('shadowing')}, #.day == start + {n}) ? 1 : 0)" for n in range(3)
    )
    deliveries = f"len({inside('lesson-delivery')}) + len({inside('themed-activity')})"
    taught = "['primary', 'junior-high', 'senior-high']"
    staged = f"stage == '' ? null : stage in {taught}"
    fulltime = "employment == null ? null : employment == 'full-time'"
    teacher = "some(roles, # == 'teacher')"
    asks = [
        when("$.researcher", distinct(0, "professional-reading", "book", BOOKS, 2)),
        when(f"$.researcher ? ({fulltime}) : false", status(1, f"len({away})", unclear, 1)),
        when("$.researcher", count(2, "researcher-appraisal", 1)),
        "'NOT_APPLICABLE'",
        when(
            f"{teacher} ? ({staged}) : false",
            status(4, hours, f"({blank}) ? null : $.low04 + {more}", 360, "c"),
        ),
        when("shadow", status(5, shadowed, "$.low05", 25)),
        when("$.leading", count(6, "large-activity", 1)),
        when("$.leading", count(7, "mentoring-plan", 1)),
        when("$.leading", distinct(8, "mentoring", "mentee", MENTEES, 1)),
        when("$.strong", status(9, deliveries, "$.low09", 2)),
        "'NOT_APPLICABLE'",
    ]
    keys.extend((f"q{number:02d}", ask) for number, ask in enumerate(asks))
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "do",
            "name": "do",
            "type": "expressionNode",
            "content": {
                "expressions": [
                    {"id": key, "key": key, "value": expression} for key, expression in keys
                ]
            },
        },
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "do", "type": "edge"},
        {"id": "b", "sourceId": "do", "targetId": "out", "type": "edge"},
    ]
    return zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))


def number(day: date | None) -> int | None:
    """Return a day as a number of days."""
    return None if day is None else day.toordinal()


def in_zen(
    decision: object,
    person: eduplan.Person,
    records: Sequence[eduplan.Record],
    as_of: date,
    through: date | None,
) -> list[str]:
    """Decide by zen-engine, which takes plain tables."""
    year = as_of.year if as_of.month >= 9 else as_of.year - 1
    first = 2021 + (as_of.year - 2021) // 5 * 5
    given = {
        "asof": number(as_of),
        "through": number(through),
        "start": number(date(year, 9, 1)),
        "end": number(date(year + 1, 9, 1)),
        "cstart": number(date(first, 1, 1)),
        "cend": number(date(first + 5, 1, 1)),
        "joined": number(person.joined),
        "left": number(person.left),
        "roles": list(person.roles),
        "honours": _listed(person.facts.get("honours")),
        "employment": person.facts.get("employment"),
        "stage": person.stage,
        "shadow": person.facts.get("shadow_training"),
        "records": [
            {"kind": record.kind, "day": record.day.toordinal(), **record.facts}
            for record in records
        ],
    }
    found = decision.evaluate(given)["result"]  # type: ignore[attr-defined]
    return [found[key] for key in sorted(key for key in found if key.startswith("q"))]


def _listed(several: object) -> list[object] | None:
    return None if several is None else list(several)  # type: ignore[call-overload]


def main() -> None:
    plan = quotas_alone()
    person, records = teacher_and_records()
    decision = zen_decision()

    def ours() -> list[eduplan.Verdict]:
        register = eduplan.Register(records, complete_through=THROUGH)
        return list(eduplan.evaluate(plan, [person], register, as_of=AS_OF))

    def loop() -> list[str]:
        return plain_loop(person, records, AS_OF, THROUGH)

    def zen_engine() -> list[str]:
        return in_zen(decision, person, records, AS_OF, THROUGH)

    compared = check_the_yardsticks(plan, decision)
    statuses = [verdict.status.value for verdict in ours()]
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
        f"{compared} statuses of 400 teachers agree among the three; timed: {', '.join(statuses)}",
    )


if __name__ == "__main__":
    main()
