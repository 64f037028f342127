"""What the figures of peers come to: what a figure is held against, or its place among them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from eduplan.errors import Missing
from eduplan.exact import exact
from eduplan.provisions.indicator import Figure
from eduplan.provisions.reach import Bound, Peer
from eduplan.selectors import Test


def place_of(figure: Figure, peers: Mapping[str, Figure], places: int | None) -> Figure:
    """Return the place of a figure among its peers, the highest being first.

    Equal figures share the better place; a peer of which nothing is known may stand above.

    >>> place_of(Figure(3, 3), {"a": Figure(5, 5), "b": Figure(3, 3)}, None)[:2]
    (2, 2)
    """
    absent = max(0, (places or 0) - 1 - len(peers))
    known = [
        (peer.low, peer.high)
        for peer in peers.values()
        if peer.low is not None and peer.high is not None
    ]
    gaps = [gap for peer in peers.values() for gap in peer.missing]
    if absent:
        gaps.append(Missing("peers-missing", {"count": absent}))
    if figure.low is None or figure.high is None:
        return Figure(None, None, (*figure.missing, *gaps), counted=figure.counted)
    best = 1 + sum(1 for low, _ in known if low > figure.high)
    worst = 1 + sum(1 for _, high in known if high > figure.low)
    worst += len(peers) - len(known) + absent
    doubts = (*figure.missing, *gaps) if best != worst else ()
    return Figure(best, worst, doubts, counted=figure.counted)


def bound_of_peers(
    test: Test, which: Peer, peers: Mapping[str, Figure], places: int | None, name: str
) -> Bound:
    """Return what a figure is held against of those of its peers.

    Args:
        test: how it is held against it.
        which: their mean, their pooled rate, or a figure that is published for all.
        peers: their figures by their ids.
        places: how many there are, the bearer among them, where that is said.
        name: name of the indicator.
    """
    absent = max(0, (places or 0) - 1 - len(peers)) if which is not Peer.PUBLISHED else 0
    gaps = [gap for peer in peers.values() for gap in peer.missing]
    if absent:
        gaps.append(Missing("peers-missing", {"count": absent}))
    if not peers:
        gaps.append(Missing("no-peers", {"field": name}))
    if which is Peer.PUBLISHED and len(peers) > 1:
        gaps.append(Missing("published-several", {"field": name, "count": len(peers)}))
    if which is Peer.POOLED and any(peer.whole is None for peer in peers.values()):
        gaps.append(Missing("no-counts", {"field": name}))
    figures = [peer.low for peer in peers.values() if peer.low is not None]
    if gaps or len(figures) < len(peers):
        return Bound(test, None, None, tuple(gaps))
    if which is Peer.POOLED:
        part = sum(Fraction(peer.part or 0) for peer in peers.values())
        bound = exact(part / sum(Fraction(peer.whole or 0) for peer in peers.values()))
    else:
        bound = exact(Fraction(sum(figures)) / len(figures))
    return Bound(test, bound, bound)
