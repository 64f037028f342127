"""Parts of a quota: so much of the whole must be, or may be at most, of some kind.

"At least 360 hours, of which at least 90 centrally organised" has one part; "at least 24 in every
year" is one too. An hour serves one part only, though the hours of one record may be split between
parts, unless a part is declared to share. What parts come to is the matter of `tallies`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from eduplan.dates import Period, cycles
from eduplan.errors import FaultList, refuse
from eduplan.exact import Number, exact
from eduplan.messages import Text
from eduplan.periods import Every, as_optional_every, periods
from eduplan.selectors import (
    EVERYTHING,
    Scales,
    Selector,
    as_optional_selector,
    as_selector,
)
from eduplan.tables import (
    Table,
    as_flag,
    as_name,
    as_optional_amount,
    as_optional_name,
    as_optional_text,
    read_tables,
)

MOST_PORTIONS = 10
"""A quota has at most so many parts that may not share, for all their subsets are looked at."""


@attrs.frozen(kw_only=True)
class Portion:
    """A part of a quota.

    Args:
        id: its name in the quota.
        title: what people call it, by default its name.
        bearer: of whom it is asked, by default of everybody who owes the quota.
        where: the records that fit it.
        within: of a share, the records it is taken of.
        records: of a share, whether records are counted, and not their amounts.
        distinct: of a share, the fact whose different values are counted instead, such as
            ``course``; one counts as fitting where any record that names it fits. Of a group those
            of each bearer are counted.
        of_owed: whether its bound is a share of what is owed, which leave and part service lessen.
        at_least: the least it must come to, in the unit of the quota; of a share, a fraction.
        at_most: the most it may come to.
        yearly: whether it holds for every twelve months of the period, counted from its first day.
        every: the period rule in whose periods, within that of the quota, it holds.
        beside: whether its records do not count towards the whole, nor towards another part.
        shared: whether its hours may serve other parts as well.

    Raises:
        InputError: not exactly one bound, or keys that do not go together.
    """

    id: str = attrs.field(converter=as_name)
    title: Text | None = attrs.field(default=None, converter=as_optional_text)
    bearer: Selector = attrs.field(factory=Selector, converter=as_selector)
    where: Selector = attrs.field(factory=Selector, converter=as_selector)
    within: Selector | None = attrs.field(default=None, converter=as_optional_selector)
    records: bool = attrs.field(default=False, converter=as_flag)
    distinct: str = attrs.field(default="", converter=as_optional_name)
    of_owed: bool = attrs.field(default=False, converter=as_flag)
    at_least: Number | None = attrs.field(default=None, converter=as_optional_amount)
    at_most: Number | None = attrs.field(default=None, converter=as_optional_amount)
    yearly: bool = attrs.field(default=False, converter=as_flag)
    every: Every | None = attrs.field(default=None, converter=as_optional_every)
    beside: bool = attrs.field(default=False, converter=as_flag)
    shared: bool = attrs.field(default=False, converter=as_flag)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if (self.at_least is None) == (self.at_most is None):
            faults.add("bound-missing")
        if self.yearly and self.every is not None:
            faults.add("part-not-with", "yearly", other="every")
        for name in ("records", "distinct"):
            if getattr(self, name) and self.within is None:
                faults.add("part-needs", name, other="within")
        if self.records and self.distinct:
            faults.add("part-not-with", "distinct", other="records")
        if self.beside and (self.within is not None or self.shared):
            faults.add("part-not-with", "beside", other="within, shared")
        if self.of_owed and (self.within is not None or self.yearly or self.every is not None):
            faults.add("part-not-with", "of_owed", other="within, yearly, every")
        shares = self.within is not None or self.of_owed
        if shares and (self.at_least or self.at_most or 0) > 1:
            faults.add("share-above-one", "at_most" if self.at_least is None else "at_least")
        faults.raise_any()

    @property
    def bound(self) -> Number:
        """The least or the most it may come to."""
        return self.at_least if self.at_least is not None else self.at_most or 0

    def asked(self, owed: Number) -> Number:
        """Return its bound where so much is owed in all."""
        return exact(Fraction(self.bound) * owed) if self.of_owed else self.bound

    @property
    def called(self) -> Text:
        """What people call it, its name in the quota where nothing is said."""
        return self.title or Text(self.id, self.id)

    @property
    def most(self) -> bool:
        """Whether its bound is an upper one."""
        return self.at_least is None

    @property
    def by_number(self) -> bool:
        """Whether records or things are counted, and not amounts."""
        return self.records or bool(self.distinct)

    @property
    def exclusive(self) -> bool:
        """Whether its hours may not serve another part as well."""
        if self.most or self.shared or self.beside or self.within is not None:
            return False
        return not self.yearly and self.every is None and self.where != EVERYTHING

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        for name in ("bearer", "where", "within"):
            selector = getattr(self, name)
            if selector is not None:
                with faults.below(name) as found:
                    selector.faults(scales, found)


def as_portions(value: Iterable[Portion | Table]) -> tuple[Portion, ...]:
    """Return the parts of a quota from their tables."""
    found = read_tables(Portion, value)
    names = [portion.id for portion in found]
    if len(set(names)) < len(names):
        raise refuse("part-twice")
    if sum(portion.exclusive for portion in found) > MOST_PORTIONS:
        raise refuse("too-many-parts", most=MOST_PORTIONS)
    return found


def spans_of(
    portion: Portion, period: Period, inside: Period, span: Period
) -> Sequence[Period | None]:
    """Return the spans for which a part holds.

    Of several they are those that lie wholly in the period, and in the plan, and on some day of
    which the bearer is in service.
    """
    if portion.yearly:
        found: Sequence[Period] = cycles(period.start, 12, period)
    elif portion.every is not None:
        found = periods(portion.every, period, bearer=dict[str, object]().get)
    else:
        return (None,)
    return [
        one
        for one in found
        if inside.start <= one.start and one.end <= inside.end and one.overlaps(span)
    ]
