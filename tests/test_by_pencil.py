"""Quotas and follow-ups against references as simple as pencil and paper."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from eduplan import Period, Record, Status
from judging import DAY, id_of, judged, plan_with

# ---------------------------------------------------------------- a naive reference for quotas

EIGHT_DAYS = [date(2025, 1, 28) + n * DAY for n in range(8)]  # 28 January to 4 February
JANUARY = Period(date(2025, 1, 1), date(2025, 2, 1))
FEBRUARY = Period(date(2025, 2, 1), date(2025, 3, 1))
WINTER = Period(date(2025, 1, 1), date(2025, 3, 1))
AMOUNTS = [Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(1), Fraction(2)]
days = st.sampled_from(EIGHT_DAYS)
as_ofs = st.sampled_from([date(2025, 1, 29) + n * DAY for n in range(8)] + [date(2025, 3, 1)])
completes = st.none() | st.sampled_from(
    [date(2025, 1, 27) + n * DAY for n in range(9)] + [date(2025, 2, 28)]
)
done = st.lists(st.tuples(days, st.sampled_from(AMOUNTS)), max_size=5)


def naive_quota(
    events: Sequence[tuple[date, Fraction]],
    period: Period,
    owed: Fraction,
    as_of: date,
    complete: date | None,
    *,
    most: bool,
) -> tuple[str, Fraction]:
    """Judge a total over one period the way a clerk would with a list and a pencil."""
    total = Fraction(0)
    for day, amount in events:
        if period.start <= day <= period.last and day <= as_of:
            total += amount
    over = as_of > period.last
    yesterday = as_of - DAY
    must_know_through = period.last if over else yesterday
    nothing_to_know = must_know_through < period.start
    known = nothing_to_know or (complete is not None and complete >= must_know_through)
    if most:
        if total > owed:
            return "NOT_MET", total
        decided = "MET"
    else:
        if total >= owed:
            return "MET", total
        decided = "NOT_MET"
    if not known:
        return "UNDETERMINED", total
    return (decided if over else "PENDING"), total


def records_of(events: Sequence[tuple[date, Fraction]]) -> list[Record]:
    return [
        Record(id=f"r{index}", kind="training", day=day, bearer="t1", facts={"hours": amount})
        for index, (day, amount) in enumerate(events)
    ]


@given(done, st.sampled_from(AMOUNTS), as_ofs, completes, st.booleans(), st.booleans())
def test_totals_are_judged_as_by_pencil(
    events: list[tuple[date, Fraction]],
    owed: Fraction,
    as_of: date,
    complete: date | None,
    most: bool,
    counting: bool,
) -> None:
    measure = {"count": "training"} if counting else {"sum": "hours", "of": "training"}
    bound = "at_most" if most else "at_least"
    plan = plan_with(quota={"measure": measure, "every": "month", bound: owed})
    if counting:
        events = [(day, Fraction(1)) for day, _ in events]

    verdicts = judged(plan, [{"id": "t1"}], records_of(events), as_of, complete, during=WINTER)

    begun = [period for period in (JANUARY, FEBRUARY) if period.start <= as_of]
    assert [verdict.period for verdict in verdicts] == begun
    for verdict in verdicts:
        assert verdict.period is not None
        status, total = naive_quota(events, verdict.period, owed, as_of, complete, most=most)
        assert (verdict.status.value, verdict.value) == (status, total)
        short = total - owed if most else owed - total
        assert verdict.shortfall == max(short, Fraction(0))
        assert verdict.required == owed
        assert verdict.due == verdict.period.last


facts = st.sampled_from([True, False, None])


def blank_or(passed: bool | None) -> dict[str, bool]:
    """Return the facts of a training of which it may not be stated whether it was passed."""
    return {} if passed is None else {"passed": passed}


@given(st.lists(st.tuples(days, facts), max_size=4), st.integers(0, 3), st.booleans())
def test_what_is_not_stated_matters_only_where_it_can_turn_the_verdict(
    events: list[tuple[date, bool | None]], owed: int, most: bool
) -> None:
    # The months are over and the register is complete; only the facts may be missing. Whoever
    # tries every way of filling in the blanks sees whether they matter.
    where = {"count": "training", "where": {"passed": True}}
    plan = plan_with(
        quota={"measure": where, "every": "month", "at_most" if most else "at_least": owed}
    )
    records = [
        Record(id=f"r{i}", kind="training", day=day, bearer="t1", facts=blank_or(passed))
        for i, (day, passed) in enumerate(events)
    ]
    over = date(2025, 3, 1)

    for verdict in judged(plan, [{"id": "t1"}], records, over, over, during=WINTER):
        assert verdict.period is not None
        inside = [passed for day, passed in events if day in verdict.period]
        least = inside.count(True)
        possible = {
            (n <= owed if most else n >= owed) for n in range(least, least + inside.count(None) + 1)
        }
        wanted = {
            frozenset({True}): "MET",
            frozenset({False}): "NOT_MET",
            frozenset({True, False}): "UNDETERMINED",
        }[frozenset(possible)]
        assert (verdict.status.value, verdict.value) == (wanted, least)


@given(done, st.sampled_from(AMOUNTS), as_ofs, completes)
def test_later_records_never_take_back_what_is_met(
    events: list[tuple[date, Fraction]], owed: Fraction, as_of: date, complete: date | None
) -> None:
    plan = plan_with(
        quota={"measure": {"sum": "hours", "of": "training"}, "every": "month", "at_least": owed}
    )
    today = judged(plan, [{"id": "t1"}], records_of(events), as_of, complete, during=JANUARY)
    later = judged(
        plan, [{"id": "t1"}], records_of(events), as_of + 40 * DAY, complete, during=JANUARY
    )

    for before, after in zip(today, later, strict=True):
        if before.status is Status.MET:
            assert after.status is Status.MET


# ---------------------------------------------------------------- naive references for follow-ups


def naive_follow_up(
    last: date, answers: Sequence[date], within: int, as_of: date, complete: date | None
) -> str:
    due = last + within * DAY
    if any(last <= day <= due and day <= as_of for day in answers):
        return "MET"
    over = as_of > due
    must_know_through = due if over else as_of - DAY
    if must_know_through >= last and (complete is None or complete < must_know_through):
        return "UNDETERMINED"
    return "NOT_MET" if over else "PENDING"


@given(
    st.lists(st.tuples(days, st.integers(0, 2)), min_size=1, max_size=3),
    st.lists(st.tuples(days, st.integers(0, 2)), max_size=4),
    st.integers(1, 3),
    as_ofs,
    completes,
)
def test_linked_answers_are_judged_as_by_pencil(
    calls: list[tuple[date, int]],
    answers: list[tuple[date, int]],
    within: int,
    as_of: date,
    complete: date | None,
) -> None:
    plan = plan_with(
        follow_up={
            "after": "training",
            "answer": {"kind": "summary", "link": "training"},
            "within": {"days": within},
        }
    )
    trainings = [
        Record(id=f"t{i}", kind="training", day=day, last_day=day + longer * DAY, bearer="a")
        for i, (day, longer) in enumerate(calls)
    ]
    summaries = [
        Record(id=f"s{i}", kind="summary", day=day, bearer="b", facts={"training": f"t{which}"})
        for i, (day, which) in enumerate(answers)
    ]
    records = [*trainings, *summaries]
    found = {
        id_of(verdict.justification.counted[0]): verdict.status.value
        for verdict in judged(plan, [{"id": "a"}], records, as_of, complete)
        if verdict.justification.counted
    }

    wanted = {}
    for i, (day, longer) in enumerate(calls):
        last = day + longer * DAY
        if last <= as_of:
            own = [when for when, which in answers if which == i]
            wanted[f"t{i}"] = naive_follow_up(last, own, within, as_of, complete)
    assert found == wanted


@given(st.lists(days, min_size=1, max_size=4), st.lists(days, max_size=4), st.integers(1, 3))
def test_answers_without_a_link_serve_as_many_records_as_they_can(
    calls: list[date], answers: list[date], within: int
) -> None:
    # Try every way of giving answers to records, one each, and take the best.
    plan = plan_with(
        follow_up={"after": "training", "answer": "summary", "within": {"days": within}}
    )
    slots: list[date | None] = [*answers, *([None] * len(calls))]
    best = max(
        sum(
            given is not None and call <= given <= call + within * DAY
            for call, given in zip(calls, chosen, strict=True)
        )
        for chosen in permutations(slots, len(calls))
    )
    records = [
        *(Record(id=f"t{i}", kind="training", day=d, bearer="a") for i, d in enumerate(calls)),
        *(Record(id=f"s{i}", kind="summary", day=d, bearer="a") for i, d in enumerate(answers)),
    ]
    over = date(2025, 3, 1)
    verdicts = judged(plan, [{"id": "a"}], records, over, over)

    assert sum(verdict.status is Status.MET for verdict in verdicts) == best
    used = [id_of(one) for v in verdicts for one in v.justification.counted[1:]]
    assert len(used) == len(set(used)), "an answer serves one record"
