"""What every form is judged from over frames, and how a form is judged there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from eduplan.errors import Fault
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.columns import Columns
from eduplan.frames.profiles import Profiles
from eduplan.frames.truths import Sieve
from eduplan.provisions import Docket, Provision

COLUMNS = {
    "bearer": nw.String,
    "provision": nw.String,
    "period_start": nw.Date,
    "period_end": nw.Date,
    "status": nw.String,
    "value": nw.Int64,
    "required": nw.Int64,
    "shortfall": nw.Int64,
    "denominator": nw.Int64,
    "due": nw.Date,
    "reasons": nw.String,
}
"""The columns of a result, in their order."""


class Scene(NamedTuple):
    """What is judged over frames.

    Attributes:
        register: the records.
        profiles: the bearers.
        sieve: makes truths of selectors over records.
        docket: the day, the calendar, what the register is complete through, and the provisions.
        backend: where the frames lie.
        heard: ids of the provisions that others rest on.
        judged: the rows of provisions that have been judged, by id.
    """

    register: Columns
    profiles: Profiles
    sieve: Sieve
    docket: Docket
    backend: Backend
    heard: Set[str]
    judged: dict[str, Frame]


class Asks(NamedTuple):
    """The facts that a provision asks for.

    Attributes:
        of_bearers: facts of bearers.
        of_records: facts of records, besides kind and day.
        pointers: facts of records that point to a bearer, and ids that others name.
        beside: columns of records that are looked at where there are such, besides what is asked
            for: their ids, and their last days.
        links: facts of records that name another record; where there is no such column, none does.
    """

    of_bearers: tuple[str, ...] = ()
    of_records: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class Source(NamedTuple):
    """Records of a bearer.

    Attributes:
        by: the fact of them that points to the bearer, or names another record of its.
        kinds: their kinds.
        names: the records of which they name one, None where they point to the bearer itself.
    """

    by: str
    kinds: Sequence[str]
    names: Source | None = None


def read_of_nobody(_: Provision) -> None:
    """Return that verdicts do not rest on the bearer and its own records alone."""


class Form(NamedTuple):
    """How provisions of one form are judged over frames.

    Attributes:
        refusals: tells why a provision cannot be judged by columns, nothing where it can.
        asks: tells which facts it asks for.
        rows: judges it by columns, and returns the rows with the columns of `COLUMNS`; None where
            columns never can.
        reads: tells which of a bearer's records it rests on, None where it rests on others too.
        else_read: whether what cannot be judged by columns can be by reading these records.
    """

    refusals: Callable[[Any], Iterator[Fault]]
    asks: Callable[[Any], Asks]
    rows: Callable[[Any, Scene], Frame] | None
    reads: Callable[[Any], Sequence[Source] | None] = read_of_nobody
    else_read: bool = False
