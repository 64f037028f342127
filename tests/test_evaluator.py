"""The one way to judge: nothing but the arguments matters, and faults of the input are told."""

import random
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eduplan import (
    InputError,
    Period,
    Person,
    Plan,
    Record,
    Register,
    Status,
    UnknownName,
    Verdict,
    evaluate,
    load_calendar,
    load_plan,
)
from eduplan.facts import getter
from eduplan.verdicts import order
from judging import DAY, judged, lines, plan_with

# ---------------------------------------------------------------- a school to judge

SHANGHAI = load_calendar("shanghai")
COUNTY = load_plan("county-six-year").answer(
    {
        "year": "school-year",
        "training-cycle": "five-year-plan",
        "hours-that-count": "passed",
        "joined-or-left": "pro-rata",
        "summary-within": "days-30",
        "second-tier-within": "days-90",
        "about-a-month": "days-25",
        "mentoring-period": "school-year",
        "weak-schools": "every-school",
    }
)
PRIMARY = load_plan("primary-school-2024").answer(
    {
        "joined-or-left": "pro-rata",
        "research-activity-holder": "school",
        "paired-lesson-within": "days-14",
        "months": "teaching-months",
        "analysis-within": "school-days-10",
        "feedback-within": "days-14",
        "meeting-rhythm": "term",
    }
)
BEARERS: list[dict[str, Any]] = [
    {"id": "s1", "type": "school", "stage": "primary", "weak": True, "role": []},
    {"id": "g1", "type": "preparation-group", "stage": "primary", "role": []},
    {"id": "t1", "role": ["teacher", "subject-teacher"], "stage": "primary", "honours": []},
    {
        "id": "t2",
        "role": ["teacher"],
        "stage": "primary",
        "honours": ["backbone"],
        "joined": date(2024, 11, 13),
    },
    {"id": "t3", "role": ["teacher"], "honours": ["subject-leader"]},
]


def school_records() -> list[dict[str, Any]]:
    """Return some records of every kind, made up without regard to what is owed."""
    chance = random.Random(1)
    facts: dict[str, Callable[[], dict[str, Any]]] = {
        "training": lambda: {
            "hours": Fraction(chance.randint(1, 200), 3),
            "certified": chance.choice([True, True, False]),
            "category": chance.choice(["key", "regular"]),
        },
        "training-summary": lambda: {"training": f"training-{chance.randint(0, 19)}"},
        "second-tier-training": lambda: {"training": f"training-{chance.randint(0, 19)}"},
        "routine-check": lambda: {"finding": chance.choice(["serious", "ordinary"])},
        "check-feedback": lambda: {"check": f"routine-check-{chance.randint(0, 19)}"},
        "admonishing-talk": lambda: {"check": f"routine-check-{chance.randint(0, 19)}"},
        "open-lesson": lambda: {"preparation": f"collective-preparation-{chance.randint(0, 19)}"},
        "mentoring": lambda: {"mentee": chance.choice("ab")},
    }
    kinds = [
        *facts,
        "lesson-observation",
        "collective-preparation",
        "large-activity",
        "lesson-delivery",
        "guidance-visit",
        "subject-activity",
        "formative-assessment",
    ]
    return [
        {
            "id": f"{kind}-{index}",
            "kind": kind,
            "day": date(2024, 9, 1) + chance.randint(0, 270) * DAY,
            "bearer": chance.choice(BEARERS)["id"],
            **facts.get(kind, dict)(),
        }
        for kind in kinds
        for index in range(20)
    ]


RECORDS = school_records()
AS_OF = date(2025, 6, 2)


def school_verdicts(
    bearers: Iterable[object] = BEARERS, records: Iterable[object] = RECORDS
) -> list[Verdict]:
    register = Register(records, complete_through=AS_OF - DAY)
    bearers = list(bearers)
    return [
        verdict
        for plan in (COUNTY, PRIMARY)
        for verdict in evaluate(plan, bearers, register, as_of=AS_OF, calendar=SHANGHAI)
    ]


def test_the_school_has_verdicts_of_every_status() -> None:
    # so that the comparisons below compare something
    assert {verdict.status for verdict in school_verdicts()} == set(Status)


# ---------------------------------------------------------------- nothing but the arguments


@cache
def expected() -> list[str]:
    return lines(school_verdicts())


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_records_and_bearers_does_not_matter(chance: random.Random) -> None:
    bearers, records = list(BEARERS), list(RECORDS)
    chance.shuffle(bearers)
    chance.shuffle(records)

    assert lines(school_verdicts(bearers, records)) == expected()


def test_the_order_of_the_members_of_a_group_does_not_matter() -> None:
    # In Beijing the terms of primary and senior high end on different days.
    plan = plan_with(
        quota={
            "measure": {"count": "visit"},
            "every": "term",
            "at_least": 1,
            "scope": {"total": "school"},
        }
    )
    members = [
        {"id": "a", "school": "s1", "stage": "primary"},
        {"id": "b", "school": "s1", "stage": "senior-high"},
    ]
    beijing = load_calendar("beijing")

    def ask(bearers: Sequence[object]) -> list[str]:
        return lines(judged(plan, bearers, [], AS_OF, AS_OF, calendar=beijing))

    assert ask(members) == ask(members[::-1])


def test_verdicts_come_by_provision_and_in_the_order_of_the_bearers() -> None:
    verdicts = judged(PRIMARY, BEARERS, RECORDS, AS_OF, AS_OF, calendar=SHANGHAI)
    places = [provision.id for provision in PRIMARY.provisions]
    people = [bearer["id"] for bearer in BEARERS]
    keys = [(places.index(v.provision), people.index(v.bearer_id)) for v in verdicts]

    assert keys == sorted(keys)
    assert {place for place, _ in keys} == set(range(len(places)))


def test_verdicts_can_be_put_in_an_order_of_their_own() -> None:
    verdicts = school_verdicts()
    shuffled = random.Random(2).sample(verdicts, len(verdicts))
    keys = [(v.citation.plan, v.provision, v.bearer_id) for v in order(shuffled)]

    assert keys == sorted(keys)


def test_verdicts_on_records_of_one_day_have_an_order_too() -> None:
    rule = {"after": "training", "answer": {"kind": "summary"}, "within": {"days": 30}}
    day = date(2024, 10, 8)
    trainings = [{"id": f"r{n}", "kind": "training", "day": day, "bearer": "t1"} for n in range(4)]
    verdicts = judged(plan_with(follow_up=rule), [{"id": "t1"}], trainings, AS_OF, AS_OF)

    assert len(verdicts) == 4
    for shuffled in permutations(verdicts):
        triggers = [getter(v.justification.counted[0])("id") for v in order(shuffled)]
        assert triggers == ["r0", "r1", "r2", "r3"]


def test_the_same_question_has_the_same_answer() -> None:
    assert school_verdicts() == school_verdicts()


def test_a_register_can_be_asked_again_by_another_plan() -> None:
    register = Register(RECORDS, complete_through=AS_OF)

    def ask(plan: Plan) -> list[str]:
        return lines(evaluate(plan, BEARERS, register, as_of=AS_OF, calendar=SHANGHAI))

    first = ask(COUNTY)
    ask(PRIMARY)
    assert ask(COUNTY) == first


def test_threads_come_to_the_same_verdicts() -> None:
    fresh = PRIMARY.answer({"months": "teaching-months"})  # nothing of it is made ready yet
    register = Register(RECORDS, complete_through=AS_OF - DAY)

    def work(_: int) -> list[str]:
        found = [
            verdict
            for plan in (COUNTY, fresh)
            for verdict in evaluate(plan, BEARERS, register, as_of=AS_OF, calendar=SHANGHAI)
        ]
        return lines(found)

    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected() for found in pool.map(work, range(16)))


def test_bearers_may_come_from_a_generator() -> None:
    assert lines(school_verdicts(one for one in BEARERS)) == expected()


def test_only_the_provisions_asked_about_are_judged_in_the_order_of_the_plan() -> None:
    plan = load_plan("primary-school-2024")
    teacher = Person(id="t1", roles=["teacher", "subject-teacher"], stage="primary")
    register, day = Register([], complete_through=date(2025, 8, 31)), date(2025, 9, 1)
    everything = list(evaluate(plan, [teacher], register, as_of=day))

    asked = list(evaluate(plan, [teacher], register, as_of=day, only=["open-lesson"]))
    assert asked == [verdict for verdict in everything if verdict.provision == "open-lesson"]

    names = [provision.id for provision in plan.provisions]
    both = evaluate(plan, [teacher], register, as_of=day, only=[names[1], names[0]])
    assert list(dict.fromkeys(verdict.provision for verdict in both)) == names[:2]
    with pytest.raises(UnknownName, match="no-such"):
        list(evaluate(plan, [teacher], register, as_of=day, only=["no-such"]))


# ---------------------------------------------------------------- names and noise


def gist(verdicts: Iterable[Verdict]) -> list[tuple[object, ...]]:
    """Return what verdicts come to, whatever the records are called."""
    found: list[tuple[object, ...]] = [
        (v.provision, v.bearer_id, str(v.period), v.status.value, str(v.value), str(v.due))
        for v in verdicts
    ]
    return sorted(found, key=repr)


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_what_records_are_called_does_not_matter(chance: random.Random) -> None:
    numbers = chance.sample(range(10_000), len(RECORDS))
    called = {one["id"]: str(n) for one, n in zip(RECORDS, numbers, strict=True)}
    links = ("id", "training", "check", "preparation")
    renamed = [{k: called[v] if k in links else v for k, v in one.items()} for one in RECORDS]

    assert gist(school_verdicts(records=renamed)) == gist(school_verdicts())


def test_what_bearers_are_called_does_not_matter() -> None:
    called = {"s1": "z", "g1": "y", "t1": "110101199003071234", "t2": "甲", "t3": "0"}
    bearers = [{**one, "id": called[one["id"]]} for one in BEARERS]
    records = [{**one, "bearer": called[one["bearer"]]} for one in RECORDS]
    back = {new: old for old, new in called.items()}
    found = [(back[str(b)], p, *rest) for p, b, *rest in gist(school_verdicts(bearers, records))]

    assert sorted(found) == sorted((b, p, *rest) for p, b, *rest in gist(school_verdicts()))


def test_records_that_concern_nobody_change_nothing() -> None:
    # An answer that names what it answers concerns somebody, whoever gave it; so these name nothing.
    links = ("training", "check", "preparation")
    noise = [
        {k: v for k, v in one.items() if k not in links}
        | {"id": f"other-person-{index}", "bearer": "nobody"}
        for index, one in enumerate(RECORDS)
    ] + [
        {**one, "id": f"other-kind-{index}", "kind": "school-outing"}
        for index, one in enumerate(RECORDS)
    ]

    assert lines(school_verdicts(records=[*noise, *RECORDS])) == expected()


def test_another_bearer_changes_nothing_for_the_rest() -> None:
    more = [*BEARERS, {"id": "t9", "role": ["teacher"], "stage": "primary"}]
    rest = [verdict for verdict in school_verdicts(more) if verdict.bearer_id != "t9"]

    assert lines(rest) == expected()


# ---------------------------------------------------------------- whatever has the facts


class Plain:
    """An object of somebody else's: attributes, and no more."""

    def __init__(self, **facts: Any) -> None:
        self.__dict__.update(facts)


def as_tuple(**facts: Any) -> object:
    return namedtuple("Row", facts)(**facts)  # what a database driver hands over


def as_person(**facts: Any) -> object:
    own = {key: facts.pop(key) for key in ("id", "stage", "joined") if key in facts}
    return Person(**own, roles=facts.pop("role"), facts=facts)


def as_record(**facts: Any) -> object:
    own = {key: facts.pop(key) for key in ("id", "kind", "day", "bearer")}
    return Record(**own, facts=facts)


@pytest.mark.parametrize("other", [Plain, SimpleNamespace, as_tuple])
def test_foreign_objects_are_judged_as_mappings_are(other: Callable[..., object]) -> None:
    bearers = [other(**one) for one in BEARERS]
    records = [other(**one) for one in RECORDS]

    assert lines(school_verdicts(bearers, records)) == expected()


def test_mappings_are_judged_as_the_values_of_the_library_are() -> None:
    people = [one for one in BEARERS if "type" not in one]
    bearers = [as_person(**one) for one in people]
    records = [as_record(**one) for one in RECORDS]

    assert lines(school_verdicts(bearers, records)) == lines(school_verdicts(people))


def test_the_bearer_given_is_the_bearer_of_the_verdict() -> None:
    teacher = Plain(id="t1", role=["teacher"])
    [verdict] = judged(
        plan_with(quota={"measure": {"count": "visit"}, "every": "month", "at_least": 1}),
        [teacher],
        [],
        date(2025, 1, 31),
        during=Period(date(2025, 1, 1), date(2025, 2, 1)),
    )

    assert verdict.bearer is teacher


@pytest.mark.parametrize("hours", [Fraction(15, 2), 7.5, "7.5", "15/2", Decimal("7.5")])
def test_an_amount_may_be_spelled_in_any_exact_way(hours: object) -> None:
    plan = plan_with(
        quota={"measure": {"sum": "hours", "of": "training"}, "every": "month", "at_least": "7.5"}
    )
    record = {"id": "r", "kind": "training", "day": date(2025, 1, 1), "bearer": "a", "hours": hours}
    [verdict] = judged(
        plan,
        [{"id": "a"}],
        [record],
        date(2025, 1, 1),
        during=Period(date(2025, 1, 1), date(2025, 2, 1)),
    )

    assert (verdict.status, verdict.value) == (Status.MET, Fraction(15, 2))


# ---------------------------------------------------------------- faults of the input

COUNTING = plan_with(quota={"measure": {"count": "visit"}, "every": "school-year", "at_least": 1})
SUMMING = plan_with(
    quota={"measure": {"sum": "hours", "of": "training"}, "every": "school-year", "at_least": 1}
)


def test_all_bearers_without_id_or_with_the_same_are_told_at_once() -> None:
    bearers = [{"name": "王芳"}, {"id": "t1"}, {"id": 7}, {"id": "t1"}, {"id": ""}]

    with pytest.raises(InputError) as caught:
        judged(COUNTING, bearers, [], AS_OF)

    told = [(fault.code, fault.path) for fault in caught.value.faults]
    assert told == [
        ("no-id", "bearers[0]"),
        ("no-id", "bearers[2]"),
        ("bearer-twice", "bearers[3]"),
        ("no-id", "bearers[4]"),
    ]
    assert "王芳" not in str(caught.value)
    assert "t1" not in str(caught.value)


def test_bearers_are_refused_before_the_first_verdict_is_asked_for() -> None:
    with pytest.raises(InputError):
        evaluate(COUNTING, [{}], Register([]), as_of=AS_OF)


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        ("四十", "amount-not-a-number"),
        (True, "amount-not-a-number"),
        (float("nan"), "amount-not-a-number"),
        (-3, "negative-amount"),
        (Fraction(-1, 3), "negative-amount"),
    ],
)
def test_a_faulty_amount_names_record_and_field_but_not_the_value(hours: object, code: str) -> None:
    record = {"id": "r7", "kind": "training", "day": AS_OF, "bearer": "t1", "hours": hours}

    with pytest.raises(InputError) as caught:
        judged(SUMMING, [{"id": "t1", "name": "王芳"}], [record], AS_OF)

    [fault] = caught.value.faults
    assert fault.code == code
    for lang in ("zh", "en"):
        message = caught.value.message(lang)
        assert "r7" in message
        assert "hours" in message
        for personal in ("t1", "王芳", "四十", "-3", "nan", "1/3"):
            assert personal not in message


def test_a_day_with_a_time_is_no_day_of_judgement() -> None:
    with pytest.raises(InputError, match=r"as_of: .*time of day"):
        judged(COUNTING, [], [], datetime(2025, 6, 2, 12))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1, 8, 31), date(9999, 9, 1)])
def test_a_day_in_no_school_year_needs_to_be_told_what_is_judged(day: date) -> None:
    # the first school year would begin in the year 0, the last one end in the year 10000
    with pytest.raises(InputError, match="as_of: there is no such day"):
        judged(COUNTING, [{"id": "t1"}], [], day)

    period = Period(date(2024, 9, 1), date(2025, 9, 1))
    told = list(evaluate(COUNTING, [{"id": "t1"}], Register([]), as_of=day, during=period))
    assert {verdict.as_of for verdict in told} <= {day}


def test_the_first_whole_school_year_can_be_judged() -> None:
    [verdict] = judged(COUNTING, [{"id": "t1"}], [], date(1, 9, 1))

    assert verdict.as_of == date(1, 9, 1)


@pytest.mark.parametrize(
    ("given", "place", "says"),
    [
        ({"plan": "county-six-year"}, "plan", "load_plan"),
        ({"register": []}, "register", "Register(records)"),
        ({"calendar": "shanghai"}, "calendar", "load_calendar"),
        ({"during": (AS_OF, AS_OF + DAY)}, "during", "Period(start, end)"),
    ],
)
def test_what_is_of_another_kind_is_told_with_how_to_make_it(
    given: dict[str, Any], place: str, says: str
) -> None:
    arguments: dict[str, Any] = {"plan": COUNTING, "register": Register([])} | given

    with pytest.raises(InputError) as caught:
        evaluate(bearers=[], as_of=AS_OF, **arguments)

    [fault] = caught.value.faults
    assert fault.path == place
    assert says in fault.message("en")


def test_all_that_is_of_another_kind_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        evaluate("town", [], [], as_of=AS_OF, calendar="shanghai")  # type: ignore[arg-type]

    assert caught.value.message("zh").splitlines() == [
        "plan: 应为方案（用 load_plan 读取），而不是文本",
        "register: 应为登记（用 Register(记录) 建立），而不是列表",
        "calendar: 应为校历（用 load_calendar 读取），而不是文本",
    ]


def test_a_language_that_is_not_spoken_is_refused_by_name() -> None:
    [verdict] = judged(COUNTING, [{"id": "t1"}], [], AS_OF)

    with pytest.raises(ValueError, match="lang must be one of zh, en, not 'de'"):
        verdict.explain("de")  # type: ignore[arg-type]


def test_plans_and_calendars_are_told_in_a_line() -> None:
    plan = load_plan("primary-school-2024").answer({"joined-or-left": "full"})

    assert repr(plan).startswith("<Plan primary-school-2024: ")
    assert repr(plan).endswith(" questions, 1 answered>")
    assert repr(SHANGHAI).startswith("<SchoolCalendar shanghai: ")
    assert max(len(repr(plan)), len(repr(SHANGHAI))) < 100


def test_a_register_is_complete_through_a_day_as_it_is_spelled() -> None:
    register = Register([], complete_through="2025-06-01")

    assert register.complete_through(("training",)) == date(2025, 6, 1)
    with pytest.raises(InputError, match=r"complete_through: .*not written otherwise"):
        Register([], complete_through="1.6.2025")


def test_a_register_tells_the_kinds_that_are_behind_where_it_is_declared_by_kind() -> None:
    first, second = date(2025, 5, 31), date(2025, 6, 30)
    kinds = ("a", "b", "c")
    of_all = Register([], complete_through=first).complete(kinds, second)
    of_none = Register([]).complete(kinds, second)
    behind = Register([], complete_through={"a": second, "b": first, "*": second})
    undeclared = Register([], complete_through={"a": second, "b": first})

    assert [missing.facts for missing in (of_all, of_none) if missing] == [
        {"through": first, "needed": second},
        {"needed": second},
    ]
    missing = behind.complete(kinds, second)
    assert missing is not None
    assert (missing.code, missing.facts["kinds"]) == ("register-incomplete", ("b",))
    missing = undeclared.complete(kinds, second)
    assert missing is not None
    # what is declared but not far enough is told once the rest is
    assert (missing.code, missing.facts["kinds"]) == ("register-undeclared", ("c",))
    assert missing.message("zh", label={"c": "听课"}.__getitem__) == (
        "没有声明听课的登记完整到哪一天，需要完整至2025年6月30日"
    )


def test_a_day_through_which_a_register_is_complete_has_no_time() -> None:
    with pytest.raises(InputError, match=r"complete_through: .*time of day"):
        Register([], complete_through=datetime(2025, 6, 2, 12))


@pytest.mark.parametrize("pointer", [7, 7.5, date(2025, 1, 1)])
def test_a_record_that_points_to_a_bearer_by_no_text_is_refused(pointer: object) -> None:
    # Bearers have ids of text; a number there is the trace of a spreadsheet, and not to be dropped.
    record = {"id": "r1", "kind": "visit", "day": AS_OF, "bearer": pointer}

    with pytest.raises(InputError, match=r"r1|records\[0\]"):
        judged(COUNTING, [{"id": "7"}], [record], AS_OF)


class Role(SimpleNamespace):
    """A thing of another software: as every object that compares by value, without a hash."""


@pytest.mark.parametrize("value", [[None], [["teacher"]], {"name": "王芳"}, Role(name="王芳")])
def test_what_no_fact_can_be_is_refused_where_it_is_looked_at(value: object) -> None:
    """A list with a blank or a list in it, a table, an object can be compared with nothing."""
    bearer = {"id": "t1", "role": value}
    record = {"id": "r1", "kind": "visit", "day": AS_OF, "bearer": "t1"}
    with pytest.raises(InputError, match=r"^role") as caught:
        judged(PRIMARY, [bearer], [record], AS_OF)
    assert "王芳" not in str(caught.value)
    with pytest.raises(InputError, match=r"^records\[0\]\.bearer"):
        Register([record | {"bearer": value}])


def test_a_text_of_a_kind_of_its_own_points_to_its_bearer() -> None:
    class Number(str):
        __slots__ = ()

    record = {"id": "r1", "kind": "visit", "day": AS_OF, "bearer": Number("t-17")}
    [verdict] = judged(COUNTING, [{"id": "t-17"}], [record], AS_OF)

    assert verdict.status is Status.MET


def test_a_bearer_whose_day_of_joining_is_no_day_is_told_by_field() -> None:
    plan = plan_with(
        quota={
            "measure": {"count": "visit"},
            "every": "school-year",
            "at_least": 1,
            "partial": "full",
        }
    )
    with pytest.raises(InputError, match="joined"):
        judged(plan, [{"id": "t1", "joined": "September"}], [], AS_OF)
