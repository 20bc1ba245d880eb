"""Two clouds and two rival labs: against brute force, Salinger, raised costs, foreclosure, and the modified index."""

import numpy as np
import pytest
from scipy.optimize import minimize

from models.ai_supermarket import SERVED, AiSupermarket, pair_gain, solve_supplies
from models.cross_holdings import concentration, profit_weights
from models.two_lab_pricing import Market, is_equilibrium, lab_profits, orders, payoffs, price_game, price_stage
from models.vertical_supply import foreclosure, successive_oligopoly
from theory import InputError


def draws(count, seed=1, **changes):
    model = AiSupermarket()
    return model.replace(**model.priors().sample(count, rng=np.random.default_rng(seed))).replace(**changes)


def one_product(offered=(True, True, False, False), stake=(0.0, 0.0), cost=0.0):
    """Unit market P = 1 - Q of two equal labs that pay nothing but compute."""
    return Market(
        value=np.ones(4),
        cost=np.full(4, cost),
        offered=np.array(offered),
        stake=np.array(stake),
        slope=np.full(2, 2.0),
        substitution=np.array(0.5),
        rivalry=np.array(1.0),
    )


@pytest.mark.parametrize(("labs", "offered"), [(1, (True, False, False, False)), (2, (True, True, False, False))])
def test_one_supplier_is_the_chain_of_salinger(labs, offered):
    market = one_product(offered)
    price, certified = price_stage(market)
    x = orders(price, market)
    chain = successive_oligopoly(1, labs)
    assert certified
    assert x.sum() == pytest.approx(chain.output, rel=1e-9)
    np.testing.assert_allclose(price[:labs], chain.input_price, rtol=1e-9)


def test_gain_from_a_rivals_higher_cost_is_the_published_one():
    """Salop and Scheffman (1983): a = 1, c = 0.1, the rival's cost rises by 0.1."""
    market = one_product()

    def profit(first, second):
        price = np.array([first, second, 9.0, 9.0])
        return lab_profits(price, orders(price, market), market)[0]

    assert profit(0.1, 0.2) - profit(0.1, 0.1) == pytest.approx(0.02111111111111111, abs=1e-12)


def test_a_cloud_that_owns_one_lab_forecloses_the_other():
    """Hart and Tirole (1990), Rey and Tirole (2007): the integrated firm earns the monopoly profit, 1/4."""
    market = one_product(stake=(1.0, 0.0))
    price, certified = price_stage(market)
    x = orders(price, market)
    assert certified and x[1] == 0
    assert payoffs(price, market)[0] == pytest.approx(foreclosure().integrated, rel=1e-9)


def test_silent_stakes_leave_the_modified_index_where_it_is():
    """O'Brien and Salop (2000): without votes the holder of shares in both labs moves neither manager."""
    found = AiSupermarket().supply()
    labs = found.mean(found.labs)
    held = np.array([[0.2, 0.2], [0.8, 0.0], [0.0, 0.8]])
    silent = concentration(labs / labs.sum(), profit_weights(held, np.array([[0, 0], [1, 0], [0, 1]])))
    assert silent.delta == 0
    assert concentration(labs / labs.sum(), profit_weights(held, held)).delta > 0


@pytest.mark.parametrize("seed", range(5))
def test_orders_are_best_replies_by_numerical_optimisation(seed):
    model = draws(1, seed=seed)
    both = model.market()
    market = Market(*(part[0, 0] for part in both))
    rng = np.random.default_rng(seed)
    price = market.cost * rng.uniform(0.9, 2.0, 4)
    x = orders(price, market)
    profit = lab_profits(price, x, market)
    for lab in range(2):
        goods = [lab, lab + 2]

        def loss(y, lab=lab, goods=goods):
            moved = x.copy()
            moved[goods] = y
            return -lab_profits(price, moved, market)[lab]

        best = minimize(loss, x[goods] + 0.1, bounds=[(0, 50)] * 2, tol=1e-14)
        assert -best.fun <= profit[lab] + 1e-6 * abs(profit[lab]) + 1e-9


@pytest.mark.parametrize("others", ["price setters", "at cost"])
def test_no_cloud_gains_by_any_pair_of_prices(others):
    """Joint deviations of both prices of each cloud, on a grid that the certificate does not use."""
    model = draws(16, others=others)
    market = model.market("both labs", "both labs")
    price, certified = price_stage(market, model.setters)
    assert certified.mean() > 0.9
    now = payoffs(price, market)
    grid = np.linspace(0.7, 3.0, 41)
    for cloud in range(2 if others == "price setters" else 1):
        for first in grid:
            moved = np.broadcast_to(price, (len(grid), *price.shape)).copy()
            moved[..., 2 * cloud] = first * market.cost[..., 2 * cloud]
            moved[..., 2 * cloud + 1] = grid[:, None, None] * market.cost[..., 2 * cloud + 1]
            gain = (payoffs(moved, market) - now)[..., cloud][:, certified]
            assert (gain <= 1e-7 * np.abs(now[..., cloud][certified]) + 1e-9).all()


def test_certificate_notices_a_price_that_is_off():
    market = AiSupermarket().market()
    price, certified = price_stage(market)
    assert certified.all()
    assert not is_equilibrium(price_game(market), price * [1.03, 1.0, 1.0, 1.0]).any()


def test_suppliers_at_cost_earn_nothing_and_labs_gain():
    model = AiSupermarket(swing=0.0)
    strategic, at_cost = model.supply(), model.replace(others="at cost").supply()
    np.testing.assert_allclose(at_cost.margin[..., 1], 0, atol=1e-9)
    assert (at_cost.profit > strategic.profit).all()


def test_a_refused_lab_loses_and_its_rival_gains():
    model = draws(64, seed=2)
    markets = {"both": model.market(), "refused": model.market("only Anthropic")}
    found = solve_supplies(markets, model.odds)
    sound = found["both"].certified & found["refused"].certified
    change = found["refused"].mean(found["refused"].profit) - found["both"].mean(found["both"].profit)
    assert (change[sound, 1] < 0).all()
    meet = (found["both"].labs > 0).all(axis=-1).any(axis=0)  # in some state both are in the market
    assert (change[sound, 0] >= -1e-9).all()
    assert (change[sound & meet & (model.rivalry > 0.05), 0] > 0).all()


def test_without_rivalry_and_swing_labs_are_separate_markets():
    model = AiSupermarket(rivalry=0.0, swing=0.0, stake=0.0)
    both, one = model.supply(), model.supply("only Anthropic")
    np.testing.assert_allclose(both.profit[..., 0], one.profit[..., 0], rtol=1e-9)


def test_earnings_over_states_have_the_mean_and_deviation_of_the_odds():
    model = AiSupermarket(odds=0.3)
    found = model.supply()
    values = found.earned
    assert found.mean(values) == pytest.approx(0.3 * values[0] + 0.7 * values[1])
    sample = np.where(np.random.default_rng(0).random(200_000) < 0.3, *values)
    assert found.deviation(values) == pytest.approx(sample.std(), rel=0.01)


def test_a_stake_without_rivals_is_worth_the_double_margin_that_it_removes():
    """A pair's gain is never negative when nobody else is served or sells to the lab: one margin less."""
    model = AiSupermarket(rivalry=0.0, swing=0.0)
    markets = {
        "none": model.replace(stake=0.0).market("only Anthropic", "only OpenAI"),
        "all": model.replace(stake=1.0).market("only Anthropic", "only OpenAI"),
    }
    found = solve_supplies(markets, model.odds)
    together = found["none"].margin[..., 0] + found["none"].profit[..., 0]
    # linear demand: seller's profit twice the buyer's, together three quarters of the integrated profit
    gain = pair_gain(found["all"], found["none"], 0)
    assert gain == pytest.approx(together[0] / 3, rel=1e-9)


def test_units_scale():
    model = AiSupermarket()
    other = model.replace(capital_cost=model.capital_cost * 1e3, running_cost=model.running_cost * 1e3, size=0.01)
    a, b = model.supply(), other.supply()
    np.testing.assert_allclose(b.margin, a.margin * 1e3 * 0.01 / model.size, rtol=1e-8)


def test_batch_equals_one_by_one():
    model = draws(4, seed=6)
    found = model.supply()
    for i in range(4):
        values = {name: np.asarray(getattr(model, name)) for name in model.priors().fields}
        single = AiSupermarket().replace(**{name: float(v[i]) for name, v in values.items()}).supply()
        np.testing.assert_allclose(single.margin, found.margin[:, i], rtol=1e-7)


def test_the_game_holds_what_the_price_stages_give():
    model = AiSupermarket()
    game = model.game()
    found = model.supply("only Anthropic", "only OpenAI")
    cell = (SERVED.index("only Anthropic"), SERVED.index("only OpenAI"))
    assert float(game.payoffs[0][cell]) == pytest.approx(float(found.mean(found.earned)))
    assert float(game.payoffs[1][cell]) == pytest.approx(float(found.mean(found.margin[..., 1])))


def test_a_lab_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="nobody that a supplier can serve"):
        AiSupermarket().market("only Gemini")
