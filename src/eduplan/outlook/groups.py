"""People for whom courses are worth the same, and what their choice comes to in whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.outlook.numbers import Claim, Kind, Need, Side, Worth
from eduplan.outlook.rooms import Raw, Room, RoomKey, in_turn
from eduplan.outlook.standing import Figure, Figures, Key

Duty = tuple[str, Period | None]
"""A quota and its period."""


class Value(NamedTuple):
    """What a course is worth to somebody.

    Attributes:
        figures: what it adds before caps that hold for several records.
        raws: the amounts, and the caps they go through, by quota and period.
    """

    figures: Figures
    raws: Mapping[Duty, Raw]

    @property
    def told(self) -> object:
        """Return all of it by which it matters."""
        adds = {(key, figure.value) for key, figure in self.figures.items() if figure.value}
        return frozenset(adds), frozenset(self.raws.items())

    def adds(self, key: Key) -> Number:
        """Return what it adds to a figure, before caps."""
        figure = self.figures.get(key)
        return figure.value if figure is not None else 0


class Group:
    """People for whom courses are worth the same.

    Args:
        figures: where each of them stands.
        rooms: what room each of them has under caps.
        values: what courses are worth to them; None of those not open to them.
        most: how much a cap allows.
        places: the places of the courses in the order of records.
    """

    def __init__(
        self,
        figures: Mapping[str, Figures],
        rooms: Mapping[str, Mapping[RoomKey, Room]],
        values: Sequence[Value | None],
        most: Mapping[RoomKey, Number],
        places: Sequence[str],
    ) -> None:
        self.figures, self.values, self.most = figures, values, most
        self.titles: dict[Key, Figure] = {}
        for mine in figures.values():
            for key, figure in mine.items():
                if figure.fails or (figure.side is not Side.LEAST and self._worsens(key, figure)):
                    self.titles[key] = figure
        self.keys = list(self.titles)
        self.given = {name: rooms.get(name, {}) for name in figures}
        self.entering = self._entering()
        self.rooms = [key for key in self.entering if self._binds(key)]
        self.booked = {name for name in figures if self._competes(name, places)}
        self._scaled()

    def _worsens(self, key: Key, figure: Figure) -> bool:
        """Say whether a course can do harm to a figure."""
        sign = 1 if figure.side is Side.MOST else -1
        return any(value is not None and sign * value.adds(key) > 0 for value in self.values)

    def _entering(self) -> dict[RoomKey, Number]:
        """Return how much of all courses goes through each cap."""
        found: dict[RoomKey, Number] = {}
        for value in self.values:
            for raw in value.raws.values() if value is not None else ():
                for key in raw.rooms:
                    found[key] = found.get(key, 0) + raw.amount
        return found

    def _left(self, name: str, key: RoomKey) -> Number:
        room = self.given[name].get(key)
        return max(room.left, 0) if room is not None else self.most[key]

    def _binds(self, key: RoomKey) -> bool:
        return any(self._left(name, key) < self.entering[key] for name in self.figures)

    def _rooms_of(self, raw: Raw) -> tuple[RoomKey, ...]:
        return tuple(key for key in raw.rooms if key in self.rooms)

    def _weight(self, key: Key, value: Value, raw: Raw) -> Number:
        """Return what each unit of an amount adds to a figure."""
        return 0 if not raw.amount else Fraction(value.adds(key)) / raw.amount

    def _duty(self, duty: Duty) -> list[Key]:
        """Return the figures of a quota and period for which it matters how much counts."""
        return [
            key
            for key in self.keys
            if (key.provision, key.period) == duty and not self.titles[key].records
        ]

    def _chains(self) -> Iterator[tuple[tuple[RoomKey, ...], object]]:
        for value in filter(None, self.values):
            for duty, raw in value.raws.items():
                if rooms := self._rooms_of(raw):
                    yield rooms, tuple(self._weight(key, value, raw) for key in self._duty(duty))

    def _competes(self, name: str, places: Sequence[str]) -> bool:
        """Say whether somebody has a later record that takes room from a course."""
        for value, place in zip(self.values, places, strict=True):
            for raw in value.raws.values() if value is not None else ():
                for key in self._rooms_of(raw):
                    room = self.given[name].get(key)
                    if room is not None and room.last > place:
                        return True
        return False

    def _scaled(self) -> None:
        """Find whole numbers for everything, as small as can be."""
        several: dict[Duty, list[Number]] = {}
        for room in self.rooms:
            duty = (room.provision, room.period)
            numbers = several.setdefault(duty, [])
            numbers += [min(self._left(name, room), self.entering[room]) for name in self.figures]
            numbers += [
                value.raws[duty].amount
                for value in self.values
                if value is not None and duty in value.raws
            ]
        self.amounts = {duty: _scale(numbers) for duty, numbers in several.items()}
        self.scales: dict[Key, Number] = {}
        for key in self.keys:
            numbers = [mine[key].left for mine in self.figures.values() if key in mine]
            scale = self.amounts.get((key.provision, key.period), 1)
            for value in self.values:
                if value is None:
                    continue
                numbers.append(value.adds(key))
                raw = value.raws.get((key.provision, key.period))
                if raw is not None and not key.some and not self.titles[key].records:
                    numbers.append(Fraction(self._weight(key, value, raw)) / scale)
            self.scales[key] = _scale(numbers)
        self.worth = [None if value is None else self._worth(value) for value in self.values]
        self.free = self._free()
        self.people: dict[Need, list[str]] = {}
        for name in self.figures:
            if name not in self.booked:
                self.people.setdefault(self._need(name), []).append(name)

    def _worth(self, value: Value) -> Worth:
        adds = [int(value.adds(key) * self.scales[key]) for key in self.keys]
        claims = []
        for duty, raw in value.raws.items():
            rooms = self._rooms_of(raw)
            if not rooms or not raw.amount:
                continue
            weights = [0] * (len(self.keys) + len(self.rooms))
            for key in self._duty(duty):
                place = self.keys.index(key)
                each = Fraction(self._weight(key, value, raw)) / self.amounts[duty]
                weights[place] = int(bool(each)) if key.some else int(each * self.scales[key])
                adds[place] = 0
            claims.append(
                Claim(
                    int(raw.amount * self.amounts[duty]),
                    tuple(len(self.keys) + self.rooms.index(key) for key in rooms),
                    tuple(weights),
                )
            )
        return Worth((*adds, *(0 for _ in self.rooms)), tuple(claims))

    def _free(self) -> Need:
        """Return what asks for nothing: whatever is chosen, no figure fails."""
        found = []
        for place, key in enumerate(self.keys):
            spans = [worth.span(place) for worth in self.worth if worth is not None]
            side = self.titles[key].side
            if side is Side.LEAST:
                found.append(0)
            elif side is Side.MOST:
                found.append(sum(high for _, high in spans))
            else:
                found.append(-sum(low for low, _ in spans))
        return (*found, *(self._room(self.entering[key], key) for key in self.rooms))

    def _room(self, left: Number, key: RoomKey) -> int:
        return int(min(left, self.entering[key]) * self.amounts[key.provision, key.period])

    def _need(self, name: str) -> Need:
        mine = self.figures[name]
        found = [
            int(mine[key].left * self.scales[key]) if key in mine else free
            for key, free in zip(self.keys, self.free, strict=False)
        ]
        return (*found, *(self._room(self._left(name, key), key) for key in self.rooms))

    @property
    def kind(self) -> Kind:
        """The numbers for the solver."""
        sides = [self.titles[key].side for key in self.keys]
        needs = {need: len(people) for need, people in self.people.items()}
        turn = {len(sides) + self.rooms.index(key) for key in in_turn(self._chains())}
        sides += [Side.ROOM for _ in self.rooms]
        return Kind(tuple(sides), tuple(self.worth), needs, frozenset(turn))


def _scale(numbers: Iterable[Number]) -> Number:
    """Return by what numbers are multiplied to be whole, and as small as can be."""
    fractions = [Fraction(number) for number in numbers if number]
    whole = lcm(1, *(one.denominator for one in fractions))
    return Fraction(whole, gcd(*(int(one * whole) for one in fractions)) or 1)
