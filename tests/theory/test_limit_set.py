"""Scores of patient players: the folk theorem with perfect monitoring, the loss by one public signal without it."""

import numpy as np
import pytest

from theory import Game
from theory.errors import InputError
from theory.limit_set import limit_score
from theory.monitoring import abreu_milgrom_pearce_bound

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
SEEN = np.eye(4).reshape(2, 2, 4)


def binary(q0, q1, q2):
    bad = np.array([[q0, q1], [q1, q2]])
    return np.stack([1 - bad, bad], axis=-1)


@pytest.mark.parametrize("direction", [(1, 1), (1, 0), (3, 1), (1, -1), (-1, 0), (0, -1), (-1, -2)])
def test_folk_theorem_with_perfect_monitoring(direction):
    """The score is the best of the profiles, or the minmax payoff of 1 in a coordinate direction downwards."""
    table = np.asarray(DILEMMA.payoffs, float).reshape(2, 4)
    best = float((np.array(direction) @ table).max())
    found = limit_score(DILEMMA, SEEN, direction).level
    coordinate = {(-1, 0): -1.0, (0, -1): -1.0}
    assert found == pytest.approx(coordinate.get(direction, best), abs=1e-7)


@pytest.mark.parametrize(("q0", "q1"), [(0.05, 0.5), (0.1, 0.6), (0.02, 0.9)])
def test_one_signal_costs_what_abreu_milgrom_and_pearce_say(q0, q1):
    found = limit_score(DILEMMA, binary(q0, q1, 0.95), (1, 1))
    bound = abreu_milgrom_pearce_bound(2.0, q0, q1, cooperation=3.0, punishment=1.0)
    assert found.profile == (0, 0) and found.level == pytest.approx(2 * bound, abs=1e-7)


def test_more_noise_lowers_the_score():
    levels = [limit_score(DILEMMA, binary(q0, 0.6, 0.9), (1, 1)).level for q0 in (0.0, 0.1, 0.2, 0.4)]
    assert levels == sorted(levels, reverse=True) and levels[0] == pytest.approx(6)
    blind = limit_score(DILEMMA, np.ones((2, 2, 1)), (1, 1))
    assert blind.profile == (1, 1) and blind.level == pytest.approx(2)


def test_units_do_not_matter():
    other = Game(1e9 * np.asarray(DILEMMA.payoffs, float) + 5e9)
    plain = limit_score(DILEMMA, binary(0.1, 0.6, 0.9), (1, 2))
    assert limit_score(other, binary(0.1, 0.6, 0.9), (1, 2)).level == pytest.approx(1e9 * plain.level + 15e9, rel=1e-7)


@pytest.mark.parametrize("scale", [(1e9, 1e9), (1e12, 1e-9), (1.0, 1e6)])
@pytest.mark.parametrize("direction", [(1, 1), (1, 0), (2, -1), (-1, 0)])
def test_each_player_may_have_a_unit_of_its_own_and_so_may_the_direction(scale, direction):
    """A direction per dollar is tiny: what it allows to be transferred must not be lost to a solver's tolerance."""
    units, signals = np.array(scale), binary(0.1, 0.6, 0.8)
    other = Game(np.asarray(DILEMMA.payoffs, float) * units[:, None, None])
    plain, found = limit_score(DILEMMA, signals, direction), limit_score(other, signals, np.array(direction) / units)
    assert found.level == pytest.approx(plain.level, abs=1e-6) and found.profile == plain.profile


def test_bad_input():
    with pytest.raises(InputError, match="a number per player"):
        limit_score(DILEMMA, SEEN, (1, 1, 1))
    with pytest.raises(InputError, match="add up"):
        limit_score(DILEMMA, SEEN * 0.5, (1, 1))
