"""The table of forms: what each is called in a plan file, its value and its reference judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from eduplan.provisions.benches import Bench, SettledBench
from eduplan.provisions.provision import Provision, Setting


class Form(NamedTuple):
    """A form of provision: its value and what makes a value ready to judge."""

    value: type[Provision]
    prepare: Callable[[Any, Setting], SettledBench]


class Forms(Mapping[str, Form]):
    """The forms by the key under which they stand in a plan file, each loaded when first used.

    A form brings some ten classes, and most plans use few forms.
    """

    _PLACES: Mapping[str, tuple[str, str, str, str]] = {
        "quota": ("quota", "Quota", "quotas", "quota_bench"),
        "follow_up": ("follow_up", "FollowUp", "follow_up", "FollowUpBench"),
        "gate": ("gate", "Gate", "gate", "GateBench"),
        "target": ("target", "Target", "target_bench", "TargetBench"),
        "roster": ("roster", "Roster", "roster", "RosterBench"),
        "process": ("process", "Process", "process_bench", "ProcessBench"),
        "schedule": ("schedule", "Schedule", "schedule_bench", "ScheduleBench"),
        "attestation": ("attestation", "Attestation", "attestation", "AttestationBench"),
        "consequence": ("consequence", "Consequence", "consequence", "ConsequenceBench"),
    }

    def __init__(self) -> None:
        self._loaded: dict[str, Form] = {}

    def __getitem__(self, key: str) -> Form:
        form = self._loaded.get(key)
        if form is None:
            home, value, bench_home, prepare = self._PLACES[key]
            form = self._loaded[key] = Form(_named(home, value), _named(bench_home, prepare))
        return form

    def __iter__(self) -> Iterator[str]:
        return iter(self._PLACES)

    def __len__(self) -> int:
        return len(self._PLACES)


def _named(module: str, name: str) -> Any:
    return getattr(import_module(f"eduplan.provisions.{module}"), name)


FORMS: Mapping[str, Form] = Forms()
"""Forms by the key under which they stand in a plan file."""


def bench(provision: Provision, setting: Setting) -> Bench:
    """Return ``provision`` made ready to judge; one that has versions by each of them."""
    if provision.by_measured:
        return FORMS[provision.key].prepare(provision, setting)
    benches = [
        (wording, FORMS[wording.provision.key].prepare(wording.provision, setting))
        for wording in provision.wordings
    ]
    if not provision.version:
        return benches[0][1]
    versioned: Callable[..., Bench] = _named("version_bench", "VersionedBench")
    return versioned(provision, benches)
