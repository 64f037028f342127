"""The form that says that an indicator reaches a value at a date."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

import attrs

from eduplan.errors import FaultList
from eduplan.messages import Text
from eduplan.periods import Every, as_optional_every
from eduplan.provisions.indicator import Indicator, as_indicator
from eduplan.provisions.provision import Provision
from eduplan.provisions.reach import Milestone, Reach, Relative, as_milestones, as_optional_reach
from eduplan.selectors import Scales
from eduplan.tables import as_optional_positive, as_text

NO_WORDS = Text("", "")


@attrs.frozen(kw_only=True)
class Target(Provision):
    """An indicator reaches a value at a date, or one in every period.

    Args:
        indicator: where its value comes from.
        milestones: what it has to reach by which days, in their order. The period of each begins
            after the day before it; that of the first on ``since``, else with the plan's horizon,
            else twelve months before.
        every: instead of milestones, in every one of which periods it has to ``reach`` something.
        reach: what it has to reach in every period.
        suppress_below: of a share of fewer than so many the figures are not told, for they would
            identify people.
        unit: what is counted, such as schools.

    Raises:
        InputError: faults in the fields, none or both of milestones and periods.

    >>> target = Target(id="compliant", clause="三(二)1", title={"zh": "达标校", "en": "compliant"},
    ...                 indicator={"share": {"compliant": True}, "within": {"type": "school"}},
    ...                 milestones=[{"by": "2018-12-31", "at_least": "30%"}])
    >>> target.milestones[0].at_least
    Fraction(3, 10)
    """

    form: ClassVar[str] = "target"

    indicator: Indicator = attrs.field(converter=as_indicator)
    milestones: tuple[Milestone, ...] = attrs.field(default=(), converter=as_milestones)
    every: Every | None = attrs.field(default=None, converter=as_optional_every)
    reach: Reach | None = attrs.field(default=None, converter=as_optional_reach)
    suppress_below: int | None = attrs.field(default=None, converter=as_optional_positive)
    unit: Text = attrs.field(default=NO_WORDS, converter=as_text)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        if bool(self.milestones) == (self.every is not None):
            faults.add("milestones-or-every", "milestones")
        if (self.every is None) != (self.reach is None):
            faults.add("every-needs-reach", "reach")
        days = [milestone.by for milestone in self.milestones]
        if any(later <= earlier for earlier, later in pairwise(days)):
            faults.add("milestones-in-order", "milestones")
        if self.suppress_below is not None and not self.indicator.counted:
            faults.add("only-of-shares", "suppress_below")
        for path, reach in self.reaches():
            with faults.below(path) as found:
                _check_reach(reach, self.indicator, found)
        faults.raise_any()

    def reaches(self) -> Iterator[tuple[str, Reach]]:
        """Return everything that has to be reached, each with its path."""
        for index, milestone in enumerate(self.milestones):
            yield f"milestones[{index}]", milestone
        if self.reach is not None:
            yield "reach", self.reach

    def relative(self) -> list[Relative]:
        """Return where it has to stand among the figures of others."""
        return [one.relative_to for _, one in self.reaches() if one.relative_to is not None]

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        indicator = self.indicator
        dated = ("share", "within", "count", "among")
        for name, selector in indicator.selectors().items():
            with faults.below(f"indicator.{name}") as found:
                selector.faults(scales, found, dated=name in dated)
        if indicator.measure is not None:
            with faults.below("indicator.measure") as found:
                indicator.measure.faults(scales, found)
        scale = scales.get(indicator.scale)
        known = ", ".join(scales) or "-"
        if indicator.scale and scale is None:
            faults.add("unknown-scale", "indicator.scale", scale=indicator.scale, known=known)
        of_bearers = indicator.present or indicator.among is not None
        for path, reach in self.reaches():
            if scale is not None and reach.level is not None:
                test, level = reach.level
                if scale.rank(level) is None:
                    known = ", ".join(scale.values)
                    faults.add("not-on-scale", f"{path}.{test}", scale=scale.name, known=known)
            if reach.relative_to is not None:
                with faults.below(f"{path}.relative_to.peers") as found:
                    reach.relative_to.peers.faults(scales, found)
            for index, part in enumerate(reach.split):
                with faults.below(f"{path}.split[{index}].where") as found:
                    part.where.faults(scales, found, dated=of_bearers)


def _check_reach(reach: Reach, indicator: Indicator, faults: FaultList) -> None:
    """Note what cannot be asked of such an indicator."""
    if reach.level is not None:
        test, level = reach.level
        if isinstance(level, str) and not indicator.scale:
            faults.add("grade-without-scale", test.value)
        if not isinstance(level, str) and indicator.shares and level > 1:
            faults.add("share-above-one", test.value)
    if reach.change is not None and reach.change.points is not None and not indicator.shares:
        faults.add("points-of-shares", "change.points")
    if reach.relative_to is not None and not indicator.named:
        faults.add("peers-on-file", "relative_to")
