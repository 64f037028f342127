"""The forms of provision that are judged over frames."""

from __future__ import annotations

from collections.abc import Mapping

from eduplan.frames import follow_ups, quotas, rosters, targets
from eduplan.frames.scene import Form
from eduplan.provisions import FollowUp, Provision, Quota, Roster, Target

FORMS: Mapping[type[Provision], Form] = {
    Quota: Form(quotas.refusals, quotas.asks, quotas.rows),
    FollowUp: Form(follow_ups.refusals, follow_ups.asks, follow_ups.rows),
    Target: Form(targets.refusals, targets.asks, targets.rows),
    Roster: Form(rosters.refusals, rosters.asks, rosters.rows),
}
"""All others are refused by name."""
