"""From a row to its reasons: the verdict behind it, from the records it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from eduplan.dates import Period
from eduplan.errors import refuse
from eduplan.evaluator import evaluate
from eduplan.frames.backends import Frame, take
from eduplan.frames.bulk import of_kinds
from eduplan.frames.columns import MOST_VALUES, count
from eduplan.frames.forms import asked
from eduplan.frames.portable import alone, linked, with_others
from eduplan.frames.rows import facts_in
from eduplan.plan import Plan
from eduplan.provisions import Provision, Target
from eduplan.records import Register
from eduplan.verdicts import Verdict, VerdictRow, row_of

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar


def drill_down(
    plan: Plan,
    bearers: object,
    records: object,
    row: VerdictRow,
    *,
    as_of: date,
    complete_through: date | Mapping[str, date] | None = None,
    calendar: SchoolCalendar | None = None,
    during: Period | None = None,
    several: Mapping[str, str] | None = None,
) -> Verdict:
    """Return the verdict behind a row of `evaluate_frame`, with its evidence and explanation.

    Only the bearer's own row and records are read, wherever they lie; where a verdict rests on
    others too, such as the mean of a school, all bearers and the records that point to any, and
    for a place among peers all records of the kind that states figures.

    Args:
        plan: the plan.
        bearers: the bearers, as `evaluate_frame` was given them.
        records: the records likewise. Columns that the plan does not ask for are kept, so that
            the evidence shows them.
        row: the row, as `rows_of` gives it.
        as_of: the day on which was judged.
        complete_through: through which day the register is complete, as it was given.
        calendar: the school calendar, as it was given.
        during: the days of interest, as they were given.
        several: facts with several values in one text, as they were given.

    Raises:
        InputError: these frames and arguments do not come to this row; or it rests on more bearers
            than can be taken one by one.

    Example:
        >>> import polars as pl
        >>> from eduplan import load_plan
        >>> from eduplan.frames import evaluate_frame, rows_of
        >>> plan = load_plan("primary-school-2024").answer({"joined-or-left": "full"})
        >>> teachers = pl.DataFrame({"id": ["t1"], "role": ["teacher"], "stage": ["primary"]})
        >>> lessons = pl.DataFrame(
        ...     {"kind": ["open-lesson"], "day": [date(2024, 10, 9)], "bearer": ["t1"]})
        >>> day = date(2025, 8, 31)
        >>> rows = evaluate_frame(plan, teachers, lessons, as_of=day, complete_through=day,
        ...                       only=["open-lesson"])
        >>> verdict = drill_down(plan, teachers, lessons, next(rows_of(rows)), as_of=day,
        ...                      complete_through=day)
        >>> verdict.status, verdict.justification.counted[0]["day"]
        (<Status.MET: 'MET'>, datetime.date(2024, 10, 9))
    """
    provision = plan.provision(row.provision)
    people, register, _ = take(bearers, records)
    settled = [provision] if isinstance(provision, Provision) else []
    consulted = with_others(plan, settled)
    if all(alone(one) for one in consulted):
        people = people.filter(nw.col("id") == row.bearer)
    elif count(people) > MOST_VALUES:
        raise refuse("too-many-bearers", "bearers", most=MOST_VALUES)
    taken = list(facts_in(people, several or {}))
    own = _own_records(register, [one["id"] for one in taken], consulted, several or {})
    verdicts = evaluate(
        plan,
        taken,
        Register(list(own), complete_through=complete_through),
        as_of=as_of,
        calendar=calendar,
        during=during,
        only=[provision.id],
    )
    for verdict in verdicts:
        if row_of(verdict) == row:
            return verdict
    raise refuse("no-such-row", "row", provision=provision.id)


def _own_records(
    frame: Frame,
    bearers: list[str],
    provisions: Sequence[Provision],
    several: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    """Return the records that point to bearers, and those that point to these records."""
    schema = frame.collect_schema()
    asks = asked(provisions)
    pointing = {*asks.pointers, *asks.links} & set(schema)
    pointers = {name for name in pointing if schema[name] != nw.Unknown}
    if not pointers:
        return
    targets = [one for one in provisions if isinstance(one, Target) and one.relative()]
    of_peers = [of_kinds(one.indicator.of) for one in targets]
    found = list(facts_in(frame.filter(_point_to(pointers, bearers, *of_peers)), several))
    if any(map(linked, provisions)):
        ids = [str(record["id"]) for record in found if "id" in record]
        found = list(
            facts_in(frame.filter(_point_to(pointers, [*bearers, *ids], *of_peers)), several)
        )
    for number, record in enumerate(found):
        yield {**record, "id": str(record.get("id", number))}


def _point_to(pointers: Iterable[str], ids: list[str], *besides: nw.Expr) -> nw.Expr:
    """Return whether a fact of a record is one of these ids, or the record is wanted besides."""
    pointed = [nw.col(name).fill_null("").is_in(ids) for name in sorted(pointers)]
    return reduce(or_, [*pointed, *besides])
