"""Whom a provision is for, asked of the reference once for every profile of bearers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from eduplan.frames.outcomes import Outcome, outcome_of
from eduplan.people import bearer_getter
from eduplan.provisions import Bench, Docket, Provision, Subject


class Standing(NamedTuple):
    """How the bearers of one profile stand to a provision.

    Attributes:
        concerned: whether it is for them.
        silent: what is said of one of them without any records.
    """

    concerned: bool
    silent: Outcome


def subject_of(profile: int, facts: Mapping[str, Any]) -> Subject:
    """Return a bearer with the facts of a profile."""
    return Subject(str(profile), facts, bearer_getter(facts))


def standings(
    bench: Bench, profiles: Mapping[int, Mapping[str, Any]], docket: Docket
) -> Mapping[int, Standing]:
    """Return how the bearers of every profile stand to a provision.

    Args:
        bench: the reference judgement, which gives one verdict where there are no records.
        profiles: the facts of every profile by its number.
        docket: the day, the calendar, and a register that is empty.
    """
    found = {}
    for profile, facts in profiles.items():
        subject = subject_of(profile, facts)
        other = bench.beside(subject, docket)
        (verdict,) = (other,) if other is not None else bench.judge(subject, docket)
        found[profile] = Standing(other is None, outcome_of(verdict))
    return found


def fields_of(provision: Provision) -> Sequence[str]:
    """Return the facts of a bearer on which it depends whether a provision is for it."""
    several = [provision.bearer, *([provision.exempt] if provision.exempt is not None else [])]
    asked = [field for one in several for field in (*one.fields(), *one.bearer_fields())]
    return tuple(dict.fromkeys(asked))
