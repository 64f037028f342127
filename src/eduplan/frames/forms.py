"""The forms of provision that are judged over frames."""

from __future__ import annotations

from collections.abc import Mapping

from eduplan.frames import quotas
from eduplan.frames.scene import Form
from eduplan.provisions import Provision, Quota

FORMS: Mapping[type[Provision], Form] = {
    Quota: Form(quotas.refusals, quotas.asks, quotas.rows),
}
"""All others are refused by name."""
