"""What every registered solver of finite games keeps to, whichever it is."""

import numpy as np
import pytest

from theory import Game, SolverError
from theory.equilibrium import METHODS, nash

GAMES = {
    "prisoner's dilemma": ([[3, 0], [5, 1]], [[3, 5], [0, 1]]),
    "matching pennies": ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]),
    "battle of the sexes": ([[2, 0], [0, 1]], [[1, 0], [0, 2]]),
    "zero game": ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
}


def solve(method, game):
    try:
        return METHODS[method](game)
    except SolverError:
        return None
    except ValueError as error:  # InputError: a method that is not for this kind of game says so
        assert len(str(error)) > 20
        return None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", GAMES)
def test_what_is_listed_is_an_equilibrium(method, name):
    solution = solve(method, Game.from_bimatrix(*GAMES[name]))
    if solution is not None:
        assert solution.certified[solution.mask].all()
        assert solution.method
        assert solution.regret.shape[-1] == 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_units_change_nothing(method, scale):
    for row, column in GAMES.values():
        plain = solve(method, Game.from_bimatrix(row, column))
        scaled = solve(method, Game.from_bimatrix(scale * np.array(row), scale * np.array(column)))
        assert (plain is None) == (scaled is None)
        if plain is not None:
            np.testing.assert_allclose(plain.distributions, scaled.distributions, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_callers_arrays_are_not_touched(method):
    row, column = (np.array(m, float) for m in GAMES["battle of the sexes"])
    before = row.copy(), column.copy()
    solve(method, Game.from_bimatrix(row, column))
    np.testing.assert_array_equal(row, before[0])
    np.testing.assert_array_equal(column, before[1])


@pytest.mark.parametrize("method", METHODS)
def test_a_claim_of_completeness_is_kept(method):
    """Where a solver says that its list is complete, it holds every equilibrium that any other solver finds."""
    for row, column in GAMES.values():
        game = Game.from_bimatrix(row, column)
        solution = solve(method, game)
        if solution is None or not np.all(solution.complete) or method == "pure_nash":
            continue
        everything = nash(game)
        listed = [tuple(np.round(d.ravel().astype(float), 9)) for d in solution.distributions[solution.mask]]
        for d in everything.distributions[everything.mask]:
            assert tuple(np.round(d.ravel().astype(float), 9)) in listed


def test_solvers_give_the_same_answer_twice():
    rng = np.random.default_rng(1)
    game = Game(rng.normal(size=(2, 3, 3)))
    for method in METHODS:
        one, two = solve(method, game), solve(method, game)
        if one is not None and two is not None:
            np.testing.assert_array_equal(one.distributions, two.distributions)
