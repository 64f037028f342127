"""The solver behind `suggest`, tried against all that could be chosen by several at once."""

from itertools import combinations

from hypothesis import event, given, settings
from hypothesis import strategies as st

from eduplan.outlook.numbers import Kind, Offer, Side, Worth
from eduplan.outlook.patterns import solve
from eduplan.outlook.ways import times_of


def best(kinds: list[Kind], offer: Offer) -> tuple[int, int]:
    """Return for how many there is nothing, and the least cost of the others."""
    courses = range(len(offer.costs))
    sets = [
        several
        for size in range(len(courses) + 1)
        for several in combinations(courses, size)
        if not any(pair in offer.clashes for pair in combinations(several, 2))
    ]
    found = {offer.places: (0, 0)}
    for kind in kinds:
        for need, count in kind.needs.items():
            enough = []
            for several in sets:
                worths = [kind.worth[course] for course in several]
                rows = [worth.adds for worth in worths if worth is not None]
                sums = [sum(column) for column in zip(*rows, strict=True)] or [0] * len(need)
                if None not in worths and all(n <= had for n, had in zip(need, sums, strict=True)):
                    enough.append((several, sum(offer.costs[course] for course in several)))
            for _ in range(count):
                following = {places: (none + 1, cost) for places, (none, cost) in found.items()}
                for places, (none, cost) in found.items():
                    for several, price in enough:
                        if all(places[course] for course in several):
                            left = tuple(n - (c in several) for c, n in enumerate(places))
                            answer = (none, cost + price)
                            following[left] = min(following.get(left, answer), answer)
                found = following
    return min(found.values())


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[Kind], Offer]:
    count, figures = draw(st.integers(1, 6)), draw(st.integers(1, 3))

    def several(values: st.SearchStrategy[int], n: int) -> tuple[int, ...]:
        return draw(st.tuples(*[values] * n))

    slots = draw(st.tuples(*[st.sampled_from([(), (), ("x",), ("y",), ("x", "y")])] * count))
    offer = Offer(
        several(st.sampled_from([0, 1, 2, 3, 5, 7, 10]), count),
        several(st.sampled_from([1, 1, 2, 3, 9]), count),
        *times_of(slots),
    )
    adds = st.tuples(*[st.integers(0, 4)] * figures)
    need = st.tuples(*[st.sampled_from([0, 1, 3, 5, 6])] * figures)
    kinds = []
    for _ in range(draw(st.integers(1, 3))):
        worth = draw(st.tuples(*[st.one_of(adds, adds, adds, st.none())] * count))
        needs = draw(st.dictionaries(need, st.integers(1, 3), min_size=1, max_size=2))
        found = tuple(None if one is None else Worth(one) for one in worth)
        kinds.append(Kind((Side.LEAST,) * figures, found, needs))
    return kinds, offer


@settings(max_examples=400, deadline=None)
@given(programme=programmes())
def test_nothing_that_could_be_chosen_is_better(programme: tuple[list[Kind], Offer]) -> None:
    kinds, offer = programme
    answer = solve(kinds, offer)
    people = sum(sum(kind.needs.values()) for kind in kinds)
    served = sum(sum(patterns.values()) for patterns in answer.chosen.values())

    event(f"not served: {min(people - served, 3)}")
    assert (people - served, answer.cost) == best(kinds, offer)
    assert (answer.proved, answer.bound) == (True, answer.cost)
