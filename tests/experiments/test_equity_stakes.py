"""The study of stakes: what it holds fixed, and what it says of itself."""

import numpy as np
import pytest

from experiments.studies.equity_stakes import COMPARED, SCENARIOS, facts_on_share, solve_scenarios, study
from models.equity_for_compute import EquityForCompute


@pytest.fixture(scope="module")
def parts():
    return [study(draws=128, rng=np.random.default_rng(seed)) for seed in range(2)]


@pytest.fixture(scope="module")
def numbers(parts):
    return study.summarise(parts, rng=np.random.default_rng(5), draws=16, extra=0.1).numbers


def test_scenarios_are_the_equilibria_of_one_draw_under_the_stakes_that_they_name():
    base = EquityForCompute()
    model = base.replace(**base.priors().sample(8, rng=np.random.default_rng(4)))
    found = solve_scenarios(model, 0.1)
    assert list(found) == list(SCENARIOS)
    again = model.with_stakes(model.google_stake + 0.1, model.amazon_stake)
    np.testing.assert_allclose(found["Google more"].price, again.price, rtol=1e-9)
    plain = model.with_stakes(0.0, 0.0)
    np.testing.assert_allclose(found["no stakes"].price, plain.price, rtol=1e-9)


def test_shares_are_a_zero_sum_matter(parts):
    for effect in COMPARED:
        changes = [parts[0][f"{effect}: share, {cloud}"] for cloud in ("Google", "Amazon", "third cloud")]
        np.testing.assert_allclose(np.nan_to_num(sum(changes)), 0, atol=1e-9)


def test_forecast_is_dated_ordered_and_the_same_as_the_effect(numbers):
    forecast = numbers["forecast"]
    inner, outer = forecast["50% interval"], forecast["90% interval"]
    assert outer[0] <= inner[0] <= forecast["median"] <= inner[1] <= outer[1]
    assert forecast["median"] == numbers["effects"]["larger stake"]["change"]["share, Google"]["0.5"]
    assert forecast["date"] == "2025-11"


def test_facts_bound_the_share_by_gigawatts():
    low, high = facts_on_share()
    assert low == pytest.approx(1 / 3.2) and high == pytest.approx(1 / 2)


def test_no_effect_without_a_further_stake():
    columns = study(draws=64, extra=0.0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(np.nan_to_num(columns["larger stake: share, Google"]), 0, atol=1e-9)
