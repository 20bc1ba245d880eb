"""Chains of supply: who adds a margin, who is held up, who is locked in."""

import numpy as np
import pytest
import sympy
from scipy import stats

from models.vertical_supply import (
    SwitchingCosts,
    foreclosure,
    hold_up,
    linear_prices,
    lump_sum_fees,
    shapley,
    successive_oligopoly,
    take_or_pay,
    take_or_pay_profit,
)
from theory import InputError, SolverError, nash


def test_more_firms_at_either_stage_mean_more_output():
    """Salinger (1988): symmetric in the stages, and competitive in the limit."""
    assert successive_oligopoly(2, 3).output == successive_oligopoly(3, 2).output
    outputs = [successive_oligopoly(m, m).output for m in (1, 2, 5, 100)]
    assert outputs == sorted(outputs)
    assert outputs[-1] == pytest.approx(1, abs=0.03)
    chain = successive_oligopoly(1, 1, intercept=2.0, slope=0.5, cost=0.4)
    assert 0.4 < chain.input_price < chain.final_price  # two margins
    assert successive_oligopoly(1, 1).output < 0.5  # less than one monopolist over the chain


def test_a_supplier_cannot_commit_in_secret():
    """Hart and Tirole (1990): secret deals give the Cournot profit; ownership restores the monopoly's."""
    found = foreclosure(intercept=1.0, cost=0.2)
    assert found.secret_deals == pytest.approx(2 * (0.8 / 3) ** 2)
    assert found.integrated == pytest.approx(0.8**2 / 4)


def test_horn_wolinsky():
    common, separate = linear_prices(common_supplier=True), linear_prices(common_supplier=False)
    assert common[0] > separate[0]  # a common supplier does better than rival ones
    np.testing.assert_allclose(common, common[0], rtol=1e-6)
    prices = [linear_prices(bargaining=weight, common_supplier=False)[0] for weight in (0.2, 0.5, 0.8)]
    assert prices == sorted(prices)
    assert linear_prices(intercept=1e6, common_supplier=False)[0] / 1e6 == pytest.approx(separate[0], rel=1e-6)


def test_fees_against_the_shapley_value():
    """With suppliers that replace each other in part, taking other deals as done favours the buyer."""
    fees = lump_sum_fees([0, 6, 10])
    values = shapley(("buyer", "s1", "s2"), lambda c: [0, 6, 10][len(c) - 1] if "buyer" in c else 0)
    assert sum(values.values()) == pytest.approx(10)
    assert (fees.fee, fees.buyer) == (2, 6)
    assert fees.buyer > values["buyer"]
    assert lump_sum_fees([0, 5, 10]).fee == pytest.approx(2.5)  # no replacement: each its own half


@pytest.mark.parametrize("demand", [stats.uniform(0, 1), stats.lognorm(0.5), stats.gamma(3)])
@pytest.mark.parametrize("share", [0.3, 0.8, 1.0])
def test_take_or_pay_is_the_best_capacity(demand, share):
    found = take_or_pay(demand, price=3, tariff=1, share=share)
    grid = found.capacity * np.linspace(0.3, 2, 60)
    others = [take_or_pay_profit(demand, k, price=3, tariff=1, share=share) for k in grid]
    assert max(others) <= found.profit * (1 + 1e-9)


def test_obligation_shrinks_the_capacity_to_the_newsvendors():
    capacities = [take_or_pay(stats.uniform(0, 1), price=3, tariff=1, share=s).capacity for s in (0, 0.4, 0.8, 1)]
    assert capacities == sorted(capacities, reverse=True)
    assert capacities[0] == 1
    assert capacities[-1] == pytest.approx(2 / 3)


def test_hold_up():
    """Grout (1984): only a full claim gives the efficient investment."""
    investments = [hold_up(lambda i: 2 * sympy.sqrt(i), s) for s in (0.25, 0.5, 0.75, 1)]
    assert investments == sorted(investments)
    assert investments[-1] == 1
    with pytest.raises((InputError, SolverError)):
        hold_up(lambda i: i**2, 0.5)


def test_bargains_then_rip_offs():
    """Klemperer (1987): what lock-in will earn is competed away at the start; profit is as without it."""
    model = SwitchingCosts()
    game = model.continuous_game()
    price = nash(game).select()
    assert (price < model.cost).all() and model.later_price() > model.cost
    plain = model.replace(discount=0.0).continuous_game()
    np.testing.assert_allclose(game.payoff(price), plain.payoff(nash(plain).select()), rtol=1e-9)


def test_refusals():
    with pytest.raises(InputError, match="reservation"):
        SwitchingCosts(reservation=0.5)
    with pytest.raises(InputError, match="tariff"):
        take_or_pay(stats.uniform(0, 1), price=1, tariff=2, share=0.5)
    with pytest.raises(InputError, match="no capacity is too much"):
        take_or_pay(stats.expon(), price=3, tariff=1, share=0.0)
    with pytest.raises(InputError, match="no market"):
        successive_oligopoly(0, 1)
