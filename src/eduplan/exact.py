"""Exact numbers: ``int`` and `fractions.Fraction`, never ``float``.

Amounts, shares and bounds are exact throughout; rounding exists only in presentation, by a rule
that is named. Ratios are compared by cross-multiplication.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from eduplan.errors import kind_of, refuse

Number = int | Fraction
Spelled = int | Fraction | Decimal | float | str

LARGEST_EXPONENT = 77
"""Decimal exponents beyond this are refused: no plan counts in such amounts."""

MOST_DIGITS = 400
"""Decimals with more digits are refused before they are taken apart."""

LARGEST_BITS = 256
"""Numerators and denominators beyond this many bits are refused."""

_DECIMAL = re.compile(r"[+-]?(\d{1,80})(\.\d{1,260})?([eE][+-]?\d{1,3})?", re.ASCII)
_RATIO = re.compile(r"([+-]?\d{1,80})/(\d{1,80})", re.ASCII)


def exact(value: Spelled) -> Number:
    """Return ``value`` as an exact number, an ``int`` where it is whole.

    Accepts ``int``, `Fraction`, `Decimal`, and text such as ``"12.5"``, ``"1/3"`` or ``"75%"``. A
    ``float`` is taken by its shortest decimal: ``0.1`` is one tenth.

    Raises:
        InputError: not a number, not finite, or too large.

    >>> exact("1/3") + exact(0.1) == Fraction(13, 30)
    True
    >>> exact(Decimal("12.50"))
    Fraction(25, 2)
    >>> exact("75%")
    Fraction(3, 4)
    """
    if type(value) is int:
        number: Number = value
    elif isinstance(value, bool):
        raise refuse("not-a-number", got=kind_of(value))
    elif isinstance(value, int | Fraction):
        number = Fraction(value)
    elif isinstance(value, Decimal):
        number = _from_decimal(value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise refuse("not-finite")
        number = _from_decimal(Decimal(repr(value)))
    elif isinstance(value, str):
        number = _from_text(value.strip())
    else:
        raise refuse("not-a-number", got=kind_of(value))
    if (
        number.numerator.bit_length() > LARGEST_BITS
        or number.denominator.bit_length() > LARGEST_BITS
    ):
        raise refuse("number-too-large")
    return number.numerator if number.denominator == 1 else number


def _from_decimal(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise refuse("not-finite")
    # Bounded before conversion: Fraction("1e9999999") alone takes twenty seconds.
    if abs(value.adjusted()) > LARGEST_EXPONENT or len(value.as_tuple().digits) > MOST_DIGITS:
        raise refuse("number-too-large")
    return Fraction(value)


def _from_text(text: str) -> Fraction:
    if text.endswith("%"):
        return _from_plain_text(text[:-1].rstrip(" ")) / 100
    return _from_plain_text(text)


def _from_plain_text(text: str) -> Fraction:
    if ratio := _RATIO.fullmatch(text):
        if int(ratio[2]) == 0:
            raise refuse("zero-denominator")
        return Fraction(int(ratio[1]), int(ratio[2]))
    if _DECIMAL.fullmatch(text):
        return _from_decimal(Decimal(text))
    raise refuse("not-a-number", got=kind_of(text))


def not_negative(value: Spelled) -> Number:
    """Return ``value`` exactly; refuse it below zero.

    Raises:
        InputError: not a number, or negative.
    """
    number = exact(value)
    if number < 0:
        raise refuse("negative")
    return number


def at_least(part: Number, whole: Number, share: Number) -> bool:
    """Say whether ``part`` of ``whole`` is at least ``share``, by cross-multiplication.

    >>> at_least(9, 95, exact("10%")), at_least(10, 95, exact("10%"))
    (False, True)
    """
    return part * share.denominator >= whole * share.numerator


def round_half_up(value: Number, places: int = 0) -> Fraction:
    """Return ``value`` rounded to ``places`` decimal places, halves away from zero.

    >>> round_half_up(Fraction(5, 2)), round_half_up(Fraction(-5, 2))
    (Fraction(3, 1), Fraction(-3, 1))
    """
    if type(value) is int and places >= 0:
        return Fraction(value)
    up, down = (10**places, 1) if places >= 0 else (1, 10**-places)
    return Fraction(_half_up(value.numerator * up, value.denominator * down) * down, up)


def _half_up(amount: int, whole: int) -> int:
    """Return ``amount`` over ``whole`` as the nearest whole number, halves away from zero."""
    rounded = (2 * abs(amount) + whole) // (2 * whole)
    return rounded if amount >= 0 else -rounded


def spell(value: Number) -> str:
    """Return an exact spelling that `exact` reads back: whole, decimal where finite, else a ratio.

    >>> spell(Fraction(25, 2)), spell(Fraction(1, 3)), spell(360)
    ('12.5', '1/3', '360')
    """
    if isinstance(value, int) or value.denominator == 1:
        return str(int(value))
    places = _places(value)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    return _with_point(value.numerator * 10**places // value.denominator, places)


def _with_point(units: int, places: int) -> str:
    """Spell a number of units of so many decimal places, without zeros at the end."""
    whole, part = divmod(abs(units), 10**places)
    text = f"{whole}.{part:0{places}d}".rstrip("0").rstrip(".")
    return f"-{text}" if units < 0 else text


def decimal(value: Fraction) -> Decimal:
    """Return ``value`` as the decimal that equals it.

    Raises:
        InputError: it has no finite decimal.

    >>> decimal(Fraction(15, 2))
    Decimal('7.5')
    """
    if _places(value) is None:
        raise refuse("no-finite-decimal")
    return Decimal(spell(value))


def _places(value: Fraction) -> int | None:
    """Return how many decimal places ``value`` needs, None where no number of them will do."""
    places = 0
    rest = value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    return places if rest == 1 else None


def show(value: Number, places: int = 2) -> str:
    """Return ``value`` for people: rounded half up, marked ``≈`` where that loses.

    >>> show(Fraction(10, 3)), show(Fraction(25, 2)), show(360)
    ('≈3.33', '12.5', '360')
    """
    return _shown(value.numerator, value.denominator, places)


def _shown(numerator: int, denominator: int, places: int) -> str:
    if denominator == 1:
        return str(numerator)
    scaled = numerator * 10**places
    units = _half_up(scaled, denominator)
    text = _with_point(units, places)
    return text if units * denominator == scaled else f"≈{text}"


class Share(NamedTuple):
    """A share as a fact of a sentence: it is told as a percentage."""

    value: Number

    def __str__(self) -> str:
        return show_share(self.value)


def show_share(value: Number, places: int = 1) -> str:
    """Return a share as a percentage for people.

    >>> show_share(Fraction(9, 95))
    '≈9.5%'
    """
    return f"{_shown(100 * value.numerator, value.denominator, places)}%"
