"""The boundary in symbols is where the class of the game changes."""

import numpy as np

from experiments.dilemma_boundary import boundary_plane, margin
from models.lab_dilemma import LabDilemma
from theory import dilemma_class


def test_the_formulas_and_the_classes_agree_on_drawn_games() -> None:
    model = LabDilemma()
    drawn = model.replace(**model.priors().sample(4096, rng=np.random.default_rng(3)))
    classified = dilemma_class(drawn.game()).is_prisoners_dilemma
    np.testing.assert_array_equal(margin(drawn) > 0, classified)
    assert 0.05 < classified.mean() < 0.95


def test_the_formulas_are_the_payoff_differences() -> None:
    model = LabDilemma()
    drawn = model.replace(**model.priors().sample(256, rng=np.random.default_rng(4)))
    pay = drawn.payoffs_by_count()  # [own action, rivals that race]
    gaps = [pay[..., 1, 0] - pay[..., 0, 0], pay[..., 1, 1] - pay[..., 0, 1], pay[..., 0, 0] - pay[..., 1, 1]]
    np.testing.assert_allclose(margin(drawn), np.min(gaps, axis=0), rtol=1e-9, atol=1e-9)


def test_a_plane_covers_the_priors_of_its_pair() -> None:
    plane = boundary_plane(("decisiveness", "decided"), points=11)
    prior = LabDilemma.parameters()["decided"].prior
    assert plane["y"].min() == prior.low and plane["y"].max() == prior.high
    assert len(plane["margin"]) == 121
    assert plane["margin"][-1] > plane["margin"][0]  # a decisive contest for all of the prize against neither
