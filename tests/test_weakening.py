"""Where a derived plan is weaker than its parent, and what is told of it."""

from datetime import date
from typing import Any

import pytest

from derived_plans import REASON, TEXT, Table, asking, city, county, quota
from eduplan import diff, plan_from_table, weaker

BY_STAGE = {"where": {"stage": "primary"}, "amount": 72}
ROWS = [BY_STAGE, {"where": {"stage": "senior-high"}, "amount": 90}]
TEACHER = {"role": "teacher"}


def found_weaker(before: Table, after: Table) -> list[tuple[str, str]]:
    """Return code and key of what is weaker in a derived provision."""
    form = "follow_up" if "after" in before else "quota"
    base: Table = {"id": "hours", "clause": "五", "title": TEXT, "force": "must"}
    if form == "quota":
        base = {**base, "measure": {"count": "training"}, "every": "school-year"}
        base |= {} if "at_most" in before else {"at_least": 72}
    parent = city(quota("other"), **{form: [{**base, **before}]})
    plan = county(parent, **{form: [{"id": "hours", "clause": "三", **after}]})
    return [(one.code, one.key) for one in weaker(plan)]


def of_full_time(amount: object, **more: object) -> Table:
    """Return a bound in proportion to the part of full time somebody works."""
    return {"amount": amount, "per": "fte", **more}


ANCHORED: Table = {"cycle": "3 years", "from": "@bearer.joined"}
FIVE_YEARS: Table = {"cycle": "5 years", "grid": date(2021, 1, 1)}
SHARE: Table = {"id": "tier", "where": {"tier": "junior"}, "within": {}, "at_least": "75%"}
SHARING: Table = {"after": "training", "answer": "sharing"}


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({"at_least": 72}, {"at_least": 71}, [("bound", "at_least")]),
        ({"at_least": 72}, {"at_least": 73}, []),
        ({"at_least": "75%"}, {"at_least": "2/3"}, [("bound", "at_least")]),
        ({"at_most": 20}, {"at_most": 21}, [("bound", "at_most")]),
        ({"at_most": 20}, {"at_most": 19}, []),
        ({"at_least": 72}, {"at_most": 72, "no_longer": ["at_least"]}, [("bound", "at_least")]),
        ({"at_least": ROWS}, {"at_least": [BY_STAGE, {**ROWS[1], "amount": 80}]}, [("bound", "at_least[1]")]),
        # in proportion: half-time owed 36 of 72
        ({"at_least": 72}, {"at_least": of_full_time(72)}, [("bound", "at_least")]),
        ({"at_least": 72}, {"at_least": of_full_time(80)}, [("bound", "at_least")]),
        ({"at_least": 72}, {"at_least": of_full_time(80, floor=72)}, []),
        ({"at_least": 72}, {"at_least": of_full_time(80, floor=71)}, [("bound", "at_least")]),
        ({"at_least": of_full_time(72)}, {"at_least": 72}, []),
        ({"at_least": of_full_time(72)}, {"at_least": 71}, [("bound", "at_least")]),
        ({"at_least": of_full_time(72)}, {"at_least": of_full_time(71)}, [("bound", "at_least")]),
        ({"at_least": of_full_time(72)}, {"at_least": of_full_time(73)}, []),
        ({"at_least": of_full_time(72, floor=10)}, {"at_least": of_full_time(72)}, [("bound", "at_least")]),
        ({"at_least": of_full_time(72, floor=10)}, {"at_least": of_full_time(72, floor=9)}, [("bound", "at_least")]),
        ({"at_least": of_full_time(72)}, {"at_least": of_full_time(72, floor=9)}, []),
        ({"at_least": of_full_time(72, floor=80)}, {"at_least": of_full_time(71, floor=80)}, []),
        ({"at_least": of_full_time(60, floor=30)}, {"at_least": of_full_time(60, floor=20)}, [("bound", "at_least")]),
        # 60 x and at least 30, against 45 x and at least 40: less is owed for 8/9 of full time on
        ({"at_least": of_full_time(60, floor=30)}, {"at_least": of_full_time(45, floor=40)}, [("bound", "at_least")]),
        ({"at_least": of_full_time(2)}, {"at_least": {"amount": 1, "per": "classes"}}, []),
        ({"at_most": 20}, {"at_most": of_full_time(20)}, []),
        ({"at_most": of_full_time(20)}, {"at_most": 20}, [("bound", "at_most")]),
        ({"at_most": of_full_time(20)}, {"at_most": of_full_time(20, floor=5)}, [("bound", "at_most")]),
        ({"at_least": ROWS}, {"at_least": [BY_STAGE, {**ROWS[1], "per": "fte"}]}, [("bound", "at_least[1]")]),
        ({"at_least": ROWS}, {"at_least": of_full_time(90)}, [("bound", "at_least")]),
        ({"at_least": ROWS}, {"at_least": of_full_time(90, floor=90)}, []),
        ({"at_least": ROWS}, {"at_least": 89}, [("bound", "at_least")]),
        ({"at_least": ROWS}, {"at_least": 90}, []),
        # the same rows the other way round, of which everybody still finds the same one
        ({"at_least": ROWS}, {"at_least": ROWS[::-1]}, []),
        ({"force": "must"}, {"force": "shall"}, [("force", "force")]),
        ({"force": "shall"}, {"force": "encourage"}, [("force", "force")]),
        ({"force": "aim"}, {"force": "encourage"}, []),
        ({"force": "shall"}, {"force": "must"}, []),
        ({}, {"bearer": TEACHER}, [("bearer", "bearer")]),
        ({"bearer": TEACHER}, {"bearer": {**TEACHER, "stage": "primary"}}, [("bearer", "bearer")]),
        ({"bearer": {"stage": ["primary", "junior-high"]}}, {"bearer": {"stage": "primary"}}, [("bearer", "bearer")]),
        ({"bearer": {"stage": "primary"}}, {"bearer": {"stage": ["primary", "junior-high"]}}, []),
        ({"bearer": TEACHER}, {"bearer": {"role": "researcher"}}, []),
        ({"bearer": {"level": {"at_least": "county"}}}, {"bearer": {"level": {"at_least": "city"}}}, [("bearer", "bearer")]),
        ({"bearer": {"level": {"at_least": "city"}}}, {"bearer": {"level": {"at_least": "county"}}}, []),
        ({"bearer": {"years": {"at_most": 5}}}, {"bearer": {"years": {"at_most": 3}}}, [("bearer", "bearer")]),
        ({"bearer": {"any": [TEACHER, {"role": "head"}]}}, {"bearer": TEACHER}, [("bearer", "bearer")]),
        ({"bearer": {"any": [TEACHER, {"role": "head"}]}}, {"bearer": {"any": [TEACHER]}}, [("bearer", "bearer")]),
        ({"bearer": {"not": {"retired": True}}}, {"bearer": {"not": [{"retired": True}, {"ill": True}]}}, [("bearer", "bearer")]),
        ({"bearer": {"stage": {"not": "primary"}}}, {"bearer": {"stage": {"not": ["primary", "preschool"]}}}, [("bearer", "bearer")]),
        ({}, {"exempt": {"on_leave": True}}, [("exempt", "exempt")]),
        ({"exempt": {"on_leave": True, "stage": "primary"}}, {"exempt": {"on_leave": True}}, [("exempt", "exempt")]),
        ({"exempt": {"on_leave": True}}, {"no_longer": ["exempt"]}, []),
        ({"exempt": {"on_leave": True}}, {"note": TEXT}, []),
        ({}, {"since": date(2026, 1, 1)}, [("time", "since")]),
        ({"since": date(2026, 1, 1)}, {"no_longer": ["since"]}, []),
        ({"until": date(2028, 1, 1)}, {"until": date(2027, 1, 1)}, [("time", "until")]),
        ({"measure": {"count": "training", "where": {"hours": {"at_least": 4}}}}, {"measure": {"count": "training", "where": {"hours": {"at_least": 2}}}}, []),
        ({"part": [SHARE]}, {"part": [{**SHARE, "at_least": "60%"}]}, [("bound", "part.at_least")]),
        # 60 % of the courses and 75 % of the hours are shares of different things
        ({"part": [SHARE]}, {"part": [{**SHARE, "at_least": "60%", "distinct": "course"}]}, []),
        ({"part": [SHARE]}, {"part": [{**SHARE, "at_least": "60%", "records": True}]}, []),
        ({"part": [{**SHARE, "records": True}]}, {"part": [{**SHARE, "at_least": "60%"}]}, []),
        ({"part": [{**SHARE, "distinct": "course"}]}, {"part": [{**SHARE, "at_least": "60%", "distinct": "course"}]}, [("bound", "part.at_least")]),
        ({"measure": {"count": "training", "caps": [{"at_most": 3, "per": "month"}]}}, {"measure": {"count": "training", "caps": [{"at_most": 4, "per": "month"}]}}, [("bound", "measure.caps.at_most")]),
        ({**SHARING, "within": {"days": 30}}, {"within": {"days": 31}}, [("time", "within.days")]),
        ({**SHARING, "within": {"days": 30}}, {"within": {"days": 10}}, []),
        ({**SHARING, "within": {"days": 30}}, {"within": {"school_days": 60}}, [("time", "within.days")]),
        ({"at_least": 72}, {"note": TEXT, "title": REASON}, []),
        ({}, {"grace": "2 months"}, [("time", "grace")]),
        ({"grace": "60 days"}, {"grace": "90 days"}, [("time", "grace")]),
        ({"grace": "2 months"}, {"no_longer": ["grace"]}, []),
        ({"grace": "2 months"}, {"grace": "45 days"}, []),  # two months are 59 days at least
        ({}, {"serves_at_least": "6 months"}, [("bound", "serves_at_least")]),
        ({"serves_at_least": "6 months"}, {"serves_at_least": "3 months"}, []),
        ({"partial": "full"}, {"partial": "pro-rata"}, [("bound", "partial")]),
        ({"partial": "full"}, {"partial": "by-month"}, [("bound", "partial")]),
        ({"partial": "by-month"}, {"partial": "exempt"}, [("bound", "partial")]),
        ({"partial": "by-month"}, {"partial": "pro-rata"}, []),
        ({"partial": "pro-rata"}, {"partial": "by-month"}, []),
        ({"partial": "exempt"}, {"partial": "full"}, []),
        ({}, {"partial": "exempt"}, []),
        ({"partial": "full"}, {"no_longer": ["partial"]}, []),
        ({"every": FIVE_YEARS, "stub": "pro-rata"}, {"stub": "exempt"}, [("bound", "stub")]),
        ({"every": FIVE_YEARS}, {"every": {**FIVE_YEARS, "cycle": "6 years"}}, [("time", "every.cycle")]),
        ({"every": FIVE_YEARS}, {"every": {**FIVE_YEARS, "cycle": "61 months"}}, [("time", "every.cycle")]),
        ({"every": FIVE_YEARS}, {"every": {**FIVE_YEARS, "cycle": "59 months"}}, []),
        ({"every": FIVE_YEARS}, {"every": "school-year"}, []),
        ({"every": ANCHORED}, {"every": {**ANCHORED, "skip": 1}}, [("bound", "every.skip")]),
        ({"every": {**ANCHORED, "skip": 2}}, {"every": {**ANCHORED, "skip": 1}}, []),
        ({"every": ANCHORED}, {"every": {**ANCHORED, "only": 1}}, [("bound", "every.only")]),
        ({"every": {**ANCHORED, "only": 1}}, {"every": {**ANCHORED, "only": 2}}, []),
        ({"every": {**ANCHORED, "only": 1}}, {"every": ANCHORED}, []),
    ],
)  # fmt: skip
def test_what_is_weaker_is_told_and_nothing_else(
    before: Table, after: Table, wanted: list[tuple[str, str]]
) -> None:
    assert found_weaker(before, after) == wanted


def test_a_weakening_tells_both_clauses_and_both_values() -> None:
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": 60})
    (one,) = weaker(plan)

    assert (one.provision, one.clause, one.old, one.new) == (
        "hours",
        ("三", "三(五)1@city"),
        72,
        60,
    )
    assert one.message("en") == (
        "Training (county 三；city 三(五)1): at_least was relaxed from 72 to 60"
    )
    assert one.message("zh") == "培训（county 三；city 三(五)1）：at_least 由 72 放宽到 60"


def test_a_binding_provision_that_is_dropped_is_told_with_the_reason() -> None:
    parent = city(quota("hours"), quota("wish", force="encourage"))
    drop = [{"provision": ["hours", "wish"], "reason": REASON, "clause": "三"}]
    (one,) = weaker(county(parent, drop=drop))

    assert (one.provision, one.code, one.clause) == ("hours", "dropped", ("三", "三(五)1@city"))
    assert one.message("en").endswith('left out here: "There is none in this county"')


def test_a_binding_provision_in_the_place_of_which_another_form_comes_is_told() -> None:
    # hours that were owed become a judgement; of what was only encouraged nothing is lost
    parent = city(quota("hours"), quota("wish", force="encourage"))
    drop = [{"provision": ["hours", "wish"], "reason": REASON, "clause": "三"}]
    judged = {"clause": "三", "title": REASON, "asks": TEXT, "judge": TEXT}
    attestation = [{"id": name, **judged} for name in ("hours", "wish")]
    (one,) = weaker(county(parent, drop=drop, attestation=attestation))

    assert (one.provision, one.code, one.title.zh) == ("hours", "replaced", REASON["zh"])
    assert (one.clause, one.force.value, one.old, one.new) == (("三",), "shall", None, None)


def test_a_version_may_be_weaker_from_its_day_on() -> None:
    later = {"from": date(2027, 1, 1), "at_least": 60}
    plan = county(city(), {"id": "hours", "clause": "三", "governs": "as-of", "version": [later]})
    (one,) = weaker(plan)

    assert (one.key, one.old, one.new, one.since) == ("at_least", 72, 60, date(2027, 1, 1))
    assert one.message("zh").endswith("自2027年1月1日起，at_least 由 72 放宽到 60")


def test_the_parent_s_own_later_version_is_what_counts() -> None:
    parent = city(
        quota("hours", governs="as-of", version=[{"from": date(2027, 1, 1), "at_least": 80}])
    )
    plan = county(parent, {"id": "hours", "clause": "三", "no_longer": ["version", "governs"]})
    (one,) = weaker(plan)

    assert (one.old, one.new, one.since) == (80, 72, date(2027, 1, 1))


def test_what_is_weaker_throughout_is_told_once() -> None:
    later = {"from": date(2027, 1, 1), "unit": TEXT}
    own = {"id": "hours", "clause": "三", "at_least": 60, "governs": "as-of", "version": [later]}

    assert [(one.key, one.since) for one in weaker(county(city(), own))] == [("at_least", None)]


def test_less_of_what_must_not_be_is_not_weaker() -> None:
    def gate(least: int, **head: Any) -> Table:
        return {"id": "entry", "admits": {"not": {"count": "incident", "at_least": least}}, **head}

    parent = city(gate=[gate(2, clause="五", title=TEXT)])
    assert weaker(county(parent, gate=[gate(1, clause="三")])) == ()


def test_what_depends_on_an_open_question_is_not_told() -> None:
    assert (
        weaker(county(asking(), {"id": "lessons", "clause": "三", "at_least": "?how-many"})) == ()
    )
    (one,) = weaker(county(asking(), {"id": "lessons", "clause": "三", "at_least": 6}))
    assert (one.old, one.new) == (7, 6)


def test_what_no_open_question_touches_is_told() -> None:
    # whatever the answer was: the county no longer binds, and its 1 cannot be held against it
    own = {"id": "hours", "clause": "三", "at_least": 1, "force": "encourage"}
    assert [one.code for one in weaker(county(asking(), own))] == ["force"]
    # in proportion to the part of full time: how much, or how much at least, nobody knows yet
    question = [{"id": "much", "clause": "三", "asks": TEXT, "expects": "number"}]
    for row in (of_full_time("?much"), of_full_time(80, floor="?much")):
        own = {"id": "hours", "clause": "三", "at_least": [row]}
        assert weaker(county(city(quota("hours")), own, question=question)) == ()


def test_a_plan_without_a_parent_is_not_weaker() -> None:
    assert weaker(city()) == ()


def test_a_diff_with_the_parent_names_only_what_was_said() -> None:
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": 80})
    told = {(one.part.value, one.id, one.key) for one in diff(city(), plan)}

    assert told == {
        ("plan", "", "id"),
        ("plan", "", "extends"),
        ("clause", "一", ""),
        ("clause", "三", ""),
        ("provision", "hours", "at_least"),
    }


def test_a_county_derives_its_own_liaison_plan_and_less_is_told() -> None:
    # the plan of a city's institute ends by asking counties for plans of their own
    table: Table = {
        "plan": {"id": "county-a", "title": TEXT, "extends": {"plan": "liaison", "clause": "一"}},
        "document": {"title": TEXT},
        "clause": [{"number": "一", "gist": TEXT}],
        "quota": [{"id": "week-on-site", "clause": "一", "at_least": 10}],
        "roster": [
            {"id": "liaison-schools", "clause": "一", "needs": {"at_least": 1, "at_most": 5}},
        ],
    }

    (one,) = weaker(plan_from_table(table))

    assert (one.provision, one.key, one.old, one.new) == ("liaison-schools", "needs.at_most", 4, 5)
    assert one.clause == ("一", "三@liaison", "附件@liaison")


def test_a_county_makes_rules_of_its_own_from_the_city_s_plan() -> None:
    # the city's plan, 四(一), asks every county and school for rules of its own
    shares = [("2018-12-31", "30%"), ("2019-12-31", "60%"), ("2020-12-31", "95%")]
    table: Table = {
        "plan": {
            "id": "county-b",
            "title": TEXT,
            "extends": {"plan": "city-three-year", "clause": "一"},
        },
        "document": {"title": TEXT},
        "clause": [{"number": "一", "gist": TEXT}],
        "target": [
            {
                "id": "compliant-junior-high",
                "clause": "一",
                "milestones": [
                    {"by": date.fromisoformat(day), "at_least": share} for day, share in shares
                ],
            }
        ],
        "schedule": [{"id": "live-broadcasts", "clause": "一", "times": 8}],
    }

    (one,) = weaker(plan_from_table(table))

    assert (one.provision, one.key, one.old, one.new) == ("live-broadcasts", "times", 10, 8)
    assert one.clause == ("一", "三(六)2@city-three-year")
