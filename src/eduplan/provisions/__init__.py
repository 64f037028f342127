"""The forms a clause can take: a frozen value with its reference judgement, one file a form.

Names are loaded when first used: a plan of quotas needs no more than quotas.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as type checkers know it
if TYPE_CHECKING:
    from eduplan.provisions.attestation import Attestation as Attestation
    from eduplan.provisions.attestation import AttestationBench as AttestationBench
    from eduplan.provisions.attestation import Judgements as Judgements
    from eduplan.provisions.benches import Bench as Bench
    from eduplan.provisions.benches import Docket as Docket
    from eduplan.provisions.benches import SettledBench as SettledBench
    from eduplan.provisions.changes import changed_provision as changed_provision
    from eduplan.provisions.consequence import CarriedOut as CarriedOut
    from eduplan.provisions.consequence import Consequence as Consequence
    from eduplan.provisions.consequence import ConsequenceBench as ConsequenceBench
    from eduplan.provisions.consequence import Effect as Effect
    from eduplan.provisions.follow_up import Answer as Answer
    from eduplan.provisions.follow_up import FollowUp as FollowUp
    from eduplan.provisions.follow_up import FollowUpBench as FollowUpBench
    from eduplan.provisions.forms import FORMS as FORMS
    from eduplan.provisions.forms import Form as Form
    from eduplan.provisions.forms import bench as bench
    from eduplan.provisions.gate import Gate as Gate
    from eduplan.provisions.gate import GateBench as GateBench
    from eduplan.provisions.happening import Happening as Happening
    from eduplan.provisions.indicator import Indicator as Indicator
    from eduplan.provisions.needs import Need as Need
    from eduplan.provisions.occasions import Holiday as Holiday
    from eduplan.provisions.occasions import Occasion as Occasion
    from eduplan.provisions.occasions import Shift as Shift
    from eduplan.provisions.occasions import Window as Window
    from eduplan.provisions.open import Question as Question
    from eduplan.provisions.open import Reading as Reading
    from eduplan.provisions.open import Unanswered as Unanswered
    from eduplan.provisions.open import UnansweredBench as UnansweredBench
    from eduplan.provisions.open import cited as cited
    from eduplan.provisions.open import read_provision as read_provision
    from eduplan.provisions.process import MonthOf as MonthOf
    from eduplan.provisions.process import Piece as Piece
    from eduplan.provisions.process import Process as Process
    from eduplan.provisions.process import ProcessStep as ProcessStep
    from eduplan.provisions.process import Stage as Stage
    from eduplan.provisions.process import StageOn as StageOn
    from eduplan.provisions.process import stages_on as stages_on
    from eduplan.provisions.process_bench import ProcessBench as ProcessBench
    from eduplan.provisions.provision import Provision as Provision
    from eduplan.provisions.provision import Setting as Setting
    from eduplan.provisions.provision import Subject as Subject
    from eduplan.provisions.provision import Wording as Wording
    from eduplan.provisions.provision import all_refers as all_refers
    from eduplan.provisions.provision import check_provision as check_provision
    from eduplan.provisions.quota import Amount as Amount
    from eduplan.provisions.quota import Over as Over
    from eduplan.provisions.quota import Partial as Partial
    from eduplan.provisions.quota import Quota as Quota
    from eduplan.provisions.quota import Scope as Scope
    from eduplan.provisions.quota_bench import QuotaBench as QuotaBench
    from eduplan.provisions.reach import Change as Change
    from eduplan.provisions.reach import Milestone as Milestone
    from eduplan.provisions.reach import Part as Part
    from eduplan.provisions.reach import Reach as Reach
    from eduplan.provisions.reach import Relative as Relative
    from eduplan.provisions.requirements import BearerIs as BearerIs
    from eduplan.provisions.requirements import Elapsed as Elapsed
    from eduplan.provisions.requirements import How as How
    from eduplan.provisions.requirements import Joined as Joined
    from eduplan.provisions.requirements import NotBarred as NotBarred
    from eduplan.provisions.requirements import RecordIs as RecordIs
    from eduplan.provisions.requirements import Requirement as Requirement
    from eduplan.provisions.requirements import Tally as Tally
    from eduplan.provisions.requirements import VerdictIs as VerdictIs
    from eduplan.provisions.roster import Roster as Roster
    from eduplan.provisions.roster import RosterBench as RosterBench
    from eduplan.provisions.schedule import Dimension as Dimension
    from eduplan.provisions.schedule import ForEach as ForEach
    from eduplan.provisions.schedule import Late as Late
    from eduplan.provisions.schedule import Schedule as Schedule
    from eduplan.provisions.schedule_bench import ScheduleBench as ScheduleBench
    from eduplan.provisions.target import Target as Target
    from eduplan.provisions.target_bench import TargetBench as TargetBench
    from eduplan.provisions.version_bench import VersionedBench as VersionedBench
    from eduplan.provisions.versions import Governs as Governs
    from eduplan.provisions.versions import Version as Version
    from eduplan.provisions.within import Before as Before
    from eduplan.provisions.within import Within as Within
    from eduplan.provisions.worth import Basis as Basis
    from eduplan.provisions.worth import Step as Step
    from eduplan.provisions.worth import Worth as Worth

_HOMES = {
    "attestation": ("Attestation", "AttestationBench", "Judgements"),
    "benches": ("Bench", "Docket", "SettledBench"),
    "changes": ("changed_provision",),
    "consequence": ("CarriedOut", "Consequence", "ConsequenceBench", "Effect"),
    "follow_up": ("Answer", "FollowUp", "FollowUpBench"),
    "forms": ("FORMS", "Form", "bench"),
    "gate": ("Gate", "GateBench"),
    "happening": ("Happening",),
    "indicator": ("Indicator",),
    "needs": ("Need",),
    "occasions": ("Holiday", "Occasion", "Shift", "Window"),
    "open": ("Question", "Reading", "Unanswered", "UnansweredBench", "cited", "read_provision"),
    "process": ("MonthOf", "Piece", "Process", "ProcessStep", "Stage", "StageOn", "stages_on"),
    "process_bench": ("ProcessBench",),
    "provision": (
        "Provision",
        "Setting",
        "Subject",
        "Wording",
        "all_refers",
        "check_provision",
    ),
    "quota": ("Amount", "Over", "Partial", "Quota", "Scope"),
    "quota_bench": ("QuotaBench",),
    "reach": ("Change", "Milestone", "Part", "Reach", "Relative"),
    "requirements": (
        "BearerIs",
        "Elapsed",
        "How",
        "Joined",
        "NotBarred",
        "RecordIs",
        "Requirement",
        "Tally",
        "VerdictIs",
    ),
    "roster": ("Roster", "RosterBench"),
    "schedule": ("Dimension", "ForEach", "Late", "Schedule"),
    "schedule_bench": ("ScheduleBench",),
    "target": ("Target",),
    "target_bench": ("TargetBench",),
    "version_bench": ("VersionedBench",),
    "versions": ("Governs", "Version"),
    "within": ("Before", "Within"),
    "worth": ("Basis", "Step", "Worth"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
