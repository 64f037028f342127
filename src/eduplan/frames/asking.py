"""Who owes something, by profile, and the verdicts of the reference put beside the bearers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import lcm
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.dates import Period
from eduplan.errors import refuse
from eduplan.exact import Number
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.columns import LARGEST
from eduplan.frames.profiles import BEARER, Profiles
from eduplan.frames.scene import COLUMNS, Scene
from eduplan.people import bearer_getter
from eduplan.provisions import Bench, Provision, SettledBench, Subject
from eduplan.provisions.within import Within
from eduplan.selectors import Selector
from eduplan.verdicts import Verdict, row_of

_FIGURES = ("value", "required", "shortfall")
_TYPES = {nw.String: pa.string(), nw.Date: pa.date32(), nw.Int64: pa.int64()}


def subject_of(name: str, facts: Mapping[str, Any], times: int = 1) -> Subject:
    """Return a bearer with some facts as judgements see it.

    Args:
        name: its id.
        facts: its facts.
        times: how many bearers it stands for.
    """
    get = bearer_getter(facts)
    throughout = get("joined") is None and get("left") is None
    return Subject(name, facts, get, throughout, times)


def fields_of(*selectors: Selector | None) -> tuple[str, ...]:
    """Return the facts of those who are picked that selectors ask for, each once."""
    found = [field for one in selectors if one is not None for field in one.fields()]
    return tuple(dict.fromkeys(found))


def own_fields(*selectors: Selector | None) -> tuple[str, ...]:
    """Return the facts of the bearer that selectors hold others against, each once."""
    found = [field for one in selectors if one is not None for field in one.bearer_fields()]
    return tuple(dict.fromkeys(found))


def door(provision: Provision) -> tuple[str, ...]:
    """Return the facts of a bearer on which it depends whether it owes something."""
    both = (provision.bearer, provision.exempt)
    return tuple(dict.fromkeys((*fields_of(*both), *own_fields(*both))))


def timing(within: Within | None) -> tuple[str, ...]:
    """Return the facts of a bearer on which a time limit depends."""
    if within is None:
        return ()
    if within.end_of is not None:
        return within.end_of.facts
    return ("stage",) if within.school_days is not None else ()


class Days(NamedTuple):
    """Days in which the figures of some bearers are asked about.

    Attributes:
        profile: number of the profile of these bearers.
        place: number of the days among those of the profile.
        period: the days.
    """

    profile: int
    place: int
    period: Period


class Owing(NamedTuple):
    """Who owes a provision, and who does not.

    Attributes:
        subjects: those who do, one for each profile, by its number.
        fields: the facts that make such a profile.
        profiles: those who do.
        others: the rows of those who do not.
    """

    subjects: Mapping[int, Subject]
    fields: tuple[str, ...]
    profiles: Profiles
    others: Frame


def owing(bench: SettledBench, scene: Scene, own: Iterable[str]) -> Owing:
    """Return who owes a provision, by profile.

    Args:
        bench: the reference judgement.
        scene: what is judged.
        own: facts of a bearer on which its verdicts depend besides.
    """
    fields = door(bench.provision)
    beside: dict[tuple[int, ...], Verdict] = {}
    numbers = []
    for number, facts in scene.profiles.facts(fields).items():
        other = bench.beside(subject_of(str(number), facts), scene.docket)
        if other is None:
            numbers.append(number)
        else:
            beside[number,] = other
    others = told(scene.profiles.frame(fields), ("_profile",), beside.items(), scene)
    profiles = scene.profiles.only(fields, numbers)
    fields = tuple(dict.fromkeys((*fields, *own)))
    found = profiles.facts(fields) if numbers else {}
    subjects = {number: subject_of(str(number), facts) for number, facts in found.items()}
    return Owing(subjects, fields, profiles, others)


def by_profile(bench: Bench, scene: Scene, who: Owing) -> Frame:
    """Return the rows of a provision whose verdicts depend on profiles alone.

    Args:
        bench: the reference judgement.
        scene: what is judged; its docket holds all that is looked at.
        who: who owes it.
    """
    verdicts = [
        ((number,), verdict)
        for number, subject in who.subjects.items()
        for verdict in bench.judge(subject, scene.docket)
    ]
    return joined(who, who.profiles.frame(who.fields), ("_profile",), verdicts, scene)


def joined(
    who: Owing,
    frame: Frame,
    keys: Sequence[str],
    verdicts: Iterable[tuple[tuple[int, ...], Verdict]],
    scene: Scene,
) -> Frame:
    """Return the rows of those who owe something with the rows of all others."""
    rows = told(frame, keys, verdicts, scene)
    return scene.backend.below([rows, who.others]) if who.subjects else who.others


def told(
    frame: Frame,
    keys: Sequence[str],
    verdicts: Iterable[tuple[tuple[int, ...], Verdict]],
    scene: Scene,
) -> Frame:
    """Return the rows of verdicts.

    Args:
        frame: bearers with their keys.
        keys: columns by which verdicts are found.
        verdicts: the verdicts, each with its key.
        scene: what is judged.
    """
    beside: Backend = scene.backend
    frame = frame.join(beside.beside(_table(keys, verdicts)), on=list(keys), how="inner")
    return frame.select(nw.col(BEARER).alias("bearer"), *list(COLUMNS)[1:])


def _table(keys: Sequence[str], verdicts: Iterable[tuple[tuple[int, ...], Verdict]]) -> pa.Table:
    """Return verdicts as a table: keys, and the columns of a result but for the bearer."""
    found: dict[str, list[Any]] = {name: [] for name in [*keys, *list(COLUMNS)[1:]]}
    for key, verdict in verdicts:
        row = row_of(verdict)
        figures = {name: getattr(row, name) for name in _FIGURES}
        parts = _parts(figures.values())
        said = {
            **dict(zip(keys, key, strict=True)),
            "provision": row.provision,
            "period_start": row.period.start if row.period is not None else None,
            "period_end": row.period.end if row.period is not None else None,
            "status": row.status.value,
            **{name: _scaled(figure, parts) for name, figure in figures.items()},
            "denominator": parts,
            "due": row.due,
            "reasons": " ".join(row.reasons),
        }
        for name, value in said.items():
            found[name].append(value)
    types = {**dict.fromkeys(keys, pa.int64()), **{n: _TYPES[k] for n, k in COLUMNS.items()}}
    return pa.table({name: pa.array(values, types[name]) for name, values in found.items()})


def _parts(figures: Iterable[Number | None]) -> int | None:
    """Return in how many parts of one all figures are whole, None where there is no figure."""
    known = [figure.denominator for figure in figures if figure is not None]
    return lcm(*known) if known else None


def _scaled(figure: Number | None, parts: int | None) -> int | None:
    if figure is None or parts is None:
        return None
    scaled = int(figure * parts)
    if max(scaled, parts) > LARGEST:
        raise refuse("figures-too-large")
    return scaled
