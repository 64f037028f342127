"""Figures a document states, as printed and as meant, and how they must hang together."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from eduplan.errors import FaultList
from eduplan.exact import Number, Spelled, exact
from eduplan.messages import Text
from eduplan.tables import (
    Table,
    as_clauses,
    as_name,
    as_names,
    as_optional_name,
    as_optional_text,
    as_string,
    as_strings,
    optional,
    read_optional,
    read_table,
)


@attrs.frozen(kw_only=True)
class ShareOf:
    """Of which figures another is the share.

    Args:
        part: the figure above the line.
        whole: the figure below it.
    """

    part: str = attrs.field(converter=as_name)
    whole: str = attrs.field(converter=as_name)


def as_share_of(value: ShareOf | Table | None) -> ShareOf | None:
    """Return a share from ``{ part = "...", whole = "..." }``, or None."""
    return read_optional(ShareOf, value)


def as_optional_number(value: Spelled | None) -> Number | None:
    """Return an exact number, or None."""
    return optional(exact, value)


@attrs.frozen(kw_only=True)
class Figure:
    """A figure a document states.

    Nothing is judged by it; `eduplan.lint` says where figures do not hang together. A figure that
    an answer to a question would change is not one: that belongs into a provision.

    Args:
        id: its name among the figures.
        clause: clauses that state it.
        stated: as it is printed, slips of the print included, such as ``90乐``.
        value: as it is to be read, a share as a fraction such as ``"90%"``; left out where the
            document leaves a blank.
        title: what it is a figure of.
        unit: what it counts.
        total_of: figures of which it must be the sum.
        share_of: figures of which it must be the share, as far as its printed digits tell.
        part_of: the figure of all those among whom these are, so that it cannot be smaller: those
            who passed, for a rate of excellent ones.
        counts: what it counts, one by one, where the document lists that.
        same_as: the figure that states the same thing elsewhere.

    >>> Figure(id="grade-3", clause="四(二)", stated="90乐", value="90%").value
    Fraction(9, 10)
    """

    id: str = attrs.field(converter=as_name)
    clause: tuple[str, ...] = attrs.field(converter=as_clauses)
    stated: str = attrs.field(converter=as_string)
    value: Number | None = attrs.field(default=None, converter=as_optional_number)
    title: Text | None = attrs.field(default=None, converter=as_optional_text)
    unit: Text | None = attrs.field(default=None, converter=as_optional_text)
    total_of: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    share_of: ShareOf | None = attrs.field(default=None, converter=as_share_of)
    part_of: str = attrs.field(default="", converter=as_optional_name)
    counts: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    same_as: str = attrs.field(default="", converter=as_optional_name)

    def refers(self) -> dict[str, str]:
        """Return the figures it must agree with, by the path at which it names them."""
        named = {f"total_of[{index}]": name for index, name in enumerate(self.total_of)}
        if self.share_of is not None:
            named["share_of.part"] = self.share_of.part
            named["share_of.whole"] = self.share_of.whole
        named["part_of"] = self.part_of
        named["same_as"] = self.same_as
        return {path: name for path, name in named.items() if name}


def as_figure(value: Figure | Table) -> Figure:
    """Return a figure from its table."""
    return read_table(Figure, value)


def check_figures(figures: Sequence[Figure | None], faults: FaultList) -> None:
    """Note ids used twice, and references to figures that do not exist.

    Args:
        figures: the figures in order, None where one could not be read.
        faults: takes the faults.
    """
    first: dict[str, str] = {}
    for index, figure in enumerate(figures):
        if figure is None:
            continue
        place = f"figure[{index}]"
        if figure.id in first:
            faults.add("duplicate-id", f"{place}.id", value=figure.id, other=first[figure.id])
        first.setdefault(figure.id, place)
    known = ", ".join(first)
    for index, figure in enumerate(figures):
        for path, name in figure.refers().items() if figure is not None else ():
            if figure is not None and name == figure.id:
                faults.add("figure-of-itself", f"figure[{index}].{path}")
            elif name not in first and None not in figures:
                faults.add("unknown-figure", f"figure[{index}].{path}", name=name, known=known)
