"""Rosters: shares at their edges, order, round trip, and a naive oracle on small grids."""

import tomllib
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import Plan, Register, Verdict, dump_json, dump_toml, evaluate, plan_from_table
from eduplan.exact import exact

TEXT = {"zh": "例", "en": "Example"}
TODAY = date(2024, 10, 1)


def plan_with(**roster: Any) -> Plan:
    return plan_from_table(
        {
            "plan": {"id": "p", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "roster": [{"id": "r", "clause": "1", "title": TEXT, **roster}],
        }
    )


def judged(plan: Plan, bearers: Sequence[object], who: str, day: date = TODAY) -> Verdict:
    verdicts = evaluate(plan, bearers, Register([]), as_of=day)
    return next(verdict for verdict in verdicts if verdict.bearer_id == who)


@pytest.mark.parametrize(("backbone", "status"), [(9, "NOT_MET"), (10, "MET")])
def test_at_least_a_tenth_of_95_people_is_10(backbone: int, status: str) -> None:
    """9 of 95 is 9.47 per cent; the edge is worked out in domain.md."""
    people = [{"id": f"p{i}", "backbone": i < backbone} for i in range(95)]
    group = {"id": "g", "type": "group", "members": [person["id"] for person in people]}
    plan = plan_with(
        bearer={"type": "group"},
        members="members",
        needs={"where": {"backbone": True}, "within": {}, "at_least": "10%"},
    )

    verdict = judged(plan, [group, *people], "g")

    assert verdict.status.value == status
    (point,) = verdict.justification.points
    assert (point.facts["part"], point.facts["whole"]) == (str(backbone), "95")


@pytest.mark.parametrize(("schools", "status"), [(20, "MET"), (21, "NOT_MET")])
def test_an_area_has_at_most_twenty_schools(schools: int, status: str) -> None:
    area = {"id": "a", "type": "area", "schools": [f"s{i}" for i in range(schools)]}
    plan = plan_with(bearer={"type": "area"}, members="schools", needs={"at_most": 20})
    assert judged(plan, [area], "a").status.value == status


def test_a_long_grid_is_told_in_part_and_kept_whole() -> None:
    sides = {"subject": [f"subject-{i}" for i in range(20)], "stage": ["primary"]}
    plan = plan_with(bearer={"type": "county"}, cells=sides, needs={"at_least": 1})
    verdict = judged(plan, [{"id": "c", "type": "county", "subject": "x"}], "c")
    assert len(verdict.justification.points) == 20
    assert "8 more" in verdict.explain("en")


def test_a_roster_of_every_key_is_written_back_as_read() -> None:
    plan = plan_with(
        bearer={"type": "county"},
        each={"type": "area", "county": "@bearer.id", "opened": {"at_most": "@day"}},
        members="schools",
        needs=[
            {"where": {"weak": True}, "within": {}, "at_least": "1/3", "title": TEXT},
            {"distinct": "township", "at_least": 1, "at_most": 4},
        ],
        leader="inspector",
        led_by={"role": "inspector"},
        disjoint=True,
        covers={"type": "school"},
        groups={"at_least": 3},
        by=date(2025, 1, 1),
        until=date(2026, 1, 1),
    )
    grid = plan_with(
        cells={"subject": ["a", "b"], "stage": ["c"]},
        without={"subject": "a"},
        needs={"at_least": 1},
        since=date(2020, 1, 1),
    )
    for one in (plan, grid):
        assert plan_from_table(tomllib.loads(dump_toml(one))) == one
        assert dump_json(one)


def test_a_roster_is_in_force_between_its_days() -> None:
    plan = plan_with(
        bearer={"type": "g"},
        members="ids",
        needs={"at_least": 1},
        since=date(2024, 1, 1),
        until=date(2025, 1, 1),
    )
    group = {"id": "g", "type": "g", "ids": ["x"]}
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)]
    found = [judged(plan, [group], "g", day).status.value for day in days]
    assert found == ["NOT_APPLICABLE", "MET", "MET", "NOT_APPLICABLE"]


def test_nobody_is_named_by_the_sentence_without_names() -> None:
    people = [{"id": f"p{i}", "name": "王芳", "type": "person"} for i in range(2)]
    groups = [{"id": g, "type": "group", "ids": ["p0"], "name": g.upper()} for g in ("a", "b")]
    plan = plan_with(
        bearer={"type": "county"},
        each={"type": "group"},
        members="ids",
        disjoint=True,
        covers={"type": "person"},
    )
    verdict = judged(plan, [{"id": "c", "type": "county"}, *people, *groups], "c")
    told = verdict.explain("en", names=False) + verdict.explain("zh", names=False)
    assert "p0" in told
    assert "p1" in told
    assert "王芳" not in told


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2024, 8, 31), "PENDING"),
        (date(2024, 9, 1), "MET"),
        (date(2024, 9, 2), "MET"),
        (date(2026, 1, 1), "MET"),
    ],
)
def test_somebody_counts_from_the_first_day_and_the_day_itself_decides(
    day: date, status: str
) -> None:
    plan = plan_with(
        bearer={"type": "g"}, members="ids", needs={"at_least": 1}, by=date(2024, 9, 1)
    )
    bearers = [
        {"id": "g", "type": "g", "ids": ["p"]},
        {"id": "p", "joined": date(2024, 9, 1), "left": date(2024, 9, 2)},
    ]
    assert judged(plan, bearers, "g", day).status.value == status


@pytest.mark.parametrize("unsaid", ["subject", "stage"])
def test_whichever_side_of_a_cell_is_not_stated_it_stays_open(unsaid: str) -> None:
    facts = {"subject": "maths", "stage": "primary"}
    del facts[unsaid]
    plan = plan_with(
        bearer={"type": "county"},
        cells={"subject": ["maths"], "stage": ["primary"]},
        needs={"where": {"type": "person"}, "at_least": 1},
    )
    bearers = [{"id": "c", "type": "county"}, {"id": "p", **facts}]
    assert judged(plan, bearers, "c").status.value == "UNDETERMINED"


# ------------------------------------------------------- every way the unknown may turn out

SUBJECTS = ("chinese", "maths")
person = st.fixed_dictionaries(
    {
        "subject": st.sampled_from([*SUBJECTS, None]),
        "backbone": st.sampled_from([True, False, None]),
    }
)
bound = st.integers(0, 3)


def settled(people: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return every roster that what is known allows; a subject may also be some other one."""
    ways = []
    for one in people:
        subjects = [one["subject"]] if one["subject"] else [*SUBJECTS, "other"]
        flags = [one["backbone"]] if one["backbone"] is not None else [True, False]
        ways.append([{"subject": s, "backbone": b} for s in subjects for b in flags])
    return [list(way) for way in product(*ways)]


def agreed(truths: set[bool | None]) -> str:
    """Return the status on which all ways agree, undetermined where they do not."""
    return "UNDETERMINED" if len(truths) > 1 else "MET" if truths == {True} else "NOT_MET"


@given(st.lists(person, max_size=3), bound, bound)
def test_a_cell_is_decided_where_all_that_is_possible_agrees(
    people: list[dict[str, Any]], floor: int, more: int
) -> None:
    plan = plan_with(
        bearer={"type": "county"},
        cells={"subject": list(SUBJECTS)},
        needs={
            "where": {"type": "person", "backbone": True},
            "at_least": floor,
            "at_most": floor + more,
        },
    )
    bearers: list[object] = [{"id": "c", "type": "county"}]
    bearers += [{"id": f"p{i}", **one} for i, one in enumerate(people)]

    verdict = judged(plan, bearers, "c")

    for subject, point in zip(SUBJECTS, verdict.justification.points, strict=True):
        truths: set[bool | None] = {
            floor <= sum(o["backbone"] and o["subject"] == subject for o in way) <= floor + more
            for way in settled(people)
        }
        assert point.status.value == agreed(truths), (people, subject)
        assert bool(point.missing) == (len(truths) > 1)


shares = st.sampled_from(["0%", "1/3", "50%", "2/3", "100%"])


@given(st.lists(person, max_size=3), shares, st.booleans())
def test_a_share_is_decided_where_all_that_is_possible_agrees(
    people: list[dict[str, Any]], share: str, upper: bool
) -> None:
    plan = plan_with(
        bearer={"type": "group"},
        members="members",
        needs={
            "where": {"backbone": True},
            "within": {"subject": "maths"},
            "at_most" if upper else "at_least": share,
        },
    )
    bearers: list[Any] = [{"id": f"p{i}", **one} for i, one in enumerate(people)]
    bearers.append({"id": "g", "type": "group", "members": [one["id"] for one in bearers]})

    status = judged(plan, bearers, "g").status.value

    bound = exact(share)
    truths: set[bool | None] = set()
    for way in settled(people):
        whole = [one["backbone"] for one in way if one["subject"] == "maths"]
        if whole:
            ratio = Fraction(sum(whole), len(whole))
            truths.add(ratio <= bound if upper else ratio >= bound)
        else:
            truths.add(None)
    if truths == {None}:
        assert status == "NOT_APPLICABLE"
    elif len(truths - {None}) == 1 and None not in truths:
        assert status == agreed(truths - {None})
    elif truths - {None} == {True}:
        assert status in ("MET", "UNDETERMINED")
    else:
        assert status == "UNDETERMINED"


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=3, unique=True), max_size=3))
def test_disjoint_and_covering_are_what_sets_say(groups: list[list[str]]) -> None:
    plan = plan_with(
        bearer={"type": "county"},
        each={"type": "area"},
        members="ids",
        disjoint=True,
        covers={"type": "school"},
        groups={"at_least": 2},
    )
    bearers: list[object] = [{"id": "county", "type": "county"}]
    bearers += [{"id": name, "type": "school"} for name in "abc"]
    bearers += [{"id": f"g{i}", "type": "area", "ids": ids} for i, ids in enumerate(groups)]

    points = judged(plan, bearers, "county").justification.points

    listed = [name for ids in groups for name in ids]
    found = {point.code: point.status.value for point in points}
    assert found["roster-groups"] == ("MET" if len(groups) >= 2 else "NOT_MET")
    if groups:
        assert ("roster-twice" in found) == (len(set(listed)) < len(listed))
    assert ("roster-uncovered" in found) == (set(listed) != set("abc"))
