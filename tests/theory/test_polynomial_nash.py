"""All equilibria of small games: counted against other methods, theorems and published games."""

import itertools

import numpy as np
import pytest

from theory import Game, InputError, pure_nash
from theory.polynomial_nash import polynomial_nash
from theory.symmetric_games import symmetric_equilibria
from theory.vertices import vertex_enumeration


def by_profile(sizes, pays):
    payoffs = np.zeros((len(sizes), *sizes))
    for a in np.ndindex(*sizes):
        payoffs[(slice(None), *a)] = pays(a)
    return Game(payoffs)


def mckelvey_mclennan():
    """McKelvey and McLennan (1997): nine equilibria, the most that a 2x2x2 game can have if all are isolated."""
    listed = {(0, 0, 0): [9, 8, 12], (1, 1, 0): [9, 8, 2], (0, 1, 1): [3, 4, 6], (1, 0, 1): [3, 4, 6]}
    return by_profile((2, 2, 2), lambda a: listed.get(a, [0, 0, 0]))


def test_nine_equilibria_of_which_two_totally_mixed():
    solution = polynomial_nash(mckelvey_mclennan())
    assert solution.count == 9
    assert solution.complete
    assert solution.certified.all()
    mixed = [min(min(s) for s in profile) > 0 for profile in solution.profiles()]
    assert sum(mixed) == 2


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-9, 0.0), (1.0, 1e6), (1e12, -1e15)])
def test_units_and_levels_of_payoffs_change_nothing(scale, shift):
    game = mckelvey_mclennan()
    moved = polynomial_nash(Game(game.payoffs * scale + shift))
    assert moved.complete
    np.testing.assert_allclose(np.array(moved.profiles()), np.array(polynomial_nash(game).profiles()), atol=1e-8)


@pytest.mark.parametrize("seed", range(25))
def test_two_players_agree_with_the_exact_vertex_enumeration(seed):
    game = Game(np.random.default_rng(seed).normal(size=(2, 3, 3)))
    here, exact = polynomial_nash(game), vertex_enumeration(game)
    assert here.complete
    np.testing.assert_allclose(np.array(here.profiles()), np.array(exact.profiles()), atol=1e-9)


@pytest.mark.parametrize("shape", [(3, 2, 2, 2), (3, 3, 3, 2), (4, 2, 2, 2, 2)])
@pytest.mark.parametrize("seed", range(6))
def test_a_generic_game_has_an_odd_number_and_holds_the_pure_ones(shape, seed):
    game = Game(np.random.default_rng(seed).normal(size=shape))
    solution = polynomial_nash(game)
    assert solution.complete
    assert int(solution.count) % 2 == 1  # Wilson (1971), Harsanyi (1973)
    assert set(pure_nash(game).profiles()) <= set(solution.profiles())


def test_relabelling_players_relabels_equilibria():
    payoffs = np.random.default_rng(11).normal(size=(3, 2, 2, 3))
    swapped = np.moveaxis(payoffs, (1, 3), (3, 1))[::-1]
    one = {tuple(np.round(np.concatenate(p), 8)) for p in polynomial_nash(Game(payoffs)).profiles()}
    other = {tuple(np.round(np.concatenate(p[::-1]), 8)) for p in polynomial_nash(Game(swapped)).profiles()}
    assert one == other


def test_symmetric_equilibria_by_counts_are_among_them():
    table = np.array([[1.0, 0.2, 0.3], [0.8, 0.7, 0.0]])
    game = by_profile((2, 2, 2), lambda a: [table[own, sum(a) - own] for own in a])
    found = list(polynomial_nash(game).profiles())
    for p in symmetric_equilibria(table).probabilities:
        assert any(np.allclose(profile, [[1 - p, p]] * 3, atol=1e-9) for profile in found)


def test_dominated_actions_are_never_played():
    pays = np.random.default_rng(3).normal(size=(3, 3, 2, 2))
    pays[0, 2] = pays[0, 1] - 1
    for profile in polynomial_nash(Game(pays)).profiles():
        assert profile[0][2] == 0


def test_a_continuum_is_not_called_complete():
    flat = polynomial_nash(Game(np.zeros((3, 2, 2, 2))), max_cells=5000)
    assert not flat.complete
    assert "degenerate" in flat.note
    assert set(flat.profiles()) >= set(itertools.product([(1.0, 0.0), (0.0, 1.0)], repeat=3))


def test_the_work_is_bounded():
    game = Game(np.random.default_rng(1).normal(size=(3, 3, 3, 3)))
    short = polynomial_nash(game, max_cells=200)
    assert not short.complete
    assert short.iterations < 10_000
    assert short.certified.all()


def test_refusals_say_what_to_do():
    with pytest.raises(InputError, match="game\\[0\\]"):
        polynomial_nash(Game(np.zeros((4, 2, 2, 2)), batch_ndim=1))
    with pytest.raises(InputError, match="small games"):
        polynomial_nash(Game(np.zeros((5, 4, 4, 4, 4, 4))))
    with pytest.raises(InputError, match="max_cells"):
        polynomial_nash(mckelvey_mclennan(), max_cells=0)
