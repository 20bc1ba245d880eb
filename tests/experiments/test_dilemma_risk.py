"""Risk of the two-action race in equilibrium, where theory gives the numbers."""

import numpy as np
import pytest
from scipy.special import ndtr

from experiments.dilemma_risk import BUILD, LABS, gains_in_hindsight, reduce_risk, risk_in_equilibrium, risk_numbers
from experiments.studies.dilemma_class import BY_MEAN, TAILS, judged_draws, two_labs
from models import LabDilemma
from theory import cvar

DRAWS, STATES, REPLICATES = 64, 1024, 4


def columns(model, seed=1):
    rng = np.random.default_rng(seed)
    model = model.replace(prize=np.full(DRAWS, float(model.prize)))
    gains, state = gains_in_hindsight(model, model.states(STATES, rng)), rng.integers(STATES, size=DRAWS)
    return risk_in_equilibrium(model, two_labs(model), gains, state, rng)


def without_rivalry():
    """Nobody takes anything from anybody: no stakes, and a price that total build does not move."""
    return LabDilemma().replace(decided=0.0, survival=0.0, glut=0.0)


def test_without_rivalry_hindsight_is_a_put_on_demand():
    """Who builds regrets it where ``theta < c / R``: E[O] is Black's (1976) put on demand, P(O > 0) is N(-d2)."""
    model = without_rivalry()
    found = columns(model)
    low, high = (float(level) for _, level in model.levels())
    revenue, cost, sigma = float(model.revenue_per_gw()), float(model.cost_per_gw()), float(model.demand_volatility)
    assert revenue > cost  # so both race
    d1 = np.log(revenue / cost) / sigma + sigma / 2
    put = cost * ndtr(sigma - d1) - revenue * ndtr(-d1)
    assert found["overspend"].mean() == pytest.approx((high - low) * put, rel=0.01)
    assert (found["loss in one state"] > 0).mean() == pytest.approx(ndtr(sigma - d1), abs=0.15)
    assert not found["underinvest"].any()


def test_without_rivalry_equilibrium_is_the_joint_optimum_and_needs_no_patience():
    found = columns(without_rivalry())
    np.testing.assert_allclose(found["profit Nash"], found["profit joint"])
    np.testing.assert_allclose(found[BUILD], 1.0)


def test_what_restraint_needs_in_a_dilemma_is_the_critical_discount_factor():
    model = LabDilemma()  # at the centre of the calibration
    (r, s), (t, p) = model.payoffs_by_count()
    dilemma = t > r > p > s
    found = columns(model)
    assert dilemma
    np.testing.assert_allclose(found["patience"], (t - r) / (t - p))
    np.testing.assert_allclose(found["profit joint"] - found["profit Nash"], 2 * (r - p))
    np.testing.assert_allclose(found[BUILD], model.intensity)
    assert not found["underinvest"].any()  # both race


def test_summary_adds_up():
    parts = [reduce_risk(columns(LabDilemma(), seed), np.ones(DRAWS, bool)) for seed in range(REPLICATES)]
    numbers = risk_numbers(parts)
    split = numbers["hindsight in equilibrium"]
    assert split["E[overspend]"].value <= split["CVaR95[overspend]"].value
    assert split["lambda"].value == 0 and split["P(underinvest)"].value == 0
    assert split["P(underinvest)"].high > 0  # Wilson: never seen is not impossible
    assert numbers["wedge"]["P(Nash above joint)"].value == 1


def test_no_draw_is_a_dilemma():
    parts = [reduce_risk(columns(without_rivalry(), seed), np.zeros(DRAWS, bool)) for seed in range(REPLICATES)]
    patience = risk_numbers(parts)["patience"]
    assert patience == {"needed in dilemmas": {}, "P(kept, answered after a year | dilemma)": None}


def test_the_game_from_counts_is_the_model_s_own_and_gains_are_what_the_states_pay():
    model = LabDilemma()
    model = model.replace(**model.priors().sample(8, rng=np.random.default_rng(2)))
    np.testing.assert_allclose(two_labs(model).payoffs, model.game().payoffs)
    gains = gains_in_hindsight(model, model.states(4, np.random.default_rng(3)))
    realised = model.realised_game(4, np.random.default_rng(3))
    low, high = (level for _, level in model.levels())
    for place, rival in enumerate((low, high)):
        race, restrain = (
            realised.payoff_of(0, np.broadcast_to(np.stack([own, rival], axis=-1), (4, 8, 2))) for own in (high, low)
        )
        np.testing.assert_allclose(gains[place], race - restrain, rtol=1e-9, atol=1e-9)


def test_by_a_symmetric_law_the_worst_twentieth_says_what_the_mean_says():
    """A gain that is symmetric about a positive mean dominates its mirror image; only a skewed law tells them apart."""
    model = LabDilemma()
    model = model.replace(**model.priors().sample(128, rng=np.random.default_rng(6)))
    low, high = (level for _, level in model.levels())
    u = np.random.default_rng(7).uniform(-1, 1, (2, 2000, 1))
    prize, demand = np.concatenate([1 + u, 1 - u], axis=1)  # even on [0, 2], in pairs about the mean of one

    def tail_says_so(state):
        gain = model.realised(0, [high, high], state) - model.realised(0, [low, high], state)
        return cvar(np.maximum(gain, 0), axis=0) > cvar(np.maximum(-gain, 0), axis=0)

    payoffs = model.payoffs_by_count()
    mean_says_so = payoffs[..., 1, 1] > payoffs[..., 0, 1]
    np.testing.assert_array_equal(tail_says_so({"prize": prize, "demand": demand}), mean_says_so)
    lognormal = tail_says_so(model.states(2000, np.random.default_rng(8)))
    assert (lognormal & ~mean_says_so).mean() > 0.2  # the claim's reading by the tail is that of the law


def test_the_deeper_the_tail_the_more_often_is_inaction_the_greater_risk():
    """And the mean needs no states: it is the tail of all of a loss, but for sampling."""
    part = judged_draws(np.random.default_rng(5), 512)
    for n in LABS:
        shares = [part[f"{n} labs, {tail:g}"].mean() for tail in TAILS]
        assert shares == sorted(shares, reverse=True) and shares[0] > shares[-1]
        assert part[f"{n} labs, {BY_MEAN}"].mean() < shares[-1]


def test_a_thousand_states_tell_which_tail_is_the_worse():
    """Against sixteen times as many, wherever the two tails are apart at all."""
    model = LabDilemma()
    model = model.replace(**model.priors().sample(64, rng=np.random.default_rng(11)))
    part = judged_draws(np.random.default_rng(11), 64)
    gain = gains_in_hindsight(model, model.states(2**14, np.random.default_rng(12)))[1]
    found = [cvar(np.maximum(sign * gain, 0), 0.9, axis=0) for sign in (1, -1)]
    clear = np.abs(found[0] - found[1]) > 0.03 * (found[0] + found[1])
    assert clear.sum() > 48
    np.testing.assert_array_equal(part["2 labs, 0.1"][clear], (found[0] > found[1])[clear])
