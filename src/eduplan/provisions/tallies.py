"""What the parts of a quota come to, at least and at most, and whether all can be filled.

Whether they can is decided by Hall's condition: whatever parts are taken together, the records that
fit any of them must come to what they ask for together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from operator import attrgetter
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.errors import Missing, NotKnown
from eduplan.exact import Number, Share, exact
from eduplan.facts import Getter, values_of
from eduplan.measures import Doubts, Range
from eduplan.messages import Text
from eduplan.provisions.portions import Portion, spans_of
from eduplan.selectors import EVERYTHING, Matcher, Scales
from eduplan.verdicts.telling import behind
from eduplan.verdicts.verdict import Common


class Tally(NamedTuple):
    """What the records of a part come to, at least and at most (None where there is no knowing).

    Attributes:
        low: the least of the part.
        high: the most.
        outside_low: of a share, the least of what is in its whole and not in the part.
        outside_high: the most of that.
    """

    low: Number = 0
    high: Number | None = 0
    outside_low: Number = 0
    outside_high: Number | None = 0

    def __add__(self, other: object) -> Tally:
        assert isinstance(other, Tally)  # noqa: S101 - for the type checker
        return Tally(
            self.low + other.low,
            _plus(self.high, other.high),
            self.outside_low + other.outside_low,
            _plus(self.outside_high, other.outside_high),
        )

    def over(self, count: int) -> Tally:
        """Return the tally of one of ``count``, on average."""
        return Tally(*(None if one is None else exact(Fraction(one) / count) for one in self))  # type: ignore[arg-type]

    @property
    def share(self) -> tuple[Number, Number]:
        """The share of the part in its whole, at least and at most."""
        low: Number = 0
        high: Number = 1
        if self.outside_high is not None and self.low + self.outside_high:
            low = exact(Fraction(self.low) / (self.low + self.outside_high))
        if self.high is not None and self.high + self.outside_low:
            high = exact(Fraction(self.high) / (self.high + self.outside_low))
        return low, high


def _plus(one: Number | None, other: Number | None) -> Number | None:
    return None if one is None or other is None else one + other


class Place(NamedTuple):
    """A part, and the span of days for which it is tallied, None for the whole period."""

    portion: Portion
    span: Period | None

    @property
    def code(self) -> str:
        """Code of the point on it."""
        portion = self.portion
        side, share = "most" if portion.most else "least", portion.within is not None
        return f"part-{side}{'-share' if share else ''}{'-in' if self.span is not None else ''}"

    def told(self, unit: Text, required: Number) -> Common:
        """Return what the point on it tells besides its value.

        Args:
            unit: the unit of the quota.
            required: how much is owed of it.
        """
        share = self.portion.within is not None
        facts: dict[str, object] = {
            "id": self.portion.id,
            "title": self.portion.called,
            "unit": behind(unit, required),
            "required": Share(required) if share else required,
        }
        if self.span is not None:
            facts["days"] = self.span
        return Common(facts, share=share)


class Tallied(NamedTuple):
    """What was tallied for the parts of a quota.

    Attributes:
        tallies: what each part comes to.
        classes: the amounts of exclusive parts, at least and at most, by which of them fit.
        missing: what would have to be known.
    """

    tallies: dict[Place, Tally]
    classes: dict[frozenset[str], Tally]
    missing: tuple[Missing, ...]


class Standing(NamedTuple):
    """What a point on a part was judged from, for whoever asks how much more is needed.

    Attributes:
        place: the part, and for which days.
        tally: what it comes to.
        classes: what exclusive parts come to, by which of them fit.
        whole: whether amounts are numbers of records.
    """

    place: Place
    tally: Tally
    classes: dict[frozenset[str], Tally]
    whole: bool


_ALONE = attrgetter("alone")


class PortionGauge:
    """The parts of a quota, made ready to tally many bearers."""

    def __init__(
        self, portions: Sequence[Portion], scales: Scales, alone: Collection[str] = ()
    ) -> None:
        """Make the parts ready.

        Args:
            portions: the parts.
            scales: the ordered scales of the plan.
            alone: the ids of those from whose records no others take room under a cap.
        """
        self._alone = alone
        self._parts = [
            (
                portion,
                Matcher(portion.where, scales),
                Matcher(portion.within, scales) if portion.within is not None else None,
            )
            for portion in portions
        ]
        self._bearers = [
            Matcher(portion.bearer, scales) if portion.bearer != EVERYTHING else None
            for portion in portions
        ]
        self._beside = any(portion.beside for portion in portions)

    def _asked(self, get: Getter) -> Iterator[tuple[Portion, Matcher, Matcher | None]]:
        """Return the parts asked of a bearer.

        Raises:
            NotKnown: whether a part is asked of it depends on a fact that is not known.
        """
        for part, bearer in zip(self._parts, self._bearers, strict=True):
            truth = bearer is None or bearer(get, get)
            if bearer is not None and truth is None:
                raise NotKnown("bearer-fact", field=bearer.blame(get, get))
            if truth:
                yield part

    def floors(self, get: Getter) -> Iterator[tuple[Portion, Matcher]]:
        """Return the parts asked of a bearer that ask for so much in the whole period.

        Raises:
            NotKnown: whether a part is asked of it depends on a fact that is not known.
        """
        for portion, where, within in self._asked(get):
            spans = portion.yearly or portion.every is not None
            if within is None and not (portion.most or portion.beside or spans):
                yield portion, where

    def towards_the_whole(
        self, ranges: Sequence[Range], get: Getter
    ) -> tuple[tuple[Range, ...], tuple[Range, ...], tuple[Missing, ...]]:
        """Return what counts towards the whole, what beside it, and what is missing to tell."""
        if not self._beside:
            return tuple(ranges), (), ()
        besides = [where for portion, where, _ in self._asked(get) if portion.beside]
        inside, beside, doubts = [], [], Doubts()
        for one in map(_ALONE, ranges):
            truths = [where(one.entry.get, get) for where in besides]
            if True in truths:
                beside.append(one)
            elif None in truths:
                unclear = besides[truths.index(None)]
                doubts.note(unclear.blame(one.entry.get, get), one.entry)
                inside.append(one._replace(low=0, sure=False))
            else:
                inside.append(one)
        return tuple(inside), tuple(beside), doubts.missing()

    def tally(
        self,
        ranges: Sequence[Range],
        get: Getter,
        period: Period,
        inside: Period | None = None,
        span: Period | None = None,
    ) -> Tallied:
        """Tally every part over the records of a bearer in a period.

        Args:
            ranges: the records.
            get: reads facts of the bearer.
            period: the period.
            inside: the piece of it that lies in the plan, by default all.
            span: the days of that on which the bearer is in service, by default all.
        """
        tallies: dict[Place, Tally] = {}
        doubts = Doubts()
        apart = [one.alone for one in ranges]
        for portion, where, within in self._asked(get):
            several = ranges if portion.id in self._alone else apart
            for days in spans_of(portion, period, inside or period, span or period):
                mine = [one for one in several if days is None or one.entry.day in days]
                if within is not None and portion.distinct:
                    found = _things(portion.distinct, where, within, mine, get, doubts)
                else:
                    found = Tally()
                    for one in mine:
                        found += _tally(portion, where, within, one, get, doubts)
                tallies[Place(portion, days)] = found
        return Tallied(tallies, self._classes(apart, get), doubts.missing())

    def _classes(self, ranges: Sequence[Range], get: Getter) -> dict[frozenset[str], Tally]:
        parts = [(part.id, where) for part, where, _ in self._asked(get) if part.exclusive]
        found: dict[frozenset[str], Tally] = {}
        if len(parts) < 2:
            return found
        for one in ranges:
            truths = [(name, where(one.entry.get, get)) for name, where in parts]
            sure = frozenset(name for name, truth in truths if truth)
            maybe = frozenset(name for name, truth in truths if truth is not False)
            found[sure] = found.get(sure, Tally()) + Tally(low=one.low)
            found[maybe] = found.get(maybe, Tally()) + Tally(high=one.high)
        return found


def _tally(
    portion: Portion,
    where: Matcher,
    within: Matcher | None,
    one: Range,
    get: Getter,
    doubts: Doubts,
) -> Tally:
    low, high = (int(one.sure), 1) if portion.records else (one.low, one.high)
    if within is not None:
        inside = within(one.entry.get, get)
        if inside is False:
            return Tally()
        if inside is None:
            doubts.note(within.blame(one.entry.get, get), one.entry)
            low = 0
    truth = where(one.entry.get, get)
    if truth:
        return Tally(low, high)
    if truth is None:
        doubts.note(where.blame(one.entry.get, get), one.entry)
        return Tally(0, high, 0, high if within is not None else 0)
    return Tally(0, 0, low, high) if within is not None else Tally()


def _things(
    field: str,
    where: Matcher,
    within: Matcher,
    ranges: Sequence[Range],
    get: Getter,
    doubts: Doubts,
) -> Tally:
    """Tally the different values of a fact.

    A record that does not say what it is about may be about something that others name, or about
    something else.
    """
    part: set[object] = set()  # those that surely fit
    fitting: set[object] = set()  # and those that may
    whole: set[object] = set()  # those that surely are among them, fitting or not
    others: set[object] = set()  # those that may be among them and not fit
    some = other = False  # whether there surely is one that fits, and one that does not
    unnamed_inside = unnamed_outside = 0
    for one in ranges:
        inside = within(one.entry.get, get)
        if inside is False:
            continue
        if inside is None:
            doubts.note(within.blame(one.entry.get, get), one.entry)
        inside = inside and one.sure
        truth = where(one.entry.get, get)
        if truth is None:
            doubts.note(where.blame(one.entry.get, get), one.entry)
        named = values_of(one.entry.get, field)
        if not named:
            doubts.note(field, one.entry)
            some = some or bool(inside and truth)
            other = other or bool(inside and truth is False)
            unnamed_inside += truth is not False
            unnamed_outside += truth is not True
            continue
        if inside:
            whole |= named
        if truth is not False:
            fitting |= named
        if truth is not True:
            others |= named
        if inside and truth:
            part |= named
    return Tally(
        max(len(part), int(some)),
        len(fitting) + unnamed_inside,
        max(
            len(whole - fitting) - unnamed_inside, int(other and not fitting and not unnamed_inside)
        ),
        len(others - part) + unnamed_outside,
    )


class Clash(NamedTuple):
    """Parts that cannot all be filled, for an hour serves one of them only.

    Attributes:
        parts: their ids.
        required: what they ask for together.
        value: what the records that fit any of them come to, at least.
        most: what they come to at most, None where there is no knowing.
    """

    parts: tuple[str, ...]
    required: Number
    value: Number
    most: Number | None

    @property
    def surely(self) -> bool:
        """Whether they cannot be filled whatever is still to be found out."""
        return self.most is not None and self.most < self.required


def clash(
    portions: Iterable[Portion],
    classes: dict[frozenset[str], Tally],
    of_one: Callable[[Tally], Tally],
    owed: Number = 0,
) -> Clash | None:
    """Return the parts that clash most, None where an hour for each can be found.

    Args:
        portions: the parts of the quota.
        classes: the amounts by which exclusive parts they fit.
        of_one: makes a tally of several bearers that of one, where a mean is judged.
        owed: what is owed in all.
    """
    exclusive = [portion for portion in portions if portion.exclusive]
    worst: Clash | None = None
    for size in range(2, len(exclusive) + 1):
        for several in combinations(exclusive, size):
            names = {portion.id for portion in several}
            fitting = [tally for which, tally in classes.items() if which & names]
            found = of_one(sum(fitting, Tally()))
            required = sum(portion.asked(owed) for portion in several)
            if found.low >= required:
                continue
            one = Clash(tuple(sorted(names)), required, found.low, found.high)
            if worst is None or (one.surely, one.required - one.value) > (
                worst.surely,
                worst.required - worst.value,
            ):
                worst = one
    return worst
