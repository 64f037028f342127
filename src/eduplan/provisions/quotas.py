"""Quotas made ready to judge: those made of several figures apart from the others."""

from __future__ import annotations

from eduplan.provisions.composed_bench import ComposedBench
from eduplan.provisions.provision import Setting
from eduplan.provisions.quota import Quota
from eduplan.provisions.quota_bench import QuotaBench


def quota_bench(quota: Quota, setting: Setting) -> QuotaBench:
    """Return a quota made ready to judge."""
    return ComposedBench(quota, setting) if quota.composite else QuotaBench(quota, setting)
