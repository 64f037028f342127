"""Verdicts as JSON and CSV: exact figures, stable keys, and nothing a spreadsheet would run."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest

from eduplan import Person, Record, Register, Verdict, evaluate, plan_from_table
from eduplan.exact import exact
from eduplan.exports import verdicts_to_json, write_csv, write_json
from eduplan.messages import LANGUAGES, Language, catalogue

MARCH = date(2025, 3, 1)

PLAN = {
    "plan": {"id": "town", "title": {"zh": "镇方案", "en": "Plan of a town"}},
    "document": {"title": {"zh": "某镇方案", "en": "The plan"}},
    "clause": [{"number": n, "gist": {"zh": "内容", "en": "gist"}} for n in "一二三四"],
    "question": [
        {
            "id": "since",
            "clause": "四",
            "asks": {"zh": "从何时起？", "en": "From when?"},
            "expects": "date",
        }
    ],
    "quota": [
        {
            "id": "hours",
            "clause": "一",
            "title": {"zh": "学时", "en": "Hours"},
            "bearer": {"role": "teacher"},
            "measure": {
                "sum": "hours",
                "of": "training",
                "where": {"certified": True},
                "caps": {"at_most": 5, "per": "record"},
            },
            "every": "school-year",
            "at_least": 20,
            "unit": {"zh": "学时", "en": "hours"},
        },
        {
            "id": "share",
            "clause": ["二", "三"],
            "title": {"zh": "占比", "en": "Share"},
            "force": "aim",
            "bearer": {"role": "teacher"},
            "measure": {"share": {"certified": True}, "of": "training", "weigh": "hours"},
            "every": "school-year",
            "at_least": "75%",
        },
        {
            "id": "outside",
            "clause": "四",
            "title": {"zh": "外出", "en": "Away"},
            "bearer": {"role": "teacher"},
            "measure": {"count": "training"},
            "every": "school-year",
            "since": "?since",
            "at_least": 1,
        },
    ],
    "follow_up": [
        {
            "id": "summary",
            "clause": "三",
            "title": {"zh": "上交总结", "en": "Summary"},
            "force": "must",
            "bearer": {"role": "teacher"},
            "after": "training",
            "where": {"certified": True},
            "answer": {"kind": "training-summary", "link": "training"},
            "within": {"days": 30},
        },
    ],
}

# A third of ten hours, six of which one is cut off, twenty without a certificate, and
# eight that are still to come.
RECORDS = [
    Record(id="h1", kind="training", day=date(2024, 10, 8), bearer="t1", facts={"hours": Fraction(10, 3), "certified": True}),
    Record(id="h2", kind="training", day=date(2024, 11, 5), bearer="t1", facts={"hours": 6, "certified": True}),
    Record(id="h3", kind="training", day=date(2024, 12, 3), bearer="t1", facts={"hours": 20, "certified": False}),
    Record(id="h4", kind="training", day=date(2025, 4, 1), bearer="t1", facts={"hours": 8, "certified": True}),
    Record(id="z1", kind="training-summary", day=date(2024, 10, 20), bearer="t1", facts={"training": "h1"}),
]  # fmt: skip

TEACHER = Person(id="t1", name="王芳", roles=["teacher"], school="s1")
CLERK = Person(id="t2", name="李明", roles=["clerk"], school="s1")


def judge(*bearers: object) -> list[Verdict]:
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    return list(evaluate(plan_from_table(PLAN), bearers, register, as_of=MARCH))


def exported(*bearers: object, names: bool = False) -> list[dict[str, Any]]:
    document = json.loads(
        verdicts_to_json(judge(*bearers), names=names), parse_float=lambda _: pytest.fail("a float")
    )
    assert (document["format"], document["version"]) == ("eduplan-verdicts", 1)
    verdicts: list[dict[str, Any]] = document["verdicts"]
    return verdicts


def of(provision: str, verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    return next(verdict for verdict in verdicts if verdict["provision"] == provision)


def rows(*bearers: object, lang: Language = "en", names: bool = False) -> list[dict[str, str]]:
    file = StringIO(newline="")
    write_csv(judge(*bearers), file, lang=lang, names=names)
    return list(csv.DictReader(StringIO(file.getvalue(), newline="")))


# ---------------------------------------------------------------- JSON


def test_json_gives_figures_exactly() -> None:
    hours = of("hours", exported(TEACHER))
    # A third of ten and five of six: twenty-five thirds; twenty are owed.
    assert exact(hours["value"]) == Fraction(10, 3) + 5
    assert (hours["value"], hours["required"], hours["shortfall"]) == ("25/3", "20", "35/3")
    assert hours["justification"]["counted"] == [
        {"record": "h1", "amount": "10/3"},
        {"record": "h2", "amount": "5"},
    ]
    assert hours["justification"]["caps"] == [{"at_most": "5", "per": "record", "lost": "1"}]


def test_json_gives_shares_as_fractions_of_one() -> None:
    share = of("share", exported(TEACHER))
    # Certified are 10/3 + 6 = 28/3 of 88/3 hours.
    assert exact(share["value"]) == Fraction(28, 88)
    assert share["required"] == "0.75"
    assert share["clauses"] == ["二", "三"]
    assert share["force"] == "aim"


def test_json_tells_what_did_not_count_and_why() -> None:
    left_out = of("hours", exported(TEACHER))["justification"]["left_out"]
    assert {"reason": "differs", "field": "certified", "records": ["h3"]} in left_out
    assert {"reason": "after-as-of", "field": None, "records": ["h4"]} in left_out


def test_json_days_are_iso_and_periods_half_open() -> None:
    hours = of("hours", exported(TEACHER))
    assert hours["period"] == {
        "from": "2024-09-01",
        "to": "2025-09-01",
        "unit": "school-year",
        "label": {"zh": "2024—2025学年", "en": "school year 2024-25"},
    }
    assert (hours["as_of"], hours["due"]) == ("2025-03-01", "2025-08-31")
    # From 1 March through 31 August: 31 + 30 + 31 + 30 + 31 + 31 days.
    assert hours["days_left"] == 184
    assert (hours["status"], hours["behind"]) == ("PENDING", True)


def test_json_of_a_follow_up_names_record_and_answer() -> None:
    follow_ups = [v for v in exported(TEACHER) if v["provision"] == "summary"]
    first = next(v for v in follow_ups if v["status"] == "MET")
    assert first["justification"]["counted"] == [
        {"record": "h1", "amount": None},
        {"record": "z1", "amount": None},
    ]
    assert first["period"]["unit"] is None
    assert first["form"] == "follow-up"


def test_json_tells_what_is_missing_in_both_languages() -> None:
    outside = of("outside", exported(TEACHER))
    assert outside["status"] == "UNDETERMINED"
    assert outside["missing"] == [
        {
            "code": "question",
            "facts": {"question": "since", "asks": {"zh": "从何时起？", "en": "From when?"}},
        }
    ]
    assert (outside["value"], outside["period"], outside["due"]) == (None, None, None)


def test_json_tells_why_something_does_not_apply() -> None:
    hours = of("hours", exported(CLERK))
    assert hours["status"] == "NOT_APPLICABLE"
    assert hours["justification"]["reason"] == {"code": "not-a-bearer", "fact": "role"}


def test_json_names_nobody_unless_asked() -> None:
    assert "王芳" not in json.dumps(exported(TEACHER), ensure_ascii=False)
    named = of("hours", exported(TEACHER, names=True))
    assert named["name"] == "王芳"
    assert named["explanation"]["zh"].startswith("王芳：")


def test_json_explains_as_the_verdict_does() -> None:
    verdicts = judge(TEACHER, CLERK)
    told = [verdict["explanation"] for verdict in exported(TEACHER, CLERK)]
    assert told == [{lang: v.explain(lang, names=False) for lang in LANGUAGES} for v in verdicts]


def test_json_is_written_as_verdicts_come_one_a_line() -> None:
    file, written = StringIO(), []

    def coming() -> Iterator[Verdict]:
        for verdict in judge(TEACHER):
            written.append(file.tell())
            yield verdict

    write_json(coming(), file)
    assert written == sorted(set(written))
    assert file.getvalue() == verdicts_to_json(judge(TEACHER))
    assert file.getvalue().isascii()
    lines = file.getvalue().splitlines()[1:-1]
    assert [json.loads(line.rstrip(","))["provision"] for line in lines] == [
        verdict.provision for verdict in judge(TEACHER)
    ]


def test_json_of_nothing_is_a_document() -> None:
    assert json.loads(verdicts_to_json([]))["verdicts"] == []


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    '"quoted", and more',
    "</script><script>alert(1)</script>",
    "'",
    "王\u2028芳",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_json_gives_hostile_names_back_as_they_are(name: str) -> None:
    person = Person(id="t1", name=name, roles=["teacher"])
    assert of("hours", exported(person, names=True))["name"] == name


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("lang", LANGUAGES)
def test_csv_has_a_row_a_verdict_and_headers_in_the_language(lang: Language) -> None:
    found = rows(TEACHER, CLERK, lang=lang)
    assert len(found) == len(judge(TEACHER, CLERK))
    words = {text[lang] for key, text in catalogue().items() if key.startswith("csv.")}
    assert set(found[0]) <= words


def test_csv_gives_figures_exactly_and_the_last_day_of_a_period() -> None:
    hours = next(row for row in rows(TEACHER) if row["provision"] == "hours")
    assert (hours["value"], hours["required"], hours["shortfall"]) == ("25/3", "20", "35/3")
    assert (hours["first day"], hours["last day"]) == ("2024-09-01", "2025-08-31")
    assert (hours["due"], hours["days left"], hours["behind"]) == ("2025-08-31", "184", "yes")
    assert (hours["school"], hours["unit"], hours["records counted"]) == ("s1", "hours", "2")
    assert hours["status"] == "pending"


def test_csv_tells_failures_from_advice() -> None:
    register = Register(RECORDS, complete_through=date(2025, 9, 30))
    verdicts = list(evaluate(plan_from_table(PLAN), [TEACHER], register, as_of=date(2025, 8, 31)))
    file = StringIO(newline="")
    write_csv(verdicts, file, lang="en")
    found = list(csv.DictReader(StringIO(file.getvalue(), newline="")))
    told = {verdict.provision: verdict for verdict in verdicts if verdict.failure or verdict.advice}
    assert {row["provision"] for row in found if row["told as"]} == set(told)
    # The second training was never followed by a summary, which a must clause asks for.
    assert {row["told as"] for row in found if row["provision"] == "summary"} == {"", "failure"}


def test_csv_names_nobody_unless_asked() -> None:
    assert "王芳" not in str(rows(TEACHER))
    named = rows(TEACHER, names=True)[0]
    assert named["name"] == "王芳"
    assert named["explanation"].startswith("王芳:")


@pytest.mark.parametrize("name", HOSTILE)
def test_csv_cells_are_no_formulas(name: str) -> None:
    person = Person(id=name, name=name, roles=["teacher"], school=name)
    found = rows(person, names=True)
    assert found
    for row in found:
        for cell in row.values():
            assert not cell.lstrip(" \u3000").startswith(tuple("=+-@\t\r\n＝＋－＠"))
        assert row["name"].removeprefix("'") == name.removeprefix("'")
        assert row["id"] == row["name"] == row["school"]


def test_csv_leaves_harmless_cells_alone() -> None:
    row = rows(Person(id="t-1", name="Anne-Marie = Li", roles=["teacher"]), names=True)[0]
    assert (row["id"], row["name"]) == ("t-1", "Anne-Marie = Li")
