"""Prices within capacities: every regime against every deviation, and Cournot in the end."""

import numpy as np
import pytest

from models.capacity_then_price import capacity_game, price_stage
from theory import Game, InputError, nash
from theory.bimatrix import lemke_howson_all
from theory.newton import continuous_nash

RNG = np.random.default_rng(1)


@pytest.mark.parametrize("capacities", [tuple(pair) for pair in RNG.uniform(0.02, 1.4, (60, 2))])
def test_no_price_pays_more(capacities):
    stage = price_stage(1.0, 1.0, capacities, cost=0.1)
    assert stage.regret() < 1e-12


@pytest.mark.parametrize("capacities", [(0.5, 0.5), (0.3, 0.6), (0.9, 0.4)])
def test_the_larger_supplier_is_indifferent_and_distributions_are_distributions(capacities):
    stage = price_stage(1.0, 1.0, capacities)
    inside = np.linspace(stage.lowest, stage.highest, 50)[:-1]
    for i in (0, 1):
        np.testing.assert_allclose(stage.profit_at(i, inside), stage.profits[i], rtol=1e-9)
        shares = stage.distribution(i, inside)
        assert (np.diff(shares) >= -1e-12).all() and shares[0] < 1e-9
    smaller = int(np.argmin(capacities))
    if capacities[0] != capacities[1]:  # the larger one names the highest price with positive probability
        assert stage.distribution(1 - smaller, inside[-1]) < 0.99


def test_the_trap_of_selling_more_than_is_asked_for():
    """K = (10, 30), Q = 40 - 10 p: 22.5 and 7.5; without min(K, D) the smaller one would get 6.77."""
    stage = price_stage(4.0, 0.1, (10.0, 30.0))
    assert stage.profits == (7.5, 22.5)
    assert stage.lowest == 0.75


def test_regimes_join():
    """From scarce capacity, where all is sold at the clearing price, to plenty, where price is cost."""
    scarce, plenty = price_stage(1, 1, (0.2, 0.2)), price_stage(1, 1, (1.0, 1.2))
    assert scarce.pure and scarce.highest == pytest.approx(0.6)
    assert plenty.pure and plenty.highest == 0 and plenty.profits == (0, 0)
    edge = 1 / 3  # Cournot quantities at no cost: where mixing starts
    for small in (1e-9, 1e-6):
        below, above = price_stage(1, 1, (edge - small,) * 2), price_stage(1, 1, (edge + small,) * 2)
        assert below.pure and not above.pure
        np.testing.assert_allclose(below.profits, above.profits, atol=10 * small)


def test_a_grid_of_prices_solved_as_a_finite_game_gives_the_same_profit():
    """Against an independent solver: Lemke-Howson on a discretised price game."""
    stage = price_stage(1.0, 1.0, (0.5, 0.5))
    prices = np.linspace(0.01, 0.4, 40)
    asked = 1 - prices

    def payoff(own, rival):
        cheap, dear = np.minimum(0.5, asked[own]), np.minimum(0.5, np.maximum(asked[own] - 0.5, 0))
        sold = np.where(prices[own] < prices[rival], cheap, np.where(prices[own] > prices[rival], dear, asked[own] / 2))
        return prices[own] * sold

    own, rival = np.meshgrid(range(40), range(40), indexing="ij")
    row = payoff(own, rival)
    solution = lemke_howson_all(Game.from_bimatrix(row, row.T))
    assert abs(solution.payoffs.mean(axis=-1) - stage.profits[0]).min() < 0.004


@pytest.mark.parametrize("capacity_cost", [0.05, 0.1, 0.4])
def test_capacities_are_cournot_quantities(capacity_cost):
    """Kreps and Scheinkman (1983)."""
    found = continuous_nash(capacity_game(intercept=1, slope=1, capacity_cost=capacity_cost))
    np.testing.assert_allclose(found.select(), (1 - capacity_cost) / 3, atol=1e-8)


def test_units_change_nothing():
    plain = nash(capacity_game(intercept=1, slope=1, capacity_cost=0.1)).select()
    scaled = nash(capacity_game(intercept=1e9, slope=1e6, capacity_cost=1e8)).select()
    np.testing.assert_allclose(scaled / 1e3, plain, rtol=1e-7)


def test_refusals():
    with pytest.raises(InputError, match="capacities"):
        price_stage(1, 1, (0.5, 0.0))
    with pytest.raises(InputError, match="nobody builds"):
        capacity_game(intercept=1, slope=1, capacity_cost=1.5)
