"""The forms a clause can take: a frozen value with its reference judgement, one file a form."""

from eduplan.provisions.attestation import Attestation, AttestationBench, Judgements
from eduplan.provisions.changes import changed_provision
from eduplan.provisions.consequence import CarriedOut, Consequence, ConsequenceBench, Effect
from eduplan.provisions.follow_up import Answer, FollowUp, FollowUpBench
from eduplan.provisions.forms import FORMS, Form, bench
from eduplan.provisions.gate import Gate, GateBench
from eduplan.provisions.happening import Happening
from eduplan.provisions.indicator import Indicator
from eduplan.provisions.needs import Need
from eduplan.provisions.occasions import Holiday, Occasion, Shift, Window
from eduplan.provisions.open import (
    Question,
    Reading,
    Unanswered,
    UnansweredBench,
    cited,
    read_provision,
)
from eduplan.provisions.process import (
    MonthOf,
    Piece,
    Process,
    ProcessStep,
    Stage,
    StageOn,
    stages_on,
)
from eduplan.provisions.process_bench import ProcessBench
from eduplan.provisions.provision import (
    Bench,
    Docket,
    Provision,
    Setting,
    Subject,
    Wording,
    all_refers,
    check_provision,
)
from eduplan.provisions.quota import Amount, Over, Partial, Quota, Scope
from eduplan.provisions.quota_bench import QuotaBench
from eduplan.provisions.reach import Change, Milestone, Part, Reach, Relative
from eduplan.provisions.requirements import (
    BearerIs,
    Elapsed,
    How,
    Joined,
    NotBarred,
    RecordIs,
    Requirement,
    Tally,
    VerdictIs,
)
from eduplan.provisions.roster import Roster, RosterBench
from eduplan.provisions.schedule import Dimension, ForEach, Late, Schedule
from eduplan.provisions.schedule_bench import ScheduleBench
from eduplan.provisions.target import Target, TargetBench
from eduplan.provisions.version_bench import VersionedBench
from eduplan.provisions.versions import Governs, Version
from eduplan.provisions.within import Before, Within
from eduplan.provisions.worth import Basis, Step, Worth

__all__ = [
    "FORMS",
    "Amount",
    "Answer",
    "Attestation",
    "AttestationBench",
    "Basis",
    "BearerIs",
    "Before",
    "Bench",
    "CarriedOut",
    "Change",
    "Consequence",
    "ConsequenceBench",
    "Dimension",
    "Docket",
    "Effect",
    "Elapsed",
    "FollowUp",
    "FollowUpBench",
    "ForEach",
    "Form",
    "Gate",
    "GateBench",
    "Governs",
    "Happening",
    "Holiday",
    "How",
    "Indicator",
    "Joined",
    "Judgements",
    "Late",
    "Milestone",
    "MonthOf",
    "Need",
    "NotBarred",
    "Occasion",
    "Over",
    "Part",
    "Partial",
    "Piece",
    "Process",
    "ProcessBench",
    "ProcessStep",
    "Provision",
    "Question",
    "Quota",
    "QuotaBench",
    "Reach",
    "Reading",
    "RecordIs",
    "Relative",
    "Requirement",
    "Roster",
    "RosterBench",
    "Schedule",
    "ScheduleBench",
    "Scope",
    "Setting",
    "Shift",
    "Stage",
    "StageOn",
    "Step",
    "Subject",
    "Tally",
    "Target",
    "TargetBench",
    "Unanswered",
    "UnansweredBench",
    "VerdictIs",
    "Version",
    "VersionedBench",
    "Window",
    "Within",
    "Wording",
    "Worth",
    "all_refers",
    "bench",
    "changed_provision",
    "check_provision",
    "cited",
    "read_provision",
    "stages_on",
]
