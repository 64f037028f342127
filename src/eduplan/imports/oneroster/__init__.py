"""Rosters in the OneRoster format, versions 1.1 and 1.2, as zips or folders of CSV files."""

from eduplan.imports.oneroster.reading import read_oneroster
from eduplan.imports.oneroster.roster import Enrollment, Roster, Session

__all__ = ["Enrollment", "Roster", "Session", "read_oneroster"]
