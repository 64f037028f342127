"""A plan of a city and what counties derive from it, as tests state them."""

import tomllib
from datetime import date
from typing import Any

from eduplan import (
    Period,
    Person,
    Plan,
    Record,
    Register,
    Verdict,
    dump_toml,
    evaluate,
    plan_from_table,
)

Table = dict[str, Any]
TEXT = {"zh": "培训", "en": "Training"}
REASON = {"zh": "本县没有此项工作", "en": "There is none in this county"}
YEAR = Period(date(2024, 9, 1), date(2025, 9, 1))


def quota(name: str, **changes: Any) -> Table:
    table = {
        "id": name,
        "clause": "三(五)1",
        "title": TEXT,
        "measure": {"sum": "hours", "of": "training"},
        "every": "school-year",
        "at_least": 72,
    }
    return {**table, **changes}


def city(*quotas: Table, **more: Any) -> Plan:
    """Return the plan of a city, from which counties derive theirs."""
    table = {
        "plan": {"id": "city", "title": TEXT},
        "document": {"title": TEXT},
        "clause": [{"number": number, "gist": TEXT} for number in ("三(五)1", "五")],
        "scales": {"level": ["school", "county", "city"]},
        "labels": {"training": TEXT},
        "quota": list(quotas) or [quota("hours"), quota("lessons", clause="五", force="must")],
        **more,
    }
    return plan_from_table(table)


def county_table(parent: Plan | str, *quotas: Table, clause: Any = (), **more: Any) -> Table:
    extends = {"plan": parent, "clause": clause} if clause else parent
    return {
        "plan": {"id": "county", "title": TEXT, "extends": extends},
        "document": {"title": TEXT},
        "clause": [{"number": number, "gist": TEXT} for number in ("一", "三")],
        "quota": list(quotas),
        **more,
    }


def county(parent: Plan | str, *quotas: Table, clause: Any = (), **more: Any) -> Plan:
    return plan_from_table(county_table(parent, *quotas, clause=clause, **more))


def judge(plan: Plan, *records: Record) -> list[Verdict]:
    register = Register(records, complete_through=date(2025, 8, 31))
    teacher = Person(id="t", roles=["teacher"])
    return list(evaluate(plan, [teacher], register, as_of=date(2025, 9, 1), during=YEAR))


def again(plan: Plan, parent: Plan) -> Plan:
    """Return a derived plan written down and read back, its parent handed over."""
    table = tomllib.loads(dump_toml(plan))
    extends = table["plan"]["extends"]
    table["plan"]["extends"] = {**extends, "plan": parent} if isinstance(extends, dict) else parent
    return plan_from_table(table)


ASKED: Table = {
    "question": [
        {"id": "how-many", "clause": "五", "asks": TEXT, "expects": "number"},
        {"id": "which", "clause": "五", "asks": TEXT, "expects": "number"},
    ],
    "answers": {"which": 7},
}


def asking() -> Plan:
    """Return a plan of the city with two questions, of which one is answered."""
    return city(quota("hours", at_least="?how-many"), quota("lessons", at_least="?which"), **ASKED)
