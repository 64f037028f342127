"""Whether the parts of a plan fit together: what they cite, ask, name and rest on is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from eduplan.errors import FaultList, InputError
from eduplan.figures import Figure, check_figures
from eduplan.provisions import (
    Provision,
    Question,
    Unanswered,
    all_refers,
    check_provision,
)
from eduplan.selectors import Scale
from eduplan.sources import Document

T = TypeVar("T")


def at_places(tables: Mapping[str, Sequence[T]]) -> dict[str, T]:
    """Return the entries of lists by their places, such as ``quota[0]``."""
    return {
        f"{key}[{index}]": entry
        for key, entries in tables.items()
        for index, entry in enumerate(entries)
    }


def check_parts(
    clauses: Sequence[str] | None,
    provisions: Mapping[str, Provision | Unanswered | None],
    questions: Mapping[str, Question | None],
    answers: Mapping[str, object],
    scales: Mapping[str, Scale],
    faults: FaultList,
) -> None:
    """Note what does not fit together in the parts of a plan.

    Args:
        clauses: the clause numbers of the document, None where not all could be read.
        provisions: the provisions by their places, None where one could not be read.
        questions: the questions by their places, None where one could not be read.
        answers: the answers by question.
        scales: the scales by name.
        faults: takes the faults.
    """
    asking = {question.id: question for question in questions.values() if question is not None}
    values = _check_answers(answers, asking, None not in questions.values(), faults)
    things: dict[str, Any] = {**provisions, **questions}
    places = [(place, thing) for place, thing in things.items() if thing is not None]
    first: dict[str, str] = {}
    for place, thing in places:
        for path, number in thing.cites():
            check_clauses(f"{place}.{path}", (number,), clauses, faults)
        other = first.setdefault(thing.id, place)
        if other != place:
            faults.add("duplicate-id", f"{place}.id", value=thing.id, other=other)
        with faults.below(place) as found:
            if isinstance(thing, Unanswered):
                thing.faults(asking, scales, found)
                if not found.faults:
                    _check_settled(thing, asking, values, scales, found)
            elif isinstance(thing, Provision):
                check_provision(thing, scales, found)
    readable = None not in provisions.values()
    _check_references(places, asking, values, readable, faults)
    if readable:
        _check_asked(provisions.values(), questions, faults)


def _check_answers(
    answers: Mapping[str, object],
    questions: Mapping[str, Question],
    readable: bool,
    faults: FaultList,
) -> dict[str, object]:
    """Return what answers put in the place of questions; note those that answer nothing.

    Args:
        answers: the answers by question.
        questions: the questions by id.
        readable: whether all questions could be read, so that one not found does not exist.
        faults: takes the faults.
    """
    values: dict[str, object] = {}
    for name, answer in answers.items():
        if name in questions:
            with faults.at(f"answers.{name}"):
                values[name] = questions[name].settle(answer)
        elif readable:
            faults.unknown("unknown-question", f"answers.{name}", name, questions)
    return values


def _check_asked(
    provisions: Iterable[Provision | Unanswered | None],
    questions: Mapping[str, Question | None],
    faults: FaultList,
) -> None:
    """Note questions that no provision asks."""
    waiting = [provision for provision in provisions if isinstance(provision, Unanswered)]
    asked = {name for provision in waiting for name in provision.questions}
    for place, question in questions.items():
        if question is not None and question.id not in asked:
            faults.add("unused-question", place, question=question.id)


def check_sources(
    clauses: Sequence[str] | None,
    document: Document | None,
    figures: Sequence[Figure | None],
    faults: FaultList,
) -> None:
    """Note what does not fit together in what a plan says of its document.

    Args:
        clauses: the clause numbers of the document, None where not all could be read.
        document: the document, None where it could not be read.
        figures: the figures it states, None where one could not be read.
        faults: takes the faults.
    """
    for path, numbers in document.citations() if document is not None else ():
        check_clauses(f"document.{path}", numbers, clauses, faults)
    for index, figure in enumerate(figures):
        if figure is not None:
            check_clauses(f"figure[{index}].clause", figure.clause, clauses, faults)
    check_figures(figures, faults)


def check_clauses(
    path: str, numbers: Sequence[str], clauses: Sequence[str] | None, faults: FaultList
) -> None:
    """Note every clause that is cited at ``path`` and is none of the document."""
    for number in numbers:
        if clauses is not None and number not in clauses:
            faults.add("unknown-clause", path, clause=number, known="、".join(clauses))


def _check_references(
    places: Sequence[tuple[str, Any]],
    questions: Mapping[str, Question],
    values: Mapping[str, object],
    readable: bool,
    faults: FaultList,
) -> None:
    """Note a reference to a provision that does not exist or is of no use, and circles of them.

    Args:
        places: the provisions and questions with their places.
        questions: the questions by id.
        values: what the answers given put in their places.
        readable: whether all provisions could be read, so that one not found does not exist.
        faults: takes the faults.
    """
    readings = {
        thing.id: (place, _readings(thing, questions, values))
        for place, thing in places
        if not isinstance(thing, Question)
    }
    refers = {
        name: list(dict.fromkeys(other for one in ways for other in all_refers(one)))
        for name, (_, ways) in readings.items()
    }
    settled = {name: ways[0] for name, (_, ways) in readings.items() if len(ways) == 1}
    for name, (place, ways) in readings.items():
        for other in refers[name]:
            if other not in readings and readable:
                faults.unknown("unknown-provision", place, other, readings)
        if name in _behind(name, refers):
            faults.add("rests-on-itself", place, name=name)
        with faults.below(place) as found:
            for one in ways:
                one.faults_among(settled, found)


def _behind(name: str, refers: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the provisions on which one rests, and those on which these do."""
    behind: set[str] = set()
    ahead = [name]
    while ahead:
        nexts = refers.get(ahead.pop(), ())
        ahead.extend(one for one in nexts if one not in behind)
        behind.update(nexts)
    return behind


def _readings(
    thing: Provision | Unanswered, questions: Mapping[str, Question], values: Mapping[str, object]
) -> list[Provision]:
    """Return a provision as it may be read; those readings left out that have faults."""
    if isinstance(thing, Provision):
        return [thing]
    open_ = [name for name in thing.questions if name in questions and name not in values]
    base = {**{name: questions[name].samples[0] for name in open_}, **values}
    trials = [{**base, name: sample} for name in open_ for sample in questions[name].samples]
    found = []
    for trial in trials or [base]:
        try:
            settled = thing.settle(trial)
        except InputError:
            continue  # told where the provision is checked by itself
        if isinstance(settled, Provision):
            found.append(settled)
    return found


def _check_settled(
    waiting: Unanswered,
    questions: Mapping[str, Question],
    values: Mapping[str, object],
    scales: Mapping[str, Scale],
    faults: FaultList,
) -> None:
    """Note what is wrong with a provision once the answers given stand in it."""
    with faults.at(""):
        samples = {name: questions[name].samples[0] for name in waiting.questions}
        settled = waiting.settle({**samples, **values})
        if isinstance(settled, Provision):
            check_provision(settled, scales, faults)
