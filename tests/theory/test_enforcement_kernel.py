"""The compiled programs against HiGHS: same maxima, same verdicts, and bounds that hold."""

import numpy as np
import pytest
from scipy.optimize import linprog

from theory.enforcement_kernel import enforce


def reference(points, p, drift, player, asks, h):
    """Largest objective, None if nothing enforces: the program as it is written, one row for each condition."""
    size, count = len(p), len(points)
    rows = [[drift[c, y] * points[k, player[c]] for y in range(size) for k in range(count)] for c in range(len(asks))]
    given = {"A_ub": -np.array(rows), "b_ub": -asks} if rows else {}
    one = np.kron(np.eye(size), np.ones(count))
    found = linprog(-np.outer(p, points @ h).ravel(), A_eq=one, b_eq=np.ones(size), bounds=(0, None), **given)
    return None if found.status == 2 else -found.fun


@pytest.mark.parametrize("shape", ["generic", "segment", "point", "revealing"])
@pytest.mark.parametrize("seed", range(12))
def test_maxima_bounds_and_verdicts(shape, seed):
    rng = np.random.default_rng(seed)
    n, count, size, several = (int(rng.integers(low, high)) for low, high in ((2, 4), (1, 20), (1, 6), (0, 6)))
    points = rng.uniform(size=(count, n))
    if shape == "segment":
        points[:, 1] = points[:, 0]
    if shape == "point":
        points = np.repeat(points[:1], count, axis=0)
    p = np.eye(size)[0] if shape == "revealing" else rng.dirichlet(np.ones(size))
    others = (
        np.eye(size)[rng.integers(size, size=several)]
        if shape == "revealing"
        else rng.dirichlet(np.ones(size), several)
    )
    drift, player = np.ascontiguousarray(p - others.reshape(several, size)), rng.integers(n, size=several)
    asks = rng.uniform(-0.2, 0.2, several) * (rng.random(several) < 0.8)
    directions = rng.normal(size=(6, n))
    shortfall, weights, bounds = enforce(points, p, drift, player, asks, directions)
    for h, chosen, bound in zip(directions, weights, bounds, strict=True):
        best = reference(points, p, drift, player, asks, h)
        assert (shortfall > 0) == (best is None)
        if best is not None:
            after = chosen @ points
            assert (chosen >= 0).all() and np.abs(chosen.sum(axis=1) - 1).max() < 1e-10
            assert ((drift * after[:, player].T).sum(axis=1) >= asks - 1e-10).all()
            assert p @ after @ h == pytest.approx(best, abs=1e-7) and bound == pytest.approx(best, abs=1e-7)
