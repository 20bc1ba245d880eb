"""No hang and no wrong answer: degenerate families, changes of unit and level, and the peers."""

import itertools
import warnings
from fractions import Fraction as F

import numpy as np
import pytest
import quantecon.game_theory as quantecon_games
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import Game, SolverError, nash
from theory.bimatrix import lemke_howson, lemke_howson_all
from theory.equilibrium import METHODS
from theory.gambit import METHODS as PEER
from theory.vertices import vertex_enumeration

INVARIANT = [name for name in METHODS if name not in PEER]  # of Gambit's methods test_gambit holds the same
SHAPES = {
    "two_by_two": [(2, 2)],
    "polynomial_nash": [(2, 2), (2, 2, 2)],
    "logit_homotopy": [(2, 3), (3, 3), (2, 2, 2)],
    "pure_nash": [(3, 3), (2, 3, 2)],
}


def degenerate_families(n):
    rng = np.random.default_rng(n)
    base = rng.integers(0, 3, (n, n)).astype(float)
    yield "zero", np.zeros((2, n, n))
    yield "identical payoffs", np.stack([base, base])
    yield "symmetric with ties", np.stack([base, base.T])
    yield "duplicate rows", np.stack([base[np.arange(n) // 2], rng.standard_normal((n, n))])
    yield "duplicate columns", rng.standard_normal((2, n, n))[:, :, np.arange(n) // 2]
    yield "one action that always wins", np.stack([base + 9 * (np.arange(n) == 0)[:, None], base])
    yield "zero-sum with ties", np.stack([base, -base])
    yield "flat for the column player", np.stack([base, np.ones((n, n))])


@pytest.mark.parametrize("n", [2, 5, 12, 35])
def test_degenerate_families_end_certified(n):
    for name, payoffs in degenerate_families(n):
        game = Game(payoffs)
        for label in range(0, 2 * n, max(1, n // 3)):
            solution = lemke_howson(game, label=label)
            assert solution.certified.all() and int(solution.count) == 1, (name, label)


def solved(method, payoffs):
    """Equilibria, one per row, in an order that rounding does not change; None if the method finds none for certain."""
    try:
        solution = METHODS[method](Game(payoffs))
    except SolverError:
        return None
    assert solution.certified[solution.mask].all()
    found = solution.distributions[solution.mask].astype(float).reshape(-1, payoffs[0].size)
    return found[np.lexsort(found.round(3).T)]


@pytest.mark.parametrize("method", INVARIANT)
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_affine_changes_of_payoffs_change_nothing(method, data):
    """Payoffs are multiples of 1/64, so that a shift of 1e9 loses none of their digits."""
    shape = data.draw(st.sampled_from(SHAPES.get(method, [(2, 2), (2, 3), (3, 3)])))
    scale, shift = data.draw(st.sampled_from([1e-9, 1e-3, 1e6, 1e12])), data.draw(st.sampled_from([0.0, 1e9]))
    payoffs = np.random.default_rng(data.draw(st.integers(0, 10**6))).integers(0, 64 * 20, (len(shape), *shape)) / 64
    if method == "minimax":
        payoffs[1] = 20 - payoffs[0]
    plain, moved = solved(method, payoffs), solved(method, (payoffs + shift) * scale)
    if method == "support_enumeration":  # nashpy's own: it loses equilibria to rounding, so only what it finds is held
        return
    assert (plain is None) == (moved is None)
    if plain is not None:
        assert plain.shape == moved.shape
        # (payoff + 1e9) * scale is rounded to 1e9 * 2^-53 of the scale
        np.testing.assert_allclose(plain, moved, atol=1e-4 if shift else 2e-6)


@pytest.mark.parametrize("method", ["vertex_enumeration", "float_vertex_enumeration", "lemke_howson_all", "pure_nash"])
@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    scales=st.tuples(*[st.fractions(F(1, 10**9), 10**12)] * 2),
    shifts=st.tuples(*[st.fractions(-(10**9), 10**9)] * 2),
)
def test_exact_rationals_are_exactly_invariant(method, seed, scales, shifts):
    """Each player in a unit and at a level of its own; few values, so that there are ties."""
    payoffs = np.array([F(int(v), 7) for v in np.random.default_rng(seed).integers(0, 5, 18)]).reshape(2, 3, 3)
    moved = np.stack([payoff * scale + shift for payoff, scale, shift in zip(payoffs, scales, shifts, strict=True)])
    plain, other = METHODS[method](Game(payoffs)), METHODS[method](Game(moved))
    assert plain.profiles() == other.profiles()
    assert all(isinstance(p, F) for p in other.distributions.flat) and not other.regret.any()


def profiles(pairs):
    return {tuple(np.round(np.concatenate(pair).astype(float), 5) + 0.0) for pair in pairs}


def test_random_games_agree_with_the_enumerations_of_quantecon_and_nashpy():
    """quantecon is right on games without ties; nashpy lists no wrong ones but may miss some (DESIGN section 4)."""
    rng = np.random.default_rng(4)
    for m, n in itertools.product((2, 3, 4), repeat=2):
        for _ in range(4):
            game = Game(rng.standard_normal((2, m, n)))
            ours = profiles(vertex_enumeration(game).profiles())
            peer = game.to_quantecon()
            assert ours == profiles(quantecon_games.support_enumeration(peer))
            assert ours == profiles(quantecon_games.vertex_enumeration(peer))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert profiles(game.to_nashpy().support_enumeration()) <= ours
            assert profiles([quantecon_games.lemke_howson(peer)]) <= ours
            assert profiles(lemke_howson_all(game).profiles()) <= ours


def test_pure_equilibria_of_many_players_agree_with_quantecon():
    rng = np.random.default_rng(6)
    for shape in ((2, 3, 2), (2, 2, 2, 2), (3, 3, 3)):
        for _ in range(5):
            game = Game(rng.integers(0, 4, (len(shape), *shape)))
            theirs = {tuple(int(a) for a in p) for p in quantecon_games.pure_nash_brute(game.to_quantecon())}
            ours = {tuple(np.argwhere(d == 1)[0].tolist()) for d in nash(game, "pure_nash").distributions}
            assert ours == theirs
