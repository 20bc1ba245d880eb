"""Pure equilibria: published counts, epsilon-equilibria, batches, and independence of the unit of payoffs."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, InputError
from theory.pure import pure_nash


def all_pay(values):
    """The game in which every player gets ``values``."""
    values = np.asarray(values)
    return Game(np.stack([values] * values.ndim))


def pure_profiles(solution):
    return sorted(tuple(int(np.argmax(strategy)) for strategy in profile) for profile in solution.profiles())


def test_three_player_coordination_has_nine():  # pure-coord333: gambit contrib/games/coord333.nfg
    values = np.zeros((3, 3, 3))
    values[range(3), range(3), range(3)] = 1
    found = set(pure_profiles(pure_nash(all_pay(values))))
    assert found == {(i, i, i) for i in range(3)} | set(itertools.permutations(range(3)))


def test_unanimity_of_four_has_eight():  # pure-unanimity-4: quantecon test_pure_nash.py
    values = np.zeros((2, 2, 2, 2))
    values[0, 0, 0, 0], values[1, 1, 1, 1] = 1, 2
    two_zeros = {p for p in itertools.product((0, 1), repeat=4) if sum(p) == 2}
    assert set(pure_profiles(pure_nash(all_pay(values)))) == two_zeros | {(0,) * 4, (1,) * 4}


@pytest.mark.parametrize("number", [float, Fraction])
def test_epsilon_equilibria_of_a_dilemma(number):  # eps-nash-pd: quantecon test_pure_nash.py (test_tol)
    tempted = Fraction(1) + Fraction(1, 10**8) if number is Fraction else 1 + 1e-8
    row = np.array([[number(1), number(-2)], [tempted, number(0)]])
    game = Game.from_bimatrix(row, row.T)
    assert pure_profiles(pure_nash(game)) == [(1, 1)]
    relaxed = pure_nash(game, tolerance=1e-8)
    assert pure_profiles(relaxed) == [(0, 0), (1, 1)]
    assert relaxed.certified.all()


def test_exact_stays_exact():
    solution = pure_nash(Game.from_bimatrix([[Fraction(1, 3), 0], [0, 1]], [[Fraction(1, 7), 0], [0, 1]]))
    assert solution.profiles() == [((1, 0), (1, 0)), ((0, 1), (0, 1))]
    assert isinstance(solution.payoffs[0, 0], Fraction) and solution.payoffs[0, 0] == Fraction(1, 3)


def test_batch_equals_draw_by_draw_and_says_where_there_is_none():
    rng = np.random.default_rng(1)
    game = Game(rng.integers(0, 4, (5, 4, 3, 2, 3, 2)), batch_ndim=2)
    solution = pure_nash(game)
    assert solution.distributions.shape[:2] == (5, 4) and solution.certified[solution.mask].all()
    for index in np.ndindex(5, 4):
        alone = pure_nash(game[index])
        assert solution.count[index] == alone.count
        np.testing.assert_array_equal(solution.distributions[index][solution.mask[index]], alone.distributions)
    pennies = [[1, -1], [-1, 1]]
    assert pure_nash(Game.from_bimatrix(pennies, np.negative(pennies))).count == 0


def test_more_than_one_action_profile_by_brute_force():
    rng = np.random.default_rng(2)
    for _ in range(20):
        game = Game(rng.integers(0, 3, (3, 2, 3, 2)))
        expected = [
            profile
            for profile in itertools.product(range(2), range(3), range(2))
            if all(
                game.payoffs[(i, *profile)] >= game.payoffs[(i, *profile[:i], other, *profile[i + 1 :])]
                for i in range(3)
                for other in range(game.n_actions[i])
            )
        ]
        assert pure_profiles(pure_nash(game)) == expected


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), exponent=st.integers(-9, 12), shift=st.integers(-5, 5))
def test_unit_of_payoffs_does_not_matter(seed, exponent, shift):
    payoffs = np.random.default_rng(seed).integers(0, 4, (2, 3, 3)).astype(float)
    before = payoffs.copy()
    expected = pure_nash(Game(payoffs)).distributions
    found = pure_nash(Game((payoffs + shift) * 2.0**exponent))
    np.testing.assert_array_equal(found.distributions, expected)
    np.testing.assert_array_equal(payoffs, before)


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), "small", None])
def test_bad_tolerance(tolerance):
    with pytest.raises(InputError, match="tolerance"):
        pure_nash(all_pay(np.eye(2)), tolerance=tolerance)
