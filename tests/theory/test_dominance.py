"""Dominance by mixtures: the published tolerance case, and consequences for equilibrium."""

from fractions import Fraction as F

import numpy as np
import pytest

from theory import Game, InputError
from theory.dominance import _exact, _solved, dominated_actions
from theory.vertices import vertex_enumeration

NARROW = [[-2e-8, -2e-8], [1, -1], [-1, 1]]


@pytest.mark.parametrize(("tolerance", "expected"), [(1e-8, (0,)), (4e-8, ()), (0, (0,))])
def test_margin_smaller_than_a_solver_tolerance(
    tolerance, expected
):  # dominance-eps: quantecon test_normal_form_game.py
    assert dominated_actions(NARROW, tolerance=tolerance) == expected


def test_margin_is_compared_exactly():
    exact = [[F(-2, 10**8)] * 2, [F(1), F(-1)], [F(-1), F(1)]]
    assert dominated_actions(exact, tolerance=F(2, 10**8)) == ()
    assert dominated_actions(exact, tolerance=F(2, 10**8) - F(1, 10**30)) == (0,)


def test_dilemma_and_weak_dominance():
    dilemma = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    assert dominated_actions(dilemma, 0) == dominated_actions(dilemma, 1) == (0,)
    assert dominated_actions([[1, 0], [1, 1]]) == ()  # weakly dominated only
    assert dominated_actions([[4, 4]]) == ()


def test_dominated_actions_are_never_played_in_equilibrium():
    rng = np.random.default_rng(0)
    seen = 0
    for _ in range(25):
        game = Game.from_bimatrix(*rng.integers(-4, 5, (2, 4, 3)))
        solution = vertex_enumeration(game)
        for player in (0, 1):
            dominated = list(dominated_actions(game, player))
            seen += len(dominated)
            assert not solution.strategies(player)[:, dominated].any()
    assert seen > 10


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_unit_of_payoffs_does_not_matter(scale):
    rng = np.random.default_rng(1)
    for _ in range(10):
        payoffs = rng.standard_normal((4, 3))
        assert dominated_actions(payoffs * scale) == dominated_actions(payoffs)


@pytest.mark.parametrize("kind", ["whole numbers", "few numbers", "duplicates", "means of others", "rank two"])
def test_what_floats_decide_is_what_exact_pivoting_decides(kind):
    """The margin as the exact value of the zero-sum game of all differences, in games with and without ties."""
    rng = np.random.default_rng(4)
    seen = 0
    for _ in range(15):
        payoff = rng.integers(-9, 10, (6, 5)) / 8
        if kind == "few numbers":
            payoff = np.sign(payoff)
        elif kind == "duplicates":
            payoff = payoff[[0, 1, 2, 3, 1, 0]]
        elif kind == "means of others":
            payoff[:3] = (payoff[3:] + payoff[[4, 5, 3]]) / 2
        elif kind == "rank two":
            payoff = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 5))
        exact = _exact(payoff)
        for tolerance in (F(0), F(1, 4)):
            expected = tuple(a for a in range(6) if _solved(exact - exact[a])[0] > tolerance)
            assert dominated_actions(payoff, tolerance=tolerance) == expected
            assert dominated_actions(exact, tolerance=tolerance) == expected
            seen += len(expected)
    assert seen


def test_three_players():
    payoff = np.zeros((3, 2, 2, 2))
    payoff[2, :, :, 1] = 1  # the third player's second action always pays more
    assert dominated_actions(Game(payoff), 2) == (0,) and dominated_actions(Game(payoff), 0) == ()


def test_bad_input():
    for bad in ([1, 2], np.zeros((2, 2, 2)), Game(np.zeros((3, 2, 2, 2)), batch_ndim=1)):
        with pytest.raises(InputError):
            dominated_actions(bad)
    with pytest.raises(InputError, match="player"):
        dominated_actions(Game(np.zeros((2, 2, 2))), 2)
    with pytest.raises(InputError, match="tolerance"):
        dominated_actions(NARROW, tolerance=-1)
