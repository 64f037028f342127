"""Where a number comes from: the document, its clauses, and how strongly a clause binds."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import attrs

from eduplan.messages import Text
from eduplan.tables import (
    Table,
    as_member,
    as_optional_date,
    as_optional_text,
    as_string,
    as_text,
    read_table,
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
class Document:
    """The document a plan states in data.

    Args:
        title: name of the document.
        issuer: who issued it.
        number: document number, such as 临政办字〔2023〕24号.
        signed: day it was signed or issued.
        published: day it was made public.
    """

    title: Text = attrs.field(converter=as_text)
    issuer: Text | None = attrs.field(default=None, converter=as_optional_text)
    number: str = attrs.field(default="", converter=str)
    signed: date | None = attrs.field(default=None, converter=as_optional_date)
    published: date | None = attrs.field(default=None, converter=as_optional_date)


@attrs.frozen(kw_only=True)
class Clause:
    """A numbered clause of a document.

    Args:
        number: its number as the document writes it, such as ``五(五)6``.
        gist: what it says, in own words.
    """

    number: str = attrs.field(converter=as_string)
    gist: Text = attrs.field(converter=as_text)


def as_document(value: Document | Table) -> Document:
    """Return a document from its table."""
    return read_table(Document, value)


def as_clause(value: Clause | Table) -> Clause:
    """Return a clause from its table."""
    return read_table(Clause, value)
