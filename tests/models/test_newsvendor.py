"""Caution builds less, rivalry builds more."""

import numpy as np
import pytest
from scipy import stats

from models.capacity_race import CapacityRace
from models.newsvendor import cvar_capacity, cvar_profit, regret_capacity, spill_capacities
from theory import InputError, nash

DEMANDS = [stats.uniform(0, 1), stats.lognorm(0.6), stats.gamma(2)]


@pytest.mark.parametrize("demand", DEMANDS)
def test_the_mean_is_the_newsvendors_critical_ratio(demand):
    assert demand.cdf(cvar_capacity(demand, price=10, cost=4)) == pytest.approx(0.6, rel=1e-12)


def test_it_agrees_with_the_registered_model():
    model = CapacityRace(n=1, law="uniform", price=10.0, cost=4.0, salvage=0.0, demand=0.5)
    there = nash(model.continuous_game()).select()[0]
    assert cvar_capacity(stats.uniform(0, 1), price=10, cost=4) == pytest.approx(there, abs=1e-7)


@pytest.mark.parametrize("demand", DEMANDS)
@pytest.mark.parametrize("share", [1.0, 0.5, 0.1])
def test_no_capacity_has_a_better_worst_share(demand, share):
    best = cvar_capacity(demand, price=10, cost=4, share=share)
    value = cvar_profit(demand, best, price=10, cost=4, share=share)
    others = [cvar_profit(demand, best * x, price=10, cost=4, share=share) for x in (0.5, 0.9, 0.99, 1.01, 1.1, 2)]
    assert max(others) <= value


def test_worst_share_of_profit_is_that_of_a_sample():
    demand = stats.gamma(2)
    sample = demand.ppf((np.arange(100_000) + 0.5) / 100_000)
    profit = np.sort(10 * np.minimum(sample, 1.5) - 4 * 1.5)[:20_000].mean()
    assert cvar_profit(demand, 1.5, price=10, cost=4, share=0.2) == pytest.approx(profit, rel=1e-3)


def test_caution_builds_less():
    capacities = [cvar_capacity(stats.lognorm(0.6), price=10, cost=4, share=s) for s in (0.05, 0.3, 1.0)]
    assert capacities == sorted(capacities)


def test_regret_is_equal_at_both_ends_and_least():
    found = regret_capacity(2, 7, price=10, cost=4)

    def worst(q):
        demands = np.linspace(2, 7, 501)
        return max(6 * d - (10 * min(d, q) - 4 * q) for d in demands)

    assert worst(found.capacity) == pytest.approx(found.regret)
    assert min(worst(q) for q in np.linspace(2, 7, 101)) >= found.regret - 1e-12


@pytest.mark.parametrize("demand", DEMANDS)
def test_rivals_with_spill_over_build_too_much_and_neither_would_move(demand):
    """Lippman and McCardle (1997): competition never lowers industry capacity."""
    found = spill_capacities(demand, price=1, cost=0.4)
    assert found.total > found.central

    drawn = demand.ppf((np.arange(2000) + 0.5) / 2000)
    own, spilled = drawn[:, None], np.maximum(drawn - found.each, 0)

    def profit(q):
        return np.minimum(q, own + spilled).mean() - 0.4 * q

    assert max(profit(found.each * x) for x in (0.3, 0.8, 0.95, 1.05, 1.3, 2)) < profit(found.each)


def test_units_change_nothing():
    plain = spill_capacities(stats.lognorm(0.6), price=1, cost=0.4)
    for scale in (1e-9, 1e9):
        scaled = spill_capacities(stats.lognorm(0.6, scale=scale), price=1, cost=0.4)
        assert scaled.each == pytest.approx(scale * plain.each, rel=1e-8, abs=0)


def test_refusals():
    with pytest.raises(InputError, match="cost < price"):
        cvar_capacity(stats.uniform(0, 1), price=1, cost=2)
    with pytest.raises(InputError, match="share"):
        cvar_capacity(stats.uniform(0, 1), price=10, cost=4, share=0)
    with pytest.raises(InputError, match="demand"):
        regret_capacity(3, 2, price=10, cost=4)
