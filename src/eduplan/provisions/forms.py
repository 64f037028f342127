"""The table of forms: what each is called in a plan file, its value and its reference judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from eduplan.provisions.follow_up import FollowUp, FollowUpBench
from eduplan.provisions.provision import Bench, Provision, Setting
from eduplan.provisions.quota import Quota, QuotaBench


class Form(NamedTuple):
    """A form of provision: its value and what makes a value ready to judge."""

    value: type[Provision]
    prepare: Callable[[Any, Setting], Bench]


FORMS: dict[str, Form] = {
    "quota": Form(Quota, QuotaBench),
    "follow_up": Form(FollowUp, FollowUpBench),
}
"""Forms by the key under which they stand in a plan file."""


def bench(provision: Provision, setting: Setting) -> Bench:
    """Return ``provision`` made ready to judge."""
    for form in FORMS.values():
        if isinstance(provision, form.value):
            return form.prepare(provision, setting)
    raise TypeError(type(provision).__name__)
