"""Equilibria keep their places along a batch of games over quantities."""

import numpy as np
import pytest

from theory import ContinuousGame, Game, InputError, continuous_nash, follow_equilibria, nash

COSTS = np.linspace(0.1, 0.9, 33)
ENDS = np.array([[[0.0, 0.0]], [[1.0, 1.0]]])


def race(costs):
    """Each builds much if the other does, if that costs little."""

    def pay(i):
        return lambda x, cost: -((x[..., i] - 1 / (1 + np.exp(-12 * (x[..., 1 - i] - cost)))) ** 2)

    bounds = np.zeros((len(costs), 2)), np.ones((len(costs), 2))
    return ContinuousGame([pay(0), pay(1)], lower=bounds[0], upper=bounds[1], parameters=[costs])


def rising(values):
    known = values[np.isfinite(values)]
    return (np.diff(known) <= 1e-9).all()  # a dearer build is never larger


def test_each_place_holds_one_branch():
    found = follow_equilibria(continuous_nash(race(COSTS), starts=ENDS))
    high, low = found.actions[:, 0, 0], found.actions[:, 1, 0]
    assert found.mask.shape == (33, 2) and rising(high) and rising(low)
    both = found.mask.all(axis=1)
    assert both.any() and (high[both] > low[both] + 0.5).all()
    assert found.mask[0, 0] and not found.mask[0, 1] and found.mask[-1, 1] and not found.mask[-1, 0]
    assert found.certified[found.mask].all() and np.isnan(found.regret[~found.mask]).all()


def test_the_order_in_which_they_were_found_does_not_matter():
    solution = continuous_nash(race(COSTS), starts=ENDS)
    turned = solution.replace(
        **{
            name: np.where((np.arange(33) % 2 == 0).reshape(-1, *(1,) * (values.ndim - 1)), values[:, ::-1], values)
            for name in ("actions", "payoffs", "regret", "relative_regret", "mask")
            for values in [getattr(solution, name)]
        }
    )
    one, other = follow_equilibria(solution), follow_equilibria(turned)
    np.testing.assert_array_equal(one.actions, other.actions)
    np.testing.assert_array_equal(one.mask, other.mask)


def test_units_do_not_matter_and_far_is_new():
    solution = continuous_nash(race(COSTS), starts=ENDS)
    scaled = solution.replace(
        actions=1e9 * solution.actions,
        game=solution.game.replace(lower=1e9 * solution.game.lower, upper=1e9 * solution.game.upper),
    )
    np.testing.assert_array_equal(follow_equilibria(scaled).mask, follow_equilibria(solution).mask)
    assert follow_equilibria(solution, reach=1e-6).mask.shape[1] > 2


def test_bad_input():
    single = continuous_nash(ContinuousGame([lambda x: -(x[..., 0] ** 2)], lower=[0.0], upper=[1.0]))
    with pytest.raises(InputError, match="one, of neighbours"):
        follow_equilibria(single)
    with pytest.raises(InputError, match="reach is 0"):
        follow_equilibria(continuous_nash(race(COSTS), starts=ENDS), reach=0)
    with pytest.raises(InputError, match="the places are pairs of supports"):
        follow_equilibria(nash(Game(np.zeros((4, 2, 2, 2)), batch_ndim=1)))
