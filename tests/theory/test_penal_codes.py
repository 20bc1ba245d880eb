"""Penal codes against linear equations of their own, the Abreu-Sannikov set, and brute force over sticks."""

import itertools

import numpy as np
import pytest

from theory import Game, is_subgame_perfect, path_thresholds, payoff_set, penal_code, penal_threshold
from theory.automata import Automaton
from theory.errors import InputError

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def cournot(levels, shift=0.0, scale=1.0):
    q = np.asarray(levels)
    profit = scale * (q[:, None] * (1 - q[:, None] - q)) + shift
    return Game.from_bimatrix(profit, profit.T)


def random_games(count, seed=3):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        shape = rng.integers(2, 4, int(rng.integers(2, 4)))
        yield Game(rng.integers(0, 8, (len(shape), *shape)).astype(float)), rng.uniform(0.2, 0.95, len(shape))


def gains(game, code):
    """Largest gain of any player from a single deviation, from values that solve linear equations."""
    n, d = game.n_players, code.discount_factors
    sticks = [code.path if stick is None else stick for stick in code.sticks]
    back = np.where([stick is None for stick in code.sticks], 1.0, np.nan_to_num(code.returns))
    worst = -np.inf
    for i in range(n):
        u = np.asarray(game.payoff(i), float)
        on_path = u[code.path]
        value = [
            ((1 - d[i]) * u[s] + d[i] * p * on_path) / (1 - d[i] * (1 - p)) for s, p in zip(sticks, back, strict=True)
        ]
        for profile, now in [(code.path, on_path), *zip(sticks, value, strict=True)]:
            best = u[(*profile[:i], slice(None), *profile[i + 1 :])].max()
            worst = max(worst, (1 - d[i]) * best + d[i] * value[i] - now)
    return worst


def test_what_it_supports_is_an_equilibrium():
    supported = 0
    for game, d in random_games(150):
        for path in np.ndindex(*game.n_actions):
            code = penal_code(game, path, d)
            if code.supports:
                supported += 1
                assert gains(game, code) <= 1e-11
    assert supported > 200


def test_one_round_sticks_found_by_brute_force_are_found():
    """Whatever two sticks of one round support, as automata in the exact test, is supported; sometimes more is."""
    rng, found = np.random.default_rng(5), 0
    for _ in range(25):
        game, d = Game(rng.integers(0, 8, (2, 2, 2)).astype(float)), rng.uniform(0.3, 0.9)
        for path in np.ndindex(2, 2):
            supports = any(
                is_subgame_perfect(game, one_round(game, path, pair), discount_factor=d)
                for pair in itertools.product(np.ndindex(2, 2), repeat=2)
            )
            found += supports
            assert penal_code(game, path, d).supports or not supports
    assert found > 20


def one_round(game, path, sticks):
    """State 0 is the path; state j + 1 the stick of player j; more than one deviator counts as none."""
    states = [path, *sticks]
    machines = []
    for i in range(2):
        output, transition = np.zeros((3, 2)), np.zeros((3, 2, 2), int)
        for s, profile in enumerate(states):
            output[s, profile[i]] = 1
            for a in np.ndindex(2, 2):
                off = [j for j in range(2) if a[j] != profile[j]]
                transition[(s, *a)] = off[0] + 1 if len(off) == 1 else 0
        machines.append(Automaton("one round", output, transition))
    return machines


def test_punishments_are_no_harsher_than_the_worst_equilibrium():
    for game, d in random_games(60, seed=8):
        if game.n_players == 2:
            equilibria = payoff_set(game, d[0])
            for path in np.ndindex(*game.n_actions):
                code = penal_code(game, path, d[0])
                if code.supports:
                    assert equilibria.contains([game.payoff(i)[path] for i in range(2)], 1e-8)
                    assert (code.values >= equilibria.threats - 1e-8).all()


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (1e9, 5e11), (1e-9, 0)])
def test_unequal_sticks_are_harsher_than_abreus_equal_ones(scale, shift):
    """Cournot, monopoly quarter each: 9/32 by equal sticks; 1/5 if the rival floods, as (9/64 - 1/8)/(9/64 - 1/16)."""
    code = penal_threshold(cournot(np.linspace(1 / 4, 1 / 2, 61), shift, scale), (0, 0))
    assert code.discount_factors == pytest.approx([1 / 5] * 2, abs=1e-6)
    assert code.values == pytest.approx([scale / 16 + shift] * 2)


def test_a_dilemma_has_nothing_harsher_than_reversion():
    public = Game(np.stack([1.0 * np.indices((2, 2, 2))[i] - 0.6 * np.indices((2, 2, 2)).sum(0) for i in range(3)]))
    for game in (DILEMMA, public):
        path, race = (0,) * game.n_players, (1,) * game.n_players
        expected = path_thresholds(game, [path], race).max()
        assert penal_threshold(game, path).discount_factors == pytest.approx(expected, abs=1e-12)


def test_thresholds_separate():
    for game, _ in random_games(30, seed=4):
        for path in np.ndindex(*game.n_actions):
            d = penal_threshold(game, path).discount_factors[0]
            if 0 < d < 0.99:
                assert not penal_code(game, path, d - 1e-6).supports
                more = np.linspace(d, 0.999, 20)
                assert all(penal_code(game, path, factor).supports for factor in more)


def test_unequal_patience():
    assert penal_code(DILEMMA, (0, 0), [0.5, 0.9]).supports
    assert not penal_code(DILEMMA, (0, 0), [0.4, 0.9]).supports


def test_stage_equilibria_need_no_patience_and_some_paths_none_suffices():
    assert (penal_threshold(DILEMMA, (1, 1)).discount_factors == 0).all()
    never = penal_threshold(DILEMMA, (0, 1))
    assert np.isnan(never.discount_factors).all()
    assert not never.supports


@pytest.mark.parametrize(
    ("path", "factor", "words"),
    [
        ((0, 2), 0.5, "path"),
        ((0,), 0.5, "path"),
        ((0.5, 0), 0.5, "path"),
        ("ab", 0.5, "path"),
        (None, 0.5, "path"),
        ((0, 0), 1.0, "discount_factors"),
        ((0, 0), [0.5, 0.5, 0.5], "discount_factors"),
        ((0, 0), np.nan, "discount_factors"),
    ],
)
def test_bad_input(path, factor, words):
    with pytest.raises(InputError, match=words):
        penal_code(DILEMMA, path, factor)


def test_a_batch_is_refused():
    with pytest.raises(InputError, match="single finite game"):
        penal_threshold(Game(np.zeros((3, 2, 2, 2)), batch_ndim=1), (0, 0))


def test_factors_so_near_one_that_rounding_decides_are_refused():
    race = Game.from_bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
    assert (penal_code(race, (0, 0), 1 - 1e-7).values >= 3 - 1e-5).all()  # the minmax value
    with pytest.raises(InputError, match="rounding decides"):
        penal_code(race, (0, 0), 1 - 1e-15)
