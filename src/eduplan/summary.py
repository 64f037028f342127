"""A summary of verdicts: how each school stands by each provision, who is behind, what is missing.

Failures (of clauses that bind: must, shall) and advice (aims, encouragements) are kept apart
throughout. Text output, tables and the report are all drawn from the one `Summary`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from html import escape
from typing import NamedTuple

import attrs

from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.messages import LANGUAGES, Language, say
from eduplan.selectors import getter
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
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in _COUNTS})


_COUNTS = tuple(field.name for field in attrs.fields(Tally))
_BEHIND = "behind"


class Column(NamedTuple):
    """A provision of the summary: plan and id, and what its verdicts cite."""

    plan: str
    provision: str
    citation: Citation


class Row(NamedTuple):
    """A school of the summary: its id (`NO_SCHOOL` for bearers without), name and tally."""

    school: str
    name: str
    tally: Tally


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
    totals: Mapping[tuple[str, str], Tally]
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
        heads = "".join(
            f"<th>{_both('report.' + key)}</th>" for key in ("school", "failures", "advice")
        ) + "".join(f"<th>{_both(f'status.{status}')}</th>" for status in Status)
        rows = "".join(
            f"<tr><th>{escape(row.name)}</th>{_numbers(row.tally, self._advice(row.school))}</tr>"
            for row in self.rows
        )
        foot = f"<tr><th>{_both('report.all')}</th>{_numbers(self.total, self.advice)}</tr>"
        return (
            f'<table class="eduplan-summary"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody><tfoot>{foot}</tfoot></table>"
        )

    def _advice(self, school: str) -> int:
        """Count the aims and encouragements not reached by the bearers of one school."""
        advisory = {c[:2] for c in self.columns if not c.citation.force.binding}
        return sum(
            cell.tally.not_met
            for cell in self.cells
            if cell.school == school and (cell.plan, cell.provision) in advisory
        )


def _both(key: str) -> str:
    return " ".join(f'<span lang="{lang}">{escape(say(key, lang))}</span>' for lang in LANGUAGES)


def _numbers(tally: Tally, advice: int) -> str:
    counts = [tally.not_met - advice, advice, *(tally.of(status) for status in Status)]
    return "".join(f'<td style="text-align:right">{count}</td>' for count in counts)


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
                self._names[seat] = _text(get("name")) or seat
        # The schools that are on the roster themselves stand first, in its order.
        self._order = list(dict.fromkeys([*self._names, *seats]))

    def of(self, verdict: Verdict) -> str:
        """Return the id of the school that a verdict belongs to, `NO_SCHOOL` where there is none.

        The mean or total of a school belongs to that school.
        """
        get = getter(verdict.bearer)
        seat = _text(get("school")) or self._found.get(verdict.bearer_id, NO_SCHOOL)
        return seat or (verdict.bearer_id if get("type") == "school" else NO_SCHOOL)

    def name(self, school: str, lang: Language = "zh") -> str:
        """Return what people call a school; its id where its name is not known."""
        if school == NO_SCHOOL:
            return say("report.no-school", lang)
        return self._names.get(school, school)

    def order(self, schools: Iterable[str]) -> list[str]:
        """Return schools in the order of the roster; others after them, no school last."""
        place = {school: index for index, school in enumerate(self._order)}
        return sorted(schools, key=lambda s: (s == NO_SCHOOL, place.get(s, len(place)), s))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def summarise(
    verdicts: Iterable[Verdict], bearers: Iterable[object] = (), *, lang: Language = "zh"
) -> Summary:
    """Return where everybody stands, by school and provision.

    Args:
        verdicts: the verdicts, of one plan or several.
        bearers: the people, groups and schools judged; they give the schools their names and order.
        lang: the language of the one row that has no name of its own.

    Example:
        >>> from eduplan import Person, Quota, Register, School, evaluate, load_plan
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
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    columns: dict[tuple[str, str], Citation] = {}
    behind: list[Behind] = []
    gaps: dict[tuple[object, ...], _Gathered] = {}
    for verdict in verdicts:
        citation = verdict.citation
        school = schools.of(verdict)
        key = (citation.plan, citation.provision)
        known = columns.setdefault(key, citation)
        if known.form == "unanswered" != citation.form:
            columns[key] = citation
        counter = counts.setdefault((school, *key), Counter())
        counter[verdict.status.name.lower()] += 1
        if verdict.behind and verdict.status is Status.PENDING:
            counter[_BEHIND] += 1
        concern = _concern(verdict)
        if concern is not None:
            behind.append(Behind(verdict, school, concern))
        for missing in verdict.missing:
            _gather(gaps, missing, verdict)
    tallies = {key: Tally(**counter) for key, counter in counts.items()}
    totals = dict.fromkeys(columns, Tally())
    by_school: dict[str, Tally] = {}
    force = {True: Tally(), False: Tally()}
    for (school, *key_parts), tally in tallies.items():
        key = (key_parts[0], key_parts[1])
        totals[key] = totals[key].plus(tally)
        by_school[school] = by_school.get(school, Tally()).plus(tally)
        binding = columns[key].force.binding
        force[binding] = force[binding].plus(tally)
    rows = tuple(
        Row(school, schools.name(school, lang), by_school[school])
        for school in schools.order(by_school)
    )
    return Summary(
        rows=rows,
        columns=tuple(Column(*key, citation) for key, citation in columns.items()),
        cells=tuple(
            Cell(row.school, *key, tallies[row.school, *key])
            for row in rows
            for key in columns
            if (row.school, *key) in tallies
        ),
        totals=totals,
        binding=force[True],
        advisory=force[False],
        behind=tuple(sorted(behind, key=_by_due)),
        gaps=_in_order(gaps.values()),
    )


def _concern(verdict: Verdict) -> Concern | None:
    if verdict.status is Status.NOT_MET:
        return Concern.NOT_MET
    if verdict.status is Status.UNDETERMINED:
        return Concern.UNDETERMINED
    return Concern.BEHIND if verdict.behind and verdict.status is Status.PENDING else None


def _by_due(item: Behind) -> tuple[object, ...]:
    verdict = item.verdict
    start = verdict.period.start if verdict.period else date.max
    return (
        item.concern is Concern.UNDETERMINED,
        verdict.due or date.max,
        item.school == NO_SCHOOL,
        item.school,
        verdict.bearer_id,
        verdict.citation.plan,
        verdict.provision,
        start,
        _evidence(verdict),
    )


def _evidence(verdict: Verdict) -> str:
    counted = verdict.justification.counted
    return str(getter(counted[0])("id")) if counted else ""


class _Gathered(NamedTuple):
    missing: Missing
    citation: Citation
    verdicts: list[int]
    bearers: set[str]


def _gather(gaps: dict[tuple[object, ...], _Gathered], missing: Missing, verdict: Verdict) -> None:
    """Note what one verdict misses; how many records of one bearer lack a fact is not told apart."""
    plan = verdict.citation.plan
    facts = {name: fact for name, fact in missing.facts.items() if name != "count"}
    key = (plan, missing.code, *sorted((name, str(fact)) for name, fact in facts.items()))
    found = gaps.get(key)
    if found is None:
        found = gaps[key] = _Gathered(missing, verdict.citation, [0, 0], set())
    found.verdicts[0] += 1
    count = missing.facts.get("count")
    found.verdicts[1] += count if isinstance(count, int) else 0
    found.bearers.add(verdict.bearer_id)


def _in_order(gathered: Iterable[_Gathered]) -> tuple[Gap, ...]:
    gaps = []
    for missing, citation, (verdicts, count), bearers in gathered:
        if "count" in missing.facts:
            missing = Missing(missing.code, {**missing.facts, "count": count})
        gaps.append(Gap(citation.plan, missing, citation, verdicts, len(bearers)))
    return tuple(sorted(gaps, key=lambda gap: (-gap.verdicts, gap.plan, gap.message("en"))))
