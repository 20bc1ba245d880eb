"""Senseless input to repeated play, tournaments, evolution and learning: one class of error, with a message."""

import networkx
import numpy as np
import pytest

from theory import (
    AutomatonStrategy,
    Game,
    Nature,
    QLearner,
    Simulator,
    SymmetricRace,
    best_so_far,
    best_trigger,
    capped,
    deterring_penalty,
    deviation_gain,
    expected_path,
    fictitious_play,
    green_porter,
    inspected,
    invasion_diagram,
    is_subgame_perfect,
    keeps_to_path,
    learn,
    limit_score,
    log_fixation_matrix,
    match,
    memory_one_counts,
    mutation_distribution,
    on_graph,
    path_payoffs,
    path_thresholds,
    payoff_bounds,
    payoff_set,
    penal_threshold,
    play,
    population_generations,
    population_paths,
    public_bounds,
    replicator_path,
    round_robin,
    simulate,
    spending_trigger,
    strategy_stability,
    supporting_play,
    symmetric_public_payoffs,
    turn_taking,
)
from theory.automata import always_race, tit_for_tat
from theory.discounting import grim_trigger
from theory.errors import InputError

GAME = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PAIR = [tit_for_tat(0), always_race(1)]
ENTRIES = {"tit for tat": tit_for_tat, "always race": always_race}
LEVELS = [[1, 2, 3], [1, 2, 3]]
TRIGGER = {"threshold": 4, "restrained": (0, 0), "punish": (2, 2), "rounds": 2}
HALVES = ([0.5, 0.5], [0.5, 0.5])
TABLE = [[1, 2], [3, 4]]
SIGNALS = np.full((2, 2, 2), 0.5)
DUOPOLY = SymmetricRace(lambda own, rival: own * (1 - own - rival), 2, 1 / 3, 1 / 4, 0.01, 0.5)
RNG = np.random.default_rng(1)


def simulator(**changes):
    return Simulator(**({"game": GAME, "library": [[PAIR[0]], [PAIR[1]]], "rounds": 3} | changes))


def played(**changes):
    return simulator().play(**({"matches": 2, "seed": 1} | changes))


CALLS = {
    "not a count": (
        (None, "x", 1.5, np.nan, -1),
        [
            lambda v: played(seed=v),
            lambda v: played(matches=v),
            lambda v: played(first=v),
            lambda v: simulator(rounds=v),
            lambda v: memory_one_counts([1] * 5, [0] * 5, rounds=3, matches=v, seed=1),
            lambda v: memory_one_counts([1] * 5, [0] * 5, rounds=v, matches=3, seed=1),
            lambda v: round_robin(GAME, ENTRIES, rounds=3, repetitions=v, seed=1),
            lambda v: round_robin(GAME, ENTRIES, rounds=v, repetitions=3, seed=1),
            lambda v: expected_path(GAME, PAIR, rounds=v),
            lambda v: simulate(GAME, PAIR, rounds=v, rng=RNG),
            lambda v: match([AutomatonStrategy(a) for a in PAIR], rounds=v, rng=RNG),
            lambda v: population_generations(GAME, HALVES, v),
            lambda v: log_fixation_matrix(TABLE, v, 1),
            lambda v: mutation_distribution(TABLE, v, 1, 0.1),
            lambda v: invasion_diagram(TABLE, v, 1),
            lambda v: fictitious_play(GAME, [0, 0], rounds=v),
            lambda v: learn(GAME, "hedge", rounds=v, rng=RNG),
            lambda v: spending_trigger(v, LEVELS, **TRIGGER),
            lambda v: path_payoffs(GAME, 0.5, cells=v),
        ],
    ),
    "not a share": (
        ("x", np.nan, -0.1, 1.1, [0.1, 0.2, 0.3]),
        [
            lambda v: simulator(noise=v),
            lambda v: simulator(misperception=v),
            lambda v: simulator(discount_factor=v),
            lambda v: simulator(continuation=v),
            lambda v: play(GAME, PAIR, discount_factor=v),
            lambda v: play(GAME, PAIR, discount_factor=0.5, noise=v),
            lambda v: is_subgame_perfect(GAME, PAIR, discount_factor=v),
            lambda v: keeps_to_path(GAME, [(0, 0)], (1, 1), v),
            lambda v: payoff_set(GAME, v),
            lambda v: payoff_bounds(GAME, v),
            lambda v: path_payoffs(GAME, v),
            lambda v: mutation_distribution(TABLE, 5, 1, v),
            lambda v: fictitious_play(GAME, [0, 0], rounds=3, gain=v),
            lambda v: public_bounds(GAME, SIGNALS, v),
            lambda v: symmetric_public_payoffs(GAME, SIGNALS, v),
            lambda v: inspected(GAME, [[0], [0]], detection=v, penalty=1),
            lambda v: deterring_penalty(GAME, (0, 0), v),
            lambda v: match([AutomatonStrategy(a) for a in PAIR], rounds=3, rng=RNG, noise=v),
        ],
    ),
    "not a profile": (
        (5, "ab", (0,), (0, 5), (0, 0.5), (0, np.nan), (0, -1)),
        [
            lambda v: path_thresholds(GAME, [v], (1, 1)),
            lambda v: path_thresholds(GAME, [(0, 0)], v),
            lambda v: grim_trigger(GAME, v),
            lambda v: fictitious_play(GAME, v, rounds=3),
            lambda v: penal_threshold(GAME, v),
            lambda v: deterring_penalty(GAME, v),
            lambda v: spending_trigger(0, LEVELS, **(TRIGGER | {"restrained": v})),
            lambda v: spending_trigger(0, LEVELS, **(TRIGGER | {"punish": v})),
        ],
    ),
    "not a game": (
        (None, "game", np.eye(2)),
        [
            lambda v: simulator(game=v),
            lambda v: play(v, PAIR, discount_factor=0.5),
            lambda v: round_robin(v, ENTRIES, rounds=3, repetitions=2, seed=1),
            lambda v: turn_taking(v),
            lambda v: grim_trigger(v),
            lambda v: path_thresholds(v, [(0, 0)], (1, 1)),
            lambda v: payoff_set(v, 0.5),
            lambda v: payoff_bounds(v, 0.5),
            lambda v: fictitious_play(v, [0, 0], rounds=3),
            lambda v: learn(v, "hedge", rounds=3, rng=RNG),
            lambda v: population_paths(v, HALVES, [0, 1]),
            lambda v: penal_threshold(v, (0, 0)),
            lambda v: path_payoffs(v, 0.5),
            lambda v: limit_score(v, SIGNALS, [1, 1]),
            lambda v: public_bounds(v, SIGNALS, 0.5),
            lambda v: symmetric_public_payoffs(v, SIGNALS, 0.5),
            lambda v: supporting_play(v, payoff_set(GAME, 0.6)),
            lambda v: deviation_gain(v, supporting_play(GAME, payoff_set(GAME, 0.6)), 0.6),
            lambda v: capped(v, [[0], [0]]),
            lambda v: inspected(v, [[0], [0]], detection=0.5, penalty=1),
            lambda v: deterring_penalty(v, (0, 0)),
            lambda v: best_so_far(v, [0]),
            lambda v: QLearner(v),
        ],
    ),
    "not what plays": (
        (None, "ab", [1, 2], [tit_for_tat(0)]),
        [
            lambda v: simulator(library=v),
            lambda v: play(GAME, v, discount_factor=0.5),
            lambda v: is_subgame_perfect(GAME, v, discount_factor=0.5),
            lambda v: round_robin(GAME, v, rounds=3, repetitions=2, seed=1),
            lambda v: match(v or [], rounds=3, rng=RNG),
            lambda v: on_graph(networkx.path_graph(2), TABLE, v, generations=1),
            lambda v: on_graph(v, TABLE, {0: 0, 1: 1}, generations=1),
        ],
    ),
    "not shares": (
        (None, "ab", ([np.nan, 1], [0.5, 0.5]), ([0.5, 0.5],), ([0.5, 0.6], [0.5, 0.5])),
        [
            lambda v: population_paths(GAME, v, [0, 1]),
            lambda v: population_generations(GAME, v, 3),
        ],
    ),
    "not line-ups": (
        ("ab", [0, 0], [[0]], [[0, 1]], [[0.5, 0]], [[np.nan, 0]], [["a", "b"]]),
        [lambda v: played(lineups=v)],
    ),
    "not times": (
        ([0], [1, 0], None, "a", [0, np.nan]),
        [lambda v: population_paths(GAME, HALVES, v), lambda v: replicator_path(TABLE, [0.5, 0.5], v)],
    ),
    "not one share": (
        (None, "ab", ["a", "b"], [np.nan, 1], [0.5, 0.6], [1]),
        [lambda v: replicator_path(TABLE, v, [0, 1]), lambda v: strategy_stability(TABLE, v)],
    ),
    "not a discount factor or noise": (
        ("x", None, np.nan, -0.1),
        [
            lambda v: green_porter(0.1, v),
            lambda v: green_porter(v, 0.9),
            lambda v: best_trigger(DUOPOLY, v, 0.5),
            lambda v: best_trigger(DUOPOLY, 0.1, v),
        ],
    ),
    "not a state of nature": (
        (
            Nature("a", [[1.0]]),
            Nature(5, [[1.0]]),
            Nature(np.zeros((1, 2, 2, 2)), "x"),
            Nature(np.full((1, 2, 2, 2), np.nan), [[1.0]]),
            Nature(np.zeros((2, 2, 2, 2)), [[1.0]]),
            Nature(np.zeros((2, 2, 2, 2)), [[0.5, 0.4], [0.5, 0.5]]),
        ),
        [lambda v: simulator(nature=v)],
    ),
    "not a threshold": (
        (np.nan, "x", None, 1.0),  # the restrained spend 2
        [lambda v: spending_trigger(0, LEVELS, **(TRIGGER | {"threshold": v}))],
    ),
}


@pytest.mark.parametrize(
    ("call", "value"),
    [
        pytest.param(call, value, id=f"{kind}-{number}-{place}")
        for kind, (values, calls) in CALLS.items()
        for number, call in enumerate(calls)
        for place, value in enumerate(values)
    ],
)
def test_refused(call, value):
    with pytest.raises(InputError) as caught:
        call(value)
    assert len(str(caught.value)) > 20  # says what was given and what to do
