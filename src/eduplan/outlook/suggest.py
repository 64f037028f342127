"""Which courses to attend: the cheapest that make everybody comply by a day, under places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from importlib import import_module
from itertools import combinations
from math import lcm
from typing import TYPE_CHECKING, NamedTuple

import attrs

from eduplan.dates import DAY, Period, as_date
from eduplan.errors import MissingExtra, refuse
from eduplan.evaluator import evaluate
from eduplan.exact import Number, exact
from eduplan.measures import Way
from eduplan.messages import Text
from eduplan.outlook.courses import Course, as_courses
from eduplan.outlook.suggestion import Attendance, Shortage, Suggestion
from eduplan.people import Person, bearer_getter
from eduplan.plan import Plan
from eduplan.provisions import Quota
from eduplan.provisions.portions import Standing
from eduplan.provisions.quota import Over
from eduplan.records import Register
from eduplan.selectors import Matcher
from eduplan.tables import Table
from eduplan.verdicts import Status, Verdict

if TYPE_CHECKING:
    from eduplan.calendars import SchoolCalendar
    from eduplan.outlook.patterns import Answer


class _Key(NamedTuple):
    """A figure that must come to something: of a quota, a part, or parts together."""

    provision: str
    period: Period | None
    parts: tuple[str, ...] = ()
    span: Period | None = None


class _Figure(NamedTuple):
    value: Number
    required: Number
    title: Text
    unit: Text


Figures = dict[_Key, _Figure]


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
        only: ids of the quotas to be met, by default all to which courses simply add.

    Raises:
        InputError: faults in the courses; a quota asked for to which courses do not simply add; too
            many combinations.
        MissingExtra: OR-Tools is not installed.
    """
    day, end = as_date(as_of), as_date(by)
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


def _quotas(plan: Plan, only: Collection[str] | None) -> tuple[dict[str, Quota], tuple[str, ...]]:
    """Return the quotas to which courses simply add, and what else is in the plan."""
    names = None if only is None else {plan.provision(name).id for name in only}
    quotas: dict[str, Quota] = {}
    beyond = []
    for provision in plan.provisions:
        if names is not None and provision.id not in names:
            continue
        if isinstance(provision, Quota) and _adds(provision):
            quotas[provision.id] = provision
        elif names is not None:
            raise refuse("suggest-not-additive", provision=provision.id)
        else:
            beyond.append(provision.id)
    return quotas, tuple(beyond)


def _adds(quota: Quota) -> bool:
    """Say whether records simply add up to what a quota asks for."""
    measure = quota.measure
    return (
        measure.way in (Way.COUNT, Way.SUM, Way.CREDITS)
        and quota.at_least is not None
        and quota.scope.over is Over.EACH
        and not (measure.caps or measure.thresholds or quota.version or quota.every.kinds)
        and not any(part.most or part.within is not None for part in quota.part)
    )


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
        beyond: tuple[str, ...],
    ) -> None:
        self.plan, self.bearers, self.register = plan, bearers, register
        self.courses, self.by, self.calendar = courses, by, calendar
        self.quotas, self.beyond = quotas, beyond
        self.open_to = [Matcher(course.open_to, plan.ranks) for course in courses]

    def judged(self, bearers: Sequence[object], records: Iterable[object]) -> list[Verdict]:
        """Return where bearers stand at the end of the day, these records being all."""
        if not self.quotas:
            return []
        return list(
            evaluate(
                self.plan,
                bearers,
                Register(records, complete_through=self.by),
                as_of=self.by,
                during=Period(self.by, self.by + DAY),
                calendar=self.calendar,
                only=self.quotas,
            )
        )

    def figures(self, verdicts: Iterable[Verdict]) -> tuple[dict[str, Figures], set[str]]:
        """Return by bearer what figures come to, and of whom they are not known."""
        found: dict[str, Figures] = {}
        unclear: set[str] = set()
        for verdict in verdicts:
            if verdict.status is Status.NOT_APPLICABLE:
                continue
            if verdict.value is None or verdict.required is None:
                unclear.add(verdict.bearer_id)
            else:
                figures = found.setdefault(verdict.bearer_id, {})
                figures.update(_figures(verdict, self.quotas[verdict.provision], self.by))
        return found, unclear

    def worths(self, bearer: object, keys: Sequence[_Key]) -> list[tuple[Number, ...] | None]:
        """Return what each course adds to figures of a bearer; None where it is closed to it."""
        get = bearer_getter(bearer)
        name = str(get("id"))
        found: list[tuple[Number, ...] | None] = []
        for course, open_to in zip(self.courses, self.open_to, strict=True):
            if not open_to(get, get):
                found.append(None)
                continue
            figures, _ = self.figures(self.judged([bearer], [course.record_of(name)]))
            mine = figures.get(name, {})
            found.append(tuple(mine[key].value if key in mine else 0 for key in keys))
        return found

    def found(self) -> Suggestion:
        """Return the suggestion."""
        figures, unclear = self.figures(self.judged(self.bearers, self.register.records))
        alike: dict[object, list[object]] = {}
        for bearer in self.bearers:
            name = str(bearer_getter(bearer)("id"))
            if name not in unclear and any(_lacks(one) for one in figures.get(name, {}).values()):
                alike.setdefault(_facts_of(bearer, name), []).append(bearer)
        groups = [_Group(self, several, figures) for several in alike.values()]
        try:
            answer = self.solved(groups)
        except ImportError as error:
            raise MissingExtra("solver") from error
        return self.told(groups, answer, tuple(sorted(unclear)))

    def solved(self, groups: Sequence[_Group]) -> Answer:
        """Hand the numbers, scaled to whole ones, to the solver."""
        patterns = import_module("eduplan.outlook.patterns")
        ways = import_module("eduplan.outlook.ways")
        self.unit = lcm(1, *(Fraction(course.cost).denominator for course in self.courses))
        group, clashes = ways.groups_of([course.slots for course in self.courses])
        most = max(1, len(self.bearers))
        offer = ways.Offer(
            tuple(int(course.cost * self.unit) for course in self.courses),
            tuple(most if one.places is None else one.places for one in self.courses),
            group,
            clashes,
        )
        kinds = []
        for one in groups:
            worth, needs = one.scaled()
            sides = (ways.Side.LEAST,) * len(one.keys)
            kinds.append(ways.Kind(sides, [row and ways.Worth(row) for row in worth], needs))
        try:
            found: Answer = patterns.solve(kinds, offer)
        except ways.TooLarge:
            raise refuse("suggest-too-large") from None
        return found

    def told(
        self,
        groups: Sequence[_Group],
        answer: Answer,
        unclear: tuple[str, ...],
    ) -> Suggestion:
        """Return the answer in terms of people and courses, after trying it by the evaluator."""
        chosen: dict[str, tuple[Attendance, ...]] = {}
        full = {
            index
            for index, course in enumerate(self.courses)
            if course.places is not None
            and course.places
            <= sum(
                n
                for counts in answer.chosen.values()
                for pattern, n in counts.items()
                if index in pattern
            )
        }
        shortages: list[Shortage] = []
        for place, group in enumerate(groups):
            for need, people in group.people.items():
                rest = list(people)
                for pattern, count in sorted(answer.chosen[place, need].items()):
                    for name in rest[:count]:
                        chosen[name] = tuple(group.attendance(one, need) for one in pattern)
                    rest = rest[count:]
                if rest:
                    shortages += group.shortages(need, tuple(rest), full)
        self.check(chosen)
        order = [str(bearer_getter(bearer)("id")) for bearer in self.bearers]
        return Suggestion(
            by=self.by,
            attend={name: chosen[name] for name in order if name in chosen},
            cost=exact(Fraction(answer.cost, self.unit)),
            bound=exact(Fraction(answer.bound, self.unit)),
            proved=answer.proved,
            shortages=tuple(shortages),
            unclear=unclear,
            beyond=self.beyond,
        )

    def check(self, chosen: Mapping[str, Sequence[Attendance]]) -> None:
        """Try the answer by the evaluator: whoever attends has to have everything.

        Raises:
            InputError: courses did not simply add up.
        """
        records = [
            one.course.record_of(name) for name, several in chosen.items() for one in several
        ]
        if not records:
            return
        them = [one for one in self.bearers if str(bearer_getter(one)("id")) in chosen]
        figures, _ = self.figures(self.judged(them, [*self.register.records, *records]))
        for mine in figures.values():
            for key, one in mine.items():
                if _lacks(one):
                    raise refuse("suggest-not-additive", provision=key.provision)


class _Group:
    """Bearers for whom courses are worth the same."""

    def __init__(
        self, search: _Search, bearers: Sequence[object], figures: Mapping[str, Figures]
    ) -> None:
        self.search = search
        names = [str(bearer_getter(bearer)("id")) for bearer in bearers]
        lacking: dict[_Key, _Figure] = {}
        for name in names:
            lacking.update({key: one for key, one in figures[name].items() if _lacks(one)})
        self.keys = list(lacking)
        self.titles = lacking
        self.worth = search.worths(bearers[0], self.keys)
        lacks = {
            name: tuple(
                _lacks(figures[name][key]) if key in figures[name] else 0 for key in self.keys
            )
            for name in names
        }
        numbers = [one for row in (*lacks.values(), *filter(None, self.worth)) for one in row]
        self.scale = lcm(1, *(Fraction(one).denominator for one in numbers))
        self.people: dict[tuple[int, ...], list[str]] = {}
        for name, row in lacks.items():
            self.people.setdefault(self.whole(row), []).append(name)

    def whole(self, row: Iterable[Number]) -> tuple[int, ...]:
        return tuple(int(one * self.scale) for one in row)

    def scaled(
        self,
    ) -> tuple[tuple[tuple[int, ...] | None, ...], dict[tuple[int, ...], int]]:
        """Return what courses are worth and what is needed, in whole numbers."""
        worth = tuple(None if row is None else self.whole(row) for row in self.worth)
        return worth, {need: len(people) for need, people in self.people.items()}

    def attendance(self, course: int, need: Sequence[int]) -> Attendance:
        """Return a course with what it adds to, of that which is needed."""
        worth = self.worth[course] or ()
        serves = dict.fromkeys(
            self.titles[key].title
            for key, one, lack in zip(self.keys, worth, need, strict=True)
            if one and lack and len(key.parts) < 2
        )
        return Attendance(course=self.search.courses[course], serves=tuple(serves))

    def shortages(
        self, need: Sequence[int], people: tuple[str, ...], full: Collection[int]
    ) -> list[Shortage]:
        """Return why some cannot comply."""
        found = []
        for place, key in enumerate(self.keys):
            lack = exact(Fraction(need[place], self.scale))
            offered = exact(sum((Fraction(row[place]) for row in self.worth if row), Fraction(0)))
            if offered < lack:
                figure = self.titles[key]
                found.append(
                    Shortage(
                        code="offered",
                        bearers=people,
                        titles=(figure.title,),
                        lacks=lack,
                        offered=offered,
                        unit=figure.unit,
                    )
                )
        if found:
            return found
        scarce = [
            Text(self.search.courses[index].name, self.search.courses[index].name)
            for index in sorted(full)
            if (row := self.worth[index]) is not None
            and any(one and lack for one, lack in zip(row, need, strict=True))
        ]
        if scarce:
            return [Shortage(code="places", bearers=people, titles=tuple(scarce))]
        titles = [self.titles[key].title for key, lack in zip(self.keys, need, strict=True) if lack]
        return [Shortage(code="together", bearers=people, titles=tuple(dict.fromkeys(titles)))]


def _lacks(figure: _Figure) -> Number:
    return max(figure.required - figure.value, 0)


def _figures(verdict: Verdict, quota: Quota, by: date) -> Figures:
    """Return what a verdict comes to: in all, by part, and by parts that may not share."""
    required = verdict.required or 0
    head = _Key(verdict.provision, verdict.period)
    title = verdict.citation.title
    found = {head: _Figure(verdict.value or 0, required, title, quota.unit)}
    standing = None
    exclusive = {}
    for point in verdict.justification.points:
        if not isinstance(point.basis, Standing):
            continue
        standing = point.basis
        portion, span = standing.place
        if span is not None and span.start > by:
            continue
        asked = portion.asked(required)
        called = portion.called
        key = head._replace(parts=(portion.id,), span=span)
        found[key] = _Figure(standing.tally.low, asked, called, quota.unit)
        if portion.exclusive:
            exclusive[portion.id] = (asked, called)
    for size in range(2, len(exclusive) + 1):
        for several in combinations(sorted(exclusive), size):
            classes = standing.classes if standing is not None else {}
            value = sum(tally.low for which, tally in classes.items() if which & set(several))
            asked = sum((exclusive[one][0] for one in several), 0)
            both = Text(
                "、".join(exclusive[one][1].zh for one in several),
                " + ".join(exclusive[one][1].en for one in several),
            )
            found[head._replace(parts=several)] = _Figure(value, asked, both, quota.unit)
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
