"""Armstrong, Bostrom and Shulman (2016): what teams know decides how careful they are."""

import numpy as np
import pytest

from models.racing_to_precipice import RacingToPrecipice, winning_probabilities
from theory import InputError, nash

DRAWS = {"enmity": np.array([0.2, 0.5, 1.0]), "capability": np.array([0.3, 1.0, 2.0])}


def test_winning_probabilities_against_monte_carlo():
    safety = np.array([0.6, 0.2, 0.9, 0.4])
    wins = np.bincount((np.random.default_rng(1).uniform(0, 0.7, (400_000, 4)) - safety).argmax(axis=1), minlength=4)
    np.testing.assert_allclose(winning_probabilities(safety, 0.7), wins / 400_000, atol=4e-3)


def test_somebody_wins():
    safety = np.random.default_rng(2).uniform(0, 1, (500, 5))
    found = winning_probabilities(safety, np.float64(0.4))
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-12)


def test_marginal_payoffs_are_the_derivatives():
    game = RacingToPrecipice(n=4, enmity=0.7).continuous_game()
    x = np.random.default_rng(3).uniform(0.1, 0.9, (50, 4))
    exact = game.gradient(x)
    for i in range(4):
        np.testing.assert_allclose(exact[:, i], game._difference(i, x), atol=1e-4)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_ignorant_teams_share_what_enmity_leaves(n):
    model = RacingToPrecipice(n=n, **DRAWS)
    expected = np.minimum(1, model.capability / (n * model.enmity))
    np.testing.assert_allclose(nash(model.continuous_game()).select(), np.tile(expected[:, None], n), rtol=1e-9)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_no_type_gains_by_leaving_the_private_strategy(n):
    assert (RacingToPrecipice(n=n, **DRAWS).private_gain() <= 1e-12).all()


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_the_certificate_sees_another_strategy(monkeypatch, factor):
    slope = RacingToPrecipice._private_slope
    monkeypatch.setattr(RacingToPrecipice, "_private_slope", lambda self: factor * slope(self))
    assert RacingToPrecipice().private_gain() > 1e-3


@pytest.mark.parametrize("n", [2, 4])
def test_nobody_gains_by_leaving_the_public_equilibrium(n):
    model = RacingToPrecipice(n=n, enmity=0.6)
    capabilities = np.random.default_rng(4).uniform(0, 1, (300, n))
    assert model.public_gain(capabilities).max() <= 1e-11


def test_a_leader_that_is_more_careful_is_overtaken(monkeypatch):
    honest = RacingToPrecipice._unovertaken
    monkeypatch.setattr(RacingToPrecipice, "_unovertaken", lambda self, lead: np.minimum(1.2 * honest(self, lead), 1))
    assert RacingToPrecipice(n=2, enmity=0.6).public_gain([0.5, 0.4]) > 1e-3


def test_risks_against_monte_carlo():
    model = RacingToPrecipice(n=3, enmity=0.6, capability=1.5)
    c = np.random.default_rng(5).uniform(0, 1.5, (400_000, 3))
    assert 1 - model.private_safety(c.max(axis=1)).mean() == pytest.approx(float(model.private_risk()), abs=2e-3)
    assert 1 - model.public_safety(c).max(axis=1).mean() == pytest.approx(float(model.public_risk()), abs=2e-3)


def risks(**parameters):
    model = RacingToPrecipice(**parameters)
    game = model.continuous_game()
    return np.array([game.outcome("risk", nash(game).select()), model.private_risk(), model.public_risk()])


def test_more_enmity_and_more_teams_are_riskier_without_information():
    assert (risks(n=3, enmity=0.8) > risks(n=3, enmity=0.5)).all()
    assert (np.diff([risks(n=n)[0] for n in (2, 3, 4, 6)]) > 0).all()


def test_knowledge_is_dangerous_but_which_depends():
    """Ignorance is safest; the order of private and public information turns with the parameters."""
    for parameters, worse in (({"n": 3, "enmity": 0.4, "capability": 0.5}, 1), ({"n": 5, "capability": 2.0}, 2)):
        found = risks(**parameters)
        assert found[0] == found.min()
        assert found.argmax() == worse


def test_the_finite_game_is_the_same_game():
    model = RacingToPrecipice(n=2)
    game, finite = model.continuous_game(), model.game()
    assert finite.payoffs[0, 1, 2] == pytest.approx(float(game.payoff_of(0, np.array([0.5, 1.0]))))


def test_refusals():
    with pytest.raises(InputError, match="one number for each team"):
        RacingToPrecipice(n=3).public_safety([0.1, 0.2])
    with pytest.raises(InputError, match="between 0 and 1"):
        RacingToPrecipice().private_safety(1.5)
    with pytest.raises(InputError, match="enmity"):
        RacingToPrecipice(enmity=0)
