"""Which courses to attend: the cheapest that make everybody comply by a day, under places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from importlib import import_module
from math import lcm
from typing import TYPE_CHECKING

import attrs

from eduplan.dates import DAY, Period, as_date
from eduplan.errors import MissingExtra, read_below, refuse
from eduplan.evaluator import evaluate
from eduplan.exact import Number, exact
from eduplan.facts import Getter
from eduplan.messages import Text
from eduplan.outlook.courses import Course, as_courses
from eduplan.outlook.groups import Duty, Group, Value
from eduplan.outlook.numbers import Need, Offer, Side, TooLarge
from eduplan.outlook.rooms import Caps, Raw, RoomKey
from eduplan.outlook.standing import Figures, beyond, figures_of
from eduplan.outlook.suggestion import Attendance, Passed, Shortage, Suggestion
from eduplan.outlook.times import times_of
from eduplan.people import Person, bearer_getter
from eduplan.plan import Plan
from eduplan.provisions import Quota
from eduplan.records import Register, mark
from eduplan.selectors import Matcher
from eduplan.tables import Table, names_in_only
from eduplan.verdicts import Status, Verdict

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar
    from eduplan.outlook.patterns import Answer


def suggest(
    plan: Plan,
    bearers: Iterable[object],
    register: Register,
    courses: Iterable[Course | Table],
    *,
    by: date,
    as_of: date,
    calendar: SchoolCalendar | None = None,
    only: Collection[str] | None = None,
) -> Suggestion:
    """Return the cheapest courses that make everybody comply by a day.

    Of what is offered from ``as_of`` through ``by`` as many as can be are made to comply, and that
    at the least cost. To comply is to have, at the end of ``by``, all that the periods and parts
    which have begun by then ask for, as `evaluate` finds it; what is still to be served is asked
    for whether its period ends then or later. Courses are valued by the plan's own measures.

    The same arguments give the same answer. Needs the extra ``solver``.

    Args:
        plan: the plan.
        bearers: the people.
        register: what took place, taken to be complete through ``as_of``; records of later days
            are courses that are booked already.
        courses: what is offered, as `Course` or as its table.
        by: the last day that counts.
        as_of: the first day on which courses can still be attended.
        calendar: the school calendar, where the plan needs one.
        only: ids of the quotas to be met, by default all by which courses can be chosen.

    Raises:
        InputError: faults in the courses; a provision asked for by which courses cannot be chosen;
            too many combinations.
        MissingExtra: OR-Tools is not installed.
    """
    day, end = read_below("as_of", as_date, as_of), read_below("by", as_date, by)
    if end < day:
        raise refuse("suggest-dates", "by")
    several = list(bearers)
    offered = [
        course
        for course in as_courses(courses)
        if day <= course.day and (course.last_day or course.day) <= end
    ]
    quotas, beyond = _quotas(plan, only)
    return _Search(plan, several, register, offered, end, calendar, quotas, beyond).found()


def _quotas(plan: Plan, only: Collection[str] | None) -> tuple[dict[str, Quota], list[Passed]]:
    """Return the quotas by which courses can be chosen, and what else is in the plan."""
    names = None if only is None else {plan.provision(name).id for name in names_in_only(only)}
    quotas: dict[str, Quota] = {}
    passed = []
    for provision in plan.settled:
        if names is not None and provision.id not in names:
            continue
        reason = beyond(provision)
        if reason is None and isinstance(provision, Quota):
            quotas[provision.id] = provision
        elif reason is not None:
            passed.append(Passed(provision=provision.id, title=provision.title, code=reason.value))
            if names is not None:
                raise refuse(f"suggest-{reason.value}", provision=provision.id)
    return quotas, passed


class _Search:
    """What is lacking, what courses add to it, and the answer found."""

    def __init__(
        self,
        plan: Plan,
        bearers: Sequence[object],
        register: Register,
        courses: Sequence[Course],
        by: date,
        calendar: SchoolCalendar | None,
        quotas: Mapping[str, Quota],
        passed: Sequence[Passed],
    ) -> None:
        self.plan, self.bearers, self.register = plan, bearers, register
        self.named = {str(bearer_getter(bearer)("id")): bearer for bearer in bearers}
        self.courses, self.by, self.calendar = courses, by, calendar
        self.quotas, self.passed = quotas, passed
        self.open_to = [Matcher(course.open_to, plan.ranks) for course in courses]
        self.places = [f"{mark(course.day)}{course.id}/" for course in courses]
        self.caps = Caps(plan, quotas, self.judged)

    def judged(
        self, plan: Plan, bearers: Sequence[object], records: Iterable[object]
    ) -> list[Verdict]:
        """Return where bearers stand at the end of the day, these records being all."""
        if not self.quotas:
            return []
        verdicts = evaluate(
            plan,
            bearers,
            Register(records, complete_through=self.by),
            as_of=self.by,
            during=Period(self.by, self.by + DAY),
            calendar=self.calendar,
            only=self.quotas,
        )
        return [one for one in verdicts if one.status is not Status.NOT_APPLICABLE]

    def figures(self, verdicts: Iterable[Verdict]) -> tuple[dict[str, Figures], set[str]]:
        """Return by bearer what figures come to, and of whom they are not known."""
        found: dict[str, Figures] = {}
        unclear: set[str] = set()
        for verdict in verdicts:
            mine = figures_of(verdict, self.quotas[verdict.provision], self.by)
            if mine is None:
                unclear.add(verdict.bearer_id)
            else:
                found.setdefault(verdict.bearer_id, {}).update(mine)
        return found, unclear

    def values(self, names: Iterable[str]) -> dict[str, list[Value | None]]:
        """Return by bearer what each course is worth; None where it is closed to it."""
        gets = {name: bearer_getter(self.named[name]) for name in names}
        found: dict[str, list[Value | None]] = {name: [] for name in gets}
        for course, open_to in zip(self.courses, self.open_to, strict=True):
            mine = self._values(course, {n: get for n, get in gets.items() if open_to(get, get)})
            for name, values in found.items():
                values.append(mine.get(name))
        return found

    def _values(self, course: Course, gets: Mapping[str, Getter]) -> dict[str, Value]:
        """Return what a course is worth to those to whom it is open, as far as it is known."""
        records = [course.record_of(name) for name in gets]
        bearers = [self.named[name] for name in gets]
        verdicts = self.judged(self.caps.raw, bearers, records)
        figures, unclear = self.figures(verdicts)
        entries = {str(one.get("bearer")): one for one in Register(records).of_kinds([course.kind])}
        raws: dict[str, dict[Duty, Raw]] = {}
        for one in verdicts:
            if one.provision in self.caps.caps:
                name = one.bearer_id
                raw = self.caps.raw_of(one, entries[name], gets[name])
                if raw is None:
                    unclear.add(name)
                else:
                    raws.setdefault(name, {})[one.provision, one.period] = raw
        return {
            name: Value(figures.get(name, {}), raws.get(name, {}))
            for name in gets
            if name not in unclear
        }

    def found(self) -> Suggestion:
        """Return the suggestion."""
        records = self.register.records
        verdicts = self.judged(self.plan, self.bearers, records)
        figures, unclear = self.figures(verdicts)
        alike: dict[object, list[str]] = {}
        lacking = []
        for name, bearer in self.named.items():
            if name not in unclear and any(one.fails for one in figures.get(name, {}).values()):
                alike.setdefault(_facts_of(bearer, name), []).append(name)
                lacking.append(bearer)
        owed = {(one.bearer_id, one.provision, one.period): one for one in verdicts}
        several: dict[object, tuple[list[str], list[Value | None], dict[RoomKey, Number]]] = {}
        values = self.values([names[0] for names in alike.values()])
        for names in alike.values():
            worth = values[names[0]]
            most = self._most(owed, names[0], worth)
            key = (tuple(value and value.told for value in worth), tuple(most.items()))
            several.setdefault(key, ([], worth, most))[0].extend(names)
        rooms = self.caps.rooms(lacking, records)
        groups = [
            Group({name: figures[name] for name in names}, rooms, worth, most, self.places)
            for names, worth, most in several.values()
        ]
        unclear |= {name for group in groups for name in group.booked}
        groups = [group for group in groups if group.people]
        try:
            return self.told(groups, self.solved(groups), tuple(sorted(unclear)))
        except ImportError as error:
            raise MissingExtra("solver") from error
        except TooLarge:
            raise refuse("suggest-too-large") from None

    def _most(
        self,
        owed: Mapping[tuple[str, str, Period | None], Verdict],
        name: str,
        values: Iterable[Value | None],
    ) -> dict[RoomKey, Number]:
        """Return how much the caps through which courses go allow somebody."""
        return {
            key: self.caps.most(owed[name, *duty], key) if (name, *duty) in owed else 0
            for value in values
            if value is not None
            for duty, raw in value.raws.items()
            for key in raw.rooms
        }

    def solved(self, groups: Sequence[Group]) -> Answer:
        """Hand the numbers, scaled to whole ones, to the solver."""
        patterns = import_module("eduplan.outlook.patterns")
        self.unit = lcm(1, *(Fraction(course.cost).denominator for course in self.courses))
        slots = tuple(course.slots for course in self.courses)
        most = max(1, len(self.bearers))
        self.offer = Offer(
            tuple(int(course.cost * self.unit) for course in self.courses),
            tuple(most if one.places is None else one.places for one in self.courses),
            slots,
            times_of(slots),
            tuple(sorted(range(len(slots)), key=self.places.__getitem__)),
        )
        found: Answer = patterns.solve([group.kind for group in groups], self.offer)
        return found

    def told(
        self,
        groups: Sequence[Group],
        answer: Answer,
        unclear: tuple[str, ...],
    ) -> Suggestion:
        """Return the answer in terms of people and courses, after trying it by the evaluator."""
        chosen: dict[str, tuple[Attendance, ...]] = {}
        full = self.full(answer)
        shortages: list[Shortage] = []
        for place, group in enumerate(groups):
            lost = [need for need in group.people if (place, need) in answer.lost]
            clashes = self.clashes(group, lost)
            for need, people in group.people.items():
                of_each = sorted(answer.chosen[place, need].items())
                patterns = [pattern for pattern, count in of_each for _ in range(count)]
                for name, pattern in zip(people, patterns, strict=False):
                    chosen[name] = tuple(self.attendance(group, one, need) for one in pattern)
                names = tuple(people[len(patterns) :])
                if names and need in clashes:
                    shortages += self.lacking(group, need, names) or [
                        attrs.evolve(clashes[need], bearers=names)
                    ]
                elif names:
                    shortages.append(self.crowded(group, names, full))
        self.check(chosen)
        return Suggestion(
            by=self.by,
            attend={name: chosen[name] for name in self.named if name in chosen},
            cost=exact(Fraction(answer.cost, self.unit)),
            bound=exact(Fraction(answer.bound, self.unit)),
            proved=answer.proved,
            shortages=tuple(shortages),
            unclear=unclear,
            beyond=tuple(self.passed),
        )

    def full(self, answer: Answer) -> list[int]:
        """Return the courses of which all places are taken."""
        taken = [0] * len(self.courses)
        for counts in answer.chosen.values():
            for pattern, n in counts.items():
                for index in pattern:
                    taken[index] += n
        return [
            index
            for index, course in enumerate(self.courses)
            if course.places is not None and course.places <= taken[index]
        ]

    def check(self, chosen: Mapping[str, Sequence[Attendance]]) -> None:
        """Try the answer by the evaluator: whoever attends has to have everything.

        Raises:
            InputError: courses did not add up as they should.
        """
        records = [
            one.course.record_of(name) for name, several in chosen.items() for one in several
        ]
        if not records:
            return
        them = [self.named[name] for name in chosen]
        verdicts = self.judged(self.plan, them, [*self.register.records, *records])
        figures, unclear = self.figures(verdicts)
        for verdict in verdicts:
            mine = figures.get(verdict.bearer_id, {})
            if verdict.bearer_id in unclear or any(one.fails for one in mine.values()):
                raise refuse("suggest-not-additive", provision=verdict.provision)

    def attendance(self, group: Group, course: int, need: Need) -> Attendance:
        """Return a course with what it adds to, of that which is needed."""
        value = group.values[course]
        serves = dict.fromkeys(
            group.titles[key].title
            for key, lack in zip(group.keys, need, strict=False)
            if value is not None
            and value.adds(key) > 0
            and (lack > 0 if group.titles[key].side is Side.LEAST else lack < 0)
            and len(key.parts) < 2
        )
        return Attendance(course=self.courses[course], serves=tuple(serves))

    def lacking(self, group: Group, need: Need, people: tuple[str, ...]) -> list[Shortage]:
        """Return of what too little is offered."""
        found = []
        for place, key in enumerate(group.keys):
            figure = group.titles[key]
            if figure.side is not Side.LEAST or key.some:
                continue
            lack = exact(Fraction(need[place]) / group.scales[key])
            adds = [Fraction(value.adds(key)) for value in group.values if value is not None]
            offered = exact(sum(adds, Fraction(0)))
            if offered < lack:
                found.append(
                    Shortage(
                        code="offered",
                        bearers=people,
                        titles=(figure.title,),
                        ids=(key.name,),
                        lacks=lack,
                        offered=offered,
                        unit=figure.unit,
                    )
                )
        return found

    def crowded(self, group: Group, people: tuple[str, ...], full: Sequence[int]) -> Shortage:
        """Return which courses are full."""
        courses = [
            self.courses[index]
            for index in full
            if (value := group.values[index]) is not None
            and any(value.adds(key) > 0 for key in group.keys)
        ]
        titles = tuple(Text(one.name, one.name) for one in courses)
        ids = tuple(one.id for one in courses)
        return Shortage(code="places", bearers=people, titles=titles, ids=ids)

    def clashes(self, group: Group, needs: Sequence[Need]) -> dict[Need, Shortage]:
        """Return of needs that cannot be filled which demands cannot be met together."""
        choices = import_module("eduplan.outlook.choices")
        demands = range(len(group.keys))
        # Parts taken together are told only where single ones do not say it.
        order = sorted(demands, key=lambda place: (-len(group.keys[place].parts), place))
        free_at_all = tuple(() for _ in self.courses)
        untimed = self.offer._replace(slots=free_at_all, times=times_of(free_at_all))
        found = {}
        least = choices.clashes_of(group.kind, self.offer, needs, group.free, order)
        only = {
            need: tuple(
                free if place in demands and place not in least[need] else one
                for place, (one, free) in enumerate(zip(need, group.free, strict=True))
            )
            for need in needs
        }
        can = choices.possible(group.kind, untimed, only.values())
        for need in needs:
            keys = [group.keys[place] for place in least[need]]
            titles = dict.fromkeys(group.titles[key].title for key in keys)
            ids = dict.fromkeys(key.name for key in keys)
            codes = ("together", "alone") if only[need] in can else ("at-odds", "out-of-reach")
            code = codes[len(titles) == 1]
            found[need] = Shortage(code=code, bearers=(), titles=tuple(titles), ids=tuple(ids))
        return found


def _facts_of(bearer: object, name: str) -> object:
    """Return what courses may be worth by: all a bearer states but who it is."""
    if isinstance(bearer, Mapping):
        facts = bearer
    elif isinstance(bearer, Person):
        facts = {key: getattr(bearer, key) for key in ("roles", "stage", "joined", "left")}
        facts |= {f"facts.{key}": value for key, value in bearer.facts.items()}
        facts |= {
            key: value
            for key, value in attrs.asdict(bearer, recurse=False).items()
            if key not in ("facts", *facts)
        }
    else:
        return name
    return tuple(sorted((key, repr(value)) for key, value in facts.items() if key not in _OWN))


_OWN = ("id", "name", "known")
