"""Records with several values in one text: each of them counts, as in `evaluate`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
import polars as pl
import pyarrow as pa
import pytest

from as_frames import KINDS, SEVERAL, check_frames
from eduplan import InputError, NotPortable, Plan, Record, Status
from eduplan.frames import drill_down, evaluate_frame, rows_of
from eduplan.measures import Way
from eduplan.provisions import Over, Quota, Target
from eduplan.testing import cases, people, plans, quotas, records, targets
from test_frames import HEAD, PEOPLE, plan_of, portable, quota
from test_frames_gates import counting
from test_frames_things import counting_quotas

BOTH = {"mode": "|"}
LISTS = dict.fromkeys(SEVERAL)


def blended(found: tuple[Record, ...]) -> tuple[Record, ...]:
    """Return records of which those of size 2 took place in both ways, of size 3 in none."""
    modes: Mapping[Any, Any] = {2: ("online", "on-site"), 3: ()}
    return tuple(
        attrs.evolve(one, facts={**one.facts, "mode": modes[one.get("size")]})
        if one.get("size") in modes
        else one
        for one in found
    )


WAYS = (Way.COUNT, Way.SUM, Way.SHARE, Way.CREDITS)
CASES = cases(
    plans=plans(provisions=quotas(ways=WAYS).filter(portable)), records=records().map(blended)
)


def on_several_topics(found: tuple[Record, ...]) -> tuple[Record, ...]:
    """Return records of which those of size 1 are about one topic more, of size 3 about none."""
    return tuple(
        attrs.evolve(one, facts={**one.facts, "topic": topics})
        if (topics := _topics(one)) is not None
        else one
        for one in found
    )


def _topics(one: Record) -> tuple[object, ...] | None:
    if one.get("size") == 3:
        return ()
    both = (one.get("topic"), "reading") if one.get("topic") != "reading" else ("reading",)
    return both if one.get("size") == 1 and one.get("topic") is not None else None


def of_each(rule: Quota | Target) -> bool:
    """Say whether it is about each bearer's own records: else this is refused, see below."""
    return (
        rule.indicator.among is None if isinstance(rule, Target) else rule.scope.over is Over.EACH
    )


THEIRS = records(bearers=["t1"]).map(on_several_topics)
TOLD_APART = {
    "in quotas": quotas(ways=(Way.DISTINCT, Way.SUM)).filter(of_each),
    "in parts": counting_quotas(),
    "in targets": targets(ways=["measure"]).filter(of_each),
    "in gates": counting(of_acts=False) | counting(of_acts=True),
}
APART = {
    name: cases(
        plans=plans(provisions=several.filter(portable)),
        people=people(ids=["t1"]),
        records=THEIRS,
    )
    for name, several in TOLD_APART.items()
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", APART)
def test_what_is_told_apart_by_several_values_agrees_with_the_reference(
    name: str, kind: str
) -> None:
    check_frames(kind, APART[name], examples=10, several={**SEVERAL, "topic": "|"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", APART)
def test_what_is_told_apart_by_lists_agrees_with_the_reference(name: str, kind: str) -> None:
    check_frames(kind, APART[name], examples=10, several={**LISTS, "topic": None})


@pytest.mark.parametrize("kind", KINDS)
def test_records_with_lists_agree_with_the_reference(kind: str) -> None:
    check_frames(kind, CASES, examples=20, several={**LISTS, "mode": None})


@pytest.mark.parametrize("kind", KINDS)
def test_records_with_several_values_agree_with_the_reference(kind: str) -> None:
    check_frames(kind, CASES, examples=20, several={**SEVERAL, **BOTH})


COURSES = pl.DataFrame(
    {
        "kind": ["training"] * 4,
        "day": [date(2024, 3, day) for day in range(1, 5)],
        "bearer": ["t1", "t1", "t1", "t2"],
        "hours": [2, 2, 2, 2],
        "mode": ["online | on-site", "online", None, ""],
    }
)


def judged(**keys: Any) -> dict[str, Any]:
    rows = judged_by(plan_of(quota=[quota(**keys)]), COURSES)
    return {bearer: row for (_, bearer), row in rows.items()}


def judged_by(
    plan: Plan, taken: pl.DataFrame, only: list[str] | None = None
) -> dict[tuple[str, str], Any]:
    """Return the rows by provision and bearer."""
    day = date(2024, 8, 31)
    found = evaluate_frame(
        plan,
        PEOPLE,
        taken,
        as_of=day,
        complete_through=day,
        several=BOTH,
        only=only,
    )
    return {(row.provision, row.bearer): row for row in rows_of(found)}


def test_one_of_several_values_is_enough() -> None:
    rows = judged(
        measure={"sum": "hours", "of": "training", "where": {"mode": "on-site"}}, at_least=2
    )

    # The first course of t1 took place on site too. An empty text is no value, which is no doubt.
    assert (rows["t1"].value, rows["t1"].status) == (2, Status.MET)
    assert (rows["t2"].value, rows["t2"].status) == (0, Status.PENDING)


WITH_IDS = COURSES.with_columns(id=pl.Series(["r1", "r2", "r3", "r4"]))
TAKEN = WITH_IDS.to_arrow()


def test_each_of_several_values_is_one_thing_and_those_of_a_record_share_a_cap() -> None:
    modes = {"distinct": "mode", "of": "training"}
    once = {"count": "training", "caps": {"at_most": 1, "per": "period", "each": "mode"}}
    both = plan_of(quota=[quota("modes", measure=modes), quota("once", measure=once)])

    again = WITH_IDS.with_columns(mode=pl.Series(["online | on-site", "online", "online", ""]))
    rows = judged_by(both, again)

    # t1 did two modes in one course, and one of them twice more; t2 a course without any mode.
    assert (rows["modes", "t1"].value, rows["modes", "t2"].value) == (2, 0)
    # A cap goes by all that a record says: once both modes together, and once online alone.
    assert (rows["once", "t1"].value, rows["once", "t2"].value) == (2, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_several_values_may_be_named_of_what_is_no_text_elsewhere(kind: str) -> None:
    make = KINDS[kind].make
    people = make(PEOPLE.with_columns(mode=pl.Series([1, 2]), hours=pl.Series([2, 3])).to_arrow())
    named: dict[str, Any] = {"several": {**BOTH, "hours": ","}, "as_of": date(2024, 8, 31)}
    own = {"count": "training", "where": {"hours": "@bearer.hours"}}
    plan = plan_of(quota=[quota(measure=own, bearer={"mode": 1})])

    rows = {row.bearer: row for row in rows_of(evaluate_frame(plan, people, make(TAKEN), **named))}

    # The mode of a bearer is a number, as hours are; of the three courses of t1 all took its two.
    assert (rows["t1"].value, rows["t2"].status) == (3, Status.NOT_APPLICABLE)
    assert drill_down(plan, people, make(TAKEN), rows["t1"], **named).value == 3


@pytest.mark.parametrize("only", ["modes", "group", "others"])
def test_what_cannot_be_read_one_by_one_needs_single_values(only: str) -> None:
    modes = {"distinct": "mode", "of": "training"}
    reach = {"by": date(2024, 8, 31), "at_least": 2}
    target = {**HEAD, "id": "others", "indicator": {"measure": modes, "among": {}}}
    plan = plan_of(
        quota=[quota("modes", measure=modes), quota("group", measure=modes, scope={"mean": "all"})],
        target=[{**target, "milestones": reach}],
    )
    taken = COURSES if only == "modes" else WITH_IDS

    # Without ids, of groups, and of the records of others.
    with pytest.raises(NotPortable, match=r"^records\.mode: holds several values in one text"):
        judged_by(plan, taken, only=[only])


def test_caps_and_parts_need_single_values_not_to_meet_or_ids() -> None:
    cap = {"at_most": 1, "per": "period", "where": {"mode": "online"}}
    part = {"id": "on-site", "where": {"mode": "on-site"}, "at_least": 1}

    with pytest.raises(
        NotPortable, match=r"hours\.measure\.caps: caps that hold by a fact with several"
    ):
        judged(measure={"count": "training", "caps": cap}, part=[part])


# ---------------------------------------------------------------- lists


def with_lists(modes: list[Any]) -> pa.Table:
    """Return courses of t1 and t2 by turns, with their modes as lists."""
    return pa.table(
        {
            "id": [f"r{number}" for number in range(len(modes))],
            "kind": ["training"] * len(modes),
            "day": [date(2024, 3, 1)] * len(modes),
            "bearer": [("t1", "t2")[number % 2] for number in range(len(modes))],
            "mode": pa.array(modes, pa.list_(pa.string())),
        }
    )


LISTED = {"count": "training", "where": {"mode": {"not": "on-site"}}}


@pytest.mark.parametrize("kind", KINDS)
def test_values_of_lists_are_taken_as_they_are(kind: str) -> None:
    make = KINDS[kind].make
    day = date(2024, 8, 31)
    plan = plan_of(quota=[quota(measure=LISTED, at_least=1, bearer={"role": "a|b "})])
    roles = pa.array([["a|b ", "c"], ["a|b "]], pa.list_(pa.string()))
    people = PEOPLE.to_arrow().append_column("role", roles)
    given = make(people), make(with_lists([["on-site ", ""], ["online", "on-site"], [], None]))

    found = list(rows_of(evaluate_frame(plan, *given, as_of=day, complete_through=day)))

    # Blanks belong to a value, and a list without any has no other: both courses of t1 count. Of
    # the two of t2 one was on site, of the other nothing is known.
    by_bearer = {row.bearer: row for row in found}
    assert (by_bearer["t1"].value, by_bearer["t1"].status) == (2, Status.MET)
    assert (by_bearer["t2"].value, by_bearer["t2"].status) == (0, Status.UNDETERMINED)
    for row in found:
        told = drill_down(plan, *given, row, as_of=day, complete_through=day)
        assert told.status is row.status


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("element", [None, "on-site\x1f\nonline"])
@pytest.mark.parametrize("others", [[], ["online"]])
def test_lists_with_nothing_in_them_or_a_sign_of_control_are_refused(
    kind: str, element: str | None, others: list[str]
) -> None:
    make = KINDS[kind].make
    records = with_lists([["online"], [*others, element]])

    with pytest.raises(InputError, match=r"^records\.mode: a list in it has an element"):
        evaluate_frame(
            plan_of(quota=[quota(measure=LISTED)]),
            make(PEOPLE.to_arrow()),
            make(records),
            as_of=date(2024, 8, 31),
        )


def test_bearers_do_not_point_by_lists() -> None:
    records = pl.DataFrame(with_lists([["online"]])).with_columns(bearer=pl.col("mode"))

    with pytest.raises(InputError, match=r"^records\.bearer: must be a column of text, not List"):
        judged_by(plan_of(quota=[quota()]), records)


def test_a_type_may_be_a_list_and_who_has_none_is_a_person() -> None:
    people = PEOPLE.with_columns(
        type=pl.Series([None, ["group", "club"]], dtype=pl.List(pl.String))
    )
    plan = plan_of(quota=[quota(bearer={"type": "person"})])

    found = evaluate_frame(plan, people, COURSES, as_of=date(2024, 8, 31))

    statuses = {row.bearer: row.status for row in rows_of(found)}
    assert statuses["t2"] is Status.NOT_APPLICABLE
    assert statuses["t1"] is not Status.NOT_APPLICABLE


@pytest.mark.parametrize("texts", [pl.Categorical, pl.Enum(["online", "on-site"]), pl.Null])
def test_lists_of_categories_or_of_nothing_are_lists_of_texts(texts: Any) -> None:
    modes = [[], []] if texts == pl.Null else [["online"], ["on-site"]]
    records = pl.DataFrame(with_lists(modes)).with_columns(
        mode=pl.Series(modes, dtype=pl.List(texts))
    )

    rows = judged_by(plan_of(quota=[quota(measure=LISTED)]), records)

    assert [rows["hours", one].value for one in ("t1", "t2")] == [1, int(texts == pl.Null)]
