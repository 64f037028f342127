"""Values read from tables and written back: one reader per field, for files and for Python alike.

Every field of a plan value has a converter that takes the value itself or its spelling in a plan
file and raises `InputError` with a path. So a plan file and a Python caller meet the same checks,
and `read_table` can report all faults of a table at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

import attrs

from eduplan.dates import Period, as_date
from eduplan.errors import FaultList, InputError, kind_of, refuse
from eduplan.exact import Number, Spelled, exact, not_negative, spell
from eduplan.messages import LANGUAGES, Text

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

Scalar = str | int | Fraction | bool | date
Value = Scalar | tuple[Scalar, ...]
Table = Mapping[str, object]

LONGEST_TEXT = 4000
MOST_ENTRIES = 5000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)


def read_table(cls: type[T], table: object) -> T:
    """Return an instance of the attrs class ``cls`` from a table with its field names as keys.

    Raises:
        InputError: not a table, unknown or missing keys, faulty values; all at once.
    """
    if isinstance(table, cls):
        return table
    if not isinstance(table, Mapping):
        raise refuse("not-a-table", got=kind_of(table))
    faults = FaultList()
    fields = {field.name: field for field in attrs.fields(cls)}  # type: ignore[arg-type]
    unknown_keys(table, fields, faults)
    values = {}
    for name, field in fields.items():
        if name in table:
            reader: Callable[[object], object] = field.converter or _as_it_is
            values[name] = faults.read(name, reader, table[name])
        elif field.default is attrs.NOTHING:
            faults.add("missing-key", name)
    faults.raise_any()
    return cls(**values)


def _as_it_is(value: object) -> object:
    return value


def unknown_keys(table: Table, known: Iterable[str], faults: FaultList) -> None:
    """Note every key of ``table`` that is not in ``known``, with the nearest right one."""
    known = list(known)
    for key in table:
        if key not in known:
            faults.unknown("unknown-key", str(key)[:64], str(key), known)


def read_each(values: object, reader: Callable[..., T]) -> tuple[T, ...]:
    """Return ``reader`` of every value of a list; all faults at once, with their index."""
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise refuse("not-a-list", got=kind_of(values))
    values = tuple(values)
    try:
        return tuple(map(reader, values))
    except InputError:  # looking for places takes longer than reading, and most lists have no fault
        faults = FaultList()
    found = []
    for index, value in enumerate(values):
        with faults.at(f"[{index}]"):
            found.append(reader(value))
    faults.raise_any()
    return tuple(found)


def read_tables(cls: type[T], values: object) -> tuple[T, ...]:
    """Return instances of an attrs class from a list of tables; see `read_table`."""
    return read_each(values, lambda table: read_table(cls, table))


def read_several(cls: type[T], value: object) -> tuple[T, ...]:
    """Return instances of an attrs class from one table or a list of some; see `read_table`."""
    return read_tables(cls, [value] if isinstance(value, cls | Mapping) else value)


def read_optional(cls: type[T], value: object) -> T | None:
    """Return an instance of an attrs class from its table, None for None; see `read_table`."""
    return None if value is None else read_table(cls, value)


def read_entries(
    faults: FaultList, table: Table, key: str, reader: Callable[..., T]
) -> list[T | None]:
    """Read every entry of the list below ``key`` on its own, so that places stay.

    Args:
        faults: takes the faults, each with its path.
        table: the table that holds the list; without it there are no entries.
        key: key of the list.
        reader: reads one entry.

    Returns:
        The entries read, None where one has faults.
    """
    entries = table.get(key, ())
    if not isinstance(entries, list | tuple):
        faults.add("not-a-list", key, got=kind_of(entries))
        return []
    if len(entries) > MOST_ENTRIES:
        faults.add("too-many-entries", key, most=MOST_ENTRIES)
        return []
    return [faults.read(f"{key}[{index}]", reader, entry) for index, entry in enumerate(entries)]


def as_text(value: Text | Table) -> Text:
    """Return a bilingual text from ``{ zh = "...", en = "..." }``."""
    if isinstance(value, Text):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-bilingual", got=kind_of(value))
    faults = FaultList()
    unknown_keys(value, LANGUAGES, faults)
    found = {}
    for lang in LANGUAGES:
        if lang in value:
            found[lang] = faults.read(lang, as_string, value[lang])
        else:
            faults.add("missing-key", lang)
    faults.raise_any()
    return Text(zh=str(found["zh"]), en=str(found["en"]))


def as_string(value: object) -> str:
    """Return a non-empty text of bounded length."""
    if not isinstance(value, str):
        raise refuse("not-text", got=kind_of(value))
    if not value.strip():
        raise refuse("empty-text")
    if len(value) > LONGEST_TEXT:
        raise refuse("text-too-long", most=LONGEST_TEXT)
    return value


def as_name(value: object) -> str:
    """Return an identifier: lower-case letters, digits, ``-`` and ``_``, at most 64."""
    text = as_string(value)
    if not _NAME.fullmatch(text):
        raise refuse("not-a-name", value=text[:64])
    return text


def as_names(value: str | Iterable[str]) -> tuple[str, ...]:
    """Return one or several identifiers as a tuple, each once."""
    if isinstance(value, str):
        return (as_name(value),)
    return tuple(dict.fromkeys(read_each(value, as_name)))


def as_strings(value: str | Iterable[str]) -> tuple[str, ...]:
    """Return one or several texts as a tuple."""
    if isinstance(value, str):
        return (as_string(value),)
    return read_each(value, as_string)


def names_in_only(only: Iterable[str]) -> tuple[str, ...]:
    """Return the names in an argument ``only``, each once.

    Raises:
        InputError: it is one text, which Python would take letter by letter.
    """
    if isinstance(only, str):
        raise refuse("not-a-list", "only", got=kind_of(only))
    return tuple(dict.fromkeys(only))


def as_kinds(value: str | Iterable[str]) -> tuple[str, ...]:
    """Return one or several kinds of record as a tuple, each once; at least one."""
    return _some(as_names(value))


def as_clauses(value: str | Iterable[str]) -> tuple[str, ...]:
    """Return one or several clause numbers as a tuple; at least one."""
    return _some(as_strings(value))


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise refuse("empty-list")
    return values


def as_whole(value: object) -> int:
    """Return a whole number; ``True`` and ``2.0`` are refused."""
    if type(value) is not int:
        raise refuse("not-whole", got=kind_of(value))
    return int(exact(value))


def as_positive(value: object) -> int:
    """Return a whole number of at least 1."""
    number = as_whole(value)
    if number < 1:
        raise refuse("not-positive")
    return number


def as_flag(value: object) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise refuse("not-a-flag", got=kind_of(value))
    return value


def as_scalar(value: object) -> Scalar:
    """Return a single fact: text, truth value, exact number or date."""
    if isinstance(value, str | bool):
        return value
    if isinstance(value, date):
        return as_date(value)
    if not isinstance(value, Spelled):
        raise refuse("not-a-fact", got=kind_of(value))
    return exact(value)


def as_value(value: object) -> Value:
    """Return a fact: a scalar, or several as a tuple."""
    if isinstance(value, list | tuple | set | frozenset):
        parts = read_each(value, as_scalar)
        return tuple(sorted(parts, key=str)) if isinstance(value, set | frozenset) else parts
    return as_scalar(value)


def as_facts(table: Table) -> Mapping[str, Value]:
    """Return a table of facts by name; a blank (None) is absent."""
    if not isinstance(table, Mapping):
        raise refuse("not-a-table", got=kind_of(table))
    faults = FaultList()
    found: dict[str, Value] = {}
    for name, value in table.items():
        if value is None:
            continue
        try:
            found[name] = as_value(value)
        except InputError as error:
            faults.faults.extend(fault.under(str(name)) for fault in error.faults)
    faults.raise_any()
    return found


def as_period(value: Period | Table) -> Period:
    """Return a half-open period from ``{ from = 2018-01-01, to = 2021-01-01 }``."""
    if isinstance(value, Period):
        return value
    if not isinstance(value, Mapping):
        raise refuse("not-a-table", got=kind_of(value))
    faults = FaultList()
    unknown_keys(value, ("from", "to"), faults)
    found = []
    for key in ("from", "to"):
        if key in value:
            found.append(faults.read(key, as_date, value[key]))
        else:
            faults.add("missing-key", key)
    faults.raise_any()
    return Period(*found)  # type: ignore[arg-type]


def as_member(cls: type[E], value: object) -> E:
    """Return the member of an enumeration with this value."""
    try:
        return cls(value)
    except ValueError:
        known = ", ".join(str(member.value) for member in cls)
        raise refuse("not-one-of", known=known) from None


def optional(reader: Callable[..., T], value: object) -> T | None:
    """Return None for None, else what ``reader`` makes of the value."""
    return None if value is None else reader(value)


def as_optional_string(value: object) -> str:
    """Return a text of bounded length, or the empty text for none."""
    return "" if value == "" else as_string(value)


def as_optional_positive(value: int | None) -> int | None:
    """Return a whole number of at least 1, or None."""
    return optional(as_positive, value)


def as_optional_name(value: str) -> str:
    """Return an identifier, or the empty text for none."""
    return "" if value == "" else as_name(value)


def as_optional_period(value: Period | Table | None) -> Period | None:
    """Return a half-open period, or None."""
    return optional(as_period, value)


def as_optional_exact(value: Spelled | None) -> Number | None:
    """Return an exact number, also a negative one, or None."""
    return optional(exact, value)


def as_optional_amount(value: Spelled | None) -> Number | None:
    """Return an exact number that is not negative, or None."""
    return optional(not_negative, value)


def as_optional_text(value: Text | Table | None) -> Text | None:
    """Return a bilingual text, or None."""
    return optional(as_text, value)


def as_optional_date(value: date | str | None) -> date | None:
    """Return a date, or None."""
    return optional(as_date, value)


def default_of(field: attrs.Attribute[Any]) -> object:
    """Return what a field holds where nothing is said, `attrs.NOTHING` where it must be."""
    factory = getattr(field.default, "factory", None)
    return field.default if factory is None else factory()


def plain(value: object) -> object:
    """Return ``value`` as tables, lists and scalars, as it would stand in a plan file.

    Fields that have their default are left out, so that what is read back is equal and what is
    written is short.
    """
    own = getattr(value, "plain", None)
    if own is not None:
        return own()
    if isinstance(value, Period):
        return {"from": value.start, "to": value.end}
    if isinstance(value, Fraction):
        return spell(value)
    if isinstance(value, Enum):
        return value.value
    if attrs.has(type(value)):
        return {
            field.name: plain(getattr(value, field.name))
            for field in attrs.fields(type(value))  # type: ignore[arg-type]
            if field.init and getattr(value, field.name) != default_of(field)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
