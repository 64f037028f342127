"""Timestamps and durations of statements: ISO 8601 as xAPI uses it (Part Two, 4.5 and 4.6)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

from eduplan.errors import kind_of, refuse
from eduplan.exact import Number, exact

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?"
    r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?)?",
    re.ASCII,
)
_COUNT = r"\d{1,9}(?:[.,]\d{1,9})?"
_DURATION = re.compile(
    rf"P(?=.)(?:(?P<weeks>{_COUNT})W"
    rf"|(?:(?P<years>{_COUNT})Y)?(?:(?P<months>{_COUNT})M)?(?:(?P<days>{_COUNT})D)?"
    rf"(?:T(?=\d)(?:(?P<hours>{_COUNT})H)?(?:(?P<minutes>{_COUNT})M)?(?:(?P<seconds>{_COUNT})S)?)?)",
    re.ASCII,
)
_ONLY_SECONDS = re.compile(r"P(\d[\d.,]*S)", re.ASCII)
_HOURS = {
    "weeks": Fraction(168),
    "days": Fraction(24),
    "hours": Fraction(1),
    "minutes": Fraction(1, 60),
    "seconds": Fraction(1, 3600),
}


def local_day(text: object, zone: ZoneInfo) -> date:
    """Return the day on which a timestamp lies in a time zone.

    Args:
        text: the timestamp, with its own offset from UTC.
        zone: the zone.

    Raises:
        InputError: no timestamp, or one that does not say in which zone it is.

    >>> local_day("2025-06-01T17:30:00Z", ZoneInfo("Asia/Shanghai"))
    datetime.date(2025, 6, 2)
    """
    if not isinstance(text, str):
        raise refuse("not-text", got=kind_of(text))
    found = _TIME.fullmatch(text)
    if found is None:
        raise refuse("xapi-not-a-time")
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    if found["zone"] is None or (found["sign"] == "-" and hours == minutes == 0):
        raise refuse("xapi-no-zone")  # by RFC 3339, 4.3, -00:00 says that it is not known
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found["sign"] == "-" else 1)
    try:
        second = 59 if second == 60 else second  # a leap second is of its minute
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
        return moment.astimezone(zone).date()
    except (ValueError, OverflowError):
        raise refuse("xapi-not-a-time") from None


def hours_of(text: object) -> Number:
    """Return a duration in hours, exactly; a day is 24 hours and a week 168.

    Raises:
        InputError: no duration, or one in months or years, which have no number of hours.

    >>> hours_of("PT1H20M"), hours_of("PT45M"), hours_of("P1DT2H")
    (Fraction(4, 3), Fraction(3, 4), 26)
    """
    if not isinstance(text, str):
        raise refuse("not-text", got=kind_of(text))
    # Seconds alone stand without a T among the examples of the specification.
    found = _DURATION.fullmatch(_ONLY_SECONDS.sub(r"PT\1", text))
    given = {} if found is None else {n: c for n, c in found.groupdict().items() if c is not None}
    counts = {name: Fraction(count.replace(",", ".")) for name, count in given.items()}
    if not counts or any("." in c or "," in c for c in list(given.values())[:-1]):
        raise refuse("xapi-not-a-duration")
    if counts.pop("years", 0) or counts.pop("months", 0):
        raise refuse("xapi-no-hours")
    return exact(sum((_HOURS[name] * count for name, count in counts.items()), Fraction(0)))
