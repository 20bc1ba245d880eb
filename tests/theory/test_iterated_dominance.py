"""What iterated dominance leaves: published games, every order of elimination, and equilibria that survive it."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import optimize

from theory import Game, InputError, iterated_dominance, nash, rationalizable
from theory.dominance import dominated_actions
from theory.iterated_dominance import _restricted, _weakly_dominated


def guess(n):
    """Guess half of the mean, on a line of n points: dominance solvable to zero."""
    x = np.arange(n)
    row = -((x[:, None] - (x[:, None] + x) / 4) ** 2)
    return Game.from_bimatrix(row, row.T)


def test_guessing_unravels_to_zero():
    left = iterated_dominance(guess(9))
    assert left.actions == ((0,), (0,)) and left.solvable and len(left.rounds) > 1


def test_bernheims_example():
    """Bernheim (1984), figure 2: the fourth action of each goes, and the other three stay."""
    row = [[0, 2, 7, 0], [5, 3, 5, 0], [7, 2, 0, 0], [0, 0, 0, 10]]
    column = [[7, 5, 0, 1], [2, 3, 2, 1], [0, 5, 7, 1], [0, -2, 0, -1]]
    game = Game.from_bimatrix(row, column)
    assert rationalizable(game) == ((0, 1, 2), (0, 1, 2))


def test_the_order_does_not_matter_for_strict_dominance():
    rng = np.random.default_rng(2)
    for _ in range(20):
        game = Game.from_bimatrix(*rng.integers(-3, 4, (2, 4, 4)))
        kept = [list(range(4)), list(range(4))]
        while True:  # one at a time, in a random order
            left = _restricted(game, kept)
            found = [(i, kept[i][a]) for i in (0, 1) for a in dominated_actions(left, i)]
            if not found:
                break
            player, action = found[rng.integers(len(found))]
            kept[player].remove(action)
        assert iterated_dominance(game).actions == tuple(map(tuple, kept))


def test_equilibria_survive_and_weak_dominance_strikes_out_more():
    rng = np.random.default_rng(3)
    more = 0
    for _ in range(20):
        game = Game.from_bimatrix(*rng.integers(-2, 3, (2, 3, 3)))
        strict, weak = iterated_dominance(game), iterated_dominance(game, weak=True)
        found = nash(game)
        for player in (0, 1):
            used = np.flatnonzero(np.asarray(found.strategies(player)[found.mask], float).max(axis=0) > 0)
            assert set(used) <= set(strict.actions[player])
            assert set(weak.actions[player]) <= set(strict.actions[player])
            more += len(strict.actions[player]) - len(weak.actions[player])
    assert more > 0


def test_weak_dominance_by_a_mixture_only():
    """Half of the first and half of the second is never worse than the third, and better once; neither alone is."""
    payoffs = np.array([[2, 0, 1], [0, 2, 1], [1, 1, 0]])
    game = Game.from_bimatrix(payoffs, np.zeros((3, 3)))
    assert dominated_actions(game, 0) == ()
    assert iterated_dominance(game, weak=True).actions[0] == (0, 1)


def test_weak_dominance_against_a_linear_program():
    """Largest total gain of a mixture that loses in no column, by HiGHS on small whole numbers."""
    rng = np.random.default_rng(8)
    found = 0
    for _ in range(150):
        payoff = rng.integers(-1, 2, (4, 3))
        struck = _weakly_dominated(Game.from_bimatrix(payoff, np.zeros((4, 3))), 0)
        for action in range(4):
            gains = np.delete(payoff, action, axis=0) - payoff[action]
            program = optimize.linprog(
                -gains.sum(axis=1), A_ub=-gains.T, b_ub=np.zeros(3), A_eq=np.ones((1, 3)), b_eq=[1.0], method="highs"
            )
            assert (action in struck) == bool(program.success and -program.fun > 1e-7)
        found += len(struck)
    assert found > 50


@pytest.mark.parametrize("scale", [1e-9, 1e12])
@pytest.mark.parametrize("weak", [False, True])
def test_units_change_nothing(scale, weak):
    rng = np.random.default_rng(4)
    row, column = rng.integers(-2, 3, (2, 3, 4)).astype(float)
    plain = iterated_dominance(Game.from_bimatrix(row, column), weak=weak).actions
    assert iterated_dominance(Game.from_bimatrix(scale * row, scale * column), weak=weak).actions == plain


def test_exact_rationals_and_three_players():
    third = Fraction(1, 3)
    game = Game.from_bimatrix([[third, 0], [2 * third, third]], [[0, 0], [0, third]])
    assert iterated_dominance(game).actions == ((1,), (1,)) or iterated_dominance(game, weak=True).solvable
    payoff = np.zeros((3, 2, 2, 2))
    payoff[2, :, :, 1] = 1
    assert iterated_dominance(Game(payoff)).actions == ((0, 1), (0, 1), (1,))


def test_bad_input():
    with pytest.raises(InputError, match="single game"):
        iterated_dominance(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))
    with pytest.raises(InputError):
        rationalizable([[1, 2], [3, 4]])


@pytest.mark.parametrize("weak", [False, True])
def test_sixty_actions_each(weak):
    """A game that unravels, in which many are dominated by mixtures only, and one in which nobody can drop anything."""
    rng = np.random.default_rng(11)
    assert iterated_dominance(guess(60), weak=weak).solvable
    inside = rng.uniform(0, 1, (60, 60))
    inside[30:] = inside[rng.permutation(30)] / 2 + inside[rng.permutation(30)] / 2 - 1e-3
    left = iterated_dominance(Game.from_bimatrix(inside, np.eye(60)), weak=weak)
    assert left.actions[0] == tuple(range(30)) and len(left.actions[1]) == 30
