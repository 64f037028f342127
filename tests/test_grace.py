"""What counts in a period and comes from another: days of grace, carry-over, leave, transfers.

The oracle goes hour by hour and knows no ranges; what is unknown is tried both ways.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from eduplan import Period, Register, Status, Verdict, evaluate, plan_from_table
from eduplan.plan import Plan

DAY = timedelta(days=1)
TEXT = {"zh": "例", "en": "example"}
YEARS = (2020, 2021, 2022, 2023)
DURING = Period(date(2020, 1, 1), date(2024, 1, 1))
END = date(2024, 12, 31)


def plan(**keys: object) -> Plan:
    quota = {
        "id": "q",
        "clause": "1",
        "title": TEXT,
        "measure": {"sum": "hours", "of": "course"},
        "every": "calendar-year",
        "at_least": 5,
        **keys,
    }
    head = {"id": "p", "title": TEXT}
    clause = [{"number": "1", "gist": TEXT}]
    return plan_from_table(
        {"plan": head, "document": {"title": TEXT}, "clause": clause, "quota": [quota]}
    )


def judged(
    plan: Plan,
    records: list[dict[str, Any]],
    bearer: dict[str, Any] | None = None,
    as_of: date = END,
) -> dict[int, Verdict]:
    """Return the verdicts by the year in which their period begins."""
    register = Register(
        [{"id": f"r{n}", "kind": "course", "bearer": "t", **one} for n, one in enumerate(records)],
        complete_through=END,
    )
    verdicts = evaluate(plan, [{"id": "t", **(bearer or {})}], register, as_of=as_of, during=DURING)
    return {v.period.start.year if v.period else 0: v for v in verdicts}


DAYS = st.sampled_from(
    [date(y, m, d) for y in YEARS for m, d in ((1, 1), (1, 31), (2, 1), (2, 28), (3, 1), (12, 31))]
)
COURSES = st.lists(st.fixed_dictionaries({"day": DAYS, "hours": st.integers(0, 8)}), max_size=6)


def by_hours(
    records: list[dict[str, Any]], owed: int, months: int, cap: int | None
) -> dict[int, int]:
    """Return what every year comes to, taking hours one by one."""
    left = {n: one["hours"] for n, one in enumerate(records)}
    of_year: dict[int, list[int]] = defaultdict(list)
    for n in sorted(left, key=lambda n: (records[n]["day"], f"r{n}")):
        of_year[records[n]["day"].year].append(n)
    reached = {}
    beyond = 0
    for year in (2019, *YEARS):  # of 2019 there are no records, and January may make up for it
        own = sum(left[n] for n in of_year[year])
        have = own + (min(beyond, cap) if cap is not None else 0)
        for n in of_year[year + 1]:
            while records[n]["day"].month <= months and have < owed and left[n]:
                left[n] -= 1
                have += 1
        reached[year] = have
        beyond = max(own - owed, 0)
    return reached


@given(COURSES, st.integers(1, 7), st.integers(0, 2), st.sampled_from([None, 0, 2, 9]))
def test_every_hour_is_where_the_oracle_puts_it(
    records: list[dict[str, Any]], owed: int, months: int, cap: int | None
) -> None:
    keys: dict[str, object] = {"at_least": owed}
    if months:
        keys["grace"] = f"{months} months"
    if cap is not None:
        keys["carry_over"] = {"at_most": cap}

    verdicts = judged(plan(**keys), records)

    for year, hours in by_hours(records, owed, months, cap).items():
        if year in YEARS:
            assert verdicts[year].value == hours
            assert verdicts[year].status is (Status.MET if hours >= owed else Status.NOT_MET)


TOPICS = st.sampled_from([(), ("a",), ("a",), ("b",), ("a", "b")])
FITTING = st.lists(
    st.fixed_dictionaries(
        {"day": DAYS, "hours": st.integers(0, 6), "topic": TOPICS, "away": st.booleans()}
    ),
    max_size=6,
)
ASKED = st.fixed_dictionaries(
    {"a": st.integers(0, 4), "b": st.integers(0, 4), "away": st.integers(0, 4)}
)


def served(hours: list[dict[str, Any]], asked: dict[str, int]) -> tuple[int, int]:
    """Return how many hours of the two topics are filled, each hour filling one, and those away."""
    only = {name: sum(one["topic"] == (name,) for one in hours) for name in "ab"}
    filled = sum(min(asked[name], only[name]) for name in "ab")
    either = sum(len(one["topic"]) == 2 for one in hours)
    away = min(asked["away"], sum(one["away"] for one in hours))
    return filled + min(either, asked["a"] + asked["b"] - filled), away


def by_hours_with_parts(
    records: list[dict[str, Any]], owed: int, asked: dict[str, int]
) -> dict[int, tuple[int, bool]]:
    """Return what every year comes to and whether it is enough, taking hours one by one.

    An hour of January is taken by the year before where the whole or any part comes nearer by it.
    """
    left = {n: one["hours"] for n, one in enumerate(records)}
    of_year: dict[int, list[int]] = defaultdict(list)
    for n in sorted(left, key=lambda n: (records[n]["day"], f"r{n}")):
        of_year[records[n]["day"].year].append(n)
    found = {}
    for year in (2019, *YEARS):
        have = [records[n] for n in of_year[year] for _ in range(left[n])]
        for n in of_year[year + 1]:
            while records[n]["day"].month == 1 and left[n]:
                more = [*have, records[n]]
                if len(have) >= owed and served(more, asked) == served(have, asked):
                    break
                left[n] -= 1
                have = more
        full = (asked["a"] + asked["b"], asked["away"])
        found[year] = len(have), len(have) >= owed and served(have, asked) == full
    return found


@settings(max_examples=300)
@given(FITTING, st.integers(1, 7), ASKED)
def test_an_hour_in_grace_goes_where_the_whole_or_a_part_still_lacks_it(
    records: list[dict[str, Any]], owed: int, asked: dict[str, int]
) -> None:
    parts = [{"id": n, "where": {"topic": n}, "at_least": asked[n]} for n in "ab"]
    away = {"id": "away", "where": {"away": True}, "shared": True, "at_least": asked["away"]}
    verdicts = judged(plan(at_least=owed, grace="1 month", part=[*parts, away]), records)

    for year, (hours, enough) in by_hours_with_parts(records, owed, asked).items():
        if year in YEARS:
            assert verdicts[year].value == hours
            assert verdicts[year].status is (Status.MET if enough else Status.NOT_MET)


@given(COURSES, st.integers(1, 7), st.integers(1, 2))
def test_no_hour_counts_twice_and_what_counts_is_what_a_verdict_tells(
    records: list[dict[str, Any]], owed: int, months: int
) -> None:
    verdicts = judged(plan(at_least=owed, grace=f"{months} months"), records)

    counted: dict[str, int] = defaultdict(int)
    for verdict in verdicts.values():
        amounts = verdict.justification.amounts
        assert sum(amounts) == verdict.value
        for record, amount in zip(verdict.justification.counted, amounts, strict=True):
            counted[record["id"]] += int(amount)  # type: ignore[index]
    assert all(counted[f"r{n}"] <= one["hours"] for n, one in enumerate(records))


@given(COURSES, st.integers(1, 7), st.dates(date(2020, 6, 1), date(2023, 12, 30)))
def test_what_is_met_stays_met_whatever_day_it_is_judged(
    records: list[dict[str, Any]], owed: int, as_of: date
) -> None:
    asked = plan(at_least=owed, grace="2 months", carry_over={"at_most": 3})
    before, after = judged(asked, records, as_of=as_of), judged(asked, records)

    met = {year for year, verdict in before.items() if verdict.status is Status.MET}
    assert met <= {year for year, verdict in after.items() if verdict.status is Status.MET}


# ---------------------------------------------------------------- what is not known

FEW_DAYS = st.sampled_from(
    [date(2021, 3, 1), date(2021, 12, 31), date(2022, 1, 1), date(2022, 1, 31), date(2022, 3, 1)]
)
UNSURE = st.lists(
    st.fixed_dictionaries(
        {
            "day": FEW_DAYS,
            "hours": st.sampled_from([5, 1, 2, 3, 4, 7]),
            "passed": st.sampled_from([True, None, True, False]),
            "recognised": st.sampled_from([True, True, False, None]),
        }
    ),
    max_size=4,
)
LEAVE = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.just("leave"),
            "day": st.sampled_from([date(2021, 1, 1), date(2022, 2, 1)]),
            "length": st.sampled_from([73, 1, 200]),
            "reason": st.sampled_from([None, "illness", "private"]),
        }
    ),
    max_size=2,
)
PARTS = [
    {"id": "known", "where": {"recognised": True}, "at_least": 3},
    {"id": "long", "where": {"hours": {"at_least": 3}}, "at_least": 4},
    {
        "id": "half",
        "where": {"recognised": True},
        "of_owed": True,
        "at_least": "1/2",
        "shared": True,
    },
]
RULES = st.fixed_dictionaries(
    {
        "grace": st.sampled_from(["1 month", None]),
        "carry_over": st.sampled_from([{}, {"at_most": 2}, {"where": {"passed": True}}, None]),
        "leave": st.sampled_from([{"kind": "leave", "where": {"reason": "illness"}}, None]),
        "before_joining": st.sampled_from(["counts", {"recognised": True}, "lapses"]),
        "serves_at_least": st.sampled_from([None, None, "300 days"]),
        "opens": st.sampled_from([None, None, "11 months"]),
        "part": st.sampled_from([None, None, PARTS, PARTS[:1], PARTS[1:]]),
    }
)
OPEN = {"passed": (True, False), "recognised": (True, False), "reason": ("illness", "private")}


@settings(max_examples=400)
@given(
    UNSURE,
    LEAVE,
    RULES,
    st.sampled_from([None, None, date(2021, 2, 1), date(2022, 1, 31)]),
    st.booleans(),
)
def test_what_is_decided_is_so_whatever_the_unknown_turns_out_to_be(
    courses: list[dict[str, Any]],
    leave: list[dict[str, Any]],
    rules: dict[str, Any],
    joined: date | None,
    open_: bool,
) -> None:
    keys = {key: value for key, value in rules.items() if value is not None}
    asked = plan(
        measure={"sum": "hours", "of": "course", "where": {"passed": True}}, partial="full", **keys
    )
    records = [*courses]
    for one in leave:
        length = one["length"]
        rest = {key: value for key, value in one.items() if key != "length"}
        records.append({**rest, "last_day": one["day"] + (length - 1) * DAY})
    bearer = {} if joined is None else {"joined": joined}
    as_of = date(2022, 2, 10) if open_ else END
    gaps = [(n, key) for n, one in enumerate(records) for key in OPEN if one.get(key, 0) is None]

    def with_facts(facts: Mapping[tuple[int, str], object]) -> dict[int, Verdict]:
        filled = [
            {key: facts.get((n, key), value) for key, value in one.items()}
            for n, one in enumerate(records)
        ]
        stated = [{k: v for k, v in one.items() if v is not None} for one in filled]
        return judged(asked, stated, bearer, as_of)

    unknown = with_facts({})
    answers = product(*(OPEN[key] for _, key in gaps))
    ways = [with_facts(dict(zip(gaps, facts, strict=True))) for facts in answers]
    for year, verdict in unknown.items():
        if verdict.status in (Status.MET, Status.NOT_MET, Status.NOT_APPLICABLE):
            assert {way[year].status for way in ways if year in way} == {verdict.status}
        if verdict.status is Status.UNDETERMINED:
            assert verdict.missing


LATE = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.sampled_from([date(2021, 12, 31), date(2022, 1, 1), date(2022, 1, 2)]),
            "hours": st.sampled_from([2, 1, 3, 4]),
            "passed": st.sampled_from([True, True, None]),
            "ethics": st.sampled_from([True, None, False]),
            "it": st.sampled_from([True, None, False]),
        }
    ),
    min_size=2,
    max_size=4,
)
TRUTHS = dict.fromkeys(("passed", "ethics", "it"), (True, False))


@settings(max_examples=400)
@given(
    LATE,
    st.integers(2, 6),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.booleans(),
)
@example(
    [
        {"day": date(2021, 12, 31), "hours": 2, "passed": True, "ethics": True, "it": True},
        {"day": date(2022, 1, 1), "hours": 2, "passed": None, "ethics": True, "it": True},
        {"day": date(2022, 1, 1), "hours": 2, "passed": True, "ethics": False, "it": True},
        {"day": date(2022, 1, 1), "hours": 2, "passed": True, "ethics": True, "it": True},
    ],
    3,
    (3, 0),
    False,
)
def test_what_parts_take_in_grace_is_bounded_by_what_they_could_take(
    courses: list[dict[str, Any]], owed: int, asked: tuple[int, int], shared: bool
) -> None:
    """Held against every way in which the unknown could turn out; the year after is owed one hour."""
    parts = [
        {"id": name, "where": {name: True}, "at_least": amount, "shared": shared}
        for name, amount in zip(("ethics", "it"), asked, strict=True)
    ]
    measure = {"sum": "hours", "of": "course", "where": {"passed": True}}
    rule = plan(at_least=owed, measure=measure, grace="1 month", part=parts)
    gaps = [(n, key) for n, one in enumerate(courses) for key in TRUTHS if one[key] is None]
    if len(gaps) > 6:
        gaps = gaps[:6]

    def with_facts(facts: Mapping[tuple[int, str], object]) -> dict[int, Verdict]:
        filled = [
            {key: facts.get((n, key), True if (n, key) not in gaps and value is None else value)
             for key, value in one.items()}
            for n, one in enumerate(courses)
        ]  # fmt: skip
        return judged(rule, [{k: v for k, v in one.items() if v is not None} for one in filled])

    unknown = with_facts({})
    answers = product(*(TRUTHS[key] for _, key in gaps))
    ways = [with_facts(dict(zip(gaps, facts, strict=True))) for facts in answers]
    for year in (2021, 2022):
        values = [way[year].value or 0 for way in ways]
        assert (unknown[year].value or 0) <= min(values)
        if unknown[year].status in (Status.MET, Status.NOT_MET):
            assert {way[year].status for way in ways} == {unknown[year].status}
