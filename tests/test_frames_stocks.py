"""Targets and rosters over frames: what they say is what the reference says, or is refused."""

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
import pytest
from hypothesis import strategies as st

from as_frames import KINDS, check_frames
from eduplan import InputError
from eduplan.errors import NotPortable
from eduplan.frames import evaluate_frame, refusals, rows_of
from eduplan.provisions import Target
from eduplan.selectors import as_selector
from eduplan.testing import (
    cases,
    figures,
    grouped_people,
    people,
    plans,
    records,
    rosters,
    targets,
)
from eduplan.testing.values import days
from eduplan.verdicts import VerdictRow
from test_frames import HEAD, plan_of

TARGETS = cases(plans=plans(provisions=targets(ways=["share", "count"])), people=grouped_people())
FIGURES = cases(
    plans=plans(provisions=targets(ways=["figure"])),
    people=people(ids=["t1"]),
    records=figures(bearers=["t1"]),
)
MEASURED = cases(
    plans=plans(provisions=targets(ways=["measure"]).filter(lambda one: not any(refusals(one)))),
    people=people(ids=["t1"]),
    records=records(bearers=["t1"]),
)
TWO_FACTS = as_selector({"tier": ["@bearer.tier", "@bearer.level"]})
"""What columns cannot tell: a fact that is one of two facts of the bearer."""


@st.composite
def beyond_columns(draw: st.DrawFn, way: str) -> Target:
    """Return targets that are told record by record: dated versions, and two facts of the bearer."""
    one, other = (draw(targets(ways=[way])) for _ in range(2))
    day = draw(days())
    fits = (one.since or date.min) < day < (one.until or date.max) and not one.suppress_below
    if draw(st.booleans()) and fits and one.every is not None and other.every is not None:
        version = {"from": day, "indicator": other.indicator, "reach": other.reach}
        governs = draw(st.sampled_from(["as-of", "period-start"]))
        return attrs.evolve(one, governs=governs, version=[version])
    if way == "figure":
        return attrs.evolve(one, indicator=attrs.evolve(one.indicator, where=TWO_FACTS))
    assert one.indicator.measure is not None
    measure = attrs.evolve(one.indicator.measure, where=TWO_FACTS)
    return attrs.evolve(one, indicator=attrs.evolve(one.indicator, measure=measure))


BEYOND = {
    way: cases(
        plans=plans(provisions=beyond_columns(way)), people=people(ids=["t1"]), records=taken
    )
    for way, taken in (
        ("figure", figures(bearers=["t1"])),
        ("measure", records(bearers=["t1"])),
    )
}
OTHERS = cases(
    plans=plans(provisions=targets(ways=["others"]).filter(lambda one: not any(refusals(one)))),
    people=people(ids=["t1", "t2", "t3"]),
    records=records(bearers=["t1", "t2", "t3"]),
)
ROSTERS = cases(plans=plans(provisions=rosters()), people=grouped_people())
RELATIVE: list[dict[str, Any]] = [
    {"rank": 1}, {"rank": 2, "places": 3}, {"upper": "1/2"}, {"upper": "1/2", "places": 4},
    {"above": "mean"}, {"at_least": "pooled"}, {"at_most": "mean", "places": 3},
    {"above": "published"},
]  # fmt: skip
PEERS: list[dict[str, Any]] = [
    {}, {"mode": "online"}, {"tier": "@bearer.tier"}, {"level": {"at_most": "@bearer.level"}},
]  # fmt: skip


def among_peers(target: Target) -> st.SearchStrategy[Target]:
    """Return targets of which some reach is a place among peers, or held against their figures."""

    def of(reach: Any) -> st.SearchStrategy[Any]:
        peers = st.tuples(st.sampled_from(RELATIVE), st.sampled_from(PEERS))
        relative = peers.map(lambda pair: {**pair[0], "peers": pair[1]})
        kept = {"split": reach.split, **({"by": reach.by} if target.milestones else {})}
        return relative.map(lambda one: type(reach)(relative_to=one, **kept)) | st.just(reach)

    if target.reach is not None:
        return of(target.reach).map(lambda reach: attrs.evolve(target, reach=reach))
    several = st.tuples(*(of(milestone) for milestone in target.milestones))
    return several.map(lambda milestones: attrs.evolve(target, milestones=milestones))


AMONG_PEERS = cases(
    plans=plans(provisions=targets(ways=["figure"]).flatmap(among_peers)),
    people=st.tuples(*(people(ids=[name]) for name in ("t1", "t2"))).map(
        lambda both: both[0] + both[1]
    ),
    records=figures(bearers=["t1", "t2", "t3"], most=7),
)
DUE, AS_OF = date(2024, 8, 30), date(2024, 8, 31)
NO_RECORDS = pl.DataFrame(schema={"kind": pl.String, "day": pl.Date, "bearer": pl.String})


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_targets(kind: str) -> None:
    check_frames(kind, TARGETS, examples=25)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_figures(kind: str) -> None:
    check_frames(kind, FIGURES, examples=50)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_figures_among_those_of_peers(kind: str) -> None:
    check_frames(kind, AMONG_PEERS, examples=20)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_what_is_measured(kind: str) -> None:
    check_frames(kind, MEASURED, examples=30)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_what_is_measured_among_others(kind: str) -> None:
    check_frames(kind, OTHERS, examples=30)


@pytest.mark.parametrize("way", BEYOND)
@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_targets_that_columns_cannot_judge(kind: str, way: str) -> None:
    check_frames(kind, BEYOND[way], examples=20)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_agree_on_rosters(kind: str) -> None:
    check_frames(kind, ROSTERS, examples=25)


def judged(
    bearers: pl.DataFrame, records: pl.DataFrame = NO_RECORDS, **tables: Any
) -> dict[str, VerdictRow]:
    """Return the rows of a plan of one provision by the ids of those who owe it, the latest."""
    plan = plan_of(**tables)
    rows = rows_of(
        evaluate_frame(
            plan, bearers, records, as_of=AS_OF, complete_through=AS_OF, several={"schools": "|"}
        )
    )
    owed = [row for row in rows if row.reasons != ("not-a-bearer",)]
    return {row.bearer: row for row in sorted(owed, key=lambda row: row.due or date.min)}


def schools(compliant: int, all_: int, **more: Any) -> pl.DataFrame:
    """Return a county and schools, the first so many of them compliant."""
    rows: list[dict[str, Any]] = [{"id": "county", "type": "county"}]
    rows += [{"id": f"s{i}", "type": "school", "compliant": i < compliant} for i in range(all_)]
    return pl.DataFrame(rows).with_columns(**more)


COMPLIANT = {
    **HEAD,
    "id": "compliant",
    "bearer": {"type": "county"},
    "indicator": {"share": {"compliant": True}, "within": {"type": "school"}},
}


@pytest.mark.parametrize(("compliant", "status"), [(54, "MET"), (53, "NOT_MET")])
def test_nine_of_ten_schools_are_54_of_60(compliant: int, status: str) -> None:
    """90 % of 60 is 54: 53 lacks one of 60."""
    target = {**COMPLIANT, "milestones": {"by": DUE, "at_least": "90%"}}

    row = judged(schools(compliant, 60), target=[target])["county"]

    assert row.status.value == status
    assert (row.value, row.required) == (Fraction(compliant, 60), Fraction(9, 10))
    assert row.shortfall == Fraction(54 - compliant, 60)


def test_a_school_closed_on_the_day_is_not_in_the_whole() -> None:
    """Of two schools one is compliant. The other closed on the last day, so it is 1 of 1."""
    closed = pl.when(pl.col("id") == "s1").then(pl.lit(DUE))
    target = {**COMPLIANT, "milestones": {"by": DUE, "at_least": "100%"}}

    row = judged(schools(1, 2, closed=closed), target=[target])["county"]

    assert (row.value, row.status.value) == (1, "MET")


def test_every_county_has_its_own_schools() -> None:
    """County a has 1 of 2 compliant schools, county b 1 of 1: a county is asked for its own."""
    rows: list[dict[str, Any]] = [{"id": name, "type": "county"} for name in ("a", "b")]
    rows += [
        {"id": f"s{i}", "type": "school", "county": county, "compliant": compliant}
        for i, (county, compliant) in enumerate([("a", True), ("a", False), ("b", True)])
    ]
    indicator = {
        "share": {"compliant": True},
        "within": {"type": "school", "county": "@bearer.id"},
    }
    target = {**COMPLIANT, "indicator": indicator, "milestones": {"by": DUE, "at_least": 1}}

    found = judged(pl.DataFrame(rows), target=[target])

    assert {name: row.value for name, row in found.items()} == {"a": Fraction(1, 2), "b": 1}


def test_small_numbers_are_withheld() -> None:
    """A share of 4 is not told where 5 are the least; what had to be reached is."""
    target = {**COMPLIANT, "milestones": {"by": DUE, "at_least": "90%"}, "suppress_below": 5}

    row = judged(schools(4, 4), target=[target])["county"]

    assert (row.value, row.required, row.status.value) == (None, Fraction(9, 10), "MET")


# ---------------------------------------------------------------- figures on file

PASS_RATE = {
    **HEAD,
    "id": "pass-rate",
    "bearer": {"type": "school"},
    "indicator": {"rate": "pass-rate"},
    "milestones": {"by": DUE, "at_least": "85%"},
}
SCHOOL = pl.DataFrame({"id": ["s0"], "type": ["school"]})


MARKS = {"s0": 3, "s1": 2, "s2": 2, "elsewhere": 1}


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        # ties share the better place
        ({"rank": 2}, [("MET", 1, 2), ("MET", 2, 2), ("MET", 2, 2)]),
        # the others of the first have 5/3 on average, those of the others 6/3
        (
            {"above": "mean"},
            [("MET", 3, Fraction(5, 3)), ("NOT_MET", 2, 2), ("NOT_MET", 2, 2)],
        ),
    ],
)
def test_the_figures_of_all_others_are_those_of_peers(
    reach: dict[str, Any], expected: list[tuple[str, int, Fraction]]
) -> None:
    """Whoever has a figure is a peer, also one that is not asked; nobody is one of itself."""
    bearers = pl.DataFrame({"id": ["s0", "s1", "s2"], "type": ["school"] * 3})
    head = {"kind": "indicator", "day": DUE, "indicator": "marks"}
    records = pl.DataFrame([{**head, "bearer": name, "value": v} for name, v in MARKS.items()])
    target = {
        **PASS_RATE,
        "indicator": {"value": "marks"},
        "milestones": {"by": DUE, "relative_to": reach},
    }

    found = judged(bearers, records, target=[target])

    rows = [found[name] for name in ("s0", "s1", "s2")]
    assert [(row.status.value, row.value, row.required) for row in rows] == expected


def test_too_many_figures_are_not_held_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eduplan.frames.peers.MOST_FIGURES", 1)
    records = on_file({"value": 0.5}, {"value": 0.5, "bearer": "s1"})
    target = {**PASS_RATE, "milestones": {"by": DUE, "relative_to": {"rank": 1}}}

    with pytest.raises(InputError, match="records: more than 1 figures on file"):
        judged(SCHOOL, records, target=[target])


def on_file(*figures: dict[str, Any]) -> pl.DataFrame:
    """Return figures of one school; what a table does not say is absent."""
    head = {"kind": "indicator", "day": DUE, "bearer": "s0", "indicator": "pass-rate"}
    return pl.DataFrame([{**head, **figure} for figure in figures])


ON_FILE: dict[str, tuple[list[dict[str, Any]], Any, str]] = {
    # 17 of 20 are 85 %, and at least 85 % is asked for
    "by its two counts": ([{"numerator": 17, "denominator": 20}], Fraction(17, 20), "MET"),
    "just below": ([{"numerator": 169, "denominator": 200}], Fraction(169, 200), "NOT_MET"),
    "a float as it is written": ([{"value": 0.85}], Fraction(17, 20), "MET"),
    "the latest": ([{"value": 0.9}, {"value": 0.8, "day": date(2024, 3, 1)}], Fraction(9, 10), "MET"),
    "of another indicator": ([{"value": 0.9, "indicator": "excellent"}], None, "UNDETERMINED"),
    "after the day": ([{"value": 0.9, "day": AS_OF}], None, "UNDETERMINED"),
    "blank": ([{"value": None, "numerator": 3}], None, "UNDETERMINED"),
    # the two of one day leave it open between 80 and 90 %
    "two that differ": ([{"value": 0.8}, {"value": 0.9}], Fraction(4, 5), "UNDETERMINED"),
    "two that agree": (
        [{"value": 0.9}, {"numerator": 9, "denominator": 10}], Fraction(9, 10), "MET"
    ),
    "two that both miss it": ([{"value": 0.8}, {"value": 0.7}], Fraction(7, 10), "NOT_MET"),
}  # fmt: skip


@pytest.mark.parametrize("name", ON_FILE)
def test_a_figure_on_file_is_held_against_its_bound(name: str) -> None:
    figures, value, status = ON_FILE[name]

    row = judged(SCHOOL, on_file(*figures), target=[PASS_RATE])["s0"]

    assert (row.value, row.status.value) == (value, status)


LATER: dict[str, tuple[dict[str, Any], str]] = {
    # a later figure of an unknown level perhaps counts, and is another
    "unknown and other": ({"value": 0.8, "level": None}, "UNDETERMINED"),
    "unknown and the same": ({"value": 0.9, "level": None}, "MET"),
    "of another level": ({"value": 0.8, "level": "county"}, "MET"),
}


@pytest.mark.parametrize("name", LATER)
def test_a_later_figure_that_perhaps_counts_leaves_it_open(name: str) -> None:
    later, status = LATER[name]
    target = {**PASS_RATE, "indicator": {"rate": "pass-rate", "where": {"level": "city"}}}
    first = {"value": 0.9, "level": "city", "day": date(2024, 3, 1)}

    row = judged(SCHOOL, on_file(first, later), target=[target])["s0"]

    assert row.status.value == status


def test_ten_points_on_forty_per_cent_make_fifty() -> None:
    """40 % at the end of 2023 and 49 % now: 50 % had to be reached, not 44 %."""
    figures = on_file({"value": 0.4, "day": date(2023, 12, 31)}, {"value": 0.49})
    change = {"by": DUE, "change": {"points": 10, "on": 2023}}

    row = judged(SCHOOL, figures, target=[{**PASS_RATE, "milestones": change}])["s0"]

    assert (row.required, row.status.value) == (Fraction(1, 2), "NOT_MET")


def test_a_grade_is_held_against_its_scale() -> None:
    """County is second of three: at least county is met by it, and not by school."""
    target = {
        **PASS_RATE,
        "indicator": {"value": "pass-rate", "scale": "level"},
        "milestones": {"by": DUE, "at_least": "county"},
    }
    two = pl.concat([SCHOOL, SCHOOL.with_columns(id=pl.lit("s1"))])
    figures = on_file({"value": "county"}, {"value": "school", "bearer": "s1"})

    found = judged(two, figures, target=[target])

    assert {name: row.status.value for name, row in found.items()} == {"s0": "MET", "s1": "NOT_MET"}


WRONG_FIGURES: dict[str, dict[str, Any]] = {
    "a rate above one": {"value": 85},
    "no number": {"value": "many"},
    "crossed counts": {"numerator": 3, "denominator": 2},
}


@pytest.mark.parametrize("name", WRONG_FIGURES)
def test_figures_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^records\.value: holds figures that cannot be"):
        judged(SCHOOL, on_file(WRONG_FIGURES[name]), target=[PASS_RATE])


def test_figures_whose_fractions_do_not_fit_are_refused() -> None:
    """85 % of a whole near 2**62 has no common denominator with it below 2**63."""
    figure = {"numerator": 1, "denominator": 2**62 + 1}

    with pytest.raises(InputError, match="numerator or denominator would not fit"):
        judged(SCHOOL, on_file(figure), target=[PASS_RATE])


# ---------------------------------------------------------------- what is measured

COURSES = pl.DataFrame(
    {
        "kind": ["course"] * 3,
        "day": [date(2022, 5, 1), date(2023, 12, 31), date(2024, 1, 1)],
        "bearer": ["s0"] * 3,
    }
)


@pytest.mark.parametrize(("stock", "value", "status"), [(True, 3, "MET"), (False, 1, "NOT_MET")])
def test_a_stock_counts_all_there_is_and_a_flow_what_was_added(
    stock: bool, value: int, status: str
) -> None:
    """Three courses by the end of the second period, of which one was added in it."""
    target = {
        **PASS_RATE,
        "indicator": {"measure": {"count": "course"}, "stock": stock},
        "milestones": [{"by": date(2023, 12, 31), "at_least": 1}, {"by": DUE, "at_least": 3}],
    }

    row = judged(SCHOOL, COURSES, target=[target])["s0"]

    assert (row.value, row.status.value) == (value, status)


# ---------------------------------------------------------------- rosters


def test_every_cell_of_a_grid_is_counted() -> None:
    """Two researchers of Chinese and none of mathematics fill one cell of two."""
    people = pl.DataFrame(
        {
            "id": ["county", "r1", "r2", "r3"],
            "type": ["county", "person", "person", "person"],
            "subject": ["all", "chinese", "chinese", "mathematics"],
            "role": [None, "researcher", "researcher", "teacher"],
        }
    )
    roster = {
        **HEAD,
        "id": "researchers",
        "bearer": {"type": "county"},
        "cells": {"subject": ["chinese", "mathematics"]},
        "needs": {"where": {"role": "researcher"}, "at_least": 1},
    }

    row = judged(people, roster=[roster])["county"]

    assert (row.value, row.required, row.status.value) == (1, 2, "NOT_MET")


@pytest.mark.parametrize(("backbone", "met"), [(9, 0), (10, 1)])
def test_members_of_a_group_are_found_by_their_ids(backbone: int, met: int) -> None:
    """A tenth of 95 people is 10, for 9 are 9.47 per cent."""
    ids = [f"p{i}" for i in range(95)]
    rows: list[dict[str, Any]] = [{"id": "g", "type": "group", "schools": "|".join(ids)}]
    rows += [{"id": name, "type": "person", "backbone": i < backbone} for i, name in enumerate(ids)]
    roster = {
        **HEAD,
        "id": "backbone",
        "bearer": {"type": "group"},
        "members": "schools",
        "needs": {"where": {"backbone": True}, "within": {}, "at_least": "10%"},
    }

    row = judged(pl.DataFrame(rows), roster=[roster])["g"]

    assert (row.value, row.required) == (met, 1)


def test_a_school_in_two_areas_or_in_none_is_found() -> None:
    """Area a has s0 and s1, area b has s1: s1 is in two, and s2 in none, so both points fail."""
    rows = [{"id": "county", "type": "county"}]
    rows += [{"id": f"s{i}", "type": "school"} for i in range(3)]
    rows += [
        {"id": name, "type": "area", "schools": ids} for name, ids in (("a", "s0|s1"), ("b", "s1"))
    ]
    roster = {
        **HEAD,
        "id": "areas",
        "bearer": {"type": "county"},
        "each": {"type": "area"},
        "members": "schools",
        "disjoint": True,
        "covers": {"type": "school"},
        "groups": {"at_least": 2},
    }

    row = judged(pl.DataFrame(rows), roster=[roster])["county"]

    assert (row.value, row.required, row.status.value) == (1, 3, "NOT_MET")


def test_courses_of_all_schools_of_an_area_are_counted_together() -> None:
    """Two courses count in a month, of whichever schools.

    Area x has two of January, three of February, of which two count, and none of the school closed
    before the day: four. Area y has one, and perhaps another, of a school whose area is not known.
    """
    rows = [
        {"id": "x", "type": "office", "area": "x"}, {"id": "y", "type": "office", "area": "y"},
        {"id": "s1", "type": "school", "area": "x"}, {"id": "s2", "type": "school", "area": "x"},
        {"id": "s3", "type": "school", "area": "y"}, {"id": "s4", "type": "school"},
        {"id": "gone", "type": "school", "area": "x", "closed": DUE},
    ]  # fmt: skip
    january, february, march = date(2024, 1, 9), date(2024, 2, 9), date(2024, 3, 9)
    held = [("s1", january), ("s2", january), ("s1", february), ("s2", february), ("s2", february)]
    held += [("gone", march), ("s3", january), ("s4", march)]
    taken = pl.DataFrame(
        [("course", day, school) for school, day in held],
        schema=["kind", "day", "bearer"], orient="row",
    )  # fmt: skip
    measure = {"count": "course", "caps": {"at_most": 2, "per": "month"}}
    target = {
        **HEAD,
        "id": "courses",
        "bearer": {"type": "office"},
        "indicator": {"measure": measure, "among": {"type": "school", "area": "@bearer.area"}},
        "milestones": {"by": DUE, "at_least": 2},
    }

    found = judged(pl.DataFrame(rows), taken, target=[target])

    assert (found["x"].status.value, found["x"].value) == ("MET", 4)
    assert (found["y"].status.value, found["y"].value) == ("UNDETERMINED", 1)
    assert found["y"].reasons == ("bearer-facts",)


@pytest.mark.parametrize("kind", KINDS)
def test_others_are_those_of_the_last_day_asked_about(kind: str) -> None:
    """Of s0, closed in the spring, no lesson counts; of s1, opened in the winter, the one does."""
    make = KINDS[kind].make
    people = pl.DataFrame(
        {
            "id": ["office", "s0", "s1"],
            "type": ["office", "school", "school"],
            "open_from": [date(2000, 9, 1), date(2000, 9, 1), date(2024, 1, 15)],
            "open_to": [None, date(2024, 3, 1), None],
        }
    )
    lessons = pl.DataFrame(
        {
            "kind": ["lesson"] * 3,
            "day": [date(2023, 10, 1), date(2023, 10, 2), date(2024, 2, 1)],
            "bearer": ["s0", "s0", "s1"],
        }
    )
    open_ = {"open_from": {"at_most": "@day"}, "not": {"open_to": {"at_most": "@day"}}}
    known = people.with_columns(open_to=pl.col("open_to").fill_null(date(2100, 1, 1)))
    target = {
        **HEAD,
        "id": "lessons",
        "bearer": {"type": "office"},
        "indicator": {"measure": {"count": "lesson"}, "among": {"type": "school", **open_}},
        "every": "school-year",
        "reach": {"at_least": 1},
    }

    found = judged(make(known.to_arrow()), make(lessons.to_arrow()), target=[target])

    assert found["office"].value == 1


@pytest.mark.parametrize("kind", KINDS)
def test_records_of_others_are_held_against_amounts_of_whoever_is_judged(kind: str) -> None:
    """A tenth, as floats have it, is a tenth: of two lessons of s0 one is of the load of x."""
    make = KINDS[kind].make
    schools = [("s0", "school", 0.5), ("x", "office", 0.1), ("y", "office", 0.5)]
    lessons = pl.DataFrame(
        {
            "kind": ["lesson"] * 2,
            "day": [date(2023, 10, 1)] * 2,
            "bearer": ["s0"] * 2,
            "load": [0.1, 0.2],
        }
    )
    measure = {"count": "lesson", "where": {"load": "@bearer.load"}}
    target = {
        **HEAD,
        "id": "lessons",
        "bearer": {"type": "office"},
        "indicator": {"measure": measure, "among": {"type": "school"}},
        "milestones": {"by": DUE, "at_least": 1},
    }
    people = pl.DataFrame(schools, schema=["id", "type", "load"], orient="row")

    found = judged(make(people.to_arrow()), make(lessons.to_arrow()), target=[target])

    assert {name: found[name].value for name in ("x", "y")} == {"x": 1, "y": 0}


NOT_PORTABLE: dict[str, tuple[dict[str, Any], str]] = {
    "versions": (
        {"roster": [{**HEAD, "id": "areas", "needs": {"at_least": 1}, "governs": "as-of",
                     "version": [{"from": AS_OF, "needs": {"at_least": 2}}]}]},
        "areas.governs: governs cannot be judged over frames",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PORTABLE)
def test_what_cannot_be_done_is_refused_by_name(name: str) -> None:
    tables, says = NOT_PORTABLE[name]

    with pytest.raises(NotPortable) as refused:
        judged(schools(1, 1), **tables)

    assert str(refused.value).startswith(says)


def test_too_many_groups_and_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two groups of two members each are six to be taken one by one."""
    monkeypatch.setattr("eduplan.frames.crowds.MOST_ALONE", 5)
    rows = [{"id": f"g{i}", "type": "group", "schools": f"{i}a|{i}b"} for i in range(2)]
    roster = {**HEAD, "id": "r", "each": {"type": "group"}, "members": "schools"}

    with pytest.raises(InputError, match="bearers: more than 5 groups and members"):
        judged(pl.DataFrame(rows), roster=[{**roster, "needs": {"at_least": 1}}])
