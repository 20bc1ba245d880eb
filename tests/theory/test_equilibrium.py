"""The entry point: which method, what is claimed, what is refused."""

import numpy as np
import pytest

from theory import Game, InputError
from theory.equilibrium import METHODS, nash
from theory.gambit import METHODS as PEER


@pytest.mark.parametrize(
    ("game", "method", "complete"),
    [
        (Game(np.random.default_rng(0).random((2, 2, 2))), "vertex_enumeration", True),
        (Game(np.random.default_rng(0).random((2, 5, 4))), "vertex_enumeration", True),
        (Game(np.random.default_rng(0).random((2, 14, 14))), "lemke_howson_all", False),
        (Game(np.random.default_rng(0).random((9, 2, 2, 2)), batch_ndim=1), "two_by_two", True),
        (Game(np.random.default_rng(0).random((9, 2, 3, 4)), batch_ndim=1), "batch_support_enumeration", True),
        (Game(np.random.default_rng(0).random((3, 2, 3, 2))), "polynomial_nash", True),
        (Game(np.random.default_rng(0).random((3, 4, 4, 4))), "pure_nash", False),
        (Game(np.random.default_rng(0).random((4, 3, 2, 3, 2)), batch_ndim=1), "pure_nash", False),
        (Game([[3, 1, 3]]), "pure_nash", False),
    ],
)
def test_default_method_and_what_it_claims(game, method, complete):
    solution = nash(game)
    assert solution.method == method
    assert np.all(solution.complete) == complete
    assert solution.certified[solution.mask].all()
    assert complete or solution.note


def test_default_and_named_methods_agree_on_a_zero_sum_game():
    pennies = Game.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    for name in METHODS.keys() - PEER.keys():  # of the peer, test_gambit says what it finds
        expected = np.full((int(name != "pure_nash"), 2, 2), 0.5)
        np.testing.assert_allclose(np.reshape(nash(pennies, name).profiles(), (-1, 2, 2)), expected, err_msg=name)


def test_what_cannot_be_solved_is_refused_with_advice():
    with pytest.raises(InputError, match="pure_nash"):
        nash(Game(np.zeros((4, 2, 6, 6)), batch_ndim=1))
    with pytest.raises(InputError, match="vertex_enumeration, lemke_howson_all"):
        nash(Game(np.zeros((2, 2, 2))), "simplex")
    with pytest.raises(InputError, match="takes a Game, not list"):
        nash([[1, 2], [3, 4]])
