"""Subdivision of the simplex of mixtures: halves are the same polynomial, and every point of indifference is found."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from theory.count_proof import Budget, _Form, points_of_indifference
from theory.symmetric_counts import count_vectors, symmetric_count_equilibria


def values_at(counts, rows, point):
    """Rows of coefficients as polynomials, at barycentric coordinates, by the definition."""
    degree = counts[0].sum()
    ways = np.array([np.exp(np.log(np.arange(1, n + 1)).sum()) for n in range(degree + 1)])
    return rows @ (ways[degree] / ways[counts].prod(axis=1) * np.prod(point**counts, axis=1))


@pytest.mark.parametrize(("degree", "k"), [(1, 3), (4, 3), (9, 3), (3, 4), (2, 5)])
def test_halves_hold_the_same_polynomial(degree, k):
    rng = np.random.default_rng(degree)
    counts = count_vectors(degree, k)
    rows = rng.normal(size=(k, len(counts)))
    form = _Form(counts, k)
    left = [(np.eye(k), form.table(rows))]
    for _ in range(4):  # halves of halves, at whatever edge is the longest
        corners, table = left.pop(0)
        left += form.halves(corners, table)
    for corners, table in left:
        inside = rng.dirichlet(np.ones(k))
        here = values_at(counts, table[:, *form.at], inside)
        np.testing.assert_allclose(here, values_at(counts, rows, inside @ corners), atol=1e-12)
    volume = sum(abs(np.linalg.det(corners)) for corners, _ in left)
    assert volume == pytest.approx(1.0)


@pytest.mark.parametrize("degree", [1, 2, 4])
def test_every_root_from_any_start_is_listed(degree):
    counts = count_vectors(degree, 3)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        gaps = rng.normal(size=(2, len(counts)))
        found = points_of_indifference(counts, gaps / np.ptp(gaps), np.empty((0, len(counts))))
        assert found is not None
        for p in found:
            np.testing.assert_allclose(values_at(counts, gaps, p), 0, atol=1e-9)
        for start in rng.dirichlet(np.ones(3), size=40):
            root, _, solved, _ = fsolve(
                lambda x, g=gaps: values_at(counts, g, np.append(x, 1 - x.sum())),
                start[:2],
                full_output=True,
                xtol=1e-13,
            )
            p = np.append(root, 1 - root.sum())
            if solved == 1 and p.min() > 1e-6:
                assert min(np.abs(p - q).max() for q in found) < 1e-6


def test_what_the_search_misses_is_found():
    """One start of Newton's method finds one of several equilibria; the proof needs no start."""
    table = np.random.default_rng(3).normal(size=(3, len(count_vectors(2, 3))))
    one, many = (symmetric_count_equilibria(table, 3, 3, starts=starts) for starts in (1, 200))
    assert one.complete and many.complete
    np.testing.assert_allclose(one.strategies, many.strategies, atol=1e-9)


def test_an_action_outside_that_pays_more_rules_points_out():
    counts = count_vectors(1, 3)
    gaps = np.array([[1.0, 1.0, -2.0], [-1.0, 2.0, -1.0]])
    assert points_of_indifference(counts, gaps, np.full((1, 3), 3.0)) == []
    assert len(points_of_indifference(counts, gaps, np.full((1, 3), -3.0))) == 1


def test_a_line_of_indifference_is_not_settled():
    counts = count_vectors(2, 3)
    gaps = np.array([counts[:, 0] - 1.0, counts[:, 0] - 1.0])
    assert points_of_indifference(counts, gaps, np.empty((0, len(counts)))) is None


def test_the_budget_is_taken_from_and_ends_the_proof():
    table = np.random.default_rng(3).normal(size=(3, len(count_vectors(6, 3))))
    gaps, none = table[1:] - table[0], np.empty((0, table.shape[1]))
    budget = Budget()
    assert points_of_indifference(count_vectors(6, 3), gaps, none, budget) is not None
    assert budget.left < Budget().left
    assert points_of_indifference(count_vectors(6, 3), gaps, none, Budget(1.0)) is None
