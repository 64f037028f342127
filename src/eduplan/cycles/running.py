"""The cycles of one bearer, one after the other: from its anchor on, by its facts and records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from eduplan.cycles.rules import FactChange, Own, Renewal, Takes
from eduplan.dates import DAY, Period, add_months, cycles, full_months
from eduplan.errors import NotKnown
from eduplan.facts import Getter
from eduplan.people import day_of
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales

Records = Callable[[Sequence[str], str], Sequence[Entry]]
"""Gives the bearer's records of some kinds, by the fact that points to it."""


class _Anchor(NamedTuple):
    """A day from which boundaries are counted, and how many months from it a cycle begins."""

    day: date
    months: int = 0

    def later(self, months: int) -> _Anchor:
        """Return where a cycle begins so many months later, counted from the same day."""
        return _Anchor(self.day, self.months + months)

    @property
    def start(self) -> date:
        return add_months(self.day, self.months)


def own_cycles(
    own: Own,
    window: Period,
    *,
    grid: date | None,
    bearer: Getter,
    records: Records,
    as_of: date,
    scales: Scales,
) -> tuple[Period, ...]:
    """Return the cycles of one bearer that overlap ``window``, in order.

    Args:
        own: the rule.
        window: the days of interest.
        grid: first day of a cycle of a grid that all share, where there is one.
        bearer: reads facts of the bearer.
        records: gives its records.
        as_of: later renewals and changes do not count.
        scales: the ordered scales of the plan.

    Raises:
        NotKnown: a fact of the bearer or of a record on which the cycles depend is missing.
    """
    return tuple(_Walk(own, bearer, records, as_of, scales).through(window, grid))


class _Walk:
    """The cycles of one bearer, one after the other."""

    def __init__(
        self, own: Own, bearer: Getter, records: Records, as_of: date, scales: Scales
    ) -> None:
        self._own = own
        self._bearer = bearer
        self._records = records
        self._as_of = as_of
        self._rows = [(Matcher(row.where, scales), row.length.months) for row in own.lengths]
        self._scales = scales
        self._changes = self._until_now(own.change) if own.change is not None else ()

    def through(self, window: Period, grid: date | None) -> Iterator[Period]:
        own = self._own
        anchor = _Anchor(grid) if grid is not None else self._anchor()
        if not own.kinds:
            months = self._months(anchor.start)
            found = cycles(
                anchor.day, months, window, before_anchor=grid is not None or bool(anchor.months)
            )
            if own.skip or own.only:
                found = [c for c in found if own.asks(full_months(anchor.day, c.start) // months)]
            yield from (cycle for cycle in found if grid is not None or cycle.start >= anchor.start)
            return
        place = 0
        days = sorted(set(self._completions(anchor.start)))
        held = self._held()
        while anchor.start < window.end:
            start = anchor.start
            due, months = self._due(anchor, held)
            after = anchor.later(months)
            following = after if after.start == due else _Anchor(due)
            begins: date | None = due
            if own.after is not None:
                days = [day for day in days if day > start]
                begins = self._renewed(own.after, due, days)
                if begins is not None and begins != due:
                    following = _Anchor(begins)
            cycle = Period(start, due if begins is None else min(due, begins))
            if own.asks(place) and cycle.overlaps(window):
                yield cycle
            place += 1
            if begins is None:
                return  # nothing is owed until it is renewed
            anchor = following

    def _renewed(self, rule: Renewal, due: date, days: list[date]) -> date | None:
        """Return when the next cycle begins, and take the renewal out of ``days``."""
        for index, day in enumerate(days):
            begins = rule.next_start(due, day)
            if begins is not None:
                del days[: index + 1]
                return begins
        return None

    def _anchor(self) -> _Anchor:
        """Return from when the first cycle of the bearer runs."""
        own = self._own
        if own.ends and (last := day_of(self._bearer, own.ends)) is not None:
            return _Anchor(last + DAY, -self._months(last))
        for name in own.starts:
            if (day := day_of(self._bearer, name)) is not None:
                return _Anchor(day if own.aligned is None else own.aligned.first_day(day))
        raise NotKnown("bearer-fact", field=(*own.starts, own.ends)[0])

    def _months(self, day: date) -> int:
        """Return how long a cycle is by what holds of the bearer on a day."""
        if len(self._rows) == 1 and self._rows[0][0].always:
            return self._rows[0][1]
        get = self._facts_on(day)
        open_: list[int] = []
        blamed = ""
        for matcher, months in self._rows:
            truth = matcher(get, get)
            if truth and all(one == months for one in open_):
                return months
            if truth:
                break
            if truth is None:
                open_.append(months)
                blamed = blamed or matcher.blame(get, get)
        if not blamed:
            raise NotKnown("cycle-length-open")
        raise NotKnown("bearer-fact", field=blamed)

    def _facts_on(self, day: date) -> Getter:
        """Return what reads the facts of the bearer as they were on a day."""
        changes, bearer = self._changes, self._bearer

        def get(name: str) -> object:
            stated = [entry for entry in changes if entry.get(name) is not None]
            if not stated:
                return bearer(name)
            before = [entry for entry in stated if entry.day <= day]
            return before[-1].get(name) if before else None

        return get

    def _due(self, anchor: _Anchor, held: Sequence[Period]) -> tuple[date, int]:
        """Return the first day after the cycle that begins at ``anchor``, and its months."""
        months = self._months(anchor.start)
        due = _stretched(anchor.start, anchor.later(months).start, held)
        if self._own.change is not None and self._own.change.governs is Takes.AS_OF:
            for day in sorted({entry.day for entry in self._changes if entry.day > anchor.start}):
                if day >= due:
                    break
                months = self._months(day)
                due = max(day, _stretched(anchor.start, anchor.later(months).start, held))
        return due, months

    def _until_now(self, rule: FactChange | Renewal) -> Sequence[Entry]:
        found = self._records(rule.kind, rule.by)
        return [entry for entry in found if entry.day <= self._as_of]

    def _completions(self, first: date) -> Iterator[date]:
        """Return the days on which a cycle was completed, perhaps."""
        rule = self._own.after
        if rule is not None:
            where = Matcher(rule.where, self._scales)
            for entry in self._until_now(rule):
                if entry.day > first and self._fits(where, entry):
                    yield entry.day

    def _held(self) -> Sequence[Period]:
        """Return the days on which cycles are on hold, as periods that share none."""
        rule = self._own.hold
        found: list[Period] = []
        if rule is None:
            return found
        where = Matcher(rule.where, self._scales)
        for entry in self._records(rule.kind, rule.by):
            end = entry.last + DAY
            if rule.at_least is not None and rule.at_least.after(entry.day) > end:
                continue
            if not self._fits(where, entry):
                continue
            start = max(entry.day, found[-1].end) if found else entry.day
            if start < end:
                found.append(Period(start, end))
        return found

    def _fits(self, where: Matcher, entry: Entry) -> bool:
        truth = where(entry.get, self._bearer)
        if truth is None:
            field = where.blame(entry.get, self._bearer)
            raise NotKnown("record-fact", field=field, count=1)
        return truth


def _stretched(start: date, due: date, held: Sequence[Period]) -> date:
    """Return when a cycle ends that is on hold on some days, which come on top of its length."""
    end = start
    stretched = due
    while end != stretched:
        end = stretched
        cycle = Period(start, end)
        common = (cycle.meet(leave) for leave in held)
        stretched = due + sum(one.days for one in common if one is not None) * DAY
    return end
