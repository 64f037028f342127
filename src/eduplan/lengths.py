"""Lengths of time as plans state them: full years and months, or calendar days."""

from __future__ import annotations

import re
from datetime import date, timedelta

import attrs

from eduplan.dates import add_months
from eduplan.errors import refuse
from eduplan.messages import Text, both

_SPELLED = re.compile(r"(\d{1,3}) (year|month|day)s?", re.ASCII)
_MONTHS = {"year": 12, "month": 1}


@attrs.frozen
class Length:
    """A length of time in full months or in days, told in years where it is whole years.

    Args:
        months: how many full months.
        days: how many calendar days, instead of months.

    >>> as_length("60 months").plain(), as_length("6 months").text["zh"]
    ('5 years', '6个月')
    """

    months: int
    days: int = 0

    def plain(self) -> str:
        """Return the length as it stands in a plan file."""
        return self.text.en

    @property
    def text(self) -> Text:
        """The length in words."""
        unit, count = ("month", self.months) if self.months % 12 else ("year", self.months // 12)
        if self.days:
            unit, count = "day", self.days
        key = f"length.one-{unit}" if count == 1 else f"length.{unit}s"
        return both(key, count=count)

    def after(self, day: date) -> date:
        """Return the day that is so much later.

        >>> as_stretch("60 days").after(date(2025, 1, 1)), Length(2).after(date(2024, 12, 31))
        (datetime.date(2025, 3, 2), datetime.date(2025, 2, 28))
        """
        return add_months(day, self.months) + timedelta(days=self.days)

    def before(self, day: date) -> date:
        """Return the day that is so much earlier."""
        return add_months(day, -self.months) - timedelta(days=self.days)


def as_length(value: Length | str) -> Length:
    """Return a length of time from ``"5 years"`` or ``"6 months"``.

    Raises:
        InputError: another spelling, or no time at all.
    """
    return value if isinstance(value, Length) else _read(value, "not-a-length", days=False)


def as_optional_length(value: Length | str | None) -> Length | None:
    """Return a length of time, or None."""
    return None if value is None else as_length(value)


def as_cycle_length(value: Length | str) -> Length:
    """Return the length of a cycle from ``"5 years"`` or ``"6 months"``."""
    return value if isinstance(value, Length) else _read(value, "cycle-length", days=False)


def as_stretch(value: Length | str) -> Length:
    """Return a length of time from ``"6 months"``, ``"1 year"`` or ``"60 days"``.

    Raises:
        InputError: another spelling, or no time at all.
    """
    return value if isinstance(value, Length) else _read(value, "not-a-stretch", days=True)


def as_optional_stretch(value: Length | str | None) -> Length | None:
    """Return a length of time that may be in days, or None."""
    return None if value is None else as_stretch(value)


def _read(value: object, code: str, *, days: bool) -> Length:
    found = _SPELLED.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0 or (found[2] == "day" and not days):
        raise refuse(code)
    count = int(found[1])
    return Length(0, count) if found[2] == "day" else Length(count * _MONTHS[found[2]])
