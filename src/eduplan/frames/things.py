"""Parts of a quota that are a share of different things, such as courses, over columns.

Every thing is looked at once, whatever the number of records that name it. A record that does not
say what it is about may be about something that others name, or about something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import narwhals.stable.v2 as nw

from eduplan.frames.backends import Frame
from eduplan.frames.columns import WHOLE, Columns, flag, where, whole
from eduplan.frames.portions import GROUP, silent_of
from eduplan.frames.truths import ALWAYS, Truth
from eduplan.frames.windows import spanned
from eduplan.provisions import Quota
from eduplan.selectors import Selector

_ENDS = ("low", "high", "open", "out_low", "out_high", "out_open")
"""What a share comes to, inside and outside; see `eduplan.frames.portions`."""

_NAMED = ("_part", "_fitting", "_others", "_within")
_UNNAMED = ("_inside", "_outside")


class Things(NamedTuple):
    """What parts come to that count different things.

    Attributes:
        whole: for every bearer and period, by columns that are named as those of other parts.
        spans: of parts with many spans, what they come to in each.
    """

    whole: list[Frame]
    spans: dict[int, Frame]

    def beside(self, frame: Frame, names: list[str]) -> Frame:
        """Return a frame of bearers and periods with what they come to, and note the columns."""
        for one in self.whole:
            made = [name for name in one.collect_schema().names() if name not in GROUP]
            frame = frame.join(one, on=list(GROUP), how="left")
            frame = frame.with_columns(nw.col(name).fill_null(0) for name in made)
            names += made
        return frame


def with_names(frame: Frame, quota: Quota, records: Columns) -> Frame:
    """Return records with whether they say what they are about, for every part that asks."""
    asked = {number: part.distinct for number, part in enumerate(quota.part) if part.distinct}
    made = {
        silent_of(number): flag(nw.col(field).is_null()) if field in records.sorts else whole(1)
        for number, field in asked.items()
    }
    return frame.with_columns(**made) if made else frame


def counted(
    frame: Frame,
    quota: Quota,
    told: Mapping[Selector, Truth],
    across: Mapping[int, int],
    records: Columns,
) -> Things:
    """Return what the parts of a quota come to that count different things.

    Args:
        frame: the records that count or may count, with where they do.
        quota: the quota.
        told: whether a record fits the selectors of the parts.
        across: how many spans the parts have that are judged side by side.
        records: the columns of records.
    """
    things = Things([], {})
    for number, portion in enumerate(quota.part):
        if not portion.distinct:
            continue
        by = [*GROUP, *(["_span"] if spanned(portion) else [])]
        rows = frame
        if spanned(portion):
            held = nw.col(f"_span_{number}")
            rows = rows.filter(held >= 0).with_columns(_span=held)
        field = [portion.distinct] if portion.distinct in records.sorts else []
        within = ALWAYS if portion.within is None else told[portion.within]
        found = _tallied(rows, by, field, number, told[portion.where], within)
        if number in across:
            things.whole.append(_side_by_side(found, number, across[number]))
        elif spanned(portion):
            things.spans[number] = found
        else:
            things.whole.append(found)
    return things


def _tallied(
    frame: Frame,
    by: list[str],
    field: list[str],
    number: int,
    truth: Truth,
    within: Truth,
) -> Frame:
    """Tally the different things of a part, as the reference does."""
    silent = nw.col(silent_of(number)) > 0
    possible, inside = ~within.false, within.true & (nw.col("_sure") > 0)
    made = {
        "_part": ~silent & inside & truth.true,
        "_fitting": ~silent & possible & ~truth.false,
        "_others": ~silent & possible & ~truth.true,
        "_within": ~silent & inside,
        "_some": silent & inside & truth.true,
        "_other": silent & inside & truth.false,
        "_inside": silent & possible & ~truth.false,
        "_outside": silent & possible & ~truth.true,
    }
    rows = frame.select(*by, *field, **{name: flag(one) for name, one in made.items()})
    largest, added = (*_NAMED, "_some", "_other"), _UNNAMED
    each = _together(rows, [*by, *field], largest, added)
    each = each.with_columns(
        _lone=flag((nw.col("_within") > 0) & (nw.col("_fitting") == 0)),
        _beyond=flag((nw.col("_others") > 0) & (nw.col("_part") == 0)),
    )
    found = _together(
        each, by, ("_some", "_other"), ("_part", "_fitting", "_lone", "_beyond", *_UNNAMED)
    )
    fitting, unnamed = nw.col("_fitting"), nw.col("_inside")
    none_fits = (fitting == 0) & (unnamed == 0)
    ends = {
        "low": _larger(nw.col("_part"), nw.col("_some")),
        "high": fitting + unnamed,
        "open": whole(0),
        "out_low": _larger(nw.col("_lone") - unnamed, where(none_fits, nw.col("_other"))),
        "out_high": nw.col("_beyond") + nw.col("_outside"),
        "out_open": whole(0),
    }
    return found.select(*by, **{f"_{number}_{end}": ends[end] for end in _ENDS})


def _together(frame: Frame, by: list[str], largest: Iterable[str], added: Iterable[str]) -> Frame:
    found = frame.group_by(*by).agg(
        *(nw.col(name).max() for name in largest), *(nw.col(name).sum() for name in added)
    )
    return found.with_columns(nw.col(name).cast(WHOLE) for name in (*largest, *added))


def _side_by_side(frame: Frame, number: int, spans: int) -> Frame:
    """Return what a part comes to in each of its spans, in one row for every period."""
    made = {
        f"_{number}_{span}_{end}": where(nw.col("_span") == span, nw.col(f"_{number}_{end}"))
        for span in range(spans)
        for end in _ENDS
    }
    return _together(frame.select(*GROUP, **made), list(GROUP), (), list(made))


def _larger(one: nw.Expr, other: nw.Expr) -> nw.Expr:
    return where(one > other, one, other)
