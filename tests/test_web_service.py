"""The example of a web service: what it answers is what `evaluate` says, whoever else asks."""

import asyncio
import json
import random
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import web_service
from eduplan import Register, Status, evaluate, load_calendar, load_plan
from eduplan.exports import verdict_schema, verdicts_to_json

Answers = list[httpx.Response]
Send = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]

PLAN = load_plan("county-six-year").answer(web_service.ANSWERS)
CALENDAR = load_calendar("shanghai")
AS_OF = date(2025, 6, 2)
NUMBER = "310101199003071234"
SCHEMA = Draft202012Validator(verdict_schema())


def send(requests: Sequence[Send]) -> Answers:
    """Send requests at once, from this thread, and return the answers in their order."""

    async def all_at_once() -> Answers:
        transport = httpx.ASGITransport(web_service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            return await asyncio.gather(*(request(client) for request in requests))

    return asyncio.run(all_at_once())


def post(path: str, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"content-type": "application/json", **headers}
    (answer,) = send([lambda client: client.post(path, content=content, headers=headers)])
    return answer


def question(seed: int) -> dict[str, Any]:
    """Return a question about an invented teacher, different for every number."""
    chance = random.Random(seed)
    name = f"t{seed}"
    kinds = ("training", "lesson-observation", "training-summary", "open-lesson")
    records = [
        {
            "id": f"r{number}",
            "kind": chance.choice(kinds),
            "day": (date(2021, 1, 4) + timedelta(days=chance.randrange(1600))).isoformat(),
            "bearer": name,
            "hours": chance.choice([7.5, 18, 36, 72]),
            "certified": chance.random() < 0.8,
        }
        for number in range(chance.randrange(30))
    ]
    roles = chance.choice([["teacher"], ["teacher", "principal"], ["researcher"]])
    bearer = {"id": name, "role": roles, "stage": "primary", "joined": "2016-09-01"}
    through = chance.choice([None, "2025-06-01"])
    return {
        "bearer": bearer,
        "records": records,
        "as_of": "2025-06-02",
        "complete_through": through,
    }


def alone(asked: dict[str, Any]) -> str:
    """Return what `evaluate` says, with a plan that the service does not share."""
    through = date(2025, 6, 1) if asked["complete_through"] else None
    register = Register(asked["records"], complete_through=through)
    found = evaluate(PLAN, [asked["bearer"]], register, as_of=AS_OF, calendar=CALENDAR)
    return verdicts_to_json(found)


def test_many_requests_from_several_threads_get_the_answers_of_one_alone() -> None:
    asked = [question(seed) for seed in range(12)]
    expected = [alone(one) for one in asked]
    requests: list[Send] = [
        lambda client, one=one: client.post("/verdicts", json=one)  # type: ignore[misc]
        for one in asked
    ]

    with ThreadPoolExecutor(4) as pool:
        rounds = [future.result() for future in [pool.submit(send, requests) for _ in range(4)]]

    assert [[answer.text for answer in answers] for answers in rounds] == [expected] * 4
    assert len({*expected}) == 12


def test_the_answer_fits_the_published_schema() -> None:
    answer = post("/verdicts", question(1))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["verdicts"]
    SCHEMA.validate(answer.json())


def test_360_hours_passed_in_the_five_years_are_enough() -> None:
    """360 hours in 2021-2025 by clause 四: here twice 180, both passed."""
    records = [
        {"id": day, "kind": "training", "day": day, "bearer": "t1", "hours": 180, "certified": True}
        for day in ("2022-07-04", "2024-07-08")
    ]
    asked = {"bearer": {"id": "t1", "role": ["teacher"], "stage": "primary"}, "records": records}

    answer = post("/verdicts", {**asked, "as_of": "2025-06-02"})

    (verdict,) = [v for v in answer.json()["verdicts"] if v["provision"] == "training-hours"]
    assert (verdict["status"], verdict["value"]) == (Status.MET, "360")


# ---------------------------------------------------------------- languages

CHINESE, ENGLISH = "培训学时", "Training hours"


@pytest.mark.parametrize(
    ("query", "accepted", "expected"),
    [
        ("?lang=en", "zh", ENGLISH),
        ("?lang=zh", "en", CHINESE),
        ("", "en-GB,en;q=0.9,zh;q=0.5", ENGLISH),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("", "fr, EN;q=0.2, zh;q=0.1", ENGLISH),
        ("", "fr", CHINESE),
        ("", "*", CHINESE),
        ("", "en;q=0", CHINESE),
    ],
)
def test_sentences_come_in_the_language_asked_for(query: str, accepted: str, expected: str) -> None:
    answer = post(f"/explanations{query}", question(0), **{"accept-language": accepted})

    assert any(expected in sentence for sentence in answer.json())


# ---------------------------------------------------------------- bad input

BAD = {
    "bearer": {"name": "王芳"},
    "records": [
        {"id": "r1", "kind": "training", "day": "4.7.2022", "bearer": NUMBER},
        {"kind": "training", "day": "2022-07-04", "bearer": NUMBER},
    ],
    "as_of": "today",
    "complete_through": NUMBER,
}


@pytest.mark.parametrize(("lang", "word"), [("zh", "应为日期"), ("en", "must be a date")])
def test_all_faults_are_told_at_once_and_none_repeats_what_stands_there(
    lang: str, word: str
) -> None:
    answer = post(f"/verdicts?lang={lang}", BAD)

    faults = answer.json()["faults"]
    assert answer.status_code == 422
    assert {fault["path"] for fault in faults} == {
        "bearer.id",
        "records[0].day",
        "records[1].id",
        "as_of",
        "complete_through",
    }
    assert [fault["path"] for fault in faults if word in fault["message"]] == [
        "records[0].day",
        "as_of",
        "complete_through",
    ]
    for value in ("王芳", NUMBER, "4.7.2022", "today"):
        assert value not in answer.text


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("{}", {"bearer": "missing-key", "records": "missing-key", "as_of": "missing-key"}),
        ('{"bearer": [], "records": {}, "as_of": "2025-06-02"}', {"bearer": "not-a-table", "records": "not-a-list"}),
        ('{"bearer": {"id": "t"}, "records": [3], "as_of": "2025-06-02"}', {"records.0": "not-a-table"}),
        ("[]", {"": "not-a-table"}),
        ('{"bearer": ', {"11": "not-json"}),
        ('{"bearer": {"id": "王"}}'.encode("gb18030"), {"": "not-utf8"}),
        ("[" * 100_000, {"": "not-json"}),
    ],
)  # fmt: skip
def test_what_is_not_even_a_question_is_told_as_well(
    body: str | bytes, codes: dict[str, str]
) -> None:
    answer = post("/verdicts", body)

    assert answer.status_code == 422
    assert {fault["path"]: fault["code"] for fault in answer.json()["faults"]} == codes


def test_an_amount_that_is_no_number_is_a_fault() -> None:
    asked = question(3)
    asked["records"] = [
        {"id": "r1", "kind": "training", "day": "2024-07-08", "bearer": "t3", "hours": "王芳", "certified": True}
    ]  # fmt: skip

    answer = post("/verdicts", asked)

    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["faults"]] == ["amount-not-a-number"]
    assert "王芳" not in answer.text


FACTS = ("role", "stage", "joined", "left", "hours", "certified", "bearer", "school", "title")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
facts = st.dictionaries(st.sampled_from(FACTS), json_values, max_size=4)


@settings(max_examples=60)
@given(bearer=facts, records=st.lists(facts, max_size=3))
def test_whatever_is_handed_over_is_judged_or_refused(
    bearer: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    """Nothing that JSON can say makes the service fail: an answer is 200, or faults with 422."""
    fixed = {"kind": "training", "day": "2024-07-08", "bearer": "t1"}
    asked = {
        "bearer": {"role": ["teacher"], **bearer, "id": "t1"},
        "records": [fixed | record | {"id": f"r{n}"} for n, record in enumerate(records)],
        "as_of": "2025-06-02",
    }

    assert post("/verdicts", asked).status_code in (200, 422)
