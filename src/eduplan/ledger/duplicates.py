"""Events that were reported several times: by which signs they are found, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import attrs

from eduplan.errors import refuse
from eduplan.ledger.entries import label
from eduplan.ledger.state import Held, State
from eduplan.messages import Language, say
from eduplan.tables import (
    Table,
    as_flag,
    as_kinds,
    as_names,
    as_strings,
    as_whole,
    read_table,
)


def as_days(value: object) -> int:
    """Return a number of days, perhaps none."""
    days = as_whole(value)
    if days < 0:
        raise refuse("negative")
    return days


@attrs.frozen(kw_only=True)
class SameEvent:
    """When reports tell of one event: of one kind, agreeing in some facts, some days apart.

    A fact that one of them does not state agrees with nothing. In a file it is a table such as
    ``{ kind = "training", agree = ["bearer", "title"], days = 3, prefer = ["provider"] }``.

    Args:
        kind: kinds of record it is said of.
        agree: what must be the same in both; the bearer, by default.
        days: how many days may lie between the first of them and any other.
        across: whether only reports from different sources are one event. Otherwise two that the
            same source gives are, too.
        prefer: sources in the order of trust. The report of the first is kept, and what it
            states is believed; without, the earliest report is kept, and what the others state
            differently is unknown.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    agree: tuple[str, ...] = attrs.field(default=("bearer",), converter=as_names)
    days: int = attrs.field(default=0, converter=as_days)
    across: bool = attrs.field(default=True, converter=as_flag)
    prefer: tuple[str, ...] = attrs.field(default=(), converter=as_strings)

    def tell(self, lang: Language) -> str:
        """Return the signs in words, as a reason for a merger."""
        agree = tuple(label(name, lang) for name in self.agree)
        code = "same-event" if self.days else "same-day"
        return say(f"ledger.{code}", lang, agree=agree, days=self.days)


def as_same_event(value: SameEvent | Table) -> SameEvent:
    """Return the signs of one event from their table."""
    return read_table(SameEvent, value)


class Alike(NamedTuple):
    """Records that tell of one event by the signs given.

    Attributes:
        records: their ids, that of the one to be kept first.
        believed: whether what the kept one states is believed.
    """

    records: tuple[str, ...]
    believed: bool


def alike(rule: SameEvent, state: State) -> Iterator[Alike]:
    """Return the records that tell of one event, in the order of their first days.

    Records are taken by their days, and of one day as they were reported. Each joins the first
    event that it fits: it lies near enough to the event's first day, no record of it comes from the
    same source, and from none it is kept apart. Otherwise it is an event of its own.
    """
    events: dict[tuple[object, ...], list[list[Held]]] = {}
    for held in sorted(state.held.values(), key=lambda one: _place(one, state)):
        record = held.record
        facts = tuple(record.get(name) for name in rule.agree)
        if record.kind not in rule.kind or None in facts:
            continue
        of_facts = events.setdefault((record.kind, *facts), [])
        for event in of_facts:
            if _fits(held, event, rule, state):
                event.append(held)
                break
        else:
            of_facts.append([held])
    several = [event for found in events.values() for event in found if len(event) > 1]
    for event in sorted(several, key=lambda found: _place(found[0], state)):
        yield _kept_first(event, rule, state)


def _place(held: Held, state: State) -> tuple[date, int]:
    return held.record.day, state.reported[held.record.id]


def _fits(held: Held, event: Sequence[Held], rule: SameEvent, state: State) -> bool:
    if (held.record.day - event[0].record.day).days > rule.days:
        return False
    for other in event:
        if rule.across and held.sources & other.sources:
            return False
        if frozenset({held.record.id, other.record.id}) in state.apart:
            return False
    return True


def _kept_first(event: Sequence[Held], rule: SameEvent, state: State) -> Alike:
    """Put the record of the most trusted source first, of equal ones that reported first."""

    def trust(held: Held) -> int:
        ranks = [rule.prefer.index(one) for one in held.sources if one in rule.prefer]
        return min(ranks, default=len(rule.prefer))

    kept, *others = sorted(event, key=lambda one: (trust(one), state.reported[one.record.id]))
    believed = all(trust(kept) < trust(other) for other in others)
    return Alike((kept.record.id, *(one.record.id for one in others)), believed)
