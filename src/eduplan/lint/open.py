"""What is still open in a plan: questions, blanks, pieces that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from eduplan.lint.finding import Finding
from eduplan.lint.material import Material, named, told_names
from eduplan.periods import Every, Unit
from eduplan.provisions import Attestation, Process, Quota, Schedule, Unanswered
from eduplan.selectors import Selector, Test

_SHORT = (Unit.SCHOOL_DAY, Unit.WEEK, Unit.TEACHING_WEEK)


def questions(material: Material) -> Iterator[Finding]:
    """Find questions without an answer, and blanks nobody has filled in."""
    plan = material.plan
    for question in plan.open_questions:
        waiting = [
            provision
            for provision in plan.settled
            if isinstance(provision, Unanswered) and question.id in provision.questions
        ]
        facts: dict[str, object] = {"asks": question.asks, "waiting": len(waiting)}
        code = "open.blank"
        if question.reading:
            code = "open.question"
            facts["readings"] = tuple(sorted(reading.id for reading in question.reading))
        yield material.finding(code, f"question.{question.id}", question.clause, facts)


def figures(material: Material) -> Iterator[Finding]:
    """Find figures that the document leaves blank."""
    for figure in material.plan.figures:
        if figure.value is None:
            facts = {"figure": named(figure.title, figure.id), "stated": figure.stated}
            yield material.finding("open.figure", f"figure.{figure.id}", figure.clause, facts)


def cut_off(material: Material) -> Iterator[Finding]:
    """Find clauses within which the text breaks off."""
    for clause in material.plan.clauses:
        if clause.cut_off:
            facts = {"gist": clause.gist}
            place = f"clause.{clause.number}"
            yield material.finding("open.cut-off", place, (clause.number,), facts)


def papers(material: Material) -> Iterator[Finding]:
    """Find annexes that are not at hand, and documents cited without their number."""
    document = material.plan.document
    for annex in document.annex:
        if not annex.attached:
            yield material.finding("open.annex", "document.annex", facts={"title": annex.title})
    for name in ("basis", "cites"):
        for cited in getattr(document, name):
            if not cited.number:
                yield material.finding(
                    "open.basis-number", f"document.{name}", cited.clause, {"title": cited.title}
                )


def partial(material: Material) -> Iterator[Finding]:
    """Find duties of people that do not say what is owed by who was there for part of the time.

    Of a week nobody asks that.
    """
    for stated in material.provisions:
        yield from material.found("open.partial", _undeclared, stated)


def _undeclared(one: object) -> dict[str, object] | None:
    if not isinstance(one, Quota | Schedule | Process) or one.partial is not None:
        return None
    if isinstance(one, Quota) and (one.at_most is not None or one.scope.pooled):
        return None
    if one.every is None or one.every.unit in _SHORT:
        return None
    return {"title": one.title} if _people(one.bearer) else None


def change(material: Material) -> Iterator[Finding]:
    """Find cycles whose length depends on people who may change, with no word on what then."""
    for stated in material.provisions:
        yield from material.found("open.change", lambda one: _unchanging(one, material), stated)


def _unchanging(one: object, material: Material) -> dict[str, object] | None:
    every = getattr(one, "every", None)
    own = every.own if isinstance(every, Every) else None
    if own is None or own.change is not None or len({row.length for row in own.lengths}) < 2:
        return None
    asked = dict.fromkeys(name for row in own.lengths for name in row.where.fields())
    return {"facts": told_names(tuple(asked), material.plan.labels)}


def _people(bearer: Selector) -> bool:
    """Say whether a selector asks for people: by a role, or by their type."""
    asked = {c.field: c for c in bearer.conditions if c.test is Test.IS}
    if "type" in asked:
        return "person" in asked["type"].operands
    return "role" in asked or "roles" in asked


def evidence(material: Material) -> Iterator[Finding]:
    """Find what only a person can judge, and nothing says on what that rests."""
    for stated in material.provisions:
        yield from material.found("open.evidence", _without_evidence, stated)


def _without_evidence(one: object) -> dict[str, object] | None:
    if not isinstance(one, Attestation) or one.evidence is not None:
        return None
    return {"asks": one.asks}


CHECKS = (questions, figures, cut_off, papers, partial, change, evidence)
