"""Thresholds of games over quantities against closed forms, finite grids, and in any unit."""

import numpy as np
import pytest

from models import ComputeRace
from theory import (
    ContinuousGame,
    cournot_threshold,
    joint_optimum,
    nash,
    reversion_thresholds,
    stick_and_carrot,
    symmetric_stick_and_carrot,
    tullock_threshold,
)
from theory.errors import InputError


def cournot(n, scale=1.0, upper=1.0):
    return ContinuousGame([lambda x, i=i: scale * x[..., i] * (1 - x.sum(-1)) for i in range(n)], 0, upper)


UNALIKE = ContinuousGame([lambda x, i=i: x[..., i] * (1 + i - x.sum(-1)) for i in range(2)], 0, 1)


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
@pytest.mark.parametrize("n", [2, 3, 5])
def test_cournot(n, scale):
    game = cournot(n, scale)
    found = reversion_thresholds(game, np.full(n, 1 / (2 * n)), nash(game))
    assert found == pytest.approx([float(cournot_threshold(n))] * n, abs=1e-9)


def test_tullock():
    game = ContinuousGame([lambda x, i=i: x[..., i] / x.sum(-1) - x[..., i] for i in range(3)], 1e-9, 1)
    found = reversion_thresholds(game, [0.1] * 3, nash(game))
    assert found == pytest.approx([float(tullock_threshold(0.1, 3))] * 3, abs=1e-7)


def test_a_batch_of_calibrated_races():
    """Each builder's threshold for the joint optimum; a batch gives what single games do."""
    model = ComputeRace()
    model = model.replace(**model.priors().sample(3, rng=np.random.default_rng(2)))
    game = model.continuous_game()
    joint, played = joint_optimum(game), nash(game)
    found = reversion_thresholds(game, joint, played)
    assert found.shape == (3, 5)
    assert ((found > 0) & (found < 1) | np.isnan(found)).all()
    single = reversion_thresholds(game[1], joint[1], played.select()[1])
    assert single == pytest.approx(found[1], abs=1e-9, nan_ok=True)


def test_threats_must_be_credible_and_must_hurt():
    game = cournot(2)
    assert np.isnan(reversion_thresholds(game, [0.25, 0.25], [0.5, 0.5])).all()  # no equilibrium
    assert (reversion_thresholds(game, [1 / 3, 1 / 3], nash(game)) == 0).all()  # is one: needs no threat
    assert np.isnan(reversion_thresholds(game, [0.02, 0.7], nash(game))[0])  # gets less than by the threat


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_stick_and_carrot_of_the_game_is_that_of_the_formulas(scale):
    found = symmetric_stick_and_carrot(cournot(3, scale, upper=1 / 3), 1 / 6)
    closed = stick_and_carrot(
        lambda q: q * (1 - 3 * q), lambda q: max(1 - 2 * q, 0) ** 2 / 4, target=1 / 6, nash=1 / 4, worst=1 / 3
    )
    assert found.discount_factor == pytest.approx(closed.discount_factor, abs=1e-9)
    assert found.punishment == pytest.approx(closed.punishment, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: reversion_thresholds(cournot(2), [0.25], [1 / 3, 1 / 3]), "choices"),
        (lambda: reversion_thresholds(cournot(2), [0.25, 2.0], [1 / 3, 1 / 3]), "path"),
        (lambda: reversion_thresholds(cournot(2), [0.25, np.nan], [1 / 3, 1 / 3]), "path"),
        (lambda: reversion_thresholds("game", [0.25], [0.3]), "ContinuousGame"),
        (lambda: symmetric_stick_and_carrot(cournot(2), 2.0), "target"),
        (lambda: symmetric_stick_and_carrot(UNALIKE, 0.2), "alike"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(InputError, match=words):
        call()
