"""Errors: what was wrong, where, and what would be right; all faults at once.

Bad input raises; a breached rule is a value (`eduplan.Verdict`) and never an exception. A message
names the class of an offending value, never the value of a personal field.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TypeVar

import attrs

from eduplan.messages import Language, Text, catalogue, say, word

S = TypeVar("S")
T = TypeVar("T")


@attrs.frozen
class Fault:
    """One thing wrong with an input.

    Args:
        code: key of the message below ``fault.`` in the catalogue.
        path: where: a field path such as ``quota[3].at_least``, or a sheet and cell.
        facts: what the message tells besides.
        line: line of the file, counted from 1, where it is known.
    """

    code: str
    path: str = ""
    facts: Mapping[str, object] = attrs.field(factory=dict, hash=False)
    line: int | None = None

    def message(self, lang: Language = "en") -> str:
        """Return the fault as one line: line, path, what is wrong and what would be right."""
        text = say(f"fault.{self.code}", lang, **self.facts)
        where = f"{self.path}: " if self.path else ""
        if self.line is not None:
            where = say("fault-line", lang, line=self.line) + where
        return where + text

    def under(self, prefix: str) -> Fault:
        """Return the same fault seen from outside ``prefix``."""
        joint = "." if prefix and self.path and not self.path.startswith("[") else ""
        return attrs.evolve(self, path=f"{prefix}{joint}{self.path}")

    def in_file(self, prefix: str, source: str) -> Fault:
        """Return the fault, found in file ``source``, as seen from where that file is named."""
        place = prefix if prefix.endswith(source) else f"{prefix} ({source})"
        return attrs.evolve(self, path=f"{place}: {self.path}" if self.path else place)


class EduplanError(Exception):
    """Base of every error eduplan raises on purpose."""


class InputError(EduplanError, ValueError):
    """An input has faults; all of them are in `faults`.

    Args:
        faults: the faults, in the order in which they stand in the input.
        source: name of the file they stand in, where there is one.
    """

    def __init__(self, faults: Iterable[Fault], source: str = "") -> None:
        self.faults = tuple(faults)
        self.source = source
        super().__init__(self.faults, source)

    def message(self, lang: Language = "en") -> str:
        """Return all faults, one a line, in ``lang``."""
        lines = self._lines(lang)
        if self.source:
            head = say("fault-head", lang, source=self.source, count=len(self.faults))
            return "\n".join([head, *(f"  {line}" for line in lines)])
        return "\n".join(lines)

    def _lines(self, lang: Language) -> list[str]:
        return [fault.message(lang) for fault in self.faults]

    def __str__(self) -> str:
        return self.message("en")


class PlanFileError(InputError):
    """A plan file or plan table cannot be taken as it stands."""


_CELL = re.compile(r"(.*!)([A-Z]+)(\d+)", re.ASCII | re.DOTALL)
_CELLS_NAMED = 5


class SheetError(InputError):
    """A roster or register file has cells that cannot be taken as they stand.

    The same fault of several cells of a column is told in one line; in `faults` each has its own.
    """

    def _lines(self, lang: Language) -> list[str]:
        alike: dict[object, list[Fault]] = {}
        for index, fault in enumerate(self.faults):
            cell = _CELL.fullmatch(fault.path)
            place = (cell[1], cell[2], fault.code, repr(fault.facts)) if cell else index
            alike.setdefault(place, []).append(fault)
        return [_told_once(faults, lang) for faults in alike.values()]


def _told_once(faults: list[Fault], lang: Language) -> str:
    """Return one fault of several cells of a column as a line; only the first cells are named."""
    first, *others = faults
    if not others:
        return first.message(lang)
    named = [fault.path.rpartition("!")[2] for fault in others[: _CELLS_NAMED - 1]]
    cells = word((first.path, *named), lang)
    if len(faults) > _CELLS_NAMED:
        cells = say("cells-more", lang, cells=cells, count=len(faults))
    return attrs.evolve(first, path=cells).message(lang)


class CalendarFileError(InputError):
    """A calendar file cannot be taken as it stands."""


class CaseFileError(InputError):
    """A file of cases cannot be taken as it stands."""


@attrs.frozen
class Missing:
    """A fact or an answer that is missing, so that something cannot be decided.

    Args:
        code: key of its sentence below ``missing.`` in the catalogue.
        facts: what the sentence tells besides.
    """

    code: str
    facts: Mapping[str, object] = attrs.field(factory=dict, hash=False)

    def message(self, lang: Language = "en", *, label: Callable[[str], str] | None = None) -> str:
        """Return what is missing, in ``lang``.

        Args:
            lang: ``zh`` or ``en``.
            label: gives the name by which people know a fact.
        """
        facts = dict(self.facts)
        if label is not None:
            for name in ("field", "stage"):
                if name in facts:
                    facts[name] = label(str(facts[name]))
            for name in ("stages", "kinds"):
                if isinstance(several := facts.get(name), tuple):
                    facts[name] = tuple(map(label, several))
        of_kinds = "-of-kinds" if "kinds" in facts else ""
        return say(f"missing.{self.code}{of_kinds}", lang, **facts)


class NotKnown(EduplanError, LookupError):
    """Something asked for is not known; `missing` says what would have to be."""

    def __init__(self, code: str, /, **facts: object) -> None:
        self.missing = Missing(code, facts)
        super().__init__(self.missing)

    def __reduce__(self) -> tuple[Callable[..., NotKnown], tuple[str]]:
        return partial(type(self), **self.missing.facts), (self.missing.code,)

    def __str__(self) -> str:
        return self.missing.message("en")


class OutsideCoverage(NotKnown):
    """A day lies outside what has been published, so nothing is known about it."""


class NotPortable(InputError):
    """What a plan asks for cannot be done over frames; every such provision is named."""


class UnknownName(InputError, LookupError):
    """A plan, calendar, provision or bearer of that name does not exist."""


class MissingExtra(EduplanError, ImportError):
    """An optional dependency is not installed; the message names the extra to install."""

    def __init__(self, extra: str) -> None:
        self.extra = extra
        super().__init__(say("fault.missing-extra", "en", extra=extra))

    def __reduce__(self) -> tuple[Callable[..., MissingExtra], tuple[str]]:
        return type(self), (self.extra,)


def refuse(code: str, path: str = "", /, **facts: object) -> InputError:
    """Return (to be raised) an `InputError` with a single fault."""
    return InputError([Fault(code, path, facts)])


def unknown(code: str, path: str, name: str, known: Iterable[str]) -> Fault:
    """Return the fault that there is nothing of a name: with the nearest name, or all there are.

    Args:
        code: its code where no name is near, such as ``unknown-provision``; where one is,
            ``-near`` follows.
        path: where the name stands.
        name: the name.
        known: the names there are.

    >>> unknown("unknown-provision", "", "trainning", ["training", "visits"]).message()
    'the plan has no provision trainning; did you mean training?'
    """
    import difflib  # 1 ms of every start, and only who misspelt a name needs it

    name, known = name[:64], list(known)
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return Fault(f"{code}-near", path, {"name": name, "near": near[0]})
    return Fault(code, path, {"name": name, "known": ", ".join(known) or "-"})


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (bool, "flag"),
    ((int, float, Decimal, Fraction), "number"),
    (datetime, "date-time"),
    (date, "date"),
    (Mapping, "table"),
    ((list, tuple), "list"),
    (type(None), "nothing"),
)


def kind_of(value: object) -> str | Text:
    """Return what kind of thing a value is: what a message may say of it without repeating it.

    >>> kind_of("18")["en"], kind_of({})["zh"], kind_of(object())
    ('text', '表', 'object')
    """
    for cls, key in _KINDS:
        if isinstance(value, cls):
            return catalogue()[f"kind-of.{key}"]
    return type(value).__name__


def read_below(path: str, reader: Callable[[S], T], value: S) -> T:
    """Return ``reader(value)``, its faults told as seen from outside ``path``.

    Raises:
        InputError: as ``reader`` does.
    """
    try:
        return reader(value)
    except InputError as error:
        raise InputError(fault.under(path) for fault in error.faults) from None


def unopened(error: OSError) -> Fault:
    """Return what is wrong with a file that cannot be opened.

    >>> unopened(FileNotFoundError(2, "No such file or directory")).message("zh")
    '没有这个文件'
    """
    if isinstance(error, FileNotFoundError):
        return Fault("no-such-file")
    return Fault("cannot-open", "", {"why": told_by_system(error)})


_OF_SYSTEM = {
    errno.EACCES: "not-allowed",
    errno.EEXIST: "no-folder",
    errno.EISDIR: "folder",
    errno.ENOENT: "no-parent",
    errno.ENOSPC: "full",
    errno.ENOTDIR: "no-folder",
    errno.EPERM: "not-allowed",
    errno.EROFS: "not-allowed",
}


def told_by_system(error: OSError) -> str | Text:
    """Return why the system does not open or write a file; in its words where there are no others.

    >>> told_by_system(IsADirectoryError(21, "Is a directory"))["en"]
    'it is a folder'
    >>> told_by_system(FileNotFoundError(2, "No such file or directory"))["zh"]
    '上级文件夹不存在，也不能新建'
    """
    key = _OF_SYSTEM.get(error.errno or 0)
    return catalogue()[f"system.{key}"] if key else error.strerror or kind_of(error)


class FaultList:
    """Collects faults over several checks, so that all are reported at once.

    >>> faults = FaultList()
    >>> with faults.at("horizon"):
    ...     raise refuse("not-a-date", got="str")
    >>> [fault.path for fault in faults.faults]
    ['horizon']
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, code: str, path: str = "", /, **facts: object) -> None:
        """Note one fault."""
        self.faults.append(Fault(code, path, facts))

    def unknown(self, code: str, path: str, name: str, known: Iterable[str]) -> None:
        """Note that there is nothing of a name (see `unknown`)."""
        self.faults.append(unknown(code, path, name, known))

    @contextmanager
    def at(self, prefix: str) -> Iterator[None]:
        """Catch an `InputError` raised inside and note its faults below ``prefix``."""
        try:
            yield
        except InputError as error:
            self.faults.extend(
                fault.in_file(prefix, error.source) if error.source else fault.under(prefix)
                for fault in error.faults
            )

    @contextmanager
    def below(self, prefix: str) -> Iterator[FaultList]:
        """Give a list of its own to a check; what it notes is noted here below ``prefix``."""
        inner = FaultList()
        yield inner
        self.faults.extend(fault.under(prefix) for fault in inner.faults)

    def read(self, prefix: str, reader: Callable[..., T], value: object) -> T | None:
        """Return ``reader(value)``, or None after noting its faults below ``prefix``."""
        with self.at(prefix):
            return reader(value)
        return None

    def raise_any(self, error: type[InputError] = InputError, source: str = "") -> None:
        """Raise ``error`` with all faults noted so far, if there is any."""
        if self.faults:
            raise error(self.faults, source)
