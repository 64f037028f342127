"""Provisions that are judged by record: how bearers stand to one, with records and without."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.frames.asking import door, subject_of
from eduplan.frames.backends import Frame
from eduplan.frames.outcomes import Outcome, Outcomes, outcome_of
from eduplan.frames.profiles import BEARER
from eduplan.frames.scene import Scene
from eduplan.provisions import SettledBench


def bearers(
    bench: SettledBench, scene: Scene, own: Iterable[str], number: Callable[[Outcome], int]
) -> Frame:
    """Return all bearers, and what is said of each of whom there is no record to judge.

    Args:
        bench: the reference judgement, which gives one verdict where there are no records.
        scene: what is judged.
        own: facts whose numbers, or texts, are wanted besides.
        number: numbers what is said.

    Returns:
        Columns ``_bearer``, ``_silent``, the number of what is said, whether the provision is for
        the bearer, ``_concerned``, and those of ``own``, as `Profiles.frame` names them.
    """
    fields = door(bench.provision)
    concerned, silent = {}, []
    for profile, facts in scene.profiles.facts(fields).items():
        subject = subject_of(str(profile), facts)
        other = bench.beside(subject, scene.docket)
        (verdict,) = (other,) if other is not None else bench.judge(subject, scene.docket)
        concerned[profile] = int(other is None)
        silent.append(number(outcome_of(verdict)))
    table = pa.table(
        {
            "_profile": pa.array(concerned, pa.int64()),
            "_concerned": pa.array(concerned.values(), pa.int64()),
            "_silent": pa.array(silent, pa.int64()),
        }
    )
    people = scene.profiles.frame(fields, own=own)
    return people.join(scene.backend.beside(table), on="_profile", how="inner").drop("_profile")


def by_record(people: Frame, judged: Frame, outcomes: Outcomes, scene: Scene) -> Frame:
    """Return one row for every record that was judged, and one for bearers without any.

    Args:
        people: the bearers, as `bearers` gives them.
        judged: ``_bearer`` of every record, ``_way``, the number of what is said, and what else is
            wanted of it.
        outcomes: what the numbers mean.
        scene: what is judged.

    Returns:
        Columns of ``judged``, of which all but ``_bearer`` are absent where there is no record,
        with ``status`` and ``reasons``.
    """
    frame = people.select(BEARER, "_silent").join(judged, on=BEARER, how="left")
    way = nw.col("_way")
    frame = frame.with_columns(
        _situation=nw.when(way.is_null()).then(nw.col("_silent")).otherwise(way)
    )
    return frame.join(scene.backend.beside(outcomes.told()), on="_situation", how="left")
