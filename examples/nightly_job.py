"""Judge everybody every night where people and records lie: in PostgreSQL.

With the extra ``sql`` installed, run it once to make its table, then every night with the day::

    python nightly_job.py 'host=localhost dbname=office'
    python nightly_job.py 'host=localhost dbname=office' 2025-06-02

It reads ``teacher`` (``id``, ``role``, ``stage``, ``joined``, ``left``), ``record`` (``kind``,
``day``, ``bearer``, ``hours``, ``certified``) and ``closed`` (``kind``, and ``through``, the day
through which all records of that kind are in; ``*`` for the kinds not named). It stores the night
in ``verdict`` and prints what has changed since the last night before. Run twice, it stores the
same; when it fails, the table stays as it was.
"""

from __future__ import annotations

import sys
from datetime import date
from typing import Any, NamedTuple

import ibis
import psycopg

from eduplan import Plan, load_plan
from eduplan.frames import evaluate_frame

ANSWERS = {
    "training-cycle": "five-year-plan",
    "hours-that-count": "passed",
    "joined-or-left": "pro-rata",
}
"""How the office answers what its plan leaves open."""

PROVISIONS = ("training-hours",)

TABLE = """
    create table verdict (
        night date not null,
        bearer text not null,
        provision text not null,
        period_start date,
        period_end date,
        status text not null,
        value bigint,
        required bigint,
        shortfall bigint,
        denominator bigint,
        due date,
        reasons text not null
    )
"""

CHANGES = """
    with
    today as (select * from verdict where night = %(night)s),
    before as (
        select * from verdict
        where night = (select max(night) from verdict where night < %(night)s)
    )
    select
        coalesce(today.bearer, before.bearer) as bearer,
        coalesce(today.provision, before.provision) as provision,
        coalesce(today.period_start, before.period_start) as period_start,
        before.status,
        today.status
    from before full join today
        on today.bearer = before.bearer and today.provision = before.provision
        and coalesce(today.period_start, '-infinity') = coalesce(before.period_start, '-infinity')
    where before.status is distinct from today.status
    order by 2, 1, 3
"""


class Change(NamedTuple):
    """Somebody who stands otherwise than the last night before; None where there was nothing."""

    bearer: str
    provision: str
    period_start: date | None
    before: str | None
    now: str | None


def connect(address: str) -> Any:
    """Return a connection whose transactions see everything as it was at one moment."""
    connection = psycopg.connect(address, options="-c jit=off", autocommit=True)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return ibis.postgres.from_connection(connection)


def judge_night(database: Any, plan: Plan, night: date) -> list[Change]:
    """Store the verdicts of a night, all of them or none, and return what has changed.

    Args:
        database: the connection.
        plan: the plan.
        night: the day on which is judged.
    """
    with database.con.transaction():
        database.con.execute("lock table verdict in exclusive mode")  # one job at a time
        closed = database.con.execute("select kind, through from closed").fetchall()
        found = evaluate_frame(
            plan,
            database.table("teacher"),
            database.table("record"),
            as_of=night,
            complete_through=dict(closed),
            several={"role": "|"},
            only=PROVISIONS,
        )
        database.con.execute("delete from verdict where night = %s", [night])
        database.insert("verdict", found.mutate(night=ibis.literal(night)))
        changed = database.con.execute(CHANGES, {"night": night}).fetchall()
    return [Change(*row) for row in changed]


if __name__ == "__main__":
    address, *days = sys.argv[1:]
    database = connect(address)
    if not days:
        database.con.execute(TABLE)
    for day in days:
        plan = load_plan("county-six-year").answer(ANSWERS)
        for change in judge_night(database, plan, date.fromisoformat(day)):
            print(*change)
