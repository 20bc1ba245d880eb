"""One equilibrium by the logit branch: against complete lists, in any units, and where nothing else is at hand."""

from fractions import Fraction

import numpy as np
import pytest

from theory import Game, InputError, nash, pure_nash
from theory.homotopy import logit_homotopy
from theory.polynomial_nash import polynomial_nash
from theory.quantal_response import logit_equilibrium


def listed(solution, game, everything):
    mine = np.concatenate([solution.strategies(i)[0] for i in range(game.n_players)])
    every = [np.concatenate(profile) for profile in everything.profiles()]
    return min(np.abs(mine - other).max() for other in every) < 1e-8


@pytest.mark.parametrize("shape", [(3, 3, 3), (2, 2, 2, 2)])
def test_what_is_found_is_in_the_complete_list(shape):
    settled = 0
    for seed in range(4):
        game = Game(np.random.default_rng(seed).normal(size=(len(shape), *shape)))
        solution = logit_homotopy(game)
        assert int(solution.count) == 1 and solution.certified.all() and not solution.complete
        everything = polynomial_nash(game)
        if everything.complete:
            settled += 1
            assert listed(solution, game, everything)
    assert settled >= 2


@pytest.mark.parametrize("seed", range(10))
def test_two_players_against_vertex_enumeration(seed):
    game = Game(np.random.default_rng(seed).normal(size=(2, 5, 5)))
    everything = nash(game)
    assert everything.complete
    assert listed(logit_homotopy(game), game, everything)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_where_play_of_little_noise_is(seed):
    """McKelvey and Palfrey (1995): the limit of the branch; at a precision of 3000 little is left to go."""
    game = Game(np.random.default_rng(seed).random((3, 3, 3, 3)))
    solution = logit_homotopy(game)
    noisy = logit_equilibrium(game, 3000.0)
    for i in range(3):
        np.testing.assert_allclose(solution.strategies(i)[0], noisy.strategies[i], atol=0.01)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e12])
def test_units_of_each_player_change_nothing(scale):
    payoffs = np.random.default_rng(7).normal(size=(3, 3, 3, 3))
    own_units = payoffs * np.array([1.0, scale, 1 / scale])[:, None, None, None]
    plain = logit_homotopy(Game(payoffs))
    for moved in (logit_homotopy(Game(scale * payoffs)), logit_homotopy(Game(own_units))):
        np.testing.assert_allclose(moved.distributions, plain.distributions, atol=1e-9)


def test_nash_of_larger_games_without_pure_equilibria():
    """`nash` lists the pure equilibria of larger games; where there are none, it finds a mixed one and says so."""
    seen = 0
    for seed in range(12):
        game = Game(np.random.default_rng(seed).normal(size=(3, 4, 4, 4)))
        solution = nash(game)
        mixed = not int(pure_nash(game).count)
        seen += mixed
        assert solution.method == ("logit_homotopy" if mixed else "pure_nash")
        assert solution.certified.all() and int(solution.count) and not solution.complete
        assert ("others are not searched" if mixed else "pure equilibria only") in solution.note
    assert 0 < seen < 12


def test_nash_does_not_start_what_would_take_long():
    """Eleven players in a ring of matching pennies: no pure equilibrium, and no mixed one is sought."""
    n = 11
    profiles = np.indices((2,) * n)
    matches = np.stack([profiles[i] == profiles[(i + 1) % n] for i in range(n)])
    matches[0] = ~matches[0]
    solution = nash(Game(matches.astype(float)))
    assert int(solution.count) == 0 and not solution.complete
    assert "not searched" in solution.note


def test_rock_paper_scissors_of_five_in_a_ring():
    """Each player beats the next by the usual rule; by symmetry everyone mixes evenly."""
    beats = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    payoffs = np.zeros((5, *(3,) * 5))
    for i in range(5):
        shape = [1] * 5
        shape[i] = shape[(i + 1) % 5] = 3
        payoffs[i] += (beats if i < (i + 1) % 5 else beats.T).reshape(shape)
    solution = logit_homotopy(Game(payoffs))
    for i in range(5):
        np.testing.assert_allclose(solution.strategies(i)[0], np.full(3, 1 / 3), atol=1e-12)


def test_ties_and_flat_payoffs_end_certified():
    rng = np.random.default_rng(3)
    for payoffs in (
        np.zeros((3, 2, 3, 2)),
        rng.integers(0, 2, (3, 3, 3, 3)).astype(float),
        np.stack([rng.normal(size=(3, 3, 3)), np.zeros((3, 3, 3)), rng.normal(size=(3, 3, 3))]),
        np.broadcast_to(rng.integers(0, 3, (3, 3, 3)), (3, 3, 3, 3)).astype(float),
    ):
        assert logit_homotopy(Game(payoffs)).certified.all()


def test_exact_payoffs_are_taken_as_floats():
    half = Fraction(1, 2)
    pennies = Game.from_bimatrix([[half, -half], [-half, half]], [[-half, half], [half, -half]])
    assert logit_homotopy(pennies).profiles() == [((0.5, 0.5), (0.5, 0.5))]


def test_a_batch_is_refused():
    with pytest.raises(InputError, match="single game"):
        logit_homotopy(Game(np.zeros((4, 2, 3, 3)), batch_ndim=1))
