"""Siting: auctions against closed forms and brute force, and what an agreement not to bid does."""

import itertools

import numpy as np
import pytest
from scipy import integrate

from models.siting import Siting, UnequalBids
from theory import InputError, dilemma_class, grim_trigger
from theory.all_pay import all_pay_auction


def draws(count=64, seed=3, **fixed):
    base = Siting(**{name: fixed.pop(name) for name in ("n",) if name in fixed})
    sample = base.priors().sample(count, rng=np.random.default_rng(seed))
    return base.replace(**{**sample, **fixed})


def one(model, index):
    specs = model.parameters()
    fields = [n for n, s in specs.items() if not s.structural and np.ndim(getattr(model, n))]
    return model.replace(**{n: getattr(model, n)[index] for n in fields})


# -- values known -------------------------------------------------------------------------------------


def test_no_bid_on_a_grid_beats_the_award():
    """Brute force: the runner-up bids all it can; no region gains by any other bid."""
    model = draws(24, seed=5)
    found = model.award()
    values, edges = model.values(), model.edges()
    for k in range(24):
        v, a = values[k], edges[k]
        wants = v > 0
        if wants.sum() < 2:
            continue
        host = int(found.winning[k].argmax())
        bids = np.maximum(v, 0.0)  # losers at their limits
        bids[host] = found.subsidy[k]
        for i in np.flatnonzero(wants):
            rivals = max(bids[j] + a[j] for j in np.flatnonzero(wants) if j != i)
            trial = np.linspace(0.0, 1.2 * values[k].max(), 4001)
            gain = np.where(trial + a[i] > rivals + 1e-9, v[i] - trial, 0.0).max()
            assert gain <= found.regions[k, i] + 1e-3 * model.capital[k]


def test_two_regions_of_equal_sites_share_the_gain_by_bertrand():
    """Known values: the host keeps the difference of the two values; equal regions bid all of it away."""
    model = Siting(n=2, edge=0.0, spread=0.4, harm=0.0)
    first, second = model.values()
    found = model.award()
    assert float(found.subsidy) == pytest.approx(second)
    assert found.regions[0] == pytest.approx(first - second)
    equal = Siting(n=5, edge=0.0, spread=0.0).award()
    np.testing.assert_allclose(equal.winning, 0.2)
    np.testing.assert_allclose(equal.regions, 0.0, atol=1e-12)


def test_bidding_sends_the_campus_where_all_gain_most():
    model = draws(256)
    np.testing.assert_allclose(model.award().total, model.best(), rtol=1e-9, atol=1e-12)
    assert (model.award(0.0).total <= model.best() + 1e-12).all()


def test_a_region_that_would_be_harmed_stays_out():
    model = Siting(harm=0.075, tax=0.06, jobs=0.0, spread=0.5, edge=0.08, alignment=-1.0)
    assert (model.values() > 0).tolist() == [True, False, False]
    found = model.award()
    assert found.winning.tolist() == [1.0, 0.0, 0.0]
    assert found.subsidy == 0.0
    nobody = model.replace(harm=1.0).award()
    assert nobody.winning.sum() == 0
    assert nobody.total == 0


def test_more_regions_bid_more_of_the_gain_away():
    shares = []
    for n in (2, 3, 5, 8):
        model = Siting(n=n, edge=0.0)
        award, private = model.award(), model.private()
        shares.append((float(award.subsidy / model.values()[0]), float(private["subsidy"] / private["value"])))
    assert all(a < b for one, two in itertools.pairwise(shares) for a, b in zip(one, two, strict=True))


# -- all pay ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spread", [0.0, 0.2, 0.7])
def test_all_pay_outlays_against_the_mixed_equilibrium(spread):
    """Baye, Kovenock and de Vries (1996), as `theory.all_pay` computes it with its own regret check."""
    model = Siting(n=3, spread=spread)
    mixed = all_pay_auction(model.values())
    found = model.all_pay()
    assert mixed.regret() < 1e-9
    assert float(found["spent"]) == pytest.approx(mixed.revenue, rel=1e-9)
    assert float(found["regions"]) == pytest.approx(mixed.payoffs.sum(), abs=1e-9)
    if spread:
        assert float(found["first wins"]) == pytest.approx(mixed.winning[0], rel=1e-9)


def test_all_pay_published_revenue():
    """v = (3, 2): revenue 5/3 (Baye, Kovenock and de Vries 1996; literature B4)."""
    model = Siting(n=2, capital=2.5, tax=1.0, jobs=0.0, harm=0.0, spread=0.2)
    np.testing.assert_allclose(model.values(), [3.0, 2.0])
    assert float(model.all_pay()["spent"]) == pytest.approx(5 / 3)


# -- private values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "harm"), [(2, 0.0), (3, 0.02), (5, 0.07)])
def test_private_values_by_simulation_and_revenue_equivalence(n, harm):
    """First price against simulated bids, and against the second price with no bid below zero (Vickrey 1961)."""
    model = Siting(n=n, harm=harm, spread=0.6)
    low, high = model.private_ends()
    v = np.random.default_rng(2).uniform(low, high, (400_000, n))
    ordered = np.sort(v, axis=1)
    best, second = ordered[:, -1], np.maximum(ordered[:, -2], 0.0)
    hosted = best > 0
    bids = np.where(hosted, model.private_bid(np.maximum(best, 1e-12)), 0.0)
    found = model.private()
    for sample, exact in (
        (bids, found["subsidy"]),
        (np.where(hosted, second, 0.0), found["subsidy"]),
        (np.maximum(best, 0.0), found["value"]),
        (hosted * 1.0, found["hosted"]),
    ):
        assert abs(sample.mean() - float(exact)) < 5 * sample.std() / np.sqrt(len(v)) + 1e-12


def test_private_bid_is_a_best_reply():
    model = Siting(n=4, spread=0.5)
    low, high = model.private_ends()
    grid = np.linspace(low + 1e-9, high, 4001)
    bid = model.private_bid(grid)
    beats = ((grid - low) / (high - low)) ** 3
    for value in np.linspace(low + 1e-3, high, 7):
        profit = (value - bid) * beats  # bid as another type would
        own = (value - model.private_bid(value)) * ((value - low) / (high - low)) ** 3
        assert profit.max() <= own + 1e-7


@pytest.mark.parametrize("highs", [(1.0, 1.0), (1.0, 2.0), (5.0, 1.0)])
def test_unequal_bids_are_best_replies(highs):
    """Griesmer, Levitan and Shubik (1967): no bid on a grid beats the one that the inverse bids give."""
    bids = UnequalBids(highs)
    grid = np.linspace(1e-9, bids.top, 20_001)
    for player in (0, 1):
        chance = bids.value_at(1 - player, grid) / highs[1 - player]
        assert chance[-1] == pytest.approx(1)
        for b in np.linspace(0.1, 0.95, 6) * bids.top:
            value = float(bids.value_at(player, b))
            own = (value - b) * float(bids.value_at(1 - player, b)) / highs[1 - player]
            assert ((value - grid) * chance).max() <= own * (1 + 1e-6)


def test_unequal_bids_by_simulation():
    bids = UnequalBids((3.0, 1.0))
    rng = np.random.default_rng(6)
    grid = np.linspace(0, bids.top, 20_001)
    v = rng.uniform(0, 1, (400_000, 2)) * np.array([3.0, 1.0])
    b = np.stack([np.interp(v[:, i], bids.value_at(i, grid), grid) for i in (0, 1)], axis=1)
    won = b.max(axis=1)
    assert abs(won.mean() - bids.subsidy) < 5 * won.std() / np.sqrt(len(v)) + 1e-6
    wrong = ((b[:, 1] > b[:, 0]) & (v[:, 1] < v[:, 0])).mean()
    assert wrong == pytest.approx(bids.weaker_wins, abs=5e-3)
    assert UnequalBids((2.0, 2.0)).subsidy == pytest.approx(2 / 3)
    assert UnequalBids((2.0, 2.0)).weaker_wins == pytest.approx(0, abs=1e-12)
    with pytest.raises(InputError, match="two positive"):
        UnequalBids((1.0, -1.0))


def test_unequal_bids_integrate_to_the_same_mean_by_quadrature():
    bids = UnequalBids((2.0, 1.0))
    both = lambda b: 1 - bids.value_at(0, b) / 2 * bids.value_at(1, b)  # noqa: E731
    assert bids.subsidy == pytest.approx(integrate.quad(both, 0, bids.top)[0], rel=1e-10)


# -- the agreement ---------------------------------------------------------------------------------------------


def test_what_the_agreement_moves_adds_up():
    model = draws(128)
    for cap in (0.0, 0.5, 1.0):
        parts = model.no_poach(cap)
        np.testing.assert_allclose(parts["regions"] + parts["builder"], -parts["misplaced"], atol=1e-9)
        assert (parts["misplaced"] >= -1e-12).all()
    for value in model.no_poach(1.0).values():
        np.testing.assert_allclose(value, 0.0, atol=1e-12)  # a cap at the limit changes nothing


def test_equal_regions_gain_by_the_agreement_just_what_they_bid():
    model = Siting(spread=0.0, edge=0.0)
    parts = model.no_poach()
    assert float(parts["regions"]) == pytest.approx(float(model.award().subsidy))
    assert float(parts["misplaced"]) == pytest.approx(0)
    assert float(parts["society"]) == pytest.approx(model.funds * float(model.award().subsidy))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_equal_regions_need_the_patience_of_price_setters(n):
    """Critical discount factor 1 - 1/n, as in Bertrand competition, from the game and from the formula."""
    model = Siting(n=n, spread=0.0, edge=0.0)
    assert float(model.patience()) == pytest.approx(1 - 1 / n)
    assert float(grim_trigger(model.game())) == pytest.approx(1 - 1 / n)
    assert str(dilemma_class(model.game()).names) in ("boundary", "prisoner's dilemma")


def test_to_bid_is_never_worse_than_to_keep_to_the_agreement():
    """Bidding dominates weakly in every draw: the agreement needs the future, or a law."""
    game = draws(64).game()
    for i in range(game.n_players):
        own = game.payoff(i)
        keep, bid = (np.take(own, a, axis=1 + i) for a in (0, 1))
        assert (bid >= keep - 1e-9).all()


def test_money_scales_and_a_batch_is_one_by_one():
    model = draws(8)
    large = model.replace(capital=7 * model.capital)
    np.testing.assert_allclose(large.award().subsidy, 7 * model.award().subsidy, rtol=1e-9)
    np.testing.assert_allclose(large.patience(), model.patience(), rtol=1e-9)
    for index in range(8):
        single = one(model, index)
        assert float(single.award().subsidy) == pytest.approx(float(model.award().subsidy[index]), abs=1e-12)
        assert float(single.no_poach()["society"]) == pytest.approx(
            float(model.no_poach()["society"][index]), abs=1e-12
        )
        assert float(single.private()["subsidy"]) == pytest.approx(float(model.private()["subsidy"][index]), abs=1e-12)
