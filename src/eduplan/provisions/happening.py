"""What should take place: kinds of record, which of them, and the fact that says whose they are."""

from __future__ import annotations

import attrs

from eduplan.errors import FaultList
from eduplan.selectors import Scales, Selector, as_selector
from eduplan.tables import Table, as_kinds, as_name, read_table


@attrs.frozen(kw_only=True)
class Happening:
    """Something that takes place and is recorded.

    Args:
        kind: kinds of record.
        where: which records of these kinds.
        by: the fact of such a record that points to the bearer.
    """

    kind: tuple[str, ...] = attrs.field(converter=as_kinds)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    by: str = attrs.field(default="bearer", converter=as_name)

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        with faults.below("where") as found:
            self.where.faults(scales, found)


def as_happening(value: Happening | Table | str) -> Happening:
    """Return it from its table, or from its kind alone."""
    return Happening(kind=value) if isinstance(value, str) else read_table(Happening, value)


def as_optional_happening(value: Happening | Table | str | None) -> Happening | None:
    """Return it from its table or kind, or None."""
    return None if value is None else as_happening(value)
