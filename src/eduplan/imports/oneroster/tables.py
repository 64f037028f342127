"""The files of a OneRoster package: their columns, which of them are read, and how.

Facts of the CSV bindings of 1EdTech: version 1.1.1
(https://www.imsglobal.org/oneroster-v11-final-csv-tables) and version 1.2.1
(https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv). Columns that no plan needs, and those that
hold passwords, accounts, addresses and numbers of people, are known and never read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from eduplan.dates import as_date
from eduplan.errors import refuse
from eduplan.tables import Value

LONGEST_ID = 255
LONGEST_CELL = 4000

VERSIONS = ("1.1", "1.2")

Reader = Callable[[str], Value]


@attrs.frozen
class Column:
    """A column that is read.

    Args:
        read: reads a cell that is not blank.
        required: whether it must be there and no cell of it blank.
        refers: the file whose ids it holds, if any.
        several: whether a cell holds a list, with commas between.
    """

    read: Reader
    required: bool = False
    refers: str = ""
    several: bool = False


@attrs.frozen
class Layout:
    """The columns of a file.

    Args:
        read: the columns that are read, by name.
        passed_over: names of the others.
    """

    read: Mapping[str, Column]
    passed_over: tuple[str, ...] = ()


def text(cell: str) -> str:
    """Return a text of bounded length."""
    if len(cell) > LONGEST_CELL:
        raise refuse("text-too-long", most=LONGEST_CELL)
    return cell


def _id(cell: str) -> str:
    if len(cell) > LONGEST_ID:
        raise refuse("text-too-long", most=LONGEST_ID)
    if not cell.isprintable():
        raise refuse("oneroster-not-an-id")
    return cell


def _day(cell: str) -> Value:
    return as_date(cell)


def _year(cell: str) -> int:
    if len(cell) != 4 or not (cell.isascii() and cell.isdecimal()) or cell < "1900":
        raise refuse("oneroster-not-a-year")
    return int(cell)


def _flag(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise refuse("oneroster-not-one-of", known="true, false")
    return cell == "true"


def one_of(*known: str) -> Reader:
    """Return the reader of a column that holds one of some words."""

    def read(cell: str) -> str:
        if cell not in known:
            raise refuse("oneroster-not-one-of", known=", ".join(known))
        return cell

    return read


def _words(cell: str) -> Value:
    return tuple(dict.fromkeys(word for part in cell.split(",") if (word := text(part.strip()))))


def _ids(cell: str) -> Value:
    return tuple(dict.fromkeys(_id(word) for part in cell.split(",") if (word := part.strip())))


def _to(table: str, *, required: bool = False) -> Column:
    return Column(_id, required, refers=table)


_KEY = Column(_id, required=True)
_COMMON = {"sourcedId": _KEY, "status": Column(one_of("active", "tobedeleted"))}
_NAMED = Column(text, required=True)
_WORDS = Column(_words, several=True)
_DAY = Column(_day)

_SESSIONS = Layout(
    {
        **_COMMON,
        "title": _NAMED,
        "type": _NAMED,
        "startDate": Column(_day, required=True),
        "endDate": Column(_day, required=True),
        "parentSourcedId": _to("academicSessions"),
        "schoolYear": Column(_year, required=True),
    },
    ("dateLastModified",),
)
_ORGS = Layout(
    {**_COMMON, "name": _NAMED, "type": _NAMED, "parentSourcedId": _to("orgs")},
    ("dateLastModified", "identifier"),
)
_COURSES = Layout(
    {**_COMMON, "title": _NAMED, "subjects": _WORDS},
    (
        "dateLastModified",
        "schoolYearSourcedId",
        "courseCode",
        "grades",
        "orgSourcedId",
        "subjectCodes",
    ),
)
_CLASSES = Layout(
    {
        **_COMMON,
        "title": _NAMED,
        "grades": _WORDS,
        "courseSourcedId": _to("courses", required=True),
        "classType": _NAMED,
        "schoolSourcedId": _to("orgs", required=True),
        "termSourcedIds": Column(_ids, required=True, refers="academicSessions", several=True),
        "subjects": _WORDS,
    },
    ("dateLastModified", "classCode", "location", "subjectCodes", "periods"),
)
_ENROLLMENTS = Layout(
    {
        **_COMMON,
        "classSourcedId": _to("classes", required=True),
        "schoolSourcedId": _to("orgs", required=True),
        "userSourcedId": _to("users", required=True),
        "role": _NAMED,
        "primary": Column(_flag),
        "beginDate": _DAY,
        "endDate": _DAY,
    },
    ("dateLastModified",),
)
_ROLES = Layout(
    {
        **_COMMON,
        "userSourcedId": _to("users", required=True),
        "roleType": Column(one_of("primary", "secondary"), required=True),
        "role": _NAMED,
        "beginDate": _DAY,
        "endDate": _DAY,
        "orgSourcedId": _to("orgs", required=True),
    },
    ("dateLastModified", "userProfileSourcedId"),
)
_NAMES = {"givenName": _NAMED, "familyName": _NAMED, "grades": _WORDS}
_ACCOUNT = (
    "dateLastModified",
    "enabledUser",
    "username",
    "userIds",
    "middleName",
    "identifier",
    "email",
    "sms",
    "phone",
    "agentSourcedIds",
    "password",
)
_USERS_1_1 = Layout(
    {
        **_COMMON,
        **_NAMES,
        "orgSourcedIds": Column(_ids, required=True, refers="orgs", several=True),
        "role": _NAMED,
    },
    _ACCOUNT,
)
_USERS_1_2 = Layout(
    {**_COMMON, **_NAMES, "primaryOrgSourcedId": _to("orgs")},
    (
        *_ACCOUNT,
        "userMasterIdentifier",
        "resourceSourcedIds",  # of 1.2 as first published; 1.2.1 has a file for it
        "preferredGivenName",
        "preferredMiddleName",
        "preferredFamilyName",
        "pronouns",
    ),
)

_BOTH = {
    "orgs": _ORGS,
    "academicSessions": _SESSIONS,
    "courses": _COURSES,
    "classes": _CLASSES,
    "enrollments": _ENROLLMENTS,
}

LAYOUTS: Mapping[str, Mapping[str, Layout]] = {
    "1.1": {**_BOTH, "users": _USERS_1_1},
    "1.2": {**_BOTH, "users": _USERS_1_2, "roles": _ROLES},
}
"""The files that are read, by version and by name without its suffix."""

_OTHERS = (
    "categories",
    "classResources",
    "courseResources",
    "demographics",
    "lineItems",
    "resources",
    "results",
)

FILES: Mapping[str, tuple[str, ...]] = {
    "1.1": (*LAYOUTS["1.1"], *_OTHERS),
    "1.2": (
        *LAYOUTS["1.2"],
        *_OTHERS,
        "lineItemLearningObjectiveIds",
        "lineItemScoreScales",
        "resultLearningObjectiveIds",
        "resultScoreScales",
        "scoreScales",
        "userProfiles",
        "userResources",
    ),
}
"""The files a manifest may list, by version; those that are not read are never opened."""
