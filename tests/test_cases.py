"""Cases a research office can read: a sentence, a clause, records, and the verdict with its reason.

Every file in ``tests/cases`` holds cases of one subject. A case is a table ``[[case]]``:

``id``, ``zh``, ``en``
    its name, and what happened in both languages;
``plan`` with ``answers``
    a packaged plan and the answers to its open questions; or
``quota``, ``follow_up`` or another form (with ``scales``, ``horizon``, ``question``)
    provisions of its own, as in a plan file; ``title`` and ``clause`` may be left out;
``clause``
    the clause it is about;
``bearer``, ``record``
    who is judged, and what took place. A record without ``bearer`` is that of the only bearer;
    ``repeat = { times = 20, days = 2 }`` stands for twenty records, two days apart, with the ids
    ``x-1`` to ``x-20``;
``complete_through``, ``as_of``, ``during``, ``calendar``
    the register's declared completeness (a day, or days by kind), the day of judgement, the days
    asked about, and the packaged school calendar;
``expect``
    the verdicts that must come out. ``provision`` (left out where there is only one), ``bearer``
    (left out where there is only one), ``from`` (first day of the period) or ``trigger`` (id of the
    record to follow up) pick the verdict; ``status`` and whatever else is written down must hold,
    ``points`` being the statuses of the points it is made of, in their order, ``since`` and
    ``until`` the first day of the dated version that governs and of the one after it;
    ``because`` argues for the answer without looking at the program;
``owed``
    the first days of all periods in which something is owed, no more and no fewer.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from eduplan import (
    Group,
    Period,
    Person,
    Plan,
    Record,
    Register,
    School,
    Status,
    Verdict,
    available_plans,
    evaluate,
    load_calendar,
    load_plan,
    plan_from_table,
)
from eduplan.provisions import FORMS
from eduplan.selectors import getter

FOLDER = Path(__file__).parent / "cases"
Table = Mapping[str, Any]

CASE_KEYS = {
    "id",
    "zh",
    "en",
    "plan",
    "answers",
    *FORMS,
    "scales",
    "horizon",
    "question",
    "clause",
    "bearer",
    "record",
    "complete_through",
    "as_of",
    "during",
    "calendar",
    "expect",
    "owed",
}
EXPECT_KEYS = {
    "provision",
    "bearer",
    "from",
    "trigger",
    "status",
    "to",
    "value",
    "required",
    "shortfall",
    "due",
    "days_left",
    "behind",
    "counted",
    "count",
    "amounts",
    "missing",
    "left_out",
    "reason",
    "members",
    "points",
    "since",
    "until",
    "because",
}


def cases() -> list[tuple[str, Table]]:
    """Return every case with the name of its file."""
    return [
        (path.stem, case)
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text("utf-8"))["case"]
    ]


CASES = cases()
by_name = pytest.mark.parametrize(
    "case", [case for _, case in CASES], ids=[f"{file}:{case['id']}" for file, case in CASES]
)


def plan_of(case: Table) -> Plan:
    """Return the plan of a case: a packaged one with its answers, or one of the case's own."""
    if "plan" in case:
        return load_plan(case["plan"]).answer(case.get("answers", {}))
    return plan_from_table(table_of(case))


def table_of(case: Table) -> dict[str, Any]:
    """Return the tables of a case's own plan."""
    text = {"zh": case["zh"], "en": case["en"]}
    table: dict[str, Any] = {
        "plan": {"id": "case", "title": text},
        "document": {"title": text},
        "clause": [{"number": case["clause"], "gist": text}],
    }
    if "horizon" in case:
        table["plan"]["horizon"] = case["horizon"]
    for key in ("scales", "question"):
        if key in case:
            table[key] = case[key]
    for form in FORMS:
        if form in case:
            head = {"clause": case["clause"], "title": text}
            table[form] = [{**head, **provision} for provision in case[form]]
    return table


def records_of(case: Table) -> list[dict[str, Any]]:
    """Return the records of a case, repetitions written out and the only bearer filled in."""
    found = []
    for spelled in case.get("record", ()):
        record = dict(spelled)
        if len(case["bearer"]) == 1:
            record.setdefault("bearer", case["bearer"][0]["id"])
        repeat = record.pop("repeat", None)
        if repeat is None:
            found.append(record)
            continue
        for index in range(repeat["times"]):
            day = record["day"] + timedelta(days=index * repeat["days"])
            found.append({**record, "id": f"{record['id']}-{index + 1}", "day": day})
    return found


def as_bearer(table: Table) -> object:
    """Return a bearer's table as the library's own type."""
    facts = dict(table)
    kind = facts.pop("type", "person")
    own: dict[str, Any] = {k: facts.pop(k) for k in ("id", "name") if k in facts}
    if isinstance(facts.get("stage"), str):  # several stages are a fact
        own["stage"] = facts.pop("stage")
    if kind == "person":
        own |= {k: facts.pop(k) for k in ("school", "joined", "left") if k in facts}
        roles = facts.pop("role", [])
        roles = [roles] if isinstance(roles, str) else roles
        return Person(**own, roles=roles, facts=facts)
    if kind in ("school", "research-office"):
        return School(**own, type=kind, facts=facts)
    own |= {k: facts.pop(k) for k in ("school", "members") if k in facts}
    return Group(**own, type=kind, facts=facts)


def as_record(table: Table) -> Record:
    """Return a record's table as the library's own type."""
    facts = dict(table)
    keys = ("id", "kind", "day", "bearer", "last_day")
    own = {key: facts.pop(key) for key in keys if key in facts}
    return Record(**own, facts=facts)


def judge(case: Table, bearers: Sequence[object], records: Sequence[object]) -> list[Verdict]:
    during = case.get("during")
    return list(
        evaluate(
            plan_of(case),
            bearers,
            Register(records, complete_through=case.get("complete_through")),
            as_of=case["as_of"],
            calendar=load_calendar(case["calendar"]) if "calendar" in case else None,
            during=Period(during["from"], during["to"]) if during else None,
        )
    )


def picked(verdicts: Sequence[Verdict], expect: Table) -> Verdict:
    """Return the one verdict an expectation speaks of."""
    found = [
        verdict
        for verdict in verdicts
        if verdict.provision == expect.get("provision", verdict.provision)
        and verdict.bearer_id == expect.get("bearer", verdict.bearer_id)
        and ("from" not in expect or (verdict.period and verdict.period.start == expect["from"]))
        and ("trigger" not in expect or ids(verdict)[:1] == [expect["trigger"]])
    ]
    told = [(v.provision, v.bearer_id, v.period, v.status.value) for v in found]
    assert len(found) == 1, f"the expectation must pick one verdict, not these: {told}"
    return found[0]


def ids(verdict: Verdict) -> list[str]:
    return [getter(record)("id") for record in verdict.justification.counted]


def told(verdict: Verdict) -> dict[str, object]:
    """Return everything an expectation can speak of."""
    found = verdict.justification
    governing = verdict.citation.governing
    return {
        "status": verdict.status.value,
        "to": verdict.period.end if verdict.period else None,
        "value": verdict.value,
        "required": verdict.required,
        "shortfall": verdict.shortfall,
        "due": verdict.due,
        "days_left": verdict.days_left,
        "behind": verdict.behind,
        "counted": ids(verdict),
        "count": len(found.counted),
        "amounts": list(found.amounts),
        "missing": [missing.code for missing in verdict.missing],
        "left_out": {
            group.reason: sorted(getter(record)("id") for record in group.records)
            for group in found.left_out
        },
        "reason": found.reason.code if found.reason else None,
        "members": found.members,
        "points": [point.status.value for point in found.points],
        "since": governing.since if governing else None,
        "until": governing.until if governing else None,
    }


def figures(expect: Table) -> dict[str, object]:
    """Return what is written down, amounts such as "1/3" as exact numbers."""
    wanted = {key: value for key, value in expect.items() if key in told_keys}
    for key in ("value", "required", "shortfall"):
        if key in wanted:
            wanted[key] = Fraction(str(wanted[key]))
    if "amounts" in wanted:
        wanted["amounts"] = [Fraction(str(amount)) for amount in expect["amounts"]]
    return wanted


told_keys = EXPECT_KEYS - {"provision", "bearer", "from", "trigger", "because"}


@by_name
@pytest.mark.parametrize("form", ["tables", "values", "backwards"])
def test_the_verdict_is_the_one_argued_for(case: Table, form: str) -> None:
    """Judge a case as tables, as the library's own values, and with everything in reverse order."""
    bearers: list[object] = list(case["bearer"])
    records: list[object] = list(records_of(case))
    if form == "values":
        bearers = [as_bearer(bearer) for bearer in case["bearer"]]
        records = [as_record(record) for record in records_of(case)]
    elif form == "backwards":
        bearers.reverse()
        records.reverse()
    verdicts = judge(case, bearers, records)

    for expect in case.get("expect", ()):
        found = told(picked(verdicts, expect))
        wanted = figures(expect)
        assert {key: found[key] for key in wanted} == wanted, expect["because"]
    for owed in case.get("owed", ()):
        starts = [
            verdict.period.start
            for verdict in verdicts
            if verdict.period
            and verdict.provision == owed.get("provision", verdict.provision)
            and verdict.bearer_id == owed.get("bearer", verdict.bearer_id)
        ]
        assert starts == owed["first_days"], owed["because"]


@by_name
def test_every_case_is_written_out(case: Table) -> None:
    assert set(case) <= CASE_KEYS
    assert {"id", "zh", "en", "clause", "bearer", "as_of"} <= set(case)
    assert ("plan" in case) != bool(set(FORMS) & set(case))
    assert case.get("expect") or case.get("owed")
    for expect in case.get("expect", ()):
        assert set(expect) <= EXPECT_KEYS
        assert {"status", "because"} <= set(expect)
        assert len(expect["because"]) >= 20, "give the reason, not a word"
        assert expect["status"] in list(Status)
    for owed in case.get("owed", ()):
        assert set(owed) <= {"provision", "bearer", "first_days", "because"}
        assert all(isinstance(day, date) for day in owed["first_days"])
        assert owed["because"]


def test_no_two_cases_have_the_same_name() -> None:
    names = [case["id"] for _, case in CASES]
    assert len(names) == len(set(names))


def clause_of(plan: Plan, provision: str) -> Iterator[str]:
    yield from plan.provision(provision).clause


@by_name
def test_a_case_cites_a_clause_of_its_plan(case: Table) -> None:
    if "plan" not in case:
        return
    plan = load_plan(case["plan"])
    cited = {
        number
        for expect in [*case.get("expect", ()), *case.get("owed", ())]
        for number in clause_of(plan, expect["provision"])
    }
    assert case["clause"] in cited


@pytest.mark.parametrize("name", available_plans())
def test_every_provision_has_a_case_that_is_met_and_one_that_is_not(name: str) -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for _, case in CASES:
        if case.get("plan") == name:
            for expect in case.get("expect", ()):
                reached[expect["provision"]].add(expect["status"])
    lacking = {
        provision.id: sorted({"MET", "NOT_MET"} - reached[provision.id])
        for provision in load_plan(name).provisions
        if not reached[provision.id] >= {"MET", "NOT_MET"}
    }
    assert lacking == {}
