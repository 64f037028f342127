"""Conditions that whole numbers keep, tried against all whole numbers there are."""

from itertools import product

from hypothesis import event, given, settings
from hypothesis import strategies as st
from ortools.linear_solver import pywraplp

from eduplan.outlook.cuts import Cut, cuts_of

Column = frozenset[int]
"""The rows in which a variable stands."""


def weight_of(cut: Cut, column: Column) -> int:
    """Return how much of a cut a variable takes: its parts, rounded down."""
    return sum(cut.parts.get(row, 0) for row in column) // cut.whole


def solved(
    columns: list[Column], gains: list[int], limits: list[int]
) -> tuple[pywraplp.Solver, list[float]]:
    """Return a solver that has gained as much as it can, and how much of each it takes."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
    rows = [solver.Constraint(-solver.infinity(), limit) for limit in limits]
    shares = [solver.NumVar(0, solver.infinity(), "") for _ in columns]
    for column, gain, share in zip(columns, gains, shares, strict=True):
        solver.Objective().SetCoefficient(share, gain)
        for row in column:
            rows[row].SetCoefficient(share, 1)
    solver.Objective().SetMaximization()
    assert solver.Solve() == solver.OPTIMAL
    return solver, [share.solution_value() for share in shares]


def test_of_three_that_exclude_one_another_one_is_taken() -> None:
    # Each two of three courses with one place each: halves of all three fill the places, but only
    # one can be had whole. Half of each place makes one and a half places, rounded down one.
    columns = [frozenset({0, 1}), frozenset({1, 2}), frozenset({0, 2})]
    solver, shares = solved(columns, [1, 1, 1], [1, 1, 1])

    assert shares == [0.5, 0.5, 0.5]
    entries = [dict.fromkeys(column, 1) for column in columns]
    assert cuts_of(solver, entries, [1, 1, 1]) == [Cut({0: 1, 1: 1, 2: 1}, 2, 1)]


ROWS = range(4)


@settings(max_examples=200, deadline=None)
@given(
    columns=st.lists(
        st.frozensets(st.sampled_from(ROWS), min_size=2, max_size=3),
        min_size=3,
        max_size=6,
        unique=True,
    ),
    gains=st.lists(st.sampled_from([2, 2, 3]), min_size=6, max_size=6),
    limits=st.lists(st.sampled_from([1, 1, 2]), min_size=len(ROWS), max_size=len(ROWS)),
)
def test_whole_numbers_keep_cuts_and_fractions_break_them(
    columns: list[Column], gains: list[int], limits: list[int]
) -> None:
    solver, shares = solved(columns, gains[: len(columns)], limits)
    cuts = cuts_of(solver, [dict.fromkeys(column, 1) for column in columns], limits)

    broken = any(abs(share - round(share)) > 1e-6 for share in shares)
    event(f"fractions: {broken}, cuts: {bool(cuts)}")
    assert bool(cuts) >= broken
    for cut in cuts:
        weights = [weight_of(cut, column) for column in columns]
        assert sum(w * share for w, share in zip(weights, shares, strict=True)) > cut.most
        for whole in product(range(3), repeat=len(columns)):
            held = [
                sum(n for n, column in zip(whole, columns, strict=True) if row in column)
                for row in ROWS
            ]
            if all(n <= limit for n, limit in zip(held, limits, strict=True)):
                assert sum(w * n for w, n in zip(weights, whole, strict=True)) <= cut.most
