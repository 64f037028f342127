"""The table of forms: what each is called in a plan file, its value and its reference judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from eduplan.provisions.attestation import Attestation, AttestationBench
from eduplan.provisions.consequence import Consequence, ConsequenceBench
from eduplan.provisions.follow_up import FollowUp, FollowUpBench
from eduplan.provisions.gate import Gate, GateBench
from eduplan.provisions.process import Process
from eduplan.provisions.process_bench import ProcessBench
from eduplan.provisions.provision import Bench, Provision, Setting
from eduplan.provisions.quota import Quota
from eduplan.provisions.quota_bench import QuotaBench
from eduplan.provisions.roster import Roster, RosterBench
from eduplan.provisions.schedule import Schedule
from eduplan.provisions.schedule_bench import ScheduleBench
from eduplan.provisions.target import Target, TargetBench
from eduplan.provisions.version_bench import VersionedBench


class Form(NamedTuple):
    """A form of provision: its value and what makes a value ready to judge."""

    value: type[Provision]
    prepare: Callable[[Any, Setting], Bench]


FORMS: dict[str, Form] = {
    "quota": Form(Quota, QuotaBench),
    "follow_up": Form(FollowUp, FollowUpBench),
    "gate": Form(Gate, GateBench),
    "target": Form(Target, TargetBench),
    "roster": Form(Roster, RosterBench),
    "process": Form(Process, ProcessBench),
    "schedule": Form(Schedule, ScheduleBench),
    "attestation": Form(Attestation, AttestationBench),
    "consequence": Form(Consequence, ConsequenceBench),
}
"""Forms by the key under which they stand in a plan file."""


def bench(provision: Provision, setting: Setting) -> Bench:
    """Return ``provision`` made ready to judge; one that has versions by each of them."""
    benches = [(wording, _prepare(wording.provision, setting)) for wording in provision.wordings]
    return VersionedBench(provision, benches) if provision.version else benches[0][1]


def _prepare(provision: Provision, setting: Setting) -> Bench:
    for form in FORMS.values():
        if isinstance(provision, form.value):
            return form.prepare(provision, setting)
    raise TypeError(type(provision).__name__)
