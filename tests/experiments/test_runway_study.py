"""The study of valuations and runway: kinds of games by hand, and what must hold whatever the draws are."""

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.studies.runway import KINDS, attitude, kind_of, pure_equilibria, twin_game
from theory import Game


@pytest.fixture(scope="module")
def numbers():
    study = find("runway")
    parts = [study(draws=64, paths=32, rng=np.random.default_rng(seed)) for seed in range(study.replicates)]
    return study.summarise(parts, rng=np.random.default_rng(99), draws=64, paths=32).numbers


def game_of(restraint, temptation, sucker, race):
    """Games of plans in which a matched rival is met with its own plan, from four payoffs."""
    row = np.array(
        [
            [restraint, restraint, sucker],
            [restraint, restraint, (sucker + race) / 2],
            [temptation, (temptation + race) / 2, race],
        ]
    )
    return Game(np.stack([row, row.T])[None], batch_ndim=1)


@pytest.mark.parametrize(
    ("payoffs", "kind", "why"),
    [
        ((3, 5, 0, 1), "either", "greed"),  # a dilemma in which matching deters: (5 + 1) / 2 is not above 3
        ((3, 6, 0, 1), "escalation", "greed"),
        ((4, 3, 0, 1), "either", "fear"),
        ((4, 3, 1, 0), "restraint", "calm"),
        ((3, 7, 1, 0), "one escalates", "caution"),
    ],
)
def test_kinds_and_motives_of_known_games(payoffs, kind, why):
    game = game_of(*payoffs)
    assert kind_of(game)[0] == kind
    assert attitude(game, 0)[0] == attitude(game, 1)[0] == why


def test_pure_equilibria_by_brute_force():
    payoffs = np.random.default_rng(1).normal(size=(200, 2, 3, 3))
    found = pure_equilibria(Game(payoffs, batch_ndim=1))
    for draw, i, j in np.ndindex(200, 3, 3):
        best = payoffs[draw, 0, :, j].max() == payoffs[draw, 0, i, j]
        best &= payoffs[draw, 1, i].max() == payoffs[draw, 1, i, j]
        assert found[draw, i, j] == best


def test_kinds_and_motives_add_up(numbers):
    assert set(numbers["kinds"]) == set(KINDS)
    assert sum(each.value for each in numbers["kinds"].values()) == pytest.approx(1)
    for each in numbers["attitudes"].values():
        assert sum(share.value for share in each.values()) == pytest.approx(1)


def test_escalation_ruins_more_and_more_money_is_spent(numbers):
    for lab in ("OpenAI", "Anthropic"):
        assert numbers["ruin"]["both escalate"][lab].value >= numbers["ruin"]["both restrain"][lab].value
    assert numbers["spending"]["both escalate"]["0.5"] > numbers["spending"]["both restrain"]["0.5"]
    assert numbers["elasticity"]["0.05"] > 0 and numbers["spending per dollar"]["0.05"] > 0


def test_the_jump_raises_spending_of_the_lab_that_is_valued(numbers):
    for each in numbers["jump"].values():
        assert each["own"]["0.05"] > 0
        assert each["mean"].low <= each["mean"].value <= each["mean"].high


def test_the_map_has_a_kind_for_every_point(numbers):
    found = numbers["map"]
    assert len(found["kinds"]) == len(found["sold"])
    assert {kind for row in found["kinds"] for kind in row} <= set(KINDS)


def test_the_map_of_the_twins_has_the_error_of_its_paths(numbers):
    """The shares of the map are means over replicates, and as many restrain as their own payoffs say."""
    for each in numbers["map"]["share either"].values():
        assert 0 <= each.low <= each.value <= each.high <= 1
    own = np.array([[[3.0, 3, 0], [3, 3, 0.5], [5, 3, 1]]])
    game = twin_game(own)
    np.testing.assert_array_equal(game.payoffs[0, 1], own[0].T)
    assert kind_of(game)[0] == "either"
