"""What a measure finds among records of one teacher, as tests ask for it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from eduplan import Record, Register
from eduplan.dates import Period
from eduplan.facts import getter
from eduplan.measures import Gauge, Reading, as_measure
from eduplan.selectors import Scale

SCALES = {"level": Scale(name="level", values=["school", "county", "city"])}
CYCLE = Period(date(2021, 1, 1), date(2026, 1, 1))
DAY = timedelta(days=1)


def record(key: str, day: date, kind: str = "training", **facts: Any) -> Record:
    last_day = facts.pop("last_day", None)
    return Record(id=key, kind=kind, day=day, bearer="t1", last_day=last_day, facts=facts)


def trainings(*facts: Mapping[str, Any]) -> list[Record]:
    """Return trainings r0, r1 ... on the days from 1 March 2021 on, with these facts."""
    return [record(f"r{i}", date(2021, 3, 1) + i * DAY, **one) for i, one in enumerate(facts)]


def read(
    table: Any, records: Sequence[object], *, bearer: object = None, period: Period = CYCLE
) -> Reading:
    """Return what a measure finds among the records of teacher t1."""
    measure = as_measure(table)
    entries = Register(records).of("t1", measure.kinds, measure.by)
    return Gauge(measure, SCALES).read(entries, getter(bearer or {}), period)


def ids(records: Sequence[object]) -> list[str]:
    return [getter(one)("id") for one in records]


def told(reading: Reading) -> list[tuple[str, str, list[str]]]:
    """Return what was left out: reason, fact and ids."""
    return [(group.reason, group.field, ids(group.records)) for group in reading.left_out]
