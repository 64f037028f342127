"""Quotas of the common kind, judged in one pass.

Most quotas ask every bearer for one amount of one kind of record, and most teachers are in service
throughout, with every fact stated. For these everything `QuotaBench` does comes down to a few
steps, which stand here in a row: a web request judges a teacher by a whole plan in a fraction of
the time. Whatever is out of the ordinary is left to `QuotaBench`; tests hold the two against each
other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from eduplan.dates import Period
from eduplan.exact import Number
from eduplan.measures import LeftOut, Way
from eduplan.periods import Unit
from eduplan.provisions.benches import Docket
from eduplan.provisions.provision import Subject, View
from eduplan.provisions.quota import Quota
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales
from eduplan.verdicts import Citation, Justification, Reason, Status, Verdict
from eduplan.verdicts.verdict import Draft, declare, justified

STATED = frozenset({str, int, bool, date})
"""Types of a fact that is stated and single."""

Quick = Callable[[Subject, Docket], "Verdict | None"]
"""Judges a bearer; None where the case is out of the ordinary."""


def ordinary(quota: Quota, scales: Scales) -> bool:
    """Say whether a quota asks one amount of every bearer, in periods that all of them share."""
    rows, every = quota.at_least, quota.every
    return not (
        rows is None
        or len(rows) != 1
        or not Matcher(rows[0].where, scales).always
        or rows[0].per
        or quota.measure.by != "bearer"
        or quota.measure.thresholds
        or every.personal
        or every.needs_calendar
        or every.unit is Unit.PLAN  # a plan without a first and last day leaves it open
        or quota.exempt is not None
    )


Opened = tuple[View, Sequence[Entry], tuple[LeftOut, ...]]
"""A period, the records in it, and those that lie outside."""

Opening = Callable[[Subject, Docket], "Opened | Verdict | None"]
"""Finds the records of a bearer; a verdict where it owes nothing, None out of the ordinary."""


def opening(quota: Quota, citation: Citation, scales: Scales, horizon: Period | None) -> Opening:
    """Return how a judgement of an ordinary quota begins, as one function.

    Args:
        quota: the quota.
        citation: what its verdicts cite.
        scales: the ordered scales of the plan.
        horizon: first and last day of the plan, where a cycle that crosses them is not plain.
    """
    every = quota.every
    bearer = Matcher(quota.bearer, scales)
    check, against = bearer.check, bearer.against
    kinds, rule = quota.measure.kinds, every.key
    prefix = f"{kinds[0]}\0" if len(kinds) == 1 else ""
    since, until = quota.since or date.min, quota.until or date.max
    if horizon is not None:
        since, until = max(since, horizon.start), min(until, horizon.end)
    timed = since > date.min or until < date.max
    long = every.unit in (Unit.CYCLE, Unit.PLAN)
    excuses: dict[str, Justification] = {}
    excused = Status.NOT_APPLICABLE

    def opened(subject: Subject, docket: Docket) -> Opened | Verdict | None:
        key, thing, get, throughout, _ = subject
        truth = check(get, get)
        if truth is False:
            fact = against(get, get)
            excuse = excuses.get(fact)
            if excuse is None:
                excuse = excuses[fact] = Justification(reason=Reason("not-a-bearer", fact))
            draft = Draft(
                citation,
                thing,
                key,
                excused,
                docket.as_of,
                None,
                None,
                None,
                None,
                None,
                (),
                excuse,
            )
            return declare(draft)
        if not truth or not throughout:
            return None
        views = docket.shared.get(rule) or docket.views(every, subject)
        if len(views) != 1:
            return None
        seen = views[0]
        period, first, stop = seen[0], seen[5], seen[6]
        if timed and (period.start < since or period.end > until):
            return None
        entries = docket.usual.get(prefix + key, ()) if prefix else docket.register.of(key, kinds)
        size = len(entries)
        left_out: tuple[LeftOut, ...] = ()
        if size and (entries[0][0] < first or entries[-1][0] >= stop):
            start, end = bisect_left(entries, (first,)), bisect_left(entries, (stop,))
            if end < size:
                return None  # to be told as too late
            if start and long:
                before = tuple([entry[4] for entry in entries[:start]])
                left_out = (LeftOut("before", "", before),)
            entries = entries[start:]
        return seen, entries, left_out

    return opened


def quick(
    quota: Quota, citation: Citation, scales: Scales, horizon: Period | None = None
) -> Quick | None:
    """Return the judgement of a plain quota as one function, None where the quota is not plain.

    Args:
        quota: the quota.
        citation: what its verdicts cite.
        scales: the ordered scales of the plan.
        horizon: first and last day of the plan, where a cycle that crosses them is not plain.
    """
    measure, rows = quota.measure, quota.at_least
    where = Matcher(measure.where, scales)
    plain = where.plain
    if (
        rows is None
        or measure.way not in (Way.COUNT, Way.SUM, Way.DISTINCT)
        or measure.caps
        or not (where.always or (plain is not None and len(plain[1]) == 1))
        or quota.special
        or not ordinary(quota, scales)
    ):
        return None
    opened = opening(quota, citation, scales, horizon)
    owed: Number = rows[0].amount
    kinds = measure.kinds
    asked = plain[0] if plain is not None else ""
    wanted = next(iter(plain[1])) if plain is not None else None
    taken, summed = measure.field, measure.way is Way.SUM
    met, not_met, pending = Status.MET, Status.NOT_MET, Status.PENDING

    def count(
        entries: Sequence[Entry],
    ) -> tuple[int, tuple[object, ...], tuple[int, ...], tuple[object, ...]] | None:
        """Return what some records come to: those that count, how much each, those that differ."""
        counted: list[object] = []
        facts: list[Any] = []
        differing: list[object] = []
        if asked:
            for entry in entries:
                fact_of = entry[5]
                answer = fact_of(asked)
                if answer == wanted:
                    counted.append(entry[4])
                    if taken:
                        facts.append(fact_of(taken))
                elif answer is None or type(answer) is tuple:
                    return None
                else:
                    differing.append(entry[4])
        else:
            counted = [entry[4] for entry in entries]
            if taken:
                facts = [entry[5](taken) for entry in entries]
        if summed:
            for amount in facts:
                if type(amount) is not int or amount < 0:
                    return None
            return sum(facts), tuple(counted), tuple(facts), tuple(differing)
        value = len(counted)
        if taken and (len(set(facts)) != value or not STATED.issuperset(map(type, facts))):
            return None  # what repeats is to be told
        return value, tuple(counted), (1,) * value, tuple(differing)

    nothing: tuple[int, tuple[object, ...], tuple[int, ...], tuple[object, ...]] = (0, (), (), ())

    def judge(subject: Subject, docket: Docket) -> Verdict | None:
        found = opened(subject, docket)
        if type(found) is not tuple:
            return found  # type: ignore[return-value]
        (period, opens, due, closed, needed, _, _, _), entries, left_out = found
        read = count(entries) if entries else nothing
        if read is None:
            return None
        value, counted, amounts, differing = read
        if differing:
            left_out = (LeftOut("differs", asked, differing), *left_out)
        if value >= owed:
            status = met
        elif needed is not None:
            register = docket.register
            through = register.throughout or register.complete_through(kinds)
            if through is None or through < needed:
                return None
            status = not_met if closed else pending
        else:
            status = pending
        justification = justified((counted, amounts, left_out, (), None, 0, ()))
        draft = Draft(
            citation,
            subject[1],
            subject[0],
            status,
            docket.as_of,
            period,
            value,
            owed,
            opens,
            due,
            (),
            justification,
        )
        return declare(draft)

    return judge
