"""Figures on file over columns: the latest ones of every bearer in the days that are asked about.

A figure is known by its place in the order of all there are, so that no amount is worked with in
columns. How things stand with the figures of a bearer in some days is one number, a standing; the
reference says for every one there is what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import DAY, Period
from eduplan.errors import InputError, refuse
from eduplan.facts import getter
from eduplan.frames.asking import Days
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.bulk import of_kinds
from eduplan.frames.columns import MOST_VALUES, WHOLE, Columns, Sort, distinct, flag, lookup, whole
from eduplan.frames.profiles import BEARER
from eduplan.frames.scene import Scene
from eduplan.frames.truths import Sieve
from eduplan.provisions import Indicator
from eduplan.provisions.indicator import Figure, IndicatorBench
from eduplan.records import Entry, entry_of

STATED = ("value", "numerator", "denominator")
"""Facts of a record that state a figure."""

_NONE, _UNKNOWN, _KNOWN = 0, 1, 2
"""Standings: no figure, none that is known, and the first of those with figures."""
_NOTHING = getter({})
_GROUP = (BEARER, "_place")


class Figures:
    """The figures on file of one indicator.

    Args:
        indicator: the indicator.
        bench: the reference that reads it.
        scene: what is judged.
        bearers: bearers with their ``_profile``, and facts that records are held against.

    Raises:
        InputError: figures that are none.
    """

    keys = (BEARER, "_place")
    """The columns by which standings are found."""

    def __init__(
        self, indicator: Indicator, bench: IndicatorBench, scene: Scene, bearers: Frame
    ) -> None:
        self._bench = bench
        self._backend: Backend = scene.backend
        self._sieve: Sieve = scene.sieve
        self._as_of = scene.docket.as_of
        self._entries: list[Entry] = []
        register = scene.register
        frame = register.frame.filter(of_kinds(indicator.of))
        if register.sorts.get("indicator") is Sort.TEXT:
            frame = frame.filter(nw.col("indicator").fill_null("") == indicator.named)
        else:  # there is none
            frame = frame.filter(nw.col("kind") == "")
        frame = frame.with_columns(nw.col(indicator.by).alias(BEARER))
        stated = self._numbered(Columns("records", frame, register.sorts, register.several))
        self._frame = stated.join(bearers, on=BEARER, how="inner")

    def _numbered(self, records: Columns) -> Frame:
        """Return records with the number of their day, and with the place of their figure.

        Places begin with 1; 0 is that of a record that states no figure.
        """
        days, found = records.values("day")
        ordinals = pa.array([day.toordinal() for day in found], pa.int64())
        frame = lookup(records.frame, self._backend, {"day": days}, {"_ordinal": ordinals})
        number, values = whole(0), []
        for name in (name for name in STATED if name in records.sorts):
            array, several = records.values(name)
            codes = pa.array(range(1, len(several) + 1), pa.int64())
            frame = lookup(frame, self._backend, {name: array}, {f"_code_of_{name}": codes})
            frame = frame.with_columns(nw.col(f"_code_of_{name}").fill_null(0))
            number = number * (len(several) + 1) + nw.col(f"_code_of_{name}")
            values.append((name, [None, *several]))
        frame = frame.with_columns(_stated=number)
        numbers = distinct(frame, "_stated").collect().to_arrow().column("_stated").to_pylist()
        if len(numbers) > MOST_VALUES:
            raise refuse("too-many-values", "records.value", most=MOST_VALUES)
        places = self._places(numbers, values)
        table = {name: pa.array(column, pa.int64()) for name, column in places.items()}
        return frame.join(self._backend.beside(pa.table(table)), on="_stated", how="inner")

    def _places(
        self, numbers: Iterable[int], values: Sequence[tuple[str, list[Any]]]
    ) -> Mapping[str, Sequence[int]]:
        """Return the place of every figure there is, by the number of what a record states."""
        blank: list[int] = []
        known = []
        for number in sorted(numbers):
            rest, facts = number, {}
            for name, several in reversed(values):
                rest, code = divmod(rest, len(several))
                facts[name] = several[code]
            entry = entry_of(date.min, "", self._bench.indicator.of[0], None, getter(facts), None)
            try:
                amount = self._bench.amount(entry)
            except InputError:
                raise refuse("figures-wrong", f"records.{STATED[0]}") from None
            if amount is None:
                blank.append(number)
            else:
                known.append((amount, number, entry))
        known.sort(key=lambda one: one[:2])
        self._entries = [entry for *_, entry in known]
        found = [number for _, number, _ in known]
        return {
            "_stated": [*blank, *found],
            "_figure": [*(0 for _ in blank), *range(1, len(found) + 1)],
        }

    def standings(self, reads: IndicatorBench, days: Sequence[Days], name: str) -> Frame:
        """Return how things stand with the figures of every bearer.

        Args:
            reads: the reference that reads them.
            days: the days asked about.
            name: the column to make.

        Returns:
            Columns ``_bearer`` and ``_place``, and the standing, where there is any record.
        """
        frame = self._sieve.sift(self._frame, reads.indicator.where)
        frame = frame.join(self._backend.beside(self._table(days)), on="_profile", how="inner")
        ordinal = nw.col("_ordinal")
        frame = frame.filter((nw.col("_from") <= ordinal) & (ordinal < nw.col("_to")))
        frame = frame.with_columns(_newest=nw.col("_sure") * ordinal)
        frame = frame.select(*_GROUP, "_sure", "_maybe", "_ordinal", "_figure", "_newest")
        newest = frame.group_by(*_GROUP).agg(nw.col("_newest").max())
        frame = frame.drop("_newest").join(newest, on=list(_GROUP), how="inner")
        counts = (nw.col("_maybe") > 0) | (ordinal == nw.col("_newest"))
        return self._standing(frame.filter((ordinal >= nw.col("_newest")) & counts), name)

    def _table(self, days: Sequence[Days]) -> pa.Table:
        ends = [min(one.period.end, self._as_of + DAY) for one in days]
        numbers = {
            "_profile": [one.profile for one in days],
            "_place": [one.place for one in days],
            "_from": [one.period.start.toordinal() for one in days],
            "_to": [end.toordinal() for end in ends],
        }
        return pa.table({name: pa.array(several, pa.int64()) for name, several in numbers.items()})

    def _standing(self, frame: Frame, name: str) -> Frame:
        """Return one number for the records that count of every bearer and days."""
        frame = frame.with_columns(_blank=flag(nw.col("_figure") == 0))
        frame = frame.with_columns(_least=nw.col("_figure"), _most=nw.col("_figure"))
        found = frame.group_by(*_GROUP).agg(
            nw.col("_sure").sum(),
            nw.col("_maybe").max(),
            nw.col("_blank").max(),
            nw.col("_least").min(),
            nw.col("_most").max(),
        )
        sure = nw.col("_sure").cast(WHOLE)
        found = found.with_columns(_known=flag((sure > 0) & (nw.col("_blank") == 0)))
        size = len(self._entries) + 1
        number = nw.col("_least") * size + nw.col("_most")
        number = (number * 2 + flag(sure > 1)) * 2 + nw.col("_maybe")
        standing = _UNKNOWN + nw.col("_known") * (_KNOWN - _UNKNOWN + number)
        return found.select(*_GROUP, standing.cast(WHOLE).alias(name))

    def figure(self, standing: int) -> Figure:
        """Return what the reference reads where things stand so."""
        latest: tuple[Entry, ...] = ()
        perhaps: tuple[Entry, ...] = ()
        if standing == _UNKNOWN:
            perhaps = (entry_of(date.min, "", "", None, _NOTHING, None),)
        elif standing != _NONE:
            number, doubtful = divmod(standing - _KNOWN, 2)
            number, several = divmod(number, 2)
            least, most = (self._entries[n - 1] for n in divmod(number, len(self._entries) + 1))
            latest = (least, most) if several else (least,)
            perhaps = (most,) if doubtful else ()
        # Bearer and days are told in what is missing, of which a row has the codes alone.
        return self._bench.stated(latest, perhaps, _NOTHING, Period(date.min, date.min + DAY))
