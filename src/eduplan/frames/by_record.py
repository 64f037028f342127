"""Forms that are told record by record alone: attestations, schedules and processes.

Here stands what they ask for: facts of bearers and records, and which records they read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eduplan.errors import Fault
from eduplan.frames import histories
from eduplan.frames.asking import door, fields_of, own_fields, timing
from eduplan.frames.scene import Asks, Source
from eduplan.periods import Every
from eduplan.provisions import Attestation, Happening, Process, Provision, Schedule
from eduplan.provisions.process import Piece
from eduplan.selectors import Selector

_SERVICE = ("joined", "left", "stage")
"""Facts on which it depends when a bearer is in service, and which school days are its own."""


def refusals(_: Provision) -> Iterator[Fault]:
    """Return why a provision of these forms cannot be judged, where its records cannot be read."""
    yield Fault("not-portable-pointer", "")


def _asks(
    provision: Provision,
    everies: Sequence[Every | None],
    selectors: Sequence[Selector | None],
    sources: Iterable[Source],
    of_bearers: Iterable[str] = (),
    of_records: Iterable[str] = (),
) -> Asks:
    """Return what a provision asks for.

    Args:
        provision: the provision.
        everies: its period rules.
        selectors: its selectors over records.
        sources: the records it reads.
        of_bearers: facts of bearers besides.
        of_records: facts of records besides.
    """
    periods = [every for every in everies if every is not None]
    facts = [field for every in periods for field in every.facts]
    asked = (*door(provision), *_SERVICE, *facts, *own_fields(*selectors), *of_bearers)
    told = (*fields_of(*selectors), *histories.fields_of(periods), *of_records)
    sources = tuple(sources)
    own = (source.by for source in sources if source.names is None)
    pointers = tuple(name for name in (*own, *histories.pointers_of(periods)) if name != "id")
    links = tuple(source.by for source in sources if source.names is not None)
    return Asks(asked, told, pointers, ("id", "last_day"), links)


# ---------------------------------------------------------------- attestations


def asks_of_attestation(rule: Attestation) -> Asks:
    """Return the facts that an attestation asks for."""
    answers = rule.answers
    named = ["attests"] if answers.where is None else []
    selectors = (answers.where, rule.judge)
    sources = [Source(answers.by, answers.kind)]
    return _asks(rule, [rule.every], selectors, sources, (), [*named, answers.result])


def reads_of_attestation(rule: Attestation) -> Sequence[Source]:
    """Return which of a bearer's records an attestation rests on."""
    every = [rule.every] if rule.every is not None else []
    return [Source(rule.answers.by, rule.answers.kind), *histories.sources(every)]


# ---------------------------------------------------------------- schedules


def asks_of_schedule(rule: Schedule) -> Asks:
    """Return the facts that a schedule asks for."""
    happenings = _happenings(rule)
    selectors = [*(one.where for one in happenings), *(one.where for one in rule.occasion)]
    dimensions = rule.for_each.dimensions
    listed = [
        *(one.fact for one in dimensions if one.fact),
        *own_fields(*rule.without),
    ]
    fields = [one.field for one in dimensions]
    sources = [Source(one.by, one.kind) for one in happenings]
    return _asks(rule, [rule.every, rule.report], selectors, sources, listed, fields)


def reads_of_schedule(rule: Schedule) -> Sequence[Source]:
    """Return which of a bearer's records a schedule rests on."""
    everies = [every for every in (rule.every, rule.report) if every is not None]
    own = [Source(one.by, one.kind) for one in _happenings(rule)]
    return [*own, *histories.sources(everies)]


def _happenings(rule: Schedule) -> list[Happening]:
    return [rule.what, *([rule.waived_by] if rule.waived_by is not None else [])]


# ---------------------------------------------------------------- processes


def asks_of_process(rule: Process) -> Asks:
    """Return the facts that a process asks for."""
    pieces = _pieces(rule)
    selectors = [rule.where, *(one.where for one in pieces), *(one.trigger for one in pieces)]
    limits = [field for step in rule.step for field in timing(step.within)]
    return _asks(rule, [rule.every], selectors, _own(rule), limits)


def reads_of_process(rule: Process) -> Sequence[Source]:
    """Return which of a bearer's records a process rests on, and which name one of these."""
    every = [rule.every] if rule.every is not None else []
    return [*_own(rule), *histories.sources(every)]


def _own(rule: Process) -> list[Source]:
    begins = [Source(rule.by, rule.after)] if rule.after else []
    found = [*begins]
    for piece in _pieces(rule):
        if piece.kind and piece.link and begins:
            found.append(Source(piece.link, piece.kind, begins[0]))
        elif piece.kind:
            found.append(Source(piece.by, piece.kind))
    return found


def _pieces(rule: Process) -> list[Piece]:
    return [piece for step in rule.step for piece in step.needs]
