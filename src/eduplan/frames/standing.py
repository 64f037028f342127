"""How bearers stand to a provision that is judged by record, asked once for every profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from eduplan.frames.asking import door, subject_of
from eduplan.frames.outcomes import Outcome, outcome_of
from eduplan.frames.scene import Scene
from eduplan.provisions import Bench


class Standing(NamedTuple):
    """How the bearers of one profile stand to a provision.

    Attributes:
        concerned: whether it is for them.
        silent: what is said of one of them without any records.
    """

    concerned: bool
    silent: Outcome


def standings(bench: Bench, scene: Scene) -> Mapping[int, Standing]:
    """Return how the bearers of every profile stand to a provision, by what `door` asks of them.

    Args:
        bench: the reference judgement, which gives one verdict where there are no records.
        scene: what is judged.
    """
    found = {}
    for number, facts in scene.profiles.facts(door(bench.provision)).items():
        subject = subject_of(str(number), facts)
        other = bench.beside(subject, scene.docket)
        (verdict,) = (other,) if other is not None else bench.judge(subject, scene.docket)
        found[number] = Standing(other is None, outcome_of(verdict))
    return found
