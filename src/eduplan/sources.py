"""Where a number comes from: the document, its clauses, and how strongly a clause binds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

import attrs

from eduplan.messages import Text
from eduplan.tables import (
    Table,
    as_clauses,
    as_flag,
    as_member,
    as_names,
    as_optional_date,
    as_optional_name,
    as_optional_positive,
    as_optional_string,
    as_optional_text,
    as_string,
    as_strings,
    as_text,
    read_optional,
    read_table,
    read_tables,
)


class Force(StrEnum):
    """How strongly a clause binds: how a breach is told, never what the status is."""

    MUST = "must"
    SHALL = "shall"
    AIM = "aim"
    ENCOURAGE = "encourage"

    @property
    def binding(self) -> bool:
        """Whether a breach is a failure; of an aim or an encouragement it is advice."""
        return self in (Force.MUST, Force.SHALL)


def as_force(value: Force | str) -> Force:
    """Return a force from its name."""
    return as_member(Force, value)


@attrs.frozen(kw_only=True)
class Cited:
    """Another document to which a document refers.

    Args:
        title: its name; a place that is masked in print (``XX县``) stays masked.
        number: its document number, such as 临政办字〔2023〕24号.
        issuer: who issued it.
        issued: day it was issued.
        clause: clauses that refer to it; none where the preamble does.
    """

    title: Text = attrs.field(converter=as_text)
    number: str = attrs.field(default="", converter=as_optional_string)
    issuer: Text | None = attrs.field(default=None, converter=as_optional_text)
    issued: date | None = attrs.field(default=None, converter=as_optional_date)
    clause: tuple[str, ...] = attrs.field(default=(), converter=as_strings)


@attrs.frozen(kw_only=True)
class Annex:
    """An annex a document names.

    Args:
        title: its name.
        attached: whether it came with the document.
    """

    title: Text = attrs.field(converter=as_text)
    attached: bool = attrs.field(default=True, converter=as_flag)


@attrs.frozen(kw_only=True)
class LeadingGroup:
    """The group a document puts in charge, by roles, never by names of people.

    Args:
        clause: clauses that set it up.
        leaders: roles of those who lead it.
        leader_places: how many leaders its list of names has room for, where it prints one.
        deputies: roles of those who stand in for them.
        members: roles or sections from which the others come.
        office: the section in which its office is.
    """

    clause: tuple[str, ...] = attrs.field(converter=as_clauses)
    leaders: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    leader_places: int | None = attrs.field(default=None, converter=as_optional_positive)
    deputies: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    members: tuple[str, ...] = attrs.field(default=(), converter=as_names)
    office: str = attrs.field(default="", converter=as_optional_name)


def as_cited(value: Iterable[Cited | Table]) -> tuple[Cited, ...]:
    """Return documents referred to from their tables."""
    return read_tables(Cited, value)


def as_annexes(value: Iterable[Annex | Table]) -> tuple[Annex, ...]:
    """Return annexes from their tables."""
    return read_tables(Annex, value)


def as_leading_group(value: LeadingGroup | Table | None) -> LeadingGroup | None:
    """Return a leading group from its table, or None."""
    return read_optional(LeadingGroup, value)


@attrs.frozen(kw_only=True)
class Document:
    """The document a plan states in data.

    Args:
        title: name of the document.
        issuer: who issued it.
        number: document number, such as 临政办字〔2023〕24号.
        signed: day it was signed or issued.
        published: day it was made public.
        basis: the documents it rests on.
        cites: other documents it refers to, such as rules of a county that apply.
        annex: its annexes.
        leading_group: the group it puts in charge.
    """

    title: Text = attrs.field(converter=as_text)
    issuer: Text | None = attrs.field(default=None, converter=as_optional_text)
    number: str = attrs.field(default="", converter=as_optional_string)
    signed: date | None = attrs.field(default=None, converter=as_optional_date)
    published: date | None = attrs.field(default=None, converter=as_optional_date)
    basis: tuple[Cited, ...] = attrs.field(default=(), converter=as_cited)
    cites: tuple[Cited, ...] = attrs.field(default=(), converter=as_cited)
    annex: tuple[Annex, ...] = attrs.field(default=(), converter=as_annexes)
    leading_group: LeadingGroup | None = attrs.field(default=None, converter=as_leading_group)

    def citations(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Return the places at which it cites own clauses, each with their numbers."""
        for name in ("basis", "cites"):
            for index, cited in enumerate(getattr(self, name)):
                yield f"{name}[{index}].clause", cited.clause
        if self.leading_group is not None:
            yield "leading_group.clause", self.leading_group.clause


@attrs.frozen(kw_only=True)
class Clause:
    """A numbered clause of a document.

    Args:
        number: its number as the document writes it, such as ``五(五)6``.
        gist: what it says, in own words.
        quotes: words of it as printed, slips of the print included, where they matter.
        cut_off: whether the text at hand breaks off within it.
    """

    number: str = attrs.field(converter=as_string)
    gist: Text = attrs.field(converter=as_text)
    quotes: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    cut_off: bool = attrs.field(default=False, converter=as_flag)


def as_document(value: Document | Table) -> Document:
    """Return a document from its table."""
    return read_table(Document, value)


def as_clause(value: Clause | Table) -> Clause:
    """Return a clause from its table."""
    return read_table(Clause, value)


_OF_PARENT = re.compile(r"(.+)@([a-z0-9][a-z0-9_-]{0,63})", re.ASCII | re.DOTALL)


def of_parent(number: str, plan: str) -> str:
    """Return how a derived plan cites a clause of a plan it takes over.

    >>> of_parent("三(五)1", "city-three-year")
    '三(五)1@city-three-year'
    """
    return number if _OF_PARENT.fullmatch(number) else f"{number}@{plan}"


def is_own(number: str) -> bool:
    """Say whether a clause is one of the plan's own document, and not of a parent's."""
    return _OF_PARENT.fullmatch(number) is None


def tell_clauses(numbers: Iterable[str], plan: str = "") -> str:
    """Return clauses for people: those of parents behind the own ones, each with its plan.

    >>> tell_clauses(("三", "三(五)1@city-three-year"), "my-county")
    'my-county 三；city-three-year 三(五)1'
    """
    found: dict[str, list[str]] = {plan: []}
    for number in numbers:
        at = _OF_PARENT.fullmatch(number)
        found.setdefault(at[2] if at else plan, []).append(at[1] if at else number)
    told = [" ".join((name, "、".join(several))).strip() for name, several in found.items()]
    return "；".join(one for one in told if one)
