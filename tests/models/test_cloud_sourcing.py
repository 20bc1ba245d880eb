"""Multi-cloud balancing: the split against a numerical optimum, prices against every other price and known limits."""

import numpy as np
import pytest
from scipy import optimize

from models.cloud_pricing import cost_multipliers, exclusive_auction, homing, price_equilibrium
from models.cloud_sourcing import CloudSourcing
from models.vertical_supply import SwitchingCosts
from theory import InputError, nash

CENTRE = CloudSourcing()


def draws(count, seed=1):
    return CENTRE.replace(**CENTRE.priors().sample(count, rng=np.random.default_rng(seed)))


def one(model, d):
    """Draw ``d`` of a batch as a model of its own."""
    fields = {name: np.asarray(getattr(model, name)) for name in model.priors().fields}
    return model.replace(**{name: values[d] for name, values in fields.items()})


def plain(**changes):
    """Two clouds at the market's cost, no failures, whose rivalry is a line of Hotelling as demand turns rigid."""
    given = {"cost_factor": (1.0, 1.0), "unit_cost": 1.0, "outage": 0.0, "elasticity": 1e-6, "prior_share": (0.5, 0.5)}
    given["term"] = -np.log(0.9) / 0.1  # over which a dollar paid once, at ten per cent, costs a dollar a year
    return CENTRE.replace(**(given | changes))


@pytest.mark.parametrize(("n", "homes"), [(2, 1), (2, 2), (4, 1), (4, 3)])
def test_split_is_the_best_one(n, homes):
    batch = draws(8)
    rng = np.random.default_rng(n)
    for d in range(8):
        model = one(batch, d).replace(n=n).homed(homes)
        game = model.continuous_game()
        prices = game.lower + rng.uniform(0, 0.5, n) * (game.upper - game.lower)
        shares = np.array(model.shares(prices))
        scale = float(model.demand * model.unit_cost)
        best = optimize.minimize(
            lambda s, m=model, k=prices, u=scale: -float(m.surplus(k, s)) / u,
            np.full(n, 0.3),
            bounds=[(0, 3)] * n,
            method="L-BFGS-B",
            options={"ftol": 1e-15, "gtol": 1e-9},
        )
        assert model.surplus(prices, shares) / scale >= -best.fun - 1e-9
        np.testing.assert_allclose(shares, best.x, atol=2e-4)


def test_expected_value_by_adding_up_every_pattern_of_failures():
    model = CloudSourcing(outage=0.15, correlation=0.4)
    s, fails, together = np.array([0.6, 0.5]), 0.15, 0.15**2 + 0.4 * 0.15 * 0.85
    chances = {(1, 1): together, (1, 0): fails - together, (0, 1): fails - together, (0, 0): 1 - 2 * fails + together}
    anchor, e = model.unit_cost / (1 - model.margin), model.elasticity
    running = {pattern: s @ (1 - np.array(pattern)) for pattern in chances}
    value = sum(p * anchor * ((1 + 1 / e) * running[x] - running[x] ** 2 / (2 * e)) for x, p in chances.items())
    level, slope, spread = model.value_terms()
    np.testing.assert_allclose(level * s.sum() - slope * s.sum() ** 2 / 2 - spread * (s @ s) / 2, value)
    mean = sum(p * running[x] for x, p in chances.items())
    variance = sum(p * (running[x] - mean) ** 2 for x, p in chances.items())
    prices = np.array([12.0, 13.0])
    chosen = np.array(model.shares(prices))
    running = {pattern: chosen @ (1 - np.array(pattern)) for pattern in chances}
    mean = sum(p * running[x] for x, p in chances.items())
    variance = sum(p * (running[x] - mean) ** 2 for x, p in chances.items())
    yearly = 0.1 / (1 - np.exp(-0.1 * model.term))  # what is paid once is spread over the contract at ten per cent
    moved = yearly * model.rigidity * model.unit_cost * ((chosen - [1, 0]) ** 2).sum() / 2
    bill = prices @ chosen + moved + yearly * model.porting * model.unit_cost + anchor / e * variance / 2
    np.testing.assert_allclose(model.effective_price(prices), bill / mean)


def test_marginal_value_and_elasticity_at_the_planned_demand():
    """One cloud that never fails, at the anchor price, moving free: the lab buys the plan, and reacts as e says."""
    model = CloudSourcing(outage=0.0, rigidity=1e-9, elasticity=0.7)
    anchor = float(model.unit_cost / (1 - model.margin))
    bought = [sum(model.shares((w, 10 * anchor))) for w in (anchor, anchor * 1.001)]
    assert bought[0] == pytest.approx(1, abs=1e-6)
    assert (bought[1] - bought[0]) / 0.001 == pytest.approx(-0.7, rel=1e-3)


@pytest.mark.parametrize("history", [(0.5, 0.5), (1.0, 0.0), (0.8, 0.2)])
def test_line_of_hotelling(history):
    """With rigid demand the rigidity is a transport cost; who ran more before can charge more (Klemperer 1987)."""
    found = price_equilibrium(plain(rigidity=0.3, prior_share=history))
    lead = history[0] - history[1]
    np.testing.assert_allclose(found.prices, [1 + 0.3 * (1 + lead / 3), 1 + 0.3 * (1 - lead / 3)], rtol=1e-4)
    if lead == 0:
        line = nash(SwitchingCosts(transport=0.3, cost=1.0, discount=0.0, reservation=2.0).continuous_game())
        np.testing.assert_allclose(found.prices, line.select(), rtol=1e-4)


def test_rip_off_of_a_locked_in_lab():
    """Nothing but the switching cost between clouds: the one that has the lab charges all of it, as in Klemperer."""
    locked = plain(rigidity=1e-7, switching=0.4, prior_share=(1.0, 0.0)).homed(1)
    found = price_equilibrium(locked)
    assert found.prices[0] == pytest.approx(SwitchingCosts(reservation=1.4).later_price(), abs=1e-4)
    assert found.prices[1] == pytest.approx(1.0)
    free = price_equilibrium(locked.homed(2))
    np.testing.assert_allclose(free.prices, 1.0, atol=1e-4)  # Bertrand


def test_bargains_then_rip_offs():
    """Bids for exclusivity give the rip-off back: with rigid demand the lab ends where prices at cost would put it."""
    market = plain(rigidity=1e-5, switching=0.4, porting=0.0, prior_share=(1.0, 0.0), elasticity=1e-3)
    auction = exclusive_auction(market)
    at_cost = market.surplus((1.0, 1.0), market.shares((1.0, 1.0)))
    captive = homing(market).surplus[0]
    scale = float(market.demand)
    assert (at_cost - auction.surplus) / scale == pytest.approx(0, abs=1e-3)
    assert (at_cost - captive) / scale == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize(("n", "homes"), [(2, 1), (2, 2), (4, 1), (4, 2), (4, 4)])
def test_no_cloud_gains_by_any_other_price(n, homes):
    model = draws(32).replace(n=n).homed(homes)
    found = price_equilibrium(model)
    assert found.certified.all()
    game = model.continuous_game()
    profit, fine = game.payoff(found.prices), np.linspace(0, 1, 3001)[:, None]
    for i in range(n):
        moved = np.broadcast_to(found.prices, (3001, *found.prices.shape)).copy()
        moved[..., i] = game.lower[:, i] + (game.upper - game.lower)[:, i] * fine
        tried = game.payoff_of(i, moved)
        assert (tried.max(axis=0) <= profit[:, i] + 1e-9 * tried.max(axis=0)).all()


def test_the_general_solver_finds_the_same_prices():
    model = draws(16)
    solution = nash(model.continuous_game())
    assert solution.certified[:, 0].all()
    np.testing.assert_allclose(solution.select(), price_equilibrium(model).prices, rtol=1e-6)


def test_demand_is_concave_in_the_own_price_as_the_model_claims():
    model = draws(16).replace(n=4).homed(2)
    game = model.continuous_game()
    rng = np.random.default_rng(4)
    others = game.lower + rng.uniform(0, 0.6, game.lower.shape) * (game.upper - game.lower)
    fine = np.linspace(0, 1, 801)[:, None]
    prices = np.broadcast_to(others, (801, *others.shape)).copy()
    prices[..., 0] = game.lower[:, 0] + (game.upper - game.lower)[:, 0] * fine
    sold = model.shares([prices[..., j] for j in range(4)])[0]
    bend = np.diff(sold, 2, axis=0)
    assert (bend[sold[2:] > 0] <= 1e-9).all()
    assert (bend < -1e-6).any()  # rivals do come into use


def test_a_batch_equals_its_draws_one_by_one_and_money_has_a_unit():
    batch = draws(4)
    found, auction = homing(batch), exclusive_auction(batch)
    for d in range(4):
        single = one(batch, d)
        np.testing.assert_allclose(homing(single).surplus, found.surplus[:, d], rtol=1e-9)
        np.testing.assert_allclose(exclusive_auction(single).surplus, auction.surplus[d], rtol=1e-9)
    dear = batch.replace(unit_cost=1e3 * batch.unit_cost)
    np.testing.assert_allclose(homing(dear).surplus, 1e3 * found.surplus, rtol=1e-9)
    np.testing.assert_allclose(cost_multipliers(dear), cost_multipliers(batch), rtol=1e-9)


def test_a_second_home_avoids_the_hold_up_and_more_so_the_higher_the_switching_cost():
    falls = []
    for switching in (0.4, 1.0, 2.0):
        found = homing(CloudSourcing(switching=switching, porting=0.01))
        falls.append(float(found.mean_price[0] - found.mean_price[1]))
        assert found.surplus[1] > found.surplus[0]
    assert falls == sorted(falls)
    costly = homing(CloudSourcing(porting=0.9))
    assert costly.best == 1  # if porting is dear enough the lab stays where it is


def test_spreading_insures_only_against_failures_that_do_not_come_together():
    s = (0.5, 0.5)
    assert CloudSourcing(outage=0.0).insurance(s) == 0
    assert CloudSourcing(correlation=1.0).insurance(s) == pytest.approx(0)
    values = [float(CloudSourcing(outage=p).insurance(s)) for p in (0.01, 0.05, 0.15)]
    assert values == sorted(values)
    assert CENTRE.insurance((1.0, 0.0)) == 0


def test_errors_say_what_to_do():
    with pytest.raises(InputError, match="3 of 2 clouds"):
        CENTRE.homed(3)
    with pytest.raises(InputError, match="largest share"):
        exclusive_auction(CENTRE.replace(prior_share=(0.5, 0.5)))
    with pytest.raises(InputError, match="cost_factor"):
        CloudSourcing(elasticity=1e9, outage=0.5)
