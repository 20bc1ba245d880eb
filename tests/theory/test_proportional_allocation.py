"""Capacity shared in proportion to bids: the literature's bounds, and brute force against them."""

import numpy as np
import pytest

from theory.errors import InputError
from theory.proportional_allocation import proportional_allocation, worst_case_efficiency


def test_nobody_gains_by_another_bid() -> None:
    v = np.array([1.0, 0.6, 0.3])
    found = proportional_allocation(v)
    bids = np.linspace(0, 1, 20001)
    for i in range(3):
        others = found.bids.sum() - found.bids[i]
        best = (v[i] * bids / (bids + others) - bids).max()
        assert best <= v[i] * found.shares[i] - found.bids[i] + 1e-9


@pytest.mark.parametrize("elastic", [False, True])
def test_many_small_users_beside_a_large_one_come_near_the_bound_and_never_below(elastic: bool) -> None:
    bound = float(worst_case_efficiency(elastic=elastic))
    n = 20_000
    small = np.linspace(0.05, 0.95, 181)[:, None] * np.ones(n)
    valuations = np.concatenate([np.ones((181, 1)), small], axis=1)
    price = proportional_allocation(valuations).price
    found = proportional_allocation(valuations, price if elastic else 0.0).efficiency
    assert found.min() >= bound
    assert found.min() == pytest.approx(bound, abs=1e-4)


def test_no_drawn_valuations_fall_below_the_bounds() -> None:
    rng = np.random.default_rng(7)
    valuations = rng.random((20_000, 4)) ** rng.uniform(0.2, 5, (20_000, 1)) + 1e-3
    fixed = proportional_allocation(valuations)
    assert fixed.efficiency.min() >= float(worst_case_efficiency())
    cost = fixed.price * rng.random(20_000)
    assert proportional_allocation(valuations, cost).efficiency.min() >= float(worst_case_efficiency(elastic=True))


def test_equal_users_lose_nothing_and_scale_does_not_matter() -> None:
    assert proportional_allocation([2e9, 2e9]).efficiency == pytest.approx(1)
    one, dollars = proportional_allocation([3, 2, 1]), proportional_allocation([3e9, 2e9, 1e9])
    assert one.efficiency == pytest.approx(dollars.efficiency, rel=1e-12)


def test_a_marginal_cost_above_the_price_is_refused() -> None:
    with pytest.raises(InputError, match="between 0 and the price"):
        proportional_allocation([1, 0.5], 0.9)
