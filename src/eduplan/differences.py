"""How one plan differs from another, in the terms of their clauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, overload

import attrs

from eduplan.inheritance import lineage, stated
from eduplan.messages import LANGUAGES, Language, Text, escape, in_both, say, show_day
from eduplan.plan import Plan
from eduplan.provisions import Provision, Question, Unanswered
from eduplan.sources import is_own, of_parent, tell_clauses
from eduplan.tables import Table, plain


class Part(StrEnum):
    """Of which part of a plan a difference tells."""

    PLAN = "plan"
    CLAUSE = "clause"
    SCALE = "scale"
    LABEL = "label"
    FIGURE = "figure"
    QUESTION = "question"
    ANSWER = "answer"
    PROVISION = "provision"


class Kind(StrEnum):
    """What has become of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@attrs.frozen(kw_only=True)
class Difference:
    """One difference between two plans.

    Args:
        part: of which part of the plans it tells.
        kind: whether something was added, removed or changed.
        id: its id, name or number; of the head of a plan, empty.
        key: of a change, the key that differs; in a dated version with the day it is from, as in
            ``version[2027-01-01].at_least``.
        old: what stood there, as in a plan file; None where nothing did.
        new: what stands there now; None where nothing does.
        title: what people call it, where it has a name.
        clause: the clauses it states, those of the newer plan where both state any.
        plan: id of the plan whose clauses these are.
    """

    part: Part
    kind: Kind
    id: str = ""
    key: str = ""
    old: object = attrs.field(default=None, hash=False)
    new: object = attrs.field(default=None, hash=False)
    title: Text | None = None
    clause: tuple[str, ...] = ()
    plan: str = ""

    def message(self, lang: Language = "en") -> str:
        """Return the difference as a sentence."""
        tell = _tell_clauses if self.key.endswith("clause") else tell_value
        facts = {"key": self.key, "old": tell(self.old, lang), "new": tell(self.new, lang)}
        return say(self._code, lang, subject=self._subject(lang), **facts)

    @property
    def _code(self) -> str:
        valued = "-value" if not self.key and (self.old, self.new) != (None, None) else ""
        if self.kind is not Kind.CHANGED:
            return f"difference.{self.kind}{valued}"
        if valued:
            return "difference.changed-value"
        if self.old is None:
            return "difference.key-added"
        return "difference.key-removed" if self.new is None else "difference.changed"

    def _subject(self, lang: Language) -> str:
        part = say(f"difference.part.{self.part}", lang)
        if not self.id:
            return part
        code = "difference.subject-cited" if self.clause else "difference.subject"
        where = tell_clauses(self.clause, self.plan)
        return say(code, lang, part=part, name=self.title or self.id, where=where)


@attrs.frozen
class Differences(Sequence[Difference]):
    """How one plan differs from another: a sequence of differences, empty where they agree.

    Args:
        old: id of the one plan.
        new: id of the other.
        found: the differences, in the order of the plans.
    """

    old: str
    new: str
    found: tuple[Difference, ...]

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, index: int) -> Difference: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Difference, ...]: ...

    def __getitem__(self, index: int | slice) -> Difference | tuple[Difference, ...]:
        return self.found[index]

    def explain(self, lang: Language = "en") -> str:
        """Return all differences, one a line, below a heading."""
        return "\n".join([self._head(lang), *(f"  {one.message(lang)}" for one in self.found)])

    def _head(self, lang: Language) -> str:
        return say("difference.head", lang, old=self.old, new=self.new, count=len(self))

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(f'<td lang="{lang}">{escape(one.message(lang))}</td>' for lang in LANGUAGES)
            + "</tr>"
            for one in self.found
        )
        head = in_both(self._head)
        return f'<table class="eduplan-differences"><caption>{head}</caption>{rows}</table>'


def diff(old: Plan, new: Plan) -> Differences:
    """Return how one plan differs from another: what was added, removed and changed.

    What is only spelled differently is no difference. Where one plan is derived from the other,
    clauses are told apart by the document they stand in, and that its provisions cite its own
    document besides is no difference.

    Args:
        old: the one plan.
        new: the other.

    >>> from eduplan import load_plan
    >>> plan = load_plan("county-six-year")
    >>> len(diff(plan, plan))
    0
    """
    before, after = _citing(old, new), _citing(new, old)
    found: list[Difference] = []
    found += _changes(Part.PLAN, "", _head(old), _head(new))
    found += _several(Part.CLAUSE, before.clauses(), after.clauses())
    found += _several(Part.SCALE, _scales(old), _scales(new))
    found += _several(Part.LABEL, _named(old.labels), _named(new.labels))
    found += _several(Part.FIGURE, before.tables(old.figures), after.tables(new.figures))
    found += _several(Part.QUESTION, before.tables(old.questions), after.tables(new.questions))
    found += _several(Part.ANSWER, _named(old.answers), _named(new.answers))
    found += _several(Part.PROVISION, before.provisions(), after.provisions())
    cited = {name: (after, thing) for name, thing in _by_part(new).items()}
    for place, thing in _by_part(old).items():
        cited.setdefault(place, (before, thing))
    return Differences(
        old.id,
        new.id,
        tuple(_with_clause(one, *cited.get((one.part, one.id), ())) for one in found),
    )


Things = dict[str, Table]
"""Things by their ids, each as a table of the keys it states."""


class _Citing:
    """Tells the parts of a plan as tables, its clauses in the way another plan cites them."""

    def __init__(self, plan: Plan, number: Callable[[str], str], *, derived: bool = False) -> None:
        self.plan = plan
        self.number = number
        self.derived = derived

    def clauses(self) -> Things:
        """Return the clauses by their numbers."""
        return {self.number(clause.number): _table(clause) for clause in self.plan.clauses}

    def tables(self, things: Iterable[Any]) -> Things:
        """Return things with clauses by their ids."""
        return {
            thing.id: {**_table(thing), "clause": self._numbers(thing.clause)} for thing in things
        }

    def provisions(self) -> Things:
        """Return the provisions by their ids."""
        return {
            provision.id: {"form": provision.key, **self.keys(provision)}
            for provision in self.plan.provisions
        }

    def keys(self, provision: Provision | Unanswered) -> dict[str, object]:
        """Return every key of a provision with its value, those of versions by their days."""
        table = stated(provision)
        table.pop("id")
        table["clause"] = self._numbers(provision.clause)
        versions = table.pop("version", ())
        for version in versions if isinstance(versions, list) else ():
            day = version.get("from", "")
            for key, value in version.items():
                if key == "clause":
                    value = self._numbers([value] if isinstance(value, str) else value)
                if key != "from":
                    table[f"version[{day}].{key}"] = value
        return table

    def _numbers(self, numbers: Iterable[str]) -> list[str]:
        """Return clause numbers; beside its parent those a derived plan adds are no difference."""
        return [self.number(number) for number in numbers if not (self.derived and is_own(number))]


def _citing(plan: Plan, other: Plan) -> _Citing:
    """Return how to cite a plan's clauses beside another plan, perhaps one derived from it."""
    if plan.id in [ancestor.id for ancestor in lineage(other)[1:]]:
        return _Citing(plan, lambda number: of_parent(number, plan.id))
    derived = other.id in [ancestor.id for ancestor in lineage(plan)[1:]]
    return _Citing(plan, str, derived=derived)


def _table(thing: object) -> dict[str, object]:
    table = plain(thing)
    return {k: v for k, v in table.items() if k not in ("id", "number")}  # type: ignore[attr-defined]


def _head(plan: Plan) -> dict[str, object]:
    document = {f"document.{key}": value for key, value in _table(plan.document).items()}
    number = {"document.number": plan.document.number} if plan.document.number else {}
    days = {"horizon": plan.horizon, "length": plan.length}
    horizon = {name: plain(value) for name, value in days.items() if value is not None}
    extends = {"extends": plan.derivation.parent.id} if plan.derivation is not None else {}
    return {"id": plan.id, "title": plain(plan.title), **extends, **horizon, **document, **number}


def _scales(plan: Plan) -> Things:
    return {scale.name: {"values": list(scale.values)} for scale in plan.scales}


def _named(values: Mapping[str, object]) -> Things:
    return {name: {"": plain(value)} for name, value in values.items()}


def _several(part: Part, old: Things, new: Things) -> Iterator[Difference]:
    """Tell the differences between things with ids; one under another form is another thing."""
    for name, table in old.items():
        other = new.get(name)
        if other is None or other.get("form") != table.get("form"):
            yield Difference(part=part, kind=Kind.REMOVED, id=name, old=table.get(""))
    for name, table in new.items():
        other = old.get(name)
        if other is None or other.get("form") != table.get("form"):
            yield Difference(part=part, kind=Kind.ADDED, id=name, new=table.get(""))
        else:
            yield from _changes(part, name, other, table)


def _changes(part: Part, name: str, old: Table, new: Table) -> Iterator[Difference]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before != after:
            yield Difference(part=part, kind=Kind.CHANGED, id=name, key=key, old=before, new=after)


def _by_part(plan: Plan) -> dict[tuple[Part, str], Provision | Unanswered | Question]:
    found: dict[tuple[Part, str], Provision | Unanswered | Question] = {}
    for question in plan.questions:
        found[Part.QUESTION, question.id] = found[Part.ANSWER, question.id] = question
    for provision in plan.provisions:
        found[Part.PROVISION, provision.id] = provision
    return found


def _with_clause(one: Difference, citing: _Citing | None = None, thing: Any = None) -> Difference:
    """Return a difference with the title and clauses of what it is about."""
    if citing is None:
        return one
    title = getattr(thing, "title", None)
    return attrs.evolve(one, title=title, clause=thing.clause, plan=citing.plan.id)


def _tell_clauses(value: object, lang: Language) -> str:
    return tell_clauses(value) if isinstance(value, list) else tell_value(value, lang)


def tell_value(value: object, lang: Language) -> str:
    """Return a value as it would stand in a plan file, short, for a sentence.

    >>> tell_value([{"amount": 360}], "en"), tell_value({"days": 30}, "en")
    ('360', '{ days = 30 }')
    """
    if value is None:
        return say("difference.nothing", lang)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return show_day(value, lang)
    if isinstance(value, Mapping):
        if set(value) == set(LANGUAGES):
            return say("difference.text", lang, text=value[lang])
        if set(value) == {"amount"}:
            return tell_value(value["amount"], lang)
        inner = ", ".join(f"{key} = {tell_value(item, lang)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        if len(value) == 1:
            return tell_value(value[0], lang)
        return f"[{', '.join(tell_value(item, lang) for item in value)}]"
    return str(value)
