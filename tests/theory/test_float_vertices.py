"""Vertices by pivoting: the same equilibria as the exact enumeration, ties handed on, units, certificates."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError, float_vertices
from theory.float_vertices import float_vertex_enumeration
from theory.vertex_walk_kernel import walk
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


def test_a_cube_cut_by_one_plane_has_the_vertices_that_are_counted_by_hand():
    codes, points, state = walk(np.array([[1.0, 1.5, 2.0]]), 1e-9, 100)  # a simplex
    assert state == 0 and sorted(codes) == [0b0111, 0b1011, 0b1101, 0b1110]
    np.testing.assert_allclose(sorted(points.sum(axis=1)), [0, 1 / 2, 2 / 3, 1])


@pytest.mark.parametrize("shape", [(3, 6), (6, 3), (7, 7), (4, 9)])
def test_the_walk_finds_as_many_vertices_as_qhull(shape):
    from scipy.spatial import HalfspaceIntersection

    matrix = 1 + np.random.default_rng(3).random(shape)
    codes, points, state = walk(matrix, 1e-9, 10**6)
    rows, d = shape
    planes = np.vstack([np.c_[matrix, -np.ones(rows)], np.c_[-np.eye(d), np.zeros(d)]])
    peer = HalfspaceIntersection(planes, np.full(d, 0.1 / d)).intersections
    assert state == 0 and len(set(codes)) == len(points) == len(peer)
    np.testing.assert_allclose(
        np.sort(points @ np.arange(1.0, d + 1)), np.sort(peer @ np.arange(1.0, d + 1)), atol=1e-9
    )


def test_too_many_vertices_are_refused_and_ties_are_seen(monkeypatch):
    assert walk(1 + np.random.default_rng(3).random((6, 6)), 1e-9, 20)[2] == 2
    assert walk(np.ones((2, 2)), 1e-9, 20)[2] == 1
    monkeypatch.setattr(float_vertices, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="vertices; use lemke_howson_all"):
        float_vertex_enumeration(Game(np.random.default_rng(1).standard_normal((2, 6, 6))))
