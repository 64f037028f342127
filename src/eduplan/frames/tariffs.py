"""Tariffs over columns: what records are worth, asked of the reference once for all alike.

Records that say the same of all that a tariff reads are worth the same. So the different facts of
this kind are read off the records, `Assessor` is asked what each is worth, and what it says is
joined back; no rule of a tariff is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from math import lcm
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.compute as pc

from eduplan.errors import InputError, refuse
from eduplan.facts import Getter, getter
from eduplan.frames.backends import Frame
from eduplan.frames.bulk import (
    Bulk,
    fields_of_tariff,
    last_day,
    of_kinds,
    recognised,
    selectors_of_tariff,
)
from eduplan.frames.columns import MOST_VALUES, Sort, distinct, flag, lookup, whole
from eduplan.measures.tariff import DAYS, Assessor, Worth
from eduplan.people import bearer_getter
from eduplan.records import Entry

_FIRST = date(2001, 1, 1)
"""A first day for records of which only matters how long they were."""

_BLANK: Mapping[Sort, Any] = {Sort.TEXT: "", Sort.WHOLE: 0, Sort.FLAG: False}
"""What stands for absent in columns that are looked up as they lie; the absent are told apart."""


class Key(NamedTuple):
    """A column by which a fact is looked up.

    Attributes:
        field: the fact.
        column: the column that holds it, never absent.
        values: the values by their numbers, the first None; None where the column holds the value.
    """

    field: str
    column: str
    values: Sequence[Any] | None = None


class Row(NamedTuple):
    """What records with some facts are worth to bearers with some facts.

    Attributes:
        place: where the facts of records stand in their table.
        own: numbers of the facts of the bearer.
        worth: what they are worth.
    """

    place: int
    own: tuple[int, ...]
    worth: Worth


@attrs.frozen(eq=False)
class Worths:
    """What every record is worth by a tariff, as whole numbers in parts of one.

    Args:
        parts: how many parts make one.
        largest: the largest amount, in parts.
        keys: the columns by which worths are looked up, in a table and of bearers.
        made: the worths.
        finer: as of `Amounts`.
    """

    parts: int
    largest: int
    keys: Mapping[str, pa.Array]
    made: Mapping[str, pa.Array]
    finer: int = 0
    field = ""

    def divided(self, finer: int) -> Worths:
        """Return them as they are where caps have to be applied record by record.

        Args:
            finer: how many parts of one the caps are counted in that are a share of what is owed.
        """
        scaled = {name: pc.multiply(self.made[name], finer) for name in ("_least", "_amount")}
        return attrs.evolve(
            self,
            parts=self.parts * finer,
            largest=self.largest * finer,
            made={**self.made, **scaled},
            finer=finer,
        )

    def add(self, frame: Frame, bulk: Bulk) -> Frame:
        """Return records with their worths, without those that surely count for nothing.

        Returns:
            Columns ``_least`` and ``_amount``, the least and the most a record is worth,
            ``_unstated`` where there is no most, and ``_doubt`` where facts are missing. No longer
            ``_sure`` is what perhaps counts for nothing.
        """
        frame, _ = _keyed(frame, bulk)
        frame = lookup(frame, bulk.backend, self.keys, self.made)
        frame = frame.with_columns(_sure=nw.col("_sure") * nw.col("_listed"))
        perhaps = nw.col("_maybe") > 0
        if recognised(bulk.quota) is not None:  # what joining decides alone is no doubt of these
            perhaps = perhaps & (nw.col("_hangs") == 0)
        return frame.filter(perhaps | (nw.col("_idle") == 0))


def worths(bulk: Bulk) -> Worths:
    """Return what records are worth by the tariff of a quota.

    Raises:
        InputError: amounts that are no numbers, or below zero; too many different facts.
    """
    measure = bulk.quota.measure
    records = bulk.register.frame.filter(of_kinds(measure.kinds))
    records, keys = _keyed(records.with_columns(_day=nw.col("day")), bulk)
    table = distinct(records, *(key.column for key in keys)).collect().to_arrow()
    own = list(dict.fromkeys(f for s in selectors_of_tariff(measure) for f in s.bearer_fields()))
    owns = [bulk.profiles.values(field) for field in own]
    rows = list(_asked(bulk, keys, table, own, owns))
    found = [one.worth for one in rows]
    bounds = bulk.bounds
    figures = [n for one in found for n in (one.low, one.high) if n is not None]
    parts = lcm(1, *(n.denominator for n in (*bounds, *figures)))
    made = {
        "_least": [int(one.low * parts) for one in found],
        "_amount": [int((one.high or 0) * parts) for one in found],
        "_unstated": [int(one.high is None) for one in found],
        "_doubt": [int(bool(one.field) and not one.reason) for one in found],
        "_idle": [int(bool(one.reason)) for one in found],
        "_listed": [int(one.sure) for one in found],
    }
    places = pa.array([row.place for row in rows], pa.int64())
    looked_up: dict[str, pa.Array] = {
        key.column: table.column(key.column).combine_chunks().take(places) for key in keys
    }
    for number, field in enumerate(own):
        codes = pa.array([row.own[number] for row in rows], pa.int64())
        looked_up[bulk.profiles.code(field)] = codes
    return Worths(
        parts,
        max(made["_amount"] + made["_least"], default=0),
        looked_up,
        {name: pa.array(numbers, pa.int64()) for name, numbers in made.items()},
    )


def _asked(
    bulk: Bulk,
    keys: Sequence[Key],
    table: pa.Table,
    own: Sequence[str],
    owns: Sequence[Sequence[Any]],
) -> Iterator[Row]:
    """Ask the reference what records with every combination of facts are worth."""
    measure = bulk.quota.measure
    assessor = Assessor(measure.tariff, measure.factors, measure.absence, bulk.docket.scales)
    combinations = list(product(*(range(len(values)) for values in owns)))
    if len(table) * len(combinations) > MOST_VALUES:
        told = ", ".join([*(key.field for key in keys[:-1]), *own])
        raise refuse("too-many-worths", "records", fields=told, most=MOST_VALUES)
    columns = {key.column: table.column(key.column).to_pylist() for key in keys}
    bearers = [
        bearer_getter({f: v[code] for f, v, code in zip(own, owns, codes, strict=True)})
        for codes in combinations
    ]
    for place in range(len(table)):
        entry = _entry(keys, {name: values[place] for name, values in columns.items()})
        for codes, bearer in zip(combinations, bearers, strict=True):
            yield Row(place, codes, _worth(assessor, entry, bearer))


def _worth(assessor: Assessor, entry: Entry, bearer: Getter) -> Worth:
    try:
        return assessor.worth(entry, bearer)
    except InputError as error:
        (fault,) = error.faults
        code = "amounts-negative" if fault.code == "negative-amount" else "amounts-not-numbers"
        raise refuse(code, f"records.{fault.facts['field']}") from None


def _entry(keys: Sequence[Key], found: Mapping[str, Any]) -> Entry:
    """Return a record with some facts."""
    facts: dict[str, Any] = {}
    days = 1
    absent = found["_absent"]
    for number, key in enumerate(keys[:-1]):
        value = found[key.column]
        if key.field == DAYS:
            days = value
        elif key.values is not None:
            facts[key.field] = key.values[value]
        elif not absent >> number & 1:
            facts[key.field] = value
    last = _FIRST + timedelta(days - 1)
    return Entry("", _FIRST, "", "", facts, getter(facts), "", last)


def _keyed(frame: Frame, bulk: Bulk) -> tuple[Frame, Sequence[Key]]:
    """Return records with the columns by which worths are looked up, the last for what is absent.

    Args:
        frame: records with ``_day``.
        bulk: the quota, and what its judgement rests on.
    """
    sorts = bulk.register.sorts
    keys: list[Key] = []
    absent = whole(0)
    for field in fields_of_tariff(bulk.quota.measure):
        column = f"_key_of_{len(keys)}"
        if field == DAYS:
            frame = _with_days(frame, bulk, column)
            keys.append(Key(field, column))
            continue
        sort = sorts.get(field)
        if sort is None:
            continue
        if sort in _BLANK:
            held = nw.col(field).fill_null(_BLANK[sort])
            frame = frame.with_columns(held.alias(column))
            absent = absent + flag(nw.col(field).is_null()) * 2 ** len(keys)
            keys.append(Key(field, column))
        else:
            array, values = bulk.register.values(field)
            numbers = pa.array(range(1, len(values) + 1), pa.int64())
            frame = lookup(frame, bulk.backend, {field: array}, {column: numbers})
            frame = frame.with_columns(nw.col(column).fill_null(0))
            keys.append(Key(field, column, [None, *values]))
    return frame.with_columns(_absent=absent), [*keys, Key("", "_absent")]


def _with_days(frame: Frame, bulk: Bulk, column: str) -> Frame:
    """Return records with the number of days they went on for."""
    if "last_day" not in bulk.register.sorts:
        return frame.with_columns(whole(1).alias(column))
    frame = frame.with_columns(_last=last_day("_day"))
    stated = bulk.register.frame.filter(of_kinds(bulk.quota.measure.kinds))
    stated = stated.filter(~nw.col("last_day").is_null())
    pairs = distinct(stated, "day", "last_day").collect().to_arrow()
    if len(pairs) > MOST_VALUES:
        raise refuse("too-many-values", "records.last_day", most=MOST_VALUES)
    first, last = pairs.column("day").combine_chunks(), pairs.column("last_day").combine_chunks()
    days = [
        (end - start).days + 1
        for start, end in zip(first.to_pylist(), last.to_pylist(), strict=True)
    ]
    keys = {"_day": first, "_last": last}
    frame = lookup(frame, bulk.backend, keys, {column: pa.array(days, pa.int64())})
    return frame.with_columns(nw.col(column).fill_null(1))
