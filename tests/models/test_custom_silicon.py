"""Custom silicon: the clouds' stage by brute force, known oligopolies as special cases, make or buy."""

import numpy as np
import pytest

from models.capacity_then_price import capacity_game
from models.chip_market import break_even_ratio, chip_equilibrium, make_or_buy, scarce_prices
from models.custom_silicon import CustomSilicon
from models.vertical_supply import successive_oligopoly
from theory import ContinuousGame, InputError, nash

CENTRE = CustomSilicon()


def draws(count, seed=1):
    return CENTRE.replace(**CENTRE.priors().sample(count, rng=np.random.default_rng(seed)))


def one(model, d):
    """Draw ``d`` of a batch as a model of its own."""
    return model.replace(**{name: np.asarray(getattr(model, name))[d] for name in model.priors().fields})


@pytest.mark.parametrize(("merchants", "clouds"), [(1, 2), (2, 3), (3, 6)])
def test_without_makers_it_is_a_chain_of_two_oligopolies(merchants, clouds):
    """Salinger (1988): output M N / ((M + 1)(N + 1)) of what would be sold at cost."""
    model = CENTRE.replace(n=merchants, clouds=clouds, makers=0, chip_share=1.0)
    model = model.replace(merchant_cost=np.full(merchants, 0.4))
    found = chip_equilibrium(model)
    a, b = (float(v) for v in model.demand_line())
    cost = float(model.production_cost(0))
    total = float(found.outcome("total compute"))
    share = merchants * clouds / ((merchants + 1) * (clouds + 1))
    assert total == pytest.approx(share * (a - cost) / b)
    chain = successive_oligopoly(merchants, clouds, intercept=a, slope=b, cost=cost)
    assert total == pytest.approx(chain.output)
    assert float(found.outcome("chip price")) == pytest.approx(chain.input_price)
    assert float(found.outcome("compute price")) == pytest.approx(chain.final_price)


@pytest.mark.parametrize("ratio", [0.6, 1.0, 1.3])
def test_clouds_choose_as_the_last_stage_says(ratio):
    """The clouds' quantities at the chip price that clears the market, by the general solver."""
    model = CustomSilicon(cost_ratio=ratio)
    bought = 2.7
    a, b = (float(v) for v in model.demand_line())
    buying = float(model.chip_price(bought) + model.rest())
    costs = [float(model.own_cost())] * 2 + [buying] * 4

    def profit(i):
        return lambda q: q[..., i] * (a - b * q.sum(axis=-1) - costs[i])

    chosen = nash(ContinuousGame([profit(i) for i in range(6)], lower=0, upper=a / b)).select()
    np.testing.assert_allclose(chosen[:2], float(model.own_output(bought)), atol=1e-8)
    np.testing.assert_allclose(chosen[2:].sum(), bought, rtol=1e-8)
    outcomes = model.outcomes((bought / 2, bought / 2))
    assert outcomes["compute price"] == pytest.approx(a - b * chosen.sum())
    assert outcomes["buyer's profit"] == pytest.approx(chosen[3] * (a - b * chosen.sum() - buying))
    assert outcomes["maker's profit"] == pytest.approx(chosen[0] * (a - b * chosen.sum() - costs[0]), abs=1e-8)


@pytest.mark.parametrize("makers", [0, 1, 2, 4])
def test_no_merchant_gains_by_any_other_quantity(makers):
    model = draws(48).replace(makers=makers)
    found = chip_equilibrium(model)
    assert found.certified.all()
    game = model.continuous_game()
    profit, fine = game.payoff(found.quantities), np.linspace(0, 1, 4001)[:, None]
    for i in range(2):
        moved = np.broadcast_to(found.quantities, (4001, *found.quantities.shape)).copy()
        moved[..., i] = game.upper[:, i] * fine
        tried = game.payoff_of(i, moved)
        assert (tried.max(axis=0) <= profit[:, i] + 1e-9 * np.abs(tried).max(axis=0)).all()


def test_merchants_may_sell_just_enough_to_keep_makers_out():
    """Limit output: where the two lines of the derived demand meet, and no derivative is zero."""
    model = CustomSilicon(cost_ratio=np.linspace(1.0, 1.6, 61))
    found = chip_equilibrium(model)
    assert found.certified.all()
    a, b = model.demand_line()
    kink = (a - model.own_cost()) / b
    at_kink = np.isclose(found.quantities.sum(axis=-1), kink, rtol=1e-9)
    assert at_kink.any()
    assert not at_kink.all()
    assert (found.outcome("own share")[at_kink] < 1e-9).all()


def test_the_general_solver_finds_the_same_quantities():
    model = draws(16).replace(makers=0)
    solution = nash(model.continuous_game())
    assert solution.certified[:, 0].all()
    np.testing.assert_allclose(solution.select(), chip_equilibrium(model).quantities, rtol=1e-6)


def test_capacities_chosen_before_prices_are_these_quantities():
    """Kreps and Scheinkman (1983) on the derived demand; with those capacities prices clear the market for sure."""
    model = CENTRE.replace(merchant_cost=(0.4, 0.4))
    intercept, slope = (float(v) for v in model.derived_demand())
    cost = float(model.production_cost(0))
    built = nash(capacity_game(intercept=intercept, slope=slope, capacity_cost=cost)).select()
    found = chip_equilibrium(model)
    np.testing.assert_allclose(built, found.quantities, rtol=1e-6)
    stage = scarce_prices(model, tuple(found.quantities.tolist()))
    assert stage.lowest == pytest.approx(stage.highest)
    assert stage.highest == pytest.approx(float(found.outcome("chip price")))
    scarce = scarce_prices(model, tuple((0.6 * found.quantities).tolist()))
    ample = scarce_prices(model, tuple((1.6 * found.quantities).tolist()))
    assert scarce.pure
    assert scarce.lowest > stage.highest
    assert not ample.pure  # Bertrand and Edgeworth: neither one price nor the cost
    assert cost < ample.lowest < stage.highest
    assert ample.regret() < 1e-9


def test_nobody_regrets_making_or_buying():
    model = draws(256)
    found = make_or_buy(model)
    assert found.stable.any(axis=0).all()
    make = np.stack([stage.outcome("maker's profit") for stage in found.stages])
    buy = np.stack([stage.outcome("buyer's profit") for stage in found.stages])
    d = np.arange(256)
    o = found.makers
    assert (make[o, d] >= buy[np.maximum(o - 1, 0), d])[o > 0].all()
    assert (buy[o, d] >= make[np.minimum(o + 1, 2), d])[o < 2].all()
    assert set(np.unique(o)) == {0, 1, 2}


def test_break_even_ratio_is_where_making_starts():
    model = draws(64)
    even = break_even_ratio(model)
    for shift, makes in ((1 - 1e-6, True), (1 + 1e-6, False)):
        trial = model.replace(cost_ratio=shift * even)
        first = chip_equilibrium(trial.replace(makers=1)).outcome("maker's profit")
        stay = chip_equilibrium(trial.replace(makers=0)).outcome("buyer's profit")
        assert ((first > stay) == makes).all()


def test_own_chips_and_more_merchants_lower_the_price():
    prices = [float(chip_equilibrium(CENTRE.replace(makers=o)).outcome("chip price")) for o in (0, 1, 2, 3)]
    assert prices == sorted(prices, reverse=True)
    prices = [float(chip_equilibrium(CENTRE.replace(n=m)).outcome("chip price")) for m in (1, 2, 4)]
    assert prices == sorted(prices, reverse=True)
    cheaper = [float(chip_equilibrium(CustomSilicon(cost_ratio=t)).outcome("chip price")) for t in (0.6, 0.8, 0.95)]
    assert cheaper == sorted(cheaper)


def test_a_batch_equals_its_draws_one_by_one_and_money_has_a_unit():
    batch = draws(6)
    found, even = make_or_buy(batch), break_even_ratio(batch)
    for d in range(6):
        single = one(batch, d)
        assert int(make_or_buy(single).makers) == found.makers[d]
        assert float(make_or_buy(single).outcome("chip price")) == pytest.approx(found.outcome("chip price")[d])
        assert float(break_even_ratio(single)) == pytest.approx(even[d])
    dear = batch.replace(capital_cost=1e3 * batch.capital_cost)
    np.testing.assert_allclose(make_or_buy(dear).outcome("chip price"), 1e3 * found.outcome("chip price"), rtol=1e-9)
    np.testing.assert_allclose(break_even_ratio(dear), even, rtol=1e-9)


def test_errors_say_what_to_do():
    with pytest.raises(InputError, match="at least one cloud must buy"):
        CENTRE.replace(makers=6)
    with pytest.raises(InputError, match="capable"):
        make_or_buy(CENTRE, capable=6)
    with pytest.raises(InputError, match="merchant_cost"):
        CENTRE.replace(merchant_cost=(9.0, 9.0))
