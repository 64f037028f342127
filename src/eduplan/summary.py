"""A summary of verdicts: how each school stands by each provision, who is behind, what is missing.

Failures (of clauses that bind: must, shall) and advice (aims, encouragements) are kept apart
throughout. Text output, tables and the report are all drawn from the one `Summary`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, NamedTuple

import attrs

from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.facts import getter
from eduplan.messages import Language, escape, in_both, say
from eduplan.plan import Plan
from eduplan.records import Register
from eduplan.verdicts import Citation, Status, Verdict

NO_SCHOOL = ""
"""Id of the row that takes bearers without a school."""


@attrs.frozen(kw_only=True)
class Tally:
    """How many verdicts have which status.

    Args:
        met: how many are met.
        not_met: how many are not met.
        pending: how many are open, behind an even pace or not.
        undetermined: how many cannot be decided.
        not_applicable: how many do not apply.
        behind: how many of the pending are behind an even pace.

    >>> tally = Tally(met=3, not_met=1, pending=2, behind=1)
    >>> tally.decided, tally.applicable, tally.share
    (4, 6, Fraction(3, 4))
    """

    met: int = 0
    not_met: int = 0
    pending: int = 0
    undetermined: int = 0
    not_applicable: int = 0
    behind: int = 0

    @property
    def decided(self) -> int:
        """How many are decided: met or not met."""
        return self.met + self.not_met

    @property
    def applicable(self) -> int:
        """How many apply, whatever their status."""
        return self.decided + self.pending + self.undetermined

    @property
    def share(self) -> Fraction | None:
        """The share of the met among the decided, None where nothing is decided."""
        return Fraction(self.met, self.decided) if self.decided else None

    def of(self, status: Status) -> int:
        """Return how many have ``status``."""
        count: int = getattr(self, status.name.lower())
        return count

    def plus(self, other: Tally) -> Tally:
        """Return the sum of two tallies."""
        return _sum((self, other))


Place = tuple[str, str]
"""A provision by the id of its plan and its own."""


class Column(NamedTuple):
    """A provision of the summary: plan and id, and what its verdicts cite."""

    plan: str
    provision: str
    citation: Citation


class Row(NamedTuple):
    """A school of the summary.

    Attributes:
        school: its id, `NO_SCHOOL` for bearers without one.
        name: its name, where the bearers tell it.
        binding: its tally over clauses that bind.
        advisory: its tally over aims and encouragements.
    """

    school: str
    name: str
    binding: Tally
    advisory: Tally

    @property
    def tally(self) -> Tally:
        """The tally over everything."""
        return self.binding.plus(self.advisory)

    def label(self, lang: Language) -> str:
        """Return what people call it; its id where its name is not known."""
        return self.name or self.school or say("report.no-school", lang)


class Cell(NamedTuple):
    """How one school stands by one provision."""

    school: str
    plan: str
    provision: str
    tally: Tally


class Concern(StrEnum):
    """Why somebody is on the list of those behind."""

    NOT_MET = "not-met"
    BEHIND = "behind"
    UNDETERMINED = "undetermined"


class Behind(NamedTuple):
    """One matter in which a bearer is behind: the verdict, the bearer's school, and why."""

    verdict: Verdict
    school: str
    concern: Concern

    @property
    def shortfall(self) -> Number | None:
        """How much is missing, None where that is not known."""
        return self.verdict.shortfall

    @property
    def due(self) -> date | None:
        """The last day on which it can, or could, be met; None where that is not known."""
        return self.verdict.due

    @property
    def binding(self) -> bool:
        """Whether the clause binds: the matter is one of failure, else of advice."""
        return self.verdict.citation.force.binding


class Gap(NamedTuple):
    """Something missing, and how many verdicts and bearers of a plan it leaves undetermined."""

    plan: str
    missing: Missing
    citation: Citation
    verdicts: int
    bearers: int

    def message(self, lang: Language) -> str:
        """Return what is missing, in ``lang``, by the names people know."""
        return self.missing.message(lang, label=lambda name: self.citation.label(name, lang))


@attrs.frozen(kw_only=True, slots=False)
class Summary:
    """Where everybody stands, by school and provision.

    Args:
        rows: the schools, in the order of the bearers; bearers without a school come last.
        columns: the provisions, in the order of the verdicts.
        cells: how each school stands by each provision, where there is any verdict.
        totals: how all stand by each provision, by plan and provision.
        binding: the tally over clauses that bind.
        advisory: the tally over aims and encouragements.
        behind: who is behind in what, by due day; what is not known comes last.
        gaps: what is missing, that with the most verdicts first.
    """

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: tuple[Cell, ...]
    totals: Mapping[Place, Tally]
    binding: Tally
    advisory: Tally
    behind: tuple[Behind, ...] = attrs.field(repr=False)
    gaps: tuple[Gap, ...] = attrs.field(repr=False)

    @property
    def total(self) -> Tally:
        """The tally over everything."""
        return self.binding.plus(self.advisory)

    @property
    def failures(self) -> int:
        """How many verdicts tell of a breach of a clause that binds."""
        return self.binding.not_met

    @property
    def advice(self) -> int:
        """How many tell of an aim or an encouragement not reached."""
        return self.advisory.not_met

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str, str], Tally]:
        return {(cell.school, cell.plan, cell.provision): cell.tally for cell in self.cells}

    def tally(self, school: str, plan: str, provision: str) -> Tally:
        """Return how a school stands by a provision; all zero where there is no verdict."""
        return self._by_place.get((school, plan, provision), Tally())

    def _repr_html_(self) -> str:
        heads = ["report.school", "report.failures", "report.advice"]
        heads += [f"status.{status}" for status in Status]
        head = "".join(f"<th>{_both(key)}</th>" for key in heads)
        rows = "".join(
            f"<tr><th>{escape(row.label('zh'))}</th>{_numbers(row.binding, row.advisory)}</tr>"
            for row in self.rows
        )
        foot = f"<tr><th>{_both('report.all')}</th>{_numbers(self.binding, self.advisory)}</tr>"
        return (
            f'<table class="eduplan-summary"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody><tfoot>{foot}</tfoot></table>"
        )


def _both(key: str) -> str:
    return in_both(partial(say, key))


def _numbers(binding: Tally, advisory: Tally) -> str:
    both = binding.plus(advisory)
    counts = [binding.not_met, advisory.not_met, *(both.of(status) for status in Status)]
    return "".join(f'<td style="text-align:right">{count}</td>' for count in counts)


class ClauseOrder:
    """Orders provisions as the clauses they cite stand in their documents, plan by plan.

    A plan file keeps provisions by their form; people read a document from its first clause on.

    Args:
        plans: the plans, in the order in which they are to be shown; others come last.
    """

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._plans: dict[str, int] = {}
        self._places: dict[tuple[str, str], int] = {}
        for plan in plans:
            self._plans[plan.id] = len(self._plans)
            for place, clause in enumerate(plan.clauses):
                self._places[plan.id, clause.number] = place

    def place(self, plan: str, clauses: Iterable[str]) -> tuple[int, tuple[int, ...]]:
        """Return what to sort a provision by: the place of its plan, and those of its clauses."""
        last = len(self._places)
        places = tuple(self._places.get((plan, number), last) for number in clauses)
        return self._plans.get(plan, len(self._plans)), places

    def sorted(self, verdicts: Iterable[Verdict]) -> list[Verdict]:
        """Return verdicts by the clauses they cite, otherwise in the order they had."""
        return sorted(verdicts, key=lambda v: self.place(v.citation.plan, v.clauses))


def concerns(verdict: Verdict) -> bool:
    """Say whether a verdict is on somebody its clause is for.

    Most clauses are for few, so that of a whole county most verdicts say only that a clause is for
    others. Somebody who is exempt, on the other hand, is one whom the clause is for.
    """
    reason = verdict.justification.reason
    return reason is None or reason.code != "not-a-bearer"


class Schools:
    """Tells the school of a bearer: its fact ``school``, or the bearer itself if it is a school.

    Args:
        bearers: the bearers, in the order in which their schools are to be listed.
    """

    def __init__(self, bearers: Iterable[object]) -> None:
        self._names: dict[str, str] = {}
        self._found: dict[str, str] = {}
        seats: dict[str, None] = {}
        for bearer in bearers:
            get = getter(bearer)
            own, seat = get("id"), _text(get("school"))
            self._found[_text(own)] = seat
            if seat:
                seats[seat] = None
            if seat and own == seat:
                self._names[seat] = _text(get("name"))
        # The schools that are on the roster themselves stand first, in its order.
        self._order = list(dict.fromkeys([*self._names, *seats]))

    def of(self, verdict: Verdict) -> str:
        """Return the id of the school that a verdict belongs to, `NO_SCHOOL` where there is none.

        The mean or total of a school belongs to that school.
        """
        get = getter(verdict.bearer)
        seat = _text(get("school")) or self._found.get(verdict.bearer_id, NO_SCHOOL)
        return seat or (verdict.bearer_id if get("type") == "school" else NO_SCHOOL)

    def name(self, school: str) -> str:
        """Return the name of a school, empty where the bearers do not tell it."""
        return self._names.get(school, "")

    def order(self, schools: Iterable[str]) -> list[str]:
        """Return schools in the order of the roster; others after them, no school last."""
        place = {school: index for index, school in enumerate(self._order)}
        return sorted(schools, key=lambda s: (s == NO_SCHOOL, place.get(s, len(place)), s))


def not_in_roster(register: Register, bearers: Iterable[object]) -> Mapping[str, int]:
    """Return how many records name a ``bearer`` who is none of these, by that bearer's id.

    Args:
        register: the register.
        bearers: the people, groups and schools of the roster.
    """
    known = {getter(bearer)("id") for bearer in bearers}
    named = (getter(record)("bearer") for record in register.records)
    ids = (one for name in named for one in (name if isinstance(name, tuple) else (name,)) if one)
    return Counter(str(one) for one in ids if one not in known)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def summarise(verdicts: Iterable[Verdict], bearers: Iterable[object] = ()) -> Summary:
    """Return where everybody stands, by school and provision.

    Args:
        verdicts: the verdicts, of one plan or several.
        bearers: the people, groups and schools judged; they give the schools their names and order.

    Example:
        >>> from eduplan import Person, Register, School, evaluate, load_plan
        >>> plan = load_plan("primary-school-2024")
        >>> bearers = [School(id="s1", name="Qinghe", stage="primary"),
        ...            Person(id="t1", roles=["teacher"], school="s1", stage="primary")]
        >>> register = Register([], complete_through=date(2025, 8, 31))
        >>> verdicts = evaluate(plan, bearers, register, as_of=date(2025, 9, 1),
        ...                     during=plan.horizon)
        >>> summary = summarise(verdicts, bearers)
        >>> summary.tally("s1", "primary-school-2024", "open-lesson").not_met, summary.rows[0].name
        (1, 'Qinghe')
    """
    schools = Schools(bearers)
    counts: dict[str, dict[Place, Counter[str]]] = {}
    columns: dict[Place, Citation] = {}
    behind: list[Behind] = []
    gaps: dict[tuple[object, ...], _Gathered] = {}
    for verdict in verdicts:
        place = (verdict.citation.plan, verdict.provision)
        if columns.setdefault(place, verdict.citation).form == "unanswered":
            # Where all readings agree, the verdicts say more of the provision.
            columns[place] = verdict.citation
        school = schools.of(verdict)
        counter = counts.setdefault(school, {}).setdefault(place, Counter())
        counter[verdict.status.name.lower()] += 1
        concern = _concern(verdict)
        if concern is not None:
            behind.append(Behind(verdict, school, concern))
            counter["behind"] += concern is Concern.BEHIND
        for missing in verdict.missing:
            _gather(gaps, missing, verdict)
    tallies = {
        school: {place: Tally(**counter) for place, counter in counts[school].items()}
        for school in schools.order(counts)
    }
    totals: dict[Place, list[Tally]] = {place: [] for place in columns}
    for own in tallies.values():
        for place, tally in own.items():
            totals[place].append(tally)
    rows = [_row(school, schools.name(school), own, columns) for school, own in tallies.items()]
    return Summary(
        rows=tuple(rows),
        columns=tuple(Column(*place, citation) for place, citation in columns.items()),
        cells=tuple(
            Cell(school, *place, own[place])
            for school, own in tallies.items()
            for place in columns
            if place in own
        ),
        totals={place: _sum(several) for place, several in totals.items()},
        binding=_sum(row.binding for row in rows),
        advisory=_sum(row.advisory for row in rows),
        behind=tuple(sorted(behind, key=_by_due)),
        gaps=_in_order(gaps.values()),
    )


def _row(
    school: str, name: str, own: Mapping[Place, Tally], columns: Mapping[Place, Citation]
) -> Row:
    """Return a school with what it comes to, clauses that bind apart from the others."""
    binds = {place: columns[place].force.binding for place in own}
    binding = _sum(tally for place, tally in own.items() if binds[place])
    advisory = _sum(tally for place, tally in own.items() if not binds[place])
    return Row(school, name, binding, advisory)


def _sum(tallies: Iterable[Tally]) -> Tally:
    several = list(tallies)
    return Tally(**{name: sum(getattr(tally, name) for tally in several) for name in _COUNTS})


_COUNTS = tuple(field.name for field in attrs.fields(Tally))


def _concern(verdict: Verdict) -> Concern | None:
    if verdict.status is Status.NOT_MET:
        return Concern.NOT_MET
    if verdict.status is Status.UNDETERMINED:
        return Concern.UNDETERMINED
    return Concern.BEHIND if verdict.behind and verdict.status is Status.PENDING else None


def _by_due(item: Behind) -> tuple[object, ...]:
    verdict = item.verdict
    return (
        item.concern is Concern.UNDETERMINED,
        verdict.due or date.max,
        item.school == NO_SCHOOL,
        item.school,
        verdict.bearer_id,
        verdict.citation.plan,
        verdict.provision,
        verdict.period.start if verdict.period else date.max,
        verdict.first_record,
    )


class _Gathered(NamedTuple):
    missing: list[Missing]
    citation: Citation
    bearers: set[str]


def _gather(gaps: dict[tuple[object, ...], _Gathered], missing: Missing, verdict: Verdict) -> None:
    """Put what one verdict misses with what others miss but for a day or a number of records."""
    plan = verdict.citation.plan
    facts = sorted((n, str(fact)) for n, fact in missing.facts.items() if n not in _VARYING)
    key = (plan, missing.code, *facts)
    found = gaps.setdefault(key, _Gathered([], verdict.citation, set()))
    found.missing.append(missing)
    found.bearers.add(verdict.bearer_id)


_VARYING: Mapping[str, Callable[[Iterable[Any]], object]] = {
    "count": sum,
    "needed": max,
    "day": max,
}


def _in_order(gathered: Iterable[_Gathered]) -> tuple[Gap, ...]:
    gaps = []
    for several, citation, bearers in gathered:
        facts = {
            name: _VARYING[name](missing.facts[name] for missing in several)
            if name in _VARYING
            else fact
            for name, fact in several[0].facts.items()
        }
        missing = Missing(several[0].code, facts)
        gaps.append(Gap(citation.plan, missing, citation, len(several), len(bearers)))
    return tuple(sorted(gaps, key=lambda gap: (-gap.verdicts, gap.plan, gap.message("en"))))
