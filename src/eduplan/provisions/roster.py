"""The form that says that every cell of a grid, or every group, has the people it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from math import prod
from typing import ClassVar

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing, kind_of, refuse
from eduplan.facts import Getter, Truth
from eduplan.messages import Language, Text, say
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.needs import (
    Found,
    Member,
    Need,
    NeedBench,
    Unit,
    as_needs,
    as_optional_need,
)
from eduplan.provisions.population import (
    Population,
    both,
    facts_missing,
    status_of,
    there,
    together,
    words,
)
from eduplan.provisions.provision import Provision, Setting, Subject
from eduplan.selectors import (
    EVERYTHING,
    Matcher,
    Scales,
    Selector,
    as_optional_selector,
    as_selectors,
)
from eduplan.tables import (
    MOST_ENTRIES,
    Table,
    as_flag,
    as_name,
    as_optional_date,
    as_optional_name,
    as_strings,
)
from eduplan.verdicts import Justification, Point, Status, Told, Verdict
from eduplan.verdicts.telling import tell_points, tell_undecided


def as_cells(value: Table) -> Mapping[str, tuple[str, ...]]:
    """Return the sides of a grid from ``{ subject = [...], stage = [...] }``."""
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    found: dict[str, tuple[str, ...]] = {}
    for key, values in value.items():
        with faults.at(str(key)[:64]):
            side = found[as_name(key)] = as_strings(values)  # type: ignore[arg-type]
            if not side:
                raise refuse("empty-list")
            if len(set(side)) < len(side):
                raise refuse("value-twice")
    if prod(len(side) for side in found.values()) > MOST_ENTRIES:
        faults.add("too-many-entries", most=MOST_ENTRIES)
    faults.raise_any()
    return found


@attrs.frozen(kw_only=True)
class Roster(Provision):
    """Every cell of a grid, or every group, has the people it needs.

    Looked at are the bearers that are judged, as they are on the day: with ``cells`` all of them,
    cell by cell; with ``each`` the members of every group it picks; with ``members`` alone those of
    the bearer itself; with none of the three all of them together.

    Args:
        cells: sides of a grid: facts, and for each the values that matter.
        without: which cells need nobody.
        each: which of the bearers are the groups, areas or links looked at.
        members: fact of a group that lists the ids of its members.
        needs: who has to be there, in every cell or group.
        leader: fact of a group that holds the id of its leader, or of several.
        led_by: what a leader has to be; of several leaders each.
        disjoint: whether nobody may be in two of the groups.
        covers: who has to be in some group.
        groups: how many groups there have to be.
        by: the day by which it has to be so; left out, it has to be so now.

    Raises:
        InputError: nothing is asked for, or keys that do not go together.

    >>> roster = Roster(id="links", clause="三", title={"zh": "定点联系", "en": "links"},
    ...                 each={"role": "researcher"}, members="liaison_schools",
    ...                 needs={"at_least": 1, "at_most": 4}, disjoint=True)
    >>> roster.needs[0].at_most
    4
    """

    form: ClassVar[str] = "roster"

    cells: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=as_cells, hash=False)
    without: tuple[Selector, ...] = attrs.field(default=(), converter=as_selectors)
    each: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    members: str = attrs.field(default="", converter=as_optional_name)
    needs: tuple[Need, ...] = attrs.field(default=(), converter=as_needs)
    leader: str = attrs.field(default="leader", converter=as_name)
    led_by: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    disjoint: bool = attrs.field(default=False, converter=as_flag)
    covers: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    groups: Need | None = attrs.field(default=None, converter=as_optional_need)
    by: date | None = attrs.field(default=None, converter=as_optional_date)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        of_groups = {
            "disjoint": self.disjoint,
            "covers": self.covers is not None,
            "groups": self.groups is not None,
        }
        if self.cells and (self.each is not None or self.members or self.led_by is not None):
            faults.add("cells-or-groups", "cells")
        if self.each is not None and not self.members:
            faults.add("members-missing", "members")
        if self.each is None:
            for name, asked in of_groups.items():
                if asked:
                    faults.add("needs-each", name)
        if not (self.needs or self.led_by is not None or any(of_groups.values())):
            faults.add("nothing-needed", "needs")
        if self.groups is not None and (
            self.groups.where != EVERYTHING or self.groups.within is not None
        ):
            faults.add("groups-by-number", "groups")
        for index, selector in enumerate(self.without):
            for field in selector.fields():
                if field not in self.cells:
                    known = ", ".join(self.cells) or "-"
                    faults.add("not-a-side", f"without[{index}].{field}", known=known)
        faults.raise_any()

    @property
    def by_day(self) -> bool:
        """Who is there is counted on the day of judgement."""
        return True

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        selectors = {
            "each": self.each,
            "led_by": self.led_by,
            "covers": self.covers,
            **{f"needs[{i}].where": need.where for i, need in enumerate(self.needs)},
            **{f"needs[{i}].within": need.within for i, need in enumerate(self.needs)},
            **{f"without[{i}]": selector for i, selector in enumerate(self.without)},
        }
        for path, selector in selectors.items():
            if selector is not None:
                with faults.below(path) as found:
                    selector.faults(scales, found, dated=True)


class RosterBench(SettledBench):
    """A roster made ready to judge many bearers."""

    def __init__(self, roster: Roster, setting: Setting) -> None:
        citation = cited(roster, setting, tell_roster, unit=Text("项", ""))
        super().__init__(roster, setting, citation)
        self.roster = roster
        scales = setting.scales
        self._needs = [NeedBench(need, scales) for need in roster.needs]
        self._each = Population(roster.each, scales) if roster.each is not None else None
        self._led_by = Population(roster.led_by, scales) if roster.led_by is not None else None
        self._covers = Population(roster.covers, scales) if roster.covers is not None else None
        self._groups = NeedBench(roster.groups, scales) if roster.groups is not None else None
        self._cells = self._grid(scales)

    def _grid(self, scales: Scales) -> list[dict[str, str]]:
        """Return the cells that need somebody, each as facts with their values."""
        sides = self.roster.cells
        without = [Matcher(selector, scales) for selector in self.roster.without]
        grid = [dict(zip(sides, values, strict=True)) for values in product(*sides.values())]
        return [
            cell for cell in grid if not any(matcher(cell.get, cell.get) for matcher in without)
        ]

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict on the day, made of a point for every need of every cell or group."""
        roster, as_of = self.roster, docket.as_of
        if roster.since is not None and as_of < roster.since:
            return (self.excuse(subject, docket, "not-in-force", roster.since),)
        if roster.until is not None and as_of >= roster.until:
            return (self.excuse(subject, docket, "no-longer-in-force", roster.until),)
        day = self.looked_at(docket)
        points = tuple(self._points(subject, docket, day))
        early = roster.by is not None and as_of < roster.by
        if early:
            points = tuple([_still_open(point) for point in points])
        status = together(point.status for point in points)
        if status is Status.NOT_APPLICABLE:
            return (self.excuse(subject, docket, "no-groups"),)
        if early and status is Status.MET:
            status = Status.PENDING
        gaps = [gap for point in points for gap in point.missing]
        owed = [point for point in points if point.status is not Status.NOT_APPLICABLE]
        return (
            Verdict(
                citation=self.citation,
                bearer=subject.thing,
                bearer_id=subject.id,
                period=Period(day, day + DAY),
                status=status,
                as_of=as_of,
                value=sum(1 for point in owed if point.status is Status.MET),
                required=len(owed),
                due=roster.by,
                missing=_summed(gaps) if status is Status.UNDETERMINED else (),
                justification=Justification(points=points),
            ),
        )

    def looked_at(self, docket: Docket) -> date:
        """Return the day on which it is looked who is there."""
        by = self.roster.by
        return docket.as_of if by is None else min(docket.as_of, by)

    def _points(self, subject: Subject, docket: Docket, day: date) -> Iterator[Point]:
        bearer = subject.get
        units = list(self._units(subject, docket, day))
        if self._groups is not None:
            yield self._groups.number(_number(units))
        for unit in units:
            for need in self._needs:
                yield _if_inside(unit, need.point(unit, bearer, day))
            if self._led_by is not None:
                yield _if_inside(unit, self._led(unit, self._led_by, bearer, docket, day))
        if self.roster.disjoint and units:
            yield _disjoint(units)
        if self._covers is not None:
            yield self._coverage(units, self._covers, bearer, docket, day)

    def _units(self, subject: Subject, docket: Docket, day: date) -> Iterator[Unit]:
        """Return the cells or groups that are looked at."""
        if self.roster.cells:
            yield from self._cell_units(docket, day)
        elif self._each is not None:
            for group in sorted(docket.subjects, key=lambda one: one.id):
                inside = self._each.fits(group, subject.get, day)
                if inside is not False:
                    yield self._group_unit(group, inside, subject.get, docket, day)
        elif self.roster.members:
            yield self._group_unit(subject, True, subject.get, docket, day)
        else:
            everybody = (Member(one.id, one, there(one.get, day)) for one in docket.subjects)
            yield Unit(_called(subject), subject, tuple(everybody))

    def _cell_units(self, docket: Docket, day: date) -> Iterator[Unit]:
        present = [subject for subject in docket.subjects if there(subject.get, day)]
        for cell in self._cells:
            members = [Member(one.id, one, _in_cell(one.get, cell)) for one in present]
            inside = tuple([member for member in members if member.inside is not False])
            yield Unit(tuple(cell.values()), None, inside)

    def _group_unit(
        self, group: Subject, inside: Truth, bearer: Getter, docket: Docket, day: date
    ) -> Unit:
        missing: tuple[Missing, ...] = ()
        if inside is None and self._each is not None:
            missing = self._each.unsaid((group,), bearer, day)
        ids = ids_in(group.get(self.roster.members))
        if ids is None:
            missing = (*missing, *facts_missing([self.roster.members]))
            return Unit(_called(group), group, None, inside, missing)
        found = [(name, docket.subject(name)) for name in ids]
        members = [
            Member(name, member, True)
            for name, member in found
            if member is None or there(member.get, day)
        ]
        return Unit(_called(group), group, tuple(members), inside, missing)

    def _led(
        self, unit: Unit, led_by: Population, bearer: Getter, docket: Docket, day: date
    ) -> Point:
        """Return whether every leader of a group is what a leader has to be."""
        facts: dict[str, object] = {"unit": unit.name, "need": words(self.roster.led_by)}  # type: ignore[arg-type]
        leaders = ids_in(unit.subject.get(self.roster.leader)) if unit.subject is not None else None
        if not leaders:
            gap = facts_missing([self.roster.leader])
            return Point("roster-leader-unknown", Status.UNDETERMINED, facts, missing=gap)
        truth: Truth = True
        unsaid = []
        for name in leaders:
            leader = docket.subject(name)
            fits = None if leader is None else led_by.fits(leader, bearer, day)
            if fits is None:
                blamed = "" if leader is None else led_by.blame(leader, bearer, day)
                unsaid.append(blamed or self.roster.leader)
            truth = both(truth, fits)
        missing = facts_missing(unsaid) if truth is None else ()
        return Point("roster-led", status_of(truth), {**facts, "who": leaders}, missing=missing)

    def _coverage(
        self, units: list[Unit], covers: Population, bearer: Getter, docket: Docket, day: date
    ) -> Point:
        """Return whether everybody who has to be in some group is in one."""
        inside = _members(unit for unit in units if unit.inside)
        perhaps = _members(unit for unit in units if unit.inside is None)
        unknown = [gap for unit in units if unit.members is None for gap in unit.missing]
        pick = covers.pick(docket.subjects, bearer, day)
        outside = [one for one in pick.sure if one.id not in inside]
        certain = [one for one in outside if one.id not in perhaps]
        doubtful = [one for one in pick.perhaps if one.id not in inside]
        facts: dict[str, object] = {"need": words(self.roster.covers)}  # type: ignore[arg-type]
        if certain and not unknown:
            who = {"who": tuple(sorted(one.id for one in certain)), "count": len(certain)}
            return Point("roster-uncovered", Status.NOT_MET, {**facts, **who})
        if not (outside or doubtful):
            return Point("roster-covered", Status.MET, facts)
        gaps = [*unknown, *covers.unsaid(tuple(doubtful), bearer, day)]
        gaps += [gap for unit in units if unit.inside is None for gap in unit.missing]
        return Point("roster-covered", Status.UNDETERMINED, facts, missing=_summed(gaps))


def _called(group: Subject) -> object:
    """Return what a group is called; of a person the id, for a sentence may not name it."""
    return group.id if group.get("type") == "person" else group.get("name") or group.id


def ids_in(value: object) -> tuple[str, ...] | None:
    """Return ids a fact holds, each once; None where it is absent."""
    if value is None:
        return None
    several = value if isinstance(value, tuple) else (value,)
    return tuple(dict.fromkeys(str(one) for one in several))


def _in_cell(get: Getter, cell: Mapping[str, str]) -> Truth:
    """Return whether somebody's facts hold the values of a cell."""
    truth: Truth = True
    for side, value in cell.items():
        own = get(side)
        holds = None if own is None else value in own if isinstance(own, tuple) else own == value
        truth = both(truth, holds)
        if truth is False:
            return False
    return truth


def _still_open(point: Point) -> Point:
    """Return a point before its day: what is not met is not met yet."""
    status = Status.PENDING if point.status is Status.NOT_MET else point.status
    return point._replace(status=status)


def _if_inside(unit: Unit, point: Point) -> Point:
    """Return the point of a group; one that perhaps is no such group fails only perhaps."""
    if unit.inside is None and point.status is Status.NOT_MET:
        return point._replace(status=Status.UNDETERMINED, missing=unit.missing)
    return point


def _number(units: Iterable[Unit]) -> Found:
    """Return how many groups there are."""
    several = list(units)
    sure = sum(1 for unit in several if unit.inside)
    gaps = [gap for unit in several if unit.inside is None for gap in unit.missing]
    return Found(sure, len(several), _summed(gaps))


def _members(units: Iterable[Unit]) -> set[str]:
    return {member.id for unit in units for member in unit.members or ()}


def _disjoint(units: list[Unit]) -> Point:
    """Return whether nobody is in two groups."""
    sure = Counter(m.id for unit in units if unit.inside for m in unit.members or ())
    twice = tuple(sorted(name for name, count in sure.items() if count > 1))
    if twice:
        facts = {"who": twice, "count": len(twice)}
        return Point("roster-twice", Status.NOT_MET, facts)
    possible = Counter(m.id for unit in units for m in unit.members or ())
    unclear = [u for u in units if u.members is None]
    if (unclear and len(units) > 1) or any(count > 1 for count in possible.values()):
        gaps = [gap for unit in units for gap in unit.missing]
        return Point("roster-disjoint", Status.UNDETERMINED, missing=_summed(gaps))
    return Point("roster-disjoint", Status.MET)


def _summed(gaps: Iterable[Missing]) -> tuple[Missing, ...]:
    """Return what is missing, each fact once with all who lack it."""
    count: Counter[str] = Counter()
    others = []
    for gap in gaps:
        if gap.code == "bearer-facts":
            count[str(gap.facts["field"])] += int(str(gap.facts["count"]))
        elif gap not in others:
            others.append(gap)
    return (
        *(Missing("bearer-facts", {"field": f, "count": n}) for f, n in count.items()),
        *others,
    )


def tell_roster(verdict: Verdict, lang: Language) -> Told:
    """Tell in how many cells or groups the people needed are there, and in which they are not."""
    if verdict.status is Status.NOT_APPLICABLE or verdict.value is None:
        return Told(tell_undecided(verdict, lang))
    due = say("explain.roster.due", lang, due=verdict.due) if verdict.due else ""
    facts = {"met": verdict.value, "all": verdict.required, "due": due}
    body = say(f"explain.roster.{verdict.status}", lang, **facts)
    if verdict.status is Status.UNDETERMINED:
        body = say(
            "explain.roster.unclear", lang, undecided=tell_undecided(verdict, lang), known=body
        )
    return Told(body, tell_points(verdict, lang))
