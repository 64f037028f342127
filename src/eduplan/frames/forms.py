"""The forms of provision that are judged over frames."""

from __future__ import annotations

from collections.abc import Mapping

from eduplan.frames import consequences, follow_ups, gates, quotas, rosters, targets
from eduplan.frames.backends import Frame
from eduplan.frames.scene import Form, Scene
from eduplan.provisions import Consequence, FollowUp, Gate, Provision, Quota, Roster, Target


def judge(name: str, scene: Scene) -> Frame:
    """Return the rows of a provision of the plan, which is judged once, whoever asks for them.

    Args:
        name: its id.
        scene: what is judged.
    """
    found = scene.judged.get(name)
    if found is None:
        provision = scene.docket.benches[name].provision
        found = FORMS[type(provision)].rows(provision, scene)
        if name in scene.heard:
            found = scene.backend.keep(found)
        scene.judged[name] = found
    return found


FORMS: Mapping[type[Provision], Form] = {
    Quota: Form(quotas.refusals, quotas.asks, quotas.rows),
    FollowUp: Form(follow_ups.refusals, follow_ups.asks, follow_ups.rows),
    Gate: Form(gates.refusals, gates.asks, lambda gate, scene: gates.rows(gate, scene, judge)),
    Consequence: Form(
        consequences.refusals,
        consequences.asks,
        lambda rule, scene: consequences.rows(rule, scene, judge),
    ),
    Target: Form(targets.refusals, targets.asks, targets.rows),
    Roster: Form(rosters.refusals, rosters.asks, rosters.rows),
}
"""All others are refused by name."""
