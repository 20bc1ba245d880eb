"""Replicator dynamics of several populations."""

import numpy as np
import pytest

from theory import Game, InputError, nash
from theory.multi_population import interior_rest_points, multi_population_derivative
from theory.replicator import replicator_derivative

GAMES = np.random.default_rng(1).normal(size=(20, 3, 2, 2, 2))
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])


def test_one_population_in_both_parts_is_the_usual_replicator():
    a = np.array([[-0.5, 2.0], [0.0, 0.0]])
    x = np.array([0.3, 0.7])
    first, second = multi_population_derivative(Game.from_bimatrix(a, a.T), (x, x))
    np.testing.assert_allclose(first, replicator_derivative(a, x))
    np.testing.assert_allclose(second, first)


def test_shares_go_on_adding_up_to_one():
    shares = ([0.2, 0.8], [0.5, 0.5], [0.9, 0.1])
    for rates in multi_population_derivative(Game(GAMES[0]), shares):
        assert rates.sum() == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("payoffs", GAMES)
def test_equilibria_rest_and_interior_points_are_the_fully_mixed_ones(payoffs):
    game = Game(payoffs)
    solution = nash(game)
    for profile in solution.profiles():
        for rates in multi_population_derivative(game, profile):
            np.testing.assert_allclose(rates, 0, atol=1e-8)
    mixed = [p for p in solution.profiles() if all(min(s) > 1e-9 for s in p)]
    points = interior_rest_points(game)
    assert len(points) == len(mixed)
    for point in points:
        assert point.eigenvalues.sum() == pytest.approx(0, abs=1e-8)


def test_the_linearisation_is_the_derivative():
    game = next(Game(g) for g in GAMES if interior_rest_points(Game(g)))
    (point, *_) = interior_rest_points(game)
    free = np.array([x[0] for x in point.shares])

    def rates(z):
        return np.array([r[0] for r in multi_population_derivative(game, [[s, 1 - s] for s in z])])

    steps = 1e-6 * np.eye(3)
    jacobian = np.stack([(rates(free + h) - rates(free - h)) / 2e-6 for h in steps], axis=1)
    np.testing.assert_allclose(
        np.sort_complex(np.linalg.eigvals(jacobian)), np.sort_complex(point.eigenvalues), atol=1e-6
    )


def test_pennies_cycle_and_battles_repel():
    assert not interior_rest_points(PENNIES)[0].repels
    battle = Game.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert interior_rest_points(battle)[0].repels


def test_refusals():
    with pytest.raises(InputError, match="one number per action"):
        multi_population_derivative(PENNIES, ([0.5, 0.5], [1.0]))
    with pytest.raises(InputError, match="sum to one"):
        multi_population_derivative(PENNIES, ([0.5, 0.6], [1.0, 0.0]))
    with pytest.raises(InputError, match="batch"):
        interior_rest_points(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))
