"""Commitment: published optima, and that moving first never hurts."""

import numpy as np
import pytest

from theory import Game, InputError
from theory.commitment import strong_stackelberg
from theory.vertices import vertex_enumeration


@pytest.mark.parametrize(
    ("row", "column", "strategy", "value"),
    [
        ([[2, 4], [1, 3]], [[1, 0], [0, 1]], [0.5, 0.5], 3.5),  # stackelberg-cs06-0: Conitzer & Sandholm (2006)
        ([[3, 9], [9, 1]], [[0, 0], [1, 8]], [1, 0], 9),  # stackelberg-dominated: open_spiel stackelberg_lp_test.py
    ],
)
def test_published_commitments(row, column, strategy, value):
    for leader, game in [
        (0, Game.from_bimatrix(row, column)),
        (1, Game.from_bimatrix(np.transpose(column), np.transpose(row))),
    ]:
        found = strong_stackelberg(game, leader)
        np.testing.assert_allclose(found.leader_strategy, strategy, atol=1e-9)
        assert found.payoffs[leader] == pytest.approx(value) and found.follower_regret <= 1e-9


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
def test_leader_gets_at_least_every_equilibrium_payoff(scale):  # von Stengel & Zamir (2010)
    rng = np.random.default_rng(0)
    for _ in range(10):
        game = Game.from_bimatrix(*(rng.integers(-5, 6, (2, *rng.integers(1, 5, 2))) * scale))
        for leader in (0, 1):
            value = strong_stackelberg(game, leader).payoffs[leader]
            assert value >= vertex_enumeration(game).payoffs[:, leader].max() - 1e-8 * scale


def test_zero_sum_commitment_is_worth_the_value():
    row = np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0], [1, -1, 1]])
    assert strong_stackelberg(Game.from_bimatrix(row, -row)).payoffs[0] == pytest.approx(1 / 9)


def test_bad_input():
    game = Game(np.zeros((2, 2, 2)))
    with pytest.raises(InputError, match="leader"):
        strong_stackelberg(game, 2)
    with pytest.raises(InputError):
        strong_stackelberg(Game(np.zeros((3, 2, 2, 2))))
