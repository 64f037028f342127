"""What is still needed: the least that must be added for a verdict to become met, by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import ceil
from typing import NamedTuple

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import refuse
from eduplan.exact import Number, exact, show
from eduplan.messages import Language, Text, say
from eduplan.outlook.least import Row, least
from eduplan.periods import show_days
from eduplan.provisions.portions import Portion
from eduplan.provisions.tallies import Standing
from eduplan.selectors import EVERYTHING, Selector
from eduplan.verdicts import Point, Status, Verdict
from eduplan.verdicts.telling import tell_unit


@attrs.frozen(kw_only=True)
class Need:
    """What one part still needs.

    Args:
        id: the part.
        title: what people call it.
        code: how it is needed, a key below ``remaining.part.`` in the catalogue: ``least`` or
            ``least-in`` (amounts that fit it), ``beside`` (besides the whole), ``inside`` (amounts
            that raise its share), ``outside`` (that lower it), ``records`` or ``records-outside``
            (the same where records are counted), ``things`` or ``things-outside`` (where different
            things are: how many others, not there yet), ``again`` (how many of those that are there
            need a record that fits), ``exceeded`` (more is there than is allowed), ``lost``
            (nothing helps any more).
        amount: how much, in the unit of the quota, or how many records or things; None of what is
            exceeded or lost.
        due: the last day on which it can be done.
        days: of a part that holds for some days only, which.
    """

    id: str
    title: Text
    code: str
    amount: Number | None
    due: date | None
    days: Period | None = None


@attrs.frozen(kw_only=True)
class Piece:
    """Something to add: with all pieces together the verdict becomes met.

    Args:
        amount: how much, in the unit of the quota.
        fits: ids of the parts whose records it must be among.
        within: ids of the parts, shares, of whose whole it is.
        days: on which days it can be done.
    """

    amount: Number
    fits: tuple[str, ...]
    within: tuple[str, ...]
    days: Period


@attrs.frozen(kw_only=True)
class Remaining:
    """The least that must be added for a verdict to become met.

    Args:
        verdict: the verdict.
        amount: how much in all, in the unit of the quota; None where nothing can make it met, or
            where what is owed is not known.
        parts: what parts need of it, in the order of the plan. Hours that may serve several parts
            are told for each of them, so these need not add up to the whole.
        pieces: one way to do it with that amount and no more.
        possible: whether there is still time and nothing is lost.
    """

    verdict: Verdict = attrs.field(repr=False)
    amount: Number | None
    parts: tuple[Need, ...] = ()
    pieces: tuple[Piece, ...] = attrs.field(default=(), repr=False)
    possible: bool = True

    @property
    def due(self) -> date | None:
        """The last day on which it can be done."""
        return self.verdict.due

    def explain(self, lang: Language = "en", *, names: bool = True) -> str:
        """Return it as a sentence.

        Args:
            lang: ``zh`` or ``en``.
            names: whether the bearer may be named; otherwise its id stands.
        """
        verdict = self.verdict
        who = verdict.called(names=names)
        told = _tell(self, lang)
        title = verdict.citation.title
        return say("remaining.sentence", lang, who=who, title=title, told=told)


def remaining(verdict: Verdict) -> Remaining:
    """Return the least that must be added for a verdict on an amount to become met.

    Exact, and the least there is: no less can do, and `Remaining.pieces` is one way in which it
    does. It is taken to be free what is added, so one hour may serve the whole, a part that may not
    share, and all parts that may; an hour that serves one of several parts is counted once (Hall's
    condition). What counts is what is left after caps. What is not known counts for nothing yet,
    and a bound is that of ``as_of``: leave taken later may lower it.

    Args:
        verdict: a verdict on a quota of a count, a sum, credits, days or distinct things.

    Raises:
        InputError: a verdict of another form, or on a share.

    >>> from eduplan import Record, Register, evaluate, load_plan
    >>> plan = load_plan("primary-school-2024")
    >>> register = Register([], complete_through=date(2024, 12, 31))
    >>> teacher = {"id": "t1", "role": ("teacher",), "stage": "primary"}
    >>> [verdict] = evaluate(plan, [teacher], register, as_of=date(2025, 1, 1),
    ...                      only=["open-lesson"])
    >>> remaining(verdict).explain()
    't1: Open lesson: at least 1 lesson more by 31 August 2025.'
    """
    citation = verdict.citation
    if citation.form != "quota" or citation.share:
        raise refuse("remaining-amounts")
    if verdict.status in (Status.MET, Status.NOT_APPLICABLE):
        return Remaining(verdict=verdict, amount=0)
    if verdict.required is None or verdict.value is None or verdict.due is None:
        return Remaining(verdict=verdict, amount=None)
    if citation.most:
        broken = bool(verdict.shortfall)
        return Remaining(verdict=verdict, amount=None if broken else 0, possible=not broken)
    return _Wanted(verdict).found()


class _Kind(NamedTuple):
    """A kind of hour that may be added.

    Attributes:
        part: id of the part it serves, of those that may not share; empty for none.
        fits: which selectors it fits, of those by which a share or an upper bound goes.
        cell: in which days it is done, None where that does not matter.
    """

    part: str
    fits: frozenset[Selector]
    cell: Period | None


class _Asked(NamedTuple):
    """A part as it stands."""

    portion: Portion
    span: Period | None
    value: Number
    outside: Number
    required: Number
    point: Point

    @property
    def lacks(self) -> Number:
        return max(self.required - self.value, 0)

    @property
    def exceeded(self) -> bool:
        """Whether it is an amount above what is allowed, which nothing brings down."""
        portion = self.portion
        return portion.most and portion.within is None and self.value > self.required

    def of(self, code: str, amount: Number | None) -> Need:
        portion = self.portion
        return Need(
            id=portion.id,
            title=portion.called,
            code=code,
            amount=amount,
            due=self.point.due,
            days=self.span,
        )


class _Wanted:
    """What a verdict lacks, as conditions on what is added."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        opens, due = verdict.opens or verdict.as_of, verdict.due or verdict.as_of
        self.over = due < verdict.as_of
        self.days = Period(opens if self.over else max(opens, verdict.as_of), due + DAY)
        self.classes: Mapping[frozenset[str], Number] = {}
        self.whole = False
        parts = []
        for point in verdict.justification.points:
            if isinstance(point.basis, Standing):
                (portion, span), tally, classes, self.whole = point.basis
                self.classes = {which: one.low for which, one in classes.items()}
                required = point.required or 0
                parts.append(_Asked(portion, span, tally.low, tally.outside_low, required, point))
        self.lost = [one for one in parts if self._gone(one) and not self._holds(one)]
        self.parts = [one for one in parts if not self._gone(one)]
        self.free = [one for one in self.parts if not one.portion.beside]
        self.exclusive = [one for one in self.free if one.portion.exclusive]
        self.atoms = self._atoms()
        self.cells = self._cells()
        self.kinds = list(self._kinds())

    def _gone(self, one: _Asked) -> bool:
        return one.span is not None and one.span.end <= self.days.start

    @staticmethod
    def _holds(one: _Asked) -> bool:
        value, required = one.value, one.required
        if one.portion.within is not None:
            required *= value + one.outside
        return value <= required if one.portion.most else value >= required

    def _atoms(self) -> tuple[Selector, ...]:
        """Return the selectors that it matters not to fit: others an hour may as well fit."""
        found: dict[Selector, None] = {}
        for one in self.free:
            portion = one.portion
            if portion.by_number or (portion.within is None and not portion.most):
                continue
            found[portion.where] = None
            if portion.within is not None:
                found[portion.within] = None
        found.pop(EVERYTHING, None)
        return tuple(found)

    def _cells(self) -> Sequence[Period | None]:
        """Return the days between which it makes a difference when something is done."""
        timed = [one for one in self.free if one.span is not None and not one.portion.by_number]
        portions = [one.portion for one in timed]
        if not any(p.most or p.within is not None or p.where in self.atoms for p in portions):
            return (None,)
        spans = [one.span for one in timed if one.span is not None]
        marks = {self.days.start, self.days.end}
        marks |= {day for span in spans for day in (span.start, span.end) if day in self.days}
        days = sorted(marks)
        return [Period(start, end) for start, end in pairwise(days)]

    def _kinds(self) -> Iterator[_Kind]:
        wheres = {one.portion.id: one.portion.where for one in self.exclusive}
        truths = list(product((True, False), repeat=len(self.atoms)))
        for cell, part, truth in product(self.cells, ("", *wheres), truths):
            fits = frozenset(one for one, true in zip(self.atoms, truth, strict=True) if true)
            if not part or wheres[part] not in self.atoms or wheres[part] in fits:
                yield _Kind(part, fits, cell)

    def _fit(self, kind: _Kind, where: Selector) -> bool:
        return where in kind.fits or where not in self.atoms

    def _row(self, weigh: Callable[[_Kind], Number], bound: Number) -> Row:
        return [weigh(kind) for kind in self.kinds], bound

    def rows(self) -> Iterator[Row]:
        """Return the conditions on how much is added of every kind."""
        verdict = self.verdict
        everything = (verdict.required or 0) - (verdict.value or 0)
        yield self._row(lambda _: 1, everything)
        yield self._row(lambda _: 1, sum(amount for _, amount in self.placed()))
        yield from self._exclusive()
        for one in self.free:
            if not one.portion.exclusive and not one.portion.by_number:
                yield from self._of(one)

    def _exclusive(self) -> Iterator[Row]:
        """Hall's condition: whatever parts are taken together, what fits any of them suffices."""
        for size in range(1, len(self.exclusive) + 1):
            for several in combinations(self.exclusive, size):
                names = {one.portion.id for one in several}
                value = several[0].value
                if size > 1:
                    value = sum(low for which, low in self.classes.items() if which & names)
                bound = sum(one.required for one in several) - value
                if bound > 0:
                    yield self._row(lambda kind, names=names: kind.part in names, bound)  # type: ignore[misc]

    def _of(self, one: _Asked) -> Iterator[Row]:
        portion, span = one.portion, one.span

        def fits(kind: _Kind) -> bool:
            return _in(kind.cell, span) and self._fit(kind, portion.where)

        if portion.within is not None:
            within, share = portion.within, Fraction(one.required)

            def weigh(kind: _Kind) -> Number:
                if not _in(kind.cell, span) or not self._fit(kind, within):
                    return 0
                return self._fit(kind, portion.where) - share

            bound = share * (one.value + one.outside) - one.value
            side = -1 if portion.most else 1
            yield self._row(lambda kind: side * weigh(kind), side * bound)
        elif portion.most:
            yield self._row(lambda kind: -fits(kind), one.value - one.required)
        elif span is None or self.cells != (None,):
            yield self._row(fits, one.required - one.value)

    def placed(self) -> list[tuple[Period, Number]]:
        """Return how much is needed in which days, where that is all that matters of days.

        Spans are taken by their ends, and what one lacks is done as late in it as can be, where it
        serves those that end later too.
        """
        if self.cells != (None,):
            return []
        spans = [
            (span, one.lacks)
            for one in self.free
            if one.span is not None and one.portion.within is None and not one.portion.most
            if (span := one.span.meet(self.days)) is not None
        ]
        found: list[tuple[Period, Number]] = []
        for span, lacks in sorted(spans, key=lambda pair: (pair[0].end, pair[0].start)):
            lacks -= sum(amount for days, amount in found if days.last in span)
            if lacks > 0:
                found.append((Period(span.last, span.end), lacks))
        return found

    def found(self) -> Remaining:
        """Return what is needed."""
        amounts = least(list(self.rows()), len(self.kinds), whole=self.whole)
        lost = [one.of("lost", None) for one in self.lost]
        if amounts is None:
            lost += [one.of("exceeded", None) for one in self.parts if one.exceeded]
            return Remaining(verdict=self.verdict, amount=None, parts=tuple(lost), possible=False)
        beside = [one for one in self.parts if one.portion.beside and not one.portion.most]
        needs = (*lost, *self._needs(amounts))
        return Remaining(
            verdict=self.verdict,
            amount=exact(sum(amounts) + sum(one.lacks for one in beside)),
            parts=needs,
            pieces=tuple(self._pieces(amounts, beside)),
            possible=not self.over and all(need.amount is not None for need in needs),
        )

    def _needs(self, amounts: Sequence[Number]) -> Iterator[Need]:
        added = [(kind, amount) for kind, amount in zip(self.kinds, amounts, strict=True) if amount]
        for one in self.parts:
            for code, amount in self._need(one, added):
                if amount is None or amount > 0:
                    yield one.of(code, None if amount is None else exact(amount))

    def _need(
        self, one: _Asked, added: Sequence[tuple[_Kind, Number]]
    ) -> Iterable[tuple[str, Number | None]]:
        """Return how, and how much, a part needs."""
        portion = one.portion
        if portion.by_number:
            return (_by_number(one),)
        if portion.exclusive:
            return (("least", sum(amount for kind, amount in added if kind.part == portion.id)),)
        if portion.within is None:
            if portion.most:
                return (("exceeded", None),) if one.exceeded else ()
            code = "beside" if portion.beside else "least" if one.span is None else "least-in"
            return ((code, one.lacks),)
        sums: dict[bool, Number] = {True: 0, False: 0}
        for kind, amount in added:
            if _in(kind.cell, one.span) and self._fit(kind, portion.within):
                sums[self._fit(kind, portion.where)] += amount
        if not one.value + one.outside + sum(sums.values()) and (one.required or portion.most):
            return (("records-outside" if portion.most else "records", 1),)
        if portion.most:
            lacking = one.value > one.required * (one.value + one.outside)
            return (("outside", sums[False] if lacking else 0),)
        whole = one.value + one.outside + sum(sums.values())
        return (("inside", one.required * whole - one.value),)

    def _pieces(self, amounts: Sequence[Number], beside: Sequence[_Asked]) -> Iterator[Piece]:
        rest = list(self.placed())
        for kind, amount in zip(self.kinds, amounts, strict=True):
            while amount:
                days, piece = kind.cell or self.days, amount
                if rest:
                    days, most = rest.pop(0)
                    piece = min(amount, most)
                    if most > piece:
                        rest.insert(0, (days, most - piece))
                yield self._piece(kind, piece, days)
                amount -= piece
        for one in beside:
            if one.lacks:
                days = (one.span or self.days).meet(self.days) or self.days
                yield Piece(amount=one.lacks, fits=(one.portion.id,), within=(), days=days)

    def _piece(self, kind: _Kind, amount: Number, days: Period) -> Piece:
        ids: dict[str, None] = {}
        wholes: dict[str, None] = {}
        for one in self.free:
            portion = one.portion
            if not portion.exclusive or portion.id == kind.part:
                if self._fit(kind, portion.where):
                    ids[portion.id] = None
                if portion.within is not None and self._fit(kind, portion.within):
                    wholes[portion.id] = None
        return Piece(amount=exact(amount), fits=tuple(ids), within=tuple(wholes), days=days)


def _in(cell: Period | None, span: Period | None) -> bool:
    return cell is None or span is None or cell.start in span


def _by_number(one: _Asked) -> tuple[str, Number | None]:
    """Return how many records, or different things, bring a share of them right.

    None where none can.
    """
    inside, whole, share = one.value, one.value + one.outside, Fraction(one.required)
    things = "things" if one.portion.distinct else "records"
    if one.portion.most:
        code = f"{things}-outside"
        if not whole:
            return code, 1
        if inside <= share * whole:
            return code, 0
        return (code, ceil(inside / share - whole)) if share else ("lost", None)
    if not whole:
        return things, 1 if share else 0
    if inside >= share * whole:
        return things, 0
    if share < 1:
        return things, ceil((share * whole - inside) / (1 - share))
    return ("again", one.outside) if one.portion.distinct else ("lost", None)


def _tell(found: Remaining, lang: Language) -> str:
    verdict, citation = found.verdict, found.verdict.citation
    facts = {"due": verdict.due, "amount": "", "units": ""}
    if found.amount is not None:
        units = tell_unit(found.amount, citation, lang)
        facts |= {"amount": show(found.amount), "units": units}
    if verdict.status is Status.NOT_APPLICABLE:
        code = "not-owed"
    elif found.amount is None:
        code = "unknown" if found.possible else "never"
    elif not found.amount and not found.parts:
        code = "nothing"
    elif verdict.due is not None and verdict.due < verdict.as_of:
        code = "over"
    else:
        code = "need" if found.amount else "nothing-in-all"
    told = say(f"remaining.{code}", lang, **facts)
    if found.parts:
        parts = say("explain.between", lang).join(
            say(
                f"remaining.part.{need.code}",
                lang,
                title=need.title,
                amount=show(need.amount) if need.amount is not None else "",
                units=tell_unit(need.amount, citation, lang),
                days=show_days(need.days, lang) if need.days is not None else "",
                last=need.due,
            )
            for need in found.parts
        )
        told += say("remaining.why" if code == "never" else "remaining.of-them", lang, parts=parts)
    if not found.possible and found.amount is not None and code != "over":
        told += say("remaining.but-never", lang)
    if verdict.status is Status.UNDETERMINED and found.amount:
        told += say("remaining.doubts", lang)
    return told
