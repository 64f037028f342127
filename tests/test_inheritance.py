"""Plans derived from plans: what is taken over, what is cited, and what is told of mistakes."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derived_plans import (
    REASON,
    TEXT,
    Table,
    again,
    asking,
    city,
    county,
    county_table,
    judge,
    quota,
)
from eduplan import (
    EduplanError,
    Plan,
    PlanFileError,
    Quota,
    Record,
    Verdict,
    available_plans,
    dump_json,
    dump_toml,
    load_plan,
    plan_from_table,
    save_plan,
    weaker,
)
from eduplan.inheritance import MOST_PARENTS, lineage
from eduplan.messages import LANGUAGES

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
