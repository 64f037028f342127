"""Selectors: plain data that pick records and bearers, three-valued, over ordered scales.

A selector is true, false or unknown (``None``) of a thing: an attribute that is absent is neither
right nor wrong. ``and``, ``or`` and ``not`` follow Kleene.
"""

from eduplan.selectors.matcher import Matcher
from eduplan.selectors.selector import (
    BEARER,
    DAY_LOOKED_AT,
    DEEPEST,
    EVERYTHING,
    Condition,
    Scale,
    Scales,
    Selector,
    Test,
    apart,
    as_optional_selector,
    as_selector,
    as_selectors,
    asks_bearer,
)

__all__ = [
    "BEARER",
    "DAY_LOOKED_AT",
    "DEEPEST",
    "EVERYTHING",
    "Condition",
    "Matcher",
    "Scale",
    "Scales",
    "Selector",
    "Test",
    "apart",
    "as_optional_selector",
    "as_selector",
    "as_selectors",
    "asks_bearer",
]
