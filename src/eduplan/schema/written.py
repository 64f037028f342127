"""What classes hold that are not read field by field, and what goes together in any of them.

A class that is not read field by field needs an entry in `WRITTEN`; what holds between several
fields of a class, one in `RULES`.
"""

from __future__ import annotations

from collections.abc import Mapping

from eduplan.cycles import Aligned, CycleLength, FactChange, Hold, as_renewal
from eduplan.dates import Period
from eduplan.measures import Absence, Cap, Measure, Rate, as_caps
from eduplan.measures.tariff import as_factors, as_optional_absence, as_tariff, as_thresholds
from eduplan.messages import Text
from eduplan.periods import NEEDS_CALENDAR, Every, Unit
from eduplan.provisions import (
    Attestation,
    Change,
    Indicator,
    Provision,
    Question,
    Quota,
    Reach,
    Relative,
    Scope,
    Within,
)
from eduplan.provisions.occasions import DAY_RULES, Holiday, Shift, Window
from eduplan.provisions.portions import Portion
from eduplan.provisions.process import Piece, Process
from eduplan.provisions.reach import BOUNDS
from eduplan.provisions.requirements import (
    BearerIs,
    Elapsed,
    NotBarred,
    RecordIs,
    Requirement,
    VerdictIs,
)
from eduplan.provisions.schedule import ForEach
from eduplan.provisions.within import MOST_DAYS, Before
from eduplan.provisions.worth import Step, Worth
from eduplan.schema.readers import READS
from eduplan.schema.shapes import (
    DATE,
    LENGTH,
    NAME,
    NOT_NEGATIVE,
    OF_BEARER,
    POSITIVE,
    SCALAR,
    STRING,
    Schema,
    either,
    exactly_one,
    list_of,
    one_key,
    one_of,
    one_or_list,
    table,
)
from eduplan.selectors import Condition, Selector, Test
from eduplan.tables import as_kinds

_KINDS = READS[as_kinds]
_WHICH = {"where": Selector, "by": NAME}
_CAPS = {"caps": READS[as_caps], "thresholds": READS[as_thresholds]}
_TARIFF = {
    "tariff": READS[as_tariff],
    "factors": READS[as_factors],
    "absence": READS[as_optional_absence],
}


def _ways(besides: Schema, *rules: Schema) -> list[Schema]:
    """Return the tables of a measure, one for each way of measuring.

    Args:
        besides: further keys of these tables.
        rules: what they keep besides.
    """
    ways: list[tuple[Schema, list[str]]] = [
        ({"count": _KINDS, **_CAPS}, ["count"]),
        ({"sum": NAME, "of": _KINDS, **_CAPS}, ["sum", "of"]),
        ({"credits": _KINDS, **_CAPS, **_TARIFF}, ["credits", "tariff"]),
        ({"distinct": NAME, "of": _KINDS}, ["distinct", "of"]),
        ({"days": _KINDS}, ["days"]),
        ({"share": Selector, "of": _KINDS, "weigh": NAME}, ["share", "of"]),
    ]
    more = {"allOf": list(rules)} if rules else {}
    return [table({**keys, **_WHICH, **besides}, needed) | more for keys, needed in ways]


_TITLE = {"title": Text}
_JOINED = list_of(Requirement, 1)
_BOUNDED = {"at_least": NOT_NEGATIVE, "at_most": NOT_NEGATIVE, "in_last": LENGTH}
_OPERANDS = one_or_list(SCALAR, 1)
_OPERAND = {test.value: SCALAR for test in Test} | {"is": _OPERANDS, "not": _OPERANDS}
_WORDS = [unit.value for unit in Unit if unit is not Unit.CYCLE]
_CYCLE = {"cycle": either(LENGTH, list_of(CycleLength, 1))}
_OWN = {"after": READS[as_renewal], "change": FactChange, "hold": Hold}
_COUNTED = {"skip": POSITIVE, "only": POSITIVE}
_ANCHORED = {"until": OF_BEARER, "aligned": one_of(Aligned), **_OWN, **_COUNTED}

_SPAN = {"type": "array", "items": POSITIVE, "minItems": 2, "maxItems": 2}
_DAY = either({"enum": list(DAY_RULES)}, {**POSITIVE, "maximum": 31})
_DAYS = {**POSITIVE, "maximum": MOST_DAYS}

WRITTEN: Mapping[type, Schema] = {
    Condition: either(
        SCALAR,
        list_of(SCALAR, 1),
        {
            **table({**_OPERAND, "scale": NAME}),
            "anyOf": [{"required": [test.value]} for test in Test],
        },
    ),
    Every: either(
        {"enum": _WORDS},
        table({"each": {"enum": sorted(NEEDS_CALENDAR)}, "school_days": POSITIVE}, ["each"]),
        table({**_CYCLE, "grid": DATE}, ["cycle", "grid"]),
        table({**_CYCLE, **_ANCHORED, "from": one_or_list(OF_BEARER, 1)}, ["cycle", "from"]),
        table({**_CYCLE, "until": OF_BEARER, **_OWN}, ["cycle", "until"]),
    ),
    ForEach: {
        "type": "object",
        "propertyNames": NAME,
        "additionalProperties": either(OF_BEARER, list_of(SCALAR, 1)),
    },
    Measure: either(*_ways({})),
    Period: table({"from": DATE, "to": DATE}, ["from", "to"]),
    Requirement: either(
        table({"all": _JOINED, **_TITLE}, ["all"]),
        table({"any": _JOINED, **_TITLE}, ["any"]),
        table({"not": Requirement, **_TITLE}, ["not"]),
        *(BearerIs, RecordIs, Elapsed, VerdictIs, NotBarred),
        *_ways({**_BOUNDED, **_TITLE}, exactly_one("at_least", "at_most")),
    ),
    Scope: either(
        {"const": "each"},
        one_key({"mean": NAME, "total": NAME}),
        table({"share": NAME, "reaches": NOT_NEGATIVE}, ["share"]),
    ),
    Selector: {
        "type": "object",
        "propertyNames": NAME,
        "properties": {"any": list_of(Selector, 1), "not": one_or_list(Selector, 1)},
        "additionalProperties": Condition,
    },
    Text: table({"zh": STRING, "en": STRING}, ["zh", "en"]),
    Window: either(
        one_key({"weeks": _SPAN, "last_weeks": POSITIVE, "months": _SPAN}),
        one_key({"holiday": one_of(Holiday)}),
        table({"day": _DAY, "shift": one_of(Shift)}, ["day"]),
    ),
    Within: one_key({"days": _DAYS, "school_days": _DAYS, "length": LENGTH, "end_of": Every}),
}
"""The tables of classes that are not read field by field."""

_VERSIONS: Schema = {"required": ["version"], "properties": {"version": {"minItems": 1}}}

RULES: Mapping[type, Schema] = {
    Attestation: {
        "anyOf": [{"required": ["judges"]}, {"required": ["judge"]}],
        "not": {"required": ["holds", "every"]},
    },
    Before: exactly_one("days", "school_days"),
    Piece: exactly_one("kind", "trigger"),
    Process: exactly_one("every", "after"),
    Provision: {
        "if": _VERSIONS,
        "then": {"required": ["governs"]},
        "else": {"not": {"required": ["governs"]}},
    },
    Question: {
        "oneOf": [
            {"required": ["reading"], "properties": {"reading": {"minItems": 1}}},
            {"required": ["expects"]},
        ]
    },
    Absence: exactly_one("reaches", "exceeds"),
    Cap: exactly_one("at_most", "share", "best"),
    Portion: exactly_one("at_least", "at_most"),
    Quota: exactly_one("at_least", "at_most"),
    Rate: exactly_one("fixed", "per", "stated"),
    Change: exactly_one("points", "per_cent", "amount"),
    Indicator: exactly_one("rate", "value", "share", "count", "measure"),
    Reach: exactly_one(*BOUNDS, "rises", "change", "relative_to"),
    Relative: exactly_one(*BOUNDS, "rank", "upper"),
    Step: exactly_one("at_least", "above"),
    Worth: exactly_one("fixed", "rate", "steps"),
}
"""What else holds between the fields of a class."""

HOLDS: Mapping[type, tuple[type, ...]] = {Requirement: (Measure,)}
"""Classes in whose tables the keys of others stand, so that their words are told there too."""
