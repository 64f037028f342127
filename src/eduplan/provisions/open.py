"""What a document leaves open: questions with their readings, and provisions that wait for answers.

A question may stand wherever a value may, as ``"?id"``. A provision with an open question is judged
under every reading; where all readings agree the answer does not matter, and where they differ the
verdict is undetermined and names the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import ClassVar

import attrs

from eduplan.dates import as_date
from eduplan.errors import Fault, FaultList, InputError, Missing, refuse
from eduplan.exact import exact, spell
from eduplan.facts import getter
from eduplan.messages import LANGUAGES, Text
from eduplan.provisions.benches import Bench, Docket, by_bearer
from eduplan.provisions.forms import FORMS, bench
from eduplan.provisions.provision import Provision, Setting, Subject, check_provision
from eduplan.selectors import Scales
from eduplan.sources import Force, as_force
from eduplan.tables import (
    Table,
    as_clauses,
    as_member,
    as_name,
    as_string,
    as_text,
    plain,
    read_table,
    read_tables,
)
from eduplan.verdicts import Citation, Status, Verdict
from eduplan.verdicts.telling import tell_figures

MOST_COMBINATIONS = 64
"""Above so many combinations of readings a provision waits for its answers instead."""


class Expects(StrEnum):
    """What is to be filled into a blank."""

    DATE = "date"
    NUMBER = "number"
    TEXT = "text"


_BLANKS: Mapping[Expects, tuple[Callable[..., object], object]] = MappingProxyType(
    {
        Expects.DATE: (as_date, date(2000, 1, 1)),
        Expects.NUMBER: (exact, 1),
        Expects.TEXT: (as_string, "x"),
    }
)
"""What reads each, and a sample to check the place of a blank with."""


@attrs.frozen(kw_only=True)
class Reading:
    """One way to read an open question.

    Args:
        id: its name, by which it is chosen.
        means: what it means, in words.
        value: what it puts in the place of the question; left out, its name.
    """

    id: str = attrs.field(converter=as_name)
    means: Text = attrs.field(converter=as_text)
    value: object = attrs.field(default=None, hash=False)

    @property
    def answer(self) -> object:
        """What stands in the place of the question."""
        return self.id if self.value is None else self.value


def as_readings(value: object) -> tuple[Reading, ...]:
    """Return readings from their tables."""
    return read_tables(Reading, value)


def as_expects(value: Expects | str | None) -> Expects | None:
    """Return what a blank expects from its name, None where there are readings instead."""
    return None if value is None else as_member(Expects, value)


@attrs.frozen(kw_only=True)
class Question:
    """What a document leaves open: a choice between readings, or a blank to fill in.

    Args:
        id: its name, by which provisions refer to it as ``"?id"``.
        clause: clauses that leave it open.
        asks: the question in words.
        reading: the readings to choose from.
        expects: of a blank, what is to be filled in: ``date``, ``number`` or ``text``.
    """

    id: str = attrs.field(converter=as_name)
    clause: tuple[str, ...] = attrs.field(converter=as_clauses)
    asks: Text = attrs.field(converter=as_text)
    reading: tuple[Reading, ...] = attrs.field(default=(), converter=as_readings)
    expects: Expects | None = attrs.field(default=None, converter=as_expects)

    def __attrs_post_init__(self) -> None:
        if bool(self.reading) == bool(self.expects):
            raise refuse("question-without-reading")

    def cites(self) -> Iterator[tuple[str, str]]:
        """Return the clauses that leave it open, each with its path."""
        yield from (("clause", number) for number in self.clause)

    def settle(self, answer: object) -> object:
        """Return what an answer puts in the place of the question.

        Raises:
            InputError: not one of the readings, or not what the blank expects.
        """
        if self.reading:
            for reading in self.reading:
                if answer == reading.id:
                    return reading.answer
            raise refuse("unknown-reading", known=", ".join(r.id for r in self.reading))
        read, _ = _BLANKS[self.expects or Expects.TEXT]
        return read(answer)

    def normal(self, answer: object) -> object:
        """Return an answer in the form in which plans keep it: numbers whole or as exact text."""
        if self.expects is Expects.NUMBER:
            number = exact(answer)  # type: ignore[arg-type]
            return number if isinstance(number, int) else spell(number)
        return self.settle(answer) if self.expects else answer

    @property
    def samples(self) -> tuple[object, ...]:
        """What may come to stand in its place: its readings, or a sample of what it expects."""
        if self.reading:
            return tuple(reading.answer for reading in self.reading)
        _, sample = _BLANKS[self.expects or Expects.TEXT]
        return (sample,)


def asked(value: object) -> Iterator[tuple[str, str]]:
    """Return the path and id of every question that stands in a table."""
    if isinstance(value, str):
        if value.startswith("?"):
            yield "", value[1:]
    elif isinstance(value, Mapping):
        for key, item in value.items():
            for path, question in asked(item):
                joint = "." if path and not path.startswith("[") else ""
                yield f"{key}{joint}{path}", question
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            for path, question in asked(item):
                joint = "." if path and not path.startswith("[") else ""
                yield f"[{index}]{joint}{path}", question


def cited(table: Table) -> Iterator[tuple[str, str]]:
    """Return the clauses that the table of a provision and of its versions cites, with paths.

    What is no text is passed over: a table may have faults, or a question in that place.
    """
    versions = table.get("version")
    places: list[tuple[str, object]] = [("", table)]
    if isinstance(versions, list | tuple):
        places += [(f"version[{index}].", version) for index, version in enumerate(versions)]
    for place, one in places:
        numbers = one.get("clause") if isinstance(one, Mapping) else None
        several = numbers if isinstance(numbers, list | tuple) else (numbers,)
        for number in several:
            if isinstance(number, str) and number and not number.startswith("?"):
                yield f"{place}clause", number


def answered(value: object, answers: Mapping[str, object]) -> object:
    """Return a table with what ``answers`` holds put in the place of its questions."""
    if isinstance(value, str):
        return answers.get(value[1:], value) if value.startswith("?") else value
    if isinstance(value, Mapping):
        return {key: answered(item, answers) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [answered(item, answers) for item in value]
    return value


@attrs.frozen(kw_only=True)
class Unanswered:
    """A provision that waits for the answer to a question.

    Args:
        key: key of its form in a plan file, such as ``quota``.
        table: its table as it stands there.
    """

    form: ClassVar[str] = "unanswered"

    key: str
    table: Mapping[str, object] = attrs.field(repr=False, hash=False)

    @property
    def id(self) -> str:
        """Its name in the plan."""
        return str(self.table["id"])

    @property
    def clause(self) -> tuple[str, ...]:
        """Numbers of the clauses it states."""
        return as_clauses(self.table["clause"])  # type: ignore[arg-type]

    @property
    def title(self) -> Text:
        """What people call it."""
        return as_text(self.table["title"])  # type: ignore[arg-type]

    @property
    def force(self) -> Force:
        """How strongly the clauses bind; taken as binding while that is the question."""
        force = str(self.table.get("force", Force.SHALL))
        return Force.SHALL if force.startswith("?") else as_force(force)

    def cites(self) -> Iterator[tuple[str, str]]:
        """Return the clauses it cites, each with its path."""
        yield from cited(self.table)

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of the questions it waits for, in the order of their first mention."""
        return tuple(dict.fromkeys(question for _, question in asked(self.table)))

    def plain(self) -> Table:
        """Return the table as it stands in a plan file."""
        return plain(dict(self.table))  # type: ignore[return-value]

    def settle(self, answers: Mapping[str, object]) -> Provision | Unanswered:
        """Return the provision with the answers put in; still unanswered where one is missing."""
        table = answered(self.table, answers)
        if next(asked(table), None) is not None:
            return Unanswered(key=self.key, table=table)  # type: ignore[arg-type]
        return read_table(FORMS[self.key].value, table)

    def faults(self, questions: Mapping[str, Question], scales: Scales, faults: FaultList) -> None:
        """Note what is wrong with it under any reading of its questions, each fault once."""
        for path, question in asked(self.table):
            if question not in questions:
                faults.unknown("unknown-question", path, question, questions)
        ids = [question for question in self.questions if question in questions]
        found: list[Fault] = []
        base = {question: questions[question].samples[0] for question in ids}
        trials = [{**base, q: sample} for q in ids for sample in questions[q].samples]
        for trial in trials or [base]:
            try:
                settled = self.settle(trial)
                if isinstance(settled, Provision):
                    checked = FaultList()
                    check_provision(settled, scales, checked)
                    checked.raise_any()
            except InputError as error:
                found.extend(fault for fault in error.faults if fault not in found)
        faults.faults.extend(found)


def read_provision(key: str, entry: object) -> Provision | Unanswered:
    """Return a provision from its table; one with questions in it as `Unanswered`.

    Args:
        key: key of its form in a plan file, such as ``quota``.
        entry: the table.

    Raises:
        InputError: the table has faults; all are reported.
    """
    if isinstance(entry, Mapping) and next(asked(entry), None) is not None:
        return _unanswered(key, entry)
    return read_table(FORMS[key].value, entry)


def _unanswered(key: str, entry: Table) -> Unanswered:
    """Read a provision with questions in it; its head must stand without them."""
    faults = FaultList()
    readers: dict[str, Callable[..., object]] = {
        "id": as_name,
        "clause": as_clauses,
        "title": as_text,
    }
    if not str(entry.get("force", "?")).startswith("?"):
        readers["force"] = as_force
    for name, reader in readers.items():
        if name in entry:
            faults.read(name, reader, entry[name])
        else:
            faults.add("missing-key", name)
    faults.raise_any()
    return Unanswered(key=key, table=_spelled(entry))  # type: ignore[arg-type]


def _spelled(value: object) -> object:
    """Return a table with exact spellings for decimals, so that it is the same from any format.

    A number where a text belongs stays one, so that it is refused.
    """
    if isinstance(value, Decimal):
        return spell(exact(value))
    if isinstance(value, Mapping):
        return {k: item if k in LANGUAGES else _spelled(item) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    return value


class UnansweredBench(Bench):
    """A provision with open questions, made ready to judge under every reading."""

    def __init__(
        self, waiting: Unanswered, questions: Mapping[str, Question], setting: Setting
    ) -> None:
        citation = Citation(
            plan=setting.plan,
            provision=waiting.id,
            clauses=waiting.clause,
            force=waiting.force,
            title=waiting.title,
            unit=Text("", ""),
            form=waiting.form,
            every=None,
            labels=setting.labels,
            tell=tell_figures,
        )
        super().__init__(citation)
        self._ids = waiting.questions
        self._questions = questions
        choices = [questions[question].samples for question in self._ids]
        combinations = list(product(*(range(len(samples)) for samples in choices)))
        self._blank = any(questions[question].expects for question in self._ids)
        places = [path for path, _ in asked(waiting.table)]
        self._open_bearer = any(path.startswith(("bearer", "exempt")) for path in places)
        if self._blank or len(combinations) > MOST_COMBINATIONS:
            combinations = combinations[:1]
            self._blank = True
        self._benches: list[tuple[tuple[int, ...], Bench]] = []
        for combination in combinations:
            answers = {
                question: samples[index]
                for question, samples, index in zip(self._ids, choices, combination, strict=True)
            }
            settled = waiting.settle(answers)
            if isinstance(settled, Provision):
                self._benches.append((combination, bench(settled, setting)))
        self.grouped = any(bench.grouped for _, bench in self._benches)

    def judged(self, subject: Subject) -> str:
        """Return the id under which its verdicts on a bearer stand."""
        return self._benches[0][1].judged(subject)

    def judge(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return the verdicts on one bearer on which all readings agree."""
        return tuple(self.judge_all((subject,), docket))

    def judge_all(self, subjects: Sequence[Subject], docket: Docket) -> Iterable[Verdict]:
        """Return the verdicts on which all readings agree, else one that names the questions."""
        found = [
            (combination, by_bearer(bench.judge_all(subjects, docket)))
            for combination, bench in self._benches
        ]
        ids = dict.fromkeys(bearer_id for _, verdicts in found for bearer_id in verdicts)
        known = {subject.id: subject for subject in subjects}
        for bearer_id in ids:
            ways = [(combination, verdicts.get(bearer_id, ())) for combination, verdicts in found]
            first = ways[0][1]
            if self._agreed(ways):
                yield from first
            else:
                thing = first[0].bearer if first else bearer_id
                subject = known.get(bearer_id) or Subject(bearer_id, thing, getter(thing))
                missing = tuple(self._missing(question) for question in self._matter(ways))
                yield self.undetermined(subject, docket, missing)

    def _agreed(self, ways: Sequence[tuple[tuple[int, ...], Sequence[Verdict]]]) -> bool:
        first = ways[0][1]
        if self._blank:
            reasons = [verdict.justification.reason for verdict in first]
            return not self._open_bearer and all(
                r is not None and r.code in ("not-a-bearer", "exempt") for r in reasons
            )
        return all(_same(first, verdicts) for _, verdicts in ways[1:])

    def _matter(self, ways: Sequence[tuple[tuple[int, ...], Sequence[Verdict]]]) -> Sequence[str]:
        """Return the questions whose answer matters here, all where that is not known."""
        if self._blank:
            return self._ids
        matter = []
        for place, question in enumerate(self._ids):
            rest: dict[tuple[int, ...], Sequence[Verdict]] = {}
            for combination, verdicts in ways:
                others = combination[:place] + combination[place + 1 :]
                if not _same(rest.setdefault(others, verdicts), verdicts):
                    matter.append(question)
                    break
        return matter

    def _missing(self, question: str) -> Missing:
        return Missing("question", {"question": question, "asks": self._questions[question].asks})


def _same(one: Sequence[Verdict], other: Sequence[Verdict]) -> bool:
    """Say whether two readings come to the same statuses, periods and figures."""
    return [_gist(verdict) for verdict in one] == [_gist(verdict) for verdict in other]


def _gist(verdict: Verdict) -> tuple[object, ...]:
    if verdict.status is Status.NOT_APPLICABLE:
        reason = verdict.justification.reason
        return (verdict.status, reason.code if reason else "")
    return (
        verdict.status,
        verdict.period,
        verdict.value,
        verdict.required,
        verdict.due,
        verdict.missing,
    )
