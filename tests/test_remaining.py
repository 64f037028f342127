"""What is still needed: exactly enough, and no less would do."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import attrs
import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from eduplan import (
    InputError,
    Period,
    Record,
    Register,
    Remaining,
    Status,
    Verdict,
    evaluate,
    plan_from_table,
    remaining,
)
from eduplan.exact import Number
from eduplan.outlook import Piece
from eduplan.outlook.least import least

CYCLE = Period(date(2023, 1, 1), date(2025, 1, 1))
AS_OF = date(2024, 3, 10)
DAYS = [date(2023, 2, 1), date(2023, 12, 31), date(2024, 1, 1), date(2024, 3, 10)]
FIELDS = ("a", "b")


def judged(quota: dict[str, Any], records: Sequence[Record], as_of: date, **bearer: Any) -> Verdict:
    """Judge one teacher by one quota over 2023 and 2024, all that took place being known."""
    plan = plan_from_table(
        {
            "plan": {"id": "p", "title": {"zh": "计划", "en": "Plan"}},
            "document": {"title": {"zh": "文件", "en": "Document"}},
            "clause": [{"number": "1", "gist": {"zh": "每人每两年", "en": "Every two years"}}],
            "quota": [
                {
                    "id": "hours",
                    "clause": "1",
                    "title": {"zh": "培训学时", "en": "Training hours"},
                    "unit": {"zh": "学时", "en": "hours"},
                    "every": {"cycle": "2 years", "grid": CYCLE.start},
                    **quota,
                }
            ],
        }
    )
    register = Register(records, complete_through=as_of)
    [verdict] = evaluate(plan, [{"id": "t", **bearer}], register, as_of=as_of, during=CYCLE)
    return verdict


def record(number: int, day: date, hours: Number, **facts: Any) -> Record:
    facts = {"hours": hours, **dict.fromkeys(FIELDS, False), **facts}
    return Record(id=f"r{number:03}", kind="training", day=day, bearer="t", facts=facts)


def made(quota: dict[str, Any], pieces: Sequence[Piece]) -> list[Record]:
    """Return records that are what the pieces ask for, and nothing else."""
    parts = {part["id"]: part for part in quota.get("part", ())}
    found: list[Record] = []
    for piece in pieces:
        keys = [(name, "where") for name in piece.fits] + [
            (name, "within") for name in piece.within
        ]
        facts = {field: True for name, key in keys for field in parts[name].get(key, {})}
        each = 1 if "count" in quota["measure"] else piece.amount
        for _ in range(int(piece.amount / each)):
            found.append(record(500 + len(found), piece.days.last, each, **facts))
    return found


SELECTORS = st.sampled_from([{"a": True}, {"b": True}, {"a": True}, {"b": True}, {}])


@st.composite
def quotas(draw: st.DrawFn) -> dict[str, Any]:
    parts = []
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["amount", "amount", "shared", "share", "yearly", "every"]))
        part: dict[str, Any] = {"id": f"p{number}", "where": draw(SELECTORS)}
        bound = draw(st.sampled_from(["at_least", "at_least", "at_least", "at_most"]))
        part[bound] = draw(st.sampled_from([1, 2, 3, 5]))
        if kind == "share":
            part["within"] = draw(SELECTORS)
            part[bound] = draw(st.sampled_from(["1/2", "1/3", "3/4", 1, 0]))
        elif kind == "shared":
            part["shared"] = True
        elif kind != "amount":
            part |= {"yearly": True} if kind == "yearly" else {"every": "school-year"}
        parts.append(part)
    ways = [{"sum": "hours", "of": "training"}, {"count": "training"}]
    return {
        "measure": draw(st.sampled_from(ways)),
        "at_least": draw(st.integers(0, 6)),
        "part": parts,
    }


@st.composite
def registers(draw: st.DrawFn) -> list[Record]:
    hours: st.SearchStrategy[Number] = st.sampled_from([1, 2, 3, Fraction(1, 2)])
    return [
        record(
            number,
            draw(st.sampled_from(DAYS)),
            draw(hours),
            **{field: draw(st.booleans()) for field in FIELDS},
        )
        for number in range(draw(st.integers(0, 4)))
    ]


def without_a_bit(pieces: Sequence[Piece], *, whole: bool) -> list[list[Piece]]:
    """Return the pieces with a little less of one of them."""
    bit = 1 if whole else Fraction(1, 60)
    return [
        [attrs.evolve(one, amount=one.amount - bit * (i == j)) for j, one in enumerate(pieces)]
        for i in range(len(pieces))
        if pieces[i].amount >= bit
    ]


@given(quotas(), registers())
@example({"measure": {"count": "training"}, "at_least": 2, "part": []}, [])
@example(
    {
        "measure": {"sum": "hours", "of": "training"},
        "at_least": 1,
        "part": [{"id": "p", "where": {"a": True}, "within": {"b": True}, "at_most": 0}],
    },
    [],
)
@example(
    {
        "measure": {"sum": "hours", "of": "training"},
        "at_least": 1,
        "part": [
            {"id": "few", "where": {"b": True}, "at_most": 3},
            {"id": "yearly", "where": {"b": True}, "at_least": 1, "yearly": True},
        ],
    },
    [record(1, DAYS[0], 3, b=True)],
)
def test_adding_exactly_that_makes_it_met(quota: dict[str, Any], records: list[Record]) -> None:
    verdict = judged(quota, records, AS_OF)
    found = remaining(verdict)
    assert found.explain("en").endswith(".")
    assert found.explain("zh").endswith("。")
    event(f"possible: {found.possible}, status: {verdict.status}")
    if not found.possible:
        return
    assert found.amount is not None
    assume(not any(need.code.startswith("records") for need in found.parts))  # any hour will do
    after = judged(quota, [*records, *made(quota, found.pieces)], CYCLE.end)
    if verdict.status is not Status.MET:
        assert after.status is Status.MET, after.explain("en")
    assert sum(piece.amount for piece in found.pieces) == found.amount
    whole = "count" in quota["measure"]
    for fewer in without_a_bit(found.pieces, whole=whole):
        less = judged(quota, [*records, *made(quota, fewer)], CYCLE.end)
        assert less.status is not Status.MET


@given(quotas(), registers())
def test_no_fewer_records_of_any_kind_would_do(
    quota: dict[str, Any], records: list[Record]
) -> None:
    quota = {**quota, "measure": {"count": "training"}}
    found = remaining(judged(quota, records, AS_OF))
    most = 3 if not found.possible else min(int(found.amount or 0), 4)
    days = (date(2024, 3, 10), date(2024, 8, 31), date(2024, 12, 31))
    kinds = list(product(days, (True, False), (True, False)))
    for count in range(most):
        for several in combinations_with_replacement(kinds, count):
            added = [record(500 + i, d, 1, a=a, b=b) for i, (d, a, b) in enumerate(several)]
            after = judged(quota, [*records, *added], CYCLE.end)
            assert after.status is not Status.MET


def needs(found: Remaining) -> dict[str, tuple[str, Number | None]]:
    return {need.id: (need.code, need.amount) for need in found.parts}


HOURS = {"measure": {"sum": "hours", "of": "training"}}
ETHICS = {"id": "ethics", "title": {"zh": "师德", "en": "Ethics"}, "where": {"a": True}}
CRAFT = {"id": "craft", "title": {"zh": "技能", "en": "Craft"}, "where": {"b": True}}


def test_an_hour_may_serve_the_whole_and_a_part_and_a_year() -> None:
    parts = [{**ETHICS, "at_least": 10}, {"id": "yearly", "yearly": True, "at_least": 8}]
    quota = {**HOURS, "at_least": 20, "part": parts}
    found = remaining(judged(quota, [record(1, DAYS[0], 8)], AS_OF))

    assert found.amount == 12
    assert needs(found) == {"ethics": ("least", 10), "yearly": ("least-in", 8)}
    assert found.explain("en") == (
        "t: Training hours: at least 12 hours more by 31 December 2024, of which "
        "Ethics 10 hours; yearly (2024) 8 hours."
    )


def test_a_year_that_is_over_can_no_longer_be_made_up() -> None:
    quota = {**HOURS, "at_least": 20, "part": [{"id": "yearly", "yearly": True, "at_least": 8}]}
    found = remaining(judged(quota, [record(1, DAYS[0], 7), record(2, DAYS[3], 9)], AS_OF))

    assert not found.possible
    assert found.amount == 4
    assert found.explain("zh") == (
        "t：培训学时至少还需4学时，截止2024年12月31日，其中yearly（至2023年12月31日）已无法补足"
        "；但有要求已无法补足。"
    )


def test_an_upper_bound_that_is_broken_stays_so() -> None:
    quota = {**HOURS, "at_least": 20, "part": [{**ETHICS, "at_most": 8}]}
    found = remaining(judged(quota, [record(1, DAYS[0], 9, a=True)], AS_OF))

    assert (found.amount, found.possible) == (None, False)
    assert [(need.id, need.code, need.amount) for need in found.parts] == [
        (ETHICS["id"], "exceeded", None)
    ]
    assert found.explain("en") == (
        "t: Training hours: cannot be reached any more: Ethics is above what is allowed."
    )
    assert found.explain("zh") == "t：培训学时已无法达到：“师德”已超过上限。"


def test_what_is_met_or_over_or_not_known() -> None:
    quota = {**HOURS, "at_least": 5}
    met = remaining(judged(quota, [record(1, DAYS[0], 5)], AS_OF))
    over = remaining(judged(quota, [record(1, DAYS[0], 2)], CYCLE.end))
    unknown = remaining(judged({**quota, "bearer": {"role": "x"}}, [], AS_OF))
    joined = remaining(judged(quota, [], AS_OF, joined=date(2024, 2, 1)))

    assert (met.amount, met.possible) == (0, True)
    assert (over.amount, over.possible) == (3, False)
    assert over.explain("en").endswith(
        "due by 31 December 2024, which is over; 3 hours were missing."
    )
    assert unknown.amount is None
    assert joined.amount is None
    assert joined.explain("en").endswith("it is not known how much is owed.")


def test_an_upper_bound_of_the_whole() -> None:
    quota = {**HOURS, "at_most": 5}

    assert remaining(judged(quota, [record(1, DAYS[0], 5)], AS_OF)).amount == 0
    assert not remaining(judged(quota, [record(1, DAYS[0], 6)], AS_OF)).possible


def test_shares_and_other_forms_tell_no_amount() -> None:
    share = {"measure": {"share": {"a": True}, "of": "training"}, "at_least": "1/2"}
    with pytest.raises(InputError, match="only a duty with an amount"):
        remaining(judged(share, [], AS_OF))


def test_least_sums() -> None:
    assert least([((1, 1, 0), 3), ((0, 1, 1), 3)], 3) == [0, 3, 0]
    assert least([((2, 1), 3), ((1, 2), 3)], 2) == [1, 1]
    assert least([((2,), 1)], 1) == [Fraction(1, 2)]
    assert least([((2,), 1)], 1, whole=True) == [1]
    assert least([((1, -1), 1), ((-1, 1), 0)], 2) is None
