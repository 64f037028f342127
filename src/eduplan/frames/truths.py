"""Selectors over columns: true or false of every record, and neither where that is not known.

A truth is a pair of expressions, *true* and *false*, that are never absent themselves; where
neither holds, the truth is unknown. So Kleene's rules are plain ands and ors, and no backend's own
ideas about absent values come in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import and_, or_
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import pyarrow as pa

from eduplan.errors import refuse
from eduplan.facts import getter
from eduplan.frames.backends import Backend, Frame
from eduplan.frames.columns import MOST_VALUES, Columns, Sort, among, flag, lookup, never
from eduplan.frames.profiles import Profiles
from eduplan.selectors import BEARER, EVERYTHING, Condition, Matcher, Scales, Selector, Test

_NOTHING: Mapping[str, Any] = {}


Told = Callable[[nw.Expr], nw.Expr]
"""Makes a number of a truth: `flag`, or `mark` where a small one will do."""


class Truth(NamedTuple):
    """Whether something holds: two expressions that are never absent and never both true."""

    true: nw.Expr
    false: nw.Expr
    constant: bool = False
    """Whether it is the same of all, so that no column comes in."""
    known: nw.Expr | None = None
    """Where it is known, if that is quicker to find out than where it is false."""

    @property
    def unknown(self) -> nw.Expr:
        """Where neither is known."""
        return ~(self.true | self.false)


def _constant(truth: bool | None) -> Truth:
    return Truth(nw.lit(truth is True), nw.lit(truth is False), constant=True)


ALWAYS = _constant(True)


class Sieve:
    """Makes truths of selectors over a frame of records, and notes what has to be looked up.

    Args:
        records: the records.
        bearers: the bearers by their facts, for selectors that ask for these.
        scales: the scales of the plan.
        backend: where the records lie.
    """

    def __init__(
        self, records: Columns, bearers: Profiles, scales: Scales, backend: Backend
    ) -> None:
        self._records = records
        self._bearers = bearers
        self._scales = scales
        self._backend = backend
        self._made = 0

    def apply(self, frame: Frame, selector: Selector) -> tuple[Frame, Truth]:
        """Return the frame, with what was looked up, and the truth of a selector over it."""
        frame, truths = self._conditions(frame, selector.conditions)
        if selector.any_of:
            frame, branches = self._each(frame, selector.any_of)
            truths.append(
                Truth(
                    reduce(or_, [branch.true for branch in branches]),
                    reduce(and_, [branch.false for branch in branches]),
                    all(branch.constant for branch in branches),
                )
            )
        frame, branches = self._each(frame, selector.none_of)
        truths.extend(Truth(one.false, one.true, one.constant) for one in branches)
        if not truths:
            return frame, ALWAYS
        if len(truths) == 1:
            return frame, truths[0]
        true = reduce(and_, [truth.true for truth in truths])
        constant = all(truth.constant for truth in truths)
        return frame, Truth(true, reduce(or_, [truth.false for truth in truths]), constant)

    def tell(
        self, frame: Frame, selectors: Iterable[Selector], **more: nw.Expr
    ) -> tuple[Frame, Mapping[Selector, Truth]]:
        """Return the truths of selectors in columns, as they are asked for more than once.

        Args:
            frame: the frame.
            selectors: the selectors.
            more: columns to make besides.
        """
        told = {EVERYTHING: ALWAYS}
        rest: dict[str, nw.Expr] = {}
        for selector in selectors:
            if selector in told:
                continue
            frame, truth = self.apply(frame, selector)
            self._made += 1
            true, false = f"_true_{self._made}", f"_false_{self._made}"
            told[selector] = Truth(nw.col(true), nw.col(false))
            more[true] = truth.true
            if truth.known is None:
                more[false] = truth.false
            else:  # texts are compared once
                rest[false] = truth.known & ~nw.col(true)
        for made in (more, rest):
            frame = frame.with_columns(**made) if made else frame
        return frame, told

    def sift(
        self,
        frame: Frame,
        selector: Selector,
        sure: str = "_sure",
        maybe: str = "_maybe",
        *,
        sifted: bool = False,
        told: Told = flag,
    ) -> Frame:
        """Return the rows for which a selector holds or may hold, with a flag for each.

        Args:
            frame: the frame.
            selector: the selector.
            sure: column that says where it holds.
            maybe: column that says where that is not known.
            sifted: whether the others are gone already.
            told: makes a number of a truth.
        """
        frame, truth = self.apply(frame, selector)
        if not truth.constant and not sifted:
            # Before anything is made, so that it is done where the rows are read.
            frame = frame.filter(~truth.false)
        frame = frame.with_columns(told(truth.true).alias(sure), told(truth.unknown).alias(maybe))
        return frame.filter(nw.col(sure) + nw.col(maybe) > 0) if truth.constant else frame

    def _each(self, frame: Frame, selectors: Iterable[Selector]) -> tuple[Frame, list[Truth]]:
        found = []
        for selector in selectors:
            frame, truth = self.apply(frame, selector)
            found.append(truth)
        return frame, found

    def _conditions(
        self, frame: Frame, conditions: Iterable[Condition]
    ) -> tuple[Frame, list[Truth]]:
        found = []
        for condition in conditions:
            sort = self._records.sorts.get(condition.field)
            truth = _constant(None) if sort is None else self._plainly(condition, sort)
            if truth is None:
                frame, truth = self._looked_up(frame, condition)
            found.append(truth)
        return frame, found

    def _plainly(self, condition: Condition, sort: Sort) -> Truth | None:
        """Return the truth of a condition by comparing columns, None where that will not do."""
        column = nw.col(condition.field)
        if condition.bearer_fields:
            return self._same(condition, column, sort)
        ordered = condition.test not in (Test.IS, Test.NOT)
        if sort is Sort.TEXT:
            return self._of_text(condition, column)
        if sort is Sort.FLAG:
            return _constant(None) if ordered else _of_flag(condition, column)
        if sort is Sort.WHOLE and (condition.scale or condition.field) not in self._scales:
            return _in_order(condition, column) if ordered else _of_whole(condition, column)
        return None

    def _same(self, condition: Condition, column: nw.Expr, sort: Sort) -> Truth | None:
        """Return whether a text is the one text of the bearer."""
        single = condition.operands == (BEARER + condition.bearer_fields[0],)
        if not single or condition.test not in (Test.IS, Test.NOT) or sort is not Sort.TEXT:
            return None
        own = self._bearers.text(condition.bearer_fields[0])
        if own is None:
            return None
        known = ~column.is_null() & ~nw.col(own).is_null()
        same, other = column == nw.col(own), column != nw.col(own)
        return _turned(Truth(known & same, known & other, known=known), condition.test)

    def _of_text(self, condition: Condition, column: nw.Expr) -> Truth:
        if condition.test in (Test.IS, Test.NOT):
            wanted = [operand for operand in condition.operands if isinstance(operand, str)]
            return _turned(_among(column, wanted), condition.test)
        scale = self._scales.get(condition.scale or condition.field)
        matcher = Matcher(Selector((condition,)), self._scales)
        values = scale.values if scale is not None else ()
        by_truth: dict[bool | None, list[str]] = {True: [], False: [], None: []}
        for value in values:
            truth = matcher({condition.field: value}.get, _NOTHING.get)
            by_truth[truth].append(value)
        # Not on the scale, or absent: unknown. No value of a scale is empty.
        filled = column.fill_null("")
        return Truth(among(filled, by_truth[True]), among(filled, by_truth[False]))

    def _looked_up(self, frame: Frame, condition: Condition) -> tuple[Frame, Truth]:
        """Return the truth of a condition by asking it of every different value there is."""
        array, values = self._records.values(condition.field)
        matcher = Matcher(Selector((condition,)), self._scales)
        self._made += 1
        made = f"_truth_{self._made}"
        fields = tuple(dict.fromkeys(condition.bearer_fields))  # one at most: see `portable`
        count = len(values)
        owns = self._bearers.values(fields[0]) if fields else [None]
        if count * len(owns) > MOST_VALUES:
            raise refuse("too-many-values", f"records.{condition.field}", most=MOST_VALUES)
        keys: dict[str, pa.Array] = {condition.field: array}
        if fields:
            codes = [code for code in range(len(owns)) for _ in values]
            repeated = pa.concat_arrays([array] * len(owns))
            keys = {
                condition.field: repeated,
                self._bearers.code(fields[0]): pa.array(codes, pa.int64()),
            }
        found = []
        for own in owns:
            bearer = getter(dict.fromkeys(fields, own))
            for value in values:
                truth = matcher(getter({condition.field: value}), bearer)
                found.append({True: 1, False: 2, None: 0}[truth])
        frame = lookup(frame, self._backend, keys, {made: pa.array(found, pa.int64())})
        code = nw.col(made).fill_null(0)
        return frame, Truth(code == 1, code == 2)


def _among(column: nw.Expr, wanted: Sequence[Any]) -> Truth:
    """Return whether a column is one of some values; what is absent is never asked."""
    known, hit = ~column.is_null(), among(column, wanted)
    return Truth(known & hit, known & ~hit, known=known)


def _turned(truth: Truth, test: Test) -> Truth:
    return truth if test is Test.IS else Truth(truth.false, truth.true, known=truth.known)


def _of_flag(condition: Condition, column: nw.Expr) -> Truth:
    wanted = {bool(operand) for operand in condition.operands if operand in (0, 1)}
    yes, no = column.fill_null(value=False), ~column.fill_null(value=True)
    if len(wanted) == 1:
        return _turned(Truth(yes, no) if True in wanted else Truth(no, yes), condition.test)
    known, nothing = ~column.is_null(), never(column)
    return _turned(Truth(known, nothing) if wanted else Truth(nothing, known), condition.test)


def _of_whole(condition: Condition, column: nw.Expr) -> Truth:
    wanted = [
        int(operand)
        for operand in condition.operands
        if isinstance(operand, int | Fraction) and operand == int(operand)
    ]
    return _turned(_among(column, wanted), condition.test)


def _in_order(condition: Condition, column: nw.Expr) -> Truth:
    """Compare whole numbers with a bound, itself brought to the next whole number."""
    bound = condition.operands[0]
    if isinstance(bound, bool) or not isinstance(bound, int | Fraction):
        return _constant(None)
    known = ~column.is_null()
    lowest = {Test.AT_LEAST: ceil(bound), Test.ABOVE: floor(bound) + 1}.get(condition.test)
    if lowest is not None:
        return Truth(known & (column >= lowest), known & (column < lowest))
    highest = {Test.AT_MOST: floor(bound), Test.BELOW: ceil(bound) - 1}[condition.test]
    return Truth(known & (column <= highest), known & (column > highest))
