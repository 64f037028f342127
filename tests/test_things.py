"""Shares of different things, such as courses, held against everything the unknown could be."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from choosing import AS_OF, BY, course, plan_of
from eduplan import InputError, Period, Register, Status, evaluate, remaining, suggest

DAY = date(2022, 5, 1)


class Attended(NamedTuple):
    """A record: the courses it names, whether it is central, and whether it fits the tier.

    None stands for what is not stated.
    """

    courses: tuple[str, ...] | None
    central: bool | None
    fits: bool | None


TRUTHS = st.sampled_from([True, True, False, None])
RECORDS = st.builds(
    Attended,
    courses=st.sampled_from([("A",), ("A",), ("B",), ("A", "B"), ("B", "C"), None]),
    central=TRUTHS,
    fits=TRUTHS,
)
BOUNDS = st.sampled_from(
    [("at_least", "1/2"), ("at_least", "2/3"), ("at_least", 1), ("at_most", "1/2"), ("at_most", 0)]
)


def judged(records: Sequence[Attended], bound: tuple[str, Any], as_of: date = BY) -> Any:
    key, share = bound
    part = {"id": "share", "where": {"fits": True}, "within": {"central": True}, key: share}
    plan = plan_of(at_least=0, part=[{**part, "distinct": "course"}])
    rows = []
    for number, one in enumerate(records):
        facts = {"course": one.courses, "central": one.central, "fits": one.fits}
        row = {"id": f"r{number}", "kind": "training", "day": DAY, "bearer": "t", "hours": 1}
        rows.append({**row, **{name: fact for name, fact in facts.items() if fact is not None}})
    register = Register(rows, complete_through=as_of)
    during = Period(date(2021, 1, 1), date(2026, 1, 1))
    [verdict] = evaluate(plan, [{"id": "t"}], register, as_of=as_of, during=during)
    return verdict


def could_be(one: Attended, number: int) -> Iterator[Attended]:
    """Yield what a record could be: an unnamed course is A, B, or one that no other names."""
    named = [one.courses] if one.courses is not None else [("A",), ("B",), (f"new {number}",)]
    central, fits = (
        [fact] if fact is not None else [True, False] for fact in (one.central, one.fits)
    )
    for several in product(named, central, fits):
        yield Attended(*several)


def share_of(records: Sequence[Attended]) -> Fraction | None:
    central = [one for one in records if one.central]
    whole = {name for one in central for name in one.courses or ()}
    fitting = {name for one in central if one.fits for name in one.courses or ()}
    return Fraction(len(fitting), len(whole)) if whole else None


@given(records=st.lists(RECORDS, max_size=3), bound=BOUNDS)
@example(records=[Attended(None, True, True), Attended(("A",), True, False)], bound=("at_least", 1))
@example(
    # the unnamed one may be B, and then two of three fit
    records=[
        Attended(("A",), True, True),
        Attended(("B", "C"), True, False),
        Attended(None, True, True),
    ],
    bound=("at_least", "2/3"),
)
@example(records=[Attended(("A",), None, True)] * 2, bound=("at_least", "1/2"))
def test_what_is_said_holds_whatever_the_unknown_is(
    records: list[Attended], bound: tuple[str, Any]
) -> None:
    key, edge = bound[0], Fraction(bound[1])
    every = product(*(could_be(one, number) for number, one in enumerate(records)))
    found = {share_of(one) for one in every}
    holds = {
        share is not None and (share >= edge if key == "at_least" else share <= edge)
        for share in found
    }
    verdict = judged(records, bound, date(2026, 1, 1))
    event(str(verdict.status))
    if verdict.status is Status.MET:
        assert holds == {True}
    elif verdict.status is Status.NOT_MET:
        assert holds == {False}
    else:
        assert len(holds) > 1 or None in found, "what is certain is told"


@given(records=st.lists(RECORDS, max_size=3), bound=BOUNDS)
def test_with_that_many_further_courses_it_is_met(
    records: list[Attended], bound: tuple[str, Any]
) -> None:
    known = [one for one in records if None not in one]
    verdict = judged(known, bound)
    [need] = remaining(verdict).parts or [None]
    if need is None or need.amount is None:
        assert need is None or bound == ("at_most", 0)
        return
    fits = need.code != "things-outside"

    central = [one for one in known if one.central]
    there = {name for one in central if not one.fits for name in one.courses or ()}
    there -= {name for one in central if one.fits for name in one.courses or ()}

    def after(count: int) -> object:
        further = [f"new {n}" for n in range(count)]
        names = sorted(there)[:count] if need.code == "again" else further
        more = [Attended((name,), True, fits) for name in names]
        return judged([*known, *more], bound, date(2026, 1, 1)).status

    assert after(int(need.amount)) is Status.MET
    assert after(int(need.amount) - 1) is not Status.MET


def test_what_a_share_of_courses_still_needs_is_told_in_words() -> None:
    one = [Attended(("A",), True, True), Attended(("B",), True, False)]
    told = remaining(judged(one, ("at_least", "75%"))).explain("en")
    assert "further different ones that fit share: 2" in told
    again = remaining(judged(one, ("at_least", 1)))
    assert (
        "of those there that do not fit share, each needs a record that does: 1" in again.explain()
    )
    assert "各有一条符合" in again.explain("zh")


def test_courses_cannot_be_chosen_by_a_share_of_courses() -> None:
    part = {"id": "share", "where": {"fits": True}, "within": {}, "distinct": "course"}
    plan = plan_of(at_least=1, part=[{**part, "at_least": "1/2"}])
    offer = [course("c", 1)]
    found = suggest(plan, [{"id": "t"}], Register([]), offer, by=BY, as_of=AS_OF)

    assert [(one.provision, one.code) for one in found.beyond] == [("hours", "distinct")]
    assert "for a part of it is a share of different things." in found.explain()
    with pytest.raises(InputError, match="hours: a part is a share of different things"):
        suggest(plan, [{"id": "t"}], Register([]), offer, by=BY, as_of=AS_OF, only=["hours"])
