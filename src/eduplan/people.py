"""Bearers for convenience: people, groups and schools.

A plan judges any object or mapping with an ``id`` and the attributes its selectors ask for; these
types are only a ready-made choice. A bearer that does not say its ``type`` is a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import attrs

from eduplan.dates import as_date
from eduplan.errors import read_below
from eduplan.facts import Getter, Known, getter
from eduplan.tables import Value, as_facts, as_optional_date, as_string, as_strings


def bearer_getter(bearer: object) -> Getter:
    """Return the function that reads facts of a bearer; its type is ``person`` unless it says so.

    >>> bearer_getter({"id": "t1"})("type")
    'person'
    """
    get = getter(bearer)
    if get("type") is not None:
        return get
    return lambda name: "person" if name == "type" else get(name)


def day_of(get: Getter, name: str) -> date | None:
    """Return a fact of a bearer as a day, None where it is absent.

    Raises:
        InputError: it is not a day; the message names the fact.
    """
    value = get(name)
    if value is None or type(value) is date:
        return value
    return read_below(name, as_date, value)


@attrs.frozen(kw_only=True)
class Person:
    """A teacher, researcher, head or other person.

    Args:
        id: number of the person; never shown in a ``repr``.
        name: name; never shown in a ``repr``.
        roles: what the person does, such as ``teacher`` or ``researcher``; several are usual.
        school: id of the school or office.
        stage: school stage, such as ``primary``.
        joined: first day in service here, where known.
        left: first day no longer in service here, where known.
        facts: everything else by name, such as ``title`` or ``honours``.

    >>> Person(id="t1", roles=["teacher"], facts={"title": "senior"}).get("role")
    ('teacher',)
    """

    id: str = attrs.field(converter=as_string, repr=False)
    name: str = attrs.field(default="", converter=str, repr=False)
    roles: tuple[str, ...] = attrs.field(default=(), converter=as_strings)
    school: str = attrs.field(default="", converter=str, repr=False)
    stage: str = attrs.field(default="", converter=str)
    joined: date | None = attrs.field(default=None, converter=as_optional_date, repr=False)
    left: date | None = attrs.field(default=None, converter=as_optional_date, repr=False)
    facts: Mapping[str, Value] = attrs.field(
        factory=dict, converter=as_facts, repr=False, hash=False
    )

    known: Known = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _fill_in(
            self,
            type="person",
            role=self.roles,
            roles=self.roles,
            id=self.id,
            name=self.name,
            school=self.school,
            stage=self.stage,
            joined=self.joined,
            left=self.left,
        )

    def get(self, name: str) -> object:
        """Return the fact of that name, None where it is absent; ``role`` gives all roles."""
        return self.known.get(name)


@attrs.frozen(kw_only=True)
class School:
    """A school or other institution.

    Args:
        id: its number.
        name: its name.
        type: ``school`` unless it is something else, such as ``research-office`` or ``county``.
        stage: school stage; for several, give them in ``facts``.
        facts: everything else by name, such as ``township`` or ``weak``.

    >>> School(id="s1", name="青禾小学", stage="primary", facts={"weak": False}).get("weak")
    False
    """

    id: str = attrs.field(converter=as_string)
    name: str = attrs.field(default="", converter=str)
    type: str = attrs.field(default="school", converter=as_string)
    stage: str = attrs.field(default="", converter=str)
    facts: Mapping[str, Value] = attrs.field(
        factory=dict, converter=as_facts, repr=False, hash=False
    )

    known: Known = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _fill_in(
            self,
            type=self.type,
            role=(),
            roles=(),
            id=self.id,
            name=self.name,
            school=self.id,
            stage=self.stage,
        )

    def get(self, name: str) -> object:
        """Return the fact of that name, None where it is absent; a school has no roles."""
        return self.known.get(name)


@attrs.frozen(kw_only=True)
class Group:
    """A group of people, such as a preparation group or an expert group.

    Args:
        id: its number.
        name: its name.
        type: what it is, such as ``preparation-group``.
        school: id of the school it belongs to, if any.
        stage: school stage, if any.
        members: ids of its members.
        facts: everything else by name.

    >>> Group(id="g1", type="preparation-group", school="s1", members=["t1", "t2"]).members
    ('t1', 't2')
    """

    id: str = attrs.field(converter=as_string)
    name: str = attrs.field(default="", converter=str)
    type: str = attrs.field(default="group", converter=as_string)
    school: str = attrs.field(default="", converter=str)
    stage: str = attrs.field(default="", converter=str)
    members: tuple[str, ...] = attrs.field(default=(), converter=as_strings, repr=False)
    facts: Mapping[str, Value] = attrs.field(
        factory=dict, converter=as_facts, repr=False, hash=False
    )

    known: Known = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _fill_in(
            self,
            type=self.type,
            role=(),
            roles=(),
            id=self.id,
            name=self.name,
            school=self.school,
            stage=self.stage,
            members=self.members,
        )

    def get(self, name: str) -> object:
        """Return the fact of that name, None where it is absent; a group has no roles."""
        return self.known.get(name)


def _fill_in(bearer: Person | School | Group, **own: object) -> None:
    """Fill in what is ``known`` of a bearer: its facts, and its own attributes where stated."""
    known = Known(bearer.facts)
    known.update((name, value) for name, value in own.items() if value not in ("", None))
    object.__setattr__(bearer, "known", known)
