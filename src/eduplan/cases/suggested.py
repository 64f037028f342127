"""What must be suggested in a case: which courses, at what cost, and for whom it cannot be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import partial

import attrs

from eduplan.cases.spoken import Picks, Spoken, by_name, ids, read_says
from eduplan.dates import as_date
from eduplan.exact import not_negative
from eduplan.outlook import Suggestion
from eduplan.tables import Table, as_flag, as_names, as_string, as_whole


@attrs.frozen(kw_only=True)
class Suggested:
    """What must be suggested: the cheapest courses on offer that make all comply by a day.

    Args:
        by: the last day that counts.
        only: ids of the quotas to be met, by default all by which courses can be chosen.
        says: what must hold of the suggestion, by the keys of `SUGGESTED`; its cost at least.
        because: why that is right.
    """

    by: date
    only: tuple[str, ...] = ()
    says: Mapping[str, object]
    because: str = ""


_PICKS: Picks = {
    "by": ("by", as_date),
    "only": ("only", as_names),
    "because": ("because", as_string),
}


def as_suggested(table: Suggested | Table) -> Suggested:
    """Return an expectation of what is suggested from its table.

    Raises:
        InputError: unknown keys, faulty values, no day or no cost.
    """
    if isinstance(table, Suggested):
        return table
    return Suggested(**read_says(table, _PICKS, SUGGESTED, ("by", "cost")))  # type: ignore[arg-type]


def _attend(found: Suggestion) -> object:
    return {
        who: tuple(sorted(one.course.id for one in several))
        for who, several in found.attend.items()
    }


def _taken(found: Suggestion) -> object:
    """Return how many attend each course that anybody attends."""
    attended = (one.course.id for several in found.attend.values() for one in several)
    return dict(sorted(Counter(attended).items()))


def _short(found: Suggestion) -> tuple[str, ...]:
    return tuple(sorted(who for one in found.shortages for who in one.bearers))


def _why(found: Suggestion) -> object:
    codes = sorted({one.code for one in found.shortages})
    return {
        code: tuple(sorted({of for one in found.shortages if one.code == code for of in one.ids}))
        for code in codes
    }


SUGGESTED: Mapping[str, Spoken] = {
    "cost": Spoken(not_negative, lambda found: found.cost),
    "proved": Spoken(as_flag, lambda found: found.proved),
    "attend": Spoken(partial(by_name, reader=ids), _attend),
    "taken": Spoken(partial(by_name, reader=as_whole), _taken),
    "cannot": Spoken(ids, _short),
    "short": Spoken(as_whole, lambda found: len(_short(found))),
    "why": Spoken(partial(by_name, reader=ids), _why),
    "unclear": Spoken(ids, lambda found: tuple(sorted(found.unclear))),
    "beyond": Spoken(
        partial(by_name, reader=as_string),
        lambda found: {one.provision: one.code for one in found.beyond},
    ),
}
"""What an expectation can say of a suggestion, by its key in a file of cases."""
