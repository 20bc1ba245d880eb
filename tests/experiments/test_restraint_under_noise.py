"""Restraint under noise: the stage is a race, noise and delay only hurt, and policies do what they should."""

import numpy as np
import pytest

from experiments.studies.restraint_under_noise import (
    DELAYS,
    FINES,
    LENGTHS,
    NOISE,
    Race,
    inferred_error,
    published_error,
    study,
    summarise,
)
from models.lab_dilemma import LabDilemma


@pytest.fixture(scope="module")
def replicates():
    return [study(draws=64, rng=np.random.default_rng(seed)) for seed in range(4)]


@pytest.fixture(scope="module")
def numbers(replicates):
    return summarise(replicates, rng=np.random.default_rng(0), draws=64).numbers


def test_the_race_is_an_equilibrium_above_the_joint_optimum():
    model = LabDilemma()
    race = Race(model)
    k = float(race.nash)
    grid = np.geomspace(0.05 * k, 10 * k, 20_001)
    assert grid[np.argmax(model.payoff(0, [grid, k]))] == pytest.approx(k, rel=1e-3)
    common = np.linspace(float(model.restrained()), k, 2001)
    assert common[np.argmax(model.payoff(0, [common, common]))] == pytest.approx(float(race.joint), rel=1e-2)
    assert model.restrained() == race.least and race.joint < race.nash


def test_draws_equal_single_races():
    base = LabDilemma()
    model = base.replace(**base.priors().sample(4, rng=np.random.default_rng(3)))
    batch = Race(model)
    for i in range(4):
        one = Race(base.replace(**{name: getattr(model, name)[i] for name in base.priors().fields}))
        assert one.nash == pytest.approx(batch.nash[i]) and one.gain == pytest.approx(batch.gain[i])


def test_noise_and_delay_only_hurt(replicates):
    for part in replicates:
        by_noise = np.array([part[f"kept, {noise:g}"] for noise in NOISE])
        by_delay = np.array([part[f"kept, delay {delay:g}"] for delay in DELAYS])
        assert (np.diff(by_noise, axis=0) <= 1e-9).all() and (np.diff(by_delay, axis=0) <= 1e-9).all()
        assert (by_noise <= 1 + 1e-9).all() and (by_noise >= -1e-9).all()


def test_errors_come_from_the_facts():
    """Guidance of US$ 70 to 72 bn; the AI share from 0.5 to 1 alone is worth more than ten per cent."""
    assert published_error() == pytest.approx(np.log(72 / 70) / 2)
    assert 0.1 < inferred_error() < 0.4


def test_policies(numbers):
    cases = numbers["centre"]["policies"]
    assert 0 == cases["none"]["worth"] <= cases["error halved"]["worth"] <= cases["full verification"]["worth"]
    kept = [cases[f"punishment of {length}"]["kept"] for length in LENGTHS] + [cases["none"]["kept"]]
    fined = [cases[f"fine {rate:g}"]["worth"] for rate in FINES]
    assert kept == sorted(kept) and fined == sorted(fined) and fined[-1] > 0
    assert cases["full verification"]["overspend"] < cases["none"]["overspend"] < numbers["centre"]["race overspend"]


def test_the_bound_is_above_the_triggers(numbers):
    table = numbers["centre"]["map"]
    assert (table["bound"] >= table["kept"] - 5e-3).all()
    assert numbers["centre"]["half lost at"] < numbers["centre"]["all lost at"]
