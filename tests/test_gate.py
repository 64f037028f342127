"""Gates: Kleene's laws against an oracle of their own, round trips, and what is told."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
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
from eduplan.lengths import as_length
from eduplan.provisions import Docket, Subject

Tree = Mapping[str, Any]
World = Mapping[str, bool | None]

AS_OF = date(2024, 9, 1)
TEXT = {"zh": "例", "en": "example"}
FACTS = ("a", "b", "c")
STATUS = {True: Status.MET, False: Status.NOT_MET, None: Status.UNDETERMINED}

leaf = st.sampled_from([{"bearer": {fact: True}} for fact in FACTS])
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
worlds = st.fixed_dictionaries({fact: st.sampled_from([True, False, None]) for fact in FACTS})


def plan_with(**provisions: list[dict[str, Any]]) -> Plan:
    head = {"clause": "1", "title": TEXT}
    return plan_from_table(
        {
            "plan": {"id": "town", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            **{form: [{**head, **one} for one in several] for form, several in provisions.items()},
        }
    )


def verdict_on(
    admits: Tree,
    bearer: Mapping[str, object],
    records: Sequence[Record] = (),
    *,
    complete_through: date | None = None,
) -> Verdict:
    plan = plan_with(gate=[{"id": "g", "admits": admits}])
    register = Register(records, complete_through=complete_through)
    (verdict,) = evaluate(plan, [bearer], register, as_of=AS_OF)
    return verdict


def known(world: World) -> dict[str, object]:
    return {"id": "x", **{fact: value for fact, value in world.items() if value is not None}}


def classical(tree: Tree, world: Mapping[str, bool]) -> bool:
    """Return what a tree comes to where everything is known."""
    ((head, inner),) = tree.items()
    if head == "bearer":
        return world[next(iter(inner))]
    if head == "not":
        return not classical(inner, world)
    return (all if head == "all" else any)(classical(part, world) for part in inner)


def kleene(tree: Tree, world: World) -> bool | None:
    """Return a truth as Kleene has it, by his tables written out."""
    ((head, inner),) = tree.items()
    if head == "bearer":
        return world[next(iter(inner))]
    if head == "not":
        return {True: False, False: True, None: None}[kleene(inner, world)]
    truths = {kleene(part, world) for part in inner}
    for wins in (False, None, True) if head == "all" else (True, None, False):
        if wins in truths:
            return wins
    raise AssertionError


@given(trees, worlds)
def test_a_gate_follows_kleene(tree: Tree, world: World) -> None:
    assert verdict_on(tree, known(world)).status is STATUS[kleene(tree, world)]


@given(trees, worlds)
def test_what_is_decided_stays_so_whatever_the_unknown_turns_out_to_be(
    tree: Tree, world: World
) -> None:
    status = verdict_on(tree, known(world)).status
    if status is Status.UNDETERMINED:
        return
    for value in (True, False):
        filled = {fact: value if truth is None else truth for fact, truth in world.items()}
        assert STATUS[classical(tree, filled)] is status


@given(trees, worlds)
def test_only_facts_that_are_unknown_are_missing_and_only_where_undecided(
    tree: Tree, world: World
) -> None:
    verdict = verdict_on(tree, known(world))

    missing = [one.facts["field"] for one in verdict.missing]
    assert bool(missing) is (verdict.status is Status.UNDETERMINED)
    assert len(missing) == len(set(missing))
    assert all(world[str(field)] is None for field in missing)


@given(trees, worlds)
def test_not_not_and_de_morgan(tree: Tree, world: World) -> None:
    bearer = known(world)
    other = {"bearer": {"a": True}}
    one = verdict_on({"not": {"all": [tree, other]}}, bearer)
    two = verdict_on({"any": [{"not": tree}, {"not": other}]}, bearer)

    assert verdict_on({"not": {"not": tree}}, bearer).status is verdict_on(tree, bearer).status
    assert one.status is two.status


@given(trees)
def test_a_gate_is_written_back_as_it_was_read(tree: Tree) -> None:
    title = {"zh": "条件", "en": "condition"}
    admits = {
        "all": [
            {**tree, "title": title},
            {"elapsed": "18 months", "since": "hired"},
            {"sum": "hours", "of": "training", "at_least": "7.5", "in_last": "1 year"},
            {"verdict": "q", "status": ["MET", "PENDING"]},
        ]
    }
    quota = {"id": "q", "measure": {"count": "award"}, "every": "term", "at_least": 1}
    over = {"kind": "lesson-delivery", "by": "deliverer", "where": {"ordered": True}}
    plan = plan_with(quota=[quota], gate=[{"id": "g", "admits": admits, "over": over}])

    assert plan_from_table(tomllib.loads(dump_toml(plan))) == plan
    assert plan_from_table(json.loads(dump_json(plan))) == plan


eight_days = st.integers(0, 7).map(lambda n: AS_OF + timedelta(days=n - 4))


@given(eight_days, st.sampled_from([1, 2, 12, 60]))
def test_time_gone_by_agrees_with_counting_months(day: date, months: int) -> None:
    start = date(day.year - months // 12, day.month, day.day)
    verdict = verdict_on(
        {"elapsed": as_length(f"{months} months").plain(), "since": "hired"},
        {"id": "x", "hired": start},
    )
    gone = 12 * (AS_OF.year - start.year) + AS_OF.month - start.month - (AS_OF.day < start.day)

    assert (verdict.status is Status.MET) is (gone >= months)


def test_time_that_is_not_over_before_the_last_of_all_days_is_not_over() -> None:
    hired = {"id": "x", "hired": date(9999, 12, 31)}

    verdict = verdict_on({"elapsed": "1 month", "since": "hired"}, hired)

    assert (verdict.status, verdict.due) == (Status.NOT_MET, None)


@given(st.lists(eight_days, max_size=4), st.integers(0, 3), st.booleans())
def test_a_further_record_never_closes_a_floor_nor_opens_a_ceiling(
    days: list[date], bound: int, least: bool
) -> None:
    records = [Record(id=f"r{i}", kind="award", day=day, bearer="x") for i, day in enumerate(days)]
    tally = {"count": "award", ("at_least" if least else "at_most"): bound}
    statuses = [
        verdict_on(tally, {"id": "x"}, records[:n], complete_through=AS_OF).status
        for n in range(len(records) + 1)
    ]
    seen = sum(day <= AS_OF for day in days)

    assert statuses[-1] is STATUS[seen >= bound if least else seen <= bound]
    assert statuses == sorted(statuses, key=[Status.NOT_MET, Status.MET].index, reverse=not least)


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        ("1 years", "1年", "1 year"),
        ("24 months", "2年", "2 years"),
        ("7 month", "7个月", "7 months"),
    ],
)
def test_a_length_of_time_is_told_in_years_where_it_is_whole_years(
    length: str, zh: str, en: str
) -> None:
    assert as_length(length).text.zh == zh
    assert as_length(length).text.en == as_length(length).plain() == en


def test_why_somebody_is_not_admitted_is_told_in_both_languages() -> None:
    admits = {
        "all": [
            {"elapsed": "5 years", "since": "teaching_since"},
            {"any": [{"bearer": {"role": "researcher"}}, {"bearer": {"honours": "backbone"}}]},
            {"count": "award", "at_least": 1, "in_last": "3 years"},
        ]
    }
    bearer = {"id": "x", "teaching_since": AS_OF, "role": "teacher", "honours": "master-teacher"}
    verdict = verdict_on(admits, bearer, complete_through=AS_OF)

    assert verdict.explain("en") == (
        "x: example - not admitted; what does not hold: 5 years since the day of starting to teach "
        "(reached on 1 September 2029); one of (role: researcher (here: teacher); honours: backbone teacher "
        "(here: master teacher)); award in the last 3 years: at least 1 (found: 0) (town 1). "
        "In detail: 5 years since the day of starting to teach (reached on 1 September 2029) "
        "(not met); one of (role: researcher (here: teacher); honours: backbone teacher (here: "
        "master teacher)) (not met); award in the last 3 years: at least 1 (found: 0) (not met)."
    )
    assert "近3年获奖不少于1（现有0）" in verdict.explain("zh")


def test_one_provision_is_judged_once_for_all_that_rest_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = plan_with(
        quota=[{"id": "q", "measure": {"count": "award"}, "every": "school-year", "at_least": 1}],
        gate=[{"id": f"g{n}", "admits": {"verdict": "q"}} for n in range(3)],
    )
    quota = plan.benches["q"]
    times = []

    def judge(subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        times.append(subject.id)
        return type(quota).judge(quota, subject, docket)

    monkeypatch.setattr(quota, "judge", judge)

    list(evaluate(plan, [{"id": "x"}], Register([]), as_of=AS_OF))

    assert len(times) == 1


def test_a_mean_admits_by_the_group_of_the_bearer() -> None:
    plan = plan_with(
        quota=[
            {
                "id": "q",
                "measure": {"count": "award"},
                "every": "school-year",
                "at_least": 1,
                "scope": {"mean": "school"},
            }
        ],
        gate=[{"id": "g", "admits": {"verdict": "q"}}],
    )
    people = [
        {"id": name, "school": school} for name, school in (("x", "s1"), ("y", "s1"), ("z", "s2"))
    ]
    records = [
        Record(id=f"r{n}", kind="award", day=date(2023, 10, 9), bearer="x") for n in range(2)
    ]
    verdicts = evaluate(
        plan,
        people,
        Register(records, complete_through=date(2024, 9, 1)),
        as_of=date(2024, 9, 1),
    )
    found = {v.bearer_id: v.status for v in verdicts if v.provision == "g"}
    assert found == {"x": Status.UNDETERMINED, "y": Status.UNDETERMINED, "z": Status.UNDETERMINED}


def test_a_gate_may_wait_for_an_answer() -> None:
    plan = plan_from_table(
        {
            "plan": {"id": "town", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "question": [
                {
                    "id": "years",
                    "clause": "1",
                    "asks": TEXT,
                    "reading": [
                        {"id": "three", "means": TEXT, "value": "3 years"},
                        {"id": "five", "means": TEXT, "value": "5 years"},
                    ],
                }
            ],
            "gate": [
                {
                    "id": "g",
                    "clause": "1",
                    "title": TEXT,
                    "admits": {"elapsed": "?years", "since": "hired"},
                }
            ],
        }
    )
    people = [{"id": str(year), "hired": date(year, 9, 1)} for year in (2018, 2020, 2023)]
    statuses = [v.status for v in evaluate(plan, people, Register([]), as_of=AS_OF)]

    assert statuses == [Status.MET, Status.UNDETERMINED, Status.NOT_MET]
