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
from collections.abc import Sequence
from datetime import date
from typing import Any

import zen
from county_quotas import (
    AS_OF,
    BOOKS,
    MENTEES,
    THROUGH,
    check_the_loop,
    plain_loop,
    quotas_alone,
    teacher_and_records,
)
from harness import interleaved, report

import eduplan


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

    def inside(kind: str, more: str = "", start: str = "start", end: str = "$.e") -> str:
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

    cycle = {"start": "cstart", "end": "$.ce"}
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

    def zen_alone(*asked: Any) -> list[str]:
        return in_zen(decision, *asked)

    def zen_engine() -> list[str]:
        return in_zen(decision, person, records, AS_OF, THROUGH)

    compared = check_the_loop(plan, also=zen_alone)
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
