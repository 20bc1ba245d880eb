"""Random games of every kind that nashpy, quantecon and pygambit solve: the same answers here.

Enumerations of generic two-player games are in `test_stress`, more of Gambit's solvers in `test_gambit`.
"""

import io
import platform
import sys
import warnings
from fractions import Fraction as F

import nashpy
import numpy as np
import pytest
import quantecon.game_theory as quantecon_games

from theory import Game, iterated_dominance, logit_equilibrium, nash, to_nfg
from theory.dominance import dominated_actions
from theory.polynomial_nash import polynomial_nash
from theory.vertices import vertex_enumeration
from theory.zero_sum import minimax

HAS_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64"  # as pyproject.toml says of the dev group
GAMBIT = pytest.mark.skipif(not HAS_WHEEL, reason="pygambit has no wheel for this platform, and is not in its lock")


@pytest.fixture
def rng():
    return np.random.default_rng(12)


def rounded(profiles):
    return {tuple(np.round(np.concatenate(profile).astype(float), 5) + 0.0) for profile in profiles}


def proper(pair, shape):
    """Whether a peer's pair is two distributions over the actions: nashpy's walk may give NaN or too few numbers."""
    return all(
        len(p) == n and np.isfinite(p).all() and abs(p.sum() - 1) < 1e-9 for p, n in zip(pair, shape, strict=True)
    )


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3)])
def test_vertices_and_lemke_howson_of_nashpy(rng, shape):
    for _ in range(5):
        game = Game(rng.uniform(1, 2, (2, *shape)))
        ours, peer = rounded(vertex_enumeration(game).profiles()), nashpy.Game(*game.bimatrix())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert rounded(peer.vertex_enumeration()) == ours
            walks = [pair for pair in peer.lemke_howson_enumeration() if proper(pair, shape)]
        assert walks and rounded(walks) <= ours


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 4)])
def test_zero_sum_games_by_nashpys_program_and_quantecons(rng, shape):
    from quantecon.optimize import minmax

    for _ in range(5):
        row = rng.normal(size=shape)
        value = minimax(Game.from_bimatrix(row, -row)).payoffs[0, 0]
        x, y = nashpy.Game(row).linear_program()
        assert value == pytest.approx(float(x @ row @ y), abs=1e-9)
        assert value == pytest.approx(minmax(row)[0], abs=1e-9)


def structured(seed):
    """Two-player games of the literature, many with ties, from quantecon's generators."""
    make = quantecon_games.game_generators
    rng = np.random.default_rng(seed)
    return {
        "unit vector": make.unit_vector_game(4, random_state=rng),
        "ranking": make.ranking_game(3, steps=4, random_state=rng),
        "covariance": quantecon_games.covariance_game((3, 4), 0.3, random_state=rng),
        "Blotto": make.blotto_game(3, 2, 0.5, random_state=rng),
        "Sandholm, Gilpin, Conitzer": make.sgc_game(1),
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_quantecon_finds_in_structured_games_is_an_equilibrium_here(seed):
    for name, peer in structured(seed).items():
        row, column = (player.payoff_array for player in peer.players)
        ours = rounded(vertex_enumeration(Game.from_bimatrix(row, column.T)).profiles())
        pure = [
            [np.eye(n)[a] for n, a in zip(row.shape, profile, strict=True)]
            for profile in quantecon_games.pure_nash_brute(peer)
        ]
        assert rounded(pure) <= ours, name
        if name != "Blotto":  # its ties leave continua, of which a path may end at a point that is no corner
            walks = [quantecon_games.lemke_howson(peer, init_pivot=k) for k in range(sum(row.shape))]
            assert rounded(walks) <= ours, name


def test_strict_dominance_by_mixtures_of_quantecon(rng):
    found = 0
    for _ in range(40):
        payoff = rng.integers(0, 9, (4, 3)).astype(float)
        theirs = tuple(quantecon_games.Player(payoff).dominated_actions())
        assert dominated_actions(payoff) == theirs
        found += bool(theirs)
    assert 5 < found < 35


def test_a_fixed_point_of_many_players_by_mclennan_and_tourky(rng):
    """Simplicial subdivision gives an approximate equilibrium: one of ours is near."""
    for shape in ((2, 2, 2), (2, 3, 2)):
        for _ in range(3):
            game = Game(rng.normal(size=(len(shape), *shape)))
            near = np.concatenate(quantecon_games.mclennan_tourky(game.to_quantecon(), epsilon=1e-6))
            ours = polynomial_nash(game)
            assert np.all(ours.complete)
            assert min(np.abs(np.concatenate(p) - near).max() for p in ours.profiles()) < 1e-3


def test_quantecon_agrees_that_equilibria_of_many_players_are(rng):
    for shape in ((3, 3), (2, 2, 2), (2, 2, 2, 2)):
        game = Game(rng.normal(size=(len(shape), *shape)))
        peer = game.to_quantecon()
        assert all(peer.is_nash([np.array(s) for s in p], tol=1e-8) for p in nash(game).profiles())


def gambit_game(game):
    import pygambit

    return pygambit.read_nfg(io.StringIO(to_nfg(game)))


@GAMBIT
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3)])
def test_extreme_equilibria_of_games_with_ties_by_gambit_in_rationals(rng, shape):
    degenerate = 0
    for _ in range(4):
        payoffs = np.array([F(int(v)) for v in rng.integers(0, 3, 2 * np.prod(shape))]).reshape(2, *shape)
        ours, theirs = nash(Game(payoffs), "vertex_enumeration"), nash(Game(payoffs), "gambit_enummixed")
        assert set(theirs.profiles()) == set(ours.profiles())
        degenerate += int(ours.count) % 2 == 0
    assert degenerate or shape == (2, 2)


def kept_by_gambit(game):
    """Actions left when no pure strategy strictly dominates another, round after round."""
    import pygambit

    left, before = gambit_game(game), None
    while True:
        left = pygambit.supports.undominated_strategies_solve(left, strict=True)
        kept = tuple(tuple(int(label) - 1 for label in own) for own in left)
        if kept == before:
            return kept
        before = kept


@GAMBIT
@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 2), (4, 4), (4, 2, 2)])
def test_iterated_strict_dominance_by_gambit(rng, shape):
    """Gambit strikes out what a pure strategy beats: the same with two actions each, and never more than here."""
    struck = 0
    for _ in range(10):
        game = Game(rng.integers(0, 9, (len(shape), *shape)))
        ours, theirs = iterated_dominance(game).actions, kept_by_gambit(game)
        assert all(set(mine) <= set(peers) for mine, peers in zip(ours, theirs, strict=True))
        assert set(shape) != {2} or ours == theirs
        struck += sum(map(len, theirs)) < sum(shape)
    assert struck


@GAMBIT
def test_logit_equilibria_of_given_precision_by_gambit(rng):
    import pygambit

    for shape in ((2, 2), (3, 2), (2, 2, 2)):
        game = Game(rng.normal(size=(len(shape), *shape)).round(2))
        peer = gambit_game(game)
        for precision in (0.5, 2.0):
            (point,) = pygambit.qre.logit_solve_lambda(peer, lam=[precision])
            theirs = np.array([share for strategy in point.profile for _, share in strategy], float)
            ours = np.concatenate(logit_equilibrium(game, precision).strategies)
            np.testing.assert_allclose(ours, theirs, atol=1e-5)


@GAMBIT
def test_global_newton_of_gambit_finds_equilibria_of_three_that_are_ours(rng):
    game = Game(rng.normal(size=(3, 2, 2, 2)).round(3))
    ours, theirs = nash(game, "polynomial_nash"), nash(game, "gambit_gnm")
    assert np.all(ours.complete) and theirs.count > 0
    assert rounded(theirs.profiles()) <= rounded(ours.profiles())
