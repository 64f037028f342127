"""Dated versions of a provision: written, read back, cited, and judged by the one that governs."""

import json
import tomllib
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import (
    FollowUp,
    InputError,
    Period,
    PlanFileError,
    Quota,
    Register,
    Status,
    Verdict,
    dump_json,
    dump_toml,
    evaluate,
    load_plan,
    plan_from_table,
)
from eduplan.exports import verdicts_to_json
from eduplan.provisions import Governs, Version

TITLE = {"zh": "培训学时", "en": "Training hours"}
TEN_YEARS = Period(date(2024, 1, 1), date(2034, 1, 1))
HOURS: dict[str, Any] = {
    "id": "hours",
    "clause": "三",
    "title": TITLE,
    "measure": {"sum": "hours", "of": "training"},
    "every": {"cycle": "5 years", "grid": date(2024, 1, 1)},
    "at_least": 360,
    "unit": {"zh": "学时", "en": "hours"},
}
FROM_2027: dict[str, Any] = {"from": date(2027, 1, 1), "at_least": 400, "clause": "四"}


def table(*quotas: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "plan": {"id": "county", "title": TITLE},
        "document": {"title": TITLE},
        "clause": [{"number": number, "gist": TITLE} for number in "三四"],
        "quota": list(quotas),
        **more,
    }


def versioned(governs: str, *versions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**HOURS, "governs": governs, "version": list(versions or [FROM_2027]), **changes}


def judge(
    quota: dict[str, Any], *records: dict[str, Any], as_of: date = TEN_YEARS.end
) -> list[Verdict]:
    register = Register(
        [{"id": f"r{i}", "kind": "training", "bearer": "t", **r} for i, r in enumerate(records)],
        complete_through=as_of - timedelta(days=1),
    )
    plan = plan_from_table(table(quota))
    return list(evaluate(plan, [{"id": "t"}], register, as_of=as_of, during=TEN_YEARS))


def test_a_verdict_cites_the_clause_and_tells_the_version_that_governs() -> None:
    first, second = judge(versioned("period-start"), {"day": date(2026, 3, 3), "hours": 370})

    assert (first.clauses, second.clauses) == (("三",), ("四",))
    assert first.explain("en").endswith(
        "Judged by what holds on the first day of the period: the wording before 1 January 2027."
    )
    assert second.explain("zh").endswith("按时段首日有效的规定判断，即自2027年1月1日起的规定。")
    one, other = json.loads(verdicts_to_json([first, second]))["verdicts"]
    assert one["governing"] == {"rule": "period-start", "from": None, "to": "2027-01-01"}
    assert other["governing"] == {"rule": "period-start", "from": "2027-01-01", "to": None}


def test_a_provision_without_versions_says_nothing_of_any() -> None:
    verdicts = judge(HOURS)

    assert {verdict.citation.governing for verdict in verdicts} == {None}
    assert json.loads(verdicts_to_json(verdicts))["verdicts"][0]["governing"] is None


def test_each_version_is_the_whole_provision_with_its_keys_changed() -> None:
    quota = Quota(**versioned("as-of", FROM_2027, {"from": date(2029, 1, 1), "force": "must"}))

    before, then, last = (quota.on(date(year, 12, 31)) for year in (2026, 2027, 2029))

    assert before == Quota(**HOURS)
    assert then == Quota(**{**HOURS, "at_least": 400, "clause": "四"})
    assert last == Quota(**{**HOURS, "force": "must"}), "what changes is told against the first"


def test_versions_are_read_from_values_and_from_tables_alike() -> None:
    told = Quota(**versioned("as-of", {"from": date(2027, 1, 1), "at_least": "400"}))
    made = Quota(
        **HOURS,
        governs=Governs.AS_OF,
        version=[Version(since=date(2027, 1, 1), changes={"at_least": 400})],
    )

    assert told == made


@pytest.mark.parametrize(
    "version",
    [
        FROM_2027,
        {
            "from": date(2027, 1, 1),
            "measure": {"count": "training", "where": {"hours": {"above": 7.5}}},
        },
        {"from": date(2027, 1, 1), "at_least": "400.5", "note": {"zh": "新", "en": "new"}},
        {"from": date(2027, 1, 1), "at_most": 400, "no_longer": ["at_least"]},
        {"from": date(2027, 1, 1), "at_least": "?how-many"},
        {"from": "?when", "at_least": 400},
    ],
)
def test_versions_are_written_as_they_were_read(version: dict[str, Any]) -> None:
    questions = []
    for name, expects in (("how-many", "number"), ("when", "date")):
        if f"?{name}" in version.values():
            questions.append({"id": name, "clause": "三", "asks": TITLE, "expects": expects})
    plan = plan_from_table(table(versioned("as-of", version), question=questions))

    assert plan_from_table(tomllib.loads(dump_toml(plan))) == plan
    written = json.loads(dump_json(plan))
    (told,) = written["quota"][0]["version"]
    assert set(told) == set(version), "only what changes is written"


def test_json_gives_the_same_plan(tmp_path: Any) -> None:
    plan = plan_from_table(table(versioned("period-start")))
    path = tmp_path / "plan.json"
    path.write_text(dump_json(plan), "utf-8")

    assert load_plan(path) == plan


def test_faults_in_a_file_name_line_and_place(tmp_path: Any) -> None:
    plan = plan_from_table(table(versioned("period-start")))
    path = tmp_path / "plan.toml"
    text = dump_toml(plan).replace("from = 2027-01-01", "from = 2027-13-01")
    text = text.replace("from = 2027-13-01", "from = 2027-01-01\nforces = 1")
    path.write_text(text, "utf-8")

    with pytest.raises(PlanFileError) as caught:
        load_plan(path)

    (fault,) = caught.value.faults
    assert fault.path == "quota[0].version[0].forces"
    assert text.splitlines()[(fault.line or 0) - 1] == "forces = 1"


def test_what_the_provision_lacks_is_told_once() -> None:
    lacking = {key: value for key, value in versioned("as-of").items() if key != "at_least"}
    lacking["version"] = [{"from": date(2027, 1, 1), "unit": TITLE}]

    with pytest.raises(PlanFileError) as caught:
        plan_from_table(table(lacking))

    assert [fault.path for fault in caught.value.faults] == ["quota[0]"]


def test_what_does_not_fit_the_scales_is_told_once() -> None:
    with pytest.raises(PlanFileError) as caught:
        plan_from_table(table(versioned("as-of", bearer={"level": {"at_least": "city"}})))

    assert [fault.path for fault in caught.value.faults] == ["quota[0].bearer.level"]


def test_a_version_cannot_be_evolved_into_a_fault() -> None:
    with pytest.raises(InputError, match=r"version\[0\].at_least"):
        Quota(**versioned("as-of", {"from": date(2027, 1, 1), "at_least": -1}))


def test_a_follow_up_may_go_by_the_day_of_its_record() -> None:
    duty = FollowUp(
        id="summary",
        clause="三",
        title=TITLE,
        after="training",
        answer="summary",
        within={"days": 30},
        governs="record-date",
        version=[{"from": date(2027, 1, 1), "within": {"days": 10}}],
    )
    assert duty.on(date(2027, 1, 1)).within.days == 10  # type: ignore[attr-defined]


def test_a_version_may_leave_out_milestones_that_are_past() -> None:
    share = {"share": {"compliant": True}, "within": {"type": "school"}}
    end = {year: date(year, 12, 31) for year in (2026, 2027, 2028)}
    target = {
        "id": "compliant",
        "clause": "三",
        "title": TITLE,
        "bearer": {"type": "city"},
        "indicator": share,
        "milestones": [{"by": end[y], "at_least": "60%"} for y in (2026, 2027)],
        "governs": "period-start",
        "version": [
            {
                "from": date(2027, 1, 1),
                "milestones": [{"by": end[y], "at_least": "85%"} for y in (2027, 2028)],
            }
        ],
    }
    text = {"plan": {"id": "city", "title": TITLE, "horizon": {"from": date(2026, 1, 1), "to": date(2029, 1, 1)}}}  # fmt: skip
    plan = plan_from_table({**table(), **text, "target": [target]})
    city = {"id": "c", "type": "city"}
    found = list(evaluate(plan, [city], Register([]), as_of=date(2029, 1, 1), during=TEN_YEARS))

    told = [(v.due, v.citation.governing.since if v.citation.governing else None) for v in found]
    assert told == [
        (end[2026], None),
        (end[2027], date(2027, 1, 1)),
        (end[2028], date(2027, 1, 1)),
    ]


HONOURED, TITLED = {"honours": "backbone"}, {"title": "senior"}
BY_BEARER = versioned(
    "period-start",
    {"from": date(2029, 1, 1), "bearer": TITLED},
    bearer=HONOURED,
)


def about(bearer: dict[str, Any]) -> list[Verdict]:
    plan = plan_from_table(table(BY_BEARER))
    register = Register([], complete_through=TEN_YEARS.last)
    return list(
        evaluate(plan, [{"id": "t", **bearer}], register, as_of=TEN_YEARS.end, during=TEN_YEARS)
    )


def test_what_two_versions_do_not_know_is_told_of_both() -> None:
    found = about({})

    assert [verdict.status for verdict in found] == [Status.UNDETERMINED] * 2
    assert [verdict.missing[0].facts["field"] for verdict in found] == ["honours", "title"]


def test_what_one_version_does_not_know_is_told_beside_what_the_other_does() -> None:
    first, second = about({"honours": "backbone"})

    assert (first.status, second.status) == (Status.NOT_MET, Status.UNDETERMINED)


def test_who_owes_nothing_by_any_version_is_told_so_by_the_last() -> None:
    (verdict,) = about({"honours": "none", "title": "junior"})

    assert verdict.status is Status.NOT_APPLICABLE
    assert verdict.justification.reason is not None
    assert verdict.justification.reason.fact == "title"


def test_within_a_milestone_s_period_a_new_version_does_not_yet_govern_it() -> None:
    share = {"share": {"compliant": True}, "within": {"type": "school"}}
    target = {
        "id": "compliant",
        "clause": "三",
        "title": TITLE,
        "indicator": share,
        "since": date(2026, 1, 1),
        "milestones": [{"by": date(2027, 12, 31), "at_least": "60%"}],
        "governs": "period-start",
        "version": [
            {
                "from": date(2027, 7, 1),
                "milestones": [
                    {"by": date(2027, 12, 31), "at_least": "85%"},
                    {"by": date(2028, 12, 31), "at_least": "90%"},
                ],
            }
        ],
    }
    plan = plan_from_table({**table(), "target": [target]})
    found = evaluate(plan, [{"id": "c"}], Register([]), as_of=date(2029, 1, 1), during=TEN_YEARS)

    assert [verdict.required for verdict in found] == [Fraction(3, 5), Fraction(9, 10)]


DAYS = st.dates(date(2024, 1, 1), date(2024, 1, 8))
CHANGES = st.lists(DAYS, min_size=1, max_size=3, unique=True).map(sorted)


@given(
    CHANGES,
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
    st.lists(st.tuples(DAYS, st.integers(0, 2)), max_size=5),
    st.sampled_from(["period-start", "as-of"]),
)
def test_each_period_is_judged_as_the_version_alone_would(
    days: list[date], amounts: list[int], records: list[tuple[date, int]], governs: str
) -> None:
    """The oracle: one provision without versions for each wording, picked by the day."""
    every = {"cycle": "2 months", "grid": date(2023, 11, 1)}
    versions: list[dict[str, Any]] = [
        {"from": day, "at_least": amount} for day, amount in zip(days, amounts, strict=False)
    ]
    as_of = date(2024, 3, 5)
    told = [{"day": day, "hours": hours} for day, hours in records]

    def gist(verdict: Verdict) -> tuple[object, ...]:
        return verdict.period, verdict.status, verdict.value, verdict.required

    found = judge(versioned(governs, *versions, every=every), *told, as_of=as_of)
    wanted = []
    for verdict in judge({**HOURS, "every": every}, *told, as_of=as_of):
        assert verdict.period is not None
        day = as_of if governs == "as-of" else verdict.period.start
        owed = ([360] + [v["at_least"] for v in versions if v["from"] <= day])[-1]
        alone = judge({**HOURS, "every": every, "at_least": owed}, *told, as_of=as_of)
        wanted.append(next(gist(one) for one in alone if one.period == verdict.period))
    assert [gist(verdict) for verdict in found] == wanted
