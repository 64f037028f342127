"""The figures of others that one has to stand among, read one by one by the reference.

All figures on file of the indicator are taken into memory. Of bearers who are alike, those with the
same figure have the same peers but for themselves, so that nobody is judged twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import refuse
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.bulk import of_kinds
from eduplan.frames.columns import as_wholes, count
from eduplan.frames.profiles import BEARER
from eduplan.frames.rows import facts_in
from eduplan.frames.scene import Scene
from eduplan.provisions import Subject, TargetBench
from eduplan.provisions.indicator import Figure
from eduplan.provisions.target_bench import Span
from eduplan.records import Register
from eduplan.verdicts import Verdict

PEER = "_peer"
"""Column of the number of a bearer's own figure as that of a peer, 0 where it has none."""

MOST_FIGURES = 20_000
"""More figures on file are not taken one by one."""

_NOBODY = "\0"
"""Whoever is judged, of all figures only its own is none of a peer's: it is left out afterwards."""

Asked = Sequence[Span | Verdict]
"""What a bearer is asked for, one period after another; a verdict where it stands already."""


class Peers:
    """The figures of all there are, for every profile and period.

    Args:
        bench: the reference judgement.
        scene: what is judged.
        subjects: those who owe it, one for each profile, with the facts that peers depend on.
        asked: what they are asked for.

    Raises:
        InputError: there are too many figures.
    """

    def __init__(
        self,
        bench: TargetBench,
        scene: Scene,
        subjects: Mapping[int, Subject],
        asked: Mapping[int, Asked],
    ) -> None:
        self._backend: Backend = scene.backend
        docket = attrs.evolve(scene.docket, register=_figures(bench, scene))
        self._found = {
            (number, place): bench.peers(subject._replace(id=_NOBODY), span, docket)
            for number, subject in subjects.items()
            for place, span in enumerate(asked[number])
            if isinstance(span, Span)
        }
        self._alike: dict[tuple[object, ...], int] = {}
        self._example: dict[tuple[int, int, int], str] = {}

    def numbered(self, grid: Frame) -> Frame:
        """Return bearers, with their profiles and periods, with `PEER` besides."""
        rows: list[tuple[Any, ...]] = []
        for (number, place), figures in self._found.items():
            for name, figure in figures.items():
                alike = self._number(figure)
                self._example.setdefault((number, place, alike), name)
                rows.append((name, number, place, alike))
        table = {BEARER: pa.array([row[0] for row in rows], pa.string())}
        for column, name in enumerate(("_profile", "_place", PEER), start=1):
            table[name] = as_wholes(row[column] for row in rows)
        found = self._backend.beside(pa.table(table))
        grid = grid.join(found, on=[BEARER, "_profile", "_place"], how="left")
        return grid.with_columns(nw.col(PEER).fill_null(0))

    def _number(self, figure: Figure) -> int:
        codes = tuple(gap.code for gap in figure.missing)
        key = (figure.low, figure.high, figure.part, figure.whole, codes)
        return self._alike.setdefault(key, len(self._alike) + 1)

    def of(self, number: int, place: int, own: int) -> Mapping[str, Figure]:
        """Return the figures of the peers of a bearer.

        Args:
            number: its profile.
            place: of which of its periods.
            own: the number of its own figure.
        """
        figures = self._found[number, place]
        itself = self._example.get((number, place, own))
        return {name: figure for name, figure in figures.items() if name != itself}


def _figures(bench: TargetBench, scene: Scene) -> Register:
    """Return a register of all figures on file."""
    register, indicator = scene.register, bench.target.indicator
    frame = register.frame.filter(of_kinds(indicator.of))
    if "indicator" not in register.sorts:
        return Register(())
    frame = frame.filter(nw.col("indicator").fill_null("") == indicator.named)
    if count(frame) > MOST_FIGURES:
        raise refuse("too-many-figures", "records", most=MOST_FIGURES)
    return Register(
        {name: register.value(name, fact) for name, fact in facts.items()} | {"id": str(index)}
        for index, facts in enumerate(facts_in(frame, {}))
    )
