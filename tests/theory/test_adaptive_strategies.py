"""Triggers on spending, adaptive rules and learners: theory, the axelrod library, and best replies."""

import warnings

import numpy as np
import pytest

from theory import Game, Simulator, is_subgame_perfect, play
from theory.adaptive_strategies import QLearner, adaptive_tit_for_tat, best_so_far, spending_trigger
from theory.automata import always_race, tit_for_tat
from theory.errors import InputError
from theory.history_play import AutomatonStrategy, FunctionStrategy, match
from theory.repeated_play import expected_path

with warnings.catch_warnings():  # of the library, when it is imported
    warnings.simplefilter("ignore")
    import axelrod

DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
QUANTITY = np.linspace(1, 3, 9)
OWN, OTHER = np.meshgrid(QUANTITY, QUANTITY, indexing="ij")
PROFIT = np.maximum(6 - OWN - OTHER, 0) * OWN
COURNOT = Game.from_bimatrix(PROFIT, PROFIT.T)
COLLUDE, NASH = (2, 2), (4, 4)  # 1.5 and 2 each


def triggers(threshold=3.0, rounds=None):
    return [
        spending_trigger(i, [QUANTITY] * 2, threshold=threshold, restrained=COLLUDE, punish=NASH, rounds=rounds)
        for i in (0, 1)
    ]


def test_a_trigger_on_spending_is_grim_in_the_cournot_game():
    """Friedman 1971: restraint at half the monopoly each pays from 9/17 on (deviations on the grid: 2.25 is on it)."""
    assert not is_subgame_perfect(COURNOT, triggers(), discount_factor=9 / 17 - 1e-3)
    assert is_subgame_perfect(COURNOT, triggers(), discount_factor=9 / 17 + 1e-3)
    finite = triggers(rounds=5)
    assert not is_subgame_perfect(COURNOT, finite, discount_factor=0.53)
    assert is_subgame_perfect(COURNOT, finite, discount_factor=0.7)


def test_a_loose_threshold_lets_small_excesses_pass():
    loose = triggers(threshold=3.3)
    stay = loose[0].transition[0]
    assert stay[2, 3] == 0 and stay[2, 4] == 1
    assert not is_subgame_perfect(COURNOT, loose, discount_factor=0.9)  # who may spend more for nothing does


def test_exact_and_simulated_play_of_triggers_agree_with_noise():
    pair, noise, rounds = triggers(rounds=3), 0.05, 40
    found = Simulator(COURNOT, [[a] for a in pair], rounds=rounds, noise=noise).play(matches=4000, seed=2)
    path = expected_path(COURNOT, pair, rounds=rounds, noise=noise)
    exact = np.asarray(COURNOT.expected_payoffs(path), float).mean(axis=0)
    assert (np.abs(found.payoffs - exact) < 4.5 * found.standard_errors).all()
    value = play(COURNOT, pair, discount_factor=0.9, noise=noise).discounted_payoffs
    assert (value < PROFIT[COLLUDE]).all() and (value > PROFIT[NASH]).all()


def test_adaptive_tit_for_tat_is_that_of_axelrod():
    for seed in range(10):
        moves = (np.random.default_rng(seed).random(60) < (seed + 1) / 12).astype(int).tolist()
        script = FunctionStrategy(lambda past, i, rng, moves=moves: moves[len(past)])
        found = match([adaptive_tit_for_tat(), script], rounds=60, rng=np.random.default_rng(1))[:, 0]
        rival = axelrod.MockPlayer([axelrod.Action.D if m else axelrod.Action.C for m in moves])
        theirs = axelrod.Match([axelrod.AdaptiveTitForTat(), rival], turns=60).play()
        assert found.tolist() == [int(pair[0] == axelrod.Action.D) for pair in theirs]


def test_the_best_so_far_has_the_best_average():
    """Averages by a plain loop. (The library of axelrod adds up where its own description says average.)"""
    payoff, trial = [[3, 0], [5, 1]], [0] * 6 + [1] * 5
    for seed in range(6):
        rival = (np.random.default_rng(seed).random(80) < 0.5).astype(int).tolist()
        script = FunctionStrategy(lambda past, i, rng, rival=rival: rival[len(past)])
        moves = match([best_so_far(DILEMMA, trial), script], rounds=80, rng=np.random.default_rng(1)).tolist()
        assert [m[0] for m in moves[:11]] == trial
        for t in range(11, 80):
            earned = [[payoff[a][b] for a, b in moves[:t] if a == own] for own in (0, 1)]
            means = [sum(e) / len(e) for e in earned]
            assert moves[t][0] == (1 if means[1] > means[0] else 0)
    against = [
        match([best_so_far(DILEMMA, trial), AutomatonStrategy(build(1))], rounds=40, rng=np.random.default_rng(1))
        for build in (tit_for_tat, always_race)
    ]
    assert (against[0][12:, 0] == 0).all() and (against[1][12:, 0] == 1).all()


@pytest.mark.parametrize(("build", "action"), [(tit_for_tat, 0), (always_race, 1)])
def test_q_learning_finds_the_best_reply_to_an_automaton(build, action):
    """Sandholm & Crites 1996: restraint against tit for tat if patient, racing against who races anyway."""
    learner = QLearner(DILEMMA, discount_factor=0.95, rate=0.2)
    moves = match([learner, AutomatonStrategy(build(1))], rounds=6000, rng=np.random.default_rng(3))
    assert (moves[-500:, 0] == action).mean() > 0.9


@pytest.mark.parametrize(("scale", "shift"), [(1.0, -7.0), (1024.0, 0.0), (2.0, 8.0)])
def test_what_q_learning_does_does_not_depend_on_the_unit_or_the_zero_of_payoffs(scale, shift):
    """Estimates that begin at nothing would make a game of losses one of hope, and one of gains one of habit."""
    other = Game(scale * np.asarray(DILEMMA.payoffs, float) + shift)
    paths = [
        match([QLearner(game), AutomatonStrategy(tit_for_tat(1))], rounds=400, rng=np.random.default_rng(5))
        for game in (DILEMMA, other)
    ]
    np.testing.assert_array_equal(*paths)


def test_refusals():
    with pytest.raises(InputError, match="one rival"):
        match([adaptive_tit_for_tat()] * 3, rounds=2, rng=np.random.default_rng(1))
    with pytest.raises(InputError, match="itself exceeds"):
        triggers(threshold=2.0)
    with pytest.raises(InputError, match="one action for each"):
        spending_trigger(0, [[1, 2]] * 2, threshold=3, restrained=(0, 2), punish=(1, 1))
    with pytest.raises(InputError, match="rounds is 0"):
        triggers(rounds=0)
    with pytest.raises(InputError, match="rate is"):
        adaptive_tit_for_tat(0)
    with pytest.raises(InputError, match="at least one round"):
        best_so_far(DILEMMA, [])
    with pytest.raises(InputError, match="patience"):
        QLearner(DILEMMA, patience=0)
