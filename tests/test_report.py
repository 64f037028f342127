"""The report: what it shows, that it runs nothing and loads nothing, and that browsers agree."""

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from eduplan import (
    Group,
    MissingExtra,
    Person,
    Plan,
    Record,
    Register,
    School,
    Verdict,
    evaluate,
    load_calendar,
    load_plan,
    plan_from_table,
)
from eduplan.exports import render_report
from eduplan.messages import LANGUAGES, Language, catalogue
from eduplan.summary import ClauseOrder, concerns

MARCH = date(2025, 3, 1)

PLAN = {
    "plan": {"id": "town", "title": {"zh": "镇方案", "en": "Plan of a town"}},
    "document": {
        "title": {"zh": "某镇三年方案", "en": "The three-year plan"},
        "number": "镇教〔2024〕1号",
        "signed": date(2024, 6, 30),
    },
    "labels": {"training": {"zh": "培训", "en": "training"}},
    "clause": [
        {"number": "一", "gist": {"zh": "每学年两节公开课", "en": "Two open lessons a year"}},
        {"number": "二", "gist": {"zh": "鼓励写简报", "en": "Notes are encouraged"}},
        {"number": "三", "gist": {"zh": "从某年起读书", "en": "Reading from a certain year"}},
    ],
    "question": [
        {
            "id": "since",
            "clause": "三",
            "asks": {"zh": "读书从哪一天起？", "en": "Reading from which day?"},
            "expects": "date",
        },
        {
            "id": "year",
            "clause": "一",
            "asks": {"zh": "“每年”是哪一年？", "en": "Which year is \"every year\"?"},
            "reading": [
                {"id": "school-year", "means": {"zh": "按学年算", "en": "the school year"}},
                {"id": "calendar-year", "means": {"zh": "按自然年算", "en": "the calendar year"}},
            ],
        },
    ],
    "answers": {"year": "school-year"},
    "quota": [
        {
            "id": "lessons",
            "clause": "一",
            "title": {"zh": "公开课", "en": "Open lessons"},
            "force": "must",
            "bearer": {"role": "teacher"},
            "measure": {"count": "open-lesson"},
            "every": "?year",
            "at_least": 2,
            "unit": {"zh": "节", "en": "lessons"},
        },
        {
            "id": "reading",
            "clause": "三",
            "title": {"zh": "读书", "en": "Reading"},
            "bearer": {"role": "teacher"},
            "measure": {"count": "reading"},
            "every": "school-year",
            "since": "?since",
            "at_least": 1,
        },
    ],
    "follow_up": [
        {
            "id": "note",
            "clause": "二",
            "title": {"zh": "写简报", "en": "Note"},
            "force": "encourage",
            "bearer": {"role": "teacher"},
            "after": "visit",
            "answer": {"kind": "visit-note", "link": "visit"},
            "within": {"days": 30},
        },
    ],
}  # fmt: skip

BEARERS: list[Person | School | Group] = [
    School(id="S 1/2", name="青禾小学"),
    Group(id="g1", name="语文组", type="preparation-group", school="S 1/2"),
    Person(id="t1", name="王芳", roles=["teacher"], school="S 1/2"),
    Person(id="t2", name="李明", roles=["teacher"], school="S 1/2"),
]

RECORDS = [
    Record(id="K001", kind="open-lesson", day=date(2024, 10, 8), bearer="t1", origin="a.xlsx!课!2"),
    Record(id="K002", kind="open-lesson", day=date(2024, 12, 3), bearer="t1", origin="a.xlsx!课!3"),
    Record(id="F001", kind="visit", day=date(2024, 10, 8), bearer="t1"),
    Record(id="X001", kind="other", day=date(2024, 10, 8), bearer="t1"),
]


def render(
    lang: Language = "zh",
    bearers: list[Any] = BEARERS,
    plan: Plan | None = None,
    **more: Any,
) -> str:
    plan = plan or plan_from_table(PLAN)
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    verdicts = evaluate(plan, bearers, register, as_of=MARCH)
    return render_report([plan], bearers, verdicts, register, lang=lang, as_of=MARCH, **more)


class Page(HTMLParser):
    """The text, attributes and scripts of a page, as a browser takes them apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found


# ---------------------------------------------------------------- what it shows


@pytest.mark.parametrize("lang", LANGUAGES)
def test_report_shows_its_subject(lang: Language) -> None:
    plan = plan_from_table(PLAN)
    text = Page(render(lang, calendar=load_calendar("shanghai"), notice="notice & all")).text
    day = {"zh": "2025年3月1日", "en": "1 March 2025"}[lang]
    through = {"zh": "4条记录，声明完整至2025年2月28日", "en": "4 records, declared complete through 28 February 2025"}[lang]  # fmt: skip
    for wanted in (plan.title[lang], plan.document.title[lang], "镇教〔2024〕1号", day, through):
        assert wanted in text
    assert "notice & all" in text


def test_report_keeps_failures_apart_from_advice() -> None:
    page = render("en")
    counts = dict(re.findall(r"</span>([\w ]+)</span><strong>(\d+)</strong>", page))
    # Teacher 1 gave her lessons but wrote no note, which is only encouraged; teacher 2 gave no
    # lesson and still can; for both the day from which to read is open.
    assert counts == {
        "Failures": "0",
        "Advice": "1",
        "Pending": "1",
        "Undetermined": "2",
        "Met": "1",
    }


def test_report_asks_open_questions_and_tells_the_answers() -> None:
    text = Page(render("en")).text
    asked, _, answered = text.partition("Questions answered")
    assert "Reading from which day?" in asked
    assert "A date is to be filled in" in asked
    assert "2 verdicts on 2 people" in asked
    assert 'Which year is "every year"?' in answered
    assert "the school year" in answered
    assert "the calendar year" not in answered


def test_report_map_tells_share_counts_and_what_is_open() -> None:
    page = render("en")
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    labels = re.findall(r'aria-label="([^"]*)"', row)
    assert labels == [
        "青禾小学, Open lessons: 100% 1/1, 1 pending",
        "青禾小学, Note: 0% 0/1",
        "青禾小学, Reading: undetermined, 2 undetermined",
    ]
    # The sign repeats what the colour says.
    assert re.findall(r'<use href="#pie-(\w+)"', row) == ["all", "none", "undetermined"]
    assert re.findall(r'<td class="(\w+)"', row) == ["all", "none", "undetermined"]


def test_report_lists_who_is_behind_with_what_and_by_when() -> None:
    page = Page(render("en"))
    duties, _, aims = page.text.partition("Aims and encouragements")
    behind = duties[duties.index("Who is behind, and what is missing by when By due day") :]
    assert "31 August 2025" in behind
    assert "李明" in behind
    assert "2 missing (lessons: 0 of 2)" in behind
    assert "王芳" not in behind
    # The note was due thirty days after 8 October.
    assert "7 November 2024" in aims
    assert "the visit-note is missing (for the visit of 8 October 2024)" in aims


def test_report_names_clause_gist_force_and_form_of_every_provision() -> None:
    plan = plan_from_table(PLAN)
    text = Page(render("zh")).text
    table = text[text.index("条款一览 每个数字") :]
    for provision in plan.provisions:
        assert provision.title.zh in table
    for wanted in ("每学年两节公开课", "必须", "鼓励", "数量要求", "后续跟进"):
        assert wanted in table


def test_map_for_paper_has_every_provision_and_so_many_schools_as_fit() -> None:
    # A wide map scrolls on a screen; on paper what does not fit would be lost.
    schools = [School(id=f"s{n}", name=f"School {n}") for n in range(30)]
    teachers = [Person(id=f"x{n}", roles=["teacher"], school=f"s{n}") for n in range(30)]
    page = render("en", bearers=[*schools, *teachers])
    tables = re.findall(r'<table class="paper">(.*?)</table>', page, re.DOTALL)
    named = [re.findall(r'<th scope="col">([^<]*)</th>', table) for table in tables]
    assert [name for names in named for name in names] == [*(s.name for s in schools), "All"]
    assert [len(names) for names in named] == [11, 10, 10]
    for table, names in zip(tables, named, strict=True):
        rows = re.findall(r'<tr><th scope="row">([^<]*)<(.*?)</tr>', table, re.DOTALL)
        assert [title for title, _ in rows] == ["Open lessons", "Note", "Reading"]
        assert {row.count("<td") for _, row in rows} == {len(names)}


def test_report_says_what_was_not_used() -> None:
    assert "1 of them concern no provision" in Page(render("en")).text


def test_records_are_the_same_after_verdicts_came_from_other_processes() -> None:
    lessons: Any = PLAN["quota"]
    again = {**lessons[0], "id": "again"}  # so that a record stands in two verdicts
    plan = plan_from_table({**PLAN, "quota": [*lessons, again]})
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    verdicts = evaluate(plan, BEARERS, register, as_of=MARCH)
    sent = [pickle.loads(pickle.dumps(verdict)) for verdict in verdicts]
    page = render_report([plan], BEARERS, sent, register, lang="en", as_of=MARCH)
    assert "1 of them concern no provision" in Page(page).text
    numbers = [number for number, *_ in Page(page).data["records"]]
    assert sorted(numbers) == ["F001", "K001", "K002"]


def test_title_can_be_given() -> None:
    page = render("en", title="Town & county")
    assert "<title>Town &amp; county</title>" in page


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("answered", [False, True])
def test_report_of_real_plans_shows_no_raw_key(lang: Language, answered: bool) -> None:
    plans = [load_plan("county-six-year"), load_plan("primary-school-2024")]
    if answered:
        plans = [
            plan.answer({q.id: q.reading[0].id for q in plan.questions if q.reading})
            for plan in plans
        ]
    bearers = [
        *BEARERS,
        Person(id="t9", roles=["teacher", "subject-teacher"], stage="primary", school="S 1/2"),
    ]
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    verdicts: list[Verdict] = []
    for plan in plans:
        verdicts += evaluate(plan, bearers, register, as_of=MARCH)
    page = Page(render_report(plans, bearers, verdicts, register, lang=lang, as_of=MARCH))
    shown = [page.text, *page.data["strings"], *page.data["words"].values()]
    shown += [value for _, name, value in page.attributes if name in {"title", "aria-label"}]
    raw = re.compile(r"\b(report|csv|status|explain|missing|left-out|reason|period|force)\.[a-z]")
    assert [text for text in shown if raw.search(text)] == []
    other = {text["zh"] for key, text in catalogue().items() if key.startswith("report.")}
    if lang == "en":
        assert not [word for word in page.data["words"].values() if word in other]


# ---------------------------------------------------------------- that it is safe


def test_report_loads_nothing_from_elsewhere() -> None:
    page = render()
    parsed = Page(page)
    for tag, name, value in parsed.attributes:
        if name in {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}:
            assert value.startswith("#"), (tag, name, value)
        assert not name.startswith("on"), (tag, name)
    assert "link" not in {tag for tag, _, _ in parsed.attributes}
    assert not re.search(r"@import|url\(|https?://|fetch\(|XMLHttpRequest|innerHTML", page)
    policy = next(v for _, n, v in parsed.attributes if n == "content" and "default-src" in v)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-in")


HOSTILE = [
    "<script>document.documentElement.dataset.hit = 1</script>",
    "</script><script>document.documentElement.dataset.hit = 1</script>",
    "<img src=x onerror='document.documentElement.dataset.hit = 1'>",
    '"><svg onload="document.documentElement.dataset.hit = 1">',
    "<!--<script>",
    "]]>{{ 7 * 7 }}{% raw %}&amp;\u2028",
    "__proto__",
]


def hostile_world(text: str) -> tuple[list[Any], Plan]:
    """Return bearers and a plan in which every free text is ``text``."""
    bearers = [School(id=text + "s", name=text), Person(id=text, name=text, roles=["teacher"], school=text + "s")]  # fmt: skip
    both = {"zh": text, "en": text}
    table = json.loads(json.dumps(PLAN, default=str), parse_constant=str)
    table["document"] = {"title": both}
    table["plan"]["title"] = both
    for key in ("quota", "follow_up"):
        table[key] = [{**entry, "title": both, "note": both} for entry in table[key]]
    table["clause"] = [{**clause, "gist": both} for clause in table["clause"]]
    return bearers, plan_from_table(table)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str) -> None:
    bearers, plan = hostile_world(text)
    page = render("en", bearers, plan, title=text, notice=text)
    parsed = Page(page)
    # The data, the script, and nothing else that would run.
    assert len(parsed.scripts) == 2
    assert len(re.findall(r"<script\b", page)) == 2
    tags = {tag for tag, _, _ in parsed.attributes}
    assert tags.isdisjoint({"img", "iframe", "object", "embed", "form", "base"})
    assert " ".join(text.split()) in parsed.text
    assert parsed.data["schools"] == [[text + "s", text]]
    assert parsed.data["bearers"][0][:2] == [text, text]


# ---------------------------------------------------------------- the data behind it


def unrolled(runs: list[int]) -> list[int]:
    return [start + step for start, length in zip(runs[::2], runs[1::2], strict=True) for step in range(length)]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_data_holds_every_sentence_and_every_record_once(lang: Language) -> None:
    plan = plan_from_table(PLAN)
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    order = ClauseOrder([plan])
    given = order.sorted(evaluate(plan, BEARERS, register, as_of=MARCH))
    verdicts = [verdict for verdict in given if concerns(verdict)]
    data = Page(render(lang)).data
    strings, told = data["strings"], []
    for bearer, _, _, sentence, *_ in data["verdicts"]:
        name = data["bearers"][bearer][1] or data["bearers"][bearer][0]
        told.append(strings[-1 - sentence] if sentence < 0 else name + strings[sentence])
    assert told == [verdict.explain(lang) for verdict in verdicts]
    assert len(set(strings)) == len(strings)
    ids = [row[0] for row in data["records"]]
    assert sorted(ids) == ["F001", "K001", "K002"]
    for packed, verdict in zip(data["verdicts"], verdicts, strict=True):
        counted = unrolled(packed[4]) if len(packed) > 4 else []
        assert [ids[i] for i in counted] == [r.id for r in verdict.justification.counted]  # type: ignore[attr-defined]
    first = next(row for row in data["records"] if row[0] == "K001")
    assert strings[first[3]] + first[4] == "a.xlsx!课!2"


def test_large_reports_stay_small() -> None:
    """Two hundred teachers with a hundred records each, every one of which counts."""
    bearers = [Person(id=f"t{i}", name=f"教师{i}", roles=["teacher"], school=f"s{i % 9}") for i in range(200)]  # fmt: skip
    records = [
        Record(id=f"r{i}-{j}", kind="open-lesson", day=date(2024, 9, 1 + j % 30), bearer=f"t{i}", origin=f"register.xlsx!公开课!{100 * i + j}")
        for i in range(200)
        for j in range(100)
    ]  # fmt: skip
    plan = plan_from_table(PLAN)
    register = Register(records, complete_through=date(2025, 2, 28))
    verdicts = evaluate(plan, bearers, register, as_of=MARCH)
    page = render_report([plan], bearers, verdicts, register, lang="zh", as_of=MARCH)
    # About forty bytes a record: its number, the numbers of its texts, its row.
    assert len(page.encode()) < 60 * len(records)


def test_report_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra, match=r"eduplan\[report\]"):
        render()


# ---------------------------------------------------------------- in a browser

BROWSER = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
    "--enable-logging=stderr",
    "--v=0",
]


@pytest.fixture
def opened(outside: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    """Return a function that opens a page in Chromium and returns the DOM the script has made.

    Whatever the page says on the console is an error: a fault of the script, or something that the
    page tried to load against its own policy.
    """
    browser = outside("chromium")

    def open_page(page: str, fragment: str = "", width: int = 1280) -> str:
        path = tmp_path / "report.html"
        path.write_text(page, "utf-8")
        own = [f"--user-data-dir={tmp_path / 'browser'}", f"--window-size={width},900"]
        if os.geteuid() == 0:
            own.append("--no-sandbox")
        address = path.as_uri() + fragment
        done = subprocess.run(
            [browser, *BROWSER, *own, "--dump-dom", address],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        assert said == []
        return done.stdout

    return open_page


def main_of(dom: str) -> str:
    """Return the text of the part that the script fills."""
    return Page(dom[dom.index('<main id="detail"') : dom.index("<footer>")]).text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_report_opens_on_its_overview(opened: Callable[..., str], lang: Language) -> None:
    dom = opened(render(lang))
    assert re.search(r'<main id="detail" hidden=""></main>', dom)
    assert '<main id="report">' in dom
    # The filters are made to work by the script.
    assert '<p class="filters">' in dom


def test_fragment_opens_a_school_with_those_behind_first(opened: Callable[..., str]) -> None:
    dom = opened(render("en"), "#school-S%201%2F2")
    detail = main_of(dom)
    assert '<main id="report" hidden="">' in dom
    assert "青禾小学" in detail
    people = detail[detail.index("People") :]
    # Teacher 1 did not write a note; teacher 2 is only behind.
    assert people.index("王芳") < people.index("李明")
    assert "语文组" not in people


def test_fragment_opens_one_provision_of_a_school(opened: Callable[..., str]) -> None:
    detail = main_of(opened(render("zh"), "#school-S%201%2F2/town/lessons"))
    assert "只看：公开课" in detail
    assert "每学年两节公开课" in detail
    assert "李明：公开课" in detail
    assert "读书" not in detail


@pytest.mark.parametrize("lang", LANGUAGES)
def test_fragment_opens_a_person_with_sentence_clause_and_records(
    opened: Callable[..., str], lang: Language
) -> None:
    plan = plan_from_table(PLAN)
    register = Register(RECORDS, complete_through=date(2025, 2, 28))
    # Folded parts are made when they are opened, so the test opens them.
    opener = "<script>document.querySelectorAll('details').forEach((d) => { d.open = true; });</script></body>"
    dom = opened(render(lang).replace("</body>", opener), "#person-t1")
    detail = main_of(dom)
    for verdict in evaluate(plan, [BEARERS[2]], register, as_of=MARCH):
        assert " ".join(verdict.explain(lang).split()) in detail
    assert plan.clause("一").gist[lang] in detail
    for wanted in (
        "K001",
        "K002",
        "a.xlsx!课!2",
        {"zh": "2024年10月8日", "en": "8 October 2024"}[lang],
    ):
        assert wanted in detail


@pytest.mark.parametrize("fragment", ["#person-nobody", "#school-%E0%A4%A", "#person-", "#group-"])
def test_fragment_to_nowhere_says_so(opened: Callable[..., str], fragment: str) -> None:
    assert "The report has no such entry." in main_of(opened(render("en"), fragment))


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_hostile_texts_run_nothing_in_a_browser(opened: Callable[..., str], text: str) -> None:
    bearers, plan = hostile_world(text)
    page = render("en", bearers, plan)
    links = re.findall(r'href="(#(?:person|school)-[^"]*)"', page)[:2]
    assert len(links) == 2
    for link in links:
        dom = opened(page, link)
        assert "data-hit" not in dom[: dom.index("<head>")]
        assert text in main_of(dom)


@pytest.mark.parametrize("fragment", ["", "#school-S%201%2F2", "#person-t1"])
def test_page_does_not_scroll_sideways_on_a_phone(
    opened: Callable[..., str], fragment: str
) -> None:
    teller = (
        "<script>document.body.dataset.over = document.documentElement.scrollWidth"
        " - document.documentElement.clientWidth;</script></body>"
    )
    dom = opened(render("en").replace("</body>", teller), fragment, width=390)
    assert 'data-over="0"' in dom


# ---------------------------------------------------------------- the training page


CYCLE = {
    **PLAN,
    "scales": {"title": ["none", "junior", "senior"]},
    "answers": {},
    "question": [],
    "follow_up": [],
    "quota": [
        {
            "id": "hours",
            "clause": "一",
            "title": {"zh": "培训学时", "en": "Training hours"},
            "bearer": {"role": "teacher"},
            "measure": {"sum": "hours", "of": "training", "where": {"certified": True}},
            "every": {"cycle": "5 years", "grid": date(2021, 1, 1)},
            "at_least": 100,
            "partial": "full",
            "unit": {"zh": "学时", "en": "hours"},
            "part": [
                {
                    "id": "central",
                    "title": {"zh": "集中培训", "en": "central training"},
                    "where": {"organised": "central"},
                    "at_least": 40,
                }
            ],
        }
    ],
    "gate": [
        {
            "id": "title",
            "clause": "二",
            "title": {"zh": "申报职称", "en": "Applying for a title"},
            "bearer": {"role": "teacher"},
            "admits": {
                "all": [
                    {"verdict": "hours", "status": ["MET", "PENDING"]},
                    {"not": {"verdict": "hours", "status": "PENDING"}},
                ]
            },
        }
    ],
}
TEACHERS = [
    Person(
        id=f"t{n}",
        name=name,
        roles=["teacher"],
        school="s",
        facts={"title": title} if title else {},
    )
    for n, (name, title) in enumerate(
        [("王芳", "senior"), ("李明", "junior"), ("赵敏", "senior"), ("孙强", None)]
    )
]


def taken(number: int, hours: int, **facts: Any) -> Record:
    """Return a training of teacher ``number``, passed unless something else is said."""
    given = {"hours": hours, "certified": True, "organised": "central"} | facts
    known = {name: value for name, value in given.items() if value is not None}
    return Record(id=f"r{number}-{hours}", kind="training", day=date(2022, 7, 4), bearer=f"t{number}", facts=known)  # fmt: skip


# 王芳 has exactly what is owed, 李明 ninety of a hundred hours and 30 of 40 central ones, 赵敏 none;
# whether 孙强 passed is not known.
TAKEN = [
    taken(0, 100),
    taken(1, 30),
    taken(1, 60, organised="school"),
    taken(3, 100, certified=None),
]


def training_page(lang: Language, **tables: Any) -> str:
    plan = plan_from_table(CYCLE | tables)
    register = Register(TAKEN, complete_through=date(2025, 11, 1))
    verdicts = list(evaluate(plan, TEACHERS, register, as_of=date(2025, 11, 2)))
    page = render_report([plan], TEACHERS, verdicts, register, lang=lang, as_of=date(2025, 11, 2))
    return page[page.index('<section id="training">') : page.index('<section id="behind">')]


def test_training_page_spreads_amounts_in_tenths_of_what_is_owed() -> None:
    page = training_page("en")
    bars = re.findall(r'<th scope="row">([^<]*)</th><td class="number">(\d+)</td><td><div', page)
    counted = {label: int(count) for label, count in bars if count != "0"}
    # Exactly a hundred stands with those who have enough; ninety in the tenth that begins with it.
    assert counted == {"0 to under 10": 2, "90 to under 100": 1, "100 or more": 1}
    assert len(bars) == 11


def test_training_page_puts_who_misses_most_first() -> None:
    page = training_page("en")
    listed = page[page.index("who misses most") : page.index("Applying for a title")]
    assert listed.index("赵敏") < listed.index("李明")
    assert "王芳" not in listed
    assert "孙强" not in listed


def test_training_page_keeps_the_barred_apart_from_the_undetermined() -> None:
    barred, _, unknown = training_page("en").partition("Undetermined (")
    barred = barred[barred.index("Barred (2)") :]
    assert "李明" in barred
    assert "赵敏" in barred
    assert "孙强" in unknown
    assert "pass mark" in unknown
    assert "王芳" not in barred + unknown


def demand(page: str) -> dict[str, list[str]]:
    table = page[page.index('class="list demand"') :]
    return {
        head: re.findall(r">(\d+)<", cells)
        for head, cells in re.findall(r'<tr><th scope="row">([^<]*)</th>(.*)</tr>', table)
    }


def test_training_page_orders_the_demand_by_the_scale_that_has_the_values() -> None:
    """Plans may call the scale otherwise than the fact; here a junior stands above a senior."""
    page = training_page("en", scales={"professional-title": ["none", "senior", "junior"]})
    assert demand(page)["in all (hours)"] == ["100", "10", "110"]


def test_training_page_tells_the_demand_by_title_part_and_month() -> None:
    rows = demand(training_page("en"))
    # By the scale: junior, senior, all. Li Ming lacks ten hours, and those can be the central ones.
    assert rows["people"] == ["1", "1", "2"]
    assert rows["in all (hours)"] == ["10", "100", "110"]
    assert rows["of which central training"] == ["10", "40", "50"]
    # Of sixty days 29 lie in November and 31 in December: 4 5/6 and 5 1/6 of ten hours, rounded up.
    assert rows["November 2025"] == ["5", "49", "54"]
    assert rows["December 2025"] == ["6", "52", "57"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_training_page_does_not_scroll_sideways_on_a_phone(
    opened: Callable[..., str], lang: Language
) -> None:
    plan = plan_from_table(CYCLE)
    register = Register(TAKEN, complete_through=date(2025, 11, 1))
    verdicts = evaluate(plan, TEACHERS, register, as_of=date(2025, 11, 2))
    page = render_report([plan], TEACHERS, verdicts, register, lang=lang, as_of=date(2025, 11, 2))
    teller = (
        "<script>document.body.dataset.over = document.documentElement.scrollWidth"
        " - document.documentElement.clientWidth;</script></body>"
    )
    assert 'data-over="0"' in opened(page.replace("</body>", teller), width=390)


def test_report_without_training_has_no_training_page() -> None:
    assert 'id="training"' not in render("en")
