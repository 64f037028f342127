"""Where a derived plan asks for less than the plan it is derived from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import attrs

from eduplan.differences import tell_value
from eduplan.errors import InputError
from eduplan.exact import Number, exact
from eduplan.inheritance import Heritage, stated
from eduplan.messages import Language, Text, say
from eduplan.plan import Plan
from eduplan.provisions import Provision, Unanswered
from eduplan.selectors import Condition, Scales, Selector, Test
from eduplan.sources import Force, tell_clauses
from eduplan.tables import plain


@attrs.frozen(kw_only=True)
class Weakening:
    """One point in which a derived plan is weaker than its parent.

    Args:
        plan: id of the derived plan.
        provision: id of the provision.
        title: what people call it.
        force: how strongly it binds in the parent.
        clause: the clauses behind the change, and those of the parent.
        code: in what it is weaker: ``dropped``, ``replaced`` (by one of another form), ``force``,
            ``bearer``, ``exempt``, ``bound`` (less is owed, or more allowed) or ``time`` (later, or
            for a shorter while).
        key: the key that is weaker, such as ``at_least`` or ``within.days``.
        old: what the parent states there.
        new: what the derived plan states there; of what is dropped, the reason.
        since: of a dated version, the first day on which it is weaker.
    """

    plan: str
    provision: str
    title: Text
    force: Force
    clause: tuple[str, ...]
    code: str
    key: str = ""
    old: object = attrs.field(default=None, hash=False)
    new: object = attrs.field(default=None, hash=False)
    since: date | None = None

    def message(self, lang: Language = "en") -> str:
        """Return it as a sentence."""
        values = {"old": self.old, "new": self.new}
        if self.code == "force":
            facts = {name: say(f"force.{value}", lang) for name, value in values.items()}
        else:
            facts = {name: tell_value(value, lang) for name, value in values.items()}
        told = say(f"weaker.{self.code}", lang, key=self.key, **facts)
        if self.since is not None:
            told = say("weaker.since", lang, since=self.since, told=told)
        where = tell_clauses(self.clause, self.plan)
        return say("weaker.sentence", lang, title=self.title, where=where, told=told)


def weaker(plan: Plan) -> tuple[Weakening, ...]:
    """Return where a derived plan is weaker than its parent; nothing for one that has no parent.

    Told is what can be decided from the plans alone: a lower floor or a higher ceiling, a longer
    time limit, fewer bearers, more exemptions, a weaker force, a later beginning or an earlier end,
    and a binding provision that is left out. What depends on an open question is not told.

    Args:
        plan: the derived plan.
    """
    derivation = plan.derivation
    if derivation is None:
        return ()
    heritage = Heritage(derivation.parent, derivation.clause)
    answers = {**derivation.parent.answered, **plan.answered}
    now = {provision.id: provision for provision in plan.settled}
    drops = {name: drop for drop in derivation.drops for name in drop.provision}
    found: list[Weakening] = []
    for name, taken in heritage.provisions.items():
        before = taken.value
        if isinstance(before, Unanswered):
            before = before.settle(answers)
        new = now.get(name)
        told = _Told(plan.id, plan.ranks, before, new or before)
        if new is not None and new.key == taken.key:
            found.extend(_weaker(told))
        elif not before.force.binding:
            continue
        elif new is not None:
            found.append(told("replaced"))
        else:
            drop = drops[name]
            clause = (*drop.clause, *before.clause)
            found.append(attrs.evolve(told("dropped", new=plain(drop.reason)), clause=clause))
    return tuple(found)


class _Told(NamedTuple):
    """Tells what is weaker in a provision than in the one it was."""

    plan: str
    scales: Scales
    old: Provision | Unanswered
    new: Provision | Unanswered

    def __call__(
        self, code: str, key: str = "", old: object = None, new: object = None
    ) -> Weakening:
        return Weakening(
            plan=self.plan,
            provision=self.old.id,
            title=self.new.title,
            force=self.old.force,
            clause=self.new.clause,
            code=code,
            key=key,
            old=old,
            new=new,
        )


def _weaker(told: _Told) -> Iterator[Weakening]:
    """Compare a provision with what it was, on every day on which either of them changes."""
    old, new = told.old, told.new
    if not isinstance(old, Provision) or not isinstance(new, Provision):
        yield from _compared(told)
        return
    days = {wording.since for one in (old, new) for wording in one.wordings}
    known: list[Weakening] = []
    for day in sorted(days, key=lambda day: day or date.min):
        on = day or date.min
        for one in _compared(told._replace(old=old.on(on), new=new.on(on))):
            if one not in known:
                known.append(one)
                yield attrs.evolve(one, since=day)


def _compared(told: _Told) -> Iterator[Weakening]:
    old, new, scales = told.old, told.new, told.scales
    if old.force.binding and _FORCES.index(new.force) > _FORCES.index(old.force):
        yield told("force", "force", old.force.value, new.force.value)
    if isinstance(old, Provision) and isinstance(new, Provision):
        if new.bearer != old.bearer and implies(new.bearer, old.bearer, scales):
            yield told("bearer", "bearer", plain(old.bearer), plain(new.bearer))
        if _more_exempt(old, new, scales):
            yield told("exempt", "exempt", plain(old.exempt), plain(new.exempt))
    before, after = stated(old), stated(new)
    for key in dict.fromkeys([*before, *after]):
        if key not in _SELECTORS:
            for one in _at(key, key, before.get(key), after.get(key)):
                yield told(one.code, one.path, one.old, one.new)


def _more_exempt(old: Provision, new: Provision, scales: Scales) -> bool:
    if new.exempt is None or new.exempt == old.exempt:
        return False
    return old.exempt is None or implies(old.exempt, new.exempt, scales)


_FORCES = list(Force)

_SELECTORS = frozenset(
    ("bearer", "exempt", "where", "share", "each", "covers", "led_by", "without", "over", "version")
)
"""Keys whose tables pick things: a number in them says which, not how much."""

_LESS, _MORE = -1, 1
_DIRECTIONS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("at_least", "above", "times", "elapsed"), ("bound", _LESS)),
    **dict.fromkeys(("at_most", "below"), ("bound", _MORE)),
    **dict.fromkeys(
        ("days", "school_days", "length", "grace", "by", "since", "cycle"), ("time", _MORE)
    ),
    **dict.fromkeys(("partial", "stub", "serves_at_least", "skip"), ("bound", _MORE)),
    "only": ("bound", _LESS),
    "until": ("time", _LESS),
}
"""In what a key can be weaker, and whether it is so when it is less or when it is more."""


_LENIENT = ("grace", "serves_at_least", "skip", "only")
"""Keys without which there is less time, or more is owed, or by more."""

_FROM_TO = ("since", "until")
"""Keys without which something holds from the beginning, and to the end."""

_COMPARED = ("partial", "stub", "cycle")
"""Keys that are weaker only beside what they were before."""

_COUNTED = ("records", "distinct")
"""What a share is counted by; bounds on what is counted differently are not compared."""

_OWED = {"full": 0, "pro-rata": 1, "by-month": 1, "exempt": 2}
"""What is owed for part of a period, from all to nothing; by days and by months it is like."""


class _Found(NamedTuple):
    path: str
    code: str
    old: object
    new: object


def _at(path: str, key: str, old: object, new: object) -> Iterator[_Found]:
    """Return where a value, or one inside it, is weaker than it was.

    Args:
        path: where it stands in the provision.
        key: the key whose amounts it holds.
        old: what it was.
        new: what it is.
    """
    code, direction = _DIRECTIONS.get(key, ("", 0))
    if direction and _in_proportion(old, new):
        if _row_weaker(old, new, direction):
            yield _Found(path, code, old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        counted = all(old.get(what) == new.get(what) for what in _COUNTED)
        inners = [*old, *(name for name in _LENIENT if name in new and name not in old)]
        for inner in inners if key not in _SELECTORS and key != "not" else ():
            if not counted and _DIRECTIONS.get(inner, ("", 0))[0] == "bound":
                continue
            name = key if inner == "amount" else inner
            place = path if inner == "amount" else f"{path}.{inner}"
            yield from _at(place, name, old.get(inner), new.get(inner))
    elif isinstance(old, list) and isinstance(new, list):
        if _alike(old, new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                place = path if len(old) == 1 else f"{path}[{index}]"
                yield from _at(place, key, one, other)
        elif direction and _all_weaker(old, new, direction):
            yield _Found(path, code, old, new)
    elif direction and _is_weaker(key, old, new, direction):
        yield _Found(path, code, old, new)


def _is_weaker(key: str, old: object, new: object, direction: int) -> bool:
    """Say whether an amount or a day is weaker than what it was; either may be missing."""
    if old is not None and new is not None:
        return _compare(old, new) == direction
    if old is new or key in _COMPARED:
        return False
    added = old is None
    return added if key in (*_LENIENT, *_FROM_TO) else not added


def _all_weaker(old: list[object], new: list[object], direction: int) -> bool:
    """Say whether all rows of a bound are weaker than one that there was."""
    return bool(new) and all(
        any(_row_weaker(one, other, direction) for one in old) for other in new
    )


def _in_proportion(*rows: object) -> bool:
    """Say whether rows of a bound are compared of which any is in proportion to a fact."""
    if not all(isinstance(row, Mapping) and "amount" in row for row in rows):
        return False
    return any("per" in row for row in rows if isinstance(row, Mapping))


def _row_weaker(old: object, new: object, direction: int) -> bool:
    """Say whether somebody owes less by a row than by another, or may do more.

    What is owed in proportion to a fact is looked at for all parts of one up to the whole, such as
    of full time: it is least or most at an end of that, or where a floor begins to hold. Amounts
    in proportion to different facts cannot be held against each other.
    """
    one, other = _as_owed(old), _as_owed(new)
    if one is None or other is None or len({one.per, other.per} - {""}) > 1:
        return False
    parts = {Fraction(0), Fraction(1), *one.bends, *other.bends}
    differences = [other.of(part) - one.of(part) for part in parts]
    return any(difference * direction > 0 for difference in differences)


class _Owed(NamedTuple):
    """What is owed by a row of a bound: an amount, or so much for 1 of a fact, but not less."""

    amount: Number
    per: str
    floor: Number

    @property
    def bends(self) -> list[Fraction]:
        """Return where the floor stops to hold, as a part of the whole."""
        holds = self.per and 0 < self.floor < self.amount
        return [Fraction(self.floor) / self.amount] if holds else []

    def of(self, part: Fraction) -> Number:
        """Return what is owed for a part of the whole."""
        return max(self.amount * part, self.floor) if self.per else self.amount


def _as_owed(row: object) -> _Owed | None:
    """Return what a row says is owed; None where it is not a number that can be seen."""
    if not isinstance(row, Mapping):
        return None
    amount, floor = _amount(row.get("amount"))[1], _amount(row.get("floor", 0))[1]
    if amount is None or floor is None:
        return None
    return _Owed(amount, str(row.get("per", "")), floor)


def _alike(old: list[object], new: list[object]) -> bool:
    """Say whether the rows of two lists speak of the same things, one after the other."""
    which = [
        [row.get("where") if isinstance(row, Mapping) else None for row in rows]
        for rows in (old, new)
    ]
    return which[0] == which[1]


_LENGTH = re.compile(r"(\d{1,3}) (year|month|day)s?", re.ASCII)
_UNITS = {"year": ("months", 12), "month": ("months", 1), "day": ("days", 1)}


def _compare(old: object, new: object) -> int | None:
    """Return 1 where a number, day or length has become more, -1 for less, None for neither."""
    (kind, before), (other, after) = _amount(old), _amount(new)
    if before is None or after is None or kind != other or before == after:
        return None
    return _MORE if after > before else _LESS


def _amount(value: object) -> tuple[str, Number | None]:
    if isinstance(value, date):
        return "day", value.toordinal()
    if isinstance(value, str) and (length := _LENGTH.fullmatch(value)):
        unit, times = _UNITS[length[2]]
        return unit, int(length[1]) * times
    if isinstance(value, str) and value in _OWED:
        return "owed", _OWED[value]
    try:
        return "number", exact(value)  # type: ignore[arg-type]
    except InputError:
        return "", None


def implies(one: Selector, other: Selector, scales: Scales) -> bool:
    """Say whether all that one selector picks is picked by another too, as far as it can be seen.

    >>> from eduplan.selectors import as_selector
    >>> some, everything = as_selector({"role": "teacher", "stage": "primary"}), as_selector({})
    >>> implies(some, everything, {}), implies(everything, some, {})
    (True, False)
    """
    return (
        all(any(_narrower(own, c, scales) for own in one.conditions) for c in other.conditions)
        and _within_any(one, other, scales)
        and all(any(implies(b, a, scales) for a in one.none_of) for b in other.none_of)
    )


def _within_any(one: Selector, other: Selector, scales: Scales) -> bool:
    """Say whether what a selector picks fits one of the other's branches, where it has any."""
    if not other.any_of or one.any_of == other.any_of:
        return True
    branches = one.any_of or (one,)
    return all(any(implies(own, branch, scales) for branch in other.any_of) for own in branches)


def _narrower(one: Condition, other: Condition, scales: Scales) -> bool:
    """Say whether whatever fits one condition fits the other too."""
    if one == other:
        return True
    if (one.field, one.scale, one.test) != (other.field, other.scale, other.test):
        return False
    own, others = set(one.operands), set(other.operands)
    if one.test is Test.IS:
        return own <= others
    if one.test is Test.NOT:
        return own >= others
    scale = scales.get(one.scale or one.field)
    rank: Callable[[object], object] = scale.rank if scale is not None else lambda value: value
    found = _compare(rank(other.operands[0]), rank(one.operands[0]))
    return found == (_MORE if one.test in (Test.AT_LEAST, Test.ABOVE) else _LESS)
