"""What would change: the verdicts of one plan held against those of another, counted by school."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

import attrs

from eduplan.dates import Period
from eduplan.evaluator import evaluate
from eduplan.facts import getter
from eduplan.messages import Language, Text, escape, in_both, say
from eduplan.plan import Plan
from eduplan.records import Register
from eduplan.sources import tell_clauses
from eduplan.summary import NO_SCHOOL, Schools
from eduplan.verdicts import Status, Verdict

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar

T = TypeVar("T")

MOST_ROWS = 40
"""Above so many rows a text tells only how many more there are."""


@attrs.frozen(kw_only=True)
class Shift:
    """How many verdicts on a provision go from one status to another, in one school or group.

    Args:
        group: id of the school, or the value of the fact by which is grouped; empty where unknown.
        name: what people call it, where the bearers tell it.
        provision: id of the provision.
        title: what people call it.
        clause: the clauses it cites, in the new plan where that has it.
        before: the status by the one plan, None where it gives no verdict.
        after: the status by the other, None where it gives no verdict.
        count: how many verdicts.
        bearers: ids of those they are on, each once.
    """

    group: str
    name: str = attrs.field(default="", repr=False)
    provision: str
    title: Text
    clause: tuple[str, ...]
    before: Status | None
    after: Status | None
    count: int
    bearers: tuple[str, ...] = attrs.field(repr=False)

    def message(self, lang: Language = "en") -> str:
        """Return it in one line."""
        return say(
            "comparison.shift",
            lang,
            group=self.label(lang),
            title=self.title,
            clauses=tell_clauses(self.clause),
            before=_word(self.before, lang),
            after=_word(self.after, lang),
            count=self.count,
        )

    def label(self, lang: Language) -> str:
        """Return what people call the school or group."""
        return self.name or self.group or say("comparison.no-group", lang)


def _word(status: Status | None, lang: Language) -> str:
    return say("comparison.none" if status is None else f"status.{status}", lang)


@attrs.frozen(kw_only=True)
class Comparison:
    """The verdicts of one plan held against those of another.

    Args:
        as_of: the day on which both were judged.
        by: the fact of the bearers by which is grouped.
        shifts: what changes, school by school in the order of the bearers, and provision by
            provision in the order of the plans.
        same: how many verdicts have the same status by both.
    """

    as_of: date
    by: str
    shifts: tuple[Shift, ...]
    same: int

    @property
    def changed(self) -> int:
        """How many verdicts have another status."""
        return sum(shift.count for shift in self.shifts)

    def count(
        self,
        before: Status | None,
        after: Status | None,
        *,
        group: str | None = None,
        provision: str | None = None,
    ) -> int:
        """Return how many verdicts go from one status to another.

        Args:
            before: the status by the one plan.
            after: the status by the other.
            group: only of this school or group.
            provision: only on this provision.
        """
        return sum(
            shift.count
            for shift in self.shifts
            if (shift.before, shift.after) == (before, after)
            and group in (None, shift.group)
            and provision in (None, shift.provision)
        )

    def explain(self, lang: Language = "en") -> str:
        """Return what changes, one line for each school, provision and change of status."""
        lines = [self._head(lang)]
        lines += [f"  {shift.message(lang)}" for shift in self.shifts[:MOST_ROWS]]
        if len(self.shifts) > MOST_ROWS:
            more = say("comparison.more", lang, count=len(self.shifts) - MOST_ROWS)
            lines.append(f"  {more}")
        return "\n".join(lines)

    def _head(self, lang: Language) -> str:
        facts = {"day": self.as_of, "changed": self.changed, "same": self.same}
        return say("comparison.head", lang, **facts)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(shift.label('en'))}</th>"
            f'<td><span lang="zh">{escape(shift.title.zh)}</span> {escape(shift.title.en)}</td>'
            f"<td>{escape(tell_clauses(shift.clause))}</td>"
            f"<td>{_both(shift.before)}</td><td>{_both(shift.after)}</td>"
            f'<td style="text-align:right">{shift.count}</td></tr>'
            for shift in self.shifts
        )
        head = in_both(self._head)
        return f'<table class="eduplan-comparison"><caption>{head}</caption>{rows}</table>'


def _both(status: Status | None) -> str:
    return in_both(partial(_word, status))


def compare(
    old: Plan,
    new: Plan,
    bearers: Iterable[object],
    register: Register,
    *,
    as_of: date,
    calendar: SchoolCalendar | None = None,
    during: Period | None = None,
    by: str = "school",
) -> Comparison:
    """Judge the same people by two plans, and count by school which verdicts change.

    Verdicts belong together that are on the same provision, bearer and period; where one plan
    gives a verdict and the other gives none, that is a change too.

    Args:
        old: the one plan.
        new: the other, such as the same `with_changes`.
        bearers: people, groups and schools, as for `evaluate`.
        register: what took place.
        as_of: the day on which is judged.
        calendar: the school calendar, where one is needed.
        during: the days of interest, by default the school year of ``as_of``.
        by: the fact of the bearers by which is counted, such as ``school`` or ``stage``.

    Raises:
        InputError: as for `evaluate`.

    >>> from eduplan import Person, load_plan
    >>> plan = load_plan("primary-school-2024")
    >>> lesson = {"id": "r1", "kind": "open-lesson", "day": date(2024, 10, 9), "bearer": "t1"}
    >>> register = Register([lesson], complete_through=date(2025, 8, 30))
    >>> teacher = Person(id="t1", roles=["teacher"], school="s1", stage="primary")
    >>> two = plan.with_changes({"open-lesson": {"at_least": 2}})
    >>> comparison = compare(plan, two, [teacher], register, as_of=date(2025, 8, 31))
    >>> for shift in comparison.shifts:
    ...     print(shift.group, shift.provision, shift.before.value, shift.after.value, shift.count)
    s1 open-lesson MET PENDING 1
    """
    everybody = list(bearers)
    before, after = (
        _by_place(
            evaluate(plan, everybody, register, as_of=as_of, calendar=calendar, during=during)
        )
        for plan in (old, new)
    )
    groups = _Groups(everybody, by)
    found: dict[tuple[str, str, Status | None, Status | None], list[Verdict]] = defaultdict(list)
    same = 0
    for place in dict.fromkeys([*before, *after]):
        for one, other in zip_longest(before.get(place, ()), after.get(place, ())):
            verdict = other if other is not None else one
            was, now = _status(one), _status(other)
            if was is now:
                same += 1
            else:
                found[groups.of(verdict), verdict.provision, was, now].append(verdict)
    shifts = [
        Shift(
            group=group,
            name=groups.name(group),
            provision=provision,
            title=verdicts[0].citation.title,
            clause=verdicts[0].clauses,
            before=was,
            after=now,
            count=len(verdicts),
            bearers=tuple(dict.fromkeys(verdict.bearer_id for verdict in verdicts)),
        )
        for (group, provision, was, now), verdicts in found.items()
    ]
    group_ranks = _ranks(groups.order(shift.group for shift in shifts))
    provision_ranks = _ranks(provision.id for provision in (*new.provisions, *old.provisions))
    shifts.sort(
        key=lambda shift: (
            group_ranks[shift.group],
            provision_ranks[shift.provision],
            _STATUS_RANKS[shift.before],
            _STATUS_RANKS[shift.after],
        )
    )
    return Comparison(as_of=as_of, by=by, shifts=tuple(shifts), same=same)


def _ranks(names: Iterable[T]) -> dict[T, int]:
    """Return names with their places in an order, each with its first."""
    return {name: rank for rank, name in enumerate(dict.fromkeys(names))}


_STATUS_RANKS = _ranks((None, *Status))

Place = tuple[str, str, object, object]
"""Provision, bearer, period, and of a verdict on one record that record's id."""


def _by_place(verdicts: Iterable[Verdict]) -> Mapping[Place, list[Verdict]]:
    found: dict[Place, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        place = (verdict.provision, verdict.bearer_id, _period(verdict), _record(verdict))
        found[place].append(verdict)
    return found


def _period(verdict: Verdict) -> object:
    """Return the period, of a verdict on a record its first day alone: its last is the due day."""
    if verdict.citation.every is None and verdict.period is not None:
        return verdict.period.start
    return verdict.period


def _record(verdict: Verdict) -> object:
    """Return the id of the record a verdict is on, where it has no periods of a rule."""
    counted = verdict.justification.counted
    if verdict.citation.every is not None or not counted or verdict.period is None:
        return None
    return getter(counted[0])("id")


def _status(verdict: Verdict | None) -> Status | None:
    return None if verdict is None else verdict.status


class _Groups:
    """Tells the school, or another group, of a verdict, its name, and their order."""

    def __init__(self, bearers: Iterable[object], by: str) -> None:
        self._by = by
        everybody = list(bearers)
        self._schools = Schools(everybody)
        values = (_text(getter(bearer)(by)) for bearer in everybody)
        self._ranks = _ranks(values)

    def of(self, verdict: Verdict) -> str:
        if self._by == "school":
            return self._schools.of(verdict)
        return _text(getter(verdict.bearer)(self._by))

    def name(self, group: str) -> str:
        return self._schools.name(group) if self._by == "school" else ""

    def order(self, groups: Iterable[str]) -> list[str]:
        if self._by == "school":
            return self._schools.order(set(groups))
        last = len(self._ranks)
        return sorted(set(groups), key=lambda g: (g == NO_SCHOOL, self._ranks.get(g, last), g))


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(sorted(map(str, value)))
    return "" if value is None else str(value)
