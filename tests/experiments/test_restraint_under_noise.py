"""Restraint under noise: what must hold whatever the draws are."""

import numpy as np
import pytest

from experiments.studies import restraint_under_noise as study
from models.lab_dilemma import LabDilemma


def test_joint_amount_by_grid():
    model = LabDilemma(glut=np.array([0.0, 0.02, 0.1, 0.5]), revenue=np.array([9.0, 12.0, 12.0, 30.0]))
    low, high = (np.atleast_2d(bound)[:, 0] for bound in model.action_bounds())
    grid = np.linspace(low, high, 20_001)
    best = grid[np.asarray(model.payoff(0, [grid, grid])).argmax(axis=0), np.arange(4)]
    np.testing.assert_allclose(study.joint_amount(model), best, atol=(high - low).max() / 20_000)


def test_equilibrium_of_a_taxed_race_by_best_replies():
    model, race = study._centre(2)
    for tax, fine in ((0.0, 0.0), (4.0, 0.0), (0.0, 4.0), (0.0, 60.0)):
        changed = study.stage(model, race.nash, race.joint, tax=tax, fine=fine)
        nash = study.symmetric_equilibrium(changed.payoff, race.lowest, race.highest)
        own = np.linspace(race.lowest, race.highest, 400_001)
        best = own[changed.payoff(own, np.full_like(own, nash)).argmax()]
        assert best == pytest.approx(nash, abs=1e-3)
        if tax == fine == 0:
            assert nash == pytest.approx(race.nash, rel=1e-6)


def test_fixed_seed_draws_are_ordered_by_noise():
    columns = study.study(draws=8 * 6, rng=np.random.default_rng(2))
    some = columns["overbuilds"]
    assert some.any()
    for late in study.LATE:
        kept = np.array([columns[f"kept, {noise:g}, {late}"][some] for noise in study.DRAWN_NOISE])
        over = np.array([columns[f"overspent, {noise:g}, {late}"][some] for noise in study.DRAWN_NOISE])
        assert (np.diff(kept, axis=0) <= 1e-3).all() and (kept >= 0).all() and (kept <= 1 + 1e-12).all()
        assert (over <= columns["excess"][some] + 1e-9).all() and (over >= -1e-9).all()
    assert (columns["kept, 0.1, one year"][some] >= columns["kept, 0.1, three years"][some] - 1e-9).all()


def test_restraint_ends_at_the_critical_noise():
    _, race = study._centre(3)
    limit = study.critical_noise(race, 0.8)
    assert 0 < limit < 1
    assert study.best_trigger(race, limit - 2e-3, 0.8).length > 0 == study.best_trigger(race, limit + 2e-3, 0.8).length


def test_policies_against_what_they_change():
    found = study.policies()
    worth = {name: each["worth"] for name, each in found.items()}
    assert (
        worth["as it is"] <= worth["half the noise"] <= worth["no noise"] and worth["half the noise"] <= worth["both"]
    )
    assert found["tax"]["equilibrium"] < found["as it is"]["equilibrium"]
    assert found["no noise"]["kept"] <= 1 + 1e-12
