"""The evaluator over frames: the verdicts of `eduplan.evaluate` as rows, where the data lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa
from narwhals.stable.v2.typing import IntoFrameT

from eduplan.dates import Period
from eduplan.errors import FaultList, refuse
from eduplan.evaluator import check_kinds, judged_days
from eduplan.frames.backends import Frame, take
from eduplan.frames.columns import LISTED, Columns, Sort, columns, count, listed
from eduplan.frames.forms import asked, judge
from eduplan.frames.lists import as_texts
from eduplan.frames.portable import portable, with_others
from eduplan.frames.profiles import Profiles, check_ids
from eduplan.frames.scene import COLUMNS, Asks, Scene
from eduplan.frames.truths import Sieve
from eduplan.plan import Plan
from eduplan.provisions import Docket
from eduplan.records import Register

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar

_ARROW = {nw.String: pa.string(), nw.Date: pa.date32(), nw.Int64: pa.int64()}
NO_ROWS = pa.schema([(name, _ARROW[kind]) for name, kind in COLUMNS.items()]).empty_table()
"""The result for a plan with nothing to judge."""


def evaluate_frame(
    plan: Plan,
    bearers: IntoFrameT,
    records: IntoFrameT,
    *,
    as_of: date,
    complete_through: date | Mapping[str, date] | None = None,
    calendar: SchoolCalendar | None = None,
    during: Period | None = None,
    several: Mapping[str, str] | None = None,
    only: Iterable[str] | None = None,
) -> IntoFrameT:
    """Judge bearers by a plan where the data lie: one row for every provision, bearer and period.

    Takes polars frames (lazy ones too), DuckDB relations, pandas frames, Arrow tables, Ibis tables
    on DuckDB and PostgreSQL, and Spark data frames, and returns the same kind; where that is lazy,
    the result is too. What is read at once are the
    different facts of bearers, and of records the amounts and facts that have to be looked up.

    Setting up a query takes a moment: for fewer than about a hundred bearers `eduplan.evaluate` is
    faster than polars, for fewer than about three hundred than DuckDB (`benchmarks/crossover.py`).

    Args:
        plan: the plan.
        bearers: columns ``id`` and the facts the plan asks for, one row a bearer.
        records: columns ``kind``, ``day``, the fact that points to the bearer (``bearer`` unless a
            provision names another), perhaps ``last_day``, ``id`` where others name what they
            answer, and the facts the plan asks for. A column that is not there is absent of every
            record. One row is one record.
        as_of: the day on which is judged.
        complete_through: the last day for which all records are in, for all kinds or by kind.
        calendar: the school calendar, for teaching weeks and terms.
        during: periods that overlap these days and have begun are judged; by default the school
            year in which ``as_of`` lies.
        several: facts of bearers or records that hold several values in one text, with what stands
            between these, such as ``{"role": "|"}``. Columns of lists of text need not be named.
        only: ids of the provisions to judge; by default all of the plan.

    Returns:
        A frame with the columns ``bearer``, ``provision``, ``period_start`` and ``period_end`` (the
        first day after it), ``status``, ``value``, ``required``, ``shortfall`` and ``denominator``
        (the three before are so many parts of one; 15 with 2 is seven and a half), ``due``, and
        ``reasons``: codes of why it does not apply or what is missing, with spaces between.

    Raises:
        NotPortable: provisions that cannot be judged over frames; all are named.
        InputError: frames of different kinds, columns that are missing or hold what cannot be.
        UnknownName: ``only`` names a provision the plan does not have.

    Example:
        >>> import polars as pl
        >>> from eduplan import load_plan
        >>> plan = load_plan("primary-school-2024").answer({"joined-or-left": "full"})
        >>> teachers = pl.DataFrame({"id": ["t1"], "role": ["teacher"], "stage": ["primary"]})
        >>> lessons = pl.DataFrame(
        ...     {"kind": ["open-lesson"], "day": [date(2024, 10, 9)], "bearer": ["t1"]})
        >>> rows = evaluate_frame(plan, teachers, lessons, as_of=date(2025, 8, 31),
        ...                       complete_through=date(2025, 8, 31), only=["open-lesson"])
        >>> rows.select("bearer", "status", "value", "required").row(0)
        ('t1', 'MET', 1, 1)
    """
    check_kinds(plan, calendar, during)
    day, during = judged_days(as_of, during)
    provisions = portable(plan, only)
    first, second, backend = take(bearers, records)
    if not provisions:
        return backend.back(backend.beside(NO_ROWS))  # type: ignore[no-any-return]
    consulted = with_others(plan, provisions)
    asks = asked(consulted)
    people, register = asked_columns(asks, first, second, several or {})
    check_ids(people.frame, "bearers")
    docket = Docket(
        Register((), complete_through=complete_through),
        day,
        during,
        calendar,
        plan.horizon,
        benches=plan.benches,
        scales=plan.ranks,
    )
    people, register = as_texts(people), as_texts(register)
    if "type" in asks.of_bearers:
        people = _typed(people)
    profiles = Profiles(people, backend)
    sieve = Sieve(register, profiles, plan.ranks, backend)
    heard = {name for one in consulted for name in one.refers()}
    scene = Scene(register, profiles, sieve, docket, backend, heard, judged={})
    frames = [judge(one.id, scene) for one in provisions]
    return backend.back(backend.below(frames))  # type: ignore[no-any-return]


def asked_columns(
    asks: Asks, bearers: Frame, records: Frame, several: Mapping[str, str]
) -> tuple[Columns, Columns]:
    """Return the columns of both frames that are asked for.

    Args:
        asks: the facts that provisions, with those they rest on, ask for.
        bearers: the bearers.
        records: the records.
        several: facts that hold several values in one text, with what stands between these.

    Raises:
        InputError: columns are missing or hold what cannot be, or a record has no kind or day, or
            a last day before its first.
    """
    schema = records.collect_schema()
    _check_several(several, {*bearers.collect_schema(), *schema})
    people = columns(bearers, asks.of_bearers, "bearers", {"id": Sort.TEXT}, several)
    pointing = dict.fromkeys((*asks.pointers, *asks.links), Sort.TEXT)
    needed = {"kind": Sort.TEXT, "day": Sort.DAY, **pointing}
    if "last_day" in schema:
        needed["last_day"] = Sort.DAY
    unlinked = [link for link in asks.links if link not in schema and link not in asks.pointers]
    if unlinked:
        nothing = nw.lit(None, dtype=nw.String)
        records = records.with_columns(nothing.alias(link) for link in unlinked)
    of_records = (*asks.of_records, *asks.beside)
    filled = ("kind", "day")
    # Ids may be of a database's own type where only records that are read one by one need them.
    register = columns(records, of_records, "records", needed, several, filled, free=("id",))
    faults = FaultList()
    for field, blank in register.survey.blanks.items():
        if blank:
            faults.add("column-blank", f"records.{field}", count=blank)
    if turned := register.survey.turned:
        faults.add("days-turned", "records.last_day", count=turned)
    faults.raise_any()
    return people, register


def _check_several(several: Collection[str], names: Collection[str]) -> None:
    """Refuse facts said to hold several values that are no columns, but nearly are.

    Misspelt, a fact would be read as one value, and nobody would have the roles it names. A name
    that is like no column may be there for the sake of other files.
    """
    faults = FaultList()
    for field in several:
        near = get_close_matches(field, set(names).difference(several), n=1, cutoff=0.8)
        if field not in names and near:
            faults.add("several-near", f"several.{field}", name=field, near=near[0])
    faults.raise_any()


def _typed(people: Columns) -> Columns:
    """Return bearers with their type: people, where they do not say so, as of `bearer_getter`."""
    sort = people.sorts.get("type")
    plain = people.several.get("type") != LISTED
    person = stated = nw.lit("person" if plain else listed(["person"]), dtype=nw.String)
    if sort in (Sort.TEXT, Sort.SEVERAL):
        stated = nw.col("type").fill_null(person)
    elif sort is not None and (stating := count(people.frame.filter(~nw.col("type").is_null()))):
        if stating < people.size:  # no column holds numbers beside texts
            raise refuse("column-sort", "bearers.type", got=sort.told, needs=Sort.TEXT.told)
        return people
    frame = people.frame.with_columns(stated.alias("type"))
    sort = Sort.SEVERAL if sort is Sort.SEVERAL else Sort.TEXT
    return attrs.evolve(people, frame=frame, sorts={**people.sorts, "type": sort})
