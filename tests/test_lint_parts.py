"""What lint reasons with, each against a way of its own: numbers, shares, rates, nested periods."""

from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eduplan import Period, plan_from_table
from eduplan.lint import lint
from eduplan.lint.numbers import rate_readings
from eduplan.lint.printed import numbers, slips
from eduplan.lint.quotas import nesting
from eduplan.periods import Every, as_every, periods

# ---------------------------------------------------------------- numbers as printed

UNITS = ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"))
DIGITS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """Write a number below a hundred million as people write it."""
    for size, unit in UNITS:
        if number >= size:
            high, rest = divmod(number, size)
            zero = "零" if rest and rest < size // 10 else ""
            return in_chinese(high) + unit + zero + (in_chinese(rest) if rest else "")
    return DIGITS[number]


@given(st.integers(0, 99_999_999) | st.integers(0, 2000))
def test_a_number_in_chinese_is_read_as_it_is_written(number: int) -> None:
    assert [stated.value for stated in numbers(f"共{in_chinese(number)}所")] == [number]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("百所示范、千校达标、万师合格", [100, 1000, 10_000]),
        ("十万教师", [100_000]),
        ("12本书", [12]),
        ("1,411人", [1411]),
        ("5.5万元", [55_000]),
        ("44%", [Fraction(11, 25)]),
        ("百分之四十", [Fraction(2, 5)]),
        ("三分之二", [Fraction(2, 3)]),
        ("二〇二〇年", [2020]),
        ("两次", [2]),
        ("1-4所", [1, 4]),
        ("九十五%以上", [95]),
        ("全覆盖", []),
        ("８０％", [Fraction(4, 5)]),
        ("l0O个", [100]),
        ("0机", [0]),
    ],
)
def test_numbers_are_read_as_people_read_them(text: str, read: list[object]) -> None:
    assert [stated.value for stated in numbers(text)] == read


@given(st.integers(0, 100), st.sampled_from("乐机船"))
def test_what_stands_for_a_per_cent_sign_is_read_as_one(number: int, sign: str) -> None:
    assert numbers(f"优秀率为{number}{sign}，")[0].value == Fraction(number, 100)
    assert [slip.meant for slip in slips(f"{number}{sign}")] == [f"{number}%"]


@given(st.from_regex("[1-9][0-9]{2,5}", fullmatch=True, alphabet="0123456789"), st.data())
def test_letters_for_digits_are_read_as_digits(digits: str, data: st.DataObject) -> None:
    looks = {"1": "1Il", "0": "0Oo"}
    printed = "".join(data.draw(st.sampled_from(looks.get(d, d))) for d in digits)

    assert numbers(f"开发{printed}个")[0].value == int(digits)
    assert bool(slips(f"开发{printed}个")) is (printed != digits)


@pytest.mark.parametrize("text", ["STEAM教育", "IT", "IO设备", "QQ、WTO", "O2O", "第一、二"])
def test_words_are_no_numbers(text: str) -> None:
    assert slips(text) == ()


# ---------------------------------------------------------------- shares


def found_in(stated: str, part: int, whole: int) -> bool:
    """Say whether a share stated of two figures is found not to round to it."""
    table = {
        "plan": {"id": "p", "title": {"zh": "例", "en": "Example"}},
        "document": {"title": {"zh": "例", "en": "Example"}},
        "clause": [{"number": "1", "gist": {"zh": "例", "en": "Example"}}],
        "figure": [
            {
                "id": "share",
                "clause": "1",
                "stated": stated,
                "value": stated,
                "share_of": {"part": "part", "whole": "whole"},
            },
            {"id": "part", "clause": "1", "stated": f"{part}", "value": part},
            {"id": "whole", "clause": "1", "stated": f"{whole}", "value": whole},
        ],
    }
    return "numbers.share" in {finding.code for finding in lint(plan_from_table(table))}


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 2))
def test_only_the_nearest_figure_is_right_and_a_half_goes_up(
    whole: int, more: int, places: int
) -> None:
    part = min(more, whole)
    scale = 10**places
    # By counting: the largest figure whose lower edge is not above the share.
    right = max(n for n in range(100 * scale + 1) if 2 * part * 100 * scale >= (2 * n - 1) * whole)
    for number in {right - 1, right, right + 1} & set(range(100 * scale + 1)):
        digits = f"{number // scale}" + (f".{number % scale:0{places}d}" if places else "")
        assert found_in(f"{digits}%", part, whole) is (number != right)


# ---------------------------------------------------------------- rates

PUPILS = 6


def least_subjects(passed: int, excellent: int) -> int | None:
    """Return in how few subjects so many pass all and so many are excellent in each, by trying.

    Who is excellent has passed; so in every subject at most so many fail as are not excellent, and
    who fails in one has not passed all.
    """
    pupils = range(PUPILS)
    fails = [frozenset(c) for k in range(PUPILS - excellent + 1) for c in combinations(pupils, k)]
    reached = {frozenset[int]()}
    for subjects in range(1, 8):
        reached = {one | other for one in reached for other in fails}
        if any(len(failing) == PUPILS - passed for failing in reached):
            return subjects
    return None


@pytest.mark.parametrize("passed", range(PUPILS))
def test_the_subjects_of_a_joint_pass_are_as_few_as_can_be(passed: int) -> None:
    for excellent in range(passed + 1, PUPILS + 1):
        told = rate_readings(Fraction(excellent, PUPILS), Fraction(passed, PUPILS)).en
        least = least_subjects(passed, excellent)

        if least is None:
            assert "nor if the pass is joint over several subjects" in told
        else:
            assert f"if the pass is joint over at least {least} subjects" in told


# ---------------------------------------------------------------- nested periods

RULES = [
    "week",
    "month",
    "calendar-year",
    "school-year",
    {"cycle": "2 years", "grid": date(2020, 1, 1)},
    {"cycle": "3 years", "grid": date(2020, 6, 1)},
    {"cycle": "6 months", "grid": date(2020, 9, 1)},
    {"cycle": "5 years", "grid": date(2021, 1, 15)},
    {"cycle": "5 years", "from": "@bearer.joined"},
    "plan",
]
HORIZON = Period(date(2018, 1, 1), date(2021, 1, 1))


def all_of(every: Every, joined: date) -> tuple[Period, ...]:
    window = Period(date(2016, 1, 1), date(2032, 1, 1))
    bearer = {"joined": joined}.get
    return periods(every, window, bearer=bearer, horizon=HORIZON)


@pytest.mark.parametrize("outer", RULES, ids=str)
@pytest.mark.parametrize("inner", RULES, ids=str)
@pytest.mark.parametrize("joined", [date(2017, 3, 31), date(2016, 12, 31), date(2018, 1, 1)])
def test_periods_nest_as_they_do_when_they_are_counted(
    inner: object, outer: object, joined: date
) -> None:
    shorter, longer = as_every(inner), as_every(outer)  # type: ignore[arg-type]
    told = nesting(shorter, longer, HORIZON)
    if told is None:
        return

    own = all_of(shorter, joined)
    covered = [
        period
        for period in all_of(longer, joined)
        if own[0].end <= period.start and period.end <= own[-1].start
    ]
    for period in covered:
        inside = [p for p in own if period.start <= p.start and p.end <= period.end]
        touching = [p for p in own if p.overlaps(period)]
        assert told.inside <= len(inside)
        assert len(touching) <= told.touching
