"""The value of waiting, and what the fear of coming second does to it."""

import numpy as np
import pytest

from models.waiting import (
    binomial_investment,
    investment_threshold,
    option_exponent,
    preemption,
    timed_capacity,
)
from theory import InputError

RACE = {"rate": 0.1, "drift": 0.03, "volatility": 0.25, "alone": 2.0, "together": 1.2, "cost": 10.0}


def test_widget_factory():
    """Dixit and Pindyck (1994), chapter 2: 600 now, 773 by waiting."""
    found = binomial_investment(cost=1600, price=200, up=300, down=100, probability=0.5, rate=0.1)
    assert (round(found.now), round(found.waiting), round(found.option)) == (600, 773, 173)


def test_waiting_is_worth_nothing_without_uncertainty():
    sure = binomial_investment(cost=1600, price=200, up=200, down=200, probability=0.5, rate=0.1)
    assert sure.option == 0


@pytest.mark.parametrize("volatility", [0.05, 0.2, 0.4, 1.0])
def test_exponent_solves_its_quadratic_and_threshold_exceeds_cost(volatility):
    beta = option_exponent(rate=0.06, drift=0.02, volatility=volatility)
    assert beta > 1
    assert volatility**2 * beta * (beta - 1) / 2 + 0.02 * beta - 0.06 == pytest.approx(0, abs=1e-12)
    found = investment_threshold(rate=0.06, payout=0.04, volatility=volatility, cost=5.0)
    assert found.threshold > 5
    # value matching and smooth pasting
    assert found.constant * found.threshold**found.beta == pytest.approx(found.threshold - 5)
    assert found.beta * found.constant * found.threshold ** (found.beta - 1) == pytest.approx(1)


def test_uncertainty_delays():
    thresholds = [investment_threshold(rate=0.04, payout=0.04, volatility=s).threshold for s in (0.01, 0.1, 0.2, 0.4)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] == pytest.approx(1, abs=0.05)


def test_the_threshold_is_the_best_stopping_level():
    found = investment_threshold(rate=0.05, payout=0.03, volatility=0.3)
    levels = np.linspace(1.01, 4 * found.threshold, 2000)
    assert ((levels - 1) / levels**found.beta).max() <= found.constant * (1 + 1e-12)


def test_fear_of_coming_second_hurries_the_leader():
    """Above break-even, but below where it would go unthreatened: waiting is competed away, in part."""
    race = preemption(**RACE)
    assert race.break_even < race.preemption < race.unthreatened < race.follower


def test_rents_are_equal_at_preemption():
    race = preemption(**RACE)
    net = RACE["rate"] - RACE["drift"]
    follow = (race.preemption / race.follower) ** race.beta * (RACE["together"] * race.follower / net - RACE["cost"])
    assert race.value == pytest.approx(follow, rel=1e-12)


def test_the_larger_the_prize_of_being_first_the_earlier():
    starts = [preemption(**(RACE | {"together": d})).preemption / RACE["cost"] for d in (1.9, 1.5, 1.0, 0.2)]
    unthreatened = preemption(**RACE).unthreatened / RACE["cost"]
    assert starts == sorted(starts, reverse=True)
    assert all(s < unthreatened for s in starts)
    nearly_equal = preemption(**(RACE | {"together": 1.9999}))
    assert nearly_equal.preemption == pytest.approx(nearly_equal.unthreatened, rel=0.02)


def test_units_change_nothing():
    plain, scaled = preemption(**RACE), preemption(**(RACE | {"cost": 10e9}))
    assert scaled.preemption == pytest.approx(1e9 * plain.preemption, rel=1e-12)


def test_uncertainty_makes_builders_later_and_larger():
    """Huisman and Kort (2015)."""
    common = {"rate": 0.1, "drift": 0.02, "slope": 0.05, "unit_cost": 100.0}
    found = [timed_capacity(volatility=s, **common) for s in (0.1, 0.2, 0.3)]
    assert [f.threshold for f in found] == sorted(f.threshold for f in found)
    assert [f.capacity for f in found] == sorted(f.capacity for f in found)


def test_a_large_first_mover_delays_and_shrinks_the_second():
    common = {"rate": 0.1, "drift": 0.02, "volatility": 0.2, "slope": 0.05, "unit_cost": 100.0}
    alone, second = timed_capacity(**common), timed_capacity(rival=5.0, **common)
    assert second.threshold > alone.threshold and second.capacity < alone.capacity


def test_refusals():
    with pytest.raises(InputError, match="drift < rate"):
        option_exponent(rate=0.03, drift=0.03, volatility=0.2)
    with pytest.raises(InputError, match="alone > together"):
        preemption(**(RACE | {"together": 2.5}))
    with pytest.raises(InputError, match="rival"):
        timed_capacity(rate=0.1, drift=0.02, volatility=0.2, slope=0.05, unit_cost=100, rival=25)
