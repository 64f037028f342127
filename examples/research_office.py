"""What the research office of the example county keeps beside the usual registers.

`make_county` calls `keep` when everything else is there: what appraisals came to, the forms of
activities, judgements and rewards of researchers, their research work, and work of the office.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from make_county import CellValue, County, Teacher

LOG = "种类 对象编号 日期 形式 职能 评定事项 结果"
_COLUMNS = LOG.split()
JUDGED = ("researcher-devotion", "researcher-standing", "researcher-it")
FUNCTIONS = ("教学研究", "审定校本课程", "组织教研活动", "推动教学改革", "教学评价")
FORMS = ("学科研讨", "学术交流", "教学诊断")
OWN_WORK = ("学科研讨", "课题研究", "专项调研", "专题报告")
SHARED_WORK = ("区域教研", "联片教研", "合作教研")
COURSES = ("综合实践活动", "通用技术", "音乐", "美术", "体育")


def courses(school: str, stage: str) -> str:
    """Return the listed courses a senior high offers; one of the two offers no technology."""
    if stage != "高中":
        return ""
    return "、".join(name for name in COURSES if name != "通用技术" or school == "S10")


def keep(county: County, office: str) -> None:
    """Add what the office keeps.

    Args:
        county: the county, with its people, groups and all other records.
        office: the id of the research office.
    """
    county.begin("登记册", LOG)
    researchers = [person for person in county.people if "教研员" in person.roles]
    for number, person in enumerate(researchers):
        _work(county, number, person)
    for number, person in enumerate(one for one in researchers if one.employment == "专职"):
        _judge(county, number, person)
    _appraise(county)
    _hold_forms(county)
    for group in county.groups:
        if group[2] == "学科专家组":
            _log(county, "评定", str(group[0]), 5, 评定事项="expert-group-members", 结果="是")
    for number, function in enumerate(FUNCTIONS):
        _log(county, "教研室工作", office, 20 + 15 * number, 职能=function)
    for item in ("learning-organisation", "level-tests"):  # nobody has judged the laboratories
        _log(county, "评定", office, 100, 评定事项=item, 结果="是")


def _log(county: County, kind: str, bearer: str, school_day: int, **facts: str) -> date:
    """Add a record on a school day, counted from the first of the school year."""
    day = county.days[school_day]
    cells: list[CellValue] = [kind, bearer, day]
    county.add("登记册", "DC", *cells, *(facts.get(column, "") for column in _COLUMNS[3:]))
    return day


def _work(county: County, number: int, person: Teacher) -> None:
    """Enter research work of one's own; every fourth researcher has done none with others yet."""
    own = OWN_WORK[number % len(OWN_WORK)]
    _log(county, "教研工作", person.id, 30 + number, 形式=own)
    if number % 4:
        shared = SHARED_WORK[number % len(SHARED_WORK)]
        _log(county, "教研工作", person.id, 90 + number, 形式=shared)


def _judge(county: County, number: int, person: Teacher) -> None:
    """Judge a full-time researcher; one is not at home with technology, two are not judged yet."""
    for item in JUDGED[: 1 if number in (8, 9) else 3]:
        result = "否" if number == 3 and item == "researcher-it" else "是"
        _log(county, "评定", person.id, 10, 评定事项=item, 结果=result)


def _appraise(county: County) -> None:
    """Say what appraisals came to, and reward what stood out; one person was only praised."""
    outstanding = 0
    headers, rows = county.sheets["教研员考核"]
    county.sheets["教研员考核"] = (f"{headers} 结果", rows)
    for number, row in enumerate(rows):
        row.append("称职" if number % 6 else "突出贡献")
        if number % 6 == 0:
            _log(county, "表彰奖励", str(row[1]), 100, 形式="精神奖励")
            if outstanding != 1:
                _log(county, "表彰奖励", str(row[1]), 105, 形式="物质奖励")
            outstanding += 1


def _hold_forms(county: County) -> None:
    """Say of what form activities were, one after the other by host."""
    held: dict[str, int] = {}
    headers, rows = county.sheets["教研活动"]
    county.sheets["教研活动"] = (f"{headers} 形式", rows)
    for row in rows:
        host = str(row[1])
        held[host] = held.get(host, -1) + 1
        row.append(FORMS[held[host] % len(FORMS)])
