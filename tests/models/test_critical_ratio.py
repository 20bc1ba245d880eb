"""The critical ratio of the race is the newsvendor's, and what finite differences of realised payoffs say."""

import numpy as np
import pytest
from scipy import stats

from models.compute_race import ComputeRace
from theory import nash


def test_unit_margins_alone_are_the_newsvendors_ratio():
    race = ComputeRace(stealing=0.0, decided=0.0, survival=0.0)
    margins = [1 - race.cost(i) / race.revenue_per_gw() for i in range(race.n_players)]
    assert race.critical_ratio(race.demand()) == pytest.approx(margins, rel=1e-12)


def test_in_equilibrium_it_is_the_probability_that_demand_is_served():
    race = ComputeRace(stealing=0.0)
    built = nash(race.continuous_game()).select()
    s = race.demand_volatility
    served = stats.norm.cdf(np.log(built / race.demand()) / s + s / 2)
    assert race.critical_ratio(built) == pytest.approx(served, rel=1e-5)


@pytest.mark.parametrize("i", range(5))
def test_a_gw_more_in_a_state_just_above_and_just_below_what_is_built(i):
    race = ComputeRace()
    k = race.demand()
    kink = k[i] / race.mean_demand(i, list(k))

    def slope(demand):
        up, down = (list(np.where(np.arange(5) == i, k * (1 + h), k)) for h in (1e-6, -1e-6))
        state = {"demand": demand, "prize": 1.0}
        return (race.realised(i, up, state) - race.realised(i, down, state)) / (2e-6 * k[i])

    few, many = slope(kink * 1.001), -slope(kink * 0.999)
    assert race.critical_ratio(k)[i] == pytest.approx(few / (few + many), rel=2e-3)


def test_stakes_raise_it_in_every_draw():
    race = ComputeRace()
    drawn = race.replace(**race.priors().sample(256, rng=np.random.default_rng(4)))
    plain = drawn.replace(decided=0.0, survival=0.0)
    with_stakes = drawn.critical_ratio(drawn.demand())
    assert with_stakes.shape == (256, 5)
    assert (with_stakes > plain.critical_ratio(drawn.demand())).all()


def test_the_stakes_needed_make_the_ratio_one_half():
    race = ComputeRace()
    k = race.demand()
    stakes, elasticity = race.at_the_margin(k)
    revenue = race.revenue_per_gw()
    missing = race.stakes_needed(k) - stakes
    assert (missing > 0) == pytest.approx(race.critical_ratio(k) < 0.5)
    assert race.critical_ratio(k) + missing / (revenue * (1 - elasticity)) == pytest.approx(0.5, rel=1e-12)
