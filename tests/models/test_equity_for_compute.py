"""Stakes, prices and orders: against brute force, Reynolds-Snapp, O'Brien-Salop, and plain sourcing."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from models.cloud_pricing import price_equilibrium
from models.cloud_sourcing import CloudSourcing
from models.cross_holdings import CrossHoldings, concentration, profit_weights
from models.equity_for_compute import EquityForCompute, pair_value
from models.stake_pricing import is_equilibrium, payoffs, price_game, profits
from theory import InputError, nash


def draws(count, seed=1, **changes):
    model = EquityForCompute()
    return model.replace(**model.priors().sample(count, rng=np.random.default_rng(seed))).replace(**changes)


def one(model, index):
    values = {name: np.asarray(getattr(model, name)) for name in model.parameters()}
    return EquityForCompute(**{name: float(v[index]) if v.ndim else float(v) for name, v in values.items()})


def at_cost(model):
    return np.stack(model.primitives().cost, axis=-1)


def own_payoff(model, price, x, g):
    """Written out from the module's text, for one draw."""
    base = model.capital_cost + model.running_cost
    steep = (model.worth - 1) * base / model.size
    beta, rho = 3 * steep / (1 + 2 * model.substitution), model.rivalry * steep / 2
    year = 0.1 / (1 - np.exp(-0.1 * 5))  # a year's bill over that of a life of five years at ten per cent
    porting = np.array([model.google_porting, model.amazon_porting, 0.0]) * year
    total = sum(x)
    lab = ((model.worth - porting) * base - price) @ x - rho * g * total
    lab -= beta / 2 * ((1 - model.substitution) * (x @ x) + model.substitution * total**2)
    google_cost = base + (model.google_cost - 1) * model.capital_cost
    own = g * (model.own_worth * model.worth * base - google_cost - steep * g / 2 - rho * total)
    return lab, own


@pytest.mark.parametrize("seed", range(6))
def test_orders_are_best_replies_of_both_labs_by_numerical_optimisation(seed):
    model = one(draws(8, seed=seed), seed)
    rng = np.random.default_rng(seed)
    price = at_cost(model) * rng.uniform(0.9, 2.2, 3)
    x, g = model.orders(price)
    lab, own = own_payoff(model, price, x, g)
    found = minimize(lambda y: -own_payoff(model, price, y, g)[0], x + 0.1, bounds=[(0, 20)] * 3, tol=1e-14)
    assert -found.fun <= lab + 1e-6 * abs(lab) + 1e-9
    grid = np.linspace(0, 20, 20_001)
    stake = float(model.google_stake)
    lab_at, own_at = own_payoff(model, price, x, grid)
    assert (own_at + stake * lab_at).max() <= own + stake * lab + 1e-9 * abs(own)


def test_order_of_a_supplier_that_is_too_dear_is_nothing_and_the_others_share_the_market():
    model = EquityForCompute(rivalry=0.0, substitution=0.0)
    price = at_cost(model) + np.array([500.0, 0.0, 0.0])
    x, _ = model.orders(price)
    alone = EquityForCompute(rivalry=0.0, substitution=0.0).orders(at_cost(model))[0]
    assert x[0] == 0
    np.testing.assert_allclose(x[1:], alone[1:])  # separate uses: what one costs does not matter to the others


def test_no_cloud_gains_by_any_price_on_a_grid():
    model = draws(64)
    found = model.solve()
    assert found.certified.mean() > 0.98
    p = model.primitives()
    at_equilibrium = payoffs(found.price, p)
    for i in range(3):
        for factor in np.linspace(0.6, 3.0, 241):
            price = found.price.copy()
            price[:, i] = factor * p.cost[i]
            gain = payoffs(price, p)[i] - at_equilibrium[i]
            assert (gain[found.certified] <= 1e-7 * np.abs(at_equilibrium[i][found.certified]) + 1e-9).all()


def test_certificate_notices_a_price_that_is_off():
    model = draws(16)
    found = model.solve()
    game = price_game(model.primitives())
    assert is_equilibrium(game, found.price)[found.certified].all()
    sells = found.compute[:, 1] > 0
    assert not is_equilibrium(game, found.price * [1.0, 1.03, 1.0])[sells].any()


def test_prices_agree_with_the_general_solver():
    model = draws(12, seed=3, own_worth=1.0, substitution=0.5)
    found = model.solve()
    general = nash(price_game(model.primitives())).select()
    np.testing.assert_allclose(found.price, general, rtol=1e-5)


def test_price_at_cost_and_one_product_is_the_one_way_stake_of_reynolds_and_snapp():
    stake = 0.2
    model = EquityForCompute(
        rivalry=1.0, own_worth=1.0, google_cost=1.0, amazon_cost=1.0, google_porting=0.0, amazon_porting=0.0
    ).replace(google_stake=stake)
    x, g = model.orders(at_cost(model))
    unit = 2 * model.size  # intercept over slope of the Cournot market
    expected = nash(CrossHoldings(pattern="one-way", stake=stake).continuous_game()).select()
    np.testing.assert_allclose([g / unit, x.sum() / unit], expected, rtol=1e-7)
    np.testing.assert_allclose(expected, [(1 - stake) / (3 - stake), 1 / (3 - stake)], rtol=1e-7)  # published


@pytest.mark.parametrize("stake", [0.0, 0.14, 0.4])
def test_share_weighted_margins_follow_the_modified_index(stake):
    """O'Brien and Salop (2000): sum s_i L_i = MHHI / elasticity, in the labs' market with one product."""
    model = EquityForCompute(rivalry=1.0, google_porting=0.0, amazon_porting=0.0, google_cost=1.0, amazon_cost=1.0)
    model = model.replace(google_stake=stake, own_worth=1.0)
    x, g = model.orders(at_cost(model))
    cost = model.capital_cost + model.running_cost
    slope = (model.worth - 1) * cost / model.size / 2
    total = g + x.sum()
    price = model.worth * cost - slope * total
    shares = np.array([g, x.sum()]) / total
    index = concentration(shares, profit_weights([[1, stake], [0, 1 - stake]], np.eye(2)))
    np.testing.assert_allclose((price - cost) / price, index.mhhi / 1e4 * slope * total / price, rtol=1e-9)


def test_without_stakes_and_rivalry_clouds_are_plain_price_setters():
    """Symmetric Bertrand with linear demand: margin over own slope, in closed form (Singh and Vives 1984)."""
    sigma = 0.5
    model = EquityForCompute(
        google_stake=0.0, amazon_stake=0.0, rivalry=0.0, substitution=sigma,
        google_cost=1.0, amazon_cost=1.0, google_porting=0.0, amazon_porting=0.0,
    )  # fmt: skip
    found = model.solve()
    cost = model.capital_cost + model.running_cost
    # with v = A c - w: x_i is (1 + sigma) v_i less sigma times the others' v, so m (1 + sigma) = (1 - sigma) v
    margin = (1 - sigma) * (model.worth - 1) * cost / 2
    np.testing.assert_allclose(found.price, cost + margin, rtol=1e-9)


def test_without_stakes_and_rivalry_it_is_the_split_over_clouds_of_s3():
    """Both are linear demands for compute of several clouds: with one set of slopes, one set of prices and orders."""
    unit, margin, elasticity, rigidity, demand = 12.0, 0.3, 0.8, 0.4, 2.5
    split = CloudSourcing(n=2, unit_cost=unit, margin=margin, elasticity=elasticity, rigidity=rigidity, demand=demand)
    split = split.replace(n=3, cost_factor=np.ones(3)).replace(
        cost_factor=np.array([0.9, 0.95, 1.0]),
        outage=0.0,
        correlation=0.0,
        prior_share=np.full(3, 1 / 3),
        ported=np.ones(3),
    )
    height, slope, _ = split.value_terms()
    moving = split.rigidity * split.once()
    beta = (moving + slope) / demand  # S3: (moving sum s^2 + slope S^2) / 2 of shares, S4: of GW
    sigma = slope / (moving + slope)
    worth = (height + moving / 3) / unit
    size = 3 * (worth - 1) * unit / (beta * (1 + 2 * sigma))
    stakes = EquityForCompute(
        google_stake=0.0, amazon_stake=0.0, rivalry=0.0, google_porting=0.0, amazon_porting=0.0,
        capital_cost=unit, running_cost=0.0, google_cost=0.9, amazon_cost=0.95,
        worth=worth, substitution=sigma, size=size,
    )  # fmt: skip
    prices, found = price_equilibrium(split), stakes.solve()
    assert prices.certified and found.certified
    np.testing.assert_allclose(found.price, prices.prices, rtol=1e-8)
    shares = np.array(split.shares([prices.prices[j] for j in range(3)]))
    np.testing.assert_allclose(found.compute, demand * shares, rtol=1e-7)


def test_a_stake_takes_its_share_off_the_margin_over_the_slope():
    """Greenlee and Raskovich (2006): w_i - c_i = (1 - theta_i) x_i / |dx_i/dw_i|, without rivalry."""
    model = EquityForCompute(rivalry=0.0)
    found = model.solve()
    for cloud, stake in ((0, model.google_stake), (1, model.amazon_stake), (2, 0.0)):
        step = np.zeros(3)
        step[cloud] = 1e-3
        fall = (model.orders(found.price - step)[0] - model.orders(found.price + step)[0])[cloud] / 2e-3
        margin = found.price[cloud] - at_cost(model)[cloud]
        np.testing.assert_allclose(margin, (1 - stake) * found.compute[cloud] / fall, rtol=1e-6)


def test_with_all_of_the_lab_a_cloud_prices_at_cost_when_there_is_nothing_to_steal():
    model = EquityForCompute(google_stake=1.0, amazon_stake=0.0, rivalry=0.0)
    found = model.solve()
    assert found.price[0] == pytest.approx(at_cost(model)[0], rel=1e-9)
    assert found.price[1] > at_cost(model)[1]


def test_a_larger_stake_raises_the_share_and_makes_the_own_lab_hold_back():
    model = draws(256, seed=5)
    before, after = model.solve(), model.with_stakes(model.google_stake + 0.1, model.amazon_stake)
    both = before.certified & after.certified & (before.compute[:, 0] > 0)
    assert both.mean() > 0.85
    assert (after.share[both, 0] > before.share[both, 0]).all()
    rivals = both & (model.rivalry > 0.05) & (before.own_compute > 0)
    assert (after.own_compute[rivals] < before.own_compute[rivals]).all()


def test_a_large_close_rival_of_the_lab_refuses_to_supply_it():
    """Ordover, Saloner and Salop (1990): the higher cost of the rival is worth more than the margin."""
    model = EquityForCompute(rivalry=0.9, own_worth=1.7, google_porting=0.15)
    found = model.solve()
    assert found.certified and found.compute[0] == 0 and found.compute[1] > 0
    sells = EquityForCompute(rivalry=0.2, own_worth=1.7, google_porting=0.15).solve()
    assert sells.certified and sells.compute[0] > 0


def test_units_scale():
    """Costs in other money and the market in other quantities: shares stay, money scales with both."""
    model = EquityForCompute()
    other = model.replace(capital_cost=model.capital_cost * 1000, running_cost=model.running_cost * 1000, size=0.01)
    a, b = model.solve(), other.solve()
    np.testing.assert_allclose(a.share, b.share, rtol=1e-9)
    np.testing.assert_allclose(b.lab_profit, a.lab_profit * 1000 * 0.01 / model.size, rtol=1e-9)


def test_batch_equals_one_by_one():
    model = draws(6, seed=9)
    found = model.solve()
    for i in range(6):
        single = one(model, i).solve()
        np.testing.assert_allclose(single.price, found.price[i], rtol=1e-9)


def test_lump_sums_split_the_gain_of_each_pair():
    """Nash-in-Nash: the cloud's gain over breakdown is its weight's part of the pair's gain."""
    model = EquityForCompute(seller_weight=0.3)
    payoffs_of = model.game().payoffs
    found = {
        (a, b): model.with_stakes(a * model.google_stake, b * model.amazon_stake)
        for a, b in itertools.product(range(2), repeat=2)
    }
    for b in range(2):
        gain = pair_value(found[1, b], 0, b * model.amazon_stake) - pair_value(found[0, b], 0, b * model.amazon_stake)
        np.testing.assert_allclose(float(payoffs_of[0, 1, b] - payoffs_of[0, 0, b]), 0.7 * gain, rtol=1e-9)
    np.testing.assert_allclose(float(payoffs_of[1, 0, 0]), found[0, 0].before_stakes(1), rtol=1e-9)


def test_accounts_add_up():
    """What clouds, labs and stakes get is the value of compute less its cost: prices are transfers."""
    model = EquityForCompute()
    found = model.solve()
    p = model.primitives()
    own, lab = profits(at_cost(model), found.compute, found.own_compute, p)
    np.testing.assert_allclose(found.margin.sum() + found.lab_profit + found.own_profit, own + lab, rtol=1e-9)


def test_stakes_of_more_than_everything_are_refused():
    with pytest.raises(InputError, match="more than all"):
        EquityForCompute(google_stake=0.6, amazon_stake=0.5)
