"""Quotas made ready to judge: those made of several figures apart from the others."""

from __future__ import annotations

import attrs

from eduplan.provisions.composed_bench import ComposedBench
from eduplan.provisions.provision import Setting
from eduplan.provisions.quota import Over, Quota, Scope
from eduplan.provisions.quota_bench import QuotaBench
from eduplan.provisions.share_bench import ShareBench


def quota_bench(quota: Quota, setting: Setting) -> QuotaBench:
    """Return a quota made ready to judge.

    One that goes by the day of the records is one quota, however many versions it has: each record
    is measured by the version of its day, and all are held against one bound.
    """
    if quota.scope.over is Over.SHARE:
        each = quota_bench(attrs.evolve(quota, scope=Scope()), setting)
        return ShareBench(quota, setting, each)
    bench = ComposedBench if quota.composite else QuotaBench
    if not quota.version:
        return bench(quota, setting)
    wordings = quota.wordings
    base, *later = [wording.provision for wording in wordings]
    cited = dict.fromkeys(number for one in (base, *later) for number in one.clause)
    whole = attrs.evolve(base, clause=tuple(cited))
    measures = [(w.since, w.provision.measure) for w in wordings if isinstance(w.provision, Quota)]
    made = bench(whole, setting, measures)  # type: ignore[arg-type]
    made.provision = quota  # who asks what it reads has to hear of all its versions
    return made
