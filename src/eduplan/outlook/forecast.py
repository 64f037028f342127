"""Where the present pace leads: what a total will come to, by part, and when it is reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import refuse
from eduplan.exact import Number, exact, show
from eduplan.messages import Language, Text, say, show_day
from eduplan.provisions.composite import OnLeave
from eduplan.provisions.tallies import Standing
from eduplan.verdicts import Point, Status, Verdict
from eduplan.verdicts.telling import tell_unit


@attrs.frozen(kw_only=True)
class Outcome:
    """What the whole, or a part, will come to if it goes on as it has.

    Args:
        id: the part, empty for the whole.
        title: what people call it.
        value: what it has come to so far.
        required: what is owed.
        expected: what it will come to by its last day, exactly; None where no day has passed yet.
        reached: the day on which it reaches what is owed; None where it does not by its last day,
            or that is not known.
        due: its last day.
    """

    id: str
    title: Text
    value: Number
    required: Number
    expected: Number | None
    reached: date | None
    due: date

    @property
    def enough(self) -> bool:
        """Whether what is owed will be reached in time."""
        return self.expected is not None and self.expected >= self.required


@attrs.frozen(kw_only=True)
class Forecast:
    """Where the present pace leads.

    Args:
        verdict: the verdict it goes on from.
        whole: what the whole comes to.
        parts: what the parts come to that ask for an amount at least, in the order of the plan. A
            share is no part of it: at an even pace it stays what it is.
        days: the days from which the pace was taken, those on leave left out.
        records: how many records counted in them.
    """

    verdict: Verdict = attrs.field(repr=False)
    whole: Outcome
    parts: tuple[Outcome, ...]
    days: int
    records: int

    @property
    def enough(self) -> bool:
        """Whether everything will be reached in time."""
        return all(outcome.enough for outcome in (self.whole, *self.parts))

    def explain(self, lang: Language = "en", *, names: bool = True) -> str:
        """Return it in sentences, with the pace that was taken.

        Args:
            lang: ``zh`` or ``en``.
            names: whether the bearer may be named; otherwise its id stands.
        """
        told = [self._told(self.whole, lang), *(self._told(part, lang) for part in self.parts)]
        return say(
            "forecast.sentence",
            lang,
            who=self.verdict.called(names=names),
            outcomes=say("explain.between", lang).join(told),
            records=self.records,
            days=self.days,
        )

    def _told(self, outcome: Outcome, lang: Language) -> str:
        code = "enough" if outcome.enough else "short"
        if outcome.expected is None:
            code = "unknown"
        elif outcome.value >= outcome.required:
            code = "reached"
        return say(
            f"forecast.{code}",
            lang,
            title=outcome.title,
            value=show(outcome.value),
            expected="" if outcome.expected is None else show(outcome.expected),
            required=show(outcome.required),
            units=tell_unit(outcome.required, self.verdict.citation, lang),
            due=outcome.due,
            reached="" if outcome.reached is None else show_day(outcome.reached, lang),
        )


def forecast(verdict: Verdict, *, leave: Iterable[Period] = ()) -> Forecast:
    """Return where a total leads if it goes on growing as it has.

    The pace is what counted so far over the days gone by since the period opened for the bearer,
    that is from its first day or from joining to the day before ``as_of``; days on leave are left
    out of those gone by and of those to come: those for which the quota itself asks less, and any
    others that are told here. Numbers are exact: 7 of 24 hours in 30 of 90 days lead to 21.

    Args:
        verdict: a verdict on a quota that asks for an amount at least.
        leave: other days on which nothing was, or will be, to be expected.

    Raises:
        InputError: a verdict of another form or without a period, on a share or on an upper bound.
    """
    if not verdict.citation.paced or verdict.period is None or verdict.value is None:
        raise refuse("forecast-totals")
    if verdict.required is None or verdict.opens is None or verdict.due is None:
        raise refuse("forecast-totals")
    points = verdict.justification.points
    known = (point.basis.spans for point in points if isinstance(point.basis, OnLeave))
    away = (*leave, *chain.from_iterable(known))
    title = verdict.citation.title
    span = Period(verdict.opens, verdict.due + DAY)
    whole = _outcome(("", title), verdict.value, verdict.required, span, verdict.as_of, away)
    parts = [
        outcome for point in points if (outcome := _of_part(point, span, verdict, away)) is not None
    ]
    return Forecast(
        verdict=verdict,
        whole=whole,
        parts=tuple(parts),
        days=_days(_until(span, verdict.as_of), away),
        records=len(verdict.justification.counted),
    )


def _of_part(
    point: Point, span: Period, verdict: Verdict, away: tuple[Period, ...]
) -> Outcome | None:
    basis = point.basis
    if not isinstance(basis, Standing) or point.value is None or point.required is None:
        return None
    portion, days = basis.place
    if portion.most or portion.within is not None:
        return None
    inside = span if days is None else days
    if inside.start >= verdict.as_of and point.status is Status.PENDING and days is not None:
        return None  # it has not begun, so that there is no pace to go by
    return _outcome(
        (portion.id, portion.called), point.value, point.required, inside, verdict.as_of, away
    )


def _outcome(
    name: tuple[str, Text],
    value: Number,
    required: Number,
    span: Period,
    as_of: date,
    away: tuple[Period, ...],
) -> Outcome:
    gone = _days(_until(span, as_of), away)
    whole = _days(span, away)
    expected: Number | None = None
    if as_of >= span.end:
        expected = value
    elif gone:
        expected = exact(Fraction(value) * whole / gone)
    elif value >= required:
        expected = value
    reached = None
    if expected is not None and expected >= required > value:
        wanted = -(-required * gone // value)  # the first number of days in which it is reached
        reached = _after(span, int(wanted), away)
    name_id, title = name
    return Outcome(
        id=name_id,
        title=title,
        value=value,
        required=required,
        expected=expected,
        reached=reached,
        due=span.last,
    )


def _until(span: Period, as_of: date) -> Period | None:
    """Return the days of a span that are over on the day of judgement."""
    end = min(span.end, as_of)
    return Period(span.start, end) if end > span.start else None


def _days(span: Period | None, away: tuple[Period, ...]) -> int:
    if span is None:
        return 0
    off = {day for one in away for day in _dates(one, span)}
    return span.days - len(off)


def _dates(one: Period, span: Period) -> Iterable[date]:
    start, end = max(one.start, span.start), min(one.end, span.end)
    return (start + timedelta(days=n) for n in range((end - start).days))


def _after(span: Period, days: int, away: tuple[Period, ...]) -> date:
    """Return the last of so many days from the first of a span on, those on leave left out."""
    off = {day for one in away for day in _dates(one, span)}
    day = span.start
    while True:
        days -= day not in off
        if days <= 0:
            return day
        day += DAY
