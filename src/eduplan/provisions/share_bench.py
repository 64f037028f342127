"""The reference judgement of quotas that so many members of a group have to meet.

A participation rate is one: of the teachers of a school, how many have done what each of them owes.
Who it is taken of is said by the quota: its bearers of one group, without those to whom it does not
apply, such as those on long leave or not in service in that period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from eduplan.errors import Missing
from eduplan.exact import at_least, exact
from eduplan.provisions.benches import Bench, Docket
from eduplan.provisions.provision import Setting, Subject, View
from eduplan.provisions.quota import Quota
from eduplan.provisions.quota_bench import QuotaBench
from eduplan.verdicts import Justification, Status, Verdict


class ShareBench(QuotaBench):
    """A quota that a share of every group has to meet, made ready to judge.

    Args:
        quota: the quota.
        setting: what its plan gives it.
        each: the same quota of every single bearer, made ready to judge.
    """

    def __init__(self, quota: Quota, setting: Setting, each: Bench) -> None:
        super().__init__(quota, setting)
        self.each = each
        self.citation = attrs.evolve(self.citation, share=True, most=False, paced=False)

    def _group(
        self,
        group: Subject,
        members: Sequence[Subject],
        doubts: tuple[Missing, ...],
        docket: Docket,
    ) -> Iterator[Verdict]:
        """Judge how many of the members meet the quota, period by period."""
        views = self._common_views(members, docket)
        verdicts = [v for member in members for v in self.each.judge(member, docket)]
        for seen in views:
            statuses = Counter(v.status for v in verdicts if v.period in (seen.period, None))
            yield self.rate(group, seen, statuses, doubts, docket)

    def rate(
        self,
        group: Subject,
        seen: View,
        statuses: Counter[Status],
        doubts: tuple[Missing, ...],
        docket: Docket,
    ) -> Verdict:
        """Judge a group in one period.

        Args:
            group: the group.
            seen: the period.
            statuses: how many of its members have which status.
            doubts: why it is not known who is a member.
            docket: what the judgement rests on.
        """
        del statuses[Status.NOT_APPLICABLE]
        whole = statuses.total()
        if not whole:
            return self.excuse(group, docket, "nobody-owes", None, seen.period)
        met, pending = statuses[Status.MET], statuses[Status.PENDING]
        unknown = statuses[Status.UNDETERMINED]
        share = self.quota.scope.reaches
        missing = doubts
        if doubts:
            status = Status.UNDETERMINED
        elif at_least(met, whole, share):
            status = Status.MET
        elif not at_least(met + pending + unknown, whole, share):
            status = Status.NOT_MET
        elif at_least(met + pending, whole, share):
            status = Status.PENDING
        else:
            status = Status.UNDETERMINED
            missing = (Missing("members-undetermined", {"count": unknown}),)
        return Verdict(
            citation=self.citation,
            bearer=group.thing,
            bearer_id=group.id,
            period=seen.period,
            status=status,
            as_of=docket.as_of,
            value=exact(Fraction(met, whole)),
            required=share,
            opens=seen.opens,
            due=seen.due,
            missing=missing,
            justification=Justification(members=whole),
        )
