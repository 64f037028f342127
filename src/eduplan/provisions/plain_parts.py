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
from itertools import compress
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.facts import Getter
from eduplan.measures import BoundCap, Cap, LeftOut, Per, Way
from eduplan.provisions.benches import Docket
from eduplan.provisions.plain_quota import STATED, Quick, opening, ordinary
from eduplan.provisions.portions import Portion, spans_of
from eduplan.provisions.provision import Subject, view
from eduplan.provisions.quota import Over, Quota
from eduplan.provisions.tallies import Place, Standing, Tally
from eduplan.records import Entry
from eduplan.selectors import DAY_LOOKED_AT, EVERYTHING, Scales, Selector, Test, asks_bearer
from eduplan.verdicts import Citation, Point, Status, Verdict
from eduplan.verdicts.verdict import Common, Draft, declare, justified

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


_ALL = Pick()


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


def fitting(pick: Pick, readers: Sequence[Getter], bearer: Getter) -> list[bool] | None:
    """Say of records whether they are picked, None where a fact is not stated or not single.

    Args:
        pick: what is asked of them.
        readers: read the facts of the records, one each.
        bearer: reads the facts of their bearer.
    """
    field, wanted = pick.field, pick.wanted(bearer)
    facts = [read(field) for read in readers]
    if wanted is None or not STATED.issuperset(map(type, facts)):
        return None
    if len(wanted) == 1:
        (only,) = wanted
        return [fact == only for fact in facts]
    return [fact in wanted for fact in facts]


class Batch(NamedTuple):
    """Records of one bearer in the order of their days, and what is asked of them all.

    Attributes:
        entries: the records.
        readers: read their facts, one each.
        bearer: reads the facts of the bearer.
        fits: which of them are picked, for everything that is asked of all of them.
    """

    entries: Sequence[Entry]
    readers: Sequence[Getter]
    bearer: Getter
    fits: Mapping[Pick, list[bool]]


class Span(NamedTuple):
    """The days for which a part holds, with what a point on them tells.

    Attributes:
        place: the part, and the days where it does not hold for the whole period.
        code: key of the sentence of the point.
        told: the facts of that sentence.
        due: the last day on which something can be done for it.
        first: mark of the first day.
        last: mark of the day after the last.
        reached: the status where the bound is reached, or a most is not kept, and the day through
            which the register must be complete to say so.
        missed: the same where the bound is not reached.
    """

    place: Place
    code: str
    told: Common
    due: date
    first: str
    last: str
    reached: tuple[Status, date]
    missed: tuple[Status, date]


class PlainPart:
    """A part whose records are told by one fact each, made ready for many bearers."""

    def __init__(
        self, portion: Portion, where: Pick, within: Pick | None, quota: Quota, owed: Number
    ) -> None:
        self.portion, self.where, self.within = portion, where, within
        self.bound, self.most = portion.asked(owed), portion.most
        self.counts = quota.measure.way is Way.COUNT
        self.whole = not portion.yearly and portion.every is None
        self.unit = quota.counted_in

    def spans(self, period: Period, as_of: date) -> list[Span]:
        """Return the days of a period for which the part holds, in their order."""
        share = self.within is not None
        if_reached, if_missed = (_NOT_MET, _MET) if self.most else (_MET, _NOT_MET)
        found = []
        for span in spans_of(self.portion, period, period, period):
            place, seen = Place(self.portion, span), view(span or period, as_of)
            told = place.told(self.unit, self.bound)
            reached = missed = (_PENDING, date.min)
            if span is None or span.start <= as_of:
                needed = seen.needed or date.min
                missed = (if_missed if seen.closed else _PENDING, needed)
                reached = (if_reached if seen.closed else _PENDING, needed)
                if not share:  # further records do not undo it
                    reached = (if_reached, date.min)
            marks = seen.first, seen.last
            found.append(Span(place, place.code, told, seen.due, *marks, reached, missed))
        return found

    def points(
        self,
        batch: Batch,
        amounts: Sequence[int],
        spans: Sequence[Span],
        complete: date,
        classes: dict[frozenset[str], Tally],
    ) -> list[Point] | None:
        """Return the points of the part, None where something is out of the ordinary.

        Args:
            batch: the records.
            amounts: how much each counts for.
            spans: the days for which the part holds.
            complete: the day through which the register is complete.
            classes: what exclusive parts come to, by which of them fit.
        """
        if self.portion.records:
            amounts = [1] * len(amounts)
        entries, readers, bearer, picked = batch
        within, where = self.within, self.where
        if within is not None and within.field:
            inside = picked[within]
            readers, amounts = list(compress(readers, inside)), list(compress(amounts, inside))
            if not self.whole:
                entries = list(compress(entries, inside))
        fits: Sequence[bool] | None = None
        if where.field:
            fits = picked[where] if within is None else fitting(where, readers, bearer)
            if fits is None:
                return None
        found, bound, most, counts = [], self.bound, self.most, self.counts
        start, stop, edge = 0, len(amounts), ""
        for place, code, told, due, first, last, reached, missed in spans:
            if not self.whole:  # spans come in order, mostly one upon the other
                start = stop if first == edge else bisect_left(entries, (first,))
                edge, stop = last, bisect_left(entries, (last,), start)
            weights = amounts[start:stop]
            inner = sum(weights if fits is None else compress(weights, fits[start:stop]))
            outer = 0
            value: Number = inner
            if within is None:
                enough = inner > bound if most else inner >= bound
            else:
                base = sum(weights)
                if not base:
                    return None
                outer = base - inner
                here, owed = inner * bound.denominator, base * bound.numerator
                enough = here > owed if most else here >= owed
                value = Fraction(inner, base) if 0 < inner < base else inner // base
            status, needed = reached if enough else missed
            if complete < needed:
                return None
            basis = _standing((place, _tally((inner, inner, outer, outer)), classes, counts))
            found.append(_point((code, status, told, value, bound, due, (), (), (), basis)))
        return found


def _parts(quota: Quota, owed: Number) -> list[PlainPart] | None:
    found = []
    for portion in quota.part:
        where = picked(portion.where)
        within = picked(portion.within) if portion.within is not None else None
        asks_more = where is None or (portion.within is not None and within is None)
        apart = portion.beside or portion.distinct
        if asks_more or apart or portion.bearer != EVERYTHING:
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


def _differing(readers: Sequence[Getter], field: str, wanted: object) -> list[int] | None:
    """Return the places of records that state something else, None where one is not ordinary.

    Args:
        readers: read the facts of the records, one each.
        field: the fact that is asked of them.
        wanted: what it is to be.
    """
    answers = [read(field) for read in readers]
    differing = [place for place, answer in enumerate(answers) if answer != wanted]
    stated = STATED.issuperset([type(answers[place]) for place in differing])
    return differing if stated else None


def _capped(
    amounts: Sequence[int],
    caps: Sequence[tuple[Cap, Pick, int]],
    fits: Mapping[Pick, Sequence[bool]],
) -> tuple[tuple[int, ...], tuple[BoundCap, ...]]:
    """Return what caps, one after the other, leave of amounts, and those that took something."""
    bound = []
    for cap, pick, most in caps:
        lost = sum(compress(amounts, fits[pick])) - most
        if lost > 0:
            amounts = _cut(amounts, fits[pick], lost)
            bound.append(BoundCap(cap, lost, most))
    return tuple(amounts), tuple(bound)


def _cut(amounts: Sequence[int], capped: Sequence[bool], excess: int) -> list[int]:
    """Return amounts without what is beyond a cap, which is taken off the latest records."""
    found = list(amounts)
    place = len(found)
    while excess > 0:
        place -= 1
        if capped[place]:
            taken = min(found[place], excess)
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
    asked_of_all = [pick for _, pick, _ in caps]
    asked_of_all += [part.where if part.within is None else part.within for part in parts]
    picks = tuple(dict.fromkeys(pick for pick in asked_of_all if pick.field))

    @lru_cache(maxsize=256)
    def spans_on(period: Period, as_of: date) -> list[tuple[PlainPart, list[Span]]]:
        return [(part, part.spans(period, as_of)) for part in parts]

    def judge(subject: Subject, docket: Docket) -> Verdict | None:
        found = opened(subject, docket)
        if type(found) is not tuple:
            return found  # type: ignore[return-value]
        seen, entries, left_out = found
        register, get = docket.register, subject.get
        through = register.throughout or register.complete_through(kinds) or date.min
        readers = [entry[5] for entry in entries]
        if asked:
            differing = _differing(readers, asked, wanted)
            if differing is None:
                return None
            if differing:
                others = tuple([entries[place][4] for place in differing])
                left_out = (LeftOut("differs", asked, others), *left_out)
                entries = list(entries)
                for place in reversed(differing):
                    del entries[place], readers[place]
        size = len(entries)
        amounts = [read(summed) for read in readers] if summed else [1] * size
        if not _WHOLE.issuperset(map(type, amounts)) or (size and min(amounts) < 0):
            return None
        found_fitting = {_ALL: [True] * size}
        for pick in picks:
            fits = fitting(pick, readers, get)
            if fits is None:
                return None
            found_fitting[pick] = fits
        batch = Batch(entries, readers, get, found_fitting)
        counts, bound = _capped(amounts, caps, found_fitting)
        points: list[Point] = []
        classes = _classes(exclusive, batch, counts) if len(exclusive) > 1 else {}
        for part, spans in spans_on(seen.period, docket.as_of):
            several = part.points(batch, counts, spans, through, classes)
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
        reasons = (counted, counts, left_out, bound, None, 0, tuple(points))
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
        return declare(draft)

    return judge


_WHOLE = frozenset({int})


def _classes(
    exclusive: Sequence[PlainPart], batch: Batch, amounts: Sequence[int]
) -> dict[frozenset[str], Tally]:
    """Return what exclusive parts come to, by which of them a record fits."""
    names = [part.portion.id for part in exclusive]
    columns = [batch.fits[part.where] for part in exclusive]
    found: dict[frozenset[str], Tally] = {}
    for amount, *fitting in zip(amounts, *columns, strict=True):
        key = frozenset(compress(names, fitting))
        found[key] = found.get(key, Tally()) + Tally(amount, amount)
    return found


def _may_clash(classes: Mapping[frozenset[str], Tally], points: Sequence[Point]) -> bool:
    """Say whether records fit several parts of which each is filled, and may not serve them all."""
    met = {point.facts["id"] for point in points if point.status is Status.MET}
    return any(len(names & met) > 1 for names in classes)
