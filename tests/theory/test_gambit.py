"""Gambit behind the common interface: the same equilibria if it is there, and a clear word if it is not."""

import importlib.util

import numpy as np
import pytest

from theory import Game, InputError, nash
from theory.equilibrium import METHODS
from theory.gambit import SOLVERS, gambit

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
