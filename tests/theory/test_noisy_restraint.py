"""Restraint under noise: exact values of trigger play, no profitable deviation, and the limits of the literature."""

import numpy as np
import pytest
from scipy import stats

from theory.errors import InputError
from theory.monitoring import abreu_milgrom_pearce_bound
from theory.noisy_restraint import SymmetricStage, best_trigger, restraint_bound, symmetric_stage

NASH = 1 / 3


def cournot(x, k):
    return x * (1 - x - k)


def duopoly(scale=1.0, shift=0.0):
    k = np.linspace(1 / 4, NASH, 21)
    x = k[:, None] * np.r_[0.5, 0.8, 0.95, 0.99, 1.01, 1.03, np.linspace(1.05, 3, 40)]
    return symmetric_stage(lambda x, k: scale * cournot(x, k) + shift, k, x, nash=NASH, harshest=1, n_players=2)


def test_without_noise_it_is_nash_reversion():
    """Cournot duopoly: the monopoly share is sustained from 9/17 on (Friedman 1971), and less below."""
    stage = duopoly()
    above, below = (best_trigger(stage, 1e-3, [9 / 17 + step]) for step in (0.003, -0.003))
    assert above.action[0] == 1 / 4 and above.value[0] == pytest.approx(1 / 8, rel=1e-4)
    assert 1 / 4 < below.action[0] < NASH


def test_no_deviation_pays_and_the_value_is_that_of_the_play():
    """Value of conforming and of every one-shot deviation, from the recursion of the strategies themselves."""
    stage, d, noise = duopoly(), 0.9, 0.15
    found = best_trigger(stage, noise, [d])
    k, length, z = found.action[0], found.length[0], found.threshold[0]
    row = int(np.argmin(np.abs(stage.actions - k)))
    war = (1 - d**length) / (1 - d)  # rounds of the stage equilibrium, discounted; a lottery if not whole

    def after(alarm, good):
        return (1 - alarm) * good + alarm * (war * stage.nash + d**length * good)

    q = stats.norm.sf(z)
    good = 0.0
    for _ in range(2000):
        good = stage.payoffs[row] + d * after(q, good)
    assert good * (1 - d) == pytest.approx(found.value[0], rel=1e-9)
    assert found.alarm[0] == pytest.approx(q)
    for gain, surprise in zip(stage.gains[row], stage.surprise[row], strict=True):
        deviating = stage.payoffs[row] + gain + d * after(stats.norm.sf(z - surprise / noise), good)
        assert deviating <= good + 1e-9


def test_simulated_play_pays_the_value():
    stage, d, noise, rng = duopoly(), 0.8, 0.1, np.random.default_rng(5)
    found = best_trigger(stage, noise, [d])
    matches, rounds = 20_000, 60
    low, share = int(found.length[0]), found.length[0] % 1
    # the lottery over two whole lengths that has the same expected d^T
    weight = (d**low - d ** found.length[0]) / (d**low - d ** (low + 1)) if share else 0.0
    row = int(np.argmin(np.abs(stage.actions - found.action[0])))
    left, total = np.zeros(matches, int), np.zeros(matches)
    for t in range(rounds):
        war = left > 0
        total += (1 - d) * d**t * np.where(war, stage.nash, stage.payoffs[row])
        signal = noise * rng.standard_normal(matches)
        alarm = ~war & (signal > noise * found.threshold[0])
        left = np.where(alarm, low + (rng.random(matches) < weight), np.maximum(left - 1, 0))
    error = total.std() / np.sqrt(matches)
    assert total.mean() / (1 - d**rounds) == pytest.approx(found.value[0], abs=4 * error + 1e-6)


def test_one_deviation_gives_the_loss_of_abreu_milgrom_and_pearce():
    stage = SymmetricStage(
        np.array([1.0]), np.array([2.0]), np.array([[0.5]]), np.array([[0.2]]), np.float64(1.0), np.float64(0.0), 2
    )
    found = best_trigger(stage, 0.2, [0.95], thresholds=[1.5])
    q0, q1 = stats.norm.sf(1.5), stats.norm.sf(0.5)
    assert found.value[0] == pytest.approx(abreu_milgrom_pearce_bound(0.5, q0, q1, cooperation=2.0, punishment=1.0))


def test_noise_hurts_patience_helps_and_the_bound_holds():
    stage, d = duopoly(), np.linspace(0.3, 0.98, 12)
    noises = (0.02, 0.05, 0.1, 0.2, 0.4)
    values = np.array([best_trigger(stage, noise, d).value for noise in noises])
    bounds = np.array([restraint_bound(stage, noise, d) for noise in noises])
    assert (np.diff(values, axis=0) <= 1e-12).all() and (np.diff(values, axis=1) >= -1e-12).all()
    assert (bounds >= values - 1e-4).all() and values[0, -1] > values[-1, -1]


def test_shorter_punishments_sustain_less():
    stage = duopoly()
    values = [best_trigger(stage, 0.1, [0.9], longest=longest).value[0] for longest in (1, 5, 20, np.inf)]
    assert values == sorted(values) and values[0] < values[-1]
    assert best_trigger(stage, 0.1, [0.9], longest=5).length[0] <= 5 + 1e-9


def test_a_large_fine_needs_no_punishment():
    fined = duopoly().with_penalty(1.0)  # the marginal gain is below 1
    found = best_trigger(fined, 0.5, [0.5])
    assert found.value[0] == pytest.approx(1 / 8) and found.length[0] == 0


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-9, 0.0), (3.0, 100.0)])
def test_units_do_not_matter(scale, shift):
    plain, other = (best_trigger(stage, 0.1, [0.7, 0.9]) for stage in (duopoly(), duopoly(scale, shift)))
    np.testing.assert_allclose(other.value, scale * plain.value + shift, rtol=1e-9)
    np.testing.assert_array_equal(other.action, plain.action)


def test_batch_equals_loop():
    stages = [duopoly(), duopoly(2.0, 1.0)]
    batch = SymmetricStage(
        *(np.stack([getattr(s, name) for s in stages]) for name in ("actions", "payoffs", "gains", "surprise")),
        *(np.array([getattr(s, name) for s in stages]) for name in ("nash", "minmax")),
        2,
    )
    d = np.array([0.6, 0.95])
    found, bound = best_trigger(batch, 0.1, d), restraint_bound(batch, 0.1, d)
    for i, stage in enumerate(stages):
        np.testing.assert_allclose(found.value[i], best_trigger(stage, 0.1, d).value)
        np.testing.assert_allclose(bound[i], restraint_bound(stage, 0.1, d))


def test_bad_input():
    with pytest.raises(InputError, match="noise is 0"):
        best_trigger(duopoly(), 0, [0.9])
    with pytest.raises(InputError, match="discount_factors"):
        best_trigger(duopoly(), 0.1, [1.0])
    with pytest.raises(InputError, match="n_players is 1"):
        symmetric_stage(cournot, [0.3], [[0.3]], nash=NASH, harshest=1, n_players=1)
