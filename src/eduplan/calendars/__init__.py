"""School days, terms and teaching weeks, from published dates with explicit coverage.

A day is a school day when it lies in a published term, is a working day by the announced statutory
calendar (make-up Saturdays and Sundays included), and no overlay closes it. Outside what has been
published nothing is guessed: `OutsideCoverage` is raised.
"""

from eduplan.calendars.published import available, calendar_from_table, load_calendar
from eduplan.calendars.statutory import ChineseStatutoryDays, StatutoryDays
from eduplan.calendars.terms import SchoolCalendar, StageCalendar, Term, TermSource

__all__ = [
    "ChineseStatutoryDays",
    "SchoolCalendar",
    "StageCalendar",
    "StatutoryDays",
    "Term",
    "TermSource",
    "available",
    "calendar_from_table",
    "load_calendar",
]
