"""Replicator dynamics: published numbers, conserved quantities, invariance."""

from __future__ import annotations

import numpy as np
import pytest

from theory.errors import InputError
from theory.replicator import replicator_derivative, replicator_path, rest_points


def test_derivative_of_nashpy_test_suite() -> None:
    points = [[0, 0.25, 0.75], [0.2, 0.4, 0.4], [0.5, 0, 0.5], [0.5, 0.25, 0.25]]
    expected = [[0, -0.09375, 0.09375], [0.128, -0.144, 0.016], [0.375, 0, -0.375], [0.125, 0, -0.125]]
    found = replicator_derivative([[3, 2, 3], [4, 1, 1], [2, 3, 1]], points)
    assert found == pytest.approx(np.array(expected), abs=1e-12)
    assert found.sum(axis=-1) == pytest.approx(np.zeros(4), abs=1e-15)


def test_path_of_nashpy_test_suite() -> None:
    path = replicator_path([[3, 2], [4, 1]], [0.9, 0.1], np.linspace(0, 10, 100))
    assert path[:5, 0] == pytest.approx([0.9, 0.89256013, 0.88479436, 0.87671801, 0.86834987], abs=1e-7)
    assert path[-1, 0] == pytest.approx(0.50449178, abs=1e-7)


@pytest.mark.parametrize(("scale", "shift"), [(1e-9, 0.0), (1e12, 0.0), (1.0, 1e9), (1.0, -3.0)])
def test_units_of_payoffs_are_units_of_time(scale: float, shift: float) -> None:
    payoffs, times = np.array([[0.0, 2, 1], [1, 0, 3], [2, 1, 0]]), np.linspace(0, 5, 7)
    plain = replicator_path(payoffs, [0.5, 0.3, 0.2], times)
    assert replicator_path(scale * payoffs + shift, [0.5, 0.3, 0.2], times / scale) == pytest.approx(plain, abs=1e-6)


def test_rock_paper_scissors_conserves_the_product_of_shares() -> None:
    """Hofbauer & Sigmund 1998, Evolutionary Games and Population Dynamics, sec. 7.7: closed orbits."""
    path = replicator_path([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [0.6, 0.3, 0.1], np.linspace(0, 50, 200))
    assert path.prod(axis=1) == pytest.approx(np.full(200, 0.018), rel=1e-7)
    assert np.ptp(path[:, 0]) > 0.3


def test_constant_advantage_is_the_logistic_curve() -> None:
    times = np.linspace(0, 20, 9)
    path = replicator_path([[1, 1], [0, 0]], [0.01, 0.99], times)
    assert path[:, 0] == pytest.approx(1 / (1 + 99 * np.exp(-times)), rel=1e-9)


def test_dominated_and_absent_strategies() -> None:
    path = replicator_path([[3, 0, 9], [5, 1, 9], [9, 9, 9]], [0.99, 0.01, 0], [0, 5, 100])
    assert path[-1] == pytest.approx([0, 1, 0], abs=1e-9)
    assert (path[:, 2] == 0).all()


@pytest.mark.parametrize(
    ("payoffs", "interior", "stable"),
    [
        ([[-0.5, 2], [0, 0]], 0.8, [False, True, False]),  # hawk-dove, EGTtools test suite
        ([[3, 0], [5, 1]], np.nan, [True, False, False]),  # dilemma
        ([[4, 0], [3, 2]], 2 / 3, [True, False, True]),  # coordination
        ([[1, 1], [1, 1]], np.nan, [False, False, False]),  # neutral: nothing is asymptotically stable
        ([[2, 1], [1, 1]], np.nan, [False, False, True]),  # tie at one end, broken by the other
        ([[0, 1], [1, 1]], np.nan, [True, False, False]),
    ],
)
def test_rest_points(payoffs: list[list[float]], interior: float, stable: list[bool]) -> None:
    found = rest_points(payoffs)
    assert found.shares == pytest.approx(np.array([0, interior, 1]), nan_ok=True)
    assert found.stable.tolist() == stable
    shifted = rest_points(1e12 * np.array(payoffs) + 1e9)
    assert shifted.shares == pytest.approx(found.shares, nan_ok=True) and shifted.stable.tolist() == stable
    for x, attracts in zip(found.shares, found.stable, strict=True):
        if not np.isnan(x):  # the derivative vanishes there, and points back from nearby if and only if stable
            assert replicator_derivative(payoffs, [x, 1 - x]) == pytest.approx([0, 0], abs=1e-12)
            near = [y for y in (x - 1e-3, x + 1e-3) if 0 < y < 1]
            back = [(x - y) * replicator_derivative(payoffs, [y, 1 - y])[0] > 0 for y in near]
            assert all(back) == attracts


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="payoffs"):
        replicator_derivative([[1, 2, 3], [4, 5, 6]], [0.5, 0.5])
    with pytest.raises(InputError, match="payoffs"):
        rest_points([[1, np.nan], [0, 0]])
    with pytest.raises(InputError, match="two strategies"):
        rest_points(np.eye(3))
    for shares in ([0.5, 0.6], [1.5, -0.5], [1.0], [np.nan, 1.0]):
        with pytest.raises(InputError, match="shares"):
            replicator_derivative(np.eye(2), shares)
    for times in ([0], [0, 0], [1, 0], [0, np.inf]):
        with pytest.raises(InputError, match="times"):
            replicator_path(np.eye(2), [0.5, 0.5], times)
    with pytest.raises(InputError, match="one game"):
        replicator_path(np.stack([np.eye(2)] * 2), [0.5, 0.5], [0, 1])
