"""The forms a clause can take: a frozen value with its reference judgement, one file a form."""

from eduplan.provisions.follow_up import Answer, FollowUp, FollowUpBench, Within
from eduplan.provisions.forms import FORMS, Form, bench
from eduplan.provisions.open import Question, Reading, Unanswered, UnansweredBench
from eduplan.provisions.provision import Bench, Docket, Provision, Setting, Subject
from eduplan.provisions.quota import Amount, Over, Partial, Quota, QuotaBench, Scope

__all__ = [
    "FORMS",
    "Amount",
    "Answer",
    "Bench",
    "Docket",
    "FollowUp",
    "FollowUpBench",
    "Form",
    "Over",
    "Partial",
    "Provision",
    "Question",
    "Quota",
    "QuotaBench",
    "Reading",
    "Scope",
    "Setting",
    "Subject",
    "Unanswered",
    "UnansweredBench",
    "Within",
    "bench",
]
