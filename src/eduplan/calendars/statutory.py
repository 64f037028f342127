"""The working days of a country as announced, make-up days included."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Protocol

import chinese_calendar

from eduplan.dates import Period
from eduplan.errors import OutsideCoverage


class StatutoryDays(Protocol):
    """The working days of a country as announced; provide these two for another country."""

    @property
    def announced(self) -> Period:
        """The days for which the statutory holidays have been announced."""

    def is_workday(self, day: date) -> bool:
        """Say whether ``day``, one of the announced days, is a working day."""


class ChineseStatutoryDays:
    """Mainland China's working days as announced by the State Council, make-up days included.

    >>> days = ChineseStatutoryDays()
    >>> days.is_workday(date(2025, 9, 28)), days.is_workday(date(2025, 10, 1))
    (True, False)
    """

    @cached_property
    def announced(self) -> Period:
        """The years checked: 2016 to the last one announced."""
        last = max(chinese_calendar.holidays).year
        return Period(date(2016, 1, 1), date(last + 1, 1, 1))

    def is_workday(self, day: date) -> bool:
        """Say whether ``day`` is a working day.

        Raises:
            OutsideCoverage: the holidays of that year have not been announced.
        """
        if day not in self.announced:
            raise OutsideCoverage("holidays-not-announced", day=day)
        return bool(chinese_calendar.is_workday(day))
