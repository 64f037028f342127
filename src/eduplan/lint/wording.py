"""How a document is worded: slips of the print, one thing under two names, names that leak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from eduplan.exact import show, show_share
from eduplan.lint.finding import Finding
from eduplan.lint.material import Material, named, place_of
from eduplan.lint.printed import Slip, numbers, odd_years, slips, wording
from eduplan.lint.structure import known_names
from eduplan.messages import Text, both
from eduplan.plan import Plan

_MASK = re.compile(r"[XxＸ×*＊]{2,}|某")
_PLACE = re.compile(
    r"(?:^|[《“、，：（(]|执行|按照|依照|根据|依据|落实)"
    r"(?![全本我各该省市县区某列纳由在对向与和把将从为以及到达])[一-鿿]{2,3}?(?<![全本我各该学片地城园社校辖])"
    r"(?:自治州|省|市|州|县|区)(?!级|域)"
)
"""A place by name: two or three characters before what it is, where a name can begin."""


def printed(plan: Plan) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Return what stands in the document as printed: its place, clauses and text."""
    for clause in plan.clauses:
        for quote in clause.quotes:
            yield f"clause.{clause.number}", (clause.number,), quote
    for figure in plan.figures:
        for text in (figure.stated, *figure.counts):
            yield f"figure.{figure.id}", figure.clause, text


def copying(material: Material) -> Iterator[Finding]:
    """Find letters that were likely confused when the document was printed, scanned or copied."""
    everything = list(printed(material.plan))
    told: set[tuple[str, Slip]] = set()
    # Figures first: a quote that holds the same slip of the same clause tells nothing new.
    for place, clauses, text in sorted(everything, key=lambda one: one[0].startswith("clause.")):
        # A word that is a slip only beside others must not stand beside itself.
        beside = "\n".join(other for _, _, other in everything if other != text)
        for slip in slips(text, beside):
            new = {(clause, slip) for clause in clauses} - told
            if new or not place.startswith("clause."):
                told |= new
                where = both("lint.wording.copying-error.where", text=text)
                if slip.printed == text:
                    where = Text("", "")
                facts = {"printed": slip.printed, "meant": slip.meant, "where": where}
                yield material.finding("wording.copying-error", place, clauses, facts)
    for place, clauses, text in everything:
        for year in odd_years(text):
            yield material.finding(
                "wording.year-digits", place, clauses, {"text": text, "year": year}
            )


def values(material: Material) -> Iterator[Finding]:
    """Find figures that are read as another number than is printed."""
    for figure in material.plan.figures:
        stated = numbers(figure.stated)
        if figure.value is None or not stated:
            continue
        if figure.value in [number.value for number in stated]:
            continue
        share = any(number.per_cent for number in stated)
        facts = {
            "figure": named(figure.title, figure.id),
            "stated": figure.stated,
            "value": show_share(figure.value) if share else show(figure.value),
        }
        place = f"figure.{figure.id}"
        yield material.finding("wording.value-differs", place, figure.clause, facts)


def two_names(material: Material) -> Iterator[Finding]:
    """Find the same thing under two names, in this plan or in another that holds beside it."""
    own = list(texts(material.plan))
    for group in wording().names:
        if any(sum(name in text for name in group) > 1 for _, _, text in own):
            continue  # explained by each other in one text
        found = {name: _first(name, own) for name in group}
        here = {name: place for name, place in found.items() if place is not None}
        if len(here) > 1:
            places = sorted(here.values())
            clauses = tuple(dict.fromkeys(number for _, several in places for number in several))
            told = tuple(dict.fromkeys(place for place, _ in places))
            facts = {"names": tuple(sorted(here)), "places": told}
            yield material.finding("wording.two-names", places[0][0], clauses, facts)
        for other in material.others:
            beside = list(texts(other))
            there = [name for name in group if _first(name, beside) is not None]
            if here and there and not set(here) & set(there):
                (place, clauses), *_ = sorted(here.values())
                names = (*sorted(here), *sorted(there))
                beyond: dict[str, object] = {"names": names, "places": (place, other.title)}
                yield material.finding("wording.two-names", place, clauses, beyond)


def texts(plan: Plan) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Return what stands in a plan in Chinese: its place, clauses and text."""
    for clause in plan.clauses:
        yield f"clause.{clause.number}", (clause.number,), clause.gist.zh
    for provision in plan.provisions:
        yield place_of(provision), provision.clause, provision.title.zh
    for question in plan.questions:
        yield f"question.{question.id}", question.clause, question.asks.zh
    for figure in plan.figures:
        if figure.title is not None:
            yield f"figure.{figure.id}", figure.clause, figure.title.zh
    yield from printed(plan)


def _first(
    name: str, found: list[tuple[str, tuple[str, ...], str]]
) -> tuple[str, tuple[str, ...]] | None:
    places = [(place, clauses) for place, clauses, text in found if name in text]
    return min(places) if places else None


def masked_names(material: Material) -> Iterator[Finding]:
    """Find a place that is named where the document masks the names of places elsewhere.

    The name is not repeated: whoever masked it did not want it told.
    """
    found = list(_with_places(material.plan))
    if not any(_MASK.search(text) for _, _, text in found):
        return
    for place, clauses, text in found:
        if _PLACE.search(text):
            yield material.finding("wording.masked-name", place, clauses)


def _with_places(plan: Plan) -> Iterator[tuple[str, tuple[str, ...], str]]:
    document = plan.document
    yield "document.title", (), document.title.zh
    if document.issuer is not None:
        yield "document.issuer", (), document.issuer.zh
    for name in ("basis", "cites"):
        for cited in getattr(document, name):
            yield f"document.{name}", cited.clause, cited.title.zh
    for clause in plan.clauses:
        for quote in clause.quotes:
            yield f"clause.{clause.number}", (clause.number,), quote


def unnamed(material: Material) -> Iterator[Finding]:
    """Find facts and kinds of record without words, so that messages show their bare names."""
    known = known_names(material)
    used: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for stated in material.provisions:
        for inside in material.inside(stated):
            for name in (inside.kinds | inside.facts) - known:
                used.setdefault(name, []).append((place_of(stated), stated.clause))
    for name, places in used.items():
        place, clauses = min(places)
        near = get_close_matches(name, sorted(known), n=1)
        other = both("lint.wording.unnamed.near", near=near[0]) if near else Text("", "")
        facts = {"name": name, "near": other}
        yield material.finding("wording.unnamed", place, clauses, facts)


CHECKS = (copying, values, two_names, masked_names, unnamed)
