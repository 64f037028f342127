"""Attestations: the last answer that holds, whatever the order, against an oracle of its own."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from eduplan import (
    Plan,
    Record,
    Register,
    Status,
    Verdict,
    dump_json,
    dump_toml,
    evaluate,
    plan_from_table,
)

AS_OF = date(2025, 6, 1)
TEXT = {"zh": "例", "en": "example"}

answers = st.lists(
    st.fixed_dictionaries(
        {
            "days_ago": st.integers(-1, 4).map(lambda n: 30 * n),
            "result": st.sampled_from(["yes", "no", None]),
            "judge_role": st.sampled_from(["principal", "teacher", None]),
        }
    ),
    max_size=4,
)


def plan_with(**keys: Any) -> Plan:
    rule = {"id": "a", "clause": "1", "title": TEXT, "asks": TEXT, "judges": TEXT, **keys}
    return plan_from_table(
        {
            "plan": {"id": "town", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "attestation": [rule],
        }
    )


def verdict_on(given: Sequence[Mapping[str, Any]], **keys: Any) -> Verdict:
    records = [
        Record(
            id=f"r{index}",
            kind="attestation",
            day=AS_OF - timedelta(days=one["days_ago"]),
            bearer="x",
            facts={"attests": "a", "result": one["result"], "judge_role": one["judge_role"]},
        )
        for index, one in enumerate(given)
    ]
    (verdict,) = evaluate(plan_with(**keys), [{"id": "x"}], Register(records), as_of=AS_OF)
    return verdict


def told(given: Sequence[Mapping[str, Any]]) -> set[str | None]:
    """Return what the last day's answers say: of those who may judge, up to the day."""
    valid = [one for one in given if one["days_ago"] >= 0 and one["judge_role"] == "principal"]
    last = min((one["days_ago"] for one in valid), default=None)
    return {one["result"] for one in valid if one["days_ago"] == last} or {None}


def worlds(given: Sequence[Mapping[str, Any]]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Return the answers as they may be once it is known who judged."""
    found: list[list[Mapping[str, Any]]] = [[]]
    for one in given:
        roles = [one["judge_role"]] if one["judge_role"] else ["principal", "teacher"]
        found = [[*world, {**one, "judge_role": role}] for world in found for role in roles]
    return found


@given(answers)
def test_the_last_answer_holds_whoever_may_have_judged(given: list[dict[str, Any]]) -> None:
    says = [told(world) for world in worlds(given)]
    expected = Status.UNDETERMINED
    for result, status in (("yes", Status.MET), ("no", Status.NOT_MET)):
        if all(said == {result} for said in says):
            expected = status

    verdict = verdict_on(given, judge={"judge_role": "principal"})

    assert verdict.status is expected
    assert bool(verdict.missing) is (expected is Status.UNDETERMINED)


@given(answers)
def test_the_order_of_records_does_not_matter(given: list[dict[str, Any]]) -> None:
    assert verdict_on(given).status is verdict_on(given[::-1]).status


@given(st.integers(0, 4), st.sampled_from(["yes", "no"]), st.integers(1, 4))
def test_an_answer_holds_so_many_full_months(months_ago: int, result: str, months: int) -> None:
    given = [{"days_ago": 0, "result": result, "judge_role": None}]
    day = AS_OF.replace(month=AS_OF.month - months_ago)
    given[0]["days_ago"] = (AS_OF - day).days
    status = verdict_on(given, holds=f"{months} months").status

    if months_ago >= months:
        assert status is Status.UNDETERMINED
    else:
        assert status is (Status.MET if result == "yes" else Status.NOT_MET)


def test_an_attestation_is_written_back_as_it_was_read() -> None:
    plan = plan_with(
        judge={"judge_role": ["principal", "dean"]},
        evidence=TEXT,
        every="school-year",
        answers={
            "kind": "inspection",
            "where": {"topic": "climate"},
            "result": "grade",
            "positive": ["excellent", "good"],
            "negative": ["poor"],
        },
    )
    assert plan_from_table(tomllib.loads(dump_toml(plan))) == plan
    assert plan_from_table(json.loads(dump_json(plan))) == plan
    assert dump_toml(plan_with(holds="12 months")).count("answers") == 0
