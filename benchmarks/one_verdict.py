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


def teacher_and_records() -> tuple[eduplan.Person, list[eduplan.Record]]:
    """Return an invented subject leader who also does research, and 60 records."""
    person = eduplan.Person(
        id="t1",
        roles=["teacher", "researcher"],
        stage="primary",
        school="s1",
        facts={
            "employment": "full-time",
            "honours": ("backbone", "subject-leader"),
            "shadow_training": False,
        },
    )
    chance = random.Random(20250602)
    kinds = ["training"] * 30 + ["lesson-delivery"] * 5 + ["large-activity"] * 3
    kinds += ["professional-reading"] * 8 + ["mentoring"] * 3 + ["mentoring-plan"] * 3
    kinds += ["lesson-observation"] * 6 + ["researcher-appraisal"] * 2
    records = [
        eduplan.Record(
            id=f"r{index:02d}",
            kind=kind,
            day=date(2021, 1, 1) + timedelta(days=chance.randrange(1600)),
            bearer="t1",
            facts={
                "hours": chance.choice([6, 12, 15, 18]),
                "certified": chance.random() < 0.9,
                "away": chance.random() < 0.2,
                "book": f"b{chance.randrange(6)}",
                "mentee": f"m{chance.randrange(3)}",
            },
        )
        for index, kind in enumerate(kinds)
    ]
    chance.shuffle(records)
    return person, records


def plain_loop(
    person: eduplan.Person, records: Sequence[eduplan.Record], as_of: date, through: date
) -> list[str]:
    """Decide the eleven quotas the way one writes it by hand, for statuses only."""

    def total(kind: str, start: date, end: date, **wanted: object) -> list[eduplan.Record]:
        found = []
        for record in records:
            if record.kind != kind or not start <= record.day < end or record.day > as_of:
                continue
            if all(record.facts.get(name) == value for name, value in wanted.items()):
                found.append(record)
        return found

    def status(value: object, owed: int, end: date) -> str:
        if value >= owed:  # type: ignore[operator]
            return "MET"
        closed = as_of >= end
        if through < (end if closed else as_of) - timedelta(days=1):
            return "UNDETERMINED"
        return "NOT_MET" if closed else "PENDING"

    year = as_of.year if as_of.month >= 9 else as_of.year - 1
    start, end = date(year, 9, 1), date(year + 1, 9, 1)
    since = date(2020, 9, 1)
    cycle_start = date(2021 + (as_of.year - 2021) // 5 * 5, 1, 1)
    cycle_end = date(cycle_start.year + 5, 1, 1)
    researcher = "researcher" in person.roles
    honours = person.facts.get("honours", ())
    leading = researcher or "special-grade" in honours or "subject-leader" in honours  # type: ignore[operator]
    rural = any(
        honour in honours  # type: ignore[operator]
        for honour in ("special-grade", "subject-leader", "backbone", "key-trainee")
    )
    none = "NOT_APPLICABLE"
    statuses = []
    if researcher:
        books = {r.facts.get("book") for r in total("professional-reading", start, end)}
        statuses.append(status(len(books), 2, end))
    else:
        statuses.append(none)
    if researcher and person.facts.get("employment") == "full-time" and start >= since:
        statuses.append(status(len(total("training", start, end, away=True)), 1, end))
    else:
        statuses.append(none)
    if researcher:
        statuses.append(status(len(total("researcher-appraisal", start, end)), 1, end))
    else:
        statuses.append(none)
    statuses.append(none)  # expert groups
    if "teacher" in person.roles and person.stage in ("primary", "junior-high", "senior-high"):
        training = total("training", cycle_start, cycle_end, certified=True)
        statuses.append(status(sum(r.facts["hours"] for r in training), 360, cycle_end))  # type: ignore[misc]
    else:
        statuses.append(none)
    if person.facts.get("shadow_training"):
        days = {r.day for r in total("shadowing", start, end)}
        statuses.append(status(len(days), 25, end))
    else:
        statuses.append(none)
    if leading:
        statuses.append(status(len(total("large-activity", start, end)), 1, end))
        statuses.append(status(len(total("mentoring-plan", start, end)), 1, end))
        mentees = {r.facts.get("mentee") for r in total("mentoring", start, end)}
        statuses.append(status(len(mentees), 1, end))
    else:
        statuses += [none, none, none]
    if rural:
        done = total("lesson-delivery", start, end) + total("themed-activity", start, end)
        statuses.append(status(len(done), 2, end))
    else:
        statuses.append(none)
    statuses.append(none)  # weak schools
    return statuses


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
        f"{len(statuses)} quotas, statuses agree: {', '.join(statuses)}",
    )


if __name__ == "__main__":
    main()
