"""Games: shapes, labels, exactness, expectations, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from theory import Game, InputError, Solution, product_distribution

PD = ([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def test_expected_payoffs_are_the_bilinear_form():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 3, 4))
    x, y = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(4))
    game = Game.from_bimatrix(a, b)
    values = game.expected_payoffs(product_distribution([x[None], y[None]]))
    np.testing.assert_allclose(values, [[x @ a @ y, x @ b @ y]])


def test_deviation_payoffs_of_three_players_by_brute_force():
    rng = np.random.default_rng(2)
    game = Game(rng.normal(size=(3, 2, 3, 2)))
    d = rng.dirichlet(np.ones(12)).reshape(1, 2, 3, 2)
    expected = [
        sum(d[0, i, :, c].sum() * game.payoffs[1, i, a, c] for i in range(2) for c in range(2)) for a in range(3)
    ]
    np.testing.assert_allclose(game.deviation_payoffs(1, d)[0], expected)


def test_batch_equals_one_by_one():
    rng = np.random.default_rng(3)
    batch = Game(rng.normal(size=(5, 3, 2, 2, 2)), batch_ndim=1)
    d = rng.dirichlet(np.ones(8), size=(5, 4)).reshape(5, 4, 2, 2, 2)
    together = Solution(batch, "given", d)
    for b in range(5):
        alone = Solution(batch[b], "given", d[b])
        np.testing.assert_allclose(together.payoffs[b], alone.payoffs)
        np.testing.assert_allclose(together.regret[b], alone.regret)


def test_a_batch_of_three_and_a_three_player_game_are_told_apart():
    array = np.arange(24.0).reshape(3, 2, 2, 2)
    assert Game(array).n_players == 3
    assert Game(array, batch_ndim=1).n_players == 2
    with pytest.raises(InputError, match="as many action axes as players"):
        Game(array, batch_ndim=2)
    assert Game(np.zeros((7, 2, 2, 2)), batch_ndim=1).batch_shape == (7,)


def test_regret_of_a_non_equilibrium_and_of_the_dilemma():
    game = Game.from_bimatrix(*PD)
    both = np.zeros((2, 2, 2))
    both[0, 0, 0] = both[1, 1, 1] = 1
    solution = Solution(game, "given", both)
    np.testing.assert_array_equal(solution.regret, [[2, 2], [0, 0]])
    assert solution.certified.tolist() == [False, True]


def test_correlated_play_is_no_nash_equilibrium_even_without_regret():
    chicken = Game.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    signal = np.array([[[1 / 3, 1 / 3], [1 / 3, 0.0]]])  # Aumann's correlated equilibrium
    solution = Solution(chicken, "given", signal)
    assert solution.relative_regret[0] <= 1e-12
    assert not solution.certified[0]


@settings(deadline=None, max_examples=30)
@given(
    hnp.arrays(float, (2, 3, 3), elements=st.floats(-10, 10, width=32)),
    st.sampled_from([1e-9, 1e-3, 1e6, 1e12]),
)
def test_relative_regret_is_free_of_units(payoffs, scale):
    d = np.full((1, 3, 3), 1 / 9)
    plain, scaled = Solution(Game(payoffs), "given", d), Solution(Game(payoffs * scale), "given", d)
    np.testing.assert_allclose(plain.relative_regret, scaled.relative_regret, atol=1e-12)


def test_exact_rationals_stay_exact():
    third = Fraction(1, 3)
    game = Game.from_bimatrix([[third, 0], [0, 1]], [[third, 0], [0, 1]])
    half = np.full((1, 2, 2), Fraction(1, 4), dtype=object)
    assert Solution(game, "given", half).payoffs[0, 0] == Fraction(1, 3)


def test_the_callers_array_is_copied_and_the_copy_is_read_only():
    mine = np.zeros((2, 2, 2))
    game = Game(mine)
    mine[0] = 7
    assert game.payoffs[0, 0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        game.payoffs[0] = 1


@pytest.mark.parametrize(
    ("payoffs", "words"),
    [
        ([[[1, np.nan], [0, 0]], [[0, 0], [0, 0]]], r"payoffs\[0, 0, 1\] is nan"),
        ([[[1, np.inf], [0, 0]], [[0, 0], [0, 0]]], "finite"),
        ([[[1.7e308, 0], [0, 0]], [[0, 0], [0, 0]]], r"payoffs\[0, 0, 0\] is 1.7e\+308; .*size up to 1e\+300"),
        ([[[1, 0], [0, 0]], [[0, 0], [0, -(Fraction(10) ** 400)]]], r"payoffs\[1, 1, 1\] is -1000.*size up to 1e\+300"),
        ([[[10**400, 0], [0, 0]], [[0, 0], [0, 0]]], "full array of real numbers"),
        ([[["a", "b"], ["c", "d"]]], "real numbers"),
        ([[1, 2], [3]], "real numbers"),
        (np.zeros((2, 0, 2)), "at least one action"),
        (np.zeros((2, 2)), "as many action axes as players"),
        (5.0, "as many action axes as players"),
        ([[[1j, 0], [0, 0]], [[0, 0], [0, 0]]], "real numbers"),
        ([[[None, 0], [0, 0]], [[0, 0], [0, 0]]], "real numbers"),
    ],
)
def test_bad_payoffs_are_refused_in_words(payoffs, words):
    with pytest.raises(InputError, match=words):
        Game(payoffs)


def test_labels_and_outcomes_must_match():
    with pytest.raises(InputError, match="2 different labels"):
        Game.from_bimatrix(*PD, players=["a"])
    with pytest.raises(InputError, match="2 different labels"):
        Game.from_bimatrix(*PD, actions=[["c", "c"], ["c", "d"]])
    with pytest.raises(InputError, match="one number per action profile"):
        Game(np.zeros((2, 2, 2)), outcomes={"total": np.zeros(3)})
    with pytest.raises(InputError, match="no outcome"):
        Solution(Game(np.zeros((2, 2, 2))), "given", np.full((1, 2, 2), 0.25)).outcome("total")


def test_one_by_one_and_one_player_games_are_games():
    assert Game(np.zeros((2, 1, 1))).n_actions == (1, 1)
    alone = Game([[1.0, 2.0, 3.0]])
    assert alone.n_players == 1


def test_conversion_to_nashpy_and_quantecon_keeps_every_payoff():
    rng = np.random.default_rng(4)
    game = Game(rng.normal(size=(3, 2, 3, 4)))
    other = game.to_quantecon()
    for profile in np.ndindex(2, 3, 4):
        np.testing.assert_allclose(other[profile], game.payoffs[(slice(None), *profile)])
    two = Game.from_bimatrix(*PD).to_nashpy()
    np.testing.assert_array_equal(two.payoff_matrices[0], PD[0])
