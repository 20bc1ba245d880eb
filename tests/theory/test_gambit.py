"""Gambit behind the common interface: the same equilibria if it is there, and a clear word if it is not."""

import importlib.util

import numpy as np
import pytest

from theory import Game, InputError, nash, pure_nash
from theory.equilibrium import METHODS
from theory.float_vertices import float_vertex_enumeration
from theory.gambit import SOLVERS, gambit
from theory.zero_sum import minimax

GAMES = {
    "dilemma": ([[3, 0], [5, 1]], [[3, 5], [0, 1]]),
    "pennies": ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]),
    "meeting": ([[2, 0], [0, 1]], [[2, 0], [0, 1]]),
}
INSTALLED = importlib.util.find_spec("pygambit") is not None


def listed(solution):
    return {tuple(np.round(np.asarray(d, float).ravel(), 6)) for d in solution.distributions[solution.mask]}


def test_every_solver_is_a_method():
    assert {f"gambit_{name}" for name in SOLVERS} <= set(METHODS)


@pytest.mark.parametrize("name", GAMES)
def test_the_same_equilibria_or_how_to_install_it(name):
    game = Game.from_bimatrix(*GAMES[name])
    if INSTALLED:
        found = nash(game, "gambit_enummixed")
        assert found.certified[found.mask].all() and not np.any(found.complete)
        assert listed(found) == listed(nash(game, "vertex_enumeration"))
    else:
        with pytest.raises(InputError, match="pip install 'computerace\\[gambit\\]'"):
            nash(game, "gambit_enummixed")


def test_without_it_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="pygambit, which is not installed"):
        gambit(Game.from_bimatrix(*GAMES["dilemma"]), "lcp")


def test_bad_input():
    with pytest.raises(InputError, match="no solver 'simplex'"):
        gambit(Game.from_bimatrix(*GAMES["dilemma"]), "simplex")
    with pytest.raises(InputError, match="one game at a time"):
        gambit(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1))


def test_what_is_no_equilibrium_is_dropped_and_counted(monkeypatch):
    """(first, second) of a prisoner's dilemma is none; both racing is."""
    answer = [[["1", "0"], ["0", "1"]], [["0", "1"], ["0", "1"]]]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr("theory.gambit._answer", lambda *task: answer)
    found = gambit(Game.from_bimatrix(*GAMES["dilemma"]), "lcp")
    assert listed(found) == {(0.0, 0.0, 0.0, 1.0)} and found.certified.all()
    assert "1 of 2 were no equilibria" in found.note


if INSTALLED:  # the development dependencies hold it where there is a wheel: Linux on x86_64
    # each test draws by itself, so that their order does not matter
    def draws():
        return np.random.default_rng(5)

    @pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 4), (4, 4)])
    def test_all_equilibria_of_random_two_player_games(shape):
        game = Game(draws().normal(size=(2, *shape)).round(2))
        found = nash(game, "gambit_enummixed")
        assert found.certified.all()
        assert listed(found) == listed(nash(game, "vertex_enumeration")) == listed(float_vertex_enumeration(game))

    @pytest.mark.parametrize("shape", [(2, 2, 2), (3, 2, 2), (2, 2, 2, 2)])
    def test_all_pure_equilibria_of_random_games_of_several_players(shape):
        game = Game(draws().integers(0, 6, (len(shape), *shape)))  # with ties
        assert listed(nash(game, "gambit_enumpure")) == listed(pure_nash(game))

    @pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 2)])
    def test_all_equilibria_of_random_three_player_games(shape):
        game = Game(draws().normal(size=(3, *shape)).round(3))
        ours = nash(game, "polynomial_nash")
        assert np.all(ours.complete)
        assert listed(nash(game, "gambit_enumpoly")) <= listed(ours)

    def test_one_equilibrium_by_each_of_its_ways_is_among_ours():
        game = Game(draws().normal(size=(2, 3, 3)).round(3))
        every = listed(nash(game, "vertex_enumeration"))
        for name in ("lcp", "gnm", "ipa"):
            found = listed(nash(game, f"gambit_{name}"))
            assert found and found <= every

    @pytest.mark.parametrize("solver", ["enummixed", "lcp", "enumpoly"])
    def test_a_high_level_and_other_units_of_the_players_change_nothing(solver):
        """In multiples of 1/64 no digit is lost at a level of 1e9; Gambit itself loses equilibria there."""
        payoffs = draws().integers(0, 1280, (2, 3, 3)) / 64
        plain = nash(Game(payoffs), f"gambit_{solver}")
        moved = nash(Game(payoffs * np.array([1.0, 8.0])[:, None, None] + 1e9), f"gambit_{solver}")
        assert listed(moved) == listed(plain) and moved.count > 0 and "dropped" not in moved.note

    def test_value_and_strategies_of_a_random_zero_sum_game():
        row = draws().integers(-9, 9, (3, 4))
        game = Game.from_bimatrix(row, -row)
        found = nash(game, "gambit_lp")
        np.testing.assert_allclose(found.payoffs[0, 0], minimax(game).payoffs[0, 0], atol=1e-9)

    def test_the_limit_of_the_logit_branch():
        game = Game(draws().normal(size=(2, 2, 2)).round(2))
        found, ours = nash(game, "gambit_logit").distributions[0], nash(game, "logit_homotopy").distributions[0]
        np.testing.assert_allclose(found, ours, atol=1e-4)
