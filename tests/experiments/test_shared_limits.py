"""Shared limits: the price is what a GW is worth to every builder, and a limit that does not bind has none."""

import numpy as np
import pytest

from experiments.studies.shared_limits import LEVELS, study, summarise, yearly_power
from models import ComputeRace
from models.compute_race import BUILDERS
from theory import SharedLimit, nash, variational_equilibrium


@pytest.fixture(scope="module")
def replicates():
    return [study(draws=64, rng=np.random.default_rng(seed)) for seed in (1, 2)]


def test_the_price_is_the_marginal_payoff_of_every_builder():
    game = ComputeRace().continuous_game()
    free = nash(game).select()
    for share in (0.8, 0.4):
        limit = SharedLimit(share * free.sum(), unit="GW")
        found = variational_equilibrium(game.replace(shared=(limit,)))
        builds = found.select()
        np.testing.assert_allclose(builds.sum(), share * free.sum(), rtol=1e-9)
        np.testing.assert_allclose(game.gradient(builds), found.shadow_prices[0, 0], rtol=1e-6)
    loose = variational_equilibrium(game.replace(shared=(SharedLimit(2 * free.sum(), unit="GW"),)))
    np.testing.assert_allclose(loose.select(), free, rtol=1e-6)
    assert loose.shadow_prices[0, 0] == pytest.approx(0, abs=1e-9)


def test_a_tighter_limit_is_dearer_in_every_draw(replicates):
    for part in replicates:
        prices = np.stack([part[f"price, {level:g}"] for level in LEVELS])
        assert (np.diff(prices, axis=0) > 0).all()


def test_shares_moved_add_up_to_nothing(replicates):
    for level in LEVELS:
        moved = sum(replicates[0][f"share, {level:g}, {name}"] for name in BUILDERS)
        np.testing.assert_allclose(moved, 0, atol=1e-12)


def test_summary(replicates):
    numbers = summarise(replicates, rng=np.random.default_rng(0), draws=64).numbers
    assert numbers["power GW a year"] == yearly_power() == pytest.approx((945 - 415) / 6 / 8.76)
    for level in LEVELS:
        rose = np.mean([part[f"industry profit, {level:g}"] > 0 for part in replicates])
        assert numbers["limits"][f"{level:g}"]["P(profit rises)"].value == pytest.approx(rose)
