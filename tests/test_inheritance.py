"""Plans derived from plans: what is taken over, what is cited, and where they are weaker."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import (
    EduplanError,
    Period,
    Person,
    Plan,
    PlanFileError,
    Quota,
    Record,
    Register,
    Verdict,
    available_plans,
    diff,
    dump_json,
    dump_toml,
    evaluate,
    load_plan,
    plan_from_table,
    save_plan,
    weaker,
)
from eduplan.inheritance import MOST_PARENTS, lineage
from eduplan.messages import LANGUAGES

Table = dict[str, Any]
TEXT = {"zh": "培训", "en": "Training"}
REASON = {"zh": "本县没有此项工作", "en": "There is none in this county"}
YEAR = Period(date(2024, 9, 1), date(2025, 9, 1))


def quota(name: str, **changes: Any) -> Table:
    table = {
        "id": name,
        "clause": "三(五)1",
        "title": TEXT,
        "measure": {"sum": "hours", "of": "training"},
        "every": "school-year",
        "at_least": 72,
    }
    return {**table, **changes}


def city(*quotas: Table, **more: Any) -> Plan:
    """Return the plan of a city, from which counties derive theirs."""
    table = {
        "plan": {"id": "city", "title": TEXT},
        "document": {"title": TEXT},
        "clause": [{"number": number, "gist": TEXT} for number in ("三(五)1", "五")],
        "scales": {"level": ["school", "county", "city"]},
        "labels": {"training": TEXT},
        "quota": list(quotas) or [quota("hours"), quota("lessons", clause="五", force="must")],
        **more,
    }
    return plan_from_table(table)


def county_table(parent: Plan | str, *quotas: Table, clause: Any = (), **more: Any) -> Table:
    extends = {"plan": parent, "clause": clause} if clause else parent
    return {
        "plan": {"id": "county", "title": TEXT, "extends": extends},
        "document": {"title": TEXT},
        "clause": [{"number": number, "gist": TEXT} for number in ("一", "三")],
        "quota": list(quotas),
        **more,
    }


def county(parent: Plan | str, *quotas: Table, clause: Any = (), **more: Any) -> Plan:
    return plan_from_table(county_table(parent, *quotas, clause=clause, **more))


def judge(plan: Plan, *records: Record) -> list[Verdict]:
    register = Register(records, complete_through=date(2025, 8, 31))
    teacher = Person(id="t", roles=["teacher"])
    return list(evaluate(plan, [teacher], register, as_of=date(2025, 9, 1), during=YEAR))


def again(plan: Plan, parent: Plan) -> Plan:
    """Return a derived plan written down and read back, its parent handed over."""
    table = tomllib.loads(dump_toml(plan))
    extends = table["plan"]["extends"]
    table["plan"]["extends"] = {**extends, "plan": parent} if isinstance(extends, dict) else parent
    return plan_from_table(table)


# ------------------------------------------------------------------------------ what is taken over


def test_what_is_stated_again_overrides_key_by_key_and_the_rest_is_taken_over() -> None:
    plan = county(
        city(), {"id": "hours", "clause": "三", "at_least": 80}, quota("more", clause="一")
    )

    assert [provision.id for provision in plan.provisions] == ["hours", "lessons", "more"]
    hours, lessons, _ = plan.provisions
    assert isinstance(hours, Quota)
    assert hours.at_least is not None
    assert hours.at_least[0].amount == 80
    assert hours.measure.kinds == ("training",), "what is not stated stays"
    assert lessons.force == "must"
    assert plan.labels["training"].en == "Training"
    assert [scale.name for scale in plan.scales] == ["level"]


def test_a_verdict_cites_both_plans() -> None:
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": 80})
    hours, lessons = judge(plan)

    assert hours.citation.where == "county 三；city 三(五)1"
    assert hours.clauses == ("三", "三(五)1@city")
    assert lessons.citation.where == "county；city 五"
    assert hours.explain("zh").startswith("t：培训——未达到")
    assert "（county 三；city 三(五)1）" in hours.explain("zh")
    assert plan.clause("三(五)1@city").gist.en == "Training"


def test_a_clause_that_takes_over_the_parent_is_cited_with_all_of_it() -> None:
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": 80}, clause="一")
    hours, lessons = judge(plan)

    assert hours.citation.where == "county 三；city 三(五)1", "its own clause comes in its place"
    assert lessons.citation.where == "county 一；city 五"


def test_a_school_derives_its_plan_from_that_of_its_county() -> None:
    middle = county(city(), {"id": "hours", "clause": "三", "at_least": 80})
    table = county_table(middle, {"id": "hours", "clause": "一", "at_least": 90})
    table["plan"]["id"] = "school"
    school = plan_from_table(table)

    assert [plan.id for plan in lineage(school)] == ["school", "county", "city"]
    assert judge(school)[0].citation.where == "school 一；county 三；city 三(五)1"
    assert again(school, middle) == school


def test_a_provision_that_is_dropped_is_gone_and_may_be_written_anew() -> None:
    drop = [{"provision": "hours", "reason": REASON, "clause": "三"}]
    assert [p.id for p in county(city(), drop=drop).provisions] == ["lessons"]

    anew = county(city(), quota("hours", clause="三"), drop=drop)
    assert anew.provision("hours").clause == ("三",), "nothing of the parent is cited"
    assert again(anew, city()) == anew


def test_an_override_leaves_keys_out() -> None:
    parent = city(quota("hours", exempt={"on_leave": True}))
    plan = county(parent, {"id": "hours", "clause": "三", "no_longer": ["exempt"]})

    assert plan.provision("hours").exempt is None  # type: ignore[union-attr]
    assert again(plan, parent) == plan


ASKED: Table = {
    "question": [
        {"id": "how-many", "clause": "五", "asks": TEXT, "expects": "number"},
        {"id": "which", "clause": "五", "asks": TEXT, "expects": "number"},
    ],
    "answers": {"which": 7},
}


def asking() -> Plan:
    return city(quota("hours", at_least="?how-many"), quota("lessons", at_least="?which"), **ASKED)


def test_questions_of_the_parent_are_asked_and_answers_hold() -> None:
    plan = county(asking())

    assert [question.id for question in plan.open_questions] == ["how-many"]
    assert plan.questions[0].clause == ("五@city",)
    assert [v.missing[0].code if v.missing else v.required for v in judge(plan)] == ["question", 7]
    assert [v.required for v in judge(plan.answer({"how-many": 3}))] == [3, 7]


def test_answers_and_questions_of_its_own_come_in_the_place_of_the_parent_s() -> None:
    assert county(asking(), answers={"which": 8}).answers == {"which": 8}

    own = [{"id": "which", "clause": "三", "asks": REASON, "expects": "number"}]
    plan = county(asking(), question=own)
    assert [(q.id, q.clause) for q in plan.questions] == [
        ("which", ("三",)),
        ("how-many", ("五@city",)),
    ]
    assert plan.answers == {}, "the answer was one to the parent's question"
    assert again(plan, asking()) == plan


def test_a_question_that_an_override_settles_is_no_longer_asked() -> None:
    plan = county(asking(), {"id": "hours", "clause": "三", "at_least": 80})

    assert [question.id for question in plan.questions] == ["which"]


def test_an_override_may_ask_a_question_of_its_own() -> None:
    own = [{"id": "how-many", "clause": "三", "asks": REASON, "expects": "number"}]
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": "?how-many"}, question=own)

    assert plan.open_questions[0].asks.en == REASON["en"]
    assert again(plan, city()) == plan


@pytest.mark.parametrize("name", available_plans())
def test_without_overrides_it_judges_exactly_as_its_parent(name: str) -> None:
    parent = load_plan(name)
    plan = county(name)

    found = [told(verdict) for verdict in judge(plan)]
    assert found == [told(verdict) for verdict in judge(parent)]
    assert weaker(plan) == ()


def told(verdict: Verdict) -> tuple[object, ...]:
    reason = verdict.justification.reason
    return (
        verdict.provision,
        verdict.status,
        verdict.period,
        verdict.value,
        verdict.required,
        verdict.due,
        verdict.missing,
        reason,
    )


DAYS = st.dates(date(2024, 8, 29), date(2024, 9, 5))


@given(st.lists(st.tuples(DAYS, st.integers(0, 80)), max_size=4), st.integers(0, 100))
def test_an_override_judges_as_the_parent_would_with_that_number(
    records: list[tuple[date, int]], amount: int
) -> None:
    took_place = [
        Record(id=f"r{i}", kind="training", day=day, bearer="t", facts={"hours": hours})
        for i, (day, hours) in enumerate(records)
    ]
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": amount})
    same = city(quota("hours", at_least=amount), quota("lessons", clause="五", force="must"))

    assert [told(v) for v in judge(plan, *took_place)] == [
        told(v) for v in judge(same, *took_place)
    ]


# ---------------------------------------------------------------------------- written and read back

VERSIONED = {
    "governs": "as-of",
    "version": [{"from": date(2027, 1, 1), "at_least": 90, "clause": "五"}],
}


@pytest.mark.parametrize(
    ("parent", "table"),
    [
        (city(), {}),
        (city(), {"clause": "一"}),
        (city(), {"clause": ["一", "三"]}),
        (city(), {"quota": [{"id": "hours", "at_least": 80}]}),
        (city(), {"clause": "一", "quota": [{"id": "hours", "clause": "三", "at_least": 80}]}),
        (city(), {"quota": [{"id": "lessons", "force": "shall"}]}),
        (city(), {"quota": [{"id": "hours", "measure": {"count": "training"}, "scope": {"mean": "school"}}]}),
        (city(), {"quota": [{"id": "hours", "at_most": 80, "no_longer": ["at_least"]}]}),
        (city(), {"quota": [{"id": "hours", **VERSIONED, "version": [{"from": date(2027, 1, 1), "at_least": 90, "clause": "三"}]}]}),
        (city(quota("hours", **VERSIONED)), {"quota": [{"id": "hours", "at_least": 80}]}),
        (city(quota("hours", **VERSIONED)), {"quota": [{"id": "hours", "no_longer": ["version", "governs"]}]}),
        (asking(), {}),
        (asking(), {"answers": {"which": 8, "how-many": 9}}),
        (asking(), {"quota": [{"id": "hours", "force": "must"}]}),
        (asking(), {"quota": [{"id": "hours", "at_least": "7.5"}]}),
        (city(), {"scales": {"level": ["school", "county", "city", "province"], "rank": ["a", "b"]}}),
        (city(), {"labels": {"training": REASON, "hours": TEXT}}),
        (city(), {"drop": [{"provision": ["hours", "lessons"], "reason": REASON}]}),
        (city(), {"follow_up": [{"id": "summary", "clause": ["三", "五@city"], "title": TEXT, "after": "training", "answer": "summary", "within": {"days": 7}}]}),
        (city(plan={"id": "city", "title": TEXT, "horizon": {"from": date(2020, 1, 1), "to": date(2023, 1, 1)}}), {}),
    ],
)  # fmt: skip
def test_a_derived_plan_is_written_as_what_differs(parent: Plan, table: Table) -> None:
    plan = county(
        parent, *table.get("quota", ()), **{k: v for k, v in table.items() if k != "quota"}
    )

    assert again(plan, parent) == plan
    written = json.loads(dump_json(plan))
    stated = {entry["id"]: set(entry) for entry in written.get("quota", ())}
    assert stated == {entry["id"]: set(entry) for entry in table.get("quota", ())}
    assert [clause["number"] for clause in written["clause"]] == ["一", "三"]
    assert set(written) == {"plan", "document", "clause", *table} - {"clause"} | {"clause"}


def test_only_what_differs_is_written() -> None:
    plan = county(city(), {"id": "hours", "clause": "三", "at_least": 80, "every": "school-year"})

    (written,) = json.loads(dump_json(plan))["quota"]
    assert written == {"id": "hours", "clause": ["三"], "at_least": [{"amount": 80}]}


# --------------------------------------------------------------------------------- files and folders


def write(path: Path, plan: Plan, extends: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = dump_toml(plan)
    if extends:
        text = text.replace(f'extends = "{plan.derivation.source}"', f'extends = "{extends}"')  # type: ignore[union-attr]
        assert f'extends = "{extends}"' in text
    path.write_text(text, "utf-8")
    return path


def test_a_file_names_its_parent_by_a_path_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "city.toml", city())
    path = write(tmp_path / "county.toml", county(city()), "./city.toml")
    plan = load_plan(path)

    assert plan.derivation is not None
    assert plan.derivation.parent == city()
    for suffix in (".toml", ".json"):
        copy = tmp_path / f"copy{suffix}"
        save_plan(plan, copy)
        assert load_plan(copy) == plan


def test_a_file_names_a_packaged_plan_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    plan = county("county-six-year", {"id": "training-hours", "clause": "三", "at_least": 400})
    save_plan(plan, path)

    assert load_plan(path) == plan


def test_a_path_leads_out_of_the_folder_only_where_the_caller_allows(tmp_path: Path) -> None:
    write(tmp_path / "city.toml", city())
    path = write(tmp_path / "counties" / "county.toml", county(city()), "../city.toml")

    with pytest.raises(PlanFileError, match="leads out of the folder"):
        load_plan(path)
    assert load_plan(path, within=tmp_path).provision("hours").clause == ("三(五)1@city",)


def test_a_link_does_not_lead_out_either(tmp_path: Path) -> None:
    write(tmp_path / "city.toml", city())
    path = write(tmp_path / "counties" / "county.toml", county(city()), "./city.toml")
    (path.parent / "city.toml").symlink_to(tmp_path / "city.toml")

    with pytest.raises(PlanFileError, match="leads out of the folder"):
        load_plan(path)


def test_a_circle_of_files_is_told(tmp_path: Path) -> None:
    plan = county(city())
    one = write(tmp_path / "one.toml", plan, "./two.toml")
    write(tmp_path / "two.toml", plan, "./one.toml")

    with pytest.raises(PlanFileError, match=r"one.toml is derived from itself in a circle"):
        load_plan(one)
    with pytest.raises(PlanFileError, match="circle"):
        load_plan(write(tmp_path / "self.toml", plan, "./self.toml"))


def test_the_depth_is_bounded(tmp_path: Path) -> None:
    write(tmp_path / "0.toml", city())
    for depth in range(1, MOST_PARENTS + 2):
        text = dump_toml(county(city())).replace(
            'extends = "city"', f'extends = "./{depth - 1}.toml"'
        )
        text = text.replace('id = "county"', f'id = "county-{depth}"')
        (tmp_path / f"{depth}.toml").write_text(text, "utf-8")

    assert len(lineage(load_plan(tmp_path / f"{MOST_PARENTS}.toml"))) == MOST_PARENTS + 1
    with pytest.raises(PlanFileError, match=f"more than {MOST_PARENTS} plans above it"):
        load_plan(tmp_path / f"{MOST_PARENTS + 1}.toml")


def test_a_chain_of_any_length_ends_in_a_fault_and_nothing_else(tmp_path: Path) -> None:
    text = dump_toml(county(city()))
    for depth in range(300):
        named = text.replace('extends = "city"', f'extends = "./{depth + 1}.toml"')
        (tmp_path / f"{depth}.toml").write_text(named, "utf-8")

    with pytest.raises(PlanFileError, match="plans above it"):
        load_plan(tmp_path / "0.toml")


def test_faults_of_the_parent_are_told_with_its_file_and_line(tmp_path: Path) -> None:
    write(tmp_path / "city.toml", city())
    text = (tmp_path / "city.toml").read_text("utf-8")
    (tmp_path / "city.toml").write_text(text.replace('force = "must"', 'force = "maybe"'), "utf-8")
    path = write(tmp_path / "county.toml", county(city()), "./city.toml")

    with pytest.raises(PlanFileError) as caught:
        load_plan(path)

    (fault,) = caught.value.faults
    assert fault.path == "plan.extends (city.toml): quota[1].force"
    assert fault.line is not None
    assert 'force = "must"' in text.splitlines()[fault.line - 1]


# -------------------------------------------------------------------------------------- user errors

OVERRIDE = {"id": "hours", "clause": "三", "at_least": 80}
FAULTS: dict[str, tuple[Table, str, str]] = {
    "unknown-parent": (county_table("no-such-plan"), "plan.extends", "there are: "),
    "a-path-without-a-file": (county_table("./city.toml"), "plan.extends", "give the plan itself"),
    "no-text": (county_table(7), "plan.extends", "must be text"),  # type: ignore[arg-type]
    "its-own-id": (
        {**county_table(city()), "plan": {"id": "city", "title": TEXT, "extends": city()}},
        "plan.extends",
        "give it another",
    ),
    "unknown-adopting-clause": (county_table(city(), clause="九"), "plan.extends.clause", "九"),
    "misspelt-key-of-extends": (
        {**county_table(city()), "plan": {"id": "county", "title": TEXT, "extends": {"plans": city()}}},
        "plan.extends.plans",
        "did you mean plan?",
    ),
    "clause-of-the-parent-without-its-plan": (
        county_table(city(), {**OVERRIDE, "clause": "五"}),
        "quota[0].clause",
        "五@city",
    ),
    "nothing-changes": (county_table(city(), {"id": "hours"}), "quota[0]", "write what differs"),
    "another-form": (
        county_table(city(), follow_up=[{"id": "hours", "within": {"days": 7}}]),
        "follow_up[0].id",
        "stands under quota in the parent; move it there",
    ),
    "misspelt-key": (
        county_table(city(), {"id": "hours", "atleast": 80}),
        "quota[0].atleast",
        "did you mean at_least?",
    ),
    "faulty-value": (county_table(city(), {"id": "hours", "at_least": -1}), "quota[0].at_least", "negative"),
    "no-longer-of-what-is-not-there": (
        county_table(city(), {"id": "hours", "no_longer": ["exempt"]}),
        "quota[0].no_longer[0]",
        "it states: id, clause, title",
    ),
    "no-longer-of-what-is-required": (
        county_table(city(), {"id": "hours", "no_longer": ["every"]}),
        "quota[0].every",
        "is missing",
    ),
    "no-longer-in-a-provision-of-its-own": (
        county_table(city(), quota("more", clause="三", no_longer=["exempt"])),
        "quota[0].no_longer",
        "is not a known key",
    ),
    "overridden-twice": (county_table(city(), OVERRIDE, OVERRIDE), "quota[1].id", "an id of its own"),
    "a-new-provision-that-is-not-whole": (
        county_table(city(), {"id": "more", "clause": "三", "at_least": 80}),
        "quota[0].measure",
        "is missing",
    ),
    "drop-of-nothing": (
        county_table(city(), drop=[{"provision": "visits", "reason": REASON}]),
        "drop[0].provision",
        "it has: hours, lessons",
    ),
    "drop-misspelt": (
        county_table(city(), drop=[{"provision": "hour", "reason": REASON}]),
        "drop[0].provision",
        "did you mean hours?",
    ),
    "drop-without-a-reason": (county_table(city(), drop=[{"provision": "hours"}]), "drop[0].reason", "is missing"),
    "drop-by-an-unknown-clause": (
        county_table(city(), drop=[{"provision": "hours", "reason": REASON, "clause": "九"}]),
        "drop[0].clause",
        "listed are: 一、三",
    ),
    "drop-without-a-parent": (
        {**county_table(city()), "plan": {"id": "county", "title": TEXT}, "drop": [{"provision": "a", "reason": REASON}]},
        "drop",
        "name it by extends in [plan]",
    ),
    "what-others-rest-on-is-dropped": (
        county_table(
            city(gate=[{"id": "entry", "clause": "五", "title": TEXT, "admits": {"verdict": "hours"}}]),
            drop=[{"provision": "hours", "reason": REASON}],
        ),
        "plan.extends.entry",
        "no provision hours",
    ),
    "a-scale-on-which-the-parent's-values-are-not": (
        county_table(
            city(quota("hours", bearer={"level": {"at_least": "city"}})),
            scales={"level": ["low", "high"]},
        ),
        "plan.extends.hours.bearer.level",
        "low, high",
    ),
    "unused-question": (
        county_table(city(), question=[{"id": "new", "clause": "三", "asks": TEXT, "expects": "date"}]),
        "question[0]",
        'write "?new"',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "path", "says"), FAULTS.values(), ids=FAULTS)
def test_a_mistake_is_told_with_its_place_and_its_remedy(
    table: Table, path: str, says: str
) -> None:
    with pytest.raises(EduplanError) as caught:
        plan_from_table(table)

    assert isinstance(caught.value, PlanFileError)
    found = {(one.path, one.message("en")) for one in caught.value.faults}
    assert any(path == at and says in message for at, message in found), found
    assert all(one.message(lang) for lang in LANGUAGES for one in caught.value.faults)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("/city.toml", "must be a path relative to this file"),
        ("..\\\\city.toml", "must be a path relative to this file"),
        ("./missing.toml", "there is no such file"),
        ("./city.yaml", "is not a file type"),
        ("no-such-plan", "no plan named"),
    ],
)
def test_a_parent_that_cannot_be_had_is_told(tmp_path: Path, source: str, says: str) -> None:
    path = write(tmp_path / "county.toml", county(city()), source)

    with pytest.raises(PlanFileError) as caught:
        load_plan(path)

    assert [fault.path.partition(" ")[0] for fault in caught.value.faults] == ["plan.extends"]
    assert says in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


# --------------------------------------------------------------------------------------- how weaker

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
