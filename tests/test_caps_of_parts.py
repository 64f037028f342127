"""Caps beside parts where something of other records is not known, in both evaluators.

Of 2 hours that count, those of a part are left as many as the others leave room for: a record of
which it is not known how much it counts for may take all of the room, or none.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from as_frames import KINDS
from eduplan import Period, Plan, Register, Status, evaluate
from eduplan.frames import evaluate_frame, rows_of
from test_frames import ONLINE, plan_of, quota

AS_OF = date(2024, 9, 1)
YEAR = Period(date(2023, 9, 1), date(2024, 9, 1))
TWO_YEARS = {"cycle": "2 years", "grid": date(2022, 9, 1)}
PEOPLE = [{"id": "t1"}]
SCHEMA = {
    "id": pl.String,
    "kind": pl.String,
    "bearer": pl.String,
    "day": pl.Date,
    "last_day": pl.Date,
    "hours": pl.Int64,
    "mode": pl.String,
    "passed": pl.Boolean,
    "topic": pl.String,
}
CAP = {"at_most": 2, "per": "period"}


def done(id_: str, day: date, hours: int | None, mode: str | None, **facts: Any) -> dict[str, Any]:
    """Return a record of training, which was passed and is about reading if nothing is said."""
    usual = {"kind": "training", "bearer": "t1", "passed": True, "topic": "reading"}
    return {**usual, "id": id_, "day": day, "hours": hours, "mode": mode, **facts}


def stated(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


FIRST, SECOND, THIRD = date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)
UNKNOWN = done("a", FIRST, None, "on-site")
"""Not known how much: perhaps nothing, perhaps all of the 2 hours that count."""
KNOWN = done("b", SECOND, 2, "online")


def asking(
    part: Mapping[str, Any], cap: Mapping[str, Any] = CAP, at_least: int = 0, **keys: Any
) -> Plan:
    """Return a plan of hours under a cap, with a part."""
    where = keys.pop("where", {})
    measure = {"sum": "hours", "of": "training", "where": where, "caps": [cap]}
    parts = [{"id": "part", **part}]
    return plan_of(quota=[quota(measure=measure, at_least=at_least, part=parts, **keys)])


def judged(plan: Plan, records: Sequence[Mapping[str, Any]], kind: str) -> Status:
    """Return what the reference says, or the evaluator over frames of a kind."""
    if kind == "reference":
        register = Register([stated(one) for one in records], complete_through=AS_OF)
        (verdict,) = evaluate(plan, PEOPLE, register, as_of=AS_OF, during=YEAR)
        return verdict.status
    make = KINDS[kind].make
    frames = [make(one.to_arrow()) for one in (pl.DataFrame(PEOPLE), pl.DataFrame(records, SCHEMA))]
    found = evaluate_frame(plan, *frames, as_of=AS_OF, complete_through=AS_OF, during=YEAR)
    (row,) = rows_of(found)
    return row.status


ONLINE_TWO = {"where": ONLINE, "at_least": 2}
CASES = {
    "an earlier one of which it is not known how much may leave no room": (
        asking(ONLINE_TWO),
        [UNKNOWN, KNOWN],
        Status.UNDETERMINED,
    ),
    "so it is not known either whether a part stays below its most": (
        asking({"where": ONLINE, "at_most": 1}),
        [UNKNOWN, KNOWN],
        Status.UNDETERMINED,
    ),
    "a later one takes no room": (
        asking(ONLINE_TWO),
        [KNOWN, done("c", THIRD, None, "on-site")],
        Status.MET,
    ),
    "an earlier one takes no more than its day or month allows": (
        asking(ONLINE_TWO, {"at_most": 2, "per": "month"}),
        [done("a", date(2023, 12, 31), None, "on-site"), KNOWN],
        Status.MET,
    ),
    "one for which the cap does not hold takes no room": (
        asking(ONLINE_TWO, {**CAP, "where": ONLINE}),
        [UNKNOWN, KNOWN],
        Status.MET,
    ),
    "one that may not be online may leave room or not": (
        asking({"where": {"topic": "reading"}, "at_least": 2}, {**CAP, "where": ONLINE}),
        [done("a", FIRST, 2, None, topic="writing"), KNOWN],
        Status.UNDETERMINED,
    ),
    "one of which it is not known whether it counts may leave no room": (
        asking(ONLINE_TWO, where={"passed": True}),
        [done("a", FIRST, 2, "on-site", passed=None), KNOWN],
        Status.UNDETERMINED,
    ),
    "one hour that may count leaves one": (
        asking({"where": ONLINE, "at_least": 1}, where={"passed": True}),
        [done("a", FIRST, 1, "on-site", passed=None), KNOWN],
        Status.MET,
    ),
    "what counts beside the whole may leave no room for the whole": (
        asking({"where": {"mode": "on-site"}, "at_least": 0, "beside": True}, at_least=2),
        [UNKNOWN, KNOWN],
        Status.UNDETERMINED,
    ),
    "all of a year comes to 2 hours whichever of them count": (
        asking({"at_least": 2, "yearly": True}, {"at_most": 2, "per": "year"}),
        [UNKNOWN, KNOWN],
        Status.MET,
    ),
    "the whole comes to 2 hours whichever of them count": (
        asking({"at_least": 0, "yearly": True}, at_least=2, every=TWO_YEARS),
        [done("a", date(2023, 1, 1), None, "on-site"), KNOWN],
        Status.MET,
    ),
    "one hour of the first year leaves one for the second, none leaves two": (
        asking({"at_most": 1, "yearly": True}, every=TWO_YEARS),
        [done("a", date(2023, 1, 1), None, "on-site"), KNOWN],
        Status.UNDETERMINED,
    ),
}


@pytest.mark.parametrize("kind", ["reference", *KINDS])
@pytest.mark.parametrize("case", CASES)
def test_what_others_leave_of_a_part_under_a_cap(case: str, kind: str) -> None:
    plan, records, status = CASES[case]

    assert judged(plan, records, kind) is status


EACH = {**CAP, "each": "topic"}
BY_DAY = {"at_most": 2, "per": "day"}
TWO_DAYS = done("b", FIRST, 4, "online", last_day=SECOND)
OF_THE_REFERENCE = {
    "one that names no topic may be about the same": (
        asking(ONLINE_TWO, EACH),
        [done("a", FIRST, 2, "on-site", topic=None), KNOWN],
        Status.UNDETERMINED,
    ),
    "one about another topic takes no room": (
        asking(ONLINE_TWO, EACH),
        [done("a", FIRST, None, "on-site", topic="writing"), KNOWN],
        Status.MET,
    ),
    "of 4 hours on two days 2 are left on the second": (
        asking(ONLINE_TWO, BY_DAY),
        [UNKNOWN, TWO_DAYS],
        Status.MET,
    ),
    "and the others if the first has room": (
        asking({"where": ONLINE, "at_least": 3}, BY_DAY),
        [UNKNOWN, TWO_DAYS],
        Status.UNDETERMINED,
    ),
    "but no more than 4": (
        asking({"where": ONLINE, "at_least": 5}, BY_DAY),
        [UNKNOWN, TWO_DAYS],
        Status.NOT_MET,
    ),
}


@pytest.mark.parametrize("case", OF_THE_REFERENCE)
def test_what_others_leave_where_frames_are_not_judged(case: str) -> None:
    plan, records, status = OF_THE_REFERENCE[case]

    assert judged(plan, records, "reference") is status


@pytest.mark.parametrize("kind", ["reference", *KINDS])
def test_the_worthiest_record_is_worth_anything_where_that_is_not_known(kind: str) -> None:
    plan = asking({"where": {"mode": "on-site"}, "at_least": 3}, {"best": 1, "per": "period"}, 3)

    # Of two records one counts: the first, if it is of more than 2 hours, and then 3 may be done.
    assert judged(plan, [UNKNOWN, KNOWN], kind) is Status.UNDETERMINED
