"""Anchor tenants: hold-up without a contract, what a contract can enforce, and who pays for what is not used."""

import itertools
import json

import numpy as np
import pytest
import sympy
from scipy import integrate, optimize, stats

from models.anchor_tenant import AnchorTenant
from models.tenancy import trade
from models.vertical_supply import hold_up, take_or_pay

UNIT = {"demand": 0.5, "power_cost": 1e-12, "price_decline": 0.0, "law": "uniform"}
"""Demand on [0, 1], as in the published cases."""


def draws(count=64, seed=3, **fixed):
    base = AnchorTenant()
    sample = base.priors().sample(count, rng=np.random.default_rng(seed))
    return base.replace(**{**sample, **fixed})


def one(model, index):
    specs = model.parameters()
    fields = [n for n, s in specs.items() if not s.structural and np.ndim(getattr(model, n))]
    return model.replace(**{n: getattr(model, n)[index] for n in fields})


def priced(price, **changes):
    """Tenant that earns ``price`` per GW over the life, has no alternative, and whose cloud takes all on the spot."""
    base = AnchorTenant(**UNIT, bargaining=1.0, leaving="never", term=20.0, switching=1e6, limit=2.0, **changes)
    return base.replace(earning=price / float(base.revenue_per_gw()))


# -- special cases of the literature -----------------------------------------------------------------


@pytest.mark.parametrize(("price", "tariff", "share"), [(3.0, 1.0, 0.8), (3.0, 1.0, 1.0), (10.0, 6.0, 0.5)])
def test_the_lab_takes_the_capacity_of_take_or_pay(price, tariff, share):
    """K = (p - w) / ((p - w) + w theta^2) for D ~ U[0, 1] (case take_or_pay; Masten and Crocker 1985)."""
    model = priced(price, take_or_pay=share)
    expected = (price - tariff) / ((price - tariff) + tariff * share**2)
    assert float(model.lab_quantity(tariff)) == pytest.approx(expected, rel=1e-5)
    other = take_or_pay(stats.uniform(0, 1), price=price, tariff=tariff, share=share)
    assert float(model.lab_quantity(tariff)) == pytest.approx(other.capacity, rel=1e-5)
    gained = float(model.commitment_value(other.capacity, tariff))
    assert gained == pytest.approx(other.profit, rel=1e-9)  # its spot alternative is worth nothing to the lab


def test_reservation():
    """F(K) = 1 - r / (p - w) (case reservation): an option at fee 0.5 and strike 1 on units worth 3."""
    assert float(priced(3.0).reserved_quantity(0.5, 1.0)) == pytest.approx(0.75)


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_without_a_contract_the_cloud_is_held_up_as_in_the_literature(share):
    """Same rule as `hold_up`, which is held to I = s^2, for the value of capacity under uniform demand."""
    model = AnchorTenant(
        **UNIT, bargaining=share, relet_discount=1.0, tightness=0.0, switching=10.0, earning=4.0, limit=2
    )
    cost, worth = model.capital_cost, float(model.worth_mean())
    spent = hold_up(lambda i: worth * (i / cost - (i / cost) ** 2 / 2), share)
    assert float(model.capacity_for(share)) == pytest.approx(spent / cost, rel=1e-9)


# -- the tree, by brute force --------------------------------------------------------------------------


def test_builds_without_and_for_both_are_the_best_on_a_fine_grid():
    model = draws(48)
    grid = np.linspace(0.0, 1.0, 4001)[:, None] * model.limit * model.demand
    for build, value in (
        (model.capacity_for(model.bargaining), model.cloud_on_spot),
        (model.capacity_for(1.0), model.surplus),
    ):
        assert (value(build) >= value(grid).max(axis=0) - 1e-9 * model.capital_cost).all()


@pytest.mark.parametrize("leaving", ["fee", "never"])
def test_expected_payoffs_are_means_of_played_out_trades(leaving):
    """Simulate demand and tightness; the lab picks its cheapest way to use min(D, q), the cloud re-lets the rest."""
    rng = np.random.default_rng(4)
    model = AnchorTenant(leaving=leaving, tightness=0.4, exit_fee=0.3, term=3.0, take_or_pay=0.7)
    q, price = 2.5, 30.0
    built = max(q, float(model.capacity_for(model.bargaining)))
    n, s = 200_000, model.demand_volatility
    demand = model.demand * rng.lognormal(-(s**2) / 2, s, n)
    tight = (rng.random(n) < model.tightness).astype(int)
    spot, relet = np.array(model.spot())[tight], np.array(model.relet())[tight]
    h, leave = float(model.covered()), model.exit_payment()
    used, bound = np.minimum(demand, q), np.minimum(demand, 0.7 * q)
    paid = bound * np.minimum(price, leave + h * spot) + (used - bound) * np.minimum(price, h * spot)
    paid += np.maximum(0.7 * q - demand, 0) * min(price, leave)
    everything = np.minimum(demand, built)
    earned = paid + (1 - h) * spot * used + spot * (everything - used) + relet * (built - everything)
    earned -= model.capital_cost * built
    error = earned.std() / np.sqrt(n)
    assert abs(earned.mean() - float(model.cloud_with_contract(q, price))) < 5 * error


def test_the_bargain_maximises_the_nash_product_over_quantities_and_prices():
    model = draws(24, seed=5)
    found = model.agree()
    for index in range(24):
        single = one(model, index)
        top = float(single.covered() * single.earned())
        q = np.linspace(0.0, 1.0, 81)[:, None] * float(single.limit * single.demand)
        w = np.linspace(0.0, top, 161)[None, :]
        cloud = single.cloud_with_contract(q, w) - found.cloud_alone[index]
        lab = single.lab_with_contract(q, w) - found.lab_alone[index]
        weight, scale = single.bargaining, single.capital_cost * single.demand
        grid = (np.maximum(cloud, 0) ** weight * np.maximum(lab, 0) ** (1 - weight)).max()
        own, other = (found.cloud - found.cloud_alone)[index], (found.lab - found.lab_alone)[index]
        assert max(own, 0) ** weight * max(other, 0) ** (1 - weight) >= grid - 1e-6 * scale


def test_agreed_price_gives_the_agreed_payoffs():
    model = draws(64, seed=6)
    found = model.agree()
    signed = found.committed > 0
    assert signed.sum() > 5
    np.testing.assert_allclose(
        model.cloud_with_contract(found.committed, found.price)[signed], found.cloud[signed], rtol=1e-7, atol=1e-6
    )
    np.testing.assert_array_equal(np.isfinite(found.yearly_price), signed)


# -- economics --------------------------------------------------------------------------------------------


def test_no_party_loses_by_a_contract_and_none_is_signed_if_leaving_is_free():
    model = draws(128)
    found = model.agree()
    assert (found.cloud >= found.cloud_alone).all()
    assert (found.lab >= found.lab_alone - 1e-9).all()
    free = model.replace(exit_fee=0.0).agree()
    assert (free.committed == 0).all()  # a promise that costs nothing to break moves no capital
    np.testing.assert_array_equal(free.capacity, free.speculative)


def test_a_dearer_exit_never_makes_the_contract_worth_less():
    model = draws(64)
    gains = [model.replace(exit_fee=fee).agree().gain for fee in (0.0, 0.2, 0.5, 1.0)]
    gains.append(model.replace(leaving="never").agree().gain)
    for less, more in itertools.pairwise(gains):
        assert (more >= less - 1e-6 * model.capital_cost).all()


def test_hold_up_builds_too_little_and_a_binding_contract_repairs_it():
    model = draws(128).replace(leaving="never", term=10.0)
    found = model.agree()
    assert (found.speculative <= found.efficient).all()
    assert (found.speculative < found.efficient).any()
    free = ~found.constrained & (found.efficient > found.speculative)
    np.testing.assert_allclose(found.capacity[free], found.efficient[free], rtol=1e-5)
    own, gain = (found.cloud - found.cloud_alone)[free], found.gain[free]
    np.testing.assert_allclose(own, model.bargaining[free] * gain, rtol=1e-6, atol=1e-6)


def test_a_cloud_with_all_the_bargaining_weight_needs_no_contract():
    found = draws(32, bargaining=1.0).agree()
    np.testing.assert_allclose(found.speculative, found.efficient)
    assert (found.committed == 0).all()


def test_equal_clouds_bid_the_tenant_away():
    model = draws(64).replace(own_chip_saving=0.0)
    np.testing.assert_allclose(model.contested_gain(model.agree()), 0.0, atol=1e-9)


def test_two_sources_posting_prices_by_their_mixed_strategies():
    """Demand between one capacity and both: indifference gives F, and each earns (v - r)(D - k) (Kreps-Scheinkman)."""
    v, r, k, demand = 60.0, 20.0, 1.0, 1.4
    profit = (v - r) * (demand - k)

    def cdf(p):  # from (p - r) [F (D - k) + (1 - F) k] = profit
        return (k - profit / (p - r)) / (2 * k - demand)

    low = r + profit / k
    assert cdf(low) == pytest.approx(0)
    assert cdf(v) == pytest.approx(1)
    prices = np.linspace(low, v, 50)
    assert (np.diff(cdf(prices)) > 0).all()
    # two sources take 2 (v - r)(D - k); the model's formula averages the lab's rest over demand
    model = AnchorTenant(**UNIT, bargaining=0.5, term=1.0)
    q = 0.8
    gap = float(model.worth_mean() - model.relet_mean())

    def saved(d):
        rest = 0.0 if d >= q else gap * (d - 2 * max(d - q / 2, 0.0))
        return rest - 0.5 * gap * min(d, q)

    mean = integrate.quad(saved, 0, 1, points=(q / 2, q))[0]
    assert float(model.second_source_gain(q)) == pytest.approx(float(1 - model.covered()) * mean, rel=1e-9)


def test_the_burden_adds_up_and_the_exit_fee_moves_it_to_the_lab():
    model = draws(64, exit_fee=0.1)
    found = model.agree()
    parts = model.stranded(found.committed, found.capacity, found.price)
    np.testing.assert_allclose(parts["market"] + parts["lab"] + parts["builder"], parts["total"], atol=1e-9)
    assert all((part >= -1e-12).all() for part in parts.values())
    shares = [model.replace(exit_fee=fee).unused_cost_share() for fee in (0.0, 0.1, 0.5)]
    shares.append(model.replace(leaving="never").unused_cost_share())
    for more, less in itertools.pairwise(shares):
        assert (less <= more + 1e-12).all()
    assert ((shares[0] >= 0) & (shares[0] <= 1)).all()


def test_an_option_is_worth_at_least_the_commitment():
    model = draws(64, leaving="never")
    strike = model.covered() * model.market_price()
    assert (model.option_value(1.0, strike) >= model.commitment_value(1.0, strike) - 1e-9).all()


@pytest.mark.parametrize("law", ["lognormal", "uniform"])
def test_capacity_is_exceeded_with_the_probability_asked_for(law):
    model = AnchorTenant(law=law, demand=2.0, demand_volatility=0.4, limit=50.0)
    known = stats.uniform(0, 4) if law == "uniform" else stats.lognorm(0.4, scale=2 * np.exp(-0.08))
    for p in (0.05, 0.5, 0.9):
        assert float(model.exceeded(p)) == pytest.approx(known.isf(p))
        below = integrate.quad(known.sf, 0, known.isf(p))[0]
        assert float(model.used(known.isf(p))) == pytest.approx(below, rel=1e-7)
    assert model.used(0.0) == 0


def test_gigawatts_and_dollars_scale():
    """Ten times the demand: ten times everything. All money in another unit: the same build."""
    model = AnchorTenant(tightness=0.35)
    large = model.replace(demand=10 * model.demand).agree()
    found = model.agree()
    np.testing.assert_allclose(large.capacity, 10 * found.capacity, rtol=1e-6)
    np.testing.assert_allclose(large.cloud, 10 * found.cloud, rtol=1e-6)
    money = {n: 1000 * getattr(model, n) for n in ("revenue", "capital_cost", "power_cost")}
    other = model.replace(**money).agree()
    np.testing.assert_allclose(other.capacity, found.capacity, rtol=1e-6)
    np.testing.assert_allclose(other.price, 1000 * found.price, rtol=1e-6)


def test_a_batch_is_solved_as_one_by_one():
    model = draws(8)
    batch = model.agree()
    for index in range(8):
        single = one(model, index).agree()
        for name in ("capacity", "committed", "price", "cloud", "lab"):
            assert float(getattr(single, name)) == pytest.approx(float(getattr(batch, name)[index]), rel=1e-9, abs=1e-9)


def test_to_sign_and_to_build_for_the_tenant_is_an_equilibrium_where_it_is_signed():
    model = AnchorTenant(tightness=0.8)
    game = model.game()
    cloud, lab = game.payoffs
    assert cloud[1, 1] > cloud[0, 1]
    assert lab[1, 1] == pytest.approx(float(model.agree().lab))
    assert cloud[0, 0] == pytest.approx(float(model.agree().cloud_alone))


def test_the_formula_of_the_payoff_gives_the_rule_for_the_build():
    """First-order condition of `trade` in capacity, with M' = P(D > K), is the rule of `capacity_for`."""
    v, r, beta, kappa, k, tail = sympy.symbols("v r beta kappa K S", positive=True)
    used = sympy.Function("M")(k)
    slope = sympy.diff(trade(v, r, beta, kappa, k, used), k).subs(sympy.diff(used, k), tail)
    assert sympy.simplify(sympy.solve(slope, tail)[0] - (kappa - r) / (beta * (v - r))) == 0


def test_threshold_of_tightness_at_which_anything_is_built():
    """Nothing is built unless r or v reaches the capital cost; at the threshold v equals it."""
    model = AnchorTenant()
    found = optimize.brentq(lambda t: float(model.replace(tightness=t).worth_mean()) - model.capital_cost, 0, 1)
    assert float(model.replace(tightness=found - 1e-6).capacity_for(1.0)) == 0
    assert float(model.replace(tightness=found + 1e-2).capacity_for(1.0)) > 0


def test_parameters_survive_json():
    model = AnchorTenant(leaving="never", exit_fee=0.7)
    assert AnchorTenant.from_json(model.to_json()) == model
    assert json.loads(model.to_json())["parameters"]["leaving"] == "never"
