"""Plans of one provision, and what is said of bearers under them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from eduplan import Plan, Register, Verdict, evaluate, plan_from_table
from eduplan.exports import verdicts_to_json
from eduplan.facts import getter

DAY = timedelta(days=1)
TEXT = {"zh": "规定", "en": "provision"}


def plan_with(*, quota: Any = None, follow_up: Any = None, **parts: Any) -> Plan:
    """Return a plan of one provision, ``duty``."""
    head = {"id": "duty", "clause": "1", "title": TEXT}
    table = {
        "plan": {"id": "plan", "title": TEXT, **parts},
        "document": {"title": TEXT},
        "clause": [{"number": "1", "gist": TEXT}],
    }
    if quota is not None:
        table["quota"] = [{**head, **quota}]
    if follow_up is not None:
        table["follow_up"] = [{**head, **follow_up}]
    return plan_from_table(table)


def judged(
    plan: Plan,
    bearers: Iterable[object],
    records: Iterable[object],
    as_of: date,
    complete: date | Mapping[str, date] | None = None,
    **options: Any,
) -> list[Verdict]:
    register = Register(records, complete_through=complete)
    return list(evaluate(plan, bearers, register, as_of=as_of, **options))


def id_of(record: object) -> str:
    return str(getter(record)("id"))


def lines(verdicts: Iterable[Verdict]) -> list[str]:
    """Return everything the verdicts say, one text a verdict, in an order of their own."""
    return sorted(json.dumps(v) for v in json.loads(verdicts_to_json(verdicts))["verdicts"])
