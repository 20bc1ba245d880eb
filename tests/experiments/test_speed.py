"""The study of speed: what must hold whatever the draws are."""

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.studies.speed import NEEDED, WHY, building, needed
from models.preemption import Preemption
from theory import Estimate


@pytest.fixture(scope="module")
def numbers():
    study = find("speed")
    parts = [study(draws=4096, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return study.summarise(parts, rng=np.random.default_rng(99), draws=4096).numbers


def test_scarcity_makes_speed_decisive(numbers):
    shares = [each["P(decisive)"].value for each in numbers["by scarcity"] if each["draws"] > 30]
    assert shares == sorted(shares) and shares[0] < shares[-1]
    prices = numbers["prices"]
    assert prices["contract"]["P(decisive)"].high < prices["endless shortage"]["P(decisive)"].low
    assert prices["contract"]["P(decisive)"].value <= prices["shortage"]["P(decisive)"].value


def test_the_longer_a_shortage_lasts_and_the_less_counts_the_more_often_is_speed_decisive(numbers):
    table = numbers["by duration"]
    shares = [estimate.value for years, estimate in table["0.05"].items() if float(years) >= 2]  # beyond the delay
    assert shares == sorted(shares)
    assert all(row["inf"].value > row["2"].value for row in table.values())
    for one, other in zip(table["0.05"].values(), table["0.2"].values(), strict=True):
        assert one.value >= other.value
    for price in numbers["prices"].values():
        shares = [estimate.value for estimate in price["P(decisive) by threshold"].values()]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] == price["P(delay > wait)"].value  # waiting never gains less than nothing


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


def test_what_it_takes_to_build_today_is_just_enough():
    base = Preemption()
    model = base.replace(**base.priors().sample(64, rng=np.random.default_rng(4)))
    for name in NEEDED:
        value = needed(model, name)
        for factor, builds in ((1 + 1e-6, True), (1 - 1e-6, False)):
            found = building(model.replace(**{name: value * factor}))["somebody builds"]
            assert (found == builds).all(), name


def test_each_reason_to_wait_is_one(numbers):
    """Rents that fade, are not known or do not grow, an installed base, a lead shared: without it more build."""
    why = numbers["why"]
    least = why["as calibrated"]["P(somebody builds)"].high
    assert set(why) == set(WHY)
    for name, each in why.items():
        assert name == "as calibrated" or each["P(somebody builds)"].low > least, name
        assert each["P(pays)"].value >= each["P(pays without the lead)"].value
    assert numbers["needed"]["revenue"]["0.5"] > numbers["known"]["revenue"]


def test_bins_hold_every_draw(numbers):
    assert sum(each["draws"] for each in numbers["by scarcity"]) == numbers["draws"]
