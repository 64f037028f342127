"""Bearers by what a plan asks of them: everybody with the same facts is judged alike, and once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import refuse
from eduplan.facts import Getter, getter
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.columns import Columns, Sort, distinct, lookup, whole

MOST_PROFILES = 2**62
NAMED = "_named"
"""Column of a fact of bearers that is wanted as it is."""

BEARER = "_bearer"
"""Column of a bearer's id in every frame made here."""


class Profiles:
    """Bearers with a number for every value of their facts.

    Args:
        bearers: the bearers.
        backend: where they lie.
    """

    def __init__(self, bearers: Columns, backend: Backend) -> None:
        self._bearers = bearers
        self._backend = backend
        self._decoded: dict[str, list[Any]] = {}
        self._frame = bearers.frame

    def code(self, field: str) -> str:
        """Return the column of `frame` that numbers the values of a fact, 0 where it is absent."""
        return f"_code_{field}"

    def _numbered(self, field: str) -> nw.Expr:
        """Return the number of the value of a fact, 0 where it is absent."""
        if self.values(field) == [None]:
            return whole(0)
        return nw.col(self.code(field)).fill_null(0)

    def values(self, field: str) -> list[Any]:
        """Return the values of a fact by their numbers, the first None."""
        found = self._decoded.get(field)
        if found is not None:
            return found
        decoded: list[Any] = [None]
        if field in self._bearers.sorts:
            array, values = self._bearers.values(field)
            decoded += values
            codes = pa.array(range(1, len(decoded)), pa.int64())
            made = {self.code(field): codes}
            self._frame = lookup(self._frame, self._backend, {field: array}, made)
        self._decoded[field] = decoded
        return decoded

    def note(self, name: str, of_each: Mapping[str, Any]) -> None:
        """Note one more fact of bearers.

        Args:
            name: what it is called; no column has that name.
            of_each: the fact by the ids of those who have it.
        """
        self._decoded[name] = [None, *dict.fromkeys(of_each.values())]
        numbers = {value: number for number, value in enumerate(self._decoded[name])}
        ids = pa.array(list(of_each), pa.string())
        codes = pa.array([numbers[value] for value in of_each.values()], pa.int64())
        made = {self.code(name): codes}
        self._frame = lookup(self._frame, self._backend, {"id": ids}, made)

    def text(self, field: str) -> str | None:
        """Return the column with a fact that is a single text, None where it is not one."""
        if self._bearers.sorts.get(field) is not Sort.TEXT:
            return None
        return f"_own_{field}"

    @property
    def size(self) -> int:
        """Number of bearers."""
        return self._bearers.size

    def frame(self, fields: Sequence[str], *, own: Iterable[str] = (), named: str = "") -> Frame:
        """Return ids and profiles of all bearers.

        Args:
            fields: the facts that make a profile.
            own: facts whose numbers, or texts, are wanted besides.
            named: a fact that is one text, which is wanted as it is.

        Returns:
            Columns ``_bearer`` and ``_profile``, for ``own`` those that `code` and `text` name, and
            ``_named``.

        Raises:
            InputError: the fact ``named`` is not one text.
        """
        made = self._made(fields, own, named)
        return self._frame.select(nw.col("id").alias(BEARER), *made)

    def _made(self, fields: Sequence[str], own: Iterable[str], named: str = "") -> list[nw.Expr]:
        """Return what `frame` has of every bearer besides its id."""
        made = [self.number(fields).alias("_profile")]
        if named:
            sort = self._bearers.sorts.get(named, Sort.TEXT)
            if sort is not Sort.TEXT:
                needs = Sort.TEXT.told
                raise refuse("column-sort", f"bearers.{named}", got=sort.told, needs=needs)
            there = named in self._bearers.sorts
            made.append((nw.col(named) if there else nw.lit(None, dtype=nw.String)).alias(NAMED))
        for field in dict.fromkeys(own):
            made.append(self._numbered(field).alias(self.code(field)))
            if (text := self.text(field)) is not None:
                made.append(nw.col(field).alias(text))
        return made

    def beside(self, several: Sequence[Getter], own: Iterable[str]) -> dict[str, pa.Array]:
        """Return facts as `frame` has them, of bearers that stand in no frame of their own.

        Args:
            several: reads the facts of each.
            own: the facts.
        """
        made = {}
        for field in own:
            values = enumerate(self.values(field))
            numbers = {getter({field: value})(field): number for number, value in values}
            found = [get(field) for get in several]
            made[self.code(field)] = pa.array([numbers[value] for value in found], pa.int64())
            if (text := self.text(field)) is not None:
                made[text] = pa.array(found, pa.string())
        return made

    def keyed(self, fields: Sequence[str], *, numbered: bool, own: Iterable[str] = ()) -> Frame:
        """Return what `frame` does, with ids as ``_id`` and in ``_bearer`` what to group by.

        Args:
            fields: the facts that make a profile.
            numbered: whether that is a number of the bearer: groups are sooner found by numbers.
            own: facts whose numbers, or texts, are wanted besides.
        """
        made = self._made(fields, own)
        ids = self._frame.select(nw.col("id").alias("_id"), *made)
        if not numbered:
            return ids.with_columns(nw.col("_id").alias(BEARER))
        ids = ids.with_row_index(BEARER, order_by="_id")
        return ids.with_columns(nw.col(BEARER).cast(nw.Int64))

    def number(self, fields: Sequence[str]) -> nw.Expr:
        """Return the number of a profile, by the columns that `frame` has of these facts."""
        size = 1
        number = whole(0)
        for field in fields:
            count = len(self.values(field))
            size *= count
            number = number * count + self._numbered(field) if count > 1 else number
        if size > MOST_PROFILES:
            raise refuse("too-many-profiles", "bearers")
        return number

    def facts(self, fields: Sequence[str]) -> dict[int, dict[str, Any]]:
        """Return the facts of every profile there is, by its number."""
        several = distinct(self.frame(fields), "_profile").collect()
        numbers = sorted(several.to_arrow().column("_profile").to_pylist())
        return {number: self.facts_of(number, fields) for number in numbers}

    def facts_of(self, number: int, fields: Sequence[str]) -> dict[str, Any]:
        """Return the facts that make a profile, by its number."""
        rest, facts = number, {}
        for field in reversed(fields):
            values = self.values(field)
            rest, code = divmod(rest, len(values))
            facts[field] = values[code]
        return facts

    def only(self, fields: Sequence[str], numbers: Iterable[int]) -> Profiles:
        """Return those bearers alone that have one of some profiles."""
        profile = self.number(fields)
        kept = self._backend.beside(pa.table({"_profile": pa.array(list(numbers), pa.int64())}))
        frame = self._frame.with_columns(profile.alias("_profile"))
        frame = frame.join(kept, on="_profile", how="inner").select(*self._bearers.sorts)
        columns = attrs.evolve(self._bearers, frame=frame)
        return Profiles(columns, self._backend)


def check_ids(frame: Frame, whose: str) -> None:
    """Refuse rows without an id, or with one that stands twice.

    Args:
        frame: the rows.
        whose: what they are, ``bearers`` or ``records``.
    """
    rows = frame.select("id", _rows=whole(1)).group_by("id").agg(nw.col("_rows").sum())
    blank = nw.col("id").fill_null("") == ""
    # Nearly always there are none, which is sooner seen than counted.
    found = rows.filter(blank | (nw.col("_rows") > 1)).collect().to_arrow().to_pylist()
    if blank_ := sum(row["_rows"] for row in found if not row["id"]):
        raise refuse("column-blank", f"{whose}.id", count=blank_)
    if found:
        raise refuse("ids-twice", f"{whose}.id", count=len(found))
