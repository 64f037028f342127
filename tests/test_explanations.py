"""What a verdict says: whole sentences in both languages, figures in them, and no name unasked."""

import re
from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest

from eduplan import (
    Group,
    Period,
    Person,
    Record,
    Register,
    School,
    Status,
    Verdict,
    evaluate,
    load_calendar,
    load_plan,
    plan_from_table,
)
from eduplan.messages import LANGUAGES, Language, catalogue
from eduplan.summary import summarise

NAME = "王芳"
ID = "110101199003071234"
YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
in_both_languages = pytest.mark.parametrize("lang", LANGUAGES)


def teacher(**facts: Any) -> Person:
    return Person(id=ID, name=NAME, roles=["teacher"], stage="primary", facts=facts)


def record(key: str, kind: str, day: date, **facts: Any) -> Record:
    return Record(id=key, kind=kind, day=day, bearer=ID, facts=facts)


def one(
    form: str,
    provision: dict[str, Any],
    records: Sequence[Record],
    as_of: date,
    complete: date | None,
    *,
    bearer: object = None,
    during: Period = YEAR,
) -> Verdict:
    """Return the one verdict of a plan with one provision."""
    text = {"zh": "教师培训", "en": "Training of teachers"}
    table = {
        "plan": {"id": "town", "title": text},
        "document": {"title": text},
        "clause": [{"number": "三(五)1", "gist": text}],
        form: [{"id": "duty", "clause": "三(五)1", "title": text, **provision}],
    }
    register = Register(records, complete_through=complete)
    [verdict] = evaluate(
        plan_from_table(table), [bearer or teacher()], register, as_of=as_of, during=during
    )
    return verdict


HOURS: dict[str, Any] = {
    "measure": {"sum": "hours", "of": "training", "where": {"certified": True}},
    "every": "calendar-year",
    "unit": {"zh": "学时", "en": "hours"},
    "bearer": {"role": "teacher"},
}
LEAST = {**HOURS, "at_least": 72}
MOST = {**HOURS, "at_most": 72}
SHARE = {
    "measure": {"share": {"category": "key"}, "of": "training"},
    "every": "calendar-year",
    "at_least": "75%",
    "bearer": {"role": "teacher"},
}
FOLLOW = {
    "after": "training",
    "answer": {"kind": "training-summary", "link": "training"},
    "within": {"days": 30},
    "bearer": {"role": "teacher"},
}
OVER, OPEN = date(2026, 1, 1), date(2025, 7, 2)
FULL, HALF = date(2025, 12, 31), date(2025, 7, 1)


def training(key: str, hours: object, day: date = date(2025, 3, 5), **facts: Any) -> Record:
    return record(key, "training", day, hours=hours, **{"certified": True, **facts})


HELD = record("t", "training", date(2025, 3, 5), category="key")
SENT = record("s", "training-summary", date(2025, 4, 4), training="t")
SENT_LATE = record("s", "training-summary", date(2025, 4, 9), training="t")
REGULAR = record("u", "training", date(2025, 3, 6), category="regular")
HEAD = Person(id=ID, name=NAME, roles=["principal"])


def least(records: Sequence[Record], as_of: date, complete: date | None, **k: Any) -> Verdict:
    return one("quota", LEAST, records, as_of, complete, **k)


def most(records: Sequence[Record], as_of: date, complete: date | None, **k: Any) -> Verdict:
    return one("quota", MOST, records, as_of, complete, **k)


def share(records: Sequence[Record], as_of: date, complete: date | None, **k: Any) -> Verdict:
    return one("quota", SHARE, records, as_of, complete, **k)


def follow(records: Sequence[Record], as_of: date, complete: date | None, **k: Any) -> Verdict:
    return one("follow_up", FOLLOW, records, as_of, complete, **k)


# Every status of every form, with the figures that must stand in both languages. 5 March and thirty
# days is 4 April; from 2 July 183 days of the year are left, 2 July included.
TOLD: dict[str, tuple[Verdict, str, list[str]]] = {
    "least-met": (least([training("a", "72.5")], OVER, FULL), "MET", ["72.5", "72", "2025"]),
    "least-not-met": (least([training("a", 40)], OVER, FULL), "NOT_MET", ["40", "72", "32"]),
    "least-third": (least([training("a", "1/3")], OVER, FULL), "NOT_MET", ["≈0.33", "≈71.67"]),
    "least-pending": (least([training("a", 30)], OPEN, HALF), "PENDING", ["30", "72", "42", "183"]),
    "least-undeclared": (least([training("a", 30)], OVER, None), "UNDETERMINED", ["30", "72"]),
    "least-fact": (
        least([training("a", 30), training("b", 50, certified=None)], OVER, FULL),
        "UNDETERMINED",
        ["30", "72", "1"],
    ),
    "least-not-for": (least([], OVER, FULL, bearer=HEAD), "NOT_APPLICABLE", []),
    "most-met": (most([training("a", 72)], OVER, FULL), "MET", ["72"]),
    "most-not-met": (most([training("a", 80)], OVER, FULL), "NOT_MET", ["80", "72", "8"]),
    "most-pending": (most([training("a", 30)], OPEN, HALF), "PENDING", ["30", "72", "183"]),
    "most-undetermined": (most([training("a", 30)], OVER, None), "UNDETERMINED", ["30", "72"]),
    "most-not-for": (most([], OVER, FULL, bearer=HEAD), "NOT_APPLICABLE", []),
    "share-met": (share([HELD], OVER, FULL), "MET", ["100%", "75%"]),
    "share-not-met": (share([HELD, REGULAR], OVER, FULL), "NOT_MET", ["50%", "75%", "25%"]),
    "share-pending": (share([HELD, REGULAR], OPEN, HALF), "PENDING", ["50%", "75%", "25%", "183"]),
    "share-held": (share([HELD], OPEN, HALF), "PENDING", ["100%", "75%", "183"]),
    "share-nothing": (share([], OVER, FULL), "UNDETERMINED", []),
    "share-not-for": (share([], OVER, FULL, bearer=HEAD), "NOT_APPLICABLE", []),
    "follow-met": (follow([HELD, SENT], OVER, FULL), "MET", []),
    "follow-none": (follow([HELD], OVER, FULL), "NOT_MET", []),
    "follow-late": (follow([HELD, SENT_LATE], OVER, FULL), "NOT_MET", ["5"]),
    "follow-pending": (
        follow([HELD], date(2025, 3, 26), date(2025, 3, 25)),
        "PENDING",
        ["10"],  # 26 March to 4 April, both included
    ),
    "follow-undetermined": (follow([HELD], OVER, None), "UNDETERMINED", []),
    "follow-nothing": (follow([], OVER, FULL), "NOT_APPLICABLE", []),
    "follow-unknown": (follow([], OVER, None), "UNDETERMINED", []),
    "follow-not-for": (follow([], OVER, FULL, bearer=HEAD), "NOT_APPLICABLE", []),
}
every_verdict = pytest.mark.parametrize("name", TOLD)


def test_every_status_of_every_form_is_told_of() -> None:
    found = {(name.split("-")[0], status) for name, (_, status, _) in TOLD.items()}
    assert found == {(f, s) for f in ("least", "most", "share", "follow") for s in Status}


@every_verdict
def test_the_verdict_has_the_status_it_is_to_show(name: str) -> None:
    verdict, status, _ = TOLD[name]
    assert verdict.status.value == status


def internal_names(lang: Language) -> list[str]:
    """Return the names used inside for which people have a word of their own."""
    keys = [key.removeprefix("term.") for key in catalogue() if key.startswith("term.")]
    if lang == "zh":
        return keys
    return [key for key in keys if "-" in key or "_" in key]


def check_sentence(text: str, lang: Language) -> None:
    """Check that a text is a sentence for people and not for programs."""
    assert "{" not in text
    assert "}" not in text
    assert "None" not in text
    assert "Fraction" not in text
    assert not re.search(r"\b(explain|left-out|reason|missing|term|fault)\.", text), "a raw key"
    told = text.replace("town", "").replace("full-time", "").replace("part-time", "")
    raw = [name for name in internal_names(lang) if re.search(rf"(?<![\w-]){name}(?![\w-])", told)]
    if lang == "zh":
        assert raw == []
        assert re.search(r"[\u4e00-\u9fff]", text)
    else:
        assert [name for name in raw if catalogue()[f"term.{name}"].en != name] == []
        assert not re.search(r"[\u4e00-\u9fff]", told.replace("三(五)1", "").replace(NAME, ""))


@in_both_languages
@every_verdict
def test_the_explanation_is_a_sentence_with_its_figures(name: str, lang: Language) -> None:
    verdict, status, figures = TOLD[name]
    text = verdict.explain(lang, names=False)

    check_sentence(text, lang)
    for figure in figures:
        assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d%])", text), (figure, text)
    assert "三(五)1" in text, "every verdict cites its clause"
    assert "town" in text, "and its plan"
    assert {"zh": "教师培训", "en": "Training of teachers"}[lang] in text
    if status in ("MET", "NOT_MET", "PENDING"):
        assert catalogue()[f"status.{status}"][lang] in text


@in_both_languages
@every_verdict
def test_names_stand_only_where_they_are_asked_for(name: str, lang: Language) -> None:
    verdict = TOLD[name][0]

    assert NAME in verdict.explain(lang, names=True)
    assert NAME not in verdict.explain(lang, names=False)
    assert ID in verdict.explain(lang, names=False)
    assert ID not in verdict.explain(lang, names=True)


def test_a_bearer_without_a_name_is_told_by_its_id() -> None:
    verdict = least([], OVER, FULL, bearer={"id": "t7", "role": ["teacher"]})
    assert verdict.explain("en", names=True).startswith("t7: ")


DAYS = {
    "follow-met": ({"zh": "2025年4月4日", "en": "4 April 2025"}, "due and answered"),
    "follow-late": ({"zh": "2025年4月9日", "en": "9 April 2025"}, "answered five days late"),
    "follow-none": ({"zh": "2025年3月5日", "en": "5 March 2025"}, "the day of the training"),
    "follow-pending": ({"zh": "2025年4月4日", "en": "4 April 2025"}, "due"),
    "least-pending": ({"zh": "2025年12月31日", "en": "31 December 2025"}, "due"),
}


@in_both_languages
@pytest.mark.parametrize("name", DAYS)
def test_days_are_written_as_people_write_them(name: str, lang: Language) -> None:
    day, why = DAYS[name]
    assert day[lang] in TOLD[name][0].explain(lang), why


@in_both_languages
def test_what_is_missing_is_told_by_day_as_people_write_it(lang: Language) -> None:
    text = least([], OVER, None).explain(lang)
    assert {"zh": "2025年12月31日", "en": "31 December 2025"}[lang] in text
    assert "2025-12-31" not in text


@in_both_languages
@pytest.mark.parametrize("days", [1, 2])
def test_one_day_is_one_day(days: int, lang: Language) -> None:
    # 30 and 31 December: two days are left, or the last one
    today = date(2025, 12, 32 - days)
    text = least([], today, today).explain(lang)

    if lang == "zh":
        assert f"还有{days}天" in text
    else:
        assert re.search(r"\b1 day left" if days == 1 else r"\b2 days left", text), text


def test_one_day_late_is_one_day() -> None:
    late = record("s", "training-summary", date(2025, 4, 5), training="t")
    assert "1 day after" in follow([HELD, late], OVER, FULL).explain("en")


@in_both_languages
def test_being_behind_is_told(lang: Language) -> None:
    behind = least([training("a", 30)], OPEN, HALF).explain(lang)
    ahead = least([training("a", 60)], OPEN, HALF).explain(lang)
    phrase = catalogue()["explain.behind"][lang]

    assert phrase in behind  # 30 of 72 with half the year over
    assert phrase not in ahead
    assert catalogue()["explain.on-pace"][lang] in ahead


@in_both_languages
def test_a_share_that_is_as_it_should_be_lacks_nothing(lang: Language) -> None:
    told = TOLD["share-held"][0].explain(lang)

    assert "0%" not in told.replace("100%", "")
    assert {"zh": "差", "en": "missing"}[lang] not in told


@in_both_languages
def test_what_did_not_count_is_told_with_its_reason(lang: Language) -> None:
    trainings = [training("a", 72), training("b", 5, certified=False), training("c", 5)]
    provision = {
        **LEAST,
        "measure": {**HOURS["measure"], "caps": [{"at_most": 74, "per": "period"}]},
    }
    text = one("quota", provision, trainings, OVER, FULL).explain(lang)

    check_sentence(text, lang)
    # one training was not passed; of the other two 77 hours, three are cut off by the cap of 74
    assert ({"zh": "未计入1条", "en": "Not counted: 1"}[lang]) in text
    assert catalogue()["term.certified"][lang] in text
    assert re.search(r"74\D.*\b3\b" if lang == "en" else r"74.*少计3", text)


def test_one_record_that_counts_elsewhere_is_told_in_the_singular() -> None:
    # of two trainings one is on ethics, which is asked for beside the 30 hours
    part = {"id": "ethics", "where": {"topic": "ethics"}, "at_least": 4, "beside": True}
    held = [training("a", 30), training("b", 4, topic="ethics")]
    told = one("quota", {**LEAST, "at_least": 30, "part": [part]}, held, OVER, FULL).explain("en")
    assert "Not counted: 1 (1 counting beside the whole)" in told


@pytest.mark.parametrize(
    ("unit", "most", "zh", "en"),
    [
        ({"unit": {"zh": "学时", "en": "hours"}}, 1, "每月最多计1学时，", " Capped at 1 hour in a month: "),
        ({"unit": {"zh": "学时", "en": "hours"}}, 5, "每月最多计5学时，", " Capped at 5 hours in a month: "),
        ({}, 5, "每月最多计5，", " Capped at 5 in a month: "),
    ],
)  # fmt: skip
def test_a_cap_is_told_in_the_unit_as_people_write_it(
    unit: dict[str, Any], most: int, zh: str, en: str
) -> None:
    measure = {"sum": "hours", "of": "training", "caps": [{"at_most": most, "per": "month"}]}
    duty = {"measure": measure, "every": "calendar-year", "at_least": 9, **unit}
    verdict = one("quota", duty, [training("t", 7)], OVER, FULL)

    assert f"{zh}因此少计{7 - most}。" in verdict.explain("zh")
    assert f"{en}{7 - most} lost." in verdict.explain("en")


TOPICS = [training("a", 1, topic="reading"), training("b", 1, date(2025, 4, 2), topic="writing")]


@pytest.mark.parametrize(
    ("measure", "zh", "en"),
    [
        pytest.param({"count": "training"}, "2次，应不少于9次，差7次", "2 of 9 in", id="count"),
        pytest.param({"days": "training"}, "2天，应不少于9天，差7天", "2 of 9 days in", id="days"),
        pytest.param(
            {"distinct": "topic", "of": "training"},
            "2个，应不少于9个，差7个",
            "2 of 9 in",
            id="distinct",
        ),
        pytest.param(
            {"sum": "hours", "of": "training"}, "2，应不少于9，差7（", "2 of 9 in", id="sum"
        ),
        pytest.param(
            {"credits": "training", "tariff": [{"fixed": 1}]},
            "2，应不少于9，差7（",
            "2 of 9 in",
            id="credits",
        ),
    ],
)
def test_without_a_unit_figures_are_told_as_they_are_measured(
    measure: dict[str, object], zh: str, en: str
) -> None:
    duty = {"measure": measure, "every": "calendar-year", "at_least": 9}
    verdict = one("quota", duty, TOPICS, OVER, FULL)

    assert f"2025年有{zh}" in verdict.explain("zh")
    assert f"not met: {en} 2025, 7 missing" in verdict.explain("en")


@pytest.mark.parametrize(
    ("duty", "records", "zh", "en"),
    [
        (LEAST, [], "；2025年尚无确知完成的，应不少于72学时（", "; none known so far of 72 hours in 2025 ("),
        (MOST, [], "；2025年尚无确知发生的，应不超过72学时（", "; none known so far in 2025, at most 72 allowed ("),
        (
            LEAST,
            [training("t", 3)],
            "；2025年已知至少3学时，应不少于72学时（",
            "; known so far: at least 3 of 72 hours in 2025 (",
        ),
    ],
)  # fmt: skip
def test_at_least_none_is_not_told_as_if_it_were_known(
    duty: dict[str, object], records: list[Record], zh: str, en: str
) -> None:
    verdict = one("quota", duty, records, OVER, None)

    assert verdict.status is Status.UNDETERMINED
    assert zh in verdict.explain("zh")
    assert en in verdict.explain("en")


@pytest.mark.parametrize(
    ("cycle", "part", "zh", "en"),
    [
        (  # twelve months that are a calendar year are that year
            {"cycle": "2 years", "grid": date(2025, 1, 1)},
            {"yearly": True},
            "每年（2025年）0次，应不少于1次",
            "every year (2025): 0 of at least 1 time",
        ),
        (  # others are told by their first and last day
            {"cycle": "2 years", "grid": date(2024, 9, 1)},
            {"yearly": True},
            "每年（2024年9月1日至2025年8月31日）0次，应不少于1次",
            "every year (1 September 2024 to 31 August 2025): 0 of at least 1 time",
        ),
        (
            "calendar-year",
            {"every": "month"},
            "每年（2025年2月）0次，应不少于1次",
            "every year (February 2025): 0 of at least 1 time",
        ),
    ],
)
def test_the_days_a_part_holds_for_are_told_as_people_call_them(
    cycle: object, part: dict[str, object], zh: str, en: str
) -> None:
    title = {"zh": "每年", "en": "every year"}
    quota = {
        "every": cycle,
        "measure": {"count": "training"},
        "unit": {"zh": "次", "en": "times"},
        "at_least": 2,
        "part": [{"id": "yearly", "title": title, "at_least": 1, **part}],
    }
    verdict = one("quota", quota, [], date(2025, 6, 1), date(2025, 6, 1))

    assert zh in verdict.explain("zh")
    assert en in verdict.explain("en")


# 2025 has 365 days. Who joined on 18 February was there on 365 - 31 - 17 = 317 of them, and through
# the ten full months from March on: 8 x 317/365 is about 6.948, 8 x 10/12 is 6 2/3. On leave from
# 1 April to 12 June are 30 + 31 + 12 = 73 days, a fifth of the year: 8 less 1.6 is 6.4; of the 317
# days 244 are left, and 8 x 244/365 is about 5.348.
LATE = teacher(joined=date(2025, 2, 18))


@pytest.mark.parametrize(
    ("keys", "person", "en", "zh"),
    [
        pytest.param(
            {"partial": "pro-rata"},
            LATE,
            ["in service on 317 of 365 days: ≈6.95 instead of 8 hours owed"],
            ["365天中在职317天，应有8学时折算为≈6.95学时"],
            id="days",
        ),
        pytest.param(
            {"partial": "by-month"},
            LATE,
            ["in service for 10 of 12 full months: ≈6.67 instead of 8 hours owed"],
            ["12个月中在职10个整月，应有8学时折算为≈6.67学时"],
            id="months",
        ),
        pytest.param(
            {"leave": {"kind": "leave"}},
            teacher(),
            ["on leave on 73 of 365 days: 6.4 instead of 8 hours owed"],
            ["365天中请假73天，应有8学时折算为6.4学时"],
            id="leave",
        ),
        pytest.param(
            {"partial": "pro-rata", "leave": {"kind": "leave"}},
            LATE,
            [
                "in service on 317 of 365 days: ≈6.95 instead of 8 hours owed",
                "on leave on 73 of 317 days: ≈5.35 instead of ≈6.95 hours owed",
            ],
            ["365天中在职317天，应有8学时", "317天中请假73天，应有≈6.95学时折算为≈5.35学时"],
            id="both",
        ),
        pytest.param({"partial": "full"}, LATE, [], [], id="in-full"),
        pytest.param({"partial": "pro-rata"}, teacher(), [], [], id="whole"),
    ],
)
def test_what_is_owed_for_part_of_a_period_is_told_to_be_less_and_why(
    keys: dict[str, Any], person: Person, en: list[str], zh: list[str]
) -> None:
    away = Record(id="l", kind="leave", bearer=ID, day=date(2025, 4, 1), last_day=date(2025, 6, 12))
    verdict = one("quota", {**HOURS, **keys, "at_least": 8}, [away], OVER, FULL, bearer=person)

    assert len(verdict.justification.points) == len(en)
    for lang, several in zip(LANGUAGES, (zh, en), strict=True):
        text = verdict.explain(lang)
        check_sentence(text, lang)
        assert [told for told in several if told not in text] == []
        assert "(met)" not in text
        assert "（达到）" not in text


def test_a_record_that_leaves_several_parts_in_doubt_is_one_record() -> None:
    parts = [
        {"id": "own", "where": {"tier": "own"}, "at_least": 1},
        {"id": "other", "where": {"tier": "other"}, "at_least": 1, "yearly": True},
    ]
    quota = {"every": "calendar-year", "measure": {"count": "training"}, "at_least": 1}
    held = record("t", "training", date(2025, 3, 5), category="key")
    verdict = one("quota", {**quota, "part": parts}, [held], OVER, FULL)

    assert {missing.facts["count"] for missing in verdict.missing} == {1}
    assert "tier is not stated in 1 of the records" in verdict.explain("en")


def test_a_record_that_several_caps_may_hold_for_is_one_record() -> None:
    caps = [
        {"at_most": 9, "per": "month", "where": {"tier": "own"}},
        {"at_most": 20, "per": "period", "where": {"tier": "own"}},
    ]
    measure = {"sum": "hours", "of": "training", "caps": caps}
    quota = {"every": "calendar-year", "measure": measure, "at_least": 30}
    verdict = one("quota", quota, [training("t", 30)], OVER, FULL)

    assert [missing.facts for missing in verdict.missing] == [{"field": "tier", "count": 1}]


@in_both_languages
def test_a_mean_tells_how_many_were_taken_together(lang: Language) -> None:
    provision = {**LEAST, "scope": {"mean": "school"}}
    person = Person(id=ID, name=NAME, roles=["teacher"], school="s1")
    text = one("quota", provision, [training("a", 72)], OVER, FULL, bearer=person).explain(lang)

    check_sentence(text, lang)
    assert text.startswith("s1")
    assert ID not in text
    assert NAME not in text


@pytest.mark.parametrize("plan", ["county-six-year", "primary-school-2024"])
@pytest.mark.parametrize("calendar", [None, "shanghai"])
def test_every_sentence_of_the_packaged_plans_is_for_people(
    plan: str, calendar: str | None
) -> None:
    # Nothing answered and nothing declared, so that all that can be missing is told; the stage of
    # one bearer is not known, so that it is told which stages the calendar has.
    bearers = [
        teacher(honours=["special-grade"], shadow_training=True),
        Person(id="r", roles=["researcher"]),
        Person(id="p", roles=["principal", "subject-teacher"], stage="primary"),
        School(id="s", stage="primary", facts={"weak": True}),
        School(id="w", facts={"weak": True}),
        School(id="o", type="research-office"),
        Group(id="g", type="preparation-group", stage="primary"),
        Group(id="e", type="expert-group"),
    ]
    records = [
        record("t", "training", date(2024, 10, 8)),
        record("c", "routine-check", date(2024, 10, 8)),
    ]
    answered = {"weak-schools": "every-school"} if plan == "county-six-year" else {}
    verdicts = evaluate(
        load_plan(plan).answer(answered),
        bearers,
        Register(records),
        as_of=date(2025, 6, 2),
        calendar=load_calendar(calendar) if calendar else None,
    )
    questions = load_plan(plan).questions
    for verdict, lang in product(verdicts, LANGUAGES):
        text = verdict.explain(lang, names=False).replace("special-grade", "")
        for question in questions:
            text = text.replace(question.id, "").replace(question.asks[lang], "")
        if lang == "en":
            text = re.sub(r"[一二三四五六七八九十、()（）]", "", text)
        check_sentence(text.replace(plan, ""), lang)


# ---------------------------------------------------------------- what a repr may show

PERSON = Person(
    id=ID,
    name=NAME,
    roles=["teacher"],
    school="s3",
    joined=date(1990, 3, 7),
    facts={"phone": "13800000000"},
)
RECORD = Record(
    id="r1",
    kind="training",
    day=date(2025, 3, 5),
    bearer=ID,
    facts={"observed": ID, "note": NAME},
    origin=f"{NAME}.xlsx!1",
)


@pytest.mark.parametrize(
    "value",
    [
        PERSON,
        RECORD,
        Register([RECORD]),
        Group(id="g", type="expert-group", members=[ID], facts={"leader": ID}),
        *(verdict for verdict, _, _ in TOLD.values()),
        least([RECORD], OVER, FULL, bearer=PERSON),
        summarise([verdict for verdict, _, _ in TOLD.values()], [PERSON]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_repr_shows_a_name_or_the_id_of_a_person(value: object) -> None:
    for text in (repr(value), str(value), f"{value}"):
        for personal in (ID, NAME, "13800000000", "1990"):
            assert personal not in text


class Tags(HTMLParser):
    """Collects the tags of a page, and whether they close."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(1)>'


def test_html_of_a_verdict_escapes_what_comes_from_outside() -> None:
    person = {"id": HOSTILE, "name": HOSTILE, "role": ["teacher"]}
    html = least([], OVER, FULL, bearer=person)._repr_html_()
    tags = Tags()
    tags.feed(html)

    assert set(tags.seen) == {"div", "p"}
    assert tags.opened == []
    assert "&lt;script&gt;" in html


@every_verdict
def test_html_of_a_verdict_is_bilingual_and_nameless(name: str) -> None:
    html = TOLD[name][0]._repr_html_()

    assert 'lang="zh"' in html
    assert 'lang="en"' in html
    assert NAME not in html


def test_html_of_a_plan_and_a_summary_escape_what_comes_from_outside() -> None:
    text = {"zh": HOSTILE, "en": HOSTILE}
    plan = plan_from_table(
        {
            "plan": {"id": "town", "title": text},
            "document": {"title": text},
            "clause": [{"number": HOSTILE, "gist": text}],
            "question": [{"id": "q", "clause": HOSTILE, "asks": text, "expects": "number"}],
            "quota": [
                {
                    "id": "duty",
                    "clause": HOSTILE,
                    "title": text,
                    "measure": {"count": "visit"},
                    "every": "month",
                    "at_least": "?q",
                }
            ],
        }
    )
    school = School(id="s1", name=HOSTILE)
    summary = summarise(evaluate(plan, [school], Register([]), as_of=OPEN), [school])
    for html in (plan._repr_html_(), summary._repr_html_()):
        tags = Tags()
        tags.feed(html)
        assert not {"script", "img"} & set(tags.seen)
        assert tags.opened == []
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("units", "unit"),
    [
        ("hours", "hour"),
        ("people", "person"),
        ("counties", "county"),
        ("classes", "class"),
        ("sets of rules", "set of rules"),
        ("yuan", "yuan"),
    ],
)
def test_one_of_a_unit_is_told_in_the_singular(units: str, unit: str) -> None:
    part = {"id": "key", "where": {"category": "key"}, "at_least": 1}
    duty = {**LEAST, "at_least": 2, "unit": {"zh": "项", "en": units}, "part": [part]}
    told = one("quota", duty, [training("t", 1)], OVER, FULL).explain("en")
    # one is there of the two that are owed, and none of the part that asks for one
    assert f"1 {unit} " in told
    assert f"of at least 1 {unit} " in told
    assert f"2 {units}" in told
