"""The forms a clause can take: a frozen value with its reference judgement, one file a form."""

from eduplan.provisions.follow_up import Answer, FollowUp, FollowUpBench, Within
from eduplan.provisions.forms import FORMS, Form, bench
from eduplan.provisions.gate import Acts, Gate, GateBench
from eduplan.provisions.needs import Need
from eduplan.provisions.open import Question, Reading, Unanswered, UnansweredBench, cited
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
from eduplan.provisions.quota import Amount, Over, Partial, Quota, QuotaBench, Scope
from eduplan.provisions.requirements import (
    BearerIs,
    Elapsed,
    How,
    Joined,
    RecordIs,
    Requirement,
    Tally,
    VerdictIs,
)
from eduplan.provisions.roster import Roster, RosterBench
from eduplan.provisions.version_bench import VersionedBench
from eduplan.provisions.versions import Governs, Version

__all__ = [
    "FORMS",
    "Acts",
    "Amount",
    "Answer",
    "BearerIs",
    "Bench",
    "Docket",
    "Elapsed",
    "FollowUp",
    "FollowUpBench",
    "Form",
    "Gate",
    "GateBench",
    "Governs",
    "How",
    "Joined",
    "Need",
    "Over",
    "Partial",
    "Provision",
    "Question",
    "Quota",
    "QuotaBench",
    "Reading",
    "RecordIs",
    "Requirement",
    "Roster",
    "RosterBench",
    "Scope",
    "Setting",
    "Subject",
    "Tally",
    "Unanswered",
    "UnansweredBench",
    "VerdictIs",
    "Version",
    "VersionedBench",
    "Within",
    "Wording",
    "all_refers",
    "bench",
    "check_provision",
    "cited",
]
