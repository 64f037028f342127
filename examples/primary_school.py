"""What the primary schools of the example county keep beside the usual registers.

`make_county` calls `keep` when everything else is there: who is in charge at each school, patrols,
rules, activities, figures and judgements, and details of the records that are there already.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from make_county import CellValue, County, Teacher

GRADES = range(1, 7)
CLASSES = tuple(f"{grade}0{number}" for grade in GRADES for number in (1, 2))
SUBJECTS = ("语文", "数学", "英语")
LESSONS = ("第1节", "第2节", "第3节", "第4节", "第5节", "第6节")
LINKS = ("计划", "备课", "上课", "作业布置与批改", "辅导", "活动", "成绩考查与评价", "教学研究")
ACTIVITIES = ("上岗培训", "评优课", "示范课", "专题研讨", "经验介绍", "学生引导")
JUDGED = ("links-go-together", "moral-education-quality", "three-spirits")
RULES = ("绩效考核", "专业发展奖励", "教科研激励", "质量绩效")
# Days of school at a weekend, to make up for holidays.
MADE_UP = (date(2024, 9, 14), date(2024, 9, 29), date(2024, 10, 12), date(2025, 4, 27))
TERMS = (
    (date(2024, 9, 2), date(2025, 1, 17)),
    (date(2025, 2, 17), date(2025, 5, 30)),
)
YOUNG_SINCE = date(2019, 9, 1)

# Columns of the sheet that takes records of many kinds.
LOG = (
    "种类 对象编号 日期 形式 帮扶类别 制度 培训内容 培训方式 培养目标 "
    "谈话编号 检查编号 检测编号 月检编号 评定事项 结果"
)
_COLUMNS = LOG.split()


def facts_of_school(stage: str) -> list[CellValue]:
    """Return the cells of a school on classes, subjects and lessons; blank but for primary ones."""
    if stage != "小学":
        return [""] * 5
    lower = [name for name in CLASSES if name[0] in "12"]
    upper = [name for name in CLASSES if name[0] not in "12"]
    return ["、".join(part) for part in (CLASSES, lower, upper, SUBJECTS, LESSONS)]


SCHOOL_FACTS = ("班级", "一二年级班级", "三至六年级班级", "检测学科", "每日课节")


def keep(county: County, schools: list[str]) -> None:
    """Add what these primary schools keep.

    Args:
        county: the county, with its people, groups and all other records.
        schools: the ids of its primary schools.
    """
    county.begin("登记表", LOG)
    for school in schools:
        _appoint(county, school, schools.index(school))
    _detail(county)
    _patrol(county, schools)
    _evaluate(county, schools)
    _measure(county, schools)
    for school in schools:
        _govern(county, school)
        _teach(county, school)
        _check(county, school)
    _follow_up(county, schools)
    _mentor(county, schools)


def _log(county: County, kind: str, bearer: str, day: date, **facts: str) -> str:
    """Add a record to the sheet of many kinds."""
    cells: list[CellValue] = [kind, bearer, day]
    cells += [facts.get(column, "") for column in _COLUMNS[3:]]
    return county.add("登记表", "DJ", *cells)


def _day(county: County, first: date, last: date) -> date:
    """Return a school day between two days."""
    return county.random.choice([day for day in county.days if first <= day <= last])


def _people(county: County, school: str) -> list[Teacher]:
    return [person for person in county.people if person.school == school]


# --- who is in charge -----------------------------------------------------------------------------


def _appoint(county: County, school: str, number: int) -> None:
    """Give out duties, and set up the leading group; two schools leave somebody out."""
    people = _people(county, school)
    duties = {4: "书记", 5: "德育主任", 6: "总务处", 7: "学科组长", -2: "办公室", -1: "财务室"}
    for index, duty in duties.items():
        people[index].duties.append(duty)
    heads = {str(group[6]) for group in county.groups if group[3] == school}
    for person in people:
        if person.id in heads:
            person.duties.append("备课组长")
    people[0].trained = "不合格" if number == 2 else "合格"
    leaders = [people[0]] if number == 4 else [people[0], people[4]]
    chosen = [people[1], people[6], people[7], people[-2]]
    chosen += [] if number == 5 else [people[-1]]
    chosen += [person for person in people if person.id in heads]
    ids = ("、".join(person.id for person in part) for part in (leaders, chosen))
    county.groups.append([f"{school}-L", "质量提升领导小组", "领导小组", school, "小学", "", *ids])


def _govern(county: County, school: str) -> None:
    """Plan, supervise, budget, make rules, help the weak and stretch the able."""
    _log(county, "工作方案", school, _day(county, date(2024, 9, 4), date(2024, 9, 13)))
    budget = _day(county, date(2024, 9, 4), date(2024, 10, 20))
    _log(county, "预算", school, budget)
    for _ in range(3):
        spent = _day(county, date(2024, 9, 20), date(2025, 5, 20))
        _log(county, "支出", school, spent)
    for rule in RULES:
        if county.chance(80):
            made = _day(county, date(2024, 9, 10), date(2025, 4, 30))
            _log(county, "校内制度", school, made, 制度=rule)
    for first, last in TERMS:
        _log(county, "督促检查", school, _day(county, first, last), 形式="定期")
        if county.chance(80):
            _log(county, "督促检查", school, _day(county, first, last), 形式="不定期")
        begun = first + timedelta(days=14)
        for track in ("帮扶", "培优"):
            named = _day(county, first, begun)
            _log(county, "帮扶培优名单", school, named, 帮扶类别=track)
            tutored = _day(county, begun, last - timedelta(days=30))
            if track == "帮扶" or county.chance(85):
                _log(county, "帮扶培优辅导", school, tutored, 帮扶类别=track)
        reviewed = _day(county, last - timedelta(days=14), last)
        _log(county, "帮学培优小结", school, reviewed)
    if county.chance(85):
        _log(county, "阶段验收", school, _day(county, date(2025, 1, 6), date(2025, 1, 17)))
    for judged in JUDGED:
        if county.chance(80):
            day = _day(county, date(2025, 1, 6), date(2025, 1, 17))
            result = "是" if county.chance(85) else "否"
            _log(county, "评定", school, day, 评定事项=judged, 结果=result)


# --- teaching -------------------------------------------------------------------------------------


def _teach(county: County, school: str) -> None:
    """Train, hold activities, meet other schools, take part in projects."""
    three = dict.fromkeys(("培训内容", "培训方式", "培养目标"), "是")
    _log(county, "培训计划", school, _day(county, date(2024, 9, 4), date(2024, 9, 20)), **three)
    _log(county, "校内培训", school, date(2025, 1, 20), 形式="假期培训")
    for form in ("校本论坛", "党建培训"):
        held = _day(county, date(2024, 10, 8), date(2025, 5, 20))
        _log(county, "校内培训", school, held, 形式=form)
    for form in ACTIVITIES:
        if county.chance(90):
            held = _day(county, date(2024, 9, 10), date(2025, 5, 20))
            _log(county, "高效课堂活动", school, held, 形式=form)
    groups = [str(group[0]) for group in county.groups if group[2:4] == ["备课组", school]]
    for group in groups:
        for first, last in TERMS:
            if county.chance(85):
                _log(county, "校际活动", group, _day(county, first, last))
    for person in _people(county, school):
        if not person.teaches:
            continue
        if county.chance(90):
            found = _day(county, date(2024, 9, 10), date(2024, 11, 30))
            _log(county, "个人研究主题", person.id, found)
        if county.chance(35):
            joined = _day(county, date(2024, 9, 10), date(2025, 4, 30))
            _log(county, "参与课题", person.id, joined)


def _mentor(county: County, schools: list[str]) -> None:
    """Give most young teachers a mentor of their own school."""
    paired = {row[3] for row in county.sheets["师徒结对"][1]}
    for person in county.people:
        if person.school not in schools or not person.teaches or person.joined < YOUNG_SINCE:
            continue
        if person.id not in paired and county.chance(85):
            grown = [one for one in _people(county, person.school) if one.joined < YOUNG_SINCE]
            mentor = county.random.choice([one for one in grown if one.teaches])
            day = _day(county, date(2024, 9, 10), date(2024, 10, 31))
            county.add("师徒结对", "JD", mentor.id, day, person.id)


# --- checks, tests and what follows ---------------------------------------------------------------


def _check(county: County, school: str) -> None:
    """Sum up the checks of every month, and say what has to be put right."""
    months = sorted({(day.year, day.month) for day in county.days} - {(2025, 1)})
    for year, month in months:
        days = [day for day in county.days if (day.year, day.month) == (year, month)]
        held = days[-1]
        round_ = _log(county, "月度检查", school, held)
        summed = county.after(held, 1, 5)
        if summed < date.max and county.chance(94):
            _log(county, "检查总结", school, summed, 月检编号=round_)
            remedied = county.after(summed, 1, 5)
            if remedied < date.max and county.chance(90):
                _log(county, "整改措施", school, remedied, 月检编号=round_)


def _follow_up(county: County, schools: list[str]) -> None:
    """Let meetings and surveys follow tests, guidance follow talks, and good practice be known."""
    for key, school, day, *_ in list(county.sheets["学业检测"][1]):
        if school not in schools:
            continue
        steps = (("师生座谈会", 3, 10), ("学生问卷调查", 3, 10), ("结果反馈", 14, 20))
        for kind, least, most in steps:
            held = county.after(_as_day(day), least, most)
            if held < date.max and county.chance(92):
                _log(county, kind, str(school), held, 检测编号=str(key))
    for key, person, day, *_ in county.sheets["诫勉谈话"][1]:
        guided = county.after(_as_day(day), 2, 11)
        if guided < date.max and county.chance(85):
            _log(county, "跟踪指导", str(person), guided, 谈话编号=str(key))
    for key, person, day, finding, *_ in county.sheets["常规检查"][1]:
        shared = county.after(_as_day(day), 2, 11)
        if finding == "成绩突出" and shared < date.max and county.chance(85):
            _log(county, "经验推广", str(person), shared, 检查编号=str(key))


def _as_day(cell: CellValue) -> date:
    assert isinstance(cell, date)  # noqa: S101 - the sheet has days in this column
    return cell


# --- registers of their own -----------------------------------------------------------------------


def _patrol(county: County, schools: list[str]) -> None:
    """Patrol every lesson of every school day, but for a few."""
    county.begin("巡课", "学校编号 日期 节次")
    for school in schools:
        for day in sorted((*county.days, *MADE_UP)):
            missed = county.random.choice(LESSONS) if county.chance(1) else ""
            county.add("巡课", "XK", school, day, "、".join(x for x in LESSONS if x != missed))


def _evaluate(county: County, schools: list[str]) -> None:
    """Let the research section rate lessons."""
    county.begin("课堂评价", "授课人工号 日期 学校编号 评定人 等级")
    for school in schools:
        teachers = [person for person in _people(county, school) if person.teaches]
        for person in county.random.sample(teachers, 20):
            rating = county.random.choices(("优秀", "良好", "一般"), (82, 14, 4))[0]
            day = county.random.choice(county.days)
            county.add("课堂评价", "KP", person.id, day, school, "教科室", rating)


def _measure(county: County, schools: list[str]) -> None:
    """Work out rates and scores after the final tests."""
    county.begin("质量指标", "学校编号 日期 指标 年级 检测类型 分子 分母 数值")
    for school in schools:
        for day, least in ((date(2024, 6, 28), 76), (date(2025, 1, 17), 77)):
            passed = county.random.randint(least, 92) * 5
            county.add("质量指标", "ZB", school, day, "全校合格率", "", "", passed, 500, "")
        for grade in GRADES:
            pupils = county.random.randint(76, 90)
            results = pupils * len(SUBJECTS)
            shares = ((80, 100), (84, 98), (0, 1))
            counts = [county.random.randint(*share) for share in shares]
            figures = (
                ("全科合格率", pupils * counts[0] // 100, pupils),
                ("科次优秀率", results * counts[1] // 100, results),
                ("低分率", counts[2], pupils),
            )
            day = date(2025, 1, 17)
            for name, part, whole in figures if grade > 2 else figures[:2]:
                county.add("质量指标", "ZB", school, day, name, grade, "期末", part, whole, "")
            if grade > 2:
                score = county.random.randint(84, 94)
                county.add("质量指标", "ZB", school, day, "人均分", grade, "期末", "", "", score)


def _detail(county: County) -> None:
    """Add columns to registers that all schools keep."""
    primary = {person.school for person in county.people if person.stage == "小学"}
    every = "、".join(CLASSES)
    upper = "、".join(name for name in CLASSES if name[0] not in "12")

    def add(sheet: str, headers: str, cells: dict[int, list[CellValue]]) -> None:
        old, rows = county.sheets[sheet]
        county.sheets[sheet] = (f"{old} {headers}", rows)
        for number, row in enumerate(rows):
            row.extend(cells[number])

    rows = county.sheets["公开课"][1]
    forms = [
        "研究课" if row[4] else county.random.choices(("研究课", "示范课", "公开课"), (5, 3, 2))[0]
        for row in rows
    ]
    add("公开课", "类型", {number: [form] for number, form in enumerate(forms)})
    count = len(county.sheets["阅读"][1])
    add(
        "阅读",
        "读书笔记 读书心得",
        {n: [_yes(county.chance(85)), _yes(county.chance(75))] for n in range(count)},
    )
    count = len(county.sheets["常规检查"][1])
    add(
        "常规检查",
        "环节",
        {n: ["、".join(LINKS if county.chance(70) else LINKS[:5])] for n in range(count)},
    )
    count = len(county.sheets["过程性评价"][1])
    add(
        "过程性评价",
        "班级",
        {n: [every if county.chance(95) else every[4:]] for n in range(count)},
    )
    tests = county.sheets["学业检测"][1]
    subjects = "、".join(SUBJECTS)
    add(
        "学业检测",
        "班级 学科",
        {
            n: [upper if county.chance(95) else upper[4:], subjects]
            if row[1] in primary
            else ["", ""]
            for n, row in enumerate(tests)
        },
    )


def _yes(answer: bool) -> str:
    return "是" if answer else "否"
