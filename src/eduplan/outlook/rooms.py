"""What there is still room for under caps, and what a course adds as far as there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import attrs

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.measures.measure import Cap, Per
from eduplan.people import bearer_getter
from eduplan.plan import Plan
from eduplan.provisions import Provision, Quota, Unanswered
from eduplan.records import Entry, Register
from eduplan.selectors import Matcher
from eduplan.verdicts import Verdict

Cut = TypeVar("Cut")
"""By what a cap is named."""

Judge = Callable[[Plan, Sequence[object], Iterable[object]], list[Verdict]]
"""Judges bearers by a plan, these records being all."""


class RoomKey(NamedTuple):
    """What records share a cap by.

    Attributes:
        provision: the quota.
        period: its period.
        cap: which of its caps.
        bucket: within what.
        days: over how many days; a cap on each day holds for each of them.
    """

    provision: str
    period: Period | None
    cap: int
    bucket: object
    days: int = 1


class Room(NamedTuple):
    """How much can still count.

    Attributes:
        left: how much.
        last: the place of the last record that takes of it, in the order of records.
    """

    left: Number
    last: str = ""


class Raw(NamedTuple):
    """What a course is worth before caps that hold for several records.

    Attributes:
        amount: how much, by quota and period.
        rooms: the caps it goes through, in the order in which they cut it.
    """

    amount: Number
    rooms: tuple[RoomKey, ...]


class Caps:
    """The caps of quotas that hold for several records together.

    They cut one after the other, and of the records that share one the latest lose first: what a
    cap leaves of a record is what the records before it have left of the room.
    """

    def __init__(self, plan: Plan, quotas: Mapping[str, Quota], judge: Judge) -> None:
        self.plan, self.quotas, self.judge = plan, quotas, judge
        self.caps: dict[str, list[tuple[Cap, Matcher]]] = {}
        for name, quota in quotas.items():
            several = [cap for cap in quota.measure.caps if cap.per is not Per.RECORD]
            if several:
                self.caps[name] = [(cap, Matcher(cap.where, plan.ranks)) for cap in several]
        count = max(map(len, self.caps.values()), default=0)
        self.before = [self._plan(place) for place in range(count)]
        """By the place of a cap, the plan without it and those that cut later."""

    @property
    def raw(self) -> Plan:
        """The plan without caps that hold for several records."""
        return self.before[0] if self.before else self.plan

    def _plan(self, place: int) -> Plan:
        provisions: list[Provision | Unanswered] = []
        for old, settled in zip(self.plan.provisions, self.plan.settled, strict=True):
            if settled.id in self.caps and isinstance(settled, Quota):
                kept = [cap for cap in settled.measure.caps if cap.per is Per.RECORD]
                kept += [cap for cap, _ in self.caps[settled.id][:place]]
                measure = attrs.evolve(settled.measure, caps=tuple(kept))
                provisions.append(attrs.evolve(settled, measure=measure))
            else:
                provisions.append(old)
        return attrs.evolve(self.plan, provisions=tuple(provisions))

    def rooms(
        self, bearers: Sequence[object], records: Sequence[object]
    ) -> dict[str, dict[RoomKey, Room]]:
        """Return by bearer what room there is under caps of which records have taken."""
        found: dict[str, dict[RoomKey, Room]] = {}
        if not self.before:
            return found
        register = Register(records)
        gets = {str((get := bearer_getter(one))("id")): get for one in bearers}
        for place, plan in enumerate(self.before):
            for verdict in self.judge(plan, bearers, records):
                if len(self.caps.get(verdict.provision, ())) <= place:
                    continue
                measure = self.quotas[verdict.provision].measure
                mine = register.of(verdict.bearer_id, measure.kinds, measure.by)
                entries = {id(entry.record): entry for entry in mine}
                rooms = found.setdefault(verdict.bearer_id, {})
                counted, amounts = verdict.justification.counted, verdict.justification.amounts
                for record, amount in zip(counted, amounts, strict=True):
                    entry = entries[id(record)]
                    key, _ = self._bucket(verdict, place, entry, gets[verdict.bearer_id])
                    if key is not None:
                        room = rooms.get(key) or Room(self.most(verdict, key))
                        rooms[key] = Room(room.left - amount, max(room.last, entry.place))
        return found

    def most(self, verdict: Verdict, key: RoomKey) -> Number:
        """Return how much a cap allows; none where that is not known."""
        cap, _ = self.caps[verdict.provision][key.cap]
        return (cap.most(verdict.required) or 0) * key.days

    def _bucket(
        self, verdict: Verdict, place: int, entry: Entry, get: Getter
    ) -> tuple[RoomKey | None, bool]:
        """Return what a record shares a cap by, and whether it is known that it does, or not.

        Where it is not known it is taken against the bearer, as the evaluator does.
        """
        cap, where = self.caps[verdict.provision][place]
        truth = where(entry.get, get)
        if truth is False or verdict.period is None:
            return None, True
        bucket, days = cap.bucket(entry, verdict.period), 1
        if cap.per is Per.DAY:
            bucket, days = (bucket, entry.last), (entry.last - entry.day).days + 1
        known = truth is True and not (cap.each and entry.get(cap.each) is None)
        return RoomKey(verdict.provision, verdict.period, place, bucket, days), known

    def raw_of(self, verdict: Verdict, entry: Entry, get: Getter) -> Raw | None:
        """Return what the one record that is judged is worth; None where that is not known."""
        keys = []
        for place in range(len(self.caps.get(verdict.provision, ()))):
            key, known = self._bucket(verdict, place, entry, get)
            if not known:
                return None
            if key is not None:
                keys.append(key)
        return Raw(sum(verdict.justification.amounts), tuple(keys))


def in_turn(chains: Iterable[tuple[tuple[Cut, ...], object]]) -> set[Cut]:
    """Return the caps for which it matters which of the records that share them comes first.

    It does not where all go through the same caps afterwards and what is left of them counts
    alike.

    Args:
        chains: of every record the caps it goes through, and as what it counts.
    """
    ends: dict[Cut, set[object]] = {}
    for rooms, counts in chains:
        for place, key in enumerate(rooms):
            ends.setdefault(key, set()).add((rooms[place + 1 :], counts))
    return {key for key, several in ends.items() if len(several) > 1}
