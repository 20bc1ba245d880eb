"""Simulated play: bits of a plain reference, means of exact play, the same result for any number of threads."""

import itertools

import numba
import numpy as np
import pytest

from theory import Game, play
from theory.automata import Automaton
from theory.errors import InputError
from theory.repeated_play import expected_path
from theory.simulated_play import Nature, Simulator, memory_one_counts
from theory.strategies import CLASSICS, from_rules

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
NAMES = list(CLASSICS)
BUILT = [[classic.build(i) for classic in CLASSICS.values()] for i in (0, 1)]
MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Reference:
    """The same play, round by round in plain Python."""

    def __init__(self, seed, lane):
        self.x = mix((seed + mix((lane * GAMMA + GAMMA) & MASK)) & MASK)

    def uniform(self):
        self.x = (self.x + GAMMA) & MASK
        return (mix(self.x) >> 11) * 2.0**-53

    def other(self, action, n, chance):
        if chance <= 0 or n < 2:
            return action
        u = self.uniform()
        return (action + 1 + int(u / chance * (n - 1))) % n if u < chance else action

    def play(self, game, automata, rounds, noise, misperception):
        states, counts = [a.initial for a in automata], np.zeros(game.n_actions, int)
        for _ in range(rounds):
            actions = []
            for i, automaton in enumerate(automata):
                chances = automaton.output[states[i]]
                pure = chances.max() == 1
                action = int(chances.argmax()) if pure else int((self.uniform() >= chances.cumsum()[:-1]).sum())
                actions.append(self.other(action, game.n_actions[i], noise[i]))
            for i, automaton in enumerate(automata):
                seen = [
                    a if j == i else self.other(a, game.n_actions[j], misperception[i]) for j, a in enumerate(actions)
                ]
                states[i] = int(automaton.transition[(states[i], *seen)])
            counts[tuple(actions)] += 1
        return counts


def random_automata(rng, shape, states=3):
    return [
        Automaton(f"random {i}", rng.dirichlet(np.ones(n), states), rng.integers(0, states, (states, *shape)))
        for i, n in enumerate(shape)
    ]


@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (2, 3, 4)])
def test_bits_of_the_reference(shape):
    rng = np.random.default_rng(len(shape))
    game, automata = Game(rng.normal(size=(len(shape), *shape))), random_automata(rng, shape)
    noise, misperception = rng.uniform(0, 0.3, len(shape)), rng.uniform(0, 0.3, len(shape))
    simulator = Simulator(game, [[a] for a in automata], rounds=40, noise=noise, misperception=misperception)
    found = simulator.play(matches=6, seed=11)
    for lane in range(6):
        counts = Reference(11, lane).play(game, automata, 40, noise, misperception)
        np.testing.assert_array_equal(found.counts[lane], counts)
        payoffs = (game.payoffs * counts).sum(axis=tuple(range(1, game.n_players + 1))) / 40
        np.testing.assert_allclose(found.scores[lane], payoffs, atol=1e-12)


def test_threads_and_pieces_change_no_bit():
    simulator = Simulator(DILEMMA, BUILT, rounds=50, noise=0.1, misperception=0.05)
    lineups = list(itertools.product(range(len(NAMES)), repeat=2))[:200]
    before = numba.get_num_threads()
    results = []
    for threads in {1, min(2, before)}:
        numba.set_num_threads(threads)
        results.append(simulator.play(matches=3, seed=7, lineups=lineups))
    numba.set_num_threads(before)
    for other in results[1:]:
        np.testing.assert_array_equal(results[0].scores, other.scores)
    whole, parts = simulator.play(matches=10, seed=3), [simulator.play(matches=5, seed=3, first=at) for at in (0, 5)]
    np.testing.assert_array_equal(whole.scores, np.concatenate([part.scores for part in parts]))


def test_exact_and_simulated_play_agree_for_every_pair():
    """Every pair of the catalogue with both errors; the largest of all standardised differences is as normal draws'."""
    rounds, matches, errors = 30, 1000, {"noise": 0.03, "misperception": 0.02}
    simulator = Simulator(DILEMMA, BUILT, rounds=rounds, **errors)
    pairs = list(itertools.product(range(len(NAMES)), repeat=2))
    found = simulator.play(matches=matches, seed=5, lineups=pairs)
    scores = found.scores.reshape(len(pairs), matches, 2)
    differences = []
    for pair, score in zip(pairs, scores, strict=True):
        path = expected_path(DILEMMA, [BUILT[i][k] for i, k in enumerate(pair)], rounds=rounds, **errors)
        exact = np.asarray(DILEMMA.expected_payoffs(path), float).mean(axis=0)
        differences.append((score.mean(axis=0) - exact) / (score.std(axis=0, ddof=1) / np.sqrt(matches)))
    z = np.array(differences)
    assert np.abs(z).max() < 5 and abs(np.mean(z**2) - 1) < 0.15


@pytest.mark.parametrize("horizon", [{"discount_factor": 0.9}, {"continuation": 0.9}])
def test_discounting_and_random_horizons(horizon):
    pair = [NAMES.index(name) for name in ("generous_tit_for_tat", "joss")]
    exact = play(DILEMMA, [BUILT[i][k] for i, k in enumerate(pair)], discount_factor=0.9, noise=0.05)
    simulator = Simulator(DILEMMA, BUILT, rounds=400, noise=0.05, **horizon)
    found = simulator.play(matches=20_000, seed=2, lineups=[pair])
    assert (np.abs(found.payoffs - exact.discounted_payoffs) < 4.5 * found.standard_errors).all()
    if "continuation" in horizon:
        assert found.counts.sum(axis=(1, 2)).mean() == pytest.approx(10, rel=0.03)


def test_states_of_nature():
    """Boom and bust by a chain that nobody moves: payoffs are weighted by its distribution, from state 0."""
    boom, bust = 2 * np.asarray(DILEMMA.payoffs, float), np.zeros((2, 2, 2))
    chain = np.array([[0.8, 0.2], [0.5, 0.5]])
    rounds = 20
    simulator = Simulator(DILEMMA, BUILT, rounds=rounds, nature=Nature(np.stack([boom, bust]), chain))
    found = simulator.play(matches=20_000, seed=4)  # both always restrain
    share = np.mean([np.linalg.matrix_power(chain, t)[0, 0] for t in range(rounds)])
    assert (np.abs(found.payoffs - 6 * share) < 4.5 * found.standard_errors).all()
    racing_busts = np.zeros((2, 2, 2, 2))
    racing_busts[..., 0] = 1
    racing_busts[0, 1, 1] = racing_busts[1, :, :] = [0, 1]  # once both race, bust for ever
    pair = [NAMES.index("always_race")] * 2
    ruined = Simulator(DILEMMA, BUILT, rounds=5, nature=Nature(np.stack([boom, bust]), racing_busts))
    np.testing.assert_allclose(ruined.play(matches=2, seed=1, lineups=[pair]).scores, 2 / 5)


def test_memory_one_is_the_general_kernel():
    first, second = [0.9, 0.8, 0.3, 0.6, 0.1], [0.5, 0.99, 0.1, 0.7, 0.4]

    def automaton(p, i):
        table = {None: p[0], (0, 0): p[1], (0, 1): p[2], (1, 0): p[3], (1, 1): p[4]}
        return from_rules("memory one", None, table.__getitem__, lambda s, own, rival: (own, rival), i)

    exact = play(DILEMMA, [automaton(first, 0), automaton(second, 1)], discount_factor=0.5, noise=0.02).long_run
    counts = memory_one_counts(first, second, rounds=20_000, matches=200, seed=9, noise=0.02)
    shares = counts / counts.sum(axis=1, keepdims=True)
    error = shares.std(axis=0, ddof=1) / np.sqrt(200)
    assert (np.abs(shares.mean(axis=0) - exact.ravel()) < 5 * error + 2e-4).all()


def test_stopping_rule():
    simulator = Simulator(DILEMMA, BUILT, rounds=50, noise=0.05)
    found, reached = simulator.play_to_precision(standard_error=0.005, seed=1, start=64)
    assert reached and (found.standard_errors <= 0.005).all()
    again = simulator.play(matches=len(found.scores), seed=1)
    np.testing.assert_array_equal(found.scores, again.scores)
    short, reached = simulator.play_to_precision(standard_error=1e-9, seed=1, start=64, most=256)
    assert not reached and len(short.scores) == 256


def test_bad_input():
    with pytest.raises(InputError, match="continuation, not both"):
        Simulator(DILEMMA, BUILT, rounds=5, discount_factor=0.5, continuation=0.5)
    with pytest.raises(InputError, match="the game needs"):
        Simulator(Game(np.zeros((2, 3, 2))), BUILT, rounds=5)
    with pytest.raises(InputError, match="lineups"):
        Simulator(DILEMMA, BUILT, rounds=5).play(matches=1, seed=1, lineups=[[0, 99]])
    with pytest.raises(InputError, match="five probabilities"):
        memory_one_counts([1, 2, 0, 1, 0], [0] * 5, rounds=1, matches=1, seed=1)
