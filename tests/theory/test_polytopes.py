"""Hulls of points and corners of half-spaces, against linear programs, in one to three dimensions."""

import numpy as np
import pytest
from scipy.optimize import linprog

from theory.polytopes import above, corners_of_halfspaces, hull_points

DIRECTIONS = np.random.default_rng(2).normal(size=(30, 3))


def support_by_programs(points, least):
    """Most of each direction over mixtures of points that are nowhere below ``least``; None if there are none."""
    most = []
    for h in DIRECTIONS:
        found = linprog(-points @ h, A_ub=-points.T, b_ub=-least, A_eq=np.ones((1, len(points))), b_eq=[1.0])
        if found.status == 2:
            return None
        most.append(-found.fun)
    return np.array(most)


@pytest.mark.parametrize("dimension", [0, 1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_part_above_bounds_is_that_of_linear_programs(dimension, seed):
    rng = np.random.default_rng([dimension, seed])
    points = rng.random((12, dimension)) @ rng.random((dimension, 3)) / 2 + 0.25
    for least in ([0, 0, 0], [0.4, 0, 0.35], [0.45, 0.45, 0.45], [2, 0, 0]):
        kept, expected = above(points, np.array(least, float), 0.0), support_by_programs(points, np.array(least, float))
        if expected is None:
            assert not len(kept)
        else:
            np.testing.assert_allclose((DIRECTIONS @ kept.T).max(axis=1), expected, atol=1e-8)


@pytest.mark.parametrize("dimension", [0, 1, 2, 3])
def test_vertices_span_all_points(dimension):
    rng = np.random.default_rng(dimension)
    points = rng.random((50, dimension)) @ rng.random((dimension, 3))
    kept = points[hull_points(points)]
    np.testing.assert_allclose((DIRECTIONS @ kept.T).max(axis=1), (DIRECTIONS @ points.T).max(axis=1), atol=1e-9)
    assert len(kept) == (1, 2)[dimension] if dimension < 2 else len(kept) < 50


def test_corners_of_halfspaces_reach_their_levels_or_are_refused():
    normals = DIRECTIONS / np.linalg.norm(DIRECTIONS, axis=1, keepdims=True)
    levels = normals @ np.array([5.0, -3.0, 1.0]) + 1  # around a ball of radius one
    corners = corners_of_halfspaces(normals, levels)
    assert (normals @ corners.T <= levels[:, None] + 1e-9).all()
    for h in DIRECTIONS:
        found = linprog(-h, A_ub=normals, b_ub=levels, bounds=(None, None))
        assert (corners @ h).max() == pytest.approx(-found.fun, abs=1e-8)
    flat = np.concatenate([normals, [[1, 0, 0], [-1, 0, 0]]]), np.concatenate([levels, [5.0, -5.0]])
    assert corners_of_halfspaces(*flat) is None
