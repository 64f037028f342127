"""Targets: round trip, order, privacy, and naive oracles on small domains."""

import tomllib
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import (
    InputError,
    Period,
    Plan,
    Register,
    Target,
    Verdict,
    dump_json,
    dump_toml,
    evaluate,
    plan_from_table,
)
from eduplan.errors import Missing
from eduplan.exact import exact

TEXT = {"zh": "例", "en": "Example"}
DUE = date(2020, 12, 31)
AFTER = date(2021, 1, 1)
YEARS = Period(date(2018, 1, 1), AFTER)


def plan_with(**target: Any) -> Plan:
    return plan_from_table(
        {
            "plan": {"id": "p", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "scales": {"grade": ["C", "B", "A"]},
            "target": [{"id": "t", "clause": "1", "title": TEXT, **target}],
        }
    )


def judged(
    plan: Plan,
    bearers: Sequence[object],
    records: Sequence[object] = (),
    *,
    as_of: date = AFTER,
    through: date | None = DUE,
) -> Verdict:
    register = Register(records, complete_through=through)
    return next(iter(evaluate(plan, bearers, register, as_of=as_of, during=YEARS)))


def test_a_target_of_every_key_is_written_back_as_read() -> None:
    every = plan_with(
        indicator={
            "rate": "pass-rate",
            "of": ["exam", "indicator"],
            "where": {"grade": 3},
            "by": "school",
        },
        every="school-year",
        reach={"rises": "higher"},
        suppress_below=5,
        unit=TEXT,
    )
    milestones = plan_with(
        indicator={"rate": "pass-rate"},
        milestones=[
            {"by": date(2018, 12, 31), "at_least": "1/3"},
            {"by": date(2019, 6, 30), "change": {"points": "2.5", "on": 2018}},
            {"by": date(2019, 12, 31), "relative_to": {"upper": "1/2", "places": 11}},
            {"by": DUE, "relative_to": {"above": "pooled", "peers": {"level": "city"}}},
        ],
    )
    stock = plan_with(
        indicator={
            "measure": {"count": "course"},
            "stock": True,
            "among": {"type": "school", "opened": {"at_most": "@day"}},
        },
        milestones={
            "by": DUE,
            "at_least": 3,
            "split": [
                {"where": {"county": "x"}, "at_least": 2},
                {"where": {"county": "y", "inspected": {"at_most": "@day"}}, "at_least": 1},
            ],
        },
    )
    grade = plan_with(
        indicator={"value": "index", "scale": "grade"}, milestones={"by": DUE, "at_least": "A"}
    )
    people = plan_with(
        indicator={"count": {"type": "person"}, "distinct": "school"},
        milestones={"by": DUE, "below": 7},
    )
    for one in (every, milestones, stock, grade, people):
        assert plan_from_table(tomllib.loads(dump_toml(one))) == one
        assert dump_json(one)


@pytest.mark.parametrize(("parts", "adds_up"), [((20, 40), True), ((20, 39), False), ((), None)])
def test_whether_parts_come_to_the_whole_is_known_beforehand(
    parts: tuple[int, ...], adds_up: bool | None
) -> None:
    split = [{"where": {"county": f"c{i}"}, "at_least": part} for i, part in enumerate(parts)]
    plan = plan_with(
        indicator={"count": {"model": True}},
        milestones={"by": DUE, "at_least": 60, "split": split},
    )
    target = plan.provision("t")
    assert isinstance(target, Target)
    assert target.milestones[0].adds_up is adds_up


@pytest.mark.parametrize(
    "facts",
    [
        {"value": 85},
        {"value": "many"},
        {"numerator": 3, "denominator": 2},
        {"numerator": -1, "denominator": 2},
    ],
)
def test_a_rate_that_is_none_is_refused_without_its_value(facts: dict[str, Any]) -> None:
    plan = plan_with(indicator={"rate": "pass-rate"}, milestones={"by": DUE, "at_least": "85%"})
    record = {"id": "r", "kind": "indicator", "indicator": "pass-rate", "bearer": "a"}
    with pytest.raises(InputError, match="record r"):
        judged(plan, [{"id": "a"}], [{**record, "day": DUE, **facts}])


def test_where_neither_figure_nor_bound_is_known_only_what_is_missing_is_told() -> None:
    plan = plan_with(
        indicator={"rate": "pass-rate"}, every="calendar-year", reach={"rises": "higher"}
    )
    verdict = judged(plan, [{"id": "a"}], [])

    assert verdict.status == "UNDETERMINED"
    assert "known so far" not in verdict.explain("en")
    assert "已知" not in verdict.explain("zh")


def test_what_is_missing_is_told_alike_whatever_the_order_of_the_roster() -> None:
    plan = plan_with(
        indicator={"count": {"trained": True, "full_time": True}},
        milestones={"by": DUE, "at_least": 3},
    )
    people = [
        {"id": "p1", "trained": True},  # whether full-time is not known
        {"id": "p2", "full_time": True},  # whether trained is not
        {"id": "p3", "full_time": True},
    ]

    several = [
        judged(plan, [{"id": "s", "trained": False}, *some]) for some in permutations(people)
    ]

    assert {verdict.missing for verdict in several} == {
        (
            Missing("bearer-facts", {"field": "full_time", "count": 1}),
            Missing("bearer-facts", {"field": "trained", "count": 2}),
        )
    }
    assert len({verdict.explain("en") for verdict in several}) == 1


def test_few_people_are_told_nowhere() -> None:
    plan = plan_with(
        indicator={"share": {"passed": True}, "within": {"type": "pupil"}},
        milestones={
            "by": DUE,
            "at_least": "50%",
            "split": [{"where": {"grade": 7}, "at_least": "50%"}],
        },
        suppress_below=5,
    )
    pupils = [
        {"id": f"p{i}", "type": "pupil", "passed": i < 4, "grade": 7 if i < 3 else 8}
        for i in range(7)
    ]
    verdict = judged(plan, [{"id": "s", "type": "school"}, *pupils])

    assert verdict.value is None
    assert all(point.value is None for point in verdict.justification.points)
    told = verdict.explain("en") + verdict.explain("zh")
    assert "4 of 7" not in told, "the whole and one part would tell the other part"
    assert "57" not in told


@given(
    st.lists(st.tuples(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))),
    st.sampled_from(["0%", "1/3", "50%", "2/3", "100%"]),
    st.sampled_from(["at_least", "above", "at_most", "below"]),
)
def test_a_share_is_what_every_way_agrees_on(
    schools: list[tuple[bool | None, bool | None]], share: str, test: str
) -> None:
    schools = schools[:4]
    plan = plan_with(
        indicator={"share": {"compliant": True}, "within": {"small": True}},
        milestones={"by": DUE, test: share},
    )
    bearers: list[object] = [{"id": "city", "small": False}]
    for index, (small, compliant) in enumerate(schools):
        bearers.append({"id": f"s{index}", "small": small, "compliant": compliant})

    status = judged(plan, bearers).status.value

    bound = exact(share)
    holds = {
        "at_least": Fraction.__ge__,
        "above": Fraction.__gt__,
        "at_most": Fraction.__le__,
        "below": Fraction.__lt__,
    }[test]
    truths: set[bool | None] = set()
    for way in product(*([(s, c) for s in known(a) for c in known(b)] for a, b in schools)):
        whole = [compliant for small, compliant in way if small]
        truths.add(bool(holds(Fraction(sum(whole), len(whole)), bound)) if whole else None)
    wanted = {frozenset[bool | None]([True]): "MET", frozenset[bool | None]([False]): "NOT_MET"}
    if any(small for small, _ in schools):
        assert status == wanted.get(frozenset(truths), "UNDETERMINED")
    else:
        assert status == "UNDETERMINED"


def known(value: bool | None) -> list[bool]:
    return [True, False] if value is None else [value]


DAYS = [date(2020, 1, 1), date(2020, 6, 30), DUE, AFTER]
figure = st.fixed_dictionaries(
    {"day": st.sampled_from(DAYS), "value": st.integers(0, 3), "grade": st.sampled_from([3, 4])}
)


@given(st.lists(figure, max_size=4), st.permutations(range(4)), st.integers(0, 3))
def test_the_latest_figure_in_time_counts_whatever_the_order(
    figures: list[dict[str, Any]], order: list[int], bound: int
) -> None:
    plan = plan_with(
        indicator={"value": "index", "where": {"grade": 3}},
        milestones={"by": DUE, "at_least": bound},
    )
    records = [
        {"id": f"r{i}", "kind": "indicator", "indicator": "index", "bearer": "a", **one}
        for i, one in enumerate(figures)
    ]
    shuffled = [records[i] for i in order if i < len(records)]

    verdict = judged(plan, [{"id": "a"}], shuffled)

    assert verdict == judged(plan, [{"id": "a"}], records)
    inside = [one for one in figures if one["grade"] == 3 and one["day"] <= DUE]
    newest = max((one["day"] for one in inside), default=None)
    values = {one["value"] >= bound for one in inside if one["day"] == newest}
    wanted = {frozenset([True]): "MET", frozenset([False]): "NOT_MET"}
    assert verdict.status.value == wanted.get(frozenset(values), "UNDETERMINED")


@given(st.integers(0, 4), st.integers(0, 4), st.sampled_from(DAYS), st.booleans())
def test_a_stock_is_met_as_soon_as_it_is_there_and_missed_only_when_all_is_in(
    there: int, needed: int, as_of: date, complete: bool
) -> None:
    plan = plan_with(
        indicator={"measure": {"count": "course"}, "stock": True},
        milestones={"by": DUE, "at_least": needed},
    )
    records = [
        {"id": f"r{i}", "kind": "course", "day": date(2019, 1, 1), "bearer": "a"}
        for i in range(there)
    ]
    status = judged(
        plan, [{"id": "a"}], records, as_of=as_of, through=DUE if complete else None
    ).status.value
    if there >= needed:
        assert status == "MET"
    elif as_of == DAYS[0]:
        assert status == "PENDING", "the period begins today, and nothing has to be known yet"
    elif not complete:
        assert status == "UNDETERMINED"
    else:
        assert status == ("NOT_MET" if as_of > DUE else "PENDING")


@given(st.lists(st.integers(0, 3), max_size=4), st.integers(0, 3), st.integers(1, 5))
def test_a_place_is_one_more_than_those_above(others: list[int], own: int, rank: int) -> None:
    plan = plan_with(
        indicator={"value": "index"}, milestones={"by": DUE, "relative_to": {"rank": rank}}
    )
    head = {"kind": "indicator", "indicator": "index", "day": DUE}
    records = [{**head, "id": "own", "bearer": "a", "value": own}]
    records += [
        {**head, "id": f"r{i}", "bearer": f"x{i}", "value": value} for i, value in enumerate(others)
    ]
    verdict = judged(plan, [{"id": "a"}], records)
    place = 1 + sum(value > own for value in others)
    assert verdict.value == place
    assert verdict.status.value == ("MET" if place <= rank else "NOT_MET")


def test_records_of_another_figure_or_year_are_those_of_no_peer() -> None:
    # a is first with 3 over 2. Of c there are another figure and one of the year after, and of
    # neither is it known whether it is of the region: c has no figure to stand among.
    head = {"kind": "indicator", "day": DUE, "indicator": "index", "region": "east"}
    unknown = {"kind": "indicator", "bearer": "c", "value": 9}
    records = [
        {**head, "id": "1", "bearer": "a", "value": 3},
        {**head, "id": "2", "bearer": "b", "value": 2},
        {**unknown, "id": "3", "day": DUE, "indicator": "marks"},
        {**unknown, "id": "4", "day": AFTER, "indicator": "index"},
    ]
    reach = {"rank": 1, "peers": {"region": "east"}}
    plan = plan_with(indicator={"value": "index"}, milestones={"by": DUE, "relative_to": reach})

    verdict = judged(plan, [{"id": "a"}], records)

    assert (verdict.status.value, verdict.value) == ("MET", 1)
