"""Make the example county that comes with eduplan: invented people, schools and records.

Run it from the root of the project, with the extra ``excel`` installed::

    python examples/make_county.py

It writes ``roster.xlsx`` and ``register.xlsx`` into ``src/eduplan/demo``, or into the folder given
as an argument, and prints how much of what they hold. The same bytes come out every time.

Everything is invented. Some duties are met exactly, some with room to spare, some not at all: a few
weeks without collective preparation, summaries never handed in, talks held too late.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import attrs
import xlsxwriter

import primary_school
import research_office

SEED = 20250602
FOLDER = Path(__file__).resolve().parent.parent / "src" / "eduplan" / "demo"

CellValue = str | int | Fraction | date
Rows = list[list[CellValue]]

FIRST_TRAINING = date(2021, 1, 1)
LAST_DAY = date(2025, 6, 1)
TERMS = ((date(2024, 9, 2), date(2025, 1, 17)), (date(2025, 2, 17), date(2025, 5, 30)))
HOLIDAYS = (
    (date(2024, 9, 16), date(2024, 9, 17)),
    (date(2024, 10, 1), date(2024, 10, 7)),
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 4, 4), date(2025, 4, 4)),
    (date(2025, 5, 1), date(2025, 5, 5)),
)
MONTHS = ((2024, 9), (2024, 10), (2024, 11), (2024, 12), (2025, 2), (2025, 3), (2025, 4), (2025, 5))

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉兰红文建国志梅春雪晨佳欣宇轩思雨若溪"
PLACES = (
    ("S01", "青禾小学", "小学", False),
    ("S02", "柳溪小学", "小学", False),
    ("S03", "石桥小学", "小学", True),
    ("S04", "云岭小学", "小学", True),
    ("S05", "东湖小学", "小学", False),
    ("S06", "南坪小学", "小学", False),
    ("S07", "青禾中学", "初中", False),
    ("S08", "白沙中学", "初中", True),
    ("S09", "松林中学", "初中", False),
    ("S10", "虚构县第一中学", "高中", False),
    ("S11", "虚构县第二中学", "高中", False),
)
OFFICE = ("R01", "虚构县教研室")
STAFF = {"小学": 45, "初中": 60, "高中": 60}
OFFICE_STAFF = 30
SUBJECTS = {
    "小学": (
        "语文",
        "语文",
        "语文",
        "数学",
        "数学",
        "数学",
        "英语",
        "科学",
        "音乐",
        "体育",
        "美术",
    ),
    "初中": ("语文", "数学", "英语", "物理", "化学", "生物", "历史", "地理", "道德与法治", "体育"),
    "高中": ("语文", "数学", "英语", "物理", "化学", "生物", "历史", "地理", "思想政治", "体育"),
}
PREPARATION_GROUPS = ("语文组", "数学组", "综合组")
TITLES = ("未定级", "二级教师", "一级教师", "高级教师", "正高级教师")
LEADERS = ("校长", "教科室", "中层干部", "教研员")
BOOKS = ("给教师的建议", "陶行知教育文集", "教学勇气", "课堂研究", "静悄悄的革命", "学习的本质")
# Hours of a training and how often they occur; about one in four has a half.
HOURS = {4: 2, 8: 8, 12: 6, 16: 10, 24: 14, 32: 8, 40: 12, 60: 4, 90: 2}
HALF_HOURS = {7: 6, 22: 8, 37: 6}


@attrs.define(kw_only=True)
class Teacher:
    """An invented person, as the roster shows them."""

    id: str
    name: str
    school: str
    stage: str
    roles: list[str]
    subject: str
    title: str
    honours: list[str]
    joined: date
    employment: str = ""
    shadow: bool = False
    duties: list[str] = attrs.field(factory=list)
    trained: str = ""

    @property
    def teaches(self) -> bool:
        """Whether they teach a subject."""
        return "专任教师" in self.roles

    @property
    def leads(self) -> bool:
        """Whether they owe large activities and mentoring."""
        return "教研员" in self.roles or bool({"特级教师", "学科带头人"} & set(self.honours))


def school_days() -> list[date]:
    """Return the days of teaching in the school year 2024-25."""
    days = []
    for first, last in TERMS:
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day.weekday() < 5 and not any(a <= day <= b for a, b in HOLIDAYS):
                days.append(day)
    return days


class County:
    """The county in the making: who is there, and what took place."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - an example, not a secret
        self.days = school_days()
        self.people: list[Teacher] = []
        self.groups: Rows = []
        self.sheets: dict[str, tuple[str, Rows]] = {}
        self._names: set[str] = set()

    # --- chance ---------------------------------------------------------------------------------

    def chance(self, percent: int) -> bool:
        """Say yes in so many of a hundred cases."""
        return self.random.randrange(100) < percent

    def weighted(self, choices: dict[int, int]) -> int:
        """Return one of the keys, each as often as its value says."""
        return self.random.choices(list(choices), list(choices.values()))[0]

    def after(self, day: date, least: int, most: int) -> date:
        """Return a school day between so many calendar days after ``day``, or the next one."""
        wanted = day + timedelta(days=self.random.randint(least, most))
        return next((later for later in self.days if later >= wanted), date.max)

    def add(self, sheet: str, prefix: str, *cells: CellValue) -> str:
        """Add a record to a sheet and return its id."""
        rows = self.sheets[sheet][1]
        key = f"{prefix}{len(rows) + 1:05d}"
        rows.append([key, *cells])
        return key

    def begin(self, sheet: str, headers: str) -> None:
        """Begin a sheet of the register."""
        self.sheets[sheet] = (f"编号 {headers}", [])

    # --- people ---------------------------------------------------------------------------------

    def name(self) -> str:
        """Return a name nobody here has yet."""
        while True:
            given = self.random.sample(GIVEN, self.random.choice((1, 2, 2)))
            name = self.random.choice(SURNAMES) + "".join(given)
            if name not in self._names:
                self._names.add(name)
                return name

    def person(self, school: str, stage: str, roles: list[str], subject: str) -> Teacher:
        """Add a person."""
        years = range(1988, 2011) if roles[0] in LEADERS else (*range(1988, 2021), 2023, 2024)
        year = self.random.choice(years)
        day = date(year, self.random.choice((8, 9, 9)), self.random.choice((1, 15, 25)))
        served = 2025 - year
        rank = min(4, served // 8 + self.random.choice((0, 0, 1))) if served > 2 else 0
        person = Teacher(
            id=f"T{len(self.people) + 1:04d}",
            name=self.name(),
            school=school,
            stage=stage,
            roles=roles,
            subject=subject,
            title=TITLES[rank if rank < 4 or self.chance(20) else 3],
            honours=[],
            joined=day,
        )
        self.people.append(person)
        return person

    def settle(self) -> None:
        """Fill the schools and the research office with people."""
        for index, (school, _, stage, _) in enumerate(PLACES):
            subjects = SUBJECTS[stage]
            for number in range(STAFF[stage]):
                subject = subjects[number % len(subjects)]
                if number == 0:
                    # in every other school the principal teaches as well
                    roles = ["校长", "专任教师"] if index % 2 == 0 else ["校长"]
                elif number <= 3:
                    roles = ["教科室", "专任教师"] if number == 1 else ["教科室"]
                elif number <= 6:
                    roles = ["中层干部", "专任教师"]
                elif number >= STAFF[stage] - 2:
                    roles, subject = ["职员"], ""
                else:
                    roles = ["专任教师", "班主任"] if self.chance(30) else ["专任教师"]
                person = self.person(school, stage, roles, subject)
                person.shadow = stage == "高中" and ("中层干部" in roles or self.chance(10))
        stages = list(SUBJECTS)
        for number in range(OFFICE_STAFF):
            stage = stages[number % 3]
            subject = SUBJECTS[stage][number // 3 % len(SUBJECTS[stage])]
            if number >= OFFICE_STAFF - 2:
                self.person(OFFICE[0], "", ["职员"], "")
            else:
                self.person(OFFICE[0], stage, ["教研员"], subject).employment = "专职"
        self._honour()

    def _honour(self) -> None:
        grown = [p for p in self.people if p.teaches and p.joined.year < 2010]
        for honour, count in (
            ("特级教师", 6),
            ("学科带头人", 16),
            ("骨干教师", 60),
            ("教学能手", 40),
        ):
            for person in self.random.sample(grown, count):
                person.honours.append(honour)
        for person in self.random.sample([p for p in grown if p.honours], 12):
            person.roles.append("教研员")
            person.employment = "兼职"

    def gather(self) -> None:
        """Form the preparation groups of the primary schools and the county's expert groups."""
        for school, name, stage, _ in PLACES:
            if stage != "小学":
                continue
            teachers = [p for p in self.people if p.school == school and p.teaches]
            for number, group in enumerate(PREPARATION_GROUPS, start=1):
                own = [p for p in teachers if self.group_of(p) == group]
                members = "、".join(p.id for p in own)
                key = f"{school}-B{number}"
                cells = [key, f"{name}{group}", "备课组", school, stage, "", own[0].id, members]
                self.groups.append([*cells])
        full_time = [p for p in self.people if p.employment == "专职"]
        part_time = [p for p in self.people if p.employment == "兼职"]
        experts = [p for p in self.people if p.honours]
        for number, subject in enumerate(("语文", "数学", "英语", "物理", "化学", "历史"), start=1):
            researchers = [p for p in full_time if p.subject == subject]
            # the last group has a part-time leader, against the rule
            leader = part_time[0] if number == 6 else researchers[0]
            own = [p for p in experts if p.subject == subject and p is not leader][:8]
            cells = [f"E{number:02d}", f"{subject}学科专家组", "学科专家组", OFFICE[0], "", subject]
            self.groups.append([*cells, leader.id, "、".join(p.id for p in own)])

    def group_of(self, person: Teacher) -> str:
        """Return the preparation group of a primary teacher."""
        return f"{person.subject}组" if person.subject in ("语文", "数学") else "综合组"

    # --- training -------------------------------------------------------------------------------

    def train(self) -> None:
        """Hold five years of training, and in the last school year what follows from it."""
        self.begin("培训", "工号 开始日期 结束日期 学时 项目 级别 类型 外出 登记")
        self.begin("培训总结", "工号 日期 培训编号")
        self.begin("二级培训", "工号 日期 培训编号 形式")
        for person in self.people:
            if person.roles == ["职员"]:
                continue
            hours = self._hours(person)
            if person.shadow and self.chance(70):
                hours.append(Fraction(90))
            taken: set[date] = set()
            for amount in hours:
                day = self._training_day(max(FIRST_TRAINING, person.joined))
                while day in taken:
                    day = self._training_day(max(FIRST_TRAINING, person.joined))
                taken.add(day)
                self._training(person, day, amount)

    def _hours(self, person: Teacher) -> list[Fraction]:
        """Return the hours of a person's trainings: 360 in all, or near it, or far off."""
        totals = ((360, 360), (361, 420), (325, 359), (200, 320), (40, 150))
        least, most = self.random.choices(totals, (1, 7, 5, 2, 1))[0]
        halves = 2 * self.random.randint(least, most)
        if person.joined > FIRST_TRAINING:
            halves = halves * (LAST_DAY - person.joined).days // 1800
        found = []
        while halves > 0:
            size = 2 * self.weighted(HOURS)
            if self.chance(26):
                size = 2 * self.weighted(HALF_HOURS) + 1
            if halves - size < 6:  # nothing shorter than three hours is left over
                size = halves
            found.append(Fraction(size, 2))
            halves -= size
        return found

    def _training_day(self, first: date) -> date:
        while True:
            day = first + timedelta(days=self.random.randrange((LAST_DAY - first).days - 30))
            if day.month in (7, 8) or self.chance(30):
                return day

    def _training(self, person: Teacher, day: date, hours: Fraction) -> None:
        draw = self.random.randrange(100)
        level = ("校级", "县级", "市级", "省级", "国家级")[sum(draw >= x for x in (35, 78, 91, 97))]
        category = "常规"
        if hours >= 16 and level in ("市级", "省级", "国家级"):
            category = "高端" if level != "市级" and self.chance(40) else "重点项目"
        elif hours >= 24 and self.chance(6):
            category = "重点项目"
        away = level in ("市级", "省级", "国家级") and self.chance(85)
        last = min(day + timedelta(days=int(-(-hours // 8)) - 1), LAST_DAY)
        title = (
            "影子培训" if hours == 90 and person.shadow else f"{person.subject}教学{category}培训"
        )
        yes = "合格" if self.chance(99) else "否"
        flag = "是" if away else "否"
        key = self.add("培训", "PX", person.id, day, last, hours, title, level, category, flag, yes)
        if last < self.days[0]:
            return
        if self.chance(92):
            late = self.chance(6)
            handed_in = self.after(last, 40 if late else 1, 70 if late else 14)
            if handed_in <= LAST_DAY:
                self.add("培训总结", "ZJ", person.id, handed_in, key)
        if category != "常规" and self.chance(82):
            held = self.after(last, 5, 45)
            if held <= LAST_DAY:
                form = self.random.choice(("示范课", "专题报告"))
                self.add("二级培训", "EJ", person.id, held, key, form)

    # --- the school year ------------------------------------------------------------------------

    def observe(self) -> None:
        """Let teachers observe about 20 lessons, principals and research sections about 60."""
        self.begin("听课", "听课人工号 日期 授课人工号 学科 节次")
        for person in self.people:
            if {"校长", "教科室"} & set(person.roles):
                # one who teaches as well owes 60, not 80 and not 20
                count = self.random.choice(
                    (60, 60, 63, 66, 70, 58, 51, 20 if person.teaches else 45)
                )
            elif person.teaches:
                count = self.random.choice((20, 20, 21, 22, 23, 24, 26, 19, 17, 12))
            elif "教研员" in person.roles:
                count = self.random.randint(8, 16)
            else:
                continue
            near = person.school if person.school != OFFICE[0] else self.random.choice(PLACES)[0]
            observed = [
                p for p in self.people if p.school == near and p.teaches and p is not person
            ]
            for day in sorted(self.random.choices(self.days, k=count)):
                teacher = self.random.choice(observed)
                lesson = f"第{self.random.randint(1, 6)}节"
                self.add("听课", "TK", person.id, day, teacher.id, teacher.subject, lesson)

    def prepare(self) -> None:
        """Let preparation groups meet every week, but for a few, each time with an open lesson."""
        self.begin("集体备课", "组编号 日期 主题")
        self.begin("备课归档", "组编号 日期 备课活动编号")
        self.begin("公开课", "工号 日期 题目 备课活动编号")
        weeks: dict[tuple[int, int], list[date]] = {}
        for day in self.days:
            weeks.setdefault(day.isocalendar()[:2], []).append(day)
        for group in self.groups:
            if group[2] != "备课组":
                continue
            members = str(group[7]).split("、")
            missed = self.random.choice((0, 0, 2, 6))
            for days in weeks.values():
                if self.chance(missed):
                    continue
                day = days[min(2, len(days) - 1)]
                topic = f"第{self.random.randint(1, 8)}单元备课"
                key = self.add("集体备课", "BK", group[0], day, topic)
                held = self.after(day, 0, 4)
                if self.chance(93) and held <= LAST_DAY:
                    teacher = self.random.choice(members)
                    self.add("公开课", "GK", teacher, held, f"{topic}研究课", key)
                filed = self.after(day, 20, 40) if self.chance(5) else self.after(day, 1, 7)
                if self.chance(94) and filed <= LAST_DAY:
                    self.add("备课归档", "GD", group[0], filed, key)
        for person in self.people:
            if person.teaches and self.chance(91):
                day = self.random.choice(self.days)
                self.add("公开课", "GK", person.id, day, f"{person.subject}公开课", "")

    def read(self) -> None:
        """Let people read."""
        self.begin("阅读", "工号 日期 书名")
        for person in self.people:
            if person.roles == ["职员"]:
                continue
            for book in self.random.sample(BOOKS, self.random.choice((0, 1, 1, 2, 2, 3))):
                self.add("阅读", "YD", person.id, self.random.choice(self.days), book)

    def check(self) -> None:
        """Check every teacher of the primary schools every month, and act on what is found."""
        self.begin("常规检查", "教师工号 日期 结果")
        self.begin("检查反馈", "工号 日期 检查编号")
        self.begin("诫勉谈话", "工号 日期 检查编号")
        self.begin("表扬", "工号 日期 检查编号")
        for person in self.people:
            if person.stage != "小学" or not person.teaches or "校长" in person.roles:
                continue
            for year, month in MONTHS:
                if self.chance(3):
                    continue
                days = [day for day in self.days if (day.year, day.month) == (year, month)]
                day = self.random.choice(days)
                draw = self.random.randrange(1000)
                finding = "突出问题" if draw < 12 else "成绩突出" if draw < 50 else "一般"
                key = self.add("常规检查", "JC", person.id, day, finding)
                self._answer("检查反馈", "FK", person, day, key, 96)
                if finding == "突出问题":
                    self._answer("诫勉谈话", "JM", person, day, key, 75)
                elif finding == "成绩突出":
                    self._answer("表扬", "BY", person, day, key, 88)

    def _answer(
        self, sheet: str, prefix: str, person: Teacher, day: date, key: str, percent: int
    ) -> None:
        if not self.chance(percent):
            return
        answered = self.after(day, 16, 40) if self.chance(6) else self.after(day, 1, 6)
        if answered <= LAST_DAY:
            self.add(sheet, prefix, person.id, answered, key)

    def lead(self) -> None:
        """Let those with honours and the researchers lead, mentor and visit."""
        self.begin("教研活动", "主办 日期 主题")
        self.begin("大型活动", "主持人工号 日期 级别")
        self.begin("师徒结对", "工号 日期 徒弟工号")
        self.begin("培养计划", "工号 日期")
        self.begin("送教", "工号 日期 学校编号")
        self.begin("视导", "学校编号 日期 视导人工号")
        self.begin("教研员考核", "工号 日期")
        hosts = [str(g[0]) for g in self.groups if g[2] == "学科专家组"] + [p[0] for p in PLACES]
        for host in hosts:
            for day in self.random.sample(self.days, self.random.choice((1, 2, 2, 3, 4))):
                self.add("教研活动", "JY", host, day, "课堂教学专题研讨")
        weak = [school for school, _, _, is_weak in PLACES if is_weak]
        young = [p for p in self.people if p.teaches and p.joined.year >= 2020]
        start = [day for day in self.days if day < date(2024, 11, 1)]
        for person in [p for p in self.people if p.leads]:
            for day in self.random.sample(self.days, self.random.choice((0, 1, 1, 1, 2))):
                level = self.random.choice(("校级", "县级"))
                self.add("大型活动", "DX", person.id, day, level)
            if self.chance(88):
                day = self.random.choice(start)
                self.add("师徒结对", "JD", person.id, day, self.random.choice(young).id)
                if self.chance(85):
                    self.add("培养计划", "JH", person.id, self.after(day, 0, 25))
            for day in self.random.sample(self.days, self.random.choice((0, 1, 2, 3))):
                self.add("送教", "SD", person.id, day, self.random.choice(weak))
        full_time = [p for p in self.people if p.employment == "专职"]
        for number, (first, last) in enumerate(TERMS):
            for school in weak[: 3 - number]:  # in the second term one weak school is left out
                day = self.random.choice([d for d in self.days if first <= d <= last])
                for visitor in self.random.sample(full_time, 3):
                    self.add("视导", "SH", school, day, visitor.id)
        for person in full_time[2:]:
            self.add("教研员考核", "KH", person.id, self.random.choice(self.days[75:85]))

    def assess(self) -> None:
        """Let schools assess every month and test twice a term, and analyse the tests."""
        self.begin("过程性评价", "学校编号 日期")
        self.begin("学业检测", "学校编号 日期 类型")
        self.begin("质量分析", "学校编号 日期 检测编号")
        for school, _, stage, _ in PLACES:
            for year, month in MONTHS if stage == "小学" else ():
                if self.chance(94):
                    days = [day for day in self.days if (day.year, day.month) == (year, month)]
                    self.add("过程性评价", "PJ", school, self.random.choice(days))
            for occasion, first, last in (
                ("期中", date(2024, 11, 4), date(2024, 11, 15)),
                ("期末", date(2025, 1, 8), date(2025, 1, 16)),
                ("期中", date(2025, 4, 14), date(2025, 4, 25)),
            ):
                day = self.random.choice([d for d in self.days if first <= d <= last])
                key = self.add("学业检测", "CS", school, day, occasion)
                if self.chance(88):
                    late = self.chance(12)
                    held = self.after(day, 30 if late else 2, 45 if late else 10)
                    self.add("质量分析", "FX", school, held, key)


# --- workbooks ------------------------------------------------------------------------------------

NOTE = (
    "虚构数据：人物、学校与记录均为杜撰，与任何真实的人或单位无关。",
    "Invented data: people, schools and records are made up and refer to nobody real.",
    "由 examples/make_county.py 生成，可随意修改、复制。",
    "Made by examples/make_county.py; change and copy it as you like.",
)


def spelled(day: date, way: int) -> CellValue:
    """Return a day as an Excel date, or spelled in one of two ways."""
    return (day, f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}")[
        way % 3
    ]


class Workbook:
    """A workbook whose bytes depend on its cells alone; ids and words are written as text."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path))
        self._book.set_properties({"title": NOTE[0], "created": datetime(2025, 6, 2)})  # noqa: DTZ001
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._title = self._book.add_format({"bold": True, "align": "center"})
        self._middle = self._book.add_format({"valign": "vcenter"})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        note = self._book.add_worksheet("说明")
        for row, line in enumerate(NOTE):
            note.write_string(row, 0, line)

    def sheet(
        self, name: str, title: str, headers: Sequence[str], rows: Rows, merged: Iterable[int] = ()
    ) -> None:
        """Add a sheet: a title over all columns, a blank row, the header, and the rows.

        Args:
            name: its name.
            title: its title.
            headers: headers of its columns.
            rows: its rows.
            merged: columns in which equal cells below each other are merged.
        """
        sheet = self._book.add_worksheet(name)
        sheet.merge_range(0, 0, 0, len(headers) - 1, f"{title}（虚构数据）", self._title)
        sheet.set_column(0, len(headers) - 1, 13)
        sheet.freeze_panes(3, 0)
        for column, header in enumerate(headers):
            sheet.write_string(2, column, header, self._bold)
        for number, row in enumerate(rows, start=3):
            for column, cell in enumerate(row):
                if column in merged:
                    continue
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, self._date)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write_number(number, column, float(cell))
        for column in merged:
            self._merge(sheet.merge_range, sheet.write_string, column, rows)

    def _merge(
        self, merge: Callable[..., object], write: Callable[..., object], column: int, rows: Rows
    ) -> None:
        start = 0
        for end in range(1, len(rows) + 1):
            if end < len(rows) and rows[end][column] == rows[start][column]:
                continue
            if end - start > 1:
                merge(start + 3, column, end + 2, column, rows[start][column], self._middle)
            else:
                write(start + 3, column, rows[start][column])
            start = end

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def write_roster(county: County, path: Path) -> None:
    """Write people, schools and groups."""
    names = {school: name for school, name, _, _ in PLACES} | {OFFICE[0]: OFFICE[1]}
    people: Rows = [
        [
            number,
            person.school,
            names[person.school],
            person.id,
            # some clerks put a space into short names
            "\u3000".join(person.name)
            if len(person.name) == 2 and number % 4 == 0
            else person.name,
            person.stage,
            "、".join([*person.roles, *person.duties]),
            person.subject,
            person.title,
            "、".join(person.honours) or "无",
            spelled(person.joined, number),
            person.employment,
            "是" if person.shadow else "否",
            person.trained,
            spelled(person.joined, number) if "教研员" in person.roles else "",
        ]
        for number, person in enumerate(county.people, start=1)
    ]
    people.append(["合计", "", "", f"{len(people)}人"])
    headers = (
        "序号 学校编号 学校 工号 姓名 学段 岗位 学科 职称 荣誉 入职日期 教研员类别 "
        "选派影子培训 校长培训 从教日期"
    )
    book = Workbook(path)
    book.sheet("教师名册", "虚构县教师名册", headers.split(), people, merged=(1, 2))
    schools: Rows = [
        [
            *(school, name, "学校", stage, "是" if weak else "否"),
            *primary_school.facts_of_school(stage),
            research_office.courses(school, stage),
        ]
        for school, name, stage, weak in PLACES
    ]
    schools.append([*OFFICE, "教研室", "", "否", *primary_school.facts_of_school(""), ""])
    columns = ["编号", "名称", "类型", "学段", "薄弱学校"]
    columns += [*primary_school.SCHOOL_FACTS, "开设课程"]
    book.sheet("学校", "虚构县学校", columns, schools)
    group_headers = "编号 名称 类型 学校编号 学段 学科 组长工号 成员工号"
    book.sheet("组", "虚构县备课组、学科专家组与领导小组", group_headers.split(), county.groups)
    book.close()


def write_register(county: County, path: Path) -> None:
    """Write all records, a sheet for each kind."""
    book = Workbook(path)
    for name, (headers, rows) in county.sheets.items():
        book.sheet(name, f"虚构县{name}登记", headers.split(), rows)
    book.close()


def main() -> None:
    """Make the county and write its two workbooks."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    county = County()
    county.settle()
    county.gather()
    county.train()
    county.observe()
    county.prepare()
    county.read()
    county.check()
    county.lead()
    county.assess()
    primary_school.keep(county, [school for school, _, stage, _ in PLACES if stage == "小学"])
    research_office.keep(county, OFFICE[0])
    write_roster(county, folder / "roster.xlsx")
    write_register(county, folder / "register.xlsx")
    counts = {name: len(rows) for name, (_, rows) in county.sheets.items()}
    lines = [
        f"people: {len(county.people)}, schools: {len(PLACES) + 1}, groups: {len(county.groups)}",
        f"records: {sum(counts.values())}",
        *(f"  {name}: {count}" for name, count in counts.items()),
    ]
    sizes = {path.name: path.stat().st_size for path in sorted(folder.glob("r*.xlsx"))}
    lines.extend(f"{name}: {size} bytes" for name, size in sizes.items())
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
