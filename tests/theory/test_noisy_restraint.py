"""Trigger strategies on a noisy total: brute force, simulation, limits, and the bound."""

import numpy as np
import pytest
from scipy.special import ndtr

from theory.errors import InputError
from theory.noisy_restraint import SymmetricRace, best_trigger, symmetric_bounds


def cournot(n=2, scale=1.0, level=0.0, levels=60):
    def payoff(own, rival):
        return scale * own * (1 - own - (n - 1) * rival) + level

    return SymmetricRace(payoff, n, 1 / (n + 1), 1 / (2 * n), 0.01, 0.6, levels)


@pytest.mark.parametrize(("noise", "d"), [(0.02, 0.6), (0.05, 0.8), (0.1, 0.8), (0.1, 0.95), (0.15, 0.98)])
@pytest.mark.parametrize("n", [2, 3])
def test_no_deviation_pays_on_a_fine_grid(noise, d, n):
    """Value both phases from the strategy alone, and try ten thousand amounts in place of the prescribed one."""
    race = cournot(n)
    found = best_trigger(race, noise, d)
    if not found.length:
        assert found.value == pytest.approx(race.symmetric(np.array([race.nash]))[0])
        return
    k, punished = float(found.action), race.symmetric(np.array([race.nash]))[0]

    def alarm(own):
        return 1 - ndtr(np.log(found.threshold / (own + (n - 1) * k)) / noise)

    after = d ** (found.length + 1)  # of a round that follows the punishment
    held = d - after
    value = ((1 - d) * race.payoff(k, k) + alarm(k) * held * punished) / (1 - d + alarm(k) * held)
    assert value == pytest.approx(float(found.value), rel=1e-9)
    assert alarm(k) == pytest.approx(float(found.false_alarm), rel=1e-9)
    own = np.linspace(race.lowest, race.highest, 10_001)
    worth = (1 - d) * race.payoff(own, k) + d * value - alarm(own) * held * (value - punished)
    assert worth.max() <= value * (1 + 1e-7)


@pytest.mark.parametrize(
    ("noise", "d"), [(0.0, 0.3), (0.02, 0.3), (0.02, 0.5), (0.05, 0.95), (0.1, 0.99), (0.15, 0.95)]
)
def test_the_best_does_not_depend_on_the_first_grid(noise, d):
    """Coarse grids had up to a quarter less of the gain over the stage equilibrium, and 60 levels up to 4%."""
    values = [float(best_trigger(cournot(levels=levels), noise, d).value) for levels in (15, 60, 240)]
    gain = max(values) - 1 / 9
    assert gain > 0 and np.ptp(values) <= 5e-4 * gain


def test_value_and_average_by_simulation():
    race, noise, d = cournot(), 0.1, 0.9
    found = best_trigger(race, noise, d)
    rng = np.random.default_rng(3)
    n_paths, rounds = 20_000, 150
    left = np.zeros(n_paths)
    totals, amounts = np.zeros(n_paths), np.zeros(n_paths)
    whole, part = divmod(float(found.length), 1)
    # the length by lot: T or T + 1 rounds with the mean of d^length that the strategy needs
    odds = (d**whole - d ** (whole + part)) / (d**whole - d ** (whole + 1))
    for t in range(rounds):
        k = np.where(left > 0, race.nash, float(found.action))
        totals += (1 - d) * d**t * race.payoff(k, k)
        amounts += (1 - d) * d**t * k
        seen = 2 * k * np.exp(noise * rng.standard_normal(n_paths))
        started = (left == 0) & (seen > float(found.threshold))
        left = np.where(started, whole + (rng.random(n_paths) < odds), np.maximum(left - 1, 0))
    assert abs(totals.mean() - found.value) < 5 * totals.std() / np.sqrt(n_paths)
    assert abs(amounts.mean() - found.average_action) < 5 * amounts.std() / np.sqrt(n_paths) + 1e-6


def test_perfect_monitoring_is_grim_trigger():
    """Friedman (1971): two like Cournot firms share the monopoly profit from d = 9/17 on."""
    race = cournot()
    below, at = best_trigger(race, 0.0, [9 / 17 - 1e-3, 9 / 17 + 1e-6]).value
    assert at == pytest.approx(1 / 8, rel=1e-12)
    assert below < 1 / 8 - 1e-8


def test_stick_and_carrot_without_noise():
    """Abreu (1986): with two like Cournot firms, two-phase punishments share the monopoly profit from d = 9/32 on."""
    race = cournot(levels=2001)
    _, high = symmetric_bounds(race, 0.0, [9 / 32 - 2e-3, 9 / 32 + 2e-3])
    assert high[1] == pytest.approx(1 / 8, rel=1e-12)
    assert high[0] < 1 / 8 - 1e-7


def test_less_noise_and_more_patience_never_hurt_and_the_bound_contains_the_trigger():
    race, factors = cournot(), np.array([0.3, 0.5, 0.7, 0.9, 0.97])
    noises = (0.0, 0.02, 0.05, 0.1, 0.2)
    values = np.array([best_trigger(race, noise, factors).value for noise in noises])
    bounds = np.array([symmetric_bounds(race, noise, factors) for noise in noises])
    assert (np.diff(values, axis=1) >= -1e-12).all() and (np.diff(bounds[:, 1], axis=1) >= -1e-12).all()
    assert (np.diff(values, axis=0) <= 1e-5).all()  # thresholds lie on a grid
    assert (bounds[:, 1] >= values - 1e-12).all() and (bounds[:, 0] <= 1 / 9 + 1e-12).all()
    assert values.max() > 0.12 and values[-1, 0] == pytest.approx(1 / 9)


def test_unit_and_level_do_not_matter():
    for scale, level in ((1e9, 0.0), (1e-6, 0.0), (1.0, 100.0)):
        found, plain = best_trigger(cournot(scale=scale, level=level), 0.07, 0.85), best_trigger(cournot(), 0.07, 0.85)
        assert found.value == pytest.approx(scale * float(plain.value) + level, rel=1e-9)
        assert found.length == pytest.approx(float(plain.length), rel=1e-3)  # the best is flat in it


def test_bad_input_is_named():
    with pytest.raises(InputError, match="joint < nash"):
        SymmetricRace(lambda own, rival: own, 2, 0.2, 0.3, 0.1, 1.0)
    with pytest.raises(InputError, match="noise is -1"):
        best_trigger(cournot(), -1, 0.5)
    with pytest.raises(InputError, match="discount_factor"):
        symmetric_bounds(cournot(), 0.1, 1.0)
