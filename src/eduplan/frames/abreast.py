"""Sums with all ranges of a period abreast: one row a bearer, whose id is looked at once.

Where everybody is judged in the same period, a record need not be put beside its bearer, and years
of a cycle need no rows of their own: what it comes to is added up for its bearer's id, in binary
digits that belong to its year, or to its value of a fact that is held against the bearer's own.
For that few digits have to do. So it is added up besides, in full, what the records of a bearer
come to; of those for whom the digits were not enough, the records are read once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

import attrs
import narwhals.stable.v2 as nw

from eduplan.frames.backends import Frame
from eduplan.frames.bulk import Bulk, fields_of_bearer, recognised
from eduplan.frames.capping import Cutter, added, kept, levels
from eduplan.frames.cells import Cells, cell, shifts, side_by_side
from eduplan.frames.columns import LARGEST, Sort, mark, where, whole
from eduplan.frames.grouping import DIGITS, Figures
from eduplan.frames.placing import Placed, place
from eduplan.frames.portions import (
    GROUP,
    NOTED,
    Reckoned,
    ends_of,
    is_all_of_it,
    reckoned,
    sides_of,
)
from eduplan.frames.profiles import BEARER
from eduplan.frames.readings import READING, Amounts, come_to, figures_of, read, sifted
from eduplan.frames.tariffs import Worths
from eduplan.frames.windows import Windows, exclusive_sets, spanned
from eduplan.measures import Way
from eduplan.selectors import BEARER as OWN
from eduplan.selectors import EVERYTHING, Selector, Test

FEWEST = 1_000_000
"""Of fewer records the sums are sooner made one range at a time, by a query sooner put together."""

MOST_CELLS = 7
"""So many cells stand abreast in one whole number at the most, with nine digits each."""

_SPARE = 2
"""So many times as much as usual can stand in the digits of a cell at the least."""

_ALL = "_all"
"""Column with what all records of a bearer come to, and besides how many they are."""


class Own(NamedTuple):
    """A fact of records that a part holds against the bearer's own.

    Attributes:
        field: the fact of records.
        own: the fact of the bearer.
        values: the values of the latter.
    """

    field: str
    own: str
    values: Sequence[str]

    @property
    def cells(self) -> int:
        """How many cells its values have: one each, one for none, and one for all others."""
        return len(self.values) + 2


class Group(NamedTuple):
    """Ranges of days whose sums are taken together.

    Attributes:
        marks: what tells them apart from others.
        slots: their numbers.
        low: the columns of what is sure at the least.
        high: those of what is doubtful too.
    """

    marks: Mapping[str, int]
    slots: tuple[int, ...]
    low: Sequence[str]
    high: Sequence[str]


def abreast(bulk: Bulk, found: Windows, stated: Amounts | Worths) -> Abreast | None:
    """Return what adds up the records of a quota so, None where that cannot be done.

    Args:
        bulk: the quota, and what its judgement rests on.
        found: its periods.
        stated: how much the records count for.
    """
    rows = bulk.register.size
    if rows < FEWEST or not isinstance(stated, Amounts) or stated.finer or not _fits(bulk, found):
        return None
    own = _own_of(bulk)
    placed = place(bulk, found, alone=True)
    slots = _slots_of(placed, found)
    if own is None or not slots:
        return None
    cells = max(len(slots), *(one.cells for one in own.values()), 2)
    each = rows // max(bulk.profiles.size, 1) + 1
    digits = DIGITS // cells
    # Usual bearers have to stay well below what the digits can hold, or all is read twice.
    usual = _SPARE * each * (stated.largest + 1) < 2**digits
    if cells > MOST_CELLS or not usual or (stated.largest + 1) * rows > LARGEST:
        return None
    return Abreast(bulk, found, stated, own, slots, placed, digits)


def _fits(bulk: Bulk, found: Windows) -> bool:
    """Say whether all that a quota asks of records can be added up so."""
    quota, measure = bulk.quota, bulk.quota.measure
    if not bulk.backend.abreast or measure.way not in (Way.COUNT, Way.SUM):
        return False
    if quota.every.personal or len(found.lists) != 1 or recognised(quota) is not None:
        return False
    scopes = {cap.where for cap in measure.caps} - {EVERYTHING}
    if measure.thresholds or found.limits or len(scopes) > 1 or any(c.each for c in measure.caps):
        return False
    if exclusive_sets(quota):
        return False
    return all(
        not (part.distinct or part.beside)
        and part.bearer == EVERYTHING
        and (not spanned(part) or (number in found.across and is_all_of_it(part, quota)))
        for number, part in enumerate(quota.part)
    )


def _own_of(bulk: Bulk) -> Mapping[int, Own] | None:
    """Return the parts that hold a fact against the bearer's own, None where more asks for one."""
    found: dict[int, Own] = {}
    for number, part in enumerate(bulk.quota.part):
        if not any(part.where.bearer_fields()):
            continue
        if part.within is None or part.records or spanned(part) or len(part.where.conditions) != 1:
            return None
        (condition,) = part.where.conditions
        field, own = condition.field, condition.operands[0]
        if part.where != Selector((condition,)) or condition.test is not Test.IS:
            return None
        name = str(own).removeprefix(OWN)
        texts = bulk.register.sorts.get(field) is Sort.TEXT and bulk.profiles.text(name)
        if condition.operands != (OWN + name,) or not texts:
            return None
        found[number] = Own(field, name, bulk.profiles.values(name)[1:])
    if len(fields_of_bearer(bulk.quota)) != len(found):
        return None
    return found


def _slots_of(placed: Placed, found: Windows) -> Sequence[Mapping[str, int]]:
    """Return what ranges of days stand for, by their numbers; nothing where periods are several."""
    places = {segment.place for segment in found.lists[0]}
    if len(places) != 1:
        return ()
    if placed.slots is None:
        return [{"_place": places.pop()}] if placed.by == ("_place",) else ()
    table = placed.slots.to_pylist()
    if len(placed.since) != len(table):  # some hold on days that do not come after one another
        return ()
    return [{name: one[name] for name in one if name != "_slot"} for one in table]


@attrs.frozen(eq=False)
class Abreast:
    """Adds up the records of a quota with all ranges abreast.

    Args:
        bulk: the quota, and what its judgement rests on.
        found: its periods.
        stated: how much the records count for.
        own: the parts that hold a fact against the bearer's own.
        slots: what ranges of days stand for.
        placed: the records.
        digits: how many binary digits a figure has in each of its cells.
    """

    bulk: Bulk
    found: Windows
    stated: Amounts
    own: Mapping[int, Own]
    slots: Sequence[Mapping[str, int]]
    placed: Placed
    digits: int

    @property
    def asked(self) -> Sequence[str]:
        """The facts of bearers that records are held against."""
        return [one.own for one in self.own.values()]

    def beside(self, grid: Frame) -> Frame:
        """Return what is owed with a reading beside it.

        Args:
            grid: what everybody owes in every period, with what `Profiles` has for `asked`.
        """
        columns = grid.collect_schema().names()
        frame, cutter = self._added(grid, columns)
        frame, groups = self._cut(frame, cutter)
        parts = self._parts(groups)
        # All ranges are as wide as the period now.
        unstated = Figures({}, {"_unstated": _unstated(range(len(self.slots)))})
        frame, (all_,) = _merged((parts | unstated).beside(frame), groups, ())
        rest = [name for name in columns if name not in GROUP]
        frame = come_to(frame, cutter, all_.low, all_.high, [*rest, *parts.names, _ALL])
        if self.stated.parts != 1:
            parts_of = where(nw.col(_ALL) > 0, nw.col("_parts_of"), whole(1))
            frame = frame.with_columns(_parts_of=parts_of)
        beyond = nw.col(_ALL) >= 2**self.digits
        by = self.bulk.quota.measure.by
        whose = frame.filter(beyond).select(nw.col(BEARER).alias(by))
        again = self.bulk.register.frame.join(whose, on=by, how="semi")
        slow = read(
            place(self.bulk, self.found, of=again), self.bulk, self.stated, self.found.across
        )
        late = grid.join(slow.whole, on=list(GROUP), how="inner")
        kept_ = (*columns, *READING, *slow.parts)
        both = [one.select(*kept_) for one in (frame.filter(~beyond), late)]
        return self.bulk.backend.below(both)

    def _figures(self) -> tuple[Frame, Figures, Cutter]:
        """Return records, what each of them comes to, and what cuts the sums of that by caps.

        Of a part that holds a fact against the bearer's own there is what it is taken of, and
        where that may be any, also where the fact is absent.
        """
        parts = self.bulk.quota.part
        plain = [
            attrs.evolve(part, where=EVERYTHING) if number in self.own else part
            for number, part in enumerate(parts)
        ]
        bulk = self.bulk._replace(quota=attrs.evolve(self.bulk.quota, part=plain))
        frame = self.stated.add(sifted(self.placed, bulk, mark), bulk, mark)
        placed = self.placed._replace(frame=frame)
        frame, told, whole_, tallied, cutter = figures_of(placed, bulk, self.stated, None)
        sums, marks = {**whole_.added, **tallied.added}, {**whole_.marks, **tallied.marks}
        for number, one in self.own.items():
            within = parts[number].within or EVERYTHING
            maybe, absent = ~told[within].false, nw.col(one.field).is_null()
            marks |= {f"_{number}_perhaps": maybe, f"_{number}_absent": maybe & absent}
        gone = [sides_of(number, parts[number])[1] for number in self.own]
        gone += [side for number in self._taken_of for side in sides_of(number, parts[number])]
        for name in [name for side in gone for name in ends_of(side)]:
            (sums if name in sums else marks).pop(name)
        return frame, Figures(sums, marks), cutter

    @property
    def _taken_of(self) -> Mapping[int, int]:
        """The parts that are just what another is taken of, which is added up with that."""
        quota = self.bulk.quota
        of = {quota.part[number].within: number for number in self.own}
        return {
            number: of[part.where]
            for number, part in enumerate(quota.part)
            if part.where in of and part.within is None and not is_all_of_it(part, quota)
        }

    def _added(self, grid: Frame, columns: Sequence[str]) -> tuple[Frame, Cutter]:
        """Return what is owed with the sums of every bearer beside it, apart for their cells."""
        frame, figures, cutter = self._figures()
        count = len(self.slots)
        by_slot = Cells(count, "_by_slot" if count > 1 else "")
        of = dict.fromkeys([*cutter.low, *cutter.high, "_unstated"], by_slot)
        for number, one in self.own.items():
            of |= dict.fromkeys(ends_of(f"_{number}_"), Cells(one.cells, f"_by_{number}"))
        days = self.placed.since
        belongs = {"_by_slot": [nw.col("_day") >= days[number] for number in range(1, count)]}
        for number, one in self.own.items():
            field = nw.col(one.field)
            values = [field == value for value in one.values]
            belongs[f"_by_{number}"] = [*values, field.is_null()]
        moves = {name: shifts(cells, self.digits) for name, cells in belongs.items()}
        made, told = side_by_side(figures, of, self.digits)
        made[_ALL] = nw.col("_amount") + 1
        sums = frame.with_columns(**moves).select(BEARER, **made).group_by(BEARER)
        frame = sums.agg(nw.col(name).sum() for name in made)
        frame = grid.join(frame, on=BEARER, how="left")
        here = nw.col("_place") == self.slots[0]["_place"]
        frame = frame.with_columns(
            where(here, nw.col(name)).fill_null(0).alias(name) for name in made
        )
        assert self.bulk.backend.apart is not None  # noqa: S101 - where ranges are taken abreast
        return self.bulk.backend.apart(frame, [*columns, _ALL], told), cutter

    def _cut(self, frame: Frame, cutter: Cutter) -> tuple[Frame, Sequence[Group]]:
        """Apply the caps of ranges, narrow ones first; return the widest ranges there are."""
        groups = [
            Group(marks, (n,), [cell(x, n) for x in cutter.low], [cell(x, n) for x in cutter.high])
            for n, marks in enumerate(self.slots)
        ]
        by = tuple(self.slots[0])
        for place_, level in enumerate(levels(cutter.open)):
            if place_:
                frame, groups = _merged(frame, groups, by)
            for n, group in enumerate(groups):
                frame, low, high = cutter.cut(frame, group.low, group.high, level)
                groups[n] = group._replace(low=low, high=high)
            by = kept(by, cutter.open, level)
        return frame, groups

    def _parts(self, groups: Sequence[Group]) -> Figures:
        """Return the sums of parts for the whole period."""
        quota = self.bulk.quota
        found = Figures({})
        noted = [nw.col(NOTED) > 0]
        for number, part in enumerate(quota.part):
            side, *_ = sides_of(number, part)
            if number in self.own:
                figures, doubt = self._held_against_own(number)
                found |= figures
                noted.append(doubt)
            elif number in self._taken_of:
                low, high, open_ = map(added, self._cells_of(self._taken_of[number]))
                found |= Reckoned(low, high, open_ > 0).named(side)
            elif not is_all_of_it(part, quota):
                for one in sides_of(number, part):
                    found |= reckoned(one).named(one)
            elif not spanned(part):
                found |= _together(groups).named(side)
            else:
                for span in range(self.found.across[number]):
                    inside = [one for one in groups if one.marks[f"_span_{number}"] == span]
                    found |= _together(inside).named(f"_{number}_{span}_")
        if quota.part:
            found |= Figures({}, {NOTED: reduce(or_, noted)})
        return found

    def _cells_of(self, number: int) -> Sequence[Sequence[str]]:
        """Return the columns of all cells of a part held against the bearer's own, end by end."""
        cells = range(self.own[number].cells)
        return [[cell(name, n) for n in cells] for name in ends_of(f"_{number}_")]

    def _held_against_own(self, number: int) -> tuple[Figures, nw.Expr]:
        """Return what lies inside a part and outside, and whether it is not known of some records.

        Inside lies surely what has the bearer's own value, and perhaps what has none; all of it
        perhaps, where the bearer has none.
        """
        one = self.own[number]
        side, outer = sides_of(number, self.bulk.quota.part[number])
        code = nw.col(self.bulk.profiles.code(one.own))
        known, absent = code > 0, one.cells - 1
        low, high, open_ = self._cells_of(number)

        def own(figures: Sequence[str]) -> nw.Expr:
            found = whole(0)
            for n in range(1, absent):
                found = where(code == n, nw.col(figures[n]), found)
            return found

        own_high, all_high, all_open = own(high), added(high), added(open_)
        inside = Reckoned(
            own(low),
            where(known, own_high + nw.col(high[absent]), all_high),
            where(known, own(open_) + nw.col(open_[absent]), all_open) > 0,
        )
        outside = Reckoned(
            where(known, added(low[:absent]) - own(low)),
            all_high - own_high,
            all_open - own(open_) > 0,
        )
        doubt = where(known, nw.col(f"{side}absent"), nw.col(f"{side}perhaps")) > 0
        return inside.named(side) | outside.named(outer), doubt


def _unstated(slots: Iterable[int]) -> nw.Expr:
    """Return whether amounts are not stated in some ranges of days."""
    return reduce(or_, [nw.col(cell("_unstated", slot)) > 0 for slot in slots])


def _together(groups: Sequence[Group]) -> Reckoned:
    """Return what several ranges of days come to, nothing where there are none."""
    if not groups:
        return Reckoned(whole(0), whole(0), nw.lit(value=False))
    low = [name for group in groups for name in group.low]
    high = [name for group in groups for name in group.high]
    return Reckoned(
        added(low), added(high), _unstated(slot for group in groups for slot in group.slots)
    )


def _merged(frame: Frame, groups: Sequence[Group], by: Sequence[str]) -> tuple[Frame, list[Group]]:
    """Return the wider ranges of days, told apart by fewer marks, with their sums."""
    found: dict[tuple[int, ...], list[Group]] = {}
    for group in groups:
        found.setdefault(tuple(group.marks[name] for name in by), []).append(group)
    made: dict[str, nw.Expr] = {}
    wider = []
    for marks, several in found.items():
        first = several[0]
        for names in (
            zip(*(one.low for one in several), strict=True),
            zip(*(one.high for one in several), strict=True),
        ):
            made |= {same[0]: added(same) for same in names if len(same) > 1}
        slots = tuple(slot for one in several for slot in one.slots)
        wider.append(Group(dict(zip(by, marks, strict=True)), slots, first.low, first.high))
    return frame.with_columns(**made) if made else frame, wider
