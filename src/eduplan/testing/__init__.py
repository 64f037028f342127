"""For those who test with Hypothesis: cases to try things on, and evaluators on cases.

Strategies make plans, people and registers; `check_evaluator` says whether an evaluator agrees with
`eduplan.evaluate` on them.

The domains are small on purpose: eight days on the edges of years, months and terms, a few amounts
that hit bounds exactly, a few kinds. Wide domains seldom meet an edge; small ones meet all.
"""

from eduplan.testing.agreement import Evaluator, check_evaluator, differences
from eduplan.testing.cases import Case, cases, people, plans, records, registers
from eduplan.testing.provisions import divided_quotas, follow_ups, gates, quotas
from eduplan.testing.stocks import figures, grouped_people, rosters, targets
from eduplan.testing.values import DAYS, amounts, days, selectors

__all__ = [
    "DAYS",
    "Case",
    "Evaluator",
    "amounts",
    "cases",
    "check_evaluator",
    "days",
    "differences",
    "divided_quotas",
    "figures",
    "follow_ups",
    "gates",
    "grouped_people",
    "people",
    "plans",
    "quotas",
    "records",
    "registers",
    "rosters",
    "selectors",
    "targets",
]
