"""Maximin play: published values, von Neumann's theorem, and what is not constant-sum."""

from fractions import Fraction as F

import numpy as np
import pytest

from theory import Game, InputError
from theory.vertices import vertex_enumeration
from theory.zero_sum import minimax


def test_published_game():  # zerosum-4x3-lp: nashpy test_minimax.py
    row = np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0], [1, -1, 1]])
    solution = minimax(Game.from_bimatrix(row, -row))
    np.testing.assert_allclose(solution.strategies(0)[0], [4 / 9, 2 / 9, 0, 1 / 3], atol=1e-8)
    np.testing.assert_allclose(solution.strategies(1)[0], [2 / 9, 4 / 9, 1 / 3], atol=1e-8)
    np.testing.assert_allclose(solution.payoffs[0], [1 / 9, -1 / 9], atol=1e-8)
    assert solution.certified.all()


def test_oneill():  # zerosum-oneill: O'Neill (1987), value -1/5
    row = np.array([[1, -1, -1, -1], [-1, -1, 1, 1], [-1, 1, -1, 1], [-1, 1, 1, -1]])
    solution = minimax(Game.from_bimatrix(row, -row))
    np.testing.assert_allclose(solution.strategies(1)[0], [0.4, 0.2, 0.2, 0.2], atol=1e-9)
    assert solution.payoffs[0, 0] == pytest.approx(-0.2)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
def test_value_is_the_same_at_every_equilibrium(scale):
    rng = np.random.default_rng(0)
    for _ in range(6):
        row = rng.integers(-3, 4, rng.integers(1, 5, 2)).astype(float)
        before = row.copy()
        game = Game.from_bimatrix(row * scale, (10 - row) * scale)  # constant sum, not zero sum
        value = minimax(game).payoffs[0, 0]
        np.testing.assert_allclose(vertex_enumeration(game).payoffs[:, 0], value, rtol=1e-9, atol=1e-9 * scale)
        np.testing.assert_array_equal(row, before)


def test_large_and_exact_games():
    row = np.random.default_rng(1).standard_normal((60, 40))
    assert minimax(Game.from_bimatrix(row, -row)).certified.all()
    exact = Game.from_bimatrix([[F(1, 3), 0], [0, 1]], [[F(2, 3), 1], [1, 0]])
    assert float(minimax(exact).payoffs[0, 0]) == pytest.approx(0.25)


def test_other_games_are_refused():
    with pytest.raises(InputError, match=r"constant-sum.* at \(0, 1\)"):
        minimax(Game.from_bimatrix([[1, 0], [0, 1]], [[1, 0], [1, 1]]))
    with pytest.raises(InputError):
        minimax(Game(np.zeros((3, 2, 2, 2))))
