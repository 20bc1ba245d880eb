"""Alalawi et al. (2026): nobody checks without a reward, so nobody is safe, so nobody trusts."""

import numpy as np
import pytest

from models.ai_trust import AiTrust
from theory import nash, pure_nash
from theory.multi_population import interior_rest_points, multi_population_derivative


def test_table_and_formula_agree():
    model, game = AiTrust(), AiTrust().game()
    for t in (0, 1):
        for s in (0, 1):
            for r in (0, 1):
                np.testing.assert_allclose(game.payoffs[:, 1 - t, 1 - s, 1 - r], model.payoffs_at(t, s, r))


def test_without_a_reward_the_one_equilibrium_is_distrust():
    model = AiTrust(reward=0.4)  # less than a finding costs
    solution = pure_nash(model.game())
    assert [tuple(int(np.argmax(s)) for s in profile) for profile in solution.profiles()] == [(1, 1, 1)]
    assert interior_rest_points(model.game()) == ()


def test_checking_pays_from_the_least_reward_on():
    model = AiTrust()
    least = model.least_reward(trust=0.8, safe=0.3)
    for change, pays in ((-1e-6, False), (1e-6, True)):
        _, _, checks = model.replace(reward=least + change).payoffs_at(0.8, 0.3, 1)
        _, _, lax = model.replace(reward=least + change).payoffs_at(0.8, 0.3, 0)
        assert (checks > lax) == pays
    assert np.isinf(model.least_reward(trust=0.0))


def test_the_interior_point_rests_and_repels():
    game = AiTrust().game()
    (point,) = interior_rest_points(game)
    for rates in multi_population_derivative(game, point.shares):
        np.testing.assert_allclose(rates, 0, atol=1e-12)
    assert point.eigenvalues.sum() == pytest.approx(0, abs=1e-9)
    assert point.repels


def test_dearer_checks_need_more_trust():
    trust = [interior_rest_points(AiTrust(checking=c).game())[0].shares[0][0] for c in (0.5, 0.6, 0.8)]
    assert (np.diff(trust) > 0).all()


def test_harmless_products_are_trusted():
    solution = nash(AiTrust(harm=0.2).game())
    assert all(profile[0] == (1.0, 0.0) for profile in solution.profiles())
