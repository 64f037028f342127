"""What follows from figures: statuses and reasons, asked of the reference for every situation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import product
from operator import or_
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs
import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import Missing
from eduplan.frames.columns import flag
from eduplan.provisions import Docket
from eduplan.provisions.bounds import Bound, decided
from eduplan.provisions.provision import View
from eduplan.verdicts import Status, Verdict, reasons_of

SITUATIONS = 12
"""How many ways a figure can come out: none, one or both of its ends pass the bound; two doubts."""

UNKNOWN_FACT, NOTHING_TO_SHARE = 1, 2
"""Doubts of a reading: facts of records are missing; there is nothing of which to take a share."""

DOUBTS = {UNKNOWN_FACT: "record-fact", NOTHING_TO_SHARE: "nothing-to-share"}
_MOST_RUNS = 4
"""With more numbers apart from one another, each is looked for."""

_EVEN = 1
"""A bound where only the order of figures matters: 0 falls short of it, 2 is beyond it."""

WORST_FIRST = (Status.NOT_MET, Status.UNDETERMINED, Status.PENDING, Status.MET)
"""Of several figures the worst makes the verdict, as far as it is decided."""
RANKS = (*WORST_FIRST, Status.NOT_APPLICABLE)


class Outcome(NamedTuple):
    """What a figure comes to: a status, and the codes of its reasons."""

    status: Status
    reasons: tuple[str, ...] = ()


def outcome_of(verdict: Verdict) -> Outcome:
    """Return what a verdict comes to."""
    return Outcome(verdict.status, reasons_of(verdict))


def situation(low: nw.Expr, high: nw.Expr, doubts: nw.Expr) -> nw.Expr:
    """Return the number of a situation.

    Args:
        low: whether the least it can be passes the bound; see `passes`.
        high: whether the most it can be does, as where there is no knowing.
        doubts: what makes it doubtful, added up.
    """
    return _DOUBTED * (flag(low) + flag(high)) + doubts


_DOUBTED = 4
"""In how many ways a figure can be doubtful."""


def passes(figure: nw.Expr, bound: nw.Expr, *, most: bool) -> nw.Expr:
    """Return whether a figure passes a bound: reaches a lower one, is beyond an upper one."""
    return figure > bound if most else figure >= bound


def doubts_of(number: int) -> int:
    """Return what makes a situation doubtful, by its number."""
    return number % _DOUBTED


def always(outcome: Outcome) -> tuple[Outcome, ...]:
    """Return the same outcome for every situation."""
    return (outcome,) * SITUATIONS


def by_situation(
    bound: Bound,
    seen: View,
    docket: Docket,
    kinds: Sequence[str],
    told: Mapping[int, str] = MappingProxyType(DOUBTS),
) -> tuple[Outcome, ...]:
    """Return what the reference says of every situation.

    Args:
        bound: what kind of bound it is; its amount does not matter.
        seen: the period.
        docket: the day, and what the register is complete through.
        kinds: the kinds of record the figure rests on.
        told: codes of what the two doubts say is missing.
    """
    even = bound._replace(owed=_EVEN)
    below, beyond = (_EVEN, _EVEN + 1) if bound.most else (_EVEN - 1, _EVEN)
    found = []
    for (low, high), doubts in product(
        ((below, below), (below, beyond), (beyond, beyond)), range(_DOUBTED)
    ):
        missing = tuple(Missing(code) for doubt, code in told.items() if doubts & doubt)
        status, lacking = decided(even, low, high, missing, seen, docket.register, kinds)
        found.append(Outcome(status, tuple(sorted({one.code for one in lacking}))))
    return tuple(found)


@attrs.define(eq=False, slots=False)
class Outcomes:
    """The ways in which figures are judged, each with its outcome of every situation."""

    _kinds: dict[tuple[Outcome, ...], int] = attrs.field(factory=dict)

    def kind(self, outcomes: tuple[Outcome, ...]) -> int:
        """Return the number of a way of judging; the same one always has the same number.

        Nothing may be asked of all of them before the last is told.
        """
        return self._kinds.setdefault(outcomes, len(self._kinds))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of all reasons there are."""
        return tuple(sorted({code for one in self._flat() for code in one.reasons}))

    def _flat(self) -> list[Outcome]:
        return [outcome for several in self._kinds for outcome in several]

    def told(self) -> pa.Table:
        """Return status and reasons by the number of kind and situation."""
        flat = self._flat()
        return pa.table(
            {
                "_situation": pa.array(range(len(flat)), pa.int64()),
                "status": pa.array([one.status.value for one in flat], pa.string()),
                "reasons": pa.array([" ".join(one.reasons) for one in flat], pa.string()),
            }
        )

    def among(
        self, figure: nw.Expr, kinds: Collection[int], wanted: Callable[[Outcome], bool]
    ) -> nw.Expr | None:
        """Return where a figure comes to an outcome that is wanted, None where it never does.

        Args:
            figure: the number of kind and situation, below 0 where there is none.
            kinds: the kinds the figure has anywhere.
            wanted: says whether an outcome is.
        """
        runs: list[list[int]] = []
        before = False
        for number, outcome in enumerate(self._flat()):
            if number // SITUATIONS not in kinds:
                continue  # does not occur, so that a run may go over it
            if now := wanted(outcome):
                if not before:
                    runs.append([])
                runs[-1].append(number)
            before = now
        if len(runs) > _MOST_RUNS:
            return figure.is_in([number for run in runs for number in run])
        found = [_within(figure, run[0], run[-1]) for run in runs]
        return reduce(or_, found) if found else None

    def put_together(self) -> pa.Table:
        """Return status and reasons by rank and reasons together, as `together` numbers them."""
        codes = self.codes
        numbers, statuses, reasons = [], [], []
        for rank, status in enumerate(RANKS):
            for which in product((0, 1), repeat=len(codes)):
                numbers.append(together(rank, which))
                statuses.append(status.value)
                told = [code for code, said in zip(codes, which, strict=True) if said]
                # Of a status that is decided nothing is missing, whatever is of its figures.
                open_ = status in (Status.UNDETERMINED, Status.NOT_APPLICABLE)
                reasons.append(" ".join(told) if open_ else "")
        return pa.table(
            {
                "_verdict": pa.array(numbers, pa.int64()),
                "status": pa.array(statuses, pa.string()),
                "reasons": pa.array(reasons, pa.string()),
            }
        )


def _within(figure: nw.Expr, first: int, last: int) -> nw.Expr:
    return figure == first if first == last else (figure >= first) & (figure <= last)


def together(rank: Any, reasons: Iterable[Any]) -> Any:
    """Return the number of a rank with its reasons, of numbers or of columns."""
    number = rank
    for said in reasons:
        number = number * 2 + said
    return number
