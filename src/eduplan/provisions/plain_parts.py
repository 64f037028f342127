"""Quotas with parts and caps, judged in one pass where nothing is out of the ordinary.

The training cycle of most teachers is of this kind: so many hours, of which so many central, a
share of them in the teacher's own tier, online hours capped, a floor for every year. Every fact is
read once, as a column over the records; a cap and a part are sums over columns. Whatever is out of
the ordinary, such as a fact that is not stated, is left to `QuotaBench`; tests hold the two against
each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.exact import Number, Share
from eduplan.facts import Getter
from eduplan.measures import BoundCap, Cap, LeftOut, Per, Way
from eduplan.provisions.composite import behind
from eduplan.provisions.plain_quota import STATED, Quick, opening, ordinary
from eduplan.provisions.portions import Place, Portion, Standing, Tally, spans_of
from eduplan.provisions.provision import Docket, Subject, View, view
from eduplan.provisions.quota import Over, Quota
from eduplan.records import Entry
from eduplan.selectors import DAY_LOOKED_AT, EVERYTHING, Scales, Selector, Test, asks_bearer
from eduplan.verdicts import Citation, Point, Status, Verdict
from eduplan.verdicts.verdict import Draft, justified

_MET, _NOT_MET, _PENDING = Status.MET, Status.NOT_MET, Status.PENDING

_point: Callable[[tuple[object, ...]], Point] = partial(tuple.__new__, Point)
"""Makes a point of all its fields in their order."""


_tally: Callable[[tuple[object, ...]], Tally] = partial(tuple.__new__, Tally)
_standing: Callable[[tuple[object, ...]], Standing] = partial(tuple.__new__, Standing)


class Pick(NamedTuple):
    """A selector on one fact: the values it may have, as they stand or as the bearer has them.

    Attributes:
        field: the fact; empty where everything is picked.
        values: the values that are right.
        own: facts of the bearer whose values are right too.
    """

    field: str = ""
    values: frozenset[object] = frozenset()
    own: tuple[str, ...] = ()

    def wanted(self, get: Getter) -> frozenset[object] | None:
        """Return the right values for a bearer, None where one is not known."""
        values = self.values
        if not self.own:
            return values
        for name in self.own:
            fact = get(name)
            if fact is None:
                return None
            values = values.union(fact if type(fact) is tuple else (fact,))
        return values


def picked(selector: Selector) -> Pick | None:
    """Return a selector as a condition on one fact, None where it asks for more."""
    if selector == EVERYTHING:
        return Pick()
    if len(selector.conditions) != 1 or selector.any_of or selector.none_of:
        return None
    condition = selector.conditions[0]
    if condition.test is not Test.IS or DAY_LOOKED_AT in condition.operands:
        return None
    fixed = frozenset(one for one in condition.operands if not asks_bearer(one))
    return Pick(condition.field, fixed, condition.bearer_fields)


class Columns:
    """The facts of some records, each read once."""

    __slots__ = ("_found", "_kept", "entries", "get")

    def __init__(self, entries: Sequence[Entry], get: Getter) -> None:
        self.entries = entries
        self.get = get
        self._found: dict[str, list[object]] = {}
        self._kept: tuple[Sequence[int], Pick, Sequence[int]] | None = None

    def of(self, field: str) -> list[object] | None:
        """Return the values of a fact, None where one is not stated or is not single."""
        found = self._found.get(field)
        if found is None:
            found = [entry[5](field) for entry in self.entries]
            if not STATED.issuperset(map(type, found)):
                return None
            self._found[field] = found
        return found

    def kept(self, amounts: Sequence[int], pick: Pick) -> Sequence[int] | None:
        """Return the amounts of the records that are picked, 0 for others, None if not known."""
        if not pick.field:
            return amounts
        last = self._kept  # often one part asks for what the next takes a share of
        if last is not None and last[0] is amounts and last[1] == pick:
            return last[2]
        column, wanted = self.of(pick.field), pick.wanted(self.get)
        if column is None or wanted is None:
            return None
        if len(wanted) == 1:
            (only,) = wanted
            kept = [a if v == only else 0 for a, v in zip(amounts, column, strict=True)]
        else:
            kept = [a if v in wanted else 0 for a, v in zip(amounts, column, strict=True)]
        self._kept = (amounts, pick, kept)
        return kept


class Span(NamedTuple):
    """The days for which a part holds, with what a point on them tells."""

    place: Place
    code: str
    seen: View
    first: str
    last: str
    begun: bool
    facts: Mapping[str, object]


class PlainPart:
    """A part whose records are told by one fact each, made ready for many bearers."""

    def __init__(
        self, portion: Portion, where: Pick, within: Pick | None, quota: Quota, owed: Number
    ) -> None:
        self.portion, self.where, self.within = portion, where, within
        self.bound, self.most, share = portion.asked(owed), portion.most, within is not None
        self.counts = quota.measure.way is Way.COUNT
        self.whole = not portion.yearly and portion.every is None
        self.unit = behind(quota.unit)
        self.required: object = Share(self.bound) if share else self.bound
        self.spans = lru_cache(maxsize=256)(self._spans)

    def _spans(self, period: Period, as_of: date) -> tuple[Span, ...]:
        found = []
        for span in spans_of(self.portion, period, period, period):
            place, seen = Place(self.portion, span), view(span or period, as_of)
            begun = span is None or span.start <= as_of
            told = {**place.told(self.unit), "required": self.required}
            found.append(Span(place, place.code, seen, seen.first, seen.last, begun, told))
        return tuple(found)

    def points(
        self,
        columns: Columns,
        amounts: Sequence[int],
        span: tuple[Period, date],
        complete: date,
        classes: dict[frozenset[str], Tally],
    ) -> list[Point] | None:
        """Return the points of the part, None where something is out of the ordinary.

        Args:
            columns: the facts of the records.
            amounts: how much each counts for.
            span: the period and the day of judgement.
            complete: the day through which the register is complete.
            classes: what exclusive parts come to, by which of them fit.
        """
        weights = [1] * len(amounts) if self.portion.records else amounts
        within = self.within
        if within is not None:
            inside = columns.kept(weights, within)
            if inside is None:
                return None
            weights = inside
        kept = columns.kept(weights, self.where)
        if kept is None:
            return None
        found = []
        bound, entries = self.bound, columns.entries
        edge, stop = "", 0  # spans come in order, mostly one upon the other
        for place, code, seen, first, last, begun, told in self.spans(*span):
            if self.whole:
                value: Number = sum(kept)
                base = sum(weights) if within is not None else 0
            else:
                start = stop if first == edge else bisect_left(entries, (first,), stop)
                edge, stop = last, bisect_left(entries, (last,), start)
                value = sum(kept[start:stop])
                base = sum(weights[start:stop]) if within is not None else 0
            tally = _tally(
                (value, value, base - value, base - value) if base else (value, value, 0, 0)
            )
            shown: object = value
            if within is not None:
                if not base:
                    return None
                value = Fraction(value, base)
                if value.denominator == 1:
                    value = int(value)
                shown = Share(value)
            reached = value > bound if self.most else value >= bound
            if not begun:
                status = _PENDING
            elif reached and within is None:
                status = _NOT_MET if self.most else _MET
            elif seen.needed is not None and complete < seen.needed:
                return None
            elif not seen.closed:
                status = _PENDING
            else:
                status = _MET if reached is not self.most else _NOT_MET
            facts = {**told, "value": shown}
            basis = _standing((place, tally, classes, self.counts))
            found.append(_point((code, status, facts, value, bound, seen.due, (), (), (), basis)))
        return found


def _parts(quota: Quota, owed: Number) -> list[PlainPart] | None:
    found = []
    for portion in quota.part:
        where = picked(portion.where)
        within = picked(portion.within) if portion.within is not None else None
        asks_more = where is None or (portion.within is not None and within is None)
        if asks_more or portion.beside or portion.bearer != EVERYTHING:
            return None
        if portion.every is not None and (portion.every.personal or portion.every.needs_calendar):
            return None
        found.append(PlainPart(portion, where or Pick(), within, quota, owed))
    return found


def _caps(quota: Quota, owed: Number) -> list[tuple[Cap, Pick, int]] | None:
    found = []
    for cap in quota.measure.caps:
        where, most = picked(cap.where), cap.most(owed)
        if cap.per is not Per.PERIOD or cap.each or where is None or type(most) is not int:
            return None
        found.append((cap, where, most))
    return found


def _cut(amounts: Sequence[int], kept: Sequence[int], excess: int) -> list[int]:
    """Return amounts without what is beyond a cap, which is taken off the latest records."""
    found = list(amounts)
    place = len(found)
    while excess > 0:
        place -= 1
        taken = min(kept[place], excess)
        found[place] -= taken
        excess -= taken
    return found


_MORE = ("leave", "carry_over", "grace", "before_joining", "opens", "serves_at_least")
"""Keys of a quota that make its judgement take more than one pass."""


def quick_parts(
    quota: Quota, citation: Citation, scales: Scales, horizon: Period | None = None
) -> Quick | None:
    """Return the judgement of a quota with plain parts and caps as one function.

    Args:
        quota: the quota.
        citation: what its verdicts cite.
        scales: the ordered scales of the plan.
        horizon: first and last day of the plan, where a cycle that crosses them is not plain.

    Returns:
        The function, None where the quota is not of this kind.
    """
    measure, rows = quota.measure, quota.at_least
    where = picked(measure.where)
    if (
        rows is None
        or where is None
        or where.own
        or len(where.values) > 1
        or measure.way not in (Way.COUNT, Way.SUM)
        or any(map(quota.says, _MORE))
        or quota.scope.over is not Over.EACH
        or not ordinary(quota, scales)
    ):
        return None
    owed = rows[0].amount
    parts, caps = _parts(quota, owed), _caps(quota, owed)
    if parts is None or caps is None:
        return None
    opened = opening(quota, citation, scales, horizon)
    asked, kinds = where.field, measure.kinds
    wanted = next(iter(where.values), None)
    summed = measure.field if measure.way is Way.SUM else ""
    exclusive = [part for part in parts if part.portion.exclusive]

    def judge(subject: Subject, docket: Docket) -> Verdict | None:
        found = opened(subject, docket)
        if type(found) is not tuple:
            return found  # type: ignore[return-value]
        seen, entries, left_out = found
        register, get = docket.register, subject.get
        through = register.throughout or register.complete_through(kinds) or date.min
        if asked:
            answers = [entry[5](asked) for entry in entries]
            if not STATED.issuperset(map(type, answers)):
                return None
            differing = [place for place, answer in enumerate(answers) if answer != wanted]
            if differing:
                others = tuple([entries[place][4] for place in differing])
                left_out = (LeftOut("differs", asked, others), *left_out)
                entries = list(entries)
                for place in reversed(differing):
                    del entries[place]
        amounts = [entry[5](summed) for entry in entries] if summed else [1] * len(entries)
        if not _WHOLE.issuperset(map(type, amounts)) or (amounts and min(amounts) < 0):
            return None
        columns = Columns(entries, get)
        bound = []
        for cap, pick, most in caps:
            kept = columns.kept(amounts, pick)
            if kept is None:
                return None
            lost = sum(kept) - most
            if lost > 0:
                amounts = _cut(amounts, kept, lost)
                bound.append(BoundCap(cap, lost, most))
        counts = tuple(amounts)
        points: list[Point] = []
        classes = _classes(exclusive, columns, counts) if len(exclusive) > 1 else {}
        if classes is None:
            return None
        for part in parts:
            span = (seen.period, docket.as_of)
            several = part.points(columns, counts, span, through, classes)
            if several is None:
                return None
            points += several
        if classes and _may_clash(classes, points):
            return None
        value = sum(counts)
        status = _MET
        if value < owed:
            if seen.needed is not None and through < seen.needed:
                return None
            status = _NOT_MET if seen.closed else _PENDING
        of_parts = [point[1] for point in points]
        if _NOT_MET in of_parts:
            status = _NOT_MET
        elif status is _MET and _PENDING in of_parts:
            status = _PENDING
        counted = tuple([entry[4] for entry in entries])
        reasons = (counted, counts, left_out, tuple(bound), None, 0, tuple(points))
        draft = Draft(
            citation,
            subject.thing,
            subject.id,
            status,
            docket.as_of,
            seen.period,
            value,
            owed,
            seen.opens,
            seen.due,
            (),
            justified(reasons),
        )
        draft.__class__ = Verdict
        return draft  # type: ignore[return-value]

    return judge


_WHOLE = frozenset({int})


def _classes(
    exclusive: Sequence[PlainPart], columns: Columns, amounts: Sequence[int]
) -> dict[frozenset[str], Tally] | None:
    """Return what exclusive parts come to, by which of them a record fits."""
    ones = [1] * len(amounts)
    fits = [columns.kept(ones, part.where) for part in exclusive]
    names = [part.portion.id for part in exclusive]
    found: dict[frozenset[str], Tally] = {}
    for index, amount in enumerate(amounts):
        several = []
        for name, kept in zip(names, fits, strict=True):
            if kept is None:
                return None
            if kept[index]:
                several.append(name)
        key = frozenset(several)
        found[key] = found.get(key, Tally()) + Tally(amount, amount)
    return found


def _may_clash(classes: Mapping[frozenset[str], Tally], points: Sequence[Point]) -> bool:
    """Say whether records fit several parts of which each is filled, and may not serve them all."""
    met = {point.facts["id"] for point in points if point.status is Status.MET}
    return any(len(names & met) > 1 for names in classes)
