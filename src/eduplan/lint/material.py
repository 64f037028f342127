"""What checks look at: a plan under every reading of its questions, and what is given besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod

import attrs

from eduplan.calendars import SchoolCalendar
from eduplan.errors import InputError
from eduplan.lint.finding import Finding
from eduplan.lint.walking import Inside, look_inside
from eduplan.messages import Text, catalogue
from eduplan.plan import Plan
from eduplan.provisions import Provision, Question, Unanswered
from eduplan.selectors import Matcher, Scale, Selector

Stated = Provision | Unanswered
Facts = Mapping[str, object]

MOST_READINGS = 64
"""Provisions with more combinations of readings between them are not held against each other."""


@attrs.frozen(kw_only=True, slots=False, eq=False)
class Material:
    """What the checks of one plan look at.

    Args:
        plan: the plan.
        calendar: the school calendar, where one is given.
        people: the bearers of a roster, where one is given.
        others: the plans that hold beside it.
    """

    plan: Plan
    calendar: SchoolCalendar | None = None
    people: tuple[object, ...] = ()
    others: tuple[Plan, ...] = ()

    def finding(
        self,
        code: str,
        place: str,
        clauses: Sequence[str] = (),
        facts: Facts | None = None,
    ) -> Finding:
        """Return a finding in this plan."""
        return Finding(
            code=code, plan=self.plan.id, place=place, clauses=tuple(clauses), facts=facts or {}
        )

    @property
    def provisions(self) -> tuple[Stated, ...]:
        """The provisions, with the answers given put in."""
        return self.plan.settled

    @property
    def scales(self) -> Mapping[str, Scale]:
        """The scales of the plan by name."""
        return self.plan.ranks

    def together(self, *stated: Stated) -> Iterator[tuple[Provision, ...]]:
        """Return provisions under every reading of the questions they wait for, taken together.

        One that has dated versions is taken by each of them. Nothing comes back where a blank is
        to be filled in, or where the readings are too many.
        """
        ids = dict.fromkeys(question for one in stated for question in self._asked(one))
        samples = [range(len(self._questions[question].samples)) for question in ids]
        if any(self._questions[question].expects for question in ids):
            return
        if prod(map(len, samples)) > MOST_READINGS:
            return
        for choice in product(*samples):
            chosen = dict(zip(ids, choice, strict=True))
            says = [self._under(one, chosen).wordings for one in stated]
            yield from product(*([wording.provision for wording in each] for each in says))

    def always(self, check: Callable[..., Facts | None], *stated: Stated) -> Facts | None:
        """Return the facts of a check that holds under every reading, None where it does not.

        Args:
            check: takes the provisions and returns facts, None where there is nothing to find.
            stated: the provisions.
        """
        told = []
        for provisions in self.together(*stated):
            facts = check(*provisions)
            if facts is None:
                return None
            told.append(facts)
        # Which reading comes first in the file must not matter.
        return min(told, key=repr, default=None)

    def found(
        self, code: str, check: Callable[..., Facts | None], *stated: Stated
    ) -> Iterator[Finding]:
        """Yield a finding where a check holds under every reading, at the first provision.

        Args:
            code: code of the finding.
            check: as of `always`.
            stated: the provisions; it cites the clauses of all.
        """
        facts = self.always(check, *stated)
        if facts is not None:
            clauses = tuple(dict.fromkeys(clause for one in stated for clause in one.clause))
            yield self.finding(code, place_of(stated[0]), clauses, facts)

    def inside(self, one: Stated) -> tuple[Inside, ...]:
        """Return what stands inside a provision under every reading."""
        if one.id not in self._inside:
            self._inside[one.id] = tuple(look_inside(each) for (each,) in self.together(one))
        return self._inside[one.id]

    def kinds(self, one: Stated) -> frozenset[str]:
        """Return the kinds of record a provision names under any reading."""
        return frozenset(kind for inside in self.inside(one) for kind in inside.kinds)

    @cached_property
    def _inside(self) -> dict[str, tuple[Inside, ...]]:
        return {}

    def matcher(self, selector: Selector) -> Matcher:
        """Return a selector made ready for many things."""
        return Matcher(selector, self.scales)

    @cached_property
    def _questions(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.plan.questions}

    def _asked(self, one: Stated) -> tuple[str, ...]:
        """Return the questions a provision waits for; found once, for all pairs it is part of."""
        if one.id not in self._waits:
            self._waits[one.id] = one.questions if isinstance(one, Unanswered) else ()
        return self._waits[one.id]

    @cached_property
    def _waits(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _settled(self) -> dict[tuple[str, tuple[int, ...]], Provision]:
        return {}

    def _under(self, one: Stated, chosen: Mapping[str, int]) -> Provision:
        if isinstance(one, Provision):
            return one
        asked = self._asked(one)
        key = (one.id, tuple(chosen[question] for question in asked))
        if key not in self._settled:
            answers = {q: self._questions[q].samples[chosen[q]] for q in asked}
            settled = one.settle(answers)
            if not isinstance(settled, Provision):  # not reached: a plan knows all its questions
                raise InputError(())
            self._settled[key] = settled
        return self._settled[key]


def place_of(stated: Stated) -> str:
    """Return the place of a provision: the key of its form and its id."""
    return f"{stated.key}.{stated.id}"


def named(title: Text | None, name: str) -> Text:
    """Return a title, or the id in its place."""
    return title if title is not None else Text(zh=name, en=name)


def told_names(names: Sequence[str], labels: Mapping[str, Text]) -> tuple[Text, ...]:
    """Return what facts, kinds and roles are called, the bare name where nothing says it.

    Args:
        names: the names.
        labels: what the plan calls them.
    """
    return tuple(labels.get(n) or catalogue().get(f"term.{n}") or named(None, n) for n in names)
