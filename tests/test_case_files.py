"""Files of cases: what is wrong with one is told at once, and what does not hold is told in words."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from commands import Run
from eduplan import CaseFileError, EduplanError, run_cases
from eduplan.cases import (
    SPOKEN,
    SUGGESTED,
    TRAIL,
    Outcome,
    case_from_table,
    run_case,
    untried_provisions,
)
from eduplan.files import starter
from eduplan.messages import LANGUAGES, Language

OK, BROKEN, FAULTY = 0, 1, 2
CASES = """
[[case]]
id = "late"
zh = "四十天后才分享"
en = "Shared after forty days"
clause = "三、3"
plan = "./town.toml"
answers = { in-good-time = "days-30" }
bearer = [{ id = "t1", name = "Chen", role = "teacher", stage = "primary" }]
record = [
    { id = "p1", kind = "training", day = 2024-10-11, hours = 24, away = true },
    { id = "s1", kind = "second-tier-training", day = 2024-11-20, training = "p1" },
]
complete_through = 2025-08-31
as_of = 2025-09-01
during = { from = 2024-09-01, to = 2025-09-01 }

    [[case.expect]]
    provision = "sharing"
    status = "NOT_MET"
    due = 2024-11-10
    counted = ["p1", "s1"]
    because = "Thirty days after 11 October is 10 November."

    [[case.expect]]
    provision = "training-hours"
    status = "MET"
    value = "24.0"
    amounts = [24]
    because = "24 hours are owed and 24 were done."
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of cases beside the plan it names."""
    (tmp_path / "town.toml").write_text(starter("town", lang="en"), "utf-8")
    path = tmp_path / "cases.toml"
    path.write_text(CASES, "utf-8")
    return path


def refused(file: Path, path: str, says: str) -> CaseFileError:
    """Return what running a file raises, which tells a mistake with its place."""
    with pytest.raises(CaseFileError) as caught:
        run_cases(file)

    found = {(one.path, one.message("en")) for one in caught.value.faults}
    assert any(at == path and says in message for at, message in found), found
    return caught.value


def changed(file: Path, *pairs: tuple[str, str]) -> Path:
    text = file.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    return file


def told(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [one.message("en") for outcome in outcomes for one in outcome.mismatches]


def test_cases_that_hold(file: Path) -> None:
    outcomes = run_cases(file)
    assert [outcome.holds for outcome in outcomes] == [True, True]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"NOT_MET"', '"MET"', "status must be MET and is NOT_MET"),
        ("due = 2024-11-10", "due = 2024-11-11", "due must be 2024-11-11 and is 2024-11-10"),
        ('["p1", "s1"]', '["p1"]', "counted must be [p1] and is [p1, s1]"),
        ('"24.0"', '"1/3"', "value must be 1/3 and is 24"),
        ("amounts = [24]", "behind = true", "behind must be true and is false"),
        ("amounts = [24]", 'reason = "exempt"', "reason must be exempt and is -"),
        ("due = 2024-11-10", "remaining = 1", "remaining cannot be told: only a duty with an"),
        ("due = 2024-11-10", "enough = true", "enough cannot be told: only a verdict on a total"),
        ("amounts = [24]", 'left_out = { before = ["x"] }', "must be {before = [x]} and is {}"),
        (
            'provision = "sharing"',
            'provision = "share"',
            "no such verdict; there are (provision, bearer, first day, status): "
            "training-hours t1 2024-09-01 MET, sharing t1 2024-10-11 NOT_MET",
        ),
        ('provision = "sharing"', "", "several such verdicts; pick one by provision"),
        ('provision = "sharing"', 'trigger = "p2"', "no such verdict"),
        ('provision = "sharing"', "from = 2024-10-12", "no such verdict"),
    ],
)
def test_what_does_not_hold_is_told(file: Path, old: str, new: str, says: str) -> None:
    (message,) = told(run_cases(changed(file, (old, new))))
    assert says in message


def test_a_bearer_may_stand_for_several_alike() -> None:
    table = {
        "id": "twenty",
        "en": "Nineteen schools comply and one does not",
        "clause": "1",
        "bearer": [
            {"id": "city", "type": "city"},
            {"id": "a", "repeat": 19, "type": "school", "compliant": True},
            {"id": "b", "type": "school", "compliant": False},
        ],
        "as_of": date(2025, 1, 1),
        "target": [
            {
                "id": "compliant",
                "bearer": {"type": "city"},
                "indicator": {"share": {"compliant": True}, "within": {"type": "school"}},
                "milestones": {"by": date(2024, 12, 31), "at_least": "95%"},
            }
        ],
        "expect": [{"bearer": "city", "status": "MET", "value": "19/20"}],
    }
    case = case_from_table(table)

    ids = [bearer["id"] for bearer in case.bearers if isinstance(bearer, dict)]
    assert ids == ["city", *(f"a-{n}" for n in range(1, 20)), "b"]
    assert told(run_case(case)) == []


def test_periods_owed_are_all_of_them_and_no_others(file: Path) -> None:
    text = CASES[: CASES.index("    [[case.expect]]")]
    owed = '[[case.owed]]\nprovision = "training-hours"\nfirst_days = [2024-09-01]\n'
    file.write_text(text + owed, "utf-8")
    assert told(run_cases(file)) == []

    changed(file, ("[2024-09-01]", "[2024-09-01, 2025-09-01]"))
    assert told(run_cases(file)) == [
        "the periods owed must begin on [2024-09-01, 2025-09-01] and begin on [2024-09-01]"
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ('zh = "四十天后才分享"\nen = "Shared after forty days"', "", "case[0]", "in zh or en"),
        ('id = "late"', 'id = "Late"', "case[0].id", "lower-case"),
        ('id = "late"', "", "case[0].id", "missing"),
        ("as_of = 2025-09-01", "", "case[0].as_of", "missing"),
        ("as_of =", "on =", "case[0].on", "not a known key"),
        ('"./town.toml"', '"./city.toml"', "case[0].plan (city.toml)", "there is no such file"),
        ('"./town.toml"', '"city"', "case[0].plan", "no plan named"),
        ('plan = "./town.toml"', "", "case[0]", 'either plan = "..."'),
        ('"days-30" }', '"days-31" }', "case[0].answers.in-good-time", "days-30, term"),
        ("bearer = [{", "bearer = [{}, {", "case[0].bearer[0].id", "missing"),
        ("hours = 24,", "repeat = { times = 0, days = 1 },", "case[0].record[0].repeat.times", "1"),
        (
            "hours = 24,",
            "repeat = { times = 2, days = 9000000 },",
            "case[0].record[0].repeat",
            "no such day",
        ),
        ("bearer = [{", "bearer = [{ repeat = 0,", "case[0].bearer[0].repeat", "1"),
        ("day = 2024-11-20", 'day = "soon"', "case[0].record[1].day", "must be a date"),
        (
            "complete_through = 2025",
            'complete_through = "2025"#',
            "case[0].complete_through",
            "date",
        ),
        ('status = "MET"', 'status = "DONE"', "case[0].expect[1].status", "PENDING"),
        ('status = "MET"', "", "case[0].expect[1].status", "missing"),
        ("due = 2024-11-10", "dew = 2024-11-10", "case[0].expect[0].dew", "did you mean due"),
        ("amounts = [24]", "amounts = 24", "case[0].expect[1].amounts", "must be a list"),
        ("amounts = [24]", "left_out = []", "case[0].expect[1].left_out", "must be a table"),
        ("[[case]]", "[[cases]]", "cases", "not a known key"),
        ("as_of =", 'calendar = "atlantis"\nas_of =', "case[0].calendar", "no calendar"),
        ("as_of =", "owed = [{}]\nas_of =", "case[0].owed[0].first_days", "missing"),
        ("hours = 24", "hours = -24", "case[0]", "hours is negative"),
    ],
)
def test_a_mistake_in_a_case_is_told_with_its_place(
    file: Path, old: str, new: str, path: str, says: str
) -> None:
    error = refused(changed(file, (old, new)), path, says)
    for lang in LANGUAGES:
        assert error.message(lang).startswith("cases.toml")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_a_plan_file_it_is_told_what_to_do_with_it(file: Path, lang: Language) -> None:
    with pytest.raises(CaseFileError) as caught:
        run_cases(file.with_name("town.toml"))

    (fault,) = caught.value.faults
    assert (fault.path, fault.code) == ("plan", "case-is-plan")
    assert "eduplan lint" in caught.value.message(lang)
    assert "[[case]]" in caught.value.message(lang)


def test_all_mistakes_are_told_together_each_with_its_line(file: Path) -> None:
    with pytest.raises(CaseFileError) as caught:
        run_cases(changed(file, ("as_of = ", "as_off = "), ('"NOT_MET"', '"NOT MET"')))

    lines = [(one.path, one.line) for one in caught.value.faults]
    assert ("case[0].as_off", 15) in lines
    assert ("case[0].expect[0].status", 20) in lines


def test_two_cases_of_one_name_are_refused(file: Path) -> None:
    file.write_text(CASES * 2, "utf-8")
    with pytest.raises(CaseFileError) as caught:
        run_cases(file)
    assert [(one.path, one.code) for one in caught.value.faults] == [("case[1].id", "duplicate-id")]


def test_a_case_of_its_own_provisions_tells_their_faults_with_its_own() -> None:
    table = {
        "id": "own",
        "en": "Something",
        "clause": "1",
        "as_of": "2025-13-01",
        "bearer": [{"id": "t1"}],
        "quota": [{"id": "q", "measure": {"count": "x"}, "every": "fortnight", "at_least": 1}],
        "expect": [{"status": "MET"}],
    }
    with pytest.raises(EduplanError) as caught:
        case_from_table(table)
    paths = [fault.path for fault in caught.value.faults]  # type: ignore[attr-defined]
    assert paths == ["as_of", "quota[0].every"]


def test_the_command_tells_what_does_not_hold(run: Run, file: Path) -> None:
    assert run("test", file).code == OK
    changed(file, ('"NOT_MET"', '"MET"'))
    ran = run("test", file, "--lang", "en")

    assert ran.code == BROKEN
    assert "late: Shared after forty days" in ran.out
    assert "status must be MET and is NOT_MET" in ran.out
    assert "it says: Chen: Sharing after training away - not met" in ran.out
    assert "because: Thirty days" in ran.out
    assert "expectations that hold: 1, that do not: 1" in ran.out
    assert "四十天后才分享" in run("test", file).out


def test_the_command_names_provisions_that_no_case_speaks_of(run: Run, file: Path) -> None:
    text = file.read_text("utf-8")
    file.write_text(text[: text.rindex("    [[case.expect]]")], "utf-8")
    ran = run("test", file, "--lang", "en")

    assert ran.code == OK
    assert "Provisions no case speaks of: training-hours" in ran.out


def test_what_speaks_of_entries_is_refused_where_there_are_none(file: Path) -> None:
    changes = [
        ("due = 2024-11-10", "given = 2024-12-01\n    entries_since = {}"),
        ("amounts = [24]", 'evidence = { p1 = ["file"] }'),
    ]
    error = refused(changed(file, *changes), "case[0].expect[0].given", "goes only with entry")

    places = [("0", "given"), ("0", "entries_since"), ("1", "evidence")]
    paths = [f"case[0].expect[{place}].{key}" for place, key in places]
    assert [fault.path for fault in error.faults] == paths, "all at once"
    assert all(fault.line for fault in error.faults)
    assert "只用于写了 entry 的案例" in error.message("zh")


def test_the_command_leaves_with_two_where_a_file_has_faults(run: Run, file: Path) -> None:
    ran = run("test", changed(file, ("as_of", "on")), "--lang", "en")
    assert ran.code == FAULTY
    assert "cases.toml" in ran.err
    assert ran.out == ""


STEPS = """
[[case]]
id = "steps"
en = "Eight hours reported, corrected to six"
clause = "1"
bearer = [{ id = "t1" }]
links = ["training"]
entry = [
    { entered = 2025-01-10, report = [{ id = "a", kind = "training", day = 2024-10-08, hours = 8 }] },
    { entered = 2025-01-11, correct = "a", changes = { hours = 6 }, reason = "the certificate" },
    { entered = 2025-01-12, close = 2024-12-31 },
]
course = [{ id = "c", kind = "training", day = 2024-12-31, cost = 9, facts = { hours = 4 } }]
as_of = 2024-12-31
during = { from = 2024-01-01, to = 2025-01-01 }

    [[case.quota]]
    id = "hours"
    measure = { sum = "hours", of = "training" }
    every = "calendar-year"
    at_least = 8

    [[case.expect]]
    status = "PENDING"
    remaining = 2
    entries = { a = [1, 2] }

    [[case.suggest]]
    by = 2024-12-31
    cost = 9
    attend = { t1 = ["c"] }
"""


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """Return a file of a case with steps and courses."""
    path = tmp_path / "steps.toml"
    path.write_text(STEPS, "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", "", None),
        ("remaining = 2", "remaining = 3", "remaining must be 3 and is 2"),
        ("remaining = 2", "remaining_parts = { p = 1 }", "must be {p = [1]} and is {}"),
        ("remaining = 2", "possible = false", "possible must be false and is true"),
        ("remaining = 2", "forecast = 7", "forecast must be 7 and is 2196/365"),
        ("remaining = 2", "reached = 2024-12-31", "reached must be 2024-12-31 and is -"),
        ("remaining = 2", "enough = true", "enough must be true and is false"),
        ("[1, 2]", "[1]", "entries must be {a = [1]} and is {a = [1, 2]}"),
        ("entries =", "entries_since =", "entries_since must be {a = [1, 2]} and is {a = []}"),
        ("remaining = 2", 'evidence = { a = "x" }', "evidence must be {a = [x]} and is {a = []}"),
        ("cost = 9\n", "cost = 8\n", "cost must be 8 and is 9"),
        ('["c"]', "[]", "attend must be {t1 = []} and is {t1 = [c]}"),
        ("attend = { t1", "why = { places", "why must be {places = [c]} and is {}"),
        ('attend = { t1 = ["c"] }', 'cannot = ["t1"]', "cannot must be [t1] and is []"),
        ('attend = { t1 = ["c"] }', "short = 1", "short must be 1 and is 0"),
        ('attend = { t1 = ["c"] }', "taken = { c = 2 }", "must be {c = 2} and is {c = 1}"),
        ('attend = { t1 = ["c"] }', "proved = false", "proved must be false and is true"),
        ('attend = { t1 = ["c"] }', 'unclear = ["t1"]', "unclear must be [t1] and is []"),
        ('attend = { t1 = ["c"] }', 'beyond = { x = "form" }', "{x = form} and is {}"),
    ],
)
def test_what_is_needed_rested_on_and_suggested_is_told(
    steps: Path, old: str, new: str, says: str | None
) -> None:
    messages = told(run_cases(changed(steps, (old, new))))
    assert len(messages) == (says is not None)
    assert all(says in message for message in messages if says is not None)


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        ("as_of =", "complete_through = 2024-12-31\nas_of =", "", "no record and no complete"),
        ("as_of =", "record = []\nas_of =", "", "no record and no complete"),
        ("close = 2024-12-31", 'close = 2024-12-31, revoke = 1, reason = "r"', ".entry[2]", "one"),
        ("close = 2024-12-31", 'source = "x"', ".entry[2]", "merge_duplicates"),
        ("close = 2024-12-31", 'close = 2024-12-31, why = "x"', ".entry[2].why", "not a known"),
        (', reason = "the certificate"', "", ".entry[1].reason", "missing"),
        ("changes = { hours = 6 }", "changes = 6", ".entry[1].changes", "must be a table"),
        ("changes = { hours = 6 },", "", ".entry[1].changes", "change"),
        ('correct = "a"', 'correct = "b"', ".entry[1].entries[1].of", "b"),
        ("{ entered = 2025-01-10, report", "{ report", ".entry[0].entered", "missing"),
        (
            'kind = "training", day = 2024-10',
            "day = 2024-10",
            ".entry[0].report[0].kind",
            "missing",
        ),
        ("close = 2024-12-31", 'merge = [], reason = "r"', ".entry[2].dropped", "two different"),
        ("remaining = 2", "given = 1", ".expect[0].given", "date"),
        ("[1, 2]", "[0]", ".expect[0].entries.a[0]", "1"),
        ("cost = 9\n", "", ".suggest[0].cost", "missing"),
        ("by = 2024-12-31", "until = 2024-12-31", ".suggest[0].by", "missing"),
        ("attend", "attends", ".suggest[0].attends", "did you mean attend"),
        ("cost = 9, facts", "cost = -9, facts", ".course.courses[0].cost", "negative"),
        ("\nentry = [", "\nentries = [", ".entry", "missing"),
        ('links = ["training"]', 'links = ["a b"]', ".links[0]", "lower-case"),
    ],
)
def test_a_mistake_in_steps_and_suggestions_is_told_with_its_place(
    steps: Path, old: str, new: str, path: str, says: str
) -> None:
    error = refused(changed(steps, (old, new)), f"case[0]{path}", says)
    assert error.message("zh")


def test_the_command_tells_what_is_suggested_instead(run: Run, steps: Path) -> None:
    ran = run("test", changed(steps, ("cost = 9\n", "cost = 8\n")), "--lang", "en")

    assert ran.code == BROKEN
    assert "cost must be 8 and is 9" in ran.out
    assert "it says: t1: attend c (for Eight hours reported, corrected to six); cost 9." in ran.out


def test_a_suggestion_speaks_of_the_quotas_it_names() -> None:
    table = tomllib.loads(STEPS)["case"][0]
    del table["expect"]
    table["quota"].append({**table["quota"][0], "id": "others"})
    table["suggest"][0]["only"] = ["hours"]
    assert untried_provisions(run_case(case_from_table(table))) == ("others",)
    del table["suggest"][0]["only"]
    assert untried_provisions(run_case(case_from_table(table))) == (), "nothing is said of any"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_on_cases_names_every_key(lang: str) -> None:
    page = (Path(__file__).parents[1] / f"docs/{lang}/reference/cases.md").read_text("utf-8")
    keys = {*SPOKEN, *TRAIL, *SUGGESTED}
    assert {key for key in keys if f"`{key}`" not in page} == set()
