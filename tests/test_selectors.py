"""Selectors: which things are picked, which are not, and of which it cannot be said."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import Group, Person, Record, School
from eduplan.errors import FaultList, InputError
from eduplan.facts import Truth, getter
from eduplan.people import bearer_getter
from eduplan.selectors import Matcher, Scale, as_selector

SCALES = {
    "level": Scale(name="level", values=["school", "county", "city", "province"]),
    "title": Scale(name="title", values=["none", "junior", "senior"]),
}


def picks(table: Any, thing: object, bearer: object = None) -> Truth:
    """Say whether the selector in ``table`` picks ``thing`` for ``bearer``."""
    return Matcher(as_selector(table), SCALES)(getter(thing), getter(bearer or {}))


def blamed(table: Any, thing: object, bearer: object = None) -> str:
    return Matcher(as_selector(table), SCALES).blame(getter(thing), getter(bearer or {}))


def faults_of(table: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as refused:
        as_selector(table)
    return [(fault.path, fault.code) for fault in refused.value.faults]


# ---------------------------------------------------------------- Kleene's tables

STATES: dict[Truth, dict[str, str]] = {True: {"a": "yes"}, False: {"a": "no"}, None: {}}


def two(first: Truth, second: Truth) -> dict[str, str]:
    """Return a thing whose fact ``a`` is right, wrong or absent, and ``b`` likewise."""
    return {
        **STATES[first],
        **{"b" if fact == "a" else fact: v for fact, v in STATES[second].items()},
    }


KLEENE = [  # first, second, and, or
    (True, True, True, True),
    (True, None, None, True),
    (True, False, False, True),
    (None, True, None, True),
    (None, None, None, None),
    (None, False, False, None),
    (False, True, False, True),
    (False, None, False, None),
    (False, False, False, False),
]


@pytest.mark.parametrize(("first", "second", "both", "either"), KLEENE)
def test_conditions_join_as_in_kleenes_tables(
    first: Truth, second: Truth, both: Truth, either: Truth
) -> None:
    thing = two(first, second)
    neither = None if either is None else not either
    not_both = None if both is None else not both

    assert picks({"a": "yes", "b": "yes"}, thing) is both
    assert picks({"any": [{"a": "yes"}, {"b": "yes"}]}, thing) is either
    assert picks({"not": [{"a": "yes"}, {"b": "yes"}]}, thing) is neither
    assert picks({"not": {"a": "yes", "b": "yes"}}, thing) is not_both
    assert picks({"not": {"any": [{"a": "yes"}, {"b": "yes"}]}}, thing) is neither


@pytest.mark.parametrize(("truth", "negated"), [(True, False), (False, True), (None, None)])
def test_not_turns_right_and_wrong_and_leaves_unknown(truth: Truth, negated: Truth) -> None:
    assert picks({"not": {"a": "yes"}}, STATES[truth]) is negated
    assert picks({"a": {"not": "yes"}}, STATES[truth]) is negated
    assert picks({"not": {"not": {"a": "yes"}}}, STATES[truth]) is truth


def test_a_selector_without_conditions_picks_everything() -> None:
    assert picks({}, {}) is True
    assert picks({}, {"a": "yes"}) is True


# ---------------------------------------------------------------- what a fact may be


def test_one_of_several_wanted_values_is_enough() -> None:
    courses = {"kind": ["course", "workshop"]}

    assert picks(courses, {"kind": "workshop"}) is True
    assert picks(courses, {"kind": "lecture"}) is False
    assert picks(courses, {}) is None


@pytest.mark.parametrize("several", [("teacher", "principal"), ["principal"], {"principal"}])
def test_one_of_several_values_of_a_fact_is_enough(several: Iterable[str]) -> None:
    assert picks({"role": "principal"}, {"role": several}) is True
    assert picks({"role": {"not": "principal"}}, {"role": several}) is False
    assert picks({"role": "researcher"}, {"role": several}) is False
    assert picks({"role": {"not": "researcher"}}, {"role": several}) is True


def test_no_roles_is_an_answer_and_no_statement_is_none() -> None:
    # a person with no roles is no teacher; of a row that does not speak of roles nobody knows
    teachers = {"role": "teacher"}

    assert picks(teachers, Person(id="t1")) is False
    assert picks({"role": {"not": "teacher"}}, Person(id="t1")) is True
    assert picks(teachers, {"id": "t1"}) is None


def test_facts_are_read_from_mappings_objects_and_values_of_the_library() -> None:
    class Row:
        stage = "primary"

    for thing in (
        {"stage": "primary"},
        Row(),
        Person(id="t1", stage="primary"),
        School(id="s1", stage="primary"),
        Group(id="g1", stage="primary"),
        Record(id="r1", kind="training", day=date(2024, 9, 1), facts={"stage": "primary"}),
    ):
        assert picks({"stage": "primary"}, thing) is True
        assert picks({"stage": "junior-high"}, thing) is False
        assert picks({"subject": "maths"}, thing) is None


def test_a_blank_stage_is_not_a_stage() -> None:
    assert picks({"stage": {"not": "primary"}}, Person(id="t1")) is None


def test_whoever_does_not_say_what_it_is_is_a_person() -> None:
    people = Matcher(as_selector({"type": "person"}), SCALES)

    for bearer, found in [({"id": "t1"}, True), (School(id="s1"), False), (Person(id="t1"), True)]:
        get = bearer_getter(bearer)
        assert people(get, get) is found


@pytest.mark.parametrize(
    ("hours", "at_least", "above", "at_most", "below"),
    [
        (7, False, False, True, True),
        (Fraction(15, 2), True, False, True, False),
        (8, True, True, False, False),
    ],
)
def test_numbers_are_compared_exactly(
    hours: Fraction, at_least: bool, above: bool, at_most: bool, below: bool
) -> None:
    training = Record(id="r1", kind="training", day=date(2024, 9, 1), facts={"hours": hours})

    assert picks({"hours": {"at_least": 7.5}}, training) is at_least
    assert picks({"hours": {"above": 7.5}}, training) is above
    assert picks({"hours": {"at_most": 7.5}}, training) is at_most
    assert picks({"hours": {"below": 7.5}}, training) is below


@pytest.mark.parametrize("amount", [7.5, 0.1])
def test_a_row_of_plain_numbers_is_picked_like_a_record_of_the_library(amount: float) -> None:
    facts = {"hours": amount}
    row = {"id": "r1", "kind": "training", "day": date(2024, 9, 1), **facts}
    record = Record(id="r1", kind="training", day=date(2024, 9, 1), facts=facts)

    for table in ({"hours": amount}, {"hours": {"at_least": amount}}, {"hours": {"above": amount}}):
        assert picks(table, row) is picks(table, record)


def test_days_are_compared_as_days() -> None:
    since = {"joined": {"at_least": date(2024, 9, 1)}}

    assert picks(since, Person(id="t1", joined="2024-09-01")) is True
    assert picks(since, Person(id="t1", joined="2024-08-31")) is False
    assert picks(since, Person(id="t1")) is None


def test_what_cannot_be_compared_is_unknown() -> None:
    assert picks({"hours": {"at_least": 7}}, {"hours": "eight"}) is None
    assert picks({"hours": {"at_least": 1}}, {"hours": True}) is None
    assert picks({"joined": {"at_least": date(2024, 9, 1)}}, {"joined": 2024}) is None


# ---------------------------------------------------------------- scales


def test_levels_are_compared_by_their_place_on_the_scale() -> None:
    # by the alphabet a county would come after a city
    from_city = {"level": {"at_least": "city"}}

    assert [picks(from_city, {"level": level}) for level in SCALES["level"].values] == [
        False,
        False,
        True,
        True,
    ]
    assert [picks({"level": {"below": "city"}}, {"level": v}) for v in SCALES["level"].values] == [
        True,
        True,
        False,
        False,
    ]


def test_a_value_that_is_not_on_the_scale_is_neither_high_nor_low() -> None:
    assert picks({"level": {"at_least": "city"}}, {"level": "galaxy"}) is None
    assert picks({"level": {"below": "city"}}, {"level": "galaxy"}) is None
    assert picks({"level": {"at_least": "city"}}, {"level": 3}) is None


def test_a_scale_of_another_name_can_be_used() -> None:
    prize = {"prize": {"at_least": "city", "scale": "level"}}

    assert picks(prize, {"prize": "province"}) is True
    assert picks(prize, {"prize": "county"}) is False


def test_of_several_levels_one_that_is_high_enough_decides() -> None:
    from_city = {"level": {"at_least": "city"}}

    assert picks(from_city, {"level": ("school", "province")}) is True
    assert picks(from_city, {"level": ("school", "county")}) is False
    # a third that nobody can place changes nothing where one is high enough
    assert picks(from_city, {"level": ("province", "galaxy")}) is True
    assert picks(from_city, {"level": ("school", "galaxy")}) is None


def faults_on(table: Any) -> list[tuple[str, str]]:
    faults = FaultList()
    as_selector(table).faults(SCALES, faults)
    return [(fault.path, fault.code) for fault in faults.faults]


def test_a_selector_that_does_not_fit_the_scales_is_told_so() -> None:
    assert faults_on({"level": {"at_least": "galaxy"}}) == [("level", "not-on-scale")]
    assert faults_on({"level": ["city", "galaxy"]}) == [("level", "not-on-scale")]
    assert faults_on({"tier": {"above": "a"}}) == [("tier", "unknown-scale")]
    assert faults_on({"prize": {"at_least": "city", "scale": "levels"}}) == [
        ("prize", "unknown-scale")
    ]
    nested = {"any": [{"level": "galaxy"}], "not": {"title": {"below": "galaxy"}}}
    assert faults_on(nested) == [("level", "not-on-scale"), ("title", "not-on-scale")]
    fine = {"level": "city", "tier": "a", "hours": {"at_least": 3}, "title": "@bearer.title"}
    assert faults_on(fine) == []


@pytest.mark.parametrize("values", [["a"], ["a", "b", "a"], []])
def test_a_scale_has_two_different_values_at_least(values: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        Scale(name="level", values=values)

    assert [(f.path, f.code) for f in refused.value.faults] == [("values", "scale-values")]


# ---------------------------------------------------------------- the bearer's own facts


@pytest.mark.parametrize(
    ("tier", "own", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (None, "a", None),
        ("a", None, None),
        ("a", ("a", "b"), True),
        ("c", ("a", "b"), False),
        (("c", "b"), ("a", "b"), True),
    ],
)
def test_a_record_may_be_held_against_its_bearer(tier: Any, own: Any, same: Truth) -> None:
    training, teacher = {"tier": tier}, {"tier": own}
    differs = None if same is None else not same

    assert picks({"tier": "@bearer.tier"}, training, teacher) is same
    assert picks({"tier": {"not": "@bearer.tier"}}, training, teacher) is differs


def test_a_value_that_fits_anyway_does_not_wait_for_the_bearer() -> None:
    fits = {"tier": ["all", "@bearer.tier"]}

    assert picks(fits, {"tier": "all"}, {}) is True
    assert picks(fits, {"tier": "a"}, {}) is None
    assert picks({"tier": {"not": ["all", "@bearer.tier"]}}, {"tier": "all"}, {}) is False


@pytest.mark.parametrize(
    ("mentor", "mentee", "higher"),
    [
        ("senior", "junior", True),
        ("junior", "junior", False),
        ("none", "junior", False),
        ("senior", None, None),
        (None, "junior", None),
        ("senior", "unheard-of", None),
    ],
)
def test_ranks_may_be_held_against_the_bearers(mentor: Any, mentee: Any, higher: Truth) -> None:
    above = {"title": {"above": "@bearer.title"}}

    assert picks(above, {"title": mentor}, {"title": mentee}) is higher


def test_texts_without_a_scale_are_never_compared_by_the_alphabet() -> None:
    above = Matcher(as_selector({"title": {"above": "@bearer.title"}}), {})

    assert above(getter({"title": "senior"}), getter({"title": "junior"})) is None
    # numbers need no scale
    assert above(getter({"title": 3}), getter({"title": 2})) is True


# ---------------------------------------------------------------- because of what


def test_what_is_wrong_is_blamed_before_what_is_not_known() -> None:
    table = {"category": "key", "level": {"at_least": "city"}, "certified": True}

    assert blamed(table, {"category": "key", "level": "city", "certified": False}) == "certified"
    assert blamed(table, {"level": "county", "certified": True}) == "level"
    assert blamed(table, {"category": "key", "level": "city"}) == "certified"
    assert blamed(table, {"category": "key", "certified": True}) == "level"
    assert blamed({"not": {"away": True}}, {"away": True}) == "away"
    assert blamed({"not": {"away": True}}, {}) == "away"
    assert blamed({"any": [{"away": True}, {"online": True}]}, {}) == "away"


@pytest.mark.parametrize(
    ("table", "thing"),
    [
        pytest.param({"any": [{"a": "yes"}, {"b": "yes"}]}, {"a": "no"}, id="any"),
        pytest.param({"any": [{"a": "yes", "b": "yes"}]}, {"a": "yes"}, id="any, together"),
        pytest.param({"not": {"a": "yes", "b": "yes"}}, {"a": "yes"}, id="not"),
    ],
)
def test_a_fact_that_is_stated_is_not_blamed_for_not_being_known(
    table: Any, thing: dict[str, str]
) -> None:
    # What is told is "b is not stated"; told of a, which is stated, it would send people astray.
    assert picks(table, thing) is None
    assert blamed(table, thing) == "b"


# ---------------------------------------------------------------- what is refused


def test_all_faults_of_a_selector_are_reported_at_once() -> None:
    table = {
        "level": {"atleast": "city"},
        "title": {"above": ["junior", "senior"]},
        "tier": [],
        "学段": "primary",
        "hours": {},
        "prize": {"at_least": "city", "scale": "Level"},
        "any": [{"kind": []}, "course"],
        "not": [{"away": {"is": 1j}}],
    }

    assert set(faults_of(table)) == {
        ("level.atleast", "unknown-test"),
        ("title.above", "one-operand"),
        ("tier", "empty-list"),
        ("学段", "not-a-name"),
        ("hours", "unknown-test"),
        ("prize.scale", "not-a-name"),
        ("any[0].kind", "empty-list"),
        ("any[1]", "not-a-table"),
        ("not[0].away.is", "not-a-fact"),
    }


def test_any_of_nothing_is_refused_and_does_not_pick_everything() -> None:
    assert faults_of({"any": []}) == [("any", "empty-list")]


@pytest.mark.parametrize("table", ["primary", 3, ["primary"], None])
def test_what_is_no_table_is_no_selector(table: Any) -> None:
    assert faults_of(table) == [("", "not-a-table")]


# ---------------------------------------------------------------- against a naive evaluator


def kleene_and(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    return False if False in found else None if None in found else True


def kleene_not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def kleene_or(truths: Iterable[Truth]) -> Truth:
    return kleene_not(kleene_and(kleene_not(truth) for truth in truths))


ORDERS: dict[str, Callable[[int, int], bool]] = {
    "at_least": lambda a, b: a >= b,
    "above": lambda a, b: a > b,
    "at_most": lambda a, b: a <= b,
    "below": lambda a, b: a < b,
}


def several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else [value]


def naively(table: Mapping[str, Any], thing: Mapping[str, Any], bearer: Mapping[str, Any]) -> Truth:
    """Judge a selector as it stands in a plan file, case by case, without any preparation."""
    truths: list[Truth] = []
    for key, spelled in table.items():
        if key == "any":
            truths.append(kleene_or(naively(branch, thing, bearer) for branch in spelled))
        elif key == "not":
            branches = [spelled] if isinstance(spelled, dict) else spelled
            truths.extend(kleene_not(naively(branch, thing, bearer)) for branch in branches)
        else:
            tests = spelled if isinstance(spelled, dict) else {"is": spelled}
            truths.extend(
                naive_test(key, test, operand, thing, bearer) for test, operand in tests.items()
            )
    return kleene_and(truths)


def naive_test(
    field: str, test: str, operand: Any, thing: Mapping[str, Any], bearer: Mapping[str, Any]
) -> Truth:
    wanted: list[Any] = []  # None stands for something unknown
    for one in several(operand):
        if isinstance(one, str) and one.startswith("@bearer."):
            wanted.extend(several(bearer.get(one.removeprefix("@bearer."))))
        else:
            wanted.append(one)
    values = several(thing.get(field))

    def compare(value: Any, bound: Any) -> Truth:
        if value is None or bound is None:
            return None
        if test in ("is", "not"):
            return bool(value == bound)
        if isinstance(bound, str):
            scale = SCALES[field].values
            return ORDERS[test](scale.index(value), scale.index(bound))
        return ORDERS[test](value, bound)

    holds = kleene_or(compare(value, bound) for value in values for bound in wanted)
    return kleene_not(holds) if test == "not" else holds


levels = st.sampled_from(SCALES["level"].values)
numbers = st.integers(0, 2)
facts = st.fixed_dictionaries(
    {},
    optional={
        "level": levels | st.lists(levels, min_size=1, max_size=2).map(tuple),
        "hours": numbers,
        "tier": st.sampled_from("ab") | st.just(("a", "b")),
    },
)
bearers = st.fixed_dictionaries(
    {},
    optional={
        "level": levels,
        "hours": numbers,
        "tier": st.sampled_from("ab") | st.just(("a", "b")),
    },
)


def conditions_on(field: str, operands: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    with_bearers = operands | st.just(f"@bearer.{field}")
    lists = with_bearers | st.lists(with_bearers, min_size=1, max_size=2)
    equal = lists | st.dictionaries(st.sampled_from(["is", "not"]), lists, min_size=1, max_size=1)
    if field == "tier":
        return equal
    return equal | st.dictionaries(
        st.sampled_from([*ORDERS, "not"]), with_bearers, min_size=1, max_size=2
    )


leaves = st.fixed_dictionaries(
    {},
    optional={
        "level": conditions_on("level", levels),
        "hours": conditions_on("hours", numbers),
        "tier": conditions_on("tier", st.sampled_from("ab")),
    },
)
tables = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda leaf, more: leaf | more,
        leaves,
        st.fixed_dictionaries(
            {},
            optional={
                "any": st.lists(inner, min_size=1, max_size=2),
                "not": inner | st.lists(inner, min_size=1, max_size=2),
            },
        ),
    ),
    max_leaves=4,
)


@given(table=tables, thing=facts, bearer=bearers)
def test_a_selector_agrees_with_the_naive_evaluator(
    table: dict[str, Any], thing: dict[str, Any], bearer: dict[str, Any]
) -> None:
    assert picks(table, thing, bearer) is naively(table, thing, bearer)


@given(table=tables, thing=facts, bearer=bearers)
def test_nothing_is_blamed_where_a_selector_holds(
    table: dict[str, Any], thing: dict[str, Any], bearer: dict[str, Any]
) -> None:
    blame = blamed(table, thing, bearer)

    if naively(table, thing, bearer) is True:
        assert blame == ""
    else:
        # a branch without conditions, as in "not everything", has nothing to blame
        assert blame in {*as_selector(table).fields(), ""}


@given(table=tables)
def test_a_selector_written_and_read_back_is_the_same(table: dict[str, Any]) -> None:
    selector = as_selector(table)

    assert as_selector(selector.plain()) == selector


@pytest.mark.parametrize(
    "table",
    [
        pytest.param({"hours": {"at_least": 7.5}}, id="a decimal"),
        pytest.param({"hours": [1, 0.5]}, id="several numbers"),
        pytest.param({"level": {"is": ["city", "county"], "not": "county"}}, id="is and not"),
        pytest.param({"level": {"is": "city", "scale": "level"}}, id="is, on a scale"),
        pytest.param({"joined": {"below": date(2024, 9, 1)}}, id="a day"),
        pytest.param({"away": True, "not": [{"away": False}]}, id="truth values"),
    ],
)
def test_every_spelling_of_a_selector_is_written_and_read_back_the_same(table: Any) -> None:
    selector = as_selector(table)

    assert as_selector(selector.plain()) == selector
