"""How one plan differs from another: what is told, in both languages, and what is no difference."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import Run
from eduplan import Difference, Plan, available_plans, diff, load_plan, plan_from_table
from eduplan.differences import Kind, Part
from eduplan.messages import LANGUAGES

TEXT = {"zh": "培训", "en": "Training"}
Table = dict[str, Any]


def quota(name: str, **changes: Any) -> Table:
    return {
        "id": name,
        "clause": "一",
        "title": TEXT,
        "measure": {"sum": "hours", "of": "training"},
        "every": "school-year",
        "at_least": 72,
        **changes,
    }


def plan(*quotas: Table, **more: Any) -> Plan:
    return plan_from_table(
        {
            "plan": {"id": "county", "title": TEXT},
            "document": {"title": TEXT},
            "clause": [{"number": number, "gist": TEXT} for number in ("一", "二")],
            "quota": list(quotas) or [quota("hours")],
            **more,
        }
    )


def told(old: Plan, new: Plan) -> list[tuple[str, str, str, str]]:
    return [(d.part.value, d.kind.value, d.id, d.key) for d in diff(old, new)]


ASKS = {"id": "how-many", "clause": "二", "asks": TEXT, "expects": "number"}
CASES: dict[str, tuple[Plan, Plan, list[tuple[str, str, str, str]], str, str]] = {
    "a number": (
        plan(quota("hours")),
        plan(quota("hours", at_least=80)),
        [("provision", "changed", "hours", "at_least")],
        "Provision Training (county 一): at_least 72 became 80",
        "规定 培训（county 一）：at_least 由 72 改为 80",
    ),
    "a key that was not there": (
        plan(quota("hours")),
        plan(quota("hours", exempt={"on_leave": True})),
        [("provision", "changed", "hours", "exempt")],
        "Provision Training (county 一): exempt was added, { on_leave = true }",
        "规定 培训（county 一）：新增 exempt，为 { on_leave = true }",
    ),
    "a key that is gone": (
        plan(quota("hours", until=date(2027, 1, 1))),
        plan(quota("hours")),
        [("provision", "changed", "hours", "until")],
        "Provision Training (county 一): until was removed, it was 1 January 2027",
        "规定 培训（county 一）：删去 until，原为 2027年1月1日",
    ),
    "another clause": (
        plan(quota("hours")),
        plan(quota("hours", clause=["一", "二"])),
        [("provision", "changed", "hours", "clause")],
        "Provision Training (county 一、二): clause 一 became 一、二",
        "规定 培训（county 一、二）：clause 由 一 改为 一、二",
    ),
    "a version": (
        plan(quota("hours")),
        plan(quota("hours", governs="as-of", version=[{"from": date(2027, 1, 1), "at_least": 80}])),
        [
            ("provision", "changed", "hours", "governs"),
            ("provision", "changed", "hours", "version[2027-01-01].at_least"),
        ],
        "Provision Training (county 一): version[2027-01-01].at_least was added, 80",
        "规定 培训（county 一）：新增 version[2027-01-01].at_least，为 80",
    ),
    "a provision that is gone, and another": (
        plan(quota("hours")),
        plan(quota("lessons")),
        [("provision", "removed", "hours", ""), ("provision", "added", "lessons", "")],
        "Provision Training (county 一) was removed",
        "新增规定 培训（county 一）",
    ),
    "a question in the place of a number": (
        plan(quota("hours")),
        plan(quota("hours", at_least="?how-many"), question=[ASKS]),
        [("question", "added", "how-many", ""), ("provision", "changed", "hours", "at_least")],
        "Provision Training (county 一): at_least 72 became ?how-many",
        "新增待定问题 how-many（county 二）",
    ),
    "an answer": (
        plan(quota("hours", at_least="?how-many"), question=[ASKS]),
        plan(quota("hours", at_least="?how-many"), question=[ASKS], answers={"how-many": 80}),
        [("answer", "added", "how-many", "")],
        "Answer how-many (county 二) was added: 80",
        "新增答案 how-many（county 二）：80",
    ),
    "another answer": (
        plan(quota("hours", at_least="?how-many"), question=[ASKS], answers={"how-many": 72}),
        plan(quota("hours", at_least="?how-many"), question=[ASKS], answers={"how-many": 80}),
        [("answer", "changed", "how-many", "")],
        "Answer how-many (county 二): 72 became 80",
        "答案 how-many（county 二）：由 72 改为 80",
    ),
    "a scale and a name": (
        plan(scales={"level": ["a", "b"]}, labels={"hours": TEXT}),
        plan(scales={"level": ["a", "b", "c"]}),
        [("scale", "changed", "level", "values"), ("label", "removed", "hours", "")],
        "Scale level: values [a, b] became [a, b, c]",
        "删去名称 hours，原为 “培训”",
    ),
    "the head": (
        plan(),
        plan(plan={"id": "county", "title": {"zh": "培训", "en": "Trainings"}, "length": "2 years"}),
        [("plan", "changed", "", "title"), ("plan", "changed", "", "length")],
        'Plan: title "Training" became "Trainings"',
        "方案：新增 length，为 2 years",
    ),
    "the document": (
        plan(),
        plan(document={"title": TEXT, "number": "1号"}),
        [("plan", "changed", "", "document.number")],
        "Plan: document.number was added, 1号",
        "方案：新增 document.number，为 1号",
    ),
    "what a clause says": (
        plan(),
        plan(clause=[{"number": "一", "gist": {"zh": "改", "en": "new"}}, {"number": "二", "gist": TEXT}]),
        [("clause", "changed", "一", "gist")],
        'Clause 一: gist "Training" became "new"',
        "条款 一：gist 由 “培训” 改为 “改”",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "wanted", "en", "zh"), CASES.values(), ids=CASES)
def test_what_differs_is_told(
    old: Plan, new: Plan, wanted: list[tuple[str, str, str, str]], en: str, zh: str
) -> None:
    found = diff(old, new)

    assert [(d.part.value, d.kind.value, d.id, d.key) for d in found] == wanted
    assert f"  {en}" in found.explain("en").splitlines()
    assert f"  {zh}" in found.explain("zh").splitlines()
    assert found.explain("en").startswith(f"county and county differ: {len(wanted)}")


def test_seen_from_the_other_side_the_same_things_differ() -> None:
    for old, new, *_ in CASES.values():
        assert sorted((d.part, d.id, d.key) for d in diff(old, new)) == sorted(
            (d.part, d.id, d.key) for d in diff(new, old)
        )


@pytest.mark.parametrize("name", available_plans())
def test_a_plan_does_not_differ_from_itself(name: str) -> None:
    assert len(diff(load_plan(name), load_plan(name))) == 0


def test_what_is_only_spelled_differently_is_no_difference() -> None:
    one = plan(quota("hours", at_least="?how-many", force="shall"), question=[ASKS])
    other = quota("hours", at_least="?how-many", measure={"sum": "hours", "of": ["training"]})
    assert told(one, plan({**other, "clause": ["一"]}, question=[ASKS])) == []
    rows = [{"amount": "72.0", "where": {}}]
    assert told(plan(quota("hours")), plan(quota("hours", at_least=rows))) == []


def test_what_stands_under_another_form_is_another_thing() -> None:
    head = {"id": "hours", "clause": "一", "title": TEXT}
    one = plan(quota("other"), quota("hours"))
    other = plan(
        quota("other"),
        follow_up=[{**head, "after": "training", "answer": "summary", "within": {"days": 7}}],
    )
    wanted = [("provision", "removed", "hours", ""), ("provision", "added", "hours", "")]
    assert told(one, other) == wanted


NUMBERS = st.integers(0, 3)
SMALL = st.fixed_dictionaries(
    {"at_least": NUMBERS},
    optional={
        "force": st.sampled_from(["must", "shall", "aim"]),
        "bearer": st.sampled_from([{"role": "teacher"}, {"role": ["teacher", "head"]}]),
        "scope": st.sampled_from(["each", {"mean": "school"}]),
    },
)


@given(st.lists(SMALL, min_size=1, max_size=3), st.lists(SMALL, min_size=1, max_size=3))
def test_two_plans_differ_where_and_only_where_they_are_not_equal(
    one: list[Table], other: list[Table]
) -> None:
    old, new = (
        plan(*(quota(f"q{index}", **changes) for index, changes in enumerate(several)))
        for several in (one, other)
    )
    assert bool(diff(old, new)) is (old != new)
    assert len(diff(old, old)) == 0


def test_differences_are_shown_in_a_notebook_with_nothing_left_unescaped() -> None:
    hostile = {"zh": "<b>", "en": "<script>"}
    html = diff(plan(), plan(quota("hours", title=hostile)))._repr_html_()

    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert all(f'lang="{lang}"' in html for lang in LANGUAGES)


def test_a_difference_is_a_small_value() -> None:
    (one,) = diff(plan(), plan(quota("hours", at_least=80)))

    wanted = Difference(
        part=Part.PROVISION,
        kind=Kind.CHANGED,
        id="hours",
        key="at_least",
        old=[{"amount": 72}],
        new=[{"amount": 80}],
        title=one.title,
        clause=("一",),
        plan="county",
    )
    assert one == wanted
    assert hash(one) == hash(wanted)


def test_the_command_tells_the_same(run: Run) -> None:
    done = run("diff", "county-six-year", "county-six-year", "--lang", "en")
    assert (done.code, done.out) == (0, "county-six-year and county-six-year differ: 0\n")

    done = run("diff", "county-six-year", "primary-school-2024")
    wanted = diff(load_plan("county-six-year"), load_plan("primary-school-2024"))
    assert done.out == wanted.explain("zh") + "\n"

    done = run("diff", "county-six-year", "nowhere", "--lang", "en")
    assert done.code == 2
    assert "no plan named 'nowhere'" in done.err
