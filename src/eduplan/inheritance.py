"""Plans derived from plans: what is taken over, and what a derived plan says of its own.

A derived plan holds everything, that which it takes over included, so that it is judged, shown and
checked like any other. How it came about is kept beside it, so that it is written as what differs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import attrs

from eduplan.dates import Period
from eduplan.errors import FaultList, refuse
from eduplan.lengths import Length
from eduplan.messages import Text
from eduplan.plan import Derivation, Plan
from eduplan.provisions import FORMS, Provision, Question, Unanswered, read_provision
from eduplan.selectors import Scale
from eduplan.sources import Clause, is_own, of_parent
from eduplan.tables import Table, as_names, default_of, plain

MOST_PARENTS = 8
"""A plan has no more parents, and parents of parents, than these."""


def lineage(plan: Plan) -> tuple[Plan, ...]:
    """Return a plan, the plan it is derived from, and so on to the first."""
    found = [plan]
    while found[-1].derivation is not None:
        found.append(found[-1].derivation.parent)
    return tuple(found)


def check_parent(name: str, parent: Plan) -> None:
    """Refuse a parent that a plan cannot have.

    Args:
        name: id of the plan to be derived.
        parent: the parent.

    Raises:
        InputError: a plan of that id is among the ancestors, or there are too many of these.
    """
    ancestors = lineage(parent)
    if name in (ancestor.id for ancestor in ancestors):
        raise refuse("extends-own-id", name=name)
    if len(ancestors) > MOST_PARENTS:
        raise refuse("extends-too-deep", most=MOST_PARENTS)


class Parts(NamedTuple):
    """The parts of a plan while it is read; what has faults stands as None.

    Attributes:
        clauses: the clauses of its document.
        provisions: its provisions by their places.
        questions: its questions by their places.
        answers: the answers by question.
        scales: its scales by name.
        labels: its labels by name.
        horizon: its first day and the first day after it.
        length: how long it runs by its own words.
    """

    clauses: Sequence[Clause | None]
    provisions: Mapping[str, Provision | Unanswered | None]
    questions: Mapping[str, Question | None]
    answers: Mapping[str, object]
    scales: Mapping[str, Scale]
    labels: Mapping[str, Text]
    horizon: Period | None
    length: Length | None


class Taken:
    """A provision that is taken over: its form's key, and its table with the parent's clauses."""

    def __init__(self, key: str, table: Table) -> None:
        self.key = key
        self.table = table

    @cached_property
    def value(self) -> Provision | Unanswered:
        """The provision itself, citing the parent's clauses alone."""
        return read_provision(self.key, self.table)


class Heritage:
    """What a derived plan can take over from its parent, cited as the derived plan cites it.

    Args:
        parent: the parent.
        adopting: clauses of the derived plan's own document by which the parent is taken over.
    """

    def __init__(self, parent: Plan, adopting: tuple[str, ...] = ()) -> None:
        self.parent = parent
        self.adopting = adopting
        self.clauses = tuple(
            attrs.evolve(clause, number=of_parent(clause.number, parent.id))
            for clause in parent.clauses
        )
        self.questions = tuple(
            attrs.evolve(
                question, clause=[of_parent(number, parent.id) for number in question.clause]
            )
            for question in parent.questions
        )
        self.provisions = {
            provision.id: Taken(key, _cited_from(parent.id, provision))
            for key, several in parent.by_key.items()
            for provision in several
        }

    def complete(self, own: Parts, dropped: Collection[str]) -> Parts:
        """Return the parts of a derived plan with those that are taken over.

        Args:
            own: what it says of its own; its provisions are whole already.
            dropped: ids of the provisions that are left out.
        """
        provisions = self._together(own.provisions, dropped)
        waiting = [p for p in provisions.values() if isinstance(p, Unanswered)]
        wanted = {name for provision in waiting for name in provision.questions}
        wanted -= {question.id for question in own.questions.values() if question is not None}
        questions = {
            f"plan.extends.{question.id}": question
            for question in self.questions
            if question.id in wanted
        }
        parent = self.parent
        answers = {name: answer for name, answer in parent.answers.items() if name in wanted}
        return Parts(
            clauses=[*own.clauses, *self.clauses],
            provisions=provisions,
            questions={**own.questions, **questions},
            answers={**answers, **own.answers},
            scales={**parent.ranks, **own.scales},
            labels={**parent.labels, **own.labels},
            horizon=own.horizon or parent.horizon,
            length=own.length or parent.length,
        )

    def _together(
        self, own: Mapping[str, Provision | Unanswered | None], dropped: Collection[str]
    ) -> dict[str, Provision | Unanswered | None]:
        """Return own provisions and those taken over, form by form, those of the parent first."""
        found: dict[str, Provision | Unanswered | None] = {}
        for key in FORMS:
            places = {place: p for place, p in own.items() if place.startswith(f"{key}[")}
            by_id = {p.id: place for place, p in reversed(places.items()) if p is not None}
            for name, taken in self.provisions.items():
                if taken.key != key or name in dropped:
                    continue
                if (place := by_id.get(name)) is not None:
                    found[place] = places.pop(place)
                else:
                    found[f"plan.extends.{name}"] = read_provision(key, self.merged(taken, {}))
            found |= places
        return found

    def whole(self, key: str, own: Table, dropped: Collection[str]) -> Table:
        """Return the table of a provision of the derived plan with what is taken over filled in.

        Args:
            key: key of the form under which it stands.
            own: its table as it stands there.
            dropped: ids of the provisions that are left out; of these nothing is filled in.

        Raises:
            InputError: it stands under another form than in the parent, or changes nothing.
        """
        name = own.get("id")
        taken = self.provisions.get(name) if isinstance(name, str) else None
        if taken is None or name in dropped:
            return own
        if taken.key != key:
            raise refuse("override-form", "id", form=taken.key, name=name)
        if len(own) == 1:
            raise refuse("override-empty", name=name)
        return self.merged(taken, own)

    def merged(self, taken: Taken, own: Table) -> dict[str, object]:
        """Return the table of a provision with what the derived plan says of its own.

        Args:
            taken: the provision as it is taken over.
            own: the keys that differ; ``no_longer`` names keys that are left out.

        Raises:
            InputError: a key to leave out that is not there.
        """
        table = dict(taken.table)
        faults = FaultList()
        names = faults.read("no_longer", as_names, own.get("no_longer", ())) or ()
        for index, name in enumerate(names):
            if table.pop(name, None) is None:
                known = ", ".join(taken.table)
                faults.add("no-longer-there", f"no_longer[{index}]", known=known)
        faults.raise_any()
        table.update((key, value) for key, value in own.items() if key != "no_longer")
        cited = own.get("clause", self.adopting)
        numbers = [cited] if isinstance(cited, str) else cited
        if isinstance(numbers, list | tuple):
            table["clause"] = list(dict.fromkeys([*numbers, *taken.value.clause]))
        return table


def _cited_from(plan: str, provision: Provision | Unanswered) -> dict[str, object]:
    """Return the table of a parent's provision with its clauses cited as the parent's."""
    table = plain(provision)
    assert isinstance(table, dict)  # noqa: S101 - a provision is written as a table
    table["clause"] = [of_parent(number, plan) for number in provision.clause]
    versions = table.get("version", ())
    if isinstance(versions, list):
        table["version"] = [
            {**version, "clause": _of_parent_all(version["clause"], plan)}
            if isinstance(version, dict) and "clause" in version
            else version
            for version in versions
        ]
    return table


def _of_parent_all(numbers: object, plan: str) -> object:
    several = [numbers] if isinstance(numbers, str) else numbers
    if not isinstance(several, list):
        return numbers
    return [of_parent(str(number), plan) for number in several]


def own_tables(plan: Plan, derivation: Derivation) -> dict[str, object]:
    """Return what a derived plan says of its own, as tables of a plan file.

    Args:
        plan: the derived plan.
        derivation: what it is derived from.
    """
    parent = derivation.parent
    heritage = Heritage(parent, derivation.clause)
    scales, labels = parent.ranks, parent.labels
    answers = {n: a for n, a in plan.answers.items() if parent.answers.get(n) != a}
    tables: dict[str, object] = {
        "scales": {s.name: list(s.values) for s in plan.scales if scales.get(s.name) != s},
        "labels": {n: plain(label) for n, label in plan.labels.items() if labels.get(n) != label},
        "answers": plain(answers),
        "clause": plain([clause for clause in plan.clauses if is_own(clause.number)]),
        "figure": plain(plan.figures),
        "question": plain([q for q in plan.questions if q not in heritage.questions]),
        "drop": plain(derivation.drops),
    }
    for key, several in plan.by_key.items():
        own = [_own(provision, key, heritage, derivation) for provision in several]
        tables[key] = [table for table in own if table]
    return tables


def _own(
    provision: Provision | Unanswered, key: str, heritage: Heritage, derivation: Derivation
) -> dict[str, object] | None:
    """Return the table of a provision as far as it differs from what is taken over."""
    taken = heritage.provisions.get(provision.id)
    if taken is None or provision.id in derivation.dropped or taken.key != key:
        return plain(provision)  # type: ignore[return-value]
    if isinstance(provision, Unanswered):
        changes = {k: v for k, v in provision.table.items() if taken.table.get(k) != v}
        gone = [k for k in taken.table if k not in provision.table]
    else:
        before = stated(taken.value)
        now = {k: v for k, v in stated(provision).items() if v not in ([], {})}
        changes = {k: v for k, v in now.items() if before.get(k) != v}
        gone = [k for k, v in before.items() if k not in now and v not in ([], {})]
    changes.pop("clause", None)
    own = tuple(number for number in provision.clause if number not in taken.value.clause)
    if own != derivation.clause:
        changes = {"clause": list(own), **changes}
    if gone:
        changes["no_longer"] = gone
    return {"id": provision.id, **changes} if changes else None


def stated(provision: Provision | Unanswered) -> dict[str, object]:
    """Return every key of a provision with its value, also where that is the default.

    Keys without any value are left out. Values are spelled alike, in whatever way they were
    written; only those with questions in them stand as they are.
    """
    if isinstance(provision, Provision):
        values = {
            field.name: getattr(provision, field.name)
            for field in attrs.fields(type(provision))
            if field.init
        }
        return {name: plain(value) for name, value in values.items() if value is not None}
    fields = {field.name: field for field in attrs.fields(FORMS[provision.key].value)}
    found = {name: default_of(field) for name, field in fields.items() if field.init}
    said = {n: plain(v) for n, v in found.items() if v is not attrs.NOTHING and v is not None}
    for name, value in provision.table.items():
        reader = fields[name].converter if name in fields else None
        waits = Unanswered(key=provision.key, table={name: value}).questions
        said[name] = value if waits or reader is None else plain(reader(value))
    return said
