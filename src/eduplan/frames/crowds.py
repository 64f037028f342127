"""Bearers looked at together: those who are alike stand for one another, with their number.

Who is in a cell, a group or a share is asked of the reference, which is given one bearer for all
that have the same facts. Only how many these are is counted in the frame.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import refuse
from eduplan.frames.asking import subject_of
from eduplan.frames.backends import Frame
from eduplan.frames.columns import MOST_VALUES, WHOLE, whole
from eduplan.frames.profiles import BEARER
from eduplan.frames.scene import Scene
from eduplan.people import day_of
from eduplan.provisions import Subject

SPELL = ("joined", "opened", "left", "closed")
"""Facts on which it depends whether somebody is there on a day."""

MOST_ALONE = 1_000_000
"""Beyond so many members of groups, and groups, they are not taken one by one."""

Key = tuple[int, ...]
"""What bearers who are alike have in common."""


class Crowd:
    """All bearers, by what is asked of them.

    Of the days on which somebody came and left it matters only before which of the days looked at
    they lie.

    Args:
        scene: what is judged.
        fields: the facts that are asked for.
        days: the days looked at.
    """

    def __init__(self, scene: Scene, fields: Iterable[str], days: Iterable[date]) -> None:
        self._scene = scene
        self._days = sorted(set(days))
        self._fields = tuple(dict.fromkeys(fields))
        self._spell = [name for name in SPELL if name not in self._fields]
        self._keys = ["_profile", *(f"_since_{name}" for name in self._spell)]
        self._sides: dict[str, Mapping[int, date | None]] = {}
        self._frame = self._numbered()
        self._counts = self._counted()
        self.alike = {
            key: subject_of(f"\0{index}", self._facts(key), count)
            for index, (key, count) in enumerate(self._counts.items())
        }
        """One for all who have the same facts."""

    def _numbered(self) -> Frame:
        """Return all bearers with their keys."""
        profiles = self._scene.profiles
        frame = profiles.frame(self._fields, own=self._spell)
        for name in self._spell:
            values = [
                None if v is None else day_of({name: v}.get, name) for v in profiles.values(name)
            ]
            sides = [0 if v is None else 1 + bisect_left(self._days, v) for v in values]
            # Several days before the same one looked at are as good as one another.
            self._sides[name] = dict(zip(sides, values, strict=True))
            table = {
                f"_code_{name}": pa.array(range(len(values)), pa.int64()),
                f"_since_{name}": pa.array(sides, pa.int64()),
            }
            beside = self._scene.backend.beside(pa.table(table))
            frame = frame.join(beside, on=f"_code_{name}", how="inner")
        return frame.select(BEARER, *self._keys)

    def _counted(self) -> dict[Key, int]:
        """Return how many bearers have each key."""
        counted = self._frame.with_columns(_count=whole(1)).group_by(*self._keys)
        found = counted.agg(nw.col("_count").sum()).with_columns(nw.col("_count").cast(WHOLE))
        table = found.collect().to_arrow()
        if len(table) > MOST_VALUES:
            raise refuse("too-many-profiles", "bearers")
        return dict(
            sorted(zip(_keys(table, self._keys), table.column("_count").to_pylist(), strict=True))
        )

    def _facts(self, key: Key) -> dict[str, Any]:
        profile, *sides = key
        facts = self._scene.profiles.facts_of(profile, self._fields)
        return facts | {
            name: self._sides[name][side] for name, side in zip(self._spell, sides, strict=True)
        }

    def subjects(self, alone: Iterable[Subject] = (), names: Collection[str] = ()) -> list[Subject]:
        """Return bearers for all there are.

        Args:
            alone: of which of those alike each is taken by itself.
            names: ids of those who are taken by themselves besides.
        """
        ids = {subject.id for subject in alone}
        single = {key for key, subject in self.alike.items() if subject.id in ids}
        taken = self._single(single, names)
        rest = Counter(self._counts)
        rest.subtract(taken.values())
        return [
            *(self.alike[key]._replace(id=name, times=1) for name, key in taken.items()),
            *(self.alike[key]._replace(times=count) for key, count in rest.items() if count),
        ]

    def members(self, keys: Sequence[Key], made: Mapping[str, pa.Array]) -> Frame:
        """Return those who are alike, once for every row of a table.

        Args:
            keys: what they have in common, row by row.
            made: the other columns of the table.

        Returns:
            Columns ``_bearer`` and those of the table.
        """
        table = {
            name: pa.array([key[place] for key in keys], pa.int64())
            for place, name in enumerate(self._keys)
        }
        beside = self._scene.backend.beside(pa.table({**table, **made}))
        return self._frame.join(beside, on=self._keys, how="inner").select(BEARER, *made)

    def _single(self, keys: Collection[Key], names: Collection[str]) -> dict[str, Key]:
        """Return bearers that are taken by themselves, each with its key."""
        if sum(self._counts[key] for key in keys) + len(names) > MOST_ALONE:
            raise refuse("too-many-alone", "bearers", most=MOST_ALONE)
        wanted = {
            "_profile": pa.array(sorted({key[0] for key in keys}), pa.int64()),
            BEARER: pa.array(sorted(names), pa.string()),
        }
        found: dict[str, Key] = {}
        for column, values in wanted.items():
            if len(values):
                beside = self._scene.backend.beside(pa.table({column: values}))
                table = self._frame.join(beside, on=column, how="inner").collect().to_arrow()
                pairs = zip(table.column(BEARER).to_pylist(), _keys(table, self._keys), strict=True)
                found |= {n: key for n, key in pairs if column == BEARER or key in keys}
        return dict(sorted(found.items()))


def _keys(table: pa.Table, names: Sequence[str]) -> list[Key]:
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
