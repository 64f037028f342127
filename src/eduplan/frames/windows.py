"""Periods, amounts owed and statuses, found in Python for every profile and joined as tables.

What a bearer owes and in which period is asked of the reference judgement itself, once for every
profile: it is given a bearer with these facts and no records. How a figure compares with what is
owed then decides the status; that too is asked of the reference, for every way it can come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import attrs
import pyarrow as pa

from eduplan.dates import DAY, Period
from eduplan.errors import Missing
from eduplan.exact import Number
from eduplan.people import bearer_getter
from eduplan.provisions import Docket, Quota, QuotaBench, Subject
from eduplan.provisions.provision import view
from eduplan.verdicts import Verdict, reasons_of

SITUATIONS = 64
"""How many ways a figure can come out: two comparisons of four outcomes each, and two doubts."""

UNKNOWN_FACT, NOTHING_TO_SHARE = 1, 2
"""Doubts of a reading: facts of records are missing; there is nothing of which to take a share."""

_DOUBTS = {UNKNOWN_FACT: "record-fact", NOTHING_TO_SHARE: "nothing-to-share"}
_EVEN = 1
"""What is owed where only the order of figures matters: 0 falls short of it, 2 passes it."""

Outcome = tuple[str, str]
"""A status and the codes of its reasons."""


class Window(NamedTuple):
    """What one profile owes in one period.

    Attributes:
        profile: number of the profile.
        place: where the period among those of the profile, -1 where there is none to read.
        kind: number of the row of outcomes it follows.
        period: the period, where there is one.
        due: the last day on which it can still be met.
        required: what is owed.
        read: whether records are read for it.
    """

    profile: int
    place: int
    kind: int
    period: Period | None
    due: date | None
    required: Number | None
    read: bool


@attrs.define(eq=False)
class Windows:
    """The windows of one quota for all profiles.

    Args:
        rows: the windows.
        outcomes: for each kind of window, the outcome of every situation.
    """

    rows: list[Window] = attrs.field(factory=list)
    outcomes: dict[tuple[Outcome, ...], int] = attrs.field(factory=dict)

    @cached_property
    def spans(self) -> Mapping[int, tuple[tuple[int, Period], ...]]:
        """The periods that are read, with their places, by profile."""
        found: dict[int, list[tuple[int, Period]]] = {}
        for row in self.rows:
            if row.read and row.period is not None:
                found.setdefault(row.profile, []).append((row.place, row.period))
        return {profile: tuple(several) for profile, several in found.items()}

    def table(self) -> pa.Table:
        """Return the windows as a table."""
        rows = self.rows
        owed = [row.required for row in rows]
        return pa.table(
            {
                "_profile": _whole(row.profile for row in rows),
                "_place": _whole(row.place for row in rows),
                "_kind": _whole(row.kind for row in rows),
                "_read": _whole(int(row.read) for row in rows),
                "period_start": _days(r.period.start if r.period else None for r in rows),
                "period_end": _days(r.period.end if r.period else None for r in rows),
                "due": _days(row.due for row in rows),
                "_owed": _whole(None if n is None else n.numerator for n in owed),
                "_owed_parts": _whole(1 if n is None else n.denominator for n in owed),
            }
        )

    def outcome_table(self) -> pa.Table:
        """Return the outcomes as a table by the number of the situation."""
        flat = [outcome for several in self.outcomes for outcome in several]
        return pa.table(
            {
                "_situation": _whole(range(len(flat))),
                "status": pa.array([status for status, _ in flat], pa.string()),
                "reasons": pa.array([reasons for _, reasons in flat], pa.string()),
            }
        )


def _whole(numbers: Iterable[int | None]) -> pa.Array:
    return pa.array(list(numbers), pa.int64())


def _days(days: Iterable[date | None]) -> pa.Array:
    return pa.array(list(days), pa.date32())


def situation(low: Any, high: Any, doubts: Any) -> Any:
    """Return the number of a situation, of numbers or of columns.

    Args:
        low: how the least it can be compares with what is owed: 0 below, 1 equal, 2 above.
        high: how the most it can be compares, 3 where there is no knowing.
        doubts: what makes it doubtful, added up.
    """
    return 16 * low + 4 * high + doubts


def windows(
    bench: QuotaBench, profiles: Mapping[int, Mapping[str, Any]], docket: Docket
) -> Windows:
    """Return what every profile owes, period by period.

    Args:
        bench: the reference judgement.
        profiles: the facts of every profile by its number.
        docket: the day, the calendar, and a register that is empty but declared complete as the
            caller's is.
    """
    found = Windows()
    judged: dict[tuple[Period, bool], int] = {}
    for profile, facts in profiles.items():
        get = bearer_getter(facts)
        throughout = get("joined") is None and get("left") is None
        subject = Subject(str(profile), facts, get, throughout)
        for index, verdict in enumerate(bench.judge(subject, docket)):
            read = verdict.value is not None
            if read:
                span = Period(verdict.opens, verdict.due + DAY)  # type: ignore[arg-type, operator]
                key = span, verdict.required is None
                if key not in judged:
                    outcomes = _outcomes(bench, verdict.required, span, docket)
                    judged[key] = found.outcomes.setdefault(outcomes, len(found.outcomes))
                kind = judged[key]
            else:
                same = (_outcome(verdict),) * SITUATIONS
                kind = found.outcomes.setdefault(same, len(found.outcomes))
            found.rows.append(
                Window(
                    profile,
                    index if read else -1,
                    kind,
                    verdict.period,
                    verdict.due,
                    verdict.required,
                    read,
                )
            )
    return found


def _outcome(verdict: Verdict) -> Outcome:
    return verdict.status.value, " ".join(reasons_of(verdict))


def _outcomes(
    bench: QuotaBench, required: Number | None, span: Period, docket: Docket
) -> tuple[Outcome, ...]:
    """Return what the reference says of every situation."""
    owed = None if required is None else _EVEN
    seen = view(span, docket.as_of)
    found = []
    for number in range(SITUATIONS):
        low, rest = divmod(number, 16)
        high, doubts = divmod(rest, 4)
        most = None if high == 3 else high
        missing = tuple(Missing(code) for doubt, code in _DOUBTS.items() if doubts & doubt)
        status, lacking = bench._status(low, most, missing, owed, seen, docket)
        reasons = " ".join(sorted({one.code for one in lacking}))
        found.append((status.value, reasons))
    return tuple(found)


FIELDS = ("joined", "left")


def profile_fields(quota: Quota) -> tuple[str, ...]:
    """Return the facts of a bearer on which it depends what it owes and when."""
    selectors = [quota.bearer, *([quota.exempt] if quota.exempt is not None else [])]
    selectors += [row.where for row in (*(quota.at_least or ()), *(quota.at_most or ()))]
    asked = [field for one in selectors for field in (*one.fields(), *one.bearer_fields())]
    every = quota.every
    more = [*(["stage"] if every.needs_calendar else []), *([every.start] if every.start else [])]
    return tuple(dict.fromkeys([*asked, *more, *FIELDS]))
