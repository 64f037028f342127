"""Plain quotas are judged in one pass; it must say what the long way says, to the last record.

An exemption that nobody has changes nothing about a quota, except that it is no longer plain.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eduplan import Period, Plan, Register, Verdict, evaluate, plan_from_table
from eduplan.provisions.plain_quota import quick

FIRST = date(2024, 8, 27)
LAST = date(2024, 9, 8)
DAYS = st.integers(0, 12).map(lambda offset: FIRST + timedelta(days=offset))
TEXT = {"zh": "例", "en": "example"}
NOBODY = {"id": "nobody"}

MEASURES: list[dict[str, Any]] = [
    {"count": "course"},
    {"count": ["course", "talk"]},
    {"count": "course", "where": {"passed": True}},
    {"sum": "hours", "of": "course"},
    {"sum": "hours", "of": "course", "where": {"level": "city"}},
    {"distinct": "topic", "of": "course"},
    {"distinct": "topic", "of": ["talk", "course"], "where": {"level": "city"}},
    {"distinct": "topic", "of": ["talk", "course"], "where": {"passed": True}},
]
everies = st.sampled_from(
    [
        "week",
        "month",
        "school-year",
        "calendar-year",
        {"cycle": "5 years", "grid": date(2024, 9, 1)},
        {"cycle": "6 months", "grid": date(2024, 9, 1)},
    ]
)


@st.composite
def quotas(draw: st.DrawFn) -> dict[str, Any]:
    quota: dict[str, Any] = {
        "id": "q",
        "clause": "1",
        "title": TEXT,
        "measure": draw(st.sampled_from(MEASURES)),
        "every": draw(everies),
        "at_least": draw(st.integers(0, 6)),
    }
    if draw(st.booleans()):
        quota["bearer"] = draw(st.sampled_from([{"role": "teacher"}, {"stage": "primary"}]))
    if draw(st.booleans()):
        quota["since"] = draw(DAYS)
    if draw(st.booleans()):
        quota["partial"] = draw(st.sampled_from(["full", "pro-rata", "exempt"]))
    return quota


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for index in range(draw(st.integers(0, 5))):
        record: dict[str, Any] = {
            "id": f"r{index}",
            "kind": draw(st.sampled_from(["course", "talk"])),
            "day": draw(DAYS),
            "bearer": draw(st.sampled_from(["t1", "t1", "t1", "t2", ("t1", "t2")])),
            "hours": draw(st.sampled_from([0, 1, 2, 3, 1.5, None])),
            "passed": draw(st.sampled_from([True, True, False, None])),
            "level": draw(st.sampled_from(["city", "city", "county", ("city", "county"), None])),
            "topic": draw(st.sampled_from(["a", "b", ("a", "b"), None])),
        }
        found.append({name: fact for name, fact in record.items() if fact is not None})
    return found


@st.composite
def bearers(draw: st.DrawFn) -> dict[str, Any]:
    bearer: dict[str, Any] = {"id": "t1", "role": draw(st.sampled_from(["teacher", "cook"]))}
    if draw(st.booleans()):
        bearer["stage"] = draw(st.sampled_from(["primary", "senior-high"]))
    if draw(st.integers(0, 3)) == 0:
        bearer["joined"] = draw(DAYS)
    return bearer


def planned(quota: dict[str, Any]) -> Plan:
    return plan_from_table(
        {
            "plan": {"id": "p", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": "1", "gist": TEXT}],
            "quota": [quota],
        }
    )


def judged(quota: dict[str, Any] | Plan, *rest: Any) -> list[Verdict]:
    bearer, several, through, as_of, during = rest
    plan = quota if isinstance(quota, Plan) else planned(quota)
    register = Register(several, complete_through=through)
    return list(evaluate(plan, [bearer], register, as_of=as_of, during=during))


def told(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.status,
        verdict.as_of,
        verdict.period,
        verdict.value,
        verdict.required,
        verdict.opens,
        verdict.due,
        verdict.missing,
        verdict.justification,
        verdict.bearer,
        verdict.bearer_id,
        verdict.explain("en"),
        verdict.explain("zh"),
    )


LATE = {"id": "r0", "kind": "course", "day": date(2024, 9, 6), "bearer": "t1"}
COURSES = {"id": "q", "clause": "1", "title": TEXT, "measure": {"count": "course"}}


@given(
    quota=quotas(),
    bearer=bearers(),
    several=records(),
    through=st.one_of(st.none(), DAYS, st.just({"course": date(2024, 9, 3)})),
    as_of=DAYS,
    wide=st.booleans(),
)
@example(
    quota={**COURSES, "every": "week", "at_least": 1},
    bearer={"id": "t1"},
    several=[LATE],
    through=date(2024, 9, 2),
    as_of=date(2024, 9, 3),
    wide=False,
)
def test_one_pass_and_the_long_way_agree(
    quota: dict[str, Any],
    bearer: dict[str, Any],
    several: list[dict[str, Any]],
    through: object,
    as_of: date,
    wide: bool,
) -> None:
    during = Period(date(2024, 1, 1), date(2025, 1, 1)) if wide else None
    rest = (bearer, several, through, as_of, during)
    plain = [told(verdict) for verdict in judged(quota, *rest)]
    long = [told(verdict) for verdict in judged({**quota, "exempt": NOBODY}, *rest)]
    assert plain == long


def test_a_quota_owed_once_in_a_plan_without_days_is_undetermined() -> None:
    quota = {**COURSES, "every": "plan", "at_least": 1}
    (verdict,) = judged(quota, {"id": "t1"}, [LATE], None, date(2024, 9, 3), None)

    assert [missing.code for missing in verdict.missing] == ["no-horizon"]


def test_a_quota_is_plain_or_not_as_the_other_test_takes_it() -> None:
    """The test above would show nothing if neither or both of its quotas were plain."""
    for exempt, plain in ((None, True), (NOBODY, False)):
        quota = {**COURSES, "every": "week", "at_least": 1}
        if exempt:
            quota["exempt"] = exempt
        plan = planned(quota)
        (provision,) = plan.provisions
        (bench,) = plan.benches.values()
        assert (quick(provision, bench.citation, {}) is not None) is plain  # type: ignore[arg-type]


def course(number: int, day: date, hours: int, level: str, topic: str, stage: str) -> Any:
    return {
        "id": f"r{number}",
        "kind": "course",
        "day": day,
        "bearer": "t1",
        "hours": hours,
        "passed": number != 3,
        "level": level,
        "topic": topic,
        "stage": stage,
    }


SEVERAL = [
    course(0, date(2023, 9, 4), 2, "city", "a", "primary"),
    course(1, date(2024, 8, 28), 3, "city", "a", "primary"),
    course(2, date(2024, 8, 30), 1, "county", "b", "senior-high"),
    course(3, date(2024, 9, 1), 2, "city", "a", "primary"),
    course(4, date(2024, 9, 1), 2, "county", "a", "senior-high"),
    course(5, date(2024, 9, 5), 0, "town", "a", "primary"),
    course(6, date(2024, 9, 6), 3, "city", "b", "senior-high"),
    course(7, date(2023, 9, 3), 1, "town", "b", "primary"),
    course(8, date(2024, 9, 2), 1, "town", "a", "primary"),
    course(9, date(2024, 9, 3), 1, "county", "a", "senior-high"),
]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("force", [{}, {"since": date(2024, 9, 2)}, {"until": date(2025, 1, 1)}])
@pytest.mark.parametrize("every", ["school-year", {"cycle": "2 years", "grid": date(2023, 9, 1)}])
def test_every_measure_comes_to_the_same_in_one_pass(
    measure: dict[str, Any], force: dict[str, date], every: object
) -> None:
    quota = {**COURSES, "measure": measure, "every": every, "at_least": 4, **force}
    one_pass, long_way = planned(quota), planned({**quota, "exempt": NOBODY})
    for unknown in ("", "passed", "level", "topic", "hours"):
        records = [{**record} for record in SEVERAL]
        if unknown:
            del records[4][unknown]
        for size in (0, 4, len(records)):
            for as_of in (date(2024, 9, 6), date(2024, 9, 8), date(2025, 9, 1)):
                for through in (as_of, date(2024, 9, 2)):
                    rest = ({"id": "t1"}, records[:size], through, as_of, Period(FIRST, as_of))
                    plain = [told(verdict) for verdict in judged(one_pass, *rest)]
                    assert plain == [told(verdict) for verdict in judged(long_way, *rest)]


WHERES = st.sampled_from(
    [{"level": "city"}, {"level": ["city", "county"]}, {"topic": "a"}, {"stage": "@bearer.stage"}]
)
CAPS = st.sampled_from(
    [
        {"at_most": 3, "per": "period"},
        {"at_most": 2, "per": "period", "where": {"level": "city"}},
        {"share": "50%", "per": "period", "where": {"level": ["city", "county"]}},
    ]
)
NOT_PLAIN = [{"where": {"level": "city", "topic": "a"}}, {"beside": True}]
"""What keeps a part out of the one pass; a cap for every day keeps the quota out of it."""
SURELY = date(2024, 9, 30)


@st.composite
def parts(draw: st.DrawFn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for index in range(draw(st.integers(0, 3))):
        part: dict[str, Any] = {"id": f"p{index}"}
        if draw(st.integers(0, 3)):
            part["where"] = draw(WHERES)
        share = draw(st.booleans())
        if share:
            part["within"] = draw(WHERES)
            part["records"] = draw(st.booleans())
        bounds = ["50%", "75%", 0, 1] if share else [0, 1, 2, 3, 4]
        side = draw(st.sampled_from(["at_least", "at_least", "at_most"]))
        part[side] = draw(st.sampled_from(bounds))
        span = draw(st.sampled_from(["", "", "", "yearly", "month"]))
        if span == "yearly":
            part["yearly"] = True
        elif span:
            part["every"] = span
        elif not share and draw(st.booleans()):
            part["shared"] = True
        if draw(st.integers(0, 11)) == 7 and not share and not span:
            part = {**part, **draw(st.sampled_from(NOT_PLAIN)), "shared": False}
        found.append(part)
    return found


@st.composite
def composites(draw: st.DrawFn) -> dict[str, Any]:
    measure: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"sum": "hours", "of": "course"},
                {"sum": "hours", "of": "course", "where": {"passed": True}},
                {"count": "course", "where": {"passed": True}},
            ]
        )
    )
    caps = draw(st.lists(CAPS, min_size=1, max_size=2))
    if draw(st.integers(0, 11)) == 7:
        caps.append({"at_most": 2, "per": "day"})
    return {
        "id": "q",
        "clause": "1",
        "title": TEXT,
        "bearer": {"role": "teacher"},
        "measure": {**measure, "caps": caps},
        "every": draw(
            st.sampled_from(
                [
                    {"cycle": "2 years", "grid": date(2023, 9, 1)},
                    {"cycle": "1 year", "grid": date(2023, 9, 3)},
                    "school-year",
                ]
            )
        ),
        "at_least": 2 * draw(st.integers(0, 4)),  # so that half of it is whole
        "part": draw(parts()),
    }


@st.composite
def courses(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records of which nearly all facts are stated, for what is out of the ordinary is not plain."""
    odd = draw(st.integers(0, 9)) == 7
    found = []
    for index in range(draw(st.sampled_from([0, 2, 4, 6]))):
        record: dict[str, Any] = {
            "id": f"r{index}",
            "kind": "course",
            "day": draw(DAYS),
            "bearer": "t1",
            "hours": draw(st.integers(0, 3)),
            "passed": draw(st.sampled_from([True, True, True, False])),
            "level": draw(st.sampled_from(["city", "county", "town"])),
            "topic": draw(st.sampled_from(["a", "b"])),
            "stage": draw(st.sampled_from(["primary", "senior-high"])),
        }
        if odd:
            record[draw(st.sampled_from(["hours", "passed", "level", "topic"]))] = draw(
                st.sampled_from([None, ("a", "city"), 1.5])
            )
        try:
            float(record["hours"] or 0)
        except TypeError:
            record["hours"] = 1
        found.append({name: fact for name, fact in record.items() if fact is not None})
    return found


@given(
    quota=composites(),
    several=courses(),
    stage=st.sampled_from(["primary", "primary", "senior-high", ("primary", "senior-high"), None]),
    through=st.one_of(st.just(SURELY), st.just(SURELY), st.just(SURELY), DAYS, st.none()),
    as_of=st.one_of(DAYS, st.sampled_from([LAST, LAST, date(2025, 9, 1), date(2025, 9, 3)])),
    wide=st.sampled_from([False, False, True]),
)
def test_parts_and_caps_in_one_pass_agree_with_the_long_way(
    quota: dict[str, Any],
    several: list[dict[str, Any]],
    stage: object,
    through: object,
    as_of: date,
    wide: bool,
) -> None:
    if through == SURELY:
        through = as_of
    bearer = {"id": "t1", "role": "teacher", "stage": stage}
    if stage is None:
        del bearer["stage"]
    during = Period(FIRST if wide else as_of, as_of + timedelta(days=1))
    rest = (bearer, several, through, as_of, during)
    plain = [told(verdict) for verdict in judged(quota, *rest)]
    long = [told(verdict) for verdict in judged({**quota, "exempt": NOBODY}, *rest)]
    assert plain == long


SHARE_OF_A = {"within": {"topic": "a"}, "where": {"stage": "@bearer.stage"}}
KINDS_OF_PART: list[dict[str, Any]] = [
    {"where": {"level": "city"}, "at_least": 8},
    {"where": {"level": ["city", "county"]}, "at_most": 5},
    {**SHARE_OF_A, "at_least": "5/7"},
    {**SHARE_OF_A, "at_most": "5/7"},
    {**SHARE_OF_A, "at_least": "75%", "records": True},
    {**SHARE_OF_A, "at_most": "75%", "records": True},
    {**SHARE_OF_A, "at_least": "60%", "yearly": True},
    {"where": {"topic": "b"}, "within": {}, "at_least": "40%"},
    {"yearly": True, "at_least": 3},
    {"every": "month", "at_most": 2},
    {"where": {"level": "city"}, "every": "month", "at_least": 2},
]


@pytest.mark.parametrize("unknown", ["", "level", "topic", "stage", "passed", "hours"])
@pytest.mark.parametrize("part", KINDS_OF_PART)
def test_every_kind_of_part_is_judged_the_same_in_one_pass(
    part: dict[str, Any], unknown: str
) -> None:
    other = {"id": "other", "where": {"topic": "a"}, "at_least": 4}
    records = [{**record} for record in SEVERAL]
    if unknown:
        del records[4][unknown]
    bearer = {"id": "t1", "role": "teacher", "stage": "primary"}
    for cap in ({}, {"where": {"level": "city"}}, {"where": {"topic": "b"}}):
        quota = {
            **COURSES,
            "measure": {
                "sum": "hours",
                "of": "course",
                "where": {"passed": True},
                "caps": [{"at_most": 3, "per": "period", **cap}],
            },
            "every": {"cycle": "2 years", "grid": date(2023, 9, 1)},
            "at_least": 6,
            "part": [{"id": "part", **part}, other],
        }
        one_pass, long_way = planned(quota), planned({**quota, "exempt": NOBODY})
        for as_of in (date(2024, 9, 6), date(2024, 9, 8), date(2025, 9, 1)):
            for through in (as_of, date(2024, 9, 2)):
                rest = (bearer, records, through, as_of, Period(FIRST, date(2025, 9, 1)))
                plain = [told(verdict) for verdict in judged(one_pass, *rest)]
                assert plain == [told(verdict) for verdict in judged(long_way, *rest)]
