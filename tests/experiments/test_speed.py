"""The study of speed: what must hold whatever the draws are."""

import numpy as np
import pytest

from experiments.catalogue import find
from theory import Estimate


@pytest.fixture(scope="module")
def numbers():
    study = find("speed")
    parts = [study(draws=512, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return study.summarise(parts, rng=np.random.default_rng(99), draws=512).numbers


def test_scarcity_makes_speed_decisive(numbers):
    shares = [each["P(decisive)"].value for each in numbers["by scarcity"] if each["draws"] > 30]
    assert shares == sorted(shares) and shares[0] < shares[-1]
    prices = numbers["prices"]
    assert prices["contract"]["P(decisive)"].high < prices["shortage"]["P(decisive)"].low


def test_decisive_needs_both_conditions(numbers):
    for price in numbers["prices"].values():
        both = min(price["P(delay > wait)"].value, price["P(delay is material)"].value)
        assert price["P(decisive)"].value <= both
        assert 0 <= price["P(nobody builds)"].value + price["P(both build)"].value <= 1
        assert sum(estimate.value for estimate in price["classes"].values()) == pytest.approx(1)


def test_haste_is_early_and_small_and_costs_rents(numbers):
    assert numbers["haste"]["0.05"] > 0 and numbers["haste"]["0.95"] < 1
    assert numbers["sized"]["size against full"]["0.95"] < 1 < numbers["sized"]["size against given"]["0.05"]
    assert numbers["dissipation"]["0.05"] > 0
    assert isinstance(numbers["P(dissipation > 1)"], Estimate)


def test_without_a_lag_the_thresholds_are_their_own_yardstick(numbers):
    assert set(numbers["lag"]["0"].values()) == {1.0}


def test_bins_hold_every_draw(numbers):
    assert sum(each["draws"] for each in numbers["by scarcity"]) == numbers["draws"]
