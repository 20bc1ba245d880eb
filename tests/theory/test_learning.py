"""Learning rules against what theory says they find."""

from __future__ import annotations

import numpy as np
import pytest

from theory.distances import distances
from theory.errors import InputError
from theory.game import Game
from theory.learning import fictitious_play, local_interaction

PENNIES = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
COORDINATION = [[4, 0], [2, 3]]


def test_matching_pennies_of_quantecon() -> None:
    path = fictitious_play(PENNIES, [0, 0], rounds=3)
    assert path.beliefs[0] == pytest.approx(np.array([[1, 0]] * 3), abs=1e-15)
    assert path.beliefs[1] == pytest.approx(np.array([[1, 0], [1 / 2, 1 / 2], [1 / 3, 2 / 3]]), abs=1e-15)
    constant = fictitious_play(PENNIES, [0, 0], rounds=3, gain=0.1)
    assert constant.beliefs[1] == pytest.approx(np.array([[1, 0], [0.9, 0.1], [0.81, 0.19]]), abs=1e-15)


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1e-9, 0.0), (1e12, 0.0), (1.0, 1e6)])
def test_zero_sum_games_are_solved(scale: float, shift: float) -> None:
    """Robinson 1951: beliefs converge to the maximin strategies, here (1/3, 2/3) and (2/3, 1/3)."""
    row = scale * np.array([[3.0, -1.0], [0.0, 1.0]])
    path = fictitious_play(Game.from_bimatrix(row + shift, shift - row), [0, 0], rounds=4000)
    assert path.beliefs[0][-1] == pytest.approx([1 / 5, 4 / 5], abs=0.03)
    assert path.beliefs[1][-1] == pytest.approx([2 / 5, 3 / 5], abs=0.03)
    assert float(path.solution().relative_regret[0]) < 0.02


@pytest.mark.parametrize("start", [(0, 0), (1, 1)])
def test_strict_equilibria_are_absorbing(start: tuple[int, int]) -> None:
    path = fictitious_play(Game.from_bimatrix(COORDINATION, np.transpose(COORDINATION)), start, rounds=50)
    assert (path.actions == start).all() and path.solution().certified.all()


def test_miscoordination_follows_the_risk_dominant_action() -> None:
    """From (0, 1) beliefs average to 1/2 on each, where action 1 (3 + 2 against 4 + 0) is the better reply."""
    path = fictitious_play(Game.from_bimatrix(COORDINATION, np.transpose(COORDINATION)), (0, 1), rounds=200)
    assert path.actions[-1].tolist() == [1, 1]


def test_three_players_reply_to_independent_beliefs() -> None:
    actions = np.indices((2, 2, 2))
    public = Game(np.stack([0.6 * (1 - actions).sum(axis=0) + actions[i] for i in range(3)]))
    path = fictitious_play(public, (0, 0, 0), rounds=10)
    assert (path.actions[1:] == 1).all()  # racing dominates


def test_shapley_game_cycles() -> None:
    """Shapley 1964: beliefs do not converge; runs get longer and longer."""
    row = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    column = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    path = fictitious_play(Game.from_bimatrix(row, column), (0, 1), rounds=5000)
    late = path.beliefs[0][2000:]
    assert np.ptp(late, axis=0).min() > 0.1


def test_solution_tells_the_distances_of_play() -> None:
    """Rock, paper, scissors: shares of play approach the coarse correlated equilibria, here also Nash."""
    row = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    path = fictitious_play(Game.from_bimatrix(row, -row), (0, 1), rounds=6000)
    found = distances(path.game, path.distribution())
    assert found.nash < 0.03 and found.coarse < 0.03
    assert path.solution().note == (
        f"of play: distance to Nash {found.nash:.2g}, correlated {found.correlated:.2g}, coarse {found.coarse:.2g}"
    )
    assert path.distribution(5999).sum() == 1
    for burn_in in (6000, -1, 0.5, True):
        with pytest.raises(InputError, match="burn_in"):
            path.distribution(burn_in)


def test_random_ties_need_a_generator_and_repeat_with_its_seed() -> None:
    flat = Game.from_bimatrix(np.zeros((2, 2)), np.zeros((2, 2)))
    assert (fictitious_play(flat, (1, 1), rounds=20).actions[1:] == 0).all()
    first, second = (fictitious_play(flat, (1, 1), rounds=200, rng=np.random.default_rng(6)).actions for _ in range(2))
    assert np.array_equal(first, second)
    assert 0.3 < first.mean() < 0.7


def test_local_interaction_of_quantecon() -> None:
    network = [[0, 1, 3], [2, 0, 1], [3, 2, 0]]
    together = local_interaction(COORDINATION, network, [0, 0, 1], [range(3)] * 2)
    assert together.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 1]]
    in_turn = local_interaction(COORDINATION, network, [0, 0, 1], [[0], [1]])
    assert in_turn.tolist() == [[0, 0, 1], [1, 0, 1], [1, 1, 1]]


def test_on_a_ring_the_risk_dominant_action_spreads() -> None:
    """Ellison 1993: two neighbours who play it are enough."""
    ring = np.roll(np.eye(11), 1, axis=0) + np.roll(np.eye(11), -1, axis=0)
    start = [1, 1] + [0] * 9
    path = local_interaction(COORDINATION, ring, start, [range(11)] * 9)
    assert path[-1].tolist() == [1] * 11
    assert (np.diff(path.sum(axis=1)) >= 0).all()
    scaled = local_interaction(1e12 * np.array(COORDINATION) + 7, 1e-9 * ring, start, [range(11)] * 9)
    assert np.array_equal(scaled, path)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="start"):
        fictitious_play(PENNIES, [0, 2], rounds=3)
    with pytest.raises(InputError, match="rounds"):
        fictitious_play(PENNIES, [0, 0], rounds=0)
    for gain in (0, 1.5, float("nan")):
        with pytest.raises(InputError, match="gain"):
            fictitious_play(PENNIES, [0, 0], rounds=3, gain=gain)
    with pytest.raises(InputError, match="batch"):
        fictitious_play(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1), [0, 0], rounds=3)
    with pytest.raises(InputError, match="payoffs"):
        local_interaction([[1, np.nan], [0, 0]], np.eye(2), [0, 0], [])
    with pytest.raises(InputError, match="adjacency"):
        local_interaction(COORDINATION, -np.eye(2), [0, 0], [])
    with pytest.raises(InputError, match="start"):
        local_interaction(COORDINATION, np.eye(2), [0, 2], [])
    with pytest.raises(InputError, match="revisers"):
        local_interaction(COORDINATION, np.eye(2), [0, 1], [[2]])
