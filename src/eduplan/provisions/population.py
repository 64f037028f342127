"""Who is there on a day, and who of them fits: for sure, perhaps, or not.

A bearer whose facts are not known neither counts nor is left out: it widens the count. A bearer is
there from the day it ``joined`` or ``opened`` until the day it ``left`` or ``closed``; one that
states none of these is there throughout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from eduplan.errors import Missing
from eduplan.facts import Getter, Truth
from eduplan.people import day_of
from eduplan.provisions.provision import Subject
from eduplan.selectors import DAY_LOOKED_AT, Matcher, Scales, Selector, Test
from eduplan.verdicts import Status

_FIRST_DAYS = ("joined", "opened")
_LAST_DAYS = ("left", "closed")


def there(get: Getter, day: date) -> bool:
    """Say whether a bearer is in service, or a school open, on a day.

    >>> school = {"opened": date(2010, 9, 1), "closed": date(2019, 9, 1)}
    >>> there(school.get, date(2019, 8, 31)), there(school.get, date(2019, 9, 1))
    (True, False)
    """
    firsts = [day_of(get, name) for name in _FIRST_DAYS]
    lasts = [day_of(get, name) for name in _LAST_DAYS]
    return all(first is None or first <= day for first in firsts) and all(
        last is None or day < last for last in lasts
    )


def on_day(get: Getter, day: date) -> Getter:
    """Return a getter that knows besides which day ``@day`` is."""
    return lambda name: day if name == DAY_LOOKED_AT else get(name)


def both(one: Truth, other: Truth) -> Truth:
    """Return whether both hold, None where that is not known (Kleene)."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


class Pick(NamedTuple):
    """Who fits a selector.

    Attributes:
        sure: who does for sure.
        perhaps: of whom it is not known.
        missing: what the roster does not say of them.
    """

    sure: tuple[Subject, ...]
    perhaps: tuple[Subject, ...]
    missing: tuple[Missing, ...]


class Population:
    """A selector of bearers made ready for many days."""

    def __init__(self, selector: Selector, scales: Scales) -> None:
        self._where = Matcher(selector, scales)

    def fits(self, subject: Subject, bearer: Getter, day: date) -> Truth:
        """Return whether somebody is there on a day and fits, None where that is not known.

        Args:
            subject: who is looked at.
            bearer: reads facts of the bearer that is judged, for ``@bearer.x``.
            day: the day, for ``@day``.
        """
        if not there(subject.get, day):
            return False
        return self._where(subject.get, on_day(bearer, day))

    def pick(self, subjects: Iterable[Subject], bearer: Getter, day: date) -> Pick:
        """Return who of ``subjects`` fits on a day."""
        truths = [(subject, self.fits(subject, bearer, day)) for subject in subjects]
        perhaps = tuple([subject for subject, truth in truths if truth is None])
        return Pick(
            tuple([subject for subject, truth in truths if truth]),
            perhaps,
            self.unsaid(perhaps, bearer, day),
        )

    def unsaid(self, subjects: Sequence[Subject], bearer: Getter, day: date) -> tuple[Missing, ...]:
        """Return which facts the roster does not say of bearers that fit perhaps."""
        return facts_missing(self.blame(subject, bearer, day) for subject in subjects)

    def blame(self, subject: Subject, bearer: Getter, day: date) -> str:
        """Return the fact because of which somebody does not fit, or fits only perhaps."""
        return self._where.blame(subject.get, on_day(bearer, day))


def facts_missing(fields: Iterable[str]) -> tuple[Missing, ...]:
    """Return what is missing where facts of these names are, each name once with its count.

    They are in the order of their names, whatever the order of the bearers that lack them.
    """
    return tuple(
        Missing("bearer-facts", {"field": field, "count": count})
        for field, count in sorted(Counter(fields).items())
    )


def heads(subjects: Iterable[Subject]) -> int:
    """Return how many bearers subjects stand for."""
    return sum(subject.times for subject in subjects)


class Part(NamedTuple):
    """How many of how many: the least and the most that a share can be.

    Attributes:
        low: part and whole of the least share.
        high: part and whole of the most.
        sure: how many are in the whole for sure; of none there is no share.
        possible: how many are in it, or perhaps.
    """

    low: tuple[int, int]
    high: tuple[int, int]
    sure: int
    possible: int


def part_of(truths: Iterable[tuple[Truth, Truth, int]]) -> Part:
    """Return how many of how many, from whether so many are in the whole and in the part.

    Who is perhaps in the whole lowers a share by being in it and not in the part, and raises it
    by being in both.

    >>> part_of([(True, True, 1), (True, False, 1), (True, None, 1), (None, False, 1)])
    Part(low=(1, 4), high=(2, 3), sure=3, possible=4)
    """
    count: Counter[tuple[Truth, Truth]] = Counter()
    for whole, part, times in truths:
        count[whole, part] += times
    sure = sum(count[True, part] for part in (True, False, None))
    yes, open_ = count[True, True], count[True, None]
    doubtful_yes, doubtful_no, doubtful = count[None, True], count[None, False], count[None, None]
    return Part(
        (yes, sure + doubtful_no + doubtful),
        (yes + open_ + doubtful_yes + doubtful, sure + doubtful_yes + doubtful),
        sure,
        sure + doubtful_yes + doubtful_no + doubtful,
    )


def words(selector: Selector) -> tuple[str, ...]:
    """Return names that tell what a selector picks: the values it asks for, else its facts.

    >>> from eduplan.selectors import as_selector
    >>> words(as_selector({"role": "researcher", "hours": {"above": 8}}))
    ('researcher', 'hours')
    """
    found: list[str] = []
    for condition in selector.conditions:
        texts = [o for o in condition.operands if isinstance(o, str) and not o.startswith("@")]
        if condition.test is Test.IS and texts:
            found.extend(texts)
        elif condition.operands != (f"@bearer.{condition.field}",):
            found.append(condition.field)
    for branch in (*selector.any_of, *selector.none_of):
        found.extend(words(branch))
    return tuple(dict.fromkeys(found))


_STATUS_OF: dict[Truth, Status] = {
    True: Status.MET,
    False: Status.NOT_MET,
    None: Status.UNDETERMINED,
}


def status_of(truth: Truth) -> Status:
    """Return what a truth comes to where nothing more can happen."""
    return _STATUS_OF[truth]


def together(statuses: Iterable[Status]) -> Status:
    """Return the status of something made of several that must all be met.

    >>> together([Status.MET, Status.UNDETERMINED, Status.NOT_MET]).value
    'NOT_MET'
    """
    found = set(statuses)
    for status in (Status.NOT_MET, Status.UNDETERMINED, Status.PENDING, Status.MET):
        if status in found:
            return status
    return Status.NOT_APPLICABLE
