"""Everything eduplan says, in Chinese and English, from one catalogue.

Sentences live in the folder ``catalogue``, one file a subject and one table a message, each with a
``zh`` and an ``en`` template. Code names a message by its key and hands over the facts; it never
builds sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

import attrs
import pendulum

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@attrs.frozen
class Text:
    """A short text in both languages.

    >>> Text("学时", "hours")["en"]
    'hours'
    """

    zh: str
    en: str

    def __getitem__(self, lang: Language) -> str:
        return self.zh if lang == "zh" else self.en


@cache
def catalogue() -> Mapping[str, Text]:
    """Return every message template by its dotted key, such as ``fault.unknown-key``."""
    import tomllib  # 2 ms of every start, and who meets no message needs none

    found: dict[str, Text] = {}

    def collect(prefix: str, table: Mapping[str, object]) -> None:
        for key, value in table.items():
            if isinstance(value, dict) and set(value) == set(LANGUAGES):
                if prefix + key in found:
                    raise TypeError(f"catalogue: {prefix}{key} stands twice")
                found[prefix + key] = Text(**value)
            elif isinstance(value, dict):
                collect(f"{prefix}{key}.", value)
            else:
                raise TypeError(f"catalogue: {prefix}{key} must have both zh and en")

    folder = resources.files("eduplan").joinpath("catalogue")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            collect("", tomllib.loads(entry.read_text("utf-8")))
    return found


@lru_cache(maxsize=4096)
def show_day(day: date, lang: Language) -> str:
    """Return a day as people write it.

    >>> show_day(date(2025, 6, 4), "en"), show_day(date(2025, 6, 4), "zh")
    ('4 June 2025', '2025年6月4日')
    """
    style = "YYYY年M月D日" if lang == "zh" else "D MMMM YYYY"
    return pendulum.date(day.year, day.month, day.day).format(style, locale=lang)


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def escape(text: str) -> str:
    """Return ``text`` for HTML, as `html.escape` does; importing that costs 1.5 ms.

    >>> escape('<a href="x">')
    '&lt;a href=&quot;x&quot;&gt;'
    """
    return text.translate(_ESCAPES)


def in_both(tell: Callable[[Language], str]) -> str:
    """Return what ``tell`` says in each language, side by side in HTML.

    >>> in_both({"zh": "达到", "en": "met"}.__getitem__)
    '<span lang="zh">达到</span> <span lang="en">met</span>'
    """
    return " ".join(f'<span lang="{lang}">{escape(tell(lang))}</span>' for lang in LANGUAGES)


def say(key: str, lang: Language, /, **facts: object) -> str:
    """Return message ``key`` in ``lang`` with ``facts`` filled in.

    A fact that is a `Text` is put in in the same language, and a day as people write it.

    >>> say("status.MET", "en")
    'met'
    """
    return template(key, lang).filled(lang, facts)


def both(key: str, /, **facts: object) -> Text:
    """Return message ``key`` with ``facts`` filled in, in both languages.

    >>> both("explain.days", count=3)["en"]
    '3 days'
    """
    return Text(say(key, "zh", **facts), say(key, "en", **facts))


def either(choices: Sequence[str], lang: Language) -> str:
    """Return what may be so in words.

    >>> either(["maths", "physics", "chemistry"], "en"), either(["语文"], "zh")
    ('maths, physics or chemistry', '语文')
    """
    if len(choices) > 1:
        return say("explain.or", lang).join([word(tuple(choices[:-1]), lang), choices[-1]])
    return "".join(choices)


def partly(key: str, lang: Language, /, **facts: object) -> Template:
    """Return a message with some of its facts filled in, for those who fill in the rest often.

    >>> partly("explain.point", "en", status="met")
    Template(head='', rest=(('point', ' (met)'),))
    """
    head, rest = template(key, lang)
    words, names = [head], []
    for name, after in rest:
        if name in facts:
            words[-1] += word(facts[name], lang) + after
        else:
            names.append(name)
            words.append(after)
    return Template(words[0], tuple(zip(names, words[1:], strict=True)))


def around(key: str, lang: Language, left_open: str, /, **facts: object) -> tuple[str, ...]:
    """Return the words of a message between which one of its facts stands: it joins them.

    Args:
        key: of the message.
        lang: the language.
        left_open: the fact.
        facts: the others.

    Raises:
        KeyError: another fact is left open as well.

    >>> "nine".join(around("explain.days", "en", "count"))
    'nine days'
    """
    head, rest = partly(key, lang, **facts)
    for name, _ in rest:
        if name != left_open:
            raise KeyError(name)
    return head, *[after for _, after in rest]


class Template(NamedTuple):
    """A message taken apart, since it is put together often.

    Attributes:
        head: the words before its first fact.
        rest: the names of its facts, each with the words that follow it.
    """

    head: str
    rest: tuple[tuple[str, str], ...]

    def filled(self, lang: Language, facts: Mapping[str, object]) -> str:
        """Return the message with its facts filled in, as `say` does."""
        words = [self.head]
        for name, after in self.rest:
            fact = facts[name]
            words.append(fact if type(fact) is str else word(fact, lang))
            words.append(after)
        return "".join(words)


@cache
def template(key: str, lang: Language) -> Template:
    """Return message ``key`` taken apart.

    Raises:
        ValueError: ``lang`` is none of the languages.

    >>> template("explain.days", "en")
    Template(head='', rest=(('count', ' days'),))
    """
    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, not {lang!r}")
    words, names = [""], []
    for before, name, way, conversion in Formatter().parse(catalogue()[key][lang]):
        if way or conversion:
            raise TypeError(f"catalogue: {key} wants {name} told in a way of its own")
        words[-1] += before
        if name is not None:
            names.append(name)
            words.append("")
    return Template(words[0], tuple(zip(names, words[1:], strict=True)))


def word(value: object, lang: Language) -> str:
    """Return a fact in words: a `Text` in that language, a day as people write it.

    >>> word(("a", 3), "zh")
    'a、3'
    """
    tell = PLAIN.get(type(value))
    if tell is not None:
        return tell(value, lang)
    if isinstance(value, date):
        return show_day(value, lang)
    if isinstance(value, tuple):
        return ("、" if lang == "zh" else ", ").join([word(item, lang) for item in value])
    return str(value)


def _as_it_is(value: object, _: Language) -> str:
    return str(value)


PLAIN: Mapping[type, Callable[[Any, Language], str]] = MappingProxyType(
    {int: _as_it_is, type(None): _as_it_is, Text: Text.__getitem__, date: show_day}
)
"""How facts are told that say the same wherever they stand, by their type."""
