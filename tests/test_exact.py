"""Exact numbers: what is taken as a number, how it is compared, and how it is shown."""

import time
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eduplan.errors import InputError
from eduplan.exact import (
    LARGEST_BITS,
    LARGEST_EXPONENT,
    at_least,
    exact,
    not_negative,
    round_half_up,
    show,
    show_share,
    spell,
)


class Lessons(IntEnum):
    TWENTY = 20


small_fractions = st.builds(Fraction, st.integers(-400, 400), st.integers(1, 60))
decimals = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-9999, 9999),
    st.integers(0, 4),
)


def fault_codes(value: Any) -> list[str]:
    """Return the codes with which ``value`` is refused; taking it is a failure of the test."""
    with pytest.raises(InputError) as refused:
        exact(value)
    return [fault.code for fault in refused.value.faults]


# ---------------------------------------------------------------- spellings


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        (360, Fraction(360)),
        (-1, Fraction(-1)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Fraction(8, 2), Fraction(4)),
        (Lessons.TWENTY, Fraction(20)),
        (Decimal("12.50"), Fraction(25, 2)),
        (Decimal("1E+2"), Fraction(100)),
        ("360", Fraction(360)),
        ("12.5", Fraction(25, 2)),
        ("-12.5", Fraction(-25, 2)),
        ("+7", Fraction(7)),
        ("  7.5 ", Fraction(15, 2)),
        ("1/3", Fraction(1, 3)),
        ("-2/6", Fraction(-1, 3)),
        ("75%", Fraction(3, 4)),
        ("75 %", Fraction(3, 4)),
        ("12.5%", Fraction(1, 8)),
        ("0%", Fraction(0)),
        ("2e2", Fraction(200)),
        ("25e-1", Fraction(5, 2)),
        # a float by its shortest decimal: nobody who writes 0.1 means
        # 3602879701896397/36028797018963968
        (0.1, Fraction(1, 10)),
        (7.5, Fraction(15, 2)),
        (2.675, Fraction(107, 40)),
        (-0.0, Fraction(0)),
        (1e22, Fraction(10**22)),
    ],
)
def test_a_number_is_taken_by_the_spelling_people_use(spelled: Any, meant: Fraction) -> None:
    found = exact(spelled)

    assert found == meant
    assert type(found) is (int if meant.denominator == 1 else Fraction)


@pytest.mark.parametrize(
    ("spelled", "code"),
    [
        ("", "not-a-number"),
        ("  ", "not-a-number"),
        ("%", "not-a-number"),
        ("abc", "not-a-number"),
        ("三百六十", "not-a-number"),
        ("３６０", "not-a-number"),  # full-width digits
        ("½", "not-a-number"),
        ("1,000", "not-a-number"),
        ("1_000", "not-a-number"),
        ("0x10", "not-a-number"),
        (".5", "not-a-number"),
        ("5.", "not-a-number"),
        ("--1", "not-a-number"),
        ("1/2/3", "not-a-number"),
        ("1.5/2", "not-a-number"),
        ("1/-2", "not-a-number"),
        ("inf", "not-a-number"),
        ("nan", "not-a-number"),
        ("12小时", "not-a-number"),
        ("1\n2", "not-a-number"),
        ("1/0", "zero-denominator"),
        (True, "not-a-number"),
        (False, "not-a-number"),
        (None, "not-a-number"),
        ([1], "not-a-number"),
        (1j, "not-a-number"),
        (b"1", "not-a-number"),
        (float("inf"), "not-finite"),
        (float("-inf"), "not-finite"),
        (float("nan"), "not-finite"),
        (Decimal("NaN"), "not-finite"),
        (Decimal("-Infinity"), "not-finite"),
    ],
)
def test_what_is_not_plainly_a_number_is_refused(spelled: Any, code: str) -> None:
    assert fault_codes(spelled) == [code]


@pytest.mark.parametrize("spelled", ["75%%", "1" + "%" * 5_000])
def test_a_second_percent_sign_is_a_slip_and_no_number(spelled: str) -> None:
    assert fault_codes(spelled) == ["not-a-number"]


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(InputError) as refused:
        exact("王芳的学时")

    for lang in ("zh", "en"):
        assert "王芳" not in refused.value.message(lang)


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    "largest",
    [
        2**LARGEST_BITS - 1,
        1 - 2**LARGEST_BITS,
        Fraction(1, 2**LARGEST_BITS - 1),
        Decimal(f"1e{LARGEST_EXPONENT}"),
        Decimal(f"1e-{LARGEST_EXPONENT}"),
        f"1e{LARGEST_EXPONENT}",
        f"1e-{LARGEST_EXPONENT}",
    ],
)
def test_the_largest_and_smallest_numbers_are_taken(largest: Any) -> None:
    assert exact(largest) == Fraction(largest)


@pytest.mark.parametrize(
    "beyond",
    [
        2**LARGEST_BITS,
        -(2**LARGEST_BITS),
        Fraction(1, 2**LARGEST_BITS),
        Decimal(f"1e{LARGEST_EXPONENT + 1}"),
        Decimal(f"1e-{LARGEST_EXPONENT + 1}"),
        f"1e{LARGEST_EXPONENT + 1}",
        f"1e-{LARGEST_EXPONENT + 1}",
        1e300,
        5e-324,
    ],
)
def test_a_number_just_beyond_is_refused(beyond: Any) -> None:
    assert fault_codes(beyond) == ["number-too-large"]


@pytest.mark.parametrize(
    "monster",
    [
        pytest.param("1e9999999", id="text"),
        pytest.param("1e-9999999", id="text, tiny"),
        pytest.param("1e999", id="text, three digits"),
        pytest.param("9" * 1_000_000, id="a million digits"),
        pytest.param("0." + "1" * 1_000_000, id="a million decimals"),
        pytest.param("1/" + "9" * 1_000_000, id="a million digits below"),
        pytest.param(Decimal("1e9999999"), id="decimal"),
        pytest.param(Decimal("1e-9999999"), id="decimal, tiny"),
        pytest.param(Decimal("-1e999999"), id="decimal, negative"),
        pytest.param(10**100_000, id="integer"),
    ],
)
def test_a_giant_is_refused_at_once(monster: Any) -> None:
    # Fraction("1e9999999") alone takes some twenty seconds
    started = time.perf_counter()
    codes = fault_codes(monster)
    took = time.perf_counter() - started

    assert set(codes) <= {"number-too-large", "not-a-number"}
    assert took < 0.5


@pytest.mark.parametrize(("spelled", "owed"), [("0", 0), (0.0, 0), ("1/3", Fraction(1, 3))])
def test_an_amount_owed_may_be_zero(spelled: Any, owed: Fraction) -> None:
    assert not_negative(spelled) == owed


@pytest.mark.parametrize("spelled", [-1, "-1/1000000", -0.1, Decimal("-0.1")])
def test_an_amount_owed_is_never_negative(spelled: Any) -> None:
    with pytest.raises(InputError) as refused:
        not_negative(spelled)

    assert [fault.code for fault in refused.value.faults] == ["negative"]


# ---------------------------------------------------------------- shares


def test_a_tenth_of_ninety_five_is_ten_people() -> None:
    # edge case 15: nine of 95 are 9.47 %, ten are 10.5 %
    tenth = exact("10%")

    assert [count for count in range(96) if at_least(count, 95, tenth)] == list(range(10, 96))


def test_absences_reaching_exactly_a_fifth_count() -> None:
    # edge case 13: eight of forty are one fifth, seven are not
    assert at_least(8, 40, Fraction(1, 5))
    assert not at_least(7, 40, Fraction(1, 5))


def test_a_third_and_two_thirds_of_ten_hours_are_ten_hours() -> None:
    hours = exact("10")

    assert hours * exact("1/3") + hours * exact("2/3") == 10
    assert at_least(hours * exact("1/3"), hours, Fraction(1, 3))


@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 12), st.integers(1, 12))
def test_a_share_is_compared_as_the_quotient_would_be(p: int, w: int, n: int, d: int) -> None:
    assert at_least(p, w, Fraction(n, d)) is (Fraction(p, w) >= Fraction(n, d))


# ---------------------------------------------------------------- rounding and spelling


def rounded_by_decimal(value: Fraction, places: int) -> Fraction:
    """Round by the decimal library. With denominators up to 60 a value that is no half to ``places``
    places is further than 1e-6 from one, so a hundred digits never hide on which side it lies."""
    with localcontext() as context:
        context.prec = 100
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        return Fraction(quotient.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


@given(small_fractions | decimals.map(Fraction), st.integers(-2, 4))
@example(Fraction(5, 2), 0)
@example(Fraction(150), -2)
@example(Fraction(-5, 2), 0)
@example(Fraction(1, 40), 2)
@example(Fraction(-1, 3), 3)
def test_rounding_takes_halves_away_from_zero(value: Fraction, places: int) -> None:
    assert round_half_up(value, places) == rounded_by_decimal(value, places)


@given(small_fractions | decimals.map(Fraction) | st.integers(-(10**12), 10**12))
@example(Fraction(-1, 2))
@example(Fraction(1, 1000))
def test_a_spelling_is_read_back_as_the_same_number(value: Fraction | int) -> None:
    taken = exact(value)

    assert exact(spell(taken)) == taken


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(2**LARGEST_BITS - 1, id="the largest whole number"),
        pytest.param(Fraction(2**LARGEST_BITS - 1, 7), id="the largest sevenths"),
        pytest.param(Fraction(1, 2**70), id="a half, seventy times over"),
    ],
)
def test_whatever_is_taken_can_be_spelled_and_read_back(value: Fraction | int) -> None:
    assert exact(spell(exact(value))) == value


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (360, "360"),
        (Fraction(360), "360"),
        (Fraction(25, 2), "12.5"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-7, 6), "-7/6"),
        (Fraction(1, 50), "0.02"),
        (0, "0"),
    ],
)
def test_a_number_is_spelled_as_short_as_it_is_exact(value: Fraction | int, spelled: str) -> None:
    assert spell(value) == spelled


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (360, "360"),
        (Fraction(25, 2), "12.5"),
        (Fraction(10, 3), "≈3.33"),
        (Fraction(2, 3), "≈0.67"),
        (Fraction(-1, 200), "≈-0.01"),  # the half goes away from zero
        (Fraction(1, 1000), "≈0"),
    ],
)
def test_people_see_two_places_and_whether_something_was_lost(
    value: Fraction | int, shown: str
) -> None:
    assert show(value) == shown


@given(small_fractions | decimals.map(Fraction) | st.integers(-100, 100), st.integers(0, 3))
@example(Fraction(-1, 2), 0)
@example(Fraction(100), 0)
def test_people_see_what_rounding_leaves_of_a_number(value: Fraction | int, places: int) -> None:
    rounded = rounded_by_decimal(Fraction(value), places)
    mark = "" if rounded == value else "≈"

    assert show(value, places) == mark + spell(rounded)
    assert show_share(Fraction(value) / 100, places) == f"{mark}{spell(rounded)}%"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(3, 4), "75%"), (Fraction(9, 95), "≈9.5%"), (1, "100%"), (0, "0%")],
)
def test_people_see_a_share_as_a_percentage(value: Fraction | int, shown: str) -> None:
    assert show_share(value) == shown
