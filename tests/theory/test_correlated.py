"""Gaps to correlated and coarse correlated equilibrium: published values, and what theory says of them."""

from fractions import Fraction as F

import numpy as np
import pytest

from theory import Game, InputError
from theory.correlated import correlated_gap
from theory.vertices import vertex_enumeration

SHAPLEY = Game.from_bimatrix([[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]])


def test_coarse_but_not_correlated():  # ce-gibson2013: open_spiel corr_dist_test.cc
    game = Game.from_bimatrix([[1, 0], [0, 2], [-1, 1]], np.zeros((3, 2)))
    ce_gap, cce_gap = correlated_gap(game, [[0.5, 0], [0, 0.25], [0, 0.25]])
    assert ce_gap == pytest.approx(0.25, abs=1e-12) and cce_gap == 0


@pytest.mark.parametrize("mu", [np.full((3, 3), 1 / 9), (1 - np.eye(3)) / 6])
def test_shapley_game(mu):  # ce-shapley: open_spiel corr_dist_test.cc
    ce_gap, cce_gap = correlated_gap(SHAPLEY, mu)
    assert ce_gap == pytest.approx(0, abs=1e-12) and cce_gap == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(SHAPLEY.expected_payoffs(mu[None])[0], [1 / 3 if mu[0, 0] else 1 / 2] * 2)


def test_nash_is_correlated_is_coarse():
    rng = np.random.default_rng(0)
    for _ in range(10):
        game = Game.from_bimatrix(*rng.standard_normal((2, 3, 3)))
        ce_gap, _ = correlated_gap(game, vertex_enumeration(game).distributions)
        assert ce_gap.max() < 1e-12
        ce_gap, cce_gap = correlated_gap(game, rng.dirichlet(np.ones(9), 20).reshape(20, 3, 3))
        assert (cce_gap <= ce_gap + 1e-12).all() and (cce_gap >= 0).all()  # swaps include fixed deviations


def test_three_players_batches_and_units():
    rng = np.random.default_rng(1)
    payoffs = rng.standard_normal((4, 3, 2, 3, 2))
    mu = rng.dirichlet(np.ones(12), (4, 5)).reshape(4, 5, 2, 3, 2)
    together = correlated_gap(Game(payoffs, batch_ndim=1), mu)
    scaled = correlated_gap(Game(payoffs * 1e9 - 7, batch_ndim=1), mu)
    for k in range(4):
        for whole, alone, large in zip(together, correlated_gap(Game(payoffs[k]), mu[k]), scaled, strict=True):
            np.testing.assert_allclose(whole[k], alone)
            np.testing.assert_allclose(large[k], alone * 1e9, rtol=1e-9, atol=1e-5)


def test_exact():
    game = Game(SHAPLEY.payoffs.astype(int).astype(object) * F(1))
    mu = np.full((3, 3), F(1, 9))
    assert correlated_gap(game, mu)[0].item() == 0


@pytest.mark.parametrize("mu", [np.ones((3, 3)), np.full((2, 2), 0.25), [[1, 2], [3]], -np.eye(3), "x"])
def test_bad_distributions(mu):
    with pytest.raises(InputError, match="distribution"):
        correlated_gap(SHAPLEY, mu)
