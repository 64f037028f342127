"""Facts that records do not state, and that would have to be known."""

from __future__ import annotations

from eduplan.errors import Missing
from eduplan.records import Entry


class Doubts:
    """Which facts are not stated, each with the records of which they would have to be known.

    A record counts once, however many rules ask for the fact.
    """

    def __init__(self) -> None:
        self._records: dict[str, set[str]] = {}

    def note(self, field: str, entry: Entry) -> None:
        """Note that a record does not state a fact."""
        self._records.setdefault(field, set()).add(entry.id)

    def missing(self) -> tuple[Missing, ...]:
        """Return what would have to be known."""
        return tuple(
            Missing("record-fact", {"field": field, "count": len(ids)})
            for field, ids in self._records.items()
        )
