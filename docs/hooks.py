"""Tables of the documentation that are drawn from data when the site is built.

A line ``<!-- table: NAME -->`` in a page becomes the table of that name, in the page's language:
``glossary`` from ``glossary.toml``, ``names`` from the package's own catalogue, ``calendars`` and
``plans`` from the calendars and plans that come with the package, ``findings`` from the codes of
lint and what it says of them, ``coverage`` from the table in which every clause is accounted for,
``mechanisms`` and ``rulesets`` from published rules stated as plans. A line
``<!-- example: NAME -->`` becomes the file of that name in ``examples``; the tests run it.
"""

import csv
import json
import re
import tomllib
from itertools import groupby
from pathlib import Path

import published_rules

from eduplan.calendars import SchoolCalendar, available, load_calendar
from eduplan.files import available_plans, load_plan
from eduplan.lint import CODES
from eduplan.messages import Language, Text, catalogue, say
from eduplan.plan import Plan
from eduplan.provisions import FORMS, Unanswered

GLOSSARY = Path(__file__).with_name("glossary.toml")
COVERAGE = Path(__file__).parent.parent / "tests" / "coverage.csv"
EXAMPLES = Path(__file__).parent.parent / "examples"
MARK = re.compile(r"^<!-- table: (\w+) -->$", re.MULTILINE)
EXAMPLE = re.compile(r"^<!-- example: (\w+\.(?:py|ipynb)) -->$", re.MULTILINE)

PARTS = {
    "title": Text("标题", "title"),
    "head": Text("文首", "head"),
    "end": Text("文末", "end"),
}
"""Parts of a document that have no number."""

WORDS = {
    "zh": Text("中文", "Chinese"),
    "en": Text("英文", "English"),
    "name": Text("代码中的名称", "Name in code"),
    "meaning": Text("含义", "Meaning"),
    "school-year": Text("学年", "School year"),
    "term": Text("学期", "Term"),
    "stages": Text("学段", "Stages"),
    "first": Text("第一天", "First day"),
    "last": Text("最后一天", "Last day"),
    "source": Text("来源", "Source"),
    "checked": Text("核对", "Checked"),
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "autumn": Text("第一学期", "autumn"),
    "spring": Text("第二学期", "spring"),
    "sources": Text("来源", "Sources"),
    "unseen": Text("没有可留存的网址", "no address worth keeping"),
    "provision": Text("规定", "Provision"),
    "clause": Text("条款", "Clause"),
    "form": Text("形式", "Form"),
    "title": Text("名称", "Title"),
    "force": Text("约束力", "Force"),
    "waits": Text("待定问题", "Open questions"),
    "id": Text("标识", "Name"),
    "question": Text("问题", "Question"),
    "readings": Text("可选的解释或应填的内容", "Readings, or what is to be filled in"),
    "clauses": Text("条款与大意", "Clauses and what they say"),
    "quota": Text("定额", "quota"),
    "follow_up": Text("跟进", "follow-up"),
    "gate": Text("准入条件", "gate"),
    "attestation": Text("人工评定", "attestation"),
    "consequence": Text("结果运用", "consequence"),
    "roster": Text("配备", "roster"),
    "process": Text("工作流程", "process"),
    "schedule": Text("日程", "schedule"),
    "target": Text("指标目标", "target"),
    "says": Text("原文摘词", "What it says"),
    "how": Text("方式", "How"),
    "computed": Text("计算", "computed"),
    "attested": Text("评定", "attested"),
    "carriers": Text("由什么承担；为何不能计算", "Carried by; why facts cannot decide"),
    "count": Text("条数", "Clauses"),
    "plan": Text("方案", "Plan"),
    "rule": Text("规则", "Rule"),
    "mechanism": Text("机制", "Mechanism"),
    "said": Text("写法", "How it is said"),
    "code": Text("代码", "Code"),
    "severity": Text("程度", "Severity"),
    "example": Text("例", "Example"),
    "what-to-do": Text("怎么办", "What to do"),
    "numbers": Text("数字", "Numbers"),
    "time": Text("时间", "Time"),
    "structure": Text("结构", "Structure"),
    "wording": Text("文字", "Wording"),
    "open": Text("未定之处", "Open"),
    "date": Text("一个日期", "a date"),
    "number": Text("一个数", "a number"),
    "text": Text("一段文字", "a text"),
}


def on_page_markdown(markdown: str, page, **_) -> str:
    """Put the tables and the examples into a page."""
    lang: Language = "en" if page.file.src_uri.startswith("en/") else "zh"
    markdown = EXAMPLE.sub(lambda found: example(found[1]), markdown)
    return MARK.sub(lambda found: TABLES[found[1]](lang), markdown)


def example(name: str) -> str:
    """Return a file of ``examples`` as code; of a notebook its code cells and what they print."""
    text = (EXAMPLES / name).read_text("utf-8")
    if name.endswith(".py"):
        return f'```python title="examples/{name}"\n{text}```'
    blocks = []
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            blocks.append(f"```python\n{''.join(cell['source'])}\n```")
            for output in cell["outputs"]:
                shown = output.get("text") or output["data"]["text/plain"]
                blocks.append(f"```text\n{''.join(shown).rstrip()}\n```")
    return "\n\n".join(blocks)


def terms() -> list[dict[str, str]]:
    """Return the rows of the glossary."""
    return tomllib.loads(GLOSSARY.read_text("utf-8"))["term"]


def glossary(lang: Language) -> str:
    """Return the terms with their meaning, those of the page's own language first."""
    other: Language = "en" if lang == "zh" else "zh"
    rows = [[row[lang], row[f"meaning_{lang}"], row[other], code(row["name"])] for row in terms()]
    return table(lang, [lang, "meaning", other, "name"], rows)


def names(lang: Language) -> str:
    """Return the names of facts, kinds and values with what people call them."""
    found = {
        key.removeprefix("term."): text
        for key, text in catalogue().items()
        if key.startswith("term.")
    }
    rows = [[code(name), text.zh, text.en] for name, text in found.items()]
    return table(lang, ["name", "zh", "en"], rows)


def calendars(lang: Language) -> str:
    """Return every calendar with its terms and sources."""
    return "\n\n".join(one_calendar(load_calendar(name), lang) for name in available())


def one_calendar(calendar: SchoolCalendar, lang: Language) -> str:
    """Return one calendar: heading, terms, sources."""
    rows = [
        [
            f"{term.school_year}-{(term.school_year + 1) % 100:02d}",
            word("autumn" if term.number == 1 else "spring", lang),
            ("、" if lang == "zh" else ", ").join(say(f"term.{s}", lang) for s in term.stages),
            term.period.start.isoformat(),
            term.period.last.isoformat(),
            code(term.source),
            word("yes" if term.checked else "no", lang),
        ]
        for term in calendar.terms
    ]
    heads = ["school-year", "term", "stages", "first", "last", "source", "checked"]
    sources = []
    for source in calendar.sources:
        facts = [source.issuer[lang] if source.issuer else "", source.number]
        facts.append(source.published.isoformat() if source.published else "")
        facts.append(f"<{source.address}>" if source.address else word("unseen", lang))
        told = ("；" if lang == "zh" else "; ").join(filter(None, facts))
        stop = "。" if lang == "zh" else ". "
        sources.append(f"- {code(source.id)} {source.title[lang]}{stop}{told}")
    return "\n\n".join(
        [
            f"## {calendar.region[lang]} `{calendar.id}`",
            table(lang, heads, rows),
            "\n".join(sources),
        ]
    )


def plans(lang: Language) -> str:
    """Return every plan with its clauses, provisions and questions."""
    return "\n\n".join(one_plan(load_plan(name), lang) for name in available_plans())


def one_plan(plan: Plan, lang: Language) -> str:
    """Return one plan: heading, clauses, provisions, questions."""
    provisions = []
    for provision in plan.provisions:
        form = provision.key if isinstance(provision, Unanswered) else provision.form
        waits = provision.questions if isinstance(provision, Unanswered) else ()
        provisions.append(
            [
                code(provision.id),
                provision.title[lang],
                word(form.replace("-", "_"), lang),
                "、".join(provision.clause),
                say(f"force.{provision.force}", lang),
                " ".join(code(question) for question in waits),
            ]
        )
    questions = []
    for question in plan.questions:
        readings = [f"{code(reading.id)} {reading.means[lang]}" for reading in question.reading]
        if question.expects:
            readings = [word(question.expects, lang)]
        questions.append([code(question.id), question.asks[lang], "<br>".join(readings)])
    return "\n\n".join(
        [
            f"## {plan.title[lang]} `{plan.id}`",
            table(lang, ["clause", "clauses"], [[c.number, c.gist[lang]] for c in plan.clauses]),
            table(lang, ["provision", "title", "form", "clause", "force", "waits"], provisions),
            table(lang, ["id", "question", "readings"], questions),
        ]
    )


def coverage(lang: Language) -> str:
    """Return how many clauses are computed, and for each clause what carries it."""
    rows = list(csv.DictReader(COVERAGE.read_text("utf-8").splitlines()))
    parts = []
    totals = []
    for name, group in groupby(rows, key=lambda row: row["plan"]):
        several = list(group)
        computed = sum(row["how"] == "computed" for row in several)
        totals.append([code(name), str(len(several)), str(computed), str(len(several) - computed)])
        clauses = [
            [
                code(row["clause_id"]),
                PARTS[row["section"]][lang] if row["section"] in PARTS else row["section"],
                row[f"gist_{lang}"],
                word(row["how"], lang),
                " ".join(code(carrier) for carrier in row["carried_by"].split())
                + (f"<br>{reason}" if (reason := row[f"reason_{lang}"]) else ""),
            ]
            for row in several
        ]
        heads = ["id", "clause", "says", "how", "carriers"]
        parts.append(f"## `{name}`\n\n{table(lang, heads, clauses)}")
    sums = [str(sum(int(row[place]) for row in totals)) for place in (1, 2, 3)]
    totals.append(["", *sums])
    return "\n\n".join([table(lang, ["plan", "count", "computed", "attested"], totals), *parts])


def mechanisms(lang: Language) -> str:
    """Return what published rules ask for, and how it is said."""
    rows = []
    for row in published_rules.rows():
        title = published_rules.rule_set(row["of"])["plan"]["title"][lang]
        clause = published_rules.gist(row)
        rule = f"[{title}](#{row['of']}) {clause['number']}: {clause['gist'][lang]}"
        rows.append([row[lang], rule, code(published_rules.said(row))])
    return table(lang, ["mechanism", "rule", "said"], rows)


def rulesets(lang: Language) -> str:
    """Return every published rule set: its document, where it was read, and its clauses."""
    parts = []
    for name in published_rules.names():
        found = published_rules.rule_set(name)
        document = found["document"]
        facts = [document["title"][lang]]
        facts += [document["issuer"][lang]] if "issuer" in document else []
        clauses = [[one["number"], one["gist"][lang]] for one in found["clause"]]
        parts += [
            f"### {found['plan']['title'][lang]} {{ #{name} }}",
            ("，" if lang == "zh" else ", ").join(facts) + ("。" if lang == "zh" else "."),
            published_rules.read_at(name),
            table(lang, ["clause", "clauses"], clauses),
        ]
    return "\n\n".join(parts)


def findings(lang: Language) -> str:
    """Return the codes of lint: all in one table, and an entry for each."""
    rows = [
        [
            f"[`{code_}`](#{anchor(code_)})",
            say(f"lint.severity.{severity}", lang),
            means(code_, lang),
        ]
        for code_, severity in CODES.items()
    ]
    parts = [table(lang, ["code", "severity", "meaning"], rows)]
    for group, codes in groupby(CODES, key=lambda code_: code_.partition(".")[0]):
        parts.append(f"## {word(group, lang)}")
        parts.extend(one_code(code_, lang) for code_ in codes)
    return "\n\n".join(parts)


def one_code(code_: str, lang: Language) -> str:
    """Return the entry of one code: what it means, an example, what to do."""
    stop, colon = ("。", "：") if lang == "zh" else (".", ": ")
    said = {
        part: (text if text.endswith(("？", "?")) else text + stop)
        for part in ("means", "example", "hint")
        for text in (say(f"lint.{code_}.{part}", lang),)
    }
    severity = say(f"lint.severity.{CODES[code_]}", lang)
    return (
        f"### `{code_}` {{ #{anchor(code_)} }}\n\n"
        f"*{severity[0].upper()}{severity[1:]}{stop}* {said['means']}\n\n"
        f"- {word('example', lang)}{colon}{said['example']}\n"
        f"- {word('what-to-do', lang)}{colon}{said['hint']}"
    )


def means(code_: str, lang: Language) -> str:
    """Return what a code means."""
    return say(f"lint.{code_}.means", lang)


def anchor(code_: str) -> str:
    """Return the anchor of the entry of a code."""
    return code_.replace(".", "-")


def table(lang: Language, heads: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [[word(head, lang) for head in heads], ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)


def word(key: str, lang: Language) -> str:
    """Return a word of the tables."""
    return WORDS[key][lang]


def code(name: str) -> str:
    """Return a name set as code, nothing for nothing."""
    return f"`{name}`" if name else ""


TABLES = {
    "coverage": coverage,
    "glossary": glossary,
    "names": names,
    "calendars": calendars,
    "plans": plans,
    "findings": findings,
    "mechanisms": mechanisms,
    "rulesets": rulesets,
}
assert set(FORMS) <= set(WORDS), "a form without a word"
