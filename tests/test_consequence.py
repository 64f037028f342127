"""Consequences: amounts against a naive oracle, and laws of what follows."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
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
from eduplan.dates import Period
from eduplan.provisions.worth import as_worth

YEAR = Period(date(2024, 9, 1), date(2025, 9, 1))
TEXT = {"zh": "例", "en": "example"}

edges = st.lists(
    st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=4, unique=True
).map(sorted)
figures = st.sampled_from([Fraction(n, 2) for n in range(15)])


def table_of(edges_: Sequence[tuple[int, bool]], **besides: Any) -> dict[str, Any]:
    """Return a table of steps whose amounts are 10, 20, 30 and so on."""
    steps = [
        {("above" if strict else "at_least"): edge, "amount": 10 * (index + 1)}
        for index, (edge, strict) in enumerate(edges_)
    ]
    return {"per": "value", "steps": steps, **besides}


@given(edges, figures)
def test_a_table_of_steps_gives_what_going_through_it_by_hand_gives(
    edges_: list[tuple[int, bool]], figure: Fraction
) -> None:
    by_hand = 0
    for index, (edge, strict) in enumerate(edges_):
        if figure > edge or (figure == edge and not strict):
            by_hand = 10 * (index + 1)

    assert as_worth(table_of(edges_)).amount(figure) == by_hand


@given(edges, figures, st.integers(0, 40), st.integers(0, 40))
def test_a_floor_and_a_cap_hold_and_change_nothing_between(
    edges_: list[tuple[int, bool]], figure: Fraction, floor: int, more: int
) -> None:
    plain = as_worth(table_of(edges_)).amount(figure)
    bounded = as_worth(table_of(edges_, floor=floor, cap=floor + more)).amount(figure)

    assert floor <= bounded <= floor + more
    assert bounded == plain or bounded in (floor, floor + more)
    assert bounded == plain or not floor <= plain <= floor + more


@given(figures, st.integers(0, 5), st.sampled_from([None, 1, 2, Fraction(3, 2)]))
def test_a_rate_counts_full_units_or_parts(
    figure: Fraction, rate: int, each: Fraction | int | None
) -> None:
    table: dict[str, Any] = {"rate": rate, "per": "value"}
    by_hand = rate * figure
    if each is not None:
        table["each"] = str(each)
        units = 0
        while (units + 1) * each <= figure:
            units += 1
        by_hand = Fraction(rate * units)

    assert as_worth(table).amount(figure) == by_hand


@given(edges, figures, figures, st.none() | st.integers(0, 40))
def test_what_is_settled_does_not_change_any_more(
    edges_: list[tuple[int, bool]], figure: Fraction, more: Fraction, cap: int | None
) -> None:
    for table in (table_of(edges_), {"rate": 3, "per": "value", "cap": cap}):
        worth = as_worth({key: value for key, value in table.items() if value is not None})
        if worth.settled_from(figure):
            assert worth.amount(figure + more) == worth.amount(figure)


def plan_with(**keys: Any) -> Plan:
    head = {"clause": "1", "title": TEXT}
    quota = {"id": "q", "measure": {"count": "award"}, "every": "school-year", "at_least": 2}
    return plan_from_table(
        {
            "plan": {"id": "town", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "quota": [{**head, **quota}],
            "consequence": [{**head, "id": "c", "verdict": "q", **keys}],
        }
    )


def verdicts_on(
    plan: Plan, days: Sequence[date], as_of: date, complete: bool
) -> Mapping[str, Verdict]:
    records = [Record(id=f"r{n}", kind="award", day=day, bearer="x") for n, day in enumerate(days)]
    register = Register(records, complete_through=date(2026, 1, 1) if complete else None)
    found = evaluate(plan, [{"id": "x"}], register, as_of=as_of, during=YEAR)
    return {verdict.provision: verdict for verdict in found}


some_days = st.lists(st.integers(20, 27).map(lambda day: date(2025, 8, day)), max_size=3)
statuses = st.lists(st.sampled_from(["MET", "NOT_MET"]), min_size=1, max_size=2, unique=True)


@given(some_days, st.integers(25, 31), st.booleans(), statuses)
def test_it_follows_exactly_where_the_verdict_has_that_status(
    days: list[date], last: int, complete: bool, wanted: list[str]
) -> None:
    plan = plan_with(status=wanted, effect="praise")
    for as_of in (date(2025, 8, last), date(2025, 9, 1)):
        found = verdicts_on(plan, days, as_of, complete)
        said, follows = found["q"].status, found["c"].status

        if said in (Status.PENDING, Status.UNDETERMINED):
            assert follows is said
            assert found["c"].missing == found["q"].missing
        else:
            assert follows is (Status.MET if said in wanted else Status.NOT_APPLICABLE)


def test_a_consequence_is_written_back_as_it_was_read() -> None:
    acts = {"kind": "commendation", "where": {"level": "city"}, "within": {"end_of": "term"}}
    for amount in (
        200,
        "-12.5",
        {"rate": "1/3", "per": "shortfall", "each": 10, "floor": 1, "cap": "7.5"},
        table_of([(1, False), (1, True)]),
    ):
        plan = plan_with(status=["NOT_MET"], effect="award", amount=amount, carried_out=acts)

        assert plan_from_table(tomllib.loads(dump_toml(plan))) == plan
        assert plan_from_table(json.loads(dump_json(plan))) == plan


def test_who_is_to_be_told_reads_as_a_sentence() -> None:
    plan = plan_with(
        status="NOT_MET",
        effect="deduction",
        amount={"rate": 50, "per": "shortfall"},
        unit={"zh": "元", "en": "yuan"},
    )
    verdict = verdicts_on(plan, [], date(2025, 9, 1), True)["c"]

    assert verdict.explain("en") == (
        "x: example - a deduction of 100 yuan follows: example: not met, school year 2024-25 "
        "(town 1)."
    )
    assert "应予扣减100元" in verdict.explain("zh")
