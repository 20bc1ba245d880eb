"""Potentials and the decomposition of Candogan et al.: definitions by brute force, known games, units, exactness."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError, pure_nash
from theory.potential import decompose, weighted_potential

SHAPES = [(2, 2), (3, 4), (2, 3, 2), (2, 2, 2, 2)]


def deviations(shape):
    """Every profile and every single deviation from it."""
    for profile in itertools.product(*(range(n) for n in shape)):
        for i, n in enumerate(shape):
            for action in range(n):
                yield i, profile, (*profile[:i], action, *profile[i + 1 :])


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(SHAPES), st.integers(0, 10**6))
def test_parts_add_up_and_are_what_they_are_called(shape, seed):
    game = Game(np.random.default_rng(seed).standard_normal((len(shape), *shape)))
    parts = decompose(game)
    whole = parts.potential_part + parts.harmonic_part + parts.nonstrategic_part
    np.testing.assert_allclose(whole, game.payoffs, atol=1e-12)
    gains = np.zeros(shape)
    for i, a, b in deviations(shape):
        # the nonstrategic part pays the same whatever one does, the potential part follows the potential
        assert parts.nonstrategic_part[(i, *a)] == pytest.approx(parts.nonstrategic_part[(i, *b)], abs=1e-12)
        change = parts.potential[a] - parts.potential[b]
        assert parts.potential_part[(i, *a)] - parts.potential_part[(i, *b)] == pytest.approx(change, abs=1e-12)
        gains[a] += parts.harmonic_part[(i, *a)] - parts.harmonic_part[(i, *b)]
    np.testing.assert_allclose(gains, 0, atol=1e-11)  # Candogan et al., definition 4.1


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(SHAPES), st.integers(0, 10**6), st.sampled_from([1e-9, 1.0, 1e12]))
def test_potential_games_are_recognised_and_generic_ones_are_not(shape, seed, scale):
    rng = np.random.default_rng(seed)
    phi, n = rng.standard_normal(shape), len(shape)
    others = [rng.standard_normal([1 if j == i else m for j, m in enumerate(shape)]) for i in range(n)]
    weights = rng.uniform(0.2, 5, n) / 1.0
    weights /= weights[0]
    exact = Game(scale * np.stack([phi + other for other in others]))
    assert decompose(exact).is_potential
    np.testing.assert_allclose(decompose(exact).potential / scale, phi - phi.mean(), atol=1e-10)
    assert weighted_potential(exact).is_exact
    weighted = Game(scale * np.stack([w * phi + other for w, other in zip(weights, others, strict=True)]))
    found = weighted_potential(weighted)
    np.testing.assert_allclose(found.weights, weights, rtol=1e-7)
    assert not decompose(weighted).is_potential
    for i, a, b in deviations(shape):
        change = weighted.payoffs[(i, *a)] - weighted.payoffs[(i, *b)]
        assert change / scale == pytest.approx(
            found.weights[i] * (found.potential[a] - found.potential[b]) / scale, abs=1e-8
        )
    maximiser = found.maximiser()
    assert any(d[maximiser] == 1 for d in pure_nash(weighted).distributions)
    if shape != (2, 2):
        assert weighted_potential(Game(rng.standard_normal((n, *shape)))) is None


def test_cournot_with_linear_demand_has_the_potential_of_monderer_and_shapley():
    """Section 1: P = a sum q - b sum q^2 - b sum_{i<j} q_i q_j - c sum q, up to a constant."""
    q = np.arange(4.0)
    a, b, c = 10.0, 1.5, 1.0
    x, y, z = np.meshgrid(q, q, q, indexing="ij")
    total = x + y + z
    game = Game(np.stack([own * (a - b * total - c) for own in (x, y, z)]))
    expected = (a - c) * total - b * (x**2 + y**2 + z**2) - b * (x * y + y * z + x * z)
    np.testing.assert_allclose(weighted_potential(game).potential, expected - expected.mean(), atol=1e-10)


def test_cycles_have_no_potential_and_opposite_interests_no_weights():
    pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    assert weighted_potential(pennies) is None
    assert decompose(pennies).harmonic_share == 1
    rps = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    np.testing.assert_allclose(decompose(Game.from_bimatrix(rps, -rps)).potential, 0, atol=1e-15)


def test_exact_rationals_and_batches():
    game = Game.from_bimatrix([[Fraction(1, 3), 0], [0, 1]], [[Fraction(1, 7), 0], [0, Fraction(3, 7)]])
    found = weighted_potential(game)
    assert found.weights == (1, Fraction(3, 7))
    assert all(isinstance(value, Fraction) for value in found.potential.flat)
    payoffs = np.random.default_rng(1).standard_normal((6, 3, 2, 2, 2))
    batch = decompose(Game(payoffs, batch_ndim=1))
    for k in range(6):
        np.testing.assert_allclose(batch.harmonic_part[k], decompose(Game(payoffs[k])).harmonic_part, atol=1e-14)
    assert batch.harmonic_share.shape == (6,)
    with pytest.raises(InputError, match=r"game\[0\]"):
        weighted_potential(Game(payoffs, batch_ndim=1))


@pytest.mark.parametrize("level", [0.0, 1e6, 1e9])
def test_a_weighted_potential_survives_a_common_level(level):
    """Weights to the digits that payoffs at the level hold, and no potential where a payoff differs by more."""
    rng = np.random.default_rng(3)
    shape, weights = (2, 3, 2), np.array([1.0, 2.5, 0.7])
    potential = rng.standard_normal(shape)
    payoffs = weights[:, None, None, None] * potential
    for i in range(3):
        payoffs[i] += rng.standard_normal([1 if j == i else n for j, n in enumerate(shape)]) + level
    found = weighted_potential(Game(payoffs))
    np.testing.assert_allclose(found.weights, weights, rtol=1e-9 + 1e-15 * level)
    payoffs[0, 0, 0, 0] += 1e-3
    assert weighted_potential(Game(payoffs)) is None


@pytest.mark.parametrize("unit", [1e-250, 1e-160, 1e160, 1e299])
def test_no_unit_of_payoffs_is_too_large_or_too_small(unit):
    """Squares of such payoffs are no floats: the share and the weights must not go through them."""
    row, column = np.array([[4.0, 0], [0, 2]]), np.array([[3.0, 0], [0, 6]])
    share = decompose(Game.from_bimatrix(row, column)).harmonic_share
    assert decompose(Game.from_bimatrix(unit * row, unit * column)).harmonic_share == pytest.approx(share)
    found = weighted_potential(Game.from_bimatrix(unit * row, column))
    assert found.weights == pytest.approx((1, 1.5 / unit))
