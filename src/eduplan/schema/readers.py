"""What a field may hold in a plan file, by what reads it.

A new form whose fields are read by converters listed here needs no entry; a new converter does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eduplan.cycles import Next, Renewal, Takes, as_early, as_late, as_renewal, as_takes
from eduplan.dates import Period, as_date
from eduplan.exact import exact, not_negative
from eduplan.figures import ShareOf, as_optional_number, as_share_of
from eduplan.files.plan_tables import Extends, as_extends, as_parent
from eduplan.lengths import (
    as_cycle_length,
    as_length,
    as_optional_length,
    as_optional_stretch,
    as_stretch,
)
from eduplan.measures import (
    Absence,
    Cap,
    Factor,
    Measure,
    Per,
    Rate,
    Threshold,
    as_caps,
    as_measure,
)
from eduplan.measures.measure import as_per
from eduplan.measures.tariff import (
    as_above_nothing,
    as_factors,
    as_optional_above_nothing,
    as_optional_absence,
    as_optional_counted,
    as_tariff,
    as_thresholds,
)
from eduplan.messages import Text
from eduplan.periods import Every, as_every, as_optional_every
from eduplan.provisions import (
    Amount,
    Answer,
    Change,
    Indicator,
    Judgements,
    Milestone,
    Need,
    Part,
    Partial,
    Reach,
    Reading,
    Relative,
    Scope,
    Within,
)
from eduplan.provisions.attestation import as_answers, as_results
from eduplan.provisions.consequence import CarriedOut, Effect, as_effect, as_optional_carried_out
from eduplan.provisions.follow_up import as_answer
from eduplan.provisions.happening import Happening, as_happening, as_optional_happening
from eduplan.provisions.indicator import as_indicator, as_optional_measure
from eduplan.provisions.needs import as_needs, as_optional_need
from eduplan.provisions.occasions import Occasion, Window, as_occasions, as_window
from eduplan.provisions.open import Expects, as_expects, as_readings
from eduplan.provisions.portions import Portion, as_portions
from eduplan.provisions.process import (
    MOST_YEARS,
    MonthOf,
    Piece,
    ProcessStep,
    Stage,
    as_month,
    as_month_of,
    as_pieces,
    as_stages,
    as_steps,
    as_year,
)
from eduplan.provisions.quota import (
    STUBS,
    UNDIVIDED,
    CarryOver,
    Leave,
    as_before_joining,
    as_bound,
    as_optional_carry_over,
    as_optional_leave,
    as_partial,
    as_scope,
    as_stub,
    as_undivided,
)
from eduplan.provisions.reach import (
    Peer,
    Rise,
    as_baseline,
    as_milestones,
    as_optional_change,
    as_optional_level,
    as_optional_peer,
    as_optional_reach,
    as_optional_relative,
    as_optional_rise,
    as_optional_share,
    as_parts,
)
from eduplan.provisions.requirements import Requirement, as_requirement, as_statuses
from eduplan.provisions.roster import as_cells
from eduplan.provisions.schedule import MOST_TIMES, ForEach, Late, as_for_each, as_grace, as_times
from eduplan.provisions.schedule import as_late as as_late_in
from eduplan.provisions.versions import Governs, Version, as_governs, as_versions
from eduplan.provisions.within import (
    MOST_DAYS,
    Before,
    as_optional_before,
    as_optional_count,
    as_optional_within,
    as_within,
)
from eduplan.provisions.worth import (
    Basis,
    Step,
    Worth,
    as_optional_per,
    as_optional_steps,
    as_optional_unit,
    as_optional_worth,
)
from eduplan.schema.shapes import (
    ANYTHING,
    DATE,
    FLAG,
    LENGTH,
    NAME,
    NOT_NEGATIVE,
    NUMBER,
    OPTIONAL_NAME,
    OPTIONAL_STRING,
    POSITIVE,
    SCALAR,
    STRETCH,
    STRING,
    WHOLE,
    either,
    list_of,
    one_of,
    one_or_list,
)
from eduplan.selectors import Selector, as_optional_selector, as_selector, as_selectors
from eduplan.sources import (
    Annex,
    Cited,
    Force,
    LeadingGroup,
    as_annexes,
    as_cited,
    as_force,
    as_leading_group,
)
from eduplan.tables import (
    as_clauses,
    as_flag,
    as_kinds,
    as_name,
    as_names,
    as_optional_amount,
    as_optional_date,
    as_optional_exact,
    as_optional_name,
    as_optional_period,
    as_optional_positive,
    as_optional_string,
    as_optional_text,
    as_period,
    as_positive,
    as_string,
    as_strings,
    as_text,
    as_value,
    as_whole,
)
from eduplan.verdicts import Status

READS: Mapping[Callable[..., object] | None, object] = {
    None: ANYTHING,
    as_above_nothing: NOT_NEGATIVE,
    as_annexes: list_of(Annex),
    as_answer: either(NAME, Answer),
    as_answers: Judgements,
    as_baseline: either(DATE, {"type": "integer", "minimum": 1900, "maximum": 2200}),
    as_before_joining: either({"enum": ["counts", "lapses"]}, Selector),
    as_bound: either(NOT_NEGATIVE, Amount, list_of(Amount, 1)),
    as_caps: one_or_list(Cap),
    as_cells: {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": one_or_list(STRING, 1),
    },
    as_cited: list_of(Cited),
    as_clauses: one_or_list(STRING, 1),
    as_cycle_length: LENGTH,
    as_date: DATE,
    as_early: one_of(Next),
    as_effect: one_of(Effect),
    as_every: Every,
    as_expects: one_of(Expects),
    as_extends: either(STRING, Extends),
    as_factors: either(list_of(Factor, 1), list_of(list_of(Factor, 1), 1)),
    as_flag: FLAG,
    as_for_each: ForEach,
    as_force: one_of(Force),
    as_governs: one_of(Governs),
    as_grace: {"type": "integer", "minimum": 0},
    as_happening: either(NAME, Happening),
    as_indicator: Indicator,
    as_kinds: one_or_list(NAME, 1),
    as_late: either({"const": "completion"}, {"const": "due"}),
    as_late_in: one_of(Late),
    as_leading_group: LeadingGroup,
    as_length: LENGTH,
    as_measure: Measure,
    as_milestones: one_or_list(Milestone),
    as_month: {**POSITIVE, "maximum": 12},
    as_month_of: MonthOf,
    as_name: NAME,
    as_names: one_or_list(NAME),
    as_needs: one_or_list(Need),
    as_occasions: list_of(Occasion),
    as_optional_above_nothing: NOT_NEGATIVE,
    as_optional_absence: Absence,
    as_optional_amount: NOT_NEGATIVE,
    as_optional_before: Before,
    as_optional_carried_out: either(NAME, CarriedOut),
    as_optional_carry_over: CarryOver,
    as_optional_change: Change,
    as_optional_count: {"type": "integer", "minimum": 0, "maximum": MOST_DAYS},
    as_optional_counted: either(NAME, {"const": "@days"}),
    as_optional_date: DATE,
    as_optional_every: Every,
    as_optional_exact: NUMBER,
    as_optional_happening: either(NAME, Happening),
    as_optional_leave: Leave,
    as_optional_length: LENGTH,
    as_optional_level: either(NOT_NEGATIVE, STRING),
    as_optional_measure: Measure,
    as_optional_name: OPTIONAL_NAME,
    as_optional_need: Need,
    as_optional_number: NUMBER,
    as_optional_peer: one_of(Peer),
    as_optional_per: one_of(Basis),
    as_optional_period: Period,
    as_optional_positive: POSITIVE,
    as_optional_reach: Reach,
    as_optional_relative: Relative,
    as_optional_rise: one_of(Rise),
    as_optional_selector: Selector,
    as_optional_share: NOT_NEGATIVE,
    as_optional_steps: list_of(Step, 1),
    as_optional_stretch: STRETCH,
    as_optional_string: OPTIONAL_STRING,
    as_optional_text: Text,
    as_optional_unit: NOT_NEGATIVE,
    as_optional_within: Within,
    as_optional_worth: either(NUMBER, Worth),
    as_parent: STRING,
    as_partial: one_of(Partial),
    as_parts: list_of(Part),
    as_per: one_of(Per),
    as_period: Period,
    as_pieces: either(NAME, Piece, list_of(either(NAME, Piece), 1)),
    as_portions: list_of(Portion),
    as_positive: POSITIVE,
    as_readings: list_of(Reading),
    as_renewal: either(NAME, Renewal),
    as_requirement: Requirement,
    as_results: one_or_list(either(STRING, FLAG), 1),
    as_scope: Scope,
    as_selector: Selector,
    as_selectors: one_or_list(Selector),
    as_share_of: ShareOf,
    as_stages: list_of(Stage),
    as_statuses: one_or_list(one_of(Status), 1),
    as_steps: list_of(ProcessStep, 1),
    as_stretch: STRETCH,
    as_string: STRING,
    as_strings: one_or_list(STRING),
    as_stub: one_of(STUBS),
    as_takes: one_of(Takes),
    as_tariff: list_of(Rate, 1),
    as_text: Text,
    as_thresholds: one_or_list(Threshold, 1),
    as_times: {**POSITIVE, "maximum": MOST_TIMES},
    as_undivided: one_of(UNDIVIDED),
    as_value: one_or_list(SCALAR),
    as_versions: list_of(Version),
    as_whole: WHOLE,
    as_window: Window,
    as_within: Within,
    as_year: {**POSITIVE, "maximum": MOST_YEARS},
    exact: NUMBER,
    not_negative: NOT_NEGATIVE,
}
"""What a field may hold in a plan file, by the converter that reads it; None stands for none."""
