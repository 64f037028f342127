"""Numbers that contradict each other: figures a document states, and bounds of its provisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import product
from math import ceil

from eduplan.exact import Number, exact, round_half_up, show, show_share, spell
from eduplan.figures import Figure
from eduplan.lint.finding import Finding
from eduplan.lint.material import Facts, Material, named, place_of
from eduplan.lint.printed import bounded, numbers
from eduplan.lint.quotas import Plain, is_counted, pairs, plain, same_measure
from eduplan.messages import Text, both
from eduplan.provisions import Provision, Quota
from eduplan.selectors import EVERYTHING
from eduplan.weakening import implies


def totals(material: Material) -> Iterator[Finding]:
    """Find totals that are not the sum of their parts."""
    figures = _by_id(material)
    for figure in figures.values():
        parts = [figures[name].value for name in figure.total_of]
        known = [part for part in parts if part is not None]
        if not parts or len(known) < len(parts) or figure.value in (None, sum(known)):
            continue
        facts = {
            "figure": _title(figure),
            "value": _told(figure),
            "parts": "+".join(_told(figures[name]) for name in figure.total_of),
            "sum": _spelled(exact(sum(known)), _is_share(figure)),
        }
        yield _finding(material, "numbers.total", figure, facts)


def shares(material: Material) -> Iterator[Finding]:
    """Find shares that do not round to the figure stated, by as many digits as are printed."""
    figures = _by_id(material)
    for figure in figures.values():
        if figure.share_of is None:
            continue
        part, whole = figures[figure.share_of.part], figures[figure.share_of.whole]
        if figure.value is None or part.value is None or not whole.value:
            continue
        share = Fraction(part.value) / Fraction(whole.value)
        places = _places(figure)
        if _share_fits(share, figure, places):
            continue
        facts = {
            "figure": _title(figure),
            "value": _told(figure),
            "ratio": f"{_told(part)}/{_told(whole)}",
            "share": _per_cent(share, places + 1),
        }
        yield _finding(material, "numbers.share", figure, facts)


def _share_fits(share: Fraction, figure: Figure, places: int) -> bool:
    """Say whether a share rounds to what is stated; about it, to a neighbouring figure too."""
    stated = Fraction(figure.value or 0)
    bound = bounded(figure.stated)
    if bound in ("least", "most"):
        return share >= stated if bound == "least" else share <= stated
    off = abs(round_half_up(share * 100, places) - stated * 100)
    return off <= Fraction(int(bound == "about"), 10**places)


def _places(figure: Figure) -> int:
    """Return the decimal places of a percentage: those printed, else those its value needs."""
    for stated in numbers(figure.stated):
        if stated.per_cent and stated.value == figure.value:
            return stated.places
    return len(spell(exact(Fraction(figure.value or 0) * 100)).partition(".")[2])


def _per_cent(share: Fraction, places: int) -> str:
    """Return a share with all its digits: 41.0 %, where 41 % could be taken for a figure stated.

    >>> _per_cent(Fraction(579, 1411), 1), _per_cent(Fraction(1, 8), 1)
    ('≈41.0%', '12.5%')
    """
    rounded = round_half_up(share * 100, places)
    whole, part = divmod(int(rounded * 10**places), 10**places)
    sign = "" if rounded == share * 100 else "≈"
    return f"{sign}{whole}.{part:0{places}d}%"


def counts(material: Material) -> Iterator[Finding]:
    """Find lists that do not have as many entries as the document says."""
    for figure in material.plan.figures:
        listed = len(set(figure.counts))
        if figure.counts and figure.value is not None and figure.value != listed:
            facts = {"figure": _title(figure), "value": _told(figure), "listed": listed}
            yield _finding(material, "numbers.count", figure, facts)


def differing(material: Material) -> Iterator[Finding]:
    """Find figures that state the same thing differently."""
    figures = _by_id(material)
    for figure in figures.values():
        other = figures.get(figure.same_as)
        if other is None or None in (figure.value, other.value) or figure.value == other.value:
            continue
        facts = {"figure": _title(figure), "stated": figure.stated, "other": other.stated}
        clauses = tuple(dict.fromkeys((*figure.clause, *other.clause)))
        yield material.finding("numbers.differ", f"figure.{figure.id}", clauses, facts)


def parts(material: Material) -> Iterator[Finding]:
    """Find figures above those they are part of, with the readings under which rates may be."""
    figures = _by_id(material)
    for figure in figures.values():
        whole = figures.get(figure.part_of)
        if whole is None or figure.value is None or whole.value is None:
            continue
        if figure.value <= whole.value:
            continue
        facts: dict[str, object] = {
            "figure": _title(figure),
            "value": _told(figure),
            "whole": _title(whole),
            "base": _told(whole),
        }
        code = "numbers.part-above-whole"
        if _is_share(figure) and _is_share(whole):
            code = "numbers.rate-above-base"
            facts["readings"] = rate_readings(figure.value, whole.value)
        yield _finding(material, code, figure, facts)


def rate_readings(part: Number, whole: Number) -> Text:
    """Tell the readings of two rates under which the narrower may be the larger.

    On one base none is: who is excellent has passed. A pass rate counted without the excellent
    leaves room for both only up to 100 % together. A joint pass rate, over several subjects at
    once, may be below the excellent rate of each of them: of ``n`` subjects each fails at most
    ``1 - part``, so all of them fail up to ``n (1 - part)`` jointly.

    Args:
        part: the rate of the narrower, such as excellent, as a fraction of one.
        whole: the rate of the wider, such as passed.

    >>> rate_readings(exact("80%"), exact("75%")).en.partition("; ")[0]
    'on one base it cannot be'
    """
    together = exact(Fraction(part) + Fraction(whole))
    band = both(f"lint.reading.{'band' if together <= 1 else 'no-band'}", sum=show_share(together))
    if part == 1:
        joint = both("lint.reading.no-joint")
    else:
        subjects = ceil(Fraction(1 - whole) / Fraction(1 - part))
        joint = both("lint.reading.joint", subjects=subjects)
    return both("lint.reading.all", one_base=both("lint.reading.one-base"), band=band, joint=joint)


def crossing(material: Material) -> Iterator[Finding]:
    """Find a floor above a ceiling on the same thing in the same periods."""
    for pair in pairs(material):
        for one, other in (pair, pair[::-1]):
            yield from material.found("numbers.bounds-cross", partial(_cross, material), one, other)


def _cross(material: Material, one: Provision, other: Provision) -> Facts | None:
    low, high = plain(one), plain(other)
    if low is None or high is None or low.most or not high.most or low.amount <= high.amount:
        return None
    if (low.every, low.scope) != (high.every, high.scope):
        return None
    if not same_measure(low.measure, high.measure):
        return None
    # Whatever counts towards the floor counts against the ceiling, for somebody who owes both.
    if not implies(low.measure.where, high.measure.where, material.scales):
        return None
    bearers = (one.bearer, other.bearer)
    if not any(implies(*pair, material.scales) for pair in (bearers, bearers[::-1])):
        return None
    return {
        "floor": one.title,
        "least": _spelled(low.amount, low.share),
        "ceiling": other.title,
        "most": _spelled(high.amount, high.share),
    }


def portions(material: Material) -> Iterator[Finding]:
    """Find parts of a quota that exceed the whole, and yearly parts that already make it."""
    checks = {
        "numbers.parts-exceed-total": _parts_exceed,
        "structure.part-implies-total": _part_implies,
    }
    for stated in material.provisions:
        for code, check in checks.items():
            yield from material.found(code, check, stated)


def _parts_exceed(one: Provision) -> Facts | None:
    """Return parts that together ask for more than the whole; no hour serves two of them."""
    asked = plain(one)
    if asked is None or not isinstance(one, Quota):
        return None
    of_all = [part for part in one.part if part.exclusive and part.bearer == EVERYTHING]
    bounds = sorted((part.asked(asked.amount) for part in of_all), reverse=True)
    total = exact(sum(bounds))
    if total <= asked.amount:
        return None
    parts = "+".join(map(show, bounds))
    return {"parts": parts, "sum": show(total), "whole": show(asked.amount)}


def _part_implies(one: Provision) -> Facts | None:
    asked = plain(one)
    if asked is None or not isinstance(one, Quota) or not one.every.regular:
        return None
    years = one.every.months // 12
    for portion in sorted(one.part, key=lambda portion: portion.id):
        floor = portion.at_least if portion.yearly and portion.within is None else None
        if floor is None or portion.beside or portion.bearer != EVERYTHING:
            continue
        if floor * years < asked.amount:
            continue
        return {
            "part": named(portion.title, portion.id),
            "amount": show(floor),
            "times": years,
            "reached": show(exact(floor * years)),
            "whole": show(asked.amount),
        }
    return None


def differing_plans(material: Material) -> Iterator[Finding]:
    """Find quotas of two plans on the same kind of record that ask for it differently."""
    for other in material.others:
        beside = Material(plan=other)
        for one in material.provisions:
            for two in other.settled:
                if not (is_counted(one) and is_counted(two)):
                    continue
                facts = _differ(
                    [quotas for (quotas,) in material.together(one)],
                    [quotas for (quotas,) in beside.together(two)],
                )
                if facts is not None:
                    where = {"other": other.title, **facts}
                    yield material.finding("numbers.plans-differ", place_of(one), one.clause, where)


def _differ(ones: Sequence[Provision], others: Sequence[Provision]) -> Facts | None:
    """Return how two quotas differ that ask for a sum of the same kind over the same time."""
    found = []
    for one, other in product(ones, others):
        here, there = plain(one), plain(other)
        if here is None or there is None or here.most or there.most:
            return None
        lengths = {here.every.months, there.every.months}
        alike = set(here.measure.kinds) & set(there.measure.kinds)
        if not alike or lengths == {0} or len(lengths) > 1:
            return None
        if here.measure.way is not there.measure.way:
            return None
        if (here.amount, here.unit, here.scope.over) == (
            there.amount,
            there.unit,
            there.scope.over,
        ):
            return None
        found.append({"here": _asked(here), "there": _asked(there), "title": other.title})
    return min(found, key=repr) if found else None


def _asked(asked: Plain) -> Text:
    over = both(f"lint.over.{asked.scope.over}")
    amount = _spelled(asked.amount, asked.share)
    return both("lint.amount", amount=amount, unit=asked.unit, over=over)


def _by_id(material: Material) -> Mapping[str, Figure]:
    return {figure.id: figure for figure in material.plan.figures}


def _finding(material: Material, code: str, figure: Figure, facts: Facts) -> Finding:
    return material.finding(code, f"figure.{figure.id}", figure.clause, facts)


def _title(figure: Figure) -> Text:
    return named(figure.title, figure.id)


def _is_share(figure: Figure) -> bool:
    stated = [number.per_cent for number in numbers(figure.stated)]
    return any(stated) or figure.share_of is not None


def _told(figure: Figure) -> str:
    return _spelled(figure.value or 0, _is_share(figure))


def _spelled(value: Number, share: bool) -> str:
    return show_share(value) if share else show(value)


CHECKS = (totals, shares, counts, differing, parts, crossing, portions, differing_plans)
