"""Vertices by Qhull: the same equilibria as the exact enumeration, ties handed on, units, certificates."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError
from theory.float_vertices import float_vertex_enumeration
from theory.vertices import vertex_enumeration


def sorted_profiles(solution):
    return sorted(tuple(np.round(np.concatenate(profile).astype(float), 8) + 0.0) for profile in solution.profiles())


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 10**6), st.sampled_from([1e-9, 1.0, 1e12]))
def test_same_equilibria_as_in_exact_arithmetic(m, n, seed, scale):
    game = Game(scale * np.random.default_rng(seed).standard_normal((2, m, n)))
    found = float_vertex_enumeration(game)
    assert found.certified.all()
    np.testing.assert_allclose(sorted_profiles(found), sorted_profiles(vertex_enumeration(game)), atol=2e-8)


def test_generic_games_are_solved_without_the_exact_enumeration():
    rng = np.random.default_rng(1)
    methods = [float_vertex_enumeration(Game(rng.standard_normal((2, 8, 8)))).method for _ in range(20)]
    assert methods.count("float_vertex_enumeration") >= 19


@pytest.mark.parametrize(
    "payoffs",
    [np.zeros((2, 3, 3)), np.ones((2, 3, 3)) * [[[1], [1], [2]]], [np.eye(4), np.eye(4)[:, ::-1]], np.ones((2, 1, 4))],
)
def test_games_with_ties_are_enumerated_exactly(payoffs):
    game = Game(payoffs)
    np.testing.assert_array_equal(
        sorted_profiles(float_vertex_enumeration(game)), sorted_profiles(vertex_enumeration(game))
    )


def test_exact_games_stay_exact_and_large_ones_are_refused():
    game = Game.from_bimatrix([[Fraction(1, 3), 0], [0, 1]], [[1, 0], [0, Fraction(1, 7)]])
    assert all(isinstance(p, Fraction) for p in float_vertex_enumeration(game).distributions.flat)
    with pytest.raises(InputError, match="lemke_howson_all"):
        float_vertex_enumeration(Game(np.zeros((2, 40, 40))))
