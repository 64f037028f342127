"""Rules keep the relations that their data declares, and one that does not is found out."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

from eduplan import Quota, Verdict, available_plans, load_plan
from eduplan.dates import Period
from eduplan.messages import Text
from eduplan.plan import Plan
from eduplan.provisions import Question, Unanswered
from eduplan.selectors import Scale
from eduplan.sources import Clause
from eduplan.testing import divided_quotas, quotas
from eduplan.testing.relations import Relation, check_relations, relations_broken, relations_kept
from eduplan.testing.relations.checking import reference
from eduplan.testing.values import SCALES

THOROUGH = settings().max_examples > 1_000
"""Whether the profile of Hypothesis asks for many examples; then 100,000 registers are drawn."""

REGISTERS = 2_000 if THOROUGH else 40
"""Registers for each rule; there are some fifty rules."""

RULESETS = sorted(
    path
    for path in (Path(__file__).parent / "rulesets").glob("*.toml")
    if not path.name.endswith(".cases.toml")
)
TITLE = Text("规定", "provision")
HORIZON = Period(date(2020, 1, 1), date(2022, 9, 1))


def an_answer(question: Question) -> Any:
    """Return some answer to a question."""
    if question.reading:
        return question.reading[0].id
    return {"date": date(2021, 1, 1), "number": 1}.get(str(question.expects), "text")


def answered(plan: Plan) -> Plan:
    """Return a plan whose questions have some answer."""
    return plan.answer({question.id: an_answer(question) for question in plan.questions})


def plan_of(quota: Quota) -> Plan:
    """Return a plan of one rule."""
    return Plan(
        id="plan",
        title=TITLE,
        document={"title": TITLE},
        clauses=(Clause(number="1", gist=TITLE),),
        provisions=(quota,),
        scales=tuple(Scale(name=name, values=values) for name, values in SCALES.items()),
        horizon=HORIZON,
    )


def hours(**keys: Any) -> Quota:
    """Return a rule on hours of training."""
    rest: dict[str, Any] = {
        "measure": {"sum": "hours", "of": "training"},
        "every": "calendar-year",
        "at_least": 24,
    }
    return Quota(id="hours", clause="1", title=TITLE, **{**rest, **keys})


@pytest.mark.parametrize("path", RULESETS, ids=lambda path: path.stem)
def test_published_rules_keep_what_they_declare(path: Path) -> None:
    check_relations(answered(load_plan(path)), registers=REGISTERS)


@pytest.mark.parametrize("name", available_plans())
def test_packaged_plans_keep_what_they_declare(name: str) -> None:
    check_relations(answered(load_plan(name)), registers=REGISTERS // 2)


@given(quota=quotas() | divided_quotas())
def test_generated_rules_keep_what_they_declare(quota: Quota) -> None:
    check_relations(plan_of(quota), registers=10)


# ---------------------------------------------------------------- rules that break a relation

AS_COURSES = {"count": "training"}
BREAKING: dict[str, tuple[Relation, str, dict[str, Any]]] = {
    "hours entered twice count twice": (Relation.DUPLICATES, "measure.sum", {}),
    "at most eight hours of a course": (
        Relation.SPLIT,
        "measure.caps[0]",
        {
            "measure": {
                "sum": "hours",
                "of": "training",
                "caps": [{"at_most": 8, "per": "record"}],
            }
        },
    ),
    "the longest course of a topic": (
        Relation.SPLIT,
        "measure.caps[0]",
        {
            "measure": {
                "sum": "hours",
                "of": "training",
                "caps": [{"best": 1, "per": "period", "each": "topic"}],
            }
        },
    ),
    "whole units of ten hours": (
        Relation.SPLIT,
        "measure.tariff[0].whole",
        {
            "measure": {
                "credits": "training",
                "tariff": [{"per": "hours", "each": 10, "whole": True}],
            },
            "at_least": 3,
        },
    ),
    "courses of eight hours or more": (
        Relation.SPLIT,
        "hours",
        {"measure": {"sum": "hours", "of": "training", "where": {"hours": {"at_least": 8}}}},
    ),
    "courses, not hours": (
        Relation.SPLIT,
        "measure.count",
        {"measure": AS_COURSES, "at_least": 3},
    ),
    "a share by courses": (
        Relation.SPLIT,
        "part[0].records",
        {
            "part": [
                {
                    "id": "online",
                    "where": {"online": True},
                    "within": {},
                    "records": True,
                    "at_least": "1/2",
                }
            ]
        },
    ),
    "a share by different courses": (
        Relation.SPLIT,
        "part[0].distinct",
        {
            "part": [
                {
                    "id": "online",
                    "where": {"online": True},
                    "within": {},
                    "distinct": "course",
                    "at_least": "1/2",
                }
            ]
        },
    ),
    "a ceiling": (Relation.ADDING, "at_most", {"at_least": None, "at_most": 24}),
    "a share that further records may lower": (
        Relation.ADDING,
        "part[0].within",
        {"part": [{"id": "online", "where": {"online": True}, "within": {}, "at_least": "1/2"}]},
    ),
    "caps that cross": (
        Relation.ADDING,
        "measure.caps",
        {
            "measure": {
                "sum": "hours",
                "of": "training",
                "caps": [
                    {"at_most": 12, "per": "period", "where": {"any": [{"a": 1}, {"b": 1}]}},
                    {"at_most": 0, "per": "period", "where": {"a": 1}},
                ],
            },
            "at_least": 12,
        },
    ),
    "in force since a day": (Relation.SHIFT, "since", {"since": date(2021, 1, 1)}),
    "days of a year that may be a leap year": (
        Relation.SHIFT,
        "measure.days",
        {"measure": {"days": "training"}, "at_least": 366},
    ),
    "in proportion to days of service": (
        Relation.SHIFT,
        "partial",
        {"partial": "pro-rata", "measure": AS_COURSES, "at_least": 3},
    ),
    "one person is named": (Relation.RENAMING, "id", {"bearer": {"id": "t1"}}),
    "courses have no unit": (Relation.UNIT, "measure.count", {"measure": AS_COURSES}),
    "how many of a group have done so much has none": (
        Relation.UNIT,
        "scope",
        {"scope": {"share": "all"}, "partial": "full"},
    ),
    "the registrar's figure": (
        Relation.UNIT,
        "measure.tariff[0].stated",
        {
            "measure": {
                "credits": "training",
                "tariff": [{"stated": "hours", "least": 1, "most": 30}],
            }
        },
    ),
}
by_breaking = pytest.mark.parametrize(
    ("relation", "key", "keys"), BREAKING.values(), ids=BREAKING.keys()
)


@by_breaking
def test_a_rule_says_because_of_which_key(
    relation: Relation, key: str, keys: dict[str, Any]
) -> None:
    rule = hours(**keys)
    assert relations_broken(rule)[relation] == key
    assert relation not in relations_kept(rule)


@by_breaking
def test_a_rule_that_declares_what_it_breaks_is_reported(
    relation: Relation, key: str, keys: dict[str, Any]
) -> None:
    with pytest.raises(AssertionError, match=f"hours does not keep {relation}") as found:
        check_relations(
            plan_of(hours(**keys)), keeps=lambda _: frozenset([relation]), registers=3_000
        )
    assert str(found.value).count("\nrecord ") <= 8, "a small case is told"


def test_a_plain_rule_keeps_all_but_duplicates() -> None:
    assert relations_kept(hours()) == frozenset(Relation) - {Relation.DUPLICATES}


def test_other_forms_keep_order_and_names() -> None:
    settled = answered(load_plan("primary-school-2024")).settled
    kept = {relations_kept(one) for one in settled if not isinstance(one, Quota | Unanswered)}
    assert kept == {frozenset({Relation.ORDER, Relation.RENAMING})}


# ---------------------------------------------------------------- judges that break a relation


def forgets_the_last(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    return reference(plan, bearers, records[:-1], **rest)


def counts_records(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    (rule,) = plan.provisions
    assert isinstance(rule, Quota)
    counting = attrs.evolve(rule, measure={"count": "training"})
    return reference(attrs.evolve(plan, provisions=(counting,)), bearers, records, **rest)


def rounds_down(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    whole = [
        attrs.evolve(one, facts={**one.facts, "hours": one.facts["hours"] // 1})
        for one in records
        if "hours" in one.facts
    ]
    return reference(plan, bearers, whole, **rest)


def takes_the_first_two(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    early = sorted(records, key=lambda one: (one.day, one.id))[:2]
    return reference(plan, bearers, early, **rest)


def thinks_2021_never_was(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    return reference(plan, bearers, [one for one in records if one.day.year != 2021], **rest)


def has_a_favourite(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    told = [
        attrs.evolve(one, facts={**one.facts, "hours": 24}) if one.bearer == "t1" else one
        for one in records
    ]
    return reference(plan, bearers, told, **rest)


def adds_an_hour(plan: Plan, bearers: Any, records: Any, **rest: Any) -> Iterable[Verdict]:
    more = [
        attrs.evolve(one, facts={**one.facts, "hours": one.facts["hours"] + 1})
        for one in records
        if "hours" in one.facts
    ]
    return reference(plan, bearers, more, **rest)


@pytest.mark.parametrize(
    ("relation", "judge", "keys"),
    [
        (Relation.ORDER, forgets_the_last, {}),
        (Relation.DUPLICATES, counts_records, {"measure": {"days": "training"}, "at_least": 3}),
        (Relation.SPLIT, rounds_down, {}),
        (Relation.ADDING, takes_the_first_two, {}),
        (Relation.SHIFT, thinks_2021_never_was, {}),
        (Relation.RENAMING, has_a_favourite, {}),
        (Relation.UNIT, adds_an_hour, {}),
    ],
    ids=lambda one: str(one) if isinstance(one, Relation) else "",
)
def test_a_judge_that_breaks_a_relation_is_reported(
    relation: Relation, judge: Callable[..., Iterable[Verdict]], keys: dict[str, Any]
) -> None:
    plan = plan_of(hours(**keys))

    def keeps(rule: Quota) -> frozenset[Relation]:
        return relations_kept(rule) & {relation}

    check_relations(plan, keeps=keeps, registers=2_000)
    with pytest.raises(AssertionError, match=f"hours does not keep {relation}"):
        check_relations(plan, keeps=keeps, judge=judge, registers=2_000)


def test_the_same_seed_tries_the_same() -> None:
    plan = plan_of(hours())
    tried = [check_relations(plan, seed=7, registers=30) for _ in range(2)]
    assert tried[0] == tried[1]
    assert tried[0].registers == 30
    assert {relation for _, relation in tried[0].checks} == relations_kept(hours())


def test_rules_no_register_is_drawn_for_are_named() -> None:
    plan = answered(load_plan("county-six-year"))
    tried = check_relations(plan, registers=1)
    drawn = {name for name, _ in tried.checks}
    assert drawn | set(tried.left_out) == {one.id for one in plan.provisions}
    assert drawn
    assert tried.left_out
