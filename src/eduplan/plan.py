"""A plan: a document's clauses as data, with its open questions and the answers given to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

import attrs

from eduplan.coherence import at_places, check_clauses, check_parts, check_sources
from eduplan.dates import Period
from eduplan.errors import Fault, FaultList, PlanFileError, UnknownName, kind_of, unknown
from eduplan.figures import Figure
from eduplan.lengths import Length
from eduplan.messages import Text, escape
from eduplan.provisions import (
    FORMS,
    Bench,
    Provision,
    Question,
    Setting,
    Unanswered,
    UnansweredBench,
    all_refers,
    bench,
    changed_provision,
)
from eduplan.provisions.versions import Governs, as_governs
from eduplan.selectors import Scale
from eduplan.sources import Clause, Document, as_document, tell_clauses
from eduplan.tables import as_name, as_names, as_optional_date, as_strings, as_text


@attrs.frozen(kw_only=True)
class Drop:
    """Provisions of its parent that a derived plan leaves out.

    Args:
        provision: their ids.
        reason: why they are left out.
        clause: clauses of the plan's own document that say so.
    """

    provision: tuple[str, ...] = attrs.field(converter=as_names)
    reason: Text = attrs.field(converter=as_text)
    clause: tuple[str, ...] = attrs.field(default=(), converter=as_strings)


@attrs.frozen(kw_only=True)
class Derivation:
    """What a plan is derived from.

    Args:
        parent: the plan it takes over.
        source: the name or path by which its file names the parent.
        clause: clauses of its own document by which the parent is taken over.
        drops: what it leaves out.
    """

    parent: Plan
    source: str
    clause: tuple[str, ...] = ()
    drops: tuple[Drop, ...] = ()

    @property
    def dropped(self) -> frozenset[str]:
        """Ids of the provisions that are left out."""
        return frozenset(name for drop in self.drops for name in drop.provision)

    def faults(self, clauses: Sequence[str] | None, faults: FaultList) -> None:
        """Note what is cited or dropped and is not there.

        Args:
            clauses: the clause numbers of the plan, None where not all could be read.
            faults: takes the faults.
        """
        check_clauses("plan.extends.clause", self.clause, clauses, faults)
        known = [provision.id for provision in self.parent.provisions]
        for index, drop in enumerate(self.drops):
            check_clauses(f"drop[{index}].clause", drop.clause, clauses, faults)
            for name in drop.provision:
                if name not in known:
                    faults.unknown("drop-unknown", f"drop[{index}].provision", name, known)


@attrs.define(kw_only=True, frozen=True, slots=False, repr=False)
class Plan:
    """A plan as data.

    Most plans are read from files with `eduplan.load_plan`; this is what they become.

    Args:
        id: its name.
        title: what people call it.
        document: the document it states.
        clauses: the clauses of the document, which provisions cite by number.
        provisions: its provisions; those that wait for an answer as `Unanswered`.
        questions: what the document leaves open.
        answers: the answers given, by question.
        scales: ordered scales of values, lowest first.
        labels: names of facts, kinds and values that are special to it.
        figures: figures the document states, which must hang together.
        horizon: its first day and the first day after it, where the document states them.
        length: how long it runs by its own words, where it says so.
        derivation: what it is derived from, where it is. Its clauses, provisions, questions, scales
            and labels then include those taken over; clauses of a parent have its id behind an
            ``@``, as in ``三(五)1@city-three-year``.

    Raises:
        PlanFileError: a clause that does not exist, an unknown question or scale, an id used twice,
            an answer that is none of the readings; all are reported.
    """

    id: str = attrs.field(converter=as_name)
    title: Text = attrs.field(converter=as_text)
    document: Document = attrs.field(converter=as_document)
    clauses: tuple[Clause, ...]
    provisions: tuple[Provision | Unanswered, ...]
    questions: tuple[Question, ...] = ()
    answers: Mapping[str, object] = attrs.field(factory=dict, hash=False)
    scales: tuple[Scale, ...] = ()
    labels: Mapping[str, Text] = attrs.field(factory=dict, hash=False)
    figures: tuple[Figure, ...] = ()
    horizon: Period | None = None
    length: Length | None = None
    derivation: Derivation | None = None

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        numbers = [clause.number for clause in self.clauses]
        provisions = at_places(self.by_key)
        questions = at_places({"question": self.questions})
        check_parts(numbers, provisions, questions, self.answers, self.ranks, faults)
        check_sources(numbers, self.document, self.figures, faults)
        if self.derivation is not None:
            self.derivation.faults(numbers, faults)
        faults.raise_any(PlanFileError)
        asking = {question.id: question for question in self.questions}
        answers = {name: asking[name].normal(answer) for name, answer in self.answers.items()}
        object.__setattr__(self, "answers", answers)

    def __getstate__(self) -> dict[str, object]:
        """Return its fields alone; what is made ready to judge is made anew wherever it arrives."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(Plan)}

    def answer(self, answers: Mapping[str, object]) -> Plan:
        """Return the plan with answers to open questions put in.

        Args:
            answers: for a question with readings the name of one; for a blank the date, number or
                text that belongs there.

        Raises:
            PlanFileError: no such question, or no such reading.
        """
        return attrs.evolve(self, answers={**self.answers, **answers})

    def with_changes(
        self,
        changes: Mapping[str, Mapping[str, object]],
        *,
        since: date | None = None,
        governs: Governs | str | None = None,
    ) -> Plan:
        """Return the plan as it would be if some of its provisions said something else.

        Args:
            changes: by the id of a provision the keys that change, with their new values as in a
                plan file; None leaves a key out.
            since: the first day on which they hold, as a dated version; versions that come later
                keep what they state. By default the changes stand in the place of what is there.
            governs: with ``since``, which version governs a period that spans the change; by
                default the rule the provision states, else that of the period's first day.

        Raises:
            PlanFileError: faults in the changes, each with its path as in a plan file.

        >>> from eduplan import load_plan
        >>> plan = load_plan("county-six-year")
        >>> more = plan.with_changes({"training-hours": {"at_least": 400}}, since=date(2027, 1, 1))
        >>> plan == more
        False
        """
        if not isinstance(changes, Mapping):
            raise PlanFileError([Fault("not-a-table", "", {"got": kind_of(changes)})])
        faults = FaultList()
        day = faults.read("since", as_optional_date, since)
        rule = faults.read("governs", as_governs, governs)
        changed = {}
        for place, provision in at_places(self.by_key).items():
            own = changes.get(provision.id)
            if own is not None:
                with faults.at(place):
                    key = place.partition("[")[0]
                    changed[provision.id] = changed_provision(key, provision, own, day, rule)
        known = [provision.id for provision in self.provisions]
        for name in changes:
            if name not in known:
                path = f"changes.{str(name)[:64]}"
                faults.unknown("unknown-provision", path, str(name), known)
        provisions = tuple(changed.get(p.id, p) for p in self.provisions)
        asked = {q for p in provisions if isinstance(p, Unanswered) for q in p.questions}
        plan = self
        with faults.at(""):
            plan = attrs.evolve(
                self,
                provisions=provisions,
                questions=tuple(question for question in self.questions if question.id in asked),
                answers={name: answer for name, answer in self.answers.items() if name in asked},
            )
        faults.raise_any(PlanFileError)
        return plan

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions without an answer."""
        return tuple(question for question in self.questions if question.id not in self.answers)

    @cached_property
    def answered(self) -> Mapping[str, object]:
        """What the answers given put in the place of their questions, by question."""
        return {
            question.id: question.settle(self.answers[question.id])
            for question in self.questions
            if question.id in self.answers
        }

    @cached_property
    def settled(self) -> tuple[Provision | Unanswered, ...]:
        """The provisions with the answers put in."""
        return tuple(
            provision.settle(self.answered) if isinstance(provision, Unanswered) else provision
            for provision in self.provisions
        )

    def provision(self, name: str) -> Provision | Unanswered:
        """Return a provision by its id, with the answers put in.

        Raises:
            UnknownName: the plan has no such provision.
        """
        for provision in self.settled:
            if provision.id == name:
                return provision
        known = [provision.id for provision in self.provisions]
        raise UnknownName([unknown("unknown-provision", "", name, known)])

    def clause(self, number: str) -> Clause:
        """Return a clause of the document by its number.

        Raises:
            UnknownName: the document has no such clause.
        """
        for clause in self.clauses:
            if clause.number == number:
                return clause
        known = ", ".join(clause.number for clause in self.clauses)
        raise UnknownName([Fault("unknown-clause", "", {"clause": number, "known": known})])

    @cached_property
    def ranks(self) -> Mapping[str, Scale]:
        """Its ordered scales by name."""
        return {scale.name: scale for scale in self.scales}

    @cached_property
    def benches(self) -> Mapping[str, Bench]:
        """The provisions made ready to judge, by their ids; made once for a plan."""
        setting = Setting(self.id, self.ranks, self.labels, self.horizon)
        questions = {question.id: question for question in self.questions}
        found = {
            provision.id: UnansweredBench(provision, questions, setting)
            if isinstance(provision, Unanswered)
            else bench(provision, setting)
            for provision in self.settled
        }
        for provision in self.settled:
            if not isinstance(provision, Unanswered):
                for name in all_refers(provision):
                    found[name].consulted = True
        return found

    @property
    def by_key(self) -> dict[str, list[Provision | Unanswered]]:
        """The provisions as they stand in a plan file, by the key of their form."""
        found: dict[str, list[Provision | Unanswered]] = {key: [] for key in FORMS}
        for provision in self.provisions:
            found[provision.key].append(provision)
        return found

    def __repr__(self) -> str:
        counts = f"{len(self.provisions)} provisions, {len(self.questions)} questions"
        return f"<Plan {self.id}: {counts}, {len(self.answers)} answered>"

    def _repr_html_(self) -> str:
        title, count = escape(self.title["en"]), len(self.provisions)
        rows = "".join(
            f"<tr><td>{escape(provision.id)}</td><td>{escape(tell_clauses(provision.clause))}</td>"
            f'<td lang="zh">{escape(provision.title.zh)}</td>'
            f"<td>{escape(provision.title.en)}</td><td>{escape(provision.force.value)}</td></tr>"
            for provision in self.settled
        )
        open_ = "".join(
            f"<li><code>{escape(question.id)}</code> {escape(question.asks.en)} "
            f'<span lang="zh">{escape(question.asks.zh)}</span></li>'
            for question in self.open_questions
        )
        return (
            f'<div class="eduplan-plan"><p>{title} <span lang="zh">{escape(self.title.zh)}</span>'
            f" ({count})</p><table>{rows}</table><ul>{open_}</ul></div>"
        )
