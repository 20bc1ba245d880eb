"""The study of stakes: what it holds fixed, and what it says of itself."""

import numpy as np
import pytest

from experiments.studies.equity_stakes import (
    COMPARED,
    INDICES,
    SCENARIOS,
    facts_on_share,
    labs_concentration,
    lost_per_dollar,
    solve_scenarios,
    study,
)
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


def test_what_a_cheaper_rival_takes_per_dollar_does_not_depend_on_the_share_at_the_start():
    """Linear demand: porting moves the share; the stake alone moves the loss, for less margin answers the rival."""
    lost, share = {}, {}
    for porting in (0.0, 0.4):
        for stake in (0.0, 0.3):
            model = EquityForCompute(google_porting=porting, google_stake=stake)
            before, after = (model.replace(amazon_cost=cut * model.amazon_cost).solve() for cut in (1.0, 0.95))
            lost[porting, stake], share[porting, stake] = lost_per_dollar(before, after), before.share[..., 0]
            assert (before.compute > 0).all() and (after.compute > 0).all()
    assert share[0.0, 0.0] > share[0.4, 0.0] + 0.02
    for stake in (0.0, 0.3):
        assert lost[0.0, stake] == pytest.approx(lost[0.4, stake], rel=1e-4)
    assert lost[0.0, 0.3] > 1.05 * lost[0.0, 0.0]


def test_a_stake_adds_itself_times_both_shares_to_the_index_by_ownership():
    """O'Brien and Salop (2000): a silent stake v in a rival adds 10,000 v s_1 s_2."""
    model = EquityForCompute(google_stake=np.array([0.0, 0.14]))
    found = model.solve()
    own, lab = found.own_compute, found.compute.sum(axis=-1)
    index = labs_concentration(found, model.google_stake)
    added = 1e4 * model.google_stake * own * lab / (own + lab) ** 2
    np.testing.assert_allclose(index["MHHI"] - index["HHI"], added, atol=1e-9)
    assert added[0] == 0 and added[1] > 100


def test_claim_12_has_no_rise_without_a_stake(parts):
    """The plain index may move either way, the one by ownership rises with what the owners share."""
    changes = [np.concatenate([part[f"today's stake: {index} of labs"] for part in parts]) for index in INDICES]
    assert np.nanmin(changes[1] - changes[0]) >= 0
    assert (changes[0] < 0).any() and (changes[0] > 0).any()
