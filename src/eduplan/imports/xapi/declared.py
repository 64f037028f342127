"""What statements leave open and somebody has to declare: who is who, and what means what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

import attrs

from eduplan.errors import FaultList, SheetError, kind_of, refuse
from eduplan.exact import exact
from eduplan.imports.xapi.times import hours_of
from eduplan.tables import Value, as_flag, as_name, as_string, read_each, read_table

IDENTIFIERS = ("account", "mbox", "mbox_sha1sum", "openid")
"""The identifiers of xAPI, Part Two, 2.4.2.3; an agent has exactly one of them."""

OWN = ("id", "kind", "day", "last_day", "bearer", "origin", "activity")
"""Facts of a record that are told by other things of a statement."""

_SHA1 = re.compile(r"[0-9a-f]{40}")


def _as_optional(value: object) -> str:
    return "" if value == "" else as_string(value)


@attrs.frozen(kw_only=True)
class Meaning:
    """What kind of record statements of a verb become.

    Args:
        verb: the IRI of the verb.
        kind: the kind of record.
        activity_type: the IRI of the type of activity; empty for activities of every type, and of
            none.
    """

    verb: str = attrs.field(converter=as_string)
    kind: str = attrs.field(converter=as_name)
    activity_type: str = attrs.field(default="", converter=_as_optional)


def _as_identifier(value: object) -> str:
    if value not in IDENTIFIERS:
        raise refuse("not-one-of", known=", ".join(IDENTIFIERS))
    return str(value)


def _as_ids(value: Mapping[str, str] | None) -> Mapping[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    return {as_string(given): as_string(name) for given, name in value.items()}


@attrs.frozen(kw_only=True)
class Identity:
    """How statements say who somebody is.

    Args:
        by: the identifier that counts: ``account``, ``mbox``, ``mbox_sha1sum`` or ``openid``. An
            agent that is identified otherwise is a fault.
        home_page: of accounts, the ``homePage`` of the system whose account names count.
        ids: ids of people by their identifiers as statements spell them (of an account its name);
            somebody who is not among them is a fault. Without it the name of an account, the
            address without ``mailto:``, the hash or the OpenID is the id.

    Raises:
        InputError: an account without a home page, or another identifier with one.

    >>> Identity(by="account", home_page="https://hr.example.org").ids is None
    True
    """

    by: str = attrs.field(converter=_as_identifier)
    home_page: str = attrs.field(default="", converter=_as_optional)
    ids: Mapping[str, str] | None = attrs.field(default=None, converter=_as_ids, repr=False)

    def __attrs_post_init__(self) -> None:
        if (self.by == "account") != bool(self.home_page):
            raise refuse("xapi-home-page", "home_page")
        if self.ids is not None:
            own = {self._spelled(given): name for given, name in self.ids.items()}
            object.__setattr__(self, "ids", own)

    def id_of(self, agent: Mapping[str, object]) -> str:
        """Return the id of an agent.

        Raises:
            InputError: it has none of the identifiers or several, is identified otherwise, has an
                account elsewhere, or is not among the people that were declared.
        """
        found = [name for name in IDENTIFIERS if name in agent]
        if len(found) != 1:
            raise refuse("xapi-actor-several" if found else "xapi-actor-none")
        if found[0] != self.by:
            raise refuse("xapi-actor-otherwise", by=self.by, got=found[0])
        given = agent[self.by]
        if self.by == "account":
            given = self._account(given)
        if not isinstance(given, str):
            raise refuse("not-text", self.by, got=kind_of(given))
        spelled = self._spelled(given)
        if not spelled:
            raise refuse("xapi-not-an-identifier", self.by)
        if self.ids is None:
            return spelled.removeprefix("mailto:") if self.by == "mbox" else spelled
        if spelled not in self.ids:
            raise refuse("xapi-actor-unknown", self.by)
        return self.ids[spelled]

    def _account(self, account: object) -> object:
        if not isinstance(account, Mapping):
            raise refuse("not-a-table", "account", got=kind_of(account))
        if account.get("homePage") != self.home_page:
            raise refuse("xapi-other-home", "account.homePage")
        return account.get("name")

    def _spelled(self, given: str) -> str:
        """Return an identifier with the case that does not count made one; empty if it is none."""
        if self.by == "mbox":
            name, at, domain = given.rpartition("@")
            plain = name.startswith("mailto:") and len(name) > len("mailto:") and bool(domain)
            return f"{name}{at}{domain.lower()}" if plain else ""
        if self.by == "mbox_sha1sum":
            return given.lower() if _SHA1.fullmatch(given.lower()) else ""
        return given.strip()


def _number(value: object) -> Value:
    if isinstance(value, str):  # a number is no text, Part Two, 2.2
        raise refuse("not-a-number", got=kind_of(value))
    return exact(value)  # type: ignore[arg-type]


def _scaled(value: object) -> Value:
    number = _number(value)
    if not -1 <= number <= 1:  # type: ignore[operator]
        raise refuse("xapi-not-scaled")
    return number


RESULTS: Mapping[str, Callable[..., Value]] = {
    "duration": hours_of,
    "success": as_flag,
    "completion": as_flag,
    "score.scaled": _scaled,
    "score.raw": _number,
    "score.min": _number,
    "score.max": _number,
}
"""What a result may hold (Part Two, 2.4.5), and what reads it."""


@attrs.frozen(kw_only=True)
class Declared:
    """Everything that was declared.

    Args:
        identity: who is who.
        zone: the time zone in whose days records count.
        meanings: what becomes a record; of several that fit the first.
        results: facts by the parts of a result that tell them; of several for one fact the first
            that is there.
        extensions: facts by the IRIs of extensions of the context.
    """

    identity: Identity
    zone: ZoneInfo
    meanings: tuple[Meaning, ...]
    results: Mapping[str, str]
    extensions: Mapping[str, str]

    def kind_of(self, verb: str, activity_type: str) -> str | None:
        """Return the kind of record a statement becomes, None where it becomes none."""
        for meaning in self.meanings:
            if meaning.verb == verb and meaning.activity_type in ("", activity_type):
                return meaning.kind
        return None


def declared(
    identity: Identity,
    zone: str,
    kinds: Iterable[Meaning | Mapping[str, str]],
    results: Mapping[str, str],
    extensions: Mapping[str, str],
) -> Declared:
    """Return what was declared.

    Raises:
        SheetError: faults in it; all are reported.
    """
    faults = FaultList()
    meanings = faults.read("kinds", lambda rows: read_each(rows, _meaning), kinds)
    place = faults.read("zone", _zone, zone)
    for part in results:
        if part not in RESULTS:
            faults.add("not-one-of", f"results.{part}", known=", ".join(RESULTS))
    for name, table in (("results", results), ("extensions", extensions)):
        for key, fact in table.items():
            faults.read(f"{name}.{key}", _fact, fact)
    faults.raise_any(SheetError)
    if place is None or meanings is None:  # not reached: both would be faults
        raise SheetError(())
    return Declared(
        identity=identity,
        zone=place,
        meanings=meanings,
        results=dict(results),
        extensions=dict(extensions),
    )


def _meaning(row: object) -> Meaning:
    return read_table(Meaning, row)


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(as_string(name))
    except (KeyError, OSError, ValueError):  # not found, or not a name of a zone
        raise refuse("xapi-zone") from None


def _fact(name: object) -> str:
    fact = as_name(name)
    if fact in OWN:
        raise refuse("xapi-own-fact", known=", ".join(OWN))
    return fact
