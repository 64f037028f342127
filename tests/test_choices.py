"""The cheapest courses under caps, times and shares, tried against every set of courses."""

from itertools import combinations

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from eduplan.outlook.choices import Choices, possible
from eduplan.outlook.numbers import Claim, Kind, Need, Offer, Side, TooLarge, Worth
from eduplan.outlook.rooms import in_turn
from eduplan.outlook.times import times_of
from eduplan.outlook.turns import in_turns
from eduplan.outlook.ways import FAR

FIGURES = (Side.LEAST, Side.LEAST, Side.BALANCE, Side.MOST)
ROOMS = (4, 5, 6)
CHAINS = [(4,), (6,), (4, 6), (5, 6), (4, 5, 6), (4, 5, 6)]


def enough(kind: Kind, offer: Offer, need: Need, courses: tuple[int, ...]) -> bool:
    """Say whether courses fill a need, one after the other in the order of their records."""
    slots = [slot for course in courses for slot in offer.slots[course]]
    left = list(need)
    for course in sorted(courses, key=offer.order.index):
        worth = kind.worth[course]
        if worth is None:
            return False
        changes = list(worth.adds)
        for claim in worth.claims:
            counts = claim.amount
            for room in claim.rooms:
                counts = min(counts, left[room])
                left[room] -= counts
            changes = [was + counts * w for was, w in zip(changes, claim.weights, strict=True)]
        for place, side in enumerate(FIGURES):
            left[place] += changes[place] if side is Side.BALANCE else -changes[place]
    least = all(lack <= 0 for lack in left[:2])
    return least and left[2] >= 0 and left[3] >= 0 and len(set(slots)) == len(slots)


def small(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


NOTHING = (0,) * len(ROOMS)
CLAIMS = st.builds(
    lambda amount, rooms, weights: Claim(amount, rooms, (*weights, *NOTHING)),
    small(1, 4),
    st.sampled_from(CHAINS),
    st.tuples(st.just(1), small(0, 2), small(-2, 1), st.sampled_from([0, 0, 1])),
)
WORTHS = st.builds(
    lambda adds, claim: Worth((*adds, *NOTHING), (claim,)),
    st.sampled_from([(0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)]),
    CLAIMS,
)
NEEDS = st.tuples(
    small(0, 6), small(0, 4), small(-2, 1), small(0, 4), small(0, 4), small(0, 4), small(0, 6)
)


@st.composite
def offers(draw: st.DrawFn) -> tuple[Kind, Offer]:
    count = draw(small(1, 6))
    worth = tuple(draw(st.one_of(WORTHS, WORTHS, WORTHS, st.none())) for _ in range(count))
    slots = tuple(draw(st.sampled_from([(), (), ("x",), ("y",), ("x", "y")])) for _ in worth)
    order = tuple(draw(st.permutations(range(count))))
    claims = [claim for one in worth if one for claim in one.claims]
    chains: list[tuple[tuple[int, ...], object]] = [(one.rooms, one.weights) for one in claims]
    needs = dict.fromkeys(draw(st.lists(NEEDS, min_size=1, max_size=4)), 1)
    sides = (*FIGURES, *(Side.ROOM for _ in ROOMS))
    kind = Kind(sides, worth, needs, frozenset(in_turn(chains)))
    return kind, Offer((1,) * count, (1,) * count, slots, times_of(slots), order)


@settings(max_examples=300, deadline=None)
@given(offered=offers(), data=st.data())
def test_nothing_is_cheaper(offered: tuple[Kind, Offer], data: st.DataObject) -> None:
    # Twice, for what was learnt at the first prices must still hold at others. Where somebody has
    # to be found for a course its price is negative: then no courses are added that are not needed.
    kind, offer = offered
    choices = Choices(kind, offer)
    courses = range(len(offer.slots))
    sets = [several for size in range(len(courses) + 1) for several in combinations(courses, size)]
    ways = {need: [s for s in sets if enough(kind, offer, need, s)] for need in kind.needs}
    for _ in range(2):
        least_of_all = data.draw(st.sampled_from([0, 0, -2]))
        prices = data.draw(st.tuples(*[small(least_of_all, 5)] * len(courses)))
        found = choices.cheapest(prices, dict.fromkeys(kind.needs, FAR))
        for need, several in ways.items():
            least, chosen = found[need]
            needed = [one for one in several if not any(set(o) < set(one) for o in several)]
            wanted = min((sum(prices[c] for c in one) for one in needed), default=FAR)
            assert least <= wanted if min(prices) < 0 else least == wanted
            if chosen is None:
                assert not several
            else:
                assert chosen in several
                assert sum(prices[course] for course in chosen) == least
        rooms, slots = max((len(one.rooms), len(one.slots)) for one in choices.kept.values())
        event(f"account of {rooms} rooms and {slots} times")
    assert possible(kind, offer, kind.needs) == {need for need, several in ways.items() if several}


@settings(max_examples=100, deadline=None)
@given(offered=offers(), prices=st.lists(small(0, 5), min_size=6, max_size=6), below=small(0, 8))
def test_what_costs_too_much_has_a_bound(
    offered: tuple[Kind, Offer], prices: list[int], below: int
) -> None:
    # Where courses are not of interest, what is told is no more than what they cost.
    kind, offer = offered
    prices = prices[: len(offer.slots)]
    found = Choices(kind, offer).cheapest(prices, dict.fromkeys(kind.needs, below))
    wanted = Choices(kind, offer).cheapest(prices, dict.fromkeys(kind.needs, FAR))
    for need, (least, chosen) in found.items():
        assert least <= wanted[need][0]
        assert (chosen is None) == (least >= below)
        assert chosen is None or least == wanted[need][0]


@settings(max_examples=200, deadline=None)
@given(
    offered=offers(),
    prices=st.lists(small(0, 5), min_size=6, max_size=6),
    limit=small(0, 12),
    learnt=st.booleans(),
)
def test_all_that_cost_at_most_so_much_are_listed(
    offered: tuple[Kind, Offer], prices: list[int], limit: int, learnt: bool
) -> None:
    # Whatever has been learnt before. Where some of the courses would do, the others may be missing.
    kind, offer = offered
    prices = prices[: len(offer.slots)]
    courses = range(len(offer.slots))
    choices = Choices(kind, offer)
    if learnt:
        choices.cheapest(prices, dict.fromkeys(kind.needs, FAR))
    listed = choices.within(prices, dict.fromkeys(kind.needs, limit), 1000)
    sets = [several for size in range(len(courses) + 1) for several in combinations(courses, size)]
    for need in kind.needs:
        ways = {one for one in sets if enough(kind, offer, need, one)}
        cheap = {one for one in ways if sum(prices[course] for course in one) <= limit}
        needed = {one for one in cheap if not any(set(o) < set(one) for o in ways)}
        found = [tuple(course for course in courses if row[course]) for row in listed[need]]
        event(f"listed: {min(len(found), 3)}")
        assert needed <= set(found) <= cheap
        assert len(set(found)) == len(found)


def test_no_more_are_listed_than_asked_for() -> None:
    # Each of three courses fills the need: the three are listed where three are asked for.
    weights = (1, 0, 0, 0, *NOTHING)
    sides = (*FIGURES, *(Side.ROOM for _ in ROOMS))
    need = (1, 0, 0, 0, *NOTHING)
    slots: tuple[tuple[str, ...], ...] = ((), (), ())
    offer = Offer((1, 1, 1), (1, 1, 1), slots, times_of(slots), (0, 1, 2))
    choices = Choices(Kind(sides, (Worth(weights),) * 3, {need: 1}), offer)

    assert choices.within((1, 1, 1), {need: 1}, 3)[need].tolist() == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    with pytest.raises(TooLarge):
        choices.within((1, 1, 1), {need: 1}, 2)


def test_courses_stay_in_order_where_it_matters_which_comes_first() -> None:
    # The second uses one room only and would be begun before the first, which uses two; that it
    # is where the first room cuts alike whoever comes first. The third uses none.
    weights = (1, 0, 0, 0, *NOTHING)
    nothing = (0, 0, 0, 0, *NOTHING)
    worth = (
        Worth(nothing, (Claim(2, (4, 5), weights),)),
        Worth(nothing, (Claim(2, (4,), weights),)),
        Worth(weights),
    )
    sides = (*FIGURES, *(Side.ROOM for _ in ROOMS))
    kind = Kind(sides, worth, {(1, 0, 0, 0, 1, 1, 1): 1}, frozenset({4}))
    slots = ((), (), ())
    offer = Offer((1, 1, 1), (1, 1, 1), slots, times_of(slots), (2, 0, 1))
    rooms = frozenset({4, 5})

    assert in_turns(kind, offer, rooms, frozenset()) == ((0,), (1,), (2,))
    free = kind._replace(turn=frozenset())
    assert in_turns(free, offer, rooms, frozenset()) == ((1,), (0,), (2,))


SIDES = (*FIGURES, *(Side.ROOM for _ in ROOMS))


def claimed(amount: int, rooms: tuple[int, ...], *weights: int) -> Worth:
    """Return what a course adds of which all goes through caps, to the four figures."""
    return Worth((0, 0, 0, 0, *NOTHING), (Claim(amount, rooms, (*weights, *NOTHING)),))


def in_order(kind: Kind) -> tuple[Kind, Offer]:
    """Return an offer of courses for nothing, each in its time and in the order of the records."""
    claims = [claim for one in kind.worth if one for claim in one.claims]
    turn = frozenset(in_turn([(claim.rooms, claim.weights) for claim in claims]))
    free = (0,) * len(kind.worth)
    slots: tuple[tuple[str, ...], ...] = ((),) * len(free)
    order = tuple(range(len(free)))
    return kind._replace(turn=turn), Offer(free, free, slots, times_of(slots), order)


def test_what_an_earlier_cap_leaves_out_takes_no_room_under_a_later_one() -> None:
    # Lacking are 1 of the first figure and 3 of the second. The last cap has room for 4. "Cheap"
    # gives the first figure, but takes 3 of the room, and 1 is too little for the last course. Of
    # the other course the cap before leaves 1 of 4, so that 3 of the room are left: both do. Who
    # has room under that cap too loses all to it, and nothing is left for the last course.
    cheap, other = claimed(3, (4, 6), 1, 0, 0, 0), claimed(4, (4, 5, 6), 1, 0, 0, 0)
    last = claimed(3, (4, 6), 0, 1, 0, 0)
    narrow, wide = (1, 3, 0, 0, 9, 1, 4), (1, 3, 0, 0, 9, 9, 4)
    kind, offer = in_order(Kind(SIDES, (cheap, other, last), {narrow: 1, wide: 1}))
    found = Choices(kind, offer).cheapest((1, 5, 1), dict.fromkeys(kind.needs, FAR))

    assert found == {narrow: (6, (1, 2)), wide: (FAR, None)}


def test_a_course_that_only_a_cap_makes_needed_is_looked_at() -> None:
    # The last cap leaves 2 of the 4 hours of the first course; with the second, which adds 2, the
    # 4 are there. For who has room the first alone would do. Somebody has to be found for the
    # second, so its price is negative: both are to be had for 1, which is less than 2.
    worth = (claimed(4, (4, 5), 1, 0, 0, 0), Worth((2, 0, 0, 0, *NOTHING)))
    narrow, wide = (4, 0, 0, 0, 9, 2, 0), (4, 0, 0, 0, 9, 9, 0)
    kind, offer = in_order(Kind(SIDES, worth, {narrow: 1, wide: 1}))

    found = Choices(kind, offer).cheapest((3, -2), {narrow: 2, wide: 2})
    assert found[narrow] == (1, (0, 1))
    listed = Choices(kind, offer).within((3, 2), {narrow: 5, wide: 5}, 10)
    assert listed[narrow].tolist() == [[True, True]]


def test_a_cap_may_leave_just_as_much_as_is_allowed() -> None:
    # 3 are lacking and no more than 3 may be added: the course of 4 does where the last cap leaves
    # 3 of it, and for nobody who has room for all.
    narrow, wide = (3, 0, 0, 3, 9, 3, 0), (3, 0, 0, 3, 9, 9, 0)
    kind, offer = in_order(Kind(SIDES, (claimed(4, (4, 5), 1, 0, 0, 1),), {narrow: 1, wide: 1}))
    found = Choices(kind, offer).cheapest((1,), dict.fromkeys(kind.needs, FAR))

    assert found == {narrow: (1, (0,)), wide: (FAR, None)}
