"""The play of every vertex of an exact payoff set: it pays the vertex, also simulated, and nobody gains by leaving."""

import numpy as np
import pytest

from theory import Game
from theory.errors import InputError
from theory.payoff_polygon import payoff_set
from theory.payoff_polytopes import SupportingPlay, payoff_bounds
from theory.vertex_play import deviation_gain, play_values, supporting_play

RACE = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
COORDINATION = Game.from_bimatrix([[2, 0], [0, 1]], [[2, 0], [0, 1]])


def cournot(size):
    quantity = np.linspace(0, 6, size)
    own, other = np.meshgrid(quantity, quantity, indexing="ij")
    payoff = np.maximum(6 - own - other, 0) * own
    return Game.from_bimatrix(payoff, payoff.T)


GAMES = [
    (RACE, 0.75), (RACE, 0.1), (DILEMMA, 0.3), (DILEMMA, 0.6), (COORDINATION, 0.3), (cournot(7), 0.3),
    (Game(1e9 * np.asarray(RACE.payoffs, float) + 1e6), 0.75),
    *((Game(np.random.default_rng(k).normal(size=(2, 3, 4))), 0.5) for k in (1, 2, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("game", "discount"), GAMES)
def test_the_play_pays_its_vertex_and_is_an_equilibrium(game, discount):
    found = payoff_set(game, discount)
    if found.is_empty:
        with pytest.raises(InputError, match="0 vertices"):
            supporting_play(game, found)
        return
    play = supporting_play(game, found)
    np.testing.assert_allclose(play_values(game, play, discount) / found.scale, found.vertices / found.scale, atol=1e-7)
    assert deviation_gain(game, play, discount) <= 1e-7


@pytest.mark.parametrize(("game", "discount"), [(RACE, 0.75), (DILEMMA, 0.6), (cournot(7), 0.3)])
def test_simulation_of_every_vertex(game, discount):
    found = payoff_set(game, discount)
    play = supporting_play(game, found)
    payoffs, rng, paths = np.asarray(game.payoffs, float), np.random.default_rng(1), 3000
    chances = play.lottery.cumsum(axis=1)
    for start in range(len(found.vertices)):
        state, total = np.full(paths, start), np.zeros((paths, 2))
        for t in range(100):
            total += (1 - discount) * discount**t * payoffs[(slice(None), *play.profiles[state].T)].T
            state = np.minimum((rng.random(paths)[:, None] >= chances[state]).sum(axis=1), len(chances) - 1)
        error = total.std(axis=0, ddof=1) / np.sqrt(paths) + 1e-6 * found.scale
        assert (np.abs(total.mean(axis=0) - found.vertices[start]) < 5 * error).all()


def test_a_play_that_is_none_is_found_out():
    """Restraint for ever, with a threat to restrain: racing gains (1 - d)(5 - 3) of a range of 5."""
    idle = SupportingPlay(np.array([[0, 0]]), np.eye(1), np.array([0, 0]))
    assert deviation_gain(DILEMMA, idle, 0.6) == pytest.approx(0.4 * 2 / 5)
    grim = SupportingPlay(np.array([[0, 0], [1, 1]]), np.eye(2), np.array([1, 1]))
    assert deviation_gain(DILEMMA, grim, 0.5) == pytest.approx(0) and deviation_gain(DILEMMA, grim, 0.49) > 0
    bounds = payoff_bounds(DILEMMA, 0.6, tolerance=1e-5)
    assert deviation_gain(DILEMMA, bounds.play, 0.6) < 1e-4


def test_refusals():
    with pytest.raises(InputError, match="no equilibrium payoff"):
        supporting_play(DILEMMA, payoff_set(RACE, 0.75))
    with pytest.raises(InputError, match="do not fit"):
        play_values(DILEMMA, SupportingPlay(np.array([[2, 0]]), np.eye(1), np.array([0, 0])), 0.5)
