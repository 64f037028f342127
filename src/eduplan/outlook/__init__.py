"""What next: what is still needed, where the pace leads, and which courses to take."""

from eduplan.outlook.courses import Course
from eduplan.outlook.forecast import Forecast, Outcome, forecast
from eduplan.outlook.remaining import Need, Piece, Remaining, remaining
from eduplan.outlook.suggest import suggest
from eduplan.outlook.suggestion import Attendance, Passed, Shortage, Suggestion

__all__ = [
    "Attendance",
    "Course",
    "Forecast",
    "Need",
    "Outcome",
    "Passed",
    "Piece",
    "Remaining",
    "Shortage",
    "Suggestion",
    "forecast",
    "remaining",
    "suggest",
]
