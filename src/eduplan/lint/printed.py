"""Words and numbers as printed: which numbers a text states, and where its letters have slipped."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import NamedTuple

from eduplan.exact import Number, exact

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_HANZI = "".join([*_DIGITS, *_TENS, *_LARGE])
_NUMBER = re.compile(
    rf"(?P<over>[{_HANZI}]+)分之(?P<under>[{_HANZI}]+)"
    r"|(?P<arabic>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,9})?)(?P<times>[百千万亿]*)(?P<per>%?)"
    rf"|(?P<hanzi>[{_HANZI}]+)"
)
_FULL_WIDTH = re.compile("[０-９]+")
_YEAR = re.compile(r"(?<![\d.])(?:(?:19|20)\d|(?:19|20)\d{3})(?=年(?!级))")


class Stated(NamedTuple):
    """A number that a text states.

    Attributes:
        value: the number; a percentage as a fraction of one.
        places: its printed decimal places, of a percentage those before the sign.
        per_cent: whether it is a percentage.
    """

    value: Number
    places: int = 0
    per_cent: bool = False


class Slip(NamedTuple):
    """A place at which letters have likely been confused.

    Attributes:
        printed: as it stands.
        meant: as it is likely meant.
    """

    printed: str
    meant: str


class Wording(NamedTuple):
    """What is easily confused, from the data file.

    Attributes:
        digits: letters printed for digits.
        per_cent: characters printed for a per cent sign.
        names: groups of names that mean the same thing.
        confusions: what is printed, what is meant, and words one of which stands beside it.
    """

    digits: Mapping[str, str]
    per_cent: str
    names: tuple[tuple[str, ...], ...]
    confusions: tuple[tuple[str, str, tuple[str, ...]], ...]


@cache
def wording() -> Wording:
    """Return what is easily confused and what goes under two names."""
    path = resources.files("eduplan.lint").joinpath("data", "wording.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    return Wording(
        digits=table["digits"],
        per_cent="".join(table["per_cent"]),
        names=tuple(tuple(group) for group in table["names"]),
        confusions=tuple(
            (row["printed"], row["meant"], tuple(row.get("beside", ())))
            for row in table["confusion"]
        ),
    )


def numbers(text: str) -> tuple[Stated, ...]:
    """Return the numbers a text states, slips set right, in their order.

    >>> [stated.value for stated in numbers("省级1人，百所示范，占41.0％")]
    [1, 100, Fraction(41, 100)]
    >>> numbers("IOO个")[0].value, numbers("90乐")[0].value, numbers("三分之一")[0].value
    (100, Fraction(9, 10), Fraction(1, 3))
    """
    return tuple(_stated(found) for found in _NUMBER.finditer(_set_right(text)))


def _stated(found: re.Match[str]) -> Stated:
    if found["over"]:
        over = _hanzi(found["over"])
        return Stated(exact(Fraction(_hanzi(found["under"]), over)), 0, over == 100)
    if found["hanzi"]:
        return Stated(_hanzi(found["hanzi"]))
    digits = found["arabic"].replace(",", "")
    value = Fraction(exact(digits))
    for times in found["times"]:
        value *= {**_TENS, **_LARGE}[times]
    places = len(digits.partition(".")[2])
    per_cent = bool(found["per"])
    return Stated(exact(value / 100 if per_cent else value), places, per_cent)


def _hanzi(text: str) -> int:
    """Read a number in Chinese: by place as in 二〇二〇, or by powers as in 三千二百."""
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total = below = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TENS:
            below += (digit or 1) * _TENS[character]
            digit = 0
        else:
            total += (below + digit or 1) * _LARGE[character]
            below = digit = 0
    return total + below + digit


def _set_right(text: str) -> str:
    """Return a text with the slips in its numbers set right, full-width digits included."""
    plain = unicodedata.normalize("NFKC", text)
    for slip in _slips_in_numbers(plain):
        plain = plain.replace(slip.printed, slip.meant)
    return plain


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    letters, signs = re.escape("".join(wording().digits)), re.escape(wording().per_cent)
    number = rf"(?<![A-Za-z0-9])(?:[{letters}0-9]{{2,}}|[{letters}](?=[%{signs}]))(?![A-Za-z0-9])"
    return re.compile(number), re.compile(rf"(\d+(?:\.\d+)?)([{signs}])")


def _slips_in_numbers(text: str) -> Iterator[Slip]:
    letters, per_cent = _patterns()
    digits = wording().digits
    for found in letters.findall(text):
        meant = "".join(digits.get(character, character) for character in found)
        # Two letters alone, such as IO, are likely an abbreviation, and so is O2O: nobody prints a
        # zero in front.
        likely = len(found) != 2 or any(c.isdigit() for c in found)
        if meant != found and likely and (len(meant) == 1 or not meant.startswith("0")):
            yield Slip(found, meant)
            text = text.replace(found, meant)
    for found in per_cent.finditer(text):
        yield Slip(found[0], f"{found[1]}%")


def slips(text: str, beside: str = "") -> tuple[Slip, ...]:
    """Return where letters of a text have likely been confused.

    Args:
        text: the text as printed.
        beside: everything else the document says, for words that are a slip only beside others.

    >>> slips("开发IOO个项目"), slips("优秀率为90乐")
    ((Slip(printed='IOO', meant='100'),), (Slip(printed='90乐', meant='90%'),))
    >>> slips("培训I"), slips("健全人格"), slips("“人格”培训", beside="入格、合格、定格")
    ((Slip(printed='训I', meant='训'),), (), (Slip(printed='人格', meant='入格'),))
    """
    found = list(_slips_in_numbers(unicodedata.normalize("NFKC", text)))
    found += [Slip(d, unicodedata.normalize("NFKC", d)) for d in _FULL_WIDTH.findall(text)]
    for printed, meant, words in wording().confusions:
        if printed in text and (not words or any(word in beside for word in words)):
            found.append(Slip(printed, meant))
    return tuple(dict.fromkeys(found))


def odd_years(text: str) -> tuple[str, ...]:
    """Return years that have lost or gained a digit.

    >>> odd_years("202年至2024年，一百年、三年级"), odd_years("20223年")
    (('202',), ('20223',))
    """
    return tuple(_YEAR.findall(unicodedata.normalize("NFKC", text)))


def bounded(text: str) -> str:
    """Return ``least``, ``most`` or ``about`` where a text says a number only so far, else nothing.

    >>> bounded("80%以上"), bounded("约40%"), bounded("40%")
    ('least', 'about', '')
    """
    for word, pattern in _BOUNDS.items():
        if pattern.search(text):
            return word
    return ""


_BOUNDS = {
    "least": re.compile("以上|不少于|不低于|至少|超过|多于"),
    "most": re.compile("以下|以内|不超过|不高于|至多|低于|少于"),
    "about": re.compile("约|左右|近|余|多[人名所个项]"),
}
