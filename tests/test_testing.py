"""What is published for those who test: strategies that meet the edges, and a check that catches."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eduplan import Period, Person, Plan, Quota, Record, Register, Status, Verdict, evaluate
from eduplan.testing import Case, cases, check_evaluator, differences, registers
from eduplan.verdicts import VerdictRow, row_of

Judged = Iterable[Verdict | VerdictRow]


def reference(
    plan: Plan,
    bearers: Sequence[Person],
    records: Sequence[Record],
    *,
    as_of: date,
    complete_through: Mapping[str, date] | None,
    during: Period | None,
) -> Iterable[Verdict]:
    register = Register(records, complete_through=complete_through)
    return evaluate(plan, bearers, register, as_of=as_of, during=during)


def test_the_reference_agrees_with_itself() -> None:
    check_evaluator(reference, max_examples=100)


def test_rows_serve_as_well_as_verdicts() -> None:
    check_evaluator(lambda *given, **rest: map(row_of, reference(*given, **rest)), max_examples=50)


# ---------------------------------------------------------------- evaluators that are wrong


def with_quotas(plan: Plan, change: Callable[[Quota], Quota]) -> Plan:
    return attrs.evolve(
        plan, provisions=tuple(change(p) for p in plan.provisions if isinstance(p, Quota))
    )


def without_caps(quota: Quota) -> Quota:
    return attrs.evolve(quota, measure=attrs.evolve(quota.measure, caps=()))


def forgets_caps(plan: Plan, *given: Any, **rest: Any) -> Judged:
    return reference(with_quotas(plan, without_caps), *given, **rest)


def believes_every_register(*given: Any, complete_through: Any, **rest: Any) -> Judged:
    return reference(*given, complete_through={"*": date(2030, 1, 1)}, **rest)


def reads_one_day_too_far(*given: Any, as_of: date, **rest: Any) -> Judged:
    return reference(*given, as_of=as_of + timedelta(days=1), **rest)


def counts_later_records_too(
    plan: Plan, bearers: Any, records: Sequence[Record], *, as_of: date, **rest: Any
) -> Judged:
    moved = [attrs.evolve(r, day=min(r.day, as_of), last_day=None) for r in records]
    return reference(plan, bearers, moved, as_of=as_of, **rest)


def wants_more_than_the_bound(*given: Any, **rest: Any) -> Judged:
    for verdict in reference(*given, **rest):
        exactly = verdict.status is Status.MET and verdict.value == verdict.required
        yield attrs.evolve(verdict, status=Status.NOT_MET) if exactly else verdict


def takes_absent_for_false(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Judged:
    told = [attrs.evolve(r, facts={"passed": False, "mode": "none", **r.facts}) for r in records]
    return reference(plan, bearers, told, **rest)


def leaves_out_the_last_bearer(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Judged:
    return reference(plan, bearers[:-1], records, **rest)


def says_things_twice(*given: Any, **rest: Any) -> Judged:
    verdicts = list(reference(*given, **rest))
    return [*verdicts, *verdicts]


WRONG: list[Callable[..., Judged]] = [
    forgets_caps,
    believes_every_register,
    reads_one_day_too_far,
    counts_later_records_too,
    wants_more_than_the_bound,
    takes_absent_for_false,
    leaves_out_the_last_bearer,
    says_things_twice,
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_shows_in_some_hundreds_of_cases(wrong: Any) -> None:
    @settings(
        max_examples=1500,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def agrees(case: Case) -> None:
        assert not differences(wrong, case)

    with pytest.raises(AssertionError):
        agrees()


def test_a_wrong_evaluator_is_told_with_the_smallest_case() -> None:
    with pytest.raises(AssertionError) as caught:
        check_evaluator(believes_every_register)

    message = str(caught.value)
    assert "the reference: quota of t1" in message or "the evaluator: quota of t1" in message
    assert "[[quota]]" in message  # the plan, as one would write it down
    assert "as of 20" in message
    assert message.count("bearer {") == 1
    assert "record {" not in message


EMPTY = Case(
    plan=Plan(
        id="plan",
        title={"zh": "方案", "en": "plan"},
        document={"title": {"zh": "方案", "en": "plan"}},
        clauses=(),
        provisions=(),
    ),
    bearers=(Person(id="t1"),),
    records=(),
    as_of=date(2024, 8, 31),
    complete_through=None,
    during=None,
)
"""Somebody, and a plan that asks for nothing."""


def test_what_an_evaluator_raises_is_not_hidden() -> None:
    def broken(*given: Any, **rest: Any) -> Judged:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        check_evaluator(broken, cases=st.just(EMPTY))  # looking for a smaller one takes long

    told = "\n".join(caught.value.__notes__)  # the case, as one would write it down
    assert 'id = "plan"' in told
    assert "as of 2024-08-31" in told


def test_a_difference_is_told_in_a_line_for_each_side() -> None:
    row = VerdictRow("t1", "hours", None, Status.UNDETERMINED, 1, 2, 1, reasons=("question",))

    told = differences(lambda *_, **__: [row], EMPTY)

    assert told == (
        "the evaluator: hours of t1, no period: "
        "UNDETERMINED, value 1, required 2, shortfall 1, for question"
    )


# ---------------------------------------------------------------- what the strategies make


def test_cases_come_to_every_status_and_hit_bounds_exactly() -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=700,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def look(case: Case) -> None:
        verdicts = list(
            reference(
                *case[:3],
                as_of=case.as_of,
                complete_through=case.complete_through,
                during=case.during,
            )
        )
        seen.update({verdict.status.value for verdict in verdicts})
        seen.update({"exactly" for v in verdicts if v.value and v.value == v.required})
        seen.update({"capped" for v in verdicts if v.justification.caps})
        seen.update({"unknown" for v in verdicts if "record-fact" in {m.code for m in v.missing}})

    look()
    wanted = {*(status.value for status in Status), "exactly", "capped", "unknown"}
    assert {name for name in wanted if seen[name] >= 5} == wanted, seen


@given(register=registers())
def test_registers_are_registers(register: Register) -> None:
    assert len(register) <= 5
