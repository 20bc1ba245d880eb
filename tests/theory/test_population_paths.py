"""Paths of several populations with mutation: special cases, rest points, and steps of a plain method."""

import numpy as np
import pytest

from theory import Game
from theory.errors import InputError
from theory.multi_population import multi_population_derivative
from theory.population_paths import population_generations, population_paths
from theory.replicator import replicator_path
from theory.tournament import ecology

HAWKS = np.array([[-1.0, 4.0], [0.0, 2.0]])
PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
THREE = Game(np.random.default_rng(5).normal(size=(3, 2, 3, 2)))
START = ([0.2, 0.8], [0.5, 0.2, 0.3], [0.6, 0.4])


def test_two_populations_that_start_alike_are_one():
    times, x = np.linspace(0, 4, 9), [0.9, 0.1]
    first, second = population_paths(Game.from_bimatrix(HAWKS, HAWKS.T), (x, x), times)
    np.testing.assert_allclose(first, replicator_path(HAWKS, x, times), atol=1e-9)
    np.testing.assert_allclose(second, first, atol=1e-9)


def test_small_steps_of_the_plain_equation():
    mutation, step, steps = 0.3, 1e-3, 1000
    shares = [np.array(x) for x in START]
    for _ in range(steps):  # midpoint rule
        half = [
            x + step / 2 * (d + mutation * (1 / len(x) - x))
            for x, d in zip(shares, multi_population_derivative(THREE, shares), strict=True)
        ]
        shares = [
            x + step * (d + mutation * (1 / len(x) - h))
            for x, h, d in zip(shares, half, multi_population_derivative(THREE, half), strict=True)
        ]
    for path, end in zip(population_paths(THREE, START, [0, step * steps], mutation=mutation), shares, strict=True):
        np.testing.assert_allclose(path[-1], end, atol=1e-6)


def test_mutation_turns_the_cycles_of_pennies_inwards():
    """Without mutation shares cycle for ever around one half, with it they settle there (Bomze & Burger 1995)."""
    times = np.linspace(0, 60, 400)
    cycling, settling = (
        population_paths(PENNIES, ([0.8, 0.2], [0.5, 0.5]), times, mutation=m)[0][:, 0] for m in (0.0, 0.1)
    )
    assert np.ptp(cycling[-100:]) > 0.5 and np.ptp(settling[-100:]) < 0.02
    assert settling[-1] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("scale", "shift"), [(1e-9, 0.0), (1e9, 0.0), (1.0, 1e6)])
def test_units_of_payoffs_are_units_of_time(scale, shift):
    other = Game(scale * np.asarray(THREE.payoffs, float) + shift)
    plain = population_paths(THREE, START, [0, 3.0], mutation=0.2)
    for a, b in zip(plain, population_paths(other, START, [0, 3.0 / scale], mutation=0.2 * scale), strict=True):
        np.testing.assert_allclose(a[-1], b[-1], atol=1e-7)


def test_generations_are_the_ecology_and_slow_ones_the_path():
    game = Game.from_bimatrix(HAWKS + 1, (HAWKS + 1).T)
    first, _ = population_generations(game, ([0.9, 0.1], [0.9, 0.1]), 20)
    np.testing.assert_allclose(first, ecology(HAWKS + 1, generations=20, start=[0.9, 0.1]))
    slow = population_generations(THREE, START, 3000, background=1000.0, mutation=1e-4)  # time 3, rate 0.1
    path = population_paths(THREE, START, [0, 3.0], mutation=0.1)
    for a, b in zip(slow, path, strict=True):
        np.testing.assert_allclose(a[-1], b[-1], atol=2e-3)


def test_refusals():
    with pytest.raises(InputError, match="mutation"):
        population_paths(PENNIES, ([1, 0], [1, 0]), [0, 1], mutation=-1)
    with pytest.raises(InputError, match="increasing"):
        population_paths(PENNIES, ([1, 0], [1, 0]), [1, 0])
    with pytest.raises(InputError, match="sum to one"):
        population_generations(PENNIES, ([1, 1], [1, 0]), 2, background=2)
    with pytest.raises(InputError, match="fitness is negative"):
        population_generations(PENNIES, ([1, 0], [1, 0]), 2)
