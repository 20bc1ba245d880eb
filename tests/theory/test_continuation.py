"""Branches of equilibria along a parameter: folds and corners in closed form, certificates, regime maps."""

import numpy as np
import pytest

from theory import ContinuousGame, Game, InputError
from theory.batches import batch_support_enumeration
from theory.continuation import continue_equilibria
from theory.finite_regimes import support_regimes

STEEP = 8.0


def pull(x):
    return 1 / (1 + np.exp(-STEEP * (x - 1)))


def pulled(unit=1.0):
    """Best reply ``t + S(other)``: folds where ``S'(x) = 1`` on the diagonal, ``S (1 - S) = 1 / STEEP``."""

    def payoff(i):
        return lambda x, t: unit * (x[..., i] * (t + pull(x[..., 1 - i])) - x[..., i] ** 2 / 2)

    return lambda t: ContinuousGame([payoff(0), payoff(1)], lower=0, upper=3, parameters=[t])


def closed_folds():
    share = 0.5 + np.array([1, -1]) * np.sqrt(0.25 - 1 / STEEP)
    x = 1 + np.log(share / (1 - share)) / STEEP
    return x - share


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_folds_in_closed_form_whatever_the_unit(unit):
    found = continue_equilibria(pulled(unit), 0.1, 0.9)
    np.testing.assert_allclose(found.folds, closed_folds(), rtol=1e-7)
    assert [len(regime.equilibria) for regime in found.regimes()] == [1, 3, 1]


def test_equilibria_of_the_map_are_those_of_the_equation():
    found = continue_equilibria(pulled(), 0.1, 0.9)
    for t in (0.2, 0.45, 0.51, 0.55, 0.8):
        grid = np.linspace(0, 3, 300_001)
        gap = t + pull(grid) - grid
        roots = grid[:-1][np.diff(np.sign(gap)) != 0]
        points = np.sort(found.at(t)[:, 0])
        np.testing.assert_allclose(points, roots, atol=2e-3)
        np.testing.assert_allclose(found.at(t)[:, 0], found.at(t)[:, 1], atol=1e-6)


def test_corners_where_bounds_start_and_cease_to_bind():
    """Nothing is chosen while ``t + S(0) <= 0``; everything once ``t + S(3) >= 3``."""
    found = continue_equilibria(pulled(), -1.0, 2.5)
    (branch,) = found.branches
    gaps = np.abs(np.array([value for value, _ in branch.corners])[:, None] - [-pull(0.0), 3 - pull(3.0)])
    assert gaps.min(axis=1).max() < 1e-7  # every corner is one of the two
    assert gaps.min(axis=0).max() < 1e-7  # and both are there
    regimes = found.regimes()
    assert regimes[0].equilibria == ((-1, -1),) and regimes[-1].equilibria == ((1, 1),)
    np.testing.assert_allclose(regimes[0].high, -pull(0.0), atol=1e-7)


def test_stationary_points_that_are_no_best_replies_are_not_counted():
    """One player, two humps whose heights cross at t = 0: from there on the other one is the only best reply."""

    def payoff(x, t):
        own = x[..., 0]
        first, second = (np.exp(-(((own - centre) / 0.1) ** 2)) for centre in (0.25, 0.75))
        return (1 - t) * first + (1 + t) * second

    found = continue_equilibria(lambda t: ContinuousGame([payoff], 0, 1, parameters=[t]), -0.5, 0.5)
    assert len(found.branches) == 2
    for t, hump in ((-0.3, 0.25), (0.3, 0.75)):
        np.testing.assert_allclose(found.at(t), [[hump]], atol=1e-3)


def test_asymmetric_equilibria_are_found_beside_the_symmetric_one():
    """Cournot with a cost that falls steeply in own output: beyond a slope one firm alone can produce."""

    def profit(i):
        return lambda q, t: q[..., i] * (1 - q.sum(-1)) + t * q[..., i] ** 2 / 2

    found = continue_equilibria(lambda t: ContinuousGame([profit(0), profit(1)], 0, 1, parameters=[t]), 0.0, 1.5)
    # best reply (1 - q_j) / (2 - t): slope 1 in absolute value at t = 1; then (q, 0) with q = 1 / (2 - t) <= 1
    assert len(found.at(0.5)) == 1
    beyond = found.at(1.2)
    assert any(np.allclose(point, [1.0, 0.0], atol=1e-6) for point in beyond)
    assert any(np.allclose(point, [0.0, 1.0], atol=1e-6) for point in beyond)


def test_misuse_is_refused():
    with pytest.raises(InputError, match="low < high"):
        continue_equilibria(pulled(), 1.0, 0.5)
    with pytest.raises(InputError, match="batch of as many games"):
        continue_equilibria(lambda t: pulled()(t[:1]), 0.0, 1.0)
    with pytest.raises(InputError, match="low is nan"):
        support_regimes(lambda t: None, np.nan, 1.0)
    with pytest.raises(InputError, match="batch of as many games"):
        support_regimes(lambda t: Game(np.zeros((2, 2, 2))), 0.0, 1.0)


def test_regimes_of_a_finite_game_in_closed_form():
    """Coordination on 0 pays t, on 1 pays 1, on 2 pays 2 - t: each stays an equilibrium while its pay is positive."""

    def family(t):
        row = np.zeros((len(t), 3, 3))
        row[:, 0, 0], row[:, 1, 1], row[:, 2, 2] = t, 1.0, 2 - t
        return Game.from_bimatrix(row, row)

    regimes = support_regimes(family, -1.0, 3.1, resolution=60)
    np.testing.assert_allclose([regime.high for regime in regimes[:-1]], [0.0, 2.0], atol=1e-9)
    assert [len(regime.supports) for regime in regimes] == [3, 7, 3]
    for regime in regimes:
        middle = np.array([(regime.low + regime.high) / 2])
        assert set(batch_support_enumeration(family(middle)).supports) == regime.supports


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (-1.0, 3.0), (0.0, 2.0), (-2.0, 0.0)])
def test_ties_at_a_value_of_the_grid_are_no_regime(low, high):
    """Coordination on 0 pays t, on 1 pays 1, met exactly by the grid where the first begins to pay."""

    def family(t):
        row = np.zeros((len(t), 2, 2))
        row[:, 0, 0], row[:, 1, 1] = t, 1.0
        return Game.from_bimatrix(row, row)

    regimes = support_regimes(family, low, high)
    expected = [(low, min(high, 0.0), 1)] * (low < 0) + [(max(low, 0.0), high, 3)] * (high > 0)
    assert [len(regime.supports) for regime in regimes] == [count for _, _, count in expected]
    np.testing.assert_allclose([(r.low, r.high) for r in regimes], [ends[:2] for ends in expected], atol=1e-11)
    assert regimes[0].low == low and regimes[-1].high == high


def test_payoffs_at_a_high_level_need_their_gradients():
    """A billion on top leaves differences of payoffs four digits: no map rather than a wrong one."""

    def pull(x):
        return 1 / (1 + np.exp(-8 * (x - 1)))

    def payoff(i):
        return lambda x, t: 1e9 + x[..., i] * (t + pull(x[..., 1 - i])) - x[..., i] ** 2 / 2

    def slope(i):
        return lambda x, t: t + pull(x[..., 1 - i]) - x[..., i]

    def family(t, gradients=()):
        return ContinuousGame([payoff(0), payoff(1)], lower=0, upper=3, parameters=[t], gradients=gradients)

    with pytest.raises(InputError, match="gradients"):
        continue_equilibria(family, 0.1, 0.9)
    found = continue_equilibria(lambda t: family(t, [slope(0), slope(1)]), 0.1, 0.9, seeds=3)
    np.testing.assert_allclose(found.folds, [0.36679, 0.63321], atol=1e-5)


def steps_aside(steepness):
    """Best reply ``(1 - tanh(t (other - 1/2))) / 2``: alike at 1/2, and apart once its slope passes -1, at t = 2."""

    def payoff(i):
        return lambda x, t: x[..., i] * (1 - np.tanh(t * (x[..., 1 - i] - 0.5))) / 2 - x[..., i] ** 2 / 2

    return ContinuousGame([payoff(0), payoff(1)], lower=0, upper=1, parameters=[steepness])


def test_a_pitchfork_is_a_crossing_and_no_fold():
    """At ``t = 2`` two unequal equilibria part from the equal one, which goes on: none vanishes."""
    found = continue_equilibria(steps_aside, 1.0, 4.0)
    assert found.folds == ()
    np.testing.assert_allclose(found.crossings, [2.0], atol=1e-5)
    regimes = found.regimes()
    assert [len(regime.equilibria) for regime in regimes] == [1, 3]
    np.testing.assert_allclose(regimes[0].high, 2.0, atol=1e-5)
    assert "crossings at 2" in repr(found)


def test_folds_are_no_crossings():
    assert continue_equilibria(pulled(), 0.1, 0.9).crossings == ()
