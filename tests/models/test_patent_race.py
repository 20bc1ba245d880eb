"""Loury (1979), Lee and Wilde (1980), Reinganum (1983): who races how hard."""

import numpy as np
import pytest

from models.patent_race import FlowCostRace, IncumbentRace, LumpSumRace
from theory import joint_optimum, nash


def hazards(model):
    return nash(model.continuous_game()).select()


def test_first_order_conditions():
    """Loury: R (r + H_-i) / (r + H)^2 = 2 h; Lee and Wilde: (R - 2h)(r + H) = R h - h^2, at h = sqrt x."""
    for n in (2, 5):
        h = hazards(LumpSumRace(n=n))[0]
        assert 10 * (0.1 + (n - 1) * h) / (0.1 + n * h) ** 2 == pytest.approx(2 * h, rel=1e-9)
        h = hazards(FlowCostRace(n=n))[0]
        assert (10 - 2 * h) * (0.1 + n * h) == pytest.approx(10 * h - h**2, rel=1e-9)


def test_rivals_discourage_if_costs_are_sunk_and_spur_if_they_are_not():
    sunk = [hazards(LumpSumRace(n=n))[0] for n in (2, 3, 4, 6)]
    flow = [hazards(FlowCostRace(n=n))[0] for n in (1, 2, 3, 4, 6)]
    assert (np.diff(sunk) < 0).all()
    assert (np.diff(flow) > 0).all()


@pytest.mark.parametrize("model", [LumpSumRace, FlowCostRace])
@pytest.mark.parametrize("elasticity", [0.3, 0.5])
def test_labs_race_more_than_the_planner_would_have_it(model, elasticity):
    game = model(n=3, elasticity=elasticity).continuous_game()
    assert joint_optimum(game).sum() < nash(game).select().sum()
    best, rivals = joint_optimum(game), nash(game).select()
    assert game.payoff(best).sum() > game.payoff(rivals).sum()


def test_the_race_ends_sooner_with_more_labs():
    total = [hazards(model(n=n)).sum() for model in (LumpSumRace,) for n in (2, 4, 8)]
    assert (np.diff(total) > 0).all()


def test_the_incumbent_rests_on_its_rent():
    rents = np.array([0.0, 0.02, 0.05, 0.09])
    found = hazards(IncumbentRace(rent=rents))
    assert found[0, 0] == pytest.approx(found[0, 1])
    assert (found[1:, 0] < found[1:, 1]).all()
    assert (np.diff(found[:, 0]) < 0).all()


def test_simulated_race():
    """The formula is the mean of discounted prizes and costs when success times are exponential."""
    model, k = FlowCostRace(n=2), np.array([2.0, 1.0])
    rng = np.random.default_rng(1)
    times = rng.exponential(1 / k, (400_000, 2))
    first, when = times.argmin(axis=1), times.min(axis=1)
    spent = model.spending(k[0]) * (1 - np.exp(-0.1 * when)) / 0.1
    realised = np.where(first == 0, 10 * np.exp(-0.1 * when), 0) - spent
    error = realised.std() / np.sqrt(len(realised))
    assert realised.mean() == pytest.approx(float(model.continuous_game().payoff_of(0, k)), abs=5 * error)
