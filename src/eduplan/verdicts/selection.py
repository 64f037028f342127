"""Selectors in words."""

from __future__ import annotations

from eduplan.messages import Language, Text, either, say
from eduplan.selectors import BEARER, Condition, Selector
from eduplan.verdicts.verdict import Citation


def selector_text(selector: Selector, citation: Citation) -> Text:
    """Return what a selector asks, in both languages.

    Args:
        selector: the selector.
        citation: what facts and values are called.
    """
    return Text(_tell(selector, citation, "zh"), _tell(selector, citation, "en"))


def _tell(selector: Selector, citation: Citation, lang: Language) -> str:
    parts = [_condition(condition, citation, lang) for condition in selector.conditions]
    if selector.any_of:
        branches = [_tell(branch, citation, lang) for branch in selector.any_of]
        parts.append(say("explain.or", lang).join(branches))
    for branch in selector.none_of:
        told = _tell(branch, citation, lang)
        parts.append(say("explain.selector.none", lang, condition=told))
    return say("explain.also", lang).join(parts) or say("explain.selector.everything", lang)


def _condition(condition: Condition, citation: Citation, lang: Language) -> str:
    operands = [
        say("explain.selector.own", lang, field=citation.label(operand[len(BEARER) :], lang))
        if isinstance(operand, str) and operand.startswith(BEARER)
        else say("explain.selector.value", lang, value=citation.named(operand, lang))
        for operand in condition.operands
    ]
    return say(
        f"explain.selector.{condition.test}",
        lang,
        field=citation.label(condition.field, lang),
        operand=either(operands, lang),
    )
